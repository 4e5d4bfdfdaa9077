/* core/hall/http.c: the only door to libmicrohttpd. See http.h.
 *
 * External epoll mode: the library's own epoll descriptor is one among the program's (its internal epoll
 * thread collapses at 256 connections; measured, core/ARCHITECTURE.md). A request that is not answered at
 * once is suspended; answering resumes its connection and the library asks again. Connections are accepted here and
 * handed to the library (listener.h), and which of them goes when there are too many is the crowd's to say (crowd.h). */
#include "core/hall/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/hall/listener.h"
#include "core/hall/tls_peers.h"

enum {
    POOL_BYTES = 12 * 1024, /* of a connection: its header must fit, with room for the answer's own */
    HEADERS_MAX = 8,        /* that the caller may add to an answer */
    LEAVING = 256,          /* connections that were told to go, and of whose end nothing was heard yet */
    LET_IN_MAX = 32,        /* in one run: those who are in come first */
    LET_IN_SECRET = 4,      /* the same over TLS: a handshake takes as long as many requests */
};

struct link { /* one connection */
    struct guest guest;
    struct MHD_Connection *connection;
    struct http_request *request; /* that is read, waits or is answered; NULL: between two */
    const char *fault;            /* of the peer's certificate, once asked; NULL: none */
    bool asked;
    bool cut; /* it was told to go; its end is not heard of yet */
};

/* Requests to be handed over again, the oldest first. */
struct line {
    struct http_request *first, *last;
};

struct http {
    struct MHD_Daemon *daemon;
    struct listener *listener; /* NULL: nobody is let in any more */
    struct crowd *crowd;
    struct tls_peers *peers; /* NULL: nobody is asked for a certificate */
    http_handle *handle;
    http_trust *trust;
    void *ctx;
    struct http_request *waiting; /* handed over, not answered */
    struct line later, delayed;   /* of them */
    int64_t mono_ms, swept_ms;
    int64_t refused[HTTP_REFUSALS];
    int fd, port, connections;
    bool tls;
    bool deaf;    /* who waits to be let in is not looked at: the descriptor does not speak of them */
    bool resumed; /* a connection goes on, of which the library's descriptor says nothing yet */
};

struct http_shared {
    struct MHD_Response *response; /* counted by the library; NULL: there was no memory for it */
    int status, holders;
};

struct http_request {
    struct http *http;
    struct MHD_Connection *connection;
    struct http_request *next, *previous; /* while waiting */
    struct http_request *next_in_line, *previous_in_line;
    struct line *line; /* NULL: it stands in none */
    struct link *link;
    char *method, *path;
    char address[ADDRESS_TEXT];
    struct buf body;
    int64_t started_us, due_ms;
    void *mark;
    bool header_too_large, too_large, trusted, suspended, answered, dropped, delayed;
    int status;
    const char *content_type;
    struct buf answer;
    struct http_shared *shared; /* instead */
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

static void read_address(struct MHD_Connection *connection, char out[ADDRESS_TEXT])
{
    const union MHD_ConnectionInfo *about =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    address_text(about ? about->client_addr : NULL, out);
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
    read_address(connection, request->address);
    if (request->link)
        request->link->request = request;
    return request;
}

static void line_add(struct line *line, struct http_request *request)
{
    request->line = line;
    request->previous_in_line = line->last;
    if (line->last)
        line->last->next_in_line = request;
    else
        line->first = request;
    line->last = request;
}

static void line_remove(struct http_request *request)
{
    struct line *line = request->line;
    if (!line)
        return;
    if (request->previous_in_line)
        request->previous_in_line->next_in_line = request->next_in_line;
    else
        line->first = request->next_in_line;
    if (request->next_in_line)
        request->next_in_line->previous_in_line = request->previous_in_line;
    else
        line->last = request->previous_in_line;
    request->next_in_line = request->previous_in_line = NULL;
    request->line = NULL;
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
    line_remove(request);
}

static void let_go(struct http_shared *shared)
{
    if (!shared || --shared->holders > 0)
        return;
    if (shared->response)
        MHD_destroy_response(shared->response);
    free(shared);
}

static void request_free(struct http_request *request)
{
    for (int i = 0; i < request->header_count; i++) {
        free(request->headers[i].name);
        free(request->headers[i].value);
    }
    buf_free(&request->body);
    buf_free(&request->answer);
    let_go(request->shared);
    free(request->method);
    free(request->path);
    free(request);
}

/* NULL: there is no memory for it. */
static struct MHD_Response *response_new(struct buf *body, const char *content_type)
{
    size_t length = body->length;
    char *text = buf_take(body);
    struct MHD_Response *response = MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
    if (!response) {
        free(text);
        return NULL;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return response;
}

static enum MHD_Result send_shared(struct http_request *request)
{
    const struct http_shared *shared = request->shared;
    return shared->response
               ? MHD_queue_response(request->connection, (unsigned)shared->status, shared->response)
               : MHD_NO;
}

static enum MHD_Result send_answer(struct http_request *request)
{
    if (request->dropped)
        return MHD_NO;
    if (request->shared)
        return send_shared(request);
    struct MHD_Response *response = response_new(&request->answer, request->content_type);
    if (!response)
        return MHD_NO;
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

static void answer_header_too_large(struct http_request *request)
{
    answer_limit(request, 431, "header_too_large", "The header of a request holds at most 8 KiB.");
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

static bool is_trusted(const struct http_request *request)
{
    const struct http *http = request->http;
    return !http->trust || http->trust(http->ctx, request);
}

/* What the header alone tells is answered at once where nothing of a body is on its way: there is none, or its sender asks
 * first. Else the body is read to its end and nothing of it kept: who is still sending into a connection that the library
 * has closed hears of a broken line, and never why. */
static bool refuse_early(struct http_request *request)
{
    const char *length = http_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
    bool body = length || http_header(request, MHD_HTTP_HEADER_TRANSFER_ENCODING);
    request->header_too_large = header_too_large(request);
    request->too_large = length && strtoll(length, NULL, 10) > HTTP_BODY_MAX;
    if (body && !http_header(request, MHD_HTTP_HEADER_EXPECT)) {
        request->trusted |= request->too_large && is_trusted(request);
        return false;
    }
    if (request->header_too_large)
        answer_header_too_large(request);
    else if (request->too_large)
        answer_too_large(request);
    return request->answered;
}

/* --- the library calls --- */

/* A stranger's body is read to its end, so that the answer is heard, but only a short one is kept: otherwise as many
 * as there are places could fill the memory. */
static bool keeps_body(struct http_request *request, size_t length)
{
    if (length > HTTP_STRANGER_BODY_MAX && !request->trusted) {
        request->trusted = is_trusted(request);
        request->too_large |= !request->trusted;
    }
    request->too_large |= length > HTTP_BODY_MAX; /* chunked */
    return !request->too_large && !request->header_too_large;
}

static enum MHD_Result take_body(struct http_request *request, const char *data, size_t *size)
{
    if (!keeps_body(request, request->body.length + *size))
        buf_free(&request->body);
    else
        buf_add(&request->body, data, *size);
    *size = 0;
    return MHD_YES;
}

static void moved(struct http_request *request, bool waits)
{
    if (request->link)
        crowd_moved(request->http->crowd, &request->link->guest, waits, request->http->mono_ms);
}

/* Whoever shows no sign-in hears that, also when the body was too long to be kept: 401, and not how to send it. */
static bool is_too_large(const struct http_request *request)
{
    bool to_be_refused = !request->trusted && http_header(request, MHD_HTTP_HEADER_AUTHORIZATION);
    return request->too_large && !to_be_refused;
}

static enum MHD_Result hand_over(struct http_request *request)
{
    struct http *http = request->http;
    moved(request, false);
    if (request->header_too_large)
        answer_header_too_large(request);
    else if (is_too_large(request))
        answer_too_large(request);
    if (request->answered)
        return send_answer(request);
    waiting_add(request);
    http->handle(http->ctx, request);
    if (request->answered)
        return send_answer(request);
    request->suspended = true;
    moved(request, request->line != &http->delayed);
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
        const struct link *link = link_of(connection);
        if (link && link->cut)
            return MHD_NO;
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
    (void)cls, (void)connection, (void)code;
    struct http_request *request = *slot;
    if (!request)
        return;
    moved(request, false);
    if (request->link)
        request->link->request = NULL;
    waiting_remove(request);
    request_free(request);
    *slot = NULL;
}

/* --- who goes --- */

static struct link *link_at(struct guest *guest)
{
    return (struct link *)(void *)((char *)guest - offsetof(struct link, guest));
}

static int descriptor_of(const struct link *link)
{
    const union MHD_ConnectionInfo *about =
        MHD_get_connection_info(link->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return about ? about->connect_fd : -1;
}

static void answer_full(struct http_request *request)
{
    http_add_header(request, "Retry-After", "5");
    answer_limit(
        request, 503, "too_many_connections",
        "The hall has more connections than it can serve now. What was recorded is kept; try again in a "
        "few seconds.");
}

/* Whoever asked something is answered; the others are told as far as that can be, and cut. A workstation that is cut
 * between two requests connects again by itself. */
static void send_away(struct http *http, struct guest *guest, int why)
{
    struct link *link = link_at(guest);
    struct http_request *request = link->request;
    http->refused[why]++;
    link->cut = true;
    if (request && request->line == &http->delayed) {
        answer_full(request);
        return;
    }
    int fd = descriptor_of(link);
    if (!http->tls && !(request && request->answered))
        listener_say_full(fd);
    shutdown(fd, SHUT_RDWR);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **slot,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http *http = cls;
    struct link *link = *slot;
    enum crowd_why why;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        http->connections--;
        crowd_leave(http->crowd, &link->guest);
        free(link);
        *slot = NULL;
        return;
    }
    char address[ADDRESS_TEXT];
    *slot = link = xcalloc(1, sizeof *link);
    link->connection = connection;
    http->connections++;
    read_address(connection, address);
    struct guest *goes = crowd_enter(http->crowd, &link->guest, address, http->mono_ms, &why);
    if (goes)
        send_away(http, goes, (int)why);
}

bool http_known(struct http_request *request, const char *account)
{
    enum crowd_why why;
    struct link *link = request->link;
    struct http *http = request->http;
    struct guest *goes = link ? crowd_known(http->crowd, &link->guest, account, &why) : NULL;
    if (!goes)
        return true;
    if (goes != &link->guest) {
        send_away(http, goes, (int)why);
        return true;
    }
    http->refused[why]++;
    answer_full(request);
    return false;
}

int http_strangers(const struct http *http)
{
    return crowd_count(http->crowd, false);
}

int64_t http_refused(const struct http *http, int why)
{
    return http->refused[why];
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

/* In GnuTLS's words: what it takes for good, of 1.2 and 1.3 alone. */
static const char tls_versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

/* Asked once a connection: the certificate is that of its handshake. */
const char *http_peer_fault(const struct http_request *request)
{
    struct link *link = request->link;
    if (!request->http->peers)
        return NULL;
    if (link && link->asked)
        return link->fault;
    const union MHD_ConnectionInfo *about =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    const char *fault = tls_peers_fault(request->http->peers, about ? about->tls_session : NULL);
    if (link) {
        link->asked = true;
        link->fault = fault;
    }
    return fault;
}

static struct MHD_Daemon *start(struct http *http, const struct http_options *options)
{
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->tls_key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->tls_cert},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_versions},
        {options->client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0,
         (void *)(uintptr_t)options->client_ca},
        {MHD_OPTION_END, 0, NULL},
    };
    if (!options->tls_cert)
        tls[0].option = MHD_OPTION_END;
    unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     (options->tls_cert ? MHD_USE_TLS : 0u);
    return MHD_start_daemon(flags, 0, NULL, NULL, on_access, http, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)(options->limits.connections + LEAVING),
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_S,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_NOTIFY_CONNECTION,
                            on_connection, http, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

/* The library's descriptor and the listener's in one, so that the program has one to wait for. */
static bool watch(struct http *http)
{
    struct epoll_event event = {.events = EPOLLIN};
    int library = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    http->fd = epoll_create1(EPOLL_CLOEXEC);
    return http->fd >= 0 && epoll_ctl(http->fd, EPOLL_CTL_ADD, library, &event) == 0 &&
           epoll_ctl(http->fd, EPOLL_CTL_ADD, listener_fd(http->listener), &event) == 0;
}

static void http_free(struct http *http)
{
    if (http->daemon)
        MHD_stop_daemon(http->daemon);
    if (http->fd >= 0)
        close(http->fd);
    listener_close(&http->listener);
    crowd_free(&http->crowd);
    tls_peers_free(&http->peers);
    free(http);
}

enum err http_open(struct http **out, const struct http_options *options, struct err_info *info)
{
    *out = NULL;
    struct listener *listener;
    enum err err = listener_open(&listener, options->host, options->port, info);
    if (err != ERR_OK)
        return err;
    struct http *http = xcalloc(1, sizeof *http);
    http->fd = -1;
    http->listener = listener;
    http->crowd = crowd_new(&options->limits);
    http->handle = options->handle;
    http->trust = options->trust;
    http->ctx = options->ctx;
    http->port = listener_port(listener);
    http->tls = options->tls_cert != NULL;
    if (options->client_ca)
        err = tls_peers_open(&http->peers, options->client_ca, options->client_crl, info);
    if (err != ERR_OK) {
        http_free(http);
        return err;
    }
    http->daemon = start(http, options);
    if (!http->daemon || !watch(http)) {
        http_free(http);
        return err_set(info, ERR_SYSTEM, "The http server did not start%s.",
                       options->tls_cert ? ": look at the files of --tls-cert and --tls-key" : "");
    }
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
    http_free(http);
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

/* A client that sends a byte now and then, or takes one, never looks idle; it must come to an end within a time. */
static void sweep(struct http *http)
{
    if (http->mono_ms - http->swept_ms < 1000)
        return;
    http->swept_ms = http->mono_ms;
    for (int known = 0; known < 2; known++) {
        int64_t before_ms = http->mono_ms - (known ? HTTP_SLOW_MS : HTTP_STRANGER_MS);
        for (struct guest *slow; (slow = crowd_slow(http->crowd, known, before_ms));)
            send_away(http, slow, HTTP_TOO_SLOW);
    }
}

static int due_in_ms(const struct http *http)
{
    const struct http_request *first = http->delayed.first;
    int ms = http->connections > 0 ? 5000 : -1; /* the sweep */
    int deaf_ms = http->listener ? (int)listener_deaf_ms(http->listener, http->mono_ms) : 0;
    if (first && (ms < 0 || first->due_ms - http->mono_ms < ms))
        ms = first->due_ms > http->mono_ms ? (int)(first->due_ms - http->mono_ms) : 0;
    if (deaf_ms > 0 && (ms < 0 || deaf_ms < ms))
        ms = deaf_ms;
    return ms;
}

int http_timeout_ms(const struct http *http)
{
    MHD_UNSIGNED_LONG_LONG library;
    if (http->resumed || http->later.first)
        return 0;
    int ms = due_in_ms(http);
    if (MHD_get_timeout(http->daemon, &library) != MHD_YES)
        return ms;
    return ms < 0 || library < (unsigned)ms ? (int)library : ms;
}

void http_later(struct http_request *request)
{
    if (!request->line)
        line_add(&request->http->later, request);
}

void http_delay(struct http_request *request)
{
    request->delayed = true;
    request->due_ms = request->http->mono_ms + HTTP_DELAY_MS;
    line_add(&request->http->delayed, request);
}

bool http_delayed(const struct http_request *request)
{
    return request->delayed;
}

static void hand_over_again(struct http *http)
{
    while (http->delayed.first && http->delayed.first->due_ms <= http->mono_ms) {
        struct http_request *request = http->delayed.first;
        line_remove(request);
        moved(request, true);
        http_later(request);
    }
    while (http->later.first) {
        struct http_request *request = http->later.first;
        line_remove(request);
        http->handle(http->ctx, request);
    }
}

/* Twice: in the first run the library only takes back into its epoll the connections that were answered, in the
 * second it reads what their clients have sent since. */
void http_gather(struct http *http)
{
    MHD_run(http->daemon);
    MHD_run(http->daemon);
}

/* Some of those who wait to be let in. Where there is no descriptor one of those who are in makes room. */
static void let_in(struct http *http)
{
    struct newcomer newcomer;
    const int most = http->tls ? LET_IN_SECRET : LET_IN_MAX;
    for (int i = 0; http->listener && i < most; i++) {
        enum err err = listener_next(http->listener, !http->tls, http->mono_ms, &newcomer);
        if (err == ERR_ABSENT)
            return;
        if (err == ERR_OK) { /* the library closes what it does not take */
            MHD_add_connection(http->daemon, newcomer.fd, (struct sockaddr *)&newcomer.address,
                               newcomer.length);
            continue;
        }
        http->refused[HTTP_NO_DESCRIPTOR]++;
        struct guest *goes = crowd_any(http->crowd);
        if (goes)
            send_away(http, goes, HTTP_NO_DESCRIPTOR);
        return; /* its descriptor is free only when the library has run */
    }
}

/* Where nobody can be taken from the line it stays readable: the loop would turn without a pause until one can. */
static void look_at_line(struct http *http)
{
    if (!http->listener || http->deaf == (listener_deaf_ms(http->listener, http->mono_ms) > 0))
        return;
    struct epoll_event event = {.events = http->deaf ? EPOLLIN : 0};
    if (epoll_ctl(http->fd, EPOLL_CTL_MOD, listener_fd(http->listener), &event) == 0)
        http->deaf = !http->deaf;
}

void http_run(struct http *http, int64_t mono_ms)
{
    http->mono_ms = mono_ms;
    hand_over_again(http);
    http->resumed = false;
    let_in(http);
    look_at_line(http);
    MHD_run(http->daemon);
    sweep(http);
}

void http_stop_listening(struct http *http)
{
    listener_close(&http->listener); /* the descriptor that waits for both forgets what is closed */
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

/* What it is answered with stands in it already. */
static void go_on(struct http_request *request)
{
    waiting_remove(request);
    request->answered = true;
    if (!request->suspended)
        return;
    moved(request, false);
    request->http->resumed = true;
    MHD_resume_connection(request->connection);
}

void http_answer(struct http_request *request, int status, const char *content_type, const char *body,
                 size_t length)
{
    request->status = status;
    request->content_type = content_type;
    buf_add(&request->answer, body, length);
    go_on(request);
}

struct http_shared *http_shared_new(int status, const char *content_type, struct buf *body)
{
    struct http_shared *shared = xcalloc(1, sizeof *shared);
    *shared =
        (struct http_shared){.response = response_new(body, content_type), .status = status, .holders = 1};
    return shared;
}

void http_shared_free(struct http_shared **shared)
{
    let_go(*shared);
    *shared = NULL;
}

void http_answer_shared(struct http_request *request, struct http_shared *shared)
{
    shared->holders++;
    request->shared = shared;
    go_on(request);
}

void http_drop(struct http_request *request)
{
    request->dropped = true;
    http_answer(request, 503, "text/plain", "", 0);
}
