/* core/cache/load_notices.c: what someone must hear of whatever screen is before them: calls from desks, requests to
 * close a counter, whom they parked and until when, their own break and closing. Reads the copy; decides nothing. */
#include <string.h>

#include "core/cache/load.h"
#include "core/command/heads.h"
#include "core/model/role.h"

enum {
    ALERTS_MAX = 40, /* all that command/alert.c lets be open: no call is hidden behind messages */
    CLOSURES_MAX = 10,
    HELD_MAX = 20,
    DESKS_MAX = 200,
    ALERT_MS = 12 * 60 * 60 * 1000, /* as command/alert.c */
};

/* --- calls --- */

static bool is_over(const struct json *alert, int64_t now_ms)
{
    int64_t until_ms = row_ms(alert, "until");
    return until_ms >= 0 && until_ms <= now_ms;
}

static enum err put_alerts(struct cache *cache, int64_t now_ms, struct json *answer)
{
    static const char sql_open[] = "SELECT row, at_ FROM alerts WHERE state = 'open' AND at_ > $1"
                                   " ORDER BY at_ DESC LIMIT $2"; /* alerts_state */
    struct json *found = json_new_array(), *alerts = put_array(answer, "alerts");
    char since[TIME_TEXT];
    struct stmt *s = db_query(cache->db, sql_open);
    time_text(now_ms - ALERT_MS, since);
    db_bind_text(s, 1, since);
    db_bind_int(s, 2, ALERTS_MAX);
    enum err err = add_rows(cache, found, TABLE_ALERT, s, ALERTS_MAX, now_ms, NULL);
    for (const struct json *one = json_first(found); one; one = json_next(one))
        if (!is_over(one, now_ms))
            json_add(alerts, json_copy(one));
    json_free(&found);
    return err;
}

/* --- who else serves a queue --- */

static enum err attended(struct cache *cache, int64_t now_ms, struct json *counters)
{
    static const char sql_state[] =
        "SELECT row, name FROM counters WHERE state = $1 ORDER BY name LIMIT $2"; /* counters_state */
    static const char *const states[] = {"open", "paused"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct stmt *s = db_query(cache->db, sql_state);
        db_bind_text(s, 1, states[i]);
        db_bind_int(s, 2, DESKS_MAX);
        TRY(add_rows(cache, counters, TABLE_COUNTER, s, 2 * DESKS_MAX, now_ms, NULL));
    }
    return ERR_OK;
}

static bool others_serve(const struct json *counters, const struct json *counter, const char *queue,
                         int64_t now_ms)
{
    for (const struct json *row = json_first(counters); row; row = json_next(row))
        if (!str_equal(json_text(row, "id"), json_text(counter, "id")) && counter_serves(row, queue) &&
            !counter_is_closing(row, now_ms) && !json_int(row, "unattended_ms", 0))
            return true;
    return false;
}

/* A line for each queue with people that would have nobody without this counter. */
static enum err add_depending(struct cache *cache, const struct json *counter, const struct json *counters,
                              int64_t now_ms, struct json *lines)
{
    const struct json *mine = json_get(counter, "queues");
    enum err err = ERR_OK;
    for (const struct json *q = json_first(mine); q && err == ERR_OK; q = json_next(q)) {
        const char *queue = json_text_or(q, "queue", "");
        struct json *row = NULL, *line = json_new_object();
        if (!others_serve(counters, counter, queue, now_ms))
            err = set_waiting(cache, line, queue, now_ms);
        if (err == ERR_OK && json_int(line, "waiting", 0))
            err = find_row(cache, TABLE_QUEUE, queue, now_ms, &row);
        if (row) {
            const struct json *name = json_get(row, "name");
            json_remove(line, "oldest_ms");
            json_set_text(line, "code", json_text(row, "code"));
            json_set(line, "name", name ? json_copy(name) : json_new_null());
            json_add(lines, line);
        } else {
            json_free(&line);
        }
        json_free(&row);
    }
    return err;
}

enum err put_depending(struct cache *cache, const struct json *counter, int64_t now_ms, struct json *answer)
{
    struct json *counters = json_new_array(), *lines = put_array(answer, "depending");
    enum err err = counter ? attended(cache, now_ms, counters) : ERR_OK;
    if (err == ERR_OK && counter)
        err = add_depending(cache, counter, counters, now_ms, lines);
    json_free(&counters);
    return err;
}

/* --- closing --- */

/* Whoever had a number in that queue before the counter took no more: how many are left, and the last of them. */
static enum err add_left(struct cache *cache, const char *queue, const char *from, int64_t *left,
                         struct json *closing)
{
    static const char sql_left[] = "SELECT count(*) FROM tickets WHERE queue = $1 AND state = 'waiting'"
                                   " AND arrived_at > '' AND arrived_at <= $2"; /* tickets_arrival */
    static const char sql_last[] =
        "SELECT number, arrived_at FROM tickets WHERE queue = $1 AND state = 'waiting'"
        " AND arrived_at > '' AND arrived_at <= $2 ORDER BY arrived_at DESC, number DESC"
        " LIMIT 1"; /* tickets_arrival */
    int64_t count = 0;
    struct stmt *s = db_query(cache->db, sql_left);
    db_bind_text(s, 1, queue);
    db_bind_text(s, 2, from);
    TRY(query_int(s, &count));
    *left += count;
    s = db_query(cache->db, sql_last);
    db_bind_text(s, 1, queue);
    db_bind_text(s, 2, from);
    enum err err = db_step(s);
    if (err == ERR_OK && strcmp(db_text(s, 1), json_text_or(closing, "last_at", "")) > 0) {
        json_set_text(closing, "last", db_text(s, 0));
        json_set_text(closing, "last_at", db_text(s, 1));
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err put_closing(struct cache *cache, const struct json *counter, int64_t now_ms, struct json *answer)
{
    const struct json *mine = json_get(counter, "closing"), *queues = json_get(mine, "queues");
    bool here = json_is_object(mine) && str_equal(json_text(counter, "user"), cache->actor.user);
    struct json *closing = here ? json_copy(mine) : NULL, *row = NULL;
    int64_t left = 0;
    json_set(answer, "closing", closing ? closing : json_new_null());
    if (!closing)
        return ERR_OK;
    static const char *const members[] = {"reason", "answer", "answered_at", "serve"};
    TRY(find_row(cache, TABLE_CLOSURE, json_text(mine, "closure"), now_ms, &row));
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_set_text(closing, members[i], json_text(row, members[i]));
    if (!json_text(closing, "from"))
        json_set_text(closing, "from", json_text(row, "from"));
    enum err err = set_name_of(cache, closing, "by", TABLE_USER, json_text(row, "answered_by"));
    json_free(&row);
    for (const struct json *q = json_first(queues); q && err == ERR_OK; q = json_next(q))
        err = add_left(cache, json_as_text(q), json_text_or(mine, "from", ""), &left, closing);
    json_set_int(closing, "left", left);
    return err;
}

/* Requests that wait for this supervisor, with what depends on each counter. */
static enum err dress_closure(struct cache *cache, struct json *row, int64_t now_ms)
{
    struct json *counter = NULL;
    enum err err = set_name_of(cache, row, "user_name", TABLE_USER, json_text(row, "user"));
    if (err == ERR_OK)
        err = find_row(cache, TABLE_COUNTER, json_text(row, "counter"), now_ms, &counter);
    json_set_text(row, "counter_name", json_text_or(counter, "name", ""));
    if (err == ERR_OK)
        err = put_depending(cache, counter, now_ms, row);
    json_free(&counter);
    return err;
}

static enum err put_closures(struct cache *cache, int64_t now_ms, struct json *answer)
{
    static const char sql_open[] = "SELECT row, counter FROM closures WHERE state = 'open' ORDER BY counter "
                                   "LIMIT $1"; /* closures_state */
    struct json *found = json_new_array(), *closures = put_array(answer, "closures");
    enum err err = ERR_OK;
    if (cache->actor.roles & ROLE_SUPERVISOR) {
        struct stmt *s = db_query(cache->db, sql_open);
        db_bind_int(s, 1, CLOSURES_MAX);
        err = add_rows(cache, found, TABLE_CLOSURE, s, CLOSURES_MAX, now_ms, NULL);
    }
    for (const struct json *one = json_first(found); one && err == ERR_OK; one = json_next(one)) {
        struct json *row = json_copy(one);
        json_add(closures, row);
        err = dress_closure(cache, row, now_ms);
    }
    json_free(&found);
    return err;
}

/* --- whom a counter that closed has left --- */

/* Nobody calls them still: a line for each queue of the counter's "left". */
static enum err add_alone(struct cache *cache, const struct json *counter, const struct json *counters,
                          int64_t now_ms, struct json *lines)
{
    const struct json *left = json_get(counter, "left"), *queues = json_get(left, "queues");
    enum err err = ERR_OK;
    for (const struct json *q = json_first(queues); q && err == ERR_OK; q = json_next(q)) {
        const char *queue = json_text_or(q, "queue", "");
        struct json *row = NULL, *line = json_new_object();
        if (!others_serve(counters, NULL, queue, now_ms))
            err = set_waiting(cache, line, queue, now_ms);
        if (err == ERR_OK && json_int(line, "waiting", 0))
            err = find_row(cache, TABLE_QUEUE, queue, now_ms, &row);
        json_set_text(line, "code", json_text(row, "code"));
        json_set_text(line, "counter_name", json_text(counter, "name"));
        if (row)
            json_add(lines, line);
        else
            json_free(&line);
        json_free(&row);
    }
    return err;
}

static enum err put_left(struct cache *cache, int64_t now_ms, struct json *answer)
{
    static const char sql_closed[] =
        "SELECT row, name FROM counters WHERE state = 'closed' ORDER BY name LIMIT $1"; /* counters_state */
    struct json *closed = json_new_array(), *counters = json_new_array(), *lines = put_array(answer, "left");
    enum err err = ERR_OK;
    bool any = false;
    if (cache->actor.roles & ROLE_SUPERVISOR) {
        struct stmt *s = db_query(cache->db, sql_closed);
        db_bind_int(s, 1, DESKS_MAX);
        err = add_rows(cache, closed, TABLE_COUNTER, s, DESKS_MAX, now_ms, NULL);
    }
    for (const struct json *row = json_first(closed); row && err == ERR_OK; row = json_next(row)) {
        if (row_ms(json_get(row, "left"), "at") < now_ms - ALERT_MS)
            continue;
        err = any ? ERR_OK : attended(cache, now_ms, counters);
        any = true;
        if (err == ERR_OK)
            err = add_alone(cache, row, counters, now_ms, lines);
    }
    json_free(&closed);
    json_free(&counters);
    return err;
}

/* --- whom one must take back, and one's own break --- */

static enum err put_held(struct cache *cache, int64_t now_ms, struct json *answer)
{
    static const char sql_held[] = "SELECT row, called_at FROM tickets WHERE user_ = $1 AND state = 'held'"
                                   " ORDER BY called_at LIMIT $2"; /* tickets_user */
    struct json *found = json_new_array(), *held = put_array(answer, "held");
    struct stmt *s = db_query(cache->db, sql_held);
    db_bind_text(s, 1, cache->actor.user);
    db_bind_int(s, 2, HELD_MAX);
    enum err err = add_rows(cache, found, TABLE_TICKET, s, HELD_MAX, now_ms, NULL);
    for (const struct json *one = json_first(found); one; one = json_next(one)) {
        struct json *line = json_new_object();
        if (row_ms(one, "held_until") < 0) {
            json_free(&line);
            continue;
        }
        json_set_text(line, "number", json_text(one, "number"));
        json_set_text(line, "until", json_text(one, "held_until"));
        json_set_text(line, "reason", json_text(one, "hold_reason"));
        json_add(held, line);
    }
    json_free(&found);
    return err;
}

static void put_break(const struct cache *cache, const struct json *counter, struct json *answer)
{
    bool mine = str_equal(json_text(counter, "state"), "paused") &&
                str_equal(json_text(counter, "user"), cache->actor.user);
    json_set_text(answer, "break_until", mine ? json_text(counter, "pause_until") : NULL);
}

enum err put_notices(struct cache *cache, const char *counter, int64_t now_ms, struct json *answer)
{
    struct json *notices = json_new_object(), *row = NULL;
    json_set(answer, "notices", notices);
    if (!cache->signed_in)
        return ERR_OK;
    TRY(put_alerts(cache, now_ms, notices));
    TRY(put_closures(cache, now_ms, notices));
    TRY(put_left(cache, now_ms, notices));
    TRY(put_held(cache, now_ms, notices));
    TRY(find_row(cache, TABLE_COUNTER, counter, now_ms, &row));
    put_break(cache, row, notices);
    enum err err = put_closing(cache, row, now_ms, notices);
    if (err == ERR_OK)
        err = put_moves(cache, row, now_ms, notices);
    json_free(&row);
    return err;
}
