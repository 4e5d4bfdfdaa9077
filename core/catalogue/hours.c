/* core/catalogue/hours.c: see hours.h. Knows no clock and no zone. */
#include "core/catalogue/hours.h"

#include <string.h>

#include "core/base/str.h"

const char *const hours_weekdays[7] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/* --- reading --- */

/* "HH:MM" as minutes of the day; -1: something else. */
static int minute_of(const char *text)
{
    enum { HOUR_MIN = 60 };
    static const char picture[] = "00:00";
    for (size_t i = 0; i < sizeof picture - 1; i++)
        if (picture[i] == ':' ? text[i] != ':' : text[i] < '0' || text[i] > '9')
            return -1;
    int hour = 10 * (text[0] - '0') + (text[1] - '0'), minute = 10 * (text[3] - '0') + (text[4] - '0');
    int all = HOUR_MIN * hour + minute;
    return minute < HOUR_MIN && all <= DAY_END_MIN ? all : -1;
}

bool hours_span_parse(const char *text, struct hours_span *span)
{
    enum { TIME_W = 5 };
    *span = (struct hours_span){.from = -1, .until = -1};
    if (!text || strlen(text) != 2 * TIME_W + 1 || text[TIME_W] != '-')
        return false;
    span->from = minute_of(text);
    span->until = minute_of(text + TIME_W + 1);
    return span->from >= 0 && span->until > span->from;
}

static int read_spans(const struct json *list, struct hours_span out[HOURS_SPANS_MAX])
{
    int count = 0;
    for (const struct json *one = json_is_array(list) ? json_first(list) : NULL;
         one && count < HOURS_SPANS_MAX; one = json_next(one))
        count += hours_span_parse(json_as_text(one), &out[count]);
    return count;
}

static bool is_holiday(const struct calendar *calendar, int32_t day)
{
    struct calendar every_day = *calendar;
    every_day.weekend = 0;
    return !day_is_worked(&every_day, day);
}

int hours_of_day(const struct json *service, const struct calendar *calendar, int32_t day,
                 struct hours_span out[HOURS_SPANS_MAX])
{
    char date[11];
    const struct json *hours = json_get(service, "hours"), *week = json_get(hours, "week");
    day_text(day, date);
    const struct json *own = json_get(json_get(hours, "dates"), date);
    if (own)
        return read_spans(own, out);
    if (json_is_object(week))
        return is_holiday(calendar, day) ? 0
                                         : read_spans(json_get(week, hours_weekdays[day_weekday(day)]), out);
    out[0] = (struct hours_span){.from = 0, .until = DAY_END_MIN, .as_hall = true};
    return day_is_worked(calendar, day);
}

/* --- opening and closing --- */

/* The part of the day in which that time is; of several the one that ends last. */
static bool span_at(const struct json *service, const struct calendar *calendar, struct wall_time at,
                    struct hours_span *found)
{
    struct hours_span spans[HOURS_SPANS_MAX];
    int count = hours_of_day(service, calendar, at.day, spans), until = at.minute;
    for (int i = 0; i < count; i++) {
        if (spans[i].from > at.minute || spans[i].until <= until)
            continue;
        *found = spans[i];
        until = spans[i].until;
    }
    return until > at.minute;
}

/* Parts that touch are one, over midnight too. */
static struct wall_time closes_at(const struct json *service, const struct calendar *calendar,
                                  struct wall_time at)
{
    struct hours_span span;
    int32_t last = at.day + HOURS_AHEAD_MAX;
    while (at.day < last && span_at(service, calendar, at, &span)) {
        if (span.as_hall)
            return (struct wall_time){at.day, -1};
        at.minute = span.until;
        if (at.minute < DAY_END_MIN)
            continue;
        struct wall_time midnight = {at.day + 1, 0};
        if (!span_at(service, calendar, midnight, &span) || span.as_hall)
            break;
        at = midnight;
    }
    return at;
}

/* The earliest part that begins at the minute or later. */
static int next_of_day(const struct hours_span *spans, int count, int minute)
{
    int next = -1;
    for (int i = 0; i < count; i++)
        if (spans[i].from >= minute && (next < 0 || spans[i].from < spans[next].from))
            next = i;
    return next;
}

bool hours_next(const struct json *service, const struct calendar *calendar, struct wall_time from,
                struct wall_time *next)
{
    struct hours_span spans[HOURS_SPANS_MAX];
    for (int32_t day = from.day; day <= from.day + HOURS_AHEAD_MAX; day++) {
        int count = hours_of_day(service, calendar, day, spans);
        int i = next_of_day(spans, count, day == from.day ? from.minute : 0);
        if (i < 0)
            continue;
        *next = (struct wall_time){day, spans[i].as_hall ? -1 : spans[i].from};
        return true;
    }
    return false;
}

bool hours_read(const struct json *service, const struct calendar *calendar, struct wall_time now,
                struct hours_now *out)
{
    struct hours_span span;
    *out = (struct hours_now){.open = false};
    if (!json_is_object(json_get(service, "hours")))
        return false;
    out->open = span_at(service, calendar, now, &span);
    if (out->open)
        out->until = closes_at(service, calendar, now);
    else
        out->again = hours_next(service, calendar, now, &out->next);
    return true;
}

/* --- quotas --- */

static bool read_slot(const struct json *one, struct quota_slot *slot)
{
    struct hours_span span;
    char text[16];
    bool fits =
        str_format(text, sizeof text, "%s-%s", json_text_or(one, "from", ""), json_text_or(one, "until", ""));
    if (!fits || !hours_span_parse(text, &span))
        return false;
    *slot = (struct quota_slot){span.from, span.until, (int)json_int(one, "count", 0)};
    return slot->count > 0;
}

int quota_slots(const struct json *service, struct quota_slot out[QUOTA_SLOTS_MAX])
{
    const struct json *list = json_get(json_get(service, "quota"), "slots");
    int count = 0;
    for (const struct json *one = json_is_array(list) ? json_first(list) : NULL;
         one && count < QUOTA_SLOTS_MAX; one = json_next(one))
        count += read_slot(one, &out[count]);
    return count;
}

static int quota_of_day(const struct json *service)
{
    return (int)json_int(json_get(service, "quota"), "day", 0);
}

bool quota_is_said(const struct json *service)
{
    struct quota_slot slots[QUOTA_SLOTS_MAX];
    return quota_of_day(service) > 0 || quota_slots(service, slots) > 0;
}

static bool is_of_day(const struct json *issued, int32_t day)
{
    char date[11];
    day_text(day, date);
    return str_equal(json_text(issued, "day"), date);
}

static int left_of(int count, const struct json *used)
{
    int64_t left = count - json_as_int(used, 0);
    return left > 0 ? (int)left : 0;
}

/* A later part of the day with numbers, once the service is open in it. */
static bool later_slot(const struct json *service, const struct calendar *calendar, const struct json *used,
                       struct wall_time now, struct wall_time *next)
{
    struct quota_slot slots[QUOTA_SLOTS_MAX];
    struct hours_span span;
    int count = quota_slots(service, slots);
    bool found = false;
    for (int i = 0; i < count; i++) {
        struct wall_time opens = {now.day, slots[i].from};
        if (slots[i].from <= now.minute || !left_of(slots[i].count, json_at(used, (size_t)i)))
            continue;
        if (!span_at(service, calendar, opens, &span) &&
            (!hours_next(service, calendar, opens, &opens) || opens.day != now.day ||
             opens.minute >= slots[i].until))
            continue;
        if (!found || opens.minute < next->minute)
            *next = opens;
        found = true;
    }
    return found;
}

bool quota_read(const struct json *service, const struct calendar *calendar, const struct json *issued,
                struct wall_time now, struct quota_now *out)
{
    struct quota_slot slots[QUOTA_SLOTS_MAX];
    const struct json *today = is_of_day(issued, now.day) ? issued : NULL, *used = json_get(today, "slots");
    int day = quota_of_day(service), slot_count = quota_slots(service, slots);
    bool said = day > 0;
    *out = (struct quota_now){.count = day, .left = left_of(day, json_get(today, "total"))};
    bool day_is_over = said && out->left == 0;
    for (int i = 0; i < slot_count && !day_is_over; i++) {
        int left = left_of(slots[i].count, json_at(used, (size_t)i));
        if (now.minute < slots[i].from || now.minute >= slots[i].until || (said && left >= out->left))
            continue;
        *out = (struct quota_now){.count = slots[i].count, .left = left};
        said = true;
    }
    if (said && out->left == 0)
        out->again = (!day_is_over && later_slot(service, calendar, used, now, &out->next)) ||
                     hours_next(service, calendar, (struct wall_time){now.day + 1, 0}, &out->next);
    return said;
}
