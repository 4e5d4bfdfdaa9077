/* tests/unit/quota_test.c: numbers that are not given any more, and what a newcomer is promised. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

/* Open from nine to five each weekday; it is ten o'clock on a Tuesday. */
static void limit(struct command_hall *h, const char *quota)
{
    char *row =
        xasprintf("{'id':'az.din.passport','agency':'az.din','queue':'b','name':{'en':'Passport'},"
                  "'hours':{'week':{'mon':['09:00-17:00'],'tue':['09:00-17:00'],'wed':['09:00-17:00'],"
                  "'thu':['09:00-17:00'],'fri':['09:00-17:00']}},'quota':%s}",
                  quota);
    trial_put(h, TABLE_SERVICE, row);
    free(row);
}

static bool issue(struct command_hall *h, const char *login, const char *more)
{
    return trial_run(h, login, "ticket.issue", "{'service':'az.din.passport','channel':'walk_in'%s}", more);
}

static bool move(struct command_hall *h, const char *login, const char *type, const char *more)
{
    return trial_run(h, login, type, "{'ticket':'%s',%s}", h->last_ticket, more);
}

TEST(quota_that_binds_gives_no_number_beyond_it_and_says_when_there_are_others)
{
    struct command_hall h;
    trial_open(&h);
    limit(&h, "{'day':2,'binding':true}");
    CHECK(issue(&h, "nigar", ""));
    CHECK(trial_run(&h, "nigar", "ticket.issue",
                    "{'queue':'b','channel':'walk_in'}")); /* of no service: not counted */
    CHECK(issue(&h, "nigar", ""));
    CHECK(!issue(&h, "nigar", ""));
    CHECK_TEXT(h.out.code, "quota_used_up");
    CHECK(strstr(h.out.message, "All 2 numbers") && strstr(h.out.message, "2026-11-25 09:00"));
    CHECK(!issue(&h, "nigar", ",'appointment_at':'2026-11-24T10:00:00.000Z'")); /* two in the afternoon */
    CHECK(issue(&h, "nigar", ",'appointment_at':'2026-11-25T10:00:00.000Z'"));
    CHECK(issue(&h, "nigar", ",'appointment_at':'2026-11-25T10:00:00.000Z'"));
    CHECK(!issue(&h, "nigar", ",'appointment_at':'2026-11-25T10:00:00.000Z'")); /* that day is full too */
    CHECK(issue(&h, "kamran", "")); /* a supervisor gives one more */
    trial_close(&h);
}

TEST(quota_counts_no_ticket_that_was_cancelled)
{
    struct command_hall h;
    trial_open(&h);
    limit(&h, "{'day':1,'binding':true}");
    CHECK(issue(&h, "nigar", ""));
    CHECK(trial_run(&h, "nigar", "ticket.cancel", "{'ticket':'%s','gen':0}", h.last_ticket));
    CHECK(issue(&h, "nigar", ""));
    CHECK(!issue(&h, "nigar", ""));
    trial_close(&h);
}

TEST(quota_of_a_part_of_the_day_leaves_the_other_part)
{
    struct command_hall h;
    trial_open(&h);
    limit(&h, "{'slots':[{'from':'09:00','until':'12:00','count':1},{'from':'12:00','until':'17:00','count':"
              "1}],'binding':true}");
    CHECK(issue(&h, "nigar", ""));
    CHECK(!issue(&h, "nigar", ""));
    CHECK(strstr(h.out.message, "2026-11-24 12:00") != NULL);
    CHECK(issue(&h, "nigar", ",'appointment_at':'2026-11-24T09:00:00.000Z'")); /* one o'clock */
    h.now_ms += 3 * (int64_t)HOUR_MS;
    CHECK(!issue(&h, "nigar", ""));
    trial_close(&h);
}

TEST(quota_that_does_not_bind_and_a_printed_number_are_never_refused)
{
    struct command_hall h;
    trial_open(&h);
    limit(&h, "{'day':1}");
    CHECK(issue(&h, "nigar", ""));
    CHECK(issue(&h, "nigar", ""));
    limit(&h, "{'day':1,'binding':true}");
    CHECK(issue(&h, "nigar", ",'number':'W7-B001'"));
    h.predicting = true; /* but a computer without the hall prints none when it knows that all are given */
    CHECK(!issue(&h, "nigar", ",'number':'W7-B002'"));
    CHECK_TEXT(h.out.code, "quota_used_up");
    trial_close(&h);
}

/* Whoever moves a booking, or comes on another day than the one booked for, takes a number there. */
TEST(quota_that_binds_holds_for_a_booking_that_is_moved_too)
{
    struct command_hall h;
    trial_open(&h);
    limit(&h, "{'slots':[{'from':'09:00','until':'12:00','count':1},{'from':'12:00','until':'17:00','count':"
              "1}],'binding':true}");
    CHECK(issue(&h, "nigar", ""));                                             /* this morning's */
    CHECK(issue(&h, "nigar", ",'appointment_at':'2026-11-25T06:00:00.000Z'")); /* ten in the morning */
    CHECK(!move(&h, "nigar", "ticket.check_in", "'walk_in':true"));
    CHECK_TEXT(h.out.code, "quota_used_up");
    CHECK(move(&h, "nigar", "ticket.rebook", "'appointment_at':'2026-11-25T07:00:00.000Z'")); /* its own */
    CHECK(move(&h, "nigar", "ticket.rebook", "'appointment_at':'2026-11-24T09:00:00.000Z'"));
    CHECK(issue(&h, "nigar", ",'appointment_at':'2026-11-25T06:00:00.000Z'"));
    CHECK(!move(&h, "nigar", "ticket.rebook", "'appointment_at':'2026-11-24T10:00:00.000Z'"));
    CHECK_TEXT(h.out.code, "quota_used_up");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, h.last_ticket, "/day"), "2026-11-25");
    CHECK(move(&h, "kamran", "ticket.rebook", "'appointment_at':'2026-11-24T10:00:00.000Z'"));
    trial_close(&h);
}

/* --- what is promised --- */

static void counter(struct command_hall *h, const char *id, const char *state, int64_t lease_ms)
{
    char until[TIME_TEXT];
    time_text(h->now_ms + lease_ms, until);
    char *row = xasprintf(
        "{'id':'%s','name':'%s','agency':'az.din','state':'%s','fence':1,'user':'u-leyla','lease_until':'%s',"
        "'queues':[{'queue':'b','weight':1}]}",
        id, id + 2, state, until);
    trial_put(h, TABLE_COUNTER, row);
    free(row);
}

/* Minutes that a newcomer is promised at most behind six people. */
static int64_t promised(struct command_hall *h)
{
    CHECK(trial_run(h, "nigar", "ticket.issue", "{'queue':'b','channel':'walk_in'}"));
    int64_t low = trial_int(h, "/estimate_min/0"), high = trial_int(h, "/estimate_min/1");
    CHECK(low >= 0 && low <= high);
    CHECK_INT(trial_int(h, "/ticket/promise_min/1"), high);
    CHECK(trial_run(h, "nigar", "ticket.cancel", "{'ticket':'%s','gen':0}", h->last_ticket));
    return high;
}

TEST(promise_counts_counters_that_are_really_open_and_no_others)
{
    struct command_hall h;
    trial_open(&h);
    for (int i = 0; i < 6; i++)
        CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b','channel':'walk_in'}"));
    counter(&h, "c-1", "open", MINUTE_MS);
    int64_t one = promised(&h);
    counter(&h, "c-2", "open", MINUTE_MS);
    int64_t two = promised(&h);
    CHECK(two < one);
    counter(&h, "c-2", "paused", MINUTE_MS);
    CHECK_INT(promised(&h), one);
    counter(&h, "c-2", "closed", MINUTE_MS);
    CHECK_INT(promised(&h), one);
    counter(&h, "c-2", "open", -MINUTE_MS); /* its workstation has not been heard of: nobody may be there */
    CHECK_INT(promised(&h), one);
    counter(&h, "c-1", "closed", MINUTE_MS);
    CHECK_INT(promised(&h), one); /* before the first counter opens one is counted on */
    trial_close(&h);
}

/* A clerk forgot to end a visit and does so the next morning: how long one takes is not told by that. */
TEST(promise_takes_no_measure_of_a_visit_that_was_left_open_over_night)
{
    struct command_hall h;
    trial_open(&h);
    for (int i = 0; i < 3; i++)
        CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b','channel':'walk_in'}"));
    CHECK(trial_run(&h, "kamran", "queue.assign", "{'counter':'1','queues':['b']}"));
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    char open[UUID_TEXT];
    str_copy(open, sizeof open, h.last_ticket);
    CHECK(trial_run(&h, "leyla", "ticket.start", "{'ticket':'%s','gen':1}", open));
    int64_t before = promised(&h);
    h.now_ms += 23 * (int64_t)HOUR_MS;
    CHECK(trial_run(&h, "leyla", "ticket.finish", "{'ticket':'%s','gen':1,'outcome':'served'}", open));
    CHECK_INT(promised(&h), before);
    trial_close(&h);
}

/* --- the last ticket of a queue --- */

/* Numbers from nine to half past four each weekday; it is ten o'clock on a Tuesday unless a test goes on. */
static void last_ticket(struct command_hall *h)
{
    trial_put(h, TABLE_QUEUE,
              "{'id':'b','code':'B','name':{'en':'Identity'},'agency':'az.din','rule':{'kind':'fifo'},"
              "'home':'','home_gen':1,'hours':{'week':{'mon':['09:00-16:30'],'tue':['09:00-16:30'],"
              "'wed':['10:00-16:30']}}}");
    limit(h, "null");
}

static const int64_t to_half_past_four_ms = 6 * (int64_t)HOUR_MS + 30 * MINUTE_MS;

TEST(last_ticket_of_a_queue_is_refused_with_the_next_time_and_given_with_a_reason)
{
    struct command_hall h;
    trial_open(&h);
    last_ticket(&h);
    h.now_ms += to_half_past_four_ms - MINUTE_MS;
    CHECK(issue(&h, "nigar", "")); /* the last one */
    h.now_ms += MINUTE_MS;
    CHECK(!issue(&h, "nigar", ""));
    CHECK_TEXT(h.out.code, "last_ticket_over");
    CHECK(strstr(h.out.message, "16:30") && strstr(h.out.message, "From 2026-11-25 10:00") &&
          strstr(h.out.message, "whoever holds a number is served"));
    CHECK_TEXT(trial_text(&h, "/queue"), "b");
    CHECK(!issue(&h, "leyla", ",'late_reason':'came from far'")); /* a clerk's word is not enough */
    CHECK_TEXT(h.out.code, "last_ticket_over");
    CHECK(!issue(&h, "kamran", "")); /* who may says why */
    CHECK_TEXT(h.out.field, "late_reason");
    CHECK(issue(&h, "nigar", ",'late_reason':'came from far'"));
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, h.last_ticket, "/late_reason"), "came from far");
    CHECK(issue(&h, "kamran", ",'late_reason':'an error of ours'"));
    trial_put(&h, TABLE_HALL,
              "{'id':'hall','code':'BKU','pack':'az','timezone':'Asia/"
              "Baku','policy':{'late_tickets':'supervisor'}}");
    CHECK(!issue(&h, "nigar", ",'late_reason':'came from far'"));
    CHECK(issue(&h, "kamran", ",'late_reason':'came from far'"));
    trial_close(&h);
}

/* Bookings have their own time, what is printed is in somebody's hand, and who waits is called and goes on to others. */
TEST(last_ticket_leaves_those_who_have_one)
{
    struct command_hall h;
    trial_open(&h);
    last_ticket(&h);
    CHECK(issue(&h, "nigar", ""));
    char early[64];
    str_copy(early, sizeof early, h.last_ticket);
    h.now_ms += to_half_past_four_ms + HOUR_MS;
    CHECK(issue(&h, "nigar", ",'appointment_at':'2026-11-24T14:00:00.000Z'")); /* six in the evening */
    CHECK(issue(&h, "nigar", ",'number':'W7-B001'"));
    h.predicting =
        true; /* a computer without the hall prints none when it knows that the last one is given */
    CHECK(!issue(&h, "nigar", ",'number':'W7-B002'"));
    CHECK_TEXT(h.out.code, "last_ticket_over");
    h.predicting = false;
    CHECK(trial_run(&h, "kamran", "queue.assign", "{'counter':'1','queues':['b']}"));
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK_TEXT(trial_text(&h, "/ticket/id"), early);
    trial_close(&h);
}

/* Of a visit to several it is the queue of any that says no; who is booked for another day takes a number of today. */
TEST(last_ticket_is_asked_of_each_stop_and_of_a_booking_of_another_day)
{
    struct command_hall h;
    trial_open(&h);
    last_ticket(&h);
    trial_put(&h, TABLE_SERVICE, "{'id':'az.tax','agency':'az.taxes','queue':'t','name':{'en':'Tax'}}");
    CHECK(issue(&h, "nigar", ",'appointment_at':'2026-11-25T07:00:00.000Z'"));
    h.now_ms += to_half_past_four_ms;
    CHECK(!trial_run(&h, "nigar", "ticket.issue",
                     "{'services':['az.tax','az.din.passport'],'order':'given','channel':'walk_in'}"));
    CHECK_TEXT(h.out.code, "last_ticket_over");
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'service':'az.tax','channel':'walk_in'}"));
    trial_close(&h);
    trial_open(&h);
    last_ticket(&h);
    CHECK(issue(&h, "nigar", ",'appointment_at':'2026-11-25T07:00:00.000Z'"));
    h.now_ms += to_half_past_four_ms;
    CHECK(!move(&h, "nigar", "ticket.check_in", "'walk_in':true"));
    CHECK_TEXT(h.out.code, "last_ticket_over");
    CHECK(move(&h, "nigar", "ticket.check_in", "'walk_in':true,'late_reason':'came from far'"));
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, h.last_ticket, "/late_reason"), "came from far");
    trial_close(&h);
}
