/* tests/hall/pipe_test.c: `loket pipe`, COMMANDS.md: its lines, its exit statuses, its outbox, against a real
 * hall. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/hall.h"
#include "tests/support/piped.h"
#include "tests/support/program.h"
#include "tests/support/stranger.h"
#include "tests/support/test.h"

static const char issue[] = "{'tag':'i','type':'ticket.issue','body':{'queue':'p','channel':'walk_in'}}";

/* A hall, and the folder and password of one workstation. */
struct place {
    struct test_hall hall;
    char data[200], password[200];
};

static void write_password(const struct place *place, const char *password)
{
    FILE *file = fopen(place->password, "we");
    REQUIRE(file && fprintf(file, "%s\r\n", password) > 0 && fclose(file) == 0);
}

static void open_place(struct place *place)
{
    const char *folder = test_folder();
    hall_open(&place->hall);
    str_format(place->data, sizeof place->data, "%s/data", folder);
    str_format(place->password, sizeof place->password, "%s/password", folder);
    write_password(place, TEST_PASSWORD);
}

static struct piped start(const struct place *place, const char *login, const char *data)
{
    return PIPED("--hall", place->hall.url, "--user", login, "--password-file", place->password, "--data",
                 data);
}

static struct piped start_draining(const struct place *place)
{
    return PIPED("--hall", place->hall.url, "--user", "reception", "--password-file", place->password,
                 "--data", place->data, "--drain");
}

static int64_t tickets_at_hall(const struct place *place)
{
    struct hall_client client;
    int64_t count = 0;
    int status;
    REQUIRE(hall_sign_in(&client, &place->hall, "supervisor", TEST_PASSWORD) == 200);
    struct json *page = hall_ask(&client, "GET", "/v1/snapshot", NULL, &status);
    CHECK(json_is_null(json_get(page, "next")));
    for (const struct json *row = json_first(json_get(page, "rows")); row; row = json_next(row))
        count += str_equal(json_text(row, "t"), "ticket");
    json_free(&page);
    hall_sign_out(&client);
    return count;
}

static void check_error(struct piped *piped, const char *line, const char *code)
{
    piped_say(piped, line);
    struct json *error = piped_await(piped, "error", NULL);
    if (!CHECK_TEXT(json_text(error, "code"), code))
        printf("    %s\n", line);
    CHECK(!str_empty(json_text(error, "message")));
    CHECK_INT((int64_t)json_count(error), 4);
    json_free(&error);
}

TEST(pipe_says_ready_saved_and_result)
{
    struct place place;
    open_place(&place);
    struct piped piped = start(&place, "reception", place.data);
    struct json *line = piped_next(&piped);
    CHECK_TEXT(json_text(line, "event"), "ready");
    CHECK_TEXT(json_text(line, "user"), "reception");
    CHECK_TEXT(json_text(line, "network"), "online");
    CHECK(json_int(line, "rev", 0) > 0);
    json_free(&line);
    piped_say(&piped, issue);
    line = piped_await(&piped, "saved", "i");
    int64_t seq = json_int(line, "seq", 0);
    CHECK(seq > 0 && uuid_valid(json_text_or(line, "id", "")));
    json_free(&line);
    line = piped_await(&piped, "result", "i");
    CHECK_INT(json_int(line, "seq", 0), seq);
    CHECK_TEXT(json_text(line, "status"), "applied");
    CHECK_TEXT(json_text(json_get(json_get(line, "data"), "ticket"), "number"), "P001");
    CHECK(json_is_null(json_get(line, "error")));
    json_free(&line);
    piped_say(&piped, "{'tag':'q','query':'status'}");
    line = piped_await(&piped, "answer", "q");
    const struct json *status = json_at(json_get(line, "rows"), 0);
    CHECK_INT(json_int(status, "unsent", -1), 0);
    CHECK(json_int(status, "cursor", -1) > 0 && json_is_number(json_get(status, "safe_through")));
    CHECK_TEXT(json_text(status, "network"), "online");
    json_free(&line);
    piped_end_input(&piped);
    CHECK_INT(piped_end(&piped, 0), 0);
    CHECK_INT(hall_stop(&place.hall), 0);
}

TEST(pipe_goes_on_after_bad_lines)
{
    struct place place;
    open_place(&place);
    struct piped piped = start(&place, "reception", place.data);
    piped_skip(&piped, "ready", NULL);
    check_error(&piped, "nonsense", "invalid_json");
    check_error(&piped, "[1]", "invalid_line");
    check_error(&piped, "{'tag':'x'}", "invalid_line");
    check_error(&piped, "{'tag':'x','type':'ticket.eat'}", "unknown_command");
    check_error(&piped, "{'tag':'x','type':'ticket.issue','body':3}", "invalid_line");
    check_error(&piped, "{'tag':'x','query':'everything'}", "unknown_query");
    check_error(&piped, "{'tag':'x','type':'ticket.issue','body':{'queue':'none','channel':'walk_in'}}",
                "unknown_queue");
    struct buf line = {0};
    buf_adds(&line, "{'tag':'");
    for (int i = 0; i < 200000; i++)
        buf_adds(&line, "longer");
    buf_adds(&line, "'}");
    check_error(&piped, buf_text(&line), "line_too_long");
    buf_free(&line);
    piped_say(&piped, issue);
    piped_skip(&piped, "result", "i");
    CHECK_INT(piped_end(&piped, SIGTERM), 0);
    CHECK_INT(tickets_at_hall(&place), 1);
    CHECK_INT(hall_stop(&place.hall), 0);
}

static void check_end(struct ran ran, int status, const char *says)
{
    CHECK_INT(ran.status, status);
    if (!strstr(ran.err, says))
        CHECK_TEXT(ran.err, says);
    char *end = strchr(ran.err, '\n');
    CHECK(end && !end[1]); /* one clear line */
    CHECK_TEXT(ran.out, "");
    ran_free(&ran);
}

static void check_prints(struct ran ran, const char *says)
{
    CHECK_INT(ran.status, 0);
    CHECK_TEXT(ran.err, "");
    CHECK(strstr(ran.out, says) != NULL);
    ran_free(&ran);
}

/* An answered record is kept until it is safe at the hall, but nothing of it is unsent any more. */
TEST(outbox_lists_what_is_unsent)
{
    struct place place;
    open_place(&place);
    struct piped piped = start(&place, "reception", place.data);
    piped_skip(&piped, "ready", NULL);
    piped_say(&piped, issue);
    piped_skip(&piped, "result", "i");
    CHECK_INT(piped_end(&piped, SIGTERM), 0);
    struct ran ran = RUN(NULL, "loket", "--data", place.data, "outbox", "list");
    CHECK_INT(ran.status, 0);
    CHECK_TEXT(ran.out, "");
    ran_free(&ran);
    CHECK_INT(hall_stop(&place.hall), 0);
    piped = start(&place, "reception", place.data);
    piped_skip(&piped, "ready", NULL);
    piped_say(&piped, issue);
    piped_skip(&piped, "saved", "i");
    CHECK_INT(piped_end(&piped, SIGKILL), 128 + SIGKILL);
    ran = RUN(NULL, "loket", "--data", place.data, "outbox", "list");
    CHECK_INT(ran.status, 3);
    CHECK(strstr(ran.out, "ticket.issue") != NULL);
    ran_free(&ran);
}

/* What touches no data of a person runs where nobody has a home. */
TEST(loket_needs_no_home_for_what_touches_no_data)
{
    char *home = getenv("HOME") ? xstrdup(getenv("HOME")) : NULL;
    unsetenv("HOME");
    unsetenv("XDG_STATE_HOME");
    check_prints(RUN(NULL, "loket", "--version"), "loket ");
    check_prints(RUN(NULL, "loket", "--help"), "outbox list");
    check_prints(RUN(NULL, "loket", "keys", "--json"), "call_next");
    check_end(RUN(NULL, "loket", "outbox", "list"), 2, "--data");
    if (home)
        setenv("HOME", home, 1);
    free(home);
}

TEST(pipe_ends_with_a_status_and_a_sentence)
{
    struct place place;
    open_place(&place);
    const char *url = place.hall.url;
    check_end(RUN(NULL, "loket", "pipe"), 2, "--user");
    check_end(RUN(NULL, "loket", "pipe", "--user", "a"), 2, "--password-file");
    check_end(RUN(NULL, "loket", "pipe", "--user"), 2, "value");
    check_end(RUN(NULL, "loket", "pipe", "--dance"), 2, "--dance");
    check_end(RUN(NULL, "loket", "pipe", "--hall", url, "--user", "a", "--password-file", place.password,
                  "--data", place.data, "--follow", "ticket,dreams"),
              2, "dreams");
    check_end(RUN(NULL, "loket", "pipe", "--hall", url, "--user", "a", "--password-file", "/no/such",
                  "--data", place.data),
              1, "/no/such");
    check_end(RUN(NULL, "loket", "pipe", "--hall", "http://127.0.0.1:1", "--user", "reception",
                  "--password-file", place.password, "--data", place.data),
              1, "cannot be reached");
    write_password(&place, "wrong");
    check_end(RUN(NULL, "loket", "pipe", "--hall", url, "--user", "reception", "--password-file",
                  place.password, "--data", place.data),
              4, "cannot sign in");
    write_password(&place, TEST_PASSWORD);
    struct piped piped = start(&place, "reception", place.data);
    piped_skip(&piped, "ready", NULL);
    check_end(RUN(NULL, "loket", "pipe", "--hall", url, "--user", "reception", "--password-file",
                  place.password, "--data", place.data),
              1, "Another Loket");
    CHECK_INT(piped_end(&piped, SIGINT), 0);
    CHECK_INT(hall_stop(&place.hall), 0);
}

/* Saved without the hall, with the session of an earlier run; sent when somebody opens the same folder. */
TEST(pipe_works_without_the_hall)
{
    struct place place;
    open_place(&place);
    struct piped piped = start(&place, "reception", place.data);
    piped_skip(&piped, "ready", NULL);
    CHECK_INT(piped_end(&piped, SIGTERM), 0);
    hall_kill(&place.hall);

    piped = start_draining(&place);
    struct json *ready = piped_await(&piped, "ready", NULL);
    CHECK_TEXT(json_text(ready, "network"), "offline");
    json_free(&ready);
    piped_say(&piped, issue);
    struct json *saved = piped_await(&piped, "saved", "i");
    char *number = xstrdup(json_text_or(json_get(saved, "data"), "number", "")); /* it may be printed */
    CHECK_TEXT(number, "W1-P001");
    json_free(&saved);
    check_error(&piped, "{'tag':'c','type':'counter.open','body':{'counter':'c1'}}", "offline");
    piped_end_input(&piped);
    CHECK_INT(piped_end(&piped, SIGTERM), 3);

    hall_start(&place.hall);
    piped = start_draining(&place);
    piped_end_input(&piped);
    struct json *result = piped_await(&piped, "result", NULL);
    CHECK_TEXT(json_text(result, "status"), "applied");
    CHECK(json_is_null(json_get(result, "tag")));
    CHECK_TEXT(json_text(json_get(json_get(result, "data"), "ticket"), "number"), number); /* and stays */
    json_free(&result);
    free(number);
    CHECK_INT(piped_end(&piped, 0), 0);
    CHECK_INT(tickets_at_hall(&place), 1);
    CHECK_INT(hall_stop(&place.hall), 0);
}

TEST(pipe_finds_the_hall_again)
{
    struct place place;
    open_place(&place);
    struct piped piped = start(&place, "reception", place.data);
    piped_skip(&piped, "ready", NULL);
    hall_kill(&place.hall);
    struct json *line = piped_await(&piped, "network", NULL);
    CHECK_TEXT(json_text(line, "state"), "offline");
    CHECK(!str_empty(json_text(line, "since")));
    json_free(&line);
    piped_say(&piped, issue);
    piped_skip(&piped, "saved", "i");
    hall_start(&place.hall);
    line = piped_await(&piped, "network", NULL);
    CHECK_TEXT(json_text(line, "state"), "online");
    json_free(&line);
    piped_skip(&piped, "result", "i");
    CHECK_INT(piped_end(&piped, SIGTERM), 0);
    CHECK_INT(tickets_at_hall(&place), 1);
    CHECK_INT(hall_stop(&place.hall), 0);
}

/* The first thing that the hall answers is the result itself: before it stands that the hall is there again. */
TEST(pipe_says_that_the_hall_is_there_before_what_it_says)
{
    struct place place;
    struct stranger between;
    open_place(&place);
    stranger_start(&between, STRANGER_PASSES, place.hall.port);
    struct piped piped = PIPED("--hall", between.url, "--user", "reception", "--password-file",
                               place.password, "--data", place.data);
    piped_skip(&piped, "ready", NULL);
    stranger_be(&between, STRANGER_GONE);
    piped_skip(&piped, "network", NULL);
    piped_say(&piped, issue);
    piped_skip(&piped, "saved", "i");
    stranger_be(&between, STRANGER_TARDY);
    struct json *line = piped_next(&piped);
    CHECK_TEXT(json_text(line, "event"), "network");
    CHECK_TEXT(json_text(line, "state"), "online");
    json_free(&line);
    line = piped_next(&piped);
    CHECK_TEXT(json_text(line, "event"), "result");
    json_free(&line);
    CHECK_INT(piped_end(&piped, SIGTERM), 0);
    stranger_stop(&between);
    CHECK_INT(hall_stop(&place.hall), 0);
}

/* The network takes the sign-in and gives no answer: work begins all the same, and the sign-in stands. */
TEST(pipe_does_not_wait_for_a_silent_hall)
{
    struct place place;
    struct stranger between;
    open_place(&place);
    stranger_start(&between, STRANGER_PASSES, place.hall.port);
    str_copy(place.hall.url, sizeof place.hall.url, between.url);
    struct piped piped = start(&place, "reception", place.data);
    piped_skip(&piped, "ready", NULL);
    CHECK_INT(piped_end(&piped, SIGTERM), 0);
    stranger_be(&between, STRANGER_MUSES);
    piped = start(&place, "reception", place.data);
    struct json *line = piped_await(&piped, "ready", NULL);
    CHECK_TEXT(json_text(line, "network"), "offline");
    json_free(&line);
    piped_say(&piped, issue);
    piped_skip(&piped, "saved", "i");
    stranger_be(&between, STRANGER_PASSES);
    piped_skip(&piped, "network", NULL);
    piped_skip(&piped, "result", "i");
    CHECK_INT(piped_end(&piped, SIGTERM), 0);
    char *path = xasprintf("%s/loket.log", place.data), *log = test_read_file(path);
    CHECK(log && !strstr(log, "signing in at")); /* nor was it given up */
    free(log);
    free(path);
    stranger_stop(&between);
    CHECK_INT(hall_stop(&place.hall), 0);
}

/* The password is changed, the old session ends: the file is read again. */
TEST(pipe_does_not_work_on_with_a_wrong_password)
{
    struct place place;
    open_place(&place);
    struct piped piped = start(&place, "reception", place.data);
    piped_skip(&piped, "ready", NULL);
    CHECK_INT(piped_end(&piped, SIGTERM), 0);
    write_password(&place, "wrong");
    hall_kill(&place.hall);
    piped = start(&place, "reception", place.data);
    piped_skip(&piped, "ready", NULL); /* nobody can tell yet */
    hall_start(&place.hall);
    CHECK_INT(piped_end(&piped, 0), 4);
    CHECK_INT(hall_stop(&place.hall), 0);
}

TEST(pipe_follows_rows)
{
    struct place place;
    open_place(&place);
    char *data = xasprintf("%s2", place.data);
    struct piped desk = start(&place, "reception", place.data);
    struct piped display = PIPED("--hall", place.hall.url, "--user", "supervisor", "--password-file",
                                 place.password, "--data", data, "--follow", "ticket,queue");
    piped_skip(&desk, "ready", NULL);
    piped_skip(&display, "ready", NULL);
    for (int i = 0; i < 2; i++) { /* what is there already */
        struct json *row = piped_await(&display, "row", NULL);
        CHECK_TEXT(json_text(row, "t"), "queue");
        CHECK_TEXT(json_text(row, "id"), json_text(json_get(row, "row"), "id"));
        json_free(&row);
    }
    piped_say(&desk, issue);
    struct json *row = piped_await(&display, "row", NULL);
    CHECK_TEXT(json_text(row, "t"), "ticket");
    CHECK_TEXT(json_text(json_get(row, "row"), "number"), "P001");
    json_free(&row);
    CHECK_INT(piped_end(&desk, SIGTERM), 0);
    CHECK_INT(piped_end(&display, SIGTERM), 0);
    free(data);
    CHECK_INT(hall_stop(&place.hall), 0);
}

TEST(pipe_ends_quietly_when_nobody_reads)
{
    struct place place;
    open_place(&place);
    struct piped piped = start(&place, "reception", place.data);
    piped_skip(&piped, "ready", NULL);
    close(piped.out);
    piped.out = -1;
    CHECK_INT(piped_end(&piped, 0), 0);
    CHECK_INT(hall_stop(&place.hall), 0);
}

/* A program that first writes everything and then reads is no deadlock. */
TEST(pipe_takes_many_lines_before_any_is_read)
{
    enum { LINES = 3000 };
    struct place place;
    open_place(&place);
    struct piped piped = start_draining(&place);
    for (int i = 0; i < LINES; i++)
        piped_say(&piped, "{'tag':'many','query':'tickets'}");
    piped_say(&piped, issue);
    piped_end_input(&piped);
    for (int i = 0; i < LINES; i++)
        piped_skip(&piped, "answer", "many");
    piped_skip(&piped, "saved", "i");
    piped_skip(&piped, "result", "i");
    CHECK(piped_next(&piped) == NULL);
    CHECK_INT(piped_end(&piped, 0), 0);
    CHECK_INT(tickets_at_hall(&place), 1);
    CHECK_INT(hall_stop(&place.hall), 0);
}

TEST(pipe_gives_identities)
{
    struct place place;
    open_place(&place);
    struct piped piped = start(&place, "clerk1", place.data);
    piped_skip(&piped, "ready", NULL);
    piped_say(&piped, "{'tag':'p','type':'person.record','body':{'given':'Aysel','family':'Test'}}");
    struct json *line = piped_await(&piped, "saved", "p");
    CHECK(uuid_valid(json_text_or(json_get(line, "data"), "person", "")));
    json_free(&line);
    CHECK_INT(piped_end(&piped, SIGTERM), 0);
    CHECK_INT(hall_stop(&place.hall), 0);
}
