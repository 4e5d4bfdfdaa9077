/* tests/bench/country.c: many halls of one database at work together, each with clerks who call and workstations that wait.
 *
 *   bench country --halls FILE --clerks 1 --idle 5000 --pushes N    pushes a second, p50_us p99_us of one, polls answered a second
 *   bench country-seats                                             the sign-ins of all that, as SQL for one hall
 *
 * FILE: a port of 127.0.0.1 a line, a hall each. Clerks are clerk1 … at counters B1 … of their hall, signed in by
 * country-seats; workstations wait at the halls in turn, each from an address of its own, and wait again when they are told
 * something. A push is bench calls': start and finish whoever was called before, call the next. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/wire/json.h"
#include "tests/bench/bench.h"

enum { HALLS_MAX = 1000, SEATS_MAX = 10000, CLERKS_MAX = 16, ISSUE_BATCH = 50, EVENTS = 256 };

/* --- names --- */

/* A clerk's are 1 …, whoever waits comes after them, of the same accounts in turn: one alone waits at so many places only. */
static void client_of(int seat, char out[40])
{
    str_format(out, 40, "00000000-0000-7000-8000-%012d", seat);
}

int bench_country_seats(int argc, char **argv)
{
    (void)argc, (void)argv;
    printf("INSERT INTO session (token_sha256, user_, client, expires_at, used_at) SELECT"
           " encode(sha256(('seat' || n)::bytea), 'hex'), users.id, '00000000-0000-7000-8000-' || "
           "lpad(n::text, 12, '0'),"
           " now_ms + 36000000, now_ms FROM generate_series(1, %d) AS n, (SELECT (extract(epoch FROM now()) *"
           " 1000)::bigint AS now_ms) AS t, users WHERE users.login = 'clerk' || (n - 1) %% %d + 1;\n",
           SEATS_MAX, CLERKS_MAX);
    return 0;
}

/* --- one connection --- */

struct seat {
    int fd, hall, seat;
    struct buf got;
    bool clerk, waits; /* waits: an answer is owed */
    int64_t asked_us, cursor;
    int left; /* pushes that a clerk has yet to make */
    int64_t seq, fence, gen;
    char counter[16], ticket[64];
};

static int connect_to(int port, int seat)
{
    struct sockaddr_in from = {.sin_family = AF_INET},
                       to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    from.sin_addr.s_addr = htonl(0x7f010001U + (uint32_t)seat);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from) != 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        bench_fail("port %d is not reached: %s", port, strerror(errno));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* Short enough for the socket's own room. body NULL: GET. */
static void send_request(struct seat *seat, const char *path, const char *body)
{
    char *text = xasprintf(
        "%s %s HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer seat%d\r\nContent-Type: application/json\r\n"
        "Content-Length: %zu\r\n\r\n%s",
        body ? "POST" : "GET", path, seat->seat, body ? strlen(body) : 0, body ? body : "");
    size_t length = strlen(text);
    if (send(seat->fd, text, length, MSG_NOSIGNAL) != (ssize_t)length)
        bench_fail("a request could not be sent: %s", strerror(errno));
    free(text);
    seat->waits = true;
    seat->asked_us = bench_now_us();
}

/* Where the body of a whole answer begins; NULL: more is to come. */
static const char *whole_body(struct seat *seat)
{
    const char *text = buf_text(&seat->got), *end = strstr(text, "\r\n\r\n"),
               *length = strcasestr(text, "content-length:");
    if (!end || !length || seat->got.length < (size_t)(end + 4 - text) + strtoull(length + 15, NULL, 10))
        return NULL;
    if (!str_starts(text, "HTTP/1.1 200"))
        bench_fail("%.*s %s", (int)(end - text), text, end + 4);
    return end + 4;
}

/* Reads what is there; the answer's body when it is whole, until buf_clear. */
static const char *take(struct seat *seat)
{
    static char bytes[1 << 20];
    ssize_t count = recv(seat->fd, bytes, sizeof bytes, 0);
    if (count <= 0)
        bench_fail("a hall hung up");
    buf_add(&seat->got, bytes, (size_t)count);
    const char *body = whole_body(seat);
    seat->waits = !body;
    return body;
}

static struct json *answer_of(struct seat *seat, const char *body)
{
    struct json *answer = NULL;
    if (json_parse(body, strlen(body), &answer, NULL) != ERR_OK)
        bench_fail("no answer: %s", body);
    buf_clear(&seat->got);
    return answer;
}

/* Of the news the end alone is read: what a workstation does with the rest is not the hall's work. */
static int64_t told_to(struct seat *seat, const char *body)
{
    static const char to[] = "],\"to\":";
    const char *at = body + strlen(body);
    while (at > body && !str_starts(at, to))
        at--;
    int64_t rev = at > body ? strtoll(at + strlen(to), NULL, 10) : seat->cursor;
    buf_clear(&seat->got);
    return rev;
}

static struct json *ask(struct seat *seat, const char *path, const char *body)
{
    const char *got;
    send_request(seat, path, body);
    while (!(got = take(seat))) {
    }
    return answer_of(seat, got);
}

/* --- clerks --- */

static void add_command(struct seat *seat, struct buf *out, const char *type, const char *body)
{
    int64_t seq = ++seat->seq;
    buf_addf(out,
             "%s{\"seq\":%lld,\"id\":\"%08x-%04x-7000-8000-%012llx\",\"type\":\"%s\",\"v\":1,\"body\":%s}",
             out->length ? "," : "", (long long)seq, (unsigned)seat->seat,
             (unsigned)(bench_now_us() >> 32) & 0xffff,
             (unsigned long long)(bench_now_us() << 16 ^ seq) & 0xffffffffffff, type, body);
}

static char *push_of(const struct seat *seat, struct buf *commands, int count)
{
    char client[40];
    client_of(seat->seat, client);
    char *text = xasprintf("{\"client\":\"%s\",\"epoch\":1,\"acked_through\":%lld,\"commands\":[%s]}", client,
                           (long long)(seat->seq - count), buf_text(commands));
    buf_free(commands);
    return text;
}

static void push_next(struct seat *seat)
{
    struct buf commands = {0};
    char body[200];
    int count = 1;
    if (*seat->ticket) {
        str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":%lld}", seat->ticket, (long long)seat->gen);
        add_command(seat, &commands, "ticket.start", body);
        str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":%lld,\"outcome\":\"served\"}", seat->ticket,
                   (long long)seat->gen);
        add_command(seat, &commands, "ticket.finish", body);
        count = 3;
    }
    str_format(body, sizeof body, "{\"counter\":\"%s\",\"fence\":%lld}", seat->counter,
               (long long)seat->fence);
    add_command(seat, &commands, "ticket.call_next", body);
    char *push = push_of(seat, &commands, count);
    send_request(seat, "/v1/push", push);
    free(push);
}

static void take_called(struct seat *seat, const struct json *answer)
{
    const struct json *results = json_get(answer, "results"),
                      *last = json_at(results, json_count(results) - 1),
                      *ticket = json_get(json_get(last, "data"), "ticket");
    if (!json_is_object(ticket))
        bench_fail("nobody was called: %s", json_print(answer));
    str_copy(seat->ticket, sizeof seat->ticket, json_text_or(ticket, "id", ""));
    seat->gen = json_int(ticket, "gen", 0);
}

/* What an earlier run of the same clerk left off is gone on with. */
static void begin_stream(struct seat *seat)
{
    char client[40];
    client_of(seat->seat, client);
    char *push = xasprintf("{\"client\":\"%s\",\"epoch\":1,\"acked_through\":0,\"commands\":[]}", client);
    struct json *answer = ask(seat, "/v1/push", push);
    seat->seq = json_int(answer, "last_seq", 0);
    json_free(&answer);
    free(push);
}

static void open_counter(struct seat *seat)
{
    struct buf commands = {0};
    char body[100];
    str_format(body, sizeof body, "{\"counter\":\"%s\",\"takeover\":true}", seat->counter);
    add_command(seat, &commands, "counter.open", body);
    char *push = push_of(seat, &commands, 1);
    struct json *answer = ask(seat, "/v1/push", push);
    const struct json *data = json_get(json_at(json_get(answer, "results"), 0), "data");
    seat->fence = json_int(data, "fence", 0);
    if (seat->fence == 0)
        bench_fail("a counter was not opened: %s", json_print(answer));
    json_free(&answer);
    free(push);
}

static void issue_people(struct seat *seat, int people)
{
    for (int done = 0; done < people; done += ISSUE_BATCH) {
        struct buf commands = {0};
        for (int i = 0; i < ISSUE_BATCH; i++)
            add_command(seat, &commands, "ticket.issue", "{\"queue\":\"P\",\"channel\":\"walk_in\"}");
        char *push = push_of(seat, &commands, ISSUE_BATCH);
        struct json *answer = ask(seat, "/v1/push", push);
        json_free(&answer);
        free(push);
    }
}

/* --- who waits --- */

static void wait_again(struct seat *seat)
{
    char path[100];
    str_format(path, sizeof path, "/v1/feed?cursor=%lld&epoch=1&wait=25", (long long)seat->cursor);
    send_request(seat, path, NULL);
}

/* --- all of it --- */

struct country {
    int ports[HALLS_MAX], halls;
    struct seat seats[SEATS_MAX];
    int clerks, count; /* clerks come first */
    int64_t revs[HALLS_MAX];
    int64_t *times;
    int done, each, pushes; /* of a clerk, of all */
    int64_t told;
    int epoll;
};

static void read_halls(struct country *c, const char *path)
{
    FILE *file = fopen(path, "re");
    while (file && c->halls < HALLS_MAX && fscanf(file, "%d", &c->ports[c->halls]) == 1)
        c->halls++;
    if (file)
        fclose(file);
    if (c->halls == 0)
        bench_fail("%s names no hall", path);
}

static void take_line(struct country *c, struct seat *seat)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = seat};
    seat->fd = connect_to(c->ports[seat->hall], seat->seat);
    if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, seat->fd, &event) != 0)
        bench_fail("epoll: %s", strerror(errno));
}

static struct seat *sit_down(struct country *c, int hall, int seat)
{
    struct seat *one = &c->seats[c->count++];
    *one = (struct seat){.hall = hall, .seat = seat};
    take_line(c, one);
    return one;
}

/* A hall ends a line that says nothing while all the others are being opened. */
static void take_lines_again(struct country *c)
{
    for (int i = 0; i < c->clerks; i++) {
        close(c->seats[i].fd);
        take_line(c, &c->seats[i]);
    }
}

static void seat_clerks(struct country *c, int clerks)
{
    c->each = c->pushes / (c->halls * clerks);
    c->pushes = c->each * c->halls * clerks;
    int people = (c->each + 3) * clerks;
    for (int i = 0; i < c->halls * clerks; i++) {
        struct seat *seat = sit_down(c, i % c->halls, i / c->halls + 1);
        seat->clerk = true;
        seat->left = c->each;
        str_format(seat->counter, sizeof seat->counter, "B%d", seat->seat);
        begin_stream(seat);
        open_counter(seat);
        if (i < c->halls)
            issue_people(seat, people);
    }
    c->clerks = c->count;
}

static void seat_idle(struct country *c, int idle)
{
    take_lines_again(c);
    for (int hall = 0; hall < c->halls; hall++) {
        struct json *health = ask(&c->seats[hall], "/v1/health", NULL);
        c->revs[hall] = json_int(health, "rev", 0);
        json_free(&health);
    }
    for (int i = 0; i < idle; i++) {
        struct seat *seat = sit_down(c, i % c->halls, CLERKS_MAX + 1 + i / c->halls);
        seat->cursor = c->revs[seat->hall];
        wait_again(seat);
    }
}

static void go_on(struct country *c, struct seat *seat, const char *body)
{
    if (!seat->clerk) {
        seat->cursor = told_to(seat, body);
        c->told++;
        wait_again(seat);
        return;
    }
    struct json *answer = answer_of(seat, body);
    c->times[c->done++] = bench_now_us() - seat->asked_us;
    take_called(seat, answer);
    if (--seat->left > 0)
        push_next(seat);
    json_free(&answer);
}

static void work(struct country *c)
{
    struct epoll_event events[EVENTS];
    for (int i = 0; i < c->clerks; i++)
        push_next(&c->seats[i]);
    while (c->done < c->pushes) {
        int count = epoll_wait(c->epoll, events, EVENTS, 30000);
        if (count <= 0)
            bench_fail("nobody answers");
        for (int i = 0; i < count; i++) {
            struct seat *seat = events[i].data.ptr;
            const char *body = take(seat);
            if (body)
                go_on(c, seat, body);
        }
    }
}

int bench_country(int argc, char **argv)
{
    static struct country c;
    int clerks = atoi(bench_option(argc, argv, "--clerks", "1"));
    read_halls(&c, bench_option(argc, argv, "--halls", ""));
    c.pushes = atoi(bench_option(argc, argv, "--pushes", "1000"));
    c.times = xcalloc((size_t)c.pushes + 1, sizeof *c.times);
    c.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (clerks < 1 || clerks > CLERKS_MAX || c.halls * clerks > SEATS_MAX / 2)
        bench_fail("1 to %d clerks a hall", CLERKS_MAX);
    if (c.pushes < c.halls * clerks)
        bench_fail("a push for each clerk at least");
    seat_clerks(&c, clerks);
    seat_idle(&c, atoi(bench_option(argc, argv, "--idle", "0")));
    int64_t from_us = bench_now_us();
    work(&c);
    double seconds = (double)(bench_now_us() - from_us) / 1e6;
    printf("%.0f %lld %lld %.0f\n", c.done / seconds, (long long)bench_share(c.times, (size_t)c.done, 0.5),
           (long long)bench_share(c.times, (size_t)c.done, 0.99), (double)c.told / seconds);
    free(c.times);
    return 0;
}
