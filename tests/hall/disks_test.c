/* tests/hall/disks_test.c: the disk of either side is full in the middle of the work, or slow: the real programs under
 * load. What a clerk sees of it: tests/e2e/bad_days_test.c. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/support/crew.h"
#include "tests/support/day.h"
#include "tests/support/real.h"
#include "tests/support/reckoning.h"
#include "tests/support/test.h"

enum { TURN_MS = 100 };

/* --- days --- */

static int count_said(const struct crew *crew, enum said_state state)
{
    int count = 0;
    for (size_t i = 0; i < crew->said_count; i++)
        count += crew->said[i].state == state;
    return count;
}

static void turn(struct crew *crew)
{
    crew_turn(crew, clock_mono_now_ms() + TURN_MS, NULL, 0);
}

/* Until so many more are saved, or answered, or refused here. */
static void work_until_said(struct crew *crew, enum said_state state, int more)
{
    int64_t until_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;
    int wanted = count_said(crew, state) + more;
    while (count_said(crew, state) < wanted && CHECK(clock_mono_now_ms() < until_ms))
        turn(crew);
}

static void work_until_answered(struct crew *crew, int more)
{
    int64_t until_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;
    int wanted = crew->results + more;
    while (crew->results < wanted && CHECK(clock_mono_now_ms() < until_ms))
        turn(crew);
}

static bool is_anyone_online(const struct crew *crew)
{
    bool online = false;
    for (int i = 0; i < crew->hand_count; i++)
        online |= !crew->hands[i].ready || crew->hands[i].online;
    return online;
}

static void work_until_offline(struct crew *crew)
{
    int64_t until_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;
    while (is_anyone_online(crew) && CHECK(clock_mono_now_ms() < until_ms))
        turn(crew);
}

/* Everything comes to its end, all files agree. */
static void close_day(struct crew *crew, struct real *real)
{
    CHECK(crew_settle(crew, 0, TEST_PATIENCE_MS));
    CHECK(crew_settle(crew, real_rev(real), TEST_PATIENCE_MS));
    crew_go_home(crew);
    CHECK_INT(real_end(real, SIGTERM), 0);
    real_verify(real);
    struct reckoned sum = reckon(crew, real->hall.folder);
    CHECK(sum.commands > 0);
    crew_free(crew);
}

/* --- full --- */

/* It says so with 507, answers who reads, and takes nothing half. */
static void check_cannot_record(const struct real *real, struct hall_client *client)
{
    int status = 200;
    for (int i = 0; i < 1000 && status == 200; i++) { /* the log of writes has some room of its own */
        char *push = hall_push_text(client, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
        struct json *answer = hall_ask(client, "POST", "/v1/push", push, &status);
        free(push);
        client->seq += status == 200;
        if (status != 200)
            CHECK(!str_empty(json_text(json_get(answer, "error"), "code")));
        json_free(&answer);
    }
    CHECK_INT(status, 507);
    struct json *answer = hall_ask(client, "GET", "/v1/snapshot", NULL, &status);
    CHECK_INT(status, 200);
    CHECK(json_count(json_get(answer, "rows")) > 0);
    json_free(&answer);
    CHECK(real_rev(real) > 0);
}

TEST(disk_of_the_hall_full_under_load)
{
    struct crew crew = {0};
    struct real real;
    struct hall_client watcher;
    char disk[200];
    small_disk(disk);
    real_open_in(&real, disk);
    crew_open(&crew, real.hall.url, 1, 2, 1);
    REQUIRE(hall_sign_in(&watcher, &real.hall, "supervisor", TEST_PASSWORD) == 200);
    work_until_answered(&crew, 60);
    fill_disk(disk);
    work_until_offline(&crew);
    work_until_said(&crew, SAID_SAVED, 60); /* work goes on */
    check_cannot_record(&real, &watcher);
    for (int i = 0; i < crew.hand_count; i++) /* also at a workstation that is switched on meanwhile */
        crew_kill(&crew, i);
    work_until_said(&crew, SAID_SAVED, 30);
    CHECK_INT(real_end(&real, SIGKILL), 128 + SIGKILL); /* the hall too: it cannot even start */
    free_disk(disk);
    real_start(&real);
    work_until_answered(&crew, 60);
    hall_sign_out(&watcher);
    crew.guests = 1;
    close_day(&crew, &real);
    drop_disk(disk);
}

TEST(disk_of_a_workstation_full_under_load)
{
    struct crew crew = {0};
    struct real real;
    char disk[200];
    small_disk(disk);
    real_open(&real);
    crew.place = disk;
    crew_open(&crew, real.hall.url, 1, 2, 2);
    work_until_answered(&crew, 60);
    fill_disk(disk);
    work_until_said(&crew, SAID_NOT_SAVED, 12);
    free_disk(disk);
    work_until_answered(&crew, 60);
    close_day(&crew, &real);
    drop_disk(disk);
}

/* No answer of the hall gives the occasion to tidy up then. */
TEST(disk_is_not_eaten_by_a_day_without_the_hall)
{
    enum { COMMANDS = 300, LOG_BYTES_MAX = 12 << 20 };
    struct crew crew = {0};
    struct real real;
    struct stat st;
    real_open(&real);
    crew_open(&crew, real.hall.url, 1, 0, 4);
    CHECK_INT(real_end(&real, SIGKILL), 128 + SIGKILL);
    work_until_said(&crew, SAID_SAVED, COMMANDS);
    char *log = xasprintf("%s/cache.db-wal", crew.hands[0].data);
    if (CHECK(stat(log, &st) == 0) && !CHECK(st.st_size < LOG_BYTES_MAX))
        printf("    %lld MB\n", (long long)st.st_size >> 20);
    free(log);
    real_start(&real);
    close_day(&crew, &real);
}

/* --- slow --- */

static void slow_down(const char *most_ms)
{
    char *shim = program_path("slow_disk.so");
    REQUIRE(access(shim, R_OK) == 0);
    setenv("LD_PRELOAD", shim, 1);
    setenv("LOKET_SLOW_DISK_MS", most_ms, 1);
    setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1); /* ours need not come first */
    free(shim);
}

static void speed_up(void)
{
    unsetenv("LD_PRELOAD");
    unsetenv("LOKET_SLOW_DISK_MS");
    unsetenv("ASAN_OPTIONS");
}

TEST(disk_slow_while_programs_are_killed)
{
    enum { ROUNDS = 12 };
    struct crew crew = {0};
    struct real real;
    slow_down("250");
    real_open(&real);
    crew_open(&crew, real.hall.url, 1, 2, 3);
    for (int i = 0; i < ROUNDS; i++) {
        work_until_said(&crew, SAID_SAVED, 4);
        if (i % 3 != 0) {
            crew_kill(&crew, i % crew.hand_count);
            continue;
        }
        CHECK_INT(real_end(&real, SIGKILL), 128 + SIGKILL);
        real_start(&real);
    }
    work_until_answered(&crew, 1);
    speed_up();
    close_day(&crew, &real);
}

/* Keys that are typed while a sync takes long are kept in their order, and "saved" is said of all of them or not yet. */
TEST(disk_slow_while_a_form_is_typed)
{
    enum { WORDS = 20 };
    struct real real;
    struct place place;
    struct buf typed = {0};
    real_open(&real);
    let_arrive(&real.hall, 1);
    place_init(&place);
    slow_down("400");
    setenv("LOKET_SLOW_DISK_ONE_IN", "1", 1);
    struct pty *pty = open_loket(&place, real.hall.url);
    open_form(pty);
    unsetenv("LOKET_SLOW_DISK_ONE_IN");
    speed_up();
    for (int i = 0; i < WORDS; i++) {
        char *word = xasprintf("%sw%d", i % 4 ? " " : "/", i); /* a space at a field's end would be cut */
        pty_send(pty, word);                                   /* ahead of the disk */
        buf_adds(&typed, word);
        if (i % 4 == 3)
            pty_send(pty, "\t"); /* confirms the field; it is the only one, so that the cursor stays */
        free(word);
    }
    pty_type(pty, ".\t");
    buf_adds(&typed, ".");
    CHECK(pty_wait(pty, " w19."));
    CHECK(pty_wait(pty, "all safe"));
    check_note(&real.hall, buf_text(&typed));
    buf_free(&typed);
    quit(&pty);
    place_deinit(&place);
    CHECK_INT(real_end(&real, SIGTERM), 0);
    real_verify(&real);
}
