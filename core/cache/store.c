/* core/cache/store.c: transactions and small values of the workstation's file. Knows no row and no command.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/cache/store.h"

/* A damaged page shows itself only when it is read: the next start then salvages (cache_open). */
static void note_damage(const struct cache *cache)
{
    char *path = xasprintf("%s/cache.damaged", cache->dir);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    free(path);
}

enum err file_fail(struct cache *cache, enum err err)
{
    if (err == ERR_OK || err == ERR_ABSENT)
        return err;
    str_format(cache->message, sizeof cache->message, "%s: %s. Nothing saved before is lost.", err_text(err),
               db_message(cache->db));
    if (err == ERR_CORRUPT)
        note_damage(cache);
    return err;
}

enum err file_refuse(struct cache *cache, enum err err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = NULL;
    if (vasprintf(&text, format, args) >= 0) {
        str_copy(cache->message, sizeof cache->message, text);
        free(text);
    }
    va_end(args);
    return err;
}

/* What a failed disk left open is settled before anything else is written. Whoever asks read from memory what may now
 * be otherwise, so this once it fails. */
enum err file_begin(struct cache *cache, bool durable)
{
    if (db_failed(cache->db))
        return file_revive(cache) == ERR_OK ? ERR_DISK : file_fail(cache, ERR_DISK);
    if (cache->durable != durable)
        TRY(db_script(cache->db, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
    cache->durable = durable;
    overlay_begin(cache);
    return db_begin(cache->db);
}

void file_undo(struct cache *cache)
{
    overlay_undo(cache);
    db_rollback(cache->db);
}

enum err file_end(struct cache *cache, enum err err)
{
    if (err == ERR_OK)
        err = db_commit(cache->db);
    if (err == ERR_OK)
        return ERR_OK;
    file_fail(cache, err); /* before the rollback changes the sentence */
    file_undo(cache);
    if (db_failed(cache->db) && file_revive(cache) != ERR_OK)
        log_write(LOG_ERROR, "%s: %s", db_path(cache->db), db_message(cache->db));
    return err;
}

enum err query_int(struct stmt *s, int64_t *value)
{
    enum err err = db_step(s);
    if (err == ERR_OK)
        *value = db_int(s, 0);
    db_done(s);
    return err;
}

enum err meta_set(struct db *db, const char *name, const char *value)
{
    static const char sql_set[] = "INSERT INTO meta (name, value) VALUES ($1, $2)"
                                  " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    struct stmt *s = db_query(db, sql_set);
    db_bind_text(s, 1, name);
    db_bind_text(s, 2, value);
    return db_run(s);
}

enum err meta_set_int(struct db *db, const char *name, int64_t value)
{
    char text[24];
    str_format(text, sizeof text, "%" PRId64, value);
    return meta_set(db, name, text);
}

enum err meta_get(struct db *db, const char *name, char **value)
{
    static const char sql_get[] = "SELECT value FROM meta WHERE name = $1"; /* primary key */
    *value = NULL;
    struct stmt *s = db_query(db, sql_get);
    db_bind_text(s, 1, name);
    enum err err = db_step(s);
    if (err == ERR_OK && db_text(s, 0))
        *value = xstrdup(db_text(s, 0));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* One line, so that the place is one small write a batch: "cursor epoch safe_through fed_ms needs_snapshot
 * chain". */
enum err place_read(struct db *db, struct place *place)
{
    char *text = NULL;
    TRY(meta_get(db, "place", &text));
    int needs = 1;
    *place = (struct place){0};
    if (text)
        sscanf(text, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %d %64s", &place->cursor, &place->epoch,
               &place->safe_through, &place->fed_ms, &needs, place->chain);
    place->needs_snapshot = needs != 0;
    free(text);
    return ERR_OK;
}

enum err place_write(struct db *db, const struct place *place)
{
    char text[200];
    str_format(text, sizeof text, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %d %s", place->cursor,
               place->epoch, place->safe_through, place->fed_ms, place->needs_snapshot, place->chain);
    return meta_set(db, "place", text);
}

enum err cache_tidy(struct cache *cache)
{
    enum { PAGES_MIN = 1000 }; /* 4 MB of log */
    return file_fail(cache, db_checkpoint(cache->db, PAGES_MIN));
}

/* --- settings --- */

const char *cache_setting(struct cache *cache, const char *name)
{
    static const char sql_get[] = "SELECT value FROM setting WHERE name = $1"; /* primary key */
    struct stmt *s = db_query(cache->db, sql_get);
    db_bind_text(s, 1, name);
    json_free(&cache->setting);
    enum err err = db_step(s);
    if (err == ERR_OK && db_text(s, 0))
        cache->setting = json_new_text(db_text(s, 0));
    db_done(s);
    file_fail(cache, err);
    return cache->setting ? json_as_text(cache->setting) : NULL;
}

static enum err set_setting(struct cache *cache, const char *name, const char *value, bool durable)
{
    static const char sql_set[] = "INSERT INTO setting (name, value) VALUES ($1, $2)"
                                  " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    enum err err = file_begin(cache, durable);
    if (err != ERR_OK)
        return file_fail(cache, err);
    struct stmt *s = db_query(cache->db, sql_set);
    db_bind_text(s, 1, name);
    db_bind_text(s, 2, value);
    return file_end(cache, db_run(s));
}

enum err cache_set_setting(struct cache *cache, const char *name, const char *value)
{
    return set_setting(cache, name, value, true);
}

enum err cache_keep_place(struct cache *cache, const char *place)
{
    return set_setting(cache, "place", place, false);
}
