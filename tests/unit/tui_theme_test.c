/* tests/unit/tui_theme_test.c: theme files: what they say, what is wrong in them, and whether people can read
 * them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"
#include "tui/term.h"
#include "tui/text.h"
#include "tui/theme.h"
#include "tui/toast.h"

TEST(tui_theme_reads_lines)
{
    struct theme theme;
    struct theme_faults faults;
    CHECK(theme_parse(&theme, "themes/my.theme",
                      "# mine\n\n text = #102030 on #f0f0f0 # ink\naccent=#FF0000 bold underline\n"
                      "dim = default\nselected = #000000 on default reverse\n",
                      &faults));
    CHECK_TEXT(theme.name, "my");
    CHECK_INT(theme.paints[STYLE_TEXT].fg, 0x102030);
    CHECK_INT(theme.paints[STYLE_ACCENT].fg, 0xff0000);
    CHECK_INT(theme.paints[STYLE_ACCENT].attr, ATTR_BOLD | ATTR_UNDERLINE);
    CHECK_INT(theme.paints[STYLE_ACCENT].bg, 0xf0f0f0); /* the ground of text */
    CHECK_INT(theme.paints[STYLE_GOOD].bg, 0xf0f0f0);
    CHECK_INT(theme.paints[STYLE_DIM].fg, THEME_DEFAULT);
    CHECK_INT(theme.paints[STYLE_SELECTED].bg, THEME_DEFAULT);
    CHECK_INT(theme.paints[STYLE_SELECTED].attr, ATTR_REVERSE);
}

TEST(tui_theme_tells_faults_by_line_and_goes_on)
{
    struct theme theme, builtin;
    struct theme_faults faults;
    theme_builtin(&builtin);
    CHECK(!theme_parse(&theme, "t.theme",
                       "accent = red\ncolour = #000000\ngood\nwarn = #fff\nwarn = #00ff00 on\n"
                       "danger = #00ff00 blink\ntitle = #abcdef\n",
                       &faults));
    CHECK_TEXT(faults.text, "t.theme:1: \"red\" is no colour; write #rrggbb or default\n"
                            "t.theme:2: there is no meaning \"colour\"\n"
                            "t.theme:3: expected NAME = #rrggbb on #rrggbb bold\n"
                            "t.theme:4: \"#fff\" is no colour; write #rrggbb or default\n"
                            "t.theme:5: after \"on\" comes a colour, #rrggbb or default\n"
                            "t.theme:6: \"blink\" is unknown here; write on, bold, underline or reverse\n");
    CHECK_INT(faults.count, 6);
    CHECK_INT(theme.paints[STYLE_ACCENT].fg, builtin.paints[STYLE_ACCENT].fg);
    CHECK_INT(theme.paints[STYLE_DANGER].fg, builtin.paints[STYLE_DANGER].fg);
    CHECK_INT(theme.paints[STYLE_TITLE].fg, 0xabcdef);
}

/* A name of many letters of two bytes each, said 20 times: neither the sentence nor the list of them ends within one. */
TEST(tui_theme_tells_faults_in_whole_letters_and_whole_lines)
{
    struct theme theme;
    struct theme_faults faults;
    char text[20 * 420] = "";
    for (size_t pad = 0; pad < 2; pad++) {
        size_t used = 0;
        for (int line = 0; line < 20; line++) {
            used += (size_t)snprintf(text + used, sizeof text - used, "accent = %s", pad ? "x" : "");
            for (int i = 0; i < 200; i++)
                used += (size_t)snprintf(text + used, sizeof text - used, "\u0259");
            used += (size_t)snprintf(text + used, sizeof text - used, "\n");
        }
        CHECK(!theme_parse(&theme, "t.theme", text, &faults));
        CHECK_INT(faults.count, 20);
        CHECK(faults.text[strlen(faults.text) - 1] == '\n');
        size_t length = strlen(faults.text), at = 0, bytes;
        while (at < length && CHECK(text_decode(faults.text + at, length - at, &bytes) >= 0))
            at += bytes;
    }
}

TEST(tui_theme_survives_any_file)
{
    struct theme theme;
    struct theme_faults faults;
    char text[4000];
    unsigned chance = 3;
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i + 1 < sizeof text; i++) {
            chance = chance * 1103515245U + 12345U;
            text[i] = "text=#0f on default\n\t# \xff"[(chance >> 16) % 24];
        }
        text[sizeof text - 1] = '\0';
        theme_parse(&theme, "any.theme", text, &faults);
        CHECK(strlen(faults.text) < sizeof faults.text);
    }
    memset(text, 'x', sizeof text - 1);
    CHECK(!theme_parse(&theme, "long", text, &faults));
    CHECK(!theme_read(&theme, "/nowhere/at/all.theme", &faults));
    CHECK(strstr(faults.text, "The built-in colours are used.") != NULL);
    CHECK(!theme_read(&theme, "/dev/zero", &faults)); /* it has no end */
    CHECK_TEXT(
        faults.text,
        "/dev/zero: the theme cannot be read: it has more than 64 KiB. The built-in colours are used.\n");
}

static void check_contrast(const struct theme *theme, double least)
{
    for (int i = 0; i < STYLE_COUNT; i++) {
        const struct paint *paint = &theme->paints[i];
        double ratio = theme_contrast(paint->fg, paint->bg);
        bool line = i == STYLE_RULE; /* lines are no text: 3:1 is asked of them */
        if (!CHECK(ratio >= (line && least < 7 ? 3.0 : least)))
            printf("    %s: %s is %.2f:1\n", theme->name, style_name((enum style)i), ratio);
    }
}

TEST(tui_theme_every_shipped_one_can_be_read)
{
    static const struct {
        const char *path;
        double least;
    } shipped[] = {{"themes/default.theme", 4.5},
                   {"themes/light.theme", 4.5},
                   {"themes/contrast.theme", 7.0},
                   {"themes/az.theme", 4.5},
                   {"themes/id.theme", 4.5}};
    struct theme theme;
    struct theme_faults faults;
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++) {
        CHECK(theme_read(&theme, shipped[i].path, &faults));
        CHECK_TEXT(faults.text, "");
        check_contrast(&theme, shipped[i].least);
    }
    CHECK(theme_read(&theme, "themes/mono.theme", &faults));
    theme_builtin(&theme);
    check_contrast(&theme, 4.5);
}

TEST(tui_theme_files_say_what_the_program_has_built_in)
{
    struct theme built, read;
    struct theme_faults faults;
    theme_builtin(&built);
    theme_read(&read, "themes/default.theme", &faults);
    theme_mono(&built);
    theme_read(&read, "themes/mono.theme", &faults);
    for (int i = 0; i < STYLE_COUNT; i++)
        CHECK_INT(read.paints[i].attr, built.paints[i].attr);
    theme_builtin(&built);
    theme_read(&read, "themes/default.theme", &faults);
    for (int i = 0; i < STYLE_COUNT; i++)
        CHECK(read.paints[i].fg == built.paints[i].fg && read.paints[i].bg == built.paints[i].bg &&
              read.paints[i].attr == built.paints[i].attr);
}

/* Without colours a meaning is told by an attribute, or by the sign that stands with it. */
TEST(tui_theme_mono_tells_every_meaning)
{
    static const enum style by_attribute[] = {STYLE_ACCENT,   STYLE_WARN,   STYLE_DANGER, STYLE_TITLE,
                                              STYLE_SELECTED, STYLE_CHOSEN, STYLE_FIELD,  STYLE_FOCUS};
    struct theme theme;
    theme_mono(&theme);
    for (size_t i = 0; i < sizeof by_attribute / sizeof *by_attribute; i++)
        if (!CHECK(theme.paints[by_attribute[i]].attr != theme.paints[STYLE_TEXT].attr))
            printf("    %s\n", style_name(by_attribute[i]));
    for (int i = 0; i < STYLE_COUNT; i++)
        CHECK(theme.paints[i].fg == THEME_DEFAULT && theme.paints[i].bg == THEME_DEFAULT);
    /* Where one is, among what else there is. */
    CHECK(theme.paints[STYLE_SELECTED].attr != theme.paints[STYLE_CHOSEN].attr);
    CHECK(theme.paints[STYLE_FOCUS].attr != theme.paints[STYLE_FIELD].attr);
    CHECK(theme.paints[STYLE_FOCUS].attr != theme.paints[STYLE_HINT].attr);
}

static char *toast_text(unsigned look)
{
    struct frame frame;
    struct toast toast = {0};
    frame_init(&frame, 30, 1);
    toast_show(&toast, look, "Saved.", 1000);
    toast_draw(&toast, 0, &frame, frame_area(&frame));
    char *text = frame_text(&frame);
    frame_deinit(&frame);
    return text;
}

TEST(tui_toasts_have_signs_beside_their_colours)
{
    char *plain = toast_text(STYLE_TEXT), *good = toast_text(STYLE_GOOD), *danger = toast_text(STYLE_DANGER);
    CHECK(strcmp(plain, good) != 0);
    CHECK(strcmp(plain, danger) != 0);
    CHECK(strcmp(good, danger) != 0);
    free(plain);
    free(good);
    free(danger);
}

TEST(tui_theme_contrast_is_that_of_wcag)
{
    CHECK_INT((int64_t)(theme_contrast(0x000000, 0xffffff) * 100 + 0.5), 2100);
    CHECK_INT((int64_t)(theme_contrast(0x777777, 0xffffff) * 100 + 0.5), 448);
    CHECK_INT((int64_t)(theme_contrast(0x123456, 0x123456) * 100 + 0.5), 100);
}

TEST(tui_colours_reduce_to_the_nearest)
{
    CHECK_INT(term_nearest(0x000000, TERM_256), 16);
    CHECK_INT(term_nearest(0xffffff, TERM_256), 231);
    CHECK_INT(term_nearest(0xff0000, TERM_256), 196);
    CHECK_INT(term_nearest(0x5fd7ff, TERM_256), 81);
    CHECK_INT(term_nearest(0x808080, TERM_256), 244);
    CHECK_INT(term_nearest(0x000000, TERM_16), 0);
    CHECK_INT(term_nearest(0xfe0101, TERM_16), 9);
    CHECK_INT(term_nearest(0xe0e0e0, TERM_16), 7);
}
