/* core/hall/figures.h: GET /v1/figures: how the hall does at this moment, for who looks at many halls. Numbers, names of
 * queues and agencies, times: no person, no clerk, no ticket's number. By a key with the scope "figures" (partners.h).
 *
 * Read along indexes and remembered, so that fifty readers cost what one does. The text says when somebody came and never how
 * long ago, so that of a hall in which nothing happens it stays the same to the letter, and so does its tag. */
#pragma once
#include "core/base/crypto.h"
#include "core/base/str.h"
#include "core/db/db.h"

struct figures; /* what is remembered */
struct figures *figures_new(void);
void figures_free(struct figures **figures); /* NULL-safe */

/* The hall at this moment, borrowed. */
struct figures_at {
    struct db *db;
    const char *code, *day;
    int64_t wall_ms, mono_ms, rev, epoch;
    bool practice, read_only;
};
enum {
    FIGURES_FRESH_MS = 2000,  /* so old they may be at least, whatever happens */
    FIGURES_QUIET_MS = 15000, /* of a hall in which nothing happens: a promise may break by the clock alone */
    FIGURES_SHARE = 100,      /* to read them takes the hall one part of so many of its time, at most */
    FIGURES_TAG = SHA256_TEXT + 2
};
/* The text lives until the next call. agency: that of the key, of which alone is told; "": of all. tag: with its quotes. */
enum err figures_read(struct figures *figures, const struct figures_at *at, const char *agency,
                      const char **text, size_t *length, char tag[FIGURES_TAG]) MUST_USE;
int64_t figures_made(const struct figures *figures); /* how often they were read from the rows */
