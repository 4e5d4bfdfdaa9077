/* core/hall/demo_engine.c: see demo_inside.h. The moments of a simulated day, played one after the other; the hall decides
 * everything, by the commands that workstations send. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/day.h"
#include "core/hall/demo_inside.h"
#include "core/model/rule.h"

enum {
    OVERTIME_S = 3 * DEMO_HOUR_S, /* who still waits then has left */
    STRANGER_S = 5 * DEMO_MINUTE_S
};

/* The hall looks every few seconds; here it need only when there is something to be seen. */
static enum err expect(struct demo *d, int who)
{
    d->env.now_ms = d->env.mono_ms = d->midnight_ms + d->now_s * 1000;
    demo_wake(d, d->visits[who].citizen->service);
    return day_expect(&d->env, d->figures->day);
}

/* What a row that was edited may say, and no day that was played: somebody is at work with nobody. */
static bool has_nobody(const struct demo *d, const struct demo_event *event)
{
    bool with = event->what == MOMENT_AGAIN || event->what == MOMENT_BEGIN || event->what == MOMENT_DONE ||
                event->what == MOMENT_QUARREL;
    return with && d->clerks[event->who].visit < 0;
}

static enum err happen(struct demo *d, const struct demo_event *event)
{
    if (has_nobody(d, event))
        return ERR_OK;
    switch ((enum moment)event->what) {
    case MOMENT_OPEN:
        return demo_open_counter(d, event->who);
    case MOMENT_ARRIVE:
        return demo_arrive(d, event->who);
    case MOMENT_TIRED:
        demo_tire(d, event->who);
        return ERR_OK;
    case MOMENT_LOOK:
        return demo_look(d, event->who);
    case MOMENT_AGAIN:
        return demo_call_again(d, event->who);
    case MOMENT_BEGIN:
        return demo_begin(d, event->who);
    case MOMENT_DONE:
        return demo_finish(d, event->who);
    case MOMENT_BACK:
        return demo_come_back(d, event->who);
    case MOMENT_TROUBLE:
        return demo_strike(d, event->who);
    case MOMENT_HELPED:
        return demo_help(d);
    case MOMENT_EXPECT:
        return expect(d, event->who);
    case MOMENT_CONFIRM:
        return demo_confirm(d, event->who);
    case MOMENT_BUS_LEAVE:
        return demo_bus_leave(d, event->who);
    case MOMENT_BUS_BACK:
        return demo_bus_back(d);
    case MOMENT_QUARREL:
        return demo_end_quarrel(d, event->who);
    case MOMENT_SETTLE:
        return demo_settle(d, event->who);
    case MOMENT_REVIEW: /* whoever plays looks at the rows after each moment */
        return ERR_OK;
    }
    return ERR_OK;
}

static bool has_queue(const struct json *queues, const char *queue)
{
    for (const struct json *q = json_first(queues); q; q = json_next(q))
        if (str_equal(json_text(q, "queue"), queue))
            return true;
    return false;
}

/* By the scenario's counters: with fewer of them the same people come. */
static bool is_staffed(const struct demo *d, const char *queue)
{
    const struct json *counters = json_get(json_get(d->pack.about, "practice"), "counters");
    int count = 0;
    for (const struct json *one = json_first(counters); one && count < d->staffed; one = json_next(one)) {
        count++;
        if (has_queue(json_get(one, "queues"), queue))
            return true;
    }
    return false;
}

static bool is_served(const void *context, const char *queue)
{
    const struct demo *d = context;
    if (d->staffed > 0)
        return is_staffed(d, queue);
    for (int i = 0; i < d->clerk_count; i++)
        if (has_queue(d->clerks[i].queues, queue))
            return true;
    for (int i = 0; i < d->trainee_count; i++)
        if (has_queue(d->trainees[i].queues, queue))
            return true;
    return false;
}

static int year_of(const struct demo *d)
{
    struct tm local;
    time_local(d->midnight_ms + (int64_t)12 * DEMO_HOUR_S * 1000, &local);
    return local.tm_year + 1900;
}

void demo_make_citizens(struct demo *d, const struct scenario *scenario, int nth, struct citizens *out)
{
    citizens_make(scenario, &d->pack, d->seed, nth, year_of(d), is_served, d, out);
}

bool demo_make_day(struct demo *d, int32_t day, int nth)
{
    int64_t end_ms;
    day_text(day, d->figures->day);
    if (!time_day_end(d->figures->day, &end_ms))
        return false;
    d->midnight_ms = time_day_start(end_ms);
    d->event_count = 0;
    d->outage_until_s = d->power_until_s = d->ended_s = 0;
    d->cut_count = 0;
    d->contests = d->quarrels = 0;
    demo_drop_bus(d);
    d->refusal[0] = '\0';
    rng_seed(&d->rng, d->seed * 7919 + (uint64_t)nth);
    demo_drop_rushes(d);
    demo_make_citizens(d, d->scenario, nth, &d->citizens);
    d->stranger = (struct citizen){.booked_s = -1, .takes_s = STRANGER_S, .service = ""};
    d->visit_count = d->citizens.count;
    d->visit_capacity = d->citizens.count + 1;
    d->visits = xcalloc((size_t)d->visit_capacity, sizeof *d->visits);
    for (int i = 0; i < d->citizens.count; i++)
        d->visits[i] = (struct demo_visit){.citizen = &d->citizens.list[i], .called_s = -1, .desk_s = -1};
    return true;
}

void demo_drop_day(struct demo *d)
{
    demo_drop_bus(d);
    free(d->cuts);
    d->cuts = NULL;
    d->cut_count = 0;
    free(d->visits);
    d->visits = NULL;
    d->visit_count = 0;
    citizens_free(&d->citizens);
    demo_drop_rushes(d);
}

enum err demo_book(struct demo *d, int64_t at_s)
{
    enum err err = ERR_OK;
    d->now_s = at_s;
    for (int i = 0; i < d->citizens.count && err == ERR_OK; i++) {
        if (d->citizens.list[i].booked_s < 0)
            continue;
        d->figures->booked++;
        err = demo_issue(d, &d->visits[i]);
    }
    d->now_s = 1;
    d->env.now_ms = d->env.mono_ms = d->midnight_ms + 1000;
    return err == ERR_OK ? day_turn(&d->env, d->figures->day) : err;
}

/* The pack's break of that weekday; half of the clerks take its first half hour, the others the next. -1: none. */
static int64_t break_s(const struct demo *d)
{
    static const char *const names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    int32_t day;
    const struct json *breaks = json_get(d->pack.about, "breaks");
    if (!day_parse(d->figures->day, &day))
        return -1;
    for (const struct json *rest_time = json_first(breaks); rest_time; rest_time = json_next(rest_time)) {
        const char *from = json_text_or(rest_time, "from", "");
        if (json_has_text(json_get(rest_time, "days"), names[day_weekday(day)]) && strlen(from) == 5)
            return strtol(from, NULL, 10) * DEMO_HOUR_S + strtol(from + 3, NULL, 10) * DEMO_MINUTE_S;
    }
    return -1;
}

void demo_plan(struct demo *d)
{
    int64_t open_s = (int64_t)d->scenario->open_min * DEMO_MINUTE_S, rest_s = break_s(d);
    for (int i = 0; i < d->clerk_count; i++) {
        struct demo_clerk *clerk = &d->clerks[i];
        clerk->doing = DEMO_SHUT;
        clerk->woken = false;
        clerk->visit = -1;
        clerk->away_s = 0;
        clerk->break_s = rest_s < 0 ? -1 : rest_s + (i % 2 ? DEMO_REST_S : 0);
        demo_later(d, open_s - DEMO_OPENING_S + demo_within(d, 0, 60), MOMENT_OPEN, i);
    }
    for (int i = 0; i < d->citizens.count; i++) {
        const struct citizen *citizen = &d->citizens.list[i];
        if (!citizen->stays_away)
            demo_later(d, citizen->comes_s, MOMENT_ARRIVE, i);
        if (citizen->booked_s >= 0)
            demo_later(d, citizen->booked_s - RULE_CLOCK_LEAD_MS / 1000, MOMENT_EXPECT, i);
    }
    for (int i = 0; i < d->scenario->trouble_count; i++)
        demo_later(d, (int64_t)d->scenario->troubles[i].at_min * DEMO_MINUTE_S, MOMENT_TROUBLE, i);
    d->end_s = (int64_t)d->scenario->close_min * DEMO_MINUTE_S + OVERTIME_S;
}

/* Counters whose clerks had nobody to look for when the doors closed, and those that are still open at the end. */
enum err demo_shut_all(struct demo *d)
{
    enum err err = ERR_OK;
    for (int i = 0; i < d->clerk_count && err == ERR_OK; i++)
        if (d->clerks[i].doing == DEMO_IDLE || d->clerks[i].doing == DEMO_PAUSED)
            err = demo_shut(d, &d->clerks[i]);
    return err;
}

/* Whoever is at a counter is served in no time. */
static enum err send_off(struct demo *d, struct demo_clerk *clerk)
{
    const struct demo_visit *visit = &d->visits[clerk->visit];
    struct json *body = demo_about_ticket(visit);
    enum err err = demo_say(d, &clerk->actor, "ticket.start", demo_about_ticket(visit), NULL, NULL);
    json_set_text(body, "outcome", "served");
    if (err != ERR_OK) {
        json_free(&body);
        return err;
    }
    return demo_say(d, &clerk->actor, "ticket.finish", body, NULL, NULL);
}

enum err demo_go_home(struct demo *d)
{
    enum err err = ERR_OK;
    d->event_count = 0;
    if (d->bus.away)
        err = demo_bus_early(d);
    d->event_count = 0;
    for (int i = 0; i < d->clerk_count && err == ERR_OK; i++) {
        struct demo_clerk *clerk = &d->clerks[i];
        if (clerk->doing == DEMO_BUSY && clerk->visit >= 0 && clerk->visit < d->visit_count)
            err = send_off(d, clerk);
        if (err == ERR_OK && clerk->doing != DEMO_SHUT)
            err = demo_shut(d, clerk);
    }
    return err;
}

enum err demo_play_until(struct demo *d, int64_t until_s)
{
    enum err err = ERR_OK;
    while (d->event_count > 0 && d->events[0].at_s <= until_s && err == ERR_OK) {
        struct demo_event event = demo_next(d);
        bool busy = event.what == MOMENT_DONE || event.what == MOMENT_BEGIN || event.what == MOMENT_AGAIN ||
                    event.what == MOMENT_CONFIRM || event.what == MOMENT_QUARREL ||
                    event.what == MOMENT_BUS_BACK || event.what == MOMENT_SETTLE;
        if (event.at_s > d->end_s && !busy)
            continue; /* who is at a counter is served to the end */
        d->now_s = event.at_s;
        err = happen(d, &event);
    }
    return err;
}

int64_t demo_next_s(const struct demo *d)
{
    return d->event_count > 0 ? d->events[0].at_s : -1;
}
