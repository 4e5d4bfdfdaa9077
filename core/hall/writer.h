/* core/hall/writer.h: group commit: every write that arrived in one turn of the loop, or while its group ran,
 * shares one transaction and one fsync. A write's own failure undoes that write alone; nothing is answered before
 * the commit returned. */
#pragma once
#include "core/hall/server_core.h"

struct hall;
struct writer;

/* In the group's transaction, within a savepoint. An error of the store (store_broken, ERR_CONFLICT) undoes the
 * whole group, any other this write. */
typedef enum err write_run(void *ctx, const struct server_env *env);
/* After the commit, or with what went wrong: then nothing of it is stored, or after a commit that failed nobody
 * knows. Frees ctx. */
typedef void write_done(void *ctx, enum err err);

struct writer *writer_new(struct hall *hall);
void writer_free(struct writer **writer); /* NULL-safe; nothing may be pending */
void writer_add(struct writer *writer, write_run *run, write_done *done, void *ctx);
/* The same before all that has not run yet. */
void writer_add_first(struct writer *writer, write_run *run, write_done *done, void *ctx);
bool writer_pending(const struct writer *writer);
/* Runs what is pending, one group or, when it takes long, several. hall->state is then the newest. */
void writer_flush(struct writer *writer);
/* Between groups: moves the log into the file when there is time for it, or when it has grown long. */
void writer_checkpoint(struct writer *writer, bool idle);
