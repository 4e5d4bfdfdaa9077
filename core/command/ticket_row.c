/* core/command/ticket_row.c: see ticket_row.h. The one place that knows which member of a row is which member of
 * a struct; the rules are in core/model. */
#include "core/command/ticket_row.h"

#include "core/command/uncalled.h"
#include "core/command/visit_row.h"

/* --- members both ways --- */

static int64_t time_or_zero(const struct json *row, const char *name)
{
    int64_t ms = row_time(row, name);
    return ms < 0 ? 0 : ms;
}

static void set_time(struct json *row, const char *name, int64_t ms)
{
    row_set_time(row, name, ms ? ms : -1);
}

/* "" and null are the same nobody. */
static void set_id(struct json *row, const char *name, const char *id)
{
    json_set_text(row, name, str_empty(id) ? NULL : id);
}

static void copy_id(char to[MODEL_ID], const struct json *row, const char *name)
{
    str_copy(to, MODEL_ID, json_text_or(row, name, ""));
}

/* --- ticket --- */

static void read_before(const struct json *row, struct ticket_before *before)
{
    *before = (struct ticket_before){.event = TICKET_EVENT_COUNT};
    const char *event = json_text(row, "event"), *state = json_text(row, "state");
    if (!event || !state || !ticket_event_find(event, &before->event) ||
        !ticket_state_find(state, &before->state)) {
        before->event = TICKET_EVENT_COUNT;
        return;
    }
    before->at_ms = time_or_zero(row, "at");
    copy_id(before->by, row, "by");
    copy_id(before->queue, row, "queue");
    copy_id(before->counter, row, "counter");
    copy_id(before->user, row, "user");
    before->place_ms = time_or_zero(row, "place_at");
    before->called_ms = time_or_zero(row, "called_at");
    before->started_ms = time_or_zero(row, "started_at");
    before->held_ms = json_int(row, "held_ms", 0);
    before->calls = json_int(row, "calls", 0);
    before->last_call_ms = time_or_zero(row, "last_call_at");
    before->held_at_ms = time_or_zero(row, "held_at");
    before->held_until_ms = time_or_zero(row, "held_until");
    str_copy(before->hold_reason, sizeof before->hold_reason, json_text_or(row, "hold_reason", ""));
}

static struct json *write_before(const struct ticket_before *before)
{
    if (before->event == TICKET_EVENT_COUNT)
        return json_new_null();
    struct json *row = json_new_object();
    json_set_text(row, "event", ticket_event_text(before->event));
    set_time(row, "at", before->at_ms);
    set_id(row, "by", before->by);
    json_set_text(row, "state", ticket_state_text(before->state));
    set_id(row, "queue", before->queue);
    set_id(row, "counter", before->counter);
    set_id(row, "user", before->user);
    set_time(row, "place_at", before->place_ms);
    set_time(row, "called_at", before->called_ms);
    set_time(row, "started_at", before->started_ms);
    json_set_int(row, "held_ms", before->held_ms);
    json_set_int(row, "calls", before->calls);
    if (before->event == TICKET_GO_ON)
        set_time(row, "last_call_at", before->last_call_ms);
    if (before->state != TICKET_HELD)
        return row;
    set_time(row, "held_at", before->held_at_ms);
    set_time(row, "held_until", before->held_until_ms);
    set_id(row, "hold_reason", before->hold_reason);
    return row;
}

void ticket_read(const struct json *row, struct ticket *ticket)
{
    ticket_init(ticket);
    str_copy(ticket->number, sizeof ticket->number, ticket_title(row));
    copy_id(ticket->queue, row, "queue");
    copy_id(ticket->service, row, "service");
    copy_id(ticket->counter, row, "counter");
    copy_id(ticket->user, row, "user");
    if (!ticket_state_find(json_text_or(row, "state", ""), &ticket->state))
        ticket->state = TICKET_CANCELLED; /* a state of a later version: nothing may happen to it here */
    ticket->gen = json_int(row, "gen", 0);
    ticket->priority = (int)json_int(row, "priority_class", 0);
    ticket->appointment_ms = time_or_zero(row, "appointment_at");
    ticket->arrived_ms = time_or_zero(row, "arrived_at");
    ticket->place_ms = time_or_zero(row, "place_at");
    ticket->called_ms = time_or_zero(row, "called_at");
    ticket->last_call_ms = time_or_zero(row, "last_call_at");
    ticket->calls = json_int(row, "calls", 0);
    ticket->started_ms = time_or_zero(row, "started_at");
    ticket->finished_ms = time_or_zero(row, "finished_at");
    ticket->held_at_ms = time_or_zero(row, "held_at");
    ticket->held_until_ms = time_or_zero(row, "held_until");
    ticket->held_ms = json_int(row, "held_ms", 0);
    str_copy(ticket->hold_reason, sizeof ticket->hold_reason, json_text_or(row, "hold_reason", ""));
    if (!ticket_outcome_find(json_text_or(row, "outcome", ""), &ticket->outcome))
        ticket->outcome = TICKET_OUTCOME_NONE;
    ticket->changed_ms = row_changed_ms(row);
    read_before(json_get(row, "before"), &ticket->before);
}

void ticket_write(const struct ticket *ticket, struct json *row)
{
    set_id(row, "queue", ticket->queue);
    set_id(row, "counter", ticket->counter);
    set_id(row, "user", ticket->user);
    json_set_text(row, "state", ticket_state_text(ticket->state));
    json_set_int(row, "gen", ticket->gen);
    set_time(row, "place_at", ticket->place_ms);
    set_time(row, "called_at", ticket->called_ms);
    set_time(row, "last_call_at", ticket->last_call_ms);
    json_set_int(row, "calls", ticket->calls);
    set_time(row, "started_at", ticket->started_ms);
    set_time(row, "finished_at", ticket->finished_ms);
    set_time(row, "held_at", ticket->held_at_ms);
    set_time(row, "held_until", ticket->held_until_ms);
    json_set_int(row, "held_ms", ticket->held_ms);
    set_id(row, "hold_reason", ticket->hold_reason);
    set_id(row, "outcome", ticket_outcome_text(ticket->outcome));
    json_set(row, "before", write_before(&ticket->before));
}

const char *ticket_title(const struct json *row)
{
    const char *number = json_text(row, "number");
    return str_empty(number) ? "This ticket" : number;
}

int64_t row_changed_ms(const struct json *row)
{
    const struct json *stamps = json_get(row, "stamps");
    size_t count = json_count(stamps);
    return count ? time_or_zero(json_at(stamps, count - 1), "at") : 0;
}

enum err ticket_load(struct call *c, struct json **row, struct ticket *ticket)
{
    const char *id;
    TRY(body_need(c, "ticket", &id));
    TRY(load(c, TABLE_TICKET, "ticket", id, row));
    TRY(ticket_need_here(c, *row));
    ticket_read(*row, ticket);
    return ERR_OK;
}

/* --- what happens to a ticket --- */

enum err ticket_policy(struct call *c, const char *queue, struct ticket_policy *policy)
{
    struct json *hall, *row;
    *policy = TICKET_POLICY_DEFAULT;
    TRY(load_hall(c, &hall));
    TRY(peek(c, TABLE_QUEUE, queue, &row));
    const struct json *set = json_get(hall, "policy"), *rule = json_get(row, "rule");
    int64_t calls = json_int(set, "no_show_calls_min", policy->no_show_calls_min);
    int64_t wait_s = json_int(set, "no_show_wait_min_s", policy->no_show_wait_min_ms / 1000);
    policy->no_show_calls_min = json_int(rule, "no_show_calls", calls);
    policy->no_show_wait_min_ms = json_int(rule, "no_show_after_s", wait_s) * 1000;
    return ERR_OK;
}

/* A no-show before its time is a confirmed choice of the clerk ("early":true), and it stays visible. */
static enum err policy_for(struct call *c, struct json *row, const struct ticket *ticket,
                           const struct ticket_act *act, struct ticket_policy *policy)
{
    bool early = false;
    *policy = TICKET_POLICY_DEFAULT;
    if (act->event != TICKET_MISS) /* no other event asks for it, and the hall's row is long to read */
        return ERR_OK;
    TRY(ticket_policy(c, ticket->queue, policy));
    TRY(body_bool(c, "early", &early));
    if (early) {
        *policy = (struct ticket_policy){0};
        json_set_bool(row, "no_show_early", true);
    }
    return ERR_OK;
}

/* The model knows no names; who has the ticket now is what the refused clerk asks next. */
static enum err refuse_gen(struct call *c, const struct ticket *ticket)
{
    json_set_text(answer(c), "user", str_empty(ticket->user) ? NULL : ticket->user);
    json_set_int(answer(c), "gen", ticket->gen);
    json_set_text(answer(c), "state", ticket_state_text(ticket->state));
    if (ticket_is_open(ticket->state) && is_me(c, ticket->user))
        return refuse(c, "gen_old", "gen",
                      "%s went back and came to you again meanwhile. Nothing was changed: look at it again.",
                      ticket->number);
    if (ticket_is_open(ticket->state))
        return refuse(c, "gen_old", "gen",
                      "%s is with %s by now (%s). Nothing was changed: look at it again, or ask them.",
                      ticket->number, user_name(c, ticket->user), ticket_state_text(ticket->state));
    return refuse(
        c, "gen_old", "gen",
        "%s was given to someone else meanwhile and is %s now. Nothing was changed: look at it again.",
        ticket->number, ticket_state_text(ticket->state));
}

static enum err refuse_holder(struct call *c, const struct ticket *ticket, enum ticket_event event)
{
    const char *owner = event == TICKET_UNDO ? ticket->before.by : ticket->user;
    json_set_text(answer(c), "user", owner);
    return refuse(c, "not_your_ticket", "ticket",
                  event == TICKET_UNDO
                      ? "The last step of %s was made by %s: ask them, or a supervisor, to undo it."
                      : "%s is with %s. Nothing was changed: ask them, or a supervisor.",
                  ticket->number, user_name(c, owner));
}

enum err ticket_do(struct call *c, struct json *row, struct ticket *ticket, struct ticket_act *act)
{
    struct ticket_policy policy;
    struct refusal refusal = {0};
    struct ticket was = *ticket;
    struct json *visit = json_edit(json_edit(row, "before"), "visit");
    struct json *undone = act->event == TICKET_UNDO && visit ? keep(c, json_copy(visit)) : NULL;
    int64_t since_ms = row_changed_ms(row);
    if (!act->now_ms)
        act->now_ms = c->at_ms > since_ms ? c->at_ms : since_ms;
    TRY(policy_for(c, row, ticket, act, &policy));
    if (!ticket_apply(ticket, act, &policy, &refusal)) {
        if (str_equal(refusal.code, "gen_old"))
            return refuse_gen(c, ticket);
        if (str_equal(refusal.code, "not_your_ticket"))
            return refuse_holder(c, ticket, act->event);
        return refuse(c, refusal.code, "", "%s", refusal.text);
    }
    if (ticket->before.event != TICKET_EVENT_COUNT) /* a supervisor's step is the supervisor's to undo */
        str_copy(ticket->before.by, sizeof ticket->before.by, c->actor->user);
    ticket_write(ticket, row);
    visit_follow(row, &was, act, undone);
    c->at_ms = act->now_ms;
    row_stamp(c, row, ticket_event_text(act->event));
    TRY(save(c, TABLE_TICKET, row));
    bool left = was.state == TICKET_WAITING && ticket->state != TICKET_WAITING;
    return left ? uncalled_end(c->tx, row) : ERR_OK;
}

void ticket_answer(struct call *c, const struct json *row)
{
    json_set(answer(c), "ticket", json_copy(row));
}

/* --- counter --- */

void counter_read(const struct json *row, struct counter *counter)
{
    *counter = (struct counter){.fence = json_int(row, "fence", 0)};
    copy_id(counter->name, row, "name");
    copy_id(counter->user, row, "user");
    if (!counter_state_find(json_text_or(row, "state", ""), &counter->state))
        counter->state = COUNTER_CLOSED;
    counter->lease_until_ms = time_or_zero(row, "lease_until"); /* the row tells wall time */
}

void counter_write(const struct counter *counter, struct json *row)
{
    json_set_text(row, "state", counter_state_text(counter->state));
    set_id(row, "user", counter->user);
    json_set_int(row, "fence", counter->fence);
    set_time(row, "lease_until", counter->lease_until_ms);
}

enum err user_tickets(struct call *c, const char *user, int rows_max, struct json *list)
{
    static const char sql_open[] = "SELECT row, called_at FROM tickets WHERE user_ = $1 AND state = $2"
                                   " ORDER BY called_at LIMIT $3"; /* tickets_user */
    static const enum ticket_state states[] = {TICKET_SERVING, TICKET_CALLED, TICKET_HELD};
    static const char *const members[] = {"id", "number", "state", "gen", "counter"};
    struct json *rows = keep(c, json_new_array());
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct stmt *s = tx_list(c->tx, sql_open, TABLE_TICKET, "user", user);
        db_bind_text(s, 2, ticket_state_text(states[i]));
        db_bind_int(s, 3, rows_max);
        TRY(rows_collect(s, rows));
    }
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        struct json *one = json_new_object();
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            const struct json *member = json_get(row, members[i]);
            json_set(one, members[i], member ? json_copy(member) : json_new_null());
        }
        json_add(list, one);
    }
    return ERR_OK;
}

enum err user_counters(struct call *c, const char *user, struct json **rows)
{
    enum { OWN_COUNTERS_MAX = 20 };
    static const char sql_mine[] = "SELECT row, id FROM counters WHERE user_ = $1 AND state <> 'closed'"
                                   " LIMIT $2"; /* counters_user */
    struct stmt *s = tx_list(c->tx, sql_mine, TABLE_COUNTER, "user", user);
    db_bind_int(s, 2, OWN_COUNTERS_MAX);
    *rows = keep(c, json_new_array());
    return rows_collect(s, *rows);
}

enum err counter_of_user(struct call *c, const char *user, struct json **row)
{
    struct json *rows;
    *row = NULL;
    TRY(user_counters(c, user, &rows));
    return json_count(rows) ? load(c, TABLE_COUNTER, "counter", row_id(json_first(rows)), row) : ERR_OK;
}

/* --- sent to a counter or a person that has gone --- */

enum { UNSEND_MAX = 200 }; /* in one command; who has more sent to them gets the rest at the next closing */

static enum err unsend(struct call *c, const char *sql, const char *key, const char *member)
{
    struct json *rows = keep(c, json_new_array());
    struct stmt *s = tx_list(c->tx, sql, TABLE_TICKET, member, key);
    db_bind_int(s, 2, UNSEND_MAX);
    TRY(rows_collect(s, rows));
    for (const struct json *found = json_first(rows); found; found = json_next(found)) {
        struct json *row;
        TRY(load(c, TABLE_TICKET, "ticket", row_id(found), &row));
        json_set_null(row, member);
        TRY(save(c, TABLE_TICKET, row));
    }
    return ERR_OK;
}

enum err tickets_unsend(struct call *c, const char *counter, const char *user)
{
    static const char sql_counter[] =
        "SELECT row, called_at FROM tickets WHERE counter = $1 AND state = 'waiting'"
        " ORDER BY called_at LIMIT $2"; /* tickets_counter */
    static const char sql_user[] = "SELECT row, called_at FROM tickets WHERE user_ = $1 AND state = 'waiting'"
                                   " ORDER BY called_at LIMIT $2"; /* tickets_user */
    TRY(unsend(c, sql_counter, counter, "counter"));
    return str_empty(user) ? ERR_OK : unsend(c, sql_user, user, "user");
}
