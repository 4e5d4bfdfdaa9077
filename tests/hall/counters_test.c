/* tests/hall/counters_test.c: sixteen counters that call at once never get the same citizen; what was answered
 * outlives a kill. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/hall.h"
#include "tests/support/test.h"

enum { COUNTERS = 16, TICKETS = 200 };

static void issue(const struct test_hall *hall, int count)
{
    struct hall_client reception;
    REQUIRE(hall_sign_in(&reception, hall, "reception", TEST_PASSWORD) == 200);
    for (int i = 0; i < count; i++) {
        struct json *data = hall_do(&reception, "ticket.issue",
                                    i % 2 ? "{\"service\":\"t.card\",\"channel\":\"desk\"}"
                                          : "{\"service\":\"t.visa\",\"channel\":\"desk\"}");
        json_free(&data);
    }
    hall_sign_out(&reception);
}

/* Start, then finish: the next call is only given to who serves nobody. */
static bool serve_one(struct hall_client *clerk, const struct json *ticket)
{
    char body[200];
    str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":%lld}", json_text_or(ticket, "id", ""),
               (long long)json_int(ticket, "gen", 0));
    struct json *started = hall_push(clerk, "ticket.start", body);
    str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":%lld,\"outcome\":\"served\"}",
               json_text_or(ticket, "id", ""), (long long)json_int(ticket, "gen", 0));
    struct json *finished = hall_push(clerk, "ticket.finish", body);
    bool ok = str_equal(json_text(started, "status"), "applied") &&
              str_equal(json_text(finished, "status"), "applied");
    json_free(&started);
    json_free(&finished);
    return ok;
}

/* One counter until nobody waits; writes each number that it got as a line. The exit status of its process. */
static int work(const struct test_hall *hall, int counter, int out)
{
    struct hall_client clerk;
    char login[16], body[100];
    str_format(login, sizeof login, "clerk%d", counter);
    if (hall_sign_in(&clerk, hall, login, TEST_PASSWORD) != 200)
        return 2;
    str_format(body, sizeof body, "{\"counter\":\"c%d\"}", counter);
    struct json *data = hall_do(&clerk, "counter.open", body);
    int64_t fence = json_int(data, "fence", -1);
    json_free(&data);
    str_format(body, sizeof body, "{\"counter\":\"c%d\",\"fence\":%lld}", counter, (long long)fence);
    for (;;) {
        data = hall_do(&clerk, "ticket.call_next", body);
        const struct json *ticket = json_get(data, "ticket");
        const char *number = json_text(ticket, "number");
        if (!number) {
            bool empty = json_is_null(ticket);
            json_free(&data);
            hall_sign_out(&clerk);
            return empty ? 0 : 3;
        }
        dprintf(out, "%s\n", number);
        if (!serve_one(&clerk, ticket))
            return 4;
        json_free(&data);
    }
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lines of text, sorted; false when one is there twice. */
static bool all_different(char *text, int *count)
{
    char *lines[4 * TICKETS], *rest = NULL;
    *count = 0;
    for (char *line = strtok_r(text, "\n", &rest); line && *count < 4 * TICKETS;
         line = strtok_r(NULL, "\n", &rest))
        lines[(*count)++] = line;
    qsort(lines, (size_t)*count, sizeof *lines, compare);
    for (int i = 1; i < *count; i++)
        if (strcmp(lines[i - 1], lines[i]) == 0) {
            printf("    %s was given twice\n", lines[i]);
            return false;
        }
    return true;
}

TEST(sixteen_counters_never_get_the_same_ticket)
{
    struct test_hall hall;
    pid_t pids[COUNTERS];
    int ends[2], status, count = 0;
    hall_open(&hall);
    issue(&hall, TICKETS);
    REQUIRE(pipe(ends) == 0);
    fflush(NULL);
    for (int i = 0; i < COUNTERS; i++) {
        pids[i] = fork();
        REQUIRE(pids[i] >= 0);
        if (pids[i] == 0)
            _exit(work(&hall, i + 1, ends[1]));
    }
    close(ends[1]);
    struct buf text = {0};
    char chunk[4096];
    for (ssize_t n; (n = read(ends[0], chunk, sizeof chunk)) > 0;)
        buf_add(&text, chunk, (size_t)n);
    close(ends[0]);
    for (int i = 0; i < COUNTERS; i++) {
        waitpid(pids[i], &status, 0);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    char *lines = buf_take(&text);
    CHECK(all_different(lines, &count));
    CHECK_INT(count, TICKETS);
    free(lines);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(a_counter_taken_over_is_fenced)
{
    struct test_hall hall;
    struct hall_client first, second;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&first, &hall, "clerk1", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&second, &hall, "clerk2", TEST_PASSWORD), 200);
    struct json *data = hall_do(&first, "counter.open", "{\"counter\":\"c1\"}");
    int64_t fence = json_int(data, "fence", 0);
    CHECK_INT(json_int(data, "lease_s", 0), 90);
    json_free(&data);
    hall_kill(&hall); /* a restart gives the lease anew */
    hall_start(&hall);
    struct json *result = hall_push(&second, "counter.open", "{\"counter\":\"c1\"}");
    CHECK_TEXT(json_text(json_get(result, "error"), "code"), "counter_taken");
    json_free(&result);
    data = hall_do(&second, "counter.open", "{\"counter\":\"c1\",\"takeover\":true}");
    CHECK(json_int(data, "fence", 0) > fence);
    json_free(&data);
    char body[80];
    str_format(body, sizeof body, "{\"counter\":\"c1\",\"fence\":%lld}", (long long)fence);
    result = hall_push(&first, "ticket.call_next", body);
    CHECK_TEXT(json_text(result, "status"), "refused");
    json_free(&result);
    hall_sign_out(&first);
    hall_sign_out(&second);
    CHECK_INT(hall_stop(&hall), 0);
}
