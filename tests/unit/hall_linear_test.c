/* tests/unit/hall_linear_test.c: the check of what a hall said bites: a history of one hall passes, each planted lie does not. */
#include <string.h>

#include "tests/support/linear.h"
#include "tests/support/test.h"

static bool holds(const struct linear_op *ops, size_t count)
{
    struct linear_op copy[32];
    size_t last;
    memcpy(copy, ops, count * sizeof *ops);
    return linear_check(copy, count, &last);
}
#define HOLDS(...)                                 \
    holds((const struct linear_op[]){__VA_ARGS__}, \
          sizeof((const struct linear_op[]){__VA_ARGS__}) / sizeof(struct linear_op))

#define ISSUE(a, b, n)                                              \
    {                                                               \
        .from = (a), .to = (b), .kind = LINEAR_ISSUE, .number = (n) \
    }
#define OPEN(a, b, c, f)                                                          \
    {                                                                             \
        .from = (a), .to = (b), .kind = LINEAR_OPEN, .counter = (c), .fence = (f) \
    }
#define CALL(a, b, c, f, n)                                                                      \
    {                                                                                            \
        .from = (a), .to = (b), .kind = LINEAR_CALL, .counter = (c), .fence = (f), .number = (n) \
    }
#define ASK(a, b, c, f, s)                                                                    \
    {                                                                                         \
        .from = (a), .to = (b), .kind = LINEAR_ASK, .counter = (c), .fence = (f), .said = (s) \
    }
#define LOST(a, k, c, f)                                                               \
    {                                                                                  \
        .from = (a), .kind = (k), .said = LINEAR_UNKNOWN, .counter = (c), .fence = (f) \
    }

TEST(hall_linear_one_after_the_other)
{
    CHECK(HOLDS(OPEN(1, 2, 1, 1), ISSUE(3, 4, 1), CALL(5, 6, 1, 1, 1), CALL(7, 8, 1, 1, 0)));
    CHECK(!HOLDS(OPEN(1, 2, 1, 1), CALL(3, 4, 1, 1, 1), ISSUE(5, 6, 1))); /* called before it was there */
    CHECK(!HOLDS(OPEN(1, 2, 1, 1), ISSUE(3, 4, 1), CALL(5, 6, 1, 1, 0))); /* there, and nobody called */
    CHECK(!HOLDS(ISSUE(1, 2, 1), ISSUE(3, 4, 1)));                        /* one number twice */
    CHECK(!HOLDS(ISSUE(1, 2, 1), ISSUE(3, 4, 3)));                        /* a gap */
    CHECK(!HOLDS(OPEN(1, 2, 1, 1), OPEN(1, 2, 2, 1), ISSUE(3, 4, 1),
                 CALL(5, 7, 1, 1, 1), /* one ticket, two counters */
                 CALL(6, 8, 2, 1, 1)));
}

/* What overlaps may have happened in either order; what does not may not. */
TEST(hall_linear_side_by_side)
{
    CHECK(HOLDS(OPEN(1, 2, 1, 1), ISSUE(3, 9, 2), ISSUE(4, 6, 1), CALL(7, 8, 1, 1, 1)));
    CHECK(HOLDS(OPEN(1, 2, 1, 1), ISSUE(3, 9, 1), CALL(4, 5, 1, 1, 0), CALL(6, 7, 1, 1, 1)));
    CHECK(!HOLDS(OPEN(1, 2, 1, 1), ISSUE(3, 4, 1), ISSUE(3, 4, 2), CALL(5, 6, 1, 1, 2), CALL(7, 8, 1, 1, 1)));
}

/* A fence is over once the next one was given, and not before. */
TEST(hall_linear_fences)
{
    CHECK(HOLDS(OPEN(1, 2, 1, 1), OPEN(3, 6, 1, 2), ASK(4, 5, 1, 1, LINEAR_OK),
                ASK(7, 8, 1, 1, LINEAR_REFUSED)));
    CHECK(HOLDS(OPEN(1, 2, 1, 1), OPEN(3, 6, 1, 2), ASK(4, 5, 1, 1, LINEAR_REFUSED)));
    CHECK(!HOLDS(OPEN(1, 2, 1, 1), OPEN(3, 4, 1, 2), ASK(5, 6, 1, 1, LINEAR_OK)));
    CHECK(!HOLDS(OPEN(1, 2, 1, 1), OPEN(3, 6, 1, 2), ASK(4, 5, 1, 1, LINEAR_REFUSED),
                 ASK(7, 8, 1, 2, LINEAR_REFUSED)));
    CHECK(!HOLDS(OPEN(1, 2, 1, 1), OPEN(3, 4, 1, 1)));
}

/* Nobody knows whether it happened: both is fine, for ever. */
TEST(hall_linear_what_was_never_answered)
{
    CHECK(HOLDS(OPEN(1, 2, 1, 1), LOST(3, LINEAR_ISSUE, 0, 0), CALL(4, 5, 1, 1, 0), CALL(6, 7, 1, 1, 1)));
    CHECK(HOLDS(OPEN(1, 2, 1, 1), LOST(3, LINEAR_ISSUE, 0, 0), CALL(4, 5, 1, 1, 0)));
    CHECK(HOLDS(OPEN(1, 2, 1, 1), LOST(3, LINEAR_OPEN, 1, 0), ASK(4, 5, 1, 1, LINEAR_OK),
                ASK(6, 7, 1, 1, LINEAR_REFUSED)));
    CHECK(!HOLDS(OPEN(1, 2, 1, 1), CALL(4, 5, 1, 1, 1), LOST(6, LINEAR_ISSUE, 0, 0)));
}
