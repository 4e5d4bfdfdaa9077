/* core/command/visit_row.c: see visit_row.h. */
#include "core/command/visit_row.h"

#include "core/base/clock.h"

static bool is_in(const struct json *stop, const char *state)
{
    return str_equal(json_text(stop, "state"), state);
}

static const struct json *find_state(const struct json *ticket, const char *state, int nth)
{
    const struct json *stops = json_get(ticket, "stops");
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop))
        if (is_in(stop, state) && nth-- == 0)
            return stop;
    return NULL;
}

const struct json *visit_stop_now(const struct json *ticket)
{
    return find_state(ticket, "now", 0);
}

const struct json *visit_stop_ahead(const struct json *ticket, int nth)
{
    return find_state(ticket, "ahead", nth);
}

int visit_ahead(const struct json *ticket)
{
    int count = 0;
    while (visit_stop_ahead(ticket, count))
        count++;
    return count;
}

bool visit_is_for(const struct json *ticket, const char *service)
{
    const struct json *stops = json_get(ticket, "stops");
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop))
        if (!is_in(stop, "dropped") && json_has_text(json_get(stop, "services"), service))
            return true;
    return str_equal(json_text(ticket, "service"), service);
}

bool visit_takes_number(const struct json *ticket, const char *service)
{
    const struct json *stops = json_get(ticket, "stops");
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop))
        if ((is_in(stop, "done") || is_in(stop, "missed")) &&
            json_has_text(json_get(stop, "services"), service))
            return true;
    return !str_equal(json_text(ticket, "state"), "cancelled") && visit_is_for(ticket, service);
}

/* --- building --- */

struct json *visit_add_stop(struct json *stops, const char *queue)
{
    struct json *stop = json_new_object();
    json_set_text(stop, "queue", queue);
    json_set(stop, "services", json_new_array());
    json_set_text(stop, "state", "ahead");
    json_add(stops, stop);
    return stop;
}

static void set_time(struct json *row, const char *name, int64_t ms)
{
    char text[TIME_TEXT];
    if (ms > 0)
        time_text(ms, text);
    json_set_text(row, name, ms > 0 ? text : NULL);
}

static void join(struct json *now, const struct json *other)
{
    const struct json *more = json_get(other, "services");
    for (const struct json *one = json_first(more); one; one = json_next(one))
        if (!json_has_text(json_get(now, "services"), json_as_text(one)))
            json_add_text(json_edit(now, "services"), json_as_text(one));
}

/* The stops again, each as change makes it: an array is not edited in its place. False of change: the stop is
 * left out. */
typedef bool each(struct json *stop, void *ctx);
static void each_stop(struct json *ticket, each *change, void *ctx)
{
    const struct json *stops = json_get(ticket, "stops");
    struct json *again = json_new_array();
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop)) {
        struct json *copy = json_copy(stop);
        if (change(copy, ctx))
            json_add(again, copy);
        else
            json_free(&copy);
    }
    json_set(ticket, "stops", again);
}

/* --- one stop after the other --- */

struct going {
    const struct ticket *was;
    const struct ticket_act *act;
    const char *queue; /* of the row now */
    struct json *ticket;
    const struct json *joined; /* the stop to come that became part of the one that is now */
};

static void put_facts(struct json *stop, const struct going *going)
{
    const struct ticket *was = going->was;
    int64_t now_ms = going->act->now_ms;
    int64_t holding_ms = was->held_at_ms && now_ms > was->held_at_ms ? now_ms - was->held_at_ms : 0;
    json_set_text(stop, "counter", was->counter);
    json_set_text(stop, "user", was->user);
    set_time(stop, "called_at", was->called_ms);
    set_time(stop, "started_at", was->started_ms);
    set_time(stop, "finished_at", now_ms);
    json_set_int(stop, "held_ms", was->held_ms + holding_ms);
}

static void end_stop(struct json *stop, const struct going *going)
{
    const struct json *missing = json_get(going->ticket, "missing");
    enum ticket_event event = going->act->event;
    json_set_text(stop, "state",
                  event == TICKET_MISS     ? "missed"
                  : event == TICKET_CANCEL ? "dropped"
                                           : "done");
    put_facts(stop, going);
    if (event == TICKET_MISS || event == TICKET_CANCEL)
        return;
    json_set_text(stop, "outcome", ticket_outcome_text(going->act->outcome));
    if (json_is_array(missing))
        json_set(stop, "missing", json_copy(missing));
}

static bool end_visit(struct json *stop, void *ctx)
{
    if (is_in(stop, "now"))
        end_stop(stop, ctx);
    else if (is_in(stop, "ahead"))
        json_set_text(stop, "state", "dropped");
    return true;
}

static bool begin_next(struct json *stop, void *ctx)
{
    struct going *going = ctx;
    if (is_in(stop, "now")) {
        end_stop(stop, going);
    } else if (is_in(stop, "ahead") && going->queue && str_equal(json_text(stop, "queue"), going->queue)) {
        json_set_text(stop, "state", "now");
        set_time(stop, "from", going->act->now_ms);
        json_set_text(going->ticket, "service", json_as_text(json_at(json_get(stop, "services"), 0)));
        going->queue = NULL; /* one */
    }
    return true;
}

/* A booked time was of the stop before. The papers that were missing there are told with it. */
static void go_on(struct json *ticket, struct going *going)
{
    each_stop(ticket, begin_next, going);
    json_set_null(ticket, "missing");
    json_set_null(ticket, "missing_why");
    if (!json_text(ticket, "appointment_at"))
        return;
    json_set_text(ticket, "booked_at", json_text(ticket, "appointment_at"));
    json_set_null(ticket, "appointment_at");
}

static bool follow_queue(struct json *stop, void *ctx)
{
    struct going *going = ctx;
    if (is_in(stop, "now")) {
        json_set_text(stop, "queue", going->queue);
        if (going->joined)
            join(stop, going->joined);
    }
    return !(is_in(stop, "ahead") && str_equal(json_text(stop, "queue"), going->queue));
}

void visit_moved(struct json *ticket)
{
    struct going going = {.queue = json_text_or(ticket, "queue", "")};
    struct json *joined = NULL;
    for (int i = 0; visit_stop_ahead(ticket, i) && !joined; i++)
        if (str_equal(json_text(visit_stop_ahead(ticket, i), "queue"), going.queue))
            joined = json_copy(visit_stop_ahead(ticket, i));
    going.joined = joined;
    if (visit_stop_now(ticket))
        each_stop(ticket, follow_queue, &going);
    json_free(&joined);
}

void visit_begin(struct json *ticket, const char *from)
{
    const struct json *first = json_first(json_get(ticket, "stops"));
    if (!first)
        return;
    char place[] = "/stops/0/state";
    json_set_pointer(ticket, place, json_new_text("now"));
    json_set_pointer(ticket, "/stops/0/from", json_new_text(from));
}

static bool close_stop(struct json *stop, void *ctx)
{
    const struct json *ticket = ctx;
    bool done = str_equal(json_text(ticket, "state"), "done");
    if (is_in(stop, "now") && done) {
        json_set_text(stop, "state", "done");
        json_set_text(stop, "outcome", json_text(ticket, "outcome"));
    } else if (is_in(stop, "now") || is_in(stop, "ahead")) {
        json_set_text(stop, "state", "dropped");
    }
    return true;
}

void visit_close(struct json *ticket)
{
    if (json_get(ticket, "stops"))
        each_stop(ticket, close_stop, ticket);
}

/* --- undo --- */

static const char *const kept[] = {"stops",     "service", "appointment_at",
                                   "booked_at", "missing", "missing_why"};

struct json *visit_kept(const struct json *ticket)
{
    if (!json_get(ticket, "stops"))
        return NULL;
    struct json *copy = json_new_object();
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (json_get(ticket, kept[i]))
            json_set(copy, kept[i], json_copy(json_get(ticket, kept[i])));
    return copy;
}

void visit_restore(struct json *ticket, const struct json *undone)
{
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        json_remove(ticket, kept[i]);
        if (json_get(undone, kept[i]))
            json_set(ticket, kept[i], json_copy(json_get(undone, kept[i])));
    }
}

/* False: the event changes no stop. */
static bool turn_stops(struct json *ticket, struct going *going)
{
    switch (going->act->event) {
    case TICKET_GO_ON:
        go_on(ticket, going);
        return true;
    case TICKET_FINISH:
    case TICKET_MISS:
    case TICKET_CANCEL:
        each_stop(ticket, end_visit, going);
        return true;
    case TICKET_TRANSFER:
        visit_moved(ticket);
        return true;
    default:
        return false;
    }
}

void visit_follow(struct json *ticket, const struct ticket *was, const struct ticket_act *act,
                  const struct json *undone)
{
    struct going going = {was, act, act->to_queue, ticket, NULL};
    struct json *before = visit_kept(ticket);
    if (act->event == TICKET_UNDO && undone)
        visit_restore(ticket, undone);
    else if (before && turn_stops(ticket, &going) && json_get(ticket, "before"))
        json_set(json_edit(ticket, "before"), "visit", json_copy(before));
    json_free(&before);
}

/* --- counted as tickets --- */

struct json *visit_part(const struct json *ticket, const struct json *stop)
{
    static const char *const facts[] = {"queue",      "counter",     "user",    "called_at",
                                        "started_at", "finished_at", "held_ms", "outcome"};
    bool first = stop == json_first(json_get(ticket, "stops"));
    if (!first && !json_text(stop, "from"))
        return NULL;
    struct json *part = json_copy(ticket);
    json_remove(part, "stops");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (json_get(stop, facts[i]))
            json_set(part, facts[i], json_copy(json_get(stop, facts[i])));
    json_set_text(part, "service", json_as_text(json_at(json_get(stop, "services"), 0)));
    if (is_in(stop, "done") || is_in(stop, "missed"))
        json_set_text(part, "state", is_in(stop, "done") ? "done" : "no_show");
    if (!first) { /* the promise was of the first */
        json_set_text(part, "arrived_at", json_text(stop, "from"));
        json_set_null(part, "promise_min");
    }
    return part;
}
