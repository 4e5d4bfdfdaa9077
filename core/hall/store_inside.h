/* core/hall/store_inside.h: how a hall's tables come from one shape to the next. Between store.c and its tests. */
#pragma once
#include "core/hall/store.h"

int64_t store_version(void); /* of the shape that this program works with */
/* In the transaction that is open: from one shape to a later one; 0: there are no tables. */
enum err store_bring(struct db *db, int64_t from, int64_t to) MUST_USE;
/* store_open_shared, where the shapes from oldest on grow into this one by adding alone. */
enum err store_open_beside(struct db **out, const char *address, int64_t oldest,
                           struct err_info *info) MUST_USE;
