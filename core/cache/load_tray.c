/* core/cache/load_tray.c: whom a clerk has besides the one at the desk: the tray of the parked, colleagues' too, and
 * everyone who is still open when the clerk wants to leave. Reads the copy; decides nothing. */
#include "core/cache/load.h"
#include "core/command/heads.h"

enum { PARKED_MAX = 20, OTHERS_MAX = 20, LOOKED_AT = 300, OPEN_MAX = 200, TOLD_MS = 60 * 60 * 1000 };

enum err put_parked(struct cache *cache, int64_t now_ms, struct json *answer)
{
    /* tickets_user: as many as the clerk has on hold */
    static const char sql_parked[] = "SELECT row, called_at FROM tickets WHERE state = 'held' AND user_ = $1"
                                     " ORDER BY called_at LIMIT $2";
    struct stmt *s = db_query(cache->db, sql_parked);
    db_bind_text(s, 1, cache->actor.user);
    db_bind_int(s, 2, PARKED_MAX);
    return add_rows(cache, put_array(answer, "parked"), TABLE_TICKET, s, PARKED_MAX, now_ms, NULL);
}

static const char *const open_states[] = {"serving", "called", "held"};
enum { OPEN_STATES = sizeof open_states / sizeof *open_states };

/* --- colleagues' --- */

/* Who is parked in a queue of this counter, or was left at it by whoever sat there before. */
static bool may_be_taken(const struct json *counter, const struct json *ticket)
{
    return str_equal(json_text(ticket, "state"), "held")
               ? counter_serves(counter, json_text(ticket, "queue"))
               : str_equal(json_text(ticket, "counter"), json_text(counter, "id"));
}

/* A colleague went on with who was this clerk's, not long ago. */
static bool is_told(const struct cache *cache, const struct json *ticket, int64_t now_ms)
{
    const struct json *taken = json_get(ticket, "taken");
    return str_equal(json_text(taken, "from"), cache->actor.user) && row_ms(taken, "at") > now_ms - TOLD_MS;
}

static enum err sort_out(struct cache *cache, const struct json *counter, const struct json *ticket,
                         int64_t now_ms, struct json *answer)
{
    struct json *others = json_edit(answer, "others"), *told = json_edit(answer, "told"), *row;
    if (is_told(cache, ticket, now_ms)) {
        row = json_copy(ticket);
        json_add(told, row);
        TRY(set_name_of(cache, row, "by_name", TABLE_USER, json_text(json_get(ticket, "taken"), "by")));
    }
    if (str_equal(json_text(ticket, "user"), cache->actor.user) || !may_be_taken(counter, ticket) ||
        json_count(others) >= OTHERS_MAX)
        return ERR_OK;
    row = json_copy(ticket);
    json_add(others, row);
    return set_name_of(cache, row, "user_name", TABLE_USER, json_text(row, "user"));
}

enum err put_others(struct cache *cache, const struct json *counter, int64_t now_ms, struct json *answer)
{
    static const char sql_state[] =
        "SELECT row, called_at FROM tickets WHERE state = $1 ORDER BY called_at DESC"
        " LIMIT $2"; /* tickets_called: as many as are open in the hall */
    struct json *found = json_new_array();
    enum err err = ERR_OK;
    put_array(answer, "others");
    put_array(answer, "told");
    for (int i = 0; i < OPEN_STATES && cache->signed_in && err == ERR_OK; i++) {
        struct stmt *s = db_query(cache->db, sql_state);
        db_bind_text(s, 1, open_states[i]);
        db_bind_int(s, 2, LOOKED_AT);
        err = add_rows(cache, found, TABLE_TICKET, s, OPEN_STATES * LOOKED_AT, now_ms, NULL);
    }
    for (const struct json *t = json_first(found); t && err == ERR_OK; t = json_next(t))
        err = sort_out(cache, counter, t, now_ms, answer);
    json_free(&found);
    return err;
}

/* --- everyone who is open --- */

enum err count_open(struct cache *cache, int64_t *count)
{
    static const char sql_count[] =
        "SELECT count(*) FROM tickets WHERE user_ = $1 AND state = $2"; /* tickets_user */
    *count = 0;
    for (int i = 0; i < OPEN_STATES && cache->signed_in; i++) {
        struct stmt *s = db_query(cache->db, sql_count);
        db_bind_text(s, 1, cache->actor.user);
        db_bind_text(s, 2, open_states[i]);
        enum err err = db_step(s);
        *count += err == ERR_OK ? db_int(s, 0) : 0;
        db_done(s);
        if (err != ERR_OK && err != ERR_ABSENT)
            return err;
    }
    return ERR_OK;
}

static enum err add_named(struct cache *cache, const struct json *found, struct json *rows)
{
    for (const struct json *one = json_first(found); one; one = json_next(one)) {
        struct json *row = json_copy(one);
        json_add(rows, row);
        TRY(set_name_of(cache, row, "person_name", TABLE_PERSON, json_text(row, "person")));
        TRY(set_name_of(cache, row, "service_name", TABLE_SERVICE, json_text(row, "service")));
    }
    return ERR_OK;
}

/* Everyone this clerk has, the one at the desk first. */
enum err load_open(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_open[] = "SELECT row, called_at FROM tickets WHERE user_ = $1 AND state = $2"
                                   " ORDER BY called_at LIMIT $3"; /* tickets_user */
    struct json *found = json_new_array();
    enum err err = ERR_OK;
    (void)args;
    for (int i = 0; i < OPEN_STATES && cache->signed_in && err == ERR_OK; i++) {
        struct stmt *s = db_query(cache->db, sql_open);
        db_bind_text(s, 1, cache->actor.user);
        db_bind_text(s, 2, open_states[i]);
        db_bind_int(s, 3, OPEN_MAX);
        err = add_rows(cache, found, TABLE_TICKET, s, OPEN_MAX, now_ms, NULL);
    }
    if (err == ERR_OK)
        err = add_named(cache, found, put_array(answer, "rows"));
    json_free(&found);
    return err;
}
