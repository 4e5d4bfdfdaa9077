/* tests/unit/audit_heads_test.c: the audit's head is told at the close of each day, and a head that was kept finds a chain
 * that was made anew, which nothing in the hall itself can. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/hall/audit_heads.h"
#include "core/hall/day.h"
#include "core/hall/inside.h"
#include "core/hall/leases.h"
#include "core/hall/turn.h"
#include "core/hall/verify.h"
#include "core/hall/writer.h"
#include "tests/support/test.h"
#include "tests/support/workday.h"

static void day_ends(struct hall *hall, struct pair *pair)
{
    const int64_t day_ms = 24 * 60 * 60 * 1000;
    pair->now_ms += day_ms;
    hall_clock_says(hall, pair->now_ms, hall->mono_ms + day_ms);
    day_follow(hall);
    writer_flush(hall->writer);
}

/* Two days that end, with somebody coming on each; what the log said. The caller frees. */
static char *two_days(struct pair *pair)
{
    workday_open(pair);
    char *log = xasprintf("%s/log", pair->folder);
    struct hall hall = {.db = pair->hall, .epoch = 1};
    REQUIRE(log_open(log, NULL) == ERR_OK);
    hall.writer = writer_new(&hall);
    hall.leases = leases_new();
    hall_clock_says(&hall, pair->now_ms, 1000);
    str_copy(hall.day, sizeof hall.day, "2026-11-25");
    for (int i = 0; i < 2; i++) {
        day_ends(&hall, pair);
        struct json *data =
            pair_at_hall(pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
        json_free(&data);
    }
    hall.day[0] = '\0'; /* started again on the same day: nothing ended */
    day_follow(&hall);
    writer_flush(hall.writer);
    leases_free(&hall.leases);
    writer_free(&hall.writer);
    log_close();
    char *text = test_read_file(log);
    free(log);
    return text;
}

static struct json *heads_of(struct pair *pair, int64_t before)
{
    struct json *answer = json_new_object();
    CHECK(audit_heads_list(pair->hall, before, answer) == ERR_OK);
    return answer;
}

static enum err compare(struct pair *pair, const char *kept, int want, struct err_info *info)
{
    int count = 0;
    *info = (struct err_info){0};
    enum err err = audit_heads_compare(pair->hall, kept, &count, info);
    if (err == ERR_OK)
        CHECK_INT(count, want);
    return err;
}

static void check_whole(struct pair *pair)
{
    struct verified done;
    struct err_info info = {0};
    if (!CHECK(verify_store(pair->hall, &done, &info) == ERR_OK))
        printf("    %s\n", info.text);
}

TEST(audit_heads_are_told_at_the_close_of_each_day)
{
    struct pair pair;
    struct err_info info;
    char *log = two_days(&pair);
    struct json *answer = heads_of(&pair, 0);
    const struct json *rows = json_get(answer, "rows");
    CHECK_INT((int64_t)json_count(rows), 3);
    CHECK_TEXT(json_text(json_at(rows, 0), "day"), "now");
    CHECK_TEXT(json_text(json_at(rows, 0), "hash"),
               workday_text(pair.hall, "SELECT audit_head FROM hall_state"));
    CHECK_TEXT(json_text(json_at(rows, 1), "day"), "2026-11-26");
    CHECK_TEXT(json_text(json_at(rows, 2), "day"), "2026-11-25");
    CHECK_INT(json_int(json_at(rows, 2), "lines", 0), json_int(json_at(rows, 2), "rev", -1));
    CHECK_INT(json_int(json_at(rows, 2), "line", 0), json_int(json_at(rows, 2), "rev", -1) + 1);
    for (size_t i = 1; i < json_count(rows); i++) {
        const struct json *head = json_at(rows, i);
        char *line =
            xasprintf("the audit of %s ended with line %" PRId64 " %s\n", json_text_or(head, "day", ""),
                      json_int(head, "rev", 0), json_text_or(head, "hash", ""));
        CHECK(log && strstr(log, line));
        free(line);
    }
    struct json *older = heads_of(&pair, json_int(json_at(rows, 1), "line", 0));
    CHECK_INT((int64_t)json_count(json_get(older, "rows")), 1);
    CHECK(compare(&pair, log, 2, &info) == ERR_OK); /* the journal is what was kept */
    check_whole(&pair);
    json_free(&older);
    json_free(&answer);
    free(log);
    pair_close(&pair);
}

/* Whoever has the file: an act vanishes on the second day, and all of the chain is made anew so that it fits. */
static void make_anew(struct pair *pair, int64_t from)
{
    char *does = xasprintf("UPDATE audit SET at_ = replace(at_, ':0', ':1') WHERE rev > %" PRId64, from);
    REQUIRE(db_script(pair->hall, does) == ERR_OK);
    workday_seal_lines(pair->hall, true);
    free(does);
}

TEST(audit_heads_that_were_kept_find_a_chain_that_was_made_anew)
{
    struct pair pair;
    struct err_info info;
    char *log = two_days(&pair);
    struct json *answer = heads_of(&pair, 0);
    const struct json *rows = json_get(answer, "rows"), *first = json_at(rows, 2), *second = json_at(rows, 1);
    int64_t first_rev = json_int(first, "rev", 0), second_rev = json_int(second, "rev", 0);
    char *kept = json_print(answer), *says = xasprintf("Up to line %" PRId64 " it is the chain", first_rev);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    make_anew(&pair, first_rev + 1);
    CHECK(compare(&pair, log, 0, &info) == ERR_CORRUPT && strstr(info.text, says));
    db_rollback(pair.hall);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    make_anew(&pair, 0);
    CHECK(compare(&pair, log, 0, &info) == ERR_CORRUPT && strstr(info.text, "No head that was kept before"));
    db_rollback(pair.hall);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    char *does = xasprintf("DELETE FROM audit WHERE rev >= %" PRId64, second_rev);
    REQUIRE(db_script(pair.hall, does) == ERR_OK);
    CHECK(compare(&pair, log, 0, &info) == ERR_CORRUPT && strstr(info.text, "is gone") &&
          strstr(info.text, says));
    db_rollback(pair.hall);
    CHECK(compare(&pair, kept, 3, &info) == ERR_OK);
    free(does);
    free(kept);
    free(says);
    json_free(&answer);
    free(log);
    pair_close(&pair);
}

/* Whoever makes the chain anew and forgets what it says of itself is found by verify alone. */
TEST(audit_heads_in_the_chain_are_those_of_the_chain)
{
    struct pair pair;
    struct verified done;
    struct err_info info = {0};
    free(two_days(&pair));
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    make_anew(&pair, 0);
    CHECK(verify_store(pair.hall, &done, &info) == ERR_CORRUPT &&
          strstr(info.text, "tells other heads than audit and changes had"));
    db_rollback(pair.hall);
    check_whole(&pair);
    pair_close(&pair);
}

TEST(audit_heads_are_read_as_they_were_printed)
{
    struct pair pair;
    struct err_info info;
    free(two_days(&pair));
    char rev[24], hash[SHA256_TEXT], text[300];
    str_copy(rev, sizeof rev, workday_text(pair.hall, "SELECT CAST(max(rev) - 2 AS TEXT) FROM audit"));
    str_copy(hash, sizeof hash,
             workday_text(pair.hall, "SELECT hash FROM audit ORDER BY rev DESC LIMIT 1 OFFSET 2"));
    str_format(text, sizeof text, "DAY  LINE  HASH\n2026-11-25  %s  %s\r\n", rev, hash);
    CHECK(compare(&pair, text, 1, &info) == ERR_OK);
    str_format(text, sizeof text, "The last line:\n\n%s %s\n2026-11-25T10:00:00.000Z\n", rev, hash);
    CHECK(compare(&pair, text, 1, &info) == ERR_OK);
    str_format(text, sizeof text, "[{\"day\":\"2026-11-25\",\"rev\":%s,\"hash\":\"%s\",\"feed\":\"\"}]", rev,
               hash);
    CHECK(compare(&pair, text, 1, &info) == ERR_OK);
    str_format(text, sizeof text, "%s %.63s\nnothing here\n%s\n", rev, hash, hash);
    CHECK(compare(&pair, text, 0, &info) == ERR_USAGE && strstr(info.text, "loketd heads"));
    pair_close(&pair);
}
