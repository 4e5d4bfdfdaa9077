/* core/model/rehearsal.h: what another rule would do to the people who wait: who is called earlier, who later, and by how
 * much. Pure; the calls are those of the next hours played forward (hour.h), the order of whom they do not reach rule_order's. */
#pragma once
#include "core/model/rule.h"

/* One way of calling the same people. The queues of both ways stand in the same order. */
struct rehearsal_way {
    struct rule_desk desk;
    struct rule_state state;
    const int64_t *
        calls_ms; /* of each candidate: when the call is foreseen, wall ms; 0: nobody can say. NULL: of nobody */
};
/* Of one person: places from 0, -1: called by neither; minutes from now until the call, -1: nobody can say. */
struct rehearsal_person {
    int place, place_after;
    int64_t wait_min, wait_min_after;
};
struct rehearsal_sum {
    int up, down, same;      /* people */
    int up_most, down_most;  /* places */
    int longer;              /* people who wait longer, in whole minutes */
    int64_t longer_most_min; /* and how much, at most */
    int64_t longest,
        longest_after; /* the longest whole wait, from arrival to call, in minutes; -1: nobody can say */
};

/* people[count] in the order of candidates; order[count] (may be NULL): indices in the new order, those whom nobody calls
 * left out. Returns how many are called. Places are by the call that is foreseen, then by the rule. */
int rehearse_ways(const struct rehearsal_way *before, const struct rehearsal_way *after,
                  const struct candidate *candidates, int count, struct rehearsal_person *people, int *order,
                  struct rehearsal_sum *sum);
