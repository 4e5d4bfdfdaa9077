/* core/model/rehearsal.c: see rehearsal.h. Knows no row, clock or screen. */
#include "core/model/rehearsal.h"

#include <stdlib.h>

/* --- one way --- */

struct called {
    int64_t call_ms; /* INT64_MAX: nobody can say */
    int by_rule;     /* the place that the rule alone would give */
    int index;       /* of the candidate */
};

static int by_call(const void *a, const void *b)
{
    const struct called *x = a, *y = b;
    if (x->call_ms != y->call_ms)
        return x->call_ms < y->call_ms ? -1 : 1;
    return x->by_rule - y->by_rule;
}

/* called[count] in the order of the calls; returns how many are called. */
static int play_way(const struct rehearsal_way *way, const struct candidate *candidates, int count,
                    struct called *called)
{
    int *places = xcalloc((size_t)count + 1, sizeof *places);
    int placed = rule_order(&way->desk, &way->state, candidates, count, places);
    for (int i = 0; i < placed; i++) {
        int64_t call_ms = way->calls_ms ? way->calls_ms[places[i]] : 0;
        called[i] = (struct called){call_ms > 0 ? call_ms : INT64_MAX, i, places[i]};
    }
    qsort(called, (size_t)placed, sizeof *called, by_call);
    free(places);
    return placed;
}

static int64_t minutes_until(const struct rehearsal_way *way, const struct called *called)
{
    int64_t wait_ms = called->call_ms - way->desk.now_ms;
    return called->call_ms == INT64_MAX ? -1 : wait_ms > 0 ? wait_ms / 60000 : 0;
}

/* --- both beside each other --- */

/* From arrival to call. A booked person who came early waits from the time booked on. */
static int64_t whole_wait(const struct candidate *person, int64_t now_ms, int64_t wait_min)
{
    int64_t from_ms = person->booked_ms > person->arrived_ms ? person->booked_ms : person->arrived_ms;
    int64_t so_far = now_ms > from_ms ? (now_ms - from_ms) / 60000 : 0;
    return wait_min < 0 ? -1 : so_far + wait_min;
}

static void raise_to(int64_t *most, int64_t value)
{
    if (value > *most)
        *most = value;
}

static void sum_one(const struct rehearsal_person *p, const struct candidate *person, int64_t now_ms,
                    struct rehearsal_sum *sum)
{
    int moved = p->place - p->place_after;
    bool known = p->wait_min >= 0 && p->wait_min_after >= 0;
    int64_t longer = known ? p->wait_min_after - p->wait_min : 0;
    if (p->place < 0 || p->place_after < 0)
        return;
    sum->up += moved > 0;
    sum->down += moved < 0;
    sum->same += moved == 0;
    sum->up_most = moved > sum->up_most ? moved : sum->up_most;
    sum->down_most = -moved > sum->down_most ? -moved : sum->down_most;
    sum->longer += longer > 0;
    raise_to(&sum->longer_most_min, longer);
    raise_to(&sum->longest, whole_wait(person, now_ms, p->wait_min));
    raise_to(&sum->longest_after, whole_wait(person, now_ms, p->wait_min_after));
}

int rehearse_ways(const struct rehearsal_way *before, const struct rehearsal_way *after,
                  const struct candidate *candidates, int count, struct rehearsal_person *people, int *order,
                  struct rehearsal_sum *sum)
{
    struct called *called = xcalloc((size_t)count + 1, sizeof *called);
    *sum = (struct rehearsal_sum){.longest = -1, .longest_after = -1};
    for (int i = 0; i < count; i++)
        people[i] = (struct rehearsal_person){-1, -1, -1, -1};
    int placed = play_way(before, candidates, count, called);
    for (int i = 0; i < placed; i++) {
        people[called[i].index].place = i;
        people[called[i].index].wait_min = minutes_until(before, &called[i]);
    }
    placed = play_way(after, candidates, count, called);
    for (int i = 0; i < placed; i++) {
        people[called[i].index].place_after = i;
        people[called[i].index].wait_min_after = minutes_until(after, &called[i]);
        if (order)
            order[i] = called[i].index;
    }
    for (int i = 0; i < count; i++)
        sum_one(&people[i], &candidates[i], after->desk.now_ms, sum);
    free(called);
    return placed;
}
