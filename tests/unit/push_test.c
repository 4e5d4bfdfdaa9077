/* tests/unit/push_test.c: what the hall promises of a push, against senders that do not keep to the rules. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/pair.h"
#include "tests/support/test.h"

/* A hall with somebody at workstation 0. */
static void somebody(struct pair *pair, const char *login)
{
    pair_open(pair);
    pair_start(pair, 0);
    pair_sign_in(pair, 0, login);
    pair_feed(pair, 0);
}

#define ID "0197a2b4-0000-7000-8000-00000000000"

static char *issue(int seq, const char *id, const char *channel)
{
    return xasprintf("{\"seq\":%d,\"id\":\"%s\",\"type\":\"ticket.issue\",\"v\":1,"
                     "\"body\":{\"queue\":\"p\",\"channel\":\"%s\"}}",
                     seq, id, channel);
}

static void push_issue(struct pair *pair, int acked, int seq, const char *id, const char *channel,
                       int expected, const char *result)
{
    int status;
    char *command = issue(seq, id, channel);
    struct json *answer = pair_push_text(pair, acked, command, &status);
    CHECK_INT(status, expected);
    CHECK_TEXT(json_text_or(json_pointer(answer, "/results/0"), "status", ""), result);
    json_free(&answer);
    free(command);
}

/* Both computers go on from the same file: the answers of one are long acknowledged when the other sends. */
TEST(push_finds_a_copy_whose_answers_were_acknowledged)
{
    struct pair pair;
    somebody(&pair, "rina");
    push_issue(&pair, 0, 1, ID "1", "desk", 200, "applied");
    push_issue(&pair, 1, 2, ID "2", "desk", 200, "applied");
    push_issue(&pair, 0, 1, ID "1", "desk", 200, "applied"); /* late, but the same: what became of it */
    push_issue(&pair, 0, 1, ID "9", "kiosk", 409, "");
    CHECK_INT(pair_tickets(&pair), 2);
    pair_close(&pair);
}

TEST(push_same_record_has_one_effect_after_its_acknowledgement)
{
    struct pair pair;
    somebody(&pair, "rina");
    push_issue(&pair, 0, 1, ID "1", "desk", 200, "applied");
    push_issue(&pair, 1, 2, ID "1", "desk", 200, "applied");
    CHECK_INT(pair_tickets(&pair), 1);
    pair_close(&pair);
}

/* Somebody else's identity on another record: it must neither take effect nor take the other's place. */
TEST(push_identity_of_another_record_is_kept_for_a_person)
{
    struct pair pair;
    int status;
    somebody(&pair, "siti");
    push_issue(&pair, 0, 1, ID "1", "desk", 200, "applied");
    for (int acked = 0; acked < 2; acked++) { /* also when its answer is kept no more */
        char *open = xasprintf("{\"seq\":%d,\"id\":\"" ID "1\",\"type\":\"case.open\",\"v\":1,\"body\":"
                               "{\"case\":\"" ID "%d\",\"service\":\"s1\",\"channel\":\"desk\"}}",
                               acked + 2, acked + 7);
        for (int i = 0; i < 2; i++) { /* and the same again */
            struct json *answer = pair_push_text(&pair, acked, open, &status);
            CHECK_INT(status, 200);
            CHECK_TEXT(json_text(json_pointer(answer, "/results/0/error"), "code"), "identity_used");
            json_free(&answer);
        }
        CHECK_INT(pair_disputes(&pair), acked + 1);
        free(open);
    }
    CHECK_INT(pair_tickets(&pair), 1);
    pair_close(&pair);
}

/* A version that is 1 only to those who do not look at all of it. */
TEST(push_version_is_read_whole)
{
    static const char command[] = "{\"seq\":1,\"id\":\"" ID "1\",\"type\":\"ticket.issue\",\"v\":4294967297,"
                                  "\"body\":{\"queue\":\"p\",\"channel\":\"desk\"}}";
    struct pair pair;
    int status;
    somebody(&pair, "rina");
    struct json *answer = pair_push_text(&pair, 0, command, &status);
    CHECK_TEXT(json_text(json_pointer(answer, "/results/0/error"), "code"), "unknown_version");
    json_free(&answer);
    CHECK_INT(pair_tickets(&pair), 0);
    pair_close(&pair);
}

static char *nested(int levels)
{
    struct buf text = {0};
    for (int i = 0; i < levels; i++)
        buf_adds(&text, "[");
    for (int i = 0; i < levels; i++)
        buf_adds(&text, "]");
    return buf_take(&text);
}

/* The deepest that a push may be is kept in a row that travels still deeper inside the feed. */
TEST(push_deep_records_do_not_stop_the_feed)
{
    struct pair pair;
    int status;
    somebody(&pair, "rina");
    char *deep = nested(JSON_DEPTH_MAX - 4);
    char *command =
        xasprintf("{\"seq\":1,\"id\":\"" ID "1\",\"type\":\"no.such\",\"v\":1,\"body\":{\"x\":%s}}", deep);
    struct json *answer = pair_push_text(&pair, 0, command, &status);
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text(json_pointer(answer, "/results/0"), "status"), "refused");
    CHECK_INT(pair_disputes(&pair), 1);
    pair_feed(&pair, 0);
    struct json *kept = pair_load(&pair, 0, "disputes", "{}");
    CHECK(kept != NULL);
    json_free(&kept);
    json_free(&answer);
    free(command);
    free(deep);
    pair_close(&pair);
}

/* What a dispute shows of the row beside the record is what its author may see. */
TEST(push_dispute_shows_no_more_than_its_author_may_see)
{
    static const char sql[] = "SELECT row FROM disputes";
    static const char withdraw[] = "{\"seq\":1,\"id\":\"" ID "1\",\"type\":\"case.withdraw\",\"v\":1,"
                                   "\"body\":{\"case\":\"" ID "7\"}}";
    struct pair pair;
    struct json *row = NULL;
    int status;
    somebody(&pair, "adi");
    struct json *data = pair_at_hall(&pair, "siti", "case.open",
                                     "{\"case\":\"" ID "7\",\"service\":\"s1\",\"channel\":\"desk\"}");
    json_free(&data);
    str_copy(pair.actor[0].agency, sizeof pair.actor[0].agency, "a2");
    struct json *answer = pair_push_text(&pair, 0, withdraw, &status);
    CHECK_TEXT(json_text(json_pointer(answer, "/results/0"), "status"), "refused");
    CHECK(rows_first(db_query(pair.hall, sql), &row) == ERR_OK);
    CHECK(json_is_null(json_get(row, "row")));
    json_free(&row);
    json_free(&answer);
    pair_close(&pair);
}

static void put_row(struct pair *pair, enum table table, int n, const char *text)
{
    struct json *row = json_new_object();
    char id[40];
    str_format(id, sizeof id, "x%04d", n);
    json_set_text(row, "id", id);
    json_set_int(row, "row_rev", 1);
    json_set_text(row, "note", text);
    REQUIRE(row_put(pair->hall, ROWS_PLAIN, table, row) == ERR_OK);
    json_free(&row);
}

/* A page that is larger than a workstation takes could never be copied. */
TEST(snapshot_pages_stay_small_whatever_the_rows)
{
    enum { ROWS = 60, ROW_BYTES = 100 * 1024, PAGE_BYTES = 2 * 1024 * 1024 };
    struct pair pair;
    struct hall_state state;
    int seen = 0;
    somebody(&pair, "siti");
    char *large = xcalloc(1, ROW_BYTES + 1), *after = xstrdup("closure,");
    memset(large, 'x', ROW_BYTES);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    for (int i = 0; i < ROWS; i++)
        put_row(&pair, TABLE_CLOSURE, i, large);
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    REQUIRE(store_state(pair.hall, &state) == ERR_OK);
    while (after) {
        struct buf text = {0};
        struct json *page = NULL;
        REQUIRE(reads_snapshot(pair.reads, &pair.actor[0], &state, after, 0, &text) == ERR_OK);
        CHECK(text.length < PAGE_BYTES);
        REQUIRE(json_parse(buf_text(&text), text.length, &page, NULL) == ERR_OK);
        seen += (int)json_count(json_get(page, "rows"));
        free(after);
        after = json_text(page, "next") ? xstrdup(json_text(page, "next")) : NULL;
        json_free(&page);
        buf_free(&text);
        REQUIRE(seen <= ROWS);
    }
    CHECK_INT(seen, ROWS);
    free(large);
    pair_close(&pair);
}

/* siti approves a case that a second person must confirm; the decision has the identity ID "a". */
static void approved(struct pair *pair)
{
    static const char *const steps[][2] = {
        {"case.open", "{\"case\":\"" ID "7\",\"service\":\"s1\",\"channel\":\"desk\"}"},
        {"case.draft", "{\"case\":\"" ID "7\",\"patch\":{\"reason\":\"lost\"}}"},
        {"case.submit", "{\"case\":\"" ID "7\"}"},
        {"case.check_document", "{\"case\":\"" ID "7\",\"document\":\"old-card\",\"state\":\"seen\"}"},
        {"case.decide", "{\"case\":\"" ID "7\",\"decision\":\"" ID "a\",\"outcome\":\"approve\"}"},
    };
    struct json *service = pair_hall_row(pair, TABLE_SERVICE, "s1"), *outcomes = json_new_array();
    json_add_text(outcomes, "approve");
    json_set(service, "confirm", outcomes);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(row_put(pair->hall, ROWS_PLAIN, TABLE_SERVICE, service) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    json_free(&service);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct json *data = pair_at_hall(pair, "siti", steps[i][0], steps[i][1]);
        json_free(&data);
    }
}

/* The identities of rows come from the command's, which its sender chooses. */
TEST(push_no_identity_overwrites_a_decision)
{
    static const char confirm[] = "{\"seq\":1,\"id\":\"" ID "a\",\"type\":\"case.confirm\",\"v\":1,"
                                  "\"body\":{\"case\":\"" ID "7\",\"agree\":true}}";
    struct pair pair;
    int status;
    somebody(&pair, "adi");
    approved(&pair);
    struct json *before = pair_hall_row(&pair, TABLE_DECISION, ID "a");
    struct json *answer = pair_push_text(&pair, 0, confirm, &status);
    struct json *after = pair_hall_row(&pair, TABLE_DECISION, ID "a");
    CHECK_TEXT(json_text(json_pointer(answer, "/results/0"), "status"), "applied");
    CHECK(before && json_equal(before, after));
    json_free(&before);
    json_free(&after);
    json_free(&answer);
    pair_close(&pair);
}

/* Nor a dispute, by a record that is refused. */
TEST(push_no_identity_overwrites_a_dispute)
{
    static const char wrong[] = "{\"seq\":1,\"id\":\"" ID "1\",\"type\":\"no.such\",\"v\":1,\"body\":{}}";
    struct pair pair;
    int status;
    somebody(&pair, "rina");
    struct json *row = json_new_object();
    json_set_text(row, "id", ID "1");
    json_set_text(row, "state", "open");
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    REQUIRE(row_put(pair.hall, ROWS_PLAIN, TABLE_DISPUTE, row) == ERR_OK);
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    struct json *answer = pair_push_text(&pair, 0, wrong, &status);
    CHECK_INT(pair_disputes(&pair), 2);
    json_free(&answer);
    json_free(&row);
    pair_close(&pair);
}

/* Values that look different after reading and printing must not break the chain at those who compute it anew. */
TEST(push_odd_values_keep_the_chain)
{
    static const char *const values[] = {"-0",
                                         "1e400",
                                         "-1e-400",
                                         "1e17",
                                         "123456789012345678901234567890",
                                         "0.1",
                                         "9007199254740993",
                                         "1.0",
                                         "\"\\u0000\"",
                                         "\"\\u001b[2J\\u007f\\u2028\"",
                                         "{\"a\":1,\"a\":2}",
                                         "{\"\":{\"~/\":1}}",
                                         "[[],{}]",
                                         "\"</script>\""};
    struct pair pair;
    int status, seq = 1;
    somebody(&pair, "siti");
    struct json *data = pair_at_hall(&pair, "siti", "case.open",
                                     "{\"case\":\"" ID "7\",\"service\":\"s1\",\"channel\":\"desk\"}");
    json_free(&data);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++, seq++) {
        char *command =
            xasprintf("{\"seq\":%d,\"id\":\"0197a2b4-0000-7000-8000-0000000001%02d\",\"type\":"
                      "\"case.draft\",\"v\":1,\"body\":{\"case\":\"" ID "7\",\"patch\":{\"v%d\":%s}}}",
                      seq, seq, seq, values[i]);
        struct json *answer = pair_push_text(&pair, 0, command, &status);
        CHECK_TEXT(json_text(json_pointer(answer, "/results/0"), "status"), "applied");
        pair_feed(&pair, 0);
        json_free(&answer);
        free(command);
    }
    pair_close(&pair);
}
