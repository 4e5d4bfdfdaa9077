/* tui/painter.c: the difference between two frames as bytes: see painter.h. Knows neither ncurses nor files. */
#include "tui/painter.h"

#include <stdlib.h>
#include <string.h>

#include "tui/mem.h"

enum {
    BYTES_FIRST = 4096,
    BRIDGE = 6,      /* cells alike that are sent again, because a move is as long */
    CLEAR_FROM = 12, /* blank cells at a row's end that are cleared and not sent */
};

void painter_init(struct painter *painter)
{
    memset(painter, 0, sizeof *painter);
    frame_init(&painter->shown, 1, 1);
    painter_forget(painter);
}

void painter_deinit(struct painter *painter)
{
    frame_deinit(&painter->shown);
    free(painter->bytes);
    memset(painter, 0, sizeof *painter);
}

void painter_resize(struct painter *painter, int w, int h)
{
    frame_resize(&painter->shown, w, h);
    painter_forget(painter);
}

void painter_forget(struct painter *painter)
{
    painter->valid = false;
    painter->x = painter->y = painter->look = -1;
}

static void add(struct painter *painter, const char *bytes, size_t length)
{
    if (length == 0)
        return;
    if (painter->used + length > painter->capacity) {
        size_t wanted = 2 * painter->capacity + length;
        painter->capacity = wanted < BYTES_FIRST ? BYTES_FIRST : wanted;
        painter->bytes = mem_resize(painter->bytes, painter->capacity, 1);
    }
    memcpy(painter->bytes + painter->used, bytes, length);
    painter->used += length;
}

void painter_add(struct painter *painter, const char *bytes)
{
    add(painter, bytes, strlen(bytes));
}

static void move_to(struct painter *painter, int x, int y)
{
    char bytes[PAINTER_MOVE];
    if (painter->x == x && painter->y == y)
        return;
    painter->words.move(y, x, bytes);
    painter_add(painter, bytes);
    painter->x = x;
    painter->y = y;
}

static void take_look(struct painter *painter, unsigned look)
{
    if (painter->look == (int)look)
        return;
    painter_add(painter, painter->words.looks[LOOK_STYLE(look)][(look & ATTR_ALL) >> 8]);
    painter->look = (int)look;
}

static bool same(const struct cell *a, const struct cell *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static bool is_blank(const struct cell *cell)
{
    return cell->text[0] == ' ' && cell->text[1] == '\0';
}

static void send_cell(struct painter *painter, const struct cell *cell, int x, int y)
{
    if (cell->width == 0) /* the right half of what was sent already */
        return;
    move_to(painter, x, y);
    take_look(painter, cell->look);
    if (cell->text[1] == '\0')
        add(painter, cell->text, 1);
    else
        painter_add(painter, cell->text);
    /* After the last column, and after what terminals do not agree on the width of, it may be anywhere. */
    bool sure = x + cell->width < painter->shown.w && cell->width == 1;
    painter->x = sure ? x + 1 : -1;
}

/* From where on the row is blank in one look that clearing leaves behind; w when it is not worth it. */
static int blank_from(const struct painter *painter, const struct cell *row)
{
    int w = painter->shown.w, x = w;
    unsigned look = row[w - 1].look;
    if (!painter->words.clears_in_colour || !painter->words.clear_line[0] ||
        (look & (ATTR_UNDERLINE | ATTR_REVERSE)))
        return w;
    while (x > 0 && is_blank(&row[x - 1]) && row[x - 1].look == look)
        x--;
    return x;
}

static void clear_rest(struct painter *painter, const struct cell *row, int x, int y)
{
    move_to(painter, x, y);
    take_look(painter, row[x].look);
    painter_add(painter, painter->words.clear_line);
}

/* Sends the few cells alike before column x again, where a move over them would be as long. */
static void bridge(struct painter *painter, const struct cell *row, int x, int y)
{
    int from = painter->x;
    if (painter->y != y || from < 0 || from > x || x - from > BRIDGE)
        return;
    for (int i = from; i < x; i++)
        if (row[i].look != painter->look || row[i].width != 1)
            return;
    for (int i = from; i < x; i++)
        send_cell(painter, &row[i], i, y);
}

static void send_row(struct painter *painter, const struct frame *frame, int y)
{
    int w = frame->w;
    const struct cell *row = &frame->cells[y * w];
    struct cell *shown = &painter->shown.cells[y * w];
    if (memcmp(row, shown, (size_t)w * sizeof *row) == 0)
        return;
    int end = y == frame->h - 1 && !painter->words.keeps_corner ? w - 1 : w, blank = w;
    int last = end; /* behind the last cell that differs */
    while (last > 0 && same(&row[last - 1], &shown[last - 1]))
        last--;
    if (last > CLEAR_FROM)
        blank = blank_from(painter, row);
    for (int x = 0; x < last; x++) {
        if (same(&row[x], &shown[x]))
            continue;
        if (x >= blank && last - x > CLEAR_FROM) {
            clear_rest(painter, row, x, y);
            break;
        }
        if (row[x].width == 0 && x > 0 && same(&row[x - 1], &shown[x - 1]))
            send_cell(painter, &row[x - 1], x - 1, y); /* a wide one is sent as a whole */
        bridge(painter, row, x, y);
        send_cell(painter, &row[x], x, y);
    }
    memcpy(shown, row, (size_t)w * sizeof *row);
}

/* Where the terminal clears in colour, it shows blank text then; else every cell is to be sent. */
static void begin_anew(struct painter *painter)
{
    painter->look = -1;
    take_look(painter, STYLE_TEXT);
    painter_add(painter, painter->words.clear);
    frame_clear(&painter->shown);
    if (!painter->words.clears_in_colour)
        memset(painter->shown.cells, 0,
               (size_t)painter->shown.w * (size_t)painter->shown.h * sizeof *painter->shown.cells);
    painter->x = painter->y = -1;
    painter->valid = true;
}

void painter_paint(struct painter *painter, const struct frame *frame)
{
    painter->used = 0;
    if (!painter->valid)
        begin_anew(painter);
    for (int y = 0; y < frame->h; y++)
        send_row(painter, frame, y);
    if (frame->cursor_on)
        move_to(painter, frame->cursor_x, frame->cursor_y);
}
