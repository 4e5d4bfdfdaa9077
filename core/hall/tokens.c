/* core/hall/tokens.c: see tokens.h. */
#include "core/hall/tokens.h"

#include <stdlib.h>

#include "core/base/crypto.h"
#include "core/hall/inside.h"

enum {
    PLACES = 2048,
    FRESH_MS = 60 * 1000,
    FRESH_AMONG_OTHERS_MS = 1000, /* who signs out at another loketd is out here by then */
};

/* One place a hash; two tokens that meet push each other out and are merely looked up again. */
struct tokens {
    struct known {
        char token[TOKEN_TEXT];
        int64_t read_ms; /* monotonic */
        struct actor actor;
    } * places[PLACES];
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
    const struct known *known = *place_of(hall->tokens, token);
    int64_t fresh_ms = hall->others ? FRESH_AMONG_OTHERS_MS : FRESH_MS;
    if (!known || !str_equal(known->token, token) || hall->mono_ms - known->read_ms >= fresh_ms)
        return false;
    *actor = known->actor;
    return true;
}

enum err tokens_actor(struct hall *hall, const char *token, struct actor *actor)
{
    struct known **place = place_of(hall->tokens, token);
    if (tokens_known(hall, token, actor))
        return ERR_OK;
    enum err err = session_actor(hall->db, token, hall->session_ms, actor);
    if (err != ERR_OK)
        return err;
    if (!*place)
        *place = xcalloc(1, sizeof **place);
    (*place)->read_ms = hall->mono_ms;
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
