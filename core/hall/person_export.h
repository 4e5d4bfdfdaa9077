/* core/hall/person_export.h: everything that the hall holds of one person, as one document for that person (GDPR art. 15):
 * {"export":"loket.person", hall, at, person[], visits[], bookings[], applications[{case,documents,payments,decisions}],
 * surveys[], disputes[], looks[{at,what,outcome,by}], kept[{number,service,state,years,until}]}.
 *
 * It names nobody else: staff stand in it by agency and roles, whoever else a row names as "another person", and members
 * that are somebody else's by their meaning (who fetched a paper, whose numbers were passed over) are left out. What the
 * person, or a clerk in their file, wrote in words stays as it was written. Reads alone; the audit's line is the caller's. */
#pragma once
#include "core/hall/person_rows.h"

enum { PERSON_LOOKS_MAX = 5000 }; /* the newest; "looks_more" says that there are older ones */

/* *out: the caller frees. now_ms: what is kept and until when goes by it. */
enum err person_export(struct db *db, const struct person_rows *rows, int64_t now_ms,
                       struct json **out) MUST_USE;
/* The applications that must be kept: [{case,number,service,state,years,until}], until null while one is under way.
 * *until: the last day, "" when there is none or one is under way; the caller frees. */
enum err person_kept(struct db *db, const struct person_rows *rows, int64_t now_ms, struct json **kept,
                     char until[DATE_TEXT]) MUST_USE;
