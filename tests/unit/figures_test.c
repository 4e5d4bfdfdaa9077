/* tests/unit/figures_test.c: the hall's figures against a plain count over its rows, on halls made by chance; what they tell
 * of nobody; how they are remembered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/db/rows.h"
#include "core/hall/daybook.h"
#include "core/hall/figures.h"
#include "core/hall/figures_rows.h"
#include "core/hall/store.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

enum { MIN = 60 * 1000, QUEUES = 4, AGENCIES = 2, TICKETS = 60, COUNTERS = 6, SEEDS = 40 };
/* 2026-11-24, 14:00 in Baku. */
static const int64_t noon = INT64_C(1795514400000);
static const char today[] = "2026-11-24";

/* --- a hall by chance, kept plainly beside its rows --- */

struct plain_ticket {
    int queue;
    const char *state;
    int64_t arrived_ms, called_ms; /* called 0: is not */
    int promise_min;               /* -1: nothing was promised */
};
struct plain_hall {
    struct db *db;
    struct figures *figures;
    struct plain_ticket tickets[TICKETS];
    struct {
        const char *state;
        int queue, agency;
        bool gone;
    } counters[COUNTERS];
    int stations, unsent, disputes, surveys;
};

static void put(struct db *db, enum table table, const char *quoted)
{
    struct json *row = quoted_json(quoted);
    json_set_int(row, "row_rev", 1);
    REQUIRE(row_put(db, ROWS_PLAIN, table, row) == ERR_OK);
    json_free(&row);
}

static void put_made(struct db *db, enum table table, char *quoted)
{
    put(db, table, quoted);
    free(quoted);
}

static int agency_of(int queue)
{
    return queue % AGENCIES;
}

static void put_people(struct plain_hall *h)
{
    put(h->db, TABLE_USER,
        "{'id':'u-secret','login':'gulnar','name':'Gulnar Hasanova','roles':['clerk'],'agency':'a0'}");
    put(h->db, TABLE_PERSON,
        "{'id':'p-secret','name':'Rovshan','family':'Mustafayev','fin':'7A2B3XK','born':'1990-01-01'}");
}

static void put_ticket(struct plain_hall *h, struct rng *rng, int n)
{
    static const char *const states[] = {"waiting", "waiting", "called",  "serving",  "held",
                                         "done",    "done",    "no_show", "cancelled"};
    struct plain_ticket *t = &h->tickets[n];
    char arrived[TIME_TEXT], called[TIME_TEXT];
    *t = (struct plain_ticket){.queue = (int)rng_below(rng, QUEUES),
                               .state = states[rng_below(rng, sizeof states / sizeof *states)],
                               .promise_min = (int)rng_below(rng, 90) - 10};
    bool old = rng_below(rng, 5) == 0 && !str_equal(t->state, "waiting");
    t->arrived_ms = noon - (int64_t)rng_below(rng, 240 * MIN) - (old ? 30 * 60 * (int64_t)MIN : 0);
    if (!str_equal(t->state, "waiting") && !str_equal(t->state, "cancelled"))
        t->called_ms = t->arrived_ms + (int64_t)rng_below(rng, 60 * MIN);
    time_text(t->arrived_ms, arrived);
    time_text(t->called_ms, called);
    char promise[40] = "null";
    if (t->promise_min >= 0)
        str_format(promise, sizeof promise, "[0,%d]", t->promise_min);
    put_made(
        h->db, TABLE_TICKET,
        xasprintf("{'id':'t%d','number':'ZZ%03d','day':'%s','queue':'q%d','state':'%s','priority_class':0,"
                  "'arrived_at':'%s','called_at':%s%s%s,'person':'p-secret','user':'u-secret',"
                  "'visit':'t%d','promise_min':%s,'stamps':[]}",
                  n, n, old ? "2026-11-23" : today, t->queue, t->state, arrived, t->called_ms ? "'" : "",
                  t->called_ms ? called : "null", t->called_ms ? "'" : "", n, promise));
    if (str_equal(t->state, "done") && !old && rng_below(rng, 2) == 0) {
        h->surveys++;
        put_made(h->db, TABLE_SURVEY,
                 xasprintf("{'id':'s%d','ticket':'t%d','scores':[4,4,4,4,4,4,4,4,4]}", n, n));
    }
}

static void put_counter(struct plain_hall *h, struct rng *rng, int n)
{
    static const char *const states[] = {"open", "open", "paused", "closed"};
    char until[TIME_TEXT];
    h->counters[n].state = states[rng_below(rng, 4)];
    h->counters[n].queue = (int)rng_below(rng, QUEUES);
    h->counters[n].agency = agency_of(h->counters[n].queue);
    h->counters[n].gone = rng_below(rng, 3) == 0;
    time_text(noon + (h->counters[n].gone ? -MIN : MIN), until);
    put_made(h->db, TABLE_COUNTER,
             xasprintf("{'id':'c%d','name':'%d','agency':'a%d','state':'%s','user':'u-secret',"
                       "'lease_until':'%s','queues':[{'queue':'q%d','weight':1}]}",
                       n, n, h->counters[n].agency, h->counters[n].state, until, h->counters[n].queue));
}

static void open_plain(struct plain_hall *h, uint64_t seed)
{
    struct err_info info = {0};
    struct rng rng;
    char *path = xasprintf("%s/figures-%llu.db", test_folder(), (unsigned long long)seed);
    *h = (struct plain_hall){.figures = figures_new()};
    rng_seed(&rng, seed);
    REQUIRE(store_open_file(&h->db, path, true, &info) == ERR_OK);
    REQUIRE(zone_set("Asia/Baku"));
    free(path);
    put(h->db, TABLE_HALL,
        "{'id':'hall','code':'AZ-BAKU-05','name':{'az':'Bakı 5','en':'Baku 5'},'timezone':'Asia/Baku',"
        "'business_day':'2026-11-24','weekend':['sat','sun'],'holidays':[]}");
    put_people(h);
    for (int i = 0; i < AGENCIES; i++)
        put_made(h->db, TABLE_AGENCY, xasprintf("{'id':'a%d','name':{'en':'Agency %d'}}", i, i));
    for (int i = 0; i < QUEUES; i++)
        put_made(h->db, TABLE_QUEUE,
                 xasprintf("{'id':'q%d','code':'%c','name':{'en':'Queue %d'},'agency':'a%d',"
                           "'rule':{'kind':'fifo'}%s}",
                           i, 'A' + i, i, agency_of(i), i == 1 ? ",'level':{'wait_min':5,'share':90}" : ""));
    for (int i = 0; i < TICKETS; i++)
        put_ticket(h, &rng, i);
    for (int i = 0; i < COUNTERS; i++)
        put_counter(h, &rng, i);
    h->stations = (int)rng_below(&rng, 3);
    for (int i = 0; i < h->stations; i++) {
        h->unsent += i + 2;
        put_made(h->db, TABLE_STATION,
                 xasprintf("{'id':'st%d','user':'u-secret','unsent':%d,'since':'2026-11-24T09:0%d:00.000Z'}",
                           i, i + 2, i));
    }
    put(h->db, TABLE_STATION, "{'id':'quiet','user':'u-secret','unsent':0}");
    h->disputes = (int)rng_below(&rng, 3);
    for (int i = 0; i < 3; i++)
        put_made(h->db, TABLE_DISPUTE,
                 xasprintf("{'id':'d%d','client':'x','user':'u-secret','state':'%s'}", i,
                           i < h->disputes ? "open" : "resolved"));
}

static void close_plain(struct plain_hall *h)
{
    figures_free(&h->figures);
    db_close(&h->db);
}

static struct figures_at at_ms(struct plain_hall *h, int64_t after_ms, int64_t rev)
{
    return (struct figures_at){.db = h->db,
                               .code = "AZ-BAKU-05",
                               .day = today,
                               .wall_ms = noon + after_ms,
                               .mono_ms = 1000000 + after_ms,
                               .rev = rev,
                               .epoch = 1};
}

/* The caller frees. */
static char *read_text(struct plain_hall *h, int64_t after_ms, int64_t rev, const char *agency)
{
    const struct figures_at at = at_ms(h, after_ms, rev);
    const char *text = "";
    size_t length = 0;
    char tag[FIGURES_TAG];
    REQUIRE(figures_read(h->figures, &at, agency, &text, &length, tag) == ERR_OK);
    CHECK_INT(strlen(text), (int64_t)length);
    return xstrndup(text, length);
}

static struct json *read_json(struct plain_hall *h, const char *agency)
{
    struct json *json = NULL;
    char *text = read_text(h, 0, 1, agency);
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    free(text);
    return json;
}

/* --- the plain count --- */

static int compare_ms(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double tenths(double minutes)
{
    return (double)(int64_t)(minutes * 10 + 0.5) / 10;
}

/* queue -1: all; agency -1: any. */
static bool is_of(int queue, int want_queue, int want_agency)
{
    return (want_queue < 0 || queue == want_queue) && (want_agency < 0 || agency_of(queue) == want_agency);
}

static void check_waits(const struct plain_hall *h, const struct json *sum, int queue, int agency)
{
    int64_t waits[TICKETS], total = 0, midnight = time_day_start(noon);
    int count = 0;
    for (int i = 0; i < TICKETS; i++) {
        const struct plain_ticket *t = &h->tickets[i];
        if (!is_of(t->queue, queue, agency) || !t->called_ms || t->arrived_ms < midnight)
            continue;
        waits[count] = t->called_ms - t->arrived_ms;
        total += waits[count++];
    }
    CHECK_INT(json_int(sum, "called", -1), count);
    if (!count) {
        CHECK(json_is_null(json_get(sum, "wait_mean_min")));
        return;
    }
    qsort(waits, (size_t)count, sizeof *waits, compare_ms);
    int rank = (count * 9 + 9) / 10; /* nearest rank of nine of ten */
    CHECK(json_number(sum, "wait_mean_min", -1) == tenths((double)total / count / MIN));
    CHECK(json_number(sum, "wait_p90_min", -1) == tenths((double)waits[rank - 1] / MIN));
}

static void check_people(const struct plain_hall *h, const struct json *sum, int queue, int agency)
{
    int64_t waiting = 0, late = 0, served = 0, no_show = 0, oldest = 0, midnight = time_day_start(noon);
    char oldest_text[TIME_TEXT] = "";
    for (int i = 0; i < TICKETS; i++) {
        const struct plain_ticket *t = &h->tickets[i];
        if (!is_of(t->queue, queue, agency))
            continue;
        bool waits = str_equal(t->state, "waiting");
        waiting += waits;
        late += waits && t->promise_min >= 0 && t->arrived_ms + t->promise_min * (int64_t)MIN <= noon;
        served += str_equal(t->state, "done") && t->arrived_ms >= midnight;
        no_show += str_equal(t->state, "no_show") && t->arrived_ms >= midnight;
        if (waits && (!oldest || t->arrived_ms < oldest))
            oldest = t->arrived_ms;
    }
    if (oldest)
        time_text(oldest, oldest_text);
    CHECK_INT(json_int(sum, "waiting", -1), waiting);
    CHECK_INT(json_int(sum, "late", -1), late);
    CHECK_INT(json_int(sum, "served", -1), served);
    CHECK_INT(json_int(sum, "no_show", -1), no_show);
    CHECK_TEXT(json_text_or(sum, "oldest_at", ""), oldest_text);
}

static void check_counters(const struct plain_hall *h, const struct json *sum, int queue, int agency)
{
    int64_t open = 0, paused = 0, gone = 0, all = 0;
    for (int i = 0; i < COUNTERS; i++) {
        if (!is_of(h->counters[i].queue, queue, agency))
            continue;
        bool closed = str_equal(h->counters[i].state, "closed"), away = h->counters[i].gone && !closed;
        all++;
        gone += away;
        open += !away && str_equal(h->counters[i].state, "open");
        paused += !away && str_equal(h->counters[i].state, "paused");
    }
    CHECK_INT(json_as_int(json_pointer(sum, "/counters/all"), -1), all);
    CHECK_INT(json_as_int(json_pointer(sum, "/counters/open"), -1), open);
    CHECK_INT(json_as_int(json_pointer(sum, "/counters/paused"), -1), paused);
    CHECK_INT(json_as_int(json_pointer(sum, "/counters/unattended"), -1), gone);
}

static void check_sum(const struct plain_hall *h, const struct json *sum, int queue, int agency)
{
    REQUIRE(sum != NULL);
    check_people(h, sum, queue, agency);
    check_waits(h, sum, queue, agency);
    check_counters(h, sum, queue, agency);
}

TEST(figures_are_what_a_plain_count_over_the_rows_says)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct plain_hall h;
        open_plain(&h, seed);
        struct json *told = read_json(&h, "");
        check_sum(&h, json_get(told, "now"), -1, -1);
        CHECK_INT(json_count(json_get(told, "agencies")), AGENCIES);
        CHECK_INT(json_count(json_get(told, "queues")), QUEUES);
        for (size_t i = 0; i < AGENCIES; i++)
            check_sum(&h, json_at(json_get(told, "agencies"), i), -1, (int)i);
        for (size_t i = 0; i < QUEUES; i++)
            check_sum(&h, json_at(json_get(told, "queues"), i), (int)i, -1);
        CHECK_INT(json_as_int(json_pointer(told, "/unsent/stations"), -1), h.stations);
        CHECK_INT(json_as_int(json_pointer(told, "/unsent/records"), -1), h.unsent);
        CHECK_INT(json_int(told, "disputes", -1), h.disputes);
        CHECK_INT(json_as_int(json_pointer(told, "/survey/people"), -1), h.surveys);
        const struct json *levels = json_pointer(told, "/now/levels");
        CHECK(json_int(levels, "kept", 0) + json_int(levels, "burning", 0) + json_int(levels, "broken", 0) <=
              1);
        json_free(&told);
        close_plain(&h);
        if (test_abandoned())
            printf("    seed %llu\n", (unsigned long long)seed);
    }
}

TEST(figures_tell_of_nobody)
{
    static const char *const secret[] = {"u-secret", "p-secret",   "gulnar",  "Gulnar", "Hasanova",
                                         "Rovshan",  "Mustafayev", "7A2B3XK", "ZZ0",    "'t1'",
                                         "st0",      "\"c0\"",     "1990"};
    struct plain_hall h;
    open_plain(&h, 7);
    for (int i = 0; i < 2; i++) {
        char *text = read_text(&h, 0, 1, i ? "a0" : "");
        for (size_t s = 0; s < sizeof secret / sizeof *secret; s++)
            if (!CHECK(strstr(text, secret[s]) == NULL))
                printf("    it tells %s\n", secret[s]);
        free(text);
    }
    close_plain(&h);
}

TEST(figures_of_one_agency_are_those_of_its_queues)
{
    struct plain_hall h;
    open_plain(&h, 3);
    struct json *told = read_json(&h, "a1");
    check_sum(&h, json_get(told, "now"), -1, 1);
    CHECK_INT(json_count(json_get(told, "agencies")), 1);
    CHECK_INT(json_count(json_get(told, "queues")), QUEUES / AGENCIES);
    CHECK(json_get(json_get(told, "now"), "id") == NULL);
    static const char *const untold[] = {"unsent", "disputes", "survey", "yesterday", "month"};
    for (size_t i = 0; i < sizeof untold / sizeof *untold; i++)
        CHECK(json_is_null(json_get(told, untold[i])));
    json_free(&told);
    told = read_json(&h, "nobody's");
    CHECK_INT(json_as_int(json_pointer(told, "/now/waiting"), -1), 0);
    CHECK_INT(json_count(json_get(told, "queues")), 0);
    json_free(&told);
    close_plain(&h);
}

TEST(figures_are_read_once_for_fifty_readers)
{
    struct plain_hall h;
    open_plain(&h, 5);
    char *first = read_text(&h, 0, 1, "");
    for (int i = 0; i < 50; i++) {
        char *again = read_text(&h, i * 30, 1 + i, i % 2 ? "a0" : "");
        free(again);
    }
    CHECK_INT(figures_made(h.figures), 1);
    put(h.db, TABLE_TICKET,
        "{'id':'new','number':'ZZ999','day':'2026-11-24','queue':'q0','state':'waiting','priority_class':0,"
        "'arrived_at':'2026-11-24T09:59:00.000Z','called_at':null,'visit':'new','stamps':[]}");
    char *later = read_text(&h, 100 * FIGURES_FRESH_MS, 60, "");
    CHECK_INT(figures_made(h.figures), 2);
    CHECK(strcmp(first, later) != 0);
    free(first);
    free(later);
    close_plain(&h);
}

/* Nothing in it says how late it is, so that in the evening it has the same tag hour after hour. */
TEST(figures_of_a_quiet_hall_stay_the_same_to_the_letter)
{
    struct plain_hall h;
    const char *text;
    size_t length;
    char tag[2][FIGURES_TAG];
    open_plain(&h, 11);
    REQUIRE(db_script(h.db, "DELETE FROM tickets WHERE state = 'waiting'; DELETE FROM counters") == ERR_OK);
    for (int i = 0; i < 2; i++) {
        const struct figures_at at = at_ms(&h, (6 + i) * 60 * (int64_t)MIN, 1);
        REQUIRE(figures_read(h.figures, &at, "", &text, &length, tag[i]) == ERR_OK);
    }
    CHECK_INT(figures_made(h.figures), 2);
    CHECK_TEXT(tag[0], tag[1]);
    CHECK(strstr(text, "\"opening\":\"closed\"") != NULL);
    close_plain(&h);
}

TEST(figures_of_days_before_are_read_from_the_day_book)
{
    struct plain_hall h;
    int64_t old = 0;
    bool whole = false;
    open_plain(&h, 2);
    for (int i = 0; i < TICKETS; i++)
        old += h.tickets[i].arrived_ms < time_day_start(noon);
    for (int i = 0; !whole && i < 100; i++)
        REQUIRE(daybook_slice(h.db, today, &whole) == ERR_OK);
    struct json *told = read_json(&h, "");
    CHECK_TEXT(json_as_text(json_pointer(told, "/yesterday/from")), "2026-11-23");
    CHECK_INT(json_as_int(json_pointer(told, "/yesterday/tickets"), -1), old);
    CHECK_TEXT(json_as_text(json_pointer(told, "/month/from")), "2026-11-01");
    CHECK_INT(json_as_int(json_pointer(told, "/month/tickets"), -1), old);
    json_free(&told);
    close_plain(&h);
}

TEST(figures_are_asked_along_indexes)
{
    struct plain_hall h;
    int nth = 0;
    open_plain(&h, 1);
    for (; figures_statement(nth); nth++) {
        const char *sql = figures_statement(nth);
        char *plan = db_explain(h.db, sql);
        bool counts = strstr(sql, "count(*) FROM tickets") != NULL;
        bool walks = !strstr(plan, "TEMP B-TREE") && (!strstr(plan, "SCAN") || strstr(plan, "USING INDEX"));
        if (!CHECK(walks && (!counts || strstr(plan, "USING COVERING INDEX"))))
            printf("    %s\n%s", sql, plan);
        free(plan);
    }
    CHECK(nth > 5);
    close_plain(&h);
}
