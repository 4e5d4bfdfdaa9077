/* tests/unit/forecasts_test.c: what was foreseen beside what came, and advice beside what became of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/forecasts.h"
#include "core/hall/inside.h"
#include "core/hall/writer.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { MIN = 60 * 1000, STILL = -1000 };
static const char day[] = "2026-11-24";

static void open_trial(struct command_hall *h)
{
    trial_open(h);
    REQUIRE(forecasts_create(h->db) == ERR_OK);
}

/* In queue b; STILL: waits. Minutes after the start. Of a member that is there twice the first counts. */
static void put(struct command_hall *h, int n, double arrived_min, double called_min, const char *more)
{
    char arrived[TIME_TEXT], called[TIME_TEXT];
    time_text(COMMAND_HALL_START_MS + (int64_t)(arrived_min * MIN), arrived);
    time_text(COMMAND_HALL_START_MS + (int64_t)(called_min * MIN), called);
    bool waits = called_min == STILL;
    char *row = xasprintf("{%s'id':'t-%d','number':'B%03d','queue':'b','state':'%s','priority_class':0,"
                          "'arrived_at':'%s','called_at':%s%s%s}",
                          more, n, n, waits ? "waiting" : "done", arrived, waits ? "" : "'",
                          waits ? "null" : called, waits ? "" : "'");
    trial_put(h, TABLE_TICKET, row);
    free(row);
}

static void foreseen(struct command_hall *h, int at_min, int low, int expected, int high)
{
    static const char sql[] = "INSERT INTO forecast (day, queue, at_, low, expected, high, waiting, fact)"
                              " VALUES ($1, 'b', $2, $3, $4, $5, 3, NULL)";
    char at[TIME_TEXT];
    struct stmt *s = db_query(h->db, sql);
    time_text(COMMAND_HALL_START_MS + at_min * (int64_t)MIN, at);
    db_bind_text(s, 1, day);
    db_bind_text(s, 2, at);
    db_bind_int(s, 3, low * 60);
    db_bind_int(s, 4, expected * 60);
    db_bind_int(s, 5, high * 60);
    CHECK(db_run(s) == ERR_OK);
}

/* The line of queue b, or NULL; the caller frees rows. */
static const struct json *report(struct command_hall *h, struct json **rows)
{
    struct json *names = json_new_array();
    *rows = json_new_array();
    const struct report_ask ask = {.from = "2026-11-01", .to = "2026-11-30"};
    CHECK(forecasts_report(h->db, &ask, "2026-10-01", "2026-10-31", names, *rows) == ERR_OK);
    CHECK_INT((int64_t)json_count(names), 2 + 2 * 12);
    for (const struct json *name = json_first(names); name; name = json_next(name))
        for (const struct json *row = json_first(*rows); row; row = json_next(row))
            CHECK(json_get(row, json_as_text(name)) != NULL);
    json_free(&names);
    return json_first(*rows);
}

static double figure(const struct json *row, const char *name)
{
    return json_as_number(json_get(row, name), -1000);
}

static void learn(struct command_hall *h, int at_min)
{
    CHECK(forecasts_learn(h->db, day, COMMAND_HALL_START_MS + at_min * (int64_t)MIN) == ERR_OK);
}

TEST(forecasts_beside_the_facts)
{
    struct command_hall h;
    struct json *rows;
    open_trial(&h);
    foreseen(&h, 0, 5, 10, 15);
    foreseen(&h, 15, 5, 10, 15);
    foreseen(&h, 30, 5, 10, 15);
    foreseen(&h, 45, 5, 10, 15);
    put(&h, 1, 1, 2, "'appointment_at':'2026-11-24T06:01:00.000Z',"); /* none of these is an ordinary one */
    put(&h, 2, 1, 2, "'priority_class':1,");
    put(&h, 3, 1, 2, "'stops':[{'queue':'b','state':'done'}],");
    put(&h, 4, 1, 2, "'place_at':'2026-11-24T06:00:00.000Z',");
    put(&h, 6, 4, 30, "");     /* not the first */
    put(&h, 5, 3, 15, "");     /* 12 minutes: within */
    put(&h, 7, 20, 40, "");    /* 20: beyond */
    put(&h, 8, 35, STILL, ""); /* waits still */
    learn(&h, 14);             /* the quarter is not over */
    const struct json *row = report(&h, &rows);
    CHECK_INT(json_int(row, "forecasts", 0), 4);
    CHECK_INT(json_int(row, "compared", 0), 0);
    CHECK(json_is_null(json_get(row, "error_mean_min")));
    json_free(&rows);
    learn(&h, 60);
    row = report(&h, &rows);
    CHECK_TEXT(json_text(row, "queue"), "b");
    CHECK_INT(json_int(row, "compared", 0), 2); /* nobody came after 45 */
    CHECK(figure(row, "error_mean_min") == 6);  /* (2 + 10) / 2 */
    CHECK(figure(row, "bias_min") == 6);
    CHECK(figure(row, "within_percent") == 50);
    json_free(&rows);
    put(&h, 8, 35, 38, ""); /* is called at last: 3 minutes */
    learn(&h, 75);
    row = report(&h, &rows);
    CHECK_INT(json_int(row, "compared", 0), 3);
    CHECK(figure(row, "error_mean_min") == 6.3); /* (2 + 10 + 7) / 3 */
    CHECK(figure(row, "bias_min") == 1.7);       /* (2 + 10 − 7) / 3 */
    CHECK(figure(row, "within_percent") == 33.3);
    json_free(&rows);
    static const struct report_ask others[] = {{.from = day, .to = day, .agency = "az.taxes"},
                                               {.from = day, .to = day, .within = "az.taxes"},
                                               {.from = day, .to = day, .queue = "t"},
                                               {.from = day, .to = day, .service = "az.din.passport"},
                                               {.from = "2026-11-25", .to = "2026-11-25"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct json *names = json_new_array();
        rows = json_new_array();
        CHECK(forecasts_report(h.db, &others[i], NULL, NULL, names, rows) == ERR_OK);
        CHECK_INT((int64_t)json_count(rows), 0);
        CHECK_INT((int64_t)json_count(names), 14);
        json_free(&names);
        json_free(&rows);
    }
    CHECK(forecasts_forget(h.db, h.now_ms + (FORECAST_KEPT_DAYS + 2) * (int64_t)24 * 60 * MIN) == ERR_OK);
    CHECK(report(&h, &rows) == NULL);
    json_free(&rows);
    trial_close(&h);
}

TEST(forecasts_are_a_report_as_any_other)
{
    struct command_hall h;
    struct buf text = {0};
    const struct report_ask ask = {.from = day, .to = day, .compare = true, .csv = true};
    open_trial(&h);
    foreseen(&h, 0, 5, 10, 15);
    put(&h, 1, 3, 15, "");
    learn(&h, 60);
    REQUIRE(report_find("forecast") >= 0);
    CHECK(report_write(h.db, report_find("forecast"), &ask, &text) == ERR_OK);
    CHECK(str_starts(buf_text(&text), "queue,name,forecasts,forecasts_before,compared,"));
    CHECK(strstr(buf_text(&text), "\nb,") != NULL);
    buf_free(&text);
    trial_close(&h);
}

TEST(forecasts_are_noted_of_queues_that_are_called_from)
{
    struct command_hall h;
    struct json *rows;
    open_trial(&h);
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    for (int i = 0; i < 3; i++)
        CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'t'}")); /* no counter of Taxes is open */
    CHECK(forecasts_note(h.db, day, h.now_ms) == ERR_OK);
    CHECK(forecasts_note(h.db, day, h.now_ms) == ERR_OK); /* once */
    report(&h, &rows);
    CHECK_INT((int64_t)json_count(rows), 1);
    CHECK_INT(json_int(json_first(rows), "forecasts", 0), 1);
    json_free(&rows);
    static const char sql[] = "SELECT low, expected, high, waiting FROM forecast WHERE queue = 'b'";
    struct stmt *s = db_query(h.db, sql);
    REQUIRE(db_step(s) == ERR_OK);
    CHECK_INT(db_int(s, 1), 30 * 60); /* three before, ten minutes each, the counter is free */
    CHECK(db_int(s, 0) < 30 * 60 && db_int(s, 2) > 30 * 60);
    CHECK_INT(db_int(s, 3), 3);
    db_done(s);
    trial_close(&h);
}

static int64_t count_forecasts(struct db *db)
{
    static const char sql[] = "SELECT count(*) FROM forecast";
    struct stmt *s = db_query(db, sql);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return count;
}

/* A quarter is noted once, and not one in the middle of which the program started. */
TEST(forecasts_follow_the_quarters_of_the_hour)
{
    static const struct {
        int minutes; /* that go by */
        int64_t forecasts;
    } steps[] = {{0, 0}, {16, 1}, {1, 1}, {15, 2}, {46, 3}};
    struct pair pair;
    pair_open(&pair);
    struct json *data = pair_at_hall(&pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    json_free(&data);
    struct hall hall = {.db = pair.hall, .epoch = 1, .wall_ms = pair.now_ms, .mono_ms = 1000};
    hall.writer = writer_new(&hall);
    str_copy(hall.day, sizeof hall.day, day);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        hall.wall_ms += steps[i].minutes * (int64_t)MIN;
        REQUIRE(db_script(pair.hall, "UPDATE counters SET row = json_set(row, '$.lease_until',"
                                     " '2099-01-01T00:00:00.000Z') WHERE state = 'open'") == ERR_OK);
        forecasts_follow(&hall);
        writer_flush(hall.writer);
        CHECK_INT(count_forecasts(pair.hall), steps[i].forecasts);
    }
    writer_free(&hall.writer);
    pair_close(&pair);
}

/* --- advice --- */

#define ADVICE                                                                                      \
    "'advice':{'counter':'c-1','queue':'b','until':'2026-11-24T06:40:00Z','longest_before_min':52," \
    "'longest_after_min':24,'cost_queue':'t','cost_before_min':5,'cost_after_min':9}"

TEST(advice_is_answered_whole_or_refused)
{
    static const struct {
        const char *body, *code;
    } wrong[] = {
        {"{'taken':true}", "invalid_body"},
        {"{'advice':{},'taken':true}", "invalid_body"},
        {"{" ADVICE "}", "invalid_body"},
        {"{" ADVICE ",'taken':'yes'}", "invalid_body"},
        {"{'advice':{'counter':'c-7','queue':'b'},'taken':true}", "unknown_counter"},
        {"{'advice':{'counter':'c-1','queue':'zz'},'taken':true}", "unknown_queue"},
        {"{'advice':{'counter':'c-1','queue':'b','until':'soon'},'taken':true}", "invalid_body"},
        {"{'advice':{'counter':'c-1','queue':'b','until':'2026-11-24T06:40:00Z','longest_before_min':-1,"
         "'longest_after_min':2},'taken':true}",
         "invalid_body"},
        {"{'advice':{'counter':'c-1','queue':'b','until':'2026-11-24T06:40:00Z','longest_before_min':20,"
         "'longest_after_min':2,'cost_queue':'t'},'taken':true}",
         "invalid_body"},
    };
    struct command_hall h;
    open_trial(&h);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK(!trial_run(&h, "kamran", "advice.answer", "%s", wrong[i].body));
        CHECK_TEXT(h.out.code, wrong[i].code);
    }
    CHECK(trial_run(&h, "kamran", "advice.answer", "{" ADVICE ",'taken':true}"));
    CHECK_INT(trial_int(&h, "/advice/longest_after_min"), 24);
    CHECK_INT(h.changes, 0);
    CHECK(
        trial_run(&h, "kamran", "advice.answer", "{" ADVICE ",'taken':false,'reason':'a training at ten'}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/advice_refused/0/queue"), "b");
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/advice_refused/0/until"),
               "2026-11-24T06:40:00.000Z");
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/advice_refused/0/by"), "u-kamran");
    CHECK(!*trial_row_text(&h, TABLE_COUNTER, "c-1",
                           "/advice_refused/0/reason")); /* whoever sits there reads the row */
    CHECK(trial_run(&h, "rena", "advice.answer", "{" ADVICE ",'taken':false,'reason':'still'}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/advice_refused/0/by"), "u-rena");
    CHECK(!*trial_row_text(&h, TABLE_COUNTER, "c-1", "/advice_refused/1/by"));
    h.now_ms += 41 * 60 * 1000; /* its time is over: the next one takes its place */
    CHECK(trial_run(&h, "kamran", "advice.answer",
                    "{'advice':{'counter':'c-1','queue':'t','until':'2026-11-24T07:40:00Z',"
                    "'longest_before_min':52,'longest_after_min':24},'taken':false}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/advice_refused/0/queue"), "t");
    CHECK(!*trial_row_text(&h, TABLE_COUNTER, "c-1", "/advice_refused/1/by"));
    CHECK(!trial_run(&h, "leyla", "advice.answer", "{" ADVICE ",'taken':true}"));
    CHECK_TEXT(h.out.code, "forbidden");
    trial_close(&h);
}

static void note(struct command_hall *h, const char *id, bool taken)
{
    char *text =
        xasprintf("{\"advice\":{\"counter\":\"c-1\",\"queue\":\"b\",\"until\":\"2026-11-24T06:30:00Z\","
                  "\"longest_before_min\":52,\"longest_after_min\":24,\"cost_queue\":\"t\","
                  "\"cost_before_min\":5,\"cost_after_min\":9},\"taken\":%s}",
                  taken ? "true" : "false");
    struct json *body = NULL;
    REQUIRE(json_parse(text, strlen(text), &body, NULL) == ERR_OK);
    struct command command = {.id = id, .type = "advice.answer", .body = body};
    CHECK(advice_note(h->db, &command, "u-kamran", day, COMMAND_HALL_START_MS) == ERR_OK);
    json_free(&body);
    free(text);
}

TEST(advice_is_measured_an_hour_later)
{
    struct command_hall h;
    struct json *rows;
    open_trial(&h);
    note(&h, "a-1", true);
    note(&h, "a-2", false);
    put(&h, 1, -90, STILL, "'state':'cancelled',"); /* gave up */
    put(&h, 2, -60, -10, "");                       /* called before */
    put(&h, 3, -20, 8, "");                         /* 28 minutes */
    put(&h, 4, 5, 30, "");
    put(&h, 5, 40, STILL, ""); /* waits for 20 minutes by then */
    learn(&h, 59);
    const struct json *row = report(&h, &rows);
    CHECK_INT(json_int(row, "advice", 0), 2);
    CHECK_INT(json_int(row, "measured", -1), 0);
    json_free(&rows);
    learn(&h, 60);
    row = report(&h, &rows);
    CHECK_INT(json_int(row, "taken", 0), 1);
    CHECK_INT(json_int(row, "refused", 0), 1);
    CHECK_INT(json_int(row, "measured", 0), 2);
    CHECK(figure(row, "advice_error_min") == 14); /* taken: 28 for 24; refused: 28 for 52 */
    CHECK(figure(row, "gain_said_min") == 28);
    CHECK(figure(row, "gain_came_min") == 24);
    json_free(&rows);
    trial_close(&h);
}

TEST(advice_that_is_answered_at_a_hall_is_kept)
{
    static const char sql[] = "SELECT taken, reason, by_, before_, fact FROM advice";
    struct pair pair;
    struct json *counter, *data;
    pair_open(&pair);
    counter = pair_hall_row(&pair, TABLE_COUNTER, "c1");
    REQUIRE(counter != NULL);
    data = pair_at_hall(
        &pair, "budi", "advice.answer",
        "{\"advice\":{\"counter\":\"c1\",\"queue\":\"p\",\"until\":\"2026-11-24T06:30:00Z\","
        "\"longest_before_min\":52,\"longest_after_min\":24},\"taken\":false,\"reason\":\"no\"}");
    struct stmt *s = db_query(pair.hall, sql);
    REQUIRE(db_step(s) == ERR_OK);
    CHECK_INT(db_int(s, 0), 0);
    CHECK_TEXT(db_text(s, 1), "no");
    CHECK(!str_empty(db_text(s, 2)));
    CHECK_INT(db_int(s, 3), 52 * 60);
    CHECK(db_is_null(s, 4));
    db_done(s);
    json_free(&counter);
    json_free(&data);
    pair_close(&pair);
}
