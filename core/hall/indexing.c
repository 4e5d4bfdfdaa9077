/* core/hall/indexing.c: see indexing.h. */
#include "core/hall/indexing.h"

#include "core/base/log.h"
#include "core/hall/inside.h"
#include "core/hall/search_index.h"
#include "core/hall/writer.h"

enum {
    AGAIN_MS = 5000,    /* after a slice that could not be written: a full disk */
    TOLD_SLICES = 1000, /* how far it is stands in the log */
};

void indexing_wake(struct hall *hall)
{
    bool whole = true;
    enum err err = search_whole(hall->db, &whole);
    if (err != ERR_OK)
        log_write(LOG_WARN, "the index of persons cannot be looked up: %s", err_text(err));
    hall->indexing.pending = err == ERR_OK && !whole;
    if (hall->indexing.pending)
        log_write(LOG_INFO, "persons are read into the index of names; until then a search may miss some");
}

static enum err run_slice(void *ctx, const struct server_env *env)
{
    struct hall *hall = ctx;
    bool whole = false;
    enum err err = search_slice(env->db, SEARCH_SLICE, &whole);
    if (err == ERR_OK)
        hall->indexing.pending = !whole;
    return err;
}

static void slice_done(void *ctx, enum err err)
{
    struct hall *hall = ctx;
    hall->indexing.queued = false;
    if (err != ERR_OK) {
        hall->indexing.pending = true;
        hall->indexing.again_ms = hall->mono_ms + AGAIN_MS;
        log_write(LOG_WARN, "persons could not be read into the index of names: %s", err_text(err));
    } else if (!hall->indexing.pending) {
        log_write(LOG_INFO, "every person is in the index of names");
    } else if (++hall->indexing.slices % TOLD_SLICES == 0) {
        log_write(LOG_INFO, "%lld persons are in the index of names so far",
                  (long long)hall->indexing.slices * SEARCH_SLICE);
    }
}

bool indexing_due(const struct hall *hall)
{
    return hall->indexing.pending && !hall->indexing.queued && hall->mono_ms >= hall->indexing.again_ms;
}

void indexing_follow(struct hall *hall)
{
    if (!indexing_due(hall))
        return;
    hall->indexing.queued = true;
    writer_add(hall->writer, run_slice, slice_done, hall);
}
