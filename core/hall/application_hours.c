/* core/hall/application_hours.c: see applications_inside.h. */
#include "core/catalogue/hours.h"
#include "core/command/cases.h"
#include "core/hall/applications_inside.h"

enum { HOUR_MIN = 60 };

/* A service that says no hours is given on the hall's working days, at any time of them. */
static bool is_open(const struct json *service, const struct calendar *calendar, struct wall_time at,
                    struct wall_time *next, bool *again)
{
    struct hours_now hours;
    struct hours_span spans[HOURS_SPANS_MAX];
    if (hours_read(service, calendar, at, &hours)) {
        *again = hours.again;
        *next = hours.next;
        return hours.open;
    }
    if (hours_of_day(service, calendar, at.day, spans) > 0)
        return true;
    *again = hours_next(service, calendar, (struct wall_time){at.day, 0}, next);
    return false;
}

static void print_opening(struct wall_time at, char out[OPENING_TEXT])
{
    char day[DATE_TEXT];
    day_text(at.day, day);
    if (at.minute < 0)
        str_copy(out, OPENING_TEXT, day);
    else
        str_format(out, OPENING_TEXT, "%s %02d:%02d", day, at.minute / HOUR_MIN, at.minute % HOUR_MIN);
}

enum err application_open_then(struct db *db, const struct json *hall, const char *service, const char *at,
                               bool *open, char next[OPENING_TEXT])
{
    struct json *row = NULL;
    struct hall_calendar calendar;
    struct wall_time then = {0, 0}, opening;
    struct tm local;
    char day[DATE_TEXT];
    int64_t at_ms = 0;
    bool again = false;
    *open = true;
    next[0] = '\0';
    enum err err = row_get(db, TABLE_SERVICE, service, &row);
    if (err != ERR_OK || !time_parse(at, &at_ms))
        return err == ERR_ABSENT ? ERR_OK : err;
    time_date(at_ms, day);
    time_local(at_ms, &local);
    then.minute = HOUR_MIN * local.tm_hour + local.tm_min;
    hall_calendar_read(hall, &calendar);
    if (day_parse(day, &then.day))
        *open = is_open(row, &calendar.calendar, then, &opening, &again);
    if (again)
        print_opening(opening, next);
    json_free(&row);
    return ERR_OK;
}
