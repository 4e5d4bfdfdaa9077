/* tests/unit/rule_plan_test.c: a queue's rule by the time of day, and what another rule would do before it counts: the
 * answer to queue.rule with preview, which must be what then happens. */
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/command/rule_row.h"
#include "core/model/rehearsal.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static enum rule_kind kind_at(const char *row, int64_t now_ms)
{
    struct json *json = quoted_json(row);
    struct rule_queue rule;
    rule_row_now(json, now_ms, &rule);
    json_free(&json);
    return rule.kind;
}

/* The hall opens at 10:00 in Baku. */
TEST(rule_row_follows_the_clock_on_the_wall)
{
    static const char row[] =
        "{'id':'q','rule':{'kind':'fifo'},'plan':{'lines':[{'from':'10:30','to':'11:00','kind':'priority',"
        "'max_run':2},{'from':'11:00','to':'24:00','kind':'appointments'}]}}";
    static const char for_a_time[] =
        "{'id':'q','rule':{'kind':'weighted','until':'2026-11-24T07:00:00.000Z','before':{'kind':'fifo'}},"
        "'plan':{'lines':[{'from':'10:30','to':'11:30','kind':'priority'}]}}";
    struct command_hall h;
    trial_open(&h); /* the zone */
    int64_t open_ms = h.now_ms;
    trial_close(&h);
    CHECK_INT(kind_at(row, open_ms), RULE_FIFO);
    CHECK_INT(kind_at(row, open_ms + 30 * MINUTE_MS - 1), RULE_FIFO);
    CHECK_INT(kind_at(row, open_ms + 30 * MINUTE_MS), RULE_PRIORITY);
    CHECK_INT(kind_at(row, open_ms + 60 * MINUTE_MS - 1), RULE_PRIORITY);
    CHECK_INT(kind_at(row, open_ms + 60 * MINUTE_MS), RULE_APPOINTMENTS);
    CHECK_INT(kind_at(row, open_ms + 14 * HOUR_MS - 1), RULE_APPOINTMENTS);
    CHECK_INT(kind_at(row, open_ms + 14 * HOUR_MS), RULE_FIFO); /* midnight, and the plan begins anew */
    CHECK_INT(kind_at(row, open_ms + 25 * HOUR_MS), RULE_APPOINTMENTS);
    CHECK_INT(kind_at(for_a_time, open_ms + 45 * MINUTE_MS), RULE_WEIGHTED); /* before the plan */
    CHECK_INT(kind_at(for_a_time, open_ms + 60 * MINUTE_MS), RULE_PRIORITY);
    CHECK_INT(kind_at(for_a_time, open_ms + 90 * MINUTE_MS), RULE_FIFO);
}

TEST(rule_clocks_are_read_as_they_stand)
{
    static const char *const good[] = {"00:00", "09:30", "23:59"};
    static const char *const bad[] = {"24:00", "9:30", "09:60", "25:00", "09.30", "", "09:3x"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK(rule_clock_valid(good[i], false));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!rule_clock_valid(bad[i], false));
    CHECK(rule_clock_valid("24:00", true) && !rule_clock_valid("24:01", true));
    CHECK(!rule_clock_valid(NULL, true));
}

static void issue(struct command_hall *h, int count, const char *priority)
{
    for (int i = 0; i < count; i++) {
        h->now_ms += MINUTE_MS;
        CHECK(trial_run(h, "nigar", "ticket.issue", "{'queue':'b'%s}", priority));
    }
}

TEST(rule_plan_is_refused_by_its_line_and_followed_by_the_hall)
{
    static const struct {
        const char *plan, *code;
    } bad[] = {
        {"[{'from':'12:00','to':'11:00','rule':'fifo'}]", "invalid_plan"},
        {"[{'from':'12:00','to':'12:00','rule':'fifo'}]", "invalid_plan"},
        {"[{'from':'noon','to':'13:00','rule':'fifo'}]", "invalid_plan"},
        {"[{'from':'10:00','to':'12:00','rule':'fifo'},{'from':'11:59','to':'13:00','rule':'fifo'}]",
         "invalid_plan"},
        {"[{'from':'10:00','to':'12:00','rule':'luck'}]", "unknown_rule"},
        {"[{'from':'10:00','to':'12:00','rule':'priority','max_run':0}]", "invalid_body"},
        {"'noon'", "invalid_body"},
    };
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "kamran", "queue.assign", "{'counter':'1','queues':['b']}"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(!trial_run(&h, "kamran", "queue.rule", "{'queue':'b','plan':%s,'reason':'r'}", bad[i].plan));
        CHECK_TEXT(h.out.code, bad[i].code);
    }
    CHECK(!trial_run(&h, "kamran", "queue.rule",
                     "{'queue':'b','plan':[{'from':'10:10','to':'11:00','rule':'priority'}]}"));
    CHECK_TEXT(h.out.code, "reason_needed");
    CHECK(!trial_run(&h, "leyla", "queue.rule", "{'queue':'b','plan':[],'reason':'r'}"));
    CHECK_TEXT(h.out.code, "forbidden");
    CHECK(trial_run(&h, "kamran", "queue.rule",
                    "{'queue':'b','plan':[{'from':'10:10','to':'11:00','rule':'priority','max_run':2}],"
                    "'reason':'prams at eleven'}"));
    CHECK_TEXT(trial_text(&h, "/queue/plan/lines/0/kind"), "priority");
    CHECK_TEXT(trial_text(&h, "/queue/plan/reason"), "prams at eleven");
    CHECK_TEXT(trial_text(&h, "/queue/plan/by"), "u-kamran");
    CHECK_TEXT(trial_text(&h, "/queue/rule/kind"), "fifo"); /* a plan alone leaves the rule */
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    issue(&h, 2, "");
    issue(&h, 1, ",'priority':'disabled'");
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001"); /* 10:03, before the plan */
    CHECK(trial_run(&h, "leyla", "ticket.return", "{'ticket':'%s','gen':1}", h.last_ticket));
    h.now_ms += 10 * MINUTE_MS;
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B003");
    CHECK_TEXT(trial_text(&h, "/why/rule"), "priority");
    CHECK(trial_run(&h, "leyla", "ticket.return", "{'ticket':'%s','gen':1}", h.last_ticket));
    CHECK(trial_run(&h, "kamran", "queue.rule", "{'queue':'b','plan':[],'reason':'calm again'}"));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001");
    trial_close(&h);
}

TEST(rule_is_taken_back_by_its_author_for_a_while)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(!trial_run(&h, "kamran", "queue.rule", "{'queue':'b','undo':true}"));
    CHECK_TEXT(h.out.code, "nothing_to_undo");
    CHECK(trial_run(&h, "kamran", "queue.rule",
                    "{'queue':'b','rule':'priority','plan':[{'from':'12:00','to':'13:00','rule':'fifo'}],"
                    "'reason':'rush'}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_QUEUE, "b", "/rule/kind"), "priority");
    CHECK(!trial_run(&h, "", "queue.rule", "{'queue':'b','undo':true}"));
    CHECK_TEXT(h.out.code, "not_yours");
    h.now_ms += 10 * MINUTE_MS;
    CHECK(trial_run(&h, "kamran", "queue.rule", "{'queue':'b','undo':true}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_QUEUE, "b", "/rule/kind"), "fifo");
    CHECK_TEXT(trial_row_text(&h, TABLE_QUEUE, "b", "/plan/lines/0/from"), "");
    CHECK(!trial_run(&h, "kamran", "queue.rule", "{'queue':'b','undo':true}"));
    CHECK(trial_run(&h, "kamran", "queue.rule", "{'queue':'b','rule':'priority','reason':'rush'}"));
    h.now_ms += 10 * MINUTE_MS + 1;
    CHECK(!trial_run(&h, "kamran", "queue.rule", "{'queue':'b','undo':true}"));
    CHECK_TEXT(h.out.code, "undo_over");
    trial_close(&h);
}

/* --- when numbers are given, and the hall's breaks --- */

TEST(rule_hours_of_a_queue_are_set_with_a_reason)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(!trial_run(&h, "kamran", "queue.rule", "{'queue':'b','hours':{'week':{'tue':['09:00-09:30']}}}"));
    CHECK_TEXT(h.out.code, "reason_needed");
    CHECK(!trial_run(&h, "kamran", "queue.rule",
                     "{'queue':'b','hours':{'week':{'tue':['9-10']}},'reason':'r'}"));
    CHECK_TEXT(h.out.code, "invalid_hours");
    CHECK(!trial_run(&h, "kamran", "queue.rule", "{'queue':'b','hours':'late','reason':'r'}"));
    CHECK_TEXT(h.out.code, "invalid_hours");
    CHECK(!trial_run(&h, "leyla", "queue.rule", "{'queue':'b','hours':null,'reason':'r'}"));
    CHECK_TEXT(h.out.code, "forbidden");
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}")); /* ten in the morning, and no hours */
    CHECK(trial_run(&h, "kamran", "queue.rule",
                    "{'queue':'b','hours':{'week':{'tue':['09:00-09:30']}},'reason':'a holiday tomorrow'}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_QUEUE, "b", "/hours_set/reason"), "a holiday tomorrow");
    CHECK_TEXT(trial_row_text(&h, TABLE_QUEUE, "b", "/hours_set/by"), "u-kamran");
    CHECK_TEXT(trial_row_text(&h, TABLE_QUEUE, "b", "/rule/kind"), "fifo"); /* is called as before */
    CHECK(!*trial_row_text(&h, TABLE_QUEUE, "b", "/rule_undo/by"));
    CHECK(!trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK_TEXT(h.out.code, "last_ticket_over");
    CHECK(trial_run(&h, "kamran", "queue.rule", "{'queue':'b','hours':null,'reason':'as the hall'}"));
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    trial_close(&h);
}

TEST(rule_breaks_of_the_hall_are_set_with_a_reason)
{
    static const char prayer[] =
        "[{'name':{'en':'Friday prayer'},'reason':'prayer','days':['fri'],'from':'12:00',"
        "'until':'13:30'}]";
    struct command_hall h;
    trial_open(&h);
    CHECK(!trial_run(&h, "kamran", "hall.policy", "{'policy':'breaks','value':%s}", prayer));
    CHECK_TEXT(h.out.code, "reason_needed");
    CHECK(!trial_run(&h, "kamran", "hall.policy", "{'policy':'breaks','value':true,'reason':'r'}"));
    CHECK_TEXT(h.out.code, "invalid_breaks");
    CHECK(!trial_run(&h, "kamran", "hall.policy", "{'policy':'breaks','reason':'r'}"));
    CHECK_TEXT(h.out.code, "invalid_breaks");
    CHECK(!trial_run(
        &h, "kamran", "hall.policy",
        "{'policy':'breaks','value':[{'reason':'meal','days':['someday'],'from':'12:00','until':'13:00'}],"
        "'reason':'r'}"));
    CHECK_TEXT(h.out.code, "invalid_breaks");
    CHECK(!trial_run(&h, "leyla", "hall.policy", "{'policy':'breaks','value':[],'reason':'r'}"));
    CHECK_TEXT(h.out.code, "forbidden");
    CHECK(trial_run(&h, "kamran", "hall.policy",
                    "{'policy':'breaks','value':%s,'reason':'the month of fasting'}", prayer));
    CHECK_TEXT(trial_row_text(&h, TABLE_HALL, "hall", "/breaks/0/until"), "13:30");
    CHECK_TEXT(trial_row_text(&h, TABLE_HALL, "hall", "/policy_changes/breaks/reason"),
               "the month of fasting");
    CHECK(trial_run(&h, "kamran", "hall.policy", "{'policy':'breaks','value':[],'reason':'over'}"));
    CHECK(!*trial_row_text(&h, TABLE_HALL, "hall", "/breaks/0/until"));
    /* Whether closing a counter needs a supervisor's word is a switch. */
    CHECK(
        !trial_run(&h, "kamran", "hall.policy", "{'policy':'closing_approval','value':'yes','reason':'r'}"));
    CHECK_TEXT(h.out.code, "invalid_body");
    CHECK(trial_run(&h, "kamran", "hall.policy",
                    "{'policy':'closing_approval','value':true,'reason':'people were left'}"));
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK(!trial_run(&h, "leyla", "counter.close", "{'counter':'1','reason':'home'}"));
    CHECK_TEXT(h.out.code, "approval_needed");
    trial_close(&h);
}

/* --- the rehearsal --- */

TEST(rule_preview_says_who_moves_and_changes_nothing)
{
    struct command_hall h;
    trial_open(&h);
    issue(&h, 3, "");
    issue(&h, 1, ",'priority':'disabled'");
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}")); /* a lease is short */
    CHECK(trial_run(&h, "kamran", "queue.rule",
                    "{'queue':'b','rule':'priority','max_run':1,'preview':true}")); /* no reason yet */
    CHECK_INT(h.changes, 0);
    CHECK_TEXT(trial_row_text(&h, TABLE_QUEUE, "b", "/rule/kind"), "fifo");
    CHECK_TEXT(trial_text(&h, "/now/kind"), "fifo");
    CHECK_TEXT(trial_text(&h, "/rule/kind"), "priority");
    CHECK_INT(trial_int(&h, "/waiting"), 4);
    CHECK_INT(trial_int(&h, "/up"), 1);
    CHECK_INT(trial_int(&h, "/up_most"), 3);
    CHECK_INT(trial_int(&h, "/down"), 3);
    CHECK_INT(trial_int(&h, "/down_most"), 1);
    CHECK_TEXT(trial_text(&h, "/rows/0/number"), "B004");
    CHECK_INT(trial_int(&h, "/rows/0/place"), 4);
    CHECK_INT(trial_int(&h, "/rows/0/place_after"), 1);
    CHECK_INT(trial_int(&h, "/rows/0/wait_min"), 30); /* ten minutes a person, one counter that is free */
    CHECK_INT(trial_int(&h, "/rows/0/wait_min_after"), 0);
    CHECK_INT(trial_int(&h, "/rows/1/wait_min_after"), 10);
    CHECK_INT(trial_int(&h, "/longer"), 3);
    CHECK_INT(trial_int(&h, "/longer_most_min"), 10);
    CHECK(!trial_run(&h, "kamran", "queue.rule", "{'queue':'b','rule':'luck','preview':true}"));
    CHECK_TEXT(h.out.code, "unknown_rule");
    CHECK(!trial_run(&h, "tural", "queue.rule", "{'queue':'b','rule':'fifo','preview':true}"));
    CHECK_TEXT(h.out.code, "forbidden");
    trial_close(&h);
}

TEST(rule_preview_by_weight_asks_a_counter_of_several_queues)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "kamran", "queue.assign",
                    "{'counter':'1','queues':[{'queue':'w','weight':1},{'queue':'x','weight':2}]}"));
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    for (int i = 0; i < 3; i++) {
        h.now_ms += MINUTE_MS;
        CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'w'}"));
    }
    for (int i = 0; i < 3; i++) {
        h.now_ms += MINUTE_MS;
        CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'x'}"));
    }
    CHECK(trial_run(&h, "kamran", "queue.rule", "{'queue':'x','rule':'fifo','preview':true}"));
    CHECK_TEXT(trial_text(&h, "/counter"), "1");
    CHECK_INT(trial_int(&h, "/waiting"), 6);
    CHECK_INT(trial_int(&h, "/up") + trial_int(&h, "/down") + trial_int(&h, "/same"), 6);
    trial_close(&h);
}

/* What is rehearsed is the order in which one counter then calls, whatever the rule. */
TEST(rule_preview_is_what_then_happens)
{
    static const char *const kinds[] = {"fifo", "priority", "weighted", "appointments"};
    static const char *const classes[] = {"", ",'priority':'disabled'", ",'priority':'elderly'"};
    struct rng rng;
    rng_seed(&rng, 2471);
    for (int round = 0; round < 12; round++) {
        char order[16][16];
        int count = 4 + (int)rng_below(&rng, 8);
        struct command_hall h;
        trial_open(&h);
        CHECK(trial_run(&h, "kamran", "queue.assign", "{'counter':'1','queues':['b']}"));
        CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
        for (int i = 0; i < count; i++)
            issue(&h, 1, classes[rng_below(&rng, 3)]);
        CHECK(trial_run(&h, "kamran", "queue.rule", "{'queue':'b','rule':'%s','max_run':2,'preview':true}",
                        kinds[round % 4]));
        REQUIRE(trial_int(&h, "/waiting") == count);
        for (int i = 0; i < count; i++) {
            char pointer[32];
            str_format(pointer, sizeof pointer, "/rows/%d/number", i);
            str_copy(order[i], sizeof order[i], trial_text(&h, pointer));
        }
        CHECK(trial_run(&h, "kamran", "queue.rule", "{'queue':'b','rule':'%s','max_run':2,'reason':'r'}",
                        kinds[round % 4]));
        for (int i = 0; i < count; i++) {
            CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
            CHECK_TEXT(trial_text(&h, "/ticket/number"), order[i]);
            CHECK(trial_run(&h, "leyla", "ticket.start", "{'ticket':'%s','gen':1}", h.last_ticket));
            CHECK(trial_run(&h, "leyla", "ticket.finish", "{'ticket':'%s','gen':1,'outcome':'served'}",
                            h.last_ticket));
        }
        trial_close(&h);
    }
}

/* --- and on random halls: several counters with several queues each, played to the end --- */

static void random_counters(struct command_hall *h, struct rng *rng)
{
    static const char *const clerks[] = {"leyla", "rauf"}, *const queues[] = {"b", "p", "a"};
    for (int i = 0; i < 2; i++) {
        struct buf list = {0};
        buf_adds(&list, "'b'");
        for (int q = 1; q < 3; q++)
            if (rng_below(rng, 2))
                buf_addf(&list, ",'%s'", queues[q]);
        CHECK(
            trial_run(h, "kamran", "queue.assign", "{'counter':'%d','queues':[%s]}", i + 1, buf_text(&list)));
        CHECK(trial_run(h, clerks[i], "counter.open", "{'counter':'%d'}", i + 1));
        buf_free(&list);
    }
}

/* Two clerks who take ten minutes for everybody, until nobody waits. Each call comes in the minute that was told. */
static void play_and_compare(struct command_hall *h, const struct json *told, const char *member,
                             int *compared)
{
    static const char *const clerks[] = {"leyla", "rauf"};
    char serving[2][64] = {"", ""};
    int64_t begun_ms = h->now_ms, gen[2] = {0, 0};
    for (int step = 0; step < 24; step++, h->now_ms += 10 * MINUTE_MS)
        for (int i = 0; i < 2; i++) {
            int fence = (int)trial_row_int(h, TABLE_COUNTER, i ? "c-2" : "c-1", "/fence");
            if (*serving[i])
                CHECK(trial_run(h, clerks[i], "ticket.finish", "{'ticket':'%s','gen':%d,'outcome':'served'}",
                                serving[i], (int)gen[i]));
            str_copy(serving[i], sizeof serving[i], "");
            CHECK(trial_run(h, clerks[i], "ticket.call_next", "{'counter':'%d','fence':%d}", i + 1, fence));
            if (str_empty(trial_text(h, "/ticket/id")))
                continue;
            str_copy(serving[i], sizeof serving[i], h->last_ticket);
            gen[i] = trial_int(h, "/ticket/gen");
            for (const struct json *row = json_first(told); row; row = json_next(row)) {
                if (!str_equal(json_text(row, "ticket"), serving[i]))
                    continue;
                CHECK_INT((h->now_ms - begun_ms) / MINUTE_MS, json_int(row, member, -1));
                ++*compared;
            }
            CHECK(
                trial_run(h, clerks[i], "ticket.start", "{'ticket':'%s','gen':%d}", serving[i], (int)gen[i]));
        }
}

TEST(rule_rehearsal_is_what_then_happens_at_all_counters)
{
    static const char *const kinds[] = {"fifo", "priority", "weighted", "appointments"};
    static const char *const classes[] = {"", "", ",'priority':'disabled'", ",'priority':'elderly'"};
    static const char *const queues[] = {"b", "b", "p", "a"};
    struct rng rng;
    int compared = 0, moved = 0;
    rng_seed(&rng, 7103);
    for (int round = 0; round < 32; round++) {
        struct command_hall h;
        trial_open(&h);
        for (int i = 4 + (int)rng_below(&rng, 12); i > 0; i--) {
            h.now_ms += (int64_t)(1 + rng_below(&rng, 4)) * MINUTE_MS;
            CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'%s'%s}", queues[rng_below(&rng, 4)],
                            classes[rng_below(&rng, 4)]));
        }
        h.now_ms += 2 * HOUR_MS; /* nobody comes any more */
        random_counters(&h, &rng);
        bool switched = round % 2;
        CHECK(trial_run(&h, "kamran", "queue.rule", "{'queue':'b','rule':'%s','max_run':2,'preview':true}",
                        kinds[round / 2 % 4]));
        moved += (int)trial_int(&h, "/up");
        struct json *told = json_copy(json_get(h.out.data, "rows"));
        if (switched)
            CHECK(trial_run(&h, "kamran", "queue.rule", "{'queue':'b','rule':'%s','max_run':2,'reason':'r'}",
                            kinds[round / 2 % 4]));
        play_and_compare(&h, told, switched ? "wait_min_after" : "wait_min", &compared);
        json_free(&told);
        trial_close(&h);
    }
    CHECK(compared > 100);
    CHECK(moved > 20);
}

/* --- properties of the sums, on random queues --- */

static int64_t call_of(const int64_t *calls, int person)
{
    return calls[person] ? calls[person] : INT64_MAX;
}

TEST(rule_rehearsal_adds_up_on_random_queues)
{
    enum { PEOPLE = 40 };
    struct rng rng;
    char names[PEOPLE][8];
    rng_seed(&rng, 99);
    for (int round = 0; round < 500; round++) {
        struct candidate people[PEOPLE];
        struct rehearsal_person of[PEOPLE];
        struct rehearsal_sum sum;
        int order[PEOPLE], count = 1 + (int)rng_below(&rng, PEOPLE - 1), moved = 0;
        struct rule_queue now = {"q", (enum rule_kind)rng_below(&rng, RULE_COUNT), 2, 1},
                          then = {"q", (enum rule_kind)rng_below(&rng, RULE_COUNT), 1, 1};
        int64_t now_ms = INT64_C(1795500000000);
        struct rehearsal_way before = {.desk = {&now, 1, now_ms}}, after = {.desk = {&then, 1, now_ms}};
        for (int i = 0; i < count; i++) {
            str_format(names[i], sizeof names[i], "P%03d", i);
            people[i] = (struct candidate){.number = names[i],
                                           .queue = "q",
                                           .arrived_ms = now_ms - (int64_t)rng_below(&rng, HOUR_MS),
                                           .priority = rng_below(&rng, 3) ? 0 : 1 + (int)rng_below(&rng, 3)};
            if (rng_below(&rng, 3) == 0)
                people[i].booked_ms = people[i].arrived_ms + (int64_t)rng_below(&rng, HOUR_MS);
        }
        int64_t calls[2][PEOPLE] = {{0}};
        for (int i = 0; i < count; i++)
            for (int side = 0; side < 2; side++)
                calls[side][i] = rng_below(&rng, 4) ? now_ms + (int64_t)rng_below(&rng, HOUR_MS) : 0;
        before.calls_ms = calls[0];
        after.calls_ms = calls[1];
        REQUIRE(rehearse_ways(&before, &after, people, count, of, order, &sum) == count);
        REQUIRE(sum.up + sum.down + sum.same == count); /* everyone once */
        for (int i = 0; i < count; i++) {
            moved += of[i].place - of[i].place_after;
            REQUIRE(order[of[i].place_after] == i);
            REQUIRE((of[i].wait_min < 0) == !calls[0][i] && (of[i].wait_min_after < 0) == !calls[1][i]);
            if (i > 0) /* by the call, and whom nobody is known to call after all others */
                REQUIRE(call_of(calls[1], order[i - 1]) <= call_of(calls[1], order[i]));
        }
        REQUIRE(moved == 0);                     /* a place that one gains another loses */
        before.calls_ms = after.calls_ms = NULL; /* nothing is foreseen: the rule alone */
        REQUIRE(rehearse_ways(&before, &after, people, count, of, order, &sum) == count);
        if (now.kind == then.kind && now.kind != RULE_PRIORITY)
            REQUIRE(sum.same == count);
    }
}
