/* core/cache/load_lists.c: the queries of queries.h that are lists: people who wait, counters, accounts, disputes,
 * the board. */
#include <string.h>

#include "core/cache/load.h"

enum { ACCOUNTS_MAX = 200, USERS_MAX = 500, QUEUES_MAX = 200, BOARD_MAX = 24 };

static enum err all_rows(struct cache *cache, struct json *answer, const char *name, enum table table,
                         const char *sql, int max, int64_t now_ms)
{
    struct stmt *s = db_query(cache->db, sql);
    db_bind_int(s, 1, max);
    return add_rows(cache, put_array(answer, name), table, s, max, now_ms, NULL);
}

static const char sql_users[] = "SELECT row, id FROM users ORDER BY id LIMIT $1";       /* primary key */
static const char sql_counters[] = "SELECT row, id FROM counters ORDER BY id LIMIT $1"; /* primary key */
static const char sql_queues[] = "SELECT row, id FROM queues ORDER BY id LIMIT $1";     /* primary key */

/* One that is disabled is offered to nobody. */
static enum err used_counters(struct cache *cache, struct json *counters, int64_t now_ms)
{
    struct json *all = json_new_array();
    struct stmt *s = db_query(cache->db, sql_counters);
    db_bind_int(s, 1, 2 * ACCOUNTS_MAX);
    enum err err = add_rows(cache, all, TABLE_COUNTER, s, 2 * ACCOUNTS_MAX, now_ms, NULL);
    for (const struct json *row = json_first(all); err == ERR_OK && row; row = json_next(row))
        if (json_bool(row, "active", true) && json_count(counters) < ACCOUNTS_MAX)
            json_add(counters, json_copy(row));
    json_free(&all);
    return err;
}

enum err load_accounts(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    (void)args;
    TRY(all_rows(cache, answer, "users", TABLE_USER, sql_users, ACCOUNTS_MAX, now_ms));
    TRY(used_counters(cache, put_array(answer, "counters"), now_ms));
    TRY(all_rows(cache, answer, "queues", TABLE_QUEUE, sql_queues, QUEUES_MAX, now_ms));
    return put_hall(cache, answer);
}

enum err load_users(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    (void)args;
    return all_rows(cache, answer, "rows", TABLE_USER, sql_users, USERS_MAX, now_ms);
}

/* --- queues --- */

enum err set_waiting(struct cache *cache, struct json *row, const char *queue, int64_t now_ms)
{
    /* tickets_arrival; as many as wait now */
    static const char sql_waiting[] = "SELECT count(*), min(arrived_at) FROM tickets WHERE queue = $1"
                                      " AND state = 'waiting' AND arrived_at > ''";
    struct stmt *s = db_query(cache->db, sql_waiting);
    db_bind_text(s, 1, queue);
    enum err err = db_step(s);
    int64_t arrived_ms = 0;
    if (err == ERR_OK) {
        bool known = db_text(s, 1) && time_parse(db_text(s, 1), &arrived_ms);
        json_set_int(row, "waiting", db_int(s, 0));
        json_set_int(row, "oldest_ms", known && now_ms > arrived_ms ? now_ms - arrived_ms : 0);
    }
    db_done(s);
    return err;
}

enum err load_queues(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    (void)args;
    struct json *found = json_new_array(), *rows = put_array(answer, "rows");
    struct stmt *s = db_query(cache->db, sql_queues);
    db_bind_int(s, 1, QUEUES_MAX);
    enum err err = add_rows(cache, found, TABLE_QUEUE, s, QUEUES_MAX, now_ms, NULL);
    for (const struct json *q = json_first(found); q && err == ERR_OK; q = json_next(q)) {
        struct json *row = json_copy(q);
        err = set_waiting(cache, row, json_text_or(row, "id", ""), now_ms);
        json_add(rows, row);
    }
    json_free(&found);
    return err == ERR_OK
               ? all_rows(cache, answer, "counters", TABLE_COUNTER, sql_counters, ACCOUNTS_MAX, now_ms)
               : err;
}

enum err load_queue(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_first[] = "SELECT row, arrived_at, number FROM tickets WHERE queue = $1"
                                    " AND state = 'waiting' AND arrived_at > '' ORDER BY arrived_at, number "
                                    "LIMIT $2"; /* tickets_arrival */
    static const char sql_after[] =
        "SELECT row, arrived_at, number FROM tickets WHERE queue = $1"
        " AND state = 'waiting' AND arrived_at > '' AND (arrived_at, number) > ($3, $4)"
        " ORDER BY arrived_at, number LIMIT $2"; /* tickets_arrival */
    const char *queue = json_text(args, "queue");
    const struct json *after = json_get(args, "after");
    int limit = load_limit(args, 50, 500);
    bool more = false;
    struct json *row;
    TRY(put_row(cache, answer, "queue", TABLE_QUEUE, queue, now_ms, &row));
    if (row) {
        TRY(set_waiting(cache, row, queue, now_ms));
        TRY(set_counters(cache, row, queue, true, now_ms));
    }
    struct stmt *s = db_query(cache->db, json_is_object(after) ? sql_after : sql_first);
    db_bind_text(s, 1, queue);
    db_bind_int(s, 2, limit + 1);
    if (json_is_object(after)) {
        db_bind_text(s, 3, json_text_or(after, "arrived_at", ""));
        db_bind_text(s, 4, json_text_or(after, "number", ""));
    }
    TRY(add_rows(cache, put_array(answer, "rows"), TABLE_TICKET, s, limit, now_ms, &more));
    json_set_bool(answer, "more", more);
    return ERR_OK;
}

/* --- everything, in id order: for programs that compare copies (loket pipe) --- */

static enum err every_row(struct cache *cache, const struct json *args, const char *sql, enum table table,
                          int64_t now_ms, struct json *answer)
{
    int limit = load_limit(args, 1000, 10000);
    bool more = false;
    struct stmt *s = db_query(cache->db, sql);
    db_bind_text(s, 1, json_text_or(args, "after", ""));
    db_bind_int(s, 2, limit + 1);
    TRY(add_rows(cache, put_array(answer, "rows"), table, s, limit, now_ms, &more));
    json_set_bool(answer, "more", more);
    return ERR_OK;
}

enum err load_tickets(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql[] =
        "SELECT row, id FROM tickets WHERE id > $1 ORDER BY id LIMIT $2"; /* primary key */
    return every_row(cache, args, sql, TABLE_TICKET, now_ms, answer);
}

enum err load_cases(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql[] =
        "SELECT row, id FROM cases WHERE id > $1 ORDER BY id LIMIT $2"; /* primary key */
    return every_row(cache, args, sql, TABLE_CASE, now_ms, answer);
}

/* --- the board of called numbers --- */

static void board_line(struct json *calls, const struct json *ticket, const char *queue_code)
{
    static const char *const members[] = {"number", "counter", "called_at", "state"};
    struct json *line = json_new_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_set_text(line, members[i], json_text(ticket, members[i]));
    json_set_text(line, "queue_code", queue_code);
    json_add(calls, line);
}

static enum err add_board_line(struct cache *cache, struct json *calls, const struct json *ticket)
{
    struct json *queue = NULL;
    TRY(find_row(cache, TABLE_QUEUE, json_text(ticket, "queue"), 0, &queue));
    board_line(calls, ticket, json_text(queue, "code"));
    json_free(&queue);
    return ERR_OK;
}

/* Two lists, each latest first, into one. */
static enum err merge_board(struct cache *cache, struct json *calls, const struct json *a,
                            const struct json *b)
{
    const struct json *left = json_first(a), *right = json_first(b);
    while ((left || right) && json_count(calls) < BOARD_MAX) {
        bool take_left = !right || (left && strcmp(json_text_or(left, "called_at", ""),
                                                   json_text_or(right, "called_at", "")) >= 0);
        const struct json **taken = take_left ? &left : &right;
        TRY(add_board_line(cache, calls, *taken));
        *taken = json_next(*taken);
    }
    return ERR_OK;
}

enum err load_board(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_called[] = "SELECT row, called_at FROM tickets WHERE state = $1 AND called_at >= $2"
                                     " ORDER BY called_at DESC LIMIT $3"; /* tickets_called */
    static const char *const states[2] = {"called", "serving"};
    (void)args;
    struct json *found[2] = {json_new_array(), json_new_array()};
    char midnight[TIME_TEXT];
    time_text(time_day_start(now_ms), midnight);
    enum err err = put_hall(cache, answer);
    for (int i = 0; i < 2 && err == ERR_OK; i++) {
        struct stmt *s = db_query(cache->db, sql_called);
        db_bind_text(s, 1, states[i]);
        db_bind_text(s, 2, midnight);
        db_bind_int(s, 3, BOARD_MAX);
        err = add_rows(cache, found[i], TABLE_TICKET, s, BOARD_MAX, now_ms, NULL);
    }
    if (err == ERR_OK)
        err = merge_board(cache, put_array(answer, "calls"), found[0], found[1]);
    json_free(&found[0]);
    json_free(&found[1]);
    return err;
}

/* --- disputes --- */

/* This copy holds those alone that concern the signed-in person: their own, those that name them, a supervisor's all
 * (core/command/sight.c). */
enum err load_disputes(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_open[] = "SELECT row, id FROM disputes WHERE state = 'open' LIMIT $1";
    static const char sql_count[] =
        "SELECT count(*) FROM disputes WHERE state = 'open'"; /* both: disputes_state */
    int limit = load_limit(args, 100, 500);
    int64_t count = 0;
    struct stmt *s = db_query(cache->db, sql_open);
    db_bind_int(s, 1, limit);
    TRY(add_rows(cache, put_array(answer, "rows"), TABLE_DISPUTE, s, limit, now_ms, NULL));
    TRY(query_int(db_query(cache->db, sql_count), &count));
    json_set_int(answer, "count", count);
    return ERR_OK;
}
