/* core/hall/training_free.c: when somebody who learns could act, and when not: because a trainer worked at their counter or had
 * stopped their screen, or because the line, a fast network or the power was away. Nobody is blamed for what they did not
 * do then, and the account of a counter that a trainer had not for what was done. */
#include "core/hall/training_inside.h"

static const char taken[] = "taken", stopped[] = "stopped";

/* --- spans --- */

static void begin(struct json *person, const char *which, int64_t at_ms)
{
    struct json *one = json_new_array();
    json_add(one, json_new_int(at_ms));
    if (!json_get(person, which))
        json_set(person, which, json_new_array());
    json_add(json_edit(person, which), one);
}

static void end(struct json *person, const char *which, int64_t at_ms)
{
    struct json *list = json_edit(person, which), *last = NULL;
    size_t count = json_count(list);
    if (!count || json_count(json_at(list, count - 1)) > 1)
        return;
    last = json_take(list, json_at(list, count - 1));
    json_add(last, json_new_int(at_ms));
    json_add(list, last);
}

void training_taken_begin(struct json *person, int64_t at_ms, const struct actor *trainer,
                          const char *counter)
{
    json_set_text(person, "taken_by", trainer->name);
    json_set_text(person, "taken_user", trainer->user);
    json_set_text(person, "taken_counter", counter);
    begin(person, taken, at_ms);
}

void training_taken_end(struct json *person, int64_t at_ms)
{
    json_remove(person, "taken_by");
    json_remove(person, "taken_user");
    json_remove(person, "taken_counter");
    end(person, taken, at_ms);
}

void training_stop_begin(struct json *person, int64_t at_ms)
{
    begin(person, stopped, at_ms);
}

void training_stop_end(struct json *person, int64_t at_ms)
{
    end(person, stopped, at_ms);
}

/* --- asked afterwards --- */

static const struct json *spans_of(const struct training *t, const char *user, const char *which)
{
    return t ? json_get(json_get(t->people, user), which) : NULL;
}

/* Of that day, whatever an edited row says. */
static int64_t time_of(const struct training *t, const struct json *ms)
{
    int64_t at_ms = json_as_int(ms, 0);
    return t->demo.midnight_ms + (at_ms < INT32_MIN ? INT32_MIN : at_ms > INT32_MAX ? INT32_MAX : at_ms);
}

static int64_t begin_of(const struct training *t, const struct json *span)
{
    return time_of(t, json_at(span, 0));
}

/* INT64_MAX: it goes on. */
static int64_t end_of(const struct training *t, const struct json *span)
{
    return json_count(span) > 1 ? time_of(t, json_at(span, 1)) : INT64_MAX;
}

bool training_was_taken(const struct training *t, const char *user, int64_t from_ms, int64_t to_ms)
{
    const struct json *list = spans_of(t, user, taken);
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (begin_of(t, one) <= to_ms && end_of(t, one) >= from_ms)
            return true;
    return false;
}

int64_t training_taken_from(const struct training *t, const char *user, int64_t ms)
{
    int64_t first_ms = INT64_MAX;
    const struct json *list = spans_of(t, user, taken);
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (end_of(t, one) > ms && begin_of(t, one) < first_ms)
            first_ms = begin_of(t, one);
    return first_ms;
}

/* The end of the span if ms is in it, else ms; *until_ms is no later than its beginning, if that is to come. */
static int64_t past(int64_t ms, int64_t from_ms, int64_t end_ms, int64_t *until_ms)
{
    if (from_ms <= ms && end_ms > ms)
        return end_ms;
    if (from_ms > ms && from_ms < *until_ms)
        *until_ms = from_ms;
    return ms;
}

static int64_t past_all(const struct demo *d, const struct training *t, const char *user, int64_t ms,
                        int64_t *until_ms)
{
    static const char *const lists[] = {taken, stopped};
    for (int i = 0; i < d->cut_count; i++)
        ms = past(ms, d->midnight_ms + d->cuts[i].from_s * 1000, d->midnight_ms + d->cuts[i].until_s * 1000,
                  until_ms);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct json *list = spans_of(t, user, lists[i]);
        for (const struct json *one = json_first(list); one; one = json_next(one))
            ms = past(ms, begin_of(t, one), end_of(t, one), until_ms);
    }
    return ms;
}

int64_t training_free_from(const struct demo *demo, const struct training *training, const char *user,
                           int64_t ms, int64_t *until_ms)
{
    int64_t from_ms = ms;
    do { /* one span may lead into another */
        ms = from_ms;
        *until_ms = INT64_MAX;
        from_ms = past_all(demo, training, user, ms, until_ms);
    } while (from_ms != ms);
    return ms;
}

bool training_was_free(const struct demo *demo, const struct training *training, const char *user,
                       int64_t from_ms, int64_t to_ms)
{
    int64_t until_ms;
    return training_free_from(demo, training, user, from_ms, &until_ms) == from_ms && until_ms >= to_ms;
}
