/* tests/unit/command_decision_test.c: what a decision is made of and what may follow it (FORMS.md section 4): lists of
 * a return, referrals, terms, complaints, corrections, outputs. The life of an application is in command_case_test.c. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/case_hall.h"

#define P1 "e0000000-0000-7000-8000-000000000001"

enum { DAY = 24 * 60 * 60 * 1000 };

static void refused(void)
{
    case_completed();
    RUN(LEYLA, "case.decide",
        "{'case':'" CASE "','decision':'" D1 "','outcome':'refuse','reasons':['R12'],'notice':'No.'}");
    RUN(AYDAN, "case.confirm", "{'case':'" CASE "','decision':'" D1 "','agree':true}");
}

static void approved(void)
{
    case_completed();
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','decision':'" D1 "','outcome':'approve'}");
}

/* Changes the hall's row of the service, one member. */
static void service_says(const char *member, const char *value)
{
    struct json *row = hall_file_row(&hall, TABLE_SERVICE, "t.card");
    json_set_pointer(row, member, quoted_json(value));
    REQUIRE(row_put(hall.db, ROWS_PLAIN, TABLE_SERVICE, row) == ERR_OK);
    json_free(&row);
}

TEST(decision_row_keeps_what_it_stood_on)
{
    refused();
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, D1, "/grounds/0/code"), "R12");
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, D1, "/grounds/0/legal"), "L1");
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, D1, "/grounds/0/legal_name/en"), "The law");
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, D1, "/notice"), "No.");
    CHECK_INT(strlen(hall_file_text(&hall, TABLE_DECISION, D1, "/form_sha256")), 64);
    service_says("/reasons/0/name/en", "'Forged'"); /* what the catalogue says later changes nothing */
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, D1, "/grounds/0/name/en"), "Not genuine");
    hall_file_close(&hall);
}

/* --- a return with its lists --- */

TEST(decision_return_lists_fields_and_papers)
{
    case_completed();
    RUN(LEYLA, "case.decide",
        "{'case':'" CASE "','decision':'" D1 "','outcome':'return','reasons':['R20'],"
        "'text':'The copy cannot be read','fields':['/fin','/home/street'],'papers':['old-card']}");
    CASE_TEXT("/state", "returned");
    CASE_TEXT("/returned/fields/1/pointer", "/home/street");
    CASE_TEXT("/returned/papers", "[\"old-card\"]");
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, D1, "/papers"), "[\"old-card\"]");
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, D1, "/fields"), "[\"/fin\",\"/home/street\"]");
    CASE_TEXT("/lapses_at", "2026-12-24T19:59:59.999Z");
    /* The paper that was asked for again must be looked at again. */
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    CASE_TEXT("/state", "submitted");
    CHECK_TEXT(hall_file_data(&hall, "/unmet"), "1");
    RUN(LEYLA, "case.check_document", "{'case':'" CASE "','document':'old-card','state':'copied'}");
    CASE_TEXT("/state", "complete");
    CASE_TEXT("/returned", "");
    hall_file_close(&hall);
}

TEST(decision_return_names_only_what_the_service_asks_for)
{
    case_completed();
    REFUSED(LEYLA, "case.decide",
            "{'case':'" CASE "','outcome':'return','reasons':['R20'],'papers':['passport']}",
            "unknown_document");
    REFUSED(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'return','reasons':['R20'],'papers':[7]}",
            "unknown_document");
    REFUSED(LEYLA, "case.decide",
            "{'case':'" CASE "','outcome':'return','reasons':['R20'],'fields':['/phone']}", "unknown_field");
    REFUSED(LEYLA, "case.decide",
            "{'case':'" CASE "','outcome':'return','reasons':['R20'],'fields':['/fin2']}",
            "unknown_field"); /* not every name that begins like one */
    REFUSED(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'return','reasons':['R20'],'fields':'/fin'}",
            "invalid_body");
    REFUSED(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'return','fields':['/fin']}",
            "reason_needed"); /* a list is no reason */
    CASE_TEXT("/state", "complete");
    hall_file_close(&hall);
}

static void returned_until_christmas(void)
{
    case_completed();
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'return','reasons':['R20']}");
    CASE_TEXT("/lapses_at", "2026-12-24T19:59:59.999Z");
}

TEST(decision_return_lapses_at_its_date_though_the_hall_was_off)
{
    returned_until_christmas();
    REQUIRE(time_parse("2026-12-24T20:00:00.000Z", &hall.now_ms));
    REFUSED(LEYLA, "case.submit", "{'case':'" CASE "'}", "lapsed");
    hall.now_ms -= 2000;
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    CASE_TEXT("/state", "complete");
    CASE_TEXT("/lapses_at", "");
    hall_file_close(&hall);
}

/* --- referral --- */

TEST(decision_referral_goes_to_someone_who_can_act)
{
    case_completed();
    REFUSED(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'refer','to':{'user':'other'}}",
            "other_agency");
    REFUSED(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'refer','to':{'user':'nobody'}}",
            "unknown_user");
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'refer','to':{'user':'rashad'}}");
    CASE_TEXT("/state", "referred");
    CASE_TEXT("/user", hall_file_user(RASHAD));
    CASE_TEXT("/hold_gen", "1");
    RUN(RASHAD, "case.decide", "{'case':'" CASE "','outcome':'refer','to':{'queue':'Q'}}"); /* on again */
    CASE_TEXT("/queue", "q");
    CASE_TEXT("/user", "");
    RUN(AYDAN, "case.decide", "{'case':'" CASE "','outcome':'approve'}");
    CASE_TEXT("/state", "approved");
    hall_file_close(&hall);
}

TEST(decision_referral_to_another_agencys_queue_is_refused)
{
    struct json *queue;
    case_completed();
    queue = hall_file_row(&hall, TABLE_QUEUE, "q");
    json_set_text(queue, "id", "b");
    json_set_text(queue, "code", "B");
    json_set_text(queue, "agency", "t.b");
    REQUIRE(row_put(hall.db, ROWS_PLAIN, TABLE_QUEUE, queue) == ERR_OK);
    json_free(&queue);
    REFUSED(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'refer','to':{'queue':'B'}}", "other_agency");
    REFUSED(AYDAN, "case.assign", "{'case':'" CASE "','to':{'queue':'B'}}", "other_agency");
    hall_file_close(&hall);
}

/* --- the clock --- */

TEST(decision_clock_stands_still_where_the_law_says_so)
{
    case_completed();
    CASE_TEXT("/due_at", "2026-12-04T19:59:59.999Z");
    service_says("/time/pauses", "true");
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'return','reasons':['R20']}");
    hall.now_ms += 6 * (int64_t)DAY;
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    CASE_TEXT("/state", "complete");
    CASE_TEXT("/complete_at", "2026-11-24T06:00:03.000Z"); /* the first time */
    CASE_TEXT("/due_at", "2026-12-10T19:59:59.999Z");      /* ten days and six */
    CASE_TEXT("/pauses/0/from", "2026-11-24");
    CASE_TEXT("/pauses/0/until", "2026-11-30");
    hall_file_close(&hall);
}

/* It never ran: nothing of it stood still. */
TEST(decision_clock_that_has_not_begun_does_not_stand_still)
{
    case_submitted();
    service_says("/time/pauses", "true");
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'return','reasons':['R20']}");
    hall.now_ms += 6 * (int64_t)DAY;
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    RUN(LEYLA, "case.check_document", "{'case':'" CASE "','document':'old-card','state':'seen'}");
    CASE_TEXT("/complete_at", "2026-11-30T06:00:05.000Z");
    CASE_TEXT("/due_at", "2026-12-10T19:59:59.999Z"); /* ten days from there */
    CASE_TEXT("/pauses", "");
    hall_file_close(&hall);
}

TEST(decision_clock_of_working_days_stands_still_by_working_days)
{
    case_completed();
    service_says("/time/pauses", "true");
    service_says("/fees/0/days", "'working'");
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'return','reasons':['R20']}");
    hall.now_ms += 6 * (int64_t)DAY; /* Tuesday to Monday; the Friday is a holiday */
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    /* ten working days from 24 November end on 9 December; 25, 26 and 30 November are added */
    CASE_TEXT("/due_at", "2026-12-14T19:59:59.999Z");
    hall_file_close(&hall);
}

TEST(decision_extension_is_given_once_and_with_a_reason)
{
    case_completed();
    REFUSED(LEYLA, "case.extend", "{'case':'" CASE "','days':2}", "invalid_body");
    RUN(LEYLA, "case.extend", "{'case':'" CASE "','days':2,'reason':'an expert is asked'}");
    REFUSED(LEYLA, "case.extend", "{'case':'" CASE "','days':1,'reason':'again'}", "already_extended");
    CASE_TEXT("/due_at", "2026-12-06T19:59:59.999Z");
    CASE_TEXT("/due_first_at", "2026-12-04T19:59:59.999Z"); /* both stay visible */
    CASE_TEXT("/extensions/0/reason", "an expert is asked");
    hall_file_close(&hall);
}

/* --- complaints --- */

TEST(decision_complaint_upheld_is_a_new_decision)
{
    refused();
    RUN(NIGAR, "case.complain", "{'case':'" CASE "','text':'They are genuine.','from':'by post'}");
    CASE_TEXT("/complaints/0/late", "");
    REFUSED(NIGAR, "case.complain", "{'case':'" CASE "','answer':'upheld','text':'No.'}", "forbidden");
    RUN(AYDAN, "case.complain", "{'case':'" CASE "','answer':'upheld','text':'They are not.'}");
    CASE_TEXT("/state", "refused");
    CASE_TEXT("/complaints/0/state", "upheld");
    CASE_TEXT("/flags", "[]");
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, hall_file_data(&hall, "/decision"), "/of"), D1);
    CHECK_TEXT(hall_file_text(&hall, TABLE_DECISION, hall_file_data(&hall, "/decision"), "/kind"),
               "complaint");
    REFUSED(AYDAN, "case.complain", "{'case':'" CASE "','answer':'changed'}", "no_complaint");
    hall_file_close(&hall);
}

/* Other than the approval was: refused now, so its reasons are asked for, the service's own, and a second person. */
TEST(decision_complaint_that_turns_an_approval_needs_what_a_refusal_needs)
{
    approved();
    RUN(RASHAD, "case.complain", "{'case':'" CASE "','from':'a neighbour'}");
    REFUSED(AYDAN, "case.complain", "{'case':'" CASE "','answer':'changed'}", "reason_needed");
    REFUSED(AYDAN, "case.complain", "{'case':'" CASE "','answer':'changed','reasons':['R99']}",
            "unknown_reason");
    RUN(AYDAN, "case.complain", "{'case':'" CASE "','answer':'changed','reasons':['R12']}");
    CASE_TEXT("/state", "refused");
    CASE_TEXT("/confirm_pending", "true");
    REFUSED(AYDAN, "case.confirm", "{'case':'" CASE "','agree':true}", "same_person");
    RUN(LEYLA, "case.confirm", "{'case':'" CASE "','agree':true}");
    hall_file_close(&hall);
}

TEST(decision_complaint_after_its_last_day_is_taken_and_says_so)
{
    refused();
    service_says("/complaint", "{'days':10}");
    hall.now_ms += 10 * (int64_t)DAY;
    RUN(RASHAD, "case.complain", "{'case':'" CASE "'}");
    CASE_TEXT("/complaints/0/late", "false");
    CASE_TEXT("/complaints/0/until", "2026-12-04");
    hall.now_ms += DAY;
    RUN(RASHAD, "case.complain", "{'case':'" CASE "'}");
    CASE_TEXT("/complaints/1/late", "true");
    hall_file_close(&hall);
}

/* --- corrections --- */

TEST(decision_correction_is_asked_and_answered_once)
{
    char asked[64];
    approved();
    RUN(LEYLA, "case.correct",
        "{'case':'" CASE
        "','state':'asked','patch':{'fin':'7A2B3XL'},'text':'one letter','reason':'typing'}");
    str_copy(asked, sizeof asked, hall_file_data(&hall, "/correction"));
    char *grant =
             xasprintf("{'case':'" CASE "','correction':'%s','state':'granted','reason':'register'}", asked),
         *ask = xasprintf("{'case':'" CASE "','correction':'%s','state':'asked','reason':'x'}", asked);
    REFUSED(RASHAD, "case.correct", ask, "invalid_body");
    REFUSED(RASHAD, "case.correct", "{'case':'" CASE "','correction':'" P1 "','state':'denied','reason':'x'}",
            "unknown_correction");
    RUN(RASHAD, "case.correct", grant);
    CASE_TEXT("/corrections/1/of", asked);
    CASE_TEXT("/corrections/1/patch/fin", "7A2B3XL"); /* what was asked for is what is granted */
    CASE_TEXT("/corrections/0/state", "asked");       /* added to, never written over */
    CASE_TEXT("/submitted/fin", "7A2B3XK");
    REFUSED(RASHAD, "case.correct", grant, "already_answered");
    free(grant);
    free(ask);
    hall_file_close(&hall);
}

/* --- outputs --- */

TEST(decision_outputs_are_numbered_counted_and_replaced)
{
    approved();
    service_says("/outputs", "[{'code':'card'},{'code':'extract'}]");
    REFUSED(LEYLA, "case.deliver", "{'case':'" CASE "','ready':true,'output':'medal'}", "unknown_output");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','ready':true}");
    CASE_TEXT("/outputs/0/number", "T-01-2026-000001/1");
    CASE_TEXT("/outputs/0/output", "card");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','ready':true,'output':'extract'}");
    CASE_TEXT("/outputs/1/number", "T-01-2026-000001/2");
    REFUSED(LEYLA, "case.deliver", "{'case':'" CASE "','ready':true,'output':'extract'}", "not_approved");
    REFUSED(AYDAN, "case.void", "{'case':'" CASE "'}", "invalid_body"); /* with a reason */
    REFUSED(AYDAN, "case.void", "{'case':'" CASE "','copy':7,'reason':'misprint'}", "nothing_issued");
    REFUSED(LEYLA, "case.void", "{'case':'" CASE "','copy':1,'reason':'misprint'}", "forbidden");
    RUN(AYDAN, "case.void", "{'case':'" CASE "','copy':1,'reason':'misprint'}");
    REFUSED(LEYLA, "case.deliver", "{'case':'" CASE "'}", "voided");
    REFUSED(AYDAN, "case.void", "{'case':'" CASE "','reason':'x'}", "voided");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','ready':true}");
    CASE_TEXT("/outputs/2/output", "card"); /* what it takes the place of */
    CASE_TEXT("/outputs/2/replaces", "1");
    CASE_TEXT("/outputs/0/void_reason", "misprint");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','to':'the daughter'}");
    CHECK_TEXT(hall_file_data(&hall, "/handed_over"), "2");
    CASE_TEXT("/outputs/0/delivered_at", "");
    CASE_TEXT("/outputs/1/to", "the daughter");
    CASE_TEXT("/outputs/2/to", "the daughter");
    CASE_TEXT("/state", "delivered");
    hall_file_close(&hall);
}

TEST(decision_one_more_output_takes_the_place_of_none)
{
    approved();
    service_says("/outputs", "[{'code':'card'},{'code':'extract'}]");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','ready':true}");
    RUN(AYDAN, "case.void", "{'case':'" CASE "','reason':'misprint'}");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','ready':true}");
    CASE_TEXT("/outputs/1/replaces", "1");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','ready':true,'output':'extract'}");
    CASE_TEXT("/outputs/2/output", "extract");
    CASE_TEXT("/outputs/2/replaces", "");
    hall_file_close(&hall);
}

TEST(decision_handover_says_to_whom)
{
    case_completed();
    RUN(LEYLA, "person.record", "{'person':'" P1 "','ticket':'t1','given':'Aynur','family':'Testova'}");
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'approve'}");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "'}");
    CASE_TEXT("/delivered_to", "Aynur Testova"); /* nobody else was named */
    CASE_TEXT("/outputs/0/to", "Aynur Testova");
    hall_file_close(&hall);
    approved();
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "'}");
    CASE_TEXT("/delivered_to", "applicant"); /* nobody knows a name */
    hall_file_close(&hall);
}

/* Somebody in the applicant's place: by which right, and nothing by half. */
TEST(decision_representative_shows_a_document_with_its_number)
{
    approved();
    REFUSED(LEYLA, "case.deliver", "{'case':'" CASE "','to':'her son','document':'power of attorney'}",
            "representative_unknown");
    REFUSED(LEYLA, "case.deliver", "{'case':'" CASE "','to':'her son','document_number':'17-204'}",
            "representative_unknown");
    REFUSED(LEYLA, "case.deliver",
            "{'case':'" CASE "','document':'power of attorney','document_number':'17-204'}",
            "representative_unknown");
    CASE_TEXT("/state", "approved");
    RUN(LEYLA, "case.deliver",
        "{'case':'" CASE "','to':'her son','document':'power of attorney','document_number':'17-204'}");
    CASE_TEXT("/delivered_to", "her son");
    CASE_TEXT("/outputs/0/to", "her son");
    CASE_TEXT("/outputs/0/document", "power of attorney");
    CASE_TEXT("/outputs/0/document_number", "17-204");
    hall_file_close(&hall);
}

/* A copy in the place of one that was handed over already is handed over too. */
TEST(decision_replacement_is_handed_over_after_delivery)
{
    approved();
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','to':'herself'}");
    RUN(AYDAN, "case.void", "{'case':'" CASE "','reason':'the name is wrong'}");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','ready':true}");
    RUN(LEYLA, "case.deliver", "{'case':'" CASE "','to':'her son'}");
    CASE_TEXT("/outputs/0/to", "herself");
    CASE_TEXT("/outputs/1/to", "her son");
    REFUSED(LEYLA, "case.deliver", "{'case':'" CASE "','to':'once more'}", "case_closed");
    hall_file_close(&hall);
}

/* --- applications that belong together --- */

TEST(bundle_shares_the_answers_that_both_forms_ask_for)
{
    struct json *other;
    case_completed();
    other = hall_file_row(&hall, TABLE_SERVICE, "t.card");
    json_set_text(other, "id", "t.move");
    json_set_pointer(other, "/form/schema/properties/reason/enum/0",
                     json_new_text("moved")); /* not expired */
    REQUIRE(row_put(hall.db, ROWS_PLAIN, TABLE_SERVICE, other) == ERR_OK);
    json_free(&other);
    REFUSED(LEYLA, "case.open", "{'case':'" P1 "','service':'t.move','bundle':'" CASE "'}", "not_bundled");
    service_says("/bundle", "['t.move']");
    REFUSED(LEYLA, "case.open", "{'case':'" P1 "','service':'t.move','bundle':'nobody'}", "unknown_case");
    RUN(LEYLA, "case.open", "{'case':'" P1 "','service':'t.move','bundle':'" CASE "'}");
    CHECK_TEXT(hall_file_text(&hall, TABLE_CASE, P1, "/bundle"), CASE);
    CHECK_TEXT(hall_file_text(&hall, TABLE_CASE, P1, "/draft/fin"), "7A2B3XK");
    CHECK_TEXT(hall_file_text(&hall, TABLE_CASE, P1, "/draft/reason"), ""); /* no answer there */
    RUN(LEYLA, "person.record", "{'person':'" D1 "','name':'Aynur Testova'}");
    RUN(LEYLA, "case.open",
        "{'case':'c0000000-0000-7000-8000-000000000009','service':'t.move','bundle':'" CASE "','person':'" D1
        "'}");
    CHECK_TEXT(hall_file_text(&hall, TABLE_CASE, "c0000000-0000-7000-8000-000000000009", "/draft/fin"), "");
    hall_file_close(&hall);
}
