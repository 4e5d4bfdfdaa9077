/* core/hall/day.h: the business day turns at local midnight: the hall's row says the new one, and whoever still
 * waits or was called on an older day has left. */
#pragma once

struct hall;

/* Adds the writes when hall->day is not today; call at the start and now and then. */
void day_follow(struct hall *hall);
