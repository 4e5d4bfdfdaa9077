/* core/hall/indexing.h: the persons of a file from before the index (search_index.h) come into it, a slice a turn. */
#pragma once
#include <stdbool.h>

struct hall;

/* At the start: is anybody not in it yet? */
void indexing_wake(struct hall *hall);
/* A slice, when it is time for one. Once a turn, before the writes of the turn are committed. */
void indexing_follow(struct hall *hall);
bool indexing_due(const struct hall *hall);
