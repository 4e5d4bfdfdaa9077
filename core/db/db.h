/* core/db/db.h: one small interface of prepared statements over the store: a file of SQLite, or PostgreSQL.
 *
 * Statements are named constants beside the function that runs them, in the dialect that both stores share:
 * parameters are $1, $2 … by their number, upserts are INSERT … ON CONFLICT (id) DO UPDATE, types are
 * TEXT and BIGINT. A statement is prepared once for each database and found again by its address, so pass a
 * static const char[], never text made at run time. No string is ever glued into SQL.
 *
 *     static const char sql_waiting[] = "SELECT row FROM tickets WHERE queue = $1 AND state = 'waiting'"
 *                                       " ORDER BY arrived_at, number LIMIT $2"; // tickets_queue
 *     struct stmt *s = db_query(db, sql_waiting);
 *     db_bind_text(s, 1, queue); db_bind_int(s, 2, 10);
 *     while ((err = db_step(s)) == ERR_OK) use(db_text(s, 0));
 *     db_done(s);                       // always; then the statement may be used again
 *     if (err != ERR_ABSENT) goto out;  // ERR_ABSENT is the end of the rows and nothing else
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

struct db;
struct stmt;

enum db_flags {
    DB_WRITE = 1,     /* the one connection that writes and checkpoints; else read only */
    DB_CREATE = 2,    /* make the file (mode 0600) when it is not there */
    DB_EXCLUSIVE = 4, /* locking_mode=EXCLUSIVE: a second program gets ERR_IN_USE */
    DB_SHARED = 8,    /* of an address alone: beside others that share it (below) */
};

/* Opens with WAL, synchronous=FULL, foreign keys off, a busy time-out of 0. ERR_ABSENT, ERR_IN_USE,
 * ERR_READ_ONLY, ERR_CORRUPT, ERR_DISK…, each with a sentence that names the file. */
enum err db_open(struct db **out, const char *path, unsigned flags, struct err_info *info) MUST_USE;
/* True: path is no file but an address, "postgres://…". */
bool db_is_address(const char *path);
/* Whether nobody between this computer and the server of an address can read or change what goes there: it is this
 * computer, or the address asks for TLS and a proved certificate. ERR_USAGE: not, and what to do. Nothing is opened. */
enum err db_line(const char *address, struct err_info *info) MUST_USE;
void db_close(struct db **db); /* NULL-safe */
const char *db_path(const struct db *db);
const char *db_address(const struct db *db); /* what db_open was given, to open it once more */
/* The sentence of the last failure on this database; valid until the next call. */
const char *db_message(const struct db *db);

/* A write or an fsync failed: the system may have dropped what it could not write, so that neither memory nor what is
 * read tells what the disk holds. db_revive opens the file anew, from what its log proves; db_begin does so by itself.
 * What was committed with synchronous=FULL is all there; whoever keeps more in memory reads it again. When it cannot be
 * opened, every call on it fails until it can. */
bool db_failed(const struct db *db);
enum err db_revive(struct db *db) MUST_USE; /* ERR_DISK also while a statement is being read */
/* The text of a statement that was begun and is not done, NULL: none. A file whose statement stays so is never revived. */
const char *db_being_read(const struct db *db);

enum err db_begin(struct db *db) MUST_USE;  /* BEGIN IMMEDIATE; on a reader a snapshot to read from */
enum err db_commit(struct db *db) MUST_USE; /* after it returns ERR_OK the rows are durable */
void db_rollback(struct db *db);            /* also when nothing is begun */
/* A failure may undo all that was begun; every call then fails with its error until db_rollback. */
bool db_in_transaction(const struct db *db);
/* Nested by depth: one savepoint inside another has its own name. */
enum err db_savepoint(struct db *db) MUST_USE;
enum err db_release(struct db *db) MUST_USE;
void db_rollback_to(struct db *db); /* undoes and ends the innermost savepoint */

/* Programs that share a store (DB_SHARED) get ERR_IN_USE beside one that has it alone, and it beside them. db_begin waits for
 * nobody: whoever writes locks a row first that all of them lock. In a transaction db_run may succeed and what failed be told
 * by a later statement, db_release or db_commit.
 *
 * One of them is the first and does what is done once for all of them, for as long as its
 * connection lasts. ask: become it when nobody is; else only what is known here. Whoever has the store alone is it. */
bool db_leads(struct db *db, bool ask);
void db_lead_no_more(struct db *db); /* another may be the first, who asks for it */
/* The same of whoever sends the hall's events: asks at once. */
bool db_delivers(struct db *db);

/* A word among the programs that share a store, beside its commits: none waits for it, and it may be lost with its line. */
struct db_news;
enum err db_news_open(struct db_news **out,
                      const struct db *db) MUST_USE; /* ERR_INVALID: a file has no others */
void db_news_close(struct db_news **news);           /* NULL-safe */
int db_news_fd(const struct db_news *news);          /* readable: db_news_take */
/* Takes what was said and sends what is left to send; *any: another one spoke. ERR_DISK: the line is gone. */
enum err db_news_take(struct db_news *news, bool *any) MUST_USE;
void db_news_tell(struct db_news *news); /* that there is something new; returns at once */

/* Several statements without parameters: DDL and pragmas only. */
enum err db_script(struct db *db, const char *sql) MUST_USE;

struct stmt *db_query(struct db *db,
                      const char *sql); /* never NULL: a bad statement is a programmer's error */
void db_bind_text(struct stmt *s, int index, const char *text); /* NULL binds null; copied */
void db_bind_int(struct stmt *s, int index, int64_t value);
void db_bind_null(struct stmt *s, int index);
/* Asks now; db_step reads what was found, as ever. A store that is far answers several that were asked so at once, as it is at
 * that moment: bind everything before, and write nothing in between that it should find. */
void db_ahead(struct stmt *s);
enum err db_step(struct stmt *s) MUST_USE; /* ERR_OK: a row is there · ERR_ABSENT: no more · else a failure */
enum err db_run(struct stmt *s) MUST_USE; /* a statement without rows: steps to the end and is done */
void db_done(struct stmt *s);
/* Columns of the row just stepped to; text lives until the next step or done. */
const char *db_text(struct stmt *s, int column); /* NULL for null */
int64_t db_int(struct stmt *s, int column);
bool db_is_null(struct stmt *s, int column);
int64_t db_changes(const struct db *db); /* rows that the last statement changed */

/* Every column of every table: the table's name and its own, in order; a statement as db_query's. */
struct stmt *db_columns(struct db *db);

/* A number of the whole store's, beside its tables; 0: none was set. */
enum err db_mark(struct db *db, int64_t *mark) MUST_USE;
enum err db_set_mark(struct db *db, int64_t mark) MUST_USE;

/* Moves the write-ahead log into the file when it is longer than pages_min; call between commits. */
enum err db_checkpoint(struct db *db, int64_t pages_min) MUST_USE;
/* SQLite's own online backup into a new file, made whole before it is named path. progress may be NULL. */
enum err db_backup(struct db *db, const char *path, void (*progress)(void *ctx, int done, int total),
                   void *ctx, struct err_info *info) MUST_USE;
/* The same in slices, between which the database goes on: what is written meanwhile comes along, so that the copy is in the
 * end what the database is then (a transaction that is rolled back whole makes it begin anew). Outside a transaction; one
 * at a time (ERR_IN_USE). *whole: the file is named, *copy NULL.
 * Any error: *copy is NULL and nothing is left. */
struct db_copy;
enum err db_copy_open(struct db *db, const char *path, struct db_copy **copy, struct err_info *info) MUST_USE;
enum err db_copy_step(struct db_copy **copy, bool *whole, struct err_info *info) MUST_USE;
void db_copy_drop(struct db_copy **copy);                             /* NULL-safe */
enum err db_integrity(struct db *db, struct err_info *info) MUST_USE; /* the file's own check */
/* For tests: the planner's words for a statement, to assert that no key path scans. */
char *db_explain(struct db *db, const char *sql);
