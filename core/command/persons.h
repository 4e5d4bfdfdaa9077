/* core/command/persons.h: several records of one person (person.merge, person_merge.c).
 *
 * A record that was merged keeps all that it had and says in merged_into which one goes on; that one lists it in merged.
 * Visits and applications stay with the record for which they were made, so a merge changes two rows however much there
 * is, no agency's application is touched by another's clerk, and taking it back restores exactly what was. Whoever asks
 * for somebody's rows asks for those of the group; who shows a person shows the record that goes on. */
#pragma once
#include "core/db/rows.h"

enum { PERSON_RECORDS_MAX = 32 }; /* of one person */

/* Reads the row of a person: ERR_ABSENT when there is none. */
typedef enum err person_get(void *ctx, const char *id, struct json **row);
enum err person_get_row(void *db, const char *id, struct json **row) MUST_USE; /* ctx: a struct db */

/* The record that goes on for this one, itself when it was never merged; the caller frees. ERR_ABSENT: none. */
enum err person_root(person_get *get, void *ctx, const char *id, struct json **row) MUST_USE;
/* Adds the ids of all records of that person to ids (an array), the one that goes on first; the id itself when there is
 * no such row. */
enum err person_group(person_get *get, void *ctx, const char *id, struct json *ids) MUST_USE;
