/* core/command/ticket_visit.c: several services of one citizen as one visit: which stops they make, in which order, and what
 * is still to come of it. Where each stands is in visit_row.c, the order in core/model/visit.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/hours.h"
#include "core/command/cases.h"
#include "core/command/queues.h"
#include "core/command/ticket_row.h"
#include "core/command/visit_row.h"
#include "core/command/visits.h"

enum { HOUR_MIN = 60, MINUTE_MS = 60 * 1000 };

/* --- services --- */

static enum err read_services(struct call *c, const struct json *ids, struct json *rows)
{
    for (const struct json *one = json_first(ids); one; one = json_next(one)) {
        const char *id = json_as_text(one);
        struct json *row;
        if (str_empty(id) || json_count(ids) > VISIT_SERVICES_MAX)
            return refuse(c, "invalid_body", "services",
                          "\"services\" are 1 to %d services by their ids. Nothing was changed.",
                          VISIT_SERVICES_MAX);
        TRY(load(c, TABLE_SERVICE, "services", id, &row));
        for (const struct json *other = json_first(rows); other; other = json_next(other))
            if (str_equal(row_id(other), row_id(row)))
                return refuse(c, "invalid_body", "services",
                              "%.80s is named twice. Nothing was changed: name each service once.", id);
        if (str_empty(json_text(row, "queue")))
            return refuse(c, "no_queue", "services",
                          "%.80s has no queue yet. Nothing was changed: leave it out, or ask the supervisor.",
                          id);
        json_add(rows, json_copy(row));
    }
    return ERR_OK;
}

static const struct json *service_of(const struct json *rows, const char *id)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_equal(row_id(row), id))
            return row;
    return NULL;
}

static struct json *stop_of(struct json *stops[], int count, const char *queue)
{
    for (int i = 0; i < count; i++)
        if (str_equal(json_text(stops[i], "queue"), queue))
            return stops[i];
    return NULL;
}

/* What one queue serves is one stop. */
static int make_stops(const struct json *rows, struct json *list, struct json *stops[VISIT_STOPS_MAX])
{
    int count = 0;
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        struct json *stop = stop_of(stops, count, json_text(row, "queue"));
        if (!stop)
            stops[count++] = stop = visit_add_stop(list, json_text(row, "queue"));
        json_add_text(json_edit(stop, "services"), row_id(row));
    }
    return count;
}

/* --- what needs what --- */

/* A paper that the service itself makes out, of those that nothing else can stand for. */
static bool gives_paper(const struct json *service, const struct json *papers)
{
    const struct json *outputs = json_get(service, "outputs");
    for (const struct json *paper = json_first(papers); paper; paper = json_next(paper)) {
        if (json_get(paper, "group") || json_get(paper, "when"))
            continue;
        for (const struct json *output = json_first(outputs); output; output = json_next(output))
            if (str_equal(json_text(output, "code"), json_text(paper, "code")))
                return true;
    }
    return false;
}

static bool service_needs(const struct json *service, const struct json *other)
{
    return json_has_text(json_get(other, "bundle"), row_id(service)) ||
           gives_paper(other, json_get(service, "documents"));
}

static bool stop_needs(const struct json *rows, const struct json *stop, const struct json *other)
{
    const struct json *here = json_get(stop, "services"), *there = json_get(other, "services");
    for (const struct json *a = json_first(here); a; a = json_next(a))
        for (const struct json *b = json_first(there); b; b = json_next(b))
            if (service_needs(service_of(rows, json_as_text(a)), service_of(rows, json_as_text(b))))
                return true;
    return false;
}

/* --- what awaits the person there --- */

struct gathering {
    struct call *c;
    const struct visit_wish *wish;
    const struct json *rows;
    struct json *stops[VISIT_STOPS_MAX];
    struct visit_stop low[VISIT_STOPS_MAX], high[VISIT_STOPS_MAX]; /* as little and as much as is expected */
    int count;
    struct hall_calendar calendar;
    struct wall_time at;
};

static void put_clock(struct json *stop, const char *name, int minute)
{
    char text[CLOCK_TEXT];
    str_format(text, sizeof text, "%02d:%02d", minute / HOUR_MIN, minute % HOUR_MIN);
    json_set_text(stop, name, text);
}

/* The stop is open as long as each of its services; it closes when the first of them does. */
static void read_hours(struct gathering *g, int i)
{
    struct visit_stop *stop = &g->high[i];
    const struct json *services = json_get(g->stops[i], "services");
    stop->closes_min = VISIT_NEVER;
    for (const struct json *one = json_first(services); one; one = json_next(one)) {
        struct hours_now hours;
        if (!hours_read(service_of(g->rows, json_as_text(one)), &g->calendar.calendar, g->at, &hours))
            continue;
        struct wall_time when = hours.open ? hours.until : hours.next;
        int64_t in_min = when.minute - g->at.minute + (int64_t)DAY_END_MIN * (when.day - g->at.day);
        if (hours.open && when.minute >= 0 && when.day == g->at.day && in_min < stop->closes_min) {
            stop->closes_min = in_min;
            put_clock(g->stops[i], "closes", when.minute);
        } else if (!hours.open && hours.again && when.minute >= 0 && in_min > stop->opens_min) {
            stop->opens_min = in_min;
            put_clock(g->stops[i], "opens", when.minute);
        }
    }
}

static enum err read_stop(struct gathering *g, int i)
{
    struct queue_outlook outlook = {.desks = 1};
    struct visit_stop *low = &g->low[i], *high = &g->high[i];
    *high = (struct visit_stop){0};
    read_hours(g, i);
    for (int j = 0; j < g->count; j++)
        if (j != i && stop_needs(g->rows, g->stops[i], g->stops[j]))
            high->needs |= 1u << j;
    if (g->wish->today)
        TRY(queue_outlook(g->c, json_text(g->stops[i], "queue"), g->wish->priority_class, &outlook));
    high->staffed = outlook.desks > 0;
    high->takes_min =
        (int64_t)ceil(outlook.average_min * (double)json_count(json_get(g->stops[i], "services")));
    *low = *high;
    low->wait_min = outlook.minutes[0];
    high->wait_min = outlook.minutes[1];
    return ERR_OK;
}

static enum err gather(struct gathering *g)
{
    struct json *hall;
    struct tm local;
    char day[DATE_TEXT];
    TRY(load_hall(g->c, &hall));
    hall_calendar_read(hall, &g->calendar);
    time_local(g->wish->at_ms, &local);
    time_date(g->wish->at_ms, day);
    (void)day_parse(day, &g->at.day);
    g->at.minute = HOUR_MIN * local.tm_hour + local.tm_min;
    for (int i = 0; i < g->count; i++)
        TRY(read_stop(g, i));
    return ERR_OK;
}

enum err visit_plan(struct call *c, const struct visit_wish *wish, struct visit_plan *plan)
{
    struct gathering g = {.c = c, .wish = wish};
    int order[VISIT_STOPS_MAX];
    enum visit_why why[VISIT_STOPS_MAX];
    struct json *stops = keep(c, json_new_array()), *rows = keep(c, json_new_array());
    TRY(read_services(c, wish->services, rows));
    g.rows = plan->services = rows;
    g.count = make_stops(rows, stops, g.stops);
    TRY(gather(&g));
    visit_order(g.high, g.count, order, why);
    plan->stops = keep(c, json_new_array());
    for (int place = 0; place < g.count; place++) {
        int i = wish->given ? place : order[place];
        enum visit_why said = !wish->given ? why[place] : g.count > 1 ? VISIT_WHY_GIVEN : VISIT_WHY_NONE;
        order[place] = i;
        json_set_text(g.stops[i], "why", visit_why_text(said));
        json_add(plan->stops, json_copy(g.stops[i]));
    }
    plan->minutes[0] = visit_minutes(g.low, order, g.count);
    plan->minutes[1] = visit_minutes(g.high, order, g.count);
    return ERR_OK;
}

/* --- before a number is given --- */

static enum err foresee(struct call *c, struct visit_plan *plan)
{
    struct visit_wish wish = {.at_ms = c->at_ms, .today = true};
    int64_t class, booked_ms;
    char day[DATE_TEXT], today[DATE_TEXT];
    TRY(body_array(c, "services", &wish.services));
    TRY(body_int(c, "priority_class", 0, &class));
    TRY(body_time(c, "appointment_at", &booked_ms));
    wish.given = str_equal(json_text(c->body, "order"), "given");
    wish.priority_class = (int)class;
    wish.at_ms = booked_ms > c->at_ms ? booked_ms : c->at_ms;
    time_date(wish.at_ms, day);
    time_date(c->at_ms, today);
    wish.today = str_equal(day, today);
    TRY(visit_plan(c, &wish, plan));
    json_set(answer(c), "stops", json_copy(plan->stops));
    struct json *minutes = json_new_array();
    json_add(minutes, json_new_int(plan->minutes[0]));
    json_add(minutes, json_new_int(plan->minutes[1]));
    json_set(answer(c), "visit_min", wish.today ? minutes : json_new_null());
    if (!wish.today)
        json_free(&minutes);
    for (const struct json *stop = json_first(plan->stops); stop && wish.today; stop = json_next(stop)) {
        struct json *queue;
        TRY(load_named(c, TABLE_QUEUE, "services", json_text(stop, "queue"), &queue));
        TRY(queue_need_here(c, queue, "services"));
    }
    for (const struct json *service = json_first(plan->services); service; service = json_next(service))
        TRY(quota_need_left(c, service, wish.at_ms, day, NULL));
    return ERR_OK;
}

enum err visit_foresee(struct tx *tx, const struct json *body, struct outcome *out)
{
    struct visit_plan plan = {0};
    struct call c = {
        .tx = tx, .command = tx->command, .actor = tx->actor, .body = body, .out = out, .at_ms = tx->now_ms};
    *out = (struct outcome){0};
    enum err err = foresee(&c, &plan);
    out->applied = err == ERR_OK;
    for (int i = 0; i < c.kept_count; i++)
        json_free(&c.kept[i]);
    free(c.kept);
    return err == ERR_REFUSED ? ERR_OK : err;
}

/* --- on the way --- */

enum err visit_stop_is_here(struct call *c, const struct json *stop, bool *here)
{
    struct json *queue;
    TRY(peek(c, TABLE_QUEUE, json_text(stop, "queue"), &queue));
    *here = false;
    return queue ? queue_is_here(c, queue, here) : ERR_OK;
}

static enum err need_quota_of(struct call *c, const struct json *ticket, const struct json *ids,
                              int64_t at_ms, const char *day)
{
    for (const struct json *one = json_first(ids); one; one = json_next(one)) {
        struct json *service;
        TRY(peek(c, TABLE_SERVICE, json_as_text(one), &service));
        TRY(quota_need_left(c, service, at_ms, day, row_id(ticket)));
    }
    return ERR_OK;
}

enum err visit_need_quota(struct call *c, const struct json *ticket, int64_t at_ms, const char *day)
{
    struct json *own = keep(c, json_new_array());
    if (!visit_stop_now(ticket)) {
        json_add_text(own, json_text_or(ticket, "service", ""));
        return need_quota_of(c, ticket, own, at_ms, day);
    }
    TRY(need_quota_of(c, ticket, json_get(visit_stop_now(ticket), "services"), at_ms, day));
    for (int i = 0; visit_stop_ahead(ticket, i); i++)
        TRY(need_quota_of(c, ticket, json_get(visit_stop_ahead(ticket, i), "services"), at_ms, day));
    return ERR_OK;
}

/* --- ticket.stops: what is still to come, in another order, less or more --- */

/* Of a ticket that has no stops yet its own service is the one that is now. */
static void need_stops(struct json *row)
{
    struct json *stops = json_new_array();
    if (json_count(json_get(row, "stops"))) {
        json_free(&stops);
        return;
    }
    struct json *stop = visit_add_stop(stops, json_text_or(row, "queue", ""));
    if (json_text(row, "service"))
        json_add_text(json_edit(stop, "services"), json_text(row, "service"));
    json_set(row, "stops", stops);
    visit_begin(row, json_text(row, "arrived_at"));
}

static enum err need_may_change(struct call *c, const struct ticket *ticket)
{
    if (ticket->state != TICKET_WAITING && !ticket_is_open(ticket->state))
        return refuse(c, "visit_over", "ticket",
                      "The visit of %s is over. Nothing was changed: give a new ticket.", ticket->number);
    if (!ticket_is_open(ticket->state) || is_me(c, ticket->user) || is_role(c, ROLE_SUPERVISOR))
        return ERR_OK;
    json_set_text(answer(c), "user", ticket->user);
    return refuse(c, "not_your_ticket", "ticket",
                  "%s is with %s. Nothing was changed: ask them, or a supervisor.", ticket->number,
                  user_name(c, ticket->user));
}

static bool is_listed(const struct json *stops, const char *service)
{
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop))
        if (json_has_text(json_get(stop, "services"), service))
            return true;
    return false;
}

static bool is_over_or_now(const struct json *stop)
{
    const char *state = json_text(stop, "state");
    return !str_equal(state, "ahead") && !str_equal(state, "dropped");
}

/* What is served now is not to come once more. */
static void add_planned(struct json *stops, const struct json *planned, const struct json *now)
{
    for (const struct json *stop = json_first(planned); stop; stop = json_next(stop)) {
        struct json *copy = json_copy(stop), *services = json_new_array();
        const struct json *wanted = json_get(stop, "services");
        for (const struct json *one = json_first(wanted); one; one = json_next(one))
            if (!json_has_text(json_get(now, "services"), json_as_text(one)))
                json_add_text(services, json_as_text(one));
        json_set(copy, "services", services);
        if (json_count(services))
            json_add(stops, copy);
        else
            json_free(&copy);
    }
}

/* One stop a queue, however often somebody thinks better of it. */
static void add_dropped(struct json *stops, const struct json *old, const char *service)
{
    struct json *dropped = NULL;
    for (const struct json *stop = json_first(stops); stop && !dropped; stop = json_next(stop))
        if (str_equal(json_text(stop, "state"), "dropped") &&
            str_equal(json_text(stop, "queue"), json_text(old, "queue")))
            dropped = json_take(stops, stop);
    if (!dropped) {
        dropped = json_copy(old);
        json_set_text(dropped, "state", "dropped");
        json_set(dropped, "services", json_new_array());
    }
    if (!json_has_text(json_get(dropped, "services"), service))
        json_add_text(json_edit(dropped, "services"), service);
    json_add(stops, dropped);
}

/* What is over and what is now stay, then comes what is planned; what is left out, each service of it, stays to be seen. */
static struct json *replaced(const struct json *row, const struct json *planned)
{
    const struct json *old = json_get(row, "stops"), *now = visit_stop_now(row);
    struct json *stops = json_new_array();
    for (const struct json *stop = json_first(old); stop; stop = json_next(stop))
        if (is_over_or_now(stop))
            json_add(stops, json_copy(stop));
    add_planned(stops, planned, now);
    for (const struct json *stop = json_first(old); stop; stop = json_next(stop)) {
        const struct json *services = is_over_or_now(stop) ? NULL : json_get(stop, "services");
        for (const struct json *one = json_first(services); one; one = json_next(one))
            if (!is_listed(planned, json_as_text(one)) &&
                !json_has_text(json_get(now, "services"), json_as_text(one)))
                add_dropped(stops, stop, json_as_text(one));
    }
    return stops;
}

/* Of each service that is new to the visit: its queue can be called from here, and it has a number left. A visit of a later
 * day waits here for its day, whoever has the queue now. */
static enum err need_new_possible(struct call *c, const struct json *row, int64_t at_ms,
                                  const struct json *services)
{
    char today[DATE_TEXT];
    time_date(c->tx->now_ms, today);
    const char *day = json_text_or(row, "day", today);
    for (const struct json *service = json_first(services); service; service = json_next(service)) {
        struct json *queue;
        if (visit_is_for(row, row_id(service)))
            continue;
        TRY(load_named(c, TABLE_QUEUE, "services", json_text(service, "queue"), &queue));
        if (strcmp(day, today) <= 0)
            TRY(queue_need_here(c, queue, "services"));
        TRY(quota_need_left(c, service, at_ms, day, NULL));
    }
    return ERR_OK;
}

enum err ticket_stops(struct call *c)
{
    struct json *row;
    struct ticket ticket;
    struct visit_plan plan = {0};
    struct visit_wish wish = {.given = true, .at_ms = c->at_ms};
    int64_t gen;
    TRY(body_int(c, "gen", -1, &gen));
    TRY(body_array(c, "services", &wish.services));
    if (!wish.services)
        return refuse(
            c, "invalid_body", "services",
            "\"services\" is missing: what is still to come, or an empty list. Nothing was changed.");
    TRY(ticket_load(c, &row, &ticket));
    TRY(need_may_change(c, &ticket));
    if (gen >= 0 && gen != ticket.gen)
        return refuse(c, "gen_old", "gen",
                      "%s was given to someone else meanwhile. Nothing was changed: look at it again.",
                      ticket.number);
    if (ticket.appointment_ms > c->at_ms) /* the hours and numbers of the time that is booked */
        wish.at_ms = ticket.appointment_ms;
    TRY(visit_plan(c, &wish, &plan));
    TRY(need_new_possible(c, row, wish.at_ms, plan.services));
    need_stops(row);
    json_set(row, "stops", replaced(row, plan.stops));
    visit_moved(row);
    json_set_null(row, "before"); /* an undo would bring the old ones back … */
    if (json_edit(row, "moved"))  /* … and so would that of a move */
        json_remove(json_edit(row, "moved"), "visit");
    row_stamp(c, row, "stops");
    TRY(save(c, TABLE_TICKET, row));
    ticket_answer(c, row);
    return ERR_OK;
}
