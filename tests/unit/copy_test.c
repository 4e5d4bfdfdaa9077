/* tests/unit/copy_test.c: a database is copied in slices while it goes on being written: the copy is in the end what the
 * database is then, or nothing is there. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/db/db.h"
#include "tests/support/test.h"

enum { ROWS = 3000, ROW_BYTES = 4000 /* more than one slice in all */ };

static void put(struct db *db, int id, char letter)
{
    static const char sql[] = "INSERT INTO t (id, text) VALUES ($1, $2)"
                              " ON CONFLICT (id) DO UPDATE SET text = excluded.text";
    char text[ROW_BYTES + 1];
    memset(text, letter, ROW_BYTES);
    text[ROW_BYTES] = '\0';
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, id);
    db_bind_text(s, 2, text);
    REQUIRE(db_run(s) == ERR_OK);
}

static void open_filled(struct db **db, char **copy_path)
{
    struct err_info info = {0};
    char *path = xasprintf("%s/t.db", test_folder());
    *copy_path = xasprintf("%s.copy", path);
    REQUIRE(db_open(db, path, DB_WRITE | DB_CREATE | DB_EXCLUSIVE, &info) == ERR_OK);
    REQUIRE(db_script(*db, "CREATE TABLE t (id BIGINT PRIMARY KEY, text TEXT NOT NULL)") == ERR_OK);
    REQUIRE(db_begin(*db) == ERR_OK);
    for (int i = 0; i < ROWS; i++)
        put(*db, i, 'a');
    REQUIRE(db_commit(*db) == ERR_OK);
    free(path);
}

/* How many rows begin with that letter. */
static int64_t count(struct db *db, const char *letter)
{
    static const char sql[] = "SELECT count(*) FROM t WHERE substr(text, 1, 1) = $1";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, letter);
    int64_t found = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return found;
}

static bool is_there(const char *path, const char *end)
{
    char *name = xasprintf("%s%s", path, end);
    bool there = access(name, F_OK) == 0;
    free(name);
    return there;
}

static void close_all(struct db **db, char *path)
{
    db_close(db);
    free(path);
}

TEST(copy_in_slices_holds_what_was_written_between_them)
{
    struct db *db = NULL, *made = NULL;
    struct db_copy *copy;
    struct err_info info = {0};
    char *path;
    bool whole = false;
    int slices = 0;
    open_filled(&db, &path);
    REQUIRE(db_copy_open(db, path, &copy, &info) == ERR_OK);
    while (!whole) {
        CHECK(!is_there(path, ""));
        REQUIRE(db_copy_step(&copy, &whole, &info) == ERR_OK);
        REQUIRE(++slices < 100);
        if (whole)
            break;
        REQUIRE(db_begin(db) == ERR_OK);
        put(db, slices, 'b');        /* what is copied already */
        put(db, ROWS - slices, 'b'); /* what is not yet */
        put(db, ROWS + slices, 'b'); /* what was not there */
        REQUIRE(db_savepoint(db) == ERR_OK);
        put(db, 500 + slices, 'c'); /* and what was refused */
        db_rollback_to(db);
        REQUIRE(db_commit(db) == ERR_OK);
        if (slices == 2) { /* SQLite begins anew then */
            REQUIRE(db_begin(db) == ERR_OK);
            put(db, 500, 'c');
            db_rollback(db);
        }
        REQUIRE(db_checkpoint(db, 0) == ERR_OK);
    }
    CHECK(!copy && slices > 3);
    CHECK(!is_there(path, ".part"));
    REQUIRE(db_open(&made, path, 0, &info) == ERR_OK);
    CHECK(db_integrity(made, &info) == ERR_OK);
    CHECK_INT(count(made, "b"), count(db, "b"));
    CHECK_INT(count(made, "b"), 3 * (slices - 1));
    CHECK_INT(count(made, "a"), count(db, "a"));
    CHECK_INT(count(made, "c"), 0);
    db_close(&made);
    close_all(&db, path);
}

TEST(copy_that_is_given_up_leaves_nothing_and_one_is_made_at_a_time)
{
    struct db *db = NULL;
    struct db_copy *copy, *second;
    struct err_info info = {0};
    char *path;
    bool whole;
    open_filled(&db, &path);
    REQUIRE(db_copy_open(db, path, &copy, &info) == ERR_OK);
    REQUIRE(db_copy_step(&copy, &whole, &info) == ERR_OK);
    CHECK(!whole);
    CHECK(db_copy_open(db, path, &second, &info) == ERR_IN_USE);
    CHECK(!second && is_there(path, ".part"));
    db_copy_drop(&copy);
    CHECK(!copy && !is_there(path, "") && !is_there(path, ".part"));
    REQUIRE(db_copy_open(db, path, &copy, &info) == ERR_OK); /* the next may begin */
    db_copy_drop(&copy);
    close_all(&db, path);
}

TEST(copy_ends_with_the_connection_that_it_is_made_from)
{
    struct db *db = NULL;
    struct db_copy *copy;
    struct err_info info = {0};
    char *path;
    bool whole = true;
    open_filled(&db, &path);
    REQUIRE(db_copy_open(db, path, &copy, &info) == ERR_OK);
    REQUIRE(db_copy_step(&copy, &whole, &info) == ERR_OK);
    db_close(&db); /* as after a disk that failed, when the file is opened anew */
    CHECK(db_copy_step(&copy, &whole, &info) == ERR_DISK);
    CHECK(!copy && !whole && !is_there(path, ".part") && !is_there(path, ""));
    free(path);
}

TEST(copy_that_finds_no_room_says_why_and_leaves_nothing)
{
    struct db *db = NULL;
    struct db_copy *copy;
    struct err_info info = {0};
    struct rlimit before, small;
    char *path;
    bool whole = false;
    enum err err = ERR_OK;
    open_filled(&db, &path);
    REQUIRE(db_copy_open(db, path, &copy, &info) == ERR_OK);
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
    small = (struct rlimit){.rlim_cur = 256 * 1024, .rlim_max = before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    while (err == ERR_OK && !whole)
        err = db_copy_step(&copy, &whole, &info);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
    signal(SIGXFSZ, old);
    CHECK(err != ERR_OK);
    CHECK(strstr(info.text, "cannot be written: ") != NULL);
    if (!CHECK(strstr(info.text, "not an error") == NULL))
        printf("    %s\n", info.text);
    CHECK(!is_there(path, "") && !is_there(path, ".part"));
    close_all(&db, path);
}
