/* core/hall/move_clock.c: see move_clock.h. The day's end is the latest time that a move for a time has, so it needs no
 * rule of its own here. */
#include "core/hall/move_clock.h"

#include <stdlib.h>

#include "core/base/log.h"
#include "core/command/moving.h"
#include "core/hall/writer.h"

static enum err write_over(struct tx *tx, void *ctx)
{
    (void)ctx;
    return move_over(tx);
}

/* One that fails is left as it is, is found again, and does not keep the others waiting. */
static enum err end_one(const struct server_env *env, const char *id)
{
    struct json *body = json_new_object();
    enum err err = db_savepoint(env->db);
    if (err == ERR_OK) {
        json_set_text(body, "move", id);
        err = server_change(env, "move.over", body, write_over, NULL);
        if (err == ERR_OK) {
            err = db_release(env->db);
        } else if (!store_broken(err)) {
            log_write(LOG_ERROR, "the end of move %s failed: %s", id, err_text(err));
            db_rollback_to(env->db);
            err = ERR_OK;
        }
    }
    json_free(&body);
    return err;
}

static enum err run_over(void *ctx, const struct server_env *env)
{
    const struct json *ids = ctx;
    enum err err = ERR_OK;
    for (const struct json *one = json_first(ids); one && err == ERR_OK; one = json_next(one))
        err = end_one(env, json_as_text(one));
    return err;
}

static void over_done(void *ctx, enum err err)
{
    struct json *ids = ctx;
    if (err == ERR_OK)
        log_write(LOG_INFO, "%zu moves were over by their time", json_count(ids));
    json_free(&ids);
}

void moves_follow(struct hall *hall)
{
    struct json *ids = json_new_array();
    if (!hall->full && moves_due(hall->db, hall->wall_ms, ids) == ERR_OK && json_count(ids) > 0) {
        writer_add(hall->writer, run_over, over_done, ids);
        return;
    }
    json_free(&ids);
}
