/* tests/unit/command_notice_test.c: calls from a desk that everyone sees, and closing a counter with people in its
 * queues: whoever has a number is still served. */
#include <string.h>

#include "core/base/clock.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

static bool issue(struct command_hall *h)
{
    h->now_ms += 1000;
    return trial_run(h, "nigar", "ticket.issue", "{'queue':'b'}");
}

static const char *call_next(struct command_hall *h, const char *login, const char *counter)
{
    h->now_ms += 1000;
    CHECK(trial_run(h, login, "ticket.call_next", "{'counter':'%s','fence':1}", counter));
    return trial_text(h, "/ticket/number");
}

static void end_visit(struct command_hall *h, const char *login)
{
    CHECK(trial_run(h, login, "ticket.start", "{'ticket':'%s','gen':1}", h->last_ticket));
    CHECK(trial_run(h, login, "ticket.finish", "{'ticket':'%s','gen':1,'outcome':'served'}", h->last_ticket));
}

/* Leyla sits at counter 1, two people wait; what closure.request answers. */
static void ask_to_close(struct command_hall *h, const char *more, char closure[64])
{
    trial_open(h);
    CHECK(trial_run(h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(issue(h) && issue(h));
    h->now_ms += 1000;
    CHECK(trial_run(h, "leyla", "closure.request", "{'counter':'1','reason':'ill'%s}", more));
    str_copy(closure, 64, trial_text(h, "/closure/id"));
    CHECK_TEXT(trial_text(h, "/counter/closing/state"), "open");
}

TEST(closing_serves_whoever_has_a_number_and_nobody_later)
{
    struct command_hall h;
    char closure[64];
    ask_to_close(&h, "", closure);
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    CHECK_TEXT(trial_text(&h, "/counter/closing/state"), "approved");
    CHECK_TEXT(trial_text(&h, "/counter/closing/queues/0"), "b");
    CHECK(issue(&h)); /* comes too late for this counter */
    CHECK_TEXT(call_next(&h, "leyla", "1"), "B001");
    end_visit(&h, "leyla");
    CHECK_TEXT(call_next(&h, "leyla", "1"), "B002");
    end_visit(&h, "leyla");
    CHECK_TEXT(call_next(&h, "leyla", "1"), "");
    CHECK(trial_run(&h, "leyla", "counter.close", "{'counter':'1'}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/closing/state"), "");
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':2}"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B003");
    trial_close(&h);
}

/* Newcomers of a class that goes first stand before whoever has a number, however many they are. */
TEST(closing_finds_who_has_a_number_behind_any_number_of_newcomers)
{
    struct command_hall h;
    char closure[64];
    trial_open(&h);
    CHECK(trial_run(&h, "kamran", "queue.rule", "{'queue':'b','rule':'priority','reason':'r'}"));
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b','priority':'elderly'}"));
    h.now_ms += 1000;
    CHECK(trial_run(&h, "leyla", "closure.request", "{'counter':'1','reason':'ill'}"));
    str_copy(closure, sizeof closure, trial_text(&h, "/closure/id"));
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    for (int i = 0; i < 12; i++) {
        h.now_ms += 1000;
        CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b','priority':'disabled'}"));
    }
    CHECK_TEXT(call_next(&h, "leyla", "1"), "B001");
    trial_close(&h);
}

TEST(closing_leaves_a_queue_to_others_who_serve_it)
{
    struct command_hall h;
    char closure[64];
    ask_to_close(&h, "", closure);
    CHECK(trial_run(&h, "rauf", "counter.open", "{'counter':'2'}"));
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    CHECK_TEXT(trial_text(&h, "/counter/closing/queues/0"), "");
    CHECK_TEXT(call_next(&h, "leyla", "1"), "");
    CHECK_TEXT(call_next(&h, "rauf", "2"), "B001");
    trial_close(&h);
}

TEST(closing_after_those_who_wait_serves_them_though_others_could)
{
    struct command_hall h;
    char closure[64];
    ask_to_close(&h, ",'serve':'waiting'", closure);
    CHECK(trial_run(&h, "rauf", "counter.open", "{'counter':'2'}"));
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    CHECK_TEXT(call_next(&h, "leyla", "1"), "B001");
    trial_close(&h);
}

TEST(closing_from_a_time_calls_everyone_before_it)
{
    struct command_hall h;
    char closure[64];
    ask_to_close(&h, ",'from':'2026-11-24T09:00:00.000Z'", closure);
    CHECK(trial_run(&h, "rauf", "counter.open", "{'counter':'2'}"));
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    CHECK_TEXT(trial_text(&h, "/counter/closing/from"), "2026-11-24T09:00:00.000Z");
    CHECK_TEXT(call_next(&h, "leyla", "1"), "B001");
    trial_close(&h);
}

/* A newcomer is promised nothing by a counter that closes. */
TEST(closing_counters_count_in_no_promise)
{
    struct command_hall h;
    char closure[64];
    int64_t both, one;
    ask_to_close(&h, "", closure);
    CHECK(trial_run(&h, "rauf", "counter.open", "{'counter':'2'}"));
    for (int i = 0; i < 4; i++)
        CHECK(issue(&h));
    both = trial_int(&h, "/estimate_min/1");
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    CHECK(issue(&h));
    one = trial_int(&h, "/estimate_min/1");
    CHECK(one >= both + 20);
    trial_close(&h);
}

TEST(closing_is_withdrawn_by_its_clerk_and_calls_go_on)
{
    struct command_hall h;
    char closure[64];
    ask_to_close(&h, "", closure);
    CHECK(!trial_run(&h, "rauf", "closure.withdraw", "{'closure':'%s'}", closure));
    CHECK_TEXT(h.out.code, "forbidden");
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    CHECK(trial_run(&h, "leyla", "closure.withdraw", "{'closure':'%s'}", closure));
    CHECK_TEXT(trial_text(&h, "/closure/state"), "withdrawn");
    CHECK(issue(&h));
    for (int i = 1; i <= 3; i++) { /* the third came after the counter would have closed */
        char number[8];
        str_format(number, sizeof number, "B%03d", i);
        CHECK_TEXT(call_next(&h, "leyla", "1"), number);
        end_visit(&h, "leyla");
    }
    CHECK(!trial_run(&h, "leyla", "closure.withdraw", "{'closure':'%s'}", closure));
    CHECK_TEXT(h.out.code, "already_answered");
    trial_close(&h);
}

TEST(closing_that_is_not_approved_changes_no_call)
{
    struct command_hall h;
    char closure[64];
    ask_to_close(&h, "", closure);
    CHECK(trial_run(&h, "kamran", "closure.reject", "{'closure':'%s','reason':'ten wait'}", closure));
    CHECK_TEXT(trial_text(&h, "/counter/closing/state"), "rejected");
    h.now_ms += 60000;
    CHECK_TEXT(call_next(&h, "leyla", "1"), "B001");
    CHECK(trial_run(&h, "leyla", "closure.request", "{'counter':'1','reason':'ill'}")); /* again */
    trial_close(&h);
}

TEST(closing_a_counter_directly_withdraws_the_request)
{
    struct command_hall h;
    char closure[64];
    ask_to_close(&h, "", closure);
    CHECK(trial_run(&h, "leyla", "counter.close", "{'counter':'1'}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_CLOSURE, closure, "/state"), "withdrawn");
    trial_close(&h);
}

/* Only where the hall says so: an outside program that closes counters works on elsewhere. */
TEST(closing_asks_for_approval_where_the_hall_wants_it)
{
    struct command_hall h;
    char closure[64];
    ask_to_close(&h, "", closure);
    CHECK(trial_run(&h, "leyla", "closure.withdraw", "{'closure':'%s'}", closure));
    trial_put(&h, TABLE_HALL,
              "{'id':'hall','code':'BKU','pack':'az','policy':{'closing_approval':true},"
              "'business_day':'2026-11-24'}");
    CHECK(!trial_run(&h, "leyla", "counter.close", "{'counter':'1'}"));
    CHECK_TEXT(h.out.code, "approval_needed");
    CHECK(strstr(h.out.message, "B") != NULL);
    CHECK(trial_run(&h, "rauf", "counter.open", "{'counter':'2'}")); /* somebody else serves it now */
    CHECK(trial_run(&h, "leyla", "counter.close", "{'counter':'1'}"));
    trial_close(&h);
}

/* A word for later is none for now. */
TEST(closing_that_is_approved_for_later_lets_nobody_leave_before)
{
    struct command_hall h;
    char closure[64];
    ask_to_close(&h, ",'from':'2026-11-24T12:00:00.000Z'", closure);
    trial_put(&h, TABLE_HALL,
              "{'id':'hall','code':'BKU','pack':'az','policy':{'closing_approval':true},"
              "'business_day':'2026-11-24'}");
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    CHECK(!trial_run(&h, "leyla", "counter.close", "{'counter':'1'}"));
    CHECK_TEXT(h.out.code, "approval_needed");
    REQUIRE(time_parse("2026-11-24T12:00:00.000Z", &h.now_ms));
    CHECK(issue(&h)); /* after it closes: B003 */
    CHECK(!trial_run(&h, "leyla", "counter.close", "{'counter':'1'}"));
    CHECK_TEXT(h.out.code, "people_left");
    CHECK(strstr(h.out.message, "2 in queue B") != NULL);
    for (int i = 0; i < 2; i++) {
        CHECK(*call_next(&h, "leyla", "1"));
        end_visit(&h, "leyla");
    }
    CHECK_TEXT(call_next(&h, "leyla", "1"), "");
    CHECK(trial_run(&h, "leyla", "counter.close", "{'counter':'1'}"));
    CHECK_TEXT(trial_text(&h, "/left/0/queue"), "b");
    CHECK_INT(trial_int(&h, "/left/0/waiting"), 1);
    CHECK_INT(trial_row_int(&h, TABLE_CLOSURE, closure, "/left/0/waiting"), 1);
    CHECK_TEXT(trial_row_text(&h, TABLE_CLOSURE, closure, "/state"), "approved");
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/left/closure"), closure);
    CHECK(trial_run(&h, "rauf", "counter.open", "{'counter':'1'}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/left/closure"), "");
    trial_close(&h);
}

/* A supervisor may close it over people's heads; that is said as well. A queue that others serve is left to them. */
TEST(closing_says_whom_it_leaves_where_nobody_else_serves)
{
    struct command_hall h;
    char closure[64];
    ask_to_close(&h, "", closure);
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    CHECK(trial_run(&h, "rauf", "counter.open", "{'counter':'2'}"));
    CHECK(trial_run(&h, "leyla", "counter.close", "{'counter':'1'}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/left/closure"), "");
    trial_close(&h);
    ask_to_close(&h, "", closure);
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    CHECK(trial_run(&h, "kamran", "counter.close", "{'counter':'1'}"));
    CHECK_INT(trial_row_int(&h, TABLE_COUNTER, "c-1", "/left/queues/0/waiting"), 2);
    trial_close(&h);
}

/* Whoever asks again would lift what was approved. */
TEST(closing_that_is_approved_is_not_asked_for_again)
{
    struct command_hall h;
    char closure[64];
    ask_to_close(&h, "", closure);
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    CHECK(!trial_run(&h, "leyla", "closure.request", "{'counter':'1','reason':'ill'}"));
    CHECK_TEXT(h.out.code, "already_closing");
    CHECK(strstr(h.out.message, "Kamran") && strstr(h.out.message, "10:00"));
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/closing/state"), "approved");
    CHECK(trial_run(&h, "leyla", "closure.withdraw", "{'closure':'%s'}", closure));
    CHECK(trial_run(&h, "leyla", "closure.request", "{'counter':'1','reason':'ill'}"));
    trial_close(&h);
}

/* Counter 2 closes at one in the afternoon: until then it serves, and whoever closes later than that is the last. */
TEST(closing_of_another_counter_counts_from_its_time)
{
    struct command_hall h;
    char closure[64], other[64];
    ask_to_close(&h, "", closure);
    CHECK(trial_run(&h, "rauf", "counter.open", "{'counter':'2'}"));
    CHECK(trial_run(&h, "rauf", "closure.request",
                    "{'counter':'2','reason':'meal','from':'2026-11-24T09:00:00.000Z'}"));
    str_copy(other, sizeof other, trial_text(&h, "/closure/id"));
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", other));
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    CHECK_TEXT(trial_text(&h, "/counter/closing/queues/0"), ""); /* counter 2 serves them */
    trial_close(&h);
    ask_to_close(&h, ",'from':'2026-11-24T10:00:00.000Z'", closure);
    CHECK(trial_run(&h, "rauf", "counter.open", "{'counter':'2'}"));
    CHECK(trial_run(&h, "rauf", "closure.request",
                    "{'counter':'2','reason':'meal','from':'2026-11-24T09:00:00.000Z'}"));
    str_copy(other, sizeof other, trial_text(&h, "/closure/id"));
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", other));
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s'}", closure));
    CHECK_TEXT(trial_text(&h, "/counter/closing/queues/0"), "b"); /* then nobody does */
    trial_close(&h);
}

TEST(break_keeps_until_when)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "leyla", "counter.pause",
                    "{'counter':'1','reason':'meal','until':'2026-11-24T07:00:00.000Z'}"));
    CHECK_TEXT(trial_text(&h, "/counter/pause_until"), "2026-11-24T07:00:00.000Z");
    CHECK(trial_run(&h, "leyla", "counter.resume", "{'counter':'1'}"));
    CHECK_TEXT(trial_text(&h, "/counter/pause_until"), "");
    trial_close(&h);
}

/* --- calls --- */

TEST(alert_is_called_once_seen_and_ended)
{
    struct command_hall h;
    char alert[64];
    trial_open(&h);
    CHECK(trial_run(&h, "leyla", "hall.alert", "{'kind':'medical','counter':'1','text':'has fainted'}"));
    str_copy(alert, sizeof alert, trial_text(&h, "/alert/id"));
    CHECK_TEXT(trial_text(&h, "/alert/state"), "open");
    CHECK_TEXT(trial_text(&h, "/alert/counter_name"), "1");
    CHECK_TEXT(trial_text(&h, "/alert/user_name"), "Leyla Quliyeva");
    CHECK(!trial_run(&h, "leyla", "hall.alert", "{'kind':'medical'}"));
    CHECK_TEXT(h.out.code, "already_called");
    CHECK(trial_run(&h, "leyla", "hall.alert", "{'kind':'security'}")); /* another thing */
    CHECK(trial_run(&h, "rauf", "hall.alert_seen", "{'alert':'%s'}", alert));
    CHECK(trial_run(&h, "rauf", "hall.alert_seen", "{'alert':'%s'}", alert));
    CHECK_TEXT(trial_text(&h, "/alert/seen/0/user"), "u-rauf");
    CHECK_TEXT(trial_text(&h, "/alert/seen/1/user"), "");
    CHECK(!trial_run(&h, "rauf", "hall.alert_end", "{'alert':'%s'}", alert));
    CHECK_TEXT(h.out.code, "forbidden");
    CHECK(trial_run(&h, "kamran", "hall.alert_end", "{'alert':'%s'}", alert));
    CHECK(!trial_run(&h, "leyla", "hall.alert_end", "{'alert':'%s'}", alert));
    CHECK_TEXT(h.out.code, "already_ended");
    CHECK(trial_run(&h, "leyla", "hall.alert", "{'kind':'medical'}"));
    trial_close(&h);
}

TEST(alert_messages_are_a_supervisors)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(!trial_run(&h, "leyla", "hall.alert", "{'kind':'message','text':'cake at three'}"));
    CHECK_TEXT(h.out.code, "forbidden");
    CHECK(!trial_run(&h, "kamran", "hall.alert", "{'kind':'message'}"));
    CHECK_TEXT(h.out.field, "text");
    CHECK(!trial_run(&h, "kamran", "hall.alert",
                     "{'kind':'message','text':'closed','until':'2026-11-24T05:00:00.000Z'}"));
    CHECK_TEXT(h.out.code, "invalid_until");
    CHECK(trial_run(&h, "kamran", "hall.alert", "{'kind':'message','text':'the hall closes at 16:00'}"));
    CHECK(trial_run(&h, "kamran", "hall.alert", "{'kind':'message','text':'and the lift is broken'}"));
    trial_close(&h);
}

TEST(alert_is_one_line_and_of_a_known_kind)
{
    struct command_hall h;
    char words[300];
    trial_open(&h);
    CHECK(!trial_run(&h, "leyla", "hall.alert", "{'kind':'lunch'}"));
    CHECK_TEXT(h.out.code, "invalid_kind");
    memset(words, 'a', 201);
    words[201] = '\0';
    CHECK(!trial_run(&h, "leyla", "hall.alert", "{'kind':'help','text':'%s'}", words));
    CHECK_TEXT(h.out.code, "text_too_long");
    words[200] = '\0';
    CHECK(trial_run(&h, "leyla", "hall.alert", "{'kind':'help','text':'%s'}", words));
    trial_close(&h);
}

/* Nobody ends a message. */
TEST(alert_of_an_emergency_is_heard_however_many_messages_stand)
{
    struct command_hall h;
    trial_open(&h);
    for (int i = 0; i < 20; i++)
        CHECK(trial_run(&h, "kamran", "hall.alert", "{'kind':'message','text':'notice %d'}", i));
    CHECK(!trial_run(&h, "kamran", "hall.alert", "{'kind':'message','text':'one more'}"));
    CHECK_TEXT(h.out.code, "too_many_alerts");
    CHECK(trial_run(&h, "leyla", "hall.alert", "{'kind':'medical'}"));
    CHECK(!trial_run(&h, "leyla", "hall.alert", "{'kind':'medical'}"));
    CHECK_TEXT(h.out.code, "already_called");
    trial_close(&h);
}
