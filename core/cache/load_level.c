/* core/cache/load_level.c: how each queue's service level stands today, what is foreseen of it by the next hours played
 * forward (core/model/hour.h), and when it breaks (core/model/level.h). A hall without targets costs two small walks. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/floor.h"
#include "core/command/hour_rows.h"
#include "core/command/level_row.h"

enum { QUEUES_MAX = 500, CALLED_MAX = 20000, LOOK_AHEAD_MIN = 180, MINUTE_MS = 60 * 1000 };

struct levels {
    struct cache *cache;
    const struct json *hall;
    int64_t now_ms;
    struct hour_hall hour;
    struct hour_run run;
};

/* --- who was called today --- */

static int64_t text_ms(const char *text)
{
    int64_t ms;
    return text && time_parse(text, &ms) ? ms : 0;
}

/* $1 queue, $2 state, $3 midnight, $4 limit; the row only where services differ. */
static const char sql_called[] =
    "SELECT arrived_at, called_at, appointment_at FROM tickets WHERE queue = $1 AND state = $2"
    " AND arrived_at >= $3 ORDER BY arrived_at LIMIT $4"; /* tickets_arrival */
static const char sql_called_rows[] =
    "SELECT arrived_at, called_at, appointment_at, row FROM tickets WHERE queue = $1 AND state = $2"
    " AND arrived_at >= $3 ORDER BY arrived_at LIMIT $4"; /* tickets_arrival */

static bool target_of(const struct levels *levels, const struct json *queue, const char *row_text,
                      struct level_target *target)
{
    struct json *row = NULL;
    if (!row_text || json_parse(row_text, strlen(row_text), &row, NULL) != ERR_OK)
        return level_row_target(queue, NULL, levels->hall, target);
    bool found = level_row_target(queue, json_text(row, "service"), levels->hall, target);
    json_free(&row);
    return found;
}

static void count_one(const struct levels *levels, const struct json *queue, struct stmt *s, bool with_row,
                      struct level_day *day)
{
    struct level_target target;
    int64_t arrived_ms = text_ms(db_text(s, 0)), called_ms = text_ms(db_text(s, 1)),
            booked_ms = text_ms(db_text(s, 2));
    if (!called_ms || !target_of(levels, queue, with_row ? db_text(s, 3) : NULL, &target))
        return;
    day->called++;
    day->within += called_ms - level_since(arrived_ms, booked_ms) <= level_limit_ms(&target, booked_ms > 0);
}

static enum err count_called(const struct levels *levels, const struct json *queue, struct level_day *day)
{
    static const char *const states[] = {"called", "serving", "held", "done", "no_show"};
    char midnight[TIME_TEXT];
    bool with_row = level_row_differs(queue);
    enum err err = ERR_OK;
    time_text(time_day_start(levels->now_ms), midnight);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct stmt *s = db_query(levels->cache->db, with_row ? sql_called_rows : sql_called);
        db_bind_text(s, 1, json_text_or(queue, "id", ""));
        db_bind_text(s, 2, states[i]);
        db_bind_text(s, 3, midnight);
        db_bind_int(s, 4, CALLED_MAX);
        while ((err = db_step(s)) == ERR_OK)
            count_one(levels, queue, s, with_row, day);
        db_done(s);
        if (err != ERR_ABSENT)
            return err;
    }
    return ERR_OK;
}

/* --- who waits --- */

static int hour_queue_of(const struct levels *levels, const char *id)
{
    for (int i = 0; i < levels->hour.hour.queue_count; i++)
        if (str_equal(levels->hour.hour.queues[i].id, id))
            return i;
    return -1;
}

static enum err target_of_person(const struct levels *levels, const struct json *queue, const char *ticket,
                                 struct level_target *target)
{
    struct json *row = NULL;
    if (level_row_differs(queue))
        TRY(find_row(levels->cache, TABLE_TICKET, ticket, 0, &row));
    if (!level_row_target(queue, json_text(row, "service"), levels->hall, target))
        *target = (struct level_target){.wait_min = LEVEL_WAIT_MAX};
    json_free(&row);
    return ERR_OK;
}

/* Whoever is not called in the time looked at is called after it at best. */
static int64_t foreseen_ms(const struct levels *levels, int queue, int person)
{
    int64_t call_ms = levels->run.people[person].call_ms;
    if (call_ms)
        return call_ms;
    return levels->run.queues[queue].newcomer_ms < 0 ? -1
                                                     : levels->now_ms + (int64_t)LOOK_AHEAD_MIN * MINUTE_MS;
}

static enum err add_people(const struct levels *levels, const struct json *queue, struct level_person *people,
                           int *count)
{
    const struct hour *hour = &levels->hour.hour;
    int at = hour_queue_of(levels, json_text_or(queue, "id", ""));
    *count = 0;
    for (int i = 0; i < hour->people_count && at >= 0; i++) {
        const struct hour_person *person = &hour->people[i];
        struct level_target target;
        if (person->queue != at || person->comes_ms > levels->now_ms)
            continue;
        TRY(target_of_person(levels, queue, person->id, &target));
        int64_t from_ms = person->since_ms ? person->since_ms : person->arrived_ms;
        people[(*count)++] =
            (struct level_person){level_since(from_ms, person->booked_ms),
                                  level_limit_ms(&target, person->booked_ms > 0), foreseen_ms(levels, at, i)};
    }
    return ERR_OK;
}

/* --- the answer --- */

static struct json *target_json(const struct level_target *target)
{
    struct json *json = json_new_object();
    json_set_int(json, "wait_min", target->wait_min);
    if (target->booked_wait_min > 0)
        json_set_int(json, "booked_wait_min", target->booked_wait_min);
    json_set_int(json, "share", target->share);
    return json;
}

static void set_share(struct json *row, const char *name, int share)
{
    if (share < 0)
        json_set_null(row, name);
    else
        json_set_int(row, name, share);
}

static void set_moment(struct json *row, const char *name, int64_t wall_ms)
{
    char text[TIME_TEXT];
    if (wall_ms < 0) {
        json_set_null(row, name);
        return;
    }
    time_text(wall_ms, text);
    json_set_text(row, name, text);
}

static enum err add_level(const struct levels *levels, const struct json *queue,
                          const struct level_target *target, struct json *rows)
{
    struct level_day day = {0};
    struct level_burn burn;
    struct json *row = json_new_object();
    struct level_person *people = xcalloc((size_t)levels->hour.hour.people_count + 1, sizeof *people);
    int count = 0;
    json_add(rows, row);
    enum err err = count_called(levels, queue, &day);
    if (err == ERR_OK)
        err = add_people(levels, queue, people, &count);
    level_burn(target->share, &day, people, count, levels->now_ms, &burn);
    free(people);
    json_set_text(row, "queue", json_text(queue, "id"));
    json_set_text(row, "code", json_text(queue, "code"));
    json_set(row, "target", target_json(target));
    json_set_text(row, "state", level_state_text(burn.state));
    json_set_int(row, "called", day.called);
    json_set_int(row, "within", day.within);
    json_set_int(row, "waiting", count);
    json_set_int(row, "late", burn.late);
    json_set_int(row, "late_foreseen", burn.late_foreseen);
    json_set_int(row, "allowed", burn.allowed);
    set_share(row, "share_now", burn.share_now);
    set_share(row, "share_foreseen", burn.share_foreseen);
    set_moment(row, "breaks_at", burn.breaks_ms);
    set_moment(row, "silenced_until", level_row_silence(queue, levels->now_ms));
    return err;
}

static enum err put_levels(struct levels *levels, const struct json *queues, struct json *rows)
{
    struct level_target target;
    bool played = false;
    enum err err = ERR_OK;
    for (const struct json *queue = json_first(queues); queue && err == ERR_OK; queue = json_next(queue)) {
        if (!level_row_target(queue, NULL, levels->hall, &target))
            continue;
        if (!played) {
            TRY(hour_rows(levels->cache->db, levels->now_ms,
                          floor_habits(levels->cache->floor, levels->now_ms), &levels->hour));
            hour_run(&levels->hour.hour, LOOK_AHEAD_MIN, &levels->run);
            played = true;
        }
        err = add_level(levels, queue, &target, rows);
    }
    if (played)
        hour_run_free(&levels->run);
    return err;
}

enum err load_levels(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_queues[] = "SELECT row, code FROM queues ORDER BY code LIMIT $1"; /* queues_code */
    struct json *queues = json_new_array(), *rows = put_array(answer, "rows"), *about = json_new_object();
    struct levels levels = {.cache = cache, .now_ms = now_ms};
    (void)args;
    struct stmt *s = db_query(cache->db, sql_queues);
    db_bind_int(s, 1, QUEUES_MAX);
    enum err err = rows_collect(s, queues);
    if (err == ERR_OK)
        err = put_hall(cache, about);
    levels.hall = json_get(about, "hall");
    json_set_bool(answer, "hide_names", json_bool(json_get(levels.hall, "policy"), "hide_names", false));
    if (err == ERR_OK)
        err = put_levels(&levels, queues, rows);
    hour_hall_free(&levels.hour);
    json_free(&queues);
    json_free(&about);
    return err;
}
