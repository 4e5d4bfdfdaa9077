/* tests/support/day.c: see day.h. */
#include "tests/support/day.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

/* --- a workstation --- */

void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    REQUIRE(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

void place_init(struct place *place)
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

void place_deinit(struct place *place)
{
    free(place->env[0]);
    free(place->env[1]);
}

struct pty *open_loket_as(struct place *place, const char *url, const struct look *look)
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

struct pty *open_loket(struct place *place, const char *url)
{
    const struct look usual = {0};
    return open_loket_as(place, url, &usual);
}

void quit(struct pty **pty)
{
    pty_type(*pty, CTRL_Q CTRL_Q); /* the second where people are still open */
    CHECK_INT(pty_end(*pty), 0);
    CHECK(!pty_alternate(*pty));
    pty_free(pty);
}

void type_sign_in(struct pty *pty, const char *login)
{
    REQUIRE(pty_wait(pty, "Login"));
    pty_type(pty, "\x15");
    pty_type(pty, login);
    pty_type(pty, "\t" TEST_PASSWORD "\r");
}

void sign_in_as(struct pty *pty, const char *login)
{
    type_sign_in(pty, login);
    REQUIRE(pty_wait(pty, "all safe"));
}

void sign_in(struct pty *pty)
{
    sign_in_as(pty, "clerk1");
}

void serve_next(struct pty *pty)
{
    REQUIRE(pty_wait(pty, "n call next"));
    pty_type(pty, "n");
    REQUIRE(pty_wait(pty, "s start"));
    pty_type(pty, "s");
    REQUIRE(pty_wait(pty, "+ application"));
}

void open_form(struct pty *pty)
{
    sign_in(pty);
    pty_type(pty, "c");
    REQUIRE(pty_wait(pty, "At which counter"));
    pty_type(pty, "1\r");
    serve_next(pty);
    pty_type(pty, "+");
    REQUIRE(pty_wait(pty, "Which service?"));
    pty_type(pty, "Card\r");
    REQUIRE(pty_wait(pty, "Note"));
    REQUIRE(pty_wait(pty, "all safe"));
}

void let_arrive(const struct test_hall *hall, int people)
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

void day_open(struct day *day)
{
    place_init(&day->place);
    hall_open(&day->hall);
    let_arrive(&day->hall, 3);
    day->pty = open_loket(&day->place, day->hall.url);
    open_form(day->pty);
}

void day_close(struct day *day)
{
    quit(&day->pty);
    hall_kill(&day->hall);
    place_deinit(&day->place);
}

char *note_at_hall(const struct test_hall *hall)
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

void check_note(const struct test_hall *hall, const char *want)
{
    char *note = note_at_hall(hall);
    CHECK_TEXT(note, want);
    free(note);
}

struct json *rows_of_hall(const struct test_hall *hall, const char *login)
{
    struct hall_client client;
    struct json *rows = json_new_array();
    int status;
    char *path = xstrdup("/v1/snapshot");
    CHECK_INT(hall_sign_in(&client, hall, login, TEST_PASSWORD), 200);
    while (path) {
        struct json *page = hall_ask(&client, "GET", path, NULL, &status);
        CHECK_INT(status, 200);
        for (const struct json *row = json_first(json_get(page, "rows")); row; row = json_next(row))
            json_add(rows, json_copy(row));
        free(path);
        path = json_text(page, "next") ? xasprintf("/v1/snapshot?after=%s", json_text(page, "next")) : NULL;
        json_free(&page);
    }
    hall_sign_out(&client);
    return rows;
}

int rows_seen_by(const struct test_hall *hall, const char *login, const char *table, const char *pointer,
                 const char *want)
{
    struct json *rows = rows_of_hall(hall, login);
    int count = 0;
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_equal(json_text(row, "t"), table) &&
            (!pointer || str_equal(json_as_text(json_pointer(json_get(row, "row"), pointer)), want)))
            count++;
    json_free(&rows);
    return count;
}

int rows_at_hall(const struct test_hall *hall, const char *table, const char *pointer, const char *want)
{
    return rows_seen_by(hall, "supervisor", table, pointer, want);
}

char *read_bytes(const char *path, size_t *length)
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

void wait_written(const struct place *place, const char *text)
{
    char *path = xasprintf("%s/cache.db-wal", place->data), event[4096];
    int fd = inotify_init1(IN_CLOEXEC);
    struct pollfd changed = {.fd = fd, .events = POLLIN};
    REQUIRE(fd >= 0 && inotify_add_watch(fd, path, IN_MODIFY) >= 0);
    while (!holds(path, text) && CHECK(poll(&changed, 1, TEST_PATIENCE_MS) == 1))
        if (read(fd, event, sizeof event) <= 0)
            break;
    close(fd);
    free(path);
}

/* --- disks --- */

void small_disk(char path[200])
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

void drop_disk(const char *path)
{
    umount2(path, MNT_DETACH);
}

void fill_disk(const char *path)
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

void free_disk(const char *path)
{
    char *name = xasprintf("%s/filler", path);
    CHECK(unlink(name) == 0);
    free(name);
}
