/* core/hall/door.c: the asking side of DIR/admin.sock. See door.h. */
#include "core/hall/door.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/hall/beside.h"
#include "core/hall/setup.h"

enum { MIB = 1024 * 1024, TEXT_MAX = 64 * MIB }; /* either way; porter.c reads no more */

/* -1: nobody listens. */
static int open_door(const char *data)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (!str_format(at.sun_path, sizeof at.sun_path, "%s/admin.sock", data))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool send_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        text += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* Adds what came to *out; flags 0 waits for it. False: there is no more, *whole says whether all of it is here. */
static bool receive(int fd, struct buf *out, int flags, bool *whole)
{
    char part[16 * 1024];
    ssize_t got = recv(fd, part, sizeof part, flags);
    *whole = got == 0 && out->length > 0;
    if (got < 0)
        return errno == EINTR || errno == EAGAIN;
    buf_add(out, part, (size_t)got);
    return got > 0 && out->length <= TEXT_MAX;
}

/* {"answer":…} or {"error":{"err","message"}}. */
static enum err read_answer(const struct buf *text, struct json **answer, struct err_info *info)
{
    struct json *whole = NULL;
    enum err err = json_parse(buf_text(text), text->length, &whole, info);
    if (err != ERR_OK)
        return err;
    const struct json *error = json_get(whole, "error");
    if (error) {
        int64_t code = json_int(error, "err", ERR_SYSTEM);
        err = code > ERR_OK && code < ERR_COUNT ? (enum err)code : ERR_SYSTEM;
        err = err_set(info, err, "%s", json_text_or(error, "message", err_text(err)));
    } else {
        *answer = json_copy(json_get(whole, "answer"));
    }
    json_free(&whole);
    return err;
}

static enum err say_ended(const char *data, struct err_info *info)
{
    return err_set(
        info, ERR_OFFLINE,
        "The loketd at work on %s ended before it answered. Look whether it was done, then try again.", data);
}

void door_call_end(struct door_call *call)
{
    if (call->fd >= 0)
        close(call->fd);
    buf_free(&call->text);
    *call = (struct door_call){.fd = -1};
}

enum err door_call(const char *data, const struct json *request, struct door_call *call,
                   struct err_info *info)
{
    enum err err = ERR_OK;
    *call = (struct door_call){.data = data, .fd = open_door(data)};
    if (call->fd < 0)
        return ERR_ABSENT;
    json_print_to(request, &call->text);
    buf_addc(&call->text, '\n');
    if (call->text.length > TEXT_MAX)
        err =
            err_set(info, ERR_TOO_LARGE,
                    "This is more than the loketd at work on %s takes at once, %d MiB. Nothing was changed: "
                    "do it in parts, or while the hall stands still.",
                    data, TEXT_MAX / MIB);
    else if (!send_all(call->fd, call->text.data, call->text.length))
        err = say_ended(data, info);
    buf_clear(&call->text);
    if (err != ERR_OK)
        door_call_end(call);
    return err;
}

bool door_call_hear(struct door_call *call, bool wait, enum err *err, struct json **answer,
                    struct err_info *info)
{
    bool whole = false;
    *answer = NULL;
    if (receive(call->fd, &call->text, wait ? 0 : MSG_DONTWAIT, &whole))
        return false;
    *err = whole ? read_answer(&call->text, answer, info) : say_ended(call->data, info);
    door_call_end(call);
    return true;
}

/* Whoever has the rights to do it there is one of those that serve the hall, for as long as it takes. */
static enum err ask_beside(const char *address, const struct json *request, struct json **answer,
                           struct err_info *info)
{
    struct beside *beside = NULL;
    enum err err = beside_open(&beside, address, info);
    if (err == ERR_OK)
        err = beside_ask(beside, request, answer, info);
    beside_close(&beside);
    return err;
}

enum err door_ask_running(const char *data, const struct json *request, struct json **answer,
                          struct err_info *info)
{
    struct door_call call;
    *answer = NULL;
    if (db_is_address(data))
        return ask_beside(data, request, answer, info);
    enum err err = door_call(data, request, &call, info);
    if (err != ERR_OK)
        return err;
    while (!door_call_hear(&call, true, &err, answer, info))
        ;
    return err;
}

static enum err ask_here(const char *data, const struct json *request, struct json **answer,
                         struct err_info *info)
{
    struct work work;
    enum err err = work_open(&work, data, info);
    if (err != ERR_OK)
        return err;
    err = work_close(&work, admin_apply(&work.env, request, answer, info), info);
    if (err != ERR_OK)
        json_free(answer);
    return err;
}

enum err door_ask(const char *data, const struct json *request, struct json **answer, struct err_info *info)
{
    enum err err = door_ask_running(data, request, answer, info);
    if (err != ERR_ABSENT || info->text[0])
        return err;
    return ask_here(data, request, answer, info);
}
