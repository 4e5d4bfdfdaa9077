/* core/command/queue_rehearse.c: what another rule would do to those who wait in a queue now (rehearsals.h). The hall's next
 * hours are played forward with both rules (core/model/hour.h), at all its counters and with all their queues, so what is
 * said is what then happens; this reads the rows for it and writes down what comes out. */
#include <stdlib.h>

#include "core/command/heads.h"
#include "core/command/hour_rows.h"
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
    struct hour_hall hall;
    struct hour_run runs[2]; /* as it is, and as it would be */
    int64_t *calls[2];       /* of each ticket, in order: when it is called; 0: nobody can say */
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

/* --- the hours --- */

static void play(struct call *c, struct rehearsed *r, const struct json *row, const struct rule_queue *then,
                 int64_t until_ms)
{
    const struct hour_change change = {.kind = HOUR_RULE,
                                       .at_ms = c->tx->now_ms,
                                       .until_ms = until_ms,
                                       .queue = hour_find_queue(&r->hall.hour, row_id(row)),
                                       .rule = then->kind,
                                       .max_run = then->max_run};
    hour_run(&r->hall.hour, HOUR_MIN_MAX, &r->runs[0]);
    hour_run_changed(&r->hall.hour, &change, change.queue >= 0, HOUR_MIN_MAX, &r->runs[1]);
}

/* The person's place in the snapshot, at or after from: people stand in both in the same order. */
static int find_person(const struct hour *hour, const char *ticket, const char *queue, int from)
{
    for (int i = from; i < hour->people_count; i++)
        if (str_equal(hour->people[i].id, ticket))
            return i;
        else if (hour->people[i].queue >= 0 && !str_equal(hour->queues[hour->people[i].queue].id, queue))
            break;
    return -1;
}

static int first_of_queue(const struct hour *hour, const char *queue)
{
    for (int i = 0; i < hour->people_count; i++)
        if (hour->people[i].queue >= 0 && str_equal(hour->queues[hour->people[i].queue].id, queue))
            return i;
    return hour->people_count;
}

/* Who is not reached in the time looked at: they go on at its pace, by the place that the rule gives. */
struct rest {
    int64_t end_ms, step_ms; /* step_ms 0: nobody of the queue was called */
};

static struct rest rest_of(const struct rehearsed *r, int side, const char *queue)
{
    const struct hour_run *run = &r->runs[side];
    int at = hour_find_queue(&r->hall.hour, queue), called = at >= 0 ? run->queues[at].called : 0;
    int64_t length_ms = (int64_t)run->minutes * 60000;
    return (struct rest){r->hall.hour.now_ms + length_ms, called ? length_ms / called : 0};
}

static void read_calls(struct rehearsed *r, int side)
{
    const struct hour *hour = &r->hall.hour;
    const char *queue = NULL;
    int from = 0, at = 0;
    r->calls[side] = xcalloc(json_count(r->tickets) + 1, sizeof *r->calls[side]);
    for (const struct json *t = json_first(r->tickets); t; t = json_next(t), at++) {
        const char *here = json_text_or(t, "queue", "");
        if (!queue || !str_equal(queue, here))
            from = first_of_queue(hour, here);
        queue = here;
        int person = find_person(hour, row_id(t), here, from);
        if (person < 0)
            continue;
        from = person + 1;
        r->calls[side][at] = r->runs[side].people[person].call_ms;
    }
}

static void reach_the_rest(struct rehearsed *r, int side, const struct rehearsal_way *way,
                           const struct candidate *candidates, int count)
{
    int *order = xcalloc((size_t)count + 1, sizeof *order);
    int placed = rule_order(&way->desk, &way->state, candidates, count, order);
    for (int q = 0; q < r->queue_count; q++) {
        struct rest rest = rest_of(r, side, row_id(r->queues[q]));
        int64_t at_ms = rest.end_ms;
        for (int i = 0; i < placed && rest.step_ms; i++) {
            if (r->calls[side][order[i]] || !str_equal(candidates[order[i]].queue, row_id(r->queues[q])))
                continue;
            at_ms += rest.step_ms;
            r->calls[side][order[i]] = at_ms;
        }
    }
    free(order);
}

/* --- the people --- */

static void put_people(struct call *c, struct rehearsed *r)
{
    int count = (int)json_count(r->tickets), at = 0;
    struct candidate *candidates = xcalloc((size_t)count + 1, sizeof *candidates);
    struct rehearsal_person *people = xcalloc((size_t)count + 1, sizeof *people);
    int *order = xcalloc((size_t)count + 1, sizeof *order);
    struct rehearsal_way now = {{r->now, r->queue_count, c->at_ms}, r->state, r->calls[0]},
                         then = {{r->then, r->queue_count, c->at_ms}, {.run = {0}}, r->calls[1]};
    struct rehearsal_sum sum;
    struct json *rows = json_new_array();
    for (const struct json *t = json_first(r->tickets); t; t = json_next(t))
        candidates[at++] = head_candidate(t, "", "");
    reach_the_rest(r, 0, &now, candidates, count);
    reach_the_rest(r, 1, &then, candidates, count);
    int placed = rehearse_ways(&now, &then, candidates, count, people, order, &sum);
    for (int i = 0; i < placed && i < REHEARSED_SHOWN; i++)
        json_add(rows, person_json(r, json_at(r->tickets, (size_t)order[i]), &people[order[i]]));
    put_sum(&sum, answer(c));
    json_set(answer(c), "rows", rows);
    free(candidates);
    free(people);
    free(order);
}

static enum err play_both(struct call *c, struct rehearsed *r, const struct json *row,
                          const struct rule_queue *then, int64_t until_ms)
{
    TRY(hour_rows(c->tx->db, c->tx->now_ms, NULL, &r->hall));
    play(c, r, row, then, until_ms);
    for (int side = 0; side < 2; side++)
        read_calls(r, side);
    put_people(c, r);
    for (int side = 0; side < 2; side++) {
        hour_run_free(&r->runs[side]);
        free(r->calls[side]);
    }
    hour_hall_free(&r->hall);
    return ERR_OK;
}

enum err queue_rehearse(struct call *c, const struct json *row, const struct rule_queue *now,
                        const struct rule_queue *then, int64_t until_ms)
{
    struct rehearsed *r = xcalloc(1, sizeof *r);
    struct queue_outlook outlook;
    r->tickets = keep(c, json_new_array());
    enum err err = queue_outlook(c, row_id(row), 0, &outlook);
    if (err == ERR_OK)
        err = gather(c, r, row, now, then);
    if (err == ERR_OK) {
        json_set_text(answer(c), "queue", row_id(row));
        json_set_text(answer(c), "code", json_text(row, "code"));
        row_set_time(answer(c), "at", c->at_ms);
        json_set(answer(c), "rule", rule_json(then));
        json_set(answer(c), "now", rule_json(now));
        json_set_int(answer(c), "waiting", (int64_t)json_count(r->tickets));
        json_set_int(answer(c), "desks", outlook.desks);
        json_set(answer(c), "average_min", json_new_number(outlook.average_min));
        if (r->counter)
            json_set_text(answer(c), "counter", r->counter);
        err = play_both(c, r, row, then, until_ms);
    }
    free(r);
    return err;
}
