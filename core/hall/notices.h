/* core/hall/notices.h: whether the hall gave a notice, and whether it still stands. Asked by anyone who holds the paper,
 * so it tells outcome, date and agency, and nothing of a person, a service or an application. */
#pragma once
#include "core/db/db.h"
#include "core/wire/json.h"

/* Makes the code of a decision's row findable; part of the change that writes the row. */
enum err notices_note(struct db *db, const char *decision, const char *row) MUST_USE;
/* The codes of all decisions that an older version wrote. */
enum err notices_note_all(struct db *db) MUST_USE;

/* {"code","outcome","date","agency","agency_name","stands","standing"}; standing says why not:
 *   stands | pending (a second person has not agreed) | contested (two decisions, a supervisor chooses)
 *   replaced (decided otherwise since) | annulled (taken back, and not decided again) | voided (what was handed out is
 *   withdrawn) | withdrawn (the citizen took the application back) | lapsed (nobody answered in time)
 *   and from a training hall always training (api_notice.c)
 * typed: as it came. ERR_ABSENT: no such code; it takes as long as one that is there. */
enum err notices_ask(struct db *db, const char *typed, struct json **answer) MUST_USE;
/* Whether each decision has the code that its identities make, and each code its decision. ERR_CORRUPT: which has not, in
 * decision, and in what a sentence about it. */
enum { NOTICES_ID = 64 };
enum err notices_verify(struct db *db, char decision[NOTICES_ID], const char **what) MUST_USE;
