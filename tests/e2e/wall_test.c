/* tests/e2e/wall_test.c: the real workstation before a training hall that it was told the address of, and a real hall's
 * workstation that is started to train. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/wire/json.h"
#include "tests/support/hall.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/test.h"

/* A training hall at work as long as its lock is held; its clerk and their password. */
struct training {
    char data[300], url[100], login[40], password[100];
    struct running program;
    int lock;
};

static void training_open(struct training *training)
{
    static const char before[] = "loketd: listening on ";
    struct json *known = NULL;
    *training = (struct training){0};
    str_format(training->data, sizeof training->data, "%s/training", test_folder());
    REQUIRE(mkdir(training->data, 0700) == 0);
    char *path = xasprintf("%s/users.lock", training->data);
    training->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(training->lock >= 0 && flock(training->lock, LOCK_SH) == 0);
    free(path);
    training->program = START("loketd", "practice", "--data", training->data, "--pack", "az", "--seed", "7");
    char *line = running_line(&training->program);
    REQUIRE(line && str_starts(line, before));
    str_copy(training->url, sizeof training->url, line + strlen(before));
    free(line);
    path = xasprintf("%s/practice.json", training->data);
    char *text = test_read_file(path);
    REQUIRE(text && json_parse(text, strlen(text), &known, NULL) == ERR_OK);
    const struct json *row = json_first(json_get(known, "rows"));
    str_copy(training->login, sizeof training->login, json_text_or(row, "login", ""));
    str_copy(training->password, sizeof training->password, json_text_or(row, "password", ""));
    json_free(&known);
    free(text);
    free(path);
}

static void training_close(struct training *training)
{
    close(training->lock);
    CHECK_INT(running_wait(&training->program), 0);
}

static struct pty *open_at(const char *hall, const char *data)
{
    char *program = program_path("loket");
    const char *argv[] = {program, "--hall", hall, "--data", data, "--lang", "en", NULL};
    const struct pty_options options = {.argv = argv};
    struct pty *pty = pty_start(&options);
    free(program);
    return pty;
}

static void sign_in(struct pty *pty, const char *login, const char *password)
{
    pty_type(pty, login);
    pty_type(pty, "\r");
    pty_type(pty, password);
    pty_type(pty, "\r");
}

TEST(a_training_hall_by_its_address_says_so_before_and_after_the_sign_in)
{
    struct training training;
    training_open(&training);
    char *data = xasprintf("%s/station", test_folder());
    struct pty *pty = open_at(training.url, data);
    REQUIRE(pty_wait(pty, "TRAINING")); /* before anybody types a password */
    sign_in(pty, training.login, training.password);
    REQUIRE(pty_wait(pty, "open counter"));
    CHECK(pty_shows(pty, "TRAINING"));
    pty_kill(pty, SIGKILL);
    pty_free(&pty);
    training_close(&training);
    pty = open_at(training.url, data); /* without the hall, by what the copy knows */
    CHECK(pty_wait(pty, "TRAINING"));
    pty_free(&pty);
    free(data);
}

TEST(a_real_halls_workstation_does_not_train)
{
    struct test_hall hall;
    struct training training;
    hall_open(&hall);
    training_open(&training);
    char *data = xasprintf("%s/station", test_folder());
    struct pty *pty = open_at(hall.url, data);
    sign_in(pty, "clerk1", TEST_PASSWORD);
    REQUIRE(pty_wait(pty, "open counter"));
    CHECK(!pty_shows(pty, "TRAINING"));
    pty_kill(pty, SIGKILL);
    pty_free(&pty);
    pty = open_at("practice", data);
    CHECK(pty_wait(pty, "Offline"));
    CHECK(!pty_shows(pty, "TRAINING"));
    char *folder = xasprintf("%s/hall", data);
    CHECK(access(folder, F_OK) != 0); /* no training hall was even made beside it */
    pty_free(&pty);
    pty = open_at(training.url, data);
    CHECK(pty_wait(pty, "Offline"));
    CHECK(!pty_shows(pty, "TRAINING"));
    pty_free(&pty);
    training_close(&training);
    hall_stop(&hall);
    free(folder);
    free(data);
}
