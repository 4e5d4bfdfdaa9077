/* core/cache/floor.c: see floor.h. */
#include "core/cache/floor.h"

#include <stdlib.h>
#include <string.h>

enum { COUNTERS_MAX = 2000 };

static void drop_counter(struct floor_counter *counter)
{
    free(counter->text);
    json_free(&counter->row);
}

void floor_forget(struct cache *cache)
{
    struct floor *floor = cache->floor;
    if (!floor)
        return;
    for (int i = 0; i < floor->counter_count; i++)
        drop_counter(&floor->counters[i]);
    floor_hour_free(floor);
    free(floor->counters);
    free(floor->queues);
    free(floor);
    cache->floor = NULL;
}

/* --- finding: both lists are in id order --- */

static int queue_order(const void *a, const void *b)
{
    return strcmp(((const struct floor_queue *)a)->id, ((const struct floor_queue *)b)->id);
}

static int counter_order(const void *a, const void *b)
{
    return strcmp(((const struct floor_counter *)a)->id, ((const struct floor_counter *)b)->id);
}

struct floor_queue *floor_queue(struct floor *floor, const char *id)
{
    struct floor_queue key = {0};
    if (!id || !floor->queue_count || !str_copy(key.id, sizeof key.id, id))
        return NULL;
    return bsearch(&key, floor->queues, (size_t)floor->queue_count, sizeof key, queue_order);
}

struct floor_counter *floor_counter(struct floor *floor, const char *id)
{
    struct floor_counter key = {0};
    if (!id || !floor->counter_count || !str_copy(key.id, sizeof key.id, id))
        return NULL;
    return bsearch(&key, floor->counters, (size_t)floor->counter_count, sizeof key, counter_order);
}

struct floor_counter *floor_counter_of(struct floor *floor, const char *user)
{
    for (int i = 0; !str_empty(user) && i < floor->counter_count; i++)
        if (str_equal(floor->counters[i].user, user))
            return &floor->counters[i];
    return NULL;
}

/* --- the day's pictures --- */

int floor_slot(const struct floor *floor, int64_t wall_ms)
{
    int64_t slot = (wall_ms - floor->start_ms) / FLOOR_SLOT_MS;
    return wall_ms < floor->start_ms ? 0 : slot >= FLOOR_SLOTS ? FLOOR_SLOTS - 1 : (int)slot;
}

static int64_t parsed_or(const char *text, int64_t otherwise)
{
    int64_t ms;
    return text && time_parse(text, &ms) ? ms : otherwise;
}

/* Who waited in a slot: whoever had come by its end and was not called by then. What is put into the slots are
 * comings and goings, which add_up makes numbers of. Whoever was sent on counts where they were sent to. */
static void add_stay(struct floor *floor, const char *queue_id, int64_t from_ms, int64_t to_ms)
{
    struct floor_queue *queue = floor_queue(floor, queue_id);
    int from = floor_slot(floor, from_ms), to = floor_slot(floor, to_ms);
    if (!queue || to <= from)
        return;
    queue->series[from]++;
    queue->series[to]--;
}

static void add_up(struct floor *floor)
{
    for (int i = 0; i < floor->queue_count; i++)
        for (int slot = 1; slot < FLOOR_SLOTS; slot++)
            floor->queues[i].series[slot] += floor->queues[i].series[slot - 1];
}

static enum err read_day(struct cache *cache, struct floor *floor, int64_t now_ms)
{
    /* tickets_number: a day's tickets, once in ten minutes */
    static const char sql_day[] = "SELECT queue, state, arrived_at, called_at,"
                                  " CASE WHEN called_at IS NULL THEN finished_at END FROM tickets"
                                  " WHERE day = $1 AND arrived_at > ''";
    struct stmt *s = db_query(cache->db, sql_day);
    enum err err;
    db_bind_text(s, 1, floor->day);
    while ((err = db_step(s)) == ERR_OK) {
        int64_t from_ms = parsed_or(db_text(s, 2), 0);
        bool waits = str_equal(db_text(s, 1), "waiting");
        int64_t to_ms = parsed_or(db_text(s, 3), parsed_or(db_text(s, 4), from_ms));
        add_stay(floor, db_text(s, 0), from_ms, waits ? now_ms : to_ms);
    }
    db_done(s);
    add_up(floor);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- the memory --- */

/* The business day is the hall's own word; a copy without one goes by the clock. */
static int64_t day_start(const struct json *hall, int64_t now_ms, char day[DATE_TEXT])
{
    int64_t end_ms;
    time_date(now_ms, day);
    const char *told = json_text(hall, "business_day");
    if (told && time_day_end(told, &end_ms)) {
        str_copy(day, DATE_TEXT, told);
        return time_day_start(end_ms);
    }
    return time_day_start(now_ms);
}

static void name_queues(struct floor *floor, const struct json *rows)
{
    int count = (int)json_count(rows), at = 0;
    free(floor->queues);
    floor->queues = xcalloc((size_t)count + 1, sizeof *floor->queues);
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        struct floor_queue *queue = &floor->queues[at];
        if (str_copy(queue->id, sizeof queue->id, json_text_or(row, "id", "")))
            at++;
    }
    floor->queue_count = at;
    qsort(floor->queues, (size_t)at, sizeof *floor->queues, queue_order);
}

static bool same_queues(struct floor *floor, const struct json *rows)
{
    if ((int)json_count(rows) != floor->queue_count)
        return false;
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (!floor_queue(floor, json_text(row, "id")))
            return false;
    return true;
}

static void clear_figures(struct floor *floor, const struct json *rows)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        struct floor_queue *queue = floor_queue(floor, json_text(row, "id"));
        if (!queue)
            continue;
        queue->row = row;
        queue->waiting = queue->late = queue->soon = queue->served = queue->no_show = queue->oldest_ms = 0;
        queue->open = queue->assigned = queue->spare = 0;
        str_copy(queue->code, sizeof queue->code, json_text_or(row, "code", ""));
    }
}

enum err floor_ready(struct cache *cache, const struct json *hall, const struct json *queue_rows,
                     int64_t now_ms, struct floor **out)
{
    char day[DATE_TEXT];
    int64_t start_ms = day_start(hall, now_ms, day), slot = (now_ms - start_ms) / FLOOR_SLOT_MS;
    struct floor *floor = cache->floor;
    bool fits = floor && str_equal(floor->day, day) && floor->epoch == cache->place.epoch &&
                floor->slot == slot && same_queues(floor, queue_rows);
    *out = floor;
    if (!fits) {
        if (floor && (!str_equal(floor->day, day) || floor->epoch != cache->place.epoch))
            floor_forget(cache);
        if (!cache->floor)
            cache->floor = xcalloc(1, sizeof *floor);
        *out = floor = cache->floor;
        str_copy(floor->day, sizeof floor->day, day);
        floor->epoch = cache->place.epoch;
        floor->start_ms = start_ms;
        floor->slot = slot;
        name_queues(floor, queue_rows);
        TRY(read_day(cache, floor, now_ms));
    }
    clear_figures(floor, queue_rows);
    return ERR_OK;
}

/* --- counters --- */

static struct floor_counter *new_counter(struct floor *floor, const char *id)
{
    if (floor->counter_count == floor->counter_capacity) {
        floor->counter_capacity = floor->counter_capacity ? 2 * floor->counter_capacity : 64;
        floor->counters =
            xrealloc(floor->counters, (size_t)floor->counter_capacity * sizeof *floor->counters);
    }
    struct floor_counter *counter = &floor->counters[floor->counter_count++];
    *counter = (struct floor_counter){.free_ms = -1};
    str_copy(counter->id, sizeof counter->id, id);
    return counter;
}

/* What was there before stays as it is when the text is the same. */
static enum err take_row(struct cache *cache, struct floor_counter *counter, const char *text)
{
    struct json *named = NULL;
    counter->seen = true;
    if (str_equal(counter->text, text))
        return ERR_OK;
    free(counter->text);
    json_free(&counter->row);
    counter->text = xstrdup(text);
    if (json_parse(text, strlen(text), &counter->row, NULL) != ERR_OK)
        return ERR_CORRUPT;
    str_copy(counter->user, sizeof counter->user, json_text_or(counter->row, "user", ""));
    named = json_new_object();
    enum err err = set_name_of(cache, named, "name", TABLE_USER, counter->user);
    str_copy(counter->user_name, sizeof counter->user_name, json_text_or(named, "name", ""));
    json_free(&named);
    return err;
}

static void drop_gone(struct floor *floor)
{
    int kept = 0;
    for (int i = 0; i < floor->counter_count; i++) {
        if (floor->counters[i].seen)
            floor->counters[kept++] = floor->counters[i];
        else
            drop_counter(&floor->counters[i]);
    }
    floor->counter_count = kept;
}

enum err floor_read_counters(struct cache *cache, struct floor *floor)
{
    static const char sql[] = "SELECT row, id FROM counters ORDER BY id LIMIT $1"; /* primary key */
    struct stmt *s = db_query(cache->db, sql);
    bool added = false;
    enum err err = ERR_OK;
    db_bind_int(s, 1, COUNTERS_MAX);
    for (int i = 0; i < floor->counter_count; i++)
        floor->counters[i].seen = false;
    int known = floor->counter_count, at = 0;
    while (err == ERR_OK && (err = db_step(s)) == ERR_OK) {
        const char *id = db_text(s, 1), *text = db_text(s, 0);
        while (at < known && strcmp(floor->counters[at].id, id) < 0)
            at++;
        bool there = at < known && str_equal(floor->counters[at].id, id);
        added |= !there;
        err = take_row(cache, there ? &floor->counters[at] : new_counter(floor, id), text ? text : "");
    }
    db_done(s);
    drop_gone(floor);
    if (added)
        qsort(floor->counters, (size_t)floor->counter_count, sizeof *floor->counters, counter_order);
    return err == ERR_ABSENT ? ERR_OK : err;
}
