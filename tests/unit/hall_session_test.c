/* tests/unit/hall_session_test.c: whom a token belongs to, and until when. */
#include <string.h>

#include "core/hall/day.h"
#include "core/hall/inside.h"
#include "core/hall/leases.h"
#include "core/hall/tokens.h"
#include "core/hall/turn.h"
#include "core/hall/writer.h"
#include "tests/support/pair.h"
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
    CHECK(session_add(db, "token", "u1", "client", start_ms, 12) == ERR_OK);
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

/* A token of a hall that was started with a clock far ahead does not hold until then once it is started aright; one of a
 * clock that was a little ahead does. */
TEST(session_of_a_clock_far_ahead_is_over)
{
    const int64_t hour_ms = 3600 * 1000;
    struct actor actor = {0};
    struct db *db = signed_in();
    CHECK(session_add(db, "ahead", "u1", "client", start_ms + 6 * hour_ms, 12) == ERR_OK);
    CHECK(session_add(db, "far", "u1", "client", start_ms + 365 * 24 * hour_ms, 12) == ERR_OK);
    CHECK(session_actor(db, "ahead", start_ms, &actor) == ERR_OK);
    CHECK(session_actor(db, "far", start_ms, &actor) == ERR_ABSENT);
    CHECK(session_actor(db, "token", start_ms - 6 * hour_ms, &actor) ==
          ERR_OK); /* and so set back a little */
    db_rollback(db);
    db_close(&db);
}

/* However a person came to be inactive: the token is no longer theirs. */
TEST(session_of_a_disabled_person_counts_for_nothing)
{
    struct actor actor = {0};
    struct db *db = signed_in();
    set_active(db, false);
    CHECK(session_actor(db, "token", start_ms, &actor) == ERR_REFUSED);
    CHECK_TEXT(actor.user, "");
    db_rollback(db);
    db_close(&db);
}

/* Whether the store still knows the token, past what is remembered of it. */
static bool knows(struct hall *hall)
{
    struct actor actor;
    tokens_clear(hall->tokens);
    return tokens_actor(hall, "token", &actor) == ERR_OK;
}

/* Twelve hours that went by, whatever the hall's clock said meanwhile; the turn of its day takes only what is over. */
TEST(session_goes_by_the_time_that_went_by)
{
    const int64_t hour_ms = 3600 * 1000;
    struct pair pair;
    pair_open(&pair);
    struct hall hall = {.db = pair.hall, .epoch = 1};
    int64_t wall_ms = pair.now_ms, mono_ms = 500;
    hall.writer = writer_new(&hall);
    hall.leases = leases_new();
    hall.tokens = tokens_new();
    hall_clock_says(&hall, wall_ms, mono_ms);
    REQUIRE(db_begin(hall.db) == ERR_OK);
    REQUIRE(session_add(hall.db, "token", "u-siti", "client", hall.session_ms, 12) == ERR_OK);
    REQUIRE(db_commit(hall.db) == ERR_OK);
    static const int64_t turned_hours[] = {13, -30, 24 * 365, -24 * 365, -24 * 365, 24 * 365 + 17,
                                           0,  0,   0,        0,         0};
    for (size_t i = 0; i < sizeof turned_hours / sizeof *turned_hours; i++) {
        mono_ms += hour_ms;
        wall_ms += hour_ms + turned_hours[i] * hour_ms;
        hall_clock_says(&hall, wall_ms, mono_ms);
        day_follow(&hall);
        writer_flush(hall.writer);
        if (!CHECK(knows(&hall)))
            CHECK_INT((int64_t)i, -1);
    }
    hall_clock_says(&hall, wall_ms - 5 * hour_ms, mono_ms + hour_ms - 1);
    CHECK(knows(&hall));
    hall_clock_says(&hall, wall_ms - 5 * hour_ms, mono_ms + hour_ms);
    CHECK(!knows(&hall));
    tokens_free(&hall.tokens);
    leases_free(&hall.leases);
    writer_free(&hall.writer);
    pair_close(&pair);
}
