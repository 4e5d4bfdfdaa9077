/* tests/unit/tui_list_test.c: lists and grids: moving, scrolling, only the visible rows, columns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"
#include "tui/grid.h"

static void press(struct list *list, const char *keys)
{
    char copy[200], *rest;
    snprintf(copy, sizeof copy, "%s", keys);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        CHECK(list_key(list, key_of(word)));
}

TEST(tui_list_moves)
{
    static const struct {
        const char *keys;
        int selected, top;
    } cases[] = {
        {"Down", 1, 0},
        {"j j k", 1, 0},
        {"Up", 0, 0},
        {"G", 99, 90},
        {"End g", 0, 0},
        {"PgDn", 9, 9},
        {"PgDn PgDn", 18, 18},
        {"G PgUp", 90, 81},
        {"PgDn PgUp", 0, 0},
        {"C-d", 5, 0},
        {"C-d C-d", 10, 1},
        {"G k k", 97, 90},
        {"End PgDn Down", 99, 90},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct list list = {.rows = 10};
        list_set_count(&list, 100);
        press(&list, cases[i].keys);
        CHECK_INT(list.selected, cases[i].selected);
        if (!CHECK_INT(list.top, cases[i].top))
            printf("    after %s\n", cases[i].keys);
    }
    struct list list = {0};
    CHECK(!list_key(&list, key_of("x")));
}

TEST(tui_list_keeps_its_selection_in_view)
{
    unsigned chance = 5;
    static const char *const keys[] = {"Up", "Down", "PgUp", "PgDn", "g", "G", "C-u", "C-d"};
    struct list list = {0};
    for (int i = 0; i < 20000; i++) {
        chance = chance * 1103515245U + 12345U;
        if (chance >> 28 == 0)
            list_set_count(&list, (int)(chance >> 8) % 60);
        if (chance >> 28 == 1)
            list_fit(&list, (int)(chance >> 8) % 20);
        list_key(&list, key_of(keys[(chance >> 16) % 8]));
        int rows = 1 + (int)(chance >> 10) % 25, top = list_top(&list, rows);
        bool in_view = list.selected >= top && list.selected < top + rows;
        bool whole = top >= 0 && (list.count <= rows ? top == 0 : top + rows <= list.count);
        if (!in_view || !whole || (list.count && list.selected >= list.count))
            CHECK_INT(top, -1);
    }
    list_set_count(&list, 0);
    CHECK_INT(list.selected, 0);
}

struct counter {
    int calls, marked;
};

static void draw(const void *self, int row, struct frame *frame, struct rect area, unsigned look)
{
    union {
        const void *in;
        struct counter *out;
    } who = {.in = self};
    who.out->calls++;
    text_drawf(frame, area, look, "row %d", row);
}

static bool third(const void *self, int row)
{
    (void)self;
    return row % 3 == 0;
}

TEST(tui_list_asks_for_visible_rows_only)
{
    struct counter counter = {0};
    const struct list_rows rows = {.draw = draw, .marked = third, .self = &counter, .empty = "nobody waits"};
    struct list list = {.rows = 4};
    struct frame frame;
    char position[32];
    frame_init(&frame, 10, 4);
    list_set_count(&list, 1000000);
    list_select(&list, 14801);
    list_draw(&list, &rows, &frame, frame_area(&frame), true);
    CHECK_INT(counter.calls, 4);
    char *text = frame_text(&frame);
    CHECK_TEXT(text, "  row 147…\n• row 147…\n  row 148…\n  row 148…\n");
    free(text);
    CHECK(frame.cursor_on && frame.cursor_y == 3 && frame.cursor_x == 0);
    CHECK_TEXT(list_position(&list, position), "14 802/1 000 000");
    list_set_count(&list, 0);
    frame_clear(&frame);
    list_draw(&list, &rows, &frame, frame_area(&frame), false);
    text = frame_text(&frame);
    CHECK(strncmp(text, " nobody w", 9) == 0);
    CHECK_TEXT(list_position(&list, position), "");
    free(text);
    frame_deinit(&frame);
}

static void cell(const void *self, int row, int column, char out[GRID_CELL], unsigned *look)
{
    (void)self;
    static const char *const names[] = {"Əhali", "Civil registry", "Vergi"};
    if (column == 0)
        snprintf(out, GRID_CELL, "%s", names[row % 3]);
    else
        snprintf(out, GRID_CELL, "%d", 41 * (row + 1));
    if (column == 1 && row == 2)
        *look = STYLE_DANGER;
}

TEST(tui_grid_lays_out_columns)
{
    static const struct grid_column columns[] = {
        {"Queue", 0, 6, TEXT_LEFT}, {"waiting", 7, 0, TEXT_RIGHT}, {"oldest", 6, 0, TEXT_RIGHT}};
    const struct grid grid = {.columns = columns, .count = 3, .cell = cell};
    struct list list = {0};
    struct frame frame;
    list_set_count(&list, 3);
    list_select(&list, 1);
    frame_init(&frame, 28, 4);
    grid_draw(&grid, &list, &frame, frame_area(&frame), true);
    char *golden = frame_golden(&frame);
    CHECK_TEXT(golden, "| Queue        waiting oldest|\n"
                       "  ddddd        ddddddd dddddd\n"
                       "| Əhali             41     41|\n"
                       "| Civil regis…      82     82|\n"
                       " ssssssssssssssssssssssssssss\n"
                       "| Vergi            123    123|\n"
                       "                   !!!\n"
                       "cursor 0,2\n");
    free(golden);
    frame_resize(&frame, 16, 2); /* no room for the last column */
    grid_draw(&grid, &list, &frame, frame_area(&frame), false);
    char *text = frame_text(&frame);
    CHECK(strncmp(text, " Queue   waiting\n", 17) == 0);
    free(text);
    frame_deinit(&frame);
}
