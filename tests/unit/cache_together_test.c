/* tests/unit/cache_together_test.c: what belongs together with an application is offered at the desk, and opened with
 * what was answered there, against the hall's own core (tests/support/pair.h). */
#include <stdlib.h>
#include <string.h>

#include "tests/support/pair.h"
#include "tests/support/test.h"

#define FIRST  "0197a2b4-0000-7000-8000-000000000021"
#define SECOND "0197a2b4-0000-7000-8000-000000000022"

static void put_service(struct pair *pair, const char *id, const char *agency, const char *bundle)
{
    struct json *row = pair_hall_row(pair, TABLE_SERVICE, "s1"), *list = NULL;
    REQUIRE(json_parse(bundle, strlen(bundle), &list, NULL) == ERR_OK);
    json_set_text(row, "id", id);
    json_set_text(row, "agency", agency);
    json_set(row, "bundle", list);
    REQUIRE(row_put(pair->hall, ROWS_PLAIN, TABLE_SERVICE, row) == ERR_OK);
    json_free(&row);
}

/* Someone is called to siti's counter; s1 belongs together with s2 of her agency, s3 of another, and one that is gone. */
static char *called(struct pair *pair)
{
    pair_open(pair);
    put_service(pair, "s2", "a1", "[]");
    put_service(pair, "s3", "a2", "[]");
    put_service(pair, "s1", "a1", "[\"s2\",\"s3\",\"gone\"]");
    struct json *data =
        pair_at_hall(pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    char *ticket = xstrdup(json_text_or(json_get(data, "ticket"), "id", ""));
    json_free(&data);
    pair_start(pair, 0);
    pair_sign_in(pair, 0, "siti");
    pair_sync(pair, 0);
    pair_confirm(pair, 0, "counter.open", "{\"counter\":\"c1\"}");
    pair_sync(pair, 0);
    pair_confirm(pair, 0, "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    pair_sync(pair, 0);
    return ticket;
}

static void confirm(struct pair *pair, const char *type, char *body)
{
    pair_confirm(pair, 0, type, body);
    free(body);
}

/* The services that are offered beside the desk's n-th application. */
static void check_offers(struct pair *pair, size_t n, const char *want)
{
    struct json *desk = pair_load(pair, 0, "desk", "{\"counter\":\"c1\"}");
    const struct json *offers = json_get(json_at(json_get(desk, "cases"), n), "together");
    struct buf text = {0};
    CHECK(json_is_array(offers));
    for (const struct json *one = json_first(offers); one; one = json_next(one))
        buf_addf(&text, "%s ", json_text_or(one, "service", "?"));
    CHECK_TEXT(buf_text(&text), want);
    buf_free(&text);
    json_free(&desk);
}

TEST(together_offers_what_the_agency_has_and_nobody_opened_yet)
{
    struct pair pair;
    char *ticket = called(&pair);
    confirm(&pair, "case.open",
            xasprintf("{\"case\":\"%s\",\"service\":\"s1\",\"ticket\":\"%s\"}", FIRST, ticket));
    check_offers(&pair, 0, "s2 ");
    confirm(&pair, "case.draft", xasprintf("{\"case\":\"%s\",\"patch\":{\"street\":\"Melati 1\"}}", FIRST));
    pair.now_ms += 1000; /* the desk's list is by time */
    confirm(&pair, "case.open",
            xasprintf("{\"case\":\"%s\",\"service\":\"s2\",\"ticket\":\"%s\",\"bundle\":\"%s\"}", SECOND,
                      ticket, FIRST));
    check_offers(&pair, 0, "");
    check_offers(&pair, 1, "");
    struct json *desk = pair_load(&pair, 0, "desk", "{\"counter\":\"c1\"}");
    CHECK_TEXT(json_text(json_get(json_at(json_get(desk, "cases"), 1), "draft"), "street"), "Melati 1");
    json_free(&desk);
    pair_sync(&pair, 0);
    struct json *row = pair_hall_row(&pair, TABLE_CASE, SECOND); /* the hall says the same as was predicted */
    CHECK_TEXT(json_text(json_get(row, "draft"), "street"), "Melati 1");
    json_free(&row);
    /* One that was taken back may be opened anew. */
    confirm(&pair, "case.withdraw", xasprintf("{\"case\":\"%s\"}", SECOND));
    check_offers(&pair, 0, "s2 ");
    free(ticket);
    pair_close(&pair);
}
