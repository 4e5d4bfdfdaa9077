/* tests/bench/floods.c: a hall that is flooded from its own address, and one with ten thousand long polls. Plain sockets, so
 * that a flood costs its side as little as it can.
 *
 *   bench seats --data DIR --count N --accounts A      accounts with sign-ins in a hall that stands still: prints the tokens
 *   bench flood connect|handshake|request|login|poll|slow --hall URL [--tokens FILE]     until it is killed
 *   bench idle --hall URL --tokens FILE --count N --rounds R --pid P
 *          KiB that each of the second half takes of the hall, and of the kernel (both its ends; -1: not to be read), after R
 *          answers; p50_us p99_us of a commit → each poll's news
 *
 * URL may be https: whose certificate it is nobody asks here. */
#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
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
    gnutls_session_t tls; /* NULL: plain */
    struct buf got;
    int64_t at_us; /* its answer was whole */
    bool connecting;
};

static struct sockaddr_in place;
static gnutls_certificate_credentials_t credentials; /* NULL: the hall speaks plain http */
static int epoll_fd;

static void find_place(const char *hall)
{
    const char *host = strstr(hall, "://"), *colon = strrchr(hall, ':');
    if (!host || colon <= host)
        bench_fail("--hall is http://127.0.0.1:PORT, or https");
    if (strncmp(hall, "https", 5) == 0)
        gnutls_certificate_allocate_credentials(&credentials);
    place = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void line_make_secret(struct line *line, unsigned flags)
{
    if (!credentials)
        return;
    gnutls_init(&line->tls, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL | flags);
    gnutls_set_default_priority(line->tls);
    gnutls_credentials_set(line->tls, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_handshake_set_timeout(line->tls, 0);
    gnutls_transport_set_int(line->tls, line->fd);
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
    line_make_secret(line, GNUTLS_NONBLOCK);
    return true;
}

static void line_close(struct line *line)
{
    if (line->fd >= 0)
        close(line->fd);
    if (line->tls)
        gnutls_deinit(line->tls);
    line->tls = NULL;
    line->fd = -1;
}

/* Whether it can be spoken on by now; *ended: it never will. */
static bool line_ready(struct line *line, bool writable, bool *ended)
{
    if (!line->tls)
        return writable;
    int said = writable ? gnutls_handshake(line->tls) : GNUTLS_E_AGAIN;
    *ended = said < 0 && gnutls_error_is_fatal(said);
    return said == 0;
}

static ssize_t line_take(struct line *line, char *chunk, size_t size)
{
    if (!line->tls)
        return recv(line->fd, chunk, size, 0);
    ssize_t n = gnutls_record_recv(line->tls, chunk, size);
    if (n < 0)
        errno = gnutls_error_is_fatal((int)n) ? EPIPE : EAGAIN;
    return n < 0 ? -1 : n;
}

static void line_send(struct line *line, const char *text, size_t length)
{
    buf_clear(&line->got);
    line->at_us = 0;
    ssize_t n =
        line->tls ? gnutls_record_send(line->tls, text, length) : send(line->fd, text, length, MSG_NOSIGNAL);
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
        ssize_t n = line_take(line, chunk, sizeof chunk);
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
            bool ended = line->fd < 0 || events[i].events & (EPOLLHUP | EPOLLERR), ready = false;
            if (ended || str_equal(flood_kind, "connect"))
                ready = false;
            else if (line->connecting)
                ready = line_ready(line, events[i].events & EPOLLOUT, &ended);
            else
                ended = !line_read(line);
            if (ready && str_equal(flood_kind, "handshake"))
                ended = true;
            if (!ended && (ready || (!line->connecting && is_whole(line)))) {
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
    line_make_secret(line, 0);
    if (line->tls && gnutls_handshake(line->tls) != 0)
        bench_fail("the hall's handshake failed");
    line_send(line, text, strlen(text));
    while (!is_whole(line)) {
        char chunk[8192];
        ssize_t n = line_take(line, chunk, sizeof chunk);
        if (n < 0 && errno == EAGAIN)
            continue;
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

/* How many heard news; a poll that ended without any waits again. */
static int hear_some(int64_t cursor, int timeout_ms)
{
    struct epoll_event events[EVENTS];
    int heard = 0, came = epoll_wait(epoll_fd, events, EVENTS, timeout_ms);
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
        heard++;
    }
    return heard;
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

/* What the kernel keeps for connections: both ends of each stand on this computer. -1: not to be read. */
static int64_t kernel_kib(void)
{
    char line[256];
    long long slab = -1, pages;
    FILE *file = fopen("/proc/meminfo", "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "Slab: %lld", &slab) == 1)
            break;
    if (file)
        fclose(file);
    file = fopen("/proc/net/sockstat", "re");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "TCP:", 4) == 0 && sscanf(strstr(line, "mem "), "mem %lld", &pages) == 1 &&
            slab >= 0)
            slab += pages * (sysconf(_SC_PAGESIZE) / 1024);
    if (file)
        fclose(file);
    return slab;
}

struct idle {
    struct line *lines, writer;
    int64_t *times, cursor;
    int waiting, at, seq;
};

/* Each from then on waits for what comes behind the cursor. */
static void idle_come(struct idle *idle, int count)
{
    for (; idle->waiting < count; idle->waiting++) {
        struct line *line = &idle->lines[idle->waiting];
        bool ended = false;
        *line = (struct line){.fd = -1, .number = idle->waiting + 1};
        if (!line_open(line))
            bench_fail("no connection %d: %s", idle->waiting, strerror(errno));
        if (idle->waiting % A_LINE == 0) /* the line before the hall's door is not endless */
            number_in(&idle->writer, "GET /v1/health", "\"rev\":");
        while (!line_ready(line, true, &ended)) /* over the loopback it is connected by now */
            if (ended)
                bench_fail("connection %d: its handshake failed", idle->waiting);
        poll_again(line, idle->cursor);
        hear_some(idle->cursor, 0);
    }
}

static void idle_settle(struct idle *idle)
{
    while (number_in(&idle->writer, "GET /metrics", "\nloketd_polls ") < idle->waiting)
        hear_some(idle->cursor, 0); /* each look is answered behind what came before it */
}

static void idle_round(struct idle *idle)
{
    idle_settle(idle);
    char *push = issue_of(++idle->seq);
    int64_t from_us = bench_now_us();
    ask(&idle->writer, "POST /v1/push", push);
    free(push);
    if (!strstr(buf_text(&idle->writer.got), "\"applied\""))
        bench_fail("nothing was issued: %s", buf_text(&idle->writer.got));
    for (int left = idle->waiting; left > 0;)
        left -= hear_some(idle->cursor, 1000);
    for (int i = 0; i < idle->waiting; i++)
        idle->times[idle->at++] = idle->lines[i].at_us - from_us;
    idle->cursor = number_in(&idle->writer, "GET /v1/health", "\"rev\":");
    for (int i = 0; i < idle->waiting; i++)
        poll_again(&idle->lines[i], idle->cursor);
}

/* Half of them and then all: what the second half adds has nothing of what the hall takes for itself, nor of a free list that
 * the first ones found. */
int bench_idle(int argc, char **argv)
{
    int count = atoi(bench_option(argc, argv, "--count", "10000")),
        rounds = atoi(bench_option(argc, argv, "--rounds", "3")),
        pid = atoi(bench_option(argc, argv, "--pid", "0"));
    struct idle idle = {.writer.fd = -1};
    int64_t hall_kib[2], kernel[2];
    find_place(bench_option(argc, argv, "--hall", ""));
    read_tokens(bench_option(argc, argv, "--tokens", ""));
    if (signed_in_count < count + 1)
        bench_fail("%d sign-ins are needed, here are %d", count + 1, signed_in_count);
    idle.lines = xcalloc((size_t)count, sizeof *idle.lines);
    idle.times = xcalloc(2 * (size_t)count * (size_t)rounds, sizeof *idle.times);
    ask(&idle.writer, "GET /v1/feed?cursor=0", ""); /* from now on the hall knows it */
    idle.cursor = number_in(&idle.writer, "GET /v1/health", "\"rev\":");
    for (int half = 0; half < 2; half++) {
        idle_come(&idle, half ? count : count / 2);
        idle.at = 0; /* the times are those of all */
        for (int round = 0; round < rounds; round++)
            idle_round(&idle);
        idle_settle(&idle);
        hall_kib[half] = bench_pss_kib(pid);
        kernel[half] = kernel_kib();
    }
    const double more = count - count / 2;
    printf("%.1f %.1f %lld %lld\n", (double)(hall_kib[1] - hall_kib[0]) / more,
           kernel[1] < 0 ? -1 : (double)(kernel[1] - kernel[0]) / more,
           (long long)bench_share(idle.times, (size_t)idle.at, 0.5),
           (long long)bench_share(idle.times, (size_t)idle.at, 0.99));
    return 0;
}
