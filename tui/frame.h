/* tui/frame.h: what the screen shows: a grid of cells and the place of the hardware cursor. Views draw into
 * it; term.c sends it out; tests print it. Drawing outside is cut off, so that any size from 1x1 is safe.
 * Text from data cannot reach the terminal's controls: control characters are shown as their pictures (␛),
 * invalid UTF-8 and bidirectional overrides as `?` marks (�). */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "tui/cell.h"
#include "tui/key.h"
#include "tui/rect.h"

enum { FRAME_W_MAX = 1000, FRAME_H_MAX = 500 }; /* larger terminals are used up to here */

/* What a press of the mouse means where something was drawn: a key, pressed so many times, or an item of a sheet. */
struct frame_target {
    struct rect area;
    struct key key; /* K_NONE: none */
    int times;
    int item;   /* of the sheet; -1: none */
    bool wheel; /* here the wheel moves: Up and Down */
};
enum { FRAME_TARGETS = 256 }; /* those beyond are not remembered */

struct frame {
    int w, h;
    struct cell *cells; /* h rows of w */
    int cursor_x, cursor_y;
    bool cursor_on;
    bool points;                  /* set by the owner: targets are remembered, for a mouse */
    struct frame_target *targets; /* NULL before the first */
    int target_count;
    int head; /* the first rows, which are read first wherever the cursor is (linear.h); 0: one */
};

void frame_init(struct frame *frame, int w, int h); /* blank; sizes are brought into 1..MAX */
void frame_deinit(struct frame *frame);
void frame_resize(struct frame *frame, int w, int h); /* blank again */
void frame_clear(struct frame *frame);
struct rect frame_area(const struct frame *frame);
const struct cell *frame_at(const struct frame *frame, int x, int y); /* NULL outside */

/* Puts the first grapheme of text (length bytes) at x, y if it lies wholly within area. Returns its width in
 * cells whether it was drawn or not, and in *used the bytes it took (used may be NULL). */
int frame_put(struct frame *frame, struct rect area, int x, int y, const char *text, size_t length,
              unsigned look, size_t *used);
void frame_fill(struct frame *frame, struct rect area, const char *grapheme, unsigned look);
void frame_blank(struct frame *frame, struct rect area, unsigned look);
void frame_look(struct frame *frame, struct rect area, unsigned look); /* keeps the text */
void frame_rule(struct frame *frame, struct rect row);                 /* a thin line ─ in its first row */
void frame_pillar(struct frame *frame, struct rect column); /* a thin line │ in its first column */
/* Copies the cells of another frame, from its column 0 and row from_y on, into area; with the cursor if it is
 * there. */
void frame_paste(struct frame *frame, struct rect area, const struct frame *from, int from_y);
void frame_cursor(struct frame *frame, int x, int y); /* brought inside; the last call counts */

/* Nothing unless the frame points. What is drawn later lies on top. */
void frame_target_key(struct frame *frame, struct rect area, struct key key, int times);
void frame_target_item(struct frame *frame, struct rect area, int item);
void frame_target_wheel(struct frame *frame, struct rect area);
/* What was drawn there last and can be pressed (wheel: can be moved); NULL: nothing. */
const struct frame_target *frame_hit(const struct frame *frame, int x, int y, bool wheel);

/* One transformation for terminals without UTF-8: each cell becomes one ASCII character, the width stays.
 * Marks ○ ◐ ● become o * =, rules - and |, letters their Latin twins, blocks digits 0–8; the rest becomes ?.
 */
void frame_to_ascii(struct frame *frame);

/* For tests, recordings and printing; the caller frees. Rows end with a line end, without trailing spaces. */
char *frame_text(const struct frame *frame);
/* The same between bars, each row that holds looks followed by a row of their letters (style_letter; bold,
 * underline and reverse are noted as a second row of B U R), and the cursor's place at the end. */
char *frame_golden(const struct frame *frame);
