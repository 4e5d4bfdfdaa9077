/* core/hall/demo_state.c: a simulated day under way as a text, kept in the transaction of what was played: whoever goes on with
 * it plays the same day. Citizens are not in it: they are made from the seed again. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/demo_inside.h"

static void add_ints(struct json *list, const int64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        json_add(list, json_new_int(values[i]));
}

static struct json *ints(const int64_t *values, size_t count)
{
    struct json *list = json_new_array();
    add_ints(list, values, count);
    return list;
}

static int64_t int_at(const struct json *list, size_t index)
{
    return json_as_int(json_at(list, index), 0);
}

/* --- out --- */

/* Whole numbers of JSON end at 2^53. */
static struct json *rng_json(const struct rng *rng)
{
    struct json *list = json_new_array();
    for (int i = 0; i < 4; i++) {
        char text[20];
        str_format(text, sizeof text, "%016" PRIx64, rng->state[i]);
        json_add_text(list, text);
    }
    return list;
}

static struct json *events_json(const struct demo *d)
{
    struct json *list = json_new_array();
    for (int i = 0; i < d->event_count; i++) {
        const struct demo_event *e = &d->events[i];
        json_add(list, ints((int64_t[]){e->at_s, e->order, e->what, e->who}, 4));
    }
    return list;
}

static struct json *visits_json(const struct demo *d)
{
    struct json *list = json_new_array();
    for (int i = 0; i < d->visit_count; i++) {
        const struct demo_visit *v = &d->visits[i];
        struct json *one = json_new_array();
        json_add_text(one, v->ticket);
        add_ints(one,
                 (int64_t[]){v->gen, v->called_s, v->desk_s, v->calls,
                             (v->here ? 1 : 0) | (v->gone ? 2 : 0) | (v->taken ? 4 : 0) |
                                 (v->forgets ? 8 : 0) | (v->offended ? 16 : 0) | (v->rushed ? 32 : 0) |
                                 (v->calmed ? 64 : 0)},
                 5);
        json_add(list, one);
    }
    return list;
}

static struct json *cuts_json(const struct demo *d)
{
    struct json *list = json_new_array();
    for (int i = 0; i < d->cut_count; i++)
        json_add(list, ints((int64_t[]){d->cuts[i].kind, d->cuts[i].from_s, d->cuts[i].until_s}, 3));
    return list;
}

static struct json *rushes_json(const struct demo *d)
{
    struct json *list = json_new_array();
    for (int i = 0; i < d->rush_count; i++) {
        const struct demo_rush *rush = &d->rushes[i];
        json_add(list, ints((int64_t[]){rush->people, rush->from_min, rush->within_min}, 3));
    }
    return list;
}

static struct json *clerks_json(const struct demo *d)
{
    struct json *list = json_new_array();
    for (int i = 0; i < d->clerk_count; i++) {
        const struct demo_clerk *c = &d->clerks[i];
        json_add(list,
                 ints((int64_t[]){c->fence, c->break_s, c->away_s, c->doing, c->visit, c->woken, c->seq}, 7));
    }
    return list;
}

/* NULL: there is no bus. */
static struct json *bus_json(const struct demo_bus *bus)
{
    if (bus->clerk < 0)
        return NULL;
    struct json *list = ints((int64_t[]){bus->away, bus->clerk, bus->left_s, bus->until_s}, 4);
    for (int i = 0; i < bus->count; i++)
        json_add(list, json_new_int(bus->visits[i]));
    return list;
}

static struct json *figures_json(const struct demo_figures *f)
{
    return ints((int64_t[]){f->visitors,     f->booked,    f->came,     f->issued,   f->served,
                            f->missing,      f->no_shows,  f->left,     f->refused,  f->early,
                            f->applications, f->approved,  f->refusals, f->returned, f->referred,
                            f->confirmed,    f->contested, f->notices,  f->quarrels, f->trips,
                            f->bus_served},
                21);
}

struct json *demo_state(const struct demo *d)
{
    struct json *state = json_new_object();
    json_set_text(state, "day", d->figures->day);
    json_set_int(state, "now", d->now_s);
    json_set_int(state, "end", d->end_s);
    json_set_int(state, "orders", d->orders);
    json_set_int(state, "outage", d->outage_until_s);
    json_set_int(state, "power", d->power_until_s);
    json_set(state, "cuts", cuts_json(d));
    json_set_int(state, "ended", d->ended_s);
    json_set_int(state, "contests", d->contests);
    json_set_int(state, "quarrels", d->quarrels);
    json_set_text(state, "alert", d->alert);
    json_set(state, "rng", rng_json(&d->rng));
    json_set(state, "events", events_json(d));
    json_set(state, "rushes", rushes_json(d));
    json_set(state, "visits", visits_json(d));
    json_set(state, "clerks", clerks_json(d));
    struct json *bus = bus_json(&d->bus);
    if (bus)
        json_set(state, "bus", bus);
    json_set(state, "figures", figures_json(d->figures));
    return state;
}

/* --- in --- */

static void read_rng(const struct json *list, struct rng *rng)
{
    for (size_t i = 0; i < 4; i++) {
        const char *text = json_as_text(json_at(list, i));
        rng->state[i] = text ? strtoull(text, NULL, 16) : 1;
    }
}

static void read_events(struct demo *d, const struct json *list)
{
    d->event_count = 0;
    for (const struct json *one = json_first(list); one; one = json_next(one))
        demo_keep(d, &(struct demo_event){int_at(one, 0), int_at(one, 1), (int)int_at(one, 2),
                                          (int)int_at(one, 3)});
}

static void read_visit(struct demo_visit *v, const struct json *one)
{
    int64_t marks = int_at(one, 5);
    const char *ticket = json_as_text(json_at(one, 0));
    str_copy(v->ticket, sizeof v->ticket, ticket ? ticket : "");
    v->gen = int_at(one, 1);
    v->called_s = int_at(one, 2);
    v->desk_s = int_at(one, 3);
    v->calls = (int)int_at(one, 4);
    v->here = (marks & 1) != 0;
    v->gone = (marks & 2) != 0;
    v->taken = (marks & 4) != 0;
    v->forgets = (marks & 8) != 0;
    v->offended = (marks & 16) != 0;
    v->calmed = (marks & 64) != 0;
}

static void read_rushes(struct demo *d, const struct json *list)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        demo_add_rush(d, (int)int_at(one, 0), (int)int_at(one, 1), (int)int_at(one, 2));
}

/* In the order of the rushes, and of coming in each; NULL: there is no such one. */
static const struct citizen *rushed_citizen(const struct demo *d, int nth)
{
    for (int i = 0; i < d->rush_count; nth -= d->rushes[i++].who.count)
        if (nth < d->rushes[i].who.count)
            return &d->rushes[i].who.list[nth];
    return NULL;
}

static void add_visit(struct demo *d, const struct json *one, int *rushed)
{
    const struct citizen *citizen = int_at(one, 5) & 32 ? rushed_citizen(d, (*rushed)++) : NULL;
    if (citizen)
        demo_newcomer(d, citizen);
    else
        demo_stranger(d, "");
}

static void read_visits(struct demo *d, const struct json *list)
{
    int at = 0, rushed = 0;
    for (const struct json *one = json_first(list); one; one = json_next(one), at++) {
        if (at >= d->visit_count)
            add_visit(d, one, &rushed);
        read_visit(&d->visits[at], one);
    }
}

/* Of a day, whatever is written. */
static int64_t second(int64_t s)
{
    enum { MOST_S = 7 * 24 * DEMO_HOUR_S };
    return s < 0 ? 0 : s > MOST_S ? MOST_S : s;
}

static void read_cuts(struct demo *d, const struct json *list)
{
    enum { CUTS_MAX = 1000 };
    d->cuts = xrealloc(d->cuts, CUTS_MAX * sizeof *d->cuts);
    d->cut_count = 0;
    for (const struct json *one = json_first(list); one && d->cut_count < CUTS_MAX; one = json_next(one))
        d->cuts[d->cut_count++] =
            (struct demo_cut){(int)int_at(one, 0), second(int_at(one, 1)), second(int_at(one, 2))};
}

static void read_clerks(struct demo *d, const struct json *list)
{
    int at = 0;
    for (const struct json *one = json_first(list); one && at < d->clerk_count; one = json_next(one), at++) {
        struct demo_clerk *c = &d->clerks[at];
        int64_t doing = int_at(one, 3);
        c->fence = int_at(one, 0);
        c->break_s = int_at(one, 1);
        c->away_s = int_at(one, 2);
        c->doing = doing >= DEMO_SHUT && doing <= DEMO_PAUSED ? (enum demo_doing)doing : DEMO_SHUT;
        c->visit = (int)int_at(one, 4);
        c->woken = int_at(one, 5) != 0;
        c->seq = int_at(one, 6);
    }
}

static void read_bus(struct demo *d, const struct json *list)
{
    struct demo_bus *bus = &d->bus;
    if (!list)
        return;
    bus->away = int_at(list, 0) != 0;
    bus->clerk = (int)int_at(list, 1);
    bus->left_s = int_at(list, 2);
    bus->until_s = int_at(list, 3);
    str_copy(bus->queue, sizeof bus->queue,
             json_text_or(json_first(d->clerks[bus->clerk].queues), "queue", ""));
    for (size_t i = 4; i < json_count(list); i++)
        demo_bus_visit(d, (int)int_at(list, i));
}

static void read_figures(struct demo_figures *f, const struct json *list)
{
    int *const all[] = {&f->visitors,     &f->booked,    &f->came,     &f->issued,   &f->served,
                        &f->missing,      &f->no_shows,  &f->left,     &f->refused,  &f->early,
                        &f->applications, &f->approved,  &f->refusals, &f->returned, &f->referred,
                        &f->confirmed,    &f->contested, &f->notices,  &f->quarrels, &f->trips,
                        &f->bus_served};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        *all[i] = (int)int_at(list, i);
}

bool demo_go_on(struct demo *d, const struct json *state)
{
    int32_t day;
    const char *text = json_text_or(state, "day", "");
    bool known = day_parse(text, &day) && strcmp(text, "2000-01-01") >= 0 && strcmp(text, "2199-12-31") <= 0;
    if (!known || !demo_make_day(d, day, 0) || !demo_state_holds(d, state))
        return false;
    d->now_s = json_int(state, "now", 0);
    d->end_s = json_int(state, "end", 0);
    d->orders = json_int(state, "orders", 0);
    d->outage_until_s = json_int(state, "outage", 0);
    d->power_until_s = json_int(state, "power", 0);
    d->ended_s = second(json_int(state, "ended", 0));
    read_cuts(d, json_get(state, "cuts"));
    d->contests = (int)json_int(state, "contests", 0);
    d->quarrels = (int)json_int(state, "quarrels", 0);
    str_copy(d->alert, sizeof d->alert, json_text_or(state, "alert", ""));
    read_rng(json_get(state, "rng"), &d->rng);
    read_events(d, json_get(state, "events"));
    read_rushes(d, json_get(state, "rushes"));
    read_visits(d, json_get(state, "visits"));
    read_clerks(d, json_get(state, "clerks"));
    read_bus(d, json_get(state, "bus"));
    read_figures(d->figures, json_get(state, "figures"));
    return true;
}
