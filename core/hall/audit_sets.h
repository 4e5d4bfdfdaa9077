/* core/hall/audit_sets.h: what is asked of the audit, as sets of tags that must meet. Shared by audit.c and audit_sets.c. */
#pragma once
#include "core/hall/audit.h"
#include "core/hall/audit_index.h"

enum { AUDIT_SETS_MAX = 6 };

/* Lines that have any of these tags. */
struct audit_set {
    struct {
        char tag[AUDIT_TAG];
        int64_t rev; /* the newest at or before the last place that was asked for */
        bool known;
    } * tags;
    int count, capacity;
};
struct audit_sets {
    struct audit_set sets[AUDIT_SETS_MAX]; /* a line is in all of them */
    int count;
    int64_t low, high; /* and has its rev between these */
    int64_t place;     /* lines up to here are in no set yet */
    int steps;         /* looks so far */
};
/* ERR_TOO_LARGE: more than AUDIT_TAGS_MAX in one set. */
enum err audit_sets_make(struct db *db, const struct actor *viewer, const struct audit_ask *ask, int64_t last,
                         struct audit_sets *sets) MUST_USE;
void audit_sets_free(struct audit_sets *sets);
/* The newest line at or before from that is in all of them; 0: none is left. *through: what was searched, down to it; more
 * than *rev when the looks were used up. */
enum err audit_sets_next(struct db *db, struct audit_sets *sets, int64_t from, int64_t *rev,
                         int64_t *through) MUST_USE;
