/* core/hall/writer.c: see writer.h. */
#include "core/hall/writer.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/hall/imports.h"
#include "core/hall/inside.h"
#include "core/hall/others.h"

enum {
    GROUP_MS = 40,               /* a group that runs longer is committed: others wait for it */
    CHECKPOINT_IDLE_PAGES = 500, /* worth moving when nobody waits */
    CHECKPOINT_PAGES = 8000,     /* 32 MB: moved even when somebody waits */
    CHECKPOINT_IMPORT_PAGES =
        1000, /* an import comes to thousands soon, and whoever waits shall not for all of them */
};

struct write {
    write_run *run;
    write_done *done;
    void *ctx;
    enum err err;
};

struct writer {
    struct hall *hall;
    struct write *pending;
    size_t count, capacity;
    size_t begun; /* those before it have run already */
    bool dirty;   /* something was committed since the last checkpoint */
};

struct writer *writer_new(struct hall *hall)
{
    struct writer *writer = xcalloc(1, sizeof *writer);
    writer->hall = hall;
    return writer;
}

void writer_free(struct writer **slot)
{
    struct writer *writer = *slot;
    if (!writer)
        return;
    free(writer->pending);
    free(writer);
    *slot = NULL;
}

static void add_at(struct writer *writer, size_t at, const struct write *write)
{
    if (writer->count == writer->capacity) {
        writer->capacity = writer->capacity ? writer->capacity * 2 : 64;
        writer->pending = xrealloc(writer->pending, writer->capacity * sizeof *writer->pending);
    }
    memmove(&writer->pending[at + 1], &writer->pending[at], (writer->count - at) * sizeof *writer->pending);
    writer->pending[at] = *write;
    writer->count++;
}

void writer_add(struct writer *writer, write_run *run, write_done *done, void *ctx)
{
    add_at(writer, writer->count, &(struct write){.run = run, .done = done, .ctx = ctx});
}

void writer_add_first(struct writer *writer, write_run *run, write_done *done, void *ctx)
{
    add_at(writer, writer->begun, &(struct write){.run = run, .done = done, .ctx = ctx});
}

bool writer_pending(const struct writer *writer)
{
    return writer->count > 0;
}

/* What undoes everybody's writes and not only one. */
static bool breaks_group(enum err err)
{
    return store_broken(err) || err == ERR_CONFLICT;
}

static enum err run_one(struct write *write, const struct server_env *env)
{
    enum err err = db_savepoint(env->db);
    if (err != ERR_OK)
        return err;
    write->err = write->run(write->ctx, env);
    if (write->err == ERR_OK)
        write->err = db_release(env->db); /* a store that is shared says here what failed */
    if (write->err == ERR_OK)
        return ERR_OK;
    if (breaks_group(write->err))
        return write->err;
    if (write->err != ERR_REFUSED) /* by a rule: whoever asked is told */
        log_write(LOG_ERROR, "a write could not be carried out: %s", db_message(env->db));
    db_rollback_to(env->db);
    return ERR_OK;
}

/* Whoever asked while the group ran shares its commit: with half of the clients writing while the other half is
 * being answered, groups would stay half as large as they could be. False: nobody came. */
static bool others_joined(struct writer *writer)
{
    struct hall *hall = writer->hall;
    size_t before = writer->count;
    if (!hall->http) /* before the first request is served */
        return false;
    hall->grouping = true;
    http_gather(hall->http);
    hall->grouping = false;
    return writer->count > before;
}

/* Runs writes from start on until the group has taken its time; *end is the first that was not run. */
static enum err run_group(struct writer *writer, size_t start, size_t *end)
{
    const struct server_env env = hall_env(writer->hall);
    int64_t until_ms = clock_mono_now_ms() + GROUP_MS;
    enum err err = writer->hall->fatal;
    if (err == ERR_OK)
        err = db_begin(env.db);
    if (err == ERR_OK)
        err = others_turn(writer->hall);
    if (err != ERR_OK) {
        *end = writer->begun = writer->count;
        return err;
    }
    size_t i = start;
    do {
        while (err == ERR_OK && i < writer->count && (i == start || clock_mono_now_ms() < until_ms)) {
            writer->begun = ++i;
            err = run_one(&writer->pending[i - 1], &env);
        }
    } while (err == ERR_OK && i == writer->count && clock_mono_now_ms() < until_ms && others_joined(writer));
    *end = i;
    return err;
}

/* A commit that failed for want of room did not happen. After any other failure nobody knows what the disk
 * holds (a failed fsync may drop pages that a second one calls written): this process must end. */
static void commit_failed(struct hall *hall, enum err err)
{
    log_write(LOG_ERROR, "%s: the commit failed: %s", db_path(hall->db), db_message(hall->db));
    if (err != ERR_DISK_FULL)
        hall->fatal = err;
}

static enum err commit_group(struct writer *writer)
{
    struct hall *hall = writer->hall;
    int64_t start_ms = clock_mono_now_ms();
    if (hall->others)
        return others_commit(hall);
    enum err err = db_commit(hall->db);
    if (err != ERR_OK) {
        commit_failed(hall, err);
        return err;
    }
    writer->dirty = true;
    metrics_commit(&hall->metrics, clock_mono_now_ms() - start_ms);
    return store_state(hall->db, &hall->state);
}

/* Of a store that is shared it knows better than that this computer's disk is in the way. */
static const char *why(const struct hall *hall, enum err err)
{
    return hall->others && err == ERR_DISK ? db_message(hall->db) : err_text(err);
}

static void group_failed(struct writer *writer, size_t start, size_t end, enum err err)
{
    struct hall *hall = writer->hall;
    db_rollback(hall->db);
    hall->full = err == ERR_DISK_FULL;
    if (err == ERR_CONFLICT || err == ERR_CORRUPT)
        hall->fatal = err;
    for (size_t i = start; i < end; i++)
        writer->pending[i].err = err;
    log_write(LOG_ERROR, "%s: the hall could not record: %s", db_path(hall->db), why(hall, err));
}

void writer_flush(struct writer *writer)
{
    size_t start = 0, end;
    while (start < writer->count) {
        enum err err = run_group(writer, start, &end);
        if (err == ERR_OK)
            err = commit_group(writer);
        if (err == ERR_OK)
            writer->hall->full = false;
        else
            group_failed(writer, start, end, err);
        metrics_group(&writer->hall->metrics, end - start);
        for (; start < end; start++) { /* done may add writes: the list may move */
            struct write write = writer->pending[start];
            write.done(write.ctx, write.err);
        }
    }
    writer->count = writer->begun = 0;
}

void writer_checkpoint(struct writer *writer, bool idle)
{
    if (!writer->dirty)
        return;
    int pages = idle                               ? CHECKPOINT_IDLE_PAGES
                : imports_write_much(writer->hall) ? CHECKPOINT_IMPORT_PAGES
                                                   : CHECKPOINT_PAGES;
    enum err err = db_checkpoint(writer->hall->db, pages);
    if (err != ERR_OK)
        log_write(LOG_WARN, "%s: the log could not be moved into the file: %s", db_path(writer->hall->db),
                  db_message(writer->hall->db));
    if (idle)
        writer->dirty = false;
}
