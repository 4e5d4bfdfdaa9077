/* core/hall/training_taken.c: when a trainer worked at somebody's counter: what was done there then is not theirs. */
#include "core/hall/training_inside.h"

void training_taken_begin(struct json *person, int64_t at_ms)
{
    struct json *one = json_new_array();
    json_add(one, json_new_int(at_ms));
    if (!json_get(person, "taken"))
        json_set(person, "taken", json_new_array());
    json_add(json_edit(person, "taken"), one);
}

void training_taken_end(struct json *person, int64_t at_ms)
{
    struct json *list = json_edit(person, "taken"), *before = NULL;
    size_t count = json_count(list);
    if (!count)
        return;
    before = json_take(list, json_at(list, count - 1));
    json_add(before, json_new_int(at_ms));
    json_add(list, before);
}

bool training_was_taken(const struct training *t, const char *user, int64_t from_ms, int64_t to_ms)
{
    const struct json *list = t ? json_get(json_get(t->people, user), "taken") : NULL;
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        int64_t begin_ms = json_as_int(json_at(one, 0), 0), end_ms = json_as_int(json_at(one, 1), INT32_MAX);
        if (t->demo.midnight_ms + begin_ms <= to_ms && t->demo.midnight_ms + end_ms >= from_ms)
            return true;
    }
    return false;
}
