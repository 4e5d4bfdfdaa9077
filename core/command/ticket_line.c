/* core/command/ticket_line.c: see lines.h. The order is core/model/rule.c's, of the queue as one counter would call it. */
#include <stdlib.h>

#include "core/command/heads.h"
#include "core/command/lines.h"
#include "core/command/queues.h"

enum { LINE_MAX = 1000 };

struct line {
    struct json *tickets;
    struct candidate *people;
    int *order;
    int count, placed, mine; /* mine: index of the one asked about; -1 */
    struct rule_queue rule;
    struct rule_state state;
};

static enum err waiting_rows(struct call *c, const char *queue, struct json *rows)
{
    static const char sql_waiting[] =
        "SELECT row, arrived_at, number FROM tickets WHERE queue = $1 AND state = 'waiting' AND arrived_at > "
        "''"
        " AND COALESCE(counter, '') = '' AND COALESCE(user_, '') = '' ORDER BY arrived_at, number LIMIT $2";
    /* tickets_arrival */
    struct stmt *s = tx_list(c->tx, sql_waiting, TABLE_TICKET, "queue", queue);
    db_bind_int(s, 2, LINE_MAX);
    return rows_collect(s, rows);
}

/* Why somebody stands before another. */
static const char *because(const struct line *line, const struct candidate *first)
{
    const struct candidate *me = &line->people[line->mine];
    if (first->arrived_ms < me->arrived_ms ||
        (first->arrived_ms == me->arrived_ms && queue_number_compare(first->number, me->number) < 0))
        return "arrived";
    if (line->rule.kind == RULE_APPOINTMENTS && first->booked_ms)
        return "booked";
    if (first->priority > 0 && (me->priority <= 0 || first->priority < me->priority))
        return "class";
    return line->rule.kind == RULE_WEIGHTED ? "share" : "turn";
}

static void put_ahead(const struct line *line, int place, struct json *out)
{
    struct json *ahead = json_new_array();
    for (int i = 0; i < place && i < LINE_SHOWN; i++) {
        const struct candidate *person = &line->people[line->order[i]];
        struct json *one = json_new_object();
        json_set_text(one, "number", person->number);
        json_set_text(one, "because", because(line, person));
        json_add(ahead, one);
    }
    json_set(out, "ahead", ahead);
}

static void put_first(struct call *c, const struct line *line, struct json *out)
{
    const struct rule_desk desk = {&line->rule, 1, c->at_ms};
    struct rule_state state = line->state;
    struct why why;
    struct json *first = json_new_object();
    int chosen = rule_choose(&desk, &state, line->people, line->count, &why);
    json_set(out, "first", chosen < 0 ? json_new_null() : first);
    if (chosen < 0) {
        json_free(&first);
        return;
    }
    json_set_text(first, "number", line->people[chosen].number);
    json_set_text(first, "reason", rule_reason_text(why.reason));
    json_set_int(first, "value", why.value);
    json_set_int(first, "of", why.of);
    for (int i = 0; i < why.passed_count; i++)
        if (why.passed[i].index == line->mine)
            json_set_text(out, "passed", rule_passed_text(why.passed[i].reason));
}

static int place_of(const struct line *line)
{
    for (int i = 0; i < line->placed; i++)
        if (line->order[i] == line->mine)
            return i;
    return -1;
}

static enum err put_line(struct call *c, const struct line *line, const char *queue, struct json *out)
{
    struct queue_outlook outlook;
    struct estimate estimate;
    int place = place_of(line);
    struct json *rule = json_new_object();
    json_set_text(rule, "kind", rule_text(line->rule.kind));
    if (line->rule.kind == RULE_PRIORITY)
        json_set_int(rule, "max_run", line->rule.max_run > 0 ? line->rule.max_run : RULE_MAX_RUN);
    json_set(out, "rule", rule);
    if (place < 0)
        return ERR_OK;
    TRY(queue_outlook(c, queue, 0, &outlook));
    json_set_int(out, "place", place + 1);
    json_set_int(out, "waiting", line->placed);
    json_set_int(out, "desks", outlook.desks);
    json_set(out, "average_min", json_new_number(outlook.average_min));
    if (queue_estimate(place, outlook.average_min, outlook.desks ? outlook.share : 0, &estimate))
        json_set_int(out, "wait_min", estimate.expected_min);
    else
        json_set_null(out, "wait_min");
    put_ahead(line, place, out);
    put_first(c, line, out);
    return ERR_OK;
}

static enum err stand_in_line(struct call *c, const struct json *ticket, struct line *line)
{
    struct json *queue;
    const char *id = json_text(ticket, "queue");
    TRY(peek(c, TABLE_QUEUE, id, &queue));
    if (!queue)
        return ERR_OK;
    queue_rule_now(c, queue, &line->rule);
    line->state.run[0] = (int)json_int(queue, "run", 0);
    TRY(waiting_rows(c, id, line->tickets));
    line->people = xcalloc(json_count(line->tickets) + 1, sizeof *line->people);
    line->order = xcalloc(json_count(line->tickets) + 1, sizeof *line->order);
    for (const struct json *t = json_first(line->tickets); t; t = json_next(t)) {
        if (str_equal(row_id(t), row_id(ticket)))
            line->mine = line->count;
        line->people[line->count++] = head_candidate(t, "", "");
    }
    const struct rule_desk desk = {&line->rule, 1, c->at_ms};
    line->placed = rule_order(&desk, &line->state, line->people, line->count, line->order);
    return line->mine < 0 ? ERR_OK : put_line(c, line, id, answer(c));
}

static enum err tell(struct call *c, const char *id)
{
    struct json *ticket;
    struct line line = {.tickets = keep(c, json_new_array()), .mine = -1};
    TRY(load(c, TABLE_TICKET, "ticket", id, &ticket));
    const char *counter = json_text(ticket, "counter"), *user = json_text(ticket, "user");
    if (!str_equal(json_text(ticket, "state"), "waiting"))
        return ERR_OK;
    if (row_time(ticket, "arrived_at") < 0) {
        json_set_bool(answer(c), "not_here", true);
        return ERR_OK;
    }
    if (!str_empty(counter) || !str_empty(user)) {
        struct json *to = json_new_object();
        json_set_text(to, str_empty(counter) ? "user" : "counter", str_empty(counter) ? user : counter);
        json_set(answer(c), "sent_to", to);
        return ERR_OK;
    }
    enum err err = stand_in_line(c, ticket, &line);
    free(line.people);
    free(line.order);
    return err;
}

enum err line_foresee(struct tx *tx, const char *ticket, struct outcome *out)
{
    struct call c = {
        .tx = tx, .command = tx->command, .actor = tx->actor, .body = NULL, .out = out, .at_ms = tx->now_ms};
    *out = (struct outcome){0};
    (void)answer(&c);
    enum err err = tell(&c, ticket);
    out->applied = err == ERR_OK;
    for (int i = 0; i < c.kept_count; i++)
        json_free(&c.kept[i]);
    free(c.kept);
    return err == ERR_REFUSED ? ERR_OK : err;
}
