/* core/hall/store_copy.h: a hall's store as one file of SQLite, whichever kind it is of, and back. */
#pragma once
#include "core/hall/store.h"

/* What the store holds now, outside a transaction, into path, which appears whole or not at all. From PostgreSQL every row is
 * read and written, and proved the same. */
enum err store_copy(struct db *db, const char *path, struct err_info *info) MUST_USE;
/* Every row of the file in place of those of to, both of the newest shape; all or nothing. Closes *to. */
enum err store_copy_back(const char *path, struct db **to, struct err_info *info) MUST_USE;
