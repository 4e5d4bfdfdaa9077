/* tests/e2e/ahead_test.c: a clerk whose fingers are faster than the hall: the real loket and loketd, keys typed while
 * the hall is asked. They are carried out in order when it has answered, or dropped with a word; never anything else. */
#include <signal.h>
#include <string.h>

#include "tests/support/day.h"
#include "tests/support/stranger.h"
#include "tests/support/test.h"

/* A workstation at which clerk1 is signed in, with somebody between it and the hall. */
struct fast_day {
    struct day day;
    struct stranger between;
};

static void fast_open(struct fast_day *fast, int people)
{
    *fast = (struct fast_day){0};
    place_init(&fast->day.place);
    hall_open(&fast->day.hall);
    let_arrive(&fast->day.hall, people);
    stranger_start(&fast->between, STRANGER_PASSES, fast->day.hall.port);
    fast->day.pty = open_loket(&fast->day.place, fast->between.url);
}

static void fast_close(struct fast_day *fast)
{
    stranger_stop(&fast->between);
    day_close(&fast->day);
}

static void open_counter(struct pty *pty)
{
    pty_type(pty, "c");
    REQUIRE(pty_wait(pty, "At which counter"));
    pty_type(pty, "1\r");
    REQUIRE(pty_wait(pty, "n call next"));
}

static int count_tickets(const struct fast_day *fast, const char *state)
{
    return rows_at_hall(&fast->day.hall, "ticket", "/state", state);
}

/* From the counter that is being opened to the second visit's end, in one breath. Every step that asks the hall finds it
 * standing still first. */
TEST(every_online_step_is_typed_past)
{
    struct fast_day fast;
    fast_open(&fast, 3);
    struct pty *pty = fast.day.pty;
    sign_in(pty);
    pty_type(pty, "c");
    REQUIRE(pty_wait(pty, "At which counter"));
    kill(fast.day.hall.pid, SIGSTOP);
    pty_type(pty, "1\r");
    pty_type(pty, "nsf1"); /* the first is called, served and gone */
    CHECK(pty_shows(pty, "n s f 1 waits for the hall's answer"));
    pty_type(pty,
             "usf1"); /* too early, taken back; it is served already: s is not possible, f 1 is dropped */
    kill(fast.day.hall.pid, SIGCONT);
    CHECK(pty_wait(pty, "Not carried out: f 1"));
    CHECK(pty_wait(pty, "all safe"));
    CHECK_INT(count_tickets(&fast, "serving"), 1);
    kill(fast.day.hall.pid, SIGSTOP);
    pty_type(pty, "f1nsf1");
    pty_type(pty, "z10c"); /* a break until nobody knows when, and back */
    pty_type(pty, "ns");
    kill(fast.day.hall.pid, SIGCONT);
    CHECK(pty_wait(pty, "served 2"));
    CHECK(pty_wait(pty, "all safe"));
    CHECK(pty_wait(pty, "P003    Card"));
    CHECK_INT(count_tickets(&fast, "done"), 2);
    CHECK_INT(count_tickets(&fast, "serving"), 1);
    fast_close(&fast);
}

/* The answer is here and its rows are not: a key would meet the picture of before. */
TEST(keys_wait_for_the_rows_behind_the_answer)
{
    struct fast_day fast;
    fast_open(&fast, 1);
    struct pty *pty = fast.day.pty;
    sign_in(pty);
    open_counter(pty);
    REQUIRE(pty_wait(pty, "all safe"));
    stranger_be(&fast.between, STRANGER_TARDY);
    pty_type(pty, "ns");
    CHECK(pty_shows(pty, "s waits for the hall's answer"));
    stranger_be(&fast.between, STRANGER_PASSES);
    CHECK(pty_wait(pty, "+ application"));
    CHECK(pty_wait(pty, "all safe"));
    CHECK_INT(count_tickets(&fast, "serving"), 1);
    fast_close(&fast);
}

/* The network goes meanwhile: what was typed is not done when it is back, minutes later, before another person. */
TEST(keys_are_dropped_when_the_network_goes)
{
    struct fast_day fast;
    fast_open(&fast, 1);
    struct pty *pty = fast.day.pty;
    sign_in(pty);
    open_counter(pty);
    stranger_be(&fast.between, STRANGER_DEAF);
    pty_type(pty, "nsf1");
    CHECK(pty_wait(pty, "Not carried out: s f 1"));
    stranger_be(&fast.between, STRANGER_PASSES);
    pty_type(pty, F5);
    CHECK(pty_wait(pty, "s start"));
    CHECK(pty_wait(pty, "all safe"));
    CHECK_INT(count_tickets(&fast, "called"), 1);
    fast_close(&fast);
}

/* What is typed while a sign-in is under way may be a password, and is never a step of work. */
TEST(keys_at_sign_in_are_never_steps)
{
    struct fast_day fast;
    fast_open(&fast, 1);
    struct pty *pty = fast.day.pty;
    stranger_be(&fast.between, STRANGER_MUSES);
    type_sign_in(pty, "clerk1");
    pty_type(pty, "c1\r");
    CHECK(!pty_shows(pty, "c 1"));
    stranger_be(&fast.between, STRANGER_PASSES);
    CHECK(pty_wait(pty, "What you typed while the hall was asked was not taken."));
    CHECK(pty_wait(pty, "all safe"));
    CHECK(!pty_shows(pty, "At which counter"));
    fast_close(&fast);
}
