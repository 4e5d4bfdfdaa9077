/* tests/screen/wall_test.c: a training hall says so on every picture: every screen of screens.def, whatever lies over it, in
 * every language, at every size, in every shape in which a picture leaves the program, and in every theme, also in one that
 * would hide it. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/app.h"
#include "screens/halls.h"
#include "screens/training_word.h"
#include "tests/screen/script.h"
#include "tests/support/test.h"
#include "tui/linear.h"
#include "tui/text.h"
#include "tui/theme.h"

enum { LOOK = STYLE_TRAINING | ATTR_BOLD | ATTR_REVERSE };

/* The word's letters beside each other, each in the look that nothing else has. */
static bool stands_at(const struct frame *frame, int x, int y, const char *word)
{
    size_t used;
    for (size_t at = 0; word[at]; at += used, x++) {
        const struct cell *cell = frame_at(frame, x, y);
        used = text_grapheme(word + at, strlen(word + at), NULL);
        if (!cell || cell->look != LOOK || strlen(cell->text) != used ||
            memcmp(cell->text, word + at, used) != 0)
            return false;
    }
    return true;
}

static bool is_told(const struct frame *frame, const char *word)
{
    for (int y = 0; y < frame->h; y++)
        for (int x = 0; x < frame->w; x++)
            if (stands_at(frame, x, y, word))
                return true;
    return false;
}

/* --- every screen, and what lies over it --- */

struct hall {
    struct keymap *keys;
    struct app *app;
    struct frame frame;
};

static void tell(struct hall *hall, enum msg_kind kind, const char *json)
{
    struct json *parsed = NULL;
    struct effects effects = {0};
    if (json)
        REQUIRE(json_parse(json, strlen(json), &parsed, NULL) == ERR_OK);
    struct msg msg = {.kind = kind, .json = parsed, .w = hall->frame.w, .h = hall->frame.h};
    app_update(hall->app, &msg, &effects);
    effects_deinit(&effects);
    json_free(&parsed);
}

static void key(struct hall *hall, const char *name)
{
    struct effects effects = {0};
    struct msg msg = {.kind = MSG_KEY};
    REQUIRE(key_parse(name, &msg.key));
    app_update(hall->app, &msg, &effects);
    effects_deinit(&effects);
}

static void hall_open(struct hall *hall, enum lang lang, const char *status)
{
    char fault[300] = "";
    hall->keys = action_keymap(fault, sizeof fault);
    hall->app = app_new(hall->keys, lang);
    frame_init(&hall->frame, 80, 24);
    tell(hall, MSG_RESIZE, NULL);
    tell(hall, MSG_STATUS, status);
}

static void hall_close(struct hall *hall)
{
    frame_deinit(&hall->frame);
    app_free(&hall->app);
    keymap_free(&hall->keys);
}

static void sign_in(struct hall *hall)
{
    tell(hall, MSG_SIGNED_IN,
         "{\"user\":{\"id\":\"0193-u\",\"login\":\"a\",\"name\":\"Aysel "
         "A.\",\"roles\":[\"clerk\",\"approver\",\"reception\","
         "\"supervisor\",\"administrator\",\"trainer\"]},\"hall\":{\"name\":\"H\",\"pack\":\"az\"},"
         "\"counter\":\"c\","
         "\"counter_name\":\"1\"}");
}

static void open_screen(struct hall *hall, enum screen_id screen)
{
    struct effects effects = {0};
    struct json *args = json_new_object();
    json_set_text(args, "case", "0193c000-0000-7000-8000-000000000001");
    app_open(hall->app, screen, args, &effects);
    effects_deinit(&effects);
    json_free(&args);
}

static int pictures;

static void expect_told(struct hall *hall, const char *what)
{
    static const struct {
        int w, h;
    } sizes[] = {{80, 24}, {120, 40}, {300, 100}, {40, 12}, {20, 6}, {12, 3}};
    const char *word = training_word(app_ui(hall->app)->lang);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++, pictures++) {
        frame_resize(&hall->frame, sizes[i].w, sizes[i].h);
        tell(hall, MSG_RESIZE, NULL);
        app_view(hall->app, 0, &hall->frame);
        if (CHECK(is_told(&hall->frame, word)))
            continue;
        char *text = frame_golden(&hall->frame);
        printf("    %s over %s at %dx%d\n%s", what, screen_info(app_screen(hall->app))->name, sizes[i].w,
               sizes[i].h, text);
        free(text);
    }
}

/* A press does nothing where its action is not to be had: then the screen itself is looked at once more. */
static void look_at_all(struct hall *hall)
{
    static const struct {
        const char *key, *what;
    } over[] = {{"F1", "the help"},
                {"C-p", "the palette"},
                {"F8", "a call for help"},
                {"C-q", "the question before the end"},
                {"A-k", "the lock"}};
    expect_told(hall, "nothing");
    for (size_t i = 0; i < sizeof over / sizeof *over; i++) {
        key(hall, over[i].key);
        expect_told(hall, over[i].what);
        if (strcmp(over[i].key, "A-k") != 0)
            key(hall, "Esc");
    }
}

TEST(wall_every_screen_says_training)
{
    pictures = 0;
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        for (int screen = 0; screen < SCREEN_COUNT; screen++) {
            struct hall hall;
            if (!screen_ops((enum screen_id)screen)) /* it is not built */
                continue;
            hall_open(&hall, (enum lang)lang, "{\"state\":3,\"practice\":true}");
            if (screen != SCREEN_START && screen != SCREEN_SIGN_IN)
                sign_in(&hall);
            open_screen(&hall, (enum screen_id)screen);
            CHECK_INT(app_screen(hall.app), screen);
            look_at_all(&hall);
            hall_close(&hall);
        }
    }
    CHECK(pictures >= 4 * (SCREEN_COUNT - 1) * 6 * 6);
}

/* A training hall that is joined by its address has no accounts without passwords, but is one all the same. */
TEST(wall_a_joined_training_hall_says_so_too)
{
    struct hall hall;
    hall_open(&hall, LANG_EN, "{\"state\":3,\"practice\":false,\"training\":true}");
    sign_in(&hall);
    open_screen(&hall, SCREEN_DESK);
    expect_told(&hall, "nothing");
    hall_close(&hall);
}

TEST(wall_a_real_hall_never_says_it)
{
    struct hall hall;
    hall_open(&hall, LANG_EN, "{\"state\":3,\"practice\":false}");
    sign_in(&hall);
    for (int screen = 0; screen < SCREEN_COUNT; screen++) {
        open_screen(&hall, (enum screen_id)screen);
        app_view(hall.app, 0, &hall.frame);
        CHECK(!is_told(&hall.frame, training_word(LANG_EN)));
    }
    hall_close(&hall);
}

/* --- as it leaves the program --- */

TEST(wall_read_aloud_and_in_ascii_it_is_said_as_well)
{
    static const char *const ascii[LANG_COUNT] = {
        [LANG_AZ] = "TELIM", [LANG_ID] = "LATIHAN", [LANG_EN] = "TRAINING", [LANG_RU] = "OBUCENIE"};
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        struct hall hall;
        struct frame column;
        int w = 40, h = 12;
        hall_open(&hall, (enum lang)lang, "{\"state\":3,\"practice\":true}");
        sign_in(&hall);
        app_ui(hall.app)->column = true;
        open_screen(&hall, SCREEN_DESK);
        frame_init(&column, w, h);
        linear_size(&w, &h);
        frame_resize(&hall.frame, w, h);
        tell(&hall, MSG_RESIZE, NULL);
        app_view(hall.app, 0, &hall.frame);
        linear_frame(&hall.frame, &column);
        CHECK(stands_at(&column, 0, 0, training_word((enum lang)lang)));
        frame_to_ascii(&column);
        CHECK(stands_at(&column, 0, 0, ascii[lang]));
        frame_deinit(&column);
        hall_close(&hall);
    }
}

/* --- in every theme --- */

/* Seen whatever stands around it: of two colours far apart, or turned over where there are none. */
static void expect_seen(const struct theme *theme)
{
    const struct paint *paint = &theme->paints[STYLE_TRAINING];
    bool coloured = paint->fg != THEME_DEFAULT && paint->bg != THEME_DEFAULT;
    bool plain = paint->fg == THEME_DEFAULT && paint->bg == THEME_DEFAULT;
    bool seen =
        (coloured && theme_contrast(paint->fg, paint->bg) >= 7) || (plain && (paint->attr & ATTR_REVERSE));
    if (!CHECK(seen && (paint->attr & ATTR_BOLD)))
        printf("    %s: %06x on %06x\n", theme->name, paint->fg, paint->bg);
}

/* A theme in which everything has one colour, as somebody may write it who wants the word away. */
static char *hostile_theme(const char *colour)
{
    struct buf out = {0};
    for (int i = 0; i < STYLE_COUNT; i++)
        buf_addf(&out, "%s = %s on %s\n", style_name((enum style)i), colour, colour);
    buf_addf(&out, "training = %s on %s\nTRAINING = %s on %s\n = %s on %s\n", colour, colour, colour, colour,
             colour, colour);
    return buf_take(&out);
}

TEST(wall_no_theme_takes_the_word_away)
{
    static const char *const colours[] = {"#000000", "#ffffff", "#ffd23f", "#10151a", "default"};
    struct theme theme;
    struct theme_faults faults;
    glob_t paths;
    theme_builtin(&theme);
    expect_seen(&theme);
    theme_mono(&theme);
    expect_seen(&theme);
    REQUIRE(glob("themes/*.theme", 0, NULL, &paths) == 0);
    CHECK(paths.gl_pathc >= 6);
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        CHECK(theme_read(&theme, paths.gl_pathv[i], &faults));
        expect_seen(&theme);
    }
    globfree(&paths);
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        char *text = hostile_theme(colours[i]);
        CHECK(!theme_parse(&theme, "hostile.theme", text, &faults)); /* it names what is no theme's */
        CHECK(strstr(faults.text, "there is no meaning \"training\"") != NULL);
        CHECK(strstr(faults.text, "there is no meaning \"\"") != NULL);
        expect_seen(&theme);
        free(text);
    }
}

/* --- papers --- */

TEST(wall_every_printed_paper_says_training)
{
    script_run("training_papers.script");
}

static struct effect paper_of(enum effect_kind kind, const char *path, const char *lang)
{
    struct effect effect = {.kind = kind, .text = path ? xstrdup(path) : NULL};
    if (kind != EFFECT_NOTICE)
        return effect;
    effect.json = json_new_object();
    json_set_text(effect.json, "hall", "ASAN 1");
    json_set_text(effect.json, "text", "a,b\n1,2\n");
    json_set_text(effect.json, "lang", lang);
    return effect;
}

static void expect_paper(struct effect effect, const char *text, const char *hall)
{
    training_mark(LANG_EN, &effect);
    training_mark(LANG_RU, &effect); /* once, whoever comes by after that */
    CHECK_TEXT(json_text(effect.json, "text"), text);
    CHECK_TEXT(json_text(effect.json, "hall"), hall);
    free(effect.text);
    json_free(&effect.json);
}

/* In its text, which a file of text is made of, and at the head of each page of a PDF. */
TEST(wall_every_saved_paper_says_training_in_its_own_language)
{
    expect_paper(paper_of(EFFECT_NOTICE, "/tmp/n.pdf", "az"), "TƏLİM\n\na,b\n1,2\n\nTƏLİM\n",
                 "TƏLİM · ASAN 1");
    expect_paper(paper_of(EFFECT_NOTICE, "/tmp/n.txt", "id"), "LATIHAN\n\na,b\n1,2\n\nLATIHAN\n",
                 "LATIHAN · ASAN 1");
    expect_paper(paper_of(EFFECT_NOTICE, "/tmp/n.csv", ""), "TRAINING\na,b\n1,2\n", "TRAINING · ASAN 1");
    struct effect print = paper_of(EFFECT_PRINT, "Receipt", NULL);
    training_mark(LANG_RU, &print);
    training_mark(LANG_EN, &print);
    CHECK_TEXT(print.text, "ОБУЧЕНИЕ\n\nReceipt\n\nОБУЧЕНИЕ\n");
    free(print.text);
}

/* --- many halls --- */

TEST(wall_many_halls_mark_a_training_hall_and_sum_without_it)
{
    struct json *real = NULL, *training = NULL;
    static const char one[] = "{\"name\":\"A\",\"state\":\"ok\",\"waiting\":5,\"practice\":false}",
                      two[] = "{\"name\":\"B\",\"state\":\"ok\",\"waiting\":7,\"practice\":true}";
    REQUIRE(json_parse(one, strlen(one), &real, NULL) == ERR_OK &&
            json_parse(two, strlen(two), &training, NULL) == ERR_OK);
    struct halls_line lines[] = {{real, ""}, {training, ""}};
    const struct halls halls = {.lines = lines, .line_count = 2};
    const struct ui ui = {.lang = LANG_ID};
    struct halls_sum sum;
    char name[HALLS_NAME];
    halls_sum(&halls, &ui, NULL, &sum);
    CHECK_INT(sum.halls, 1);
    CHECK_INT(sum.waiting, 5);
    CHECK_TEXT(halls_name(&ui, real, name), "A");
    CHECK_TEXT(halls_name(&ui, training, name), "LATIHAN · B");
    json_free(&real);
    json_free(&training);
}
