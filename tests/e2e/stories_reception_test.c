/* tests/e2e/stories_reception_test.c: stories of bookings, from reception to the counter, and of a night over which people
 * are booked and parked: the real loket and loketd, with the keys of each story counted (tests/support/story.h). */
#include <string.h>

#include "core/base/str.h"
#include "tests/support/story.h"
#include "tests/support/test.h"

#define DOWN      "\x1b[B"
#define F2        "\x1bOQ"
#define F7        "\x1b[18~"
#define ALT_O     "\x1bo"
#define RESIDENCE "az.din.residence-certificate"
#define BIRTH     "az.edliyye.birth"

enum { HOUR_MIN = 60, DAY_MIN = 24 * HOUR_MIN };

/* Somebody has booked for so many minutes from now. */
static void let_book(struct story *story, const char *given, const char *fin, int minutes_ahead)
{
    char at[TIME_TEXT];
    time_text(centre_now_ms(&story->centre) + (int64_t)minutes_ahead * HOUR_MIN * 1000, at);
    struct json *data = centre_do(&story->centre, "lale", "ticket.issue",
                                  "{'service':'" BIRTH "','channel':'booked','appointment_at':'%s',"
                                  "'person':{'given':'%s','family':'Quliyeva','fin':'%s'}}",
                                  at, given, fin);
    json_free(&data);
}

/* The booking list at reception, and the first few letters of the one who stands there. */
static void find_booking(struct seat *reception, const char *letters, const char *name)
{
    step(reception, "somebody has booked", DECISION, F7, "Whose booking?");
    type(reception, "who", letters, name);
}

TEST(story_of_the_booking_that_comes_two_hours_early)
{
    struct story story;
    story_open(&story, "the booking that comes two hours early");
    let_book(&story, "Lalə", "7CD4E9N", 2 * HOUR_MIN);
    centre_visitor(&story.centre, BIRTH, "Nigar", "6AB3C8M");
    struct seat *lale = story_seat(&story, "lale"), *orxan = story_seat(&story, "orxan");
    step(orxan, "open the counter", DECISION, "c", "n   call next");
    story_begins(&story);
    find_booking(lale, "lal", "V001");
    step(lale, "is here", DECISION, "\r", "early: called at about");
    REQUIRE(pty_wait(orxan->pty, "2 waiting"));
    step(orxan, "call the next", DECISION, "n", "Nigar"); /* a walk-in: the booking's time has not come */
    step(orxan, "the person is here", DECISION, "s", "f finish");
    step(orxan, "finish", DECISION, "f", "Finish V002:");
    step(orxan, "as served", CHOICE, "1", "n   call next");
    step(orxan, "call the next", DECISION, "n", "Lalə"); /* nobody else waits: two hours early */
    REQUIRE(pty_wait(orxan->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "called"), 1);
    story_ends(&story, 0);
}

/* A day too early: as a walk-in of today, with a number of today. */
TEST(story_of_a_booking_of_another_day)
{
    struct story story;
    story_open(&story, "a booking of another day, taken today");
    let_book(&story, "Lalə", "7CD4E9N", DAY_MIN);
    struct seat *lale = story_seat(&story, "lale"), *orxan = story_seat(&story, "orxan");
    step(orxan, "open the counter", DECISION, "c", "n   call next");
    story_begins(&story);
    find_booking(lale, "lal", "Lalə");
    step(lale, "is here", DECISION, "\r", "What now?");
    step(lale, "take as a walk-in of today", CHOICE, "1", "next in turn");
    REQUIRE(pty_wait(orxan->pty, "1 waiting"));
    step(orxan, "call the next", DECISION, "n", "Lalə");
    REQUIRE(pty_wait(orxan->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "called"), 1);
    story_ends(&story, 0);
}

/* The other way: the person comes again, at a time that suits both. */
TEST(story_of_a_booking_that_is_moved)
{
    struct story story;
    char time[TIME_TEXT], said[80];
    story_open(&story, "a booking of another day, moved to today");
    let_book(&story, "Lalə", "7CD4E9N", DAY_MIN);
    struct seat *lale = story_seat(&story, "lale");
    centre_time(HOUR_MIN, time);
    str_format(said, sizeof said, "%s now.", time);
    story_begins(&story);
    find_booking(lale, "lal", "Lalə");
    step(lale, "is here", DECISION, "\r", "What now?");
    step(lale, "move to another time", CHOICE, "2", "For which time?");
    type(lale, "in an hour", time, NULL);
    step(lale, "at that time", FIELD, "\r", said);
    REQUIRE(pty_wait(lale->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "waiting"), 1);
    story_ends(&story, 0);
}

/* Called, served, an application opened and left for the desk, and on to where the visit goes on. */
static void serve_stop(struct seat *clerk, const char *goes_on)
{
    step(clerk, "call the next", DECISION, "n", "s start");
    step(clerk, "the person is here", DECISION, "s", "f finish");
    step(clerk, "open an application", DECISION, "+", "Which service?");
    step(clerk, "for what is offered first", CHOICE, "\r", " filled");
    step(clerk, "to the desk", WAY, ESC, "What next");
    step(clerk, "finish", DECISION, "f", "2 papers missing");
    step(clerk, "as served", CHOICE, "1", goes_on);
    REQUIRE(pty_wait(clerk->pty, "all safe"));
}

/* One number for three agencies: reception says what is needed, and each desk sends the citizen on by ending its part. */
TEST(story_of_a_visit_of_three_agencies)
{
    struct story story;
    story_open(&story, "a visit of three agencies from reception on");
    struct seat *lale = story_seat(&story, "lale"), *orxan = story_seat(&story, "orxan"),
                *leyla = story_seat(&story, "leyla"), *aysel = story_seat(&story, "aysel");
    step(orxan, "open the counter", DECISION, "c", "n   call next");
    step(leyla, "open the counter", DECISION, "c", "n   call next");
    step(aysel, "open the counter", DECISION, "c", "At which counter");
    step(aysel, "at the first free one", CHOICE, "\r", "n   call next");
    story_begins(&story);
    type(lale, "what is needed", "birth", "Registration of birth");
    step(lale, "the allowance", DECISION, F2, "Services of this visit: 1");
    type(lale, "what else is needed", "birth", "Registration of birth");
    step(lale, "to the next", WAY, DOWN, NULL);
    step(lale, "the registration", DECISION, F2, "Services of this visit: 2");
    type(lale, "what else is needed", "resid", "Certificate of persons");
    step(lale, "the certificate", DECISION, F2, "Services of this visit: 3");
    step(lale, "one number for all", DECISION, F10, "next in turn");
    REQUIRE(pty_wait(lale->pty, "all safe"));
    serve_stop(orxan, "V001 goes on: S");
    serve_stop(leyla, "V001 goes on: P");
    serve_stop(aysel, "n   call next");
    CHECK_INT(centre_count(&story.centre, "ticket", NULL, NULL), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/outcome", "served"), 1);
    CHECK_INT(centre_count(&story.centre, "case", NULL, NULL), 3);
    story_ends(&story, 4); /* to the second that was found, and each form is left for the desk */
}

static void sign_in_again(struct seat *seat, const char *login, const char *words)
{
    type(seat, "login", login, NULL);
    step(seat, "next", FIELD, "\t", NULL);
    type(seat, "password", TEST_PASSWORD, NULL);
    step(seat, "sign in", FIELD, "\r", words);
}

/* The centre is shut for the night with somebody parked and somebody waiting: both have left, by the hall's own word.
 * Whoever booked for the new day is there. */
TEST(story_of_a_night)
{
    enum { EVENING_MIN = 17 * HOUR_MIN + 50, NIGHT_MIN = 14 * HOUR_MIN };
    struct story story;
    int evening = EVENING_MIN - centre_minute_of_day();
    story_open_at(&story, "a night between a booking and its day", evening);
    let_book(&story, "Lalə", "7CD4E9N", NIGHT_MIN + HOUR_MIN);
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    centre_visitor(&story.centre, RESIDENCE, "Nigar", "6AB3C8M");
    struct seat *aysel = story_seat(&story, "aysel");
    step(aysel, "open the counter", DECISION, "c", "At which counter");
    step(aysel, "at the first free one", CHOICE, "\r", "n   call next");
    story_begins(&story);
    step(aysel, "call the next", DECISION, "n", "s start");
    step(aysel, "the person is here", DECISION, "s", "f finish");
    step(aysel, "park", DECISION, "h", "Why does P001 wait?");
    step(aysel, "fetches a paper", CHOICE, "2", "Remind you when?");
    step(aysel, "no alarm", CHOICE, "0", "parked 1");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    step(aysel, "sign out", DECISION, ALT_O, "Still with you: 1");
    step(aysel, "all the same", DECISION, ALT_O, "Sign out?");
    step(aysel, "yes", DANGER - DECISION, "y", "Login");
    story_stop_hall(&story);
    story_turn_clock(&story, evening + NIGHT_MIN);
    story_start_hall(&story);
    sign_in_again(aysel, "aysel", "Nobody is waiting.");
    REQUIRE(pty_wait(aysel->pty, "parked 0"));
    struct seat *lale = story_seat(&story, "lale");
    find_booking(lale, "lal", "Lalə");
    step(lale, "is here", DECISION, "\r", "early: called at about");
    REQUIRE(pty_wait(lale->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/outcome", "papers_missing"), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/outcome", "left"), 1);
    story_ends(&story, 0);
}
