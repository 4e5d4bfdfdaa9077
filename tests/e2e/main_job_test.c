/* tests/e2e/main_job_test.c: the main job, end to end, as a newcomer does it: a practice hall of this computer, the
 * real loket on pseudo-terminals, the loketd that it starts by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/test.h"

#define ESC    "\x1b"
#define F4     "\x1bOS"
#define F6     "\x1b[17~"
#define F10    "\x1b[21~"
#define CTRL_Q "\x11"
#define CTRL_U "\x15"

static struct pty *open_loket(const char *data, const char *lang, int cols, int rows, const char *more)
{
    char *program = program_path("loket");
    const char *argv[] = {program, "--hall", "practice", "--data", data, "--lang", lang, more, NULL};
    const struct pty_options options = {.argv = argv, .cols = cols, .rows = rows};
    struct pty *pty = pty_start(&options);
    free(program);
    return pty;
}

static struct pty *first_start(const char *data)
{
    struct pty *pty = open_loket(data, "en", 80, 24, NULL);
    REQUIRE(pty_wait(pty, "Whose services"));
    pty_type(pty, "2"); /* Azerbaijan */
    REQUIRE(pty_wait(pty, "One key signs in"));
    return pty;
}

/* Signed in as the n-th account, the counter open, people waiting. */
static void open_counter(struct pty *pty, const char *account)
{
    pty_type(pty, account);
    REQUIRE(pty_wait(pty, "c   open counter"));
    REQUIRE(pty_wait(pty, "all safe"));
    pty_type(pty, "c");
    REQUIRE(pty_wait(pty, "n   call next"));
}

/* The next one is called and served. */
static void serve_next(struct pty *pty)
{
    pty_type(pty, "n");
    REQUIRE(pty_wait(pty, "s start"));
    pty_type(pty, "s");
    REQUIRE(pty_wait(pty, "serving"));
}

static void open_application(struct pty *pty)
{
    pty_type(pty, "+");
    REQUIRE(pty_wait(pty, "Which service?"));
    pty_type(pty, "persons registered");
    REQUIRE(pty_wait(pty, "› Certificate of persons"));
    pty_type(pty, "\r");
    REQUIRE(pty_wait(pty, "of 6 filled"));
}

static void submit_application(struct pty *pty)
{
    open_application(pty);
    pty_type(pty, "\r\r\r"); /* what the hall knew of the person stands there already */
    pty_type(pty, "Bak\r");  /* an option taken goes on to the next field */
    pty_type(pty, "\r\r");   /* district and settlement may stay empty */
    pty_type(pty, "Nizami\r12\r");
    REQUIRE(pty_wait(pty, "6 of 6 filled"));
    pty_type(pty, F4);
    REQUIRE(pty_wait(pty, "Identity card"));
    pty_type(pty, "s"); /* seen */
    REQUIRE(pty_wait(pty, "seen"));
    pty_type(pty, ESC);
    REQUIRE(pty_wait(pty, "6 of 6 filled"));
    pty_type(pty, F10);
    REQUIRE(pty_wait(pty, "ubmitted"));
    REQUIRE(pty_wait(pty, "d decide"));
}

static void quit(struct pty **pty)
{
    pty_type(*pty, CTRL_Q CTRL_Q); /* the second where people are still open */
    CHECK_INT(pty_end(*pty), 0);
    CHECK(!pty_alternate(*pty)); /* the terminal is as it was */
    pty_free(pty);
}

TEST(main_job_from_the_first_start_to_the_end_of_a_visit)
{
    const char *data = test_folder();
    struct pty *pty = first_start(data);
    open_counter(pty, "1");
    pty_type(pty, "n");
    REQUIRE(pty_wait(pty, "s start"));
    pty_type(pty, "w");
    CHECK(pty_wait(pty, "Why "));
    pty_type(pty, ESC);
    pty_type(pty, "r");
    pty_type(pty, "s");
    REQUIRE(pty_wait(pty, "serving"));

    submit_application(pty);

    pty_type(pty, "d");
    REQUIRE(pty_wait(pty, "approve"));
    pty_type(pty, "r"); /* refuse needs a reason */
    REQUIRE(pty_wait(pty, "[ ]"));
    pty_type(pty, "y");
    CHECK(!pty_shows(pty, "refused"));
    pty_type(pty, " ");
    REQUIRE(pty_wait(pty, "[x]"));
    pty_type(pty, "\r"); /* Enter decides nothing */
    pty_type(pty, ESC);
    pty_type(pty, "y");
    REQUIRE(pty_wait(pty, "refused"));
    pty_type(pty, ESC); /* to the form from which it was decided */
    REQUIRE(pty_wait(pty, "this is only read now"));
    pty_type(pty, ESC);
    REQUIRE(pty_wait(pty, "f finish"));
    pty_type(pty, "f");
    REQUIRE(pty_wait(pty, "1 served"));
    pty_type(pty, "1");
    REQUIRE(pty_wait(pty, "served 1"));
    REQUIRE(pty_wait(pty, "all safe"));
    quit(&pty);
}

/* Asked for with a name that is offered; another is typed in its place. */
static void save_as(struct pty *pty, const char *path)
{
    pty_type(pty, F6);
    REQUIRE(pty_wait(pty, "Save to the file"));
    pty_type(pty, CTRL_U);
    pty_type(pty, path);
    pty_type(pty, "\r");
    REQUIRE(pty_wait(pty, "Saved"));
}

static void check_paper(const char *path, bool pdf, const char *words)
{
    struct ran ran = pdf ? RUN("", "pdftotext", "-layout", path, "-") : RUN("", "cat", path);
    if (!CHECK(ran.status == 0 && strstr(ran.out, words)))
        printf("    %s: %s\n", path, ran.out);
    ran_free(&ran);
}

TEST(main_job_gives_a_receipt_and_a_notice_on_paper)
{
    const char *data = test_folder(), *papers = test_folder();
    char *receipt = xasprintf("%s/r.txt", papers), *notice = xasprintf("%s/n.pdf", papers);
    struct pty *pty = first_start(data);
    open_counter(pty, "1");
    serve_next(pty);
    submit_application(pty);
    save_as(pty, receipt);
    check_paper(receipt, false, "ASAN-00-"); /* in the citizen's language, whichever it is */
    pty_type(pty, "d");
    REQUIRE(pty_wait(pty, "approve"));
    pty_type(pty, "a");
    REQUIRE(pty_wait(pty, "The citizen will read"));
    pty_type(pty, "y");
    REQUIRE(pty_wait(pty, "The notice as it was given"));
    save_as(pty, notice);
    check_paper(notice, true, "ASAN-00-");
    check_paper(notice, true, "/v1/verify/");
    quit(&pty);
    free(receipt);
    free(notice);
}

TEST(main_job_steps_on_other_tickets)
{
    const char *data = test_folder();
    struct pty *pty = first_start(data);
    open_counter(pty, "1");
    serve_next(pty);
    pty_type(pty, "h"); /* parked with a reason and a time */
    REQUIRE(pty_wait(pty, "Esc back"));
    pty_type(pty, "1");
    pty_type(pty, "3");
    REQUIRE(pty_wait(pty, "parked 1"));
    REQUIRE(pty_wait(pty, "n   call next"));
    serve_next(pty);
    pty_type(pty, "b"); /* back to the queue */
    REQUIRE(pty_wait(pty, "n   call next"));
    pty_type(pty, "n");
    REQUIRE(pty_wait(pty, "s start"));
    pty_type(pty, "t");
    REQUIRE(pty_wait(pty, "queue"));
    pty_type(pty, "1");
    REQUIRE(pty_wait(pty, "Esc back"));
    pty_type(pty, "\r");
    REQUIRE(pty_wait(pty, "Esc back"));
    pty_type(pty, "1");
    REQUIRE(pty_wait(pty, "n   call next"));
    pty_type(pty, "u"); /* the transfer is taken back */
    REQUIRE(pty_wait(pty, "s start"));
    quit(&pty);
}

/* Nobody is left behind unseen: who leaves is shown everyone who is still open, and both are settled with two keys. The
 * one who goes on all the same finds them again. */
TEST(main_job_leaves_nobody_behind_unseen)
{
    const char *data = test_folder();
    struct pty *pty = first_start(data);
    open_counter(pty, "1");
    serve_next(pty);
    pty_type(pty, "h");
    REQUIRE(pty_wait(pty, "Esc back"));
    pty_type(pty, "12");
    REQUIRE(pty_wait(pty, "parked 1"));
    serve_next(pty);
    pty_type(pty, CTRL_Q);
    REQUIRE(pty_wait(pty, "Still with you: 2"));
    pty_type(pty, CTRL_Q); /* all the same */
    CHECK_INT(pty_end(pty), 0);
    pty_free(&pty);
    pty = open_loket(data, "en", 120, 40, NULL); /* still signed in */
    REQUIRE(pty_wait(pty, "makes copies"));
    REQUIRE(pty_wait(pty, "all safe"));
    pty_type(pty, "C");
    REQUIRE(pty_wait(pty, "Ask a supervisor to close it")); /* others wait for this counter alone */
    pty_type(pty, "\x1b");
    REQUIRE(pty_wait_gone(pty, "Ask a supervisor to close it"));
    pty_type(pty, "\x1bo");
    REQUIRE(pty_wait(pty, "Still with you: 2"));
    pty_type(pty, "*b");
    REQUIRE(pty_wait(pty, "Sign out?")); /* nobody is left: it goes on */
    pty_type(pty, "y");
    REQUIRE(pty_wait(pty, "One key signs in"));
    quit(&pty);
}

/* A second workstation is another counter of the same hall; each sees what the other does. */
TEST(main_job_two_counters_and_the_display)
{
    const char *data = test_folder();
    struct pty *one = first_start(data);
    open_counter(one, "1");
    struct pty *two = open_loket(data, "en", 120, 40, NULL);
    REQUIRE(pty_wait(two, "One key signs in"));
    open_counter(two, "2");
    char *program = program_path("loket");
    const char *argv[] = {program, "board", "--hall", "practice", "--data", data, "--lang", "en", NULL};
    const struct pty_options options = {.argv = argv, .cols = 120, .rows = 40};
    struct pty *board = pty_start(&options);
    free(program);
    serve_next(one);
    CHECK(pty_wait(board, "█")); /* the number in big letters */
    serve_next(two);
    quit(&two);
    quit(&board);
    quit(&one);
}

/* Every language from the first picture to a called ticket, small and large, without a broken line. */
TEST(main_job_in_four_languages_and_two_sizes)
{
    static const struct {
        const char *lang, *signs_in, *open, *call, *start;
    } languages[] = {
        {"az", "Bir düymə ilə daxil olun", "c   pəncərəni aç", "n   ", "s "},
        {"id", "Satu tombol untuk masuk", "c   ", "n   ", "s "},
        {"en", "One key signs in", "c   open counter", "n   call next", "s start"},
        {"ru", "Вход одной клавишей", "c   ", "n   ", "s "},
    };
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        const char *data = test_folder();
        struct pty *pty = first_start(data); /* asks in English which country */
        quit(&pty);
        pty = open_loket(data, languages[i].lang, 120, 40, NULL);
        REQUIRE(pty_wait(pty, languages[i].signs_in));
        pty_type(pty, "1");
        REQUIRE(pty_wait(pty, languages[i].open));
        REQUIRE(pty_wait(pty, "●"));
        pty_type(pty, "c");
        REQUIRE(pty_wait(pty, languages[i].call));
        pty_resize(pty, 80, 24);
        pty_type(pty, "n");
        REQUIRE(pty_wait(pty, languages[i].start));
        quit(&pty);
    }
}

TEST(main_job_in_ascii_and_without_colours)
{
    const char *data = test_folder();
    struct pty *pty = first_start(data);
    quit(&pty);
    pty = open_loket(data, "az", 80, 24, "--ascii");
    REQUIRE(pty_wait(pty, "daxil olun"));
    pty_type(pty, "1");
    REQUIRE(pty_wait(pty, "c   "));
    for (const char *c = pty_screen(pty); *c; c++)
        if (!CHECK(*c == '\n' || (*c >= ' ' && *c < 0x7f)))
            break;
    quit(&pty);
}
