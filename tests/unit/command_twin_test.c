/* tests/unit/command_twin_test.c: possible duplicates that are marked by themselves (FORMS.md section 4: "possible
 * duplicate, until decided"), at the hall and on a workstation that predicts it. */
#include "tests/support/hall_file.h"

#define FIRST  "c0000000-0000-7000-8000-000000000001"
#define SECOND "c0000000-0000-7000-8000-000000000002"
#define THIRD  "c0000000-0000-7000-8000-000000000003"
#define ALI    "e0000000-0000-7000-8000-000000000001"
#define VALI   "e0000000-0000-7000-8000-000000000002"

#define RUN(type, body)          CHECK(hall_file_run(&hall, LEYLA, type, body) || !CHECK_TEXT(hall.out.message, ""))
#define OF(case_, pointer, want) CHECK_TEXT(hall_file_text(&hall, TABLE_CASE, case_, pointer), want)

static struct hall_file hall;

static void known_people(void)
{
    RUN("person.record", "{'person':'" ALI "','name':'Ali'}");
    RUN("person.record", "{'person':'" VALI "','name':'Vali'}");
}

static void opened_twice(void)
{
    hall_file_open(&hall);
    known_people();
    RUN("case.open", "{'case':'" FIRST "','service':'t.card','person':'" ALI "'}");
    RUN("case.open", "{'case':'" SECOND "','service':'t.card','person':'" ALI "'}");
}

/* Not submittable at once: fin and reason, the paper, then the decision. */
static void decide(const char *draft, const char *submit, const char *paper, const char *decide)
{
    RUN("case.draft", draft);
    RUN("case.submit", submit);
    RUN("case.check_document", paper);
    RUN("case.decide", decide);
}

static void second_decided(const char *decision)
{
    decide("{'case':'" SECOND "','patch':{'fin':'7A2B3XK','reason':'expired'}}", "{'case':'" SECOND "'}",
           "{'case':'" SECOND "','document':'old-card','state':'seen'}", decision);
}

TEST(twin_of_an_open_application_is_marked_by_itself)
{
    opened_twice();
    OF(SECOND, "/flags", "[\"duplicate\"]");
    OF(SECOND, "/duplicate_of", FIRST);
    OF(FIRST, "/flags", "[]"); /* it was there first */
    hall_file_close(&hall);
}

TEST(twin_is_predicted_on_the_workstation)
{
    hall_file_open_station(&hall);
    known_people();
    RUN("case.open", "{'case':'" FIRST "','service':'t.card','person':'" ALI "'}");
    RUN("case.open", "{'case':'" SECOND "','service':'t.card','person':'" ALI "'}");
    OF(FIRST, "/flags", "[]");
    OF(SECOND, "/duplicate_of", FIRST);
    hall_file_close(&hall);
}

TEST(twin_needs_the_same_person_and_the_same_service)
{
    struct json *other;
    hall_file_open(&hall);
    known_people();
    other = hall_file_row(&hall, TABLE_SERVICE, "t.card");
    json_set_text(other, "id", "t.move");
    REQUIRE(row_put(hall.db, ROWS_PLAIN, TABLE_SERVICE, other) == ERR_OK);
    json_free(&other);
    RUN("case.open", "{'case':'" FIRST "','service':'t.card','person':'" ALI "'}");
    RUN("case.open", "{'case':'" SECOND "','service':'t.move','person':'" ALI "'}");
    RUN("case.open", "{'case':'" THIRD "','service':'t.card','person':'" VALI "'}");
    OF(SECOND, "/flags", "[]");
    OF(THIRD, "/flags", "[]");
    hall_file_close(&hall);
}

TEST(twin_of_nobody_is_found_when_the_visit_gets_its_person)
{
    hall_file_open(&hall);
    known_people();
    RUN("case.open", "{'case':'" FIRST "','service':'t.card','person':'" ALI "'}");
    RUN("case.open", "{'case':'" SECOND "','service':'t.card','ticket':'t1'}");
    OF(SECOND, "/flags", "[]");
    RUN("person.record", "{'person':'" ALI "','name':'Ali','ticket':'t1'}");
    OF(SECOND, "/person", ALI);
    OF(SECOND, "/duplicate_of", FIRST);
    hall_file_close(&hall);
}

/* Whoever marked it knows more than the rule. */
TEST(twin_that_a_clerk_marked_stays_with_the_one_that_was_meant)
{
    hall_file_open(&hall);
    known_people();
    RUN("case.open", "{'case':'" FIRST "','service':'t.card','person':'" ALI "'}");
    RUN("case.open", "{'case':'" THIRD "','service':'t.card','person':'" VALI "'}");
    RUN("case.open", "{'case':'" SECOND "','service':'t.card','ticket':'t1'}");
    RUN("case.duplicate", "{'case':'" SECOND "','of':'" THIRD "'}");
    RUN("person.record", "{'person':'" ALI "','name':'Ali','ticket':'t1'}");
    OF(SECOND, "/person", ALI);
    OF(SECOND, "/duplicate_of", THIRD);
    hall_file_close(&hall);
}

TEST(twin_of_what_is_closed_is_none)
{
    hall_file_open(&hall);
    known_people();
    RUN("case.open", "{'case':'" FIRST "','service':'t.card','person':'" ALI "'}");
    RUN("case.withdraw", "{'case':'" FIRST "'}");
    RUN("case.open", "{'case':'" SECOND "','service':'t.card','person':'" ALI "'}");
    OF(SECOND, "/flags", "[]");
    hall_file_close(&hall);
}

TEST(twin_stops_nothing_and_goes_with_the_decision)
{
    opened_twice();
    second_decided("{'case':'" SECOND "','outcome':'approve'}");
    OF(SECOND, "/state", "approved");
    OF(SECOND, "/flags", "[]");
    OF(SECOND, "/duplicate_of", "");
    hall_file_close(&hall);
}

TEST(twin_stays_while_the_citizen_completes_it)
{
    opened_twice();
    second_decided("{'case':'" SECOND "','outcome':'return','reasons':['R20']}");
    OF(SECOND, "/state", "returned");
    OF(SECOND, "/duplicate_of", FIRST);
    hall_file_close(&hall);
}

TEST(twin_that_a_clerk_took_off_does_not_come_back)
{
    opened_twice();
    RUN("case.duplicate", "{'case':'" SECOND "','of':null}");
    RUN("case.draft", "{'case':'" SECOND "','patch':{'reason':'lost'}}");
    OF(SECOND, "/flags", "[]");
    CHECK(!hall_file_run(&hall, LEYLA, "case.duplicate", "{'case':'" SECOND "','of':'nobody'}"));
    CHECK_TEXT(hall_file_code(&hall), "unknown_case");
    hall_file_close(&hall);
}
