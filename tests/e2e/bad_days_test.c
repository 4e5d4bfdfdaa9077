/* tests/e2e/bad_days_test.c: bad input and bad days, as a clerk meets them: the real loket on a pseudo-terminal.
 * Whatever comes, there is a clear sentence, nothing is lost, and the terminal is given back. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/rng.h"
#include "core/base/str.h"
#include "tests/support/hall.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/stranger.h"
#include "tests/support/test.h"

#define ESC    "\x1b"
#define F5     "\x1b[15~"
#define CTRL_Q "\x11"

/* --- a workstation --- */

struct place {
    char data[200], config[200];
    char *env[4];
};

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    REQUIRE(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* Folders of its own, so that nothing of the person who runs the tests counts. */
static void place_init(struct place *place)
{
    const char *folder = test_folder();
    *place = (struct place){0};
    str_format(place->data, sizeof place->data, "%s/data", folder);
    str_format(place->config, sizeof place->config, "%s/loket", folder);
    REQUIRE(mkdir(place->config, 0700) == 0);
    place->env[0] = xasprintf("XDG_CONFIG_HOME=%s", folder);
    place->env[1] = xstrdup("LOKET_HALL");
    unsetenv("LOKET_HALL");
    unsetenv("LOKET_DATA");
}

static void place_deinit(struct place *place)
{
    free(place->env[0]);
    free(place->env[1]);
}

struct look {
    int cols, rows;
    const char *const *env, *const *more; /* beside the place's; further arguments */
};

static struct pty *open_loket_as(struct place *place, const char *url, const struct look *look)
{
    char *program = program_path("loket");
    const char *argv[24] = {program, "--data", place->data, "--lang", "en"}, *env[12] = {place->env[0]};
    int args = 5, envs = 1;
    if (url) {
        argv[args++] = "--hall";
        argv[args++] = url;
    }
    for (const char *const *more = look->more; more && *more && args < 23; more++)
        argv[args++] = *more;
    for (const char *const *more = look->env; more && *more && envs < 11; more++)
        env[envs++] = *more;
    const struct pty_options options = {.cols = look->cols, .rows = look->rows, .argv = argv, .env = env};
    struct pty *pty = pty_start(&options);
    free(program);
    return pty;
}

static struct pty *open_loket(struct place *place, const char *url)
{
    const struct look usual = {0};
    return open_loket_as(place, url, &usual);
}

/* Leaves by the key for it: the terminal must be as it was, and the status 0. */
static void quit(struct pty **pty)
{
    pty_type(*pty, CTRL_Q);
    CHECK_INT(pty_end(*pty), 0);
    CHECK(!pty_alternate(*pty));
    pty_free(pty);
}

static void sign_in(struct pty *pty)
{
    REQUIRE(pty_wait(pty, "Login"));
    pty_type(pty, "clerk1\t" TEST_PASSWORD "\r");
    REQUIRE(pty_wait(pty, "all safe"));
}

/* Up to an open counter with somebody served and an empty form before the clerk. */
static void open_form(struct pty *pty)
{
    sign_in(pty);
    pty_type(pty, "c");
    REQUIRE(pty_wait(pty, "At which counter"));
    pty_type(pty, "1\r");
    REQUIRE(pty_wait(pty, "n call next"));
    pty_type(pty, "n");
    REQUIRE(pty_wait(pty, "s start"));
    pty_type(pty, "s");
    REQUIRE(pty_wait(pty, "+ application"));
    pty_type(pty, "+");
    REQUIRE(pty_wait(pty, "Which service?"));
    pty_type(pty, "Card\r");
    REQUIRE(pty_wait(pty, "Note"));
    REQUIRE(pty_wait(pty, "all safe"));
}

static void let_arrive(const struct test_hall *hall, int people)
{
    struct hall_client reception;
    CHECK_INT(hall_sign_in(&reception, hall, "reception", TEST_PASSWORD), 200);
    while (people-- > 0) {
        struct json *data =
            hall_do(&reception, "ticket.issue", "{\"service\":\"t.card\",\"channel\":\"walk_in\"}");
        json_free(&data);
    }
    hall_sign_out(&reception);
}

struct day {
    struct test_hall hall;
    struct place place;
    struct pty *pty;
};

/* A hall in which three wait, and a workstation with a form open. */
static void day_open(struct day *day)
{
    place_init(&day->place);
    hall_open(&day->hall);
    let_arrive(&day->hall, 3);
    day->pty = open_loket(&day->place, day->hall.url);
    open_form(day->pty);
}

static void day_close(struct day *day)
{
    quit(&day->pty);
    hall_kill(&day->hall);
    place_deinit(&day->place);
}

/* What the hall holds of the first case's draft; NULL: nothing. The caller frees. */
static char *note_at_hall(const struct test_hall *hall)
{
    struct hall_client clerk;
    int status;
    char *note = NULL;
    CHECK_INT(hall_sign_in(&clerk, hall, "clerk1", TEST_PASSWORD), 200);
    struct json *page = hall_ask(&clerk, "GET", "/v1/snapshot", NULL, &status);
    CHECK_INT(status, 200);
    for (const struct json *row = json_first(json_get(page, "rows")); row; row = json_next(row))
        if (str_equal(json_text(row, "t"), "case") &&
            json_text(json_get(json_get(row, "row"), "draft"), "note"))
            note = xstrdup(json_text(json_get(json_get(row, "row"), "draft"), "note"));
    json_free(&page);
    hall_sign_out(&clerk);
    return note;
}

static void check_note(const struct test_hall *hall, const char *want)
{
    char *note = note_at_hall(hall);
    CHECK_TEXT(note, want);
    free(note);
}

static char *read_bytes(const char *path, size_t *length)
{
    struct buf bytes = {0};
    char part[65536];
    FILE *file = fopen(path, "rbe");
    for (size_t got; file && (got = fread(part, 1, sizeof part, file)) > 0;)
        buf_add(&bytes, part, got);
    if (file)
        fclose(file);
    *length = bytes.length;
    return bytes.data ? buf_take(&bytes) : xstrdup("");
}

static bool holds(const char *path, const char *text)
{
    size_t length;
    char *bytes = read_bytes(path, &length);
    bool found = memmem(bytes, length, text, strlen(text)) != NULL;
    free(bytes);
    return found;
}

/* Waits until the text is in the workstation's log of writes. */
static void wait_written(const struct place *place, const char *text)
{
    char *path = xasprintf("%s/cache.db-wal", place->data), event[4096];
    int fd = inotify_init1(IN_CLOEXEC);
    struct pollfd changed = {.fd = fd, .events = POLLIN};
    REQUIRE(fd >= 0 && inotify_add_watch(fd, path, IN_MODIFY) >= 0);
    while (!holds(path, text) && CHECK(poll(&changed, 1, PTY_PATIENCE_MS) == 1))
        if (read(fd, event, sizeof event) <= 0)
            break;
    close(fd);
    free(path);
}

/* --- who may come in, and where the hall is --- */

TEST(wrong_password_and_unknown_user)
{
    struct day day = {0};
    place_init(&day.place);
    hall_open(&day.hall);
    day.pty = open_loket(&day.place, day.hall.url);
    pty_wait(day.pty, "Login");
    pty_type(day.pty, "clerk1\tno such word\r");
    CHECK(pty_wait(day.pty, "The name or the password is not right."));
    pty_type(day.pty, "\t\x15nobody\t" TEST_PASSWORD "\r");
    CHECK(pty_wait_gone(day.pty, "asked"));
    CHECK(pty_shows(day.pty, "The name or the password is not right."));
    pty_type(day.pty, "\t\x15"
                      "clerk1\t" TEST_PASSWORD "\r"); /* and it works on */
    CHECK(pty_wait(day.pty, "all safe"));
    day_close(&day);
}

/* What is at an address that is none of a hall, and what the sign-in says of it. */
static void check_no_hall(const char *url, const char *words)
{
    struct place place;
    place_init(&place);
    struct pty *pty = open_loket(&place, url);
    pty_wait(pty, "Login");
    pty_type(pty, "clerk1\tsecret\r");
    CHECK(pty_wait_gone(pty, "asked"));
    CHECK(pty_wait(pty, words));
    pty_type(pty, "\t!"); /* keys still type */
    CHECK(pty_shows(pty, "clerk1!"));
    quit(&pty);
    place_deinit(&place);
}

TEST(url_that_nobody_answers)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    char url[64];
    int fd =
        socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* bound and deaf: the port stays free of others */
    REQUIRE(bind(fd, (struct sockaddr *)&at, size) == 0 &&
            getsockname(fd, (struct sockaddr *)&at, &size) == 0);
    str_format(url, sizeof url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    check_no_hall(url, "The hall cannot be reached");
    check_no_hall("http://hall.invalid:8080", "The hall cannot be reached");
    close(fd);
}

TEST(url_of_a_page)
{
    struct stranger stranger;
    stranger_start(&stranger, STRANGER_PAGE, 0);
    check_no_hall(stranger.url, "is not a hall");
    stranger_stop(&stranger);
}

TEST(url_with_tls_to_a_plain_port)
{
    struct test_hall hall;
    char url[80];
    hall_open(&hall);
    str_format(url, sizeof url, "https%s", hall.url + strlen("http"));
    check_no_hall(url, "The hall cannot be reached");
    hall_kill(&hall);
}

TEST(url_malformed)
{
    static const char *const urls[] = {"nonsense", "http://", "ftp://hall.example", "http://a b"};
    struct place place;
    place_init(&place);
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct pty *pty = open_loket(&place, urls[i]);
        CHECK_INT(pty_end(pty), 2);
        CHECK(pty_shows(pty, "is no address of a hall. It looks like http://"));
        pty_free(&pty);
    }
    place_deinit(&place);
}

/* --- the hall goes away --- */

TEST(hall_killed_while_a_form_is_typed)
{
    struct day day;
    day_open(&day);
    pty_type(day.pty, "abc ");
    hall_kill(&day.hall);
    pty_type(day.pty, "def");
    CHECK(pty_shows(day.pty, "abc def"));
    CHECK(pty_wait(day.pty, "Hall not reachable since"));
    CHECK(pty_wait(day.pty, "Offline since"));
    pty_type(day.pty, " ghi\t");
    CHECK(pty_wait(day.pty, "○ saved"));
    CHECK(pty_wait(day.pty, "1 unsent"));
    pty_type(day.pty, ESC);
    CHECK(pty_wait(day.pty, "draft           ○"));
    pty_type(day.pty, "h1");
    CHECK(pty_wait(day.pty, "Remind you when?"));
    pty_type(day.pty, "1");
    CHECK(pty_wait(day.pty, "2 unsent"));
    CHECK(pty_shows(day.pty, "Hall not reachable: cannot call."));
    pty_type(day.pty, "n");
    CHECK(pty_shows(day.pty, "Hall not reachable: cannot call."));
    pty_type(day.pty, "5");
    CHECK(pty_wait(day.pty, "2 records of yours wait"));
    CHECK(pty_shows(day.pty, "Work is kept here (2 records)"));
    pty_type(day.pty, "1");
    hall_start(&day.hall);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "abc def ghi");
    CHECK(pty_wait(day.pty, "n call next"));
    pty_type(day.pty, "n");
    CHECK(pty_wait(day.pty, "P002    Card"));
    day_close(&day);
}

TEST(hall_killed_and_another_program_at_its_address)
{
    struct day day;
    struct stranger between;
    place_init(&day.place);
    hall_open(&day.hall);
    let_arrive(&day.hall, 2);
    stranger_start(&between, STRANGER_PASSES, day.hall.port);
    day.pty = open_loket(&day.place, between.url);
    open_form(day.pty);
    stranger_be(&between, STRANGER_PAGE);
    pty_type(day.pty, "kept\t");
    CHECK(pty_wait(day.pty, "Offline (unexpected answer)"));
    CHECK(pty_wait(day.pty, "1 unsent"));
    stranger_be(&between, STRANGER_PASSES);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "kept");
    stranger_stop(&between);
    day_close(&day);
}

TEST(answer_cut_in_its_middle)
{
    struct day day;
    struct stranger between;
    place_init(&day.place);
    hall_open(&day.hall);
    let_arrive(&day.hall, 2);
    stranger_start(&between, STRANGER_PASSES, day.hall.port);
    day.pty = open_loket(&day.place, between.url);
    open_form(day.pty);
    stranger_be(&between, STRANGER_CUTS);
    pty_type(day.pty, "once and no more\t");
    CHECK(pty_wait(day.pty, "Offline since"));
    CHECK(stranger_cuts(&between) > 0);
    stranger_be(&between, STRANGER_PASSES);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "once and no more");
    /* A call whose answer is lost is one call. */
    pty_type(day.pty, ESC);
    pty_type(day.pty, "f1");
    CHECK(pty_wait(day.pty, "n call next"));
    CHECK(pty_wait(day.pty, "all safe"));
    stranger_be(&between, STRANGER_CUTS);
    pty_type(day.pty, "n");
    CHECK(pty_wait(day.pty, "Offline since"));
    stranger_be(&between, STRANGER_PASSES);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "P002    Card"));
    stranger_stop(&between);
    day_close(&day);
}

/* The hall's computer stands still: nothing is refused, nothing is answered. */
TEST(hall_stands_still)
{
    struct day day;
    day_open(&day);
    kill(day.hall.pid, SIGSTOP);
    pty_type(day.pty, "typed meanwhile\t");
    CHECK(pty_wait(day.pty, "○ saved"));
    CHECK(pty_wait(day.pty, "Hall not reachable since"));
    pty_type(day.pty, ESC);
    CHECK(pty_wait(day.pty, "draft           ○"));
    kill(day.hall.pid, SIGCONT);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "typed meanwhile");
    kill(day.hall.pid, SIGSTOP); /* nothing is sent, and it is noticed all the same */
    CHECK(pty_wait(day.pty, "Offline since"));
    kill(day.hall.pid, SIGCONT);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    day_close(&day);
}

/* --- loket itself is killed --- */

TEST(loket_killed_in_the_middle_of_a_form)
{
    struct day day;
    day_open(&day);
    pty_type(day.pty, "half a sent");
    wait_written(&day.place, "half a sent"); /* a pause of a second, and it is in the journal */
    pty_kill(day.pty, SIGKILL);
    CHECK_INT(pty_end(day.pty), 128 + SIGKILL);
    pty_free(&day.pty);
    day.pty = open_loket(&day.place, day.hall.url);
    CHECK(pty_wait(day.pty, "Recovered text from"));
    CHECK(pty_shows(day.pty, "half a sent"));
    pty_type(day.pty, "ence\t");
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "half a sentence");
    pty_type(day.pty, ESC); /* the desk is below it */
    CHECK(pty_wait(day.pty, "P001    Card"));
    day_close(&day);
}

/* A record waits, then the file is overwritten at a place: it comes through all the same. */
static void check_damage(const char *near, const char *garbage)
{
    struct day day;
    size_t length;
    day_open(&day);
    hall_kill(&day.hall);
    pty_type(day.pty, "not yet sent\t");
    CHECK(pty_wait(day.pty, "1 unsent"));
    quit(&day.pty);
    char *path = xasprintf("%s/cache.db", day.place.data), *bytes = read_bytes(path, &length);
    const char *found = near ? memmem(bytes, length, near, strlen(near)) : bytes;
    REQUIRE(found);
    off_t page = (off_t)(found - bytes) / 4096 * 4096;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    REQUIRE(pwrite(fd, garbage, strlen(garbage), page) == (ssize_t)strlen(garbage));
    close(fd);
    day.pty = open_loket(&day.place, day.hall.url);
    CHECK(pty_wait(day.pty, "Cache rebuilt; "));
    CHECK(pty_shows(day.pty, " recovered."));
    CHECK(!pty_shows(day.pty, " 0 records"));
    hall_start(&day.hall);
    sign_in(day.pty);
    check_note(&day.hall, "not yet sent");
    free(bytes);
    free(path);
    day_close(&day);
}

TEST(cache_damaged)
{
    check_damage("Test agency", "this is no page of a database at all");
}

TEST(cache_without_its_head)
{
    check_damage(NULL, "this is no page of a database at all, and so it goes on for eighty bytes or so");
}

TEST(cache_in_use)
{
    struct day day = {0};
    place_init(&day.place);
    hall_open(&day.hall);
    day.pty = open_loket(&day.place, day.hall.url);
    pty_wait(day.pty, "Login");
    struct pty *second = open_loket(&day.place, day.hall.url);
    CHECK_INT(pty_end(second), 1);
    CHECK(pty_shows(second, "Another Loket is running on"));
    CHECK(pty_shows(second, "--data"));
    pty_free(&second);
    pty_type(day.pty, "still here");
    CHECK(pty_shows(day.pty, "still here"));
    day_close(&day);
}

/* --- disks --- */

/* A folder on a small disk of its own, seen by this program and its children alone; "" when not permitted. */
static void small_disk(char path[200])
{
    static bool apart;
    if (geteuid() != 0)
        test_skip("only root mounts a small disk");
    if (!apart && (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0))
        test_skip("a small disk may not be mounted here");
    apart = true;
    str_format(path, 200, "%s", test_folder());
    if (mount("none", path, "tmpfs", 0, "size=24m") != 0)
        test_skip("a small disk may not be mounted here");
}

static void drop_disk(const char *path)
{
    umount2(path, MNT_DETACH);
}

/* To the last byte. */
static void fill_disk(const char *path)
{
    static const char zeros[4096];
    char *name = xasprintf("%s/filler", path);
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(fd >= 0);
    for (size_t piece = sizeof zeros; piece; piece /= 2)
        while (write(fd, zeros, piece) == (ssize_t)piece)
            ;
    close(fd);
    free(name);
}

static void free_disk(const char *path)
{
    char *name = xasprintf("%s/filler", path);
    CHECK(unlink(name) == 0);
    free(name);
}

TEST(workstation_disk_full)
{
    struct day day = {0};
    char disk[200];
    small_disk(disk);
    place_init(&day.place);
    str_format(day.place.data, sizeof day.place.data, "%s/data", disk);
    hall_open(&day.hall);
    let_arrive(&day.hall, 2);
    day.pty = open_loket(&day.place, day.hall.url);
    open_form(day.pty);
    fill_disk(disk);
    /* The log of writes has some room of its own, which must be used up first. */
    char typed[1200] = "";
    while (strlen(typed) < 1000 && !pty_shows(day.pty, "NOT saved")) {
        str_format(typed + strlen(typed), sizeof typed - strlen(typed), "%s", "a");
        pty_type(day.pty, "a\t");
    }
    CHECK(pty_wait(day.pty, "NOT saved"));
    CHECK(pty_shows(day.pty, "what you typed is still here"));
    CHECK(pty_shows(day.pty, "Free some space"));
    pty_type(day.pty, " and on");
    CHECK(pty_shows(day.pty, "a and on"));
    free_disk(disk);
    pty_type(day.pty, "\t");
    CHECK(pty_wait_gone(day.pty, "! NOT saved"));
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    char *want = xasprintf("%s and on", typed);
    check_note(&day.hall, want);
    free(want);
    day_close(&day);
    drop_disk(disk);
}

TEST(hall_disk_full)
{
    struct day day = {0};
    char disk[200];
    small_disk(disk);
    place_init(&day.place);
    hall_make(&day.hall);
    struct ran copied = RUN(NULL, "cp", "-a", "--", day.hall.folder, disk);
    REQUIRE(copied.status == 0);
    ran_free(&copied);
    char *folder = xasprintf("%s%s", disk, strrchr(day.hall.folder, '/'));
    str_copy(day.hall.folder, sizeof day.hall.folder, folder);
    hall_start(&day.hall);
    let_arrive(&day.hall, 2);
    day.pty = open_loket(&day.place, day.hall.url);
    open_form(day.pty);
    fill_disk(disk);
    pty_type(day.pty, "one\t");
    CHECK(pty_wait(day.pty, "Hall cannot record"));
    CHECK(pty_wait(day.pty, "1 unsent"));
    pty_type(day.pty, " two\t");
    CHECK(pty_wait(day.pty, "2 unsent"));
    free_disk(disk);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "one two");
    day_close(&day);
    free(folder);
    drop_disk(disk);
}

/* As somebody who may write nothing there. */
TEST(folder_read_only)
{
    struct place place;
    place_init(&place);
    char *program = program_path("loket"), *below = xasprintf("%s/below", place.data);
    char *parent = xstrndup(place.data, (size_t)(strrchr(place.data, '/') - place.data));
    char *root = xstrndup(parent, (size_t)(strrchr(parent, '/') - parent));
    REQUIRE(mkdir(place.data, 0755) == 0 && chmod(parent, 0755) == 0 && chmod(root, 0755) == 0);
    struct ran able = geteuid() == 0
                          ? RUN(NULL, "setpriv", "--reuid=65534", "--clear-groups", program, "--version")
                          : RUN(NULL, "loket", "--version");
    if (able.status != 0)
        test_skip("nobody else may run the program here");
    ran_free(&able);
    CHECK(chmod(place.data, 0555) == 0 && chmod(place.config, 0755) == 0);
    const char *as_nobody[] = {"setpriv", "--reuid=65534", "--clear-groups",     program, "--data",
                               below,     "--hall",        "http://127.0.0.1:9", NULL};
    const struct pty_options options = {
        .cols = 300, .argv = as_nobody + (geteuid() == 0 ? 0 : 3), .env = (const char *const *)place.env};
    struct pty *pty = pty_start(&options);
    CHECK_INT(pty_end(pty), 1);
    CHECK(pty_shows(pty, "Choose another with --data"));
    CHECK(!pty_alternate(pty));
    pty_free(&pty);
    CHECK(chmod(place.data, 0755) == 0 && chmod(root, 0700) == 0);
    free(parent);
    free(root);
    free(program);
    free(below);
    place_deinit(&place);
}

/* --- terminals --- */

TEST(terminal_of_any_size)
{
    struct day day;
    struct rng rng;
    char typed[256] = "";
    day_open(&day);
    rng_seed(&rng, 7);
    pty_resize(day.pty, 20, 5);
    pty_type(day.pty, "a");
    pty_resize(day.pty, 1, 1);
    pty_type(day.pty, "b");
    for (int i = 0; i < 200; i++) {
        char letter[2] = {(char)('a' + rng_below(&rng, 26)), '\0'};
        str_format(typed + strlen(typed), 2, "%s", letter);
        pty_send(day.pty, letter);
        pty_resize(day.pty, 1 + (int)rng_below(&rng, 140), 1 + (int)rng_below(&rng, 50));
    }
    pty_resize(day.pty, 240, 24);
    pty_type(day.pty, ".");
    char *want = xasprintf("ab%s.", typed);
    pty_type(day.pty, "\t");
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, want);
    free(want);
    day_close(&day);
}

/* Starts in each of these and goes up to the form; what is sent is returned. */
static char *bytes_sent(const char *const *env, const char *const *more, size_t *length)
{
    struct day day = {0};
    place_init(&day.place);
    hall_open(&day.hall);
    let_arrive(&day.hall, 1);
    const struct look look = {.env = env, .more = more};
    day.pty = open_loket_as(&day.place, day.hall.url, &look);
    open_form(day.pty);
    hall_kill(&day.hall);
    pty_type(day.pty, "text\t");
    pty_wait(day.pty, "1 unsent");
    pty_type(day.pty, ESC);
    pty_type(day.pty, "?");
    pty_type(day.pty, ESC); /* the help keeps every other key to itself */
    struct buf copy = {0};
    const char *bytes = pty_bytes(day.pty, length);
    buf_add(&copy, bytes, *length);
    day_close(&day);
    return buf_take(&copy);
}

static bool is_ascii(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)bytes[i] > 126)
            return false;
    return true;
}

TEST(locale_that_is_not_utf8)
{
    static const char *const env[] = {"LC_ALL=C", NULL};
    size_t length;
    char *bytes = bytes_sent(env, NULL, &length);
    CHECK(is_ascii(bytes, length));
    free(bytes);
}

TEST(ascii_asked_for)
{
    static const char *const more[] = {"--ascii", "--lang", "ru", "--lang", "en", NULL};
    size_t length;
    char *bytes = bytes_sent(NULL, more, &length);
    CHECK(is_ascii(bytes, length));
    free(bytes);
}

/* Whether any sequence sets a colour. */
static bool has_colour(const char *bytes, size_t length)
{
    for (size_t i = 0; i + 2 < length; i++) {
        if (bytes[i] != 27 || bytes[i + 1] != '[')
            continue;
        size_t end = i + 2;
        while (end < length && strchr("0123456789;", bytes[end]))
            end++;
        for (size_t at = i + 2; end < length && bytes[end] == 'm' && at < end; at++) {
            int number = atoi(bytes + at);
            if (number >= 30 && number <= 48)
                return true;
            while (at < end && bytes[at] != ';')
                at++;
        }
    }
    return false;
}

TEST(terminal_without_colours)
{
    static const char *const none[] = {"NO_COLOR=1", NULL}, *const old[] = {"TERM=vt100", NULL};
    size_t length;
    char *bytes = bytes_sent(none, NULL, &length);
    CHECK(!has_colour(bytes, length));
    free(bytes);
    bytes = bytes_sent(old, NULL, &length);
    CHECK(!has_colour(bytes, length));
    free(bytes);
    bytes = bytes_sent(NULL, NULL, &length);
    CHECK(has_colour(bytes, length));
    free(bytes);
}

TEST(terminal_that_cannot)
{
    static const char *const kinds[][2] = {{"TERM=dumb", NULL}, {"TERM", NULL}, {"TERM=no-such-kind", NULL}};
    struct place place;
    place_init(&place);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct look look = {.cols = 300, .env = kinds[i]};
        struct pty *pty = open_loket_as(&place, "http://127.0.0.1:9", &look);
        CHECK_INT(pty_end(pty), 1);
        CHECK(pty_shows(pty, "Try TERM=xterm-256color"));
        pty_free(&pty);
    }
    struct ran ran = RUN("", "loket", "--data", place.data, "--hall", "http://127.0.0.1:9");
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "Start the program in a terminal window.") != NULL);
    CHECK_TEXT(ran.out, "");
    ran_free(&ran);
    place_deinit(&place);
}

TEST(terminal_hung_up)
{
    struct day day;
    day_open(&day);
    pty_type(day.pty, "left behind");
    int status = pty_hang_up(day.pty);
    CHECK(status == 0 || status == 128 + SIGHUP);
    pty_free(&day.pty);
    day.pty = open_loket(&day.place, day.hall.url);
    CHECK(pty_wait(day.pty, "left behind"));
    day_close(&day);
}

TEST(keys_that_stop_terminals)
{
    struct day day;
    day_open(&day);
    pty_type(day.pty, "\x13"
                      "ab\x11"); /* Ctrl-S must not freeze; Ctrl-Q leaves */
    CHECK_INT(pty_end(day.pty), 0);
    CHECK(!pty_alternate(day.pty));
    pty_free(&day.pty);
    day.pty = open_loket(&day.place, day.hall.url);
    CHECK(pty_wait(day.pty, "[ab"));
    pty_type(day.pty, ESC); /* alone, and the frame that has it comes */
    CHECK(pty_shows(day.pty, "P001    Card"));
    pty_type(day.pty, "h");
    CHECK(pty_shows(day.pty, "Why does P001 wait?"));
    pty_type(day.pty, ESC);
    CHECK(!pty_shows(day.pty, "Why does P001 wait?"));
    day_close(&day);
}

TEST(suspended_and_back)
{
    struct place place;
    place_init(&place);
    char *program = program_path("loket");
    char *line = xasprintf("%s --data %s --hall http://127.0.0.1:9 --lang en\n", program, place.data);
    const char *argv[] = {"bash", "--norc", "--noprofile", "-i", NULL};
    const char *env[] = {place.env[0], "PS1=shell> ", "HISTFILE=/dev/null", NULL};
    const struct pty_options options = {.argv = argv, .env = env, .raw = true};
    struct pty *pty = pty_start(&options);
    pty_wait(pty, "shell>");
    pty_send(pty, line);
    CHECK(pty_wait(pty, "Login"));
    pty_send(pty, "before\x1a");
    CHECK(pty_wait(pty, "Stopped"));
    CHECK(!pty_alternate(pty));
    pty_send(pty, "fg\n");
    CHECK(pty_wait(pty, "before"));
    CHECK(pty_alternate(pty));
    pty_send(pty, " after");
    CHECK(pty_wait(pty, "before after"));
    pty_send(pty, CTRL_Q);
    CHECK(pty_wait_gone(pty, "Login"));
    pty_send(pty, "exit\n");
    pty_end(pty);
    pty_free(&pty);
    free(line);
    free(program);
    place_deinit(&place);
}

TEST(pasted_text_is_never_keys)
{
    struct day day;
    day_open(&day);
    pty_type(day.pty, ESC "[200~first\nsecond\tthird\x11\x1b\x1bOP\r" ESC "[201~");
    CHECK(pty_shows(day.pty, "first"));
    CHECK(pty_shows(day.pty, "Note"));
    pty_type(day.pty, "!\t");
    CHECK(pty_wait(day.pty, "all safe"));
    char *note = note_at_hall(&day.hall);
    CHECK(note && strstr(note, "first") && strstr(note, "second") && strchr(note, '!'));
    CHECK(note && !note[strcspn(note, "\x11\x1b\x01")]);
    free(note);
    pty_type(day.pty, ESC);
    CHECK(pty_wait(day.pty, "f finish"));
    pty_type(day.pty, ESC "[200~f1\nn" ESC "[201~"); /* at the desk letters act, pasted ones do not */
    CHECK(pty_shows(day.pty, "f finish"));
    CHECK(pty_wait(day.pty, "all safe"));
    day_close(&day);
}

TEST(names_with_control_characters)
{
    struct day day = {0};
    struct hall_client reception;
    size_t length;
    place_init(&day.place);
    hall_open(&day.hall);
    CHECK_INT(hall_sign_in(&reception, &day.hall, "reception", TEST_PASSWORD), 200);
    struct json *data =
        hall_do(&reception, "person.record",
                "{\"person\":\"0193c3d2-7b1a-7c41-9a55-000000000001\",\"given\":\"Ay\\u001b[31mEVIL\","
                "\"family\":\"Ta\\u202egnitset\\u0007\\u200f\"}");
    json_free(&data);
    data = hall_do(&reception, "ticket.issue",
                   "{\"service\":\"t.card\",\"channel\":\"walk_in\",\"person\":\"0193c3d2-7b1a-7c41-9a55-"
                   "000000000001\"}");
    json_free(&data);
    hall_sign_out(&reception);
    day.pty = open_loket(&day.place, day.hall.url);
    open_form(day.pty);
    pty_type(day.pty, ESC);
    CHECK(pty_wait(day.pty, "EVIL"));
    const char *bytes = pty_bytes(day.pty, &length);
    CHECK(!memmem(bytes, length, "\x1b[31mEVIL", 9));
    CHECK(!memmem(bytes, length, "\xe2\x80\xae", 3));
    CHECK(!memmem(bytes, length, "\xe2\x80\x8f", 3));
    day_close(&day);
}

/* --- settings --- */

static void check_complaint(const char *file, const char *text, const char *const *more, const char *words)
{
    struct place place;
    place_init(&place);
    char *path = xasprintf("%s/%s", place.config, file);
    char *folder = xstrndup(path, (size_t)(strrchr(path, '/') - path));
    mkdir(folder, 0700);
    put_file(path, text);
    const struct look look = {.cols = 200, .more = more};
    struct pty *pty = open_loket_as(&place, "http://127.0.0.1:9", &look);
    CHECK(pty_wait(pty, words));
    CHECK(pty_wait(pty, "Login"));
    quit(&pty);
    free(folder);
    free(path);
    place_deinit(&place);
}

TEST(settings_and_theme_lines)
{
    static const char *const theme[] = {"--theme", "own", NULL}, *const absent[] = {"--theme", "none-such",
                                                                                    NULL};
    check_complaint("config", "[look]\ntheme = default\nbell = perhaps\n[privacy]\n", NULL,
                    "config:3: say yes or no");
    check_complaint("config", "[look]\nbell = perhaps\nnonsense\n", NULL, "1 more line in the log");
    check_complaint("config", "[look]\nlang = xx\n", NULL, "config:2: say az, id, en or ru");
    check_complaint("config", "no equals sign\n[look]\n\xff\xfe\n", NULL, "config:1: expected NAME = VALUE");
    check_complaint("config", "[keys]\nfly = F5\n", NULL, "config:2: there is no such action");
    check_complaint("themes/own.theme", "accent = nonsense\n", theme, "own.theme:1:");
    check_complaint("config", "[look]\n", absent, "There is no theme none-such");
}

TEST(options_that_are_wrong)
{
    static const struct {
        const char *words[5];
        int status;
        const char *says;
    } wrong[] = {
        {{"loket", "--fly"}, 2, "--fly is not an option of loket; see loket --help"},
        {{"loket", "--lang", "xx"}, 2, "say az, id, en or ru"},
        {{"loket", "--data"}, 2, "--data needs a value"},
        {{"loket", "fly"}, 2, "fly is not a command of loket"},
        {{"loket", "--config", "/no/such/file"}, 1, "/no/such/file cannot be read: No such file"},
        {{"loket", "--hall", "nonsense"}, 2, "is no address of a hall"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ran ran = program_run(NULL, wrong[i].words);
        CHECK_INT(ran.status, wrong[i].status);
        if (!CHECK(strstr(ran.err, wrong[i].says) != NULL))
            CHECK_TEXT(ran.err, wrong[i].says);
        CHECK_TEXT(ran.out, "");
        ran_free(&ran);
    }
}
