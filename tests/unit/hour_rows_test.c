/* tests/unit/hour_rows_test.c: a hall's rows as a snapshot: what it says of a small hall, that its next call is the hall's own,
 * and how many people are expected. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/hour_rows.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { MIN = 60 * 1000 };

static bool issue(struct command_hall *h, const char *queue, const char *more)
{
    h->now_ms += 1000;
    return trial_run(h, "nigar", "ticket.issue", "{'queue':'%s'%s}", queue, more);
}

static void serve(struct command_hall *h, const char *login, int minutes)
{
    char ticket[64];
    str_copy(ticket, sizeof ticket, h->last_ticket);
    int64_t gen = trial_int(h, "/ticket/gen");
    CHECK(trial_run(h, login, "ticket.start", "{'ticket':'%s','gen':%d}", ticket, (int)gen));
    if (minutes < 0)
        return;
    h->now_ms += minutes * (int64_t)MIN;
    CHECK(trial_run(h, login, "ticket.finish", "{'ticket':'%s','gen':%d,'outcome':'served'}", ticket,
                    (int)gen));
}

/* Leases follow the clock that the tests turn. */
static void stay_open(struct command_hall *h, const char *login, const char *counter)
{
    CHECK(trial_run(h, login, "counter.open", "{'counter':'%s'}", counter));
}

TEST(hour_rows_of_a_small_hall)
{
    struct command_hall h;
    struct hour_hall hall;
    trial_open(&h);
    stay_open(&h, "leyla", "1");
    CHECK(issue(&h, "b", ""));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    serve(&h, "leyla", 8);
    CHECK(issue(&h, "b", ",'service':'az.din.passport'"));
    CHECK(issue(&h, "b", ",'priority':'elderly'"));
    CHECK(issue(&h, "t", ""));
    stay_open(&h, "leyla", "1");
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':2}"));
    serve(&h, "leyla", -1);
    h.now_ms += MIN;
    REQUIRE(hour_rows(h.db, h.now_ms, NULL, &hall) == ERR_OK);
    const struct hour *hour = &hall.hour;
    CHECK_INT(hour->queue_count, 6);
    CHECK_INT(hour->desk_count, 3);
    CHECK_INT(hour->people_count, 2); /* the first two are with their clerk, or gone */
    int b = hour_find_queue(hour, "b"), t = hour_find_queue(hour, "t"), one = hour_find_desk(hour, "c-1");
    REQUIRE(b >= 0 && t >= 0 && one >= 0);
    CHECK(hour->queues[hour_find_queue(hour, "a")].kind == RULE_APPOINTMENTS);
    CHECK_INT(hour->queues[hour_find_queue(hour, "p")].max_run, 2);
    CHECK_INT(hour->queues[b].target_min, 0);
    CHECK_INT(hour_target_min(&hour->queues[b]), HOUR_TARGET_MIN);
    CHECK_INT(hour->queues[b].service_ms, 8 * MIN);
    CHECK(hour->queues[b].agency != hour->queues[t].agency);
    CHECK_INT(hour->queues[b].agency, hour->desks[one].agency);
    CHECK_INT(hour->desks[one].opens_ms, 0);
    CHECK_INT(hour->desks[one].free_ms, h.now_ms + 7 * MIN); /* eight minutes, one is over */
    CHECK_INT(hour->desks[one].share_count, 1);
    CHECK_INT(hour->desks[one].shares[0].queue, b);
    CHECK(hour->desks[hour_find_desk(hour, "c-2")].opens_ms == HOUR_NEVER);
    int person = hour->people[0].queue == b ? 0 : 1;
    CHECK_TEXT(hour->people[person].number, "B003");
    CHECK_INT(hour->people[person].priority, 2);
    CHECK_INT(hour->people[person].desk, HOUR_NOBODY);
    CHECK_INT(hour_find_person(hour, hour->people[1].id), 1);
    CHECK_INT(hour_find_person(hour, "nobody"), HOUR_NOBODY);
    hour_hall_free(&hall);
    /* Nobody has been heard of counter 1 for a lease: it calls nobody. A break ends when it is said to. */
    REQUIRE(hour_rows(h.db, h.now_ms + 10 * MIN, NULL, &hall) == ERR_OK);
    CHECK(hall.desks[one].opens_ms == HOUR_NEVER);
    CHECK_INT(hall.desks[one].free_ms,
              h.now_ms + 12 * MIN); /* longer than expected: a quarter of it may be to come */
    hour_hall_free(&hall);
    trial_close(&h);
}

TEST(hour_rows_have_the_targets_of_queue_and_hall)
{
    struct command_hall h;
    struct hour_hall hall;
    trial_open(&h);
    trial_put(&h, TABLE_HALL, "{'id':'hall','code':'ASAN-01','policy':{'level':{'wait_min':20}}}");
    trial_put(&h, TABLE_QUEUE, "{'id':'b','code':'B','agency':'az.din','level':{'wait_min':7}}");
    REQUIRE(hour_rows(h.db, h.now_ms, NULL, &hall) == ERR_OK);
    CHECK_INT(hall.queues[hour_find_queue(&hall.hour, "b")].target_min, 7);
    CHECK_INT(hall.queues[hour_find_queue(&hall.hour, "p")].target_min, 20);
    hour_hall_free(&hall);
    trial_close(&h);
}

TEST(hour_rows_of_breaks_and_closing_counters)
{
    struct command_hall h;
    struct hour_hall hall;
    trial_open(&h);
    stay_open(&h, "leyla", "1");
    CHECK(
        trial_run(&h, "leyla", "counter.pause", "{'counter':'1','fence':1,'until':'2026-11-24T06:20:00Z'}"));
    REQUIRE(hour_rows(h.db, h.now_ms, NULL, &hall) == ERR_OK);
    int one = hour_find_desk(&hall.hour, "c-1");
    CHECK_INT(hall.desks[one].away_from_ms, h.now_ms);
    CHECK_INT(hall.desks[one].away_until_ms, h.now_ms + 20 * MIN);
    hour_hall_free(&hall);
    stay_open(&h, "leyla", "1");
    CHECK(trial_run(&h, "leyla", "counter.pause", "{'counter':'1','fence':2}"));
    REQUIRE(hour_rows(h.db, h.now_ms, NULL, &hall) == ERR_OK);
    CHECK(hall.desks[one].away_until_ms == HOUR_NEVER); /* nobody knows */
    hour_hall_free(&hall);
    trial_put(
        &h, TABLE_COUNTER,
        "{'id':'c-2','name':'2','agency':'az.din','state':'open','user':'u-rauf','fence':1,"
        "'lease_until':'2026-11-24T07:00:00Z','closing':{'state':'approved','from':'2026-11-24T05:50:00Z',"
        "'queues':['b']},'queues':[{'queue':'p','weight':1},{'queue':'b','weight':3}]}");
    REQUIRE(hour_rows(h.db, h.now_ms, NULL, &hall) == ERR_OK);
    int two = hour_find_desk(&hall.hour, "c-2");
    CHECK_INT(hall.desks[two].opens_ms, 0);
    CHECK_INT(hall.desks[two].last_arrival_ms, h.now_ms - 10 * MIN);
    CHECK_INT(hall.desks[two].share_count, 1);
    CHECK_INT(hall.desks[two].shares[0].weight, 3);
    hour_hall_free(&hall);
    trial_close(&h);
}

static void check_end(const struct hour_hall *hall, const struct hour_change *end, int64_t minutes,
                      const char *queue)
{
    CHECK_INT(end->kind, HOUR_ASSIGN);
    CHECK_INT(end->at_ms, hall->hour.now_ms + minutes * MIN);
    CHECK_TEXT(hall->desks[end->desk].id, "c-2");
    REQUIRE(end->share_count == 1);
    CHECK_TEXT(hall->queues[end->shares[0].queue].id, queue);
}

TEST(hour_rows_know_what_ends)
{
    struct command_hall h;
    struct hour_hall hall;
    trial_open(&h);
    /* On loan at B for ten minutes, before that at W for twenty, its own is P. Another was at X for five: nobody has that
     * after ten. */
    trial_put(
        &h, TABLE_COUNTER,
        "{'id':'c-2','name':'2','agency':'az.din','state':'open','user':'u-rauf','fence':1,"
        "'lease_until':'2026-11-24T07:00:00Z','queues':[{'queue':'b','weight':1}],"
        "'assigned':{'until':'2026-11-24T06:10:00Z','before':{'queues':[{'queue':'x','weight':1}],"
        "'assigned':{'until':'2026-11-24T06:05:00Z','before':{'queues':[{'queue':'w','weight':1}],"
        "'assigned':{'until':'2026-11-24T06:20:00Z','before':{'queues':[{'queue':'p','weight':1}]}}}}}}}");
    REQUIRE(hour_rows(h.db, h.now_ms, NULL, &hall) == ERR_OK);
    CHECK_INT(hall.hour.known_count, 2);
    REQUIRE(hall.end_count == 2);
    check_end(&hall, &hall.ends[0], 10, "w");
    check_end(&hall, &hall.ends[1], 20, "p");
    hour_hall_free(&hall);
    trial_put(&h, TABLE_QUEUE,
              "{'id':'b','code':'B','agency':'az.din','home':'','rule':{'kind':'priority','max_run':5,"
              "'until':'2026-11-24T06:30:00Z','before':{'kind':'fifo'}},"
              "'plan':{'lines':[{'from':'11:00','to':'12:00','kind':'appointments'}]}}");
    REQUIRE(hour_rows(h.db, h.now_ms, NULL, &hall) == ERR_OK);
    REQUIRE(hall.end_count == 5); /* by the wall of Baku: 10:30, 11:00, 12:00 */
    static const struct {
        int minutes;
        enum rule_kind rule;
    } rules[] = {{30, RULE_FIFO}, {60, RULE_APPOINTMENTS}, {120, RULE_FIFO}};
    for (int i = 0; i < 3; i++) {
        CHECK_INT(hall.ends[i].kind, HOUR_RULE);
        CHECK_INT(hall.ends[i].at_ms, h.now_ms + rules[i].minutes * (int64_t)MIN);
        CHECK_INT(hall.ends[i].rule, rules[i].rule);
        CHECK_TEXT(hall.queues[hall.ends[i].queue].id, "b");
    }
    hour_hall_free(&hall);
    trial_close(&h);
}

/* --- the hall's own call --- */

static void random_ticket(struct command_hall *h, struct rng *rng)
{
    static const char *const queues[] = {"p", "b", "w", "x", "a"};
    static const char *const more[] = {"", "", "", ",'priority':'disabled'", ",'priority':'elderly'"};
    char appointment[64] = "", at[TIME_TEXT];
    const char *queue = queues[rng_below(rng, 5)];
    time_text(h->now_ms + (int64_t)(1 + rng_below(rng, 40)) * MIN, at);
    if (!rng_below(rng, 5))
        str_format(appointment, sizeof appointment, ",'appointment_at':'%s'", at);
    char *both = xasprintf("%s%s", more[rng_below(rng, 5)], appointment);
    CHECK(issue(h, queue, both));
    free(both);
}

/* Who is foreseen to be called this moment at counter 1; "": nobody. */
static void foreseen(struct command_hall *h, char number[32])
{
    struct hour_hall hall;
    struct hour_run run;
    str_copy(number, 32, "");
    REQUIRE(hour_rows(h->db, h->now_ms, NULL, &hall) == ERR_OK);
    int one = hour_find_desk(&hall.hour, "c-1");
    for (int q = 0; q < hall.hour.queue_count; q++)
        hall.queues[q].arrivals = 0;
    hour_run(&hall.hour, 1, &run);
    for (int i = 0; i < hall.hour.people_count; i++)
        if (run.people[i].call_ms == h->now_ms && run.people[i].desk == one)
            str_copy(number, 32, hall.people[i].number);
    hour_run_free(&run);
    hour_hall_free(&hall);
}

TEST(hour_next_call_is_the_halls_own)
{
    int calls = 0, wrong = 0, nobody = 0;
    for (uint64_t seed = 0; seed < 12; seed++) {
        struct command_hall h;
        struct rng rng;
        int fence = 0;
        trial_open(&h);
        rng_seed(&rng, seed);
        CHECK(trial_run(&h, "kamran", "queue.assign",
                        "{'counter':'1','queues':[{'queue':'w','weight':%d},'p','a',"
                        "{'queue':'x','weight':%d},'b']}",
                        (int)(1 + rng_below(&rng, 4)), (int)(1 + rng_below(&rng, 4))));
        for (int step = 0; step < 40; step++) {
            char number[32];
            for (uint64_t n = rng_below(&rng, 3); n; n--)
                random_ticket(&h, &rng);
            h.now_ms += (int64_t)rng_below(&rng, 60) * 1000;
            stay_open(&h, "leyla", "1");
            foreseen(&h, number);
            CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':%d}", ++fence));
            const char *called = trial_text(&h, "/ticket/number");
            /* A booking whose time has not come is not there yet in the snapshot, but the hall calls it when nobody is. */
            bool early = !*number && *called && *trial_text(&h, "/ticket/appointment_at");
            wrong += !early && !str_equal(called, number);
            calls += *called != '\0';
            nobody += !*called;
            if (!*called)
                continue;
            if (rng_below(&rng, 4)) {
                serve(&h, "leyla", (int)rng_below(&rng, 3));
            } else { /* goes back, and was called lately */
                char ticket[64];
                str_copy(ticket, sizeof ticket, h.last_ticket);
                CHECK(trial_run(&h, "leyla", "ticket.return", "{'ticket':'%s','gen':%d}", ticket,
                                (int)trial_int(&h, "/ticket/gen")));
            }
        }
        trial_close(&h);
    }
    CHECK_INT(wrong, 0);
    CHECK(calls > 300);
    CHECK(nobody > 0);
}

/* --- habits --- */

static void put_ticket(struct command_hall *h, int n, const char *state, int64_t arrived_ms, bool booked)
{
    char at[TIME_TEXT];
    time_text(arrived_ms, at);
    char *row =
        xasprintf("{'id':'t-%d','number':'B%d','queue':'b','state':'%s','priority_class':0,'arrived_at':'%s',"
                  "'appointment_at':%s%s%s}",
                  n, n, state, at, booked ? "'" : "", booked ? at : "null", booked ? "'" : "");
    trial_put(h, TABLE_TICKET, row);
    free(row);
}

static double pace(struct command_hall *h, int64_t *usually)
{
    struct hour_habits habits;
    double arrivals = -1;
    REQUIRE(hour_habits_read(h->db, h->now_ms, &habits) == ERR_OK);
    for (int i = 0; i < habits.queue_count; i++)
        if (str_equal(habits.queues[i].queue, "b")) {
            arrivals = habits.queues[i].arrivals;
            *usually = habits.queues[i].usually;
        }
    hour_habits_free(&habits);
    return arrivals;
}

TEST(hour_pace_is_todays_and_the_usual)
{
    enum { DAY_MINUTES = 24 * 60 };
    struct command_hall h;
    int64_t usually;
    int n = 0;
    trial_open(&h);
    int64_t week_ms = 7 * DAY_MINUTES * (int64_t)MIN;
    CHECK(pace(&h, &usually) < 0.001);
    CHECK_INT(usually, -1);
    for (int i = 0; i < 12;
         i++) /* the doors opened half an hour ago: twelve people are four in ten minutes */
        put_ticket(&h, n++, "waiting", h.now_ms - (29 - 2 * i) * (int64_t)MIN, false);
    CHECK(pace(&h, &usually) > 3.99 && pace(&h, &usually) < 4.01);
    for (int i = 0; i < 5; i++) /* bookings are counted apart */
        put_ticket(&h, n++, "waiting", h.now_ms - (20 - i) * (int64_t)MIN, true);
    CHECK(pace(&h, &usually) > 3.99 && pace(&h, &usually) < 4.01);
    for (int i = 0; i < 8; i++) /* a week ago: eight before this hour, 30 in it */
        put_ticket(&h, n++, "done", h.now_ms - week_ms - (i + 2) * (int64_t)MIN, false);
    for (int i = 0; i < 30; i++)
        put_ticket(&h, n++, "done", h.now_ms - week_ms + (i + 2) * (int64_t)MIN, false);
    /* Half as many again as then: 45 in the hour. */
    CHECK(pace(&h, &usually) > 7.49 && pace(&h, &usually) < 7.51);
    CHECK_INT(usually, 8);
    for (int i = 0; i < 40; i++) /* a crowd says no more than twice the usual day */
        put_ticket(&h, n++, "done", h.now_ms - 5 * MIN, false);
    CHECK(pace(&h, &usually) > 9.99 && pace(&h, &usually) < 10.01);
    trial_close(&h);
}

static void put_drawn(struct command_hall *h, const char *number, const char *queue, int64_t arrived_ms)
{
    char at[TIME_TEXT];
    time_text(arrived_ms, at);
    char *row = xasprintf("{'id':'d-%d-%s','number':'%s','queue':'%s','state':'done','priority_class':0,"
                          "'arrived_at':'%s','appointment_at':null}",
                          (int)h->rev, number, number, queue, at);
    trial_put(h, TABLE_TICKET, row);
    free(row);
}

/* Who came for one queue and was moved to another came for the first all the same. */
TEST(hour_pace_is_counted_where_numbers_were_drawn)
{
    struct command_hall h;
    struct hour_habits habits;
    char number[16];
    trial_open(&h);
    trial_put(&h, TABLE_QUEUE, "{'id':'b2','code':'B2','agency':'az.din','rule':{'kind':'fifo'},'home':''}");
    for (int i = 1; i <= 6; i++) {
        str_format(number, sizeof number, "P%03d", i);
        put_drawn(&h, number, i % 2 ? "b" : "p", h.now_ms - (58 - i) * (int64_t)MIN); /* three were moved */
        put_drawn(&h, number, "b", h.now_ms - 7 * 24 * 60 * (int64_t)MIN + i * MIN);  /* then all of them */
    }
    put_drawn(&h, "B001", "p", h.now_ms - 5 * MIN);
    put_drawn(&h, "B2001", "b", h.now_ms - 5 * MIN);  /* of B2 */
    put_drawn(&h, "B2000", "t", h.now_ms - 5 * MIN);  /* of B: none has the number 0 */
    put_drawn(&h, "K7-001", "t", h.now_ms - 5 * MIN); /* of a workstation without the hall */
    REQUIRE(hour_habits_read(h.db, h.now_ms, &habits) == ERR_OK);
    for (int i = 0; i < habits.queue_count; i++) {
        const struct hour_habit *habit = &habits.queues[i];
        static const struct {
            const char *queue;
            int came;
        } want[] = {{"p", 6}, {"b", 2}, {"b2", 1}, {"t", 1}, {"w", 0}};
        for (size_t q = 0; q < sizeof want / sizeof *want; q++)
            if (str_equal(want[q].queue, habit->queue))
                CHECK_INT(habit->came, want[q].came);
        if (str_equal(habit->queue, "p")) /* six in the hour to come, as a week ago */
            CHECK(habit->arrivals > 0.99 && habit->arrivals < 1.01);
    }
    hour_habits_free(&habits);
    trial_close(&h);
}

/* A transfer to the first place goes before everybody; its wait counts from the arrival. */
TEST(hour_rows_know_a_place_that_was_given)
{
    struct command_hall h;
    struct hour_hall hall;
    struct hour_run run;
    char id[64];
    trial_open(&h);
    for (int i = 0; i < 3; i++)
        CHECK(issue(&h, "b", ""));
    CHECK(issue(&h, "p", ""));
    str_copy(id, sizeof id, h.last_ticket);
    int64_t arrived_ms = h.now_ms;
    h.now_ms += 10 * MIN;
    trial_put(
        &h, TABLE_COUNTER,
        "{'id':'c-5','name':'5','agency':'az.din','state':'closed','fence':0,'queues':[{'queue':'p'}]}");
    stay_open(&h, "leyla", "5");
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'5','fence':1}"));
    CHECK(trial_run(&h, "leyla", "ticket.transfer",
                    "{'ticket':'%s','gen':%d,'to':{'queue':'b'},'place':'first'}", id,
                    (int)trial_int(&h, "/ticket/gen")));
    stay_open(&h, "rauf", "1");
    REQUIRE(hour_rows(h.db, h.now_ms, NULL, &hall) == ERR_OK);
    hour_run(&hall.hour, 60, &run);
    int moved = hour_find_person(&hall.hour, id);
    REQUIRE(moved >= 0);
    CHECK_INT(run.people[moved].call_ms, h.now_ms);
    CHECK_INT(hall.people[moved].since_ms, arrived_ms);
    for (int i = 0; i < hall.hour.people_count; i++)
        CHECK(i == moved || run.people[i].call_ms > h.now_ms);
    hour_run_free(&run);
    hour_hall_free(&hall);
    trial_close(&h);
}

TEST(hour_statements_go_by_indexes)
{
    static const char *const files[] = {"core/command/hour_rows.c", "core/command/hour_habits.c"};
    struct command_hall h;
    int count = 0;
    trial_open(&h);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *text = test_read_file(files[i]);
        REQUIRE(text != NULL);
        for (char *at = strstr(text, "\"SELECT"); at; at = strstr(at, "\"SELECT")) {
            struct buf sql = {0};
            bool quoted = false;
            for (; quoted || *at != ';'; at++) {
                if (*at == '"')
                    quoted = !quoted;
                else if (quoted)
                    buf_addc(&sql, *at);
                else if (str_starts(at, "ANY_STATE"))
                    buf_adds(&sql,
                             "('waiting', 'called', 'serving', 'held', 'done', 'no_show', 'cancelled')");
            }
            char *plan = db_explain(h.db, buf_text(&sql));
            bool whole = !strstr(buf_text(&sql), "FROM tickets"); /* small tables, in the order of an index */
            if (!CHECK(whole || strstr(plan, "SEARCH tickets USING")) || !CHECK(!strstr(plan, "TEMP B-TREE")))
                CHECK_TEXT(plan, buf_text(&sql));
            count++;
            free(plan);
            buf_free(&sql);
        }
        free(text);
    }
    CHECK_INT(count, 13);
    trial_close(&h);
}
