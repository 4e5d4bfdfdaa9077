/* core/cache/feed.c: what the hall says becomes the base: feed batches in order, whole, once; snapshots
 * through the shadow tables. Knows no network. */
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/cache/store.h"
#include "core/wire/feed.h"

struct batch {
    struct cache *cache;
    struct place place;
    bool catalogue; /* services or queues changed */
    bool pruned;
    bool own;                 /* the account of whoever is signed in was written */
    bool swapped;             /* the rows are a copy that was just made, as the account stands */
    struct json *user;        /* it is this one by now; NULL: as it was */
    const struct json **news; /* what is told to a follower once it is stored; borrowed from the feed */
    size_t news_count, news_capacity;
};

/* --- followers --- */

static void note_news(struct batch *batch, const struct json *change)
{
    if (!batch->cache->news)
        return;
    if (batch->news_count == batch->news_capacity) {
        batch->news_capacity = batch->news_capacity ? batch->news_capacity * 2 : 64;
        batch->news = xrealloc(batch->news, batch->news_capacity * sizeof *batch->news);
    }
    batch->news[batch->news_count++] = change;
}

static void tell_news(struct batch *batch, enum err err)
{
    struct cache *cache = batch->cache;
    for (size_t i = 0; err == ERR_OK && i < batch->news_count; i++) {
        const struct json *row = json_get(batch->news[i], "row");
        cache->news(cache->news_ctx, json_text(batch->news[i], "t"), json_text(batch->news[i], "id"),
                    json_is_object(row) ? row : NULL);
    }
    free(batch->news);
    batch->news = NULL;
}

void cache_follow(struct cache *cache, cache_news *each, void *ctx)
{
    cache->news = each;
    cache->news_ctx = ctx;
}

enum err cache_rows(struct cache *cache, const char *table_wire, cache_news *each, void *ctx)
{
    static const char *const sql_rows[] = {
#define TABLE(ID, wire, name) \
    [TABLE_##ID] = "SELECT id, row FROM base_" name " ORDER BY id", /* primary key */
#include "core/db/tables.def"
    };
    enum table table;
    if (!table_find(table_wire, &table))
        return ERR_ABSENT;
    struct stmt *s = db_query(cache->db, sql_rows[table]);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *row = NULL;
        const char *text = db_text(s, 1);
        if (!text || json_parse(text, strlen(text), &row, NULL) != ERR_OK) {
            err = ERR_CORRUPT;
            break;
        }
        each(ctx, table_wire, db_text(s, 0), row);
        json_free(&row);
    }
    db_done(s);
    return file_fail(cache, err == ERR_ABSENT ? ERR_OK : err);
}

/* --- rows --- */

/* A snapshot's pages are younger than the rev at which it began: an older item must not undo them. */
static enum err base_rev(struct db *db, enum table table, const char *id, int64_t *row_rev)
{
    static const char *const sql_rev[] = {
#define TABLE(ID, wire, name) \
    [TABLE_##ID] = "SELECT row_rev FROM base_" name " WHERE id = $1", /* primary key */
#include "core/db/tables.def"
    };
    struct stmt *s = db_query(db, sql_rev[table]);
    db_bind_text(s, 1, id);
    *row_rev = -1;
    enum err err = query_int(s, row_rev);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void note_table(struct batch *batch, enum table table)
{
    batch->catalogue |= table == TABLE_SERVICE || table == TABLE_QUEUE || table == TABLE_AGENCY;
}

static enum err apply_row(struct batch *batch, const struct json *change, int64_t rev)
{
    enum table table;
    const char *wire = json_text(change, "t"), *id = json_text(change, "id");
    const struct json *row = json_get(change, "row");
    if (!wire || str_empty(id) || !row || !(json_is_null(row) || json_is_object(row)))
        return ERR_INVALID;
    if (!table_find(wire, &table)) /* of a newer hall: not for this program */
        return ERR_OK;
    if (json_is_object(row) && !str_equal(json_text(row, "id"), id))
        return ERR_INVALID;
    int64_t have = -1;
    TRY(base_rev(batch->cache->db, table, id, &have));
    if (have > (json_is_object(row) ? json_int(row, "row_rev", rev) : rev))
        return ERR_OK;
    note_table(batch, table);
    batch->own |= table == TABLE_USER && str_equal(id, batch->cache->actor.user);
    note_news(batch, change);
    if (table == TABLE_HALL && json_is_object(row))
        TRY(wall_row(batch->cache, row));
    TRY(overlay_touch(batch->cache, table, id, row));
    if (json_is_null(row))
        return row_delete(batch->cache->db, ROWS_BASE, table, id);
    return row_put(batch->cache->db, ROWS_BASE, table, row);
}

/* --- feed --- */

/* Steps a statement that returns (client, seq) of the records that it changed. */
static enum err leave_all(struct cache *cache, struct stmt *s)
{
    int64_t *seqs = NULL;
    size_t count = 0, capacity = 0;
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        if (!str_equal(db_text(s, 0), cache->client)) /* another person's: nobody sees it here */
            continue;
        if (count == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            seqs = xrealloc(seqs, capacity * sizeof *seqs);
        }
        seqs[count++] = db_int(s, 1);
    }
    db_done(s);
    for (size_t i = 0; i < count && err == ERR_ABSENT; i++) {
        enum err left = overlay_leave(cache, seqs[i]);
        err = left == ERR_OK ? err : left;
    }
    free(seqs);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* An own command seen on the feed is in the base now, even when its answer was lost on the way. */
static enum err leave_overlay(struct cache *cache, const char *command)
{
    static const char sql_leave[] = "UPDATE outbox SET replay = 0 WHERE id = $1 AND replay = 1"
                                    " RETURNING client, seq"; /* outbox_id */
    if (!command)
        return ERR_OK;
    struct stmt *s = db_query(cache->db, sql_leave);
    db_bind_text(s, 1, command);
    return leave_all(cache, s);
}

static enum err apply_item(struct batch *batch, const struct json *item)
{
    int64_t rev = json_int(item, "rev", -1);
    if (rev <= batch->place.cursor) /* again: applied already */
        return ERR_OK;
    const struct json *rows = json_get(item, "rows");
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        TRY(apply_row(batch, row, rev));
    batch->place.cursor = rev;
    return leave_overlay(batch->cache, json_text(item, "command"));
}

/* Those that were answered before and are in the base now: of the revs of this batch, however many wait. */
static enum err leave_answered(struct batch *batch)
{
    static const char sql_in_base[] =
        "UPDATE outbox SET replay = 0 WHERE client = $1 AND rev > $2 AND rev <= $3 AND +replay = 1"
        " AND state <> 'pending' RETURNING client, seq"; /* outbox_rev */
    struct cache *cache = batch->cache;
    struct stmt *s = db_query(cache->db, sql_in_base);
    db_bind_text(s, 1, cache->client);
    db_bind_int(s, 2, cache->place.cursor);
    db_bind_int(s, 3, batch->place.cursor);
    return leave_all(cache, s);
}

static enum err settle(struct batch *batch)
{
    struct cache *cache = batch->cache;
    bool sight = false;
    if (batch->own)
        TRY(account_follow(cache, &batch->user, &sight));
    batch->place.needs_snapshot |= sight && !batch->swapped; /* other rows are theirs to see */
    TRY(leave_answered(batch));
    batch->pruned = batch->place.safe_through != cache->pruned_through;
    if (batch->pruned)
        TRY(outbox_prune(cache, &batch->place));
    TRY(place_write(cache->db, &batch->place));
    return overlay_settle(cache, batch->place.cursor);
}

/* Every hundred revs the hall says what its tables come to. A difference is an error of one of the two
 * programs: it is reported, and the base copied anew. */
static enum err compare_digests(struct batch *batch, const struct json *digests)
{
    for (const struct json *d = json_first(digests); d; d = json_next(d)) {
        enum table table;
        char mine[65];
        if (!json_as_text(d) || !table_find(json_name(d), &table))
            continue;
        TRY(rows_digest(batch->cache->db, ROWS_BASE, table, mine));
        if (strcmp(mine, json_as_text(d)) == 0)
            continue;
        log_write(LOG_WARN, "the copy of table %s differs from the hall's at %lld: it is made anew",
                  json_name(d), (long long)batch->place.cursor);
        batch->place.needs_snapshot = true;
    }
    return ERR_OK;
}

static enum err apply_items(struct batch *batch, const struct json *feed)
{
    const struct json *items = json_get(feed, "items");
    for (const struct json *item = json_first(items); item; item = json_next(item))
        TRY(apply_item(batch, item));
    int64_t to = json_int(feed, "to", batch->place.cursor);
    if (to > batch->place.cursor) /* commits of which this person sees no row */
        batch->place.cursor = to;
    int64_t safe = json_int(feed, "safe_through", 0);
    if (safe > batch->place.safe_through)
        batch->place.safe_through = safe;
    TRY(compare_digests(batch, json_get(feed, "digests")));
    return settle(batch);
}

/* The cache's own state after a write that was all or nothing. */
static enum err finish(struct batch *batch, enum err err)
{
    struct cache *cache = batch->cache;
    if (err == ERR_INVALID) {
        json_free(&batch->user);
        file_undo(cache);
        return file_refuse(cache, ERR_CORRUPT,
                           "The hall sent a row that is not as it should be. Nothing of it was "
                           "taken over; work here is kept.");
    }
    err = file_end(cache, err);
    if (err != ERR_OK) {
        json_free(&batch->user);
        return err;
    }
    account_take(cache, &batch->user);
    cache->place = batch->place;
    if (batch->pruned)
        cache->pruned_through = batch->place.safe_through;
    if (batch->catalogue)
        json_free(&cache->services);
    return ERR_OK;
}

static bool nothing_new(const struct batch *batch, const struct json *feed)
{
    return json_int(feed, "to", 0) <= batch->place.cursor &&
           json_int(feed, "safe_through", 0) <= batch->place.safe_through;
}

enum err cache_feed(struct cache *cache, const struct json *feed, int64_t now_ms)
{
    struct batch batch = {.cache = cache, .place = cache->place};
    struct err_info info = {0};
    if (!json_is_array(json_get(feed, "items")) || !json_is_integer(json_get(feed, "to")))
        return file_refuse(cache, ERR_INVALID, "The hall's answer is not as it should be.");
    if (cache->place.needs_snapshot || json_int(feed, "epoch", cache->place.epoch) != cache->place.epoch ||
        json_int(feed, "from", cache->place.cursor) > cache->place.cursor)
        return file_refuse(cache, ERR_CONFLICT,
                           "The hall's news do not follow on what is here: a new copy is needed.");
    if (feed_verify(feed, cache->place.cursor, batch.place.chain, &info) != ERR_OK)
        return file_refuse(cache, ERR_CORRUPT, "%s", info.text);
    batch.place.fed_ms = now_ms;
    cache->place.fed_ms = now_ms;
    if (nothing_new(&batch, feed))
        return ERR_OK;
    enum err err = file_begin(cache, false);
    if (err != ERR_OK)
        return file_fail(cache, err);
    err = finish(&batch, apply_items(&batch, feed));
    tell_news(&batch, err);
    return err;
}

/* --- snapshot --- */

static enum err put_page(struct cache *cache, const struct json *rows)
{
    for (const struct json *line = json_first(rows); line; line = json_next(line)) {
        enum table table;
        const char *wire = json_text(line, "t");
        const struct json *row = json_get(line, "row");
        if (!wire || !json_is_object(row) || str_empty(json_text(row, "id")))
            return ERR_INVALID;
        if (!table_find(wire, &table))
            continue;
        if (table == TABLE_HALL)
            TRY(wall_row(cache, row));
        TRY(row_put(cache->db, ROWS_SHADOW, table, row));
    }
    return ERR_OK;
}

enum err cache_snapshot_page(struct cache *cache, const struct json *page, bool first)
{
    struct batch batch = {.cache = cache, .place = cache->place};
    if (!json_is_array(json_get(page, "rows")))
        return file_refuse(cache, ERR_INVALID, "The hall's answer is not as it should be.");
    enum err err = file_begin(cache, false);
    if (err != ERR_OK)
        return file_fail(cache, err);
    if (first)
        err = rows_clear(cache->db, ROWS_SHADOW);
    if (err == ERR_OK)
        err = put_page(cache, json_get(page, "rows"));
    return finish(&batch, err);
}

/* Which commands the new base lacks is told by their rev; those without an answer are shown until it comes.
 */
static enum err replay_after(struct cache *cache, int64_t rev)
{
    static const char sql_replay[] = "UPDATE outbox SET replay = CASE WHEN online = 0 AND (state = 'pending' "
                                     "OR (state = 'applied' AND rev > $1))"
                                     " THEN 1 ELSE 0 END"; /* the whole outbox, once a snapshot */
    struct stmt *s = db_query(cache->db, sql_replay);
    db_bind_int(s, 1, rev);
    return db_run(s);
}

enum err cache_snapshot_swap(struct cache *cache, int64_t rev, int64_t epoch, int64_t now_ms)
{
    struct batch batch = {
        .cache = cache, .place = cache->place, .catalogue = true, .own = true, .swapped = true};
    bool other = epoch != cache->place.epoch; /* nobody said so before, or the disk could not take it then */
    int64_t resent = 0;
    batch.place.cursor = rev;
    batch.place.epoch = epoch;
    if (other)
        batch.place.safe_through = 0;
    batch.place.needs_snapshot = false;
    batch.place.fed_ms = now_ms;
    batch.place.chain[0] = '\0';
    enum err err = file_begin(cache, true);
    if (err != ERR_OK)
        return file_fail(cache, err);
    err = rows_swap_shadow(cache->db);
    if (err == ERR_OK && other)
        err = outbox_send_again(cache, &resent);
    if (err == ERR_OK)
        err = replay_after(cache, rev);
    overlay_forget(cache);
    if (err == ERR_OK)
        err = settle(&batch);
    err = finish(&batch, err);
    floor_forget(cache);
    if (err == ERR_OK && other)
        cache->resent = resent;
    if (err == ERR_OK && cache->news)
        cache->news(cache->news_ctx, NULL, NULL, NULL);
    return err;
}

enum err cache_ask_snapshot(struct cache *cache)
{
    struct batch batch = {.cache = cache, .place = cache->place};
    batch.place.needs_snapshot = true;
    enum err err = file_begin(cache, true);
    if (err != ERR_OK)
        return file_fail(cache, err);
    return finish(&batch, place_write(cache->db, &batch.place));
}
