/* tests/hall/many_test.c: several loketd serve one hall in PostgreSQL: whatever they say to whom, it is what one hall would have
 * said, also when one of them is killed. What was said is recorded and judged by tests/support/linear.h. */
#include <curl/curl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/db/rows.h"
#include "tests/support/cluster.h"
#include "tests/support/hall.h"
#include "tests/support/linear.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

enum { SERVING_MAX = 3 };

struct many {
    char *db; /* the hall's address */
    struct running loketd[SERVING_MAX];
    struct test_hall halls[SERVING_MAX]; /* the same one, at each of their doors */
};

static void serve(struct many *many, int n)
{
    static const char said[] = "loketd: listening on ";
    many->loketd[n] = START("loketd", "serve", "--db", many->db, "--listen", "127.0.0.1:0");
    char *line = running_line(&many->loketd[n]);
    REQUIRE(line && str_starts(line, said));
    str_copy(many->halls[n].url, sizeof many->halls[n].url, line + sizeof said - 1);
    many->halls[n].port = atoi(strrchr(many->halls[n].url, ':') + 1);
    free(line);
}

static void open_many(struct many *many, const char *name, int count)
{
    if (cluster_lacks())
        test_skip(cluster_lacks());
    *many = (struct many){.db = cluster_address(name)};
    hall_make_at(&many->halls[0], many->db);
    for (int n = 0; n < count; n++)
        serve(many, n);
}

static void end(struct many *many, int n, int with)
{
    kill(many->loketd[n].pid, with);
    CHECK_INT(running_wait(&many->loketd[n]), with == SIGTERM ? 0 : 128 + with);
    many->loketd[n].pid = 0;
}

static void close_many(struct many *many)
{
    for (int n = 0; n < SERVING_MAX; n++)
        if (many->loketd[n].pid)
            end(many, n, SIGTERM);
    struct ran ran = RUN(NULL, "loketd", "verify", "--db", many->db);
    if (!CHECK(ran.status == 0 && strstr(ran.out, "is whole")))
        printf("  %s%s\n", ran.out, ran.err);
    ran_free(&ran);
    free(many->db);
}

/* Somebody who is signed in, at the door of another loketd: it is one hall, so the sign-in holds there too. */
static struct hall_client at(const struct hall_client *client, const struct test_hall *hall)
{
    struct hall_client there = *client;
    there.hall = hall;
    return there;
}

/* --- news --- */

/* Long polls that wait at this door. */
static int waiting(const struct test_hall *hall)
{
    int status;
    char *text = hall_request_text(hall, "GET", "/metrics", NULL, NULL, &status);
    const char *line = strstr(text, "\nloketd_polls ");
    int count = line ? atoi(line + strlen("\nloketd_polls ")) : -1;
    free(text);
    return count;
}

/* In a process of its own: says on the pipe up to where the news went, and when they came. */
static pid_t wait_for_news(const struct hall_client *client, const struct test_hall *hall, int64_t cursor,
                           int to)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    int status;
    char path[100];
    str_format(path, sizeof path, "/v1/feed?cursor=%lld&epoch=%lld&wait=25", (long long)cursor,
               (long long)client->epoch);
    struct json *news = hall_request(hall, "GET", path, client->token, NULL, &status);
    int64_t said[2] = {json_int(news, "to", -1), clock_mono_now_ms()};
    _exit(write(to, said, sizeof said) == sizeof said ? 0 : 1);
}

/* The server hangs up on everybody, as it does when it is started again. */
static void hang_up(const struct many *many)
{
    static const char sql[] = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                              " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(db_open(&db, many->db, 0, &info) == ERR_OK);
    struct stmt *count = db_query(db, sql);
    CHECK(db_step(count) == ERR_OK && db_int(count, 0) >= 4); /* two loketd, with a line each */
    db_done(count);
    db_close(&db);
}

/* Somebody who is told to try again does. */
static void issue(struct hall_client *desk)
{
    char *text = hall_push_text(desk, "ticket.issue", "{\"queue\":\"q\",\"channel\":\"desk\"}");
    int status = 503;
    for (int tries = 0; status == 503 && tries < 1000; tries++) {
        struct json *answer = hall_ask(desk, "POST", "/v1/push", text, &status);
        desk->rev = json_int(answer, "rev", desk->rev);
        json_free(&answer);
    }
    CHECK_INT(status, 200);
    desk->seq++;
    free(text);
}

/* Whoever waits at one door hears at once what was done at another: much sooner than by looking each second. In the last round
 * both lose all their connections while somebody waits: the wait goes on, and ends with the news. */
TEST(many_loketd_wake_each_others_polls)
{
    enum { ROUNDS = 5 };
    struct many many;
    struct hall_client desk;
    int ends[2], status;
    int64_t late_ms = 0;
    open_many(&many, "wakes", 2);
    REQUIRE(pipe(ends) == 0);
    REQUIRE(hall_sign_in(&desk, &many.halls[0], "reception", TEST_PASSWORD) == 200);
    for (int round = 0; round <= ROUNDS; round++) {
        int64_t said[2];
        pid_t pid = wait_for_news(&desk, &many.halls[1], desk.rev, ends[1]);
        while (waiting(&many.halls[1]) == 0) {
        }
        if (round == ROUNDS)
            hang_up(&many);
        issue(&desk);
        int64_t done_ms = clock_mono_now_ms();
        REQUIRE(read(ends[0], said, sizeof said) == sizeof said);
        CHECK_INT(said[0], desk.rev);
        if (round < ROUNDS)
            late_ms += said[1] > done_ms ? said[1] - done_ms : 0;
        waitpid(pid, &status, 0);
    }
    CHECK(late_ms < ROUNDS * 1000 / 2);
    hall_sign_out(&desk);
    close(ends[0]);
    close(ends[1]);
    close_many(&many);
}

/* --- what each of them knows --- */

/* What one did, another knows, whatever it keeps in memory. */
TEST(many_loketd_are_one_hall)
{
    struct many many;
    struct hall_client boss, clerk, other;
    int status;
    open_many(&many, "one_hall", 2);
    REQUIRE(hall_sign_in(&boss, &many.halls[0], "admin", TEST_PASSWORD) == 200);
    REQUIRE(hall_sign_in(&clerk, &many.halls[0], "clerk1", TEST_PASSWORD) == 200);
    REQUIRE(hall_sign_in(&other, &many.halls[1], "clerk2", TEST_PASSWORD) == 200);

    /* A counter that is taken over at another door refuses its old fence at this one. */
    struct json *data = hall_do(&clerk, "counter.open", "{\"counter\":\"c1\"}");
    int64_t fence = json_int(data, "fence", 0);
    json_free(&data);
    data = hall_do(&other, "counter.open", "{\"counter\":\"c1\",\"takeover\":true}");
    CHECK_INT(json_int(data, "fence", 0), fence + 1);
    json_free(&data);
    char *body = xasprintf("{\"counter\":\"c1\",\"fence\":%lld}", (long long)fence);
    struct json *result = hall_push(&clerk, "ticket.call_next", body);
    CHECK_TEXT(json_text(result, "status"), "refused");
    json_free(&result);
    free(body);

    /* The same bytes at the other door have the answer that they had at the first. */
    char *text = hall_push_text(&clerk, "counter.open", "{\"counter\":\"c3\"}");
    struct hall_client there = at(&clerk, &many.halls[1]);
    char *answers[2];
    for (int n = 0; n < 2; n++) {
        struct json *answer = hall_ask(n ? &there : &clerk, "POST", "/v1/push", text, &status);
        CHECK_INT(status, 200);
        answers[n] = json_print(json_get(answer, "results"));
        clerk.rev = json_int(answer, "rev", 0);
        json_free(&answer);
    }
    CHECK_TEXT(answers[1], answers[0]);
    clerk.seq++;
    free(answers[0]);
    free(answers[1]);
    free(text);

    /* A place in the feed that the other has not seen yet is no history that was lost. */
    data = hall_do(&clerk, "counter.close", "{\"counter\":\"c3\",\"reason\":\"x\"}");
    json_free(&data);
    char path[100];
    str_format(path, sizeof path, "/v1/feed?cursor=%lld&epoch=1", (long long)clerk.rev);
    json_free(&(struct json *){hall_ask(&there, "GET", path, NULL, &status)});
    CHECK_INT(status, 200);

    /* An account that is disabled at one door is out at the other with the next thing that happens there. */
    json_free(&(struct json *){
        hall_ask(&boss, "POST", "/v1/admin", "{\"do\":\"user.disable\",\"login\":\"clerk1\"}", &status)});
    CHECK_INT(status, 200);
    data = hall_do(&other, "counter.close", "{\"counter\":\"c1\",\"reason\":\"x\"}");
    json_free(&data);
    json_free(&(struct json *){hall_ask(&there, "GET", path, NULL, &status)});
    CHECK_INT(status, 401);

    /* A sign-in that ends at one door is over at the other within a second, however often that one is asked. */
    json_free(&(struct json *){hall_ask(&other, "GET", path, NULL, &status)});
    CHECK_INT(status, 200);
    struct hall_client elsewhere = at(&other, &many.halls[0]);
    json_free(&(struct json *){hall_ask(&elsewhere, "DELETE", "/v1/session", NULL, &status)});
    CHECK_INT(status, 200);
    int64_t until_ms = clock_mono_now_ms() +
                       5 * 1000; /* a busy machine's; less than it is believed where there is one door */
    do {
        json_free(&(struct json *){hall_ask(&other, "GET", path, NULL, &status)});
    } while (status == 200 && clock_mono_now_ms() < until_ms);
    CHECK_INT(status, 401);

    hall_sign_out(&boss);
    hall_sign_out(&clerk);
    hall_sign_out(&other);
    close_many(&many);
}

/* --- the same, at two doors at once --- */

static size_t take(char *data, size_t size, size_t count, void *ctx)
{
    buf_add(ctx, data, size * count);
    return size * count;
}

static CURL *post(const struct test_hall *hall, const struct curl_slist *headers, const char *body,
                  struct buf *got)
{
    CURL *easy = curl_easy_init();
    char *url = xasprintf("%s/v1/push", hall->url);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, got);
    free(url);
    return easy;
}

/* The results that each of them answered; the caller frees. */
static void push_at_once(const struct many *many, const struct hall_client *client, const char *text,
                         char *results[2])
{
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    struct buf got[2] = {0};
    CURLM *multi = curl_multi_init();
    CURL *easy[2];
    int running = 1;
    char *bearer = xasprintf("Authorization: Bearer %s", client->token);
    headers = curl_slist_append(headers, bearer);
    for (int n = 0; n < 2; n++)
        curl_multi_add_handle(multi, easy[n] = post(&many->halls[n], headers, text, &got[n]));
    while (curl_multi_perform(multi, &running) == CURLM_OK && running)
        curl_multi_poll(multi, NULL, 0, 1000, NULL);
    for (int n = 0; n < 2; n++) {
        struct json *answer = NULL;
        if (json_parse(buf_text(&got[n]), got[n].length, &answer, NULL) != ERR_OK)
            answer = NULL;
        results[n] = json_print(json_get(answer, "results"));
        json_free(&answer);
        buf_free(&got[n]);
        curl_multi_remove_handle(multi, easy[n]);
        curl_easy_cleanup(easy[n]);
    }
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
    free(bearer);
}

/* Somebody who had no answer yet asks at another door, while the first still works on it: one effect, one answer. */
TEST(many_loketd_do_once_what_comes_to_two_of_them)
{
    enum { ROUNDS = 20 };
    struct many many;
    struct hall_client desk;
    open_many(&many, "twice", 2);
    REQUIRE(hall_sign_in(&desk, &many.halls[0], "reception", TEST_PASSWORD) == 200);
    for (int round = 0; round < ROUNDS; round++) {
        char number[40], *results[2];
        char *text = hall_push_text(&desk, "ticket.issue", "{\"queue\":\"q\",\"channel\":\"desk\"}");
        push_at_once(&many, &desk, text, results);
        str_format(number, sizeof number, "\"number\":\"Q%03d\"", round + 1);
        CHECK_TEXT(results[1], results[0]);
        CHECK(strstr(results[0], number) != NULL);
        desk.seq++;
        free(text);
        free(results[0]);
        free(results[1]);
    }
    hall_sign_out(&desk);
    close_many(&many);
}

/* --- a standby that had not all --- */

/* As after a failover that lost the last commit, which was a ticket. */
static void lose_last(const struct many *many)
{
    static const char script[] = "BEGIN; DELETE FROM tickets WHERE row_rev = (SELECT rev FROM hall_state);"
                                 "DELETE FROM change WHERE rev = (SELECT rev FROM hall_state);"
                                 "DELETE FROM audit WHERE rev = (SELECT rev FROM hall_state);"
                                 "DELETE FROM audit_tag WHERE rev = (SELECT rev FROM hall_state);"
                                 "DELETE FROM result WHERE rev = (SELECT rev FROM hall_state);"
                                 "UPDATE client SET last_seq = last_seq - 1;"
                                 "UPDATE hall_state SET rev = rev - 1,"
                                 " feed_head = (SELECT h FROM change ORDER BY rev DESC LIMIT 1),"
                                 " audit_head = (SELECT hash FROM audit ORDER BY rev DESC LIMIT 1); COMMIT";
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(db_open(&db, many->db, DB_WRITE, &info) == ERR_OK);
    CHECK_INT(db_script(db, script), ERR_OK);
    db_close(&db);
}

/* What was acknowledged and is not there any more comes again from the workstation, under a new epoch: both who serve notice
 * that the history is another, one of them gives it the epoch, and nobody goes on as if nothing had been. */
TEST(many_loketd_and_a_standby_that_lacked_the_last)
{
    struct many many;
    struct hall_client desk;
    char number[16] = "";
    int status;
    open_many(&many, "standby", 2);
    REQUIRE(hall_sign_in(&desk, &many.halls[0], "reception", TEST_PASSWORD) == 200);
    issue(&desk);
    issue(&desk);
    lose_last(&many);
    for (int n = 0; n < 2; n++) {
        CHECK_INT(running_wait(&many.loketd[n]), 1);
        many.loketd[n].pid = 0;
        serve(&many, n);
    }
    desk.hall = &many.halls[1];
    desk.seq--;
    char *text = hall_push_text(&desk, "ticket.issue", "{\"queue\":\"q\",\"channel\":\"desk\"}");
    json_free(&(struct json *){hall_ask(&desk, "POST", "/v1/push", text, &status)});
    CHECK_INT(status, 409);
    free(text);
    desk.epoch++;
    struct json *data = hall_do(&desk, "ticket.issue", "{\"queue\":\"q\",\"channel\":\"desk\"}");
    str_copy(number, sizeof number, json_text_or(json_get(data, "ticket"), "number", ""));
    CHECK_TEXT(number, "Q002");
    json_free(&data);
    hall_sign_out(&desk);
    close_many(&many);
}

/* --- a crowd --- */

enum { CLERKS = 4, FIGHTERS = 2, PEOPLE = 40, FIGHTS = 12 };

/* A person's process: they go to the next door when one does not answer, and say the same once more. */
struct worker {
    const struct many *many;
    struct hall_client client;
    int door, to;
    atomic_int *called; /* people, by all clerks together */
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Until it is answered for good. The caller frees. */
static struct json *do_for_sure(struct worker *w, const char *type, const char *body)
{
    char *text = hall_push_text(&w->client, type, body);
    struct json *answer = NULL, *result = NULL;
    for (int tries = 0, status; !result && tries < 2000; tries++) {
        w->client.hall = &w->many->halls[w->door];
        answer = hall_ask(&w->client, "POST", "/v1/push", text, &status);
        if (status == 200 && json_int(answer, "epoch", 0) == w->client.epoch)
            result = json_copy(json_at(json_get(answer, "results"), 0));
        else if (status == 409)
            tries = 2000; /* another epoch, or two installations: never here */
        else
            w->door = (w->door + 1) % SERVING_MAX;
        w->client.rev = json_int(answer, "rev", w->client.rev);
        json_free(&answer);
    }
    free(text);
    w->client.seq++;
    if (!result)
        _exit(2);
    return result;
}

/* One answer, timed from its first try: written in one piece, so that all of them share a pipe. */
static struct json *record(struct worker *w, const char *type, const char *body, struct linear_op op)
{
    op.from = now_us();
    struct json *result = do_for_sure(w, type, body);
    const struct json *data = json_get(result, "data"), *ticket = json_get(data, "ticket");
    op.to = now_us();
    op.said = str_equal(json_text(result, "status"), "applied") ? LINEAR_OK : LINEAR_REFUSED;
    if (op.kind == LINEAR_OPEN)
        op.fence = json_int(data, "fence", 0);
    else if (json_is_object(ticket))
        op.number = atoi(json_text_or(ticket, "number", "Q0") + 1);
    if (write(w->to, &op, sizeof op) != sizeof op)
        _exit(3);
    return result;
}

static void about_ticket(struct worker *w, const char *type, const struct json *ticket, const char *more)
{
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":%lld%s}", json_text_or(ticket, "id", ""),
                           (long long)json_int(ticket, "gen", 0), more);
    json_free(&(struct json *){do_for_sure(w, type, body)});
    free(body);
}

static int64_t open_counter(struct worker *w, int counter)
{
    char body[80];
    str_format(body, sizeof body, "{\"counter\":\"c%d\",\"takeover\":true}", counter);
    struct json *result =
        record(w, "counter.open", body, (struct linear_op){.kind = LINEAR_OPEN, .counter = counter});
    int64_t fence = json_int(json_get(result, "data"), "fence", 0);
    json_free(&result);
    return fence;
}

/* Until something happens at the door where they are; not for long, as it may have been the last. */
static void wait_a_little(struct worker *w)
{
    int status;
    char path[100];
    str_format(path, sizeof path, "/v1/feed?cursor=%lld&epoch=1&wait=1", (long long)w->client.rev);
    w->client.hall = &w->many->halls[w->door];
    json_free(&(struct json *){hall_ask(&w->client, "GET", path, NULL, &status)});
}

static void be_clerk(struct worker *w, int counter)
{
    char body[80];
    int64_t fence = open_counter(w, counter);
    str_format(body, sizeof body, "{\"counter\":\"c%d\",\"fence\":%lld,\"queues\":[\"q\"]}", counter,
               (long long)fence);
    while (atomic_load(w->called) < PEOPLE) {
        struct json *result =
            record(w, "ticket.call_next", body,
                   (struct linear_op){.kind = LINEAR_CALL, .counter = counter, .fence = fence});
        const struct json *ticket = json_get(json_get(result, "data"), "ticket");
        if (json_is_object(ticket)) {
            atomic_fetch_add(w->called, 1);
            about_ticket(w, "ticket.start", ticket, "");
            about_ticket(w, "ticket.finish", ticket, ",\"outcome\":\"served\"");
        } else {
            wait_a_little(w);
        }
        json_free(&result);
    }
}

/* Two of them want the same counter: who lost it is refused from then on. */
static void be_fighter(struct worker *w, int counter)
{
    char body[80];
    for (int i = 0; i < FIGHTS; i++) {
        int64_t fence = open_counter(w, counter);
        str_format(body, sizeof body, "{\"counter\":\"c%d\",\"fence\":%lld,\"queues\":[\"p\"]}", counter,
                   (long long)fence);
        for (int asked = 0; asked < 2; asked++)
            json_free(&(struct json *){
                record(w, "ticket.call_next", body,
                       (struct linear_op){.kind = LINEAR_ASK, .counter = counter, .fence = fence})});
    }
}

static void be_reception(struct worker *w)
{
    for (int i = 0; i < PEOPLE; i++)
        json_free(&(struct json *){record(w, "ticket.issue", "{\"queue\":\"q\",\"channel\":\"desk\"}",
                                          (struct linear_op){.kind = LINEAR_ISSUE})});
}

static pid_t start_worker(const struct many *many, int n, int to, atomic_int *called)
{
    char login[20];
    struct worker w = {.many = many, .door = n % 2, .to = to, .called = called};
    str_format(login, sizeof login, n < CLERKS + FIGHTERS ? "clerk%d" : "reception", n + 1);
    REQUIRE(hall_sign_in(&w.client, &many->halls[w.door], login, TEST_PASSWORD) == 200);
    pid_t pid = fork();
    if (pid == 0) {
        if (n < CLERKS)
            be_clerk(&w, n + 1);
        else if (n < CLERKS + FIGHTERS)
            be_fighter(&w, CLERKS + 1);
        else
            be_reception(&w);
        _exit(0);
    }
    hall_sign_out(&w.client);
    return pid;
}

/* Every ticket was called, once. */
static void check_calls(const struct linear_op *ops, size_t count)
{
    int called[PEOPLE + 1] = {0};
    for (size_t i = 0; i < count; i++)
        if (ops[i].kind == LINEAR_CALL && ops[i].number >= 0 && ops[i].number <= PEOPLE)
            called[ops[i].number]++;
    for (int number = 1; number <= PEOPLE; number++)
        CHECK_INT(called[number], 1);
}

/* One of three is killed in the middle: whoever was at the one that is gone goes to another, in the same epoch, and every answer is one that a single hall could have given. */
TEST(many_loketd_and_one_is_killed)
{
    static struct linear_op ops[LINEAR_OPS_MAX];
    struct many many;
    pid_t pids[CLERKS + FIGHTERS + 1];
    size_t count = 0, last = 0;
    int ends[2], status;
    open_many(&many, "killed", SERVING_MAX);
    atomic_int *called =
        mmap(NULL, sizeof *called, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(pipe(ends) == 0 && called != MAP_FAILED);
    for (int n = 0; n <= CLERKS + FIGHTERS; n++)
        pids[n] = start_worker(&many, n, ends[1], called);
    close(ends[1]);
    while (count < LINEAR_OPS_MAX && read(ends[0], &ops[count], sizeof *ops) == sizeof *ops)
        if (++count == PEOPLE)
            end(&many, 1, SIGKILL);
    close(ends[0]);
    for (int n = 0; n <= CLERKS + FIGHTERS; n++)
        CHECK(waitpid(pids[n], &status, 0) == pids[n] && status == 0);
    check_calls(ops, count);
    if (!CHECK(linear_check(ops, count, &last)))
        printf("  only %zu of %zu answers fit one hall\n", last, count);
    munmap(called, sizeof *called);
    close_many(&many);
}
