/* core/hall/retention.h: how far back the feed goes. A change keeps its rows for a time, so that a workstation that
 * was away catches up by the feed; whoever was away for longer copies the hall anew (410 snapshot_needed).
 *
 * Older changes are never deleted: each row in one gives way to its leaf of the hash chain (core/wire/feed.h), a tenth
 * of the size. So the feed's chain can be verified from the first change on, and so can every row, however old. A change
 * that is in no backup yet keeps its rows. The hall's policy "feed_days" says for how long, 30 without one.
 *
 * Each slice is a line of the audit, "retention.shorten" {"from","through","sealed_rows","seal"}, which seals whose rows they
 * were (leaf_seal.h; for verify: retention_proof.h). So that a quiet hall does not write a line for each line, one waits until
 * there is a whole slice, or a day. A hall begins with such a line of no changes: so nobody can shorten changes without one and
 * say that an older Loket did, which wrote none. An older hall writes it at its first start: what was shortened by then. */
#pragma once
#include "core/hall/server_core.h"

struct hall;

enum { RETENTION_DAYS = 30, RETENTION_SLICE = 100 /* changes in one write: some 5 ms */ };

/* Adds a write of the first line unless there is one; call when the hall begins to write. */
void retention_wake(struct hall *hall);
/* That line, in the transaction of env. */
enum err retention_begin(const struct server_env *env) MUST_USE;
/* Adds a write of one slice when there is anything to do; call now and then. */
void retention_follow(struct hall *hall);
/* One slice, of what is old at now_ms, in the transaction of env; *pruned: changes that lost their rows. */
enum err retention_slice(const struct server_env *env, int64_t now_ms, int64_t *pruned) MUST_USE;
