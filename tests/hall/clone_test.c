/* tests/hall/clone_test.c: a workstation's folder is copied while records wait in it, as when a disk is cloned: the real
 * programs, from the frozen copies to both working on. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/piped.h"
#include "tests/support/real.h"
#include "tests/support/test.h"

struct place {
    struct real real;
    char data[2][200], password[200];
};

static void open_place(struct place *place)
{
    const char *folder = test_folder();
    real_open(&place->real);
    for (int copy = 0; copy < 2; copy++)
        str_format(place->data[copy], sizeof place->data[copy], "%s/data%d", folder, copy);
    str_format(place->password, sizeof place->password, "%s/password", folder);
    FILE *file = fopen(place->password, "we");
    REQUIRE(file && fprintf(file, "%s\n", TEST_PASSWORD) > 0 && fclose(file) == 0);
}

static struct piped start(const struct place *place, int copy)
{
    struct piped piped = PIPED("--hall", place->real.hall.url, "--user", "reception", "--password-file",
                               place->password, "--data", place->data[copy]);
    piped_skip(&piped, "ready", NULL);
    return piped;
}

static void save(struct piped *piped, int count)
{
    while (count-- > 0) {
        piped_say(piped, "{'tag':'i','type':'ticket.issue','body':{'queue':'p','channel':'walk_in'}}");
        piped_skip(piped, "saved", "i");
    }
}

static void save_and_end(const struct place *place, int copy, int count)
{
    struct piped piped = start(place, copy);
    save(&piped, count);
    CHECK_INT(piped_end(&piped, SIGTERM), 0);
}

/* The exit status of sending everything. */
static int drain(const struct place *place, int copy)
{
    struct piped piped = PIPED("--hall", place->real.hall.url, "--user", "reception", "--password-file",
                               place->password, "--data", place->data[copy], "--drain");
    piped_skip(&piped, "ready", NULL);
    piped_end_input(&piped);
    return piped_end(&piped, 0);
}

static void check_ran(struct ran ran, int status, const char *out, const char *err)
{
    CHECK_INT(ran.status, status);
    if (!strstr(ran.out, out))
        CHECK_TEXT(ran.out, out);
    if (!strstr(ran.err, err))
        CHECK_TEXT(ran.err, err);
    ran_free(&ran);
}

static void check_adopt(const struct place *place, int copy, const char *typed, int status, const char *out,
                        const char *err)
{
    check_ran(RUN(typed, "loket", "--data", place->data[copy], "outbox", "adopt"), status, out, err);
}

/* Says that it is a copy, and what is to be done; meanwhile the folder is in use. */
static void check_frozen(const struct place *place, int copy, int new_records)
{
    struct piped piped = start(place, copy);
    save(&piped, new_records);
    struct json *error = piped_await(&piped, "error", NULL);
    CHECK_TEXT(json_text(error, "code"), "frozen");
    CHECK(strstr(json_text_or(error, "message", ""), "loket outbox adopt") != NULL);
    json_free(&error);
    check_adopt(place, copy, "adopt\n", 1, "", "Another Loket is running");
    CHECK_INT(piped_end(&piped, SIGTERM), 0);
}

static int64_t tickets_at_hall(const struct place *place)
{
    struct hall_client client;
    int64_t count = 0;
    int status;
    REQUIRE(hall_sign_in(&client, &place->real.hall, "supervisor", TEST_PASSWORD) == 200);
    struct json *page = hall_ask(&client, "GET", "/v1/snapshot", NULL, &status);
    CHECK(json_is_null(json_get(page, "next")));
    for (const struct json *row = json_first(json_get(page, "rows")); row; row = json_next(row))
        count += str_equal(json_text(row, "t"), "ticket");
    json_free(&page);
    hall_sign_out(&client);
    return count;
}

/* Three records wait in both copies, two more in each; the first is stopped with one more. */
static void clone_and_stop(struct place *place)
{
    save_and_end(place, 0, 0);
    CHECK_INT(real_end(&place->real, SIGTERM), 0);
    save_and_end(place, 0, 3);
    check_ran(RUN(NULL, "cp", "-a", "--", place->data[0], place->data[1]), 0, "", "");
    save_and_end(place, 0, 2);
    save_and_end(place, 1, 2);
    real_start(&place->real);
    CHECK_INT(drain(place, 0), 0);
    check_frozen(place, 1, 0);
    check_frozen(place, 0, 1);
    CHECK_INT(tickets_at_hall(place), 5);
}

TEST(clone_of_a_disk_works_on_once_it_is_adopted)
{
    struct place place;
    open_place(&place);
    clone_and_stop(&place);
    check_adopt(&place, 1, "\n", 1, "Type adopt", "nothing was changed");
    check_adopt(&place, 1, "yes\n", 1, "Type adopt", "nothing was changed");
    check_adopt(&place, 1, "", 1, "Type adopt", "nothing was changed");
    check_frozen(&place, 1, 0);
    check_adopt(&place, 1, "adopt\n", 0, "Unsent records kept: 5.", "");
    check_ran(RUN(NULL, "loket", "--data", place.data[1], "outbox", "list"), 3, "ticket.issue", "");
    CHECK_INT(drain(&place, 1), 0);
    CHECK_INT(tickets_at_hall(&place), 7);
    check_frozen(&place, 0, 0);
    check_adopt(&place, 0, "adopt\n", 0, "Unsent records kept: 1.", "");
    for (int copy = 0; copy < 2; copy++) {
        save_and_end(&place, copy, 1);
        CHECK_INT(drain(&place, copy), 0);
        check_ran(RUN(NULL, "loket", "--data", place.data[copy], "outbox", "list"), 0, "", "");
    }
    CHECK_INT(tickets_at_hall(&place), 3 + 2 + 2 + 1 + 2);
    CHECK_INT(real_end(&place.real, SIGTERM), 0);
    real_verify(&place.real);
}

TEST(outbox_verb_says_what_it_knows)
{
    const char *data = test_folder();
    check_ran(RUN(NULL, "loket", "--data", data, "outbox"), 2, "", "outbox adopt");
    check_ran(RUN(NULL, "loket", "--data", data, "outbox", "adopt", "now"), 2, "", "outbox adopt");
    check_ran(RUN(NULL, "loket", "--data", data, "outbox", "export"), 2, "", "export FILE");
    check_ran(RUN("adopt\n", "loket", "--data", data, "outbox", "adopt"), 0, "Unsent records kept: 0.", "");
}
