/* tui/event.h: what comes from the terminal. */
#pragma once
#include <stddef.h>

#include "tui/key.h"

enum { PASTE_MAX = 64 * 1024 }; /* bytes; what is pasted beyond is left out and `cut` is set */

enum event_kind {
    EVENT_NONE,
    EVENT_KEY,
    EVENT_PASTE,  /* text, whole, with its line ends as \n; never keys */
    EVENT_RESIZE, /* w, h: the terminal's new size */
    EVENT_MOUSE,  /* x, y, button: 1 press of the left one, 4 wheel up, 5 wheel down; only if asked for */
    EVENT_CLOSED, /* the terminal is gone */
};

struct event {
    enum event_kind kind;
    struct key key;
    const char *text; /* of a paste; valid until the next event is asked for */
    size_t length;
    bool cut;
    int w, h, x, y, button;
};
