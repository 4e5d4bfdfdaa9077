/* core/model/period.h: stretches of business days that reports are asked for, and the one before to compare them with. A day is
 * as in calendar.h; from and to are both included. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum period {
    PERIOD_TODAY,
    PERIOD_YESTERDAY,
    PERIOD_WEEK,
    PERIOD_MONTH,
    PERIOD_QUARTER,
    PERIOD_YEAR,
    PERIOD_COUNT
};

/* The stretch of that name in which today lies, whole: its days to come are still without visits. A week begins on Monday. */
void period_of(enum period period, int32_t today, int32_t *from, int32_t *to);
/* What lies as long before: whole months of as many months where it is whole months, else of as many days. */
void period_before(int32_t from, int32_t to, int32_t *before_from, int32_t *before_to);
/* "2026-11-01 2026-11-30", the earlier first, or one day; false for anything else. */
bool period_read(const char *text, int32_t *from, int32_t *to);
