/* core/hall/http.c: the only door to libmicrohttpd. See http.h.
 *
 * External epoll mode: the library's own epoll descriptor is one among the program's (its internal epoll
 * thread collapses at 256 connections; measured, core/ARCHITECTURE.md). A request that is not answered at
 * once is suspended; answering resumes its connection and the library asks again. */
#include "core/hall/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/log.h"

enum {
    POOL_BYTES = 24 * 1024, /* of a connection: its header must fit, with room for the answer's own */
    HEADERS_MAX = 8,        /* that the caller may add to an answer */
    ROOM = 100,             /* connections kept free for who asks something */
};

struct link { /* one connection */
    struct http *http;
    struct link *next, *previous;
    struct MHD_Connection *connection;
    int64_t moved_ms; /* monotonic: accepted, or its last request complete */
    bool parked;      /* its request waits for an answer of ours */
    bool cut;         /* to make room; its end is not heard of yet */
};

struct http {
    struct MHD_Daemon *daemon;
    http_handle *handle;
    void *ctx;
    struct link links;            /* ring of all connections */
    struct http_request *waiting; /* handed over, not answered */
    int later;                    /* of them, how many are to be handed over again */
    int64_t mono_ms, swept_ms;
    int fd, port, connections;
    bool resumed; /* a connection goes on, of which the library's descriptor says nothing yet */
};

struct http_request {
    struct http *http;
    struct MHD_Connection *connection;
    struct http_request *next, *previous; /* while waiting */
    struct link *link;
    char *method, *path;
    char address[64];
    struct buf body;
    int64_t started_us;
    void *mark;
    bool too_large, suspended, answered, later, dropped;
    int status;
    const char *content_type;
    struct buf answer;
    struct {
        char *name, *value;
    } headers[HEADERS_MAX];
    int header_count;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- the life of a request --- */

static void read_address(struct MHD_Connection *connection, char *out, size_t capacity)
{
    const union MHD_ConnectionInfo *about =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *peer = about ? about->client_addr : NULL;
    socklen_t length =
        peer && peer->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (!peer || getnameinfo(peer, length, out, (socklen_t)capacity, NULL, 0, NI_NUMERICHOST) != 0)
        str_copy(out, capacity, "?");
}

static struct link *link_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *about =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return about ? about->socket_context : NULL;
}

static struct http_request *request_new(struct http *http, struct MHD_Connection *connection, const char *url,
                                        const char *method)
{
    struct http_request *request = xcalloc(1, sizeof *request);
    request->http = http;
    request->connection = connection;
    request->link = link_of(connection);
    request->method = xstrdup(method);
    request->path = xstrdup(url);
    request->started_us = now_us();
    read_address(connection, request->address, sizeof request->address);
    return request;
}

static void waiting_add(struct http_request *request)
{
    struct http *http = request->http;
    request->previous = NULL;
    request->next = http->waiting;
    if (request->next)
        request->next->previous = request;
    http->waiting = request;
}

static void waiting_remove(struct http_request *request)
{
    if (request->previous)
        request->previous->next = request->next;
    else if (request->http->waiting == request)
        request->http->waiting = request->next;
    if (request->next)
        request->next->previous = request->previous;
    request->next = request->previous = NULL;
    request->http->later -= request->later;
    request->later = false;
}

static void request_free(struct http_request *request)
{
    for (int i = 0; i < request->header_count; i++) {
        free(request->headers[i].name);
        free(request->headers[i].value);
    }
    buf_free(&request->body);
    buf_free(&request->answer);
    free(request->method);
    free(request->path);
    free(request);
}

static enum MHD_Result send_answer(struct http_request *request)
{
    if (request->dropped)
        return MHD_NO;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(request->answer.length, request->answer.data, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, request->content_type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    for (int i = 0; i < request->header_count; i++)
        MHD_add_response_header(response, request->headers[i].name, request->headers[i].value);
    enum MHD_Result result = MHD_queue_response(request->connection, (unsigned)request->status, response);
    MHD_destroy_response(response);
    return result;
}

/* --- limits --- */

static void answer_limit(struct http_request *request, int status, const char *code, const char *message)
{
    struct buf body = {0};
    buf_addf(&body, "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}", code, message);
    http_add_header(request, MHD_HTTP_HEADER_CONNECTION, "close");
    http_answer(request, status, "application/json", buf_text(&body), body.length);
    buf_free(&body);
}

static void answer_too_large(struct http_request *request)
{
    answer_limit(request, 413, "too_large",
                 "A request holds at most 256 KiB. Send fewer commands at a time.");
}

static enum MHD_Result add_size(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    size_t *size = ctx;
    *size += strlen(name) + (value ? strlen(value) : 0) + 4;
    return MHD_YES;
}

static bool header_too_large(const struct http_request *request)
{
    size_t size = strlen(request->path);
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, add_size, &size);
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, add_size, &size);
    return size > HTTP_HEADER_MAX;
}

/* What the header alone tells: then the body is not even read. */
static bool refuse_early(struct http_request *request)
{
    const char *length = http_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (header_too_large(request))
        answer_limit(request, 431, "header_too_large", "The header of a request holds at most 8 KiB.");
    else if (length && strtoll(length, NULL, 10) > HTTP_BODY_MAX)
        answer_too_large(request);
    return request->answered;
}

/* --- the library calls --- */

static enum MHD_Result take_body(struct http_request *request, const char *data, size_t *size)
{
    if (request->body.length + *size > HTTP_BODY_MAX)
        request->too_large = true; /* chunked: read to its end, but not kept */
    else
        buf_add(&request->body, data, *size);
    *size = 0;
    return MHD_YES;
}

static enum MHD_Result hand_over(struct http_request *request)
{
    struct http *http = request->http;
    if (request->link)
        request->link->moved_ms = http->mono_ms;
    if (request->too_large) {
        answer_too_large(request);
        return send_answer(request);
    }
    waiting_add(request);
    http->handle(http->ctx, request);
    if (request->answered)
        return send_answer(request);
    request->suspended = true;
    if (request->link)
        request->link->parked = true;
    MHD_suspend_connection(request->connection);
    return MHD_YES;
}

static enum MHD_Result on_access(void *cls, struct MHD_Connection *connection, const char *url,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_size, void **slot)
{
    (void)version;
    struct http_request *request = *slot;
    if (!request) {
        *slot = request = request_new(cls, connection, url, method);
        return refuse_early(request) ? send_answer(request) : MHD_YES;
    }
    if (request->answered) /* resumed */
        return send_answer(request);
    if (*upload_size > 0)
        return take_body(request, upload, upload_size);
    return hand_over(request);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **slot,
                         enum MHD_RequestTerminationCode code)
{
    (void)connection, (void)code;
    struct http *http = cls;
    struct http_request *request = *slot;
    if (!request)
        return;
    if (request->link)
        request->link->moved_ms = http->mono_ms;
    waiting_remove(request);
    request_free(request);
    *slot = NULL;
}

static void link_remove(struct link *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    free(link);
}

static void cut(const struct link *link)
{
    const union MHD_ConnectionInfo *about =
        MHD_get_connection_info(link->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (about)
        shutdown(about->connect_fd, SHUT_RDWR);
}

/* Room beside the newest: of the others that wait for no answer the one that moved longest ago goes. A workstation
 * that is cut between two requests connects again by itself. */
static void make_room(struct http *http)
{
    struct link *oldest = NULL;
    for (struct link *link = http->links.next; link != http->links.previous; link = link->next)
        if (!link->parked && !link->cut && (!oldest || link->moved_ms < oldest->moved_ms))
            oldest = link;
    if (!oldest)
        return;
    oldest->cut = true;
    cut(oldest);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **slot,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http *http = cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        http->connections--;
        link_remove(*slot);
        *slot = NULL;
        return;
    }
    struct link *link = xcalloc(1, sizeof *link);
    link->http = http;
    link->connection = connection;
    link->moved_ms = http->mono_ms;
    link->next = &http->links;
    link->previous = http->links.previous;
    link->previous->next = link;
    http->links.previous = link;
    *slot = link;
    if (++http->connections > HTTP_CONNECTIONS_MAX - ROOM)
        make_room(http);
}

/* The library's own complaints are about clients; they are of use to a developer alone. */
PRINTF(2, 0) static void on_log(void *cls, const char *format, va_list args)
{
    (void)cls;
    char line[300];
    vsnprintf(line, sizeof line, format, args);
    log_write(LOG_DEBUG, "http: %s", line);
}

/* --- opening --- */

static int listen_on(const struct addrinfo *place)
{
    int yes = 1, fd = socket(place->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, place->ai_addr, place->ai_addrlen) == 0 && listen(fd, 512) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int open_socket(const struct http_options *options, struct err_info *info)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *places = NULL;
    int fd = -1;
    if (getaddrinfo(options->host, options->port, &hints, &places) != 0) {
        err_set(info, ERR_USAGE,
                "--listen %s:%s is not a place to listen on. Give an address of this computer, such as "
                "127.0.0.1:8080.",
                options->host, options->port);
        return -1;
    }
    for (struct addrinfo *place = places; place && fd < 0; place = place->ai_next)
        fd = listen_on(place);
    if (fd < 0)
        err_set(info, ERR_SYSTEM, "Cannot listen on %s:%s: %s. Choose another place with --listen.",
                options->host, options->port, strerror(errno));
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

/* In GnuTLS's words: what it takes for good, of 1.2 and 1.3 alone. */
static const char tls_versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

static struct MHD_Daemon *start(struct http *http, int listener, const struct http_options *options)
{
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->tls_key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->tls_cert},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_versions},
        {MHD_OPTION_END, 0, NULL},
    };
    if (!options->tls_cert)
        tls[0].option = MHD_OPTION_END;
    unsigned flags =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | (options->tls_cert ? MHD_USE_TLS : 0u);
    return MHD_start_daemon(flags, 0, NULL, NULL, on_access, http, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
                            MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT,
                            (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned)HTTP_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_NOTIFY_CONNECTION,
                            on_connection, http, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

enum err http_open(struct http **out, const struct http_options *options, struct err_info *info)
{
    *out = NULL;
    int listener = open_socket(options, info);
    if (listener < 0)
        return info ? info->err : ERR_SYSTEM;
    struct http *http = xcalloc(1, sizeof *http);
    http->links.next = http->links.previous = &http->links;
    http->handle = options->handle;
    http->ctx = options->ctx;
    http->port = bound_port(listener);
    http->daemon = start(http, listener, options);
    if (!http->daemon) {
        close(listener);
        free(http);
        return err_set(info, ERR_SYSTEM, "The http server did not start%s.",
                       options->tls_cert ? ": look at the files of --tls-cert and --tls-key" : "");
    }
    http->fd = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    *out = http;
    return ERR_OK;
}

static void refuse_stopping(void *ctx, struct http_request *request)
{
    (void)ctx;
    answer_limit(request, 503, "stopping", "The hall stops. What was saved is kept; try again soon.");
}

void http_close(struct http **slot)
{
    struct http *http = *slot;
    if (!http)
        return;
    http->handle = refuse_stopping; /* a request that comes whole in this very moment */
    while (http->waiting)
        refuse_stopping(NULL, http->waiting);
    MHD_run(http->daemon); /* resumes what was suspended: the library insists on it */
    MHD_run(http->daemon);
    MHD_stop_daemon(http->daemon);
    free(http);
    *slot = NULL;
}

int http_port(const struct http *http)
{
    return http->port;
}

int http_fd(const struct http *http)
{
    return http->fd;
}

int http_connections(const struct http *http)
{
    return http->connections;
}

/* A client that sends a byte now and then never looks idle; it must finish a request in a minute. */
static void sweep(struct http *http)
{
    if (http->mono_ms - http->swept_ms < 5000)
        return;
    http->swept_ms = http->mono_ms;
    for (struct link *link = http->links.next; link != &http->links; link = link->next) {
        if (!link->parked && http->mono_ms - link->moved_ms >= HTTP_SLOW_MS)
            cut(link);
    }
}

int http_timeout_ms(const struct http *http)
{
    MHD_UNSIGNED_LONG_LONG ms;
    if (http->resumed || http->later > 0)
        return 0;
    if (MHD_get_timeout(http->daemon, &ms) != MHD_YES)
        return http->connections > 0 ? 5000 : -1; /* the sweep */
    return ms > 5000 ? 5000 : (int)ms;
}

void http_later(struct http_request *request)
{
    request->http->later += !request->later;
    request->later = true;
}

/* One that was put off; the oldest, as the list starts with the newest. */
static struct http_request *take_later(struct http *http)
{
    struct http_request *oldest = NULL;
    for (struct http_request *request = http->waiting; request; request = request->next)
        if (request->later)
            oldest = request;
    if (oldest) {
        oldest->later = false;
        http->later--;
    }
    return oldest;
}

/* Twice: in the first run the library only takes back into its epoll the connections that were answered, in the
 * second it reads what their clients have sent since. */
void http_gather(struct http *http)
{
    MHD_run(http->daemon);
    MHD_run(http->daemon);
}

void http_run(struct http *http, int64_t mono_ms)
{
    http->mono_ms = mono_ms;
    while (http->later > 0)
        http->handle(http->ctx, take_later(http));
    http->resumed = false;
    MHD_run(http->daemon);
    sweep(http);
}

void http_stop_listening(struct http *http)
{
    int fd = MHD_quiesce_daemon(http->daemon);
    if (fd >= 0)
        close(fd);
}

/* --- a request --- */

const char *http_method(const struct http_request *request)
{
    return request->method;
}

const char *http_path(const struct http_request *request)
{
    return request->path;
}

const char *http_query(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *http_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *http_body(const struct http_request *request, size_t *length)
{
    *length = request->body.length;
    return buf_text(&request->body);
}

const char *http_address(const struct http_request *request)
{
    return request->address;
}

bool http_alive(const struct http_request *request)
{
    const union MHD_ConnectionInfo *about =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    char byte;
    ssize_t n = about ? recv(about->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) : 0;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

int64_t http_started_us(const struct http_request *request)
{
    return request->started_us;
}

void http_set_mark(struct http_request *request, void *mark)
{
    request->mark = mark;
}

void *http_mark(const struct http_request *request)
{
    return request->mark;
}

void http_add_header(struct http_request *request, const char *name, const char *value)
{
    if (request->header_count == HEADERS_MAX)
        return;
    request->headers[request->header_count].name = xstrdup(name);
    request->headers[request->header_count++].value = xstrdup(value);
}

void http_answer(struct http_request *request, int status, const char *content_type, const char *body,
                 size_t length)
{
    waiting_remove(request);
    request->status = status;
    request->content_type = content_type;
    request->answered = true;
    buf_add(&request->answer, body, length);
    if (!request->suspended)
        return;
    if (request->link)
        request->link->parked = false;
    request->http->resumed = true;
    MHD_resume_connection(request->connection);
}

void http_drop(struct http_request *request)
{
    request->dropped = true;
    http_answer(request, 503, "text/plain", "", 0);
}
