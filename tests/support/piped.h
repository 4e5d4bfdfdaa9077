/* tests/support/piped.h: `loket pipe` as a program of a kiosk would run it: lines in, lines out, both waited for. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "core/wire/json.h"

struct piped {
    pid_t pid;
    int in, out; /* in -1: ended */
    struct buf text;
};
/* words[0] by program_path. It ends with the test program at the latest. */
struct piped piped_start(const char *const *words);
/* Its options spelled out: PIPED("--hall", url, …). */
#define PIPED(...) piped_start((const char *const[]){"loket", "pipe", __VA_ARGS__, NULL})

void piped_say(struct piped *piped, const char *line); /* ' stands for " */
/* The next line as JSON; NULL at the end of output or when none comes in TEST_PATIENCE_MS. The caller frees. */
struct json *piped_next(struct piped *piped);
/* For who waits for several: one read of what has come, false at the end; then the lines that are whole, one by one,
 * NULL when there is none. A line that is no JSON fails the test. */
bool piped_read(struct piped *piped);
struct json *piped_line(struct piped *piped);
/* The next line with that "event", and that "tag" unless NULL; others before it are dropped. Fails the test when
 * none comes. The caller frees. */
struct json *piped_await(struct piped *piped, const char *event, const char *tag);
void piped_skip(struct piped *piped, const char *event, const char *tag); /* the same, freed */
void piped_end_input(struct piped *piped);
/* SIGKILL, SIGTERM … or 0 to send none; waits for the end: exit status, or 128 + signal. */
int piped_end(struct piped *piped, int with_signal);
