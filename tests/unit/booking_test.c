/* tests/unit/booking_test.c: bookings: the day that they are for, and who waits today. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/hall/leases.h"
#include "core/hall/turn.h"
#include "core/hall/writer.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { HOUR_MS = 60 * 60 * 1000, DAY_MS = 24 * HOUR_MS, DAYS = 5, AHEAD = 4, LAST_H = 15 };

/* --- a hall whose days turn --- */

struct place {
    struct pair pair;
    struct hall hall;
    char called[UUID_TEXT];
    int64_t fence;
};

static void go_on(struct place *place, int64_t ms, int64_t turned_ms)
{
    place->pair.now_ms += ms + turned_ms;
    hall_clock_says(&place->hall, place->pair.now_ms, place->hall.mono_ms + ms);
    day_follow(&place->hall);
    writer_flush(place->hall.writer);
}

static void go_to(struct place *place, int64_t now_ms)
{
    go_on(place, now_ms - place->pair.now_ms, 0);
}

/* Its clock is turned, and for so long that the hall believes it. */
static void turn_clock(struct place *place, int64_t turned_ms)
{
    go_on(place, 1000, turned_ms);
    for (int minute = 0; minute <= 60; minute++)
        go_on(place, 60 * 1000, 0);
}

static void place_open(struct place *place)
{
    *place = (struct place){0};
    pair_open(&place->pair);
    place->hall = (struct hall){.db = place->pair.hall, .epoch = 1};
    place->hall.writer = writer_new(&place->hall);
    place->hall.leases = leases_new();
    hall_clock_says(&place->hall, place->pair.now_ms, 1000);
    day_follow(&place->hall);
    writer_flush(place->hall.writer);
}

static void place_close(struct place *place)
{
    leases_free(&place->hall.leases);
    writer_free(&place->hall.writer);
    pair_close(&place->pair);
}

/* Time 0: a walk-in. The answer's "ahead", and the ticket's id into id (may be NULL). */
static int64_t come(struct place *place, int64_t at_ms, bool urgent, char *id)
{
    char at[TIME_TEXT] = "";
    if (at_ms)
        time_text(at_ms, at);
    char *body = xasprintf("{\"queue\":\"p\",\"channel\":\"%s\"%s%s%s%s}", at_ms ? "booked" : "walk_in",
                           at_ms ? ",\"appointment_at\":\"" : "", at, at_ms ? "\"" : "",
                           urgent ? ",\"priority\":2" : "");
    struct json *data = pair_at_hall(&place->pair, "rina", "ticket.issue", body);
    int64_t ahead = json_int(data, "ahead", -1);
    if (id)
        str_copy(id, UUID_TEXT, json_text_or(json_get(data, "ticket"), "id", ""));
    json_free(&data);
    free(body);
    return ahead;
}

static void with_called(struct place *place, const char *type, const char *more)
{
    struct json *row = pair_hall_row(&place->pair, TABLE_TICKET, place->called);
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":%lld%s}", place->called,
                           (long long)json_int(row, "gen", 0), more);
    struct json *data = pair_at_hall(&place->pair, "siti", type, body);
    json_free(&data);
    json_free(&row);
    free(body);
}

static void open_desk(struct place *place)
{
    struct json *data = pair_at_hall(&place->pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    place->fence = json_int(data, "fence", -1);
    json_free(&data);
}

/* Calls and serves until nobody waits; how many were called, each of them of that day. */
static int serve_all_of(struct place *place, const char *day)
{
    int count = 0;
    for (;; count++) {
        char *body = xasprintf("{\"counter\":\"c1\",\"fence\":%lld}", (long long)place->fence);
        struct json *data = pair_at_hall(&place->pair, "siti", "ticket.call_next", body);
        const struct json *ticket = json_get(data, "ticket");
        bool nobody = !json_is_object(ticket);
        if (!nobody)
            CHECK_TEXT(json_text(ticket, "day"), day);
        str_copy(place->called, sizeof place->called, json_text_or(ticket, "id", ""));
        json_free(&data);
        free(body);
        if (nobody)
            return count;
        with_called(place, "ticket.start", "");
        with_called(place, "ticket.finish", ",\"outcome\":\"served\"");
    }
}

static int serve_all(struct place *place)
{
    char today[DATE_TEXT];
    time_date(place->pair.now_ms, today);
    return serve_all_of(place, today);
}

/* People book for any time of the days to come, and others walk in: in the morning those are called who are there, at the end
 * of each day everybody who was due on it, and nobody else; a newcomer has those ahead who are there, and of today's bookings those at most that come due before the
 * newcomer's call. By every rule. */
TEST(booking_nobody_of_another_day_is_ever_called)
{
    static const char *const rules[] = {"fifo", "priority", "weighted", "appointments"};
    static const char twice[] =
        "SELECT count(*) FROM (SELECT day FROM tickets GROUP BY day, number HAVING count(*) > 1) AS w";
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        struct place place;
        struct rng rng;
        int due[DAYS + AHEAD] = {0}, there = 0;
        bool merged = str_equal(rules[r], "appointments");
        place_open(&place);
        rng_seed(&rng, 7 + r);
        int64_t dawn_ms = time_day_start(place.pair.now_ms) + 8 * (int64_t)HOUR_MS + DAY_MS;
        char *rule = xasprintf("{\"queue\":\"p\",\"rule\":\"%s\",\"reason\":\"r\"}", rules[r]);
        struct json *data = pair_at_hall(&place.pair, "budi", "queue.rule", rule);
        json_free(&data);
        free(rule);
        for (int day = 0; day < DAYS; day++) {
            go_to(&place, dawn_ms + day * (int64_t)DAY_MS);
            open_desk(&place);
            there = 0;
            for (int i = 0; i < 12; i++) {
                int later = (int)rng_below(&rng, AHEAD);
                int64_t at_ms = dawn_ms + (day + later) * (int64_t)DAY_MS +
                                (1 + (int64_t)rng_below(&rng, LAST_H)) * HOUR_MS;
                if (rng_below(&rng, 3) == 0) {
                    int64_t ahead = come(&place, 0, false, NULL);
                    CHECK(ahead >= there && ahead <= (merged ? due[day] : there));
                    due[day]++, there++;
                } else {
                    come(&place, at_ms, rng_below(&rng, 2) == 0, NULL);
                    due[day + later]++;
                    there += later == 0; /* the number was drawn here */
                }
            }
            CHECK_INT(serve_all(&place), there);
            go_to(&place, dawn_ms + day * (int64_t)DAY_MS + LAST_H * (int64_t)HOUR_MS);
            CHECK_INT(serve_all(&place), due[day] - there);
        }
        CHECK_INT(pair_count(&place.pair, twice), 0);
        place_close(&place);
    }
}

static void check_arrived(struct place *place, const char *ticket, bool come)
{
    struct json *row = pair_hall_row(&place->pair, TABLE_TICKET, ticket);
    CHECK_TEXT(json_text(row, "arrived_at"), come ? json_text(row, "appointment_at") : NULL);
    CHECK_TEXT(json_text(row, "state"), "waiting");
    json_free(&row);
}

/* A clock that is a day ahead by mistake, for so long that the hall follows it, brings tomorrow's bookings; put right, they
 * wait for their day again. Whoever walks in is called whatever the clock says. */
TEST(booking_waits_for_its_day_whatever_the_clock_does)
{
    struct place place;
    char booked[UUID_TEXT];
    place_open(&place);
    int64_t noon_ms = time_day_start(place.pair.now_ms) + 12 * (int64_t)HOUR_MS;
    go_to(&place, noon_ms);
    come(&place, noon_ms + DAY_MS, false, booked);
    open_desk(&place);
    CHECK_INT(serve_all(&place), 0);
    check_arrived(&place, booked, false);
    turn_clock(&place, DAY_MS);
    check_arrived(&place, booked, true);
    turn_clock(&place, -(int64_t)DAY_MS);
    check_arrived(&place, booked, false);
    come(&place, 0, false, place.called);
    go_on(&place, 1000, -20000 * (int64_t)DAY_MS); /* a computer without a battery */
    CHECK_INT(serve_all_of(&place, "2026-11-25"), 1);
    place_close(&place);
}

/* Nobody is called who may not be there yet: a free counter leaves the bookings of the day alone until they are checked in or
 * their time has come; a clock that was ahead by less than makes it doubtful is put right. */
TEST(booking_of_today_is_called_when_it_came_or_its_time_did)
{
    struct place place;
    char early[UUID_TEXT], booked[UUID_TEXT];
    place_open(&place);
    int64_t eight_ms = time_day_start(place.pair.now_ms) + DAY_MS + 8 * (int64_t)HOUR_MS;
    come(&place, eight_ms + 2 * HOUR_MS, false, early);
    come(&place, eight_ms + HOUR_MS, false, booked);
    go_to(&place, eight_ms);
    open_desk(&place);
    CHECK_INT(serve_all(&place), 0);
    char *body = xasprintf("{\"ticket\":\"%s\"}", early);
    struct json *data = pair_at_hall(&place.pair, "rina", "ticket.check_in", body);
    json_free(&data);
    free(body);
    CHECK_INT(serve_all(&place), 1);
    CHECK_TEXT(place.called, "");
    go_on(&place, 1000, 59 * (int64_t)60 * 1000);
    check_arrived(&place, booked, true); /* two minutes before its time */
    go_on(&place, 1000, -30 * (int64_t)60 * 1000);
    check_arrived(&place, booked, false);
    CHECK_INT(serve_all(&place), 0);
    go_to(&place, eight_ms + HOUR_MS);
    CHECK_INT(serve_all(&place), 1);
    place_close(&place);
}

TEST(booking_for_another_day_has_no_estimate_and_cannot_be_called_by_number)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b','channel':'walk_in'}"));
    CHECK(trial_run(&h, "nigar", "ticket.issue",
                    "{'queue':'b','channel':'booked','appointment_at':'2026-11-26T06:00:00.000Z'}"));
    CHECK_INT(trial_int(&h, "/ahead"), 0);
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001"); /* of its own day */
    CHECK_INT(trial_int(&h, "/estimate_min/1"), -1);
    CHECK_INT(trial_int(&h, "/ticket/promise_min/1"), -1);
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(!trial_run(&h, "leyla", "ticket.call", "{'counter':'1','fence':1,'ticket':'%s','reason':'asked'}",
                     h.last_ticket));
    CHECK_TEXT(h.out.code, "not_today");
    CHECK(strstr(h.out.message, "2026-11-26") != NULL);
    trial_close(&h);
}

/* The same at the workstation: what it counts, lists and shows as next. */
TEST(booking_for_another_day_waits_in_no_list_of_a_workstation)
{
    struct place place;
    struct pair *pair = &place.pair;
    char booked[UUID_TEXT], came[UUID_TEXT];
    place_open(&place);
    int64_t noon_ms = time_day_start(pair->now_ms) + 12 * (int64_t)HOUR_MS;
    go_to(&place, noon_ms);
    come(&place, noon_ms + DAY_MS, false, booked);
    come(&place, 0, false, came);
    pair_start(pair, 0);
    pair_sign_in(pair, 0, "siti");
    for (int day = 0; day < 2; day++) {
        const char *id = day ? booked : came;
        pair_sync(pair, 0);
        struct json *queues = pair_load(pair, 0, "queues", "{}"),
                    *desk = pair_load(pair, 0, "desk", "{\"counter\":\"c1\"}");
        struct json *queue = pair_load(pair, 0, "queue", "{\"queue\":\"p\"}");
        CHECK_INT(json_int(json_first(json_get(queues, "rows")), "waiting", -1), 1);
        CHECK_INT((int64_t)json_count(json_get(queue, "rows")), 1);
        CHECK_INT((int64_t)json_count(json_get(desk, "next")), 1);
        CHECK_TEXT(json_text(json_first(json_get(queue, "rows")), "id"), id);
        CHECK_TEXT(json_text(json_first(json_get(desk, "next")), "id"), id);
        json_free(&queues);
        json_free(&desk);
        json_free(&queue);
        go_to(&place, noon_ms + DAY_MS);
    }
    place_close(&place);
}

/* --- a booked person comes --- */

/* Tuesday 24 November 2026, ten in the morning in Baku. Books queue for then plus minutes; the ticket is last_ticket. */
static void book_in(struct command_hall *h, const char *queue, int64_t minutes)
{
    char at[TIME_TEXT];
    time_text(h->now_ms + minutes * 60 * 1000, at);
    CHECK(trial_run(h, "nigar", "ticket.issue", "{'queue':'%s','channel':'booked','appointment_at':'%s'}",
                    queue, at));
}

static bool check_in(struct command_hall *h, const char *more)
{
    return trial_run(h, "nigar", "ticket.check_in", "{'ticket':'%s'%s}", h->last_ticket, more);
}

static void serve_queue(struct command_hall *h, const char *queue)
{
    CHECK(trial_run(h, "kamran", "queue.assign", "{'counter':'1','queues':['%s']}", queue));
    CHECK(trial_run(h, "leyla", "counter.open", "{'counter':'1'}"));
}

static const char *called(struct command_hall *h)
{
    CHECK(trial_run(h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    return trial_text(h, "/ticket/number");
}

TEST(booking_that_comes_two_hours_early_keeps_its_time_where_the_rule_goes_by_it)
{
    struct command_hall h;
    trial_open(&h);
    book_in(&h, "a", 120);
    CHECK(check_in(&h, ""));
    CHECK_INT(trial_int(&h, "/early_min"), 120);
    CHECK_INT(trial_int(&h, "/late_min"), -1);
    CHECK_TEXT(trial_text(&h, "/place"), "booked");
    CHECK_INT(trial_int(&h, "/estimate_min/0"), 120);
    CHECK_TEXT(trial_text(&h, "/ticket/checked_in_at"), "2026-11-24T06:00:00.000Z");
    CHECK(!check_in(&h, ""));
    CHECK_TEXT(h.out.code, "already_checked_in");
    h.now_ms += 60 * 60 * 1000;
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'a','channel':'walk_in'}"));
    serve_queue(&h, "a");
    CHECK_TEXT(called(&h), "A002"); /* an hour before its time somebody else who is there */
    trial_close(&h);
}

/* Queue b goes by arrival: who comes early is behind those who were there, and before those who come after. */
TEST(booking_that_comes_early_stands_by_its_arrival_where_the_rule_goes_by_that)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b','channel':'walk_in'}"));
    h.now_ms += 60 * 1000;
    book_in(&h, "b", 119);
    h.now_ms += 60 * 1000;
    CHECK(check_in(&h, ""));
    CHECK_TEXT(trial_text(&h, "/place"), "arrival");
    CHECK_INT(trial_int(&h, "/ahead"), 1);
    CHECK_INT(trial_int(&h, "/early_min"), 118);
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b','channel':'walk_in'}"));
    serve_queue(&h, "b");
    CHECK_TEXT(called(&h), "B001");
    CHECK(trial_run(&h, "leyla", "ticket.return", "{'ticket':'%s','gen':1}", h.last_ticket));
    CHECK(trial_run(&h, "nigar", "ticket.cancel", "{'ticket':'%s','gen':2}", h.last_ticket));
    CHECK_TEXT(called(&h), "B002");
    trial_close(&h);
}

TEST(booking_that_comes_late_is_told_and_holds_as_long_as_the_hall_says)
{
    static const struct {
        const char *policy;
        bool lapsed;
    } halls[] = {{"", false},
                 {",'policy':{'booking_late_min':45}", false},
                 {",'policy':{'booking_late_min':30}", true}};
    for (size_t i = 0; i < sizeof halls / sizeof *halls; i++) {
        struct command_hall h;
        trial_open(&h);
        char *row = xasprintf("{'id':'hall','code':'ASAN-01','timezone':'Asia/Baku'%s}", halls[i].policy);
        trial_put(&h, TABLE_HALL, row);
        free(row);
        book_in(&h, "a", 10);
        char booked[UUID_TEXT];
        str_copy(booked, sizeof booked, h.last_ticket);
        h.now_ms += 50 * 60 * 1000;
        CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'a','channel':'walk_in'}"));
        str_copy(h.last_ticket, sizeof h.last_ticket, booked);
        h.now_ms += 60 * 1000;
        CHECK(check_in(&h, ""));
        CHECK_INT(trial_int(&h, "/late_min"), 41);
        CHECK_TEXT(trial_text(&h, "/place"), halls[i].lapsed ? "arrival" : "booked");
        CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, booked, "/appointment_at"),
                   halls[i].lapsed ? "" : "2026-11-24T06:10:00.000Z");
        serve_queue(&h, "a");
        CHECK_TEXT(called(&h), halls[i].lapsed ? "A002" : "A001");
        trial_close(&h);
    }
}

TEST(booking_of_another_day_is_said_and_taken_as_a_walk_in_under_a_number_of_today)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b','channel':'walk_in'}"));
    book_in(&h, "b", 2 * 24 * 60);
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001");
    CHECK(!check_in(&h, ""));
    CHECK_TEXT(h.out.code, "other_day");
    CHECK(strstr(h.out.message, "2026-11-26 at 10:00") != NULL);
    CHECK(check_in(&h, ",'walk_in':true"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B002");
    CHECK_TEXT(trial_text(&h, "/ticket/printed"), "B001");
    CHECK_TEXT(trial_text(&h, "/ticket/day"), "2026-11-24");
    CHECK_TEXT(trial_text(&h, "/ticket/booked_at"), "2026-11-26T06:00:00.000Z");
    CHECK_TEXT(trial_text(&h, "/ticket/appointment_at"), "");
    CHECK_INT(trial_int(&h, "/ahead"), 1);
    serve_queue(&h, "b");
    CHECK_TEXT(called(&h), "B001");
    trial_close(&h);
}

TEST(booking_is_moved_to_another_time_and_leaves_the_queue_of_today_for_another_day)
{
    struct command_hall h;
    trial_open(&h);
    book_in(&h, "b", 30);
    CHECK(trial_run(&h, "nigar", "ticket.rebook",
                    "{'ticket':'%s','appointment_at':'2026-11-27T07:00:00.000Z'}", h.last_ticket));
    CHECK_TEXT(trial_text(&h, "/ticket/day"), "2026-11-27");
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001");
    CHECK_INT(trial_int(&h, "/estimate_min/1"), -1);
    serve_queue(&h, "b");
    CHECK_TEXT(called(&h), "");
    CHECK(!trial_run(&h, "nigar", "ticket.rebook",
                     "{'ticket':'%s','appointment_at':'2026-11-24T05:00:00.000Z'}", h.last_ticket));
    CHECK_TEXT(h.out.code, "time_over");
    CHECK(trial_run(&h, "nigar", "ticket.rebook",
                    "{'ticket':'%s','appointment_at':'2026-11-24T08:00:00.000Z'}", h.last_ticket));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001");
    CHECK_TEXT(called(&h), "B001");
    CHECK(!check_in(&h, ""));
    CHECK_TEXT(h.out.code, "not_waiting");
    trial_close(&h);
}

TEST(booking_is_what_is_checked_in_and_nothing_else)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b','channel':'walk_in'}"));
    CHECK(!check_in(&h, ""));
    CHECK_TEXT(h.out.code, "not_booked");
    CHECK(!trial_run(&h, "nigar", "ticket.check_in", "{'ticket':'nobody'}"));
    CHECK_TEXT(h.out.code, "unknown_ticket");
    CHECK(!trial_run(&h, "nigar", "ticket.rebook", "{'ticket':'%s'}", h.last_ticket));
    CHECK_TEXT(h.out.code, "invalid_body");
    trial_close(&h);
}

/* --- the list at reception --- */

static void book_person(struct place *place, const char *name, int64_t at_ms, char id[UUID_TEXT])
{
    char at[TIME_TEXT];
    time_text(at_ms, at);
    char *body = xasprintf(
        "{\"service\":\"s1\",\"channel\":\"booked\",\"person\":{\"name\":\"%s\"},\"appointment_at\":\"%s\"}",
        name, at);
    struct json *data = pair_at_hall(&place->pair, "rina", "ticket.issue", body);
    str_copy(id, UUID_TEXT, json_text_or(json_get(data, "ticket"), "id", ""));
    json_free(&data);
    free(body);
}

/* The names that are listed for what was typed, as "Ana, Budi+": + is here, * of another day. */
static const char *listed(struct place *place, const char *typed, char out[200])
{
    char *args = xasprintf("{\"q\":\"%s\"}", typed);
    struct json *answer = pair_load(&place->pair, 0, "bookings", args);
    const struct json *rows = json_get(answer, "rows");
    out[0] = '\0';
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        str_format(out + strlen(out), 200 - strlen(out), "%s%s%s%s", *out ? ", " : "",
                   json_text_or(row, "person_name", "?"), json_bool(row, "here", false) ? "+" : "",
                   json_bool(row, "other_day", false) ? "*" : "");
    json_free(&answer);
    free(args);
    return out;
}

TEST(booking_list_finds_by_number_name_in_any_spelling_and_time)
{
    static const struct {
        const char *typed, *names;
    } searches[] = {
        {"", "Siti Aminah, Rəşad Məmmədov, Budi Santoso+"},
        {"resad", "Rəşad Məmmədov"},
        {"Мамедов", "Rəşad Məmmədov"},
        {"mam r", "Rəşad Məmmədov"},
        {"p001", "Rəşad Məmmədov"},
        {"2", "Budi Santoso+"}, /* P002 */
        {"11:30", "Rəşad Məmmədov"},
        {"1130", "Rəşad Məmmədov"},
        {"9:00", "Siti Aminah"},
        {"budi", "Budi Santoso+"},
        {"dewi", "Dewi Lestari*"}, /* of tomorrow, told */
        {"nobody", ""},
    };
    struct place place;
    char id[UUID_TEXT], budi[UUID_TEXT], names[200];
    place_open(&place);
    int64_t dawn_ms = time_day_start(place.pair.now_ms);
    go_to(&place, dawn_ms + 8 * (int64_t)HOUR_MS);
    book_person(&place, "Rəşad Məmmədov", dawn_ms + 23 * (int64_t)HOUR_MS / 2, id);
    book_person(&place, "Budi Santoso", dawn_ms + 10 * (int64_t)HOUR_MS, budi);
    book_person(&place, "Siti Aminah", dawn_ms + 9 * (int64_t)HOUR_MS, id);
    book_person(&place, "Dewi Lestari", dawn_ms + DAY_MS + 9 * (int64_t)HOUR_MS, id);
    come(&place, 0, false, NULL);
    char *body = xasprintf("{\"ticket\":\"%s\"}", budi);
    struct json *data = pair_at_hall(&place.pair, "rina", "ticket.check_in", body);
    json_free(&data);
    free(body);
    pair_start(&place.pair, 0);
    pair_sign_in(&place.pair, 0, "rina");
    pair_sync(&place.pair, 0);
    for (size_t i = 0; i < sizeof searches / sizeof *searches; i++)
        if (!CHECK_TEXT(listed(&place, searches[i].typed, names), searches[i].names))
            printf("    %s\n", searches[i].typed);
    struct json *answer = pair_load(&place.pair, 0, "bookings", "{\"q\":\"resad\"}");
    CHECK_INT(json_int(answer, "booked", -1), 3);
    CHECK_INT(json_int(answer, "here", -1), 1);
    CHECK_TEXT(json_text(json_first(json_get(json_first(json_get(answer, "rows")), "documents")), "code"),
               "old-card");
    json_free(&answer);
    place_close(&place);
}

/* Without the hall too: this computer foresees it, and the hall says the same when it is reached. */
TEST(booking_is_checked_in_without_the_hall)
{
    struct place place;
    char id[UUID_TEXT], names[200];
    place_open(&place);
    int64_t dawn_ms = time_day_start(place.pair.now_ms);
    go_to(&place, dawn_ms + 8 * (int64_t)HOUR_MS);
    book_person(&place, "Budi Santoso", dawn_ms + 10 * (int64_t)HOUR_MS, id);
    pair_start(&place.pair, 0);
    pair_sign_in(&place.pair, 0, "rina");
    pair_sync(&place.pair, 0);
    char *body = xasprintf("{\"ticket\":\"%s\"}", id);
    pair_confirm(&place.pair, 0, "ticket.check_in", body);
    free(body);
    CHECK_TEXT(listed(&place, "", names), "Budi Santoso+");
    place.pair.now_ms += HOUR_MS; /* dated by when it was done, not by when it came */
    pair_sync(&place.pair, 0);
    CHECK_TEXT(listed(&place, "", names), "Budi Santoso+");
    struct json *row = pair_hall_row(&place.pair, TABLE_TICKET, id);
    char at[TIME_TEXT];
    time_text(dawn_ms + 8 * (int64_t)HOUR_MS, at);
    CHECK_TEXT(json_text(row, "checked_in_at"), at);
    json_free(&row);
    CHECK_INT(pair_disputes(&place.pair), 0);
    place_close(&place);
}
