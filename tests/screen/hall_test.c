/* tests/screen/hall_test.c: the screens of the hall around the desk, as scripts. */
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_reception)
{
    script_run("reception.script");
    script_run("bookings.script");
}

TEST(screen_person)
{
    script_run("person.script");
}

TEST(screen_words_of_a_question_are_kept)
{
    script_run("question_kept.script");
}

TEST(screen_lists_below_a_field_can_be_pressed)
{
    script_run("pressed.script");
}

TEST(screen_person_kept)
{
    script_run("person_kept.script");
}

TEST(screen_person_archive)
{
    script_run("person_archive.script");
}

TEST(screen_person_merge)
{
    script_run("person_merge.script");
    script_run("person_online.script");
}

TEST(screen_person_purpose)
{
    script_run("person_purpose.script");
}

TEST(screen_person_history)
{
    script_run("person_history.script");
}

TEST(screen_display)
{
    script_run("display.script");
}

TEST(screen_worklist)
{
    script_run("worklist.script");
    script_run("worklist_home.script");
    script_run("worklist_window.script");
    script_run("worklist_bulk.script");
    script_run("worklist_take.script");
}

TEST(screen_arrival)
{
    script_run("arrival.script");
}

TEST(screen_disputes)
{
    script_run("disputes.script");
}

TEST(screen_visit_of_several_stops)
{
    script_run("visit.script");
}

TEST(screen_hours)
{
    script_run("hours.script");
}

TEST(screen_bus)
{
    script_run("bus.script");
}

TEST(screen_settings)
{
    script_run("settings.script");
}

TEST(screen_keys_typed_ahead_wait_for_the_hall)
{
    script_run("ahead.script");
}

TEST(screen_rules)
{
    script_run("rules.script");
    script_run("levels.script");
    script_run("board_levels.script");
}

TEST(screen_why)
{
    script_run("why.script");
    script_run("why_number.script");
    script_run("board_ways.script");
}

TEST(screen_people)
{
    script_run("people.script");
    script_run("people_supervisor.script");
}

TEST(screen_account)
{
    script_run("account.script");
}

TEST(screen_holds)
{
    script_run("holds.script");
}
