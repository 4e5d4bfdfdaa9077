/* core/cache/load_level.c: how each queue's service level stands today, what is foreseen of it by the next hours played
 * forward (core/model/hour.h), and when it breaks (core/model/level.h). A hall without targets costs two small walks. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/floor.h"
#include "core/command/hour_rows.h"
#include "core/command/level_day.h"

enum { QUEUES_MAX = 500 };

struct levels {
    struct cache *cache;
    const struct json *hall;
    int64_t now_ms;
    struct hour_hall hour;
    struct hour_run run;
};

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

/* service NULL: of the queue. */
static enum err add_level(const struct levels *levels, const struct json *queue, const char *service,
                          const struct level_target *target, struct json *rows)
{
    const struct level_hall hall = {levels->cache->db, levels->hall, levels->now_ms, &levels->hour.hour,
                                    &levels->run};
    struct level_today today;
    struct json *row = json_new_object();
    json_add(rows, row);
    enum err err = level_today_of(&hall, queue, service, target, &today);
    json_set_text(row, "queue", json_text(queue, "id"));
    json_set_text(row, "code", json_text(queue, "code"));
    if (service) {
        json_set_text(row, "service", service);
        TRY(set_name_of(levels->cache, row, "service_name", TABLE_SERVICE, service));
    }
    json_set(row, "target", target_json(target));
    json_set_text(row, "state", level_state_text(today.burn.state));
    json_set_int(row, "called", today.day.called);
    json_set_int(row, "within", today.day.within);
    json_set_int(row, "waiting", today.waiting);
    json_set_int(row, "late", today.burn.late);
    json_set_int(row, "late_foreseen", today.burn.late_foreseen);
    json_set_int(row, "allowed", today.burn.allowed);
    set_share(row, "share_now", today.burn.share_now);
    set_share(row, "share_foreseen", today.burn.share_foreseen);
    set_moment(row, "breaks_at", today.burn.breaks_ms);
    set_moment(row, "silenced_until", level_row_silence(queue, service, levels->now_ms));
    return err;
}

static enum err add_services(const struct levels *levels, const struct json *queue, struct json *rows)
{
    const struct json *services = json_get(json_get(queue, "level"), "services");
    enum err err = ERR_OK;
    for (const struct json *one = json_first(services); one && err == ERR_OK; one = json_next(one)) {
        struct level_target target;
        if (level_row_own(queue, json_name(one), &target))
            err = add_level(levels, queue, json_name(one), &target, rows);
    }
    return err;
}

static enum err put_levels(struct levels *levels, const struct json *queues, struct json *rows)
{
    struct level_target target;
    bool played = false;
    enum err err = ERR_OK;
    for (const struct json *queue = json_first(queues); queue && err == ERR_OK; queue = json_next(queue)) {
        bool has = level_row_target(queue, NULL, levels->hall, &target);
        if (!has && !level_row_differs(queue))
            continue;
        if (!played) {
            TRY(hour_rows(levels->cache->db, levels->now_ms,
                          floor_habits(levels->cache->floor, levels->now_ms), &levels->hour));
            hour_run(&levels->hour.hour, LEVEL_LOOK_AHEAD_MIN, &levels->run);
            played = true;
        }
        err = has ? add_level(levels, queue, NULL, &target, rows) : ERR_OK;
        if (err == ERR_OK)
            err = add_services(levels, queue, rows);
    }
    if (played)
        hour_run_free(&levels->run);
    return err;
}

/* Services of a queue, for whom a target may be set. */
enum err load_targets(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    struct json *queue = NULL, *rows = put_array(answer, "rows");
    (void)now_ms;
    TRY(find_row(cache, TABLE_QUEUE, json_text_or(args, "queue", ""), 0, &queue));
    enum err err = ERR_OK;
    const struct json *services = json_get(queue, "services");
    for (const struct json *one = json_first(services); one && err == ERR_OK; one = json_next(one)) {
        struct json *row = json_new_object();
        struct level_target target;
        json_add(rows, row);
        json_set_text(row, "service", json_as_text(one));
        if (level_row_own(queue, json_as_text(one), &target))
            json_set(row, "target", target_json(&target));
        err = set_name_of(cache, row, "service_name", TABLE_SERVICE, json_as_text(one));
    }
    json_free(&queue);
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
