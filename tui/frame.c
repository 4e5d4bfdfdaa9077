/* tui/frame.c: the grid of cells: see frame.h. Knows no terminal and no colour. */
#include "tui/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/mem.h"
#include "tui/text.h"

static const struct cell blank_cell = {" ", 1, STYLE_TEXT};

const char *style_name(enum style style)
{
    static const char *const names[STYLE_COUNT] = {
#define X(name, text, letter) text,
        STYLE_LIST(X)
#undef X
    };
    return style < STYLE_COUNT ? names[style] : "";
}

char style_letter(enum style style)
{
    static const char letters[STYLE_COUNT] = {
#define X(name, text, letter) letter,
        STYLE_LIST(X)
#undef X
    };
    return style < STYLE_COUNT ? letters[style] : '?';
}

/* --- the grid --- */

static int clamp(int n, int low, int high)
{
    return n < low ? low : n > high ? high : n;
}

/* count times the same cell. The copies double, because memcpy is several times faster than one cell after the
 * other, and a frame is cleared at every key. */
static void repeat(struct cell *cells, int count, struct cell cell)
{
    if (count > 0)
        cells[0] = cell;
    for (int done = 1; done < count; done *= 2)
        memcpy(cells + done, cells, (size_t)(done < count - done ? done : count - done) * sizeof *cells);
}

static void blank_run(struct cell *cells, int count, unsigned look)
{
    struct cell blank = blank_cell;
    blank.look = (uint16_t)look;
    repeat(cells, count, blank);
}

void frame_clear(struct frame *frame)
{
    blank_run(frame->cells, frame->w * frame->h, STYLE_TEXT);
    frame->cursor_on = false;
    frame->cursor_x = frame->cursor_y = 0;
    frame->target_count = 0;
    frame->head = 0;
}

void frame_resize(struct frame *frame, int w, int h)
{
    frame->w = clamp(w, 1, FRAME_W_MAX);
    frame->h = clamp(h, 1, FRAME_H_MAX);
    frame->cells = mem_resize(frame->cells, (size_t)frame->w * (size_t)frame->h, sizeof *frame->cells);
    frame_clear(frame);
}

void frame_init(struct frame *frame, int w, int h)
{
    memset(frame, 0, sizeof *frame);
    frame_resize(frame, w, h);
}

void frame_deinit(struct frame *frame)
{
    free(frame->cells);
    free(frame->targets);
    memset(frame, 0, sizeof *frame);
}

struct rect frame_area(const struct frame *frame)
{
    return (struct rect){0, 0, frame->w, frame->h};
}

static struct cell *cell_at(const struct frame *frame, int x, int y)
{
    return &frame->cells[y * frame->w + x];
}

const struct cell *frame_at(const struct frame *frame, int x, int y)
{
    return rect_has(frame_area(frame), x, y) ? cell_at(frame, x, y) : NULL;
}

static struct rect clip(const struct frame *frame, struct rect area)
{
    return rect_intersect(area, frame_area(frame));
}

/* --- drawing --- */

/* What a person sees in place of bytes that must not reach a terminal. */
static const char *picture(int32_t code, char out[5])
{
    if (code == 0xad)
        return "-";
    if (code >= 0 && (code < 0x20 || code == 0x7f)) {
        out[text_encode(code == 0x7f ? 0x2421 : 0x2400 + code, out)] = '\0';
        return out;
    }
    return "\xef\xbf\xbd"; /* U+FFFD */
}

/* The longest prefix of whole characters that a cell has room for, without variation selectors, which
 * terminals answer by widths of their own. */
static void copy_grapheme(char *to, size_t capacity, const char *text, size_t length)
{
    size_t out = 0;
    for (size_t at = 0, used; at < length; at += used) {
        int32_t code = text_decode(text + at, length - at, &used);
        if (code >= 0xfe00 && code <= 0xfe0f)
            continue;
        if (out + used >= capacity)
            break;
        memcpy(to + out, text + at, used);
        out += used;
    }
    to[out] = '\0';
}

static void spell(struct cell *cell, const char *text, size_t length)
{
    char small[5];
    size_t used;
    int32_t code = text_decode(text, length, &used);
    memset(cell->text, 0, sizeof cell->text);
    if (code >= ' ' && code < 0x7f && used == length)
        cell->text[0] = (char)code;
    else if (!text_is_hidden(code) && text_code_width(code) == 0) { /* a mark without a base */
        memcpy(cell->text, "◌", sizeof "◌");
        copy_grapheme(cell->text + strlen("◌"), CELL_TEXT - strlen("◌"), text, length);
    } else if (text_is_hidden(code))
        snprintf(cell->text, CELL_TEXT, "%s", picture(code, small));
    else
        copy_grapheme(cell->text, CELL_TEXT, text, length);
}

/* Before a cell is overwritten: the other half of a wide character must not stay behind. */
static void part(struct frame *frame, int x, int y)
{
    struct cell *cell = cell_at(frame, x, y);
    unsigned look;
    if (cell->width == 0 && x > 0) {
        look = cell[-1].look;
        cell[-1] = blank_cell;
        cell[-1].look = (uint16_t)look;
    } else if (cell->width == 2 && x + 1 < frame->w) {
        look = cell[1].look;
        cell[1] = blank_cell;
        cell[1].look = (uint16_t)look;
    }
}

int frame_put(struct frame *frame, struct rect area, int x, int y, const char *text, size_t length,
              unsigned look, size_t *used)
{
    int width;
    struct rect room = clip(frame, area);
    if (text_is_plain(text, length)) { /* nearly everything that is drawn */
        if (used)
            *used = 1;
        if (rect_has(room, x, y)) {
            part(frame, x, y);
            *cell_at(frame, x, y) = (struct cell){{text[0]}, 1, (uint16_t)look};
        }
        return 1;
    }
    size_t bytes = text_grapheme(text, length, &width);
    if (used)
        *used = bytes;
    if (bytes == 0 || !rect_has(room, x, y) || !rect_has(room, x + width - 1, y))
        return width;
    part(frame, x, y);
    if (width == 2)
        part(frame, x + 1, y);
    struct cell *cell = cell_at(frame, x, y);
    spell(cell, text, bytes);
    cell->width = (uint8_t)width;
    cell->look = (uint16_t)look;
    if (width == 2)
        cell[1] = (struct cell){.look = (uint16_t)look};
    return width;
}

void frame_fill(struct frame *frame, struct rect area, const char *grapheme, unsigned look)
{
    size_t length = strlen(grapheme);
    area = clip(frame, area);
    if (length == 0 || rect_empty(area))
        return;
    for (int y = area.y; y < area.y + area.h; y++) {
        int width = frame_put(frame, area, area.x, y, grapheme, length, look, NULL), x = area.x + width;
        if (width == 1 && area.w > 1) { /* spelled once: long rules stand on every screen */
            part(frame, area.x + area.w - 1, y);
            repeat(cell_at(frame, x, y), area.w - 1, *cell_at(frame, area.x, y));
            continue;
        }
        while (x < area.x + area.w)
            x += frame_put(frame, area, x, y, grapheme, length, look, NULL);
    }
}

void frame_blank(struct frame *frame, struct rect area, unsigned look)
{
    area = clip(frame, area);
    if (rect_empty(area))
        return;
    for (int y = area.y; y < area.y + area.h; y++) {
        part(frame, area.x, y); /* within the area no half is left */
        part(frame, area.x + area.w - 1, y);
        blank_run(cell_at(frame, area.x, y), area.w, look);
    }
}

void frame_look(struct frame *frame, struct rect area, unsigned look)
{
    area = clip(frame, area);
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++)
            cell_at(frame, x, y)->look = (uint16_t)look;
}

void frame_rule(struct frame *frame, struct rect row)
{
    frame_fill(frame, rect_row(row, 0), "─", STYLE_RULE);
}

void frame_pillar(struct frame *frame, struct rect column)
{
    frame_fill(frame, rect_cut_left(&column, 1), "│", STYLE_RULE);
}

void frame_paste(struct frame *frame, struct rect area, const struct frame *from, int from_y)
{
    struct rect room = clip(frame, area);
    for (int y = room.y; y < room.y + room.h; y++) {
        for (int x = room.x; x < room.x + room.w; x++) {
            const struct cell *cell = frame_at(from, x - area.x, from_y + y - area.y);
            if (cell && cell->width)
                frame_put(frame, room, x, y, cell->text, strlen(cell->text), cell->look, NULL);
        }
    }
    int x = area.x + from->cursor_x, y = area.y + from->cursor_y - from_y;
    if (from->cursor_on && rect_has(room, x, y))
        frame_cursor(frame, x, y);
}

void frame_cursor(struct frame *frame, int x, int y)
{
    frame->cursor_x = clamp(x, 0, frame->w - 1);
    frame->cursor_y = clamp(y, 0, frame->h - 1);
    frame->cursor_on = true;
}

/* --- printing --- */

/* Writes one row's text without trailing spaces. */
static void print_row(const struct frame *frame, int y, bool trim, FILE *out)
{
    int end = frame->w;
    while (trim && end > 0 && strcmp(cell_at(frame, end - 1, y)->text, " ") == 0)
        end--;
    for (int x = 0; x < end; x++)
        fputs(cell_at(frame, x, y)->text, out);
}

char *frame_text(const struct frame *frame)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return mem_copy("", 0);
    for (int y = 0; y < frame->h; y++) {
        print_row(frame, y, true, out);
        fputc('\n', out);
    }
    fclose(out);
    return text;
}

static char attr_letter(const struct cell *cell)
{
    return cell->look & ATTR_REVERSE     ? 'R'
           : cell->look & ATTR_UNDERLINE ? 'U'
           : cell->look & ATTR_BOLD      ? 'B'
                                         : ' ';
}

static char look_letter(const struct cell *cell)
{
    return style_letter(LOOK_STYLE(cell->look));
}

/* A row of letters, left out when it would be blank. */
static void print_letters(const struct frame *frame, int y, char (*letter)(const struct cell *cell),
                          FILE *out)
{
    int end = 0;
    for (int x = 0; x < frame->w; x++)
        if (letter(cell_at(frame, x, y)) != ' ')
            end = x + 1;
    if (end == 0)
        return;
    fputc(' ', out);
    for (int x = 0; x < end; x++)
        fputc(letter(cell_at(frame, x, y)), out);
    fputc('\n', out);
}

char *frame_golden(const struct frame *frame)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return mem_copy("", 0);
    for (int y = 0; y < frame->h; y++) {
        fputc('|', out);
        print_row(frame, y, false, out);
        fputs("|\n", out);
        print_letters(frame, y, look_letter, out);
        print_letters(frame, y, attr_letter, out);
    }
    if (frame->cursor_on)
        fprintf(out, "cursor %d,%d\n", frame->cursor_x, frame->cursor_y);
    fclose(out);
    return text;
}

/* --- targets of a mouse --- */

static void add_target(struct frame *frame, struct frame_target target)
{
    if (!frame->points || rect_empty(target.area) || frame->target_count == FRAME_TARGETS)
        return;
    if (!frame->targets)
        frame->targets = mem_alloc(FRAME_TARGETS, sizeof *frame->targets);
    frame->targets[frame->target_count++] = target;
}

void frame_target_key(struct frame *frame, struct rect area, struct key key, int times)
{
    add_target(frame, (struct frame_target){.area = area, .key = key, .times = times, .item = -1});
}

void frame_target_item(struct frame *frame, struct rect area, int item)
{
    add_target(frame, (struct frame_target){.area = area, .item = item});
}

void frame_target_wheel(struct frame *frame, struct rect area)
{
    add_target(frame, (struct frame_target){.area = area, .item = -1, .wheel = true});
}

const struct frame_target *frame_hit(const struct frame *frame, int x, int y, bool wheel)
{
    for (int i = frame->target_count - 1; i >= 0; i--)
        if (frame->targets[i].wheel == wheel && rect_has(frame->targets[i].area, x, y))
            return &frame->targets[i];
    return NULL;
}
