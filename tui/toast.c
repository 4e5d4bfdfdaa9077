/* tui/toast.c: one line that says what happened: see toast.h. Knows no clock: time is handed in. */
#include "tui/toast.h"

#include <string.h>

#include "tui/text.h"

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

bool toast_draw(const struct toast *toast, int64_t now_ms, struct frame *frame, struct rect area)
{
    struct rect row = rect_row(area, 0);
    if (!toast_shown(toast, now_ms) || rect_empty(row))
        return false;
    enum style style = LOOK_STYLE(toast->look);
    const char *sign = style == STYLE_WARN || style == STYLE_DANGER ? "!" : style == STYLE_GOOD ? "✓" : "";
    frame_blank(frame, row, toast->look);
    rect_cut_left(&row, 1);
    rect_cut_left(&row, text_draw(frame, row, sign, toast->look) + (*sign ? 1 : 0));
    text_draw(frame, row, toast->text, toast->look);
    return true;
}
