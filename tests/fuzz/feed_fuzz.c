/* tests/fuzz/feed_fuzz.c: answers of /v1/feed into a workstation's copy. What breaks the chain is given once more
 * with its seals made anew, so that odd rows reach the tables.
 *
 * Holds: all of it or nothing; the outbox untouched; the cursor never back; memory and file say the same; every
 * screen's question is answered over the rows that were taken. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/store.h"
#include "core/wire/feed.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/world.h"

static void feed(struct cache *cache, const struct json *answer, int64_t now_ms)
{
    char *outbox = world_outbox(cache), *base = world_base(cache);
    int64_t cursor = cache_cursor(cache), safe = cache_safe_through(cache);
    enum err err = cache_feed(cache, answer, now_ms);
    char *outbox_after = world_outbox(cache), *base_after = world_base(cache);
    HOLD(strcmp(outbox, outbox_after) == 0);
    HOLD(err == ERR_OK || strcmp(base, base_after) == 0);
    HOLD(err == ERR_OK || err == ERR_INVALID || err == ERR_CONFLICT || err == ERR_CORRUPT);
    HOLD(cache_cursor(cache) >= cursor && cache_safe_through(cache) >= safe);
    int64_t to = json_int(answer, "to", -1);
    HOLD(err != ERR_OK || cache_cursor(cache) == (to > cursor ? to : cursor));
    if (strcmp(base, base_after) != 0)
        world_check_cache(cache);
    free(outbox);
    free(outbox_after);
    free(base);
    free(base_after);
}

/* The answer with seals that fit, where its items have leaves at all. */
static struct json *sealed(const struct cache *cache, const struct json *answer)
{
    struct json *copy = json_copy(answer);
    char head[SHA256_TEXT];
    str_copy(head, sizeof head, cache->place.chain);
    int64_t rev = cache->place.cursor;
    const struct json *items = json_get(copy, "items");
    for (size_t i = 0; i < json_count(items); i++) {
        const struct json *item = json_at(items, i), *rows = json_get(item, "rows");
        char path[40], (*leaves)[SHA256_TEXT] = xcalloc(json_count(rows) + 1, sizeof *leaves);
        size_t count = 0;
        for (const struct json *row = json_first(rows); json_is_array(rows) && row; row = json_next(row)) {
            const char *table = json_text_or(row, "t", ""), *id = json_text_or(row, "id", "");
            feed_leaf(table, id, json_get(row, "row"), leaves[count++]);
        }
        feed_chain(head, ++rev, json_text(item, "command"), json_text(item, "by"), leaves, count, head);
        free(leaves);
        str_format(path, sizeof path, "/items/%zu/h", i);
        (void)json_set_pointer(copy, path, json_new_text(head));
        str_format(path, sizeof path, "/items/%zu/rev", i);
        (void)json_set_pointer(copy, path, json_new_int(rev));
        str_format(path, sizeof path, "/items/%zu/hidden", i);
        (void)json_set_pointer(copy, path, json_new_array());
    }
    json_set_int(copy, "to", rev);
    json_set_int(copy, "from", cache->place.cursor);
    json_set_int(copy, "epoch", cache->place.epoch);
    return copy;
}

/* A leaf of a row's own would be another's than the row that is here. */
static void drop_leaves(struct json *answer)
{
    for (size_t i = 0; i < json_count(json_get(answer, "items")); i++)
        for (size_t k = 0; k < json_count(json_get(json_at(json_get(answer, "items"), i), "rows")); k++) {
            char path[64];
            str_format(path, sizeof path, "/items/%zu/rows/%zu/leaf", i, k);
            if (json_pointer(answer, path))
                (void)json_set_pointer(answer, path, json_new_null());
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pair *pair = world();
    struct json *answer = NULL;
    char *text = fuzz_text(data, size), *named = world_text(text);
    if (strlen(text) == size && json_parse(named, strlen(named), &answer, NULL) == ERR_OK) {
        struct cache *cache = pair->cache[WORLD_STATION];
        world_begin();
        feed(cache, answer, pair->now_ms);
        world_end();
        if (json_is_array(json_get(answer, "items"))) {
            drop_leaves(answer);
            struct json *better = sealed(cache, answer);
            world_begin();
            feed(cache, better, pair->now_ms);
            feed(cache, better, pair->now_ms); /* it comes twice */
            world_end();
            json_free(&better);
        }
    }
    json_free(&answer);
    free(named);
    free(text);
    return 0;
}
