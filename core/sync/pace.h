/* core/sync/pace.h: when each of many halls is asked next: evenly spread, one that does not answer ever more seldom, none at
 * the expense of another. Pure: told the time (monotonic) and handed chance. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/rng.h"

enum {
    PACE_SHORTEST_MS = 5 * 1000,     /* between two questions to one hall */
    PACE_EACH_MS = 50,               /* many halls are asked more seldom, so that all of them cost the same */
    PACE_LONGEST_MS = 2 * 60 * 1000, /* to one that does not answer */
    PACE_AT_ONCE = 32,               /* questions under way */
};

struct pace_hall {
    int64_t due_ms;
    int failures; /* in a row */
    bool busy;
};
struct pace {
    struct pace_hall *halls; /* borrowed */
    int count, busy;
    struct rng *rng;
};

int64_t pace_usual_ms(int count);
/* All of them within the first moments, not in one. */
void pace_begin(struct pace *pace, struct pace_hall *halls, int count, struct rng *rng, int64_t mono_ms);
/* The hall that is due longest and is asked now; -1: none is, or enough are under way. */
int pace_next(struct pace *pace, int64_t mono_ms);
void pace_done(struct pace *pace, int hall, bool good, int64_t mono_ms);
void pace_now(struct pace *pace, int64_t mono_ms); /* a person asks: all that are not under way */
int64_t pace_due_ms(const struct pace *pace,
                    int64_t mono_ms); /* until pace_next has one; -1: not by itself */
