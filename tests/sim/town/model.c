/* tests/sim/town/model.c: the model's lists, one step of it, and how its rows are held against the hall's. */
#include "tests/sim/town/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "tests/sim/town/model_inside.h"

struct model *model_new(void)
{
    return xcalloc(1, sizeof(struct model));
}

#define FREE_LIST(name)     \
    free(model->name.list); \
    lookup_free(&model->name.index)

void model_free(struct model **slot)
{
    struct model *model = *slot;
    if (!model)
        return;
    for (size_t i = 0; i < model->tickets.count; i++) {
        free(model->tickets.list[i].visit);
        free(model->tickets.list[i].before.visit);
        model_forget_moved(&model->tickets.list[i]);
    }
    FREE_LIST(tickets);
    FREE_LIST(counters);
    FREE_LIST(queues);
    FREE_LIST(services);
    FREE_LIST(users);
    FREE_LIST(cases);
    FREE_LIST(closures);
    FREE_LIST(moves);
    free(model);
    *slot = NULL;
}

/* --- lists: each struct begins with its identity --- */

struct sought {
    const char *list, *id;
    size_t size;
};

static bool is_it(const void *ctx, size_t index)
{
    const struct sought *sought = ctx;
    return strcmp(sought->list + index * sought->size, sought->id) == 0;
}

static ptrdiff_t find(const struct lookup *index, const void *list, size_t size, const char *id)
{
    struct sought sought = {list, id, size};
    return lookup_find(index, text_hash(id), is_it, &sought);
}

#define FIND(name, id) find(&model->name.index, model->name.list, sizeof *model->name.list, id)

/* The one of that identity, made when it is not there. */
#define HAVE(name, wanted, out)                                                                             \
    do {                                                                                                    \
        ptrdiff_t at = FIND(name, wanted);                                                                  \
        if (at < 0) {                                                                                       \
            if (model->name.count == model->name.room) {                                                    \
                model->name.room = model->name.room ? model->name.room * 2 : 32;                            \
                model->name.list = xrealloc(model->name.list, sizeof *model->name.list * model->name.room); \
            }                                                                                               \
            at = (ptrdiff_t)model->name.count++;                                                            \
            memset(&model->name.list[at], 0, sizeof model->name.list[at]);                                  \
            str_copy(model->name.list[at].id, NAME, wanted);                                                \
            lookup_add(&model->name.index, text_hash(wanted), (size_t)at);                                  \
        }                                                                                                   \
        (out) = &model->name.list[at];                                                                      \
    } while (0)

struct model_ticket *model_ticket_of(struct model *model, const char *id)
{
    ptrdiff_t at = FIND(tickets, id);
    return at < 0 ? NULL : &model->tickets.list[at];
}

struct model_case *model_case_of(struct model *model, const char *id)
{
    ptrdiff_t at = FIND(cases, id);
    return at < 0 ? NULL : &model->cases.list[at];
}

struct model_service *model_service_of(struct model *model, const char *id)
{
    ptrdiff_t at = FIND(services, id);
    return at < 0 ? NULL : &model->services.list[at];
}

/* Few, and known by a name too. */
struct model_counter *model_counter_of(struct model *model, const char *name)
{
    for (size_t i = 0; i < model->counters.count; i++)
        if (strcmp(model->counters.list[i].id, name) == 0 || strcmp(model->counters.list[i].name, name) == 0)
            return &model->counters.list[i];
    return NULL;
}

struct model_queue *model_queue_of(struct model *model, const char *name)
{
    for (size_t i = 0; i < model->queues.count; i++)
        if (strcmp(model->queues.list[i].id, name) == 0 || strcmp(model->queues.list[i].code, name) == 0)
            return &model->queues.list[i];
    return NULL;
}

struct model_user *model_user_of(struct model *model, const char *name)
{
    for (size_t i = 0; i < model->users.count; i++)
        if (strcmp(model->users.list[i].id, name) == 0 || strcmp(model->users.list[i].login, name) == 0)
            return &model->users.list[i];
    return NULL;
}

struct model_move *model_move_have(struct model *model, const char *id)
{
    struct model_move *move;
    HAVE(moves, id, move);
    return move;
}

/* --- small --- */

void model_object(struct model *model, const char *format, ...)
{
    va_list args;
    if (model->why[0])
        return;
    va_start(args, format);
    vsnprintf(model->why, 300, format, args);
    va_end(args);
}

const struct json *model_row(const struct model_step *step, const char *table, const char *id)
{
    for (const struct json *line = json_first(step->rows); line; line = json_next(line))
        if (strcmp(json_text_or(line, "t", ""), table) == 0 && strcmp(json_text_or(line, "id", ""), id) == 0)
            return json_get(line, "row");
    return NULL;
}

bool model_is(const char *state, const char *any_of)
{
    char word[32];
    str_format(word, sizeof word, " %.20s ", state);
    return *state && strstr(any_of, word);
}

static void take(char to[NAME], const struct json *row, const char *member)
{
    str_copy(to, NAME, json_text_or(row, member, ""));
}

static int64_t time_of(const struct json *row, const char *member)
{
    int64_t ms;
    const char *text = json_text(row, member);
    return text && time_parse(text, &ms) ? ms : 0;
}

/* --- rows taken over --- */

static void take_hall(struct model *model, const struct json *row)
{
    take(model->code, row, "code");
    model->priority_count = 0;
    const struct json *list = json_get(row, "priorities");
    for (const struct json *one = json_first(list); one && model->priority_count < 8; one = json_next(one)) {
        take(model->priorities[model->priority_count].code, one, "code");
        model->priorities[model->priority_count++].class = json_int(one, "class", 0);
    }
}

static void take_queue(struct model *model, const char *id, const struct json *row)
{
    struct model_queue *queue;
    HAVE(queues, id, queue);
    const struct json *rule = json_get(row, "rule");
    bool other_rule = strcmp(queue->kind, json_text_or(rule, "kind", "fifo")) != 0 ||
                      queue->max_run != json_int(rule, "max_run", 0);
    take(queue->code, row, "code");
    take(queue->home, row, "home");
    str_copy(queue->kind, sizeof queue->kind, json_text_or(rule, "kind", "fifo"));
    queue->max_run = json_int(rule, "max_run", 0);
    bool timed = json_text(rule, "until") && json_is_object(json_get(rule, "before"));
    queue->until_ms = timed ? time_of(rule, "until") : -1;
    str_copy(queue->back_kind, sizeof queue->back_kind,
             timed ? json_text_or(json_get(rule, "before"), "kind", "fifo") : "");
    queue->back_max_run = timed ? json_int(json_get(rule, "before"), "max_run", 0) : 0;
    if (other_rule && queue->run_rev != model->step->rev)
        queue->run = 0;
}

static void take_service(struct model *model, const char *id, const struct json *row)
{
    struct model_service *service;
    HAVE(services, id, service);
    take(service->agency, row, "agency");
    take(service->queue, row, "queue");
    service->seconds_approve = json_has_text(json_get(row, "confirm"), "approve");
    service->seconds_refuse = json_has_text(json_get(row, "confirm"), "refuse");
}

static void take_user(struct model *model, const char *id, const struct json *row)
{
    struct model_user *user;
    HAVE(users, id, user);
    take(user->login, row, "login");
    take(user->agency, row, "agency");
    user->supervises = json_has_text(json_get(row, "roles"), "supervisor");
}

static void take_closing(struct model_counter *counter, const struct json *closing)
{
    bool approved = strcmp(json_text_or(closing, "state", ""), "approved") == 0;
    const struct json *list = json_get(closing, "queues");
    take(counter->closing, closing, "closure");
    counter->closing_from_ms = approved ? time_of(closing, "from") : -1;
    counter->closing_count = 0;
    for (const struct json *one = json_first(list); one && counter->closing_count < SERVED_MAX;
         one = json_next(one))
        str_copy(counter->closing_queues[counter->closing_count++], NAME, json_as_text(one));
}

static void take_closure(struct model *model, const char *id, const struct json *row)
{
    struct model_closure *closure;
    HAVE(closures, id, closure);
    take(closure->counter, row, "counter");
    take(closure->user, row, "user");
    str_copy(closure->state, sizeof closure->state, json_text_or(row, "state", ""));
}

static void take_move(struct model *model, const char *id, const struct json *row)
{
    struct model_move *move = model_move_have(model, id);
    bool ran = model_is(move->state, " running ");
    str_copy(move->state, sizeof move->state, json_text_or(row, "state", ""));
    if (ran && !model_is(move->state, " running "))
        model_move_over(model, move);
}

static void take_counter(struct model *model, const char *id, const struct json *row)
{
    struct model_counter *counter;
    HAVE(counters, id, counter);
    take(counter->name, row, "name");
    take(counter->agency, row, "agency");
    take(counter->user, row, "user");
    str_copy(counter->state, sizeof counter->state, json_text_or(row, "state", "closed"));
    if (json_int(row, "fence", 0) != counter->fence)
        counter->taken_ms = model->step->now_ms;
    counter->fence = json_int(row, "fence", 0);
    counter->queue_count = 0;
    take_closing(counter, json_get(row, "closing"));
    const struct json *list = json_get(row, "queues");
    for (const struct json *one = json_first(list); one && counter->queue_count < SERVED_MAX;
         one = json_next(one))
        take(counter->queues[counter->queue_count++], one, "queue");
}

/* What it leads back to of a visit is said only where that is another. */
static void take_before(struct model *model, struct model_ticket *t, const struct json *row)
{
    struct model_before *before = &t->before;
    const struct json *visit = json_get(row, "visit");
    free(before->visit);
    *before = (struct model_before){.is = json_is_object(row)};
    if (!before->is)
        return;
    str_copy(before->state, sizeof before->state, json_text_or(row, "state", ""));
    take(before->queue, row, "queue");
    take(before->counter, row, "counter");
    take(before->user, row, "user");
    str_copy(before->service, NAME, visit ? json_text_or(visit, "service", "") : t->service);
    before->place_ms = time_of(row, "place_at");
    before->visit = visit ? model_visit_read(model, json_get(visit, "stops")) : model_visit_copy(t->visit);
}

/* visit: of the row; taken over. */
static void take_ticket(struct model *model, struct model_ticket *t, const struct json *row, bool all,
                        struct model_visit *visit)
{
    free(t->visit);
    t->visit = visit;
    take(t->service, row, "service");
    take(t->number, row, "number");
    t->arrived_ms = time_of(row, "arrived_at");
    t->place_ms = time_of(row, "place_at");
    t->day_ms = json_text(row, "appointment_at") ? time_day_start(time_of(row, "appointment_at")) : 0;
    t->class = json_int(row, "priority_class", 0);
    take(t->counter, row, "counter");
    take(t->user, row, "user");
    take(t->away, row, "away");
    if (!all)
        return;
    str_copy(t->state, sizeof t->state, json_text_or(row, "state", ""));
    take(t->queue, row, "queue");
    t->gen = json_int(row, "gen", 0);
    take_before(model, t, json_get(row, "before"));
}

/* --- rows compared --- */

static bool same(const char *mine, const struct json *row, const char *member)
{
    return strcmp(mine, json_text_or(row, member, "")) == 0;
}

/* Who waits for someone who has gone waits for anyone: the protocol does not say when. */
static bool is_unsent(const struct model_ticket *t, const struct json *row)
{
    return strcmp(t->state, "waiting") == 0 &&
           (same(t->counter, row, "counter") || same("", row, "counter")) &&
           (same(t->user, row, "user") || same("", row, "user"));
}

/* Who and since when: no step of a ticket changes these, wherever it leads. */
static const char *origin_differs(const struct model_ticket *t, const struct json *row)
{
    if (!same(t->number, row, "number"))
        return "number";
    if (t->arrived_ms != time_of(row, "arrived_at"))
        return "arrival";
    if (t->class != json_int(row, "priority_class", 0))
        return "class";
    return t->place_ms != ANY_PLACE && t->place_ms != time_of(row, "place_at") ? "place" : NULL;
}

static const char *ticket_differs(const struct model_ticket *t, const struct json *row,
                                  const struct model_visit *visit)
{
    const char *wrong = origin_differs(t, row);
    if (wrong)
        return wrong;
    if (!same(t->state, row, "state"))
        return "state";
    if (t->gen != json_int(row, "gen", 0))
        return "gen";
    wrong = model_visit_differs(t->visit, visit);
    if (wrong || !model_is(t->state, " waiting called serving held "))
        return wrong;
    if (!same(t->queue, row, "queue"))
        return "queue";
    if ((!same(t->counter, row, "counter") || !same(t->user, row, "user")) && !is_unsent(t, row))
        return "holder";
    return NULL;
}

static void hold_ticket(struct model *model, const char *id, const struct json *row, enum verdict verdict)
{
    struct model_ticket *t = model_ticket_of(model, id);
    bool is_new = !t;
    if (is_new && (verdict != OPEN || !json_is_object(row)))
        return model_object(model, "ticket %s should not have come to be", id);
    if (is_new)
        HAVE(tickets, id, t);
    struct model_visit *visit = model_visit_read(model, json_get(row, "stops"));
    const char *wrong = verdict == OPEN ? NULL : ticket_differs(t, row, visit);
    model_visit_hold(model, visit, row);
    if (wrong)
        model_object(model,
                     "the %s of ticket %s should be as in %s gen %lld of %s/%s in %s, and is %s gen %lld",
                     wrong, t->number, t->state, (long long)t->gen, t->counter, t->user, t->queue,
                     json_text_or(row, "state", "?"), (long long)json_int(row, "gen", -1));
    take_ticket(model, t, row, verdict == OPEN, visit);
}

/* A clerk who opens another counter leaves the one before. */
static bool is_left(const struct model *model, const struct model_counter *counter, const struct json *row)
{
    return model->step->user && strcmp(counter->user, model->step->user) == 0 &&
           same("closed", row, "state") && same("", row, "user");
}

static void hold_counter(struct model *model, const char *id, const struct json *row, enum verdict verdict)
{
    struct model_counter *counter = model_counter_of(model, id);
    if (counter && verdict != OPEN && !is_left(model, counter, row)) {
        bool fits = same(counter->state, row, "state") && same(counter->user, row, "user");
        if (!fits || counter->fence != json_int(row, "fence", 0))
            return model_object(
                model, "counter %s should be %s by %s with fence %lld, and is %s by %s with fence %lld",
                counter->name, counter->state, counter->user, (long long)counter->fence,
                json_text_or(row, "state", "?"), json_text_or(row, "user", "nobody"),
                (long long)json_int(row, "fence", 0));
    }
    take_counter(model, id, row);
}

static void hold_case(struct model *model, const char *id, const struct json *row, enum verdict verdict)
{
    struct model_case *c = model_case_of(model, id);
    if (!c && verdict != OPEN)
        return model_object(model, "application %s should not have come to be", id);
    if (!c)
        HAVE(cases, id, c);
    const char *wrong = verdict == OPEN ? NULL : model_case_differs(c, row);
    if (wrong)
        return model_object(
            model,
            "%s of application %s should be as in %s of %s, hold_gen %lld%s, and is %s of %s, hold_gen %lld",
            wrong, json_text_or(row, "number", id), c->state, c->user, (long long)c->hold_gen,
            c->contested ? ", contested" : "", json_text_or(row, "state", "?"),
            json_text_or(row, "user", "nobody"), (long long)json_int(row, "hold_gen", -1));
    model_case_take(c, row, verdict == OPEN);
}

/* Of the one paper that each of the town's services asks for. */
static void take_paper(struct model *model, const struct json *row)
{
    struct model_case *c = model_case_of(model, json_text_or(row, "case", ""));
    if (c)
        c->papers_met = model_is(json_text_or(row, "state", ""), " seen copied waived ");
}

static void hold_row(struct model *model, const struct json *line, enum verdict verdict)
{
    const char *table = json_text_or(line, "t", ""), *id = json_text_or(line, "id", "");
    const struct json *row = json_get(line, "row");
    if (strcmp(table, "ticket") == 0)
        hold_ticket(model, id, row, verdict);
    else if (strcmp(table, "counter") == 0)
        hold_counter(model, id, row, verdict);
    else if (strcmp(table, "case") == 0)
        hold_case(model, id, row, verdict);
    else if (strcmp(table, "document") == 0 && verdict == OPEN)
        take_paper(model, row);
    else if (strcmp(table, "closure") == 0)
        take_closure(model, id, row);
    else if (strcmp(table, "move") == 0)
        take_move(model, id, row);
    else if (strcmp(table, "queue") == 0)
        take_queue(model, id, row);
    else if (strcmp(table, "service") == 0)
        take_service(model, id, row);
    else if (strcmp(table, "user") == 0)
        take_user(model, id, row);
    else if (strcmp(table, "hall") == 0)
        take_hall(model, row);
}

/* --- one step --- */

static enum verdict judge(struct model *model, struct model_step *step)
{
    static const struct {
        const char *begins;
        model_rule *rule;
    } rules[] = {{"ticket.", model_tickets_rule},   {"counter.", model_counters_rule},
                 {"queue.", model_queues_rule},     {"case.", model_cases_rule},
                 {"closure.", model_closures_rule}, {"hall.move", model_moves_rule},
                 {"move.undo", model_moves_rule}};
    for (size_t i = 0; step->type && i < sizeof rules / sizeof *rules; i++)
        if (strncmp(step->type, rules[i].begins, strlen(rules[i].begins)) == 0)
            return rules[i].rule(model, step);
    return OPEN;
}

bool model_replay(struct model *model, struct model_step *step, char why[300])
{
    model->step = step;
    model->why = why;
    why[0] = step->ticket[0] = '\0';
    step->moved = -1;
    enum verdict verdict = judge(model, step);
    bool not_for_them = !step->applied && strcmp(step->code, "forbidden") == 0; /* roles are the hall's own */
    if (verdict == MUST_APPLY && !step->applied && !not_for_them)
        model_object(model, "it should have been applied, and was refused: %s", step->code);
    else if (verdict == MUST_REFUSE && step->applied)
        model_object(model, "it should have been refused, and was applied");
    if (!step->applied && step->type && verdict == OPEN)
        verdict = EITHER;
    for (const struct json *line = json_first(step->rows); line; line = json_next(line))
        hold_row(model, line, verdict);
    return !why[0];
}
