/* core/hall/partners.h: the agencies' own systems: by which keys they read their events (GET /v1/events) or leave
 * applications (POST /v1/applications), and to which addresses loketd deliver sends events; and by which keys the hall's
 * figures are read (GET /v1/figures). Runs in the transaction that is open.
 *
 * A key is kept only as its SHA-256, as a session's token is. What goes out is signed with the hall's own key
 * (Ed25519), so that the receiver keeps nothing that could be stolen from it: its public half is printed with each
 * key. */
#pragma once
#include "core/base/crypto.h"
#include "core/hall/events.h"
#include "core/hall/server_core.h"

enum {
    PARTNER_ID = 16,
    PARTNER_NAME_MAX = 120,
    PARTNER_URL_MAX = 500,
    PARTNERS_MAX = 1000,
    PARTNER_SERVICES_MAX = 2000
};

/* --- administration: admin.h's requests "key.…" and "webhook.…" ---
 *   key.add {agency,name,scope?,services?,sha256,secret,public}: the last two are the hall's signing key if it has none
 *     yet; scope is "read", "apply" or "figures", services what "apply" may name: services or agencies, without it the
 *     agency's own. agency "" with "figures" alone: those of the whole hall
 *   key.list {} · key.revoke {id} · webhook.add {agency,url,after?,secret,public} · webhook.list {} · webhook.remove {id}
 *   webhook.turn {sent,failed,busy}: loketd deliver tells what came of its letters and is told what is next */
enum err partners_apply(const struct server_env *env, const struct json *request, struct json **answer,
                        struct err_info *info) MUST_USE;

/* --- reading --- */
enum partner_scope { PARTNER_READS, PARTNER_APPLIES, PARTNER_LOOKS, PARTNER_SCOPES };
struct partner {
    char id[PARTNER_ID], agency[64], name[PARTNER_NAME_MAX + 1];
    enum partner_scope scope;
    char services[PARTNER_SERVICES_MAX + 1]; /* "a,b"; "": those of its agency */
    struct cursor at;                        /* what it is known to have received */
    int64_t asked_ms;                        /* when that was noted; -1: never */
};
/* Whose key it is. ERR_ABSENT: nobody's, or it was revoked. */
enum err partner_of_key(struct db *db, const char *key, struct partner *partner) MUST_USE;
/* Whether a key that applies may name this service of this agency. */
bool partner_may_apply(const struct partner *partner, const char *service, const char *agency);
enum err partner_is_valid(struct db *db, const char *id, bool *valid) MUST_USE;
/* Whoever asks for what comes after a place has received everything before it. */
enum err partner_received(struct db *db, const char *id, const struct cursor *at, int64_t now_ms) MUST_USE;

/* "v1a,BASE64": id, time and body signed as Standard Webhooks 1.0 has it. ERR_ABSENT: the hall has no signing key. */
enum { PARTNER_SIGNATURE = SIGNATURE_TEXT + 4 };
enum err partner_sign(struct db *db, const char *id, int64_t unix_s, const char *body, size_t length,
                      char out[PARTNER_SIGNATURE]) MUST_USE;
