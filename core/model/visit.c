/* core/model/visit.c: see visit.h. The order is made a stop at a time: of those that may come next, the one that cannot wait,
 * else the one where the visit goes on soonest. */
#include "core/model/visit.h"

static const char *const why_texts[] = {
#define X(name, text) text,
    VISIT_WHY_LIST(X)
#undef X
};

const char *visit_why_text(enum visit_why why)
{
    return why < VISIT_WHY_COUNT ? why_texts[why] : "";
}

struct planning {
    const struct visit_stop *stops;
    int count;
    unsigned left;  /* bit i: stop i is not placed yet */
    int64_t at_min; /* when the stops that are placed are done */
};

static bool has(unsigned set, int i)
{
    return set >> i & 1u;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When the person can be called there, standing in its queue since now. */
static int64_t call_min(const struct planning *p, int i)
{
    return later(later(p->stops[i].wait_min, p->stops[i].opens_min), p->at_min);
}

/* All whose result is needed at i, at first hand or further back. */
static unsigned all_needs(const struct planning *p, int i)
{
    unsigned needs = p->stops[i].needs;
    for (int round = 0; round < p->count; round++)
        for (int j = 0; j < p->count; j++)
            if (has(needs, j))
                needs |= p->stops[j].needs;
    return needs;
}

/* What must come before i; two that need each other may come as they like. */
static unsigned before(const struct planning *p, int i)
{
    unsigned needs = all_needs(p, i);
    for (int j = 0; j < p->count; j++)
        if (has(needs, j) && (j == i || has(all_needs(p, j), i)))
            needs &= ~(1u << j);
    return needs;
}

static bool may_come(const struct planning *p, int i)
{
    return has(p->left, i) && !(before(p, i) & p->left);
}

/* When i would be called after all others that are left. */
static int64_t call_as_last(const struct planning *p, int i)
{
    int64_t at_min = p->at_min, takes_min = 0;
    for (int j = 0; j < p->count; j++) {
        if (!has(p->left, j) || j == i)
            continue;
        at_min = later(at_min, call_min(p, j));
        takes_min += p->stops[j].takes_min;
    }
    return later(at_min + takes_min, call_min(p, i));
}

static int64_t own_deadline(const struct planning *p, int i)
{
    const struct visit_stop *stop = &p->stops[i];
    bool presses = stop->staffed && stop->closes_min != VISIT_NEVER &&
                   call_as_last(p, i) + VISIT_MARGIN_MIN > stop->closes_min;
    return presses ? stop->closes_min : VISIT_NEVER;
}

/* What must come before a stop that closes cannot wait either. */
static int64_t deadline(const struct planning *p, int i)
{
    int64_t soonest = own_deadline(p, i);
    for (int j = 0; j < p->count; j++)
        if (has(p->left, j) && has(before(p, j), i) && own_deadline(p, j) < soonest)
            soonest = own_deadline(p, j);
    return soonest;
}

/* <0: a comes before b. */
static int compare(const struct planning *p, int a, int b)
{
    int64_t dead_a = deadline(p, a), dead_b = deadline(p, b);
    if (dead_a != dead_b)
        return dead_a < dead_b ? -1 : 1;
    if (p->stops[a].staffed != p->stops[b].staffed)
        return p->stops[a].staffed ? -1 : 1;
    int64_t call_a = call_min(p, a), call_b = call_min(p, b);
    if (call_a == call_b) { /* both can begin at once: who would wait less from now is likelier to */
        call_a = later(p->stops[a].wait_min, p->stops[a].opens_min);
        call_b = later(p->stops[b].wait_min, p->stops[b].opens_min);
    }
    return call_a < call_b ? -1 : call_a > call_b ? 1 : a - b;
}

static int best(const struct planning *p)
{
    int chosen = -1;
    for (int i = 0; i < p->count; i++)
        if (may_come(p, i) && (chosen < 0 || compare(p, i, chosen) < 0))
            chosen = i;
    return chosen;
}

static bool is_needed(const struct planning *p, int i)
{
    for (int j = 0; j < p->count; j++)
        if (has(p->left, j) && has(before(p, j), i))
            return true;
    return false;
}

/* Whether another that is left has the same time and the same chances. */
static bool is_alike(const struct planning *p, int i)
{
    for (int j = 0; j < p->count; j++)
        if (j != i && may_come(p, j) && p->stops[j].staffed == p->stops[i].staffed &&
            later(p->stops[j].wait_min, p->stops[j].opens_min) ==
                later(p->stops[i].wait_min, p->stops[i].opens_min))
            return true;
    return false;
}

static enum visit_why reason(const struct planning *p, int i)
{
    const struct visit_stop *stop = &p->stops[i];
    bool alone = p->left == 1u << i;
    if (!alone && own_deadline(p, i) != VISIT_NEVER)
        return VISIT_WHY_CLOSES;
    if (is_needed(p, i))
        return VISIT_WHY_RESULT;
    if (!stop->staffed)
        return VISIT_WHY_NOBODY;
    if (stop->opens_min > 0)
        return VISIT_WHY_OPENS;
    return alone ? VISIT_WHY_NONE : is_alike(p, i) ? VISIT_WHY_ASKED : VISIT_WHY_WAIT;
}

void visit_order(const struct visit_stop stops[], int count, int order[], enum visit_why why[])
{
    struct planning p = {.stops = stops, .count = count, .left = (1u << count) - 1};
    for (int place = 0; place < count; place++) {
        int i = best(&p);
        order[place] = i;
        why[place] = reason(&p, i);
        p.at_min = call_min(&p, i) + stops[i].takes_min;
        p.left &= ~(1u << i);
    }
}

int64_t visit_minutes(const struct visit_stop stops[], const int order[], int count)
{
    struct planning p = {.stops = stops, .count = count};
    for (int place = 0; place < count; place++)
        p.at_min = call_min(&p, order[place]) + stops[order[place]].takes_min;
    return p.at_min;
}
