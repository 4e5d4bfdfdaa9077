/* tests/support/program.h: runs loket and loketd as people do, by their own files beside this test program's
 * folder. */
#pragma once
#include <sys/types.h>

/* Where a program of this build is ("loketd"); the caller frees. $LOKET_PROGRAMS names another folder. */
char *program_path(const char *name);
/* So that what starts loketd by its name alone (core/sync/embedded.h) takes the one of this build. */
void program_first_on_path(void);

struct ran {
    int status; /* exit status; 128 + signal when killed */
    char *out, *err;
};
/* Runs words[0] (by program_path) to its end with input on standard input. ran_free frees. */
struct ran program_run(const char *input, const char *const *words);
/* The words spelled out: ran = RUN("input", "loketd", "verify", …). */
#define RUN(input, ...) program_run((input), (const char *const[]){__VA_ARGS__, NULL})
void ran_free(struct ran *ran);

/* One that goes on: its standard output is a descriptor to read. It ends with the test program at the latest. */
struct running {
    pid_t pid;
    int out;
};
struct running program_start(const char *const *words);
#define START(...) program_start((const char *const[]){__VA_ARGS__, NULL})
/* The next line of its output without its end; NULL at the end. The caller frees. */
char *running_line(struct running *running);
/* Waits for its end and says how, as struct ran does. */
int running_wait(struct running *running);
