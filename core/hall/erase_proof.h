/* core/hall/erase_proof.h: for verify: what earlier changes do not hold any more was taken by an erasure that is a line of the
 * audit (person_erase.h), all that it took and nothing else. Each line seals what it took (leaf_seal.h); those of older halls
 * do not, and then it is only known of which rows it may have been. Reads alone. */
#pragma once
#include "core/hall/store.h"

enum { ERASURE_WHAT = 160 };

struct erasures;
/* All of a hall. ERR_CORRUPT: what says which line is not as it was written. End with erasures_free whatever it says. */
enum err erasures_load(struct db *db, struct erasures **out, char what[ERASURE_WHAT]) MUST_USE;
void erasures_free(struct erasures **erasures);
/* How many seal nothing. */
int64_t erasures_unsealed(const struct erasures *erasures);

/* The line of a change that says which erasure took its row; in the order of the changes, each once. False: that is no such
 * erasure, or not one after the change. */
bool erasures_mark(struct erasures *erasures, int64_t rev, const struct json *line);
/* The line of a change that says that it was erased, and not by which: whether one that seals nothing wrote the row later. */
enum err erasures_cover(const struct erasures *erasures, enum table table, const char *id, int64_t rev,
                        bool *covers) MUST_USE;
/* After the last mark. ERR_CORRUPT: what says which erasure took other rows than those that are marked. */
enum err erasures_fit(const struct erasures *erasures, char what[ERASURE_WHAT]) MUST_USE;
/* No earlier change still holds a row that was erased; ERR_CORRUPT: *rev is one that does. */
enum err erasures_verify(const struct erasures *erasures, const struct hall_state *state,
                         int64_t *rev) MUST_USE;
/* Whether that change is an erasure. */
bool erasures_has(const struct erasures *erasures, int64_t rev);
