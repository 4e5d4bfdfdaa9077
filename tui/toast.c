/* tui/toast.c: a sentence that says what happened: see toast.h. Knows no clock: time is handed in. */
#include "tui/toast.h"

#include <string.h>

#include "tui/text.h"

enum { LINES_MAX = 3 };

void toast_show(struct toast *toast, unsigned look, const char *text, int64_t until_ms)
{
    size_t at = 0, used;
    for (size_t length = text ? strlen(text) : 0; at < length; at += used) {
        used = text_grapheme(text + at, length - at, NULL);
        if (at + used >= sizeof toast->text)
            break;
    }
    if (at)
        memcpy(toast->text, text, at);
    toast->text[at] = '\0';
    toast->look = look;
    toast->until_ms = until_ms;
}

void toast_clear(struct toast *toast)
{
    toast->text[0] = '\0';
}

bool toast_shown(const struct toast *toast, int64_t now_ms)
{
    return toast->text[0] && now_ms < toast->until_ms;
}

static const char *sign_of(const struct toast *toast)
{
    enum style style = LOOK_STYLE(toast->look);
    return style == STYLE_WARN || style == STYLE_DANGER ? "!" : style == STYLE_GOOD ? "✓" : "";
}

/* The place of the text: after the sign, with a column of air at both sides. */
static struct rect text_place(const struct toast *toast, struct rect area)
{
    rect_cut_left(&area, *sign_of(toast) ? 3 : 1);
    rect_cut_right(&area, 1);
    return area;
}

int toast_lines(const struct toast *toast, int w)
{
    struct rect place = text_place(toast, (struct rect){0, 0, w, LINES_MAX});
    int lines = text_wrap(toast->text, place.w, NULL, 0);
    return lines < 1 ? 1 : lines < LINES_MAX ? lines : LINES_MAX;
}

bool toast_draw(const struct toast *toast, int64_t now_ms, struct frame *frame, struct rect area)
{
    if (!toast_shown(toast, now_ms) || rect_empty(area))
        return false;
    struct rect sign = area;
    frame_blank(frame, area, toast->look);
    rect_cut_left(&sign, 1);
    text_draw(frame, sign, sign_of(toast), toast->look);
    text_draw_wrapped(frame, text_place(toast, area), toast->text, toast->look, 0);
    return true;
}
