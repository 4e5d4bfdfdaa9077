/* tests/e2e/stories_cases_test.c: stories of decisions and results: refused by two people, handed over, come online and
 * finished with the citizen. The real loket and loketd, with the keys of each story counted (tests/support/story.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/support/story.h"
#include "tests/support/test.h"

#define CASE   "01900000-0000-7000-8000-0000000000c1"
#define PERSON "01900000-0000-7000-8000-0000000000b1"
#define DOWN   "\x1b[B"
#define F4     "\x1bOS"
#define F6     "\x1b[17~"
#define TWICE  "01900000-0000-7000-8000-0000000000b2"

#define BIRTH     "az.edliyye.birth"
#define RESIDENCE "az.din.residence-certificate"
#define RECORD    "az.din.criminal-record"

static void done(struct json *data)
{
    json_free(&data);
}

static const char lale[] = "{'person':'" PERSON "','given':'Lalə','family':'Quliyeva','father':'Vaqif',"
                           "'born':'1990-05-14','fin':'7CD4E9N','phone':'+994500001234'}";
static const char residence[] = "{'address':{'region':'baki','street':'Nizami','house':'12'}}";

/* An application that somebody else has brought as far as this. */
static void let_apply(struct story *story, const char *login, const char *service, const char *draft,
                      const char *papers)
{
    struct centre *centre = &story->centre;
    char list[200], *at = list, *paper;
    done(centre_do(centre, login, "person.record", "%s", lale));
    done(centre_do(centre, login, "case.open",
                   "{'case':'" CASE "','service':'%s','channel':'desk','person':'" PERSON "'}", service));
    done(centre_do(centre, login, "case.draft", "{'case':'" CASE "','patch':%s,'base_row_rev':0}", draft));
    str_copy(list, sizeof list, papers);
    while ((paper = strsep(&at, " ")))
        done(centre_do(centre, login, "case.check_document",
                       "{'case':'" CASE "','document':'%s','state':'seen'}", paper));
    done(centre_do(centre, login, "case.submit", "{'case':'" CASE "'}"));
}

static const char birth[] =
    "{'informant':'mother','informant_fin':'7CD4E9N','informant_name':'Lalə Quliyeva',"
    "'phone':'+994500001234','child_family':'Quliyev','child_given':'Tural','child_sex':'m',"
    "'child_born':'2026-11-02','birth_place':'home','region':'baki',"
    "'born_as':'one','mother_fin':'7CD4E9N','mother_name':'Lalə Quliyeva','mother_born':'1990-05-14',"
    "'parents_married':false,'father_known':false,'consent':true}";

/* Refused with a reason that the citizen will read; before anything is handed out, somebody else agrees elsewhere. */
TEST(story_of_a_refusal_by_two_people)
{
    struct story story;
    story_open(&story, "a refusal by two people");
    let_apply(&story, "orxan", BIRTH, birth, "hospital-birth parents-ids");
    struct seat *orxan = story_seat(&story, "orxan"), *sevda = story_seat(&story, "sevda");
    story_begins(&story);
    step(orxan, "to the worklist", WAY, "4", "complete");
    step(orxan, "decide about the first", DECISION, "d", "r refuse");
    step(orxan, "refuse", CHOICE, "r", "Give a reason first");
    step(orxan, "to the second reason", WAY, DOWN, NULL);
    step(orxan, "no right to this service", CHOICE, " ", "[x] R02");
    step(orxan, "to the text", WAY, "\t", "F10 refuse");
    type(orxan, "what must be done", "The mother must apply herself", NULL);
    step(orxan, "it is refused", DANGER - DECISION, F10, "waits for a second person");
    REQUIRE(pty_wait(orxan->pty, "all safe"));
    REQUIRE(pty_wait(sevda->pty, "refused"));
    step(sevda, "look at the first", DECISION, "d", "y agree with this decision");
    CHECK(pty_shows(sevda->pty, "R02"));
    CHECK(pty_wait(sevda->pty, "The mother must apply"));
    step(sevda, "agree", DECISION, "y", "It is decided already.");
    CHECK(pty_wait(sevda->pty, "The notice as it was given"));
    REQUIRE(pty_wait(sevda->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "case", "/state", "refused"), 1);
    CHECK_INT(centre_count(&story.centre, "case", "/outcome", "refuse"), 1);
    story_ends(&story, 3); /* to the list, to the reason, to the text */
}

TEST(story_of_a_result_handed_over)
{
    struct story story;
    story_open(&story, "a result handed over");
    let_apply(&story, "aysel", RESIDENCE, residence, "id-card");
    done(centre_do(&story.centre, "aysel", "case.decide",
                   "{'case':'" CASE "','decision':'01900000-0000-7000-8000-0000000000d1',"
                   "'outcome':'approve','reasons':[]}"));
    struct seat *aysel = story_seat(&story, "aysel");
    story_begins(&story);
    step(aysel, "who is it?", DECISION, "3", "FIN");
    type(aysel, "the FIN", "7CD4E9N", "Quliyeva");
    step(aysel, "this one", CHOICE, "\r", "Certificate of persons");
    step(aysel, "this application", CHOICE, "d", "h hand over");
    step(aysel, "hand it over", DECISION, "h", "To whom is it handed over?");
    step(aysel, "to the one who applied", CHOICE, "1", "Handed over.");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "case", "/state", "delivered"), 1);
    story_ends(&story, 0);
}

/* Recorded twice, in two spellings, with an application at each: one person from then on, and two again when it was a
 * mistake. */
TEST(story_of_two_records_of_one_person)
{
    struct story story;
    story_open(&story, "two records of one person, merged and taken apart");
    struct centre *centre = &story.centre;
    let_apply(&story, "aysel", RESIDENCE, residence, "id-card");
    done(centre_do(centre, "lale", "person.record",
                   "{'person':'" TWICE "','given':'Lale','family':'Quliyeva','born':'1990-05-14'}"));
    done(centre_do(centre, "murad", "case.open",
                   "{'case':'01900000-0000-7000-8000-0000000000c2','service':'" RECORD
                   "','channel':'desk','person':'" TWICE "'}"));
    struct seat *aysel = story_seat(&story, "aysel");
    story_begins(&story);
    step(aysel, "who is it?", DECISION, "3", "FIN");
    type(aysel, "the FIN", "7CD4E9N", "Quliyeva");
    step(aysel, "this one", CHOICE, "\r", "possibly the same person");
    step(aysel, "both side by side", DECISION, F6, "goes on");
    CHECK(pty_wait(aysel->pty, "the same name and date of birth"));
    step(aysel, "they are one", DECISION, F6, "Merge Lale Quliyeva into");
    step(aysel, "indeed", DANGER - DECISION, "y", "One person, one record");
    REQUIRE(pty_wait(aysel->pty, "Criminal record")); /* what was asked for under the other name */
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(centre, "person", "/merged_into", PERSON), 1);
    step(aysel, "no, it is her sister", DECISION, "u", "apart again?");
    step(aysel, "indeed", DANGER - DECISION, "y", "two records again");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(centre, "person", "/merged_into", PERSON), 0);
    CHECK_INT(centre_count(centre, "case", "/person", TWICE), 1);
    story_ends(&story, 0);
}

/* What a citizen began at home: a clerk takes it, sees the card, and it is handed in and decided while they wait. */
TEST(story_of_an_online_arrival)
{
    struct story story;
    story_open(&story, "an online arrival finished with the citizen");
    centre_online(&story.centre, "az.din", RECORD, "7CD4E9N", "{'sex':'f','for_whom':'employer'}");
    struct seat *aysel = story_seat(&story, "aysel");
    story_begins(&story);
    step(aysel, "to the worklist", WAY, "4", "› mine");
    step(aysel, "to what came online", WAY, "vv", "Criminal record");
    step(aysel, "take it", DECISION, "t", "› mine");
    REQUIRE(pty_wait(aysel->pty, "Criminal record"));
    step(aysel, "the papers", WAY, "p", "Identity card");
    step(aysel, "the card was seen", DECISION, "s", "seen");
    step(aysel, "decide", DECISION, "d", "a approve");
    step(aysel, "approve", CHOICE, "a", "y approve");
    step(aysel, "it is approved", DANGER - DECISION, "y", "It is decided");
    REQUIRE(pty_wait(aysel->pty, "all safe"));
    CHECK_INT(centre_count(&story.centre, "case", "/state", "approved"), 1);
    story_ends(&story, 4); /* to the list, in it, and to the papers */
}
