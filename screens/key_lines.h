/* screens/key_lines.h: the keys that a person gave to actions, [keys] of the settings: which of them count, and what is
 * wrong with the others, by line. Pure. */
#pragma once
#include "core/base/str.h"
#include "screens/action.h"
#include "tui/keymap.h"

/* keys and lines are by action; NULL: the settings say nothing of it. lines: "FILE:LINE". A line that is refused leaves
 * its action as in actions.def and adds "FILE:LINE: sentence\n" to complaints; the others count, whatever their order.
 * Refused are: what is no key, a key that another action has on a screen of both, one that moves in lists and fields
 * everywhere, Enter above all, letters alone where letters type, and what leaves no key for help, back or quit. */
void key_lines_apply(struct keymap *map, char *const keys[ACTION_COUNT], char *const lines[ACTION_COUNT],
                     struct buf *complaints);
