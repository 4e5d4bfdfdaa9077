/* tests/support/picture.c: cells become an SVG. See picture.h. */
#include "tests/support/picture.h"

#include <string.h>

#include "core/base/str.h"

enum { CELL_W = 9, CELL_H = 19, BASELINE = 14, PLAIN_FG = 0xd4d4d4, PLAIN_BG = 0x101010 };

static bool same_look(const struct picture_cell *a, const struct picture_cell *b)
{
    return a->fg == b->fg && a->bg == b->bg && a->bold == b->bold && a->underline == b->underline;
}

static void add_escaped(struct buf *svg, const char *text)
{
    for (; *text; text++)
        if (*text == '<')
            buf_adds(svg, "&lt;");
        else if (*text == '&')
            buf_adds(svg, "&amp;");
        else
            buf_addc(svg, *text);
}

/* One stretch of cells of one look: its ground, then its letters, stretched to the cells they stand in. */
static void add_stretch(struct buf *svg, const struct picture_cell *look, unsigned ground, int col, int row,
                        int cells, const struct buf *text)
{
    if (look->bg != ground)
        buf_addf(svg, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>", col * CELL_W,
                 row * CELL_H, cells * CELL_W, CELL_H, look->bg);
    if (strspn(buf_text(text), " ") == text->length)
        return;
    buf_addf(svg, "<text x=\"%d\" y=\"%d\" fill=\"#%06x\" textLength=\"%d\"%s%s>", col * CELL_W,
             row * CELL_H + BASELINE, look->fg, cells * CELL_W, look->bold ? " font-weight=\"bold\"" : "",
             look->underline ? " text-decoration=\"underline\"" : "");
    add_escaped(svg, buf_text(text));
    buf_adds(svg, "</text>");
}

static void add_row(struct buf *svg, int cols, int row, unsigned ground, picture_at *at, void *ctx)
{
    struct buf text = {0};
    struct picture_cell look = {0}, next = {0};
    int start = 0;
    for (int col = 0; col <= cols; col++) {
        if (col < cols)
            next = at(ctx, col, row);
        if (col > start && (col == cols || !same_look(&next, &look))) {
            add_stretch(svg, &look, ground, start, row, col - start, &text);
            buf_clear(&text);
            start = col;
        }
        look = next;
        buf_adds(&text, next.text);
    }
    buf_free(&text);
}

char *picture_svg(int cols, int rows, unsigned ground, picture_at *at, void *ctx)
{
    struct buf svg = {0};
    buf_addf(&svg,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"DejaVu Sans "
             "Mono, Menlo, "
             "Consolas, monospace\" font-size=\"15\" xml:space=\"preserve\" shape-rendering=\"crispEdges\">\n"
             "<rect width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
             cols * CELL_W, rows * CELL_H, cols * CELL_W, rows * CELL_H, ground);
    for (int row = 0; row < rows; row++) {
        add_row(&svg, cols, row, ground, at, ctx);
        buf_addc(&svg, '\n');
    }
    buf_adds(&svg, "</svg>\n");
    return buf_take(&svg);
}

/* --- of a frame --- */

struct painted {
    const struct frame *frame;
    const struct theme *theme;
};

static unsigned rgb_of(uint32_t colour, unsigned otherwise)
{
    return colour == THEME_DEFAULT ? otherwise : colour;
}

static struct picture_cell frame_cell(void *ctx, int col, int row)
{
    const struct painted *painted = ctx;
    const struct cell *cell = frame_at(painted->frame, col, row);
    const struct paint *paint = &painted->theme->paints[LOOK_STYLE(cell->look)];
    unsigned attr = paint->attr | (cell->look & ATTR_ALL);
    bool cursor =
        painted->frame->cursor_on && painted->frame->cursor_x == col && painted->frame->cursor_y == row;
    struct picture_cell out = {.fg = rgb_of(paint->fg, PLAIN_FG),
                               .bg = rgb_of(paint->bg, PLAIN_BG),
                               .bold = attr & ATTR_BOLD,
                               .underline = attr & ATTR_UNDERLINE};
    str_copy(out.text, sizeof out.text, cell->text);
    if (cursor != ((attr & ATTR_REVERSE) != 0)) {
        unsigned fg = out.fg;
        out.fg = out.bg;
        out.bg = fg;
    }
    return out;
}

char *picture_frame(const struct frame *frame, const struct theme *theme)
{
    struct painted painted = {frame, theme};
    return picture_svg(frame->w, frame->h, rgb_of(theme->paints[STYLE_TEXT].bg, PLAIN_BG), frame_cell,
                       &painted);
}
