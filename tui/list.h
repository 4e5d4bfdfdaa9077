/* tui/list.h: a long list of which only the visible rows are asked for; a million rows cost what forty do.
 * Keys: Up Down j k, PgUp PgDn C-u C-d (half), Home End g G. Pure state: it knows rows by number alone. */
#pragma once
#include <stdbool.h>

#include "tui/frame.h"
#include "tui/key.h"
#include "tui/text.h"

struct list {
    int count, selected; /* selected is 0 in an empty list */
    int top;             /* first row shown */
    int rows;            /* height of the window: list_fit; 0 is taken as 10 */
};
void list_set_count(struct list *list, int count); /* keeps the selection where it still exists */
void list_select(struct list *list, int row);
/* The window's height, so that pages are whole; told by the screen when it knows. Without it the list scrolls
 * a little early, nothing worse. */
void list_fit(struct list *list, int rows);
bool list_key(struct list *list, struct key key); /* true: it was one of its keys */
/* For a list below a field that is typed into: only Up Down PgUp PgDn, as the others edit text. */
bool list_key_below_field(struct list *list, struct key key);
bool list_wheel(struct list *list, int button);  /* mouse: 4 up, 5 down */
int list_top(const struct list *list, int rows); /* the first row shown in a window of rows */

/* Draws one row. look: STYLE_SELECTED, STYLE_CHOSEN or STYLE_TEXT; area is filled with it already. */
struct list_rows {
    void (*draw)(const void *self, int row, struct frame *frame, struct rect area, unsigned look);
    bool (*marked)(const void *self, int row); /* may be NULL; marked rows get a • before them */
    const void *self;
    const char *empty; /* the sentence for an empty list, may be NULL */
};
/* With focus the hardware cursor stands at the start of the selected row. */
void list_draw(const struct list *list, const struct list_rows *rows, struct frame *frame, struct rect area,
               bool focus);
/* Its rows can be pressed though the focus is in the field above it: the arrows reach them from there. on_selected: what a press
 * on the selected row stands for. */
void list_target(const struct list *list, struct frame *frame, struct rect area, struct key on_selected);
void list_number(int number, char out[16]); /* "14 802": groups of three, so that long numbers can be read */
/* "312/14 802", "" for an empty list; returns out. */
const char *list_position(const struct list *list, char out[32]);
