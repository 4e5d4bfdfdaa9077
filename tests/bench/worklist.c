/* tests/bench/worklist.c: how long a worklist of many undecided applications takes to be opened, moved in and filtered.
 *
 *   bench worklist DIR N   "open_us move_us end_us filter_us words_us": the 99th percentile of each, of the processor. Makes
 *                          a workstation's folder DIR with N applications of one agency, a thousand due on each day. open:
 *                          first rows of each list; move: a window around a row anywhere in them; end: the last rows;
 *                          filter: by service, channel, state, date, in both orders; words: a service and a name typed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/cache/cache.h"
#include "core/db/rows.h"
#include "tests/bench/bench.h"

enum { TIMES = 40, SERVICES = 60, PERSONS = 1000 };

static void need(enum err err, const char *what, const char *message)
{
    if (err != ERR_OK)
        bench_fail("%s: %s", what, message);
}

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    struct err_info info = {0};
    if (json_parse(text, strlen(text), &json, &info) != ERR_OK)
        bench_fail("%s", info.text);
    return json;
}

static void add_row(struct json *rows, const char *table, const char *text)
{
    struct json *line = json_new_object(), *row = parse(text);
    json_set_text(line, "t", table);
    json_set_text(line, "id", json_text(row, "id"));
    json_set(line, "row", row);
    json_add(rows, line);
}

static struct json *hall_rows(void)
{
    struct json *page = json_new_object(), *rows = json_new_array();
    char text[300];
    for (int i = 0; i < SERVICES; i++) {
        str_format(
            text, sizeof text,
            "{\"id\":\"s%d\",\"row_rev\":1,\"form_version\":1,\"agency\":\"a1\",\"queue\":\"q\",\"name\":{"
            "\"en\":"
            "\"Certificate %d\",\"az\":\"Arayış %d\"},\"time\":{\"standard\":\"P5D\",\"deemed\":true}}",
            i, i, i);
        add_row(rows, "service", text);
    }
    for (int i = 0; i < PERSONS; i++) {
        str_format(text, sizeof text,
                   "{\"id\":\"p%d\",\"row_rev\":1,\"name\":\"Budi%d Santoso\",\"born\":\"1990-01-01\"}", i,
                   i);
        add_row(rows, "person", text);
    }
    json_set(page, "rows", rows);
    return page;
}

/* One in a hundred is the clerk's own, one in fifty arrived online and is nobody's, one in five hundred is approved, half of
 * those wait for a second person. */
static const char case_rows[] =
    "INSERT INTO base_cases (id, row_rev, row, number, service, agency, person, state, user_, opened_at, "
    "due_at,"
    " confirm_asked_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %lld),"
    " c(i, id, state, user_, channel, opened_at, due_at) AS (SELECT i, "
    "printf('01900000-0000-7000-8000-%%012x', i),"
    " CASE WHEN i %% 500 = 7 THEN 'approved' ELSE CASE i %% 4 WHEN 0 THEN 'submitted' WHEN 1 THEN 'complete' "
    "WHEN 2 THEN 'in_review' ELSE 'referred' END END,"
    " CASE WHEN i %% 50 = 0 THEN NULL WHEN i %% 100 = 1 THEN 'u1' ELSE 'u' || (i %% 40 + 2) END,"
    " CASE WHEN i %% 50 = 0 THEN 'online' ELSE 'walk_in' END,"
    " strftime('%%Y-%%m-%%dT%%H:%%M:%%S.000Z', 1700000000 + i * 7, 'unixepoch'),"
    " strftime('%%Y-%%m-%%dT09:00:00.000Z', 1760000000 + i / 1000 * 86400, 'unixepoch') FROM n)"
    " SELECT id, 1, json_object('id', id, 'row_rev', 1, 'number', printf('B-%%09d', i), 'service', 's' || (i "
    "%% 60),"
    " 'form_version', 1, 'agency', 'a1', 'person', 'p' || (i %% 1000), 'state', state, 'user', user_, "
    "'channel', channel,"
    " 'opened_at', opened_at, 'due_at', due_at, 'draft', json_object('street', 'Jl. Melati ' || i)),"
    " printf('B-%%09d', i), 's' || (i %% 60), 'a1', 'p' || (i %% 1000), state, user_, opened_at, due_at, "
    "CASE WHEN i %% 1000 = 7 THEN opened_at END FROM c";

static void write_cases(const char *dir, long long count)
{
    struct err_info info = {0};
    struct db *db = NULL;
    char *path = xasprintf("%s/cache.db", dir), *sql = NULL;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (asprintf(&sql, case_rows, count) < 0)
        bench_fail("no memory");
#pragma GCC diagnostic pop
    need(db_open(&db, path, DB_WRITE | DB_EXCLUSIVE, &info), "open", info.text);
    need(db_script(db, "PRAGMA cache_size = -200000"), "cache", db_message(db));
    need(db_begin(db), "begin", db_message(db));
    need(db_script(db, sql), "fill", db_message(db));
    need(db_commit(db), "commit", db_message(db));
    need(db_checkpoint(db, 0), "checkpoint", db_message(db));
    db_close(&db);
    free(sql);
    free(path);
}

static struct cache *open_cache(const char *dir, struct rng *rng)
{
    struct err_info info = {0};
    struct cache *cache = NULL;
    need(cache_open(&cache, dir, clock_wall_now_ms(), rng, NULL, &info), "open", info.text);
    return cache;
}

static void fill(const char *dir, long long count, struct rng *rng)
{
    struct cache *cache = open_cache(dir, rng);
    struct json *session =
        parse("{\"token\":\"bench\",\"user\":{\"id\":\"u1\",\"login\":\"siti\",\"name\":\"Siti\",\"agency\":"
              "\"a1\",\"roles\":[\"clerk\"]},\"hall\":{\"code\":\"B\"}}");
    struct json *page = hall_rows();
    need(cache_new_epoch(cache, 1), "epoch", cache_message(cache));
    need(cache_sign_in(cache, session), "sign in", cache_message(cache));
    need(cache_snapshot_page(cache, page, true), "page", cache_message(cache));
    need(cache_snapshot_swap(cache, 1, 1, clock_wall_now_ms()), "swap", cache_message(cache));
    json_free(&session);
    json_free(&page);
    cache_close(&cache);
    write_cases(dir, count);
}

static int64_t processor_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct times {
    int64_t us[TIMES * 10];
    size_t count;
};

static void ask(struct cache *cache, const char *args_text, struct times *times)
{
    struct json *args = parse(args_text), *answer = NULL;
    int64_t began = processor_us();
    need(cache_load(cache, "worklist", args, clock_wall_now_ms(), &answer), args_text, cache_message(cache));
    times->us[times->count++] = processor_us() - began;
    if (!json_count(json_get(answer, "rows")))
        bench_fail("%s: nothing was found", args_text);
    json_free(&args);
    json_free(&answer);
}

static void ask_each(struct cache *cache, const char *const args[], size_t count, struct times *times)
{
    for (size_t i = 0; i < TIMES * count; i++)
        ask(cache, args[i % count], times);
}

/* Anywhere in the list, in both orders. */
static void move_about(struct cache *cache, long long count, struct rng *rng, struct times *times)
{
    char args[300];
    for (int i = 0; i < 2 * TIMES; i++) {
        long long at = 1 + (long long)(rng_next(rng) % (uint64_t)count);
        char day[DATE_TEXT];
        time_date((1760000000 + at / 1000 * 86400) * 1000, day);
        if (i % 2)
            str_format(args, sizeof args,
                       "{\"filter\":\"agency\",\"sort\":\"due\",\"limit\":200,\"around\":{\"key\":\"%sT09:00:"
                       "00.000Z\",\"id\":"
                       "\"01900000-0000-7000-8000-%012llx\"}}",
                       day, (unsigned long long)at);
        else {
            char opened[TIME_TEXT];
            time_text((1700000000 + at * 7) * 1000, opened);
            str_format(args, sizeof args,
                       "{\"filter\":\"agency\",\"limit\":200,\"around\":{\"key\":\"%s\",\"id\":\"01900000-"
                       "0000-7000-8000-"
                       "%012llx\"}}",
                       opened, (unsigned long long)at);
        }
        ask(cache, args, times);
    }
}

int bench_worklist(int argc, char **argv)
{
    static const char *const open[] = {
        "{\"filter\":\"mine\",\"limit\":200}",   "{\"filter\":\"agency\",\"limit\":200}",
        "{\"filter\":\"online\",\"limit\":200}", "{\"filter\":\"due\",\"limit\":200}",
        "{\"filter\":\"ready\",\"limit\":200}",  "{\"filter\":\"ready\",\"sort\":\"due\",\"limit\":200}"};
    static const char *const end[] = {"{\"filter\":\"agency\",\"end\":true,\"limit\":200}",
                                      "{\"filter\":\"agency\",\"sort\":\"due\",\"end\":true,\"limit\":200}",
                                      "{\"filter\":\"due\",\"end\":true,\"limit\":200}"};
    static const char *const filter[] = {
        "{\"filter\":\"agency\",\"service\":\"s7\",\"limit\":200}",
        "{\"filter\":\"agency\",\"service\":\"s7\",\"sort\":\"due\",\"limit\":200}",
        "{\"filter\":\"agency\",\"channel\":\"online\",\"limit\":200}",
        "{\"filter\":\"agency\",\"channel\":\"online\",\"sort\":\"due\",\"limit\":200}",
        "{\"filter\":\"agency\",\"state\":\"referred\",\"limit\":200}",
        "{\"filter\":\"agency\",\"due_from\":\"2026-01-01T00:00:00.000Z\",\"limit\":200}",
        "{\"filter\":\"agency\",\"person\":\"p77\",\"limit\":200}"};
    static const char *const words[] = {"{\"filter\":\"agency\",\"text\":\"certificate 59\",\"limit\":200}",
                                        "{\"filter\":\"agency\",\"text\":\"budi santoso\",\"limit\":200}",
                                        "{\"filter\":\"agency\",\"text\":\"certificate\",\"limit\":200}"};
    if (argc != 2)
        bench_fail("worklist DIR N");
    struct rng rng;
    struct times times[5] = {{.count = 0}};
    rng_seed(&rng, 7);
    char *file = xasprintf("%s/cache.db", argv[0]);
    if (access(file, F_OK) != 0) /* once for several runs */
        fill(argv[0], atoll(argv[1]), &rng);
    free(file);
    struct cache *cache = open_cache(argv[0], &rng);
    ask_each(cache, open, sizeof open / sizeof *open, &times[0]);
    move_about(cache, atoll(argv[1]), &rng, &times[1]);
    ask_each(cache, end, sizeof end / sizeof *end, &times[2]);
    ask_each(cache, filter, sizeof filter / sizeof *filter, &times[3]);
    ask_each(cache, words, sizeof words / sizeof *words, &times[4]);
    for (int i = 0; i < 5; i++)
        printf("%lld%c", (long long)bench_share(times[i].us, times[i].count, 0.99), i < 4 ? ' ' : '\n');
    cache_close(&cache);
    return 0;
}
