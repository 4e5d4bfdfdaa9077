/* tui/loop.h: one event loop, one thread: descriptors, timers, signals, and an idle call before each wait,
 * where the workstation draws. The wait itself can be handed in (curl_multi_poll). Times are milliseconds of
 * the monotonic clock. Callbacks may add and remove anything, themselves too. */
#pragma once
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

struct loop;
enum { LOOP_FDS = 32, LOOP_TIMERS = 64 }; /* limits; loop_watch and loop_after say -1 beyond */

struct loop *loop_new(void);
void loop_free(struct loop **loop);
int64_t loop_now_ms(void);

/* Calls ready(self, revents) when fd has any of events (POLLIN, POLLOUT). A second call for an fd replaces
 * the first. Returns -1 when there is no room. */
int loop_watch(struct loop *loop, int fd, short events, void (*ready)(void *self, short revents), void *self);
void loop_unwatch(struct loop *loop, int fd);

/* Calls fire(self) once after wait_ms. Returns the timer's number (> 0). */
int loop_after(struct loop *loop, int64_t wait_ms, void (*fire)(void *self), void *self);
void loop_cancel(struct loop *loop, int timer); /* a number that has fired or 0 is no fault */

/* Signals become calls within the loop: SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGCONT, SIGCHLD, SIGUSR1. */
void loop_on_signal(struct loop *loop, void (*caught)(void *self, int number), void *self);
/* Called before each wait, when everything that was ready has been handled. */
void loop_on_idle(struct loop *loop, void (*idle)(void *self), void *self);
/* Waits as poll(2) does and returns as it does; the default is poll itself. */
void loop_set_wait(struct loop *loop,
                   int (*wait)(void *self, struct pollfd *fds, unsigned count, int timeout_ms), void *self);

void loop_run(struct loop *loop);  /* until loop_stop */
void loop_once(struct loop *loop); /* one idle call, one wait, and what it brings */
void loop_stop(struct loop *loop);
