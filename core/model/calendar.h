/* core/model/calendar.h: days, working days and legal terms. Knows no time zone: a day is the number of days
 * since 1970-01-01 in the hall's own zone. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct calendar {
    unsigned weekend;        /* bit 0 Sunday … bit 6 Saturday: not worked */
    const int32_t *holidays; /* ascending; may be NULL when there are none */
    int holiday_count;
};
enum { CALENDAR_SAT_SUN = 1u << 0 | 1u << 6, CALENDAR_FRI_SAT = 1u << 5 | 1u << 6, CALENDAR_DAYS_MAX = 3660 };

bool day_parse(const char *text, int32_t *day); /* "YYYY-MM-DD", a date that exists, 1600 … 9999 */
void day_text(int32_t day, char out[11]);
int day_weekday(int32_t day); /* 0 Sunday … 6 Saturday */
bool day_is_worked(const struct calendar *calendar, int32_t day);
/* The day on which a term of `days` working days ends that began on start (which itself does not count).
 * days 0: start, or the next worked day. False beyond CALENDAR_DAYS_MAX calendar days. */
bool case_due_day(const struct calendar *calendar, int32_t start, int days, int32_t *due);
/* Working days left after today until due: 0 today, negative when over. */
int case_days_left(const struct calendar *calendar, int32_t today, int32_t due);
