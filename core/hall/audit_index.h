/* core/hall/audit_index.h: by what a line of the audit is found, kept beside it: who, which command, whose agency, and every
 * row that it wrote or was about. Not part of the chain: all of it but the notes can be made anew from audit and changes.
 *
 * A tag is one of "u/USER", "c/TYPE", "a/AGENCY", "o/refused" and "WIRE/ID" of a row, such as "case/019a…"; table
 * audit_tag (tag, rev). What a line without rows was about (a refusal, a look, a check) stands in audit_note, since nothing
 * else of its body is kept. audit_hour tells where a stretch of lines of one hour begins, so that a time is found though
 * the clock may have been turned. Lines of a file from before come in by slices, the newest first. */
#pragma once
#include "core/hall/server_core.h"

enum { AUDIT_TAG = 112, AUDIT_SLICE = 200, AUDIT_WHAT = 160 };

struct audit_entry {
    int64_t rev;
    const char *at, *outcome;
    const struct actor *actor;
    const struct command *command;
    const struct tx_change *rows;
    int row_count;
};

/* The tables of a file that has none yet. */
enum err audit_index_create(struct db *db) MUST_USE;
/* In the transaction of the line. */
enum err audit_index_note(struct db *db, const struct audit_entry *entry) MUST_USE;

/* Lines up to *place are not in it yet; 0: it is whole. */
enum err audit_index_place(struct db *db, int64_t *place) MUST_USE;
/* The next older lines, in a transaction of the caller's. */
enum err audit_index_slice(struct db *db, int lines, bool *whole) MUST_USE;

/* The newest line with this tag at or before rev; ERR_ABSENT, and 0: none. */
enum err audit_index_newest(struct db *db, const char *tag, int64_t rev, int64_t *found) MUST_USE;
/* The first tag after this one, "" at first; ERR_ABSENT: none. */
enum err audit_index_next_tag(struct db *db, const char *after, char tag[AUDIT_TAG]) MUST_USE;
/* No line outside low … high is of a time from … before to (TIME_TEXT; NULL: open). high 0 when there is none. */
enum err audit_index_span(struct db *db, const char *from, const char *to, int64_t last, int64_t *low,
                          int64_t *high) MUST_USE;
/* What a line without rows was about: its own words, else what its body names; *about NULL: nothing is kept. */
enum err audit_index_about(struct db *db, int64_t rev, struct json **about) MUST_USE;

/* For loketd verify, of what is in it. *has: the row is known to have been written by that line. */
enum err audit_index_has_row(struct db *db, enum table table, const char *id, int64_t rev,
                             bool *has) MUST_USE;
/* ERR_CORRUPT: what says which line is not in it as it should be, or of which the hall's own words are others. */
enum err audit_index_verify(struct db *db, char what[AUDIT_WHAT]) MUST_USE;
