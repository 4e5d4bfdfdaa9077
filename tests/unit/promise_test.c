/* tests/unit/promise_test.c: who is counted as being before a newcomer, and the minutes that are told of it. */
#include <stdio.h>
#include <stdlib.h>

#include "core/model/queue.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { MIN = 60 * 1000 };

/* One who waits in a queue; booked_min from now, NEVER: a walk-in. here: came already; else a booking that nobody came to yet. */
enum { NEVER = -100000 };
static void put_waiting(struct command_hall *h, const char *queue, int booked_min, bool here, int class)
{
    char booked[TIME_TEXT], arrived[TIME_TEXT];
    time_text(h->now_ms + booked_min * (int64_t)MIN, booked);
    time_text(h->now_ms - 5 * MIN, arrived);
    bool has = booked_min != NEVER;
    char *row = xasprintf("{'id':'t-%d','number':'B%03d','day':'2026-11-24','queue':'%s','state':'waiting',"
                          "'priority_class':%d,'arrived_at':%s%s%s,'appointment_at':%s%s%s}",
                          (int)h->rev, (int)h->rev, queue, class, here ? "'" : "", here ? arrived : "null",
                          here ? "'" : "", has ? "'" : "", has ? booked : "null", has ? "'" : "");
    trial_put(h, TABLE_TICKET, row);
    free(row);
}

static int ahead(struct command_hall *h, const char *queue, const char *more)
{
    CHECK(trial_run(h, "nigar", "ticket.issue", "{'queue':'%s'%s}", queue, more));
    int count = (int)trial_int(h, "/ahead");
    CHECK(trial_run(h, "nigar", "ticket.cancel", "{'ticket':'%s','gen':%d}", h->last_ticket,
                    (int)trial_int(h, "/ticket/gen")));
    return count;
}

TEST(promise_counts_no_booking_that_is_not_due)
{
    struct command_hall h;
    trial_open(&h);
    put_waiting(&h, "b", NEVER, true, 0);
    CHECK_INT(ahead(&h, "b", ""), 1);
    put_waiting(&h, "b", 180, false, 0); /* this afternoon */
    CHECK_INT(ahead(&h, "b", ""), 1);
    put_waiting(&h, "b", 3, false, 0); /* in three minutes, and not there yet */
    CHECK_INT(ahead(&h, "b", ""), 1);
    put_waiting(&h, "b", 2, false, 0);
    CHECK_INT(ahead(&h, "b", ""), 2);
    put_waiting(&h, "b", -10, false, 0); /* whose time has come is called, there or not */
    CHECK_INT(ahead(&h, "b", ""), 3);
    put_waiting(&h, "b", 180, true, 0); /* checked in hours early: stands by the arrival */
    CHECK_INT(ahead(&h, "b", ""), 4);
    trial_close(&h);
}

TEST(promise_counts_bookings_that_come_due_before_the_call)
{
    struct command_hall h;
    trial_open(&h);
    for (int i = 0; i < 3; i++)
        put_waiting(&h, "a", NEVER, true, 0);
    CHECK_INT(ahead(&h, "a", ""), 3); /* ten minutes each: forty until the call */
    put_waiting(&h, "a", 41, false, 0);
    CHECK_INT(ahead(&h, "a", ""), 4);
    put_waiting(&h, "a", 43, false, 0);
    CHECK_INT(ahead(&h, "a", ""), 4);
    trial_close(&h);
}

TEST(promise_of_a_class_counts_its_own_bookings)
{
    struct command_hall h;
    trial_open(&h);
    put_waiting(&h, "p", NEVER, true, 0);
    put_waiting(&h, "p", NEVER, true, 1);
    put_waiting(&h, "p", 180, false, 1);
    put_waiting(&h, "p", 180, false, 0);
    CHECK_INT(ahead(&h, "p", ",'priority':'elderly'"), 1);
    CHECK_INT(ahead(&h, "p", ""), 2);
    trial_close(&h);
}

static void put_counter(struct command_hall *h, const char *name, const char *queues, int lease_min,
                        const char *more)
{
    char lease[TIME_TEXT];
    time_text(h->now_ms + lease_min * (int64_t)MIN, lease);
    char *row =
        xasprintf("{'id':'c-%s','name':'%s','agency':'az.din','state':'open','user':'u-leyla','fence':1,"
                  "'lease_until':'%s','queues':[%s]%s}",
                  name, name, lease, queues, more);
    trial_put(h, TABLE_COUNTER, row);
    free(row);
}

static int most_minutes(struct command_hall *h, const char *queue, const char *more)
{
    CHECK(trial_run(h, "nigar", "ticket.issue", "{'queue':'%s'%s}", queue, more));
    int minutes = (int)trial_int(h, "/estimate_min/1");
    CHECK(trial_run(h, "nigar", "ticket.cancel", "{'ticket':'%s','gen':%d}", h->last_ticket,
                    (int)trial_int(h, "/ticket/gen")));
    return minutes;
}

/* Ten minutes each, since nobody was served yet. */
TEST(promise_shares_a_counter_with_its_other_queues)
{
    struct command_hall h;
    trial_open(&h);
    for (int i = 0; i < 3; i++)
        put_waiting(&h, "b", NEVER, true, 0);
    put_counter(&h, "1", "{'queue':'b','weight':1},{'queue':'p','weight':1}", 1, "");
    CHECK_INT(most_minutes(&h, "b", ""), 40);
    for (int i = 0; i < 4; i++)
        put_waiting(&h, "p", NEVER, true, i == 0);
    CHECK_INT(most_minutes(&h, "b", ""), 80); /* four more come first at the only counter */
    CHECK_INT(most_minutes(&h, "p", ""), 80);
    CHECK_INT(most_minutes(&h, "p", ",'priority':'disabled'"),
              50);                       /* one before, and who came first of the others */
    put_waiting(&h, "p", 180, false, 0); /* booked for the afternoon: holds up nobody */
    CHECK_INT(most_minutes(&h, "b", ""), 80);
    put_counter(&h, "2", "{'queue':'p','weight':1}", -1, "");
    CHECK_INT(most_minutes(&h, "b", ""), 80); /* nobody has been heard of there */
    put_counter(&h, "2", "{'queue':'p','weight':1}", 1, "");
    CHECK_INT(most_minutes(&h, "b", ""), 40); /* they have a counter of their own now */
    int eight_for_two = most_minutes(&h, "p", "");
    CHECK(eight_for_two >= 39 && eight_for_two <= 40);
    put_counter(&h, "2", "{'queue':'x','weight':1}", 1, ",'assigned':{'before':{'queues':[{'queue':'p'}]}}");
    CHECK_INT(most_minutes(&h, "b", ""), 80); /* it had that queue before it was moved */
    trial_close(&h);
}

TEST(promise_under_weights_is_of_the_queues_share)
{
    struct command_hall h;
    trial_open(&h);
    put_waiting(&h, "w", NEVER, true, 0);
    for (int i = 0; i < 30; i++)
        put_waiting(&h, "x", NEVER, true, 0);
    put_counter(&h, "1", "{'queue':'w','weight':1},{'queue':'x','weight':3}", 1, "");
    CHECK_INT(most_minutes(&h, "w", ""), 80); /* each of the two after three of the others */
    trial_close(&h);
}

/* A hall whose clock stands years back still says how many wait. */
TEST(promise_counts_everybody_who_waits_whatever_the_clock_says)
{
    struct command_hall h;
    trial_open(&h);
    for (int i = 0; i < 4; i++)
        put_waiting(&h, "b", NEVER, true, 0);
    h.now_ms -= 3 * 365 * 24 * 60 * (int64_t)MIN;
    CHECK_INT(ahead(&h, "b", ""), 4);
    trial_close(&h);
}

TEST(promise_estimate_at_its_boundaries)
{
    struct estimate e;
    CHECK(queue_estimate(0, 0, 1, &e)); /* nobody before, and a service of no time */
    CHECK_INT(e.optimistic_min, 0);
    CHECK_INT(e.expected_min, 0);
    CHECK(queue_estimate(2, 10, 3, &e)); /* a counter for each: none is about to become free */
    CHECK_INT(e.optimistic_min, 0);
    CHECK_INT(e.expected_min, 10);
    CHECK(queue_estimate(3, 10, 3, &e)); /* one more than counters: 1 × 3.33 × 0.8 */
    CHECK_INT(e.optimistic_min, 2);
    CHECK_INT(e.expected_min, 13);
    CHECK(queue_estimate(10, 24 * 60, 1, &e));
    CHECK_INT(e.expected_min, 11 * 24 * 60);
    CHECK(!queue_estimate(10, 24 * 60 + 0.1, 1, &e)); /* no service takes longer than a day */
    CHECK(!queue_estimate(-1, 10, 1, &e));
    CHECK(!queue_estimate(0, 10, 0, &e)); /* no counter: nobody can say */
    CHECK(!queue_estimate(0, 10, -1, &e));
    CHECK(!queue_estimate(0, 0.0 / 0.0, 1, &e));
    /* More counters, fewer before, quicker service: never later. */
    for (int64_t desks = 1; desks < 9; desks++)
        for (int64_t before = 1; before < 60; before++) {
            struct estimate more, fewer, quicker;
            CHECK(queue_estimate(before, 8, desks, &e) && queue_estimate(before, 8, desks + 1, &more) &&
                  queue_estimate(before - 1, 8, desks, &fewer) && queue_estimate(before, 7, desks, &quicker));
            CHECK(more.expected_min <= e.expected_min && more.optimistic_min <= e.optimistic_min);
            CHECK(fewer.expected_min <= e.expected_min && fewer.optimistic_min <= e.optimistic_min);
            CHECK(quicker.expected_min <= e.expected_min && quicker.optimistic_min <= e.optimistic_min);
        }
}
