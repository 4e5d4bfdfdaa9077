/* tests/unit/notices_pair_test.c: what must be heard reaches each workstation with the feed: calls, requests to close and
 * their answers, parked people, a break; and who comes next at a counter that closes is who the hall calls. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/pair.h"
#include "tests/support/test.h"

static void at_hall(struct pair *pair, const char *login, const char *type, const char *body)
{
    struct json *data = pair_at_hall(pair, login, type, body);
    json_free(&data);
}

static struct json *notices(struct pair *pair, int n)
{
    struct json *status = pair_load(pair, n, "status", "{\"counter\":\"c1\"}");
    struct json *copy = json_copy(json_get(status, "notices"));
    REQUIRE(json_is_object(copy));
    json_free(&status);
    return copy;
}

/* A member of the notices of workstation n, by JSON pointer; "" when it is not there. Lives until the next call. */
static const char *says(struct pair *pair, int n, const char *pointer)
{
    static char text[200];
    struct json *all = notices(pair, n);
    str_copy(text, sizeof text,
             json_as_text(json_pointer(all, pointer)) ? json_as_text(json_pointer(all, pointer)) : "");
    json_free(&all);
    return text;
}

static int64_t counts(struct pair *pair, int n, const char *pointer)
{
    struct json *all = notices(pair, n);
    int64_t count = json_as_int(json_pointer(all, pointer), -1);
    json_free(&all);
    return count;
}

/* Siti sits at counter 1 with two people waiting; workstation 0 is hers, 1 the supervisor's. */
static void open_morning(struct pair *pair)
{
    pair_open(pair);
    pair_start(pair, 0);
    pair_start(pair, 1);
    pair_sign_in(pair, 0, "siti");
    pair_sign_in(pair, 1, "budi");
    at_hall(pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    for (int i = 0; i < 2; i++) {
        pair->now_ms += 1000;
        at_hall(pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    }
    pair->now_ms += 1000;
}

static void sync_both(struct pair *pair)
{
    pair_sync(pair, 0);
    pair_sync(pair, 1);
}

TEST(notices_bring_a_call_to_everyone_until_it_ends)
{
    struct pair pair;
    char body[200], alert[64];
    open_morning(&pair);
    at_hall(&pair, "adi", "hall.alert", "{\"kind\":\"medical\",\"counter\":\"c2\",\"text\":\"has fainted\"}");
    sync_both(&pair);
    for (int n = 0; n < 2; n++) {
        CHECK_TEXT(says(&pair, n, "/alerts/0/kind"), "medical");
        CHECK_TEXT(says(&pair, n, "/alerts/0/counter_name"), "2");
        CHECK_TEXT(says(&pair, n, "/alerts/0/user_name"), "Adi");
    }
    str_copy(alert, sizeof alert, says(&pair, 0, "/alerts/0/id"));
    str_format(body, sizeof body, "{\"alert\":\"%s\"}", alert);
    at_hall(&pair, "siti", "hall.alert_seen", body);
    sync_both(&pair);
    CHECK_TEXT(says(&pair, 1, "/alerts/0/seen/0/name"), "Siti");
    at_hall(&pair, "budi", "hall.alert_end", body);
    sync_both(&pair);
    CHECK_TEXT(says(&pair, 0, "/alerts/0/kind"), "");
    pair_close(&pair);
}

/* What nobody ended is over with the day's work, a message at its time. */
TEST(notices_forget_what_is_over)
{
    struct pair pair;
    char body[200], until[TIME_TEXT];
    open_morning(&pair);
    at_hall(&pair, "adi", "hall.alert", "{\"kind\":\"technical\"}");
    time_text(pair.now_ms + 60000, until);
    str_format(body, sizeof body, "{\"kind\":\"message\",\"text\":\"closed at four\",\"until\":\"%s\"}",
               until);
    pair.now_ms += 1;
    at_hall(&pair, "budi", "hall.alert", body);
    sync_both(&pair);
    CHECK_TEXT(says(&pair, 0, "/alerts/0/text"), "closed at four");
    pair.now_ms += 60000;
    CHECK_TEXT(says(&pair, 0, "/alerts/0/kind"), "technical");
    pair.now_ms += INT64_C(12) * 60 * 60 * 1000;
    CHECK_TEXT(says(&pair, 0, "/alerts/0/kind"), "");
    pair_close(&pair);
}

TEST(notices_hide_no_call_behind_later_messages)
{
    struct pair pair;
    char pointer[40];
    bool fire = false;
    open_morning(&pair);
    at_hall(&pair, "adi", "hall.alert", "{\"kind\":\"fire\"}");
    for (int i = 0; i < 20; i++) {
        pair.now_ms += 1000;
        at_hall(&pair, "budi", "hall.alert", "{\"kind\":\"message\",\"text\":\"leave by the stairs\"}");
    }
    sync_both(&pair);
    for (int i = 0; i <= 20; i++) {
        str_format(pointer, sizeof pointer, "/alerts/%d/kind", i);
        fire = fire || str_equal(says(&pair, 0, pointer), "fire");
    }
    CHECK(fire);
    pair_close(&pair);
}

TEST(notices_bring_a_request_to_the_supervisor_and_the_answer_back)
{
    struct pair pair;
    char body[200];
    open_morning(&pair);
    at_hall(&pair, "siti", "closure.request", "{\"counter\":\"c1\",\"reason\":\"ill\"}");
    sync_both(&pair);
    CHECK_TEXT(says(&pair, 0, "/closing/state"), "open");
    CHECK_TEXT(says(&pair, 0, "/closures/0/reason"), ""); /* not a clerk's to answer */
    CHECK_TEXT(says(&pair, 1, "/closures/0/reason"), "ill");
    CHECK_TEXT(says(&pair, 1, "/closures/0/user_name"), "Siti");
    CHECK_TEXT(says(&pair, 1, "/closures/0/counter_name"), "1");
    CHECK_TEXT(says(&pair, 1, "/closures/0/depending/0/code"), "P");
    CHECK_INT(counts(&pair, 1, "/closures/0/depending/0/waiting"), 2);
    str_format(body, sizeof body, "{\"closure\":\"%s\"}", says(&pair, 1, "/closures/0/id"));
    at_hall(&pair, "budi", "closure.approve", body);
    pair.now_ms += 1000;
    at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}"); /* too late for it */
    sync_both(&pair);
    CHECK_TEXT(says(&pair, 0, "/closing/state"), "approved");
    CHECK_TEXT(says(&pair, 0, "/closing/by"), "Budi");
    CHECK_TEXT(says(&pair, 0, "/closing/last"), "P002");
    CHECK_INT(counts(&pair, 0, "/closing/left"), 2);
    CHECK_TEXT(says(&pair, 1, "/closures/0/reason"), "");
    pair_close(&pair);
}

/* Who is shown as the next is who the hall would call. */
TEST(notices_next_of_a_closing_counter_are_who_came_before)
{
    struct pair pair;
    char body[200];
    open_morning(&pair);
    at_hall(&pair, "siti", "closure.request", "{\"counter\":\"c1\",\"reason\":\"ill\"}");
    sync_both(&pair);
    str_format(body, sizeof body, "{\"closure\":\"%s\"}", says(&pair, 1, "/closures/0/id"));
    at_hall(&pair, "budi", "closure.approve", body);
    pair.now_ms += 1000;
    at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    sync_both(&pair);
    struct json *desk = pair_load(&pair, 0, "desk", "{\"counter\":\"c1\"}");
    CHECK_INT((int64_t)json_count(json_get(desk, "next")), 2);
    CHECK_TEXT(json_text(json_at(json_get(desk, "next"), 0), "number"), "P001");
    CHECK_TEXT(json_text(json_at(json_get(desk, "next"), 1), "number"), "P002");
    json_free(&desk);
    pair_close(&pair);
}

/* Reception is told before it gives a number that nobody would call. */
static size_t counters_for_newcomers(struct pair *pair)
{
    struct json *found = pair_load(pair, 1, "queue", "{\"queue\":\"p\"}");
    const struct json *counters = json_get(json_get(found, "queue"), "counters");
    size_t count = json_count(counters);
    CHECK(json_is_array(counters));
    json_free(&found);
    return count;
}

TEST(notices_of_a_closing_counter_leave_none_for_a_newcomer)
{
    struct pair pair;
    char body[200];
    open_morning(&pair);
    at_hall(&pair, "siti", "closure.request", "{\"counter\":\"c1\",\"reason\":\"ill\"}");
    sync_both(&pair);
    CHECK_INT((int64_t)counters_for_newcomers(&pair), 1); /* asked for is not approved */
    str_format(body, sizeof body, "{\"closure\":\"%s\"}", says(&pair, 1, "/closures/0/id"));
    at_hall(&pair, "budi", "closure.approve", body);
    pair.now_ms += 1000;
    sync_both(&pair);
    CHECK_INT((int64_t)counters_for_newcomers(&pair), 0);
    pair_close(&pair);
}

/* A queue depends on a counter while nobody else sits where it is served: one on a break comes back. */
TEST(notices_tell_which_queues_depend_on_a_counter)
{
    struct pair pair;
    open_morning(&pair);
    pair_sync(&pair, 0);
    struct json *desk = pair_load(&pair, 0, "desk", "{\"counter\":\"c1\"}");
    CHECK_INT((int64_t)json_count(json_get(desk, "depending")), 1);
    json_free(&desk);
    at_hall(&pair, "adi", "counter.open", "{\"counter\":\"c2\"}");
    at_hall(&pair, "adi", "counter.pause", "{\"counter\":\"c2\",\"reason\":\"meal\"}");
    pair_sync(&pair, 0);
    desk = pair_load(&pair, 0, "desk", "{\"counter\":\"c1\"}");
    CHECK_INT((int64_t)json_count(json_get(desk, "depending")), 0);
    json_free(&desk);
    pair_close(&pair);
}

/* Whom a counter left when it closed, the supervisor hears of until somebody serves them. A counter that closes later than now
 * serves as any other. */
TEST(notices_tell_a_supervisor_whom_a_counter_left)
{
    struct pair pair;
    char body[200];
    open_morning(&pair);
    at_hall(&pair, "siti", "closure.request", "{\"counter\":\"c1\",\"reason\":\"ill\"}");
    sync_both(&pair);
    str_format(body, sizeof body, "{\"closure\":\"%s\"}", says(&pair, 1, "/closures/0/id"));
    at_hall(&pair, "budi", "closure.approve", body);
    at_hall(&pair, "siti", "counter.close", "{\"counter\":\"c1\"}");
    sync_both(&pair);
    CHECK_TEXT(says(&pair, 1, "/left/0/counter_name"), "1");
    CHECK_TEXT(says(&pair, 1, "/left/0/code"), "P");
    CHECK_INT(counts(&pair, 1, "/left/0/waiting"), 2);
    CHECK_TEXT(says(&pair, 0, "/left/0/code"), ""); /* not a clerk's */
    at_hall(&pair, "adi", "counter.open", "{\"counter\":\"c2\"}");
    sync_both(&pair);
    CHECK_TEXT(says(&pair, 1, "/left/0/code"), "");
    at_hall(&pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    at_hall(&pair, "adi", "closure.request",
            "{\"counter\":\"c2\",\"reason\":\"meal\",\"from\":\"2099-01-01T00:00:00.000Z\"}");
    sync_both(&pair);
    str_format(body, sizeof body, "{\"closure\":\"%s\"}", says(&pair, 1, "/closures/0/id"));
    at_hall(&pair, "budi", "closure.approve", body);
    pair_sync(&pair, 0);
    struct json *desk = pair_load(&pair, 0, "desk", "{\"counter\":\"c1\"}");
    CHECK_INT((int64_t)json_count(json_get(desk, "depending")), 0);
    json_free(&desk);
    pair_close(&pair);
}

/* An alarm survives a restart: it stands in the rows, not in the program. */
TEST(notices_keep_alarms_and_breaks_through_a_restart)
{
    struct pair pair;
    char body[300], until[TIME_TEXT];
    open_morning(&pair);
    struct json *called = pair_at_hall(&pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    char *ticket = xstrdup(json_text_or(json_get(called, "ticket"), "id", ""));
    json_free(&called);
    pair_sync(&pair, 0);
    time_text(pair.now_ms + 600000, until);
    str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":1}", ticket);
    pair_confirm(&pair, 0, "ticket.start", body);
    str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":1,\"reason\":\"copies\",\"until\":\"%s\"}",
               ticket, until);
    pair_confirm(&pair, 0, "ticket.hold", body);
    CHECK_TEXT(says(&pair, 0, "/held/0/number"), "P001"); /* not sent yet, and told all the same */
    pair_sync(&pair, 0);
    str_format(body, sizeof body, "{\"counter\":\"c1\",\"reason\":\"meal\",\"until\":\"%s\"}", until);
    at_hall(&pair, "siti", "counter.pause", body);
    pair_sync(&pair, 0);
    pair_start(&pair, 0);
    CHECK_TEXT(says(&pair, 0, "/held/0/until"), until);
    CHECK_TEXT(says(&pair, 0, "/held/0/reason"), "copies");
    CHECK_TEXT(says(&pair, 0, "/break_until"), until);
    free(ticket);
    pair_close(&pair);
}
