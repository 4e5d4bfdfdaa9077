/* tests/e2e/stories_desk_test.c: stories of a clerk's day at the counter, from its opening to its closing: the real loket
 * and loketd, with the keys of each story counted beside the least number possible (tests/support/story.h).
 *
 * What the words of steps mean, and why each has its least: see story.h. A note at story_ends says for which ways between
 * screens, and for which other keys, a story takes more. */
#include <string.h>

#include "screens/tr.h"
#include "tests/support/story.h"
#include "tests/support/test.h"

#define F4    "\x1bOS"
#define ALT_O "\x1bo"

#define RESIDENCE "az.din.residence-certificate"
#define BIRTH     "az.edliyye.birth"

/* --- steps that many stories begin with, before their keys are counted --- */

/* The only counter of an agency opens at once; of several the first free one stands first. */
static void open_counter(struct seat *seat, bool several)
{
    step(seat, "open the counter", DECISION, "c", several ? "At which counter" : "n   call next");
    if (several)
        step(seat, "at the first free one", CHOICE, "\r", "n   call next");
}

/* By its name: that the first is taken may not be known here yet. */
static void open_second_counter(struct seat *seat)
{
    step(seat, "open the counter", DECISION, "c", "At which counter");
    type(seat, "which", "2", "› 2");
    step(seat, "that one", CHOICE, "\r", "n   call next");
}

static void serve(struct seat *seat)
{
    step(seat, "call the next", DECISION, "n", "s start");
    step(seat, "the person is here", DECISION, "s", "f finish");
}

/* --- the ordinary visit --- */

static void fill_form(struct seat *clerk, enum lang lang)
{
    step(clerk, "what the hall knew already", 3 * WAY, "\r\r\r", NULL);
    type(clerk, "region", "Bak", "Bakı");
    step(clerk, "take that region", CHOICE, "\r", NULL);
    step(clerk, "no district, no settlement", 2 * FIELD, "\r\r", NULL);
    type(clerk, "street", "Nizami", NULL);
    step(clerk, "next", FIELD, "\r", NULL);
    type(clerk, "house", "12", NULL);
    step(clerk, "the papers", WAY, F4, tr(lang, "Papers"));
    step(clerk, "the card was seen", DECISION, "s", tr(lang, "seen"));
    step(clerk, "back to the form", WAY, ESC, "Nizami");
    step(clerk, "submit", DECISION, F10, tr(lang, "Submitted."));
}

/* Signing in, opening the counter, one citizen from the call to the submitted application and the end of the visit. */
static void ordinary_visit(const char *name, enum lang lang)
{
    struct story story;
    const char *const more[] = {"--lang", lang_code(lang), NULL};
    const struct look look = {.more = more};
    char word[80];
    story_open(&story, name);
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    struct seat *clerk = story_empty_seat(&story, &look);
    REQUIRE(pty_wait(clerk->pty, tr(lang, "Login")));
    story_begins(&story);
    type(clerk, "login", "aysel", NULL);
    step(clerk, "next", FIELD, "\t", NULL);
    type(clerk, "password", TEST_PASSWORD, NULL);
    step(clerk, "sign in", FIELD, "\r", tr(lang, "all safe"));
    step(clerk, "open the counter", DECISION, "c", "› 1");
    step(clerk, "at the first free one", CHOICE, "\r", tr(lang, "call next"));
    REQUIRE(pty_wait(clerk->pty, "P001"));
    step(clerk, "call the next", DECISION, "n", "Günay");
    REQUIRE(pty_wait(clerk->pty, tr(lang, "called")));
    step(clerk, "the person is here", DECISION, "s", tr(lang, "serving"));
    step(clerk, "open an application", DECISION, "+", tr(lang, "Which service? Type a few letters."));
    step(clerk, "for what the ticket is", CHOICE, "\r", "Quliyeva");
    fill_form(clerk, lang);
    step(clerk, "to the desk", WAY, ESC, tr(lang, "What next"));
    str_format(word, sizeof word, tr(lang, "Finish %s:"), "P001");
    step(clerk, "finish", DECISION, "f", word);
    str_format(word, sizeof word, tr(lang, "served %d"), 1);
    step(clerk, "as served", CHOICE, "1", tr(lang, "call next"));
    REQUIRE(pty_wait(clerk->pty, tr(lang, "all safe")));
    CHECK_INT(centre_count(&story.centre, "case", "/state", "complete"), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/outcome", "served"), 1);
    /* Three fields are gone past that the hall had filled; to the papers, back, and to the desk. */
    story_ends(&story, 3 + 3);
}

TEST(story_of_an_ordinary_visit)
{
    ordinary_visit("opening the counter, an ordinary visit", LANG_EN);
}

TEST(story_of_an_ordinary_visit_in_azerbaijani)
{
    ordinary_visit("opening the counter, an ordinary visit (az)", LANG_AZ);
}

TEST(story_of_an_ordinary_visit_in_indonesian)
{
    ordinary_visit("opening the counter, an ordinary visit (id)", LANG_ID);
}

TEST(story_of_an_ordinary_visit_in_russian)
{
    ordinary_visit("opening the counter, an ordinary visit (ru)", LANG_RU);
}

/* --- ends that are none of the usual --- */

TEST(story_of_the_citizen_without_papers)
{
    struct story story;
    story_open(&story, "the citizen without papers");
    centre_visitor(&story.centre, BIRTH, "Lalə", "7CD4E9N");
    struct seat *orxan = story_seat(&story, "orxan");
    open_counter(orxan, false);
    story_begins(&story);
    serve(orxan);
    step(orxan, "finish", DECISION, "f", "Finish V001:");
    step(orxan, "papers are missing", CHOICE, "2", "Which papers are missing?");
    step(orxan, "the hospital's", CHOICE, " ", "[x] Hospital");
    step(orxan, "no other", DECISION, "\r", "Why are they missing?");
    step(orxan, "not brought", CHOICE, "1", "n   call next");
    REQUIRE(pty_wait(orxan->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/outcome", "papers_missing"), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/missing/0", "hospital-birth"), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/missing_why", "not_brought"), 1);
    story_ends(&story, 0);
}

/* Somebody else stands there than was called: the number waits where it was, and the right person is called. */
TEST(story_of_the_wrong_citizen_called)
{
    struct story story;
    story_open(&story, "the wrong citizen called");
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    centre_visitor(&story.centre, RESIDENCE, "Nigar", "6AB3C8M");
    struct seat *aysel = story_seat(&story, "aysel");
    open_counter(aysel, true);
    story_begins(&story);
    step(aysel, "call the next", DECISION, "n", "Günay");
    step(aysel, "why this one?", DECISION, "w", "Why P001 was called");
    step(aysel, "not this one: back to the queue", DECISION, "b", "n   call next");
    REQUIRE(pty_wait(aysel->pty, "2 waiting"));
    step(aysel, "to those who wait", WAY, "\t\t", NULL);
    step(aysel, "the second", CHOICE, "j", NULL);
    step(aysel, "call out of turn", DECISION, "N", "Why is P002 called out of turn?");
    type(aysel, "why", "both were at the desk", NULL);
    step(aysel, "that is why", FIELD, "\r", "Nigar");
    step(aysel, "the person is here", DECISION, "s", "f finish");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "waiting"), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "serving"), 1);
    story_ends(&story, 2); /* to the list of those who wait */
}

TEST(story_of_the_misclick_undone)
{
    struct story story;
    story_open(&story, "the misclick undone");
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    struct seat *aysel = story_seat(&story, "aysel");
    open_counter(aysel, true);
    story_begins(&story);
    step(aysel, "call the next", DECISION, "n", "s start");
    step(aysel, "nobody came: early, and meant", DANGER, "xy", "n   call next");
    step(aysel, "but there she is", DECISION, "u", "s start");
    step(aysel, "the person is here", DECISION, "s", "f finish");
    step(aysel, "finish", DECISION, "f", "Finish P001:");
    step(aysel, "as served", CHOICE, "1", "n   call next");
    step(aysel, "too early", DECISION, "u", "f finish");
    REQUIRE(pty_wait(aysel->pty, "serving"));
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "serving"), 1);
    story_ends(&story, 0);
}

/* --- parked people --- */

TEST(story_of_the_colleagues_parked_ticket)
{
    struct story story;
    story_open(&story, "the colleague's parked ticket");
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    struct seat *aysel = story_seat(&story, "aysel"), *murad = story_seat(&story, "murad");
    open_counter(aysel, true);
    open_second_counter(murad);
    story_begins(&story);
    serve(aysel);
    step(aysel, "park", DECISION, "h", "Why does P001 wait?");
    step(aysel, "fetches a paper", CHOICE, "2", "Remind you when?");
    step(aysel, "no alarm", CHOICE, "0", "n   call next");
    REQUIRE(pty_wait(murad->pty, "P001  with Aysel"));
    step(murad, "take the colleague's", DECISION, "e", "Go on with P001 of Aysel");
    step(murad, "is back and waits", CHOICE, "2", "f finish");
    CHECK(pty_wait(murad->pty, "Günay"));
    CHECK(pty_wait(aysel->pty, "went on with P001: the person is back and waits"));
    step(murad, "finish", DECISION, "f", "Finish P001:");
    step(murad, "as served", CHOICE, "1", "n   call next");
    REQUIRE(pty_wait(murad->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/outcome", "served"), 1);
    story_ends(&story, 0);
}

TEST(story_of_a_hold_with_an_alarm)
{
    enum { LATER_MIN = 6 };
    struct story story;
    story_open_at(&story, "a hold with an alarm", 0);
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    struct seat *aysel = story_seat(&story, "aysel");
    open_counter(aysel, true);
    story_begins(&story);
    serve(aysel);
    step(aysel, "park", DECISION, "h", "Why does P001 wait?");
    step(aysel, "makes copies", CHOICE, "1", "Remind you when?");
    step(aysel, "in five minutes", CHOICE, "1", "parked 1");
    story_turn_clock(&story, LATER_MIN);
    REQUIRE(pty_wait(aysel->pty, "P001 waits to be taken back"));
    step(aysel, "take back", DECISION, "e", "f finish");
    REQUIRE(pty_wait(aysel->pty, "serving"));
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "serving"), 1);
    story_ends(&story, 0);
}

/* --- one visit, several desks --- */

/* To another agency with a word for whoever serves there; number and applications go along. */
TEST(story_of_a_transfer_with_a_note)
{
    struct story story;
    story_open(&story, "a transfer with a note");
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    struct seat *aysel = story_seat(&story, "aysel"), *leyla = story_seat(&story, "leyla");
    open_counter(aysel, true);
    open_counter(leyla, false);
    story_begins(&story);
    serve(aysel);
    step(aysel, "send on", DECISION, "t", "Send P001 to");
    step(aysel, "to a queue", CHOICE, "1", "To whom?");
    type(aysel, "which", "soc", "› S Social");
    step(aysel, "that one", CHOICE, "\r", "At which place?");
    step(aysel, "with a note", DECISION, "n", "Note for whoever serves next");
    type(aysel, "the note", "needs the birth allowance", NULL);
    step(aysel, "the note is written", FIELD, "\r", "another note");
    step(aysel, "by the time of arrival", CHOICE, "1", "n   call next");
    REQUIRE(pty_wait(leyla->pty, "1 waiting"));
    step(leyla, "call the next", DECISION, "n", "s start");
    CHECK(pty_wait(leyla->pty, "P001"));
    CHECK(pty_wait(leyla->pty, "needs the birth allowance"));
    step(leyla, "the person is here", DECISION, "s", "f finish");
    REQUIRE(pty_wait(leyla->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "serving"), 1);
    story_ends(&story, 0);
}

/* Sent on at once, to a queue by appointment, which leaves out for five minutes who was just called: the clerk there is told
 * so, and calls all the same. */
TEST(story_of_one_who_was_just_called_elsewhere)
{
    struct story story;
    story_open(&story, "one who was just called elsewhere");
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    struct seat *aysel = story_seat(&story, "aysel"), *orxan = story_seat(&story, "orxan");
    open_counter(aysel, true);
    open_counter(orxan, false);
    story_begins(&story);
    step(aysel, "call the next", DECISION, "n", "s start");
    step(aysel, "send on", DECISION, "t", "Send P001 to");
    step(aysel, "to a queue", CHOICE, "1", "To whom?");
    type(aysel, "which", "civ", "› V Civil");
    step(aysel, "that one", CHOICE, "\r", "At which place?");
    step(aysel, "by the time of arrival", CHOICE, "1", "n   call next");
    REQUIRE(pty_wait(orxan->pty, "1 waiting"));
    step(orxan, "call the next", DECISION, "n", "P001 was called a few minutes ago");
    CHECK(!pty_shows(orxan->pty, "Nobody is waiting."));
    step(orxan, "all the same", DECISION, "N", "Why is P001 called out of turn?");
    type(orxan, "why", "sent on by counter 1", NULL);
    step(orxan, "that is why", FIELD, "\r", "Günay");
    step(orxan, "the person is here", DECISION, "s", "f finish");
    REQUIRE(pty_wait(orxan->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "serving"), 1);
    story_ends(&story, 0);
}

/* From one agency to the next with one number: each clerk opens what is theirs, and sends the person on. */
static void open_and_send_on(struct seat *clerk, const char *first_letters, const char *queue)
{
    serve(clerk);
    step(clerk, "open an application", DECISION, "+", "Which service?");
    step(clerk, "for what is offered first", CHOICE, "\r", " filled");
    step(clerk, "to the desk", WAY, ESC, "What next");
    if (!queue)
        return;
    step(clerk, "send on", DECISION, "t", "Send V001 to");
    step(clerk, "to a queue", CHOICE, "1", "To whom?");
    type(clerk, "which", first_letters, queue);
    step(clerk, "that one", CHOICE, "\r", "At which place?");
    step(clerk, "by the time of arrival", CHOICE, "1", "n   call next");
}

TEST(story_of_three_agencies_in_one_visit)
{
    struct story story;
    story_open(&story, "three agencies in one visit");
    centre_visitor(&story.centre, BIRTH, "Lalə", "7CD4E9N");
    struct seat *orxan = story_seat(&story, "orxan"), *leyla = story_seat(&story, "leyla"),
                *aysel = story_seat(&story, "aysel");
    open_counter(orxan, false);
    open_counter(leyla, false);
    open_counter(aysel, true);
    story_begins(&story);
    open_and_send_on(orxan, "soc", "› S Social");
    REQUIRE(pty_wait(leyla->pty, "V001"));
    open_and_send_on(leyla, "ident", "› P Identity");
    REQUIRE(pty_wait(aysel->pty, "V001"));
    open_and_send_on(aysel, NULL, NULL);
    CHECK(pty_shows(aysel->pty, "V001"));
    CHECK(pty_shows(aysel->pty, "Lalə"));
    step(aysel, "finish", DECISION, "f", "V001: 1 not submitted yet.");
    step(aysel, "as served", CHOICE, "1", "n   call next");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", NULL, NULL), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/outcome", "served"), 1);
    CHECK_INT(centre_count(&story.centre, "case", NULL, NULL), 3);
    story_ends(&story, 3); /* each form is left for the desk */
}

/* --- away from the counter --- */

TEST(story_of_the_lunch_break)
{
    struct story story;
    story_open(&story, "the lunch break");
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    centre_visitor(&story.centre, RESIDENCE, "Nigar", "6AB3C8M");
    struct seat *aysel = story_seat(&story, "aysel");
    open_counter(aysel, true);
    serve(aysel);
    step(aysel, "park", DECISION, "h", "Why does P001 wait?");
    step(aysel, "fetches a paper, no alarm", 2 * CHOICE, "20", "parked 1");
    story_begins(&story);
    step(aysel, "a break", DECISION, "z", "Parked with you: 1. Break all the same:");
    step(aysel, "a meal", CHOICE, "2", "Until when?");
    step(aysel, "for half an hour", CHOICE, "3", "c   end break");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "counter", "/state", "paused"), 1);
    step(aysel, "the break is over", DECISION, "c", "n   call next");
    step(aysel, "go on with the parked one", DECISION, "e", "f finish");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "counter", "/state", "open"), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "serving"), 1);
    story_ends(&story, 0);
}

/* Nobody is left behind: one goes back to the queue, one to a colleague with a word, and then it is closed. */
TEST(story_of_the_closing)
{
    struct story story;
    story_open(&story, "the closing, with two people open");
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    centre_visitor(&story.centre, RESIDENCE, "Nigar", "6AB3C8M");
    struct seat *aysel = story_seat(&story, "aysel"), *murad = story_seat(&story, "murad");
    open_counter(aysel, true);
    open_second_counter(murad);
    serve(aysel);
    step(aysel, "park", DECISION, "h", "Why does P001 wait?");
    step(aysel, "fetches a paper, no alarm", 2 * CHOICE, "20", "parked 1");
    serve(aysel);
    story_begins(&story);
    step(aysel, "close the counter", DECISION, "C", "Still with you: 2");
    step(aysel, "back to the queue", DECISION, "b", "Still with you: 1");
    step(aysel, "hand over the other", DECISION, "t", "Hand over P001 to:");
    type(aysel, "to whom", "mur", "› Murad");
    step(aysel, "him", CHOICE, "\r", "Note for them");
    type(aysel, "the note", "comes back with a photo", NULL);
    step(aysel, "the note is written", FIELD, "\r", "Close this counter?");
    step(aysel, "yes", DANGER - DECISION, "y", "c   open counter");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    REQUIRE(pty_wait(murad->pty, "P001  fetches a paper"));
    step(murad, "go on with the one handed over", DECISION, "e", "f finish");
    CHECK(pty_wait(murad->pty, "comes back with a photo"));
    REQUIRE(pty_wait(murad->pty, "all safe"));
    step(aysel, "sign out", DANGER, ALT_O "y", "Login");
    CHECK_INT(centre_count(&story.centre, "counter", "/state", "closed"), 3);
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "waiting"), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "serving"), 1);
    story_ends(&story, 0);
}

/* People wait for this counter alone: a supervisor is asked, who has a number is served, and then it is closed. */
TEST(story_of_a_closing_that_a_supervisor_approves)
{
    struct story story;
    story_open(&story, "a closing that a supervisor approves");
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    struct seat *aysel = story_seat(&story, "aysel"), *kamran = story_seat(&story, "supervisor");
    open_counter(aysel, true);
    REQUIRE(pty_wait(aysel->pty, "1 waiting"));
    story_begins(&story);
    step(aysel, "close the counter", DECISION, "C", "Only you serve P, where 1 wait.");
    step(aysel, "from now on", CHOICE, "1", "Why? The supervisor reads it:");
    step(aysel, "ill", CHOICE, "2", NULL);
    REQUIRE(pty_wait(kamran->pty, "wants to close now"));
    step(kamran, "what is asked?", DECISION, "!", "approve");
    step(kamran, "approve", DECISION, "y", "Approved; the clerk is told.");
    REQUIRE(pty_wait(aysel->pty, "approved: your counter closes from"));
    serve(aysel); /* who has a number */
    step(aysel, "finish", DECISION, "f", "Finish P001:");
    step(aysel, "as served", CHOICE, "1", "Nobody is waiting.");
    step(aysel, "close the counter, and meant", DANGER, "Cy", "c   open counter");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/outcome", "served"), 1);
    CHECK_INT(centre_count(&story.centre, "counter", "/state", "closed"), 4);
    story_ends(&story, 0);
}
