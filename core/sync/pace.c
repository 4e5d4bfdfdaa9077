/* core/sync/pace.c: see pace.h. */
#include "core/sync/pace.h"

int64_t pace_usual_ms(int count)
{
    int64_t ms = (int64_t)count * PACE_EACH_MS;
    return ms > PACE_SHORTEST_MS ? ms : PACE_SHORTEST_MS;
}

/* Between three and five quarters of it, so that many that failed together do not come back together. */
static int64_t about(struct pace *pace, int64_t ms)
{
    return ms * 3 / 4 + (int64_t)rng_below(pace->rng, (uint64_t)(ms / 2 + 1));
}

void pace_begin(struct pace *pace, struct pace_hall *halls, int count, struct rng *rng, int64_t mono_ms)
{
    *pace = (struct pace){.halls = halls, .count = count, .rng = rng};
    for (int i = 0; i < count; i++)
        halls[i] = (struct pace_hall){.due_ms = mono_ms + (int64_t)i * PACE_EACH_MS / 5};
}

int pace_next(struct pace *pace, int64_t mono_ms)
{
    int found = -1;
    for (int i = 0; i < pace->count && pace->busy < PACE_AT_ONCE; i++)
        if (!pace->halls[i].busy && pace->halls[i].due_ms <= mono_ms &&
            (found < 0 || pace->halls[i].due_ms < pace->halls[found].due_ms))
            found = i;
    if (found < 0)
        return -1;
    pace->halls[found].busy = true;
    pace->busy++;
    return found;
}

void pace_done(struct pace *pace, int hall, bool good, int64_t mono_ms)
{
    struct pace_hall *h = &pace->halls[hall];
    int64_t ms = pace_usual_ms(pace->count);
    pace->busy -= h->busy;
    h->busy = false;
    h->failures = good ? 0 : h->failures + 1;
    for (int i = 1; i < h->failures && ms < PACE_LONGEST_MS; i++)
        ms *= 2;
    h->due_ms = mono_ms + about(pace, ms < PACE_LONGEST_MS ? ms : PACE_LONGEST_MS);
}

void pace_now(struct pace *pace, int64_t mono_ms)
{
    for (int i = 0; i < pace->count; i++)
        if (!pace->halls[i].busy) {
            pace->halls[i].due_ms = mono_ms;
            pace->halls[i].failures = 0;
        }
}

int64_t pace_due_ms(const struct pace *pace, int64_t mono_ms)
{
    int64_t due_ms = -1;
    if (pace->busy >= PACE_AT_ONCE)
        return -1;
    for (int i = 0; i < pace->count; i++)
        if (!pace->halls[i].busy && (due_ms < 0 || pace->halls[i].due_ms < due_ms))
            due_ms = pace->halls[i].due_ms;
    return due_ms < 0 ? -1 : due_ms > mono_ms ? due_ms - mono_ms : 0;
}
