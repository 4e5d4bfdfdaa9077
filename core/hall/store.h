/* core/hall/store.h: the hall's store, the file DIR/hall.db or a schema of PostgreSQL: the rows of PROTOCOL.md section 5
 * and what only the hall keeps beside them: its state, clients, results, changes, audit, credentials, sessions.
 *
 * Every statement stays in the dialect that SQLite and PostgreSQL share. Knows no rule and no network. */
#pragma once
#include "core/base/clock.h"
#include "core/base/crypto.h"
#include "core/db/rows.h"

/* Opens DIR/hall.db, or postgres://…, exclusively and brings it to the newest shape. ERR_ABSENT: there is no hall
 * (unless create). ERR_IN_USE: another loketd has it. Every failure comes with its sentence. */
enum err store_open(struct db **out, const char *data, bool create, struct err_info *info) MUST_USE;
/* As store_open for a file named whole (a backup that is looked at), or an address. */
enum err store_open_file(struct db **out, const char *path, bool create, struct err_info *info) MUST_USE;
/* The hall at an address, beside others who serve it. A shape that is not the newest is made so while nobody serves
 * (ERR_IN_USE). */
enum err store_open_shared(struct db **out, const char *address, struct err_info *info) MUST_USE;
/* True: file is the hall's own, path (of its hall.db) or what SQLite keeps beside it: nothing may be put in its place. */
bool store_owns(const char *path, const char *file);
/* The sentence for a failure of the store that has no better one. */
enum err store_fail(struct db *db, enum err err, struct err_info *info);
/* A failure of the disk or the file; anything else is the doing of the data. */
bool store_broken(enum err err);

struct hall_state {
    int64_t rev;          /* of the last commit */
    int64_t epoch;        /* grows when an older history came back (restore, failover) */
    int64_t safe_through; /* revs up to here are in a backup or on a standby */
    int64_t boots;
    bool always_safe; /* a practice hall: nothing in it is worth a backup */
    bool mobile;      /* a bus: every command is kept for the merge at home (bus.h) */
    char feed_head[SHA256_TEXT], audit_head[SHA256_TEXT]; /* "" before the first */
    int64_t pruned_through; /* the feed goes on from here or later (retention.h) */
};
enum err store_state(struct db *db, struct hall_state *state) MUST_USE;
/* Takes the next rev for a change in the transaction that is open. ERR_CONFLICT: the stored epoch is another,
 * so this process is stale and must end. */
enum err store_advance(struct db *db, int64_t epoch, struct hall_state *state) MUST_USE;
/* The turn of one among several who share the store: waits until the others' transactions have ended, and reads what they
 * left. The hall's row is this transaction's until its end. */
enum err store_turn(struct db *db, struct hall_state *state) MUST_USE;
/* The feed's head as the change of rev left it; "" where there is none. */
enum err store_head_at(struct db *db, int64_t rev, char head[SHA256_TEXT]) MUST_USE;
enum err store_seal(struct db *db, const struct hall_state *state) MUST_USE; /* writes the two heads */
enum err store_set_safe(struct db *db, int64_t rev) MUST_USE;
/* A training hall's store says so beside its rows, too (db_mark), where no row can hide it. */
#define STORE_TRAINING_FILE 0x544c4e4e
enum err store_set_always_safe(struct db *db) MUST_USE;
enum err store_file_mark(struct db *db,
                         int64_t *mark) MUST_USE; /* 0: of a real hall, or of before there were marks */
enum err store_set_pruned(struct db *db, int64_t rev) MUST_USE;
enum err store_set_epoch(struct db *db, int64_t epoch) MUST_USE;
/* One durable write, in a transaction of its own, before anything is served (PROTOCOL.md section 1). */
enum err store_boot(struct db *db) MUST_USE;

/* The one row of table hall; ERR_ABSENT when the hall was never set up. */
enum err store_hall(struct db *db, struct json **row) MUST_USE;
/* Reads "safe_through" as clients may take it. */
int64_t state_safe_through(const struct hall_state *state);
