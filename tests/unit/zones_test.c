/* tests/unit/zones_test.c: the day of the hall in zones that change their clocks: where a day begins and ends, and the
 * terms of the law across it; records of workstations whose clocks are wrong. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/pair.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { HOUR_MS = 60 * 60 * 1000, DAY_MS = 24 * HOUR_MS };

static bool day_holds(const char *zone, int64_t noonish_ms)
{
    char day[DATE_TEXT], at[DATE_TEXT], before[DATE_TEXT];
    int64_t start_ms = time_day_start(noonish_ms), end_ms = 0;
    time_date(noonish_ms, day);
    time_date(start_ms, at);
    time_date(start_ms - 1, before);
    bool good = strcmp(at, day) == 0 && strcmp(before, day) < 0 && time_day_end(day, &end_ms);
    time_date(end_ms, at);
    time_date(end_ms + 1, before);
    good =
        good && strcmp(at, day) == 0 && strcmp(before, day) > 0 && time_day_start(end_ms + 1) == end_ms + 1;
    return CHECK(good) || CHECK_TEXT(zone, day);
}

TEST(zones_every_day_begins_once)
{
    static const char *const zones[] = {"Europe/Berlin",
                                        "Asia/Baku",
                                        "Asia/Jakarta",
                                        "Asia/Kathmandu",
                                        "Pacific/Chatham",
                                        "America/St_Johns",
                                        "America/Sao_Paulo",
                                        "America/Havana",
                                        "Asia/Beirut",
                                        "Africa/Cairo",
                                        "Asia/Amman",
                                        "Pacific/Apia",
                                        "Australia/Lord_Howe",
                                        "Asia/Tehran",
                                        "America/Asuncion",
                                        "Atlantic/Azores",
                                        "UTC"};
    const int64_t from_ms = INT64_C(1136116800000); /* 2006-01-01T12:00:00Z */
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        bool good = CHECK(zone_set(zones[i]));
        for (int day = 0; good && day < 365 * 26; day++)
            good = day_holds(zones[i], from_ms + day * (int64_t)DAY_MS);
    }
    zone_set("UTC");
}

/* The hall of pair.h in another zone: an application that became complete at this moment is due at … */
static void due_at(struct pair *pair, const char *zone, const char *complete, const char *due)
{
    static unsigned cases;
    char body[200], id[20];
    REQUIRE(zone_set(zone));
    REQUIRE(time_parse(complete, &pair->now_ms));
    str_format(id, sizeof id, "k%u", ++cases);
    static const char *const steps[][2] = {
        {"case.open", "{\"case\":\"%s\",\"service\":\"s1\",\"channel\":\"walk_in\"}"},
        {"case.draft", "{\"case\":\"%s\",\"patch\":{\"reason\":\"lost\"},\"base_row_rev\":0}"},
        {"case.submit", "{\"case\":\"%s\"}"},
        {"case.check_document", "{\"case\":\"%s\",\"document\":\"old-card\",\"state\":\"seen\"}"}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        const char *hole = strstr(steps[i][1], "%s");
        str_format(body, sizeof body, "%.*s%s%s", (int)(hole - steps[i][1]), steps[i][1], id, hole + 2);
        struct json *data = pair_at_hall(pair, "siti", steps[i][0], body);
        json_free(&data);
    }
    struct json *row = pair_hall_row(pair, TABLE_CASE, id);
    CHECK_TEXT(json_text(row, "due_at"), due);
    json_free(&row);
}

static enum err put_holidays(struct tx *tx, void *ctx)
{
    struct json *row = NULL, *days = NULL;
    const char *text = ctx;
    enum err err = row_get(tx->db, TABLE_HALL, "hall", &row);
    if (err == ERR_OK)
        err = json_parse(text, strlen(text), &days, NULL);
    json_set(row, "holidays", days);
    err = err == ERR_OK ? tx_put(tx, TABLE_HALL, "hall", row) : err;
    json_free(&row);
    return err;
}

static void set_holidays(struct pair *pair, const char *days)
{
    struct server_env env = {.db = pair->hall, .epoch = 1, .now_ms = pair->now_ms};
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(server_change(&env, "test", NULL, put_holidays, (void *)(intptr_t)days) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
}

/* Five working days from each of these moments (the service of pair.h). */
TEST(zones_terms_end_with_the_halls_own_day)
{
    struct pair pair;
    pair_open(&pair);
    /* Friday; on the Sunday after it the clocks go back an hour, and forward in March. */
    due_at(&pair, "Europe/Berlin", "2026-10-23T08:00:00.000Z", "2026-10-30T22:59:59.999Z");
    due_at(&pair, "Europe/Berlin", "2026-03-27T08:00:00.000Z", "2026-04-03T21:59:59.999Z");
    /* A quarter past midnight of the 24th in Berlin is still the 23rd in Greenwich. */
    due_at(&pair, "Europe/Berlin", "2026-11-23T23:15:00.000Z", "2026-12-01T22:59:59.999Z");
    due_at(&pair, "Asia/Baku", "2015-03-27T08:00:00.000Z", "2015-04-03T18:59:59.999Z");
    due_at(&pair, "Asia/Baku", "2015-10-23T08:00:00.000Z", "2015-10-30T19:59:59.999Z");
    due_at(&pair, "Asia/Baku", "2026-11-24T06:00:00.000Z", "2026-12-01T19:59:59.999Z");
    due_at(&pair, "Asia/Kathmandu", "2026-11-24T18:14:59.999Z", "2026-12-01T18:14:59.999Z");
    due_at(&pair, "Asia/Kathmandu", "2026-11-24T18:15:00.000Z", "2026-12-02T18:14:59.999Z");
    /* On the Sunday between the clocks skipped midnight. */
    due_at(&pair, "America/Sao_Paulo", "2018-11-02T15:00:00.000Z", "2018-11-10T01:59:59.999Z");
    set_holidays(&pair, "[\"2026-10-26\",\"2026-10-28\",\"2026-10-31\"]");
    due_at(&pair, "Europe/Berlin", "2026-10-23T08:00:00.000Z", "2026-11-03T22:59:59.999Z");
    zone_set("UTC");
    pair_close(&pair);
}

/* --- the day of a ticket --- */

TEST(zones_numbers_restart_at_local_midnight)
{
    struct command_hall h;
    trial_open(&h); /* Baku: midnight is 20:00 in Greenwich */
    REQUIRE(time_parse("2026-11-24T19:59:59.000Z", &h.now_ms));
    CHECK(trial_run(&h, "kamran", "ticket.issue", "{'queue':'B'}"));
    CHECK_TEXT(trial_text(&h, "/ticket/day"), "2026-11-24");
    CHECK(trial_run(&h, "kamran", "ticket.issue", "{'queue':'B'}"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B002");
    h.now_ms += 1000;
    CHECK(trial_run(&h, "kamran", "ticket.issue", "{'queue':'B'}"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001");
    CHECK_TEXT(trial_text(&h, "/ticket/day"), "2026-11-25");
    trial_close(&h);
}

/* A workstation that was offline over midnight: the number is the hall's to give, of the day on which it gives it, so
 * that no two people in the hall have the same; when they came stays on the ticket. */
TEST(zones_a_ticket_of_a_night_offline_is_numbered_by_the_hall)
{
    struct pair pair;
    pair_open(&pair);
    zone_set("Asia/Baku");
    REQUIRE(time_parse("2026-11-25T19:50:00.000Z", &pair.now_ms)); /* ten to midnight */
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "rina");
    pair_sync(&pair, 0);
    pair_confirm(&pair, 0, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"kiosk\"}");
    pair.now_ms += 20 * 60 * 1000;
    struct json *data =
        pair_at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    CHECK_TEXT(json_text(json_get(data, "ticket"), "number"), "P001");
    json_free(&data);
    struct json *answer = pair_push(&pair, 0), *ticket;
    const struct json *result = json_first(json_get(answer, "results"));
    ticket = json_copy(json_get(json_get(result, "data"), "ticket"));
    CHECK_TEXT(json_text(ticket, "number"), "P002");
    CHECK_TEXT(json_text(ticket, "day"), "2026-11-26");
    CHECK_TEXT(json_text(ticket, "arrived_at"), "2026-11-25T19:50:00.000Z");
    CHECK(!json_get(json_get(result, "data"), "clock_suspect"));
    json_free(&ticket);
    json_free(&answer);
    zone_set("UTC");
    pair_close(&pair);
}

/* --- wrong clocks of workstations --- */

static bool suspect(const struct command_hall *h)
{
    return json_bool(h->out.data, "clock_suspect", false);
}

TEST(clock_of_a_workstation_beyond_a_day_is_flagged_and_taken)
{
    static const struct {
        const char *wall;
        int64_t offset_ms;
        bool suspect;
    } clocks[] = {
        {"2026-11-24T06:00:00.000Z", 0, false},
        {"2026-11-24T05:50:00.000Z", 10 * 60 * 1000, false},
        {"2026-11-21T06:00:00.000Z", 0, false},                     /* three days offline */
        {"2026-11-23T04:00:00.000Z", 26 * (int64_t)HOUR_MS, true},  /* a day slow, and known to be */
        {"2026-11-25T08:00:00.000Z", -26 * (int64_t)HOUR_MS, true}, /* a day fast */
        {"2026-11-25T08:00:00.000Z", 0, true},                      /* from tomorrow */
        {"1970-01-01T00:03:00.000Z", 0, true},                      /* no battery */
        {"2026-11-24T06:00:00.000Z", INT64_C(8000000000000000), true},
        {"2026-11-24T06:00:00.000Z", -INT64_C(8000000000000000), true},
    };
    struct command_hall h;
    trial_open(&h);
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        REQUIRE(time_parse(clocks[i].wall, &h.wall_ms));
        h.offset_ms = clocks[i].offset_ms;
        CHECK(trial_run(&h, "kamran", "ticket.issue", "{'queue':'B'}")); /* accepted all the same */
        if (!CHECK(suspect(&h) == clocks[i].suspect))
            CHECK_INT((int64_t)i, -1);
        if (clocks[i].suspect) {
            CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, h.last_ticket, "/arrived_at"),
                       "2026-11-24T06:00:00.000Z");
            CHECK_TEXT(trial_text(&h, "/ticket/day"), "2026-11-24"); /* the hall's own day */
        }
    }
    trial_close(&h);
}

TEST(clock_that_is_suspect_is_noted_on_the_row)
{
    struct command_hall h;
    trial_open(&h);
    h.offset_ms = 30 * (int64_t)HOUR_MS;
    CHECK(trial_run(&h, "kamran", "ticket.issue", "{'queue':'B'}"));
    struct json *row = NULL;
    REQUIRE(row_get(h.db, TABLE_TICKET, h.last_ticket, &row) == ERR_OK);
    CHECK(json_bool(json_first(json_get(row, "stamps")), "clock_suspect", false));
    json_free(&row);
    trial_close(&h);
}

TEST(clock_beyond_all_numbers_stays_a_number)
{
    static const char *const offsets[] = {"9223372036854775807", "-9223372036854775808", "1e300"};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        char text[300];
        struct json *json = NULL;
        struct command command;
        struct err_info info = {0};
        str_format(text, sizeof text,
                   "{\"seq\":1,\"id\":\"x\",\"type\":\"case.open\",\"body\":{},\"at\":{\"wall\":"
                   "\"9999-12-31T23:59:59.999Z\",\"offset_ms\":%s}}",
                   offsets[i]);
        REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
        CHECK(command_read(json, &command, &info));
        CHECK(llabs(command.offset_ms) <= INT64_C(8640000000000));
        json_free(&json);
    }
}
