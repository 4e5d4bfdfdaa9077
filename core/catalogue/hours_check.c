/* core/catalogue/hours_check.c: what is wrong with a service's hours and quota, for its author. */
#include <string.h>

#include "core/base/str.h"
#include "core/catalogue/hours.h"
#include "core/form/pointer.h"

enum { QUOTA_MAX = 100000 };

struct checking {
    struct form_findings *findings;
    struct buf path; /* of what is looked at */
};

static void broken(struct checking *checking, const char *text)
{
    form_findings_add(checking->findings, FORM_BROKEN, buf_text(&checking->path), "%s", text);
}

static void broken_member(struct checking *checking, const char *member, const char *text)
{
    size_t length = checking->path.length;
    pointer_add(&checking->path, member);
    broken(checking, text);
    pointer_cut(&checking->path, length);
}

/* A member that is none of known, nor somebody's own "x-…". */
static void need_known(struct checking *checking, const struct json *object, const char *const *known,
                       const char *text)
{
    for (const struct json *one = json_first_member(object); one; one = json_next(one)) {
        bool is_known = str_starts(json_name(one), "x-");
        for (const char *const *name = known; *name; name++)
            is_known = is_known || strcmp(*name, json_name(one)) == 0;
        if (!is_known)
            broken_member(checking, json_name(one), text);
    }
}

/* --- hours --- */

static void check_span(struct checking *checking, const struct json *list, const struct json *one)
{
    struct hours_span span, other;
    const char *text = json_as_text(one);
    if (!hours_span_parse(text, &span)) {
        broken(checking,
               span.from >= 0 && span.until >= 0
                   ? "This ends before it begins. What goes past midnight is written in two parts: "
                     "one until 24:00, one from 00:00 on the next day."
                   : "Write it as \"09:00-13:00\", with two digits each; 24:00 is the end of the day.");
        return;
    }
    for (const struct json *before = json_first(list); before != one; before = json_next(before)) {
        if (!hours_span_parse(json_as_text(before), &other) || span.from >= other.until ||
            other.from >= span.until)
            continue;
        form_findings_add(checking->findings, FORM_BROKEN, buf_text(&checking->path),
                          "This overlaps with %s of the same day: make one of the two.",
                          json_as_text(before));
        return;
    }
}

static void check_spans(struct checking *checking, const struct json *list)
{
    size_t length = checking->path.length, i = 0;
    if (!json_is_array(list)) {
        broken(checking,
               "This must be a list of times, such as [\"09:00-13:00\"]; an empty list is a closed day.");
        return;
    }
    if (json_count(list) > HOURS_SPANS_MAX)
        broken(checking, "A day has at most 8 times: make one of those that follow each other.");
    for (const struct json *one = json_first(list); one; one = json_next(one), i++) {
        pointer_add_index(&checking->path, i);
        check_span(checking, list, one);
        pointer_cut(&checking->path, length);
    }
}

static bool is_weekday(const char *name)
{
    for (size_t i = 0; i < sizeof hours_weekdays / sizeof *hours_weekdays; i++)
        if (strcmp(name, hours_weekdays[i]) == 0)
            return true;
    return false;
}

static bool is_date(const char *name)
{
    int32_t day;
    return day_parse(name, &day);
}

/* The members of week or dates: days that are named so, each with its times. */
static void check_days(struct checking *checking, const struct json *hours, const char *member,
                       bool (*is_day)(const char *name), const char *otherwise)
{
    const struct json *days = json_get(hours, member);
    size_t length = checking->path.length;
    if (!days)
        return;
    pointer_add(&checking->path, member);
    size_t inner = checking->path.length;
    if (!json_is_object(days))
        broken(checking, "This must be an object with a list of times for each day.");
    else if (json_count(days) > HOURS_DATES_MAX)
        broken(checking, "There are more dates than a year has days: remove those that are over.");
    for (const struct json *one = json_first_member(days); one; one = json_next(one)) {
        pointer_add(&checking->path, json_name(one));
        if (is_day(json_name(one)))
            check_spans(checking, one);
        else
            broken(checking, otherwise);
        pointer_cut(&checking->path, inner);
    }
    pointer_cut(&checking->path, length);
}

/* A week without a single time is a service that nobody can ask for. */
static bool is_never(const struct json *week)
{
    for (const struct json *day = json_first(week); day; day = json_next(day))
        if (!json_is_array(day) || json_count(day) > 0)
            return false;
    return json_is_object(week);
}

static void check_hours(struct checking *checking, const struct json *hours)
{
    static const char *const known[] = {"week", "dates", NULL};
    if (!json_is_object(hours)) {
        broken(checking, "This must be an object with \"week\", \"dates\" or both.");
        return;
    }
    need_known(checking, hours, known,
               "Hours have \"week\" and \"dates\"; a day stands in one of them. Call what is your own x-….");
    check_days(checking, hours, "week", is_weekday,
               "There is no such weekday: write mon, tue, wed, thu, fri, sat or sun.");
    check_days(checking, hours, "dates", is_date, "This must be a date that exists, as YYYY-MM-DD.");
    if (is_never(json_get(hours, "week")))
        broken_member(checking, "week",
                      "No day has a time, so the service is never open. Name one, or leave \"week\" out.");
}

/* --- quota --- */

static bool is_number(const struct json *count)
{
    int64_t number = json_is_integer(count) ? json_as_int(count, 0) : 0;
    return number >= 1 && number <= QUOTA_MAX;
}

static bool read_slot_span(const struct json *slot, struct hours_span *span)
{
    char text[16];
    bool fits = str_format(text, sizeof text, "%s-%s", json_text_or(slot, "from", ""),
                           json_text_or(slot, "until", ""));
    *span = (struct hours_span){.from = -1, .until = -1};
    return fits && hours_span_parse(text, span);
}

static void check_slot(struct checking *checking, const struct json *list, const struct json *slot)
{
    static const char *const known[] = {"from", "until", "count", NULL};
    struct hours_span span, other;
    need_known(checking, slot, known,
               "A slot has \"from\", \"until\" and \"count\". Call what is your own x-….");
    if (!is_number(json_get(slot, "count")))
        broken_member(checking, "count", "This must be a number from 1 to 100000.");
    if (!read_slot_span(slot, &span)) {
        broken_member(checking, span.from < 0 ? "from" : "until",
                      span.from >= 0 && span.until >= 0
                          ? "This slot ends before it begins."
                          : "Write the time as \"09:00\"; 24:00 is the end of the day.");
        return;
    }
    for (const struct json *before = json_first(list); before != slot; before = json_next(before)) {
        if (!read_slot_span(before, &other) || span.from >= other.until || other.from >= span.until)
            continue;
        broken_member(checking, "from", "This slot overlaps with one before it: a number counts once.");
        return;
    }
}

static void check_slots(struct checking *checking, const struct json *list)
{
    size_t i = 0;
    pointer_add(&checking->path, "slots");
    size_t length = checking->path.length;
    if (!json_is_array(list) || json_count(list) == 0 || json_count(list) > QUOTA_SLOTS_MAX)
        broken(checking, "This must be a list of 1 to 48 slots.");
    for (const struct json *one = json_is_array(list) ? json_first(list) : NULL; one;
         one = json_next(one), i++) {
        pointer_add_index(&checking->path, i);
        check_slot(checking, list, one);
        pointer_cut(&checking->path, length);
    }
}

static void check_quota(struct checking *checking, const struct json *quota)
{
    static const char *const known[] = {"day", "slots", "binding", NULL};
    const struct json *day = json_get(quota, "day"), *slots = json_get(quota, "slots");
    if (!json_is_object(quota) || (!day && !slots)) {
        broken(checking, "A quota has \"day\", \"slots\" or both, such as {\"day\":40}; leave it out where "
                         "there is none.");
        return;
    }
    need_known(checking, quota, known,
               "A quota has \"day\", \"slots\" and \"binding\". Call what is your own x-….");
    if (day && !is_number(day))
        broken_member(checking, "day", "This must be a number from 1 to 100000.");
    if (slots)
        check_slots(checking, slots);
    if (json_get(quota, "binding") && !json_is_bool(json_get(quota, "binding")))
        broken_member(checking, "binding",
                      "This is true when no number is given beyond the quota, else false.");
}

void hours_check(const struct json *service, struct form_findings *findings)
{
    static const struct {
        const char *member;
        void (*check)(struct checking *checking, const struct json *value);
    } parts[] = {{"hours", check_hours}, {"quota", check_quota}};
    struct checking checking = {.findings = findings};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const struct json *value = json_get(service, parts[i].member);
        pointer_cut(&checking.path, 0);
        pointer_add(&checking.path, parts[i].member);
        if (value)
            parts[i].check(&checking, value);
    }
    buf_free(&checking.path);
}
