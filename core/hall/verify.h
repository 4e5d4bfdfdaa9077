/* core/hall/verify.h: proves a hall's file whole: the audit chain, the chain of the feed, every row against the
 * change that wrote it, and the invariants of PROTOCOL.md section 8 that a file can show. Writes nothing. */
#pragma once
#include "core/db/db.h"

struct verified {
    int64_t changes, audit, rows, results; /* looked at */
    int64_t unsealed;         /* erasures of an older Loket: which rows they took is not proved */
    int64_t unsealed_changes; /* shortened by an older Loket: whose rows they held is not proved */
};
/* ERR_CORRUPT: info names the first that is bad, and what of it. */
enum err verify_store(struct db *db, struct verified *done, struct err_info *info) MUST_USE;
