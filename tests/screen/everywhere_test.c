/* tests/screen/everywhere_test.c: every screen in four languages, at both sizes and in ASCII. */
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_everywhere_before_signing_in)
{
    script_run("everywhere_start.script");
}

TEST(screen_everywhere_desk)
{
    script_run("everywhere_desk.script");
}

TEST(screen_everywhere_case)
{
    script_run("everywhere_case.script");
}

TEST(screen_everywhere_hall)
{
    script_run("everywhere_hall.script");
}
