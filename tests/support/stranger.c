/* tests/support/stranger.c: see stranger.h. */
#include "tests/support/stranger.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/support/test.h"

enum { MANNER, CUTS, HALL_PORT, SHARED_INTS };
enum { LINES = 32, CUT_AFTER_BYTES = 60, HELD_BYTES = 4096 };

static const char page[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 74\r\n\r\n"
                           "<html><body><h1>Welcome to this network</h1>Please accept.</body></html>\r\n";

/* One caller; hall -1: none behind. */
struct line {
    int caller, hall;
    bool dead; /* something was lost on it: what follows would be read as its middle */
    bool news; /* what its caller asked for last is news */
    char held[HELD_BYTES];
    ssize_t held_bytes;
};

static int connect_to(int port)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    close(fd);
    return -1;
}

static void hang_up(struct line *line)
{
    close(line->caller);
    if (line->hall >= 0)
        close(line->hall);
    *line = (struct line){.caller = -1, .hall = -1};
}

static bool send_all(int fd, const char *bytes, ssize_t length)
{
    return length > 0 && send(fd, bytes, (size_t)length, MSG_NOSIGNAL) == length;
}

/* What of a request's head is kept in a manner; NULL: all goes on. */
static const char *held_in(int manner)
{
    return manner == STRANGER_HOLDS ? "/v1/snapshot" : manner == STRANGER_MUSES ? "/v1/session" : NULL;
}

static bool asks_for(const char *bytes, ssize_t got, const char *path)
{
    return memmem(bytes, (size_t)got, path, strlen(path)) != NULL;
}

/* The answer is read, and handed on, when its manner has changed. */
static bool keeps_back(const struct line *line, const volatile int *shared)
{
    return line->news && shared[MANNER] == STRANGER_TARDY;
}

static void from_caller(struct line *line, volatile int *shared)
{
    char bytes[65536];
    ssize_t got = recv(line->caller, bytes, sizeof bytes, 0);
    bool ok = got > 0 && shared[MANNER] != STRANGER_GONE;
    line->dead |= shared[MANNER] == STRANGER_DEAF;
    if (ok && line->dead)
        return;
    const char *held = held_in(shared[MANNER]);
    line->news = ok && asks_for(bytes, got, "/v1/feed");
    if (ok && held && got < HELD_BYTES && asks_for(bytes, got, held)) {
        memcpy(line->held, bytes, (size_t)got);
        line->held_bytes = got;
        return;
    }
    if (ok && shared[MANNER] == STRANGER_PAGE)
        ok = send_all(line->caller, page, sizeof page - 1);
    else if (ok)
        ok = line->hall >= 0 && send_all(line->hall, bytes, got);
    if (!ok)
        hang_up(line);
}

static void from_hall(struct line *line, volatile int *shared)
{
    char bytes[65536];
    ssize_t got = recv(line->hall, bytes, sizeof bytes, 0);
    if (got > 0 && (line->dead || shared[MANNER] == STRANGER_LOSES)) {
        line->dead = true;
        shared[CUTS]++;
    } else if (shared[MANNER] == STRANGER_GONE) {
        hang_up(line);
    } else if (got > CUT_AFTER_BYTES && shared[MANNER] == STRANGER_CUTS) {
        send_all(line->caller, bytes, CUT_AFTER_BYTES);
        shared[CUTS]++;
        hang_up(line);
    } else if (!send_all(line->caller, bytes, got)) {
        hang_up(line);
    }
}

/* Its manner has changed. */
static void turn(struct line *line, volatile int *shared)
{
    bool ok = shared[MANNER] != STRANGER_GONE;
    if (ok && line->held_bytes && !held_in(shared[MANNER])) {
        ok = send_all(line->hall, line->held, line->held_bytes);
        line->held_bytes = 0;
    }
    if (!ok && line->caller >= 0)
        hang_up(line);
}

static _Noreturn void be_the_stranger(int listener, int wake, volatile int *shared)
{
    uint64_t woken;
    struct line lines[LINES];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < LINES; i++)
        lines[i] = (struct line){.caller = -1, .hall = -1};
    for (;;) {
        struct pollfd fds[2 + 2 * LINES] = {{.fd = listener, .events = POLLIN}};
        for (int i = 0; i < LINES; i++) {
            fds[1 + 2 * i] = (struct pollfd){.fd = lines[i].caller, .events = POLLIN};
            int hall = keeps_back(&lines[i], shared) ? -1 : lines[i].hall;
            fds[2 + 2 * i] = (struct pollfd){.fd = hall, .events = POLLIN};
        }
        fds[1 + 2 * LINES] = (struct pollfd){.fd = wake, .events = POLLIN};
        poll(fds, 2 + 2 * LINES, -1);
        if (fds[1 + 2 * LINES].revents && read(wake, &woken, sizeof woken) == sizeof woken)
            for (int i = 0; i < LINES; i++)
                turn(&lines[i], shared);
        for (int i = 0; i < LINES; i++) {
            if (fds[1 + 2 * i].revents && lines[i].caller >= 0)
                from_caller(&lines[i], shared);
            if (fds[2 + 2 * i].revents && lines[i].hall >= 0)
                from_hall(&lines[i], shared);
        }
        if (!fds[0].revents)
            continue;
        int caller = accept(listener, NULL, NULL), free_line = 0;
        while (free_line < LINES - 1 && lines[free_line].caller >= 0)
            free_line++;
        if (lines[free_line].caller >= 0)
            hang_up(&lines[free_line]);
        lines[free_line] =
            (struct line){.caller = caller, .hall = shared[HALL_PORT] ? connect_to(shared[HALL_PORT]) : -1};
    }
}

void stranger_start(struct stranger *stranger, enum stranger_manner manner, int hall_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(listener >= 0 && bind(listener, (struct sockaddr *)&at, sizeof at) == 0 &&
            listen(listener, LINES) == 0 && getsockname(listener, (struct sockaddr *)&at, &size) == 0);
    str_format(stranger->url, sizeof stranger->url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    void *memory =
        mmap(NULL, SHARED_INTS * sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    stranger->shared = memory;
    stranger->shared[MANNER] = (int)manner;
    stranger->shared[HALL_PORT] = hall_port;
    stranger->wake = eventfd(0, EFD_CLOEXEC);
    REQUIRE(stranger->wake >= 0);
    fflush(NULL);
    stranger->pid = fork();
    REQUIRE(stranger->pid >= 0);
    if (stranger->pid == 0)
        be_the_stranger(listener, stranger->wake, stranger->shared);
    close(listener);
}

void stranger_be(struct stranger *stranger, enum stranger_manner manner)
{
    uint64_t one = 1;
    stranger->shared[MANNER] = (int)manner;
    CHECK(write(stranger->wake, &one, sizeof one) == sizeof one);
}

void stranger_go_to(struct stranger *stranger, int hall_port)
{
    stranger->shared[HALL_PORT] = hall_port;
}

int stranger_cuts(const struct stranger *stranger)
{
    return stranger->shared[CUTS];
}

void stranger_stop(struct stranger *stranger)
{
    kill(stranger->pid, SIGKILL);
    waitpid(stranger->pid, NULL, 0);
    close(stranger->wake);
    munmap((void *)(uintptr_t)stranger->shared, SHARED_INTS * sizeof(int));
}
