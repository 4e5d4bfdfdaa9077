/* tests/support/picture.h: what a terminal shows, as an SVG for documents: cells as coloured text, no font of its own. */
#pragma once
#include <stdbool.h>

#include "tui/frame.h"
#include "tui/theme.h"

struct picture_cell {
    char text[CELL_TEXT];
    unsigned fg, bg; /* 0xRRGGBB */
    bool bold, underline;
};
typedef struct picture_cell picture_at(void *ctx, int col, int row);

/* The caller frees. ground: what most cells stand on. */
char *picture_svg(int cols, int rows, unsigned ground, picture_at *at, void *ctx);
/* The same of a frame that was drawn, with its cursor. The caller frees. */
char *picture_frame(const struct frame *frame, const struct theme *theme);
