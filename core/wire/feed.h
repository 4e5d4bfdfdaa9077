/* core/wire/feed.h: the hash chain of the feed (PROTOCOL.md section 5), computed by the hall and checked by
 * every workstation, whatever rows its person may see.
 *
 *     leaf = SHA-256(table LF id LF row text)           row text "" for a deleted row
 *     h    = SHA-256(previous h LF rev LF command LF by LF leaf LF leaf …)   leaves in ascending order
 *
 * The first previous h is "". A row that is not sent is there as its leaf in the item's "hidden"; a row
 * that is sent masked carries its own "leaf". Knows no store and no network. */
#pragma once
#include "core/base/crypto.h"
#include "core/wire/json.h"

/* The leaf of one row. row is the document that was stored, or NULL (or a JSON null) for a tombstone. */
void feed_leaf(const char *table, const char *id, const struct json *row, char leaf[SHA256_TEXT]);
/* As feed_leaf for row text already printed by json_print; "" for a tombstone. */
void feed_leaf_text(const char *table, const char *id, const char *row_text, char leaf[SHA256_TEXT]);

/* The next h. command and by may be NULL (taken as ""). Sorts leaves in place. next may be previous. */
void feed_chain(const char *previous, int64_t rev, const char *command, const char *by,
                char (*leaves)[SHA256_TEXT], size_t leaf_count, char next[SHA256_TEXT]);

/* Checks the items of a feed answer that are beyond cursor: dense revs, each h. head is the h at cursor, ""
 * when it is not known (after a snapshot: the first item is then taken on trust); it becomes the h of the
 * last item. On ERR_INVALID (with a sentence) head is unchanged. */
enum err feed_verify(const struct json *feed, int64_t cursor, char head[SHA256_TEXT],
                     struct err_info *info) MUST_USE;

/* "digests" of a feed answer, there when an answer reaches the hall's present and passed a multiple of 100
 * revs: {table: rows_digest of it at "to"} for the tables that everyone sees whole. */
