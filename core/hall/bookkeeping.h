/* core/hall/bookkeeping.h: days that are over come into the day book (daybook.h), a part a turn. */
#pragma once
#include <stdbool.h>

struct hall;

/* A part, when one is due: looked for at the start and every BOOK_LOOK_MS. Once a turn, before the writes of the turn are
 * committed. */
void bookkeeping_follow(struct hall *hall);
bool bookkeeping_due(const struct hall *hall);
