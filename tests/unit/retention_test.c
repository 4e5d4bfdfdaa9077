/* tests/unit/retention_test.c: old changes lose their rows and nothing else: not when they are young, not before a backup
 * has them, and what is left proves the whole history. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/retention.h"
#include "core/hall/verify.h"
#include "tests/support/test.h"
#include "tests/support/workday.h"

static const int64_t DAY_MS = 24 * 3600 * 1000;

static struct hall_state state_of(struct pair *pair)
{
    struct hall_state state = {0};
    REQUIRE(store_state(pair->hall, &state) == ERR_OK);
    return state;
}

/* One slice, committed: how many changes lost their rows. */
static int64_t slice(struct pair *pair)
{
    int64_t pruned = -1;
    const struct server_env env = {
        .db = pair->hall, .epoch = state_of(pair).epoch, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    CHECK(retention_slice(&env, pair->now_ms, &pruned) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    return pruned;
}

static void check_whole(struct pair *pair)
{
    struct err_info info = {0};
    struct verified done;
    if (!CHECK(verify_store(pair->hall, &done, &info) == ERR_OK))
        printf("    %s\n", info.text);
    CHECK_INT(done.changes, state_of(pair).rev);
}

static void check_says(struct pair *pair, const char *words)
{
    struct err_info info = {0};
    struct verified done;
    if (!CHECK(verify_store(pair->hall, &done, &info) == ERR_CORRUPT && strstr(info.text, words)))
        printf("    says: %s\n    not: %s\n", info.text, words);
}

/* The oldest cursor from which the feed goes on. */
static int64_t oldest(struct pair *pair)
{
    struct hall_state state = state_of(pair);
    int64_t cursor = -1;
    CHECK(reads_oldest(pair->reads, &state, &cursor) == ERR_OK);
    return cursor;
}

/* Changes that hold rows, and those that hold leaves alone. */
static int64_t with_rows(struct pair *pair)
{
    return workday_count(pair->hall, "SELECT count(*) FROM change WHERE item LIKE '%\"row\":%'");
}

static int64_t with_leaves(struct pair *pair)
{
    return workday_count(pair->hall, "SELECT count(*) FROM change WHERE item LIKE '%\"leaf\":%'");
}

static void open_old_day(struct pair *pair, int days)
{
    workday_open(pair);
    pair_make_safe(pair);
    pair->now_ms += days * DAY_MS;
}

TEST(retention_leaves_young_changes_alone)
{
    struct pair pair;
    open_old_day(&pair, 29);
    int64_t rows = with_rows(&pair);
    CHECK_INT(slice(&pair), 0);
    CHECK_INT(with_rows(&pair), rows);
    CHECK_INT(state_of(&pair).pruned_through, 0);
    CHECK_INT(oldest(&pair), 0);
    pair.now_ms += 2 * DAY_MS; /* now a month has passed */
    CHECK_INT(slice(&pair), state_of(&pair).rev);
    CHECK_INT(with_rows(&pair), 0);
    pair_close(&pair);
}

TEST(retention_leaves_alone_what_no_backup_has)
{
    struct pair pair;
    workday_open(&pair);
    pair.now_ms += 1000 * DAY_MS;
    int64_t rows = with_rows(&pair);
    CHECK_INT(slice(&pair), 0);
    CHECK_INT(with_rows(&pair), rows);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    REQUIRE(store_set_safe(pair.hall, 7) == ERR_OK);
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    CHECK_INT(slice(&pair), 7);
    CHECK_INT(slice(&pair), 0);
    CHECK_INT(with_rows(&pair), rows - 7);
    CHECK_INT(state_of(&pair).pruned_through, 7);
    CHECK_INT(oldest(&pair), 7);
    check_whole(&pair);
    pair_close(&pair);
}

TEST(retention_keeps_for_as_long_as_the_halls_policy_says)
{
    struct pair pair;
    open_old_day(&pair, 3);
    CHECK_INT(slice(&pair), 0);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    workday_lie(&pair, TABLE_HALL, "hall", "{\"policy\":{\"feed_days\":2}}");
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    CHECK_INT(slice(&pair), state_of(&pair).rev - 1); /* the change of the policy is young */
    check_whole(&pair);
    pair_close(&pair);
}

/* Less than a day would cut off those who were away overnight. */
TEST(retention_keeps_a_day_whatever_the_policy)
{
    struct pair pair;
    open_old_day(&pair, 0);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    workday_lie(&pair, TABLE_HALL, "hall", "{\"policy\":{\"feed_days\":0}}");
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    pair.now_ms += 20 * 3600 * 1000;
    CHECK_INT(slice(&pair), 0);
    pair.now_ms += 5 * 3600 * 1000;
    CHECK(slice(&pair) > 0);
    pair_close(&pair);
}

/* A write of the hall must stay short, however much there is to do. */
TEST(retention_goes_slice_by_slice_and_each_leaves_a_whole_hall)
{
    struct pair pair;
    workday_open(&pair);
    for (int i = 0; i < 230; i++) {
        struct json *data =
            pair_at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
        json_free(&data);
    }
    pair_make_safe(&pair);
    pair.now_ms += 31 * DAY_MS;
    int64_t rev = state_of(&pair).rev, through = 0, pruned;
    int64_t bytes = workday_count(pair.hall, "SELECT sum(length(item)) FROM change");
    int slices = 0;
    while (slices < 9 && (pruned = slice(&pair)) > 0) {
        through += pruned;
        slices++;
        CHECK(pruned <= 100);
        CHECK_INT(state_of(&pair).pruned_through, through);
        CHECK_INT(oldest(&pair), through);
        CHECK_INT(with_leaves(&pair), through);
        CHECK_INT(with_rows(&pair), rev - through);
        check_whole(&pair);
    }
    CHECK_INT(through, rev);
    CHECK(slices >= 3);
    CHECK(workday_count(pair.hall, "SELECT sum(length(item)) FROM change") * 3 < bytes);
    pair_close(&pair);
}

/* Nothing but a row's leaf is left of it in the history, and still it may not be otherwise. */
TEST(retention_leaves_proof_of_every_row_however_old)
{
    static const char *const tries[][2] = {
        {"UPDATE persons SET row = replace(row, '1990-01-01', '1991-01-01'), born = '1991-01-01'",
         "is not as change 2 wrote it"},
        {"DELETE FROM persons", "was written by change 2 and is gone"},
        {"DELETE FROM decisions", "was written by change 8 and is gone"},
        {"UPDATE change SET item = replace(item, '\"leaf\":\"', '\"leaf\":\"0') WHERE rev = 9",
         "change 9 holds a row that cannot be read"},
        {"UPDATE change SET item = substr(item, 1, instr(item, '\"leaf\":') + 10) || CASE substr(item,"
         " instr(item, '\"leaf\":') + 11, 1) WHEN '7' THEN '8' ELSE '7' END || substr(item, instr(item,"
         " '\"leaf\":') + 12) WHERE rev = 9",
         "change 9 was altered"},
        {"UPDATE change SET by_ = 'u-budi', item = replace(item, 'u-rina', 'u-budi') WHERE rev = 9",
         "change 9 was altered"},
        {"DELETE FROM change WHERE rev = 9", "change 9 is missing"},
        {"DELETE FROM change WHERE rev < 9", "change 1 is missing"},
        {"UPDATE hall_state SET pruned_through = 8", "change 9 holds a row that cannot be read"},
        {"UPDATE change SET item = replace(item, '\"t\":\"decision\"', '\"t\":\"survey\"') WHERE rev = 8;"
         "DELETE FROM decisions",
         "name other rows than those that they held"}, /* nothing else knows of the row any more */
        {"DELETE FROM audit_note WHERE about LIKE '%sealed_rows%'", "says of shortened changes was altered"},
    };
    struct pair pair;
    open_old_day(&pair, 31);
    CHECK(slice(&pair) > 0);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        REQUIRE(db_begin(pair.hall) == ERR_OK);
        REQUIRE(db_script(pair.hall, tries[i][0]) == ERR_OK);
        check_says(&pair, tries[i][1]);
        db_rollback(pair.hall);
    }
    check_whole(&pair);
    pair_close(&pair);
}

/* As if the last line and its change had never been written. */
static void drop_last(struct pair *pair)
{
    REQUIRE(db_script(pair->hall,
                      "DELETE FROM audit WHERE rev = (SELECT rev FROM hall_state);"
                      "DELETE FROM change WHERE rev > (SELECT max(rev) FROM audit);"
                      "DELETE FROM audit_tag WHERE rev > (SELECT max(rev) FROM audit);"
                      "DELETE FROM audit_note WHERE rev > (SELECT max(rev) FROM audit);"
                      "DELETE FROM audit_hour WHERE first_rev > (SELECT max(rev) FROM audit);"
                      "UPDATE hall_state SET rev = rev - 1,"
                      " feed_head = (SELECT h FROM change ORDER BY rev DESC LIMIT 1),"
                      " audit_head = (SELECT hash FROM audit ORDER BY rev DESC LIMIT 1)") == ERR_OK);
}

static void begin(struct pair *pair)
{
    const struct server_env env = {
        .db = pair->hall, .epoch = state_of(pair).epoch, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    CHECK(retention_begin(&env) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
}

/* An older Loket wrote no line of it: what it shortened is proved as far as it goes, and said to be. */
TEST(retention_of_an_older_hall_is_proved_as_far_as_it_goes)
{
    struct pair pair;
    struct err_info info = {0};
    struct verified done;
    open_old_day(&pair, 31);
    int64_t rev = state_of(&pair).rev;
    CHECK_INT(slice(&pair), rev);
    drop_last(&pair);
    if (!CHECK(verify_store(pair.hall, &done, &info) == ERR_OK))
        printf("    %s\n", info.text);
    CHECK_INT(done.unsealed_changes, rev);
    begin(&pair); /* as at its next start */
    CHECK_INT(state_of(&pair).rev, rev + 1);
    struct json *data =
        pair_at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    json_free(&data);
    pair_make_safe(&pair);
    pair.now_ms += 31 * DAY_MS;
    CHECK_INT(slice(&pair), 2); /* from here on what is shortened is sealed */
    CHECK(verify_store(pair.hall, &done, &info) == ERR_OK);
    CHECK_INT(done.unsealed_changes, rev);
    pair_close(&pair);
}

/* A hall says from its first start on that nothing was shortened: whoever shortens changes without a line is no older Loket. */
TEST(retention_begins_with_a_line_so_that_nothing_passes_for_an_older_halls)
{
    struct pair pair;
    struct err_info info = {0};
    struct verified done;
    open_old_day(&pair, 31);
    int64_t rev = state_of(&pair).rev;
    begin(&pair);
    begin(&pair); /* is there */
    CHECK_INT(state_of(&pair).rev, rev + 1);
    check_whole(&pair);
    CHECK_INT(slice(&pair), rev);
    CHECK(verify_store(pair.hall, &done, &info) == ERR_OK);
    CHECK_INT(done.unsealed_changes, 0);
    drop_last(&pair);
    check_says(&pair, "but the lines of the audit tell of them up to 0");
    pair_close(&pair);
}

TEST(retention_lets_the_hall_work_on)
{
    struct pair pair;
    open_old_day(&pair, 31);
    CHECK(slice(&pair) > 0);
    for (int i = 0; i < 3; i++) {
        struct json *data =
            pair_at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
        json_free(&data);
    }
    check_whole(&pair);
    CHECK_INT(with_rows(&pair), 3);
    pair_feed(&pair, 0); /* siti's copy stands where the rows begin: the feed goes on, and its chain holds */
    CHECK(!cache_needs_snapshot(pair.cache[0]));
    CHECK_INT(cache_cursor(pair.cache[0]), state_of(&pair).rev);
    pair_close(&pair);
}

/* --- who was away for longer --- */

static void go_away_for_a_month(struct pair *pair)
{
    workday_open(pair);
    workday_unsent(pair, 3);
    struct json *typed = json_new_object();
    json_set_text(typed, "street", "Half a stre");
    CHECK(cache_journal_put(pair->cache[0], "form", "case-1", typed, pair->now_ms) == ERR_OK);
    json_free(&typed);
    for (int i = 0; i < 5; i++) {
        struct json *data =
            pair_at_hall(pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
        json_free(&data);
    }
    pair_make_safe(pair);
    pair->now_ms += 40 * DAY_MS;
    CHECK(slice(pair) > 0);
}

/* What the hall answers with 410 (core/hall/api_read.c), and what the workstation then does (client_core). */
static bool needs_copy(struct pair *pair)
{
    return cache_cursor(pair->cache[0]) < oldest(pair);
}

TEST(retention_gives_who_was_away_a_copy_and_takes_what_they_did)
{
    struct pair pair;
    go_away_for_a_month(&pair);
    REQUIRE(needs_copy(&pair));
    REQUIRE(cache_ask_snapshot(pair.cache[0]) == ERR_OK);
    CHECK_INT(cache_unsent(pair.cache[0]), 3);
    int64_t issued = workday_count(pair.hall, "SELECT count(*) FROM tickets");
    pair_sync(&pair, 0);
    CHECK(!needs_copy(&pair));
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    CHECK_INT(workday_count(pair.hall, "SELECT count(*) FROM tickets"), issued + 3);
    struct json *journal = pair_load(&pair, 0, "journal", NULL);
    CHECK_TEXT(json_text(json_pointer(journal, "/rows/0/typed"), "street"), "Half a stre");
    json_free(&journal);
    check_whole(&pair);
    pair_close(&pair);
}
