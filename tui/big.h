/* tui/big.h: letters made of blocks for the hall's display: digits, A–Z, some signs; Latin twins for the
 * rest. Glyphs are 5 by 5 units; a unit is scale rows high and 2 × scale cells wide, as cells are twice as
 * high as wide. */
#pragma once
#include "tui/frame.h"

int big_width(const char *text, int scale);    /* cells */
int big_height(int scale);                     /* rows */
int big_scale(const char *text, int w, int h); /* the largest scale that fits; 0: none */
/* In the middle of area, as large as it fits and up to scale_max (0: no limit); plain text where none fits.
 * Returns the scale. */
int big_draw(struct frame *frame, struct rect area, const char *text, unsigned look, int scale_max);
