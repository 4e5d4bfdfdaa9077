/* core/sync/many_kept.c: see many_kept.h. */
#include "core/sync/many_kept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/db/db.h"

struct many_kept {
    struct db *db;
    struct stmt *reading; /* whose texts the caller has */
};

/* One more text for each later version; those that were released never change. */
static const char schema[] =
    "CREATE TABLE IF NOT EXISTS known (url TEXT PRIMARY KEY, tag TEXT NOT NULL, text TEXT NOT NULL, known_at "
    "BIGINT NOT NULL, offset_ms BIGINT NOT NULL, series TEXT NOT NULL)";

static void make_folder(const char *path)
{
    char *part = xstrdup(path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(part, 0700);
        *slash = '/';
    }
    mkdir(part, 0700);
    free(part);
}

static enum err open_file(struct many_kept *kept, const char *path, struct err_info *info)
{
    enum err err = db_open(&kept->db, path, DB_WRITE | DB_CREATE | DB_EXCLUSIVE, info);
    if (err == ERR_OK)
        err = db_script(kept->db, schema);
    if (err != ERR_OK && kept->db) {
        err_set(info, err, "%s: %s", path, db_message(kept->db));
        db_close(&kept->db);
    }
    return err;
}

static void remove_file(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char *name = xasprintf("%s%s", path, ends[i]);
        unlink(name);
        free(name);
    }
}

enum err many_kept_open(struct many_kept **out, const char *folder, struct err_info *info)
{
    struct many_kept *kept = xcalloc(1, sizeof *kept);
    char *path = xasprintf("%s/halls.db", folder);
    make_folder(folder);
    enum err err = open_file(kept, path, info);
    if (err == ERR_CORRUPT) {
        remove_file(path);
        err = open_file(kept, path, info);
    }
    free(path);
    if (err != ERR_OK)
        many_kept_close(&kept);
    *out = kept;
    return err;
}

static void end_reading(struct many_kept *kept)
{
    if (kept->reading)
        db_done(kept->reading);
    kept->reading = NULL;
}

void many_kept_close(struct many_kept **slot)
{
    struct many_kept *kept = *slot;
    if (!kept)
        return;
    end_reading(kept);
    db_close(&kept->db);
    free(kept);
    *slot = NULL;
}

enum err many_kept_read(struct many_kept *kept, const char *url, struct many_known *known)
{
    static const char sql[] =
        "SELECT text, tag, known_at, offset_ms, series FROM known WHERE url = $1"; /* primary key */
    end_reading(kept);
    struct stmt *s = db_query(kept->db, sql);
    db_bind_text(s, 1, url);
    kept->reading = s;
    enum err err = db_step(s);
    if (err == ERR_OK)
        *known = (struct many_known){.text = db_text(s, 0),
                                     .tag = db_text(s, 1),
                                     .known_ms = db_int(s, 2),
                                     .offset_ms = db_int(s, 3),
                                     .series = db_text(s, 4)};
    else
        end_reading(kept);
    return err;
}

enum err many_kept_begin(struct many_kept *kept)
{
    end_reading(kept);
    return db_begin(kept->db);
}

enum err many_kept_write(struct many_kept *kept, const char *url, const struct many_known *known)
{
    static const char sql[] =
        "INSERT INTO known (url, tag, text, known_at, offset_ms, series) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (url) DO UPDATE SET tag = $2, text = $3, known_at = $4, offset_ms = $5, series = $6";
    struct stmt *s = db_query(kept->db, sql);
    db_bind_text(s, 1, url);
    db_bind_text(s, 2, known->tag);
    db_bind_text(s, 3, known->text);
    db_bind_int(s, 4, known->known_ms);
    db_bind_int(s, 5, known->offset_ms);
    db_bind_text(s, 6, known->series);
    return db_run(s);
}

enum err many_kept_end(struct many_kept *kept)
{
    enum err err = db_commit(kept->db);
    if (err != ERR_OK)
        db_rollback(kept->db);
    else
        err = db_checkpoint(kept->db, 200);
    return err;
}
