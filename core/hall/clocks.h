/* core/hall/clocks.h: the hall's own time, and what the law's clocks do by it.
 *
 * A clock that stands before the hall was made (a dead battery: 1970) is not believed: the hall's time then goes on
 * from its last record by the monotonic clock. One that has gone on by months since the last record may be wrong as
 * well: then nothing is granted and nothing lapses for an hour, so that there is time to set it right. */
#pragma once
#include <stdint.h>

struct hall;
struct clocks;

/* Reads from the store when the hall was made and what it recorded last. */
struct clocks *clocks_new(struct hall *hall);
void clocks_free(struct clocks **clocks); /* NULL-safe */
/* The hall's wall time, by what the computer's clocks say; clocks may be NULL. */
int64_t clocks_wall_ms(struct clocks *clocks, int64_t wall_ms, int64_t mono_ms);
/* Looks for applications that are deemed granted or have lapsed by now, a slice a call, and adds the writes. Starts
 * from the first when the day turns, and every ten minutes. Call at the start and every few seconds. */
void clocks_follow(struct hall *hall);
