/* tests/support/stranger.c: see stranger.h. */
#include "tests/support/stranger.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/support/test.h"

enum { MANNER, CUTS, SHARED_INTS };
enum { LINES = 32, CUT_AFTER_BYTES = 60 };

static const char page[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 74\r\n\r\n"
                           "<html><body><h1>Welcome to this network</h1>Please accept.</body></html>\r\n";

/* One caller; hall -1: none behind. */
struct line {
    int caller, hall;
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
    *line = (struct line){-1, -1};
}

static bool send_all(int fd, const char *bytes, ssize_t length)
{
    return length > 0 && send(fd, bytes, (size_t)length, MSG_NOSIGNAL) == length;
}

static void from_caller(struct line *line, volatile int *shared)
{
    char bytes[65536];
    ssize_t got = recv(line->caller, bytes, sizeof bytes, 0);
    bool ok = got > 0;
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
    if (got > CUT_AFTER_BYTES && shared[MANNER] == STRANGER_CUTS) {
        send_all(line->caller, bytes, CUT_AFTER_BYTES);
        shared[CUTS]++;
        hang_up(line);
    } else if (!send_all(line->caller, bytes, got)) {
        hang_up(line);
    }
}

static _Noreturn void be_the_stranger(int listener, int hall_port, volatile int *shared)
{
    struct line lines[LINES];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < LINES; i++)
        lines[i] = (struct line){-1, -1};
    for (;;) {
        struct pollfd fds[1 + 2 * LINES] = {{.fd = listener, .events = POLLIN}};
        for (int i = 0; i < LINES; i++) {
            fds[1 + 2 * i] = (struct pollfd){.fd = lines[i].caller, .events = POLLIN};
            fds[2 + 2 * i] = (struct pollfd){.fd = lines[i].hall, .events = POLLIN};
        }
        poll(fds, 1 + 2 * LINES, -1);
        for (int i = 0; i < LINES; i++) {
            if (fds[1 + 2 * i].revents)
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
        lines[free_line] = (struct line){caller, hall_port ? connect_to(hall_port) : -1};
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
    fflush(NULL);
    stranger->pid = fork();
    REQUIRE(stranger->pid >= 0);
    if (stranger->pid == 0)
        be_the_stranger(listener, hall_port, stranger->shared);
    close(listener);
}

void stranger_be(struct stranger *stranger, enum stranger_manner manner)
{
    stranger->shared[MANNER] = (int)manner;
}

int stranger_cuts(const struct stranger *stranger)
{
    return stranger->shared[CUTS];
}

void stranger_stop(struct stranger *stranger)
{
    kill(stranger->pid, SIGKILL);
    waitpid(stranger->pid, NULL, 0);
    munmap((void *)(uintptr_t)stranger->shared, SHARED_INTS * sizeof(int));
}
