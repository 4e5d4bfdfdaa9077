/* core/db/rows.h: the rows of PROTOCOL.md section 5: read, written and listed through one door.
 *
 * Names that SQL reserves carry an underscore as columns: user_, case_, at_. Every table also has
 * id TEXT PRIMARY KEY, row_rev BIGINT, row TEXT (the JSON as on the wire). */
#pragma once
#include "core/db/db.h"
#include "core/wire/json.h"

enum table {
#define TABLE(id, wire, name) TABLE_##id,
#include "core/db/tables.def"
    TABLE_COUNT
};

const char *table_wire(enum table table);             /* "ticket" */
const char *table_name(enum table table);             /* "tickets" */
bool table_find(const char *wire, enum table *table); /* by the name on the wire */

/* Which set of tables a writer means. The hall has PLAIN tables. On the workstation PLAIN is a view: the
 * overlay's row where there is one, else the base's; it is read, never written. */
enum row_set { ROWS_PLAIN, ROWS_BASE, ROWS_OVERLAY, ROWS_SHADOW };

/* Creates the tables of a set with their indexes; for the workstation also the views. */
enum err rows_create(struct db *db, enum row_set set) MUST_USE;
/* One table with its indexes, where a file of an older version has none. */
enum err rows_create_table(struct db *db, enum row_set set, enum table table) MUST_USE;
enum err rows_create_views(struct db *db) MUST_USE;

/* One row by id from the plain table or view. ERR_ABSENT when there is none; *row is then NULL. */
enum err row_get(struct db *db, enum table table, const char *id, struct json **row) MUST_USE;
/* The same row's text as it is stored, appended to out. ERR_ABSENT when there is none. */
enum err row_get_text(struct db *db, enum table table, const char *id, struct buf *out) MUST_USE;
/* Writes row (which has "id" and "row_rev"), replacing the row of that id. */
enum err row_put(struct db *db, enum row_set set, enum table table, const struct json *row) MUST_USE;
/* In the overlay a deletion leaves a tombstone, so that the view hides the base's row. */
enum err row_delete(struct db *db, enum row_set set, enum table table, const char *id) MUST_USE;
/* As row_put for row text already printed; used where batches are large. */
enum err row_put_text(struct db *db, enum row_set set, enum table table, const struct json *row,
                      const char *text) MUST_USE;
/* A person's name as the columns "fold" and "fold_family" (family first) have it. */
void row_fold_name(const struct json *person, bool family_first, struct buf *out);
/* Empties a set (the overlay before a replay, the shadow before a snapshot). */
enum err rows_clear(struct db *db, enum row_set set) MUST_USE;
enum err rows_clear_table(struct db *db, enum row_set set, enum table table) MUST_USE;
/* Shadow tables become the base in the transaction that is open. */
enum err rows_swap_shadow(struct db *db) MUST_USE;
/* The page of a snapshot after (table, id), at most rows_max rows, from the plain tables in (table, id)
 * order. Calls each with the row's text; *more says whether rows are left. after_id NULL: from the start. */
typedef enum err row_visit(void *ctx, enum table table, const char *id, int64_t row_rev, const char *text);
enum err rows_page(struct db *db, enum table after_table, const char *after_id, int rows_max, row_visit *each,
                   void *ctx, bool *more) MUST_USE;
/* SHA-256 over (id, row_rev) of one table in id order: the digest of PROTOCOL.md section 5. */
enum err rows_digest(struct db *db, enum row_set set, enum table table, char out[65]) MUST_USE;

/* The first column of a bound statement, parsed: appended to array; the statement is done afterwards. */
enum err rows_collect(struct stmt *s, struct json *array) MUST_USE;
/* The first row of a bound statement, parsed, else ERR_ABSENT; the statement is done afterwards. */
enum err rows_first(struct stmt *s, struct json **row) MUST_USE;
