/* tests/unit/level_test.c: a service level by its figures and boundaries, on random days against a slow reference, and the
 * commands that set it and quiet its alarm. */
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/command/level_row.h"
#include "tests/support/pair.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };
static const int64_t now_ms = INT64_C(1795500000000);

static struct level_burn burn_of(int share, int64_t called, int64_t within, const struct level_person *people,
                                 int count)
{
    const struct level_day day = {called, within};
    struct level_burn burn;
    level_burn(share, &day, people, count, now_ms, &burn);
    return burn;
}

TEST(level_counts_from_the_later_of_arrival_and_booking)
{
    const struct level_target target = {15, 5, 90}, plain = {15, 0, 90};
    CHECK_INT(level_since(100, 0), 100);
    CHECK_INT(level_since(100, 50), 100);
    CHECK_INT(level_since(100, 200), 200); /* who comes two hours early waits from the time booked on */
    CHECK_INT(level_limit_ms(&target, false), 15 * MINUTE_MS);
    CHECK_INT(level_limit_ms(&target, true), 5 * MINUTE_MS);
    CHECK_INT(level_limit_ms(&plain, true), 15 * MINUTE_MS);
}

TEST(level_burns_before_it_breaks)
{
    /* Nine of ten were in time; ten more wait, 2 of 20 may be late. */
    struct level_person people[10];
    for (int i = 0; i < 10; i++)
        people[i] = (struct level_person){now_ms - 5 * MINUTE_MS, 15 * MINUTE_MS, now_ms + MINUTE_MS};
    struct level_burn burn = burn_of(90, 10, 9, people, 10);
    CHECK_INT(burn.state, LEVEL_KEPT);
    CHECK_INT(burn.allowed, 2);
    CHECK_INT(burn.share_now, 90);
    CHECK_INT(burn.share_foreseen, 95);
    people[3].foreseen_ms = now_ms + 10 * MINUTE_MS; /* to the millisecond: that is in time */
    CHECK_INT(burn_of(90, 10, 9, people, 10).late_foreseen, 1);
    people[3].foreseen_ms++; /* 11 min late in all: the second of two that may be */
    burn = burn_of(90, 10, 9, people, 10);
    CHECK_INT(burn.late_foreseen, 2);
    CHECK_INT(burn.state, LEVEL_KEPT);
    people[4].foreseen_ms = -1; /* nobody can say */
    people[4].since_ms = now_ms - 2 * MINUTE_MS;
    burn = burn_of(90, 10, 9, people, 10);
    CHECK_INT(burn.state, LEVEL_BURNING);
    CHECK_INT(burn.share_foreseen, 85);
    CHECK_INT(burn.breaks_ms, now_ms + 13 * MINUTE_MS); /* when the one too many becomes late */
    for (int i = 5; i < 7; i++)
        people[i] = (struct level_person){now_ms - 16 * MINUTE_MS, 15 * MINUTE_MS, now_ms + MINUTE_MS};
    burn = burn_of(90, 10, 9, people, 10);
    CHECK_INT(burn.late, 3);
    CHECK_INT(burn.state, LEVEL_BROKEN);
    CHECK_INT(burn.breaks_ms, -1);
}

TEST(level_says_nothing_without_people_or_target)
{
    const struct level_person one = {now_ms, MINUTE_MS, -1};
    CHECK_INT(burn_of(90, 0, 0, NULL, 0).state, LEVEL_NONE);
    CHECK_INT(burn_of(90, 0, 0, NULL, 0).share_foreseen, -1);
    CHECK_INT(burn_of(0, 5, 0, &one, 1).state, LEVEL_NONE);
    CHECK_INT(burn_of(100, 0, 0, &one, 1).state, LEVEL_BURNING); /* not one may be late */
    CHECK_INT(burn_of(100, 0, 0, &one, 1).share_now, -1);
}

/* The moment at which it breaks is the first at which a clock that is turned minute by minute finds it broken. */
TEST(level_breaks_when_a_slow_clock_says_so)
{
    struct rng rng;
    rng_seed(&rng, 4711);
    for (int round = 0; round < 500; round++) {
        struct level_person people[30];
        int count = (int)rng_below(&rng, 30), share = 50 + (int)rng_below(&rng, 51);
        int64_t called = (int64_t)rng_below(&rng, 20),
                within = called ? (int64_t)rng_below(&rng, (uint64_t)called + 1) : 0;
        for (int i = 0; i < count; i++)
            people[i] =
                (struct level_person){now_ms - (int64_t)rng_below(&rng, 20) * MINUTE_MS, 15 * MINUTE_MS,
                                      now_ms + (int64_t)rng_below(&rng, 40) * MINUTE_MS};
        struct level_burn burn = burn_of(share, called, within, people, count);
        int64_t first_ms = -1;
        for (int64_t t = now_ms; t < now_ms + HOUR_MS && first_ms < 0; t += MINUTE_MS) {
            int64_t late = called - within;
            for (int i = 0; i < count; i++) {
                int64_t due_ms = people[i].since_ms + 15 * MINUTE_MS;
                late += people[i].foreseen_ms > due_ms && due_ms < t + 1 &&
                        (due_ms < now_ms || t > now_ms || due_ms <= t);
            }
            if (late * 100 > (called + count) * (100 - share))
                first_ms = t;
        }
        if (burn.state == LEVEL_BURNING)
            REQUIRE(first_ms == burn.breaks_ms);
        if (burn.state == LEVEL_KEPT)
            REQUIRE(first_ms < 0);
        if (burn.state == LEVEL_BROKEN)
            REQUIRE(first_ms == now_ms);
        REQUIRE(burn.late <= burn.late_foreseen && burn.late_foreseen <= burn.people);
    }
}

TEST(level_is_set_by_a_supervisor_with_a_reason)
{
    static const struct {
        const char *body, *code;
    } bad[] = {
        {"{'queue':'b','wait_min':15}", "reason_needed"},
        {"{'queue':'b','wait_min':-1,'reason':'r'}", "invalid_level"},
        {"{'queue':'b','wait_min':481,'reason':'r'}", "invalid_level"},
        {"{'queue':'b','wait_min':15,'share':101,'reason':'r'}", "invalid_level"},
        {"{'queue':'b','wait_min':15,'share':0,'reason':'r'}", "invalid_level"},
        {"{'queue':'b','wait_min':15,'booked_wait_min':0,'reason':'r'}", "invalid_level"},
        {"{'queue':'b','share':90,'reason':'r'}", "invalid_level"},
        {"{'queue':'p','service':'az.din.passport','wait_min':5,'reason':'r'}", "invalid_level"},
        {"{'queue':'b','service':'nothing','wait_min':5,'reason':'r'}", "unknown_service"},
    };
    struct command_hall h;
    trial_open(&h);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(!trial_run(&h, "kamran", "queue.level", "%s", bad[i].body));
        CHECK_TEXT(h.out.code, bad[i].code);
    }
    CHECK(!trial_run(&h, "leyla", "queue.level", "{'queue':'b','wait_min':15,'reason':'r'}"));
    CHECK_TEXT(h.out.code, "forbidden");
    CHECK(trial_run(&h, "kamran", "queue.level",
                    "{'queue':'b','service':'az.din.passport','wait_min':5,'share':80,'reason':'promised'}"));
    CHECK(trial_run(&h, "kamran", "queue.level",
                    "{'queue':'b','wait_min':15,'booked_wait_min':5,'reason':'standard'}"));
    CHECK_INT(trial_int(&h, "/queue/level/wait_min"), 15);
    CHECK_TEXT(trial_text(&h, "/queue/level/by"), "u-kamran");
    CHECK_INT(trial_int(&h, "/queue/level/services/az.din.passport/wait_min"), 5); /* is kept beside it */
    CHECK(!trial_run(&h, "kamran", "level.silence", "{'queue':'b','until':'2026-11-24T07:00:00.000Z'}"));
    CHECK_TEXT(h.out.code, "reason_needed");
    CHECK(!trial_run(&h, "kamran", "level.silence",
                     "{'queue':'b','until':'2026-11-25T07:00:00.000Z','reason':'r'}"));
    CHECK_TEXT(h.out.code, "invalid_until");
    CHECK(trial_run(&h, "kamran", "level.silence",
                    "{'queue':'b','until':'2026-11-24T07:00:00.000Z','reason':'a colleague is on the way'}"));
    CHECK_TEXT(trial_text(&h, "/queue/level_silence/reason"), "a colleague is on the way");
    /* The alarm of a service by itself; neither silence ends with the other. */
    CHECK(
        !trial_run(&h, "kamran", "level.silence",
                   "{'queue':'b','service':'az.din.none','until':'2026-11-24T07:00:00.000Z','reason':'r'}"));
    CHECK_TEXT(h.out.code, "invalid_level");
    CHECK(!trial_run(&h, "kamran", "level.silence",
                     "{'queue':'b','service':'az.din.passport','until':'2026-11-24T07:00:00.000Z'}"));
    CHECK_TEXT(h.out.code, "reason_needed");
    CHECK(trial_run(
        &h, "kamran", "level.silence",
        "{'queue':'b','service':'az.din.passport','until':'2026-11-24T08:00:00.000Z','reason':'a new "
        "form'}"));
    CHECK_TEXT(trial_text(&h, "/queue/level_silence/reason"), "a colleague is on the way");
    CHECK_TEXT(trial_text(&h, "/queue/level_silence/services/az.din.passport/reason"), "a new form");
    CHECK_TEXT(trial_text(&h, "/queue/level_silence/services/az.din.passport/by"), "u-kamran");
    CHECK(trial_run(&h, "kamran", "level.silence", "{'queue':'b'}")); /* heard again */
    CHECK_TEXT(trial_text(&h, "/queue/level_silence/reason"), "");
    CHECK_TEXT(trial_text(&h, "/queue/level_silence/services/az.din.passport/reason"), "a new form");
    CHECK(level_row_silence(json_get(h.out.data, "queue"), NULL, h.now_ms) < 0);
    CHECK(level_row_silence(json_get(h.out.data, "queue"), "az.din.passport", h.now_ms) > h.now_ms);
    CHECK(trial_run(&h, "kamran", "level.silence",
                    "{'queue':'b','until':'2026-11-24T07:00:00.000Z','reason':'again'}"));
    CHECK_TEXT(trial_text(&h, "/queue/level_silence/services/az.din.passport/reason"), "a new form");
    CHECK(trial_run(&h, "kamran", "level.silence", "{'queue':'b','service':'az.din.passport'}"));
    CHECK_TEXT(trial_text(&h, "/queue/level_silence/services/az.din.passport/reason"), "");
    CHECK_TEXT(trial_text(&h, "/queue/level_silence/reason"), "again");
    CHECK(trial_run(&h, "kamran", "level.silence", "{'queue':'b'}"));
    CHECK(!*trial_row_text(&h, TABLE_QUEUE, "b", "/level_silence/until"));
    trial_close(&h);
}

TEST(level_of_a_service_goes_before_the_queue_and_the_queue_before_the_hall)
{
    struct json *hall = quoted_json("{'policy':{'level':{'wait_min':30}}}"),
                *plain = quoted_json("{'id':'a'}"),
                *without = quoted_json("{'id':'c','level':{'wait_min':0}}"),
                *queue = quoted_json(
                    "{'id':'b','level':{'wait_min':15,'share':80,'services':{'s':{'wait_min':5}}},"
                    "'level_silence':{'until':'2026-11-24T07:00:00.000Z'}}");
    struct level_target target;
    CHECK(level_row_target(queue, "s", hall, &target) && target.wait_min == 5 && target.share == LEVEL_SHARE);
    CHECK(level_row_target(queue, "t", hall, &target) && target.wait_min == 15 && target.share == 80);
    CHECK(level_row_target(plain, "s", hall, &target) && target.wait_min == 30);
    CHECK(!level_row_target(plain, "s", NULL, &target));
    CHECK(!level_row_target(without, NULL, hall, &target)); /* on purpose */
    CHECK(level_row_differs(queue) && !level_row_differs(plain));
    CHECK(level_row_own(queue, "s", &target) && target.wait_min == 5);
    CHECK(!level_row_own(queue, "t", &target) && !level_row_own(plain, "s", &target));
    CHECK(level_row_silence(queue, NULL, COMMAND_HALL_START_MS) == COMMAND_HALL_START_MS + HOUR_MS);
    CHECK(level_row_silence(queue, "s", COMMAND_HALL_START_MS) == COMMAND_HALL_START_MS + HOUR_MS);
    CHECK_INT(level_row_silence(queue, NULL, COMMAND_HALL_START_MS + HOUR_MS), -1);
    json_free(&hall);
    json_free(&plain);
    json_free(&without);
    json_free(&queue);
}

/* --- on a workstation --- */

static void at_hall(struct pair *pair, const char *login, const char *type, const char *body)
{
    struct json *data = pair_at_hall(pair, login, type, body);
    json_free(&data);
}

TEST(level_is_shown_from_the_copy)
{
    struct pair pair;
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "budi");
    for (int i = 0; i < 4; i++) {
        at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
        pair.now_ms += 6 * MINUTE_MS;
    }
    pair_sync(&pair, 0);
    struct json *answer = pair_load(&pair, 0, "levels", "{}");
    CHECK_INT((int64_t)json_count(json_get(answer, "rows")), 0); /* no target, no work */
    json_free(&answer);
    at_hall(&pair, "budi", "queue.level", "{\"queue\":\"p\",\"wait_min\":20,\"share\":50,\"reason\":\"r\"}");
    at_hall(&pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    at_hall(&pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    pair_sync(&pair, 0);
    answer = pair_load(&pair, 0, "levels", "{}");
    const struct json *row = json_first(json_get(answer, "rows"));
    CHECK_INT(json_int(row, "called", -1), 1); /* after 24 minutes: late */
    CHECK_INT(json_int(row, "within", -1), 0);
    CHECK_INT(json_int(row, "waiting", -1), 3);
    CHECK_INT(json_int(row, "allowed", -1), 2);
    CHECK_INT(json_int(row, "late", -1), 1);
    CHECK_INT(json_int(json_get(row, "target"), "share", -1), 50);
    CHECK(!json_text(row, "silenced_until"));
    CHECK(str_equal(json_text(row, "state"), "burning") == (json_text(row, "breaks_at") != NULL));
    json_free(&answer);
    pair_close(&pair);
}

/* Those of one service by themselves, beside all of the queue. */
TEST(level_of_a_service_stands_by_itself)
{
    struct pair pair;
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "budi");
    for (int i = 0; i < 4; i++) {
        at_hall(&pair, "rina", "ticket.issue",
                i % 2 ? "{\"service\":\"s1\",\"channel\":\"walk_in\"}"
                      : "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
        pair.now_ms += 6 * MINUTE_MS;
    }
    at_hall(&pair, "budi", "queue.level",
            "{\"queue\":\"p\",\"service\":\"s1\",\"wait_min\":10,\"share\":60,\"reason\":\"r\"}");
    pair_sync(&pair, 0);
    struct json *answer = pair_load(&pair, 0, "levels", "{}");
    const struct json *rows = json_get(answer, "rows"), *row = json_first(rows);
    CHECK_INT((int64_t)json_count(rows), 1); /* the queue itself has no target */
    CHECK_TEXT(json_text(row, "service"), "s1");
    CHECK(json_is_object(json_get(row, "service_name")));
    CHECK_INT(json_int(row, "waiting", -1), 2);
    CHECK_INT(json_int(row, "late", -1), 1); /* one waits for 18 minutes, one for 6 */
    json_free(&answer);
    at_hall(&pair, "budi", "queue.level", "{\"queue\":\"p\",\"wait_min\":20,\"share\":50,\"reason\":\"r\"}");
    at_hall(&pair, "budi", "level.silence", "{\"queue\":\"p\",\"service\":\"s1\",\"until\":null}");
    pair_sync(&pair, 0);
    answer = pair_load(&pair, 0, "levels", "{}");
    rows = json_get(answer, "rows");
    CHECK_INT((int64_t)json_count(rows), 2);
    CHECK(!json_get(json_at(rows, 0), "service"));
    CHECK_INT(json_int(json_at(rows, 0), "waiting", -1), 4); /* everybody, each by their own target */
    CHECK_INT(json_int(json_at(rows, 0), "late", -1), 2);    /* 24 beyond 20, and 18 beyond 10 */
    CHECK_TEXT(json_text(json_at(rows, 1), "service"), "s1");
    json_free(&answer);
    answer = pair_load(&pair, 0, "targets", "{\"queue\":\"p\"}");
    CHECK_TEXT(json_text(json_first(json_get(answer, "rows")), "service"), "s1");
    CHECK_INT(json_int(json_get(json_first(json_get(answer, "rows")), "target"), "wait_min", -1), 10);
    json_free(&answer);
    pair_close(&pair);
}
