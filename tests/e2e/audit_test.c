/* tests/e2e/audit_test.c: a supervisor looks into the audit: the real loket and loketd. What a colleague did stands there as a
 * sentence; it is searched, opened, saved as a file and its chain checked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/story.h"
#include "tests/support/test.h"

TEST(audit_is_searched_saved_and_checked_from_the_screen)
{
    struct story story;
    char *file = xasprintf("%s/audit.csv", test_folder()), *head = xasprintf("%s/head.txt", test_folder());
    story_open(&story, "the supervisor looks into the audit");
    struct seat *chief = story_seat(&story, "supervisor"), *lale = story_seat(&story, "lale");
    REQUIRE(pty_wait(chief->pty, "nobody waits"));
    pty_type(lale->pty, "resid");
    REQUIRE(pty_wait(lale->pty, "Certificate of persons"));
    pty_type(lale->pty, F10);
    REQUIRE(pty_wait(chief->pty, "waiting 1"));
    pty_type(chief->pty, "A");
    REQUIRE(pty_wait(chief->pty, "ticket issued · ticket P001"));
    REQUIRE(pty_wait(chief->pty, "hall made"));
    /* By its number: nothing else. */
    pty_type(chief->pty, "n");
    pty_type(chief->pty, "p001\r");
    REQUIRE(pty_wait_gone(chief->pty, "hall made"));
    REQUIRE(pty_wait(chief->pty, "ticket issued · ticket P001"));
    pty_type(chief->pty, "\r");
    REQUIRE(pty_wait(chief->pty, "channel"));
    CHECK(pty_shows(chief->pty, "(ticket.issue)"));
    pty_type(chief->pty, "\x1b");
    /* Letters of what was done, in the person's own words: their own looks stand there too. */
    pty_type(chief->pty, "\x1b");
    REQUIRE(pty_wait(chief->pty, "hall made"));
    pty_type(chief->pty, "/");
    pty_type(chief->pty, "looked\r");
    REQUIRE(pty_wait_gone(chief->pty, "hall made"));
    REQUIRE(pty_wait(chief->pty, "audit looked at"));
    pty_type(chief->pty, "\x1b");
    REQUIRE(pty_wait(chief->pty, "hall made"));
    /* One letter stands for most commands there are. */
    pty_type(chief->pty, "/");
    pty_type(chief->pty, "e\r");
    REQUIRE(pty_wait(chief->pty, "“e”"));
    REQUIRE(pty_wait(chief->pty, "to the first line"));
    CHECK(pty_shows(chief->pty, "ticket issued"));
    CHECK(!pty_shows(chief->pty, "no answer"));
    pty_type(chief->pty, "\x1b");
    REQUIRE(pty_wait(chief->pty, "hall made"));
    /* A file. */
    pty_type(chief->pty, "e\x15"); /* C-u: another name */
    pty_type(chief->pty, file);
    pty_type(chief->pty, "\r");
    REQUIRE(pty_wait(chief->pty, "Saved"));
    char *text = test_read_file(file);
    REQUIRE(text);
    CHECK(str_starts(text, "rev,at,login,name,workstation,what,type,outcome"));
    CHECK(strstr(text, "ticket issued") != NULL && strstr(text, "hall.init") != NULL);
    free(text);
    /* The chain, and its head as a page. */
    pty_type(chief->pty, "c");
    REQUIRE(pty_wait(chief->pty, "lines, unbroken;"));
    pty_type(chief->pty, "s\x15");
    pty_type(chief->pty, head);
    pty_type(chief->pty, "\r");
    REQUIRE(pty_wait(chief->pty, "head.txt"));
    text = test_read_file(head);
    CHECK(text && strstr(text, "can have it compared later"));
    free(text);
    free(file);
    free(head);
    story_close(&story);
}
