/* tests/unit/db_test.c: the store's promises: durable commits, one owner of a file, rows in every set, views. What both
 * stores promise is asked of both: ON_BOTH(name) is a test in a file and a test, postgres_name, in PostgreSQL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/command/heads.h"
#include "core/db/rows.h"
#include "core/db/whole.h"
#include "tests/support/cluster.h"
#include "tests/support/test.h"

static bool in_cluster;

static void in_file(void)
{
    in_cluster = false;
}

static void in_postgres(void)
{
    if (cluster_lacks())
        test_skip(cluster_lacks());
    in_cluster = true;
}

#define ON_BOTH(id)              \
    static void both_##id(void); \
    TEST(id)                     \
    {                            \
        in_file();               \
        both_##id();             \
    }                            \
    TEST(postgres_##id)          \
    {                            \
        in_postgres();           \
        both_##id();             \
    }                            \
    static void both_##id(void)

/* In the cluster a schema of that name. */
static char *path_of(const char *name)
{
    if (!in_cluster)
        return xasprintf("%s/%s.db", test_folder(), name);
    char *full = xasprintf("t%d_%s", (int)getpid(), name), *address = cluster_address(full);
    free(full);
    return address;
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
    in_file();
    char *path = path_of("own");
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
    in_file();
    struct err_info info = {0};
    struct db *db = NULL;
    char *path = path_of("none");
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

ON_BOTH(db_rollback_and_nested_savepoints)
{
    static const char add[] = "INSERT INTO t (n) VALUES ($1)", sum[] = "SELECT sum(n) FROM t";
    struct db *db = open_new("steps");
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

ON_BOTH(db_parameters_go_by_their_number)
{
    static const char backwards[] = "SELECT $2 || $1 || $2";
    struct db *db = open_new("numbers");
    struct stmt *s = db_query(db, backwards);
    db_bind_text(s, 1, "a");
    db_bind_text(s, 2, "b");
    REQUIRE(db_step(s) == ERR_OK);
    CHECK_TEXT(db_text(s, 0), "bab");
    db_done(s);
    db_close(&db);
}

ON_BOTH(db_statement_in_use_may_be_used_again)
{
    static const char list[] = "SELECT n FROM t ORDER BY n";
    struct db *db = open_new("twice");
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
    in_file();
    struct err_info info = {0};
    struct db *db = open_new("from");
    char *path = path_of("copy"), name[64];
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
    in_file();
    struct db *db = open_new("sets");
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

ON_BOTH(rows_pages_visit_every_row_once)
{
    struct db *db = open_new("pages");
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
    in_file();
    static const char queue[] = "SELECT row, arrived_at, number FROM tickets WHERE queue = $1"
                                " AND state = 'waiting' ORDER BY arrived_at, number LIMIT $2";
    static const char one[] = "SELECT row FROM tickets WHERE id = $1";
    static const char waiting[] = "SELECT count(*), min(arrived_at) FROM tickets WHERE queue = $1"
                                  " AND state = 'waiting'";
    struct db *db = open_new("plan");
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

ON_BOTH(rows_person_is_found_by_either_name)
{
    static const char spoken[] = "SELECT id FROM persons WHERE fold >= $1 ORDER BY fold LIMIT 1";
    static const char family[] = "SELECT fold_family FROM persons WHERE fold_family >= $1 LIMIT 1";
    struct db *db = open_new("fold");
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

/* --- what a hall's rules rely on, in both --- */

static int64_t number_of(struct db *db, const char *sql)
{
    struct stmt *s = db_query(db, sql);
    int64_t value = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return value;
}

/* The first column of every row, with a space behind each; null is "-". */
static const char *list_of(struct db *db, const char *sql, char out[200])
{
    struct stmt *s = db_query(db, sql);
    size_t length = 0;
    *out = '\0';
    while (db_step(s) == ERR_OK) {
        str_format(out + length, 200 - length, "%s ", db_is_null(s, 0) ? "-" : db_text(s, 0));
        length += strlen(out + length);
    }
    db_done(s);
    return out;
}

ON_BOTH(db_store_has_one_owner)
{
    char *path = path_of("owner");
    struct err_info info = {0};
    struct db *db = open_at(path, MINE), *second = NULL;
    REQUIRE(db_script(db, "CREATE TABLE t (n BIGINT)") == ERR_OK);
    CHECK_INT(db_open(&second, path, DB_WRITE | DB_EXCLUSIVE, &info), ERR_IN_USE);
    CHECK(strstr(info.text, "in use") != NULL && second == NULL);
    db_close(&db);
    CHECK_INT(db_open(&second, path, DB_WRITE | DB_EXCLUSIVE, &info), ERR_OK);
    db_close(&second);
    free(path);
}

ON_BOTH(db_that_is_not_there_is_absent)
{
    char *path = path_of("nowhere");
    struct err_info info = {0};
    struct db *db = NULL;
    CHECK_INT(db_open(&db, path, DB_WRITE, &info), ERR_ABSENT);
    CHECK(db == NULL && info.text[0]);
    free(path);
}

/* Committed rows are there for the next who opens; rows of a transaction that was not are not. */
ON_BOTH(db_keeps_what_was_committed)
{
    static const char add[] = "INSERT INTO t (n) VALUES ($1)", sum[] = "SELECT sum(n) FROM t";
    char *path = path_of("kept");
    struct db *db = open_at(path, MINE);
    REQUIRE(db_script(db, "CREATE TABLE t (n BIGINT)") == ERR_OK);
    for (int n = 1; n <= 10; n *= 10) {
        REQUIRE(db_begin(db) == ERR_OK);
        CHECK(db_in_transaction(db));
        struct stmt *s = db_query(db, add);
        db_bind_int(s, 1, n);
        CHECK(db_run(s) == ERR_OK);
        CHECK_INT(db_changes(db), 1);
        if (n == 1)
            REQUIRE(db_commit(db) == ERR_OK);
    }
    db_close(&db);
    db = open_at(path, DB_WRITE | DB_EXCLUSIVE);
    CHECK_INT(number_of(db, sum), 1);
    CHECK(!db_in_transaction(db));
    db_close(&db);
    free(path);
}

/* Texts are ordered by their bytes and nulls come first, up as well as last down; letters of every alphabet come back as
 * they were. */
ON_BOTH(db_orders_by_bytes_and_nulls_first)
{
    static const char add[] = "INSERT INTO tickets (id, row_rev, row, number) VALUES ($1, 1, '{}', $2)";
    static const char up[] = "SELECT number FROM tickets ORDER BY number, id";
    static const char down[] = "SELECT number FROM tickets ORDER BY number DESC";
    static const char over[] = "SELECT number FROM tickets WHERE number >= $1 ORDER BY number";
    static const char *const numbers[] = {"b", "B", "a", "Ə", NULL, "a b", "a'$1\"\\"};
    struct db *db = open_new("order");
    char got[200], id[8];
    REQUIRE(rows_create(db, ROWS_PLAIN) == ERR_OK);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct stmt *s = db_query(db, add);
        str_format(id, sizeof id, "%zu", i);
        db_bind_text(s, 1, id);
        db_bind_text(s, 2, numbers[i]);
        CHECK(db_run(s) == ERR_OK);
    }
    CHECK_TEXT(list_of(db, up, got), "- B a a b a'$1\"\\ b Ə ");
    CHECK_TEXT(list_of(db, down, got), "Ə b a'$1\"\\ a b a B - ");
    struct stmt *s = db_query(db, over);
    db_bind_text(s, 1, "a");
    REQUIRE(db_step(s) == ERR_OK);
    CHECK_TEXT(db_text(s, 0), "a");
    db_done(s);
    db_close(&db);
}

/* A second of the same key is refused, and what was begun can be undone to before it. */
ON_BOTH(db_key_is_taken_once)
{
    static const char add[] = "INSERT INTO k (id) VALUES ($1)", count[] = "SELECT count(*) FROM k";
    static const char again[] = "INSERT INTO k (id) VALUES ($1) ON CONFLICT (id) DO NOTHING";
    struct db *db = open_new("keys");
    REQUIRE(db_script(db, "CREATE TABLE k (id TEXT PRIMARY KEY)") == ERR_OK && db_begin(db) == ERR_OK);
    for (int i = 0; i < 3; i++) {
        struct stmt *s = db_query(db, i == 1 ? again : add);
        db_bind_text(s, 1, "one");
        if (i == 2)
            REQUIRE(db_savepoint(db) == ERR_OK);
        CHECK_INT(db_run(s), i == 2 ? ERR_CONFLICT : ERR_OK);
        if (i < 2)
            CHECK_INT(db_changes(db), 1 - i);
    }
    db_rollback_to(db);
    CHECK_INT(number_of(db, count), 1);
    CHECK(db_commit(db) == ERR_OK);
    CHECK_INT(number_of(db, count), 1);
    db_close(&db);
}

/* A trigger writes with the row that it belongs to, and goes with it. */
ON_BOTH(db_trigger_runs_with_its_row)
{
    static const char add[] = "INSERT INTO a (n, d) VALUES ($1, 'x')",
                      move[] = "UPDATE a SET d = $1 WHERE n = 1";
    static const char all[] = "SELECT count(*) FROM b";
    struct db *db = open_new("triggers");
    REQUIRE(db_script(db,
                      "CREATE TABLE a (n BIGINT, d TEXT); CREATE TABLE b (n BIGINT);"
                      "CREATE TRIGGER a_new AFTER INSERT ON a BEGIN INSERT INTO b (n) VALUES (new.n); END;"
                      "CREATE TRIGGER a_moved AFTER UPDATE ON a WHEN old.d IS DISTINCT FROM new.d BEGIN"
                      " INSERT INTO b (n) SELECT CASE WHEN old.n = 1 THEN 7 ELSE 8 END; END;") == ERR_OK);
    struct stmt *s = db_query(db, add);
    db_bind_int(s, 1, 1);
    CHECK(db_run(s) == ERR_OK);
    CHECK_INT(number_of(db, all), 1);
    for (int i = 0; i < 2; i++) { /* the second changes nothing */
        s = db_query(db, move);
        db_bind_text(s, 1, "y");
        CHECK(db_run(s) == ERR_OK);
    }
    CHECK_INT(number_of(db, all), 2);
    REQUIRE(db_begin(db) == ERR_OK);
    s = db_query(db, add);
    db_bind_int(s, 1, 2);
    CHECK(db_run(s) == ERR_OK);
    db_rollback(db);
    CHECK_INT(number_of(db, all), 2);
    db_close(&db);
}

ON_BOTH(db_mark_stays)
{
    char *path = path_of("mark");
    int64_t mark = -1;
    struct db *db = open_at(path, MINE);
    REQUIRE(db_script(db, "CREATE TABLE t (n BIGINT)") == ERR_OK);
    CHECK(db_mark(db, &mark) == ERR_OK);
    CHECK_INT(mark, 0);
    CHECK(db_set_mark(db, 77) == ERR_OK);
    db_close(&db);
    db = open_at(path, DB_WRITE | DB_EXCLUSIVE);
    CHECK(db_mark(db, &mark) == ERR_OK);
    CHECK_INT(mark, 77);
    db_close(&db);
    free(path);
}

/* Who reads in a transaction sees one moment, whatever is written meanwhile; and cannot write. */
ON_BOTH(db_reader_sees_one_moment)
{
    static const char count[] = "SELECT count(*) FROM t";
    char *path = path_of("moment");
    struct db *writer = open_at(path, DB_WRITE | DB_CREATE);
    REQUIRE(db_script(writer, "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (1)") == ERR_OK);
    struct db *reader = open_at(path, 0);
    REQUIRE(db_begin(reader) == ERR_OK);
    CHECK_INT(number_of(reader, count), 1);
    REQUIRE(db_begin(writer) == ERR_OK && db_script(writer, "INSERT INTO t VALUES (2)") == ERR_OK &&
            db_commit(writer) == ERR_OK);
    CHECK_INT(number_of(reader, count), 1);
    CHECK(db_commit(reader) == ERR_OK);
    CHECK_INT(number_of(reader, count), 2);
    CHECK_INT(db_script(reader, "INSERT INTO t VALUES (3)"), ERR_READ_ONLY);
    db_close(&reader);
    db_close(&writer);
    free(path);
}

/* The server hangs up in the middle: nothing more is done on what was begun, and the next begins on a new connection. */
TEST(postgres_connection_that_is_lost_is_opened_anew)
{
    static const char hang_up[] = "SELECT pg_terminate_backend($1)", who[] = "SELECT pg_backend_pid()";
    static const char count[] = "SELECT count(*) FROM t";
    in_postgres();
    char *path = path_of("lost"), *other_path = path_of("lost_other");
    struct db *db = open_at(path, MINE), *other = open_at(other_path, MINE);
    REQUIRE(db_script(db, "CREATE TABLE t (n BIGINT)") == ERR_OK && db_begin(db) == ERR_OK);
    REQUIRE(db_script(db, "INSERT INTO t VALUES (1)") == ERR_OK);
    int64_t pid = number_of(db, who);
    struct stmt *s = db_query(other, hang_up);
    db_bind_int(s, 1, pid);
    CHECK(db_run(s) == ERR_OK);
    CHECK_INT(db_script(db, "INSERT INTO t VALUES (2)"), ERR_DISK);
    CHECK(db_failed(db) && db_message(db)[0]);
    CHECK_INT(db_commit(db), ERR_DISK);
    db_rollback(db);
    CHECK_INT(db_begin(db), ERR_OK);
    CHECK(!db_failed(db));
    CHECK_INT(number_of(db, count), 0);
    CHECK(db_script(db, "INSERT INTO t VALUES (3)") == ERR_OK && db_commit(db) == ERR_OK);
    CHECK_INT(number_of(db, count), 1);
    db_close(&db);
    db_close(&other);
    free(path);
    free(other_path);
}

/* After one statement failed, PostgreSQL would call the end of the transaction done and keep nothing of it. */
TEST(postgres_commit_never_hides_a_failure)
{
    static const char add[] = "INSERT INTO t (n) VALUES ($1)", count[] = "SELECT count(*) FROM t";
    in_postgres();
    struct db *db = open_new("hidden");
    REQUIRE(db_script(db, "CREATE TABLE t (n BIGINT PRIMARY KEY)") == ERR_OK && db_begin(db) == ERR_OK);
    for (int i = 0; i < 2; i++) {
        struct stmt *s = db_query(db, add);
        db_bind_int(s, 1, 1);
        CHECK_INT(db_run(s), i ? ERR_CONFLICT : ERR_OK);
    }
    CHECK_INT(db_commit(db), ERR_CONFLICT);
    db_rollback(db);
    CHECK_INT(number_of(db, count), 0);
    db_close(&db);
}

/* Of a store that is shared what only writes is not waited for: what failed is told by the next that asks, or the release. */
TEST(postgres_shared_tells_later_what_failed)
{
    static const char add[] = "INSERT INTO t (n) VALUES ($1)", count[] = "SELECT count(*) FROM t";
    in_postgres();
    char *path = path_of("later");
    struct db *db = open_at(path, MINE);
    REQUIRE(db_script(db, "CREATE TABLE t (n BIGINT PRIMARY KEY)") == ERR_OK);
    db_close(&db);
    db = open_at(path, DB_WRITE | DB_SHARED);
    REQUIRE(db_begin(db) == ERR_OK && db_savepoint(db) == ERR_OK);
    for (int i = 0; i < 200; i++) { /* more than are ever owed at once */
        struct stmt *s = db_query(db, add);
        db_bind_int(s, 1, i);
        CHECK_INT(db_run(s), ERR_OK);
    }
    CHECK_INT(number_of(db, count), 200);
    CHECK(db_savepoint(db) == ERR_OK);
    for (int i = 0; i < 2; i++) {
        struct stmt *s = db_query(db, add);
        db_bind_int(s, 1, 300 + i);
        CHECK_INT(db_run(s), ERR_OK);
    }
    CHECK(db_in_transaction(db));
    CHECK_INT(db_release(db), ERR_OK);
    CHECK(db_savepoint(db) == ERR_OK);
    struct stmt *again = db_query(db, add);
    db_bind_int(again, 1, 7);
    CHECK_INT(db_run(again), ERR_OK); /* not yet */
    CHECK_INT(db_release(db), ERR_CONFLICT);
    db_rollback_to(db);
    CHECK_INT(number_of(db, count), 202); /* the rest stands */
    CHECK_INT(db_release(db), ERR_OK);
    again = db_query(db, add);
    db_bind_int(again, 1, 7);
    CHECK_INT(db_run(again), ERR_OK);
    CHECK_INT(db_commit(db), ERR_CONFLICT);
    db_rollback(db);
    CHECK_INT(number_of(db, count), 0);
    db_close(&db);
    free(path);
}

/* What is asked ahead is answered with the next answer that is waited for, each to whoever asked; one that nobody reads is
 * nobody's. What failed before it is told to whoever reads. */
TEST(postgres_answers_what_was_asked_ahead)
{
    static const char add[] = "INSERT INTO t (n) VALUES ($1)",
                      above[] = "SELECT n FROM t WHERE n > $1 ORDER BY n";
    in_postgres();
    struct db *db = open_new("ahead");
    REQUIRE(db_script(db, "CREATE TABLE t (n BIGINT PRIMARY KEY)") == ERR_OK);
    db_close(&db);
    char *path = path_of("ahead");
    db = open_at(path, DB_WRITE | DB_SHARED);
    REQUIRE(db_begin(db) == ERR_OK);
    for (int i = 1; i <= 3; i++) {
        struct stmt *s = db_query(db, add);
        db_bind_int(s, 1, i);
        CHECK_INT(db_run(s), ERR_OK);
    }
    struct stmt *asked[3];
    for (int i = 0; i < 3; i++) {
        asked[i] = db_query(db, above);
        db_bind_int(asked[i], 1, i);
        db_ahead(asked[i]);
    }
    db_done(asked[1]);
    CHECK_INT(db_step(asked[2]), ERR_OK);
    CHECK_INT(db_int(asked[2], 0), 3);
    CHECK_INT(db_step(asked[2]), ERR_ABSENT);
    db_done(asked[2]);
    for (int i = 1; i <= 3; i++) {
        CHECK_INT(db_step(asked[0]), ERR_OK);
        CHECK_INT(db_int(asked[0], 0), i);
    }
    CHECK_INT(db_step(asked[0]), ERR_ABSENT);
    db_done(asked[0]);
    struct stmt *again = db_query(db, add), *reader = db_query(db, above);
    db_bind_int(again, 1, 2);
    CHECK_INT(db_run(again), ERR_OK); /* not yet */
    db_bind_int(reader, 1, 0);
    db_ahead(reader);
    CHECK_INT(db_step(reader), ERR_CONFLICT);
    db_done(reader);
    db_rollback(db);
    db_close(&db);
    free(path);
}

/* Of those that share a store one leads; another does as soon as that one is gone. Nobody has it alone meanwhile. */
TEST(postgres_shared_has_one_first)
{
    in_postgres();
    struct err_info info = {0};
    struct db *alone = open_new("first");
    REQUIRE(db_script(alone, "CREATE TABLE t (n BIGINT)") == ERR_OK);
    CHECK(db_leads(alone, false));
    db_close(&alone);
    char *path = path_of("first");
    struct db *one = open_at(path, DB_WRITE | DB_SHARED), *other = open_at(path, DB_WRITE | DB_SHARED);
    CHECK(!db_leads(one, false) && db_leads(one, true) && db_leads(one, false));
    CHECK(!db_leads(other, true));
    CHECK_INT(db_open(&alone, path, DB_WRITE | DB_EXCLUSIVE, &info), ERR_IN_USE);
    db_close(&one);
    CHECK(db_leads(other, true));
    db_close(&other);
    free(path);
}

/* Until the server answers so; each look is a transaction of its own. */
static void await_number(struct db *db, const char *sql, int64_t wanted)
{
    while (number_of(db, sql) != wanted)
        ;
}

static void set_standby(struct db *db, bool wanted)
{
    static const char sql_reload[] = "SELECT CASE WHEN pg_reload_conf() THEN 1 ELSE 0 END";
    static const char sql_set[] =
        "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_standby_names' AND setting <> ''";
    REQUIRE(db_script(db, wanted ? "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
                                 : "ALTER SYSTEM RESET synchronous_standby_names") == ERR_OK);
    CHECK_INT(number_of(db, sql_reload), 1);
    await_number(db, sql_set, wanted);
}

/* Whoever cuts off a commit's wait for the standby makes the server call it done, with a warning: what may be lost with this
 * server is not told as safe. */
TEST(postgres_commit_that_no_standby_has_is_not_told_as_done)
{
    static const char sql_waits[] = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    static const char sql_cancel[] =
        "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    static const char sql_count[] = "SELECT count(*) FROM t";
    int status = -1;
    in_postgres();
    if (!cluster_folder())
        test_skip("another's server is not told to wait for a standby");
    struct db *db = open_new("standby");
    REQUIRE(db_script(db, "CREATE TABLE t (n BIGINT)") == ERR_OK);
    db_close(&db);
    char *path = path_of("standby");
    db = open_at(path, 0);
    set_standby(db, true);
    pid_t pid = fork();
    if (pid == 0) {
        struct db *writes = open_at(path, DB_WRITE | DB_SHARED);
        bool so = db_begin(writes) == ERR_OK && db_script(writes, "INSERT INTO t VALUES (1)") == ERR_OK &&
                  db_commit(writes) == ERR_DISK && db_failed(writes);
        _exit(so ? 0 : 1);
    }
    await_number(db, sql_waits, 1);
    CHECK_INT(number_of(db, sql_cancel), 1);
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK_INT(number_of(db, sql_count), 1);
    set_standby(db, false);
    db_close(&db);
    free(path);
}

/* What a statement before it was warned of is no word about the commit. */
TEST(postgres_commit_hears_its_own_warnings_alone)
{
    static const char warned[] = "SELECT pg_advisory_unlock(42)"; /* of a lock that nobody has */
    in_postgres();
    struct db *db = open_new("warned");
    REQUIRE(db_script(db, "CREATE TABLE t (n BIGINT)") == ERR_OK);
    db_close(&db);
    char *path = path_of("warned");
    db = open_at(path, DB_WRITE | DB_SHARED);
    REQUIRE(db_begin(db) == ERR_OK);
    CHECK_INT(db_run(db_query(db, warned)), ERR_OK); /* its answer comes with the commit's */
    CHECK_INT(db_commit(db), ERR_OK);
    CHECK(!db_failed(db));
    db_close(&db);
    free(path);
}

/* No key path scans there either: the index that rows are ordered by knows where its nulls are. */
TEST(postgres_rows_go_by_index)
{
    static const char queue[] = "SELECT row FROM tickets WHERE queue = $1 AND state = 'waiting'"
                                " ORDER BY arrived_at, number LIMIT $2";
    static const char page[] = "SELECT id, row_rev, row FROM tickets WHERE id > $1 ORDER BY id LIMIT $2";
    static const char *const asked[] = {queue, page};
    in_postgres();
    struct db *db = open_new("plan");
    REQUIRE(rows_create(db, ROWS_PLAIN) == ERR_OK);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        char *plan = db_explain(db, asked[i]);
        if (!CHECK(strstr(plan, "Index Scan") && !strstr(plan, "Seq Scan") && !strstr(plan, "Sort")))
            puts(plan);
        free(plan);
    }
    db_close(&db);
}

/* Whoever is next is found at the head of the line, however long that is: nobody behind it is read, nothing is sorted. */
TEST(postgres_line_is_called_by_index)
{
    static const char line[] =
        "INSERT INTO tickets (id, row_rev, row, number, day, queue, state, priority_class, arrived_at)"
        " SELECT 't' || n, 1, '{}', 'P' || n, '2026-03-02', 'p', 'waiting', 0, '2026-03-02T08:' || n"
        " FROM generate_series(1, 1500) AS n; ANALYZE tickets";
    in_postgres();
    struct db *db = open_new("line");
    REQUIRE(rows_create(db, ROWS_PLAIN) == ERR_OK && db_script(db, line) == ERR_OK);
    for (int kind = 0; kind < RULE_COUNT; kind++)
        for (const struct head_list *list = head_lists((enum rule_kind)kind); list->sql; list++) {
            char *plan = db_explain(db, list->sql);
            if (!CHECK(strstr(plan, "Index Scan") && !strstr(plan, "Sort")))
                printf("%s\n%s\n", list->sql, plan);
            free(plan);
        }
    db_close(&db);
}

/* A password in an address is for the server alone. */
/* Asks no server. */
TEST(postgres_line_to_another_computer_is_proved)
{
    static const struct {
        const char *address;
        bool trusted;
    } lines[] = {
        {"postgres:///halls", true},
        {"postgres://loket@localhost/halls", true},
        {"postgres://loket@127.0.0.1:5433/halls?options=-csearch_path%3Da", true},
        {"postgres://loket@[::1]/halls", true},
        {"postgres://loket@/halls?host=/run/postgresql", true},
        {"postgres://loket@store.example/halls", false},
        {"postgres://loket@127.0.0.1,10.0.0.2/halls", false},
        {"postgres://loket@localhost/halls?hostaddr=10.0.0.2", false},
        {"postgres://loket@store.example/halls?hostaddr=127.0.0.1", true}, /* a tunnel's end */
        {"postgres://loket@127.store.example/halls", false},
        {"postgres://loket@127.0.0.1.store.example/halls", false},
        {"postgres://loket@a,store.example/halls?hostaddr=127.0.0.1,", false}, /* the second by its name */
        {"postgres://loket@store.example,b/halls?hostaddr=127.0.0.1,127.0.0.2", true},
        {"postgres://loket@store.example/halls?sslmode=require", false},
        {"postgres://loket@store.example/halls?sslmode=verify-ca", false},
        {"postgres://loket@store.example/halls?sslmode=verify-full", true},
        {"postgres://loket@/halls?service=elsewhere", false},
        {"postgres://loket@store.example/halls?no_such=1", false},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct err_info info = {0};
        if (!CHECK_INT(db_line(lines[i].address, &info), lines[i].trusted ? ERR_OK : ERR_USAGE))
            printf("    %s\n", lines[i].address);
        CHECK(lines[i].trusted == !info.text[0]);
    }
    struct err_info info = {0};
    setenv("PGSSLMODE", "verify-full", 1); /* as libpq itself takes it */
    CHECK_INT(db_line("postgres://loket@store.example/halls", &info), ERR_OK);
    setenv("PGSSLMODE", "require", 1);
    CHECK_INT(db_line("postgres://loket@store.example/halls?sslmode=verify-full", &info), ERR_OK);
    CHECK_INT(db_line("postgres://loket@store.example/halls", &info), ERR_USAGE);
    CHECK(strstr(info.text, "store.example is another computer") && strstr(info.text, "--plain-db, and"));
    unsetenv("PGSSLMODE");
    setenv("PGHOST", "store.example", 1);
    CHECK_INT(db_line("postgres:///halls", &info), ERR_USAGE);
    unsetenv("PGHOST");
}

TEST(postgres_address_is_told_without_its_password)
{
    struct err_info info = {0};
    struct db *db = NULL;
    CHECK_INT(db_open(&db, "postgres://hall:sesame@127.0.0.1:1/halls?connect_timeout=2", DB_WRITE, &info),
              ERR_DISK);
    CHECK(strstr(info.text, "postgres://hall@127.0.0.1:1/halls") != NULL);
    CHECK(strstr(info.text, "sesame") == NULL);
}

/* Every row goes over as it is, also into a table that the other's own triggers write in; what cannot be the same is said. */
TEST(postgres_whole_store_is_copied_and_proved)
{
    static const char logged[] = "SELECT count(*) FROM a_log",
                      nulls[] = "SELECT count(*) FROM z WHERE d IS NULL";
    static const char tables[] =
        "CREATE TABLE a_log (n BIGINT); CREATE TABLE z (n BIGINT PRIMARY KEY, d TEXT);";
    struct whole *whole = NULL;
    struct db *at = NULL;
    int64_t rows = 0;
    char digest[SHA256_TEXT];
    in_file();
    struct db *from = open_new("whole");
    in_postgres();
    struct db *to = open_new("whole");
    REQUIRE(db_script(from, tables) == ERR_OK && db_script(to, tables) == ERR_OK);
    REQUIRE(db_script(from, "INSERT INTO z VALUES (1, NULL), (2, ''), (10, 'Ə''x')") == ERR_OK);
    REQUIRE(db_script(to, "INSERT INTO z VALUES (7, 'other'); CREATE TRIGGER z_new AFTER INSERT ON z BEGIN"
                          " INSERT INTO a_log (n) VALUES (new.n); END;") == ERR_OK);
    REQUIRE(db_begin(to) == ERR_OK);
    CHECK_INT(whole_copy(&whole, from, to, &rows, digest, &at), ERR_OK);
    CHECK(db_commit(to) == ERR_OK);
    CHECK_INT(rows, 3);
    CHECK_INT(number_of(to, logged), 0);
    CHECK_INT(number_of(to, nulls), 1);
    struct whole *again = NULL;
    REQUIRE(db_script(from, "ALTER TABLE z ADD COLUMN more TEXT") == ERR_OK && db_begin(to) == ERR_OK);
    CHECK_INT(whole_copy(&again, from, to, &rows, digest, &at), ERR_CORRUPT);
    CHECK(at == to);
    db_rollback(to);
    db_close(&from);
    db_close(&to);
    whole_free(&whole);
    whole_free(&again);
}
