/* tests/support/piped.c: see piped.h. */
#include "tests/support/piped.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

static void become(const char *const *words, int in, int out)
{
    char *path = program_path(words[0]), *copies[32] = {0};
    for (int i = 0; words[i] && i < 31; i++)
        copies[i] = xstrdup(words[i]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in, 0);
    dup2(out, 1);
    execvp(path, copies);
    _exit(127);
}

struct piped piped_start(const char *const *words)
{
    int in[2], out[2];
    fflush(NULL);
    signal(SIGPIPE, SIG_IGN); /* one that has ended is seen by its missing answer */
    REQUIRE(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0)
        become(words, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    return (struct piped){.pid = pid, .in = in[1], .out = out[0]};
}

static void write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, text, length);
        if (n < 0 && errno != EINTR)
            return;
        if (n > 0) {
            text += n;
            length -= (size_t)n;
        }
    }
}

void piped_say(struct piped *piped, const char *line)
{
    char *copy = xasprintf("%s\n", line);
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    write_all(piped->in, copy, strlen(copy));
    free(copy);
}

bool piped_read(struct piped *piped)
{
    char part[16 * 1024];
    ssize_t n;
    do
        n = read(piped->out, part, sizeof part);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        buf_add(&piped->text, part, (size_t)n);
    return n > 0;
}

/* More bytes of output; false at its end, or when none come. */
static bool more(struct piped *piped)
{
    struct pollfd fd = {.fd = piped->out, .events = POLLIN};
    int ready;
    do
        ready = poll(&fd, 1, TEST_PATIENCE_MS);
    while (ready < 0 && errno == EINTR);
    return ready > 0 && piped_read(piped);
}

struct json *piped_line(struct piped *piped)
{
    struct json *line = NULL;
    const char *end = piped->text.length ? memchr(piped->text.data, '\n', piped->text.length) : NULL;
    if (!end)
        return NULL;
    size_t length = (size_t)(end - piped->text.data);
    if (json_parse(piped->text.data, length, &line, NULL) != ERR_OK) {
        check(false, __FILE__, __LINE__, "a line of output is JSON");
        line = json_new_object();
    }
    memmove(piped->text.data, piped->text.data + length + 1, piped->text.length - length - 1);
    piped->text.length -= length + 1;
    return line;
}

struct json *piped_next(struct piped *piped)
{
    struct json *line;
    while (!(line = piped_line(piped)))
        if (!more(piped))
            return NULL;
    return line;
}

struct json *piped_await(struct piped *piped, const char *event, const char *tag)
{
    struct json *line;
    char last[40] = "none", why[200] = "";
    while ((line = piped_next(piped)) != NULL) {
        if (str_equal(json_text(line, "event"), event) && (!tag || str_equal(json_text(line, "tag"), tag)))
            return line;
        str_copy(last, sizeof last, json_text_or(line, "event", ""));
        str_copy(why, sizeof why, json_text_or(line, "message", json_text_or(line, "state", "")));
        json_free(&line);
    }
    printf("  no %s %s came; the last was %s %s\n", event, tag ? tag : "", last, why);
    CHECK(line != NULL);
    test_abandon();
}

void piped_skip(struct piped *piped, const char *event, const char *tag)
{
    struct json *line = piped_await(piped, event, tag);
    json_free(&line);
}

void piped_end_input(struct piped *piped)
{
    if (piped->in >= 0)
        close(piped->in);
    piped->in = -1;
}

int piped_end(struct piped *piped, int with_signal)
{
    int status = 0;
    if (with_signal)
        kill(piped->pid, with_signal);
    while (waitpid(piped->pid, &status, 0) < 0 && errno == EINTR)
        ;
    piped_end_input(piped);
    close(piped->out);
    buf_free(&piped->text);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
