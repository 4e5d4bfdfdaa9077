/* core/command/quota_tally.c: see quota_tally.h. */
#include "core/command/quota_tally.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/command/visit_row.h"

enum { HOUR_MIN = 60 };

void quota_tally_begin(struct quota_tally *tally, const struct json *service)
{
    *tally = (struct quota_tally){.service = json_text_or(service, "id", "")};
    tally->slot_count = quota_slots(service, tally->slots);
}

/* A booking counts where it is booked for, a walk-in where it came. */
static int minute_of(const struct json *ticket)
{
    struct tm local;
    int64_t at_ms;
    const char *at = json_text_or(ticket, "appointment_at", json_text_or(ticket, "arrived_at", ""));
    if (!time_parse(at, &at_ms))
        return -1;
    time_local(at_ms, &local);
    return HOUR_MIN * local.tm_hour + local.tm_min;
}

static void count_ticket(struct quota_tally *tally, const struct json *ticket)
{
    int minute = tally->slot_count ? minute_of(ticket) : -1;
    tally->total++;
    for (int i = 0; i < tally->slot_count; i++)
        tally->used[i] += minute >= tally->slots[i].from && minute < tally->slots[i].until;
}

/* A row that does not name the service need not be read: of most days' rows that is true. */
static bool may_be_of(const char *text, const char *service)
{
    return strpbrk(service, "\"\\") || strstr(text, service); /* those are written otherwise there */
}

static bool may_count(const struct quota_tally *tallies, int count, const char *text)
{
    for (int i = 0; i < count; i++)
        if (may_be_of(text, tallies[i].service))
            return true;
    return false;
}

static enum err count_row(struct quota_tally *tallies, int count, const char *text)
{
    struct json *ticket = NULL;
    if (text && !may_count(tallies, count, text))
        return ERR_OK;
    if (!text || json_parse(text, strlen(text), &ticket, NULL) != ERR_OK)
        return ERR_CORRUPT;
    for (int i = 0; i < count; i++)
        if (visit_takes_number(ticket, tallies[i].service) &&
            !(tallies[i].but && str_equal(json_text(ticket, "id"), tallies[i].but)))
            count_ticket(&tallies[i], ticket);
    json_free(&ticket);
    return ERR_OK;
}

enum err quota_tally_count(struct stmt *s, struct quota_tally *tallies, int count)
{
    enum err err = ERR_OK;
    while (err == ERR_OK && (err = db_step(s)) == ERR_OK)
        err = count_row(tallies, count, db_text(s, 0));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

struct json *quota_tally_issued(const struct quota_tally *tally, const char *day)
{
    struct json *issued = json_new_object(), *slots = json_new_array();
    json_set_text(issued, "day", day);
    json_set_int(issued, "total", tally->total);
    for (int i = 0; i < tally->slot_count; i++)
        json_add(slots, json_new_int(tally->used[i]));
    json_set(issued, "slots", slots);
    return issued;
}
