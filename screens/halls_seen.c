/* screens/halls_seen.c: see halls_seen.h. */
#include "screens/halls_seen.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

void seen_begin(struct seen *seen)
{
    *seen = (struct seen){0};
    memset(seen->series, -1, sizeof seen->series);
}

void seen_clear(struct seen *seen)
{
    free(seen->text);
    free(seen->tag);
    json_free(&seen->figures);
    seen_begin(seen);
}

/* --- what comes in --- */

static int64_t day_of(int64_t wall_ms)
{
    return time_day_start(wall_ms) / 1000;
}

static void note_waiting(struct seen *seen, int64_t wall_ms)
{
    int64_t day = day_of(wall_ms), slot = (wall_ms - time_day_start(wall_ms)) / SEEN_SLOT_MS;
    int64_t waiting = json_int(json_get(seen->figures, "now"), "waiting", 0);
    if (seen->day != day)
        memset(seen->series, -1, sizeof seen->series);
    seen->day = day;
    if (slot >= 0 && slot < SEEN_SLOTS)
        seen->series[slot] = (int16_t)(waiting > INT16_MAX ? INT16_MAX : waiting);
}

void seen_take(struct seen *seen, const struct many_answer *answer, int64_t wall_ms)
{
    seen->why = answer->why;
    seen->tried_ms = wall_ms;
    if (answer->why == MANY_NEW) {
        free(seen->text);
        free(seen->tag);
        json_free(&seen->figures);
        seen->text = xstrdup(answer->text);
        seen->tag = xstrdup(answer->tag);
        seen->figures = json_copy(answer->figures);
    } else if (answer->why != MANY_SAME || !seen->figures) {
        return;
    }
    seen->known_ms = wall_ms;
    seen->offset_ms = answer->date_ms ? answer->date_ms - wall_ms / 1000 * 1000 : 0;
    seen->unkept = true;
    note_waiting(seen, wall_ms);
}

/* --- the disk --- */

void seen_print_series(const struct seen *seen, struct buf *out)
{
    buf_addf(out, "%lld", (long long)seen->day);
    for (int i = 0; i < SEEN_SLOTS; i++)
        buf_addf(out, ",%d", seen->series[i]);
}

static void read_series(struct seen *seen, const char *text)
{
    char *end;
    seen->day = strtoll(text, &end, 10);
    for (int i = 0; i < SEEN_SLOTS && *end == ','; i++) {
        long value = strtol(end + 1, &end, 10);
        seen->series[i] = (int16_t)(value < -1 ? -1 : value > INT16_MAX ? INT16_MAX : value);
    }
}

void seen_recall(struct seen *seen, const char *text, const char *tag, int64_t known_ms, int64_t offset_ms,
                 const char *series)
{
    struct json *figures = NULL;
    seen_clear(seen);
    if (json_parse(text, strlen(text), &figures, NULL) != ERR_OK ||
        !json_is_object(json_get(figures, "now"))) {
        json_free(&figures);
        return;
    }
    seen->figures = figures;
    seen->text = xstrdup(text);
    seen->tag = xstrdup(tag);
    seen->known_ms = known_ms;
    seen->offset_ms = offset_ms;
    read_series(seen, series);
}

/* --- what goes out --- */

const char *seen_state(const struct seen *seen)
{
    if (!seen->tried_ms)
        return "first";
    return seen->why == MANY_NEW || seen->why == MANY_SAME ? "ok" : many_why_text(seen->why);
}

static void copy_flat(struct json *row, const struct json *from, const char *const names[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct json *value = json_get(from, names[i]);
        if (value && (json_is_number(value) || json_is_text(value) || json_is_bool(value)))
            json_set(row, names[i], json_copy(value));
    }
}

static void rename_flat(struct json *row, const struct json *figures, const char *pointer, const char *name)
{
    const struct json *value = json_pointer(figures, pointer);
    if (value && (json_is_number(value) || json_is_text(value)))
        json_set(row, name, json_copy(value));
}

#define COUNT(list) (sizeof list / sizeof *(list))

static void set_figures(struct json *row, const struct json *figures)
{
    static const char *const now[] = {"waiting",           "oldest_at",     "late",
                                      "waiting_in_hour",   "expected_min",  "served",
                                      "no_show",           "called",        "expected_low_min",
                                      "expected_high_min", "wait_mean_min", "wait_p90_min"};
    static const char *const hall[] = {"rev", "version", "store", "practice", "day", "opening", "disputes"};
    static const char *const pairs[][2] = {{"/now/levels/kept", "kept"},
                                           {"/now/levels/burning", "burning"},
                                           {"/now/levels/broken", "broken"},
                                           {"/now/counters/all", "counters"},
                                           {"/now/counters/open", "open"},
                                           {"/now/counters/paused", "paused"},
                                           {"/now/counters/unattended", "unattended"},
                                           {"/unsent/stations", "unsent_stations"},
                                           {"/unsent/records", "unsent"},
                                           {"/survey/index", "survey"},
                                           {"/survey/people", "survey_people"},
                                           {"/yesterday/served", "yesterday_served"},
                                           {"/yesterday/wait_mean_min", "yesterday_wait_mean_min"},
                                           {"/month/served", "month_served"},
                                           {"/month/wait_mean_min", "month_wait_mean_min"},
                                           {"/hall/code", "code"},
                                           {"/hall/timezone", "timezone"}};
    copy_flat(row, json_get(figures, "now"), now, COUNT(now));
    copy_flat(row, figures, hall, COUNT(hall));
    for (size_t i = 0; i < COUNT(pairs); i++)
        rename_flat(row, figures, pairs[i][0], pairs[i][1]);
}

struct json *seen_row(const struct seen *seen, int index, const char *url, const char *name,
                      const char *region)
{
    struct json *row = json_new_object();
    const struct json *own = json_pointer(seen->figures, "/hall/name");
    json_set_int(row, "hall", index);
    json_set_text(row, "url", url);
    if (*name || !own)
        json_set_text(row, "name", *name ? name : strstr(url, "//") ? strstr(url, "//") + 2 : url);
    else
        json_set(row, "name", json_copy(own));
    json_set_text(row, "region", region);
    json_set_text(row, "state", seen_state(seen));
    if (!seen->known_ms)
        return row;
    json_set_int(row, "known_ms", seen->known_ms);
    json_set_int(row, "offset_ms", seen->offset_ms);
    set_figures(row, seen->figures);
    return row;
}

struct json *seen_whole(const struct seen *seen, int index, const char *url, const char *name,
                        const char *region)
{
    struct json *row = seen_row(seen, index, url, name, region), *series = json_new_array();
    if (seen->figures)
        json_set(row, "figures", json_copy(seen->figures));
    for (int i = 0; i < SEEN_SLOTS; i++)
        json_add(series, seen->series[i] < 0 ? json_new_null() : json_new_int(seen->series[i]));
    json_set(row, "series", series);
    return row;
}
