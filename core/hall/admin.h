/* core/hall/admin.h: what an administrator changes and lists, as one JSON document in and one out, so that it is
 * the same on a hall that stands still and on one at work. Runs in the transaction of env; knows no file,
 * no terminal and no socket. */
#pragma once
#include "core/hall/server_core.h"

/* request: {"do": what, …}:
 *   user.… and counter.…: admin_people.h
 *   audit.heads {"before"?}: audit_heads.h · hall.backup {"sealed"}: a line of the audit alone
 *   catalogue.list · .import · .stage · .decide · .drop: admin_catalogue.h · bus.depart, bus.parcel, bus.merge, bus.recall: bus.h
 * A hash is made by password_hash; passwords never come here. *answer: {"rows":[…]} or {"row":{…}}; the caller
 * frees. ERR_USAGE, ERR_ABSENT, ERR_CONFLICT, ERR_INVALID come with their sentence in info; for another error
 * the store failed. Any error: the caller rolls back. */
enum err admin_apply(const struct server_env *env, const struct json *request, struct json **answer,
                     struct err_info *info) MUST_USE;
/* What asks about the catalogue, or takes it along: not while an import that was decided is under way. */
bool admin_needs_catalogue(const struct json *request);
