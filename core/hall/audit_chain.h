/* core/hall/audit_chain.h: whether a line of the audit is as it was written and follows the one before it. Reads, writes
 * nothing. */
#pragma once
#include "core/hall/server_core.h"

/* The last line that was right; rev 0 and "" before the first of a hall that is no bus. */
struct audit_place {
    int64_t rev;
    char hash[SHA256_TEXT], at[TIME_TEXT];
};
enum audit_fault {
    AUDIT_FITS,
    AUDIT_UNREADABLE,
    AUDIT_MISSING, /* the line after the place; another may stand there */
    AUDIT_ALTERED, /* its hash is not that of its members */
    AUDIT_APART,   /* its hash fits, but it does not follow the line before */
};
const char *audit_fault_text(enum audit_fault fault); /* "missing" … */

/* The row of s: rev, prev, at_, actor, client, type, body_sha256, outcome, hash. Moves place on when it fits. */
enum audit_fault audit_chain_line(struct audit_place *place, struct stmt *s);
/* At most lines after place. *end: the last line there is was reached. ERR_OK also where *fault is found, of the line
 * place->rev + 1. */
enum err audit_chain_walk(struct db *db, struct audit_place *place, int lines, bool *end,
                          enum audit_fault *fault) MUST_USE;
/* Which column of an altered line is another one than it was, where that can be known: with the others and what the hall
 * knows elsewhere the seal fits again. "" when it is the time, the digest or more than one. */
enum err audit_chain_column(struct db *db, const struct audit_place *place, char column[16]) MUST_USE;
