/* core/wire/feed.c: the hash chain of the feed. See feed.h. */
#include "core/wire/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_line(struct sha256 *sha, const char *text)
{
    if (text)
        sha256_add(sha, text, strlen(text));
    sha256_add(sha, "\n", 1);
}

void feed_leaf_text(const char *table, const char *id, const char *row_text, char leaf[SHA256_TEXT])
{
    struct sha256 sha;
    sha256_start(&sha);
    add_line(&sha, table);
    add_line(&sha, id);
    sha256_add(&sha, row_text, strlen(row_text));
    sha256_text(&sha, leaf);
}

void feed_leaf(const char *table, const char *id, const struct json *row, char leaf[SHA256_TEXT])
{
    if (!row || json_is_null(row)) {
        feed_leaf_text(table, id, "", leaf);
        return;
    }
    char *text = json_print(row);
    feed_leaf_text(table, id, text, leaf);
    free(text);
}

static int compare_leaves(const void *a, const void *b)
{
    return memcmp(a, b, SHA256_TEXT);
}

void feed_chain(const char *previous, int64_t rev, const char *command, const char *by,
                char (*leaves)[SHA256_TEXT], size_t leaf_count, char next[SHA256_TEXT])
{
    char number[24];
    struct sha256 sha;
    snprintf(number, sizeof number, "%lld", (long long)rev);
    sha256_start(&sha);
    add_line(&sha, previous);
    add_line(&sha, number);
    add_line(&sha, command);
    add_line(&sha, by);
    if (leaf_count > 0)
        qsort(leaves, leaf_count, sizeof *leaves, compare_leaves);
    for (size_t i = 0; i < leaf_count; i++)
        add_line(&sha, leaves[i]);
    sha256_text(&sha, next);
}

/* --- checking --- */

static bool is_leaf(const char *text)
{
    return text && strlen(text) == SHA256_TEXT - 1 && strspn(text, "0123456789abcdef") == SHA256_TEXT - 1;
}

static bool row_leaf(const struct json *row, char leaf[SHA256_TEXT])
{
    const char *table = json_text(row, "t"), *id = json_text(row, "id"), *given = json_text(row, "leaf");
    if (!table || !id || !json_get(row, "row"))
        return false;
    if (!given) {
        feed_leaf(table, id, json_get(row, "row"), leaf);
        return true;
    }
    return is_leaf(given) && str_copy(leaf, SHA256_TEXT, given);
}

/* The leaves of an item, seen or hidden; NULL when it is not as it should be. */
static char (*item_leaves(const struct json *item, size_t *count))[SHA256_TEXT]
{
    const struct json *rows = json_get(item, "rows"), *hidden = json_get(item, "hidden");
    char(*leaves)[SHA256_TEXT] = xcalloc(json_count(rows) + json_count(hidden) + 1, sizeof *leaves);
    bool ok = json_is_array(rows) && (!hidden || json_is_array(hidden));
    *count = 0;
    for (const struct json *row = json_first(rows); ok && row; row = json_next(row))
        ok = row_leaf(row, leaves[(*count)++]);
    for (const struct json *leaf = json_first(hidden); ok && leaf; leaf = json_next(leaf)) {
        ok = is_leaf(json_as_text(leaf));
        if (ok)
            str_copy(leaves[(*count)++], SHA256_TEXT, json_as_text(leaf));
    }
    if (!ok) {
        free(leaves);
        return NULL;
    }
    return leaves;
}

static enum err verify_item(const struct json *item, int64_t rev, char head[SHA256_TEXT],
                            struct err_info *info)
{
    size_t count;
    const char *h = json_text(item, "h");
    char(*leaves)[SHA256_TEXT] = is_leaf(h) ? item_leaves(item, &count) : NULL;
    if (!leaves)
        return err_set(info, ERR_INVALID, "Change %lld of the hall is not as it should be.", (long long)rev);
    char expected[SHA256_TEXT];
    feed_chain(head, rev, json_text(item, "command"), json_text(item, "by"), leaves, count, expected);
    free(leaves);
    if (head[0] && !str_equal(expected, h))
        return err_set(info, ERR_INVALID,
                       "The hall's history was changed at %lld: its seal does not fit. Nothing was taken "
                       "over; tell an administrator.",
                       (long long)rev);
    str_copy(head, SHA256_TEXT, h);
    return ERR_OK;
}

enum err feed_verify(const struct json *feed, int64_t cursor, char head[SHA256_TEXT], struct err_info *info)
{
    char next[SHA256_TEXT];
    str_copy(next, sizeof next, head);
    const struct json *items = json_get(feed, "items");
    for (const struct json *item = json_first(items); item; item = json_next(item)) {
        int64_t rev = json_int(item, "rev", -1);
        if (rev >= 0 && rev <= cursor)
            continue;
        if (rev != cursor + 1)
            return err_set(info, ERR_INVALID, "The hall's changes skip from %lld to %lld.", (long long)cursor,
                           (long long)rev);
        enum err err = verify_item(item, rev, next, info);
        if (err != ERR_OK)
            return err;
        cursor = rev;
    }
    str_copy(head, SHA256_TEXT, next);
    return ERR_OK;
}
