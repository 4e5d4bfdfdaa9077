/* tests/support/program.c: see program.h. */
#include "tests/support/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/support/cluster.h"
#include "tests/support/test.h"

/* This program is OUT/tests/hall/NAME_test or OUT/unit; the others are in OUT. */
char *program_path(const char *name)
{
    char path[PATH_MAX];
    const char *folder = getenv("LOKET_PROGRAMS");
    if (folder)
        return xasprintf("%s/%s", folder, name);
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    for (char *slash; (slash = strrchr(path, '/')) != NULL;) {
        *slash = '\0';
        char *found = xasprintf("%s/%s", path, name);
        if (access(found, X_OK) == 0)
            return found;
        free(found);
    }
    return xstrdup(name);
}

void program_first_on_path(void)
{
    char *program = program_path("loketd"), *slash = strrchr(program, '/');
    if (slash) {
        *slash = '\0';
        char *path = xasprintf("%s:%s", program, getenv("PATH"));
        setenv("PATH", path, 1);
        free(path);
    }
    free(program);
}

enum { WORDS_MAX = 40 };

/* Where halls are kept in PostgreSQL a hall's folder on loketd's command line becomes its address. What stays beside a training
 * hall keeps its folder. */
static void put_into_postgres(char **words)
{
    int count = 0;
    while (words[count])
        count++;
    if (strcmp(words[0], "loketd") != 0 || count < 2 || !cluster_keeps_halls())
        return;
    bool both = strcmp(words[1], "practice") == 0;
    for (int at = 1, end = count; at + 1 < end; at++) {
        if (strcmp(words[at], "--data") != 0)
            continue;
        int to = both ? count : at;
        if (to + 2 >= WORDS_MAX)
            return;
        words[to + 1] = cluster_hall(words[at + 1]);
        words[to] = xstrdup("--db");
        count += both ? 2 : 0;
    }
}

static void become(const char *const *words, int in, int out, int err)
{
    char *path = program_path(words[0]), *copies[WORDS_MAX] = {0};
    for (int i = 0; words[i] && i < WORDS_MAX - 1; i++)
        copies[i] = xstrdup(words[i]);
    put_into_postgres(copies);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that is abandoned leaves nobody behind */
    if (in >= 0)
        dup2(in, 0);
    dup2(out, 1);
    if (err >= 0)
        dup2(err, 2);
    execvp(path, copies);
    _exit(127);
}

static int exit_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return exit_of(status);
}

/* Both outputs as they come, so that neither can stop the program. */
static void collect(int out, int err, struct buf *texts)
{
    struct pollfd fds[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
    char part[4096];
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (poll(fds, 2, -1) < 0)
            continue;
        for (int i = 0; i < 2; i++) {
            if (fds[i].fd < 0 || !fds[i].revents)
                continue;
            ssize_t got = read(fds[i].fd, part, sizeof part);
            if (got > 0)
                buf_add(&texts[i], part, (size_t)got);
            else
                fds[i].fd = -1;
        }
    }
}

struct ran program_run(const char *input, const char *const *words)
{
    int in[2], out[2], err[2];
    struct buf texts[2] = {{0}, {0}};
    REQUIRE(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0);
    (void)cluster_keeps_halls(); /* its server is this program's */
    pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0)
        become(words, in[0], out[1], err[1]);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    if (input) {
        ssize_t written = write(in[1], input, strlen(input)); /* short texts: a pipe holds them */
        (void)written;
    }
    close(in[1]);
    collect(out[0], err[0], texts);
    close(out[0]);
    close(err[0]);
    return (struct ran){.status = wait_for(pid),
                        .out = texts[0].data ? buf_take(&texts[0]) : xstrdup(""),
                        .err = texts[1].data ? buf_take(&texts[1]) : xstrdup("")};
}

void ran_free(struct ran *ran)
{
    free(ran->out);
    free(ran->err);
    *ran = (struct ran){0};
}

struct running program_start(const char *const *words)
{
    int out[2];
    REQUIRE(pipe2(out, O_CLOEXEC) == 0);
    (void)cluster_keeps_halls();
    pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0)
        become(words, -1, out[1], -1);
    close(out[1]);
    return (struct running){.pid = pid, .out = out[0]};
}

char *running_line(struct running *running)
{
    struct buf line = {0};
    char c;
    ssize_t got;
    while ((got = read(running->out, &c, 1)) == 1 && c != '\n')
        buf_addc(&line, c);
    if (got != 1 && !line.length)
        return NULL;
    return line.data ? buf_take(&line) : xstrdup("");
}

int running_wait(struct running *running)
{
    int status = wait_for(running->pid);
    close(running->out);
    running->out = -1;
    return status;
}
