/* tests/e2e/trainer_test.c: a trainer at one terminal and a trainee at another, two real loket of one training hall: a rush, a
 * hint, a screen that stands still; the trainee's counter taken over in the middle of a form, a trainer whose program is
 * killed with it, and handed back; a power cut in that form, a start during it and one after; back to a moment, a score. */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/test.h"

#define ESC    "\x1b"
#define CTRL_Q "\x11"
#define CTRL_U "\x15"

static struct pty *open_loket(const char *data, int cols, int rows)
{
    char *program = program_path("loket");
    const char *argv[] = {program, "--hall", "practice", "--data", data, "--lang", "en", NULL};
    const struct pty_options options = {.argv = argv, .cols = cols, .rows = rows};
    struct pty *pty = pty_start(&options);
    free(program);
    return pty;
}

/* The second start of a folder is in the hall that runs already. */
static struct pty *sign_in(const char *data, int cols, int rows, bool first, const char *name,
                           const char *key)
{
    struct pty *pty = open_loket(data, cols, rows);
    if (first) {
        REQUIRE(pty_wait(pty, "Whose services"));
        pty_type(pty, "2");
    }
    REQUIRE(pty_wait(pty, name));
    pty_type(pty, key);
    REQUIRE(pty_wait(pty, "all safe"));
    return pty;
}

static void choose_first_day(struct pty *pty)
{
    enum { SCENARIOS_MAX = 40 };
    pty_type(pty, "b");
    REQUIRE(pty_wait(pty, "First day"));
    for (int i = 0; i < SCENARIOS_MAX && !pty_shows(pty, "Few people come, and they are patient"); i++)
        pty_type(pty, "j");
    pty_type(pty, "\r");
    REQUIRE(pty_wait(pty, "Its seed"));
    pty_type(pty, "42\r");
}

static void begin_day(struct pty *trainer)
{
    REQUIRE(pty_wait(trainer, "No day is played yet"));
    choose_first_day(trainer);
    REQUIRE(pty_wait(trainer, "The day begins."));
    REQUIRE(pty_wait(trainer, "seed 42"));
    REQUIRE(pty_wait(trainer, "Aysel"));
}

static void make_rush(struct pty *trainer)
{
    pty_type(trainer, "t");
    pty_type(trainer, "rush\r");
    REQUIRE(pty_wait(trainer, "How many people, within how many minutes:"));
    pty_type(trainer, CTRL_U "30 1\r");
    REQUIRE(pty_wait(trainer, "It happens now."));
    for (int i = 0; i < 40 && !pty_shows(trainer, "×60"); i++) { /* up to a minute a second */
        pty_type(trainer, "+");
        REQUIRE(pty_wait_gone(trainer, "The hall is asked…"));
    }
    REQUIRE(pty_wait(trainer, "×60"));
}

static void call_somebody(struct pty *trainee)
{
    pty_type(trainee, "c");
    REQUIRE(pty_wait(trainee, "n   call next"));
    REQUIRE(pty_wait(trainee, "arrived"));
    pty_type(trainee, "n");
    REQUIRE(pty_wait(trainee, "s start"));
}

static void send_hint(struct pty *trainer, struct pty *trainee)
{
    pty_type(trainer, "h");
    pty_type(trainer, "Look whether they have come\r");
    REQUIRE(pty_wait(trainer, "They read it above their screen."));
    REQUIRE(pty_wait(trainee, ": Look whether they have come"));
    pty_type(trainee, "!");
    REQUIRE(pty_wait(trainee, "Enter read"));
    pty_type(trainee, "\r");
    CHECK(!pty_shows(trainee, "Look whether they have come"));
}

static void stop_and_release(struct pty *trainer, struct pty *trainee)
{
    pty_type(trainer, "f");
    REQUIRE(pty_wait(trainee, "has stopped everything. What you typed is kept."));
    pty_type(trainee, "xy");
    REQUIRE(pty_wait(trainee, "not carried out: 2"));
    REQUIRE(pty_wait(trainer, "Stopped: their keys"));
    pty_type(trainer, "f");
    REQUIRE(pty_wait(trainee, "You can go on: everything is as you left it."));
    CHECK(!pty_shows(trainee, "has stopped everything"));
    REQUIRE(pty_wait_gone(trainer, "Stopped: their keys"));
}

/* The first moment is the beginning: nobody was called then. */
static void go_back(struct pty *trainer, struct pty *trainee)
{
    pty_type(trainer, "r");
    REQUIRE(pty_wait(trainer, "A moment to return to"));
    REQUIRE(pty_wait(trainer, "0"));
    pty_type(trainer, "g\r");
    REQUIRE(pty_wait(trainer, "What was done since is undone for all trainees."));
    pty_type(trainer, "\r"); /* Enter confirms nothing */
    CHECK(pty_shows(trainer, "What was done since is undone for all trainees."));
    pty_type(trainer, "y");
    REQUIRE(pty_wait(trainee, "c   open counter"));
    REQUIRE(pty_wait(trainer, "all safe"));
}

static void look_at_score(struct pty *trainer)
{
    pty_type(trainer, "\r");
    REQUIRE(pty_wait(trainer, " of 100"));
    pty_type(trainer, "i");
    REQUIRE(pty_wait(trainer, "The certificate is here:"));
    pty_type(trainer, ESC);
    pty_type(trainer, ESC);
    REQUIRE(pty_wait(trainer, "Trainee"));
}

/* Somebody is served, with an application open in which something is typed. */
static void type_in_a_form(struct pty *trainee)
{
    pty_type(trainee, "s");
    REQUIRE(pty_wait(trainee, "f finish"));
    pty_type(trainee, "+");
    REQUIRE(pty_wait(trainee, "Which service?"));
    pty_type(trainee, "stateless person (travel)\r"); /* a form of one note, whoever stands there */
    REQUIRE(pty_wait(trainee, "check, submit"));
    pty_type(trainee, "Qarabag");
    REQUIRE(pty_wait(trainee, "Qarabag"));
}

/* The trainer is at the trainee's counter from their own place, opens the same application, and dies there. */
static void take_over(struct pty *trainer, struct pty *trainee)
{
    REQUIRE(pty_wait(trainer, "serving"));
    pty_type(trainer, "o");
    REQUIRE(pty_wait(trainer, "You have the counter of Aysel"));
    REQUIRE(pty_wait(trainer, "f finish"));
    REQUIRE(pty_wait(trainee, "works at your counter; you watch."));
    REQUIRE(pty_wait(trainee, ": is served since"));
    pty_type(trainee, "xy");
    REQUIRE(pty_wait(trainee, "not carried out: 2"));
    CHECK(pty_shows(trainee, "Qarabag"));
    pty_type(trainer, "o");
    REQUIRE(pty_wait(trainer, "check, submit"));
    pty_kill(trainer, SIGKILL);
    CHECK_INT(pty_end(trainer), 128 + SIGKILL);
}

static void hand_back(struct pty *trainer, struct pty *trainee)
{
    REQUIRE(pty_wait(trainer, "You have the counter of Aysel"));
    pty_type(trainer, ESC "8");
    REQUIRE(pty_wait(trainer, "Taken over by Rauf"));
    pty_type(trainer, "o");
    REQUIRE(pty_wait(trainer, "The counter is theirs again."));
    REQUIRE(pty_wait(trainee, "The counter is yours again; what you typed is as you left it."));
    pty_type(trainee, "Bey"); /* nobody opened anything */
    REQUIRE(pty_wait(trainee, "QarabagBey"));
}

static void set_power(struct pty *trainer, const char *minutes)
{
    pty_type(trainer, "t");
    pty_type(trainer, "power\r");
    REQUIRE(pty_wait(trainer, "For how many minutes:"));
    pty_type(trainer, minutes);
    REQUIRE(pty_wait(trainer, "Cut the power?"));
    pty_type(trainer, "y");
    REQUIRE(pty_wait(trainer, "It happens now."));
}

static void cut_power(struct pty *trainer, struct pty *trainee)
{
    set_power(trainer, CTRL_U "600\r"); /* ten minutes at this pace */
    REQUIRE(pty_wait(trainee, "Training: the power is cut until"));
    CHECK(!pty_alternate(trainee));
    CHECK_INT(pty_end(trainee), 0);
}

static bool asks_who_or_is_away(const char *screen, const void *nothing)
{
    (void)nothing;
    return strstr(screen, "Aysel") || strstr(screen, "the power is still away");
}

/* Whoever starts again too early is told so, and the program ends: at once where the sign-in still holds. */
static void start_again_too_early(const char *data)
{
    struct pty *trainee = open_loket(data, 80, 24);
    REQUIRE(pty_wait_until(trainee, asks_who_or_is_away, NULL, "who it is, or why not now"));
    if (!pty_shows(trainee, "the power is still away"))
        pty_type(trainee, "1");
    REQUIRE(pty_wait(trainee, "Training: the power is still away until"));
    CHECK_INT(pty_end(trainee), 0);
    pty_free(&trainee);
}

/* The power is back: the workstation stands where it was, with the counter and what was typed. */
static struct pty *start_again(struct pty *trainer, const char *data)
{
    set_power(trainer, CTRL_U "1\r"); /* no longer: a second at this pace */
    REQUIRE(pty_wait_gone(trainer, "It happens now."));
    struct pty *trainee = open_loket(data, 80, 24);
    REQUIRE(pty_wait(trainee, "Aysel"));
    if (!pty_shows(trainee, "Aysel M.")) /* not in the title: who it is, is asked */
        pty_type(trainee, "1");
    REQUIRE(pty_wait(trainee, "Qarabag")); /* letters of the last second may be gone, as by any cut */
    pty_type(trainee, "Son");
    REQUIRE(pty_wait(trainee, "Son"));
    pty_type(trainee, ESC);
    REQUIRE(pty_wait(trainee, "f finish"));
    return trainee;
}

TEST(trainer_and_trainee)
{
    const char *data = test_folder();
    struct pty *trainer = sign_in(data, 120, 40, true, "Rauf", "7");
    begin_day(trainer);
    struct pty *trainee = sign_in(data, 80, 24, false, "Aysel", "1");
    make_rush(trainer);
    call_somebody(trainee);
    REQUIRE(pty_wait(trainer, "called"));
    send_hint(trainer, trainee);
    stop_and_release(trainer, trainee);
    type_in_a_form(trainee);
    take_over(trainer, trainee);
    pty_free(&trainer);
    trainer = open_loket(data, 120, 40); /* signed in, and in that form, as they were */
    hand_back(trainer, trainee);
    cut_power(trainer, trainee);
    pty_free(&trainee);
    start_again_too_early(data);
    trainee = start_again(trainer, data);
    go_back(trainer, trainee);
    look_at_score(trainer);
    CHECK(pty_shows(trainee, "c   open counter")); /* and nothing of it is handed in anew */
    pty_free(&trainee);
    pty_type(trainer, CTRL_Q);
    pty_free(&trainer);
}
