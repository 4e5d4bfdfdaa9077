/* core/cache/floor_hour.c: the board's next hour: the copy's rows, played forward by core/model/hour.h, and which move would
 * help. Playing costs more than counting, so it is done every quarter of a minute, in a very full hall once a minute. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/floor.h"
#include "core/command/hour_rows.h"

enum {
    PAUSE_MS = 15 * 1000,
    PAUSE_FULL_MS = 60 * 1000,
    FULL = 1000,
    MINUTE_MS = 60 * 1000,
    ADVICE_SHOWN = 3
};

struct floor_hour {
    int64_t at_ms, pause_ms; /* when it was played last; 0: not yet */
    struct hour_habits habits;
    struct json *queues; /* {"id":{"ahead","ahead_min","ahead_low","ahead_high"}} */
    struct json *advice; /* as in the answer */
};

void floor_hour_free(struct floor *floor)
{
    struct floor_hour *hour = floor->hour;
    if (!hour)
        return;
    hour_habits_free(&hour->habits);
    json_free(&hour->queues);
    json_free(&hour->advice);
    free(hour);
    floor->hour = NULL;
}

static int minutes(int64_t ms)
{
    return (int)((ms + MINUTE_MS - 1) / MINUTE_MS);
}

static struct json *queue_ahead(const struct hour_queue_run *run, int steps)
{
    struct json *json = json_new_object(), *ahead = json_new_array();
    json_set(json, "ahead", ahead);
    for (int i = 0; i < steps; i++)
        json_add(ahead, json_new_int(run->steps[i]));
    if (run->newcomer_ms >= 0) {
        json_set_int(json, "ahead_min", minutes(run->newcomer_ms));
        json_set_int(json, "ahead_low", run->newcomer_low_ms / MINUTE_MS);
        json_set_int(json, "ahead_high", minutes(run->newcomer_high_ms));
    }
    return json;
}

static void take_run(struct floor_hour *hour, const struct hour *snapshot)
{
    struct hour_run run = {0};
    hour_run(snapshot, HOUR_MIN, &run);
    json_free(&hour->queues);
    hour->queues = json_new_object();
    for (int i = 0; i < run.queue_count; i++)
        json_set(hour->queues, snapshot->queues[i].id, queue_ahead(&run.queues[i], run.step_count));
    hour_run_free(&run);
}

/* --- advice --- */

static struct json *advice_json(const struct hour *snapshot, const struct hour_advice *advice)
{
    struct json *json = json_new_object();
    char until[TIME_TEXT];
    json_set_text(json, "counter", snapshot->desks[advice->desk].id);
    json_set_text(json, "queue", snapshot->queues[advice->queue].id);
    json_set_bool(json, "beside", advice->beside);
    time_text(advice->until_ms, until);
    json_set_text(json, "until", until);
    json_set_int(json, "before_min", minutes(advice->longest_before_ms));
    json_set_int(json, "after_min", minutes(advice->longest_after_ms));
    if (advice->cost_queue >= 0) {
        json_set_text(json, "cost_queue", snapshot->queues[advice->cost_queue].id);
        json_set_int(json, "cost_before_min", minutes(advice->cost_before_ms));
        json_set_int(json, "cost_after_min", minutes(advice->cost_after_ms));
    }
    return json;
}

/* What was shown last, by the ids of this snapshot. */
static int shown_before(const struct floor_hour *hour, const struct hour *snapshot, struct hour_advice *shown)
{
    int count = 0;
    for (const struct json *one = json_first(hour->advice); one && count < ADVICE_SHOWN;
         one = json_next(one)) {
        struct hour_advice advice = {.desk = hour_find_desk(snapshot, json_text(one, "counter")),
                                     .queue = hour_find_queue(snapshot, json_text(one, "queue")),
                                     .beside = json_bool(one, "beside", false),
                                     .cost_queue = HOUR_NOBODY};
        if (advice.desk < 0 || advice.queue < 0 ||
            !time_parse(json_text_or(one, "until", ""), &advice.until_ms))
            continue;
        shown[count++] = advice;
    }
    return count;
}

static void take_advice(struct floor_hour *hour, const struct hour *snapshot)
{
    struct hour_advice shown[ADVICE_SHOWN], found[ADVICE_SHOWN];
    int before = shown_before(hour, snapshot, shown);
    int count = hour_advice(snapshot, shown, before, found, ADVICE_SHOWN);
    json_free(&hour->advice);
    hour->advice = json_new_array();
    for (int i = 0; i < count; i++)
        json_add(hour->advice, advice_json(snapshot, &found[i]));
}

/* --- the memory --- */

enum err floor_look_ahead(struct cache *cache, struct floor *floor, int64_t now_ms)
{
    struct hour_hall hall = {0};
    if (!floor->hour)
        floor->hour = xcalloc(1, sizeof *floor->hour);
    struct floor_hour *hour = floor->hour;
    if (hour->at_ms && now_ms >= hour->at_ms && now_ms - hour->at_ms < hour->pause_ms)
        return ERR_OK;
    TRY(hour_habits_refresh(cache->db, now_ms, &hour->habits));
    TRY(hour_rows(cache->db, now_ms, &hour->habits, &hall));
    take_run(hour, &hall.hour);
    take_advice(hour, &hall.hour);
    hour->at_ms = now_ms;
    hour->pause_ms = hall.hour.people_count > FULL ? PAUSE_FULL_MS : PAUSE_MS;
    hour_hall_free(&hall);
    return ERR_OK;
}

const struct hour_habits *floor_habits(const struct floor *floor, int64_t now_ms)
{
    const struct hour_habits *habits = floor && floor->hour ? &floor->hour->habits : NULL;
    int64_t age_ms = habits && habits->at_ms ? now_ms - habits->at_ms : -1;
    return age_ms >= 0 && age_ms < HOUR_HABITS_MS ? habits : NULL;
}

const struct json *floor_ahead(const struct floor *floor, const char *queue)
{
    return floor->hour ? json_get(floor->hour->queues, queue) : NULL;
}

const struct json *floor_advice(const struct floor *floor)
{
    return floor->hour ? floor->hour->advice : NULL;
}
