/* tests/hall/wall_test.c: nothing passes between a real hall and a training hall, whichever way round it is tried, with the
 * programs as people run them. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/hall/notices.h"
#include "core/hall/store.h"
#include "core/model/notice_code.h"
#include "core/wire/which_hall.h"
#include "tests/support/cluster.h"
#include "tests/support/hall.h"
#include "tests/support/piped.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

#define QUEUE "P" /* of the pack az */

/* --- two halls --- */

struct place {
    char data[300], url[100], login[40], password[300]; /* password: the file that holds it */
    char listen[60];
    struct running program;
    int user; /* a workstation of the training hall is there: its lock */
};

static void check_ran(struct ran ran, int status, const char *words)
{
    CHECK_INT(ran.status, status);
    if (!CHECK(strstr(ran.out, words) || strstr(ran.err, words)))
        printf("    %s\n    %s%s\n", words, ran.out, ran.err);
    ran_free(&ran);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    REQUIRE(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void hear(struct place *place)
{
    char *line = running_line(&place->program);
    REQUIRE(line && str_starts(line, "loketd: listening on "));
    str_copy(place->url, sizeof place->url, line + strlen("loketd: listening on "));
    str_copy(place->listen, sizeof place->listen, strstr(place->url, "://") + 3);
    free(line);
}

static void real_serve(struct place *real)
{
    real->program = START("loketd", "serve", "--data", real->data, "--listen",
                          *real->listen ? real->listen : "127.0.0.1:0");
    hear(real);
}

static void real_make(struct place *real)
{
    *real = (struct place){.login = "rina", .user = -1};
    str_format(real->data, sizeof real->data, "%s/real", test_folder());
    str_format(real->password, sizeof real->password, "%s/real.password", test_folder());
    write_file(real->password, "open sesame!\n");
    check_ran(RUN(NULL, "loketd", "init", "--data", real->data, "--hall", "ASAN-01", "--name", "ASAN 1",
                  "--pack", "az"),
              0, "ASAN-01");
    check_ran(RUN(NULL, "loketd", "user", "add", "--data", real->data, "--login", "rina", "--name", "Rina",
                  "--roles", "clerk,reception,supervisor,administrator", "--password-file", real->password),
              0, "rina");
}

/* Somebody with that role, and their password, which only the training hall's own file has. */
static void know_account(struct place *training, const char *role)
{
    char *path = xasprintf("%s/practice.json", training->data), *text = test_read_file(path);
    struct json *known = NULL;
    REQUIRE(text && json_parse(text, strlen(text), &known, NULL) == ERR_OK);
    for (const struct json *row = json_first(json_get(known, "rows")); row; row = json_next(row))
        if (json_has_text(json_get(row, "roles"), role)) {
            str_copy(training->login, sizeof training->login, json_text_or(row, "login", ""));
            write_file(training->password, json_text_or(row, "password", ""));
        }
    REQUIRE(*training->login);
    json_free(&known);
    free(text);
    free(path);
}

static void training_serve(struct place *training)
{
    char *lock = xasprintf("%s/users.lock", training->data);
    training->user = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(training->user >= 0 && flock(training->user, LOCK_SH) == 0);
    free(lock);
    training->program = START("loketd", "practice", "--data", training->data, "--pack", "az", "--seed", "7");
    hear(training);
}

static void training_open(struct place *training)
{
    *training = (struct place){0};
    str_format(training->data, sizeof training->data, "%s/training", test_folder());
    str_format(training->password, sizeof training->password, "%s/training.password", test_folder());
    REQUIRE(mkdir(training->data, 0700) == 0);
    training_serve(training);
    know_account(training, "reception");
}

static void place_stop(struct place *place)
{
    if (place->user >= 0)
        close(place->user); /* the last workstation leaves */
    else
        kill(place->program.pid, SIGTERM);
    CHECK_INT(running_wait(&place->program), 0);
}

static int64_t count_at(const struct place *place, const char *sql)
{
    struct err_info info = {0};
    struct db *db = NULL;
    char *path = xasprintf("%s/hall.db", place->data);
    REQUIRE(db_open(&db, path, 0, &info) == ERR_OK);
    struct stmt *s = db_query(db, sql);
    REQUIRE(db_step(s) == ERR_OK);
    int64_t count = db_int(s, 0);
    db_done(s);
    db_close(&db);
    free(path);
    return count;
}

/* --- a workstation --- */

static struct piped work_at(const struct place *place, const char *folder, bool drain)
{
    return drain ? PIPED("--hall", place->url, "--user", place->login, "--password-file", place->password,
                         "--data", folder, "--drain")
                 : PIPED("--hall", place->url, "--user", place->login, "--password-file", place->password,
                         "--data", folder);
}

static void come_and_go(const struct place *place, const char *folder)
{
    struct piped piped = work_at(place, folder, false);
    piped_skip(&piped, "ready", NULL);
    piped_end_input(&piped);
    CHECK_INT(piped_end(&piped, 0), 0);
}

static const char record[] = "{'tag':'i','type':'person.record','body':{'person':'0193c000-0000-7000-8000-"
                             "00000000beef','name':'Nobody at all'}}";

/* A record that is saved while the hall is away. */
static void leave_unsent(const struct place *place, const char *folder)
{
    struct piped piped = work_at(place, folder, false);
    piped_skip(&piped, "ready", NULL);
    piped_say(&piped, record);
    piped_skip(&piped, "saved", "i");
    piped_end_input(&piped);
    (void)piped_end(&piped, 0);
    check_ran(RUN(NULL, "loket", "outbox", "list", "--data", folder), 3, "person.record");
}

/* Whoever comes with that folder is refused with a sentence, and what is not sent stays. */
static void expect_refused(const struct place *place, const char *folder, const char *words, bool unsent)
{
    struct ran ran = RUN("", "loket", "pipe", "--hall", place->url, "--user", place->login, "--password-file",
                         place->password, "--data", folder, "--drain");
    CHECK(ran.status != 0);
    if (!CHECK(strstr(ran.err, words) && strstr(ran.err, "--data")))
        printf("    %d %s%s\n", ran.status, ran.out, ran.err);
    ran_free(&ran);
    check_ran(RUN(NULL, "loket", "outbox", "list", "--data", folder), unsent ? 3 : 0,
              unsent ? "person.record" : "");
}

static const char persons[] =
    "SELECT count(*) FROM persons WHERE id = '0193c000-0000-7000-8000-00000000beef'";

TEST(wall_a_real_halls_workstation_never_works_in_a_training_hall)
{
    struct place real, training;
    char *folder = xasprintf("%s/station", test_folder());
    training_open(&training);
    real_make(&real);
    real_serve(&real);
    come_and_go(&real, folder);
    expect_refused(&training, folder, "training hall", false);
    place_stop(&real);
    leave_unsent(&real, folder);
    expect_refused(&training, folder, "training hall", true);
    char *copy = xasprintf("%s/copy", test_folder()), *command = xasprintf("cp -r %s %s", folder, copy);
    REQUIRE(system(command) == 0); /* a copied folder knows whose it is */
    expect_refused(&training, copy, "training hall", true);
    real_serve(&real); /* and its own hall gets what it is for */
    struct piped piped = work_at(&real, folder, true);
    piped_skip(&piped, "ready", NULL);
    piped_end_input(&piped);
    CHECK_INT(piped_end(&piped, 0), 0);
    place_stop(&real);
    place_stop(&training);
    CHECK_INT(count_at(&real, persons), 1);
    CHECK_INT(count_at(&training, persons), 0);
    free(command);
    free(copy);
    free(folder);
}

TEST(wall_a_training_halls_workstation_never_works_in_a_real_hall)
{
    struct place real, training;
    char *folder = xasprintf("%s/station", test_folder());
    training_open(&training);
    real_make(&real);
    real_serve(&real);
    come_and_go(&training, folder);
    expect_refused(&real, folder, "real hall", false);
    place_stop(&training);
    leave_unsent(&training, folder);
    expect_refused(&real, folder, "real hall", true);
    place_stop(&real);
    CHECK_INT(count_at(&real, persons), 0);
    free(folder);
}

/* How many questions the hall has answered so; asked anew until there are any. */
static bool answered_with(const struct place *place, const char *status)
{
    struct test_hall hall = {0};
    int got;
    int64_t until_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;
    str_copy(hall.url, sizeof hall.url, place->url);
    hall.port = atoi(strrchr(place->url, ':') + 1);
    for (bool found = false; clock_mono_now_ms() < until_ms;) {
        char *text = hall_request_text(&hall, "GET", "/metrics", NULL, NULL, &got);
        found = text && strstr(text, status);
        free(text);
        if (found)
            return true;
    }
    return false;
}

/* The address stays, the hall behind it is another: a workstation that is at work sends to it by itself. */
TEST(wall_another_hall_at_the_same_address_gets_nothing)
{
    struct place real, training;
    char *folder = xasprintf("%s/station", test_folder());
    training_open(&training);
    struct piped piped = work_at(&training, folder, false);
    piped_skip(&piped, "ready", NULL);
    place_stop(&training);
    real_make(&real);
    str_copy(real.listen, sizeof real.listen, training.listen);
    real_serve(&real);
    piped_say(&piped, record);
    piped_skip(&piped, "saved", "i");
    CHECK(answered_with(&real, "status=\"4xx\""));
    (void)piped_end(&piped, SIGTERM);
    check_ran(RUN(NULL, "loket", "outbox", "list", "--data", folder), 3, "person.record");
    expect_refused(&real, folder, "real hall", true);
    place_stop(&real);
    CHECK_INT(count_at(&real, persons), 0);
    CHECK_INT(count_at(&real, "SELECT count(*) FROM disputes"), 0);
    free(folder);
}

/* --- the wire itself --- */

static struct test_hall as_hall(const struct place *place)
{
    struct test_hall hall = {0};
    str_copy(hall.url, sizeof hall.url, place->url);
    hall.port = atoi(strrchr(place->url, ':') + 1);
    return hall;
}

static char *password_of(const struct place *place)
{
    char *text = test_read_file(place->password);
    REQUIRE(text);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static void expect_push(struct hall_client *client, const char *made_for, int status, const char *code)
{
    int got;
    char *text = xasprintf(
        "{\"client\":\"%s\",\"epoch\":1,\"acked_through\":0,\"commands\":[{\"seq\":1,\"id\":"
        "\"0193c000-0000-7000-8000-0000000000c1\",\"type\":\"person.record\",\"v\":1,\"hall\":\"%s\","
        "\"at\":{\"wall\":\"2026-11-24T10:00:00.000Z\",\"offset_ms\":0},\"base\":{\"rev\":1},\"body\":"
        "{\"person\":\"0193c000-0000-7000-8000-00000000beef\",\"name\":\"Nobody\"}}]}",
        client->uuid, made_for);
    struct json *answer = hall_ask(client, "POST", "/v1/push", text, &got);
    CHECK_INT(got, status);
    CHECK_TEXT(json_text_or(json_get(answer, "error"), "code", ""), code);
    json_free(&answer);
    free(text);
}

TEST(wall_records_of_another_hall_are_not_even_a_dispute)
{
    struct place real, training;
    struct hall_client client;
    training_open(&training);
    real_make(&real);
    real_serve(&real);
    struct test_hall at_training = as_hall(&training), at_real = as_hall(&real);
    char *secret = password_of(&training);
    REQUIRE(hall_sign_in(&client, &at_training, training.login, secret) == 200);
    expect_push(&client, "0193c000-0000-7000-8000-00000000abcd", 409, "hall_is_training");
    expect_push(&client, "training-0193c000-0000-7000-8000-00000000abcd", 409, "another_hall");
    hall_sign_out(&client);
    free(secret);
    secret = password_of(&real);
    REQUIRE(hall_sign_in(&client, &at_real, real.login, secret) == 200);
    expect_push(&client, "training-0193c000-0000-7000-8000-00000000abcd", 409, "hall_is_real");
    expect_push(&client, "0193c000-0000-7000-8000-00000000abcd", 409, "another_hall");
    hall_sign_out(&client);
    free(secret);
    place_stop(&real);
    place_stop(&training);
    CHECK_INT(count_at(&real, persons) + count_at(&training, persons), 0);
    CHECK_INT(count_at(&real, "SELECT count(*) FROM disputes"), 0);
    CHECK_INT(
        count_at(&training, "SELECT count(*) FROM result WHERE id = '0193c000-0000-7000-8000-0000000000c1'"),
        0);
}

/* One question as a workstation asks it, saying whose it is; the status line of the answer. */
static void ask_as(const struct place *place, const char *whose, char status[64])
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    char *text = xasprintf(
        "GET /v1/health HTTP/1.1\r\nHost: x\r\n" HALL_HEADER ": %s\r\nConnection: close\r\n\r\n", whose);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_port = htons((uint16_t)atoi(strrchr(place->url, ':') + 1));
    REQUIRE(inet_pton(AF_INET, "127.0.0.1", &to.sin_addr) == 1 &&
            connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    REQUIRE(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    ssize_t got = read(fd, status, 63);
    status[got > 0 ? strcspn(status, "\r") < (size_t)got ? strcspn(status, "\r") : (size_t)got : 0] = '\0';
    close(fd);
    free(text);
}

/* Before it looks at a token, a body or a password. */
TEST(wall_a_hall_answers_no_workstation_of_the_other_kind)
{
    struct place real, training;
    char status[64] = "";
    training_open(&training);
    real_make(&real);
    real_serve(&real);
    ask_as(&training, "0193b000-0000-7000-8000-00000000000a", status);
    CHECK(strstr(status, "409"));
    ask_as(&training, "training", status);
    CHECK(strstr(status, "200"));
    ask_as(&real, "training-0193b000-0000-7000-8000-00000000000a", status);
    CHECK(strstr(status, "409"));
    ask_as(&real, "real", status);
    CHECK(strstr(status, "200"));
    place_stop(&real);
    place_stop(&training);
}

/* --- files --- */

static char *read_whole(const char *path, size_t *length)
{
    struct stat file;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    REQUIRE(fd >= 0 && fstat(fd, &file) == 0);
    char *bytes = xmalloc((size_t)file.st_size + 1);
    *length = (size_t)file.st_size;
    REQUIRE(read(fd, bytes, *length) == (ssize_t)*length);
    close(fd);
    return bytes;
}

/* What is refused has changed no byte of the file. */
static void expect_untouched(const struct place *place, struct ran ran, int status, const char *words,
                             const char *before, size_t length)
{
    size_t now;
    char *path = xasprintf("%s/hall.db", place->data), *bytes = read_whole(path, &now);
    check_ran(ran, status, words);
    CHECK(now == length && memcmp(bytes, before, length) == 0);
    free(bytes);
    free(path);
}

TEST(wall_folders_are_served_as_what_they_are)
{
    struct place real, training;
    training_open(&training);
    place_stop(&training);
    real_make(&real);
    check_ran(RUN(NULL, "loketd", "serve", "--data", training.data, "--listen", "127.0.0.1:0"), 1,
              "never served as a real one");
    check_ran(RUN(NULL, "loketd", "practice", "--data", real.data, "--pack", "az"), 1, "holds a real hall");
    check_ran(RUN(NULL, "loketd", "verify", "--data", training.data), 0, "is whole");
    check_ran(RUN(NULL, "loketd", "verify", "--data", real.data), 0, "is whole");
    check_ran(
        RUN(NULL, "loketd", "init", "--data", training.data, "--hall", "B", "--name", "B", "--pack", "az"), 1,
        "There is a hall");
}

TEST(wall_backups_stay_on_their_side)
{
    cluster_not_for("it compares the bytes of files; practice_postgres_test tries addresses");
    struct place real, training;
    size_t real_length, training_length;
    training_open(&training);
    place_stop(&training);
    real_make(&real);
    char *of_real = xasprintf("%s/real.backup", test_folder()),
         *of_training = xasprintf("%s/training.backup", test_folder());
    check_ran(RUN(NULL, "loketd", "backup", "--data", real.data, of_real), 0, "stands in");
    check_ran(RUN(NULL, "loketd", "backup", "--data", training.data, of_training), 0, "stands in");
    char *path = xasprintf("%s/hall.db", real.data), *real_bytes = read_whole(path, &real_length);
    free(path);
    path = xasprintf("%s/hall.db", training.data);
    char *training_bytes = read_whole(path, &training_length);
    expect_untouched(&training, RUN(NULL, "loketd", "restore", "--data", training.data, of_real), 1,
                     "no real data comes into one", training_bytes, training_length);
    expect_untouched(&real, RUN(NULL, "loketd", "restore", "--data", real.data, of_training), 1,
                     "holds a real hall", real_bytes, real_length);
    REQUIRE(unlink(path) == 0); /* a training hall's folder without its file still is one */
    check_ran(RUN(NULL, "loketd", "restore", "--data", training.data, of_real), 1,
              "no real data comes into one");
    check_ran(RUN(NULL, "loketd", "restore", "--data", training.data, of_training), 0, "is as");
    check_ran(RUN(NULL, "loketd", "serve", "--data", training.data, "--listen", "127.0.0.1:0"), 1,
              "never served as a real one");
    free(path);
    free(real_bytes);
    free(training_bytes);
    free(of_real);
    free(of_training);
}

static void change_file(const struct place *place, const char *sql)
{
    struct err_info info = {0};
    struct db *db = NULL;
    char *path = xasprintf("%s/hall.db", place->data);
    REQUIRE(db_open(&db, path, DB_WRITE, &info) == ERR_OK);
    REQUIRE(db_script(db, sql) == ERR_OK);
    db_close(&db);
    free(path);
}

/* One word at a time, and all of them together: the chain of the feed has the row as it was made. */
TEST(wall_a_file_that_was_turned_by_hand_is_found)
{
    cluster_not_for("it copies the hall's file and changes it");
    static const char *const turns[] = {
        "UPDATE halls SET row = replace(row, '\"practice\":true', '\"practice\":false')",
        "UPDATE halls SET row = replace(row, 'training-', '')",
        "UPDATE hall_state SET always_safe = 0",
    };
    struct place training, copy;
    training_open(&training);
    place_stop(&training);
    for (size_t i = 0; i <= sizeof turns / sizeof *turns; i++) {
        copy = training;
        str_format(copy.data, sizeof copy.data, "%s/turned%zu", test_folder(), i);
        char *command = xasprintf("cp -r %s %s", training.data, copy.data);
        REQUIRE(system(command) == 0);
        free(command);
        for (size_t j = 0; j < sizeof turns / sizeof *turns; j++)
            if (j == i || i == sizeof turns / sizeof *turns)
                change_file(&copy, turns[j]);
        if (i == sizeof turns / sizeof *turns)
            change_file(&copy, "PRAGMA application_id = 0");
        struct ran ran = RUN(NULL, "loketd", "verify", "--data", copy.data);
        CHECK_INT(ran.status, 1);
        if (i < sizeof turns / sizeof *turns && !CHECK(strstr(ran.err, copy.data)))
            printf("    %s\n", ran.err);
        ran_free(&ran);
        if (i < sizeof turns / sizeof *turns)
            check_ran(RUN(NULL, "loketd", "serve", "--data", copy.data, "--listen", "127.0.0.1:0"), 1, "");
    }
}

TEST(wall_a_training_hall_tells_nobody_outside)
{
    struct place training;
    training_open(&training);
    place_stop(&training);
    check_ran(RUN(NULL, "loketd", "webhook", "add", "--data", training.data, "--agency", "az.dsmf", "--url",
                  "https://agency.example/in"),
              1, "tells nobody outside");
    check_ran(RUN(NULL, "loketd", "webhook", "add", "--data", training.data, "--agency", "az.dsmf", "--url",
                  "http://localhost.example/in"),
              1, "tells nobody outside");
}

/* --- the bus --- */

/* Its queue leaves with a bus, which comes home the same evening. out, back: its two parcels. */
static void ride(const struct place *home, const char *clerk, char out[300], char back[300])
{
    static int rides;
    char *bus = xasprintf("%s/bus%d", test_folder(), ++rides);
    str_format(out, 300, "%s.out", bus);
    str_format(back, 300, "%s.back", bus);
    check_ran(RUN(NULL, "loketd", "depart", "--data", home->data, "--to", "B3", "--name", "Bus 3", "--queues",
                  QUEUE, "--users", clerk, out),
              0, "has its queues now");
    check_ran(RUN(NULL, "loketd", "init", "--data", bus, "--from", out), 0, "is set up");
    check_ran(RUN(NULL, "loketd", "verify", "--data", bus), 0, "is whole");
    check_ran(RUN(NULL, "loketd", "parcel", "--data", bus, back), 0, "");
    free(bus);
}

/* Also with the departure's own parcel, which teaches a hall a trip that it has forgotten. */
TEST(wall_a_bus_comes_home_to_its_own_side)
{
    struct place real, training;
    char real_out[300], real_back[300], training_out[300], training_back[300];
    training_open(&training);
    place_stop(&training);
    real_make(&real);
    ride(&real, "rina", real_out, real_back);
    ride(&training, "aysel", training_out, training_back);
    check_ran(RUN(NULL, "loketd", "merge", "--data", training.data, real_back), 1, "no such departure");
    check_ran(RUN(NULL, "loketd", "merge", "--data", training.data, "--from", real_out, real_back), 1,
              "no real data comes into one");
    check_ran(RUN(NULL, "loketd", "merge", "--data", real.data, "--from", training_out, training_back), 1,
              "left another hall");
    check_ran(RUN(NULL, "loketd", "merge", "--data", real.data, real_back), 0, "");
    check_ran(RUN(NULL, "loketd", "merge", "--data", training.data, training_back), 0, "");
    check_ran(RUN(NULL, "loketd", "verify", "--data", training.data), 0, "is whole");
}

/* A training hall's bus is served like any, and says what it is; its backup does not become a real hall's. */
TEST(wall_a_training_halls_bus_is_training)
{
    struct place training, bus;
    char out[300], back[300];
    training_open(&training);
    place_stop(&training);
    ride(&training, "aysel", out, back);
    bus = (struct place){.user = -1};
    str_format(bus.data, sizeof bus.data, "%s/other", test_folder());
    check_ran(RUN(NULL, "loketd", "init", "--data", bus.data, "--from", out), 0, "is set up");
    real_serve(&bus);
    int status;
    struct test_hall hall = as_hall(&bus);
    struct json *health = hall_request(&hall, "GET", "/v1/health", NULL, NULL, &status);
    CHECK(json_bool(health, "practice", false));
    json_free(&health);
    place_stop(&bus);
    CHECK_INT(count_at(&bus, "SELECT count(*) FROM halls WHERE row LIKE '%\"identity\":\"training-%/B3%'"),
              1);
}

/* --- what it gives out --- */

#define CASE_ID     "01900000-0000-7000-8000-0000000000c1"
#define DECISION_ID "01900000-0000-7000-8000-0000000000d1"

/* A decision as a clerk there would make it, and its code. */
static void decide(const struct place *place, char code[NOTICE_CODE_TEXT])
{
    static const char row[] =
        "{\"id\":\"" DECISION_ID "\",\"row_rev\":1,\"case\":\"" CASE_ID
        "\",\"outcome\":\"approve\",\"at\":\"2026-11-24T10:00:00.000Z\",\"effective\":true}",
                      application[] =
                          "{\"id\":\"" CASE_ID "\",\"row_rev\":1,\"state\":\"approved\",\"flags\":[],"
                          "\"decision\":\"" DECISION_ID "\"}";
    struct err_info info = {0};
    struct db *db = NULL;
    struct json *json = NULL;
    char *path = xasprintf("%s/hall.db", place->data);
    REQUIRE(db_open(&db, path, DB_WRITE, &info) == ERR_OK);
    REQUIRE(json_parse(row, strlen(row), &json, NULL) == ERR_OK);
    CHECK_INT(row_put(db, ROWS_PLAIN, TABLE_DECISION, json), ERR_OK);
    json_free(&json);
    REQUIRE(json_parse(application, strlen(application), &json, NULL) == ERR_OK);
    CHECK_INT(row_put(db, ROWS_PLAIN, TABLE_CASE, json), ERR_OK);
    json_free(&json);
    CHECK_INT(notices_note(db, DECISION_ID, row), ERR_OK);
    db_close(&db);
    free(path);
    notice_code(CASE_ID, DECISION_ID, code);
}

static void expect_standing(const struct place *place, const char *code, const char *standing, bool stands)
{
    int status;
    struct test_hall hall = as_hall(place);
    char *path = xasprintf("/v1/verify/%s", code);
    struct json *answer = hall_request(&hall, "GET", path, NULL, NULL, &status);
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text_or(answer, "standing", ""), standing);
    CHECK(json_bool(answer, "stands", !stands) == stands);
    json_free(&answer);
    free(path);
}

TEST(wall_a_training_halls_notice_never_stands)
{
    struct place real, training;
    char code[NOTICE_CODE_TEXT];
    training_open(&training);
    place_stop(&training);
    decide(&training, code);
    training_serve(&training);
    expect_standing(&training, code, "training", false);
    place_stop(&training);
    real_make(&real);
    decide(&real, code);
    real_serve(&real);
    expect_standing(&real, code, "stands", true);
    place_stop(&real);
}

static void expect_first_line(const struct place *place, const char *path, const char *line)
{
    int status;
    struct hall_client client;
    struct test_hall hall = as_hall(place);
    char *secret = password_of(place);
    REQUIRE(hall_sign_in(&client, &hall, place->login, secret) == 200);
    char *text = hall_request_text(&hall, "GET", path, client.token, NULL, &status);
    if (!CHECK(status == 200 && text && str_starts(text, line)))
        printf("    %d %.100s\n", status, text ? text : "");
    free(text);
    free(secret);
    hall_sign_out(&client);
}

TEST(wall_tables_of_a_training_hall_say_so)
{
    struct place training;
    training_open(&training);
    know_account(&training, "supervisor");
    expect_first_line(&training, "/v1/report/waiting?format=csv&lang=id", "LATIHAN\n");
    expect_first_line(&training, "/v1/report/waiting?format=csv", "TƏLİM · LATIHAN · TRAINING · ОБУЧЕНИЕ\n");
    expect_first_line(&training, "/v1/audit?format=csv", "TƏLİM · LATIHAN · TRAINING · ОБУЧЕНИЕ\n");
    if (cluster_keeps_halls()) /* a training hall has its rows alone while it is played */
        place_stop(&training);
    check_ran(RUN(NULL, "loketd", "export-cases", "--data", training.data), 0,
              "\"training\":\"TƏLİM · LATIHAN · TRAINING · ОБУЧЕНИЕ\"");
    if (!cluster_keeps_halls())
        place_stop(&training);
}
