/* tests/unit/tui_painter_test.c: after any row of random frames a terminal shows the last one, with few bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#include "core/base/rng.h"
#include "tests/support/test.h"
#include "tui/painter.h"
#include "tui/text.h"

enum { W = 34, H = 6, ROUNDS = 400 };

static struct painter painter;
static struct frame frame;
static VTerm *vterm;

static void move_words(int y, int x, char out[PAINTER_MOVE])
{
    snprintf(out, PAINTER_MOVE, "\033[%d;%dH", y + 1, x + 1);
}

static void begin(bool in_colour)
{
    painter_init(&painter);
    painter_resize(&painter, W, H);
    frame_init(&frame, W, H);
    for (int style = 0; style < STYLE_COUNT; style++)
        for (int attr = 0; attr < 8; attr++)
            snprintf(painter.words.looks[style][attr], PAINTER_LOOK, "\033[m%s%s%s\033[38;5;%dm\033[48;5;%dm",
                     attr & 1 ? "\033[1m" : "", attr & 2 ? "\033[4m" : "", attr & 4 ? "\033[7m" : "",
                     style + 20, style + 50);
    snprintf(painter.words.clear, sizeof painter.words.clear, "%s", "\033[H\033[2J");
    snprintf(painter.words.clear_line, sizeof painter.words.clear_line, "%s", "\033[K");
    painter.words.clears_in_colour = in_colour;
    painter.words.keeps_corner = true;
    painter.words.move = move_words;
    vterm = vterm_new(H, W);
    vterm_set_utf8(vterm, 1);
    vterm_screen_reset(vterm_obtain_screen(vterm), 1);
}

static void end(void)
{
    painter_deinit(&painter);
    frame_deinit(&frame);
    vterm_free(vterm);
}

static void paint(void)
{
    painter_paint(&painter, &frame);
    vterm_input_write(vterm, painter.bytes, painter.used);
}

static bool shows(int x, int y)
{
    const struct cell *cell = frame_at(&frame, x, y);
    VTermScreenCell seen;
    char text[64] = "";
    size_t length = 0;
    vterm_screen_get_cell(vterm_obtain_screen(vterm), (VTermPos){.row = y, .col = x}, &seen);
    if (cell->width == 0)
        return seen.chars[0] == (uint32_t)-1;
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && seen.chars[i]; i++)
        length += text_encode((int32_t)seen.chars[i], text + length);
    text[length] = '\0';
    bool blank = !*text && strcmp(cell->text, " ") == 0;
    bool bold = (cell->look & ATTR_BOLD) != 0, underline = (cell->look & ATTR_UNDERLINE) != 0;
    return (blank || (strcmp(text, cell->text) == 0 && (seen.attrs.bold != 0) == bold)) &&
           seen.width == cell->width && seen.bg.indexed.idx == LOOK_STYLE(cell->look) + 50 &&
           (seen.attrs.underline != 0) == underline;
}

static int differences(void)
{
    int count = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            count += !shows(x, y);
    return count;
}

static void draw_something(struct rng *rng)
{
    static const char *const texts[] = {"a", "Aysel", "界", "ə", "e\xcc\x81", "─────", "  ", "界面", "●", ""};
    static const unsigned attrs[] = {0, 0, ATTR_BOLD, ATTR_UNDERLINE};
    struct rect area = {(int)rng_below(rng, W), (int)rng_below(rng, H), 1 + (int)rng_below(rng, W),
                        1 + (int)rng_below(rng, H)};
    unsigned look = (unsigned)rng_below(rng, STYLE_COUNT) | attrs[rng_below(rng, 4)];
    const char *text = texts[rng_below(rng, sizeof texts / sizeof *texts)];
    switch (rng_below(rng, 4)) {
    case 0:
        return frame_blank(&frame, area, look);
    case 1:
        return frame_fill(&frame, area, text, look);
    case 2:
        if (rng_below(rng, 8) == 0)
            return frame_clear(&frame);
        return;
    default:
        text_draw(&frame, area, text, look);
    }
}

static void random_frames(bool in_colour)
{
    struct rng rng;
    rng_seed(&rng, 7);
    begin(in_colour);
    for (int round = 0; round < ROUNDS; round++) {
        for (uint64_t n = rng_below(&rng, 5); n > 0; n--)
            draw_something(&rng);
        paint();
        if (!CHECK_INT(differences(), 0))
            break;
    }
    end();
}

TEST(painter_shows_any_frame_after_any_other)
{
    random_frames(true);
}

TEST(painter_needs_no_clearing_in_colour)
{
    random_frames(false);
}

TEST(painter_sends_only_what_differs)
{
    begin(true);
    text_draw(&frame, frame_area(&frame), "Aysel Mammadova", STYLE_TEXT);
    paint();
    paint();
    CHECK_INT(painter.used, 0);
    frame_put(&frame, frame_area(&frame), 4, 0, "a", 1, STYLE_TEXT, NULL);
    paint();
    CHECK_INT(painter.used, strlen("\033[1;5Ha"));
    frame_cursor(&frame, 3, 2);
    paint();
    CHECK_INT(painter.used, strlen("\033[3;4H"));
    painter_forget(&painter);
    paint();
    CHECK(painter.used < 80); /* the blank rest is cleared */
    CHECK_INT(differences(), 0);
    end();
}

TEST(painter_leaves_the_corner_where_it_would_scroll)
{
    begin(true);
    painter.words.keeps_corner = false;
    frame_fill(&frame, frame_area(&frame), "x", STYLE_TEXT);
    paint();
    CHECK_INT(differences(), 1);
    CHECK(!shows(W - 1, H - 1));
    end();
}
