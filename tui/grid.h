/* tui/grid.h: a list with columns and a heading. State and keys are those of list.h. ("table" is a word of
 * the database.) */
#pragma once
#include "tui/list.h"

enum { GRID_CELL = 256, GRID_COLUMNS = 16 };

struct grid_column {
    const char *title;
    int w;     /* cells; 0: a share of what the others leave */
    int w_min; /* for w 0: when less is left, the column is left out, the last of them first */
    enum text_align align;
};
struct grid {
    const struct grid_column *columns;
    int count;
    /* Writes the text of one cell (up to GRID_CELL bytes with its NUL) and may change *look. */
    void (*cell)(const void *self, int row, int column, char out[GRID_CELL], unsigned *look);
    /* The words of a row that is a heading over those below it, drawn across all columns; NULL: a row as any. May be
     * NULL: there are none. */
    const char *(*heading)(const void *self, int row);
    bool (*marked)(const void *self, int row); /* may be NULL */
    const void *self;
    const char *empty; /* the sentence for an empty list, may be NULL */
};
void grid_draw(const struct grid *grid, const struct list *list, struct frame *frame, struct rect area,
               bool focus);
