/* core/hall/leases.h: who has been heard of lately. Every request of a person renews the lease of the counters
 * that they hold: in memory, on the monotonic clock. The counter's row follows now and then, many in one change,
 * so that a poll costs no commit and a row is never more than half a lease behind. */
#pragma once
#include <stdint.h>

struct hall;
struct leases;

struct leases *leases_new(void);
void leases_free(struct leases **leases); /* NULL-safe */
void leases_heard(struct leases *leases, const char *user, int64_t mono_ms);
/* Adds a write when a row of a counter lags, or tells another time than ours; call every few seconds, and at once when
 * the wall clock is turned. */
void leases_follow(struct hall *hall);
/* At the start: every counter that is not closed gets one full period. */
void leases_restart(struct hall *hall);
