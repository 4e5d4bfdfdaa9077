/* tests/unit/tui_text_test.c: frames and text: widths, cutting, wrapping, what must never reach a terminal,
 * ASCII. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"
#include "tui/frame.h"
#include "tui/text.h"

/* The frame's text, freed with the frame at the end of a test. */
static struct frame frame;
static char *shown;

static const char *look_at(void)
{
    free(shown);
    shown = frame_text(&frame);
    return shown;
}

static void start(int w, int h)
{
    frame_init(&frame, w, h);
}

static void finish(void)
{
    frame_deinit(&frame);
    free(shown);
    shown = NULL;
}

static const char *drawn(int w, const char *text, enum text_align align)
{
    static char copy[400];
    start(w, 1);
    text_draw_as(&frame, frame_area(&frame), text, STYLE_TEXT, align);
    snprintf(copy, sizeof copy, "%s", look_at());
    copy[strcspn(copy, "\n")] = '\0';
    finish();
    return copy;
}

TEST(tui_text_widths)
{
    CHECK_INT(text_width("Əliyev"), 6);
    CHECK_INT(text_width("Şəxsiyyət"), 9);
    CHECK_INT(text_width("талон"), 5);
    CHECK_INT(text_width("e\xcc\x81"), 1); /* e and an acute: one cell */
    CHECK_INT(text_width("\xcc\x81"), 1);  /* a mark alone stands on a circle */
    CHECK_INT(text_width("漢字"), 4);
    CHECK_INT(text_width("a\x1b[31m"), 6); /* shown as pictures */
    CHECK_INT(text_width("\xff\xfe"), 2);
    CHECK_INT(text_width(NULL), 0);
}

TEST(tui_text_graphemes_both_ways)
{
    const char *text = "ie\xcc\x81\xcc\x80"
                       "ж";
    CHECK_INT((int64_t)text_grapheme(text + 1, strlen(text) - 1, NULL), 5);
    CHECK_INT((int64_t)text_grapheme_before(text, strlen(text)), 2);
    CHECK_INT((int64_t)text_grapheme_before(text, strlen(text) - 2), 5);
    CHECK_INT((int64_t)text_grapheme_before("\x80\x80", 2), 1);
    CHECK_INT((int64_t)text_grapheme_before("", 0), 0);
}

TEST(tui_text_is_cut_by_an_ellipsis)
{
    CHECK_TEXT(drawn(8, "Şəxsiyyət", TEXT_LEFT), "Şəxsiyy…");
    CHECK_TEXT(drawn(9, "Şəxsiyyət", TEXT_LEFT), "Şəxsiyyət");
    CHECK_TEXT(drawn(9, "9901012345670014", TEXT_MIDDLE), "9901…0014");
    CHECK_TEXT(drawn(6, "12", TEXT_RIGHT), "    12");
    CHECK_TEXT(drawn(6, "12", TEXT_CENTRE), "  12");
    CHECK_TEXT(drawn(1, "long", TEXT_LEFT), "…");
    CHECK_TEXT(drawn(5, "漢字漢字", TEXT_LEFT), "漢字…");
    CHECK_TEXT(drawn(9, "a\tb\nc", TEXT_LEFT), "a b c");
}

TEST(tui_text_wraps_at_spaces)
{
    struct text_line lines[8];
    CHECK_INT(text_wrap("Your application was refused", 12, lines, 8), 3);
    CHECK(strncmp(lines[0].text, "Your", 4) == 0 && lines[0].length == 4);
    CHECK(strncmp(lines[1].text, "application", 11) == 0 && lines[1].length == 11);
    CHECK_INT(text_wrap("a\n\nb", 10, lines, 8), 3);
    CHECK_INT((int64_t)lines[1].length, 0);
    CHECK_INT(text_wrap("abcdefgh", 3, lines, 8), 3);
    CHECK_INT(text_wrap("漢字", 1, NULL, 0), 2); /* wider than the line, and it ends all the same */
    CHECK_INT(text_wrap("", 10, NULL, 0), 0);
}

/* Spelled out here once more, so that a gap in the program's own table is found. */
static bool must_not_be_sent(int32_t code)
{
    return (code < ' ' && code != '\n') || (code >= 0x7f && code <= 0x9f) ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

TEST(tui_frame_never_passes_controls_on)
{
    const char *bad[] = {"\x1b[2J",
                         "\x07",
                         "\x7f",
                         "\xc2\x9b"
                         "31m",
                         "\xe2\x80\xae"
                         "gnp.exe",
                         "\xe2\x81\xa6",
                         "\xff\xfe",
                         "\xc0\xaf",
                         "\xed\xa0\x80",
                         "\xef\xbb\xbf",
                         "\xe2\x80\x8b",
                         "\xf4\x90\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        start(20, 2);
        text_draw(&frame, frame_area(&frame), bad[i], STYLE_TEXT);
        for (const char *c = look_at(); *c;) {
            size_t used;
            int32_t code = text_decode(c, strlen(c), &used);
            CHECK(code == '\n' || code == 0xfffd || !text_is_hidden(code));
            CHECK(!must_not_be_sent(code));
            c += used;
        }
        finish();
    }
    CHECK_TEXT(drawn(9,
                     "a\x1b"
                     "b",
                     TEXT_LEFT),
               "a␛b");
}

TEST(tui_frame_bounds_a_grapheme)
{
    char many[200] = "a";
    for (int i = 0; i < 60; i++)
        strcat(many, "\xcc\x81");
    start(3, 1);
    CHECK_INT(text_draw(&frame, frame_area(&frame), many, STYLE_TEXT), 1);
    CHECK(strlen(frame_at(&frame, 0, 0)->text) < CELL_TEXT);
    finish();
}

TEST(tui_frame_never_keeps_half_a_wide_character)
{
    start(4, 1);
    struct rect area = frame_area(&frame);
    text_draw(&frame, area, "漢字", STYLE_TEXT);
    frame_put(&frame, area, 1, 0, "x", 1, STYLE_TEXT, NULL);
    CHECK_TEXT(look_at(), " x字\n");
    frame_put(&frame, area, 2, 0, "y", 1, STYLE_TEXT, NULL);
    CHECK_TEXT(look_at(), " xy\n");
    frame_put(&frame, area, 3, 0, "漢", 3, STYLE_TEXT, NULL); /* no room for its right half */
    CHECK_TEXT(look_at(), " xy\n");
    finish();
}

TEST(tui_frame_draws_nothing_outside)
{
    start(5, 3);
    frame_fill(&frame, (struct rect){-3, -3, 100, 100}, "x", STYLE_TEXT);
    CHECK_TEXT(look_at(), "xxxxx\nxxxxx\nxxxxx\n");
    frame_blank(&frame, (struct rect){4, 2, 9, 9}, STYLE_DIM);
    frame_look(&frame, (struct rect){-1, -1, 2, 2}, STYLE_WARN);
    frame_cursor(&frame, 99, -5);
    CHECK_INT(frame.cursor_x, 4);
    CHECK_INT(frame.cursor_y, 0);
    CHECK(frame_at(&frame, 5, 0) == NULL);
    finish();
}

TEST(tui_frame_golden_shows_looks)
{
    start(6, 2);
    struct rect area = frame_area(&frame);
    text_draw(&frame, rect_cut_left(&area, 2), "ab", STYLE_ACCENT | ATTR_BOLD);
    text_draw(&frame, area, "cd", STYLE_TEXT);
    frame_cursor(&frame, 1, 1);
    char *golden = frame_golden(&frame);
    CHECK_TEXT(golden, "|abcd  |\n aa\n BB\n|      |\ncursor 1,1\n");
    free(golden);
    finish();
}

TEST(tui_ascii_keeps_every_cell)
{
    static const struct {
        const char *from, *to;
    } pairs[] = {{"○ ◐ ● !", "o * = !"}, {"─│…›•✓·«", "-|~>*v.<"}, {"Əliyev ığİışşç", "Eliyev igIissc"},
                 {"Növbəti", "Novbeti"}, {"ЖЁжя", "JEja"},         {"талон", "talon"},
                 {"▁▄▇█", "147#"},       {"漢x", "??x"},           {"e\xcc\x81!", "e!"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        start(20, 1);
        text_draw(&frame, frame_area(&frame), pairs[i].from, STYLE_TEXT);
        frame_to_ascii(&frame);
        char want[40];
        snprintf(want, sizeof want, "%s\n", pairs[i].to);
        CHECK_TEXT(look_at(), want);
        CHECK_INT(frame.w, 20);
        finish();
    }
}

TEST(tui_rect_cuts_never_go_negative)
{
    struct rect area = {2, 3, 10, 4};
    struct rect top = rect_cut_top(&area, 1), right = rect_cut_right(&area, 99);
    CHECK(top.y == 3 && top.h == 1 && area.y == 4 && right.w == 10 && area.w == 0);
    CHECK(rect_empty(area) && rect_empty(rect_row(right, 3)) && !rect_empty(rect_row(right, 2)));
    CHECK_INT(rect_cut_left(&right, -4).w, 0);
    struct rect none = rect_intersect((struct rect){0, 0, 2, 2}, (struct rect){5, 5, 2, 2});
    CHECK(rect_empty(none) && none.w == 0);
}

TEST(tui_rect_scroll_keeps_the_place_in_view)
{
    for (int rows = 1; rows < 30; rows++)
        for (int total = 1; total < 80; total++)
            for (int at = 0; at < total; at++) {
                int top = rect_scroll(at, total, rows);
                if (top < 0 || at < top || at >= top + rows || (total >= rows && top + rows > total))
                    CHECK_INT(top, -1);
            }
    CHECK_INT(rect_scroll(5, 10, 20), 0);
}

/* What does not fit is cut behind the last word, not at the far edge. */
TEST(tui_text_wrapped_is_cut_behind_its_last_word)
{
    frame_init(&frame, 20, 2);
    text_draw_wrapped(&frame, (struct rect){0, 0, 20, 1}, "Letter of the village head", STYLE_TEXT, 0);
    text_draw_wrapped(&frame, (struct rect){0, 1, 6, 1}, "Letter of", STYLE_TEXT, 0);
    char *text = frame_text(&frame);
    CHECK_TEXT(text, "Letter of the…\nLette…\n");
    free(text);
    frame_deinit(&frame);
}
