/* screens/service_hours.c: whether a service can be had now, and when next, as reception tells it (hours.h). */
#include <string.h>

#include "core/catalogue/hours.h"
#include "core/command/cases.h"
#include "screens/service_view.h"
#include "tui/text.h"

enum { HOUR_MIN = 60 };

static const char *weekday_name(const struct ui *ui, int weekday)
{
    static const char *const names[] = {TR("Sun"), TR("Mon"), TR("Tue"), TR("Wed"),
                                        TR("Thu"), TR("Fri"), TR("Sat")};
    return tr(ui->lang, names[weekday]);
}

static struct wall_time wall_now(const struct ui *ui)
{
    struct wall_time now = {0, 0};
    char date[DATE_TEXT];
    struct tm local;
    time_date(ui->now_ms, date);
    time_local(ui->now_ms, &local);
    day_parse(date, &now.day);
    now.minute = HOUR_MIN * local.tm_hour + local.tm_min;
    return now;
}

static const char *minute_text(int minute, char out[SHOW_TEXT])
{
    str_format(out, SHOW_TEXT, "%02d:%02d", minute / HOUR_MIN, minute % HOUR_MIN);
    return out;
}

/* "14:00" of today, "Wed 25.11.2026 09:00", "Wed 25.11.2026". */
static const char *when_text(const struct ui *ui, struct wall_time when, int32_t today, char out[SHOW_TEXT])
{
    char clock[SHOW_TEXT] = "", date[DATE_TEXT], day[SHOW_TEXT];
    if (when.minute >= 0)
        minute_text(when.minute, clock);
    day_text(when.day, date);
    if (when.day == today && *clock)
        str_copy(out, SHOW_TEXT, clock);
    else
        str_format(out, SHOW_TEXT, "%s %s%s%s", weekday_name(ui, day_weekday(when.day)),
                   show_day(ui, date, day), *clock ? " " : "", clock);
    return out;
}

/* --- lines --- */

struct telling {
    const struct ui *ui;
    struct frame *frame;
    struct rect area;
};

static void tell(struct telling *telling, unsigned look, const char *text)
{
    struct rect line = rect_cut_top(&telling->area, 1);
    rect_cut_left(&line, 1);
    text_draw(telling->frame, line, text, look);
}

/* When it opens, or when there are numbers. */
static void tell_next(struct telling *telling, bool numbers, bool again, struct wall_time next, int32_t today)
{
    const struct ui *ui = telling->ui;
    char when[SHOW_TEXT], text[SHOW_TEXT];
    when_text(ui, next, today, when);
    if (again)
        str_format(text, sizeof text, tr(ui->lang, numbers ? TR("numbers again: %s") : TR("opens: %s")),
                   when);
    else
        str_copy(text, sizeof text,
                 tr(ui->lang, numbers ? TR("no day with numbers is known") : TR("no opening is known")));
    tell(telling, STYLE_WARN, text);
}

static void tell_open(struct telling *telling, const struct hours_now *hours, int32_t today)
{
    char text[SHOW_TEXT], clock[SHOW_TEXT];
    if (hours->until.minute < 0 || hours->until.day > today + 1)
        return; /* as long as the hall, or always */
    str_format(text, sizeof text, tr(telling->ui->lang, TR("open until %s")),
               minute_text(hours->until.minute, clock));
    tell(telling, STYLE_DIM, text);
}

static void tell_quota(struct telling *telling, const struct quota_now *quota, int32_t today)
{
    char text[SHOW_TEXT];
    if (quota->left > 0)
        str_format(text, sizeof text, tr(telling->ui->lang, TR("%d of %d numbers are left")), quota->left,
                   quota->count);
    else
        str_format(text, sizeof text, tr(telling->ui->lang, TR("all %d numbers are given")), quota->count);
    tell(telling, quota->left > 0 ? STYLE_DIM : STYLE_WARN | ATTR_BOLD, text);
    if (quota->left == 0)
        tell_next(telling, true, quota->again, quota->next, today);
}

int service_hours_view(const struct ui *ui, const struct json *service, const struct json *calendar,
                       struct frame *frame, struct rect area)
{
    struct telling telling = {ui, frame, area};
    struct hall_calendar hall;
    struct hours_now hours;
    struct quota_now quota;
    struct wall_time now = wall_now(ui);
    hall_calendar_read(calendar, &hall);
    bool has_hours = hours_read(service, &hall.calendar, now, &hours);
    bool has_quota = quota_read(service, &hall.calendar, json_get(service, "issued"), now, &quota);
    bool used_up = has_quota && quota.left == 0;
    if (has_hours && hours.open)
        tell_open(&telling, &hours, now.day);
    if (has_hours && !hours.open)
        tell(&telling, STYLE_WARN | ATTR_BOLD, tr(ui->lang, TR("closed now")));
    if (has_hours && !hours.open && !used_up)
        tell_next(&telling, false, hours.again, hours.next, now.day);
    if (used_up || (has_quota && (!has_hours || hours.open)))
        tell_quota(&telling, &quota, now.day);
    return area.h - telling.area.h;
}

/* --- a queue's own hours: its last ticket --- */

static bool read_numbers(const struct ui *ui, const struct json *queue, const struct json *calendar,
                         struct hours_now *hours)
{
    struct hall_calendar hall;
    hall_calendar_read(calendar, &hall);
    return hours_read(queue, &hall.calendar, wall_now(ui), hours);
}

int service_numbers_view(const struct ui *ui, const struct json *queue, const struct json *calendar,
                         struct frame *frame, struct rect area)
{
    struct telling telling = {ui, frame, area};
    struct hours_now hours;
    int32_t today = wall_now(ui).day;
    char text[SHOW_TEXT], clock[SHOW_TEXT];
    if (!read_numbers(ui, queue, calendar, &hours) ||
        (hours.open && (hours.until.minute < 0 || hours.until.day > today + 1)))
        return 0;
    if (hours.open) {
        str_format(text, sizeof text, tr(ui->lang, TR("last ticket: %s")),
                   minute_text(hours.until.minute, clock));
        tell(&telling, STYLE_DIM, text);
    } else {
        tell(&telling, STYLE_WARN | ATTR_BOLD, tr(ui->lang, TR("no numbers are given now")));
        tell_next(&telling, true, hours.again, hours.next, today);
    }
    return area.h - telling.area.h;
}

const char *service_numbers_next(const struct ui *ui, const struct json *queue, const struct json *calendar,
                                 char out[SHOW_TEXT])
{
    struct hours_now hours;
    char when[SHOW_TEXT];
    out[0] = '\0';
    if (read_numbers(ui, queue, calendar, &hours) && !hours.open && hours.again)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("numbers again: %s")),
                   when_text(ui, hours.next, wall_now(ui).day, when));
    return out;
}

void service_hours_add(struct buf *out, const struct ui *ui, const struct json *service)
{
    enum { WEEK = 7, MONDAY = 1 };
    const struct json *week = json_get(json_get(service, "hours"), "week");
    if (!json_is_object(week))
        return;
    buf_addf(out, "\n%s\n", tr(ui->lang, TR("Opening hours")));
    for (int i = 0; i < WEEK; i++) {
        int weekday = (MONDAY + i) % WEEK;
        const struct json *spans = json_get(week, hours_weekdays[weekday]);
        if (json_count(spans) == 0)
            continue;
        buf_addf(out, "- %s", weekday_name(ui, weekday));
        for (const struct json *span = json_first(spans); span; span = json_next(span))
            buf_addf(out, "%s %s", span == json_first(spans) ? "" : ",",
                     json_as_text(span) ? json_as_text(span) : "");
        buf_addc(out, '\n');
    }
}
