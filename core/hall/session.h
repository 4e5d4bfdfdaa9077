/* core/hall/session.h: who signs in, and who a token belongs to. A token is kept only as its SHA-256.
 * Passwords are not checked here (hasher.h). */
#pragma once
#include "core/command/command.h"
#include "core/hall/store.h"

/* Hours from a sign-in to its end, whatever happens meanwhile: the hall's policy session_hours, 1 to SESSION_HOURS_MAX. */
enum { SESSION_HOURS = 12, SESSION_HOURS_MAX = 24, SESSION_S = SESSION_HOURS * 60 * 60 };
/* Minutes without use after which it ends as well: the policy session_idle_minutes, 0 (never) to SESSION_IDLE_MAX. */
enum { SESSION_IDLE = 60, SESSION_IDLE_MAX = 720 };

/* --- people --- */
/* The active user of a login, with the hash of their password. ERR_ABSENT: unknown, disabled or without one.
 */
enum err session_user(struct db *db, const char *login, struct json **user,
                      char hash[PASSWORD_HASH]) MUST_USE;
enum err credential_put(struct db *db, const char *user, const char *hash) MUST_USE;
void actor_read(const struct json *user, const char *client, struct actor *actor);

/* --- tokens, in the transaction that is open; now_ms by the hall's session_ms --- */
enum err session_add(struct db *db, const char *token, const char *user, const char *client, int64_t now_ms,
                     int hours) MUST_USE;
/* ERR_ABSENT: this person has none at that workstation. */
enum err session_seat(struct db *db, const char *user, const char *client) MUST_USE;
/* {"client","workstation","began_at","expires_at","used_at","here"} of each, in milliseconds by the hall's session_ms; 0: not
 * known. here: it is token's; NULL: none is. */
enum err session_list(struct db *db, const char *user, const char *token, struct json *rows) MUST_USE;
enum err session_remove(struct db *db, const char *token) MUST_USE;
/* All that nobody has used since; whether there is one. */
enum err session_remove_all_idle(struct db *db, int64_t used_ms) MUST_USE;
enum err session_any_idle(struct db *db, int64_t used_ms, bool *any) MUST_USE;
enum err session_remove_user(struct db *db, const char *user) MUST_USE;
enum err session_remove_others(struct db *db, const char *user,
                               const char *token) MUST_USE;     /* all but token */
enum err session_prune(struct db *db, int64_t now_ms) MUST_USE; /* those that ran out */
/* ERR_ABSENT: no such token, or run out. ERR_REFUSED: its user is disabled, which their workstation is told. */
enum err session_actor(struct db *db, const char *token, int64_t now_ms, struct actor *actor) MUST_USE;
/* The same, and when it was used last as the row has it (0: not known). That it was idle for too long is for tokens.h to say. */
enum err session_look(struct db *db, const char *token, int64_t now_ms, struct actor *actor,
                      int64_t *used_ms) MUST_USE;
/* Which of these tokens have not ended, by their rows alone. PostgreSQL's alone: a file has one owner, who knows. */
enum err session_still_there(struct db *db, const char *const *tokens, size_t count, int64_t now_ms,
                             void (*there)(void *ctx, const char *token), void *ctx) MUST_USE;
enum err session_use(struct db *db, const char *token,
                     int64_t used_ms) MUST_USE; /* never earlier than it was */
