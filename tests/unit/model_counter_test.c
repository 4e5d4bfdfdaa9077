/* tests/unit/model_counter_test.c: counters: every state with every event, fences, leases, take-overs. */
#include <string.h>

#include "core/model/counter.h"
#include "core/model/role.h"
#include "tests/support/test.h"

static struct counter counter_in(enum counter_state state)
{
    struct counter counter = {.name = "7", .state = state, .fence = 4};
    if (state != COUNTER_CLOSED) {
        str_copy(counter.user, sizeof counter.user, "leyla");
        counter.lease_until_ms = 100000;
    }
    return counter;
}

static struct counter_act act_of(enum counter_event event)
{
    return (struct counter_act){.event = event, .mono_ms = 50000, .user = "leyla", .fence = 4};
}

TEST(model_counter_whole_product)
{
    /* closed open paused × open pause resume close; the next state's letter or '.' */
    static const char *const expected[] = {"o...", "op.c", "o.oc"};
    static const char letters[] = "cop";
    for (int s = 0; s < COUNTER_STATE_COUNT; s++) {
        for (int e = 0; e < COUNTER_EVENT_COUNT; e++) {
            struct counter counter = counter_in((enum counter_state)s), old = counter;
            struct counter_act act = act_of((enum counter_event)e);
            struct refusal refusal = {0};
            bool ok = counter_apply(&counter, &act, &refusal);
            CHECK_INT(ok ? letters[counter.state] : '.', expected[s][e]);
            CHECK(counter.fence >= old.fence);
            if (!ok)
                CHECK(memcmp(&counter, &old, sizeof old) == 0 && refusal.code[0] && refusal.text[0]);
        }
    }
}

TEST(model_counter_taken_says_by_whom)
{
    struct counter counter = counter_in(COUNTER_OPEN);
    struct counter_act act = act_of(COUNTER_TAKE);
    struct refusal refusal;
    act.user = "rashid";
    act.holder_name = "Leyla Aliyeva";
    CHECK(!counter_apply(&counter, &act, &refusal));
    CHECK_TEXT(refusal.code, "counter_taken");
    CHECK_TEXT(refusal.text, "Counter 7 is taken by Leyla Aliyeva: choose another, or take it over.");
    act.takeover = true;
    CHECK(counter_apply(&counter, &act, &refusal));
    CHECK_TEXT(counter.user, "rashid");
    CHECK_INT(counter.fence, 5);
    CHECK(!counter_may_call(&counter, "leyla", 4, &refusal));
    CHECK_TEXT(refusal.code, "not_your_counter");
    CHECK(!counter_may_call(&counter, "rashid", 4, &refusal));
    CHECK_TEXT(refusal.code, "fence_old");
    CHECK(counter_may_call(&counter, "rashid", 5, &refusal));
}

TEST(model_counter_lease_is_ninety_seconds)
{
    struct counter counter = counter_in(COUNTER_CLOSED);
    struct counter_act act = act_of(COUNTER_TAKE);
    CHECK(counter_apply(&counter, &act, NULL));
    CHECK(!counter_lease_expired(&counter, 50000 + 89999));
    CHECK(counter_lease_expired(&counter, 50000 + 90000));
    CHECK(!counter_really_open(&counter, 50000 + 90000));
    CHECK(counter_renew(&counter, "leyla", 130000));
    CHECK(counter_really_open(&counter, 130000 + 89999));
    CHECK(!counter_renew(&counter, "rashid", 140000));
    act.user = "rashid";
    act.mono_ms = 130000 + 89999;
    CHECK(!counter_check(&counter, &act, NULL));
    act.mono_ms++;
    CHECK(counter_check(&counter, &act, NULL));
    counter_lease_restart(&counter, 7);
    CHECK_INT(counter.lease_until_ms, 7 + COUNTER_LEASE_MS);
}

TEST(model_counter_closes_empty)
{
    struct counter counter = counter_in(COUNTER_OPEN);
    struct counter_act act = act_of(COUNTER_CLOSE);
    struct refusal refusal;
    act.open_tickets = 2;
    CHECK(!counter_apply(&counter, &act, &refusal));
    CHECK_TEXT(refusal.code, "open_tickets");
    CHECK_TEXT(refusal.text, "2 tickets are still open at counter 7: finish or return them.");
    act.open_tickets = 0;
    CHECK(counter_apply(&counter, &act, &refusal));
    CHECK_TEXT(counter.user, "");
    CHECK_INT(counter.fence, 4);
    CHECK(!counter_lease_expired(&counter, 999999));
    CHECK(!counter_may_call(&counter, "leyla", 4, &refusal));
    CHECK_TEXT(refusal.code, "counter_closed");
}

TEST(model_counter_supervisor_overrides)
{
    struct counter counter = counter_in(COUNTER_OPEN);
    struct counter_act act = act_of(COUNTER_PAUSE);
    act.user = "anar";
    act.fence = 1;
    CHECK(!counter_apply(&counter, &act, NULL));
    act.override = true;
    CHECK(counter_apply(&counter, &act, NULL));
    struct refusal refusal;
    CHECK(!counter_may_call(&counter, "leyla", 4, &refusal));
    CHECK_TEXT(refusal.code, "counter_paused");
}

TEST(model_role_words)
{
    unsigned all = 0;
    for (unsigned bit = 1; bit <= ROLE_ALL; bit <<= 1) {
        REQUIRE(role_text(bit) != NULL);
        CHECK_INT(role_find(role_text(bit)), bit);
        all |= bit;
    }
    CHECK_INT(all, ROLE_ALL);
    CHECK_INT(role_find("king"), 0);
    CHECK(role_text(ROLE_CLERK | ROLE_TRAINER) == NULL);
    char text[40];
    role_texts(ROLE_CLERK | ROLE_SUPERVISOR, text, sizeof text);
    CHECK_TEXT(text, "clerk, supervisor");
}
