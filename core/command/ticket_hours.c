/* core/command/ticket_hours.c: a queue gives numbers in its own hours; the end of each is the time of the last ticket.
 *
 * Hours of a queue's row are those of a service (core/catalogue/hours.h). They are about walk-ins alone: a booking has its own
 * time, and whoever holds a number is served. After the last ticket the reception or a supervisor may give one all the same,
 * with a reason that stays on the ticket (body.late_reason; the hall's policy.late_tickets "supervisor" leaves it to them). */
#include "core/command/cases.h"
#include "core/command/queues.h"

#include "core/catalogue/hours.h"

enum { HOUR_MIN = 60 };

static bool read_hours(const struct json *hall, const struct json *queue, int64_t at_ms,
                       struct hours_now *hours)
{
    struct hall_calendar calendar;
    struct wall_time at = {0, 0};
    char day[DATE_TEXT];
    struct tm local;
    hall_calendar_read(hall, &calendar);
    time_date(at_ms, day);
    time_local(at_ms, &local);
    at.minute = HOUR_MIN * local.tm_hour + local.tm_min;
    return day_parse(day, &at.day) && hours_read(queue, &calendar.calendar, at, hours);
}

/* " From 2026-11-25 09:00 there are numbers again." */
static void next_sentence(const struct hours_now *hours, char out[80])
{
    char day[DATE_TEXT], clock[CLOCK_TEXT + 1] = "";
    out[0] = '\0';
    if (!hours->again)
        return;
    day_text(hours->next.day, day);
    if (hours->next.minute >= 0)
        str_format(clock, sizeof clock, " %02d:%02d", hours->next.minute / HOUR_MIN,
                   hours->next.minute % HOUR_MIN);
    str_format(out, 80, " From %s%s there are numbers again.", day, clock);
}

static bool may_give_late(const struct call *c, const struct json *hall)
{
    bool supervisors = str_equal(json_text(json_get(hall, "policy"), "late_tickets"), "supervisor");
    return is_role(c, supervisors ? ROLE_SUPERVISOR : ROLE_SUPERVISOR | ROLE_RECEPTION);
}

enum err queue_need_hours(struct call *c, const struct json *queue, int64_t at_ms, const char **late_reason)
{
    struct json *hall;
    struct hours_now hours;
    const char *reason;
    char next[80], clock[CLOCK_TEXT];
    bool foreseen = c->tx->predicting && c->command->told;
    TRY(body_text(c, "late_reason", &reason));
    TRY(load_hall(c, &hall));
    if (!read_hours(hall, queue, at_ms, &hours) || hours.open)
        return ERR_OK;
    bool may = may_give_late(c, hall);
    if (foreseen || (may && reason)) {
        *late_reason = reason;
        return ERR_OK;
    }
    next_sentence(&hours, next);
    time_clock(at_ms, clock);
    json_set_text(answer(c), "queue", row_id(queue));
    return refuse(
        c, "last_ticket_over", may ? "late_reason" : "",
        "At %s queue %s gives no numbers. No ticket was given; whoever holds a number is served.%s %s", clock,
        json_text_or(queue, "code", row_id(queue)), next,
        may ? "Give a reason to give one all the same."
            : "A supervisor may give one all the same, with a reason.");
}
