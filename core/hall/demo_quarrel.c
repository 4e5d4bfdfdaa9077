/* core/hall/demo_quarrel.c: somebody of no class claims to go first and is called, though somebody waits who has the right to;
 * a supervisor sends them back to their place, and the rule calls whoever is next by law. */
#include <string.h>

#include "core/hall/demo_inside.h"

enum { SETTLED_S = 2 * DEMO_MINUTE_S };

static bool serves(const struct demo_clerk *clerk, const char *queue)
{
    for (const struct json *q = json_first(clerk->queues); q; q = json_next(q))
        if (str_equal(json_text(q, "queue"), queue))
            return true;
    return false;
}

static const char *queue_of(const struct demo *d, const struct demo_visit *visit)
{
    return json_text_or(setup_queue_of(&d->pack, visit->citizen->service), "id", "");
}

static bool waits_for(const struct demo *d, const struct demo_visit *visit, const struct demo_clerk *clerk)
{
    return visit->citizen != &d->stranger && visit->here && !visit->gone && !visit->taken &&
           visit->called_s < 0 && visit->calls == 0 && *visit->ticket && serves(clerk, queue_of(d, visit));
}

/* The last to come who has no class, where the law of the queue puts somebody before them; -1: there is nobody. */
static int loudest(const struct demo *d, const struct demo_clerk *clerk)
{
    for (int i = d->visit_count - 1; i >= 0; i--) {
        const struct demo_visit *loud = &d->visits[i];
        const struct json *queue = setup_queue_of(&d->pack, loud->citizen->service);
        if (!waits_for(d, loud, clerk) || loud->citizen->priority || loud->citizen->booked_s >= 0 ||
            str_equal(json_text(json_get(queue, "rule"), "kind"), "fifo"))
            continue;
        for (int j = 0; j < d->visit_count; j++)
            if (waits_for(d, &d->visits[j], clerk) && d->visits[j].citizen->priority &&
                str_equal(queue_of(d, &d->visits[j]), queue_of(d, loud)))
                return i;
    }
    return -1;
}

enum err demo_quarrel(struct demo *d, int who, bool *began)
{
    struct demo_clerk *clerk = &d->clerks[who];
    int found = d->quarrels > 0 ? loudest(d, clerk) : -1;
    struct json *data = NULL;
    *began = false;
    if (found < 0)
        return ERR_OK;
    struct json *body = demo_about_counter(clerk);
    json_set_text(body, "ticket", d->visits[found].ticket);
    json_set_text(body, "reason", "says that they go first");
    d->quarrels--;
    enum err err = demo_say(d, &clerk->actor, "ticket.call", body, began, &data);
    if (*began) {
        d->visits[found].gen = json_int(json_get(data, "ticket"), "gen", d->visits[found].gen);
        clerk->doing = DEMO_BUSY;
        clerk->visit = found;
        demo_later(d, d->now_s + SETTLED_S, MOMENT_QUARREL, who);
    }
    json_free(&data);
    return err;
}

enum err demo_end_quarrel(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct json *body = demo_about_ticket(&d->visits[clerk->visit]);
    bool applied;
    json_set_text(body, "note", "No class of the list: back to their place.");
    enum err err = demo_say(d, &d->supervisor, "ticket.return", body, &applied, NULL);
    d->figures->quarrels += applied;
    clerk->visit = -1;
    clerk->doing = DEMO_IDLE;
    clerk->woken = true;
    demo_later(d, d->now_s + demo_within(d, 5, 25), MOMENT_LOOK, who);
    return err;
}
