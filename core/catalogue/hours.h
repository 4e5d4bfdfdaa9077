/* core/catalogue/hours.h: when a service is given, and how many numbers it has (FORMS.md section 3). Pure: the moment
 * and the hall's calendar are handed in, both by the clock on the hall's wall, so that no change of summer time moves an
 * hour. What a service says wrongly reads as not said; hours_check tells its author.
 *
 *   "hours": {"week": {"mon": ["09:00-13:00", "14:00-18:00"], "sat": ["09:00-12:00"]},
 *             "dates": {"2026-12-31": ["09:00-12:00"], "2027-01-05": []}}
 *   "quota": {"day": 60, "slots": [{"from": "09:00", "until": "12:00", "count": 40}], "binding": true}
 *
 * A quota that is binding lets no number be given beyond it (core/command/ticket_quota.c); another is told only.
 * A date of "dates" goes before all else. A holiday of the hall is closed. A weekday that "week" names is open, though the
 * hall may call it its weekend; one that it does not name is closed. Without "week" a day is as the hall's. */
#pragma once
#include "core/form/check.h"
#include "core/model/calendar.h"

enum {
    HOURS_SPANS_MAX = 8,
    HOURS_DATES_MAX = 366,
    HOURS_AHEAD_MAX = 366, /* days that are looked through for the next opening */
    QUOTA_SLOTS_MAX = 48,
    DAY_END_MIN = 24 * 60
};

/* The clock on the wall. minute -1: when the hall opens, which its calendar does not say. */
struct wall_time {
    int32_t day;
    int minute;
};
struct hours_span {
    int from, until; /* minutes of the day; from ≤ it is open < until */
    bool as_hall;    /* a worked day of the hall, whose hours nobody said */
};
extern const char *const hours_weekdays[7]; /* sun … sat, as a file says them */

/* "09:00-13:00"; "24:00" is midnight at the end. False: something else, or it ends before it begins. */
bool hours_span_parse(const char *text, struct hours_span *span);
/* The parts of a day, as they stand. Returns how many were written; 0: closed. */
int hours_of_day(const struct json *service, const struct calendar *calendar, int32_t day,
                 struct hours_span out[HOURS_SPANS_MAX]);

struct hours_now {
    bool open;
    struct wall_time
        until;  /* open: when it closes, 24:00 of a day for its end; HOURS_AHEAD_MAX days on: never */
    bool again; /* closed: it opens within HOURS_AHEAD_MAX days … */
    struct wall_time next; /* … then */
};
/* False: the service says no hours. */
bool hours_read(const struct json *service, const struct calendar *calendar, struct wall_time now,
                struct hours_now *out);
/* The first opening at that time or after it. False: none within HOURS_AHEAD_MAX days. */
bool hours_next(const struct json *service, const struct calendar *calendar, struct wall_time from,
                struct wall_time *next);

struct quota_slot {
    int from, until, count;
};
int quota_slots(const struct json *service, struct quota_slot out[QUOTA_SLOTS_MAX]);
bool quota_is_said(const struct json *service);

struct quota_now {
    int count, left;       /* of the day, or of the part of it that is nearer to its end */
    bool again;            /* none left, but there are numbers within HOURS_AHEAD_MAX days … */
    struct wall_time next; /* … from then on */
};
/* issued: {"day":"2026-11-24","total":12,"slots":[12,0]}, as the query "services" counts; of another day it counts
 * nothing. False: no number of today or of this hour is limited. */
bool quota_read(const struct json *service, const struct calendar *calendar, const struct json *issued,
                struct wall_time now, struct quota_now *out);

/* What is wrong with the two, for the service's author (hours_check.c). */
void hours_check(const struct json *service, struct form_findings *findings);
