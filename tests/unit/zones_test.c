/* tests/unit/zones_test.c: the day of the hall in zones that change their clocks: where a day begins and ends, and the
 * terms of the law across it; records of workstations whose clocks are wrong. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/leases.h"
#include "core/hall/report.h"
#include "core/hall/turn.h"
#include "core/hall/writer.h"
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

/* --- the hall's own day, at a hall that works over midnight --- */

static enum err put_zone(struct tx *tx, void *ctx)
{
    struct json *row = NULL;
    enum err err = row_get(tx->db, TABLE_HALL, "hall", &row);
    json_set_text(row, "timezone", ctx);
    err = err == ERR_OK ? tx_put(tx, TABLE_HALL, "hall", row) : err;
    json_free(&row);
    return err;
}

/* The hall of pair.h in that zone, at that moment. */
static void open_in(struct pair *pair, const char *zone, const char *now)
{
    pair_open(pair);
    struct server_env env = {.db = pair->hall, .epoch = 1, .now_ms = pair->now_ms};
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(server_change(&env, "test", NULL, put_zone, (void *)(intptr_t)zone) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    REQUIRE(zone_set(zone));
    REQUIRE(time_parse(now, &pair->now_ms));
}

/* Its clocks and what it does when they go on. */
static void hall_begin(struct hall *hall, struct pair *pair)
{
    *hall = (struct hall){.db = pair->hall, .epoch = 1};
    hall->writer = writer_new(hall);
    hall->leases = leases_new();
    hall_clock_says(hall, pair->now_ms, 1000);
    day_follow(hall);
    writer_flush(hall->writer);
}

static void hall_goes_on(struct hall *hall, struct pair *pair, int64_t ms, int64_t turned_ms)
{
    pair->now_ms += ms + turned_ms;
    hall_clock_says(hall, pair->now_ms, hall->mono_ms + ms);
    day_follow(hall);
    writer_flush(hall->writer);
}

static void hall_end(struct hall *hall, struct pair *pair)
{
    leases_free(&hall->leases);
    writer_free(&hall->writer);
    pair_close(pair);
    zone_set("UTC");
}

static char *issue_at_hall(struct pair *pair)
{
    struct json *data =
        pair_at_hall(pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    char *id = xstrdup(json_text_or(json_get(data, "ticket"), "id", ""));
    json_free(&data);
    return id;
}

static void check_member(struct pair *pair, enum table table, const char *id, const char *member,
                         const char *want)
{
    struct json *row = pair_hall_row(pair, table, id);
    CHECK_TEXT(json_text(row, member), want);
    json_free(&row);
}

static void do_ticket(struct pair *pair, const char *type, const char *ticket, const char *more)
{
    char body[200];
    str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":1%s}", ticket, more);
    struct json *data = pair_at_hall(pair, "siti", type, body);
    json_free(&data);
}

/* Called at 23:59, finished at 00:01: the visit goes on, whether it had begun by midnight or not. Who waits, and who was
 * called long ago and never came, has left with the day. */
TEST(zones_a_visit_goes_on_over_midnight)
{
    static const bool begun[] = {true, false};
    for (size_t i = 0; i < sizeof begun / sizeof *begun; i++) {
        struct pair pair;
        struct hall hall;
        open_in(&pair, "Asia/Baku", "2026-11-25T19:59:00.000Z"); /* 23:59 */
        hall_begin(&hall, &pair);
        char *called = issue_at_hall(&pair), *waiting = issue_at_hall(&pair);
        struct json *data = pair_at_hall(&pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
        json_free(&data);
        data = pair_at_hall(&pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
        CHECK_TEXT(json_text(json_get(data, "ticket"), "id"), called);
        json_free(&data);
        if (begun[i])
            do_ticket(&pair, "ticket.start", called, "");
        hall_goes_on(&hall, &pair, 2 * 60 * 1000, 0); /* 00:01 */
        check_member(&pair, TABLE_HALL, "hall", "business_day", "2026-11-26");
        check_member(&pair, TABLE_TICKET, waiting, "state", "cancelled");
        check_member(&pair, TABLE_TICKET, waiting, "finished_at", "2026-11-25T19:59:59.999Z");
        if (!begun[i])
            do_ticket(&pair, "ticket.start", called, "");
        do_ticket(&pair, "ticket.finish", called, ",\"outcome\":\"served\"");
        check_member(&pair, TABLE_TICKET, called, "state", "done");
        check_member(&pair, TABLE_TICKET, called, "day", "2026-11-25");
        check_member(&pair, TABLE_TICKET, called, "finished_at", "2026-11-25T20:01:00.000Z");
        free(called);
        free(waiting);
        hall_end(&hall, &pair);
    }
}

TEST(zones_who_was_called_hours_before_midnight_has_left)
{
    struct pair pair;
    struct hall hall;
    open_in(&pair, "Asia/Baku", "2026-11-25T15:00:00.000Z");
    hall_begin(&hall, &pair);
    char *called = issue_at_hall(&pair);
    struct json *data = pair_at_hall(&pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    json_free(&data);
    data = pair_at_hall(&pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    json_free(&data);
    hall_goes_on(&hall, &pair, 5 * (int64_t)HOUR_MS - 1, 0); /* 23:59:59.999 */
    check_member(&pair, TABLE_TICKET, called, "state", "called");
    hall_goes_on(&hall, &pair, 1, 0);
    check_member(&pair, TABLE_TICKET, called, "state", "cancelled");
    free(called);
    hall_end(&hall, &pair);
}

/* Parked and forgotten: the visit ended with its day, for want of the paper where that was why. The hold is no service,
 * the audit names the number, and the counter closes the next morning. */
TEST(zones_who_is_parked_over_midnight_has_left_and_the_audit_says_so)
{
    static const struct {
        const char *reason, *outcome;
    } holds[] = {{"papers", "papers_missing"}, {"payment", "left"}};
    static const char sql[] = "SELECT count(*) FROM audit WHERE type = 'hall.day' AND rev = $1";
    for (size_t i = 0; i < sizeof holds / sizeof *holds; i++) {
        struct pair pair;
        struct hall hall;
        open_in(&pair, "Asia/Baku", "2026-11-25T15:00:00.000Z");
        hall_begin(&hall, &pair);
        char *parked = issue_at_hall(&pair), more[80];
        struct json *data = pair_at_hall(&pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
        json_free(&data);
        data = pair_at_hall(&pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
        json_free(&data);
        do_ticket(&pair, "ticket.start", parked, "");
        str_format(more, sizeof more, ",\"reason\":\"%s\"", holds[i].reason);
        do_ticket(&pair, "ticket.hold", parked, more);
        hall_goes_on(&hall, &pair, 5 * (int64_t)HOUR_MS - 1, 0);
        check_member(&pair, TABLE_TICKET, parked, "state", "held");
        hall_goes_on(&hall, &pair, 1, 0);
        check_member(&pair, TABLE_TICKET, parked, "state", "done");
        check_member(&pair, TABLE_TICKET, parked, "outcome", holds[i].outcome);
        check_member(&pair, TABLE_TICKET, parked, "finished_at", "2026-11-25T19:59:59.999Z");
        check_member(&pair, TABLE_TICKET, parked, "held_until", NULL);
        struct json *row = pair_hall_row(&pair, TABLE_TICKET, parked);
        CHECK_INT(json_int(row, "held_ms", 0), 5 * (int64_t)HOUR_MS - 1);
        const struct json *stamps = json_get(row, "stamps"), *last = json_at(stamps, json_count(stamps) - 1);
        CHECK_TEXT(json_text(last, "event"), "finish");
        CHECK_TEXT(json_text(last, "by"), "system");
        struct stmt *s = db_query(pair.hall, sql);
        db_bind_int(s, 1, json_int(row, "row_rev", 0));
        json_free(&row);
        CHECK_INT(db_step(s) == ERR_OK ? db_int(s, 0) : -1, 1);
        db_done(s);
        data = pair_at_hall(&pair, "siti", "counter.close", "{\"counter\":\"c1\"}");
        CHECK_TEXT(json_text(json_get(data, "counter"), "state"), "closed");
        json_free(&data);
        free(parked);
        hall_end(&hall, &pair);
    }
}

static int64_t days_turned(struct pair *pair)
{
    static const char sql[] = "SELECT count(*) FROM audit WHERE type = 'hall.day'";
    struct stmt *s = db_query(pair->hall, sql);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return count;
}

/* A ticket at every half hour of the hall's day: so many it has. The first of each day has number 001, and the day turns
 * once, with the first of them. */
TEST(zones_days_of_twenty_three_and_twenty_five_hours)
{
    static const struct {
        const char *zone, *from; /* the first moment of the day */
        int half_hours[3];
    } days[] = {
        {"Europe/Berlin", "2026-10-23T22:00:00.000Z", {48, 50, 48}},
        {"Europe/Berlin", "2026-03-27T23:00:00.000Z", {48, 46, 48}},
        {"America/Sao_Paulo", "2018-11-03T03:00:00.000Z", {48, 46, 48}}, /* midnight itself is left out */
        {"America/Havana", "2026-10-31T04:00:00.000Z", {48, 50, 48}},    /* and comes twice */
        {"Australia/Lord_Howe", "2026-04-03T13:00:00.000Z", {48, 49, 48}},
        {"Asia/Kathmandu", "2026-11-23T18:15:00.000Z", {48, 48, 48}},
        {"Asia/Baku", "2026-11-24T20:00:00.000Z", {48, 48, 48}},
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct pair pair;
        struct hall hall;
        open_in(&pair, days[i].zone, days[i].from);
        hall_begin(&hall, &pair);
        int64_t before = days_turned(&pair);
        for (int day = 0; day < 3; day++)
            for (int n = 1; n <= days[i].half_hours[day]; n++) {
                char want[8], *id = issue_at_hall(&pair);
                str_format(want, sizeof want, "P%03d", n);
                check_member(&pair, TABLE_TICKET, id, "number", want);
                if (!CHECK_INT(days_turned(&pair), before + day))
                    CHECK_TEXT(days[i].zone, want);
                free(id);
                hall_goes_on(&hall, &pair, HOUR_MS / 2, 0);
            }
        hall_end(&hall, &pair);
    }
}

/* Whoever waits has not left because somebody turned the hall's clock to tomorrow by mistake; and if it was no mistake,
 * the day turns an hour later. */
TEST(zones_a_hall_whose_clock_is_turned_keeps_who_waits)
{
    static const int64_t turns_ms[] = {DAY_MS, 30 * (int64_t)HOUR_MS, 400 * (int64_t)DAY_MS,
                                       -30 * (int64_t)HOUR_MS};
    for (size_t i = 0; i < sizeof turns_ms / sizeof *turns_ms; i++) {
        struct pair pair;
        struct hall hall;
        char today[DATE_TEXT];
        open_in(&pair, "Asia/Jakarta", "2026-11-25T02:00:00.000Z");
        hall_begin(&hall, &pair);
        char *waiting = issue_at_hall(&pair);
        hall_goes_on(&hall, &pair, 5000, turns_ms[i]);
        for (int minute = 1; minute < 59; minute++)
            hall_goes_on(&hall, &pair, 60 * 1000, 0);
        check_member(&pair, TABLE_TICKET, waiting, "state", "waiting");
        check_member(&pair, TABLE_HALL, "hall", "business_day", "2026-11-25");
        hall_goes_on(&hall, &pair, 60 * 1000, -turns_ms[i]); /* it was a mistake */
        hall_goes_on(&hall, &pair, 2 * HOUR_MS, 0);
        check_member(&pair, TABLE_TICKET, waiting, "state", "waiting");
        hall_goes_on(&hall, &pair, 5000, turns_ms[i]); /* it was not */
        for (int minute = 0; minute <= 60; minute++)
            hall_goes_on(&hall, &pair, 60 * 1000, 0);
        time_date(pair.now_ms, today);
        check_member(&pair, TABLE_HALL, "hall", "business_day", today);
        check_member(&pair, TABLE_TICKET, waiting, "state", turns_ms[i] > 0 ? "cancelled" : "waiting");
        free(waiting);
        hall_end(&hall, &pair);
    }
}

/* The true midnight comes while the clock is doubted; a clock that is put right by minutes is followed at once. */
TEST(zones_the_day_turns_by_the_time_that_goes_by)
{
    struct pair pair;
    struct hall hall;
    open_in(&pair, "Asia/Jakarta", "2026-11-25T16:50:00.000Z"); /* ten to midnight */
    hall_begin(&hall, &pair);
    hall_goes_on(&hall, &pair, 5000, 50 * (int64_t)DAY_MS);
    hall_goes_on(&hall, &pair, 9 * 60 * 1000, 0);
    check_member(&pair, TABLE_HALL, "hall", "business_day", "2026-11-25");
    hall_goes_on(&hall, &pair, 60 * 1000, 0);
    check_member(&pair, TABLE_HALL, "hall", "business_day", "2026-11-26");
    hall_goes_on(&hall, &pair, 1000, -50 * (int64_t)DAY_MS - 20 * 60 * 1000); /* twenty to midnight again */
    check_member(&pair, TABLE_HALL, "hall", "business_day", "2026-11-25");
    hall_goes_on(&hall, &pair, 1000, 30 * 60 * 1000);
    check_member(&pair, TABLE_HALL, "hall", "business_day", "2026-11-26");
    hall_end(&hall, &pair);
}

/* --- days in a report --- */

static enum err put_decision(struct tx *tx, void *ctx)
{
    static int made;
    struct json *row = json_new_object();
    char id[16];
    str_format(id, sizeof id, "d%d", ++made);
    json_set_text(row, "case", "k-report");
    json_set_text(row, "outcome", "approve");
    json_set_text(row, "at", ctx);
    enum err err = tx_put(tx, TABLE_DECISION, id, row);
    json_free(&row);
    row = json_new_object();
    json_set_text(row, "service", "s1");
    if (err == ERR_OK)
        err = tx_put(tx, TABLE_CASE, "k-report", row);
    json_free(&row);
    return err;
}

static int64_t decisions_between(struct pair *pair, const char *from, const char *to)
{
    struct buf text = {0};
    struct json *report = NULL;
    REQUIRE(report_write(pair->hall, report_find("decisions"), &(struct report_ask){.from = from, .to = to},
                         &text) == ERR_OK);
    REQUIRE(json_parse(buf_text(&text), text.length, &report, NULL) == ERR_OK);
    int64_t count = json_int(json_first(json_get(report, "rows")), "decisions", 0);
    json_free(&report);
    buf_free(&text);
    return count;
}

/* Decisions at the first and the last moment of a day, and just outside: the report of the day has two of the four. */
TEST(zones_a_report_holds_the_whole_day_and_no_more)
{
    static const struct {
        const char *zone, *day, *at[4];
    } days[] = {
        {"Europe/Berlin",
         "2026-10-25",
         {"2026-10-24T21:59:59.999Z", "2026-10-24T22:00:00.000Z", "2026-10-25T22:59:59.999Z",
          "2026-10-25T23:00:00.000Z"}},
        {"Europe/Berlin",
         "2026-03-29",
         {"2026-03-28T22:59:59.999Z", "2026-03-28T23:00:00.000Z", "2026-03-29T21:59:59.999Z",
          "2026-03-29T22:00:00.000Z"}},
        {"Pacific/Tongatapu",
         "2026-11-25",
         {"2026-11-24T10:59:59.999Z", "2026-11-24T11:00:00.000Z", "2026-11-25T10:59:59.999Z",
          "2026-11-25T11:00:00.000Z"}},
        {"Asia/Jakarta",
         "2026-11-25",
         {"2026-11-24T16:59:59.999Z", "2026-11-24T17:00:00.000Z", "2026-11-25T16:59:59.999Z",
          "2026-11-25T17:00:00.000Z"}},
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct pair pair;
        open_in(&pair, days[i].zone, days[i].at[0]);
        struct server_env env = {.db = pair.hall, .epoch = 1, .now_ms = pair.now_ms};
        REQUIRE(db_begin(pair.hall) == ERR_OK);
        for (size_t n = 0; n < 4; n++)
            REQUIRE(server_change(&env, "test", NULL, put_decision, (void *)(intptr_t)days[i].at[n]) ==
                    ERR_OK);
        REQUIRE(db_commit(pair.hall) == ERR_OK);
        if (!CHECK_INT(decisions_between(&pair, days[i].day, days[i].day), 2))
            CHECK_TEXT(days[i].zone, days[i].day);
        pair_close(&pair);
        zone_set("UTC");
    }
}

/* --- a workstation of the hall in another zone --- */

static void check_numbers(struct pair *pair, const char *want)
{
    struct json *tickets = pair_load(pair, 0, "queue", "{\"queue\":\"p\"}");
    struct buf text = {0};
    for (const struct json *t = json_first(json_get(tickets, "rows")); t; t = json_next(t))
        buf_addf(&text, "%s%s of %s", text.length ? ", " : "", json_text_or(t, "number", "-"),
                 json_text_or(t, "day", "-"));
    CHECK_TEXT(buf_text(&text), want);
    json_free(&tickets);
    buf_free(&text);
}

/* Offline over the hall's midnight, started again in between on a computer that believes to be in Brazil: numbers begin
 * anew with the hall's day, and what the copy shows is of the hall's days from the start. */
TEST(zones_offline_numbers_are_of_the_halls_day)
{
    static const char issue[] = "{\"queue\":\"p\",\"channel\":\"walk_in\"}",
                      lease[] = "{\"numbers\":{\"label\":\"W1\"}}";
    struct pair pair;
    struct json *session = NULL;
    open_in(&pair, "Asia/Baku", "2026-11-25T19:50:00.000Z"); /* ten to midnight */
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "rina");
    REQUIRE(json_parse(lease, strlen(lease), &session, NULL) == ERR_OK);
    REQUIRE(cache_take_lease(pair.cache[0], session) == ERR_OK);
    json_free(&session);
    pair_sync(&pair, 0);
    pair_confirm(&pair, 0, "ticket.issue", issue);
    pair.now_ms += 10 * 60 * 1000 - 1;
    pair_confirm(&pair, 0, "ticket.issue", issue);
    REQUIRE(zone_set("America/Sao_Paulo"));
    pair_start(&pair, 0);
    check_numbers(&pair, "W1-P001 of 2026-11-25, W1-P002 of 2026-11-25");
    pair.now_ms += 1;
    pair_confirm(&pair, 0, "ticket.issue", issue);
    pair.now_ms += 1;
    pair_confirm(&pair, 0, "ticket.issue", issue);
    REQUIRE(zone_set("America/Sao_Paulo"));
    pair_start(&pair, 0);
    const char all[] =
        "W1-P001 of 2026-11-25, W1-P002 of 2026-11-25, W1-P001 of 2026-11-26, W1-P002 of 2026-11-26";
    check_numbers(&pair, all);
    pair.now_ms += 9 * (int64_t)HOUR_MS;
    pair_sync(&pair, 0);
    check_numbers(&pair, all);
    struct json *disputes = pair_load(&pair, 0, "disputes", "{}");
    CHECK_INT(json_int(disputes, "count", -1), 0);
    json_free(&disputes);
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
