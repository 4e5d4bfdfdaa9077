/* tui/funcbar.h: the action line: ` f finish  h hold  t transfer  ? help`, fitted to the width. */
#pragma once
#include "tui/frame.h"

struct funcbar_item {
    const char *key, *label;
    bool disabled;    /* greyed */
    int priority;     /* what has the lowest is left out first; of equals the later one */
    struct key press; /* what a press of the mouse on it means; K_NONE: nothing */
};
enum { FUNCBAR_ITEMS = 64 };
void funcbar_draw(const struct funcbar_item *items, int count, struct frame *frame, struct rect area);
/* The item drawn at column x of such a line, or -1: for the mouse. */
int funcbar_at(const struct funcbar_item *items, int count, struct rect area, int x);
