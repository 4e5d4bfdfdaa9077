/* tests/screen/desk_test.c: the desk and what stands around it, as scripts. */
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_desk_from_call_to_hold)
{
    script_run("desk.script");
}

TEST(screen_desk_says_who_may_be_recorded_twice)
{
    script_run("desk_online.script");
}

TEST(screen_desk_steps)
{
    script_run("steps.script");
}

TEST(screen_sign_in)
{
    script_run("sign_in.script");
}

TEST(screen_tour)
{
    script_run("tour.script");
}

TEST(screen_practice)
{
    script_run("practice.script");
}

TEST(screen_start)
{
    script_run("start.script");
}

TEST(screen_trouble)
{
    script_run("trouble.script");
}

TEST(screen_outbox)
{
    script_run("outbox.script");
    script_run("outbox_long.script");
    script_run("outbox_refused.script");
    script_run("outbox_frozen.script");
}

TEST(screen_help_and_palette)
{
    script_run("help.script");
}

TEST(screen_desk_together)
{
    script_run("together.script");
}

TEST(screen_leaving_shows_who_is_still_open)
{
    script_run("leaving.script");
}

TEST(screen_notes_are_for_whoever_serves_next)
{
    script_run("notes.script");
}

TEST(screen_tray_holds_colleagues_parked_people)
{
    script_run("tray.script");
}

TEST(screen_linear)
{
    script_run("linear.script");
}

TEST(screen_lock_hides_and_brings_back)
{
    script_run("lock.script");
}

TEST(screen_notices_take_no_key)
{
    script_run("notices.script");
}

TEST(screen_closing_asks_a_supervisor)
{
    script_run("closing.script");
}
