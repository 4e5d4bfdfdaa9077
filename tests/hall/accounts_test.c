/* tests/hall/accounts_test.c: passwords that a person chooses and must choose, sign-ins that end, and guesses that lock nobody
 * else out, against a real loketd. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/hall/session.h"
#include "core/hall/throttle.h"
#include "tests/support/hall.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

#define GIVEN  "given by the boss 1"
#define CHOSEN "chosen by leyla 22"
#define SEAT   "0197a2b4-0000-7000-8000-0000000000a1"
#define THIEF  "0197a2b4-0000-7000-8000-0000000000a2"

static void admin(struct hall_client *client, const char *body, int status)
{
    int got;
    struct json *answer = hall_ask(client, "POST", "/v1/admin", body, &got);
    if (!CHECK_INT(got, status))
        printf("    %s\n", body);
    json_free(&answer);
}

/* A sign-in, with a new password where changed is not NULL; the error's code is checked, token ("" none) may be NULL. */
static void sign_in(const struct test_hall *hall, const char *login, const char *password,
                    const char *changed, const char *client, int status, const char *code, char token[64])
{
    int got;
    struct json *body = json_new_object();
    json_set_text(body, "user", login);
    json_set_text(body, "password", password);
    json_set_text(body, "client", client);
    if (changed)
        json_set_text(body, "new_password", changed);
    char *text = json_print(body);
    struct json *answer = hall_request(hall, "POST", "/v1/session", NULL, text, &got);
    if (!CHECK_INT(got, status) || !CHECK_TEXT(json_text_or(json_get(answer, "error"), "code", ""), code))
        printf("    %s\n", text);
    if (token)
        str_copy(token, 64, json_text_or(answer, "token", ""));
    json_free(&answer);
    json_free(&body);
    free(text);
}

static void asked(const struct test_hall *hall, const char *token, int status)
{
    int got;
    free(hall_request_text(hall, "GET", "/v1/snapshot", token, NULL, &got));
    CHECK_INT(got, status);
}

TEST(account_chooses_its_own_password)
{
    struct test_hall hall;
    struct hall_client boss;
    char one[64], other[64];
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&boss, &hall, "admin", TEST_PASSWORD), 200);
    admin(&boss,
          "{\"do\":\"user.add\",\"login\":\"leyla\",\"name\":\"Leyla "
          "A.\",\"roles\":[\"clerk\"],\"password\":\"" GIVEN "\"}",
          200);
    /* Somebody else has chosen it: it opens nothing but the choice of another. */
    sign_in(&hall, "leyla", GIVEN, NULL, SEAT, 403, "password_first", one);
    CHECK_TEXT(one, "");
    sign_in(&hall, "leyla", "wrong", CHOSEN, SEAT, 401, "bad_credentials", NULL);
    sign_in(&hall, "leyla", GIVEN, "short", SEAT, 422, "weak_password", NULL);
    sign_in(&hall, "leyla", GIVEN, "leyla123456789", SEAT, 422, "weak_password", NULL);
    sign_in(&hall, "leyla", GIVEN, GIVEN, SEAT, 422, "same_password", NULL);
    sign_in(&hall, "leyla", GIVEN, CHOSEN, SEAT, 200, "", one);
    asked(&hall, one, 200);
    sign_in(&hall, "leyla", GIVEN, NULL, SEAT, 401, "bad_credentials", NULL);
    /* Of their own accord: the sign-ins of before end. */
    sign_in(&hall, "leyla", CHOSEN, "chosen anew by leyla", THIEF, 200, "", other);
    asked(&hall, one, 401);
    asked(&hall, other, 200);
    sign_in(&hall, "leyla", CHOSEN, NULL, SEAT, 401, "bad_credentials", NULL);
    /* Once more given by somebody else; nobody gives it to themself by a sign-in alone. */
    admin(&boss, "{\"do\":\"user.password\",\"login\":\"leyla\",\"password\":\"" GIVEN "\"}", 200);
    asked(&hall, other, 401);
    sign_in(&hall, "leyla", GIVEN, NULL, SEAT, 403, "password_first", NULL);
    admin(&boss, "{\"do\":\"user.password\",\"login\":\"admin\",\"password\":\"a boss on 7 hills\"}", 403);
    sign_in(&hall, "admin", "a boss on 7 hills", NULL, SEAT, 401, "bad_credentials", NULL);
    sign_in(&hall, "admin", TEST_PASSWORD, NULL, SEAT, 200, "", NULL);
    admin(&boss, "{\"do\":\"user.own_password\",\"login\":\"leyla\"}", 403);
    int status;
    char *lines =
        hall_request_text(&hall, "GET", "/v1/audit?type=user.own_password", boss.token, NULL, &status);
    CHECK_INT(status, 200);
    CHECK(strstr(lines, "user.own_password") && !strstr(lines, "argon2") && !strstr(lines, CHOSEN));
    free(lines);
    hall_sign_out(&boss);
    CHECK_INT(hall_stop(&hall), 0);
}

static struct json *policy(struct hall_client *boss, const char *name, const char *value)
{
    char *body = xasprintf("{\"policy\":\"%s\",\"value\":%s,\"reason\":\"test\"}", name, value);
    struct json *result = hall_push(boss, "hall.policy", body);
    free(body);
    return result;
}

static void set_policy(struct hall_client *boss, const char *name, const char *value, const char *status)
{
    struct json *result = policy(boss, name, value);
    if (!CHECK_TEXT(json_text_or(result, "status", ""), status))
        printf("    %s %s\n", name, value);
    json_free(&result);
}

TEST(account_password_and_sign_in_end_by_the_halls_policy)
{
    struct test_hall hall;
    struct hall_client boss;
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&boss, &hall, "admin", TEST_PASSWORD), 200);
    sign_in(&hall, "clerk1", TEST_PASSWORD, NULL, SEAT, 200, "", NULL); /* off in a hall that says nothing */
    set_policy(&boss, "password_days", "-1", "refused");
    set_policy(&boss, "password_days", "\"soon\"", "refused");
    set_policy(&boss, "password_days", "90", "applied");
    sign_in(&hall, "clerk1", TEST_PASSWORD, NULL, SEAT, 403, "password_expired", NULL);
    sign_in(&hall, "clerk1", TEST_PASSWORD, CHOSEN, SEAT, 200, "", NULL);
    sign_in(&hall, "clerk1", CHOSEN, NULL, SEAT, 200, "", NULL); /* a new one has its days */
    set_policy(&boss, "session_hours", "25", "refused");
    set_policy(&boss, "session_hours", "0", "refused");
    set_policy(&boss, "session_hours", "8", "applied");
    struct json *answer =
        hall_request(&hall, "POST", "/v1/session", NULL,
                     "{\"user\":\"clerk1\",\"password\":\"" CHOSEN "\",\"client\":\"" SEAT "\"}", &status);
    CHECK_INT(json_int(answer, "expires_in", 0), 8 * 3600);
    json_free(&answer);
    hall_sign_out(&boss);
    CHECK_INT(hall_stop(&hall), 0);
}

/* In a process of its own: waits for news; its exit status is that of the answer, less 300. */
static pid_t park(const struct test_hall *hall, const char *token, int64_t cursor)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    int status;
    char path[100];
    str_format(path, sizeof path, "/v1/feed?cursor=%lld&epoch=1&wait=25", (long long)cursor);
    struct json *answer = hall_request(hall, "GET", path, token, NULL, &status);
    bool told = str_equal(json_text(json_get(answer, "error"), "code"), "session_ended");
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

/* By a supervisor at the screen, and by the command line beside the hall at work. */
TEST(account_is_signed_out_everywhere_at_once)
{
    struct test_hall hall;
    struct hall_client chief, clerk;
    char second[64];
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&chief, &hall, "supervisor", TEST_PASSWORD), 200);
    for (int by_hand = 0; by_hand < 2; by_hand++) {
        int status = -1;
        CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
        sign_in(&hall, "clerk1", TEST_PASSWORD, NULL, SEAT, 200, "", second);
        struct json *answer =
            hall_ask(&chief, "POST", "/v1/admin", "{\"do\":\"user.sessions\",\"login\":\"clerk1\"}", &status);
        CHECK_INT(json_count(json_get(answer, "rows")), 2);
        json_free(&answer);
        pid_t waiter = park(&hall, clerk.token, clerk.rev);
        while (!is_parked(&hall))
            ; /* a request each time, so nothing spins */
        if (by_hand) {
            struct ran ran =
                RUN(NULL, "loketd", "user", "sign-out", "--data", hall.folder, "--login", "clerk1");
            CHECK_INT(ran.status, 0);
            CHECK(strstr(ran.out, "signed out everywhere") != NULL);
            ran_free(&ran);
        } else {
            admin(&chief, "{\"do\":\"user.sign_out\",\"login\":\"clerk1\"}", 200);
        }
        waitpid(waiter, &status, 0);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 101); /* whoever waited hears it at once */
        asked(&hall, clerk.token, 401);
        asked(&hall, second, 401);
        hall_sign_out(&clerk);
    }
    asked(&hall, chief.token, 200);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200); /* they may come in again */
    struct ran ran = RUN(NULL, "loketd", "user", "sessions", "--data", hall.folder, "--login", "clerk1");
    CHECK(strstr(ran.out, clerk.uuid) != NULL);
    ran_free(&ran);
    admin(&clerk, "{\"do\":\"user.sign_out\",\"login\":\"supervisor\"}", 403);
    hall_sign_out(&clerk);
    hall_sign_out(&chief);
    CHECK_INT(hall_stop(&hall), 0);
}

/* By themself: who sits elsewhere as them is seen, and is out; where they sit they go on. */
TEST(account_ends_its_own_other_sign_ins)
{
    struct test_hall hall;
    struct hall_client clerk, other;
    char elsewhere[64];
    int status, here = 0;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&other, &hall, "clerk2", TEST_PASSWORD), 200);
    sign_in(&hall, "clerk1", TEST_PASSWORD, NULL, SEAT, 200, "", elsewhere);
    struct json *answer = hall_ask(&clerk, "POST", "/v1/admin", "{\"do\":\"user.own_sessions\"}", &status);
    CHECK_INT(json_count(json_get(answer, "rows")), 2);
    for (const struct json *row = json_first(json_get(answer, "rows")); row; row = json_next(row)) {
        bool own = str_equal(json_text(row, "client"), clerk.uuid);
        here += json_bool(row, "here", false);
        CHECK(json_bool(row, "here", false) == own);
        CHECK(json_int(row, "began_at", 0) > 0 && str_starts(json_text_or(row, "workstation", ""), "W"));
    }
    CHECK_INT(here, 1);
    json_free(&answer);
    admin(&clerk, "{\"do\":\"user.own_sign_out\",\"login\":\"clerk2\"}", 200); /* whomever it names */
    asked(&hall, elsewhere, 401);
    asked(&hall, clerk.token, 200);
    asked(&hall, other.token, 200);
    char *lines =
        hall_request_text(&hall, "GET", "/v1/audit?type=user.own_sign_out", clerk.token, NULL, &status);
    CHECK_INT(status, 403); /* a clerk reads no audit; acts are lines as all are */
    free(lines);
    hall_sign_out(&clerk);
    hall_sign_out(&other);
    CHECK_INT(hall_stop(&hall), 0);
}

/* Somebody guesses at an account from a computer of their own; the clerk comes in at theirs all the while. */
TEST(account_is_not_locked_out_by_somebody_elses_guesses)
{
    struct test_hall hall;
    char token[64];
    hall_open(&hall);
    sign_in(&hall, "clerk1", TEST_PASSWORD, NULL, SEAT, 200, "", token);
    for (int i = 0; i < THROTTLE_FREE; i++)
        sign_in(&hall, "clerk1", "a guess", NULL, THIEF, 401, "bad_credentials", NULL);
    sign_in(&hall, "clerk1", "a guess", NULL, THIEF, 429, "too_many_attempts", NULL);
    CHECK(atoi(hall_header("Retry-After")) > 0);
    sign_in(&hall, "clerk1", TEST_PASSWORD, NULL, THIEF, 429, "too_many_attempts",
            NULL); /* not even looked at */
    sign_in(&hall, "clerk1", TEST_PASSWORD, NULL, SEAT, 200, "", NULL);
    int status;
    free(hall_request_text(&hall, "DELETE", "/v1/session", token, NULL, &status));
    sign_in(&hall, "clerk1", TEST_PASSWORD, NULL, SEAT, 200, "", NULL);  /* also after having gone home */
    sign_in(&hall, "clerk2", TEST_PASSWORD, NULL, THIEF, 200, "", NULL); /* nor does another account wait */
    CHECK_INT(hall_stop(&hall), 0);
}

/* Its status, from a process of its own, once all of them may begin. */
static pid_t sign_in_beside(const struct test_hall *hall, int wait)
{
    char go;
    pid_t pid = fork();
    if (pid)
        return pid;
    struct hall_client client;
    bool in = read(wait, &go, 1) == 1 && hall_sign_in(&client, hall, "clerk3", TEST_PASSWORD) == 200;
    _exit(in ? 0 : 1);
}

/* The first of them makes the hash anew while the others' password is still held against the old one. */
TEST(account_signs_in_at_several_places_at_once)
{
    enum { PLACES = 4 };
    struct test_hall hall;
    pid_t places[PLACES];
    int go[2], status;
    hall_open(&hall);
    REQUIRE(pipe(go) == 0);
    for (int i = 0; i < PLACES; i++)
        places[i] = sign_in_beside(&hall, go[0]);
    REQUIRE(write(go[1], "gggg", PLACES) == PLACES);
    for (int i = 0; i < PLACES; i++)
        CHECK(waitpid(places[i], &status, 0) == places[i] && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(go[0]);
    close(go[1]);
    CHECK_INT(hall_stop(&hall), 0);
}

/* One that cost less than this computer's is made anew with the password that was right: no session is lost by it. */
TEST(account_hash_is_made_anew_at_the_next_sign_in)
{
    struct test_hall hall;
    struct err_info info = {0};
    struct json *user = NULL;
    struct db *db = NULL;
    char hash[PASSWORD_HASH];
    hall_open(&hall);
    sign_in(&hall, "clerk1", TEST_PASSWORD, NULL, SEAT, 200, "", NULL);
    sign_in(&hall, "clerk1", TEST_PASSWORD, NULL, SEAT, 200, "", NULL);
    CHECK_INT(hall_stop(&hall), 0);
    REQUIRE(store_open(&db, hall.folder, false, &info) == ERR_OK);
    REQUIRE(session_user(db, "clerk1", &user, hash) == ERR_OK);
    CHECK(!str_equal(hash, TEST_HASH) && password_verify(hash, TEST_PASSWORD));
    json_free(&user);
    REQUIRE(session_user(db, "clerk2", &user, hash) == ERR_OK);
    CHECK_TEXT(hash, TEST_HASH);
    json_free(&user);
    db_close(&db);
}
