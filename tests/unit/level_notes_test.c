/* tests/unit/level_notes_test.c: what became of service levels: notes of each quarter, silences, and the reports of both. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/level_notes.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { MIN = 60 * 1000 };
static const char day[] = "2026-11-24";

static void put(struct command_hall *h, const char *number, const char *service, int arrived_min,
                int called_min)
{
    char arrived[TIME_TEXT], called[TIME_TEXT];
    bool waits = called_min < 0;
    time_text(COMMAND_HALL_START_MS + arrived_min * (int64_t)MIN, arrived);
    time_text(COMMAND_HALL_START_MS + called_min * (int64_t)MIN, called);
    char *row =
        xasprintf("{'id':'t-%s','number':'%s','queue':'b','service':'%s','state':'%s','priority_class':0,"
                  "'arrived_at':'%s','called_at':%s%s%s}",
                  number, number, service, waits ? "waiting" : "done", arrived, waits ? "" : "'",
                  waits ? "null" : called, waits ? "" : "'");
    trial_put(h, TABLE_TICKET, row);
    free(row);
}

/* Whoever waits for longer than ten minutes is late; of half of them that may be. */
static void set_level(struct command_hall *h, const char *silence)
{
    char *row = xasprintf(
        "{'id':'b','code':'B','agency':'az.din','name':{'en':'Registry'},'home':'',"
        "'rule':{'kind':'fifo'},'services':['az.din.passport','az.din.other'],"
        "'level':{'wait_min':10,'share':50,'services':{'az.din.passport':{'wait_min':5,'share':90}}}%s}",
        silence);
    trial_put(h, TABLE_QUEUE, row);
    free(row);
}

static void take(struct command_hall *h, int at_min)
{
    CHECK(level_notes_take(h->db, day, COMMAND_HALL_START_MS + at_min * (int64_t)MIN) == ERR_OK);
}

static const struct json *line(const struct json *rows, const char *service)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_equal(json_text(row, "service"), service))
            return row;
    return NULL;
}

static struct json *report(struct command_hall *h, const struct report_ask *ask, int columns)
{
    struct json *rows = json_new_array(), *names = json_new_array();
    CHECK(levels_report(h->db, ask, "2026-10-01", "2026-10-31", names, rows) == ERR_OK);
    CHECK_INT((int64_t)json_count(names), columns);
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        for (const struct json *name = json_first(names); name; name = json_next(name))
            CHECK(json_get(row, json_as_text(name)) != NULL);
    json_free(&names);
    return rows;
}

TEST(level_notes_tell_how_often_and_how_long)
{
    static const struct report_ask month = {.from = "2026-11-01", .to = "2026-11-30"};
    struct command_hall h;
    trial_open(&h);
    REQUIRE(level_notes_create(h.db) == ERR_OK);
    take(&h, 0); /* nothing to note: nobody has set a target */
    struct json *rows = report(&h, &month, 3 + 2 * 8);
    CHECK_INT((int64_t)json_count(rows), 0);
    json_free(&rows);
    set_level(&h, "");
    put(&h, "B001", "az.din.other", 0, 5);    /* in time */
    put(&h, "B002", "az.din.passport", 0, 4); /* in time */
    take(&h, 15);
    take(&h, 15);                               /* once */
    put(&h, "B003", "az.din.passport", 16, 28); /* late for both */
    take(&h, 30);
    put(&h, "B004", "az.din.other", 30, 44); /* late: two of four are, and may be */
    take(&h, 45);
    put(&h, "B005", "az.din.passport", 46, 58); /* late: the queue's target is broken too */
    set_level(&h, ",'level_silence':{'until':'2026-11-24T09:00:00.000Z'}");
    take(&h, 60);
    take(&h, 75);
    rows = report(&h, &month, 3 + 2 * 8);
    const struct json *queue = line(rows, ""), *passport = line(rows, "az.din.passport");
    CHECK_TEXT(json_text(queue, "name"), "Registry");
    CHECK_TEXT(json_text(passport, "name"), "B: Passport");
    CHECK_INT(json_int(queue, "days", -1), 1);
    CHECK_INT(json_int(queue, "called", -1), 5); /* as the day's last note has it */
    CHECK_INT(json_int(queue, "alarms", -1), 1);
    CHECK_INT(json_int(queue, "broken_min", -1), 30);
    CHECK_INT(json_int(queue, "silenced_min", -1), 30);
    CHECK_INT(json_int(passport, "called", -1), 3);
    CHECK(json_as_number(json_get(passport, "within_percent"), 0) > 33.2 &&
          json_as_number(json_get(passport, "within_percent"), 0) < 33.4);
    CHECK_INT(json_int(passport, "alarms", -1), 1);
    CHECK_INT(json_int(passport, "broken_min", -1), 60);
    CHECK_INT(json_int(passport, "silenced_min", -1), 30); /* with its queue's */
    CHECK_INT(json_int(passport, "called_before", -1), 0);
    json_free(&rows);
    rows =
        report(&h, &(struct report_ask){.from = "2026-11-01", .to = "2026-11-30", .queue = "p"}, 3 + 2 * 8);
    CHECK_INT((int64_t)json_count(rows), 0);
    json_free(&rows);
    rows = report(&h, &(struct report_ask){.from = "2026-11-01", .to = "2026-11-30", .within = "az.taxes"},
                  3 + 2 * 8);
    CHECK_INT((int64_t)json_count(rows), 0); /* another agency's */
    json_free(&rows);
    CHECK(level_notes_forget(h.db, COMMAND_HALL_START_MS + 801 * INT64_C(24) * 60 * MIN) == ERR_OK);
    rows = report(&h, &month, 3 + 2 * 8);
    CHECK_INT((int64_t)json_count(rows), 0);
    json_free(&rows);
    trial_close(&h);
}

/* From the command to the report, over the hall itself. */
TEST(level_silences_are_reported_with_who_and_why)
{
    static const struct report_ask month = {.from = "2026-11-01", .to = "2026-12-31"};
    struct pair pair;
    char *text;
    pair_open(&pair);
    int64_t began_ms = pair.now_ms;
    char until[TIME_TEXT];
    time_text(began_ms + 60 * MIN, until);
    struct json *data =
        pair_at_hall(&pair, "budi", "queue.level", "{\"queue\":\"p\",\"wait_min\":10,\"reason\":\"r\"}");
    json_free(&data);
    text = xasprintf("{\"queue\":\"P\",\"until\":\"%s\",\"reason\":\"two printers are broken\"}", until);
    data = pair_at_hall(&pair, "budi", "level.silence", text);
    json_free(&data);
    free(text);
    pair.now_ms += 20 * MIN; /* heard again before its time */
    data = pair_at_hall(&pair, "budi", "level.silence", "{\"queue\":\"p\",\"until\":null}");
    json_free(&data);
    pair.now_ms += 5 * MIN;
    text = xasprintf("{\"queue\":\"p\",\"until\":\"%s\",\"reason\":\"again\"}", until);
    data = pair_at_hall(&pair, "budi", "level.silence", text);
    json_free(&data);
    free(text);
    struct json *rows = json_new_array(), *names = json_new_array();
    CHECK(silences_report(pair.hall, &month, NULL, NULL, names, rows) == ERR_OK);
    REQUIRE(json_count(rows) == 2);
    CHECK_INT(json_int(json_at(rows, 0), "minutes", -1), 20);
    CHECK_TEXT(json_text(json_at(rows, 0), "reason"), "two printers are broken");
    CHECK_TEXT(json_text(json_at(rows, 0), "queue"), "p");
    CHECK(!str_empty(json_text(json_at(rows, 0), "by")) &&
          !str_equal(json_text(json_at(rows, 0), "by"), json_text(json_at(rows, 0), "user")));
    CHECK_INT(json_int(json_at(rows, 1), "minutes", -1), 35);
    CHECK_TEXT(json_text(json_at(rows, 1), "until"), until);
    json_free(&rows);
    json_free(&names);
    rows = json_new_array(), names = json_new_array();
    CHECK(levels_report(pair.hall, &month, NULL, NULL, names, rows) == ERR_OK);
    CHECK_INT(json_int(json_first(rows), "silences", -1), 2); /* also of one that was never noted */
    json_free(&rows);
    json_free(&names);
    pair_close(&pair);
}
