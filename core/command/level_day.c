/* core/command/level_day.c: see level_day.h. */
#include "core/command/level_day.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/db/rows.h"

enum { CALLED_MAX = 20000, MINUTE_MS = 60 * 1000 };

/* --- who was called today --- */

static int64_t text_ms(const char *text)
{
    int64_t ms;
    return text && time_parse(text, &ms) ? ms : 0;
}

/* $1 queue, $2 state, $3 midnight, $4 limit; the row only where services differ. */
static const char sql_called[] =
    "SELECT arrived_at, called_at, appointment_at FROM tickets WHERE queue = $1 AND state = $2"
    " AND arrived_at >= $3 ORDER BY arrived_at LIMIT $4"; /* tickets_arrival */
static const char sql_called_rows[] =
    "SELECT arrived_at, called_at, appointment_at, row FROM tickets WHERE queue = $1 AND state = $2"
    " AND arrived_at >= $3 ORDER BY arrived_at LIMIT $4"; /* tickets_arrival */

/* Whether the ticket counts: only: of that service alone (NULL: all), row_text NULL: services are alike. */
static bool target_of(const struct level_hall *hall, const struct json *queue, const char *only,
                      const char *row_text, struct level_target *target)
{
    struct json *row = NULL;
    if (!row_text || json_parse(row_text, strlen(row_text), &row, NULL) != ERR_OK)
        return !only && level_row_target(queue, NULL, hall->row, target);
    const char *service = json_text(row, "service");
    bool found = (!only || str_equal(only, service)) && level_row_target(queue, service, hall->row, target);
    json_free(&row);
    return found;
}

static void count_one(const struct level_hall *hall, const struct json *queue, const char *only,
                      struct stmt *s, bool with_row, struct level_day *day)
{
    struct level_target target;
    int64_t arrived_ms = text_ms(db_text(s, 0)), called_ms = text_ms(db_text(s, 1)),
            booked_ms = text_ms(db_text(s, 2));
    if (!called_ms || !target_of(hall, queue, only, with_row ? db_text(s, 3) : NULL, &target))
        return;
    day->called++;
    day->within += called_ms - level_since(arrived_ms, booked_ms) <= level_limit_ms(&target, booked_ms > 0);
}

static enum err count_called(const struct level_hall *hall, const struct json *queue, const char *only,
                             struct level_day *day)
{
    static const char *const states[] = {"called", "serving", "held", "done", "no_show"};
    char midnight[TIME_TEXT];
    bool with_row = only || level_row_differs(queue);
    enum err err = ERR_OK;
    time_text(time_day_start(hall->now_ms), midnight);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct stmt *s = db_query(hall->db, with_row ? sql_called_rows : sql_called);
        db_bind_text(s, 1, json_text_or(queue, "id", ""));
        db_bind_text(s, 2, states[i]);
        db_bind_text(s, 3, midnight);
        db_bind_int(s, 4, CALLED_MAX);
        while ((err = db_step(s)) == ERR_OK)
            count_one(hall, queue, only, s, with_row, day);
        db_done(s);
        if (err != ERR_ABSENT)
            return err;
    }
    return ERR_OK;
}

/* --- who waits --- */

static int hour_queue_of(const struct level_hall *hall, const char *id)
{
    for (int i = 0; i < hall->hour->queue_count; i++)
        if (str_equal(hall->hour->queues[i].id, id))
            return i;
    return -1;
}

/* *counts: whether the person came for that service; only NULL: everybody does. */
static enum err target_of_person(const struct level_hall *hall, const struct json *queue, const char *only,
                                 const char *ticket, struct level_target *target, bool *counts)
{
    struct json *row = NULL;
    enum err err = only || level_row_differs(queue) ? row_get(hall->db, TABLE_TICKET, ticket, &row) : ERR_OK;
    if (err != ERR_OK && err != ERR_ABSENT)
        return err;
    *counts = !only || str_equal(only, json_text(row, "service"));
    if (!level_row_target(queue, json_text(row, "service"), hall->row, target))
        *target = (struct level_target){.wait_min = LEVEL_WAIT_MAX};
    json_free(&row);
    return ERR_OK;
}

/* Whoever is not called in the time looked at is called after it at best. */
static int64_t foreseen_ms(const struct level_hall *hall, int queue, int person)
{
    int64_t call_ms = hall->run->people[person].call_ms;
    if (call_ms)
        return call_ms;
    return hall->run->queues[queue].newcomer_ms < 0
               ? -1
               : hall->now_ms + (int64_t)LEVEL_LOOK_AHEAD_MIN * MINUTE_MS;
}

static enum err add_people(const struct level_hall *hall, const struct json *queue, const char *only,
                           struct level_person *people, int *count)
{
    const struct hour *hour = hall->hour;
    int at = hour_queue_of(hall, json_text_or(queue, "id", ""));
    *count = 0;
    for (int i = 0; i < hour->people_count && at >= 0; i++) {
        const struct hour_person *person = &hour->people[i];
        struct level_target target;
        bool counts;
        if (person->queue != at || person->comes_ms > hall->now_ms)
            continue;
        enum err err = target_of_person(hall, queue, only, person->id, &target, &counts);
        if (err != ERR_OK)
            return err;
        if (!counts)
            continue;
        int64_t from_ms = person->since_ms ? person->since_ms : person->arrived_ms;
        people[(*count)++] =
            (struct level_person){level_since(from_ms, person->booked_ms),
                                  level_limit_ms(&target, person->booked_ms > 0), foreseen_ms(hall, at, i)};
    }
    return ERR_OK;
}

/* --- both --- */

enum err level_today_of(const struct level_hall *hall, const struct json *queue, const char *service,
                        const struct level_target *target, struct level_today *out)
{
    struct level_person *people = xcalloc((size_t)hall->hour->people_count + 1, sizeof *people);
    *out = (struct level_today){0};
    enum err err = count_called(hall, queue, service, &out->day);
    if (err == ERR_OK)
        err = add_people(hall, queue, service, people, &out->waiting);
    level_burn(target->share, &out->day, people, out->waiting, hall->now_ms, &out->burn);
    free(people);
    return err;
}

enum err level_today(const struct level_hall *hall, const struct json *queue,
                     const struct level_target *target, struct level_today *out)
{
    return level_today_of(hall, queue, NULL, target, out);
}
