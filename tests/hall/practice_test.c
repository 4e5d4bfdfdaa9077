/* tests/hall/practice_test.c: the practice hall's life: it is there while a workstation is, and leaves nothing
 * behind. Workstations are processes that hold a struct embedded and say over a pipe what they see. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/hall/store.h"
#include "core/sync/embedded.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

struct station {
    pid_t pid;
    int told;  /* its lines: a url, or "FAILED …" */
    int leave; /* a byte: it leaves as loket does at its end */
};

/* --- the other side --- */

static void tell(int fd, const char *text)
{
    char line[600];
    str_format(line, sizeof line, "%s\n", text);
    ssize_t written = write(fd, line, strlen(line));
    (void)written;
}

static void live(const char *data, int told, int leave)
{
    struct err_info info = {0};
    struct embedded *hall = NULL;
    const struct embedded_options options = {.data = data, .pack = "az", .seed = 7};
    char url[200] = "";
    if (embedded_start(&hall, &options, &info) != ERR_OK) {
        tell(told, info.text);
        _exit(1);
    }
    for (;;) {
        enum embedded_state state = embedded_step(hall, &info);
        if (state == EMBEDDED_FAILED) {
            tell(told, info.text);
            _exit(1);
        }
        if (state == EMBEDDED_READY && !str_equal(url, embedded_url(hall))) {
            str_copy(url, sizeof url, embedded_url(hall));
            tell(told, url);
        }
        struct pollfd fds[] = {{.fd = embedded_fd(hall), .events = POLLIN}, {.fd = leave, .events = POLLIN}};
        poll(fds, 2, -1);
        if (fds[1].revents)
            break;
    }
    embedded_stop(&hall);
    _exit(0);
}

/* --- this side --- */

static struct station arrive(const char *data)
{
    int told[2], leave[2];
    REQUIRE(pipe2(told, O_CLOEXEC) == 0 && pipe2(leave, O_CLOEXEC) == 0);
    program_first_on_path();
    fflush(stdout);
    pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* none outlives the tests */
        close(told[0]);
        close(leave[1]);
        live(data, told[1], leave[0]);
    }
    close(told[1]);
    close(leave[0]);
    return (struct station){.pid = pid, .told = told[0], .leave = leave[1]};
}

/* The next that it says; "" when it has ended. */
static void hear(const struct station *station, char out[600])
{
    size_t length = 0;
    while (length < 599 && read(station->told, out + length, 1) == 1 && out[length] != '\n')
        length++;
    out[length] = '\0';
}

static void hear_url(const struct station *station, char out[600])
{
    hear(station, out);
    if (!CHECK(str_starts(out, "http://127.0.0.1:")))
        CHECK_TEXT(out, "a url");
}

static void reap(struct station *station)
{
    while (waitpid(station->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(station->told);
    close(station->leave);
}

static void ask_to_leave(const struct station *station)
{
    CHECK(write(station->leave, "", 1) == 1);
}

static void leave(struct station *station)
{
    ask_to_leave(station);
    reap(station);
}

static void kill_9(struct station *station)
{
    kill(station->pid, SIGKILL);
    reap(station);
}

static pid_t hall_pid(const char *data)
{
    char *path = xasprintf("%s/hall.url", data), *text = test_read_file(path);
    struct json *json = NULL;
    REQUIRE(text && json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    pid_t pid = (pid_t)json_int(json, "pid", 0);
    json_free(&json);
    free(text);
    free(path);
    return pid;
}

static int hall_fd(pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    REQUIRE(fd >= 0);
    return fd;
}

/* A hall that stays is a failure, not a test that hangs. */
static bool has_ended(int pidfd)
{
    struct pollfd fd = {.fd = pidfd, .events = POLLIN};
    bool ended = poll(&fd, 1, TEST_PATIENCE_MS) == 1;
    close(pidfd);
    return ended;
}

static bool lives(pid_t pid)
{
    return kill(pid, 0) == 0;
}

static void check_whole(const char *data)
{
    struct ran ran = RUN(NULL, "loketd", "verify", "--data", data);
    if (!CHECK_INT(ran.status, 0))
        CHECK_TEXT(ran.err, "");
    ran_free(&ran);
}

TEST(practice_hall_lives_while_somebody_works)
{
    char url[600], other[600], *data = xasprintf("%s/hall", test_folder());
    struct station first = arrive(data);
    hear_url(&first, url);
    pid_t pid = hall_pid(data);
    int hall = hall_fd(pid);
    struct station second = arrive(data);
    hear_url(&second, other);
    CHECK_TEXT(other, url);
    leave(&first);
    CHECK(lives(pid));
    leave(&second);
    CHECK(has_ended(hall));
    check_whole(data);
    /* Run again: the same hall goes on. */
    struct station again = arrive(data);
    hear_url(&again, url);
    hall = hall_fd(hall_pid(data));
    leave(&again);
    CHECK(has_ended(hall));
    check_whole(data);
    free(data);
}

TEST(practice_hall_ends_when_workstations_are_killed)
{
    char url[600], *data = xasprintf("%s/hall", test_folder());
    struct station first = arrive(data), second = arrive(data);
    hear_url(&first, url);
    hear_url(&second, url);
    int hall = hall_fd(hall_pid(data));
    kill_9(&first);
    kill_9(&second);
    CHECK(has_ended(hall));
    check_whole(data);
    free(data);
}

TEST(practice_hall_killed_is_started_again)
{
    char url[600], other[600], again[600], *data = xasprintf("%s/hall", test_folder());
    struct station first = arrive(data);
    hear_url(&first, url);
    struct station second = arrive(data);
    hear_url(&second, other);
    for (int i = 0; i < 3; i++) {
        kill(hall_pid(data), SIGKILL);
        hear_url(&first, other);
        hear_url(&second, again);
        CHECK_TEXT(again, other);
    }
    int hall = hall_fd(hall_pid(data));
    leave(&second);
    leave(&first);
    CHECK(has_ended(hall));
    check_whole(data);
    free(data);
}

TEST(practice_halls_that_start_at_once_are_one)
{
    enum { STATIONS = 6 };
    char url[600], other[600], *data = xasprintf("%s/hall", test_folder());
    struct station stations[STATIONS];
    for (int i = 0; i < STATIONS; i++)
        stations[i] = arrive(data);
    hear_url(&stations[0], url);
    for (int i = 1; i < STATIONS; i++) {
        hear_url(&stations[i], other);
        CHECK_TEXT(other, url);
    }
    int hall = hall_fd(hall_pid(data));
    for (int i = 0; i < STATIONS; i++)
        leave(&stations[i]);
    CHECK(has_ended(hall));
    check_whole(data);
    free(data);
}

/* One comes while the last one goes: it ends in a hall that serves, whichever came first. */
TEST(practice_hall_change_of_shift)
{
    char url[600], *data = xasprintf("%s/hall", test_folder());
    struct station one = arrive(data);
    hear_url(&one, url);
    for (int i = 0; i < 5; i++) {
        ask_to_leave(&one); /* and do not wait for it */
        struct station next = arrive(data);
        reap(&one);
        hear_url(&next, url);
        CHECK(lives(hall_pid(data)));
        one = next;
    }
    int hall = hall_fd(hall_pid(data));
    kill_9(&one);
    CHECK(has_ended(hall));
    free(data);
}

TEST(practice_hall_says_why_it_cannot)
{
    char said[600], *data = xasprintf("%s/hall", test_folder());
    char *before = getenv("LOKET_PACKS") ? xstrdup(getenv("LOKET_PACKS")) : NULL;
    setenv("LOKET_PACKS", "/no/such/packs", 1);
    struct station station = arrive(data);
    hear(&station, said);
    if (before)
        setenv("LOKET_PACKS", before, 1);
    else
        unsetenv("LOKET_PACKS");
    if (!CHECK(strstr(said, "/no/such/packs") != NULL))
        CHECK_TEXT(said, "/no/such/packs");
    reap(&station);
    free(before);
    free(data);
}

/* --- the morning --- */

static int64_t count(struct db *db, const char *sql)
{
    struct stmt *s = db_query(db, sql);
    int64_t found = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return found;
}

TEST(practice_people_wait)
{
    static const char sql_waiting[] = "SELECT count(*) FROM tickets WHERE state = 'waiting'",
                      sql_nobody[] = "SELECT count(*) FROM tickets WHERE person IS NULL OR number IS NULL",
                      sql_late[] = "SELECT count(*) FROM tickets WHERE arrived_at > $1",
                      sql_online[] = "SELECT count(*) FROM cases WHERE state = 'draft'";
    char url[600], *data = xasprintf("%s/hall", test_folder()), now[TIME_TEXT];
    struct err_info info = {0};
    struct hall_state state;
    struct db *db = NULL;
    struct station station = arrive(data);
    hear_url(&station, url);
    int hall = hall_fd(hall_pid(data));
    leave(&station);
    REQUIRE(has_ended(hall));
    REQUIRE(store_open(&db, data, false, &info) == ERR_OK);
    CHECK(count(db, sql_waiting) >= 40);
    CHECK_INT(count(db, sql_nobody), 0);
    CHECK(count(db, sql_online) > 0);
    time_text(clock_wall_now_ms(), now);
    struct stmt *s = db_query(db, sql_late);
    db_bind_text(s, 1, now);
    CHECK(db_step(s) == ERR_OK && db_int(s, 0) == 0);
    db_done(s);
    CHECK(store_state(db, &state) == ERR_OK && state.always_safe);
    db_close(&db);
    free(data);
}

TEST(practice_accounts_have_secret_passwords)
{
    char url[600], *data = xasprintf("%s/hall", test_folder());
    struct station station = arrive(data);
    hear_url(&station, url);
    char *path = xasprintf("%s/practice.json", data), *text = test_read_file(path);
    struct json *known = NULL;
    REQUIRE(text && json_parse(text, strlen(text), &known, NULL) == ERR_OK);
    CHECK(json_count(json_get(known, "rows")) > 0);
    const struct json *rows = json_get(known, "rows");
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        CHECK(strlen(json_text_or(row, "password", "")) > 30);
    json_free(&known);
    free(text);
    free(path);
    int hall = hall_fd(hall_pid(data));
    leave(&station);
    CHECK(has_ended(hall));
    free(data);
}
