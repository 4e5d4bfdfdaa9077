/* tests/sim/town/curl.c: the part of libcurl that core/sync/driver.c uses, on the town's network. Linked in its place.
 *
 * A handle's request goes out when it is added; its answer, or its time-out, is found by curl_multi_perform. */
#include <curl/curl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/town/town.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

enum { HANDLES_MAX = 12 };

struct handle { /* CURL */
    char *url, *body, *token, *agent;
    const char *method; /* NULL: GET or POST */
    size_t (*write)(char *data, size_t size, size_t count, void *ctx);
    void *write_ctx;
    char *private, *error;
    int64_t timeout_ms, until_ms; /* until_ms: monotonic */
    uint64_t exchange;            /* 0: nothing under way */
    bool done;
    CURLcode code;
    long status;
    curl_off_t retry_after_s;
};

struct multi { /* CURLM */
    struct handle *list[HANDLES_MAX];
    int count;
    struct multi *next;
    int machine;
    CURLMsg message;
};

/* The stand-in is entered by handles alone; an answer from the network knows only its machine. */
static struct multi *multis;

/* --- handles --- */

CURLcode curl_global_init(long flags)
{
    (void)flags;
    return CURLE_OK;
}

void curl_global_cleanup(void)
{
}

CURL *curl_easy_init(void)
{
    return xcalloc(1, sizeof(struct handle));
}

void curl_easy_reset(CURL *curl)
{
    struct handle *h = curl;
    free(h->url);
    free(h->body);
    free(h->token);
    free(h->agent);
    *h = (struct handle){0};
}

void curl_easy_cleanup(CURL *curl)
{
    curl_easy_reset(curl);
    free(curl);
}

static void take_headers(struct handle *h, const struct curl_slist *list)
{
    static const char authorization[] = "Authorization: Bearer ";
    free(h->token);
    h->token = NULL;
    for (; list; list = list->next)
        if (str_starts(list->data, authorization))
            h->token = xstrdup(list->data + strlen(authorization));
}

static void set_text(char **to, const char *text)
{
    free(*to);
    *to = xstrdup(text);
}

CURLcode curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
    struct handle *h = curl;
    va_list args;
    va_start(args, option);
    switch ((int)option) {
    case CURLOPT_WRITEFUNCTION:
        h->write = va_arg(args, size_t(*)(char *, size_t, size_t, void *));
        break;
    case CURLOPT_WRITEDATA:
        h->write_ctx = va_arg(args, void *);
        break;
    case CURLOPT_PRIVATE:
        h->private = va_arg(args, void *);
        break;
    case CURLOPT_ERRORBUFFER:
        h->error = va_arg(args, char *);
        break;
    case CURLOPT_TIMEOUT_MS:
        h->timeout_ms = va_arg(args, long);
        break;
    case CURLOPT_URL:
        set_text(&h->url, va_arg(args, const char *));
        break;
    case CURLOPT_COPYPOSTFIELDS:
        set_text(&h->body, va_arg(args, const char *));
        break;
    case CURLOPT_USERAGENT:
        set_text(&h->agent, va_arg(args, const char *));
        break;
    case CURLOPT_CUSTOMREQUEST:
        h->method = va_arg(args, const char *);
        break;
    case CURLOPT_HTTPHEADER:
        take_headers(h, va_arg(args, const struct curl_slist *));
        break;
    default: /* what says how, not what */
        break;
    }
    va_end(args);
    return CURLE_OK;
}

CURLcode curl_easy_getinfo(CURL *curl, CURLINFO info, ...)
{
    struct handle *h = curl;
    va_list args;
    va_start(args, info);
    switch ((int)info) {
    case CURLINFO_RESPONSE_CODE:
        *va_arg(args, long *) = h->status;
        break;
    case CURLINFO_RETRY_AFTER:
        *va_arg(args, curl_off_t *) = h->retry_after_s;
        break;
    case CURLINFO_PRIVATE:
        *va_arg(args, char **) = h->private;
        break;
    default:
        break;
    }
    va_end(args);
    return CURLE_OK;
}

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text)
{
    struct curl_slist *item = xcalloc(1, sizeof *item), **end = &list;
    item->data = xstrdup(text);
    while (*end)
        end = &(*end)->next;
    *end = item;
    return list;
}

void curl_slist_free_all(struct curl_slist *list)
{
    while (list) {
        struct curl_slist *next = list->next;
        free(list->data);
        free(list);
        list = next;
    }
}

char *curl_easy_escape(CURL *curl, const char *text, int length)
{
    struct buf out = {0};
    (void)curl, (void)length;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '-' ||
            *c == '.' || *c == '_' || *c == '~')
            buf_addc(&out, (char)*c);
        else
            buf_addf(&out, "%%%02X", *c);
    buf_addc(&out, '\0');
    return buf_take(&out);
}

void curl_free(void *text)
{
    free(text);
}

const char *curl_easy_strerror(CURLcode code)
{
    return code == CURLE_COULDNT_CONNECT ? "nobody listens" : "the network failed";
}

/* --- what is under way --- */

CURLM *curl_multi_init(void)
{
    struct multi *multi = xcalloc(1, sizeof *multi);
    multi->machine = here.machine->number;
    multi->next = multis;
    multis = multi;
    return multi;
}

CURLMcode curl_multi_cleanup(CURLM *curlm)
{
    for (struct multi **slot = &multis; *slot; slot = &(*slot)->next) {
        if (*slot != curlm)
            continue;
        *slot = (*slot)->next;
        free(curlm);
        return CURLM_OK;
    }
    return CURLM_BAD_HANDLE;
}

static struct wire_request *request_of(const struct handle *h)
{
    struct wire_request *request = xcalloc(1, sizeof *request);
    const char *host = strstr(h->url, "//"), *path = host ? strchr(host + 2, '/') : NULL;
    const char *query = path ? strchr(path, '?') : NULL;
    request->exchange = h->exchange;
    request->from = here.machine->number;
    request->life = here.machine->life;
    str_copy(request->method, sizeof request->method, h->method ? h->method : h->body ? "POST" : "GET");
    request->path = query ? xstrndup(path, (size_t)(query - path)) : xstrdup(path ? path : "/");
    request->query = xstrdup(query ? query + 1 : "");
    request->token = h->token ? xstrdup(h->token) : NULL;
    request->agent = h->agent ? xstrdup(h->agent) : NULL;
    request->body = h->body ? xstrdup(h->body) : NULL;
    request->length = h->body ? strlen(h->body) : 0;
    return request;
}

CURLMcode curl_multi_add_handle(CURLM *curlm, CURL *curl)
{
    struct multi *multi = curlm;
    struct handle *h = curl;
    if (multi->count == HANDLES_MAX)
        return CURLM_OUT_OF_MEMORY;
    multi->list[multi->count++] = h;
    h->exchange = ++here.town->exchanges;
    h->done = false;
    h->status = 0;
    h->retry_after_s = 0;
    h->until_ms = clock_mono_now_ms() + h->timeout_ms;
    net_request(here.town, request_of(h));
    return CURLM_OK;
}

CURLMcode curl_multi_remove_handle(CURLM *curlm, CURL *curl)
{
    struct multi *multi = curlm;
    for (int i = 0; i < multi->count; i++)
        if (multi->list[i] == curl)
            multi->list[i--] = multi->list[--multi->count];
    ((struct handle *)curl)->exchange = 0;
    return CURLM_OK;
}

static void finish(struct handle *h, CURLcode code, const char *why)
{
    h->done = true;
    h->code = code;
    if (code != CURLE_OK && h->error)
        str_copy(h->error, CURL_ERROR_SIZE, why);
}

void curl_arrived(const struct wire_answer *answer)
{
    for (struct multi *multi = multis; multi; multi = multi->next) {
        for (int i = 0; i < multi->count && multi->machine == answer->to; i++) {
            struct handle *h = multi->list[i];
            if (h->exchange != answer->exchange || h->done)
                continue;
            h->status = answer->status;
            h->retry_after_s = answer->retry_after_s;
            if (answer->refused) {
                finish(h, CURLE_COULDNT_CONNECT, "nobody listens");
                return;
            }
            bool taken =
                !answer->length || h->write(answer->body, 1, answer->length, h->write_ctx) == answer->length;
            finish(h,
                   !taken           ? CURLE_WRITE_ERROR
                   : answer->broken ? CURLE_PARTIAL_FILE
                                    : CURLE_OK,
                   "the connection ended");
            return;
        }
    }
}

CURLMcode curl_multi_perform(CURLM *curlm, int *running)
{
    struct multi *multi = curlm;
    int64_t now_ms = clock_mono_now_ms();
    *running = 0;
    for (int i = 0; i < multi->count; i++) {
        struct handle *h = multi->list[i];
        if (!h->done && h->until_ms <= now_ms)
            finish(h, CURLE_OPERATION_TIMEDOUT, "no answer in time");
        *running += !h->done;
    }
    return CURLM_OK;
}

/* Each message once: its handle is removed by who reads it, as the driver does. */
CURLMsg *curl_multi_info_read(CURLM *curlm, int *left)
{
    struct multi *multi = curlm;
    *left = 0;
    for (int i = 0; i < multi->count; i++) {
        if (!multi->list[i]->done)
            continue;
        multi->message = (CURLMsg){.msg = CURLMSG_DONE, .easy_handle = multi->list[i]};
        multi->message.data.result = multi->list[i]->code;
        return &multi->message;
    }
    return NULL;
}

CURLMcode curl_multi_timeout(CURLM *curlm, long *timeout_ms)
{
    struct multi *multi = curlm;
    int64_t now_ms = clock_mono_now_ms();
    *timeout_ms = -1;
    for (int i = 0; i < multi->count; i++) {
        const struct handle *h = multi->list[i];
        int64_t left_ms = h->done || h->until_ms <= now_ms ? 0 : h->until_ms - now_ms;
        if (*timeout_ms < 0 || left_ms < *timeout_ms)
            *timeout_ms = (long)left_ms;
    }
    return CURLM_OK;
}

CURLMcode curl_multi_poll(CURLM *curlm, struct curl_waitfd *extra, unsigned count, int timeout_ms, int *ready)
{
    (void)curlm, (void)extra, (void)count, (void)timeout_ms, (void)ready;
    abort(); /* nobody waits in a town: time comes by itself */
}
