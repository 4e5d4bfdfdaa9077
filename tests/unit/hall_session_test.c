/* tests/unit/hall_session_test.c: whom a token belongs to, and until when. */
#include <string.h>

#include "core/hall/server_core.h"
#include "core/hall/session.h"
#include "tests/support/test.h"

enum { HOURS_12_MS = SESSION_S * 1000 };
static const int64_t start_ms = 1790000000000;

static enum err put_user(struct tx *tx, void *ctx)
{
    struct json *row = json_new_object();
    json_set_text(row, "login", "leyla");
    json_set_bool(row, "active", *(const bool *)ctx);
    enum err err = tx_put(tx, TABLE_USER, "u1", row);
    json_free(&row);
    return err;
}

static void set_active(struct db *db, bool active)
{
    struct server_env env = {.db = db, .epoch = 1, .now_ms = start_ms};
    CHECK(server_change(&env, "test", NULL, put_user, &active) == ERR_OK);
}

/* A hall's file in one transaction, with u1 signed in by "token" at start_ms. */
static struct db *signed_in(void)
{
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(store_open(&db, test_folder(), true, &info) == ERR_OK);
    REQUIRE(db_begin(db) == ERR_OK);
    set_active(db, true);
    CHECK(session_add(db, "token", "u1", "client", start_ms) == ERR_OK);
    return db;
}

TEST(session_ends_after_twelve_hours)
{
    const int64_t end_ms = start_ms + HOURS_12_MS;
    struct actor actor = {0};
    struct db *db = signed_in();
    CHECK(session_actor(db, "token", end_ms - 1, &actor) == ERR_OK);
    CHECK_TEXT(actor.user, "u1");
    CHECK(session_actor(db, "another", start_ms, &actor) == ERR_ABSENT);
    CHECK(session_actor(db, "token", end_ms, &actor) == ERR_ABSENT);
    CHECK(session_actor(db, "token", end_ms + 1, &actor) == ERR_ABSENT);
    CHECK(session_prune(db, end_ms) == ERR_OK);
    CHECK(session_actor(db, "token", end_ms - 1, &actor) == ERR_OK); /* nobody loses the last moment */
    CHECK(session_prune(db, end_ms + 1) == ERR_OK);
    CHECK(session_actor(db, "token", start_ms, &actor) == ERR_ABSENT);
    db_rollback(db);
    db_close(&db);
}

/* However a person came to be inactive: the token is no longer theirs. */
TEST(session_of_a_disabled_person_counts_for_nothing)
{
    struct actor actor = {0};
    struct db *db = signed_in();
    set_active(db, false);
    CHECK(session_actor(db, "token", start_ms, &actor) == ERR_ABSENT);
    db_rollback(db);
    db_close(&db);
}
