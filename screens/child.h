/* screens/child.h: a program that is started for one text, and heard of when it has ended: loket-pdf, a print command.
 * Starting waits for nothing. Knows no screen. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid;        /* 0: none */
    int faults;       /* what it complains of; -1: nothing was started */
    int64_t until_ms; /* monotonic: it is given up then */
    bool given_up;
};
/* words: its own name, arguments and NULL. It reads text from its standard input and writes to output (a descriptor; -1:
 * what it writes is thrown away), in a session of its own, so that Ctrl-C at our terminal is not for it. 0, or an errno. */
int child_start(struct child *child, const char *program, char *const words[], const char *text, int output,
                int max_ms);
/* True: it has ended, and status is waitpid's. wait: until it has, for as long as it may at most. */
bool child_ended(struct child *child, bool wait, int *status);
/* The first line of its complaint, without control characters and its own name before it; "" none. */
void child_fault(const struct child *child, const char *name, char *out, size_t capacity);
/* Lets go of it: one that still runs is ended, with all that it started, or goes on alone (leave). */
void child_forget(struct child *child, bool leave);
bool child_write_all(int fd, const char *text, size_t length);
