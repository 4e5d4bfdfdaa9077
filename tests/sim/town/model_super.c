/* tests/sim/town/model_super.c: what a supervisor does with queues and counters, by PROTOCOL.md section 4 and
 * core/command/README.md: who waits elsewhere, who serves whom, by which rule, and which counter closes. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "tests/sim/town/model_inside.h"

static int64_t time_of(const struct json *row, const char *member)
{
    int64_t ms;
    const char *text = json_text(row, member);
    return text && time_parse(text, &ms) ? ms : -1;
}

/* --- queue.move --- */

struct chosen {
    struct model_ticket **list;
    size_t count;
};

/* As the hall lists them: by arrival, then number. */
static int by_arrival(const void *a, const void *b)
{
    const struct model_ticket *x = *(struct model_ticket *const *)a, *y = *(struct model_ticket *const *)b;
    if (x->arrived_ms != y->arrived_ms)
        return x->arrived_ms < y->arrived_ms ? -1 : 1;
    return strcmp(x->number, y->number);
}

static bool fits(const struct model_ticket *t, const struct json *filter)
{
    const struct json *tickets = json_get(filter, "tickets");
    const char *service = json_text(filter, "service");
    if (service && strcmp(service, t->service) != 0)
        return false;
    return !tickets || json_has_text(tickets, t->id) || json_has_text(tickets, t->number);
}

static struct chosen choose(struct model *model, const struct model_queue *from, const struct json *filter)
{
    struct chosen chosen = {.list = xcalloc(model->tickets.count + 1, sizeof(struct model_ticket *))};
    for (size_t i = 0; i < model->tickets.count; i++) {
        struct model_ticket *t = &model->tickets.list[i];
        if (strcmp(t->state, "waiting") == 0 && t->arrived_ms != 0 && !*t->away &&
            strcmp(t->queue, from->id) == 0 && fits(t, filter))
            chosen.list[chosen.count++] = t;
    }
    qsort(chosen.list, chosen.count, sizeof *chosen.list, by_arrival);
    int64_t limit = json_int(filter, "limit", INT64_MAX);
    if (limit >= 1 && (int64_t)chosen.count > limit)
        chosen.count = (size_t)limit;
    return chosen;
}

/* Keeps number, arrival, class and place: hold_ticket looks at those. move "": one that is not taken back. */
static void move_ticket(struct model *model, struct model_ticket *t, const struct model_queue *to,
                        const char *move)
{
    model_forget_moved(t);
    if (*move) {
        t->moved = xcalloc(1, sizeof *t->moved);
        str_copy(t->moved->move, NAME, move);
        str_copy(t->moved->queue, NAME, t->queue);
        str_copy(t->moved->counter, NAME, t->counter);
        str_copy(t->moved->user, NAME, t->user);
        t->moved->visit = model_visit_copy(t->visit);
        t->counter[0] = t->user[0] = '\0'; /* they wait for anyone there */
    }
    str_copy(t->queue, sizeof t->queue, to->id);
    model_visit_moved(model, t->visit, t->queue);
    model_forget_before(t);
    model_need_row(model, "ticket", t->id);
}

static void move_all(struct model *model, const struct chosen *chosen, const struct model_queue *to)
{
    for (size_t i = 0; i < chosen->count; i++)
        move_ticket(model, chosen->list[i], to, "");
}

static void hold_no_rows(struct model *model, const char *what)
{
    if (json_count(model->step->rows))
        model_object(model, "%s changes nothing, and something was changed", what);
}

static enum verdict move_rule(struct model *model, struct model_step *s)
{
    const struct json *filter = json_get(s->body, "filter");
    const struct model_queue *from = model_queue_of(model, json_text_or(s->body, "from", ""));
    const struct model_queue *to = model_queue_of(model, json_text_or(s->body, "to", ""));
    if (!from || !to || from == to || !model_queue_is_here(model, to))
        return MUST_REFUSE;
    if (json_get(filter, "arrived_before") || json_get(filter, "channel") || json_get(filter, "priority"))
        return OPEN;
    struct chosen chosen = choose(model, from, filter);
    s->moved = (int64_t)chosen.count;
    if (s->applied && json_bool(s->body, "preview", false))
        hold_no_rows(model, "a preview");
    else if (s->applied)
        move_all(model, &chosen, to);
    free(chosen.list);
    return MUST_APPLY;
}

/* --- hall.move: people and counters at once, in one record --- */

static const struct json *row_of_table(const struct model_step *s, const char *table)
{
    for (const struct json *line = json_first(s->rows); line; line = json_next(line))
        if (strcmp(json_text_or(line, "t", ""), table) == 0)
            return json_get(line, "row");
    return NULL;
}

static bool serves(const struct model_counter *counter, const char *queue)
{
    for (int i = 0; i < counter->queue_count; i++)
        if (strcmp(counter->queues[i], queue) == 0)
            return true;
    return false;
}

/* Of the town's moves, which name one queue. */
static bool serves_after(const struct model_counter *counter, const struct model_queue *to, const char *how,
                         const char *queue)
{
    bool is_it = strcmp(queue, to->id) == 0;
    if (strcmp(how, "also") == 0)
        return is_it || serves(counter, queue);
    return strcmp(how, "without") == 0 ? !is_it && serves(counter, queue) : is_it;
}

static void note_before(struct model_move *move, const struct model_counter *counter)
{
    if (move->counter_count == sizeof move->before / sizeof *move->before)
        return;
    struct model_assigned *before = &move->before[move->counter_count++];
    str_copy(before->counter, NAME, counter->id);
    before->count = counter->queue_count;
    memcpy(before->queues, counter->queues, sizeof before->queues);
}

static struct model_assigned *before_of(struct model_move *move, const char *counter)
{
    for (int i = 0; i < move->counter_count; i++)
        if (strcmp(move->before[i].counter, counter) == 0)
            return &move->before[i];
    return NULL;
}

/* What a counter served before the oldest that still lies on the one that is over. */
void model_move_over(struct model *model, const struct model_move *over)
{
    for (int i = 0; i < over->counter_count; i++) {
        const struct model_assigned *before = &over->before[i];
        for (size_t k = (size_t)(over - model->moves.list) + 1; k < model->moves.count; k++) {
            struct model_move *later = &model->moves.list[k];
            struct model_assigned *above =
                model_is(later->state, " over undone declined ") ? NULL : before_of(later, before->counter);
            if (above) {
                *above = *before;
                break;
            }
        }
    }
}

static void hold_counter_moved(struct model *model, struct model_step *s, const struct model_counter *counter,
                               const struct model_queue *to, struct model_move *move)
{
    const struct json *row = model_row(s, "counter", counter->id), *list = json_get(row, "queues");
    const char *how = json_text_or(s->body, "how", "only");
    for (size_t i = 0; i < model->queues.count; i++) {
        const char *queue = model->queues.list[i].id;
        bool now = !row && serves(counter, queue); /* it is as it was */
        for (const struct json *one = json_first(list); one; one = json_next(one))
            now = now || strcmp(json_text_or(one, "queue", ""), queue) == 0;
        if (now != serves_after(counter, to, how, queue))
            model_object(model, "counter %s should serve %s \"%s\", and does not", counter->name, to->id,
                         how);
    }
    if (row)
        note_before(move, counter);
}

static enum verdict hall_move_rule(struct model *model, struct model_step *s)
{
    const struct json *tickets = json_get(s->body, "tickets"), *counters = json_get(s->body, "counters");
    const struct model_queue *to = model_queue_of(model, json_text_or(s->body, "to", ""));
    if (json_get(s->body, "user") || json_get(s->body, "from"))
        return OPEN;
    if (!to || !model_queue_is_here(model, to))
        return MUST_REFUSE;
    if (s->applied && json_bool(s->body, "preview", false)) {
        hold_no_rows(model, "a preview");
        return MUST_APPLY;
    }
    for (const struct json *one = json_first(tickets); one; one = json_next(one)) {
        const struct model_ticket *t = model_ticket_of(model, json_as_text(one));
        if (!t || strcmp(t->state, "waiting") != 0 || t->arrived_ms == 0 || *t->away)
            return MUST_REFUSE;
    }
    const struct json *row = row_of_table(s, "move");
    if (s->applied && !row)
        model_object(model, "a move is recorded");
    if (!s->applied || !row)
        return EITHER; /* whose agency, or what was seen, are the hall's words */
    struct model_move *move = model_move_have(model, json_text_or(row, "id", ""));
    for (const struct json *one = json_first(counters); one; one = json_next(one)) {
        const struct model_counter *counter = model_counter_of(model, json_as_text(one));
        if (counter)
            hold_counter_moved(model, s, counter, to, move);
    }
    for (const struct json *one = json_first(tickets); one; one = json_next(one)) {
        struct model_ticket *t = model_ticket_of(model, json_as_text(one));
        if (strcmp(t->queue, to->id) != 0)
            move_ticket(model, t, to, move->id);
    }
    return EITHER;
}

/* --- move.undo: whole or not at all --- */

/* As it was; a visit that was changed since only follows its queue. */
static void move_back(struct model *model, struct model_ticket *t)
{
    struct model_moved *moved = t->moved;
    str_copy(t->queue, sizeof t->queue, moved->queue);
    if (*moved->counter)
        str_copy(t->counter, sizeof t->counter, moved->counter);
    if (*moved->user)
        str_copy(t->user, sizeof t->user, moved->user);
    if (moved->changed || !moved->visit) {
        model_visit_moved(model, t->visit, t->queue);
    } else {
        free(t->visit);
        t->visit = moved->visit;
        moved->visit = NULL;
    }
    model_forget_moved(t);
    model_need_row(model, "ticket", t->id);
}

static void hold_assigned_back(struct model *model, const struct model_step *s,
                               const struct model_assigned *before)
{
    const struct json *row = model_row(s, "counter", before->counter);
    const struct json *one = json_first(json_get(row, "queues"));
    bool same = row != NULL;
    for (int i = 0; i < before->count; i++, one = one ? json_next(one) : NULL)
        same = same && strcmp(json_text_or(one, "queue", ""), before->queues[i]) == 0;
    if (!same || one)
        model_object(model, "counter %s should serve again what it served before", before->counter);
}

static enum verdict move_undo_rule(struct model *model, struct model_step *s)
{
    const char *id = json_text_or(s->body, "move", "");
    bool known = false;
    for (size_t i = 0; i < model->moves.count; i++)
        known = known || strcmp(model->moves.list[i].id, id) == 0;
    if (!known)
        return MUST_REFUSE;
    struct model_move *move = model_move_have(model, id);
    if (!model_is(move->state, " running done asked "))
        return MUST_REFUSE;
    if (!s->applied)
        return EITHER;
    for (int i = 0; i < move->counter_count; i++)
        hold_assigned_back(model, s, &move->before[i]);
    for (size_t i = 0; i < model->tickets.count; i++) {
        struct model_ticket *t = &model->tickets.list[i];
        if (!t->moved || strcmp(t->moved->move, id) != 0 || strcmp(t->state, "cancelled") == 0)
            continue;
        if (strcmp(t->state, "waiting") != 0)
            model_object(model, "%s was called since, and the move is taken back", t->number);
        move_back(model, t);
    }
    return EITHER;
}

enum verdict model_moves_rule(struct model *model, struct model_step *s)
{
    if (strcmp(s->type, "move.undo") == 0)
        return move_undo_rule(model, s);
    return model_supervises(model, s->user) ? hall_move_rule(model, s) : MUST_REFUSE;
}

/* --- queue.assign --- */

static const char *name_of(const struct json *one)
{
    const char *text = json_as_text(one);
    return text ? text : json_text_or(one, "queue", "");
}

static enum verdict assign_rule(struct model *model, struct model_step *s)
{
    const struct model_counter *counter = model_counter_of(model, json_text_or(s->body, "counter", ""));
    const struct json *wanted = json_get(s->body, "queues");
    if (!counter || !json_is_array(wanted))
        return MUST_REFUSE;
    const struct json *row = s->applied ? model_row(s, "counter", counter->id) : NULL;
    const struct json *put = json_first(json_get(row, "queues"));
    for (const struct json *one = json_first(wanted); one; one = json_next(one)) {
        const struct model_queue *queue = model_queue_of(model, name_of(one));
        if (!queue)
            return MUST_REFUSE;
        if (s->applied && (strcmp(json_text_or(put, "queue", ""), queue->id) != 0 ||
                           json_int(put, "weight", 0) != json_int(one, "weight", 1)))
            model_object(model, "counter %s should serve %s, and does not", counter->name, queue->id);
        put = put ? json_next(put) : NULL;
    }
    if (put)
        model_object(model, "counter %s serves more than it was given", counter->name);
    if (row) {
        char id[NAME]; /* what lies below it may end, and is not what a later move comes back to */
        str_format(id, sizeof id, "assign %lld", (long long)s->rev);
        note_before(model_move_have(model, id), counter);
    }
    return MUST_APPLY;
}

/* --- queue.rule --- */

static const char *kind_of(const struct json *body)
{
    const struct json *rule = json_get(body, "rule");
    const char *text = json_is_object(rule) ? json_text(rule, "kind") : json_as_text(rule);
    return text ? text : json_text_or(body, "kind", "");
}

/* What comes back afterwards is never a rule that was itself for a time. */
static void hold_rule(struct model *model, const struct model_step *s, const struct model_queue *queue)
{
    const struct json *row = model_row(s, "queue", queue->id), *rule = json_get(row, "rule");
    const char *kind = kind_of(s->body), *back = *queue->back_kind ? queue->back_kind : queue->kind;
    int64_t until_ms = time_of(s->body, "until");
    if (!row || strcmp(json_text_or(rule, "kind", ""), kind) != 0 || time_of(rule, "until") != until_ms)
        model_object(model, "queue %s should be called by %s, and is by %s", queue->code, kind,
                     json_text_or(rule, "kind", "?"));
    else if (until_ms >= 0 && strcmp(json_text_or(json_get(rule, "before"), "kind", ""), back) != 0)
        model_object(model, "after its time queue %s should be called by %s again, not by %s", queue->code,
                     back, json_text_or(json_get(rule, "before"), "kind", "nothing"));
}

static enum verdict rule_rule(struct model *model, struct model_step *s)
{
    static const char kinds[] = " fifo priority weighted appointments ";
    struct model_queue *queue = model_queue_of(model, json_text_or(s->body, "queue", ""));
    if (json_get(s->body, "plan") || json_get(s->body, "undo") || json_get(s->body, "preview"))
        return OPEN;
    if (!queue || !model_is(kind_of(s->body), kinds) || !json_text(s->body, "reason"))
        return MUST_REFUSE;
    if (!s->applied)
        return s->clocks_are_right && time_of(s->body, "until") < 0 ? MUST_APPLY : EITHER;
    bool sure = model_rule_now(queue, s); /* one that is over gives way first */
    if (sure)
        hold_rule(model, s, queue);
    queue->run = 0; /* counted anew, whatever was in force before */
    return EITHER;
}

/* --- closures --- */

static struct model_closure *closure_of(struct model *model, const char *id)
{
    for (size_t i = 0; i < model->closures.count; i++)
        if (strcmp(model->closures.list[i].id, id) == 0)
            return &model->closures.list[i];
    return NULL;
}

static bool is_asked_for(const struct model *model, const char *counter)
{
    for (size_t i = 0; i < model->closures.count; i++) {
        const struct model_closure *closure = &model->closures.list[i];
        if (strcmp(closure->counter, counter) == 0 && strcmp(closure->state, "open") == 0)
            return true;
    }
    return false;
}

/* The one row of a closure that the item has. */
static const struct json *closure_row(const struct model_step *s)
{
    for (const struct json *line = json_first(s->rows); line; line = json_next(line))
        if (strcmp(json_text_or(line, "t", ""), "closure") == 0)
            return json_get(line, "row");
    return NULL;
}

static enum verdict request_rule(struct model *model, struct model_step *s)
{
    const struct model_counter *counter = model_counter_of(model, json_text_or(s->body, "counter", ""));
    const struct json *row = closure_row(s);
    if (!counter || model_is_foreign(model, s->user, counter->agency) || is_asked_for(model, counter->id))
        return MUST_REFUSE;
    if (!s->applied)
        return EITHER;
    if (!row || closure_of(model, json_text_or(row, "id", "")) ||
        strcmp(json_text_or(row, "counter", ""), counter->id) != 0 ||
        strcmp(json_text_or(row, "user", ""), s->user) != 0 ||
        strcmp(json_text_or(row, "state", ""), "open") != 0)
        model_object(model, "a request to close counter %s should wait for its answer", counter->name);
    return OPEN; /* the counter's row says so too */
}

/* Where its own counter stands, unless somebody else has opened it since. */
static void hold_closing(struct model *model, const struct model_step *s, const struct model_closure *closure)
{
    const struct model_counter *counter = model_counter_of(model, closure->counter);
    if (!counter || strcmp(counter->closing, closure->id) != 0)
        return;
    const struct json *row = model_row(s, "counter", counter->id), *closing = json_get(row, "closing");
    bool over = strcmp(closure->state, "withdrawn") == 0;
    const char *state = over ? "" : closure->state;
    if (!row || strcmp(json_text_or(closing, "state", ""), state) != 0)
        model_object(model, "counter %s should be told that its closing is %s", counter->name,
                     closure->state);
    else if (strcmp(state, "approved") == 0 && time_of(closing, "from") < 0)
        model_object(model, "counter %s should be told from when on it closes", counter->name);
}

static enum verdict answer_rule(struct model *model, struct model_step *s, const char *state)
{
    struct model_closure *closure = closure_of(model, json_text_or(s->body, "closure", ""));
    bool taken_back = strcmp(state, "withdrawn") == 0;
    if (!closure || !model_is(closure->state, taken_back ? " open approved " : " open "))
        return MUST_REFUSE;
    bool mine = taken_back && strcmp(closure->user, s->user) == 0;
    if (!mine && !model_supervises(model, s->user))
        return MUST_REFUSE;
    if (strcmp(state, "rejected") == 0 && !json_text(s->body, "reason"))
        return MUST_REFUSE;
    if (!s->applied)
        return mine ? EITHER : MUST_APPLY; /* a clerk of another agency by now takes back nothing */
    str_copy(closure->state, sizeof closure->state, state);
    model_need_row(model, "closure", closure->id);
    hold_closing(model, s, closure);
    return EITHER;
}

enum verdict model_closures_rule(struct model *model, struct model_step *s)
{
    if (strcmp(s->type, "closure.request") == 0)
        return request_rule(model, s);
    if (strcmp(s->type, "closure.approve") == 0)
        return answer_rule(model, s, "approved");
    if (strcmp(s->type, "closure.reject") == 0)
        return answer_rule(model, s, "rejected");
    return strcmp(s->type, "closure.withdraw") == 0 ? answer_rule(model, s, "withdrawn") : OPEN;
}

enum verdict model_queues_rule(struct model *model, struct model_step *s)
{
    if (!model_supervises(model, s->user))
        return MUST_REFUSE;
    if (strcmp(s->type, "queue.move") == 0)
        return move_rule(model, s);
    if (strcmp(s->type, "queue.assign") == 0)
        return assign_rule(model, s);
    return strcmp(s->type, "queue.rule") == 0 ? rule_rule(model, s) : OPEN;
}
