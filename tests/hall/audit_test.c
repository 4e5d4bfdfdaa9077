/* tests/hall/audit_test.c: the audit over HTTP: who may look, what a look leaves behind, pages and files, the chain checked
 * while the hall works, and a line that somebody altered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/db/db.h"
#include "tests/support/hall.h"
#include "tests/support/test.h"

enum { ASKED_MAX = 20000 };

static struct json *get(struct hall_client *client, const char *path, int want)
{
    int status;
    struct json *answer = hall_ask(client, "GET", path, NULL, &status);
    if (!CHECK_INT(status, want))
        printf("    %s: %s\n", path, json_text_or(json_get(answer, "error"), "message", ""));
    return answer;
}

static void is_refused(struct hall_client *client, const char *path, int status, const char *code)
{
    struct json *answer = get(client, path, status);
    CHECK_TEXT(json_text(json_get(answer, "error"), "code"), code);
    json_free(&answer);
}

static void issue(struct hall_client *clerk, int count)
{
    for (int i = 0; i < count; i++) {
        struct json *data = hall_do(clerk, "ticket.issue", "{\"service\":\"t.card\",\"channel\":\"desk\"}");
        json_free(&data);
    }
}

struct scene {
    struct test_hall hall;
    struct hall_client clerk, supervisor, admin;
};

static void scene_open(struct scene *s)
{
    hall_open(&s->hall);
    CHECK_INT(hall_sign_in(&s->clerk, &s->hall, "clerk1", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&s->supervisor, &s->hall, "supervisor", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&s->admin, &s->hall, "admin", TEST_PASSWORD), 200);
    issue(&s->clerk, 7);
}

static void scene_close(struct scene *s)
{
    hall_sign_out(&s->clerk);
    hall_sign_out(&s->supervisor);
    hall_sign_out(&s->admin);
    CHECK_INT(hall_stop(&s->hall), 0);
}

TEST(audit_is_for_supervisors_and_administrators)
{
    static const char *const wrong[] = {
        "/v1/audit?from=soon",  "/v1/audit?to=2026-13-01", "/v1/audit?limit=0",
        "/v1/audit?format=xml", "/v1/audit?after=nowhere", "/v1/audit?after=2.1",
        "/v1/audit/3",          "/v1/audit/3?look=1",      "/v1/audit?refused=2"};
    struct scene s;
    scene_open(&s);
    is_refused(&s.clerk, "/v1/audit", 403, "not_your_role");
    is_refused(&s.clerk, "/v1/audit/verify", 403, "not_your_role");
    is_refused(&s.clerk, "/v1/audit/3?look=1", 403, "not_your_role");
    int status;
    struct json *answer = hall_ask(&s.clerk, "POST", "/v1/audit/verify", "{}", &status);
    CHECK_INT(status, 403);
    json_free(&answer);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        is_refused(&s.supervisor, wrong[i], 400, "invalid_query");
    answer = get(&s.admin, "/v1/audit", 200);
    json_free(&answer);
    scene_close(&s);
}

/* The page before the first line of which stands the look itself. */
static struct json *look(struct hall_client *who, const char *query)
{
    char *path = xasprintf("/v1/audit?%s", query);
    struct json *page = get(who, path, 200);
    free(path);
    return page;
}

TEST(audit_looks_are_lines_once_a_look_and_nobodys_elses)
{
    struct scene s;
    scene_open(&s);
    struct json *page = look(&s.supervisor, "type=ticket.issue&limit=3");
    CHECK_INT((int64_t)json_count(json_get(page, "lines")), 3);
    CHECK_TEXT(json_text(json_pointer(page, "/lines/0/about/0"), "label"), "P007");
    CHECK_TEXT(json_text(json_pointer(page, "/lines/0"), "login"), "clerk1");
    CHECK(json_text(json_pointer(page, "/lines/0"), "workstation") != NULL);
    char *next = xasprintf("/v1/audit?type=ticket.issue&limit=3&after=%s", json_text_or(page, "next", ""));
    char *other = xasprintf("/v1/audit?type=ticket.call&limit=3&after=%s", json_text_or(page, "next", ""));
    is_refused(&s.admin, next, 400, "invalid_query"); /* another's look */
    is_refused(&s.supervisor, other, 400, "invalid_query");
    struct json *second = get(&s.supervisor, next, 200);
    CHECK_TEXT(json_text(json_pointer(second, "/lines/0/about/0"), "label"), "P004");
    json_free(&second);
    second = look(&s.admin, "type=audit.look,audit.export");
    CHECK_INT((int64_t)json_count(json_get(second, "lines")),
              1); /* two pages, one look; one's own is not yet in it */
    CHECK_TEXT(json_text(json_pointer(second, "/lines/0"), "login"), "supervisor");
    CHECK_TEXT(json_text(json_pointer(second, "/lines/0/detail"), "type"), "ticket.issue");
    char *line =
        xasprintf("/v1/audit/%lld?look=%lld", (long long)json_int(json_pointer(page, "/lines/0"), "rev", 0),
                  (long long)json_int(page, "look", 0));
    is_refused(&s.admin, line, 400, "invalid_query");
    struct json *whole = get(&s.supervisor, line, 200);
    CHECK_TEXT(json_text(json_pointer(whole, "/written/0/after"), "number"), "P007");
    CHECK(json_is_null(json_pointer(whole, "/written/0/before")));
    json_free(&whole);
    json_free(&second);
    json_free(&page);
    free(line);
    free(next);
    free(other);
    scene_close(&s);
}

/* What was typed may be a citizen's number. */
TEST(audit_keeps_no_words_that_were_typed_into_a_look)
{
    struct scene s;
    scene_open(&s);
    struct json *page = look(&s.supervisor, "q=ticket&user=9901014101900014&from=2020-01-01&limit=2");
    CHECK_INT((int64_t)json_count(json_get(page, "lines")), 0);
    json_free(&page);
    page = look(&s.supervisor, "q=ticket.issue&limit=2");
    CHECK_INT((int64_t)json_count(json_get(page, "lines")), 2);
    char *next = xasprintf("/v1/audit?q=ticket.issue&limit=2&after=%s", json_text_or(page, "next", ""));
    char *other = xasprintf("/v1/audit?q=ticket.call&limit=2&after=%s", json_text_or(page, "next", ""));
    json_free(&page);
    is_refused(&s.supervisor, other, 400, "invalid_query");
    *strrchr(next, '.') = '\0'; /* without the key nobody goes on */
    is_refused(&s.supervisor, next, 400, "invalid_query");
    next[strlen(next)] = '.';
    page = get(&s.supervisor, next, 200);
    CHECK_INT((int64_t)json_count(json_get(page, "lines")), 2);
    json_free(&page);
    page = look(&s.admin, "type=audit.look");
    const struct json *detail = json_pointer(page, "/lines/1/detail");
    CHECK_TEXT(json_as_text(json_at(json_get(detail, "typed"), 0)), "user");
    CHECK_TEXT(json_as_text(json_at(json_get(detail, "typed"), 1)), "q");
    CHECK_TEXT(json_text(detail, "from"), "2020-01-01");
    char *text = json_print(page);
    CHECK(!strstr(text, "9901014101900014") && !strstr(text, "\"q\":"));
    free(text);
    json_free(&page);
    free(next);
    free(other);
    scene_close(&s);
}

TEST(audit_as_csv_is_one_table_over_its_pages)
{
    struct scene s;
    scene_open(&s);
    struct buf all = {0};
    char *path = xstrdup("/v1/audit?type=ticket.issue&limit=3&format=csv");
    int pages = 0;
    for (bool more = true; more && pages < 9; pages++) {
        int status;
        char *text = hall_request_text(&s.hall, "GET", path, s.supervisor.token, NULL, &status);
        CHECK_INT(status, 200);
        buf_adds(&all, text);
        free(text);
        free(path);
        const char *next = hall_header("Loket-Next");
        more = *next;
        path = xasprintf("/v1/audit?type=ticket.issue&limit=3&format=csv&after=%s", next);
    }
    free(path);
    int lines = 0, heads = 0;
    for (const char *at = buf_text(&all); *at; at = strchr(at, '\n') + 1, lines++)
        heads += str_starts(at, "rev,at,login");
    CHECK_INT(lines, 8);
    CHECK_INT(heads, 1);
    CHECK(pages >= 3);
    CHECK(strstr(buf_text(&all), "ticket P001"));
    struct json *page = look(&s.admin, "type=audit.look,audit.export");
    CHECK_INT((int64_t)json_count(json_get(page, "lines")), 1);
    CHECK_TEXT(json_text(json_pointer(page, "/lines/0"), "type"), "audit.export");
    json_free(&page);
    buf_free(&all);
    scene_close(&s);
}

/* Begins a check and asks until it has ended; the caller frees. */
static struct json *checked(struct hall_client *who, const char *body)
{
    int status;
    struct json *answer = hall_ask(who, "POST", "/v1/audit/verify", body, &status);
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text(answer, "state"), "running");
    for (int i = 0; i < ASKED_MAX && str_equal(json_text(answer, "state"), "running"); i++) {
        json_free(&answer);
        answer = get(who, "/v1/audit/verify", 200);
    }
    return answer;
}

TEST(audit_is_checked_while_the_hall_works)
{
    struct scene s;
    scene_open(&s);
    struct json *none = get(&s.supervisor, "/v1/audit/verify", 200);
    CHECK_TEXT(json_text(none, "state"), "none");
    json_free(&none);
    struct json *first = checked(&s.supervisor, "{}");
    const struct json *head = json_get(first, "head");
    CHECK_TEXT(json_text(first, "state"), "done");
    CHECK(json_is_null(json_get(first, "bad")));
    CHECK_INT(json_int(first, "lines", 0), json_int(head, "rev", 0));
    char *head_text = json_print(head), *body = xasprintf("{\"head\":%s}", head_text);
    issue(&s.clerk, 3);
    struct json *second = checked(&s.admin, body);
    CHECK(json_bool(json_get(second, "kept"), "same", false));
    CHECK_TEXT(json_text(json_get(second, "kept"), "at"), json_text(head, "at"));
    CHECK_INT(json_int(second, "lines", 0),
              json_int(first, "lines", 0) + 4); /* and the first check's own line */
    struct json *page = look(&s.admin, "type=audit.verify");
    CHECK_INT((int64_t)json_count(json_get(page, "lines")), 2);
    CHECK_TEXT(json_text(json_pointer(page, "/lines/1"), "login"), "supervisor");
    CHECK_INT(json_int(json_pointer(page, "/lines/1/detail"), "lines", 0), json_int(first, "lines", 0));
    struct json *other =
        checked(&s.admin, "{\"head\":{\"rev\":3,\"hash\":"
                          "\"0123456789012345678901234567890123456789012345678901234567890123\"}}");
    CHECK(!json_bool(json_get(other, "kept"), "same", true));
    int status;
    struct json *wrong = hall_ask(&s.admin, "POST", "/v1/audit/verify", "{\"head\":{\"rev\":3}}", &status);
    CHECK_INT(status, 400);
    json_free(&wrong);
    json_free(&other);
    json_free(&page);
    json_free(&first);
    json_free(&second);
    free(head_text);
    free(body);
    scene_close(&s);
}

TEST(audit_that_somebody_altered_is_named_by_line_and_column)
{
    static const char sql[] =
        "UPDATE audit SET actor = '' WHERE type = 'ticket.issue' AND rev = (SELECT max(rev) FROM"
        " audit WHERE type = 'ticket.issue') - 2";
    struct scene s;
    struct db *db;
    struct err_info info = {0};
    scene_open(&s);
    CHECK_INT(hall_stop(&s.hall), 0);
    char *path = xasprintf("%s/hall.db", s.hall.folder);
    REQUIRE(db_open(&db, path, DB_WRITE, &info) == ERR_OK);
    REQUIRE(db_script(db, sql) == ERR_OK);
    db_close(&db);
    free(path);
    hall_start(&s.hall);
    struct json *told = checked(&s.supervisor, "{}");
    CHECK_TEXT(json_text(told, "state"), "done");
    CHECK_TEXT(json_text(json_get(told, "bad"), "fault"), "altered");
    CHECK_TEXT(json_text(json_get(told, "bad"), "column"), "actor");
    CHECK_INT(json_int(json_get(told, "bad"), "rev", 0), json_int(told, "lines", -1) + 1);
    json_free(&told);
    scene_close(&s);
}
