/* tests/screen/desk_test.c: the desk, as scripts. */
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_desk_from_call_to_hold)
{
    script_run("desk.script");
}
