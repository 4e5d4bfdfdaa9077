/* core/command/ticket_issue.c: ticket.issue: a citizen gets a number in a queue.
 *
 * At the workstation, while it predicts, there is no number: the hall gives it, so that no two people ever have
 * the same. A workstation that does not reach the hall gives one of its own, out of the numbers that begin with the
 * label it leased ("W7-P001"), and names it in the body: it is on paper by then, so the hall takes it as it is. Only if
 * another ticket of that day has it, as after a restore, the later one is numbered anew, and a dispute says so. */
#include <string.h>

#include "core/command/queues.h"
#include "core/command/ticket_row.h"
#include "core/command/visit_row.h"

enum { CHANNEL_MAX = 40, CLASS_MAX = 9 };

struct wish {
    struct json *queue;
    const char *service;       /* NULL: only a queue was named */
    const struct json *limits; /* … its row */
    const char *channel, *language, *person, *visit;
    const struct json *services; /* several: a visit, in the order that is wished; NULL: one */
    bool given;                  /* … as they stand */
    struct visit_plan plan;      /* … their stops */
    const char *number;          /* given without the hall; NULL: none */
    const char *late_reason;     /* why it is given after the last ticket; NULL: it is not */
    int64_t appointment_ms;      /* -1: a walk-in */
    const struct json *priority; /* of the hall's list, or NULL */
    int class;
};

/* --- what is wished --- */

/* Several services: the number is of the queue of the first stop. Its queue is found when the order is. */
static enum err read_services(struct call *c, struct wish *wish)
{
    const char *order;
    TRY(body_array(c, "services", &wish->services));
    TRY(body_text(c, "order", &order));
    wish->given = str_equal(order, "given");
    if (order && !wish->given && !str_equal(order, "sensible"))
        return refuse(c, "invalid_body", "order", "\"order\" is given or sensible. No ticket was given.");
    if (!wish->services)
        return ERR_OK;
    if (json_get(c->body, "service") || json_get(c->body, "queue"))
        return refuse(c, "invalid_body", "services",
                      "Name \"services\", or one service or queue, not both. No ticket was given.");
    return json_count(wish->services)
               ? ERR_OK
               : refuse(c, "invalid_body", "services",
                        "\"services\" is empty: name at least one. No ticket was given.");
}

static enum err find_queue(struct call *c, struct wish *wish)
{
    const char *service, *queue;
    struct json *row = NULL;
    TRY(body_text(c, "service", &service));
    TRY(body_text(c, "queue", &queue));
    if (!service && !queue)
        return refuse(c, "invalid_body", "service", "Name a service or a queue. No ticket was given.");
    if (service)
        TRY(load(c, TABLE_SERVICE, "service", service, &row));
    wish->service = service;
    wish->limits = row;
    if (!queue)
        queue = json_text(row, "queue");
    if (str_empty(queue))
        return refuse(
            c, "no_queue", "service",
            "This service has no queue yet. No ticket was given: name a queue, or ask the supervisor.");
    return load_named(c, TABLE_QUEUE, "queue", queue, &wish->queue);
}

static bool is_for_today(const struct call *c, const struct wish *wish);

/* The stops, and the first of them as if it alone had been asked for. What was told already needs no look at who waits. */
static enum err plan_visit(struct call *c, struct wish *wish)
{
    bool told = c->tx->predicting && json_get(c->command->told, "visit_min");
    struct visit_wish visit = {.services = wish->services,
                               .given = wish->given,
                               .priority_class = wish->class,
                               .at_ms = wish->appointment_ms >= 0 ? wish->appointment_ms : c->at_ms};
    visit.today = is_for_today(c, wish) && !(told && wish->given);
    TRY(visit_plan(c, &visit, &wish->plan));
    const struct json *first = json_first(wish->plan.stops);
    wish->service = json_as_text(json_at(json_get(first, "services"), 0));
    for (int i = 0; told && i < 2; i++)
        wish->plan.minutes[i] =
            json_as_int(json_at(json_get(c->command->told, "visit_min"), (size_t)i), wish->plan.minutes[i]);
    return load_named(c, TABLE_QUEUE, "services", json_text(first, "queue"), &wish->queue);
}

static bool is_priority(const struct json *priority, const char *code, int64_t class)
{
    return code ? str_equal(json_text(priority, "code"), code) : json_int(priority, "class", 0) == class;
}

/* body.priority: a code of the hall's list, {"code"} as in the row, or the class as a number. */
static enum err find_priority(struct call *c, struct wish *wish)
{
    struct json *hall;
    const struct json *named = json_get(c->body, "priority");
    const char *code = json_is_object(named) ? json_text(named, "code") : json_as_text(named);
    int64_t class = json_is_integer(named) ? json_as_int(named, 0) : 0;
    if (!named || json_is_null(named) || (code && !*code))
        return ERR_OK;
    if (!code && (class < 1 || class > CLASS_MAX))
        return refuse(c, "invalid_body", "priority",
                      "\"priority\" must be a code of the hall's list. Leave it out "
                      "for an ordinary ticket.");
    TRY(load_hall(c, &hall));
    const struct json *list = json_get(hall, "priorities");
    for (const struct json *p = json_first(list); p && !wish->priority; p = json_next(p))
        if (is_priority(p, code, class))
            wish->priority = p;
    if (!wish->priority && code)
        return refuse(c, "unknown_priority", "priority",
                      "This hall has no priority \"%.40s\". No ticket was given: choose one of its list.",
                      code);
    wish->class = wish->priority ? (int)json_int(wish->priority, "class", 0) : (int)class;
    return ERR_OK;
}

/* "W7-P001" for prefix "P": a leased label, the queue's prefix, digits. */
static bool is_leased(const char *number, const char *prefix)
{
    static const char digits[] = "0123456789";
    const char *dash = strchr(number, '-');
    size_t length = strlen(prefix);
    if (number[0] != 'W' || !dash || dash == number + 1 ||
        strspn(number + 1, digits) != (size_t)(dash - number - 1))
        return false;
    const char *count = dash + 1 + length;
    return str_starts(dash + 1, prefix) && strlen(count) >= 3 && count[strspn(count, digits)] == '\0';
}

static const char *prefix_of(const struct wish *wish)
{
    /* A mobile hall numbers out of the block that it leased. */
    return json_text_or(wish->queue, "prefix", json_text_or(wish->queue, "code", ""));
}

static enum err read_number(struct call *c, struct wish *wish)
{
    TRY(body_text(c, "number", &wish->number));
    if (!wish->number)
        return ERR_OK;
    if (strlen(wish->number) < TICKET_NUMBER && is_leased(wish->number, prefix_of(wish)))
        return ERR_OK;
    return refuse(c, "invalid_body", "number",
                  "\"%.40s\" is none of this workstation's own numbers. Leave it out: the hall gives one.",
                  wish->number);
}

static enum err read_wish(struct call *c, struct wish *wish)
{
    TRY(read_services(c, wish));
    TRY(find_priority(c, wish));
    TRY(body_time(c, "appointment_at", &wish->appointment_ms));
    TRY(wish->services ? plan_visit(c, wish) : find_queue(c, wish));
    TRY(read_number(c, wish));
    TRY(body_text(c, "channel", &wish->channel));
    TRY(body_text(c, "language", &wish->language));
    TRY(body_text(c, "visit", &wish->visit));
    if (wish->channel && strlen(wish->channel) > CHANNEL_MAX)
        return refuse(c, "invalid_body", "channel",
                      "\"channel\" is one short word, such as walk_in or kiosk.");
    if (wish->language && strlen(wish->language) > CHANNEL_MAX)
        return refuse(c, "invalid_body", "language", "\"language\" is a code such as az, id, en or ru.");
    return person_resolve(c, &wish->person);
}

/* The day that the ticket is for: a booking waits for its own. */
static void day_of(const struct call *c, const struct wish *wish, char day[DATE_TEXT])
{
    int64_t now_ms = json_get(c->body, "number")
                         ? c->at_ms
                         : c->tx->now_ms; /* a printed number is of the day that it was given */
    time_date(wish->appointment_ms > now_ms ? wish->appointment_ms : now_ms, day);
}

static bool is_for_today(const struct call *c, const struct wish *wish)
{
    char day[DATE_TEXT], today[DATE_TEXT];
    day_of(c, wish, day);
    time_date(c->tx->now_ms, today);
    return strcmp(day, today) <= 0;
}

/* Whom a clerk gives a number stands before them; who books from outside comes with the booking's time (core/hall/day.h). */
static bool is_here_today(const struct call *c, const struct wish *wish)
{
    return is_for_today(c, wish) && !(c->actor->machine && wish->appointment_ms > c->at_ms);
}

/* What is printed is in somebody's hand: it stays given. A computer that prints asks all the same. */
static enum err need_quota(struct call *c, const struct wish *wish)
{
    char day[DATE_TEXT];
    int64_t at_ms = wish->appointment_ms > c->at_ms ? wish->appointment_ms : c->at_ms;
    bool printed = wish->number && !c->tx->predicting;
    if (printed || !wish->service)
        return ERR_OK;
    day_of(c, wish, day);
    if (!wish->services)
        return quota_need_left(c, wish->limits, at_ms, day, NULL);
    for (const struct json *one = json_first(wish->plan.services); one; one = json_next(one))
        TRY(quota_need_left(c, one, at_ms, day, NULL));
    return ERR_OK;
}

/* A booking has its own time; what is printed stays given, as with quotas. */
static enum err need_hours(struct call *c, struct wish *wish)
{
    bool printed = wish->number && !c->tx->predicting;
    if (printed || wish->appointment_ms >= 0)
        return ERR_OK;
    for (const struct json *stop = json_first(wish->plan.stops); stop; stop = json_next(stop)) {
        struct json *queue;
        TRY(load_named(c, TABLE_QUEUE, "services", json_text(stop, "queue"), &queue));
        TRY(queue_need_hours(c, queue, c->at_ms, &wish->late_reason));
    }
    return queue_need_hours(c, wish->queue, c->at_ms, &wish->late_reason);
}

/* A bus has the queue: it gives today's numbers itself; a booking for a later day waits here for the queue. */
static enum err need_queue_here(struct call *c, const struct wish *wish)
{
    if (!is_for_today(c, wish))
        return ERR_OK;
    for (const struct json *stop = json_first(wish->plan.stops); stop; stop = json_next(stop)) {
        struct json *queue;
        TRY(load_named(c, TABLE_QUEUE, "services", json_text(stop, "queue"), &queue));
        TRY(queue_need_here(c, queue, "services"));
    }
    return queue_need_here(c, wish->queue, "queue");
}

/* --- the ticket --- */

static struct json *priority_json(const struct wish *wish)
{
    if (!wish->class)
        return json_new_null();
    struct json *json = json_new_object();
    json_set_text(json, "code", wish->priority ? json_text(wish->priority, "code") : NULL);
    json_set_int(json, "class", wish->class);
    return json;
}

static void write_wish(struct json *row, const struct wish *wish)
{
    json_set_text(row, "queue", row_id(wish->queue));
    json_set_text(row, "service", wish->service);
    json_set_text(row, "visit", wish->visit ? wish->visit : row_id(row));
    json_set_text(row, "agency", json_text(wish->queue, "agency"));
    json_set_text(row, "channel", wish->channel ? wish->channel : "walk_in");
    json_set(row, "priority", priority_json(wish));
    json_set_int(row, "priority_class", wish->class);
    json_set_text(row, "person", wish->person);
    json_set_text(row, "language", wish->language);
    if (wish->late_reason)
        json_set_text(row, "late_reason", wish->late_reason);
    row_set_time(row, "appointment_at", wish->appointment_ms);
}

/* The printed number stays readable beside the new one: the person has it in their hand. */
static enum err number_anew(struct call *c, struct json *row, const struct wish *wish, const char *day)
{
    char prefix[TICKET_NUMBER], number[TICKET_NUMBER], sentence[300];
    size_t label = (size_t)(strchr(wish->number, '-') - wish->number) + 1;
    str_format(prefix, sizeof prefix, "%.*s%s", (int)label, wish->number, prefix_of(wish));
    TRY(ticket_number_next(c, day, prefix, number));
    json_set_text(row, "number", number);
    json_set_text(row, "printed", wish->number);
    str_format(sentence, sizeof sentence,
               "%s was given to two people that day: this ticket is %s now. Tell whoever holds it.",
               wish->number, number);
    return dispute_open(c, row, "number_clash", sentence);
}

static enum err take_number(struct call *c, struct json *row, const struct wish *wish, const char *day)
{
    bool taken = false;
    json_set_text(row, "number", wish->number);
    if (c->tx->predicting)
        return ERR_OK;
    TRY(ticket_number_taken(c, day, wish->number, &taken));
    return taken ? number_anew(c, row, wish, day) : ERR_OK;
}

static enum err give_number(struct call *c, struct json *row, const struct wish *wish)
{
    char number[TICKET_NUMBER], day[DATE_TEXT];
    day_of(c, wish, day);
    json_set_text(row, "day", day);
    json_set_null(row, "number");
    if (wish->number)
        return take_number(c, row, wish, day);
    if (c->tx->predicting)
        return ERR_OK;
    TRY(ticket_number_next(c, day, prefix_of(wish), number));
    json_set_text(row, "number", number);
    return ERR_OK;
}

static struct json *minutes_json(const int64_t minutes[2])
{
    struct json *json = json_new_array();
    json_add(json, json_new_int(minutes[0]));
    json_add(json, json_new_int(minutes[1]));
    return json;
}

void ticket_promise_put(struct call *c, struct json *row, bool is_here, int64_t ahead,
                        const int64_t minutes[2])
{
    json_set(row, "promise_min", is_here ? minutes_json(minutes) : json_new_null());
    json_set_int(row, "ahead", is_here ? ahead : 0);
    json_set_int(answer(c), "ahead", is_here ? ahead : 0);
    json_set(answer(c), "estimate_min", is_here ? minutes_json(minutes) : json_new_null());
}

/* One stop for one service needs no list. The whole visit's time is told and kept like the promise of the first call. */
static void put_stops(struct call *c, struct json *row, const struct wish *wish, bool today)
{
    if (json_count(wish->services) < 2)
        return;
    json_set(row, "stops", json_copy(wish->plan.stops));
    visit_begin(row, json_text(row, "arrived_at"));
    json_set(row, "visit_min", today ? minutes_json(wish->plan.minutes) : json_new_null());
    json_set(answer(c), "visit_min", today ? minutes_json(wish->plan.minutes) : json_new_null());
}

/* A record with the identity of one long done must not begin its ticket anew. A workstation may look ahead at a
 * ticket that has come back from the hall already. */
static enum err need_new(struct call *c, const char *id)
{
    struct json *there;
    if (c->tx->predicting)
        return ERR_OK;
    TRY(peek(c, TABLE_TICKET, id, &there));
    if (there)
        return refuse(c, "ticket_exists", "", "%s was issued already. Nothing was changed.",
                      json_text_or(there, "number", "This ticket"));
    return ERR_OK;
}

enum err ticket_issue(struct call *c)
{
    struct wish wish = {.appointment_ms = -1};
    struct ticket ticket;
    char id[UUID_TEXT];
    int64_t ahead, minutes[2];
    tx_new_id(c->tx, id); /* first, so that it is the same whatever else the command makes */
    TRY(read_wish(c, &wish));
    TRY(need_queue_here(c, &wish));
    TRY(need_hours(c, &wish));
    TRY(need_quota(c, &wish));
    bool today = is_here_today(c, &wish);
    if (!queue_promise_told(c, &ahead, minutes))
        TRY(queue_promise(c, row_id(wish.queue), wish.class, &ahead, minutes));
    TRY(need_new(c, id));
    struct json *row = row_new(c, id);
    TRY(give_number(c, row, &wish));
    write_wish(row, &wish);
    ticket_init(&ticket);
    str_copy(ticket.queue, sizeof ticket.queue, row_id(wish.queue));
    row_set_time(row, "arrived_at", today ? c->at_ms : -1); /* else on its day, or when it is checked in */
    ticket_write(&ticket, row);
    put_stops(c, row, &wish, today);
    ticket_promise_put(c, row, today, ahead, minutes);
    row_stamp(c, row, "issue");
    TRY(save(c, TABLE_TICKET, row));
    ticket_answer(c, row);
    return ERR_OK;
}
