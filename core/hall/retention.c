/* core/hall/retention.c: see retention.h. */
#include "core/hall/retention.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/hall/inside.h"
#include "core/hall/leaf_seal.h"
#include "core/hall/writer.h"
#include "core/wire/feed.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static enum err keep_until(struct db *db, int64_t now_ms, char at[TIME_TEXT])
{
    struct json *hall = NULL;
    enum err err = store_hall(db, &hall);
    int64_t days = json_int(json_get(hall, "policy"), "feed_days", RETENTION_DAYS);
    json_free(&hall);
    time_text(now_ms - (days < 1 ? 1 : days) * DAY_MS, at);
    return err;
}

/* The last rev of the next slice that is old and in a backup; pruned_through when there is none. */
static enum err slice_end(struct db *db, const struct hall_state *state, const char *until, int64_t *end)
{
    static const char sql[] =
        "SELECT rev, at_ FROM audit WHERE rev > $1 ORDER BY rev LIMIT $2"; /* primary key */
    int64_t safe = state_safe_through(state);
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, state->pruned_through);
    db_bind_int(s, 2, RETENTION_SLICE);
    enum err err;
    *end = state->pruned_through;
    while ((err = db_step(s)) == ERR_OK) {
        if (db_int(s, 0) > safe || strcmp(db_text(s, 1), until) >= 0)
            break;
        *end = db_int(s, 0);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void replace_rows(struct json *item, int64_t rev, struct leaf_seal *seal)
{
    struct json *slim = json_new_array();
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line)) {
        char leaf[SHA256_TEXT];
        const char *t = json_text_or(line, "t", ""), *id = json_text_or(line, "id", "");
        struct json *kept = json_new_object();
        if (!str_copy(leaf, sizeof leaf, json_text_or(line, "leaf", "")) ||
            !*leaf) /* else it was erased before */
            feed_leaf(t, id, json_get(line, "row"), leaf);
        json_set_text(kept, "t", t);
        json_set_text(kept, "id", id);
        json_set_text(kept, "leaf", leaf);
        if (json_get(line, "erasure")) /* which seals it */
            json_set_int(kept, "erasure", json_int(line, "erasure", 0));
        json_add(slim, kept);
        leaf_seal_add(seal, rev, t, id, leaf);
    }
    json_set(item, "rows", slim);
}

static enum err write_slim(struct db *db, int64_t rev, const char *text, struct leaf_seal *seal)
{
    static const char sql[] = "UPDATE change SET item = $1 WHERE rev = $2"; /* primary key */
    struct json *item = NULL;
    if (!text || json_parse(text, strlen(text), &item, NULL) != ERR_OK)
        return ERR_CORRUPT;
    replace_rows(item, rev, seal);
    char *slim = json_print(item);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, slim);
    db_bind_int(s, 2, rev);
    free(slim);
    json_free(&item);
    return db_run(s);
}

static enum err prune(struct db *db, int64_t after, int64_t end, struct leaf_seal *seal)
{
    static const char sql[] =
        "SELECT rev, item FROM change WHERE rev > $1 AND rev <= $2 ORDER BY rev"; /* key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, after);
    db_bind_int(s, 2, end);
    enum err err;
    while ((err = db_step(s)) == ERR_OK)
        if ((err = write_slim(db, db_int(s, 0), db_text(s, 1), seal)) != ERR_OK)
            break;
    db_done(s);
    return err == ERR_ABSENT ? store_set_pruned(db, end) : err;
}

static enum err write_line(const struct server_env *env, int64_t after, int64_t end,
                           const struct leaf_seal *seal)
{
    struct json *detail = json_new_object();
    json_set_int(detail, "from", after + 1);
    json_set_int(detail, "through", end);
    leaf_seal_put(seal, detail);
    enum err err = server_note(env, "retention.shorten", detail);
    json_free(&detail);
    return err;
}

/* Asked of an index that nothing chains: a line too many says no more than the one before. */
static enum err has_begun(struct db *db, bool *begun)
{
    static const char sql[] =
        "SELECT rev FROM audit_tag WHERE tag = 'c/retention.shorten' ORDER BY rev LIMIT 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    *begun = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err retention_begin(const struct server_env *env)
{
    struct leaf_seal seal;
    struct hall_state state = {0};
    bool begun = false;
    enum err err = has_begun(env->db, &begun);
    if (err == ERR_OK)
        err = store_state(env->db, &state);
    if (err != ERR_OK || begun || state.mobile)
        return err;
    leaf_seal_start(&seal);
    return write_line(env, state.pruned_through, state.pruned_through, &seal);
}

enum err retention_slice(const struct server_env *env, int64_t now_ms, int64_t *pruned)
{
    struct db *db = env->db;
    struct leaf_seal seal;
    struct hall_state state;
    char until[TIME_TEXT];
    int64_t end = 0;
    *pruned = 0;
    enum err err = store_state(db, &state);
    if (err == ERR_OK)
        err = keep_until(db, now_ms, until);
    if (err == ERR_OK)
        err = slice_end(db, &state, until, &end);
    if (err != ERR_OK || end <= state.pruned_through)
        return err;
    *pruned = end - state.pruned_through;
    leaf_seal_start(&seal);
    err = prune(db, state.pruned_through, end, &seal);
    return err == ERR_OK ? write_line(env, state.pruned_through, end, &seal) : err;
}

/* --- as a write of the hall --- */

struct slice {
    struct hall *hall;
    int64_t pruned;
};

static enum err run_slice(void *ctx, const struct server_env *env)
{
    struct slice *slice = ctx;
    return retention_slice(env, env->now_ms, &slice->pruned);
}

static void slice_done(void *ctx, enum err err)
{
    struct slice *slice = ctx;
    if (err != ERR_OK)
        log_write(LOG_WARN, "old changes could not be shortened: %s", err_text(err));
    else
        log_write(LOG_DEBUG, "%lld old changes were shortened", (long long)slice->pruned);
    free(slice);
}

static enum err run_begin(void *ctx, const struct server_env *env)
{
    (void)ctx;
    return retention_begin(env);
}

static void begin_done(void *ctx, enum err err)
{
    (void)ctx;
    if (err != ERR_OK)
        log_write(LOG_WARN, "where shortened changes begin could not be written: %s", err_text(err));
}

void retention_wake(struct hall *hall)
{
    bool begun = true;
    if (!hall->state.mobile && has_begun(hall->db, &begun) == ERR_OK && !begun)
        writer_add(hall->writer, run_begin, begin_done, hall);
}

/* How many changes one slice would shorten at that time. */
static int64_t due_at(struct hall *hall, int64_t now_ms)
{
    char until[TIME_TEXT];
    int64_t end = 0;
    bool known = keep_until(hall->db, now_ms, until) == ERR_OK &&
                 slice_end(hall->db, &hall->state, until, &end) == ERR_OK;
    return known ? end - hall->state.pruned_through : 0;
}

/* Looked up before a write is added, so that a hall with nothing to do commits nothing. */
static bool is_due(struct hall *hall)
{
    return due_at(hall, hall->wall_ms) >= RETENTION_SLICE || due_at(hall, hall->wall_ms - DAY_MS) > 0;
}

void retention_follow(struct hall *hall)
{
    if (hall->full || hall->state.mobile || !is_due(hall))
        return;
    struct slice *slice = xcalloc(1, sizeof *slice);
    slice->hall = hall;
    writer_add(hall->writer, run_slice, slice_done, slice);
}
