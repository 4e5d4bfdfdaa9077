/* tests/unit/result_test.c: what became of a record is kept for ever and sealed; its answer until the client has it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/result.h"
#include "core/hall/verify.h"
#include "tests/support/test.h"
#include "tests/support/workday.h"

#define ID "0197a2b4-0000-7000-8000-00000000000"

/* --- the seal --- */

static const struct result sample = {.client = "c-1",
                                     .seq = 7,
                                     .fingerprint = "f-1",
                                     .id = ID "1",
                                     .status = "applied",
                                     .rev = 40,
                                     .answer = "{}"};

/* Which halves of the seal differ from the sample's: 1 the first, 2 the second, 3 both. */
static int differs(const struct result *result)
{
    char is[RESULT_SEAL], was[RESULT_SEAL];
    result_seal(result, is);
    result_seal(&sample, was);
    CHECK_INT(strlen(is), strlen(was));
    size_t half = strlen(was) / 2;
    return (strncmp(is, was, half) != 0 ? 1 : 0) + (strcmp(is + half, was + half) != 0 ? 2 : 0);
}

TEST(result_seal_is_half_over_what_stays_and_half_over_the_answer)
{
    struct result other = sample;
    CHECK_INT(differs(&other), 0);
    other.client = "c-2";
    CHECK_INT(differs(&other), 1);
    other = sample, other.seq = 8;
    CHECK_INT(differs(&other), 1);
    other = sample, other.fingerprint = "f-2";
    CHECK_INT(differs(&other), 1);
    other = sample, other.id = ID "2";
    CHECK_INT(differs(&other), 1);
    other = sample, other.status = "refused";
    CHECK_INT(differs(&other), 1);
    other = sample, other.rev = 41;
    CHECK_INT(differs(&other), 1);
    other = sample, other.answer = "{ }";
    CHECK_INT(differs(&other), 2);
    other = sample, other.answer = "";
    CHECK_INT(differs(&other), 2);
}

/* What goes from one member to its neighbour is not where it was. */
TEST(result_seal_knows_where_one_member_ends)
{
    struct result other = sample;
    other.seq = 74, other.rev = 0;
    CHECK(differs(&other) & 1);
    other = sample, other.fingerprint = "f-10197a2b4", other.id = "-0000-7000-8000-000000000001";
    CHECK(differs(&other) & 1);
}

/* --- the same record again --- */

static char *issue(int seq, const char *channel)
{
    return xasprintf("{\"seq\":%d,\"id\":\"" ID "%d\",\"type\":\"ticket.issue\",\"v\":1,"
                     "\"body\":{\"queue\":\"p\",\"channel\":\"%s\"}}",
                     seq, seq, channel);
}

/* The one result of a push of ticket seq, as text; "" when there is none. The caller frees. */
static char *answer_to(struct pair *pair, int acked, int seq, const char *channel, int expected)
{
    int status;
    char *command = issue(seq, channel), *text;
    struct json *body = pair_push_text(pair, acked, command, &status);
    CHECK_INT(status, expected);
    const struct json *result = json_pointer(body, "/results/0");
    text = result ? json_print(result) : xstrdup("");
    json_free(&body);
    free(command);
    return text;
}

static void check_whole(struct pair *pair)
{
    struct err_info info = {0};
    struct verified done;
    CHECK(verify_store(pair->hall, &done, &info) == ERR_OK);
    CHECK_TEXT(info.text, "");
}

static void open_hall(struct pair *pair, int tickets)
{
    pair_open(pair);
    pair_start(pair, 0);
    pair_sign_in(pair, 0, "rina");
    pair_feed(pair, 0);
    for (int seq = 1; seq <= tickets; seq++) {
        pair->now_ms += 60000;
        free(answer_to(pair, 0, seq, "desk", 200));
    }
}

/* Closed and opened: nothing but the file is left. */
static void reopen(struct pair *pair)
{
    char *dir = xasprintf("%s/hall", pair->folder);
    reads_free(&pair->reads);
    db_close(&pair->hall);
    REQUIRE(store_open(&pair->hall, dir, false, NULL) == ERR_OK);
    pair->reads = reads_new(pair->hall);
    free(dir);
}

TEST(result_a_repeated_record_gets_the_same_answer_until_it_is_acknowledged)
{
    struct pair pair;
    open_hall(&pair, 1);
    char *first = answer_to(&pair, 0, 2, "desk", 200);
    CHECK(strstr(first, "\"number\":\"P002\""));
    for (int day = 0; day < 3; day++) {
        char *again = answer_to(&pair, day ? 1 : 0, 2, "desk", 200);
        CHECK_TEXT(again, first);
        free(again);
        reopen(&pair);
        pair.now_ms += 40LL * 24 * 3600 * 1000; /* it never expires by time */
    }
    CHECK_INT(workday_count(pair.hall, "SELECT count(*) FROM tickets"), 2);
    check_whole(&pair);
    free(first);
    pair_close(&pair);
}

TEST(result_after_its_acknowledgement_what_became_of_the_record_is_still_said)
{
    struct pair pair;
    open_hall(&pair, 2);
    int64_t rev = workday_count(pair.hall, "SELECT rev FROM result WHERE seq = 1");
    char *words = xasprintf("\"status\":\"applied\",\"rev\":%" PRId64, rev);
    free(answer_to(&pair, 1, 3, "desk", 200)); /* acknowledges the first */
    CHECK_TEXT(workday_text(pair.hall, "SELECT answer FROM result WHERE seq = 1"), "");
    CHECK(*workday_text(pair.hall, "SELECT answer FROM result WHERE seq = 2"));
    check_whole(&pair);
    char *again = answer_to(&pair, 1, 1, "desk", 200);
    CHECK(strstr(again, words) && !strstr(again, "P001"));
    CHECK_INT(workday_count(pair.hall, "SELECT count(*) FROM tickets"), 3);
    check_whole(&pair);
    free(again);
    free(words);
    pair_close(&pair);
}

TEST(result_a_refused_record_stays_refused_after_its_acknowledgement)
{
    struct pair pair;
    int status;
    char *refused = NULL, *again = NULL;
    open_hall(&pair, 0);
    static const char command[] = "{\"seq\":1,\"id\":\"" ID "1\",\"type\":\"ticket.issue\",\"v\":1,"
                                  "\"body\":{\"queue\":\"nowhere\",\"channel\":\"desk\"}}";
    struct json *body = pair_push_text(&pair, 0, command, &status);
    refused = json_print(json_pointer(body, "/results/0/error"));
    json_free(&body);
    body = pair_push_text(&pair, 0, command, &status);
    again = json_print(json_pointer(body, "/results/0/error"));
    CHECK_TEXT(again, refused);
    json_free(&body);
    body = pair_push_text(&pair, 1, command, &status);
    CHECK_TEXT(json_text(json_pointer(body, "/results/0"), "status"), "refused");
    CHECK_TEXT(json_text(json_pointer(body, "/results/0/error"), "code"), "already_acknowledged");
    CHECK_INT(workday_count(pair.hall, "SELECT count(*) FROM disputes"), 1);
    check_whole(&pair);
    json_free(&body);
    free(refused);
    free(again);
    pair_close(&pair);
}

/* Two installations that think they are one: told apart also where the answer is long gone. */
static void changed_record_is_refused(int acked)
{
    struct pair pair;
    int status;
    open_hall(&pair, 2);
    free(answer_to(&pair, acked, 3, "desk", 200));
    char *was = xstrdup(workday_text(pair.hall, "SELECT seal || answer FROM result WHERE seq = 1"));
    char *command = issue(1, "kiosk");
    struct json *body = pair_push_text(&pair, acked, command, &status);
    CHECK_INT(status, 409);
    CHECK_TEXT(json_text(json_get(body, "error"), "code"), "seq_conflict");
    CHECK_TEXT(workday_text(pair.hall, "SELECT seal || answer FROM result WHERE seq = 1"), was);
    CHECK_INT(workday_count(pair.hall, "SELECT count(*) FROM tickets"), 3);
    free(answer_to(&pair, acked, 4, "desk", 409)); /* and nothing more is taken from either */
    CHECK_INT(workday_count(pair.hall, "SELECT count(*) FROM tickets"), 3);
    check_whole(&pair);
    json_free(&body);
    free(command);
    free(was);
    pair_close(&pair);
}

TEST(result_a_changed_record_is_refused_while_the_answer_is_kept)
{
    changed_record_is_refused(0);
}

TEST(result_a_changed_record_is_refused_after_the_answer_was_dropped)
{
    changed_record_is_refused(2);
}

/* --- the table --- */

static void run(struct pair *pair, enum err err)
{
    CHECK_INT(err, ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
}

TEST(result_drop_takes_the_answers_between_and_no_others)
{
    static const char sql[] =
        "SELECT group_concat(seq) FROM (SELECT seq FROM result WHERE answer <> '' ORDER BY seq)";
    struct pair pair;
    open_hall(&pair, 5);
    const char *client = pair.actor[0].client;
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    run(&pair, result_drop(pair.hall, client, 1, 3));
    CHECK_TEXT(workday_text(pair.hall, sql), "1,4,5");
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    run(&pair, result_drop(pair.hall, "somebody else", 0, 5));
    CHECK_TEXT(workday_text(pair.hall, sql), "1,4,5");
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    run(&pair, result_drop(pair.hall, client, 0, 5)); /* twice is no harm */
    CHECK_TEXT(workday_text(pair.hall, sql), "");
    CHECK_INT(workday_count(pair.hall, "SELECT count(DISTINCT seal) FROM result"), 5);
    check_whole(&pair);
    pair_close(&pair);
}

TEST(result_that_is_there_stays_as_it_is)
{
    struct pair pair;
    open_hall(&pair, 1);
    struct result other = sample;
    other.client = pair.actor[0].client, other.seq = 1;
    char *was = xstrdup(workday_text(pair.hall, "SELECT seal || answer || fingerprint FROM result"));
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    run(&pair, result_add_missing(pair.hall, &other));
    CHECK_TEXT(workday_text(pair.hall, "SELECT seal || answer || fingerprint FROM result"), was);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    CHECK_INT(result_add(pair.hall, &other), ERR_CONFLICT);
    db_rollback(pair.hall);
    check_whole(&pair);
    free(was);
    pair_close(&pair);
}

TEST(result_seals_what_an_older_version_left_unsealed)
{
    struct pair pair;
    struct err_info info = {0};
    struct verified done;
    open_hall(&pair, 3);
    char *was = xstrdup(workday_text(pair.hall, "SELECT group_concat(seal) FROM result"));
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    REQUIRE(db_script(pair.hall, "UPDATE result SET seal = ''") == ERR_OK);
    CHECK(verify_store(pair.hall, &done, &info) == ERR_CORRUPT);
    run(&pair, result_seal_all(pair.hall));
    CHECK_TEXT(workday_text(pair.hall, "SELECT group_concat(seal) FROM result"), was);
    check_whole(&pair);
    free(was);
    pair_close(&pair);
}
