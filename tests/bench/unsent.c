/* tests/bench/unsent.c: what a batch of the hall's news costs a workstation that was without the hall for long.
 *
 *   bench unsent DIR [--unsent N] [--batches N]    batch_p50_us batch_p99_us wall_p50_us start_us
 *
 * DIR is a workstation's folder (bench fill cache). N records are made without the hall. Then it comes back: each batch
 * answers the oldest eight and brings them in the feed, with what colleagues did to tickets of the same queue meanwhile;
 * as many are made anew, so that as many wait all the time. batch is time of the processor, which the disk and others on this computer do
 * not lengthen; wall is what passes on the clock; start: the file opened again with all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/cache/cache.h"
#include "core/wire/feed.h"
#include "tests/bench/bench.h"

enum { BATCHES_MAX = 1000, VISIT = 8, COLLEAGUES = 6 };

struct desk {
    struct cache *cache;
    struct rng rng;
    int64_t now_ms, rev, answered; /* revs of the hall; the last seq that it answered */
    int made;
    char case_id[UUID_TEXT], ticket[UUID_TEXT];
    char (*ids)[UUID_TEXT]; /* of commands, by seq */
    struct json **rows;     /* of the hall, by seq: [{"t","id","row"}] that the command made, NULL none */
    char chain[SHA256_TEXT];
};

static void need(enum err err, const struct desk *desk, const char *what)
{
    if (err != ERR_OK)
        bench_fail("%s: %s", what, cache_message(desk->cache));
}

static void add_row(struct json *rows, const char *table, const char *id, struct json *row)
{
    struct json *line = json_new_object();
    json_set_text(row, "id", id);
    json_set_text(line, "t", table);
    json_set_text(line, "id", id);
    json_set(line, "row", row);
    json_add(rows, line);
}

static struct json *ticket_row(const char *state)
{
    struct json *row = json_new_object();
    json_set_text(row, "number", "P900");
    json_set_text(row, "queue", "p");
    json_set_text(row, "state", state);
    json_set_text(row, "arrived_at", "2026-11-25T01:30:00.000Z");
    json_set_int(row, "gen", 0);
    return row;
}

static struct json *case_row(const char *state)
{
    struct json *row = json_new_object();
    json_set_text(row, "service", "s1");
    json_set_text(row, "agency", "a1");
    json_set_text(row, "state", state);
    json_set_text(row, "user", "u1");
    return row;
}

/* The next command of a visit, and the row that the hall will have of it. */
static const char *next_command(struct desk *desk, struct json *body, struct json *rows)
{
    static const char *const types[VISIT] = {"ticket.issue", "case.open",   "case.draft",  "case.draft",
                                             "case.draft",   "case.submit", "case.decide", "ticket.cancel"};
    int kind = desk->made % VISIT;
    char id[UUID_TEXT], text[80];
    uuid_v7(desk->now_ms, &desk->rng, id);
    if (kind == 0) {
        json_set_text(body, "queue", "p");
        return types[kind];
    }
    if (kind == 1) {
        str_copy(desk->case_id, sizeof desk->case_id, id);
        json_set_text(body, "service", "s1");
    }
    if (kind == 1 || kind == VISIT - 1)
        json_set_text(body, "ticket", desk->ticket);
    if (kind < VISIT - 1)
        json_set_text(body, "case", desk->case_id);
    if (kind > 1 && kind < 5) {
        struct json *patch = json_new_object();
        str_format(text, sizeof text, "Street of the %d roses", desk->made);
        json_set_text(patch, kind == 2 ? "street" : "note", text);
        json_set(body, "patch", patch);
    }
    if (kind == 6) {
        json_set_text(body, "decision", id);
        json_set_text(body, "outcome", "approve");
    }
    if (kind == VISIT - 1)
        add_row(rows, "ticket", desk->ticket, ticket_row("cancelled"));
    else
        add_row(rows, "case", desk->case_id, case_row(kind < 5 ? "draft" : "submitted"));
    return types[kind];
}

static void confirm(struct desk *desk, int room)
{
    struct saved saved;
    struct json *body = json_new_object(), *rows = json_new_array();
    const char *type = next_command(desk, body, rows);
    enum err err = cache_confirm(desk->cache, type, body, desk->now_ms, &desk->rng, &saved);
    if (err != ERR_OK || saved.seq >= room)
        bench_fail("%s: %s", type, cache_message(desk->cache));
    const struct json *ticket = json_get(saved.outcome.data, "ticket");
    if (desk->made % VISIT == 0) {
        str_copy(desk->ticket, sizeof desk->ticket, json_text_or(ticket, "id", ""));
        add_row(rows, "ticket", desk->ticket, ticket_row("waiting"));
    }
    str_copy(desk->ids[saved.seq], UUID_TEXT, saved.id);
    desk->rows[saved.seq] = rows;
    desk->made++;
    json_free(&saved.outcome.data);
    json_free(&body);
}

/* Takes rows. */
static void add_item(struct desk *desk, struct json *items, const char *command, struct json *rows)
{
    char leaves[VISIT][SHA256_TEXT];
    size_t count = 0;
    struct json *item = json_new_object();
    desk->rev++;
    for (const struct json *line = json_first(rows); line; line = json_next(line)) {
        struct json *row = json_edit((struct json *)(uintptr_t)line, "row");
        json_set_int(row, "row_rev", desk->rev);
        feed_leaf(json_text(line, "t"), json_text(line, "id"), row, leaves[count++]);
    }
    feed_chain(desk->chain, desk->rev, command, "u1", leaves, count, desk->chain);
    json_set_int(item, "rev", desk->rev);
    json_set_text(item, "command", command);
    json_set_text(item, "by", "u1");
    json_set(item, "rows", rows);
    json_set_text(item, "h", desk->chain);
    json_add(items, item);
}

/* The push answer in results, the feed's items in items. */
static void hall_speaks(struct desk *desk, struct json *results, struct json *items)
{
    char id[UUID_TEXT];
    for (int i = 0; i < COLLEAGUES; i++) {
        struct json *rows = json_new_array();
        uuid_v7(desk->now_ms, &desk->rng, id);
        add_row(rows, "ticket", id, ticket_row(i % 2 ? "waiting" : "done"));
        add_item(desk, items, id, rows);
    }
    for (int i = 0; i < VISIT; i++) {
        int64_t seq = ++desk->answered;
        struct json *result = json_new_object();
        add_item(desk, items, desk->ids[seq], desk->rows[seq]);
        desk->rows[seq] = NULL;
        json_set_int(result, "seq", seq);
        json_set_text(result, "id", desk->ids[seq]);
        json_set_text(result, "status", "applied");
        json_set_int(result, "rev", desk->rev);
        json_add(results, result);
    }
}

static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void batch(struct desk *desk, int64_t *cpu, int64_t *wall)
{
    struct json *answer = json_new_object(), *feed = json_new_object();
    struct json *results = json_new_array(), *items = json_new_array();
    int64_t from = desk->rev;
    hall_speaks(desk, results, items);
    json_set(answer, "results", results);
    json_set_int(feed, "epoch", cache_epoch(desk->cache));
    json_set_int(feed, "from", from);
    json_set(feed, "items", items);
    json_set_int(feed, "to", desk->rev);
    int64_t began_us = bench_now_us(), began_cpu = cpu_us();
    need(cache_push_results(desk->cache, answer, NULL, NULL), desk, "answer");
    need(cache_feed(desk->cache, feed, desk->now_ms), desk, "feed");
    *cpu = cpu_us() - began_cpu;
    *wall = bench_now_us() - began_us;
    need(cache_tidy(desk->cache), desk, "tidy");
    json_free(&answer);
    json_free(&feed);
}

static void open_desk(struct desk *desk, const char *dir)
{
    struct err_info info = {0};
    if (cache_open(&desk->cache, dir, desk->now_ms, &desk->rng, NULL, &info) != ERR_OK)
        bench_fail("%s", info.text);
}

int bench_unsent(int argc, char **argv)
{
    static int64_t cpu[BATCHES_MAX], wall[BATCHES_MAX];
    struct desk desk = {.now_ms = clock_wall_now_ms()};
    int unsent = atoi(bench_option(argc, argv, "--unsent", "1000"));
    int batches = atoi(bench_option(argc, argv, "--batches", "20"));
    if (argc < 1 || unsent < 1 || batches < 1 || batches > BATCHES_MAX)
        bench_fail("unsent DIR [--unsent N] [--batches N]");
    unsent = (unsent + VISIT - 1) / VISIT * VISIT;
    int room = unsent + (batches + 1) * VISIT + 1;
    desk.ids = xcalloc((size_t)room, sizeof *desk.ids);
    desk.rows = xcalloc((size_t)room, sizeof(struct json *));
    rng_seed(&desk.rng, 12);
    open_desk(&desk, argv[0]);
    desk.rev = cache_cursor(desk.cache);
    for (int i = 0; i < unsent; i++)
        confirm(&desk, room);
    for (int i = 0; i < batches; i++) {
        batch(&desk, &cpu[i], &wall[i]);
        for (int k = 0; k < VISIT; k++)
            confirm(&desk, room);
    }
    cache_close(&desk.cache);
    int64_t began_us = bench_now_us();
    open_desk(&desk, argv[0]);
    int64_t start_us = bench_now_us() - began_us;
    cache_close(&desk.cache);
    printf("%lld %lld %lld %lld\n", (long long)bench_share(cpu, (size_t)batches, 0.5),
           (long long)bench_share(cpu, (size_t)batches, 0.99),
           (long long)bench_share(wall, (size_t)batches, 0.5), (long long)start_us);
    for (int i = 0; i < room; i++)
        json_free(&desk.rows[i]);
    free(desk.rows);
    free(desk.ids);
    return 0;
}
