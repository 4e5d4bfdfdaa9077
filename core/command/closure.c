/* core/command/closure.c: a clerk asks to close a counter early, a supervisor answers with a reason.
 * The row: counter agency user reason state(open approved rejected withdrawn) serve(depending waiting) at from until
 * answered_by answered_at answer.
 *
 * The counter's row says how it stands: closing {closure state from queues}. Approved, it calls from that time on only
 * whoever came before it in those queues: in each that nobody else serves, or with serve "waiting" in each of its own. So nobody who has a number
 * is left alone, and the counter promises nothing to those who come later. When it closes while people with later numbers
 * wait in a queue that nobody serves then, its row says so (left {closure user at queues[{queue waiting}]}) until somebody opens
 * it, so that a supervisor is told; the closure keeps it as left and closed_at. */
#include "core/command/closure.h"

#include "core/command/heads.h"
#include "core/command/queues.h"
#include "core/command/ticket_row.h"

enum { DESKS_MAX = 200 };
static const char all_who_wait[] = "waiting";

/* --- who else serves --- */

/* Another counter where somebody sits and goes on; one on a break comes back, and one that closes later serves until then. */
static bool is_other(const struct call *c, const struct json *row, const char *counter, const char *queue,
                     int64_t at_ms)
{
    struct counter other;
    counter_read(row, &other);
    return !str_equal(row_id(row), counter) && counter_serves(row, queue) &&
           !counter_is_closing(row, at_ms) && !counter_lease_expired(&other, c->tx->now_ms);
}

static enum err serve_too(struct call *c, const char *state, const char *counter, const char *queue,
                          int64_t at_ms, bool *others)
{
    static const char sql_state[] =
        "SELECT row, name FROM counters WHERE state = $1 ORDER BY name LIMIT $2"; /* counters_state */
    struct json *rows = keep(c, json_new_array());
    struct stmt *s = tx_list(c->tx, sql_state, TABLE_COUNTER, "state", state);
    db_bind_int(s, 2, DESKS_MAX);
    TRY(rows_collect(s, rows));
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        *others = *others || is_other(c, row, counter, queue, at_ms);
    return ERR_OK;
}

/* The queues that would have nobody without this counter at that time. */
static enum err depending(struct call *c, const struct json *counter, bool all, int64_t at_ms,
                          struct json *queues)
{
    const struct json *mine = json_get(counter, "queues");
    for (const struct json *q = json_first(mine); q; q = json_next(q)) {
        bool others = false;
        const char *queue = json_text_or(q, "queue", "");
        TRY(serve_too(c, counter_state_text(COUNTER_OPEN), row_id(counter), queue, at_ms, &others));
        TRY(serve_too(c, counter_state_text(COUNTER_PAUSED), row_id(counter), queue, at_ms, &others));
        if (all || !others)
            json_add_text(queues, queue);
    }
    return ERR_OK;
}

/* How many of the queue have a number from before the counter took no more. */
static enum err waiting_before(struct call *c, const char *queue, const char *from, int64_t *count)
{
    static const char sql_before[] =
        "SELECT count(*) FROM (SELECT state FROM tickets WHERE queue = $1 AND state = 'waiting'"
        " AND arrived_at > '' AND arrived_at <= $2 LIMIT $3) AS w"; /* tickets_arrival */
    struct stmt *s = tx_list(c->tx, sql_before, TABLE_TICKET, "queue", queue);
    db_bind_text(s, 2, from);
    db_bind_int(s, 3, QUEUE_COUNT_MAX);
    enum err err = db_step(s);
    *count = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

/* Approved, and its time has come: whoever had a number by then is served first. */
static enum err need_served(struct call *c, const struct json *counter)
{
    const struct json *closing = json_get(counter, "closing"), *queues = json_get(closing, "queues");
    const char *from = json_text_or(closing, "from", "");
    for (const struct json *q = json_first(queues); q; q = json_next(q)) {
        struct json *queue;
        int64_t count;
        TRY(waiting_before(c, json_as_text(q), from, &count));
        TRY(peek(c, TABLE_QUEUE, json_as_text(q), &queue));
        if (count)
            return refuse(c, "people_left", "counter",
                          "%lld in queue %s still wait for counter %s: they have numbers from before it "
                          "closed. Nothing was changed: call them first, or ask a supervisor to close it.",
                          (long long)count, json_text_or(queue, "code", json_as_text(q)),
                          json_text_or(counter, "name", ""));
    }
    return ERR_OK;
}

enum err closure_need_leave(struct call *c, const struct json *counter)
{
    struct json *hall, *queues = keep(c, json_new_array());
    TRY(load_hall(c, &hall));
    if (!json_bool(json_get(hall, "policy"), "closing_approval", false) || is_role(c, ROLE_SUPERVISOR))
        return ERR_OK;
    if (counter_is_closing(counter, c->at_ms))
        return need_served(c, counter);
    TRY(depending(c, counter, false, c->at_ms, queues));
    for (const struct json *q = json_first(queues); q; q = json_next(q)) {
        struct json *queue;
        int64_t count;
        TRY(queue_waiting(c, json_as_text(q), 0, &count));
        TRY(peek(c, TABLE_QUEUE, json_as_text(q), &queue));
        if (count)
            return refuse(c, "approval_needed", "counter",
                          "Only counter %s serves queue %s, where %lld wait. Nothing was changed: ask a "
                          "supervisor to close it.",
                          json_text_or(counter, "name", ""), json_text_or(queue, "code", json_as_text(q)),
                          (long long)count);
    }
    return ERR_OK;
}

/* --- gone --- */

static enum err add_left(struct call *c, const struct json *queue, struct json *lines)
{
    int64_t count;
    TRY(queue_waiting(c, json_as_text(queue), 0, &count));
    if (!count)
        return ERR_OK;
    struct json *line = json_new_object();
    json_set_text(line, "queue", json_as_text(queue));
    json_set_int(line, "waiting", count);
    json_add(lines, line);
    return ERR_OK;
}

enum err closure_leave(struct call *c, struct json *counter)
{
    struct json *closure, *queues = keep(c, json_new_array()), *lines = keep(c, json_new_array());
    json_remove(counter, "left");
    if (!row_is_closing(counter))
        return ERR_OK;
    TRY(depending(c, counter, false, c->at_ms, queues));
    for (const struct json *q = json_first(queues); q; q = json_next(q))
        TRY(add_left(c, q, lines));
    TRY(load(c, TABLE_CLOSURE, "closure", json_text(json_get(counter, "closing"), "closure"), &closure));
    row_set_time(closure, "closed_at", c->at_ms);
    json_set(closure, "left", json_copy(lines));
    TRY(save(c, TABLE_CLOSURE, closure));
    if (!json_count(lines))
        return ERR_OK;
    struct json *left = json_new_object();
    json_set(counter, "left", left);
    json_set_text(left, "closure", row_id(closure));
    json_set_text(left, "user", json_text(closure, "user"));
    row_set_time(left, "at", c->at_ms);
    json_set(left, "queues", json_copy(lines));
    json_set(answer(c), "left", json_copy(lines));
    return ERR_OK;
}

/* --- asking --- */

/* What was approved stands until it is taken back: a second request would lift it unseen. */
static enum err need_not_approved(struct call *c, const struct json *counter)
{
    struct json *row;
    char clock[CLOCK_TEXT];
    if (!row_is_closing(counter))
        return ERR_OK;
    TRY(peek(c, TABLE_CLOSURE, json_text(json_get(counter, "closing"), "closure"), &row));
    time_clock(row_time(json_get(counter, "closing"), "from"), clock);
    if (row)
        json_set(answer(c), "closure", json_copy(row));
    return refuse(
        c, "already_closing", "counter",
        "%s has approved that counter %s closes from %s on. Nothing was changed: take that back first, "
        "then ask anew.",
        user_name(c, json_text(row, "answered_by")), json_text_or(counter, "name", ""), clock);
}

static enum err need_no_other(struct call *c, const struct json *counter)
{
    static const char sql_open[] =
        "SELECT row, id FROM closures WHERE state = 'open' AND counter = $1 LIMIT 1"; /* closures_state */
    struct json *row = NULL;
    struct stmt *s = tx_list(c->tx, sql_open, TABLE_CLOSURE, "counter", row_id(counter));
    enum err err = rows_first(s, &row);
    if (err == ERR_ABSENT)
        return ERR_OK;
    TRY(err);
    keep(c, row);
    json_set(answer(c), "closure", json_copy(row));
    return refuse(c, "already_requested", "counter",
                  "%s has already asked to close counter %s. Wait for the supervisor's answer.",
                  user_name(c, json_text(row, "user")), json_text_or(counter, "name", ""));
}

/* A counter that is closed all the same needs no answer any more. */
enum err closure_drop(struct call *c, const char *counter)
{
    static const char sql_open[] =
        "SELECT row, id FROM closures WHERE state = 'open' AND counter = $1 LIMIT 1"; /* closures_state */
    struct json *row = NULL;
    enum err err = rows_first(tx_list(c->tx, sql_open, TABLE_CLOSURE, "counter", counter), &row);
    if (err == ERR_ABSENT)
        return ERR_OK;
    TRY(err);
    keep(c, row);
    json_set_text(row, "state", "withdrawn");
    return save(c, TABLE_CLOSURE, row);
}

static enum err done(struct call *c, struct json *row)
{
    TRY(save(c, TABLE_CLOSURE, row));
    json_set(answer(c), "closure", json_copy(row));
    return ERR_OK;
}

/* A counter that somebody else opened meanwhile, or that was closed, is left as it is. */
static bool is_theirs(const struct json *counter, const struct json *closure)
{
    return str_equal(json_text(json_get(counter, "closing"), "closure"), row_id(closure));
}

static enum err put_closing(struct call *c, struct json *counter, const struct json *closing)
{
    if (closing)
        json_set(counter, "closing", json_copy(closing));
    else
        json_remove(counter, "closing");
    TRY(save(c, TABLE_COUNTER, counter));
    json_set(answer(c), "counter", json_copy(counter));
    return ERR_OK;
}

static struct json *closing_new(struct call *c, const struct json *closure)
{
    struct json *closing = keep(c, json_new_object());
    json_set_text(closing, "closure", row_id(closure));
    json_set_text(closing, "state", json_text(closure, "state"));
    return closing;
}

enum err closure_request(struct call *c)
{
    const char *name, *reason, *serve;
    int64_t from_ms, until_ms;
    struct json *counter;
    char id[UUID_TEXT];
    TRY(body_need(c, "counter", &name));
    TRY(load_named(c, TABLE_COUNTER, "counter", name, &counter));
    TRY(need_agency(c, json_text(counter, "agency")));
    TRY(body_text(c, "reason", &reason));
    TRY(body_text(c, "serve", &serve));
    if (serve && !str_equal(serve, all_who_wait) && !str_equal(serve, "depending"))
        return refuse(c, "invalid_body", "serve",
                      "\"serve\" says who is still served: depending or waiting. Nothing was changed.");
    if (!reason)
        return refuse(c, "reason_needed", "reason",
                      "Why shall counter %s close? Give the supervisor a reason. Nothing was changed.",
                      json_text_or(counter, "name", ""));
    TRY(body_time(c, "from", &from_ms));
    TRY(body_time(c, "until", &until_ms));
    TRY(need_no_other(c, counter));
    TRY(need_not_approved(c, counter));
    TRY(new_id(c, TABLE_CLOSURE, id));
    struct json *row = row_new(c, id);
    json_set_text(row, "counter", row_id(counter));
    json_set_text(row, "agency", json_text(counter, "agency"));
    json_set_text(row, "user", c->actor->user);
    json_set_text(row, "reason", reason);
    json_set_text(row, "serve", serve ? serve : "depending");
    row_set_time(row, "from", from_ms);
    row_set_time(row, "until", until_ms);
    row_set_time(row, "at", c->at_ms);
    json_set_text(row, "state", "open");
    TRY(put_closing(c, counter, closing_new(c, row)));
    return done(c, row);
}

static enum err answer_with(struct call *c, const char *state, bool reason_needed)
{
    const char *id, *reason;
    struct json *row;
    TRY(body_need(c, "closure", &id));
    TRY(load(c, TABLE_CLOSURE, "closure", id, &row));
    TRY(need_agency(c, json_text(row, "agency")));
    TRY(body_text(c, "reason", &reason));
    if (!str_equal(json_text(row, "state"), "open"))
        return refuse(c, "already_answered", "closure",
                      "%s has answered this request already (%s). Nothing was changed.",
                      user_name(c, json_text(row, "answered_by")), json_text_or(row, "state", ""));
    if (reason_needed && !reason)
        return refuse(c, "reason_needed", "reason", "Why not? Give the clerk a reason.");
    json_set_text(row, "state", state);
    json_set_text(row, "answered_by", c->actor->user);
    row_set_time(row, "answered_at", c->at_ms);
    json_set_text(row, "answer", reason);
    return done(c, row);
}

static enum err put_answer(struct call *c, bool approved)
{
    struct json *closure, *counter;
    TRY(load(c, TABLE_CLOSURE, "closure", json_text(json_get(answer(c), "closure"), "id"), &closure));
    TRY(load(c, TABLE_COUNTER, "counter", json_text(closure, "counter"), &counter));
    if (!is_theirs(counter, closure))
        return ERR_OK;
    struct json *closing = closing_new(c, closure), *queues = json_new_array();
    int64_t from_ms = row_time(closure, "from");
    json_set(closing, "queues", queues);
    if (approved) {
        int64_t closes_ms = from_ms > c->at_ms ? from_ms : c->at_ms;
        bool all = str_equal(json_text(closure, "serve"), all_who_wait);
        row_set_time(closing, "from", closes_ms);
        TRY(depending(c, counter, all, closes_ms, queues));
    }
    return put_closing(c, counter, closing);
}

enum err closure_approve(struct call *c)
{
    TRY(answer_with(c, "approved", false));
    return put_answer(c, true);
}

enum err closure_reject(struct call *c)
{
    TRY(answer_with(c, "rejected", true));
    return put_answer(c, false);
}

/* --- going on after all --- */

static enum err lift_closing(struct call *c, const struct json *closure)
{
    struct json *counter;
    TRY(load(c, TABLE_COUNTER, "counter", json_text(closure, "counter"), &counter));
    return is_theirs(counter, closure) ? put_closing(c, counter, NULL) : ERR_OK;
}

enum err closure_withdraw(struct call *c)
{
    const char *id;
    struct json *row;
    TRY(body_need(c, "closure", &id));
    TRY(load(c, TABLE_CLOSURE, "closure", id, &row));
    if (!is_me(c, json_text(row, "user")) && !is_role(c, ROLE_SUPERVISOR))
        return refuse(c, "forbidden", "closure",
                      "%s asked for it: only they or a supervisor take it back. Nothing was changed.",
                      user_name(c, json_text(row, "user")));
    TRY(need_agency(c, json_text(row, "agency")));
    bool open = str_equal(json_text(row, "state"), "open"),
         approved = str_equal(json_text(row, "state"), "approved");
    if (!open && !approved)
        return refuse(c, "already_answered", "closure",
                      "This request is over already (%s). Nothing was changed.",
                      json_text_or(row, "state", ""));
    TRY(lift_closing(c, row));
    json_set_text(row, "state", "withdrawn");
    return done(c, row);
}
