/* core/hall/courier.c: see courier.h. libcurl is known here alone in the hall.
 *
 * One event at a time for each address, so that they arrive in order; each address by itself, so that one that hangs holds
 * up no other. Nothing is kept here but what is on its way: when this process is killed after an event was received and
 * before that was noted, the event goes out once more (at least once), with the same id. */
#include "core/hall/courier.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/rng.h"
#include "core/hall/beside.h"
#include "core/hall/door.h"

enum {
    LETTERS_MAX = 64,      /* on their way at once */
    IDLE_MS = 1000,        /* between two questions whether there is news */
    SILENT_MS = 10 * 1000, /* then it is said that the hall does not answer */
    CONNECT_MS = 5 * 1000,
    ANSWER_MS =
        15 * 1000, /* then it counts as failed: whoever needs longer answers first and works afterwards */
    ANSWER_BYTES_MAX = 64 * 1024,
    RESOLVED_S = 60,
};

/* One event on its way to one address. */
struct letter {
    CURL *easy; /* NULL: this place is free */
    struct curl_slist *headers;
    char *body;
    char id[32], error[CURL_ERROR_SIZE];
    int64_t seq;
    size_t answered;
};

struct courier {
    const char *data;
    CURLM *multi;
    struct letter letters[LETTERS_MAX];
    struct json *sent, *failed; /* to be told at the next question */
    struct door_call call;      /* the question that is asked; one at a time */
    struct beside *beside;      /* of a hall in PostgreSQL, which is asked in one go; NULL: not reached */
    int64_t asked_ms;
    struct rng rng;
    int lock, signals;
    bool away; /* no loketd serve answers */
    bool stopping;
};

/* --- letters --- */

static size_t take_answer(char *data, size_t size, size_t count, void *ctx)
{
    struct letter *letter = ctx;
    (void)data;
    letter->answered += size * count;
    return letter->answered <= ANSWER_BYTES_MAX ? size * count
                                                : 0; /* nobody reads it: an end to endless ones */
}

static void letter_free(struct courier *courier, struct letter *letter)
{
    if (letter->easy) {
        curl_multi_remove_handle(courier->multi, letter->easy);
        curl_easy_cleanup(letter->easy);
    }
    curl_slist_free_all(letter->headers);
    free(letter->body);
    *letter = (struct letter){0};
}

static void add_header(struct letter *letter, const char *name, const char *value)
{
    char *line = xasprintf("%s: %s", name, value);
    letter->headers = curl_slist_append(letter->headers, line);
    free(line);
}

static void write_headers(struct letter *letter, const struct json *next)
{
    char at[24];
    str_format(at, sizeof at, "%lld", (long long)json_int(next, "at", 0));
    add_header(letter, "Content-Type", "application/cloudevents+json; charset=UTF-8");
    add_header(letter, "webhook-id", json_text_or(next, "event", ""));
    add_header(letter, "webhook-timestamp", at);
    add_header(letter, "webhook-signature", json_text_or(next, "signature", ""));
    add_header(letter, "Expect", ""); /* small bodies: no question beforehand */
}

static void set_options(struct letter *letter, const char *url)
{
    CURL *easy = letter->easy;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2); /* or later */
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, letter->headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "loketd/" LOKET_VERSION);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, letter->body);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(letter->body));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, letter);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, letter->error);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, letter);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, (long)RESOLVED_S);
}

static struct letter *free_place(struct courier *courier)
{
    for (int i = 0; i < LETTERS_MAX; i++)
        if (!courier->letters[i].easy)
            return &courier->letters[i];
    return NULL;
}

static void post(struct courier *courier, const struct json *next)
{
    struct letter *letter = free_place(courier);
    if (!letter)
        return; /* it is told of again */
    *letter = (struct letter){.easy = curl_easy_init(), .seq = json_int(next, "seq", 0)};
    if (!letter->easy)
        return;
    str_copy(letter->id, sizeof letter->id, json_text_or(next, "id", ""));
    letter->body = xstrdup(json_text_or(next, "body", ""));
    write_headers(letter, next);
    set_options(letter, json_text_or(next, "url", ""));
    curl_multi_add_handle(courier->multi, letter->easy);
}

/* --- what came of them --- */

static void note_sent(struct courier *courier, const struct letter *letter)
{
    struct json *one = json_new_object();
    json_set_text(one, "id", letter->id);
    json_set_int(one, "seq", letter->seq);
    json_add(courier->sent, one);
}

/* The receiver's own words are not kept: they may hold anything. */
static void note_failed(struct courier *courier, const struct letter *letter, CURLcode code, long status)
{
    char problem[CURL_ERROR_SIZE + 40];
    struct json *one = json_new_object();
    if (code == CURLE_OK)
        str_format(problem, sizeof problem, "it answers with HTTP status %ld", status);
    else if (letter->answered > ANSWER_BYTES_MAX)
        str_format(problem, sizeof problem, "its answer is longer than %d KiB", ANSWER_BYTES_MAX / 1024);
    else
        str_format(problem, sizeof problem, "%s", *letter->error ? letter->error : curl_easy_strerror(code));
    json_set_text(one, "id", letter->id);
    json_set_text(one, "problem", problem);
    json_set_int(one, "chance", (int64_t)rng_below(&courier->rng, 1000));
    json_add(courier->failed, one);
    log_write(LOG_INFO, "webhook %s: event %lld was not received: %s", letter->id, (long long)letter->seq,
              problem);
}

/* True: something ended. */
static bool take_ended(struct courier *courier)
{
    CURLMsg *message;
    int left;
    bool any = false;
    while ((message = curl_multi_info_read(courier->multi, &left))) {
        struct letter *letter = NULL;
        long status = 0;
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &letter);
        curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        if (code == CURLE_OK && status >= 200 && status < 300)
            note_sent(courier, letter);
        else
            note_failed(courier, letter, code, status);
        letter_free(courier, letter);
        any = true;
    }
    return any;
}

/* --- the hall --- */

static struct json *turn_request(struct courier *courier)
{
    struct json *request = json_new_object(), *busy = json_new_array();
    json_set_text(request, "do", "webhook.turn");
    json_set(request, "sent", json_copy(courier->sent));
    json_set(request, "failed", json_copy(courier->failed));
    for (int i = 0; i < LETTERS_MAX; i++)
        if (courier->letters[i].easy)
            json_add_text(busy, courier->letters[i].id);
    json_set(request, "busy", busy);
    return request;
}

static void forget_told(struct courier *courier)
{
    json_free(&courier->sent);
    json_free(&courier->failed);
    courier->sent = json_new_array();
    courier->failed = json_new_array();
}

static void tell_away(struct courier *courier, bool away, const char *why)
{
    if (away != courier->away)
        log_write(LOG_INFO,
                  away ? "the loketd of %s does not answer, so nothing is sent: %s"
                       : "the loketd of %s answers%s",
                  courier->data, away ? why : "");
    courier->away = away;
}

static void tell_failed(struct courier *courier, const struct err_info *info)
{
    tell_away(courier, true, *info->text ? info->text : "it does not run");
}

static void take_turn(struct courier *courier, enum err err, const struct json *answer,
                      const struct err_info *info)
{
    if (err != ERR_OK) {
        tell_failed(courier, info);
        return;
    }
    tell_away(courier, false, NULL);
    forget_told(courier);
    for (const struct json *next = json_first(json_get(answer, "next")); next; next = json_next(next))
        post(courier, next);
}

/* Whoever delivers at the hall holds a lock of it: a second one waits until the first has gone. */
static enum err reach_hall(struct courier *courier, struct err_info *info)
{
    if (courier->beside && beside_lost(courier->beside))
        beside_close(&courier->beside);
    enum err err = courier->beside ? ERR_OK : beside_open(&courier->beside, courier->data, info);
    if (err == ERR_OK && !beside_delivers(courier->beside))
        err = err_set(info, ERR_IN_USE,
                      "Another loketd deliver works on %s: events would go out in disorder.", courier->data);
    return err;
}

/* A hall in PostgreSQL: here, as one more of those that share it, whether anybody serves it or not. */
static void ask_beside(struct courier *courier, const struct json *request)
{
    struct err_info info = {0};
    struct json *answer = NULL;
    enum err err = reach_hall(courier, &info);
    if (err == ERR_OK)
        err = beside_ask(courier->beside, request, &answer, &info);
    take_turn(courier, err, answer, &info);
    json_free(&answer);
}

/* Tells what came of the letters and asks for new ones. What cannot be told now is told later; until then the hall thinks
 * that those addresses wait for the same event, so they count as busy. */
static void ask_hall(struct courier *courier)
{
    struct err_info info = {0};
    struct json *request = turn_request(courier);
    courier->asked_ms = clock_mono_now_ms();
    if (db_is_address(courier->data))
        ask_beside(courier, request);
    else if (door_call(courier->data, request, &courier->call, &info) != ERR_OK)
        tell_failed(courier, &info);
    json_free(&request);
}

/* A hall that is busy for long, or stands still, is waited for beside the letters. No second question goes out meanwhile:
 * what came of a letter would be told twice. */
static void hear_hall(struct courier *courier)
{
    struct err_info info = {0};
    struct json *answer = NULL;
    enum err err;
    if (!door_call_hear(&courier->call, false, &err, &answer, &info)) {
        if (clock_mono_now_ms() - courier->asked_ms >= SILENT_MS)
            tell_away(courier, true, "it runs, but has not answered for too long");
        return;
    }
    take_turn(courier, err, answer, &info);
    json_free(&answer);
}

/* --- the loop --- */

static void wait_for_news(struct courier *courier)
{
    struct curl_waitfd wanted[] = {{.fd = courier->signals, .events = CURL_WAIT_POLLIN},
                                   {.fd = courier->call.fd, .events = CURL_WAIT_POLLIN}};
    struct signalfd_siginfo came;
    int count;
    curl_multi_poll(courier->multi, wanted, courier->call.fd < 0 ? 1 : 2, IDLE_MS, &count);
    if (read(courier->signals, &came, sizeof came) > 0)
        courier->stopping = true;
}

static bool is_asking(const struct courier *courier)
{
    return courier->call.fd >= 0;
}

/* What ended while a question is asked stands in it as busy: it is taken after the answer. */
static void work(struct courier *courier)
{
    courier->asked_ms = clock_mono_now_ms() - IDLE_MS;
    while (!courier->stopping) {
        int running;
        if (is_asking(courier))
            hear_hall(courier);
        curl_multi_perform(courier->multi, &running);
        if (!is_asking(courier)) {
            bool ended = take_ended(courier);
            if ((ended && !courier->away) || clock_mono_now_ms() - courier->asked_ms >= IDLE_MS)
                ask_hall(courier);
        }
        wait_for_news(courier);
    }
}

/* At an address it is a lock of the hall's: others may run elsewhere. */
static enum err open_lock(struct courier *courier, struct err_info *info)
{
    if (db_is_address(courier->data))
        return reach_hall(courier, info);
    char *path = xasprintf("%s/deliver.lock", courier->data);
    courier->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int number = errno;
    enum err err = ERR_OK;
    if (courier->lock < 0)
        err = err_set(info, err_from_errno(number), "%s cannot be written: %s.", path, strerror(number));
    else if (flock(courier->lock, LOCK_EX | LOCK_NB) != 0)
        err = err_set(info, ERR_IN_USE,
                      "Another loketd deliver works on %s: events would go out in disorder.", courier->data);
    free(path);
    return err;
}

static enum err open_signals(struct courier *courier, struct err_info *info)
{
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    sigprocmask(SIG_BLOCK, &wanted, NULL);
    courier->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    return courier->signals >= 0
               ? ERR_OK
               : err_set(info, ERR_SYSTEM, "loketd deliver cannot listen for signals: %s.", strerror(errno));
}

static void courier_close(struct courier *courier)
{
    for (int i = 0; i < LETTERS_MAX; i++)
        letter_free(courier, &courier->letters[i]);
    if (courier->multi)
        curl_multi_cleanup(courier->multi);
    door_call_end(&courier->call);
    beside_close(&courier->beside);
    json_free(&courier->sent);
    json_free(&courier->failed);
    if (courier->lock >= 0)
        close(courier->lock);
    if (courier->signals >= 0)
        close(courier->signals);
    free(courier);
    curl_global_cleanup();
}

enum err courier_run(const struct hall_options *options, struct err_info *info)
{
    struct courier *courier = xcalloc(1, sizeof *courier);
    courier->data = options->data;
    courier->lock = courier->signals = courier->call.fd = -1;
    forget_told(courier);
    rng_seed(&courier->rng, (uint64_t)clock_mono_now_ms() ^ (uint64_t)getpid() << 32);
    enum err err = log_open(options->log, info);
    if (err == ERR_OK)
        err = open_lock(courier, info);
    if (err == ERR_OK)
        err = open_signals(courier, info);
    if (err == ERR_OK &&
        (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(courier->multi = curl_multi_init())))
        err = err_set(info, ERR_SYSTEM, "There is not enough memory to send anything.");
    if (err == ERR_OK)
        work(courier);
    courier_close(courier);
    return err;
}
