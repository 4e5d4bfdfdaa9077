/* tests/hall/access_test.c: who may ask what, as one table: every route of the hall by everybody that there can be. A route that
 * is not in the table fails the test, and so does a row of a route that is none. Then the rows themselves: what of another
 * agency's applications each of them is told, by every way that gives rows out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/hall/api.h"
#include "core/hall/server_core.h"
#include "core/hall/session.h"
#include "tests/support/hall.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

/* Who asks, in the order of the table's letters. */
static const struct who {
    const char *login, *roles, *agency;
} people[] = {
    {"nobody", NULL, NULL},  /* no token */
    {"ended", NULL, NULL},   /* one that is none */
    {"another", NULL, NULL}, /* one of another hall's */
    {"w.clerk", "\"clerk\"", "t"},
    {"w.other", "\"clerk\"", "u"}, /* of another agency than the rows */
    {"w.reception", "\"reception\"", ""},
    {"w.approver", "\"approver\"", "t"},
    {"w.trainer", "\"trainer\"", ""},
    {"w.supervisor", "\"supervisor\"", ""},
    {"w.chief", "\"supervisor\"", "u"}, /* of an agency */
    {"w.admin", "\"administrator\"", ""},
    {"w.owner", "\"administrator\"", "u"}, /* of an agency */
    {"key read", NULL, "read"},
    {"key apply", NULL, "apply"},
    {"key figures", NULL, "figures"},
};
enum { PEOPLE = sizeof people / sizeof *people, FIRST_KEY = PEOPLE - 3 };

/* y: they may (what comes of it is another matter), n: 403, x: 401. */
static const struct row {
    const char *method, *route, *path, *body, *may;
} rows[] = {
    /*                                                              nobody … another, clerk … owner, keys */
    {"POST", "/v1/session", "/v1/session", "{}", "yyyyyyyyyyyyyyy"},
    {"DELETE", "/v1/session", "/v1/session", NULL, "xxxyyyyyyyyyxxx"},
    {"POST", "/v1/push", "/v1/push", "{}", "xxxyyyyyyyyyxxx"},
    {"GET", "/v1/feed", "/v1/feed?cursor=0&epoch=1", NULL, "xxxyyyyyyyyyxxx"},
    {"GET", "/v1/snapshot", "/v1/snapshot", NULL, "xxxyyyyyyyyyxxx"},
    {"GET", "/v1/search", "/v1/search?q=P001", NULL, "xxxyyyyyyyyyxxx"},
    {"POST", "/v1/search", "/v1/search", "{\"q\":\"P001\"}", "xxxyyyyyyyyyxxx"},
    {"GET", "/v1/report/{name}", "/v1/report/waiting", NULL, "xxxnnnnnyyyyxxx"},
    {"GET", "/v1/report/{name}", "/v1/report/decisions?format=csv", NULL, "xxxnnnynyyyyxxx"},
    {"GET", "/v1/audit", "/v1/audit", NULL, "xxxnnnnnyyyyxxx"},
    {"GET", "/v1/audit", "/v1/audit?format=csv", NULL, "xxxnnnnnyyyyxxx"},
    {"POST", "/v1/audit/verify", "/v1/audit/verify", "{}", "xxxnnnnnyyyyxxx"},
    {"GET", "/v1/audit/verify", "/v1/audit/verify", NULL, "xxxnnnnnyyyyxxx"},
    {"GET", "/v1/audit/{rev}", "/v1/audit/1", NULL, "xxxnnnnnyyyyxxx"},
    {"GET", "/v1/verify/{code}", "/v1/verify/none", NULL, "yyyyyyyyyyyyyyy"},
    {"GET", "/v1/events", "/v1/events", NULL, "xxxxxxxxxxxxynn"},
    {"POST", "/v1/applications", "/v1/applications", "{}", "xxxxxxxxxxxxnyn"},
    {"GET", "/v1/applications/{reference}", "/v1/applications/none", NULL, "xxxxxxxxxxxxnyn"},
    {"GET", "/v1/figures", "/v1/figures", NULL, "xxxxxxxxxxxxnny"},
    {"POST", "/v1/admin", "/v1/admin", "{\"do\":\"user.list\",\"limit\":1}", "xxxnnnnnyyyyxxx"},
    {"POST", "/v1/admin", "/v1/admin", "{\"do\":\"user.enable\",\"login\":\"none\"}", "xxxnnnnnnnyyxxx"},
    {"POST", "/v1/admin", "/v1/admin", "{\"do\":\"user.no_factor\",\"login\":\"none\"}", "xxxnnnnnnnyyxxx"},
    {"POST", "/v1/admin", "/v1/admin", "{\"do\":\"user.own_sessions\"}", "xxxyyyyyyyyyxxx"},
    {"POST", "/v1/admin", "/v1/admin", "{\"do\":\"user.own_sign_out\"}", "xxxyyyyyyyyyxxx"},
    {"POST", "/v1/admin", "/v1/admin", "{\"do\":\"user.own_factor\",\"login\":\"w.clerk\"}",
     "xxxnnnnnnnnnxxx"},
    {"POST", "/v1/admin", "/v1/admin", "{\"do\":\"user.own_password\",\"login\":\"w.clerk\"}",
     "xxxnnnnnnnnnxxx"},
    {"POST", "/v1/admin", "/v1/admin", "{\"do\":\"person.export\",\"person\":\"none\",\"reason\":\"asked\"}",
     "xxxnnnnnynynxxx"},
    {"POST", "/v1/admin", "/v1/admin", "{\"do\":\"person.erase\",\"person\":\"none\",\"reason\":\"asked\"}",
     "xxxnnnnnynynxxx"},
    /* Of these a real hall knows nothing, whoever asks: who may in a training hall, training_test.c asks. */
    {"POST", "/v1/training", "/v1/training", "{}", "xxxyyyyyyyyyxxx"},
    {"GET", "/v1/training/scenarios", "/v1/training/scenarios", NULL, "xxxyyyyyyyyyxxx"},
    {"GET", "/v1/training/moments", "/v1/training/moments", NULL, "xxxyyyyyyyyyxxx"},
    {"GET", "/v1/training/visitor", "/v1/training/visitor?ticket=0", NULL, "xxxyyyyyyyyyxxx"},
    {"POST", "/v1/training/ask", "/v1/training/ask", "{}", "xxxyyyyyyyyyxxx"},
    {"GET", "/v1/training/score", "/v1/training/score", NULL, "xxxyyyyyyyyyxxx"},
    {"GET", "/v1/training/results", "/v1/training/results", NULL, "xxxyyyyyyyyyxxx"},
    {"GET", "/v1/training/certificate", "/v1/training/certificate", NULL, "xxxyyyyyyyyyxxx"},
    {"GET", "/v1/openapi.json", "/v1/openapi.json", NULL, "xxxyyyyyyyyyxxx"},
    {"GET", "/v1/health", "/v1/health", NULL, "yyyyyyyyyyyyyyy"},
    {"GET", "/metrics", "/metrics", NULL, "yyyyyyyyyyyyyyy"},
};
enum { ROWS = sizeof rows / sizeof *rows };

/* --- the hall --- */

/* What no one of another agency may be told of an application. */
#define HIDDEN "hidden words of t"

static enum err put(struct tx *tx, enum table table, const char *text)
{
    struct json *row = NULL;
    enum err err = json_parse(text, strlen(text), &row, NULL);
    if (err == ERR_OK)
        err = tx_put(tx, table, json_text_or(row, "id", ""), row);
    json_free(&row);
    return err;
}

static enum err put_all(struct tx *tx, void *ctx)
{
    enum err err = put(tx, TABLE_AGENCY, "{\"id\":\"u\",\"name\":{\"en\":\"Other agency\"}}");
    (void)ctx;
    for (int i = 0; err == ERR_OK && i < PEOPLE; i++) {
        if (!people[i].roles)
            continue;
        char *text =
            xasprintf("{\"id\":\"%s\",\"login\":\"%s\",\"name\":\"%s\",\"roles\":[%s],\"agency\":\"%s\","
                      "\"active\":true}",
                      people[i].login, people[i].login, people[i].login, people[i].roles, people[i].agency);
        err = put(tx, TABLE_USER, text);
        if (err == ERR_OK)
            err = credential_put(tx->db, people[i].login, TEST_HASH);
        free(text);
    }
    if (err == ERR_OK)
        err = put(tx, TABLE_CASE,
                  "{\"id\":\"0197a2b4-0000-7000-8000-0000000000c1\",\"number\":\"T-77\",\"agency\":\"t\","
                  "\"service\":\"t.card\",\"state\":\"submitted\",\"submitted\":{\"words\":\"" HIDDEN "\"},"
                  "\"created_at\":\"2026-01-01T00:00:00.000Z\"}");
    return err;
}

static void make(struct test_hall *hall)
{
    struct err_info info = {0};
    struct db *db = NULL;
    hall_make(hall);
    REQUIRE(store_open(&db, hall->folder, false, &info) == ERR_OK);
    REQUIRE(db_begin(db) == ERR_OK);
    struct server_env env = {.db = db, .epoch = 1, .now_ms = clock_wall_now_ms()};
    REQUIRE(server_change(&env, "test", NULL, put_all, NULL) == ERR_OK);
    REQUIRE(db_commit(db) == ERR_OK);
    db_close(&db);
}

static void make_key(const struct test_hall *hall, const char *scope, char token[64])
{
    struct json *made = NULL;
    struct ran ran = str_equal(scope, "figures") ? RUN(NULL, "loketd", "key", "add", "--data", hall->folder,
                                                       "--scope", scope, "--json")
                                                 : RUN(NULL, "loketd", "key", "add", "--data", hall->folder,
                                                       "--agency", "t", "--scope", scope, "--json");
    REQUIRE(json_parse(ran.out, strlen(ran.out), &made, NULL) == ERR_OK);
    str_copy(token, 64, json_text_or(made, "key", ""));
    json_free(&made);
    ran_free(&ran);
}

static void come_in(const struct test_hall *hall, const struct test_hall *other, char tokens[PEOPLE][64])
{
    struct hall_client client;
    for (int i = 0; i < PEOPLE; i++) {
        const struct test_hall *where = str_equal(people[i].login, "another") ? other : hall;
        tokens[i][0] = '\0';
        if (i >= FIRST_KEY) {
            make_key(hall, people[i].agency, tokens[i]);
        } else if (str_equal(people[i].login, "ended")) {
            str_copy(tokens[i], 64, "no-such-token");
        } else if (i > 0) {
            const char *login = people[i].roles ? people[i].login : "supervisor";
            CHECK_INT(hall_sign_in(&client, where, login, TEST_PASSWORD), 200);
            str_copy(tokens[i], 64, client.token);
            hall_sign_out(&client);
        }
    }
}

/* --- the walk --- */

static char came(int status)
{
    return status == 401 ? 'x' : status == 403 ? 'n' : status > 0 && status < 500 ? 'y' : '?';
}

static void walk(const struct test_hall *hall, const struct row *row, char tokens[PEOPLE][64])
{
    char may[PEOPLE + 1] = "";
    for (int i = 0; i < PEOPLE; i++) {
        int status;
        free(hall_request_text(hall, row->method, row->path, tokens[i][0] ? tokens[i] : NULL, row->body,
                               &status));
        may[i] = came(status);
    }
    if (!CHECK_TEXT(may, row->may))
        printf("    %s %s %s\n", row->method, row->path, row->body ? row->body : "");
}

static bool is_route(const struct row *row, const struct route *route)
{
    return str_equal(row->method, route->method) && str_equal(row->route, route->path);
}

TEST(access_every_route_by_everybody)
{
    struct test_hall hall, other;
    char tokens[PEOPLE][64];
    int count;
    make(&hall);
    hall_start(&hall);
    hall_open(&other);
    come_in(&hall, &other, tokens);
    const struct route *routes = route_table(&count);
    for (int i = 0; i < count; i++) {
        int found = 0;
        for (int j = 0; j < ROWS; j++)
            found += is_route(&rows[j], &routes[i]);
        if (!CHECK(found > 0))
            printf("    %s %s is not in the table\n", routes[i].method, routes[i].path);
    }
    for (int j = 0; j < ROWS; j++) {
        int found = 0;
        for (int i = 0; i < count; i++)
            found += is_route(&rows[j], &routes[i]);
        CHECK_INT(found, 1);
        CHECK_INT((int)strlen(rows[j].may), PEOPLE);
        if (!str_equal(rows[j].method, "DELETE")) /* it ends their sign-ins: last */
            walk(&hall, &rows[j], tokens);
    }
    walk(&hall, &rows[1], tokens);
    CHECK_INT(hall_stop(&other), 0);
    CHECK_INT(hall_stop(&hall), 0);
}

/* By every way that gives rows out, an application's own words reach its agency's caseworkers and nobody else. */
TEST(access_rows_of_another_agency_are_told_to_nobody)
{
    static const char *const ways[] = {"/v1/feed?cursor=0&epoch=1",
                                       "/v1/snapshot",
                                       "/v1/snapshot?after=case,",
                                       "/v1/search?q=T-77",
                                       "/v1/search?q=hidden",
                                       "/v1/search {\"q\":\"T-77\"}",
                                       "/v1/search {\"q\":\"hidden\"}",
                                       "/v1/report/decisions",
                                       "/v1/report/decisions?format=csv",
                                       "/v1/audit",
                                       "/v1/audit?format=csv",
                                       "/v1/audit/1",
                                       "/v1/events"};
    struct test_hall hall, other;
    char tokens[PEOPLE][64];
    bool told_own = false;
    make(&hall);
    hall_start(&hall);
    hall_open(&other);
    come_in(&hall, &other, tokens);
    for (int i = 0; i < PEOPLE; i++)
        for (size_t j = 0; j < sizeof ways / sizeof *ways; j++) {
            int status;
            const char *words = strchr(ways[j], '{'); /* that stand in the body */
            char *path = xasprintf("%.*s", (int)strcspn(ways[j], " "), ways[j]);
            char *text = hall_request_text(&hall, words ? "POST" : "GET", path,
                                           tokens[i][0] ? tokens[i] : NULL, words, &status);
            free(path);
            bool theirs = str_equal(people[i].login, "w.clerk") || str_equal(people[i].login, "w.approver");
            bool told = strstr(text, HIDDEN) != NULL;
            told_own = told_own || (theirs && told);
            if (!CHECK(!told || theirs))
                printf("    %s is told by %s\n", people[i].login, ways[j]);
            free(text);
        }
    CHECK(told_own); /* the walk would have found it */
    CHECK_INT(hall_stop(&other), 0);
    CHECK_INT(hall_stop(&hall), 0);
}
