/* tests/unit/model_case_test.c: applications: every state with every event, four eyes, two decisions that
 * meet, the legal clock over weekends and holidays. */
#include <string.h>

#include "core/model/calendar.h"
#include "core/model/case.h"
#include "tests/support/test.h"

static const int64_t t0 = 1764000000000;

static struct case_file file_in(enum case_state state)
{
    struct case_file file = {.number = "K-17",
                             .agency = "dukcapil",
                             .user = "sri",
                             .state = state,
                             .hold_gen = 2,
                             .decided_by = "sri",
                             .submitted_ms = t0 - 5000,
                             .complete_ms = t0 - 4000,
                             .due_ms = t0 - 1};
    return file;
}

static struct case_act act_of(enum case_event event)
{
    return (struct case_act){
        .event = event, .now_ms = t0, .user = "agus", .agency = "dukcapil", .note = "no", .reasons = 1};
}

/* Without a complaint. Written from PROTOCOL.md; '.' refused, else the letter of the next state. */
static const char *const expected[CASE_STATE_COUNT] = {
    /*              submit complete review approve refuse return refer confirm disagree prepare deliver
     *              withdraw lapse deem */
    [CASE_DRAFT] = "s..........w..",     [CASE_SUBMITTED] = ".c...t.....w..",
    [CASE_COMPLETE] = "..iartf....w.a",  [CASE_IN_REVIEW] = "...artf....w.a",
    [CASE_APPROVED] = ".......aiy.w..",  [CASE_REFUSED] = ".......riy....",
    [CASE_RETURNED] = "s..........ww.",  [CASE_REFERRED] = "..iartf....w..",
    [CASE_READY] = "..........vw..",     [CASE_DELIVERED] = "..............",
    [CASE_WITHDRAWN] = "..............",
};
static const char letters[] = "dsciartfyvw";

static bool is_second_person(int event)
{
    return event == CASE_DO_CONFIRM || event == CASE_DO_DISAGREE;
}

TEST(model_case_whole_product)
{
    for (int s = 0; s < CASE_STATE_COUNT; s++) {
        for (int e = 0; e < CASE_EVENT_COUNT; e++) {
            struct case_file file = file_in((enum case_state)s);
            file.four_eyes = is_second_person(e);
            struct case_file old = file;
            struct case_act act = act_of((enum case_event)e);
            struct refusal refusal = {0};
            bool ok = case_apply(&file, &act, &refusal);
            CHECK_INT(ok ? letters[file.state] : '.', expected[s][e]);
            CHECK_INT(file.hold_gen - old.hold_gen, ok && (e == CASE_DO_REFER || e == CASE_DO_DISAGREE));
            if (!ok)
                CHECK(memcmp(&file, &old, sizeof old) == 0 && refusal.code[0] &&
                      strstr(refusal.text, "K-17"));
        }
    }
}

TEST(model_case_refusals_say_why)
{
    struct case_file file = file_in(CASE_SUBMITTED);
    struct case_act act = act_of(CASE_DO_APPROVE);
    struct refusal refusal;
    CHECK(!case_check(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "not_complete");
    CHECK_TEXT(refusal.text, "K-17 is submitted: check its papers first, so that it is complete.");
    file.state = CASE_DELIVERED;
    act.event = CASE_DO_WITHDRAW;
    CHECK(!case_check(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "case_closed");
}

TEST(model_case_own_agency)
{
    struct case_file file = file_in(CASE_COMPLETE);
    struct case_act act = act_of(CASE_DO_APPROVE);
    struct refusal refusal;
    act.agency = "tax";
    CHECK(!case_check(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "other_agency");
    act.agency = "";
    CHECK(case_check(&file, &act, &refusal));
    act.agency = NULL;
    CHECK(case_check(&file, &act, &refusal));
}

TEST(model_case_reasons)
{
    static const enum case_event needs[] = {CASE_DO_REFUSE, CASE_DO_RETURN};
    struct case_file file = file_in(CASE_IN_REVIEW);
    struct refusal refusal;
    for (int i = 0; i < 2; i++) {
        struct case_act act = act_of(needs[i]);
        act.reasons = 0;
        CHECK(!case_check(&file, &act, &refusal));
        CHECK_TEXT(refusal.code, "reason_needed");
    }
    struct case_act approve = act_of(CASE_DO_APPROVE);
    approve.reasons = 0;
    CHECK(case_check(&file, &approve, &refusal));
}

TEST(model_case_second_person)
{
    struct case_file file = file_in(CASE_IN_REVIEW);
    struct refusal refusal;
    file.four_eyes = true;
    struct case_act act = act_of(CASE_DO_APPROVE);
    CHECK(case_apply(&file, &act, NULL));
    CHECK_TEXT(file.decided_by, "agus");
    act.event = CASE_DO_PREPARE;
    CHECK(!case_apply(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "confirm_first");
    act.event = CASE_DO_CONFIRM;
    CHECK(!case_apply(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "same_person");
    act.event = CASE_DO_DISAGREE;
    act.user = "rina";
    act.note = "";
    CHECK(!case_apply(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "note_needed");
    act.note = "the address is old";
    CHECK(case_apply(&file, &act, NULL));
    CHECK_INT(file.state, CASE_IN_REVIEW);
    CHECK_TEXT(file.user, "agus"); /* back to the first */
    CHECK_INT(file.decided_ms, 0);
    act = act_of(CASE_DO_APPROVE);
    CHECK(case_apply(&file, &act, NULL));
    act.event = CASE_DO_CONFIRM;
    act.user = "rina";
    CHECK(case_apply(&file, &act, NULL));
    CHECK(!case_apply(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "already_confirmed");
    act.event = CASE_DO_PREPARE;
    CHECK(case_apply(&file, &act, NULL));
    file = file_in(CASE_APPROVED);
    act.event = CASE_DO_CONFIRM;
    CHECK(!case_apply(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "no_confirmation_needed");
}

TEST(model_case_flags_lock_issuing)
{
    struct case_file file = file_in(CASE_READY);
    struct case_act act = act_of(CASE_DO_DELIVER);
    struct refusal refusal;
    file.flags = CASE_CONTESTED;
    CHECK(!case_apply(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "contested");
    file.flags = CASE_VOIDED;
    CHECK(!case_apply(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "voided");
    file.flags = CASE_DUPLICATE | CASE_COMPLAINED;
    CHECK(case_apply(&file, &act, &refusal));
    CHECK_INT(file.delivered_ms, t0);
}

TEST(model_case_complaint_opens_a_decision_again)
{
    static const struct {
        enum case_state from;
        enum case_event event;
    } again[] = {{CASE_REFUSED, CASE_DO_APPROVE},
                 {CASE_APPROVED, CASE_DO_REFUSE},
                 {CASE_DELIVERED, CASE_DO_REFUSE},
                 {CASE_DELIVERED, CASE_DO_APPROVE}};
    for (size_t i = 0; i < sizeof again / sizeof again[0]; i++) {
        struct case_file file = file_in(again[i].from);
        struct case_act act = act_of(again[i].event);
        struct refusal refusal;
        CHECK(!case_apply(&file, &act, &refusal));
        CHECK_TEXT(refusal.code, "no_complaint");
        file.flags = CASE_COMPLAINED;
        CHECK(case_apply(&file, &act, &refusal));
    }
}

TEST(model_case_clock_starts_at_complete)
{
    struct case_file file = {.number = "K-1", .state = CASE_DRAFT};
    struct case_act act = act_of(CASE_DO_SUBMIT);
    CHECK(case_apply(&file, &act, NULL));
    CHECK_INT(file.submitted_ms, t0);
    CHECK_INT(file.complete_ms, 0);
    act.event = CASE_DO_COMPLETE;
    act.now_ms = t0 + 1000;
    CHECK(case_apply(&file, &act, NULL));
    CHECK_INT(file.complete_ms, t0 + 1000);
    act.event = CASE_DO_RETURN;
    CHECK(case_apply(&file, &act, NULL));
    struct case_file kept = file;
    act = (struct case_act){.event = CASE_DO_SUBMIT, .now_ms = t0 + 9000, .user = "agus", .keep_clock = true};
    CHECK(case_apply(&kept, &act, NULL));
    CHECK_INT(kept.complete_ms, t0 + 1000);
    act.keep_clock = false;
    CHECK(case_apply(&file, &act, NULL));
    CHECK_INT(file.complete_ms, 0);
    CHECK_INT(file.submitted_ms, t0 + 9000);
}

TEST(model_case_deemed_granted_by_the_clock_alone)
{
    struct case_file file = file_in(CASE_COMPLETE);
    struct case_act act = {.event = CASE_DO_DEEM, .now_ms = file.due_ms};
    struct refusal refusal;
    CHECK(!case_apply(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "not_due");
    act.now_ms++;
    file.four_eyes = true;
    CHECK(case_apply(&file, &act, &refusal));
    CHECK_INT(file.state, CASE_APPROVED);
    CHECK_TEXT(file.decided_by, "system");
    act.event = CASE_DO_PREPARE;
    CHECK(case_apply(&file, &act, &refusal));
    file = file_in(CASE_COMPLETE);
    file.due_ms = 0; /* the law does not deem it granted */
    act.event = CASE_DO_DEEM;
    CHECK(!case_apply(&file, &act, &refusal));
}

TEST(model_case_extension)
{
    struct case_file file = file_in(CASE_COMPLETE);
    struct refusal refusal;
    CHECK(case_extend_check(&file, 10, 0, 10, &refusal));
    CHECK(!case_extend_check(&file, 10, 0, 11, &refusal));
    CHECK_TEXT(refusal.code, "extension_too_long");
    CHECK(!case_extend_check(&file, 10, 0, 0, &refusal));
    CHECK(!case_extend_check(&file, 10, 1, 3, &refusal)); /* once is all */
    CHECK_TEXT(refusal.code, "already_extended");
    file.due_ms = 0;
    CHECK(!case_extend_check(&file, 10, 0, 1, &refusal));
    CHECK_TEXT(refusal.code, "not_extendable");
}

TEST(model_case_return_is_answered_until_its_day)
{
    struct case_file file = file_in(CASE_RETURNED);
    struct refusal refusal = {0};
    struct case_act act = act_of(CASE_DO_SUBMIT);
    file.lapses_ms = t0 - 1;
    CHECK(!case_apply(&file, &act, &refusal)); /* the hall has not come to it, and yet it is over */
    CHECK_TEXT(refusal.code, "lapsed");
    file = file_in(CASE_WITHDRAWN); /* the hall came to it, and then an answer that was given before */
    file.lapses_ms = t0;
    CHECK(case_apply(&file, &act, &refusal));
    CHECK_INT(file.state, CASE_SUBMITTED);
    file = file_in(CASE_WITHDRAWN);
    file.lapses_ms = t0 - 1;
    CHECK(!case_apply(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "case_closed");
    file = file_in(CASE_WITHDRAWN); /* by the citizen's wish: nothing brings it back */
    CHECK(!case_apply(&file, &act, &refusal));
}

TEST(model_case_contested_decision_is_not_confirmed)
{
    struct case_file file = file_in(CASE_REFUSED);
    struct refusal refusal = {0};
    struct case_act act = act_of(CASE_DO_CONFIRM);
    file.four_eyes = true;
    file.flags = CASE_CONTESTED;
    CHECK(!case_apply(&file, &act, &refusal));
    CHECK_TEXT(refusal.code, "contested");
    file.flags = 0;
    CHECK(case_apply(&file, &act, &refusal));
}

TEST(model_case_offline_decision_meets_reassignment)
{
    static const struct {
        int64_t base, now;
        enum case_holder_work work;
        enum case_event decided, incoming;
        const char *want;
    } cases[] = {
        {4, 4, CASE_HOLDER_DRAFTED, 0, CASE_DO_APPROVE, "effective"},
        {-1, 4, CASE_HOLDER_IDLE, 0, CASE_DO_APPROVE, "effective"},
        {3, 4, CASE_HOLDER_IDLE, 0, CASE_DO_APPROVE, "told"},
        {3, 4, CASE_HOLDER_DRAFTED, 0, CASE_DO_APPROVE, "contested"},
        {3, 4, CASE_HOLDER_DECIDED, CASE_DO_APPROVE, CASE_DO_APPROVE, "concurring"},
        {3, 4, CASE_HOLDER_DECIDED, CASE_DO_REFUSE, CASE_DO_APPROVE, "contested"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct case_meet meet = {cases[i].base, cases[i].now, cases[i].work, cases[i].decided,
                                 cases[i].incoming};
        CHECK_TEXT(case_meeting_text(case_meet(&meet)), cases[i].want);
    }
}

TEST(model_case_words)
{
    for (int i = 0; i < CASE_STATE_COUNT; i++) {
        enum case_state state = CASE_STATE_COUNT;
        CHECK(case_state_find(case_state_text((enum case_state)i), &state) && (int)state == i);
    }
    for (unsigned flag = 1; flag <= CASE_VOIDED; flag <<= 1)
        CHECK_INT(case_flag_find(case_flag_text((enum case_flag)flag)), flag);
    CHECK_INT(case_flag_find("lost"), 0);
    enum case_event event;
    CHECK(case_outcome_find("refer", &event) && event == CASE_DO_REFER);
    CHECK(case_outcome_find("approve", &event) && event == CASE_DO_APPROVE);
    CHECK(!case_outcome_find("submit", &event));
    CHECK(!case_outcome_find(NULL, &event));
    struct buf out = {0};
    case_diagram(&out);
    CHECK(strstr(buf_text(&out), "complete  -- deem     -> approved\n"));
    buf_free(&out);
}

/* --- calendar --- */
static int32_t day(const char *text)
{
    int32_t number = 0;
    CHECK(day_parse(text, &number));
    return number;
}

TEST(model_calendar_days)
{
    char text[11];
    CHECK_INT(day("1970-01-01"), 0);
    CHECK_INT(day("2000-03-01"), 11017);
    CHECK_INT(day_weekday(day("2026-11-24")), 2); /* a Tuesday */
    CHECK_INT(day_weekday(day("1969-12-31")), 3);
    for (int32_t number = day("1899-12-25"); number < day("2101-01-05"); number += 3) {
        day_text(number, text);
        REQUIRE(day(text) == number);
    }
    static const char *const wrong[] = {"2026-02-29", "2026-13-01",  "2026-00-10", "2026-01-32", "2026-1-1",
                                        "",           "2026-01-01x", "1900-02-29", "20260101",   NULL};
    int32_t number;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK(!day_parse(wrong[i], &number));
    CHECK(day_parse("2000-02-29", &number));
}

static void check_due(const struct calendar *calendar, const char *start, int days, const char *want)
{
    int32_t due = 0;
    char text[11] = "";
    if (CHECK(case_due_day(calendar, day(start), days, &due)))
        day_text(due, text);
    CHECK_TEXT(text, want);
}

TEST(model_calendar_terms_of_working_days)
{
    struct calendar plain = {.weekend = CALENDAR_SAT_SUN};
    check_due(&plain, "2026-11-24", 5, "2026-12-01");
    check_due(&plain, "2026-11-24", 1, "2026-11-25");
    check_due(&plain, "2026-11-27", 1, "2026-11-30");
    check_due(&plain, "2026-11-28", 0, "2026-11-30");
    check_due(&plain, "2026-11-24", 0, "2026-11-24");
    int32_t holidays[] = {day("2026-11-26"), day("2026-11-30")};
    struct calendar held = {CALENDAR_SAT_SUN, holidays, 2};
    check_due(&held, "2026-11-24", 5, "2026-12-03");
    struct calendar friday = {.weekend = CALENDAR_FRI_SAT};
    check_due(&friday, "2026-11-26", 1, "2026-11-29");
    struct calendar never = {.weekend = 0x7F};
    int32_t due;
    CHECK(!case_due_day(&never, 0, 1, &due));
    CHECK(!case_due_day(&plain, 0, 1000000, &due));
}

TEST(model_calendar_days_left)
{
    struct calendar plain = {.weekend = CALENDAR_SAT_SUN};
    CHECK_INT(case_days_left(&plain, day("2026-11-24"), day("2026-12-01")), 5);
    CHECK_INT(case_days_left(&plain, day("2026-12-01"), day("2026-12-01")), 0);
    CHECK_INT(case_days_left(&plain, day("2026-12-03"), day("2026-12-01")), -2);
    for (int days = 1; days < 40; days++) {
        int32_t due;
        CHECK(case_due_day(&plain, day("2026-11-24"), days, &due));
        CHECK_INT(case_days_left(&plain, day("2026-11-24"), due), days);
    }
}
