/* core/hall/strangers.h: requests that show no sign-in and no key, counted by address, so that whoever asks without a pause
 * takes little of the hall's time. The one that is beyond the count is put off for a second, and as an address has so many
 * connections at most (crowd.h) it can ask so often at most; then it is refused, but for what watches over the hall. */
#pragma once
#include "core/hall/http.h"

struct hall;

/* True: the request is put off, or answered 429. answers: whoever is put off is answered then. */
bool stranger_waits(struct hall *hall, struct http_request *request, bool answers);
/* Whether a long body is worth its memory: the request's header shows a sign-in or a key, or it cannot be known now. ctx is
 * the hall. */
bool stranger_is_none(void *ctx, const struct http_request *request);
