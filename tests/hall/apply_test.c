/* tests/hall/apply_test.c: the digital channel and a real loketd over HTTP: keys and what each may do, a hall that is killed
 * while applications come in, one whose disk is full, a sender that does not stop. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/rng.h"
#include "tests/support/day.h"
#include "tests/support/quoted.h"
#include "tests/support/real.h"
#include "tests/support/test.h"

struct channel {
    struct real real;
    char key[80], id[16];
};

static void make_key(struct channel *c, const char *scope, const char *name)
{
    struct json *made = NULL;
    struct ran ran = RUN(NULL, "loketd", "key", "add", "--data", c->real.hall.folder, "--agency", "t",
                         "--name", name, "--scope", scope, "--json");
    if (!CHECK_INT(ran.status, 0))
        printf("    %s\n", ran.err);
    REQUIRE(json_parse(ran.out, strlen(ran.out), &made, NULL) == ERR_OK);
    str_copy(c->key, sizeof c->key, json_text_or(made, "key", ""));
    str_copy(c->id, sizeof c->id, json_text_or(made, "id", ""));
    json_free(&made);
    ran_free(&ran);
}

static void open_channel(struct channel *c)
{
    *c = (struct channel){0};
    real_open(&c->real);
    make_key(c, "apply", "portal");
}

static void close_channel(struct channel *c)
{
    CHECK_INT(real_end(&c->real, SIGTERM), 0);
    real_verify(&c->real);
}

static char *application(const char *reference)
{
    char *text = xasprintf("{'reference':'%s','service':'t.card','person':{'name':'Person %s'}}", reference,
                           reference),
         *body = quoted(text);
    free(text);
    return body;
}

/* The answer, NULL when there was none; the caller frees. */
static struct json *leave(struct channel *c, const char *reference, int *status)
{
    char *body = application(reference);
    struct json *answer = hall_request(&c->real.hall, "POST", "/v1/applications", c->key, body, status);
    free(body);
    return answer;
}

static struct json *ask(struct channel *c, const char *reference, int *status)
{
    char path[160];
    str_format(path, sizeof path, "/v1/applications/%s", reference);
    return hall_request(&c->real.hall, "GET", path, c->key, NULL, status);
}

static int64_t count_cases(struct channel *c)
{
    struct hall_client clerk;
    int status;
    int64_t count = 0;
    char path[120] = "/v1/snapshot";
    REQUIRE(hall_sign_in(&clerk, &c->real.hall, "clerk1", TEST_PASSWORD) == 200);
    for (bool more = true; more;) {
        struct json *page = hall_ask(&clerk, "GET", path, NULL, &status);
        REQUIRE(status == 200);
        for (const struct json *one = json_first(json_get(page, "rows")); one; one = json_next(one))
            count += str_equal(json_text(one, "t"), "case");
        const char *next = json_text(page, "next");
        more = !str_empty(next);
        str_format(path, sizeof path, "/v1/snapshot?after=%s", more ? next : "");
        json_free(&page);
    }
    hall_sign_out(&clerk);
    return count;
}

/* --- with headers of its own --- */

static int start_post(const struct channel *c, const char *headers, const char *body)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)c->real.hall.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_sec = TEST_PATIENCE_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char *text = xasprintf("POST /v1/applications HTTP/1.1\r\nHost: hall\r\nAuthorization: Bearer %s\r\n%s"
                           "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                           c->key, headers, strlen(body), body);
    REQUIRE(fd >= 0 && connect(fd, (const struct sockaddr *)(const void *)&to, sizeof to) == 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    REQUIRE(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
    free(text);
    return fd;
}

/* The whole answer as it came, "" when the connection broke; the caller frees. */
static char *read_answer(int fd)
{
    struct buf text = {0};
    char part[4096];
    ssize_t got;
    while ((got = recv(fd, part, sizeof part, 0)) > 0)
        buf_add(&text, part, (size_t)got);
    close(fd);
    return text.data ? buf_take(&text) : xstrdup("");
}

TEST(a_system_leaves_an_application_and_asks_what_became_of_it)
{
    struct channel c;
    struct hall_client clerk;
    int status;
    open_channel(&c);
    struct json *answer = leave(&c, "r1", &status), *again, *told;
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text(answer, "state"), "complete"); /* this service asks for no papers */
    again = leave(&c, "r1", &status);
    CHECK_INT(status, 200);
    CHECK(json_equal(answer, again));
    REQUIRE(hall_sign_in(&clerk, &c.real.hall, "clerk1", TEST_PASSWORD) == 200);
    char *body =
        xasprintf("{\"case\":\"%s\",\"to\":{\"user\":\"clerk1\"}}", json_text_or(answer, "case", ""));
    struct json *data = hall_do(&clerk, "case.assign", body);
    told = ask(&c, "r1", &status);
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text(told, "state"), "in_review");
    CHECK_INT(count_cases(&c), 1);
    json_free(&data);
    json_free(&told);
    json_free(&again);
    json_free(&answer);
    free(body);
    hall_sign_out(&clerk);
    close_channel(&c);
}

TEST(the_reference_may_come_in_a_header_and_the_language_too)
{
    struct channel c;
    open_channel(&c);
    char *body = quoted("{'service':'t.card','person':{'name':'A'}}");
    char *answer = read_answer(start_post(&c, "Idempotency-Key: \"r 1\"\r\n", body));
    CHECK(strstr(answer, " 422 ") && strstr(answer, "invalid_reference"));
    free(answer);
    answer = read_answer(start_post(&c, "Idempotency-Key: \"r1\"\r\n", body));
    CHECK(strstr(answer, " 200 ") && strstr(answer, "\"reference\":\"r1\""));
    free(answer);
    free(body);
    body = quoted("{'reference':'r2','service':'t.card','person':{'name':'A','born':'x'}}");
    answer = read_answer(start_post(&c, "Accept-Language: az-AZ, en;q=0.5\r\n", body));
    CHECK(strstr(answer, " 422 ") && strstr(answer, "Tarix YYYY-MM-DD kimi yazılır."));
    free(answer);
    free(body);
    close_channel(&c);
}

TEST(each_key_does_what_it_was_made_for)
{
    struct channel c;
    int status;
    open_channel(&c);
    struct json *answer = hall_request(&c.real.hall, "GET", "/v1/events", c.key, NULL, &status);
    CHECK_INT(status, 403);
    CHECK_TEXT(json_text(json_get(answer, "error"), "code"), "other_scope");
    json_free(&answer);
    make_key(&c, "read", "reader");
    answer = leave(&c, "r1", &status);
    CHECK_INT(status, 403);
    json_free(&answer);
    answer = ask(&c, "r1", &status);
    CHECK_INT(status, 403);
    json_free(&answer);
    str_copy(c.key, sizeof c.key, "nobody's");
    answer = leave(&c, "r1", &status);
    CHECK_INT(status, 401);
    json_free(&answer);
    make_key(&c, "apply", "other");
    answer = leave(&c, "r1", &status);
    CHECK_INT(status, 200);
    json_free(&answer);
    struct ran ran = RUN(NULL, "loketd", "key", "revoke", "--data", c.real.hall.folder, c.id);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    answer = ask(&c, "r1", &status);
    CHECK_INT(status, 401);
    json_free(&answer);
    CHECK_INT(count_cases(&c), 1);
    static const char *const wrong[][2] = {{"--scope", "write"}, {"--services", "t.card"}};
    for (int i = 0; i < 2; i++) {
        ran = RUN(NULL, "loketd", "key", "add", "--data", c.real.hall.folder, "--agency", "t", wrong[i][0],
                  wrong[i][1]);
        CHECK_INT(ran.status, 2);
        ran_free(&ran);
    }
    ran = RUN(NULL, "loketd", "key", "add", "--data", c.real.hall.folder, "--agency", "t", "--scope", "apply",
              "--services", "t.card,t.nothing");
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "t.nothing") != NULL);
    ran_free(&ran);
    ran = RUN(NULL, "loketd", "key", "list", "--data", c.real.hall.folder);
    CHECK(strstr(ran.out, "apply") && strstr(ran.out, "read"));
    ran_free(&ran);
    close_channel(&c);
}

TEST(a_sender_that_does_not_stop_is_told_to_wait_and_loses_nothing)
{
    struct channel c;
    int status, refused = 0;
    open_channel(&c);
    for (int i = 0; i < 100000 && refused == 0; i++) {
        struct json *answer = ask(&c, "r1", &status);
        CHECK(status == 404 || status == 429);
        refused += status == 429;
        if (status == 429)
            CHECK_TEXT(hall_header("Retry-After"), "1");
        json_free(&answer);
    }
    CHECK_INT(refused, 1);
    do {
        struct json *answer = leave(&c, "r1", &status);
        json_free(&answer);
    } while (status == 429);
    CHECK_INT(status, 200);
    close_channel(&c);
}

TEST(a_body_beyond_the_limit_is_refused)
{
    struct channel c;
    int status;
    open_channel(&c);
    char *body = xcalloc(1, 300 * 1024);
    memset(body, ' ', 300 * 1024 - 1);
    struct json *answer = hall_request(&c.real.hall, "POST", "/v1/applications", c.key, body, &status);
    CHECK_INT(status, 413);
    json_free(&answer);
    answer = hall_request(&c.real.hall, "POST", "/v1/applications", c.key, "[]", &status);
    CHECK_INT(status, 400);
    json_free(&answer);
    free(body);
    close_channel(&c);
}

/* --- killed --- */

enum { ROUNDS = 12, TOGETHER = 8 };

/* Several are under way; some are answered, then the hall is killed; all are sent again. What was answered stands as it
 * was answered, and nothing is there twice. */
TEST(no_application_is_lost_or_doubled_when_the_hall_is_killed)
{
    struct channel c;
    struct rng rng;
    char reference[16];
    int status;
    open_channel(&c);
    rng_seed(&rng, (uint64_t)clock_wall_now_ms());
    for (int round = 0; round < ROUNDS; round++) {
        int fds[TOGETHER], read_first = (int)rng_below(&rng, TOGETHER + 1);
        char *answers[TOGETHER];
        for (int i = 0; i < TOGETHER; i++) {
            str_format(reference, sizeof reference, "r%d-%d", round, i);
            char *body = application(reference);
            fds[i] = start_post(&c, "", body);
            free(body);
        }
        for (int i = 0; i < read_first; i++)
            answers[i] = read_answer(fds[i]);
        CHECK_INT(real_end(&c.real, SIGKILL), 128 + SIGKILL);
        for (int i = read_first; i < TOGETHER; i++)
            answers[i] = read_answer(fds[i]);
        real_start(&c.real);
        for (int i = 0; i < TOGETHER; i++) {
            str_format(reference, sizeof reference, "r%d-%d", round, i);
            bool answered = strstr(answers[i], " 200 ") != NULL;
            CHECK(answered || i >= read_first || strstr(answers[i], " 429 "));
            struct json *told = ask(&c, reference, &status), *again;
            CHECK(status == 200 || (status == 404 && !answered));
            do
                again = leave(&c, reference, &status);
            while (status == 429 && (json_free(&again), true));
            CHECK_INT(status, 200);
            CHECK(!answered || strstr(answers[i], json_text_or(again, "number", "?")));
            json_free(&again);
            json_free(&told);
            free(answers[i]);
        }
    }
    CHECK_INT(count_cases(&c), ROUNDS * TOGETHER);
    close_channel(&c);
}

/* --- restored --- */

TEST(what_a_restore_took_away_is_the_same_application_when_it_is_sent_again)
{
    struct channel c;
    int status;
    open_channel(&c);
    char *file = xasprintf("%s/backup.db", test_folder());
    struct ran ran = RUN(NULL, "loketd", "backup", "--data", c.real.hall.folder, file);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    struct json *first = leave(&c, "r1", &status);
    CHECK_INT(status, 200);
    CHECK_INT(real_end(&c.real, SIGTERM), 0);
    ran = RUN(NULL, "loketd", "restore", "--data", c.real.hall.folder, file);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    real_start(&c.real);
    struct json *told = ask(&c, "r1", &status);
    CHECK_INT(status, 404);
    json_free(&told);
    struct json *again = leave(&c, "r1", &status);
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text(again, "case"), json_text(first, "case"));
    json_free(&again);
    json_free(&first);
    free(file);
    close_channel(&c);
}

/* --- full --- */

TEST(a_hall_whose_disk_is_full_takes_no_application_and_says_so)
{
    struct channel c = {0};
    char disk[200], reference[24];
    int status = 200, last = 0;
    small_disk(disk);
    real_open_in(&c.real, disk);
    make_key(&c, "apply", "portal");
    struct json *answer = leave(&c, "before", &status);
    CHECK_INT(status, 200);
    json_free(&answer);
    fill_disk(disk);
    for (int i = 0; i < 2000 && (status == 200 || status == 429);
         i++) { /* the log has some room of its own */
        str_format(reference, sizeof reference, "r%d", i);
        answer = leave(&c, reference, &status);
        last += status == 200;
        json_free(&answer);
    }
    CHECK_INT(status, 507);
    answer = ask(&c, "before", &status);
    CHECK_INT(status, 200);
    json_free(&answer);
    free_disk(disk);
    answer = leave(&c, "after", &status);
    CHECK_INT(status, 200);
    json_free(&answer);
    CHECK_INT(count_cases(&c), last + 2);
    close_channel(&c);
    drop_disk(disk);
}
