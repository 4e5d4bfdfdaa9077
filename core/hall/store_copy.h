/* core/hall/store_copy.h: a hall's store as one file of SQLite, whichever kind it is of, and back. */
#pragma once
#include "core/hall/store.h"

/* What the store holds now, outside a transaction, into path, which appears whole or not at all. From PostgreSQL every row is
 * read and written, and proved the same. */
enum err store_copy(struct db *db, const char *path, struct err_info *info) MUST_USE;
/* The same of PostgreSQL in two steps: from begin on it is decided what will be in the copy, whatever is written meanwhile; end,
 * which takes the time, may be another thread's. ERR_INVALID: a file, which store_copy copies. *copy is NULL after end. */
struct store_copy;
enum err store_copy_begin(struct store_copy **copy, const struct db *db, const char *path,
                          struct err_info *info) MUST_USE;
enum err store_copy_end(struct store_copy **copy, struct err_info *info) MUST_USE;
/* Every row of the file in place of those of to, both of the newest shape; all or nothing. Closes *to. */
enum err store_copy_back(const char *path, struct db **to, struct err_info *info) MUST_USE;
