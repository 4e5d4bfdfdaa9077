/* screens/export.c: the outbox as a file. Knows no screen. */
#include "screens/export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PAGE_ROWS = 200 };

/* What the hall answered is kept until it is safe there, but it is not unsent. */
static bool is_unsent(const struct json *row)
{
    const char *state = json_text(row, "state");
    return str_equal(state, "pending") || str_equal(state, "sent");
}

static enum err add_page(struct cache *cache, int64_t now_ms, int64_t *offset, struct json *rows, bool *more)
{
    struct json *args = json_new_object(), *page = NULL;
    json_set_int(args, "offset", *offset);
    json_set_int(args, "limit", PAGE_ROWS);
    json_set_bool(args, "everyone", true);
    enum err err = cache_load(cache, "outbox", args, now_ms, &page);
    json_free(&args);
    if (err)
        return err;
    *more = json_count(json_get(page, "rows")) == PAGE_ROWS;
    *offset += PAGE_ROWS;
    for (const struct json *row = json_first(json_get(page, "rows")); row; row = json_next(row))
        if (is_unsent(row))
            json_add(rows, json_copy(row));
    json_free(&page);
    return ERR_OK;
}

enum err export_outbox_json(struct cache *cache, int64_t now_ms, struct json **out, struct err_info *info)
{
    struct json *rows = json_new_array();
    int64_t offset = 0;
    char at[TIME_TEXT];
    enum err err = ERR_OK;
    for (bool more = true; more && !err;)
        err = add_page(cache, now_ms, &offset, rows, &more);
    if (err) {
        json_free(&rows);
        return err_set(info, err, "The outbox cannot be read: %s", cache_message(cache));
    }
    time_text(now_ms, at);
    *out = json_new_object();
    json_set_text(*out, "client", cache_client(cache));
    json_set_text(*out, "at", at);
    if (cache_kind(cache) == HALL_TRAINING)
        json_set_bool(*out, "training", true);
    json_set_int(*out, "count", (int64_t)json_count(rows));
    json_set(*out, "rows", rows);
    return ERR_OK;
}

enum err export_outbox_file(struct cache *cache, const char *path, int64_t now_ms, int64_t *count,
                            struct err_info *info)
{
    struct json *document = NULL;
    enum err err = export_outbox_json(cache, now_ms, &document, info);
    if (err)
        return err;
    *count = json_int(document, "count", 0);
    char *text = json_print(document);
    mode_t old = umask(077); /* it holds what people typed */
    FILE *file = fopen(path, "we");
    umask(old);
    bool written = file && fputs(text, file) >= 0 && fputc('\n', file) != EOF;
    int number = errno;
    if (file && fclose(file) != 0)
        written = false;
    free(text);
    json_free(&document);
    return written
               ? ERR_OK
               : err_set(info, err_from_errno(number), "%s cannot be written: %s", path, strerror(number));
}
