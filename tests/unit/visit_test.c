/* tests/unit/visit_test.c: several services of one citizen as one visit: one number, one stop after the other, and nothing of
 * it lost on the way. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/command/visit_row.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { MINUTE_MS = 60 * 1000 };

/* Three services of two agencies beside the hall's passport (queue B): photograph (B too), tax (T), account (X). */
static void open_hall(struct command_hall *h)
{
    trial_open(h);
    trial_put(h, TABLE_SERVICE, "{'id':'photo','agency':'az.din','queue':'b','name':{'en':'Photograph'}}");
    trial_put(h, TABLE_SERVICE, "{'id':'tax','agency':'az.taxes','queue':'t','name':{'en':'Tax'}}");
    trial_put(h, TABLE_SERVICE, "{'id':'account','agency':'az.din','queue':'x','name':{'en':'Account'}}");
    trial_put(h, TABLE_SERVICE, "{'id':'nowhere','agency':'az.din','name':{'en':'Nowhere'}}");
}

static bool issue(struct command_hall *h, const char *services, const char *more)
{
    h->now_ms += 1000;
    return trial_run(h, "nigar", "ticket.issue", "{'channel':'walk_in','services':[%s]%s}", services, more);
}

static bool step(struct command_hall *h, const char *login, const char *event, const char *more)
{
    char type[40];
    str_format(type, sizeof type, "ticket.%s", event);
    return trial_run(h, login, type, "{'ticket':'%s','gen':%d%s}", h->last_ticket,
                     (int)trial_row_int(h, TABLE_TICKET, h->last_ticket, "/gen"), more);
}

static bool call(struct command_hall *h, const char *login, const char *counter)
{
    h->now_ms += 10 * MINUTE_MS;
    if (!trial_row_int(h, TABLE_COUNTER, counter, "/fence"))
        CHECK(trial_run(h, login, "counter.open", "{'counter':'%s'}", counter));
    return trial_run(h, login, "ticket.call_next", "{'counter':'%s','fence':%d}", counter,
                     (int)trial_row_int(h, TABLE_COUNTER, counter, "/fence")) &&
           *trial_text(h, "/ticket/id") && step(h, login, "start", "");
}

/* "b:passport,photo=now t:tax=ahead": where the last ticket's visit stands. */
static const char *stands(struct command_hall *h, char out[300])
{
    struct json *row = NULL;
    out[0] = '\0';
    REQUIRE(row_get(h->db, TABLE_TICKET, h->last_ticket, &row) == ERR_OK);
    const struct json *stops = json_get(row, "stops");
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop)) {
        str_format(out + strlen(out), 300 - strlen(out), "%s%s:", *out ? " " : "", json_text(stop, "queue"));
        const struct json *services = json_get(stop, "services");
        for (const struct json *one = json_first(services); one; one = json_next(one))
            str_format(out + strlen(out), 300 - strlen(out), "%s%s", one == json_first(services) ? "" : ",",
                       json_as_text(one));
        str_format(out + strlen(out), 300 - strlen(out), "=%s", json_text(stop, "state"));
    }
    json_free(&row);
    return out;
}

static const char *of_ticket(struct command_hall *h, const char *pointer)
{
    return trial_row_text(h, TABLE_TICKET, h->last_ticket, pointer);
}

TEST(visit_is_one_ticket_that_goes_on_by_itself_with_its_number_and_arrival)
{
    struct command_hall h;
    char text[300], number[40], arrived[40];
    open_hall(&h);
    CHECK(issue(&h, "'az.din.passport','tax','photo'", ",'order':'given'"));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport,photo=now t:tax=ahead");
    CHECK_TEXT(of_ticket(&h, "/service"), "az.din.passport");
    CHECK(trial_int(&h, "/visit_min/1") >= trial_int(&h, "/estimate_min/1"));
    CHECK_INT(trial_row_int(&h, TABLE_TICKET, h.last_ticket, "/visit_min/1"), trial_int(&h, "/visit_min/1"));
    str_copy(number, sizeof number, of_ticket(&h, "/number"));
    str_copy(arrived, sizeof arrived, of_ticket(&h, "/arrived_at"));
    CHECK_TEXT(number, "B001");
    CHECK(call(&h, "leyla", "c-1"));
    h.now_ms += MINUTE_MS;
    CHECK(step(&h, "leyla", "finish", ",'outcome':'served'"));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport,photo=done t:tax=now");
    CHECK_TEXT(trial_text(&h, "/ticket/state"), "waiting");
    CHECK_TEXT(of_ticket(&h, "/queue"), "t");
    CHECK_TEXT(of_ticket(&h, "/service"), "tax");
    CHECK_TEXT(of_ticket(&h, "/number"), number);
    CHECK_TEXT(of_ticket(&h, "/arrived_at"), arrived);
    CHECK_TEXT(of_ticket(&h, "/stops/0/user"), "u-leyla");
    CHECK_TEXT(of_ticket(&h, "/stops/0/outcome"), "served");
    str_copy(text, sizeof text, of_ticket(&h, "/stops/0/called_at"));
    CHECK(strcmp(of_ticket(&h, "/stops/0/finished_at"), text) > 0);
    CHECK(call(&h, "tural", "c-9"));
    CHECK(step(&h, "tural", "finish", ",'outcome':'served'"));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport,photo=done t:tax=done");
    CHECK_TEXT(of_ticket(&h, "/state"), "done");
    trial_close(&h);
}

TEST(visit_goes_on_before_whoever_came_to_the_hall_later)
{
    struct command_hall h;
    char first[64];
    open_hall(&h);
    CHECK(issue(&h, "'az.din.passport','tax'", ",'order':'given'"));
    str_copy(first, sizeof first, h.last_ticket);
    CHECK(call(&h, "leyla", "c-1"));
    CHECK(issue(&h, "'tax'", "")); /* came while the first was served */
    str_copy(h.last_ticket, sizeof h.last_ticket, first);
    CHECK(step(&h, "leyla", "finish", ",'outcome':'served'"));
    CHECK(call(&h, "tural", "c-9"));
    CHECK_TEXT(h.last_ticket, first);
    trial_close(&h);
}

TEST(visit_of_one_service_is_a_plain_ticket)
{
    struct command_hall h;
    char text[300];
    open_hall(&h);
    CHECK(issue(&h, "'tax'", ""));
    CHECK_TEXT(stands(&h, text), "");
    CHECK_TEXT(of_ticket(&h, "/service"), "tax");
    CHECK_TEXT(of_ticket(&h, "/queue"), "t");
    trial_close(&h);
}

TEST(visit_is_put_in_a_sensible_order_where_none_is_given)
{
    struct command_hall h;
    char text[300];
    open_hall(&h);
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'c-1'}"));
    CHECK(trial_run(&h, "tural", "counter.open", "{'counter':'c-9'}"));
    for (int i = 0; i < 5; i++)
        CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b','channel':'walk_in'}"));
    CHECK(issue(&h, "'account','az.din.passport','tax'", ""));
    CHECK_TEXT(stands(&h, text), "t:tax=now b:az.din.passport=ahead x:account=ahead");
    CHECK_TEXT(of_ticket(&h, "/stops/0/why"), "wait");
    CHECK_TEXT(of_ticket(&h, "/stops/2/why"), "nobody"); /* no counter of X is open */
    CHECK_TEXT(of_ticket(&h, "/number"), "T001");
    /* The catalogue says that the account goes with the passport: its paper is needed there. */
    trial_put(&h, TABLE_SERVICE,
              "{'id':'tax','agency':'az.taxes','queue':'t','name':{'en':'Tax'},"
              "'documents':[{'code':'passport'}]}");
    trial_put(&h, TABLE_SERVICE,
              "{'id':'az.din.passport','agency':'az.din','queue':'b','name':{'en':'Passport'},"
              "'outputs':[{'code':'passport'}]}");
    CHECK(issue(&h, "'tax','az.din.passport'", ""));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport=now t:tax=ahead");
    CHECK_TEXT(of_ticket(&h, "/stops/0/why"), "result");
    trial_put(&h, TABLE_SERVICE, /* until eleven; it is past ten, and five people are before */
              "{'id':'photo','agency':'az.din','queue':'b','name':{'en':'Photograph'},"
              "'hours':{'week':{'tue':['09:00-11:00']}}}");
    CHECK(issue(&h, "'tax','photo'", ""));
    CHECK_TEXT(stands(&h, text), "b:photo=now t:tax=ahead");
    CHECK_TEXT(of_ticket(&h, "/stops/0/why"), "closes");
    CHECK_TEXT(of_ticket(&h, "/stops/0/closes"), "11:00");
    trial_close(&h);
}

TEST(visit_refuses_what_cannot_be_one_and_gives_no_number)
{
    static const struct {
        const char *body, *code, *field;
    } cases[] = {
        {"'services':[]", "invalid_body", "services"},
        {"'services':'tax'", "invalid_body", "services"},
        {"'services':['tax',7]", "invalid_body", "services"},
        {"'services':['tax','tax']", "invalid_body", "services"},
        {"'services':['tax','unheard']", "unknown_service", "services"},
        {"'services':['tax','nowhere']", "no_queue", "services"},
        {"'services':['tax'],'service':'tax'", "invalid_body", "services"},
        {"'services':['tax'],'queue':'t'", "invalid_body", "services"},
        {"'services':['tax'],'order':'upside_down'", "invalid_body", "order"},
        {"'services':['a','b','c','d','e','f','g','h','i']", "invalid_body", "services"},
    };
    struct command_hall h;
    open_hall(&h);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(!trial_run(&h, "nigar", "ticket.issue", "{'channel':'walk_in',%s}", cases[i].body));
        if (!CHECK(str_equal(h.out.code, cases[i].code) && str_equal(h.out.field, cases[i].field)))
            CHECK_TEXT(cases[i].body, h.out.message);
        CHECK(strlen(h.out.message) > 20);
    }
    trial_put(&h, TABLE_QUEUE, "{'id':'t','code':'T','agency':'az.taxes','home':'B3','home_name':'Bus 3'}");
    CHECK(!issue(&h, "'az.din.passport','tax'", ",'order':'given'"));
    CHECK_TEXT(h.out.code, "queue_elsewhere");
    CHECK(issue(&h, "'az.din.passport','photo'", ""));
    CHECK_TEXT(of_ticket(&h, "/number"), "B001");
    trial_close(&h);
}

TEST(visit_takes_a_number_of_each_service_whose_quota_binds)
{
    struct command_hall h;
    open_hall(&h);
    trial_put(&h, TABLE_SERVICE,
              "{'id':'tax','agency':'az.taxes','queue':'t','quota':{'day':2,'binding':true}}");
    CHECK(issue(&h, "'az.din.passport','tax'", ",'order':'given'")); /* still to come: it counts */
    CHECK(issue(&h, "'az.din.passport','tax'", ",'order':'given'"));
    CHECK(!issue(&h, "'az.din.passport','tax'", ",'order':'given'"));
    CHECK_TEXT(h.out.code, "quota_used_up");
    CHECK_TEXT(trial_text(&h, "/service"), "tax");
    CHECK(issue(&h, "'az.din.passport'", ""));
    CHECK(!step(&h, "nigar", "stops", ",'services':['tax']"));
    CHECK_TEXT(h.out.code, "quota_used_up");
    CHECK(call(&h, "leyla", "c-1"));
    CHECK(step(&h, "leyla", "finish", ",'outcome':'served','end_visit':true")); /* one is free again */
    CHECK(issue(&h, "'az.din.passport','tax'", ",'order':'given'"));
    trial_close(&h);
}

/* Served is served, also when the rest of the visit is cancelled. */
TEST(visit_that_is_cancelled_gives_back_no_number_that_was_used)
{
    struct command_hall h;
    open_hall(&h);
    trial_put(&h, TABLE_SERVICE,
              "{'id':'tax','agency':'az.taxes','queue':'t','quota':{'day':1,'binding':true}}");
    CHECK(issue(&h, "'tax','az.din.passport'", ",'order':'given'"));
    CHECK(call(&h, "tural", "c-9"));
    CHECK(step(&h, "tural", "finish", ",'outcome':'served'"));
    CHECK(step(&h, "nigar", "cancel", ""));
    CHECK(!issue(&h, "'tax'", ""));
    CHECK_TEXT(h.out.code, "quota_used_up");
    trial_close(&h);
}

TEST(visit_that_is_booked_takes_a_number_of_the_hour_that_it_is_booked_for)
{
    static const char at[] = ",'order':'given','appointment_at':'2026-11-25T10:30:00.000Z'";
    struct command_hall h;
    open_hall(&h);
    trial_put(&h, TABLE_SERVICE,
              "{'id':'tax','agency':'az.taxes','queue':'t','quota':{'binding':true,'slots':["
              "{'from':'14:00','until':'15:00','count':1}]}}");
    CHECK(issue(&h, "'tax'", at));
    CHECK(!issue(&h, "'az.din.passport','tax'", at));
    CHECK_TEXT(h.out.code, "quota_used_up");
    CHECK(issue(&h, "'az.din.passport'", at));
    CHECK(!step(&h, "nigar", "stops", ",'services':['tax']"));
    CHECK_TEXT(h.out.code, "quota_used_up");
    trial_close(&h);
}

TEST(visit_that_goes_on_is_undone_whole)
{
    struct command_hall h;
    char text[300], appointment[40];
    open_hall(&h);
    CHECK(
        issue(&h, "'az.din.passport','tax'", ",'order':'given','appointment_at':'2026-11-24T06:30:00.000Z'"));
    str_copy(appointment, sizeof appointment, of_ticket(&h, "/appointment_at"));
    CHECK(call(&h, "leyla", "c-1"));
    CHECK(step(&h, "leyla", "finish", ",'outcome':'papers_missing','missing':['photo'],'why':'lost'"));
    CHECK_TEXT(of_ticket(&h, "/appointment_at"), ""); /* it was the time of the first stop */
    CHECK_TEXT(of_ticket(&h, "/stops/0/missing/0"), "photo");
    CHECK_TEXT(of_ticket(&h, "/missing/0"), "");
    CHECK(step(&h, "leyla", "undo", ""));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport=now t:tax=ahead");
    CHECK_TEXT(of_ticket(&h, "/state"), "serving");
    CHECK_TEXT(of_ticket(&h, "/queue"), "b");
    CHECK_TEXT(of_ticket(&h, "/service"), "az.din.passport");
    CHECK_TEXT(of_ticket(&h, "/user"), "u-leyla");
    CHECK_TEXT(of_ticket(&h, "/appointment_at"), appointment);
    CHECK_TEXT(of_ticket(&h, "/stops/0/finished_at"), "");
    CHECK(step(&h, "leyla", "finish", ",'outcome':'served'"));
    CHECK(call(&h, "tural", "c-9"));
    CHECK(!step(&h, "leyla", "undo", "")); /* the next clerk has called it */
    CHECK_TEXT(h.out.code, "nothing_to_undo");
    trial_close(&h);
}

TEST(visit_that_ends_before_its_last_stop_drops_the_others_and_undo_brings_them_back)
{
    static const struct {
        const char *event, *more, *left;
    } ends[] = {
        {"finish", ",'outcome':'served','end_visit':true", "b:az.din.passport=done t:tax=dropped"},
        {"finish", ",'outcome':'left'", "b:az.din.passport=done t:tax=dropped"},
        {"no_show", ",'early':true", "b:az.din.passport=missed t:tax=dropped"},
        {"cancel", "", "b:az.din.passport=dropped t:tax=dropped"},
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct command_hall h;
        char text[300];
        open_hall(&h);
        CHECK(issue(&h, "'az.din.passport','tax'", ",'order':'given'"));
        CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'c-1'}"));
        CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'c-1','fence':1}"));
        if (strcmp(ends[i].event, "finish") == 0)
            CHECK(step(&h, "leyla", "start", ""));
        CHECK(step(&h, "leyla", ends[i].event, ends[i].more));
        CHECK_TEXT(stands(&h, text), ends[i].left);
        CHECK(step(&h, "leyla", "undo", ""));
        CHECK_TEXT(stands(&h, text), "b:az.din.passport=now t:tax=ahead");
        trial_close(&h);
    }
}

/* Hold, return, transfer and a move of the queue: the rest of the visit is as it was, in words of the queue it is in now. */
TEST(visit_keeps_its_stops_whatever_happens_at_one)
{
    struct command_hall h;
    char text[300];
    open_hall(&h);
    CHECK(issue(&h, "'az.din.passport','tax','account'", ",'order':'given'"));
    CHECK(call(&h, "leyla", "c-1"));
    CHECK(step(&h, "leyla", "hold", ",'reason':'copies'"));
    CHECK(step(&h, "leyla", "resume", ""));
    CHECK(step(&h, "leyla", "return", ""));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport=now t:tax=ahead x:account=ahead");
    CHECK(call(&h, "leyla", "c-1"));
    CHECK(step(&h, "leyla", "transfer", ",'to':{'queue':'p'},'place':'keep'"));
    CHECK_TEXT(stands(&h, text), "p:az.din.passport=now t:tax=ahead x:account=ahead");
    CHECK(step(&h, "leyla", "undo", ""));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport=now t:tax=ahead x:account=ahead");
    CHECK(step(&h, "leyla", "transfer", ",'to':{'queue':'x'},'place':'keep'")); /* one of its own stops */
    CHECK_TEXT(stands(&h, text), "x:az.din.passport,account=now t:tax=ahead");
    CHECK(trial_run(&h, "kamran", "queue.move", "{'from':'x','to':'b'}"));
    str_copy(text, sizeof text, "");
    CHECK_TEXT(stands(&h, text), "b:az.din.passport,account=now t:tax=ahead");
    trial_close(&h);
}

TEST(visit_goes_round_a_stop_that_a_bus_took_along)
{
    struct command_hall h;
    char text[300];
    open_hall(&h);
    CHECK(issue(&h, "'az.din.passport','tax','account'", ",'order':'given'"));
    CHECK(call(&h, "leyla", "c-1"));
    trial_put(&h, TABLE_QUEUE, "{'id':'t','code':'T','agency':'az.taxes','home':'B3','home_name':'Bus 3'}");
    CHECK(step(&h, "leyla", "finish", ",'outcome':'served'"));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport=done t:tax=ahead x:account=now");
    CHECK(trial_run(&h, "kamran", "queue.assign", "{'counter':'1','queues':['x']}"));
    CHECK(call(&h, "leyla", "c-1"));
    CHECK(step(&h, "leyla", "finish", ",'outcome':'served'"));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport=done t:tax=dropped x:account=done");
    CHECK_TEXT(of_ticket(&h, "/state"), "done");
    trial_close(&h);
}

TEST(visit_is_changed_on_the_way_by_who_may)
{
    struct command_hall h;
    char text[300];
    open_hall(&h);
    CHECK(issue(&h, "'az.din.passport'", ""));
    CHECK(step(&h, "nigar", "stops", ",'services':['tax','photo','account']"));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport,photo=now t:tax=ahead x:account=ahead");
    CHECK(call(&h, "leyla", "c-1"));
    CHECK(!step(&h, "rauf", "stops", ",'services':['tax']"));
    CHECK_TEXT(h.out.code, "not_your_ticket");
    CHECK(!step(&h, "leyla", "stops", ""));
    CHECK_TEXT(h.out.field, "services");
    CHECK(!trial_run(&h, "leyla", "ticket.stops", "{'ticket':'%s','gen':0,'services':[]}", h.last_ticket));
    CHECK_TEXT(h.out.code, "gen_old");
    CHECK(step(&h, "leyla", "stops", ",'services':['account','tax']"));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport,photo=now x:account=ahead t:tax=ahead");
    CHECK(step(&h, "leyla", "stops", ",'services':['tax']"));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport,photo=now t:tax=ahead x:account=dropped");
    CHECK(step(&h, "leyla", "finish", ",'outcome':'served'"));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport,photo=done t:tax=now x:account=dropped");
    CHECK(step(&h, "nigar", "stops", ",'services':[]"));
    CHECK(step(&h, "nigar", "cancel", ""));
    CHECK(!step(&h, "kamran", "stops", ",'services':['account']"));
    CHECK_TEXT(h.out.code, "visit_over");
    trial_close(&h);
}

TEST(visit_that_is_changed_again_and_again_loses_no_service_and_does_not_grow)
{
    struct command_hall h;
    char text[300];
    open_hall(&h);
    CHECK(issue(&h, "'tax','az.din.passport','photo','account'", ",'order':'given'"));
    CHECK(step(&h, "nigar", "stops", ",'services':['photo']"));
    CHECK_TEXT(stands(&h, text), "t:tax=now b:photo=ahead b:az.din.passport=dropped x:account=dropped");
    for (int i = 0; i < 3; i++) {
        CHECK(step(&h, "nigar", "stops", ",'services':['account','photo']"));
        CHECK_TEXT(stands(&h, text), "t:tax=now x:account=ahead b:photo=ahead b:az.din.passport=dropped");
        CHECK(step(&h, "nigar", "stops", ",'services':[]"));
        CHECK_TEXT(stands(&h, text), "t:tax=now x:account=dropped b:photo,az.din.passport=dropped");
    }
    CHECK(step(&h, "nigar", "stops", ",'services':['tax','account']"));
    CHECK_TEXT(stands(&h, text), "t:tax=now x:account=ahead b:photo,az.din.passport=dropped");
    trial_close(&h);
}

TEST(visit_takes_no_new_stop_that_a_bus_has_and_keeps_one_that_it_had)
{
    struct command_hall h;
    char text[300];
    open_hall(&h);
    CHECK(issue(&h, "'az.din.passport','tax'", ",'order':'given'"));
    trial_put(&h, TABLE_QUEUE, "{'id':'t','code':'T','agency':'az.taxes','home':'B3','home_name':'Bus 3'}");
    CHECK(step(&h, "nigar", "stops", ",'services':['account','tax']"));
    CHECK_TEXT(stands(&h, text), "b:az.din.passport=now x:account=ahead t:tax=ahead");
    CHECK(step(&h, "nigar", "stops", ",'services':['account']"));
    CHECK(!step(&h, "nigar", "stops", ",'services':['account','tax']"));
    CHECK_TEXT(h.out.code, "queue_elsewhere");
    CHECK_TEXT(stands(&h, text), "b:az.din.passport=now x:account=ahead t:tax=dropped");
    trial_close(&h);
}

TEST(visit_that_was_changed_since_a_move_loses_no_stop_when_that_is_taken_back)
{
    struct command_hall h;
    char text[300], move[UUID_TEXT];
    open_hall(&h);
    CHECK(issue(&h, "'az.din.passport','tax'", ",'order':'given'"));
    for (int changed = 0; changed < 2; changed++) {
        CHECK(trial_run(&h, "kamran", "hall.move", "{'tickets':['%s'],'to':'x'}", h.last_ticket));
        str_copy(move, sizeof move, trial_text(&h, "/move/id"));
        CHECK_TEXT(stands(&h, text), "x:az.din.passport=now t:tax=ahead");
        if (changed)
            CHECK(step(&h, "nigar", "stops", ",'services':['tax','photo']"));
        CHECK(trial_run(&h, "kamran", "move.undo", "{'move':'%s'}", move));
        CHECK_TEXT(stands(&h, text),
                   changed ? "b:az.din.passport,photo=now t:tax=ahead" : "b:az.din.passport=now t:tax=ahead");
        CHECK_TEXT(of_ticket(&h, "/queue"), "b");
    }
    trial_close(&h);
}

TEST(visit_that_went_along_with_a_bus_ends_with_its_day_at_every_stop)
{
    struct command_hall h;
    open_hall(&h);
    trial_put(&h, TABLE_QUEUE, "{'id':'b','code':'B','agency':'az.din','home':'B3','home_name':'Bus 3'}");
    trial_put(
        &h, TABLE_TICKET,
        "{'id':'gone','number':'B009','queue':'b','service':'az.din.passport','state':'waiting','gen':0,"
        "'day':'2020-01-02','arrived_at':'2020-01-02T05:00:00.000Z','away':'B3','stops':["
        "{'queue':'b','services':['az.din.passport'],'state':'now'},"
        "{'queue':'t','services':['tax'],'state':'ahead'}]}");
    CHECK(trial_run(&h, "kamran", "queue.home", "{'queue':'b'}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, "gone", "/state"), "cancelled");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, "gone", "/stops/0/state"), "dropped");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, "gone", "/stops/1/state"), "dropped");
    trial_close(&h);
}

/* A visit's stop tells as much as a ticket: who waited how long where. */
TEST(visit_counts_each_stop_that_was_begun_as_a_ticket_of_its_own)
{
    struct command_hall h;
    struct json *row = NULL;
    open_hall(&h);
    CHECK(issue(&h, "'az.din.passport','tax'", ",'order':'given'"));
    CHECK(call(&h, "leyla", "c-1"));
    CHECK(step(&h, "leyla", "finish", ",'outcome':'served'"));
    REQUIRE(row_get(h.db, TABLE_TICKET, h.last_ticket, &row) == ERR_OK);
    struct json *part = visit_part(row, json_at(json_get(row, "stops"), 0));
    CHECK_TEXT(json_text(part, "state"), "done");
    CHECK_TEXT(json_text(part, "queue"), "b");
    CHECK_TEXT(json_text(part, "service"), "az.din.passport");
    CHECK_TEXT(json_text(part, "user"), "u-leyla");
    CHECK(json_count(json_get(part, "promise_min")) == 2);
    json_free(&part);
    part = visit_part(row, json_at(json_get(row, "stops"), 1));
    CHECK_TEXT(json_text(part, "state"), "waiting");
    CHECK_TEXT(json_text(part, "queue"), "t");
    CHECK_TEXT(json_text(part, "arrived_at"), json_text(json_at(json_get(row, "stops"), 0), "finished_at"));
    CHECK(json_is_null(json_get(part, "promise_min")));
    json_free(&part);
    json_free(&row);
    CHECK(step(&h, "nigar", "cancel", ""));
    REQUIRE(row_get(h.db, TABLE_TICKET, h.last_ticket, &row) == ERR_OK);
    part = visit_part(row, json_at(json_get(row, "stops"), 1));
    CHECK_TEXT(json_text(part, "state"), "cancelled");
    json_free(&part);
    json_free(&row);
    trial_close(&h);
}

/* A booking's first stop was begun when its person came, and counts like a ticket for one service before that, too. */
TEST(visit_that_was_booked_counts_its_first_stop)
{
    struct command_hall h;
    struct json *row = NULL;
    open_hall(&h);
    CHECK(
        issue(&h, "'az.din.passport','tax'", ",'order':'given','appointment_at':'2026-11-25T06:30:00.000Z'"));
    CHECK(step(&h, "nigar", "check_in", ",'walk_in':true"));
    CHECK(call(&h, "leyla", "c-1"));
    CHECK(step(&h, "leyla", "finish", ",'outcome':'served'"));
    REQUIRE(row_get(h.db, TABLE_TICKET, h.last_ticket, &row) == ERR_OK);
    struct json *part = visit_part(row, json_first(json_get(row, "stops")));
    CHECK_TEXT(json_text(part, "state"), "done");
    CHECK_TEXT(json_text(part, "arrived_at"), json_text(row, "checked_in_at"));
    json_free(&part);
    json_free(&row);
    trial_close(&h);
}

TEST(visit_that_the_turn_of_the_day_ends_has_nothing_to_come)
{
    struct command_hall h;
    struct json *row = NULL;
    open_hall(&h);
    CHECK(issue(&h, "'az.din.passport','tax'", ",'order':'given'"));
    REQUIRE(row_get(h.db, TABLE_TICKET, h.last_ticket, &row) == ERR_OK);
    struct json *parked = json_copy(row);
    json_set_text(row, "state", "cancelled");
    visit_close(row);
    CHECK_TEXT(json_text(json_at(json_get(row, "stops"), 0), "state"), "dropped");
    CHECK_TEXT(json_text(json_at(json_get(row, "stops"), 1), "state"), "dropped");
    json_set_text(parked, "state", "done");
    json_set_text(parked, "outcome", "papers_missing");
    visit_close(parked);
    CHECK_TEXT(json_text(json_at(json_get(parked, "stops"), 0), "state"), "done");
    CHECK_TEXT(json_text(json_at(json_get(parked, "stops"), 0), "outcome"), "papers_missing");
    CHECK_TEXT(json_text(json_at(json_get(parked, "stops"), 1), "state"), "dropped");
    json_free(&parked);
    json_free(&row);
    trial_close(&h);
}
