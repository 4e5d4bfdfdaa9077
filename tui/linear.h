/* tui/linear.h: a picture as one column in the order of reading, for speech and Braille (`--linear`).
 *
 * Panes that stand side by side come one after the other, each read to its end: what a pillar (frame_pillar) parts is two
 * panes. Rules and empty lines go, wide gaps become two cells, lines that are too long are wrapped at a space. The first
 * line of the picture stays at the top and the last, the action line, at the bottom; between them stands what is around
 * the cursor. Nothing is added and no word is lost, so that every screen can be read like this and none knows of it. */
#pragma once
#include "tui/frame.h"

/* How large the picture should be drawn for a terminal of w by h: so wide that little is cut, yet below the width from
 * which screens show the same things once more at the right, and so high that lists are long. */
void linear_size(int *w, int *h);
/* from: as it was drawn; to: of the terminal's size, is filled anew. */
void linear_frame(const struct frame *from, struct frame *to);
