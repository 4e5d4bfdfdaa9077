/* tests/support/naughty.h: texts that programs stumble over: tests/support/naughty.json, by kind. All are UTF-8; none holds NUL,
 * which no JSON of the house may. */
#pragma once
#include "core/wire/json.h"

struct naughty {
    struct json *kinds; /* {kind: [texts]} */
    const struct json *kind, *text;
    int turns; /* so often all were had */
    uint64_t seed;
};

void naughty_init(struct naughty *naughty, uint64_t seed); /* the seed says which comes first */
void naughty_deinit(struct naughty *naughty);
const char *naughty_next(struct naughty *naughty); /* each in its turn, then from the first on */

enum naughty_reach {
    NAUGHTY_WORDS, /* behind what is for people to read: it has a space, a capital or a letter beyond ASCII, and is no time */
    NAUGHTY_ALL, /* instead of every text, also where only codes, times and identities belong */
};
void naughty_spoil(struct naughty *naughty, struct json **json, enum naughty_reach reach);
