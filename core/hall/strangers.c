/* core/hall/strangers.c: see strangers.h. */
#include "core/hall/strangers.h"

#include "core/hall/api.h"
#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/partners.h"
#include "core/hall/tokens.h"

static void refuse(struct hall *hall, struct http_request *request, int64_t wait_ms)
{
    char seconds[24];
    str_format(seconds, sizeof seconds, "%lld", (long long)(wait_ms + 999) / 1000);
    http_add_header(request, "Retry-After", seconds);
    api_error(
        hall, request, 429, "too_many_requests", NULL,
        "Too many requests without a sign-in came from this address. Wait a moment; whoever is signed in "
        "there goes on.");
}

bool stranger_waits(struct hall *hall, struct http_request *request, bool answers)
{
    const char *address = http_address(request), *token = call_token(request);
    struct actor actor;
    if (token && tokens_known(hall, token, &actor)) /* of a call that needs none */
        return false;
    int64_t wait_ms = throttle_wait_ms(&hall->throttle, THROTTLE_REQUEST, address, hall->mono_ms);
    if (wait_ms == 0) {
        throttle_count(&hall->throttle, THROTTLE_REQUEST, address, hall->mono_ms);
        return false;
    }
    if (http_delayed(request) && answers)
        return false;
    if (http_delayed(request)) {
        refuse(hall, request, wait_ms);
        return true;
    }
    hall->metrics.strangers_delayed++;
    http_delay(request);
    return true;
}

bool stranger_is_none(void *ctx, const struct http_request *request)
{
    struct hall *hall = ctx;
    struct actor actor;
    struct partner partner;
    const char *token = call_token(request);
    if (!token)
        return false;
    if (tokens_known(hall, token, &actor) || hall->grouping) /* then the store is not asked */
        return true;
    enum err err = tokens_actor(hall, token, &actor);
    if (err == ERR_ABSENT)
        err = partner_of_key(hall->db, token, &partner);
    return err != ERR_ABSENT && err != ERR_REFUSED; /* a store that fails says so in the answer */
}
