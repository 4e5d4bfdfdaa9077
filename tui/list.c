/* tui/list.c: a long list: see list.h. Knows rows by number; what they show is asked for. */
#include "tui/list.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_UNKNOWN = 10, WHEEL_ROWS = 3 };

static int clamp(int n, int low, int high)
{
    return n > high ? (high < low ? low : high) : n < low ? low : n;
}

static int window(const struct list *list)
{
    return list->rows > 0 ? list->rows : ROWS_UNKNOWN;
}

int list_top(const struct list *list, int rows)
{
    if (rows < 1 || list->count <= rows)
        return 0;
    int top = clamp(list->top, list->selected - rows + 1, list->selected);
    return clamp(top, 0, list->count - rows);
}

static void keep_top(struct list *list)
{
    list->top = list_top(list, window(list));
}

void list_select(struct list *list, int row)
{
    list->selected = clamp(row, 0, list->count - 1);
    keep_top(list);
}

void list_set_count(struct list *list, int count)
{
    list->count = count > 0 ? count : 0;
    list_select(list, list->selected);
}

void list_fit(struct list *list, int rows)
{
    list->rows = rows;
    keep_top(list);
}

/* A whole page keeps one row of the last one in sight. */
static void turn_page(struct list *list, int pages)
{
    int rows = window(list), by = pages * (rows > 1 ? rows - 1 : 1);
    list->top = clamp(list->top + by, 0, list->count - rows);
    list_select(list, list->selected + by);
}

bool list_key(struct list *list, struct key key)
{
    enum { FIRST, LAST, STEP, HALF, PAGE };
    static const struct {
        const char *key;
        int way, by;
    } keys[] = {{"Down", STEP, 1}, {"j", STEP, 1},     {"Up", STEP, -1},   {"k", STEP, -1},
                {"PgDn", PAGE, 1}, {"PgUp", PAGE, -1}, {"Home", FIRST, 0}, {"g", FIRST, 0},
                {"End", LAST, 0},  {"G", LAST, 0},     {"C-d", HALF, 1},   {"C-u", HALF, -1}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!key_is(key, keys[i].key))
            continue;
        if (keys[i].way == PAGE)
            turn_page(list, keys[i].by);
        else if (keys[i].way == FIRST || keys[i].way == LAST)
            list_select(list, keys[i].way == FIRST ? 0 : list->count - 1);
        else
            list_select(list,
                        list->selected + keys[i].by * (keys[i].way == HALF ? (window(list) + 1) / 2 : 1));
        return true;
    }
    return false;
}

bool list_key_below_field(struct list *list, struct key key)
{
    static const char *const keys[] = {"Up", "Down", "PgUp", "PgDn"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (key_is(key, keys[i]))
            return list_key(list, key);
    return false;
}

bool list_wheel(struct list *list, int button)
{
    if (button != 4 && button != 5)
        return false;
    list_select(list, list->selected + (button == 5 ? WHEEL_ROWS : -WHEEL_ROWS));
    return true;
}

/* A press goes to the row as the arrows would; on the chosen one it opens. */
void list_target(const struct list *list, struct frame *frame, struct rect area, struct key on_selected)
{
    static const struct key up = {.code = K_UP}, down = {.code = K_DOWN};
    int top = list_top(list, area.h);
    if (rect_empty(area) || !list->count)
        return;
    frame_target_wheel(frame, area);
    for (int i = 0; i < area.h && top + i < list->count; i++) {
        int by = top + i - list->selected;
        frame_target_key(frame, rect_row(area, i),
                         by < 0   ? up
                         : by > 0 ? down
                                  : on_selected,
                         by < 0   ? -by
                         : by > 0 ? by
                                  : 1);
    }
}

void list_draw(const struct list *list, const struct list_rows *rows, struct frame *frame, struct rect area,
               bool focus)
{
    if (rect_empty(area))
        return;
    if (list->count == 0) {
        rect_cut_left(&area, 1);
        text_draw(frame, area, rows->empty, STYLE_DIM);
        if (focus)
            frame_cursor(frame, area.x, area.y);
        return;
    }
    int top = list_top(list, area.h);
    if (focus)
        list_target(list, frame, area, (struct key){.code = K_ENTER});
    for (int i = 0; i < area.h && top + i < list->count; i++) {
        struct rect row = rect_row(area, i);
        bool selected = top + i == list->selected;
        unsigned look = !selected ? STYLE_TEXT : focus ? STYLE_SELECTED : STYLE_CHOSEN;
        if (selected)
            frame_blank(frame, row, look);
        if (selected && focus)
            frame_cursor(frame, row.x, row.y);
        if (rows->marked)
            text_draw(frame, rect_cut_left(&row, 2), rows->marked(rows->self, top + i) ? "•" : " ", look);
        rows->draw(rows->self, top + i, frame, row, look);
    }
}

void list_number(int number, char out[16])
{
    char digits[16];
    int length = snprintf(digits, sizeof digits, "%d", number), to = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[to++] = ' ';
        out[to++] = digits[i];
    }
    out[to] = '\0';
}

const char *list_position(const struct list *list, char out[32])
{
    char at[16], of[16];
    out[0] = '\0';
    if (list->count == 0)
        return out;
    list_number(list->selected + 1, at);
    list_number(list->count, of);
    snprintf(out, 32, "%s/%s", at, of);
    return out;
}
