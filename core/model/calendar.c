/* core/model/calendar.c: see calendar.h. */
#include "core/model/calendar.h"

#include <stddef.h>

#include "core/base/str.h"

/* Days and civil dates of the Gregorian calendar: Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms". Years begin in March, so that the leap day is the last of its year. */
static int32_t days_from_civil(int year, int month, int day)
{
    year -= month <= 2;
    int era = year / 400;
    int year_of_era = year - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool digits(const char *text, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

bool day_parse(const char *text, int32_t *day)
{
    int year, month, dom;
    if (!text || !digits(text, 4, &year) || text[4] != '-' || !digits(text + 5, 2, &month) ||
        text[7] != '-' || !digits(text + 8, 2, &dom) || text[10])
        return false;
    if (year < 1600 || month < 1 || month > 12 || dom < 1 || dom > days_in_month(year, month))
        return false;
    *day = days_from_civil(year, month, dom);
    return true;
}

void day_text(int32_t day, char out[11])
{
    int32_t shifted = day + 719468;
    int era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int day_of_era = shifted - era * 146097;
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int march_month = (5 * day_of_year + 2) / 153;
    int month = march_month < 10 ? march_month + 3 : march_month - 9;
    str_format(out, 11, "%04d-%02d-%02d", year_of_era + era * 400 + (month <= 2), month,
               day_of_year - (153 * march_month + 2) / 5 + 1);
}

int day_weekday(int32_t day)
{
    return (int)(((day + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

static bool is_holiday(const struct calendar *calendar, int32_t day)
{
    int low = 0, high = calendar->holiday_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (calendar->holidays[middle] == day)
            return true;
        if (calendar->holidays[middle] < day)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool day_is_worked(const struct calendar *calendar, int32_t day)
{
    return !(calendar->weekend >> day_weekday(day) & 1) && !is_holiday(calendar, day);
}

bool case_due_day(const struct calendar *calendar, int32_t start, int days, int32_t *due)
{
    int32_t day = start;
    int left = days;
    for (int steps = 0; steps <= CALENDAR_DAYS_MAX; steps++, day++) {
        if (day_is_worked(calendar, day) && (day > start || days <= 0) && --left <= 0) {
            *due = day;
            return true;
        }
    }
    return false;
}

int case_days_left(const struct calendar *calendar, int32_t today, int32_t due)
{
    int32_t from = today < due ? today : due, to = today < due ? due : today;
    int worked = 0;
    if (to - from > CALENDAR_DAYS_MAX)
        to = from + CALENDAR_DAYS_MAX;
    for (int32_t day = from + 1; day <= to; day++)
        worked += day_is_worked(calendar, day);
    return today <= due ? worked : -worked;
}
