/* core/hall/imports.h: imports that were decided at a hall at work come into the catalogue, a slice a turn (staging.h). */
#pragma once
#include <stdbool.h>

struct hall;

/* At the start: what was decided before goes on, what was only put down is thrown away. */
void imports_wake(struct hall *hall);
/* Something was decided or dropped. */
void imports_look(struct hall *hall);
/* A slice, when it is time for one. Once a turn, before the writes of the turn are committed. */
void imports_follow(struct hall *hall);
bool imports_due(const struct hall *hall);
/* Megabytes are written one after the other, by slices or by what is put down. */
bool imports_write_much(const struct hall *hall);
/* An import was decided, and is not whole in the catalogue yet: who asks about the catalogue waits. */
bool imports_under_way(const struct hall *hall);
