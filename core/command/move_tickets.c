/* core/command/move_tickets.c: people who wait are moved to another queue, one row at a time, and back. See moves.h. */
#include "core/command/moves.h"
#include "core/command/queues.h"
#include "core/command/visit_row.h"

enum err move_waiting(struct call *c, const char *queue, struct json *rows)
{
    static const char sql_waiting[] = "SELECT row, arrived_at, number FROM tickets WHERE queue = $1"
                                      " AND state = 'waiting' AND arrived_at > '' ORDER BY arrived_at, "
                                      "number LIMIT $2"; /* tickets_arrival */
    struct stmt *s = tx_list(c->tx, sql_waiting, TABLE_TICKET, "queue", queue);
    db_bind_int(s, 2, QUEUE_COUNT_MAX);
    return rows_collect(s, rows);
}

/* Members that a move changes beside the queue: whoever was sent to a counter or a person waits for anyone now. */
static const char *const sent[] = {"counter", "user"};
enum { SENT = sizeof sent / sizeof *sent };

static void remember(struct call *c, struct json *row, const char *move)
{
    struct json *moved = json_new_object(), *visit = visit_kept(row);
    json_set_text(moved, "move", move);
    json_set_text(moved, "by", c->actor->user);
    json_set_text(moved, "by_name", user_name(c, c->actor->user));
    row_set_time(moved, "at", c->at_ms);
    json_set_text(moved, "queue", json_text(row, "queue"));
    for (size_t i = 0; i < SENT; i++)
        if (!str_empty(json_text(row, sent[i])))
            json_set_text(moved, sent[i], json_text(row, sent[i]));
    if (visit)
        json_set(moved, "visit", visit);
    json_set(row, "moved", moved);
}

enum err move_ticket(struct call *c, const char *ticket, const char *to, const char *move)
{
    struct json *row;
    TRY(load(c, TABLE_TICKET, "filter", ticket, &row));
    remember(c, row, move);
    json_set_text(row, "queue", to);
    for (size_t i = 0; i < SENT; i++)
        if (move)
            json_set_null(row, sent[i]);
    visit_moved(row);
    json_set_null(row, "before"); /* an undo would lead into the old queue */
    row_stamp(c, row, "move");
    return save(c, TABLE_TICKET, row);
}

enum err move_ticket_back(struct call *c, struct json *row)
{
    struct json *moved = keep(c, json_copy(json_get(row, "moved")));
    json_set_text(row, "queue", json_text(moved, "queue"));
    for (size_t i = 0; i < SENT; i++)
        if (json_text(moved, sent[i]))
            json_set_text(row, sent[i], json_text(moved, sent[i]));
    if (json_get(moved, "visit"))
        visit_restore(row, json_get(moved, "visit"));
    else
        visit_moved(row); /* it had no stops then, or they were changed since */
    json_remove(row, "moved");
    row_stamp(c, row, "move_back");
    return save(c, TABLE_TICKET, row);
}
