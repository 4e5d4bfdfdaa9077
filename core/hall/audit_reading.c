/* core/hall/audit_reading.c: see audit_reading.h. */
#include "core/hall/audit_reading.h"

#include "core/base/log.h"
#include "core/hall/audit_index.h"
#include "core/hall/inside.h"
#include "core/hall/writer.h"

enum { AGAIN_MS = 5000 }; /* after a slice that could not be written: a full disk */

void audit_reading_wake(struct hall *hall)
{
    int64_t place = 0;
    enum err err = audit_index_place(hall->db, &place);
    if (err != ERR_OK)
        log_write(LOG_WARN, "the index of the audit cannot be looked up: %s", err_text(err));
    hall->audit_reading.pending = err == ERR_OK && place > 0;
    if (hall->audit_reading.pending)
        log_write(LOG_INFO, "%lld older lines of the audit are read into its index", (long long)place);
}

static enum err run_slice(void *ctx, const struct server_env *env)
{
    struct hall *hall = ctx;
    bool whole = false;
    enum err err = audit_index_slice(env->db, AUDIT_SLICE, &whole);
    if (err == ERR_OK)
        hall->audit_reading.pending = !whole;
    return err;
}

static void slice_done(void *ctx, enum err err)
{
    struct hall *hall = ctx;
    hall->audit_reading.queued = false;
    if (err != ERR_OK) {
        hall->audit_reading.pending = true;
        hall->audit_reading.again_ms = hall->mono_ms + AGAIN_MS;
        log_write(LOG_WARN, "lines of the audit could not be read into its index: %s", err_text(err));
    } else if (!hall->audit_reading.pending) {
        log_write(LOG_INFO, "every line of the audit is in its index");
    }
}

bool audit_reading_due(const struct hall *hall)
{
    return hall->audit_reading.pending && !hall->audit_reading.queued &&
           hall->mono_ms >= hall->audit_reading.again_ms;
}

void audit_reading_follow(struct hall *hall)
{
    if (!audit_reading_due(hall))
        return;
    hall->audit_reading.queued = true;
    writer_add(hall->writer, run_slice, slice_done, hall);
}
