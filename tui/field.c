/* tui/field.c: a line of text on the screen: see field.h. Editing is edit.c's. */
#include "tui/field.h"

#include <string.h>

#include "tui/text.h"

void field_init(struct field *field, size_t text_max)
{
    memset(field, 0, sizeof *field);
    edit_init(&field->edit);
    field->edit.text_max = text_max;
}

void field_deinit(struct field *field)
{
    edit_deinit(&field->edit);
}

void field_set(struct field *field, const char *text)
{
    edit_set(&field->edit, text);
}

const char *field_text(const struct field *field)
{
    return edit_text(&field->edit);
}

enum edit_result field_key(struct field *field, struct key key)
{
    return edit_key(&field->edit, key);
}

bool field_paste(struct field *field, const char *text, size_t length)
{
    return edit_insert(&field->edit, text, length);
}

/* How many graphemes a text has, for the mask: one • each. */
static int graphemes(const char *text, size_t length)
{
    int count = 0;
    for (size_t at = 0; at < length; count++)
        at += text_grapheme(text + at, length - at, NULL);
    return count;
}

/* Draws the text from column `from` of itself on. */
static void draw_from(const struct field *field, struct frame *frame, struct rect row, int from,
                      unsigned look)
{
    const char *text = field_text(field);
    size_t length = field->edit.length, used;
    int masked = field->masked ? graphemes(text, length) - field->shown : 0, x = row.x - from;
    for (size_t at = 0; at < length && x < row.x + row.w; at += used) {
        int width;
        used = text_grapheme(text + at, length - at, &width);
        if (masked-- > 0) {
            frame_put(frame, row, x++, row.y, "•", strlen("•"), look, NULL);
            continue;
        }
        frame_put(frame, row, x, row.y, text + at, used, look, NULL);
        x += width;
    }
}

static int cursor_column(const struct field *field)
{
    const char *text = field_text(field);
    if (!field->masked)
        return text_width_n(text, field->edit.cursor);
    size_t shown_from = field->edit.length;
    for (int i = 0; i < field->shown && shown_from > 0; i++)
        shown_from -= text_grapheme_before(text, shown_from);
    if (field->edit.cursor <= shown_from)
        return graphemes(text, field->edit.cursor);
    return graphemes(text, shown_from) + text_width_n(text + shown_from, field->edit.cursor - shown_from);
}

void field_draw(const struct field *field, struct frame *frame, struct rect area, const char *placeholder,
                bool focus)
{
    struct rect row = rect_row(area, 0);
    unsigned look = focus ? STYLE_FOCUS : STYLE_FIELD;
    if (rect_empty(row))
        return;
    frame_blank(frame, row, look);
    int column = cursor_column(field);
    /* One column is kept for the cursor behind the text. */
    int from = focus ? rect_scroll(column, text_width(field_text(field)) + 1, row.w) : 0;
    if (field->edit.length == 0 && placeholder)
        text_draw(frame, row, placeholder, STYLE_HINT);
    draw_from(field, frame, row, from, look);
    if (focus)
        frame_cursor(frame, row.x + column - from, row.y);
}
