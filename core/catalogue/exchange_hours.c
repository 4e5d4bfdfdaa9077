/* core/catalogue/exchange_hours.c: the hours of a week as schema.org writes them ("Mo 09:00-13:00"), and back, also where
 * others join days ("Mo-Fr 09:00-12:00,13:00-17:00"; "Mo,We 10:00-12:00"). */
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/exchange_inside.h"
#include "core/catalogue/hours.h"

/* A week begins on Monday there. */
static const struct {
    const char *own, *written;
} weekdays[] = {{"mon", "Mo"}, {"tue", "Tu"}, {"wed", "We"}, {"thu", "Th"},
                {"fri", "Fr"}, {"sat", "Sa"}, {"sun", "Su"}};
enum { WEEK = sizeof weekdays / sizeof *weekdays, DAY_W = 2, SPAN_W = 11 };

struct json *exchange_week_texts(const struct json *week)
{
    struct json *texts = json_new_array();
    for (size_t i = 0; i < WEEK; i++) {
        const struct json *day = json_get(week, weekdays[i].own);
        for (const struct json *span = json_first(day); span; span = json_next(span)) {
            const char *times = json_as_text(span);
            char *text = xasprintf("%s %s", weekdays[i].written, times ? times : "");
            json_add_text(texts, text);
            free(text);
        }
    }
    return texts;
}

static int weekday_of(const char *text)
{
    for (int i = 0; i < WEEK; i++)
        if (strncmp(text, weekdays[i].written, DAY_W) == 0)
            return i;
    return -1;
}

/* "Mo", "Mo-Fr", "Mo,We,Fr-Sa": a bit for each day. Moves *text behind it; 0: none of these. */
static unsigned read_days(const char **text)
{
    unsigned days = 0;
    for (;;) {
        int first = weekday_of(*text), last = first;
        if (first < 0)
            return 0;
        *text += DAY_W;
        if (**text == '-') {
            last = weekday_of(*text + 1);
            if (last < first)
                return 0;
            *text += 1 + DAY_W;
        }
        for (int day = first; day <= last; day++)
            days |= 1u << day;
        if (**text != ',')
            return days;
        (*text)++;
    }
}

static void add_span(struct json *week, unsigned days, const char *span)
{
    for (int i = 0; i < WEEK; i++) {
        if (!(days >> i & 1))
            continue;
        if (!json_get(week, weekdays[i].own))
            json_set(week, weekdays[i].own, json_new_array());
        json_add_text(json_edit(week, weekdays[i].own), span);
    }
}

static bool read_text(struct json *week, const char *text)
{
    char one[SPAN_W + 1];
    struct hours_span span;
    unsigned days = text ? read_days(&text) : 0;
    if (!days || *text != ' ')
        return false;
    do {
        str_format(one, sizeof one, "%.*s", SPAN_W, ++text);
        if (!hours_span_parse(one, &span))
            return false;
        add_span(week, days, one);
        text += SPAN_W;
    } while (*text == ',');
    return !*text;
}

struct json *exchange_week_of(const struct json *texts)
{
    struct json *week = json_new_object();
    bool whole = true;
    for (const struct json *text = json_first(texts); text && whole; text = json_next(text))
        whole = read_text(week, json_as_text(text));
    if (!whole || json_count(week) == 0)
        json_free(&week);
    return week;
}
