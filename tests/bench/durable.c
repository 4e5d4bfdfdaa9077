/* tests/bench/durable.c: what it costs that "saved" is true: from the confirming key to ○, beside one raw write and its
 * fdatasync in the same folder, one after the other, so that what else the disk does meets both.
 *
 *   bench durable DIR [--count N] [--unsent N] [--bytes N]    confirm_p50_us confirm_p99_us raw_p50_us raw_p99_us bytes
 *
 * DIR is a workstation's folder (bench fill cache). Before it measures, a day of work is in the outbox, unsent. bytes:
 * of the raw write; a page by default, which is less than any commit; 0: as many as a commit writes on average. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cache/cache.h"
#include "tests/bench/bench.h"

enum { TIMES_MAX = 20000, KINDS = 8, RAW_MAX = 1 << 20 };

struct desk {
    struct cache *cache;
    struct rng rng;
    char case_id[UUID_TEXT], ticket[UUID_TEXT];
    int done;
};

static struct json *draft_of(const struct desk *desk)
{
    char text[200];
    struct json *body = json_new_object(), *patch = json_new_object();
    str_format(text, sizeof text, "Street of the %d roses, entrance from the yard, second floor", desk->done);
    json_set_text(patch, desk->done % 2 ? "street" : "note", text);
    json_set_text(body, "case", desk->case_id);
    json_set(body, "patch", patch);
    return body;
}

/* The next command of a citizen's visit: a number, the person, an application from first field to decision. */
static const char *next_command(struct desk *desk, struct json **out)
{
    static const char *const types[KINDS] = {"ticket.issue", "case.open",   "case.draft",  "case.draft",
                                             "case.draft",   "case.submit", "case.decide", "ticket.cancel"};
    int kind = desk->done++ % KINDS;
    char id[UUID_TEXT];
    struct json *body = json_new_object();
    uuid_v7(clock_wall_now_ms(), &desk->rng, id);
    json_set_text(body, "case", desk->case_id);
    if (kind == 0) {
        json_set_text(body, "service", "s1");
        json_set_text(body, "channel", "walk_in");
        json_remove(body, "case");
    } else if (kind == 1) {
        str_copy(desk->case_id, sizeof desk->case_id, id);
        json_set_text(body, "case", id);
        json_set_text(body, "service", "s1");
        json_set_text(body, "ticket", desk->ticket);
    } else if (kind < 5) {
        json_free(&body);
        body = draft_of(desk);
    } else if (kind == 6) {
        json_set_text(body, "decision", id);
        json_set_text(body, "outcome", "approve");
    } else if (kind == 7) {
        json_remove(body, "case");
        json_set_text(body, "ticket", desk->ticket);
        json_set_int(body, "gen", 0);
    }
    *out = body;
    return types[kind];
}

/* Microseconds from the key to "saved". */
static int64_t confirm(struct desk *desk)
{
    struct saved saved;
    struct json *body = NULL;
    const char *type = next_command(desk, &body);
    int64_t began_us = bench_now_us();
    enum err err = cache_confirm(desk->cache, type, body, clock_wall_now_ms(), &desk->rng, &saved);
    int64_t us = bench_now_us() - began_us;
    if (err != ERR_OK)
        bench_fail("%s: %s", type, cache_message(desk->cache));
    const char *ticket = json_text(json_get(saved.outcome.data, "ticket"), "id");
    if (strcmp(type, "ticket.issue") == 0)
        str_copy(desk->ticket, sizeof desk->ticket, ticket ? ticket : "");
    json_free(&saved.outcome.data);
    json_free(&body);
    return us;
}

static int64_t log_bytes(const char *dir)
{
    struct stat st = {0};
    char *path = xasprintf("%s/cache.db-wal", dir);
    int status = stat(path, &st);
    free(path);
    return status == 0 ? (int64_t)st.st_size : 0;
}

static int64_t raw_write(int fd, const char *bytes, size_t length)
{
    int64_t began_us = bench_now_us();
    if (write(fd, bytes, length) != (ssize_t)length || fdatasync(fd) != 0)
        bench_fail("the yardstick cannot be written");
    return bench_now_us() - began_us;
}

/* As much as one confirmed command writes, on average over the day before. */
static size_t write_a_day(struct desk *desk, const char *dir, int unsent)
{
    int64_t before = log_bytes(dir);
    for (int i = 0; i < unsent; i++)
        confirm(desk);
    int64_t bytes = (log_bytes(dir) - before) / (unsent ? unsent : 1);
    return bytes < 4096 ? 4096 : bytes > RAW_MAX ? RAW_MAX : (size_t)bytes;
}

static void measure(struct desk *desk, const char *dir, int count, int unsent, size_t raw_bytes)
{
    static int64_t ours[TIMES_MAX], raw[TIMES_MAX];
    static char bytes[RAW_MAX];
    char *path = xasprintf("%s/yardstick", dir);
    size_t average = write_a_day(desk, dir, unsent), length = raw_bytes ? raw_bytes : average;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    memset(bytes, 'x', sizeof bytes);
    for (int i = 0; i < count; i++) {
        ours[i] = confirm(desk);
        raw[i] = raw_write(fd, bytes, length);
        if (cache_tidy(desk->cache) != ERR_OK) /* as the workstation does when the hall has spoken */
            bench_fail("%s", cache_message(desk->cache));
    }
    close(fd);
    unlink(path);
    free(path);
    size_t n = (size_t)count;
    printf("%lld %lld %lld %lld %zu\n", (long long)bench_share(ours, n, 0.5),
           (long long)bench_share(ours, n, 0.99), (long long)bench_share(raw, n, 0.5),
           (long long)bench_share(raw, n, 0.99), length);
}

int bench_durable(int argc, char **argv)
{
    struct desk desk = {0};
    struct err_info info = {0};
    int count = atoi(bench_option(argc, argv, "--count", "1000"));
    int unsent = atoi(bench_option(argc, argv, "--unsent", "400"));
    int raw_bytes = atoi(bench_option(argc, argv, "--bytes", "4096"));
    if (argc < 1 || count < 1 || count > TIMES_MAX || raw_bytes < 0 || raw_bytes > RAW_MAX)
        bench_fail("durable DIR [--count N] [--unsent N] [--bytes N]");
    rng_seed(&desk.rng, 11);
    if (cache_open(&desk.cache, argv[0], clock_wall_now_ms(), &desk.rng, NULL, &info) != ERR_OK)
        bench_fail("%s", info.text);
    measure(&desk, argv[0], count, unsent, (size_t)raw_bytes);
    cache_close(&desk.cache);
    return 0;
}
