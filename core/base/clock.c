/* core/base/clock.c: the system's clocks and the text of times. */
#include "core/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int64_t now_ms(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_wall_now_ms(void)
{
    return now_ms(CLOCK_REALTIME);
}

/* Goes on while a laptop sleeps, so that waking up does not look as if somebody had turned the other clock. */
int64_t clock_mono_now_ms(void)
{
    return now_ms(CLOCK_BOOTTIME);
}

/* Floor division, so that times before 1970 (a dead clock battery) still have 0 ≤ ms < 1000. */
static time_t seconds_of(int64_t wall_ms, int *ms)
{
    int64_t s = wall_ms / 1000, rest = wall_ms % 1000;
    if (rest < 0) {
        rest += 1000;
        s--;
    }
    *ms = (int)rest;
    return (time_t)s;
}

void time_text(int64_t wall_ms, char out[TIME_TEXT])
{
    static const char unknown[] = "1970-01-01T00:00:00.000Z";
    struct tm tm;
    int ms;
    time_t s = seconds_of(wall_ms, &ms);
    if (!gmtime_r(&s, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900) {
        memcpy(out, unknown, sizeof unknown);
        return;
    }
    char text[80];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
             tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
    memcpy(out, text, TIME_TEXT);
}

static bool digits(const char **text, int count, int *value)
{
    *value = 0;
    for (; count > 0; count--, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *value = *value * 10 + (**text - '0');
    }
    return true;
}

static bool mark(const char **text, char c)
{
    return *(*text)++ == c;
}

bool time_parse(const char *text, int64_t *wall_ms)
{
    struct tm tm = {0};
    int ms = 0;
    const char *s = text;
    if (!s || strlen(s) < 20)
        return false;
    if (!digits(&s, 4, &tm.tm_year) || !mark(&s, '-') || !digits(&s, 2, &tm.tm_mon) || !mark(&s, '-') ||
        !digits(&s, 2, &tm.tm_mday) || !mark(&s, 'T') || !digits(&s, 2, &tm.tm_hour) || !mark(&s, ':') ||
        !digits(&s, 2, &tm.tm_min) || !mark(&s, ':') || !digits(&s, 2, &tm.tm_sec))
        return false;
    if (*s == '.') {
        s++;
        if (!digits(&s, 3, &ms))
            return false;
    }
    if (strcmp(s, "Z") != 0 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
        tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    int day = tm.tm_mday;
    bool leap_second = tm.tm_sec == 60; /* may end a day */
    int64_t seconds = timegm(&tm);      /* turns 30 February into 2 March */
    if (tm.tm_mday != day && !leap_second)
        return false;
    *wall_ms = seconds * 1000 + ms;
    return true;
}

/* --- local time ---
 * glibc reads the zone's rule anew for every time beyond the zone file's table, which was a tenth of a screen's
 * picture. Zones change at quarters of an hour and nowhere within one, so what a quarter began with is kept. */

enum { QUARTER_S = 15 * 60, QUARTERS_KEPT = 64 }; /* a morning and an afternoon */

static _Thread_local struct {
    int64_t number; /* since 1970; 0: none */
    struct tm begin;
} quarters[QUARTERS_KEPT];

bool zone_set(const char *name)
{
    char path[256];
    struct stat st;
    if (!name || !name[0] || strstr(name, "..") || name[0] == '/')
        return false;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    /* glibc takes an unknown name as UTC without a word, so look for the file. */
    if (strcmp(name, "UTC") != 0 && (stat(path, &st) != 0 || !S_ISREG(st.st_mode)))
        return false;
    setenv("TZ", name, 1);
    tzset();
    memset(quarters, 0, sizeof quarters);
    return true;
}

/* NULL where the local time does not begin a quarter too: zones of long ago were minutes and seconds beside it. */
static const struct tm *quarter_begin(int64_t number)
{
    size_t slot = (size_t)number % QUARTERS_KEPT;
    struct tm *begin = &quarters[slot].begin;
    time_t s = (time_t)number * QUARTER_S;
    if (number <= 0)
        return NULL;
    if (quarters[slot].number != number && !localtime_r(&s, begin))
        memset(begin, 0, sizeof *begin);
    quarters[slot].number = number;
    return begin->tm_year && begin->tm_min % 15 == 0 && begin->tm_sec == 0 ? begin : NULL;
}

void time_local(int64_t wall_ms, struct tm *out)
{
    int ms;
    time_t s = seconds_of(wall_ms, &ms);
    const struct tm *begin = quarter_begin(s / QUARTER_S);
    if (begin) {
        *out = *begin;
        out->tm_min += (int)(s % QUARTER_S) / 60;
        out->tm_sec = (int)(s % QUARTER_S) % 60;
    } else if (!localtime_r(&s, out)) {
        memset(out, 0, sizeof *out);
    }
}

void time_date(int64_t wall_ms, char out[DATE_TEXT])
{
    struct tm tm;
    char text[40];
    time_local(wall_ms, &tm);
    snprintf(text, sizeof text, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    memcpy(out, text, DATE_TEXT - 1);
    out[DATE_TEXT - 1] = '\0';
}

void time_clock(int64_t wall_ms, char out[CLOCK_TEXT])
{
    struct tm tm;
    char text[32];
    time_local(wall_ms, &tm);
    snprintf(text, sizeof text, "%02d:%02d", tm.tm_hour, tm.tm_min);
    memcpy(out, text, CLOCK_TEXT);
}

/* A date as a number that only grows. */
static int64_t date_number(const struct tm *tm)
{
    return ((int64_t)tm->tm_year * 12 + tm->tm_mon) * 31 + tm->tm_mday;
}

/* The first moment of the day that has this noon. Midnight itself may be left out, or come twice, where clocks are
 * changed at midnight, so it is looked for: between the noon before and this noon the date changes. */
static int64_t day_begin(time_t noon)
{
    enum { LOOK_BACK_S = 24 * 60 * 60 };
    struct tm tm;
    if (!localtime_r(&noon, &tm))
        return (int64_t)noon * 1000;
    int64_t day = date_number(&tm);
    time_t before = noon - LOOK_BACK_S, from = noon;
    while (from - before > 1) {
        time_t middle = before + (from - before) / 2;
        if (localtime_r(&middle, &tm) && date_number(&tm) >= day)
            from = middle;
        else
            before = middle;
    }
    return (int64_t)from * 1000;
}

/* As mktime for midnight of the date in tm, one or more days on. */
static int64_t midnight(struct tm tm, int days)
{
    struct tm at = {.tm_year = tm.tm_year, .tm_mon = tm.tm_mon, .tm_mday = tm.tm_mday + days, .tm_isdst = -1};
    struct tm noon = at, is, before;
    noon.tm_hour = 12;
    time_t noon_s = mktime(&noon), s = mktime(&at), last = s - 1;
    if (localtime_r(&s, &is) && localtime_r(&last, &before) && date_number(&is) == date_number(&noon) &&
        date_number(&before) < date_number(&is))
        return (int64_t)s * 1000;
    return day_begin(noon_s);
}

int64_t time_day_start(int64_t wall_ms)
{
    struct tm tm;
    time_local(wall_ms, &tm);
    return midnight(tm, 0);
}

bool time_day_end(const char *date, int64_t *wall_ms)
{
    struct tm tm = {0};
    const char *s = date;
    if (!date || strlen(date) != DATE_TEXT - 1 || !digits(&s, 4, &tm.tm_year) || !mark(&s, '-') ||
        !digits(&s, 2, &tm.tm_mon) || !mark(&s, '-') || !digits(&s, 2, &tm.tm_mday) || tm.tm_mon < 1 ||
        tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *wall_ms = midnight(tm, 1) - 1;
    return true;
}
