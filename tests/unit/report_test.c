/* tests/unit/report_test.c: the reports' figures against ones that were worked out by hand or from the rows alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/hall/daybook.h"
#include "core/hall/forecasts.h"
#include "core/hall/level_notes.h"
#include "core/hall/report.h"
#include "core/hall/report_sums.h"
#include "core/hall/store.h"
#include "core/model/calendar.h"
#include "core/model/period.h"
#include "core/model/role.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

static struct db *open_hall(const char *name)
{
    struct db *db = NULL;
    struct err_info info = {0};
    char *path = xasprintf("%s/%s.db", test_folder(), name);
    REQUIRE(store_open_file(&db, path, true, &info) == ERR_OK);
    free(path);
    REQUIRE(zone_set("Asia/Baku"));
    return db;
}

static void put(struct db *db, enum table table, const char *quoted)
{
    struct json *row = quoted_json(quoted);
    json_set_int(row, "row_rev", 1);
    REQUIRE(row_put(db, ROWS_PLAIN, table, row) == ERR_OK);
    json_free(&row);
}

static void write_book(struct db *db)
{
    bool whole = false;
    for (int i = 0; !whole && i < 1000; i++)
        REQUIRE(daybook_slice(db, "9999-12-31", &whole) == ERR_OK);
}

/* The answer as text; the caller frees. */
static char *ask(struct db *db, const char *name, struct report_ask ask)
{
    struct buf text = {0};
    REQUIRE(report_find(name) >= 0);
    CHECK_INT(report_write(db, report_find(name), &ask, &text), ERR_OK);
    return buf_take(&text);
}

/* One figure: row by the text of its first column ("1-08": of its first two), column by name; as text. */
static const char *figure(struct db *db, const char *name, struct report_ask asked, const char *key,
                          const char *column)
{
    static char found[200];
    struct json *report = NULL;
    char *text = ask(db, name, asked);
    REQUIRE(json_parse(text, strlen(text), &report, NULL) == ERR_OK);
    const char *first = json_as_text(json_first(json_get(report, "columns")));
    str_copy(found, sizeof found, "no such row");
    for (const struct json *row = json_first(json_get(report, "rows")); row; row = json_next(row)) {
        const struct json *value = json_get(row, column);
        if (!str_equal(json_text(row, first), key))
            continue;
        char *printed = value ? json_print(value) : xstrdup("no such column");
        str_copy(found, sizeof found, printed);
        free(printed);
    }
    json_free(&report);
    free(text);
    return found;
}

static const struct report_ask year = {.from = "2026-01-01", .to = "2026-12-31"};

/* --- satisfaction --- */

static void survey(struct db *db, int n, const char *scores)
{
    char *row = xasprintf("{'id':'s%d','ticket':'t1','scores':[%s]}", n, scores);
    put(db, TABLE_SURVEY, row);
    free(row);
}

/* By hand: means 4, 4, 3.5, 4, 3, 3.5, 4, 3, 2.5; their sum 31.5; × 25 ÷ 9 = 87.5. */
TEST(report_survey_is_the_worked_example)
{
    struct db *db = open_hall("report-skm");
    put(db, TABLE_TICKET,
        "{'id':'t1','number':'P1','day':'2026-11-24','service':'az.din.passport','state':'done'}");
    survey(db, 1, "4,4,4,4,3,4,4,3,2");
    survey(db, 2, "4,4,3,4,3,3,4,3,3");
    CHECK_TEXT(figure(db, "survey", year, "az.din.passport", "index"), "87.5");
    CHECK_TEXT(figure(db, "survey", year, "az.din.passport", "grade"), "\"B\"");
    CHECK_TEXT(figure(db, "survey", year, "az.din.passport", "u9"), "2.5");
    CHECK_TEXT(figure(db, "survey", year, "", "people"), "2");
    /* A third person, all ones: the sums are 9, 9, 8, 9, 7, 8, 9, 7, 6 = 72 of three: 24 × 25 ÷ 9 = 66.666… */
    survey(db, 3, "1,1,1,1,1,1,1,1,1");
    CHECK_TEXT(figure(db, "survey", year, "", "index"), "66.67");
    CHECK_TEXT(figure(db, "survey", year, "", "grade"), "\"C\"");
    CHECK_TEXT(figure(db, "survey", year, "", "u3"), "2.67");
    db_close(&db);
}

/* People who give threes and fours, so many that the index falls on, and just below, each boundary of the classes. */
TEST(report_survey_classes_begin_at_their_boundaries)
{
    static const struct {
        int64_t people, total; /* of all nine scores of all */
        int64_t index;
        char grade;
    } classes[] = {
        /* index = 2500 × total ÷ (9 × people), rounded */
        {1000, 31792, 8831, 'A'},   {1000, 31788, 8830, 'B'},
        {1000, 27580, 7661, 'B'},   {1000, 27576, 7660, 'C'},
        {1000, 23400, 6500, 'C'},   {1000, 23396, 6499, 'D'},
        {1, 36, 10000, 'A'},        {1, 9, 2500, 'D'},
        {10000, 317898, 8831, 'A'}, /* 88.305: half is rounded up, at the end */
        {10000, 317897, 8830, 'B'}, /* 88.3047… */
    };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        struct survey_sum sum = {.people = classes[i].people};
        sum.score[0] = classes[i].total - 8 * (classes[i].total / 9);
        for (int e = 1; e < SURVEY_ELEMENTS; e++)
            sum.score[e] = classes[i].total / 9;
        CHECK_INT(survey_index_hundredths(&sum), classes[i].index);
        CHECK_INT(survey_grade(survey_index_hundredths(&sum)), classes[i].grade);
    }
}

/* --- minutes --- */

static void visit(struct db *db, int n, const char *day, const char *queue, const char *service,
                  const char *user, int wait_s, int service_s, const char *more)
{
    static const int64_t arrived_ms = INT64_C(1795492800000); /* 2026-11-24T04:00:00Z, 08:00 in Baku */
    char at[4][TIME_TEXT];
    const int64_t times[4] = {arrived_ms, arrived_ms + wait_s * 1000, arrived_ms + wait_s * 1000,
                              arrived_ms + wait_s * 1000 + service_s * 1000};
    for (int i = 0; i < 4; i++)
        time_text(times[i], at[i]);
    char *row =
        xasprintf("{'id':'t%d','number':'P%04d','day':'%s','queue':'%s','service':'%s','user':'%s','state':"
                  "'done','outcome':'served','arrived_at':'%s','called_at':'%s','started_at':'%s',"
                  "'finished_at':'%s'%s}",
                  n, n, day, queue, service, user, at[0], at[1], at[2], at[3], more);
    put(db, TABLE_TICKET, row);
    free(row);
}

/* Waits of 1, 2, … 100 minutes: the median is the 50th, 90 of 100 wait no longer than 90. */
TEST(report_waiting_tells_the_very_ranks)
{
    struct db *db = open_hall("report-ranks");
    for (int i = 1; i <= 100; i++)
        visit(db, i, "2026-11-24", "p", "s1", "u1", i * 60 + (i == 50 ? 4 : 0), 60, "");
    visit(db, 101, "2026-11-24", "b", "s1", "u1", 3 * 24 * 60 * 60, 60, ""); /* a wrong clock */
    for (int written = 0; written < 2; written++) {
        CHECK_TEXT(figure(db, "waiting", year, "p", "tickets"), "100");
        CHECK_TEXT(figure(db, "waiting", year, "p", "median_min"), "50.1"); /* 50 min 4 s */
        CHECK_TEXT(figure(db, "waiting", year, "p", "p90_min"), "90");
        CHECK_TEXT(figure(db, "waiting", year, "p", "longest_min"), "100");
        CHECK_TEXT(figure(db, "waiting", year, "p", "mean_min"), "50.5");
        CHECK_TEXT(figure(db, "waiting", year, "b", "longest_min"), "4320");
        write_book(db);
    }
    db_close(&db);
}

TEST(report_spread_is_the_nearest_rank_of_tenths)
{
    struct rng rng;
    rng_seed(&rng, 3);
    for (int round = 0; round < 200; round++) {
        struct sums sums = {0};
        int64_t kept[60];
        int count = 1 + (int)rng_below(&rng, 60);
        struct spread spread = {0};
        for (int i = 0; i < count; i++) {
            kept[i] = (int64_t)rng_below(&rng, rng_below(&rng, 10) ? 3600 * 1000 : 1000000000);
            spread_add(&spread, kept[i]);
        }
        for (int i = 0; i < count; i++) /* sorted, slowly */
            for (int j = i + 1; j < count; j++)
                if (kept[j] < kept[i]) {
                    int64_t swap = kept[i];
                    kept[i] = kept[j];
                    kept[j] = swap;
                }
        for (int percent = 10; percent <= 100; percent += 30) {
            int rank = (percent * count + 99) / 100;
            int64_t tenths = (kept[rank - 1] + 3000) / 6000;
            CHECK_INT((int64_t)(spread_share_min(&spread, percent / 100.0) * 10 + 0.5), tenths);
        }
        free(spread.tenths);
        free(spread.beyond);
        sums_clear(&sums);
    }
}

/* --- clerks --- */

/* Passports take 10 minutes, cards 4. Leyla is as fast as anybody at both and has the passports; her mean is twice Rauf's. */
TEST(report_clerks_are_measured_by_the_same_mix)
{
    struct db *db = open_hall("report-clerks");
    int n = 0;
    put(db, TABLE_SERVICE, "{'id':'s1','agency':'a','name':{'en':'Passport','az':'Pasport'}}");
    put(db, TABLE_SERVICE, "{'id':'s2','agency':'a','name':{'en':'Card'}}");
    put(db, TABLE_USER, "{'id':'u1','login':'leyla','name':'Leyla'}");
    for (int i = 0; i < 6; i++)
        visit(db, n++, "2026-11-24", "p", "s1", "u1", 60, 600, "");
    for (int i = 0; i < 2; i++)
        visit(db, n++, "2026-11-24", "p", "s2", "u1", 60, 240, "");
    for (int i = 0; i < 2; i++)
        visit(db, n++, "2026-11-24", "p", "s1", "u2", 60, 600, "");
    for (int i = 0; i < 6; i++)
        visit(db, n++, "2026-11-24", "p", "s2", "u2", 60, 240, "");
    CHECK_TEXT(figure(db, "clerks", year, "u1", "mean_min"), "8.5");
    CHECK_TEXT(figure(db, "clerks", year, "u1", "expected_min"), "8.5");
    CHECK_TEXT(figure(db, "clerks", year, "u1", "of_expected_percent"), "100");
    CHECK_TEXT(figure(db, "clerks", year, "u2", "mean_min"), "5.5");
    CHECK_TEXT(figure(db, "clerks", year, "u2", "of_expected_percent"), "100");
    CHECK_TEXT(figure(db, "clerks", year, "u1", "mix"), "\"Passport 75 %, Card 25 %\"");
    struct report_ask az = year;
    az.lang = "az";
    CHECK_TEXT(figure(db, "clerks", az, "u1", "mix"), "\"Pasport 75 %, Card 25 %\"");
    /* A third needs twelve for a card: by the hall's mean of (8 × 4 + 1 × 12) ÷ 9 it should be 4.9. */
    visit(db, n++, "2026-11-24", "p", "s2", "u3", 60, 720, "");
    CHECK_TEXT(figure(db, "clerks", year, "u3", "expected_min"), "4.9");
    CHECK_TEXT(figure(db, "clerks", year, "u3", "of_expected_percent"), "245.5");
    db_close(&db);
}

/* --- load, promises, out of turn --- */

TEST(report_load_is_by_weekday_and_hour_on_the_wall)
{
    struct db *db = open_hall("report-load");
    char *text;
    visit(db, 1, "2026-11-24", "p", "s1", "u1", 60, 60, "");
    visit(db, 2, "2026-11-24", "p", "s1", "u1", 120, 60, "");
    put(db, TABLE_TICKET,
        "{'id':'t3','number':'P3','day':'2026-11-17','queue':'p','state':'no_show','arrived_at':"
        "'2026-11-17T05:59:59.999Z','called_at':'2026-11-17T06:00:59.999Z'}");
    text = ask(db, "load", (struct report_ask){.from = "2026-11-01", .to = "2026-11-30", .csv = true});
    CHECK_TEXT(text, "weekday,hour,tickets,days,tickets_per_day,served,no_show,wait_mean_min\r\n"
                     "2,8,2,2,1,2,0,1.5\r\n"
                     "2,9,1,2,0.5,0,1,1\r\n");
    free(text);
    db_close(&db);
}

TEST(report_promises_are_held_against_the_fact)
{
    struct db *db = open_hall("report-promises");
    visit(db, 1, "2026-11-24", "p", "s1", "u1", 10 * 60, 60, ",'promise_min':[5,15]");
    visit(db, 2, "2026-11-24", "p", "s1", "u1", 15 * 60 + 31, 60, ",'promise_min':[5,15]");
    visit(db, 3, "2026-11-24", "p", "s1", "u1", 1 * 60, 60, ",'promise_min':[5,15]");
    visit(db, 4, "2026-11-24", "p", "s1", "u1", 15 * 60 + 30, 60,
          ",'promise_min':[5,15],'call_reason':'asked'");
    visit(db, 5, "2026-11-24", "p", "s1", "u1", 50 * 60, 60, "");
    CHECK_TEXT(figure(db, "promises", year, "p", "promised"), "4");
    CHECK_TEXT(figure(db, "promises", year, "p", "kept_percent"), "75");
    CHECK_TEXT(figure(db, "promises", year, "p", "within_percent"), "50");
    CHECK_TEXT(figure(db, "promises", year, "p", "error_mean_min"), "5");   /* (0 + 5.52 + 9 + 5.5) ÷ 4 */
    CHECK_TEXT(figure(db, "promises", year, "p", "later_mean_min"), "0.5"); /* (0 + 5.52 − 9 + 5.5) ÷ 4 */
    CHECK_TEXT(figure(db, "out_of_turn", year, "u1", "out_of_turn_percent"), "20");
    db_close(&db);
}

/* --- what is asked for, and who may see it --- */

TEST(report_tells_only_what_is_asked_for_and_may_be_seen)
{
    struct db *db = open_hall("report-agencies");
    put(db, TABLE_QUEUE, "{'id':'p','code':'P','agency':'a1'}");
    put(db, TABLE_QUEUE, "{'id':'b','code':'B','agency':'a2'}");
    put(db, TABLE_SERVICE, "{'id':'s1','agency':'a1'}");
    put(db, TABLE_SERVICE, "{'id':'s2','agency':'a2'}");
    visit(db, 1, "2026-11-24", "p", "s1", "u1", 60, 60, "");
    visit(db, 2, "2026-11-24", "p", "s1", "u1", 60, 60, "");
    visit(db, 3, "2026-11-24", "b", "s2", "u1", 60, 60, "");
    visit(db, 4, "2026-11-24", "b", "", "u1", 60, 60, "");
    put(db, TABLE_CASE, "{'id':'k1','service':'s1'}");
    put(db, TABLE_CASE, "{'id':'k2','service':'s2'}");
    put(db, TABLE_DECISION, "{'id':'d1','case':'k1','at':'2026-11-24T05:00:00.000Z','outcome':'approve'}");
    put(db, TABLE_DECISION, "{'id':'d2','case':'k2','at':'2026-11-24T05:00:00.000Z','outcome':'approve'}");
    struct report_ask asked = year;
    CHECK_TEXT(figure(db, "clerks", asked, "u1", "called"), "4");
    asked.agency = "a1";
    CHECK_TEXT(figure(db, "clerks", asked, "u1", "called"), "2");
    CHECK_TEXT(figure(db, "waiting", asked, "b", "tickets"), "no such row");
    asked.agency = NULL;
    asked.queue = "b";
    CHECK_TEXT(figure(db, "clerks", asked, "u1", "called"), "2");
    asked.service = "s2";
    CHECK_TEXT(figure(db, "clerks", asked, "u1", "called"), "1");
    static const char *const names[] = {"waiting", "service", "clerks",   "decisions",  "survey",
                                        "noshow",  "load",    "promises", "out_of_turn"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *whole = ask(db, names[i], year), *own, *others;
        struct report_ask within = year;
        within.within = "a2";
        own = ask(db, names[i], within);
        within.agency = "a1";
        others = ask(db, names[i], within);
        CHECK(strcmp(names[i], "survey") == 0 || strcmp(whole, own) != 0);
        CHECK(strstr(others, "\"rows\":[]") != NULL);
        CHECK(!strstr(own, "\"s1\"") && !strstr(own, "\"p\""));
        free(whole);
        free(own);
        free(others);
    }
    CHECK(report_roles(report_find("clerks")) == (ROLE_SUPERVISOR | ROLE_ADMINISTRATOR));
    CHECK(!report_name(report_find("out_of_turn") + 1));
    db_close(&db);
}

/* --- compared --- */

TEST(report_compares_with_the_period_before)
{
    struct db *db = open_hall("report-compare");
    visit(db, 1, "2026-11-24", "p", "s1", "u1", 600, 60, "");
    visit(db, 2, "2026-10-31", "p", "s1", "u1", 60, 60, "");
    visit(db, 3, "2026-10-01", "p", "s1", "u1", 180, 60, "");
    visit(db, 4, "2026-10-01", "b", "s1", "u1", 180, 60, "");
    visit(db, 5, "2026-09-30", "p", "s1", "u1", 180, 60, "");
    struct report_ask month = {.from = "2026-11-01", .to = "2026-11-30", .compare = true};
    CHECK_TEXT(figure(db, "waiting", month, "p", "tickets"), "1");
    CHECK_TEXT(figure(db, "waiting", month, "p", "tickets_before"), "2");
    CHECK_TEXT(figure(db, "waiting", month, "p", "mean_min_before"), "2");
    CHECK_TEXT(figure(db, "waiting", month, "b", "tickets"), "0");
    CHECK_TEXT(figure(db, "waiting", month, "b", "mean_min"), "null");
    CHECK_TEXT(figure(db, "waiting", month, "b", "tickets_before"), "1");
    month.csv = true;
    for (const char *const *name = (const char *const[]){"waiting", "service", "clerks", "load", NULL}; *name;
         name++) {
        char *csv = ask(db, *name, month);
        size_t commas = 0, first = 0;
        for (const char *c = csv; *c; c++) {
            commas += *c == ',';
            if (*c == '\n') {
                first = first ? first : commas;
                CHECK_INT(commas % first, 0);
                commas = 0;
            }
        }
        free(csv);
    }
    db_close(&db);
}

static void check_before(const char *from, const char *to, const char *before_from, const char *before_to)
{
    int32_t a, b, x, y;
    char text[2][11];
    REQUIRE(day_parse(from, &a) && day_parse(to, &b));
    period_before(a, b, &x, &y);
    day_text(x, text[0]);
    day_text(y, text[1]);
    CHECK_TEXT(text[0], before_from);
    CHECK_TEXT(text[1], before_to);
}

static void check_period(enum period period, const char *today, const char *from, const char *to)
{
    int32_t day, x, y;
    char text[2][11];
    REQUIRE(day_parse(today, &day));
    period_of(period, day, &x, &y);
    day_text(x, text[0]);
    day_text(y, text[1]);
    CHECK_TEXT(text[0], from);
    CHECK_TEXT(text[1], to);
}

TEST(report_periods_and_the_ones_before)
{
    check_before("2026-11-24", "2026-11-24", "2026-11-23", "2026-11-23");
    check_before("2026-11-23", "2026-11-29", "2026-11-16", "2026-11-22");
    check_before("2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28");
    check_before("2026-01-01", "2026-03-31", "2025-10-01", "2025-12-31");
    check_before("2024-01-01", "2024-12-31", "2023-01-01", "2023-12-31");
    check_before("2026-03-01", "2026-03-30", "2026-01-30", "2026-02-28");
    check_period(PERIOD_TODAY, "2026-11-30", "2026-11-30", "2026-11-30");
    check_period(PERIOD_YESTERDAY, "2026-03-01", "2026-02-28", "2026-02-28");
    check_period(PERIOD_WEEK, "2026-11-30", "2026-11-30", "2026-12-06"); /* a Monday */
    check_period(PERIOD_WEEK, "2026-11-29", "2026-11-23", "2026-11-29");
    check_period(PERIOD_MONTH, "2026-02-14", "2026-02-01", "2026-02-28");
    check_period(PERIOD_QUARTER, "2026-12-31", "2026-10-01", "2026-12-31");
    check_period(PERIOD_YEAR, "2026-07-01", "2026-01-01", "2026-12-31");
}

/* Right after an update a year is not in the day book yet: it is told how much is not, today aside. */
TEST(report_of_days_that_are_not_in_the_book_yet)
{
    struct db *db = open_hall("report-due");
    int64_t days = -1;
    for (int i = 0; i < 50; i++) {
        char day[DATE_TEXT];
        int32_t first;
        REQUIRE(day_parse("2026-01-01", &first));
        day_text(first + i, day);
        visit(db, i, day, "p", "s1", "u1", 60, 60, "");
    }
    CHECK_INT(report_due(db, &year, "2026-02-19", &days), ERR_OK);
    CHECK_INT(days, 49);
    CHECK(days > REPORT_LIVE_DAYS);
    struct report_ask march = {.from = "2026-03-01", .to = "2026-03-31", .compare = true};
    CHECK_INT(report_due(db, &march, "2026-04-01", &days), ERR_OK);
    CHECK_INT(days, 19); /* of February */
    write_book(db);
    CHECK_INT(report_due(db, &year, "2026-02-19", &days), ERR_OK);
    CHECK_INT(days, 0);
    db_close(&db);
}

/* --- CSV --- */

TEST(report_csv_is_no_formula)
{
    static const struct {
        const char *name, *cell;
    } names[] = {
        {"=HYPERLINK(1)", "'=HYPERLINK(1)"},
        {"+1", "'+1"},
        {"-1", "'-1"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\\t=1", "\"'\t'=1\""},
        {"＝1", "'＝1"},
        {"\\\"=1\\\"", "\"'\"\"=1\"\"\""},
        {"a;=1", "\"a;'=1\""}, /* parted at semicolons, as where the decimal sign is a comma */
        {"a; \\\"@x\\\"", "\"a;' \"\"@x\"\"\""},
        {"a;b - c", "\"a;b - c\""},
        {"=1,2", "\"'=1,2\""},
        {"say \\\"no\\\"", "\"say \"\"no\"\"\""},
        {"two\\nlines", "\"two\nlines\""},
        {"plain - a name", "plain - a name"},
    };
    struct db *db = open_hall("report-csv");
    visit(db, 1, "2026-11-24", "p", "s1", "u1", 60, 60, "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct report_ask csv = year;
        struct json *row = NULL;
        csv.csv = true;
        char *text =
            xasprintf("{\"id\":\"p\",\"row_rev\":1,\"code\":\"P\",\"name\":{\"en\":\"%s\"}}", names[i].name);
        REQUIRE(json_parse(text, strlen(text), &row, NULL) == ERR_OK);
        REQUIRE(row_put(db, ROWS_PLAIN, TABLE_QUEUE, row) == ERR_OK);
        json_free(&row);
        free(text);
        char *line = xasprintf("\r\np,%s,1,1,1,1,1,1,\r\n", names[i].cell);
        char *all = ask(db, "waiting", csv);
        if (!CHECK(strstr(all, line) != NULL))
            printf("    %s\n", all);
        free(all);
        free(line);
    }
    db_close(&db);
}

/* --- any history of commands --- */

/* Every report, with the book as it is, is what the rows alone make of it. */
static void check_same(struct db *db)
{
    char *with[16], *without;
    int count = 0;
    for (; report_name(count); count++)
        with[count] = ask(db, report_name(count),
                          (struct report_ask){.from = "2026-11-01", .to = "2026-11-30", .compare = true});
    REQUIRE(db_script(
                db,
                "SAVEPOINT rows; DELETE FROM daybook; DELETE FROM daybook_due; INSERT INTO daybook_due SELECT"
                " DISTINCT 'v', day FROM tickets; INSERT INTO daybook_due SELECT DISTINCT 'd', substr(at_, 1,"
                " 10) FROM decisions") == ERR_OK);
    for (int i = 0; i < count; i++) {
        without = ask(db, report_name(i),
                      (struct report_ask){.from = "2026-11-01", .to = "2026-11-30", .compare = true});
        CHECK_TEXT(with[i], without);
        free(with[i]);
        free(without);
    }
    REQUIRE(db_script(db, "ROLLBACK TO rows; RELEASE rows") == ERR_OK);
}

/* Two clerks on any day's work: no-shows and finishes that are undone after the day was written down, tickets and surveys that
 * come late. */
TEST(report_is_right_after_undo_and_late_records)
{
    struct command_hall h;
    struct rng rng;
    char tickets[40][64];
    int count = 0, undone = 0, late = 0;
    trial_open(&h);
    rng_seed(&rng, 77);
    REQUIRE(daybook_create(h.db) == ERR_OK && forecasts_create(h.db) == ERR_OK);
    REQUIRE(level_notes_create(h.db) == ERR_OK);
    REQUIRE(trial_run(&h, "leyla", "counter.open", "{'counter':'c-1'}"));
    int fence = (int)trial_int(&h, "/fence");
    for (int i = 0; i < 400; i++) {
        const char *ticket = count ? tickets[rng_below(&rng, (uint64_t)count)] : "";
        h.now_ms += 1000 * (int64_t)rng_below(&rng, 40);
        switch (rng_below(&rng, 8)) {
        case 0:
            if (count < 40 && trial_run(&h, "nigar", "ticket.issue", "{'queue':'b','channel':'walk_in'}"))
                str_copy(tickets[count++], sizeof tickets[0], h.last_ticket);
            break;
        case 1:
            (void)trial_run(&h, "leyla", "ticket.call_next", "{'counter':'c-1','fence':%d}", fence);
            break;
        case 2:
        case 3:
            for (int t = 0; t < count; t++) {
                int gen = (int)trial_row_int(&h, TABLE_TICKET, tickets[t], "/gen");
                const char *state = trial_row_text(&h, TABLE_TICKET, tickets[t], "/state");
                if (strcmp(state, "called") == 0)
                    (void)trial_run(&h, "leyla", "ticket.start", "{'ticket':'%s','gen':%d}", tickets[t], gen);
                else if (strcmp(state, "serving") == 0)
                    (void)trial_run(&h, "leyla", "ticket.finish", "{'ticket':'%s','gen':%d,'outcome':'%s'}",
                                    tickets[t], gen, rng_below(&rng, 2) ? "served" : "papers_missing");
            }
            break;
        case 4:
            for (int t = 0; t < count; t++) {
                int gen = (int)trial_row_int(&h, TABLE_TICKET, tickets[t], "/gen");
                undone += trial_run(&h, "leyla", "ticket.undo", "{'ticket':'%s','gen':%d}", tickets[t], gen);
            }
            break;
        case 5:
            late += count &&
                    trial_run(&h, "nigar", "survey.record", "{'ticket':'%s','scores':[4,3,2,1,4,3,2,1,%d]}",
                              ticket, 1 + (int)rng_below(&rng, 4));
            break;
        default: {
            bool whole;
            REQUIRE(daybook_slice(h.db, "9999-12-31", &whole) == ERR_OK);
        }
        }
        if (i % 10 == 0)
            check_same(h.db);
    }
    write_book(h.db);
    check_same(h.db);
    CHECK(undone > 3 && late > 3 && count > 5);
    trial_close(&h);
}

TEST(period_is_read_as_it_is_typed)
{
    static const char *const wrong[] = {"",
                                        "2026-11",
                                        "2026-11-30 2026-11-01",
                                        "2026-11-01 2026-11-31",
                                        "2026-11-01 2026-11-02 2026-11-03",
                                        "2026-11-01x",
                                        "2026-11-012 2026-11-30"};
    int32_t from, to, first, last;
    REQUIRE(day_parse("2026-11-01", &first) && day_parse("2026-11-30", &last));
    CHECK(period_read("  2026-11-01   2026-11-30 ", &from, &to) && from == first && to == last);
    CHECK(period_read("2026-11-30", &from, &to) && from == last && to == last);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(!period_read(wrong[i], &from, &to));
}
