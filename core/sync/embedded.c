/* core/sync/embedded.c: see embedded.h. Everything that can happen (a url is published, the hall or our child
 * ends, a pause is over) is a descriptor in one epoll set. */
#include "core/sync/embedded.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
    PAUSE_FIRST_MS = 200, /* before a hall that died is started again; doubles … */
    PAUSE_MAX_MS = 10000, /* … up to this */
    STEADY_MS = 60000,    /* a hall that lived so long died of something new */
    CHILD_USERS_FD = 3,   /* where the child finds our users.lock */
    FILE_MAX = 256 * 1024,
};

struct embedded {
    char *data, *pack;
    char *scenario; /* NULL: an ordinary morning */
    int64_t seed;
    int epoll, inotify, timer;
    int users_lock; /* held shared while we live */
    int hall_lock;  /* only to ask whose it is */
    bool locked;    /* we are counted as a user */
    pid_t child;    /* the loketd that we started and that has not ended; 0: none */
    int child_fd;   /* its pidfd */
    int output;     /* what it says */
    struct buf said;
    pid_t watched; /* who holds hall.lock; 0: nobody */
    int watched_fd;
    bool ready, was_ready;
    enum { PAUSE_DUE, PAUSE_RUNNING, PAUSE_OVER } pause; /* before a child is started; the first needs none */
    int pause_ms;
    struct timespec ready_at;
    char url[200];
    struct json *accounts; /* practice.json */
};

/* --- descriptors --- */

static void watch(const struct embedded *hall, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(hall->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void drop(int *fd)
{
    if (*fd >= 0)
        close(*fd); /* leaves the epoll set with it */
    *fd = -1;
}

static int pidfd_of(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* --- files --- */

static struct json *read_json(const char *data, const char *name)
{
    char *path = xasprintf("%s/%s", data, name), part[4096];
    struct buf text = {0};
    struct json *content = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;
    while (fd >= 0 && text.length < FILE_MAX && (got = read(fd, part, sizeof part)) > 0)
        buf_add(&text, part, (size_t)got);
    if (fd >= 0)
        close(fd);
    if (!text.length || json_parse(text.data, text.length, &content, NULL) != ERR_OK)
        content = NULL;
    buf_free(&text);
    free(path);
    return content;
}

/* With its parents; what fails is told by whoever opens a file there. */
static void make_folder(const char *path)
{
    char *part = xstrdup(path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(part, 0700);
        *slash = '/';
    }
    mkdir(part, 0700);
    free(part);
}

static int open_file(const char *data, const char *name)
{
    char *path = xasprintf("%s/%s", data, name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    return fd;
}

/* --- the child --- */

static void start_pause(struct embedded *hall)
{
    struct itimerspec after = {.it_value = {hall->pause_ms / 1000, (long)(hall->pause_ms % 1000) * 1000000L}};
    timerfd_settime(hall->timer, 0, &after, NULL);
    hall->pause = PAUSE_RUNNING;
    hall->pause_ms = hall->pause_ms * 2 < PAUSE_MAX_MS ? hall->pause_ms * 2 : PAUSE_MAX_MS;
}

static void find_program(char path[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - sizeof "/loketd");
    char *slash;
    path[length > 0 ? length : 0] = '\0';
    slash = strrchr(path, '/');
    if (slash) {
        memcpy(slash, "/loketd", sizeof "/loketd");
        if (access(path, X_OK) == 0)
            return;
    }
    str_copy(path, PATH_MAX, "loketd"); /* by PATH */
}

/* Signals as a fresh program has them, and a session of its own, so that Ctrl-C at our terminal is not for it. */
static void set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int spawn_child(struct embedded *hall, int output)
{
    char path[PATH_MAX], seed[24], users[8];
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    str_format(seed, sizeof seed, "%" PRId64, hall->seed);
    /* argv is of char *, which no text constant may become. */
    static char name[] = "loketd", verb[] = "practice", data_word[] = "--data", pack_word[] = "--pack",
                users_word[] = "--users-fd", seed_word[] = "--seed", demo_word[] = "--demo";
    char *words[14] = {name, verb, data_word, hall->data, pack_word, hall->pack, users_word, users};
    int count = 8;
    if (hall->seed) {
        words[count++] = seed_word;
        words[count++] = seed;
    }
    if (hall->scenario) {
        words[count++] = demo_word;
        words[count++] = hall->scenario;
    }
    str_format(users, sizeof users, "%d", CHILD_USERS_FD);
    find_program(path);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    set_attributes(&attributes);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&files, hall->users_lock, CHILD_USERS_FD);
    int failed = posix_spawnp(&hall->child, path, &files, &attributes, words, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

static enum err start_child(struct embedded *hall, struct err_info *info)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set(info, ERR_SYSTEM, "The practice hall cannot be started: %s.", strerror(errno));
    int failed = spawn_child(hall, ends[1]);
    close(ends[1]);
    if (failed) {
        close(ends[0]);
        hall->child = 0;
        return err_set(
            info, ERR_SYSTEM,
            "The practice hall cannot be started: loketd, looked for beside loket and in PATH: %s.",
            strerror(failed));
    }
    drop(&hall->output);
    hall->output = ends[0];
    fcntl(hall->output, F_SETFL, O_NONBLOCK);
    watch(hall, hall->output);
    buf_clear(&hall->said);
    hall->child_fd = pidfd_of(hall->child);
    if (hall->child_fd >= 0)
        watch(hall, hall->child_fd);
    return ERR_OK;
}

static void listen_to_child(struct embedded *hall)
{
    char part[512];
    ssize_t got = -1;
    while (hall->output >= 0 && (got = read(hall->output, part, sizeof part)) > 0)
        if (hall->said.length < FILE_MAX)
            buf_add(&hall->said, part, (size_t)got);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        drop(&hall->output);
}

/* Its last line, without the name before it. */
static void child_failed(struct embedded *hall, struct err_info *info)
{
    static const char name_before[] = "loketd: ";
    char *text = hall->said.length ? hall->said.data : NULL;
    size_t length = hall->said.length;
    while (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
    char *line = length ? strrchr(text, '\n') : NULL;
    line = line ? line + 1 : text;
    if (!length)
        err_set(info, ERR_SYSTEM, "The practice hall ended at once and did not say why. See %s/loketd.log.",
                hall->data);
    else
        err_set(info, ERR_SYSTEM, "%s", str_starts(line, name_before) ? line + sizeof name_before - 1 : line);
}

/* True once after our child ended; *good: with status 0 (it found another hall, or had done its work). */
static bool reap(struct embedded *hall, bool *good)
{
    int status = 0;
    pid_t ended = hall->child ? waitpid(hall->child, &status, WNOHANG) : 0;
    if (ended == 0 || (ended < 0 && errno == EINTR))
        return false;
    *good = ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    listen_to_child(hall);
    hall->child = 0;
    drop(&hall->child_fd);
    return true;
}

/* --- the hall --- */

static pid_t lock_holder(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}

static pid_t holder(const struct embedded *hall)
{
    return lock_holder(hall->hall_lock);
}

static void forget_holder(struct embedded *hall)
{
    drop(&hall->watched_fd);
    hall->watched = 0;
    hall->ready = false;
}

/* The pidfd is of the right process when it still holds the lock after it was opened. */
static bool watch_holder(struct embedded *hall, pid_t pid)
{
    if (hall->watched == pid)
        return true;
    forget_holder(hall);
    hall->watched_fd = pidfd_of(pid);
    if (hall->watched_fd < 0 || holder(hall) != pid) {
        drop(&hall->watched_fd);
        return false;
    }
    watch(hall, hall->watched_fd);
    hall->watched = pid;
    return true;
}

static bool read_url(struct embedded *hall)
{
    struct json *content = read_json(hall->data, "hall.url");
    const char *url = json_text(content, "url");
    bool valid =
        url && json_int(content, "pid", 0) == hall->watched && str_copy(hall->url, sizeof hall->url, url);
    json_free(&content);
    return valid;
}

static void become_ready(struct embedded *hall)
{
    struct json *accounts = read_json(hall->data, "practice.json");
    hall->ready = hall->was_ready = true;
    clock_gettime(CLOCK_MONOTONIC, &hall->ready_at);
    if (!accounts)
        return;
    json_free(&hall->accounts);
    hall->accounts = accounts;
}

/* We are a user while we hold the lock; a hall that is about to end holds it alone. */
static void count_us(struct embedded *hall)
{
    if (!hall->locked)
        hall->locked = flock(hall->users_lock, LOCK_SH | LOCK_NB) == 0;
}

static void note_death(struct embedded *hall)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (hall->ready && now.tv_sec - hall->ready_at.tv_sec > STEADY_MS / 1000)
        hall->pause_ms = PAUSE_FIRST_MS;
    forget_holder(hall);
}

/* --- a step --- */

static void drain(struct embedded *hall)
{
    char events[4096];
    uint64_t expired;
    while (read(hall->inotify, events, sizeof events) > 0)
        ;
    if (read(hall->timer, &expired, sizeof expired) > 0)
        hall->pause = PAUSE_OVER;
    listen_to_child(hall);
}

/* Nobody is the hall. The first start tells why it failed; later ones are tried again and again. */
static enum embedded_state begin(struct embedded *hall, bool failed, struct err_info *info)
{
    if (failed && !hall->was_ready) {
        child_failed(hall, info);
        return EMBEDDED_FAILED;
    }
    if (hall->child || hall->pause == PAUSE_RUNNING)
        return EMBEDDED_STARTING;
    if (hall->pause == PAUSE_DUE) {
        start_pause(hall);
        return EMBEDDED_STARTING;
    }
    hall->pause = PAUSE_DUE;
    if (start_child(hall, info) == ERR_OK)
        return EMBEDDED_STARTING;
    start_pause(hall);
    return hall->was_ready ? EMBEDDED_STARTING : EMBEDDED_FAILED;
}

enum embedded_state embedded_step(struct embedded *hall, struct err_info *info)
{
    bool good = false;
    drain(hall);
    bool ended = reap(hall, &good);
    pid_t pid = holder(hall);
    if (hall->watched && pid != hall->watched)
        note_death(hall);
    if (hall->ready)
        return EMBEDDED_READY;
    count_us(hall);
    if (!pid)
        return begin(hall, ended && !good, info);
    if (!watch_holder(hall, pid)) { /* it ended this moment: look again soon */
        start_pause(hall);
        return EMBEDDED_STARTING;
    }
    if (hall->locked && read_url(hall))
        become_ready(hall);
    return hall->ready ? EMBEDDED_READY : EMBEDDED_STARTING;
}

/* --- birth and death --- */

static bool open_all(struct embedded *hall)
{
    hall->epoll = epoll_create1(EPOLL_CLOEXEC);
    hall->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    hall->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (hall->epoll < 0 || hall->inotify < 0 || hall->timer < 0)
        return false;
    make_folder(hall->data);
    hall->users_lock = open_file(hall->data, "users.lock");
    hall->hall_lock = open_file(hall->data, "hall.lock");
    if (hall->users_lock < 0 || hall->hall_lock < 0 ||
        inotify_add_watch(hall->inotify, hall->data, IN_MOVED_TO) < 0)
        return false;
    watch(hall, hall->inotify);
    watch(hall, hall->timer);
    return true;
}

enum err embedded_start(struct embedded **out, const struct embedded_options *options, struct err_info *info)
{
    struct embedded *hall = xcalloc(1, sizeof *hall);
    *out = hall;
    hall->data = xstrdup(options->data);
    hall->pack = xstrdup(options->pack ? options->pack : "id");
    hall->scenario = options->scenario ? xstrdup(options->scenario) : NULL;
    hall->seed = options->seed;
    hall->pause_ms = PAUSE_FIRST_MS;
    hall->pause = PAUSE_OVER;
    hall->epoll = hall->inotify = hall->timer = hall->users_lock = hall->hall_lock = -1;
    hall->child_fd = hall->output = hall->watched_fd = -1;
    enum err err = ERR_OK;
    if (!open_all(hall))
        err = err_set(info, err_from_errno(errno), "The practice hall cannot use %s: %s.", options->data,
                      strerror(errno));
    if (err == ERR_OK && embedded_step(hall, info) == EMBEDDED_FAILED)
        err = ERR_SYSTEM;
    if (err != ERR_OK)
        embedded_stop(out);
    return err;
}

void embedded_stop(struct embedded **slot)
{
    struct embedded *hall = *slot;
    if (!hall)
        return;
    int *const fds[] = {&hall->child_fd, &hall->output,     &hall->watched_fd, &hall->inotify,
                        &hall->timer,    &hall->users_lock, &hall->hall_lock,  &hall->epoll};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        drop(fds[i]);
    json_free(&hall->accounts);
    buf_free(&hall->said);
    free(hall->data);
    free(hall->pack);
    free(hall->scenario);
    free(hall);
    *slot = NULL;
}

int embedded_fd(const struct embedded *hall)
{
    return hall->epoll;
}

/* --- what it is --- */

const char *embedded_url(const struct embedded *hall)
{
    return hall->url;
}

struct json *embedded_accounts(const struct embedded *hall)
{
    struct json *answer = json_new_object(), *rows = json_new_array();
    const struct json *known = json_get(hall->accounts, "rows");
    for (const struct json *account = json_first(known); account; account = json_next(account)) {
        struct json *row = json_copy(account);
        json_remove(row, "password");
        json_add(rows, row);
    }
    json_set(answer, "rows", rows);
    return answer;
}

const char *embedded_password(const struct embedded *hall, const char *login)
{
    const struct json *rows = json_get(hall->accounts, "rows");
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_equal(json_text(row, "login"), login))
            return json_text(row, "password");
    return NULL;
}

bool embedded_pack(const char *data, char out[16])
{
    struct json *known = read_json(data, "practice.json");
    const char *pack = json_text(known, "pack");
    bool there = pack && str_copy(out, 16, pack);
    json_free(&known);
    return there;
}

bool embedded_runs(const char *data)
{
    char *path = xasprintf("%s/hall.lock", data);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool runs = fd >= 0 && lock_holder(fd) != 0;
    drop(&fd);
    free(path);
    return runs;
}
