/* core/cache/load_moves.c: what a move would do, as this copy knows the hall, and which moves concern whoever looks: the
 * supervisor's own last one, the clerk who is asked to another counter, whose counter serves other queues now. */
#include "core/cache/load.h"
#include "core/command/moving.h"
#include "core/model/role.h"

enum {
    LAST_MAX = 20, /* of a supervisor's own, looked through for one that can be taken back */
    NEWS_MS = 60 * 60 * 1000,
};

enum err load_move(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    struct command command = {.type = "hall.move", .body = args};
    struct tx tx = foreseeing(cache, &command, now_ms);
    struct outcome out;
    enum err err = move_foresee(&tx, args, &out);
    tx_deinit(&tx);
    if (err == ERR_OK && out.applied)
        json_set(answer, "move", json_copy(out.data));
    if (err == ERR_OK && !out.applied)
        put_refused(answer, &out);
    json_free(&out.data);
    return err;
}

/* --- the last one --- */

static enum err set_code(struct cache *cache, struct json *row, const char *queue)
{
    struct json *found = NULL;
    TRY(find_row(cache, TABLE_QUEUE, queue, 0, &found));
    json_set_text(row, "code", json_text_or(found, "code", queue));
    json_free(&found);
    return ERR_OK;
}

/* The codes of queues, "P, A". */
static enum err put_codes(struct cache *cache, struct json *row, const struct json *queues)
{
    struct buf text = {0};
    enum err err = ERR_OK;
    for (const struct json *q = json_first(queues); q && err == ERR_OK; q = json_next(q)) {
        struct json *one = json_new_object();
        err = set_code(cache, one, json_text_or(q, "queue", ""));
        buf_addf(&text, "%s%s", text.length ? ", " : "", json_text_or(one, "code", "?"));
        json_free(&one);
    }
    json_set_text(row, "codes", buf_text(&text));
    buf_free(&text);
    return err;
}

static bool can_come_back(const struct json *row, const char *today)
{
    const char *state = json_text_or(row, "state", "");
    return str_equal(json_text(row, "day"), today) &&
           (str_equal(state, "running") || str_equal(state, "done") || str_equal(state, "asked"));
}

enum err load_moves(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_own[] = "SELECT row, at_ FROM moves WHERE user_ = $1 AND at_ > ''"
                                  " ORDER BY at_ DESC LIMIT $2"; /* moves_user */
    struct json *rows = json_new_array();
    char today[DATE_TEXT];
    (void)args;
    time_date(now_ms, today);
    json_set_null(answer, "last");
    struct stmt *s = db_query(cache->db, sql_own);
    db_bind_text(s, 1, cache->actor.user);
    db_bind_int(s, 2, LAST_MAX);
    enum err err = add_rows(cache, rows, TABLE_MOVE, s, LAST_MAX, now_ms, NULL);
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row)) {
        if (!can_come_back(row, today))
            continue;
        struct json *last = json_copy(row);
        json_remove(last, "people"); /* up to a thousand */
        err = put_codes(cache, last, json_get(row, "to"));
        json_set(answer, "last", last);
        break;
    }
    json_free(&rows);
    return err;
}

/* --- for the clerk --- */

static enum err put_asked(struct cache *cache, int64_t now_ms, struct json *answer)
{
    static const char sql_asked[] = "SELECT row, id FROM moves WHERE asked = $1 AND state = 'asked'"
                                    " LIMIT 1"; /* moves_asked */
    struct json *rows = json_new_array();
    struct stmt *s = db_query(cache->db, sql_asked);
    db_bind_text(s, 1, cache->actor.user);
    enum err err = add_rows(cache, rows, TABLE_MOVE, s, 1, now_ms, NULL);
    const struct json *row = json_first(rows);
    bool open = row && row_ms(row, "until") > now_ms;
    json_set(answer, "asked", open ? json_copy(row) : json_new_null());
    json_free(&rows);
    return err;
}

/* Whose queues were changed by another within the hour: {"rev","by_name","at","until","codes"}. */
static enum err put_assigned(struct cache *cache, const struct json *counter, int64_t now_ms,
                             struct json *answer)
{
    const struct json *assigned = json_get(counter, "assigned");
    bool mine = str_equal(json_text(counter, "user"), cache->actor.user);
    bool by_me = str_equal(json_text(assigned, "by"), cache->actor.user);
    json_set_null(answer, "assigned");
    if (!mine || by_me || !json_is_object(assigned) || row_ms(assigned, "at") < now_ms - NEWS_MS)
        return ERR_OK;
    struct json *news = json_copy(assigned);
    json_remove(news, "before");
    json_set(answer, "assigned", news);
    return put_codes(cache, news, json_get(counter, "queues"));
}

enum err put_moves(struct cache *cache, const struct json *counter, int64_t now_ms, struct json *answer)
{
    TRY(put_asked(cache, now_ms, answer));
    return put_assigned(cache, counter, now_ms, answer);
}
