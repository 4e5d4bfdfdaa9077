/* tests/support/linear.c: see linear.h. */
#include "tests/support/linear.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

enum { WORDS = LINEAR_OPS_MAX / 64 };

struct state {
    int64_t issued, called;
    int64_t fences[LINEAR_COUNTERS];
};

/* Which operations have happened, and the hall that they made. */
struct seen {
    uint64_t done[WORDS];
    struct state state;
};

struct search {
    const struct linear_op *ops;
    size_t count, best;
    struct seen **tried; /* open addressing */
    size_t capacity, used;
};

/* True: the hall in this state could have said it; the state is what it is then. */
static bool happens(struct state *state, const struct linear_op *op)
{
    bool answered = op->said != LINEAR_UNKNOWN;
    bool newest = op->fence == state->fences[op->counter];
    switch (op->kind) {
    case LINEAR_ISSUE:
        state->issued++;
        return !answered || op->number == state->issued;
    case LINEAR_OPEN:
        state->fences[op->counter]++;
        return !answered || op->fence == state->fences[op->counter];
    case LINEAR_ASK:
        return !answered || newest == (op->said == LINEAR_OK);
    case LINEAR_CALL:
        break;
    }
    if (answered && newest != (op->said == LINEAR_OK))
        return false;
    if (!newest)
        return true;
    int64_t next = state->called < state->issued ? state->called + 1 : 0;
    state->called += next > 0;
    return !answered || op->number == next;
}

static bool is_done(const struct seen *seen, size_t i)
{
    return seen->done[i / 64] >> (i % 64) & 1;
}

static size_t place_of(const struct search *search, const struct seen *seen)
{
    uint64_t key = 0xcbf29ce484222325; /* FNV-1a */
    const unsigned char *bytes = (const unsigned char *)seen;
    for (size_t i = 0; i < sizeof *seen; i++)
        key = (key ^ bytes[i]) * 0x100000001b3;
    size_t at = (size_t)key & (search->capacity - 1);
    while (search->tried[at] && memcmp(search->tried[at], seen, sizeof *seen) != 0)
        at = (at + 1) & (search->capacity - 1);
    return at;
}

static void grow(struct search *search)
{
    struct seen **old = search->tried;
    size_t capacity = search->capacity;
    search->capacity *= 2;
    search->tried = xcalloc(search->capacity, sizeof(struct seen *));
    for (size_t i = 0; i < capacity; i++)
        if (old[i])
            search->tried[place_of(search, old[i])] = old[i];
    free(old);
}

/* False: it was tried before. */
static bool note(struct search *search, const struct seen *seen)
{
    size_t at = place_of(search, seen);
    if (search->tried[at])
        return false;
    search->tried[at] = xmalloc(sizeof *seen);
    *search->tried[at] = *seen;
    if (++search->used * 2 > search->capacity)
        grow(search);
    return true;
}

/* Next is whatever was asked before the first answer that is still to be explained came. */
static bool explain(struct search *search, const struct seen *seen, size_t done)
{
    int64_t first = INT64_MAX;
    search->best = done > search->best ? done : search->best;
    for (size_t i = 0; i < search->count; i++)
        if (!is_done(seen, i) && search->ops[i].said != LINEAR_UNKNOWN && search->ops[i].to < first)
            first = search->ops[i].to;
    if (first == INT64_MAX)
        return true; /* what was never answered need not have happened */
    for (size_t i = 0; i < search->count && search->ops[i].from <= first; i++) {
        struct seen next = *seen;
        if (is_done(seen, i) || !happens(&next.state, &search->ops[i]))
            continue;
        next.done[i / 64] |= (uint64_t)1 << (i % 64);
        if (note(search, &next) && explain(search, &next, done + 1))
            return true;
    }
    return false;
}

static int by_asked(const void *a, const void *b)
{
    const struct linear_op *one = a, *other = b;
    return (one->from > other->from) - (one->from < other->from);
}

bool linear_check(struct linear_op *ops, size_t count, size_t *last)
{
    struct search search = {.ops = ops, .count = count, .capacity = 1024};
    struct seen nothing;
    memset(&nothing, 0, sizeof nothing);
    if (count > LINEAR_OPS_MAX)
        return false;
    qsort(ops, count, sizeof *ops, by_asked);
    search.tried = xcalloc(search.capacity, sizeof(struct seen *));
    bool found = explain(&search, &nothing, 0);
    *last = search.best;
    for (size_t i = 0; i < search.capacity; i++)
        free(search.tried[i]);
    free(search.tried);
    return found;
}
