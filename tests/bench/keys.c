/* tests/bench/keys.c: how fast a full-screen program starts and answers keys, seen from its terminal.
 *
 *   bench keys [--size CxR] [--keys TEXT] [--count N] [--starts N] [--before TEXT] -- CMD [ARG …]
 *
 * A key's time ends with the last byte of the burst that it causes: the burst is over when nothing came for
 * QUIET_US, which is not counted; the next key is sent only then, so that keys never queue. `before` is typed
 * once, each key with its own quiet, to get to the screen that is measured. In keys, ^ stands for Escape.
 * Prints: p50_us p99_us start_ms pss_kib silent_keys. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum {
    QUIET_US = 10 * 1000,
    START_QUIET_US = 150 * 1000,
    SILENT_US = 250 * 1000,
    START_LIMIT_US = 20 * 1000 * 1000,
    KEYS_MAX = 20000,
};

struct program {
    int pid, fd;
};

static struct program start(char **argv, int cols, int rows)
{
    struct program p;
    struct winsize size = {.ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows};
    p.pid = forkpty(&p.fd, NULL, NULL, &size);
    if (p.pid < 0)
        bench_fail("forkpty: %s", strerror(errno));
    if (p.pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        unsetenv("LINES");
        unsetenv("COLUMNS");
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    return p;
}

static void stop(struct program *p)
{
    kill(p->pid, SIGTERM);
    close(p->fd);
    waitpid(p->pid, NULL, 0);
}

/* Reads until nothing came for quiet_us; the time of the last byte, or -1 when nothing came in limit_us. */
static int64_t burst(struct program *p, int64_t quiet_us, int64_t limit_us)
{
    char bytes[65536];
    int64_t began = bench_now_us(), last = -1;
    struct pollfd fd = {.fd = p->fd, .events = POLLIN};
    for (;;) {
        int64_t now = bench_now_us(), until = last < 0 ? began + limit_us : last + quiet_us;
        if (now >= until)
            return last;
        struct timespec left = {(until - now) / 1000000, (until - now) % 1000000 * 1000};
        if (ppoll(&fd, 1, &left, NULL) <= 0)
            continue;
        now = bench_now_us();
        if (read(p->fd, bytes, sizeof bytes) <= 0)
            bench_fail("the program ended");
        last = now;
    }
}

static int64_t press(struct program *p, char key)
{
    char byte = key == '^' ? '\x1b' : key == '_' ? ' ' : key;
    int64_t began = bench_now_us();
    if (write(p->fd, &byte, 1) != 1)
        bench_fail("the program reads no keys");
    int64_t last = burst(p, QUIET_US, SILENT_US);
    return last < 0 ? -1 : last - began;
}

static int command_at(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--") == 0 && i + 1 < argc)
            return i + 1;
    bench_fail("keys: no command after --");
}

int bench_keys(int argc, char **argv)
{
    static int64_t times[KEYS_MAX];
    int64_t starts[100];
    int cols = 120, rows = 40, command = command_at(argc, argv);
    int count = atoi(bench_option(argc, argv, "--count", "400"));
    int start_count = atoi(bench_option(argc, argv, "--starts", "5"));
    const char *keys = bench_option(argc, argv, "--keys", "jk");
    const char *before = bench_option(argc, argv, "--before", "");
    sscanf(bench_option(argc, argv, "--size", "120x40"), "%dx%d", &cols, &rows);
    if (count > KEYS_MAX || start_count < 1 || start_count > 100)
        bench_fail("keys: too many");
    struct program p = {0};
    for (int i = 0; i < start_count; i++) {
        if (i)
            stop(&p);
        int64_t began = bench_now_us();
        p = start(argv + command, cols, rows);
        int64_t last = burst(&p, START_QUIET_US, START_LIMIT_US);
        starts[i] = last < 0 ? START_LIMIT_US : last - began;
    }
    for (const char *key = before; *key; key++)
        press(&p, *key);
    int measured = 0, silent = 0;
    for (int i = 0; i < count; i++) {
        int64_t us = press(&p, keys[(size_t)i % strlen(keys)]);
        if (us < 0)
            silent++;
        else
            times[measured++] = us;
    }
    int64_t pss = bench_pss_kib(p.pid);
    stop(&p);
    printf("%lld %lld %.1f %lld %d\n", (long long)bench_share(times, (size_t)measured, 0.5),
           (long long)bench_share(times, (size_t)measured, 0.99),
           (double)bench_share(starts, (size_t)start_count, 0.5) / 1000, (long long)pss, silent);
    return 0;
}
