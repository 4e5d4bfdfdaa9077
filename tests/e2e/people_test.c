/* tests/e2e/people_test.c: an administrator at one terminal and a new clerk at another: the real loket and loketd. She is
 * added on the screen, signs in and calls; she is disabled, and is out with what she had not sent kept, and hers. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/program.h"
#include "tests/support/story.h"
#include "tests/support/test.h"

#define RESIDENCE "az.din.residence-certificate"
#define SECRET    "a boat on 7 hills"
#define CHOSEN    "nine herons over a lake"

/* Through the hall that is at work, as an administrator of its computer would. */
static void make_administrator(const struct story *story)
{
    struct ran ran = RUN("", "loketd", "user", "change", "--data", story->centre.real.hall.folder, "--login",
                         "supervisor", "--roles", "supervisor,administrator");
    if (!CHECK_INT(ran.status, 0))
        printf("    %s%s\n", ran.out, ran.err);
    ran_free(&ran);
}

static void add_nigar(struct seat *chief)
{
    pty_type(chief->pty, "P");
    REQUIRE(pty_wait(chief->pty, "Accounts"));
    pty_type(chief->pty, "+");
    pty_type(chief->pty, "nigar\rNigar Q.\r ");                /* the first role: clerk */
    pty_type(chief->pty, "\t\t\t\t\t\t\t" SECRET "\t" SECRET); /* past the other roles and the agency */
    CHECK(!pty_shows(chief->pty, SECRET));
    pty_type(chief->pty, F10);
    REQUIRE(pty_wait(chief->pty, "may sign in now"));
    REQUIRE(pty_wait(chief->pty, "Nigar Q."));
}

/* The password that somebody else chose for her opens nothing but the choice of another. */
static void nigar_signs_in(struct seat *seat)
{
    pty_type(seat->pty, "nigar\r" SECRET "\r");
    REQUIRE(pty_wait(seat->pty, "Take one of your own"));
    pty_type(seat->pty, CHOSEN "\r" CHOSEN "\r");
    REQUIRE(pty_wait(seat->pty, "all safe"));
}

static void nigar_calls(struct seat *seat)
{
    pty_type(seat->pty, "c");
    REQUIRE(pty_wait(seat->pty, "At which counter"));
    pty_type(seat->pty, "1");
    REQUIRE(pty_wait(seat->pty, "› 1"));
    pty_type(seat->pty, "\r");
    REQUIRE(pty_wait(seat->pty, "n   call next"));
    pty_type(seat->pty, "n");
    REQUIRE(pty_wait(seat->pty, "s start"));
}

static void disable_nigar(struct seat *chief)
{
    pty_type(chief->pty, "/");
    pty_type(chief->pty, "nigar\r");
    REQUIRE(pty_wait(chief->pty, "Accounts 1"));
    pty_type(chief->pty, "x\r"); /* Enter confirms nothing */
    CHECK(pty_shows(chief->pty, "Disable Nigar Q. (nigar)?"));
    pty_type(chief->pty, "y");
    REQUIRE(pty_wait(chief->pty, "signed out everywhere"));
    REQUIRE(pty_wait(chief->pty, "disabled"));
}

static bool folder_has(const char *folder, const char *words)
{
    DIR *dir = opendir(folder);
    bool found = false;
    for (struct dirent *entry; dir && !found && (entry = readdir(dir)) != NULL;) {
        char path[600];
        struct buf text = {0};
        char piece[4096];
        size_t got;
        str_format(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "re");
        while (file && (got = fread(piece, 1, sizeof piece, file)) > 0)
            buf_add(&text, piece, got);
        if (file)
            fclose(file);
        found = text.length && memmem(text.data, text.length, words, strlen(words)) != NULL;
        buf_free(&text);
    }
    if (dir)
        closedir(dir);
    return found;
}

TEST(people_a_new_clerk_calls_and_is_disabled_with_her_records_kept)
{
    struct story story;
    story_open(&story, "the new clerk");
    make_administrator(&story);
    struct seat *chief = story_seat(&story, "supervisor");
    add_nigar(chief);
    centre_visitor(&story.centre, RESIDENCE, "Günay", "5HG2K7L");
    story_put_between(&story);
    struct seat *nigar = story_empty_seat(&story, NULL);
    REQUIRE(pty_wait(nigar->pty, "Who works here?"));
    nigar_signs_in(nigar);
    nigar_calls(nigar);
    /* Her line is cut; what she does then is kept on her computer. */
    stranger_be(&story.between, STRANGER_GONE);
    REQUIRE(pty_wait(nigar->pty, "Offline since"));
    pty_type(nigar->pty, "s");
    REQUIRE(pty_wait(nigar->pty, "1 unsent"));
    disable_nigar(chief);
    stranger_be(&story.between, STRANGER_PASSES);
    REQUIRE(pty_wait(nigar->pty, "Who works here?"));
    REQUIRE(pty_wait(nigar->pty, "Your account was disabled by an administrator. Not sent yet: 1"));
    REQUIRE(pty_wait(nigar->pty, "Not sent yet, kept on this computer: Nigar Q. 1"));
    pty_type(nigar->pty, "nigar\r" CHOSEN "\r");
    REQUIRE(pty_wait(nigar->pty, "The name or the password is not right."));
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "called"),
              1); /* not started, as far as the hall knows */
    /* Let in again, her record goes out as hers. */
    pty_type(chief->pty, "x");
    REQUIRE(pty_wait(chief->pty, "may sign in again"));
    pty_type(nigar->pty, "\x15" CHOSEN "\r");
    REQUIRE(pty_wait(nigar->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "ticket", "/state", "serving"), 1);
    CHECK(folder_has(story.centre.real.hall.folder, "Nigar Q."));
    CHECK(!folder_has(story.centre.real.hall.folder, SECRET));
    CHECK(folder_has(chief->place.data, "Nigar Q."));
    CHECK(!folder_has(chief->place.data, SECRET));
    CHECK(!folder_has(nigar->place.data, SECRET));
    CHECK(!folder_has(nigar->place.data, CHOSEN) && !folder_has(story.centre.real.hall.folder, CHOSEN));
    story_close(&story);
}

/* Her colleagues' screens follow a name, and her own the roles. */
TEST(people_a_screen_follows_its_persons_account)
{
    struct story story;
    story_open(&story, "other roles");
    make_administrator(&story);
    struct seat *chief = story_seat(&story, "supervisor"), *lale = story_seat(&story, "lale");
    pty_type(chief->pty, "P");
    REQUIRE(pty_wait(chief->pty, "Accounts"));
    pty_type(chief->pty, "/");
    pty_type(chief->pty, "lale\r");
    REQUIRE(pty_wait(chief->pty, "Accounts 1"));
    pty_type(chief->pty, "\r");
    REQUIRE(pty_shows(chief->pty, "Change account"));
    pty_type(chief->pty, "\x15"
                         "Lala Zeynalova\t\t \t \t"); /* reception no more, supervisor instead */
    pty_type(chief->pty, F10);
    REQUIRE(pty_wait(chief->pty, "changed; it counts"));
    REQUIRE(pty_wait(lale->pty, "An administrator changed your roles"));
    REQUIRE(pty_wait(lale->pty, "Lala Z"));
    REQUIRE(pty_wait(lale->pty, "all safe"));
    story_close(&story);
}
