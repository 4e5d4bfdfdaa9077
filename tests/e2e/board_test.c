/* tests/e2e/board_test.c: a supervisor before the board while others work: the real loket and loketd. What reception and the
 * counters do is there by itself, and a workstation that is heard of no more is told. */
#include <signal.h>
#include <string.h>

#include "tests/support/story.h"
#include "tests/support/test.h"

TEST(board_shows_what_reception_and_counters_do)
{
    struct story story;
    story_open(&story, "the supervisor before the board");
    struct seat *chief = story_seat(&story, "supervisor"), *lale = story_seat(&story, "lale"),
                *aysel = story_seat(&story, "aysel");
    REQUIRE(pty_wait(chief->pty, "nobody waits")); /* where a supervisor's work is */
    pty_type(lale->pty, "resid");
    REQUIRE(pty_wait(lale->pty, "Certificate of persons"));
    pty_type(lale->pty, F10);
    REQUIRE(pty_wait(chief->pty, "waiting 1"));
    pty_type(aysel->pty, "c");
    REQUIRE(pty_wait(aysel->pty, "At which counter"));
    pty_type(aysel->pty, "\r");
    REQUIRE(pty_wait(aysel->pty, "n   call next"));
    REQUIRE(pty_wait(chief->pty, "free 00:"));
    pty_type(aysel->pty, "n");
    REQUIRE(pty_wait(chief->pty, "P001 called 00:"));
    REQUIRE(pty_wait(chief->pty, "nobody waits"));
    pty_type(aysel->pty, "s");
    REQUIRE(pty_wait(chief->pty, "P001 00:"));
    /* It stands still as if its line were cut: for a lease nobody is called away, then it is said. */
    kill(pty_pid(aysel->pty), SIGSTOP);
    CHECK(pty_wait(chief->pty, "! unattended 00:"));
    CHECK(pty_wait(chief->pty, "unattended counters: 1"));
    kill(pty_pid(aysel->pty), SIGCONT);
    CHECK(pty_wait_gone(chief->pty, "! unattended"));
    story_close(&story);
}
