/* core/hall/listener.c: see listener.h. One descriptor is kept for the moment in which there is no other: by it whoever
 * comes is taken from the line, told so and let go, so that the line is not readable for ever. */
#include "core/hall/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/str.h"

enum {
    LINE_MAX_COUNT = 4096, /* who waits to be let in; the system has its own limit */
    DEAF_MS = 1000,        /* when even the kept descriptor is gone */
    SAID_AGAIN_MS = 60000,
};

struct listener {
    int fd, port, kept;
    int64_t deaf_until_ms, said_ms; /* monotonic; said_ms 0: not yet */
};

/* --- opening --- */

static int listen_on(const struct addrinfo *place)
{
    int yes = 1, fd = socket(place->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, place->ai_addr, place->ai_addrlen) == 0 && listen(fd, LINE_MAX_COUNT) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int open_socket(const char *host, const char *port, struct err_info *info)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *places = NULL;
    int fd = -1;
    if (getaddrinfo(host, port, &hints, &places) != 0) {
        err_set(info, ERR_USAGE,
                "--listen %s:%s is not a place to listen on. Give an address of this computer, such as "
                "127.0.0.1:8080.",
                host, port);
        return -1;
    }
    for (struct addrinfo *place = places; place && fd < 0; place = place->ai_next)
        fd = listen_on(place);
    if (fd < 0)
        err_set(info, ERR_SYSTEM, "Cannot listen on %s:%s: %s. Choose another place with --listen.", host,
                port, strerror(errno));
    freeaddrinfo(places);
    return fd;
}

static int bound_port(int fd)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    if (getsockname(fd, (struct sockaddr *)&name, &length) != 0)
        return 0;
    const void *at = &name;
    return ntohs(name.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)at)->sin6_port
                                            : ((const struct sockaddr_in *)at)->sin_port);
}

static int keep_one(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

enum err listener_open(struct listener **out, const char *host, const char *port, struct err_info *info)
{
    *out = NULL;
    int fd = open_socket(host, port, info);
    if (fd < 0)
        return info ? info->err : ERR_SYSTEM;
    struct listener *listener = xcalloc(1, sizeof *listener);
    *listener = (struct listener){.fd = fd, .port = bound_port(fd), .kept = keep_one()};
    *out = listener;
    return ERR_OK;
}

void listener_close(struct listener **slot)
{
    struct listener *listener = *slot;
    if (!listener)
        return;
    close(listener->fd);
    if (listener->kept >= 0)
        close(listener->kept);
    free(listener);
    *slot = NULL;
}

int listener_fd(const struct listener *listener)
{
    return listener->fd;
}

int listener_port(const struct listener *listener)
{
    return listener->port;
}

/* --- who comes --- */

void listener_say_full(int fd)
{
    static const char body[] =
        "{\"error\":{\"code\":\"too_many_connections\",\"message\":\"The hall has more connections than it "
        "can serve now. What was recorded is kept; try again in a few seconds.\"}}";
    char text[512];
    str_format(text, sizeof text,
               "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
               "Retry-After: 5\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n%s",
               (int)sizeof body - 1, body);
    ssize_t n = send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)n;
}

static int accept_one(const struct listener *listener, struct newcomer *newcomer)
{
    newcomer->length = sizeof newcomer->address;
    return accept4(listener->fd, (struct sockaddr *)&newcomer->address, &newcomer->length,
                   SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static void say_in_log(struct listener *listener, int64_t mono_ms, int error)
{
    if (listener->said_ms && mono_ms - listener->said_ms < SAID_AGAIN_MS)
        return;
    listener->said_ms = mono_ms;
    log_write(LOG_WARN,
              "no descriptor is left for another connection (%s): who comes now is told to try again, who is "
              "connected goes on. Allow more (LimitNOFILE of the unit, ulimit -n), or fewer --connections",
              strerror(error));
}

/* True: one was taken from the line and told. */
static bool turn_away(struct listener *listener, bool plain)
{
    struct newcomer newcomer;
    if (listener->kept < 0)
        listener->kept = keep_one();
    if (listener->kept < 0)
        return false;
    close(listener->kept);
    int fd = accept_one(listener, &newcomer);
    if (fd >= 0) {
        if (plain)
            listener_say_full(fd);
        close(fd);
    }
    listener->kept = keep_one();
    return fd >= 0;
}

enum err listener_next(struct listener *listener, bool plain, int64_t mono_ms, struct newcomer *newcomer)
{
    if (listener_deaf_ms(listener, mono_ms) > 0)
        return ERR_ABSENT;
    do
        newcomer->fd = accept_one(listener, newcomer);
    while (newcomer->fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (newcomer->fd >= 0)
        return ERR_OK;
    int error = errno;
    if (error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM)
        return ERR_ABSENT;
    say_in_log(listener, mono_ms, error);
    if (!turn_away(listener, plain))
        listener->deaf_until_ms = mono_ms + DEAF_MS;
    return ERR_SYSTEM;
}

int64_t listener_deaf_ms(const struct listener *listener, int64_t mono_ms)
{
    return listener->deaf_until_ms > mono_ms ? listener->deaf_until_ms - mono_ms : 0;
}

/* --- addresses --- */

void address_text(const struct sockaddr *address, char out[ADDRESS_TEXT])
{
    char text[INET6_ADDRSTRLEN];
    const void *at = address;
    const struct sockaddr_in6 *six = at;
    str_copy(out, ADDRESS_TEXT, "?");
    if (address && address->sa_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)at)->sin_addr, out, ADDRESS_TEXT);
    } else if (address && address->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
        inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], out, ADDRESS_TEXT);
    } else if (address && address->sa_family == AF_INET6) {
        struct in6_addr network = six->sin6_addr;
        memset(&network.s6_addr[8], 0, 8);
        inet_ntop(AF_INET6, &network, text, sizeof text);
        str_format(out, ADDRESS_TEXT, "%s/64", text);
    }
}
