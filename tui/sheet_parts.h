/* tui/sheet_parts.h: what the files of the sheet share: sheet.c (state and keys), sheet_layout.c (where items
 * go), sheet_draw.c. Nobody else includes this. */
#pragma once
#include "tui/sheet.h"

enum {
    SHEET_CHECK_ROWS = 8,   /* ticks in view at once */
    SHEET_PICK_ROWS = 8,    /* matches in view at once */
    SHEET_COLUMN_MIN = 24,  /* cells; narrower columns are stacked */
    SHEET_FIELD_CELLS = 48, /* a field that wishes nothing */
};

const char *sheet_text(const char *text); /* NULL is "" */
bool sheet_can_focus(const struct sheet_item *item);
bool sheet_is_typed(const struct sheet_item *item); /* text, area, number, date: the value is what is typed */
int sheet_focus_index(const struct sheet *sheet, const struct sheet_item *items, int count); /* -1: none */
int sheet_option(const struct sheet_item *item, const char *value); /* index, -1: none */
bool sheet_ticked(const struct sheet_item *item, const char *value);
const char *sheet_yesno_label(const struct sheet_item *item, int which); /* 0 yes, 1 no */
/* The options that fit what is typed, at most max of them; returns how many. */
int sheet_matches(const struct sheet *sheet, const struct sheet_item *item, int *matches, int max);
enum { SHEET_MATCHES = 500 };

/* Where an item goes: cells relative to the sheet's upper left corner. */
struct slot {
    int x, y, w, h;
    int label_rows;                /* rows of the label above the field; 0: it stands beside */
    int label_w;                   /* cells of the label, beside or above */
    int field_x, field_w, field_h; /* with its brackets */
    int note_rows;                 /* rows of error or hint below the field; 0: beside, or none */
};
/* Fills slots[count] for w cells and returns the height of all. */
int sheet_layout(const struct sheet *sheet, const struct sheet_item *items, int count, int w,
                 struct slot *slots);
const char *sheet_note(const struct sheet_item *item); /* what stands in the note: error or hint, "" */
