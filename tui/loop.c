/* tui/loop.c: the event loop: see loop.h. One turn: draw (idle), wait, then descriptors, signals and timers
 * that are due. Knows neither terminal nor network: both are descriptors. */
#include "tui/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tui/mem.h"

struct watch {
    int fd; /* -1: free */
    short events;
    void (*ready)(void *self, short revents);
    void *self;
};
struct timer {
    int number; /* 0: free */
    int64_t due_ms;
    void (*fire)(void *self);
    void *self;
};
struct loop {
    struct watch watches[LOOP_FDS];
    struct timer timers[LOOP_TIMERS];
    int last_timer;
    bool stopped;
    int pipe[2]; /* signals, one byte each */
    void (*caught)(void *self, int number);
    void *caught_self;
    void (*idle)(void *self);
    void *idle_self;
    int (*wait)(void *self, struct pollfd *fds, unsigned count, int timeout_ms);
    void *wait_self;
};

static const int signals[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGCONT, SIGCHLD, SIGUSR1};
enum { SIGNALS = sizeof signals / sizeof *signals };

/* What a signal handler can reach: the writing end of the pipe. */
static volatile sig_atomic_t signal_fd = -1;

int64_t loop_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int poll_wait(void *self, struct pollfd *fds, unsigned count, int timeout_ms)
{
    (void)self;
    return poll(fds, count, timeout_ms);
}

struct loop *loop_new(void)
{
    struct loop *loop = mem_alloc(1, sizeof *loop);
    for (int i = 0; i < LOOP_FDS; i++)
        loop->watches[i].fd = -1;
    loop->pipe[0] = loop->pipe[1] = -1;
    loop->wait = poll_wait;
    return loop;
}

void loop_free(struct loop **loop)
{
    if (!*loop)
        return;
    if ((*loop)->pipe[0] >= 0) {
        for (int i = 0; i < SIGNALS; i++)
            signal(signals[i], SIG_DFL);
        signal_fd = -1;
        close((*loop)->pipe[0]);
        close((*loop)->pipe[1]);
    }
    free(*loop);
    *loop = NULL;
}

/* --- descriptors --- */

static struct watch *find_watch(struct loop *loop, int fd)
{
    for (int i = 0; i < LOOP_FDS; i++)
        if (loop->watches[i].fd == fd)
            return &loop->watches[i];
    return NULL;
}

int loop_watch(struct loop *loop, int fd, short events, void (*ready)(void *self, short revents), void *self)
{
    struct watch *watch = find_watch(loop, fd);
    if (!watch)
        watch = find_watch(loop, -1);
    if (!watch || fd < 0)
        return -1;
    *watch = (struct watch){fd, events, ready, self};
    return 0;
}

void loop_unwatch(struct loop *loop, int fd)
{
    struct watch *watch = fd < 0 ? NULL : find_watch(loop, fd);
    if (watch)
        watch->fd = -1;
}

/* --- timers --- */

int loop_after(struct loop *loop, int64_t wait_ms, void (*fire)(void *self), void *self)
{
    for (int i = 0; i < LOOP_TIMERS; i++) {
        if (loop->timers[i].number)
            continue;
        loop->last_timer = loop->last_timer == INT32_MAX ? 1 : loop->last_timer + 1;
        loop->timers[i] =
            (struct timer){loop->last_timer, loop_now_ms() + (wait_ms > 0 ? wait_ms : 0), fire, self};
        return loop->last_timer;
    }
    return -1;
}

void loop_cancel(struct loop *loop, int timer)
{
    for (int i = 0; timer > 0 && i < LOOP_TIMERS; i++)
        if (loop->timers[i].number == timer)
            loop->timers[i].number = 0;
}

static const struct timer *next_timer(const struct loop *loop)
{
    const struct timer *next = NULL;
    for (int i = 0; i < LOOP_TIMERS; i++)
        if (loop->timers[i].number && (!next || loop->timers[i].due_ms < next->due_ms))
            next = &loop->timers[i];
    return next;
}

/* Those due now, the earliest first; timers that they set anew wait for the next turn. */
static void fire_due(struct loop *loop)
{
    int64_t now_ms = loop_now_ms();
    for (int limit = LOOP_TIMERS; limit > 0 && !loop->stopped; limit--) {
        const struct timer *due = next_timer(loop);
        if (!due || due->due_ms > now_ms)
            return;
        struct timer timer = *due;
        loop_cancel(loop, timer.number);
        timer.fire(timer.self);
    }
}

static int timeout_ms(const struct loop *loop)
{
    const struct timer *next = next_timer(loop);
    if (!next)
        return -1;
    int64_t left_ms = next->due_ms - loop_now_ms();
    return left_ms <= 0 ? 0 : left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

/* --- signals --- */

static void note_signal(int number)
{
    int kept = errno;
    char byte = (char)number;
    ssize_t written = write(signal_fd, &byte, 1); /* a full pipe already says enough */
    (void)written;
    errno = kept;
}

static void read_signals(void *self, short revents)
{
    struct loop *loop = self;
    char bytes[64];
    ssize_t count = revents ? read(loop->pipe[0], bytes, sizeof bytes) : 0;
    for (ssize_t i = 0; i < count && loop->caught; i++)
        loop->caught(loop->caught_self, bytes[i]);
}

void loop_on_signal(struct loop *loop, void (*caught)(void *self, int number), void *self)
{
    loop->caught = caught;
    loop->caught_self = self;
    if (loop->pipe[0] >= 0 || pipe2(loop->pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    signal_fd = loop->pipe[1];
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &action, NULL);
    loop_watch(loop, loop->pipe[0], POLLIN, read_signals, loop);
}

/* --- turning --- */

void loop_on_idle(struct loop *loop, void (*idle)(void *self), void *self)
{
    loop->idle = idle;
    loop->idle_self = self;
}

void loop_set_wait(struct loop *loop,
                   int (*wait)(void *self, struct pollfd *fds, unsigned count, int timeout_ms), void *self)
{
    loop->wait = wait ? wait : poll_wait;
    loop->wait_self = self;
}

/* A callback may have removed a watch, or put another descriptor into its place: each is looked up again. */
static void serve_ready(struct loop *loop, const struct pollfd *fds, unsigned count)
{
    for (unsigned i = 0; i < count && !loop->stopped; i++) {
        struct watch *watch = fds[i].revents ? find_watch(loop, fds[i].fd) : NULL;
        if (watch)
            watch->ready(watch->self, fds[i].revents);
    }
}

void loop_once(struct loop *loop)
{
    struct pollfd fds[LOOP_FDS];
    unsigned count = 0;
    if (loop->idle)
        loop->idle(loop->idle_self);
    if (loop->stopped)
        return;
    for (int i = 0; i < LOOP_FDS; i++)
        if (loop->watches[i].fd >= 0)
            fds[count++] = (struct pollfd){.fd = loop->watches[i].fd, .events = loop->watches[i].events};
    int ready = loop->wait(loop->wait_self, fds, count, timeout_ms(loop));
    if (ready > 0)
        serve_ready(loop, fds, count);
    fire_due(loop);
}

void loop_run(struct loop *loop)
{
    loop->stopped = false;
    while (!loop->stopped)
        loop_once(loop);
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}
