/* core/hall/demo_rush.c: people whom a trainer lets come beside those of the day. They follow from the seed and from how many such
 * troubles there were before, so that whoever goes on with a day, or goes back in it, meets the same. */
#include <stdlib.h>

#include "core/hall/demo_inside.h"

enum { STREAM = 1000 /* of chance: beyond the days of a seed */ };

/* A scenario in which nobody comes but they. */
static void make(struct demo *d, int nth)
{
    struct demo_rush *rush = &d->rushes[nth];
    struct scenario *scenario = xcalloc(1, sizeof *scenario);
    *scenario = *d->scenario;
    scenario->people = scenario->bookings = 0;
    scenario->trouble_count = 1;
    scenario->troubles[0] = (struct scenario_trouble){
        .kind = TROUBLE_RUSH, .at_min = rush->from_min, .numbers = {rush->people, rush->within_min}};
    demo_make_citizens(d, scenario, STREAM + nth, &rush->who);
    free(scenario);
}

struct demo_rush *demo_add_rush(struct demo *d, int people, int from_min, int within_min)
{
    d->rushes = xrealloc(d->rushes, (size_t)(d->rush_count + 1) * sizeof *d->rushes);
    d->rushes[d->rush_count] =
        (struct demo_rush){.people = people, .from_min = from_min, .within_min = within_min};
    make(d, d->rush_count);
    return &d->rushes[d->rush_count++];
}

int demo_newcomer(struct demo *d, const struct citizen *citizen)
{
    int who = demo_stranger(d, "");
    d->visits[who].citizen = citizen;
    d->visits[who].here = false;
    d->visits[who].rushed = true;
    return who;
}

void demo_rush(struct demo *d, int people, int within_min)
{
    int from_min = (int)((d->now_s + DEMO_MINUTE_S - 1) / DEMO_MINUTE_S);
    const struct demo_rush *rush = demo_add_rush(d, people, from_min, within_min > 0 ? within_min : 1);
    for (int i = 0; i < rush->who.count; i++) {
        const struct citizen *citizen = &rush->who.list[i];
        demo_later(d, citizen->comes_s, MOMENT_ARRIVE, demo_newcomer(d, citizen));
    }
}

void demo_drop_rushes(struct demo *d)
{
    for (int i = 0; i < d->rush_count; i++)
        citizens_free(&d->rushes[i].who);
    free(d->rushes);
    d->rushes = NULL;
    d->rush_count = 0;
}
