/* core/hall/audit_check.h: the chain of the audit checked while the hall works: a slice between two turns, one check at a
 * time. Its result is a line of the audit. A hall that ends meanwhile has none running. */
#pragma once
#include "core/command/command.h"

struct hall;
struct audit_check;

struct audit_check *audit_check_new(void);
void audit_check_free(struct audit_check **check); /* NULL-safe */

/* Begins one for actor. kept_rev 0, or the line that was the last at another time, with the hash that was saved of it:
 * whether it is still there, unchanged. ERR_IN_USE: one is running, which goes on. */
enum err audit_check_start(struct hall *hall, const struct actor *actor, int64_t kept_rev,
                           const char *kept_hash) MUST_USE;
/* {"state":"none|running|done|failed","done","total",…} as the API has it; the caller frees. */
struct json *audit_check_tell(const struct hall *hall);
/* A slice, once a turn; and whether one is due. */
void audit_check_follow(struct hall *hall);
bool audit_check_due(const struct hall *hall);
