/* core/hall/audit_reading.h: the audit of a file from before its index (audit_index.h) comes into it, a slice a turn, the
 * newest lines first. */
#pragma once
#include <stdbool.h>

struct hall;

/* At the start: is any line not in it yet? */
void audit_reading_wake(struct hall *hall);
/* A slice, when it is time for one. Once a turn, before the writes of the turn are committed. */
void audit_reading_follow(struct hall *hall);
bool audit_reading_due(const struct hall *hall);
