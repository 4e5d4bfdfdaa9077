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

/* Answers made in this wake: whoever stands at the same cursor and sees the same gets the same one. */
struct shared {
    int64_t cursor;
    unsigned roles;
    const char *agency;         /* of a poll that is answered in this very wake */
    const char *user;           /* NULL: the text holds nothing that this one person alone may see */
    struct http_shared *answer; /* NULL: the place is free */
};

struct polls {
    struct poll **list;
    struct poll *buckets[LIKE_IT][BUCKETS];
    int count, capacity;
    bool more;                   /* some whom the last wake concerns were left for the next turn */
    bool behind;                 /* somebody may wait who has not all that the last wake told */
    int64_t woken_ms, woken_rev; /* monotonic */
    int64_t ahead_ms;            /* until when the wakes so far would have lasted, had each had its pause */
    int64_t due_ms;              /* the first of those who wait has waited long enough then, or later */
    struct shared shared[SHARED_MAX];
    int shared_count;
};

struct polls *polls_new(void)
{
    return xcalloc(1, sizeof(struct polls));
}

/* They point into polls that are answered. */
static void forget_shared(struct polls *polls)
{
    while (polls->shared_count > 0)
        http_shared_free(&polls->shared[--polls->shared_count].answer);
}

void polls_free(struct polls **slot)
{
    struct polls *polls = *slot;
    if (!polls)
        return;
    for (int i = 0; i < polls->count; i++)
        free(polls->list[i]);
    forget_shared(polls);
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
static struct shared *shared_keep(struct polls *polls, const struct shared *made)
{
    if (polls->shared_count == SHARED_MAX)
        http_shared_free(&polls->shared[--polls->shared_count].answer);
    struct shared *shared = &polls->shared[polls->shared_count++];
    *shared = *made;
    return shared;
}

static enum err shared_make(struct hall *hall, const struct poll *poll, struct shared **out)
{
    struct shared made = {.cursor = poll->cursor,
                          .roles = poll->actor.roles,
                          .agency = poll->actor.agency,
                          .user = poll->actor.user};
    struct buf text = {0};
    int64_t to;
    enum err err =
        reads_feed(hall->reads, &poll->actor, &hall->state, poll->cursor, hall->wall_ms, &text, &to);
    if (err == ERR_OK) {
        if (!reads_personal(hall->reads, poll->cursor, to))
            made.user = NULL;
        made.answer = http_shared_new(200, "application/json", &text);
        *out = shared_keep(hall->polls, &made);
    }
    buf_free(&text);
    return err;
}

static void answer(struct hall *hall, const struct poll *poll)
{
    if (training_cuts(hall, &poll->actor)) {
        http_drop(poll->request);
        return;
    }
    struct shared *shared = shared_find(hall->polls, poll);
    enum err err = shared ? ERR_OK : shared_make(hall, poll, &shared);
    if (err == ERR_OK)
        api_answer_shared(hall, poll->request, 200, shared->answer);
    else
        api_store_failed(hall, poll->request, err);
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
    if (polls->count == 0 || poll->until_ms < polls->due_ms)
        polls->due_ms = poll->until_ms;
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
        else /* the next wake ends it */
            poll->until_ms = hall->polls->due_ms = hall->mono_ms;
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
    hall->polls->behind |= cursor < hall->state.rev;
    if (wait_s > 0 &&
        !hall->stopping) /* whoever is behind is answered with the others, at the end of this turn */
        return;
    hall->polls->count--;
    answer(hall, poll);
    forget_shared(hall->polls);
    release(hall->polls, poll);
}

/* --- waking --- */

static bool concerned(const struct hall *hall, const struct poll *poll)
{
    return poll->cursor < hall->state.rev || poll->until_ms <= hall->mono_ms || hall->stopping;
}

/* Telling takes its time of each who waits, and whoever is told asks again: the more there are, the longer news are gathered. */
static int pause_ms(const struct polls *polls)
{
    int ms = WAKE_PAUSE_MS + polls->count / WAKE_POLLS_A_MS;
    return ms < WAKE_PAUSE_MAX_MS ? ms : WAKE_PAUSE_MAX_MS;
}

/* When news may be told: at once where there are few, a pause apart where one change follows the other. */
static int64_t news_ms(const struct polls *polls)
{
    int64_t soonest_ms = polls->woken_ms + WAKE_PAUSE_MS,
            ms = polls->ahead_ms - WAKES_IN_A_ROW * (int64_t)pause_ms(polls);
    return ms > soonest_ms ? ms : soonest_ms;
}

static bool has_news(const struct hall *hall)
{
    return hall->state.rev != hall->polls->woken_rev;
}

/* Whether a look at all who wait would find somebody. */
static bool is_due(const struct hall *hall)
{
    const struct polls *polls = hall->polls;
    if (polls->count == 0)
        return false;
    /* Whoever has waited long enough waits for no news: polls_timeout_ms asks for this very turn. */
    if (hall->stopping || polls->more || polls->due_ms <= hall->mono_ms)
        return true;
    return has_news(hall) ? hall->mono_ms >= news_ms(polls) : polls->behind;
}

static void note_wake(struct hall *hall)
{
    struct polls *polls = hall->polls;
    if (has_news(hall)) {
        polls->woken_ms = hall->mono_ms;
        polls->ahead_ms =
            (polls->ahead_ms > hall->mono_ms ? polls->ahead_ms : hall->mono_ms) + pause_ms(polls);
    }
    polls->woken_rev = hall->state.rev;
}

/* Those whom it does not concern stay in front. */
static void note_left(struct polls *polls, int left)
{
    polls->due_ms = INT64_MAX;
    for (int i = 0; i < left; i++)
        if (polls->list[i]->until_ms < polls->due_ms)
            polls->due_ms = polls->list[i]->until_ms;
}

void polls_wake(struct hall *hall)
{
    struct polls *polls = hall->polls;
    int at = 0, waiting = polls->count, most = hall->stopping ? polls->count : WAKE_AT_ONCE;
    if (!is_due(hall))
        return;
    note_wake(hall);
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
    polls->more = polls->behind = at < waiting;
    forget_shared(polls);
    note_left(polls, waiting);
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
    if (polls->count == 0)
        return -1;
    if (polls->more)
        return 0;
    int64_t until_ms = has_news(hall) ? news_ms(polls) : polls->behind ? hall->mono_ms : INT64_MAX;
    if (polls->due_ms < until_ms)
        until_ms = polls->due_ms;
    int64_t left_ms = until_ms - hall->mono_ms;
    return left_ms <= 0 ? 0 : left_ms < POLL_WAIT_MAX_S * 1000 ? (int)left_ms : POLL_WAIT_MAX_S * 1000;
}
