/* core/command/assignment.c: which queues a counter serves, and how that came to be. See moves.h for the members of the
 * row. Reads the queues that are named; saves nothing. */
#include "core/command/moves.h"
#include "core/model/rule.h"

enum {
    WEIGHT_MAX = 100,
    LAYERS_MAX = 8, /* assignments on top of each other that are remembered */
};

/* --- as they are named --- */

static bool is_named(const struct json *list, const char *queue)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (str_equal(json_text(one, "queue"), queue))
            return true;
    return false;
}

/* {"queue","weight"}, or the queue's name alone for a weight of 1. */
static enum err read_one(struct call *c, const char *field, const struct json *wanted, struct json *list)
{
    struct json *row;
    const char *name = json_as_text(wanted) ? json_as_text(wanted) : json_text(wanted, "queue");
    const struct json *weight = json_get(wanted, "weight");
    int64_t share = weight && !json_is_null(weight) ? json_as_int(weight, 0) : 1;
    if (str_empty(name))
        return refuse(c, "invalid_body", field, "Each of \"%s\" names its queue. Nothing was changed.",
                      field);
    if (share < 1 || share > WEIGHT_MAX)
        return refuse(c, "invalid_weight", field,
                      "The weight of queue %.40s must be 1 to %d. Nothing was changed.", name, WEIGHT_MAX);
    TRY(load_named(c, TABLE_QUEUE, field, name, &row));
    if (is_named(list, row_id(row)))
        return refuse(c, "invalid_body", field, "Queue %.40s is named twice. Nothing was changed.", name);
    struct json *one = json_new_object();
    json_set_text(one, "queue", row_id(row));
    json_set_int(one, "weight", share);
    json_add(list, one);
    return ERR_OK;
}

enum err assignment_read(struct call *c, const char *field, const struct json *wanted, struct json *list)
{
    if (json_count(wanted) > RULE_QUEUES_MAX)
        return refuse(c, "too_many_queues", field, "A counter serves %d queues at most. Leave some out.",
                      RULE_QUEUES_MAX);
    for (const struct json *one = json_first(wanted); one; one = json_next(one))
        TRY(read_one(c, field, one, list));
    return ERR_OK;
}

bool assignment_same(const struct json *a, const struct json *b)
{
    const struct json *x = json_first(a), *y = json_first(b);
    for (; x && y; x = json_next(x), y = json_next(y))
        if (!str_equal(json_text(x, "queue"), json_text(y, "queue")) ||
            json_int(x, "weight", 1) != json_int(y, "weight", 1))
            return false;
    return !x && !y;
}

/* --- layers --- */

static struct json *below(struct json *layer)
{
    struct json *before = json_edit(layer, "before"), *under = before ? json_edit(before, "assigned") : NULL;
    return json_is_object(under) ? under : NULL;
}

/* What lies too deep can no longer come back. One for good under another stays: when that one is taken back, it can be. */
static void shorten(struct json *top)
{
    struct json *under = below(top);
    for (int deep = 1; under; deep++, under = below(under))
        if (deep >= LAYERS_MAX)
            json_remove(under, "before");
}

static void start_shares_anew(struct json *counter)
{
    json_remove(counter, "deficit");
    json_remove(counter, "turn");
}

void assignment_put(struct call *c, struct json *counter, const struct json *queues, const char *move,
                    int64_t until_ms)
{
    const struct json *had = json_get(counter, "queues"), *was = json_get(counter, "assigned");
    struct json *assigned = json_new_object(), *before = json_new_object();
    json_set_text(assigned, "move", move);
    json_set_text(assigned, "by", c->actor->user);
    json_set_text(assigned, "by_name", user_name(c, c->actor->user));
    row_set_time(assigned, "at", c->at_ms);
    row_set_time(assigned, "until", until_ms);
    json_set_int(assigned, "rev", c->tx->rev);
    json_set(before, "queues", had ? json_copy(had) : json_new_array());
    json_set(before, "assigned", was ? json_copy(was) : json_new_null());
    json_set(assigned, "before", before);
    shorten(assigned);
    json_set(counter, "queues", json_copy(queues));
    json_set(counter, "assigned", assigned);
    start_shares_anew(counter);
}

static struct json *find_layer(struct json *counter, const char *move, struct json **above)
{
    struct json *layer = json_edit(counter, "assigned");
    *above = NULL;
    while (json_is_object(layer) && !str_equal(json_text(layer, "move"), move)) {
        *above = layer;
        layer = below(layer);
    }
    return json_is_object(layer) && json_is_object(json_get(layer, "before")) ? layer : NULL;
}

enum assignment_place assignment_place(const struct json *counter, const char *move)
{
    struct json *copy = json_copy(counter), *above;
    bool there = find_layer(copy, move, &above) != NULL;
    json_free(&copy);
    return !there ? ASSIGNMENT_ABSENT : above ? ASSIGNMENT_BELOW : ASSIGNMENT_TOP;
}

enum assignment_place assignment_take_out(struct json *counter, const char *move)
{
    struct json *above, *layer = find_layer(counter, move, &above);
    if (!layer)
        return ASSIGNMENT_ABSENT;
    struct json *before = json_copy(json_get(layer, "before"));
    if (above) {
        json_set(above, "before", before);
        return ASSIGNMENT_BELOW;
    }
    const struct json *was = json_get(before, "assigned");
    json_set(counter, "queues", json_copy(json_get(before, "queues")));
    if (json_is_object(was))
        json_set(counter, "assigned", json_copy(was));
    else
        json_remove(counter, "assigned");
    json_free(&before);
    start_shares_anew(counter);
    return ASSIGNMENT_TOP;
}

int64_t assignment_rev(const struct json *counter)
{
    return json_int(json_get(counter, "assigned"), "rev", 0);
}
