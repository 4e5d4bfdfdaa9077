/* tests/hall/notice_test.c: GET /v1/verify/CODE against a real loketd: anyone who holds a notice asks whether it stands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/hall/throttle.h"
#include "core/model/notice_code.h"
#include "tests/support/real.h"
#include "tests/support/test.h"

#define CASE     "01900000-0000-7000-8000-0000000000c1"
#define DECISION "01900000-0000-7000-8000-0000000000d1"

static void act(struct hall_client *client, const char *type, const char *body)
{
    struct json *data = hall_do(client, type, body);
    json_free(&data);
}

static void decide(struct hall_client *clerk)
{
    act(clerk, "case.open", "{\"case\":\"" CASE "\",\"service\":\"t.visa\",\"channel\":\"online\"}");
    act(clerk, "case.submit", "{\"case\":\"" CASE "\"}");
    act(clerk, "case.decide",
        "{\"case\":\"" CASE "\",\"decision\":\"" DECISION "\",\"outcome\":\"approve\",\"reasons\":[],"
        "\"text\":\"for Aysel\",\"notice\":\"Dear Aysel\"}");
}

static struct json *verify(const struct test_hall *hall, const char *code, int *status)
{
    char path[200];
    str_format(path, sizeof path, "/v1/verify/%s", code);
    return hall_request(hall, "GET", path, NULL, NULL, status);
}

static void check_standing(const struct test_hall *hall, const char *code, const char *standing)
{
    int status;
    struct json *answer = verify(hall, code, &status);
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text(answer, "standing"), standing);
    CHECK_INT(json_bool(answer, "stands", false), strcmp(standing, "stands") == 0);
    json_free(&answer);
}

TEST(verify_needs_no_sign_in_and_tells_no_personal_data)
{
    struct test_hall hall;
    struct hall_client clerk;
    char code[NOTICE_CODE_TEXT], today[DATE_TEXT];
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    decide(&clerk);
    notice_code(CASE, DECISION, code);
    time_date(clock_wall_now_ms(), today);
    char *path = xasprintf("/v1/verify/%s", code);
    char *text = hall_request_text(&hall, "GET", path, NULL, NULL, &status);
    CHECK_INT(status, 200);
    CHECK_TEXT(hall_header("Cache-Control"), "no-store");
    char *want =
        xasprintf("{\"code\":\"%s\",\"outcome\":\"approve\",\"date\":\"%s\",\"agency\":\"t\","
                  "\"agency_name\":{\"en\":\"Test agency\"},\"stands\":true,\"standing\":\"stands\"}",
                  code, today);
    CHECK_TEXT(text, want);
    free(want);
    free(text);
    free(path);
    hall_sign_out(&clerk);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(verify_takes_a_code_as_it_was_typed)
{
    struct test_hall hall;
    struct hall_client clerk;
    char code[NOTICE_CODE_TEXT], typed[NOTICE_CODE_TEXT];
    size_t length = 0;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    decide(&clerk);
    notice_code(CASE, DECISION, code);
    for (const char *c = code; *c; c++)
        if (*c != '-')
            typed[length++] = (char)(*c >= 'A' ? *c + 'a' - 'A' : *c);
    typed[length] = '\0';
    check_standing(&hall, typed, "stands");
    char *blanks = xasprintf("%.4s%%20%.4s%%20%.4s%%20%.4s", code, code + 5, code + 10, code + 15);
    check_standing(&hall, blanks, "stands");
    free(blanks);
    hall_sign_out(&clerk);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(verify_says_so_when_what_was_handed_out_is_void)
{
    struct test_hall hall;
    struct hall_client clerk, supervisor;
    char code[NOTICE_CODE_TEXT];
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&supervisor, &hall, "supervisor", TEST_PASSWORD), 200);
    decide(&clerk);
    notice_code(CASE, DECISION, code);
    act(&clerk, "case.deliver", "{\"case\":\"" CASE "\",\"ready\":true}");
    check_standing(&hall, code, "stands");
    act(&supervisor, "case.void", "{\"case\":\"" CASE "\",\"reason\":\"misprinted\"}");
    check_standing(&hall, code, "voided");
    act(&clerk, "case.deliver", "{\"case\":\"" CASE "\",\"ready\":true}");
    check_standing(&hall, code, "stands");
    hall_sign_out(&clerk);
    hall_sign_out(&supervisor);
    CHECK_INT(hall_stop(&hall), 0);
}

/* The answer to a complaint has a code of its own. */
TEST(verify_says_so_when_a_complaint_changed_the_decision)
{
    static const char answered[] = "01900000-0000-7000-8000-0000000000d2";
    struct test_hall hall;
    struct hall_client first, second;
    char code[NOTICE_CODE_TEXT], other[NOTICE_CODE_TEXT];
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&first, &hall, "clerk1", TEST_PASSWORD), 200);
    CHECK_INT(hall_sign_in(&second, &hall, "clerk2", TEST_PASSWORD), 200);
    decide(&first);
    notice_code(CASE, DECISION, code);
    notice_code(CASE, answered, other);
    act(&first, "case.complain", "{\"case\":\"" CASE "\",\"text\":\"not so\"}");
    check_standing(&hall, code, "stands");
    char *body = xasprintf("{\"case\":\"" CASE "\",\"answer\":\"changed\",\"answer_decision\":\"%s\","
                           "\"text\":\"a paper was false\"}",
                           answered);
    act(&second, "case.complain", body);
    check_standing(&hall, code, "replaced");
    check_standing(&hall, other, "stands");
    free(body);
    hall_sign_out(&first);
    hall_sign_out(&second);
    CHECK_INT(hall_stop(&hall), 0);
}

/* A wrong code and what is no code at all look alike; whoever guesses on must wait, whoever holds a paper too, but not
 * for ever. */
TEST(verify_slows_down_who_guesses)
{
    struct test_hall hall;
    struct hall_client clerk;
    char code[NOTICE_CODE_TEXT], *first = NULL;
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    decide(&clerk);
    notice_code(CASE, DECISION, code);
    for (int n = 0; n < THROTTLE_CODES; n++) {
        char wrong[NOTICE_CODE_TEXT], id[20];
        check_standing(&hall, code, "stands"); /* right ones do not count, and wipe nothing out */
        str_format(id, sizeof id, "none-%d", n);
        notice_code(CASE, id, wrong);
        char *path = xasprintf("/v1/verify/%s", n % 2 ? wrong : "nonsense");
        char *text = hall_request_text(&hall, "GET", path, NULL, NULL, &status);
        CHECK_INT(status, 404);
        if (first)
            CHECK_TEXT(text, first);
        else
            first = xstrdup(text);
        CHECK(strstr(text, "unknown_code"));
        free(path);
        free(text);
    }
    struct json *answer = verify(&hall, "nonsense", &status);
    CHECK_INT(status, 429);
    int wait_s = atoi(hall_header("Retry-After"));
    CHECK(wait_s > 0 && wait_s <= 60);
    CHECK_TEXT(json_text(json_get(answer, "error"), "code"), "too_many_attempts");
    json_free(&answer);
    struct hall_client other; /* who signs in is another matter */
    CHECK_INT(hall_sign_in(&other, &hall, "clerk2", TEST_PASSWORD), 200);
    hall_sign_out(&other);
    free(first);
    hall_sign_out(&clerk);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(verify_is_described_with_an_example_that_is_like_the_answer)
{
    struct test_hall hall;
    struct hall_client clerk;
    char code[NOTICE_CODE_TEXT];
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    decide(&clerk);
    struct json *document = hall_ask(&clerk, "GET", "/v1/openapi.json", NULL, &status);
    const struct json *get = json_get(json_get(json_get(document, "paths"), "/v1/verify/{code}"), "get");
    const struct json *content =
        json_get(json_get(json_get(json_get(get, "responses"), "200"), "content"), "application/json");
    const struct json *example = json_get(content, "example");
    CHECK_TEXT(json_text(json_pointer(get, "/parameters/0"), "name"), "code");
    CHECK_INT(json_count(json_get(get, "security")), 0);
    notice_code(CASE, DECISION, code);
    struct json *answer = verify(&hall, code, &status);
    CHECK(json_count(answer) > 0);
    CHECK_INT(json_count(example), json_count(answer));
    for (const struct json *member = json_first(answer); member; member = json_next(member)) {
        const char *name = json_name(member);
        CHECK(json_get(example, name) && json_is_object(json_get(example, name)) == json_is_object(member));
        CHECK(json_get(json_get(json_get(content, "schema"), "properties"), name) != NULL);
    }
    json_free(&answer);
    json_free(&document);
    hall_sign_out(&clerk);
    CHECK_INT(hall_stop(&hall), 0);
}

TEST(verify_knows_a_notice_after_the_hall_was_killed)
{
    struct test_hall hall;
    struct hall_client clerk;
    char code[NOTICE_CODE_TEXT];
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&clerk, &hall, "clerk1", TEST_PASSWORD), 200);
    decide(&clerk);
    hall_sign_out(&clerk);
    hall_kill(&hall);
    hall_start(&hall);
    notice_code(CASE, DECISION, code);
    check_standing(&hall, code, "stands");
    CHECK_INT(hall_stop(&hall), 0);
}

/* --- PDF where its program is not --- */

static char *alone(void)
{
    char *there = xasprintf("%s/loket", test_folder()), *from = program_path("loket");
    struct ran ran = RUN("", "cp", from, there);
    REQUIRE(ran.status == 0);
    ran_free(&ran);
    free(from);
    return there;
}

/* The sentence says what to do, and doctor says it before anyone stands at the counter. */
TEST(notice_as_pdf_without_its_program_says_so_and_saves_nothing)
{
    char *loket = alone(), *pdf = xasprintf("%s/n.pdf", test_folder()),
         *data = xasprintf("%s/d", test_folder());
    const char *service = "core/packs/az/services/az.din.id-card-replace.json";
    struct ran ran = RUN("{\"today\":\"2026-11-24\",\"person\":{\"name\":\"Ana\"}}", loket, "form", "notice",
                         service, "receipt", "/dev/stdin", "--lang", "en", "--pdf", pdf);
    CHECK_INT(ran.status, 1);
    if (!CHECK(strstr(ran.err, "loket-pdf is not installed here") && strstr(ran.err, ".txt")))
        printf("    %s\n", ran.err);
    CHECK(access(pdf, F_OK) != 0);
    ran_free(&ran);
    ran = RUN("", loket, "doctor", "--data", data);
    CHECK(strstr(ran.out, "!     print: loket-pdf is not installed here"));
    ran_free(&ran);
    ran = RUN("", "loket", "doctor", "--data", data);
    CHECK(strstr(ran.out, "ok    print: notices can be saved as PDF"));
    ran_free(&ran);
    free(loket);
    free(pdf);
    free(data);
}
