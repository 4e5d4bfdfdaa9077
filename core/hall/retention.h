/* core/hall/retention.h: how far back the feed goes. A change keeps its rows for a time, so that a workstation that
 * was away catches up by the feed; whoever was away for longer copies the hall anew (410 snapshot_needed).
 *
 * Older changes are never deleted: each row in one gives way to its leaf of the hash chain (core/wire/feed.h), a tenth
 * of the size. So the feed's chain can be verified from the first change on, and so can every row, however old. A change
 * that is in no backup yet keeps its rows. The hall's policy "feed_days" says for how long, 30 without one. */
#pragma once
#include "core/hall/store.h"

struct hall;

enum { RETENTION_DAYS = 30, RETENTION_SLICE = 100 /* changes in one write: some 5 ms */ };

/* Adds a write of one slice when there is anything to do; call now and then. */
void retention_follow(struct hall *hall);
/* One slice in the transaction that is open; *pruned: changes that lost their rows. */
enum err retention_slice(struct db *db, int64_t now_ms, int64_t *pruned) MUST_USE;
