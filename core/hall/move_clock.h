/* core/hall/move_clock.h: moves whose time is over: the counters get back what they had. */
#pragma once
#include "core/hall/inside.h"

/* Asked every few seconds and at each start. Each in a change of its own, by the hall's own program. */
void moves_follow(struct hall *hall);
