/* core/sync/sync.h: keeps the workstation's cache and the hall in step, without ever making a key wait.
 *
 * client_core.c decides (pure: event in, effects out); driver.c carries it out with curl_multi. One thread:
 * the program's loop calls sync_wait instead of poll and sync_step when it returns. */
#pragma once
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/cache/cache.h"

struct sync;

enum sync_state {
    SYNC_SIGNED_OUT,
    SYNC_CONNECTING,
    SYNC_SNAPSHOT, /* the first copy is under way: see status.done and total */
    SYNC_ONLINE,
    SYNC_OFFLINE,
    SYNC_EXPIRED, /* the sign-in ran out: records wait for it */
    SYNC_FROZEN,  /* this installation is a copy of another, or the hall went backwards: needs a person */
};
struct sync_status {
    enum sync_state state;
    bool disabled;       /* expired, because an administrator disabled the account */
    int64_t since_ms;    /* wall time of the last change of state */
    int64_t offset_ms;   /* hall's clock minus ours, as last seen */
    int64_t retry_ms;    /* wall time at which the hall is tried again by itself; 0: now, or nothing waits */
    int64_t done, total; /* rows of the snapshot; total 0 when not known */
    enum err
        err; /* offline: ERR_OFFLINE, ERR_INVALID (an answer of something else), ERR_CONFLICT (another hall's), ERR_DISK_FULL (the hall's),
                       ERR_TOO_OLD, ERR_DISK (this computer's) */
    char text[300]; /* why offline or frozen: a whole sentence */
};

/* What the program is told; texts and documents are borrowed for the call. */
struct sync_events {
    void *ctx;
    void (*changed)(void *ctx); /* rows in the cache changed */
    void (*status)(void *ctx, const struct sync_status *status);
    void (*result)(void *ctx, int64_t seq, const struct json *result); /* of one command */
    /* err ERR_OFFLINE: code is "offline", or "not_a_hall" when something else answers at the address */
    void (*signed_in)(void *ctx, enum err err, const char *code, const char *message,
                      const struct json *session);
    void (*answer)(void *ctx, int64_t tag, enum err err, const struct json *body); /* of sync_get */
};

/* Whether url can be the address of a hall; info says what one looks like. */
enum err sync_check_url(const char *url, struct err_info *info) MUST_USE;
/* What makes a hall one that is spoken to. Members may be NULL. */
struct sync_trust {
    const char *ca; /* a PEM file that is trusted for https beside the system's own */
    /* A PEM file of lists of revoked certificates, one of each authority between the hall and who is trusted. A hall whose
     * authority has no list there, signed by itself and not run out, is not spoken to, as if it were on one. */
    const char *crl;
    /* "sha256//BASE64", several with ; between: an https hall whose certificate has another key is not spoken to, whoever
     * vouches for it. */
    const char *pin;
    const char *cert, *key; /* PEM files: who this workstation is to a hall that asks for a certificate */
    bool plain;             /* http:// to another computer too: somebody said so twice */
};
/* Whether a hall there may be spoken to, and by an address that can be one: without TLS this computer's own alone.
 * info says what, that nothing was sent, and what to do. */
enum err sync_check_way(const char *url, const struct sync_trust *trust, struct err_info *info) MUST_USE;
/* trust NULL: as one without members; copied. now values are wall time. */
enum err sync_new(struct sync **out, struct cache *cache, const char *url, const struct sync_trust *trust,
                  const struct sync_events *events, struct rng *rng, struct err_info *info) MUST_USE;
/* Until when the certificate of an https hall holds, asked on a connection of its own; waits for it, three seconds at most. */
bool sync_certificate(const char *url, const struct sync_trust *trust, int64_t *expires_ms);
void sync_free(struct sync **sync);
enum err sync_set_url(struct sync *sync, const char *url, struct err_info *info) MUST_USE;
void sync_sign_in(struct sync *sync, const char *login, const char *password);
/* The same with what else may be asked; members but the first two may be NULL: the password from then on, a code of the second
 * factor, a second factor from then on with its first code. */
struct sync_words {
    const char *login, *password, *changed, *code, *factor, *factor_code;
};
void sync_sign_in_by(struct sync *sync, const struct sync_words *words);
void sync_resume(struct sync *sync); /* with the token that the cache keeps */
void sync_sign_out(struct sync *sync);
void sync_wake(struct sync *sync); /* after cache_confirm: there is something to send */
/* The workstation is locked, and its last key was idle_s ago: what is asked from now on is no use of the sign-in, so that the
 * hall can end it. 0: somebody sits there. */
void sync_idle(struct sync *sync, int idle_s);
void sync_retry_now(struct sync *sync); /* the person asks: no more waiting */
int64_t sync_get(struct sync *sync,
                 const char *path); /* GET beside the feed, such as /v1/search?q=; returns the tag */
/* The same as a POST of JSON text, which is copied. */
int64_t sync_post(struct sync *sync, const char *path, const char *body);
const struct sync_status *sync_status(const struct sync *sync);

/* An online command needs the hall now and is otherwise not even stored (PROTOCOL.md section 9): NULL when a command
 * of this type may be confirmed, else a sentence for people; the code is "offline". sync NULL: no hall yet. */
const char *sync_refuses(const struct sync *sync, const char *type);

/* Waits for the network, the extra descriptors (revents set) or timeout_ms (-1: for ever). */
int sync_wait(struct sync *sync, struct pollfd *extra, unsigned extra_count, int timeout_ms);
void sync_step(struct sync *sync, int64_t wall_ms, int64_t mono_ms);
int sync_timeout_ms(const struct sync *sync, int64_t mono_ms); /* until sync_step is due; -1 never */
