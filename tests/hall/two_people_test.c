/* tests/hall/two_people_test.c: people one after the other at one workstation, the real programs: an account is disabled
 * while its person's records wait, and the way out that loketd(8) names. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/piped.h"
#include "tests/support/real.h"
#include "tests/support/test.h"

struct place {
    struct real real;
    char data[200], password[200];
};

static void open_place(struct place *place)
{
    const char *folder = test_folder();
    real_open(&place->real);
    str_format(place->data, sizeof place->data, "%s/data", folder);
    str_format(place->password, sizeof place->password, "%s/password", folder);
    FILE *file = fopen(place->password, "we");
    REQUIRE(file && fprintf(file, "%s\n", TEST_PASSWORD) > 0 && fclose(file) == 0);
}

static struct piped start(const struct place *place, const char *login)
{
    return PIPED("--hall", place->real.hall.url, "--user", login, "--password-file", place->password,
                 "--data", place->data, "--drain");
}

/* Saves so many, without waiting for what the hall says. */
static struct piped start_and_save(const struct place *place, const char *login, int count)
{
    struct piped piped = start(place, login);
    piped_skip(&piped, "ready", NULL);
    while (count-- > 0) {
        piped_say(&piped, "{'tag':'i','type':'ticket.issue','body':{'queue':'p','channel':'walk_in'}}");
        piped_skip(&piped, "saved", "i");
    }
    return piped;
}

static int drain(const struct place *place, const char *login, int count)
{
    struct piped piped = start_and_save(place, login, count);
    piped_end_input(&piped);
    return piped_end(&piped, 0);
}

static void check_ran(struct ran ran, int status, const char *out)
{
    if (!CHECK_INT(ran.status, status))
        printf("    %s\n", ran.err);
    if (!strstr(ran.out, out))
        CHECK_TEXT(ran.out, out);
    ran_free(&ran);
}

/* Tickets that this person issued, by the hall's audit. */
static int64_t issued_by(const struct place *place, const char *login)
{
    struct hall_client client;
    char *id = NULL;
    int64_t count = 0;
    int status;
    REQUIRE(hall_sign_in(&client, &place->real.hall, "supervisor", TEST_PASSWORD) == 200);
    struct json *page = hall_ask(&client, "GET", "/v1/snapshot", NULL, &status);
    const struct json *rows = json_get(page, "rows");
    for (const struct json *line = json_first(rows); line && !id; line = json_next(line)) {
        const struct json *row = json_get(line, "row");
        if (str_equal(json_text(line, "t"), "user") && str_equal(json_text(row, "login"), login))
            id = xstrdup(json_text_or(row, "id", ""));
    }
    for (const struct json *line = json_first(rows); line; line = json_next(line)) {
        const struct json *stamp = json_first(json_get(json_get(line, "row"), "stamps"));
        count += str_equal(json_text(line, "t"), "ticket") && str_equal(json_text(stamp, "by"), id);
    }
    json_free(&page);
    free(id);
    hall_sign_out(&client);
    return count;
}

static void check_export(const struct place *place, const char *name, int64_t count)
{
    struct json *document = NULL;
    char *path = xasprintf("%s.%s", place->data, name);
    check_ran(RUN(NULL, "loket", "--data", place->data, "outbox", "export", path), 0, "records written to");
    char *text = test_read_file(path);
    REQUIRE(text && json_parse(text, strlen(text), &document, NULL) == ERR_OK);
    CHECK_INT(json_int(document, "count", -1), count);
    CHECK_INT((int64_t)json_count(json_get(document, "rows")), count);
    json_free(&document);
    free(text);
    free(path);
}

TEST(a_disabled_persons_records_wait_and_go_when_they_are_let_in_again)
{
    struct place place;
    open_place(&place);
    const char *folder = place.real.hall.folder;
    CHECK_INT(drain(&place, "clerk1", 1), 0);
    CHECK_INT(real_end(&place.real, SIGTERM), 0);
    struct piped piped = start_and_save(&place, "clerk1", 3);
    CHECK_INT(piped_end(&piped, SIGTERM), 3); /* told that they remain */
    real_start(&place.real);
    check_ran(RUN(NULL, "loketd", "user", "disable", "--data", folder, "--login", "clerk1"), 0, "clerk1");
    piped = start(&place, "clerk1");
    CHECK_INT(piped_end(&piped, 0), 4); /* refused by the hall */
    check_export(&place, "clerk1", 3);

    CHECK_INT(drain(&place, "clerk2", 2), 0);
    check_ran(RUN(NULL, "loket", "--data", place.data, "outbox", "list"), 3, "and 3 of other people");
    check_export(&place, "clerk2", 0);
    CHECK_INT(issued_by(&place, "clerk1"), 1);
    CHECK_INT(issued_by(&place, "clerk2"), 2);

    check_ran(RUN(TEST_PASSWORD "\n", "loketd", "user", "password", "--data", folder, "--login", "clerk1",
                  "--password-file", "-"),
              0, "clerk1");
    CHECK_INT(drain(&place, "clerk1", 0), 0);
    CHECK_INT(issued_by(&place, "clerk1"), 4);
    CHECK_INT(issued_by(&place, "clerk2"), 2);
    check_ran(RUN(NULL, "loket", "--data", place.data, "outbox", "list"), 0, "");
    CHECK_INT(real_end(&place.real, SIGTERM), 0);
    real_verify(&place.real);
}
