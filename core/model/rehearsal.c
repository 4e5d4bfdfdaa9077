/* core/model/rehearsal.c: see rehearsal.h. Knows no row, clock or screen. */
#include "core/model/rehearsal.h"

#include <stdlib.h>

static int64_t minutes_until(int place, double average_min, int64_t desks)
{
    struct estimate estimate;
    return place >= 0 && queue_estimate(place, average_min, desks, &estimate) ? estimate.expected_min : -1;
}

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
    int64_t longer = p->wait_min_after - p->wait_min;
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
                  const struct candidate *candidates, int count, double average_min, int64_t desks,
                  struct rehearsal_person *people, int *order, struct rehearsal_sum *sum)
{
    int *places = xcalloc((size_t)count + 1, sizeof *places);
    *sum = (struct rehearsal_sum){.longest = -1, .longest_after = -1};
    for (int i = 0; i < count; i++)
        people[i] = (struct rehearsal_person){-1, -1, -1, -1};
    int placed = rule_order(&before->desk, &before->state, candidates, count, places);
    for (int i = 0; i < placed; i++) {
        people[places[i]].place = i;
        people[places[i]].wait_min = minutes_until(i, average_min, desks);
    }
    placed = rule_order(&after->desk, &after->state, candidates, count, places);
    for (int i = 0; i < placed; i++) {
        people[places[i]].place_after = i;
        people[places[i]].wait_min_after = minutes_until(i, average_min, desks);
        if (order)
            order[i] = places[i];
    }
    for (int i = 0; i < count; i++)
        sum_one(&people[i], &candidates[i], after->desk.now_ms, sum);
    free(places);
    return placed;
}
