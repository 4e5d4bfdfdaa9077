/* tests/bench/floods.c: a hall that is flooded from its own address, and one with ten thousand long polls. Plain sockets, so
 * that a flood costs its side as little as it can.
 *
 *   bench seats --data DIR --count N --accounts A      accounts with sign-ins in a hall that stands still: prints the tokens
 *   bench flood connect|request|login|poll|slow --hall URL [--tokens FILE]     until it is killed
 *   bench idle --hall URL --tokens FILE --count N --rounds R --pid P
 *                                           KiB_a_poll KiB_after p50_us p99_us of a commit → each poll's news */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/crypto.h"
#include "core/hall/server_core.h"
#include "core/hall/session.h"
#include "core/wire/json.h"
#include "tests/bench/bench.h"

enum { ANSWER_MAX = 64 * 1024, EVENTS = 512, A_LINE = 250 };

/* --- sign-ins without the cost of their hashes --- */

struct seats {
    int count, accounts;
};

static enum err put_account(struct tx *tx, int number, char id[UUID_TEXT])
{
    char login[32];
    struct json *row = json_new_object(), *roles = json_new_array();
    str_format(login, sizeof login, "seat%d", number);
    server_id(login, id);
    json_add(roles, json_new_text("clerk"));
    json_add(roles, json_new_text("reception"));
    json_set_text(row, "id", id);
    json_set_text(row, "login", login);
    json_set_text(row, "name", login);
    json_set(row, "roles", roles);
    json_set_text(row, "agency", "");
    json_set_bool(row, "active", true);
    enum err err = tx_put(tx, TABLE_USER, id, row);
    json_free(&row);
    return err;
}

static enum err put_seats(struct tx *tx, void *ctx)
{
    const struct seats *seats = ctx;
    enum err err = ERR_OK;
    char user[UUID_TEXT], client[UUID_TEXT], token[TOKEN_TEXT];
    struct rng rng;
    rng_seed_from_system(&rng);
    for (int i = 0; err == ERR_OK && i < seats->count; i++) {
        if (i % ((seats->count + seats->accounts - 1) / seats->accounts) == 0)
            err = put_account(tx, i, user);
        uuid_v7(clock_wall_now_ms(), &rng, client);
        token_new(token);
        if (err == ERR_OK)
            err = session_add(tx->db, token, user, client, clock_wall_now_ms(), SESSION_HOURS);
        printf("%s %s\n", token, client);
    }
    return err;
}

int bench_seats(int argc, char **argv)
{
    struct err_info info = {0};
    struct hall_state state;
    struct seats seats = {atoi(bench_option(argc, argv, "--count", "100")),
                          atoi(bench_option(argc, argv, "--accounts", "1"))};
    struct server_env env = {.now_ms = clock_wall_now_ms(), .mono_ms = clock_mono_now_ms()};
    if (store_open(&env.db, bench_option(argc, argv, "--data", ""), false, &info) != ERR_OK)
        bench_fail("%s", info.text);
    if (store_state(env.db, &state) != ERR_OK || db_begin(env.db) != ERR_OK)
        bench_fail("%s", db_message(env.db));
    env.epoch = state.epoch;
    if (server_change(&env, "hall.init", NULL, put_seats, &seats) != ERR_OK || db_commit(env.db) != ERR_OK)
        bench_fail("%s", db_message(env.db));
    db_close(&env.db);
    return 0;
}

static struct {
    char token[TOKEN_TEXT], client[UUID_TEXT];
} * signed_in;
static int signed_in_count;

static void read_tokens(const char *path)
{
    char line[200], format[40];
    FILE *file = fopen(path, "re");
    if (!file)
        bench_fail("%s: %s", path, strerror(errno));
    str_format(format, sizeof format, "%%%ds %%%ds", TOKEN_TEXT - 1, UUID_TEXT - 1);
    while (fgets(line, sizeof line, file)) {
        char *space = strchr(line, ' ');
        if (!space)
            continue;
        *space = '\0';
        space[1 + strcspn(space + 1, "\n")] = '\0';
        signed_in = xrealloc(signed_in, sizeof *signed_in * (size_t)(signed_in_count + 1));
        str_copy(signed_in[signed_in_count].token, TOKEN_TEXT, line);
        str_copy(signed_in[signed_in_count++].client, UUID_TEXT, space + 1);
    }
    fclose(file);
}

/* --- sockets --- */

struct line {
    int fd, number;
    struct buf got;
    int64_t at_us; /* its answer was whole */
    bool connecting;
};

static struct sockaddr_in place;
static int epoll_fd;

static void find_place(const char *hall)
{
    const char *host = strstr(hall, "://"), *colon = strrchr(hall, ':');
    if (!host || colon <= host)
        bench_fail("--hall is http://127.0.0.1:PORT");
    place = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool line_open(struct line *line)
{
    int yes = 1;
    line->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (line->fd < 0)
        return false;
    setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const struct linger at_once = {1, 0}; /* no port is kept for a minute after its end */
    setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    buf_clear(&line->got);
    line->connecting = true;
    if (connect(line->fd, (const struct sockaddr *)&place, sizeof place) != 0 && errno != EINPROGRESS) {
        close(line->fd);
        line->fd = -1;
        return false;
    }
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = line};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, line->fd, &event);
    return true;
}

static void line_close(struct line *line)
{
    if (line->fd >= 0)
        close(line->fd);
    line->fd = -1;
}

static void line_send(struct line *line, const char *text, size_t length)
{
    buf_clear(&line->got);
    line->at_us = 0;
    ssize_t n = send(line->fd, text, length, MSG_NOSIGNAL);
    (void)n; /* what does not fit is a hall that takes nothing: its end is heard of */
}

/* Whole by its Content-Length. */
static bool is_whole(struct line *line)
{
    const char *text = buf_text(&line->got), *end = strstr(text, "\r\n\r\n"), *length;
    if (!end)
        return false;
    length = strcasestr(text, "\r\nContent-Length:");
    size_t wanted = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
    return line->got.length >= (size_t)(end + 4 - text) + wanted;
}

/* False: its end came. */
static bool line_read(struct line *line)
{
    char chunk[8192];
    for (;;) {
        ssize_t n = recv(line->fd, chunk, sizeof chunk, 0);
        if (n <= 0)
            return n < 0 && (errno == EAGAIN || errno == EINTR);
        if (line->got.length < ANSWER_MAX)
            buf_add(&line->got, chunk, (size_t)n);
    }
}

/* --- floods --- */

static const char *flood_kind;

/* What is said on one connection of a flood; "": nothing at all. */
static char *flood_text(int number)
{
    static const char stranger[] =
        "GET /v1/search?q=a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %d\r\n\r\n";
    if (str_equal(flood_kind, "request"))
        return xasprintf(stranger, number);
    if (str_equal(flood_kind, "slow"))
        return xstrdup("POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
    if (str_equal(flood_kind, "poll"))
        return xasprintf(
            "GET /v1/feed?cursor=0&wait=25 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
            signed_in[number % signed_in_count].token);
    if (str_equal(flood_kind, "login")) {
        char *body = xasprintf("{\"user\":\"nobody%d\",\"password\":\"a wrong password\",\"client\":"
                               "\"0193b0de-0000-7000-8000-%012d\"}",
                               number, number);
        char *text = xasprintf("POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
                               strlen(body), body);
        free(body);
        return text;
    }
    return xstrdup("");
}

int bench_flood(int argc, char **argv)
{
    enum { LINES = 1000, A_TURN = 64 };
    static struct line lines[LINES];
    struct epoll_event events[EVENTS];
    int next = 0, number = 0;
    flood_kind = argc > 0 ? argv[0] : "";
    find_place(bench_option(argc, argv, "--hall", ""));
    if (str_equal(flood_kind, "poll"))
        read_tokens(bench_option(argc, argv, "--tokens", ""));
    for (int i = 0; i < LINES; i++)
        lines[i].fd = -1;
    for (;;) {
        /* Connections alone: an endless stream of them. The others: as many as there are, each again when it ends. */
        for (int i = 0; i < A_TURN; i++, next = (next + 1) % LINES) {
            if (str_equal(flood_kind, "connect"))
                line_close(&lines[next]);
            if (lines[next].fd < 0)
                line_open(&lines[next]);
        }
        int count = epoll_wait(epoll_fd, events, EVENTS, str_equal(flood_kind, "connect") ? 0 : 20);
        for (int i = 0; i < count; i++) {
            struct line *line = events[i].data.ptr;
            if (line->fd < 0)
                continue;
            bool ended = !line_read(line) || (events[i].events & (EPOLLHUP | EPOLLERR));
            if (!ended && (is_whole(line) || (line->connecting && events[i].events & EPOLLOUT))) {
                char *text = flood_text(++number);
                line->connecting = false;
                line_send(line, text, strlen(text));
                free(text);
            }
            if (ended)
                line_close(line);
        }
    }
}

/* --- ten thousand who wait --- */

/* One request on a connection of its own that waits; the whole answer, with its header. */
static void ask(struct line *line, const char *request, const char *body)
{
    char *text =
        xasprintf("%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %zu\r\n\r\n%s",
                  request, signed_in[0].token, strlen(body), body);
    line->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line->fd < 0 || connect(line->fd, (const struct sockaddr *)&place, sizeof place) != 0)
        bench_fail("the hall is not reached");
    line_send(line, text, strlen(text));
    while (!is_whole(line)) {
        char chunk[8192];
        ssize_t n = recv(line->fd, chunk, sizeof chunk, 0);
        if (n <= 0)
            bench_fail("the hall hung up: %s", buf_text(&line->got));
        buf_add(&line->got, chunk, (size_t)n);
    }
    free(text);
    line_close(line);
}

static int64_t number_in(struct line *line, const char *request, const char *before)
{
    ask(line, request, "");
    const char *at = strstr(buf_text(&line->got), before);
    return at ? strtoll(at + strlen(before), NULL, 10) : -1;
}

static void poll_again(struct line *line, int64_t cursor)
{
    char *text = xasprintf(
        "GET /v1/feed?cursor=%lld&epoch=1&wait=25 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
        (long long)cursor, signed_in[line->number].token);
    line_send(line, text, strlen(text));
    free(text);
}

/* Until no answer is missing; a poll that ended without news waits again. */
static void hear(struct line *lines, int count, int64_t cursor)
{
    struct epoll_event events[EVENTS];
    for (int left = count; left > 0;) {
        int came = epoll_wait(epoll_fd, events, EVENTS, 1000);
        for (int i = 0; i < came; i++) {
            struct line *line = events[i].data.ptr;
            if (!line_read(line))
                bench_fail("poll %d was hung up on: %s", line->number, buf_text(&line->got));
            if (line->at_us || !is_whole(line))
                continue;
            if (!strstr(buf_text(&line->got), " 200 "))
                bench_fail("poll %d: %s", line->number, buf_text(&line->got));
            if (strstr(buf_text(&line->got), "\"items\":[]")) {
                poll_again(line, cursor);
                continue;
            }
            line->at_us = bench_now_us();
            left--;
        }
    }
    (void)lines;
}

static char *issue_of(int seq)
{
    char id[UUID_TEXT];
    struct rng rng;
    rng_seed_from_system(&rng);
    uuid_v7(clock_wall_now_ms(), &rng, id);
    return xasprintf(
        "{\"client\":\"%s\",\"epoch\":1,\"acked_through\":%d,\"commands\":[{\"seq\":%d,\"id\":\"%s\","
        "\"type\":\"ticket.issue\",\"v\":1,\"body\":{\"queue\":\"P\",\"channel\":\"walk_in\"}}]}",
        signed_in[0].client, seq - 1, seq, id);
}

int bench_idle(int argc, char **argv)
{
    int count = atoi(bench_option(argc, argv, "--count", "10000")),
        rounds = atoi(bench_option(argc, argv, "--rounds", "3")),
        pid = atoi(bench_option(argc, argv, "--pid", "0")), at = 0;
    struct line writer = {.fd = -1};
    find_place(bench_option(argc, argv, "--hall", ""));
    read_tokens(bench_option(argc, argv, "--tokens", ""));
    if (signed_in_count < count + 1)
        bench_fail("%d sign-ins are needed, here are %d", count + 1, signed_in_count);
    struct line *lines = xcalloc((size_t)count, sizeof *lines);
    int64_t *times = xcalloc((size_t)count * (size_t)rounds, sizeof *times);
    ask(&writer, "GET /v1/feed?cursor=0", ""); /* from now on the hall knows it */
    int64_t cursor = number_in(&writer, "GET /v1/health", "\"rev\":"), first_kib = 0;
    int64_t bare_kib = bench_pss_kib(pid);
    for (int i = 0; i < count; i++) {
        lines[i] = (struct line){.fd = -1, .number = i + 1};
        if (!line_open(&lines[i]))
            bench_fail("no connection %d: %s", i, strerror(errno));
        if (i % A_LINE == 0) /* the line before the hall's door is not endless */
            number_in(&writer, "GET /v1/health", "\"rev\":");
        poll_again(&lines[i], cursor); /* over the loopback it is connected by now */
    }
    for (int round = 0; round < rounds; round++) {
        while (number_in(&writer, "GET /metrics", "\nloketd_polls ") < count)
            ; /* each look is answered behind what came before it */
        if (round == 0)
            first_kib = bench_pss_kib(pid) - bare_kib;
        char *push = issue_of(round + 1);
        int64_t from_us = bench_now_us();
        ask(&writer, "POST /v1/push", push);
        free(push);
        if (!strstr(buf_text(&writer.got), "\"applied\""))
            bench_fail("nothing was issued: %s", buf_text(&writer.got));
        hear(lines, count, cursor);
        for (int i = 0; i < count; i++)
            times[at++] = lines[i].at_us - from_us;
        cursor = number_in(&writer, "GET /v1/health", "\"rev\":");
        for (int i = 0; i < count; i++)
            poll_again(&lines[i], cursor);
    }
    while (number_in(&writer, "GET /metrics", "\nloketd_polls ") < count)
        ;
    int64_t later_kib = bench_pss_kib(pid) - bare_kib;
    printf("%.1f %.1f %lld %lld\n", (double)first_kib / count, (double)later_kib / count,
           (long long)bench_share(times, (size_t)at, 0.5), (long long)bench_share(times, (size_t)at, 0.99));
    return 0;
}
