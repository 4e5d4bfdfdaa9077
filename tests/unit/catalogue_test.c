/* tests/unit/catalogue_test.c: papers, fees, terms and reasons of a service. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

static struct json *service(void)
{
    return quoted_json(
        "{'id':'t.card','agency':'t','name':'Card',"
        "'documents':[{'code':'old','group':'id'},{'code':'birth','group':'id','count':2,'kind':'copy'},"
        " {'code':'photo'},{'code':'loss','when':{'required':['reason'],'properties':{'reason':{'const':'"
        "lost'}}}}],"
        "'fees':[{'tier':'standard','duty':'5.00','charge':'1.50','currency':'AZN','time':'P10D','until':'"
        "2026-12-31'},"
        " {'tier':'standard','duty':'6.00','currency':'AZN','time':'P9D','from':'2027-01-01'},"
        " {'tier':'day','duty':'70.00','currency':'AZN','time':'P1D','days':'working'},"
        " {'tier':'wrong','duty':'7','currency':'AZN'}],"
        "'time':{'standard':'P5D','days':'working','deemed':true,'legal':'L1','extend':'P3D'},"
        "'complaint':{'days':20},'confirm':['refuse'],"
        "'legal':[{'code':'L1','name':'Law'}],"
        "'reasons':[{'code':'A','name':'All'},{'code':'R','outcomes':['refuse'],'legal':['L1'],'name':'No',"
        " 'cure':'Do'}]}");
}

/* Friday 2026-11-27 is a holiday; Saturdays and Sundays are free. */
static const int32_t holidays[] = {20784};
static const struct calendar calendar = {CALENDAR_SAT_SUN, holidays, 1};

/* "old+ birth. …": + met, - not. */
static char *papers(const struct json *of, const char *draft_text, const char *states_text, int *unmet)
{
    struct catalogue_document list[CATALOGUE_DOCUMENTS_MAX];
    struct json *draft = *draft_text ? quoted_json(draft_text) : NULL,
                *states = *states_text ? quoted_json(states_text) : NULL;
    struct buf out = {0};
    int count = catalogue_documents(of, draft, states, list, CATALOGUE_DOCUMENTS_MAX);
    for (int i = 0; i < count; i++)
        buf_addf(&out, "%s%s%d%s ", list[i].code, list[i].met ? "+" : "-", list[i].count, list[i].state);
    *unmet = catalogue_documents_unmet(of, draft, states);
    json_free(&draft);
    json_free(&states);
    return out.data ? buf_take(&out) : xstrdup("");
}

TEST(catalogue_papers)
{
    static const struct {
        const char *draft, *states, *papers;
        int unmet;
    } cases[] = {
        {"", "", "old-1 birth-2 photo-1 loss-1 ", 3}, /* reception does not know the draft yet */
        {"{}", "", "old-1 birth-2 photo-1 ", 2},      /* a group counts once */
        {"{'reason':'lost'}", "", "old-1 birth-2 photo-1 loss-1 ", 3},
        {"{'reason':'old'}", "[{'code':'birth','state':'copied'}]", "old+1 birth+2copied photo-1 ", 1},
        {"{}", "[{'code':'old','state':'missing'},{'code':'photo','state':'waived'}]",
         "old-1missing birth-2 photo+1waived ", 1},
        {"{}", "[{'code':'photo','state':'missing'},{'code':'photo','state':'seen'}]",
         "old-1 birth-2 photo+1seen ", 1},
        {"{}", "[{'code':'photo','state':'seen'},{'code':'photo','state':''}]", "old-1 birth-2 photo-1 ", 2},
    };
    struct json *of = service();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int unmet;
        char *text = papers(of, cases[i].draft, cases[i].states, &unmet);
        CHECK_TEXT(text, cases[i].papers);
        CHECK_INT(unmet, cases[i].unmet);
        free(text);
    }
    json_free(&of);
}

TEST(catalogue_papers_within_their_room)
{
    struct json *of = service();
    struct catalogue_document two[2];
    CHECK_INT(catalogue_documents(of, NULL, NULL, two, 2), 2);
    CHECK_INT(catalogue_documents(NULL, NULL, NULL, two, 2), 0);
    json_free(&of);
}

/* A condition that cannot be read asks for the paper rather than losing it. */
TEST(catalogue_papers_with_a_broken_condition)
{
    struct json *of = quoted_json("{'documents':[{'code':'a','when':{'type':'nothing'}}]}"),
                *draft = quoted_json("{}");
    CHECK_INT(catalogue_documents_unmet(of, draft, NULL), 1);
    json_free(&of);
    json_free(&draft);
}

TEST(catalogue_fees_of_a_day)
{
    struct json *of = service();
    struct catalogue_fee fees[CATALOGUE_FEES_MAX], fee;
    CHECK_INT(catalogue_fees(of, "2026-11-24", fees, CATALOGUE_FEES_MAX),
              2); /* one not yet, one not readable */
    CHECK_INT(fees[0].total.minor, 650);
    CHECK_TEXT(fees[1].tier, "day");
    CHECK(fees[1].working && !fees[0].working);
    CHECK(catalogue_fee_find(of, NULL, "2026-12-31", &fee));
    CHECK_INT(fee.total.minor, 650);
    CHECK(catalogue_fee_find(of, "standard", "2027-01-01", &fee));
    CHECK_INT(fee.total.minor, 600);
    CHECK(!catalogue_fee_find(of, "night", "2026-11-24", &fee));
    CHECK(!catalogue_fee_find(of, "wrong", "2026-11-24", &fee));
    json_free(&of);
}

TEST(catalogue_fee_as_it_is_stored)
{
    struct json *of = service(), *fee = catalogue_fee_json(of, NULL, "2026-11-24");
    REQUIRE(fee);
    char *text = json_print(fee);
    CHECK_TEXT(text,
               "{\"tier\":\"standard\",\"duty\":\"5.00 AZN\",\"charge\":\"1.50 AZN\",\"total\":\"6.50 AZN\","
               "\"currency\":\"AZN\",\"time\":\"P10D\",\"days\":\"calendar\"}");
    CHECK(!catalogue_fee_json(of, "night", "2026-11-24"));
    free(text);
    json_free(&fee);
    json_free(&of);
}

TEST(catalogue_durations)
{
    static const struct {
        const char *text;
        int days, minutes; /* -1: not one */
    } durations[] = {
        {"P10D", 10, 0},     {"P2W", 14, 0},       {"PT30M", 0, 30}, {"PT1H30M", 0, 90}, {"P1M", 30, 0},
        {"P1Y2M3D", 428, 0}, {"P1DT2H", 1, 120},   {"", -1, 0},      {"P", -1, 0},       {"10D", -1, 0},
        {"P10", -1, 0},      {"PT", -1, 0},        {"P1DT", -1, 0},  {"PD", -1, 0},      {"P1D2D", -1, 0},
        {"P1D1W", -1, 0},    {"P9999999D", -1, 0}, {"P1D x", -1, 0}, {"PT5S", -1, 0},    {"P-1D", -1, 0},
        {"PT30M1H", -1, 0},
    };
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        int days, minutes;
        bool ok = catalogue_duration(durations[i].text, &days, &minutes);
        if (!CHECK(ok == (durations[i].days >= 0)) ||
            (ok && (!CHECK_INT(days, durations[i].days) || !CHECK_INT(minutes, durations[i].minutes))))
            printf("  %s\n", durations[i].text);
    }
    int days, minutes;
    CHECK(!catalogue_duration(NULL, &days, &minutes));
}

TEST(catalogue_terms)
{
    struct json *of = service(), *plain = quoted_json("{'time':{'standard':'PT30M','extend':{'days':2}}}"),
                *none = quoted_json("{}");
    char day[11];
    struct catalogue_time time = catalogue_time(of, "standard", "2026-11-24");
    CHECK_INT(time.days, 10); /* the tier's own time comes first */
    CHECK(!time.working && time.deemed);
    CHECK_INT(time.extend_days, 3);
    CHECK_TEXT(time.legal, "L1");
    CHECK(catalogue_due(&time, &calendar, "2026-11-24", 0, day));
    CHECK_TEXT(day, "2026-12-04");
    CHECK(catalogue_due(&time, &calendar, "2026-11-24", 3, day));
    CHECK_TEXT(day, "2026-12-07");
    time = catalogue_time(of, "day", "2026-11-24");
    CHECK(catalogue_due(&time, &calendar, "2026-11-26", 0, day)); /* a holiday and a weekend between */
    CHECK_TEXT(day, "2026-11-30");
    time = catalogue_time(of, "night", "2026-11-24");
    CHECK_INT(time.days, 5); /* no such tier: the service's standard */
    CHECK(time.working);
    time = catalogue_time(plain, NULL, "2026-11-24");
    CHECK_INT(time.minutes, 30);
    CHECK_INT(time.extend_days, 2);
    CHECK(!time.deemed);
    CHECK(catalogue_due(&time, &calendar, "2026-11-28", 0, day)); /* on the day itself, whatever day it is */
    CHECK_TEXT(day, "2026-11-28");
    time = catalogue_time(none, NULL, "2026-11-24");
    CHECK(!catalogue_due(&time, &calendar, "2026-11-24", 0, day));
    time.days = 5;
    CHECK(!catalogue_due(&time, &calendar, "no day", 0, day));
    json_free(&of);
    json_free(&plain);
    json_free(&none);
}

TEST(catalogue_complaints)
{
    struct json *of = service(), *working = quoted_json("{'complaint':{'days':2,'working':true}}"),
                *none = quoted_json("{}");
    char day[11];
    CHECK(catalogue_complaint_until(of, &calendar, "2026-11-24", day));
    CHECK_TEXT(day, "2026-12-14");
    CHECK(catalogue_complaint_until(working, &calendar, "2026-11-25", day));
    CHECK_TEXT(day, "2026-11-30");
    CHECK(!catalogue_complaint_until(none, &calendar, "2026-11-24", day));
    json_free(&of);
    json_free(&working);
    json_free(&none);
}

TEST(catalogue_reasons_for_an_outcome)
{
    struct json *of = service();
    struct catalogue_reason list[4], one;
    CHECK_INT(catalogue_reasons(of, "refuse", list, 4), 2);
    CHECK_INT(catalogue_reasons(of, "return", list, 4), 1);
    CHECK_TEXT(list[0].code, "A");
    CHECK(catalogue_reason_find(of, "R", &one));
    CHECK_TEXT(json_name_in(one.legal, "en"), "Law");
    CHECK_TEXT(one.legal_code, "L1");
    CHECK(!catalogue_reason_find(of, "X", &one));
    CHECK(catalogue_needs_confirm(of, "refuse") && !catalogue_needs_confirm(of, "approve"));
    CHECK(!catalogue_has_form(of));
    json_free(&of);
}

/* --- what is told to the author --- */

static const struct mistake {
    const char *more; /* beside a whole service's members */
    const char *told; /* the one finding begins so; "": nothing is wrong */
} mistakes[] = {
    {"", ""},
    {"'documents':[{'code':'a'},{'code':'a'}]", "/documents/1/code: This stands in the list twice."},
    {"'documents':[{'name':'x'}]", "/documents/0/code: This must be a text"},
    {"'documents':[{'code':'a','count':0}]", "/documents/0/count: "},
    {"'documents':[{'code':'a','when':{'type':'txt'}}]", "/documents/0/when: "},
    {"'documents':{}", "/documents: This must be an array."},
    {"'fees':[{'tier':'a','duty':'5','currency':'AZN'}]", "/fees/0/duty: \"5 AZN\" is not an amount"},
    {"'fees':[{'tier':'a','duty':5,'currency':'AZN'}]", "/fees/0/duty: Write the amount as a text"},
    {"'fees':[{'tier':'a','duty':'5.00','currency':'XXX'}]", "/fees/0/duty: "},
    {"'fees':[{'tier':'a'}]", "/fees/0: A fee needs a duty or a charge"},
    {"'fees':[{'tier':'a','duty':'5000','currency':'IDR','time':'5 days'}]",
     "/fees/0/time: This must be a length"},
    {"'fees':[{'tier':'a','duty':'5000','currency':'IDR','days':'some'}]", "/fees/0/days: "},
    {"'fees':[{'tier':'a','duty':'5000','currency':'IDR','from':'2026-02-30'}]", "/fees/0/from: "},
    {"'fees':[{'tier':'a','duty':'5000','currency':'IDR','from':'2026-03-01','until':'2026-02-01'}]",
     "/fees/0/until: This fee ends before it begins."},
    {"'time':{'standard':'10 days'}", "/time/standard: "},
    {"'time':{'deemed':true}", "/time/deemed: Nothing can be deemed granted"},
    {"'time':{'standard':'P5D','legal':'L9'}", "/time/legal: "},
    {"'legal':[{'code':'L1'}]", "/legal/0/name: "},
    {"'reasons':[{'code':'R','name':'x','legal':['L1']}]", "/reasons/0/legal: This reason names"},
    {"'reasons':[{'code':'R','name':'x','outcomes':['deny']}]", "/reasons/0/outcomes: An outcome is"},
    {"'confirm':['deny']", "/confirm: An outcome is"},
    {"'complaint':{'days':0}", "/complaint/days: "},
    {"'hours':{'week':{'mon':['09:00-13:00','14:00-18:00'],'sun':[]},'dates':{'2028-02-29':['00:00-24:00']}}",
     ""},
    {"'hours':{'week':{'mon':['09:00-13:00','13:00-18:00']},'x-by':'Order 7'}", ""}, /* they touch */
    {"'hours':'always'", "/hours: This must be an object"},
    {"'hours':{'weeks':{}}", "/hours/weeks: Hours have"},
    {"'hours':{'week':{'monday':['09:00-10:00'],'mon':['09:00-10:00']}}",
     "/hours/week/monday: There is no such"},
    {"'hours':{'week':{'mon':'09:00-10:00'}}", "/hours/week/mon: This must be a list"},
    {"'hours':{'week':{'mon':['9:00-10:00']}}", "/hours/week/mon/0: Write it as"},
    {"'hours':{'week':{'mon':['09:00-10:60']}}", "/hours/week/mon/0: Write it as"},
    {"'hours':{'week':{'mon':['09:00-24:01']}}", "/hours/week/mon/0: Write it as"},
    {"'hours':{'week':{'mon':['09:00-10:00',900]}}", "/hours/week/mon/1: Write it as"},
    {"'hours':{'week':{'mon':['22:00-02:00']}}", "/hours/week/mon/0: This ends before it begins."},
    {"'hours':{'week':{'mon':['09:00-09:00']}}", "/hours/week/mon/0: This ends before it begins."},
    {"'hours':{'week':{'mon':['09:00-13:00','15:00-16:00','12:30-14:00']}}",
     "/hours/week/mon/2: This overlaps with 09:00-13:00"},
    {"'hours':{'week':{'mon':[],'tue':[]}}", "/hours/week: No day has a time"},
    {"'hours':{'week':{}}", "/hours/week: No day has a time"},
    {"'hours':{'dates':{'2026-02-29':[]}}", "/hours/dates/2026-02-29: This must be a date"},
    {"'hours':{'dates':{'2026-03-01':['08:00-07:00']}}", "/hours/dates/2026-03-01/0: This ends"},
    {"'hours':{'dates':[]}", "/hours/dates: This must be an object"},
    {"'quota':{'day':40,'slots':[{'from':'09:00','until':'12:00','count':25},{'from':'12:00','until':'24:00',"
     "'count':15}]}",
     ""},
    {"'quota':40", "/quota: A quota has"},
    {"'quota':{}", "/quota: A quota has"},
    {"'quota':{'day':0}", "/quota/day: This must be a number from 1"},
    {"'quota':{'day':'40'}", "/quota/day: This must be a number from 1"},
    {"'quota':{'day':40.5}", "/quota/day: This must be a number from 1"},
    {"'quota':{'day':40,'week':200}", "/quota/week: A quota has"},
    {"'quota':{'slots':[]}", "/quota/slots: This must be a list of 1 to 48"},
    {"'quota':{'slots':[{'from':'09:00','until':'12:00'}]}", "/quota/slots/0/count: This must be a number"},
    {"'quota':{'slots':[{'from':'09:00','count':5}]}", "/quota/slots/0/from: Write the time"},
    {"'quota':{'slots':[{'from':'12:00','until':'09:00','count':5}]}",
     "/quota/slots/0/until: This slot ends before it begins."},
    {"'quota':{'slots':[{'from':'09:00','until':'12:00','count':5},{'from':'11:59','until':'13:00','count':5}"
     "]}",
     "/quota/slots/1/from: This slot overlaps"},
    {"'notices':{'refuse':'{{draft.a}}'}", "/notices/refuse: A notice cannot speak of {{draft.a}}"},
    {"'notices':{'refuse':'{{today}}'}", ""},
};

TEST(catalogue_check_mistakes)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        char *text = xasprintf("{'id':'t','agency':'t','name':'T'%s%s}", *mistakes[i].more ? "," : "",
                               mistakes[i].more);
        struct json *of = quoted_json(text);
        struct form_findings findings = {0};
        struct buf told = {0};
        catalogue_check(of, &findings);
        for (int k = 0; k < findings.count; k++)
            buf_addf(&told, "%s: %s\n", findings.list[k].pointer, findings.list[k].message);
        bool one = *mistakes[i].told ? findings.count == 1 && str_starts(buf_text(&told), mistakes[i].told)
                                     : findings.count == 0;
        if (!CHECK(one))
            printf("  %s\n  wanted: %s\n  told: %s\n", text, mistakes[i].told, buf_text(&told));
        form_findings_free(&findings);
        buf_free(&told);
        json_free(&of);
        free(text);
    }
}

TEST(catalogue_check_needs_the_first_things)
{
    struct json *of = quoted_json("{}");
    struct form_findings findings = {0};
    catalogue_check(of, &findings);
    CHECK_INT(findings.broken, 3); /* id, agency, name */
    form_findings_free(&findings);
    json_free(&of);
}
