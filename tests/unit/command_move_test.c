/* tests/unit/command_move_test.c: hall.move and move.undo: what is moved, by whom it is refused, how it comes back. */
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/command/moving.h"
#include "core/model/role.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { MINUTE_MS = 60 * 1000 };

static void issue(struct command_hall *h, const char *queue, int count)
{
    for (int i = 0; i < count; i++) {
        h->now_ms += 1000;
        CHECK(trial_run(h, "nigar", "ticket.issue", "{'queue':'%s'}", queue));
    }
}

/* A time so many minutes from now, as it stands in a body. */
static const char *in_minutes(const struct command_hall *h, int minutes)
{
    static char text[TIME_TEXT];
    time_text(h->now_ms + (int64_t)minutes * MINUTE_MS, text);
    return text;
}

static const char *counter_text(struct command_hall *h, const char *counter, const char *pointer)
{
    return trial_row_text(h, TABLE_COUNTER, counter, pointer);
}

/* The hall's own program ends what is due, as core/hall/move_clock.c does. */
static int end_due(struct command_hall *h)
{
    struct json *ids = json_new_array();
    int count = 0;
    CHECK_INT(moves_due(h->db, h->now_ms, ids), ERR_OK);
    for (const struct json *one = json_first(ids); one; one = json_next(one), count++) {
        struct json *body = json_new_object();
        struct actor system = {.roles = ROLE_ALL};
        struct command command = {
            .id = "019ac000-0000-7000-8000-00000000aaaa", .type = "move.over", .body = body};
        struct tx tx = {.db = h->db,
                        .set = ROWS_PLAIN,
                        .rev = ++h->rev,
                        .now_ms = h->now_ms,
                        .actor = &system,
                        .command = &command};
        json_set_text(body, "move", json_as_text(one));
        CHECK_INT(move_over(&tx), ERR_OK);
        tx_deinit(&tx);
        json_free(&body);
    }
    json_free(&ids);
    return count;
}

static char *kept(const char *text)
{
    static char copies[4][64];
    static int at;
    at = (at + 1) % 4;
    str_copy(copies[at], sizeof copies[at], text);
    return copies[at];
}

TEST(move_counters_one_record_one_undo)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(
        trial_run(&h, "kamran", "hall.move", "{'counters':['1','c-2'],'to':['P',{'queue':'w','weight':2}]}"));
    CHECK_INT(h.changes, 3); /* two counters and the record */
    CHECK_TEXT(trial_text(&h, "/move/state"), "done");
    char *move = kept(trial_text(&h, "/move/id"));
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "p");
    CHECK_INT(trial_row_int(&h, TABLE_COUNTER, "c-2", "/queues/1/weight"), 2);
    CHECK_TEXT(counter_text(&h, "c-2", "/assigned/by_name"), "Kamran Nagiyev");
    CHECK(trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", move));
    CHECK_TEXT(trial_text(&h, "/move/state"), "undone");
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "b");
    CHECK_TEXT(counter_text(&h, "c-2", "/queues/1/queue"), "");
    CHECK_TEXT(counter_text(&h, "c-2", "/assigned/by"), "");
    CHECK(!trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", move));
    CHECK_TEXT(h.out.code, "move_over");
    trial_close(&h);
}

TEST(move_counters_also_and_without)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'P','how':'also'}"));
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "b");
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/1/queue"), "p");
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'B','how':'without'}"));
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "p");
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/1/queue"), "");
    CHECK(!trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'P'}"));
    CHECK_TEXT(h.out.code, "nothing_to_move");
    trial_close(&h);
}

TEST(move_is_refused_when_it_makes_no_sense)
{
    static const struct {
        const char *body, *code;
    } cases[] = {
        {"{}", "nothing_to_move"},
        {"{'counters':['1']}", "target_needed"},
        {"{'counters':['1'],'to':'P','how':'perhaps'}", "invalid_body"},
        {"{'counters':['1'],'to':'ZZ'}", "unknown_queue"},
        {"{'counters':['77'],'to':'P'}", "unknown_counter"},
        {"{'counters':['1','c-1'],'to':'P'}", "invalid_body"},
        {"{'counters':['9'],'to':'P'}", "other_agency"},
        {"{'counters':['1'],'to':'P','until':'2026-11-24T05:00:00.000Z'}", "time_over"},
        {"{'from':'B','to':'B'}", "same_queue"},
        {"{'from':'B','to':['P','W']}", "invalid_body"},
        {"{'from':'B','to':'P','until':'2026-11-24T07:00:00.000Z'}", "invalid_body"},
        {"{'from':'B','to':'P'}", "nothing_to_move"},
        {"{'tickets':['nobody'],'to':'P'}", "unknown_ticket"},
        {"{'user':'leyla','counter':'9'}", "other_agency"},
        {"{'user':'leyla'}", "invalid_body"},
    };
    struct command_hall h;
    trial_open(&h);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!CHECK(!trial_run(&h, "kamran", "hall.move", "%s", cases[i].body)))
            continue;
        CHECK_TEXT(h.out.code, cases[i].code);
    }
    CHECK(!trial_run(&h, "leyla", "hall.move", "{'counters':['1'],'to':'P'}"));
    CHECK_TEXT(h.out.code, "forbidden");
    trial_close(&h);
}

TEST(move_people_keep_their_place_and_come_back)
{
    struct command_hall h;
    trial_open(&h);
    issue(&h, "b", 3);
    CHECK(trial_run(&h, "kamran", "hall.move", "{'from':'B','to':'P'}"));
    CHECK_INT(trial_int(&h, "/moved"), 3);
    CHECK_INT(h.changes, 4);
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, h.last_ticket, "/queue"), "p");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, h.last_ticket, "/number"), "B003");
    char *move = kept(trial_text(&h, "/move/id"));
    CHECK(trial_run(&h, "nigar", "ticket.cancel", "{'ticket':'%s','gen':0}",
                    h.last_ticket)); /* left by themselves */
    CHECK(trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", move));
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, h.last_ticket, "/queue"), "p");
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001");
    trial_close(&h);
}

TEST(move_of_two_supervisors_meets_politely)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'P','preview':true}"));
    CHECK_INT(h.changes, 0);
    int64_t seen = trial_int(&h, "/seen/counters/0/rev");
    CHECK_INT(seen, 0);
    CHECK(trial_run(&h, "rena", "hall.move", "{'counters':['1'],'to':'W'}"));
    CHECK(!trial_run(&h, "kamran", "hall.move",
                     "{'counters':['2','1'],'to':'P','seen':{'counters':[{'id':'c-1','rev':0}]}}"));
    CHECK_TEXT(h.out.code, "moved_meanwhile");
    CHECK_TEXT(trial_text(&h, "/by_name"), "Rena Hasanova");
    CHECK_TEXT(trial_text(&h, "/queues/0/queue"), "w");
    CHECK(strstr(h.out.message, "counter 1") != NULL);
    CHECK_TEXT(counter_text(&h, "c-2", "/queues/0/queue"), "b"); /* nothing half done */
    trial_close(&h);
}

TEST(move_of_people_who_are_called_meanwhile)
{
    struct command_hall h;
    trial_open(&h);
    issue(&h, "b", 2);
    CHECK(trial_run(&h, "kamran", "hall.move", "{'from':'B','to':'P','preview':true}"));
    char *first = kept(trial_text(&h, "/seen/tickets/0/id")),
         *second = kept(trial_text(&h, "/seen/tickets/1/id"));
    issue(&h, "b", 1); /* whoever comes after the look stays */
    CHECK(trial_run(&h, "kamran", "hall.move",
                    "{'from':'B','to':'P','seen':{'tickets':[{'id':'%s','queue':'b','gen':0}]}}", second));
    CHECK_INT(trial_int(&h, "/moved"), 1);
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, h.last_ticket, "/queue"), "b");
    CHECK(!trial_run(&h, "kamran", "hall.move",
                     "{'from':'B','to':'W','seen':{'tickets':[{'id':'%s','queue':'b','gen':0}]}}", second));
    CHECK_TEXT(h.out.code, "moved_meanwhile");
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK(!trial_run(&h, "kamran", "hall.move", "{'tickets':['%s'],'to':'W'}", first));
    CHECK_TEXT(h.out.code, "not_waiting");
    CHECK_TEXT(trial_text(&h, "/counter_name"), "1");
    trial_close(&h);
}

TEST(move_undo_is_refused_when_somebody_was_called_by_it)
{
    struct command_hall h;
    trial_open(&h);
    issue(&h, "p", 1);
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'P'}"));
    char *move = kept(trial_text(&h, "/move/id"));
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK(!trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", move));
    CHECK_TEXT(h.out.code, "called_since");
    CHECK_TEXT(trial_text(&h, "/number"), "P001");
    CHECK(!trial_run(&h, "leyla", "move.undo", "{'move':'%s'}", move));
    CHECK_TEXT(h.out.code, "forbidden");
    /* Called back into the queue, nothing stands in the way any more. */
    CHECK(trial_run(&h, "leyla", "ticket.return", "{'ticket':'%s','gen':1}", h.last_ticket));
    CHECK(trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", move));
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "b");
    trial_close(&h);
}

/* The hall's clock is put back by an hour, twice: who was called before a move was not called because of it, who was called
 * after it was, whatever their times say. */
TEST(move_undo_asks_no_clock_who_was_called)
{
    struct command_hall h;
    trial_open(&h);
    issue(&h, "p", 2);
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'P'}"));
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    char *called = kept(trial_text(&h, "/ticket/id"));
    CHECK(trial_run(&h, "leyla", "ticket.start", "{'ticket':'%s','gen':1}", called));
    CHECK(trial_run(&h, "leyla", "ticket.finish", "{'ticket':'%s','gen':1,'outcome':'served'}", called));
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'B'}"));
    h.now_ms -= 60 * MINUTE_MS;
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'P'}"));
    CHECK(trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", kept(trial_text(&h, "/move/id"))));
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'P'}"));
    char *move = kept(trial_text(&h, "/move/id"));
    h.now_ms -= 60 * MINUTE_MS;
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK(!trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", move));
    CHECK_TEXT(h.out.code, "called_since");
    trial_close(&h);
}

TEST(move_undo_is_refused_when_the_same_was_moved_again)
{
    struct command_hall h;
    trial_open(&h);
    issue(&h, "b", 1);
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'from':'B','to':'P'}"));
    char *first = kept(trial_text(&h, "/move/id"));
    CHECK(trial_run(&h, "kamran", "hall.move", "{'tickets':['%s'],'to':'W'}", h.last_ticket));
    char *second = kept(trial_text(&h, "/move/id"));
    CHECK(!trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", first));
    CHECK_TEXT(h.out.code, "moved_meanwhile");
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "p"); /* whole or not at all */
    CHECK(trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", second));
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, h.last_ticket, "/queue"), "p");
    CHECK(trial_run(&h, "kamran", "queue.assign", "{'counter':'1','queues':['x']}"));
    CHECK(!trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", first));
    CHECK_TEXT(h.out.code, "moved_meanwhile");
    trial_close(&h);
}

TEST(move_for_a_time_comes_back_by_itself)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['1','2'],'to':'P','until':'%s'}",
                    in_minutes(&h, 30)));
    CHECK_TEXT(trial_text(&h, "/move/state"), "running");
    char *move = kept(trial_text(&h, "/move/id"));
    CHECK_INT(end_due(&h), 0);
    h.now_ms += 30 * MINUTE_MS;
    CHECK_INT(end_due(&h), 1);
    CHECK_INT(end_due(&h), 0);
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "b");
    CHECK_TEXT(counter_text(&h, "c-2", "/queues/0/queue"), "b");
    CHECK_TEXT(trial_row_text(&h, TABLE_MOVE, move, "/state"), "over");
    trial_close(&h);
}

/* Two for a time, each in both orders of ending, under and over one for good. */
TEST(moves_on_top_of_each_other_end_in_any_order)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(
        trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'P','until':'%s'}", in_minutes(&h, 30)));
    CHECK(
        trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'W','until':'%s'}", in_minutes(&h, 60)));
    h.now_ms += 30 * MINUTE_MS;
    CHECK_INT(end_due(&h), 1);
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "w");
    h.now_ms += 30 * MINUTE_MS;
    CHECK_INT(end_due(&h), 1);
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "b");

    CHECK(
        trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'P','until':'%s'}", in_minutes(&h, 60)));
    CHECK(
        trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'W','until':'%s'}", in_minutes(&h, 30)));
    h.now_ms += 30 * MINUTE_MS;
    CHECK_INT(end_due(&h), 1);
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "p");
    CHECK(trial_run(&h, "kamran", "hall.move",
                    "{'counters':['1'],'to':'X'}")); /* for good, over one for a time */
    char *good = kept(trial_text(&h, "/move/id"));
    h.now_ms += 30 * MINUTE_MS;
    CHECK_INT(end_due(&h), 1);
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "x");
    CHECK(trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", good));
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "b");
    trial_close(&h);
}

/* Of two supervisors, each takes their own back, the later one first. */
TEST(move_under_another_is_taken_back_after_it)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'P'}"));
    char *first = kept(trial_text(&h, "/move/id"));
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['1'],'to':'W'}"));
    char *second = kept(trial_text(&h, "/move/id"));
    CHECK(!trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", first));
    CHECK_TEXT(h.out.code, "moved_meanwhile");
    CHECK_TEXT(trial_text(&h, "/codes"), "W");
    CHECK(trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", second));
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "p");
    CHECK(trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", first));
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "b");
    trial_close(&h);
}

TEST(move_never_outlives_its_day)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "kamran", "hall.move",
                    "{'counters':['1'],'to':'P','until':'2026-11-30T10:00:00.000Z'}"));
    CHECK_TEXT(trial_text(&h, "/move/until"), "2026-11-24T19:59:59.999Z"); /* midnight in Baku */
    CHECK(trial_run(&h, "kamran", "hall.move", "{'counters':['2'],'to':'P'}"));
    char *good = kept(trial_text(&h, "/move/id"));
    h.now_ms += 24 * 60 * MINUTE_MS;
    CHECK_INT(end_due(&h), 1);
    CHECK_TEXT(counter_text(&h, "c-1", "/queues/0/queue"), "b");
    CHECK_TEXT(counter_text(&h, "c-2", "/queues/0/queue"), "p");
    CHECK(!trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", good));
    CHECK_TEXT(h.out.code, "move_too_old");
    trial_close(&h);
}

TEST(move_asks_a_clerk_and_the_clerk_answers)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "rauf", "counter.open", "{'counter':'2'}"));
    CHECK(!trial_run(&h, "kamran", "hall.move", "{'user':'leyla','counter':'2'}"));
    CHECK_TEXT(h.out.code, "counter_taken");
    CHECK(trial_run(&h, "rauf", "counter.close", "{'counter':'2','fence':1}"));
    CHECK(trial_run(&h, "kamran", "hall.move", "{'user':'leyla','counter':'2','until':'%s'}",
                    in_minutes(&h, 30)));
    CHECK_TEXT(trial_text(&h, "/move/state"), "asked");
    CHECK_TEXT(trial_text(&h, "/move/asked_name"), "Leyla Quliyeva");
    char *first = kept(trial_text(&h, "/move/id"));
    CHECK(trial_run(&h, "kamran", "hall.move", "{'user':'leyla','counter':'2'}")); /* asked anew */
    char *move = kept(trial_text(&h, "/move/id"));
    CHECK_TEXT(trial_row_text(&h, TABLE_MOVE, first, "/state"), "over");
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'2'}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_MOVE, move, "/state"), "accepted");
    CHECK(trial_run(&h, "kamran", "hall.move", "{'user':'leyla','counter':'1'}"));
    move = kept(trial_text(&h, "/move/id"));
    CHECK(!trial_run(&h, "rauf", "move.undo", "{'move':'%s'}", move));
    CHECK_TEXT(h.out.code, "forbidden");
    CHECK(trial_run(&h, "leyla", "move.undo", "{'move':'%s'}", move)); /* not now */
    CHECK_TEXT(trial_text(&h, "/move/state"), "declined");
    trial_close(&h);
}

/* --- what is previewed is what is then so --- */

enum { DESKS = 9, WAITING = 45, SERVED = 30, MOVES = 25 };
static const char *const queue_ids[] = {"p", "b", "w", "x", "a"};
enum { QUEUES = sizeof queue_ids / sizeof *queue_ids };

static const char *any_queue(struct rng *rng)
{
    return queue_ids[rng_below(rng, QUEUES)];
}

static void put_desk(struct command_hall *h, struct rng *rng, int i)
{
    char lease[TIME_TEXT];
    time_text(h->now_ms + 24 * 3600 * INT64_C(1000), lease);
    bool two = rng_below(rng, 3) == 0, open = rng_below(rng, 5) > 0;
    size_t first = rng_below(rng, QUEUES);
    char *second =
        xasprintf(",{'queue':'%s','weight':%d}", queue_ids[(first + 1 + rng_below(rng, QUEUES - 1)) % QUEUES],
                  1 + (int)rng_below(rng, 4));
    char *row = xasprintf("{'id':'k-%d','name':'K%d','agency':'az.din','state':'%s','user':'u-k%d','fence':1,"
                          "'lease_until':'%s','queues':[{'queue':'%s','weight':1}%s]}",
                          i, i, open ? "open" : "closed", i, lease, queue_ids[first], two ? second : "");
    trial_put(h, TABLE_COUNTER, row);
    free(second);
    free(row);
}

static void put_ticket(struct command_hall *h, struct rng *rng, int i, bool served)
{
    char arrived[TIME_TEXT], begun[TIME_TEXT], ended[TIME_TEXT], sent[40] = "null";
    /* Whoever may be moved came an hour ago and more: they are not of the pace at which people come to a queue. */
    int64_t arrived_ms = h->now_ms - (int64_t)(61 + rng_below(rng, 80)) * MINUTE_MS;
    int64_t ended_ms = h->now_ms - (int64_t)rng_below(rng, 60) * MINUTE_MS;
    time_text(served ? ended_ms - 30 * MINUTE_MS : arrived_ms, arrived);
    time_text(ended_ms - (int64_t)(2 + rng_below(rng, 12)) * MINUTE_MS, begun);
    time_text(ended_ms, ended);
    if (!served && rng_below(rng, 9) == 0)
        str_format(sent, sizeof sent, "'k-%d'", (int)rng_below(rng, DESKS));
    int class = rng_below(rng, 6) ? 0 : 1 + (int)rng_below(rng, 2);
    char *row = xasprintf(
        "{'id':'%s-%03d','number':'%s%03d','day':'2026-11-24','queue':'%s','service':'%s','state':'%s','gen':"
        "0,"
        "'priority_class':%d,'arrived_at':'%s','called_at':%s%s%s,'started_at':%s%s%s,'finished_at':%s%s%s,"
        "'counter':%s,'user':null,'held_ms':0,'calls':0}",
        served ? "d" : "n", i, served ? "D" : "N", i, any_queue(rng),
        rng_below(rng, 2) ? "az.din.passport" : "az.din.other", served ? "done" : "waiting", class, arrived,
        served ? "'" : "", served ? begun : "null", served ? "'" : "", served ? "'" : "",
        served ? begun : "null", served ? "'" : "", served ? "'" : "", served ? ended : "null",
        served ? "'" : "", sent);
    trial_put(h, TABLE_TICKET, row);
    free(row);
}

/* Each queue had somebody long ago, so that the stretch by which its pace is counted does not hang on who is moved. */
static void put_early(struct command_hall *h, const char *queue)
{
    char *row =
        xasprintf("{'id':'e-%s','number':'E001','day':'2026-11-24','queue':'%s','service':'az.din.passport',"
                  "'state':'cancelled','gen':0,'priority_class':0,'arrived_at':'2026-11-24T08:00:00.000Z'}",
                  queue, queue);
    trial_put(h, TABLE_TICKET, row);
    free(row);
}

static void open_any_hall(struct command_hall *h, struct rng *rng)
{
    trial_open(h);
    h->now_ms += 5 * 3600 * INT64_C(1000);
    for (int i = 0; i < QUEUES; i++)
        put_early(h, queue_ids[i]);
    for (int i = 0; i < DESKS; i++)
        put_desk(h, rng, i);
    for (int i = 0; i < WAITING; i++)
        put_ticket(h, rng, i, false);
    for (int i = 0; i < SERVED; i++)
        put_ticket(h, rng, i, true);
}

/* Of the last preview, one of the two values everywhere. */
static struct json *side_of(const struct command_hall *h, size_t side)
{
    static const char *const members[] = {"waiting", "longest_ms", "mean_ms", "left", "newcomer_ms", "steps"};
    const struct json *queues = json_get(h->out.data, "queues");
    struct json *all = json_new_object();
    for (const struct json *q = json_first(queues); q; q = json_next(q)) {
        struct json *one = json_new_object();
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            json_set(one, members[i], json_copy(json_at(json_get(q, members[i]), side)));
        json_set(all, json_text_or(q, "queue", "?"), one);
    }
    return all;
}

static char *any_move(struct command_hall *h, struct rng *rng)
{
    static const char *const hows[] = {"only", "only", "also", "without"};
    struct buf body = {0};
    size_t to = rng_below(rng, QUEUES), kind = rng_below(rng, 4);
    if (kind > 0)
        buf_addf(&body, "'counters':['k-%d'%s],'how':'%s',", (int)rng_below(rng, 4),
                 rng_below(rng, 2) ? ",'k-7'" : "", kind == 3 ? "only" : hows[rng_below(rng, 4)]);
    if (kind == 0 && rng_below(rng, 2))
        buf_addf(&body, "'tickets':['n-%03d','n-%03d'],", (int)rng_below(rng, 20),
                 20 + (int)rng_below(rng, 20));
    else if (kind == 0 || kind == 3)
        buf_addf(&body, "'from':'%s',", queue_ids[(to + 1) % QUEUES]);
    else if (rng_below(rng, 2))
        buf_addf(&body, "'until':'%s',", in_minutes(h, 5 + (int)rng_below(rng, 50)));
    buf_addf(&body, "'to':[{'queue':'%s','weight':%d}]", queue_ids[to], 1 + (int)rng_below(rng, 3));
    return buf_take(&body);
}

static void check_same(struct json *previewed, struct command_hall *h, const char *what)
{
    struct json *is = side_of(h, 0);
    for (const struct json *q = json_first(is); q; q = json_next(q)) {
        char *want = json_print(json_get(previewed, json_name(q))), *got = json_print(q);
        if (!CHECK(!json_get(previewed, json_name(q)) || str_equal(want, got)))
            CHECK_TEXT(got, want), CHECK_TEXT(what, "");
        free(want);
        free(got);
    }
    json_free(&is);
}

static void move_about(struct command_hall *h, struct rng *rng)
{
    struct json *previewed = NULL;
    char *last = xstrdup("");
    for (int i = 0; i < MOVES; i++) {
        char *move = any_move(h, rng);
        if (!trial_run(h, "kamran", "hall.move", "{%s,'preview':true}", move)) {
            free(move);
            continue;
        }
        CHECK_INT(h->changes, 0);
        if (previewed)
            check_same(previewed, h, last);
        json_free(&previewed);
        previewed = side_of(h, 1);
        struct json *seen = json_copy(json_get(h->out.data, "seen"));
        char *text = json_print(seen);
        int64_t moved = trial_int(h, "/moved");
        CHECK(trial_run(h, "kamran", "hall.move", "{%s,'seen':%s}", move, text));
        CHECK_INT(trial_int(h, "/moved"), moved);
        json_free(&seen);
        free(text);
        free(last);
        last = move;
    }
    json_free(&previewed);
    free(last);
}

/* LOKET_HALLS says how many; the seed is printed with what fails. */
TEST(move_preview_is_what_is_then_so)
{
    const char *asked = getenv("LOKET_HALLS");
    int halls = asked ? atoi(asked) : 12;
    for (int i = 0; i < halls; i++) {
        struct command_hall h;
        struct rng rng;
        rng_seed(&rng, (uint64_t)i + 1);
        open_any_hall(&h, &rng);
        move_about(&h, &rng);
        trial_close(&h);
    }
}
