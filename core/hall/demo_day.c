/* core/hall/demo_day.c: one day of a training hall: who comes, who is called, who leaves. A heap of moments drives it; the
 * hall decides everything else, by the commands that workstations send. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/day.h"
#include "core/hall/demo_inside.h"
#include "core/model/rule.h"

enum {
    MINUTE_S = 60,
    HOUR_S = 3600,
    OPENING_S = 5 * MINUTE_S, /* counters open so long before the doors */
    OVERTIME_S = 3 * HOUR_S,  /* who still waits then has left */
    EVE_S = 18 * HOUR_S,      /* bookings are made on the evening before */
    REST_S = 30 * MINUTE_S,   /* a break */
    RECALL_S = 35,
    MISSING_TAKES = 40, /* percent of a visit until a missing paper is found */
    HELP_S = 4 * MINUTE_S,
    SURVEYED = 30 /* of a hundred */
};

enum what {
    OPEN,   /* who: a clerk */
    ARRIVE, /* who: a visit */
    TIRED,  /* who: a visit */
    LOOK,   /* a clerk looks for somebody */
    AGAIN,  /* a clerk calls once more, or gives up */
    BEGIN,  /* whoever was called is at the counter */
    DONE,
    BACK,    /* from a break */
    TROUBLE, /* who: its number */
    HELPED,  /* whoever called for help has it */
    EXPECT   /* the time of bookings has come */
};

/* --- moments --- */

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

static void later(struct demo *d, int64_t at_s, enum what what, int who)
{
    if (d->event_count == d->event_capacity) {
        d->event_capacity = d->event_capacity ? 2 * d->event_capacity : 256;
        d->events = xrealloc(d->events, (size_t)d->event_capacity * sizeof *d->events);
    }
    int at = d->event_count++;
    d->events[at] = (struct demo_event){at_s, d->orders++, (int)what, who};
    for (; at > 0 && is_before(&d->events[at], &d->events[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&d->events[at], &d->events[(at - 1) / 2]);
}

static struct demo_event next(struct demo *d)
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

static int64_t within(struct demo *d, int64_t least_s, int64_t most_s)
{
    return least_s + (int64_t)rng_below(&d->rng, (uint64_t)(most_s - least_s + 1));
}

/* --- commands --- */

/* Runs one command now; body goes. *data may be NULL. A refusal is counted and otherwise passed: *applied says so. */
static enum err say(struct demo *d, const struct actor *actor, const char *type, struct json *body,
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

static struct json *about_ticket(const struct demo_visit *visit)
{
    struct json *body = json_new_object();
    json_set_text(body, "ticket", visit->ticket);
    json_set_int(body, "gen", visit->gen);
    return body;
}

static struct json *about_counter(const struct demo_clerk *clerk)
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

static enum err issue(struct demo *d, struct demo_visit *visit)
{
    struct json *data = NULL;
    enum err err = say(d, &d->reception, "ticket.issue", issue_body(d, visit->citizen), NULL, &data);
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
static void wake(struct demo *d, const char *service)
{
    for (int i = 0; i < d->clerk_count; i++) {
        struct demo_clerk *clerk = &d->clerks[i];
        if (clerk->doing != DEMO_IDLE || clerk->woken || !is_served_by(d, clerk, service))
            continue;
        clerk->woken = true;
        later(d, d->now_s + within(d, 2, 6), LOOK, i);
    }
}

static enum err arrive(struct demo *d, int who)
{
    struct demo_visit *visit = &d->visits[who];
    const struct citizen *citizen = visit->citizen;
    enum err err = ERR_OK;
    d->figures->visitors++;
    d->figures->came += citizen->booked_s >= 0;
    if (visit->gone) { /* came when the call was long over */
        d->figures->left++;
        return ERR_OK;
    }
    visit->here = true;
    if (citizen->booked_s < 0)
        err = issue(d, visit);
    else if (*visit->ticket && visit->calls == 0) { /* else the call is heard */
        struct json *body = json_new_object();
        json_set_text(body, "ticket", visit->ticket);
        err = say(d, &d->reception, "ticket.check_in", body, NULL, NULL);
    }
    later(d, d->now_s + citizen->patience_s, TIRED, who);
    wake(d, citizen->service);
    return err;
}

/* Whoever leaves tells nobody: the hall finds out when it calls. */
static void tire(struct demo *d, int who)
{
    struct demo_visit *visit = &d->visits[who];
    if (visit->called_s >= 0 || visit->gone)
        return;
    visit->gone = true;
    d->figures->left++;
}

/* --- at a counter --- */

static int visit_of(const struct demo *d, const char *ticket)
{
    for (int i = 0; i < d->citizens.count; i++)
        if (str_equal(d->visits[i].ticket, ticket))
            return i;
    return -1;
}

static enum err open_counter(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct json *body = json_new_object(), *data = NULL;
    json_set_text(body, "counter", clerk->counter);
    bool applied;
    enum err err = say(d, &clerk->actor, "counter.open", body, &applied, &data);
    clerk->fence = json_int(data, "fence", 0);
    json_free(&data);
    if (applied) {
        clerk->doing = DEMO_IDLE;
        later(d, d->now_s + OPENING_S, LOOK, who);
    }
    return err;
}

static enum err rest(struct demo *d, int who, const char *reason, int64_t for_s)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct json *body = about_counter(clerk);
    char until[TIME_TEXT];
    time_text(d->midnight_ms + (d->now_s + for_s) * 1000, until);
    json_set_text(body, "reason", reason);
    json_set_text(body, "until", until);
    clerk->doing = DEMO_PAUSED;
    later(d, d->now_s + for_s, BACK, who);
    return say(d, &clerk->actor, "counter.pause", body, NULL, NULL);
}

static enum err come_back(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    clerk->doing = DEMO_IDLE;
    later(d, d->now_s + 5, LOOK, who);
    return say(d, &clerk->actor, "counter.resume", about_counter(clerk), NULL, NULL);
}

static enum err shut(struct demo *d, struct demo_clerk *clerk)
{
    clerk->doing = DEMO_SHUT;
    return say(d, &clerk->actor, "counter.close", about_counter(clerk), NULL, NULL);
}

static void note_wait(struct demo *d, struct demo_visit *visit)
{
    struct demo_figures *f = d->figures;
    int64_t waited_s = d->now_s - visit->citizen->comes_s;
    visit->called_s = d->now_s;
    f->waits_s = xrealloc(f->waits_s, (size_t)(f->wait_count + 1) * sizeof *f->waits_s);
    f->waits_s[f->wait_count++] = waited_s;
}

static void greet(struct demo *d, int who, int found)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct demo_visit *visit = &d->visits[found];
    clerk->doing = DEMO_BUSY;
    clerk->visit = found;
    visit->calls++;
    if (visit->here && !visit->gone) {
        note_wait(d, visit);
        later(d, d->now_s + within(d, 8, 40), BEGIN, who);
    } else {
        d->figures->early += visit->citizen->booked_s > d->now_s + RULE_CLOCK_LEAD_MS / 1000;
        later(d, d->now_s + RECALL_S, AGAIN, who);
    }
}

/* When the line is away nobody new is called; what is under way goes on. */
static int64_t held_back_s(const struct demo *d)
{
    int64_t until_s = d->outage_until_s > d->power_until_s ? d->outage_until_s : d->power_until_s;
    return until_s > d->now_s ? until_s - d->now_s : 0;
}

static enum err look(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct json *data = NULL;
    if (clerk->doing != DEMO_IDLE)
        return ERR_OK;
    clerk->woken = false;
    if (held_back_s(d) > 0) {
        clerk->woken = true;
        later(d, d->now_s + held_back_s(d) + within(d, 1, 10), LOOK, who);
        return ERR_OK;
    }
    if (clerk->away_s > 0) {
        int64_t away_s = clerk->away_s;
        clerk->away_s = 0;
        return rest(d, who, "called away", away_s);
    }
    if (clerk->break_s >= 0 && d->now_s >= clerk->break_s) {
        clerk->break_s = -1;
        return rest(d, who, "meal", REST_S);
    }
    enum err err = say(d, &clerk->actor, "ticket.call_next", about_counter(clerk), NULL, &data);
    const struct json *ticket = json_get(data, "ticket");
    int found = visit_of(d, json_text_or(ticket, "id", "-"));
    if (found >= 0) {
        d->visits[found].gen = json_int(ticket, "gen", 0);
        greet(d, who, found);
    } else if (err == ERR_OK && d->now_s >= (int64_t)d->scenario->close_min * MINUTE_S) {
        err = shut(d, clerk);
    }
    json_free(&data);
    return err;
}

static void free_again(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    d->visits[clerk->visit].gone = true;
    clerk->visit = -1;
    clerk->doing = DEMO_IDLE;
    clerk->woken = true;
    later(d, d->now_s + within(d, 5, 25), LOOK, who);
}

/* Twice and half a minute, as the packs ask; then not there. */
static enum err call_again(struct demo *d, int who)
{
    enum { CALLS = 2 };
    struct demo_clerk *clerk = &d->clerks[who];
    struct demo_visit *visit = &d->visits[clerk->visit];
    if (visit->here && !visit->gone) {
        note_wait(d, visit);
        later(d, d->now_s + within(d, 8, 40), BEGIN, who);
        return ERR_OK;
    }
    if (visit->calls++ < CALLS) {
        later(d, d->now_s + RECALL_S, AGAIN, who);
        return say(d, &clerk->actor, "ticket.recall", about_ticket(visit), NULL, NULL);
    }
    enum err err = say(d, &clerk->actor, "ticket.no_show", about_ticket(visit), NULL, NULL);
    d->figures->no_shows++;
    free_again(d, who);
    return err;
}

static enum err begin(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct demo_visit *visit = &d->visits[clerk->visit];
    int64_t takes_s = visit->citizen->takes_s;
    if (visit->citizen->forgot)
        takes_s = takes_s * MISSING_TAKES / 100;
    later(d, d->now_s + takes_s, DONE, who);
    return say(d, &clerk->actor, "ticket.start", about_ticket(visit), NULL, NULL);
}

static enum err ask_how_it_was(struct demo *d, const struct demo_clerk *clerk, const struct demo_visit *visit)
{
    enum { ELEMENTS = 9 };
    struct json *body = json_new_object(), *scores = json_new_array();
    bool long_wait = visit->called_s - visit->citizen->comes_s > HOUR_S,
         angry = visit->citizen->temper == TEMPER_ANGRY;
    for (int i = 0; i < ELEMENTS; i++) {
        int64_t score = within(d, 3, 4) - (angry ? 1 : 0) - (long_wait && within(d, 0, 1) ? 1 : 0);
        json_add(scores, json_new_int(score > 0 ? score : 1));
    }
    json_set_text(body, "ticket", visit->ticket);
    json_set(body, "scores", scores);
    return say(d, &clerk->actor, "survey.record", body, NULL, NULL);
}

static enum err finish(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct demo_visit *visit = &d->visits[clerk->visit];
    const struct citizen *citizen = visit->citizen;
    if (d->power_until_s > d->now_s) { /* the visit stands still with everything else */
        later(d, d->power_until_s + within(d, 60, 180), DONE, who);
        return ERR_OK;
    }
    struct json *body = about_ticket(visit);
    json_set_text(body, "outcome", citizen->forgot ? "papers_missing" : "served");
    if (citizen->forgot) {
        struct json *missing = json_new_array();
        json_add_text(missing, citizen->forgot);
        json_set(body, "missing", missing);
    }
    enum err err = say(d, &clerk->actor, "ticket.finish", body, NULL, NULL);
    d->figures->served += citizen->forgot == NULL;
    d->figures->missing += citizen->forgot != NULL;
    if (err == ERR_OK && rng_below(&d->rng, 100) < SURVEYED)
        err = ask_how_it_was(d, clerk, visit);
    free_again(d, who);
    return err;
}

/* --- trouble --- */

static enum err call_for_help(struct demo *d)
{
    struct json *body = json_new_object(), *data = NULL;
    const struct demo_clerk *clerk = &d->clerks[rng_below(&d->rng, (uint64_t)d->clerk_count)];
    json_set_text(body, "kind", "security");
    json_set_text(body, "counter", clerk->counter);
    enum err err = say(d, &clerk->actor, "hall.alert", body, NULL, &data);
    str_copy(d->alert, sizeof d->alert, json_text_or(json_get(data, "alert"), "id", ""));
    json_free(&data);
    later(d, d->now_s + HELP_S, HELPED, 0);
    return err;
}

static enum err help(struct demo *d)
{
    struct json *body = json_new_object();
    json_set_text(body, "alert", d->alert);
    return say(d, &d->supervisor, "hall.alert_end", body, NULL, NULL);
}

static enum err strike(struct demo *d, int which)
{
    const struct scenario_trouble *trouble = &d->scenario->troubles[which];
    int64_t minutes_s = (int64_t)trouble->numbers[0] * MINUTE_S;
    switch (trouble->kind) {
    case TROUBLE_OUTAGE:
        d->outage_until_s = d->now_s + minutes_s;
        break;
    case TROUBLE_POWER:
        d->power_until_s = d->now_s + minutes_s;
        break;
    case TROUBLE_AWAY:
        for (int i = 0; i < trouble->numbers[0] && i < d->clerk_count; i++)
            d->clerks[i].away_s = (int64_t)trouble->numbers[1] * MINUTE_S;
        break;
    case TROUBLE_EMERGENCY:
        return call_for_help(d);
    case TROUBLE_RUSH: /* they are among the citizens */
    case TROUBLE_COUNT:
        break;
    }
    return ERR_OK;
}

/* --- the day --- */

/* The hall looks every few seconds; here it need only when there is something to be seen. */
static enum err expect(struct demo *d, int who)
{
    d->env.now_ms = d->env.mono_ms = d->midnight_ms + d->now_s * 1000;
    wake(d, d->visits[who].citizen->service);
    return day_expect(&d->env, d->figures->day);
}

static enum err happen(struct demo *d, const struct demo_event *event)
{
    switch ((enum what)event->what) {
    case OPEN:
        return open_counter(d, event->who);
    case ARRIVE:
        return arrive(d, event->who);
    case TIRED:
        tire(d, event->who);
        return ERR_OK;
    case LOOK:
        return look(d, event->who);
    case AGAIN:
        return call_again(d, event->who);
    case BEGIN:
        return begin(d, event->who);
    case DONE:
        return finish(d, event->who);
    case BACK:
        return come_back(d, event->who);
    case TROUBLE:
        return strike(d, event->who);
    case HELPED:
        return help(d);
    case EXPECT:
        return expect(d, event->who);
    }
    return ERR_OK;
}

static int year_of(const struct demo *d)
{
    struct tm local;
    time_local(d->midnight_ms + (int64_t)12 * HOUR_S * 1000, &local);
    return local.tm_year + 1900;
}

static bool is_served(const void *context, const char *queue)
{
    const struct demo *d = context;
    for (int i = 0; i < d->clerk_count; i++)
        for (const struct json *q = json_first(d->clerks[i].queues); q; q = json_next(q))
            if (str_equal(json_text(q, "queue"), queue))
                return true;
    return false;
}

/* The scenario's weekday, or any that is worked; the nth from the first day on. */
static int32_t day_number(const struct demo *d, int nth)
{
    int32_t day = d->first_day;
    for (int found = 0;; day++) {
        bool fits = d->scenario->weekday < 0 || d->scenario->weekday == day_weekday(day);
        if (fits && day_is_worked(&d->calendar, day) && found++ == nth)
            return day;
    }
}

static bool begin_day(struct demo *d, int nth)
{
    int64_t end_ms;
    day_text(day_number(d, nth), d->figures->day);
    if (!time_day_end(d->figures->day, &end_ms))
        return false;
    d->midnight_ms = time_day_start(end_ms);
    d->event_count = 0;
    d->outage_until_s = d->power_until_s = 0;
    d->refusal[0] = '\0';
    rng_seed(&d->rng, d->seed * 7919 + (uint64_t)nth);
    citizens_make(d->scenario, &d->pack, d->seed, nth, year_of(d), is_served, d, &d->citizens);
    d->visits = xcalloc((size_t)d->citizens.count + 1, sizeof *d->visits);
    for (int i = 0; i < d->citizens.count; i++)
        d->visits[i] = (struct demo_visit){.citizen = &d->citizens.list[i], .called_s = -1};
    return true;
}

/* On the evening before; then the day turns. */
static enum err book(struct demo *d)
{
    enum err err = ERR_OK;
    d->now_s = EVE_S - (int64_t)24 * HOUR_S;
    for (int i = 0; i < d->citizens.count && err == ERR_OK; i++) {
        if (d->citizens.list[i].booked_s < 0)
            continue;
        d->figures->booked++;
        err = issue(d, &d->visits[i]);
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
            return strtol(from, NULL, 10) * HOUR_S + strtol(from + 3, NULL, 10) * MINUTE_S;
    }
    return -1;
}

static void plan(struct demo *d)
{
    int64_t open_s = (int64_t)d->scenario->open_min * MINUTE_S, rest_s = break_s(d);
    for (int i = 0; i < d->clerk_count; i++) {
        struct demo_clerk *clerk = &d->clerks[i];
        clerk->doing = DEMO_SHUT;
        clerk->woken = false;
        clerk->visit = -1;
        clerk->away_s = 0;
        clerk->break_s = rest_s < 0 ? -1 : rest_s + (i % 2 ? REST_S : 0);
        later(d, open_s - OPENING_S + within(d, 0, 60), OPEN, i);
    }
    for (int i = 0; i < d->citizens.count; i++) {
        const struct citizen *citizen = &d->citizens.list[i];
        if (!citizen->stays_away)
            later(d, citizen->comes_s, ARRIVE, i);
        if (citizen->booked_s >= 0)
            later(d, citizen->booked_s - RULE_CLOCK_LEAD_MS / 1000, EXPECT, i);
    }
    for (int i = 0; i < d->scenario->trouble_count; i++)
        later(d, (int64_t)d->scenario->troubles[i].at_min * MINUTE_S, TROUBLE, i);
    d->end_s = (int64_t)d->scenario->close_min * MINUTE_S + OVERTIME_S;
}

/* Counters whose clerks had nobody to look for when the doors closed, and those that are still open at the end. */
static enum err shut_all(struct demo *d)
{
    enum err err = ERR_OK;
    for (int i = 0; i < d->clerk_count && err == ERR_OK; i++)
        if (d->clerks[i].doing == DEMO_IDLE || d->clerks[i].doing == DEMO_PAUSED)
            err = shut(d, &d->clerks[i]);
    return err;
}

static enum err play(struct demo *d)
{
    enum err err = ERR_OK;
    plan(d);
    while (d->event_count > 0 && err == ERR_OK) {
        struct demo_event event = next(d);
        bool busy = event.what == DONE || event.what == BEGIN || event.what == AGAIN;
        if (event.at_s > d->end_s && !busy)
            continue; /* who is at a counter is served to the end */
        d->now_s = event.at_s;
        err = happen(d, &event);
    }
    return err == ERR_OK ? shut_all(d) : err;
}

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum err end_day(struct demo *d, enum err err)
{
    struct hall_state state;
    struct demo_figures *f = d->figures;
    if (err == ERR_OK)
        err = store_state(d->env.db, &state);
    if (err == ERR_OK)
        str_copy(f->feed, sizeof f->feed, state.feed_head);
    if (f->wait_count > 0)
        qsort(f->waits_s, (size_t)f->wait_count, sizeof *f->waits_s, by_length);
    free(d->visits);
    d->visits = NULL;
    citizens_free(&d->citizens);
    return err;
}

enum err demo_day(struct demo *demo, int day, struct demo_figures *figures, struct err_info *info)
{
    *figures = (struct demo_figures){0};
    demo->figures = figures;
    if (!begin_day(demo, day))
        return err_set(info, ERR_INVALID, "There is no day %s in the hall's time zone.", figures->day);
    enum err err = db_begin(demo->env.db);
    if (err == ERR_OK)
        err = book(demo);
    if (err == ERR_OK)
        err = play(demo);
    err = end_day(demo, err);
    if (err == ERR_OK)
        err = db_commit(demo->env.db);
    if (err != ERR_OK) {
        store_fail(demo->env.db, err, info);
        db_rollback(demo->env.db);
    }
    return err;
}

void demo_figures_free(struct demo_figures *figures)
{
    free(figures->waits_s);
    *figures = (struct demo_figures){0};
}
