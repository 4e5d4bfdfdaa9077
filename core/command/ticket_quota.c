/* core/command/ticket_quota.c: a service whose quota is binding gives no number beyond it.
 *
 * Whoever stands before reception is told at once, with the time from which there are numbers again. A number that was printed
 * without the hall stays given, and so does what was foreseen once: nobody loses the ticket in their hand. */
#include "core/command/cases.h"
#include "core/command/queues.h"
#include "core/command/quota_tally.h"

enum { HOUR_MIN = 60 };

static enum err read_left(struct call *c, const struct json *service, int64_t at_ms, const char *day,
                          const char *moved, struct quota_now *quota, bool *said)
{
    static const char sql_day[] =
        "SELECT row, number FROM tickets WHERE day = $1 LIMIT $2"; /* tickets_number */
    struct quota_tally tally;
    struct hall_calendar hall_calendar;
    struct wall_time at = {0, 0};
    struct json *hall;
    struct tm local;
    TRY(load_hall(c, &hall));
    hall_calendar_read(hall, &hall_calendar);
    quota_tally_begin(&tally, service);
    tally.but = moved;
    struct stmt *s = tx_list(c->tx, sql_day, TABLE_TICKET, "day", day);
    db_bind_int(s, 2, QUOTA_TICKETS_MAX);
    TRY(quota_tally_count(s, &tally, 1));
    time_local(at_ms, &local);
    at.minute = HOUR_MIN * local.tm_hour + local.tm_min;
    *said = day_parse(day, &at.day) &&
            quota_read(service, &hall_calendar.calendar, keep(c, quota_tally_issued(&tally, day)), at, quota);
    return ERR_OK;
}

/* "from 2026-11-25 09:00"; without an hour where only the day is known. */
static const char *next_text(const struct quota_now *quota, char out[40])
{
    char day[DATE_TEXT];
    day_text(quota->next.day, day);
    if (quota->next.minute < 0)
        str_format(out, 40, "%s", day);
    else
        str_format(out, 40, "%s %02d:%02d", day, quota->next.minute / HOUR_MIN,
                   quota->next.minute % HOUR_MIN);
    return out;
}

enum err quota_need_left(struct call *c, const struct json *service, int64_t at_ms, const char *day,
                         const char *moved)
{
    struct quota_now quota;
    bool said = false;
    char next[40];
    bool foreseen = c->tx->predicting && c->command->told;
    if (foreseen || !json_bool(json_get(service, "quota"), "binding", false) || is_role(c, ROLE_SUPERVISOR))
        return ERR_OK;
    TRY(read_left(c, service, at_ms, day, moved, &quota, &said));
    if (!said || quota.left > 0)
        return ERR_OK;
    json_set_text(answer(c), "service", row_id(service)); /* of a visit to several */
    if (!quota.again)
        return refuse(c, "quota_used_up", "service",
                      "All %d numbers of this service are given. No ticket was given: ask the supervisor, "
                      "who may give one.",
                      quota.count);
    return refuse(c, "quota_used_up", "service",
                  "All %d numbers of this service are given. No ticket was given: there are numbers again "
                  "from %s; book one then, or ask the supervisor, who may give one now.",
                  quota.count, next_text(&quota, next));
}
