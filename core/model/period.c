/* core/model/period.c: see period.h. */
#include "core/model/period.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/calendar.h"

/* Years and months of a day as one count of months; *date is its place in the month, 1 the first. */
static int months_of(int32_t day, int *date)
{
    char text[11];
    day_text(day, text);
    *date = atoi(text + 8);
    return atoi(text) * 12 + atoi(text + 5) - 1;
}

static int32_t month_start(int month)
{
    char text[24];
    int32_t day = 0;
    snprintf(text, sizeof text, "%04d-%02d-01", month / 12, month % 12 + 1);
    (void)day_parse(text, &day);
    return day;
}

void period_of(enum period period, int32_t today, int32_t *from, int32_t *to)
{
    static const int lengths[PERIOD_COUNT] = {[PERIOD_MONTH] = 1, [PERIOD_QUARTER] = 3, [PERIOD_YEAR] = 12};
    int date, month = months_of(today, &date);
    *from = *to = today;
    if (period == PERIOD_YESTERDAY)
        *from = *to = today - 1;
    if (period == PERIOD_WEEK) {
        *from = today - (day_weekday(today) + 6) % 7;
        *to = *from + 6;
    }
    if (lengths[period]) {
        month -= month % 12 % lengths[period];
        *from = month_start(month);
        *to = month_start(month + lengths[period]) - 1;
    }
}

void period_before(int32_t from, int32_t to, int32_t *before_from, int32_t *before_to)
{
    int first, after, month = months_of(from, &first), end = months_of(to + 1, &after);
    *before_to = from - 1;
    *before_from = first == 1 && after == 1 ? month_start(month - (end - month)) : from - (to - from + 1);
}

static const char *take_day(const char *text, char out[11])
{
    size_t length = strcspn(text += strspn(text, " "), " ");
    snprintf(out, 11, "%.*s", (int)length, text);
    return length < 11 ? text + length : NULL;
}

bool period_read(const char *text, int32_t *from, int32_t *to)
{
    char first[11], last[11];
    const char *rest = take_day(text, first);
    rest = rest ? take_day(rest, last) : NULL;
    if (!rest || rest[strspn(rest, " ")])
        return false;
    return day_parse(first, from) && day_parse(*last ? last : first, to) && *from <= *to;
}
