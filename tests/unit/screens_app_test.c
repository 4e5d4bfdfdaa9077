/* tests/unit/screens_app_test.c: the action table and the app's own rules, with a screen made for the test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/app.h"
#include "screens/record.h"
#include "tests/support/test.h"

TEST(actions_have_parsable_keys_and_unique_ids)
{
    char fault[300] = "";
    struct keymap *keys = action_keymap(fault, sizeof fault);
    CHECK_TEXT(fault, "");
    for (int i = 1; i < ACTION_COUNT; i++) {
        enum action found;
        CHECK(action_find(action_info((enum action)i)->id, &found) && found == (enum action)i);
        CHECK(keymap_key(keys, i, 0).code != K_NONE);
        CHECK(action_info((enum action)i)->screens & IN_ALL);
    }
    keymap_free(&keys);
}

/* Nothing that is done at once may sit on a key that moves in lists, and danger never on Enter. */
TEST(actions_leave_the_keys_of_lists_alone)
{
    static const char *const taken[] = {"j", "k", "g", "G", "Enter", "Tab", "Up", "Down", "PgUp", "PgDn"};
    char fault[300];
    struct keymap *keys = action_keymap(fault, sizeof fault);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        for (int screen = 0; screen < SCREEN_COUNT; screen++)
            CHECK_INT(keymap_find(keys, 1U << screen, key_of(taken[i]), 0), 0);
    keymap_free(&keys);
}

struct fixture {
    struct keymap *keys;
    struct app *app;
    struct effects effects;
};

static struct fixture start(enum screen_id screen, const char *roles)
{
    char fault[300];
    struct fixture f = {.keys = action_keymap(fault, sizeof fault)};
    f.app = app_new(f.keys, LANG_EN);
    app_ui(f.app)->now_ms = 1795500120000;
    if (roles) {
        app_ui(f.app)->session.signed_in = true;
        app_ui(f.app)->session.roles = role_find(roles);
    }
    app_open(f.app, screen, NULL, &f.effects);
    return f;
}

static void end(struct fixture *f)
{
    effects_deinit(&f->effects);
    app_free(&f->app);
    keymap_free(&f->keys);
}

static void press(struct fixture *f, const char *name)
{
    struct msg msg = {.kind = MSG_KEY, .key = key_of(name)};
    app_update(f->app, &msg, &f->effects);
}

static bool asked(const struct fixture *f, enum effect_kind kind)
{
    for (int i = 0; i < f->effects.count; i++)
        if (f->effects.items[i].kind == kind)
            return true;
    return false;
}

static bool shows(const struct fixture *f, const char *words)
{
    struct frame frame;
    frame_init(&frame, 80, 24);
    app_view(f->app, app_ui(f->app)->now_ms, &frame);
    char *text = frame_text(&frame);
    bool found = strstr(text, words);
    free(text);
    frame_deinit(&frame);
    return found;
}

TEST(app_letters_type_in_a_field)
{
    struct fixture f = start(SCREEN_SIGN_IN, NULL);
    press(&f, "n");
    press(&f, "?");
    CHECK(shows(&f, "n?"));
    end(&f);
}

TEST(app_password_is_never_recorded)
{
    struct fixture f = start(SCREEN_SIGN_IN, NULL);
    CHECK(!app_secret(f.app));
    press(&f, "Tab");
    CHECK(app_secret(f.app));
    struct msg msg = {.kind = MSG_KEY, .key = key_of("x")};
    struct json *line = record_message(&msg, app_secret(f.app));
    CHECK_TEXT(json_text(line, "key"), "*");
    json_free(&line);
    end(&f);
}

TEST(app_greyed_action_says_why_not)
{
    struct fixture f = start(SCREEN_DESK, "reception");
    press(&f, "n");
    CHECK(shows(&f, "Your roles do not include this."));
    CHECK(!asked(&f, EFFECT_COMMAND));
    end(&f);
}

TEST(app_offline_call_is_refused_here)
{
    struct fixture f = start(SCREEN_DESK, "clerk");
    struct json *desk = NULL, *status = NULL;
    struct err_info info;
    const char *text = "{\"counter\":{\"id\":\"c\",\"state\":\"open\",\"fence\":1},\"ticket\":null}";
    REQUIRE(json_parse(text, strlen(text), &desk, &info) == ERR_OK);
    struct msg data = {.kind = MSG_DATA, .what = "desk", .to = 1, .json = desk};
    app_update(f.app, &data, &f.effects);
    REQUIRE(json_parse("{\"state\":4}", 11, &status, &info) == ERR_OK);
    struct msg offline = {.kind = MSG_STATUS, .json = status};
    app_update(f.app, &offline, &f.effects);
    press(&f, "n");
    CHECK(!asked(&f, EFFECT_COMMAND));
    CHECK(shows(&f, "Hall not reachable: cannot call"));
    json_free(&desk);
    json_free(&status);
    end(&f);
}

TEST(app_danger_asks_and_only_y_goes_on)
{
    struct fixture f = start(SCREEN_DESK, "clerk");
    press(&f, "A-o");
    CHECK(shows(&f, "Sign out?"));
    press(&f, "Enter");
    press(&f, "A-o");
    CHECK(!asked(&f, EFFECT_SIGN_OUT));
    press(&f, "Esc");
    CHECK(!shows(&f, "Sign out?"));
    press(&f, "A-o");
    press(&f, "y");
    CHECK(asked(&f, EFFECT_SIGN_OUT));
    end(&f);
}

TEST(app_places_raise_what_is_open)
{
    struct fixture f = start(SCREEN_DESK, "clerk");
    press(&f, "5");
    CHECK_INT(app_screen(f.app), SCREEN_OUTBOX);
    press(&f, "1");
    CHECK_INT(app_screen(f.app), SCREEN_DESK);
    press(&f, "A-5");
    press(&f, "Esc");
    CHECK_INT(app_screen(f.app), SCREEN_DESK);
    press(&f, "Esc");
    CHECK_INT(app_screen(f.app), SCREEN_DESK);
    end(&f);
}

TEST(app_palette_finds_in_any_language)
{
    struct fixture f = start(SCREEN_DESK, "clerk");
    press(&f, "C-p");
    const char *letters[] = {"a", "k", "u", "n"}; /* of "keluar akun", to sign out */
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        press(&f, letters[i]);
    CHECK(shows(&f, "sign out"));
    press(&f, "Enter");
    CHECK(shows(&f, "Sign out?"));
    end(&f);
}

static void type(struct fixture *f, const char *letters)
{
    for (; *letters; letters++) {
        const char name[] = {*letters, '\0'};
        press(f, *letters == ' ' ? "Space" : name);
    }
}

static void rows_come(struct fixture *f, const char *what, const char *text)
{
    struct json *json = NULL;
    struct err_info info;
    unsigned to = 0;
    for (int i = 0; i < f->effects.count; i++)
        if (f->effects.items[i].kind == EFFECT_LOAD && str_equal(f->effects.items[i].what, what))
            to = f->effects.items[i].from;
    REQUIRE(to && json_parse(text, strlen(text), &json, &info) == ERR_OK);
    struct msg data = {.kind = MSG_DATA, .what = what, .to = to, .json = json};
    app_update(f->app, &data, &f->effects);
    json_free(&json);
}

/* An action of another place leads there, and is done once its rows are here; typing meanwhile is a wish of its own. */
TEST(app_palette_goes_where_the_action_is)
{
    for (int typed = 0; typed < 2; typed++) {
        struct fixture f = start(SCREEN_DESK, "clerk");
        press(&f, "C-p");
        type(&f, "export");
        CHECK(shows(&f, "export  → Outbox"));
        press(&f, "Enter");
        CHECK_INT(app_screen(f.app), SCREEN_OUTBOX);
        CHECK(!shows(&f, "Write every unsent record"));
        if (typed)
            press(&f, "j");
        rows_come(&f, "outbox",
                  "{\"rows\":[{\"seq\":1,\"id\":\"x\",\"type\":\"case.open\",\"body\":{}}],\"count\":1}");
        CHECK_INT(shows(&f, "Write every unsent record"), !typed);
        end(&f);
    }
}

/* What needs an application that is open says so, and is not chosen. */
TEST(app_palette_says_what_is_not_possible)
{
    struct fixture f = start(SCREEN_DESK, "clerk");
    press(&f, "C-p");
    type(&f, "check submit");
    CHECK(shows(&f, "check, submit  This is done within an application: open one first."));
    press(&f, "Enter");
    CHECK_INT(app_screen(f.app), SCREEN_DESK);
    CHECK(shows(&f, "check, submit"));
    end(&f);
}

/* In this session; and of equal fits the screen's own come before those of other places. */
TEST(app_palette_has_what_was_chosen_last_first)
{
    struct fixture f = start(SCREEN_DESK, "clerk");
    press(&f, "C-p");
    type(&f, "next theme");
    press(&f, "Enter");
    press(&f, "C-p");
    struct frame frame;
    frame_init(&frame, 80, 24);
    app_view(f.app, 1795500120000, &frame);
    char *text = frame_text(&frame), *theme = strstr(text, "next theme"), *call = strstr(text, "call next");
    CHECK(theme && call && theme < call);
    free(text);
    frame_deinit(&frame);
    end(&f);
}

TEST(app_is_left_from_everywhere)
{
    static const char *const over[] = {"C-p", "?", "A-o"}; /* the palette, the help, a question */
    for (size_t i = 0; i < sizeof over / sizeof *over; i++) {
        struct fixture f = start(SCREEN_DESK, "clerk");
        press(&f, over[i]);
        CHECK(!asked(&f, EFFECT_QUIT));
        press(&f, "C-q");
        CHECK(asked(&f, EFFECT_QUIT));
        end(&f);
    }
}

/* A printer complains when nobody may be looking; the key that comes just then does not take it away unread. */
TEST(app_fault_stays_until_a_key_that_comes_when_it_was_read)
{
    enum { SOON_MS = 7000, LATER_MS = 9000, LUNCH_MS = 500 * 1000 };
    static const struct {
        enum toast_kind kind;
        int64_t key_ms, after_ms; /* -1: no key */
        bool stays;
    } cases[] = {{TOAST_DANGER, -1, LUNCH_MS, true},     {TOAST_DANGER, LATER_MS, LATER_MS, false},
                 {TOAST_DANGER, SOON_MS, SOON_MS, true}, {TOAST_DANGER, SOON_MS, LATER_MS, false},
                 {TOAST_GOOD, -1, SOON_MS, true},        {TOAST_GOOD, -1, LATER_MS, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f = start(SCREEN_DESK, "clerk");
        const int64_t begin_ms = app_ui(f.app)->now_ms;
        struct msg fault = {
            .kind = MSG_TOAST, .toast = cases[i].kind, .text = "Not printed", .now_ms = begin_ms};
        app_update(f.app, &fault, &f.effects);
        if (cases[i].key_ms >= 0) {
            struct msg key = {.kind = MSG_KEY, .key = key_of("j"), .now_ms = begin_ms + cases[i].key_ms};
            app_update(f.app, &key, &f.effects);
        }
        app_ui(f.app)->now_ms = begin_ms + cases[i].after_ms;
        if (!CHECK(shows(&f, "Not printed") == cases[i].stays))
            printf("  case %zu\n", i);
        end(&f);
    }
}

TEST(app_draws_at_any_size)
{
    static const int sizes[][2] = {{1, 1}, {2, 3}, {10, 2}, {40, 5}, {59, 12}, {60, 12}, {300, 100}};
    struct fixture f = start(SCREEN_DESK, "clerk");
    for (int help = 0; help < 2; help++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct frame frame;
            frame_init(&frame, sizes[i][0], sizes[i][1]);
            app_view(f.app, 0, &frame);
            CHECK_INT(frame.w, sizes[i][0]);
            frame_deinit(&frame);
        }
        press(&f, "?");
    }
    end(&f);
}

TEST(record_keeps_a_message_whole)
{
    struct json *json = json_new_object();
    json_set_text(json, "id", "x");
    struct msg msg = {
        .kind = MSG_RESULT, .seq = 812, .to = 3, .what = "ticket.start", .now_ms = 99, .json = json};
    struct json *line = record_message(&msg, false);
    struct msg back;
    struct err_info info;
    REQUIRE(record_read(line, &back, &info));
    CHECK_INT(back.kind, MSG_RESULT);
    CHECK_INT(back.seq, 812);
    CHECK_INT(back.to, 3);
    CHECK_INT(back.now_ms, 99);
    CHECK_TEXT(back.what, "ticket.start");
    CHECK(json_equal(back.json, json));
    json_free(&line);
    json_free(&json);
}

TEST(record_refuses_what_is_no_message)
{
    static const char *const wrong[] = {"{}", "{\"msg\":\"dance\"}", "{\"msg\":\"key\",\"key\":\"Hyper-9\"}",
                                        "{\"msg\":\"action\",\"action\":\"fly\"}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct json *json = NULL;
        struct msg msg;
        struct err_info info = {0};
        REQUIRE(json_parse(wrong[i], strlen(wrong[i]), &json, &info) == ERR_OK);
        CHECK(!record_read(json, &msg, &info));
        CHECK(*info.text);
        json_free(&json);
    }
}

static struct msg random_message(struct rng *rng, const char *const *keys, size_t key_count,
                                 const struct json *desk)
{
    switch (rng_below(rng, 8)) {
    case 0:
        return (struct msg){.kind = MSG_TICK, .now_ms = 1795500120000 + (int64_t)rng_below(rng, 1 << 24)};
    case 1:
        return (struct msg){
            .kind = MSG_DATA, .what = "desk", .to = 1 + (unsigned)rng_below(rng, 3), .json = desk};
    case 2:
        return (struct msg){.kind = MSG_ACTION,
                            .action = (enum action)(1 + rng_below(rng, ACTION_COUNT - 1))};
    case 3:
        return (struct msg){.kind = MSG_PASTE, .text = "two\nlines \033[31m"};
    default:
        return (struct msg){.kind = MSG_KEY, .key = key_of(keys[rng_below(rng, key_count)])};
    }
}

/* The hall's late answer to the clerk would ask a question: not of the citizen who holds the keyboard. */
TEST(app_asks_nothing_over_a_screen_in_a_citizens_hands)
{
    struct fixture f = start(SCREEN_DESK, "clerk");
    struct err_info info;
    struct json *answer = NULL, *args = json_new_object();
    const char *text =
        "{\"status\":\"refused\",\"error\":{\"code\":\"counter_taken\",\"message\":\"Adi S. sits "
        "there.\"}}";
    REQUIRE(json_parse(text, strlen(text), &answer, &info) == ERR_OK);
    struct msg saved = {.kind = MSG_SAVED, .what = "counter.open", .seq = 5, .to = 1};
    app_update(f.app, &saved, &f.effects);
    json_set_text(args, "ticket", "t-1");
    app_open(f.app, SCREEN_SURVEY, args, &f.effects);
    effects_deinit(&f.effects);
    struct msg late = {.kind = MSG_RESULT, .seq = 5, .json = answer};
    app_update(f.app, &late, &f.effects);
    CHECK(shows(&f, "Requirements"));
    CHECK(!shows(&f, "Adi S."));
    press(&f, "y");
    CHECK(!asked(&f, EFFECT_COMMAND));
    press(&f, "C-e");
    CHECK(shows(&f, "Adi S.")); /* the clerk reads what was said meanwhile */
    json_free(&answer);
    json_free(&args);
    end(&f);
}

/* Whatever comes in whatever order: no crash, no endless circle, and a picture at any size. */
TEST(app_survives_random_messages)
{
    static const char *const keys[] = {"n", "s",   "f",     "h",   "t",    "x",  "i",   "+",   "m",
                                       "w", "u",   "c",     "1",   "2",    "5",  "y",   "/",   "?",
                                       "a", "Esc", "Enter", "Tab", "Down", "Up", "C-p", "A-o", "End"};
    struct json *desk = NULL;
    struct err_info info;
    struct rng rng;
    char *text = test_read_file("tests/screen/data/desk_serving.json");
    REQUIRE(text && json_parse(text, strlen(text), &desk, &info) == ERR_OK);
    rng_seed(&rng, 20261124);
    for (int round = 0; round < 30; round++) {
        struct fixture f = start(SCREEN_DESK, "clerk");
        for (int i = 0; i < 150; i++) {
            struct msg msg = random_message(&rng, keys, sizeof keys / sizeof *keys, desk);
            app_update(f.app, &msg, &f.effects);
            effects_deinit(&f.effects);
            if (i % 10 == 0) {
                struct frame frame;
                frame_init(&frame, 1 + (int)rng_below(&rng, 300), 1 + (int)rng_below(&rng, 100));
                app_view(f.app, 1795500120000, &frame);
                frame_deinit(&frame);
            }
        }
        end(&f);
    }
    json_free(&desk);
    free(text);
}
