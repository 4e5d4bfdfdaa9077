/* core/hall/result.h: what became of each record of each client: the table "result". Kept for ever, so that an
 * identity has one effect; the answer itself until the client has acknowledged it. Each row carries a seal over its
 * members, for verify. */
#pragma once
#include "core/db/db.h"

struct result {
    const char *client;
    int64_t seq;
    const char *fingerprint, *id, *status; /* id may be NULL */
    int64_t rev;
    const char *answer; /* "" when nobody waits for it */
};

enum { RESULT_SEAL = 33 };
/* Half of it over what stays, half over the answer. */
void result_seal(const struct result *result, char seal[RESULT_SEAL]);

enum err result_add(struct db *db, const struct result *result) MUST_USE;
enum err result_add_missing(struct db *db,
                            const struct result *result) MUST_USE; /* one that is there stays */
/* The answers of a client after one seq up to another are not asked for again. */
enum err result_drop(struct db *db, const char *client, int64_t after, int64_t through) MUST_USE;
/* Seals what an older version left unsealed. */
enum err result_seal_all(struct db *db) MUST_USE;
