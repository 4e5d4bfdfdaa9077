/* core/hall/issuers.h: who may number tickets without the hall (PROTOCOL.md section 7): each client that signs in leases a
 * label of its own for ever, "W7", and with it every number "W7-P001", "W7-P002" … of every queue and day. */
#pragma once
#include "core/db/db.h"

enum { ISSUER_LABEL = 16 };
/* The client's label, made at its first sign-in; inside the writer's transaction. */
enum err issuer_lease(struct db *db, const char *client, char label[ISSUER_LABEL]) MUST_USE;
