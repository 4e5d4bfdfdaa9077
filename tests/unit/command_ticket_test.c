/* tests/unit/command_ticket_test.c: tickets: issued, called, held by one person, moved on, undone. */
#include <stdlib.h>
#include <string.h>

#include "core/model/role.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

static bool issue(struct command_hall *h, const char *queue, const char *more)
{
    h->now_ms += 1000;
    return trial_run(h, "nigar", "ticket.issue", "{'queue':'%s','channel':'walk_in'%s}", queue, more);
}

static void open_counter(struct command_hall *h, const char *login, const char *counter)
{
    CHECK(trial_run(h, login, "counter.open", "{'counter':'%s'}", counter));
}

static bool call_next(struct command_hall *h, const char *login, const char *counter)
{
    return trial_run(h, login, "ticket.call_next", "{'counter':'%s','fence':%d}", counter,
                     (int)trial_row_int(h, TABLE_COUNTER, counter, "/fence"));
}

static bool step(struct command_hall *h, const char *login, const char *event, const char *more)
{
    char type[40];
    str_format(type, sizeof type, "ticket.%s", event);
    return trial_run(h, login, type, "{'ticket':'%s','gen':%d%s}", h->last_ticket,
                     (int)trial_row_int(h, TABLE_TICKET, h->last_ticket, "/gen"), more);
}

/* Calls and finishes until nobody waits; "P001 P002 …". */
static const char *call_all(struct command_hall *h, const char *login, const char *counter, char out[200])
{
    out[0] = '\0';
    while (call_next(h, login, counter) && *trial_text(h, "/ticket/number")) {
        if (*out)
            strcat(out, " ");
        strcat(out, trial_text(h, "/ticket/number"));
        CHECK(step(h, login, "start", ""));
        CHECK(step(h, login, "finish", ",'outcome':'served'"));
    }
    CHECK(h->out.applied);
    CHECK_TEXT(trial_text(h, "/why/reason"), "nobody_waits");
    return out;
}

static void assign(struct command_hall *h, const char *queues)
{
    CHECK(trial_run(h, "kamran", "queue.assign", "{'counter':'1','queues':[%s]}", queues));
}

/* --- roles --- */

TEST(command_roles_are_kept_for_every_command)
{
    static const struct {
        const char *login;
        unsigned role;
    } one_each[] = {{"leyla", ROLE_CLERK},    {"nigar", ROLE_RECEPTION}, {"kamran", ROLE_SUPERVISOR},
                    {"sevda", ROLE_APPROVER}, {"orxan", ROLE_TRAINER},   {"admin", ROLE_ADMINISTRATOR}};
    struct command_hall h;
    int count;
    const struct command_info *table = command_table(&count);
    trial_open(&h);
    CHECK_INT(count, 60);
    for (int i = 0; i < count; i++) {
        for (size_t p = 0; p < sizeof one_each / sizeof *one_each; p++) {
            trial_run(&h, one_each[p].login, table[i].type, "{}");
            CHECK(!h.out.applied);
            bool allowed = (table[i].roles & one_each[p].role) != 0;
            if (!CHECK(str_equal(h.out.code, "forbidden") == !allowed))
                CHECK_TEXT(one_each[p].login, table[i].type);
        }
    }
    trial_close(&h);
}

TEST(command_online_is_never_predicted)
{
    struct command_hall h;
    int count;
    const struct command_info *table = command_table(&count);
    trial_open(&h);
    h.predicting = true;
    for (int i = 0; i < count; i++) {
        trial_run(&h, "", table[i].type, "{}");
        CHECK(str_equal(h.out.code, "needs_hall") == (table[i].class == COMMAND_ONLINE));
    }
    trial_close(&h);
}

TEST(command_unknown_is_work_and_refused)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(command_class("case.teleport") == COMMAND_WORK);
    CHECK(!command_known("case.teleport"));
    CHECK(!trial_run(&h, "leyla", "case.teleport", "{}"));
    CHECK_TEXT(h.out.code, "unknown_command");
    trial_close(&h);
}

TEST(command_read_takes_what_travels)
{
    static const char text[] =
        "{\"seq\":3,\"id\":\"i\",\"type\":\"t\",\"v\":1,\"at\":{\"wall\":\"2026-11-24T06:00:00.000Z\","
        "\"offset_ms\":-340},\"base\":{\"row_rev\":7},\"body\":{}}";
    static const char bad[] = "{\"seq\":3,\"id\":\"i\",\"type\":\"t\",\"body\":[]}";
    struct json *json = NULL;
    struct command command;
    struct err_info info;
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    CHECK(command_read(json, &command, &info));
    CHECK_INT(command.wall_ms, COMMAND_HALL_START_MS);
    CHECK_INT(command.offset_ms, -340);
    CHECK_INT(command.base_row_rev, 7);
    CHECK_INT(command.base_hold_gen, -1);
    json_free(&json);
    REQUIRE(json_parse(bad, strlen(bad), &json, NULL) == ERR_OK);
    CHECK(!command_read(json, &command, &info));
    json_free(&json);
}

/* --- issue --- */

TEST(ticket_issue_numbers_from_001_for_each_queue_and_day)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(issue(&h, "p", ""));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "P001");
    CHECK_INT(trial_int(&h, "/ahead"), 0);
    CHECK(issue(&h, "P", "")); /* by its code */
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "P002");
    CHECK_INT(trial_int(&h, "/ahead"), 1);
    CHECK(trial_int(&h, "/estimate_min/0") <= trial_int(&h, "/estimate_min/1"));
    CHECK_TEXT(trial_text(&h, "/ticket/day"), "2026-11-24");
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'service':'az.din.passport'}"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001");
    h.now_ms += 24 * 3600 * 1000;
    CHECK(issue(&h, "p", ""));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "P001");
    trial_close(&h);
}

TEST(ticket_numbers_go_on_beyond_999_and_around_clashes)
{
    static const struct {
        const char *there, *next;
    } cases[] = {{"P998", "P999"}, {"P999", "P1000"}, {"P1000", "P1001"}, {"P1001", "P1002"}};
    struct command_hall h;
    trial_open(&h);
    for (int i = 1; i <= 999; i++) {
        char row[120];
        str_format(row, sizeof row, "{'id':'old-%d','number':'P%03d','day':'2026-11-24','state':'done'}", i,
                   i);
        if (i < 998)
            trial_put(&h, TABLE_TICKET, row);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(issue(&h, "p", ""));
        CHECK_TEXT(trial_text(&h, "/ticket/number"), cases[i].there);
    }
    trial_put(&h, TABLE_QUEUE, "{'id':'p1','code':'P1','rule':{'kind':'fifo'}}");
    CHECK(issue(&h, "p1", "")); /* P1001 is the queue P's by now */
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "P1002");
    trial_close(&h);
}

TEST(ticket_issue_predicted_has_no_number)
{
    struct command_hall h;
    trial_open(&h);
    h.predicting = true;
    CHECK(issue(&h, "p", ",'priority':'disabled'"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "");
    CHECK_TEXT(trial_text(&h, "/ticket/state"), "waiting");
    CHECK_INT(trial_int(&h, "/ticket/priority/class"), 1);
    trial_close(&h);
}

TEST(ticket_issue_refuses_what_it_does_not_know)
{
    static const struct {
        const char *body, *code;
    } cases[] = {
        {"{}", "invalid_body"},
        {"{'queue':'zz'}", "unknown_queue"},
        {"{'service':'zz'}", "unknown_service"},
        {"{'queue':7}", "invalid_body"},
        {"{'queue':'p','priority':'king'}", "unknown_priority"},
        {"{'queue':'p','appointment_at':'soon'}", "invalid_body"},
        {"{'queue':'p','person':'nobody'}", "unknown_person"},
    };
    struct command_hall h;
    trial_open(&h);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(!trial_run(&h, "nigar", "ticket.issue", "%s", cases[i].body));
        CHECK_TEXT(h.out.code, cases[i].code);
        CHECK(strlen(h.out.message) > 20);
    }
    trial_close(&h);
}

/* --- the order of calls --- */

TEST(call_order_fifo)
{
    struct command_hall h;
    char order[200];
    trial_open(&h);
    for (int i = 0; i < 3; i++)
        CHECK(issue(&h, "b", i == 2 ? ",'priority':'disabled'" : ""));
    open_counter(&h, "leyla", "1");
    CHECK_TEXT(call_all(&h, "leyla", "c-1", order), "B001 B002 B003");
    trial_close(&h);
}

TEST(call_order_priority_lets_nobody_starve)
{
    struct command_hall h;
    char order[200];
    trial_open(&h);
    assign(&h, "{'queue':'P','weight':1}");
    CHECK(issue(&h, "p", ""));
    for (int i = 0; i < 4; i++)
        CHECK(issue(&h, "p", ",'priority':'elderly'"));
    CHECK(issue(&h, "p", ",'priority':'disabled'"));
    CHECK(issue(&h, "p", ""));
    open_counter(&h, "leyla", "1");
    CHECK_TEXT(call_all(&h, "leyla", "c-1", order), "P006 P002 P001 P003 P004 P007 P005");
    trial_close(&h);
}

TEST(call_order_weighted_shares)
{
    struct command_hall h;
    char order[200];
    trial_open(&h);
    assign(&h, "{'queue':'w','weight':2},{'queue':'x','weight':1}");
    for (int i = 0; i < 4; i++) {
        CHECK(issue(&h, "w", ""));
        CHECK(issue(&h, "x", ""));
    }
    open_counter(&h, "leyla", "1");
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK_TEXT(trial_text(&h, "/why/rule"), "weighted");
    CHECK_TEXT(trial_text(&h, "/why/reason"), "queue_share");
    CHECK_INT(trial_int(&h, "/why/of"), 3);
    CHECK(step(&h, "leyla", "start", ""));
    CHECK(step(&h, "leyla", "finish", ",'outcome':'served'"));
    CHECK_TEXT(call_all(&h, "leyla", "c-1", order), "W002 X001 W003 W004 X002 X003 X004");
    trial_close(&h);
}

TEST(call_order_appointments_merges)
{
    struct command_hall h;
    char order[200];
    trial_open(&h);
    assign(&h, "'a'");
    CHECK(issue(&h, "a", ""));
    CHECK(issue(&h, "a", ",'appointment_at':'2026-11-24T06:01:00.000Z'")); /* due: the clock is 2 min ahead */
    CHECK(issue(&h, "a", ",'appointment_at':'2026-11-24T09:00:00.000Z'"));
    CHECK(issue(&h, "a", ",'priority':'disabled'"));
    open_counter(&h, "leyla", "1");
    CHECK_TEXT(call_all(&h, "leyla", "c-1", order), "A004 A002 A001 A003");
    trial_close(&h);
}

/* That somebody waits is seen on the screen: "nobody" would not be true. */
TEST(call_next_names_who_is_left_out_for_a_while)
{
    struct command_hall h;
    trial_open(&h);
    assign(&h, "'a'");
    CHECK(issue(&h, "a", ""));
    open_counter(&h, "leyla", "1");
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK(step(&h, "leyla", "return", ""));
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "");
    CHECK_TEXT(trial_text(&h, "/why/reason"), "called_recently");
    CHECK_TEXT(trial_text(&h, "/why/passed_over/0/number"), "A001");
    trial_close(&h);
}

TEST(call_next_says_why_and_who_was_passed_over)
{
    struct command_hall h;
    trial_open(&h);
    assign(&h, "'p'");
    CHECK(issue(&h, "p", ""));
    CHECK(issue(&h, "p", ",'priority':'disabled'"));
    open_counter(&h, "leyla", "1");
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "P002");
    CHECK_TEXT(trial_text(&h, "/why/rule"), "priority");
    CHECK_TEXT(trial_text(&h, "/why/reason"), "priority_class");
    CHECK_TEXT(trial_text(&h, "/why/number"), "P002");
    CHECK_TEXT(trial_text(&h, "/why/passed_over/0/number"), "P001");
    CHECK_TEXT(trial_text(&h, "/why/passed_over/0/reason"), "priority_first");
    CHECK(*trial_text(&h, "/why/text"));
    trial_close(&h);
}

TEST(call_next_takes_many_queues_placed_and_sent_tickets)
{
    struct command_hall h;
    char order[200];
    trial_open(&h);
    for (int i = 0; i < 12; i++)
        CHECK(issue(&h, "b", ""));
    open_counter(&h, "leyla", "1");
    open_counter(&h, "rauf", "2");
    h.now_ms += 1000;
    CHECK(call_next(&h, "leyla", "c-1")); /* B001: to Rauf */
    CHECK(step(&h, "leyla", "transfer", ",'to':{'user':'rauf'},'place':'keep'"));
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B002"); /* B001 is not hers any more */
    CHECK(step(&h, "leyla", "transfer", ",'to':{'queue':'B'},'place':'last'"));
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK(step(&h, "leyla", "transfer", ",'to':{'counter':'1'},'place':'last'")); /* B003: her own, first */
    CHECK(call_next(&h, "rauf", "c-2"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001");
    CHECK_TEXT(trial_text(&h, "/why/reason"), "sent_to_you");
    CHECK_TEXT(call_all(&h, "leyla", "c-1", order), "B003 B004 B005 B006 B007 B008 B009 B010 B011 B012 B002");
    trial_close(&h);
}

TEST(ticket_transferred_first_comes_before_a_long_queue)
{
    struct command_hall h;
    trial_open(&h);
    for (int i = 0; i < 20; i++)
        CHECK(issue(&h, "b", ""));
    CHECK(issue(&h, "w", ""));
    open_counter(&h, "leyla", "1");
    CHECK(trial_run(&h, "leyla", "ticket.call",
                    "{'counter':'1','fence':1,'ticket':'%s','reason':'lost child'}", h.last_ticket));
    CHECK(step(&h, "leyla", "transfer", ",'to':{'queue':'b'},'place':'first','note':'x'"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "W001");
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "W001"); /* the number never changes */
    CHECK_TEXT(trial_text(&h, "/ticket/queue"), "b");
    trial_close(&h);
}

/* --- one holder --- */

TEST(ticket_has_one_holder_and_old_gen_is_refused)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(issue(&h, "b", ""));
    CHECK(issue(&h, "b", ""));
    open_counter(&h, "leyla", "1");
    open_counter(&h, "rauf", "2");
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK_INT(trial_int(&h, "/ticket/gen"), 1);
    CHECK(!call_next(&h, "leyla", "c-1"));
    CHECK_TEXT(h.out.code, "still_serving");
    CHECK(strstr(h.out.message, "B001") != NULL);
    CHECK(!step(&h, "rauf", "start", ""));
    CHECK_TEXT(h.out.code, "not_your_ticket");
    CHECK(strstr(h.out.message, "Leyla") != NULL);
    CHECK(step(&h, "leyla", "return", ""));
    CHECK(call_next(&h, "rauf", "c-2"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001");
    CHECK(!trial_run(&h, "leyla", "ticket.start", "{'ticket':'%s','gen':1}", h.last_ticket));
    CHECK_TEXT(h.out.code, "gen_old");
    CHECK(strstr(h.out.message, "Rauf") != NULL);
    CHECK(step(&h, "kamran", "start", "")); /* a supervisor may */
    trial_close(&h);
}

TEST(ticket_held_frees_the_desk_and_comes_back)
{
    struct command_hall h;
    char held[64];
    trial_open(&h);
    CHECK(issue(&h, "b", ""));
    CHECK(issue(&h, "b", ""));
    open_counter(&h, "leyla", "1");
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK(step(&h, "leyla", "start", ""));
    CHECK(!step(&h, "leyla", "hold", ""));
    CHECK_TEXT(h.out.code, "reason_needed");
    CHECK(step(&h, "leyla", "hold", ",'reason':'bank','until':'2026-11-24T07:00:00.000Z'"));
    str_copy(held, sizeof held, h.last_ticket);
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B002");
    CHECK(!trial_run(&h, "leyla", "ticket.resume", "{'ticket':'%s','gen':1}", held));
    CHECK_TEXT(h.out.code, "still_serving");
    CHECK(step(&h, "leyla", "return", ""));
    h.now_ms += 60000;
    CHECK(trial_run(&h, "leyla", "ticket.resume", "{'ticket':'%s','gen':1}", held));
    CHECK_TEXT(trial_text(&h, "/ticket/state"), "serving");
    CHECK_INT(trial_int(&h, "/ticket/held_ms"), 60000);
    trial_close(&h);
}

TEST(ticket_no_show_only_after_calls_and_seconds)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(issue(&h, "b", ""));
    open_counter(&h, "leyla", "1");
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK(!step(&h, "leyla", "no_show", ""));
    CHECK_TEXT(h.out.code, "too_few_calls");
    CHECK(step(&h, "leyla", "recall", ""));
    CHECK(!step(&h, "leyla", "no_show", ""));
    CHECK_TEXT(h.out.code, "too_early");
    h.now_ms += 31000;
    CHECK(step(&h, "leyla", "no_show", ""));
    CHECK_TEXT(trial_text(&h, "/ticket/state"), "no_show");
    CHECK(step(&h, "leyla", "undo", ""));
    CHECK(step(&h, "leyla", "recall", ""));
    CHECK(!step(&h, "leyla", "no_show", ""));
    CHECK(step(&h, "leyla", "no_show", ",'early':true")); /* confirmed at the desk */
    trial_close(&h);
}

/* --- undo --- */

TEST(ticket_undo_restores_clocks)
{
    struct command_hall h;
    char started[40];
    trial_open(&h);
    CHECK(issue(&h, "b", ""));
    open_counter(&h, "leyla", "1");
    CHECK(call_next(&h, "leyla", "c-1"));
    h.now_ms += 5000;
    CHECK(step(&h, "leyla", "start", ""));
    str_copy(started, sizeof started, trial_text(&h, "/ticket/started_at"));
    h.now_ms += 60000;
    CHECK(step(&h, "leyla", "finish", ",'outcome':'served','note':'n'"));
    CHECK(*trial_text(&h, "/ticket/finished_at"));
    h.now_ms += 59000;
    CHECK(!step(&h, "rauf", "undo", ""));
    CHECK_TEXT(h.out.code, "not_your_ticket");
    CHECK(step(&h, "leyla", "undo", ""));
    CHECK_TEXT(trial_text(&h, "/ticket/state"), "serving");
    CHECK_TEXT(trial_text(&h, "/ticket/started_at"), started);
    CHECK_TEXT(trial_text(&h, "/ticket/finished_at"), "");
    CHECK_TEXT(trial_text(&h, "/ticket/outcome"), "");
    CHECK(step(&h, "leyla", "finish", ",'outcome':'left'"));
    h.now_ms += 61000;
    CHECK(!step(&h, "leyla", "undo", ""));
    CHECK_TEXT(h.out.code, "undo_too_late");
    trial_close(&h);
}

TEST(ticket_undo_needs_the_desk)
{
    struct command_hall h;
    char first[64];
    trial_open(&h);
    CHECK(issue(&h, "b", ""));
    CHECK(issue(&h, "b", ""));
    open_counter(&h, "leyla", "1");
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK(step(&h, "leyla", "start", ""));
    CHECK(step(&h, "leyla", "finish", ",'outcome':'served'"));
    str_copy(first, sizeof first, h.last_ticket);
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK(!trial_run(&h, "leyla", "ticket.undo", "{'ticket':'%s','gen':1}", first));
    CHECK_TEXT(h.out.code, "still_serving");
    CHECK(step(&h, "leyla", "return", ""));
    CHECK(trial_run(&h, "leyla", "counter.close", "{'counter':'1'}"));
    CHECK(!trial_run(&h, "leyla", "ticket.undo", "{'ticket':'%s','gen':1}", first));
    CHECK_TEXT(h.out.code, "counter_closed");
    trial_close(&h);
}

TEST(ticket_steps_refuse_what_is_wrong)
{
    static const struct {
        const char *event, *more, *code;
    } cases[] = {
        {"finish", "", "invalid_outcome"},
        {"finish", ",'outcome':'gone'", "invalid_outcome"},
        {"transfer", "", "target_needed"},
        {"transfer", ",'to':{'queue':'b','user':'rauf'}", "invalid_body"},
        {"transfer", ",'to':{'queue':'zz'}", "unknown_queue"},
        {"transfer", ",'to':{'queue':'b'},'place':'middle'", "invalid_body"},
        {"hold", ",'reason':'bank','until':'2027-11-24T07:00:00.000Z'", "hold_too_long"},
        {"no_show", "", "not_called"},
    };
    struct command_hall h;
    trial_open(&h);
    CHECK(issue(&h, "b", ""));
    open_counter(&h, "leyla", "1");
    CHECK(call_next(&h, "leyla", "c-1"));
    CHECK(step(&h, "leyla", "start", ""));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(!step(&h, "leyla", cases[i].event, cases[i].more));
        CHECK_TEXT(h.out.code, cases[i].code);
    }
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, h.last_ticket, "/state"), "serving");
    trial_close(&h);
}

/* Work done offline keeps its own time, but nothing happens in the future, or a week late. */
TEST(command_time_is_the_clients_where_it_can_be_believed)
{
    static const int64_t hour_ms = 3600 * 1000;
    const struct {
        int64_t wall_ms, offset_ms;
        const char *arrived_at;
    } cases[] = {
        {COMMAND_HALL_START_MS - hour_ms, 0, "2026-11-24T05:00:00.000Z"},
        {COMMAND_HALL_START_MS - hour_ms, -340, "2026-11-24T04:59:59.660Z"},
        {COMMAND_HALL_START_MS + hour_ms, 0, "2026-11-24T06:00:00.000Z"},
        {COMMAND_HALL_START_MS - 200 * hour_ms, 0, "2026-11-24T06:00:00.000Z"},
        {COMMAND_HALL_START_MS - hour_ms, -48 * hour_ms, "2026-11-24T06:00:00.000Z"},
    };
    struct command_hall h;
    trial_open(&h);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        h.wall_ms = cases[i].wall_ms;
        h.offset_ms = cases[i].offset_ms;
        CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
        CHECK_TEXT(trial_text(&h, "/ticket/arrived_at"), cases[i].arrived_at);
    }
    trial_close(&h);
}

TEST(ticket_stamps_name_event_person_and_time)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(issue(&h, "b", ""));
    CHECK_TEXT(trial_text(&h, "/ticket/stamps/0/event"), "issue");
    CHECK_TEXT(trial_text(&h, "/ticket/stamps/0/by"), "u-nigar");
    CHECK(step(&h, "nigar", "cancel", ",'reason':'left'"));
    CHECK_TEXT(trial_text(&h, "/ticket/stamps/1/event"), "cancel");
    CHECK(step(&h, "nigar", "undo", ""));
    CHECK_TEXT(trial_text(&h, "/ticket/state"), "waiting");
    trial_close(&h);
}
