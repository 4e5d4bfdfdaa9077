/* screens/identity.h: the identities that a command's body carries and that nobody types. */
#pragma once
#include "core/base/rng.h"
#include "core/wire/json.h"

/* Gives a case, decision or person a fresh identity where the body has none; the member that was set, else
 * NULL. */
const char *identity_put(const char *type, struct json *body, int64_t now_ms, struct rng *rng);
