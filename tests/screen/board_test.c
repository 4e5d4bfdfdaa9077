/* tests/screen/board_test.c: the supervisor's board. */
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_board)
{
    script_run("board.script");
    script_run("board_advice.script");
}

TEST(screen_board_everywhere)
{
    script_run("everywhere_board.script");
}
