/* core/hall/person_words.h: what an older Loket kept of looks into the audit: the words that were typed, which may be the name or
 * number of a person who is erased (now they are kept of no look: api_audit.c). The erasure's line names the looks that lose
 * them, so that verify lets no other look be without what its digest says. */
#pragma once
#include "core/hall/person_rows.h"

/* Adds the lines of those looks whose words share a name, number, telephone or address with the person's records. */
enum err person_words_find(struct db *db, const struct person_rows *rows, struct json *looks) MUST_USE;
enum err person_words_forget(struct db *db, const struct json *looks) MUST_USE;
/* For verify: whether an erasure took the words of that look; about: what is left. */
enum err person_words_gone(struct db *db, int64_t rev, const char *about, bool *gone) MUST_USE;
