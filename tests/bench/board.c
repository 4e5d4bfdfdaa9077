/* tests/bench/board.c: what a refresh of the supervisor's board takes, with many counters and many who wait.
 *
 *   bench board DIR COUNTERS WAITING   "p50_us p99_us first_us people_us": of the processor, of the query "floor" of a hall of
 *                                      30 queues whose people were all promised less; one in three counters changes its row
 *                                      and one citizen is called between two refreshes. first: with the day's pictures made
 *                                      from twice as many tickets; people: the first 60 of a queue. Makes the folder DIR. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/cache/store.h"
#include "tests/bench/bench.h"

enum { TIMES = 300, QUEUES = 30 };

static void need(enum err err, const char *what, const char *message)
{
    if (err != ERR_OK)
        bench_fail("%s: %s", what, message);
}

static void put(struct json *rows, const char *table, struct json *row)
{
    struct json *line = json_new_object();
    json_set_int(row, "row_rev", 1);
    json_set_text(line, "t", table);
    json_set_text(line, "id", json_text(row, "id"));
    json_set(line, "row", row);
    json_add(rows, line);
}

static struct json *row_new(const char *format, int n)
{
    struct json *row = json_new_object();
    char id[40];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    str_format(id, sizeof id, format, n);
#pragma GCC diagnostic pop
    json_set_text(row, "id", id);
    return row;
}

static void set_at(struct json *row, const char *name, int64_t ms)
{
    char text[TIME_TEXT];
    time_text(ms, text);
    json_set_text(row, name, text);
}

static void set_named(struct json *row, const char *name, const char *letter, int n)
{
    char text[40];
    str_format(text, sizeof text, "%s%d", letter, n);
    json_set_text(row, name, text);
}

static struct json *ticket(int n, const char *state, int64_t arrived_ms, const char *day)
{
    struct json *row = row_new("01900000-0000-7000-8000-%012d", n), *promise = json_new_array();
    set_named(row, "queue", "q", n % QUEUES);
    set_named(row, "number", "P", n);
    set_named(row, "service", "s", n % 60);
    json_set_text(row, "state", state);
    json_set_text(row, "day", day);
    json_set_text(row, "channel", "walk_in");
    set_at(row, "arrived_at", arrived_ms);
    json_add(promise, json_new_int(5));
    json_add(promise, json_new_int(10));
    json_set(row, "promise_min", promise);
    return row;
}

static struct json *counter(int n, int64_t now_ms)
{
    struct json *row = row_new("c%d", n), *queues = json_new_array();
    for (int i = 0; i < 2; i++) {
        struct json *one = json_new_object();
        set_named(one, "queue", "q", (n + i) % QUEUES);
        json_set_int(one, "weight", 1);
        json_add(queues, one);
    }
    set_named(row, "name", "", n);
    set_named(row, "user", "u", n);
    json_set_text(row, "state", "open");
    json_set(row, "queues", queues);
    json_set_int(row, "fence", 3);
    set_at(row, "opened_at", now_ms - 3600000);
    set_at(row, "lease_until", now_ms + 90000);
    return row;
}

static struct json *serving(int n, int64_t now_ms, const char *day)
{
    struct json *row = ticket(n, "serving", now_ms - 1800000, day);
    set_named(row, "counter", "c", n);
    set_named(row, "user", "u", n);
    set_at(row, "called_at", now_ms - 300000);
    set_at(row, "started_at", now_ms - 280000);
    return row;
}

/* Nine in ten counters serve somebody; as many are done as wait. */
static void fill(struct cache *cache, int counters, int waiting, int64_t now_ms)
{
    struct json *page = json_new_object(), *rows = json_new_array();
    char day[DATE_TEXT];
    time_date(now_ms, day);
    json_set(page, "rows", rows);
    for (int i = 0; i < QUEUES; i++) {
        struct json *queue = row_new("q%d", i);
        set_named(queue, "code", "Q", i);
        put(rows, "queue", queue);
    }
    for (int i = 0; i < counters; i++) {
        struct json *user = row_new("u%d", i);
        set_named(user, "name", "Clerk ", i);
        put(rows, "user", user);
        put(rows, "counter", counter(i, now_ms));
        if (i % 10)
            put(rows, "ticket", serving(i, now_ms, day));
    }
    int64_t since_ms = now_ms - time_day_start(now_ms) < 3600000 ? now_ms - 600000 : now_ms - 3600000;
    for (int i = 0; i < waiting; i++) {
        put(rows, "ticket", ticket(100000 + i, "waiting", since_ms + i, day));
        struct json *done = ticket(500000 + i, "done", since_ms + i, day);
        set_named(done, "counter", "c", i % counters);
        set_at(done, "called_at", since_ms + i + 60000);
        set_at(done, "finished_at", since_ms + i + 120000);
        put(rows, "ticket", done);
    }
    need(cache_snapshot_page(cache, page, true), "page", cache_message(cache));
    need(cache_snapshot_swap(cache, 1, 1, now_ms), "swap", cache_message(cache));
    json_free(&page);
}

static int64_t processor_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t ask(struct cache *cache, const char *what, const char *args_text, int64_t now_ms)
{
    struct json *answer = NULL, *args = NULL;
    need(json_parse(args_text, strlen(args_text), &args, NULL), "args", args_text);
    int64_t began = processor_us();
    need(cache_load(cache, what, args, now_ms, &answer), what, cache_message(cache));
    int64_t took = processor_us() - began;
    json_free(&answer);
    json_free(&args);
    return took;
}

/* As a hall at work: leases renewed, one called. */
static void change(struct cache *cache, int turn, int counters, int64_t now_ms)
{
    struct json *rows = json_new_array();
    char day[DATE_TEXT];
    time_date(now_ms, day);
    for (int i = turn % 3; i < counters; i += 3)
        put(rows, "counter", counter(i, now_ms + turn));
    put(rows, "ticket", ticket(900000 + turn, "waiting", now_ms, day));
    need(db_begin(cache->db), "begin", cache_message(cache));
    for (const struct json *line = json_first(rows); line; line = json_next(line)) {
        enum table table = str_equal(json_text(line, "t"), "counter") ? TABLE_COUNTER : TABLE_TICKET;
        need(row_put(cache->db, ROWS_BASE, table, json_get(line, "row")), "row", cache_message(cache));
    }
    need(db_commit(cache->db), "commit", cache_message(cache));
    json_free(&rows);
}

int bench_board(int argc, char **argv)
{
    struct err_info info = {0};
    struct cache *cache = NULL;
    struct json *session = NULL;
    struct rng rng;
    int64_t times[TIMES], people[TIMES], now_ms = clock_wall_now_ms();
    static const char who[] =
        "{\"token\":\"bench\",\"user\":{\"id\":\"s\",\"login\":\"s\",\"name\":\"S\",\"roles\":"
        "[\"supervisor\"]},\"hall\":{\"code\":\"B\"}}";
    if (argc != 3)
        bench_fail("board DIR COUNTERS WAITING");
    int counters = atoi(argv[1]);
    rng_seed(&rng, 7);
    need(cache_open(&cache, argv[0], now_ms, &rng, NULL, &info), "open", info.text);
    need(json_parse(who, strlen(who), &session, NULL), "session", who);
    need(cache_new_epoch(cache, 1), "epoch", cache_message(cache));
    need(cache_sign_in(cache, session), "sign in", cache_message(cache));
    cache_set_reach(cache, true);
    fill(cache, counters, atoi(argv[2]), now_ms);
    int64_t first = ask(cache, "floor", "{}", now_ms);
    for (int i = 0; i < TIMES; i++) {
        change(cache, i, counters, now_ms);
        times[i] = ask(cache, "floor", "{}", now_ms + i);
        people[i] = ask(cache, "floor_people", "{\"queue\":\"q7\",\"limit\":60}", now_ms + i);
    }
    printf("%lld %lld %lld %lld\n", (long long)bench_share(times, TIMES, 0.5),
           (long long)bench_share(times, TIMES, 0.99), (long long)first,
           (long long)bench_share(people, TIMES, 0.99));
    json_free(&session);
    cache_close(&cache);
    return 0;
}
