/* tests/unit/command_counter_test.c: counters: one person, one fence, one lease; closures. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

static bool open_counter(struct command_hall *h, const char *login, const char *counter, const char *more)
{
    return trial_run(h, login, "counter.open", "{'counter':'%s'%s}", counter, more);
}

static bool call_next(struct command_hall *h, const char *login, int fence)
{
    return trial_run(h, login, "ticket.call_next", "{'counter':'1','fence':%d}", fence);
}

TEST(counter_open_gives_fence_and_lease)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    CHECK_INT(trial_int(&h, "/fence"), 1);
    CHECK_INT(trial_int(&h, "/lease_s"), 90);
    CHECK_TEXT(trial_text(&h, "/counter/state"), "open");
    CHECK_TEXT(trial_text(&h, "/counter/user"), "u-leyla");
    CHECK_TEXT(trial_text(&h, "/counter/lease_until"), "2026-11-24T06:01:30.000Z");
    CHECK(open_counter(&h, "leyla", "c-1", "")); /* again, from another computer */
    CHECK_INT(trial_int(&h, "/fence"), 2);
    trial_close(&h);
}

TEST(counter_taken_names_who_and_takeover_grows_the_fence)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    h.now_ms += 60000;
    CHECK(!open_counter(&h, "rauf", "1", ""));
    CHECK_TEXT(h.out.code, "counter_taken");
    CHECK(strstr(h.out.message, "Leyla Quliyeva") != NULL);
    CHECK_TEXT(trial_text(&h, "/by"), "Leyla Quliyeva");
    CHECK_TEXT(trial_text(&h, "/since"), "2026-11-24T06:00:00.000Z");
    CHECK(open_counter(&h, "rauf", "1", ",'takeover':true"));
    CHECK_INT(trial_int(&h, "/fence"), 2);
    CHECK(!call_next(&h, "leyla", 1));
    CHECK_TEXT(h.out.code, "not_your_counter");
    CHECK(!call_next(&h, "rauf", 1));
    CHECK_TEXT(h.out.code, "fence_old");
    CHECK(call_next(&h, "rauf", 2));
    trial_close(&h);
}

TEST(counter_with_a_lease_that_ran_out_is_free)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    h.now_ms += 90000;
    CHECK(open_counter(&h, "rauf", "1", ""));
    CHECK_TEXT(trial_text(&h, "/counter/user"), "u-rauf");
    CHECK_TEXT(trial_text(&h, "/counter/opened_at"), "2026-11-24T06:01:30.000Z");
    trial_close(&h);
}

/* Whatever becomes of the counter, the citizen stays with whoever called them, and is not called twice. */
TEST(counter_expiry_and_takeover_leave_the_citizen_with_their_clerk)
{
    struct command_hall h;
    char ticket[64];
    trial_open(&h);
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK(open_counter(&h, "leyla", "1", ""));
    CHECK(call_next(&h, "leyla", 1));
    str_copy(ticket, sizeof ticket, h.last_ticket);
    CHECK(trial_run(&h, "leyla", "ticket.start", "{'ticket':'%s','gen':1}", ticket));
    h.now_ms += 3600 * 1000;
    CHECK(open_counter(&h, "rauf", "1", "")); /* nobody has heard of her for an hour */
    CHECK(call_next(&h, "rauf", 2));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), ""); /* there is nobody else */
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, ticket, "/state"), "serving");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, ticket, "/user"), "u-leyla");
    CHECK_INT(trial_row_int(&h, TABLE_TICKET, ticket, "/gen"), 1);
    CHECK(!trial_run(&h, "rauf", "ticket.finish", "{'ticket':'%s','gen':1,'outcome':'served'}", ticket));
    CHECK(trial_run(&h, "leyla", "ticket.finish", "{'ticket':'%s','gen':1,'outcome':'served'}", ticket));
    trial_close(&h);
}

/* Whoever took a counter over goes on as if nobody had been there: calls, leaves and closes. The citizen of the clerk
 * before stays with that clerk, who must settle them before closing. */
TEST(counter_taken_over_is_not_held_by_the_citizen_of_the_clerk_before)
{
    struct command_hall h;
    char ticket[64];
    trial_open(&h);
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK(open_counter(&h, "leyla", "1", ""));
    CHECK(call_next(&h, "leyla", 1));
    str_copy(ticket, sizeof ticket, h.last_ticket);
    CHECK(!open_counter(&h, "leyla", "2", ""));
    CHECK_TEXT(h.out.code, "other_counter_open");
    CHECK(strstr(h.out.message, "You still have B001") != NULL);
    CHECK(open_counter(&h, "rauf", "1", ",'takeover':true"));
    CHECK(!trial_run(&h, "rauf", "ticket.return", "{'ticket':'%s','gen':1}", ticket));
    CHECK(open_counter(&h, "rauf", "2", ""));
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/state"), "closed");
    CHECK(open_counter(&h, "rauf", "1", ""));
    CHECK(trial_run(&h, "rauf", "counter.close", "{'counter':'1'}"));
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, ticket, "/user"), "u-leyla");
    CHECK(open_counter(&h, "leyla", "2", "")); /* 1 is no longer hers to leave */
    CHECK(!trial_run(&h, "leyla", "counter.close", "{'counter':'2'}"));
    CHECK_TEXT(h.out.code, "open_tickets");
    CHECK_TEXT(trial_text(&h, "/tickets/0/number"), "B001");
    CHECK_TEXT(trial_text(&h, "/tickets/0/counter"), "c-1");
    CHECK(trial_run(&h, "leyla", "ticket.return", "{'ticket':'%s','gen':1}", ticket));
    CHECK(trial_run(&h, "leyla", "counter.close", "{'counter':'2'}"));
    trial_close(&h);
}

static void park(struct command_hall *h, const char *login, const char *counter, int fence, char ticket[64])
{
    CHECK(trial_run(h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK(trial_run(h, login, "ticket.call_next", "{'counter':'%s','fence':%d}", counter, fence));
    str_copy(ticket, 64, h->last_ticket);
    CHECK(trial_run(h, login, "ticket.start", "{'ticket':'%s'}", ticket));
    CHECK(trial_run(h, login, "ticket.hold",
                    "{'ticket':'%s','reason':'copies','until':'2026-11-24T07:00:00.000Z'}", ticket));
}

/* A clerk who moves takes the parked along; at the other counter they are another holding. */
TEST(counter_left_for_another_takes_the_parked_along)
{
    struct command_hall h;
    char ticket[64];
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    park(&h, "leyla", "1", 1, ticket);
    CHECK(open_counter(&h, "leyla", "2", ""));
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/state"), "closed");
    CHECK(!trial_run(&h, "leyla", "counter.close", "{'counter':'2'}"));
    CHECK_TEXT(h.out.code, "open_tickets");
    CHECK(trial_run(&h, "leyla", "ticket.resume", "{'ticket':'%s','gen':1}", ticket));
    CHECK_TEXT(trial_text(&h, "/ticket/counter"), "c-2");
    CHECK_TEXT(trial_text(&h, "/ticket/state"), "serving");
    CHECK_INT(trial_int(&h, "/ticket/gen"), 2);
    trial_close(&h);
}

/* Before closing each who is parked goes somewhere, without being taken back first. */
TEST(counter_closes_when_the_parked_are_settled_where_they_lie)
{
    struct command_hall h;
    char ended[64], back[64], handed[64];
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    park(&h, "leyla", "1", 1, ended);
    park(&h, "leyla", "1", 1, back);
    park(&h, "leyla", "1", 1, handed);
    h.now_ms += 60000;
    CHECK(
        trial_run(&h, "leyla", "ticket.finish", "{'ticket':'%s','gen':1,'outcome':'papers_missing'}", ended));
    CHECK_INT(trial_int(&h, "/ticket/held_ms"), 60000);
    CHECK(trial_run(&h, "leyla", "ticket.return", "{'ticket':'%s','gen':1}", back));
    CHECK_TEXT(trial_text(&h, "/ticket/hold_reason"), "");
    CHECK(trial_run(&h, "leyla", "ticket.transfer", "{'ticket':'%s','gen':1,'to':{'user':'rauf'}}", handed));
    CHECK_TEXT(trial_text(&h, "/ticket/state"), "held");
    CHECK_TEXT(trial_text(&h, "/ticket/user"), "u-rauf");
    CHECK_TEXT(trial_text(&h, "/ticket/hold_reason"), "copies");
    CHECK_TEXT(trial_text(&h, "/ticket/held_until"), "2026-11-24T07:00:00.000Z");
    CHECK(trial_run(&h, "leyla", "counter.close", "{'counter':'1'}"));
    CHECK(open_counter(&h, "rauf", "2", ""));
    CHECK(trial_run(&h, "rauf", "ticket.resume", "{'ticket':'%s','gen':2}", handed));
    CHECK_TEXT(trial_text(&h, "/ticket/counter"), "c-2");
    trial_close(&h);
}

/* A colleague is away and the citizen stands there: whoever is free goes on with who is parked, and says why. Who is at a
 * counter is nobody else's, but for whoever sits at that counter now. */
TEST(ticket_parked_of_a_colleague_is_taken_with_a_reason)
{
    struct command_hall h;
    char ticket[64], busy[64];
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    park(&h, "leyla", "1", 1, ticket);
    CHECK(open_counter(&h, "rauf", "2", ""));
    CHECK(!trial_run(&h, "rauf", "ticket.take", "{'counter':'2','fence':1,'ticket':'%s'}", ticket));
    CHECK_TEXT(h.out.code, "reason_needed");
    CHECK(!trial_run(&h, "rauf", "ticket.take",
                     "{'counter':'2','fence':1,'ticket':'%s','gen':0,'reason':'she is at lunch'}", ticket));
    CHECK_TEXT(h.out.code, "gen_old");
    CHECK(!trial_run(&h, "leyla", "ticket.take", "{'counter':'1','fence':1,'ticket':'%s','reason':'mine'}",
                     ticket));
    CHECK_TEXT(h.out.code, "already_yours");
    h.now_ms += 60000;
    CHECK(trial_run(&h, "rauf", "ticket.take",
                    "{'counter':'2','fence':1,'ticket':'%s','gen':1,'reason':'she is at lunch'}", ticket));
    CHECK_TEXT(trial_text(&h, "/ticket/state"), "serving");
    CHECK_TEXT(trial_text(&h, "/ticket/user"), "u-rauf");
    CHECK_TEXT(trial_text(&h, "/ticket/counter"), "c-2");
    CHECK_INT(trial_int(&h, "/ticket/held_ms"), 60000);
    CHECK_TEXT(trial_text(&h, "/ticket/taken/from"), "u-leyla");
    CHECK_TEXT(trial_text(&h, "/ticket/taken/reason"), "she is at lunch");
    CHECK(trial_run(&h, "leyla", "counter.close", "{'counter':'1'}")); /* nobody is hers any more */

    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK(open_counter(&h, "leyla", "1", ""));
    CHECK(call_next(&h, "leyla", 2));
    str_copy(busy, sizeof busy, h.last_ticket);
    CHECK(trial_run(&h, "leyla", "ticket.start", "{'ticket':'%s'}", busy));
    CHECK(trial_run(&h, "rauf", "ticket.finish", "{'ticket':'%s','outcome':'served'}", ticket));
    CHECK(
        !trial_run(&h, "rauf", "ticket.take", "{'counter':'2','fence':1,'ticket':'%s','reason':'so'}", busy));
    CHECK_TEXT(h.out.code, "not_parked");
    CHECK(open_counter(&h, "rauf", "1", ",'takeover':true"));
    CHECK(trial_run(&h, "rauf", "ticket.take",
                    "{'counter':'1','fence':3,'ticket':'%s','reason':'she fell ill'}", busy));
    CHECK_TEXT(trial_text(&h, "/ticket/state"), "serving");
    CHECK_TEXT(trial_text(&h, "/ticket/user"), "u-rauf");
    trial_close(&h);
}

TEST(ticket_of_another_agency_is_not_taken_and_a_desk_takes_one_at_a_time)
{
    struct command_hall h;
    char ticket[64];
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    park(&h, "leyla", "1", 1, ticket);
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK(open_counter(&h, "rauf", "2", ""));
    CHECK(trial_run(&h, "rauf", "ticket.call_next", "{'counter':'2','fence':1}"));
    CHECK(!trial_run(&h, "rauf", "ticket.take", "{'counter':'2','fence':1,'ticket':'%s','reason':'so'}",
                     ticket));
    CHECK_TEXT(h.out.code, "still_serving");
    CHECK(!trial_run(&h, "tural", "ticket.take", "{'counter':'2','fence':1,'ticket':'%s','reason':'so'}",
                     ticket));
    CHECK_TEXT(h.out.code, "other_agency");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, ticket, "/user"), "u-leyla");
    trial_close(&h);
}

/* A supervisor gave the counter another agency's queue: whoever takes the counter over takes the citizen too. */
TEST(ticket_of_another_agency_is_taken_where_its_queue_is_called)
{
    struct command_hall h;
    char ticket[64];
    trial_open(&h);
    trial_put(&h, TABLE_QUEUE,
              "{'id':'x','code':'X','agency':'az.other','rule':'fifo','home':'','services':['s-x']}");
    trial_put(&h, TABLE_COUNTER,
              "{'id':'c-9','name':'9','agency':'az.din','queues':[{'queue':'x','weight':1}],'state':'closed',"
              "'fence':0}");
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'x'}"));
    CHECK(open_counter(&h, "leyla", "9", ""));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'9','fence':1}"));
    str_copy(ticket, sizeof ticket, h.last_ticket);
    CHECK(open_counter(&h, "rauf", "9", ",'takeover':true"));
    CHECK(trial_run(&h, "rauf", "ticket.take",
                    "{'counter':'9','fence':2,'ticket':'%s','reason':'she fell ill'}", ticket));
    CHECK_TEXT(trial_text(&h, "/ticket/user"), "u-rauf");
    trial_close(&h);
}

/* What one clerk writes the next one reads, with whose it is; a step without a note leaves the last one. */
TEST(ticket_note_is_kept_with_who_wrote_it)
{
    struct command_hall h;
    char ticket[64];
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    park(&h, "leyla", "1", 1, ticket);
    CHECK(trial_run(&h, "leyla", "ticket.transfer",
                    "{'ticket':'%s','to':{'user':'rauf'},'note':'pays at noon'}", ticket));
    CHECK_TEXT(trial_text(&h, "/ticket/note"), "pays at noon");
    CHECK_TEXT(trial_text(&h, "/ticket/note_by"), "u-leyla");
    CHECK_TEXT(trial_text(&h, "/ticket/note_at"), "2026-11-24T06:00:00.000Z");
    CHECK(open_counter(&h, "rauf", "2", ""));
    CHECK(trial_run(&h, "rauf", "ticket.resume", "{'ticket':'%s'}", ticket));
    CHECK_TEXT(trial_text(&h, "/ticket/note"), "pays at noon");
    CHECK_TEXT(trial_text(&h, "/ticket/note_by"), "u-leyla");
    trial_close(&h);
}

/* Which papers and why go with the visit, each once; another outcome has none, and undo takes the end back. */
TEST(ticket_without_papers_says_which_and_why)
{
    struct command_hall h;
    char ticket[64];
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    park(&h, "leyla", "1", 1, ticket);
    CHECK(!trial_run(&h, "leyla", "ticket.finish",
                     "{'ticket':'%s','outcome':'papers_missing','missing':'kk'}", ticket));
    CHECK_TEXT(h.out.field, "missing");
    char *novel = xasprintf("%0*d", 500, 7); /* every workstation would carry it */
    CHECK(!trial_run(&h, "leyla", "ticket.finish",
                     "{'ticket':'%s','outcome':'papers_missing','missing':['kk','%s']}", ticket, novel));
    CHECK_TEXT(h.out.field, "missing");
    free(novel);
    CHECK(trial_run(&h, "leyla", "ticket.finish",
                    "{'ticket':'%s','outcome':'papers_missing','missing':['kk','akta','kk'],'why':'expired'}",
                    ticket));
    CHECK_TEXT(trial_text(&h, "/ticket/missing/0"), "kk");
    CHECK_TEXT(trial_text(&h, "/ticket/missing/1"), "akta");
    CHECK_TEXT(trial_text(&h, "/ticket/missing/2"), "");
    CHECK_TEXT(trial_text(&h, "/ticket/missing_why"), "expired");
    CHECK(trial_run(&h, "leyla", "ticket.undo", "{'ticket':'%s'}", ticket));
    CHECK(trial_run(&h, "leyla", "ticket.finish",
                    "{'ticket':'%s','outcome':'served','missing':['kk'],'why':'x'}", ticket));
    CHECK_TEXT(trial_text(&h, "/ticket/missing/0"), "");
    CHECK_TEXT(trial_text(&h, "/ticket/missing_why"), "");
    trial_close(&h);
}

/* A misclick: who was parked sits at the desk again as if nothing had been; who was handed over lies in one's own tray
 * again. Nobody else may take that back, and not with another citizen at the desk. */
TEST(ticket_hold_and_handing_over_are_undone)
{
    struct command_hall h;
    char ticket[64], next[64];
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    park(&h, "leyla", "1", 1, ticket);
    park(&h, "leyla", "1", 1, next);
    CHECK(trial_run(&h, "leyla", "ticket.undo", "{'ticket':'%s'}", next));
    CHECK_TEXT(trial_text(&h, "/ticket/state"), "serving");
    CHECK_INT(trial_int(&h, "/ticket/held_ms"), 0);
    CHECK(!trial_run(&h, "leyla", "ticket.undo", "{'ticket':'%s'}", ticket));
    CHECK_TEXT(h.out.code, "still_serving");
    CHECK(trial_run(&h, "leyla", "ticket.transfer", "{'ticket':'%s','to':{'user':'rauf'}}", ticket));
    CHECK(!trial_run(&h, "rauf", "ticket.undo", "{'ticket':'%s'}", ticket));
    CHECK_TEXT(h.out.code, "not_your_ticket");
    CHECK(trial_run(&h, "leyla", "ticket.undo", "{'ticket':'%s'}", ticket));
    CHECK_TEXT(trial_text(&h, "/ticket/state"), "held");
    CHECK_TEXT(trial_text(&h, "/ticket/user"), "u-leyla");
    CHECK_TEXT(trial_text(&h, "/ticket/hold_reason"), "copies");
    CHECK_TEXT(trial_text(&h, "/ticket/held_until"), "2026-11-24T07:00:00.000Z");
    trial_close(&h);
}

/* Opening, taking over, closing, running out, opening again: no two holds of a counter have the same fence. */
TEST(counter_fence_grows_with_every_hold_and_never_falls)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    CHECK_INT(trial_int(&h, "/fence"), 1);
    CHECK(open_counter(&h, "rauf", "1", ",'takeover':true"));
    CHECK_INT(trial_int(&h, "/fence"), 2);
    CHECK(trial_run(&h, "rauf", "counter.pause", "{'counter':'1','reason':'meal'}"));
    CHECK_INT(trial_int(&h, "/counter/fence"), 2);
    CHECK(open_counter(&h, "leyla", "1", ",'takeover':true")); /* on a break as well */
    CHECK_INT(trial_int(&h, "/fence"), 3);
    CHECK_TEXT(trial_text(&h, "/counter/state"), "open");
    CHECK(trial_run(&h, "leyla", "counter.close", "{'counter':'1'}"));
    CHECK(trial_row_int(&h, TABLE_COUNTER, "c-1", "/fence") == 3);
    CHECK(open_counter(&h, "rauf", "1", ""));
    CHECK_INT(trial_int(&h, "/fence"), 4);
    h.now_ms += 90000;
    CHECK(open_counter(&h, "leyla", "1", ""));
    CHECK_INT(trial_int(&h, "/fence"), 5);
    CHECK(open_counter(&h, "leyla", "2", "")); /* leaves the first */
    CHECK_INT(trial_row_int(&h, TABLE_COUNTER, "c-1", "/fence"), 5);
    CHECK(open_counter(&h, "rauf", "1", ""));
    CHECK_INT(trial_int(&h, "/fence"), 6);
    for (int old = 0; old < 6; old++) {
        CHECK(!call_next(&h, "rauf", old));
        CHECK_TEXT(h.out.code, "fence_old");
    }
    trial_close(&h);
}

/* What an earlier hold would still do at the counter is refused as well, not its calls alone. */
TEST(counter_fence_guards_pause_resume_and_close)
{
    static const char *const acts[] = {"counter.pause", "counter.close"};
    struct command_hall h;
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    CHECK(open_counter(&h, "leyla", "1", "")); /* from another computer */
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        CHECK(!trial_run(&h, "leyla", acts[i], "{'counter':'1','fence':1,'reason':'late'}"));
        CHECK_TEXT(h.out.code, "fence_old");
        CHECK_TEXT(h.out.field, "fence");
    }
    CHECK(trial_run(&h, "leyla", "counter.pause", "{'counter':'1','fence':2,'reason':'meal'}"));
    CHECK(!trial_run(&h, "leyla", "counter.resume", "{'counter':'1','fence':1}"));
    CHECK_TEXT(h.out.code, "fence_old");
    CHECK(!trial_run(&h, "rauf", "counter.resume", "{'counter':'1','fence':2}"));
    CHECK_TEXT(h.out.code, "not_your_counter");
    CHECK(trial_run(&h, "leyla", "counter.resume", "{'counter':'1','fence':2}"));
    trial_close(&h);
}

TEST(counter_of_another_agency_is_refused)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(!open_counter(&h, "tural", "1", ""));
    CHECK_TEXT(h.out.code, "other_agency");
    CHECK(!open_counter(&h, "leyla", "77", ""));
    CHECK_TEXT(h.out.code, "unknown_counter");
    trial_close(&h);
}

TEST(counter_calls_need_an_open_counter_and_its_fence)
{
    static const struct {
        const char *before, *code;
        int fence;
    } cases[] = {{NULL, "counter_closed", 1},
                 {"counter.open", "fence_old", 7},
                 {"counter.pause", "counter_paused", 1}};
    struct command_hall h;
    trial_open(&h);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(!cases[i].before || trial_run(&h, "leyla", cases[i].before, "{'counter':'1','reason':'meal'}"));
        CHECK(!call_next(&h, "leyla", cases[i].fence));
        CHECK_TEXT(h.out.code, cases[i].code);
    }
    CHECK(!trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1'}"));
    CHECK_TEXT(h.out.field, "fence");
    CHECK(trial_run(&h, "leyla", "counter.resume", "{'counter':'1'}"));
    CHECK(call_next(&h, "leyla", 1));
    CHECK_TEXT(trial_text(&h, "/why/reason"), "nobody_waits");
    trial_close(&h);
}

TEST(counter_close_is_refused_with_the_list_of_open_tickets)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK(open_counter(&h, "leyla", "1", ""));
    CHECK(call_next(&h, "leyla", 1));
    CHECK(!trial_run(&h, "leyla", "counter.close", "{'counter':'1'}"));
    CHECK_TEXT(h.out.code, "open_tickets");
    CHECK_TEXT(trial_text(&h, "/tickets/0/number"), "B001");
    CHECK_TEXT(trial_text(&h, "/tickets/0/state"), "called");
    CHECK(trial_run(&h, "leyla", "ticket.return", "{'ticket':'%s','gen':1}", h.last_ticket));
    CHECK(!trial_run(&h, "rauf", "counter.close", "{'counter':'1'}"));
    CHECK_TEXT(h.out.code, "not_your_counter");
    CHECK(trial_run(&h, "kamran", "counter.close", "{'counter':'1','reason':'end of day'}"));
    CHECK_TEXT(trial_text(&h, "/counter/state"), "closed");
    CHECK_INT(trial_int(&h, "/counter/fence"), 1); /* never decreases */
    trial_close(&h);
}

/* Nobody sits at two counters: an idle one is given back, one with a ticket is not left behind. */
TEST(counter_second_gives_the_first_back)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(open_counter(&h, "leyla", "1", ""));
    CHECK(open_counter(&h, "leyla", "2", ""));
    CHECK_TEXT(trial_row_text(&h, TABLE_COUNTER, "c-1", "/state"), "closed");
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'2','fence':1}"));
    CHECK(!open_counter(&h, "leyla", "1", ""));
    CHECK_TEXT(h.out.code, "other_counter_open");
    CHECK(strstr(h.out.message, "B001") != NULL);
    trial_close(&h);
}

TEST(counter_closing_frees_who_was_sent_to_it)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK(open_counter(&h, "leyla", "1", ""));
    CHECK(call_next(&h, "leyla", 1));
    CHECK(trial_run(&h, "leyla", "ticket.transfer", "{'ticket':'%s','gen':1,'to':{'counter':'2'}}",
                    h.last_ticket));
    CHECK_TEXT(trial_text(&h, "/ticket/counter"), "c-2");
    CHECK(call_next(&h, "leyla", 1));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "");
    CHECK(open_counter(&h, "rauf", "2", ""));
    CHECK(trial_run(&h, "rauf", "counter.close", "{'counter':'2'}"));
    CHECK(call_next(&h, "leyla", 1));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001");
    trial_close(&h);
}

TEST(closure_is_asked_once_and_answered_once)
{
    struct command_hall h;
    char id[64];
    trial_open(&h);
    CHECK(!trial_run(&h, "leyla", "closure.request", "{'counter':'1'}"));
    CHECK_TEXT(h.out.code, "reason_needed");
    CHECK(!trial_run(&h, "leyla", "closure.request", "{'counter':'1','reason':''}"));
    CHECK_TEXT(h.out.code, "reason_needed");
    CHECK(trial_run(&h, "leyla", "closure.request", "{'counter':'1','reason':'doctor'}"));
    str_copy(id, sizeof id, trial_text(&h, "/closure/id"));
    CHECK(!trial_run(&h, "rauf", "closure.request", "{'counter':'1','reason':'me too'}"));
    CHECK_TEXT(h.out.code, "already_requested");
    CHECK(!trial_run(&h, "kamran", "closure.reject", "{'closure':'%s'}", id));
    CHECK_TEXT(h.out.code, "reason_needed");
    CHECK(trial_run(&h, "kamran", "closure.approve", "{'closure':'%s','reason':'quiet'}", id));
    CHECK_TEXT(trial_text(&h, "/closure/state"), "approved");
    CHECK(!trial_run(&h, "kamran", "closure.reject", "{'closure':'%s','reason':'no'}", id));
    CHECK_TEXT(h.out.code, "already_answered");
    trial_close(&h);
}
