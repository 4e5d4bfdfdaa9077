/* tests/unit/hall_session_test.c: whom a token belongs to, and until when. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/hall/account_rules.h"
#include "core/hall/day.h"
#include "core/hall/inside.h"
#include "core/hall/leases.h"
#include "core/hall/tokens.h"
#include "core/hall/turn.h"
#include "core/hall/writer.h"
#include "core/sync/sync.h"
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
        tokens_used(&hall, "token", 0);
        writer_flush(hall.writer);
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

static void turn_on(struct hall *hall, int64_t minutes, int64_t idle_s)
{
    struct actor actor;
    hall_clock_says(hall, hall->wall_ms + minutes * 60 * 1000, hall->mono_ms + minutes * 60 * 1000);
    if (tokens_actor(hall, "token", &actor) == ERR_OK)
        tokens_used(hall, "token", idle_s);
    writer_flush(hall->writer);
}

static enum err put_policy(struct tx *tx, void *ctx)
{
    struct json *row = NULL;
    enum err err = store_hall(tx->db, &row);
    if (!json_is_object(json_get(row, "policy")))
        json_set(row, "policy", json_new_object());
    json_set_int(json_edit(row, "policy"), "session_idle_minutes", *(const int64_t *)ctx);
    if (err == ERR_OK)
        err = tx_put(tx, TABLE_HALL, json_text(row, "id"), row);
    json_free(&row);
    return err;
}

static void change_idle(struct hall *hall, int64_t minutes)
{
    struct server_env env = {.db = hall->db, .epoch = 1, .now_ms = start_ms};
    REQUIRE(db_begin(hall->db) == ERR_OK);
    CHECK(server_change(&env, "test", NULL, put_policy, &minutes) == ERR_OK);
    REQUIRE(db_commit(hall->db) == ERR_OK);
    tokens_clear(hall->tokens);
}

static void set_idle(struct hall *hall, int64_t minutes)
{
    struct server_env env = {.db = hall->db, .epoch = 1, .now_ms = start_ms};
    REQUIRE(db_begin(hall->db) == ERR_OK);
    CHECK(server_change(&env, "test", NULL, put_policy, &minutes) == ERR_OK);
    CHECK(session_add(hall->db, "token", "u-siti", "client", hall->session_ms, 12) == ERR_OK);
    REQUIRE(db_commit(hall->db) == ERR_OK);
    tokens_clear(hall->tokens);
}

/* Used, it goes on; a locked workstation that asks for news all the while does not use it. That it was used is in the row, so
 * that another process and a start anew know it too; by a policy of 0 it has its hours. */
TEST(session_ends_when_nobody_uses_it)
{
    struct pair pair;
    pair_open(&pair);
    struct hall hall = {.db = pair.hall, .epoch = 1};
    hall.writer = writer_new(&hall);
    hall.leases = leases_new();
    hall.tokens = tokens_new();
    hall_clock_says(&hall, pair.now_ms, 500);
    set_idle(&hall, 30);
    for (int i = 0; i < 6; i++)
        turn_on(&hall, 20, 0);
    CHECK(knows(&hall)); /* by the row alone */
    for (int minutes = 10; minutes <= 30; minutes += 10)
        turn_on(&hall, 10, minutes * 60);
    CHECK(knows(&hall));
    turn_on(&hall, 10, 40 * 60);
    CHECK(!knows(&hall));
    turn_on(&hall, 1, 0); /* it does not come back */
    CHECK(!knows(&hall));
    hall_clock_says(&hall, hall.wall_ms + 10 * 60 * 1000, hall.mono_ms + 10 * 60 * 1000);
    CHECK(!knows(&hall));
    writer_flush(hall.writer);
    change_idle(&hall, 720); /* by no policy */
    turn_on(&hall, 1, 0);
    CHECK(!knows(&hall));
    hall.session_ms -= 60 * 60 * 1000; /* nor to another loketd of this hall, whose clock is behind */
    CHECK(!knows(&hall));
    hall.session_ms += 60 * 60 * 1000;
    REQUIRE(db_begin(hall.db) == ERR_OK);
    CHECK(session_remove(hall.db, "token") == ERR_OK);
    REQUIRE(db_commit(hall.db) == ERR_OK);
    set_idle(&hall, 0);
    turn_on(&hall, 11 * 60, 0);
    CHECK(knows(&hall));
    change_idle(&hall, 30); /* whoever is at work goes on, though nothing was to end until now */
    CHECK(knows(&hall));
    writer_flush(hall.writer);
    CHECK(knows(&hall));
    tokens_free(&hall.tokens);
    leases_free(&hall.leases);
    writer_free(&hall.writer);
    pair_close(&pair);
}

/* Nobody has shown it since it was over: it is gone all the same, before a policy of later could find it. */
TEST(session_that_nobody_uses_is_over_whoever_comes)
{
    struct pair pair;
    struct actor actor;
    pair_open(&pair);
    struct hall hall = {.db = pair.hall, .epoch = 1};
    hall.writer = writer_new(&hall);
    hall.leases = leases_new();
    hall.tokens = tokens_new();
    hall_clock_says(&hall, pair.now_ms, 500);
    set_idle(&hall, 30);
    CHECK(knows(&hall));
    hall_clock_says(&hall, hall.wall_ms + 50 * 60 * 1000, hall.mono_ms + 50 * 60 * 1000);
    change_idle(&hall, 720);
    CHECK(!knows(&hall)); /* by the policy that it was over by */
    writer_flush(hall.writer);
    REQUIRE(db_begin(hall.db) == ERR_OK);
    CHECK(session_remove(hall.db, "token") == ERR_OK);
    CHECK(session_add(hall.db, "token", "u-siti", "client", hall.session_ms, 12) == ERR_OK);
    CHECK(session_add(hall.db, "other", "u-siti", "client", hall.session_ms, 12) == ERR_OK);
    REQUIRE(db_commit(hall.db) == ERR_OK);
    change_idle(&hall, 30);
    CHECK(knows(&hall));
    hall_clock_says(&hall, hall.wall_ms + 46 * 60 * 1000, hall.mono_ms + 46 * 60 * 1000);
    CHECK(!knows(&hall)); /* somebody else asks */
    writer_flush(hall.writer);
    CHECK(session_actor(hall.db, "other", hall.session_ms, &actor) == ERR_ABSENT);
    tokens_free(&hall.tokens);
    leases_free(&hall.leases);
    writer_free(&hall.writer);
    pair_close(&pair);
}

/* A hall's place at which one request is heard and never answered. */
static void hear(int listener, struct sync *sync, char *heard, size_t size)
{
    size_t length = 0;
    int caller = -1;
    heard[0] = '\0';
    while (!strstr(heard, "\r\n\r\n") && length + 1 < size) {
        struct pollfd there = {.fd = caller < 0 ? listener : caller, .events = POLLIN};
        sync_step(sync, clock_wall_now_ms(), clock_mono_now_ms());
        sync_wait(sync, &there, 1, sync_timeout_ms(sync, clock_mono_now_ms()));
        if (!there.revents)
            continue;
        if (caller < 0) {
            caller = accept(listener, NULL, NULL);
            continue;
        }
        ssize_t got = read(caller, heard + length, size - 1 - length);
        REQUIRE(got > 0);
        length += (size_t)got;
        heard[length] = '\0';
    }
    close(caller);
}

TEST(sync_says_that_nobody_sits_there)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    struct cache *cache = NULL;
    struct sync *sync = NULL;
    struct rng rng;
    char url[64], heard[2000];
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(listener, (struct sockaddr *)&at, size) == 0 && listen(listener, 8) == 0);
    REQUIRE(getsockname(listener, (struct sockaddr *)&at, &size) == 0);
    str_format(url, sizeof url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    rng_seed(&rng, 1);
    REQUIRE(cache_open(&cache, test_folder(), start_ms, &rng, NULL, NULL) == ERR_OK);
    REQUIRE(sync_new(&sync, cache, url, NULL, NULL, &rng, NULL) == ERR_OK);
    sync_get(sync, "/v1/health");
    hear(listener, sync, heard, sizeof heard);
    CHECK(!strstr(heard, "\r\nLoket-Idle:"));
    sync_idle(sync, 700);
    sync_get(sync, "/v1/health");
    hear(listener, sync, heard, sizeof heard);
    CHECK(strstr(heard, "\r\nLoket-Idle: 700\r\n") != NULL);
    sync_free(&sync);
    cache_close(&cache);
    close(listener);
}

static enum password_due due(const char *policy, const char *user, int64_t day)
{
    const int64_t given_ms = 1790000000000; /* as password_at below has it */
    struct json *hall = NULL, *row = NULL;
    REQUIRE(json_parse(policy, strlen(policy), &hall, NULL) == ERR_OK);
    REQUIRE(json_parse(user, strlen(user), &row, NULL) == ERR_OK);
    enum password_due due = account_password_due(hall, row, given_ms + day * 24 * 3600 * 1000 + 1);
    json_free(&hall);
    json_free(&row);
    return due;
}

TEST(password_that_was_given_and_not_used_lapses)
{
    static const char first[] = "{\"password_first\":true,\"password_at\":\"2026-09-21T14:13:20.000Z\"}",
                      undated[] = "{\"password_first\":true}",
                      own[] = "{\"password_at\":\"2026-09-21T14:13:20.000Z\"}";
    CHECK(due("{}", first, 13) == PASSWORD_FIRST);
    CHECK(due("{}", first, 14) == PASSWORD_LAPSED);
    CHECK(due("{\"policy\":{\"password_first_days\":2}}", first, 2) == PASSWORD_LAPSED);
    CHECK(due("{\"policy\":{\"password_first_days\":0}}", first, 900) == PASSWORD_FIRST);
    CHECK(due("{}", undated, 900) == PASSWORD_FIRST);
    CHECK(due("{}", own, 900) == PASSWORD_STAYS);
}
