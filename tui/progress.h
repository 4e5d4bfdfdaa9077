/* tui/progress.h: that work is under way: nothing for the first half second, then a bar with its share, or a
 * sign that turns when the whole is not known. Time is handed in. */
#pragma once
#include <stdint.h>

#include "tui/frame.h"

enum { PROGRESS_QUIET_MS = 500 };
/* Draws `label ▓▓▓▓░░░░ 45 %` into the first row; total 0: a turning sign. Returns false, and draws nothing,
 * before PROGRESS_QUIET_MS since started_ms. */
bool progress_draw(struct frame *frame, struct rect area, const char *label, int64_t done, int64_t total,
                   int64_t started_ms, int64_t now_ms);
