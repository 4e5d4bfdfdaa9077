/* tui/linear.c: panes one after the other: see linear.h. */
#include "tui/linear.h"

#include <stdlib.h>
#include <string.h>

#include "tui/mem.h"

enum {
    WIDE = 99, /* previews stand at the right from 100 columns on */
    TALL = 60,
    GAP = 2,        /* cells that are left of a wide gap */
    TAIL_PART = 3,  /* the action line takes a third of the screen at most */
    PILLAR_MIN = 2, /* rows; one alone is a sign in a line */
};

struct column { /* lines of w cells, as they are read */
    int w, count, max;
    struct cell *cells;
    int cursor_x, cursor_line; /* -1: none yet */
};
struct line { /* of one pane, before it is wrapped */
    struct cell *cells;
    int count, cursor; /* -1 */
};

void linear_size(int *w, int *h)
{
    *w = *w > WIDE ? *w : WIDE;
    *h = *h > TALL ? *h : TALL;
}

/* --- what a cell is --- */

static bool is_blank(const struct cell *cell)
{
    return cell->text[0] == ' ' && cell->text[1] == '\0';
}

static bool is_rule(const struct cell *cell, const char *glyph)
{
    return LOOK_STYLE(cell->look) == STYLE_RULE && strcmp(cell->text, glyph) == 0;
}

static bool is_gap(const struct cell *cell)
{
    return is_blank(cell) || is_rule(cell, "─") || is_rule(cell, "│");
}

/* --- lines --- */

static void line_add(struct line *line, const struct cell *cell, bool cursor)
{
    if (cursor)
        line->cursor = line->count;
    line->cells[line->count++] = *cell;
}

/* A gap before a word, of which no more than GAP is left. Of one that holds the cursor all up to it stays: a person types
 * there. */
static void gap_add(struct line *line, int cells, unsigned look, int cursor)
{
    struct cell blank = {" ", 1, (uint16_t)look};
    int kept = line->count == 0 ? 0 : cells < GAP ? cells : GAP;
    if (cursor >= kept)
        kept = cursor + 1;
    for (int i = 0; i < kept; i++)
        line_add(line, &blank, i == cursor);
}

static void read_line(const struct frame *from, struct rect row, struct line *line)
{
    int gap = 0, cursor = -1;
    unsigned look = STYLE_TEXT;
    *line = (struct line){.cells = line->cells, .cursor = -1};
    for (int x = row.x; x < row.x + row.w; x++) {
        const struct cell *cell = frame_at(from, x, row.y);
        bool here = from->cursor_on && from->cursor_y == row.y && from->cursor_x == x;
        if (is_gap(cell)) {
            cursor = here ? gap : cursor;
            look = is_blank(cell) ? cell->look : (unsigned)STYLE_TEXT;
            gap++;
            continue;
        }
        gap_add(line, gap, look, cursor);
        line_add(line, cell, here);
        gap = 0;
        cursor = -1;
    }
    if (cursor >= 0)
        gap_add(line, 0, look, cursor);
}

static struct cell *line_new(struct column *column)
{
    if (column->count == column->max) {
        column->max = column->max ? column->max * 2 : TALL;
        column->cells =
            mem_resize(column->cells, (size_t)column->max * (size_t)column->w, sizeof *column->cells);
    }
    struct cell *cells = column->cells + (size_t)column->count++ * (size_t)column->w;
    for (int x = 0; x < column->w; x++)
        cells[x] = (struct cell){" ", 1, STYLE_TEXT};
    return cells;
}

/* How many cells of the rest go onto one line: up to the last gap, never half of a wide character. */
static int fits(const struct column *column, const struct line *line, int from)
{
    int rest = line->count - from;
    if (rest <= column->w)
        return rest;
    for (int n = column->w; n > 0; n--)
        if (is_blank(&line->cells[from + n]))
            return n;
    return column->w > 1 && line->cells[from + column->w].width == 0 ? column->w - 1 : column->w;
}

static void wrap(struct column *column, const struct line *line)
{
    for (int from = 0; from < line->count;) {
        int n = fits(column, line, from);
        struct cell *cells = line_new(column);
        memcpy(cells, line->cells + from, (size_t)n * sizeof *cells);
        if (line->cursor >= from && line->cursor <= from + n) {
            column->cursor_line = column->count - 1;
            column->cursor_x = line->cursor - from;
        }
        from += n;
        while (from < line->count && from != line->cursor && is_blank(&line->cells[from]))
            from++;
    }
}

/* --- panes --- */

static int pillar_rows(const struct frame *from, struct rect area, int x, int y)
{
    int rows = 0;
    while (y + rows < area.y + area.h && is_rule(frame_at(from, x, y + rows), "│"))
        rows++;
    return rows;
}

/* The first pillar that begins in a row: its column, or -1. */
static int pillar_at(const struct frame *from, struct rect area, int y, int *rows)
{
    for (int x = area.x; x < area.x + area.w; x++) {
        *rows = pillar_rows(from, area, x, y);
        if (*rows >= PILLAR_MIN)
            return x;
    }
    return -1;
}

static void read_area(const struct frame *from, struct rect area, struct column *column, struct line *line)
{
    for (int y = area.y; y < area.y + area.h; y++) {
        int rows, x = pillar_at(from, area, y, &rows);
        if (x >= 0) {
            read_area(from, (struct rect){area.x, y, x - area.x, rows}, column, line);
            read_area(from, (struct rect){x + 1, y, area.x + area.w - x - 1, rows}, column, line);
            y += rows - 1;
            continue;
        }
        read_line(from, (struct rect){area.x, y, area.w, 1}, line);
        wrap(column, line);
    }
}

/* --- the screen --- */

/* Lines first … first + count - 1 of the column from row y on. */
static void show(const struct column *column, int first, int count, struct frame *to, int y)
{
    for (int i = 0; i < count; i++)
        memcpy(to->cells + (size_t)(y + i) * (size_t)to->w,
               column->cells + (size_t)(first + i) * (size_t)column->w, (size_t)to->w * sizeof *to->cells);
    if (column->cursor_line >= first && column->cursor_line < first + count)
        frame_cursor(to, column->cursor_x, y + column->cursor_line - first);
}

static int at_most(int n, int most)
{
    return n < most ? n : most;
}

/* title: lines of the picture's first row; tail: of its last. */
static void show_window(const struct column *column, int title, int tail, struct frame *to)
{
    int body = column->count - title - tail, body_from = column->count - tail;
    int below = at_most(tail, to->h / TAIL_PART), above = at_most(title, to->h - below);
    int rows = to->h - above - below, at = column->cursor_line - title;
    bool within = column->cursor_line >= title && column->cursor_line < body_from;
    int first = rect_scroll(within ? at : 0, body, rows);
    show(column, 0, above, to, 0);
    show(column, title + first, at_most(rows, body - first), to, above);
    show(column, body_from, below, to, to->h - below);
}

void linear_frame(const struct frame *from, struct frame *to)
{
    struct column column = {.w = to->w, .cursor_line = -1};
    struct line line = {.cells = mem_resize(NULL, (size_t)from->w + 1, sizeof *line.cells)};
    struct rect area = frame_area(from), title = rect_cut_top(&area, from->head > 1 ? from->head : 1),
                tail = rect_cut_bottom(&area, 1);
    frame_clear(to);
    read_area(from, title, &column, &line);
    int titles = column.count;
    read_area(from, area, &column, &line);
    int before = column.count;
    read_area(from, tail, &column, &line);
    show_window(&column, titles, column.count - before, to);
    free(line.cells);
    free(column.cells);
}
