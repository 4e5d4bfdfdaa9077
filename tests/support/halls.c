/* tests/support/halls.c: see halls.h. */
#include "tests/support/halls.h"

#include <stdlib.h>
#include <string.h>

enum { MIN = 60 * 1000, SEC = 1000 };
static const int64_t start_ms = 1764000000000;
static const char *const queue_names[HALLS_QUEUES] = {"population", "tax", "land", "notary", "traffic"};

static int below(struct rng *rng, int limit)
{
    return (int)rng_below(rng, (uint64_t)limit);
}

/* --- halls by chance --- */

static void random_queue(struct rng *rng, struct random_hall *hall, int q)
{
    hall->queues[q] = (struct hour_queue){.id = queue_names[q],
                                          .kind = (enum rule_kind)below(rng, RULE_COUNT),
                                          .max_run = below(rng, 4),
                                          .run = below(rng, 4),
                                          .agency = HOUR_NOBODY,
                                          .service_ms = (120 + below(rng, 900)) * SEC,
                                          .arrivals = below(rng, 3) ? below(rng, 40) / 10.0 : 0,
                                          .no_show = below(rng, 5) / 10.0};
}

static int random_shares(struct rng *rng, int queue_count, struct hour_share *shares, bool deficits)
{
    int count = 0;
    for (int q = 0; q < queue_count; q++)
        if (below(rng, 2))
            shares[count++] =
                (struct hour_share){(q + 1) % queue_count, below(rng, 5), deficits ? below(rng, 3) : 0};
    return count;
}

static void random_desk(struct rng *rng, struct random_hall *hall, int d)
{
    int64_t now_ms = hall->hour.now_ms;
    struct hour_desk *desk = &hall->desks[d];
    *desk = (struct hour_desk){.id = "", .agency = HOUR_NOBODY, .shares = hall->shares[d]};
    desk->share_count = random_shares(rng, hall->hour.queue_count, hall->shares[d], true);
    desk->turn = desk->share_count ? below(rng, desk->share_count) : 0;
    desk->free_ms = now_ms + (below(rng, 20) - 8) * MIN;
    if (!below(rng, 5))
        desk->opens_ms = below(rng, 2) ? HOUR_NEVER : now_ms + below(rng, 40) * MIN;
    if (!below(rng, 5))
        desk->closes_ms = now_ms + below(rng, 60) * MIN;
    if (!below(rng, 4)) {
        desk->away_from_ms = now_ms + (below(rng, 50) - 10) * MIN;
        desk->away_until_ms = below(rng, 6) ? desk->away_from_ms + below(rng, 30) * MIN : HOUR_NEVER;
    }
    if (!below(rng, 6))
        desk->last_arrival_ms = now_ms - below(rng, 40) * MIN;
}

static void random_person(struct rng *rng, struct random_hall *hall, int i)
{
    int64_t now_ms = hall->hour.now_ms;
    struct hour_person *person = &hall->people[i];
    str_format(hall->names[i], sizeof hall->names[i], "%c%03d", 'A' + below(rng, 3), i);
    *person = (struct hour_person){.id = "", .number = hall->names[i], .desk = HOUR_NOBODY};
    person->queue = below(rng, hall->hour.queue_count);
    person->arrived_ms = now_ms - below(rng, 50) * MIN - (below(rng, 2) ? 0 : below(rng, MIN));
    if (!below(rng, 4))
        person->priority = 1 + below(rng, 3);
    if (!below(rng, 4)) {
        person->booked_ms = now_ms + (below(rng, 90) - 30) * MIN;
        if (below(rng, 2)) {
            person->arrived_ms = person->booked_ms;
            person->comes_ms = person->booked_ms;
        }
    }
    if (!below(rng, 8))
        person->last_call_ms = now_ms - below(rng, 400) * SEC;
    if (!below(rng, 4))
        person->service_ms = (60 + below(rng, 1200)) * SEC;
    if (!below(rng, 4))
        person->since_ms = person->arrived_ms - below(rng, 10) * MIN;
    if (!below(rng, 12))
        person->desk =
            hall->hour.desk_count && below(rng, 3) ? below(rng, hall->hour.desk_count) : HOUR_ELSEWHERE;
}

static void random_change(struct rng *rng, struct random_hall *hall, int i)
{
    static const enum hour_change_kind of_desk[] = {HOUR_ASSIGN, HOUR_ASSIGN, HOUR_OPEN, HOUR_CLOSE};
    int64_t now_ms = hall->hour.now_ms;
    struct hour_change *change = &hall->changes[i];
    *change = (struct hour_change){.shares = hall->change_shares[i], .people = hall->change_people[i]};
    change->kind = hall->hour.desk_count && below(rng, 3) ? of_desk[below(rng, 4)]
                   : below(rng, 2)                        ? HOUR_MOVE
                                                          : HOUR_RULE;
    change->at_ms = below(rng, 3) ? 0 : now_ms + below(rng, 30) * MIN;
    if (below(rng, 2))
        change->until_ms = now_ms + (31 + below(rng, 40)) * MIN;
    /* Two changes of one counter would need an order of their own: each has its counter. */
    change->desk = hall->hour.desk_count ? i % hall->hour.desk_count : 0;
    if (i >= hall->hour.desk_count && change->kind != HOUR_MOVE && change->kind != HOUR_RULE)
        change->kind = HOUR_MOVE;
    change->share_count = random_shares(rng, hall->hour.queue_count, hall->change_shares[i], false);
    change->queue = i % hall->hour.queue_count;
    if (change->kind == HOUR_RULE && i >= hall->hour.queue_count)
        change->kind = HOUR_MOVE;
    for (int p = 0; p < hall->hour.people_count; p++)
        if (!below(rng, 3))
            hall->change_people[i][change->people_count++] = p;
    change->rule = (enum rule_kind)below(rng, RULE_COUNT);
    change->max_run = below(rng, 4);
}

/* What ends or begins by itself, as often of what a change has as not. */
static void random_known(struct rng *rng, struct random_hall *hall)
{
    for (int i = 0; i < HALLS_KNOWN && !below(rng, 2); i++) {
        struct hour_change *known = &hall->known[hall->hour.known_count];
        *known =
            (struct hour_change){.kind = hall->hour.desk_count && below(rng, 2) ? HOUR_ASSIGN : HOUR_RULE,
                                 .at_ms = hall->hour.now_ms + (1 + below(rng, 50)) * MIN + i,
                                 .shares = hall->known_shares[i],
                                 .rule = (enum rule_kind)below(rng, RULE_COUNT),
                                 .max_run = below(rng, 4)};
        known->share_count = random_shares(rng, hall->hour.queue_count, hall->known_shares[i], false);
        known->desk = hall->hour.desk_count ? below(rng, hall->hour.desk_count) : 0;
        known->queue = below(rng, hall->hour.queue_count);
        hall->hour.known_count++;
    }
    hall->hour.known = hall->known;
}

void random_hall(struct rng *rng, struct random_hall *hall)
{
    *hall = (struct random_hall){0};
    hall->hour = (struct hour){.now_ms = start_ms,
                               .queues = hall->queues,
                               .desks = hall->desks,
                               .people = hall->people,
                               .queue_count = 1 + below(rng, HALLS_QUEUES),
                               .desk_count = below(rng, HALLS_DESKS + 1),
                               .people_count = below(rng, HALLS_PEOPLE + 1)};
    for (int q = 0; q < hall->hour.queue_count; q++)
        random_queue(rng, hall, q);
    for (int d = 0; d < hall->hour.desk_count; d++)
        random_desk(rng, hall, d);
    for (int i = 0; i < hall->hour.people_count; i++)
        random_person(rng, hall, i);
    random_known(rng, hall);
    hall->change_count = 1 + below(rng, HALLS_CHANGES);
    for (int i = 0; i < hall->change_count; i++)
        random_change(rng, hall, i);
}

/* --- the plain play --- */

struct plain_person {
    struct hour_person is;
    char number[24];
    bool there, called, away;
};

struct plain_desk {
    struct hour_desk is;
    int64_t free_ms, deficit[RULE_QUEUES_MAX];
    bool closed, taken; /* taken: a change has its queues */
};

struct plain {
    const struct hour *hour;
    const struct hour_change *changes;
    int change_count;
    int64_t end_ms, t;
    struct plain_person *people;
    struct plain_desk *desks;
    struct hour_queue *queues, *own; /* own: as they are but for changes */
    struct hour_desk *own_desks;
    bool *begun, *ended, *came, taken_rule[HALLS_QUEUES];
    int count, step;
    struct hour_run *out;
};

static void add_person(struct plain *p, const struct hour_person *is, const char *number)
{
    struct plain_person *person = &p->people[p->count++];
    person->is = *is;
    str_format(person->number, sizeof person->number, "%s", number);
    if (person->is.comes_ms < p->hour->now_ms)
        person->is.comes_ms = p->hour->now_ms;
}

static void expect_newcomers(struct plain *p)
{
    for (int q = 0; q < p->hour->queue_count; q++)
        for (int n = 0; p->hour->queues[q].arrivals > 0; n++) {
            int64_t at_ms = p->hour->now_ms + (int64_t)((n + 0.5) * 10 * MIN / p->hour->queues[q].arrivals);
            char number[24];
            if (at_ms >= p->end_ms)
                break;
            str_format(number, sizeof number, "~%d-%d", q, n);
            add_person(p,
                       &(struct hour_person){
                           .queue = q, .arrived_ms = at_ms, .comes_ms = at_ms, .desk = HOUR_NOBODY},
                       number);
        }
}

/* Of the bookings that are still to come the share of the queue stays away: the earliest that makes up half a person. */
static void leave_out(struct plain *p)
{
    for (int q = 0; q < p->hour->queue_count; q++) {
        double come = 0;
        for (;;) {
            struct plain_person *next = NULL;
            for (int i = 0; i < p->count; i++) {
                struct plain_person *person = &p->people[i];
                if (person->is.queue == q && person->is.booked_ms && person->is.comes_ms > p->hour->now_ms &&
                    !person->there && (!next || person->is.comes_ms < next->is.comes_ms))
                    next = person;
            }
            if (!next)
                break;
            next->there = true; /* looked at; they come when they come: see below */
            come += 1 - p->hour->queues[q].no_show;
            next->away = come < 0.5 - 1e-9;
            come -= next->away ? 0 : 1;
        }
    }
    for (int i = 0; i < p->count; i++)
        p->people[i].there = false;
}

static void desk_as_was(struct plain *p, int d, bool queues)
{
    struct plain_desk *desk = &p->desks[d];
    struct hour_desk was = queues ? p->own_desks[d] : p->hour->desks[d];
    if (!queues) {
        was.shares = desk->is.shares;
        was.share_count = desk->is.share_count;
        was.turn = desk->is.turn;
        desk->is = was;
        return;
    }
    desk->is.shares = was.shares;
    desk->is.share_count = was.share_count;
    desk->is.turn = 0;
    memset(desk->deficit, 0, sizeof desk->deficit);
}

static void begin_change(struct plain *p, const struct hour_change *change)
{
    struct plain_desk *desk = &p->desks[change->desk];
    switch (change->kind) {
    case HOUR_ASSIGN:
        desk->taken = true;
        desk->is.shares = change->shares;
        desk->is.share_count = change->share_count;
        desk->is.turn = 0;
        memset(desk->deficit, 0, sizeof desk->deficit);
        break;
    case HOUR_OPEN:
        desk->is.opens_ms = desk->is.closes_ms = desk->is.away_from_ms = desk->is.away_until_ms = 0;
        desk->is.last_arrival_ms = 0;
        break;
    case HOUR_CLOSE:
        desk->closed = true;
        break;
    case HOUR_MOVE:
        for (int i = 0; i < change->people_count; i++)
            p->people[change->people[i]].is.queue = change->queue;
        break;
    case HOUR_RULE:
        p->taken_rule[change->queue] = true;
        p->queues[change->queue].kind = change->rule;
        p->queues[change->queue].max_run = change->max_run;
        p->queues[change->queue].run = 0;
        break;
    }
}

static void end_change(struct plain *p, const struct hour_change *change)
{
    if (change->kind == HOUR_ASSIGN) {
        p->desks[change->desk].taken = false;
        desk_as_was(p, change->desk, true);
    } else if (change->kind == HOUR_OPEN)
        desk_as_was(p, change->desk, false);
    else if (change->kind == HOUR_CLOSE)
        p->desks[change->desk].closed = false;
    else if (change->kind == HOUR_RULE) {
        p->taken_rule[change->queue] = false;
        p->queues[change->queue].kind = p->own[change->queue].kind;
        p->queues[change->queue].max_run = p->own[change->queue].max_run;
        p->queues[change->queue].run = 0;
    }
}

static void become_known(struct plain *p, const struct hour_change *known)
{
    if (known->kind == HOUR_ASSIGN) {
        p->own_desks[known->desk].shares = known->shares;
        p->own_desks[known->desk].share_count = known->share_count;
        if (!p->desks[known->desk].taken)
            desk_as_was(p, known->desk, true);
    } else {
        p->own[known->queue].kind = known->rule;
        p->own[known->queue].max_run = known->max_run;
        if (!p->taken_rule[known->queue]) {
            p->queues[known->queue].kind = known->rule;
            p->queues[known->queue].max_run = known->max_run;
            p->queues[known->queue].run = 0;
        }
    }
}

static bool may_call(const struct plain *p, const struct plain_desk *desk)
{
    const struct hour_desk *is = &desk->is;
    return !desk->closed && desk->free_ms <= p->t && is->opens_ms <= p->t &&
           (!is->closes_ms || p->t < is->closes_ms) &&
           !(p->t >= is->away_from_ms && p->t < is->away_until_ms);
}

static bool may_be_called(const struct plain_desk *desk, int d, const struct hour_person *person)
{
    if (person->desk != HOUR_NOBODY)
        return person->desk == d;
    if (desk->is.last_arrival_ms && person->arrived_ms > desk->is.last_arrival_ms)
        return false;
    for (int i = 0; i < desk->is.share_count; i++)
        if (desk->is.shares[i].queue == person->queue)
            return true;
    return false;
}

static void count_call(struct plain *p, int i, int d)
{
    struct plain_person *person = &p->people[i];
    struct hour_queue_run *run = &p->out->queues[person->is.queue];
    int64_t waited = p->t - (person->is.since_ms ? person->is.since_ms : person->is.arrived_ms);
    waited = waited > 0 ? waited : 0;
    run->called++;
    run->mean_called_ms += waited; /* a sum until the end */
    run->longest_called_ms = waited > run->longest_called_ms ? waited : run->longest_called_ms;
    if (i < p->hour->people_count) {
        p->out->people[i].call_ms = p->t;
        p->out->people[i].desk = d;
    }
}

static void call(struct plain *p, int d)
{
    struct plain_desk *desk = &p->desks[d];
    struct rule_queue rules[RULE_QUEUES_MAX];
    struct rule_state state = {.turn = desk->is.turn};
    struct candidate *candidates = xcalloc((size_t)p->count + 1, sizeof *candidates);
    int *who = xcalloc((size_t)p->count + 1, sizeof *who), count = 0;
    for (int i = 0; i < desk->is.share_count; i++) {
        const struct hour_queue *queue = &p->queues[desk->is.shares[i].queue];
        rules[i] = (struct rule_queue){queue->id, queue->kind, queue->max_run, desk->is.shares[i].weight};
        state.run[i] = queue->run;
        state.deficit[i] = desk->deficit[i];
    }
    for (int i = 0; i < p->count; i++) {
        const struct plain_person *person = &p->people[i];
        if (!person->there || person->called || !may_be_called(desk, d, &person->is))
            continue;
        who[count] = i;
        candidates[count++] = (struct candidate){.number = person->number,
                                                 .queue = p->queues[person->is.queue].id,
                                                 .arrived_ms = person->is.arrived_ms,
                                                 .booked_ms = person->is.booked_ms,
                                                 .last_call_ms = person->is.last_call_ms,
                                                 .priority = person->is.priority,
                                                 .own = person->is.desk == d};
    }
    struct rule_desk asks = {rules, desk->is.share_count, p->t};
    int chosen = rule_choose(&asks, &state, candidates, count, NULL);
    if (chosen >= 0) {
        struct plain_person *person = &p->people[who[chosen]];
        for (int i = 0; i < desk->is.share_count; i++) {
            p->queues[desk->is.shares[i].queue].run = state.run[i];
            desk->deficit[i] = state.deficit[i];
        }
        desk->is.turn = state.turn;
        person->called = true;
        count_call(p, who[chosen], d);
        desk->free_ms = p->t + (person->is.service_ms > 0 ? person->is.service_ms
                                                          : p->hour->queues[person->is.queue].service_ms);
    }
    free(candidates);
    free(who);
}

/* Free counters, the one that has been free longest first. */
static void calls(struct plain *p)
{
    bool seen[HALLS_DESKS] = {false};
    for (;;) {
        int next = -1;
        for (int d = 0; d < p->hour->desk_count; d++)
            if (!seen[d] && may_call(p, &p->desks[d]) &&
                (next < 0 || p->desks[d].free_ms < p->desks[next].free_ms))
                next = d;
        if (next < 0)
            return;
        seen[next] = true;
        call(p, next);
    }
}

static void happens(struct plain *p)
{
    for (int i = 0; i < p->change_count; i++)
        if (p->begun[i] && !p->ended[i] && p->changes[i].until_ms && p->changes[i].until_ms <= p->t) {
            p->ended[i] = true;
            end_change(p, &p->changes[i]);
        }
    for (int i = 0; i < p->hour->known_count; i++)
        if (!p->came[i] && p->hour->known[i].at_ms <= p->t) {
            p->came[i] = true;
            become_known(p, &p->hour->known[i]);
        }
    for (int i = 0; i < p->change_count; i++)
        if (!p->begun[i] && p->changes[i].kind != HOUR_MOVE && p->changes[i].at_ms <= p->t) {
            p->begun[i] = true;
            begin_change(p, &p->changes[i]);
        }
    for (int i = 0; i < p->count; i++)
        if (p->people[i].is.comes_ms <= p->t && !p->people[i].away)
            p->people[i].there = true;
    calls(p);
}

static void next(const struct plain *p, int64_t at_ms, int64_t *soonest)
{
    if (at_ms > p->t && at_ms < *soonest)
        *soonest = at_ms;
}

static int64_t next_moment(const struct plain *p)
{
    int64_t soonest = p->end_ms;
    for (int i = 0; i < p->count; i++) {
        next(p, p->people[i].is.comes_ms, &soonest);
        next(p, p->people[i].is.last_call_ms + RULE_RECALL_MS, &soonest);
    }
    for (int d = 0; d < p->hour->desk_count; d++) {
        next(p, p->desks[d].free_ms, &soonest);
        next(p, p->desks[d].is.opens_ms, &soonest);
        next(p, p->desks[d].is.away_until_ms, &soonest);
    }
    for (int i = 0; i < p->hour->known_count; i++)
        next(p, p->hour->known[i].at_ms, &soonest);
    for (int i = 0; i < p->change_count; i++) {
        next(p, p->changes[i].at_ms, &soonest);
        next(p, p->changes[i].until_ms, &soonest);
    }
    return soonest;
}

static void sample(struct plain *p, int64_t until_ms)
{
    for (;
         p->step < p->out->step_count && p->hour->now_ms + (int64_t)p->step * HOUR_STEP_MIN * MIN <= until_ms;
         p->step++)
        for (int i = 0; i < p->count; i++) {
            const struct plain_person *person = &p->people[i];
            bool there = person->there || (p->step == 0 && person->is.comes_ms <= p->hour->now_ms);
            p->out->queues[person->is.queue].steps[p->step] += there && !person->called;
        }
}

static void sum_up(struct plain *p)
{
    for (int i = 0; i < p->count; i++) {
        const struct plain_person *person = &p->people[i];
        struct hour_queue_run *run = &p->out->queues[person->is.queue];
        int64_t waited = p->end_ms - (person->is.since_ms ? person->is.since_ms : person->is.arrived_ms);
        if (!person->there || person->called)
            continue;
        waited = waited > 0 ? waited : 0;
        run->left++;
        run->mean_left_ms += waited;
        run->longest_left_ms = waited > run->longest_left_ms ? waited : run->longest_left_ms;
    }
    for (int q = 0; q < p->hour->queue_count; q++) {
        struct hour_queue_run *run = &p->out->queues[q];
        int all = run->called + run->left;
        run->mean_ms = all ? (run->mean_called_ms + run->mean_left_ms) / all : 0;
        run->mean_called_ms = run->called ? run->mean_called_ms / run->called : 0;
        run->mean_left_ms = run->left ? run->mean_left_ms / run->left : 0;
        run->longest_ms =
            run->longest_called_ms > run->longest_left_ms ? run->longest_called_ms : run->longest_left_ms;
    }
}

void plain_run(const struct hour *hour, const struct hour_change *changes, int count, int minutes,
               struct hour_run *out)
{
    enum { NEWCOMERS_MAX = 6000 };
    struct plain p = {.hour = hour, .changes = changes, .change_count = count, .t = hour->now_ms, .out = out};
    p.end_ms = hour->now_ms + (int64_t)minutes * MIN;
    *out = (struct hour_run){.minutes = minutes,
                             .step_count = minutes / HOUR_STEP_MIN + 1,
                             .queue_count = hour->queue_count,
                             .people_count = hour->people_count};
    out->queues = xcalloc((size_t)hour->queue_count + 1, sizeof *out->queues);
    out->people = xcalloc((size_t)hour->people_count + 1, sizeof *out->people);
    p.people = xcalloc((size_t)hour->people_count + NEWCOMERS_MAX, sizeof *p.people);
    p.desks = xcalloc((size_t)hour->desk_count + 1, sizeof *p.desks);
    p.queues = xcalloc((size_t)hour->queue_count + 1, sizeof *p.queues);
    p.own = xcalloc((size_t)hour->queue_count + 1, sizeof *p.own);
    p.own_desks = xcalloc((size_t)hour->desk_count + 1, sizeof *p.own_desks);
    p.came = xcalloc((size_t)hour->known_count + 1, 1);
    p.begun = xcalloc((size_t)count + 1, 1);
    p.ended = xcalloc((size_t)count + 1, 1);
    for (int i = 0; i < hour->people_count; i++) {
        add_person(&p, &hour->people[i], hour->people[i].number);
        out->people[i].desk = HOUR_NOBODY;
    }
    expect_newcomers(&p);
    leave_out(&p);
    for (int q = 0; q < hour->queue_count; q++)
        p.queues[q] = p.own[q] = hour->queues[q];
    for (int d = 0; d < hour->desk_count; d++) {
        p.own_desks[d] = hour->desks[d];
        p.desks[d] = (struct plain_desk){.is = hour->desks[d], .free_ms = hour->desks[d].free_ms};
        for (int i = 0; i < hour->desks[d].share_count; i++)
            p.desks[d].deficit[i] = hour->desks[d].shares[i].deficit;
    }
    for (int i = 0; i < count; i++)
        if (changes[i].kind == HOUR_MOVE)
            begin_change(&p, &changes[i]);
    for (; p.t < p.end_ms; p.t = next_moment(&p)) {
        sample(&p, p.t);
        happens(&p);
    }
    sample(&p, p.end_ms);
    sum_up(&p);
    free(p.people);
    free(p.desks);
    free(p.queues);
    free(p.own);
    free(p.own_desks);
    free(p.came);
    free(p.begun);
    free(p.ended);
}
