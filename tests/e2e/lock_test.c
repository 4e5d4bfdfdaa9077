/* tests/e2e/lock_test.c: a clerk who goes away from the counter: the real loket and loketd. The screen hides the citizen,
 * keeps what is typed, and opens by the clerk's password, also without the hall and after the program was killed. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/day.h"
#include "tests/support/stranger.h"
#include "tests/support/test.h"

#define ALT_K "\x1bk"
#define TAB   "\t"

struct away_day {
    struct day day;
    struct stranger between;
};

/* A form before the clerk, with text in it that is not yet left. */
static void away_open(struct away_day *away)
{
    *away = (struct away_day){0};
    place_init(&away->day.place);
    hall_open(&away->day.hall);
    let_arrive(&away->day.hall, 2);
    stranger_start(&away->between, STRANGER_PASSES, away->day.hall.port);
    away->day.pty = open_loket(&away->day.place, away->between.url);
    open_form(away->day.pty);
    pty_type(away->day.pty, "half a note");
}

static void away_close(struct away_day *away)
{
    stranger_stop(&away->between);
    day_close(&away->day);
}

static void lock(struct pty *pty)
{
    pty_type(pty, ALT_K);
    REQUIRE(pty_shows(pty, "Locked since"));
    CHECK(!pty_shows(pty, "half a note"));
    CHECK(!pty_shows(pty, "Card"));
}

TEST(a_locked_screen_opens_without_the_hall)
{
    struct away_day away;
    int x, y, x_again, y_again;
    bool visible;
    away_open(&away);
    struct pty *pty = away.day.pty;
    pty_cursor(pty, &x, &y, &visible);
    lock(pty);
    stranger_be(&away.between, STRANGER_GONE);
    pty_wait(pty, "Offline since");
    pty_type(pty, "not mine\r");
    CHECK(pty_shows(pty, "The hall is not reachable"));
    CHECK(pty_shows(pty, "Next try in"));
    CHECK(pty_wait_gone(pty, "Next try in"));
    pty_type(pty, "ncf1" CTRL_Q); /* nothing of it acts */
    CHECK(pty_shows(pty, "Locked since"));
    pty_type(pty, "\x15" TEST_PASSWORD "\r");
    CHECK(pty_shows(pty, "half a note"));
    pty_cursor(pty, &x_again, &y_again, &visible);
    CHECK(x == x_again && y == y_again && visible);
    pty_type(pty, " more");
    CHECK(pty_shows(pty, "half a note more"));
    stranger_be(&away.between, STRANGER_PASSES);
    away_close(&away);
}

/* Whoever ends the program does not come past the password. What is kept of it is a hash, in a file of the clerk's own. */
TEST(a_killed_program_comes_back_locked)
{
    struct away_day away;
    char path[300];
    struct stat about;
    size_t length;
    away_open(&away);
    lock(away.day.pty);
    pty_type(away.day.pty, "not mine\r");
    REQUIRE(pty_wait(away.day.pty, "has another password"));
    pty_kill(away.day.pty, SIGKILL);
    pty_end(away.day.pty);
    pty_free(&away.day.pty);
    str_format(path, sizeof path, "%s/cache.db", away.day.place.data);
    CHECK(stat(path, &about) == 0 && (about.st_mode & 0777) == 0600);
    for (int log = 0; log < 2; log++) {
        char *bytes = read_bytes(path, &length);
        CHECK(!memmem(bytes, length, TEST_PASSWORD, strlen(TEST_PASSWORD)));
        free(bytes);
        str_format(path, sizeof path, "%s/cache.db-wal", away.day.place.data);
    }
    stranger_be(&away.between, STRANGER_GONE);
    away.day.pty = open_loket(&away.day.place, away.between.url);
    REQUIRE(pty_wait(away.day.pty, "Locked since"));
    CHECK(!pty_shows(away.day.pty, "half a note"));
    pty_wait_gone(away.day.pty, "Next try in"); /* the wait outlives the program, too */
    pty_type(away.day.pty, TEST_PASSWORD "\r");
    CHECK(pty_wait(away.day.pty, "half a note"));
    stranger_be(&away.between, STRANGER_PASSES);
    away_close(&away);
}

/* The first one's text stays theirs: the other does not see it, and it is there when its author comes back. */
TEST(another_signs_in_at_a_locked_screen)
{
    struct away_day away;
    away_open(&away);
    struct pty *pty = away.day.pty;
    lock(pty);
    pty_type(pty, TAB "clerk2" TAB "wrong\r");
    REQUIRE(pty_wait(pty, "The name or the password is not right."));
    CHECK(pty_shows(pty, "Locked since"));
    pty_type(pty, TEST_PASSWORD "\r");
    REQUIRE(pty_wait(pty, "all safe"));
    REQUIRE(pty_wait(pty, "c   open"));
    CHECK(!pty_shows(pty, "half a note"));
    lock(pty); /* the other's own password, not the first one's */
    pty_type(pty, TAB "clerk1" TAB TEST_PASSWORD "\r");
    REQUIRE(pty_wait(pty, "f finish"));
    pty_type(pty, "o");
    CHECK(pty_wait(pty, "half a note"));
    away_close(&away);
}
