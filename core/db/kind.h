/* core/db/kind.h: what a store must be able to do: the functions of db.h, one by one. Between db.c and the stores alone.
 *
 * Each store has its own struct db, struct stmt and struct db_copy, whose first member is the kind that it is of. */
#pragma once
#include "core/db/db.h"

/* What one of several that share a store does for all. */
enum db_role { DB_FIRST, DB_COURIER, DB_ROLES };

struct db_kind {
    enum err (*open)(struct db **out, const char *path, unsigned flags, struct err_info *info);
    void (*close)(struct db **db);
    enum err (*line)(const char *address, struct err_info *info); /* NULL: a store that is no address */
    const char *(*path)(const struct db *db);
    const char *(*address)(const struct db *db); /* NULL: its path */
    const char *(*message)(const struct db *db);
    bool (*failed)(const struct db *db);
    enum err (*revive)(struct db *db);
    const char *(*being_read)(const struct db *db);
    enum err (*begin)(struct db *db);
    enum err (*commit)(struct db *db);
    void (*rollback)(struct db *db);
    bool (*in_transaction)(const struct db *db);
    enum err (*savepoint)(struct db *db);
    enum err (*release)(struct db *db);
    void (*rollback_to)(struct db *db);
    enum err (*script)(struct db *db, const char *sql);
    struct stmt *(*query)(struct db *db, const char *sql);
    void (*bind_text)(struct stmt *s, int index, const char *text);
    void (*bind_int)(struct stmt *s, int index, int64_t value);
    void (*bind_null)(struct stmt *s, int index);
    enum err (*step)(struct stmt *s);
    void (*ahead)(struct stmt *s); /* NULL: a store that is near */
    enum err (*run)(struct stmt *s);
    void (*done)(struct stmt *s);
    const char *(*text)(struct stmt *s, int column);
    int64_t (*integer)(struct stmt *s, int column);
    bool (*is_null)(struct stmt *s, int column);
    int64_t (*changes)(const struct db *db);
    struct stmt *(*columns)(struct db *db);
    enum err (*mark)(struct db *db, int64_t *mark);
    enum err (*set_mark)(struct db *db, int64_t mark);
    enum err (*checkpoint)(struct db *db, int64_t pages_min);
    enum err (*backup)(struct db *db, const char *path, void (*progress)(void *ctx, int done, int total),
                       void *ctx, struct err_info *info);
    enum err (*copy_open)(struct db *db, const char *path, struct db_copy **copy, struct err_info *info);
    enum err (*copy_step)(struct db_copy **copy, bool *whole, struct err_info *info);
    void (*copy_drop)(struct db_copy **copy);
    enum err (*integrity)(struct db *db, struct err_info *info);
    char *(*explain)(struct db *db, const char *sql);
    /* NULL: a store that is never shared. */
    bool (*holds)(struct db *db, enum db_role role, bool ask);
    void (*give_back)(struct db *db, enum db_role role);
    enum err (*news_open)(struct db_news **out, const struct db *db);
    void (*news_close)(struct db_news **news);
    int (*news_fd)(const struct db_news *news);
    enum err (*news_take)(struct db_news *news, bool *any);
    void (*news_tell)(struct db_news *news);
};

extern const struct db_kind db_sqlite;
/* Only in programs that are linked with libpq: the hall's, not the workstation's. */
extern const struct db_kind db_postgres __attribute__((weak));
