/* tests/hall/moves_test.c: two supervisors at two desks move the same counters at once, while clerks call: of each counter
 * one move is made and the other is refused, naming who was there first; what was moved for a time comes back by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/support/hall.h"
#include "tests/support/test.h"

enum { CLERKS = 4, MOVED = 8, FIRST = 10 };

/* A clerk calls and puts back, again and again: the counters' rows change all the time. */
static int call_on(const struct test_hall *hall, int n)
{
    struct hall_client clerk;
    char login[16], body[160];
    str_format(login, sizeof login, "clerk%d", n);
    if (hall_sign_in(&clerk, hall, login, TEST_PASSWORD) != 200)
        return 2;
    str_format(body, sizeof body, "{\"counter\":\"c%d\"}", FIRST + n);
    struct json *data = hall_do(&clerk, "counter.open", body);
    int64_t fence = json_int(data, "fence", -1);
    json_free(&data);
    for (int i = 0; i < 10; i++) {
        str_format(body, sizeof body, "{\"counter\":\"c%d\",\"fence\":%lld}", FIRST + n, (long long)fence);
        data = hall_do(&clerk, "ticket.call_next", body);
        const struct json *ticket = json_get(data, "ticket");
        if (json_is_object(ticket)) {
            str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":%lld}", json_text_or(ticket, "id", ""),
                       (long long)json_int(ticket, "gen", 0));
            struct json *back = hall_push(&clerk, "ticket.return", body);
            json_free(&back);
        }
        json_free(&data);
    }
    hall_sign_out(&clerk);
    return 0;
}

/* How many moves were made; the others must have been refused politely. -1: something else happened. */
static int move_all(const struct test_hall *hall, int wait, int said, const char *to)
{
    struct hall_client supervisor;
    int made = 0;
    char go;
    if (hall_sign_in(&supervisor, hall, "supervisor", TEST_PASSWORD) != 200)
        return -1;
    dprintf(said, "r");
    if (read(wait, &go, 1) != 1)
        return -1;
    for (int i = 0; i < MOVED; i++) {
        char body[200];
        str_format(
            body, sizeof body,
            "{\"counters\":[\"c%d\"],\"to\":\"%s\",\"seen\":{\"counters\":[{\"id\":\"c%d\",\"rev\":0}]}}",
            FIRST + i, to, FIRST + i);
        struct json *result = hall_push(&supervisor, "hall.move", body);
        bool applied = str_equal(json_text(result, "status"), "applied");
        bool polite = str_equal(json_text(json_get(result, "error"), "code"), "moved_meanwhile") &&
                      json_text(json_get(result, "data"), "by_name") &&
                      json_text(json_get(result, "data"), "at");
        made += applied;
        json_free(&result);
        if (!applied && !polite)
            return -1;
    }
    hall_sign_out(&supervisor);
    return made;
}

static pid_t start_mover(const struct test_hall *hall, int wait, int said, const char *to)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    int made = move_all(hall, wait, said, to);
    _exit(made < 0 ? 255 : made);
}

static int status_of(pid_t pid)
{
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

TEST(two_supervisors_move_the_same_counters_at_once)
{
    struct test_hall hall;
    struct hall_client reception;
    int go[2], ready[2];
    char two[2];
    hall_open(&hall);
    REQUIRE(pipe(go) == 0 && pipe(ready) == 0);
    REQUIRE(hall_sign_in(&reception, &hall, "reception", TEST_PASSWORD) == 200);
    for (int i = 0; i < 12; i++) {
        struct json *data = hall_do(&reception, "ticket.issue",
                                    i % 2 ? "{\"service\":\"t.card\",\"channel\":\"desk\"}"
                                          : "{\"service\":\"t.visa\",\"channel\":\"desk\"}");
        json_free(&data);
    }
    hall_sign_out(&reception);
    pid_t one = start_mover(&hall, go[0], ready[1], "p"), other = start_mover(&hall, go[0], ready[1], "q"),
          clerks[CLERKS];
    for (int i = 0; i < 2; i++)
        REQUIRE(read(ready[0], &two[i], 1) == 1);
    for (int i = 0; i < CLERKS; i++)
        if ((clerks[i] = fork()) == 0)
            _exit(call_on(&hall, i + 1));
    REQUIRE(write(go[1], "gg", 2) == 2);
    int made = status_of(one), made_too = status_of(other);
    CHECK(made <= MOVED && made_too <= MOVED);
    CHECK_INT(made + made_too, MOVED); /* each counter once, whoever was first */
    for (int i = 0; i < CLERKS; i++)
        CHECK_INT(status_of(clerks[i]), 0);
    CHECK_INT(hall_stop(&hall), 0);
}

/* Long polls until the counter's row has no temporary assignment any more. */
static bool comes_back(struct hall_client *client, int64_t cursor, const char *counter)
{
    for (int i = 0; i < 20; i++) {
        char path[120];
        str_format(path, sizeof path, "/v1/feed?cursor=%lld&epoch=1&wait=10", (long long)cursor);
        int status;
        struct json *feed = hall_ask(client, "GET", path, NULL, &status);
        CHECK_INT(status, 200);
        bool back = false;
        for (const struct json *item = json_first(json_get(feed, "items")); item; item = json_next(item))
            for (const struct json *row = json_first(json_get(item, "rows")); row; row = json_next(row))
                if (str_equal(json_text(row, "t"), "counter") && str_equal(json_text(row, "id"), counter))
                    back = !json_get(json_get(row, "row"), "assigned");
        cursor = json_int(feed, "to", cursor);
        json_free(&feed);
        if (back)
            return true;
    }
    return false;
}

TEST(a_move_for_a_time_is_ended_by_the_hall_also_after_a_kill)
{
    struct test_hall hall;
    struct hall_client supervisor;
    char body[200], until[TIME_TEXT];
    hall_open(&hall);
    REQUIRE(hall_sign_in(&supervisor, &hall, "supervisor", TEST_PASSWORD) == 200);
    time_text(clock_wall_now_ms() + 2000, until);
    str_format(body, sizeof body, "{\"counters\":[\"c1\"],\"to\":\"q\",\"how\":\"only\",\"until\":\"%s\"}",
               until);
    struct json *result = hall_push(&supervisor, "hall.move", body);
    CHECK_TEXT(json_text_or(result, "status", ""), "applied");
    int64_t rev = json_int(result, "rev", 0);
    char counter[64];
    str_copy(counter, sizeof counter,
             json_as_text(json_pointer(result, "/data/move/counters/0/counter"))
                 ? json_as_text(json_pointer(result, "/data/move/counters/0/counter"))
                 : "");
    json_free(&result);
    hall_kill(&hall);
    hall_start(&hall);
    CHECK(comes_back(&supervisor, rev, counter));
    hall_sign_out(&supervisor);
    CHECK_INT(hall_stop(&hall), 0);
}
