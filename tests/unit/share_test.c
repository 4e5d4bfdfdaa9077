/* tests/unit/share_test.c: how much of the counters a queue has, and promises beside the facts of simulated days, measured as
 * the report "promises" does: the middle of the range against the wait, and how many came within the range. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/rng.h"
#include "core/model/share.h"
#include "tests/support/test.h"

static bool near(double got, double want)
{
    return fabs(got - want) < 0.05;
}

#define NO (-1)

TEST(share_of_counters_of_its_own_is_their_number)
{
    struct share_queue queues[] = {{RULE_FIFO, 4, 10}, {RULE_FIFO, 9, 5}};
    struct share_desk desks[] = {{{1, NO}}, {{1, NO}}, {{1, NO}}};
    CHECK(near(share_of_desks(queues, 2, desks, 3), 3));
    CHECK(near(share_of_desks(queues, 1, desks, 2), 2));
    CHECK(share_of_desks(queues, 1, desks, 0) == 0);
    struct share_desk others[] = {{{NO, 1}}};
    CHECK(share_of_desks(queues, 2, others, 1) == 0);
}

TEST(share_counts_who_waits_in_the_counters_other_queues)
{
    struct share_queue queues[] = {{RULE_FIFO, 3, 10}, {RULE_PRIORITY, 12, 10}};
    struct share_desk both[] = {{{1, 1}}, {{1, 1}}};
    /* Sixteen before the call, of them four of this queue: a quarter of two counters. */
    CHECK(near(share_of_desks(queues, 2, both, 2), 0.5));
    queues[1].before = 0; /* nobody there: both counters whole */
    CHECK(near(share_of_desks(queues, 2, both, 2), 2));
    queues[1] = (struct share_queue){RULE_FIFO, 12, 2.5}; /* quick ones take less of it */
    CHECK(near(share_of_desks(queues, 2, both, 2), 2 * 40.0 / 70));
}

TEST(share_sends_people_where_less_is_before_them)
{
    struct share_queue queues[] = {{RULE_FIFO, 9, 10}, {RULE_FIFO, 10, 10}};
    struct share_desk desks[] = {{{1, NO}}, {{1, 1}}};
    CHECK(near(share_of_desks(queues, 2, desks, 2), 1)); /* the second has as many of the other queue */
    struct share_desk three[] = {{{1, NO}}, {{1, 1}}, {{NO, 1}}, {{NO, 1}}};
    double share = share_of_desks(queues, 2, three, 4); /* those have counters of their own now */
    CHECK(share > 1.6 && share < 2);
}

TEST(share_under_weights_is_the_weight_until_the_other_is_empty)
{
    struct share_queue queues[] = {{RULE_WEIGHTED, 5, 10}, {RULE_WEIGHTED, 60, 10}};
    struct share_desk desk[] = {{{1, 3}}};
    CHECK(near(share_of_desks(queues, 2, desk, 1), 0.25));
    queues[1].before = 2;
    CHECK(near(share_of_desks(queues, 2, desk, 1), 0.75));
    queues[1] = (struct share_queue){RULE_FIFO, 60, 10}; /* of another rule: who came first */
    CHECK(near(share_of_desks(queues, 2, desk, 1), 6.0 / 66));
}

/* --- days --- */

enum { MIN = 60 * 1000, QUEUES = 6, DESKS = 10, PEOPLE = 900, DAY_MIN = 7 * 60, RECENT = 12 };

struct person {
    char number[8];
    int queue, class;
    int64_t arrived_ms, served_ms; /* served_ms: how long it takes */
    int64_t called_ms;
    double middle[2], low[2], high[2]; /* promised: counters counted fully, and shared */
};

struct day {
    struct rng rng;
    struct rule_queue rules[QUEUES];
    char names[QUEUES][4];
    double service_min[QUEUES];
    int run[QUEUES], queue_count, desk_count, people_count;
    struct day_desk {
        int weights[QUEUES];
        int64_t free_ms, away_from_ms, away_until_ms, deficit[QUEUES];
        int turn;
    } desks[DESKS];
    double recent[QUEUES][RECENT];
    int finished[QUEUES];
    struct person people[PEOPLE];
};

static double chance(struct day *d)
{
    return (double)(rng_next(&d->rng) >> 11) / 9007199254740992.0;
}

static int below(struct day *d, int limit)
{
    return (int)rng_below(&d->rng, (uint64_t)limit);
}

/* Most take about as long as is usual, a few much longer. */
static double some_minutes(struct day *d, double mean)
{
    double bell = sqrt(-2 * log(chance(d) + 1e-12)) * cos(6.283185307179586 * chance(d));
    return mean * exp(0.5 * bell - 0.125);
}

static int by_arrival(const void *a, const void *b)
{
    int64_t left = ((const struct person *)a)->arrived_ms, right = ((const struct person *)b)->arrived_ms;
    return left < right ? -1 : left > right;
}

static void make_day(struct day *d, uint64_t seed)
{
    double work_min = 0;
    *d = (struct day){0};
    rng_seed(&d->rng, seed);
    d->queue_count = 3 + below(d, QUEUES - 2);
    d->desk_count = d->queue_count + 1 + below(d, DESKS - QUEUES);
    bool weighted = below(d, 3) == 0;
    for (int q = 0; q < d->queue_count; q++) {
        str_format(d->names[q], sizeof d->names[q], "%c", 'A' + q);
        d->rules[q] = (struct rule_queue){.queue = d->names[q],
                                          .kind = weighted      ? RULE_WEIGHTED
                                                  : below(d, 2) ? RULE_FIFO
                                                                : RULE_PRIORITY,
                                          .max_run = 3};
        d->service_min[q] = 4 + 12 * chance(d);
    }
    for (int i = 0; i < d->desk_count; i++) {
        for (int q = 0; q < d->queue_count; q++)
            d->desks[i].weights[q] = q == i % d->queue_count || below(d, 4) == 0 ? 1 + below(d, 3) : NO;
        d->desks[i].away_from_ms = (60 + below(d, DAY_MIN - 60)) * (int64_t)MIN;
        d->desks[i].away_until_ms = d->desks[i].away_from_ms + (15 + below(d, 30)) * (int64_t)MIN;
    }
    double busy = 0.7 + 0.25 * chance(d);
    while (d->people_count < PEOPLE && work_min < busy * d->desk_count * DAY_MIN) {
        struct person *p = &d->people[d->people_count++];
        do /* as many come to a queue as the supervisor has given it counters, or more of them */
            p->queue = below(d, d->queue_count);
        while (d->desks[below(d, d->desk_count)].weights[p->queue] < 0);
        p->class = below(d, 10) ? 0 : 1;
        double at = (chance(d) + chance(d)) / 2; /* most in the middle of the day */
        p->arrived_ms = (int64_t)((below(d, 2) ? at : chance(d)) * DAY_MIN * MIN);
        p->served_ms = (int64_t)(some_minutes(d, d->service_min[p->queue]) * MIN);
        work_min += (double)p->served_ms / MIN;
    }
    qsort(d->people, (size_t)d->people_count, sizeof *d->people, by_arrival);
    for (int i = 0; i < d->people_count; i++)
        str_format(d->people[i].number, sizeof d->people[i].number, "%s%03d", d->names[d->people[i].queue],
                   i);
}

static bool is_open(const struct day *d, int desk, int64_t t)
{
    return t < d->desks[desk].away_from_ms || t >= d->desks[desk].away_until_ms;
}

static int64_t count_before(const struct day *d, const struct person *newcomer, int queue)
{
    bool lawful = newcomer->class > 0 && d->rules[newcomer->queue].kind == RULE_PRIORITY &&
                  d->rules[queue].kind == RULE_PRIORITY;
    int64_t before = 0;
    for (const struct person *p = d->people; p < newcomer; p++)
        before += p->queue == queue && !p->called_ms && (!lawful || p->class > 0);
    return before;
}

static double recent_min(const struct day *d, int queue)
{
    int count = d->finished[queue] < RECENT ? d->finished[queue] : RECENT;
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += d->recent[queue][i];
    return count ? sum / count : 10;
}

static void promise(struct day *d, struct person *newcomer, int64_t t)
{
    struct share_queue queues[QUEUES];
    struct share_desk desks[DESKS];
    int order[QUEUES], desk_count = 0, whole = 0;
    for (int q = 0; q < d->queue_count; q++)
        order[q] = (newcomer->queue + q) % d->queue_count;
    for (int q = 0; q < d->queue_count; q++)
        queues[q] = (struct share_queue){d->rules[order[q]].kind, count_before(d, newcomer, order[q]),
                                         recent_min(d, order[q])};
    for (int i = 0; i < d->desk_count; i++) {
        if (!is_open(d, i, t))
            continue;
        for (int q = 0; q < d->queue_count; q++)
            desks[desk_count].weights[q] = d->desks[i].weights[order[q]];
        whole += desks[desk_count++].weights[0] >= 0;
    }
    double shared = share_of_desks(queues, d->queue_count, desks, desk_count);
    for (int way = 0; way < 2; way++) {
        struct estimate e = {0};
        double counted = way ? shared : whole;
        queue_estimate(queues[0].before, queues[0].average_min, counted > 0 ? counted : 1, &e);
        newcomer->low[way] = (double)e.optimistic_min;
        newcomer->high[way] = e.expected_min > e.optimistic_min ? (double)e.expected_min : newcomer->low[way];
        newcomer->middle[way] = (newcomer->low[way] + newcomer->high[way]) / 2;
    }
}

static void finish(struct day *d, const struct person *p)
{
    d->recent[p->queue][d->finished[p->queue]++ % RECENT] = (double)p->served_ms / MIN;
}

static bool call(struct day *d, int desk, int arrived, int64_t t)
{
    static struct candidate candidates[PEOPLE];
    struct day_desk *at = &d->desks[desk];
    struct rule_queue mine[QUEUES];
    struct rule_state state = {.turn = at->turn};
    int count = 0, who[PEOPLE], of[QUEUES], people = 0;
    for (int q = 0; q < d->queue_count; q++) {
        if (at->weights[q] < 0)
            continue;
        of[count] = q;
        mine[count] = d->rules[q];
        mine[count].weight = at->weights[q];
        state.run[count] = d->run[q];
        state.deficit[count++] = at->deficit[q];
    }
    for (int i = 0; i < arrived; i++) {
        struct person *p = &d->people[i];
        if (p->called_ms || at->weights[p->queue] < 0)
            continue;
        who[people] = i;
        candidates[people++] = (struct candidate){.number = p->number,
                                                  .queue = d->names[p->queue],
                                                  .arrived_ms = p->arrived_ms,
                                                  .priority = p->class};
    }
    int chosen = rule_choose(&(struct rule_desk){mine, count, t}, &state, candidates, people, NULL);
    if (chosen < 0)
        return false;
    for (int i = 0; i < count; i++) {
        d->run[of[i]] = state.run[i];
        at->deficit[of[i]] = state.deficit[i];
    }
    at->turn = state.turn;
    struct person *called = &d->people[who[chosen]];
    called->called_ms = t > 0 ? t : 1;
    at->free_ms = t + called->served_ms;
    finish(d, called);
    return true;
}

static void play_day(struct day *d)
{
    int arrived = 0;
    for (int64_t t = 0; t < 2 * DAY_MIN * (int64_t)MIN; t += MIN / 4) {
        for (; arrived < d->people_count && d->people[arrived].arrived_ms <= t; arrived++)
            promise(d, &d->people[arrived], t);
        for (int i = 0; i < d->desk_count; i++)
            if (d->desks[i].free_ms <= t && is_open(d, i, t))
                call(d, i, arrived, t);
    }
}

struct measure {
    double error_min;
    int people, within;
};

static void measure(const struct day *d, int way, struct measure *m)
{
    for (int i = 0; i < d->people_count; i++) {
        const struct person *p = &d->people[i];
        if (!p->called_ms)
            continue;
        double wait_min = (double)(p->called_ms - p->arrived_ms) / MIN;
        m->people++;
        m->error_min += fabs(wait_min - p->middle[way]);
        m->within += wait_min >= p->low[way] - 0.5 && wait_min <= p->high[way] + 0.5;
    }
}

TEST(promises_with_counters_shared_are_nearer_to_what_comes)
{
    enum { SEEDS = 12 };
    struct day *d = xcalloc(1, sizeof *d);
    struct measure whole = {0}, shared = {0};
    int better = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct measure of_whole = {0}, of_shared = {0};
        make_day(d, seed);
        play_day(d);
        measure(d, 0, &of_whole);
        measure(d, 1, &of_shared);
        measure(d, 0, &whole);
        measure(d, 1, &shared);
        better += of_shared.error_min < of_whole.error_min;
        if (getenv("LOKET_TELL"))
            printf("seed %d: %d people, error %.1f -> %.1f min, within %d -> %d %%\n", (int)seed,
                   of_whole.people, of_whole.error_min / of_whole.people,
                   of_shared.error_min / of_shared.people, 100 * of_whole.within / of_whole.people,
                   100 * of_shared.within / of_shared.people);
    }
    if (getenv("LOKET_TELL"))
        printf("all: %d people, error %.2f -> %.2f min, within %.1f -> %.1f %%\n", whole.people,
               whole.error_min / whole.people, shared.error_min / shared.people,
               100.0 * whole.within / whole.people, 100.0 * shared.within / shared.people);
    /* 12.8 and 7.7 minutes, 45 and 67 of a hundred, when this was written. */
    CHECK(better >= SEEDS - 1);
    CHECK(shared.error_min < 0.7 * whole.error_min);
    CHECK(100 * (shared.within - whole.within) > 15 * whole.people);
    free(d);
}
