/* core/command/ticket_check_in.c: a booked person comes, early, late or on another day, or asks for another time.
 *
 * Until then a booking of today has its time in the queue and nobody knows whether its person is there; one of a later day
 * is in no queue (ticket_issue.c, core/hall/day.c). Where they stand once they have come is the rule's own matter
 * (core/model/rule.h): "appointments" goes by the time booked, the others by arrival. */
#include <string.h>

#include "core/command/queues.h"
#include "core/command/ticket_row.h"

enum {
    MINUTE_MS = 60 * 1000,
    SLOT_MIN = 10 /* until a desk is free: the step of the merge, PROTOCOL.md section 4 */
};

struct booking {
    struct json *row, *queue;
    struct ticket ticket;
    int64_t at_ms; /* of the appointment */
    char today[DATE_TEXT];
    bool is_today, was_here; /* was_here: counted among those who wait */
};

static enum err load_booking(struct call *c, struct booking *b)
{
    TRY(ticket_load(c, &b->row, &b->ticket));
    time_date(c->at_ms, b->today);
    b->at_ms = row_time(b->row, "appointment_at");
    b->was_here = row_time(b->row, "arrived_at") >= 0;
    b->is_today = str_equal(json_text(b->row, "day"), b->today);
    if (b->ticket.state != TICKET_WAITING)
        return refuse(c, "not_waiting", "ticket",
                      "%s does not wait any more. Nothing was changed: look at it again.", b->ticket.number);
    if (b->at_ms < 0)
        return refuse(c, "not_booked", "ticket", "%s is not booked: it waits already. Nothing was changed.",
                      b->ticket.number);
    return load_named(c, TABLE_QUEUE, "ticket", b->ticket.queue, &b->queue);
}

/* Another day, or another time of the day, takes a number there. */
static enum err need_quota(struct call *c, const struct booking *b, int64_t at_ms, const char *day)
{
    return visit_need_quota(c, b->row, at_ms, day);
}

/* The number of another day is none of this day's: a new one is given, and the one that the person has in their hand stays
 * readable beside it. At a workstation there is none until the hall gives it. */
static enum err move_to_day(struct call *c, struct booking *b, const char *day)
{
    char number[TICKET_NUMBER];
    const char *prefix = json_text_or(b->queue, "prefix", json_text_or(b->queue, "code", ""));
    if (str_equal(json_text(b->row, "day"), day))
        return ERR_OK;
    if (json_text(b->row, "number"))
        json_set_text(b->row, "printed", json_text(b->row, "number"));
    json_set_text(b->row, "day", day);
    json_set_null(b->row, "number");
    if (c->tx->predicting)
        return ERR_OK;
    TRY(ticket_number_next(c, day, prefix, number));
    json_set_text(b->row, "number", number);
    return ERR_OK;
}

/* Whoever keeps the time booked is called then, however many walk in before; the others are behind those who are there. */
static enum err foretell(struct call *c, struct booking *b, int64_t *ahead, int64_t minutes[2])
{
    struct rule_queue rule = {0};
    int64_t booked_ms = row_time(b->row, "appointment_at");
    queue_rule_now(c, b->queue, &rule);
    bool keeps = rule.kind == RULE_APPOINTMENTS && booked_ms >= 0;
    json_set_text(answer(c), "place", keeps ? "booked" : "arrival");
    if (queue_promise_told(c, ahead, minutes))
        return ERR_OK;
    TRY(queue_promise(c, row_id(b->queue), b->ticket.priority, ahead, minutes));
    *ahead -= b->was_here && *ahead > 0;
    if (!keeps)
        return ERR_OK;
    *ahead = 0;
    minutes[0] = booked_ms > c->at_ms ? (booked_ms - c->at_ms) / MINUTE_MS : 0;
    minutes[1] = minutes[0] + SLOT_MIN;
    return ERR_OK;
}

static enum err put_back(struct call *c, struct booking *b, const char *event)
{
    bool here = row_time(b->row, "arrived_at") >= 0;
    int64_t ahead = 0, minutes[2] = {0};
    if (here)
        TRY(foretell(c, b, &ahead, minutes));
    json_set_null(b->row, "before"); /* nothing before it is undone any more */
    row_stamp(c, b->row, event);
    ticket_promise_put(c, b->row, here, ahead, minutes);
    TRY(save(c, TABLE_TICKET, b->row));
    ticket_answer(c, b->row);
    return ERR_OK;
}

/* --- ticket.check_in --- */

/* How late a booking still counts as one: the hall's policy; without one, all day. */
static enum err is_lapsed(struct call *c, const struct booking *b, bool *lapsed)
{
    struct json *hall;
    TRY(load_hall(c, &hall));
    int64_t late_min = json_int(json_get(hall, "policy"), "booking_late_min", -1);
    *lapsed = late_min >= 0 && c->at_ms - b->at_ms > late_min * MINUTE_MS;
    return ERR_OK;
}

/* The time that was booked stays on the row, for whoever asks why. */
static void become_walk_in(struct booking *b)
{
    json_set_text(b->row, "booked_at", json_text(b->row, "appointment_at"));
    json_set_null(b->row, "appointment_at");
}

static void tell_time(struct call *c, const struct booking *b)
{
    int64_t late_min = (c->at_ms - b->at_ms) / MINUTE_MS;
    if (b->is_today && late_min < 0)
        json_set_int(answer(c), "early_min", -late_min);
    else if (b->is_today && late_min > 0)
        json_set_int(answer(c), "late_min", late_min);
}

static enum err need_today(struct call *c, const struct booking *b)
{
    char clock[CLOCK_TEXT];
    time_clock(b->at_ms, clock);
    if (b->is_today)
        return ERR_OK;
    json_set_text(answer(c), "day", json_text(b->row, "day"));
    return refuse(c, "other_day", "ticket",
                  "%s is booked for %s at %s. Nothing was changed: take it as a walk-in of today, or book it "
                  "for another time.",
                  b->ticket.number, json_text_or(b->row, "day", "another day"), clock);
}

enum err ticket_check_in(struct call *c)
{
    struct booking b = {0};
    bool walk_in, lapsed;
    TRY(body_bool(c, "walk_in", &walk_in));
    TRY(load_booking(c, &b));
    if (row_time(b.row, "checked_in_at") >= 0)
        return refuse(c, "already_checked_in", "ticket", "%s is checked in already. Nothing was changed.",
                      b.ticket.number);
    TRY(queue_need_here(c, b.queue, "ticket"));
    if (!walk_in)
        TRY(need_today(c, &b));
    if (!b.is_today) {
        const char *late_reason = NULL;
        TRY(queue_need_hours(c, b.queue, c->at_ms, &late_reason));
        TRY(need_quota(c, &b, c->at_ms, b.today));
        if (late_reason)
            json_set_text(b.row, "late_reason", late_reason);
    }
    TRY(is_lapsed(c, &b, &lapsed));
    tell_time(c, &b);
    json_set_bool(answer(c), "lapsed", lapsed && !walk_in);
    if (walk_in || lapsed)
        become_walk_in(&b);
    TRY(move_to_day(c, &b, b.today));
    row_set_time(b.row, "arrived_at", c->at_ms);
    row_set_time(b.row, "checked_in_at", c->at_ms);
    return put_back(c, &b, "check_in");
}

/* --- ticket.rebook --- */

enum err ticket_rebook(struct call *c)
{
    struct booking b = {0};
    char day[DATE_TEXT];
    int64_t to_ms;
    TRY(body_time(c, "appointment_at", &to_ms));
    if (to_ms < 0)
        return refuse(c, "invalid_body", "appointment_at",
                      "\"appointment_at\" is missing: for which time? Nothing was changed.");
    if (to_ms <= c->at_ms)
        return refuse(c, "time_over", "appointment_at",
                      "That time is over. Nothing was changed: choose a later one.");
    TRY(load_booking(c, &b));
    time_date(to_ms, day);
    bool is_today = str_equal(day, b.today);
    if (is_today)
        TRY(queue_need_here(c, b.queue, "ticket"));
    TRY(need_quota(c, &b, to_ms, day));
    TRY(move_to_day(c, &b, day));
    row_set_time(b.row, "appointment_at", to_ms);
    row_set_time(b.row, "arrived_at", is_today ? c->at_ms : -1);
    row_set_time(b.row, "checked_in_at", -1);
    return put_back(c, &b, "rebook");
}
