/* tests/unit/applications_test.c: what another system leaves at the hall: it is there as if a clerk had opened it, once, or
 * it is not there at all; what is refused says every reason at its place; nobody is told what the hall knows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/applications.h"
#include "core/hall/day.h"
#include "core/hall/events.h"
#include "core/hall/verify.h"
#include "tests/support/pair.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

struct channel {
    struct pair pair;
    struct partner key;
    const char *languages, *header;
    int status;
    struct json *answer; /* the last */
};

static struct server_env env_of(struct pair *pair)
{
    struct hall_state state = {0};
    REQUIRE(store_state(pair->hall, &state) == ERR_OK);
    return (struct server_env){
        .db = pair->hall, .epoch = state.epoch, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
}

static int64_t rev_of(struct channel *c)
{
    struct hall_state state = {0};
    REQUIRE(store_state(c->pair.hall, &state) == ERR_OK);
    return state.rev;
}

static void open_channel(struct channel *c)
{
    *c = (struct channel){.key = {.id = "K1", .agency = "a1", .name = "portal", .scope = PARTNER_APPLIES}};
    pair_open(&c->pair);
}

static void verify(struct channel *c, bool whole)
{
    struct verified done;
    struct err_info info = {0};
    enum err err = verify_store(c->pair.hall, &done, &info);
    if (!CHECK((err == ERR_OK) == whole))
        printf("    %s\n", info.text);
}

static void close_channel(struct channel *c)
{
    verify(c, true);
    json_free(&c->answer);
    pair_close(&c->pair);
}

static int leave_json(struct channel *c, const struct json *body)
{
    struct server_env env = env_of(&c->pair);
    struct server_answer answer = {0};
    const struct application_request request = {
        .from = &c->key, .reference = c->header, .languages = c->languages};
    json_free(&c->answer);
    REQUIRE(db_begin(c->pair.hall) == ERR_OK);
    REQUIRE(application_receive(&env, &request, body, &answer) == ERR_OK);
    REQUIRE(db_commit(c->pair.hall) == ERR_OK);
    c->answer = answer.body;
    c->status = answer.status;
    return answer.status;
}

/* body: with ' for " and without its braces. */
static int leave(struct channel *c, const char *body)
{
    char *text = xasprintf("{%s}", body);
    struct json *json = quoted_json(text);
    int status = leave_json(c, json);
    json_free(&json);
    free(text);
    return status;
}

static int tell(struct channel *c, const char *reference)
{
    struct server_answer answer = {0};
    const struct application_request request = {
        .from = &c->key, .reference = reference, .languages = c->languages};
    json_free(&c->answer);
    REQUIRE(application_tell(c->pair.hall, &request, c->pair.now_ms, &answer) == ERR_OK);
    c->answer = answer.body;
    c->status = answer.status;
    return answer.status;
}

static const char *answered(struct channel *c, const char *pointer)
{
    const char *text = json_as_text(json_pointer(c->answer, pointer));
    return text ? text : "";
}

static struct json *case_row(struct channel *c)
{
    struct json *row = pair_hall_row(&c->pair, TABLE_CASE, answered(c, "/case"));
    REQUIRE(row);
    return row;
}

/* What is said of that place, NULL: nothing. */
static const struct json *problem_at(struct channel *c, const char *pointer)
{
    const struct json *list = json_pointer(c->answer, "/error/fields");
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (str_equal(json_text(one, "pointer"), pointer))
            return one;
    return NULL;
}

/* A command about one row: its member, its identity, and more members from a comma on. */
static void at(struct channel *c, const char *login, const char *type, const char *member, const char *id,
               const char *more)
{
    char *body = xasprintf("{'%s':'%s'%s}", member, id, more), *text = quoted(body);
    struct json *data = pair_at_hall(&c->pair, login, type, text);
    json_free(&data);
    free(text);
    free(body);
}

static enum err put_service(struct tx *tx, void *ctx)
{
    struct json *row = quoted_json(ctx);
    enum err err = tx_put(tx, TABLE_SERVICE, json_text_or(row, "id", ""), row);
    json_free(&row);
    return err;
}

static void add_service(struct channel *c, const char *row)
{
    struct server_env env = env_of(&c->pair);
    REQUIRE(db_begin(c->pair.hall) == ERR_OK);
    REQUIRE(server_change(&env, "test", NULL, put_service, (void *)(uintptr_t)row) == ERR_OK);
    REQUIRE(db_commit(c->pair.hall) == ERR_OK);
}

#define ANA  "'person':{'name':'Ana Lestari','born':'1990-01-01'}"
#define FULL "'service':'s1'," ANA ",'answers':{'reason':'lost','street':'Jalan 7'}"

/* --- what is taken --- */

TEST(application_that_is_left_is_there_as_if_a_clerk_had_opened_it)
{
    struct channel c;
    struct events_page page;
    struct buf events = {0};
    open_channel(&c);
    int64_t rev = rev_of(&c);
    CHECK_INT(leave(&c, "'reference':'r1'," FULL), 200);
    CHECK_TEXT(answered(&c, "/state"), "submitted");
    CHECK_TEXT(answered(&c, "/number"), "T1-2026-000001");
    CHECK_TEXT(answered(&c, "/missing/papers/0/code"), "old-card");
    CHECK_INT(rev_of(&c), rev + 1); /* one change */
    struct json *row = case_row(&c);
    CHECK_TEXT(json_text(row, "channel"), "online");
    CHECK_TEXT(json_text(row, "opened_by"), "K1");
    CHECK(str_empty(json_text(row, "user"))); /* nobody holds it */
    CHECK_TEXT(json_text(json_get(row, "submitted"), "street"), "Jalan 7");
    CHECK_TEXT(json_text(json_get(row, "arrival"), "name"), "portal");
    struct json *person = pair_hall_row(&c.pair, TABLE_PERSON, json_text_or(row, "person", ""));
    CHECK_TEXT(json_text(person, "name"), "Ana Lestari");
    CHECK(json_bool(person, "possible_duplicate", false));
    CHECK_INT(pair_count(&c.pair, "SELECT count(*) FROM audit WHERE actor = 'K1' AND type = "
                                  "'application.receive' AND outcome = 'applied'"),
              1);
    CHECK_INT(pair_count(&c.pair, "SELECT count(*) FROM change WHERE by_ = 'K1'"), 1);
    REQUIRE(events_page(c.pair.hall, "a1", 0, 10, &events, &page) == ERR_OK);
    CHECK(page.count == 1 && strstr(events.data, "loket.case.submitted"));
    buf_free(&events);
    json_free(&person);
    json_free(&row);
    close_channel(&c);
}

TEST(application_reference_has_one_effect)
{
    struct channel c;
    open_channel(&c);
    CHECK_INT(leave(&c, "'reference':'r1'," FULL), 200);
    char *first = json_print(c.answer);
    int64_t rev = rev_of(&c);
    c.pair.now_ms += 86400000;
    c.languages = "ru";
    CHECK_INT(leave(&c, "'answers':{'street':'Jalan 7','reason':'lost'},'person':{'born':'1990-01-01','name':"
                        "'Ana Lestari'},'service':'s1','reference':'r1'"),
              200); /* in another order, in another language */
    char *second = json_print(c.answer);
    CHECK_TEXT(second, first);
    c.header = "r1";
    CHECK_INT(leave(&c, FULL), 200);
    CHECK_INT(leave(&c, FULL ",'complete':false"), 409);
    CHECK_TEXT(answered(&c, "/error/code"), "reference_used");
    CHECK_INT(leave(&c, FULL ",'reference':'r2'"), 422); /* two things are said */
    c.header = NULL;
    str_copy(c.key.id, sizeof c.key.id, "K2"); /* a new key of the same account */
    CHECK_INT(leave(&c, "'reference':'r1'," FULL), 200);
    CHECK_INT(rev_of(&c), rev);
    str_copy(c.key.name, sizeof c.key.name, "another");
    CHECK_INT(leave(&c, "'reference':'r1'," FULL), 200);
    CHECK_INT(rev_of(&c), rev + 1);
    free(first);
    free(second);
    close_channel(&c);
}

TEST(application_that_is_not_complete_is_a_draft_that_a_clerk_finishes)
{
    struct channel c;
    open_channel(&c);
    CHECK_INT(leave(&c, "'reference':'r1','service':'s1'," ANA ",'answers':{'street':'x'},'complete':false"),
              200);
    CHECK_TEXT(answered(&c, "/state"), "draft");
    CHECK_TEXT(answered(&c, "/missing/fields/0/pointer"), "/answers/reason");
    CHECK_TEXT(answered(&c, "/missing/fields/0/label"), "Reason");
    char *id = xstrdup(answered(&c, "/case"));
    at(&c, "siti", "case.assign", "case", id, ",'to':{'user':'siti'}");
    at(&c, "siti", "case.draft", "case", id, ",'patch':{'reason':'lost'},'base_row_rev':99");
    at(&c, "siti", "case.submit", "case", id, "");
    CHECK_INT(tell(&c, "r1"), 200);
    CHECK_TEXT(answered(&c, "/state"), "submitted");
    CHECK_INT(json_count(json_pointer(c.answer, "/missing/fields")), 0);
    free(id);
    close_channel(&c);
}

TEST(application_with_papers_and_payment_is_complete)
{
    struct channel c;
    open_channel(&c);
    CHECK_INT(leave(&c, "'reference':'r1'," FULL ",'documents':[{'code':'old-card','state':'copied','note':"
                        "'page 1\\nand 2'}],'payment':{'amount':'50000','currency':'IDR','method':'card',"
                        "'reference':'R-1'}"),
              200);
    CHECK_TEXT(answered(&c, "/state"), "complete");
    CHECK(*answered(&c, "/due_at"));
    CHECK_INT(pair_count(&c.pair, "SELECT count(*) FROM payments"), 1);
    CHECK_INT(pair_count(&c.pair, "SELECT count(*) FROM documents WHERE row LIKE '%\"copied\"%'"), 1);
    close_channel(&c);
}

TEST(application_of_whom_the_hall_knows_changes_no_record_and_learns_nothing_from_it)
{
    struct channel c;
    open_channel(&c);
    at(&c, "siti", "person.record", "person", "ana",
       ",'name':'Ana Lestari','nik':'9901014101900014','phone':'081234567890'");
    struct json *before = pair_hall_row(&c.pair, TABLE_PERSON, "ana");
    CHECK_INT(leave(&c, "'reference':'r1','service':'s1','person':{'nik':'9901 0141 0190 0014','name':'Anna "
                        "L','phone':'081111111111'},'answers':{'reason':'lost'}"),
              200);
    struct json *after = pair_hall_row(&c.pair, TABLE_PERSON, "ana"), *row = case_row(&c);
    CHECK(json_equal(before, after));
    CHECK_TEXT(json_text(row, "person"), "ana");
    CHECK_TEXT(json_text(json_pointer(row, "/arrival/person"), "name"), "Anna L");
    char *text = json_print(c.answer);
    CHECK(!strstr(text, "Lestari") && !strstr(text, "ana\"") && !strstr(text, "0812"));
    CHECK_INT(pair_count(&c.pair, "SELECT count(*) FROM persons"), 1);
    free(text);
    json_free(&before);
    json_free(&after);
    json_free(&row);
    close_channel(&c);
}

TEST(application_of_somebody_new_is_a_possible_duplicate_until_a_clerk_looks)
{
    struct channel c;
    open_channel(&c);
    at(&c, "siti", "person.record", "person", "ana", ",'name':'Ana Lestari','born':'1990-01-01'");
    CHECK_INT(leave(&c, "'reference':'r1'," FULL), 200);
    struct json *row = case_row(&c);
    char *person = xstrdup(json_text_or(row, "person", ""));
    CHECK(strcmp(person, "ana") != 0); /* a name alone finds nobody */
    at(&c, "siti", "person.record", "person", person, ",'phone':'081234567890'");
    struct json *known = pair_hall_row(&c.pair, TABLE_PERSON, person);
    CHECK(!json_get(known, "possible_duplicate"));
    json_free(&known);
    json_free(&row);
    free(person);
    close_channel(&c);
}

/* Who that may be is found by the name alone; whoever merges has looked, and taking it apart forgets that. */
TEST(application_of_somebody_new_stands_beside_whom_it_may_be_until_they_are_merged)
{
    struct channel c;
    open_channel(&c);
    at(&c, "siti", "person.record", "person", "ana", ",'name':'Lestari Anna','born':'1990-01-11'");
    CHECK_INT(leave(&c, "'reference':'r1'," FULL), 200);
    struct json *row = case_row(&c), *args = json_new_object(), *answer = NULL;
    char *person = xstrdup(json_text_or(row, "person", ""));
    pair_start(&c.pair, 0);
    pair_sign_in(&c.pair, 0, "siti");
    pair_sync(&c.pair, 0);
    json_set_text(args, "person", person);
    REQUIRE(cache_load(c.pair.cache[0], "person", args, c.pair.now_ms, &answer) == ERR_OK);
    CHECK_TEXT(json_text(json_first(json_get(answer, "twins")), "id"), "ana");
    CHECK_TEXT(json_text(json_first(json_get(answer, "twins")), "why"), "name");
    json_free(&answer);
    json_set_text(args, "person", "ana"); /* a name alone says little of who was looked at */
    REQUIRE(cache_load(c.pair.cache[0], "person", args, c.pair.now_ms, &answer) == ERR_OK);
    CHECK_INT(json_count(json_get(answer, "twins")), 0);
    char *body = xasprintf(",'into':'%s'", person);
    at(&c, "siti", "person.merge", "person", "ana", body);
    struct json *merged = pair_hall_row(&c.pair, TABLE_PERSON, person);
    CHECK(!json_get(merged, "possible_duplicate"));
    json_free(&merged);
    at(&c, "siti", "person.unmerge", "person", "ana", "");
    merged = pair_hall_row(&c.pair, TABLE_PERSON, person);
    CHECK(json_bool(merged, "possible_duplicate", false));
    json_free(&merged);
    json_free(&answer);
    json_free(&args);
    json_free(&row);
    free(body);
    free(person);
    close_channel(&c);
}

TEST(application_for_the_same_service_again_is_marked_as_everywhere)
{
    struct channel c;
    open_channel(&c);
#define BY_NIK "'service':'s1','person':{'nik':'9901014101900014'},'answers':{'reason':'lost'}"
    CHECK_INT(leave(&c, "'reference':'r1'," BY_NIK), 200);
    CHECK(!json_bool(c.answer, "duplicate", true));
    CHECK_INT(leave(&c, "'reference':'r2'," BY_NIK), 200);
    CHECK(json_bool(c.answer, "duplicate", false));
    CHECK_INT(pair_count(&c.pair, "SELECT count(*) FROM persons"), 1);
    close_channel(&c);
}

/* A form that takes over what the hall knows of a person does so for clerks alone. */
TEST(application_is_filled_in_from_what_was_posted_and_from_nothing_else)
{
    struct channel c;
    open_channel(&c);
    add_service(&c,
                "{'id':'n1','agency':'a1','queue':'p','form_version':1,'name':{'en':'Name'},'form':{"
                "'version':1,'schema':{'type':'object','required':['name'],'properties':{'name':{'type':"
                "'string','x-prefill':'person.name'},'town':{'type':'string','x-prefill':'last/town'}}}}}");
    at(&c, "siti", "person.record", "person", "ana", ",'name':'Ana Lestari','nik':'9901014101900014'");
    CHECK_INT(leave(&c, "'reference':'r1','service':'n1','person':{'nik':'9901014101900014'}"), 422);
    CHECK(problem_at(&c, "/answers/name") != NULL);
    CHECK_INT(leave(&c, "'reference':'r1','service':'n1','person':{'nik':'9901014101900014','name':'Anna'},"
                        "'answers':{'town':'Solo'}"),
              200);
    CHECK_INT(leave(&c, "'reference':'r2','service':'n1','person':{'nik':'9901014101900014','name':'Anna'}"),
              200);
    struct json *row = case_row(&c);
    CHECK_TEXT(json_text(json_get(row, "submitted"), "name"), "Anna");
    CHECK(!json_get(json_get(row, "submitted"), "town"));
    json_free(&row);
    close_channel(&c);
}

/* --- what is refused --- */

TEST(application_with_faults_says_each_at_its_place_in_the_callers_language)
{
    static const char *const said[][3] = {
        {"az", "Bu sahə doldurulmalıdır.", "Tarix YYYY-MM-DD kimi yazılır."},
        {"id-ID, en;q=0.5", "Bagian ini harus diisi.", "Tanggal ditulis YYYY-MM-DD."},
        {"fr, en;q=0.3", "This must be filled in.", "A date is written YYYY-MM-DD."},
        {"en;q=0.1, ru", "Это нужно заполнить.", "Дата пишется YYYY-MM-DD."},
        {NULL, "This must be filled in.", "A date is written YYYY-MM-DD."},
    };
    struct channel c;
    open_channel(&c);
    int64_t rev = rev_of(&c);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        c.languages = said[i][0];
        CHECK_INT(leave(&c, "'reference':'r1','service':'s1','person':{'name':'A','born':'1.1.1990'},"
                            "'answers':{'street':7}"),
                  422);
        CHECK_TEXT(answered(&c, "/error/code"), "invalid_application");
        CHECK_INT(json_count(json_pointer(c.answer, "/error/fields")), 3);
        CHECK_TEXT(json_text(problem_at(&c, "/answers/reason"), "message"), said[i][1]);
        CHECK_TEXT(json_text(problem_at(&c, "/person/born"), "message"), said[i][2]);
        CHECK(problem_at(&c, "/answers/street") != NULL);
    }
    CHECK_INT(rev_of(&c), rev); /* and nothing is there */
    CHECK_INT(pair_count(&c.pair, "SELECT count(*) FROM application"), 0);
    CHECK_INT(leave(&c, "'reference':'r1'," FULL), 200); /* put right under the same reference */
    close_channel(&c);
}

TEST(application_refusals_are_each_at_their_place)
{
    static const struct {
        const char *body, *pointer, *code;
    } faults[] = {
        {ANA ",'answers':{'reason':'lost'}", "/service", "needed"},
        {"'service':'s9'," ANA, "/service", "unknown_service"},
        {"'service':['s1']," ANA, "/service", "not_text"},
        {"'service':'s1'", "/person", "needed"},
        {"'service':'s1','person':'Ana'", "/person", "not_object"},
        {"'service':'s1','person':{'phone':'081234567890'}", "/person/name", "name_needed"},
        {"'service':'s1','person':{'nik':'12'}", "/person/nik", "invalid_number"},
        {"'service':'s1','person':{'fin':'7A2B3X'}", "/person/fin", "invalid_number"},
        {"'service':'s1','person':{'name':'A','id':'u-siti'}", "/person/id", "unknown_member"},
        {"'service':'s1','person':{'name':'A','phone':'x'}", "/person/phone", "invalid_number"},
        {"'service':'s1','person':{'name':'A\\u001b[2J'}", "/person/name", "control_character"},
        {"'service':'s1','person':{'name':'A\\u202eB'}", "/person/name", "control_character"},
        {FULL ",'language':'fr'", "/language", "unknown_language"},
        {FULL ",'tier':'gold'", "/tier", "unknown_tier"},
        {FULL ",'answer':{}", "/answer", "unknown_member"},
        {FULL ",'complete':'no'", "/complete", "not_boolean"},
        {"'service':'s1'," ANA ",'answers':[]", "/answers", "not_object"},
        {"'service':'s1'," ANA ",'answers':{'reason':'lost','street':'a\\u0007b'}", "/answers/street",
         "control_character"},
        {FULL ",'documents':{}", "/documents", "not_list"},
        {FULL ",'documents':[{'code':'old-card','state':'seen'}]", "/documents/0/state", "document_state"},
        {FULL ",'documents':[{'code':'old-card','state':'copied'},{'code':'x','state':'copied'}]",
         "/documents/1/code", "unknown_document"},
        {FULL ",'payment':{'amount':'5','currency':'IDR','method':'card'}", "/payment/reference", "needed"},
        {FULL ",'payment':{'amount':'x','currency':'IDR','method':'card','reference':'1'}", "/payment/amount",
         "invalid_amount"},
        {FULL ",'payment':{'amount':'5','currency':'AZN','method':'card','reference':'1'}",
         "/payment/currency", "other_currency"},
        {FULL ",'appointment_at':'soon'", "/appointment_at", "invalid_time"},
        {FULL ",'appointment_at':'2001-01-01T09:00:00Z'", "/appointment_at", "not_to_come"},
    };
    struct channel c;
    open_channel(&c);
    int64_t rev = rev_of(&c);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        char *body = xasprintf("'reference':'r1',%s", faults[i].body);
        bool told = CHECK_INT(leave(&c, body), 422);
        told &= CHECK_TEXT(json_text(problem_at(&c, faults[i].pointer), "code"), faults[i].code);
        told &= CHECK(!str_empty(json_text(problem_at(&c, faults[i].pointer), "message")));
        if (!told)
            printf("    %s\n", faults[i].body);
        free(body);
    }
    CHECK_INT(leave(&c, FULL), 422); /* no reference */
    CHECK_TEXT(answered(&c, "/error/field"), "/reference");
    CHECK_INT(leave(&c, FULL ",'reference':'a/b'"), 422);
    CHECK_INT(leave(&c, FULL ",'reference':7"), 422);
    CHECK_INT(rev_of(&c), rev);
    CHECK_INT(pair_count(&c.pair, "SELECT count(*) FROM persons"), 0);
    close_channel(&c);
}

TEST(application_too_large_or_too_deep_is_refused_whole)
{
    struct channel c;
    struct buf body = {0};
    open_channel(&c);
    buf_adds(&body, "'reference':'r1','service':'s1'," ANA ",'answers':{'reason':'lost','street':'");
    for (int i = 0; i < 140 * 1024; i++)
        buf_addc(&body, 'x');
    buf_adds(&body, "'}");
    CHECK_INT(leave(&c, buf_text(&body)), 422);
    CHECK_TEXT(json_text(problem_at(&c, "/answers"), "code"), "draft_too_large");
    buf_clear(&body);
    buf_adds(&body, "'reference':'r1','service':'s1'," ANA ",'answers':{'reason':'lost','street':");
    for (int i = 0; i < 40; i++)
        buf_adds(&body, "{'a':");
    buf_adds(&body, "1");
    for (int i = 0; i < 41; i++)
        buf_addc(&body, '}');
    CHECK_INT(leave(&c, buf_text(&body)), 422);
    CHECK_TEXT(json_text(problem_at(&c, "/answers"), "code"), "draft_too_deep");
    buf_free(&body);
    close_channel(&c);
}

/* --- whose services --- */

TEST(application_for_what_the_key_was_not_made_for_is_refused)
{
    struct channel c;
    open_channel(&c);
    add_service(&c, "{'id':'o1','agency':'a2','queue':'p','name':{'en':'Other'}}");
    add_service(&c, "{'id':'s1@0','version_of':'s1','agency':'a1','name':{'en':'Kept'}}");
    CHECK_INT(leave(&c, "'reference':'r1','service':'o1'," ANA), 403);
    CHECK_TEXT(answered(&c, "/error/code"), "other_agency");
    CHECK_INT(leave(&c, "'reference':'r1','service':'s1@0'," ANA), 422);
    str_copy(c.key.services, sizeof c.key.services, "x,o1");
    CHECK_INT(leave(&c, "'reference':'r1','service':'o1'," ANA), 200);
    CHECK_INT(leave(&c, "'reference':'r2'," FULL), 403); /* its own agency, but not among them */
    str_copy(c.key.services, sizeof c.key.services, "a1");
    CHECK_INT(leave(&c, "'reference':'r2'," FULL), 200);
    close_channel(&c);
}

/* --- where the hall hides names until the call --- */

enum { SITI, RINA };

/* What the workstation's copy has of that application: 'p' a person, 't' a ticket, 'v' a visit, 'd' a draft. */
static const char *seen(struct channel *c, int n, const char *id, char out[8])
{
    static const char *const members[] = {"person", "ticket", "visit", "draft"};
    char *args = xasprintf("{\"case\":\"%s\"}", id);
    struct json *answer = pair_load(&c->pair, n, "case", args);
    const struct json *row = json_get(answer, "case");
    size_t length = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_get(row, members[i]) && !json_is_null(json_get(row, members[i])))
            out[length++] = *members[i];
    out[length] = '\0';
    json_free(&answer);
    free(args);
    return out;
}

static void policy(struct channel *c, const char *value)
{
    char *body = xasprintf("{\"policy\":\"hide_names\",\"value\":%s,\"reason\":\"no cherries\"}", value);
    struct json *data = pair_at_hall(&c->pair, "budi", "hall.policy", body);
    json_free(&data);
    free(body);
    for (int n = SITI; n <= RINA; n++)
        pair_sync(&c->pair, n);
}

static void open_desks(struct channel *c)
{
    static const char *const who[] = {"siti", "rina"};
    open_channel(c);
    for (int n = SITI; n <= RINA; n++) {
        pair_start(&c->pair, n);
        pair_sign_in(&c->pair, n, who[n]);
    }
}

static char *leave_booked(struct channel *c, const char *body)
{
    CHECK_INT(leave(c, body), 200);
    for (int n = SITI; n <= RINA; n++)
        pair_sync(&c->pair, n);
    return xstrdup(answered(c, "/case"));
}

#define TODAY ",'appointment_at':'2026-11-25T03:00:00Z'"

TEST(application_with_a_booking_says_only_at_the_call_whose_it_is)
{
    struct channel c;
    char has[8];
    open_desks(&c);
    policy(&c, "true");
    char *draft = leave_booked(&c, "'reference':'r1','service':'s1'," ANA TODAY
                                   ",'answers':{'street':'x'},'complete':false");
    char *done = leave_booked(&c, "'reference':'r2'," FULL TODAY);
    CHECK_TEXT(seen(&c, SITI, draft, has), "");
    CHECK_TEXT(seen(&c, SITI, done, has), "pd");   /* its clock runs: it can be worked on */
    CHECK_TEXT(seen(&c, RINA, draft, has), "ptv"); /* reception finds people */
    policy(&c, "false");
    CHECK_TEXT(seen(&c, SITI, draft, has), "ptvd");
    CHECK_TEXT(seen(&c, SITI, done, has), "ptvd");
    policy(&c, "true"); /* what is out already is taken back */
    CHECK_TEXT(seen(&c, SITI, draft, has), "");
    CHECK_TEXT(seen(&c, SITI, done, has), "pd");
    c.pair.now_ms += (int64_t)60 * 60 * 1000;
    struct json *row = pair_hall_row(&c.pair, TABLE_CASE, done);
    at(&c, "rina", "ticket.check_in", "ticket", json_text_or(row, "ticket", ""), "");
    json_free(&row);
    at(&c, "siti", "counter.open", "counter", "c1", "");
    at(&c, "siti", "ticket.call_next", "counter", "c1", ",'fence':1");
    pair_sync(&c.pair, SITI);
    CHECK_TEXT(seen(&c, SITI, done, has), "ptvd");
    CHECK_TEXT(seen(&c, SITI, draft, has), ""); /* another ticket, which waits */
    free(draft);
    free(done);
    close_channel(&c);
}

/* Whoever does not come is nobody to be picked any more, and their application is work again. */
TEST(application_of_a_booking_that_nobody_kept_has_its_person_on_the_next_day)
{
    struct channel c;
    char has[8];
    open_desks(&c);
    policy(&c, "true");
    char *draft = leave_booked(&c, "'reference':'r1','service':'s1'," ANA TODAY
                                   ",'answers':{'street':'x'},'complete':false");
    CHECK_TEXT(seen(&c, SITI, draft, has), "");
    c.pair.now_ms += (int64_t)24 * 60 * 60 * 1000;
    struct server_env env = env_of(&c.pair);
    REQUIRE(db_begin(c.pair.hall) == ERR_OK);
    REQUIRE(day_turn(&env, "2026-11-26") == ERR_OK);
    REQUIRE(db_commit(c.pair.hall) == ERR_OK);
    pair_sync(&c.pair, SITI);
    CHECK_TEXT(seen(&c, SITI, draft, has), "ptvd");
    free(draft);
    close_channel(&c);
}

TEST(application_with_an_appointment_is_a_booking_within_the_quota)
{
    struct channel c;
    open_channel(&c);
    add_service(&c, "{'id':'q1','agency':'a1','queue':'p','name':{'en':'Few'},"
                    "'quota':{'day':1,'binding':true}}");
#define BOOKED "'service':'q1'," ANA ",'appointment_at':'2026-12-02T09:00:00Z'"
    CHECK_INT(leave(&c, "'reference':'r1'," BOOKED), 200);
    CHECK_TEXT(answered(&c, "/appointment/at"), "2026-12-02T09:00:00.000Z");
    CHECK_TEXT(answered(&c, "/appointment/number"), "P001");
    struct json *row = case_row(&c);
    struct json *ticket = pair_hall_row(&c.pair, TABLE_TICKET, json_text_or(row, "ticket", ""));
    CHECK_TEXT(json_text(ticket, "person"), json_text(row, "person"));
    CHECK_TEXT(json_text(ticket, "channel"), "online");
    CHECK_INT(pair_count(&c.pair, "SELECT count(*) FROM persons"), 1);
    CHECK_INT(leave(&c, "'reference':'r2'," BOOKED), 422);
    CHECK_TEXT(json_text(problem_at(&c, "/appointment_at"), "code"), "quota_used_up");
    CHECK_INT(pair_count(&c.pair, "SELECT count(*) FROM cases"), 1);
    CHECK_INT(pair_tickets(&c.pair), 1);
    json_free(&ticket);
    json_free(&row);
    close_channel(&c);
}

static enum err close_hall(struct tx *tx, void *ctx)
{
    struct json *hall = NULL;
    (void)ctx;
    enum err err = tx_get(tx, TABLE_HALL, "hall", &hall);
    if (err != ERR_OK)
        return err;
    json_set(hall, "holidays", quoted_json("['2026-12-02']"));
    err = tx_put(tx, TABLE_HALL, "hall", hall);
    json_free(&hall);
    return err;
}

static void change_hall(struct channel *c, enum err (*change)(struct tx *tx, void *ctx))
{
    struct server_env env = env_of(&c->pair);
    REQUIRE(db_begin(c->pair.hall) == ERR_OK);
    REQUIRE(server_change(&env, "test", NULL, change, NULL) == ERR_OK);
    REQUIRE(db_commit(c->pair.hall) == ERR_OK);
}

/* By the service's own hours, else by the hall's holidays; when there is somebody again is told. */
TEST(application_with_an_appointment_is_asked_for_a_time_at_which_somebody_is_there)
{
    struct channel c;
    open_channel(&c);
    add_service(&c, "{'id':'h1','agency':'a1','queue':'p','name':{'en':'Mondays'},"
                    "'hours':{'week':{'mon':['00:00-24:00']}}}");
    CHECK_INT(leave(&c, "'reference':'r1','service':'h1'," ANA ",'appointment_at':'2026-12-02T06:00:00Z'"),
              422);
    const struct json *closed = problem_at(&c, "/appointment_at");
    CHECK_TEXT(json_text(closed, "code"), "closed_then");
    CHECK_TEXT(json_text(closed, "message"),
               "It is closed at this time; choose another. The next opening: 2026-12-07 00:00");
    CHECK_INT(pair_count(&c.pair, "SELECT count(*) FROM cases") + pair_tickets(&c.pair), 0);
    CHECK_INT(leave(&c, "'reference':'r1','service':'h1'," ANA ",'appointment_at':'2026-12-07T06:00:00Z'"),
              200);
    change_hall(&c, close_hall);
    c.languages = "id";
    CHECK_INT(leave(&c, "'reference':'r2'," FULL ",'appointment_at':'2026-12-02T06:00:00Z'"), 422);
    CHECK_TEXT(json_text(problem_at(&c, "/appointment_at"), "message"),
               "Pada waktu itu tutup; pilih waktu lain. Buka berikutnya: 2026-12-03");
    CHECK_INT(leave(&c, "'reference':'r2'," FULL ",'appointment_at':'2026-12-03T06:00:00Z'"), 200);
    close_channel(&c);
}

TEST(application_that_lacks_a_group_of_fields_hears_its_name)
{
    struct channel c;
    open_channel(&c);
    add_service(
        &c,
        "{'id':'g1','agency':'a1','queue':'p','name':{'en':'Moving'},'form_version':1,'form':{'version':1,'"
        "schema':"
        "{'type':'object','required':['home'],'properties':{'home':{'type':'object','title':'Where you live',"
        "'required':['street'],'properties':{'street':{'type':'string','title':'Street'}}}}}}}");
    CHECK_INT(leave(&c, "'reference':'r1','service':'g1'," ANA ",'answers':{}"), 422);
    CHECK_TEXT(json_text(problem_at(&c, "/answers/home"), "label"), "Where you live");
    CHECK_INT(leave(&c, "'reference':'r1','service':'g1'," ANA ",'answers':{'home':{}}"), 422);
    CHECK_TEXT(json_text(problem_at(&c, "/answers/home/street"), "label"), "Street");
    close_channel(&c);
}

/* The header's language, else the application's own; each has all of them. */
TEST(application_refusals_are_in_the_language_asked_for)
{
    static const char *const codes[] = {"other_agency",      "reference_used",    "invalid_reference",
                                        "two_references",    "unknown_reference", "hall_is_mobile",
                                        "too_many_requests", "other_scope",       "bad_key",
                                        "disk_full",         "store_failed",      "closed_then"};
    static const char *const langs[] = {"az", "id", "en", "ru"};
    struct channel c;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        for (size_t l = 0; l < 4; l++)
            for (size_t other = 0; other < l; other++)
                CHECK(application_sentence(codes[i], langs[l]) &&
                      strcmp(application_sentence(codes[i], langs[l]),
                             application_sentence(codes[i], langs[other])));
    open_channel(&c);
    CHECK_INT(leave(&c, "'reference':'r1'," FULL), 200);
    c.languages = "ru-RU, en;q=0.1";
    CHECK_INT(leave(&c, "'reference':'r1'," FULL ",'complete':false"), 409);
    CHECK_TEXT(answered(&c, "/error/message"), application_sentence("reference_used", "ru"));
    CHECK_INT(tell(&c, "nothing"), 404);
    CHECK_TEXT(answered(&c, "/error/message"), application_sentence("unknown_reference", "ru"));
    c.languages = NULL;
    CHECK_INT(leave(&c, "'reference':'r1','language':'az'," FULL ",'complete':false"), 409);
    CHECK_TEXT(answered(&c, "/error/message"), application_sentence("reference_used", "az"));
    CHECK_INT(leave(&c, "'reference':'r 2','language':'id'," FULL), 422);
    CHECK_TEXT(answered(&c, "/error/message"), application_sentence("invalid_reference", "id"));
    str_copy(c.key.agency, sizeof c.key.agency, "a2");
    CHECK_INT(leave(&c, "'reference':'r3','language':'az'," FULL), 403);
    CHECK_TEXT(answered(&c, "/error/message"), application_sentence("other_agency", "az"));
    close_channel(&c);
}

static enum err make_mobile(struct tx *tx, void *ctx)
{
    struct json *hall = NULL;
    (void)ctx;
    enum err err = tx_get(tx, TABLE_HALL, "hall", &hall);
    if (err != ERR_OK)
        return err;
    json_set(hall, "mobile", quoted_json("{'home':'T1','home_name':'Test hall'}"));
    err = tx_put(tx, TABLE_HALL, "hall", hall);
    json_free(&hall);
    return err;
}

TEST(application_is_not_left_with_a_bus)
{
    struct channel c;
    open_channel(&c);
    struct server_env env = env_of(&c.pair);
    REQUIRE(db_begin(c.pair.hall) == ERR_OK);
    REQUIRE(server_change(&env, "test", NULL, make_mobile, NULL) == ERR_OK);
    REQUIRE(db_commit(c.pair.hall) == ERR_OK);
    CHECK_INT(leave(&c, "'reference':'r1'," FULL), 409);
    CHECK_TEXT(answered(&c, "/error/code"), "hall_is_mobile");
    CHECK(strstr(answered(&c, "/error/message"), "Test hall") != NULL);
    close_channel(&c);
}

/* --- what became of it --- */

TEST(application_is_told_to_its_own_account_and_only_what_stands)
{
    struct channel c;
    open_channel(&c);
    CHECK_INT(leave(&c, "'reference':'r1'," FULL ",'documents':[{'code':'old-card','state':'copied'}]"), 200);
    char *id = xstrdup(answered(&c, "/case"));
    CHECK_INT(tell(&c, "r1"), 200);
    CHECK_TEXT(answered(&c, "/state"), "complete");
    CHECK_TEXT(answered(&c, "/outcome"), "");
    at(&c, "siti", "case.decide", "case", id,
       ",'decision':'01900000-0000-7000-8000-0000000000d1','outcome':'refuse','reasons':['R1'],'text':'A "
       "private word'");
    CHECK_INT(tell(&c, "r1"), 200);
    CHECK_TEXT(answered(&c, "/outcome"), "refuse");
    CHECK_TEXT(answered(&c, "/state"), "refused");
    char *text = json_print(c.answer);
    CHECK(!strstr(text, "private") && !strstr(text, "siti") && !strstr(text, "Ana") && !strstr(text, "R1\""));
    free(text);
    CHECK_INT(tell(&c, "r2"), 404);
    CHECK_INT(tell(&c, "a b"), 404);
    str_copy(c.key.name, sizeof c.key.name, "another");
    CHECK_INT(tell(&c, "r1"), 404); /* of the same agency, but not its own */
    free(id);
    close_channel(&c);
}

TEST(application_handed_back_by_a_clerk_says_what_is_missing)
{
    struct channel c;
    open_channel(&c);
    CHECK_INT(leave(&c, "'reference':'r1'," FULL ",'documents':[{'code':'old-card','state':'copied'}]"), 200);
    at(&c, "siti", "case.decide", "case", answered(&c, "/case"),
       ",'decision':'01900000-0000-7000-8000-0000000000d1','outcome':'return','reasons':[],'text':'Which "
       "street?','fields':['/street'],'papers':['old-card']");
    CHECK_INT(tell(&c, "r1"), 200);
    CHECK_TEXT(answered(&c, "/state"), "returned");
    CHECK_TEXT(answered(&c, "/missing/fields/0/pointer"), "/answers/street");
    CHECK_TEXT(answered(&c, "/missing/fields/0/label"), "Street");
    close_channel(&c);
}

TEST(application_that_waits_for_a_second_person_is_in_review_to_its_sender)
{
    struct channel c;
    open_channel(&c);
    add_service(&c, "{'id':'f1','agency':'a1','queue':'p','name':{'en':'Four eyes'},'confirm':['refuse'],"
                    "'reasons':[]}");
    CHECK_INT(leave(&c, "'reference':'r1','service':'f1'," ANA), 200);
    char *id = xstrdup(answered(&c, "/case"));
    at(&c, "siti", "case.decide", "case", id,
       ",'decision':'01900000-0000-7000-8000-0000000000d1','outcome':'refuse','reasons':[],'text':'No.'");
    struct json *row = pair_hall_row(&c.pair, TABLE_CASE, id);
    CHECK(json_bool(row, "confirm_pending", false));
    CHECK_INT(tell(&c, "r1"), 200);
    CHECK_TEXT(answered(&c, "/state"), "in_review");
    CHECK_TEXT(answered(&c, "/outcome"), "");
    CHECK_TEXT(answered(&c, "/decided_at"), "");
    json_free(&row);
    free(id);
    close_channel(&c);
}

/* --- the workstation --- */

TEST(application_that_arrived_is_in_the_list_of_what_arrived_online)
{
    struct channel c;
    open_channel(&c);
    pair_start(&c.pair, 0);
    pair_sign_in(&c.pair, 0, "siti");
    pair_feed(&c.pair, 0);
    CHECK_INT(leave(&c, "'reference':'r1','service':'s1'," ANA ",'complete':false"), 200);
    pair_feed(&c.pair, 0);
    struct json *list = pair_load(&c.pair, 0, "worklist", "{\"filter\":\"online\"}");
    const struct json *row = json_first(json_get(list, "rows"));
    CHECK_TEXT(json_text(row, "id"), answered(&c, "/case"));
    CHECK_TEXT(json_text(row, "person_name"), "Ana Lestari");
    json_free(&list);
    close_channel(&c);
}

TEST(application_says_whom_it_is_of_to_case_workers_alone)
{
    struct channel c;
    open_channel(&c);
    pair_start(&c.pair, 0);
    pair_sign_in(&c.pair, 0, "rina"); /* reception */
    CHECK_INT(leave(&c, "'reference':'r1'," FULL), 200);
    pair_feed(&c.pair, 0);
    char *args = xasprintf("{\"case\":\"%s\"}", answered(&c, "/case"));
    struct json *shown = pair_load(&c.pair, 0, "case", args);
    CHECK_TEXT(json_text(json_pointer(shown, "/case"), "channel"), "online");
    CHECK(!json_pointer(shown, "/case/arrival"));
    json_free(&shown);
    free(args);
    close_channel(&c);
}

/* --- what verify finds --- */

static void spoil(struct channel *c, const char *sql)
{
    REQUIRE(db_script(c->pair.hall, sql) == ERR_OK);
    verify(c, false);
}

TEST(application_references_are_verified)
{
    struct channel c;
    open_channel(&c);
    CHECK_INT(leave(&c, "'reference':'r1'," FULL), 200);
    verify(&c, true);
    spoil(&c, "UPDATE application SET sha256 = 'x'");
    spoil(&c, "UPDATE application SET reference = 'r2'");
    spoil(&c, "DELETE FROM application");
    json_free(&c.answer);
    pair_close(&c.pair);
}
