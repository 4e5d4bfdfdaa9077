/* tests/unit/command_case_test.c: the life of an application through the commands, on a real file. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/daybook.h"
#include "core/hall/report.h"
#include "tests/unit/case_hall.h"

#define D2 "d0000000-0000-7000-8000-000000000002"
#define P1 "e0000000-0000-7000-8000-000000000001"

static void decide(enum person_here who, const char *decision, const char *outcome)
{
    char *body = xasprintf("{'case':'" CASE "','decision':'%s','outcome':'%s','reasons':[%s]}", decision,
                           outcome, strcmp(outcome, "refuse") == 0 ? "'R12'" : "");
    RUN(who, "case.decide", body);
    free(body);
}

TEST(case_whole_life)
{
    case_opened();
    CASE_TEXT("/state", "draft");
    CASE_TEXT("/number", "T-01-2026-000001");
    CASE_TEXT("/agency", "t.a");
    CASE_TEXT("/form_version", "3");
    CASE_TEXT("/fee/total", "5.00 AZN");
    CASE_TEXT("/hold_gen", "0");
    CASE_TEXT("/user", hall_file_user(LEYLA));
    CASE_TEXT("/opened_at", "2026-11-24T06:00:00.000Z");
    CASE_TEXT("/submitted_at", "");
    RUN(LEYLA, "case.draft",
        "{'case':'" CASE "','patch':{'fin':'7A2B3XK','reason':'lost','born':'1990-03-04'}}");
    CASE_TEXT("/draft/age", "36");
    RUN(LEYLA, "case.check_document", "{'case':'" CASE "','document':'old-card','state':'missing'}");
    RUN(LEYLA, "case.check_document", "{'case':'" CASE "','document':'birth-cert','state':'copied'}");
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    CASE_TEXT("/state", "submitted"); /* lost: the note is still missing */
    CASE_TEXT("/complete_at", "");
    CHECK_TEXT(hall_file_data(&hall, "/unmet"), "1");
    RUN(LEYLA, "case.check_document", "{'case':'" CASE "','document':'loss-note','state':'seen'}");
    CASE_TEXT("/state", "complete");
    CASE_TEXT("/due_at", "2026-12-04T19:59:59.999Z"); /* ten days, to the end of the day in Baku */
    RUN(LEYLA, "case.pay", "{'case':'" CASE "','amount':'5.00','currency':'AZN','method':'card'}");
    CASE_TEXT("/paid", "5.00 AZN");
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','decision':'" D1 "','outcome':'refuse','reasons':['R12']}");
    CASE_TEXT("/state", "refused");
    CASE_TEXT("/confirm_pending", "true");
    CASE_TEXT("/confirm_asked_at", "2026-11-24T06:00:07.000Z");
    CASE_TEXT("/decision", D1);
    REFUSED(LEYLA, "case.deliver", "{'case':'" CASE "'}", "confirm_first");
    REFUSED(LEYLA, "case.confirm", "{'case':'" CASE "','decision':'" D1 "','agree':true}", "same_person");
    RUN(AYDAN, "case.confirm", "{'case':'" CASE "','decision':'" D1 "','agree':true}");
    CASE_TEXT("/confirmed_by", hall_file_user(AYDAN));
    CASE_TEXT("/confirm_pending", "false");
    CASE_TEXT("/confirm_asked_at", "");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','to':'the applicant'}");
    CASE_TEXT("/state", "delivered");
    CASE_TEXT("/outputs/0/copy", "1");
    RUN(LEYLA, "case.complain", "{'case':'" CASE "','text':'They are genuine.'}");
    CASE_TEXT("/flags/0", "complained");
    CASE_TEXT("/complaints/0/decision", D1);
    REFUSED(LEYLA, "case.complain", "{'case':'" CASE "','answer':'changed'}", "same_person");
    RUN(AYDAN, "case.complain", "{'case':'" CASE "','answer':'changed','text':'They are.'}");
    CASE_TEXT("/state", "approved");
    CASE_TEXT("/outcome", "approve");
    CASE_TEXT("/flags", "[]");
    hall_file_close(&hall);
}

TEST(case_opens_once)
{
    case_opened();
    REFUSED(LEYLA, "case.open", "{'case':'" CASE "','service':'t.card'}", "case_exists");
    REFUSED(LEYLA, "case.open", "{'service':'t.nothing'}", "unknown_service");
    RUN(LEYLA, "case.open", "{'service':'t.card'}"); /* without an id it gets the command's */
    CHECK_TEXT(hall_file_data(&hall, "/number"), "T-01-2026-000002");
    hall_file_close(&hall);
}

TEST(case_invalid_submit_lists_the_fields)
{
    case_opened();
    RUN(LEYLA, "case.draft", "{'case':'" CASE "','patch':{'reason':'stolen'}}");
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    CHECK_TEXT(hall_file_data(&hall, "/state"), "returned");
    const char *fields = hall_file_data(&hall, "/fields");
    CHECK(strstr(fields, "/fin") && strstr(fields, "required") && strstr(fields, "/reason"));
    CASE_TEXT("/state", "returned");
    CASE_TEXT("/draft/reason", "stolen");
    CASE_TEXT("/submitted_at", "");
    CASE_TEXT("/decided_at", "");
    RUN(LEYLA, "case.draft", "{'case':'" CASE "','patch':{'fin':'7A2B3XK','reason':'name'}}");
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    CASE_TEXT("/state", "submitted");
    CASE_TEXT("/returned", "");
    hall_file_close(&hall);
}

TEST(case_reasons_are_the_services_own)
{
    case_completed();
    REFUSED(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'refuse','reasons':[]}", "reason_needed");
    REFUSED(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'return'}", "reason_needed");
    REFUSED(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'refuse','reasons':['R99']}",
            "unknown_reason");
    REFUSED(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'refuse','reasons':['R20']}",
            "unknown_reason");
    REFUSED(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'perhaps'}", "invalid_body");
    CASE_TEXT("/state", "complete");
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'return','reasons':['R20']}");
    CASE_TEXT("/state", "returned");
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    CASE_TEXT("/state", "complete"); /* its papers are there already */
    CASE_TEXT("/decision", "");
    hall_file_close(&hall);
}

TEST(case_is_its_agencys_own)
{
    static const struct {
        const char *type, *body;
    } all[] = {
        {"case.draft", "{'case':'" CASE "','patch':{}}"},
        {"case.submit", "{'case':'" CASE "'}"},
        {"case.check_document", "{'case':'" CASE "','document':'old-card','state':'seen'}"},
        {"case.pay", "{'case':'" CASE "','amount':'5.00','currency':'AZN','method':'cash'}"},
        {"case.decide", "{'case':'" CASE "','outcome':'approve'}"},
        {"case.confirm", "{'case':'" CASE "','agree':true}"},
        {"case.extend", "{'case':'" CASE "','days':1,'reason':'x'}"},
        {"case.complain", "{'case':'" CASE "','text':'x'}"},
        {"case.duplicate", "{'case':'" CASE "','of':null}"},
        {"case.assign", "{'case':'" CASE "','to':{'user':'leyla'}}"},
        {"case.deliver", "{'case':'" CASE "'}"},
        {"case.withdraw", "{'case':'" CASE "'}"},
        {"case.correct", "{'case':'" CASE "','reason':'x'}"},
    };
    case_completed();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        REFUSED(OTHER, all[i].type, all[i].body, "other_agency");
    REFUSED(OTHER, "case.open", "{'service':'t.card'}", "other_agency");
    REFUSED(SUPER, "case.draft", "{'case':'" CASE "','patch':{}}", "forbidden");
    hall_file_close(&hall);
}

/* What the second person says is a row of its own, and no second decision in the report. */
TEST(report_counts_a_decision_once)
{
    case_completed();
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','decision':'" D1 "','outcome':'refuse','reasons':['R12']}");
    RUN(AYDAN, "case.confirm", "{'case':'" CASE "','decision':'" D1 "','agree':true}");
    struct buf text = {0};
    const struct report_ask ask = {.from = "2000-01-01", .to = "2099-12-31", .csv = true};
    REQUIRE(daybook_create(hall.db) == ERR_OK);
    CHECK_INT(report_write(hall.db, report_find("decisions"), &ask, &text), ERR_OK);
    CHECK(strstr(buf_text(&text), ",refuse,R12,1,") != NULL);
    buf_free(&text);
    hall_file_close(&hall);
}

TEST(case_second_person_may_disagree)
{
    case_completed();
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','decision':'" D1 "','outcome':'refuse','reasons':['R12']}");
    REFUSED(AYDAN, "case.confirm", "{'case':'" CASE "','decision':'" D1 "','agree':false}", "note_needed");
    REFUSED(AYDAN, "case.confirm", "{'case':'" CASE "','decision':'" D1 "'}", "invalid_body");
    RUN(AYDAN, "case.confirm", "{'case':'" CASE "','decision':'" D1 "','agree':false,'note':'Look again.'}");
    CASE_TEXT("/state", "in_review");
    CASE_TEXT("/note", "Look again.");
    CASE_TEXT("/decision", "");
    CASE_TEXT("/user", hall_file_user(LEYLA));
    CASE_TEXT("/hold_gen", "1");
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','decision':'" D2 "','outcome':'approve'}");
    CASE_TEXT("/state", "approved");
    REFUSED(AYDAN, "case.confirm", "{'case':'" CASE "','decision':'" D1 "','agree':true}", "not_effective");
    REFUSED(AYDAN, "case.confirm", "{'case':'" CASE "','decision':'" D2 "','agree':true}",
            "no_confirmation_needed");
    hall_file_close(&hall);
}

/* Whatever happens afterwards, the row of a decision stays as it was written. */
TEST(case_decisions_are_append_only)
{
    case_completed();
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','decision':'" D1 "','outcome':'refuse','reasons':['R12']}");
    struct json *first = hall_file_row(&hall, TABLE_DECISION, D1);
    REQUIRE(first != NULL);
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, D1, "/form_version"), "3");
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, D1, "/reasons"), "[\"R12\"]");
    REFUSED(LEYLA, "case.decide", "{'case':'" CASE "','decision':'" D1 "','outcome':'approve'}",
            "decision_exists");
    RUN(AYDAN, "case.confirm", "{'case':'" CASE "','decision':'" D1 "','agree':true}");
    const char *confirmation = hall_file_data(&hall, "/confirmation");
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, confirmation, "/of"), D1);
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, confirmation, "/confirmed_by"), hall_file_user(AYDAN));
    RUN(LEYLA, "case.complain", "{'case':'" CASE "'}");
    RUN(AYDAN, "case.complain", "{'case':'" CASE "','answer':'annulled'}");
    CASE_TEXT("/decision", "");
    REFUSED(LEYLA, "case.deliver", "{'case':'" CASE "'}", "annulled");
    RUN(AYDAN, "case.decide", "{'case':'" CASE "','decision':'" D2 "','outcome':'approve'}");
    CASE_TEXT("/state", "approved");
    CASE_TEXT("/flags", "[]");
    struct json *now = hall_file_row(&hall, TABLE_DECISION, D1);
    CHECK(json_equal(first, now));
    json_free(&first);
    json_free(&now);
    hall_file_close(&hall);
}

TEST(case_documents_have_one_row_each)
{
    case_submitted();
    RUN(LEYLA, "case.check_document",
        "{'case':'" CASE "','document':'old-card','state':'missing','note':'at home'}");
    char id[64];
    str_copy(id, sizeof id, hall_file_data(&hall, "/document"));
    CASE_TEXT("/state", "submitted");
    RUN(RASHAD, "case.check_document", "{'case':'" CASE "','document':'old-card','state':'waived'}");
    CHECK_TEXT(hall_file_data(&hall, "/document"), id);
    CHECK_TEXT(hall_file_text(&hall, TABLE_DOCUMENT, id, "/state"), "waived");
    CHECK_TEXT(hall_file_text(&hall, TABLE_DOCUMENT, id, "/note"), "");
    CASE_TEXT("/state", "complete");
    REFUSED(LEYLA, "case.check_document", "{'case':'" CASE "','document':'passport','state':'seen'}",
            "unknown_document");
    REFUSED(LEYLA, "case.check_document", "{'case':'" CASE "','document':'old-card','state':'lost'}",
            "invalid_body");
    hall_file_close(&hall);
}

TEST(case_payment_may_choose_the_speed)
{
    case_completed();
    RUN(LEYLA, "case.pay", "{'case':'" CASE "','amount':'70','currency':'AZN','method':'cash','tier':'day'}");
    CASE_TEXT("/fee/tier", "day");
    CASE_TEXT("/due_at", "2026-11-25T19:59:59.999Z");
    decide(LEYLA, D1, "approve");
    REFUSED(LEYLA, "case.pay",
            "{'case':'" CASE "','amount':'5','currency':'AZN','method':'cash','tier':'standard'}",
            "case_decided");
    hall_file_close(&hall);
}

TEST(case_payments_are_in_the_fees_currency)
{
    case_opened();
    REFUSED(LEYLA, "case.pay", "{'case':'" CASE "','amount':'5','currency':'IDR','method':'cash'}",
            "other_currency");
    REFUSED(LEYLA, "case.pay", "{'case':'" CASE "','amount':'five','currency':'AZN','method':'cash'}",
            "invalid_amount");
    REFUSED(LEYLA, "case.pay", "{'case':'" CASE "','amount':'0','currency':'AZN','method':'cash'}",
            "invalid_amount");
    REFUSED(LEYLA, "case.pay", "{'case':'" CASE "','amount':'5','currency':'AZN'}", "invalid_body");
    RUN(LEYLA, "case.pay", "{'case':'" CASE "','amount':'2,50','currency':'AZN','method':'cash'}");
    RUN(LEYLA, "case.pay",
        "{'case':'" CASE "','amount':'2.50 AZN','currency':'AZN','method':'bank','reference':'77'}");
    CHECK_TEXT(hall_file_data(&hall, "/paid"), "5.00 AZN");
    CHECK_TEXT(hall_file_text(&hall, TABLE_PAYMENT, hall_file_data(&hall, "/payment"), "/amount"),
               "2.50 AZN");
    hall_file_close(&hall);
}

/* --- drafts of two people --- */

TEST(case_drafts_of_different_fields_merge)
{
    case_opened();
    char seen[32];
    str_copy(seen, sizeof seen, hall_file_text(&hall, TABLE_CASE, CASE, "/row_rev"));
    char *first =
        xasprintf("{'case':'" CASE "','patch':{'home':{'street':'Nizami 5'}},'base_row_rev':%s}", seen);
    char *second = xasprintf("{'case':'" CASE "','patch':{'home':{'town':'Baku'}},'base_row_rev':%s}", seen);
    RUN(LEYLA, "case.draft", first);
    RUN(RASHAD, "case.draft", second);
    CASE_TEXT("/draft/home/street", "Nizami 5");
    CASE_TEXT("/draft/home/town", "Baku");
    CASE_TEXT("/branches", "[]");
    free(first);
    free(second);
    hall_file_close(&hall);
}

/* Both write the street without having seen the other: the second word is kept beside the first. */
static void branched(char dispute[64])
{
    case_opened();
    char *body = xasprintf("{'case':'" CASE "','patch':{'home':{'street':'Nizami 5'}},'base_row_rev':%s}",
                           hall_file_text(&hall, TABLE_CASE, CASE, "/row_rev"));
    char *other = xasprintf("{'case':'" CASE "','patch':{'home':{'street':'Nizami 7'},'reason':'name'},"
                            "'base_row_rev':%s}",
                            hall_file_text(&hall, TABLE_CASE, CASE, "/row_rev"));
    RUN(LEYLA, "case.draft", body);
    RUN(RASHAD, "case.draft", other);
    CHECK_TEXT(hall_file_data(&hall, "/branches/0/pointer"), "/home/street");
    CASE_TEXT("/draft/home/street", "Nizami 5");
    CASE_TEXT("/draft/reason", "name");
    CASE_TEXT("/branches/0/value", "Nizami 7");
    CASE_TEXT("/branches/0/other", hall_file_user(LEYLA));
    str_copy(dispute, 64, hall_file_text(&hall, TABLE_CASE, CASE, "/branches/0/dispute"));
    CHECK_TEXT(hall_file_text(&hall, TABLE_DISPUTE, dispute, "/state"), "open");
    REFUSED(LEYLA, "case.submit", "{'case':'" CASE "'}", "open_branches");
    free(body);
    free(other);
}

TEST(case_drafts_of_one_field_branch_and_a_later_word_settles)
{
    char dispute[64];
    branched(dispute);
    RUN(LEYLA, "case.draft",
        "{'case':'" CASE "','patch':{'home':{'street':'Nizami 6'}},'base_row_rev':1000}");
    CASE_TEXT("/branches", "[]");
    CASE_TEXT("/draft/home/street", "Nizami 6");
    CHECK_TEXT(hall_file_text(&hall, TABLE_DISPUTE, dispute, "/state"), "closed");
    hall_file_close(&hall);
}

/* Also what is remembered beside the draft has an end: the row must still reach every workstation. */
TEST(case_row_does_not_grow_for_ever)
{
    enum { NAME_BYTES = 100 * 1024, TIMES = 60, ROW_BYTES = 4 * 1024 * 1024 };
    struct buf text = {0};
    bool refused = false;
    case_opened();
    for (int i = 0; i < TIMES && !refused; i++) {
        char *name = xasprintf("%0*d", NAME_BYTES, i);
        char *body = xasprintf("{'case':'" CASE "','patch':{'%s':null}}", name);
        refused = !hall_file_run(&hall, LEYLA, "case.draft", body);
        free(name);
        free(body);
    }
    CHECK_TEXT(hall_file_code(&hall), "case_too_large");
    CHECK(row_get_text(hall.db, TABLE_CASE, CASE, &text) == ERR_OK && text.length < ROW_BYTES);
    RUN(LEYLA, "case.withdraw", "{'case':'" CASE "'}");
    buf_free(&text);
    hall_file_close(&hall);
}

TEST(case_branch_of_the_same_author_is_replaced)
{
    char dispute[64];
    branched(dispute);
    RUN(RASHAD, "case.draft", "{'case':'" CASE "','patch':{'home':{'street':'Nizami 8'}},'base_row_rev':2}");
    CASE_TEXT("/branches/0/value", "Nizami 8");
    CASE_TEXT("/branches/1", "");
    CHECK_TEXT(hall_file_text(&hall, TABLE_DISPUTE, dispute, "/state"), "closed");
    hall_file_close(&hall);
}

TEST(case_branch_is_kept_by_choice)
{
    char dispute[64];
    branched(dispute);
    char *body = xasprintf("{'dispute':'%s','choice':'keep_mine','note':'on the bill'}", dispute);
    REFUSED(AYDAN, "dispute.resolve", body, "forbidden"); /* the author, whose words stand, a supervisor */
    RUN(RASHAD, "dispute.resolve", body);
    CASE_TEXT("/draft/home/street", "Nizami 7");
    CASE_TEXT("/branches", "[]");
    REFUSED(RASHAD, "dispute.resolve", body, "dispute_closed");
    free(body);
    hall_file_close(&hall);
}

TEST(case_draft_has_limits)
{
    case_opened();
    struct buf body = {0};
    buf_adds(&body, "{'case':'" CASE "','patch':{'note':'");
    for (int i = 0; i < 130 * 1024; i++)
        buf_addc(&body, 'x');
    buf_adds(&body, "'}}");
    REFUSED(LEYLA, "case.draft", buf_text(&body), "draft_too_large");
    buf_clear(&body);
    buf_adds(&body, "{'case':'" CASE "','patch':{'note':");
    for (int i = 0; i < 30; i++)
        buf_addc(&body, '[');
    for (int i = 0; i < 30; i++)
        buf_addc(&body, ']');
    buf_adds(&body, "}}");
    REFUSED(LEYLA, "case.draft", buf_text(&body), "draft_too_deep");
    buf_free(&body);
    hall_file_close(&hall);
}

/* --- an offline decision meets a reassignment --- */

static const struct {
    const char *new_holder; /* what the new holder did: "" draft approve refuse */
    const char *offline;    /* what arrives late */
    const char *meeting, *state, *flags;
} meetings[] = {
    {"", "approve", "told", "approved", "[]"},
    {"draft", "approve", "contested", "in_review", "[\"contested\"]"},
    {"approve", "approve", "concurring", "approved", "[]"},
    {"approve", "refuse", "contested", "approved", "[\"contested\"]"},
    {"refuse", "approve", "contested", "refused", "[\"contested\"]"},
};

TEST(case_offline_decision_meets_a_reassignment)
{
    for (size_t i = 0; i < sizeof meetings / sizeof *meetings; i++) {
        case_completed();
        RUN(SUPER, "case.assign", "{'case':'" CASE "','to':{'user':'rashad'}}");
        CASE_TEXT("/hold_gen", "1");
        CASE_TEXT("/state", "in_review");
        if (strcmp(meetings[i].new_holder, "draft") == 0)
            RUN(RASHAD, "case.draft", "{'case':'" CASE "','patch':{'home':{'town':'Baku'}}}");
        else if (*meetings[i].new_holder)
            decide(RASHAD, D1, meetings[i].new_holder);
        hall.base_hold_gen = 0;
        decide(LEYLA, D2, meetings[i].offline);
        CHECK_TEXT(hall_file_data(&hall, "/meeting"), meetings[i].meeting);
        CASE_TEXT("/state", meetings[i].state);
        CASE_TEXT("/flags", meetings[i].flags);
        CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, D2, "/effective"),
                   strcmp(meetings[i].meeting, "told") == 0 ? "true" : "false");
        hall_file_close(&hall);
    }
}

TEST(case_contest_locks_until_a_supervisor_chooses)
{
    case_completed();
    RUN(SUPER, "case.assign", "{'case':'" CASE "','to':{'user':'rashad'}}");
    decide(RASHAD, D1, "approve");
    hall.base_hold_gen = 0;
    decide(LEYLA, D2, "refuse");
    char *body = xasprintf("{'dispute':'%s','choice':'" D2 "'}", hall_file_data(&hall, "/dispute"));
    CASE_TEXT("/decision", D1);
    REFUSED(RASHAD, "case.deliver", "{'case':'" CASE "'}", "contested");
    REFUSED(LEYLA, "dispute.resolve", body, "forbidden");
    RUN(SUPER, "dispute.resolve", body);
    CASE_TEXT("/flags", "[]");
    CASE_TEXT("/state", "refused");
    CASE_TEXT("/outcome", "refuse");
    CASE_TEXT("/decided_by", hall_file_user(LEYLA));
    CASE_TEXT("/confirm_pending", "true");
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, D1, "/effective"), "true"); /* as it was written */
    RUN(AYDAN, "case.confirm", "{'case':'" CASE "','decision':'" D2 "','agree':true}");
    RUN(RASHAD, "case.deliver", "{'case':'" CASE "'}");
    free(body);
    hall_file_close(&hall);
}

/* The same holder, but decided by a colleague since the row was seen: both are kept. */
TEST(case_overtaken_decision_is_no_refusal)
{
    case_completed();
    int64_t seen = hall.rev;
    decide(RASHAD, D1, "approve");
    hall.base_row_rev = seen;
    hall.base_hold_gen = 0;
    decide(LEYLA, D2, "approve");
    CHECK_TEXT(hall_file_data(&hall, "/meeting"), "concurring");
    CASE_TEXT("/decision", D1);
    hall_file_close(&hall);
}

/* --- deadlines, outputs, ends --- */

TEST(case_deadline_is_extended_within_the_law)
{
    case_completed();
    CASE_TEXT("/due_at", "2026-12-04T19:59:59.999Z");
    REFUSED(LEYLA, "case.extend", "{'case':'" CASE "','days':6,'reason':'archive'}", "extension_too_long");
    REFUSED(LEYLA, "case.extend", "{'case':'" CASE "','days':3}", "invalid_body");
    RUN(LEYLA, "case.extend", "{'case':'" CASE "','days':3,'reason':'archive'}");
    CASE_TEXT("/due_at", "2026-12-07T19:59:59.999Z");
    CASE_TEXT("/due_first_at", "2026-12-04T19:59:59.999Z");
    REFUSED(LEYLA, "case.extend", "{'case':'" CASE "','days':1,'reason':'archive'}", "already_extended");
    hall_file_close(&hall);
}

TEST(case_output_is_voided_and_replaced)
{
    case_completed();
    decide(LEYLA, D1, "approve");
    REFUSED(AYDAN, "case.void", "{'case':'" CASE "','reason':'misprint'}", "nothing_issued");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','ready':true}");
    CASE_TEXT("/state", "ready");
    RUN(AYDAN, "case.void", "{'case':'" CASE "','reason':'misprint'}");
    REFUSED(LEYLA, "case.deliver", "{'case':'" CASE "'}", "voided");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','ready':true}");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','to':'daughter'}");
    CASE_TEXT("/state", "delivered");
    CASE_TEXT("/outputs/0/void_reason", "misprint");
    CASE_TEXT("/outputs/1/copy", "2");
    CASE_TEXT("/outputs/1/to", "daughter");
    REFUSED(LEYLA, "case.deliver", "{'case':'" CASE "'}", "case_closed");
    hall_file_close(&hall);
}

TEST(case_ends_by_withdrawal)
{
    case_opened();
    RUN(LEYLA, "case.withdraw", "{'case':'" CASE "','reason':'moved away'}");
    CASE_TEXT("/state", "withdrawn");
    REFUSED(LEYLA, "case.draft", "{'case':'" CASE "','patch':{'reason':'lost'}}", "case_closed");
    REFUSED(LEYLA, "case.withdraw", "{'case':'" CASE "'}", "case_closed");
    hall_file_close(&hall);
}

TEST(case_corrections_and_duplicates_stand_beside)
{
    case_completed();
    decide(LEYLA, D1, "approve");
    RUN(LEYLA, "case.correct", "{'case':'" CASE "','patch':{'fin':'7A2B3XL'},'reason':'typing'}");
    CASE_TEXT("/draft/fin", "7A2B3XK");
    CASE_TEXT("/submitted/fin", "7A2B3XK");
    CASE_TEXT("/corrections/0/patch/fin", "7A2B3XL");
    REFUSED(LEYLA, "case.duplicate", "{'case':'" CASE "','of':'" CASE "'}", "same_case");
    RUN(LEYLA, "case.open", "{'case':'" P1 "','service':'t.card'}");
    RUN(LEYLA, "case.duplicate", "{'case':'" CASE "','of':'" P1 "'}");
    CASE_TEXT("/flags", "[\"duplicate\"]");
    RUN(LEYLA, "case.duplicate", "{'case':'" CASE "','of':null}");
    CASE_TEXT("/flags", "[]");
    hall_file_close(&hall);
}

/* --- persons --- */

TEST(person_is_recorded_normalised_and_put_on_the_ticket)
{
    case_opened();
    RUN(LEYLA, "person.record",
        "{'person':'" P1
        "','ticket':'t1','given':'Aynur','family':'Testova','fin':' 7a2b3xk','phone':'050 123 45 67'}");
    CHECK_TEXT(hall_file_text(&hall, TABLE_PERSON, P1, "/fin"), "7A2B3XK");
    CHECK_TEXT(hall_file_text(&hall, TABLE_PERSON, P1, "/phone"), "+994501234567");
    CHECK_TEXT(hall_file_text(&hall, TABLE_PERSON, P1, "/name"), "Aynur Testova");
    struct json *person = hall_file_row(&hall, TABLE_PERSON, P1);
    CHECK(json_is_null(json_get(person, "nik"))); /* there from the start, though nobody named it */
    CHECK(json_is_array(json_get(person, "documents")));
    json_free(&person);
    CHECK_TEXT(hall_file_text(&hall, TABLE_TICKET, "t1", "/person"), P1);
    CASE_TEXT("/person", P1); /* opened before anybody knew for whom */
    REFUSED(LEYLA, "person.record", "{'person':'" P1 "','fin':'123'}", "invalid_fin");
    REFUSED(RASHAD, "person.record", "{'person':'" P1 "','ticket':'t1'}", "not_your_ticket");
    hall_file_close(&hall);
}

TEST(person_reveal_changes_nothing)
{
    case_opened();
    RUN(LEYLA, "person.record", "{'person':'" P1 "','name':'Aynur Testova'}");
    char row_rev[32];
    str_copy(row_rev, sizeof row_rev, hall_file_text(&hall, TABLE_PERSON, P1, "/row_rev"));
    RUN(LEYLA, "person.reveal", "{'person':'" P1 "'}");
    RUN(LEYLA, "person.reveal", "{'case':'" CASE "'}");
    RUN(LEYLA, "person.reveal", "{'person':'" P1 "','purpose':'complaint'}");
    REFUSED(LEYLA, "person.reveal", "{'person':'" P1 "','purpose':'because'}", "invalid_purpose");
    REFUSED(LEYLA, "person.reveal", "{'person':'" P1 "','purpose':'other'}", "reason_needed");
    CHECK_TEXT(hall_file_text(&hall, TABLE_PERSON, P1, "/row_rev"), row_rev);
    REFUSED(LEYLA, "person.reveal", "{'person':'nobody'}", "unknown_person");
    hall_file_close(&hall);
}

TEST(person_doubts_are_told_and_no_refusal)
{
    hall_file_open(&hall);
    RUN(LEYLA, "person.record", "{'person':'" P1 "','name':'Siti Contoh','nik':'9901014503900014'}");
    RUN(LEYLA, "person.record", "{'name':'Siti C.','nik':'9901014503900014','born':'1991-03-05'}");
    CHECK_TEXT(hall_file_data(&hall, "/duplicates/0/id"), P1);
    CHECK_TEXT(hall_file_data(&hall, "/warnings/0/code"), "nik_born");
    RUN(LEYLA, "case.open",
        "{'case':'" CASE "','service':'t.card','person':{'nik':'9901014503900014','name':'S'}}");
    CHECK(*hall_file_text(&hall, TABLE_CASE, CASE, "/person") != '\0');
    hall_file_close(&hall);
}

TEST(case_prefill_knows_the_person)
{
    hall_file_open(&hall);
    RUN(LEYLA, "person.record", "{'person':'" P1 "','name':'Aynur Testova','fin':'7A2B3XK'}");
    RUN(LEYLA, "case.open",
        "{'case':'" CASE "','service':'t.card','ticket':'t1','person':'" P1 "','tier':'day'}");
    CASE_TEXT("/draft/fin", "7A2B3XK");
    CASE_TEXT("/fee/tier", "day");
    CHECK_TEXT(hall_file_text(&hall, TABLE_TICKET, "t1", "/person"), P1);
    REFUSED(LEYLA, "case.open", "{'service':'t.card','tier':'minute'}", "unknown_tier");
    hall_file_close(&hall);
}

/* --- the workstation --- */

/* The same commands predicted give the same row, but for the number and the revs. */
TEST(case_prediction_gives_the_halls_states)
{
    struct json *rows[2];
    char numbers[2][64];
    for (int predicting = 0; predicting < 2; predicting++) {
        if (predicting)
            hall_file_open_station(&hall);
        else
            hall_file_open(&hall);
        RUN(LEYLA, "case.open", "{'case':'" CASE "','service':'t.card','ticket':'t1'}");
        RUN(LEYLA, "case.draft", "{'case':'" CASE "','patch':{'fin':'7A2B3XK','reason':'expired'}}");
        RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
        RUN(LEYLA, "case.check_document", "{'case':'" CASE "','document':'old-card','state':'seen'}");
        decide(LEYLA, D1, "approve");
        rows[predicting] = hall_file_row(&hall, TABLE_CASE, CASE);
        str_copy(numbers[predicting], 64, json_text_or(rows[predicting], "number", ""));
        json_remove(rows[predicting], "row_rev");
        json_remove(rows[predicting], "number");
        json_remove(rows[predicting], "decision_rev");
        json_remove(rows[predicting], "draft_revs");
        hall_file_close(&hall);
    }
    CHECK(json_equal(rows[0], rows[1]));
    CHECK_TEXT(numbers[0], "T-01-2026-000001");
    CHECK_TEXT(numbers[1], ""); /* only the hall gives numbers out */
    json_free(&rows[0]);
    json_free(&rows[1]);
}
