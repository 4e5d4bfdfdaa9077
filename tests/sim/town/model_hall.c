/* tests/sim/town/model_hall.c: tickets, counters and queues by PROTOCOL.md section 4. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "tests/sim/town/model_inside.h"

bool model_supervises(struct model *model, const char *user)
{
    const struct model_user *found = model_user_of(model, user);
    return found && found->supervises;
}

bool model_is_foreign(struct model *model, const char *user, const char *agency)
{
    const struct model_user *found = model_user_of(model, user);
    return found && *found->agency && *agency && strcmp(found->agency, agency) != 0;
}

bool model_queue_is_here(const struct model *model, const struct model_queue *queue)
{
    return !*queue->home || strcmp(queue->home, "hall") == 0 || strcmp(queue->home, model->code) == 0;
}

/* The rule named a row that has to be in the item. */
void model_need_row(struct model *model, const char *table, const char *id)
{
    if (!model_row(model->step, table, id))
        model_object(model, "the feed does not tell of %s %s", table, id);
}

/* --- steps of a ticket --- */

static const struct step {
    const char *type, *from, *to;
    bool new_holder, undoable;
} steps[] = {
    {"ticket.recall", " called ", "called", false, false},
    {"ticket.start", " called ", "serving", false, false},
    {"ticket.no_show", " called ", "no_show", false, true},
    {"ticket.hold", " serving ", "held", false, true},
    {"ticket.resume", " held ", "serving", false, false},
    {"ticket.return", " called serving held ", "waiting", true, false},
    {"ticket.finish", " serving held ", "done", false, true},
    {"ticket.cancel", " waiting called ", "cancelled", false, true},
    {"ticket.transfer", " called serving held ", "waiting", true, true},
};

/* In the place of what was remembered before. */
static void remember(struct model_ticket *t, const struct model_ticket *was)
{
    struct model_before before = {.is = true, .place_ms = was->place_ms};
    free(t->before.visit);
    str_copy(before.state, sizeof before.state, was->state);
    str_copy(before.queue, sizeof before.queue, was->queue);
    str_copy(before.counter, sizeof before.counter, was->counter);
    str_copy(before.user, sizeof before.user, was->user);
    str_copy(before.service, sizeof before.service, was->service);
    before.visit = was->visit;
    t->before = before;
}

void model_forget_moved(struct model_ticket *t)
{
    if (t->moved)
        free(t->moved->visit);
    free(t->moved);
    t->moved = NULL;
}

void model_forget_before(struct model_ticket *t)
{
    free(t->before.visit);
    t->before = (struct model_before){0};
}

/* Whoever is sent on keeps their place, unless somebody says first or last. */
static void send_to(struct model *model, struct model_ticket *t, const struct json *to, const char *place)
{
    const struct model_queue *queue = model_queue_of(model, json_text_or(to, "queue", ""));
    const struct model_counter *counter = model_counter_of(model, json_text_or(to, "counter", ""));
    const struct model_user *user = model_user_of(model, json_text_or(to, "user", ""));
    if (queue)
        str_copy(t->queue, sizeof t->queue, queue->id);
    str_copy(t->counter, sizeof t->counter, counter ? counter->id : "");
    str_copy(t->user, sizeof t->user, user ? user->id : "");
    if (strcmp(place, "keep") != 0)
        t->place_ms = ANY_PLACE;
}

/* A stop is done, the next one begins: in its queue by the arrival in the hall. Nobody goes on who has left. */
static bool goes_on(struct model *model, const struct model_step *s, struct model_ticket *t)
{
    int next = model_visit_next(model, t->visit);
    if (next < 0 || json_bool(s->body, "end_visit", false) ||
        strcmp(json_text_or(s->body, "outcome", ""), "left") == 0)
        return false;
    str_copy(t->state, sizeof t->state, "waiting");
    str_copy(t->queue, sizeof t->queue, model->queues.list[t->visit->stops[next].queue].id);
    t->counter[0] = t->user[0] = '\0';
    t->place_ms = 0;
    t->gen++;
    model_visit_go_on(t->visit, next);
    return true;
}

static void follow_visit(struct model *model, const struct step *step, struct model_ticket *t)
{
    if (strcmp(step->type, "ticket.transfer") == 0)
        model_visit_moved(model, t->visit, t->queue);
    else if (strcmp(step->to, "done") == 0)
        model_visit_end(t->visit, STOP_DONE);
    else if (strcmp(step->to, "no_show") == 0)
        model_visit_end(t->visit, STOP_MISSED);
    else if (strcmp(step->to, "cancelled") == 0)
        model_visit_end(t->visit, STOP_DROPPED);
}

/* Who is parked goes to a colleague as they are, parked and spoken of by the same counter. */
static bool is_handed(struct model *model, const struct model_step *s, const struct model_ticket *t)
{
    return strcmp(t->state, "held") == 0 &&
           model_user_of(model, json_text_or(json_get(s->body, "to"), "user", ""));
}

static void hand(struct model *model, const struct model_step *s, struct model_ticket *t)
{
    str_copy(t->user, sizeof t->user,
             model_user_of(model, json_text_or(json_get(s->body, "to"), "user", ""))->id);
    t->gen++;
}

/* Taken back at the counter where the clerk sits by now: at another one it is another holding. */
static void follow_clerk(struct model *model, const struct model_step *s, struct model_ticket *t)
{
    for (size_t i = 0; i < model->counters.count; i++) {
        const struct model_counter *counter = &model->counters.list[i];
        if (strcmp(s->user, t->user) != 0 || strcmp(counter->user, t->user) != 0 ||
            strcmp(counter->state, "closed") == 0 || strcmp(counter->id, t->counter) == 0)
            continue;
        str_copy(t->counter, sizeof t->counter, counter->id);
        t->gen++;
    }
}

static void apply_step(struct model *model, struct model_step *s, const struct step *step,
                       struct model_ticket *t)
{
    struct model_ticket was = *t;
    was.visit = step->undoable ? model_visit_copy(t->visit) : NULL;
    if (strcmp(step->type, "ticket.transfer") == 0 && is_handed(model, s, t)) {
        hand(model, s, t);
    } else if (strcmp(step->type, "ticket.finish") != 0 || !goes_on(model, s, t)) {
        str_copy(t->state, sizeof t->state, step->to);
        t->gen += step->new_holder;
        if (step->new_holder) /* a return has no "to": to nobody, at the same place */
            send_to(model, t, json_get(s->body, "to"), json_text_or(s->body, "place", "keep"));
        follow_visit(model, step, t);
    }
    if (strcmp(step->type, "ticket.resume") == 0)
        follow_clerk(model, s, t);
    if (step->undoable)
        remember(t, &was);
    else
        model_forget_before(t);
    model_need_row(model, "ticket", t->id);
}

/* What a state and a holder allow may still be too soon, or lack a reason: those words are the hall's. */
static enum verdict step_rule(struct model *model, struct model_step *s, const struct step *step)
{
    struct model_ticket *t = model_ticket_of(model, json_text_or(s->body, "ticket", ""));
    if (!t || *t->away)
        return MUST_REFUSE;
    if (json_get(s->body, "gen") && json_int(s->body, "gen", -1) != t->gen)
        return MUST_REFUSE;
    if (!model_is(t->state, step->from))
        return MUST_REFUSE;
    bool held = strcmp(t->state, "waiting") != 0;
    if (held && strcmp(t->user, s->user) != 0 && !model_supervises(model, s->user))
        return MUST_REFUSE;
    const struct model_queue *to = model_queue_of(model, json_text_or(json_get(s->body, "to"), "queue", ""));
    if (to && !model_queue_is_here(model, to))
        return MUST_REFUSE;
    if (s->applied)
        apply_step(model, s, step, t);
    bool plain =
        model_is(step->to, " serving waiting cancelled done ") || strcmp(step->type, "ticket.recall") == 0;
    return plain && strcmp(step->type, "ticket.resume") != 0 && strcmp(step->type, "ticket.transfer") != 0
               ? MUST_APPLY
               : EITHER;
}

static enum verdict undo_rule(struct model *model, struct model_step *s)
{
    struct model_ticket *t = model_ticket_of(model, json_text_or(s->body, "ticket", ""));
    if (!t || *t->away || !t->before.is ||
        (json_get(s->body, "gen") && json_int(s->body, "gen", -1) != t->gen))
        return MUST_REFUSE;
    if (!s->applied)
        return EITHER;                              /* too late, or the desk is taken */
    t->gen += model_is(t->state, " waiting held "); /* of a transfer: the holder changes back */
    str_copy(t->state, sizeof t->state, t->before.state);
    str_copy(t->queue, sizeof t->queue, t->before.queue);
    str_copy(t->counter, sizeof t->counter, t->before.counter);
    str_copy(t->user, sizeof t->user, t->before.user);
    str_copy(t->service, sizeof t->service, t->before.service);
    t->place_ms = t->before.place_ms;
    free(t->visit);
    t->visit = t->before.visit; /* whole, whatever it had become */
    t->before = (struct model_before){0};
    model_need_row(model, "ticket", t->id);
    return EITHER;
}

/* --- what is still to come of a visit --- */

static enum verdict stops_rule(struct model *model, struct model_step *s)
{
    struct model_ticket *t = model_ticket_of(model, json_text_or(s->body, "ticket", ""));
    const struct json *names = json_get(s->body, "services");
    bool new_here;
    if (!t || *t->away || !json_is_array(names) || !model_is(t->state, " waiting called serving held "))
        return MUST_REFUSE;
    if (json_get(s->body, "gen") && json_int(s->body, "gen", -1) != t->gen)
        return MUST_REFUSE;
    if (strcmp(t->state, "waiting") != 0 && strcmp(t->user, s->user) != 0 &&
        !model_supervises(model, s->user))
        return MUST_REFUSE;
    if (!model_visit_replan(model, t, names, &new_here))
        return MUST_REFUSE;
    if (!new_here && t->arrived_ms != 0 && s->clocks_are_right)
        return MUST_REFUSE; /* of a booking for a later day the queue may be here by then */
    if (!s->applied)
        return new_here ? MUST_APPLY : EITHER;
    model_visit_change(model, t, names);
    model_forget_before(t);
    if (t->moved) { /* a move that is taken back takes back no wish */
        free(t->moved->visit);
        t->moved->visit = NULL;
        t->moved->changed = true;
    }
    model_need_row(model, "ticket", t->id);
    return EITHER;
}

/* --- a number --- */

static int64_t class_of(const struct model *model, const char *code)
{
    for (int i = 0; i < model->priority_count; i++)
        if (strcmp(model->priorities[i].code, code) == 0)
            return model->priorities[i].class;
    return 0;
}

struct issue {                       /* what was asked for */
    const struct model_queue *queue; /* NULL: of a visit whose order is the hall's */
    struct model_visit visit;        /* no stops: of one service */
    bool here, given;
};

static void hold_new(struct model *model, const struct model_step *s, const struct issue *issue,
                     const char *id, const struct json *row)
{
    if (model_ticket_of(model, id))
        return model_object(model, "ticket %s was there already", id);
    if (strcmp(json_text_or(row, "state", ""), "waiting") != 0 || json_text(row, "user") ||
        !json_text(row, "number") ||
        (issue->queue && strcmp(json_text_or(row, "queue", ""), issue->queue->id) != 0))
        return model_object(model, "a new ticket should wait in queue %s under a number",
                            issue->queue ? issue->queue->id : "of its first stop");
    if (json_text(s->body, "priority") &&
        json_int(row, "priority_class", 0) != class_of(model, json_text(s->body, "priority")))
        return model_object(model, "a new ticket has another priority than was asked for");
    struct model_visit *visit = model_visit_read(model, json_get(row, "stops"));
    const char *wrong = issue->visit.count ? model_visit_begun(&issue->visit, issue->given, visit) : NULL;
    if (wrong || (visit && !issue->visit.count))
        model_object(model, "the %s of a new ticket is not what was asked for", wrong ? wrong : "visit");
    free(visit);
}

/* Of one service it is a ticket without stops. */
static bool read_issue(struct model *model, const struct model_step *s, struct issue *issue)
{
    const struct json *names = json_get(s->body, "services");
    *issue = (struct issue){.given = strcmp(json_text_or(s->body, "order", ""), "given") == 0};
    if (names) {
        if (!model_visit_asked(model, names, &issue->visit, &issue->here))
            return false;
        if (issue->given || issue->visit.count == 1)
            issue->queue = &model->queues.list[issue->visit.stops[0].queue];
        if (json_count(names) == 1)
            issue->visit.count = 0;
        return true;
    }
    const struct model_service *service = model_service_of(model, json_text_or(s->body, "service", ""));
    const char *named = json_text(s->body, "queue");
    issue->queue = model_queue_of(model, named ? named : service ? service->queue : "");
    issue->here = issue->queue && model_queue_is_here(model, issue->queue);
    return issue->queue;
}

static enum verdict issue_rule(struct model *model, struct model_step *s)
{
    struct issue issue;
    int made = 0;
    if (!read_issue(model, s, &issue))
        return MUST_REFUSE;
    for (const struct json *line = json_first(s->rows); line && s->applied; line = json_next(line)) {
        if (strcmp(json_text_or(line, "t", ""), "ticket") != 0)
            continue;
        made++;
        hold_new(model, s, &issue, json_text_or(line, "id", ""), json_get(line, "row"));
    }
    if (s->applied && made != 1)
        model_object(model, "%d tickets were given", made);
    /* A bus brought it to a hall that was restored from before it was given: whoever gave it says so once more. */
    if (!s->applied && model_ticket_of(model, s->made))
        return EITHER;
    if (!issue.here && s->clocks_are_right && !json_get(s->body, "appointment_at"))
        return MUST_REFUSE; /* else it may be for another day */
    return s->applied ? OPEN : issue.here ? MUST_APPLY : EITHER;
}

/* --- a call --- */

static int by_number(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    return n != m ? (n < m ? -1 : 1) : strcmp(a, b);
}

/* Arrival, or the place that a transfer gave; then number. */
static bool is_before(const struct model_ticket *a, const struct model_ticket *b)
{
    int64_t x = a->place_ms ? a->place_ms : a->arrived_ms, y = b->place_ms ? b->place_ms : b->arrived_ms;
    return x != y ? x < y : by_number(a->number, b->number) < 0;
}

struct head {
    struct model_ticket *any, *ordinary, *lawful; /* the first of each; lawful: of the lowest class */
};

/* from_ms: only who came until then. */
static struct head head_of(struct model *model, const char *queue, int64_t from_ms)
{
    struct head head = {0};
    for (size_t i = 0; i < model->tickets.count; i++) {
        struct model_ticket *t = &model->tickets.list[i];
        if (strcmp(t->state, "waiting") != 0 || t->arrived_ms == 0 || *t->counter || *t->user || *t->away ||
            t->arrived_ms > from_ms || strcmp(t->queue, queue) != 0)
            continue;
        if (!head.any || is_before(t, head.any))
            head.any = t;
        if (t->class == 0 && (!head.ordinary || is_before(t, head.ordinary)))
            head.ordinary = t;
        if (t->class > 0 && (!head.lawful || t->class < head.lawful->class ||
                             (t->class == head.lawful->class && is_before(t, head.lawful))))
            head.lawful = t;
    }
    return head;
}

/* Whom the queue's own rule calls. NULL: nobody waits. */
static struct model_ticket *first_of(struct model *model, const struct model_queue *queue, int64_t from_ms)
{
    struct head head = head_of(model, queue->id, from_ms);
    if (strcmp(queue->kind, "priority") != 0)
        return head.any;
    bool due = head.ordinary && queue->max_run > 0 && queue->run >= queue->max_run;
    return head.lawful && !due ? head.lawful : head.ordinary;
}

static bool is_own(const struct model_ticket *t, const struct model_counter *counter, const char *user)
{
    return strcmp(t->state, "waiting") == 0 && ((*t->counter && strcmp(t->counter, counter->id) == 0) ||
                                                (*t->user && strcmp(t->user, user) == 0));
}

static struct model_ticket *any_own(struct model *model, const struct model_counter *counter,
                                    const char *user)
{
    for (size_t i = 0; i < model->tickets.count; i++)
        if (is_own(&model->tickets.list[i], counter, user))
            return &model->tickets.list[i];
    return NULL;
}

static struct model_ticket *called_in(struct model *model, const struct model_step *s)
{
    for (const struct json *line = json_first(s->rows); line; line = json_next(line))
        if (strcmp(json_text_or(line, "t", ""), "ticket") == 0)
            return model_ticket_of(model, json_text_or(line, "id", ""));
    return NULL;
}

/* A counter that closes calls only who came before, in the queues that it still serves. False: it does not call there. */
static bool still_calls(const struct model_counter *counter, const struct model_queue *queue,
                        const struct model_step *s, int64_t *from_ms)
{
    *from_ms = INT64_MAX;
    if (counter->closing_from_ms < 0 || counter->closing_from_ms > s->hall_ms)
        return true;
    *from_ms = counter->closing_from_ms;
    for (int i = 0; i < counter->closing_count; i++)
        if (strcmp(counter->closing_queues[i], queue->id) == 0)
            return true;
    return false;
}

/* By the hall's clock, as a counter closes; how that was long ago is not known. */
bool model_rule_now(struct model_queue *queue, const struct model_step *s)
{
    if (queue->until_ms < 0)
        return true;
    if (s->now_ms < 0)
        return false;
    if (s->hall_ms < queue->until_ms)
        return true;
    str_copy(queue->kind, sizeof queue->kind, queue->back_kind);
    queue->max_run = queue->back_max_run;
    queue->back_kind[0] = '\0';
    queue->until_ms = -1;
    queue->run = 0;
    return true;
}

/* --- several queues of a counter where priority goes first --- */

struct together {
    int count; /* of those queues */
    struct model_queue *queues[SERVED_MAX];
    struct head heads[SERVED_MAX];
};

static void add_together(struct together *t, struct model *model, struct model_queue *queue, int64_t from_ms)
{
    if (strcmp(queue->kind, "priority") != 0 || t->count == SERVED_MAX)
        return;
    t->queues[t->count] = queue;
    t->heads[t->count++] = head_of(model, queue->id, from_ms);
}

/* Whom they call: the lawful first, until one of them has let so many pass as it must; then who came first of the ordinary. */
static struct model_ticket *first_of_all(const struct together *t)
{
    struct model_ticket *lawful = NULL, *ordinary = NULL;
    bool due = false;
    for (int i = 0; i < t->count; i++) {
        const struct head *head = &t->heads[i];
        struct model_ticket *l = head->lawful, *o = head->ordinary;
        int64_t most = t->queues[i]->max_run;
        due = due || (o && most > 0 && t->queues[i]->run >= most);
        if (o && (!ordinary || is_before(o, ordinary)))
            ordinary = o;
        if (l && (!lawful || l->class < lawful->class || (l->class == lawful->class && is_before(l, lawful))))
            lawful = l;
    }
    return lawful && !due ? lawful : ordinary;
}

static bool is_one_of(const struct together *t, const char *queue)
{
    for (int i = 0; i < t->count; i++)
        if (strcmp(t->queues[i]->id, queue) == 0)
            return true;
    return false;
}

/* Each counts by itself what its own ordinary people let pass, wherever it was called from. */
static void count_runs(const struct together *t, const struct model_ticket *chosen)
{
    for (int i = 0; i < t->count; i++)
        if (t->heads[i].any)
            t->queues[i]->run = chosen->class > 0 && t->heads[i].ordinary ? t->queues[i]->run + 1 : 0;
}

static void take_runs(struct model *model, const struct model_counter *counter)
{
    for (int i = 0; i < counter->queue_count; i++) {
        struct model_queue *queue = model_queue_of(model, counter->queues[i]);
        const struct json *row = queue ? model_row(model->step, "queue", queue->id) : NULL;
        if (!row)
            continue;
        queue->run = json_int(row, "run", 0);
        queue->run_rev = model->step->rev;
    }
}

/* Of several queues the protocol says for some rules which comes first: of fifo alone, it is the first of all. */
static void hold_choice(struct model *model, const struct model_counter *counter, struct model_ticket *chosen)
{
    const struct model_step *s = model->step;
    struct model_ticket *first = NULL;
    struct together t = {0};
    bool fifo = true, fits = false, sure = s->now_ms >= 0 || counter->closing_from_ms < 0;
    for (int i = 0; i < counter->queue_count; i++) {
        struct model_queue *queue = model_queue_of(model, counter->queues[i]);
        int64_t from_ms;
        if (!queue || !model_queue_is_here(model, queue))
            continue;
        sure = model_rule_now(queue, s) && sure;
        if (!still_calls(counter, queue, s, &from_ms))
            continue;
        struct model_ticket *head = first_of(model, queue, from_ms);
        add_together(&t, model, queue, from_ms);
        bool told = strcmp(queue->kind, "fifo") == 0 || strcmp(queue->kind, "priority") == 0;
        bool perhaps = strcmp(queue->kind, "appointments") == 0; /* whoever was called lately is skipped */
        fifo = fifo && strcmp(queue->kind, "fifo") == 0;
        if (head && !perhaps && (!first || is_before(head, first)))
            first = head;
        if (chosen && strcmp(chosen->queue, queue->id) == 0 && (head == chosen || !told))
            fits = true;
    }
    if (chosen && is_one_of(&t, chosen->queue)) {
        fits = chosen == first_of_all(&t);
        count_runs(&t, chosen);
    }
    if (!sure)
        take_runs(model, counter);
    if (!sure)
        return;
    if (!chosen && first)
        model_object(model, "%s waits in %s, and nobody was called", first->number, first->queue);
    else if (chosen && (!fits || (fifo && chosen != first)))
        model_object(model, "%s of %s was called, and by the rule it is not the turn of that one but of %s",
                     chosen->number, chosen->queue, first ? first->number : "nobody");
}

static void give(struct model *model, struct model_step *s, const struct model_counter *counter,
                 struct model_ticket *t)
{
    if (strcmp(t->state, "waiting") != 0)
        model_object(model, "%s was called and is %s with %s", t->number, t->state, t->user);
    if (t->arrived_ms == 0 || (s->clocks_are_right && s->now_ms >= 0 && s->now_ms < t->day_ms))
        model_object(model, "%s was called, and is booked for another day", t->number);
    str_copy(t->state, sizeof t->state, "called");
    str_copy(t->counter, sizeof t->counter, counter->id);
    str_copy(t->user, sizeof t->user, s->user);
    t->gen++;
    model_forget_before(t);
    str_copy(s->ticket, sizeof s->ticket, t->id);
    s->gen = t->gen;
}

static bool may_call(struct model *model, const struct model_step *s, const struct model_counter *counter)
{
    return counter && strcmp(counter->state, "open") == 0 && strcmp(counter->user, s->user) == 0 &&
           json_int(s->body, "fence", -1) == counter->fence &&
           !model_is_foreign(model, s->user, counter->agency);
}

/* Of a counter without a queue: nobody waits. */
static bool serves_nothing_here(struct model *model, const struct model_counter *counter)
{
    for (int i = 0; i < counter->queue_count; i++) {
        const struct model_queue *queue = model_queue_of(model, counter->queues[i]);
        if (queue && model_queue_is_here(model, queue))
            return false;
    }
    return counter->queue_count > 0;
}

static bool has_someone(struct model *model, const char *user)
{
    for (size_t i = 0; i < model->tickets.count; i++)
        if (model_is(model->tickets.list[i].state, " called serving ") &&
            strcmp(model->tickets.list[i].user, user) == 0)
            return true;
    return false;
}

static enum verdict call_next_rule(struct model *model, struct model_step *s)
{
    struct model_counter *counter = model_counter_of(model, json_text_or(s->body, "counter", ""));
    if (!may_call(model, s, counter))
        return MUST_REFUSE;
    if (!s->applied)
        return has_someone(model, s->user) || json_get(s->body, "queues") ||
                       serves_nothing_here(model, counter)
                   ? EITHER
                   : MUST_APPLY;
    struct model_ticket *chosen = called_in(model, s), *own = any_own(model, counter, s->user);
    if (own && (!chosen || !is_own(chosen, counter, s->user)))
        model_object(model, "%s was sent to this counter and was passed over", own->number);
    else if (!own && !json_get(s->body, "queues"))
        hold_choice(model, counter, chosen);
    if (chosen)
        give(model, s, counter, chosen);
    return EITHER;
}

static enum verdict call_rule(struct model *model, struct model_step *s)
{
    struct model_counter *counter = model_counter_of(model, json_text_or(s->body, "counter", ""));
    struct model_ticket *t = model_ticket_of(model, json_text_or(s->body, "ticket", ""));
    if (!t || *t->away || strcmp(t->state, "waiting") != 0 || t->arrived_ms == 0 ||
        !may_call(model, s, counter))
        return MUST_REFUSE;
    const struct model_queue *queue = model_queue_of(model, t->queue);
    if (queue && !model_queue_is_here(model, queue))
        return MUST_REFUSE;
    if (s->applied)
        give(model, s, counter, t);
    return EITHER;
}

/* A colleague's: who is parked, or who is still at the counter that the clerk took over. */
static enum verdict take_rule(struct model *model, struct model_step *s)
{
    struct model_counter *counter = model_counter_of(model, json_text_or(s->body, "counter", ""));
    struct model_ticket *t = model_ticket_of(model, json_text_or(s->body, "ticket", ""));
    if (!t || *t->away || !may_call(model, s, counter) || !model_is(t->state, " called serving held "))
        return MUST_REFUSE;
    if (json_get(s->body, "gen") && json_int(s->body, "gen", -1) != t->gen)
        return MUST_REFUSE;
    bool parked = strcmp(t->state, "held") == 0;
    if (strcmp(t->user, s->user) == 0 || (!parked && strcmp(t->counter, counter->id) != 0))
        return MUST_REFUSE;
    if (!s->applied)
        return has_someone(model, s->user) ? EITHER : MUST_APPLY;
    if (parked)
        str_copy(t->state, sizeof t->state, "serving");
    str_copy(t->counter, sizeof t->counter, counter->id);
    str_copy(t->user, sizeof t->user, s->user);
    model_forget_before(t);
    str_copy(s->ticket, sizeof s->ticket, t->id);
    s->gen = ++t->gen;
    model_need_row(model, "ticket", t->id);
    return EITHER;
}

enum verdict model_tickets_rule(struct model *model, struct model_step *s)
{
    if (strcmp(s->type, "ticket.issue") == 0)
        return issue_rule(model, s);
    if (strcmp(s->type, "ticket.call_next") == 0)
        return call_next_rule(model, s);
    if (strcmp(s->type, "ticket.call") == 0)
        return call_rule(model, s);
    if (strcmp(s->type, "ticket.take") == 0)
        return take_rule(model, s);
    if (strcmp(s->type, "ticket.undo") == 0)
        return undo_rule(model, s);
    if (strcmp(s->type, "ticket.stops") == 0)
        return stops_rule(model, s);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (strcmp(s->type, steps[i].type) == 0)
            return step_rule(model, s, &steps[i]);
    return OPEN;
}

/* --- counters --- */

static enum verdict open_rule(struct model *model, struct model_step *s, struct model_counter *counter)
{
    bool taken =
        strcmp(counter->state, "closed") != 0 && *counter->user && strcmp(counter->user, s->user) != 0;
    bool over = json_bool(s->body, "takeover", false);
    bool leased = s->now_ms >= 0 && counter->taken_ms >= 0 && s->now_ms - counter->taken_ms < MODEL_LEASE_MS;
    if (taken && !over && leased)
        return MUST_REFUSE;
    if (!s->applied)
        return EITHER; /* someone else has it, or the clerk has a visitor elsewhere */
    str_copy(counter->state, sizeof counter->state, "open");
    str_copy(counter->user, sizeof counter->user, s->user);
    counter->fence++;
    counter->taken_ms = s->now_ms;
    model_need_row(model, "counter", counter->id);
    return EITHER;
}

/* Of whoever sits there, at whatever counter: those of the clerk before are that clerk's. */
static bool has_open_ticket(struct model *model, const struct model_counter *counter)
{
    for (size_t i = 0; i < model->tickets.count; i++) {
        const struct model_ticket *t = &model->tickets.list[i];
        if (model_is(t->state, " called serving held ") && strcmp(t->user, counter->user) == 0)
            return true;
    }
    return false;
}

static enum verdict desk_rule(struct model *model, struct model_step *s, struct model_counter *counter)
{
    static const struct {
        const char *type, *from, *to;
    } moves[] = {{"counter.pause", " open ", "paused"},
                 {"counter.resume", " paused ", "open"},
                 {"counter.close", " open paused ", "closed"}};
    size_t i = 0;
    while (i < 3 && strcmp(moves[i].type, s->type) != 0)
        i++;
    if (i == 3)
        return OPEN;
    bool mine = strcmp(counter->user, s->user) == 0;
    if (!model_is(counter->state, moves[i].from) || (!mine && !model_supervises(model, s->user)))
        return MUST_REFUSE;
    if (mine && json_get(s->body, "fence") && json_int(s->body, "fence", -1) != counter->fence)
        return MUST_REFUSE;
    if (strcmp(moves[i].to, "closed") == 0 && has_open_ticket(model, counter))
        return MUST_REFUSE;
    if (!s->applied)
        return MUST_APPLY;
    str_copy(counter->state, sizeof counter->state, moves[i].to);
    if (strcmp(moves[i].to, "closed") == 0)
        counter->user[0] = '\0';
    model_need_row(model, "counter", counter->id);
    return MUST_APPLY;
}

enum verdict model_counters_rule(struct model *model, struct model_step *s)
{
    struct model_counter *counter = model_counter_of(model, json_text_or(s->body, "counter", ""));
    if (!counter || model_is_foreign(model, s->user, counter->agency))
        return MUST_REFUSE;
    return strcmp(s->type, "counter.open") == 0 ? open_rule(model, s, counter) : desk_rule(model, s, counter);
}
