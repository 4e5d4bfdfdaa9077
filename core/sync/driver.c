/* core/sync/driver.c: carries out what client_core decides: HTTP with libcurl, the cache, the callbacks.
 *
 * One easy handle a purpose, used again, so that connections stay open. libcurl is not even initialised
 * before the first request: a start without a hall pays nothing for it. Knows no rule of its own. */
#include <curl/curl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/base/log.h"
#include "core/sync/client_core.h"
#include "core/sync/line.h"
#include "core/sync/sync.h"

enum {
    PUSH_TIMEOUT_MS = 8 * 1000,
    SIGN_IN_TIMEOUT_MS = 20 * 1000, /* at eight in the morning everybody signs in */
    FEED_TIMEOUT_MS = (CLIENT_POLL_WAIT_S + 3) * 1000,
    PAGE_TIMEOUT_MS = 60 * 1000,
    ANSWER_BYTES_MAX = 16 << 20,
    GETS_MAX = 4,
    QUEUE_MAX = 16,
    WORDS = 5, /* of a sign-in: struct sync_words without the login */
    TIDY_EVERY_MS = 200,
    IDLE_MAX_S = 24 * 60 * 60,
};

/* A request's handle, and what comes back. The gets and the sign-out have places after the core's requests.
 */
enum { PLACE_GET = CLIENT_REQUESTS, PLACE_SIGN_OUT = PLACE_GET + GETS_MAX, PLACES };
struct exchange {
    CURL *easy;
    struct curl_slist *headers;
    struct buf answer;
    char error[CURL_ERROR_SIZE];
    bool busy, too_large;
    int64_t tag;
};

struct sync {
    struct cache *cache;
    struct sync_events events;
    struct client_core core;
    char *url;
    struct sync_trust trust;
    CURLM *multi; /* NULL until the first request */
    struct exchange places[PLACES];
    char *login; /* until the sign-in is answered, like what it is asked by */
    struct {
        const char *member;
        char *text; /* or NULL */
    } words[WORDS];
    char *push_bytes; /* of the push that has no answer yet */
    char *after;      /* the snapshot's next page */
    struct json *answers[CLIENT_REQUESTS];
    struct client_answer heard[CLIENT_REQUESTS];
    struct client_event queue[QUEUE_MAX];
    char queue_text[QUEUE_MAX][300];
    int queued;
    bool telling;
    int idle_s;
    int64_t wall_ms, mono_ms, last_tag;
    int64_t tidy_ms; /* not before */
};

/* --- addresses --- */

/* --- one exchange --- */

static size_t receive(char *data, size_t size, size_t count, void *ctx)
{
    struct exchange *exchange = ctx;
    size_t length = size * count;
    if (exchange->answer.length + length > ANSWER_BYTES_MAX) {
        exchange->too_large = true;
        return 0;
    }
    buf_add(&exchange->answer, data, length);
    return length;
}

static bool start_curl(struct sync *sync)
{
    if (sync->multi)
        return true;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return false;
    sync->multi = curl_multi_init();
    return sync->multi != NULL;
}

/* While the hall is not reached every try calls it anew: a line that was kept may lead to a server that is the hall no
 * longer, and would for as long as it answers. */
static void hang_up(struct sync *sync)
{
    for (int i = 0; i < PLACES; i++)
        if (sync->places[i].busy)
            return;
    CURLM *fresh = sync->core.link == CLIENT_LINK_DOWN ? curl_multi_init() : NULL;
    if (!fresh)
        return;
    curl_multi_cleanup(sync->multi);
    sync->multi = fresh;
}

static void set_common(struct sync *sync, struct exchange *exchange)
{
    CURL *easy = exchange->easy;
    line_begin(easy, sync->url, &sync->trust);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error);
}

/* Whose workstation asks: a hall of the other kind answers no more than that it is one. */
static struct curl_slist *name_hall(struct curl_slist *headers, const char *identity)
{
    if (!*identity || identity[strcspn(identity, "\r\n")] != '\0')
        return headers;
    char *line = xasprintf("%s: %s", HALL_HEADER, identity);
    headers = curl_slist_append(headers, line);
    free(line);
    return headers;
}

static struct curl_slist *say_idle(struct curl_slist *headers, int idle_s)
{
    char line[64];
    if (idle_s <= 0)
        return headers;
    str_format(line, sizeof line, "%s: %d", IDLE_HEADER, idle_s < IDLE_MAX_S ? idle_s : IDLE_MAX_S);
    return curl_slist_append(headers, line);
}

static void set_headers(struct sync *sync, struct exchange *exchange, bool body)
{
    curl_slist_free_all(exchange->headers);
    exchange->headers = curl_slist_append(NULL, "Expect:");
    if (body)
        exchange->headers = curl_slist_append(exchange->headers, "Content-Type: application/json");
    exchange->headers = line_authorise(exchange->headers, cache_token(sync->cache));
    exchange->headers = name_hall(exchange->headers, cache_identity(sync->cache));
    exchange->headers = say_idle(exchange->headers, sync->idle_s);
    curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->headers);
}

/* body NULL: a GET, or a DELETE for the sign-out. Copies body. */
static bool begin(struct sync *sync, int place, const char *path, const char *body, long timeout_ms)
{
    struct exchange *exchange = &sync->places[place];
    if (!start_curl(sync) || (!exchange->easy && !(exchange->easy = curl_easy_init())))
        return false;
    hang_up(sync);
    char *url = xasprintf("%s%s", sync->url, path);
    buf_clear(&exchange->answer);
    exchange->error[0] = '\0';
    exchange->too_large = false;
    set_common(sync, exchange);
    set_headers(sync, exchange, body != NULL);
    curl_easy_setopt(exchange->easy, CURLOPT_URL, url);
    curl_easy_setopt(exchange->easy, CURLOPT_TIMEOUT_MS, timeout_ms);
    if (body) {
        curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
        curl_easy_setopt(exchange->easy, CURLOPT_COPYPOSTFIELDS, body);
    }
    if (place == PLACE_SIGN_OUT)
        curl_easy_setopt(exchange->easy, CURLOPT_CUSTOMREQUEST, "DELETE");
    free(url);
    exchange->busy = curl_multi_add_handle(sync->multi, exchange->easy) == CURLM_OK;
    return exchange->busy;
}

static void stop(struct sync *sync, struct exchange *exchange)
{
    if (exchange->busy)
        curl_multi_remove_handle(sync->multi, exchange->easy);
    exchange->busy = false;
}

/* --- telling the core --- */

static void tell(struct sync *sync, const struct client_event *event);

static void forget_password(struct sync *sync)
{
    for (int i = 0; i < WORDS; i++) {
        if (sync->words[i].text)
            secret_wipe(sync->words[i].text, strlen(sync->words[i].text));
        free(sync->words[i].text);
        sync->words[i].text = NULL;
    }
    free(sync->login);
    sync->login = NULL;
}

static void tell_stored(struct sync *sync, enum client_event_kind kind, enum client_request request,
                        enum err err)
{
    tell(sync, &(struct client_event){.kind = kind,
                                      .request = request,
                                      .stored = err,
                                      .stored_text = err == ERR_OK ? "" : cache_message(sync->cache),
                                      .answer = sync->heard[request]});
}

static char *session_body(const struct sync *sync, const char *client)
{
    struct json *body = json_new_object();
    json_set_text(body, "user", sync->login);
    for (int i = 0; i < WORDS; i++)
        if (sync->words[i].text)
            json_set_text(body, sync->words[i].member, sync->words[i].text);
    json_set_text(body, "client", client);
    char *text = json_print(body);
    json_free(&body);
    return text;
}

static bool send_session(struct sync *sync)
{
    const char *client = cache_client_for(sync->cache, sync->login ? sync->login : "");
    if (!*client) { /* who this installation is stands on a disk that cannot be read just now */
        tell_stored(sync, CLIENT_STORED, CLIENT_SESSION, ERR_DISK);
        return true;
    }
    char *body = session_body(sync, client);
    bool sent = begin(sync, CLIENT_SESSION, "/v1/session", body, SIGN_IN_TIMEOUT_MS);
    secret_wipe(body, strlen(body));
    free(body);
    return sent;
}

static bool send_push(struct sync *sync, const struct client_effect *effect)
{
    if (!effect->again || !sync->push_bytes) {
        free(sync->push_bytes);
        sync->push_bytes = NULL;
        if (cache_push_body(sync->cache, effect->batch_max, CLIENT_BATCH_BYTES, &sync->push_bytes) !=
                ERR_OK ||
            !sync->push_bytes) {
            tell(sync, &(struct client_event){.kind = CLIENT_NOTHING, .request = CLIENT_PUSH});
            return true;
        }
    }
    return begin(sync, CLIENT_PUSH, "/v1/push", sync->push_bytes, PUSH_TIMEOUT_MS);
}

static bool send_feed(struct sync *sync, int wait_s)
{
    char path[240], since[TIME_TEXT];
    int64_t since_ms = 0, unsent = cache_overdue(sync->cache, sync->wall_ms, &since_ms);
    str_format(path, sizeof path, "/v1/feed?cursor=%" PRId64 "&epoch=%" PRId64 "&wait=%d",
               cache_cursor(sync->cache), cache_epoch(sync->cache), wait_s);
    if (unsent) {
        size_t length = strlen(path);
        time_text(since_ms, since);
        str_format(path + length, sizeof path - length, "&unsent=%" PRId64 "&unsent_since=%s", unsent, since);
    }
    return begin(sync, CLIENT_FEED, path, NULL, FEED_TIMEOUT_MS);
}

static bool send_snapshot(struct sync *sync, bool first)
{
    if (first) {
        free(sync->after);
        sync->after = NULL;
    }
    if (!sync->after)
        return begin(sync, CLIENT_SNAPSHOT, "/v1/snapshot", NULL, PAGE_TIMEOUT_MS);
    char *escaped = start_curl(sync) ? curl_easy_escape(NULL, sync->after, 0) : NULL;
    char *path = xasprintf("/v1/snapshot?after=%s", escaped ? escaped : "");
    bool sent = escaped && begin(sync, CLIENT_SNAPSHOT, path, NULL, PAGE_TIMEOUT_MS);
    curl_free(escaped);
    free(path);
    return sent;
}

static void send_request(struct sync *sync, const struct client_effect *effect)
{
    bool sent = false;
    switch (effect->request) {
    case CLIENT_SESSION:
        sent = send_session(sync);
        break;
    case CLIENT_PUSH:
        sent = send_push(sync, effect);
        break;
    case CLIENT_FEED:
        sent = send_feed(sync, effect->wait_s);
        break;
    case CLIENT_SNAPSHOT:
        sent = send_snapshot(sync, effect->first);
        break;
    case CLIENT_REQUESTS:
        break;
    }
    if (!sent)
        tell(sync, &(struct client_event){
                       .kind = CLIENT_ANSWERED,
                       .request = effect->request,
                       .answer = {.net = ERR_SYSTEM, .why = "the network library does not start"}});
}

/* --- what the core wants done --- */

static void changed(struct sync *sync)
{
    if (sync->events.changed)
        sync->events.changed(sync->events.ctx);
}

static void result(void *ctx, int64_t seq, const struct json *json)
{
    struct sync *sync = ctx;
    if (sync->events.result)
        sync->events.result(sync->events.ctx, seq, json);
}

static enum err store_page(struct sync *sync, const struct json *page)
{
    enum err err = cache_snapshot_page(sync->cache, page, sync->after == NULL);
    if (err != ERR_OK)
        return err;
    free(sync->after);
    sync->after = json_text(page, "next") ? xstrdup(json_text(page, "next")) : NULL;
    return ERR_OK;
}

static enum err store_session(struct sync *sync, const struct json *answer)
{
    enum err err = cache_sign_in(sync->cache, answer);
    return err == ERR_OK ? cache_take_lease(sync->cache, answer) : err;
}

static enum err store_answer(struct sync *sync, enum client_request request)
{
    const struct json *answer = sync->answers[request];
    switch (request) {
    case CLIENT_SESSION:
        return store_session(sync, answer);
    case CLIENT_PUSH:
        return cache_push_results(sync->cache, answer, result, sync);
    case CLIENT_FEED:
        return cache_feed(sync->cache, answer, sync->wall_ms);
    case CLIENT_SNAPSHOT:
        return store_page(sync, answer);
    case CLIENT_REQUESTS:
        break;
    }
    return ERR_INVALID;
}

static void store(struct sync *sync, enum client_request request)
{
    int64_t cursor = cache_cursor(sync->cache);
    enum err err = store_answer(sync, request);
    if (request != CLIENT_SESSION) /* the session is told to the program yet */
        json_free(&sync->answers[request]);
    if (err == ERR_OK && (request == CLIENT_PUSH || cache_cursor(sync->cache) != cursor))
        changed(sync);
    tell_stored(sync, CLIENT_STORED, request, err);
}

static void swap(struct sync *sync, const struct client_effect *effect)
{
    int64_t epoch = effect->epoch ? effect->epoch : cache_epoch(sync->cache);
    enum err err = cache_snapshot_swap(sync->cache, effect->rev, epoch, sync->wall_ms);
    tell_stored(sync, CLIENT_SWAPPED, CLIENT_SNAPSHOT, err);
    if (err == ERR_OK)
        changed(sync);
}

/* Why nobody was asked at all: the network, or what answers is something else than a hall. */
static void not_asked(struct sync *sync, const struct client_answer *heard, struct client_answer *why)
{
    bool silent = heard->net != ERR_OK;
    log_write(LOG_WARN, "signing in at %s: %s", sync->url,
              silent ? heard->why : "the answer is none of a hall's");
    str_copy(why->code, sizeof why->code, silent ? "offline" : "not_a_hall");
    str_format(why->text, sizeof why->text,
               silent
                   ? "The hall cannot be reached at %.150s. Check the network and the address."
                   : "What answers at %.150s is not a hall. Check the address, and whether the network wants "
                     "you to sign in first.",
               sync->url);
}

static void signed_in(struct sync *sync, enum err err)
{
    struct client_answer told = sync->heard[CLIENT_SESSION];
    if (err == ERR_OFFLINE)
        not_asked(sync, &sync->heard[CLIENT_SESSION], &told);
    const char *wall = cache_hall_refusal(sync->cache, json_get(sync->answers[CLIENT_SESSION], "hall"));
    if (err == ERR_CONFLICT && wall)
        str_copy(told.code, sizeof told.code, wall);
    const char *message =
        err == ERR_OK || err == ERR_REFUSED || err == ERR_OFFLINE ? told.text : cache_message(sync->cache);
    if (sync->events.signed_in)
        sync->events.signed_in(sync->events.ctx, err, told.code, *message ? message : err_text(err),
                               err == ERR_OK ? sync->answers[CLIENT_SESSION] : NULL);
    json_free(&sync->answers[CLIENT_SESSION]);
    if (err == ERR_OK)
        changed(sync);
}

static void complain(struct sync *sync, enum err err)
{
    if (err != ERR_OK)
        log_write(LOG_ERROR, "cache: %s", cache_message(sync->cache));
}

static void turn(struct sync *sync, int64_t epoch)
{
    enum err err = cache_new_epoch(sync->cache, epoch);
    complain(sync, err);
    if (err != ERR_OK)
        tell_stored(sync, CLIENT_UNTURNED, CLIENT_SNAPSHOT, err);
}

static void carry_out(struct sync *sync, const struct client_effect *effect)
{
    switch (effect->kind) {
    case CLIENT_DO_SEND:
        send_request(sync, effect);
        break;
    case CLIENT_DO_STORE:
        store(sync, effect->request);
        break;
    case CLIENT_DO_SWAP:
        swap(sync, effect);
        break;
    case CLIENT_DO_EPOCH:
        turn(sync, effect->epoch);
        break;
    case CLIENT_DO_COPY:
        complain(sync, cache_ask_snapshot(sync->cache));
        break;
    case CLIENT_DO_CANCEL:
        stop(sync, &sync->places[effect->request]);
        break;
    case CLIENT_DO_STATUS:
        cache_set_reach(sync->cache, sync->core.status.state == SYNC_ONLINE);
        if (sync->events.status)
            sync->events.status(sync->events.ctx, &sync->core.status);
        break;
    case CLIENT_DO_OFFSET:
        cache_set_offset(sync->cache, sync->core.status.offset_ms);
        break;
    case CLIENT_DO_SIGNED_IN:
        signed_in(sync, effect->err);
        break;
    }
}

static void step_once(struct sync *sync, struct client_event *event)
{
    struct client_effects effects = {0};
    event->wall_ms = sync->wall_ms;
    event->mono_ms = sync->mono_ms;
    event->facts = (struct client_facts){
        .has_token = cache_token(sync->cache) != NULL,
        .training = cache_kind(sync->cache) == HALL_TRAINING,
        .needs_snapshot = cache_needs_snapshot(sync->cache),
        .epoch = cache_epoch(sync->cache),
        .unsent = cache_unsent(sync->cache),
    };
    client_step(&sync->core, event, &effects);
    for (int i = 0; i < effects.count; i++)
        carry_out(sync, &effects.items[i]);
}

/* Effects and callbacks may tell more: that waits until the present event is done with. */
static void tell(struct sync *sync, const struct client_event *event)
{
    if (sync->queued == QUEUE_MAX) /* only wakes can be so many, and one of them is enough */
        return;
    int at = sync->queued++;
    sync->queue[at] = *event;
    str_copy(sync->queue_text[at], sizeof sync->queue_text[at], event->stored_text ? event->stored_text : "");
    if (sync->telling)
        return;
    sync->telling = true;
    while (sync->queued > 0) {
        struct client_event next = sync->queue[0];
        char text[300];
        str_copy(text, sizeof text, sync->queue_text[0]);
        next.stored_text = text;
        sync->queued--;
        memmove(sync->queue, sync->queue + 1, sizeof *sync->queue * (size_t)sync->queued);
        memmove(sync->queue_text, sync->queue_text + 1, sizeof *sync->queue_text * (size_t)sync->queued);
        step_once(sync, &next);
    }
    sync->telling = false;
}

static void tell_kind(struct sync *sync, enum client_event_kind kind)
{
    sync->wall_ms = clock_wall_now_ms();
    sync->mono_ms = clock_mono_now_ms();
    tell(sync, &(struct client_event){.kind = kind});
}

/* --- answers --- */

/* What an answer must have to be the hall's and not a proxy's. */
static bool has_shape(enum client_request request, const struct json *body)
{
    switch (request) {
    case CLIENT_SESSION:
        return json_text(body, "token") != NULL;
    case CLIENT_PUSH:
        return json_is_array(json_get(body, "results"));
    case CLIENT_FEED:
        return json_is_array(json_get(body, "items"));
    case CLIENT_SNAPSHOT:
        return json_is_array(json_get(body, "rows"));
    case CLIENT_REQUESTS:
        break;
    }
    return false;
}

static void hear_body(struct client_answer *heard, enum client_request request, const struct json *body)
{
    const struct json *error = json_get(body, "error");
    int64_t server_ms;
    heard->readable = has_shape(request, body);
    str_copy(heard->code, sizeof heard->code, json_text_or(error, "code", ""));
    str_copy(heard->text, sizeof heard->text, json_text_or(error, "message", ""));
    heard->epoch = json_int(body, "epoch", json_int(error, "epoch", 0));
    if (time_parse(json_text_or(body, "server_time", ""), &server_ms))
        heard->server_ms = server_ms;
    heard->rev = json_int(body, "rev", 0);
    heard->rows = (int64_t)json_count(json_get(body, "rows"));
    heard->total = json_int(body, "total", 0);
    heard->more =
        request == CLIENT_SNAPSHOT ? json_text(body, "next") != NULL : json_bool(body, "more", false);
}

static struct json *parse_answer(const struct exchange *exchange)
{
    struct json *body = NULL;
    if (json_parse(buf_text(&exchange->answer), exchange->answer.length, &body, NULL) != ERR_OK)
        return NULL;
    if (!json_is_object(body))
        json_free(&body);
    return body;
}

static void hear_network(struct client_answer *heard, const struct exchange *exchange, CURLcode code)
{
    heard->net = code == CURLE_OK ? ERR_OK : exchange->too_large ? ERR_TOO_LARGE : ERR_OFFLINE;
    if (code != CURLE_OK)
        str_format(heard->why, sizeof heard->why, "%s",
                   *exchange->error ? exchange->error : curl_easy_strerror(code));
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(exchange->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    heard->status = (int)status;
    heard->retry_after_s = retry_after_s > 0 && retry_after_s < 3600 ? (int)retry_after_s : 0;
}

static void core_answered(struct sync *sync, enum client_request request, CURLcode code)
{
    struct exchange *exchange = &sync->places[request];
    struct client_answer heard = {0};
    hear_network(&heard, exchange, code);
    json_free(&sync->answers[request]);
    sync->answers[request] = code == CURLE_OK ? parse_answer(exchange) : NULL;
    if (sync->answers[request])
        hear_body(&heard, request, sync->answers[request]);
    if (request == CLIENT_SESSION)
        forget_password(sync);
    sync->heard[request] = heard;
    tell(sync, &(struct client_event){.kind = CLIENT_ANSWERED, .request = request, .answer = heard});
}

/* A paper is told as what it is, plain text: {"text"}. NULL: the answer is something else. */
static struct json *text_answer(const struct exchange *exchange)
{
    const char *type = NULL, *text = buf_text(&exchange->answer);
    curl_easy_getinfo(exchange->easy, CURLINFO_CONTENT_TYPE, &type);
    if (!type || !str_starts(type, "text/plain") || strlen(text) != exchange->answer.length ||
        !utf8_valid(text, exchange->answer.length))
        return NULL;
    struct json *body = json_new_object();
    json_set_text(body, "text", text);
    return body;
}

static void get_answered(struct sync *sync, struct exchange *exchange, CURLcode code)
{
    struct client_answer heard = {0};
    hear_network(&heard, exchange, code);
    struct json *body = code == CURLE_OK ? parse_answer(exchange) : NULL;
    if (code == CURLE_OK && !body && heard.status == 200)
        body = text_answer(exchange);
    enum err err = heard.net != ERR_OK || !body ? ERR_OFFLINE : heard.status == 200 ? ERR_OK : ERR_REFUSED;
    if (sync->events.answer)
        sync->events.answer(sync->events.ctx, exchange->tag, err, body);
    json_free(&body);
}

static void finished(struct sync *sync, CURL *easy, CURLcode code)
{
    char *private = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    struct exchange *exchange = (struct exchange *)(void *)private;
    int place = (int)(exchange - sync->places);
    stop(sync, exchange);
    if (place < CLIENT_REQUESTS)
        core_answered(sync, (enum client_request)place, code);
    else if (place < PLACE_SIGN_OUT)
        get_answered(sync, exchange, code);
    buf_clear(&exchange->answer);
}

/* --- the public face --- */

enum err sync_new(struct sync **out, struct cache *cache, const char *url, const struct sync_trust *trust,
                  const struct sync_events *events, struct rng *rng, struct err_info *info)
{
    *out = NULL;
    enum err err = sync_check_way(url, trust, info);
    if (err != ERR_OK)
        return err;
    struct sync *sync = xcalloc(1, sizeof *sync);
    sync->cache = cache;
    sync->url = line_clean_url(url);
    sync->trust = line_trust_copy(trust);
    if (events)
        sync->events = *events;
    client_init(&sync->core, rng);
    *out = sync;
    return ERR_OK;
}

void sync_free(struct sync **sync)
{
    struct sync *s = *sync;
    if (!s)
        return;
    for (int i = 0; i < PLACES; i++) {
        stop(s, &s->places[i]);
        if (s->places[i].easy)
            curl_easy_cleanup(s->places[i].easy);
        curl_slist_free_all(s->places[i].headers);
        buf_free(&s->places[i].answer);
    }
    if (s->multi) {
        curl_multi_cleanup(s->multi);
        curl_global_cleanup();
    }
    for (int i = 0; i < CLIENT_REQUESTS; i++)
        json_free(&s->answers[i]);
    forget_password(s);
    free(s->push_bytes);
    free(s->after);
    free(s->url);
    line_trust_free(&s->trust);
    free(s);
    *sync = NULL;
}

enum err sync_set_url(struct sync *sync, const char *url, struct err_info *info)
{
    enum err err = sync_check_way(url, &sync->trust, info);
    if (err != ERR_OK)
        return err;
    free(sync->url);
    sync->url = line_clean_url(url);
    tell_kind(sync, CLIENT_RETRY);
    return ERR_OK;
}

void sync_sign_in(struct sync *sync, const char *login, const char *password)
{
    sync_sign_in_by(sync, &(struct sync_words){.login = login, .password = password});
}

void sync_sign_in_by(struct sync *sync, const struct sync_words *words)
{
    const char *const given[WORDS][2] = {{"password", words->password},
                                         {"new_password", words->changed},
                                         {"code", words->code},
                                         {"new_factor", words->factor},
                                         {"new_code", words->factor_code}};
    forget_password(sync);
    sync->login = xstrdup(words->login);
    for (int i = 0; i < WORDS; i++) {
        sync->words[i].member = given[i][0];
        sync->words[i].text = given[i][1] ? xstrdup(given[i][1]) : NULL;
    }
    tell_kind(sync, CLIENT_SIGN_IN);
}

void sync_resume(struct sync *sync)
{
    tell_kind(sync, CLIENT_RESUME);
}

/* The hall is told when it can be reached; the token ends by itself when not. */
void sync_sign_out(struct sync *sync)
{
    stop(sync, &sync->places[PLACE_SIGN_OUT]);
    if (cache_token(sync->cache))
        (void)begin(sync, PLACE_SIGN_OUT, "/v1/session", NULL, PUSH_TIMEOUT_MS);
    complain(sync, cache_sign_out(sync->cache));
    free(sync->push_bytes);
    sync->push_bytes = NULL;
    tell_kind(sync, CLIENT_SIGN_OUT);
}

void sync_wake(struct sync *sync)
{
    tell_kind(sync, CLIENT_WAKE);
}

void sync_idle(struct sync *sync, int idle_s)
{
    sync->idle_s = idle_s;
}

void sync_retry_now(struct sync *sync)
{
    tell_kind(sync, CLIENT_RETRY);
}

int64_t sync_get(struct sync *sync, const char *path)
{
    return sync_post(sync, path, NULL);
}

int64_t sync_post(struct sync *sync, const char *path, const char *body)
{
    for (int i = PLACE_GET; i < PLACE_SIGN_OUT; i++) {
        if (sync->places[i].busy)
            continue;
        sync->places[i].tag = ++sync->last_tag;
        return begin(sync, i, path, body, PUSH_TIMEOUT_MS) ? sync->last_tag : -1;
    }
    return -1;
}

const struct sync_status *sync_status(const struct sync *sync)
{
    return &sync->core.status;
}

const char *sync_refuses(const struct sync *sync, const char *type)
{
    enum sync_state state = sync ? sync->core.status.state : SYNC_OFFLINE;
    if (command_class(type) != COMMAND_ONLINE || state == SYNC_ONLINE || state == SYNC_SNAPSHOT)
        return NULL;
    if (state == SYNC_EXPIRED)
        return "The sign-in has run out: sign in again first.";
    return str_starts(type, "ticket.call")
               ? "Hall not reachable: cannot call. Work here is kept."
               : "Hall not reachable: this cannot be done now. Work here is kept.";
}

/* --- the loop --- */

int sync_wait(struct sync *sync, struct pollfd *extra, unsigned extra_count, int timeout_ms)
{
    return line_wait(sync->multi, extra, extra_count, timeout_ms);
}

/* Moves what can be moved; true when something came to its end and was told. */
static bool perform(struct sync *sync)
{
    int running, left;
    bool any = false;
    struct CURLMsg *message;
    if (!sync->multi)
        return false;
    curl_multi_perform(sync->multi, &running);
    while ((message = curl_multi_info_read(sync->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        finished(sync, message->easy_handle, message->data.result);
        any = true;
    }
    return any;
}

/* Also without a hall, where no answer gives the occasion: else the log of a long day offline eats the disk. */
static void tidy(struct sync *sync)
{
    if (sync->mono_ms < sync->tidy_ms)
        return;
    sync->tidy_ms = sync->mono_ms + TIDY_EVERY_MS;
    if (cache_tidy(sync->cache) != ERR_OK)
        log_write(LOG_WARN, "cache: %s", cache_message(sync->cache));
}

/* What was just asked for goes out now; where it fails at once (nobody listens), that is told now and not at the
 * next occasion. */
void sync_step(struct sync *sync, int64_t wall_ms, int64_t mono_ms)
{
    enum { TURNS_MAX = 8 }; /* the next step goes on */
    sync->wall_ms = wall_ms;
    sync->mono_ms = mono_ms;
    cache_mend(sync->cache);
    perform(sync);
    int64_t due_ms = client_due_ms(&sync->core);
    if (due_ms >= 0 && due_ms <= mono_ms)
        tell(sync, &(struct client_event){.kind = CLIENT_TIME});
    for (int turn = 0; turn < TURNS_MAX && perform(sync); turn++) {
    }
    tidy(sync);
}

int sync_timeout_ms(const struct sync *sync, int64_t mono_ms)
{
    int64_t due_ms = client_due_ms(&sync->core);
    int64_t timeout_ms = due_ms < 0 ? -1 : due_ms > mono_ms ? due_ms - mono_ms : 0;
    long curl_ms = -1;
    if (sync->multi)
        curl_multi_timeout(sync->multi, &curl_ms);
    if (curl_ms >= 0 && (timeout_ms < 0 || curl_ms < timeout_ms))
        timeout_ms = curl_ms;
    return (int)timeout_ms;
}
