/* tui/help.c: keys and what they do: see help.h. Rows are handed in at each call. */
#include "tui/help.h"

#include "tui/text.h"

enum { ROWS_UNKNOWN = 10, KEY_COLUMN = 12, LABEL_COLUMN = 20, WIDE = 72 };

void help_fit(struct help *help, int rows)
{
    help->rows = rows;
}

bool help_key(struct help *help, struct key key)
{
    enum { FAR = 1 << 20 };
    int page = help->rows > 1 ? help->rows - 1 : ROWS_UNKNOWN - 1;
    const struct {
        const char *key;
        int by;
    } keys[] = {{"Down", 1},     {"j", 1},   {"Up", -1},   {"k", -1},      {"PgDn", page}, {"Space", page},
                {"PgUp", -page}, {"G", FAR}, {"End", FAR}, {"Home", -FAR}, {"g", -FAR}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!key_is(key, keys[i].key))
            continue;
        help->top += keys[i].by;
        help->top = help->top < 0 ? 0 : help->top > FAR ? FAR : help->top;
        return true;
    }
    return false;
}

/* Where the text starts in a row of w cells: narrow screens put it below the label. */
static int text_column(int w)
{
    return w >= WIDE ? KEY_COLUMN + LABEL_COLUMN : KEY_COLUMN;
}

static const char *explanation(const struct help_row *row)
{
    return row->why_not ? row->why_not : row->text;
}

static int row_height(const struct help_row *row, int w)
{
    if (!row->keys)
        return 2; /* a heading with a line of air before it */
    int text = text_wrap(explanation(row), w - text_column(w) - 1, NULL, 0);
    if (w < WIDE)
        return 1 + text;
    return text > 1 ? text : 1;
}

static void draw_row(const struct help_row *row, struct frame *frame, struct rect area)
{
    unsigned look = row->why_not ? STYLE_DIM : STYLE_TEXT;
    if (!row->keys) {
        text_draw(frame, rect_row(area, 1), row->label, STYLE_TITLE);
        return;
    }
    struct rect text = area, keys = rect_cut_left(&area, KEY_COLUMN);
    rect_cut_left(&text, text_column(text.w));
    rect_cut_right(&keys, 1);
    text_draw(frame, keys, row->keys, row->why_not ? STYLE_DIM : STYLE_ACCENT);
    if (area.w + KEY_COLUMN < WIDE)
        rect_cut_top(&text, 1);
    else
        area.w = LABEL_COLUMN - 1;
    text_draw(frame, area, row->label, look);
    rect_cut_right(&text, 1);
    text_draw_wrapped(frame, text, explanation(row), STYLE_DIM, 0);
}

static int total_height(const struct help_row *rows, int count, int w)
{
    int total = 0;
    for (int i = 0; i < count; i++)
        total += row_height(&rows[i], w);
    return total;
}

/* Rows that begin above the window are drawn on a strip of their own, so that their lower lines are seen. */
static void draw_cut(const struct help_row *row, struct frame *frame, struct rect area, int y, int height)
{
    struct frame strip;
    frame_init(&strip, area.w, height);
    draw_row(row, &strip, frame_area(&strip));
    frame_paste(frame, area, &strip, area.y - y);
    frame_deinit(&strip);
}

void help_draw(const struct help *help, const struct help_row *rows, int count, struct frame *frame,
               struct rect area)
{
    if (rect_empty(area))
        return;
    int most = total_height(rows, count, area.w) - area.h;
    int top = help->top > most ? most : help->top;
    frame_target_wheel(frame, area);
    int y = area.y - (top > 0 ? top : 0);
    for (int i = 0; i < count && y < area.y + area.h; i++) {
        int height = row_height(&rows[i], area.w);
        struct rect place = {area.x, y, area.w, height};
        if (y >= area.y)
            draw_row(&rows[i], frame, rect_intersect(place, area));
        else if (y + height > area.y)
            draw_cut(&rows[i], frame, area, y, height);
        y += height;
    }
    frame_cursor(frame, area.x, area.y);
}
