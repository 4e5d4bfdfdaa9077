/* tests/unit/search_test.c: what the hall's search answers, to whom, and that its index is what the rows make of it. */
#include "core/hall/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/change.h"
#include "core/hall/indexing.h"
#include "core/hall/inside.h"
#include "core/hall/reads.h"
#include "core/hall/search_index.h"
#include "core/hall/verify.h"
#include "core/hall/writer.h"
#include "core/model/name.h"
#include "core/model/role.h"
#include "tests/support/test.h"

static const int64_t now_ms = 1795576800000; /* 2026-11-25 */

struct place {
    struct db *db;
    struct reads *reads;
    struct json *answer;
    const char *after; /* of the next question; NULL: the first page */
};

struct write {
    enum table table;
    struct json *row;
};

static enum err put_row(struct tx *tx, void *ctx)
{
    struct write *write = ctx;
    return tx_put(tx, write->table, json_text(write->row, "id"), write->row);
}

static enum err delete_row(struct tx *tx, void *ctx)
{
    struct write *write = ctx;
    enum err err = tx_put(tx, write->table, json_text(write->row, "id"), write->row);
    tx_undone(tx, tx->change_count); /* what was written is read again */
    return err == ERR_OK ? row_delete(tx->db, ROWS_PLAIN, write->table, json_text(write->row, "id")) : err;
}

/* A step that is refused had written the same row anew. */
static enum err put_and_undo(struct tx *tx, void *ctx)
{
    struct write *write = ctx;
    struct json *again = json_copy(write->row);
    const char *id = json_text(write->row, "id");
    enum err err = tx_put(tx, write->table, id, write->row);
    json_set_text(again, "name", "Ayan Undone");
    if (err == ERR_OK)
        err = db_savepoint(tx->db);
    if (err == ERR_OK)
        err = tx_put(tx, write->table, id, again);
    db_rollback_to(tx->db);
    tx_undone(tx, 1);
    json_free(&again);
    return err;
}

/* As any command writes: through a change. text is JSON with ' for ". */
static void write_row(struct place *place, enum table table, const char *text,
                      enum err (*run)(struct tx *tx, void *ctx))
{
    struct server_env env = {.db = place->db, .epoch = 1, .now_ms = now_ms};
    struct write write = {.table = table};
    char *copy = xstrdup(text);
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    REQUIRE(json_parse(copy, strlen(copy), &write.row, NULL) == ERR_OK);
    REQUIRE(db_begin(place->db) == ERR_OK);
    CHECK(server_change(&env, "test", NULL, run, &write) == ERR_OK);
    REQUIRE(db_commit(place->db) == ERR_OK);
    json_free(&write.row);
    free(copy);
}

static void person(struct place *place, const char *text)
{
    write_row(place, TABLE_PERSON, text, put_row);
}

static struct place place_open(void)
{
    struct place place = {0};
    struct err_info info = {0};
    REQUIRE(store_open(&place.db, test_folder(), true, &info) == ERR_OK);
    place.reads = reads_new(place.db);
    write_row(&place, TABLE_HALL,
              "{'id':'hall','code':'B','epoch':1,'name':{'en':'B'},'business_day':'2026-11-25'}", put_row);
    return place;
}

static void check_whole(struct place *place)
{
    struct err_info info = {0};
    struct verified done;
    if (!CHECK(verify_store(place->db, &done, &info) == ERR_OK))
        printf("    %s\n", info.text);
}

/* The index alone, of rows that no command would write so. */
static void check_index(struct place *place)
{
    char person[SEARCH_ID] = "";
    const char *what = "";
    if (!CHECK(search_verify(place->db, person, &what) == ERR_OK))
        printf("    %s %s\n", person, what);
}

static void place_clear(struct place *place)
{
    check_index(place);
    json_free(&place->answer);
    reads_free(&place->reads);
    db_close(&place->db);
}

static void place_close(struct place *place)
{
    check_whole(place);
    json_free(&place->answer);
    reads_free(&place->reads);
    db_close(&place->db);
}

static const struct actor clerk = {.user = "u1", .agency = "a1", .roles = ROLE_CLERK},
                          other_clerk = {.user = "u2", .agency = "a2", .roles = ROLE_CLERK},
                          reception = {.user = "u3", .roles = ROLE_RECEPTION};

/* "ID ID … +": the ids in their order, + when there may be more. Lives until the next. */
static const char *ask(struct place *place, const struct actor *actor, const char *typed, int limit)
{
    static char ids[4000];
    struct buf text = {0};
    json_free(&place->answer);
    ids[0] = '\0';
    if (!CHECK(reads_search(place->reads, actor, typed, place->after, limit, &text) == ERR_OK) ||
        !CHECK(json_parse(buf_text(&text), text.length, &place->answer, NULL) == ERR_OK)) {
        buf_free(&text);
        return ids;
    }
    const struct json *rows = json_get(place->answer, "rows");
    for (const struct json *line = json_first(rows); line; line = json_next(line))
        str_format(ids + strlen(ids), sizeof ids - strlen(ids), "%s%s", ids[0] ? " " : "",
                   json_text_or(line, "id", "?"));
    if (json_bool(place->answer, "more", false))
        str_format(ids + strlen(ids), sizeof ids - strlen(ids), " +");
    buf_free(&text);
    return ids;
}

static void check_asked(struct place *place, const struct actor *actor, const char *typed, const char *want)
{
    if (!CHECK_TEXT(ask(place, actor, typed, 100), want))
        printf("    asked for \"%s\"\n", typed);
}

/* --- what is typed --- */

static struct place small_hall(void)
{
    struct place place = place_open();
    person(&place, "{'id':'p1','name':'Leyla Əliyeva','given':'Leyla','family':'Əliyeva','father':'Rəşid',"
                   "'fin':'7A2B3XK','born':'1990-12-31','phone':'+994501234567',"
                   "'documents':[{'kind':'passport','number':'AZE 1234567'}]}");
    person(&place, "{'id':'p2','name':'Muhammad Rizky','nik':'9901014107900014','born':'1990-07-01',"
                   "'phone':'+6281234567890','documents':['B 7654321']}");
    person(&place, "{'id':'p3','name':'Ali Əliyev','fin':'7A2ZZZZ','born':'1990-12-31'}");
    person(&place, "{'id':'p4','name':'Алиев Гейдар'}");
    person(&place, "{'id':'p5','name':'Moh. Yusuf'}");
    write_row(&place, TABLE_CASE,
              "{'id':'c1','number':'B-2026-000123','agency':'a1','person':'p1','state':'draft',"
              "'opened_at':'2026-11-25T08:00:00.000Z','draft':{'street':'Secret 1'}}",
              put_row);
    write_row(&place, TABLE_CASE,
              "{'id':'c2','number':'B-2026-000124','agency':'a2','person':'p1','state':'draft',"
              "'opened_at':'2026-11-25T09:00:00.000Z'}",
              put_row);
    return place;
}

TEST(search_finds_by_whatever_is_typed)
{
    static const struct {
        const char *typed, *ids;
    } asked[] = {
        {"7A2B3XK", "p1 c1"}, /* the one person's applications come along, those of the own agency */
        {" 7a2 b3xk ", "p1 c1"},
        {"9901 0141 0790 0014", "p2"},
        {"050 123 45 67", "p1 c1"},
        {"+994 (50) 123-45-67", "p1 c1"},
        {"0812-3456-7890", "p2"},
        {"0812 34", "p2"},
        {"aze1234567", "p1 c1"},
        {"AZE 1234", "p1 c1"},
        {"B 7654321", "p2"},
        {"31.12.1990", "p3 p1"},
        {"1990-12-31", "p3 p1"},
        {"31/12/1990 leyla", "p1 c1"},
        {"B-2026-000123", "c1"},
        {"b 2026 000123", "c1"},
        {"123", "c1"},
        {"B-2026", "c1"},
        {"leyla", "p1 c1"},
        {"LEYLA ALIYEVA", "p1 c1"},
        {"eliyeva l", "p1 c1"},
        {"rashid", "p1 c1"},
        {"Алиева", "p1 c1"},
        {"Heydar", "p4"},
        {"muhammad", "p2 p5"}, /* as it is typed before the shortened one */
        {"moh", "p5 p2"},
        {"jusuf", "p5"},
        {"7a2", "p1 p3"},
        {"7a", ""}, /* two signs are no beginning of a number */
        {"nobody", ""},
        {"leyla yusuf", ""},
        {".,-", ""},
        {"\xff", ""}, /* no text: nobody's, on either store */
        {"leyla \xc3", ""},
    };
    struct place place = small_hall();
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        check_asked(&place, &clerk, asked[i].typed, asked[i].ids);
    place_close(&place);
}

TEST(search_tells_whole_words_first_and_the_newest_of_them)
{
    struct place place = place_open();
    person(&place, "{'id':'q1','name':'Ali Hasan'}");
    person(&place, "{'id':'q2','name':'Alim Hasan'}");
    person(&place, "{'id':'q3','name':'Hasan Ali'}");
    person(&place, "{'id':'q4','name':'Eli Hasan'}");
    person(&place, "{'id':'q5','name':'Aliya'}");
    check_asked(&place, &clerk, "ali", "q4 q3 q1 q5 q2");
    check_asked(&place, &clerk, "ali hasan", "q4 q3 q1 q2");
    CHECK_TEXT(ask(&place, &clerk, "ali", 2), "q4 q3 +");
    place_close(&place);
}

TEST(search_knows_nothing_of_what_was_undone)
{
    struct place place = place_open();
    write_row(&place, TABLE_PERSON, "{'id':'q1','name':'Ayan Quliyeva'}", put_and_undo);
    place_close(&place);
}

TEST(search_follows_a_person_who_changes_or_goes)
{
    struct place place = place_open();
    person(&place, "{'id':'q1','name':'Ayan Quliyeva','born':'1990-01-01'}");
    person(&place, "{'id':'q2','name':'Budi Santoso'}");
    person(&place, "{'id':'q1','name':'Ayan Mammadova','born':'1991-01-01','documents':['AA 12345']}");
    check_asked(&place, &clerk, "guliyeva", "");
    check_asked(&place, &clerk, "01.01.1990", "");
    check_asked(&place, &clerk, "mamedova 01.01.1991", "q1");
    check_asked(&place, &clerk, "aa12345", "q1");
    write_row(&place, TABLE_PERSON, "{'id':'q1','name':'Ayan Mammadova'}", delete_row);
    check_asked(&place, &clerk, "ayan", "");
    person(&place, "{'id':'q3','name':'Ayan Rzayeva'}");
    check_asked(&place, &clerk, "ayan", "q3");
    place_clear(&place);
}

TEST(search_shows_who_stands_of_two_that_were_made_one)
{
    struct place place = place_open();
    person(&place, "{'id':'q1','name':'Ayan Quliyeva','fin':'7A2B3XK','merged':['q2']}");
    person(&place, "{'id':'q2','name':'Ayan Kuliyeva','merged_into':'q1','merged':['q3']}");
    person(&place, "{'id':'q3','name':'Ayanna Guli','merged_into':'q2'}");
    check_asked(&place, &clerk, "ayan", "q1");
    check_asked(&place, &clerk, "ayanna", "q1");
    write_row(&place, TABLE_CASE,
              "{'id':'c1','number':'B-2026-000123','agency':'a1','person':'q2','state':'draft',"
              "'opened_at':'2026-11-25T08:00:00.000Z'}",
              put_row);
    check_asked(&place, &clerk, "kuliyeva", "q1 c1"); /* what was opened for the other record comes along */
    place_clear(&place);
}

/* --- who may see it --- */

static const char *first_row(struct place *place, const char *member)
{
    char *pointer = xasprintf("/rows/0/row/%s", member);
    const char *text = json_as_text(json_pointer(place->answer, pointer));
    free(pointer);
    return text ? text : "";
}

TEST(search_masks_numbers_and_answers_no_beginning_of_them_to_who_may_not_see_them)
{
    struct place place = small_hall();
    CHECK_TEXT(ask(&place, &clerk, "7a2b", 100), "p1 c1");
    CHECK_TEXT(first_row(&place, "fin"), "7A2B3XK");
    CHECK_TEXT(ask(&place, &reception, "7A2B3XK", 100), "p1 c2 c1");
    CHECK_TEXT(first_row(&place, "fin"), "•••••XK");
    CHECK(!json_pointer(place.answer, "/rows/0/row/documents"));
    CHECK(!json_pointer(place.answer, "/rows/2/row/draft"));
    static const char *const begun[] = {"7A2B3X",       "7A2",    "990101410790001",
                                        "+99450123456", "050123", "AZE123456"};
    for (size_t i = 0; i < sizeof begun / sizeof *begun; i++)
        check_asked(&place, &reception, begun[i], "");
    check_asked(&place, &reception, "050 123 45 67", "p1 c2 c1");
    check_asked(&place, &reception, "leyla", "p1 c2 c1");
    place_close(&place);
}

TEST(search_shows_nobody_the_applications_of_another_agency)
{
    struct place place = small_hall();
    check_asked(&place, &other_clerk, "B-2026-000123", "");
    check_asked(&place, &other_clerk, "B-2026", "c2");
    check_asked(&place, &other_clerk, "leyla", "p1 c2");
    check_asked(&place, &reception, "B-2026", "c1 c2");
    place_close(&place);
}

/* However many of another agency stand before: a bounded number is looked at, and it is said that there may be more. */
TEST(search_ends_among_many_that_may_not_be_seen)
{
    struct place place = place_open();
    REQUIRE(
        db_script(
            place.db,
            "INSERT INTO cases (id, row_rev, row, number, agency) WITH RECURSIVE n(i) AS (SELECT 1"
            " UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT 'c' || i, 0, json_object('id', 'c' || i,"
            " 'row_rev', 0, 'number', printf('B-2026-%06d', i), 'agency', 'a1'),"
            " printf('B-2026-%06d', i), 'a1' FROM n") == ERR_OK);
    CHECK_TEXT(ask(&place, &other_clerk, "B-2026", 20), " +");
    CHECK_TEXT(ask(&place, &other_clerk, "B-2026-001999", 20), "");
    CHECK_TEXT(ask(&place, &clerk, "B-2026-001999", 20), "c1999");
    CHECK_TEXT(ask(&place, &clerk, "B-2026-00199", 3), "c1990 c1991 c1992 +");
    place_clear(&place);
}

/* --- the same as looking at everybody --- */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static const char *const given[] = {"Leyla",  "Əli",     "Muhammad", "Moh.",    "Siti",   "Yusuf", "Jusuf",
                                    "Гейдар", "Heydər",  "Budi",     "Budiman", "Achmad", "Ayan",  "Aynur",
                                    "Şahin",  "Chairil", "Ma'ruf",   "Djoko",   "Joko",   "Nur",   "Wahid"};
static const char *const family[] = {"Əliyev",  "Əliyeva", "Алиев",    "Məmmədov", "Qasımov",
                                     "Gasimov", "Santoso", "Widjaja",  "Wijaya",   "Soekarno",
                                     "Sukarno", "Xəlilov", "Hüseynov", "Гусейнов", "Aliyevskaya-Kasimova",
                                     "Rahman"};
enum { GIVEN = sizeof given / sizeof *given, FAMILY = sizeof family / sizeof *family, PERSONS = 300 };

static void random_person(struct place *place, int n, uint64_t *state)
{
    char text[400];
    const char *father = next_random(state) % 3 ? "" : given[next_random(state) % GIVEN];
    str_format(text, sizeof text,
               "{\"id\":\"r%03d\",\"name\":\"%s %s\",\"father\":\"%s\",\"born\":\"19%02d-01-01\"}", n,
               given[next_random(state) % GIVEN], family[next_random(state) % FAMILY], father,
               (int)(next_random(state) % 5 + 90));
    struct server_env env = {.db = place->db, .epoch = 1, .now_ms = now_ms};
    struct write write = {.table = TABLE_PERSON};
    REQUIRE(json_parse(text, strlen(text), &write.row, NULL) == ERR_OK);
    CHECK(server_change(&env, "test", NULL, put_row, &write) == ERR_OK);
    json_free(&write.row);
}

struct ids {
    bool told[PERSONS];
};

static enum err collect(void *ctx, enum table table, const char *id, const struct search_place *at,
                        bool *enough)
{
    struct ids *ids = ctx;
    (void)at, (void)enough;
    if (CHECK(table == TABLE_PERSON && id[0] == 'r')) {
        CHECK(!ids->told[atoi(id + 1)]);
        ids->told[atoi(id + 1)] = true;
    }
    return ERR_OK;
}

/* The words of each person's name and father's; the caller frees each. */
static void read_everybody(struct place *place, char *words[PERSONS])
{
    struct stmt *s = db_query(place->db, "SELECT id, row FROM persons");
    while (db_step(s) == ERR_OK) {
        struct json *row = NULL;
        struct buf folded = {0};
        REQUIRE(json_parse(db_text(s, 1), strlen(db_text(s, 1)), &row, NULL) == ERR_OK);
        name_words(json_text(row, "name"), &folded);
        name_words(json_text(row, "father"), &folded);
        words[atoi(db_text(s, 0) + 1)] = buf_take(&folded);
        json_free(&row);
    }
    db_done(s);
}

static void check_as_everybody(struct place *place, char *const everybody[PERSONS], const char *typed)
{
    struct ids told = {0}, want = {0};
    struct name_word words[NAME_WORDS_MAX];
    int count = name_ask(typed, words);
    bool more = false;
    struct search search = {
        .db = place->db, .typed = typed, .hall = "B", .today = "2026-11-25", .found = collect, .ctx = &told};
    REQUIRE(search_run(&search, &more) == ERR_OK);
    for (int n = 0; n < PERSONS; n++)
        want.told[n] = count > 0 && name_answers(words, count, everybody[n]);
    CHECK(!more);
    if (!CHECK(memcmp(&told, &want, sizeof told) == 0))
        printf("    typed: \"%s\"\n", typed);
}

/* A beginning of a given name, a family name, or both in either order, cut at a whole letter. */
static void random_typed(uint64_t *state, char out[200])
{
    const char *parts[2] = {given[next_random(state) % GIVEN], family[next_random(state) % FAMILY]};
    size_t first = next_random(state) % 2, count = next_random(state) % 2 + 1;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *part = parts[(first + i) % 2];
        size_t length = next_random(state) % strlen(part) + 1;
        while (!utf8_valid(part, length))
            length++;
        str_format(out + strlen(out), 200 - strlen(out), "%s%.*s", i ? " " : "", (int)length, part);
    }
}

TEST(search_answers_the_same_as_looking_at_everybody)
{
    struct place place = place_open();
    uint64_t state = 20261125;
    char typed[200], *everybody[PERSONS] = {0};
    REQUIRE(db_begin(place.db) == ERR_OK);
    for (int round = 0; round < 3; round++) {
        for (int n = 0; n < PERSONS; n++)
            if (round == 0 || next_random(&state) % 3 == 0)
                random_person(&place, n, &state);
        read_everybody(&place, everybody);
        for (int i = 0; i < 400; i++) {
            random_typed(&state, typed);
            check_as_everybody(&place, everybody, typed);
        }
        for (int n = 0; n < PERSONS; n++)
            free(everybody[n]);
    }
    REQUIRE(db_commit(place.db) == ERR_OK);
    place_close(&place);
}

/* --- pages --- */

static enum err collect_order(void *ctx, enum table table, const char *id, const struct search_place *at,
                              bool *enough)
{
    (void)table, (void)at, (void)enough;
    buf_addf(ctx, "%s ", id);
    return ERR_OK;
}

/* All pages one after the other are what one look at everything tells, in its order. */
static void check_pages(struct place *place, const struct actor *actor, const char *typed, int limit)
{
    struct buf pages = {0}, all = {0};
    char after[300] = "";
    bool more = false;
    struct search search = {.db = place->db,
                            .typed = typed,
                            .hall = "B",
                            .today = "2026-11-25",
                            .numbers_begin = true,
                            .found = collect_order,
                            .ctx = &all};
    REQUIRE(search_run(&search, &more) == ERR_OK);
    for (int page = 0; page < 1000; page++) {
        place->after = page ? after : NULL;
        CHECK(*ask(place, actor, typed, limit) || page);
        for (const struct json *row = json_first(json_get(place->answer, "rows")); row; row = json_next(row))
            buf_addf(&pages, "%s ", json_text_or(row, "id", "?"));
        const char *next = json_text(place->answer, "next");
        if (!next)
            break;
        str_copy(after, sizeof after, next);
    }
    place->after = NULL;
    if (!CHECK_TEXT(buf_text(&pages), buf_text(&all)))
        printf("    typed: \"%s\", %d a page\n", typed, limit);
    buf_free(&pages);
    buf_free(&all);
}

TEST(search_pages_go_on_where_the_page_before_ended)
{
    static const char *const typed[] = {"a",        "al",       "əliyev", "m",
                                        "leyla al", "mohammad", "B-2026", "01.01.1991"};
    struct place place = place_open();
    uint64_t state = 20261130;
    REQUIRE(db_begin(place.db) == ERR_OK);
    for (int n = 0; n < PERSONS; n++)
        random_person(&place, n, &state);
    REQUIRE(db_script(place.db,
                      "INSERT INTO cases (id, row_rev, row, number, agency) WITH RECURSIVE n(i) AS (SELECT 1"
                      " UNION ALL SELECT i + 1 FROM n WHERE i < 350) SELECT 'c' || i, 0, json_object('id',"
                      " 'c' || i, 'row_rev', 0, 'number', printf('B-2026-%06d', i / 3), 'agency', 'a1'),"
                      " printf('B-2026-%06d', i / 3), 'a1' FROM n") == ERR_OK);
    REQUIRE(db_commit(place.db) == ERR_OK);
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        for (int limit = 1; limit <= 100; limit += 33)
            check_pages(&place, &clerk, typed[i], limit);
    /* Whom others may not see costs a page, and no row. */
    place.after = NULL;
    CHECK_TEXT(ask(&place, &other_clerk, "B-2026", 100), " +");
    CHECK(json_text(place.answer, "next") != NULL);
    static const char *const bad[] = {"", "x", "1,2", "1,2,3", "1,2,3,", "-1,0,a,b", "1,-1,a,b", "p1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf out = {0};
        CHECK(reads_search(place.reads, &clerk, "a", bad[i], 10, &out) == ERR_INVALID);
        buf_free(&out);
    }
    place_clear(&place);
}

/* --- a common beginning: a bit for each person, in several parts; a beginning with too many ends --- */

/* Five letters with an a after each, so that none doubles. */
static const char *ending(int n)
{
    static char text[11];
    for (int i = 0; i < 5; i++, n /= 8) {
        text[2 * i] = "bdflmnrt"[n % 8];
        text[2 * i + 1] = 'a';
    }
    return text;
}

TEST(search_of_thousands_is_exact)
{
    enum { MANY = 9000 };
    static const char sql[] = "INSERT INTO persons (id, row_rev, row) VALUES ($1, 0, $2)";
    struct place place = place_open();
    char text[200], id[16];
    bool whole = false;
    REQUIRE(db_begin(place.db) == ERR_OK);
    for (int i = 0; i < MANY; i++) {
        struct stmt *s = db_query(place.db, sql);
        str_format(id, sizeof id, "m%05d", i);
        str_format(text, sizeof text, "{\"id\":\"%s\",\"row_rev\":0,\"name\":\"%s%s\"}", id,
                   i % 2 ? "Budi Verylonged" : "Anar Verylongob", ending(i));
        db_bind_text(s, 1, id);
        db_bind_text(s, 2, text);
        REQUIRE(db_run(s) == ERR_OK);
    }
    REQUIRE(db_script(place.db, "UPDATE search_state SET whole = 0") == ERR_OK);
    for (int i = 0; !whole && i < MANY; i++)
        REQUIRE(search_slice(place.db, 700, &whole) == ERR_OK);
    REQUIRE(db_commit(place.db) == ERR_OK);
    CHECK(whole);
    CHECK_TEXT(ask(&place, &clerk, "a b", 10), ""); /* half the hall each, and nobody is both */
    CHECK_TEXT(ask(&place, &clerk, "a", 3), "m08998 m08996 m08994 +");
    CHECK_TEXT(ask(&place, &clerk, "budi verylongedta", 2), "m08999 m08991 +");
    for (int i = 0; i < MANY; i += 997) {
        str_format(text, sizeof text, "%s%s", i % 2 ? "verylonged" : "verylongob", ending(i));
        str_format(id, sizeof id, "m%05d", i);
        check_asked(&place, &clerk, text, id);
    }
    CHECK_TEXT(ask(&place, &clerk, "verylonged", 2),
               "m08999 m08997 +"); /* too many ends to gather them all: others begin alike */
    place_clear(&place);
}

/* --- a file from before --- */

TEST(search_of_an_older_file_is_read_in_by_slices)
{
    struct place place = small_hall();
    bool whole = false;
    REQUIRE(db_script(place.db, "DELETE FROM search_person; DELETE FROM search_set;"
                                "UPDATE search_state SET place = '', whole = 0") == ERR_OK);
    check_asked(&place, &clerk, "leyla",
                "p1 c1 +"); /* by the columns of then, and it is said that there may be more */
    check_asked(&place, &clerk, "7A2B3XK", "p1 c1 +");
    check_whole(&place);
    REQUIRE(search_slice(place.db, 2, &whole) == ERR_OK && !whole);
    check_whole(&place);
    person(&place, "{'id':'p4','name':'Leyla Hasanova'}"); /* beyond the place, written meanwhile */
    check_asked(&place, &clerk, "leyla", "p4 p1 +");
    for (int i = 0; !whole && i < 10; i++)
        REQUIRE(search_slice(place.db, 2, &whole) == ERR_OK);
    CHECK(whole);
    check_asked(&place, &clerk, "leyla", "p4 p1");
    check_asked(&place, &clerk, "muhammad", "p2 p5");
    REQUIRE(search_slice(place.db, 2, &whole) == ERR_OK && whole);
    place_close(&place);
}

/* A hall at work does it by itself, a slice a turn, and goes on after a start with what is left. */
TEST(search_of_an_older_file_is_read_in_by_a_hall_at_work)
{
    struct place place = small_hall();
    for (int start = 0; start < 2; start++) {
        struct hall hall = {.db = place.db, .epoch = 1};
        hall.writer = writer_new(&hall);
        REQUIRE(db_script(place.db, start ? ""
                                          : "DELETE FROM search_person; DELETE FROM search_set;"
                                            "UPDATE search_state SET place = '', whole = 0") == ERR_OK);
        indexing_wake(&hall);
        CHECK(indexing_due(&hall) == (start == 0));
        for (int turn = 0; turn < 10 && indexing_due(&hall); turn++) {
            indexing_follow(&hall);
            CHECK(!indexing_due(&hall)); /* one slice a turn */
            writer_flush(hall.writer);
        }
        CHECK(!hall.indexing.pending && hall.fatal == ERR_OK);
        writer_free(&hall.writer);
    }
    check_asked(&place, &clerk, "muhammad", "p2 p5");
    place_close(&place);
}

/* --- damage, plans --- */

TEST(search_index_that_is_not_what_the_rows_make_of_it_is_found)
{
    static const struct {
        const char *does, *says;
    } damages[] = {
        {"DELETE FROM search_person WHERE id = 'p2'", "the person p2 is not in the index of persons"},
        {"UPDATE search_person SET words = 'other' WHERE id = 'p3'",
         "the person p3 stands in the index under other"},
        {"UPDATE search_person SET number = 77 WHERE id = 'p3'", "the index of persons is not what"},
        {"UPDATE search_person SET number = 1.5 WHERE id = 'p3'", "the person p3"},
        {"UPDATE search_person SET id = 'p9' WHERE id = 'p3'", "the person p3 is not in the index"},
        {"INSERT INTO search_person VALUES ('p9', 9, '')",
         "the person p9 is in the index of persons, but was never"},
        {"DELETE FROM search_set WHERE key = 'a'", "the index of persons is not what"},
        {"UPDATE search_set SET key = 'zz' WHERE key = 'a'", "the index of persons is not what"},
        {"UPDATE search_set SET members = '+01' WHERE key = 'laila'", "the index of persons is not what"},
        {"UPDATE search_set SET members = 'x' WHERE key = 'a'", "the index of persons is not what"},
        {"UPDATE search_set SET members = CAST(members AS BLOB) WHERE key = 'a'",
         "the index of persons is not what"},
        {"INSERT INTO search_set VALUES ('zz', 0, '+00')", "the index of persons is not what"},
        {"DELETE FROM search_state", "the index of persons has lost its place"},
    };
    struct place place = small_hall();
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct err_info info = {0};
        struct verified done;
        REQUIRE(db_begin(place.db) == ERR_OK);
        REQUIRE(db_script(place.db, damages[i].does) == ERR_OK);
        enum err err = verify_store(place.db, &done, &info);
        if (!CHECK(err == ERR_CORRUPT && strstr(info.text, damages[i].says)))
            printf("    after: %s\n    says: %s\n", damages[i].does, err == ERR_OK ? "whole" : info.text);
        db_rollback(place.db);
    }
    place_close(&place);
}

/* Neither a record nor a question is refused for what stands wrong in the index; what is touched is whole again. */
TEST(search_set_that_is_damaged_is_made_again_by_whoever_writes)
{
    struct place place = small_hall();
    REQUIRE(db_script(place.db, "UPDATE search_set SET members = 'x' WHERE key IN ('laila', 'l')") == ERR_OK);
    check_asked(&place, &clerk, "leyla", "p1 c1");
    person(&place, "{'id':'p6','name':'Leyla Hasanova'}");
    check_asked(&place, &clerk, "leyla", "p6 p1");
    check_whole(&place);
    REQUIRE(db_script(place.db, "UPDATE search_set SET members = '*12'; INSERT INTO search_set VALUES"
                                " ('laila', 7, '+00'), ('muhammad.', -1, '+00')") == ERR_OK);
    check_asked(&place, &clerk, "leyla", "p6 p1");
    check_asked(&place, &clerk, "muhammad", "p2 p5");
    check_asked(&place, &clerk, "AZE 1234567", "p1 c1");
    REQUIRE(db_script(place.db, "DELETE FROM search_set WHERE part <> 0;"
                                " UPDATE search_person SET number = -3 WHERE id = 'p3'") == ERR_OK);
    for (int i = 1; i <= 6; i++) {
        char row[100];
        str_format(row, sizeof row, "{'id':'p%d','name':'Nobody Else'}", i); /* touches what each had */
        person(&place, row);
    }
    check_asked(&place, &clerk, "nobody", "p3 p6 p5 p4 p2 p1"); /* p3 is as if it were new */
    check_asked(&place, &clerk, "ali", "");
    check_asked(&place, &clerk, "leyla", "");
    REQUIRE(db_script(place.db, "UPDATE search_set SET members = '+oo' WHERE key = 'muhammad'") == ERR_OK);
    check_asked(&place, &clerk, "muhammad", ""); /* a number that nobody has */
    REQUIRE(db_script(place.db, "DELETE FROM search_set WHERE members IN ('*12', '+oo')") ==
            ERR_OK); /* of p3's number */
    place_close(&place);
}

TEST(search_goes_by_an_index_in_every_statement)
{
    struct place place = place_open();
    int count = 0;
    for (const char *sql; (sql = search_statement(count)) != NULL; count++) {
        char *plan = db_explain(place.db, sql);
        bool ordered = strstr(sql, "ORDER BY number DESC LIMIT 1") && strstr(plan, "search_person_number");
        if (!CHECK((strstr(plan, "SEARCH") || ordered) && !strstr(plan, "TEMP B-TREE")))
            printf("    %s\n    %s\n", sql, plan);
        free(plan);
    }
    CHECK(count > 15);
    place_close(&place);
}
