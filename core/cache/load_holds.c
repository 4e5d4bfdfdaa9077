/* core/cache/load_holds.c: what waits for a supervisor's hand: requests to close a counter with what that would do to
 * waiting, counters that nobody attends, and everyone who is parked, whose and since when. */
#include <stdlib.h>

#include "core/cache/load.h"
#include "core/command/hour_rows.h"

enum { PARKED_MAX = 300, COUNTERS_MAX = 500, EFFECT_MIN = 60, CLOSURES_MAX = 10 };

/* --- parked --- */

static bool is_overdue(const struct json *row, int64_t now_ms)
{
    int64_t until_ms = row_ms(row, "held_until");
    return until_ms > 0 && until_ms < now_ms;
}

static enum err dress_parked(struct cache *cache, struct json *row, int64_t now_ms)
{
    struct json *queue = NULL;
    TRY(set_name_of(cache, row, "user_name", TABLE_USER, json_text(row, "user")));
    TRY(set_name_of(cache, row, "counter_name", TABLE_COUNTER, json_text(row, "counter")));
    TRY(find_row(cache, TABLE_QUEUE, json_text(row, "queue"), 0, &queue));
    json_set_text(row, "queue_code", json_text(queue, "code"));
    json_set_bool(row, "overdue", is_overdue(row, now_ms));
    json_free(&queue);
    return ERR_OK;
}

static enum err put_those(struct cache *cache, const struct json *found, bool overdue, int64_t now_ms,
                          struct json *rows)
{
    for (const struct json *one = json_first(found); one; one = json_next(one)) {
        if (is_overdue(one, now_ms) != overdue)
            continue;
        struct json *row = json_copy(one);
        json_add(rows, row);
        TRY(dress_parked(cache, row, now_ms));
    }
    return ERR_OK;
}

/* Those whose time is over stand first. */
static enum err put_all_parked(struct cache *cache, int64_t now_ms, struct json *answer)
{
    static const char sql_held[] = "SELECT row, called_at FROM tickets WHERE state = 'held'"
                                   " ORDER BY called_at LIMIT $1"; /* tickets_called */
    struct json *found = json_new_array(), *rows = put_array(answer, "parked");
    struct stmt *s = db_query(cache->db, sql_held);
    db_bind_int(s, 1, PARKED_MAX);
    enum err err = add_rows(cache, found, TABLE_TICKET, s, PARKED_MAX, now_ms, NULL);
    if (err == ERR_OK)
        err = put_those(cache, found, true, now_ms, rows);
    if (err == ERR_OK)
        err = put_those(cache, found, false, now_ms, rows);
    json_free(&found);
    return err;
}

/* --- unattended --- */

static enum err put_unattended(struct cache *cache, int64_t now_ms, struct json *answer)
{
    static const char sql_open[] =
        "SELECT row, name FROM counters WHERE state = 'open' ORDER BY name LIMIT $1"; /* counters_state */
    struct json *found = json_new_array(), *rows = put_array(answer, "unattended");
    struct stmt *s = db_query(cache->db, sql_open);
    db_bind_int(s, 1, COUNTERS_MAX);
    enum err err = add_rows(cache, found, TABLE_COUNTER, s, COUNTERS_MAX, now_ms, NULL);
    for (const struct json *one = json_first(found); one && err == ERR_OK; one = json_next(one)) {
        if (json_int(one, "unattended_ms", 0) <= 0)
            continue;
        struct json *row = json_copy(one);
        json_add(rows, row);
        err = set_name_of(cache, row, "user_name", TABLE_USER, json_text(row, "user"));
    }
    json_free(&found);
    return err;
}

/* --- what a closure would do --- */

static int desk_of(const struct hour *hour, const char *counter)
{
    for (int i = 0; i < hour->desk_count; i++)
        if (str_equal(hour->desks[i].id, counter))
            return i;
    return -1;
}

static enum err add_effect(struct cache *cache, const struct hour *hour, const struct hour_preview *preview,
                           int queue, struct json *effects)
{
    struct json *row = NULL, *effect = json_new_object();
    json_add(effects, effect);
    TRY(find_row(cache, TABLE_QUEUE, hour->queues[queue].id, 0, &row));
    json_set_text(effect, "code", json_text(row, "code"));
    json_set_int(effect, "before_min", preview->before.queues[queue].longest_ms / 60000);
    json_set_int(effect, "after_min", preview->after.queues[queue].longest_ms / 60000);
    json_free(&row);
    return ERR_OK;
}

/* The longest wait of each queue of the counter in the next hour, with it and without. */
static enum err put_effect(struct cache *cache, const struct hour *hour, struct json *closure)
{
    struct json *effects = put_array(closure, "effect");
    int desk = desk_of(hour, json_text(closure, "counter"));
    int64_t from_ms = row_ms(closure, "from");
    struct hour_preview preview;
    enum err err = ERR_OK;
    if (desk < 0)
        return ERR_OK;
    const struct hour_change change = {.kind = HOUR_CLOSE, .at_ms = from_ms > 0 ? from_ms : 0, .desk = desk};
    hour_preview(hour, &change, 1, EFFECT_MIN, &preview);
    for (int i = 0; i < hour->desks[desk].share_count && err == ERR_OK; i++)
        err = add_effect(cache, hour, &preview, hour->desks[desk].shares[i].queue, effects);
    hour_preview_free(&preview);
    return err;
}

static enum err put_requests(struct cache *cache, int64_t now_ms, struct json *answer)
{
    static const char sql_open[] = "SELECT row, counter FROM closures WHERE state = 'open' ORDER BY counter "
                                   "LIMIT $1"; /* closures_state */
    struct json *found = json_new_array(), *rows = put_array(answer, "closures");
    struct hour_hall hall = {0};
    struct stmt *s = db_query(cache->db, sql_open);
    db_bind_int(s, 1, CLOSURES_MAX);
    enum err err = add_rows(cache, found, TABLE_CLOSURE, s, CLOSURES_MAX, now_ms, NULL);
    if (err == ERR_OK && json_count(found))
        err = hour_rows(cache->db, now_ms, NULL, &hall);
    for (const struct json *one = json_first(found); one && err == ERR_OK; one = json_next(one)) {
        struct json *row = json_copy(one);
        json_add(rows, row);
        err = set_name_of(cache, row, "user_name", TABLE_USER, json_text(row, "user"));
        if (err == ERR_OK)
            err = set_name_of(cache, row, "counter_name", TABLE_COUNTER, json_text(row, "counter"));
        if (err == ERR_OK)
            err = put_effect(cache, &hall.hour, row);
    }
    if (json_count(found))
        hour_hall_free(&hall);
    json_free(&found);
    return err;
}

enum err load_holds(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    (void)args;
    TRY(put_requests(cache, now_ms, answer));
    TRY(put_unattended(cache, now_ms, answer));
    return put_all_parked(cache, now_ms, answer);
}
