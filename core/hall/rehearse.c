/* core/hall/rehearse.c: see rehearse.h. */
#include "core/hall/rehearse.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { NUMBER_TEXT = 24 };

struct rehearsal {
    enum rule_kind kind;
    int64_t now_ms;
    double average_min;
    int64_t desks;
    int max_run;
    struct candidate *candidates;
    int64_t *numbers;
    char (*texts)[NUMBER_TEXT];
    int count;
    struct rule_queue queues[RULE_QUEUES_MAX];
    int queue_count;
};

static void rehearsal_free(struct rehearsal *r)
{
    free(r->candidates);
    free(r->numbers);
    free(r->texts);
}

/* --- reading --- */

static enum err wrong(struct err_info *info, int entry, const char *member, const char *what)
{
    if (entry < 0)
        return err_set(info, ERR_INVALID, "\"%s\" must be %s.", member, what);
    return err_set(info, ERR_INVALID, "entries[%d]: \"%s\" must be %s.", entry, member, what);
}

/* Seconds since 1970; 0 where null or absent is allowed. */
static enum err read_time(const struct json *object, int entry, const char *member, bool needed,
                          int64_t *wall_ms, struct err_info *info)
{
    enum { SECONDS_MAX = INT32_MAX };
    const struct json *value = json_get(object, member);
    double seconds = json_as_number(value, 0);
    *wall_ms = (int64_t)llround(seconds * 1000);
    if (!needed && (!value || json_is_null(value)))
        return ERR_OK;
    if (json_is_number(value) && seconds >= 0 && seconds <= 4.0 * SECONDS_MAX)
        return ERR_OK;
    return wrong(info, entry, member, "a time in seconds since 1970");
}

static enum err read_int(const struct json *object, int entry, const char *member, int64_t min, int64_t max,
                         int64_t *value, struct err_info *info)
{
    const struct json *found = json_get(object, member);
    if (!found || json_is_null(found))
        return ERR_OK;
    *value = json_as_int(found, min - 1);
    if (json_is_integer(found) && *value >= min && *value <= max)
        return ERR_OK;
    char what[80];
    str_format(what, sizeof what, "a whole number from %" PRId64 " to %" PRId64, min, max);
    return wrong(info, entry, member, what);
}

static enum err read_queue(struct rehearsal *r, const struct json *entry, int at, const char **queue,
                           struct err_info *info)
{
    enum { WEIGHT_MAX = 1000 };
    int64_t weight = 1;
    const struct json *named = json_get(entry, "queue");
    *queue = json_as_text(named);
    if (!*queue)
        *queue = "";
    if (named && !json_is_null(named) && !json_is_text(named))
        return wrong(info, at, "queue", "a text");
    enum err err = read_int(entry, at, "weight", 1, WEIGHT_MAX, &weight, info);
    if (err != ERR_OK)
        return err;
    for (int i = 0; i < r->queue_count; i++)
        if (str_equal(r->queues[i].queue, *queue))
            return ERR_OK;
    if (r->queue_count == RULE_QUEUES_MAX)
        return err_set(info, ERR_INVALID, "entries[%d]: a counter has at most %d queues.", at,
                       RULE_QUEUES_MAX);
    r->queues[r->queue_count++] =
        (struct rule_queue){.queue = *queue, .kind = r->kind, .max_run = r->max_run, .weight = (int)weight};
    return ERR_OK;
}

static enum err read_kind(const struct json *entry, int at, bool *booked, struct err_info *info)
{
    const struct json *kind = json_get(entry, "kind");
    *booked = str_equal(json_as_text(kind), "booked");
    if (*booked || !kind || json_is_null(kind) || str_equal(json_as_text(kind), "walk_in"))
        return ERR_OK;
    return wrong(info, at, "kind", "\"booked\" or \"walk_in\"");
}

static enum err read_entry(struct rehearsal *r, const struct json *entry, int at, struct err_info *info)
{
    enum { PRIORITY_MAX = 1000 };
    int64_t arrived_ms = 0, last_call_ms = 0, priority = 0;
    const char *queue = "";
    bool booked = false;
    if (!json_is_integer(json_get(entry, "number")))
        return wrong(info, at, "number", "a whole number");
    enum err err = read_time(entry, at, "arrival", true, &arrived_ms, info);
    if (err == ERR_OK)
        err = read_time(entry, at, "last_call", false, &last_call_ms, info);
    if (err == ERR_OK)
        err = read_int(entry, at, "priority", 0, PRIORITY_MAX, &priority, info);
    if (err == ERR_OK)
        err = read_kind(entry, at, &booked, info);
    if (err == ERR_OK)
        err = read_queue(r, entry, at, &queue, info);
    if (err != ERR_OK)
        return err;
    r->numbers[at] = json_int(entry, "number", 0);
    str_format(r->texts[at], NUMBER_TEXT, "%" PRId64, r->numbers[at]);
    r->candidates[at] = (struct candidate){.number = r->texts[at],
                                           .queue = queue,
                                           .arrived_ms = arrived_ms,
                                           .booked_ms = booked ? arrived_ms : 0,
                                           .last_call_ms = last_call_ms,
                                           .priority = (int)priority};
    r->count = at + 1;
    return ERR_OK;
}

static enum err read_head(struct rehearsal *r, const struct json *queue, struct err_info *info)
{
    enum { DESKS_MAX = 10000, RUN_MAX = 1000 };
    int64_t max_run = RULE_MAX_RUN;
    const struct json *average = json_get(queue, "average_min");
    r->average_min = json_as_number(average, 0);
    r->desks = 1;
    if (!json_is_object(queue))
        return err_set(info, ERR_INVALID, "The queue must be one JSON object.");
    if (average && (!json_is_number(average) || !(r->average_min >= 0 && r->average_min <= 24 * 60)))
        return wrong(info, -1, "average_min", "minutes, from 0 to 1440");
    enum err err = read_time(queue, -1, "now", true, &r->now_ms, info);
    if (err == ERR_OK)
        err = read_int(queue, -1, "desks", 0, DESKS_MAX, &r->desks, info);
    if (err == ERR_OK)
        err = read_int(queue, -1, "max_run", 1, RUN_MAX, &max_run, info);
    r->max_run = (int)max_run;
    return err;
}

static enum err read_entries(struct rehearsal *r, const struct json *entries, struct err_info *info)
{
    size_t count = json_count(entries);
    if (!json_is_array(entries))
        return wrong(info, -1, "entries", "a list of people who wait");
    if (count > REHEARSE_ENTRIES_MAX)
        return err_set(info, ERR_INVALID, "\"entries\" holds more than %d people.", REHEARSE_ENTRIES_MAX);
    r->candidates = xcalloc(count + 1, sizeof *r->candidates);
    r->numbers = xcalloc(count + 1, sizeof *r->numbers);
    r->texts = xcalloc(count + 1, sizeof *r->texts);
    int at = 0;
    for (const struct json *entry = json_first(entries); entry; entry = json_next(entry)) {
        enum err err = read_entry(r, entry, at++, info);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

/* --- answering --- */

static void add_estimate(const struct rehearsal *r, int64_t number, int ahead, struct json *estimates)
{
    struct json *line = json_new_object();
    struct estimate estimate;
    json_set_int(line, "number", number);
    if (queue_estimate(ahead, r->average_min, r->desks, &estimate)) {
        json_set_int(line, "optimistic_min", estimate.optimistic_min);
        json_set_int(line, "expected_min", estimate.expected_min);
    } else {
        json_set_null(line, "optimistic_min"); /* no desk is open: nobody can say */
        json_set_null(line, "expected_min");
    }
    json_add(estimates, line);
}

static struct json *answer(const struct rehearsal *r)
{
    struct rule_state state = {0}, first = {0};
    const struct rule_desk desk = {.queues = r->queues, .queue_count = r->queue_count, .now_ms = r->now_ms};
    struct json *out = json_new_object(), *order = json_new_array(), *estimates = json_new_array();
    int *places = xcalloc((size_t)r->count + 1, sizeof *places);
    int next = rule_choose(&desk, &first, r->candidates, r->count, NULL);
    int placed = rule_order(&desk, &state, r->candidates, r->count, places);
    json_set(out, "next", next >= 0 ? json_new_int(r->numbers[next]) : json_new_null());
    for (int i = 0; i < placed; i++) {
        json_add(order, json_new_int(r->numbers[places[i]]));
        add_estimate(r, r->numbers[places[i]], i, estimates);
    }
    json_set(out, "order", order);
    json_set(out, "estimates", estimates);
    free(places);
    return out;
}

enum err rehearse(enum rule_kind kind, const struct json *queue, struct json **out, struct err_info *info)
{
    struct rehearsal r = {.kind = kind};
    *out = NULL;
    enum err err = read_head(&r, queue, info);
    if (err == ERR_OK)
        err = read_entries(&r, json_get(queue, "entries"), info);
    if (err == ERR_OK)
        *out = answer(&r);
    rehearsal_free(&r);
    return err;
}
