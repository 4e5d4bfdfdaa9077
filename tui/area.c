/* tui/area.c: several lines of text on the screen: see area.h. Editing is edit.c's. */
#include "tui/area.h"

#include <string.h>

#include "tui/text.h"

void area_init(struct area *area, size_t text_max)
{
    memset(area, 0, sizeof *area);
    edit_init(&area->edit);
    area->edit.text_max = text_max;
    area->edit.lines = true;
}

void area_deinit(struct area *area)
{
    edit_deinit(&area->edit);
}

void area_set(struct area *area, const char *text)
{
    edit_set(&area->edit, text);
}

const char *area_text(const struct area *area)
{
    return edit_text(&area->edit);
}

void area_fit(struct area *area, int w)
{
    area->w = w;
}

bool area_paste(struct area *area, const char *text, size_t length)
{
    return edit_insert(&area->edit, text, length);
}

/* --- lines as drawn --- */

/* One row as drawn: bytes from start to end. Spaces at a wrap stay with the row before, so that every byte
 * and every place of the cursor belongs to one row. */
struct row {
    size_t start, end;
    bool last;
};

/* The row that starts at `start`, w cells wide. */
static struct row row_from(const char *text, size_t length, size_t start, int w)
{
    size_t left = length - start, paragraph = strcspn(text + start, "\n");
    if (paragraph > left)
        paragraph = left;
    size_t fit = text_fit(text + start, paragraph, w);
    if (fit == paragraph)
        return (struct row){start, start + paragraph, paragraph == left};
    size_t cut = fit;
    while (cut > 0 && text[start + cut - 1] != ' ')
        cut--;
    if (cut == 0)
        cut = fit ? fit : text_grapheme(text + start, left, NULL);
    return (struct row){start, start + cut, false};
}

static size_t next_start(const char *text, struct row row)
{
    return row.end + (text[row.end] == '\n');
}

/* One column stays free for the cursor. */
static int text_columns(int w)
{
    return w > 2 ? w - 1 : 1;
}

static int edit_rows(const struct edit *edit, int w, int *cursor_row, struct row *at_cursor)
{
    const char *text = edit_text(edit);
    int count = 0;
    struct row row = {0};
    for (size_t start = 0; !row.last; start = next_start(text, row), count++) {
        row = row_from(text, edit->length, start, text_columns(w));
        if (edit->cursor >= row.start) {
            *cursor_row = count;
            *at_cursor = row;
        }
    }
    return count;
}

int area_rows(const struct area *area, int w)
{
    int cursor_row;
    struct row row;
    return edit_rows(&area->edit, w, &cursor_row, &row);
}

/* The cursor in the wrapped row above or below, at about the same column. */
static void move_by_row(struct area *area, int by)
{
    struct edit *edit = &area->edit;
    const char *text = edit_text(edit);
    int cursor_row = 0, w = text_columns(area->w);
    struct row at_cursor = {0}, row = {0};
    edit_rows(edit, area->w, &cursor_row, &at_cursor);
    int column = text_width_n(text + at_cursor.start, edit->cursor - at_cursor.start),
        wanted = cursor_row + by;
    size_t start = 0;
    for (int i = 0; i <= wanted; i++) {
        if (i > 0 && row.last)
            return;
        start = i ? next_start(text, row) : 0;
        row = row_from(text, edit->length, start, w);
    }
    if (wanted < 0)
        return;
    size_t to = start + text_fit(text + start, row.end - start, column);
    bool wrapped = !row.last && text[row.end] != '\n'; /* its end is the start of the next row */
    edit->cursor = wrapped && to == row.end ? to - text_grapheme_before(text, to) : to;
}

enum edit_result area_key(struct area *area, struct key key)
{
    bool up = key_is(key, "Up"), down = key_is(key, "Down");
    if (area->w < 1 || (!up && !down))
        return edit_key(&area->edit, key);
    area->edit.joining = false;
    move_by_row(area, up ? -1 : 1);
    return EDIT_MOVED;
}

void area_draw(const struct area *area, struct frame *frame, struct rect rect, const char *placeholder,
               bool focus)
{
    const struct edit *edit = &area->edit;
    const char *text = edit_text(edit);
    unsigned look = focus ? STYLE_FOCUS : STYLE_FIELD;
    int cursor_row = 0;
    struct row at_cursor = {0}, row = {0};
    if (rect_empty(rect))
        return;
    frame_blank(frame, rect, look);
    if (edit->length == 0 && placeholder)
        text_draw(frame, rect, placeholder, STYLE_HINT);
    int total = edit_rows(edit, rect.w, &cursor_row, &at_cursor);
    int top = focus ? rect_scroll(cursor_row, total, rect.h) : 0;
    size_t start = 0;
    for (int i = 0; i < total && i < top + rect.h; i++, start = next_start(text, row)) {
        row = row_from(text, edit->length, start, text_columns(rect.w));
        int x = rect.x;
        for (size_t at = row.start, used; i >= top && at < row.end; at += used)
            x += frame_put(frame, rect, x, rect.y + i - top, text + at, row.end - at, look, &used);
    }
    if (focus)
        frame_cursor(frame, rect.x + text_width_n(text + at_cursor.start, edit->cursor - at_cursor.start),
                     rect.y + cursor_row - top);
}
