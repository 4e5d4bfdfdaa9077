/* tests/unit/outbox_test.c: the outbox as its screen and `loket outbox` read it: order, sizes, what is settled; and that a
 * full one refuses before anything is written. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/pair.h"
#include "tests/support/test.h"

static void somebody(struct pair *pair, const char *login)
{
    pair_open(pair);
    pair_start(pair, 0);
    pair_sign_in(pair, 0, login);
    pair_feed(pair, 0);
}

static void confirm_many(struct pair *pair, int count)
{
    while (count-- > 0) {
        pair->now_ms += 1000;
        pair_confirm(pair, 0, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    }
}

TEST(outbox_pages_of_a_long_one)
{
    struct pair pair;
    somebody(&pair, "rina");
    confirm_many(&pair, 500);
    struct json *page = pair_load(&pair, 0, "outbox", "{\"offset\":450,\"limit\":200}");
    CHECK_INT((int64_t)json_count(json_get(page, "rows")), 50);
    CHECK_INT(json_int(json_at(json_get(page, "rows"), 0), "seq", 0), 451);
    CHECK_INT(json_int(page, "listed", 0), 500);
    CHECK_INT(json_int(page, "count", 0), 500);
    CHECK_INT(json_int(page, "offset", 0), 450);
    CHECK(json_int(page, "bytes", 0) > 500 * 100);
    CHECK(json_text(page, "oldest_at") != NULL);
    json_free(&page);
    pair_close(&pair);
}

static void check_full(struct pair *pair)
{
    struct saved saved;
    struct json *body = json_new_object();
    json_set_text(body, "queue", "p");
    CHECK_INT(cache_confirm(pair->cache[0], "ticket.issue", body, pair->now_ms, &pair->rng, &saved),
              ERR_REFUSED);
    CHECK_TEXT(saved.outcome.code, "outbox_full");
    CHECK_INT(cache_unsent(pair->cache[0]), 3);
    json_free(&body);
}

TEST(outbox_full_refuses_and_goes_on_once_it_is_sent)
{
    struct pair pair;
    somebody(&pair, "rina");
    cache_limit(pair.cache[0], 3);
    confirm_many(&pair, 3);
    check_full(&pair);
    check_full(&pair);
    pair_sync(&pair, 0);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    confirm_many(&pair, 3);
    check_full(&pair);
    pair_close(&pair);
}

/* A refused record stays in sight as long as its dispute is open, and no longer. */
TEST(outbox_shows_refused_records_until_they_are_settled)
{
    struct pair pair;
    somebody(&pair, "siti");
    pair_confirm(&pair, 0, "case.open",
                 "{\"case\":\"c0000000-0000-7000-8000-000000000001\",\"service\":\"s1\"}");
    pair.actor[0].roles = 0; /* they were taken away meanwhile */
    struct json *answer = pair_push(&pair, 0);
    pair_take(&pair, 0, answer);
    json_free(&answer);
    struct json *page = pair_load(&pair, 0, "outbox", "{}");
    CHECK_INT(json_int(page, "listed", 0), 1); /* before its dispute has come */
    CHECK_TEXT(json_text(json_at(json_get(page, "rows"), 0), "mark"), "trouble");
    json_free(&page);
    pair_feed(&pair, 0);
    page = pair_load(&pair, 0, "outbox", "{}");
    CHECK_INT(json_int(page, "listed", 0), 1);
    json_free(&page);
    struct json *disputes = pair_load(&pair, 0, "disputes", "{}");
    char *body = xasprintf("{\"dispute\":\"%s\",\"choice\":\"drop\"}",
                           json_text(json_at(json_get(disputes, "rows"), 0), "id"));
    json_free(&disputes);
    struct json *data = pair_at_hall(&pair, "budi", "dispute.resolve", body);
    json_free(&data);
    free(body);
    pair_feed(&pair, 0);
    page = pair_load(&pair, 0, "outbox", "{}");
    CHECK_INT(json_int(page, "listed", 0), 0);
    CHECK_INT((int64_t)json_count(json_get(page, "rows")), 0);
    json_free(&page);
    pair_close(&pair);
}

TEST(whose_records_wait_is_told_before_anybody_signs_in)
{
    struct pair pair;
    somebody(&pair, "rina");
    confirm_many(&pair, 2);
    REQUIRE(cache_sign_out(pair.cache[0]) == ERR_OK);
    struct json *waiting = pair_load(&pair, 0, "waiting", "{}");
    CHECK_INT(json_int(waiting, "count", 0), 2);
    CHECK_INT((int64_t)json_count(json_get(waiting, "people")), 1);
    CHECK_TEXT(json_text_or(json_at(json_get(waiting, "people"), 0), "name", ""), "Rina");
    CHECK_INT(json_int(json_at(json_get(waiting, "people"), 0), "count", 0), 2);
    json_free(&waiting);
    pair_close(&pair);
}

/* Whose they are is told to whoever rescues them; another person who is signed in sees their number alone. */
TEST(outbox_of_nobody_in_particular)
{
    struct pair pair;
    somebody(&pair, "rina");
    confirm_many(&pair, 2);
    REQUIRE(cache_sign_out(pair.cache[0]) == ERR_OK);
    struct json *page = pair_load(&pair, 0, "outbox", "{\"everyone\":true}");
    CHECK_INT((int64_t)json_count(json_get(page, "rows")), 2);
    json_free(&page);
    page = pair_load(&pair, 0, "outbox", "{}");
    CHECK_INT((int64_t)json_count(json_get(page, "rows")), 0);
    json_free(&page);
    pair_sign_in(&pair, 0, "siti");
    page = pair_load(&pair, 0, "outbox", "{\"everyone\":true}");
    CHECK_INT((int64_t)json_count(json_get(page, "rows")), 0);
    CHECK_INT(json_int(page, "others", 0), 2);
    json_free(&page);
    pair_close(&pair);
}
