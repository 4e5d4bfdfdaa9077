/* tests/screen/move_test.c: moving counters, people and clerks, as the supervisor sees it before and as the clerk after. */
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_move)
{
    script_run("move.script");
    script_run("move_ahead.script");
    script_run("moved.script");
}
