/* tests/hall/admin_test.c: POST /v1/admin against a real loketd: who may do what, that a person who is disabled is out at
 * once, and that the password which was typed stands nowhere afterwards. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/support/cluster.h"
#include "tests/support/hall.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

#define NEW_PASSWORD "a boat on 7 hills"
#define MADE_ID      "019ac000-0000-7000-8000-0000000000e1"

static const char add[] =
    "{\"do\":\"user.add\",\"id\":\"" MADE_ID "\",\"login\":\"leyla\",\"name\":\"Leyla A.\","
    "\"roles\":[\"clerk\"],\"agency\":\"\",\"password\":\"" NEW_PASSWORD "\"}";

/* The status, and the error's code in code ("" none); *answer may be NULL, else the caller frees it. */
static int admin(struct hall_client *client, const char *body, char code[40], struct json **answer)
{
    int status;
    struct json *got = hall_ask(client, "POST", "/v1/admin", body, &status);
    str_copy(code, 40, json_text_or(json_get(got, "error"), "code", ""));
    if (answer)
        *answer = got;
    else
        json_free(&got);
    return status;
}

static void told(struct hall_client *client, const char *body, int status, const char *code)
{
    char got[40];
    if (!CHECK_INT(admin(client, body, got, NULL), status) || !CHECK_TEXT(got, code))
        printf("    %s\n", body);
}

/* Every task × every role, on what changes nothing or is refused for another reason: who may not is told so first. */
TEST(admin_asks_for_the_role_of_each_task)
{
    static const char *const logins[] = {"clerk1", "reception", "supervisor", "admin"};
    static const struct {
        const char *body;
        bool supervisor;
    } tasks[] = {
        {"{\"do\":\"user.add\",\"login\":\"clerk1\",\"name\":\"C\",\"roles\":[\"clerk\"],\"password\":"
         "\"" NEW_PASSWORD "\"}",
         false},
        {"{\"do\":\"user.change\",\"login\":\"nobody\"}", false},
        {"{\"do\":\"user.disable\",\"login\":\"nobody\"}", false},
        {"{\"do\":\"user.enable\",\"login\":\"nobody\"}", false},
        {"{\"do\":\"user.password\",\"login\":\"nobody\",\"password\":\"" NEW_PASSWORD "\"}", false},
        {"{\"do\":\"user.list\",\"limit\":2}", true},
        {"{\"do\":\"counter.add\",\"name\":\"\",\"queues\":[\"P\"]}", true},
        {"{\"do\":\"counter.change\",\"counter\":\"none\"}", true},
        {"{\"do\":\"counter.disable\",\"counter\":\"none\"}", true},
        {"{\"do\":\"counter.enable\",\"counter\":\"none\"}", true},
        {"{\"do\":\"counter.list\",\"limit\":2}", true},
    };
    struct test_hall hall;
    char code[40];
    hall_open(&hall);
    for (size_t i = 0; i < sizeof logins / sizeof *logins; i++) {
        struct hall_client client;
        CHECK_INT(hall_sign_in(&client, &hall, logins[i], TEST_PASSWORD), 200);
        for (size_t j = 0; j < sizeof tasks / sizeof *tasks; j++) {
            int status = admin(&client, tasks[j].body, code, NULL);
            bool may = i == 3 || (i == 2 && tasks[j].supervisor);
            if (!CHECK((status == 403) == !may) || !CHECK(str_equal(code, "forbidden") == !may))
                printf("    %s: %s answered %d %s\n", logins[i], tasks[j].body, status, code);
        }
        hall_sign_out(&client);
    }
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(admin_adds_a_clerk_who_signs_in_and_once_more_changes_nothing)
{
    struct test_hall hall;
    struct hall_client boss, leyla;
    struct json *answer;
    char code[40];
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&boss, &hall, "admin", TEST_PASSWORD), 200);
    told(&boss,
         "{\"do\":\"user.add\",\"login\":\"leyla\",\"name\":\"L\",\"roles\":[\"clerk\"],\"password\":"
         "\"leyla123\"}",
         422, "weak_password");
    CHECK_INT(admin(&boss, add, code, &answer), 200);
    CHECK(json_bool(answer, "changed", false));
    CHECK_TEXT(json_text(json_get(answer, "row"), "id"), MADE_ID);
    json_free(&answer);
    CHECK_INT(hall_sign_in(&leyla, &hall, "leyla", NEW_PASSWORD),
              403); /* with one of her own: accounts_test.c */
    CHECK_INT(admin(&boss, add, code, &answer), 200);
    CHECK(!json_bool(answer, "changed", true));
    json_free(&answer);
    told(&boss,
         "{\"do\":\"user.add\",\"login\":\"leyla\",\"name\":\"L\",\"roles\":[\"clerk\"],\"password\":"
         "\"" NEW_PASSWORD "\"}",
         409, "login_taken");
    told(&boss,
         "{\"do\":\"user.add\",\"login\":\"x\",\"name\":\"L\",\"roles\":[\"king\"],\"password\":"
         "\"" NEW_PASSWORD "\"}",
         422, "unknown_role");
    told(&boss, "{\"do\":\"user.change\",\"login\":\"nobody\",\"name\":\"L\"}", 404, "unknown_user");
    told(&boss, "{\"do\":\"user.disable\",\"login\":\"admin\"}", 403, "own_account");
    told(&boss, "{\"do\":\"user.fly\"}", 422, "unknown_task");
    /* Nobody brings a hash of their own. */
    told(&boss, "{\"do\":\"user.change\",\"login\":\"leyla\",\"hash\":\"" TEST_HASH "\"}", 200, "");
    hall_sign_out(&leyla);
    CHECK_INT(hall_sign_in(&leyla, &hall, "leyla", TEST_PASSWORD), 401);
    hall_sign_out(&leyla);
    hall_sign_out(&boss);
    CHECK_INT(hall_stop(&hall), 0);
}

/* In a process of its own: waits for news at the hall's rev; its exit status is that of the answer, less 300. */
static pid_t park(const struct hall_client *client, int64_t cursor)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    int status;
    char path[100];
    str_format(path, sizeof path, "/v1/feed?cursor=%lld&epoch=1&wait=25", (long long)cursor);
    struct json *answer = hall_request(client->hall, "GET", path, client->token, NULL, &status);
    bool told = str_equal(json_text(json_get(answer, "error"), "code"), "account_disabled");
    _exit(told ? status - 300 : 0);
}

static bool is_parked(const struct test_hall *hall)
{
    int status;
    char *page = hall_request_text(hall, "GET", "/metrics", NULL, NULL, &status);
    bool parked = strstr(page, "\nloketd_polls 1\n") != NULL;
    free(page);
    return parked;
}

TEST(admin_disables_and_that_person_is_out_at_once)
{
    struct test_hall hall;
    struct hall_client boss, clerk;
    int status = -1;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&boss, &hall, "admin", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    struct json *data = hall_do(&clerk, "counter.open", "{\"counter\":\"c1\"}");
    json_free(&data);
    pid_t waiter = park(&clerk, clerk.rev);
    while (!is_parked(&hall))
        ; /* a request each time, so nothing spins */
    told(&boss, "{\"do\":\"user.disable\",\"login\":\"clerk1\",\"was\":{\"active\":true}}", 200, "");
    waitpid(waiter, &status, 0); /* the poll that waited says why, and gives no row any more */
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 101);
    struct json *answer = hall_ask(&clerk, "GET", "/v1/snapshot", NULL, &status);
    CHECK_INT(status, 401);
    CHECK_TEXT(json_text(json_get(answer, "error"), "code"), "account_disabled");
    json_free(&answer);
    answer = hall_push(&clerk, "ticket.issue",
                       "{\"queue\":\"p\",\"channel\":\"desk\"}"); /* kept where it was made */
    CHECK_TEXT(json_text(json_get(answer, "error"), "code"), "account_disabled");
    json_free(&answer);
    told(&boss, "{\"do\":\"counter.disable\",\"counter\":\"c1\"}", 409, "counter_in_use");
    told(&boss, "{\"do\":\"user.enable\",\"login\":\"clerk1\"}", 200, "");
    answer = hall_ask(&clerk, "GET", "/v1/snapshot", NULL, &status);
    CHECK_INT(status, 401); /* no sign-in of before */
    CHECK_TEXT(json_text(json_get(answer, "error"), "code"), "session_ended");
    json_free(&answer);
    hall_sign_out(&clerk);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    hall_sign_out(&clerk);
    hall_sign_out(&boss);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(admin_changes_roles_from_the_next_request_on)
{
    struct test_hall hall;
    struct hall_client boss, clerk;
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&boss, &hall, "admin", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    struct json *answer = hall_ask(&clerk, "GET", "/v1/report/waiting", NULL, &status);
    CHECK_INT(status, 403);
    json_free(&answer);
    told(&boss, "{\"do\":\"user.change\",\"login\":\"clerk1\",\"roles\":[\"clerk\",\"supervisor\"]}", 200,
         "");
    answer = hall_ask(&clerk, "GET", "/v1/report/waiting", NULL, &status);
    CHECK_INT(status, 200);
    json_free(&answer);
    hall_sign_out(&clerk);
    hall_sign_out(&boss);
    CHECK_INT(hall_stop(&hall), 0);
}

/* --- the command line --- */

#define LOKETD(hall, ...) RUN("", "loketd", __VA_ARGS__, "--data", (hall)->folder)

/* Runs and checks exit status and words, which stand on either output. */
static void check_ran(struct ran ran, int status, const char *words)
{
    if (!CHECK_INT(ran.status, status) || !CHECK(strstr(ran.out, words) || strstr(ran.err, words)))
        printf("    %s%s\n", ran.out, ran.err);
    ran_free(&ran);
}

/* The same tasks on a hall that stands still: exit status 1 and a sentence for what cannot be. */
TEST(admin_on_the_command_line)
{
    struct test_hall hall;
    hall_make(&hall);
    check_ran(LOKETD(&hall, "user", "change", "--login", "clerk1", "--name", "Leyla A.", "--roles",
                     "clerk,approver"),
              0, "clerk1 is as you said");
    check_ran(LOKETD(&hall, "user", "list"), 0, "clerk,approver");
    check_ran(LOKETD(&hall, "user", "change", "--login", "clerk1", "--roles", "king"), 2, "is not a role");
    check_ran(LOKETD(&hall, "user", "disable", "--login", "clerk1"), 0, "signed out everywhere");
    check_ran(LOKETD(&hall, "user", "list"), 0, "disabled");
    check_ran(LOKETD(&hall, "user", "enable", "--login", "clerk1"), 0, "may sign in again");
    check_ran(LOKETD(&hall, "user", "disable", "--login", "admin"), 1, "last administrator");
    check_ran(LOKETD(&hall, "counter", "change", "--name", "Window 1", "--queues", "P:2,Q", "c1"), 0,
              "as you said");
    check_ran(LOKETD(&hall, "counter", "list"), 0, "p:2,q");
    check_ran(LOKETD(&hall, "counter", "disable", "Window 1"), 0, "nobody opens it");
    check_ran(LOKETD(&hall, "counter", "enable", "Window 1"), 0, "there again");
    check_ran(LOKETD(&hall, "counter", "disable", "none"), 1, "There is no counter none");
    check_ran(LOKETD(&hall, "counter", "disable"), 2, "COUNTER is missing");
    check_ran(LOKETD(&hall, "verify"), 0, "is whole");
}

/* --- where it must not be --- */

static bool file_has(const char *path, const char *secret)
{
    FILE *file = fopen(path, "re");
    struct buf text = {0};
    char piece[4096];
    size_t got;
    while (file && (got = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&text, piece, got);
    if (file)
        fclose(file);
    bool found = text.length && memmem(text.data, text.length, secret, strlen(secret)) != NULL;
    buf_free(&text);
    return found;
}

static int files_with(const char *folder, const char *secret)
{
    DIR *dir = opendir(folder);
    int count = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        char path[600];
        str_format(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && file_has(path, secret))
            count++;
    }
    if (dir)
        closedir(dir);
    return count;
}

TEST(admin_password_stands_nowhere)
{
    static const char second[] = "seven rivers & 1 bridge";
    struct test_hall hall;
    struct hall_client boss;
    char code[40];
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&boss, &hall, "admin", TEST_PASSWORD), 200);
    CHECK_INT(admin(&boss, add, code, NULL), 200);
    char *body = xasprintf("{\"do\":\"user.password\",\"login\":\"leyla\",\"password\":\"%s\"}", second);
    CHECK_INT(admin(&boss, body, code, NULL), 200);
    free(body);
    CHECK_INT(
        admin(&boss,
              "{\"do\":\"user.add\",\"login\":\"x\",\"name\":\"X\",\"roles\":[\"king\"],\"password\":\"a "
              "refused secret 9\"}",
              code, NULL),
        422);
    char *feed = hall_request_text(&hall, "GET", "/v1/feed?cursor=0&epoch=1", boss.token, NULL, &status);
    CHECK_INT(status, 200);
    CHECK(strstr(feed, "leyla") != NULL);
    CHECK(strstr(feed, NEW_PASSWORD) == NULL && strstr(feed, second) == NULL &&
          strstr(feed, "argon2") == NULL);
    free(feed);
    /* Where it is kept in PostgreSQL every change stands in the server's log; the hall's own log is in its folder. */
    char *kept = cluster_keeps_halls() && cluster_folder() ? xasprintf("%s/data/pg_wal", cluster_folder())
                                                           : xstrdup(hall.folder);
    CHECK(files_with(kept, "leyla") > 0); /* the search finds what is there */
    for (int end = 0; end < 2; end++) {
        const char *const places[] = {kept, hall.folder};
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            CHECK_INT(files_with(places[i], NEW_PASSWORD), 0);
            CHECK_INT(files_with(places[i], second), 0);
            CHECK_INT(files_with(places[i], "a refused secret 9"), 0);
        }
        if (end == 0)
            CHECK_INT(hall_stop(&hall), 0);
    }
    free(kept);
    hall_sign_out(&boss);
}
