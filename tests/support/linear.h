/* tests/support/linear.h: is there an order in which one hall, one thing at a time, could have said all of this? A
 * linearizability check (Wing and Gong, with Lowe's memory of what was tried) of what counters and a reception desk were told
 * while several asked at once. Pure.
 *
 * The hall of the check: tickets are numbered 1, 2 … as they are issued, the next one called is the lowest that was not, a
 * counter's fence is one more each time it is opened, and only its newest may ask for people. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINEAR_COUNTERS = 16, LINEAR_OPS_MAX = 1024 };

enum linear_kind {
    LINEAR_ISSUE, /* number: the ticket's */
    LINEAR_CALL,  /* counter, fence; number: who was called, 0 nobody */
    LINEAR_ASK,   /* counter, fence; of a queue in which nobody ever is */
    LINEAR_OPEN,  /* counter; fence: the answer */
};
enum linear_said {
    LINEAR_OK,
    LINEAR_REFUSED, /* the fence was not the newest */
    LINEAR_UNKNOWN, /* never answered: it may have happened at any time from then on, or never */
};

struct linear_op {
    int64_t from, to; /* asked, answered: one clock for all */
    enum linear_kind kind;
    enum linear_said said;
    int counter;
    int64_t fence, number;
};

/* Reorders ops by when they were asked. False: no order explains them; *last is then how many the longest attempt had. */
bool linear_check(struct linear_op *ops, size_t count, size_t *last);
