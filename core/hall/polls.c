/* core/hall/polls.c: see polls.h. */
#include "core/hall/polls.h"

#include <stdlib.h>

#include "core/hall/api.h"
#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/tokens.h"
#include "core/hall/training.h"

enum { SHARED_MAX = 64, BUCKETS = 4096 };

/* Who waits is found by the workstation and by the account. */
enum like { SAME_CLIENT, SAME_ACCOUNT, LIKE_IT };

struct poll {
    struct http_request *request;
    struct actor actor;
    uint64_t client_key; /* of actor.client: compared first, as identities made together look alike */
    struct poll *next_of[LIKE_IT]; /* in its bucket */
    int64_t cursor, until_ms;
};

/* Answers printed in this wake: whoever stands at the same cursor and sees the same gets the same text. */
struct shared {
    int64_t cursor;
    unsigned roles;
    const char *agency; /* of a poll that is answered in this very wake */
    const char *user;   /* NULL: the text holds nothing that this one person alone may see */
    struct buf text;
};

struct polls {
    struct poll **list;
    struct poll *buckets[LIKE_IT][BUCKETS];
    int count, capacity;
    bool more;        /* some whom the last wake concerns were left for the next turn */
    int64_t woken_ms; /* monotonic */
    int64_t woken_rev;
    struct shared shared[SHARED_MAX];
    int shared_count;
};

struct polls *polls_new(void)
{
    return xcalloc(1, sizeof(struct polls));
}

void polls_free(struct polls **slot)
{
    struct polls *polls = *slot;
    if (!polls)
        return;
    for (int i = 0; i < polls->count; i++)
        free(polls->list[i]);
    for (int i = 0; i < SHARED_MAX; i++)
        buf_free(&polls->shared[i].text);
    free(polls->list);
    free(polls);
    *slot = NULL;
}

int polls_count(const struct polls *polls)
{
    return polls->count;
}

/* --- answers --- */

static bool fits(const struct shared *shared, const struct poll *poll)
{
    return shared->cursor == poll->cursor && shared->roles == poll->actor.roles &&
           str_equal(shared->agency, poll->actor.agency) &&
           (!shared->user || str_equal(shared->user, poll->actor.user));
}

static struct shared *shared_find(struct polls *polls, const struct poll *poll)
{
    for (int i = 0; i < polls->shared_count; i++)
        if (fits(&polls->shared[i], poll))
            return &polls->shared[i];
    return NULL;
}

/* When there are more kinds of readers than places the last place is used again and again. */
static struct shared *shared_make(struct polls *polls, const struct poll *poll)
{
    if (polls->shared_count < SHARED_MAX)
        polls->shared_count++;
    struct shared *shared = &polls->shared[polls->shared_count - 1];
    buf_clear(&shared->text);
    shared->cursor = poll->cursor;
    shared->roles = poll->actor.roles;
    shared->agency = poll->actor.agency;
    shared->user = poll->actor.user;
    return shared;
}

static void answer(struct hall *hall, const struct poll *poll)
{
    if (training_cuts(hall, &poll->actor)) {
        http_drop(poll->request);
        return;
    }
    struct shared *shared = shared_find(hall->polls, poll);
    if (!shared) {
        int64_t to;
        shared = shared_make(hall->polls, poll);
        enum err err = reads_feed(hall->reads, &poll->actor, &hall->state, poll->cursor, hall->wall_ms,
                                  &shared->text, &to);
        if (err != ERR_OK) {
            hall->polls->shared_count--;
            api_store_failed(hall, poll->request, err);
            return;
        }
        if (!reads_personal(hall->reads, poll->cursor, to))
            shared->user = NULL;
    }
    api_answer(hall, poll->request, 200, "application/json", buf_text(&shared->text), shared->text.length);
}

/* --- parking --- */

static uint64_t key_of(const char *client)
{
    uint64_t key = 0xcbf29ce484222325; /* FNV-1a */
    for (; *client; client++)
        key = (key ^ (unsigned char)*client) * 0x100000001b3;
    return key;
}

static struct poll **bucket_of(struct polls *polls, const struct poll *poll, enum like like)
{
    uint64_t key = like == SAME_CLIENT ? poll->client_key : key_of(poll->actor.user);
    return &polls->buckets[like][(key ^ key >> 32) % BUCKETS];
}

static void add(struct polls *polls, struct poll *poll)
{
    if (polls->count == polls->capacity) {
        polls->capacity = polls->capacity ? polls->capacity * 2 : 64;
        polls->list = xrealloc(polls->list, sizeof *polls->list * (size_t)polls->capacity);
    }
    polls->list[polls->count++] = poll;
    for (enum like like = 0; like < LIKE_IT; like++) {
        struct poll **bucket = bucket_of(polls, poll, like);
        poll->next_of[like] = *bucket;
        *bucket = poll;
    }
}

/* It stands in the list no more. */
static void release(struct polls *polls, struct poll *poll)
{
    for (enum like like = 0; like < LIKE_IT; like++) {
        struct poll **at = bucket_of(polls, poll, like);
        while (*at != poll)
            at = &(*at)->next_of[like];
        *at = poll->next_of[like];
    }
    free(poll);
}

/* How many of a client wait; one whose connection is gone is let go, so that a client that lost its network
 * can come back at once. */
static int count_client(struct hall *hall, const struct poll *like)
{
    int count = 0;
    struct poll *poll = *bucket_of(hall->polls, like, SAME_CLIENT);
    for (; poll; poll = poll->next_of[SAME_CLIENT]) {
        if (poll->client_key != like->client_key || !str_equal(poll->actor.client, like->actor.client))
            continue;
        if (http_alive(poll->request))
            count++;
        else
            poll->until_ms = hall->mono_ms; /* the next wake ends it */
    }
    return count;
}

static int count_account(struct polls *polls, const struct poll *like)
{
    int count = 0;
    struct poll *poll = *bucket_of(polls, like, SAME_ACCOUNT);
    for (; poll; poll = poll->next_of[SAME_ACCOUNT])
        count += str_equal(poll->actor.user, like->actor.user);
    return count;
}

/* True: it is answered, as enough of it wait. */
static bool too_many(struct hall *hall, const struct poll *poll)
{
    bool of_client = count_client(hall, poll) >= POLLS_PER_CLIENT;
    if (!of_client && count_account(hall->polls, poll) < POLLS_PER_ACCOUNT)
        return false;
    http_add_header(poll->request, "Retry-After", of_client ? "1" : "20");
    api_error(hall, poll->request, 429, "too_many_polls", "wait",
              of_client ? "This installation already waits twice. Let one of them be answered first."
                        : "This account waits at as many workstations as one may. Sign out at some of them.");
    return true;
}

void polls_ask(struct hall *hall, struct http_request *request, const struct actor *actor, int64_t cursor,
               int wait_s)
{
    wait_s = training_wait_s(hall, wait_s);
    struct poll *poll = xcalloc(1, sizeof *poll);
    *poll = (struct poll){.request = request,
                          .actor = *actor,
                          .client_key = key_of(actor->client),
                          .cursor = cursor,
                          .until_ms = hall->mono_ms + wait_s * 1000LL};
    if (wait_s > 0 && too_many(hall, poll)) {
        free(poll);
        return;
    }
    add(hall->polls, poll); /* first the waiter, then the rev: nothing can happen in between unseen */
    if (cursor >= hall->state.rev && wait_s > 0 && !hall->stopping)
        return;
    hall->polls->count--;
    hall->polls->shared_count = 0;
    answer(hall, poll);
    hall->polls->shared_count = 0; /* it pointed into the poll */
    release(hall->polls, poll);
}

/* --- waking --- */

static bool concerned(const struct hall *hall, const struct poll *poll)
{
    return poll->cursor < hall->state.rev || poll->until_ms <= hall->mono_ms || hall->stopping;
}

static bool pauses(const struct hall *hall)
{
    return hall->state.rev != hall->polls->woken_rev &&
           hall->mono_ms - hall->polls->woken_ms < WAKE_PAUSE_MS && !hall->stopping;
}

void polls_wake(struct hall *hall)
{
    struct polls *polls = hall->polls;
    int at = 0, waiting = polls->count, most = hall->stopping ? polls->count : WAKE_AT_ONCE;
    if (polls->count == 0 || (pauses(hall) && !polls->more))
        return;
    if (hall->state.rev != polls->woken_rev)
        polls->woken_ms = hall->mono_ms;
    polls->woken_rev = hall->state.rev;
    while (at < waiting) {
        struct poll *poll = polls->list[at];
        if (!concerned(hall, poll)) {
            at++;
            continue;
        }
        if (polls->count - waiting == most)
            break;
        answer(hall, poll);
        polls->list[at] = polls->list[--waiting];
        polls->list[waiting] = poll; /* freed last: shared texts point into it until all are answered */
    }
    polls->more = at < waiting;
    polls->shared_count = 0;
    while (polls->count > waiting)
        release(polls, polls->list[--polls->count]);
}

/* A store that cannot say it now says so to the next request. */
static bool still_signed_in(struct hall *hall, const struct poll *poll)
{
    struct actor actor;
    const char *token = call_token(poll->request);
    return !token || tokens_actor(hall, token, &actor) != ERR_ABSENT;
}

void polls_user_changed(struct hall *hall, const struct json *row)
{
    struct polls *polls = hall->polls;
    for (int i = polls->count - 1; i >= 0; i--) {
        struct poll *poll = polls->list[i];
        char client[UUID_TEXT];
        if (!str_equal(poll->actor.user, json_text(row, "id")))
            continue;
        str_copy(client, sizeof client, poll->actor.client);
        actor_read(row, client, &poll->actor);
        if (json_bool(row, "active", true) && still_signed_in(hall, poll))
            continue;
        if (json_bool(row, "active", true))
            api_session_ended(hall, poll->request);
        else
            api_disabled(hall, poll->request);
        polls->list[i] = polls->list[--polls->count];
        release(polls, poll);
    }
}

int polls_timeout_ms(const struct hall *hall)
{
    const struct polls *polls = hall->polls;
    int64_t until_ms = hall->mono_ms + POLL_WAIT_MAX_S * 1000LL;
    if (polls->count == 0)
        return -1;
    if (polls->more)
        return 0;
    for (int i = 0; i < polls->count; i++)
        if (polls->list[i]->until_ms < until_ms)
            until_ms = polls->list[i]->until_ms;
    if (polls->woken_rev != hall->state.rev && polls->woken_ms + WAKE_PAUSE_MS < until_ms)
        until_ms = polls->woken_ms + WAKE_PAUSE_MS;
    return until_ms > hall->mono_ms ? (int)(until_ms - hall->mono_ms) : 0;
}
