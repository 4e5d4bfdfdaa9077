/* tests/support/halls.h: halls made by chance from a seed, and a slow, plain play of the next hour to compare
 * core/model/hour.h with. */
#pragma once
#include "core/base/rng.h"
#include "core/model/hour.h"

enum { HALLS_KNOWN = 2, HALLS_QUEUES = 5, HALLS_DESKS = 8, HALLS_PEOPLE = 40, HALLS_CHANGES = 3 };

struct random_hall {
    struct hour hour;
    struct hour_queue queues[HALLS_QUEUES];
    struct hour_desk desks[HALLS_DESKS];
    struct hour_share shares[HALLS_DESKS][HALLS_QUEUES];
    struct hour_person people[HALLS_PEOPLE];
    char names[HALLS_PEOPLE][16];
    struct hour_change changes[HALLS_CHANGES];
    struct hour_share change_shares[HALLS_CHANGES][HALLS_QUEUES];
    int change_people[HALLS_CHANGES][HALLS_PEOPLE];
    int change_count;
    struct hour_change known[HALLS_KNOWN];
    struct hour_share known_shares[HALLS_KNOWN][HALLS_QUEUES];
};
void random_hall(struct rng *rng, struct random_hall *hall);

/* As hour_run_changed, by looking at everybody at each moment. Newcomer figures stay 0. */
void plain_run(const struct hour *hour, const struct hour_change *changes, int count, int minutes,
               struct hour_run *out);
