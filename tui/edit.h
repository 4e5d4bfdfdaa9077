/* tui/edit.h: editing text: the core of field.h and area.h. Pure state; bounded memory: text_max bytes and
 * EDIT_UNDO steps. The cursor stands between graphemes. Keys:
 *     Left Right Home End C-a C-e C-b C-f    C-Left C-Right A-b A-f by word
 *     Backspace Delete C-d C-h    C-w A-Backspace word before    A-d C-Delete word after
 *     C-u to the start    C-k to the end    C-y what was cut last
 *     C-_ (also sent by C-/) undo    A-_ (also A-/) redo
 *     with lines: Up Down Enter */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "tui/key.h"

enum { EDIT_UNDO = 64, EDIT_TEXT_MAX = 64 * 1024 };

struct edit_step { /* the text from at was `removed` and became `added` */
    size_t at, removed_length, added_length;
    size_t cursor; /* before the step */
    char *removed, *added;
};
struct edit {
    char *text; /* NUL-terminated, valid UTF-8 without control characters but \n in lines; NULL while empty */
    size_t length, capacity, cursor;
    size_t text_max; /* bytes; 0: EDIT_TEXT_MAX */
    int chars_max;   /* code points; 0: no limit but text_max */
    bool lines;      /* \n is allowed */
    bool secret;     /* nothing of it is kept for undo, and memory is wiped */
    bool joining;    /* the next typed letter joins the last undo step */
    struct edit_step steps[EDIT_UNDO];
    int step_count, step_at; /* steps before step_at can be undone, the others redone */
    char *cut;               /* for C-y */
};
void edit_init(struct edit *edit);
void edit_deinit(struct edit *edit);
const char *edit_text(const struct edit *edit); /* "" while empty; borrowed until the next change */
/* Replaces everything; the cursor goes to the end, undo starts anew. Invalid bytes are left out. */
void edit_set(struct edit *edit, const char *text);
/* Puts text in at the cursor as one step, as far as there is room; line ends become spaces in a single line.
 * True when all of it went in. */
bool edit_insert(struct edit *edit, const char *text, size_t length);

enum edit_result { EDIT_IGNORED, EDIT_MOVED, EDIT_CHANGED, EDIT_FULL }; /* FULL: no room for that */
enum edit_result edit_key(struct edit *edit, struct key key);
