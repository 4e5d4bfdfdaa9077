/* tests/pictures/pictures.c: the README's pictures, drawn by working in the real program: a practice hall of this
 * moment, its first clerk, one citizen; and a day of training, its trainer and a trainee. LOKET_PICTURES in the environment names the folder to write to. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/str.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/test.h"

enum { COLS = 116, ROWS = 28 };

static struct pty *open_loket(const char *data, const char *verb)
{
    char *program = program_path("loket");
    bool trains = str_equal(verb, "--demo");
    const char *argv[] = {program,
                          "--hall",
                          "practice",
                          "--data",
                          data,
                          "--lang",
                          "en",
                          "--theme",
                          "default",
                          verb,
                          trains ? "first-day" : NULL,
                          "--seed",
                          "42",
                          NULL};
    const struct pty_options options = {.argv = argv, .cols = COLS, .rows = ROWS};
    struct pty *pty = pty_start(&options);
    free(program);
    return pty;
}

static void save(struct pty *pty, const char *name)
{
    const char *folder = getenv("LOKET_PICTURES");
    char *path = xasprintf("%s/%s.svg", folder ? folder : test_folder(), name);
    CHECK(pty_picture(pty, path));
    free(path);
}

TEST(pictures_of_the_readme)
{
    const char *data = test_folder();
    struct pty *desk = open_loket(data, NULL);
    REQUIRE(pty_wait(desk, "Whose services"));
    pty_type(desk, "2");
    REQUIRE(pty_wait(desk, "One key signs in"));
    pty_type(desk, "1");
    REQUIRE(pty_wait(desk, "c   open counter"));
    REQUIRE(pty_wait(desk, "all safe"));
    pty_type(desk, "c");
    REQUIRE(pty_wait(desk, "n   call next"));
    struct pty *board = open_loket(data, "board");
    REQUIRE(pty_wait(board, "waiting"));
    pty_type(desk, "n");
    REQUIRE(pty_wait(desk, "s start"));
    pty_type(desk, "s");
    REQUIRE(pty_wait(desk, "serving"));
    pty_type(desk, "+");
    REQUIRE(pty_wait(desk, "Which service?"));
    pty_type(desk, "identity card, replacement");
    REQUIRE(pty_wait(desk, "› Identity card, replacement"));
    pty_type(desk, "\r");
    REQUIRE(pty_wait(desk, "filled"));
    pty_type(desk, "\r\r");
    REQUIRE(pty_wait(desk, "all safe"));
    save(desk, "form");
    pty_type(desk, "\x1b");
    REQUIRE(pty_wait(desk, "f finish"));
    save(desk, "desk");
    REQUIRE(pty_wait(board, "█"));
    save(board, "board");
    pty_free(&board);
    pty_free(&desk);
}

static struct pty *sign_in_to(const char *data, const char *name, const char *key)
{
    struct pty *pty = open_loket(data, *key == '7' ? "--demo" : NULL);
    if (*key == '7') { /* the first of the hall */
        REQUIRE(pty_wait(pty, "Whose services"));
        pty_type(pty, "2");
    }
    REQUIRE(pty_wait(pty, name));
    pty_type(pty, key);
    REQUIRE(pty_wait(pty, "all safe"));
    return pty;
}

static void make_rush(struct pty *trainer)
{
    pty_type(trainer, "t");
    REQUIRE(pty_wait(trainer, "Which trouble"));
    pty_type(trainer, "rush\r");
    REQUIRE(pty_wait(trainer, "How many people"));
    pty_type(trainer, "\x15"
                      "30 1\r");
    REQUIRE(pty_wait(trainer, "It happens now."));
    for (int i = 0; i < 4; i++) {
        pty_type(trainer, "+");
        REQUIRE(pty_wait_gone(trainer, "The hall is asked…"));
    }
}

TEST(pictures_of_training)
{
    const char *data = test_folder();
    struct pty *trainer = sign_in_to(data, "Rauf", "7");
    make_rush(trainer);
    struct pty *desk = sign_in_to(data, "Aysel", "1");
    pty_type(desk, "c");
    REQUIRE(pty_wait(desk, "arrived"));
    pty_type(desk, "n");
    REQUIRE(pty_wait(desk, "stands at the counter"));
    pty_type(trainer, "p");
    REQUIRE(pty_wait(trainer, "paused"));
    pty_type(desk, "s");
    REQUIRE(pty_wait(desk, "f finish"));
    pty_type(desk, "q");
    REQUIRE(pty_wait(desk, "Ask the person at the counter:"));
    pty_type(desk, "\r");
    REQUIRE(pty_wait_gone(desk, "Ask the person at the counter:"));
    REQUIRE(pty_wait(trainer, "serving"));
    REQUIRE(pty_wait(desk, "all safe"));
    save(desk, "trainee");
    save(trainer, "trainer");
    pty_free(&desk);
    pty_free(&trainer);
}
