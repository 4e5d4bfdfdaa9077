/* core/command/heads.c: see heads.h. Knows no rule and no counter. */
#include "core/command/heads.h"

#include "core/base/clock.h"

enum { HEADS = RULE_HEADS };

/* Left out of the plain lists: who was sent to a counter or person, and who has a place of their own. COALESCE
 * keeps the planner from taking these for a key, and <= from taking hardly anyone to be left (of an expression that equals
 * something PostgreSQL believes one in 200, of three in a row nobody): it would read and sort all who wait. */
#define FREE       "AND COALESCE(counter, '') <= '' AND COALESCE(user_, '') <= '' "
#define BY_ARRIVAL "AND COALESCE(place_at, '') <= '' "
#define WALK_IN    "AND COALESCE(appointment_at, '') <= '' "
/* A booking for a later day has not come: it waits for its day, not for a call. */
#define COME "AND arrived_at > '' "

/* $1 queue, $2 limit */
static const char sql_arrived[] = /* tickets_arrival */
    "SELECT row, arrived_at, number FROM tickets WHERE queue = $1 AND state = 'waiting' " COME FREE BY_ARRIVAL
    "ORDER BY arrived_at, number LIMIT $2";
static const char sql_placed[] = /* tickets_place */
    "SELECT row, place_at, number FROM tickets WHERE queue = $1 AND state = 'waiting' AND place_at > '' " COME
        FREE "ORDER BY place_at, number LIMIT $2";
static const char sql_priority[] = /* tickets_queue */
    "SELECT row, priority_class, arrived_at, number FROM tickets WHERE queue = $1 AND state = 'waiting'"
    " AND priority_class > 0 " COME FREE BY_ARRIVAL "ORDER BY priority_class, arrived_at, number LIMIT $2";
static const char sql_ordinary[] = /* tickets_queue */
    "SELECT row, arrived_at, number FROM tickets WHERE queue = $1 AND state = 'waiting'"
    " AND priority_class = 0 " COME FREE BY_ARRIVAL "ORDER BY arrived_at, number LIMIT $2";
static const char sql_booked[] = /* tickets_booked */
    "SELECT row, appointment_at, number FROM tickets WHERE queue = $1 AND state = 'waiting'"
    " AND appointment_at > '' " COME FREE BY_ARRIVAL "ORDER BY appointment_at, number LIMIT $2";
static const char sql_urgent[] = /* tickets_queue */
    "SELECT row, priority_class, arrived_at, number FROM tickets WHERE queue = $1 AND state = 'waiting'"
    " AND priority_class > 0 " COME FREE BY_ARRIVAL WALK_IN
    "ORDER BY priority_class, arrived_at, number LIMIT $2";
static const char sql_walk_in[] = /* tickets_queue */
    "SELECT row, arrived_at, number FROM tickets WHERE queue = $1 AND state = 'waiting'"
    " AND priority_class = 0 " COME FREE BY_ARRIVAL WALK_IN "ORDER BY arrived_at, number LIMIT $2";

/* $1 counter or person, $2 limit */
const char sql_sent_to_counter[] =
    "SELECT row, called_at FROM tickets WHERE counter = $1 AND state = 'waiting'"
    " ORDER BY called_at LIMIT $2"; /* tickets_counter */
const char sql_sent_to_user[] = "SELECT row, called_at FROM tickets WHERE user_ = $1 AND state = 'waiting'"
                                " ORDER BY called_at LIMIT $2"; /* tickets_user */

static const struct head_list lists[RULE_COUNT][HEAD_LISTS] = {
    [RULE_FIFO] = {{sql_arrived, HEADS}, {sql_placed, HEADS_FAR}},
    [RULE_WEIGHTED] = {{sql_arrived, HEADS}, {sql_placed, HEADS_FAR}},
    [RULE_PRIORITY] = {{sql_priority, HEADS}, {sql_ordinary, HEADS}, {sql_placed, HEADS_FAR}},
    [RULE_APPOINTMENTS] = {{sql_booked, HEADS_FAR},
                           {sql_urgent, HEADS_FAR},
                           {sql_walk_in, HEADS_FAR},
                           {sql_placed, HEADS_FAR}},
};

const struct head_list *head_lists(enum rule_kind kind)
{
    return lists[kind];
}

static int64_t time_or_zero(const struct json *row, const char *name)
{
    int64_t ms;
    const char *text = json_text(row, name);
    return text && time_parse(text, &ms) ? ms : 0;
}

struct candidate head_candidate(const struct json *ticket, const char *counter, const char *user)
{
    int64_t place_ms = time_or_zero(ticket, "place_at");
    const char *to_counter = json_text_or(ticket, "counter", ""), *to_user = json_text_or(ticket, "user", "");
    return (struct candidate){
        .number = json_text_or(ticket, "number", ""),
        .queue = json_text_or(ticket, "queue", ""),
        .arrived_ms = place_ms ? place_ms : time_or_zero(ticket, "arrived_at"),
        .booked_ms = time_or_zero(ticket, "appointment_at"),
        .last_call_ms = time_or_zero(ticket, "last_call_at"),
        .priority = (int)json_int(ticket, "priority_class", 0),
        .own = (*to_counter && str_equal(to_counter, counter)) || (*to_user && str_equal(to_user, user)),
    };
}

bool counter_serves(const struct json *counter, const char *queue)
{
    const struct json *queues = json_get(counter, "queues");
    for (const struct json *q = json_first(queues); q; q = json_next(q))
        if (str_equal(json_text(q, "queue"), queue))
            return true;
    return false;
}

bool row_is_closing(const struct json *counter)
{
    return str_equal(json_text(json_get(counter, "closing"), "state"), "approved");
}

bool counter_is_closing(const struct json *counter, int64_t now_ms)
{
    return row_is_closing(counter) && time_or_zero(json_get(counter, "closing"), "from") <= now_ms;
}

bool counter_still_calls(const struct json *counter, const struct json *ticket, const char *user,
                         int64_t now_ms)
{
    const struct json *closing = json_get(counter, "closing");
    if (!counter_is_closing(counter, now_ms) ||
        head_candidate(ticket, json_text_or(counter, "id", ""), user).own)
        return true;
    return json_has_text(json_get(closing, "queues"), json_text_or(ticket, "queue", "")) &&
           time_or_zero(ticket, "arrived_at") <= time_or_zero(closing, "from");
}
