/* tests/e2e/print_test.c: paper and the citizen's hands on a real terminal: a ticket that prints itself, a list of papers, a
 * printer that fails, and a survey out of which no key of the clerk's leads but one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/str.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/test.h"

#define CTRL_E "\x05"
#define CTRL_O "\x0f"
#define CTRL_P "\x10"
#define CTRL_Q "\x11"
#define CTRL_Z "\x1a"
#define ESC    "\x1b"
#define F10    "\x1b[21~"

/* A practice hall of this folder; settings: the text of its settings file. */
static struct pty *open_loket(const char *folder, const char *settings, const char *account)
{
    char *program = program_path("loket"), *data = xasprintf("%s/data", folder);
    char *path = xasprintf("%s/config", folder);
    FILE *file = fopen(path, "we");
    REQUIRE(file && fputs(settings, file) >= 0 && fclose(file) == 0);
    const char *argv[] = {program,    "--hall", "practice", "--data", data,
                          "--config", path,     "--lang",   "en",     NULL};
    const struct pty_options options = {.argv = argv};
    struct pty *pty = pty_start(&options);
    REQUIRE(pty_wait(pty, "Whose services"));
    pty_type(pty, "2"); /* Azerbaijan */
    REQUIRE(pty_wait(pty, "One key signs in"));
    pty_type(pty, account);
    REQUIRE(pty_wait(pty, "all safe"));
    free(program);
    free(data);
    free(path);
    return pty;
}

static void check_holds(const char *path, const char *words)
{
    char *text = test_read_file(path);
    if (!CHECK(text && strstr(text, words)))
        printf("    %s\n", text ? text : path);
    free(text);
}

TEST(print_by_the_commands_of_the_settings)
{
    const char *folder = test_folder();
    char *paper = xasprintf("%s/paper", folder), *ticket = xasprintf("%s/ticket", folder);
    char *settings = xasprintf(
        "[print]\ncommand = cat > '%s'\nticket_command = cat > '%s'\nticket_width = 24\n", paper, ticket);
    struct pty *pty = open_loket(folder, settings, "4");
    REQUIRE(pty_wait(pty, "What is needed?"));
    pty_type(pty, "identity card, repl");
    REQUIRE(pty_wait(pty, "Papers to bring"));
    pty_type(pty, CTRL_O);
    REQUIRE(pty_wait(pty, "Sent to the printer."));
    check_holds(paper, "Papers to bring\n- ");
    pty_type(pty, F10);
    REQUIRE(pty_wait(pty, "people before"));
    REQUIRE(pty_wait(pty, "Sent to the printer."));
    check_holds(ticket, "\n\nP0");
    check_holds(ticket, "Please keep this ticket\nuntil you are called.\n");
    pty_type(pty, CTRL_Q);
    CHECK_INT(pty_end(pty), 0);
    pty_free(&pty);
    free(settings);
    free(paper);
    free(ticket);
}

TEST(print_that_fails_says_why_and_goes_again)
{
    const char *folder = test_folder();
    struct pty *pty = open_loket(folder, "[print]\ncommand = echo 'lp: out of paper' >&2; exit 1\n", "4");
    REQUIRE(pty_wait(pty, "What is needed?"));
    pty_type(pty, "identity card, repl");
    REQUIRE(pty_wait(pty, "Papers to bring"));
    pty_type(pty, CTRL_O);
    CHECK(pty_wait(pty, "Not printed: lp: out of paper."));
    pty_type(pty, CTRL_Q);
    CHECK_INT(pty_end(pty), 0);
    pty_free(&pty);
}

/* What the citizen presses acts nowhere else; the clerk's key leads back to where the clerk was. */
TEST(survey_keeps_the_citizen_in)
{
    static const char *const tried[] = {CTRL_Q,  CTRL_P, CTRL_Z,   ESC "1", ESC "5",
                                        ESC "o", "?",    "\x1bOP", "n",     "u"};
    struct pty *pty = open_loket(test_folder(), "[look]\nbell = no\n", "1");
    REQUIRE(pty_wait(pty, "c   open counter"));
    pty_type(pty, "c");
    REQUIRE(pty_wait(pty, "n   call next"));
    pty_type(pty, "n");
    REQUIRE(pty_wait(pty, "s start"));
    pty_type(pty, "s");
    REQUIRE(pty_wait(pty, "serving"));
    pty_type(pty, "S");
    REQUIRE(pty_wait(pty, "1 / 9")); /* in the citizen's language: two keys further is English */
    pty_type(pty, "**");
    REQUIRE(pty_wait(pty, "Requirements"));
    CHECK(!pty_shows(pty, "Aysel"));
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        pty_type(pty, tried[i]);
        CHECK(pty_shows(pty, "Requirements") && pty_shows(pty, "1 of 9"));
    }
    pty_type(pty, "443434444");
    REQUIRE(pty_wait(pty, "anything that you would like to say"));
    pty_type(pty, "kind people\r");
    REQUIRE(pty_wait(pty, "Thank you."));
    pty_type(pty, CTRL_E);
    REQUIRE(pty_wait(pty, "The answers for"));
    CHECK(pty_shows(pty, "serving"));
    pty_type(pty, "S");
    CHECK(pty_wait(pty, "scored already"));
    CHECK(pty_wait(pty, "all safe"));
    pty_free(&pty);
}
