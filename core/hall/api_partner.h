/* core/hall/api_partner.h: what the calls of other systems share: whose key it is, what it may do, and how often it
 * asked lately. */
#pragma once
#include "core/hall/api.h"
#include "core/hall/partners.h"

struct askers; /* keys that asked lately */
struct askers *askers_new(void);
void askers_free(struct askers **askers); /* NULL-safe */

/* The key of the request, which has that scope and has not asked more than often times in this second. False: the request
 * is answered (401, 403, 429). */
bool api_partner(struct hall *hall, struct http_request *request, enum partner_scope scope, int often,
                 struct partner *partner);
void api_no_key(struct hall *hall, struct http_request *request); /* 401 */
