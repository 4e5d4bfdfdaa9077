/* core/cache/footprints.h: what each unsent record read and wrote when it was last predicted, and which predictions
 * are out of date when something of it changes.
 *
 * A key stands for a row ("case", its id) or for a list: the rows of a table that have one value in one member ("cases of
 * this person"). Keys are 32-bit hashes: two that fall together only cost a prediction too many. Knows no database. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/command/command.h"

enum use {
    USE_READ,
    USE_ROW,
    USE_LIST
}; /* read · the row was written · a row that is or was in the list was */

/* One prediction's. */
struct footprint {
    struct footprint_use {
        uint32_t key;
        enum use use;
    } * uses; /* each once */
    int count, capacity;
    struct tx_change *rows; /* that it wrote */
    int row_count;
};
void footprint_free(struct footprint *print);
uint32_t footprint_row(enum table table, const char *id);
uint32_t footprint_list(enum table table, const char *member, const char *value);
void footprint_add(struct footprint *print, uint32_t key, enum use use);
/* A refused command has read, and written nothing. */
void footprint_drop_writes(struct footprint *print);

/* --- of all records, in the order of their seqs --- */

struct footprints;
struct footprints *footprints_new(void);
void footprints_free(struct footprints **all); /* NULL-safe */
void footprints_clear(struct footprints *all);
int footprints_count(const struct footprints *all);
/* After all others; print is taken over. rev: see footprints_rev. */
void footprints_append(struct footprints *all, int64_t seq, int64_t rev, struct footprint *print);
/* In place of what it was; print is taken over. True: predictions that looked valid are not, and are marked now. */
bool footprints_replace(struct footprints *all, int64_t seq, struct footprint *print);
/* By which rev a record was predicted; it stays the same, so that the same rows come of it. */
int64_t footprints_rev(const struct footprints *all, int64_t seq);

/* --- what is out of date --- */

/* A row of the base became another; a row went into a list of the base, out of it, or changed in it. */
void footprints_touch_row(struct footprints *all, uint32_t key);
void footprints_touch_list(struct footprints *all, uint32_t key);
/* Marks whatever depends on what is marked. */
void footprints_close(struct footprints *all);
/* A record is predicted no longer: what depended on it is marked; rows (the caller frees) gets what it had written.
 * False: there is no such record. */
bool footprints_leave(struct footprints *all, int64_t seq, struct tx_change **rows, int *row_count);
/* Seqs of those marked, in order; call footprints_close before. Returns how many; the caller frees. */
int footprints_marked(struct footprints *all, int64_t **seqs);
/* The rows that a record wrote; borrowed until the next change. */
const struct tx_change *footprints_rows(const struct footprints *all, int64_t seq, int *count);
void footprints_unmark(struct footprints *all);
