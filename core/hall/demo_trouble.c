/* core/hall/demo_trouble.c: what a trainer lets happen on a simulated day. */
#include <stdlib.h>

#include "core/hall/demo_inside.h"

enum { HELP_S = 4 * DEMO_MINUTE_S };

enum err demo_call_for_help(struct demo *d)
{
    struct json *body = json_new_object(), *data = NULL;
    const struct demo_clerk *clerk = &d->clerks[rng_below(&d->rng, (uint64_t)d->clerk_count)];
    json_set_text(body, "kind", "security");
    json_set_text(body, "counter", clerk->counter);
    enum err err = demo_say(d, &clerk->actor, "hall.alert", body, NULL, &data);
    str_copy(d->alert, sizeof d->alert, json_text_or(json_get(data, "alert"), "id", ""));
    json_free(&data);
    demo_later(d, d->now_s + HELP_S, MOMENT_HELPED, 0);
    return err;
}

enum err demo_help(struct demo *d)
{
    struct json *body = json_new_object();
    json_set_text(body, "alert", d->alert);
    return demo_say(d, &d->supervisor, "hall.alert_end", body, NULL, NULL);
}

void demo_cut_off(struct demo *d, int kind, int64_t until_s)
{
    for (int i = 0; i < d->cut_count; i++)
        if (d->cuts[i].kind == kind && d->cuts[i].until_s > d->now_s)
            d->cuts[i].until_s = d->now_s;
    if (until_s <= d->now_s)
        return;
    d->cuts = xrealloc(d->cuts, (size_t)(d->cut_count + 1) * sizeof *d->cuts);
    d->cuts[d->cut_count++] = (struct demo_cut){kind, d->now_s, until_s};
}

enum err demo_strike(struct demo *d, int which)
{
    const struct scenario_trouble *trouble = &d->scenario->troubles[which];
    int64_t minutes_s = (int64_t)trouble->numbers[0] * DEMO_MINUTE_S;
    switch (trouble->kind) {
    case TROUBLE_OUTAGE:
        d->outage_until_s = d->now_s + minutes_s;
        demo_cut_off(d, trouble->kind, d->outage_until_s);
        break;
    case TROUBLE_POWER:
        d->power_until_s = d->now_s + minutes_s;
        demo_cut_off(d, trouble->kind, d->power_until_s);
        break;
    case TROUBLE_AWAY:
        for (int i = 0; i < trouble->numbers[0] && i < d->clerk_count; i++)
            d->clerks[i].away_s = (int64_t)trouble->numbers[1] * DEMO_MINUTE_S;
        break;
    case TROUBLE_EMERGENCY:
        return demo_call_for_help(d);
    case TROUBLE_CONTESTED:
        d->contests += trouble->numbers[0];
        break;
    case TROUBLE_BUS:
        return demo_bus_leave(d, trouble->numbers[0]);
    case TROUBLE_QUARREL:
        d->quarrels += trouble->numbers[0];
        break;
    case TROUBLE_RUSH: /* they are among the citizens */
    case TROUBLE_COUNT:
        break;
    }
    return ERR_OK;
}
