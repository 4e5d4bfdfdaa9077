/* tests/screen/everywhere_test.c: every screen in four languages, at both sizes and in ASCII. */
#include <stdio.h>
#include <string.h>

#include "tests/screen/script.h"
#include "tests/screen/sound.h"
#include "tests/support/test.h"
#include "tui/text.h"

TEST(screen_everywhere_before_signing_in)
{
    script_run("everywhere_start.script");
}

TEST(screen_everywhere_desk)
{
    script_run("everywhere_desk.script");
}

TEST(screen_everywhere_case)
{
    script_run("everywhere_case.script");
}

TEST(screen_everywhere_hall)
{
    script_run("everywhere_hall.script");
}

/* --- the checks themselves can fail --- */

static void expect_fault(struct app *app, const struct frame *frame, const char *words)
{
    char fault[300];
    CHECK(!sound_frame(app, frame, "{\"note\":\"a colleague came\",\"state\":\"parked\"}", fault,
                       sizeof fault));
    if (!CHECK(strstr(fault, words) != NULL))
        printf("    %s\n", fault);
}

TEST(screen_sound_finds_what_is_wrong)
{
    char fault[300] = "";
    struct keymap *keys = action_keymap(fault, sizeof fault);
    struct app *app = app_new(keys, LANG_RU);
    struct effects effects = {0};
    struct frame frame;
    frame_init(&frame, 80, 24);
    app_open(app, SCREEN_START, NULL, &effects);
    effects_deinit(&effects);
    app_view(app, 0, &frame);
    CHECK(sound_frame(app, &frame, "", fault, sizeof fault));

    struct rect line = {0, 20, 80, 1};
    text_draw(&frame, line, "Lock when idle", STYLE_TEXT);
    expect_fault(app, &frame, "\"Lock when idle\" stands there in English");
    frame_blank(&frame, line, STYLE_TEXT);
    text_draw(&frame, line, "a colleague", STYLE_TEXT); /* somebody's own words */
    CHECK(sound_frame(app, &frame, "{\"note\":\"a colleague came\"}", fault, sizeof fault));
    frame_blank(&frame, line, STYLE_TEXT);
    text_draw(&frame, line, "parked", STYLE_TEXT); /* a code of the wire */
    expect_fault(app, &frame, "\"parked\"");

    app_view(app, 0, &frame);
    frame.cursor_on = true;
    frame.cursor_x = 80;
    expect_fault(app, &frame, "the cursor is outside");
    app_view(app, 0, &frame);
    frame.cells[5 * 80 + 3].width = 2; /* without its right half */
    expect_fault(app, &frame, "row 5");
    app_view(app, 0, &frame);
    frame_blank(&frame, (struct rect){0, 23, 80, 1}, STYLE_TEXT);
    expect_fault(app, &frame, "no action line");
    app_view(app, 0, &frame);
    frame_blank(&frame, (struct rect){0, 0, 80, 1}, STYLE_TEXT);
    expect_fault(app, &frame, "no title line");

    app_view(app, 0, &frame);
    CHECK(sound_in_ascii(&frame, fault, sizeof fault));
    text_draw(&frame, line, "\u4e2d", STYLE_TEXT);
    CHECK(!sound_in_ascii(&frame, fault, sizeof fault));
    CHECK(sound_ascii(" ~!\n", fault, sizeof fault));
    CHECK(!sound_ascii("caf\xc3\xa9", fault, sizeof fault));
    CHECK(!sound_ascii("\x1b[m", fault, sizeof fault));
    frame_deinit(&frame);
    app_free(&app);
    keymap_free(&keys);
}
