/* tests/unit/account_follow_test.c: an administrator changes the account of somebody who works at a workstation just now:
 * the workstation follows, and colleagues' names too. */
#include <stdio.h>
#include <string.h>

#include "core/hall/admin.h"
#include "core/hall/session.h"
#include "core/model/role.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

static void change(struct pair *pair, const char *body)
{
    struct server_env env = {.db = pair->hall, .epoch = 1, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
    struct json *request = NULL, *answer = NULL;
    struct err_info info = {0};
    REQUIRE(json_parse(body, strlen(body), &request, NULL) == ERR_OK);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    if (!CHECK(admin_apply(&env, request, &answer, &info) == ERR_OK))
        printf("    %s\n", info.text);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    json_free(&request);
    json_free(&answer);
}

static void at_work(struct pair *pair)
{
    pair_open(pair);
    for (int n = 0; n < 2; n++)
        pair_start(pair, n);
    pair_sign_in(pair, 0, "siti");
    pair_sign_in(pair, 1, "adi");
    pair_sync(pair, 0);
    pair_sync(pair, 1);
}

TEST(account_follows_a_change_of_name)
{
    struct pair pair;
    at_work(&pair);
    change(&pair, "{\"do\":\"user.change\",\"login\":\"siti\",\"name\":\"Siti Rahayu\"}");
    pair_feed(&pair, 0);
    pair_feed(&pair, 1);
    CHECK_TEXT(cache_actor(pair.cache[0])->name, "Siti Rahayu");
    CHECK_TEXT(cache_actor(pair.cache[1])->name, "Adi");
    CHECK(!cache_needs_snapshot(pair.cache[0]));
    struct json *people = pair_load(&pair, 1, "people", "{}");
    json_free(&people);
    people = pair_load(&pair, 1, "users", "{}");
    bool named = false;
    for (const struct json *row = json_first(json_get(people, "rows")); row; row = json_next(row))
        named |= str_equal(json_text(row, "name"), "Siti Rahayu");
    CHECK(named);
    json_free(&people);
    cache_close(&pair.cache[0]);
    pair_start(&pair, 0); /* as it was kept */
    CHECK_TEXT(cache_actor(pair.cache[0])->name, "Siti Rahayu");
    pair_close(&pair);
}

TEST(account_follows_other_roles_with_the_rows_that_they_see)
{
    struct pair pair;
    at_work(&pair);
    pair_confirm(&pair, 0, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    change(&pair, "{\"do\":\"user.change\",\"login\":\"siti\",\"roles\":[\"supervisor\",\"reception\"],"
                  "\"agency\":\"\"}");
    struct json *row = pair_hall_row(&pair, TABLE_USER, "u-siti");
    struct actor now;
    actor_read(row, pair.actor[0].client, &now); /* as the hall reads it at the next request */
    pair.actor[0] = now;
    json_free(&row);
    pair_feed(&pair, 0);
    CHECK(cache_actor(pair.cache[0])->roles == (ROLE_SUPERVISOR | ROLE_RECEPTION));
    CHECK_TEXT(cache_actor(pair.cache[0])->agency, "");
    CHECK(cache_needs_snapshot(pair.cache[0]));
    CHECK_INT(cache_unsent(pair.cache[0]), 1); /* nothing of theirs is lost */
    pair_sync(&pair, 0);
    CHECK(!cache_needs_snapshot(pair.cache[0]));
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    CHECK_INT(pair_tickets(&pair), 1);
    pair_close(&pair);
}

TEST(account_disabled_counter_is_offered_to_nobody)
{
    struct pair pair;
    at_work(&pair);
    change(&pair, "{\"do\":\"counter.disable\",\"counter\":\"c2\"}");
    pair_feed(&pair, 0);
    struct json *accounts = pair_load(&pair, 0, "accounts", NULL);
    CHECK_INT((int64_t)json_count(json_get(accounts, "counters")), 1);
    json_free(&accounts);
    pair_close(&pair);
}
