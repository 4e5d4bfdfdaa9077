/* tui/progress.c: that work is under way: see progress.h. */
#include "tui/progress.h"

#include "tui/text.h"

enum { TURN_MS = 250, SHARE_CELLS = 6, BAR_MIN = 4 };

static void draw_sign(struct frame *frame, struct rect row, const char *label, int64_t passed_ms)
{
    static const char *const signs[] = {"|", "/", "-", "\\"};
    text_draw(frame, rect_cut_left(&row, 1), signs[passed_ms / TURN_MS % 4], STYLE_ACCENT);
    rect_cut_left(&row, 1);
    text_draw(frame, row, label, STYLE_TEXT);
}

static void draw_bar(struct frame *frame, struct rect row, const char *label, int64_t done, int64_t total)
{
    done = done < 0 ? 0 : done > total ? total : done;
    rect_cut_left(&row, text_draw(frame, row, label, STYLE_TEXT));
    rect_cut_left(&row, 1);
    struct rect share = rect_cut_right(&row, SHARE_CELLS);
    text_drawf(frame, share, STYLE_TEXT, "%4d %%", (int)((double)done / (double)total * 100));
    if (row.w < BAR_MIN)
        return;
    frame_fill(frame, row, "░", STYLE_DIM);
    struct rect full = rect_cut_left(&row, (int)((double)done / (double)total * row.w));
    frame_fill(frame, full, "▓", STYLE_ACCENT);
}

bool progress_draw(struct frame *frame, struct rect area, const char *label, int64_t done, int64_t total,
                   int64_t started_ms, int64_t now_ms)
{
    struct rect row = rect_row(area, 0);
    if (now_ms - started_ms < PROGRESS_QUIET_MS)
        return false;
    if (total > 0)
        draw_bar(frame, row, label, done, total);
    else
        draw_sign(frame, row, label, now_ms - started_ms);
    return true;
}
