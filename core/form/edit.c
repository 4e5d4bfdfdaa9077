/* core/form/edit.c: changed copies of JSON values, and the merge patch between two. Knows no schema. */
#include <stdlib.h>
#include <string.h>

#include "core/form/inside.h"
#include "core/form/pointer.h"

static struct json *edited_array(const struct json *node, const char *token, const char *rest,
                                 struct json *value)
{
    struct json *copy = json_new_array();
    bool append = strcmp(token, "-") == 0;
    size_t index = append ? json_count(node) : strtoul(token, NULL, 10), i = 0;
    for (const struct json *item = json_first(node); item; item = json_next(item), i++) {
        struct json *now = i == index ? form_edited(item, rest, value) : json_copy(item);
        if (now)
            json_add(copy, now);
    }
    if (index < i || !value)
        return copy;
    json_add(copy, form_edited(NULL, rest, value)); /* beyond the end: at the end */
    return copy;
}

static struct json *edited_object(const struct json *node, const char *token, const char *rest,
                                  struct json *value)
{
    struct json *copy = json_new_object();
    bool met = false;
    for (const struct json *member = json_first(node); member; member = json_next(member)) {
        bool here = strcmp(json_name(member), token) == 0;
        struct json *now = here ? form_edited(member, rest, value) : json_copy(member);
        met |= here;
        if (now)
            json_set(copy, json_name(member), now);
    }
    if (!met && value)
        json_set(copy, token, form_edited(NULL, rest, value));
    return copy;
}

struct json *form_edited(const struct json *node, const char *pointer, struct json *value)
{
    struct buf token = {0};
    if (!pointer_next(&pointer, &token)) {
        buf_free(&token);
        return value;
    }
    struct json *copy = json_is_array(node) ? edited_array(node, buf_text(&token), pointer, value)
                                            : edited_object(json_is_object(node) ? node : NULL,
                                                            buf_text(&token), pointer, value);
    buf_free(&token);
    return copy;
}

struct json *form_difference(const struct json *from, const struct json *to)
{
    struct json *patch = json_new_object();
    for (const struct json *old = json_first_member(from); old; old = json_next(old))
        if (!json_get(to, json_name(old)))
            json_set_null(patch, json_name(old));
    for (const struct json *now = json_first_member(to); now; now = json_next(now)) {
        const struct json *old = json_get(from, json_name(now));
        if (old && json_equal(old, now))
            continue;
        bool deeper = json_is_object(old) && json_is_object(now);
        json_set(patch, json_name(now), deeper ? form_difference(old, now) : json_copy(now));
    }
    return patch;
}
