/* core/command/queue_rehearse.c: what another rule would do to those who wait in a queue now (rehearsals.h). The order is
 * that of core/model/rule.c, which calls them; this reads the rows for it and writes down what comes out. */
#include <stdlib.h>

#include "core/command/heads.h"
#include "core/command/queues.h"
#include "core/command/rehearsals.h"
#include "core/command/ticket_row.h"
#include "core/model/rehearsal.h"

enum { COUNTERS_MAX = 200 };

struct rehearsed {
    struct json *tickets;                 /* rows of those who wait */
    struct json *queues[RULE_QUEUES_MAX]; /* rows */
    struct rule_queue now[RULE_QUEUES_MAX], then[RULE_QUEUES_MAX];
    struct rule_state state; /* of now */
    int queue_count;
    const char *counter; /* its name, when it is asked as one counter would call */
};

/* --- who waits --- */

static enum err add_waiting(struct call *c, const char *queue, struct json *tickets)
{
    static const char sql_waiting[] =
        "SELECT row, arrived_at, number FROM tickets WHERE queue = $1 AND state = 'waiting' AND arrived_at > "
        "''"
        " AND COALESCE(counter, '') = '' AND COALESCE(user_, '') = '' ORDER BY arrived_at, number LIMIT $2";
    /* tickets_arrival */
    int64_t room = REHEARSED_MAX - (int64_t)json_count(tickets);
    struct stmt *s = tx_list(c->tx, sql_waiting, TABLE_TICKET, "queue", queue);
    db_bind_int(s, 2, room > 0 ? room : 0);
    return rows_collect(s, tickets);
}

static enum err add_queue(struct call *c, struct rehearsed *r, struct json *row, const struct rule_queue *now,
                          const struct rule_queue *then, int weight)
{
    int at = r->queue_count++;
    r->queues[at] = row;
    r->now[at] = *now;
    r->then[at] = *then;
    r->now[at].queue = r->then[at].queue = row_id(row);
    r->now[at].weight = r->then[at].weight = weight;
    r->state.run[at] = (int)json_int(row, "run", 0);
    return add_waiting(c, row_id(row), r->tickets);
}

/* --- where queues share a counter --- */

/* The first open counter of the queue that has others too; NULL: none. */
static enum err sharing_counter(struct call *c, const char *queue, const struct json **counter)
{
    static const char sql_open[] =
        "SELECT row, name FROM counters WHERE state = $1 ORDER BY name LIMIT $2"; /* counters_state */
    struct json *rows = keep(c, json_new_array());
    struct stmt *s = tx_list(c->tx, sql_open, TABLE_COUNTER, "state", "open");
    db_bind_int(s, 2, COUNTERS_MAX);
    TRY(rows_collect(s, rows));
    *counter = NULL;
    for (const struct json *row = json_first(rows); row && !*counter; row = json_next(row))
        if (counter_serves(row, queue) && json_count(json_get(row, "queues")) > 1)
            *counter = row;
    return ERR_OK;
}

static enum err add_shared(struct call *c, struct rehearsed *r, const struct json *counter, const char *queue,
                           const struct rule_queue *now, const struct rule_queue *then)
{
    const struct json *mine = json_get(counter, "queues");
    for (const struct json *one = json_first(mine); one && r->queue_count < RULE_QUEUES_MAX;
         one = json_next(one)) {
        struct json *row;
        struct rule_queue other;
        bool here = false;
        TRY(peek(c, TABLE_QUEUE, json_text(one, "queue"), &row));
        if (row)
            TRY(queue_is_here(c, row, &here));
        if (!here)
            continue;
        bool asked = str_equal(row_id(row), queue);
        queue_rule_now(c, row, &other);
        r->state.deficit[r->queue_count] = json_int(json_get(counter, "deficit"), row_id(row), 0);
        if (str_equal(json_text(counter, "turn"), row_id(row)))
            r->state.turn = r->queue_count;
        TRY(add_queue(c, r, row, asked ? now : &other, asked ? then : &other,
                      (int)json_int(one, "weight", 1)));
    }
    r->counter = json_text(counter, "name");
    return ERR_OK;
}

/* Shares are of a counter; every other rule is the queue's own. */
static enum err gather(struct call *c, struct rehearsed *r, const struct json *row,
                       const struct rule_queue *now, const struct rule_queue *then)
{
    const struct json *counter = NULL;
    if (now->kind == RULE_WEIGHTED || then->kind == RULE_WEIGHTED)
        TRY(sharing_counter(c, row_id(row), &counter));
    if (counter)
        return add_shared(c, r, counter, row_id(row), now, then);
    return add_queue(c, r, keep(c, json_copy(row)), now, then, 1);
}

/* --- the answer --- */

static void set_minutes(struct json *json, const char *name, int64_t minutes)
{
    if (minutes < 0)
        json_set_null(json, name);
    else
        json_set_int(json, name, minutes);
}

static struct json *rule_json(const struct rule_queue *rule)
{
    struct json *json = json_new_object();
    json_set_text(json, "kind", rule_text(rule->kind));
    if (rule->kind == RULE_PRIORITY)
        json_set_int(json, "max_run", rule->max_run > 0 ? rule->max_run : RULE_MAX_RUN);
    return json;
}

static const char *code_of(const struct rehearsed *r, const char *queue)
{
    for (int i = 0; i < r->queue_count; i++)
        if (str_equal(row_id(r->queues[i]), queue))
            return json_text_or(r->queues[i], "code", queue);
    return queue;
}

static struct json *person_json(const struct rehearsed *r, const struct json *ticket,
                                const struct rehearsal_person *person)
{
    struct json *json = json_new_object();
    json_set_text(json, "ticket", row_id(ticket));
    json_set_text(json, "number", json_text(ticket, "number"));
    json_set_text(json, "queue_code", code_of(r, json_text_or(ticket, "queue", "")));
    json_set_text(json, "service", json_text(ticket, "service"));
    json_set_int(json, "priority_class", json_int(ticket, "priority_class", 0));
    json_set_text(json, "arrived_at", json_text(ticket, "arrived_at"));
    json_set_text(json, "appointment_at", json_text(ticket, "appointment_at"));
    json_set_int(json, "place", person->place + 1);
    json_set_int(json, "place_after", person->place_after + 1);
    set_minutes(json, "wait_min", person->wait_min);
    set_minutes(json, "wait_min_after", person->wait_min_after);
    return json;
}

static void put_sum(const struct rehearsal_sum *sum, struct json *out)
{
    json_set_int(out, "up", sum->up);
    json_set_int(out, "down", sum->down);
    json_set_int(out, "same", sum->same);
    json_set_int(out, "up_most", sum->up_most);
    json_set_int(out, "down_most", sum->down_most);
    json_set_int(out, "longer", sum->longer);
    json_set_int(out, "longer_most_min", sum->longer_most_min);
    set_minutes(out, "longest_min", sum->longest);
    set_minutes(out, "longest_min_after", sum->longest_after);
}

static void put_people(struct call *c, const struct rehearsed *r, const struct queue_outlook *outlook)
{
    int count = (int)json_count(r->tickets), at = 0;
    struct candidate *candidates = xcalloc((size_t)count + 1, sizeof *candidates);
    struct rehearsal_person *people = xcalloc((size_t)count + 1, sizeof *people);
    int *order = xcalloc((size_t)count + 1, sizeof *order);
    struct rehearsal_way now = {{r->now, r->queue_count, c->at_ms}, r->state},
                         then = {{r->then, r->queue_count, c->at_ms}, {.run = {0}}};
    struct rehearsal_sum sum;
    struct json *rows = json_new_array();
    for (const struct json *t = json_first(r->tickets); t; t = json_next(t))
        candidates[at++] = head_candidate(t, "", "");
    int placed = rehearse_ways(&now, &then, candidates, count, outlook->average_min, outlook->desks, people,
                               order, &sum);
    for (int i = 0; i < placed && i < REHEARSED_SHOWN; i++)
        json_add(rows, person_json(r, json_at(r->tickets, (size_t)order[i]), &people[order[i]]));
    put_sum(&sum, answer(c));
    json_set(answer(c), "rows", rows);
    free(candidates);
    free(people);
    free(order);
}

enum err queue_rehearse(struct call *c, const struct json *row, const struct rule_queue *now,
                        const struct rule_queue *then)
{
    struct rehearsed r = {.tickets = keep(c, json_new_array())};
    struct queue_outlook outlook;
    TRY(queue_outlook(c, row_id(row), 0, &outlook));
    TRY(gather(c, &r, row, now, then));
    json_set_text(answer(c), "queue", row_id(row));
    json_set_text(answer(c), "code", json_text(row, "code"));
    row_set_time(answer(c), "at", c->at_ms);
    json_set(answer(c), "rule", rule_json(then));
    json_set(answer(c), "now", rule_json(now));
    json_set_int(answer(c), "waiting", (int64_t)json_count(r.tickets));
    json_set_int(answer(c), "desks", outlook.desks);
    json_set(answer(c), "average_min", json_new_number(outlook.average_min));
    if (r.counter)
        json_set_text(answer(c), "counter", r.counter);
    put_people(c, &r, &outlook);
    return ERR_OK;
}
