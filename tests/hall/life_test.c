/* tests/hall/life_test.c: what the hall does by itself: the day turns, accounts change while it works, it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/hall/backup.h"
#include "core/hall/door.h"
#include "core/hall/server_core.h"
#include "tests/support/hall.h"
#include "tests/support/test.h"

static char waiting_id[] = "0197a2b4-0000-7000-8000-000000000007";
static char called_id[] = "0197a2b4-0000-7000-8000-000000000008";

/* ctx: its id, one of the two. */
static enum err put_old_ticket(struct tx *tx, void *ctx)
{
    static const char text[] =
        "{\"number\":\"P007\",\"queue\":\"p\",\"service\":\"t.card\",\"visit\":\"v\",\"state\":\"waiting\","
        "\"gen\":0,"
        "\"counter\":null,\"user\":null,\"day\":\"2001-01-01\",\"priority\":null,\"priority_class\":0,"
        "\"channel\":\"desk\",\"arrived_at\":\"2001-01-01T08:00:00.000Z\",\"calls\":0,\"stamps\":[]}";
    struct json *row = NULL;
    enum err err = json_parse(text, sizeof text - 1, &row, NULL);
    if (err == ERR_OK && ctx == called_id)
        json_set_text(row, "state", "called");
    if (err == ERR_OK)
        err = tx_put(tx, TABLE_TICKET, ctx, row);
    json_free(&row);
    return err;
}

/* A row of the hall that does not run; the caller frees. */
static struct json *row_of(const struct test_hall *hall, enum table table, const char *id)
{
    struct err_info info = {0};
    struct db *db = NULL;
    struct json *row = NULL;
    REQUIRE(store_open(&db, hall->folder, false, &info) == ERR_OK);
    CHECK(row_get(db, table, id, &row) == ERR_OK);
    db_close(&db);
    return row;
}

TEST(old_tickets_are_never_called)
{
    struct test_hall hall;
    struct err_info info = {0};
    struct db *db = NULL;
    char today[DATE_TEXT];
    hall_make(&hall);
    REQUIRE(store_open(&db, hall.folder, false, &info) == ERR_OK);
    struct server_env env = {.db = db, .epoch = 1, .now_ms = clock_wall_now_ms()};
    REQUIRE(db_begin(db) == ERR_OK);
    CHECK(server_change(&env, "test", NULL, put_old_ticket, waiting_id) == ERR_OK);
    CHECK(server_change(&env, "test", NULL, put_old_ticket, called_id) == ERR_OK);
    REQUIRE(db_commit(db) == ERR_OK);
    db_close(&db);
    hall_start(&hall);
    struct hall_client clerk;
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    struct json *data = hall_do(&clerk, "counter.open", "{\"counter\":\"c1\"}");
    char body[80];
    str_format(body, sizeof body, "{\"counter\":\"c1\",\"fence\":%lld}",
               (long long)json_int(data, "fence", 0));
    json_free(&data);
    data = hall_do(&clerk, "ticket.call_next", body);
    CHECK(json_is_null(json_get(data, "ticket")));
    json_free(&data);
    hall_sign_out(&clerk);
    CHECK_INT(hall_stop(&hall), 0);
    struct json *ticket = row_of(&hall, TABLE_TICKET, waiting_id), *row = row_of(&hall, TABLE_HALL, "hall");
    CHECK_TEXT(json_text(ticket, "state"), "cancelled");
    CHECK_TEXT(json_text(ticket, "outcome"), "left");
    CHECK(json_text(ticket, "finished_at") != NULL);
    time_date(clock_wall_now_ms(), today);
    CHECK_TEXT(json_text(row, "business_day"), today);
    json_free(&ticket);
    ticket = row_of(&hall, TABLE_TICKET, called_id);
    CHECK_TEXT(json_text(ticket, "state"), "cancelled");
    CHECK_INT(json_int(ticket, "gen", 0), 1); /* nobody holds it any more */
    json_free(&ticket);
    json_free(&row);
}

TEST(accounts_change_while_the_hall_works)
{
    struct test_hall hall;
    struct hall_client clerk;
    struct err_info info = {0};
    struct json *request = json_new_object(), *answer = NULL;
    int status;
    hall_open(&hall);
    char *where = hall_where(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk3", TEST_PASSWORD), 200);
    json_set_text(request, "do", "user.disable");
    json_set_text(request, "login", "clerk3");
    CHECK(door_ask_running(where, request, &answer, &info) == ERR_OK);
    json_free(&answer);
    json_set_text(request, "login", "nobody");
    CHECK(door_ask_running(where, request, &answer, &info) != ERR_OK);
    CHECK(info.text[0] != '\0');
    json_free(&answer);
    json_free(&request);
    answer = hall_ask(&clerk, "GET", "/v1/feed?cursor=0", NULL, &status);
    CHECK_INT(status, 401);
    json_free(&answer);
    hall_sign_out(&clerk);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk3", TEST_PASSWORD), 401);
    hall_sign_out(&clerk);
    free(where);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(a_running_hall_is_backed_up_and_everything_counts_as_safe)
{
    struct test_hall hall;
    struct hall_client reception;
    struct err_info info = {0};
    int64_t rev = 0;
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&reception, &hall, "reception", TEST_PASSWORD), 200);
    struct json *data = hall_do(&reception, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"desk\"}");
    json_free(&data);
    char *file = xasprintf("%s/copy.db", hall.folder), *where = hall_where(&hall);
    CHECK(backup_make(where, file, &rev, &info) == ERR_OK);
    CHECK_INT(rev, reception.rev);
    CHECK(access(file, R_OK) == 0);
    hall_stop(&hall); /* what is safe is in its rows, whoever serves them next */
    hall_start(&hall);
    struct json *answer = hall_ask(&reception, "GET", "/v1/feed?cursor=0", NULL, &status);
    CHECK_INT(json_int(answer, "safe_through", -1), reception.rev);
    json_free(&answer);
    free(file);
    free(where);
    hall_sign_out(&reception);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(the_end_answers_who_waits)
{
    struct test_hall hall;
    struct hall_client clerk;
    int status = -1;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    fflush(NULL);
    pid_t waiter = fork();
    REQUIRE(waiter >= 0);
    if (waiter == 0) {
        char path[80];
        str_format(path, sizeof path, "/v1/feed?cursor=%lld&wait=25", (long long)clerk.rev);
        struct json *answer = hall_request(&hall, "GET", path, clerk.token, NULL, &status);
        _exit(status == 200 && json_count(json_get(answer, "items")) == 0 ? 0 : 1);
    }
    bool parked = false;
    while (!parked) { /* a request each time */
        char *page = hall_request_text(&hall, "GET", "/metrics", NULL, NULL, &status);
        parked = status != 200 || strstr(page, "\nloketd_polls 1\n");
        free(page);
    }
    CHECK_INT(hall_stop(&hall), 0);
    waitpid(waiter, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    char *log = xasprintf("%s/hall.db-wal", hall.folder);
    CHECK(access(log, F_OK) != 0); /* the file is closed whole */
    free(log);
    hall_sign_out(&clerk);
}
