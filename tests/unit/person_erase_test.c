/* tests/unit/person_erase_test.c: what the hall holds of one person, given to them and taken away: all of it and nobody else's,
 * not more than the law lets go, nowhere left afterwards, and a hall that is proved as before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/admin_people.h"
#include "core/hall/audit_index.h"
#include "core/hall/person_overdue.h"
#include "core/hall/retention.h"
#include "core/hall/session.h"
#include "core/hall/verify.h"
#include "core/wire/feed.h"
#include "tests/support/day.h"
#include "tests/support/test.h"
#include "tests/support/workday.h"

#define LEYLA "01900000-0000-7000-8000-0000000000b1"
#define OTHER "01900000-0000-7000-8000-0000000000b2"
#define CASE  "01900000-0000-7000-8000-0000000000c1"
#define EMAIL "leyla@example.org"
#define PHONE "+628120000014"
#define WHY   "asked by letter 17"

struct office {
    struct pair pair;
    struct json *answer;
    struct admin_refusal refusal;
};

/* --- the hall --- */

static void at_hall(struct office *o, const char *login, const char *type, const char *body)
{
    struct json *data = pair_at_hall(&o->pair, login, type, body);
    o->pair.now_ms += 60000;
    json_free(&data);
}

/* Leyla came once, with a ticket that somebody wrote a word about, and so did Other, whose name stands beside hers. */
static void visit(struct office *o)
{
    static const char *const steps[][2] = {{"ticket.start", ""},
                                           {"ticket.finish", ",\"outcome\":\"served\",\"note\":"
                                                             "\"wept at the desk\""}};
    char ticket[64], body[300];
    str_copy(ticket, sizeof ticket,
             workday_text(o->pair.hall, "SELECT id FROM tickets WHERE state = 'called'"));
    str_format(body, sizeof body,
               "{\"ticket\":\"%s\",\"person\":\"" LEYLA "\",\"phone\":\"" PHONE "\",\"email\":\"" EMAIL "\","
               "\"address\":\"Garden Lane 9\"}",
               ticket);
    at_hall(o, "adi", "person.record", body);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":1%s}", ticket, steps[i][1]);
        at_hall(o, "adi", steps[i][0], body);
    }
    str_format(body, sizeof body,
               "{\"ticket\":\"%s\",\"scores\":[1,1,1,1,1,1,1,1,1],\"text\":\"waited in the rain\"}", ticket);
    pair_sync(&o->pair, 0);
    pair_confirm(&o->pair, 0, "survey.record", body);
    struct json *unheard = pair_push(&o->pair, 0); /* so the hall keeps its answer */
    json_free(&unheard);
    CHECK_INT(pair_count(&o->pair, "SELECT count(*) FROM result WHERE answer LIKE '%the rain%'"), 1);
    at_hall(o, "adi", "person.reveal",
            "{\"person\":\"" LEYLA "\",\"purpose\":\"other\",\"text\":\"her uncle rang\"}");
    at_hall(o, "adi", "person.record",
            "{\"person\":\"" OTHER "\",\"name\":\"Orkhan Mammadov\",\"born\":\"1991-01-01\"}");
}

static void office_open(struct office *o)
{
    *o = (struct office){0};
    workday_open(&o->pair);
    pair_start(&o->pair, 1); /* adi's is away from here on, until a test lets it hear */
    pair_sign_in(&o->pair, 1, "adi");
    pair_sync(&o->pair, 1);
    visit(o);
}

static void office_close(struct office *o)
{
    json_free(&o->answer);
    pair_close(&o->pair);
}

/* As login, NULL: this computer's administrator; more: further members of the request. */
static enum err ask(struct office *o, const char *login, const char *what, const char *more)
{
    struct json *request = NULL, *row = NULL;
    struct actor actor = {0};
    struct server_env env = {
        .db = o->pair.hall, .epoch = 1, .now_ms = o->pair.now_ms, .mono_ms = o->pair.mono_ms};
    char *text = xasprintf("{\"do\":\"%s\",%s}", what, more);
    REQUIRE(json_parse(text, strlen(text), &request, NULL) == ERR_OK);
    free(text);
    REQUIRE(db_begin(o->pair.hall) == ERR_OK);
    if (login) {
        char id[64];
        str_format(id, sizeof id, "u-%s", login);
        REQUIRE(row_get(o->pair.hall, TABLE_USER, id, &row) == ERR_OK);
        actor_read(row, "0197a2b4-0000-7000-8000-000000000001", &actor);
        json_free(&row);
    }
    const struct admin_by by = {&actor, NULL};
    json_free(&o->answer);
    enum err err = admin_people(&env, login ? &by : NULL, request, &o->answer, &o->refusal);
    if (err == ERR_OK)
        REQUIRE(db_commit(o->pair.hall) == ERR_OK);
    else
        db_rollback(o->pair.hall);
    json_free(&request);
    return err;
}

static void refused(struct office *o, const char *login, const char *what, const char *more, const char *code)
{
    int64_t before = pair_count(&o->pair, "SELECT rev FROM hall_state");
    CHECK(ask(o, login, what, more) != ERR_OK);
    CHECK_TEXT(o->refusal.code, code);
    CHECK(strlen(o->refusal.info.text) > 30);
    CHECK_INT(pair_count(&o->pair, "SELECT rev FROM hall_state"), before);
}

/* Reads the plan and confirms it. */
static void erase_whom(struct office *o, const char *login, const char *person)
{
    char more[300];
    str_format(more, sizeof more, "\"person\":\"%s\",\"reason\":\"" WHY "\"", person);
    REQUIRE(ask(o, login, "person.erase", more) == ERR_OK);
    str_format(more, sizeof more, "\"person\":\"%s\",\"reason\":\"" WHY "\",\"confirm\":\"%s\"", person,
               json_text_or(o->answer, "confirm", ""));
    if (!CHECK(ask(o, login, "person.erase", more) == ERR_OK))
        printf("    %s\n", o->refusal.info.text);
}

static void erase(struct office *o, const char *login)
{
    erase_whom(o, login, LEYLA);
}

/* --- what is there --- */

static bool stands_in(struct db *db, const char *words)
{
#define ROW_TABLE(name) "SELECT count(*) FROM " name " WHERE row LIKE $1"
    static const char *const sql[] = {
        ROW_TABLE("persons"),
        ROW_TABLE("tickets"),
        ROW_TABLE("cases"),
        ROW_TABLE("documents"),
        ROW_TABLE("payments"),
        ROW_TABLE("decisions"),
        ROW_TABLE("surveys"),
        ROW_TABLE("disputes"),
        "SELECT count(*) FROM change WHERE item LIKE $1",
        "SELECT count(*) FROM result WHERE answer LIKE $1",
        "SELECT count(*) FROM audit_note WHERE about LIKE $1",
        "SELECT count(*) FROM event WHERE event LIKE $1",
        "SELECT count(*) FROM application WHERE answer LIKE $1",
        "SELECT count(*) FROM search_person WHERE words LIKE $1",
        "SELECT count(*) FROM search_set WHERE key LIKE $1",
    };
    bool any = false;
    char pattern[100];
    str_format(pattern, sizeof pattern, "%%%s%%", words);
    for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
        struct stmt *s = db_query(db, sql[i]);
        db_bind_text(s, 1, pattern);
        REQUIRE(db_step(s) == ERR_OK);
        if (db_int(s, 0) > 0)
            any = true;
        db_done(s);
    }
    return any;
}

static void check_gone(struct office *o, const char *words)
{
    if (!CHECK(!stands_in(o->pair.hall, words)))
        printf("    still there: %s\n", words);
}

static void check_whole(struct office *o)
{
    struct err_info info = {0};
    struct verified done;
    if (!CHECK(verify_store(o->pair.hall, &done, &info) == ERR_OK))
        printf("    %s\n", info.text);
}

static void check_says(struct office *o, const char *words)
{
    struct err_info info = {0};
    struct verified done;
    if (!CHECK(verify_store(o->pair.hall, &done, &info) == ERR_CORRUPT && strstr(info.text, words)))
        printf("    says: %s\n    not: %s\n", info.text, words);
}

/* As retention.h does when a month has passed. */
static void shorten(struct office *o)
{
    int64_t pruned = 0;
    pair_make_safe(&o->pair);
    o->pair.now_ms += INT64_C(40) * 24 * 3600 * 1000;
    const struct server_env env = {
        .db = o->pair.hall, .epoch = 1, .now_ms = o->pair.now_ms, .mono_ms = o->pair.mono_ms};
    REQUIRE(db_begin(o->pair.hall) == ERR_OK);
    CHECK(retention_slice(&env, o->pair.now_ms, &pruned) == ERR_OK && pruned > 10);
    REQUIRE(db_commit(o->pair.hall) == ERR_OK);
}

static void set_case_years(struct office *o, int years)
{
    char patch[64];
    str_format(patch, sizeof patch, "{\"policy\":{\"case_years\":%d}}", years);
    REQUIRE(db_begin(o->pair.hall) == ERR_OK);
    workday_lie(&o->pair, TABLE_HALL, "hall", patch);
    REQUIRE(db_commit(o->pair.hall) == ERR_OK);
}

static const char *said(const struct office *o)
{
    static char text[2000];
    struct buf all = {0};
    for (const struct json *one = json_first(json_get(o->answer, "sentences")); one; one = json_next(one))
        buf_addf(&all, "%s\n", json_as_text(one));
    str_copy(text, sizeof text, buf_text(&all));
    buf_free(&all);
    return text;
}

static void check_said(const struct office *o, const char *words)
{
    if (!CHECK(strstr(said(o), words)))
        printf("    said: %s", said(o));
}

/* The body that closes the newest dispute of that kind. */
static const char *drop_of(struct office *o, const char *code)
{
    static char body[200];
    char sql[200];
    str_format(sql, sizeof sql,
               "SELECT id FROM disputes WHERE state = 'open' AND row LIKE '%%\"code\":\"%s\"%%'", code);
    str_format(body, sizeof body, "{\"dispute\":\"%s\",\"choice\":\"drop\",\"note\":\"told\"}",
               workday_text(o->pair.hall, sql));
    return body;
}

/* --- export --- */

TEST(person_export_has_all_of_one_person_and_of_nobody_else)
{
    static const char *const theirs[] = {
        "Leyla Aliyeva",    "9901014101900014",   PHONE,      "Garden Lane 9", "Long St. 5",
        "wept at the desk", "waited in the rain", "old-card", "10000",         "\"outcome\":\"approve\""};
    static const char *const others[] = {"Orkhan", OTHER, "Siti", "Adi", "u-siti", "u-adi", "u-budi", "Budi"};
    struct office o;
    office_open(&o);
    REQUIRE(ask(&o, "budi", "person.export", "\"person\":\"9901014101900014\",\"reason\":\"" WHY "\"") ==
            ERR_OK);
    const struct json *document = json_get(o.answer, "document");
    char *text = json_print(document);
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
        if (!CHECK(strstr(text, theirs[i])))
            printf("    missing: %s\n", theirs[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!CHECK(!strstr(text, others[i])))
            printf("    somebody else's: %s\n", others[i]);
    CHECK_INT((int64_t)json_count(json_get(document, "visits")), 1);
    CHECK_INT((int64_t)json_count(json_get(document, "applications")), 1);
    CHECK_INT((int64_t)json_count(json_get(document, "kept")), 1);
    CHECK_TEXT(json_text(json_first(json_get(document, "looks")), "what"), "person.export");
    CHECK(json_count(json_get(document, "looks")) > 8);
    CHECK(strstr(text, "\"what\":\"person.reveal\",\"outcome\":\"done\",\"why\":\"other\"") &&
          !strstr(text, "uncle"));
    CHECK(stands_in(o.pair.hall, "her uncle rang")); /* for supervisors */
    free(text);
    CHECK_TEXT(workday_text(o.pair.hall, "SELECT actor FROM audit WHERE type = 'person.export'"), "u-budi");
    CHECK_INT(pair_count(&o.pair, "SELECT count(*) FROM audit_note WHERE about LIKE '%" WHY "%'"), 1);
    check_whole(&o);
    office_close(&o);
}

TEST(person_export_asks_who_may_and_why)
{
    struct office o;
    office_open(&o);
    refused(&o, "siti", "person.export", "\"person\":\"" LEYLA "\",\"reason\":\"x\"", "forbidden");
    refused(&o, "rina", "person.erase", "\"person\":\"" LEYLA "\",\"reason\":\"x\"", "forbidden");
    refused(&o, "budi", "person.export", "\"person\":\"" LEYLA "\"", "reason_needed");
    refused(&o, "budi", "person.export", "\"person\":\"7ZZZZZZ\",\"reason\":\"x\"", "unknown_person");
    at_hall(&o, "siti", "person.record",
            "{\"person\":\"01900000-0000-7000-8000-0000000000b3\",\"name\":\"Laila\",\"nik\":"
            "\"9901014101900014\"}");
    refused(&o, "budi", "person.export", "\"person\":\"9901014101900014\",\"reason\":\"x\"",
            "several_records");
    REQUIRE(db_begin(o.pair.hall) == ERR_OK);
    workday_lie(&o.pair, TABLE_USER, "u-budi", "{\"agency\":\"a1\"}");
    REQUIRE(db_commit(o.pair.hall) == ERR_OK);
    refused(&o, "budi", "person.export", "\"person\":\"" LEYLA "\",\"reason\":\"x\"", "other_agency");
    office_close(&o);
}

/* --- erasure --- */

TEST(person_erasure_keeps_the_file_that_the_law_keeps_and_says_until_when)
{
    struct office o;
    office_open(&o);
    REQUIRE(ask(&o, "budi", "person.erase", "\"person\":\"" LEYLA "\",\"reason\":\"" WHY "\"") == ERR_OK);
    check_said(&o, "stays until 2101-11-25: the law keeps it for 75 years");
    CHECK(stands_in(o.pair.hall, PHONE)); /* a plan changes nothing */
    refused(&o, "budi", "person.erase", "\"person\":\"" LEYLA "\",\"reason\":\"" WHY "\",\"confirm\":\"yes\"",
            "not_as_read");
    refused(&o, "budi", "person.erase", "\"person\":\"" LEYLA "\",\"reason\":\"for Leyla Aliyeva\"",
            "reason_names_them");
    erase(&o, "budi");
    CHECK(json_bool(o.answer, "erased", false));
    check_gone(&o, PHONE);
    check_gone(&o, EMAIL);
    check_gone(&o, "Garden Lane");
    check_gone(&o, "wept at the desk");
    check_gone(&o, "waited in the rain");
    check_gone(&o,
               "uncle"); /* what a clerk wrote about a look; that they looked, and for which purpose, stays */
    CHECK_INT(
        pair_count(&o.pair, "SELECT count(*) FROM audit_note WHERE about LIKE '%\"purpose\":\"other\"%'"), 1);
    CHECK(stands_in(o.pair.hall, "Long St. 5")); /* what they applied with */
    CHECK(stands_in(o.pair.hall, "9901014101900014"));
    CHECK_INT(pair_count(&o.pair, "SELECT count(*) FROM tickets WHERE person = '" LEYLA "'"), 0);
    check_whole(&o);
    pair_sync(&o.pair, 0);
    struct json *answer = pair_load(&o.pair, 0, "person", "{\"person\":\"" LEYLA "\"}");
    const struct json *row = json_get(answer, "person"); /* the workstation heard of it */
    CHECK(!json_get(row, "phone"));
    CHECK_TEXT(json_text(row, "kept_until"), "2101-11-25");
    json_free(&answer);
    office_close(&o);
}

/* Nor where a row or a page of the file was: SQLite is built to overwrite what it frees (secure_delete). */
static void check_file(const char *path, const char *words)
{
    size_t length = 0, size = strlen(words);
    char *bytes = read_bytes(path, &length);
    bool found = false;
    for (size_t i = 0; i + size <= length && !found; i++)
        found = memcmp(bytes + i, words, size) == 0;
    if (!CHECK(!found))
        printf("    the file still holds: %s\n", words);
    free(bytes);
}

TEST(person_erasure_leaves_nothing_when_nothing_must_be_kept)
{
    static const char *const gone[] = {
        "Leyla",      "Aliyeva",          "9901014101900014",  PHONE, EMAIL, "Garden Lane",
        "Long St. 5", "wept at the desk", "waited in the rain"};
    struct office o;
    office_open(&o);
    set_case_years(&o, 0);
    o.pair.now_ms += 24 * 3600 * 1000;
    int64_t before = pair_count(&o.pair, "SELECT rev FROM hall_state");
    erase(&o, NULL);
    CHECK_INT((int64_t)json_count(json_get(o.answer, "kept")), 0);
    CHECK_INT(pair_count(&o.pair, "SELECT rev FROM hall_state"), before + 1); /* one change */
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        check_gone(&o, gone[i]);
    CHECK(stands_in(o.pair.hall, "Orkhan")); /* and nothing of others */
    check_whole(&o);
    CHECK_TEXT(workday_text(o.pair.hall, "SELECT actor FROM audit WHERE type = 'person.erase'"), "");
    /* Asked again there is nothing to do, and nothing is written. */
    erase(&o, NULL);
    CHECK_INT(pair_count(&o.pair, "SELECT rev FROM hall_state"), before + 1);
    refused(&o, NULL, "person.export", "\"person\":\"9901014101900014\",\"reason\":\"x\"", "unknown_person");
    pair_sync(&o.pair, 0);
    struct json *answer = pair_load(&o.pair, 0, "persons", "{\"q\":\"leyla\"}");
    CHECK_INT((int64_t)json_count(json_get(answer, "rows")), 0);
    json_free(&answer);
    /* Whoever was away since before she came hears of it by the feed, leaves first, and starts nothing anew. */
    pair_sync(&o.pair, 1);
    answer = pair_load(&o.pair, 1, "person", "{\"person\":\"" LEYLA "\"}");
    CHECK(json_get(json_get(answer, "person"), "erased_at") && !json_get(json_get(answer, "person"), "name"));
    json_free(&answer);
    check_whole(&o);
    char *path = xasprintf("%s/hall/hall.db", o.pair.folder);
    office_close(&o);
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        check_file(path, gone[i]);
    free(path);
}

/* As retention.h goes on over what was erased before. */
TEST(person_erasure_and_the_shortening_of_old_changes_get_on)
{
    struct office o;
    office_open(&o);
    erase(&o, NULL);
    shorten(&o);
    check_whole(&o);
    set_case_years(&o, 0); /* the file's time is over: the rest goes */
    erase(&o, NULL);
    check_gone(&o, "Long St. 5");
    check_gone(&o, "9901014101900014");
    check_whole(&o);
    office_close(&o);
}

/* A workstation that was away may send what it recorded before; the data does not come back by it. */
TEST(person_erasure_is_not_undone_by_what_was_recorded_before)
{
    struct office o;
    struct json *answer;
    office_open(&o);
    pair_confirm(&o.pair, 1, "person.record", "{\"person\":\"" LEYLA "\",\"phone\":\"+628120000099\"}");
    erase(&o, NULL);
    pair_sync(&o.pair, 1);
    CHECK_TEXT(workday_text(o.pair.hall, "SELECT outcome FROM audit ORDER BY rev DESC LIMIT 1"),
               "refused person_erased");
    CHECK_INT(pair_count(&o.pair, "SELECT count(*) FROM persons WHERE phone IS NOT NULL"), 0);
    /* It waits for a supervisor; closed, it goes with the next erasure. */
    refused(&o, "budi", "person.erase", "\"person\":\"" LEYLA "\",\"reason\":\"" WHY "\"", "dispute_open");
    answer = pair_at_hall(&o.pair, "budi", "dispute.resolve", drop_of(&o, "person_erased"));
    json_free(&answer);
    erase(&o, NULL);
    check_gone(&o, "628120000099");
    check_whole(&o);
    /* Who comes again is recorded again: they are known by their number, as their application is kept. */
    pair_sync(&o.pair, 1);
    pair_confirm(&o.pair, 1, "person.record", "{\"person\":\"" LEYLA "\",\"phone\":\"+628120000077\"}");
    pair_sync(&o.pair, 1);
    CHECK_INT(pair_count(&o.pair, "SELECT count(*) FROM persons WHERE phone = '+628120000077'"), 1);
    check_whole(&o);
    office_close(&o);
}

/* What was kept goes by itself on its day, and not before. */
TEST(person_erasure_goes_on_when_the_time_of_what_was_kept_is_over)
{
    struct office o;
    int64_t after = 0, changed = 0;
    char person[64];
    office_open(&o);
    set_case_years(&o, 2);
    erase(&o, "budi");
    REQUIRE(person_overdue_next(o.pair.hall, "2028-11-24", &after, person) == ERR_OK);
    CHECK_TEXT(person, "");
    after = 0;
    REQUIRE(person_overdue_next(o.pair.hall, "2028-11-25", &after, person) == ERR_OK);
    CHECK_TEXT(person, LEYLA);
    o.pair.now_ms += INT64_C(2 * 366) * 24 * 3600 * 1000;
    const struct server_env env = {
        .db = o.pair.hall, .epoch = 1, .now_ms = o.pair.now_ms, .mono_ms = o.pair.mono_ms};
    REQUIRE(db_begin(o.pair.hall) == ERR_OK);
    REQUIRE(person_overdue_run(&env, person, &changed) == ERR_OK);
    REQUIRE(db_commit(o.pair.hall) == ERR_OK);
    CHECK(changed > 3);
    check_gone(&o, "Leyla");
    check_gone(&o, "Long St. 5");
    check_whole(&o);
    after = 0;
    REQUIRE(person_overdue_next(o.pair.hall, "2029-01-01", &after, person) == ERR_OK);
    CHECK_TEXT(person, ""); /* done */
    office_close(&o);
}

TEST(person_erasure_waits_for_what_is_open)
{
    struct office o;
    office_open(&o);
    at_hall(&o, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\",\"person\":\"" LEYLA "\"}");
    refused(&o, "budi", "person.erase", "\"person\":\"" LEYLA "\",\"reason\":\"" WHY "\"", "visit_open");
    office_close(&o);
}

/* What says of itself that it was erased and was not, and what was erased and is there, is found. */
TEST(person_erasure_is_proved_by_verify)
{
    struct office o;
    office_open(&o);
    erase(&o, NULL);
    REQUIRE(db_begin(o.pair.hall) == ERR_OK);
    REQUIRE(db_run(db_query(o.pair.hall, "UPDATE change SET item = replace(item, ',\"erased\":true', '')")) ==
            ERR_OK);
    check_says(&o, "holds a row that cannot be read");
    db_rollback(o.pair.hall);
    check_whole(&o);
    office_close(&o);
}

/* --- looks of an older Loket --- */

/* They kept what was typed. */
static int64_t look_of_before(struct office *o, const char *filters)
{
    struct json *body = NULL;
    const struct server_env env = {
        .db = o->pair.hall, .epoch = 1, .now_ms = o->pair.now_ms, .mono_ms = o->pair.mono_ms};
    REQUIRE(json_parse(filters, strlen(filters), &body, NULL) == ERR_OK);
    REQUIRE(db_begin(o->pair.hall) == ERR_OK);
    REQUIRE(server_note(&env, "audit.look", body) == ERR_OK);
    REQUIRE(db_commit(o->pair.hall) == ERR_OK);
    json_free(&body);
    return pair_count(&o->pair, "SELECT max(rev) FROM audit");
}

TEST(person_erasure_takes_their_words_from_looks_of_before)
{
    struct office o;
    office_open(&o);
    look_of_before(&o, "{\"q\":\"aliyev\",\"from\":\"2026-01-01\"}");
    look_of_before(&o, "{\"subject\":\"9901014101900014\"}");
    int64_t others = look_of_before(&o, "{\"q\":\"mammadov\"}");
    erase(&o, NULL);
    CHECK_INT(pair_count(&o.pair, "SELECT count(*) FROM audit_note WHERE about LIKE '%aliyev%'"), 0);
    CHECK_INT(pair_count(&o.pair, "SELECT count(*) FROM audit_note WHERE about LIKE '%9901014101900014%'"),
              0);
    CHECK_INT(pair_count(&o.pair, "SELECT count(*) FROM audit_note WHERE about ="
                                  " '{\"from\":\"2026-01-01\",\"typed\":[\"q\"]}'"),
              1);
    CHECK(stands_in(o.pair.hall, "mammadov"));
    check_whole(&o);
    REQUIRE(db_begin(o.pair.hall) == ERR_OK); /* no other look may be without its words */
    struct stmt *s =
        db_query(o.pair.hall, "UPDATE audit_note SET about = '{\"typed\":[\"q\"]}' WHERE rev = $1");
    db_bind_int(s, 1, others);
    REQUIRE(db_run(s) == ERR_OK);
    check_says(&o, "was about was altered");
    db_rollback(o.pair.hall);
    office_close(&o);
}

/* An account is called as the citizen is: whose lines somebody looked at stays, and what is kept now is taken for no words. */
TEST(person_erasure_leaves_looks_by_account_as_they_are)
{
    static const char *const looks[] = {
        "{\"user\":\"leyla\",\"from\":\"2026-01-01\"}",
        "{\"user\":\"leyla\",\"typed\":[\"q\"],\"typed_mac\":\"abcd\"}",
    };
    struct office o;
    office_open(&o);
    REQUIRE(db_begin(o.pair.hall) == ERR_OK);
    workday_lie(&o.pair, TABLE_USER, "u-rina", "{\"login\":\"leyla\"}");
    REQUIRE(db_commit(o.pair.hall) == ERR_OK);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        look_of_before(&o, looks[i]);
    look_of_before(&o, "{\"user\":\"leyla\",\"q\":\"aliyev\"}");
    erase(&o, NULL);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        CHECK(stands_in(o.pair.hall, looks[i]));
    CHECK(stands_in(o.pair.hall, "{\"user\":\"leyla\",\"typed\":[\"q\"]}"));
    CHECK(!stands_in(o.pair.hall, "\"q\":\"aliyev\""));
    check_whole(&o);
    office_close(&o);
}

/* --- what a row said before it was put right to somebody else --- */

#define WRONG "01900000-0000-7000-8000-0000000000c7"

/* Opened for Leyla, and only then was it seen that it is for Other. */
static void open_for_the_wrong_one(struct office *o)
{
    static const char *const steps[][2] = {
        {"case.open",
         "{\"case\":\"" WRONG "\",\"service\":\"s1\",\"channel\":\"desk\",\"person\":\"" LEYLA "\"}"},
        {"case.draft", "{\"case\":\"" WRONG "\",\"patch\":{\"street\":\"Cellar Row 3\"},\"base_row_rev\":0}"},
        {"case.draft", "{\"case\":\"" WRONG "\",\"person\":\"" OTHER
                       "\",\"patch\":{\"street\":\"Roof Street 1\"},\"base_row_rev\":0}"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        at_hall(o, "siti", steps[i][0], steps[i][1]);
    CHECK_INT(
        pair_count(&o->pair, "SELECT count(*) FROM cases WHERE id = '" WRONG "' AND person = '" OTHER "'"),
        1);
}

TEST(person_erasure_takes_what_an_application_said_before_it_was_put_right_to_another)
{
    struct office o;
    office_open(&o);
    set_case_years(&o, 0);
    open_for_the_wrong_one(&o);
    o.pair.now_ms += 24 * 3600 * 1000;
    CHECK(stands_in(o.pair.hall, "Cellar Row"));
    REQUIRE(ask(&o, "budi", "person.erase", "\"person\":\"" LEYLA "\",\"reason\":\"" WHY "\"") == ERR_OK);
    check_said(&o, "2 earlier states of visits and applications");
    erase(&o, NULL);
    check_gone(&o, "Cellar Row");
    CHECK(stands_in(o.pair.hall, "Roof Street")); /* Other's, and so it stays */
    CHECK_INT(
        pair_count(&o.pair, "SELECT count(*) FROM cases WHERE id = '" WRONG "' AND person = '" OTHER "'"), 1);
    check_whole(&o);
    REQUIRE(db_begin(o.pair.hall) == ERR_OK); /* its marks are sealed as any */
    REQUIRE(db_run(db_query(o.pair.hall, "UPDATE change SET item = replace(item, '\"id\":\"" WRONG
                                         "\",\"leaf\"', '\"id\":\"" CASE "\",\"leaf\"')")) == ERR_OK);
    check_says(&o, "other rows of earlier changes than");
    db_rollback(o.pair.hall);
    int64_t before = pair_count(&o.pair, "SELECT rev FROM hall_state");
    erase(&o, NULL); /* nothing is left */
    CHECK_INT(pair_count(&o.pair, "SELECT rev FROM hall_state"), before);
    pair_sync(&o.pair, 1); /* whoever was away hears of it, the chain holds */
    char *path = xasprintf("%s/hall/hall.db", o.pair.folder);
    office_close(&o);
    check_file(path, "Cellar Row");
    check_file(path, "9901014101900014");
    free(path);
}

static int64_t run_overdue(struct office *o)
{
    int64_t changed = 0;
    const struct server_env env = {
        .db = o->pair.hall, .epoch = 1, .now_ms = o->pair.now_ms, .mono_ms = o->pair.mono_ms};
    REQUIRE(db_begin(o->pair.hall) == ERR_OK);
    REQUIRE(person_overdue_run(&env, LEYLA, &changed) == ERR_OK);
    REQUIRE(db_commit(o->pair.hall) == ERR_OK);
    return changed;
}

/* The day's turn reads the history only of whom something else goes. */
TEST(person_erasure_of_each_day_reads_no_history_for_nothing)
{
    struct office o;
    office_open(&o);
    set_case_years(&o, 2);
    erase(&o, "budi");
    open_for_the_wrong_one(&o);
    int64_t before = pair_count(&o.pair, "SELECT rev FROM hall_state");
    CHECK_INT(run_overdue(&o), 0);
    CHECK_INT(pair_count(&o.pair, "SELECT rev FROM hall_state"), before);
    CHECK(stands_in(o.pair.hall, "Cellar Row"));
    o.pair.now_ms += INT64_C(2 * 366) * 24 * 3600 * 1000;
    CHECK(run_overdue(&o) > 3);
    check_gone(&o, "Cellar Row");
    check_whole(&o);
    office_close(&o);
}

/* --- what its line seals --- */

static int64_t last_erasure(struct office *o)
{
    return pair_count(&o->pair, "SELECT max(rev) FROM audit WHERE type = 'person.erase'");
}

/* The newest change with that in it. */
static struct json *change_with(struct office *o, const char *words, int64_t *rev)
{
    struct json *item = NULL;
    char pattern[200];
    str_format(pattern, sizeof pattern, "%%%s%%", words);
    struct stmt *s =
        db_query(o->pair.hall, "SELECT rev, item FROM change WHERE item LIKE $1 ORDER BY rev DESC LIMIT 1");
    db_bind_text(s, 1, pattern);
    REQUIRE(db_step(s) == ERR_OK);
    *rev = db_int(s, 0);
    REQUIRE(json_parse(db_text(s, 1), strlen(db_text(s, 1)), &item, NULL) == ERR_OK);
    db_done(s);
    return item;
}

static void write_change(struct office *o, int64_t rev, struct json *item)
{
    char *text = json_print(item);
    struct stmt *s = db_query(o->pair.hall, "UPDATE change SET item = $1 WHERE rev = $2");
    db_bind_text(s, 1, text);
    db_bind_int(s, 2, rev);
    REQUIRE(db_run(s) == ERR_OK);
    free(text);
    json_free(&item);
}

/* The change of another row says that it was one of Leyla's, and that the erasure took it: its leaf, and so its seal, is the
 * genuine one. Then nothing knows of the row any more, and it can be made what somebody likes. */
static void hide_other(struct office *o)
{
    int64_t rev = 0, erasure = last_erasure(o);
    char leaf[SHA256_TEXT];
    struct json *item = change_with(o, "Orkhan", &rev);
    struct json *line = (struct json *)(uintptr_t)json_at(json_get(item, "rows"), 0);
    feed_leaf("person", OTHER, json_get(line, "row"), leaf);
    json_remove(line, "row");
    json_set_text(line, "id", LEYLA);
    json_set_text(line, "leaf", leaf);
    json_set_bool(line, "erased", true);
    json_set_int(line, "erasure", erasure);
    write_change(o, rev, item);
    REQUIRE(db_run(db_query(o->pair.hall, "DELETE FROM persons WHERE id = '" OTHER "'")) == ERR_OK);
}

static void mark_is_of_another(struct office *o)
{
    int64_t rev = 0;
    struct json *item = change_with(o, "\"erasure\":", &rev);
    json_set_text((struct json *)(uintptr_t)json_at(json_get(item, "rows"), 0), "id", LEYLA);
    write_change(o, rev, item);
}

static void mark_of_another_line(struct office *o)
{
    int64_t rev = 0;
    struct json *item = change_with(o, "\"erasure\":", &rev);
    json_set_int((struct json *)(uintptr_t)json_at(json_get(item, "rows"), 0), "erasure", 3);
    write_change(o, rev, item);
}

static void mark_of_no_line(struct office *o)
{
    int64_t rev = 0;
    struct json *item = change_with(o, "\"erasure\":", &rev);
    json_remove((struct json *)(uintptr_t)json_at(json_get(item, "rows"), 0), "erasure");
    write_change(o, rev, item);
}

static void seal_is_another(struct office *o)
{
    REQUIRE(db_run(db_query(o->pair.hall, "UPDATE audit_note SET about = replace(about, '\"sealed_rows\":',"
                                          " '\"sealed_rows\":1') WHERE about LIKE '%seal%'")) == ERR_OK);
}

static void seal_is_gone(struct office *o)
{
    REQUIRE(db_run(db_query(o->pair.hall, "DELETE FROM audit_note WHERE about LIKE '%seal%'")) == ERR_OK);
}

TEST(person_erasure_seals_which_rows_it_took)
{
    static const struct {
        void (*lie)(struct office *o);
        const char *says;
    } tries[] = {
        {hide_other, "other rows of earlier changes than"},
        {mark_is_of_another, "other rows of earlier changes than"},
        {mark_of_another_line, "says that the erasure of audit line 3 took"},
        {mark_of_no_line, "but no erasure was"},
        {seal_is_another, "says of its erasure was altered"},
        {seal_is_gone, "says of its erasure was altered"},
    };
    struct office o;
    office_open(&o);
    erase(&o, NULL);
    for (int shortened = 0; shortened < 2; shortened++) {
        for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
            if (shortened && (tries[i].lie == hide_other || tries[i].lie == mark_of_no_line))
                continue; /* nothing is left to be hidden; the latter is found by the seal */
            REQUIRE(db_begin(o.pair.hall) == ERR_OK);
            tries[i].lie(&o);
            check_says(&o, tries[i].says);
            db_rollback(o.pair.hall);
        }
        check_whole(&o);
        if (!shortened)
            shorten(&o);
    }
    office_close(&o);
}

static enum err write_both(struct tx *tx, void *ctx)
{
    static const char *const ids[] = {LEYLA, OTHER};
    enum err err = ERR_OK;
    (void)ctx;
    for (size_t i = 0; i < sizeof ids / sizeof *ids && err == ERR_OK; i++) {
        struct json *row = NULL;
        err = tx_get(tx, TABLE_PERSON, ids[i], &row);
        json_set_text(row, "language", i ? "id" : "az");
        if (err == ERR_OK)
            err = tx_put(tx, TABLE_PERSON, ids[i], row);
        json_free(&row);
    }
    return err;
}

/* A change of two people of whom one after the other is erased is proved by both erasures. */
TEST(person_erasures_of_two_people_in_one_change_are_both_proved)
{
    struct office o;
    int64_t rev = 0;
    office_open(&o);
    struct json *nothing = json_new_object();
    const struct server_env env = {
        .db = o.pair.hall, .epoch = 1, .now_ms = o.pair.now_ms, .mono_ms = o.pair.mono_ms};
    REQUIRE(db_begin(o.pair.hall) == ERR_OK);
    REQUIRE(server_change(&env, "hall.lie", nothing, write_both, NULL) == ERR_OK);
    REQUIRE(db_commit(o.pair.hall) == ERR_OK);
    json_free(&nothing);
    erase(&o, NULL);
    check_whole(&o);
    erase_whom(&o, NULL, OTHER);
    check_whole(&o);
    check_gone(&o, "Orkhan");
    for (int i = 0; i < 2; i++) { /* each of its marks is missed by its own erasure */
        REQUIRE(db_begin(o.pair.hall) == ERR_OK);
        struct json *item = change_with(&o, LEYLA "\",\"leaf\"%" OTHER "\",\"leaf\"", &rev);
        struct json *line = (struct json *)(uintptr_t)json_at(json_get(item, "rows"), (size_t)i);
        json_set_int(line, "erasure", last_erasure(&o) - !i);
        json_set_text(line, "id", "nobody");
        write_change(&o, rev, item);
        check_says(&o, "other rows of earlier changes than");
        db_rollback(o.pair.hall);
    }
    office_close(&o);
}

/* As an older Loket wrote it: neither line nor marks say more than that something was erased. */
static void age(struct office *o)
{
    static const char sql[] = "SELECT prev, rev, at_, actor, client, type, body_sha256, outcome FROM audit"
                              " WHERE rev = (SELECT max(rev) FROM audit)";
    char *members[8], digest[SHA256_TEXT], hash[SHA256_TEXT];
    struct sha256 sha;
    struct json *about = NULL;
    char marks[64];
    int64_t erasure = last_erasure(o);
    REQUIRE(audit_index_about(o->pair.hall, erasure, &about) == ERR_OK);
    json_remove(about, "seal");
    json_remove(about, "sealed_rows");
    char *text = json_print(about);
    sha256_start(&sha);
    sha256_add(&sha, text, strlen(text));
    sha256_text(&sha, digest);
    struct stmt *s = db_query(o->pair.hall, sql);
    REQUIRE(db_step(s) == ERR_OK);
    for (int i = 0; i < 8; i++)
        members[i] = i == 6 ? xstrdup(digest) : xstrdup(db_text(s, i));
    db_done(s);
    audit_hash((const char *const *)members, hash);
    for (int i = 0; i < 8; i++)
        free(members[i]);
    s = db_query(o->pair.hall, "UPDATE audit_note SET about = $1 WHERE rev = $2");
    db_bind_text(s, 1, text);
    db_bind_int(s, 2, erasure);
    REQUIRE(db_run(s) == ERR_OK);
    s = db_query(o->pair.hall, "UPDATE audit SET body_sha256 = $1, hash = $2 WHERE rev = $3");
    db_bind_text(s, 1, digest);
    db_bind_text(s, 2, hash);
    db_bind_int(s, 3, erasure);
    REQUIRE(db_run(s) == ERR_OK);
    s = db_query(o->pair.hall, "UPDATE hall_state SET audit_head = $1");
    db_bind_text(s, 1, hash);
    REQUIRE(db_run(s) == ERR_OK);
    str_format(marks, sizeof marks, ",\"erasure\":%lld", (long long)erasure);
    s = db_query(o->pair.hall, "UPDATE change SET item = replace(item, $1, '')");
    db_bind_text(s, 1, marks);
    REQUIRE(db_run(s) == ERR_OK);
    free(text);
    json_free(&about);
}

TEST(person_erasure_of_an_older_hall_is_proved_as_far_as_it_goes)
{
    struct office o;
    struct err_info info = {0};
    struct verified done;
    office_open(&o);
    erase(&o, NULL);
    REQUIRE(db_begin(o.pair.hall) == ERR_OK);
    age(&o);
    REQUIRE(db_commit(o.pair.hall) == ERR_OK);
    if (!CHECK(verify_store(o.pair.hall, &done, &info) == ERR_OK))
        printf("    %s\n", info.text);
    CHECK_INT(done.unsealed, 1);
    REQUIRE(db_begin(o.pair.hall) == ERR_OK);
    REQUIRE(db_run(db_query(o.pair.hall, "UPDATE change SET item = replace(item, '\"erased\":true',"
                                         " '\"erased\":true,\"erasure\":29')")) == ERR_OK);
    check_says(&o, "which it did not");
    db_rollback(o.pair.hall);
    erase_whom(&o, NULL, OTHER); /* from here on what is taken is sealed */
    REQUIRE(verify_store(o.pair.hall, &done, &info) == ERR_OK);
    CHECK_INT(done.unsealed, 1);
    office_close(&o);
}
