/* core/hall/server_core.h: what the hall does with a push: PROTOCOL.md section 4, steps 1 to 5. Step 6, the
 * commit, is the caller's: several pushes share one.
 *
 * Pure: it reads and writes through the transaction that the caller has begun, and is told time and actor; no
 * clock, chance, network or global, so that a simulator runs this very code. Nothing that it answers may be
 * sent before the caller's commit returned. */
#pragma once
#include "core/command/command.h"
#include "core/hall/store.h"

struct server_env {
    struct db *db;   /* in a transaction */
    int64_t epoch;   /* that this process serves: the fence against a stale one */
    int64_t now_ms;  /* wall time */
    int64_t mono_ms; /* monotonic: leases */
};

enum { PUSH_COMMANDS_MAX = 50 };

/* What goes back to the client: an HTTP status and the body, for an error {"error":{…}}. */
struct server_answer {
    int status;
    struct json *body; /* the caller frees */
    int64_t commands;  /* that took effect or were refused anew, for the metrics */
};

/* Runs a push of actor (whose client is the session's). Any error but ERR_OK is a store that fails or, as
 * ERR_CONFLICT, a stale epoch: the caller rolls the whole transaction back and answers nobody "applied". */
enum err server_push(const struct server_env *env, const struct actor *actor, const struct json *push,
                     struct server_answer *out) MUST_USE;

/* A change that the hall makes by itself (the day turns, a lease runs out, a user is added): its own rev, its
 * rows, feed item and audit line. write gets a transaction of the hall's own program. */
typedef enum err server_write(struct tx *tx, void *ctx);
enum err server_change(const struct server_env *env, const char *type, const struct json *detail,
                       server_write *write, void *ctx) MUST_USE;
/* The same on behalf of actor, whom feed and audit name; NULL: the hall's own program. */
enum err server_change_by(const struct server_env *env, const struct actor *actor, const char *type,
                          const struct json *detail, server_write *write, void *ctx) MUST_USE;
/* One that writes no row: that something was done outside the protocol, and to what, stands in the audit. */
enum err server_note(const struct server_env *env, const char *type, const struct json *detail) MUST_USE;
/* The same, done by a person; *rev is the line's. */
enum err server_note_by(const struct server_env *env, const struct actor *actor, const char *type,
                        const struct json *detail, int64_t *rev) MUST_USE;
/* Runs a command of the table as the hall's own program (actor NULL) or as actor. The outcome is the
 * caller's. */
enum err server_command(const struct server_env *env, const struct actor *actor, const char *type,
                        const struct json *body, struct outcome *out) MUST_USE;

/* A command that a bus carried out already, run once more here as actor, in a change of its own; one whose identity has
 * its effect here is passed over as applied. What is refused becomes a dispute, whatever its class: it was done. */
struct replayed {
    int64_t done_ms; /* when it was carried out: the time that its rule sees */
    int64_t seq;     /* its place among the results of actor->client */
    const char *fingerprint, *origin;
};
enum err server_replay(const struct server_env *env, const struct actor *actor, const struct json *raw,
                       const struct replayed *from, struct outcome *out) MUST_USE;

/* An identity made from text: the same text, the same identity (RFC 9562 version 8). */
void server_id(const char *text, char out[UUID_TEXT]);
/* {"error":{"code","message"}}; field NULL leaves it out. */
struct json *error_body(const char *code, const char *field, const char *message);
/* One line of the audit: SHA-256 over its members and the line before it. */
void audit_hash(const char *const members[8], char hash[SHA256_TEXT]);
