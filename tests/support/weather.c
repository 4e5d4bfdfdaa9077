/* tests/support/weather.c: see weather.h. */
#include "tests/support/weather.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/base/str.h"
#include "tests/support/test.h"

enum { LINES = 192, PIECE = 65536, LATE_MAX_MS = 400, CUT_MAX = 700, REPEATED_LATE_MAX_MS = 1500 };
enum { PASSED = FATES, COUNTS };

static const char page[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 74\r\n\r\n"
                           "<html><body><h1>Welcome to this network</h1>Please accept.</body></html>\r\n";

/* One caller and its way to the hall. A line without a caller repeats a request of another. */
struct line {
    int caller, hall;                   /* -1: none */
    bool deaf;                          /* swallows everything from now on */
    bool decided, answer_decided;       /* the fate of what waits to be read is known: it is read now */
    int64_t caller_due_ms, hall_due_ms; /* not read before */
    size_t answer_cut;                  /* of the next answer this much is handed on; 0: all */
    char *repeat;                       /* sent when caller_due_ms has come */
    size_t repeat_length;
};

struct sky {
    int listener, ears, port, hall_port;
    enum weather weather;
    struct rng rng;
    struct line lines[LINES];
    volatile int *count;
};

/* --- sockets --- */

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int connect_to(int port)
{
    struct sockaddr_in at = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    close(fd);
    return -1;
}

/* The same port for all its life: nobody else may have it meanwhile, as callers know no other. */
static int listen_at(int *port)
{
    struct sockaddr_in at = loopback(*port);
    socklen_t size = sizeof at;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, size) != 0 || listen(fd, LINES) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0) {
        close(fd);
        return -1;
    }
    *port = ntohs(at.sin_port);
    return fd;
}

static bool is_free(const struct line *line)
{
    return line->caller < 0 && line->hall < 0 && !line->repeat;
}

static void hang_up(struct line *line)
{
    if (line->caller >= 0)
        close(line->caller);
    if (line->hall >= 0)
        close(line->hall);
    free(line->repeat);
    *line = (struct line){.caller = -1, .hall = -1};
}

static struct line *free_line(struct sky *sky)
{
    for (int i = 0; i < LINES; i++)
        if (is_free(&sky->lines[i]))
            return &sky->lines[i];
    return NULL;
}

/* What does not fit is the receiver's fault: it has not read for long. The line is cut. */
static bool send_all(int fd, const char *bytes, size_t length)
{
    return fd >= 0 && length > 0 && send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)length;
}

/* --- fates --- */

static void met(struct sky *sky, enum fate fate)
{
    sky->count[fate]++;
}

static int64_t after(struct sky *sky, int64_t most_ms)
{
    return clock_mono_now_ms() + 1 + (int64_t)rng_below(&sky->rng, (uint64_t)most_ms);
}

/* In a storm, before the bytes are read. True: later. */
static bool is_late(struct sky *sky, bool *decided, int64_t *due_ms, enum fate fate)
{
    if (sky->weather != WEATHER_STORM || *decided || rng_below(&sky->rng, 8) != 0)
        return false;
    *decided = true;
    *due_ms = after(sky, LATE_MAX_MS);
    met(sky, fate);
    return true;
}

static void repeat_later(struct sky *sky, const char *bytes, size_t length)
{
    struct line *line = free_line(sky);
    if (!line)
        return;
    line->repeat = xmalloc(length);
    memcpy(line->repeat, bytes, length);
    line->repeat_length = length;
    line->caller_due_ms = after(sky, REPEATED_LATE_MAX_MS);
    met(sky, FATE_REPEATED);
}

static void send_repeat(struct sky *sky, struct line *line)
{
    line->hall = connect_to(sky->hall_port);
    bool sent = send_all(line->hall, line->repeat, line->repeat_length);
    free(line->repeat);
    line->repeat = NULL;
    if (!sent)
        hang_up(line);
}

static bool hand_on(struct sky *sky, struct line *line, const char *bytes, size_t length)
{
    sky->count[PASSED]++;
    return send_all(line->hall, bytes, length);
}

static bool meet(struct sky *sky, struct line *line, const char *bytes, size_t length)
{
    switch (rng_below(&sky->rng, 24)) {
    case 0:
        met(sky, FATE_REQUEST_CUT);
        if (length > 1)
            send_all(line->hall, bytes, 1 + rng_below(&sky->rng, length - 1));
        return false;
    case 1:
    case 2:
        line->answer_cut = 1 + rng_below(&sky->rng, CUT_MAX);
        break;
    case 3:
        repeat_later(sky, bytes, length);
        break;
    case 4:
        met(sky, FATE_PAGE);
        return send_all(line->caller, page, sizeof page - 1);
    case 5:
        if (rng_below(&sky->rng, 3) == 0) {
            met(sky, FATE_SWALLOWED);
            return line->deaf = true;
        }
        break;
    default:
        break;
    }
    return hand_on(sky, line, bytes, length);
}

static void from_caller(struct sky *sky, struct line *line)
{
    char bytes[PIECE];
    if (is_late(sky, &line->decided, &line->caller_due_ms, FATE_LATE))
        return;
    line->decided = false;
    ssize_t got = recv(line->caller, bytes, sizeof bytes, 0);
    bool ok = got > 0;
    if (ok && !line->deaf)
        ok = sky->weather == WEATHER_STORM ? meet(sky, line, bytes, (size_t)got)
                                           : hand_on(sky, line, bytes, (size_t)got);
    if (!ok)
        hang_up(line);
}

static void from_hall(struct sky *sky, struct line *line)
{
    char bytes[PIECE];
    if (is_late(sky, &line->answer_decided, &line->hall_due_ms, FATE_ANSWER_LATE))
        return;
    line->answer_decided = false;
    ssize_t got = recv(line->hall, bytes, sizeof bytes, 0);
    if (got > 0 && line->deaf)
        return;
    if (got > 0 && line->answer_cut) {
        met(sky, FATE_ANSWER_CUT);
        send_all(line->caller, bytes, line->answer_cut < (size_t)got ? line->answer_cut : (size_t)got);
        hang_up(line);
    } else if (got <= 0 || !send_all(line->caller, bytes, (size_t)got)) {
        hang_up(line); /* also the repeated request, which nobody waits for */
    }
}

/* --- the loop --- */

static void become(struct sky *sky, enum weather weather)
{
    if (weather == WEATHER_REFUSES && sky->listener >= 0) {
        close(sky->listener);
        sky->listener = -1;
        for (int i = 0; i < LINES; i++)
            hang_up(&sky->lines[i]);
    } else if (weather != WEATHER_REFUSES && sky->listener < 0) {
        sky->listener = listen_at(&sky->port);
    }
    sky->weather = weather;
}

static void take_in(struct sky *sky)
{
    struct line *line = free_line(sky);
    int caller = accept4(sky->listener, NULL, NULL, SOCK_CLOEXEC);
    if (!line || caller < 0) {
        close(caller);
        return;
    }
    int hall = connect_to(sky->hall_port);
    if (hall < 0) { /* the hall is dead: so is the way to it */
        close(caller);
        return;
    }
    *line = (struct line){.caller = caller, .hall = hall};
}

static void earlier(int64_t *wait_ms, int64_t due_ms, int64_t now_ms)
{
    int64_t left_ms = due_ms > now_ms ? due_ms - now_ms : 0;
    if (*wait_ms < 0 || left_ms < *wait_ms)
        *wait_ms = left_ms;
}

/* Which ends of a line are read now; -1: neither. */
static void watch(const struct line *line, struct pollfd fds[2], int64_t now_ms, int64_t *wait_ms)
{
    bool caller_waits = line->caller_due_ms > now_ms, hall_waits = line->hall_due_ms > now_ms;
    fds[0] = (struct pollfd){.fd = caller_waits ? -1 : line->caller, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = hall_waits ? -1 : line->hall, .events = POLLIN};
    if (line->repeat || (caller_waits && line->caller >= 0))
        earlier(wait_ms, line->caller_due_ms, now_ms);
    if (hall_waits && line->hall >= 0)
        earlier(wait_ms, line->hall_due_ms, now_ms);
}

static void turn(struct sky *sky)
{
    struct pollfd fds[2 + 2 * LINES];
    int64_t now_ms = clock_mono_now_ms(), wait_ms = -1;
    bool moves = sky->weather != WEATHER_HOLDS;
    fds[0] = (struct pollfd){.fd = sky->ears, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = moves ? sky->listener : -1, .events = POLLIN}; /* -1: none */
    for (int i = 0; i < LINES; i++)
        if (moves)
            watch(&sky->lines[i], &fds[2 + 2 * i], now_ms, &wait_ms);
        else
            fds[2 + 2 * i] = fds[3 + 2 * i] = (struct pollfd){.fd = -1};
    if (poll(fds, 2 + 2 * LINES, (int)wait_ms) < 0)
        return;
    now_ms = clock_mono_now_ms();
    for (int i = 0; i < LINES && moves; i++) {
        struct line *line = &sky->lines[i];
        if (line->repeat && line->caller_due_ms <= now_ms)
            send_repeat(sky, line);
        if (fds[2 + 2 * i].revents && line->caller == fds[2 + 2 * i].fd)
            from_caller(sky, line);
        if (fds[3 + 2 * i].revents && line->hall == fds[3 + 2 * i].fd)
            from_hall(sky, line);
    }
    if (fds[1].revents)
        take_in(sky);
    unsigned char told;
    if (fds[0].revents) {
        if (read(sky->ears, &told, 1) != 1)
            _exit(0);
        become(sky, (enum weather)told);
    }
}

static _Noreturn void be_the_sky(struct sky *sky)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < LINES; i++)
        sky->lines[i] = (struct line){.caller = -1, .hall = -1};
    for (;;)
        turn(sky);
}

void weather_start(struct weather_proxy *proxy, int hall_port, uint64_t seed)
{
    static struct sky sky;
    int ends[2];
    sky = (struct sky){.hall_port = hall_port, .weather = WEATHER_CALM};
    sky.listener = listen_at(&sky.port);
    void *memory =
        mmap(NULL, COUNTS * sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(sky.listener >= 0 && memory != MAP_FAILED && pipe2(ends, O_CLOEXEC) == 0);
    sky.count = memory;
    sky.ears = ends[0];
    rng_seed(&sky.rng, seed);
    *proxy = (struct weather_proxy){.tell = ends[1], .count = sky.count};
    str_format(proxy->url, sizeof proxy->url, "http://127.0.0.1:%d", sky.port);
    fflush(NULL);
    proxy->pid = fork();
    REQUIRE(proxy->pid >= 0);
    if (proxy->pid == 0) {
        close(ends[1]);
        be_the_sky(&sky);
    }
    close(ends[0]);
    close(sky.listener);
}

void weather_be(struct weather_proxy *proxy, enum weather weather)
{
    unsigned char told = (unsigned char)weather;
    CHECK(write(proxy->tell, &told, 1) == 1);
}

void weather_print(const struct weather_proxy *proxy)
{
    static const char *const texts[] = {
#define X(name, text) text,
        FATE_LIST(X)
#undef X
    };
    printf("  weather: %d requests handed on", proxy->count[PASSED]);
    for (int i = 0; i < FATES; i++)
        printf(", %d %s", proxy->count[i], texts[i]);
    putchar('\n');
}

int weather_met(const struct weather_proxy *proxy)
{
    int all = 0;
    for (int i = 0; i < FATES; i++)
        all += proxy->count[i];
    return all;
}

void weather_stop(struct weather_proxy *proxy)
{
    kill(proxy->pid, SIGKILL);
    waitpid(proxy->pid, NULL, 0);
    close(proxy->tell);
    munmap((void *)(uintptr_t)proxy->count, COUNTS * sizeof(int));
}
