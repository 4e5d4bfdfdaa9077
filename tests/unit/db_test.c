/* tests/unit/db_test.c: the store's promises: durable commits, one owner of a file, rows in every set, views. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/db/rows.h"
#include "tests/support/test.h"

static char *path_of(const char *name)
{
    return xasprintf("%s/%s", test_folder(), name);
}

static struct db *open_at(const char *path, unsigned flags)
{
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(db_open(&db, path, flags, &info) == ERR_OK);
    return db;
}

enum { MINE = DB_WRITE | DB_CREATE | DB_EXCLUSIVE };

static struct db *open_new(const char *name)
{
    char *path = path_of(name);
    struct db *db = open_at(path, MINE);
    free(path);
    return db;
}

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    return json;
}

static void put(struct db *db, enum row_set set, enum table table, const char *text)
{
    struct json *row = parse(text);
    CHECK(row_put(db, set, table, row) == ERR_OK);
    json_free(&row);
}

static const char *name_in(struct db *db, enum table table, const char *id, char out[64])
{
    struct json *row = NULL;
    enum err err = row_get(db, table, id, &row);
    str_copy(out, 64,
             err == ERR_OK       ? json_text_or(row, "name", "?")
             : err == ERR_ABSENT ? "absent"
                                 : "failed");
    json_free(&row);
    return out;
}

TEST(db_file_is_private_and_has_one_owner)
{
    char *path = path_of("own.db");
    struct db *db = open_at(path, MINE), *second = NULL;
    struct err_info info = {0};
    struct stat about;
    REQUIRE(stat(path, &about) == 0);
    CHECK_INT(about.st_mode & 0777, 0600);
    CHECK(db_open(&second, path, DB_WRITE | DB_EXCLUSIVE, &info) == ERR_IN_USE);
    CHECK(strstr(info.text, "own.db") != NULL);
    db_close(&db);
    CHECK(db_open(&second, path, DB_WRITE | DB_EXCLUSIVE, &info) == ERR_OK);
    db_close(&second);
    free(path);
}

TEST(db_says_what_is_wrong_with_a_file)
{
    struct err_info info = {0};
    struct db *db = NULL;
    char *path = path_of("none.db");
    CHECK(db_open(&db, path, DB_WRITE, &info) == ERR_ABSENT);
    FILE *file = fopen(path, "w");
    REQUIRE(file);
    for (int i = 0; i < 4096; i++)
        fputs("not a database", file);
    fclose(file);
    CHECK(db_open(&db, path, DB_WRITE, &info) == ERR_CORRUPT);
    CHECK(strstr(info.text, "none.db") != NULL);
    free(path);
}

TEST(db_rollback_and_nested_savepoints)
{
    static const char add[] = "INSERT INTO t (n) VALUES ($1)", sum[] = "SELECT sum(n) FROM t";
    struct db *db = open_new("steps.db");
    REQUIRE(db_script(db, "CREATE TABLE t (n BIGINT)") == ERR_OK);
    REQUIRE(db_begin(db) == ERR_OK);
    for (int n = 1; n <= 100; n *= 10) { /* 1 stays, 10 and with it 100 are undone */
        if (n > 1)
            REQUIRE(db_savepoint(db) == ERR_OK);
        struct stmt *s = db_query(db, add);
        db_bind_int(s, 1, n);
        CHECK(db_run(s) == ERR_OK);
    }
    CHECK(db_release(db) == ERR_OK);
    db_rollback_to(db);
    CHECK(db_commit(db) == ERR_OK);
    struct stmt *s = db_query(db, sum);
    CHECK(db_step(s) == ERR_OK);
    CHECK_INT(db_int(s, 0), 1);
    db_done(s);
    db_close(&db);
}

TEST(db_parameters_go_by_their_number)
{
    static const char backwards[] = "SELECT $2 || $1 || $2";
    struct db *db = open_new("numbers.db");
    struct stmt *s = db_query(db, backwards);
    db_bind_text(s, 1, "a");
    db_bind_text(s, 2, "b");
    REQUIRE(db_step(s) == ERR_OK);
    CHECK_TEXT(db_text(s, 0), "bab");
    db_done(s);
    db_close(&db);
}

TEST(db_statement_in_use_may_be_used_again)
{
    static const char list[] = "SELECT n FROM t ORDER BY n";
    struct db *db = open_new("twice.db");
    REQUIRE(db_script(db, "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (1), (2)") == ERR_OK);
    struct stmt *outer = db_query(db, list);
    int seen = 0;
    while (db_step(outer) == ERR_OK) {
        struct stmt *inner = db_query(db, list);
        while (db_step(inner) == ERR_OK)
            seen++;
        db_done(inner);
    }
    db_done(outer);
    CHECK_INT(seen, 4);
    db_close(&db);
}

TEST(db_backup_is_whole_and_private)
{
    struct err_info info = {0};
    struct db *db = open_new("from.db");
    char *path = path_of("copy.db"), name[64];
    REQUIRE(rows_create(db, ROWS_PLAIN) == ERR_OK);
    put(db, ROWS_PLAIN, TABLE_COUNTER, "{\"id\":\"c1\",\"row_rev\":3,\"name\":\"7\"}");
    CHECK(db_backup(db, path, NULL, NULL, &info) == ERR_OK);
    db_close(&db);
    db = open_at(path, DB_WRITE | DB_EXCLUSIVE);
    CHECK_TEXT(name_in(db, TABLE_COUNTER, "c1", name), "7");
    CHECK(db_integrity(db, &info) == ERR_OK);
    db_close(&db);
    free(path);
}

/* What the workstation sees: the overlay's row, else the base's; a tombstone hides it. */
TEST(rows_overlay_hides_the_base)
{
    struct db *db = open_new("sets.db");
    char name[64];
    REQUIRE(rows_create(db, ROWS_BASE) == ERR_OK && rows_create(db, ROWS_OVERLAY) == ERR_OK &&
            rows_create(db, ROWS_SHADOW) == ERR_OK && rows_create_views(db) == ERR_OK);
    put(db, ROWS_BASE, TABLE_COUNTER, "{\"id\":\"a\",\"row_rev\":1,\"name\":\"base\"}");
    CHECK_TEXT(name_in(db, TABLE_COUNTER, "a", name), "base");
    put(db, ROWS_OVERLAY, TABLE_COUNTER, "{\"id\":\"a\",\"row_rev\":1,\"name\":\"mine\"}");
    CHECK_TEXT(name_in(db, TABLE_COUNTER, "a", name), "mine");
    CHECK(row_delete(db, ROWS_OVERLAY, TABLE_COUNTER, "a") == ERR_OK);
    CHECK_TEXT(name_in(db, TABLE_COUNTER, "a", name), "absent");
    CHECK(rows_clear(db, ROWS_OVERLAY) == ERR_OK);
    CHECK_TEXT(name_in(db, TABLE_COUNTER, "a", name), "base");
    put(db, ROWS_SHADOW, TABLE_COUNTER, "{\"id\":\"b\",\"row_rev\":9,\"name\":\"new\"}");
    REQUIRE(db_begin(db) == ERR_OK);
    CHECK(rows_swap_shadow(db) == ERR_OK);
    REQUIRE(db_commit(db) == ERR_OK);
    CHECK_TEXT(name_in(db, TABLE_COUNTER, "a", name), "absent");
    CHECK_TEXT(name_in(db, TABLE_COUNTER, "b", name), "new");
    put(db, ROWS_SHADOW, TABLE_COUNTER, "{\"id\":\"c\",\"row_rev\":10,\"name\":\"newer\"}");
    CHECK(rows_swap_shadow(db) == ERR_OK);
    CHECK_TEXT(name_in(db, TABLE_COUNTER, "b", name), "absent");
    CHECK_TEXT(name_in(db, TABLE_COUNTER, "c", name), "newer");
    CHECK(db_integrity(db, NULL) == ERR_OK); /* indexes went with their tables */
    db_close(&db);
}

struct seen {
    char text[200];
};
static enum err see(void *ctx, enum table table, const char *id, int64_t row_rev, const char *text)
{
    struct seen *seen = ctx;
    size_t length = strlen(seen->text);
    (void)row_rev, (void)text;
    str_format(seen->text + length, sizeof seen->text - length, "%s:%s ", table_wire(table), id);
    return ERR_OK;
}

TEST(rows_pages_visit_every_row_once)
{
    struct db *db = open_new("pages.db");
    REQUIRE(rows_create(db, ROWS_PLAIN) == ERR_OK);
    put(db, ROWS_PLAIN, TABLE_QUEUE, "{\"id\":\"q\",\"row_rev\":1}");
    put(db, ROWS_PLAIN, TABLE_COUNTER, "{\"id\":\"a\",\"row_rev\":1}");
    put(db, ROWS_PLAIN, TABLE_COUNTER, "{\"id\":\"b\",\"row_rev\":1}");
    put(db, ROWS_PLAIN, TABLE_USER, "{\"id\":\"u\",\"row_rev\":1}");
    struct seen seen = {""};
    bool more = false;
    CHECK(rows_page(db, TABLE_HALL, NULL, 2, see, &seen, &more) == ERR_OK && more);
    CHECK(rows_page(db, TABLE_COUNTER, "a", 2, see, &seen, &more) == ERR_OK);
    CHECK(!more);
    CHECK_TEXT(seen.text, "queue:q counter:a counter:b user:u ");
    db_close(&db);
}

/* The lists that screens read must not grow slower with the cache: both halves of a view go by their index. */
TEST(rows_views_go_by_index_and_merge)
{
    static const char queue[] = "SELECT row, arrived_at, number FROM tickets WHERE queue = $1"
                                " AND state = 'waiting' ORDER BY arrived_at, number LIMIT $2";
    static const char one[] = "SELECT row FROM tickets WHERE id = $1";
    static const char waiting[] = "SELECT count(*), min(arrived_at) FROM tickets WHERE queue = $1"
                                  " AND state = 'waiting'";
    struct db *db = open_new("plan.db");
    REQUIRE(rows_create(db, ROWS_BASE) == ERR_OK && rows_create(db, ROWS_OVERLAY) == ERR_OK &&
            rows_create_views(db) == ERR_OK);
    static const char day[] = "SELECT row, number FROM tickets WHERE day = $1 LIMIT $2";
    const char *const asked[] = {queue, one, waiting, day};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        char *plan = db_explain(db, asked[i]);
        if (!CHECK(strstr(plan, "SCAN b") == NULL && strstr(plan, "SCAN o") == NULL))
            puts(plan);
        CHECK(strstr(plan, "TEMP B-TREE") == NULL);
        free(plan);
    }
    db_close(&db);
}

TEST(rows_person_is_found_by_either_name)
{
    static const char spoken[] = "SELECT id FROM persons WHERE fold >= $1 ORDER BY fold LIMIT 1";
    static const char family[] = "SELECT fold_family FROM persons WHERE fold_family >= $1 LIMIT 1";
    struct db *db = open_new("fold.db");
    REQUIRE(rows_create(db, ROWS_PLAIN) == ERR_OK);
    put(db, ROWS_PLAIN, TABLE_PERSON,
        "{\"id\":\"p\",\"row_rev\":1,\"name\":\"Leyla Əliyeva\",\"family\":\"Əliyeva\"}");
    struct stmt *s = db_query(db, spoken);
    db_bind_text(s, 1, "laila");
    CHECK(db_step(s) == ERR_OK);
    db_done(s);
    s = db_query(db, family);
    db_bind_text(s, 1, "aliava");
    REQUIRE(db_step(s) == ERR_OK);
    CHECK_TEXT(db_text(s, 0), "aliava laila aliava");
    db_done(s);
    db_close(&db);
}
