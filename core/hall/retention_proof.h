/* core/hall/retention_proof.h: for verify: what changes that were shortened hold in place of their rows are the leaves of the
 * very rows that they had, as the lines of the audit seal that tell of it (retention.h). What an older Loket shortened is
 * sealed by none. Reads alone. */
#pragma once
#include "core/hall/store.h"

enum { SHORTENED_WHAT = 160 };

struct shortenings;
/* All of a hall. ERR_CORRUPT: what says which line is not as it was written, or does not follow the one before. End with
 * shortenings_free whatever it says. */
enum err shortenings_load(struct db *db, const struct hall_state *state, struct shortenings **out,
                          char what[SHORTENED_WHAT]) MUST_USE;
void shortenings_free(struct shortenings **shortenings);
/* How many of the first changes were shortened and are sealed by no line. */
int64_t shortenings_unsealed(const struct shortenings *shortenings);
/* A line of a shortened change, in the order of the changes. */
void shortenings_add(struct shortenings *shortenings, int64_t rev, const struct json *line);
/* After the last. ERR_CORRUPT: what says of which changes. */
enum err shortenings_fit(const struct shortenings *shortenings, char what[SHORTENED_WHAT]) MUST_USE;
