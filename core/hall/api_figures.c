/* core/hall/api_figures.c: GET /v1/figures, by a key with the scope "figures". Waits for nothing and writes nothing. */
#include <string.h>

#include "core/hall/api_partner.h"
#include "core/hall/calls.h"
#include "core/hall/figures.h"
#include "core/hall/inside.h"

enum { ASKS_A_SECOND = 10 }; /* of one key: several screens may share it */

/* RFC 9110: a list of tags, weak or not, or a star. A tag of ours has no comma in it. */
static bool is_known(const char *if_none_match, const char *tag)
{
    size_t length = strlen(tag);
    for (const char *at = if_none_match ? if_none_match : ""; *at;) {
        at += strspn(at, " \t,");
        if (str_starts(at, "W/"))
            at += 2;
        size_t one = strcspn(at, " \t,");
        if ((one == length && memcmp(at, tag, length) == 0) || (one == 1 && *at == '*'))
            return true;
        at += one;
    }
    return false;
}

void call_figures(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    const struct figures_at at = {.db = hall->db,
                                  .code = hall->code,
                                  .day = hall->day,
                                  .wall_ms = hall->wall_ms,
                                  .mono_ms = hall->mono_ms,
                                  .rev = hall->state.rev,
                                  .epoch = hall->epoch,
                                  .practice = hall->practice,
                                  .read_only = hall->full};
    struct partner partner;
    const char *text;
    size_t length;
    char tag[FIGURES_TAG];
    (void)actor; /* nobody signs in here */
    if (!api_partner(hall, request, PARTNER_LOOKS, ASKS_A_SECOND, &partner))
        return;
    enum err err = figures_read(hall->figures, &at, partner.agency, &text, &length, tag);
    if (err != ERR_OK)
        return api_store_failed(hall, request, err);
    http_add_header(request, "ETag", tag);
    if (is_known(http_header(request, "If-None-Match"), tag))
        api_answer(hall, request, 304, "application/json", "", 0);
    else
        api_answer(hall, request, 200, "application/json", text, length);
}
