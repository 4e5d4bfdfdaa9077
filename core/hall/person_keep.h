/* core/hall/person_keep.h: how long an application must be kept when its person asks for erasure, and what is left of a row
 * that goes. Pure: rows in, an answer out.
 *
 * A draft that was never handed in and never paid for is nobody's file. One that is under way is kept until it has ended,
 * one that has ended for as many years as its service says (keep_years), else the hall's policy case_years, else 75: the
 * longest that either country's archives ask for, so that nothing goes too early because nobody said anything.
 * A row that goes is not deleted: the members that figures, numbers and the audit stand on stay, by a list of those that
 * may; whatever else stood in it, known to this program or not, is gone. */
#pragma once
#include "core/base/clock.h"
#include "core/db/rows.h"

enum { KEEP_YEARS = 75 };

struct keep {
    bool kept, open;       /* open: it has not ended, so nobody knows until when */
    int years;             /* after its end */
    char until[DATE_TEXT]; /* "" when open or not kept */
};
/* service may be NULL. paid: it has payments. today YYYY-MM-DD: what is over by then is not kept any more. */
void keep_case(const struct json *row, const struct json *service, const struct json *hall, bool paid,
               const char *today, struct keep *out);

/* What stays of a row when all of it goes, without row_rev; says erased_at. The caller frees. */
struct json *keep_rest(enum table table, const struct json *row, const char *erased_at);
/* What stays of a person while an application of theirs is kept: who it is, and nothing by which they are reached. */
struct json *keep_identity(const struct json *person, const char *erased_at, const char *until);
