/* tests/bench/reports.c: the reports of a hall with many visits: a year of them, with their decisions and surveys.
 *
 *   bench reports DIR N   N visits into the hall of DIR, their day book written, each report asked for the whole year; prints
 *                         the waiting report, the longest of all, that one compared, today alone (us), the longest part of the
 *                         day book and all of it (us), and how many KiB it has */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/hall/daybook.h"
#include "core/hall/report.h"
#include "core/hall/store.h"
#include "core/model/calendar.h"
#include "tests/bench/bench.h"

enum { DAYS = 250, QUEUES = 30, SERVICES = 150, CLERKS = 60, TIMES = 5 };
static const char first_day[] = "2025-01-01", last_day[] = "2025-12-31", before[] = "2026-01-01";

static struct rng chance;

static void need(enum err err, const char *what, struct db *db)
{
    if (err != ERR_OK)
        bench_fail("%s: %s", what, db ? db_message(db) : err_text(err));
}

/* --- a year --- */

static int64_t moment_of(int64_t day_ms, int64_t at_ms, char out[TIME_TEXT])
{
    time_text(day_ms + at_ms, out);
    return at_ms;
}

static void put_visit(struct db *db, int64_t n, const char *day, int64_t day_ms)
{
    static const char sql[] = "INSERT INTO tickets (id, row_rev, row, number, day, queue, state) VALUES ($1, "
                              "1, $2, $3, $4, $5, 'done')";
    char id[40], number[16], queue[8], text[700], at[4][TIME_TEXT];
    int service = (int)rng_below(&chance, SERVICES), low = (int)rng_below(&chance, 40);
    int64_t ms = moment_of(day_ms, (int64_t)rng_below(&chance, 9 * 3600 * 1000), at[0]);
    ms = moment_of(day_ms, ms + (int64_t)rng_below(&chance, 3600 * 1000), at[1]);
    ms = moment_of(day_ms, ms + (int64_t)rng_below(&chance, 60 * 1000), at[2]);
    moment_of(day_ms, ms + (int64_t)rng_below(&chance, 1200 * 1000), at[3]);
    str_format(id, sizeof id, "01910000-0000-7000-8000-%012llx", (long long)n);
    str_format(number, sizeof number, "P%04lld", (long long)(n % 10000));
    str_format(queue, sizeof queue, "q%02d", service % QUEUES);
    str_format(text, sizeof text,
               "{\"id\":\"%s\",\"row_rev\":1,\"number\":\"%s\",\"day\":\"%s\",\"queue\":\"%s\",\"service\":"
               "\"s%03d\","
               "\"visit\":\"%s\",\"state\":\"%s\",\"gen\":2,\"counter\":\"c%02d\",\"user\":\"u%02d\","
               "\"priority\":null,"
               "\"channel\":\"walk_in\",\"arrived_at\":\"%s\",\"called_at\":\"%s\",\"started_at\":\"%s\","
               "\"finished_at\":"
               "\"%s\",\"outcome\":\"served\",\"calls\":1,\"promise_min\":[%d,%d]}",
               id, number, day, queue, service, id, rng_below(&chance, 12) ? "done" : "no_show",
               (int)rng_below(&chance, CLERKS), (int)rng_below(&chance, CLERKS), at[0], at[1], at[2], at[3],
               low, low + 15);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, id);
    db_bind_text(s, 2, text);
    db_bind_text(s, 3, number);
    db_bind_text(s, 4, day);
    db_bind_text(s, 5, queue);
    need(db_run(s), "ticket", db);
}

static void put_decision(struct db *db, int64_t n, int64_t day_ms)
{
    static const char sql_case[] = "INSERT INTO cases (id, row_rev, row, service) VALUES ($1, 1, '{}', $2)",
                      sql[] =
                          "INSERT INTO decisions (id, row_rev, row, case_, at_) VALUES ($1, 1, $2, $3, $4)";
    char id[24], file[24], service[8], text[300], at[TIME_TEXT];
    moment_of(day_ms, (int64_t)rng_below(&chance, 10 * 3600 * 1000), at);
    str_format(id, sizeof id, "d%09lld", (long long)n);
    str_format(file, sizeof file, "k%09lld", (long long)n);
    str_format(service, sizeof service, "s%03d", (int)rng_below(&chance, SERVICES));
    bool refused = rng_below(&chance, 6) == 0;
    str_format(text, sizeof text,
               "{\"id\":\"%s\",\"row_rev\":1,\"case\":\"%s\",\"outcome\":\"%s\",\"reasons\":[%s],\"by\":"
               "\"u01\",\"at\":\"%s\"}",
               id, file, refused ? "refuse" : "approve", refused ? "\"R12\"" : "", at);
    struct stmt *s = db_query(db, sql_case);
    db_bind_text(s, 1, file);
    db_bind_text(s, 2, service);
    need(db_run(s), "case", db);
    s = db_query(db, sql);
    db_bind_text(s, 1, id);
    db_bind_text(s, 2, text);
    db_bind_text(s, 3, file);
    db_bind_text(s, 4, at);
    need(db_run(s), "decision", db);
}

static void put_survey(struct db *db, int64_t n)
{
    static const char sql[] = "INSERT INTO surveys (id, row_rev, row, ticket) VALUES ($1, 1, $2, $3)";
    char id[24], ticket[40], text[100];
    str_format(id, sizeof id, "v%09lld", (long long)n);
    str_format(ticket, sizeof ticket, "01910000-0000-7000-8000-%012llx", (long long)n);
    str_format(text, sizeof text, "{\"scores\":[4,3,4,3,4,3,4,3,%d]}", 1 + (int)rng_below(&chance, 4));
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, id);
    db_bind_text(s, 2, text);
    db_bind_text(s, 3, ticket);
    need(db_run(s), "survey", db);
}

static void fill(struct db *db, int64_t visits)
{
    int32_t start = 0;
    (void)day_parse(first_day, &start);
    need(db_begin(db), "begin", db);
    for (int64_t n = 0; n < visits; n++) {
        int32_t number = start + (int32_t)(n * DAYS / visits) * 7 / 5;
        char day[DATE_TEXT];
        day_text(number, day);
        int64_t day_ms = (int64_t)number * 24 * 3600 * 1000 + 3600 * 1000;
        put_visit(db, n, day, day_ms);
        if (n % 10 < 7)
            put_decision(db, n, day_ms);
        if (n % 20 == 0)
            put_survey(db, n);
    }
    need(db_commit(db), "commit", db);
}

/* --- measured --- */

static int64_t write_book(struct db *db, int64_t *longest)
{
    bool whole = false;
    int64_t start = bench_now_us();
    *longest = 0;
    need(db_begin(db), "begin", db);
    while (!whole) {
        int64_t from = bench_now_us();
        need(daybook_slice(db, before, &whole), "day book", db);
        *longest = bench_now_us() - from > *longest ? bench_now_us() - from : *longest;
    }
    need(db_commit(db), "commit", db);
    return bench_now_us() - start;
}

static int64_t kib_of(struct db *db)
{
    static const char sql[] = "SELECT sum(length(text)) / 1024 FROM daybook";
    struct stmt *s = db_query(db, sql);
    need(db_step(s), "size", db);
    int64_t kib = db_int(s, 0);
    db_done(s);
    return kib;
}

/* The longest of some times. */
static int64_t measure(struct db *db, int report, struct report_ask ask)
{
    int64_t longest = 0;
    for (int i = 0; i < TIMES; i++) {
        struct buf out = {0};
        int64_t start = bench_now_us();
        need(report_write(db, report, &ask, &out), "report", db);
        int64_t us = bench_now_us() - start;
        longest = us > longest ? us : longest;
        buf_free(&out);
    }
    return longest;
}

int bench_reports(int argc, char **argv)
{
    struct db *db = NULL;
    struct err_info info = {0};
    int64_t part_us, longest = 0;
    if (argc != 2)
        bench_fail("reports DIR N");
    rng_seed(&chance, 11);
    zone_set("Asia/Baku");
    if (store_open(&db, argv[0], false, &info) != ERR_OK)
        bench_fail("%s", info.text);
    need(db_script(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF"), "open", db);
    fill(db, atoll(argv[1]));
    struct report_ask year = {.from = first_day, .to = last_day},
                      today = {.from = first_day, .to = first_day};
    int64_t live_us = measure(db, report_find("clerks"), today), book_us = write_book(db, &part_us);
    int64_t waiting_us = measure(db, report_find("waiting"), year);
    for (int i = 0; report_name(i); i++) {
        int64_t us = measure(db, i, year);
        fprintf(stderr, "bench: the report %s in %lld us\n", report_name(i), (long long)us);
        longest = us > longest ? us : longest;
    }
    year.compare = true;
    printf("%lld %lld %lld %lld %lld %lld %lld\n", (long long)waiting_us, (long long)longest,
           (long long)measure(db, report_find("waiting"), year), (long long)live_us, (long long)part_us,
           (long long)book_us, (long long)kib_of(db));
    db_close(&db);
    return 0;
}
