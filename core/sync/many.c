/* core/sync/many.c: see many.h. An easy handle a hall, so that each keeps its connection between two questions. */
#include "core/sync/many.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/crypto.h"
#include "core/sync/line.h"
#include "core/sync/pace.h"
#include "core/sync/sync.h"

enum { ANSWER_MS = 8 * 1000, ANSWER_BYTES_MAX = 4 << 20, TAG_MAX = 160 };

struct asked {
    char *url, *key;
    char tag[TAG_MAX], tag_now[TAG_MAX]; /* of what is known; of the answer that comes in */
    CURL *easy;                          /* NULL before the first question */
    struct curl_slist *headers;
    struct buf body;
    int64_t date_ms;
    bool too_large;
};
struct many {
    struct asked *halls;
    int count;
    struct sync_trust trust;
    struct many_events events;
    struct pace pace;
    struct pace_hall *paces;
    CURLM *multi; /* NULL: the network library does not start */
};

const char *many_why_text(enum many_why why)
{
    static const char *const texts[] = {
#define X(id, text) text,
        MANY_WHY_LIST(X)
#undef X
    };
    return why < MANY_WHY_COUNT ? texts[why] : "";
}

/* --- birth and death --- */

struct many *many_new(const struct many_hall *halls, int count, const struct sync_trust *trust,
                      const struct many_events *events, struct rng *rng, int64_t mono_ms)
{
    struct many *many = xcalloc(1, sizeof *many);
    many->halls = xcalloc((size_t)count + 1, sizeof *many->halls);
    many->paces = xcalloc((size_t)count + 1, sizeof *many->paces);
    many->count = count;
    many->trust = line_trust_copy(trust);
    many->events = *events;
    for (int i = 0; i < count; i++) {
        many->halls[i].url = line_clean_url(halls[i].url);
        many->halls[i].key = xstrdup(halls[i].key);
        str_copy(many->halls[i].tag, TAG_MAX, halls[i].tag ? halls[i].tag : "");
    }
    pace_begin(&many->pace, many->paces, count, rng, mono_ms);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        many->multi = curl_multi_init();
    if (many->multi) /* else connections are closed to make room for others */
        curl_multi_setopt(many->multi, CURLMOPT_MAXCONNECTS, (long)count + PACE_AT_ONCE);
    return many;
}

static void asked_free(struct many *many, struct asked *asked, bool busy)
{
    if (busy)
        curl_multi_remove_handle(many->multi, asked->easy);
    if (asked->easy)
        curl_easy_cleanup(asked->easy);
    curl_slist_free_all(asked->headers);
    buf_free(&asked->body);
    secret_wipe(asked->key, strlen(asked->key));
    free(asked->key);
    free(asked->url);
}

void many_free(struct many **slot)
{
    struct many *many = *slot;
    if (!many)
        return;
    for (int i = 0; i < many->count; i++)
        asked_free(many, &many->halls[i], many->paces[i].busy);
    if (many->multi) {
        curl_multi_cleanup(many->multi);
        curl_global_cleanup();
    }
    free(many->halls);
    free(many->paces);
    line_trust_free(&many->trust);
    free(many);
    *slot = NULL;
}

/* --- a question --- */

static size_t take_body(char *data, size_t size, size_t count, void *ctx)
{
    struct asked *asked = ctx;
    size_t length = size * count;
    if (asked->body.length + length > ANSWER_BYTES_MAX) {
        asked->too_large = true;
        return 0;
    }
    buf_add(&asked->body, data, length);
    return length;
}

/* "NAME: VALUE\r\n"; false: it is another. */
static bool header_is(const char *line, size_t length, const char *name, char *out, size_t capacity)
{
    size_t name_length = strlen(name);
    if (length <= name_length || line[name_length] != ':' || strncasecmp(line, name, name_length) != 0)
        return false;
    line += name_length + 1;
    length -= name_length + 1;
    while (length && (*line == ' ' || *line == '\t')) {
        line++;
        length--;
    }
    while (length && strchr(" \t\r\n", line[length - 1]))
        length--;
    str_format(out, capacity, "%.*s", (int)length, line);
    return true;
}

static size_t take_header(char *data, size_t size, size_t count, void *ctx)
{
    struct asked *asked = ctx;
    size_t length = size * count;
    char value[TAG_MAX];
    if (header_is(data, length, "ETag", value, sizeof value))
        str_copy(asked->tag_now, sizeof asked->tag_now, value);
    else if (header_is(data, length, "Date", value, sizeof value)) {
        time_t date = curl_getdate(value, NULL);
        asked->date_ms = date > 0 ? (int64_t)date * 1000 : 0;
    }
    return length;
}

static void set_headers(struct asked *asked)
{
    curl_slist_free_all(asked->headers);
    asked->headers = line_authorise(curl_slist_append(NULL, "Accept: application/json"), asked->key);
    if (*asked->tag && asked->tag[strcspn(asked->tag, "\r\n")] == '\0') {
        char *line = xasprintf("If-None-Match: %s", asked->tag);
        asked->headers = curl_slist_append(asked->headers, line);
        free(line);
    }
}

static bool ask(struct many *many, int hall)
{
    struct asked *asked = &many->halls[hall];
    if (!many->multi || (!asked->easy && !(asked->easy = curl_easy_init())))
        return false;
    CURL *easy = asked->easy;
    char *url = xasprintf("%s/v1/figures", asked->url);
    buf_clear(&asked->body);
    asked->too_large = false;
    asked->date_ms = 0;
    asked->tag_now[0] = '\0';
    line_begin(easy, asked->url, &many->trust);
    set_headers(asked);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, asked->headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, asked);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, asked);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, asked);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS);
    if (many->paces[hall].failures > 0) /* a line that was kept may lead to what is the hall no longer */
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    free(url);
    return curl_multi_add_handle(many->multi, easy) == CURLM_OK;
}

/* --- what came of it --- */

static enum many_why why_of_line(CURLcode code)
{
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return MANY_SILENT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
        return MANY_CERTIFICATE;
    case CURLE_SSL_CONNECT_ERROR: /* what answers there speaks no TLS */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WRITE_ERROR:
        return MANY_STRANGE;
    default:
        return MANY_NO_WAY;
    }
}

/* A refusal has the shape of the hall's; a proxy's page under the same status does not. */
static enum many_why why_of_status(long status, const struct json *body)
{
    bool halls = json_text(json_get(body, "error"), "code") != NULL;
    switch (status) {
    case 200:
        return json_is_object(json_get(body, "now")) && json_is_array(json_get(body, "queues"))
                   ? MANY_NEW
                   : MANY_STRANGE;
    case 304:
        return MANY_SAME;
    case 401:
        return halls ? MANY_KEY : MANY_STRANGE;
    case 403:
        return halls ? MANY_SCOPE : MANY_STRANGE;
    case 404:
        return halls ? MANY_OLD : MANY_STRANGE;
    default:
        return halls || status == 429 || status >= 500 ? MANY_BUSY : MANY_STRANGE;
    }
}

static struct json *parse(const struct asked *asked)
{
    struct json *body = NULL;
    if (!asked->body.length || json_parse(buf_text(&asked->body), asked->body.length, &body, NULL) != ERR_OK)
        return NULL;
    return body;
}

static void finished(struct many *many, CURL *easy, CURLcode code, int64_t mono_ms)
{
    char *private = NULL;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    struct asked *asked = (struct asked *)(void *)private;
    int hall = (int)(asked - many->halls);
    struct json *body = code == CURLE_OK ? parse(asked) : NULL;
    struct many_answer answer = {.why = code == CURLE_OK ? why_of_status(status, body) : why_of_line(code),
                                 .text = buf_text(&asked->body),
                                 .tag = asked->tag_now,
                                 .date_ms = asked->date_ms};
    curl_multi_remove_handle(many->multi, easy);
    if (answer.why == MANY_NEW) {
        answer.figures = body;
        str_copy(asked->tag, sizeof asked->tag, asked->tag_now);
    }
    pace_done(&many->pace, hall, answer.why == MANY_NEW || answer.why == MANY_SAME, mono_ms);
    many->events.answered(many->events.ctx, hall, &answer);
    json_free(&body);
    buf_free(&asked->body); /* of 305 halls not all at once */
}

static void not_asked(struct many *many, int hall, int64_t mono_ms)
{
    const struct many_answer answer = {.why = MANY_NO_WAY, .text = "", .tag = ""};
    pace_done(&many->pace, hall, false, mono_ms);
    many->events.answered(many->events.ctx, hall, &answer);
}

/* --- the loop --- */

static void perform(struct many *many, int64_t mono_ms)
{
    int running, left;
    struct CURLMsg *message;
    if (!many->multi)
        return;
    curl_multi_perform(many->multi, &running);
    while ((message = curl_multi_info_read(many->multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            finished(many, message->easy_handle, message->data.result, mono_ms);
}

void many_step(struct many *many, int64_t mono_ms)
{
    int hall;
    bool any = false;
    perform(many, mono_ms);
    for (int n = 0; n < PACE_AT_ONCE && (hall = pace_next(&many->pace, mono_ms)) >= 0; n++) {
        any = true;
        if (!ask(many, hall))
            not_asked(many, hall, mono_ms);
    }
    if (any) /* what was just asked goes out now */
        perform(many, mono_ms);
}

void many_ask_now(struct many *many, int64_t mono_ms)
{
    pace_now(&many->pace, mono_ms);
}

int many_busy(const struct many *many)
{
    return many->pace.busy;
}

int many_timeout_ms(const struct many *many, int64_t mono_ms)
{
    int64_t timeout_ms = pace_due_ms(&many->pace, mono_ms);
    long curl_ms = -1;
    if (many->multi)
        curl_multi_timeout(many->multi, &curl_ms);
    if (curl_ms >= 0 && (timeout_ms < 0 || curl_ms < timeout_ms))
        timeout_ms = curl_ms;
    return (int)timeout_ms;
}

int many_wait(struct many *many, struct pollfd *extra, unsigned extra_count, int timeout_ms)
{
    return line_wait(many->multi, extra, extra_count, timeout_ms);
}

/* --- one hall's certificate, of which nothing else is asked --- */

bool sync_certificate(const char *url, const struct sync_trust *trust, int64_t *expires_ms)
{
    CURL *easy = curl_easy_init();
    struct curl_certinfo *chain = NULL;
    bool known = false;
    if (!easy)
        return false;
    line_begin(easy, url, trust);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    if (curl_easy_perform(easy) == CURLE_OK &&
        curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) == CURLE_OK && chain && chain->num_of_certs > 0)
        for (const struct curl_slist *line = chain->certinfo[0]; line && !known; line = line->next)
            known = str_starts(line->data, "Cert:") &&
                    certificate_expires(line->data + strlen("Cert:"), expires_ms);
    curl_easy_cleanup(easy);
    return known;
}
