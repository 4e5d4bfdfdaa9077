/* core/hall/hasher.h: passwords are checked, and new ones hashed, beside the loop: argon2id takes 20–50 ms, and a morning's
 * sign-ins must not hold up a call. One thread, handed (hash, password), gives back yes or no, or handed a password
 * alone its hash; nothing else is shared.
 *
 * What a hash costs is measured when it starts, so that a faster computer makes a guesser work for longer, and only ever
 * rises: each hash says its own cost, older ones still count and are made anew with the password that was right. A wrong
 * password costs the same whatever the hash is, so that nobody learns by the time which accounts there are. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/crypto.h"
#include "core/base/err.h"

enum {
    HASHER_QUEUE_MAX = 64,
    HASHER_STRANGERS_MAX = 48, /* of them at most such as hasher_ask brings */
};

struct hasher;
enum err hasher_open(struct hasher **out, struct err_info *info) MUST_USE;
void hasher_close(struct hasher **hasher);  /* waits for the check under way */
int hasher_fd(const struct hasher *hasher); /* readable: call hasher_take */
/* False: as many jobs wait already as may. Both texts are copied; the password is wiped after use. hash NULL: make one;
 * "": there is none to be right, which takes as long. */
bool hasher_ask(struct hasher *hasher, int64_t id, const char *hash, const char *password);
/* The same for somebody whom the hall knows: before all of the others, and with the places that are left for them. */
bool hasher_ask_first(struct hasher *hasher, int64_t id, const char *hash, const char *password);
struct hashed {
    int64_t id;
    bool right;               /* it is the password of that hash; or it was hashed */
    char made[PASSWORD_HASH]; /* of a check: in place of the cheaper hash that was right; else "" */
    int passes;               /* over the memory that a hash takes: what it has cost, of a wrong password */
};
/* The next result; false when there is none. */
bool hasher_take(struct hasher *hasher, struct hashed *result);
