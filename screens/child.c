/* screens/child.c: see child.h. */
#include "screens/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/str.h"

extern char **environ;

bool child_write_all(int fd, const char *text, size_t length)
{
    while (length) {
        ssize_t written = write(fd, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text += written;
        length -= (size_t)written;
    }
    return true;
}

/* A file without a name that holds the text, to be read from its start; -1 with errno. */
static int text_fd(const char *text)
{
    int fd = memfd_create("paper", MFD_CLOEXEC);
    if (fd >= 0 && (!child_write_all(fd, text, strlen(text)) || lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int spawn(struct child *child, const char *program, char *const words[], int input, int output)
{
    sigset_t none, all;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    if (output >= 0)
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    else
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, child->faults, STDERR_FILENO);
    /* Not all of ours close by themselves. */
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    int failed = posix_spawn(&child->pid, program, &files, &attributes, words, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (failed)
        child->pid = 0;
    return failed;
}

int child_start(struct child *child, const char *program, char *const words[], const char *text, int output,
                int max_ms)
{
    int input = text_fd(text);
    *child = (struct child){.until_ms = clock_mono_now_ms() + max_ms};
    child->faults = memfd_create("faults", MFD_CLOEXEC);
    int failed = input >= 0 && child->faults >= 0 ? spawn(child, program, words, input, output) : errno;
    if (input >= 0)
        close(input);
    return failed;
}

/* A signal, such as that of a resized terminal, ends neither wait before its time. */
static void wait_for(int fd, int64_t until_ms)
{
    int64_t left_ms;
    int ready = -1;
    do {
        left_ms = until_ms - clock_mono_now_ms();
        ready = poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, left_ms > 0 ? (int)left_ms : 0);
    } while (ready < 0 && errno == EINTR && left_ms > 0);
}

static pid_t waitpid_again(pid_t pid, int *status, int flags)
{
    pid_t ended;
    do
        ended = waitpid(pid, status, flags);
    while (ended < 0 && errno == EINTR);
    return ended;
}

bool child_ended(struct child *child, bool wait, int *status)
{
    int fd = wait ? (int)syscall(SYS_pidfd_open, child->pid, 0) : -1;
    if (fd >= 0) {
        wait_for(fd, child->until_ms);
        close(fd);
    }
    pid_t ended =
        waitpid_again(child->pid, status, wait && fd < 0 ? 0 : WNOHANG); /* an old kernel has no pidfd */
    if (ended == 0 && (wait || clock_mono_now_ms() >= child->until_ms)) {
        child->given_up = true;
        kill(-child->pid, SIGKILL);
        ended = waitpid_again(child->pid, status, 0);
    }
    if (ended != 0)
        child->pid = 0;
    return ended != 0;
}

void child_fault(const struct child *child, const char *name, char *out, size_t capacity)
{
    struct buf plain = {0};
    ssize_t length = child->faults >= 0 ? pread(child->faults, out, capacity - 1, 0) : 0;
    out[length > 0 ? length : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    utf8_add_plain(&plain, out + (str_starts(out, name) ? strlen(name) : 0));
    str_copy(out, capacity, buf_text(&plain));
    buf_free(&plain);
}

void child_forget(struct child *child, bool leave)
{
    if (child->pid && !leave) {
        kill(-child->pid, SIGKILL);
        waitpid(child->pid, NULL, 0);
    }
    if (child->faults >= 0)
        close(child->faults);
    *child = (struct child){.faults = -1};
}
