/* tests/unit/events_test.c: what agencies' systems are told of an application: everything that happened, in order, once,
 * nothing of the person; also over a restore, a bus and an application from before there were events. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/backup.h"
#include "core/hall/events.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"
#include "tests/support/workday.h"

#define CASE "01900000-0000-7000-8000-0000000000c9"
#define D1   "01900000-0000-7000-8000-0000000000d1"
#define ANA  "01900000-0000-7000-8000-00000000a11a"

static void at(struct pair *pair, const char *login, const char *type, const char *body)
{
    char *text = quoted(body);
    struct json *data = pair_at_hall(pair, login, type, text);
    json_free(&data);
    free(text);
    pair->now_ms += 60000;
}

/* An application whose form says what nobody outside may hear, handed in. */
static void hand_in(struct pair *pair)
{
    at(pair, "siti", "person.record",
       "{'person':'" ANA
       "','name':'Ana Secret','family':'Secret','nik':'9901014101900014','born':'1990-01-01'}");
    at(pair, "siti", "case.open", "{'case':'" CASE "','service':'s1','channel':'desk','person':'" ANA "'}");
    at(pair, "siti", "case.draft",
       "{'case':'" CASE "','patch':{'reason':'lost','street':'Hidden Street 7'},'base_row_rev':0}");
    at(pair, "siti", "case.submit", "{'case':'" CASE "'}");
}

static void decide(struct pair *pair)
{
    at(pair, "siti", "case.check_document", "{'case':'" CASE "','document':'old-card','state':'seen'}");
    at(pair, "siti", "case.decide",
       "{'case':'" CASE "','decision':'" D1 "','outcome':'refuse','reasons':['R1'],'text':'A private word'}");
}

/* The agency's events after seq, as an array. The caller frees. */
static struct json *told(struct pair *pair, const char *agency, int64_t seq, struct events_page *page)
{
    struct buf text = {0};
    struct json *events = NULL;
    buf_addc(&text, '[');
    REQUIRE(events_page(pair->hall, agency, seq, EVENTS_MAX, &text, page) == ERR_OK);
    buf_addc(&text, ']');
    REQUIRE(json_parse(buf_text(&text), text.length, &events, NULL) == ERR_OK);
    buf_free(&text);
    return events;
}

/* "submitted completed …": what an agency was told of, in order. Valid until the next call. */
static const char *words(struct pair *pair, const char *agency)
{
    static char text[1000];
    struct events_page page;
    struct json *events = told(pair, agency, 0, &page);
    text[0] = '\0';
    for (const struct json *one = json_first(events); one; one = json_next(one)) {
        size_t length = strlen(text);
        const char *type = json_text_or(one, "type", "?");
        str_format(text + length, sizeof text - length, "%s%s", length ? " " : "",
                   str_starts(type, "loket.case.") ? type + strlen("loket.case.") : type);
    }
    json_free(&events);
    return text;
}

TEST(events_tell_what_happened_to_an_application_in_its_order)
{
    struct pair pair;
    pair_open(&pair);
    at(&pair, "siti", "case.open", "{'case':'" CASE "','service':'s1','channel':'desk'}");
    at(&pair, "siti", "case.draft",
       "{'case':'" CASE "','patch':{'reason':'lost','street':'x'},'base_row_rev':0}");
    CHECK_TEXT(words(&pair, "a1"), ""); /* a draft is nobody's business */
    at(&pair, "siti", "case.submit", "{'case':'" CASE "'}");
    CHECK_TEXT(words(&pair, "a1"), "submitted");
    decide(&pair);
    at(&pair, "siti", "case.correct", "{'case':'" CASE "','reason':'typo','text':'A word'}");
    at(&pair, "siti", "case.deliver", "{'case':'" CASE "'}");
    CHECK_TEXT(words(&pair, "a1"), "submitted completed decided corrected delivered");
    pair_close(&pair);
}

TEST(events_of_a_case_are_counted_and_carry_the_envelope_of_cloudevents)
{
    struct pair pair;
    struct events_page page;
    int64_t step = 0;
    char before[24] = "";
    pair_open(&pair);
    hand_in(&pair);
    decide(&pair);
    struct json *events = told(&pair, "a1", 0, &page);
    CHECK_INT(json_count(events), 3);
    for (const struct json *one = json_first(events); one; one = json_next(one)) {
        CHECK_TEXT(json_text(one, "specversion"), "1.0");
        CHECK_TEXT(json_text(one, "source"), "/halls/T1");
        CHECK_TEXT(json_text(one, "partitionkey"), CASE);
        CHECK(strlen(json_text_or(one, "id", "")) == 36);
        CHECK_INT(json_int(json_get(one, "data"), "step", 0), ++step);
        CHECK(strcmp(json_text_or(one, "sequence", ""), before) > 0);
        str_copy(before, sizeof before, json_text_or(one, "sequence", ""));
    }
    const struct json *decided = json_at(events, 2);
    CHECK_TEXT(json_text(json_pointer(decided, "/data/decision"), "id"), D1);
    CHECK_TEXT(json_text(json_get(decided, "data"), "outcome"), "refuse");
    CHECK_TEXT(json_text(json_get(decided, "data"), "state"), "refused");
    json_free(&events);
    pair_close(&pair);
}

TEST(events_say_nothing_of_the_person_the_form_or_the_reasons)
{
    static const char *const hidden[] = {"Secret", "9901014101900014", "1990-01-01", ANA,
                                         "Hidden", "private",          "R1",         "lost"};
    struct pair pair;
    struct events_page page;
    pair_open(&pair);
    hand_in(&pair);
    decide(&pair);
    struct json *events = told(&pair, "a1", 0, &page);
    char *text = json_print(events);
    CHECK_INT(page.count, 3);
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (!CHECK(!strstr(text, hidden[i])))
            printf("    told: %s\n", hidden[i]);
    free(text);
    json_free(&events);
    pair_close(&pair);
}

TEST(events_are_the_own_agencys_alone_and_come_in_pages)
{
    struct pair pair;
    struct events_page page;
    struct buf text = {0};
    pair_open(&pair);
    hand_in(&pair);
    decide(&pair);
    CHECK_TEXT(words(&pair, "a2"), "");
    CHECK_TEXT(words(&pair, ""), "");
    REQUIRE(events_page(pair.hall, "a1", 0, 2, &text, &page) == ERR_OK);
    CHECK_INT(page.count, 2);
    CHECK(page.more);
    buf_clear(&text);
    REQUIRE(events_page(pair.hall, "a1", page.to, 2, &text, &page) == ERR_OK);
    CHECK_INT(page.count, 1);
    CHECK(!page.more);
    bool waiting = true;
    REQUIRE(events_waiting(pair.hall, "a1", page.to, &waiting) == ERR_OK);
    CHECK(!waiting);
    buf_free(&text);
    pair_close(&pair);
}

TEST(events_are_told_once_however_often_the_application_is_written)
{
    struct pair pair;
    pair_open(&pair);
    hand_in(&pair);
    decide(&pair);
    int64_t count = workday_count(pair.hall, "SELECT count(*) FROM event");
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    workday_lie(&pair, TABLE_CASE, CASE, "{\"note\":\"again\"}");
    workday_lie(&pair, TABLE_DECISION, D1, "{\"note\":\"again\"}");
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    CHECK_INT(workday_count(pair.hall, "SELECT count(*) FROM event"), count);
    pair_close(&pair);
}

TEST(events_of_an_application_that_comes_whole_are_all_told_in_the_order_of_their_times)
{
    struct pair pair;
    pair_open(&pair);
    hand_in(&pair);
    decide(&pair);
    char *before = xstrdup(words(&pair, "a1"));
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    REQUIRE(db_script(pair.hall, "DELETE FROM event") == ERR_OK); /* as from before there were events */
    workday_lie(&pair, TABLE_DECISION, D1, "{\"note\":\"a decision that comes before its application\"}");
    workday_lie(&pair, TABLE_CASE, CASE, "{\"note\":\"a bus comes home\"}");
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    CHECK_TEXT(words(&pair, "a1"), before);
    free(before);
    pair_close(&pair);
}

TEST(events_of_a_bus_are_told_by_its_home)
{
    struct pair pair;
    pair_open(&pair);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    REQUIRE(db_script(pair.hall, "UPDATE hall_state SET mobile = 1") == ERR_OK);
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    hand_in(&pair);
    CHECK_TEXT(words(&pair, "a1"), "");
    pair_close(&pair);
}

/* --- restored --- */

/* Puts the hall back to a backup: its file is another then. */
static void restore(struct pair *pair, const char *file)
{
    struct err_info info = {0};
    char *kept = NULL, *dir = xasprintf("%s/hall", pair->folder);
    int64_t rev;
    reads_free(&pair->reads);
    db_close(&pair->hall);
    REQUIRE(backup_restore(dir, file, &kept, &rev, &info) == ERR_OK);
    REQUIRE(store_open(&pair->hall, dir, false, &info) == ERR_OK);
    pair->reads = reads_new(pair->hall);
    free(kept);
    free(dir);
}

static enum place place_of(struct pair *pair, int64_t epoch, int64_t seq, int64_t *resume)
{
    struct hall_state state;
    struct cursor at = {epoch, seq}, to;
    enum place place;
    REQUIRE(store_state(pair->hall, &state) == ERR_OK);
    REQUIRE(events_place(pair->hall, state.epoch, &at, &place, &to) == ERR_OK);
    CHECK_INT(to.epoch, state.epoch);
    *resume = to.seq;
    return place;
}

TEST(events_of_a_restored_hall_tell_who_read_further_from_where_to_go_on)
{
    struct pair pair;
    struct events_page page;
    struct err_info info = {0};
    int64_t rev, resume;
    pair_open(&pair);
    hand_in(&pair);
    char *file = xasprintf("%s/backup", pair.folder);
    REQUIRE(backup_take(pair.hall, file, &rev, &info) == ERR_OK);
    decide(&pair);
    struct json *first = told(&pair, "a1", 0, &page);
    CHECK(place_of(&pair, 1, page.to, &resume) == PLACE_GOOD);
    CHECK(place_of(&pair, 1, page.to + 1, &resume) == PLACE_AHEAD);
    CHECK(place_of(&pair, 2, 0, &resume) == PLACE_AHEAD);

    restore(&pair, file);
    CHECK(place_of(&pair, 1, 1, &resume) == PLACE_GOOD);
    CHECK_INT(resume, 1);
    CHECK(place_of(&pair, 1, page.to, &resume) == PLACE_RESTORED);
    CHECK_INT(resume, 1);
    CHECK_TEXT(words(&pair, "a1"), "submitted loket.hall.restored");

    decide(&pair); /* its workstation sends it again */
    CHECK_TEXT(words(&pair, "a1"), "submitted loket.hall.restored completed decided");
    struct json *second = told(&pair, "a1", resume, &page);
    CHECK_TEXT(json_text(json_at(second, 1), "id"), json_text(json_at(first, 1), "id"));
    CHECK_TEXT(json_text(json_at(second, 2), "id"), json_text(json_at(first, 2), "id"));
    json_free(&first);
    json_free(&second);
    free(file);
    pair_close(&pair);
}

TEST(events_read_places_of_no_other_form)
{
    static const char *const wrong[] = {
        "", "1", "1.", ".1", "1.2.3", "-1.2", "1.-2", "a.b", "1.2 ", " 1.2", "1.99999999999999999999"};
    struct cursor cursor;
    char text[CURSOR_TEXT];
    REQUIRE(cursor_read("3.1200", &cursor));
    cursor_print(&cursor, text);
    CHECK_TEXT(text, "3.1200");
    CHECK(!cursor_read(NULL, &cursor));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(!cursor_read(wrong[i], &cursor));
}

TEST(events_are_found_by_an_index)
{
    struct pair pair;
    pair_open(&pair);
    char *plan = db_explain(pair.hall, "SELECT seq, event FROM event WHERE agency = $1 AND seq > $2"
                                       " ORDER BY seq LIMIT $3");
    if (!CHECK(strstr(plan, "event_agency") && !strstr(plan, "SCAN") && !strstr(plan, "TEMP")))
        printf("    %s\n", plan);
    free(plan);
    plan = db_explain(pair.hall, "SELECT kind, fact FROM event WHERE case_ = $1 LIMIT $2");
    CHECK(strstr(plan, "event_fact") && !strstr(plan, "SCAN"));
    free(plan);
    pair_close(&pair);
}
