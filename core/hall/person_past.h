/* core/hall/person_past.h: what earlier changes of the hall say of a person who is erased: found by the audit's index before
 * the erasure is written, sealed in its line (leaf_seal.h), and taken away after it. A row that goes from a change leaves
 *
 *     {"t","id","leaf","erased":true,"erasure":REV}        REV: the line of the audit that seals it
 *
 * and answers that nobody fetched yet lose their text. Marks of older halls have no "erasure": nothing seals them. Changes that
 * retention shortened hold no rows any more, and so nothing of anybody. */
#pragma once
#include "core/hall/person_rows.h"

struct past_line {
    int64_t rev;
    enum table table;
    char id[64];
};
struct past {
    struct db *db;
    int64_t after, last; /* the changes that still hold rows */
    struct past_line *lines;
    size_t count, capacity;
};
/* Of the hall as it stands; end with person_past_free whatever it says. */
enum err person_past_open(struct db *db, struct past *past) MUST_USE;
void person_past_free(struct past *past);
/* Every change that wrote the row. */
enum err person_past_add_row(struct past *past, enum table table, const char *id) MUST_USE;
void person_past_add(struct past *past, int64_t rev, enum table table, const char *id);
/* What visits and applications that were put right to somebody else said before of this person, with what lay in such an
 * application by then, as far as it is not what stands there now. No index knows of it: all changes that still hold rows are
 * read, some 4 us each, so a month of them. Counts in *found. */
enum err person_past_add_wrong(struct past *past, const struct person_rows *rows, int64_t *found) MUST_USE;
/* Adds the seal of all that will go to what the erasure's line keeps. */
enum err person_past_seal(struct past *past, struct json *detail) MUST_USE;
/* erasure: the line that has the seal. In the same transaction as person_past_open and the erasure's change. */
enum err person_past_forget(struct past *past, int64_t erasure) MUST_USE;
