/* core/command/queue_rules.c: what a supervisor does with queues: who serves them, who waits in them. By which rule is
 * queue_rule.c, at which hall queue_home.c; several at once, for a time and with a way back is hall_move.c. */
#include <string.h>

#include "core/command/moves.h"
#include "core/command/queues.h"
#include "core/command/ticket_row.h"

enum { MOVE_SHOWN = 50 };

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
    TRY(assignment_read(c, "queues", wanted, list));
    assignment_put(c, counter, list, NULL, -1);
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
    move->limit = json_int(move->filter, "limit", MOVE_TICKETS_MAX);
    move->tickets = json_get(move->filter, "tickets");
    if (move->tickets && !json_is_array(move->tickets))
        return refuse(c, "invalid_body", "filter", "\"tickets\" in the filter is a list of tickets.");
    if (move->limit < 1 || move->limit > MOVE_TICKETS_MAX)
        move->limit = MOVE_TICKETS_MAX;
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
    TRY(move_waiting(c, row_id(move.from), rows));
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
        TRY(move_ticket(c, row_id(row), row_id(move.to), NULL));
    json_set_int(answer(c), "moved", count);
    json_set_bool(answer(c), "preview", preview);
    return ERR_OK;
}
