/* tests/unit/person_merge_test.c: two records of one person become one and are taken apart again, at the hall and as the
 * workstations see it. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/hall_file.h"
#include "tests/support/pair.h"

#define OLD    "e0000000-0000-7000-8000-000000000001"
#define TWICE  "e0000000-0000-7000-8000-000000000002"
#define THIRD  "e0000000-0000-7000-8000-000000000003"
#define FIRST  "c0000000-0000-7000-8000-000000000001"
#define SECOND "c0000000-0000-7000-8000-000000000002"
#define LATER  "c0000000-0000-7000-8000-000000000003"

#define RUN_AS(who, type, body) \
    CHECK(hall_file_run(&hall, who, type, body) || !CHECK_TEXT(hall.out.message, ""))
#define RUN(type, body) RUN_AS(LEYLA, type, body)
#define REFUSED_AS(who, type, body, want) \
    CHECK(!hall_file_run(&hall, who, type, body) && CHECK_TEXT(hall_file_code(&hall), want))
#define REFUSED(type, body, want)  REFUSED_AS(LEYLA, type, body, want)
#define PERSON(id, pointer, want)  CHECK_TEXT(hall_file_text(&hall, TABLE_PERSON, id, pointer), want)
#define CASE_IS(id, pointer, want) CHECK_TEXT(hall_file_text(&hall, TABLE_CASE, id, pointer), want)

static struct hall_file hall;

static void two_records(void)
{
    hall_file_open(&hall);
    RUN("person.record", "{'person':'" OLD "','name':'Aysel Mammadova','born':'1990-03-04','fin':'7A2B3XK',"
                         "'phone':'+994501112233'}");
    RUN("person.record", "{'person':'" TWICE "','name':'Aysəl Məmmədova','father':'Rauf','born':'1990-03-04',"
                         "'phone':'+994559998877'}");
}

/* A row without what every change writes. */
static char *row_print(enum table table, const char *id)
{
    struct json *row = hall_file_row(&hall, table, id);
    json_remove(row, "row_rev");
    char *text = json_print(row);
    json_free(&row);
    return text;
}

TEST(merge_goes_on_with_what_both_knew)
{
    two_records();
    RUN("person.merge", "{'person':'" TWICE "','into':'" OLD "','fields':['phone']}");
    PERSON(TWICE, "/merged_into", OLD);
    PERSON(OLD, "/merged/0", TWICE);
    PERSON(OLD, "/name", "Aysel Mammadova"); /* its own, nobody asked for the other */
    PERSON(OLD, "/father", "Rauf");          /* it had none */
    PERSON(OLD, "/phone", "+994559998877");  /* asked for */
    PERSON(OLD, "/fin", "7A2B3XK");
    PERSON(TWICE, "/name", "Aysəl Məmmədova"); /* keeps all that it had */
    CHECK_TEXT(hall_file_data(&hall, "/taken"), "[\"father\",\"phone\"]");
    hall_file_close(&hall);
}

TEST(merge_undone_restores_exactly_what_was)
{
    two_records();
    char *old = row_print(TABLE_PERSON, OLD), *twice = row_print(TABLE_PERSON, TWICE);
    RUN("person.merge", "{'person':'" TWICE "','into':'" OLD "','fields':['name','phone']}");
    PERSON(OLD, "/name", "Aysəl Məmmədova");
    RUN("person.unmerge", "{'person':'" TWICE "'}");
    char *old_now = row_print(TABLE_PERSON, OLD), *twice_now = row_print(TABLE_PERSON, TWICE);
    CHECK_TEXT(old_now, old);
    CHECK_TEXT(twice_now, twice);
    CHECK_TEXT(hall_file_data(&hall, "/kept"), "[]");
    REFUSED("person.unmerge", "{'person':'" TWICE "'}", "not_merged");
    free(old);
    free(twice);
    free(old_now);
    free(twice_now);
    hall_file_close(&hall);
}

TEST(merge_undone_keeps_what_was_written_and_opened_since)
{
    two_records();
    RUN("case.open", "{'case':'" FIRST "','service':'t.card','person':'" TWICE "'}");
    RUN("person.merge", "{'person':'" TWICE "','into':'" OLD "','fields':['phone']}");
    RUN("person.record", "{'person':'" OLD "','phone':'+994707777777'}");
    /* Whoever still names the merged record means the one that goes on. */
    RUN("case.open", "{'case':'" LATER "','service':'t.card','person':'" TWICE "'}");
    CASE_IS(LATER, "/person", OLD);
    RUN("person.unmerge", "{'person':'" TWICE "'}");
    CHECK_TEXT(hall_file_data(&hall, "/kept"), "[\"phone\"]");
    PERSON(OLD, "/phone", "+994707777777");
    PERSON(OLD, "/father", "");
    CASE_IS(FIRST, "/person", TWICE);
    CASE_IS(LATER, "/person", OLD);
    hall_file_close(&hall);
}

TEST(merge_of_three_is_taken_apart_in_any_order)
{
    two_records();
    RUN("person.record", "{'person':'" THIRD "','name':'Aysel M.','phone':'+994100000000'}");
    RUN("person.merge", "{'person':'" TWICE "','into':'" OLD "','fields':['phone']}");
    RUN("person.merge", "{'person':'" THIRD "','into':'" OLD "','fields':['phone']}");
    PERSON(OLD, "/phone", "+994100000000");
    RUN("person.unmerge", "{'person':'" TWICE "'}"); /* the one that came first */
    PERSON(OLD, "/phone", "+994100000000");
    RUN("person.unmerge", "{'person':'" THIRD "'}");
    PERSON(OLD, "/phone", "+994501112233"); /* not that of TWICE, which is somebody else again */
    PERSON(OLD, "/merged", "");
    hall_file_close(&hall);
}

TEST(merge_is_refused_with_a_sentence)
{
    two_records();
    REFUSED("person.merge", "{'person':'" TWICE "','into':'" TWICE "'}", "same_record");
    REFUSED("person.merge", "{'person':'" TWICE "','into':'nobody'}", "unknown_person");
    REFUSED("person.merge", "{'person':'" TWICE "','into':'" OLD "','fields':['id']}", "invalid_body");
    RUN("person.record", "{'person':'" THIRD "','name':'Aysel','fin':'7A2B3XX'}");
    REFUSED("person.merge", "{'person':'" THIRD "','into':'" OLD "'}", "different_numbers");
    PERSON(OLD, "/merged", "");
    RUN("person.merge", "{'person':'" TWICE "','into':'" OLD "'}");
    REFUSED("person.merge", "{'person':'" TWICE "','into':'" THIRD "'}", "person_merged");
    REFUSED("person.merge", "{'person':'" THIRD "','into':'" TWICE "'}", "person_merged");
    /* What somebody typed into the record that is none any more is kept as a dispute, not written where nobody looks. */
    REFUSED("person.record", "{'person':'" TWICE "','phone':'+994500000000'}", "person_merged");
    RUN("person.record", "{'person':'" TWICE "','ticket':'t1'}"); /* who stands there is meant all the same */
    CHECK_TEXT(hall_file_text(&hall, TABLE_TICKET, "t1", "/person"), OLD);
    hall_file_close(&hall);
}

TEST(merge_is_refused_when_a_record_changed_meanwhile)
{
    char body[200];
    two_records();
    struct json *old = hall_file_row(&hall, TABLE_PERSON, OLD),
                *twice = hall_file_row(&hall, TABLE_PERSON, TWICE);
    str_format(body, sizeof body, "{'person':'" TWICE "','into':'" OLD "','person_rev':%d,'into_rev':%d}",
               (int)json_int(twice, "row_rev", 0), (int)json_int(old, "row_rev", 0));
    RUN("person.record", "{'person':'" TWICE "','phone':'+994501231231'}");
    REFUSED("person.merge", body, "row_changed");
    json_free(&twice);
    twice = hall_file_row(&hall, TABLE_PERSON, TWICE);
    str_format(body, sizeof body, "{'person':'" TWICE "','into':'" OLD "','person_rev':%d,'into_rev':%d}",
               (int)json_int(twice, "row_rev", 0), (int)json_int(old, "row_rev", 0));
    RUN("person.merge", body);
    json_free(&old);
    json_free(&twice);
    hall_file_close(&hall);
}

TEST(merge_is_for_those_who_see_both_whole)
{
    two_records();
    REFUSED_AS(SUPER, "person.merge", "{'person':'" TWICE "','into':'" OLD "'}", "forbidden");
    RUN_AS(AYDAN, "person.merge", "{'person':'" TWICE "','into':'" OLD "'}");
    RUN_AS(SUPER, "person.unmerge", "{'person':'" TWICE "'}"); /* what was needs no look at numbers */
    /* What stood there before is hidden with the numbers themselves. */
    RUN("person.merge", "{'person':'" TWICE "','into':'" OLD "','fields':['phone']}");
    struct json *row = hall_file_row(&hall, TABLE_PERSON, TWICE);
    CHECK(json_get(row, "merge") != NULL);
    row_mask(TABLE_PERSON, row);
    CHECK(!json_get(row, "merge") && json_get(row, "merged_into"));
    json_free(&row);
    hall_file_close(&hall);
}

TEST(merge_marks_twins_and_takes_its_marks_back)
{
    two_records();
    RUN("case.open", "{'case':'" FIRST "','service':'t.card','person':'" OLD "'}");
    RUN("case.open", "{'case':'" SECOND "','service':'t.card','person':'" TWICE "'}");
    CASE_IS(SECOND, "/flags", "[]");
    RUN("person.merge", "{'person':'" TWICE "','into':'" OLD "'}");
    CHECK_TEXT(hall_file_data(&hall, "/marked"), "1");
    CASE_IS(SECOND, "/duplicate_of", FIRST);
    RUN("case.open", "{'case':'" LATER "','service':'t.card','person':'" OLD "'}");
    CASE_IS(LATER, "/flags", "[\"duplicate\"]");
    RUN("person.unmerge", "{'person':'" TWICE "'}");
    CASE_IS(SECOND, "/flags", "[]");
    CASE_IS(SECOND, "/duplicate_of", "");
    CASE_IS(LATER, "/duplicate_of", FIRST); /* of its own person: it stays */
    hall_file_close(&hall);
}

/* Two rows, however much the record has. */
TEST(merge_of_a_person_with_500_applications_changes_two_rows)
{
    char body[200], id[UUID_TEXT];
    two_records();
    for (int i = 0; i < 500; i++) {
        str_format(id, sizeof id, "c0000000-0000-7000-8000-%012d", 1000 + i);
        struct json *row = json_new_object();
        json_set_text(row, "id", id);
        json_set_int(row, "row_rev", 1);
        json_set_text(row, "person", TWICE);
        json_set_text(row, "service", "t.card");
        json_set_text(row, "agency", "t.a");
        json_set_text(row, "state", "delivered");
        str_format(body, sizeof body, "2020-01-01T00:%02d:%02d.000Z", i / 60, i % 60);
        json_set_text(row, "opened_at", body);
        REQUIRE(row_put(hall.db, ROWS_PLAIN, TABLE_CASE, row) == ERR_OK);
        json_free(&row);
    }
    RUN("person.merge", "{'person':'" TWICE "','into':'" OLD "'}");
    CASE_IS(id, "/person", TWICE);
    CASE_IS(id, "/row_rev", "1");
    hall_file_close(&hall);
}

/* --- as workstations see it --- */

#define RECORD(id, name, rest) "{\"person\":\"" id "\",\"name\":\"" name "\"" rest "}"

TEST(merge_is_one_person_on_every_workstation)
{
    struct pair pair;
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "siti");
    pair_start(&pair, 1);
    pair_sign_in(&pair, 1, "adi");
    pair_sync(&pair, 0);
    pair_confirm(&pair, 0, "person.record",
                 RECORD(OLD, "Sri Wahyuni", ",\"born\":\"1990-05-13\",\"nik\":\"9901015305900014\""));
    pair_confirm(&pair, 0, "person.record", RECORD(TWICE, "Wahyuni Sri", ",\"born\":\"1990-05-13\""));
    pair_confirm(&pair, 0, "case.open",
                 "{\"case\":\"" FIRST "\",\"service\":\"s1\",\"channel\":\"walk_in\",\"person\":\"" TWICE
                 "\"}");
    pair_sync(&pair, 0);
    pair_sync(&pair, 1);
    struct json *args = json_new_object(), *answer = NULL;
    json_set_text(args, "person", OLD);
    REQUIRE(cache_load(pair.cache[1], "person", args, pair.now_ms, &answer) == ERR_OK);
    CHECK_TEXT(json_text(json_first(json_get(answer, "twins")), "id"), TWICE);
    CHECK_TEXT(json_text(json_first(json_get(answer, "twins")), "why"), "name_born");
    json_free(&answer);
    /* The second workstation opens one for the merged record while it does not know yet. */
    struct json *data =
        pair_at_hall(&pair, "siti", "person.merge", "{\"person\":\"" TWICE "\",\"into\":\"" OLD "\"}");
    json_free(&data);
    pair_confirm(&pair, 1, "case.open",
                 "{\"case\":\"" SECOND "\",\"service\":\"s1\",\"channel\":\"walk_in\",\"person\":\"" TWICE
                 "\"}");
    pair_sync(&pair, 1);
    pair_sync(&pair, 0);
    for (int n = 0; n < 2; n++) {
        REQUIRE(cache_load(pair.cache[n], "person", args, pair.now_ms, &answer) == ERR_OK);
        CHECK_INT(json_count(json_get(answer, "cases")), 2);
        CHECK_INT(json_count(json_get(answer, "twins")), 0);
        CHECK_TEXT(json_text(json_first(json_get(answer, "merged")), "id"), TWICE);
        CHECK_TEXT(json_text(json_first(json_get(answer, "merged")), "merged_by_name"), "Siti");
        json_free(&answer);
    }
    struct json *second = pair_hall_row(&pair, TABLE_CASE, SECOND);
    CHECK_TEXT(json_text(second, "person"), OLD);
    CHECK_TEXT(json_text(second, "duplicate_of"), FIRST);
    json_free(&second);
    /* Found by either spelling, it is one row; its case says the name that goes on. */
    struct json *q = json_new_object();
    json_set_text(q, "q", "wahyuni");
    REQUIRE(cache_load(pair.cache[0], "persons", q, pair.now_ms, &answer) == ERR_OK);
    CHECK_INT(json_count(json_get(answer, "rows")), 1);
    CHECK_TEXT(json_text(json_first(json_get(answer, "rows")), "id"), OLD);
    json_free(&answer);
    json_free(&q);
    q = json_new_object();
    json_set_text(q, "case", FIRST);
    REQUIRE(cache_load(pair.cache[0], "case", q, pair.now_ms, &answer) == ERR_OK);
    CHECK_TEXT(json_text(json_get(answer, "person"), "name"), "Sri Wahyuni");
    json_free(&answer);
    json_free(&q);
    data = pair_at_hall(&pair, "siti", "person.unmerge", "{\"person\":\"" TWICE "\"}");
    json_free(&data);
    pair_sync(&pair, 0);
    REQUIRE(cache_load(pair.cache[0], "person", args, pair.now_ms, &answer) == ERR_OK);
    CHECK_INT(json_count(json_get(answer, "cases")), 1);
    CHECK_INT(json_count(json_get(answer, "merged")), 0);
    json_free(&answer);
    json_free(&args);
    pair_close(&pair);
}

/* Written into a record that somebody else merged meanwhile: kept as a dispute, found there, nothing lost. */
TEST(merge_meets_work_made_offline)
{
    struct pair pair;
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "siti");
    pair_sync(&pair, 0);
    pair_confirm(&pair, 0, "person.record", RECORD(OLD, "Sri Wahyuni", ""));
    pair_confirm(&pair, 0, "person.record", RECORD(TWICE, "Sri W.", ""));
    pair_sync(&pair, 0);
    struct json *data =
        pair_at_hall(&pair, "adi", "person.merge", "{\"person\":\"" TWICE "\",\"into\":\"" OLD "\"}");
    json_free(&data);
    pair_confirm(&pair, 0, "person.record", RECORD(TWICE, "Sri W.", ",\"phone\":\"+628111111111\""));
    pair_sync(&pair, 0);
    CHECK_INT(pair_disputes(&pair), 1);
    struct json *row = pair_hall_row(&pair, TABLE_PERSON, OLD);
    CHECK(!json_text(row, "phone"));
    json_free(&row);
    pair_close(&pair);
}

/* Found in the hall's archive, not in this copy: the visit has a name here at once, and the hall has one person. */
TEST(known_of_the_archive_is_shown_before_its_row_is_here)
{
    struct pair pair;
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "siti");
    pair_sync(&pair, 0);
    struct json *issued =
        pair_at_hall(&pair, "rina", "ticket.issue", "{\"service\":\"s1\",\"channel\":\"walk_in\"}");
    pair_sync(&pair, 0);
    struct json *data = pair_at_hall(&pair, "adi", "person.record",
                                     RECORD(OLD, "Sri Wahyuni", ",\"phone\":\"+628111111111\""));
    json_free(&data);
    char body[400];
    str_format(body, sizeof body,
               "{\"person\":\"" OLD "\",\"ticket\":\"%s\",\"known\":{\"name\":\"Sri Wahyuni\"}}",
               json_text_or(json_get(issued, "ticket"), "id", "?"));
    pair_confirm(&pair, 0, "person.record", body);
    struct json *args = json_new_object(), *answer = NULL;
    json_set_text(args, "person", OLD);
    REQUIRE(cache_load(pair.cache[0], "person", args, pair.now_ms, &answer) == ERR_OK);
    CHECK_TEXT(json_text(json_get(answer, "person"), "name"), "Sri Wahyuni");
    CHECK_INT(json_count(json_get(answer, "tickets")), 1);
    json_free(&answer);
    pair_sync(&pair, 0);
    struct json *row = pair_hall_row(&pair, TABLE_PERSON, OLD);
    CHECK_TEXT(json_text(row, "phone"), "+628111111111"); /* the hall's own row, untouched */
    json_free(&row);
    json_free(&issued);
    json_free(&args);
    pair_close(&pair);
}

/* Whom a clerk would think of, in any spelling; not everybody of that name, day or telephone. */
TEST(twins_are_found_by_number_by_name_and_day_and_by_telephone_and_a_like_name)
{
    static const struct {
        const char *row, *why; /* NULL: somebody else */
    } others[] = {
        {",\"name\":\"Somebody Else\",\"fin\":\"7A2B3XK\"}", "number"},
        {",\"name\":\"Алиева Айсель\",\"born\":\"1990-03-04\"}", "name_born"},
        {",\"name\":\"Aysel Rauf Aliyeva\",\"born\":\"1990-03-04\"}", "name_born"},
        {",\"name\":\"Aysel Mammadova\",\"born\":\"1990-03-04\"}", NULL},
        {",\"name\":\"Aysel Aliyeva\",\"born\":\"1991-03-04\"}", NULL},
        {",\"name\":\"A. Əliyeva\",\"phone\":\"+994501112233\"}", "name_phone"},
        {",\"name\":\"Rauf Həsənov\",\"phone\":\"+994501112233\"}", NULL},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct pair pair;
        char body[300];
        pair_open(&pair);
        pair_start(&pair, 0);
        pair_sign_in(&pair, 0, "siti");
        pair_sync(&pair, 0);
        pair_confirm(&pair, 0, "person.record",
                     RECORD(OLD, "Aysel Əliyeva",
                            ",\"born\":\"1990-03-04\",\"fin\":\"7A2B3XK\",\"phone\":\"+994501112233\""));
        str_format(body, sizeof body, "{\"person\":\"" TWICE "\"%s", others[i].row);
        pair_confirm(&pair, 0, "person.record", body);
        struct json *args = json_new_object(), *answer = NULL;
        json_set_text(args, "person", OLD);
        REQUIRE(cache_load(pair.cache[0], "person", args, pair.now_ms, &answer) == ERR_OK);
        CHECK_TEXT(json_text_or(json_first(json_get(answer, "twins")), "why", "none"),
                   others[i].why ? others[i].why : "none");
        json_free(&answer);
        json_free(&args);
        pair_close(&pair);
    }
}

/* Reception sees two letters of a FIN: that two records end alike says nothing of the people. */
TEST(twins_are_not_made_of_hidden_digits)
{
    struct pair pair;
    pair_open(&pair);
    struct json *data =
        pair_at_hall(&pair, "siti", "person.record", RECORD(OLD, "Sri Wahyuni", ",\"fin\":\"7A2B3XK\""));
    json_free(&data);
    data =
        pair_at_hall(&pair, "siti", "person.record", RECORD(TWICE, "Dewi Lestari", ",\"fin\":\"9Z8Y7XK\""));
    json_free(&data);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "rina");
    pair_sync(&pair, 0);
    struct json *args = json_new_object(), *answer = NULL;
    json_set_text(args, "person", OLD);
    REQUIRE(cache_load(pair.cache[0], "person", args, pair.now_ms, &answer) == ERR_OK);
    CHECK(json_bool(json_get(answer, "person"), "masked", false));
    CHECK_INT(json_count(json_get(answer, "twins")), 0);
    json_free(&answer);
    json_free(&args);
    pair_close(&pair);
}

/* A booking under the name of one record is found by that of the other, too. */
TEST(merged_booking_is_found_by_either_name)
{
    struct pair pair;
    char body[300], at[TIME_TEXT];
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "siti");
    pair_sync(&pair, 0);
    pair_confirm(&pair, 0, "person.record", RECORD(OLD, "Sri Wahyuni", ""));
    pair_confirm(&pair, 0, "person.record", RECORD(TWICE, "Nyonya Slamet", ""));
    time_text(pair.now_ms + 60 * 60 * 1000, at);
    str_format(
        body, sizeof body,
        "{\"service\":\"s1\",\"channel\":\"booked\",\"appointment_at\":\"%s\",\"person\":\"" TWICE "\"}", at);
    pair_confirm(&pair, 0, "ticket.issue", body);
    pair_sync(&pair, 0);
    struct json *data =
        pair_at_hall(&pair, "siti", "person.merge", "{\"person\":\"" TWICE "\",\"into\":\"" OLD "\"}");
    json_free(&data);
    pair_sync(&pair, 0);
    static const char *const names[] = {"slamet", "wahyuni"};
    for (int i = 0; i < 2; i++) {
        struct json *args = json_new_object(), *answer = NULL;
        json_set_text(args, "q", names[i]);
        REQUIRE(cache_load(pair.cache[0], "bookings", args, pair.now_ms, &answer) == ERR_OK);
        CHECK_TEXT(json_text(json_first(json_get(answer, "rows")), "person_name"), "Sri Wahyuni");
        json_free(&answer);
        json_free(&args);
    }
    pair_close(&pair);
}

/* --- a long history, page by page --- */

TEST(history_is_paged_by_key_both_ways)
{
    struct pair pair;
    char id[UUID_TEXT], at[TIME_TEXT];
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "siti");
    pair_sync(&pair, 0);
    pair_confirm(&pair, 0, "person.record", RECORD(OLD, "Sri Wahyuni", ""));
    pair_sync(&pair, 0);
    for (int i = 0; i < 120; i++) {
        struct json *row = json_new_object();
        str_format(id, sizeof id, "c0000000-0000-7000-8000-%012d", i);
        str_format(at, sizeof at, "2020-01-01T00:%02d:00.000Z", i / 3); /* three of each time */
        json_set_text(row, "id", id);
        json_set_int(row, "row_rev", 1);
        json_set_text(row, "person", OLD);
        json_set_text(row, "service", "s1");
        json_set_text(row, "opened_at", at);
        REQUIRE(row_put(pair.hall, ROWS_PLAIN, TABLE_CASE, row) == ERR_OK);
        json_free(&row);
    }
    /* The cache gets them by a snapshot. */
    REQUIRE(cache_ask_snapshot(pair.cache[0]) == ERR_OK);
    pair_feed(&pair, 0);
    struct json *args = json_new_object(), *answer = NULL;
    json_set_text(args, "person", OLD);
    int seen = 0, pages = 0;
    char first[64] = "", last[64] = "~";
    for (bool more = true; more; pages++) {
        REQUIRE(cache_load(pair.cache[0], "person", args, pair.now_ms, &answer) == ERR_OK);
        for (const struct json *c = json_first(json_get(answer, "cases")); c; c = json_next(c), seen++) {
            CHECK(strcmp(json_text(c, "id"), last) < 0); /* each once, in order */
            str_copy(last, sizeof last, json_text(c, "id"));
        }
        if (pages == 1)
            str_copy(first, sizeof first, json_text(json_first(json_get(answer, "cases")), "id"));
        const struct json *next = json_get(answer, "cases_next");
        more = json_is_object(next);
        if (more)
            json_set(args, "cases_from", json_copy(next));
        else if (json_is_object(json_get(answer, "cases_before")))
            json_set(args, "cases_from", json_copy(json_get(answer, "cases_before")));
        json_free(&answer);
    }
    CHECK_INT(seen, 120);
    CHECK_INT(pages, 3);
    REQUIRE(cache_load(pair.cache[0], "person", args, pair.now_ms, &answer) == ERR_OK);
    CHECK_TEXT(json_text(json_first(json_get(answer, "cases")), "id"), first);
    json_free(&answer);
    json_free(&args);
    pair_close(&pair);
}
