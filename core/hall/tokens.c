/* core/hall/tokens.c: see tokens.h. */
#include "core/hall/tokens.h"

#include <stdlib.h>

#include "core/base/crypto.h"
#include "core/base/log.h"
#include "core/hall/account_rules.h"
#include "core/hall/inside.h"
#include "core/hall/writer.h"

enum {
    PLACES = 16384, /* of as many as are connected at most (crowd.h), nearly all */
    FRESH_MS = 60 * 1000,
    SURE_MS = 1000, /* who signs out at another loketd is out here by then */
};

enum {
    MINUTE_MS = 60 * 1000,
    BEHIND = 6, /* of the idle time, one in so many: that the row may be behind, so that few are written … */
    BEHIND_MS = 10 * MINUTE_MS, /* … and never by more, whatever the policy is by then */
};

/* One place a hash; two tokens that meet push each other out and are merely looked up again. */
struct tokens {
    struct known {
        char token[TOKEN_TEXT];
        int64_t read_ms, sure_ms, asked_ms; /* monotonic; sure: that it had not ended elsewhere */
        int64_t used_ms,
            written_ms; /* by the hall's session_ms: when it was used, and what of that the row has */
        struct actor actor;
    } * places[PLACES];
    int64_t idle_ms, idle_read_ms; /* the policy, and when it was read (monotonic); 0: not yet */
    int64_t idle_before_ms;        /* what it was until then: what was over by it is over */
    int64_t swept_ms;              /* monotonic: when those that are over were looked for */
    int64_t made_sure_ms;          /* monotonic: when all that come again were asked after */
};

struct tokens *tokens_new(void)
{
    return xcalloc(1, sizeof(struct tokens));
}

static void forget(struct known **place)
{
    if (*place)
        secret_wipe(*place, sizeof **place);
    free(*place);
    *place = NULL;
}

void tokens_clear(struct tokens *tokens)
{
    for (int i = 0; i < PLACES; i++)
        forget(&tokens->places[i]);
    tokens->idle_read_ms = 0;
}

void tokens_free(struct tokens **slot)
{
    if (*slot)
        tokens_clear(*slot);
    free(*slot);
    *slot = NULL;
}

static struct known **place_of(struct tokens *tokens, const char *token)
{
    uint64_t key = 0xcbf29ce484222325; /* FNV-1a; tokens are random, so any hash is fair */
    for (; *token; token++)
        key = (key ^ (unsigned char)*token) * 0x100000001b3;
    return &tokens->places[key % PLACES];
}

bool tokens_known(struct hall *hall, const char *token, struct actor *actor)
{
    struct known *known = *place_of(hall->tokens, token);
    if (!known || !str_equal(known->token, token) || hall->mono_ms - known->read_ms >= FRESH_MS ||
        (hall->others && hall->mono_ms - known->sure_ms >= SURE_MS))
        return false;
    known->asked_ms = hall->mono_ms;
    *actor = known->actor;
    return true;
}

/* --- sign-outs at others who serve the hall --- */

static bool asked_lately(const struct hall *hall, const struct known *known)
{
    return known && hall->mono_ms - known->asked_ms <= 2 * SURE_MS &&
           hall->mono_ms - known->read_ms < FRESH_MS;
}

/* Only for one that is known, and once in a while: else tokens that push each other out, or anybody's made-up one, would have all
 * asked after each time. The others are looked up, each alone. */
static bool is_to_make_sure(const struct hall *hall, const struct known *known, const char *token)
{
    return hall->others && asked_lately(hall, known) && str_equal(known->token, token) &&
           hall->mono_ms - hall->tokens->made_sure_ms >= SURE_MS;
}

static void still_there(void *ctx, const char *token)
{
    struct hall *hall = ctx;
    struct known *known = *place_of(hall->tokens, token);
    if (known && str_equal(known->token, token))
        known->sure_ms = hall->mono_ms;
}

/* One question for all that come again and again: a question for each, a second, is more than all else that a poll costs. */
static enum err make_sure(struct hall *hall)
{
    const char **asked = xcalloc(PLACES, sizeof *asked);
    size_t count = 0;
    for (int i = 0; i < PLACES; i++)
        if (asked_lately(hall, hall->tokens->places[i]))
            asked[count++] = hall->tokens->places[i]->token;
    hall->tokens->made_sure_ms = hall->mono_ms;
    enum err err = session_still_there(hall->db, asked, count, hall->session_ms, still_there, hall);
    free(asked);
    return err;
}

/* --- idle ones --- */

/* While a group of writes is open what was read last counts. */
static int64_t idle_ms(struct hall *hall)
{
    struct tokens *tokens = hall->tokens;
    struct json *row = NULL;
    if (hall->which.kind == HALL_TRAINING)
        return 0;
    if (hall->grouping || (tokens->idle_read_ms && hall->mono_ms - tokens->idle_read_ms < FRESH_MS))
        return tokens->idle_ms;
    if (store_hall(hall->db, &row) == ERR_OK) { /* else the next request tells of it */
        tokens->idle_before_ms = tokens->idle_ms;
        tokens->idle_ms = (int64_t)account_idle_minutes(row) * MINUTE_MS;
        tokens->idle_read_ms = hall->mono_ms ? hall->mono_ms : 1;
    }
    json_free(&row);
    return tokens->idle_ms;
}

/* The time before which whoever was used last is over; 0: nobody is. */
static int64_t over_before_ms(struct hall *hall)
{
    int64_t most_ms = idle_ms(hall), before_ms = hall->tokens->idle_before_ms;
    if (before_ms > 0 && (most_ms == 0 || before_ms < most_ms))
        most_ms = before_ms;
    return most_ms > 0 ? hall->session_ms - most_ms - most_ms / BEHIND : 0;
}

static bool was_idle(struct hall *hall, int64_t used_ms)
{
    return used_ms > 0 && used_ms < over_before_ms(hall);
}

struct use {
    int64_t used_ms;
    char token[TOKEN_TEXT];
};

static enum err run_use(void *ctx, const struct server_env *env)
{
    const struct use *use = ctx;
    return session_use(env->db, use->token, use->used_ms);
}

/* One that was not written counts here all the same, and the next is. */
static void use_done(void *ctx, enum err err)
{
    if (err != ERR_OK)
        log_write(LOG_WARN, "when a sign-in was used could not be kept: %s", err_text(err));
    secret_wipe(ctx, sizeof(struct use));
    free(ctx);
}

void tokens_used(struct hall *hall, const char *token, int64_t idle_s)
{
    struct known *known = *place_of(hall->tokens, token);
    int64_t used_ms = hall->session_ms - idle_s * 1000, most_ms = idle_ms(hall);
    if (!known || !str_equal(known->token, token) || used_ms <= known->used_ms)
        return;
    known->used_ms = used_ms;
    int64_t behind_ms = most_ms > 0 && most_ms / BEHIND < BEHIND_MS ? most_ms / BEHIND : BEHIND_MS;
    if (used_ms - known->written_ms < behind_ms)
        return;
    known->written_ms = used_ms;
    struct use *use = xcalloc(1, sizeof *use);
    use->used_ms = used_ms;
    str_copy(use->token, sizeof use->token, token);
    writer_add(hall->writer, run_use, use_done, use);
}

/* What could not be removed is refused all the same, and removed a minute later. */
static void end_done(void *ctx, enum err err)
{
    if (err != ERR_OK)
        log_write(LOG_WARN, "sign-ins that nobody used could not be removed: %s", err_text(err));
    secret_wipe(ctx, sizeof(struct use));
    free(ctx);
}

static enum err run_sweep(void *ctx, const struct server_env *env)
{
    return session_remove_all_idle(env->db, ((const struct use *)ctx)->used_ms);
}

/* What is over is over for good, whoever comes back or not: looked for once a minute, so that no policy of later finds any, nor
 * another loketd whose clock is behind. By the rows alone, which are behind by BEHIND_MS at most of who is at work. */
static void sweep(struct hall *hall)
{
    struct tokens *tokens = hall->tokens;
    bool any = false;
    int64_t last_ms = over_before_ms(hall), over_ms = last_ms - BEHIND_MS;
    if (last_ms <= 0 || hall->grouping || (tokens->swept_ms && hall->mono_ms - tokens->swept_ms < FRESH_MS))
        return;
    tokens->swept_ms = hall->mono_ms ? hall->mono_ms : 1;
    if (session_any_idle(hall->db, over_ms, &any) != ERR_OK || !any)
        return;
    struct use *use = xcalloc(1, sizeof *use);
    use->used_ms = over_ms;
    writer_add(hall->writer, run_sweep, end_done, use);
}

/* --- looking one up --- */

static void know(struct known **place, int64_t written_ms, int64_t used_ms)
{
    if (!*place)
        *place = xcalloc(1, sizeof **place);
    (*place)->written_ms = written_ms;
    (*place)->used_ms = used_ms;
}

enum err tokens_actor(struct hall *hall, const char *token, struct actor *actor)
{
    struct known **place = place_of(hall->tokens, token);
    int64_t written_ms, used_ms;
    enum err err = ERR_OK;
    if (tokens_known(hall, token, actor))
        return ERR_OK;
    sweep(hall);
    if (is_to_make_sure(hall, *place, token))
        err = make_sure(hall);
    if (err != ERR_OK || tokens_known(hall, token, actor))
        return err;
    err = session_look(hall->db, token, hall->session_ms, actor, &written_ms);
    if (err != ERR_OK)
        return err;
    used_ms = *place && str_equal((*place)->token, token) && (*place)->used_ms > written_ms
                  ? (*place)->used_ms
                  : written_ms;
    if (was_idle(hall, used_ms))
        return ERR_ABSENT;
    know(place, written_ms, used_ms);
    (*place)->read_ms = (*place)->sure_ms = (*place)->asked_ms = hall->mono_ms;
    (*place)->actor = *actor;
    if (!str_copy((*place)->token, sizeof(*place)->token, token))
        forget(place); /* longer than a token can be */
    return ERR_OK;
}

void tokens_forget(struct tokens *tokens, const char *token)
{
    struct known **place = place_of(tokens, token);
    if (*place && str_equal((*place)->token, token))
        forget(place);
}
