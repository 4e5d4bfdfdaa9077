/* tui/sheet.h: a form on the screen: headings, fields, choices and rows, scrolled and filled in by keys.
 *
 * The screen owns the data. It hands the items in at every call, in order; the sheet keeps only which of them
 * has the focus (by id, so that items may come and go), what is being typed there and an open choice. Changes
 * come out as events. Nothing is validated here: the screen puts `error` into the item and it is drawn as `!
 * text` beside it.
 *
 * Keys: Enter Tab next (in an open list they take the option: see `taken`; in an area A-Enter makes a line) ·
 * S-Tab back · Up Down previous and next (within an area or an open list: its lines) · PgUp PgDn by six ·
 * C-Home C-End first and last · Left Right in a choice · Space ticks, and opens a list · y n in yes/no ·
 * letters type, or search a list. */
#pragma once
#include <stdbool.h>

#include "tui/area.h"
#include "tui/field.h"
#include "tui/frame.h"
#include "tui/list.h"

enum { SHEET_ID = 256 }; /* bytes of an id with its NUL; longer ones are compared up to here */

enum sheet_kind {
    SHEET_HEADING, /* label; value at the right, dim ("5 of 7 filled") */
    SHEET_LABEL,   /* label as wrapped text */
    SHEET_TEXT,    /* a line of text */
    SHEET_AREA,    /* several lines */
    SHEET_RADIO,   /* up to four options in view, value is that of one */
    SHEET_PICK,    /* a longer list, found by typing, drawn below the field */
    SHEET_CHECKS,  /* a list of ticks; value: the values of the ticked ones, joined by \n */
    SHEET_YESNO,   /* value "yes", "no" or "" (unanswered) */
    SHEET_TOGGLE,  /* [x]; value "yes" or "no" */
    SHEET_VALUE,   /* shown only */
    SHEET_NUMBER,  /* right-aligned text: numbers, money */
    SHEET_DATE,    /* text with a picture: placeholder "DD.MM.YYYY"; typing digits puts the separators in */
    SHEET_ROW,     /* a row of a table, or a door: label and value; Enter opens */
};
struct sheet_option {
    const char *value, *label;
    const char *also; /* further words that find it, such as other languages; may be NULL */
};
struct sheet_item { /* all borrowed for the call; NULL texts are "" */
    enum sheet_kind kind;
    const char *id; /* unique in the sheet; only items with an id can have the focus */
    const char *label, *value, *placeholder;
    const struct sheet_option *options;
    int option_count;
    bool required;            /* a * before it */
    bool disabled;            /* dim, cannot have the focus */
    bool readonly;            /* can have the focus (to read, to copy), cannot change */
    bool masked;              /* drawn as • unless it has the focus, and then too when `secret` */
    bool secret;              /* a password: never shown */
    bool prefilled;           /* drawn with a « until it has been passed */
    const char *error, *hint; /* drawn at the right of the field, or below where there is no room */
    int indent;               /* levels of two cells */
    int columns;   /* 0, 1: a line of its own; 2, 3: beside its neighbours of the same group, 24 cells each or
                      more */
    int group;     /* number of the row that neighbours share; counts when columns > 1 */
    int w;         /* wished cells of the field; 0: what there is */
    int chars_max; /* code points; 0: no limit */
    int rows;      /* of an area; 0: 3 */
};

enum sheet_event_kind {
    SHEET_IGNORED, /* not a key of the sheet: the screen may use it */
    SHEET_USED,    /* nothing to tell but that it was used: draw again */
    SHEET_CHANGED, /* id, value: the new value, after each key that changes it */
    SHEET_LEFT,    /* id, value: the focus goes on from here; validate now */
    SHEET_OPENED,  /* id: Enter on a row */
    SHEET_DONE,    /* id, value: Enter on the last item: as LEFT, and there is nothing after it */
};
struct sheet_event {
    enum sheet_event_kind kind;
    char id[SHEET_ID];
    const char *value; /* valid until the next call for this sheet */
    bool
        taken; /* an option was taken from an open list: when the items have its value, the same key goes on */
};

struct sheet {
    char focus[SHEET_ID]; /* id; "" before the first call: the first item that can have it */
    int focus_at;         /* its index in the last call: where to go on when it is gone */
    bool editing;         /* edit holds the focused item's text */
    bool open;            /* the list of a pick is open; its search is in edit */
    struct edit edit;
    struct list list; /* of an open pick: matching options; of checks and radios: the one under the cursor */
    int w;            /* cells of the last sheet_fit */
    int top;          /* the first row in view while nothing has the focus; set by the owner */
    char *value;      /* of the last event */
};
void sheet_init(struct sheet *sheet);
void sheet_deinit(struct sheet *sheet);
/* The width it is drawn in, told by the screen when it knows: Up and Down then follow the wrapped lines of an
 * area. */
void sheet_fit(struct sheet *sheet, int w);

/* To be called when items have changed other than by an event of the sheet itself: takes the focused item's
 * text anew if it differs, and moves the focus on if its item is gone. */
void sheet_sync(struct sheet *sheet, const struct sheet_item *items, int count);
struct sheet_event sheet_key(struct sheet *sheet, const struct sheet_item *items, int count, struct key key);
struct sheet_event sheet_paste(struct sheet *sheet, const struct sheet_item *items, int count,
                               const char *text, size_t length);
/* Puts the focus on an item; false when there is no such item or it cannot have it. */
bool sheet_focus(struct sheet *sheet, const struct sheet_item *items, int count, const char *id);
const char *sheet_focused(const struct sheet *sheet, const struct sheet_item *items,
                          int count); /* id or NULL */
bool sheet_typing(const struct sheet *sheet, const struct sheet_item *items,
                  int count);          /* letters type there */
bool sheet_close(struct sheet *sheet); /* Esc: closes an open list; false: there was none */

int sheet_rows(const struct sheet *sheet, const struct sheet_item *items, int count,
               int w); /* height when drawn */
void sheet_draw(const struct sheet *sheet, const struct sheet_item *items, int count, struct frame *frame,
                struct rect area);
