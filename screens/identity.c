/* screens/identity.c: see identity.h. */
#include "screens/identity.h"

const char *identity_put(const char *type, struct json *body, int64_t now_ms, struct rng *rng)
{
    static const struct {
        const char *type, *member;
    } identities[] = {{"case.open", "case"}, {"case.decide", "decision"}, {"person.record", "person"}};
    for (size_t i = 0; i < sizeof identities / sizeof *identities; i++) {
        if (!str_equal(identities[i].type, type) || json_text(body, identities[i].member))
            continue;
        char id[UUID_TEXT];
        uuid_v7(now_ms, rng, id);
        json_set_text(body, identities[i].member, id);
        return identities[i].member;
    }
    return NULL;
}
