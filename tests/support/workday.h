/* tests/support/workday.h: a hall in which every table has rows, and a workstation at which work is unsent: what
 * backups, migrations, digests, verify and salvage are tried on. */
#pragma once
#include "tests/support/pair.h"

/* Opens pair with siti at workstation 0. Everything is sent, nothing is in a backup. */
void workday_open(struct pair *pair);
void workday_open_in(struct pair *pair, const char *folder);
/* Confirms count tickets at workstation 0 (reception's work) that nobody sends. */
void workday_unsent(struct pair *pair, int count);
/* Writes a row through the hall's own code, past its rules: what is there of it with patch merged in (RFC 7396), NULL:
 * gone. Chains and seals fit, so that it is the rule alone that is broken. In a transaction that the test began. */
void workday_lie(struct pair *pair, enum table table, const char *id, const char *patch);
/* Seals each line of the audit anew, as it stands; chain: and chains it anew from its first line to the hall's own head. */
void workday_seal_lines(struct db *db, bool chain);
/* Text of a SELECT with one column and one row at the hall; valid until the next call. */
const char *workday_text(struct db *db, const char *sql); /* "" when there is no row */
int64_t workday_count(struct db *db, const char *sql);
/* All tables of a file that is read, as lines; the same for files that hold the same. The caller frees. */
char *workday_dump(const char *path);
/* SHA-256 of a file's bytes. The caller frees. */
char *workday_digest(const char *path);

/* Makes the file that a dump (as by sqlite3's .dump) tells of. */
void workday_load(const char *dump, const char *path);
/* Rows of a table in a dump, and in a file that nobody has open. */
int64_t workday_inserts(const char *dump, const char *table);
int64_t workday_rows(const char *path, const char *table);
