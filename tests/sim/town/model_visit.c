/* tests/sim/town/model_visit.c: a visit of several services, as core/command/README.md tells of it: one ticket whose stops
 * come one after the other. Each service stands in one place: at a stop that is over, at the one that is now, at one to
 * come, or among those that were dropped; nothing leaves the visit, and nobody stands in two queues. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/town/model_inside.h"

static const char *const state_words[STOP_STATES] = {"ahead", "now", "done", "missed", "dropped"};

/* --- names as numbers --- */

static int queue_at(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->queues.count; i++)
        if (strcmp(model->queues.list[i].id, name) == 0)
            return (int)i;
    return -1;
}

static int service_at(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->services.count && i < SERVICES_MAX; i++)
        if (strcmp(model->services.list[i].id, name) == 0)
            return (int)i;
    return -1;
}

static uint64_t bit(int service)
{
    return service < 0 ? 0 : (uint64_t)1 << service;
}

static uint64_t services_of(const struct model *model, const struct json *names)
{
    uint64_t services = 0;
    for (const struct json *one = json_first(names); one; one = json_next(one))
        services |= bit(service_at(model, json_as_text(one) ? json_as_text(one) : ""));
    return services;
}

/* --- as the row tells it --- */

static struct model_visit *visit_new(void)
{
    return xcalloc(1, sizeof(struct model_visit));
}

static struct model_stop *add_stop(struct model_visit *visit, int queue, uint64_t services,
                                   enum stop_state state)
{
    if (visit->count == STOPS_MAX)
        return NULL;
    struct model_stop *stop = &visit->stops[visit->count++];
    *stop = (struct model_stop){.services = services, .queue = queue, .state = state};
    return stop;
}

struct model_visit *model_visit_read(struct model *model, const struct json *stops)
{
    if (!json_is_array(stops))
        return NULL;
    struct model_visit *visit = visit_new();
    for (const struct json *one = json_first(stops); one; one = json_next(one)) {
        int state = 0;
        while (state < STOP_STATES && strcmp(state_words[state], json_text_or(one, "state", "")) != 0)
            state++;
        uint64_t services = services_of(model, json_get(one, "services"));
        if (state == STOP_STATES)
            model_object(model, "a stop is \"%s\"", json_text_or(one, "state", ""));
        else if (state == STOP_DROPPED)
            visit->dropped |= services;
        else if (!add_stop(visit, queue_at(model, json_text_or(one, "queue", "")), services,
                           (enum stop_state)state))
            model_object(model, "a visit has more than %d stops", STOPS_MAX);
    }
    return visit;
}

struct model_visit *model_visit_copy(const struct model_visit *visit)
{
    if (!visit)
        return NULL;
    struct model_visit *copy = visit_new();
    *copy = *visit;
    return copy;
}

/* --- whether it can be --- */

static const struct model_stop *stop_in(const struct model_visit *visit, enum stop_state state)
{
    for (int i = 0; i < visit->count; i++)
        if (visit->stops[i].state == state)
            return &visit->stops[i];
    return NULL;
}

/* Whoever waits or is served is at one stop, in its queue; whoever is not is at none, and nothing is to come. */
static const char *impossible_place(const struct model *model, const struct model_visit *visit,
                                    const struct json *row)
{
    const struct model_stop *now = stop_in(visit, STOP_NOW);
    bool goes_on = model_is(json_text_or(row, "state", ""), " waiting called serving held ");
    if (!goes_on)
        return now                          ? "is over, and a stop of it is \"now\""
               : stop_in(visit, STOP_AHEAD) ? "is over, and a stop of it is to come"
                                            : NULL;
    if (!now)
        return "goes on, and no stop of it is \"now\"";
    if (now->queue != queue_at(model, json_text_or(row, "queue", "")))
        return "waits in another queue than that of its stop";
    int service = service_at(model, json_text_or(row, "service", ""));
    bool other = service >= 0 && now->services && !(now->services & bit(service));
    return other ? "is for a service that is not of its stop" : NULL; /* a bus does not know all services */
}

static const char *impossible_list(const struct model_visit *visit)
{
    uint64_t services = 0;
    int nows = 0;
    for (int i = 0; i < visit->count; i++) {
        const struct model_stop *stop = &visit->stops[i];
        if (stop->state != STOP_NOW && stop->state != STOP_AHEAD)
            continue;
        nows += stop->state == STOP_NOW;
        if (services & stop->services)
            return "has a service at two stops";
        services |= stop->services;
        for (int j = 0; j < i; j++)
            if (visit->stops[j].queue == stop->queue && stop->queue >= 0 &&
                (visit->stops[j].state == STOP_NOW || visit->stops[j].state == STOP_AHEAD))
                return "stands twice in one queue";
    }
    return nows > 1                    ? "is at two stops at once"
           : services & visit->dropped ? "dropped what is to come"
                                       : NULL;
}

void model_visit_hold(struct model *model, const struct model_visit *visit, const struct json *row)
{
    if (!visit)
        return;
    const char *wrong = impossible_place(model, visit, row);
    if (!wrong)
        wrong = impossible_list(visit);
    if (wrong)
        model_object(model, "the visit of %s %s", json_text_or(row, "number", "?"), wrong);
}

const char *model_visit_differs(const struct model_visit *mine, const struct model_visit *theirs)
{
    if (!mine != !theirs)
        return theirs ? "visit, which has no stops," : "visit, whose stops are gone,";
    if (!mine)
        return NULL;
    if (mine->count != theirs->count)
        return "number of stops";
    if (mine->dropped != theirs->dropped)
        return "list of what was dropped";
    for (int i = 0; i < mine->count; i++) {
        const struct model_stop *a = &mine->stops[i], *b = &theirs->stops[i];
        if (a->queue != b->queue || a->services != b->services || a->state != b->state)
            return a->queue != b->queue         ? "queue of a stop"
                   : a->services != b->services ? "services of a stop"
                                                : "state of a stop";
    }
    return NULL;
}

/* --- what is asked for --- */

/* What one queue serves is one stop. False: they cannot be one visit. */
static bool plan(const struct model *model, const struct json *names, struct model_visit *visit)
{
    enum { NAMED_MAX = 8 };
    uint64_t seen = 0;
    if (json_count(names) > NAMED_MAX)
        return false;
    for (const struct json *one = json_first(names); one; one = json_next(one)) {
        int service = service_at(model, json_as_text(one) ? json_as_text(one) : ""), i = 0;
        if (service < 0 || seen & bit(service))
            return false;
        seen |= bit(service);
        int queue = queue_at(model, model->services.list[service].queue);
        while (i < visit->count && visit->stops[i].queue != queue)
            i++;
        struct model_stop *stop = i < visit->count ? &visit->stops[i] : add_stop(visit, queue, 0, STOP_AHEAD);
        if (!stop)
            return false;
        stop->services |= bit(service);
    }
    return true;
}

static bool is_here(const struct model *model, int queue)
{
    return queue >= 0 && model_queue_is_here(model, &model->queues.list[queue]);
}

bool model_visit_asked(struct model *model, const struct json *names, struct model_visit *visit,
                       bool *all_here)
{
    *visit = (struct model_visit){0};
    if (json_count(names) == 0 || !plan(model, names, visit))
        return false;
    *all_here = true;
    for (int i = 0; i < visit->count; i++)
        *all_here = *all_here && is_here(model, visit->stops[i].queue);
    return true;
}

/* Where no order is given the hall chooses one; the first stop is now. */
const char *model_visit_begun(const struct model_visit *asked, bool given, const struct model_visit *visit)
{
    if (!visit)
        return "visit, which has no stops,";
    if (visit->count != asked->count || visit->dropped)
        return "number of stops";
    for (int i = 0; i < visit->count; i++) {
        const struct model_stop *stop = &visit->stops[i];
        int at = i;
        if (!given)
            for (at = 0; at < asked->count && asked->stops[at].queue != stop->queue;)
                at++;
        if (at == asked->count || asked->stops[at].queue != stop->queue)
            return "order of stops";
        if (asked->stops[at].services != stop->services)
            return "services of a stop";
        if (stop->state != (i == 0 ? STOP_NOW : STOP_AHEAD))
            return "state of a stop";
    }
    return NULL;
}

/* --- on the way --- */

int model_visit_next(const struct model *model, const struct model_visit *visit)
{
    for (int i = 0; visit && i < visit->count; i++)
        if (visit->stops[i].state == STOP_AHEAD && is_here(model, visit->stops[i].queue))
            return i;
    return -1;
}

void model_visit_go_on(struct model_visit *visit, int next)
{
    for (int i = 0; i < visit->count; i++)
        if (visit->stops[i].state == STOP_NOW)
            visit->stops[i].state = STOP_DONE;
    visit->stops[next].state = STOP_NOW;
}

static void leave_out(struct model_visit *visit, int at)
{
    visit->count--;
    memmove(&visit->stops[at], &visit->stops[at + 1], sizeof visit->stops[0] * (size_t)(visit->count - at));
}

void model_visit_end(struct model_visit *visit, enum stop_state now)
{
    for (int i = visit ? visit->count - 1 : -1; i >= 0; i--) {
        struct model_stop *stop = &visit->stops[i];
        if (stop->state == STOP_NOW)
            stop->state = now;
        if (stop->state != STOP_AHEAD && stop->state != STOP_DROPPED)
            continue;
        visit->dropped |= stop->services;
        leave_out(visit, i);
    }
}

/* The stop that is now is in another queue: one to come there is part of it. */
void model_visit_moved(const struct model *model, struct model_visit *visit, const char *queue)
{
    int now = 0;
    while (visit && now < visit->count && visit->stops[now].state != STOP_NOW)
        now++;
    if (!visit || now == visit->count)
        return;
    visit->stops[now].queue = queue_at(model, queue);
    for (int i = visit->count - 1; i > now; i--) { /* what is to come stands behind it */
        if (visit->stops[i].state != STOP_AHEAD || visit->stops[i].queue != visit->stops[now].queue)
            continue;
        visit->stops[now].services |= visit->stops[i].services;
        leave_out(visit, i);
    }
}

/* --- ticket.stops: what is over and what is now stays; what is to come is what is named; nothing is forgotten --- */

static void need_visit(struct model *model, struct model_ticket *t)
{
    if (t->visit)
        return;
    t->visit = visit_new();
    add_stop(t->visit, queue_at(model, t->queue), bit(service_at(model, t->service)), STOP_NOW);
}

bool model_visit_replan(struct model *model, struct model_ticket *t, const struct json *names, bool *new_here)
{
    struct model_visit asked = {0};
    uint64_t known = bit(service_at(model, t->service));
    if (!plan(model, names, &asked))
        return false;
    for (int i = 0; t->visit && i < t->visit->count; i++)
        known |= t->visit->stops[i].services;
    *new_here = true;
    for (int i = 0; i < asked.count; i++)
        if (asked.stops[i].services & ~known && !is_here(model, asked.stops[i].queue))
            *new_here = false;
    return true;
}

void model_visit_change(struct model *model, struct model_ticket *t, const struct json *names)
{
    struct model_visit asked = {0};
    uint64_t planned = 0;
    need_visit(model, t);
    (void)plan(model, names, &asked);
    const struct model_stop *now = stop_in(t->visit, STOP_NOW);
    uint64_t at_hand = now ? now->services : 0;
    for (int i = t->visit->count - 1; i >= 0; i--)
        if (t->visit->stops[i].state == STOP_AHEAD) {
            t->visit->dropped |= t->visit->stops[i].services;
            leave_out(t->visit, i);
        }
    for (int i = 0; i < asked.count; i++) {
        uint64_t services = asked.stops[i].services & ~at_hand;
        planned |= services;
        if (services)
            add_stop(t->visit, asked.stops[i].queue, services, STOP_AHEAD);
    }
    t->visit->dropped &= ~(planned | at_hand);
    model_visit_moved(model, t->visit, t->queue);
}
