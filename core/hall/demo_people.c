/* core/hall/demo_people.c: who comes to a simulated hall: at the reception, and out again. */
#include <string.h>

#include "core/hall/demo_inside.h"

enum { FAMILY_S = 5 * DEMO_MINUTE_S /* until somebody looks again whether the others are done */ };

/* --- commands --- */

/* Runs one command now; body goes. *data may be NULL. A refusal is counted and otherwise passed: *applied says so. */
enum err demo_say(struct demo *d, const struct actor *actor, const char *type, struct json *body,
                  bool *applied, struct json **data)
{
    struct outcome out = {0};
    d->env.now_ms = d->midnight_ms + d->now_s * 1000;
    d->env.mono_ms = d->env.now_ms;
    enum err err = server_command(&d->env, actor, type, body, &out);
    if (err == ERR_OK && !out.applied && d->figures->refused++ == 0)
        str_format(d->refusal, sizeof d->refusal, "%s: %s (%s)", type, out.message, out.code);
    if (applied)
        *applied = err == ERR_OK && out.applied;
    if (data)
        *data = out.data;
    else
        json_free(&out.data);
    json_free(&body);
    return err;
}

struct json *demo_about_ticket(const struct demo_visit *visit)
{
    struct json *body = json_new_object();
    json_set_text(body, "ticket", visit->ticket);
    json_set_int(body, "gen", visit->gen);
    return body;
}

struct json *demo_about_counter(const struct demo_clerk *clerk)
{
    struct json *body = json_new_object();
    json_set_text(body, "counter", clerk->counter);
    json_set_int(body, "fence", clerk->fence);
    return body;
}

/* --- at the reception --- */

static struct json *issue_body(struct demo *d, const struct citizen *citizen)
{
    struct json *body = json_new_object();
    json_set_text(body, "service", citizen->service);
    json_set_text(body, "language", citizen->language);
    json_set(body, "person", json_copy(citizen->person));
    if (citizen->booked_s >= 0) {
        char at[TIME_TEXT];
        time_text(d->midnight_ms + citizen->booked_s * 1000, at);
        json_set_text(body, "channel", "booked");
        json_set_text(body, "appointment_at", at);
    } else {
        json_set_text(body, "channel", "walk_in");
        json_set_text(body, "priority", citizen->priority);
    }
    return body;
}

enum err demo_issue(struct demo *d, struct demo_visit *visit)
{
    struct json *data = NULL;
    enum err err = demo_say(d, &d->reception, "ticket.issue", issue_body(d, visit->citizen), NULL, &data);
    const struct json *ticket = json_get(data, "ticket");
    str_copy(visit->ticket, sizeof visit->ticket, json_text_or(ticket, "id", ""));
    visit->gen = json_int(ticket, "gen", 0);
    d->figures->issued += ticket != NULL;
    json_free(&data);
    return err;
}

static bool is_served_by(const struct demo *d, const struct demo_clerk *clerk, const char *service)
{
    const struct json *queue = setup_queue_of(&d->pack, service);
    for (const struct json *q = json_first(clerk->queues); q; q = json_next(q))
        if (str_equal(json_text(q, "queue"), json_text(queue, "id")))
            return true;
    return false;
}

/* Somebody waits whom clerks with nothing to do may call. */
void demo_wake(struct demo *d, const char *service)
{
    for (int i = 0; i < d->clerk_count; i++) {
        struct demo_clerk *clerk = &d->clerks[i];
        if (clerk->doing != DEMO_IDLE || clerk->woken || !is_served_by(d, clerk, service))
            continue;
        clerk->woken = true;
        demo_later(d, d->now_s + demo_within(d, 2, 6), MOMENT_LOOK, i);
    }
}

enum err demo_arrive(struct demo *d, int who)
{
    struct demo_visit *visit = &d->visits[who];
    const struct citizen *citizen = visit->citizen;
    enum err err = ERR_OK;
    if (citizen == &d->stranger) /* of a row that was edited: they are here already */
        return ERR_OK;
    d->figures->visitors++;
    d->figures->came += citizen->booked_s >= 0;
    if (visit->gone) { /* came when the call was long over */
        d->figures->left++;
        return ERR_OK;
    }
    if (demo_goes_to_bus(d, visit)) {
        demo_bus_visit(d, who);
        visit->gone = true;
        return ERR_OK;
    }
    visit->here = true;
    if (citizen->booked_s < 0)
        err = demo_issue(d, visit);
    else if (*visit->ticket && visit->calls == 0) { /* else the call is heard */
        struct json *body = json_new_object();
        json_set_text(body, "ticket", visit->ticket);
        err = demo_say(d, &d->reception, "ticket.check_in", body, NULL, NULL);
    }
    demo_later(d, d->now_s + citizen->patience_s, MOMENT_TIRED, who);
    demo_wake(d, citizen->service);
    return err;
}

bool demo_is_family(const struct demo_visit *one, const struct demo_visit *other)
{
    return one != other && one->citizen->home > 0 && one->citizen->home == other->citizen->home &&
           one->citizen->comes_s == other->citizen->comes_s;
}

/* Nobody goes home without those who are at a counter. */
static bool waits_for_family(const struct demo *d, const struct demo_visit *visit)
{
    for (int i = 0; visit->citizen->home > 0 && i < d->visit_count; i++)
        if (demo_is_family(visit, &d->visits[i]) && d->visits[i].called_s >= 0 && !d->visits[i].gone)
            return true;
    return false;
}

/* Whoever leaves tells nobody: the hall finds out when it calls. */
void demo_tire(struct demo *d, int who)
{
    struct demo_visit *visit = &d->visits[who];
    if (visit->called_s >= 0 || visit->gone)
        return;
    if (waits_for_family(d, visit)) {
        demo_later(d, d->now_s + FAMILY_S, MOMENT_TIRED, who);
        return;
    }
    visit->gone = true;
    d->figures->left++;
}
