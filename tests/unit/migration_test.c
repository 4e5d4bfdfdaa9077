/* tests/unit/migration_test.c: files of each released version are opened by this one, and everything is found.
 *
 * tests/unit/data holds hall.db and cache.db of a working day as each version left them, as the text that sqlite3's
 * .dump makes of them. A released version's files stay as they are. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hall/notices.h"
#include "core/hall/verify.h"
#include "core/model/notice_code.h"
#include "tests/support/test.h"
#include "tests/support/workday.h"

/* Run with LOKET_RELEASE=FOLDER when a version is released: writes the files that it leaves behind. */
TEST(migration_writes_the_files_of_this_version)
{
    const char *folder = getenv("LOKET_RELEASE");
    struct pair pair;
    if (!folder)
        return;
    workday_open_in(&pair, folder);
    workday_unsent(&pair, 3);
    struct json *typed = json_new_object();
    json_set_text(typed, "street", "Half a stre");
    CHECK(cache_journal_put(pair.cache[0], "form", "01900000-0000-7000-8000-0000000000c2", typed,
                            pair.now_ms) == ERR_OK);
    CHECK(cache_set_setting(pair.cache[0], "lang", "az") == ERR_OK);
    json_free(&typed);
    pair_close(&pair);
}

TEST(migration_keeps_files_of_the_version_that_this_is)
{
    CHECK(access("tests/unit/data/hall-" LOKET_VERSION ".sql", R_OK) == 0);
    CHECK(access("tests/unit/data/cache-" LOKET_VERSION ".sql", R_OK) == 0);
}

/* --- files of a version --- */

/* One released version: its files, in a folder laid out as tests/support/pair.h has it. */
struct release {
    char *hall_text, *cache_text; /* the dumps */
    char *hall_dir, *cache_dir, *hall_file, *cache_file;
    struct pair pair; /* nothing is open */
};

static void release_lay_out(struct release *r, char *hall_dump, char *cache_dump)
{
    *r = (struct release){0};
    str_copy(r->pair.folder, sizeof r->pair.folder, test_folder());
    rng_seed(&r->pair.rng, 4);
    r->pair.now_ms = 1795576800000; /* 2026-11-25T03:20:00Z: later that day */
    r->pair.mono_ms = 1000000;
    r->hall_dir = xasprintf("%s/hall", r->pair.folder);
    r->cache_dir = pair_dir(&r->pair, 0);
    r->hall_file = xasprintf("%s/hall.db", r->hall_dir);
    r->cache_file = xasprintf("%s/cache.db", r->cache_dir);
    REQUIRE(mkdir(r->hall_dir, 0700) == 0 && mkdir(r->cache_dir, 0700) == 0);
    r->hall_text = test_read_file(hall_dump);
    r->cache_text = test_read_file(cache_dump);
    REQUIRE(r->hall_text && r->cache_text);
    workday_load(r->hall_text, r->hall_file);
    workday_load(r->cache_text, r->cache_file);
}

static void release_clear(struct release *r)
{
    pair_close(&r->pair);
    char *texts[] = {r->hall_text, r->cache_text, r->hall_dir, r->cache_dir, r->hall_file, r->cache_file};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
}

static void release_open(struct release *r)
{
    struct err_info info = {0};
    if (store_open(&r->pair.hall, r->hall_dir, false, &info) != ERR_OK)
        printf("    %s\n", info.text);
    REQUIRE(r->pair.hall);
    r->pair.reads = reads_new(r->pair.hall);
    pair_start(&r->pair, 0);
}

/* Tries each version that has files. */
static void each_release(void (*try)(struct release *r))
{
    glob_t found = {0};
    REQUIRE(glob("tests/unit/data/hall-*.sql", 0, NULL, &found) == 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct release r;
        const char *version = strstr(found.gl_pathv[i], "hall-") + strlen("hall-");
        char *cache_dump = xasprintf("tests/unit/data/cache-%s", version);
        release_lay_out(&r, found.gl_pathv[i], cache_dump);
        try(&r);
        release_clear(&r);
        free(cache_dump);
    }
    globfree(&found);
}

/* --- everything is found --- */

/* As many rows in each table as the dump has; beyond: what the new program adds by itself. */
static void check_counts(const char *dump, const char *path, const char *grows)
{
    const char *create = dump;
    int tables = 0;
    while ((create = strstr(create, "\nCREATE TABLE "))) {
        char name[64];
        create += strlen("\nCREATE TABLE ");
        str_format(name, sizeof name, "%.*s", (int)strcspn(create, " ("), create);
        int64_t now = workday_rows(path, name), then = workday_inserts(dump, name);
        bool same = str_equal(name, grows) ? now > then : now == then;
        if (!CHECK(same))
            printf("    %s: %lld rows, in the dump %lld\n", name, (long long)now, (long long)then);
        tables++;
    }
    CHECK(tables > 20);
}

static void hall_is_found(struct release *r)
{
    struct err_info info = {0};
    struct verified done;
    release_open(r);
    if (!CHECK(verify_store(r->pair.hall, &done, &info) == ERR_OK))
        printf("    %s\n", info.text);
    CHECK_INT(done.audit, workday_inserts(r->hall_text, "audit"));
    CHECK_INT(done.results, workday_inserts(r->hall_text, "result"));
    db_close(&r->pair.hall);
    check_counts(r->hall_text, r->hall_file, "migrations");
}

static void notice_is_found(struct release *r)
{
    static const char sql[] = "SELECT case_ || ' ' || id FROM decisions LIMIT 1";
    char code[NOTICE_CODE_TEXT];
    struct json *answer = NULL;
    release_open(r);
    char *ids = xstrdup(workday_text(r->pair.hall, sql)), *decision = strchr(ids, ' ');
    REQUIRE(decision);
    *decision++ = '\0';
    notice_code(ids, decision, code);
    if (CHECK_INT(notices_ask(r->pair.hall, code, &answer), ERR_OK))
        CHECK_TEXT(json_text(answer, "outcome"), "approve");
    json_free(&answer);
    free(ids);
}

/* They were given before there were codes: printed again, they bear one. */
TEST(migration_of_a_hall_makes_the_codes_of_its_old_decisions)
{
    each_release(notice_is_found);
}

TEST(migration_of_a_hall_finds_every_row_and_proves_it_whole)
{
    each_release(hall_is_found);
}

static void check_unsent(struct release *r)
{
    struct json *outbox = pair_load(&r->pair, 0, "outbox", "{}");
    CHECK_INT(cache_unsent(r->pair.cache[0]), 3);
    for (int64_t seq = 1; seq <= 4; seq++) { /* the first was refused, and nobody has looked yet */
        const struct json *row = json_at(json_get(outbox, "rows"), (size_t)seq - 1);
        CHECK_INT(json_int(row, "seq", 0), seq);
        CHECK_TEXT(json_text(row, "type"), seq == 1 ? "ticket.cancel" : "ticket.issue");
    }
    json_free(&outbox);
}

static void check_typed(struct release *r)
{
    struct json *journal = pair_load(&r->pair, 0, "journal", NULL);
    CHECK_TEXT(json_text(json_pointer(journal, "/rows/0/typed"), "street"), "Half a stre");
    CHECK_TEXT(json_text(json_pointer(journal, "/rows/0"), "screen"), "form");
    json_free(&journal);
}

static void cache_is_found(struct release *r)
{
    release_open(r);
    REQUIRE(cache_actor(r->pair.cache[0]));
    CHECK_TEXT(cache_actor(r->pair.cache[0])->login, "siti");
    check_unsent(r);
    check_typed(r);
    CHECK_TEXT(cache_setting(r->pair.cache[0], "lang"), "az");
    cache_close(&r->pair.cache[0]);
    check_counts(r->cache_text, r->cache_file, "meta"); /* it counts its starts */
}

TEST(migration_of_a_cache_finds_the_outbox_the_typed_text_and_the_settings)
{
    each_release(cache_is_found);
}

static void work_goes_on(struct release *r)
{
    static const char sql[] = "SELECT group_concat(id) FROM (SELECT id FROM result ORDER BY seq)";
    struct err_info info = {0};
    struct verified done;
    struct json *outbox;
    struct buf ids = {0};
    release_open(r);
    pair_sign_in(&r->pair, 0, "siti");
    outbox = pair_load(&r->pair, 0, "outbox", "{}");
    for (const struct json *row = json_first(json_get(outbox, "rows")); row; row = json_next(row))
        buf_addf(&ids, "%s%s", ids.length ? "," : "", json_text_or(row, "id", "?"));
    pair_sync(&r->pair, 0);
    CHECK_INT(cache_unsent(r->pair.cache[0]), 0);
    CHECK_TEXT(workday_text(r->pair.hall, sql), buf_text(&ids));
    check_typed(r);
    if (!CHECK(verify_store(r->pair.hall, &done, &info) == ERR_OK))
        printf("    %s\n", info.text);
    CHECK_INT(done.results, 4);
    buf_free(&ids);
    json_free(&outbox);
}

TEST(migration_lets_an_old_workstation_go_on_with_its_old_hall)
{
    each_release(work_goes_on);
}

/* --- the same shape --- */

/* Columns and indexes of every table, without the words in which they were made. */
static char *shape(const char *path)
{
    static const char sql[] =
        "SELECT group_concat(line, char(10)) FROM (SELECT t.name || '.' || c.name || ' ' || c.type || ' ' ||"
        " c.\"notnull\" || ' ' || c.pk AS line FROM sqlite_master AS t, pragma_table_info(t.name) AS c"
        " WHERE t.type IN ('table', 'view') UNION ALL SELECT i.tbl_name || '(' || (SELECT "
        "group_concat(c.name)"
        " FROM pragma_index_info(i.name) AS c) || ')' FROM sqlite_master AS i WHERE i.type = 'index'"
        " ORDER BY line)";
    struct db *db = NULL;
    REQUIRE(db_open(&db, path, 0, NULL) == ERR_OK);
    struct stmt *s = db_query(db, sql);
    char *lines = db_step(s) == ERR_OK ? xstrdup(db_text(s, 0)) : NULL;
    db_done(s);
    db_close(&db);
    REQUIRE(lines);
    return lines;
}

static void check_shape(const char *old, const char *fresh)
{
    char *got = shape(old), *want = shape(fresh);
    if (!CHECK(strcmp(got, want) == 0))
        printf("    %s has another shape than a new one: a migration is missing\n", old);
    free(got);
    free(want);
}

/* Whoever changes a table and forgets the migration hears of it here. */
static void same_as_new(struct release *r)
{
    struct pair new;
    pair_open(&new);
    pair_start(&new, 0);
    char *hall = xasprintf("%s/hall/hall.db", new.folder), *dir = pair_dir(&new, 0);
    char *cache = xasprintf("%s/cache.db", dir);
    pair_close(&new);
    REQUIRE(store_open(&r->pair.hall, r->hall_dir, false, NULL) == ERR_OK);
    db_close(&r->pair.hall);
    check_shape(r->hall_file, hall);
    pair_start(&r->pair, 0);
    cache_close(&r->pair.cache[0]);
    check_shape(r->cache_file, cache);
    free(hall);
    free(dir);
    free(cache);
}

TEST(migration_gives_old_files_the_shape_of_new_ones)
{
    each_release(same_as_new);
}

/* --- files of the future --- */

static void alter(const char *path, const char *sql)
{
    struct db *db = NULL;
    REQUIRE(db_open(&db, path, DB_WRITE, NULL) == ERR_OK);
    REQUIRE(db_script(db, sql) == ERR_OK);
    db_close(&db);
}

static void newer_hall_is_refused(struct release *r)
{
    struct err_info info = {0};
    alter(r->hall_file, "INSERT INTO migrations VALUES (999)");
    char *before = workday_digest(r->hall_file);
    CHECK_INT(store_open(&r->pair.hall, r->hall_dir, false, &info), ERR_TOO_OLD);
    CHECK(!r->pair.hall && strstr(info.text, "newer loketd") && strstr(info.text, r->hall_file));
    char *after = workday_digest(r->hall_file);
    CHECK_TEXT(after, before);
    free(before);
    free(after);
}

TEST(migration_refuses_a_hall_of_a_newer_version_and_leaves_it_as_it_is)
{
    each_release(newer_hall_is_refused);
}

static void newer_cache_is_refused(struct release *r)
{
    struct err_info info = {0};
    int recovered = 0;
    alter(r->cache_file, "PRAGMA user_version = 999");
    char *before = workday_digest(r->cache_file);
    CHECK_INT(cache_open(&r->pair.cache[0], r->cache_dir, r->pair.now_ms, &r->pair.rng, &recovered, &info),
              ERR_TOO_OLD);
    CHECK(!r->pair.cache[0] && strstr(info.text, "newer Loket") && strstr(info.text, r->cache_file));
    CHECK_INT(recovered, -1); /* not taken for damaged */
    char *after = workday_digest(r->cache_file);
    CHECK_TEXT(after, before);
    free(before);
    free(after);
}

TEST(migration_refuses_a_cache_of_a_newer_version_and_leaves_it_as_it_is)
{
    each_release(newer_cache_is_refused);
}

/* --- migrations that fail --- */

/* A table that only the last migration makes is there already, so that those before it have been done when it fails. */
static void failed_migration_undoes_all(struct release *r)
{
    struct err_info info = {0};
    alter(r->hall_file, "DROP TABLE IF EXISTS notice_code; CREATE TABLE notice_code (other TEXT);"
                        "DROP TABLE IF EXISTS issuer; DELETE FROM migrations WHERE version > 4");
    char *before = workday_dump(r->hall_file);
    CHECK(store_open(&r->pair.hall, r->hall_dir, false, &info) != ERR_OK);
    CHECK(!r->pair.hall && strstr(info.text, r->hall_file));
    char *after = workday_dump(r->hall_file);
    CHECK(strcmp(after, before) == 0);
    alter(r->hall_file, "DROP TABLE notice_code");
    release_open(r);
    free(before);
    free(after);
}

TEST(migration_that_fails_at_its_last_step_leaves_the_old_file)
{
    each_release(failed_migration_undoes_all);
}
