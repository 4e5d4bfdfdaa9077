/* screens/desk_break.c: the break that the hall's day has now or soon (core/catalogue/breaks.h), offered to whoever goes on one.
 * Draws nothing and sends nothing. */
#include "core/catalogue/breaks.h"

#include <string.h>

#include "screens/desk.h"
#include "screens/show.h"

enum { HOUR_MIN = 60, MINUTE_MS = 60 * 1000 };

static struct wall_time wall_now(int64_t now_ms)
{
    struct wall_time now = {0, 0};
    char date[DATE_TEXT];
    struct tm local;
    time_date(now_ms, date);
    time_local(now_ms, &local);
    day_parse(date, &now.day);
    now.minute = HOUR_MIN * local.tm_hour + local.tm_min;
    return now;
}

/* "Lunch, until 14:00", taken by Enter; the answer is "REASON UNTIL". */
void desk_offer_break(const struct desk *desk, const struct ui *ui, struct json *question)
{
    struct day_break near;
    char at[TIME_TEXT], label[SHOW_TEXT], clock[SHOW_TEXT], value[SHOW_TEXT];
    if (!break_near(json_get(desk->data, "hall"), wall_now(ui->now_ms), &near))
        return;
    const char *reason = json_text_or(near.row, "reason", "break"),
               *name = show_name(ui, json_get(near.row, "name"));
    time_text(time_day_start(ui->now_ms) + (int64_t)near.until * MINUTE_MS, at);
    str_format(label, sizeof label, tr(ui->lang, TR("%s, until %s")),
               *name ? name : show_pause_reason(ui, reason), show_clock(at, clock));
    str_format(value, sizeof value, "%s %s", reason, at);
    question_choice(question, "Enter", label, value, NULL);
}

const char *desk_offered_until(const char *answer)
{
    const char *space = strchr(answer, ' ');
    return space ? space + 1 : NULL;
}
