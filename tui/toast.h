/* tui/toast.h: a sentence that says what just happened, until its time is over. Time is handed in. */
#pragma once
#include <stdint.h>

#include "tui/frame.h"

struct toast {
    char text[400];
    unsigned look; /* STYLE_GOOD, STYLE_WARN …; warn and danger get a sign before the text */
    int64_t until_ms;
};
void toast_show(struct toast *toast, unsigned look, const char *text, int64_t until_ms);
int toast_lines(const struct toast *toast, int w); /* that it needs, 3 at most */
void toast_clear(struct toast *toast);
bool toast_shown(const struct toast *toast, int64_t now_ms);
bool toast_draw(const struct toast *toast, int64_t now_ms, struct frame *frame, struct rect area); /* drawn */
