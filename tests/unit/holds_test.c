/* tests/unit/holds_test.c: what waits for a supervisor's hand, on a workstation's copy: a request to close with what it would
 * do to waiting, a counter that nobody attends, everyone who is parked. */
#include "tests/support/pair.h"
#include "tests/support/test.h"

enum { MINUTE_MS = 60 * 1000 };

static void at_hall(struct pair *pair, const char *login, const char *type, const char *body)
{
    struct json *data = pair_at_hall(pair, login, type, body);
    json_free(&data);
}

TEST(holds_show_requests_with_their_effect_parked_and_unattended)
{
    struct pair pair;
    char body[200];
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "budi");
    at_hall(&pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    at_hall(&pair, "adi", "counter.open", "{\"counter\":\"c2\"}");
    for (int i = 0; i < 6; i++)
        at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    struct json *data = pair_at_hall(&pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    char ticket[64];
    str_copy(ticket, sizeof ticket, json_as_text(json_pointer(data, "/ticket/id")));
    json_free(&data);
    str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":1}", ticket);
    at_hall(&pair, "siti", "ticket.start", body);
    str_format(body, sizeof body,
               "{\"ticket\":\"%s\",\"gen\":1,\"reason\":\"copies\",\"until\":\"2020-01-01T00:00:00.000Z\"}",
               ticket);
    at_hall(&pair, "siti", "ticket.hold", body);
    at_hall(&pair, "siti", "closure.request", "{\"counter\":\"c1\",\"reason\":\"ill\"}");
    pair_sync(&pair, 0);
    struct json *answer = pair_load(&pair, 0, "holds", "{}");
    const struct json *closure = json_first(json_get(answer, "closures")),
                      *parked = json_first(json_get(answer, "parked"));
    const struct json *effect = json_first(json_get(closure, "effect"));
    CHECK_TEXT(json_text_or(closure, "user_name", ""), "Siti");
    CHECK_TEXT(json_text_or(effect, "code", ""), "P");
    CHECK(json_int(effect, "after_min", -1) >
          json_int(effect, "before_min", -1)); /* one counter instead of two */
    CHECK_TEXT(json_text_or(parked, "number", ""), "P001");
    CHECK_TEXT(json_text_or(parked, "user_name", ""), "Siti");
    CHECK_TEXT(json_text_or(parked, "queue_code", ""), "P");
    CHECK_INT((int64_t)json_count(json_get(answer, "unattended")), 0);
    json_free(&answer);
    /* Nobody is heard of for longer than a lease. */
    pair.now_ms += 3 * MINUTE_MS;
    pair.mono_ms += 3 * MINUTE_MS;
    pair_sync(&pair, 0);
    cache_set_reach(pair.cache[0], true);
    answer = pair_load(&pair, 0, "holds", "{}");
    CHECK_INT((int64_t)json_count(json_get(answer, "unattended")), 2);
    CHECK(json_int(json_first(json_get(answer, "unattended")), "unattended_ms", 0) >= MINUTE_MS);
    json_free(&answer);
    pair_close(&pair);
}

static void park(struct pair *pair, const char *until)
{
    char body[200], ticket[64];
    struct json *data = pair_at_hall(pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    str_copy(ticket, sizeof ticket, json_as_text(json_pointer(data, "/ticket/id")));
    json_free(&data);
    str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":1}", ticket);
    at_hall(pair, "siti", "ticket.start", body);
    str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":1,\"reason\":\"copies\",\"until\":\"%s\"}",
               ticket, until);
    at_hall(pair, "siti", "ticket.hold", body);
    pair->now_ms += 1000;
}

TEST(holds_show_first_whose_time_is_over)
{
    static const char *const order[] = {"P002", "P001", "P003"};
    struct pair pair;
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "budi");
    at_hall(&pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    for (int i = 0; i < 3; i++)
        at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    park(&pair, "2026-11-25T03:00:00.000Z");
    park(&pair, "2026-11-25T02:05:00.000Z");
    park(&pair, "2026-11-25T03:00:00.000Z");
    pair.now_ms += 10 * MINUTE_MS;
    pair_sync(&pair, 0);
    struct json *answer = pair_load(&pair, 0, "holds", "{}");
    const struct json *rows = json_get(answer, "parked");
    REQUIRE(json_count(rows) == 3);
    for (size_t i = 0; i < 3; i++)
        CHECK_TEXT(json_text_or(json_at(rows, i), "number", ""), order[i]);
    CHECK(json_bool(json_first(rows), "overdue", false) && !json_bool(json_at(rows, 1), "overdue", true));
    json_free(&answer);
    pair_close(&pair);
}
