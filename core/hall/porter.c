/* core/hall/porter.c: see porter.h. */
#include "core/hall/porter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/hall/admin.h"
#include "core/hall/backup.h"
#include "core/hall/calls.h"
#include "core/hall/imports.h"
#include "core/hall/inside.h"
#include "core/hall/tokens.h"
#include "core/hall/writer.h"

enum {
    VISITORS_MAX = 8,
    REQUEST_MAX = 64 * 1024 * 1024, /* a parcel */
    SEND_S = 2,                     /* a visitor who does not take the answer holds up nobody for longer */
};

struct visitor {
    struct porter *porter;
    int fd;
    struct buf text;
    bool busy;  /* the request is complete and waits for its commit, or its copy */
    int turns;  /* until it is written: to read a catalogue holds up the hall as long as one turn may */
    bool waits; /* for an import that was decided to be whole in the catalogue */
    struct db_copy *copy; /* under way; NULL: none */
    bool backup;
    struct json *request, *answer;
    enum err refused; /* what the request itself came to, when it was refused with a sentence */
    struct err_info info;
};

struct porter {
    struct hall *hall;
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    int epoll, listener;
    struct visitor visitors[VISITORS_MAX]; /* fd -1: free */
};

/* --- opening --- */

static bool watch(struct porter *porter, int fd, struct visitor *visitor)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = visitor};
    return epoll_ctl(porter->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool listen_at(struct porter *porter, const char *data)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (!str_format(at.sun_path, sizeof at.sun_path, "%s/admin.sock", data)) {
        errno = ENAMETOOLONG;
        return false;
    }
    str_copy(porter->path, sizeof porter->path, at.sun_path);
    porter->epoll = epoll_create1(EPOLL_CLOEXEC);
    porter->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(at.sun_path); /* of a process that was killed: the file of the hall is ours alone by now */
    return porter->epoll >= 0 && porter->listener >= 0 &&
           bind(porter->listener, (const struct sockaddr *)&at, sizeof at) == 0 &&
           chmod(at.sun_path, 0600) == 0 && listen(porter->listener, VISITORS_MAX) == 0 &&
           watch(porter, porter->listener, NULL);
}

void porter_open(struct porter **out, struct hall *hall, const char *data)
{
    struct porter *porter = *out = xcalloc(1, sizeof *porter);
    porter->hall = hall;
    porter->epoll = porter->listener = -1;
    for (int i = 0; i < VISITORS_MAX; i++)
        porter->visitors[i].fd = -1;
    if (!db_is_address(data) && listen_at(porter, data))
        return;
    if (!db_is_address(data)) /* there they work beside: beside.h */
        log_write(
            LOG_WARN,
            "%s/admin.sock cannot be made: %s. Accounts can be changed only while the hall stands still.",
            data, strerror(errno));
    porter_close(out);
}

static void leave(struct visitor *visitor)
{
    close(visitor->fd);
    db_copy_drop(&visitor->copy);
    buf_free(&visitor->text);
    json_free(&visitor->request);
    json_free(&visitor->answer);
    *visitor = (struct visitor){.fd = -1};
}

void porter_close(struct porter **slot)
{
    struct porter *porter = *slot;
    if (!porter)
        return;
    for (int i = 0; i < VISITORS_MAX; i++)
        if (porter->visitors[i].fd >= 0)
            leave(&porter->visitors[i]);
    if (porter->listener >= 0) {
        close(porter->listener);
        unlink(porter->path);
    }
    if (porter->epoll >= 0)
        close(porter->epoll);
    free(porter);
    *slot = NULL;
}

int porter_fd(const struct porter *porter)
{
    return porter ? porter->epoll : -1;
}

/* --- the answer --- */

static void send_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return;
        text += sent;
        length -= (size_t)sent;
    }
}

static void answer(struct visitor *visitor, enum err err)
{
    struct json *whole = json_new_object(), *error = json_new_object();
    if (err == ERR_OK) {
        json_set(whole, "answer", visitor->answer ? visitor->answer : json_new_object());
        visitor->answer = NULL;
        json_free(&error);
    } else {
        if (!visitor->info.text[0])
            store_fail(visitor->porter->hall->db, err, &visitor->info);
        json_set_int(error, "err", err);
        json_set_text(error, "message", visitor->info.text);
        json_set(whole, "error", error);
    }
    char *text = json_print(whole);
    send_all(visitor->fd, text, strlen(text));
    free(text);
    json_free(&whole);
    leave(visitor);
}

/* --- the request --- */

/* A request that does not fit undoes itself alone. Its ERR_CONFLICT ("there is an account siti already") is not the
 * store's, which would end the hall: the store's comes without a sentence. */
static enum err run_request(void *ctx, const struct server_env *env)
{
    struct visitor *visitor = ctx;
    json_free(&visitor->answer);
    visitor->info.text[0] = '\0';
    enum err err = admin_apply(env, visitor->request, &visitor->answer, &visitor->info);
    bool refused = err != ERR_OK && visitor->info.text[0] && !store_broken(err);
    visitor->refused = refused ? err : ERR_OK;
    return refused ? ERR_REFUSED : err;
}

static bool is_about_catalogue(const struct visitor *visitor)
{
    return str_starts(json_text_or(visitor->request, "do", ""), "catalogue.");
}

static void request_done(void *ctx, enum err err)
{
    struct visitor *visitor = ctx;
    if (is_about_catalogue(visitor)) {
        imports_look(visitor->porter->hall);
        visitor->waits = err == ERR_OK && str_equal(json_text(visitor->request, "do"), "catalogue.decide");
        if (!visitor->waits)
            answer(visitor, err == ERR_REFUSED && visitor->refused != ERR_OK ? visitor->refused : err);
        return;
    }
    if (!str_starts(json_text_or(visitor->request, "do", ""), "webhook."))
        tokens_clear(visitor->porter->hall->tokens); /* who is who may be another by now */
    if (err == ERR_OK && visitor->answer)
        admin_told_of(visitor->porter->hall, json_get(visitor->answer, "row"));
    answer(visitor, err == ERR_REFUSED && visitor->refused != ERR_OK ? visitor->refused : err);
}

/* --- a copy of the hall --- */

/* What the copy was made for: a backup makes safe what is in it, an export's is gone when it has been read. */
static void copy_done(struct visitor *visitor)
{
    struct hall *hall = visitor->porter->hall;
    int64_t rev = 0;
    enum err err = ERR_OK;
    visitor->answer = json_new_object();
    if (visitor->backup) {
        err = backup_done(hall->db, &rev, &visitor->info);
        if (err == ERR_OK)
            err = store_state(hall->db, &hall->state);
        json_set_int(visitor->answer, "rev", rev);
    }
    answer(visitor, err);
}

/* A copy that was sealed elsewhere is durable now. */
static void take_safe(struct visitor *visitor)
{
    struct hall *hall = visitor->porter->hall;
    enum err err = backup_safe(hall->db, json_int(visitor->request, "epoch", 0),
                               json_int(visitor->request, "rev", 0), &visitor->info);
    if (err == ERR_OK)
        err = store_state(hall->db, &hall->state);
    answer(visitor, err);
}

static void begin_copy(struct visitor *visitor, bool backup)
{
    struct hall *hall = visitor->porter->hall;
    const char *file = json_text_or(visitor->request, "file", "");
    visitor->backup = backup;
    enum err err = backup_check(hall->db, file, &visitor->info);
    if (err == ERR_OK)
        err = db_copy_open(hall->db, file, &visitor->copy, &visitor->info);
    if (err != ERR_OK)
        answer(visitor, err);
}

/* A slice between two groups of writes, on their connection: requests wait no longer than that. */
static void copy_on(struct visitor *visitor)
{
    bool whole = false;
    enum err err = db_copy_step(&visitor->copy, &whole, &visitor->info);
    if (err != ERR_OK)
        answer(visitor, err);
    else if (whole)
        copy_done(visitor);
}

static void begin(struct visitor *visitor)
{
    visitor->busy = true;
    epoll_ctl(visitor->porter->epoll, EPOLL_CTL_DEL, visitor->fd, NULL);
    enum err err =
        json_parse(buf_text(&visitor->text), visitor->text.length, &visitor->request, &visitor->info);
    if (err != ERR_OK)
        answer(visitor, err);
    else if (str_equal(json_text(visitor->request, "do"), "backup"))
        begin_copy(visitor, true);
    else if (str_equal(json_text(visitor->request, "do"), "copy"))
        begin_copy(visitor, false);
    else if (str_equal(json_text(visitor->request, "do"), "safe"))
        take_safe(visitor);
    else
        visitor->turns = 2; /* this one is spent: whoever came meanwhile is answered in the next */
}

/* The hall's disk is full: an import that was decided goes on when there is room. */
static void say_unfinished(struct visitor *visitor)
{
    err_set(
        &visitor->info, ERR_DISK_FULL,
        "The import is taken over, but the disk of the hall is full: what is missing of it comes into the "
        "catalogue by itself, as soon as there is room.");
    answer(visitor, ERR_DISK_FULL);
}

/* Until an import is whole. */
static void wait_on(struct visitor *visitor)
{
    struct hall *hall = visitor->porter->hall;
    if (imports_under_way(hall) && hall->full)
        say_unfinished(visitor);
    else if (!imports_under_way(hall) && visitor->waits)
        answer(visitor, ERR_OK);
}

static void write_on(struct visitor *visitor)
{
    if (admin_needs_catalogue(visitor->request) && imports_under_way(visitor->porter->hall))
        wait_on(visitor);
    else if (--visitor->turns == 0)
        writer_add(visitor->porter->hall->writer, run_request, request_done, visitor);
}

static void take_text(struct visitor *visitor)
{
    char part[16 * 1024];
    ssize_t got = recv(visitor->fd, part, sizeof part, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0 || visitor->text.length + (size_t)got > REQUEST_MAX) {
        leave(visitor);
        return;
    }
    buf_add(&visitor->text, part, (size_t)got);
    if (part[got - 1] == '\n')
        begin(visitor);
}

static void let_in(struct porter *porter)
{
    const struct timeval patience = {.tv_sec = SEND_S};
    int fd = accept4(porter->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    for (int i = 0; i < VISITORS_MAX; i++) {
        struct visitor *visitor = &porter->visitors[i];
        if (visitor->fd >= 0)
            continue;
        *visitor = (struct visitor){.porter = porter, .fd = fd};
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (!watch(porter, fd, visitor))
            leave(visitor);
        return;
    }
    close(fd);
}

bool porter_is_busy(const struct porter *porter)
{
    for (int i = 0; porter && i < VISITORS_MAX; i++)
        if (porter->visitors[i].fd >= 0 &&
            (porter->visitors[i].copy || porter->visitors[i].turns || porter->visitors[i].waits))
            return true;
    return false;
}

void porter_work(struct porter *porter)
{
    for (int i = 0; porter && i < VISITORS_MAX; i++) {
        struct visitor *visitor = &porter->visitors[i];
        if (visitor->fd >= 0 && visitor->copy)
            copy_on(visitor);
        else if (visitor->fd >= 0 && visitor->waits)
            wait_on(visitor);
        else if (visitor->fd >= 0 && visitor->turns)
            write_on(visitor);
    }
}

void porter_run(struct porter *porter)
{
    struct epoll_event events[VISITORS_MAX + 1];
    int count = epoll_wait(porter->epoll, events, VISITORS_MAX + 1, 0);
    for (int i = 0; i < count; i++) {
        struct visitor *visitor = events[i].data.ptr;
        if (!visitor)
            let_in(porter);
        else if (visitor->fd >= 0 && !visitor->busy)
            take_text(visitor);
    }
}
