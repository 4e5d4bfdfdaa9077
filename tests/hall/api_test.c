/* tests/hall/api_test.c: every call of PROTOCOL.md section 3 against a real loketd: what it answers, and what it
 * says when it is asked wrongly. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/command/command.h"
#include "core/hall/api.h"
#include "core/hall/http.h"
#include "core/hall/server_core.h"
#include "core/wire/feed.h"
#include "tests/support/cluster.h"
#include "tests/support/hall.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

static const char *error_code(const struct json *answer)
{
    return json_text_or(json_get(answer, "error"), "code", "");
}

/* Asks and checks the status and the error's code. */
static void check_error(const struct test_hall *hall, const char *method, const char *path, const char *token,
                        const char *body, int status, const char *code)
{
    int got;
    struct json *answer = hall_request(hall, method, path, token, body, &got);
    if (!CHECK_INT(got, status) || !CHECK_TEXT(error_code(answer), code))
        printf("    %s %s\n", method, path);
    CHECK(!str_empty(json_text(json_get(answer, "error"), "message")));
    json_free(&answer);
}

/* --- sessions --- */

TEST(sign_in_tells_who_and_where)
{
    struct test_hall hall;
    struct hall_client clerk;
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    CHECK(strlen(clerk.token) >= 40);
    CHECK_INT(clerk.epoch, 1);
    struct json *answer = hall_ask(&clerk, "GET", "/v1/feed?cursor=0&epoch=1", NULL, &status);
    CHECK_INT(status, 200);
    json_free(&answer);
    answer = hall_ask(&clerk, "DELETE", "/v1/session", NULL, &status);
    CHECK_INT(status, 200);
    json_free(&answer);
    check_error(&hall, "GET", "/v1/feed?cursor=0&epoch=1", clerk.token, NULL, 401, "session_ended");
    hall_sign_out(&clerk);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(sign_in_refuses_alike)
{
    static const char form[] = "{\"user\":\"%s\",\"password\":\"%s\",\"client\":\"%s\"}";
    static const char client[] = "0197a2b4-0000-7000-8000-000000000001";
    struct test_hall hall;
    int status;
    hall_open(&hall);
    char *wrong = xasprintf(form, "clerk1", "not it", client),
         *unknown = xasprintf(form, "nobody", "not it", client);
    char *a = hall_request_text(&hall, "POST", "/v1/session", NULL, wrong, &status);
    CHECK_INT(status, 401);
    char *b = hall_request_text(&hall, "POST", "/v1/session", NULL, unknown, &status);
    CHECK_INT(status, 401);
    CHECK_TEXT(a, b); /* nobody learns which names there are */
    CHECK(strstr(a, "bad_credentials") != NULL);
    free(a);
    free(b);
    for (int i = 0; i < 4; i++)
        check_error(&hall, "POST", "/v1/session", NULL, wrong, 401, "bad_credentials");
    check_error(&hall, "POST", "/v1/session", NULL, wrong, 429, "too_many_attempts");
    CHECK(atoi(hall_header("Retry-After")) > 0);
    check_error(&hall, "POST", "/v1/session", NULL, "{\"user\":\"clerk1\"}", 422, "invalid_session");
    free(wrong);
    free(unknown);
    hall_kill(&hall);
}

static int raw_connection(const struct test_hall *hall)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)hall->port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void send_text(int fd, const char *text)
{
    CHECK_INT(send(fd, text, strlen(text), MSG_NOSIGNAL), (int64_t)strlen(text));
}

/* Lines of the hall's log that tell of a refused call. */
static int refused_in_log(const struct test_hall *hall, const char *must_not_stand)
{
    int count = 0;
    char *path = xasprintf("%s/loketd.log", hall->folder), *log = test_read_file(path);
    REQUIRE(log);
    CHECK(!strstr(log, must_not_stand));
    for (const char *at = log; (at = strstr(at, "a call was refused: ")); at++)
        count++;
    CHECK(count == 0 || strstr(log, "refused: GET /v1/feed from 127.0.0.1, 401 not_signed_in"));
    free(log);
    free(path);
    return count;
}

TEST(calls_need_a_token)
{
    struct test_hall hall;
    int count, status;
    hall_open(&hall);
    const int64_t from_ms = clock_mono_now_ms();
    check_error(&hall, "GET", "/v1/snapshot?after=words-of-mine", "no-such-token", NULL, 401,
                "session_ended");
    const struct route *routes = route_table(&count);
    for (int i = 0; i < count; i++) {
        if (routes[i].access == ACCESS_OPEN)
            continue;
        struct json *answer = hall_request(&hall, routes[i].method, routes[i].path, NULL, "{}", &status);
        CHECK_INT(status, 401);
        CHECK_TEXT(error_code(answer), routes[i].access == ACCESS_KEY ? "bad_key" : "not_signed_in");
        json_free(&answer);
    }
    int told =
        refused_in_log(&hall, "words-of-mine"); /* of as many as 20 a minute, in a file that does not grow */
    CHECK(told == 20 || (told > 20 && clock_mono_now_ms() - from_ms > 60000));
    CHECK(count > 22);
    hall_kill(&hall);
}

/* A body that says it is something else is not read as JSON; one that says nothing, or what curl -d says unasked, is. */
TEST(bodies_are_json_and_may_say_so)
{
    static const struct {
        const char *says;
        int status;
    } kinds[] = {{"", 422},
                 {"Content-Type: application/json\r\n", 422},
                 {"Content-Type: Application/JSON; charset=utf-8\r\n", 422},
                 {"Content-Type: application/x-www-form-urlencoded\r\n", 422},
                 {"Content-Type: text/plain\r\n", 415},
                 {"Content-Type: application/jsonp\r\n", 415},
                 {"Content-Type: multipart/form-data; boundary=x\r\n", 415}};
    struct test_hall hall;
    struct hall_client clerk;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char answer[600] = "",
             *text = xasprintf("POST /v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s"
                               "Content-Length: 2\r\n\r\n{}",
                               clerk.token, kinds[i].says);
        int fd = raw_connection(&hall);
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        send_text(fd, text);
        CHECK(poll(&wait, 1, TEST_PATIENCE_MS) == 1);
        CHECK(recv(fd, answer, sizeof answer - 1, 0) > 0);
        CHECK_INT(atoi(answer + strlen("HTTP/1.1 ")), kinds[i].status);
        free(text);
        close(fd);
    }
    hall_sign_out(&clerk);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(roles_are_asked)
{
    struct test_hall hall;
    struct hall_client clerk, reception, supervisor;
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&reception, &hall, "reception", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&supervisor, &hall, "supervisor", TEST_PASSWORD), 200);
    struct json *result = hall_push(&reception, "counter.open", "{\"counter\":\"c1\"}");
    CHECK_TEXT(json_text(result, "status"), "refused");
    json_free(&result);
    result = hall_push(&clerk, "queue.rule",
                       "{\"queue\":\"p\",\"rule\":{\"kind\":\"fifo\"},\"reason\":\"trial\"}");
    CHECK_TEXT(json_text(result, "status"), "refused");
    json_free(&result);
    check_error(&hall, "GET", "/v1/report/waiting", clerk.token, NULL, 403, "not_your_role");
    static const char *const names[] = {"waiting", "service", "clerks",   "decisions",  "survey",
                                        "noshow",  "load",    "promises", "out_of_turn"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[80];
        check_error(&hall, "GET", "/v1/report/waiting", reception.token, NULL, 403, "not_your_role");
        str_format(path, sizeof path, "/v1/report/%s?from=2026-01-01&to=2099-12-31&compare=1", names[i]);
        struct json *report = hall_ask(&supervisor, "GET", path, NULL, &status);
        CHECK_INT(status, 200);
        CHECK_TEXT(json_text(report, "name"), names[i]);
        CHECK(json_count(json_get(report, "columns")) > 3);
        CHECK_TEXT(json_text(json_get(report, "before"), "to"), "2025-12-31");
        json_free(&report);
        str_format(path, sizeof path, "/v1/report/%s?format=csv", names[i]);
        char *csv = hall_request_text(&hall, "GET", path, supervisor.token, NULL, &status);
        CHECK_INT(status, 200);
        CHECK(strstr(csv, "\r\n") != NULL);
        free(csv);
    }
    check_error(&hall, "GET", "/v1/report/moods", supervisor.token, NULL, 404, "unknown_report");
    check_error(&hall, "GET", "/v1/report/waiting?from=soon", supervisor.token, NULL, 400, "invalid_query");
    check_error(&hall, "GET", "/v1/report/waiting?compare=2", supervisor.token, NULL, 400, "invalid_query");
    hall_sign_out(&clerk);
    hall_sign_out(&reception);
    hall_sign_out(&supervisor);
    hall_kill(&hall);
}

/* --- push --- */

static struct json *push_raw(struct hall_client *client, const char *text, int *status)
{
    return hall_ask(client, "POST", "/v1/push", text, status);
}

TEST(push_same_bytes_same_answer)
{
    struct test_hall hall;
    struct hall_client reception;
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&reception, &hall, "reception", TEST_PASSWORD), 200);
    char *text = hall_push_text(&reception, "ticket.issue", "{\"service\":\"t.card\",\"channel\":\"desk\"}");
    struct json *first = push_raw(&reception, text, &status);
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text(json_at(json_get(first, "results"), 0), "status"), "applied");
    CHECK_TEXT(json_text(json_pointer(first, "/results/0/data/ticket"), "number"), "P001");
    hall_kill(&hall); /* what was answered is durable */
    hall_start(&hall);
    struct json *second = push_raw(&reception, text, &status);
    CHECK_INT(status, 200);
    CHECK(json_equal(json_get(first, "results"), json_get(second, "results")));
    CHECK_INT(json_int(second, "last_seq", 0), 1);
    json_free(&first);
    json_free(&second);
    free(text);
    hall_sign_out(&reception);
    CHECK_INT(hall_stop(&hall), 0);
}

/* As from an outbox that was saved into a new installation: the identity of a record has one effect. */
TEST(push_same_record_has_one_effect)
{
    struct test_hall hall;
    struct hall_client one, other;
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&one, &hall, "reception", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&other, &hall, "reception", TEST_PASSWORD), 200);
    struct hall_client *clients[] = {&one, &one, &other};
    static const int seqs[] = {1, 2, 1};
    static const char push[] =
        "{\"client\":\"%s\",\"epoch\":1,\"commands\":[{\"seq\":%d,\"type\":\"ticket.issue\",\"v\":1,"
        "\"id\":\"0197a2b4-0000-7000-8000-00000000000b\",\"body\":{\"service\":\"t.card\"}}]}";
    struct json *first = NULL;
    for (int i = 0; i < 3; i++) {
        char *text = xasprintf(push, clients[i]->uuid, seqs[i]);
        struct json *answer = push_raw(clients[i], text, &status);
        CHECK_INT(status, 200);
        CHECK_INT(json_int(answer, "last_seq", 0), seqs[i]);
        CHECK_INT(json_int(json_pointer(answer, "/results/0"), "seq", 0), seqs[i]);
        const struct json *data = json_pointer(answer, "/results/0/data");
        if (!first)
            first = json_copy(data);
        CHECK(json_pointer(data, "/ticket/number") && json_equal(first, data));
        json_free(&answer);
        free(text);
    }
    json_free(&first);
    hall_sign_out(&one);
    hall_sign_out(&other);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(push_gap_stops_and_copy_is_frozen)
{
    struct test_hall hall;
    struct hall_client reception;
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&reception, &hall, "reception", TEST_PASSWORD), 200);
    reception.seq = 4;
    char *ahead = hall_push_text(&reception, "ticket.issue", "{\"queue\":\"q\",\"channel\":\"desk\"}");
    struct json *answer = push_raw(&reception, ahead, &status);
    CHECK_INT(status, 200);
    CHECK_INT(json_int(answer, "last_seq", -1), 0);
    CHECK_INT(json_count(json_get(answer, "results")), 0);
    json_free(&answer);
    char *backwards =
        xasprintf("{\"client\":\"%s\",\"epoch\":1,\"commands\":[{\"seq\":5},{\"seq\":1,\"type\":\"ticket."
                  "issue\",\"v\":1,"
                  "\"id\":\"0197a2b4-0000-7000-8000-00000000000c\",\"body\":{\"queue\":\"q\"}}]}",
                  reception.uuid);
    answer = push_raw(&reception, backwards, &status);
    CHECK_INT(json_int(answer, "last_seq", -1), 0); /* nothing behind a gap is done, whatever its place */
    json_free(&answer);
    free(backwards);
    reception.seq = 0;
    struct json *data = hall_do(&reception, "ticket.issue", "{\"queue\":\"q\",\"channel\":\"desk\"}");
    json_free(&data);
    reception.seq = 0;
    char *other = hall_push_text(&reception, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"desk\"}");
    for (int i = 0; i < 2; i++) { /* and stays so */
        answer = push_raw(&reception, other, &status);
        CHECK_INT(status, 409);
        CHECK_TEXT(error_code(answer), "seq_conflict");
        json_free(&answer);
    }
    reception.seq = 1;
    char *good = hall_push_text(&reception, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"desk\"}");
    answer = push_raw(&reception, good, &status); /* nor is anything else of it taken over */
    CHECK_INT(status, 409);
    CHECK_TEXT(error_code(answer), "seq_conflict");
    json_free(&answer);
    free(good);
    free(ahead);
    free(other);
    hall_sign_out(&reception);
    hall_kill(&hall);
}

static char *repeated(const char *part, int count)
{
    struct buf text = {0};
    for (int i = 0; i < count; i++)
        buf_adds(&text, part);
    return buf_take(&text);
}

/* Every member is there from the start, so that a reader need not know which come later. */
static void check_open_dispute(const struct json *row)
{
    static const char *const later[] = {"choice", "note", "resolved_by"};
    CHECK_TEXT(json_text(row, "state"), "open");
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        CHECK(json_is_null(json_get(row, later[i])));
}

TEST(push_bad_bodies)
{
    struct test_hall hall;
    struct hall_client clerk;
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    check_error(&hall, "POST", "/v1/push", clerk.token, "{\"client\":", 400, "invalid_json");
    check_error(&hall, "POST", "/v1/push", clerk.token, "[]", 400, "invalid_json");
    check_error(&hall, "POST", "/v1/push", clerk.token, "", 400, "invalid_json");
    check_error(&hall, "POST", "/v1/push", clerk.token, "<html><body>captive portal</body></html>", 400,
                "invalid_json");
    check_error(&hall, "POST", "/v1/push", clerk.token, "{\"client\":\"\xff\xfe\"}", 400, "invalid_json");
    check_error(&hall, "POST", "/v1/push", clerk.token, "{}", 422, "invalid_push");
    char *deep = repeated("[", 5000);
    check_error(&hall, "POST", "/v1/push", clerk.token, deep, 400, "invalid_json");
    char *large = repeated("          ", 27000);
    check_error(&hall, "POST", "/v1/push", clerk.token, large, 413, "too_large");
    char *one = xasprintf("{\"client\":\"%s\",\"epoch\":1,\"commands\":[", clerk.uuid);
    char *many = repeated("{\"seq\":1},", 51), *text = xasprintf("%s%s{\"seq\":1}]}", one, many);
    check_error(&hall, "POST", "/v1/push", clerk.token, text, 413, "too_many_commands");
    free(text);
    text = xasprintf("{\"client\":\"%s\",\"epoch\":7,\"commands\":[]}", clerk.uuid);
    check_error(&hall, "POST", "/v1/push", clerk.token, text, 409, "epoch_changed");
    free(text);
    check_error(&hall, "POST", "/v1/push", clerk.token,
                "{\"client\":\"0197a2b4-0000-7000-8000-0000000000ff\",\"epoch\":1,\"commands\":[]}", 403,
                "wrong_client");
    /* A poisoned command is kept for a person and those behind it go on. */
    text = xasprintf(
        "%s{\"seq\":1,\"id\":\"x\",\"type\":7},{\"seq\":2,\"id\":\"0197a2b4-0000-7000-8000-00000000000a\","
        "\"type\":\"no.such\",\"v\":1,\"body\":{}}]}",
        one);
    struct json *answer = push_raw(&clerk, text, &status);
    CHECK_INT(status, 200);
    CHECK_INT(json_int(answer, "last_seq", 0), 2);
    CHECK_TEXT(json_text(json_pointer(answer, "/results/0/error"), "code"), "malformed_command");
    CHECK_TEXT(json_text(json_pointer(answer, "/results/1/error"), "code"), "unknown_command");
    json_free(&answer);
    answer = hall_ask(&clerk, "GET", "/v1/snapshot?after=dispute,", NULL, &status);
    check_open_dispute(json_pointer(answer, "/rows/0/row"));
    json_free(&answer);
    free(text);
    free(deep);
    free(large);
    free(one);
    free(many);
    hall_sign_out(&clerk);
    CHECK_INT(hall_stop(&hall), 0);
}

/* What a rule wrote before it refused is gone: clerk2 sees neither the person nor the name at the ticket. */
TEST(push_refused_leaves_nothing_behind)
{
    struct test_hall hall;
    struct hall_client clerk, other;
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&other, &hall, "clerk2", TEST_PASSWORD), 200);
    struct json *data = hall_do(&clerk, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"desk\"}");
    char *open = xasprintf("{\"service\":\"t.card\",\"ticket\":\"%s\",\"tier\":\"no such tier\","
                           "\"person\":{\"name\":\"Zuleyxa Test\"}}",
                           json_text_or(json_get(data, "ticket"), "id", ""));
    struct json *result = hall_push(&clerk, "case.open", open);
    CHECK_TEXT(json_text(result, "status"), "refused");
    CHECK_TEXT(json_text(json_get(result, "error"), "field"), "tier"); /* behind the person */
    char *rows = hall_request_text(&hall, "GET", "/v1/snapshot", other.token, NULL, &status);
    CHECK_INT(status, 200);
    CHECK(strstr(rows, "P001") && !strstr(rows, "Zuleyxa"));
    free(rows);
    free(open);
    json_free(&result);
    json_free(&data);
    hall_sign_out(&clerk);
    hall_sign_out(&other);
    CHECK_INT(hall_stop(&hall), 0);
}

/* --- feed --- */

/* In a process of its own: waits for news beyond cursor; its exit status says whether there was one item. */
static pid_t wait_for_news(const struct hall_client *client, int64_t cursor)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    int status;
    char path[100];
    str_format(path, sizeof path, "/v1/feed?cursor=%lld&epoch=1&wait=25", (long long)cursor);
    struct json *answer = hall_request(client->hall, "GET", path, client->token, NULL, &status);
    bool woken = status == 200 && json_count(json_get(answer, "items")) == 1 &&
                 json_int(answer, "to", 0) == cursor + 1 && json_text(answer, "server_time");
    _exit(woken ? 0 : 1);
}

static int64_t metric(const struct test_hall *hall, const char *name)
{
    int status;
    char *page = hall_request_text(hall, "GET", "/metrics", NULL, NULL, &status);
    char *line = xasprintf("\n%s ", name), *at = strstr(page, line);
    int64_t value = at ? strtoll(at + strlen(line), NULL, 10) : -1;
    free(line);
    free(page);
    return value;
}

TEST(feed_wakes_who_waits)
{
    struct test_hall hall;
    struct hall_client clerk, reception;
    int status = -1;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&reception, &hall, "reception", TEST_PASSWORD), 200);
    pid_t waiter = wait_for_news(&clerk, clerk.rev), second = wait_for_news(&clerk, clerk.rev);
    while (metric(&hall, "loketd_polls") < 2)
        ; /* until both are parked; a request each time, so nothing spins */
    char path[100];
    str_format(path, sizeof path, "/v1/feed?cursor=%lld&wait=25", (long long)clerk.rev);
    check_error(&hall, "GET", path, clerk.token, NULL, 429, "too_many_polls");
    int64_t started_ms = clock_mono_now_ms();
    struct json *data = hall_do(&reception, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"desk\"}");
    json_free(&data);
    waitpid(waiter, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    waitpid(second, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(clock_mono_now_ms() - started_ms < 15 * 1000); /* by the news, not by the end of 25 s */
    hall_sign_out(&clerk);
    hall_sign_out(&reception);
    CHECK_INT(hall_stop(&hall), 0);
}

static enum err move_clerk2(struct tx *tx, void *ctx)
{
    char id[UUID_TEXT];
    struct json *row = NULL;
    (void)ctx;
    server_id("clerk2", id);
    enum err err = tx_get(tx, TABLE_USER, id, &row);
    json_set_text(row, "agency", "other");
    err = err == ERR_OK ? tx_put(tx, TABLE_USER, id, row) : err;
    json_free(&row);
    return err;
}

/* In a process of its own: waits for one change; its exit status is the number of rows of the table in it. */
static pid_t watch(struct test_hall *hall, const struct hall_client *client, int64_t cursor,
                   const char *table)
{
    int64_t parked = metric(hall, "loketd_polls");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int status, count = 0;
        char path[100];
        str_format(path, sizeof path, "/v1/feed?cursor=%lld&epoch=1&wait=25", (long long)cursor);
        struct json *answer = hall_request(hall, "GET", path, client->token, NULL, &status);
        const struct json *row = json_first(json_pointer(answer, "/items/0/rows"));
        for (; row; row = json_next(row))
            count += str_equal(json_text(row, "t"), table);
        _exit(status == 200 ? count : 99);
    }
    while (metric(hall, "loketd_polls") == parked)
        ; /* until it is parked; a request each time, so nothing spins */
    return pid;
}

static int watched(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Those who wait at one place share an answer only when they may see the same. */
TEST(feed_shares_no_answer_with_those_who_may_not_see_it)
{
    struct test_hall hall;
    struct err_info info = {0};
    struct db *db = NULL;
    struct hall_client one, other, third;
    hall_make(&hall);
    REQUIRE(store_open(&db, hall.folder, false, &info) == ERR_OK);
    struct server_env env = {.db = db, .epoch = 1, .now_ms = clock_wall_now_ms()};
    REQUIRE(db_begin(db) == ERR_OK);
    CHECK(server_change(&env, "test", NULL, move_clerk2, NULL) == ERR_OK);
    REQUIRE(db_commit(db) == ERR_OK);
    db_close(&db);
    hall_start(&hall);
    CHECK_INT(hall_sign_in(&one, &hall, "clerk1", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&other, &hall, "clerk2", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&third, &hall, "clerk3", TEST_PASSWORD), 200);
    pid_t mine = watch(&hall, &one, third.rev, "case"), theirs = watch(&hall, &other, third.rev, "case");
    struct json *data = hall_do(&third, "case.open", "{\"service\":\"t.card\"}");
    json_free(&data);
    CHECK_INT(watched(mine), 1);
    CHECK_INT(watched(theirs), 0); /* another agency's */
    mine = watch(&hall, &one, third.rev, "dispute");
    theirs = watch(&hall, &third, third.rev, "dispute");
    struct json *refused =
        hall_push(&one, "ticket.start", "{\"ticket\":\"0197a2b4-0000-7000-8000-000000000001\",\"gen\":1}");
    json_free(&refused);
    CHECK_INT(watched(mine), 1);
    CHECK_INT(watched(theirs), 0); /* another person's, of the same agency */
    hall_sign_out(&one);
    hall_sign_out(&other);
    hall_sign_out(&third);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(feed_chain_holds_for_every_sight)
{
    static const char *const logins[] = {"reception", "clerk1", "supervisor", "admin"};
    struct test_hall hall;
    struct hall_client client;
    int status;
    char heads[4][SHA256_TEXT] = {{0}};
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&client, &hall, "reception", TEST_PASSWORD), 200);
    struct json *data =
        hall_do(&client, "ticket.issue",
                "{\"queue\":\"p\",\"channel\":\"desk\",\"person\":{\"name\":\"Leyla Test\"}}");
    json_free(&data);
    data =
        hall_push(&client, "ticket.start", "{\"ticket\":\"0197a2b4-0000-7000-8000-000000000001\",\"gen\":1}");
    json_free(&data); /* refused work: a dispute, which not everyone sees */
    hall_sign_out(&client);
    for (int i = 0; i < 4; i++) {
        struct err_info info = {0};
        CHECK_INT(hall_sign_in(&client, &hall, logins[i], TEST_PASSWORD), 200);
        struct json *feed = hall_ask(&client, "GET", "/v1/feed?cursor=0&epoch=1", NULL, &status);
        CHECK_INT(status, 200);
        if (!CHECK(feed_verify(feed, 0, heads[i], &info) == ERR_OK))
            printf("    %s: %s\n", logins[i], info.text);
        CHECK_TEXT(heads[i], heads[0]);
        json_free(&feed);
        hall_sign_out(&client);
    }
    CHECK(heads[0][0] != '\0');
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(feed_refuses_what_does_not_fit)
{
    struct test_hall hall;
    struct hall_client clerk;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    check_error(&hall, "GET", "/v1/feed?cursor=999999&epoch=1", clerk.token, NULL, 409, "server_regressed");
    check_error(&hall, "GET", "/v1/feed?cursor=1&epoch=2", clerk.token, NULL, 409, "epoch_changed");
    check_error(&hall, "GET", "/v1/feed", clerk.token, NULL, 400, "invalid_query");
    check_error(&hall, "GET", "/v1/feed?cursor=-1", clerk.token, NULL, 400, "invalid_query");
    check_error(&hall, "GET", "/v1/feed?cursor=x", clerk.token, NULL, 400, "invalid_query");
    check_error(&hall, "GET", "/v1/snapshot?after=nowhere", clerk.token, NULL, 400, "invalid_query");
    check_error(&hall, "GET", "/v1/search?q=", clerk.token, NULL, 400, "invalid_query");
    check_error(&hall, "GET", "/v1/search?q=a&limit=0", clerk.token, NULL, 400, "invalid_query");
    check_error(&hall, "GET", "/v1/search?q=a&after=nowhere", clerk.token, NULL, 400, "invalid_query");
    check_error(&hall, "POST", "/v1/search", clerk.token, "{\"q\":\"\"}", 400, "invalid_query");
    check_error(&hall, "POST", "/v1/search", clerk.token, "{\"q\":\"a\",\"limit\":0}", 400, "invalid_query");
    check_error(&hall, "POST", "/v1/search", clerk.token, "{\"q\":\"a\",\"after\":\"nowhere\"}", 400,
                "invalid_query");
    check_error(&hall, "GET", "/v1/nothing", clerk.token, NULL, 404, "unknown_path");
    check_error(&hall, "PUT", "/v1/session", clerk.token, NULL, 405, "wrong_method");
    CHECK_TEXT(hall_header("Allow"), "POST, DELETE");
    hall_sign_out(&clerk);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(snapshot_pages_hold_every_row_once)
{
    struct test_hall hall;
    struct hall_client reception;
    char *after = xstrdup("");
    int status, pages = 0, rows = 0, tickets = 0;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&reception, &hall, "reception", TEST_PASSWORD), 200);
    for (int i = 0; i < 20; i++) { /* 1000 tickets in 20 pushes of 50 */
        struct buf text = {0};
        buf_addf(&text, "{\"client\":\"%s\",\"epoch\":1,\"commands\":[", reception.uuid);
        for (int j = 0; j < 50; j++)
            buf_addf(
                &text,
                "%s{\"seq\":%d,\"id\":\"0197a2b4-0000-7000-8000-%012d\",\"type\":\"ticket.issue\",\"v\":1,"
                "\"body\":{\"queue\":\"q\",\"channel\":\"kiosk\"}}",
                j ? "," : "", i * 50 + j + 1, i * 50 + j + 1);
        buf_adds(&text, "]}");
        struct json *answer = push_raw(&reception, buf_text(&text), &status);
        CHECK_INT(status, 200);
        CHECK_INT(json_int(answer, "last_seq", 0), i * 50 + 50);
        json_free(&answer);
        buf_free(&text);
    }
    char last[100] = "";
    while (after) {
        char *path = xasprintf("/v1/snapshot?after=%s", after);
        struct json *page = hall_ask(&reception, "GET", path, NULL, &status);
        REQUIRE(status == 200);
        const struct json *lines = json_get(page, "rows");
        for (const struct json *line = json_first(lines); line; line = json_next(line)) {
            rows++;
            if (!str_equal(json_text(line, "t"), "ticket"))
                continue;
            tickets++;
            CHECK(strcmp(json_text_or(line, "id", ""), last) > 0);
            str_copy(last, sizeof last, json_text_or(line, "id", ""));
        }
        free(path);
        free(after);
        after = json_text(page, "next") ? xstrdup(json_text(page, "next")) : NULL;
        pages++;
        json_free(&page);
    }
    CHECK_INT(tickets, 1000);
    CHECK_INT(rows, 1000 + 1 + 1 + 2 + 2 + TEST_COUNTERS + TEST_COUNTERS + 3);
    CHECK(pages >= 3);
    hall_sign_out(&reception);
    CHECK_INT(hall_stop(&hall), 0);
}

/* --- bad neighbours --- */

/* Its body is on its way when the header has told the hall that there is too much of it. */
static void check_hears_while_sending(const struct test_hall *hall, const char *token, const char *header,
                                      const char *expected)
{
    enum { BODY = 300 * 1000 };
    char answer[2000], *body = repeated("          ", BODY / 10);
    int status, fd = raw_connection(hall);
    size_t length = 0;
    char *head = xasprintf("POST /v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                           "Content-Length: %d\r\n%s\r\n",
                           token, BODY, header);
    send_text(fd, head);
    send_text(fd, body + BODY / 2);
    json_free(&(struct json *){hall_request(hall, "GET", "/v1/health", NULL, NULL, &status)});
    CHECK_INT(status, 200); /* it has read the header */
    body[BODY / 2] = '\0';
    send_text(fd, body);
    for (ssize_t got; length < sizeof answer - 1; length += (size_t)got) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        REQUIRE(poll(&wait, 1, TEST_PATIENCE_MS) == 1);
        got = recv(fd, answer + length, sizeof answer - 1 - length, 0);
        CHECK(got >= 0);
        if (got <= 0)
            break;
    }
    answer[length] = '\0';
    if (!CHECK(strstr(answer, expected) != NULL))
        printf("    heard: %s\n", answer);
    free(head);
    free(body);
    close(fd);
}

TEST(whoever_still_sends_hears_that_it_is_too_much)
{
    struct test_hall hall;
    struct hall_client clerk;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    char *long_line = repeated("x", 9000), *header = xasprintf("X-Long: %s\r\n", long_line);
    check_hears_while_sending(&hall, clerk.token, "", " 413 ");
    check_hears_while_sending(&hall, "no-such-token", "", " 401 ");
    check_hears_while_sending(&hall, clerk.token, header, " 431 ");
    int fd = raw_connection(&hall); /* who asks first sends nothing */
    char answer[200] = "";
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    send_text(fd,
              "POST /v1/push HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\nExpect: 100-continue\r\n\r\n");
    CHECK(poll(&wait, 1, TEST_PATIENCE_MS) == 1);
    CHECK(recv(fd, answer, sizeof answer - 1, 0) > 0 && strstr(answer, " 413 "));
    close(fd);
    free(long_line);
    free(header);
    hall_sign_out(&clerk);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(slow_and_rude_connections_stop_nobody)
{
    struct test_hall hall;
    enum { SLOW = 40 };
    int slow[SLOW], status;
    char answer[300];
    hall_open(&hall);
    for (int i = 0; i < SLOW; i++) {
        slow[i] = raw_connection(&hall);
        REQUIRE(slow[i] >= 0);
        send_text(slow[i], "POST /v1/push HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"cli");
    }
    int rude = raw_connection(&hall);
    send_text(rude, "\x16\x03\x01 this is not HTTP\r\n\r\n");
    struct json *health = hall_request(&hall, "GET", "/v1/health", NULL, NULL, &status);
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text(health, "status"), "ok");
    CHECK_TEXT(json_text(health, "store"), cluster_keeps_halls() ? "postgresql" : "sqlite");
    json_free(&health);
    struct pollfd wait = {.fd = rude, .events = POLLIN};
    CHECK(poll(&wait, 1, TEST_PATIENCE_MS) == 1);
    ssize_t got = recv(rude, answer, sizeof answer - 1, 0);
    answer[got > 0 ? got : 0] = '\0';
    CHECK(got == 0 || strstr(answer, " 400 ") != NULL);
    close(rude);
    char *huge = repeated("X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", 200);
    int wide = raw_connection(&hall);
    char *request = xasprintf("GET /v1/health HTTP/1.1\r\nHost: x\r\n%s\r\n", huge);
    send_text(wide, request); /* in one: it may be answered before its end, and nothing is taken after that */
    free(request);
    wait.fd = wide;
    CHECK(poll(&wait, 1, TEST_PATIENCE_MS) == 1);
    got = recv(wide, answer, sizeof answer - 1, 0);
    answer[got > 0 ? got : 0] = '\0';
    CHECK(strstr(answer, " 431 ") != NULL);
    close(wide);
    free(huge);
    for (int i = 0; i < SLOW; i++)
        close(slow[i]);
    CHECK_INT(hall_stop(&hall), 0);
}

/* --- the description --- */

/* Every member that the schema requires is there, with the type that it says. */
static void check_schema(const struct json *document, const struct json *schema, const struct json *value,
                         const char *where);

static const struct json *resolve(const struct json *document, const struct json *schema)
{
    const char *reference = json_text(schema, "$ref");
    return reference ? json_pointer(document, reference + 1) : schema;
}

static bool type_fits(const char *type, const struct json *value)
{
    return !type || (str_equal(type, "string") && json_is_text(value)) ||
           (str_equal(type, "integer") && json_is_integer(value)) ||
           (str_equal(type, "boolean") && json_is_bool(value)) ||
           (str_equal(type, "number") && json_is_number(value)) ||
           (str_equal(type, "array") && json_is_array(value)) ||
           (str_equal(type, "object") && json_is_object(value));
}

static void check_members(const struct json *document, const struct json *schema, const struct json *value,
                          const char *where)
{
    const struct json *required = json_get(schema, "required"), *properties = json_get(schema, "properties");
    for (const struct json *name = json_first(required); name; name = json_next(name))
        if (!CHECK(json_get(value, json_as_text(name)) != NULL))
            printf("    %s lacks %s\n", where, json_as_text(name));
    for (const struct json *property = json_first(properties); property; property = json_next(property)) {
        const struct json *member = json_get(value, json_name(property));
        if (member)
            check_schema(document, property, member, json_name(property));
    }
}

static void check_schema(const struct json *document, const struct json *schema, const struct json *value,
                         const char *where)
{
    const struct json *any = json_get(schema, "anyOf");
    if (any) { /* here always: something, or null */
        if (!json_is_null(value))
            check_schema(document, json_at(any, 0), value, where);
        return;
    }
    schema = resolve(document, schema);
    REQUIRE(schema != NULL);
    if (!CHECK(type_fits(json_text(schema, "type"), value)))
        printf("    %s is no %s\n", where, json_text(schema, "type"));
    if (json_is_object(value))
        check_members(document, schema, value, where);
    const struct json *items = json_get(schema, "items");
    for (const struct json *item = items ? json_first(value) : NULL; item; item = json_next(item))
        check_schema(document, items, item, where);
}

static const struct json *answer_schema(const struct json *document, const char *path, const char *method)
{
    const struct json *operation = json_get(json_get(json_get(document, "paths"), path), method);
    const struct json *content = json_get(json_get(json_get(operation, "responses"), "200"), "content");
    return json_get(json_get(content, "application/json"), "schema");
}

/* Rows, and what belongs to one of many kinds, differ from answer to answer. */
static bool is_of_many_kinds(const char *name)
{
    static const char *const names[] = {"row", "why", "paths", "components", "digests", "agency_name"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_equal(names[i], name))
            return true;
    return false;
}

/* What the description shows is what a hall answers: the same members, each of the same type, and none more. */
static void check_alike(const struct json *shown, const struct json *real, const char *where)
{
    if (json_is_null(shown) || json_is_null(real) || is_of_many_kinds(where))
        return;
    if (json_is_array(shown) && json_is_array(real) && json_count(shown) > 0 && json_count(real) > 0) {
        check_alike(json_first(shown), json_first(real), where);
        return;
    }
    if (!CHECK(json_is_object(shown) == json_is_object(real) && json_is_text(shown) == json_is_text(real) &&
               json_is_number(shown) == json_is_number(real) && json_is_array(shown) == json_is_array(real)))
        printf("    %s is shown as something else\n", where);
    for (const struct json *one = json_is_object(shown) ? json_first(shown) : NULL; one; one = json_next(one))
        if (CHECK(json_get(real, json_name(one)) != NULL))
            check_alike(one, json_get(real, json_name(one)), json_name(one));
        else
            printf("    %s is shown, and not answered\n", json_name(one));
    for (const struct json *one = json_is_object(real) ? json_first(real) : NULL; one; one = json_next(one))
        if (!CHECK(json_get(shown, json_name(one)) != NULL))
            printf("    %s of %s is answered, and not shown\n", json_name(one), where);
}

static void check_answer(const struct json *document, const char *path, const char *method,
                         const struct json *answer)
{
    const struct json *schema = answer_schema(document, path, method);
    if (CHECK(schema != NULL))
        check_schema(document, schema, answer, path);
    const struct json *operation = json_get(json_get(json_get(document, "paths"), path), method);
    const struct json *content = json_get(json_get(json_get(operation, "responses"), "200"), "content");
    check_alike(json_get(json_first(content), "example"), answer, path);
}

static void check_push(const struct json *document, const struct test_hall *hall)
{
    struct hall_client client;
    int status;
    CHECK_INT(hall_sign_in(&client, hall, "reception", TEST_PASSWORD), 200);
    char *text = hall_push_text(&client, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    struct json *answer = push_raw(&client, text, &status);
    check_answer(document, "/v1/push", "post", answer);
    check_schema(document, json_pointer(document, "/components/schemas/command.ticket.issue/x-data"),
                 json_pointer(answer, "/results/0/data"), "ticket.issue");
    json_free(&answer);
    free(text);
    hall_sign_out(&client);
}

/* By an agency's key, when one of its applications was decided. */
static void check_events(const struct json *document, const struct test_hall *hall, struct hall_client *clerk)
{
    static const char *const steps[][2] = {
        {"case.open", ",\"service\":\"t.card\",\"channel\":\"desk\""},
        {"case.submit", ""},
        {"case.decide", ",\"decision\":\"01900000-0000-7000-8000-0000000000d1\",\"outcome\":\"approve\","
                        "\"reasons\":[]"},
    };
    struct json *made = NULL;
    int status;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char *body = xasprintf("{\"case\":\"01900000-0000-7000-8000-0000000000c1\"%s}", steps[i][1]);
        struct json *data = hall_do(clerk, steps[i][0], body);
        json_free(&data);
        free(body);
    }
    struct ran ran = RUN(NULL, "loketd", "key", "add", "--data", hall->folder, "--agency", "t", "--json");
    REQUIRE(json_parse(ran.out, strlen(ran.out), &made, NULL) == ERR_OK);
    struct json *answer =
        hall_request(hall, "GET", "/v1/events?after=1.2", json_text(made, "key"), NULL, &status);
    CHECK_INT(json_count(json_get(answer, "events")), 1);
    check_answer(document, "/v1/events", "get", answer);
    json_free(&answer);
    json_free(&made);
    ran_free(&ran);
}

/* What another system leaves by a key that applies, and is told of it. */
static void check_applications(const struct json *document, const struct test_hall *hall)
{
    static const char path[] = "/v1/applications";
    struct json *made = NULL;
    int status;
    struct ran ran = RUN(NULL, "loketd", "key", "add", "--data", hall->folder, "--agency", "t", "--scope",
                         "apply", "--json");
    REQUIRE(json_parse(ran.out, strlen(ran.out), &made, NULL) == ERR_OK);
    const char *key = json_text_or(made, "key", "");
    char tomorrow[TIME_TEXT];
    time_text(clock_wall_now_ms() + 86400000, tomorrow);
    char *body = xasprintf("{\"reference\":\"r1\",\"service\":\"t.card\",\"person\":{\"name\":\"A\"},"
                           "\"complete\":false,\"appointment_at\":\"%s\"}",
                           tomorrow);
    struct json *answer = hall_request(hall, "POST", path, key, body, &status);
    free(body);
    CHECK_INT(status, 200);
    check_answer(document, path, "post", answer);
    json_free(&answer);
    answer = hall_request(hall, "GET", "/v1/applications/r1", key, NULL, &status);
    CHECK_INT(status, 200);
    check_answer(document, "/v1/applications/{reference}", "get", answer);
    json_free(&answer);
    json_free(&made);
    ran_free(&ran);
}

static void check_administered(const struct json *document, const struct test_hall *hall)
{
    struct hall_client boss;
    int status;
    CHECK_INT(hall_sign_in(&boss, hall, "admin", TEST_PASSWORD), 200);
    struct json *answer =
        hall_ask(&boss, "POST", "/v1/admin", "{\"do\":\"user.enable\",\"login\":\"clerk1\"}", &status);
    CHECK_INT(status, 200);
    check_answer(document, "/v1/admin", "post", answer);
    json_free(&answer);
    hall_sign_out(&boss);
}

TEST(openapi_lists_everything_and_is_true)
{
    struct test_hall hall;
    struct hall_client supervisor, clerk;
    int count, status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&supervisor, &hall, "supervisor", TEST_PASSWORD), 200);
    struct json *document = hall_ask(&supervisor, "GET", "/v1/openapi.json", NULL, &status);
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text(document, "openapi"), "3.1.0");
    const struct route *routes = route_table(&count);
    for (int i = 0; i < count; i++)
        CHECK(json_get(json_get(document, "paths"), routes[i].path) != NULL);
    const struct command_info *commands = command_table(&count);
    CHECK_INT(json_count(json_pointer(document, "/components/schemas/Command/oneOf")), count);
    for (int i = 0; i < count; i++) {
        char pointer[100];
        str_format(pointer, sizeof pointer, "/components/schemas/command.%s", commands[i].type);
        const struct json *schema = json_pointer(document, pointer);
        if (!CHECK(json_count(json_pointer(schema, "/properties/body/properties")) > 0))
            printf("    %s has no body\n", commands[i].type);
        CHECK(json_count(json_get(schema, "x-roles")) > 0);
    }
    static const char *const gets[][2] = {
        {"/v1/health", "/v1/health"},
        {"/v1/feed", "/v1/feed?cursor=0&epoch=1"},
        {"/v1/snapshot", "/v1/snapshot"},
        {"/v1/search", "/v1/search?q=P0"},
        {"/v1/report/{name}", "/v1/report/waiting"},
        {"/v1/openapi.json", "/v1/openapi.json"},
    };
    for (size_t i = 0; i < sizeof gets / sizeof *gets; i++) {
        struct json *answer = hall_ask(&supervisor, "GET", gets[i][1], NULL, &status);
        CHECK_INT(status, 200);
        check_answer(document, gets[i][0], "get", answer);
        json_free(&answer);
    }
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    check_administered(document, &hall);
    check_push(document, &hall);
    check_events(document, &hall, &clerk);
    check_applications(document, &hall);
    struct json *answer;
    char *text =
        xasprintf("{\"user\":\"clerk2\",\"password\":\"%s\",\"client\":\"%s\"}", TEST_PASSWORD, clerk.uuid);
    answer = hall_request(&hall, "POST", "/v1/session", NULL, text, &status);
    check_answer(document, "/v1/session", "post", answer);
    json_free(&answer);
    free(text);
    answer = hall_ask(&clerk, "DELETE", "/v1/session", NULL, &status);
    check_answer(document, "/v1/session", "delete", answer);
    json_free(&answer);
    json_free(&document);
    hall_sign_out(&clerk);
    hall_sign_out(&supervisor);
    CHECK_INT(hall_stop(&hall), 0);
}

/* name{label="value",…} number */
static bool metric_line(const char *line)
{
    size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
    const char *rest = line + name;
    char *end;
    if (name == 0)
        return false;
    if (*rest == '{') {
        rest = strchr(rest, '}');
        if (!rest)
            return false;
        rest++;
    }
    if (*rest != ' ')
        return false;
    (void)strtod(rest + 1, &end);
    return end != rest + 1 && *end == '\0';
}

TEST(metrics_can_be_read)
{
    struct test_hall hall;
    struct hall_client reception;
    int status, lines = 0;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&reception, &hall, "reception", TEST_PASSWORD), 200);
    struct json *data = hall_do(&reception, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"desk\"}");
    json_free(&data);
    char *page = hall_request_text(&hall, "GET", "/metrics", NULL, NULL, &status), *rest = NULL;
    CHECK_INT(status, 200);
    CHECK(str_starts(hall_header("Content-Type"), "text/plain"));
    CHECK(strstr(page, "loketd_waiting{queue=\"p\"} 1\n") != NULL);
    CHECK(strstr(page, "loketd_waiting{queue=\"q\"} 0\n") != NULL);
    CHECK(strstr(page, "loketd_counters{state=\"closed\"} 20\n") != NULL);
    CHECK(strstr(page, "loketd_commands_total 1\n") != NULL);
    for (char *line = strtok_r(page, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest), lines++)
        if (!CHECK(line[0] == '#' || metric_line(line)))
            printf("    %s\n", line);
    CHECK(lines > 30);
    free(page);
    hall_sign_out(&reception);
    CHECK_INT(hall_stop(&hall), 0);
}
