/* core/sync/many.h: asks many halls for their figures (GET /v1/figures), all at once and each at its own pace (pace.h). Only
 * asks: it has nothing that a hall could be told. One that hangs makes no other wait. */
#pragma once
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/rng.h"
#include "core/sync/sync.h"
#include "core/wire/json.h"

/* What came of a question. The words are for the wire and the disk; people get sentences. */
#define MANY_WHY_LIST(X)                                                               \
    X(NEW, "new")                 /* figures */                                        \
    X(SAME, "same")               /* nothing is new */                                 \
    X(NO_WAY, "no_way")           /* no such name, nobody listens, the line was cut */ \
    X(SILENT, "silent")           /* a connection, and no answer in time */            \
    X(CERTIFICATE, "certificate") /* it is not proven to be that hall */               \
    X(KEY, "key")                 /* 401 */                                            \
    X(SCOPE, "scope")             /* 403 */                                            \
    X(OLD, "old")                 /* 404: that loketd has no figures yet */            \
    X(BUSY, "busy")               /* 429, 5xx */                                       \
    X(STRANGE, "strange")         /* something else than a hall answers */
enum many_why {
#define X(id, text) MANY_##id,
    MANY_WHY_LIST(X)
#undef X
        MANY_WHY_COUNT
};
const char *many_why_text(enum many_why why);

struct many_hall {
    const char *url, *key; /* copied */
    const char *tag;       /* of what is known from before; NULL: nothing */
};
struct many_answer {
    enum many_why why;
    const struct json *figures; /* of MANY_NEW; borrowed */
    const char *text, *tag;     /* the same as text, and its tag, "" without one; borrowed */
    int64_t date_ms;            /* the hall's clock, to the second; 0: not told */
};
struct many_events {
    void *ctx;
    void (*answered)(void *ctx, int hall, const struct many_answer *answer);
};

struct many;
/* trust is copied; that each hall may be spoken to (sync_check_way) was looked at before. rng is borrowed. */
struct many *many_new(const struct many_hall *halls, int count, const struct sync_trust *trust,
                      const struct many_events *events, struct rng *rng, int64_t mono_ms);
void many_free(struct many **many); /* NULL-safe */
void many_ask_now(struct many *many, int64_t mono_ms);
int many_busy(const struct many *many); /* questions under way */

/* As sync_wait, sync_step and sync_timeout_ms (sync.h). */
int many_wait(struct many *many, struct pollfd *extra, unsigned extra_count, int timeout_ms);
void many_step(struct many *many, int64_t mono_ms);
int many_timeout_ms(const struct many *many, int64_t mono_ms);
