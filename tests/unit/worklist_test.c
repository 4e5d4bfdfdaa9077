/* tests/unit/worklist_test.c: what each list of the worklist answers, from a workstation's own file, row by row and window
 * by window. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/worklist.h"
#include "tests/support/test.h"

static const int64_t now_ms = 1795489320000; /* 2026-11-24T03:02:00Z */

struct made {
    char dir[300];
    struct cache *cache;
    struct rng rng;
    struct json *page, *rows;
};

static struct json *parsed(const char *text)
{
    struct json *json = NULL;
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    return json;
}

/* JSON with ' for ". */
static struct json *quoted(const char *text)
{
    char *real = xstrdup(text);
    for (char *c = real; *c; c++)
        if (*c == '\'')
            *c = '"';
    struct json *json = parsed(real);
    free(real);
    return json;
}

static void add_row(struct made *made, const char *table, struct json *row)
{
    struct json *line = json_new_object();
    json_set_int(row, "row_rev", 1);
    json_set_text(line, "t", table);
    json_set_text(line, "id", json_text(row, "id"));
    json_set(line, "row", row);
    json_add(made->rows, line);
}

static void add(struct made *made, const char *table, const char *text)
{
    add_row(made, table, quoted(text));
}

static void open_made(struct made *made, const char *agency)
{
    struct err_info info = {0};
    *made = (struct made){.page = json_new_object(), .rows = json_new_array()};
    json_set(made->page, "rows", made->rows);
    rng_seed(&made->rng, 3);
    str_format(made->dir, sizeof made->dir, "%s/station", test_folder());
    REQUIRE(cache_open(&made->cache, made->dir, now_ms, &made->rng, NULL, &info) == ERR_OK);
    struct json *session =
        parsed("{\"token\":\"t\",\"user\":{\"id\":\"siti\",\"login\":\"siti\",\"name\":\"Siti\","
               "\"roles\":[\"clerk\"]},\"hall\":{\"code\":\"B\"}}");
    json_set_text(json_edit(session, "user"), "agency", agency);
    REQUIRE(cache_new_epoch(made->cache, 1) == ERR_OK);
    REQUIRE(cache_sign_in(made->cache, session) == ERR_OK);
    json_free(&session);
}

static void fill(struct made *made)
{
    REQUIRE(cache_snapshot_page(made->cache, made->page, true) == ERR_OK);
    REQUIRE(cache_snapshot_swap(made->cache, 1, 1, now_ms) == ERR_OK);
}

static void close_made(struct made *made)
{
    json_free(&made->page);
    cache_close(&made->cache);
}

/* An application as most are; otherwise: members that differ. */
static void add_case(struct made *made, const char *id, const char *state, const char *day,
                     const char *otherwise)
{
    char *text =
        xasprintf("{'id':'%s','state':'%s','opened_at':'2026-11-%sT08:00:00.000Z','agency':'a1',"
                  "'service':'birth','form_version':1,'channel':'walk_in','person':'p1','number':'B-%s'}",
                  id, state, day, id);
    char *differs = xasprintf("{%s}", otherwise);
    struct json *row = quoted(text), *patch = quoted(differs);
    json_merge(row, patch);
    add_row(made, "case", row);
    json_free(&patch);
    free(differs);
    free(text);
}

/* A working day of one agency, and a little of another that a wider eye would see. */
static void add_day(struct made *made)
{
    add(made, "service",
        "{'id':'birth','agency':'a1','queue':'q','form_version':1,'name':{'en':'Birth certificate',"
        "'az':'Doğum haqqında şəhadətnamə'},'time':{'standard':'P5D','deemed':true}}");
    add(made, "service",
        "{'id':'move','agency':'a1','queue':'q','form_version':1,'name':{'en':'Certificate of moving'}}");
    add(made, "user", "{'id':'siti','login':'siti','name':'Siti Rahmawati','roles':['clerk']}");
    add(made, "person", "{'id':'p1','name':'Aysel Məmmədova','family':'Məmmədova','born':'1990-01-01'}");
    add(made, "person", "{'id':'p2','name':'Budi Santoso','born':'1980-01-01'}");
    add_case(made, "m1", "draft", "03", "'user':'siti'");
    add_case(made, "m2", "in_review", "01", "'user':'siti','due_at':'2026-11-25T09:00:00.000Z'");
    add_case(made, "m3", "returned", "02", "'user':'siti'");
    add_case(made, "o1", "draft", "04", "'channel':'online'");
    add_case(made, "o2", "submitted", "02", "'channel':'online','person':'p2'");
    add_case(made, "o3", "draft", "01", "'channel':'online','user':'adi'");
    add_case(made, "x1", "draft", "01", "");
    add_case(made, "s1", "submitted", "05", "'user':'adi','service':'move','person':'p2'");
    add_case(made, "s2", "complete", "06",
             "'user':'adi','number':'HALL-2026-000077','due_at':'2026-11-24T09:00:00.000Z'");
    add_case(made, "r1", "ready", "07", "'user':'adi'");
    add_case(made, "r2", "approved", "06", "'user':'adi','confirmed_by':'siti'");
    add_case(made, "r3", "approved", "05", "'user':'siti','due_at':'2026-11-26T09:00:00.000Z'");
    add_case(made, "c1", "approved", "08", "'user':'adi','confirm_asked_at':'2026-11-09T09:00:00.000Z'");
    add_case(made, "c2", "refused", "09", "'user':'adi','confirm_asked_at':'2026-11-08T09:00:00.000Z'");
    add_case(made, "d1", "delivered", "09", "'user':'adi'");
    add_case(made, "z1", "submitted", "01",
             "'agency':'a2','service':'tax','user':'other','due_at':'2026-11-23T09:00:00.000Z'");
    add_case(made, "z2", "approved", "01",
             "'agency':'a2','service':'tax','user':'other','confirm_asked_at':'2026-11-01T09:00:00.000Z'");
}

static struct json *ask(struct made *made, const char *args)
{
    struct json *answer = NULL, *json = quoted(args);
    if (!CHECK(cache_load(made->cache, "worklist", json, now_ms, &answer) == ERR_OK))
        printf("    %s: %s\n", args, cache_message(made->cache));
    json_free(&json);
    return answer;
}

/* The ids of the answer's rows, with "< " before them when there are more before, " >" after them. */
static void check_rows(struct made *made, const char *args, const char *wanted)
{
    struct json *answer = ask(made, args);
    struct buf got = {0};
    if (json_int(answer, "before", -1) != 0)
        buf_adds(&got, "< ");
    for (const struct json *row = json_first(json_get(answer, "rows")); row; row = json_next(row))
        buf_addf(&got, "%s%s", json_text_or(row, "id", "?"), json_next(row) ? " " : "");
    if (json_int(answer, "after", -1) != 0)
        buf_adds(&got, " >");
    if (!CHECK_TEXT(buf_text(&got), wanted))
        printf("    %s\n", args);
    buf_free(&got);
    json_free(&answer);
}

TEST(worklist_each_list_answers_its_own_in_its_order)
{
    struct made made;
    open_made(&made, "a1");
    add_day(&made);
    fill(&made);
    check_rows(&made, "{'filter':'mine'}", "m2 m1");
    check_rows(&made, "{'filter':'returned'}", "m3");
    check_rows(&made, "{'filter':'agency'}", "m2 o2 s1 s2");
    check_rows(&made, "{'filter':'online'}", "o2 o1");
    check_rows(&made, "{'filter':'confirm'}", "c2 c1");
    check_rows(&made, "{'filter':'ready'}", "r3 r2 r1");
    check_rows(&made, "{'filter':'due'}", "z1 s2 m2");
    check_rows(&made, "{'filter':'no such list'}", "m2 m1");
    close_made(&made);
}

TEST(worklist_of_who_is_of_no_agency_shows_the_whole_hall_by_its_dates)
{
    struct made made;
    open_made(&made, "");
    add_day(&made);
    fill(&made);
    check_rows(&made, "{'filter':'agency'}", "z1 s2 m2 o2 s1");
    check_rows(&made, "{'filter':'confirm'}", "z2 c2 c1");
    check_rows(&made, "{'filter':'online'}", "o2 o1");
    check_rows(&made, "{'filter':'ready'}", "r3 r1 r2");
    close_made(&made);
}

TEST(worklist_rows_carry_names_mark_and_what_the_law_grants)
{
    struct made made;
    open_made(&made, "a1");
    add_day(&made);
    fill(&made);
    struct json *answer = ask(&made, "{'filter':'mine'}");
    const struct json *row = json_first(json_get(answer, "rows"));
    CHECK_TEXT(json_text(row, "person_name"), "Aysel Məmmədova");
    CHECK_TEXT(json_text(json_get(row, "service_name"), "en"), "Birth certificate");
    CHECK_TEXT(json_text(row, "user_name"), "Siti Rahmawati");
    CHECK(json_bool(row, "deemed", false));
    CHECK_TEXT(json_text(row, "mark"), "received");
    json_free(&answer);
    close_made(&made);
}

/* Each alone and together; what is asked for by words is found in any spelling. */
TEST(worklist_is_filtered_by_the_copy_and_not_by_what_is_shown)
{
    static const struct {
        const char *args, *rows;
    } asked[] = {
        {"{'filter':'agency','state':'submitted'}", "o2 s1"},
        {"{'filter':'agency','service':'move'}", "s1"},
        {"{'filter':'agency','channel':'online'}", "o2"},
        {"{'filter':'agency','person':'p2'}", "o2 s1"},
        {"{'filter':'agency','person':'p2','channel':'walk_in'}", "s1"},
        {"{'filter':'agency','due_till':'2026-11-24T23:59:59.999Z'}", "s2"},
        {"{'filter':'agency','due_from':'2026-11-24T09:00:00.000Z','due_till':'2026-11-25T09:00:00.000Z'}",
         "s2 m2"},
        {"{'filter':'agency','due_from':'2026-11-25T09:00:00.001Z'}", ""},
        {"{'filter':'mine','service':'birth','state':'draft'}", "m1"},
        {"{'filter':'mine','channel':'online'}", ""},
        {"{'filter':'confirm','service':'move'}", ""},
        {"{'filter':'confirm','state':'approved'}", "c1"},
        {"{'filter':'online','state':'draft'}", "o1"},
        {"{'filter':'ready','state':'approved'}", "r3 r2"},
        {"{'filter':'ready','service':'birth'}", "r3 r2 r1"},
        {"{'filter':'ready','channel':'walk_in','sort':'due'}", "r3 r1 r2"},
        {"{'filter':'ready','person':'p1'}", "r3 r2 r1"},
        {"{'filter':'ready','text':'memmedova'}", "r3 r2 r1"},
        {"{'filter':'agency','text':'moving'}", "s1"},
        {"{'filter':'agency','text':'Dogum'}", "m2 o2 s2"},
        {"{'filter':'agency','text':'Memmedova'}", "m2 s2"},
        {"{'filter':'agency','text':'santoso'}", "o2 s1"},
        {"{'filter':'agency','text':'hall-2026-0000'}", "s2"},
        {"{'filter':'agency','text':'santoso','channel':'online'}", "o2"},
        {"{'filter':'mine','text':'birth'}", "m2 m1"},
        {"{'filter':'mine','text':'moving'}", ""},
        {"{'filter':'agency','text':'birth','service':'move'}", ""},
        {"{'filter':'agency','text':'nothing like it'}", ""},
    };
    struct made made;
    open_made(&made, "a1");
    add_day(&made);
    fill(&made);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        check_rows(&made, asked[i].args, asked[i].rows);
    close_made(&made);
}

TEST(worklist_by_deadline_ends_with_what_has_none)
{
    struct made made;
    open_made(&made, "a1");
    add_day(&made);
    fill(&made);
    check_rows(&made, "{'filter':'agency','sort':'due'}", "s2 m2 o2 s1");
    check_rows(&made, "{'filter':'mine','sort':'due'}", "m2 m1");
    check_rows(&made, "{'filter':'agency','sort':'due','service':'birth'}", "s2 m2 o2");
    check_rows(&made, "{'filter':'agency','sort':'due','channel':'walk_in'}", "s2 m2 s1");
    check_rows(&made, "{'filter':'agency','sort':'age'}", "m2 o2 s1 s2");
    close_made(&made);
}

/* --- windows --- */

enum { MANY = 400 };

/* As many as that in two states, a third of them due on one day, a third never; ids not in the order of age. */
static void add_many(struct made *made)
{
    add(made, "service",
        "{'id':'birth','agency':'a1','queue':'q','form_version':1,'name':{'en':'Birth certificate'}}");
    for (int i = 0; i < MANY; i++) {
        char id[32], more[120], day[40];
        str_format(id, sizeof id, "k%03d", i * 7 % MANY);
        str_format(day, sizeof day, "%02d", 1 + i % 5);
        str_format(more, sizeof more, "'due_at':%s",
                   i % 3 == 0   ? "'2026-12-01T09:00:00.000Z'"
                   : i % 3 == 1 ? "'2026-12-02T09:00:00.000Z'"
                                : "null");
        add_case(made, id, i % 2 ? "submitted" : "complete", day, more);
    }
}

/* The rows of the whole list in one answer, as "key id" each. */
static void all_rows(struct made *made, const char *sort, char *places[MANY])
{
    char *args = xasprintf("{'filter':'agency','sort':'%s','limit':500}", sort);
    struct json *answer = ask(made, args);
    int count = 0;
    REQUIRE((int)json_count(json_get(answer, "rows")) == MANY);
    for (const struct json *row = json_first(json_get(answer, "rows")); row; row = json_next(row), count++) {
        places[count] =
            xasprintf("{'key':'%s','id':'%s'}", json_text_or(row, "key", "?"), json_text_or(row, "id", "?"));
        CHECK(count == 0 || strcmp(places[count - 1], places[count]) < 0);
    }
    json_free(&answer);
    free(args);
}

/* A window that was asked for at(place) has the rows from … of the whole list, and says how many are around it. */
static void check_window(struct made *made, const char *args, char *const places[MANY], int from, int count)
{
    struct json *answer = ask(made, args);
    int at = from;
    for (const struct json *row = json_first(json_get(answer, "rows")); row && at < MANY;
         row = json_next(row), at++)
        if (!CHECK(strstr(places[at], json_text_or(row, "id", "?")) != NULL))
            printf("    %s: row %d is %s\n", args, at, json_text_or(row, "id", "?"));
    bool right = CHECK_INT((int64_t)json_count(json_get(answer, "rows")), count);
    right = CHECK_INT(json_int(answer, "before", -1), from) && right;
    right = CHECK_INT(json_int(answer, "after", -1), MANY - from - count) && right;
    if (!right)
        printf("    %s\n", args);
    json_free(&answer);
}

static void check_windows(struct made *made, const char *sort)
{
    char *places[MANY];
    all_rows(made, sort, places);
    for (int at = 0; at < MANY; at += 13) {
        int limit = 20, before = at < limit / 2 ? at : limit / 2, rest = MANY - at;
        char *args = xasprintf("{'filter':'agency','sort':'%s','limit':20,'around':%s}", sort, places[at]);
        check_window(made, args, places, at - before, before + (rest < limit / 2 ? rest : limit / 2));
        free(args);
        args = xasprintf("{'filter':'agency','sort':'%s','limit':20,'after':%s}", sort, places[at]);
        if (rest > 1)
            check_window(made, args, places, at + 1, rest - 1 < limit ? rest - 1 : limit);
        free(args);
        args = xasprintf("{'filter':'agency','sort':'%s','limit':20,'before':%s}", sort, places[at]);
        before = at < limit ? at : limit;
        if (before)
            check_window(made, args, places, at - before, before);
        free(args);
    }
    char *args = xasprintf("{'filter':'agency','sort':'%s','limit':30,'end':true}", sort);
    check_window(made, args, places, MANY - 30, 30);
    free(args);
    for (int i = 0; i < MANY; i++)
        free(places[i]);
}

TEST(worklist_windows_tile_the_list_from_any_place_both_ways)
{
    struct made made;
    open_made(&made, "a1");
    add_many(&made);
    fill(&made);
    check_windows(&made, "age");
    check_windows(&made, "due");
    close_made(&made);
}

/* The row at the cursor was decided by somebody meanwhile: the window stands where it stood. */
TEST(worklist_window_around_a_row_that_is_gone_stays_there)
{
    struct made made;
    open_made(&made, "a1");
    add_many(&made);
    fill(&made);
    char *places[MANY];
    all_rows(&made, "age", places);
    struct json *answer =
        ask(&made, "{'filter':'agency','limit':4,'around':{'key':'2026-11-03T08:00:00.000Z','id':'k1005'}}");
    int at = (int)json_int(answer, "at", -1);
    CHECK_INT(at, 2);
    const struct json *next = json_at(json_get(answer, "rows"), (size_t)at);
    CHECK(strcmp(json_text_or(next, "id", ""), "k1005") > 0);
    CHECK(strcmp(json_text_or(json_at(json_get(answer, "rows"), 1), "id", "z"), "k1005") < 0);
    json_free(&answer);
    for (int i = 0; i < MANY; i++)
        free(places[i]);
    close_made(&made);
}

/* What this workstation has done itself is shown in its place at once. */
TEST(worklist_shows_own_unsent_work_in_its_place)
{
    struct made made;
    open_made(&made, "a1");
    add_day(&made);
    fill(&made);
    struct saved saved = {0};
    struct json *body = parsed("{\"case\":\"m2\",\"reason\":\"The citizen asked.\"}");
    CHECK(cache_confirm(made.cache, "case.withdraw", body, now_ms, &made.rng, &saved) == ERR_OK);
    check_rows(&made, "{'filter':'mine'}", "m1");
    check_rows(&made, "{'filter':'due'}", "z1 s2");
    check_rows(&made, "{'filter':'mine','sort':'due'}", "m1");
    json_free(&saved.outcome.data);
    json_free(&body);
    close_made(&made);
}

/* --- the planner --- */

/* By whose or which it is, by state, and on along the key: nothing is sorted, nothing that does not fit is passed by. */
static bool walks(const char *sql, const char *plan)
{
    static const char *const whose[] = {"user_", "agency", "service", "channel"};
    for (size_t i = 0; i < sizeof whose / sizeof *whose; i++) {
        char *asked = xasprintf("%s = $5", whose[i]), *used = xasprintf("(%s=? AND state=? AND ", whose[i]);
        bool told = !strstr(sql, asked) || strstr(plan, used);
        free(asked);
        free(used);
        if (!told)
            return false;
    }
    return !strstr(plan, "SCAN") && !strstr(plan, "TEMP B-TREE") &&
           (strstr(plan, "_at>") || strstr(plan, "_at<") || strstr(plan, "_at=? AND id"));
}

TEST(worklist_every_walk_is_on_an_index_that_orders_it)
{
    struct made made;
    struct err_info info = {0};
    open_made(&made, "a1");
    fill(&made);
    close_made(&made);
    char *file = xasprintf("%s/cache.db", made.dir);
    struct db *db = NULL;
    if (!CHECK(db_open(&db, file, DB_WRITE, &info) == ERR_OK))
        printf("    %s\n", info.text);
    REQUIRE(db);
    free(file);
    int asked = 0;
    const char *sql;
    for (int n = 0; !(sql = worklist_statement(n)) || *sql; n++) {
        if (!sql)
            continue;
        char *plan = db_explain(db, sql);
        if (!CHECK(walks(sql, plan)))
            printf("    %s\n%s", sql, plan);
        free(plan);
        asked++;
    }
    CHECK(asked > 50);
    db_close(&db);
}
