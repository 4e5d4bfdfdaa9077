/* core/hall/look_filters.h: which filters of a look into the audit may stand in its line as they were given: what names an account,
 * commands, a row or a time. Anything else may be a citizen's name or number (api_audit.c, person_words.h). */
#pragma once
#include "core/db/db.h"

/* text: NULL when it is no text. */
enum err look_filter_is_plain(struct db *db, const char *name, const char *text, bool *plain) MUST_USE;
