/* core/hall/store_copy.c: see store_copy.h. */
#include "core/hall/store_copy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/db/whole.h"

struct copy {
    struct whole *whole;
    int64_t rows, mark;
    char digest[SHA256_TEXT];
};

/* In transactions of both: what is read is of one moment. */
static enum err copy_rows(struct copy *c, struct db *from, struct db *to, struct err_info *info)
{
    struct db *at = from;
    enum err err = db_in_transaction(from) ? ERR_OK : db_begin(from);
    if (err == ERR_OK) {
        at = to;
        err = db_begin(to);
    }
    if (err == ERR_OK)
        err = whole_copy(&c->whole, from, to, &c->rows, c->digest, &at);
    if (err == ERR_OK) {
        at = from;
        err = db_mark(from, &c->mark);
    }
    if (err == ERR_OK) {
        at = to;
        err = db_commit(to);
    }
    if (err == ERR_CORRUPT)
        err_set(info, err, "The rows that %s would hold are not those of %s. Nothing was put there.",
                db_path(to), db_path(from));
    else if (err != ERR_OK)
        store_fail(at, err, info);
    db_rollback(to);
    db_rollback(from);
    return err;
}

/* One file holds everything, as a backup does. */
static enum err end_file(struct copy *c, struct db *file, struct err_info *info)
{
    enum err err = c->mark ? db_set_mark(file, c->mark) : ERR_OK;
    if (err == ERR_OK)
        err = db_script(file, "PRAGMA journal_mode = DELETE");
    return err == ERR_OK ? ERR_OK : store_fail(file, err, info);
}

static void drop_file(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char *name = xasprintf("%s%s", path, ends[i]);
        (void)unlink(name);
        free(name);
    }
}

struct store_copy {
    struct db *reader;
    char *path;
};

/* Its first question is what PostgreSQL takes the moment by. */
enum err store_copy_begin(struct store_copy **out, const struct db *db, const char *path,
                          struct err_info *info)
{
    struct store_copy *copy = NULL;
    struct hall_state state;
    *out = NULL;
    if (!db_is_address(db_path(db)))
        return err_set(info, ERR_INVALID, "%s is a file already.", db_path(db));
    copy = xcalloc(1, sizeof *copy);
    copy->path = xstrdup(path);
    enum err err = db_open(&copy->reader, db_address(db), 0, info);
    if (err == ERR_OK) {
        err = db_begin(copy->reader);
        if (err == ERR_OK)
            err = store_state(copy->reader, &state);
        if (err != ERR_OK)
            store_fail(copy->reader, err, info);
    }
    if (err == ERR_OK) {
        *out = copy;
        return ERR_OK;
    }
    db_close(&copy->reader);
    free(copy->path);
    free(copy);
    return err;
}

static enum err write_copy(struct copy *c, const struct store_copy *copy, const char *part,
                           struct err_info *info)
{
    struct db *file = NULL;
    enum err err = store_open_file(&file, part, true, info);
    if (err == ERR_OK)
        err = copy_rows(c, copy->reader, file, info);
    if (err == ERR_OK)
        err = end_file(c, file, info);
    db_close(&file);
    if (err == ERR_OK && rename(part, copy->path) != 0)
        err = err_set(info, err_from_errno(errno), "%s cannot be written: %s.", copy->path, strerror(errno));
    return err;
}

enum err store_copy_end(struct store_copy **slot, struct err_info *info)
{
    struct copy c = {0};
    struct store_copy *copy = *slot;
    char *part = xasprintf("%s.part", copy->path);
    drop_file(part);
    enum err err = write_copy(&c, copy, part, info);
    if (err != ERR_OK)
        drop_file(part);
    free(part);
    db_rollback(copy->reader);
    db_close(&copy->reader);
    whole_free(&c.whole);
    free(copy->path);
    free(copy);
    *slot = NULL;
    return err;
}

enum err store_copy(struct db *db, const char *path, struct err_info *info)
{
    struct store_copy *copy = NULL;
    if (!db_is_address(db_path(db)))
        return db_backup(db, path, NULL, NULL, info);
    enum err err = store_copy_begin(&copy, db, path, info);
    return err == ERR_OK ? store_copy_end(&copy, info) : err;
}

enum err store_copy_back(const char *path, struct db **to, struct err_info *info)
{
    struct copy c = {0};
    struct db *file = NULL;
    enum err err = db_open(&file, path, 0, info);
    if (err == ERR_OK)
        err = copy_rows(&c, file, *to, info);
    if (err == ERR_OK && c.mark && db_set_mark(*to, c.mark) != ERR_OK)
        err = store_fail(*to, ERR_SYSTEM, info);
    db_close(&file);
    db_close(to);
    whole_free(&c.whole); /* statements go by the addresses of its texts */
    return err;
}
