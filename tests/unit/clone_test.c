/* tests/unit/clone_test.c: two workstations with one disk: the hall takes nothing from either any more, and
 * `loket outbox adopt` is the way out: both work on, and every record has its effect exactly once. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/pair.h"
#include "tests/support/test.h"

#define ISSUE "{\"queue\":\"p\",\"channel\":\"walk_in\"}"

static void issue(struct pair *pair, int n, int count)
{
    while (count-- > 0) {
        pair->now_ms += 1000;
        pair_confirm(pair, n, "ticket.issue", ISSUE);
    }
}

static void arrive(struct pair *pair, int n, const char *login)
{
    pair_start(pair, n);
    pair_sign_in(pair, n, login);
    pair_feed(pair, n);
}

/* Workstation 1 is workstation 0's disk as it is now; both run. */
static void clone_disk(struct pair *pair)
{
    char *from = pair_dir(pair, 0), *to = pair_dir(pair, 1);
    cache_close(&pair->cache[0]);
    char *copy = xasprintf("cp -a -- '%s' '%s'", from, to);
    REQUIRE(system(copy) == 0);
    free(copy);
    free(from);
    free(to);
    pair_start(pair, 0);
    pair_start(pair, 1);
    pair->actor[1] = pair->actor[0]; /* the token was copied as well */
}

/* The hall's status of the next push; its answer arrives when it is one. */
static int push_status(struct pair *pair, int n)
{
    char *text = NULL;
    struct json *push = NULL;
    struct server_answer answer = {0};
    struct server_env env = {.db = pair->hall, .epoch = 1, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
    REQUIRE(cache_push_body(pair->cache[n], 50, 200 * 1024, &text) == ERR_OK);
    REQUIRE(text && json_parse(text, strlen(text), &push, NULL) == ERR_OK);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(server_push(&env, &pair->actor[n], push, &answer) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    if (answer.status == 200)
        pair_take(pair, n, answer.body);
    else
        CHECK_TEXT(json_text(json_get(answer.body, "error"), "code"), "seq_conflict");
    json_free(&answer.body);
    json_free(&push);
    free(text);
    return answer.status;
}

static int64_t adopt(struct pair *pair, int n)
{
    int64_t unsent = -1;
    pair->now_ms += 1000;
    REQUIRE(cache_adopt(pair->cache[n], pair->now_ms, &pair->rng, &unsent) == ERR_OK);
    CHECK(cache_actor(pair->cache[n]) == NULL);
    return unsent;
}

/* Both copies as the hall has stopped them: three records that both have, two of each alone, one more of the first. */
static void two_stopped_copies(struct pair *pair)
{
    pair_open(pair);
    arrive(pair, 0, "rina");
    issue(pair, 0, 3);
    clone_disk(pair);
    issue(pair, 0, 2);
    issue(pair, 1, 2);
    CHECK_INT(push_status(pair, 0), 200);
    CHECK_INT(push_status(pair, 1), 409);
    issue(pair, 0, 1);
    CHECK_INT(push_status(pair, 0), 409); /* nobody can tell which of the two is the copy */
    CHECK_INT(pair_tickets(pair), 5);
}

TEST(clone_of_a_disk_works_on_and_every_record_arrives_once)
{
    struct pair pair;
    two_stopped_copies(&pair);
    CHECK_INT(adopt(&pair, 1), 5);
    CHECK_INT(adopt(&pair, 0), 1);
    CHECK(!str_equal(cache_client(pair.cache[0]), cache_client(pair.cache[1])));
    for (int n = 0; n < 2; n++) {
        pair_start(&pair, n); /* it is on the disk */
        pair_sign_in(&pair, n, "rina");
        issue(&pair, n, 1);
        pair_sync(&pair, n);
        CHECK_INT(cache_unsent(pair.cache[n]), 0);
    }
    CHECK_INT(pair_tickets(&pair), 3 + 2 + 2 + 1 + 2);
    CHECK_INT(pair_disputes(&pair), 0);
    issue(&pair, 0, 1);
    issue(&pair, 1, 1);
    CHECK_INT(push_status(&pair, 0), 200);
    CHECK_INT(push_status(&pair, 1), 200);
    CHECK_INT(pair_tickets(&pair), 12);
    pair_close(&pair);
}

static void note_applied(void *ctx, int64_t seq, const struct json *result)
{
    int *applied = ctx;
    CHECK_INT(seq, ++*applied); /* dense from one, in the order in which they were made */
    CHECK_TEXT(json_text(result, "status"), "applied");
}

/* The rina of the second copy is told of the three that the first delivered as of any other. */
TEST(clone_is_told_what_the_other_copy_delivered)
{
    struct pair pair;
    int applied = 0;
    two_stopped_copies(&pair);
    adopt(&pair, 1);
    pair_sign_in(&pair, 1, "rina");
    struct json *answer = pair_push(&pair, 1);
    CHECK_INT(json_int(answer, "last_seq", 0), 5);
    REQUIRE(cache_push_results(pair.cache[1], answer, note_applied, &applied) == ERR_OK);
    CHECK_INT(applied, 5);
    json_free(&answer);
    pair_close(&pair);
}

/* An application is opened, filled in, handed in: out of order nothing of it would fit. */
TEST(clone_keeps_the_order_of_its_records)
{
    static const char *const steps[][2] = {
        {"case.open", "{\"case\":\"c0000000-0000-7000-8000-00000000000%d\",\"service\":\"s1\"}"},
        {"case.draft", "{\"case\":\"c0000000-0000-7000-8000-00000000000%d\",\"patch\":{\"reason\":\"lost\"},"
                       "\"base_row_rev\":0}"},
        {"case.submit", "{\"case\":\"c0000000-0000-7000-8000-00000000000%d\"}"},
    };
    struct pair pair;
    pair_open(&pair);
    arrive(&pair, 0, "siti");
    for (int id = 1; id <= 3; id++)
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            char body[200];
            const char *hole = strstr(steps[i][1], "%d");
            str_format(body, sizeof body, "%.*s%d%s", (int)(hole - steps[i][1]), steps[i][1], id, hole + 2);
            pair.now_ms -= 1000; /* whatever its clock does */
            pair_confirm(&pair, 0, steps[i][0], body);
        }
    CHECK_INT(adopt(&pair, 0), 9);
    pair_sign_in(&pair, 0, "siti");
    pair_sync(&pair, 0);
    struct json *row = pair_hall_row(&pair, TABLE_CASE, "c0000000-0000-7000-8000-000000000003");
    CHECK_TEXT(json_text(row, "state"), "submitted");
    json_free(&row);
    CHECK_INT(pair_disputes(&pair), 0);
    pair_close(&pair);
}

TEST(clone_sends_each_persons_records_as_theirs)
{
    struct pair pair;
    pair_open(&pair);
    arrive(&pair, 0, "rina");
    issue(&pair, 0, 2);
    pair_sign_in(&pair, 0, "siti");
    pair_feed(&pair, 0);
    pair_confirm(&pair, 0, "case.open",
                 "{\"case\":\"c0000000-0000-7000-8000-000000000001\",\"service\":\"s1\"}");
    clone_disk(&pair);
    CHECK_INT(adopt(&pair, 1), 3);
    CHECK_INT(cache_unsent_others(pair.cache[1]), 3);
    pair_sign_in(&pair, 1, "siti");
    CHECK_INT(cache_unsent(pair.cache[1]), 1);
    CHECK_INT(cache_unsent_others(pair.cache[1]), 2);
    pair_sync(&pair, 1);
    CHECK_INT(pair_tickets(&pair), 0);
    pair_sign_in(&pair, 1, "rina");
    pair_sync(&pair, 1);
    CHECK_INT(pair_tickets(&pair), 2);
    CHECK_INT(cache_unsent_others(pair.cache[1]), 0);
    pair_close(&pair);
}

/* What is typed and not confirmed is nobody's record yet; it stays as well. */
TEST(clone_keeps_what_is_typed)
{
    struct pair pair;
    pair_open(&pair);
    arrive(&pair, 0, "siti");
    struct json *typed = json_new_object();
    json_set_text(typed, "reason", "half a sentence");
    REQUIRE(cache_journal_put(pair.cache[0], "form", "c1", typed, pair.now_ms) == ERR_OK);
    json_free(&typed);
    adopt(&pair, 0);
    pair_sign_in(&pair, 0, "siti");
    struct json *journal = pair_load(&pair, 0, "journal", "{}");
    const struct json *entry = json_first(json_get(journal, "rows"));
    CHECK_TEXT(json_text(json_get(entry, "typed"), "reason"), "half a sentence");
    json_free(&journal);
    pair_close(&pair);
}

/* A number that is printed stays: the label was leased to the identity that was given up. */
TEST(clone_keeps_numbers_that_are_printed)
{
    static const char sql[] = "SELECT count(*) FROM tickets WHERE number = 'W1-P001'";
    struct pair pair;
    struct json *session = NULL;
    const char lease[] = "{\"numbers\":{\"label\":\"W1\"}}";
    pair_open(&pair);
    arrive(&pair, 0, "rina");
    REQUIRE(json_parse(lease, strlen(lease), &session, NULL) == ERR_OK);
    REQUIRE(cache_take_lease(pair.cache[0], session) == ERR_OK);
    json_free(&session);
    issue(&pair, 0, 1);
    clone_disk(&pair);
    pair_sync(&pair, 0);
    adopt(&pair, 1);
    pair_sign_in(&pair, 1, "rina");
    issue(&pair, 1, 1); /* it has leased nothing yet: the hall numbers it */
    pair_sync(&pair, 1);
    CHECK_INT(pair_tickets(&pair), 2);
    CHECK_INT(pair_count(&pair, sql), 1);
    CHECK_INT(pair_disputes(&pair), 0);
    pair_close(&pair);
}

/* Answered under the old identity and not safe: a restored hall has lost it, so it is sent again, by the new one and
 * without anybody signing in again. */
TEST(clone_sends_again_what_a_restored_hall_lost)
{
    struct pair pair;
    char *push = NULL;
    pair_open(&pair);
    arrive(&pair, 0, "rina");
    issue(&pair, 0, 3);
    pair_sync(&pair, 0);
    CHECK_INT(adopt(&pair, 0), 0);
    pair_sign_in(&pair, 0, "rina");
    CHECK_INT(cache_unsent(pair.cache[0]), 0); /* nothing is sent twice for its own sake */
    REQUIRE(cache_new_epoch(pair.cache[0], 2) == ERR_OK);
    CHECK_INT(cache_resent(pair.cache[0]), 3);
    CHECK_INT(cache_unsent(pair.cache[0]), 3);
    REQUIRE(cache_push_body(pair.cache[0], 50, 200 * 1024, &push) == ERR_OK);
    CHECK(push && strstr(push, pair.actor[0].client) && strstr(push, "\"seq\":3,"));
    free(push);
    pair_close(&pair);
}
