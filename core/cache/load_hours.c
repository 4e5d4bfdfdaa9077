/* core/cache/load_hours.c: what reception needs to tell when a service opens and how many of its numbers are left
 * (hours.h): the hall's calendar, and the day's tickets counted by their service. Counted is what this copy knows, so a
 * workstation that does not reach the hall counts its own beside those that it last heard of. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/load.h"
#include "core/catalogue/hours.h"

/* More than any hall gives on a day: what comes after it is not counted. */
enum { DAY_TICKETS_MAX = 20000, HOUR_MIN = 60 };

struct tally {
    struct json *row; /* the service's, borrowed */
    int total, slot_count, used[QUOTA_SLOTS_MAX];
    struct quota_slot slots[QUOTA_SLOTS_MAX];
};

/* A booking counts where it is booked for, a walk-in where it came. */
static int minute_of(const struct json *ticket)
{
    struct tm local;
    int64_t at_ms = row_ms(ticket, "appointment_at");
    if (at_ms < 0)
        at_ms = row_ms(ticket, "arrived_at");
    if (at_ms < 0)
        return -1;
    time_local(at_ms, &local);
    return HOUR_MIN * local.tm_hour + local.tm_min;
}

static void count_ticket(struct tally *tally, const struct json *ticket)
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

static bool may_count(const struct tally *tallies, int count, const char *text)
{
    for (int i = 0; i < count; i++)
        if (may_be_of(text, json_text_or(tallies[i].row, "id", "")))
            return true;
    return false;
}

static enum err count_row(struct tally *tallies, int count, const char *text)
{
    struct json *ticket = NULL;
    if (text && !may_count(tallies, count, text))
        return ERR_OK;
    if (!text || json_parse(text, strlen(text), &ticket, NULL) != ERR_OK)
        return ERR_CORRUPT;
    bool counts = !str_equal(json_text(ticket, "state"), "cancelled"); /* its number is given to nobody */
    for (int i = 0; i < count && counts; i++)
        if (str_equal(json_text(ticket, "service"), json_text(tallies[i].row, "id")))
            count_ticket(&tallies[i], ticket);
    json_free(&ticket);
    return ERR_OK;
}

static enum err count_day(struct cache *cache, const char *day, struct tally *tallies, int count)
{
    static const char sql_day[] =
        "SELECT row, number FROM tickets WHERE day = $1 LIMIT $2"; /* tickets_number */
    enum err err = ERR_OK;
    struct stmt *s = db_query(cache->db, sql_day);
    db_bind_text(s, 1, day);
    db_bind_int(s, 2, DAY_TICKETS_MAX);
    while (err == ERR_OK && (err = db_step(s)) == ERR_OK)
        err = count_row(tallies, count, db_text(s, 0));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* "issued" of quota_read. */
static void put_issued(const struct tally *tally, const char *day)
{
    struct json *issued = json_new_object(), *slots = json_new_array();
    json_set_text(issued, "day", day);
    json_set_int(issued, "total", tally->total);
    for (int i = 0; i < tally->slot_count; i++)
        json_add(slots, json_new_int(tally->used[i]));
    json_set(issued, "slots", slots);
    json_set(tally->row, "issued", issued);
}

enum err set_issued(struct cache *cache, struct json *const services[], int count, int64_t now_ms)
{
    char day[DATE_TEXT];
    struct tally *tallies = xcalloc((size_t)count + 1, sizeof *tallies);
    int limited = 0;
    for (int i = 0; i < count; i++) {
        struct tally *tally = &tallies[limited];
        tally->row = services[i];
        tally->slot_count = quota_slots(services[i], tally->slots);
        limited += quota_is_said(services[i]);
    }
    time_date(now_ms, day);
    enum err err = limited ? count_day(cache, day, tallies, limited) : ERR_OK;
    for (int i = 0; i < limited && err == ERR_OK; i++)
        put_issued(&tallies[i], day);
    free(tallies);
    return err;
}

enum err put_calendar(struct cache *cache, struct json *answer)
{
    static const char *const members[] = {"weekend", "holidays"};
    struct json *calendar = json_new_object();
    enum err err = put_hall(cache, answer);
    for (size_t i = 0; i < sizeof members / sizeof *members && err == ERR_OK; i++) {
        const struct json *said = json_get(json_get(answer, "hall"), members[i]);
        if (said)
            json_set(calendar, members[i], json_copy(said));
    }
    json_remove(answer, "hall");
    json_set(answer, "calendar", calendar);
    return err;
}
