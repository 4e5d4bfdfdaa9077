/* core/hall/person_rows.h: which rows of the hall are of one person: what an export shows and what an erasure takes.
 *
 * All records of that person (core/command/persons.h), the visits and bookings of each, applications for them with papers,
 * payments and decisions, what was said of their visits, and records of work that a colleague could not bring in
 * (disputes) and that name any of these. An application for somebody else, though it was left at this person's visit, is
 * not theirs. Knows no rule about what may be done with the rows. */
#pragma once
#include "core/hall/store.h"

struct person_rows {
    struct json *records; /* ids, the one that goes on first */
    struct json
        *of[TABLE_COUNT]; /* arrays of rows as they are stored; NULL: a table without rows of persons */
};

/* who: the id of a person, else a FIN or NIK as somebody writes it. ERR_ABSENT: nobody. ERR_CONFLICT: the number stands in
 * several records that nobody merged, how many in *count. */
enum err person_rows_find(struct db *db, const char *who, char id[64], int *count) MUST_USE;
/* Read in the transaction of the caller; end with person_rows_free whatever it says. */
enum err person_rows_read(struct db *db, const char *id, struct person_rows *out) MUST_USE;
void person_rows_free(struct person_rows *rows);

/* The revs of all changes that wrote the row, or were about it, from `after` on, ascending: by the audit's index. */
typedef enum err person_rev(void *ctx, int64_t rev);
enum err person_rows_revs(struct db *db, enum table table, const char *id, int64_t after, person_rev *each,
                          void *ctx) MUST_USE;
