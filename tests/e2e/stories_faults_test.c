/* tests/e2e/stories_faults_test.c: stories of bad hours: the network is cut, the workstation is killed, the hall hangs, and
 * the clerk goes on. The real loket and loketd, with the keys of each story counted (tests/support/story.h). */
#include <signal.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/support/story.h"
#include "tests/support/test.h"

#define F4        "\x1bOS"
#define ALT_O     "\x1bo"
#define RESIDENCE "az.din.residence-certificate"
#define RECORD    "az.din.criminal-record"

/* --- steps that are not counted --- */

static void open_counter(struct seat *seat)
{
    step(seat, "open the counter", DECISION, "c", "At which counter");
    step(seat, "at the first free one", CHOICE, "\r", "n   call next");
    REQUIRE(pty_wait(seat->pty, "all safe"));
}

static void serve(struct seat *seat)
{
    step(seat, "call the next", DECISION, "n", "s start");
    step(seat, "the person is here", DECISION, "s", "f finish");
}

static void park(struct seat *seat, const char *question, const char *words)
{
    step(seat, "park", DECISION, "h", question);
    step(seat, "fetches a paper", CHOICE, "2", "Remind you when?");
    step(seat, "no alarm", CHOICE, "0", words);
}

static void begin_form(struct seat *seat)
{
    step(seat, "open an application", DECISION, "+", "Which service?");
    step(seat, "for what the ticket is", CHOICE, "\r", "3 of 6 filled");
}

static void cut(struct story *story)
{
    stranger_be(&story->between, STRANGER_GONE);
}

static void mend(struct story *story)
{
    stranger_be(&story->between, STRANGER_PASSES);
}

/* --- the network --- */

/* Cut between two fields, back when everything is handed in and finished: nothing is typed twice, nothing is missing. */
TEST(story_of_a_network_cut_in_a_form)
{
    struct story story;
    story_open(&story, "the network cut in the middle of a form");
    story_put_between(&story);
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    struct seat *aysel = story_seat(&story, "aysel");
    open_counter(aysel);
    story_begins(&story);
    serve(aysel);
    begin_form(aysel);
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    step(aysel, "what the hall knew already", 3 * WAY, "\r\r\r", NULL);
    type(aysel, "region", "Bak", "Bakı");
    cut(&story);
    step(aysel, "take that region", CHOICE, "\r", "Offline since");
    step(aysel, "no district, no settlement", 2 * FIELD, "\r\r", NULL);
    type(aysel, "street", "Nizami", NULL);
    step(aysel, "next", FIELD, "\r", NULL);
    type(aysel, "house", "12", NULL);
    step(aysel, "the papers", WAY, F4, "Identity card");
    step(aysel, "the card was seen", DECISION, "s", "seen");
    step(aysel, "back to the form", WAY, ESC, "6 of 6 filled");
    step(aysel, "submit", DECISION, F10, "Submitted");
    step(aysel, "to the desk", WAY, ESC, "What next");
    step(aysel, "finish", DECISION, "f", "Finish P001:");
    step(aysel, "as served", CHOICE, "1", "Hall not reachable");
    mend(&story);
    step(aysel, "no waiting for the next try", DECISION, F5, "all safe");
    REQUIRE(pty_wait(aysel->pty, "n   call next"));
    CHECK_INT(centre_count(&story.centre, "case", "/state", "complete"), 1);
    CHECK_INT(rows_seen_by(&story.centre.real.hall, "aysel", "case", "/draft/address/street", "Nizami"), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/outcome", "served"), 1);
    CHECK_INT(centre_count(&story.centre, "dispute", NULL, NULL), 0);
    story_ends(&story, 6); /* fields that the hall had filled; to the papers, back, and to the desk */
}

/* Nobody waits for the hall to go home: what becomes of the people is kept here, and the hall hears of it. */
TEST(story_of_a_network_cut_while_leaving)
{
    struct story story;
    story_open(&story, "the network cut while leaving");
    story_put_between(&story);
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    centre_visitor(&story.centre, RESIDENCE, "Nigar", "6AB3C8M");
    struct seat *aysel = story_seat(&story, "aysel");
    open_counter(aysel);
    serve(aysel);
    park(aysel, "Why does P001 wait?", "parked 1");
    serve(aysel);
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    story_begins(&story);
    step(aysel, "sign out", DECISION, ALT_O, "Still with you: 2");
    cut(&story);
    REQUIRE(pty_wait(aysel->pty, "Offline since"));
    step(aysel, "all of them", CHOICE, "*", NULL);
    step(aysel, "back to the queue", DECISION, "b", "Sign out?");
    CHECK(pty_shows(aysel->pty, "2 unsent"));
    mend(&story);
    step(aysel, "better not without the hall", DECISION, ESC, NULL);
    step(aysel, "no waiting for the next try", DECISION, F5, "all safe");
    step(aysel, "sign out", DANGER, ALT_O "y", "Login");
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "waiting"), 2);
    CHECK_INT(centre_count(&story.centre, "dispute", NULL, NULL), 0);
    story_ends(&story, 0);
}

/* Three marked at once. Without the network nobody can be given work, and they stay marked; then the answer alone is lost,
 * and each is given once. */
TEST(story_of_a_network_cut_in_a_bulk_action)
{
    static const char *const fins[] = {"7CD4E9N", "6AB3C8M", "5HG2K7L"};
    struct story story;
    story_open(&story, "the network cut in a bulk action");
    for (size_t i = 0; i < sizeof fins / sizeof *fins; i++)
        centre_online(&story.centre, "az.din", RECORD, fins[i], "{'sex':'f','for_whom':'employer'}");
    story_put_between(&story);
    struct seat *aysel = story_seat(&story, "aysel");
    story_begins(&story);
    step(aysel, "to the worklist", WAY, "4", "› mine");
    step(aysel, "to what came online", WAY, "vv", "1/3");
    step(aysel, "all of them", CHOICE, "*", "• 3");
    step(aysel, "give them to somebody", DECISION, "h", "Hand 3 applications to:");
    type(aysel, "to whom", "mur", "› Murad");
    cut(&story);
    REQUIRE(pty_wait(aysel->pty, "Offline since"));
    step(aysel, "him", CHOICE, "\r", "3 of 3 were refused and are still marked");
    mend(&story);
    step(aysel, "no waiting for the next try", DECISION, F5, "all safe");
    step(aysel, "give them to somebody", DECISION, "h", "Hand 3 applications to:");
    stranger_be(&story.between, STRANGER_CUTS);
    step(aysel, "him, who stands first", CHOICE, "\r", "Offline since");
    mend(&story);
    step(aysel, "no waiting for the next try", DECISION, F5, "Nothing is to be done here.");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "case", "/user", centre_user("murad")), 3);
    CHECK_INT(centre_count(&story.centre, "dispute", NULL, NULL), 0);
    story_ends(&story, 3); /* to the list, and in it */
}

/* A colleague's person may be somebody else's already: without the hall nobody is taken over, and with it exactly once. */
TEST(story_of_a_network_cut_while_taking_over)
{
    struct story story;
    story_open(&story, "the network cut while taking over");
    story_put_between(&story);
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    struct seat *aysel = story_seat(&story, "aysel"), *murad = story_seat(&story, "murad");
    open_counter(aysel);
    step(murad, "open the counter", DECISION, "c", "At which counter");
    type(murad, "which", "2", "› 2"); /* that the first is taken may not be known here yet */
    step(murad, "that one", CHOICE, "\r", "n   call next");
    serve(aysel);
    park(aysel, "Why does P001 wait?", "parked 1");
    REQUIRE(pty_wait(murad->pty, "P001  with Aysel"));
    story_begins(&story);
    step(murad, "take the colleague's", DECISION, "e", "Go on with P001 of Aysel");
    stranger_be(&story.between, STRANGER_CUTS);
    step(murad, "is back and waits", CHOICE, "2", "Offline since");
    mend(&story);
    step(murad, "no waiting for the next try", DECISION, F5, "f finish");
    REQUIRE(pty_wait(murad->pty, "Günay"));
    REQUIRE(pty_wait(aysel->pty, "parked 0"));
    REQUIRE(pty_wait(murad->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "serving"), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/user", centre_user("murad")), 1);
    CHECK_INT(centre_count(&story.centre, "dispute", NULL, NULL), 0);
    story_ends(&story, 0);
}

/* --- the programs --- */

/* Killed with half a word typed; started again it is where it was, and only what was not saved is typed again. */
TEST(story_of_a_workstation_killed)
{
    struct story story;
    story_open(&story, "the workstation killed in the middle");
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    struct seat *aysel = story_seat(&story, "aysel");
    open_counter(aysel);
    story_begins(&story);
    serve(aysel);
    begin_form(aysel);
    step(aysel, "what the hall knew already", 3 * WAY, "\r\r\r", NULL);
    type(aysel, "region", "Bak", "Bakı");
    step(aysel, "take that region", CHOICE, "\r", "4 of 6 filled");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    pty_kill(aysel->pty, SIGKILL);
    CHECK_INT(pty_end(aysel->pty), 128 + SIGKILL);
    seat_restart(aysel);
    REQUIRE(pty_wait(aysel->pty, "4 of 6 filled"));
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    type(aysel, "street", "Nizami", NULL); /* the first that is missing: nothing is gone past twice */
    step(aysel, "next", FIELD, "\r", NULL);
    type(aysel, "house", "12", NULL);
    step(aysel, "to the desk", WAY, ESC, "What next");
    step(aysel, "finish", DECISION, "f", "P001: 1 not submitted yet.");
    step(aysel, "as served", CHOICE, "1", "n   call next");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(rows_seen_by(&story.centre.real.hall, "aysel", "case", "/draft/address/street", "Nizami"), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/outcome", "served"), 1);
    story_ends(&story, 4); /* what is filled is gone past once; to the desk */
}

/* The hall hangs, the clerk's fingers do not: a whole visit is typed ahead, and carried out when it is back. */
TEST(story_of_a_hanging_hall)
{
    struct story story;
    story_open(&story, "a hanging hall beneath keys typed ahead");
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    centre_visitor(&story.centre, RESIDENCE, "Nigar", "6AB3C8M");
    struct seat *aysel = story_seat(&story, "aysel");
    open_counter(aysel);
    story_begins(&story);
    kill(story.centre.real.program.pid, SIGSTOP);
    step(aysel, "call, start, finish, served", 3 * DECISION + CHOICE, "nsf1", "waits for the hall's answer");
    step(aysel, "call the next, start", 2 * DECISION, "ns", "n s waits for the hall's answer");
    kill(story.centre.real.program.pid, SIGCONT);
    REQUIRE(pty_wait(aysel->pty, "served 1"));
    REQUIRE(pty_wait(aysel->pty, "Nigar"));
    REQUIRE(pty_wait(aysel->pty, "serving"));
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/outcome", "served"), 1);
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "serving"), 1);
    story_ends(&story, 0);
}
