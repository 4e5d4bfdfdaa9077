/* tests/hall/retention_test.c: a hall whose old changes gave way to their leaves, over HTTP: who was away for longer is
 * told to copy it anew, everybody else goes on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/hall/retention.h"
#include "core/hall/verify.h"
#include "tests/support/hall.h"
#include "tests/support/test.h"

static void issue(struct hall_client *client, int count)
{
    while (count-- > 0) {
        struct json *data = hall_do(client, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
        json_free(&data);
    }
}

/* Lines of no changes: a hall writes one at its first start. */
static int64_t begun(struct db *db)
{
    static const char sql[] =
        "SELECT count(*) FROM audit_note WHERE about LIKE '{\"from\":1,\"through\":0,%'";
    struct stmt *s = db_query(db, sql);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return count;
}

/* Forty days later, with a backup taken today: how far back the feed still goes. */
static int64_t shorten(const struct test_hall *hall)
{
    struct err_info info = {0};
    struct hall_state state = {0};
    struct verified done;
    struct db *db = NULL;
    int64_t pruned = 1, now_ms = clock_wall_now_ms() + 40LL * 24 * 3600 * 1000;
    REQUIRE(store_open(&db, hall->folder, false, &info) == ERR_OK);
    REQUIRE(store_state(db, &state) == ERR_OK && db_begin(db) == ERR_OK);
    CHECK_INT(begun(db), 1);
    CHECK(store_set_safe(db, state.rev) == ERR_OK);
    const struct server_env env = {.db = db, .epoch = state.epoch, .now_ms = clock_wall_now_ms()};
    for (int slices = 0; pruned > 0 && slices < 9; slices++)
        CHECK(retention_slice(&env, now_ms, &pruned) == ERR_OK);
    REQUIRE(db_commit(db) == ERR_OK && store_state(db, &state) == ERR_OK);
    CHECK(verify_store(db, &done, &info) == ERR_OK);
    CHECK_TEXT(info.text, "");
    db_close(&db);
    return state.pruned_through;
}

static struct json *feed(struct hall_client *client, int64_t cursor, int *status)
{
    char path[80];
    str_format(path, sizeof path, "/v1/feed?cursor=%lld&epoch=%lld", (long long)cursor,
               (long long)client->epoch);
    return hall_ask(client, "GET", path, NULL, status);
}

TEST(retention_tells_who_was_away_to_copy_the_hall_anew)
{
    struct test_hall hall;
    struct hall_client client;
    int status;
    hall_open(&hall);
    REQUIRE(hall_sign_in(&client, &hall, "reception", TEST_PASSWORD) == 200);
    issue(&client, 5);
    hall_sign_out(&client);
    CHECK_INT(hall_stop(&hall), 0);
    int64_t through = shorten(&hall);
    CHECK(through >= 6);
    hall_start(&hall);

    REQUIRE(hall_sign_in(&client, &hall, "reception", TEST_PASSWORD) == 200);
    struct json *answer = feed(&client, through - 1, &status);
    CHECK_INT(status, 410);
    CHECK_TEXT(json_text(json_get(answer, "error"), "code"), "snapshot_needed");
    json_free(&answer);
    answer = hall_ask(&client, "GET", "/v1/snapshot", NULL, &status);
    CHECK_INT(status, 200);
    CHECK(json_int(answer, "rev", 0) >= through);
    json_free(&answer);

    issue(&client, 1); /* and what is unsent there is taken as ever */
    answer = feed(&client, through, &status);
    CHECK_INT(status, 200);
    const struct json *items = json_get(answer, "items");
    CHECK(json_count(items) >= 1);
    CHECK_INT(json_int(json_first(items), "rev", 0), through + 1);
    for (const struct json *item = json_first(items); item; item = json_next(item))
        CHECK(json_get(json_first(json_get(item, "rows")), "row") || json_count(json_get(item, "rows")) == 0);
    json_free(&answer);
    hall_sign_out(&client);
    CHECK_INT(hall_stop(&hall), 0);
}
