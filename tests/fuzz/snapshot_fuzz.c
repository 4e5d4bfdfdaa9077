/* tests/fuzz/snapshot_fuzz.c: a copy of the whole base: {"pages":[answer of /v1/snapshot…],"rev","epoch"}, then
 * the swap.
 *
 * Holds: nothing of the base changes before the swap; a page that is refused leaves none of its rows; the outbox
 * untouched; the person's own unsent work is on the screen after it; memory and file say the same. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/world.h"

enum { PAGES_MAX = 20 }; /* the base is read before and after each */

static void take_pages(struct cache *cache, const struct json *pages)
{
    bool first = true;
    int left = PAGES_MAX;
    for (const struct json *page = json_first(pages); page && left-- > 0; page = json_next(page)) {
        char *base = world_base(cache);
        enum err err = cache_snapshot_page(cache, page, first);
        HOLD(err == ERR_OK || err == ERR_INVALID || err == ERR_CORRUPT);
        first &= err != ERR_OK;
        char *after = world_base(cache);
        HOLD(strcmp(base, after) == 0);
        free(base);
        free(after);
    }
}

static void swap(struct pair *pair, struct cache *cache, const struct json *copy)
{
    int64_t rev = json_int(copy, "rev", 0), epoch = json_int(copy, "epoch", 1);
    int64_t unsent = cache_unsent(cache);
    bool other = epoch != cache_epoch(cache);
    enum err err = cache_snapshot_swap(cache, rev, epoch, pair->now_ms);
    HOLD(err == ERR_OK);
    HOLD(cache_cursor(cache) == rev && cache_epoch(cache) == epoch && !cache_needs_snapshot(cache));
    /* A hall of another epoch is told again what was not safe. */
    HOLD(other ? cache_unsent(cache) >= unsent : cache_unsent(cache) == unsent);
    free(world_base(cache)); /* every row can be read */
    world_check_cache(cache);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pair *pair = world();
    struct json *copy = NULL;
    char *text = fuzz_text(data, size), *named = world_text(text);
    if (strlen(text) == size && json_parse(named, strlen(named), &copy, NULL) == ERR_OK) {
        struct cache *cache = pair->cache[WORLD_STATION];
        world_begin();
        char *outbox = world_outbox(cache);
        HOLD(cache_ask_snapshot(cache) == ERR_OK);
        take_pages(cache, json_get(copy, "pages"));
        swap(pair, cache, copy);
        char *after = world_outbox(cache);
        HOLD(strcmp(outbox, after) == 0);
        free(outbox);
        free(after);
        world_end();
    }
    json_free(&copy);
    free(named);
    free(text);
    return 0;
}
