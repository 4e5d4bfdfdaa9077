/* core/command/queue_rules.c: what a supervisor does with queues: who serves them, who waits in them. By which rule is
 * queue_rule.c, at which hall queue_home.c. */
#include <string.h>

#include "core/command/queues.h"
#include "core/command/ticket_row.h"
#include "core/command/visit_row.h"

enum { WEIGHT_MAX = 100, MOVE_MAX = 1000, MOVE_SHOWN = 50 };

/* --- shared --- */

enum err queue_load(struct call *c, const char *member, struct json **row)
{
    const char *name;
    TRY(body_need(c, member, &name));
    TRY(load_named(c, TABLE_QUEUE, member, name, row));
    return need_agency(c, json_text(*row, "agency"));
}

enum err queue_done(struct call *c, struct json *row)
{
    TRY(save(c, TABLE_QUEUE, row));
    json_set(answer(c), "queue", json_copy(row));
    return ERR_OK;
}

/* --- queue.assign --- */

static bool assigned(const struct json *list, const char *queue)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (str_equal(json_text(one, "queue"), queue))
            return true;
    return false;
}

/* {"queue","weight"}, or the queue's name alone for a weight of 1. */
static enum err assign_one(struct call *c, const struct json *wanted, struct json *list)
{
    struct json *row;
    const char *name = json_as_text(wanted) ? json_as_text(wanted) : json_text(wanted, "queue");
    const struct json *weight = json_get(wanted, "weight");
    int64_t share = weight && !json_is_null(weight) ? json_as_int(weight, 0) : 1;
    if (str_empty(name))
        return refuse(c, "invalid_body", "queues",
                      "Each of \"queues\" names its queue. Nothing was changed.");
    if (share < 1 || share > WEIGHT_MAX)
        return refuse(c, "invalid_weight", "queues",
                      "The weight of queue %.40s must be 1 to %d. Nothing was changed.", name, WEIGHT_MAX);
    TRY(load_named(c, TABLE_QUEUE, "queues", name, &row));
    if (assigned(list, row_id(row)))
        return refuse(c, "invalid_body", "queues", "Queue %.40s is named twice. Nothing was changed.", name);
    struct json *one = json_new_object();
    json_set_text(one, "queue", row_id(row));
    json_set_int(one, "weight", share);
    json_add(list, one);
    return ERR_OK;
}

enum err queue_assign(struct call *c)
{
    const char *name;
    const struct json *wanted;
    struct json *counter, *list = keep(c, json_new_array());
    TRY(body_need(c, "counter", &name));
    TRY(load_named(c, TABLE_COUNTER, "counter", name, &counter));
    TRY(need_agency(c, json_text(counter, "agency")));
    TRY(body_array(c, "queues", &wanted));
    if (!wanted)
        return refuse(c, "invalid_body", "queues",
                      "\"queues\" is missing: name the queues, or an empty list. Nothing was changed.");
    if (json_count(wanted) > RULE_QUEUES_MAX)
        return refuse(c, "too_many_queues", "queues", "A counter serves %d queues at most. Leave some out.",
                      RULE_QUEUES_MAX);
    for (const struct json *one = json_first(wanted); one; one = json_next(one))
        TRY(assign_one(c, one, list));
    json_set(counter, "queues", json_copy(list));
    json_remove(counter, "deficit"); /* shares start anew */
    json_remove(counter, "turn");
    TRY(save(c, TABLE_COUNTER, counter));
    json_set(answer(c), "counter", json_copy(counter));
    return ERR_OK;
}

/* --- queue.move --- */

struct move {
    struct json *from, *to;
    const struct json *filter, *tickets; /* tickets: named ones, a member of filter */
    const char *service, *channel, *priority;
    int64_t arrived_before_ms; /* -1 any */
    int64_t limit;
};

static enum err read_move(struct call *c, struct move *move)
{
    TRY(queue_load(c, "from", &move->from));
    TRY(queue_load(c, "to", &move->to));
    if (str_equal(row_id(move->from), row_id(move->to)))
        return refuse(c, "same_queue", "to", "Both are queue %s. Choose another queue to move people to.",
                      json_text_or(move->to, "code", row_id(move->to)));
    TRY(body_object(c, "filter", &move->filter));
    move->service = json_text(move->filter, "service");
    move->channel = json_text(move->filter, "channel");
    move->priority = json_text(move->filter, "priority");
    move->arrived_before_ms = row_time(move->filter, "arrived_before");
    move->limit = json_int(move->filter, "limit", MOVE_MAX);
    move->tickets = json_get(move->filter, "tickets");
    if (move->tickets && !json_is_array(move->tickets))
        return refuse(c, "invalid_body", "filter", "\"tickets\" in the filter is a list of tickets.");
    if (move->limit < 1 || move->limit > MOVE_MAX)
        move->limit = MOVE_MAX;
    return ERR_OK;
}

static bool fits(const struct move *move, const struct json *row)
{
    if (ticket_is_away(row)) /* it went along with a bus, which may have called it by now */
        return false;
    if (move->service && !str_equal(move->service, json_text(row, "service")))
        return false;
    if (move->channel && !str_equal(move->channel, json_text(row, "channel")))
        return false;
    if (move->priority && !str_equal(move->priority, json_text(json_get(row, "priority"), "code")))
        return false;
    if (move->arrived_before_ms >= 0 && row_time(row, "arrived_at") >= move->arrived_before_ms)
        return false;
    return !move->tickets || json_has_text(move->tickets, row_id(row)) ||
           json_has_text(move->tickets, json_text_or(row, "number", ""));
}

static enum err waiting_rows(struct call *c, const struct json *queue, struct json *rows)
{
    static const char sql_waiting[] = "SELECT row, arrived_at, number FROM tickets WHERE queue = $1"
                                      " AND state = 'waiting' AND arrived_at > '' ORDER BY arrived_at, "
                                      "number LIMIT $2"; /* tickets_arrival */
    struct stmt *s = tx_list(c->tx, sql_waiting, TABLE_TICKET, "queue", row_id(queue));
    db_bind_int(s, 2, QUEUE_COUNT_MAX);
    return rows_collect(s, rows);
}

/* Numbers, arrivals and places stay: who is moved keeps the place that they have earned. */
static enum err move_one(struct call *c, const struct json *found, const struct move *move)
{
    struct json *row;
    TRY(load(c, TABLE_TICKET, "filter", row_id(found), &row));
    json_set_text(row, "queue", row_id(move->to));
    visit_moved(row);
    json_set_null(row, "before"); /* an undo would lead into the old queue */
    row_stamp(c, row, "move");
    return save(c, TABLE_TICKET, row);
}

static void show_moved(const struct json *row, struct json *shown)
{
    if (json_count(shown) >= MOVE_SHOWN)
        return;
    struct json *one = json_new_object();
    json_set_text(one, "id", row_id(row));
    json_set_text(one, "number", json_text(row, "number"));
    json_set_text(one, "arrived_at", json_text(row, "arrived_at"));
    json_add(shown, one);
}

/* {"queue","waiting","waiting_after","estimate_min","estimate_min_after"} of one side. */
static enum err side(struct call *c, const struct json *queue, int64_t change, const char *name)
{
    int64_t ahead, minutes[2], desk_minutes;
    struct json *json = json_new_object();
    json_set(answer(c), name, json);
    TRY(queue_promise(c, row_id(queue), 0, &ahead, minutes));
    desk_minutes = ahead + 1 > 0 ? minutes[1] * (ahead + 1 + change) / (ahead + 1) : 0;
    json_set_text(json, "queue", row_id(queue));
    json_set_int(json, "waiting", ahead);
    json_set_int(json, "waiting_after", ahead + change);
    json_set_int(json, "wait_min", minutes[1]);
    json_set_int(json, "wait_min_after", desk_minutes);
    return ERR_OK;
}

enum err queue_move(struct call *c)
{
    struct move move = {0};
    bool preview;
    int64_t count = 0;
    struct json *rows = keep(c, json_new_array()), *moved = keep(c, json_new_array()),
                *shown = json_new_array();
    json_set(answer(c), "tickets", shown);
    TRY(body_bool(c, "preview", &preview));
    TRY(read_move(c, &move));
    TRY(queue_need_here(c, move.to, "to"));
    TRY(waiting_rows(c, move.from, rows));
    for (const struct json *row = json_first(rows); row && count < move.limit; row = json_next(row)) {
        if (!fits(&move, row))
            continue;
        count++;
        show_moved(row, shown);
        json_add(moved, json_copy(row));
    }
    TRY(side(c, move.from, -count, "from"));
    TRY(side(c, move.to, count, "to"));
    for (const struct json *row = json_first(moved); row && !preview; row = json_next(row))
        TRY(move_one(c, row, &move));
    json_set_int(answer(c), "moved", count);
    json_set_bool(answer(c), "preview", preview);
    return ERR_OK;
}
