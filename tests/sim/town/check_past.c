/* tests/sim/town/check_past.c: what each change held while it was whole. A hall shortens old ones to leaves of its chain
 * (core/hall/retention.h); the checker, which reads them again after a restore, looks that the leaves are those of the
 * rows that were there, and goes on with the rows. */
#include <stdlib.h>
#include <string.h>

#include "core/wire/feed.h"
#include "tests/sim/town/checking.h"

struct past {
    char **items; /* by rev, of the hall's history as it is now */
    int64_t room;
};

struct past *past_new(void)
{
    return xcalloc(1, sizeof(struct past));
}

void past_seen_free(struct past **slot)
{
    struct past *past = *slot;
    if (!past)
        return;
    for (int64_t i = 0; i < past->room; i++)
        free(past->items[i]);
    free(past->items);
    free(past);
    *slot = NULL;
}

static void remember(struct past *past, int64_t rev, const char *text)
{
    if (rev >= past->room) {
        int64_t room = rev * 2 + 64;
        past->items = xrealloc(past->items, sizeof *past->items * (size_t)room);
        memset(past->items + past->room, 0, sizeof *past->items * (size_t)(room - past->room));
        past->room = room;
    }
    free(past->items[rev]);
    past->items[rev] = xstrdup(text);
}

static bool is_shortened(const struct json *item)
{
    const struct json *line = json_first(json_get(item, "rows"));
    return line && json_get(line, "leaf");
}

static const struct json *line_of(const struct json *item, const struct json *like)
{
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line))
        if (str_equal(json_text(line, "t"), json_text(like, "t")) &&
            str_equal(json_text(line, "id"), json_text(like, "id")))
            return line;
    return NULL;
}

/* Each line of the short one is the leaf of a line that was there, and there are as many. */
static bool is_short_for(const struct json *item, const struct json *whole)
{
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line)) {
        const struct json *was = line_of(whole, line);
        char leaf[SHA256_TEXT];
        if (!was || json_get(line, "row"))
            return false;
        feed_leaf(json_text_or(was, "t", ""), json_text_or(was, "id", ""), json_get(was, "row"), leaf);
        if (!str_equal(json_text(line, "leaf"), leaf))
            return false;
    }
    return json_count(json_get(item, "rows")) == json_count(json_get(whole, "rows"));
}

struct json *past_item(struct town *town, int64_t rev, const char *text)
{
    struct past *past = town->check->past;
    struct json *item = NULL, *whole = NULL;
    if (json_parse(text, strlen(text), &item, NULL) != ERR_OK) {
        town_violated(town, "rev %lld cannot be read", (long long)rev);
        return NULL;
    }
    if (!is_shortened(item)) {
        remember(past, rev, text);
        return item;
    }
    const char *was = rev < past->room ? past->items[rev] : NULL;
    if (!was || json_parse(was, strlen(was), &whole, NULL) != ERR_OK || !is_short_for(item, whole))
        town_violated(town, "rev %lld was shortened to what it never held", (long long)rev);
    json_free(&item);
    return whole;
}
