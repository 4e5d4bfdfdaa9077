/* tui/text.h: text in cells: how wide it is, where it may be cut, how it is drawn and wrapped. All text is
 * UTF-8; what is not is shown, never trusted. Width is glibc's wcwidth, because terminals and ncurses use it:
 * the program calls setlocale first; without a UTF-8 locale a small table of our own stands in. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/frame.h"

/* One code point from text (length bytes left); *used gets the bytes. -1 where it is not UTF-8; then *used
 * is 1. */
int32_t text_decode(const char *text, size_t length, size_t *used);
size_t text_encode(int32_t code, char out[4]); /* bytes; 0 for what is no character */
bool text_is_hidden(
    int32_t code); /* control, bidi override, invisible, no character: drawn as a picture or mark */
char text_ascii(int32_t code); /* its twin as frame_to_ascii has it: ə→e, Я→A; ? when there is none */
int text_code_width(int32_t code); /* 0 combining, 1, 2; what is shown as a picture or mark: 1 */

/* Whether text begins with one printable ASCII character that no combining mark follows: one byte, one cell.
 * Nearly all text is such, so it is asked before anything is decoded; marks begin with bytes from 0xcc on. */
static inline bool text_is_plain(const char *text, size_t length)
{
    return length > 0 && text[0] >= ' ' && text[0] < 0x7f && (length == 1 || (unsigned char)text[1] < 0xcc);
}

/* The bytes of the next grapheme (a character with its combining marks), at least 1 while length > 0; *width
 * gets its cells (width may be NULL). */
size_t text_grapheme(const char *text, size_t length, int *width);
size_t text_grapheme_before(const char *text, size_t at); /* bytes of the grapheme that ends at byte `at` */

int text_width(const char *text); /* cells, as drawn; NULL is 0 */
int text_width_n(const char *text, size_t length);
size_t text_fit(const char *text, size_t length, int w); /* bytes of the graphemes that fit into w cells */

enum text_align {
    TEXT_LEFT,  /* too long: cut at the end by … */
    TEXT_RIGHT, /* against the right edge; too long: as TEXT_LEFT */
    TEXT_CENTRE,
    TEXT_MIDDLE, /* left; too long: cut in the middle by …, for identifiers */
};
/* Draws into the first row of area; line ends and tabs in text become spaces. Returns the cells used. NULL is
 * "". */
int text_draw(struct frame *frame, struct rect area, const char *text, unsigned look);
int text_draw_as(struct frame *frame, struct rect area, const char *text, unsigned look,
                 enum text_align align);
int text_drawf(struct frame *frame, struct rect area, unsigned look, const char *format, ...)
    __attribute__((format(printf, 4, 5))); /* up to 1 KiB of text */

struct text_line {
    const char *text; /* within the text that was wrapped; not NUL-terminated */
    size_t length;    /* bytes, without trailing spaces */
};
/* Breaks text into lines of up to w cells at spaces, at line ends, and within words that are longer. Fills up
 * to lines_max lines (lines may be NULL) and returns how many it takes in all. */
int text_wrap(const char *text, int w, struct text_line *lines, int lines_max);
/* Draws the wrapped text into area, from line `first`; … where more follows. Returns the rows used. */
int text_draw_wrapped(struct frame *frame, struct rect area, const char *text, unsigned look, int first);
