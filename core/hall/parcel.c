/* core/hall/parcel.c: see parcel.h. */
#include "core/hall/parcel.h"

#include <stdlib.h>
#include <string.h>

/* --- writing --- */

void parcel_add(struct parcel_writer *writer, struct json *line)
{
    json_print_to(line, &writer->text);
    buf_addc(&writer->text, '\n');
    writer->lines++;
    json_free(&line);
}

void parcel_begin(struct parcel_writer *writer, const char *kind, struct json *head)
{
    *writer = (struct parcel_writer){0};
    json_set_text(head, "loket", "parcel");
    json_set_int(head, "version", PARCEL_VERSION);
    json_set_text(head, "kind", kind);
    parcel_add(writer, head);
}

static void digest_of(const char *text, size_t length, char out[SHA256_TEXT])
{
    struct sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, text, length);
    sha256_text(&sha, out);
}

void parcel_end(struct parcel_writer *writer, const char *secret)
{
    char digest[SHA256_TEXT], mac[SHA256_TEXT];
    struct json *end = json_new_object();
    digest_of(buf_text(&writer->text), writer->text.length, digest);
    mac_text(secret, digest, strlen(digest), mac);
    json_set_int(end, "end", writer->lines);
    json_set_text(end, "sha256", digest);
    json_set_text(end, "mac", mac);
    parcel_add(writer, end);
}

/* --- reading --- */

void parcel_free(struct parcel *parcel)
{
    json_free(&parcel->head);
    json_free(&parcel->lines);
}

/* The end is the last line, whole: what stands behind it, or its missing line feed, is a cut or an addition. */
static const char *last_line(const char *text, size_t length)
{
    if (length < 2 || text[length - 1] != '\n')
        return NULL;
    const char *at = memrchr(text, '\n', length - 1);
    return at ? at + 1 : text;
}

static bool read_end(const char *text, size_t length, struct parcel *out, int64_t *lines)
{
    struct json *end = NULL;
    char digest[SHA256_TEXT];
    const char *at = last_line(text, length);
    if (!at || json_parse(at, length - (size_t)(at - text) - 1, &end, NULL) != ERR_OK)
        return false;
    digest_of(text, (size_t)(at - text), digest);
    *lines = json_int(end, "end", -1);
    str_copy(out->digest, sizeof out->digest, digest);
    str_copy(out->mac, sizeof out->mac, json_text_or(end, "mac", ""));
    bool good = str_equal(json_text(end, "sha256"), digest);
    json_free(&end);
    return good;
}

static enum err check_head(const struct json *head, const char *kind, struct err_info *info)
{
    const char *own = json_text_or(head, "kind", "");
    if (!str_equal(json_text(head, "loket"), "parcel"))
        return err_set(info, ERR_INVALID, "This is no parcel of a hall or a bus. Nothing was changed.");
    if (json_int(head, "version", 0) != PARCEL_VERSION)
        return err_set(info, ERR_INVALID,
                       "This parcel was written by another version of loketd (%d). Install that one here.",
                       (int)json_int(head, "version", 0));
    if (!str_equal(own, kind))
        return err_set(info, ERR_INVALID, "This is the parcel of a %s, not of a %s. Nothing was changed.",
                       str_equal(own, "departure") ? "departure" : "return", kind);
    return ERR_OK;
}

static enum err read_lines(const char *text, const char *end, struct parcel *out, struct err_info *info)
{
    out->lines = json_new_array();
    for (const char *at = text; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct json *line = NULL;
        if (!stop || json_parse(at, (size_t)(stop - at), &line, NULL) != ERR_OK)
            return err_set(info, ERR_INVALID, "A line of this parcel cannot be read. Nothing was changed.");
        if (!out->head)
            out->head = line;
        else
            json_add(out->lines, line);
        at = stop + 1;
    }
    return ERR_OK;
}

enum err parcel_read(const char *text, size_t length, const char *kind, struct parcel *out,
                     struct err_info *info)
{
    int64_t lines = 0;
    *out = (struct parcel){0};
    if (!str_starts(text, "{\"") || !memmem(text, length < 4096 ? length : 4096, "\"loket\":\"parcel\"", 16))
        return err_set(info, ERR_INVALID, "This is no parcel of a hall or a bus. Nothing was changed.");
    if (!read_end(text, length, out, &lines))
        return err_set(
            info, ERR_INVALID,
            "This parcel is not whole: it was cut off or altered on its way. Nothing was changed; copy "
            "the file again, or write it anew.");
    enum err err = read_lines(text, last_line(text, length), out, info);
    if (err == ERR_OK)
        err = check_head(out->head, kind, info);
    if (err == ERR_OK && lines != (int64_t)json_count(out->lines) + 1)
        err = err_set(info, ERR_INVALID, "This parcel is not whole: lines are missing. Nothing was changed.");
    if (err != ERR_OK)
        parcel_free(out);
    return err;
}

bool parcel_is_sealed_with(const struct parcel *parcel, const char *secret)
{
    char mac[SHA256_TEXT];
    mac_text(secret, parcel->digest, strlen(parcel->digest), mac);
    return str_equal(mac, parcel->mac);
}
