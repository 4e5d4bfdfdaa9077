/* tests/e2e/halls_test.c: who answers for a region before the real program, and several real halls behind it: one is killed, one
 * hangs, one takes the key back, in the place of one something else answers; then they are back. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/pty.h"
#include "tests/support/real.h"
#include "tests/support/stranger.h"
#include "tests/support/test.h"

#define ASK_NOW "\x1b[15~"
#define QUIT    "\x11"

enum { ALPHA, BRAVO, CHARLIE, DELTA, REALS };
static const char *const names[REALS] = {"Alpha", "Bravo", "Charlie", "Delta"};

struct region {
    struct real halls[REALS];
    char key[REALS][80], id[REALS][16];
    struct stranger page;
    const char *folder;
    char list[300], data[300];
    struct pty *pty;
};

static void make_key(struct region *r, int hall)
{
    struct json *made = NULL;
    struct ran ran = RUN(NULL, "loketd", "key", "add", "--data", r->halls[hall].hall.folder, "--scope",
                         "figures", "--json");
    if (!CHECK_INT(ran.status, 0))
        printf("    %s\n", ran.err);
    REQUIRE(json_parse(ran.out, strlen(ran.out), &made, NULL) == ERR_OK);
    str_copy(r->key[hall], sizeof r->key[hall], json_text_or(made, "key", ""));
    str_copy(r->id[hall], sizeof r->id[hall], json_text_or(made, "id", ""));
    json_free(&made);
    ran_free(&ran);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char *path = xasprintf("%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    REQUIRE(file != NULL);
    fputs(text, file);
    fclose(file);
    free(path);
}

static void write_list(struct region *r)
{
    struct buf text = {0};
    buf_adds(&text, "# a region\n[North]\n");
    for (int i = 0; i < REALS; i++) {
        char name[8];
        str_format(name, sizeof name, "key%d", i);
        write_file(r->folder, name, r->key[i]);
        buf_addf(&text, "%s%s %s %s\n", i == CHARLIE ? "[South]\n" : "", r->halls[i].hall.url, name,
                 names[i]);
    }
    buf_addf(&text, "%s key0 Echo\n", r->page.url);
    write_file(r->folder, "region", buf_text(&text));
    buf_free(&text);
}

static void look(struct region *r)
{
    char *program = program_path("loket");
    const char *const argv[] = {program, "--lang", "en", "--data", r->data, "halls", r->list, NULL};
    r->pty = pty_start(&(const struct pty_options){.cols = 120, .rows = 30, .argv = argv});
    free(program);
}

static void open_region(struct region *r)
{
    *r = (struct region){.folder = test_folder()};
    str_format(r->list, sizeof r->list, "%s/region", r->folder);
    str_format(r->data, sizeof r->data, "%s/data", r->folder);
    for (int i = 0; i < REALS; i++) {
        real_open(&r->halls[i]);
        make_key(r, i);
    }
    stranger_start(&r->page, STRANGER_PAGE, 0);
    write_list(r);
    look(r);
}

static void come_in(struct region *r, int hall)
{
    struct hall_client reception;
    REQUIRE(hall_sign_in(&reception, &r->halls[hall].hall, "reception", TEST_PASSWORD) == 200);
    struct json *data = hall_do(&reception, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    json_free(&data);
    hall_sign_out(&reception);
}

/* The line in which a hall stands. */
static bool says_of(struct region *r, const char *name, const char *words)
{
    char line[400] = "";
    const char *at = strstr(pty_screen(r->pty), name);
    if (at)
        str_format(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    return strstr(line, words) != NULL;
}

static void check_holds_no_key(const struct region *r, const char *name)
{
    char *path = xasprintf("%s/%s", r->data, name);
    char *command = xasprintf("grep -c -a -e %s -e %s %s", r->key[ALPHA], r->key[DELTA], path);
    FILE *found = popen(command, "re");
    char line[40] = "";
    if (CHECK(found != NULL && fgets(line, sizeof line, found) != NULL))
        CHECK_TEXT(line, "0\n");
    if (found)
        pclose(found);
    free(command);
    free(path);
}

TEST(halls_that_are_killed_hang_or_take_the_key_back_are_shown_as_such_and_come_back)
{
    struct region r;
    open_region(&r);
    REQUIRE(pty_wait(r.pty, "4 of 5 halls"));
    REQUIRE(pty_wait(r.pty, "not a hall"));
    come_in(&r, ALPHA);
    come_in(&r, BRAVO);
    REQUIRE(pty_wait(r.pty, "4 of 5 halls · waiting 2"));
    struct pty *first = r.pty;
    look(&r); /* a second one beside it sees the same, though the first keeps the memory */
    CHECK(pty_wait(r.pty, "4 of 5 halls · waiting 2"));
    CHECK(pty_wait(r.pty, "The next start will not know"));
    pty_free(&r.pty);
    r.pty = first;
    kill(r.halls[CHARLIE].program.pid, SIGSTOP);
    struct ran ran = RUN(NULL, "loketd", "key", "revoke", "--data", r.halls[DELTA].hall.folder, r.id[DELTA]);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    CHECK_INT(real_end(&r.halls[BRAVO], SIGKILL), 128 + SIGKILL);
    pty_type(r.pty, ASK_NOW);
    REQUIRE(pty_wait(r.pty, "key refused"));
    REQUIRE(pty_wait(r.pty, "not reached"));
    come_in(&r, ALPHA); /* while one hangs: no other waits for it */
    pty_type(r.pty, ASK_NOW);
    REQUIRE(pty_wait(r.pty, "no answer"));
    REQUIRE(pty_wait(r.pty, "1 of 5 halls · waiting 2")); /* Bravo's one is known, and not counted */
    CHECK(pty_shows(r.pty, "do not answer: 4"));
    CHECK(says_of(&r, "Bravo", "(1)") && says_of(&r, "Bravo", "not reached"));
    CHECK(says_of(&r, "Charlie", "(0)") && says_of(&r, "Charlie", "no answer"));
    CHECK(says_of(&r, "Delta", "(0)") && says_of(&r, "Delta", "key refused"));
    CHECK(says_of(&r, "Echo", "never"));
    CHECK(!says_of(&r, "Alpha", "("));
    kill(r.halls[CHARLIE].program.pid, SIGCONT);
    real_start(&r.halls[BRAVO]);
    pty_type(r.pty, ASK_NOW);
    REQUIRE(pty_wait(r.pty, "3 of 5 halls · waiting 3"));
    pty_type(r.pty, "\x1b[B\x1b[B\r");
    CHECK(pty_wait(r.pty, "Halls · "));
    CHECK(pty_wait(r.pty, "mean wait"));
    pty_send(r.pty, QUIT);
    CHECK_INT(pty_end(r.pty), 0);
    pty_free(&r.pty);
    check_holds_no_key(&r, "loket.log");
    check_holds_no_key(&r, "halls/halls.db");
    for (int i = 0; i < REALS; i++)
        CHECK_INT(real_end(&r.halls[i], SIGTERM), 0);
    /* What was last known is there at the next start, though no hall is. */
    look(&r);
    REQUIRE(pty_wait(r.pty, "0 of 5 halls"));
    REQUIRE(pty_wait(r.pty, "do not answer: 5"));
    CHECK(says_of(&r, "Alpha", "(2)"));
    pty_send(r.pty, QUIT);
    CHECK_INT(pty_end(r.pty), 0);
    pty_free(&r.pty);
    stranger_stop(&r.page);
}

TEST(halls_file_that_is_wrong_is_told_by_its_line_and_nobody_is_asked)
{
    const char *folder = test_folder();
    char *path = xasprintf("%s/bad", folder), *data = xasprintf("%s/data", folder);
    write_file(folder, "bad", "# one\nhttp://127.0.0.1:1 nokey Here\n");
    struct ran ran = RUN(NULL, "loket", "--data", data, "halls", path);
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "bad:2: ") && strstr(ran.err, "nokey"));
    ran_free(&ran);
    ran = RUN(NULL, "loket", "--data", data, "halls");
    CHECK_INT(ran.status, 2);
    ran_free(&ran);
    free(path);
    free(data);
}
