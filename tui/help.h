/* tui/help.h: what can I do here: keys and what they do, in two columns, scrolled. */
#pragma once
#include "tui/frame.h"
#include "tui/key.h"

struct help_row {     /* NULL texts are "" */
    const char *keys; /* NULL: a heading, in label */
    const char *label, *text;
    const char *why_not; /* not NULL: greyed, with this reason after it */
};
struct help {
    int top;  /* first line shown */
    int rows; /* lines of the last help_fit; 0 is taken as 10 */
};
void help_fit(struct help *help, int rows);
bool help_key(struct help *help, struct key key); /* scrolls; true: it was one of its keys */
void help_draw(const struct help *help, const struct help_row *rows, int count, struct frame *frame,
               struct rect area);
