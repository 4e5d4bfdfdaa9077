/* tests/sim/town/http.c: core/hall/http.h on the town's network, in place of libmicrohttpd. And core/hall/hasher.h
 * without argon2id: here everybody knows their password. */
#include "core/hall/http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/hall/hasher.h"
#include "tests/sim/town/town.h"

enum { INBOX_MAX = 256, HEADERS_MAX = 4 };

struct http_request {
    struct wire_request *wire;
    struct http_request *next; /* of those under way */
    struct http *http;
    void *mark;
    char *bearer;
    int retry_after_s;
    int64_t arrived_ms;
    bool behind;     /* a poll from before the hall's newest change: it is answered at once */
    char *values[8]; /* decoded query values that were handed out */
    int value_count;
};

struct http {
    http_handle *handle;
    void *ctx;
    struct http_request *inbox[INBOX_MAX]; /* arrived, not handed over */
    int count;
    struct http_request *under_way;
};

enum err http_open(struct http **out, const struct http_options *options, struct err_info *info)
{
    (void)info;
    *out = xcalloc(1, sizeof **out);
    (*out)->handle = options->handle;
    (*out)->ctx = options->ctx;
    return ERR_OK;
}

static void request_free(struct http_request *request)
{
    for (int i = 0; i < request->value_count; i++)
        free(request->values[i]);
    wire_request_free(request->wire);
    free(request->bearer);
    free(request);
}

static void end_connection(struct http_request *request)
{
    if (here.town)
        net_broken(here.town, request->wire);
    request_free(request);
}

void http_close(struct http **slot)
{
    struct http *http = *slot;
    if (!http)
        return;
    for (int i = 0; i < http->count; i++)
        end_connection(http->inbox[i]);
    while (http->under_way) {
        struct http_request *next = http->under_way->next;
        end_connection(http->under_way);
        http->under_way = next;
    }
    free(http);
    *slot = NULL;
}

static bool is_behind(const struct hall *hall, const struct http_request *request)
{
    const char *cursor = strcmp(request->wire->path, "/v1/feed") == 0 ? http_query(request, "cursor") : NULL;
    return cursor && strtoll(cursor, NULL, 10) < hall->state.rev;
}

void http_arrived(struct http *http, struct wire_request *wire)
{
    if (http->count == INBOX_MAX) {
        wire_request_free(wire);
        return;
    }
    struct http_request *request = xcalloc(1, sizeof *request);
    request->wire = wire;
    request->http = http;
    if (wire->token)
        request->bearer = xasprintf("Bearer %s", wire->token);
    request->arrived_ms = here.town->now_ms;
    request->behind = is_behind(http->ctx, request);
    http->inbox[http->count++] = request;
}

static void hand_over(struct http *http, int count)
{
    struct http_request *taken[INBOX_MAX];
    memcpy(taken, http->inbox, sizeof *taken * (size_t)count);
    http->count -= count;
    memmove(http->inbox, http->inbox + count, sizeof *http->inbox * (size_t)http->count);
    for (int i = 0; i < count; i++) {
        taken[i]->next = http->under_way;
        http->under_way = taken[i];
        http->handle(http->ctx, taken[i]);
    }
}

void http_run(struct http *http, int64_t mono_ms)
{
    (void)mono_ms;
    hand_over(http, http->count);
}

/* Some of what has arrived is read in the middle of a group. */
void http_gather(struct http *http)
{
    (void)http;
}

static void unlink_request(struct http_request *request)
{
    for (struct http_request **slot = &request->http->under_way; *slot; slot = &(*slot)->next)
        if (*slot == request) {
            *slot = request->next;
            return;
        }
}

void http_later(struct http_request *request)
{
    unlink_request(request);
    if (request->http->count < INBOX_MAX)
        request->http->inbox[request->http->count++] = request;
    else
        request_free(request);
}

/* Its station waits for an answer that does not come. */
void http_drop(struct http_request *request)
{
    unlink_request(request);
    request_free(request);
}

void http_answer(struct http_request *request, int status, const char *content_type, const char *body,
                 size_t length)
{
    enum { AT_ONCE_MS = 1000 };
    (void)content_type;
    if (request->behind && here.town->now_ms - request->arrived_ms > AT_ONCE_MS)
        town_violated(here.town, "the hall had news for station %d and kept its poll waiting for %lld ms",
                      request->wire->from, (long long)(here.town->now_ms - request->arrived_ms));
    net_answer(here.town, request->wire, status, request->retry_after_s, body, length);
    unlink_request(request);
    request_free(request);
}

struct http_shared {
    int status;
    struct buf body;
};

struct http_shared *http_shared_new(int status, const char *content_type, struct buf *body)
{
    struct http_shared *shared = xcalloc(1, sizeof *shared);
    (void)content_type;
    *shared = (struct http_shared){.status = status, .body = *body};
    *body = (struct buf){0};
    return shared;
}

void http_shared_free(struct http_shared **shared)
{
    if (*shared)
        buf_free(&(*shared)->body);
    free(*shared);
    *shared = NULL;
}

void http_answer_shared(struct http_request *request, struct http_shared *shared)
{
    http_answer(request, shared->status, NULL, buf_text(&shared->body), shared->body.length);
}

/* In the town nobody comes in a crowd. */
bool http_known(struct http_request *request, const char *account)
{
    (void)request, (void)account;
    return true;
}

void http_delay(struct http_request *request)
{
    http_later(request);
}

bool http_delayed(const struct http_request *request)
{
    (void)request;
    return true;
}

int http_strangers(const struct http *http)
{
    (void)http;
    return 0;
}

int64_t http_refused(const struct http *http, int why)
{
    (void)http, (void)why;
    return 0;
}

void http_add_header(struct http_request *request, const char *name, const char *value)
{
    if (strcasecmp(name, "Retry-After") == 0)
        request->retry_after_s = (int)strtol(value, NULL, 10);
}

/* --- a request --- */

const char *http_method(const struct http_request *request)
{
    return request->wire->method;
}

const char *http_path(const struct http_request *request)
{
    return request->wire->path;
}

static char *decoded(const char *text, size_t length)
{
    struct buf out = {0};
    for (size_t i = 0; i < length; i++) {
        char two[3] = {0};
        if (text[i] == '%' && i + 2 < length + 0) {
            memcpy(two, text + i + 1, 2);
            buf_addc(&out, (char)strtol(two, NULL, 16));
            i += 2;
        } else {
            buf_addc(&out, text[i]);
        }
    }
    char *taken = buf_take(&out);
    return taken ? taken : xstrdup("");
}

const char *http_query(const struct http_request *request, const char *name)
{
    size_t name_length = strlen(name);
    for (const char *at = request->wire->query; *at;) {
        size_t length = strcspn(at, "&");
        if (strncmp(at, name, name_length) == 0 && at[name_length] == '=') {
            struct http_request *r = (struct http_request *)(uintptr_t)request;
            if (r->value_count == (int)(sizeof r->values / sizeof *r->values))
                free(r->values[--r->value_count]);
            return r->values[r->value_count++] = decoded(at + name_length + 1, length - name_length - 1);
        }
        at += length + (at[length] == '&');
    }
    return NULL;
}

const char *http_header(const struct http_request *request, const char *name)
{
    if (strcasecmp(name, "Authorization") == 0)
        return request->bearer;
    return strcasecmp(name, "User-Agent") == 0 ? request->wire->agent : NULL;
}

const char *http_body(const struct http_request *request, size_t *length)
{
    *length = request->wire->length;
    return request->wire->body ? request->wire->body : "";
}

const char *http_address(const struct http_request *request)
{
    static const char *const addresses[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};
    return addresses[request->wire->from % 3];
}

/* Whether its workstation still waits is seen by the same life of it: a program that was killed closes its
 * connections. */
const char *http_peer_fault(const struct http_request *request)
{
    (void)request;
    return NULL;
}

bool http_alive(const struct http_request *request)
{
    if (request->wire->from == OUTSIDE)
        return true;
    const struct station *station = station_of(here.town, request->wire->from);
    return station->machine.running && station->machine.life == request->wire->life && !station->cut_off;
}

int64_t http_started_us(const struct http_request *request)
{
    (void)request;
    return clock_mono_now_ms() * 1000;
}

void http_set_mark(struct http_request *request, void *mark)
{
    request->mark = mark;
}

void *http_mark(const struct http_request *request)
{
    return request->mark;
}

int http_port(const struct http *http)
{
    (void)http;
    return 80;
}

int http_fd(const struct http *http)
{
    (void)http;
    return -1;
}

int http_timeout_ms(const struct http *http)
{
    return http->count ? 0 : -1;
}

void http_stop_listening(struct http *http)
{
    (void)http;
}

int http_connections(const struct http *http)
{
    (void)http;
    return 0;
}

/* --- hasher.h --- */

struct hasher {
    int64_t ids[HASHER_QUEUE_MAX];
    bool makes[HASHER_QUEUE_MAX];
    int count;
};

enum err hasher_open(struct hasher **out, struct err_info *info)
{
    (void)info;
    *out = xcalloc(1, sizeof **out);
    return ERR_OK;
}

void hasher_close(struct hasher **hasher)
{
    free(*hasher);
    *hasher = NULL;
}

int hasher_fd(const struct hasher *hasher)
{
    (void)hasher;
    return -1;
}

bool hasher_ask(struct hasher *hasher, int64_t id, const char *hash, const char *password)
{
    (void)password;
    if (hasher->count == HASHER_QUEUE_MAX)
        return false;
    hasher->makes[hasher->count] = !hash;
    hasher->ids[hasher->count++] = id;
    return true;
}

bool hasher_ask_first(struct hasher *hasher, int64_t id, const char *hash, const char *password)
{
    return hasher_ask(hasher, id, hash, password);
}

bool hasher_take(struct hasher *hasher, struct hashed *result)
{
    if (hasher->count == 0)
        return false;
    hasher->count--;
    *result = (struct hashed){.id = hasher->ids[hasher->count], .right = true};
    if (hasher->makes[hasher->count])
        str_copy(result->made, sizeof result->made, "$");
    return true;
}
