/* core/db/db.c: from the interface to the store behind it: one call by pointer, nothing else. See kind.h. */
#include <string.h>

#include "core/base/str.h"
#include "core/db/kind.h"

/* The first member of every store's own struct. */
static const struct db_kind *kind_of(const void *one)
{
    return *(const struct db_kind *const *)one;
}

bool db_is_address(const char *path)
{
    return str_starts(path, "postgres://") || str_starts(path, "postgresql://");
}

enum err db_open(struct db **out, const char *path, unsigned flags, struct err_info *info)
{
    if (!db_is_address(path))
        return db_sqlite.open(out, path, flags, info);
    *out = NULL;
    if (!&db_postgres)
        return err_set(info, ERR_INVALID, "This program keeps its data in files and knows no PostgreSQL.");
    return db_postgres.open(out, path, flags, info);
}

enum err db_line(const char *address, struct err_info *info)
{
    if (!&db_postgres)
        return err_set(info, ERR_INVALID, "This program keeps its data in files and knows no PostgreSQL.");
    return db_postgres.line(address, info);
}

void db_close(struct db **db)
{
    if (*db)
        kind_of(*db)->close(db);
}

void db_copy_drop(struct db_copy **copy)
{
    if (*copy)
        kind_of(*copy)->copy_drop(copy);
}

const char *db_message(const struct db *db)
{
    return kind_of(db)->message(db);
}

const char *db_path(const struct db *db)
{
    return kind_of(db)->path(db);
}

const char *db_address(const struct db *db)
{
    return kind_of(db)->address ? kind_of(db)->address(db) : db_path(db);
}

bool db_failed(const struct db *db)
{
    return kind_of(db)->failed(db);
}

enum err db_revive(struct db *db)
{
    return kind_of(db)->revive(db);
}

const char *db_being_read(const struct db *db)
{
    return kind_of(db)->being_read(db);
}

enum err db_begin(struct db *db)
{
    return kind_of(db)->begin(db);
}

enum err db_commit(struct db *db)
{
    return kind_of(db)->commit(db);
}

void db_rollback(struct db *db)
{
    kind_of(db)->rollback(db);
}

bool db_in_transaction(const struct db *db)
{
    return kind_of(db)->in_transaction(db);
}

enum err db_savepoint(struct db *db)
{
    return kind_of(db)->savepoint(db);
}

enum err db_release(struct db *db)
{
    return kind_of(db)->release(db);
}

void db_rollback_to(struct db *db)
{
    kind_of(db)->rollback_to(db);
}

enum err db_script(struct db *db, const char *sql)
{
    return kind_of(db)->script(db, sql);
}

struct stmt *db_query(struct db *db, const char *sql)
{
    return kind_of(db)->query(db, sql);
}

void db_bind_text(struct stmt *s, int index, const char *text)
{
    kind_of(s)->bind_text(s, index, text);
}

void db_bind_int(struct stmt *s, int index, int64_t value)
{
    kind_of(s)->bind_int(s, index, value);
}

void db_bind_null(struct stmt *s, int index)
{
    kind_of(s)->bind_null(s, index);
}

void db_ahead(struct stmt *s)
{
    if (kind_of(s)->ahead)
        kind_of(s)->ahead(s);
}

enum err db_step(struct stmt *s)
{
    return kind_of(s)->step(s);
}

enum err db_run(struct stmt *s)
{
    return kind_of(s)->run(s);
}

void db_done(struct stmt *s)
{
    kind_of(s)->done(s);
}

const char *db_text(struct stmt *s, int column)
{
    return kind_of(s)->text(s, column);
}

int64_t db_int(struct stmt *s, int column)
{
    return kind_of(s)->integer(s, column);
}

bool db_is_null(struct stmt *s, int column)
{
    return kind_of(s)->is_null(s, column);
}

int64_t db_changes(const struct db *db)
{
    return kind_of(db)->changes(db);
}

struct stmt *db_columns(struct db *db)
{
    return kind_of(db)->columns(db);
}

enum err db_mark(struct db *db, int64_t *mark)
{
    return kind_of(db)->mark(db, mark);
}

enum err db_set_mark(struct db *db, int64_t mark)
{
    return kind_of(db)->set_mark(db, mark);
}

enum err db_checkpoint(struct db *db, int64_t pages_min)
{
    return kind_of(db)->checkpoint(db, pages_min);
}

enum err db_backup(struct db *db, const char *path, void (*progress)(void *ctx, int done, int total),
                   void *ctx, struct err_info *info)
{
    return kind_of(db)->backup(db, path, progress, ctx, info);
}

enum err db_copy_open(struct db *db, const char *path, struct db_copy **copy, struct err_info *info)
{
    return kind_of(db)->copy_open(db, path, copy, info);
}

enum err db_copy_step(struct db_copy **copy, bool *whole, struct err_info *info)
{
    return kind_of(*copy)->copy_step(copy, whole, info);
}

enum err db_integrity(struct db *db, struct err_info *info)
{
    return kind_of(db)->integrity(db, info);
}

char *db_explain(struct db *db, const char *sql)
{
    return kind_of(db)->explain(db, sql);
}

/* --- stores that are shared --- */

bool db_leads(struct db *db, bool ask)
{
    return !kind_of(db)->holds || kind_of(db)->holds(db, DB_FIRST, ask);
}

void db_lead_no_more(struct db *db)
{
    if (kind_of(db)->give_back)
        kind_of(db)->give_back(db, DB_FIRST);
}

bool db_delivers(struct db *db)
{
    return !kind_of(db)->holds || kind_of(db)->holds(db, DB_COURIER, true);
}

enum err db_news_open(struct db_news **out, const struct db *db)
{
    *out = NULL;
    return kind_of(db)->news_open ? kind_of(db)->news_open(out, db) : ERR_INVALID;
}

void db_news_close(struct db_news **news)
{
    if (*news)
        kind_of(*news)->news_close(news);
}

int db_news_fd(const struct db_news *news)
{
    return kind_of(news)->news_fd(news);
}

enum err db_news_take(struct db_news *news, bool *any)
{
    return kind_of(news)->news_take(news, any);
}

void db_news_tell(struct db_news *news)
{
    kind_of(news)->news_tell(news);
}
