/* tests/unit/daybook_test.c: the day book is what the rows make of it, whatever happens to them and in whatever order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/db/rows.h"
#include "core/hall/bookkeeping.h"
#include "core/hall/daybook.h"
#include "core/hall/daybook_text.h"
#include "core/hall/inside.h"
#include "core/hall/store.h"
#include "core/hall/writer.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

static struct db *open_hall(const char *name)
{
    struct db *db = NULL;
    struct err_info info = {0};
    char *path = xasprintf("%s/%s.db", test_folder(), name);
    REQUIRE(store_open_file(&db, path, true, &info) == ERR_OK);
    free(path);
    return db;
}

static void put(struct db *db, enum table table, const char *quoted)
{
    struct json *row = quoted_json(quoted);
    json_set_int(row, "row_rev", 1);
    REQUIRE(row_put(db, ROWS_PLAIN, table, row) == ERR_OK);
    json_free(&row);
}

static int64_t count(struct db *db, const char *sql)
{
    struct stmt *s = db_query(db, sql);
    REQUIRE(db_step(s) == ERR_OK);
    int64_t value = db_int(s, 0);
    db_done(s);
    return value;
}

static void write_all(struct db *db)
{
    bool whole = false;
    for (int i = 0; !whole && i < 1000; i++)
        REQUIRE(daybook_slice(db, "9999-12-31", &whole) == ERR_OK);
    CHECK(whole);
}

static void check_whole(struct db *db)
{
    char day[DAYBOOK_DAY] = "";
    const char *what = "";
    if (!CHECK_INT(daybook_verify(db, day, &what), ERR_OK))
        printf("    the day book of %s %s\n", day, what);
}

/* --- what is read --- */

struct seen {
    char *names[64];
    int count, visits, surveys, decisions;
    int64_t sum; /* of everything that a line says */
};

static void see_names(void *ctx, const char *day, char *const *names, int names_count)
{
    struct seen *seen = ctx;
    (void)day;
    for (seen->count = 0; seen->count < names_count && seen->count < 64; seen->count++) {
        free(seen->names[seen->count]);
        seen->names[seen->count] = xstrdup(names[seen->count]);
    }
}

static int64_t weight(const struct seen *seen, int name)
{
    int64_t sum = 7;
    for (const char *c = seen->names[name]; *c; c++)
        sum = sum * 31 + *c;
    return sum % 1000003;
}

static void see_visit(void *ctx, const struct day_visit *v)
{
    struct seen *seen = ctx;
    seen->visits++;
    seen->sum += weight(seen, v->queue) + 3 * weight(seen, v->service) + 5 * weight(seen, v->user) +
                 7 * weight(seen, v->counter) + 11 * weight(seen, v->channel) + v->arrived_ms + v->wait_ms +
                 13 * v->service_ms + 17 * v->low_min + 19 * v->high_min + 23 * v->state + 29 * v->outcome +
                 31 * v->called + 37 * v->named + 41 * v->booked;
}

static void see_survey(void *ctx, const struct day_survey *s)
{
    struct seen *seen = ctx;
    seen->surveys++;
    seen->sum += weight(seen, s->service);
    for (int i = 0; i < 9; i++)
        seen->sum += s->scores[i] * (i + 1);
}

static void see_decision(void *ctx, const struct day_decision *d)
{
    struct seen *seen = ctx;
    seen->decisions += d->first;
    seen->sum += weight(seen, d->service) + 3 * weight(seen, d->user) + 5 * weight(seen, d->outcome) +
                 7 * weight(seen, d->reason) + d->at_ms;
}

static void see(struct db *db, struct seen *seen)
{
    *seen = (struct seen){0};
    const struct day_reader reader = {seen, see_names, see_visit, see_survey, see_decision};
    CHECK_INT(daybook_read(db, DAYBOOK_VISITS, "0000-00-00", "9999-12-31", &reader), ERR_OK);
    CHECK_INT(daybook_read(db, DAYBOOK_DECISIONS, "0000-00-00", "9999-12-31", &reader), ERR_OK);
    for (int i = 0; i < 64; i++)
        free(seen->names[i]);
}

/* --- the text --- */

static struct day_visit kept_visit;
static void keep_visit(void *ctx, const struct day_visit *v)
{
    (void)ctx;
    kept_visit = *v;
}

TEST(daybook_a_line_says_what_was_written)
{
    const struct day_visit visit = {.queue = 0,
                                    .service = 1,
                                    .state = 4,
                                    .outcome = 2,
                                    .called = true,
                                    .booked = true,
                                    .arrived_ms = INT64_C(1795500000123),
                                    .wait_ms = 0,
                                    .service_ms = -1,
                                    .low_min = 0,
                                    .high_min = 240};
    struct day_part part;
    struct buf text = {0};
    day_part_start(&part, "2026-11-24");
    CHECK_INT(day_part_name(&part, "az.din:1 \xc6\x8f"), 1);
    for (int i = 0; i < 500; i++) {
        char name[16];
        str_format(name, sizeof name, "n%d", i);
        CHECK_INT(day_part_name(&part, name), 2 + i);
    }
    CHECK_INT(day_part_name(&part, "n77"), 79);
    day_part_visit(&part, &visit);
    day_part_print(&part, &text);
    const struct day_reader reader = {.visit = keep_visit};
    CHECK(day_part_read("2026-11-24", buf_text(&text), text.length, &reader));
    CHECK(memcmp(&kept_visit, &visit, sizeof visit) == 0 ||
          (kept_visit.arrived_ms == visit.arrived_ms && kept_visit.service_ms == -1 &&
           kept_visit.wait_ms == 0 && kept_visit.high_min == 240 && kept_visit.low_min == 0 &&
           kept_visit.called && !kept_visit.named && kept_visit.booked && kept_visit.service == 1 &&
           kept_visit.state == 4 && kept_visit.outcome == 2));
    for (size_t cut = 0; cut < text.length; cut++)
        CHECK(!day_part_read("2026-11-24", buf_text(&text), cut, &reader));
    buf_free(&text);
    day_part_free(&part);
}

/* --- any history --- */

static const char *some_day(struct rng *rng)
{
    static const char *const days[] = {"2026-11-20", "2026-11-21", "2026-11-24", "2026-12-01"};
    return days[rng_below(rng, 4)];
}

static void put_ticket(struct db *db, struct rng *rng)
{
    static const char *const states[] = {"waiting", "called",  "serving",  "held",
                                         "done",    "no_show", "cancelled"};
    const char *day = some_day(rng);
    int minute = (int)rng_below(rng, 60), user = (int)rng_below(rng, 5), ticket = (int)rng_below(rng, 40);
    char *stops = rng_below(rng, 4)
                      ? xstrdup("")
                      : xasprintf(",'stops':[{'queue':'p','services':['s1'],'state':'done','user':'u9',"
                                  "'called_at':'%sT05:00:00.000Z','started_at':'%sT05:01:00.000Z',"
                                  "'finished_at':'%sT05:%02d:00.000Z','outcome':'served'},{'queue':'b',"
                                  "'services':['s2'],'state':'%s'%s}]",
                                  day, day, day, minute, rng_below(rng, 2) ? "now" : "ahead",
                                  rng_below(rng, 2) ? ",'from':'2026-11-20T05:30:00.000Z'" : "");
    char *row = xasprintf(
        "{'id':'t%d','number':'P%03d','day':'%s','queue':'%s','service':'s%d','user':'u%d','state':"
        "'%s','arrived_at':'%sT04:%02d:00.000Z','called_at':%s,'started_at':'%sT06:00:00.000Z',"
        "'finished_at':'%sT06:10:30.500Z','promise_min':[5,%d],'outcome':'%s'%s%s}",
        ticket, ticket, day, rng_below(rng, 2) ? "p" : "b", (int)rng_below(rng, 3), user,
        states[rng_below(rng, 7)], day, minute, rng_below(rng, 3) ? "'2026-11-24T05:59:59.999Z'" : "null",
        day, day, minute, rng_below(rng, 2) ? "served" : "papers_missing",
        rng_below(rng, 3) ? "" : ",'call_reason':'asked'", stops);
    put(db, TABLE_TICKET, row);
    free(row);
    free(stops);
}

static void put_survey(struct db *db, struct rng *rng)
{
    char *row = xasprintf("{'id':'s%d','ticket':'t%d','scores':[1,2,3,4,1,2,3,4,%d]}",
                          (int)rng_below(rng, 20), (int)rng_below(rng, 50), 1 + (int)rng_below(rng, 4));
    put(db, TABLE_SURVEY, row);
    free(row);
}

static void put_decision(struct db *db, struct rng *rng)
{
    char *row =
        xasprintf("{'id':'d%d','case':'k%d','by':'u%d','outcome':'refuse','reasons':%s,'kind':'%s','at':"
                  "'%sT0%d:00:00.000Z'}",
                  (int)rng_below(rng, 30), (int)rng_below(rng, 12), (int)rng_below(rng, 3),
                  rng_below(rng, 2) ? "['R1','R2']" : "[]", rng_below(rng, 4) ? "decision" : "confirm",
                  some_day(rng), (int)rng_below(rng, 10));
    put(db, TABLE_DECISION, row);
    free(row);
}

static void put_case(struct db *db, struct rng *rng)
{
    char *row = xasprintf("{'id':'k%d','service':'s%d'}", (int)rng_below(rng, 12), (int)rng_below(rng, 3));
    put(db, TABLE_CASE, row);
    free(row);
}

static void remove_any(struct db *db, struct rng *rng)
{
    static const char *const prefixes[] = {"t", "s", "d"};
    static const enum table tables[] = {TABLE_TICKET, TABLE_SURVEY, TABLE_DECISION};
    size_t kind = rng_below(rng, 3);
    char id[16];
    str_format(id, sizeof id, "%s%d", prefixes[kind], (int)rng_below(rng, 30));
    enum err err = row_delete(db, ROWS_PLAIN, tables[kind], id);
    CHECK(err == ERR_OK || err == ERR_ABSENT);
}

/* What is read with the book is what is read from the rows alone. */
static void check_same(struct db *db)
{
    struct seen with, without;
    see(db, &with);
    REQUIRE(db_begin(db) == ERR_OK);
    REQUIRE(
        db_script(db,
                  "DELETE FROM daybook; DELETE FROM daybook_due; INSERT INTO daybook_due SELECT DISTINCT 'v',"
                  " day FROM tickets; INSERT INTO daybook_due SELECT DISTINCT 'd', substr(at_, 1, 10) FROM"
                  " decisions") == ERR_OK);
    see(db, &without);
    db_rollback(db);
    CHECK_INT(with.visits, without.visits);
    CHECK_INT(with.surveys, without.surveys);
    CHECK_INT(with.decisions, without.decisions);
    CHECK_INT(with.sum, without.sum);
}

TEST(daybook_is_what_the_rows_make_of_it_after_any_history)
{
    struct db *db = open_hall("daybook-any");
    struct rng rng;
    static void (*const happens[])(struct db *, struct rng *) = {
        put_ticket, put_ticket, put_ticket, put_survey, put_case, put_decision, remove_any};
    rng_seed(&rng, 26);
    for (int i = 0; i < 1500; i++) {
        bool whole;
        REQUIRE(db_begin(db) == ERR_OK);
        happens[rng_below(&rng, sizeof happens / sizeof *happens)](db, &rng);
        if (rng_below(&rng, 6) == 0)
            db_rollback(db);
        else
            REQUIRE(db_commit(db) == ERR_OK);
        if (rng_below(&rng, 3) == 0)
            REQUIRE(daybook_slice(db, "2026-11-30", &whole) == ERR_OK);
        if (i % 5 == 0) {
            check_whole(db);
            check_same(db);
        }
    }
    write_all(db);
    CHECK(count(db, "SELECT count(*) FROM daybook") > 4);
    CHECK_INT(count(db, "SELECT count(*) FROM daybook_due"), 0);
    check_whole(db);
    check_same(db);
    db_close(&db);
}

/* --- parts, an older file, a hall at work --- */

static void fill(struct db *db, int tickets)
{
    REQUIRE(db_begin(db) == ERR_OK);
    for (int i = 0; i < tickets; i++) {
        char *row = xasprintf(
            "{'id':'t%05d','number':'P%05d','day':'2026-11-24','queue':'p','state':'waiting'}", i, i);
        put(db, TABLE_TICKET, row);
        free(row);
    }
    REQUIRE(db_commit(db) == ERR_OK);
}

TEST(daybook_a_large_day_has_parts_and_a_change_in_between_begins_it_anew)
{
    struct db *db = open_hall("daybook-parts");
    struct seen seen;
    bool whole = true;
    fill(db, 2 * DAYBOOK_PART);
    REQUIRE(daybook_slice(db, "2026-11-25", &whole) == ERR_OK && !whole);
    CHECK_INT(count(db, "SELECT count(*) FROM daybook"), 1);
    check_whole(db);
    see(db, &seen);
    CHECK_INT(seen.visits, 2 * DAYBOOK_PART);
    put(db, TABLE_TICKET, "{'id':'t00007','number':'P00007','day':'2026-11-24','queue':'b','state':'done'}");
    CHECK_INT(count(db, "SELECT count(*) FROM daybook"), 0);
    write_all(db);
    CHECK_INT(count(db, "SELECT count(*) FROM daybook"), 2);
    put(db, TABLE_TICKET, "{'id':'t99999','number':'P99999','day':'2026-11-24','queue':'b','state':'done'}");
    write_all(db);
    CHECK_INT(count(db, "SELECT count(*) FROM daybook"), 3);
    check_whole(db);
    check_same(db);
    db_close(&db);
}

TEST(daybook_of_an_older_file_is_written_by_a_hall_at_work)
{
    struct db *db = open_hall("daybook-older");
    fill(db, 5);
    put(db, TABLE_CASE, "{'id':'k1','service':'s1'}");
    put(db, TABLE_DECISION, "{'id':'d1','case':'k1','at':'2026-11-24T05:00:00.000Z','outcome':'approve'}");
    put(db, TABLE_DECISION, "{'id':'d2','case':'k1','at':'2026-11-20T05:00:00.000Z','outcome':'approve'}");
    put(db, TABLE_TICKET, "{'id':'ta','number':'A','day':'2026-11-20','queue':'b','state':'done'}");
    put(db, TABLE_TICKET, "{'id':'tb','number':'B','day':'2026-11-25','queue':'b','state':'waiting'}");
    REQUIRE(db_script(
                db,
                "DROP TABLE daybook; DROP TABLE daybook_due; DROP INDEX decisions_day; DROP TRIGGER"
                " daybook_ticket_new; DROP TRIGGER daybook_ticket; DROP TRIGGER daybook_ticket_moved; DROP"
                " TRIGGER daybook_ticket_gone; DROP TRIGGER daybook_survey_new; DROP TRIGGER daybook_survey;"
                " DROP TRIGGER daybook_survey_gone; DROP TRIGGER daybook_decision_new; DROP TRIGGER"
                " daybook_decision; DROP TRIGGER daybook_decision_gone; DROP TRIGGER daybook_case_new; DROP"
                " TRIGGER daybook_case") == ERR_OK);
    REQUIRE(daybook_create(db) == ERR_OK);
    CHECK_INT(count(db, "SELECT count(*) FROM daybook_due WHERE kind = 'v'"), 3);
    CHECK_INT(count(db, "SELECT count(*) FROM daybook_due WHERE kind = 'd'"), 2);
    struct hall hall = {.db = db, .epoch = 1, .day = "2026-11-25"};
    hall.writer = writer_new(&hall);
    for (int turn = 0; turn < 10 && bookkeeping_due(&hall); turn++) {
        bookkeeping_follow(&hall);
        CHECK(!bookkeeping_due(&hall)); /* one part a turn */
        writer_flush(hall.writer);
    }
    CHECK(!bookkeeping_due(&hall) && hall.fatal == ERR_OK);
    writer_free(&hall.writer);
    CHECK_INT(count(db, "SELECT count(*) FROM daybook_due"), 1); /* today */
    CHECK_INT(count(db, "SELECT count(*) FROM daybook"), 4);
    check_whole(db);
    check_same(db);
    db_close(&db);
}

/* --- damage --- */

TEST(daybook_that_is_not_what_the_rows_make_of_it_is_named)
{
    static const struct {
        const char *does, *day, *what;
    } damages[] = {
        {"UPDATE daybook SET text = replace(text, 'p', 'q') WHERE kind = 'v'", "2026-11-24",
         "is not what its rows make of it"},
        {"UPDATE daybook SET text = replace(text, 'approve', 'appruve')", "2026-11-20",
         "is not what its rows make of it"},
        {"UPDATE daybook SET last = 0", "2026-11-24", "is not what its rows make of it"},
        {"DELETE FROM daybook WHERE kind = 'v'", "2026-11-24", "is missing"},
        {"INSERT INTO daybook VALUES ('v', '2026-11-24', 1, 1, '')", "",
         "has parts of days that there are not"},
        {"INSERT INTO daybook VALUES ('v', '2026-11-23', 0, 1, '')", "",
         "has parts of days that there are not"},
    };
    struct db *db = open_hall("daybook-damage");
    fill(db, 5);
    put(db, TABLE_CASE, "{'id':'k1','service':'s1'}");
    put(db, TABLE_DECISION, "{'id':'d1','case':'k1','at':'2026-11-20T05:00:00.000Z','outcome':'approve'}");
    write_all(db);
    check_whole(db);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        char day[DAYBOOK_DAY] = "?";
        const char *what = "";
        REQUIRE(db_begin(db) == ERR_OK);
        REQUIRE(db_script(db, damages[i].does) == ERR_OK);
        CHECK_INT(daybook_verify(db, day, &what), ERR_CORRUPT);
        CHECK_TEXT(day, damages[i].day);
        CHECK_TEXT(what, damages[i].what);
        db_rollback(db);
    }
    db_close(&db);
}
