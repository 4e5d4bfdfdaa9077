/* core/hall/api_events.c: GET /v1/events: what an agency's own system reads, by its key. Who waits for news is kept
 * apart from the workstations that wait (polls.h): an agency's system may be slow, far away or stuck, and costs the hall a
 * few bytes meanwhile. */
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/hall/api_partner.h"
#include "core/hall/calls.h"
#include "core/hall/event_waits.h"
#include "core/hall/inside.h"
#include "core/hall/polls.h"
#include "core/hall/writer.h"

enum {
    WAITS_PER_KEY = 2,
    WAITS_MAX = 200,
    NOTED_MS = 60 * 1000, /* how far a reader is, for the administrator's list: that exact */
    ASKS_A_SECOND = 50,   /* of one key; a page takes the hall a millisecond at most */
};

struct wait {
    struct http_request *request;
    struct partner partner;
    int64_t seq, until_ms;
    int limit;
    struct wait *next;
};

struct event_waits {
    struct wait *first;
    int count;
    int64_t seen; /* the newest event of all that the waiting were asked about */
};

struct event_waits *event_waits_new(void)
{
    return xcalloc(1, sizeof(struct event_waits));
}

void event_waits_free(struct event_waits **slot)
{
    while (*slot && (*slot)->first) {
        struct wait *next = (*slot)->first->next;
        free((*slot)->first);
        (*slot)->first = next;
    }
    free(*slot);
    *slot = NULL;
}

/* --- the answer --- */

/* Signed whole, as it goes out: a reader behind a proxy that it does not trust, or who keeps what it was told, can prove
 * who said it. */
static enum err add_signature(struct hall *hall, struct http_request *request, const char *id,
                              const struct buf *body)
{
    char signature[PARTNER_SIGNATURE], at[24];
    int64_t now_s = hall->wall_ms / 1000;
    enum err err = partner_sign(hall->db, id, now_s, buf_text(body), body->length, signature);
    if (err != ERR_OK)
        return err;
    str_format(at, sizeof at, "%lld", (long long)now_s);
    http_add_header(request, "webhook-id", id);
    http_add_header(request, "webhook-timestamp", at);
    http_add_header(request, "webhook-signature", signature);
    return ERR_OK;
}

static enum err write_page(struct hall *hall, const char *agency, int64_t seq, int limit, struct buf *body,
                           struct events_page *page)
{
    char next[CURSOR_TEXT], now[TIME_TEXT];
    buf_addf(body, "{\"epoch\":%lld,\"events\":[", (long long)hall->epoch);
    enum err err = events_page(hall->db, agency, seq, limit, body, page);
    cursor_print(&(struct cursor){hall->epoch, page->to}, next);
    time_text(hall->wall_ms, now);
    buf_addf(body, "],\"next\":\"%s\",\"more\":%s,\"server_time\":\"%s\"}", next,
             page->more ? "true" : "false", now);
    return err;
}

static void answer_page(struct hall *hall, struct http_request *request, const char *agency, int64_t seq,
                        int limit)
{
    struct buf body = {0};
    struct events_page page;
    char id[100];
    enum err err = write_page(hall, agency, seq, limit, &body, &page);
    str_format(id, sizeof id, "page-%lld-%lld-%lld", (long long)hall->epoch, (long long)seq,
               (long long)page.to);
    if (err == ERR_OK)
        err = add_signature(hall, request, id, &body);
    if (err == ERR_OK)
        api_answer(hall, request, 200, "application/json", buf_text(&body), body.length);
    else
        api_store_failed(hall, request, err);
    buf_free(&body);
}

/* --- who waits --- */

static int count_waits(struct hall *hall, const char *id)
{
    int count = 0;
    for (struct wait *wait = hall->event_waits->first; wait; wait = wait->next) {
        if (!str_equal(wait->partner.id, id))
            continue;
        if (http_alive(wait->request))
            count++;
        else
            wait->until_ms = hall->mono_ms; /* its connection is gone: the next turn ends it */
    }
    return count;
}

static void park(struct hall *hall, struct http_request *request, const struct partner *partner, int64_t seq,
                 int limit, int64_t wait_s)
{
    struct event_waits *waits = hall->event_waits;
    bool twice = count_waits(hall, partner->id) >= WAITS_PER_KEY;
    if (twice || waits->count >= WAITS_MAX) {
        http_add_header(request, "Retry-After", twice ? "1" : "20");
        api_error(hall, request, 429, "too_many_polls", "wait",
                  twice ? "This key already waits twice. Let one of them be answered first."
                        : "As many agencies' systems wait as the hall lets in. Ask again later, or without "
                          "\"wait\".");
        return;
    }
    struct wait *wait = xcalloc(1, sizeof *wait);
    *wait = (struct wait){.request = request,
                          .partner = *partner,
                          .seq = seq,
                          .until_ms = hall->mono_ms + wait_s * 1000,
                          .limit = limit,
                          .next = waits->first};
    waits->first = wait;
    waits->count++;
}

/* A key that was revoked while its owner waited is told so. */
static void answer_wait(struct hall *hall, struct wait *wait)
{
    bool valid = false;
    enum err err = partner_is_valid(hall->db, wait->partner.id, &valid);
    if (err != ERR_OK)
        api_store_failed(hall, wait->request, err);
    else if (!valid)
        api_no_key(hall, wait->request);
    else
        answer_page(hall, wait->request, wait->partner.agency, wait->seq, wait->limit);
}

static bool is_due(struct hall *hall, const struct wait *wait, bool news)
{
    bool waiting = false;
    if (hall->stopping || wait->until_ms <= hall->mono_ms)
        return true;
    return news && (events_waiting(hall->db, wait->partner.agency, wait->seq, &waiting) != ERR_OK || waiting);
}

void event_waits_wake(struct hall *hall)
{
    struct event_waits *waits = hall->event_waits;
    int64_t last = waits->seen;
    if (!waits->first)
        return;
    bool news = events_last(hall->db, &last) != ERR_OK || last != waits->seen;
    waits->seen = last;
    for (struct wait **at = &waits->first; *at;) {
        struct wait *wait = *at;
        if (!is_due(hall, wait, news)) {
            at = &wait->next;
            continue;
        }
        *at = wait->next;
        waits->count--;
        answer_wait(hall, wait);
        free(wait);
    }
}

int event_waits_timeout_ms(const struct hall *hall)
{
    int64_t until_ms = hall->mono_ms + POLL_WAIT_MAX_S * 1000LL;
    if (!hall->event_waits->first)
        return -1;
    for (const struct wait *wait = hall->event_waits->first; wait; wait = wait->next)
        if (wait->until_ms < until_ms)
            until_ms = wait->until_ms;
    return until_ms > hall->mono_ms ? (int)(until_ms - hall->mono_ms) : 0;
}

/* --- how far a reader is --- */

struct heard {
    struct partner partner;
    struct cursor at;
};

static enum err run_heard(void *ctx, const struct server_env *env)
{
    struct heard *heard = ctx;
    return partner_received(env->db, heard->partner.id, &heard->at, env->now_ms);
}

static void heard_done(void *ctx, enum err err)
{
    if (err != ERR_OK)
        log_write(LOG_WARN, "how far an agency's system has read could not be noted: %s", err_text(err));
    free(ctx);
}

/* Not at every question: each would be a write of the hall. */
static void note_heard(struct hall *hall, const struct partner *partner, int64_t seq)
{
    int64_t since_ms = hall->wall_ms - partner->asked_ms;
    if (hall->full || (partner->asked_ms >= 0 && since_ms >= 0 && since_ms < NOTED_MS))
        return;
    struct heard *heard = xcalloc(1, sizeof *heard);
    *heard = (struct heard){.partner = *partner, .at = {hall->epoch, seq}};
    writer_add(hall->writer, run_heard, heard_done, heard);
}

/* --- the call --- */

static void answer_place(struct hall *hall, struct http_request *request, enum place place,
                         const struct cursor *resume)
{
    char next[CURSOR_TEXT];
    struct json *body =
        place == PLACE_RESTORED
            ? error_body("epoch_changed", "after",
                         "The hall was restored from a backup: events after \"resume\" are taken back, and "
                         "come again as far as they are recorded again. Go on from \"resume\".")
            : error_body(
                  "cursor_ahead", "after",
                  "The hall has told nothing that new. Is \"after\" of another hall? Tell an administrator.");
    cursor_print(resume, next);
    if (place == PLACE_RESTORED)
        json_set_text(json_edit(body, "error"), "resume", next);
    api_answer_json(hall, request, 409, body);
    json_free(&body);
}

/* True: the request goes on from *seq; else it is answered. */
static bool read_after(struct hall *hall, struct http_request *request, int64_t *seq)
{
    const char *after = http_query(request, "after");
    struct cursor at = {hall->epoch, 0}, resume;
    enum place place;
    if (!str_empty(after) && !cursor_read(after, &at)) {
        api_error(hall, request, 400, "invalid_query", "after",
                  "\"after\" is the \"next\" of the page before; without it, all events from the first on.");
        return false;
    }
    enum err err = events_place(hall->db, hall->epoch, &at, &place, &resume);
    if (err != ERR_OK)
        api_store_failed(hall, request, err);
    else if (place != PLACE_GOOD)
        answer_place(hall, request, place, &resume);
    *seq = resume.seq;
    return err == ERR_OK && place == PLACE_GOOD;
}

void call_events(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct partner partner;
    int64_t seq, limit, wait_s;
    bool waiting = true;
    (void)actor; /* nobody signs in here */
    if (!api_partner(hall, request, PARTNER_READS, ASKS_A_SECOND, &partner) ||
        !api_query_int(hall, request, "limit", 1, EVENTS_MAX, EVENTS_USUAL, &limit) ||
        !api_query_int(hall, request, "wait", 0, INT32_MAX, 0, &wait_s) || !read_after(hall, request, &seq))
        return;
    wait_s = wait_s > POLL_WAIT_MAX_S ? POLL_WAIT_MAX_S : wait_s;
    note_heard(hall, &partner, seq);
    if (wait_s > 0 && !hall->stopping && events_waiting(hall->db, partner.agency, seq, &waiting) == ERR_OK &&
        !waiting)
        park(hall, request, &partner, seq, (int)limit, wait_s);
    else
        answer_page(hall, request, partner.agency, seq, (int)limit);
}
