/* core/hall/reads.h: what a signed-in person may read: the feed, the snapshot, the search (PROTOCOL.md
 * sections 3 and 5). Runs between the groups of writes, on their connection. Every row passes row_sight. */
#pragma once
#include "core/command/command.h"
#include "core/hall/store.h"

enum {
    FEED_ITEMS_MAX = 500,
    FEED_BYTES_MAX = 256 * 1024, /* a workstation takes them in at once, between two keys */
    SNAPSHOT_ROWS_MAX = 500,
    SNAPSHOT_BYTES_MAX = 1024 * 1024,
    SEARCH_ROWS_MAX = 100,
    DIGEST_REVS = 100, /* PROTOCOL.md: every 100 revs a digest per table is compared */
};

struct reads; /* keeps the newest items parsed, for the many who ask for the same */
struct reads *reads_new(struct db *db);
void reads_free(struct reads **reads);

/* The feed after cursor as this actor may see it, appended to out; *to is its last rev (cursor: nothing new).
 */
enum err reads_feed(struct reads *reads, const struct actor *actor, const struct hall_state *state,
                    int64_t cursor, int64_t now_ms, struct buf *out, int64_t *to) MUST_USE;
/* Whether items after cursor up to to may look different to two people of the same roles and agency. Ask
 * after reads_feed: of what is not kept parsed the answer is yes. */
bool reads_personal(const struct reads *reads, int64_t cursor, int64_t to);
/* The oldest cursor that the feed can go on from. */
enum err reads_oldest(struct reads *reads, const struct hall_state *state, int64_t *cursor) MUST_USE;

/* One page after "TABLE,ID" (NULL: the first). ERR_INVALID: after is not such a place. */
enum err reads_snapshot(struct reads *reads, const struct actor *actor, const struct hall_state *state,
                        const char *after, int64_t now_ms, struct buf *out) MUST_USE;

/* {"rows":[{"t","id","row"}],"more","next"}: persons by FIN, NIK, document, telephone, birth date or name in any spelling, cases by
 * number, best first (search.h); of the only person who is found the cases too. more: there are others, or there may be: type
 * more of it, or ask again after "next" (null: where the bounds of a search were met, or nothing is left); a row may come once
 * more there when it is found in another way too. after NULL: the first page; ERR_INVALID: it is no such place. Beginnings of identity numbers are answered only to those who see them whole. */
enum err reads_search(struct reads *reads, const struct actor *actor, const char *query, const char *after,
                      int rows_max, struct buf *out) MUST_USE;
