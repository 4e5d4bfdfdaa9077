/* tests/unit/notices_test.c: what the hall says of a notice: every way in which a decision may stand or no longer stand,
 * and that nothing of a person is told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/notices.h"
#include "core/hall/store.h"
#include "core/model/notice_code.h"
#include "tests/support/pair.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

static void put(struct db *db, enum table table, const char *text)
{
    struct json *row = quoted_json(text);
    char *printed = json_print(row);
    REQUIRE(row_put(db, ROWS_PLAIN, table, row) == ERR_OK);
    if (table == TABLE_DECISION)
        CHECK_INT(notices_note(db, json_text_or(row, "id", ""), printed), ERR_OK);
    free(printed);
    json_free(&row);
}

static struct db *open_hall(void)
{
    struct db *db = NULL;
    REQUIRE(store_open(&db, test_folder(), true, NULL) == ERR_OK);
    put(db, TABLE_AGENCY, "{'id':'a','name':{'en':'Agency A'}}");
    return db;
}

static struct json *ask(struct db *db, const char *case_id, const char *decision)
{
    char code[NOTICE_CODE_TEXT];
    struct json *answer = NULL;
    notice_code(case_id, decision, code);
    CHECK_INT(notices_ask(db, code, &answer), ERR_OK);
    CHECK_TEXT(json_text(answer, "code"), code);
    return answer;
}

/* --- whether it stands --- */

#define APPROVED "'case':'c','agency':'a','outcome':'approve','at':'2026-11-24T10:00:00.000Z'"
#define REFUSED  "'case':'c','agency':'a','outcome':'refuse','at':'2026-11-24T11:00:00.000Z'"

TEST(notices_stand_as_the_application_says)
{
    static const struct {
        const char *says, *application, *decision, *other; /* other: a second row; NULL none */
    } cases[] = {
        {"stands", "'state':'approved','decision':'d'", APPROVED, NULL},
        {"stands", "'state':'delivered','decision':'d','flags':['complained']", APPROVED, NULL},
        {"pending", "'state':'approved','decision':'d','confirm_pending':true", APPROVED, NULL},
        {"contested", "'state':'approved','decision':'d','flags':['contested']", APPROVED, NULL},
        {"contested", "'state':'approved','decision':'e','flags':['contested']", APPROVED, REFUSED},
        {"replaced", "'state':'refused','decision':'e'", APPROVED, REFUSED},
        {"replaced", "'state':'refused','decision':'e'", APPROVED, REFUSED ",'of':'d'"}, /* changed */
        {"stands", "'state':'approved','decision':'e'", APPROVED, APPROVED ",'of':'d'"}, /* upheld */
        {"stands", "'state':'approved','decision':'e'", APPROVED ",'meeting':'concurring'", APPROVED},
        {"replaced", "'state':'refused','decision':'e'", APPROVED ",'meeting':'concurring'", REFUSED},
        {"annulled", "'state':'approved','decision':null,'flags':['complained']", APPROVED, NULL},
        {"voided", "'state':'ready','decision':'d','flags':['voided']", APPROVED, NULL},
        {"withdrawn", "'state':'withdrawn','decision':'d'", APPROVED, NULL},
        {"lapsed", "'state':'withdrawn','withdrawn_reason':'lapsed','decision':'d'",
         "'case':'c','outcome':'return'", NULL},
        {"stands", "'state':'referred','decision':null", "'case':'c','outcome':'refer'", NULL},
        {"annulled", "'state':'in_review','decision':null", "'case':'c','outcome':'refer'", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct db *db = NULL;
        struct err_info info = {0};
        char *folder = xasprintf("%s/%zu", test_folder(), i);
        REQUIRE(store_open(&db, folder, true, &info) == ERR_OK);
        char *application = xasprintf("{'id':'c',%s}", cases[i].application);
        char *decision = xasprintf("{'id':'d',%s}", cases[i].decision);
        char *other = xasprintf("{'id':'e',%s}", cases[i].other ? cases[i].other : "");
        put(db, TABLE_CASE, application);
        put(db, TABLE_DECISION, decision);
        if (cases[i].other)
            put(db, TABLE_DECISION, other);
        struct json *answer = ask(db, "c", "d");
        if (!CHECK_TEXT(json_text(answer, "standing"), cases[i].says))
            printf("    %s\n", application);
        CHECK_INT(json_bool(answer, "stands", false), strcmp(cases[i].says, "stands") == 0);
        json_free(&answer);
        db_close(&db);
        free(application);
        free(decision);
        free(other);
        free(folder);
    }
}

/* --- what is told --- */

TEST(notices_tell_outcome_date_and_agency_and_nothing_of_a_person)
{
    static const char *const members[] = {"code",        "outcome", "date",    "agency",
                                          "agency_name", "stands",  "standing"};
    struct db *db = open_hall();
    put(db, TABLE_CASE,
        "{'id':'c','state':'approved','decision':'d','number':'2026-000017','person':'p',"
        "'service':'secret.service','submitted':{'fin':'7ABCDEF'}}");
    put(db, TABLE_DECISION,
        "{'id':'d'," APPROVED ",'by':'clerk','text':'Aysel','conditions':'wears glasses','notice':'Aysel'}");
    struct json *answer = ask(db, "c", "d");
    CHECK_TEXT(json_text(answer, "outcome"), "approve");
    CHECK_TEXT(json_text(answer, "date"), "2026-11-24");
    CHECK_TEXT(json_text(answer, "agency"), "a");
    CHECK_TEXT(json_text(json_get(answer, "agency_name"), "en"), "Agency A");
    CHECK_INT(json_count(answer), sizeof members / sizeof *members);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        CHECK(json_get(answer, members[i]) != NULL);
    json_free(&answer);
    db_close(&db);
}

TEST(notices_of_no_known_code_are_not_there)
{
    static const char *const typed[] = {"", "0000-0000-0000-0000", "nonsense", "0000-0000-0000-0001", "\xff"};
    struct db *db = open_hall();
    struct json *answer = NULL;
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        CHECK_INT(notices_ask(db, typed[i], &answer), ERR_ABSENT);
    char code[NOTICE_CODE_TEXT];
    notice_code("c", "never", code);
    CHECK_INT(notices_ask(db, code, &answer), ERR_ABSENT);
    db_close(&db);
}

/* A hall with ten million decisions answers as soon as one with ten. */
TEST(notices_are_found_by_an_index)
{
    static const char sql[] =
        "EXPLAIN QUERY PLAN SELECT d.row FROM notice_code AS n JOIN decisions AS d ON d.id ="
        " n.decision WHERE n.code = $1";
    struct db *db = open_hall();
    struct stmt *s = db_query(db, sql);
    int lines = 0;
    while (db_step(s) == ERR_OK) {
        if (!CHECK(strstr(db_text(s, 3), "SEARCH")))
            printf("    %s\n", db_text(s, 3));
        lines++;
    }
    db_done(s);
    CHECK_INT(lines, 2);
    db_close(&db);
}

/* --- given without network --- */

static void steps_without_network(struct pair *pair)
{
    static const char *const steps[][2] = {
        {"case.open", "{'case':'01900000-0000-7000-8000-0000000000c1','service':'s1','channel':'desk'}"},
        {"case.draft",
         "{'case':'01900000-0000-7000-8000-0000000000c1','patch':{'reason':'lost','street':'S. 5'},"
         "'base_row_rev':0}"},
        {"case.check_document",
         "{'case':'01900000-0000-7000-8000-0000000000c1','document':'old-card','state':'seen'}"},
        {"case.submit", "{'case':'01900000-0000-7000-8000-0000000000c1'}"},
        {"case.decide", "{'case':'01900000-0000-7000-8000-0000000000c1','outcome':'approve','reasons':[],"
                        "'decision':'01900000-0000-7000-8000-0000000000d1'}"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct json *body = quoted_json(steps[i][1]);
        char *text = json_print(body);
        pair_confirm(pair, 0, steps[i][0], text);
        free(text);
        json_free(&body);
    }
}

/* The paper is in the citizen's hand before the hall has heard of it: its code is right all the same. */
TEST(notices_given_without_network_are_known_once_the_hall_hears_of_them)
{
    struct pair pair;
    struct json *answer = NULL;
    char code[NOTICE_CODE_TEXT];
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "siti");
    pair_sync(&pair, 0);
    steps_without_network(&pair);
    struct json *seen = pair_load(&pair, 0, "case", "{\"case\":\"01900000-0000-7000-8000-0000000000c1\"}");
    const struct json *row = json_pointer(seen, "/decisions/0");
    notice_code(json_text_or(row, "case", ""), json_text_or(row, "id", ""), code);
    CHECK_INT(notices_ask(pair.hall, code, &answer), ERR_ABSENT);
    pair_sync(&pair, 0);
    CHECK_INT(notices_ask(pair.hall, code, &answer), ERR_OK);
    CHECK_TEXT(json_text(answer, "standing"), "stands");
    json_free(&answer);
    json_free(&seen);
    pair_close(&pair);
}
