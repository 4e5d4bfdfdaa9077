/* tests/unit/visit_pair_test.c: a visit of several stops between a hall and workstations that do not always reach it: what
 * reception told, what the clerk's computer foresees and what the hall decides are the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/leases.h"
#include "core/hall/turn.h"
#include "core/hall/writer.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

enum { RECEPTION = 0, CLERK = 1 };

static void put(struct pair *pair, enum table table, const char *from, const char *id, const char *member,
                const char *value)
{
    struct json *row = pair_hall_row(pair, table, from);
    json_set_text(row, "id", id);
    json_set_text(row, member, value);
    if (table == TABLE_QUEUE)
        json_set_text(row, "prefix", value);
    REQUIRE(row_put(pair->hall, ROWS_PLAIN, table, row) == ERR_OK);
    json_free(&row);
}

/* s1 in queue P, s2 in queue Z, which nobody serves. */
static void open_pair(struct pair *pair)
{
    pair_open(pair);
    put(pair, TABLE_QUEUE, "p", "z", "code", "Z");
    put(pair, TABLE_SERVICE, "s1", "s2", "queue", "z");
    pair_start(pair, RECEPTION);
    pair_sign_in(pair, RECEPTION, "rina");
    pair_sync(pair, RECEPTION);
    pair_start(pair, CLERK);
    pair_sign_in(pair, CLERK, "siti");
    pair_sync(pair, CLERK);
}

/* The first of a list of the answer; the caller frees. */
static struct json *first_of(struct pair *pair, int n, const char *what, const char *args, const char *list)
{
    struct json *answer = pair_load(pair, n, what, args);
    const struct json *first = json_first(json_get(answer, list));
    struct json *row = first ? json_copy(first) : NULL;
    json_free(&answer);
    return row;
}

static struct json *ticket_of(struct pair *pair, int n, const char *queue)
{
    char *args = xasprintf("{\"queue\":\"%s\",\"limit\":5}", queue);
    struct json *row = first_of(pair, n, "queue", args, "rows");
    free(args);
    if (!json_get(row, "stops"))
        json_free(&row);
    return row;
}

/* "p=done z=now": the same at a workstation and at the hall. */
static void check_stands(struct pair *pair, const struct json *row, const char *want)
{
    char text[200] = "";
    struct json *hall = pair_hall_row(pair, TABLE_TICKET, json_text_or(row, "id", ""));
    const struct json *stops = json_get(row, "stops");
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop))
        str_format(text + strlen(text), sizeof text - strlen(text), "%s%s=%s", *text ? " " : "",
                   json_text_or(stop, "queue", "?"), json_text_or(stop, "state", "?"));
    CHECK_TEXT(text, want);
    if (hall)
        CHECK(json_equal(json_get(hall, "stops"), stops));
    json_free(&hall);
}

TEST(visit_told_at_a_reception_without_the_hall_is_the_one_that_the_hall_keeps)
{
    struct pair pair;
    open_pair(&pair);
    struct json *plan = first_of(&pair, RECEPTION, "visit", "{\"services\":[\"s2\",\"s1\"]}", "stops");
    CHECK_TEXT(json_text(plan, "queue"), "z"); /* nobody is served anywhere yet: as they were asked for */
    CHECK_TEXT(json_text(plan, "queue_code"), "Z");
    CHECK(json_count(json_get(plan, "service_names")) == 1);
    json_free(&plan);
    pair_confirm(&pair, RECEPTION, "ticket.issue",
                 "{\"services\":[\"s1\",\"s2\"],\"order\":\"given\",\"channel\":\"walk_in\"}");
    struct json *before = ticket_of(&pair, RECEPTION, "p");
    check_stands(&pair, before, "p=now z=ahead");
    CHECK(json_count(json_get(before, "visit_min")) == 2);
    pair_sync(&pair, RECEPTION);
    struct json *after = ticket_of(&pair, RECEPTION, "p");
    check_stands(&pair, after, "p=now z=ahead");
    CHECK_TEXT(json_text(after, "number"), "P001");
    CHECK_TEXT(json_text(after, "id"), json_text(before, "id"));
    json_free(&before);
    json_free(&after);
    pair_close(&pair);
}

TEST(visit_goes_on_without_the_hall_and_is_taken_back_whole)
{
    struct pair pair;
    open_pair(&pair);
    pair_confirm(&pair, RECEPTION, "ticket.issue",
                 "{\"services\":[\"s1\",\"s2\"],\"order\":\"given\",\"channel\":\"walk_in\"}");
    pair_sync(&pair, RECEPTION);
    pair_sync(&pair, CLERK);
    pair_confirm(&pair, CLERK, "counter.open", "{\"counter\":\"c1\"}");
    pair_sync(&pair, CLERK);
    pair_confirm(&pair, CLERK, "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    pair_sync(&pair, CLERK);
    struct json *desk = pair_load(&pair, CLERK, "desk", "{\"counter\":\"c1\"}");
    const struct json *stops = json_get(json_get(desk, "visit"), "stops");
    CHECK_TEXT(json_text(json_at(stops, 1), "queue_code"), "Z");
    CHECK(json_count(json_get(json_at(stops, 0), "counters")) == 1); /* the one that is open */
    CHECK_INT(json_count(json_get(json_at(stops, 1), "counters")), 0);
    json_free(&desk);
    struct json *open = first_of(&pair, CLERK, "open", "{}", "rows");
    char id[64];
    str_copy(id, sizeof id, json_text_or(open, "id", ""));
    json_free(&open);
    char *start = xasprintf("{\"ticket\":\"%s\",\"gen\":1}", id);
    char *finish = xasprintf("{\"ticket\":\"%s\",\"gen\":1,\"outcome\":\"served\"}", id);
    pair_confirm(&pair, CLERK, "ticket.start", start);
    pair_confirm(&pair, CLERK, "ticket.finish", finish); /* nothing of it has reached the hall */
    struct json *foreseen = ticket_of(&pair, CLERK, "z");
    CHECK_TEXT(json_text(foreseen, "id"), id);
    CHECK_TEXT(json_text(foreseen, "number"), "P001");
    CHECK_TEXT(json_text(json_at(json_get(foreseen, "stops"), 0), "state"), "done");
    pair_sync(&pair, CLERK);
    pair_sync(&pair, RECEPTION);
    for (int n = 0; n < 2; n++) {
        struct json *row = ticket_of(&pair, n, "z");
        check_stands(&pair, row, "p=done z=now");
        if (n == CLERK)
            CHECK(json_equal(json_get(row, "stops"), json_get(foreseen, "stops")));
        json_free(&row);
    }
    char *undo = xasprintf("{\"ticket\":\"%s\",\"gen\":-1}", id);
    pair_confirm(&pair, CLERK, "ticket.undo", undo);
    pair_sync(&pair, CLERK);
    struct json *row = pair_hall_row(&pair, TABLE_TICKET, id);
    check_stands(&pair, row, "p=now z=ahead");
    CHECK_TEXT(json_text(row, "state"), "serving");
    json_free(&row);
    json_free(&foreseen);
    free(start), free(finish), free(undo);
    pair_close(&pair);
}

static void check_today(struct pair *pair, const char *what, int64_t served, const char *asked)
{
    struct json *desk = pair_load(pair, CLERK, "desk", "{\"counter\":\"c1\"}");
    const struct json *today = json_get(desk, "today");
    if (!CHECK_INT(json_int(today, "served", -1), served))
        printf("  %s\n", what);
    CHECK_TEXT(json_text_or(json_get(desk, "survey"), "number", ""), asked);
    if (served)
        CHECK_INT(json_int(today, "mean_ms", 0), 60000);
    json_free(&desk);
}

/* Whoever went on to another desk was served here all the same: it counts for the clerk, who may ask how it was. */
TEST(visit_that_went_on_is_served_by_the_clerk_of_each_stop)
{
    struct pair pair;
    open_pair(&pair);
    pair_confirm(&pair, RECEPTION, "ticket.issue",
                 "{\"services\":[\"s1\",\"s2\"],\"order\":\"given\",\"channel\":\"walk_in\"}");
    pair_sync(&pair, RECEPTION);
    pair_sync(&pair, CLERK);
    pair_confirm(&pair, CLERK, "counter.open", "{\"counter\":\"c1\"}");
    pair_sync(&pair, CLERK);
    pair_confirm(&pair, CLERK, "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    pair_sync(&pair, CLERK);
    struct json *open = first_of(&pair, CLERK, "open", "{}", "rows");
    const char *id = json_text_or(open, "id", "");
    char *start = xasprintf("{\"ticket\":\"%s\",\"gen\":1}", id);
    char *finish = xasprintf("{\"ticket\":\"%s\",\"gen\":1,\"outcome\":\"served\"}", id);
    char *undo = xasprintf("{\"ticket\":\"%s\",\"gen\":-1}", id);
    char *score = xasprintf("{\"ticket\":\"%s\",\"scores\":[4,4,4,4,4,4,4,4,4]}", id);
    pair_confirm(&pair, CLERK, "ticket.start", start);
    check_today(&pair, "being served", 0, "P001");
    pair.now_ms += 60000;
    pair_confirm(&pair, CLERK, "ticket.finish", finish);
    check_today(&pair, "foreseen", 1, "P001");
    pair_sync(&pair, CLERK);
    check_today(&pair, "known", 1, "P001");
    struct json *data = pair_at_hall(&pair, "siti", "survey.record", score);
    CHECK_TEXT(json_text(json_get(data, "survey"), "queue"), "p");
    CHECK_TEXT(json_text(json_get(data, "survey"), "service"), "s1");
    json_free(&data);
    pair_confirm(&pair, CLERK, "ticket.undo", undo);
    pair_sync(&pair, CLERK);
    check_today(&pair, "taken back", 0, "P001");
    json_free(&open);
    free(start), free(finish), free(undo), free(score);
    pair_close(&pair);
}

/* Others come meanwhile: what the citizen was told at the desk does not change behind their back. */
TEST(visit_is_not_promised_anew_when_others_come)
{
    struct pair pair;
    open_pair(&pair);
    pair_confirm(&pair, RECEPTION, "ticket.issue",
                 "{\"services\":[\"s1\",\"s2\"],\"order\":\"given\",\"channel\":\"walk_in\"}");
    struct json *told = ticket_of(&pair, RECEPTION, "p");
    for (int i = 0; i < 6; i++) {
        struct json *data =
            pair_at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"z\",\"channel\":\"walk_in\"}");
        json_free(&data);
    }
    pair_feed(&pair, RECEPTION);
    pair_start(&pair, RECEPTION); /* all is foreseen anew */
    struct json *list = pair_load(&pair, RECEPTION, "queue", "{\"queue\":\"p\",\"limit\":5}");
    const struct json *again = json_first(json_get(list, "rows"));
    CHECK_TEXT(json_text(again, "id"), json_text(told, "id"));
    CHECK(json_count(json_get(again, "visit_min")) == 2);
    CHECK(json_equal(json_get(again, "visit_min"), json_get(told, "visit_min")));
    json_free(&list);
    json_free(&told);
    pair_close(&pair);
}

TEST(visit_ends_with_its_day_at_every_stop)
{
    struct pair pair;
    struct hall hall;
    open_pair(&pair);
    hall = (struct hall){.db = pair.hall, .epoch = 1};
    hall.writer = writer_new(&hall);
    hall.leases = leases_new();
    hall_clock_says(&hall, pair.now_ms, 1000);
    day_follow(&hall);
    writer_flush(hall.writer);
    struct json *data =
        pair_at_hall(&pair, "rina", "ticket.issue",
                     "{\"services\":[\"s1\",\"s2\"],\"order\":\"given\",\"channel\":\"walk_in\"}");
    const char *id = json_text_or(json_get(data, "ticket"), "id", "");
    const int64_t day_ms = 24 * 60 * 60 * 1000;
    pair.now_ms += day_ms;
    hall_clock_says(&hall, pair.now_ms, hall.mono_ms + day_ms);
    day_follow(&hall);
    writer_flush(hall.writer);
    struct json *row = pair_hall_row(&pair, TABLE_TICKET, id);
    CHECK_TEXT(json_text(row, "state"), "cancelled");
    check_stands(&pair, row, "p=dropped z=dropped");
    json_free(&row);
    json_free(&data);
    leases_free(&hall.leases);
    writer_free(&hall.writer);
    pair_close(&pair);
}
