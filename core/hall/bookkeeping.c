/* core/hall/bookkeeping.c: see bookkeeping.h. */
#include "core/hall/bookkeeping.h"

#include "core/base/log.h"
#include "core/hall/daybook.h"
#include "core/hall/inside.h"
#include "core/hall/writer.h"

enum {
    BOOK_LOOK_MS = 60 * 1000, /* a day that is over changes seldom */
    TOLD_PARTS = 500,
};

static enum err write_part(void *ctx, const struct server_env *env)
{
    struct hall *hall = ctx;
    bool whole = false;
    enum err err = daybook_slice(env->db, hall->day, &whole);
    if (err == ERR_OK)
        hall->book.whole = whole;
    return err;
}

static void part_done(void *ctx, enum err err)
{
    struct hall *hall = ctx;
    hall->book.queued = false;
    if (err != ERR_OK) {
        hall->book.again_ms = hall->mono_ms + BOOK_LOOK_MS;
        log_write(LOG_WARN, "the day book could not be written: %s", err_text(err));
    } else if (hall->book.whole) {
        hall->book.again_ms = hall->mono_ms + BOOK_LOOK_MS;
    } else if (++hall->book.parts % TOLD_PARTS == 0) {
        log_write(LOG_INFO, "%lld parts of the day book are written", (long long)hall->book.parts);
    }
}

bool bookkeeping_due(const struct hall *hall)
{
    return !hall->book.queued && hall->mono_ms >= hall->book.again_ms;
}

/* To look and find nothing is no write: only where something is due does the group get one. */
void bookkeeping_follow(struct hall *hall)
{
    bool any = false;
    if (!bookkeeping_due(hall))
        return;
    if (daybook_any_due(hall->db, hall->day, &any) != ERR_OK || !any) {
        hall->book.again_ms = hall->mono_ms + BOOK_LOOK_MS;
        return;
    }
    hall->book.queued = true;
    writer_add(hall->writer, write_part, part_done, hall);
}
