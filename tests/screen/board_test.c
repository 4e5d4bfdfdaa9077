/* tests/screen/board_test.c: the supervisor's board. */
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_board)
{
    script_run("board.script");
}

TEST(screen_board_everywhere)
{
    script_run("everywhere_board.script");
}
