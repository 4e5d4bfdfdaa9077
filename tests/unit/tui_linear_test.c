/* tests/unit/tui_linear_test.c: panes one after the other, gaps, wrapping, the window around the cursor, any size. */
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/base/str.h"
#include "tests/support/test.h"
#include "tui/linear.h"
#include "tui/text.h"

static void put(struct frame *frame, int x, int y, const char *text)
{
    struct rect area = {x, y, frame->w - x, 1};
    text_draw(frame, area, text, STYLE_TEXT);
}

static void check_column(const struct frame *from, int w, int h, const char *text)
{
    struct frame column;
    frame_init(&column, w, h);
    linear_frame(from, &column);
    char *got = frame_text(&column);
    CHECK_TEXT(got, text);
    free(got);
    frame_deinit(&column);
}

TEST(tui_linear_reads_panes_one_after_the_other)
{
    struct frame frame;
    frame_init(&frame, 40, 8);
    put(&frame, 1, 0, "Desk          10:02");
    frame_rule(&frame, (struct rect){0, 1, 40, 1});
    put(&frame, 1, 2, "Applications");
    put(&frame, 1, 3, "Passport");
    put(&frame, 22, 2, "Queues");
    put(&frame, 22, 3, "P   14");
    put(&frame, 22, 4, "Today");
    frame_pillar(&frame, (struct rect){20, 2, 1, 3});
    put(&frame, 1, 5, "below both │ of them");
    put(&frame, 0, 7, "f finish");
    check_column(
        &frame, 40, 9,
        "Desk  10:02\nApplications\nPassport\nQueues\nP  14\nToday\nbelow both │ of them\n\nf finish\n");
    frame_deinit(&frame);
}

TEST(tui_linear_wraps_at_a_space_and_keeps_title_and_keys)
{
    struct frame frame;
    frame_init(&frame, 40, 6);
    put(&frame, 0, 0, "Title");
    put(&frame, 0, 2, "one two three four five");
    put(&frame, 0, 5, "f finish   h hold");
    check_column(&frame, 10, 7, "Title\none two\nthree four\nfive\n\nf finish\nh hold\n");
    frame_deinit(&frame);
}

TEST(tui_linear_shows_what_is_around_the_cursor)
{
    struct frame frame, column;
    char row[20];
    frame_init(&frame, 20, 40);
    put(&frame, 0, 0, "Title");
    for (int y = 1; y < 39; y++) {
        str_format(row, sizeof row, "row %d", y);
        put(&frame, 0, y, row);
    }
    put(&frame, 0, 39, "keys");
    frame_cursor(&frame, 4, 30);
    frame_init(&column, 20, 8);
    linear_frame(&frame, &column);
    char *text = frame_text(&column);
    CHECK(strncmp(text, "Title\n", 6) == 0 && strstr(text, "row 30\n") && strstr(text, "\nkeys\n"));
    CHECK(column.cursor_on);
    CHECK_INT(column.cursor_x, 4);
    CHECK_TEXT(frame_at(&column, column.cursor_x, column.cursor_y)->text, "3");
    free(text);
    frame_deinit(&column);
    frame_deinit(&frame);
}

/* Behind what was typed: the blanks before the cursor are typed ones. */
TEST(tui_linear_keeps_the_blanks_before_the_cursor)
{
    struct frame frame, column;
    frame_init(&frame, 40, 3);
    put(&frame, 0, 1, "Name [Ali                 ] must");
    frame_cursor(&frame, 15, 1);
    frame_init(&column, 40, 3);
    linear_frame(&frame, &column);
    char *text = frame_text(&column);
    CHECK_TEXT(text, "Name [Ali       ] must\n\n\n");
    CHECK_INT(column.cursor_x, 15);
    free(text);
    frame_deinit(&column);
    frame_deinit(&frame);
}

TEST(tui_linear_is_safe_at_any_size)
{
    static const char *const signs[] = {" ", " ", "a", "漢", "│", "─", "ə"};
    struct rng rng;
    rng_seed(&rng, 4711);
    for (int round = 0; round < 400; round++) {
        struct frame frame, column;
        frame_init(&frame, 1 + (int)rng_below(&rng, 60), 1 + (int)rng_below(&rng, 30));
        for (int i = 0; i < frame.w * frame.h; i++) {
            const char *sign = signs[rng_below(&rng, sizeof signs / sizeof *signs)];
            bool rule = strcmp(sign, "│") == 0 || strcmp(sign, "─") == 0;
            frame_put(&frame, frame_area(&frame), i % frame.w, i / frame.w, sign, strlen(sign),
                      rule ? STYLE_RULE : STYLE_TEXT, NULL);
        }
        if (rng_below(&rng, 2))
            frame_cursor(&frame, (int)rng_below(&rng, 60), (int)rng_below(&rng, 30));
        frame_init(&column, 1 + (int)rng_below(&rng, 40), 1 + (int)rng_below(&rng, 20));
        linear_frame(&frame, &column);
        CHECK(!column.cursor_on || frame_at(&column, column.cursor_x, column.cursor_y));
        frame_deinit(&column);
        frame_deinit(&frame);
    }
}
