/* core/command/ticket_call.c: ticket.call_next and ticket.call: who is called to a counter, and why.
 *
 * The rule is core/model/rule.c. Read are only the heads of lists that it needs, each by an index, so that a call
 * costs the same with ten tickets in the history and with ten million. */
#include <stdlib.h>
#include <string.h>

#include "core/command/heads.h"
#include "core/command/moves.h"
#include "core/command/queues.h"
#include "core/command/ticket_row.h"
#include "core/model/rule.h"

enum { WHYS_MAX = 4 }; /* earlier calls of one ticket that are explained */

/* --- candidates --- */

/* Several lists, all of them asked before the first is read. */
struct heads_asked {
    struct stmt *lists[HEAD_LISTS];
    int count;
};

static void ask_heads(struct call *c, struct heads_asked *asked, const char *sql, const char *member,
                      const char *key, int limit)
{
    struct stmt *s = tx_list(c->tx, sql, TABLE_TICKET, member, key);
    db_bind_int(s, 2, limit);
    db_ahead(s);
    asked->lists[asked->count++] = s;
}

static enum err add_heads(struct heads_asked *asked, struct json *tickets)
{
    enum err err = ERR_OK;
    for (int i = 0; i < asked->count; i++) {
        if (err == ERR_OK)
            err = rows_collect(asked->lists[i], tickets);
        else
            db_done(asked->lists[i]);
    }
    return err;
}

/* --- the desk as the rule sees it --- */

struct asking {
    struct call *c;
    struct json *counter;
    const struct json *wanted; /* queues named in the body, or NULL */
    struct json *tickets;      /* rows of candidates, in their order */
    struct candidate *candidates;
    struct json *queues[RULE_QUEUES_MAX]; /* rows */
    struct rule_queue rules[RULE_QUEUES_MAX];
    struct rule_state state;
    int count;
    struct json *elsewhere; /* a queue of this counter that another hall calls now */
};

/* What the rule remembers of a queue at this counter; by the queue's name, so that it outlives an assignment. */
static int64_t deficit_of(const struct json *counter, const char *queue)
{
    return json_int(json_get(counter, "deficit"), queue, 0);
}

static bool is_wanted(const struct asking *a, const struct json *queue)
{
    return !a->wanted || json_has_text(a->wanted, row_id(queue)) ||
           json_has_text(a->wanted, json_text_or(queue, "code", ""));
}

static enum err add_queue(struct asking *a, const struct json *assigned)
{
    struct json *row;
    struct rule_queue *rule = &a->rules[a->count];
    TRY(peek(a->c, TABLE_QUEUE, json_text(assigned, "queue"), &row));
    if (!row || !is_wanted(a, row))
        return ERR_OK;
    bool here;
    TRY(queue_is_here(a->c, row, &here));
    if (!here) {
        a->elsewhere = row;
        return ERR_OK;
    }
    queue_rule_now(a->c, row, rule);
    rule->weight = (int)json_int(assigned, "weight", 1);
    a->queues[a->count] = row;
    a->state.run[a->count] = (int)json_int(row, "run", 0);
    a->state.deficit[a->count] = deficit_of(a->counter, row_id(row));
    if (str_equal(json_text(a->counter, "turn"), row_id(row)))
        a->state.turn = a->count;
    a->count++;
    /* At a counter that closes newcomers may stand before whoever it still calls. */
    bool closing = counter_is_closing(a->counter, a->c->at_ms);
    struct heads_asked asked = {0};
    for (const struct head_list *list = head_lists(rule->kind); list->sql; list++)
        ask_heads(a->c, &asked, list->sql, "queue", row_id(row), closing ? QUEUE_COUNT_MAX : list->limit);
    return add_heads(&asked, a->tickets);
}

/* At a counter that closes. */
static void keep_still_called(struct asking *a)
{
    if (!counter_is_closing(a->counter, a->c->at_ms))
        return;
    struct json *kept = keep(a->c, json_new_array());
    for (const struct json *t = json_first(a->tickets); t; t = json_next(t))
        if (counter_still_calls(a->counter, t, a->c->actor->user, a->c->at_ms))
            json_add(kept, json_copy(t));
    a->tickets = kept;
}

static enum err gather(struct asking *a)
{
    const struct json *mine = json_get(a->counter, "queues");
    a->tickets = keep(a->c, json_new_array());
    struct heads_asked asked = {0};
    ask_heads(a->c, &asked, sql_sent_to_counter, "counter", row_id(a->counter), HEADS_FAR);
    ask_heads(a->c, &asked, sql_sent_to_user, "user", a->c->actor->user, HEADS_FAR);
    TRY(add_heads(&asked, a->tickets));
    for (const struct json *q = json_first(mine); q && a->count < RULE_QUEUES_MAX; q = json_next(q))
        TRY(add_queue(a, q));
    keep_still_called(a);
    if (!a->count && !json_count(a->tickets) && a->elsewhere)
        return queue_need_here(a->c, a->elsewhere, "counter");
    if (!a->count && a->wanted)
        return refuse(a->c, "queue_not_assigned", "queues",
                      "This counter does not serve those queues. Leave them out, or ask the supervisor.");
    return ERR_OK;
}

/* --- the answer's why: as core/cache/next.c writes it for the desk --- */

static struct json *passed_json(const struct why *why, const struct candidate *candidates)
{
    struct json *passed = json_new_array();
    struct buf text = {0};
    for (int i = 0; i < why->passed_count; i++) {
        struct json *one = json_new_object();
        buf_clear(&text);
        why_passed_text(why, i, candidates, &text);
        json_set_text(one, "number", candidates[why->passed[i].index].number);
        json_set_text(one, "reason", rule_passed_text(why->passed[i].reason));
        json_set_text(one, "text", buf_text(&text));
        json_add(passed, one);
    }
    buf_free(&text);
    return passed;
}

static struct json *why_json(const struct why *why, const struct candidate *candidates, int count)
{
    struct json *json = json_new_object();
    struct buf text = {0};
    why_text(why, candidates, count, &text);
    json_set_text(json, "rule", rule_text(why->rule));
    json_set_text(json, "reason", rule_reason_text(why->reason));
    json_set_int(json, "score", why->value);
    json_set_int(json, "value", why->value);
    json_set_int(json, "of", why->of);
    json_set_text(json, "number", candidates[why->chosen].number);
    json_set_text(json, "text", buf_text(&text));
    json_set(json, "passed_over", passed_json(why, candidates));
    json_set_int(json, "passed_all", why->passed_all);
    buf_free(&text);
    return json;
}

/* A rule that takes nobody of those who wait leaves out those who were called lately. */
static struct json *called_lately(const struct candidate *candidates, int count)
{
    struct json *passed = json_new_array();
    for (int i = 0; i < count && i < RULE_PASSED_MAX; i++) {
        struct json *one = json_new_object();
        json_set_text(one, "number", candidates[i].number);
        json_set_text(one, "reason", rule_passed_text(RULE_PASSED_RECENT));
        json_add(passed, one);
    }
    return passed;
}

static struct json *why_nobody(const struct asking *a, int count)
{
    struct json *json = json_new_object();
    json_set_text(json, "rule", rule_text(a->count ? a->rules[0].kind : RULE_FIFO));
    json_set_text(json, "reason", count ? rule_passed_text(RULE_PASSED_RECENT) : "nobody_waits");
    json_set_int(json, "score", 0);
    json_set_text(json, "text",
                  count      ? "Who waits was called a few minutes ago."
                  : a->count ? "Nobody waits in your queues."
                             : "No queue is assigned to this counter.");
    json_set(json, "passed_over", called_lately(a->candidates, count));
    json_set_int(json, "passed_all", count);
    return json;
}

/* --- the call --- */

/* What the rule must remember; only rows that changed are written. */
static enum err save_state(struct asking *a, const struct rule_state *after)
{
    bool counter_changed = after->turn != a->state.turn && a->count > 0;
    for (int i = 0; i < a->count; i++) {
        struct json *row = a->queues[i];
        counter_changed = counter_changed || after->deficit[i] != a->state.deficit[i];
        if (after->run[i] == a->state.run[i])
            continue;
        json_set_int(row, "run", after->run[i]);
        TRY(save(a->c, TABLE_QUEUE, row));
    }
    if (!counter_changed)
        return ERR_OK;
    struct json *deficit = json_new_object();
    for (int i = 0; i < a->count; i++)
        if (after->deficit[i])
            json_set_int(deficit, row_id(a->queues[i]), after->deficit[i]);
    json_set(a->counter, "deficit", deficit);
    json_set_text(a->counter, "turn", row_id(a->queues[after->turn]));
    return save(a->c, TABLE_COUNTER, a->counter);
}

static enum err choose(struct asking *a)
{
    struct rule_desk desk = {.queues = a->rules, .queue_count = a->count, .now_ms = a->c->at_ms};
    struct rule_state after = a->state;
    struct why why;
    struct json *row;
    int count = 0;
    a->candidates = xcalloc(json_count(a->tickets) + 1, sizeof *a->candidates);
    for (const struct json *t = json_first(a->tickets); t; t = json_next(t))
        a->candidates[count++] = head_candidate(t, row_id(a->counter), a->c->actor->user);
    int chosen = rule_choose(&desk, &after, a->candidates, count, &why);
    if (chosen < 0) {
        json_set_null(answer(a->c), "ticket");
        json_set(answer(a->c), "why", why_nobody(a, count));
        return ERR_OK;
    }
    TRY(load(a->c, TABLE_TICKET, "ticket", row_id(json_at(a->tickets, (size_t)chosen)), &row));
    TRY(save_state(a, &after));
    return ticket_take(a->c, row, a->counter, why_json(&why, a->candidates, count));
}

/* What was known of an earlier call is moved behind the newest, a few of them at most. */
static void keep_earlier(struct json *row)
{
    const struct json *last = json_get(row, "why"), *before = json_get(row, "whys");
    struct json *kept = json_new_array();
    if (json_is_object(last)) {
        json_add(kept, json_copy(last));
        for (const struct json *one = json_first(before); one && json_count(kept) < WHYS_MAX;
             one = json_next(one))
            json_add(kept, json_copy(one));
        json_set(row, "whys", json_copy(kept));
    }
    json_free(&kept);
}

/* Kept with the ticket, so that it can be said at any time why this person was called, by whom and where, after a restart
 * too. The sentences are left out: whoever shows them has them in the reader's language. */
static void keep_why(struct call *c, struct json *row, const struct json *why, const struct json *counter)
{
    static const char *const members[] = {"rule", "reason", "number", "value", "of", "passed_all"};
    struct json *kept = json_new_object(), *passed = json_new_array();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_get(why, members[i]))
            json_set(kept, members[i], json_copy(json_get(why, members[i])));
    for (const struct json *p = json_first(json_get(why, "passed_over")); p; p = json_next(p)) {
        struct json *one = json_new_object();
        json_set_text(one, "number", json_text(p, "number"));
        json_set_text(one, "reason", json_text(p, "reason"));
        json_add(passed, one);
    }
    json_set(kept, "passed_over", passed);
    json_set_text(kept, "user", c->actor->user);
    json_set_text(kept, "counter", row_id(counter));
    json_set_int(kept, "assigned",
                 assignment_rev(counter)); /* by which a move knows who was called because of it */
    row_set_time(kept, "at", c->at_ms);
    if (str_equal(json_text(why, "rule"), "named")) /* in the caller's own words */
        json_set_text(kept, "words", json_text(why, "text"));
    keep_earlier(row);
    json_set(row, "why", kept);
}

enum err ticket_take(struct call *c, struct json *row, const struct json *counter, struct json *why)
{
    struct ticket ticket;
    struct ticket_act act = {
        .event = TICKET_CALL, .user = c->actor->user, .counter = row_id(counter), .gen = -1};
    ticket_read(row, &ticket);
    json_set(answer(c), "why", why); /* owned by the answer from here on */
    keep_why(c, row, why, counter);
    TRY(ticket_do(c, row, &ticket, &act));
    ticket_answer(c, row);
    return ERR_OK;
}

enum err ticket_call_next(struct call *c)
{
    struct asking a = {.c = c};
    TRY(body_array(c, "queues", &a.wanted));
    if (!json_count(a.wanted))
        a.wanted = NULL;
    TRY(counter_need_held(c, &a.counter));
    TRY(counter_need_free(c, row_id(a.counter)));
    TRY(gather(&a));
    enum err err = choose(&a);
    free(a.candidates);
    return err;
}

/* --- a named ticket, out of order --- */

/* A booking for a later day waits for its day: whoever came all the same is checked in first. */
static enum err need_come(struct call *c, const struct json *row)
{
    if (row_time(row, "arrived_at") >= 0)
        return ERR_OK;
    return refuse(c, "not_today", "ticket",
                  "%s is booked for %.10s. Nobody was called: check the booking in for today first.",
                  ticket_title(row), json_text_or(row, "day", "another day"));
}

enum err ticket_call_named(struct call *c)
{
    struct json *counter, *row, *queue;
    struct ticket ticket;
    const char *reason;
    TRY(counter_need_held(c, &counter));
    TRY(ticket_load(c, &row, &ticket));
    TRY(body_text(c, "reason", &reason));
    if (!reason)
        return refuse(c, "reason_needed", "reason", "Why is %s called out of turn? Give a reason.",
                      ticket.number);
    TRY(counter_need_free(c, row_id(counter)));
    TRY(peek(c, TABLE_QUEUE, ticket.queue, &queue));
    TRY(need_agency(c, json_text(queue, "agency")));
    TRY(queue_need_here(c, queue, "ticket"));
    TRY(need_come(c, row));
    json_set_text(row, "call_reason", reason);
    struct json *why = json_new_object();
    json_set_text(why, "rule", "named");
    json_set_text(why, "reason", "named");
    json_set_text(why, "number", ticket.number);
    json_set_text(why, "text", reason);
    json_set(why, "passed_over", json_new_array());
    return ticket_take(c, row, counter, why);
}
