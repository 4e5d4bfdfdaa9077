/* tests/hall/person_test.c: loketd person against a hall at work: a document that its owner can read, a plan, a code, and a
 * hall that is whole afterwards. What is in it and what goes is tested in tests/unit/person_erase_test.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "tests/support/real.h"
#include "tests/support/test.h"

#define PERSON "01900000-0000-7000-8000-00000000a11a"
#define CASE   "01900000-0000-7000-8000-00000000c11a"

static void record(const struct test_hall *hall)
{
    struct hall_client client;
    REQUIRE(hall_sign_in(&client, hall, "clerk1", TEST_PASSWORD) == 200);
    struct json *data =
        hall_do(&client, "person.record",
                "{\"person\":\"" PERSON "\",\"name\":\"Ana \\\"A\\\" Aliyeva, {so}\",\"fin\":\"99A2B3C\"}");
    json_free(&data);
    hall_sign_out(&client);
}

static struct ran person(const struct test_hall *hall, const char *what, const char *option,
                         const char *value)
{
    return RUN(NULL, "loketd", "person", what, "99a2b3c", "--data", hall->folder, "--reason", "letter 17",
               option, value);
}

TEST(person_is_given_out_and_erased_from_the_command_line_while_the_hall_works)
{
    struct test_hall hall;
    struct stat about;
    struct json *document = NULL;
    char path[300], code[8] = "";
    hall_open(&hall);
    record(&hall);
    str_format(path, sizeof path, "%s/given.json", hall.folder);
    struct ran ran = person(&hall, "export", "--to", path);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    CHECK(stat(path, &about) == 0 && (about.st_mode & 0777) == 0600);
    char *text = test_read_file(path);
    REQUIRE(text);
    CHECK(strstr(text, "\n  \"export\": \"loket.person\",\n")); /* a member a line */
    REQUIRE(json_parse(text, strlen(text), &document, NULL) == ERR_OK);
    CHECK_TEXT(json_text(json_first(json_get(document, "person")), "name"), "Ana \"A\" Aliyeva, {so}");
    json_free(&document);
    free(text);
    ran = RUN(NULL, "loketd", "person", "erase", PERSON, "--data", hall.folder, "--reason", "letter 17");
    CHECK_INT(ran.status, 0);
    const char *said = strstr(ran.out, "--confirm ");
    if (CHECK(said))
        str_format(code, sizeof code, "%.6s", said + strlen("--confirm "));
    ran_free(&ran);
    ran = person(&hall, "erase", "--confirm", "000000");
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "read the plan again"));
    ran_free(&ran);
    ran = person(&hall, "erase", "--confirm", code);
    CHECK_INT(ran.status, 0);
    CHECK(strstr(ran.out, "Done: 1 rows"));
    ran_free(&ran);
    ran = person(&hall, "export", "--to", path);
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "holds nobody"));
    ran_free(&ran);
    CHECK_INT(hall_stop(&hall), 0);
    ran = RUN(NULL, "loketd", "verify", "--data", hall.folder);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
}

/* --- what was kept --- */

static void does(const struct test_hall *hall, const char *login, const char *type, const char *body)
{
    struct hall_client client;
    REQUIRE(hall_sign_in(&client, hall, login, TEST_PASSWORD) == 200);
    struct json *data = hall_do(&client, type, body);
    json_free(&data);
    hall_sign_out(&client);
}

static bool holds_nobody(const struct test_hall *hall)
{
    struct ran ran = person(hall, "export", "--to", "/dev/null");
    bool nobody = ran.status == 1 && strstr(ran.err, "holds nobody");
    ran_free(&ran);
    return nobody;
}

TEST(person_whose_file_was_kept_goes_by_themself_when_its_time_is_over)
{
    struct test_hall hall;
    char code[8] = "";
    hall_open(&hall);
    record(&hall);
    does(&hall, "clerk1", "case.open",
         "{\"case\":\"" CASE "\",\"service\":\"t.card\",\"channel\":\"desk\",\"person\":\"" PERSON "\"}");
    does(&hall, "clerk1", "case.draft",
         "{\"case\":\"" CASE "\",\"patch\":{\"street\":\"Street 7\"},\"base_row_rev\":0}");
    does(&hall, "clerk1", "case.submit", "{\"case\":\"" CASE "\"}");
    struct ran ran = person(&hall, "erase", "--confirm", "");
    CHECK(strstr(ran.out, "is not decided yet: it stays until it has ended, and for 75 years"));
    const char *said = strstr(ran.out, "--confirm ");
    if (CHECK(said))
        str_format(code, sizeof code, "%.6s", said + strlen("--confirm "));
    ran_free(&ran);
    ran = person(&hall, "erase", "--confirm", code);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    CHECK(!holds_nobody(&hall));
    does(&hall, "supervisor", "hall.policy",
         "{\"policy\":\"case_years\",\"value\":0,\"reason\":\"no archive\"}");
    does(&hall, "clerk1", "case.withdraw", "{\"case\":\"" CASE "\",\"reason\":\"not wanted\"}");
    CHECK_INT(hall_stop(&hall), 0);
    hall_start(&hall); /* which looks through them, as when the day turns */
    for (int64_t end = clock_mono_now_ms() + TEST_PATIENCE_MS; !holds_nobody(&hall);)
        REQUIRE(clock_mono_now_ms() < end);
    CHECK_INT(hall_stop(&hall), 0);
    ran = RUN(NULL, "loketd", "verify", "--data", hall.folder);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
}
