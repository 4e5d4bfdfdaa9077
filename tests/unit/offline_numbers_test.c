/* tests/unit/offline_numbers_test.c: a ticket issued while the hall is away has a number at once, which stays what is
 * printed; numbers of two issuers never meet, and if they do all the same, it is told. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/pair.h"
#include "tests/support/test.h"

#define ISSUE "{\"service\":\"s1\",\"channel\":\"walk_in\"}"

static void lease(struct pair *pair, int n, const char *label)
{
    char *text = xasprintf("{\"numbers\":{\"label\":\"%s\"}}", label);
    struct json *session = NULL;
    REQUIRE(json_parse(text, strlen(text), &session, NULL) == ERR_OK);
    REQUIRE(cache_take_lease(pair->cache[n], session) == ERR_OK);
    json_free(&session);
    free(text);
}

static void reception(struct pair *pair, int n, const char *label)
{
    pair_start(pair, n);
    pair_sign_in(pair, n, "rina");
    if (label)
        lease(pair, n, label);
    pair_feed(pair, n);
}

/* What this workstation shows of its tickets, in order of their making: "W1-P001 W1-P002"; the caller frees. */
static char *numbers(struct pair *pair, int n)
{
    struct json *tickets = pair_load(pair, n, "queue", "{\"queue\":\"p\"}");
    struct buf text = {0};
    for (const struct json *t = json_first(json_get(tickets, "rows")); t; t = json_next(t))
        buf_addf(&text, "%s%s", text.length ? " " : "", json_text_or(t, "number", "-"));
    json_free(&tickets);
    return text.data ? buf_take(&text) : xstrdup("");
}

static void check_numbers(struct pair *pair, int n, const char *want)
{
    char *got = numbers(pair, n);
    CHECK_TEXT(got, want);
    free(got);
}

static void issue(struct pair *pair, int n)
{
    pair->now_ms += 1000;
    pair_confirm(pair, n, "ticket.issue", ISSUE);
}

TEST(offline_numbers_are_given_at_once_and_stay)
{
    struct pair pair;
    pair_open(&pair);
    reception(&pair, 0, "W1");
    reception(&pair, 1, "W2");
    issue(&pair, 0);
    issue(&pair, 1);
    issue(&pair, 0);
    check_numbers(&pair, 0, "W1-P001 W1-P002");
    check_numbers(&pair, 1, "W2-P001");
    pair_start(&pair, 0); /* a power cut takes none of them back */
    issue(&pair, 0);
    check_numbers(&pair, 0, "W1-P001 W1-P002 W1-P003");
    pair_sync(&pair, 1);
    pair_sync(&pair, 0);
    pair_sync(&pair, 1);
    check_numbers(&pair, 1, "W1-P001 W2-P001 W1-P002 W1-P003");
    struct json *disputes = pair_load(&pair, 0, "disputes", "{}");
    CHECK_INT(json_int(disputes, "count", -1), 0);
    json_free(&disputes);
    pair_close(&pair);
}

TEST(offline_numbers_only_while_the_hall_is_away)
{
    struct pair pair;
    pair_open(&pair);
    reception(&pair, 0, "W1");
    cache_set_reach(pair.cache[0], true);
    issue(&pair, 0);
    check_numbers(&pair, 0, "-"); /* the hall's own, in a moment */
    pair_sync(&pair, 0);
    check_numbers(&pair, 0, "P001");
    cache_set_reach(pair.cache[0], false);
    issue(&pair, 0);
    pair_sync(&pair, 0);
    check_numbers(&pair, 0, "P001 W1-P001");
    reception(&pair, 1, NULL); /* without a lease there is none to give */
    issue(&pair, 1);
    check_numbers(&pair, 1, "P001 W1-P001 -");
    pair_close(&pair);
}

/* Each day begins anew, and what was given yesterday is of yesterday when it arrives. */
TEST(offline_numbers_for_days)
{
    struct pair pair;
    pair_open(&pair);
    reception(&pair, 0, "W1");
    issue(&pair, 0);
    pair.now_ms += INT64_C(24) * 3600 * 1000;
    issue(&pair, 0);
    issue(&pair, 0);
    check_numbers(&pair, 0, "W1-P001 W1-P001 W1-P002");
    pair_sync(&pair, 0);
    struct json *tickets = pair_load(&pair, 0, "queue", "{\"queue\":\"p\"}");
    const struct json *rows = json_get(tickets, "rows");
    CHECK(!str_equal(json_text(json_at(rows, 0), "day"), json_text(json_at(rows, 1), "day")));
    CHECK_TEXT(json_text(json_at(rows, 1), "day"), json_text(json_at(rows, 2), "day"));
    json_free(&tickets);
    struct json *disputes = pair_load(&pair, 0, "disputes", "{}");
    CHECK_INT(json_int(disputes, "count", -1), 0);
    json_free(&disputes);
    pair_close(&pair);
}

/* A hall that forgot a lease gives the label again: both tickets are there, one of them with another number. */
TEST(offline_numbers_that_clash_are_told)
{
    struct pair pair;
    pair_open(&pair);
    reception(&pair, 0, "W1");
    reception(&pair, 1, "W1");
    issue(&pair, 0);
    issue(&pair, 1);
    pair_sync(&pair, 0);
    pair_sync(&pair, 1);
    check_numbers(&pair, 1, "W1-P001 W1-P002");
    struct json *disputes = pair_load(&pair, 1, "disputes", "{}");
    const struct json *dispute = json_at(json_get(disputes, "rows"), 0);
    CHECK_TEXT(json_text(dispute, "code"), "number_clash");
    CHECK_TEXT(json_text(json_get(dispute, "row"), "printed"), "W1-P001");
    CHECK_TEXT(json_text(json_get(dispute, "row"), "number"), "W1-P002");
    char *body = xasprintf("{\"dispute\":\"%s\",\"choice\":\"drop\"}", json_text(dispute, "id"));
    struct json *data = pair_at_hall(&pair, "rina", "dispute.resolve", body);
    json_free(&data);
    json_free(&disputes);
    free(body);
    pair_close(&pair);
}

/* A number out of the hall's own series, or of another queue, is nobody's to give. */
TEST(offline_numbers_of_others_are_refused)
{
    static const char *const wrong[] = {"P001",    "W1-Q001",  "W1-P01", "W-P001",
                                        "X1-P001", "W1-P001x", "W1P001"};
    struct pair pair;
    pair_open(&pair);
    reception(&pair, 0, "W1");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct saved saved;
        struct json *body = json_new_object();
        json_set_text(body, "service", "s1");
        json_set_text(body, "number", wrong[i]);
        CHECK_INT(cache_confirm(pair.cache[0], "ticket.issue", body, pair.now_ms, &pair.rng, &saved),
                  ERR_REFUSED);
        CHECK_TEXT(saved.outcome.field, "number");
        json_free(&body);
    }
    pair_close(&pair);
}
