/* core/hall/demo_moments.c: the heap of moments of a simulated day. */
#include <stdlib.h>

#include "core/hall/demo_inside.h"

static bool is_before(const struct demo_event *a, const struct demo_event *b)
{
    return a->at_s != b->at_s ? a->at_s < b->at_s : a->order < b->order;
}

static void swap(struct demo_event *a, struct demo_event *b)
{
    struct demo_event kept = *a;
    *a = *b;
    *b = kept;
}

void demo_keep(struct demo *d, const struct demo_event *event)
{
    if (d->event_count == d->event_capacity) {
        d->event_capacity = d->event_capacity ? 2 * d->event_capacity : 256;
        d->events = xrealloc(d->events, (size_t)d->event_capacity * sizeof *d->events);
    }
    int at = d->event_count++;
    d->events[at] = *event;
    for (; at > 0 && is_before(&d->events[at], &d->events[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&d->events[at], &d->events[(at - 1) / 2]);
}

void demo_later(struct demo *d, int64_t at_s, enum moment what, int who)
{
    demo_keep(d, &(struct demo_event){at_s, d->orders++, (int)what, who});
}

struct demo_event demo_next(struct demo *d)
{
    struct demo_event first = d->events[0];
    d->events[0] = d->events[--d->event_count];
    for (int at = 0;;) {
        int least = at, left = 2 * at + 1, right = left + 1;
        if (left < d->event_count && is_before(&d->events[left], &d->events[least]))
            least = left;
        if (right < d->event_count && is_before(&d->events[right], &d->events[least]))
            least = right;
        if (least == at)
            return first;
        swap(&d->events[at], &d->events[least]);
        at = least;
    }
}

int64_t demo_within(struct demo *d, int64_t least_s, int64_t most_s)
{
    return least_s + (int64_t)rng_below(&d->rng, (uint64_t)(most_s - least_s + 1));
}
