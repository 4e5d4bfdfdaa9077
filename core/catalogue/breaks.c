/* core/catalogue/breaks.c: see breaks.h. Knows no clock and no zone. */
#include "core/catalogue/breaks.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

static bool read_break(const struct json *row, struct day_break *out)
{
    struct hours_span span;
    char text[16];
    bool fits =
        str_format(text, sizeof text, "%s-%s", json_text_or(row, "from", ""), json_text_or(row, "until", ""));
    if (!fits || !hours_span_parse(text, &span))
        return false;
    *out = (struct day_break){row, span.from, span.until};
    return true;
}

bool break_near(const struct json *hall, struct wall_time now, struct day_break *out)
{
    const char *weekday = hours_weekdays[day_weekday(now.day)];
    const struct json *list = json_get(hall, "breaks");
    for (const struct json *row = json_is_array(list) ? json_first(list) : NULL; row; row = json_next(row))
        if (json_has_text(json_get(row, "days"), weekday) && read_break(row, out) &&
            now.minute >= out->from - BREAK_AHEAD_MIN && now.minute < out->until)
            return true;
    return false;
}

/* --- what is wrong with them --- */

static bool is_weekday(const char *name)
{
    for (size_t i = 0; name && i < sizeof hours_weekdays / sizeof *hours_weekdays; i++)
        if (strcmp(name, hours_weekdays[i]) == 0)
            return true;
    return false;
}

static void broken(struct form_findings *findings, size_t i, const char *member, const char *text)
{
    char *pointer = xasprintf("/breaks/%zu%s%s", i, *member ? "/" : "", member);
    form_findings_add(findings, FORM_BROKEN, pointer, "%s", text);
    free(pointer);
}

static void check_break(struct form_findings *findings, const struct json *row, size_t i)
{
    struct day_break read;
    const struct json *days = json_get(row, "days");
    if (!read_break(row, &read))
        broken(findings, i, "from", "Write from and until as \"13:00\", the beginning before the end.");
    if (str_empty(json_text(row, "reason")))
        broken(findings, i, "reason", "This must be a reason of a break, such as meal or prayer.");
    if (json_count(days) == 0)
        broken(findings, i, "days", "This must be a list of weekdays.");
    for (const struct json *day = json_is_array(days) ? json_first(days) : NULL; day; day = json_next(day))
        if (!is_weekday(json_as_text(day)))
            broken(findings, i, "days",
                   "There is no such weekday: write mon, tue, wed, thu, fri, sat or sun.");
}

void breaks_check(const struct json *pack, struct form_findings *findings)
{
    const struct json *list = json_get(pack, "breaks");
    size_t i = 0;
    if (list && !json_is_array(list))
        form_findings_add(findings, FORM_BROKEN, "/breaks", "This must be a list of breaks.");
    for (const struct json *row = json_is_array(list) ? json_first(list) : NULL; row; row = json_next(row))
        check_break(findings, row, i++);
}
