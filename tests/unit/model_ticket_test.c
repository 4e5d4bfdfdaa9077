/* tests/unit/model_ticket_test.c: every state with every event, who may, the no-show minimum, undo. */
#include <string.h>

#include "core/model/ticket.h"
#include "tests/support/test.h"

static const struct ticket_policy policy = TICKET_POLICY_DEFAULT;
static const int64_t t0 = 1764000000000;

static struct ticket ticket_in(enum ticket_state state)
{
    struct ticket ticket;
    ticket_init(&ticket);
    str_copy(ticket.number, sizeof ticket.number, "P014");
    str_copy(ticket.queue, sizeof ticket.queue, "passports");
    ticket.state = state;
    ticket.arrived_ms = t0 - 600000;
    if (state != TICKET_WAITING) {
        str_copy(ticket.user, sizeof ticket.user, "leyla");
        str_copy(ticket.counter, sizeof ticket.counter, "c7");
        ticket.gen = 1;
        ticket.called_ms = ticket.last_call_ms = t0 - 60000;
        ticket.calls = 2;
    }
    return ticket;
}

/* Everything that any event asks for, so that only the table decides. */
static struct ticket_act act_of(enum ticket_event event)
{
    return (struct ticket_act){.event = event,
                               .now_ms = t0,
                               .user = "leyla",
                               .counter = "c7",
                               .gen = -1,
                               .outcome = TICKET_OUTCOME_SERVED,
                               .reason = "fetches a paper",
                               .to_queue = "cash",
                               .to_user = event == TICKET_HAND ? "rashid" : NULL};
}

/* Written from PROTOCOL.md and not from the table: '.' refused, else the first letter of the next state. */
static const char *const expected[TICKET_STATE_COUNT] = {
    /*      call recall start hold resume return transfer hand take miss finish go_on cancel undo */
    [TICKET_WAITING] = "c...........x.",   [TICKET_CALLED] = ".cs..ww.cn..x.",
    [TICKET_SERVING] = "...h.ww.s.dw..",   [TICKET_HELD] = "....swwhs.dw..",
    [TICKET_DONE] = "..............",      [TICKET_NO_SHOW] = "..............",
    [TICKET_CANCELLED] = "..............",
};
static const char letters[] = "wcshdnx"; /* of the states in order */

TEST(model_ticket_whole_product)
{
    for (int s = 0; s < TICKET_STATE_COUNT; s++) {
        for (int e = 0; e < TICKET_EVENT_COUNT; e++) {
            struct ticket ticket = ticket_in((enum ticket_state)s), old = ticket;
            struct ticket_act act = act_of((enum ticket_event)e);
            struct refusal refusal = {0};
            bool ok = ticket_apply(&ticket, &act, &policy, &refusal);
            char want = expected[s][e];
            CHECK_INT(ok ? letters[ticket.state] : '.', want);
            if (!ok) {
                CHECK(memcmp(&ticket, &old, sizeof old) == 0);
                CHECK(refusal.code[0] && strstr(refusal.text, "P014"));
            } else {
                CHECK(ticket.gen >= old.gen);
                CHECK_INT(ticket.changed_ms, t0);
                CHECK_TEXT(ticket.number, "P014");
            }
        }
    }
}

TEST(model_ticket_gen_grows_with_the_holder_alone)
{
    static const enum ticket_event grows[] = {TICKET_CALL, TICKET_RETURN, TICKET_TRANSFER,
                                              TICKET_HAND, TICKET_TAKE,   TICKET_GO_ON};
    for (int s = 0; s < TICKET_STATE_COUNT; s++) {
        for (int e = 0; e < TICKET_EVENT_COUNT; e++) {
            struct ticket ticket = ticket_in((enum ticket_state)s);
            int64_t gen = ticket.gen;
            struct ticket_act act = act_of((enum ticket_event)e);
            if (!ticket_apply(&ticket, &act, &policy, NULL))
                continue;
            bool want = false;
            for (size_t i = 0; i < sizeof grows / sizeof grows[0]; i++)
                want |= grows[i] == (enum ticket_event)e;
            CHECK_INT(ticket.gen - gen, want);
        }
    }
}

TEST(model_ticket_refusal_says_why_and_what_to_do)
{
    struct ticket ticket = ticket_in(TICKET_HELD);
    struct ticket_act act = act_of(TICKET_HOLD);
    struct refusal refusal;
    CHECK(!ticket_check(&ticket, &act, &policy, &refusal));
    CHECK_TEXT(refusal.code, "not_serving");
    CHECK_TEXT(refusal.text, "P014 is held, not serving: resume it first.");
    ticket.state = TICKET_WAITING;
    act.event = TICKET_TRANSFER;
    CHECK(!ticket_check(&ticket, &act, &policy, &refusal));
    CHECK_TEXT(refusal.text, "P014 is waiting, not called, serving or held: call it first.");
}

TEST(model_ticket_only_its_holder)
{
    struct ticket ticket = ticket_in(TICKET_SERVING);
    struct ticket_act act = act_of(TICKET_FINISH);
    struct refusal refusal;
    act.user = "rashid";
    CHECK(!ticket_apply(&ticket, &act, &policy, &refusal));
    CHECK_TEXT(refusal.code, "not_your_ticket");
    act.user = NULL; /* a supervisor */
    CHECK(ticket_apply(&ticket, &act, &policy, &refusal));
    ticket = ticket_in(TICKET_SERVING);
    act = act_of(TICKET_FINISH);
    act.gen = 0;
    CHECK(!ticket_apply(&ticket, &act, &policy, &refusal));
    CHECK_TEXT(refusal.code, "gen_old");
    act.gen = 1;
    CHECK(ticket_apply(&ticket, &act, &policy, &refusal));
}

TEST(model_ticket_no_show_needs_calls_and_seconds)
{
    struct ticket ticket = ticket_in(TICKET_CALLED);
    struct ticket_act act = act_of(TICKET_MISS);
    struct refusal refusal;
    ticket.calls = 1;
    CHECK(!ticket_apply(&ticket, &act, &policy, &refusal));
    CHECK_TEXT(refusal.code, "too_few_calls");
    ticket.calls = 2;
    ticket.last_call_ms = t0 - 29001;
    CHECK(!ticket_apply(&ticket, &act, &policy, &refusal));
    CHECK_TEXT(refusal.code, "too_early");
    CHECK_TEXT(refusal.text, "P014 was called 29 s ago: wait 1 s more.");
    ticket.last_call_ms = t0 - 30000;
    CHECK(ticket_apply(&ticket, &act, &policy, &refusal));
    ticket = ticket_in(TICKET_CALLED);
    ticket.last_call_ms = t0 + 86400000; /* the clock was set back */
    CHECK(ticket_apply(&ticket, &act, &policy, &refusal));
}

TEST(model_ticket_particulars)
{
    struct ticket ticket = ticket_in(TICKET_SERVING);
    struct refusal refusal;
    struct ticket_act act = act_of(TICKET_FINISH);
    act.outcome = TICKET_OUTCOME_NONE;
    CHECK(!ticket_apply(&ticket, &act, &policy, &refusal));
    CHECK_TEXT(refusal.code, "invalid_outcome");
    act = act_of(TICKET_HOLD);
    act.reason = "";
    CHECK(!ticket_apply(&ticket, &act, &policy, &refusal));
    CHECK_TEXT(refusal.code, "reason_needed");
    act = act_of(TICKET_TRANSFER);
    act.to_queue = NULL;
    CHECK(!ticket_apply(&ticket, &act, &policy, &refusal));
    CHECK_TEXT(refusal.code, "target_needed");
    ticket = ticket_in(TICKET_HELD);
    act = act_of(TICKET_HAND);
    act.to_user = NULL;
    CHECK(!ticket_apply(&ticket, &act, &policy, &refusal));
    CHECK_TEXT(refusal.code, "target_needed");
}

TEST(model_ticket_holds_are_not_service)
{
    struct ticket ticket = ticket_in(TICKET_CALLED);
    struct ticket_act act = act_of(TICKET_START);
    CHECK(ticket_apply(&ticket, &act, &policy, NULL));
    act = act_of(TICKET_HOLD);
    act.now_ms = t0 + 10000;
    act.until_ms = t0 + 90000;
    CHECK(ticket_apply(&ticket, &act, &policy, NULL));
    CHECK_INT(ticket.held_until_ms, t0 + 90000);
    CHECK_INT(ticket_service_ms(&ticket, t0 + 50000), 10000);
    act = act_of(TICKET_RESUME);
    act.now_ms = t0 + 70000;
    CHECK(ticket_apply(&ticket, &act, &policy, NULL));
    CHECK_INT(ticket.held_until_ms, 0);
    CHECK_TEXT(ticket.hold_reason, "");
    act = act_of(TICKET_FINISH);
    act.now_ms = t0 + 75000;
    CHECK(ticket_apply(&ticket, &act, &policy, NULL));
    CHECK_INT(ticket_service_ms(&ticket, t0 + 999999), 15000);
    CHECK_INT(ticket_wait_ms(&ticket, t0 + 999999), 540000);
}

static struct ticket held_since(int64_t held_at_ms)
{
    struct ticket ticket = ticket_in(TICKET_HELD);
    ticket.started_ms = t0 - 50000;
    ticket.held_at_ms = held_at_ms;
    ticket.held_until_ms = t0 + 60000;
    str_copy(ticket.hold_reason, sizeof ticket.hold_reason, "copies");
    return ticket;
}

/* Who is parked is settled without being taken back first: ended, and the hold is no service; given back or sent on, and
 * nothing of the hold is left; handed over, and all of it goes along. */
TEST(model_ticket_held_is_settled_where_it_lies)
{
    struct ticket ticket = held_since(t0 - 20000);
    struct ticket_act act = act_of(TICKET_FINISH);
    CHECK(ticket_apply(&ticket, &act, &policy, NULL));
    CHECK_INT(ticket_service_ms(&ticket, t0 + 999999), 30000);
    CHECK_TEXT(ticket.hold_reason, "");

    ticket = held_since(t0 - 20000);
    act = act_of(TICKET_RETURN);
    CHECK(ticket_apply(&ticket, &act, &policy, NULL));
    CHECK_INT(ticket_place(&ticket), t0 - 600000);
    CHECK(!ticket.held_until_ms && !ticket.held_at_ms && !ticket.held_ms && !ticket.started_ms);
    CHECK_TEXT(ticket.user, "");

    ticket = held_since(t0 - 20000);
    act = act_of(TICKET_HAND);
    CHECK(ticket_apply(&ticket, &act, &policy, NULL));
    CHECK_TEXT(ticket.user, "rashid");
    CHECK_TEXT(ticket.hold_reason, "copies");
    CHECK_INT(ticket.held_until_ms, t0 + 60000);
    act.event = TICKET_TAKE; /* to the colleague's own counter */
    act.user = "rashid";
    act.counter = "c9";
    CHECK(ticket_apply(&ticket, &act, &policy, NULL));
    CHECK_TEXT(ticket.counter, "c9");
    CHECK_INT(ticket_service_ms(&ticket, t0), 30000);
    CHECK_INT(ticket.held_until_ms, 0);
}

/* Undo of each event that can be undone leaves nothing but gen and changed_ms different. */
TEST(model_ticket_undo_restores_the_clocks)
{
    static const struct {
        enum ticket_event event;
        enum ticket_state from;
    } cases[] = {
        {TICKET_MISS, TICKET_CALLED},   {TICKET_FINISH, TICKET_SERVING},   {TICKET_CANCEL, TICKET_WAITING},
        {TICKET_CANCEL, TICKET_CALLED}, {TICKET_TRANSFER, TICKET_SERVING}, {TICKET_TRANSFER, TICKET_CALLED},
        {TICKET_HOLD, TICKET_SERVING},  {TICKET_TRANSFER, TICKET_HELD},    {TICKET_FINISH, TICKET_HELD},
        {TICKET_HAND, TICKET_HELD},     {TICKET_GO_ON, TICKET_SERVING},    {TICKET_GO_ON, TICKET_HELD}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ticket ticket = ticket_in(cases[i].from);
        if (cases[i].from == TICKET_SERVING || cases[i].from == TICKET_HELD) {
            ticket.started_ms = t0 - 50000;
            ticket.held_ms = 7000;
        }
        if (cases[i].from == TICKET_HELD) {
            ticket.held_at_ms = t0 - 20000;
            ticket.held_until_ms = t0 + 600000;
            str_copy(ticket.hold_reason, sizeof ticket.hold_reason, "copies");
        }
        struct ticket old = ticket;
        struct ticket_act act = act_of(cases[i].event);
        act.place = TICKET_PLACE_LAST;
        CHECK(ticket_apply(&ticket, &act, &policy, NULL));
        CHECK_INT(ticket_undo_until(&ticket), t0 + TICKET_UNDO_MS);
        int64_t gen = ticket.gen;
        act = act_of(TICKET_UNDO);
        act.now_ms = t0 + TICKET_UNDO_MS;
        CHECK(ticket_apply(&ticket, &act, &policy, NULL));
        CHECK(ticket.gen >= gen);
        CHECK_INT(ticket_undo_until(&ticket), 0);
        ticket.gen = old.gen;
        ticket.changed_ms = old.changed_ms;
        CHECK(memcmp(&ticket, &old, sizeof old) == 0);
    }
}

TEST(model_ticket_undo_has_limits)
{
    struct refusal refusal;
    struct ticket ticket = ticket_in(TICKET_SERVING);
    struct ticket_act finish = act_of(TICKET_FINISH), undo = act_of(TICKET_UNDO);
    CHECK(ticket_apply(&ticket, &finish, &policy, NULL));
    undo.now_ms = t0 + TICKET_UNDO_MS + 1;
    CHECK(!ticket_apply(&ticket, &undo, &policy, &refusal));
    CHECK_TEXT(refusal.code, "undo_too_late");
    undo.now_ms = t0 + 1;
    undo.user = "rashid";
    CHECK(!ticket_apply(&ticket, &undo, &policy, &refusal));
    CHECK_TEXT(refusal.code, "not_your_ticket");

    ticket = ticket_in(TICKET_SERVING); /* called by another since: too late whatever the clock says */
    struct ticket_act transfer = act_of(TICKET_TRANSFER), call = act_of(TICKET_CALL),
                      back = act_of(TICKET_RETURN);
    call.user = back.user = "rashid";
    CHECK(ticket_apply(&ticket, &transfer, &policy, NULL));
    CHECK(ticket_apply(&ticket, &call, &policy, NULL));
    CHECK(ticket_apply(&ticket, &back, &policy, NULL));
    undo.user = "leyla";
    CHECK(!ticket_apply(&ticket, &undo, &policy, &refusal));
    CHECK_TEXT(refusal.code, "nothing_to_undo");
}

/* As if a number had been drawn in each queue on arrival: no time of before counts against or for anybody there. */
TEST(model_ticket_goes_on_to_the_next_stop_by_its_arrival)
{
    struct refusal refusal;
    struct ticket ticket = ticket_in(TICKET_SERVING);
    struct ticket_act act = act_of(TICKET_GO_ON);
    ticket.place_ms = t0 - 86400000; /* put first in the queue before */
    ticket.priority = 2;
    act.outcome = TICKET_OUTCOME_NONE;
    CHECK(!ticket_check(&ticket, &act, &policy, &refusal));
    CHECK_TEXT(refusal.code, "invalid_outcome");
    act.outcome = TICKET_OUTCOME_SERVED;
    act.to_queue = NULL;
    CHECK(!ticket_check(&ticket, &act, &policy, &refusal));
    CHECK_TEXT(refusal.code, "target_needed");
    act.to_queue = "cash";
    CHECK(ticket_apply(&ticket, &act, &policy, NULL));
    CHECK_INT(ticket_place(&ticket), t0 - 600000);
    CHECK_INT(ticket.priority, 2);
    CHECK_INT(ticket.last_call_ms, 0); /* the next queue need not leave it out because it was called lately */
    CHECK_INT(ticket.outcome, TICKET_OUTCOME_NONE);
    CHECK_TEXT(ticket.queue, "cash");
    CHECK_TEXT(ticket.counter, "");
    CHECK_TEXT(ticket.user, "");
}

TEST(model_ticket_places)
{
    static const struct {
        enum ticket_place place;
        int64_t want;
    } cases[] = {
        {TICKET_PLACE_KEEP, t0 - 600000}, {TICKET_PLACE_LAST, t0}, {TICKET_PLACE_FIRST, t0 - 86400000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ticket ticket = ticket_in(TICKET_SERVING);
        struct ticket_act act = act_of(TICKET_TRANSFER);
        act.place = cases[i].place;
        act.to_counter = "c9";
        CHECK(ticket_apply(&ticket, &act, &policy, NULL));
        CHECK_INT(ticket_place(&ticket), cases[i].want);
        CHECK_INT(ticket.arrived_ms, t0 - 600000);
        CHECK_TEXT(ticket.queue, "cash");
        CHECK_TEXT(ticket.counter, "c9");
        CHECK_TEXT(ticket.user, "");
    }
}

TEST(model_ticket_words)
{
    for (int i = 0; i < TICKET_STATE_COUNT; i++) {
        enum ticket_state state = TICKET_STATE_COUNT;
        CHECK(ticket_state_find(ticket_state_text((enum ticket_state)i), &state) && (int)state == i);
    }
    for (int i = 0; i < TICKET_EVENT_COUNT; i++) {
        enum ticket_event event = TICKET_EVENT_COUNT;
        CHECK(ticket_event_find(ticket_event_text((enum ticket_event)i), &event) && (int)event == i);
    }
    enum ticket_outcome outcome;
    CHECK(ticket_outcome_find("papers_missing", &outcome) && outcome == TICKET_OUTCOME_PAPERS_MISSING);
    CHECK(!ticket_outcome_find("", &outcome));
    CHECK(!ticket_outcome_find(NULL, &outcome));
    enum ticket_place place;
    CHECK(ticket_place_find(NULL, &place) && place == TICKET_PLACE_KEEP);
    CHECK(ticket_place_find("last", &place) && place == TICKET_PLACE_LAST);
    CHECK(!ticket_place_find("middle", &place));
}

TEST(model_ticket_diagram_is_the_table)
{
    struct buf out = {0};
    ticket_diagram(&out);
    CHECK(strstr(buf_text(&out), "waiting   -- call       -> called (gen + 1)\n"));
    CHECK(strstr(buf_text(&out), "done      -- undo       -> the state before\n"));
    buf_free(&out);
}
