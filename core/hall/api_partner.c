/* core/hall/api_partner.c: see api_partner.h. */
#include "core/hall/api_partner.h"

#include <stdlib.h>

#include "core/hall/applications.h"
#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/strangers.h"

/* --- how often --- */

enum { ASKERS_MAX = 256 };

/* How often a key asked lately: a system that asks without a pause must not cost the hall its time. */
struct asker {
    char id[PARTNER_ID];
    int64_t second;
    int asks;
};

struct askers {
    struct asker list[ASKERS_MAX];
};

struct askers *askers_new(void)
{
    return xcalloc(1, sizeof(struct askers));
}

void askers_free(struct askers **slot)
{
    free(*slot);
    *slot = NULL;
}

static struct asker *asker_of(struct askers *askers, const char *id)
{
    struct asker *oldest = &askers->list[0];
    for (int i = 0; i < ASKERS_MAX; i++) {
        if (str_equal(askers->list[i].id, id))
            return &askers->list[i];
        if (askers->list[i].second < oldest->second)
            oldest = &askers->list[i];
    }
    *oldest = (struct asker){0};
    str_copy(oldest->id, sizeof oldest->id, id);
    return oldest;
}

/* In the language asked for; the systems' own people read it too. */
static void answer_in(struct hall *hall, struct http_request *request, int status, const char *code)
{
    const char *lang = application_lang(http_header(request, "Accept-Language"));
    api_error(hall, request, status, code, NULL, application_sentence(code, lang));
}

/* True: the request is answered. */
static bool asks_too_often(struct hall *hall, struct http_request *request, const char *id, int often)
{
    struct asker *asker = asker_of(hall->askers, id);
    int64_t second = hall->mono_ms / 1000;
    if (asker->second != second)
        asker->asks = 0;
    asker->second = second;
    if (++asker->asks <= often)
        return false;
    http_add_header(request, "Retry-After", "1");
    answer_in(hall, request, 429, "too_many_requests");
    return true;
}

/* --- whose key --- */

void api_no_key(struct hall *hall, struct http_request *request)
{
    http_add_header(request, "WWW-Authenticate", "Bearer");
    answer_in(hall, request, 401, "bad_key");
}

static void answer_scope(struct hall *hall, struct http_request *request, enum partner_scope wanted)
{
    if (wanted == PARTNER_APPLIES)
        return answer_in(hall, request, 403, "other_scope");
    api_error(
        hall, request, 403, "other_scope", NULL,
        wanted == PARTNER_LOOKS
            ? "This key does not read the hall's figures: loketd key add --scope figures makes one that does."
            : "This key does not read events: loketd key add makes one that does.");
}

bool api_partner(struct hall *hall, struct http_request *request, enum partner_scope scope, int often,
                 struct partner *partner)
{
    const char *key = call_token(request);
    enum err err = key ? partner_of_key(hall->db, key, partner) : ERR_ABSENT;
    if (err == ERR_ABSENT) {
        if (!stranger_waits(hall, request, false))
            api_no_key(hall, request);
    } else if (err != ERR_OK)
        api_store_failed(hall, request, err);
    else if (partner->scope != scope)
        answer_scope(hall, request, scope);
    else if (http_known(request, partner->id))
        return !asks_too_often(hall, request, partner->id, often);
    return false;
}
