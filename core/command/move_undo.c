/* core/command/move_undo.c: how a move ends: taken back by a supervisor, over by its time, accepted by the clerk who was
 * asked. A move is taken back whole or not at all: nobody was called because of it, and nobody moved the same since. */
#include <stdlib.h>
#include <string.h>

#include "core/command/hall_move.h"
#include "core/command/ticket_row.h"

enum { CALLED_MAX = 200, DUE_MAX = 20 };

/* --- may it be taken back? --- */

static bool serves(const struct json *queues, const char *queue)
{
    for (const struct json *q = json_first(queues); q; q = json_next(q))
        if (str_equal(json_text(q, "queue"), queue))
            return true;
    return false;
}

static enum err last_called(struct call *c, const char *counter, const char *state, struct json *rows)
{
    static const char sql_called[] = "SELECT row, called_at FROM tickets WHERE counter = $1 AND state = $2"
                                     " ORDER BY called_at DESC LIMIT $3"; /* tickets_counter */
    struct stmt *s = tx_list(c->tx, sql_called, TABLE_TICKET, "counter", counter);
    db_bind_text(s, 2, state);
    db_bind_int(s, 3, CALLED_MAX);
    return rows_collect(s, rows);
}

/* While the counter was assigned as it is now, or later: no clock tells that, since the hall's may have been turned. A call
 * of an older program tells its time alone. */
static bool is_since(const struct json *ticket, const struct json *move, const struct json *counter)
{
    const struct json *assigned = json_get(json_get(ticket, "why"), "assigned");
    if (json_is_number(assigned))
        return json_as_int(assigned, 0) >= assignment_rev(counter);
    return strcmp(json_text_or(ticket, "called_at", ""), json_text_or(move, "at", "")) >= 0;
}

/* Somebody whom the counter would not have called without the move. */
static enum err need_no_call(struct call *c, const struct json *move, const struct json *moved,
                             const struct json *counter)
{
    static const char *const states[] = {"called", "serving", "held", "done", "no_show"};
    struct json *rows = keep(c, json_new_array());
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        TRY(last_called(c, row_id(counter), states[i], rows));
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const char *queue = json_text_or(row, "queue", "");
        if (is_since(row, move, counter) && serves(json_get(moved, "after"), queue) &&
            !serves(json_get(moved, "before"), queue))
            return refuse_ticket_called(c, "called_since", row);
    }
    return ERR_OK;
}

static enum err check_counters(struct call *c, const struct json *move)
{
    for (const struct json *one = json_first(json_get(move, "counters")); one; one = json_next(one)) {
        struct json *row;
        TRY(load(c, TABLE_COUNTER, "move", json_text(one, "counter"), &row));
        TRY(need_agency(c, json_text(row, "agency")));
        if (assignment_place(row, row_id(move)) != ASSIGNMENT_TOP)
            return refuse_counter_moved(c, row);
        TRY(need_no_call(c, move, one, row));
    }
    return ERR_OK;
}

/* Whoever went by themselves is not missed; everyone else must still wait where they were moved to. */
static bool has_left(const struct json *row)
{
    return str_equal(json_text(row, "state"), ticket_state_text(TICKET_CANCELLED));
}

static bool was_moved_by(const struct json *row, const struct json *move)
{
    return str_equal(json_text(json_get(row, "moved"), "move"), row_id(move));
}

static enum err check_ticket(struct call *c, const struct json *move, const char *id)
{
    struct json *row, *queue;
    const char *to = json_text(json_first(json_get(move, "to")), "queue");
    TRY(load(c, TABLE_TICKET, "move", id, &row));
    if (has_left(row))
        return ERR_OK;
    TRY(ticket_need_here(c, row));
    TRY(peek(c, TABLE_QUEUE, json_text(json_get(row, "moved"), "queue"), &queue));
    TRY(need_agency(c, json_text(queue, "agency")));
    if (!str_equal(json_text(row, "state"), ticket_state_text(TICKET_WAITING)))
        return refuse_ticket_called(c, "called_since", row);
    if (!was_moved_by(row, move) || !str_equal(json_text(row, "queue"), to))
        return refuse_ticket_moved(c, row);
    return ERR_OK;
}

/* Each ticket of the record, in turn. */
static enum err each_ticket(struct call *c, const struct json *move,
                            enum err (*act)(struct call *c, const struct json *move, const char *id))
{
    for (const struct json *part = json_first(json_get(move, "people")); part; part = json_next(part))
        for (const struct json *one = json_first(json_get(part, "tickets")); one; one = json_next(one))
            TRY(act(c, move, json_as_text(one)));
    return ERR_OK;
}

static enum err need_open(struct call *c, const struct json *move)
{
    static const char *const states[] = {"running", "done", "asked"};
    const char *state = json_text_or(move, "state", ""), *by = json_text(move, "ended_by_name");
    char today[DATE_TEXT], clock[CLOCK_TEXT] = "";
    bool open = false;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        open = open || str_equal(state, states[i]);
    if (!open) {
        if (row_time(move, "ended_at") >= 0)
            time_clock(row_time(move, "ended_at"), clock);
        json_set_text(answer(c), "state", state);
        json_set_text(answer(c), "by_name", by);
        json_set_text(answer(c), "at", json_text(move, "ended_at"));
        return refuse(c, "move_over", "move", "This move is over already (%s%s%s%s%s). Nothing was changed.",
                      state, by ? ", " : "", by ? by : "", *clock ? ", " : "", clock);
    }
    time_date(c->tx->now_ms, today);
    if (!str_equal(json_text(move, "day"), today))
        return refuse(c, "move_too_old", "move",
                      "This was moved on another day. Nothing was changed: move it anew from the board.");
    return ERR_OK;
}

/* --- taking it back --- */

static enum err put_back(struct call *c, const struct json *move, const char *id)
{
    struct json *row;
    (void)move;
    TRY(load(c, TABLE_TICKET, "move", id, &row));
    return has_left(row) ? ERR_OK : move_ticket_back(c, row);
}

static enum err take_out(struct call *c, const struct json *move)
{
    for (const struct json *one = json_first(json_get(move, "counters")); one; one = json_next(one)) {
        struct json *row;
        TRY(peek(c, TABLE_COUNTER, json_text(one, "counter"), &row));
        if (row && assignment_take_out(row, row_id(move)) != ASSIGNMENT_ABSENT)
            TRY(save(c, TABLE_COUNTER, row));
    }
    return ERR_OK;
}

/* A supervisor's, and the invited clerk's own: to say no. */
static enum err need_right(struct call *c, const struct json *move)
{
    bool asked = is_me(c, json_text(move, "asked")) && str_equal(json_text(move, "state"), "asked");
    if (asked || is_role(c, ROLE_SUPERVISOR))
        return ERR_OK;
    return refuse(c, "forbidden", "move",
                  "%.60s moved this: only a supervisor takes it back. Nothing was changed.",
                  json_text_or(move, "user_name", "A supervisor"));
}

enum err move_undo(struct call *c)
{
    const char *id;
    struct json *row;
    TRY(body_need(c, "move", &id));
    TRY(load(c, TABLE_MOVE, "move", id, &row));
    TRY(need_right(c, row));
    TRY(need_open(c, row));
    bool declined = is_me(c, json_text(row, "asked"));
    TRY(check_counters(c, row));
    TRY(each_ticket(c, row, check_ticket));
    TRY(take_out(c, row));
    TRY(each_ticket(c, row, put_back));
    move_close(c, row, declined ? "declined" : "undone");
    TRY(save(c, TABLE_MOVE, row));
    json_set(answer(c), "move", json_copy(row));
    return ERR_OK;
}

/* --- accepted --- */

enum err moves_accepted(struct call *c, const char *counter)
{
    static const char sql_asked[] = "SELECT row, id FROM moves WHERE asked = $1 AND state = 'asked'"
                                    " LIMIT $2"; /* moves_asked */
    struct json *rows = keep(c, json_new_array());
    struct stmt *s = tx_list(c->tx, sql_asked, TABLE_MOVE, "asked", c->actor->user);
    db_bind_int(s, 2, DUE_MAX);
    TRY(rows_collect(s, rows));
    for (const struct json *found = json_first(rows); found; found = json_next(found)) {
        struct json *row;
        if (!str_equal(json_text(found, "counter"), counter))
            continue;
        TRY(load(c, TABLE_MOVE, "counter", row_id(found), &row));
        move_close(c, row, "accepted");
        TRY(save(c, TABLE_MOVE, row));
    }
    return ERR_OK;
}

/* --- over by its time --- */

static const char *const timed[] = {"running", "asked"};

static enum err let_end(struct call *c, const char *id)
{
    struct json *row;
    TRY(peek(c, TABLE_MOVE, id, &row));
    for (size_t i = 0; row && i < sizeof timed / sizeof *timed; i++) {
        if (!str_equal(json_text(row, "state"), timed[i]))
            continue;
        TRY(take_out(c, row));
        move_close(c, row, "over");
        return save(c, TABLE_MOVE, row);
    }
    return ERR_OK;
}

enum err move_over(struct tx *tx)
{
    struct outcome out = {0};
    struct call c = {.tx = tx,
                     .command = tx->command,
                     .actor = tx->actor,
                     .body = tx->command->body,
                     .out = &out,
                     .at_ms = tx->now_ms};
    enum err err = let_end(&c, json_text_or(c.body, "move", ""));
    for (int i = 0; i < c.kept_count; i++)
        json_free(&c.kept[i]);
    free(c.kept);
    json_free(&out.data);
    return err == ERR_REFUSED ? ERR_OK : err;
}

enum err moves_due(struct db *db, int64_t now_ms, struct json *ids)
{
    static const char sql_due[] = "SELECT id FROM moves WHERE state = $1 AND until <= $2"
                                  " ORDER BY until LIMIT $3"; /* moves_state */
    char now[TIME_TEXT];
    time_text(now_ms, now);
    for (size_t i = 0; i < sizeof timed / sizeof *timed; i++) {
        enum err err;
        struct stmt *s = db_query(db, sql_due);
        db_bind_text(s, 1, timed[i]);
        db_bind_text(s, 2, now);
        db_bind_int(s, 3, DUE_MAX);
        while ((err = db_step(s)) == ERR_OK)
            json_add_text(ids, db_text(s, 0));
        db_done(s);
        if (err != ERR_ABSENT)
            return err;
    }
    return ERR_OK;
}
