/* tests/fuzz/session_fuzz.c: whole HTTP answers into a workstation: the shipped driver, core and cache, with a
 * libcurl of our own below them. An input is blocks between lines "%%": a line "STATUS RETRY-AFTER", then the body,
 * whatever it may be; status 0 is a network that failed. Requests are answered in the order in which they are made;
 * the first block "in" or "on" says whether somebody signs in first or is signed in already.
 *
 * Holds: no record of the outbox is lost or changed; the cursor moves back with a new copy alone; memory and file
 * say the same; nothing of an answer can end a header line; every screen's question is answered after it. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/store.h"
#include "core/sync/sync.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/nest.h"
#include "tests/fuzz/world.h"

enum { HANDLES_MAX = 16, REQUESTS_MAX = 40, STEPS_MAX = 80 };

/* --- the answers to come --- */

static struct {
    const char *at, *end; /* of the input */
    int requests;
} script;

struct answer {
    long status;
    curl_off_t retry_after_s;
    const char *body;
    size_t length;
};

/* The next block; a failed network when there is none. */
static struct answer next_answer(void)
{
    static const char mark[] = "\n%%\n";
    struct answer answer = {0};
    if (script.at >= script.end)
        return answer;
    const char *end = memmem(script.at, (size_t)(script.end - script.at), mark, sizeof mark - 1);
    const char *line = memchr(script.at, '\n', (size_t)(script.end - script.at));
    const char *stop = end ? end : script.end;
    char head[32];
    str_format(head, sizeof head, "%.*s", (int)(stop - script.at > 30 ? 30 : stop - script.at), script.at);
    long retry = 0;
    if (sscanf(head, "%ld %ld", &answer.status, &retry) > 0)
        answer.retry_after_s = retry;
    if (line && line < stop) {
        answer.body = line + 1;
        answer.length = (size_t)(stop - line - 1);
    }
    script.at = end ? end + sizeof mark - 1 : script.end;
    return answer;
}

/* --- a libcurl without a network --- */

struct fake {
    curl_write_callback write;
    void *write_ctx, *private;
    const struct curl_slist *headers;
    char *error;
    struct answer answer;
    bool used, added;
};
static struct fake handles[HANDLES_MAX];
static struct CURLMsg told;

CURL *curl_easy_init(void)
{
    for (int i = 0; i < HANDLES_MAX; i++)
        if (!handles[i].used) {
            handles[i] = (struct fake){.used = true};
            return &handles[i];
        }
    return NULL;
}

void curl_easy_cleanup(CURL *easy)
{
    ((struct fake *)easy)->used = false;
}

void curl_easy_reset(CURL *easy)
{
    *(struct fake *)easy = (struct fake){.used = true};
}

CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    struct fake *fake = easy;
    va_list args;
    va_start(args, option);
    if (option == CURLOPT_WRITEFUNCTION)
        fake->write = va_arg(args, curl_write_callback);
    else if (option == CURLOPT_WRITEDATA)
        fake->write_ctx = va_arg(args, void *);
    else if (option == CURLOPT_PRIVATE)
        fake->private = va_arg(args, void *);
    else if (option == CURLOPT_ERRORBUFFER)
        fake->error = va_arg(args, char *);
    else if (option == CURLOPT_HTTPHEADER)
        fake->headers = va_arg(args, const struct curl_slist *);
    else if (option == CURLOPT_URL) { /* what an answer said goes into the next address only escaped */
        const char *url = va_arg(args, const char *);
        HOLD(url[strcspn(url, " \r\n\t#")] == '\0');
    }
    va_end(args);
    return CURLE_OK;
}

CURLcode curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
    const struct fake *fake = easy;
    va_list args;
    va_start(args, info);
    void *out = va_arg(args, void *);
    va_end(args);
    if (info == CURLINFO_RESPONSE_CODE)
        *(long *)out = fake->answer.status;
    else if (info == CURLINFO_RETRY_AFTER)
        *(curl_off_t *)out = fake->answer.retry_after_s;
    else if (info == CURLINFO_PRIVATE)
        *(char **)out = fake->private;
    return CURLE_OK;
}

const char *curl_easy_strerror(CURLcode code)
{
    return code == CURLE_OK ? "done" : "failed";
}

char *curl_easy_escape(CURL *easy, const char *text, int length)
{
    struct buf out = {0};
    (void)easy, (void)length;
    for (; *text; text++)
        buf_addf(&out, "%%%02X", (unsigned)(unsigned char)*text);
    return out.data ? buf_take(&out) : xstrdup("");
}

void curl_free(void *memory)
{
    free(memory);
}

CURLcode curl_global_init(long flags)
{
    (void)flags;
    return CURLE_OK;
}

void curl_global_cleanup(void)
{
}

CURLM *curl_multi_init(void)
{
    return handles;
}

CURLMcode curl_multi_cleanup(CURLM *multi)
{
    (void)multi;
    return CURLM_OK;
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
    struct fake *fake = easy;
    (void)multi;
    for (const struct curl_slist *line = fake->headers; line; line = line->next)
        HOLD(line->data[strcspn(line->data, "\r\n")] == '\0');
    fake->added = true;
    script.requests++;
    return CURLM_OK;
}

CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
    (void)multi;
    ((struct fake *)easy)->added = false;
    return CURLM_OK;
}

CURLMcode curl_multi_perform(CURLM *multi, int *running)
{
    (void)multi;
    *running = 0;
    return CURLM_OK;
}

/* In pieces, as a network brings it. */
static bool deliver(struct fake *fake)
{
    char piece[1000];
    for (size_t at = 0, n; at < fake->answer.length; at += n) {
        n = fake->answer.length - at < sizeof piece ? fake->answer.length - at : sizeof piece;
        memcpy(piece, fake->answer.body + at, n);
        if (fake->write(piece, 1, n, fake->write_ctx) != n)
            return false;
    }
    return fake->answer.status != 0;
}

CURLMsg *curl_multi_info_read(CURLM *multi, int *left)
{
    (void)multi;
    *left = 0;
    for (int i = 0; i < HANDLES_MAX; i++) {
        struct fake *fake = &handles[i];
        if (!fake->used || !fake->added)
            continue;
        fake->answer = next_answer();
        told.msg = CURLMSG_DONE;
        told.easy_handle = fake;
        told.data.result = deliver(fake) ? CURLE_OK : CURLE_COULDNT_CONNECT;
        return &told;
    }
    return NULL;
}

CURLMcode curl_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned count, int timeout_ms, int *ready)
{
    (void)multi, (void)extra, (void)count, (void)timeout_ms, (void)ready;
    return CURLM_OK;
}

CURLMcode curl_multi_timeout(CURLM *multi, long *timeout_ms)
{
    (void)multi;
    *timeout_ms = -1;
    return CURLM_OK;
}

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text)
{
    struct curl_slist *item = xcalloc(1, sizeof *item), *last = list;
    item->data = xstrdup(text);
    while (last && last->next)
        last = last->next;
    if (last)
        last->next = item;
    return list ? list : item;
}

void curl_slist_free_all(struct curl_slist *list)
{
    for (struct curl_slist *next; list; list = next) {
        next = list->next;
        free(list->data);
        free(list);
    }
}

/* --- the workstation --- */

struct watch {
    struct cache *cache;
    int64_t cursor, epoch;
};

/* Back only with another copy, which a swap makes: then the chain is not known any more. */
static void on_changed(void *ctx)
{
    struct watch *watch = ctx;
    const struct place *place = &watch->cache->place;
    HOLD(place->cursor >= watch->cursor || place->epoch != watch->epoch || place->chain[0] == '\0');
    watch->cursor = place->cursor;
    watch->epoch = place->epoch;
}

static void on_status(void *ctx, const struct sync_status *status)
{
    (void)ctx;
    HOLD(utf8_valid(status->text, strlen(status->text)));
}

static void on_signed_in(void *ctx, enum err err, const char *code, const char *message,
                         const struct json *session)
{
    (void)ctx;
    HOLD(code && message && utf8_valid(code, strlen(code)) && utf8_valid(message, strlen(message)));
    HOLD((err == ERR_OK) == (session != NULL));
}

static void on_result(void *ctx, int64_t seq, const struct json *result)
{
    (void)ctx;
    HOLD(seq > 0 && json_text(result, "status"));
}

static void converse(struct pair *pair, struct cache *cache, bool sign_in)
{
    struct rng rng;
    struct sync *sync = NULL;
    struct watch watch = {cache, cache_cursor(cache), cache_epoch(cache)};
    struct sync_events events = {.ctx = &watch,
                                 .changed = on_changed,
                                 .status = on_status,
                                 .signed_in = on_signed_in,
                                 .result = on_result};
    int64_t mono_ms = 1000000, wall_ms = pair->now_ms;
    rng_seed(&rng, 5);
    HOLD(sync_new(&sync, cache, "http://127.0.0.1:1", NULL, &events, &rng, NULL) == ERR_OK);
    nest_set_clock(wall_ms, mono_ms);
    if (sign_in)
        sync_sign_in(sync, "siti", "secret");
    else
        sync_resume(sync);
    for (int i = 0; i < STEPS_MAX && script.requests < REQUESTS_MAX; i++) {
        sync_step(sync, wall_ms, mono_ms);
        int wait_ms = sync_timeout_ms(sync, mono_ms);
        mono_ms += wait_ms < 0 ? 1000 : wait_ms;
        wall_ms += wait_ms < 0 ? 1000 : wait_ms;
        nest_set_clock(wall_ms, mono_ms);
        if (script.at >= script.end && i > 8)
            break;
    }
    HOLD(utf8_valid(cache_message(cache), strlen(cache_message(cache))));
    sync_free(&sync);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pair *pair = world();
    struct cache *cache = pair->cache[WORLD_STATION];
    char *text = fuzz_text(data, size), *named = world_text(text);
    bool sign_in = str_starts(named, "in\n"), on = str_starts(named, "on\n");
    script.at = sign_in || on ? named + 3 : named;
    if (str_starts(script.at, "%%\n"))
        script.at += 3;
    script.end = named + strlen(named);
    script.requests = 0;
    world_begin();
    char *outbox = world_outbox(cache);
    converse(pair, cache, !on);
    char *after = world_outbox(cache);
    HOLD(strcmp(outbox, after) == 0);
    free(outbox);
    free(after);
    free(world_base(cache)); /* every row can be read */
    world_check_cache(cache);
    world_end();
    free(named);
    free(text);
    return 0;
}
