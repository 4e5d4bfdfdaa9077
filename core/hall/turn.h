/* core/hall/turn.h: a hall at work, without descriptors, signals or threads of its own: opened from its folder, moved
 * on turn by turn. serve.c gives it the real world; the simulator gives it another. */
#pragma once
#include "core/hall/inside.h"

enum { TURN_TICK_MS = 5000 }; /* leases and the day are looked at this often */

/* Opens the store, makes the boot write, knows the hall and opens its rooms. On an error hall_lock_up all the same. */
enum err hall_unlock(struct hall *hall, const char *data, bool practice, struct err_info *info) MUST_USE;
/* A training hall whose store is elsewhere than the folder that keeps its moments and results. */
enum err hall_unlock_training(struct hall *hall, const char *store, const char *folder,
                              struct err_info *info) MUST_USE;
/* What the hall itself has to say after a time away, before anybody is served. */
enum err hall_wake(struct hall *hall, struct err_info *info) MUST_USE;
/* The clock is read; then what came is taken in, by http_run and the like; then the turn is ended: all writes are
 * committed as one group, whoever waits for news is told. quiet: the hall waited for something to do, in vain. */
void hall_look_at_clock(struct hall *hall);
void hall_clock_says(struct hall *hall, int64_t wall_ms, int64_t mono_ms); /* the same, told */
void hall_end_turn(struct hall *hall, bool quiet);
int hall_timeout_ms(const struct hall *hall); /* until the next turn is due though nothing comes; -1 never */
/* http is the caller's to close before. */
void hall_lock_up(struct hall *hall);
/* The sentence for a hall whose loop ended with hall->fatal; ERR_OK when it ended as asked. */
enum err hall_ended(struct hall *hall, struct err_info *info) MUST_USE;
