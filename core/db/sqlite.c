/* core/db/sqlite.c: the only door to SQLite, in files. See db.h.
 *
 * WAL without automatic checkpoints: a checkpoint on the commit path costs 5–20 ms, so the owner of a database
 * says when (db_checkpoint); a log that nobody tidied is checkpointed at LOG_PAGES_MAX all the same. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/db/kind.h"
#include "core/db/statements.h"

enum {
    LOG_PAGES_MAX = 50000, /* 200 MB of log: nobody tidied it */
    COPY_STEP_PAGES = 512  /* 2 MB: a few ms */
};

struct stmt {
    const struct db_kind *kind;
    struct db *db;
    const char *sql; /* its address is its name */
    sqlite3_stmt *raw;
    enum err failed; /* of preparing or binding: told by the next step */
    bool busy;       /* between db_query and db_done */
    bool extra;      /* a second use while the first was busy: freed when done */
};

struct db {
    const struct db_kind *kind;
    sqlite3 *raw;
    char *path;
    unsigned flags;
    bool writes;
    bool begun;    /* db_begin, and neither commit nor rollback since */
    enum err lost; /* why SQLite itself undid what was begun: see is_lost */
    bool failed;   /* a write or fsync failed: see db_failed */
    int log_pages; /* of the write-ahead log after the last commit */
    char message[400];
    struct statements statements;
    struct db_copy *copy; /* under way; NULL: none */
};

static void sqlite_close(struct db **db);
static bool sqlite_in_transaction(const struct db *db);
static struct stmt *sqlite_query(struct db *db, const char *sql);
static enum err sqlite_run(struct stmt *s);
static void sqlite_done(struct stmt *s);
static enum err sqlite_checkpoint(struct db *db, int64_t pages_min);

/* --- errors --- */

static enum err err_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
        return ERR_OK;
    case SQLITE_DONE:
        return ERR_ABSENT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_IN_USE;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return ERR_READ_ONLY;
    case SQLITE_FULL:
        return ERR_DISK_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return ERR_CORRUPT;
    case SQLITE_CONSTRAINT:
        return ERR_CONFLICT;
    case SQLITE_TOOBIG:
        return ERR_TOO_LARGE;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
        return ERR_DISK;
    default:
        return ERR_SYSTEM;
    }
}

/* After some errors (a read that fails, a full disk) SQLite rolls the whole transaction back by itself. Whoever goes on,
 * thinking that only one question had no answer, would then write for good what belonged to it, statement by statement:
 * so nothing is done any more until db_rollback. */
static bool is_lost(const struct db *db)
{
    return db->begun && sqlite3_get_autocommit(db->raw);
}

/* The schema is read from the file too: one that lacks what every file of ours has is damaged, and no mistake of ours. */
static bool lacks_schema(const struct db *db)
{
    static const char *const words[] = {"no such table",
                                        "no such column",
                                        "has no column named",
                                        "ON CONFLICT clause does not match",
                                        "unknown function",
                                        "no such function",
                                        "wrong number of arguments",
                                        "non-deterministic use of",
                                        "bad JSON path",
                                        "JSON path error",
                                        "error in ",
                                        "do not have the same number of result columns"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(sqlite3_errmsg(db->raw), words[i]))
            return true;
    return false;
}

static enum err fail(struct db *db, int code)
{
    enum err err = err_of(code == SQLITE_ERROR && lacks_schema(db) ? SQLITE_CORRUPT : code);
    str_copy(db->message, sizeof db->message, sqlite3_errmsg(db->raw));
    if (is_lost(db))
        db->lost = err;
    if (err == ERR_DISK)
        db->failed = true;
    return err;
}

/* A statement that SQLite does not understand is our own mistake, not the world's. */
static void bad_statement(const struct db *db, const char *sql)
{
    fprintf(stderr, "core/db: %s\n  in: %s\n", sqlite3_errmsg(db->raw), sql);
    abort();
}

static const char *sqlite_message(const struct db *db)
{
    return db->message[0] ? db->message : "no particulars";
}

static const char *sqlite_path(const struct db *db)
{
    return db->path;
}

/* --- opening --- */

static int note_log(void *ctx, sqlite3 *raw, const char *name, int pages)
{
    struct db *db = ctx;
    (void)raw, (void)name;
    db->log_pages = pages;
    return SQLITE_OK;
}

/* A new file is private from its first moment. An existing one is not opened here: closing it would drop the
 * locks that this process may hold on it (POSIX). */
static enum err make_file(const char *path, struct err_info *info)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    else if (errno != EEXIST)
        return err_set(info, err_from_errno(errno),
                       "%s cannot be made: %s. Choose another folder with --data.", path, strerror(errno));
    return ERR_OK;
}

static enum err open_failed(const struct db *db, int code, struct err_info *info)
{
    enum err err = err_of(code);
    switch (err) {
    case ERR_IN_USE:
        return err_set(info, err, "%s is in use by another program. Close that one first.", db->path);
    case ERR_CORRUPT:
        return err_set(info, err, "%s is damaged or is no database.", db->path);
    case ERR_READ_ONLY:
        return err_set(info, err, "%s cannot be written: check its owner and rights.", db->path);
    case ERR_DISK_FULL:
        return err_set(info, err, "%s cannot be written: the disk is full. Free some space.", db->path);
    default:
        return err_set(info, err, "%s cannot be opened: %s.", db->path,
                       db->raw ? sqlite3_errmsg(db->raw) : sqlite3_errstr(code));
    }
}

static const char settings_write[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                     " PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF;";
static const char settings_read[] = "PRAGMA temp_store = MEMORY; PRAGMA query_only = ON;";

/* The lock is taken, and the file looked at, here and not at the first use. */
static int lock_file(struct db *db)
{
    static const char sql[] = "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT";
    int mode = (db->writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(db->path, &db->raw, mode, NULL);
    sqlite3_extended_result_codes(db->raw, 1);
    sqlite3_busy_timeout(db->raw, 0);
    return code == SQLITE_OK && db->flags & DB_EXCLUSIVE ? sqlite3_exec(db->raw, sql, NULL, NULL, NULL)
                                                         : code;
}

static int prepare_file(struct db *db, unsigned flags)
{
    sqlite3_wal_hook(db->raw, note_log, db);
    int code = sqlite3_exec(db->raw, flags & DB_WRITE ? settings_write : settings_read, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db->raw, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL);
    return code;
}

static bool rewrite_log(const char *log)
{
    enum { PIECE = 256 * 1024 };
    char *piece = xmalloc(PIECE);
    int fd = open(log, O_RDWR | O_CLOEXEC);
    off_t at = 0;
    ssize_t got = 0;
    bool well = fd >= 0;
    while (well && (got = pread(fd, piece, PIECE, at)) > 0) {
        well = pwrite(fd, piece, (size_t)got, at) == got;
        at += got;
    }
    well = well && got == 0 && fsync(fd) == 0;
    int number = errno;
    if (fd >= 0)
        close(fd);
    free(piece);
    errno = number;
    return well;
}

static int open_locked(struct db *db)
{
    int code = lock_file(db);
    return code == SQLITE_OK ? prepare_file(db, db->flags) : code;
}

static bool has_log(const char *log)
{
    struct stat st;
    return stat(log, &st) == 0 && st.st_size > 0;
}

/* Writes the log of a program that did not end well back as it stands. After an fsync that failed the system may hold
 * pages that it takes for written and that the disk never got (Linux marks them clean): read, they are there; after a
 * power cut they are not, and with them goes all that follows them in the log. Written again, the next fsync keeps them
 * or says that it cannot. Under the file's lock, for the log of a program at work is that one's alone; and opened again
 * afterwards, so that what is believed is what was written. */
static enum err settle_log(struct db *db, struct err_info *info)
{
    char *log = xasprintf("%s-wal", db->path);
    enum err err = ERR_OK;
    if (has_log(log)) {
        int code = lock_file(db);
        if (code != SQLITE_OK)
            err = open_failed(db, code, info);
        else if (has_log(log) && !rewrite_log(log))
            err = err_set(info, ERR_DISK, "%s cannot be written: %s. Check the disk.", log, strerror(errno));
        sqlite3_db_config(db->raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_close_v2(db->raw);
        db->raw = NULL;
    }
    free(log);
    return err;
}

static enum err open_raw(struct db *db, struct err_info *info)
{
    enum err err = db->flags & DB_EXCLUSIVE ? settle_log(db, info) : ERR_OK;
    if (err != ERR_OK)
        return err;
    int code = open_locked(db);
    return code == SQLITE_OK ? ERR_OK : open_failed(db, code, info);
}

static enum err sqlite_open(struct db **out, const char *path, unsigned flags, struct err_info *info)
{
    *out = NULL;
    if (!(flags & DB_CREATE) && access(path, F_OK) != 0)
        return err_set(info, errno == ENOENT || errno == ENOTDIR ? ERR_ABSENT : err_from_errno(errno),
                       "%s cannot be opened: %s.", path, strerror(errno));
    if (flags & DB_CREATE) {
        enum err err = make_file(path, info);
        if (err != ERR_OK)
            return err;
    }
    if (flags & DB_WRITE && access(path, W_OK) != 0)
        return err_set(info, ERR_READ_ONLY, "%s cannot be written: %s. Check its owner and rights.", path,
                       strerror(errno));
    struct db *db = xcalloc(1, sizeof *db);
    db->kind = &db_sqlite;
    db->path = xstrdup(path);
    db->flags = flags;
    db->writes = flags & DB_WRITE;
    statements_open(&db->statements);
    /* SQLite counts every allocation under a lock for statistics that nobody asks for. Taken at the first
     * opening; refused, harmlessly, at every later one. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    enum err err = open_raw(db, info);
    if (err != ERR_OK) {
        sqlite_close(&db);
        return err;
    }
    *out = db;
    return ERR_OK;
}

static void forget_statements(struct db *db)
{
    size_t at = 0;
    for (struct stmt *s; (s = statements_next(&db->statements, &at));) {
        sqlite3_finalize(s->raw);
        free(s);
    }
    statements_forget(&db->statements);
}

static void leave_copy(struct db *db);

/* Closing moves the log into the file and removes it; but not what a failed disk only seems to hold. */
static void close_raw(struct db *db)
{
    forget_statements(db);
    leave_copy(db);
    db->begun = false;
    if (db->failed && db->raw)
        sqlite3_db_config(db->raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close_v2(db->raw);
    db->raw = NULL;
}

static bool sqlite_failed(const struct db *db)
{
    return db->failed;
}

static const char *sqlite_being_read(const struct db *db)
{
    size_t at = 0;
    for (const struct stmt *s; (s = statements_next(&db->statements, &at));)
        if (s->busy)
            return s->sql;
    return NULL;
}

static void revive_failed(struct db *db, const struct err_info *info)
{
    close_raw(db);
    str_copy(db->message, sizeof db->message, info->text);
}

static enum err sqlite_revive(struct db *db)
{
    struct err_info info = {0};
    if (!db->failed)
        return ERR_OK;
    if (sqlite_being_read(db))
        return ERR_DISK;
    close_raw(db);
    db->log_pages = 0;
    enum err err = open_raw(db, &info);
    if (err == ERR_OK)
        db->failed = false;
    else
        revive_failed(db, &info);
    return err;
}

static void sqlite_close(struct db **db)
{
    struct db *d = *db;
    if (!d)
        return;
    close_raw(d);
    statements_close(&d->statements);
    free(d->path);
    free(d);
    *db = NULL;
}

/* --- transactions --- */

static enum err run_text(struct db *db, const char *sql)
{
    return sqlite_run(sqlite_query(db, sql));
}

static enum err sqlite_begin(struct db *db)
{
    enum err err = sqlite_revive(db);
    if (err != ERR_OK)
        return err;
    if (is_lost(db)) /* and nobody rolled back */
        db->begun = false;
    db->lost = ERR_DISK; /* unless it is said why */
    err = run_text(db, db->writes ? "BEGIN IMMEDIATE" : "BEGIN");
    db->begun = db->begun || err == ERR_OK;
    return err;
}

static enum err sqlite_commit(struct db *db)
{
    enum err err = run_text(db, "COMMIT");
    if (err == ERR_OK)
        db->begun = false;
    if (err == ERR_OK && db->log_pages > LOG_PAGES_MAX && sqlite_checkpoint(db, 0) != ERR_OK)
        db->message[0] = '\0'; /* the commit stands; the next one tries again */
    return err;
}

static void sqlite_rollback(struct db *db)
{
    /* SQLite may have rolled back by itself; a failure to roll back undoes nothing that was committed. */
    if (sqlite_in_transaction(db))
        (void)run_text(db, "ROLLBACK");
    db->begun = false;
}

static bool sqlite_in_transaction(const struct db *db)
{
    return db->raw && !sqlite3_get_autocommit(db->raw);
}

/* One name for all: a nested savepoint hides the outer one until it is released. */
static enum err sqlite_savepoint(struct db *db)
{
    return run_text(db, "SAVEPOINT step");
}

static enum err sqlite_release(struct db *db)
{
    return run_text(db, "RELEASE step");
}

static void sqlite_rollback_to(struct db *db)
{
    if (!sqlite_in_transaction(db))
        return;
    (void)run_text(db, "ROLLBACK TO step");
    (void)run_text(db, "RELEASE step");
}

static enum err sqlite_script(struct db *db, const char *sql)
{
    if (!db->raw)
        return ERR_DISK;
    if (is_lost(db))
        return db->lost;
    int code = sqlite3_exec(db->raw, sql, NULL, NULL, NULL);
    if (code == SQLITE_ERROR && strstr(sqlite3_errmsg(db->raw), "syntax"))
        bad_statement(db, sql);
    return code == SQLITE_OK ? ERR_OK : fail(db, code);
}

/* --- statements --- */

/* $3 is the third parameter, as PostgreSQL has it; to SQLite it would be a name, numbered by first use. */
static char *numbered(const char *sql)
{
    char *text = xstrdup(sql);
    for (char *c = text; *c; c++)
        if (*c == '$' && c[1] >= '1' && c[1] <= '9')
            *c = '?';
    return text;
}

static struct stmt *prepare(struct db *db, const char *sql, bool extra)
{
    struct stmt *s = xcalloc(1, sizeof *s);
    s->kind = &db_sqlite;
    s->db = db;
    s->sql = sql;
    s->extra = extra;
    if (!db->raw) { /* it could not be revived */
        s->failed = ERR_DISK;
        return s;
    }
    char *text = numbered(sql);
    int code = sqlite3_prepare_v3(db->raw, text, -1, extra ? 0 : SQLITE_PREPARE_PERSISTENT, &s->raw, NULL);
    free(text);
    if (code == SQLITE_ERROR && lacks_schema(db))
        code = SQLITE_CORRUPT;
    if ((code & 0xff) == SQLITE_ERROR)
        bad_statement(db, sql);
    s->failed = code == SQLITE_OK ? ERR_OK : fail(db, code);
    return s;
}

static struct stmt *sqlite_query(struct db *db, const char *sql)
{
    struct stmt *s = statements_find(&db->statements, sql);
    if (s && s->busy)
        s = prepare(db, sql, true);
    else if (s && s->failed != ERR_OK && !s->raw) { /* preparing failed for the disk's sake: once more */
        free(s);
        statements_put(&db->statements, sql, s = prepare(db, sql, false));
    } else if (!s)
        statements_put(&db->statements, sql, s = prepare(db, sql, false));
    s->busy = true;
    return s;
}

static void bound(struct stmt *s, int code)
{
    if (code == SQLITE_RANGE)
        bad_statement(s->db, s->sql);
    if (code != SQLITE_OK && s->failed == ERR_OK)
        s->failed = fail(s->db, code);
}

static void sqlite_bind_text(struct stmt *s, int index, const char *text)
{
    if (s->raw)
        bound(s, text ? sqlite3_bind_text(s->raw, index, text, -1, SQLITE_TRANSIENT)
                      : sqlite3_bind_null(s->raw, index));
}

static void sqlite_bind_int(struct stmt *s, int index, int64_t value)
{
    if (s->raw)
        bound(s, sqlite3_bind_int64(s->raw, index, value));
}

static void sqlite_bind_null(struct stmt *s, int index)
{
    if (s->raw)
        bound(s, sqlite3_bind_null(s->raw, index));
}

static enum err sqlite_step(struct stmt *s)
{
    if (s->failed != ERR_OK)
        return s->failed;
    if (is_lost(s->db))
        return s->db->lost;
    int code = sqlite3_step(s->raw);
    return code == SQLITE_ROW ? ERR_OK : code == SQLITE_DONE ? ERR_ABSENT : fail(s->db, code);
}

static enum err sqlite_run(struct stmt *s)
{
    enum err err;
    while ((err = sqlite_step(s)) == ERR_OK) {
    }
    sqlite_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void sqlite_done(struct stmt *s)
{
    if (s->extra) {
        sqlite3_finalize(s->raw);
        free(s);
        return;
    }
    if (s->raw) {
        sqlite3_reset(s->raw); /* repeats the step's error, which was told */
        sqlite3_clear_bindings(s->raw);
        s->failed = ERR_OK;
    }
    s->busy = false;
}

static const char *sqlite_text(struct stmt *s, int column)
{
    return (const char *)sqlite3_column_text(s->raw, column);
}

static int64_t sqlite_int(struct stmt *s, int column)
{
    return sqlite3_column_int64(s->raw, column);
}

static bool sqlite_is_null(struct stmt *s, int column)
{
    return sqlite3_column_type(s->raw, column) == SQLITE_NULL;
}

static int64_t sqlite_changes(const struct db *db)
{
    return db->raw ? sqlite3_changes64(db->raw) : 0;
}

/* --- the file --- */

static enum err sqlite_checkpoint(struct db *db, int64_t pages_min)
{
    if (db->log_pages <= pages_min)
        return ERR_OK;
    if (db->failed)
        return ERR_DISK;
    int code = sqlite3_wal_checkpoint_v2(db->raw, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (code != SQLITE_OK)
        return fail(db, code);
    db->log_pages = 0;
    return ERR_OK;
}

static bool sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

static enum err name_file(const char *part, const char *path, struct err_info *info)
{
    char *folder = xstrdup(path), *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    bool ok = sync_path(part, O_RDWR) && rename(part, path) == 0;
    int number = errno;
    if (ok)
        (void)sync_path(slash ? folder : ".", O_RDONLY | O_DIRECTORY); /* not every file system can */
    free(folder);
    return ok ? ERR_OK
              : err_set(info, err_from_errno(number),
                        "%s cannot be written: %s. The hall itself is untouched.", path, strerror(number));
}

/* --- a copy --- */

struct db_copy {
    const struct db_kind *kind;
    struct db *db; /* NULL: its connection was closed under the copy */
    sqlite3 *to;
    sqlite3_backup *backup;
    char *path, *part;
    int fd; /* of part, to bring it to the disk slice by slice */
};

/* Its connection is about to be closed. */
static void leave_copy(struct db *db)
{
    if (!db->copy)
        return;
    sqlite3_backup_finish(db->copy->backup);
    db->copy->backup = NULL;
    db->copy->db = NULL;
    db->copy = NULL;
}

/* Frees; what was not made whole leaves nothing behind. */
static void sqlite_copy_drop(struct db_copy **slot)
{
    struct db_copy *copy = *slot;
    if (!copy)
        return;
    if (copy->db)
        copy->db->copy = NULL;
    sqlite3_backup_finish(copy->backup);
    sqlite3_close_v2(copy->to);
    if (copy->fd >= 0)
        close(copy->fd);
    if (copy->part)
        (void)unlink(copy->part);
    free(copy->part);
    free(copy->path);
    free(copy);
    *slot = NULL;
}

/* By the code: once the backup has ended, its connection knows nothing of the error any more. */
static enum err copy_failed(struct db_copy **copy, int code, struct err_info *info)
{
    enum err err = err_set(info, err_of(code), "%s cannot be written: %s. The hall itself is untouched.",
                           (*copy)->path, sqlite3_errstr(code));
    sqlite_copy_drop(copy);
    return err;
}

static enum err sqlite_copy_open(struct db *db, const char *path, struct db_copy **out, struct err_info *info)
{
    *out = NULL;
    if (!db->raw)
        return err_set(info, ERR_DISK, "%s was not made: the hall's disk failed. Check it, then try again.",
                       path);
    struct db_copy *copy = *out = xcalloc(1, sizeof *copy);
    copy->kind = &db_sqlite;
    copy->fd = -1;
    copy->path = xstrdup(path);
    copy->part = xasprintf("%s.part", path);
    if (db->copy) {
        free(copy->part);
        copy->part = NULL; /* the other's, perhaps */
        sqlite_copy_drop(out);
        return err_set(info, ERR_IN_USE,
                       "Another copy of this hall is being made. Try again when it is whole.");
    }
    (void)unlink(copy->part);
    enum err err = make_file(copy->part, info);
    if (err != ERR_OK) {
        sqlite_copy_drop(out);
        return err;
    }
    int code = sqlite3_open_v2(copy->part, &copy->to, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK) /* the file is brought to the disk before it is named, below */
        code = sqlite3_exec(copy->to, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
    if (code == SQLITE_OK && !(copy->backup = sqlite3_backup_init(copy->to, "main", db->raw, "main")))
        code = sqlite3_errcode(copy->to);
    if (code != SQLITE_OK)
        return copy_failed(out, code, info);
    copy->fd = open(copy->part, O_RDWR | O_CLOEXEC);
    copy->db = db;
    db->copy = copy;
    return ERR_OK;
}

static enum err copy_end(struct db_copy **slot, struct err_info *info)
{
    struct db_copy *copy = *slot;
    int code = sqlite3_backup_finish(copy->backup);
    copy->backup = NULL;
    /* Out of WAL: one file holds everything, and it can be read from a medium that cannot be written. */
    if (code == SQLITE_OK)
        code = sqlite3_exec(copy->to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return copy_failed(slot, code, info);
    sqlite3_close_v2(copy->to);
    copy->to = NULL;
    enum err err = name_file(copy->part, copy->path, info);
    if (err == ERR_OK) {
        free(copy->part);
        copy->part = NULL;
    }
    sqlite_copy_drop(slot);
    return err;
}

static enum err sqlite_copy_step(struct db_copy **slot, bool *whole, struct err_info *info)
{
    struct db_copy *copy = *slot;
    *whole = false;
    if (!copy->db) {
        enum err err = err_set(info, ERR_DISK,
                               "%s was not made: the hall's disk failed meanwhile. Try again.", copy->path);
        sqlite_copy_drop(slot);
        return err;
    }
    int code = sqlite3_backup_step(copy->backup, COPY_STEP_PAGES);
    if (code == SQLITE_OK) {
        if (copy->fd >= 0)
            (void)fdatasync(
                copy->fd); /* else all of it would be waited for at the end, which alone says whether it is there */
        return ERR_OK;
    }
    if (code != SQLITE_DONE)
        return copy_failed(slot, code, info);
    *whole = true;
    return copy_end(slot, info);
}

static enum err sqlite_backup(struct db *db, const char *path,
                              void (*progress)(void *ctx, int done, int total), void *ctx,
                              struct err_info *info)
{
    struct db_copy *copy;
    bool whole = false;
    enum err err = sqlite_copy_open(db, path, &copy, info);
    while (err == ERR_OK && !whole) {
        err = sqlite_copy_step(&copy, &whole, info);
        if (err == ERR_OK && !whole && progress) {
            int total = sqlite3_backup_pagecount(copy->backup), left = sqlite3_backup_remaining(copy->backup);
            progress(ctx, total - left, total);
        }
    }
    return err;
}

static enum err sqlite_integrity(struct db *db, struct err_info *info)
{
    static const char sql[] = "PRAGMA integrity_check(1)";
    struct stmt *s = sqlite_query(db, sql);
    enum err err = sqlite_step(s);
    if (err == ERR_OK && !str_equal(sqlite_text(s, 0), "ok"))
        err = err_set(info, ERR_CORRUPT, "%s is damaged: %s.", db->path, sqlite_text(s, 0));
    else if (err != ERR_OK)
        err = err_set(info, err, "%s cannot be read: %s.", db->path, sqlite_message(db));
    sqlite_done(s);
    return err;
}

static char *sqlite_explain(struct db *db, const char *sql)
{
    char *text = xasprintf("EXPLAIN QUERY PLAN %s", sql);
    struct buf plan = {0};
    struct stmt *s = prepare(db, text, true);
    while (sqlite_step(s) == ERR_OK)
        buf_addf(&plan, "%s\n", sqlite_text(s, 3));
    sqlite_done(s);
    free(text);
    return buf_take(&plan);
}

static struct stmt *sqlite_columns(struct db *db)
{
    static const char sql[] =
        "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
        " AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid";
    return sqlite_query(db, sql);
}

/* The head of the file holds it, where no row can hide it. */
static enum err sqlite_mark(struct db *db, int64_t *mark)
{
    static const char sql[] = "PRAGMA application_id";
    struct stmt *s = sqlite_query(db, sql);
    enum err err = sqlite_step(s);
    *mark = err == ERR_OK ? sqlite_int(s, 0) : 0;
    sqlite_done(s);
    return err;
}

static enum err sqlite_set_mark(struct db *db, int64_t mark)
{
    char *text = xasprintf("PRAGMA application_id = %lld", (long long)mark);
    enum err err = sqlite_script(db, text);
    free(text);
    return err;
}

const struct db_kind db_sqlite = {
    .open = sqlite_open,
    .close = sqlite_close,
    .message = sqlite_message,
    .path = sqlite_path,
    .failed = sqlite_failed,
    .revive = sqlite_revive,
    .being_read = sqlite_being_read,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .in_transaction = sqlite_in_transaction,
    .savepoint = sqlite_savepoint,
    .release = sqlite_release,
    .rollback_to = sqlite_rollback_to,
    .script = sqlite_script,
    .query = sqlite_query,
    .bind_text = sqlite_bind_text,
    .bind_int = sqlite_bind_int,
    .bind_null = sqlite_bind_null,
    .step = sqlite_step,
    .run = sqlite_run,
    .done = sqlite_done,
    .text = sqlite_text,
    .integer = sqlite_int,
    .is_null = sqlite_is_null,
    .changes = sqlite_changes,
    .columns = sqlite_columns,
    .mark = sqlite_mark,
    .set_mark = sqlite_set_mark,
    .checkpoint = sqlite_checkpoint,
    .backup = sqlite_backup,
    .copy_open = sqlite_copy_open,
    .copy_step = sqlite_copy_step,
    .integrity = sqlite_integrity,
    .explain = sqlite_explain,
    .copy_drop = sqlite_copy_drop,
};
