/* tests/unit/pointer_test.c: the mouse, from bytes to keys. It can do nothing that keys cannot. */
#include <stdlib.h>
#include <string.h>

#include "screens/app.h"
#include "screens/pointer.h"
#include "tests/support/test.h"
#include "tui/funcbar.h"
#include "tui/input.h"
#include "tui/list.h"
#include "tui/sheet.h"
#include "tui/text.h"

static struct event mouse(int button, int x, int y)
{
    return (struct event){.kind = EVENT_MOUSE, .button = button, .x = x, .y = y};
}

TEST(pointer_reads_what_terminals_send)
{
    static const struct {
        const char *bytes;
        int kind, button, x, y;
    } sent[] = {{"\x1b[<0;1;1M", EVENT_MOUSE, 1, 0, 0},      {"\x1b[<0;12;5M", EVENT_MOUSE, 1, 11, 4},
                {"\x1b[<64;80;24M", EVENT_MOUSE, 4, 79, 23}, {"\x1b[<65;3;4M", EVENT_MOUSE, 5, 2, 3},
                {"\x1b[<0;12;5m", EVENT_NONE, 0, 0, 0},   /* let go */
                {"\x1b[<2;12;5M", EVENT_NONE, 0, 0, 0},   /* the right one */
                {"\x1b[<32;12;5M", EVENT_NONE, 0, 0, 0}}; /* dragged */
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        struct input input;
        struct event event;
        input_init(&input);
        input_feed(&input, sent[i].bytes, strlen(sent[i].bytes));
        CHECK(input_next(&input, false, &event));
        CHECK_INT(event.kind, sent[i].kind);
        if (sent[i].kind == EVENT_MOUSE) {
            CHECK_INT(event.button, sent[i].button);
            CHECK_INT(event.x, sent[i].x);
            CHECK_INT(event.y, sent[i].y);
        }
        CHECK(!input_next(&input, true, &event)); /* no byte is left that would be a key */
        input_deinit(&input);
    }
}

static void row(const void *self, int number, struct frame *frame, struct rect area, unsigned look)
{
    (void)self;
    text_drawf(frame, area, look, "row %d", number);
}

static void check_pointed(const struct frame *frame, struct event event, const char *key, int times)
{
    struct pointed pointed = pointer_at(frame, &event);
    CHECK_INT(pointed.times, times);
    if (times)
        CHECK(key_is(pointed.key, key));
}

TEST(pointer_goes_to_rows_and_opens_the_chosen_one)
{
    struct frame frame;
    struct list list = {.count = 50, .selected = 3};
    const struct list_rows rows = {.draw = row};
    frame_init(&frame, 40, 10);
    list_draw(&list, &rows, &frame, (struct rect){5, 2, 20, 6}, true);
    check_pointed(&frame, mouse(1, 6, 2), "Enter", 0); /* nobody asked for a mouse */
    frame.points = true;
    frame_clear(&frame);
    list_draw(&list, &rows, &frame, (struct rect){5, 2, 20, 6}, true);
    int top = list_top(&list, 6);
    check_pointed(&frame, mouse(1, 6, 2 + 3 - top), "Enter", 1);
    check_pointed(&frame, mouse(1, 6, 2 + 5 - top), "Down", 2);
    check_pointed(&frame, mouse(1, 24, 2 + 1 - top), "Up", 2);
    check_pointed(&frame, mouse(1, 25, 4), "", 0);
    check_pointed(&frame, mouse(5, 6, 4), "Down", 3);
    check_pointed(&frame, mouse(4, 6, 4), "Up", 3);
    check_pointed(&frame, mouse(4, 6, 9), "", 0);
    frame_clear(&frame);
    list_draw(&list, &rows, &frame, (struct rect){5, 2, 20, 6}, false); /* its keys go elsewhere */
    check_pointed(&frame, mouse(1, 6, 3), "", 0);
    frame_deinit(&frame);
}

TEST(pointer_finds_fields_of_a_sheet)
{
    struct frame frame;
    struct sheet sheet;
    const struct sheet_item items[] = {{.kind = SHEET_HEADING, .label = "Address"},
                                       {.kind = SHEET_TEXT, .id = "street", .label = "Street"},
                                       {.kind = SHEET_TEXT, .id = "old", .label = "Old", .disabled = true},
                                       {.kind = SHEET_TEXT, .id = "town", .label = "Town"}};
    frame_init(&frame, 60, 10);
    frame.points = true;
    sheet_init(&sheet);
    sheet_draw(&sheet, items, 4, &frame, (struct rect){2, 1, 50, 8});
    int found[4] = {0};
    for (int y = 0; y < 10; y++) {
        struct event event = mouse(1, 30, y);
        struct pointed pointed = pointer_at(&frame, &event);
        if (pointed.item >= 0)
            found[pointed.item]++;
    }
    CHECK(!found[0] && found[1] && !found[2] && found[3]);
    sheet_deinit(&sheet);
    frame_deinit(&frame);
}

/* --- on the real screens --- */

struct fixture {
    struct keymap *keys;
    struct app *app;
    struct effects effects;
    struct frame frame;
};

static struct fixture desk(void)
{
    char fault[300];
    struct fixture f = {.keys = action_keymap(fault, sizeof fault)};
    f.app = app_new(f.keys, LANG_EN);
    app_ui(f.app)->now_ms = 1795500120000;
    app_ui(f.app)->session.signed_in = true;
    app_ui(f.app)->session.roles = ROLE_CLERK;
    frame_init(&f.frame, 80, 24);
    f.frame.points = true;
    app_open(f.app, SCREEN_DESK, NULL, &f.effects);
    app_view(f.app, 1795500120000, &f.frame);
    return f;
}

static void end(struct fixture *f)
{
    effects_deinit(&f->effects);
    frame_deinit(&f->frame);
    app_free(&f->app);
    keymap_free(&f->keys);
}

static bool shows(struct fixture *f, const char *words)
{
    char *text = frame_text(&f->frame);
    bool found = strstr(text, words);
    free(text);
    return found;
}

/* Presses where the words stand on the line; false: nothing is there. */
static bool press(struct fixture *f, const char *words, int line)
{
    char *text = frame_text(&f->frame), *at = text;
    for (int i = 0; i < line; i++)
        at = strchr(at, '\n') + 1;
    const char *place = strstr(at, words);
    REQUIRE(place);
    struct event event = mouse(1, text_width_n(at, (size_t)(place - at)), line);
    struct pointed pointed = pointer_at(&f->frame, &event);
    free(text);
    for (int i = 0; i < pointed.times; i++) {
        struct msg msg = {.kind = MSG_KEY, .key = pointed.key};
        app_update(f->app, &msg, &f->effects);
    }
    app_view(f->app, 1795500120000, &f->frame);
    return pointed.times > 0;
}

static void key(struct fixture *f, const char *name)
{
    struct msg msg = {.kind = MSG_KEY, .key = key_of(name)};
    app_update(f->app, &msg, &f->effects);
    app_view(f->app, 1795500120000, &f->frame);
}

TEST(pointer_presses_the_function_bar)
{
    struct fixture f = desk();
    CHECK(press(&f, "help", 23));
    CHECK(shows(&f, "Esc back"));
    CHECK(press(&f, "back", 23));
    CHECK(!shows(&f, "Esc back"));
    end(&f);
}

/* What is dangerous is for a key; the way back is not. */
TEST(pointer_confirms_nothing_dangerous)
{
    struct fixture f = desk();
    key(&f, "9"); /* a list stands above the question */
    struct event on_row = mouse(1, 4, 4);
    CHECK(pointer_at(&f.frame, &on_row).times > 0);
    key(&f, "A-o");
    REQUIRE(shows(&f, "Sign out?"));
    CHECK(!press(&f, "y sign out", 23));
    CHECK(shows(&f, "Sign out?"));
    for (int y = 0; y < 23; y++) { /* nor is anything above the question pressed */
        for (int x = 0; x < 80; x++) {
            struct event event = mouse(1, x, y);
            CHECK_INT(pointer_at(&f.frame, &event).times, 0);
        }
    }
    CHECK(press(&f, "back", 23));
    CHECK(!shows(&f, "Sign out?"));
    for (int i = 0; i < f.effects.count; i++)
        CHECK(f.effects.items[i].kind != EFFECT_SIGN_OUT);
    end(&f);
}

TEST(pointer_meets_nothing_under_a_lock)
{
    struct fixture f = desk();
    key(&f, "A-k");
    REQUIRE(shows(&f, "Locked since"));
    CHECK_INT(f.frame.target_count, 0);
    end(&f);
}
