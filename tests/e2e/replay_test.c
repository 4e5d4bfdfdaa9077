/* tests/e2e/replay_test.c: a recorded session, drawn again: the same pictures, without cache or hall. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/test.h"

#define CTRL_Q "\x11"

/* Row y of a text of rows, without its end; the caller frees. */
static char *row_of(const char *text, int y)
{
    for (; y > 0 && *text; y--)
        text += strcspn(text, "\n") + (text[strcspn(text, "\n")] == '\n');
    return xstrndup(text, strcspn(text, "\n"));
}

/* The clock of the title line may have gone on: every other row is the same. */
static void check_rows(const char *got, const char *want)
{
    for (int y = 1; y < 24; y++) {
        char *got_row = row_of(got, y), *want_row = row_of(want, y);
        CHECK_TEXT(got_row, want_row);
        free(want_row);
        free(got_row);
    }
}

/* The last picture of what replay printed. */
static const char *last_picture(const char *out)
{
    const char *last = NULL;
    for (const char *at = out; (at = strstr(at, "--- ")); at += 4)
        if (at == out || at[-1] == '\n')
            last = at;
    return last ? last + strcspn(last, "\n") + 1 : "";
}

static int messages(const char *path)
{
    char *text = test_read_file(path);
    int count = -1; /* the first line is the head */
    for (const char *at = text; at && (at = strchr(at, '\n')); at++)
        count++;
    free(text);
    return count;
}

/* A clerk opens the counter, calls and looks why, recorded at path. Returns the last picture before leaving. */
static char *record_session(const char *path)
{
    char *program = program_path("loket");
    const char *argv[] = {program,  "--hall", "practice", "--data", test_folder(),
                          "--lang", "en",     "--record", path,     NULL};
    const struct pty_options options = {.argv = argv};
    struct pty *pty = pty_start(&options);
    free(program);
    REQUIRE(pty_wait(pty, "Whose services"));
    pty_type(pty, "1");
    REQUIRE(pty_wait(pty, "One key signs in"));
    pty_type(pty, "1");
    REQUIRE(pty_wait(pty, "c   open counter"));
    REQUIRE(pty_wait(pty, "all safe"));
    pty_type(pty, "c");
    REQUIRE(pty_wait(pty, "n   call next"));
    pty_type(pty, "n");
    REQUIRE(pty_wait(pty, "s start"));
    REQUIRE(pty_wait(pty, "all safe"));
    pty_type(pty, "9"); /* the settings stand still */
    REQUIRE(pty_wait(pty, "This workstation"));
    pty_type(pty, "j");
    pty_type(pty, CTRL_Q);
    REQUIRE(pty_wait(pty, "Still with you"));
    char *last = xstrdup(pty_screen(pty));
    pty_type(pty, CTRL_Q);
    CHECK_INT(pty_end(pty), 0);
    pty_free(&pty);
    return last;
}

TEST(replay_draws_what_the_session_drew)
{
    char *path = xasprintf("%s/session", test_folder());
    char *last = record_session(path);
    struct ran all = RUN(NULL, "loket", "replay", path);
    CHECK_INT(all.status, 0);
    CHECK_TEXT(all.err, "");
    check_rows(last_picture(all.out), last);

    /* One picture, and the same one as among all. */
    char number[20], *mark = NULL;
    int half = messages(path) / 2;
    str_format(number, sizeof number, "%d", half);
    struct ran one = RUN(NULL, "loket", "replay", path, "--until", number);
    CHECK_INT(one.status, 0);
    mark = xasprintf("--- %d ", half);
    CHECK(strncmp(one.out, mark, strlen(mark)) == 0);
    CHECK(strstr(all.out, one.out) != NULL);
    CHECK(strlen(one.out) < strlen(all.out));
    free(mark);
    ran_free(&one);
    one = RUN(NULL, "loket", "replay", path, "--until", "999999");
    CHECK_INT(one.status, 1);
    CHECK(strstr(one.err, "the session ends before message 999999: it has ") != NULL);
    ran_free(&one);
    ran_free(&all);
    free(last);
    free(path);
}

static struct ran replay_lines(const char *lines)
{
    char *path = xasprintf("%s/lines", test_folder());
    FILE *file = fopen(path, "we");
    REQUIRE(file);
    fputs(lines, file);
    fclose(file);
    struct ran ran = RUN(NULL, "loket", "replay", path);
    free(path);
    return ran;
}

static void expect_sentence(const char *lines, const char *line, const char *words)
{
    struct ran ran = replay_lines(lines);
    CHECK_INT(ran.status, 1);
    if (!CHECK(strstr(ran.err, line) && strstr(ran.err, words)))
        printf("    %s", ran.err);
    ran_free(&ran);
}

#define HEAD "{\"loket_session\":1,\"lang\":\"ru\",\"screen\":\"start\"}\n"

TEST(replay_of_hand_made_lines)
{
    struct ran ran = replay_lines(HEAD "{\"msg\":\"resize\",\"at\":1795489320000,\"w\":60,\"h\":20}\n");
    CHECK_INT(ran.status, 0);
    CHECK(strncmp(ran.out, "--- 1 resize\n", 13) == 0);
    CHECK(strstr(ran.out, "Добро пожаловать") != NULL);
    ran_free(&ran);
}

TEST(replay_names_the_broken_line)
{
    expect_sentence("", "lines:", "the file is empty");
    expect_sentence("{}\n", "lines:1: ", "no recorded session");
    expect_sentence(HEAD "{\"msg\":\"dance\"}\n", "lines:2: ", "\"dance\" is no message");
    expect_sentence(HEAD "{\"msg\":\"tick\"}\n{\"msg\":\"key\",\"key\":\"Hyper-q\"}\n",
                    "lines:3: ", "is no key");
    expect_sentence(HEAD "{\"msg\":\"tick\"\n", "lines:2: ", "JSON");
}

TEST(replay_says_what_it_wants)
{
    struct ran ran = RUN(NULL, "loket", "replay");
    CHECK_INT(ran.status, 2);
    CHECK(strstr(ran.err, "loket replay FILE") != NULL);
    ran_free(&ran);
    ran = RUN(NULL, "loket", "replay", "any", "--until", "soon");
    CHECK_INT(ran.status, 2);
    ran_free(&ran);
    ran = RUN(NULL, "loket", "replay", "/nowhere/at/all");
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "/nowhere/at/all cannot be read: ") != NULL);
    ran_free(&ran);
}
