/* tests/fuzz/nest.h: transactions inside one that is always rolled back, so that every input meets the same hall
 * and the same workstation, and none of them ever waits for a disk. While a database is nested, the transactions
 * of the code under test are savepoints of it; the linker puts these functions before core/db's own. */
#pragma once
#include "core/db/db.h"

void nest_begin(struct db *db);
/* Undoes everything since nest_begin. The code under test must have closed what it opened. */
void nest_end(struct db *db);

/* The clocks of the programs under test stand still until the target moves them. */
void nest_set_clock(int64_t wall_ms, int64_t mono_ms);
