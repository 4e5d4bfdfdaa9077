/* core/hall/leases.h: who has been heard of lately. Every request of a person renews the lease of the counters
 * that they hold: in memory, on the monotonic clock. The counter's row follows now and then, many in one change,
 * so that a poll costs no commit and a row is never more than half a lease behind.
 *
 * A poll also says how many records a workstation could not hand over, so that a supervisor knows of them when it is heard
 * of no more: a row of the table "station" {"id": its client, "user","unsent","since","seen_at"}. It is written when
 * there are some and when there are none again, else once a minute at most. */
#pragma once
#include <stdint.h>

#include "core/command/command.h"

struct hall;
struct leases;

struct leases *leases_new(void);
void leases_free(struct leases **leases); /* NULL-safe */
void leases_heard(struct leases *leases, const char *user, int64_t mono_ms);
/* unsent 0: none. since_ms: of the oldest, by the hall's clock. */
void leases_told(struct hall *hall, const struct actor *actor, int64_t unsent, int64_t since_ms);
/* Adds a write when a row of a counter lags, or tells another time than ours; call every few seconds, and at once when
 * the wall clock is turned. */
void leases_follow(struct hall *hall);
/* The last such write failed: until one succeeds, it is tried before whatever else is written. */
bool leases_owed(const struct hall *hall);
/* What the hall was told before stands in its rows: all of them at the start, one that another loketd wrote. */
void leases_know(struct hall *hall);
void leases_station(struct hall *hall, const struct json *row);
/* At the start: every counter that is not closed gets one full period. */
void leases_restart(struct hall *hall);
