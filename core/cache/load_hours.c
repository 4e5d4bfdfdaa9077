/* core/cache/load_hours.c: what reception needs to tell when a service opens and how many of its numbers are left
 * (hours.h): the hall's calendar, and the day's tickets counted by their service. Counted is what this copy knows, so a
 * workstation that does not reach the hall counts its own beside those that it last heard of. */
#include <stdlib.h>

#include "core/cache/load.h"
#include "core/command/quota_tally.h"

enum err set_issued(struct cache *cache, struct json *const services[], int count, int64_t now_ms)
{
    static const char sql_day[] =
        "SELECT row, number FROM tickets WHERE day = $1 LIMIT $2"; /* tickets_number */
    char day[DATE_TEXT];
    struct quota_tally *tallies = xcalloc((size_t)count + 1, sizeof *tallies);
    struct json **limited = xcalloc((size_t)count + 1, sizeof *limited);
    int limits = 0;
    enum err err = ERR_OK;
    for (int i = 0; i < count; i++) {
        if (!quota_is_said(services[i]))
            continue;
        quota_tally_begin(&tallies[limits], services[i]);
        limited[limits++] = services[i];
    }
    time_date(now_ms, day);
    if (limits) {
        struct stmt *s = db_query(cache->db, sql_day);
        db_bind_text(s, 1, day);
        db_bind_int(s, 2, QUOTA_TICKETS_MAX);
        err = quota_tally_count(s, tallies, limits);
    }
    for (int i = 0; i < limits && err == ERR_OK; i++)
        json_set(limited[i], "issued", quota_tally_issued(&tallies[i], day));
    free(limited);
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
