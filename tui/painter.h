/* tui/painter.h: turns what a terminal shows into a frame: the bytes for what differs, in one piece. Knows no
 * terminal: what its words are is told once by term.c.
 *
 * ncurses compares, moves and colours well, but writes after each move: a key's answer took five calls into the
 * system and woke the other side as often. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "tui/frame.h"

enum { PAINTER_LOOK = 96, PAINTER_MOVE = 32 }; /* bytes of one look, of one move */

struct painter_words {
    char looks[STYLE_COUNT][8][PAINTER_LOOK]; /* from nothing to a look; second index: its ATTR bits >> 8 */
    char clear[32];                           /* the whole screen; the cursor goes to the top left */
    char clear_line[32];                      /* from the cursor to the end of the row; "" there is none */
    bool clears_in_colour;                    /* what was cleared has the background of the current look */
    bool keeps_corner;                        /* a character in the last corner does not scroll */
    void (*move)(int y, int x, char out[PAINTER_MOVE]); /* the cursor to a cell */
};

struct painter {
    struct painter_words words;
    struct frame shown;
    bool valid; /* the terminal shows what `shown` says */
    int x, y;   /* where its cursor is; -1 unknown */
    int look;   /* what it writes in; -1 unknown */
    char *bytes;
    size_t used, capacity;
};

void painter_init(struct painter *painter);
void painter_deinit(struct painter *painter);
void painter_resize(struct painter *painter, int w, int h); /* and all is drawn anew */
void painter_forget(struct painter *painter);               /* something else wrote on the terminal */

/* bytes and used hold what is to be sent; nothing when the frame is shown already. The frame has the painter's
 * size. */
void painter_paint(struct painter *painter, const struct frame *frame);
void painter_add(struct painter *painter, const char *bytes); /* after painter_paint, behind it */
