/* tests/e2e/tour_test.c: the guided tour from its offer to its end, in each language, as a newcomer goes: the real loket on a
 * terminal, the training hall that it starts by itself. Each step is waited for by its own words. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/tour.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/test.h"

#define ESC    "\x1b"
#define ALT_G  "\x1bg"
#define ALT_X  "\x1bx"
#define F1     "\x1bOP"
#define F4     "\x1bOS"
#define F10    "\x1b[21~"
#define CTRL_O "\x0f"
#define CTRL_P "\x10"
#define CTRL_Q "\x11"

static struct pty *open_loket(const char *data, const char *lang, const char *more)
{
    char *program = program_path("loket");
    const char *argv[] = {program,  "--hall", "practice", "--data", data,
                          "--lang", lang,     "--tour",   more,     NULL};
    const struct pty_options options = {.argv = argv};
    struct pty *pty = pty_start(&options);
    free(program);
    return pty;
}

/* --- words of the tour on a picture --- */

struct words {
    enum lang lang;
    const char *head, *text;
};

/* Wherever the lines of the picture end: runs of blanks are one. */
static char *in_one_line(const char *text)
{
    struct buf out = {0};
    for (; *text; text++) {
        bool blank = *text == ' ' || *text == '\n';
        if (!blank || (out.length && buf_text(&out)[out.length - 1] != ' '))
            buf_addc(&out, blank ? ' ' : *text);
    }
    return buf_take(&out);
}

/* What stands between the keys, one after the other. */
static bool has_words(const char *at, const char *text)
{
    while (at && *text) {
        size_t length = strcspn(text, "{");
        char *part = xstrndup(text, length);
        at = strstr(at, part);
        text += length;
        text += *text ? strcspn(text, "}") + 1 : 0;
        free(part);
    }
    return at != NULL;
}

static bool says(const char *screen, const void *ctx)
{
    const struct words *words = ctx;
    char *line = in_one_line(screen);
    const char *at = strstr(line, words->head);
    bool so = at && has_words(at, tr(words->lang, words->text));
    free(line);
    return so;
}

static void expect_words(struct pty *pty, enum lang lang, enum tour_step step, const char *text)
{
    char head[64];
    str_format(head, sizeof head, tr(lang, TR("Tour %d of %d")), (int)step + 1, (int)STEP_COUNT);
    struct words words = {lang, head, text};
    if (!pty_wait_until(pty, says, &words, tr(lang, text)))
        printf("    step %s\n", tour_info(step)->id);
}

static void expect_step(struct pty *pty, enum lang lang, enum tour_step step)
{
    expect_words(pty, lang, step, tour_info(step)->text);
}

static void expect_elsewhere(struct pty *pty, enum lang lang, enum tour_step step, enum screen_id where)
{
    char words[200];
    str_format(words, sizeof words, tr(lang, TR("It goes on at “%s”. %s leads there.")),
               tr(lang, screen_info(where)->title), "{key}");
    expect_words(pty, lang, step, words);
}

/* --- the tour --- */

static void answer(struct pty *pty, enum lang lang, const char *label, const char *key)
{
    REQUIRE(pty_wait(pty, tr(lang, label)));
    pty_type(pty, key);
}

static void to_the_counter(struct pty *pty, enum lang lang)
{
    answer(pty, lang, "later", "1"); /* it stands behind what is taken */
    expect_step(pty, lang, STEP_LOOK);
    pty_type(pty, ALT_G);
    expect_step(pty, lang, STEP_SIGN_IN);
    REQUIRE(pty_wait(pty, "Aysel")); /* the hall is open */
    pty_type(pty, "1");
    expect_step(pty, lang, STEP_OPEN);
    REQUIRE(pty_wait(pty, tr(lang, "all safe")));
    pty_type(pty, "c");
    expect_step(pty, lang, STEP_CALL);
    pty_type(pty, "n");
    expect_step(pty, lang, STEP_START);
    pty_type(pty, "s");
    expect_step(pty, lang, STEP_APPLICATION);
}

static void fill_form(struct pty *pty, enum lang lang, const char *letters)
{
    pty_type(pty, "+");
    expect_words(
        pty, lang, STEP_APPLICATION,
        "A question stands below: press the key before an answer, or type and take it with Enter. {back} "
        "takes it back.");
    pty_type(pty, letters);
    pty_type(pty, "\r");
    expect_step(pty, lang, STEP_FILL);
    pty_type(pty, "\r\r\r"); /* what the hall knew of the person stands there already */
    pty_type(pty, "Bak\r");
    pty_type(pty, "\r\r");
    pty_type(pty, "Nizami\r12\r");
    expect_step(pty, lang, STEP_HELP);
    pty_type(pty, F1);
    expect_words(pty, lang, STEP_PAPERS,
                 "These are the keys that count here, and why some cannot be used now. {back} leads back to "
                 "the work.");
    pty_type(pty, ESC);
    expect_step(pty, lang, STEP_PAPERS);
}

static void decide(struct pty *pty, enum lang lang)
{
    pty_type(pty, F4);
    expect_step(pty, lang, STEP_SEEN);
    pty_type(pty, "s");
    expect_elsewhere(pty, lang, STEP_SUBMIT, SCREEN_FORM);
    pty_type(pty, ESC);
    expect_step(pty, lang, STEP_SUBMIT);
    pty_type(pty, F10);
    expect_step(pty, lang, STEP_DECIDE);
    pty_type(pty, "d");
    expect_step(pty, lang, STEP_CHOOSE);
    pty_type(pty, "a");
    expect_step(pty, lang, STEP_CONFIRM);
    pty_type(pty, "y");
    expect_step(pty, lang, STEP_PRINT);
    pty_type(pty, CTRL_O);
    pty_type(pty, ESC);
    expect_elsewhere(pty, lang, STEP_FINISH, SCREEN_DESK);
}

static void finish(struct pty *pty, enum lang lang)
{
    pty_type(pty, "1");
    expect_step(pty, lang, STEP_FINISH);
    pty_type(pty, "f");
    pty_type(pty, "1");
    expect_step(pty, lang, STEP_UNDO);
    REQUIRE(pty_wait(pty, tr(lang, "all safe")));
    pty_type(pty, "u");
    expect_step(pty, lang, STEP_PALETTE);
    REQUIRE(pty_wait(pty, tr(lang, "finish")));
    pty_type(pty, "f");
    pty_type(pty, "1");
    pty_type(pty, CTRL_P);
    expect_words(pty, lang, STEP_UNSENT,
                 "Type a few letters of what you want to do; Enter does it. {back} leads back to the work.");
    pty_type(pty, ESC);
    expect_step(pty, lang, STEP_UNSENT);
}

static void to_the_end(struct pty *pty, enum lang lang)
{
    pty_type(pty, "5");
    expect_elsewhere(pty, lang, STEP_BREAK, SCREEN_DESK);
    pty_type(pty, "1");
    expect_step(pty, lang, STEP_BREAK);
    pty_type(pty, "z");
    pty_type(pty, "1"); /* which one, and how long */
    pty_type(pty, "1");
    expect_step(pty, lang, STEP_RESUME);
    pty_type(pty, "c");
    expect_step(pty, lang, STEP_PLACES);
    pty_type(pty, "3");
    expect_step(pty, lang, STEP_END);
    pty_type(pty, ALT_G);
    CHECK(pty_wait(pty, "Alt-A")); /* begins it again */
    CHECK(!pty_shows(pty, "Alt-X"));
}

static void quit(struct pty **pty)
{
    pty_type(*pty, CTRL_Q CTRL_Q);
    CHECK_INT(pty_end(*pty), 0);
    pty_free(pty);
}

/* A training hall of Azerbaijan, in which nobody was asked anything yet. */
static void first_start(const char *data)
{
    char *program = program_path("loket");
    const char *argv[] = {program, "--hall", "practice", "--data", data, "--lang", "en", NULL};
    const struct pty_options options = {.argv = argv};
    struct pty *pty = pty_start(&options);
    free(program);
    REQUIRE(pty_wait(pty, "Whose services"));
    pty_type(pty, "2");
    REQUIRE(pty_wait(pty, "One key signs in"));
    quit(&pty);
}

static void go_through(enum lang lang, const char *letters)
{
    const char *data = test_folder();
    first_start(data);
    struct pty *pty = open_loket(data, lang_code(lang), NULL);
    to_the_counter(pty, lang);
    fill_form(pty, lang, letters);
    decide(pty, lang);
    finish(pty, lang);
    to_the_end(pty, lang);
    quit(&pty);
}

TEST(tour_to_its_end_in_azerbaijani)
{
    go_through(LANG_AZ, "qeydiyyatda olan");
}

TEST(tour_to_its_end_in_indonesian)
{
    go_through(LANG_ID, "penghuni terdaftar");
}

TEST(tour_to_its_end_in_english)
{
    go_through(LANG_EN, "persons registered");
}

TEST(tour_to_its_end_in_russian)
{
    go_through(LANG_RU, "о лицах");
}

/* Left by one key and resumed by another; a kill loses nothing of it; it is offered once. */
TEST(tour_is_left_resumed_and_survives_a_kill)
{
    const char *data = test_folder();
    first_start(data);
    struct pty *pty = open_loket(data, "en", NULL);
    to_the_counter(pty, LANG_EN);
    pty_type(pty, "+");
    pty_type(pty, ALT_X); /* over a question, too */
    REQUIRE(pty_wait(pty, "The tour waits where you left it; Alt-G goes on with it."));
    CHECK(!pty_shows(pty, "Tour 6 of"));
    pty_type(pty, ESC);
    pty_type(pty, ALT_G);
    expect_step(pty, LANG_EN, STEP_APPLICATION);
    pty_kill(pty, SIGKILL);
    pty_end(pty);
    pty_free(&pty);
    pty = open_loket(data, "en", NULL);
    expect_step(pty, LANG_EN, STEP_APPLICATION);
    CHECK(!pty_shows(pty, "yes, begin the tour"));
    pty_type(pty, ESC "a");
    expect_step(pty, LANG_EN, STEP_LOOK);
    quit(&pty);
}

TEST(tour_that_is_refused_is_not_offered_again)
{
    const char *data = test_folder();
    first_start(data);
    struct pty *pty = open_loket(data, "en", NULL);
    answer(pty, LANG_EN, "later", "2");
    REQUIRE(pty_wait(pty, "Alt-G begins the tour whenever you like."));
    quit(&pty);
    pty = open_loket(data, "en", NULL);
    REQUIRE(pty_wait(pty, "New here? Alt-G begins a tour")); /* a line, and no question */
    REQUIRE(pty_wait(pty, "Aysel"));
    pty_type(pty, "1");
    REQUIRE(pty_wait(pty, "c   open counter"));
    quit(&pty);
}

/* One column for speech: the tour is read first, whatever the cursor is on. */
TEST(tour_is_read_aloud)
{
    const char *data = test_folder();
    first_start(data);
    struct pty *pty = open_loket(data, "en", "--linear");
    to_the_counter(pty, LANG_EN);
    fill_form(pty, LANG_EN, "persons registered");
    quit(&pty);
}

TEST(demo_opens_the_training_hall_and_no_other)
{
    char *program = program_path("loket");
    const char *argv[] = {program,  "--demo",      "quiet-day", "--seed", "5",
                          "--data", test_folder(), "--lang",    "az",     NULL};
    const struct pty_options options = {.argv = argv};
    struct pty *pty = pty_start(&options);
    REQUIRE(pty_wait(pty, "Aysel"));
    quit(&pty);
    free(program);
    struct ran ran = RUN(NULL, "loket", "--demo", "quiet-day", "--hall", "http://127.0.0.1:9");
    CHECK_INT(ran.status, 2);
    CHECK(strstr(ran.err, "--demo plays in the training hall of this computer, not at http://127.0.0.1:9") !=
          NULL);
    ran_free(&ran);
}
