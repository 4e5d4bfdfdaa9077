/* core/model/visit.h: several services of one visit in a sensible order.
 *
 * A stop is a queue with all services that are given there. Minutes are counted from now; nothing is known here of clocks,
 * queues or catalogues: what they say is handed in. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum {
    VISIT_STOPS_MAX = 8,
    VISIT_MARGIN_MIN = 15 /* what an estimate may be short of before an hour of closing */
};
#define VISIT_NEVER INT64_MAX

struct visit_stop {
    int64_t wait_min;   /* until whoever joins the queue now is called */
    int64_t takes_min;  /* all services of the stop */
    int64_t opens_min;  /* 0: it is open */
    int64_t closes_min; /* the last moment to be called; VISIT_NEVER: not today */
    bool staffed;       /* a counter is really open for it (counter.h) */
    unsigned needs;     /* bit i: something that stop i gives is needed here */
};

/* Why a stop stands where it does. */
#define VISIT_WHY_LIST(X) \
    X(NONE, "")           \
    X(RESULT, "result")   \
    X(CLOSES, "closes")   \
    X(WAIT, "wait")       \
    X(ASKED, "asked")     \
    X(GIVEN, "given")     \
    X(OPENS, "opens")     \
    X(NOBODY, "nobody")
enum visit_why {
#define X(name, text) VISIT_WHY_##name,
    VISIT_WHY_LIST(X)
#undef X
        VISIT_WHY_COUNT
};
const char *visit_why_text(enum visit_why why);

/* Puts the indexes of stops into order, and for each place the reason:
 * RESULT  a later stop needs what this one gives;
 * CLOSES  it would be closed when the others are done;
 * WAIT    nobody else can take the visit sooner;
 * ASKED   they are alike: as they were asked for;
 * OPENS, NOBODY  of the last ones: it is not open yet, no counter is open;
 * NONE    what is left.
 * A need that goes round in a circle binds nobody. count ≤ VISIT_STOPS_MAX. */
void visit_order(const struct visit_stop stops[], int count, int order[], enum visit_why why[]);

/* Minutes until the visit is over: in each queue the person has stood since now, so that whoever waits there is served
 * while they are at another stop. */
int64_t visit_minutes(const struct visit_stop stops[], const int order[], int count);
