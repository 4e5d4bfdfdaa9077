/* tui/cell.h: one place on the screen: a character as a person sees it, and what it means, never a colour.
 * What a meaning looks like is the theme's business (theme.h). */
#pragma once
#include <stdint.h>

/* Meanings. The name in themes and golden frames, and the letter in golden frames. */
#define STYLE_LIST(X)                                                                \
    X(TEXT, "text", ' ')                                                             \
    X(DIM, "dim", 'd')       /* everything that is not asked for right now */        \
    X(ACCENT, "accent", 'a') /* focus, keys, what can be done */                     \
    X(GOOD, "good", 'g')                                                             \
    X(WARN, "warn", 'w')                                                             \
    X(DANGER, "danger", '!')                                                         \
    X(TITLE, "title", 't')       /* the title line, headings */                      \
    X(BAR, "bar", 'b')           /* the action line */                               \
    X(BAR_DIM, "bar-dim", 'e')   /* what cannot be done now, in the action line */   \
    X(RULE, "rule", 'r')         /* thin lines between panes */                      \
    X(SELECTED, "selected", 's') /* the chosen row of the pane that has the focus */ \
    X(CHOSEN, "chosen", 'c')     /* the chosen row of a pane without the focus */    \
    X(FIELD, "field", 'f')       /* where one can type */                            \
    X(HINT, "hint", 'h')         /* a picture or example in an empty field */        \
    X(FOCUS, "focus", 'F')       /* the field that is typed into now */              \
    X(TRAINING, "", 'T')         /* nothing here is real: no theme can name it */

enum style {
#define X(name, text, letter) STYLE_##name,
    STYLE_LIST(X)
#undef X
        STYLE_COUNT
};

/* A look, as every drawing function takes it: a style, or'ed with any of these. */
enum attr {
    ATTR_BOLD = 0x100,
    ATTR_UNDERLINE = 0x200,
    ATTR_REVERSE = 0x400,
    ATTR_ALL = ATTR_BOLD | ATTR_UNDERLINE | ATTR_REVERSE,
};
#define LOOK_STYLE(look) ((enum style)((look)&0xffU))

const char *style_name(enum style style);
char style_letter(enum style style);

/* Bytes of one grapheme: a base of up to 4 bytes and its combining marks; marks beyond that are left out. */
enum { CELL_TEXT = 13 };

struct cell {
    char text[CELL_TEXT]; /* UTF-8, NUL-terminated; "" at the right half of a wide one */
    uint8_t width;        /* 1, 2, or 0 for the right half of a wide one */
    uint16_t look;
};
