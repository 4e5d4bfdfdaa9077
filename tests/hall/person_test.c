/* tests/hall/person_test.c: loketd person against a hall at work: a document that its owner can read, a plan, a code, and a
 * hall that is whole afterwards. What is in it and what goes is tested in tests/unit/person_erase_test.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/real.h"
#include "tests/support/test.h"

#define PERSON "01900000-0000-7000-8000-00000000a11a"

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
    ran = person(&hall, "erase", "--data", hall.folder);
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
