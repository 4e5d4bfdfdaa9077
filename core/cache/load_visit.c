/* core/cache/load_visit.c: several services as one visit, for the eye: at reception before a number is given, at the desk while
 * it goes on. The order and the refusals are the hall's own (core/command/visits.h), run over this copy. */
#include <string.h>

#include "core/cache/load.h"
#include "core/command/heads.h"
#include "core/command/visit_row.h"
#include "core/command/visits.h"

enum { COUNTERS_MAX = 200 };

enum err set_counters(struct cache *cache, struct json *row, const char *queue, bool newcomer, int64_t now_ms)
{
    static const char sql_open[] =
        "SELECT row, name FROM counters WHERE state = 'open' ORDER BY name LIMIT $1"; /* counters_state */
    struct json *rows = json_new_array(), *names = put_array(row, "counters");
    struct stmt *s = db_query(cache->db, sql_open);
    db_bind_int(s, 1, COUNTERS_MAX);
    enum err err = rows_collect(s, rows);
    for (const struct json *one = json_first(rows); one; one = json_next(one))
        if (counter_serves(one, queue) && row_ms(one, "lease_until") > now_ms &&
            !(newcomer && counter_is_closing(one, now_ms)))
            json_add_text(names, json_text_or(one, "name", "?"));
    json_free(&rows);
    return err;
}

static enum err put_names(struct cache *cache, struct json *stop)
{
    const struct json *services = json_get(stop, "services");
    struct json *names = put_array(stop, "service_names");
    for (const struct json *one = json_first(services); one; one = json_next(one)) {
        const struct json *line;
        TRY(service_known(cache, json_as_text(one), &line));
        const struct json *name = json_get(line, "name");
        json_add(names, name ? json_copy(name) : json_new_text(json_as_text(one)));
    }
    return ERR_OK;
}

static enum err dress_stop(struct cache *cache, bool newcomer, int64_t now_ms, struct json *stop)
{
    struct json *queue = NULL;
    const char *id = json_text_or(stop, "queue", "");
    TRY(find_row(cache, TABLE_QUEUE, id, 0, &queue));
    const struct json *name = json_get(queue, "name");
    json_set_text(stop, "queue_code", json_text(queue, "code"));
    json_set(stop, "queue_name", name ? json_copy(name) : json_new_null());
    json_free(&queue);
    TRY(put_names(cache, stop));
    TRY(set_waiting(cache, stop, id, now_ms));
    return set_counters(cache, stop, id, newcomer, now_ms);
}

static enum err put_stops(struct cache *cache, const struct json *stops, bool newcomer, int64_t now_ms,
                          struct json *answer)
{
    struct json *dressed = put_array(answer, "stops");
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop)) {
        struct json *copy = json_copy(stop);
        json_add(dressed, copy);
        TRY(dress_stop(cache, newcomer, now_ms, copy));
    }
    return ERR_OK;
}

enum err put_visit(struct cache *cache, const struct json *ticket, int64_t now_ms, struct json *answer)
{
    const struct json *stops = json_get(ticket, "stops");
    struct json *visit = json_new_object();
    if (!json_count(stops)) {
        json_free(&visit);
        json_set_null(answer, "visit");
        return ERR_OK;
    }
    json_set(answer, "visit", visit);
    return put_stops(cache, stops, false, now_ms, visit);
}

enum err load_visit(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    struct command command = {.type = "ticket.issue", .body = args};
    struct tx tx = foreseeing(cache, &command, now_ms);
    struct outcome out;
    enum err err = visit_foresee(&tx, args, &out);
    tx_deinit(&tx);
    if (err == ERR_OK)
        err = put_stops(cache, json_get(out.data, "stops"), true, now_ms, answer);
    const struct json *minutes = json_get(out.data, "visit_min"), *services = json_get(args, "services");
    json_set(answer, "services", services ? json_copy(services) : json_new_array());
    json_set(answer, "visit_min", minutes ? json_copy(minutes) : json_new_null());
    if (!out.applied)
        json_set_text(put_refused(answer, &out), "service", json_text(out.data, "service"));
    json_free(&out.data);
    return err;
}
