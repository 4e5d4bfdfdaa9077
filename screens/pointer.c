/* screens/pointer.c: see pointer.h. What can be pressed was remembered when it was drawn (tui/frame.h). */
#include "screens/pointer.h"

enum { PRESS = 1, WHEEL_UP = 4, WHEEL_DOWN = 5, WHEEL_ROWS = 3 };

static struct pointed wheel(const struct frame *frame, const struct event *event)
{
    struct pointed pointed = {.item = -1};
    if (!frame_hit(frame, event->x, event->y, true))
        return pointed;
    pointed.key = (struct key){.code = event->button == WHEEL_UP ? K_UP : K_DOWN};
    pointed.times = WHEEL_ROWS;
    return pointed;
}

struct pointed pointer_at(const struct frame *frame, const struct event *event)
{
    if (event->button == WHEEL_UP || event->button == WHEEL_DOWN)
        return wheel(frame, event);
    const struct frame_target *target =
        event->button == PRESS ? frame_hit(frame, event->x, event->y, false) : NULL;
    if (!target)
        return (struct pointed){.item = -1};
    return (struct pointed){.key = target->key, .times = target->times, .item = target->item};
}
