/* core/command/counter_rules.c: counter.open, pause, resume, close, and who may call at a counter.
 * The rules themselves are core/model/counter.c; here they meet the rows. */
#include <string.h>

#include "core/command/closure.h"
#include "core/command/moves.h"
#include "core/command/ticket_row.h"

enum { OPEN_TICKETS_MAX = 50 };

/* --- the counter at hand --- */

static enum err counter_load(struct call *c, struct json **row, struct counter *counter)
{
    const char *name;
    TRY(body_need(c, "counter", &name));
    TRY(load_named(c, TABLE_COUNTER, "counter", name, row));
    TRY(need_agency(c, json_text(*row, "agency")));
    counter_read(*row, counter);
    return ERR_OK;
}

/* The model's refusal, with who has the counter and since when. */
static enum err refuse_counter(struct call *c, const struct json *row, const struct refusal *refusal)
{
    const char *holder = json_text(row, "user");
    if (!str_empty(holder) && !is_me(c, holder)) {
        json_set_text(answer(c), "by", user_name(c, holder));
        json_set_text(answer(c), "user", holder);
        json_set_text(answer(c), "since", json_text(row, "opened_at"));
    }
    return refuse(c, refusal->code, str_equal(refusal->code, "fence_old") ? "fence" : "counter", "%s",
                  refusal->text);
}

/* Leases are kept in the row as wall time of the hall; only their difference to now counts. */
static enum err counter_do(struct call *c, struct json *row, struct counter *counter, struct counter_act *act)
{
    struct refusal refusal = {0};
    act->mono_ms = c->tx->now_ms;
    act->user = c->actor->user;
    act->holder_name = user_name(c, counter->user);
    act->override = act->event != COUNTER_TAKE && !is_me(c, counter->user) && is_role(c, ROLE_SUPERVISOR);
    if (!counter_apply(counter, act, &refusal))
        return refuse_counter(c, row, &refusal);
    counter_write(counter, row);
    return ERR_OK;
}

static enum err counter_done(struct call *c, struct json *row)
{
    TRY(save(c, TABLE_COUNTER, row));
    json_set(answer(c), "counter", json_copy(row));
    return ERR_OK;
}

static enum err body_fence(struct call *c, int64_t *fence)
{
    return body_int(c, "fence", -1, fence);
}

/* --- open --- */

/* Nobody sits at two counters: the one before is given back by itself, its clerk has moved. Who is parked follows the
 * clerk, and a ticket of somebody who sat there before is theirs; with a citizen at hand one stays. */
static enum err leave(struct call *c, struct json *row)
{
    struct counter counter;
    struct json *tickets = keep(c, json_new_array());
    counter_read(row, &counter);
    TRY(user_tickets(c, c->actor->user, OPEN_TICKETS_MAX, tickets));
    for (const struct json *t = json_first(tickets); t; t = json_next(t)) {
        if (str_equal(json_text(t, "state"), "held") || !str_equal(json_text(t, "counter"), row_id(row)))
            continue;
        json_set(answer(c), "tickets", json_copy(tickets));
        return refuse(c, "other_counter_open", "counter",
                      "You still have %s at counter %s. Finish, hold or return it there, then open this one.",
                      ticket_title(t), counter.name);
    }
    struct counter_act act = {.event = COUNTER_CLOSE, .fence = -1};
    TRY(counter_do(c, row, &counter, &act));
    TRY(tickets_unsend(c, row_id(row), NULL));
    TRY(closure_leave(c, row));
    TRY(closure_drop(c, row_id(row)));
    json_remove(row, "closing");
    json_set_null(row, "pause_reason");
    return save(c, TABLE_COUNTER, row);
}

static enum err leave_others(struct call *c, const char *wanted)
{
    struct json *rows;
    TRY(user_counters(c, c->actor->user, &rows));
    for (const struct json *found = json_first(rows); found; found = json_next(found)) {
        struct json *row;
        if (str_equal(row_id(found), wanted))
            continue;
        TRY(load(c, TABLE_COUNTER, "counter", row_id(found), &row));
        TRY(leave(c, row));
    }
    return ERR_OK;
}

enum err counter_open(struct call *c)
{
    struct json *row;
    struct counter counter;
    struct counter_act act = {.event = COUNTER_TAKE, .fence = -1};
    TRY(body_bool(c, "takeover", &act.takeover));
    TRY(counter_load(c, &row, &counter));
    bool mine = is_me(c, counter.user);
    if (str_empty(c->actor->user))
        return refuse(c, "forbidden", "", "A counter is opened by the person who sits there.");
    if (!json_bool(row, "active", true))
        return refuse(c, "counter_disabled", "counter",
                      "Counter %s is no longer used. Choose another counter.",
                      json_text_or(row, "name", "?"));
    TRY(counter_do(c, row, &counter, &act));
    TRY(leave_others(c, row_id(row)));
    TRY(moves_accepted(c, row_id(row)));
    if (!mine)
        row_set_time(row, "opened_at", c->at_ms);
    json_set_null(row, "pause_reason");
    json_remove(row, "pause_until");
    json_remove(row, "left");
    if (!mine)
        json_remove(row, "closing"); /* it was somebody else's day that ended */
    json_set_int(answer(c), "fence", counter.fence);
    json_set_int(answer(c), "lease_s", LEASE_MS / 1000);
    return counter_done(c, row);
}

/* --- pause, resume, close --- */

enum err counter_pause(struct call *c)
{
    struct json *row;
    struct counter counter;
    const char *reason;
    struct counter_act act = {.event = COUNTER_PAUSE};
    int64_t until_ms;
    TRY(body_text(c, "reason", &reason));
    TRY(body_time(c, "until", &until_ms));
    TRY(body_fence(c, &act.fence));
    TRY(counter_load(c, &row, &counter));
    TRY(counter_do(c, row, &counter, &act));
    json_set_text(row, "pause_reason", reason);
    row_set_time(row, "paused_at", c->at_ms);
    if (until_ms >= 0)
        row_set_time(row, "pause_until", until_ms);
    return counter_done(c, row);
}

enum err counter_resume(struct call *c)
{
    struct json *row;
    struct counter counter;
    struct counter_act act = {.event = COUNTER_RESUME};
    TRY(body_fence(c, &act.fence));
    TRY(counter_load(c, &row, &counter));
    TRY(counter_do(c, row, &counter, &act));
    json_set_null(row, "pause_reason");
    json_set_null(row, "paused_at");
    json_remove(row, "pause_until");
    return counter_done(c, row);
}

enum err counter_close(struct call *c)
{
    struct json *row, *tickets = keep(c, json_new_array());
    struct counter counter;
    const char *reason;
    char holder[MODEL_ID];
    struct counter_act act = {.event = COUNTER_CLOSE};
    TRY(body_text(c, "reason", &reason));
    TRY(body_fence(c, &act.fence));
    TRY(counter_load(c, &row, &counter));
    if (counter.state != COUNTER_CLOSED && *counter.user) /* whoever sat there before keeps their own */
        TRY(user_tickets(c, counter.user, OPEN_TICKETS_MAX, tickets));
    act.open_tickets = (int)json_count(tickets);
    str_copy(holder, sizeof holder, counter.user);
    enum err err = counter_do(c, row, &counter, &act);
    if (err == ERR_REFUSED && act.open_tickets)
        json_set(answer(c), "tickets", json_copy(tickets));
    TRY(err);
    TRY(closure_need_leave(c, row));
    TRY(closure_leave(c, row));
    TRY(closure_drop(c, row_id(row)));
    json_remove(row, "closing");
    json_remove(row, "pause_until");
    TRY(tickets_unsend(c, row_id(row), holder)); /* whoever was sent here waits for anyone now */
    json_set_null(row, "pause_reason");
    json_set_null(row, "paused_at");
    json_set_null(row, "opened_at");
    json_set_text(row, "close_reason", reason);
    return counter_done(c, row);
}

/* --- who may call --- */

enum err counter_need_held(struct call *c, struct json **row)
{
    struct counter counter;
    struct refusal refusal = {0};
    int64_t fence;
    TRY(body_fence(c, &fence));
    TRY(counter_load(c, row, &counter));
    if (fence < 0)
        return refuse(c, "invalid_body", "fence",
                      "\"fence\" is missing: it is in the answer to counter.open. Open the counter first.");
    if (!counter_may_call(&counter, c->actor->user, fence, &refusal))
        return refuse_counter(c, *row, &refusal);
    return ERR_OK;
}

enum err user_need_free(struct call *c, const char *user)
{
    static const char sql_mine[] = "SELECT row, called_at FROM tickets WHERE user_ = $1 AND state = $2"
                                   " ORDER BY called_at LIMIT 1"; /* tickets_user */
    static const struct {
        const char *state, *word, *hint;
    } busy[] = {{"serving", "being served", "finish, hold or return"},
                {"called", "called", "start, return or miss"}};
    for (size_t i = 0; i < sizeof busy / sizeof *busy; i++) {
        struct json *row = NULL;
        struct stmt *s = tx_list(c->tx, sql_mine, TABLE_TICKET, "user", user);
        db_bind_text(s, 2, busy[i].state);
        enum err err = rows_first(s, &row);
        if (err == ERR_ABSENT)
            continue;
        TRY(err);
        keep(c, row);
        json_set(answer(c), "ticket", json_copy(row));
        return refuse(c, "still_serving", "", "%s is still %s. Nothing was changed: %s it first.",
                      ticket_title(row), busy[i].word, busy[i].hint);
    }
    return ERR_OK;
}

/* After a take-over someone else's ticket may still be at the counter: it stays theirs and is not in the way. */
enum err counter_need_free(struct call *c, const char *counter)
{
    (void)counter;
    return user_need_free(c, c->actor->user);
}
