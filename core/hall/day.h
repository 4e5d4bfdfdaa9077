/* core/hall/day.h: the business day turns at local midnight: the hall's row says the new one, and whoever still
 * waits, was called or is parked on an older day has left. A booking of today that is not checked in comes into its queue two
 * minutes before its time: until then nobody is called who may not be there yet. */
#pragma once
#include <stdint.h>

#include "core/base/err.h"

struct hall;
struct server_env;

/* When the hall's clock was last as it was expected to be. */
struct day_clock {
    int64_t wall_ms, mono_ms;
    int64_t doubted_ms; /* monotonic: since when it is otherwise; 0: it is not */
};

/* Adds the writes when hall->day is not today; call at the start and now and then. A clock that is turned to another day
 * is not believed for an hour: whoever waits would have left for a mistake that is soon put right. */
void day_follow(struct hall *hall);
/* The same at once, in the transaction of env, for a hall that nobody is signed in at: the day turns, and bookings whose
 * time has come are there. */
enum err day_turn(const struct server_env *env, const char *day) MUST_USE;
enum err day_expect(const struct server_env *env, const char *day) MUST_USE;
