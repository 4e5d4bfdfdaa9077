/* tests/hall/clocks_test.c: wrong clocks, by libfaketime under the real programs: a day off, 1970, jumping by hours
 * while both sides work. Order is rev, work is accepted and flagged; sessions, leases and waiting go by the monotonic
 * clock (PROTOCOL.md section 7). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/db/rows.h"
#include "tests/support/crew.h"
#include "tests/support/day.h"
#include "tests/support/real.h"
#include "tests/support/reckoning.h"
#include "tests/support/test.h"

enum { TURN_MS = 100 };

static const char *const libraries[] = {
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
};

/* --- a clock that can be set --- */

struct clock {
    char path[200]; /* what libfaketime reads each time the clock is read */
};

static void clock_put(const struct clock *clock, const char *offset)
{
    char *next = xasprintf("%s.next", clock->path); /* never seen half written */
    put_file(next, offset);
    REQUIRE(rename(next, clock->path) == 0);
    free(next);
}

static void clock_make(struct clock *clock, const char *offset)
{
    str_format(clock->path, sizeof clock->path, "%s/clock", test_folder());
    clock_put(clock, offset);
}

/* Programs started from here on have this clock; NULL: the true one. */
static void clock_give(const struct clock *clock)
{
    static const char *const names[] = {"LD_PRELOAD",        "FAKETIME_TIMESTAMP_FILE",
                                        "FAKETIME_NO_CACHE", "FAKETIME_DONT_FAKE_MONOTONIC",
                                        "NO_FAKE_STAT",      "ASAN_OPTIONS"};
    const char *library = access(libraries[0], R_OK) == 0 ? libraries[0] : libraries[1];
    const char *const values[] = {library, clock ? clock->path : "",  "1", "1",
                                  "1",     "verify_asan_link_order=0"};
    if (access(library, R_OK) != 0)
        test_skip("libfaketime is not installed");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (clock)
            setenv(names[i], values[i], 1);
        else
            unsetenv(names[i]);
}

/* --- work --- */

static void work(struct crew *crew, int more)
{
    int64_t until_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;
    int wanted = crew->results + more;
    while (crew->results < wanted && CHECK(clock_mono_now_ms() < until_ms))
        crew_turn(crew, clock_mono_now_ms() + TURN_MS, NULL, 0);
}

static void close_day(struct crew *crew, struct real *real)
{
    CHECK(crew_settle(crew, 0, TEST_PATIENCE_MS));
    CHECK(crew_settle(crew, real_rev(real), TEST_PATIENCE_MS));
    crew_go_home(crew);
    CHECK_INT(real_end(real, SIGTERM), 0);
    real_verify(real);
    CHECK(reckon(crew, real->hall.folder).commands > 0);
    crew_free(crew);
}

static int64_t number(const struct real *real, const char *sql)
{
    struct db *db = NULL;
    char *path = xasprintf("%s/hall.db", real->hall.folder);
    REQUIRE(db_open(&db, path, 0, NULL) == ERR_OK);
    struct stmt *s = db_query(db, sql);
    int64_t value = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    db_close(&db);
    free(path);
    return value;
}

/* --- tests --- */

/* In the order in which they came to the hall, whatever their own clocks say; also of those that were sent on. */
static void check_order(struct real *real)
{
    static const char sql[] =
        "SELECT row FROM tickets WHERE number LIKE 'P%' ORDER BY length(number), number";
    struct db *db = NULL;
    struct json *row = NULL;
    char *path = xasprintf("%s/hall.db", real->hall.folder), before[TIME_TEXT] = "";
    REQUIRE(db_open(&db, path, 0, NULL) == ERR_OK);
    struct stmt *s = db_query(db, sql);
    while (db_step(s) == ERR_OK) {
        REQUIRE(json_parse(db_text(s, 0), strlen(db_text(s, 0)), &row, NULL) == ERR_OK);
        CHECK(strcmp(before, json_text_or(row, "arrived_at", "")) <= 0);
        str_copy(before, sizeof before, json_text_or(row, "arrived_at", ""));
        json_free(&row);
    }
    db_done(s);
    db_close(&db);
    free(path);
    CHECK(*before);
}

TEST(clocks_of_workstations_far_off)
{
    static const char *const offsets[] = {"+26h", "-26h", "-20781d", "+4000d"};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        struct crew crew = {0};
        struct real real;
        struct clock clock;
        clock_make(&clock, offsets[i]);
        real_open(&real);
        clock_give(&clock);
        crew_open(&crew, real.hall.url, 1, 1, 40 + i);
        clock_give(NULL);
        work(&crew, 40);
        CHECK(crew.suspect >= crew.results - 2); /* the first may be before the hall's time is known */
        CHECK(crew.applied >= 30);
        close_day(&crew, &real);
        check_order(&real);
    }
}

/* Nobody is signed out, nobody's ticket is closed. */
TEST(clocks_that_jump_while_both_sides_work)
{
    static const char *const at_hall[] = {"+0", "-5h", "+0", "+30h", "+0", "-20781d", "+0"};
    static const char *const at_desks[] = {"-3h", "+0", "+50h", "+0", "-20781d", "-20781d", "+0"};
    static const char sql_left[] =
        "SELECT count(*) FROM tickets WHERE row LIKE '%\"outcome\":\"left\"%' AND row NOT LIKE"
        " '%\"started_at\":\"%'";
    static const char sql_sessions[] = "SELECT count(*) FROM session";
    struct crew crew = {0};
    struct real real;
    struct clock hall, desks;
    clock_make(&hall, "+0");
    clock_make(&desks, "+0");
    clock_give(&hall);
    real_open(&real);
    clock_give(&desks);
    crew_open(&crew, real.hall.url, 1, 2, 50);
    clock_give(NULL);
    for (size_t i = 0; i < sizeof at_hall / sizeof *at_hall; i++) {
        work(&crew, 30);
        clock_put(&hall, at_hall[i]);
        work(&crew, 30);
        clock_put(&desks, at_desks[i]);
    }
    work(&crew, 30);
    CHECK_INT(crew.disconnected, 0);
    close_day(&crew, &real);
    CHECK_INT(number(&real, sql_left), 0);
    CHECK_INT(number(&real, sql_sessions), 3);
}

static void check_status(struct hall_client *client, int want)
{
    int status;
    struct json *answer = hall_ask(client, "GET", "/v1/feed?cursor=0&epoch=1&wait=0", NULL, &status);
    CHECK_INT(status, want);
    json_free(&answer);
}

/* What the hall keeps in memory of who is who is forgotten when an account changes. */
static void forget_tokens(const struct real *real)
{
    struct ran ran = RUN(TEST_PASSWORD "\n", "loketd", "user", "password", "--data", real->hall.folder,
                         "--login", "clerk20", "--password-file", "-");
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
}

static void check_counter_taken(struct hall_client *client, const char *counter)
{
    char *body = xasprintf("{\"counter\":\"%s\"}", counter);
    struct json *result = hall_push(client, "counter.open", body);
    CHECK_TEXT(json_text(json_get(result, "error"), "code"), "counter_taken");
    json_free(&result);
    free(body);
}

/* By the hall's clock twelve hours and ninety seconds are long over; nobody has waited for so long. */
TEST(clock_of_the_hall_turned_ends_no_sign_in_and_no_lease)
{
    static const char *const turned[] = {"+13h", "-5h", "+400d", "-20781d", "+0"};
    struct real real;
    struct clock clock;
    struct hall_client sits, comes;
    clock_make(&clock, "+0");
    clock_give(&clock);
    real_open(&real);
    clock_give(NULL);
    REQUIRE(hall_sign_in(&sits, &real.hall, "clerk1", TEST_PASSWORD) == 200);
    REQUIRE(hall_sign_in(&comes, &real.hall, "clerk2", TEST_PASSWORD) == 200);
    struct json *data = hall_do(&sits, "counter.open", "{\"counter\":\"c1\"}");
    json_free(&data);
    for (size_t i = 0; i < sizeof turned / sizeof *turned; i++) {
        clock_put(&clock, turned[i]);
        check_counter_taken(&comes, "c1"); /* before anything else happens there */
        forget_tokens(&real);
        check_status(&sits, 200);
        check_status(&comes, 200);
    }
    hall_sign_out(&sits);
    hall_sign_out(&comes);
    CHECK_INT(real_end(&real, SIGTERM), 0);
    real_verify(&real);
}

TEST(clocks_banner)
{
    struct real real;
    struct place place;
    struct clock clock;
    clock_make(&clock, "-26h");
    real_open(&real);
    place_init(&place);
    clock_give(&clock);
    struct pty *pty = open_loket(&place, real.hall.url);
    clock_give(NULL);
    type_sign_in(pty, "clerk1");
    CHECK(pty_wait(pty, "Clock differs by 26 h"));
    clock_put(&clock, "-30.5m");
    let_arrive(&real.hall, 1); /* news bring the hall's time */
    CHECK(pty_wait(pty, "Clock differs by 30 min"));
    clock_put(&clock, "+0");
    let_arrive(&real.hall, 1);
    CHECK(pty_wait_gone(pty, "Clock differs"));
    quit(&pty);
    place_deinit(&place);
    CHECK_INT(real_end(&real, SIGTERM), 0);
}
