/* core/cache/load_tray.c: whom a clerk has besides the one at the desk: the tray of the parked, and everyone who is
 * still open when the clerk wants to leave. Reads the copy; decides nothing. */
#include "core/cache/load.h"

enum { PARKED_MAX = 20, OPEN_MAX = 200 };

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
