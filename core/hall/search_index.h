/* core/hall/search_index.h: the index of the hall's persons by the beginnings of their words.
 *
 * Each person has a number, given in the order in which they came. A set of persons is kept in parts of 4096 numbers, each a
 * row of text: where few are in it a list, else a bit for each. There is a set for each beginning of one to eight letters of a
 * folded word ("ali"), for each whole word ("aliav."), each birth date ("@1990-12-31") and each document ("#AZE1234567").
 *
 * Why not FTS5, or a table of (word, person): what a question costs must not hang on who else lives here. Two frequent
 * beginnings whose persons never meet make either walk through hundreds of thousands of entries to answer that there is
 * nobody, and the whole word first needs a walk of its own. Measured with a million persons, such questions took FTS5 (prefix
 * '1 2 3 4 5 6', detail none) 16 to 31 ms, a table of words 80 to 340 ms, and take 1 to 3 ms here, ranked, where two sets are
 * met bit by bit, 125 KB each. A written person costs some twenty-five small rows when the name is new, and one look when it
 * is not.
 *
 * Kept by change_end in the transaction of the row. A file from before it is read in slices (indexing.h). */
#pragma once
#include "core/base/str.h"
#include "core/db/db.h"

enum { SEARCH_ID = 64, SEARCH_SLICE = 128, SEARCH_PREFIX = 8 };

/* A person's row was written: text as it is stored, NULL when it is gone. A damaged set that it is in is made again, and
 * told in the log: the record is never refused for it. */
enum err search_note(struct db *db, const char *person, const char *text) MUST_USE;

/* Whether every person is in the index, and the next of those that are not yet. */
enum err search_whole(struct db *db, bool *whole) MUST_USE;
enum err search_slice(struct db *db, int persons_max, bool *whole) MUST_USE;

/* ERR_CORRUPT: person (or "") and what say where the index is not what the rows make of it. */
enum err search_verify(struct db *db, char person[SEARCH_ID], const char **what) MUST_USE;

/* --- sets of persons in memory --- */
struct person_set {
    uint64_t *bits;
    size_t words; /* of 64 */
};
struct person_set person_set_new(struct db *db, enum err *err); /* with room for everybody; empty */
void person_set_free(struct person_set *set);
/* Adds those of one key, or of all keys that begin with text; *rows_left is counted down, and *cut told when it is used up
 * before all were read. */
enum err person_set_add(struct db *db, const char *key, struct person_set *set, int *rows_left) MUST_USE;
enum err person_set_add_all(struct db *db, const char *text, struct person_set *set, int *rows_left,
                            bool *cut) MUST_USE;
/* The person of a number. ERR_ABSENT: nobody's. */
enum err search_person(struct db *db, int64_t number, char id[SEARCH_ID]) MUST_USE;
/* The folded words of a person's name, appended. */
enum err search_words(struct db *db, int64_t number, struct buf *out) MUST_USE;

/* A document's number as it is kept as a key: "#" and its letters and digits, capital. False: too few of them. */
bool search_document(const char *typed, char key[SEARCH_ID]);
/* As search_statement: those that a search and a written row ask the index by. */
const char *search_index_statement(int n);
