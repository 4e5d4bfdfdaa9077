/* screens/pointer.h: what the mouse does, as keys: an extra, which can do nothing that keys cannot, and confirms nothing
 * dangerous. Pure. */
#pragma once
#include "tui/event.h"
#include "tui/frame.h"

struct pointed {
    struct key key; /* pressed so many times; times 0: nothing is there */
    int times;
    int item; /* of the sheet that is shown; -1: none */
};
/* event: EVENT_MOUSE, on what frame shows. */
struct pointed pointer_at(const struct frame *frame, const struct event *event);
