/* core/hall/door.c: the asking side of DIR/admin.sock. See door.h. */
#include "core/hall/door.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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

static bool receive_all(int fd, struct buf *out)
{
    char part[16 * 1024];
    for (;;) {
        ssize_t got = read(fd, part, sizeof part);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 && out->length > 0;
        buf_add(out, part, (size_t)got);
        if (out->length > TEXT_MAX)
            return false;
    }
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

enum err door_ask_running(const char *data, const struct json *request, struct json **answer,
                          struct err_info *info)
{
    struct buf text = {0};
    *answer = NULL;
    int fd = open_door(data);
    if (fd < 0)
        return ERR_ABSENT;
    json_print_to(request, &text);
    buf_addc(&text, '\n');
    if (text.length > TEXT_MAX) {
        close(fd);
        buf_free(&text);
        return err_set(
            info, ERR_TOO_LARGE,
            "This is more than the loketd at work on %s takes at once, %d MiB. Nothing was changed: do it in "
            "parts, or while the hall stands still.",
            data, TEXT_MAX / MIB);
    }
    enum err err = send_all(fd, text.data, text.length) ? ERR_OK : ERR_OFFLINE;
    buf_clear(&text);
    if (err == ERR_OK)
        err = receive_all(fd, &text) ? read_answer(&text, answer, info) : ERR_OFFLINE;
    if (err == ERR_OFFLINE)
        err_set(
            info, err,
            "The loketd at work on %s ended before it answered. Look whether it was done, then try again.",
            data);
    close(fd);
    buf_free(&text);
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
