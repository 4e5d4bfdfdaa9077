/* core/hall/imports.c: see imports.h. */
#include "core/hall/imports.h"

#include <stdlib.h>

#include "core/base/log.h"
#include "core/hall/inside.h"
#include "core/hall/staging.h"
#include "core/hall/writer.h"

enum { AGAIN_MS = 5000 }; /* after a slice that could not be written: a full disk */

static bool look(struct hall *hall)
{
    struct staging_state state;
    enum err err = staging_look(hall->db, &state);
    if (err != ERR_OK)
        log_write(LOG_WARN, "imports cannot be looked up: %s", err_text(err));
    hall->imports.put_down = state.put_down;
    hall->imports.decided = state.decided;
    hall->imports.pending = state.decided || state.dropped || err != ERR_OK;
    return state.put_down;
}

void imports_look(struct hall *hall)
{
    hall->imports.again_ms = 0;
    look(hall);
}

bool imports_under_way(const struct hall *hall)
{
    return hall->imports.decided;
}

/* --- at the start --- */

static enum err run_forget(void *ctx, const struct server_env *env)
{
    (void)ctx;
    return staging_forget(env->db);
}

static void forget_done(void *ctx, enum err err)
{
    struct hall *hall = ctx;
    if (err != ERR_OK)
        log_write(LOG_WARN, "what was left of an import could not be thrown away: %s", err_text(err));
    imports_look(hall);
}

void imports_wake(struct hall *hall)
{
    if (look(hall))
        writer_add(hall->writer, run_forget, forget_done, hall);
}

/* --- a slice --- */

static enum err run_slice(void *ctx, const struct server_env *env)
{
    struct hall *hall = ctx;
    return staging_slice(env, &hall->imports.pending);
}

static void slice_done(void *ctx, enum err err)
{
    struct hall *hall = ctx;
    hall->imports.queued = false;
    look(hall);
    if (err == ERR_OK)
        return;
    hall->imports.again_ms = hall->mono_ms + AGAIN_MS;
    log_write(LOG_WARN, "an import that was decided could not go on: %s", err_text(err));
}

bool imports_write_much(const struct hall *hall)
{
    return hall->imports.pending || hall->imports.put_down;
}

bool imports_due(const struct hall *hall)
{
    return hall->imports.pending && !hall->imports.queued && hall->mono_ms >= hall->imports.again_ms;
}

void imports_follow(struct hall *hall)
{
    if (!imports_due(hall))
        return;
    hall->imports.queued = true;
    writer_add(hall->writer, run_slice, slice_done, hall);
}
