/* core/db/whole.h: every row of every table of a store: into another store, and as one digest that is the same for the
 * same rows in either kind of store. Knows no table by name. */
#pragma once
#include "core/base/crypto.h"
#include "core/db/db.h"

/* The texts of the statements: a statement is known by the address of its text, so they live longer than both stores. */
struct whole;
void whole_free(struct whole **whole); /* NULL-safe; after both stores are closed */

/* Puts the rows of from in the place of those of to, which has the same tables, in a transaction of to's that the caller
 * began, and proves that they are the same. ERR_CORRUPT: they are not, or to lacks a table or column: nothing may be
 * committed then. A failure of either store: *at is the one. *whole is the caller's whatever comes of it. */
enum err whole_copy(struct whole **whole, struct db *from, struct db *to, int64_t *rows,
                    char digest[SHA256_TEXT], struct db **at) MUST_USE;
/* The digest alone, as whole_copy tells it. */
enum err whole_digest(struct whole **whole, struct db *db, int64_t *rows, char digest[SHA256_TEXT]) MUST_USE;
