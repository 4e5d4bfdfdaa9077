/* core/hall/http.h: HTTP/1.1 connections, by libmicrohttpd and nowhere else.
 *
 * Hands over whole requests and takes whole answers, now or later. It has no thread: the program's loop polls
 * http_fd and calls http_run. Limits are kept here: bodies (413), headers (431), connections (crowd.h),
 * slow clients. Knows no endpoint and no hall; who is known it is told. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/hall/crowd.h"

enum {
    HTTP_BODY_MAX = 256 * 1024,
    HTTP_HEADER_MAX = 8 * 1024,
    HTTP_STRANGER_BODY_MAX = 16 * 1024, /* that is kept of whoever has not shown who they are */
    HTTP_IDLE_S = 30,                   /* a connection on which nothing moves */
    HTTP_SLOW_MS = 60000,               /* one that moves, but finishes no request, or takes no answer */
    HTTP_STRANGER_MS = 20000,           /* the same of a stranger */
};

struct http;
struct http_request; /* lives until it is answered */

/* A request is complete; it is answered by http_answer, in the call or later. */
typedef void http_handle(void *ctx, struct http_request *request);
/* Its body is a long one and not here yet: whether its header shows somebody whose long bodies are read. */
typedef bool http_trust(void *ctx, const struct http_request *request);

struct http_options {
    const char *host, *port;        /* port "0" takes a free one */
    const char *tls_cert, *tls_key; /* PEM text; NULL: plain http */
    /* Workstations are asked for a certificate of this authority, and which of them are revoked; PEM text; NULL: not, none */
    const char *client_ca, *client_crl;
    http_handle *handle;
    http_trust *trust; /* NULL: everybody is trusted */
    void *ctx;
    struct crowd_limits limits;
};
enum err http_open(struct http **out, const struct http_options *options, struct err_info *info) MUST_USE;
void http_close(struct http **http); /* NULL-safe; requests not answered are answered 503 first */
int http_port(const struct http *http);
int http_fd(const struct http *http);         /* readable: call http_run */
int http_timeout_ms(const struct http *http); /* until http_run is due anyhow; -1 never */
void http_run(struct http *http, int64_t mono_ms);
/* Reads what has come meanwhile and nothing else: for a caller that is in the middle of something and takes only
 * requests that fit into it. The others it puts off with http_later. */
void http_gather(struct http *http);
void http_stop_listening(struct http *http); /* what is connected goes on */
int http_connections(const struct http *http);
int http_strangers(const struct http *http); /* of them */
/* Connections that were ended, or not begun, so that others find a place: by crowd_why, then those for which there was no
 * descriptor, then those that were too slow. */
enum { HTTP_NO_DESCRIPTOR = CROWD_WHYS, HTTP_TOO_SLOW, HTTP_REFUSALS };
int64_t http_refused(const struct http *http, int why);

/* --- a request --- */
const char *http_method(const struct http_request *request);
const char *http_path(const struct http_request *request);                    /* decoded, without the query */
const char *http_query(const struct http_request *request, const char *name); /* decoded; NULL when absent */
const char *http_header(const struct http_request *request, const char *name);
const char *http_body(const struct http_request *request, size_t *length); /* "" when there is none */
/* Of the peer, for throttling: of IPv6 the network of 64 bits. */
const char *http_address(const struct http_request *request);
/* Why this connection's peer is none of the hall's workstations (tls_peers.h); NULL: it is one, or nobody is asked. */
const char *http_peer_fault(const struct http_request *request);
bool http_alive(const struct http_request *request);         /* false: the peer has closed while it waited */
int64_t http_started_us(const struct http_request *request); /* monotonic, for the metrics */
/* The caller's own mark on the request, NULL at first. */
void http_set_mark(struct http_request *request, void *mark);
void *http_mark(const struct http_request *request);

/* The request has shown that it comes from this account: its connection is no stranger's any more. False: the account has
 * too many of them, or all have, and none that could go; the request is answered 503 then. */
bool http_known(struct http_request *request, const char *account) MUST_USE;

/* Adds a header to the answer to come; name and value are copied. */
void http_add_header(struct http_request *request, const char *name, const char *value);
/* Hands the request over again in the next http_run. */
void http_later(struct http_request *request);
/* Hands it over again, once, after HTTP_DELAY_MS; if a place is needed before, it is answered 503. */
enum { HTTP_DELAY_MS = 1000 };
void http_delay(struct http_request *request);
bool http_delayed(const struct http_request *request); /* it was */
/* Closes the connection without an answer, as a network that is gone does. */
void http_drop(struct http_request *request);
/* One answer for many requests, kept once. body is taken; no header is added. The caller lets go of it when it has told all. */
struct http_shared;
struct http_shared *http_shared_new(int status, const char *content_type, struct buf *body);
void http_shared_free(struct http_shared **shared); /* NULL-safe */
void http_answer_shared(struct http_request *request, struct http_shared *shared);
/* Sends body (copied) and ends the request's life for the caller. */
void http_answer(struct http_request *request, int status, const char *content_type, const char *body,
                 size_t length);
