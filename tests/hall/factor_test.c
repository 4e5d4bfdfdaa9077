/* tests/hall/factor_test.c: a second factor, against a real loketd: set up because it must be, asked for, used once, lost and taken
 * away; and where nothing of it stands. */
#include <liboath/oath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/hall/factor.h"
#include "core/hall/throttle.h"
#include "core/hall/totp.h"
#include "tests/support/cluster.h"
#include "tests/support/hall.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

#define SEAT    "0197a2b4-0000-7000-8000-0000000000a1"
#define THIEF   "0197a2b4-0000-7000-8000-0000000000a2"
#define SECRET  "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define ANOTHER "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
#define GIVEN   "given by the boss 1"

/* The code of a step from now. One of now or of the next is taken for half a minute at least, however slow this is. */
static const char *code_of(const char *secret, int steps, char code[TOTP_DIGITS + 1])
{
    char *bytes = NULL;
    size_t length = 0;
    time_t at = (time_t)(clock_wall_now_ms() / 1000) + steps * TOTP_STEP_S;
    REQUIRE(oath_base32_decode(secret, strlen(secret), &bytes, &length) == OATH_OK);
    REQUIRE(oath_totp_generate(bytes, length, at, TOTP_STEP_S, 0, TOTP_DIGITS, code) == OATH_OK);
    free(bytes);
    return code;
}

struct
try {
    const char *login, *password, *client, *code, *factor, *factor_code, *changed;
};

/* The answer, which the caller frees. */
static struct json *sign_in(const struct test_hall *hall, const struct try *try, int status, const char *code)
{
    int got;
    const char *client = try->client ? try->client : SEAT;
    const char *password = try->password ? try->password : TEST_PASSWORD;
    const char *const members[][2] = {
        {"user", try->login},          {"password", password},      {"client", client},
        {"code", try->code},           {"new_factor", try->factor}, {"new_code", try->factor_code},
        {"new_password", try->changed}};
    struct json *body = json_new_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (members[i][1])
            json_set_text(body, members[i][0], members[i][1]);
    char *text = json_print(body);
    struct json *answer = hall_request(hall, "POST", "/v1/session", NULL, text, &got);
    if (!CHECK_INT(got, status) || !CHECK_TEXT(json_text_or(json_get(answer, "error"), "code", ""), code))
        printf("    %s\n", text);
    json_free(&body);
    free(text);
    return answer;
}

static void refused(const struct test_hall *hall, const struct try *try, int status, const char *code)
{
    struct json *answer = sign_in(hall, try, status, code);
    CHECK(!json_text(answer, "token"));
    json_free(&answer);
}

static void set_policy(struct hall_client *boss, const char *value, const char *status)
{
    char *body = xasprintf("{\"policy\":\"second_factor\",\"value\":%s,\"reason\":\"test\"}", value);
    struct json *result = hall_push(boss, "hall.policy", body);
    if (!CHECK_TEXT(json_text_or(result, "status", ""), status))
        printf("    %s\n", value);
    json_free(&result);
    free(body);
}

static void admin(struct hall_client *client, const char *body, int status)
{
    int got;
    struct json *answer = hall_ask(client, "POST", "/v1/admin", body, &got);
    if (!CHECK_INT(got, status))
        printf("    %s\n", body);
    json_free(&answer);
}

/* A hall in PostgreSQL is given its key; one in a folder makes its own. */
static void open_hall(struct test_hall *hall, struct hall_client *boss)
{
    static char path[300];
    struct factor_key key;
    *hall = (struct test_hall){0};
    hall_make(hall);
    if (cluster_keeps_halls()) {
        str_format(path, sizeof path, "%s/given.key", hall->folder);
        REQUIRE(factor_key_open(&key, path, true, NULL) == ERR_OK);
        hall->factor_key = path;
    }
    hall_start(hall);
    CHECK_INT(hall_sign_in(boss, hall, "admin", TEST_PASSWORD), 200);
}

static void close_hall(struct test_hall *hall, struct hall_client *boss)
{
    hall_sign_out(boss);
    CHECK_INT(hall_stop(hall), 0);
}

/* Its secret is SECRET, proved by the code of now. The codes of loss; the caller frees. */
static struct json *set_up(const struct test_hall *hall, const char *login)
{
    char code[TOTP_DIGITS + 1];
    struct json *answer = sign_in(
        hall, &(struct try){.login = login, .factor = SECRET, .factor_code = code_of(SECRET, 0, code)}, 200,
        "");
    struct json *codes = json_copy(json_get(answer, "recovery"));
    CHECK_INT(json_count(codes), FACTOR_CODES);
    json_free(&answer);
    return codes;
}

static const char *what_of(const struct json *answer, int index)
{
    return json_text_or(json_at(json_get(answer, "told"), (size_t)index), "what", "");
}

TEST(factor_is_set_up_asked_for_and_used_once)
{
    struct test_hall hall;
    struct hall_client boss, head;
    char code[TOTP_DIGITS + 1];
    open_hall(&hall, &boss);
    CHECK_INT(hall_sign_in(&head, &hall, "supervisor", TEST_PASSWORD), 200);
    set_policy(&head, "[]", "refused"); /* who may ask for it may also not: whoever looks after accounts */
    hall_sign_out(&head);
    static const char *const bad[] = {"true", "\"clerk\"", "[\"nobody\"]", "[3]", "null"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        set_policy(&boss, bad[i], "refused");
    set_policy(&boss, "[\"supervisor\"]", "applied");
    struct try chief = {.login = "supervisor"};
    json_free(&(struct json *){sign_in(&hall, &(struct try){.login = "clerk1"}, 200, "")});
    refused(&hall, &chief, 403, "second_factor_first");
    refused(&hall, &(struct try){.login = "supervisor", .password = "wrong"}, 401, "bad_credentials");
    chief.factor = "short";
    refused(&hall, &chief, 422, "invalid_factor");
    chief.factor = SECRET;
    refused(&hall, &chief, 422, "wrong_new_code");
    chief.factor_code = code_of(ANOTHER, 0, code);
    refused(&hall, &chief, 422, "wrong_new_code");
    struct json *codes = set_up(&hall, "supervisor");
    /* From now on: after the password was right, and only then. */
    chief = (struct try){.login = "supervisor"};
    refused(&hall, &chief, 403, "second_factor");
    refused(&hall,
            &(struct try){.login = "supervisor", .factor = ANOTHER, .factor_code = code_of(ANOTHER, 0, code)},
            403, "second_factor");
    refused(&hall, &(struct try){.login = "supervisor", .password = "wrong", .code = "000000"}, 401,
            "bad_credentials");
    chief.code = code_of(ANOTHER, 0, code);
    refused(&hall, &chief, 401, "wrong_code");
    chief.code = code_of(SECRET, 0, code); /* with it it was set up */
    refused(&hall, &chief, 401, "used_code");
    chief.code = code_of(SECRET, 1, code);
    json_free(&(struct json *){sign_in(&hall, &chief, 200, "")});
    refused(&hall, &chief, 401, "used_code");
    /* On paper; it says how many are left. */
    chief.code = json_as_text(json_first(codes));
    struct json *answer = sign_in(&hall, &chief, 200, "");
    CHECK_TEXT(what_of(answer, 0), "recovery_used");
    CHECK_INT(json_int(json_at(json_get(answer, "told"), 0), "left", 0), FACTOR_CODES - 1);
    json_free(&answer);
    refused(&hall, &chief, 401, "wrong_code");
    /* Another app: by a code of the one before. */
    chief.code = json_as_text(json_at(codes, 1));
    chief.factor = ANOTHER;
    chief.factor_code = "12";
    refused(&hall, &chief, 422, "wrong_new_code");
    chief.factor_code = code_of(ANOTHER, 0, code); /* what was refused has used nothing */
    json_free(&(struct json *){sign_in(&hall, &chief, 200, "")});
    refused(&hall, &(struct try){.login = "supervisor", .code = json_as_text(json_at(codes, 2))}, 401,
            "wrong_code");
    json_free(&codes);
    close_hall(&hall, &boss);
}

/* Somebody knows the password: they guess no more codes than passwords, whatever they ask in between. */
TEST(factor_is_guessed_no_faster_than_a_password)
{
    struct test_hall hall;
    struct hall_client boss;
    open_hall(&hall, &boss);
    struct json *codes = set_up(&hall, "clerk1");
    struct try thief = {.login = "clerk1", .client = THIEF, .code = "0000000"};
    for (int i = 0; i < THROTTLE_FREE; i++) {
        refused(&hall, &thief, 401, "wrong_code");
        refused(&hall, &(struct try){.login = "clerk1", .client = THIEF}, i < THROTTLE_FREE - 1 ? 403 : 429,
                i < THROTTLE_FREE - 1 ? "second_factor" : "too_many_attempts");
    }
    refused(&hall, &thief, 429, "too_many_attempts");
    /* Its owner comes in at their own place all the while, and hears of it. */
    struct json *answer =
        sign_in(&hall, &(struct try){.login = "clerk1", .code = json_as_text(json_first(codes))}, 200, "");
    CHECK_TEXT(what_of(answer, 1), "codes_refused");
    CHECK_INT(json_int(json_at(json_get(answer, "told"), 1), "times", 0), THROTTLE_FREE);
    json_free(&answer);
    json_free(&codes);
    close_hall(&hall, &boss);
}

static bool file_has(const char *folder, const char *name, const char *text)
{
    char path[300];
    struct buf buf = {0};
    char chunk[65536];
    str_format(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    for (size_t n; file && (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buf_add(&buf, chunk, n);
    if (file)
        fclose(file);
    bool has = buf.length && memmem(buf.data, buf.length, text, strlen(text));
    buf_free(&buf);
    return has;
}

/* Whoever looks after accounts takes it away, at the screen or beside the hall; its owner hears of it, once. */
TEST(factor_is_taken_away_and_its_owner_hears_of_it)
{
    struct test_hall hall;
    struct hall_client boss, clerk;
    int status;
    open_hall(&hall, &boss);
    struct json *codes = set_up(&hall, "clerk1");
    struct try own = {.login = "clerk1", .code = json_as_text(json_first(codes))};
    struct json *answer = sign_in(&hall, &own, 200, "");
    char token[64];
    str_copy(token, sizeof token, json_text_or(answer, "token", ""));
    json_free(&answer);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk2", TEST_PASSWORD), 200);
    admin(&clerk, "{\"do\":\"user.no_factor\",\"login\":\"clerk1\"}", 403);
    admin(&boss, "{\"do\":\"user.own_factor\",\"login\":\"clerk1\"}", 403);
    admin(&boss, "{\"do\":\"user.no_factor\",\"login\":\"admin\"}", 403);
    admin(&boss, "{\"do\":\"user.no_factor\",\"login\":\"clerk1\"}", 200);
    free(hall_request_text(&hall, "GET", "/v1/snapshot", token, NULL, &status));
    CHECK_INT(status, 401); /* what it had opened is over */
    char *lines = hall_request_text(&hall, "GET", "/v1/audit?type=user.no_factor", boss.token, NULL, &status);
    CHECK(strstr(lines, "\"type\":\"user.no_factor\"") != NULL);
    free(lines);
    own.code = NULL;
    answer = sign_in(&hall, &own, 200, "");
    CHECK_TEXT(what_of(answer, 0), "factor_removed");
    CHECK(*json_text_or(json_at(json_get(answer, "told"), 0), "by", "") != '\0');
    CHECK(json_text(json_at(json_get(answer, "told"), 0), "at") != NULL);
    json_free(&answer);
    answer = sign_in(&hall, &own, 200, ""); /* again: whoever was first may have been somebody else */
    CHECK_TEXT(what_of(answer, 0), "factor_removed");
    json_free(&answer);
    /* A password that somebody else gave is told of in the same way. */
    admin(&boss, "{\"do\":\"user.password\",\"login\":\"clerk1\",\"password\":\"" GIVEN "\"}", 200);
    own.password = GIVEN;
    refused(&hall, &own, 403, "password_first");
    own.changed = "chosen by clerk one";
    answer = sign_in(&hall, &own, 200, "");
    CHECK_TEXT(what_of(answer, 0), "password_given");
    json_free(&answer);
    /* Beside the hall at work; nobody else's name stands there. */
    json_free(&codes);
    codes = set_up(&hall, "clerk3");
    char *where = hall_where(&hall);
    struct ran ran = cluster_keeps_halls()
                         ? RUN(NULL, "loketd", "user", "no-factor", "--db", where, "--login", "clerk3")
                         : RUN(NULL, "loketd", "user", "no-factor", "--data", where, "--login", "clerk3");
    CHECK_INT(ran.status, 0);
    CHECK(strstr(ran.out, "has no second factor any more") != NULL);
    ran_free(&ran);
    answer = sign_in(&hall, &(struct try){.login = "clerk3"}, 200, "");
    CHECK_TEXT(what_of(answer, 0), "factor_removed");
    CHECK_TEXT(json_text_or(json_at(json_get(answer, "told"), 0), "by", "?"), "");
    json_free(&answer);
    free(where);
    json_free(&codes);
    hall_sign_out(&clerk);
    close_hall(&hall, &boss);
}

/* Whether it stands is told by the row; nothing else leaves the hall, and its file holds nothing that opens anything. */
TEST(factor_stands_nowhere_in_the_open)
{
    static const char *const paths[] = {"/v1/snapshot", "/v1/feed?cursor=0&epoch=1",
                                        "/v1/audit?type=user.own_factor"};
    struct test_hall hall;
    struct hall_client boss;
    int status;
    open_hall(&hall, &boss);
    struct json *codes = set_up(&hall, "clerk1");
    const char *loss = json_as_text(json_at(codes, 3));
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char *text = hall_request_text(&hall, "GET", paths[i], boss.token, NULL, &status);
        CHECK_INT(status, 200);
        CHECK(!strstr(text, SECRET) && !strstr(text, loss) && !strstr(text, "\"box\""));
        CHECK(i == 0 || strstr(text, i == 1 ? "\"factor_at\"" : "user.own_factor") != NULL);
        free(text);
    }
    close_hall(&hall, &boss);
    if (!cluster_keeps_halls()) {
        struct stat about;
        char path[300];
        str_format(path, sizeof path, "%s/factor.key", hall.folder);
        CHECK(stat(path, &about) == 0 && (about.st_mode & 0777) == 0600);
        CHECK(!file_has(hall.folder, "hall.db", SECRET) && !file_has(hall.folder, "hall.db", loss));
        CHECK(file_has(hall.folder, "hall.db", "factor_at")); /* it is the right file */
        /* Without the key, or with another, nobody comes in by it, and no other is made in its place or under that. */
        char *away = xasprintf("%s.away", path);
        REQUIRE(rename(path, away) == 0);
        for (int another = 0; another < 2; another++) {
            struct factor_key key;
            if (another)
                REQUIRE(factor_key_open(&key, path, true, NULL) == ERR_OK);
            hall_start(&hall);
            refused(&hall, &(struct try){.login = "clerk1", .code = loss}, 409, "factor_unreadable");
            CHECK(another || access(path, F_OK) != 0);
            refused(&hall, &(struct try){.login = "clerk2", .factor = SECRET, .factor_code = "123456"}, 409,
                    "factor_off");
            CHECK_INT(hall_stop(&hall), 0);
        }
        REQUIRE(rename(away, path) == 0);
        free(away);
    }
    hall_start(&hall);
    json_free(&(struct json *){sign_in(&hall, &(struct try){.login = "clerk1", .code = loss}, 200, "")});
    CHECK_INT(hall_stop(&hall), 0);
    json_free(&codes);
}

/* No room for the key: a hall that uses no second factor is served all the same. */
TEST(factor_key_that_cannot_be_made_keeps_no_hall_from_its_work)
{
    struct test_hall hall = {0};
    char path[300];
    if (cluster_keeps_halls()) /* it is given one, or none */
        return;
    hall_make(&hall);
    str_format(path, sizeof path, "%s/factor.key.making", hall.folder);
    REQUIRE(mkdir(path, 0700) == 0);
    hall_start(&hall);
    json_free(&(struct json *){sign_in(&hall, &(struct try){.login = "clerk1"}, 200, "")});
    refused(&hall, &(struct try){.login = "clerk2", .factor = SECRET, .factor_code = "123456"}, 409,
            "factor_off");
    CHECK_INT(hall_stop(&hall), 0);
}
