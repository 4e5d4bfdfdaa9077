/* tests/unit/damage_test.c: a copy of the hall that is not the hall's, and a file that is not what was written, heal: the
 * rows are copied anew, what a person did is kept or they are told. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/cache/store.h"
#include "tests/support/test.h"
#include "tests/support/workday.h"

/* --- a copy as lines --- */

static void add_row(void *ctx, const char *table, const char *id, const struct json *row)
{
    char *text = json_print(row);
    buf_addf(ctx, "%s %s %s\n", table, id, text);
    free(text);
}

/* Every row that a workstation has of the hall; the caller frees. */
static char *copy_of(struct cache *cache)
{
    struct buf lines = {0};
    for (int table = 0; table < TABLE_COUNT; table++)
        CHECK(cache_rows(cache, table_wire((enum table)table), add_row, &lines) == ERR_OK);
    return buf_take(&lines);
}

/* What siti's workstation 0 has is what a fresh one of hers gets. */
static void check_same_as_fresh(struct pair *pair)
{
    pair_start(pair, 1);
    pair_sign_in(pair, 1, "siti");
    REQUIRE(cache_ask_snapshot(pair->cache[1]) == ERR_OK);
    pair_feed(pair, 1);
    char *mine = copy_of(pair->cache[0]), *fresh = copy_of(pair->cache[1]);
    CHECK(strcmp(mine, fresh) == 0);
    CHECK(strlen(fresh) > 1000);
    free(mine);
    free(fresh);
    cache_close(&pair->cache[1]);
}

static void type_text(struct pair *pair, const char *text)
{
    struct json *typed = json_new_object();
    json_set_text(typed, "street", text);
    CHECK(cache_journal_put(pair->cache[0], "form", "case-1", typed, pair->now_ms) == ERR_OK);
    json_free(&typed);
}

static void check_typed(struct pair *pair, const char *text)
{
    struct json *journal = pair_load(pair, 0, "journal", NULL);
    CHECK_TEXT(json_text(json_pointer(journal, "/rows/0/typed"), "street"), text);
    json_free(&journal);
}

static void issue_at_hall(struct pair *pair, int count)
{
    while (count-- > 0) {
        struct json *data =
            pair_at_hall(pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
        json_free(&data);
    }
}

/* --- digests --- */

/* The next feed that reaches the hall's present passes a hundredth change. */
static void pass_a_hundred(struct pair *pair)
{
    int64_t rev = workday_count(pair->hall, "SELECT rev FROM hall_state");
    issue_at_hall(pair, 100 - (int)(rev % 100));
}

static char *told(const char *log)
{
    char *text = test_read_file(log);
    CHECK(truncate(log, 0) == 0);
    return text ? text : xstrdup("");
}

/* The caller frees. */
static char *in_place_of(const char *text, const char *word, const char *by)
{
    struct buf out = {0};
    for (const char *at; (at = strstr(text, word)); text = at + strlen(word)) {
        buf_add(&out, text, (size_t)(at - text));
        buf_adds(&out, by);
    }
    buf_adds(&out, text);
    return buf_take(&out);
}

/* what is done to the copy's table; the hall's next digest must tell. */
static void try_difference(struct pair *pair, const char *log, const char *table, const char *does)
{
    REQUIRE(db_script(pair->cache[0]->db, does) == ERR_OK);
    free(told(log));
    pass_a_hundred(pair);
    pair_feed(pair, 0);
    char *text = told(log), *words = xasprintf("the copy of table %s differs", table);
    if (!CHECK(cache_needs_snapshot(pair->cache[0]) && strstr(text, words)))
        printf("    after: %s\n", does);
    CHECK_INT(cache_unsent(pair->cache[0]), 3);
    pair_feed(pair, 0); /* the copy */
    CHECK(!cache_needs_snapshot(pair->cache[0]));
    CHECK_INT(cache_unsent(pair->cache[0]), 3);
    check_typed(pair, "Half a stre");
    free(words);
    free(text);
}

TEST(damage_of_the_copy_is_told_by_the_digest_of_its_table_and_heals)
{
    static const enum table tables[] = {TABLE_HALL,  TABLE_AGENCY,  TABLE_SERVICE,
                                        TABLE_QUEUE, TABLE_COUNTER, TABLE_USER};
    static const char *const ways[] = {
        "DELETE FROM base_TABLE WHERE rowid = (SELECT max(rowid) FROM base_TABLE)",
        "UPDATE base_TABLE SET row_rev = row_rev - 1 WHERE rowid = (SELECT max(rowid) FROM base_TABLE)",
        "INSERT INTO base_TABLE (id, row_rev, row) SELECT 'extra', row_rev, row FROM base_TABLE LIMIT 1",
    };
    struct pair pair;
    uint64_t seed = test_seed(); /* each table another way with each */
    workday_open(&pair);
    workday_unsent(&pair, 3);
    type_text(&pair, "Half a stre");
    char *log = xasprintf("%s/log", pair.folder);
    REQUIRE(log_open(log, NULL) == ERR_OK);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        const char *way = ways[(t + seed) % (sizeof ways / sizeof *ways)];
        char *does = in_place_of(way, "TABLE", table_name(tables[t]));
        try_difference(&pair, log, table_wire(tables[t]), does);
        free(does);
    }
    pass_a_hundred(&pair);
    pair_feed(&pair, 0);
    CHECK(!cache_needs_snapshot(pair.cache[0])); /* it is healed for good */
    log_close();
    check_same_as_fresh(&pair);
    free(log);
    pair_close(&pair);
}

/* --- a copy that is cut --- */

enum { MANY = 1100 }; /* more than two pages of a copy */

static enum err write_many(struct tx *tx, void *ctx)
{
    (void)ctx;
    enum err err = ERR_OK;
    for (int i = 0; i < MANY && err == ERR_OK; i++) {
        char id[40];
        struct json *row = json_new_object();
        str_format(id, sizeof id, "01900000-0000-7000-8000-%012d", i);
        json_set_text(row, "name", "Somebody");
        json_set_text(row, "phone", id);
        err = tx_put(tx, TABLE_PERSON, id, row);
        json_free(&row);
    }
    return err;
}

static void open_large(struct pair *pair)
{
    struct json *nothing = json_new_object();
    workday_open(pair);
    const struct server_env env = {
        .db = pair->hall, .epoch = 1, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(server_change(&env, "hall.fill", nothing, write_many, NULL) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    json_free(&nothing);
    workday_unsent(pair, 3);
    type_text(pair, "Half a stre");
}

/* A copy under way, as client_core asks for it: it stands at the rev of its first page. */
struct copying {
    char *after;
    int64_t rev, epoch;
    int pages;
    bool last;
};

static struct json *ask_page(struct pair *pair, struct copying *copying)
{
    struct hall_state state = {0};
    struct buf text = {0};
    struct json *page = NULL;
    REQUIRE(store_state(pair->hall, &state) == ERR_OK);
    REQUIRE(reads_snapshot(pair->reads, &pair->actor[0], &state, copying->after, pair->now_ms, &text) ==
            ERR_OK);
    REQUIRE(json_parse(buf_text(&text), text.length, &page, NULL) == ERR_OK);
    if (!copying->after) {
        copying->rev = state.rev;
        copying->epoch = state.epoch;
    }
    buf_free(&text);
    return page;
}

/* A page comes and is stored; times 2: and comes once more. */
static enum err store_page(struct pair *pair, struct copying *copying, int times)
{
    struct json *page = ask_page(pair, copying);
    enum err err = ERR_OK;
    for (int i = 0; i < times && err == ERR_OK; i++)
        err = cache_snapshot_page(pair->cache[0], page, !copying->after);
    free(copying->after);
    copying->last = json_text(page, "next") == NULL;
    copying->after = copying->last ? NULL : xstrdup(json_text(page, "next"));
    copying->pages++;
    json_free(&page);
    return err;
}

static void swap(struct pair *pair, struct copying *copying)
{
    CHECK(cache_snapshot_swap(pair->cache[0], copying->rev, copying->epoch, pair->now_ms) == ERR_OK);
    CHECK(!cache_needs_snapshot(pair->cache[0]));
}

/* The copy is cut after so many pages, while hall and clerk go on; resumed, or begun anew by another start of the
 * program. False: it has no more pages. */
static bool cut_copy(struct pair *pair, int pages, bool resume, int *unsent)
{
    struct copying copying = {0};
    REQUIRE(cache_ask_snapshot(pair->cache[0]) == ERR_OK);
    while (copying.pages < pages && !copying.last)
        CHECK(store_page(pair, &copying, 1) == ERR_OK);
    bool more = !copying.last;
    issue_at_hall(pair, 2); /* younger than the pages before */
    workday_unsent(pair, 1);
    ++*unsent;
    CHECK_INT(cache_unsent(pair->cache[0]), *unsent);
    if (!resume) {
        free(copying.after);
        copying = (struct copying){0};
        pair_start(pair, 0);
        CHECK(cache_needs_snapshot(pair->cache[0]));
        CHECK_INT(cache_unsent(pair->cache[0]), *unsent);
        /* as of a hall that was restored since, or of what another person may see */
        REQUIRE(db_script(pair->cache[0]->db,
                          "INSERT INTO shadow_agencies (id, row_rev, row) VALUES ('gone', 1,"
                          " '{\"id\":\"gone\",\"row_rev\":1}')") == ERR_OK);
    }
    while (!copying.last)
        CHECK(store_page(pair, &copying, 2) == ERR_OK);
    swap(pair, &copying);
    pair_feed(pair, 0); /* what came since its first page */
    CHECK_INT(cache_unsent(pair->cache[0]), *unsent);
    check_typed(pair, "Half a stre");
    check_same_as_fresh(pair);
    return more;
}

static void cut_everywhere(bool resume)
{
    struct pair pair;
    int pages = 0, unsent = 3;
    open_large(&pair);
    while (cut_copy(&pair, pages, resume, &unsent))
        pages++;
    CHECK(pages >= 2);
    int64_t tickets = workday_count(pair.hall, "SELECT count(*) FROM tickets");
    pair_sync(&pair, 0);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    CHECK_INT(workday_count(pair.hall, "SELECT count(*) FROM tickets"), tickets + unsent);
    pair_close(&pair);
}

TEST(damage_a_copy_cut_at_any_page_goes_on_from_there)
{
    cut_everywhere(true);
}

TEST(damage_a_copy_cut_at_any_page_is_begun_anew_by_the_next_start)
{
    cut_everywhere(false);
}

/* --- a file that is not what was written --- */

enum { PAGE = 4096, UNSENT = 3 };

/* A workstation's file with unsent records and typed text, to be damaged again and again. */
struct victim {
    struct pair pair;
    char *dir, *path;
    char *bytes; /* of the whole file */
    long size;
    char *records[UNSENT]; /* the commands as they were saved */
    struct rng rng;
    uint64_t seed;
};

static void read_records(struct victim *v)
{
    static const char sql[] = "SELECT command FROM outbox WHERE state = 'pending' ORDER BY seq";
    struct stmt *s = db_query(v->pair.cache[0]->db, sql);
    for (int i = 0; i < UNSENT; i++) {
        REQUIRE(db_step(s) == ERR_OK);
        v->records[i] = xstrdup(db_text(s, 0));
    }
    db_done(s);
}

static void read_bytes(struct victim *v)
{
    FILE *file = fopen(v->path, "rb");
    REQUIRE(file && fseek(file, 0, SEEK_END) == 0);
    v->size = ftell(file);
    rewind(file);
    v->bytes = xmalloc((size_t)v->size);
    REQUIRE(fread(v->bytes, 1, (size_t)v->size, file) == (size_t)v->size);
    fclose(file);
}

static void victim_open(struct victim *v)
{
    *v = (struct victim){.seed = test_seed()};
    rng_seed(&v->rng, v->seed);
    workday_open(&v->pair);
    workday_unsent(&v->pair, UNSENT);
    type_text(&v->pair, "Half a stre");
    read_records(v);
    v->dir = pair_dir(&v->pair, 0);
    v->path = xasprintf("%s/cache.db", v->dir);
    cache_close(&v->pair.cache[0]);
    read_bytes(v);
}

static void victim_close(struct victim *v)
{
    for (int i = 0; i < UNSENT; i++)
        free(v->records[i]);
    free(v->bytes);
    free(v->path);
    free(v->dir);
    pair_close(&v->pair);
}

/* A folder with the file alone, with length bytes at place replaced. */
static void lay_damaged(struct victim *v, long place, const char *bytes, size_t length)
{
    char *sweep = xasprintf("rm -rf '%s'", v->dir);
    REQUIRE(system(sweep) == 0 && mkdir(v->dir, 0700) == 0);
    FILE *file = fopen(v->path, "wb");
    REQUIRE(file && fwrite(v->bytes, 1, (size_t)v->size, file) == (size_t)v->size);
    REQUIRE(fseek(file, place, SEEK_SET) == 0 && fwrite(bytes, 1, length, file) == length);
    REQUIRE(fclose(file) == 0);
    free(sweep);
}

/* The hall's news, or a copy of it, as sync would store them. */
static enum err follow(struct pair *pair)
{
    struct cache *cache = pair->cache[0];
    struct hall_state state = {0};
    struct copying copying = {0};
    struct buf text = {0};
    struct json *feed = NULL;
    int64_t to;
    enum err err = ERR_OK;
    while (cache_needs_snapshot(cache) && !copying.last && err == ERR_OK)
        err = store_page(pair, &copying, 1);
    free(copying.after);
    if (err == ERR_OK && copying.last)
        err = cache_snapshot_swap(cache, copying.rev, copying.epoch, pair->now_ms);
    if (err != ERR_OK)
        return err;
    REQUIRE(store_state(pair->hall, &state) == ERR_OK);
    REQUIRE(reads_feed(pair->reads, &pair->actor[0], &state, cache_cursor(cache), pair->now_ms, &text, &to) ==
            ERR_OK);
    REQUIRE(json_parse(buf_text(&text), text.length, &feed, NULL) == ERR_OK);
    err = cache_feed(cache, feed, pair->now_ms);
    json_free(&feed);
    buf_free(&text);
    return err;
}

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    return json;
}

static enum err sign_in(struct pair *pair)
{
    struct json *session =
        parse("{\"token\":\"t\",\"hall\":{\"code\":\"T1\"},\"user\":{\"id\":\"u-siti\",\"login\":"
              "\"siti\",\"name\":\"Siti\",\"roles\":[\"clerk\"],\"agency\":\"a1\"}}");
    enum err err = cache_sign_in(pair->cache[0], session);
    json_free(&session);
    return err;
}

static enum err look_at_everything(struct pair *pair)
{
    static const char *const queries[] = {"accounts", "desk",   "persons", "services", "priorities",
                                          "queues",   "users",  "outbox",  "disputes", "worklist",
                                          "board",    "status", "journal"};
    struct json *args = parse("{\"q\":\"a\",\"lang\":\"az\",\"filter\":\"mine\",\"counter\":\"c1\"}"),
                *answer = NULL;
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof queries / sizeof *queries && err == ERR_OK; i++) {
        err = cache_load(pair->cache[0], queries[i], args, pair->now_ms, &answer);
        err = err == ERR_ABSENT ? ERR_OK : err;
        json_free(&answer);
    }
    json_free(&args);
    return err;
}

static enum err confirm_one(struct pair *pair)
{
    struct saved saved;
    struct json *body = parse("{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    enum err err = cache_confirm(pair->cache[0], "ticket.issue", body, pair->now_ms, &pair->rng, &saved);
    json_free(&saved.outcome.data);
    json_free(&body);
    return err;
}

/* Everything that a day asks of it; what fails ends it, as the first line that a person sees. */
static enum err use(struct pair *pair)
{
    static enum err (*const steps[])(struct pair * pair) = {sign_in, follow, look_at_everything, confirm_one};
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && err == ERR_OK; i++)
        err = steps[i](pair);
    return err;
}

static bool same_but_for(const char *a, const char *b, int bytes)
{
    if (strlen(a) != strlen(b))
        return false;
    for (; *a; a++, b++)
        bytes -= *a != *b;
    return bytes >= 0;
}

/* The records that are there, each as it was saved but for so many bytes: what a text itself says, SQLite does not
 * guard. */
static int found_records(struct victim *v, int bytes)
{
    static const char sql[] = "SELECT command FROM outbox WHERE state = 'pending' ORDER BY seq";
    int found = 0;
    struct stmt *s = db_query(v->pair.cache[0]->db, sql);
    while (db_step(s) == ERR_OK)
        for (int i = 0; i < UNSENT; i++)
            found += same_but_for(db_text(s, 0), v->records[i], bytes);
    db_done(s);
    return found;
}

/* Damage may show itself only when it is read: it is noted then, and the next start heals. */
static bool is_noted(const struct victim *v)
{
    char *note = xasprintf("%s/cache.damaged", v->dir);
    bool noted = access(note, F_OK) == 0;
    free(note);
    return noted;
}

/* The page has a record's own words. */
static bool holds_records(const struct victim *v, long place)
{
    static const char words[] = "\"type\":\"ticket.issue\"";
    const char *page = v->bytes + place / PAGE * PAGE;
    return memmem(page, PAGE, words, strlen(words)) != NULL;
}

/* It works on, after another start at most; only where the page of the records themselves is gone may any be missing, and
 * then the person is told. */
static void try_damaged(struct victim *v, const char *what, long place, int bytes)
{
    struct err_info info = {0};
    enum err err = ERR_CORRUPT;
    int told = -1, found = 0;
    for (int starts = 0; starts < 3 && err != ERR_OK; starts++) {
        int recovered = -1;
        cache_close(&v->pair.cache[0]);
        err = cache_open(&v->pair.cache[0], v->dir, v->pair.now_ms, &v->pair.rng, &recovered, &info);
        told = recovered > told ? recovered : told;
        if (err != ERR_OK)
            break;
        err = use(&v->pair);
        if (err != ERR_OK && !is_noted(v))
            break;
    }
    if (err == ERR_OK)
        found = found_records(v, bytes);
    if (!CHECK(err == ERR_OK && (found == UNSENT || (told >= 0 && holds_records(v, place)))))
        printf("    seed %" PRIu64 ": page %ld, %s at %ld: %s %s; told %d, found %d\n", v->seed, place / PAGE,
               what, place % PAGE, info.text, v->pair.cache[0] ? cache_message(v->pair.cache[0]) : "", told,
               found);
    cache_close(&v->pair.cache[0]);
}

/* A half of the pages by each seed; LOKET_ROUNDS asks for more. */
TEST(damage_of_any_page_of_the_file)
{
    struct victim v;
    char noise[PAGE], nothing[PAGE] = {0};
    victim_open(&v);
    for (uint64_t round = test_given("LOKET_ROUNDS", 1); round > 0; round--)
        for (long place = (long)((v.seed + round) % 2) * PAGE; place < v.size; place += 2 * PAGE) {
            long at = place + (long)rng_below(&v.rng, PAGE);
            char byte = (char)(v.bytes[at] + 1 + (int)rng_below(&v.rng, 255));
            for (int i = 0; i < PAGE; i++)
                noise[i] = (char)rng_next(&v.rng);
            const struct {
                const char *what, *bytes;
                long at;
                size_t length;
            } kinds[] = {
                {"noise", noise, place, PAGE}, {"nothing", nothing, place, PAGE}, {"a byte", &byte, at, 1}};
            size_t kind = (size_t)rng_below(&v.rng, sizeof kinds / sizeof *kinds);
            lay_damaged(&v, kinds[kind].at, kinds[kind].bytes, kinds[kind].length);
            try_damaged(&v, kinds[kind].what, kinds[kind].at, kinds[kind].length == 1);
        }
    victim_close(&v);
}

/* SQLite's own head of a file, and our number in it. */
TEST(damage_of_any_byte_of_the_head_of_the_file)
{
    enum { VERSION = 63 }; /* one that may be: migration_refuses_a_cache_of_a_newer_version */
    struct victim v;
    victim_open(&v);
    long step = test_given("LOKET_ROUNDS", 1) > 1 ? 1 : 3; /* a third of them by each seed */
    for (long at = (long)(v.seed % (uint64_t)step); at < 100; at += step) {
        char byte = (char)(v.bytes[at] + 1 + (int)rng_below(&v.rng, 255));
        if (at == VERSION)
            continue;
        lay_damaged(&v, at, &byte, 1);
        try_damaged(&v, "a byte", at, 0);
    }
    victim_close(&v);
}

/* Where the tables are, and what their columns are called. */
TEST(damage_of_any_byte_of_the_schema)
{
    struct victim v;
    victim_open(&v);
    for (uint64_t tries = test_given("LOKET_ROUNDS", 1) * 30; tries > 0;) {
        long at = (long)rng_below(&v.rng, (uint64_t)v.size);
        const char *page = v.bytes + at / PAGE * PAGE;
        bool schema = memmem(page, PAGE, "CREATE ", strlen("CREATE ")) != NULL;
        if (!schema || (v.bytes[at] == 0 && rng_below(&v.rng, 20) > 0))
            continue;
        char byte = (char)(v.bytes[at] + 1 + (int)rng_below(&v.rng, 255));
        lay_damaged(&v, at, &byte, 1);
        try_damaged(&v, "a byte", at, 0);
        tries--;
    }
    victim_close(&v);
}

/* --- of the hall's history --- */

/* Whoever sees it masked would be shown what is not there. */
TEST(damage_of_a_change_that_lost_its_row_is_given_to_nobody)
{
    struct pair pair;
    struct buf text = {0};
    struct hall_state state = {0};
    int64_t to;
    pair_open(&pair);
    for (int i = 0; i < 2; i++) {
        pair_start(&pair, i);
        pair_sign_in(&pair, i, i == 0 ? "siti" : "rina");
        pair_sync(&pair, i);
    }
    REQUIRE(store_state(pair.hall, &state) == ERR_OK);
    int64_t before = state.rev;
    json_free(&(struct json *){pair_at_hall(&pair, "siti", "case.open",
                                            "{\"case\":\"019ff1c0-0000-7000-8000-000000000001\","
                                            "\"service\":\"s1\"}")});
    REQUIRE(db_script(pair.hall,
                      "UPDATE change SET item = json_set(json_remove(item, '$.rows[0].row'),"
                      " '$.rows[0].leaf', 'a') WHERE rev = (SELECT max(rev) FROM change)") == ERR_OK);
    REQUIRE(store_state(pair.hall, &state) == ERR_OK);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(reads_feed(pair.reads, &pair.actor[i], &state, before, pair.now_ms, &text, &to),
                  ERR_CORRUPT);
        buf_free(&text);
    }
    pair_close(&pair);
}
