/* core/hall/demo_schema.c: see demo_schema.h. */
#include "core/hall/demo_schema.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct outcome_told {
    enum err err;
    struct err_info info;
};

struct apart {
    const char *name; /* of the schema */
    sigset_t before, awaited;
    int ends[2]; /* what came of it */
    pid_t pid;
    int broken_off; /* by that signal; 0: by none */
};

static _Noreturn void run_apart(const struct apart *a, demo_in_it *run, void *ctx, struct scratch *schema)
{
    struct outcome_told told = {0};
    pthread_sigmask(SIG_SETMASK, &a->before, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    told.err = run(ctx, schema, &told.info);
    if (fflush(stdout) != 0 && told.err == ERR_OK)
        told.err = err_set(&told.info, ERR_DISK, "The answer cannot be written to standard output: %s.",
                           strerror(errno));
    ssize_t wrote = write(a->ends[1], &told, sizeof told);
    _exit(wrote == (ssize_t)sizeof told ? 0 : 1);
}

static enum err start(struct apart *a, demo_in_it *run, void *ctx, struct scratch *schema,
                      struct err_info *info)
{
    if (pipe2(a->ends, O_CLOEXEC) != 0)
        return err_set(info, ERR_SYSTEM, "The simulated days cannot be started: %s.", strerror(errno));
    fflush(stdout);
    a->pid = fork();
    if (a->pid == 0)
        run_apart(a, run, ctx, schema);
    close(a->ends[1]);
    if (a->pid > 0)
        return ERR_OK;
    close(a->ends[0]);
    return err_set(info, ERR_SYSTEM, "The simulated days cannot be started: %s.", strerror(errno));
}

/* Whatever ends this one ends the run first. */
static void wait_apart(struct apart *a)
{
    while (waitpid(a->pid, NULL, WNOHANG) != a->pid) {
        siginfo_t came;
        int number = sigwaitinfo(&a->awaited, &came);
        if (number > 0 && number != SIGCHLD) {
            a->broken_off = number;
            kill(a->pid, SIGTERM);
        }
    }
}

static enum err take_outcome(const struct apart *a, struct err_info *info)
{
    struct outcome_told told;
    ssize_t got = read(a->ends[0], &told, sizeof told);
    close(a->ends[0]);
    if (got == (ssize_t)sizeof told) {
        *info = told.info;
        return told.err;
    }
    if (a->broken_off)
        return err_set(info, ERR_SYSTEM, "The simulated days were broken off. The schema %s is gone again.",
                       a->name);
    return err_set(info, ERR_SYSTEM,
                   "The simulated days ended before their time. The schema %s is gone again.", a->name);
}

static enum err run_and_wait(struct apart *a, demo_in_it *run, void *ctx, struct scratch *schema,
                             struct err_info *info)
{
    enum err err = start(a, run, ctx, schema, info);
    if (err != ERR_OK)
        return err;
    wait_apart(a);
    return take_outcome(a, info);
}

enum err demo_in_schema(const char *address, demo_in_it *run, void *ctx, struct err_info *info)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD};
    struct apart a = {0};
    struct err_info own = {0};
    struct scratch *schema = NULL;
    sigemptyset(&a.awaited);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        sigaddset(&a.awaited, ends[i]);
    pthread_sigmask(SIG_BLOCK, &a.awaited, &a.before); /* before there is anything to be left behind */
    enum err err = scratch_make(&schema, address, info);
    if (err == ERR_OK) {
        a.name = scratch_name(schema);
        err = run_and_wait(&a, run, ctx, schema, info);
        enum err dropped = scratch_drop(&schema, &own);
        if (err == ERR_OK && dropped != ERR_OK)
            err = err_set(info, dropped, "%s", own.text);
    }
    pthread_sigmask(SIG_SETMASK, &a.before, NULL);
    return err;
}
