/* tests/e2e/silent_test.c: nothing that a person typed stands in a log, on standard error, in /metrics or in any file that is no
 * store: the real programs over a morning in which all sorts of things go wrong, with words that are nowhere else. */
#include <ctype.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/db/db.h"
#include "tests/support/day.h"
#include "tests/support/program.h"
#include "tests/support/stranger.h"
#include "tests/support/test.h"

/* Whatever is typed begins so; numbers with these digits. No digest or token has seven such letters in a row. */
#define W      "zqvxjkw"
#define N      "557770123"
#define PERSON "019ac000-0000-7000-8000-0000000000b7"

static const char *const typed[] = {W, N};

/* --- where it must not be --- */

static void check_silent(const char *where, const char *bytes, size_t length)
{
    for (size_t t = 0; t < sizeof typed / sizeof *typed; t++) {
        size_t size = strlen(typed[t]);
        for (size_t i = 0; i + size <= length; i++) {
            if (strncasecmp(bytes + i, typed[t], size) != 0)
                continue;
            size_t from = i > 120 ? i - 120 : 0;
            CHECK(!"nothing that was typed");
            printf("    %s has: …%.*s\n", where, (int)(length - from > 200 ? 200 : length - from),
                   bytes + from);
            return;
        }
    }
}

/* Rows, drafts and what is not sent yet are kept here and in what SQLite has beside it. */
static bool is_store(const char *path)
{
    return strstr(path, ".db") != NULL;
}

static int files_read;

static int look_at(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about, (void)walk;
    if (kind != FTW_F || is_store(path))
        return 0;
    size_t length;
    char *bytes = read_bytes(path, &length);
    check_silent(path, bytes, length);
    files_read++;
    free(bytes);
    return 0;
}

static void check_folder(const char *folder)
{
    files_read = 0;
    CHECK(nftw(folder, look_at, 8, FTW_PHYS) == 0);
    CHECK(files_read > 0);
}

/* --- at the hall --- */

/* The status. */
static int say(struct hall_client *who, const char *method, const char *path, const char *body)
{
    int status;
    struct json *answer = hall_ask(who, method, path, body, &status);
    json_free(&answer);
    return status;
}

/* With and without who may; what is refused, what is not understood, what is not there. How often the hall itself failed. */
static int ask_for_trouble(struct test_hall *hall, struct hall_client *who)
{
    int failed = 0;
    static const char *const gets[] = {
        "/v1/search?q=" W "asked", "/v1/search?q=" N,        "/v1/" W "nowhere",
        "/v1/audit?q=" W "audit",  "/v1/verify/" W "-code",  "/v1/audit?from=" W,
        "/v1/snapshot?after=" W,   "/v1/search?q=" W "name", "/v1/snapshot",
        "/v1/feed?since=" W};
    static const char *const posts[][2] = {
        {"/v1/session", "{\"user\":\"" W "login\",\"password\":\"" W "password\",\"client\":\"" W "\"}"},
        {"/v1/session", "{\"user\":\"" W "login"},
        {"/v1/push", "{\"epoch\":1,\"commands\":[{\"type\":\"" W "\"}]}"},
        {"/v1/push", W},
        {"/v1/search", "{\"q\":\"" W "name\"}"},
        {"/v1/admin", "{\"do\":\"user.add\",\"login\":\"x\",\"name\":\"" W "name\",\"password\":\"" W "\"}"},
        {"/v1/admin", "{\"do\":\"" W "\"}"},
        {"/v1/applications", "{\"reference\":\"" W "\",\"person\":{\"name\":\"" W "\"}}"},
        {"/v1/training", "{\"do\":\"begin\",\"scenario\":\"" W "\"}"},
        {"/v1/audit/verify", "{\"head\":{\"rev\":1,\"hash\":\"" W "\"}}"},
    };
    for (size_t i = 0; i < sizeof gets / sizeof *gets; i++)
        failed += say(who, "GET", gets[i], NULL) >= 500;
    for (size_t i = 0; i < sizeof posts / sizeof *posts; i++)
        failed += say(who, "POST", posts[i][0], posts[i][1]) >= 500;
    for (size_t i = 0; i < sizeof gets / sizeof *gets; i++) {
        int status;
        free(hall_request_text(hall, "GET", gets[i], W "token", NULL, &status));
    }
    return failed;
}

/* Every member of a person, right, and again as the hall refuses it. How many were taken. */
static int record_persons(struct hall_client *who)
{
    int applied = 0;
    static const char *const bodies[] = {
        "{\"person\":\"" PERSON "\",\"name\":\"Ada " W "name\",\"given\":\"Ada\",\"family\":\"" W "family\","
        "\"born\":\"1990-01-01\",\"phone\":\"+994" N "\",\"address\":\"" W " Street 5\",\"note\":\"" W
        "note\"}",
        "{\"person\":\"" PERSON "\",\"name\":\"" W "again\",\"nik\":\"" N W "\",\"fin\":\"" W "\"}",
        "{\"person\":\"" W "\",\"name\":[\"" W "\"],\"born\":\"" W "\"}",
        "{\"person\":\"" PERSON "\",\"" W "\":{\"" W "\":\"" W "\"}}",
    };
    static const char *const others[][2] = {
        {"case.draft", "{\"case\":\"" W "\",\"patch\":{\"" W "\":\"" W "draft\"},\"base_row_rev\":0}"},
        {"case.decide",
         "{\"case\":\"" PERSON "\",\"decision\":\"" W "\",\"reasons\":[\"" W "\"],\"text\":\"" W "\"}"},
        {"ticket.cancel", "{\"ticket\":\"" W "\",\"gen\":0,\"reason\":\"" W "reason\"}"},
        {"person.look", "{\"person\":\"" PERSON "\",\"purpose\":\"" W "purpose\"}"},
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct json *result = hall_push(who, "person.record", bodies[i]);
        applied += str_equal(json_text(result, "status"), "applied");
        json_free(&result);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct json *result = hall_push(who, others[i][0], others[i][1]);
        json_free(&result);
    }
    return applied;
}

static void check_metrics(struct test_hall *hall)
{
    int status;
    char *page = hall_request_text(hall, "GET", "/metrics", NULL, NULL, &status);
    CHECK_INT(status, 200);
    check_silent("/metrics", page, strlen(page));
    free(page);
}

/* A row of the store that somebody or something spoilt, met by whoever reads it: what fails says so without its words. */
static void spoil(struct test_hall *hall)
{
    struct db *db = NULL;
    char *path = xasprintf("%s/hall.db", hall->folder);
    CHECK_INT(hall_stop(hall), 0);
    REQUIRE(db_open(&db, path, DB_WRITE, NULL) == ERR_OK);
    REQUIRE(db_script(db, "UPDATE persons SET row = substr(row, 1, length(row) - 9);"
                          "UPDATE change SET item = substr(item, 1, length(item) - 9) WHERE item LIKE '%" W
                          "%'") == ERR_OK);
    db_close(&db);
    free(path);
    hall_start(hall);
}

/* --- programs that say what is wrong --- */

static void check_ran(const char *what, struct ran ran, bool fails)
{
    CHECK((ran.status != 0) == fails);
    check_silent(what, ran.err, strlen(ran.err));
    ran_free(&ran);
}

static void run_programs(const struct test_hall *hall)
{
    static const char bad[] = "{\"" W "\":\"" W "\",";
    char *file =
        xasprintf("%s/file.db", test_folder()); /* a store by its name: what was typed stands in it */
    put_file(file, bad);
    check_ran("verify", RUN(NULL, "loketd", "verify", "--data", hall->folder), true);
    check_ran("restore", RUN(NULL, "loketd", "restore", "--data", hall->folder, file), true);
    check_ran("merge", RUN(NULL, "loketd", "merge", "--data", hall->folder, file), true);
    check_ran("import", RUN(NULL, "loketd", "import-catalogue", "--data", hall->folder, file), true);
    check_ran("rehearse", RUN(bad, "loketd", "rehearse", "--rule", "fifo"), true);
    check_ran("user add",
              RUN(W "\n", "loketd", "user", "add", "--data", hall->folder, "--login", "lale", "--roles",
                  "clerk", "--password-file", "-"),
              true);
    check_ran("export", RUN(NULL, "loketd", "export-cases", "--data", hall->folder), false);
    free(file);
}

/* --- the morning --- */

TEST(silent_are_logs_about_whatever_was_typed)
{
    struct test_hall hall;
    struct place place;
    struct stranger between;
    struct hall_client reception, boss;
    place_init(&place);
    hall_open(&hall);
    let_arrive(&hall, 2);
    stranger_start(&between, STRANGER_PASSES, hall.port);
    struct pty *pty = open_loket(&place, between.url);
    /* A password where the login belongs, and a wrong one. */
    REQUIRE(pty_wait(pty, "Login"));
    pty_type(pty, W "secret\t" W "other\r");
    REQUIRE(pty_wait(pty, "not right"));
    quit(&pty);
    pty = open_loket(&place, between.url);
    open_form(pty);
    pty_type(pty, W "one ");
    stranger_be(&between, STRANGER_GONE);
    pty_type(pty, W "two\t");
    REQUIRE(pty_wait(pty, "Offline since "));
    stranger_be(&between, STRANGER_PAGE);
    pty_type(pty, F5);
    pty_type(pty, W "three\t");
    stranger_be(&between, STRANGER_PASSES);
    pty_type(pty, F5);
    REQUIRE(pty_wait(pty, "all safe"));
    REQUIRE(hall_sign_in(&reception, &hall, "reception", TEST_PASSWORD) == 200);
    REQUIRE(hall_sign_in(&boss, &hall, "admin", TEST_PASSWORD) == 200);
    CHECK(record_persons(&reception) > 0);
    CHECK_INT(ask_for_trouble(&hall, &reception), 0);
    CHECK_INT(ask_for_trouble(&hall, &boss), 0);
    check_metrics(&hall);
    spoil(&hall);
    CHECK(ask_for_trouble(&hall, &reception) > 0);
    check_metrics(&hall);
    CHECK_INT(record_persons(&reception), 0); /* a hall that cannot read what it must change ends */
    pty_type(pty, W "four\t");
    quit(&pty);
    hall_sign_out(&reception);
    hall_sign_out(&boss);
    hall_kill(&hall);
    run_programs(&hall);
    check_folder(place.data);
    check_folder(hall.folder);
    stranger_stop(&between);
    place_deinit(&place);
}

/* Addresses are written down by proxies: whom somebody looks for stands in none of them. */
TEST(silent_are_addresses_about_whom_somebody_looks_for)
{
    struct test_hall hall;
    struct place place;
    int status;
    place_init(&place);
    hall_open(&hall);
    struct pty *pty = open_loket(&place, hall.url);
    sign_in_as(pty, "supervisor");
    pty_type(pty, "3");
    REQUIRE(pty_wait(pty, "Person"));
    pty_type(pty, W "n\xc9\x99"); /* a letter that an address would have escaped */
    REQUIRE(pty_wait(pty, "the hall has no others"));
    char *page = hall_request_text(&hall, "GET", "/metrics", NULL, NULL, &status);
    CHECK(strstr(page, "loketd_requests_total{route=\"searchByBody\",status=\"2xx\"}"));
    CHECK(!strstr(page, "{route=\"search\","));
    CHECK(!strstr(page, "{route=\"searchByBody\",status=\"4xx\"}"));
    free(page);
    quit(&pty);
    CHECK_INT(hall_stop(&hall), 0);
    place_deinit(&place);
}
