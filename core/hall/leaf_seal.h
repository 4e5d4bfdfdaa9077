/* core/hall/leaf_seal.h: which rows of earlier changes gave way to their leaves, as one digest. A leaf is made of a row and
 * its identity (core/wire/feed.h), but without the row nobody can tell any more of which one it is: whoever can write to the
 * store could put another's in its place. So the line of the audit that tells of it, which is chained, keeps this digest:
 *
 *     SHA-256(rev LF table LF id LF leaf LF …)     ascending by rev, in one change in the order of its rows
 *
 * Pure. */
#pragma once
#include "core/base/crypto.h"
#include "core/wire/json.h"

struct leaf_seal {
    struct sha256 sha;
    int64_t rows;
};
void leaf_seal_start(struct leaf_seal *seal);
void leaf_seal_add(struct leaf_seal *seal, int64_t rev, const char *table, const char *id, const char *leaf);
/* As it stands now; more may be added after it. */
void leaf_seal_text(const struct leaf_seal *seal, char out[SHA256_TEXT]);
/* As the members "sealed_rows" and "seal" of what a line of the audit keeps. */
void leaf_seal_put(const struct leaf_seal *seal, struct json *detail);
/* What a line of the audit says, which has its digest; the caller frees. NULL: it is not what was written. */
struct json *leaf_seal_said(const char *about, const char *body_sha256);
/* Whether they are those of detail. */
bool leaf_seal_fits(const struct leaf_seal *seal, const struct json *detail);
