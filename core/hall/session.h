/* core/hall/session.h: who signs in, and who a token belongs to. A token is kept only as its SHA-256.
 * Passwords are not checked here (hasher.h). */
#pragma once
#include "core/command/command.h"
#include "core/hall/store.h"

enum {
    SESSION_S = 12 * 60 * 60,
    THROTTLE_MS = 60 * 1000,
    THROTTLE_LOGIN = 5,    /* failures in THROTTLE_MS until one login must wait */
    THROTTLE_ADDRESS = 20, /* of one address: a whole hall may stand behind it */
};

/* --- people --- */
/* The active user of a login, with the hash of their password. ERR_ABSENT: unknown, disabled or without one.
 */
enum err session_user(struct db *db, const char *login, struct json **user,
                      char hash[PASSWORD_HASH]) MUST_USE;
enum err credential_put(struct db *db, const char *user, const char *hash) MUST_USE;
/* A hash that no password fits, so that an unknown login takes the same time. */
const char *session_no_hash(void);
void actor_read(const struct json *user, const char *client, struct actor *actor);

/* --- tokens, in the transaction that is open; now_ms by the hall's session_ms --- */
enum err session_add(struct db *db, const char *token, const char *user, const char *client,
                     int64_t now_ms) MUST_USE;
enum err session_remove(struct db *db, const char *token) MUST_USE;
enum err session_remove_user(struct db *db, const char *user) MUST_USE;
enum err session_remove_others(struct db *db, const char *user,
                               const char *token) MUST_USE;     /* all but token */
enum err session_prune(struct db *db, int64_t now_ms) MUST_USE; /* those that ran out */
/* ERR_ABSENT: no such token, or run out. ERR_REFUSED: its user is disabled, which their workstation is told. */
enum err session_actor(struct db *db, const char *token, int64_t now_ms, struct actor *actor) MUST_USE;

/* --- guesses --- */
/* A small table of those who failed lately, by login and by address. When it is full the oldest is forgotten.
 */
struct throttle {
    struct throttle_entry {
        uint64_t key;
        int64_t failed_ms[THROTTLE_ADDRESS]; /* monotonic; the oldest is overwritten */
        int next, count;
    } entries[512];
};
/* Milliseconds until name, which may fail limit times, may try again; 0: now. */
int64_t throttle_wait_ms(const struct throttle *throttle, const char *kind, const char *name, int limit,
                         int64_t mono_ms);
void throttle_failed(struct throttle *throttle, const char *kind, const char *name, int64_t mono_ms);
void throttle_passed(struct throttle *throttle, const char *kind, const char *name);
