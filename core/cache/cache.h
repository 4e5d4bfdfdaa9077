/* core/cache/cache.h: the workstation's own copy of the hall, its outbox and its draft journal.
 *
 * One SQLite file, DIR/cache.db, that one program owns (a second gets ERR_IN_USE). base_* tables are exactly
 * the hall's rows at the cursor; overlay_* is what the pending commands make of them, computed by
 * core/command; views of the plain names join both. "Saved" may be shown only after cache_confirm returned
 * ERR_OK. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/command/command.h"
#include "core/wire/which_hall.h"

struct cache;

/* Makes DIR (0700) when it is not there. A damaged file is set aside as cache.db.damaged-DATE, the outbox and
 * journal salvaged from it and the rest rebuilt from the hall; *recovered (may be NULL) counts the unsent
 * records and typed texts saved then, and is -1 when nothing was damaged. */
enum err cache_open(struct cache **out, const char *dir, int64_t now_ms, struct rng *rng, int *recovered,
                    struct err_info *info) MUST_USE;
void cache_close(struct cache **cache);
const char *cache_message(const struct cache *cache); /* the sentence of the last failure */
/* After a disk that failed: opens the file anew, when that did not succeed at once. Cheap when all is well; to be called
 * now and then, since reading alone does not mend it. */
void cache_mend(struct cache *cache);

/* --- identity and place --- */
/* This installation, or the signed-in person's client on it; made once. */
const char *cache_client(const struct cache *cache);
int64_t cache_cursor(const struct cache *cache);
int64_t cache_epoch(const struct cache *cache); /* 0 before the first contact */
int64_t cache_safe_through(const struct cache *cache);
/* The base is not the hall's at the cursor (first contact, a new epoch, another person): copy it anew. */
bool cache_needs_snapshot(const struct cache *cache);
/* Whether this copy is of a real hall or of a training hall; it stays what it is. HALL_UNKNOWN before the first sign-in. */
enum hall_kind cache_kind(const struct cache *cache);
/* What tells a hall whose workstation asks (HALL_HEADER); "" before the first sign-in. */
const char *cache_identity(const struct cache *cache);
/* hall: of an answer to a sign-in. NULL: it is of the same kind as this copy; else why this copy can never be its
 * ("hall_is_training", "hall_is_real"). */
const char *cache_hall_refusal(const struct cache *cache, const struct json *hall);
/* Each person has a stream of commands of their own on this installation, so that one's unsent records never
 * hold up another's: the client to name in /v1/session. "" when the store fails. Valid until the next call.
 */
const char *cache_client_for(struct cache *cache, const char *login);
/* The hall's clock minus this computer's, as sync last saw it: into every command's "at". */
void cache_set_offset(struct cache *cache, int64_t offset_ms);
/* Whether the hall is reached at this moment, as sync sees it: while it is not, tickets get numbers of this
 * installation's own, by the label that the hall's answer to the sign-in leases ("numbers":{"label"}). */
void cache_set_reach(struct cache *cache, bool reached);
enum err cache_take_lease(struct cache *cache, const struct json *session) MUST_USE;
/* Small settings that survive: "hall_url", "counter", "lang", "last_screen" … NULL when never set. */
const char *cache_setting(struct cache *cache, const char *name);
enum err cache_set_setting(struct cache *cache, const char *name, const char *value) MUST_USE;
/* The setting "place": where the person is. It changes with every screen, so it waits for no disk: it is there
 * after a killed program, and after a power cut if anything was confirmed since. */
enum err cache_keep_place(struct cache *cache, const char *place) MUST_USE;
/* Who works here now. Their token is kept so that a restart goes on without a password until it expires;
 * another person neither sees nor sends this one's outbox. */
enum err cache_sign_in(struct cache *cache,
                       const struct json *session) MUST_USE; /* the answer of /v1/session */
enum err cache_sign_out(struct cache *cache) MUST_USE;       /* never touches the outbox */
const struct actor *cache_actor(const struct cache *cache);  /* NULL: nobody signed in */
const char *cache_token(const struct cache *cache);
/* Whether a password is that of the signed-in person, without the hall (verifier.c): for a locked screen. What is kept
 * is an argon2id hash of the password of the last sign-in; it goes with that sign-in. Each takes some 20–50 ms.
 * cache_verify: ERR_REFUSED, it is another; ERR_ABSENT, none is kept. */
enum err cache_keep_verifier(struct cache *cache, const char *password) MUST_USE;
enum err cache_verify(struct cache *cache, const char *password) MUST_USE;

/* A copied disk makes two installations of one identity, which the hall takes nothing from any more: this gives the
 * copy at hand an identity of its own and signs out. Unsent records keep their ids, by which the hall tells those that
 * the other copy has delivered already, and join their person's new stream in order at the next sign-in. *unsent: how
 * many there are, whose ever. */
enum err cache_adopt(struct cache *cache, int64_t now_ms, struct rng *rng, int64_t *unsent) MUST_USE;

/* --- confirming work --- */
struct saved {
    int64_t seq;            /* place in the outbox */
    char id[UUID_TEXT];     /* of the command */
    struct outcome outcome; /* what this workstation expects; a predicted refusal was NOT saved */
};
/* Stores the command durably and shows its effect in the plain views, in one transaction. Online commands are
 * stored as well (same seq on every retry) but not predicted. ERR_REFUSED: saved->outcome says why, nothing
 * was stored. body is borrowed. Full is full before it is too late: with 50 000 unsent records of this person
 * (ERR_REFUSED, code "outbox_full"), or less than 8 MiB left on the disk (ERR_DISK_FULL). */
enum err cache_confirm(struct cache *cache, const char *type, const struct json *body, int64_t now_ms,
                       struct rng *rng, struct saved *saved) MUST_USE;

/* Another number of unsent records than the one built in; 0: that one. For tests. */
void cache_limit(struct cache *cache, int64_t records_max);

/* Takes back an online command that certainly never left this computer (the last one, not handed to
 * cache_push_body). ERR_CONFLICT: it may be under way and will be answered. */
enum err cache_cancel_online(struct cache *cache, int64_t seq) MUST_USE;

/* --- the outbox, for sync alone --- */
/* {"client","epoch","acked_through","commands":[…]} of the signed-in person's next commands in seq order, at
 * most commands_max and about bytes_max; *out NULL when there is nothing to send. The same bytes on every
 * retry. */
enum err cache_push_body(struct cache *cache, int commands_max, size_t bytes_max, char **out) MUST_USE;
/* Stores the results of a push answer; calls each with (seq, result) for those that are news. */
enum err cache_push_results(struct cache *cache, const struct json *answer,
                            void (*each)(void *ctx, int64_t seq, const struct json *result),
                            void *ctx) MUST_USE;
/* Applies a feed answer in one transaction: base rows, cursor, hash chain, outbox rows now in the base,
 * overlay rebuilt. ERR_CORRUPT: the chain is broken or a row is not as it should be; nothing was applied. */
enum err cache_feed(struct cache *cache, const struct json *feed, int64_t now_ms) MUST_USE;
enum err cache_snapshot_page(struct cache *cache, const struct json *page,
                             bool first) MUST_USE; /* into the shadow */
enum err cache_snapshot_swap(struct cache *cache, int64_t rev, int64_t epoch, int64_t now_ms) MUST_USE;
/* The hall stored a different history: the snapshot must be taken anew before the next feed. */
enum err cache_ask_snapshot(struct cache *cache) MUST_USE;
/* Moves the write-ahead log into the file when it is long; call when nothing else is to be done. */
enum err cache_tidy(struct cache *cache) MUST_USE;
enum err cache_new_epoch(struct cache *cache,
                         int64_t epoch) MUST_USE; /* makes what was not safe unsent again */
/* How many the last new epoch made unsent again, since this start; 0: there was none. */
int64_t cache_resent(const struct cache *cache);
int64_t cache_unsent(struct cache *cache); /* commands of the signed-in person not yet answered */
int64_t cache_unsent_others(struct cache *cache);
/* How many of the signed-in person's records have waited for an answer longer than the hall usually takes, and since
 * when, by the hall's clock; 0: none. For what a poll says. */
int64_t cache_overdue(struct cache *cache, int64_t now_ms, int64_t *since_ms);

/* --- the hall's own rows as they come, for programs that pass them on (loket pipe) --- */
/* Told after the row is stored, in the order of the feed; row NULL: it is gone. table NULL: the whole base was
 * copied anew, look at cache_rows. Texts and rows are borrowed for the call, which must not use the cache. */
typedef void cache_news(void *ctx, const char *table, const char *id, const struct json *row);
void cache_follow(struct cache *cache, cache_news *each, void *ctx); /* each NULL: no more */
/* Every row of a table of PROTOCOL.md section 5, in id order, without what this workstation expects of its unsent
 * commands. ERR_ABSENT: there is no such table. */
enum err cache_rows(struct cache *cache, const char *table, cache_news *each, void *ctx) MUST_USE;

/* --- the draft journal: typed but not confirmed --- */
/* One entry a screen and object, such as ("form", case id); replaced by the next, gone after confirming. */
enum err cache_journal_put(struct cache *cache, const char *screen, const char *object,
                           const struct json *typed, int64_t now_ms) MUST_USE;
enum err cache_journal_drop(struct cache *cache, const char *screen, const char *object) MUST_USE;

/* --- what screens read: see queries.h --- */
enum err cache_load(struct cache *cache, const char *what, const struct json *args, int64_t now_ms,
                    struct json **out) MUST_USE;
