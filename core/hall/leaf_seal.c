/* core/hall/leaf_seal.c: see leaf_seal.h. */
#include "core/hall/leaf_seal.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/str.h"

void leaf_seal_start(struct leaf_seal *seal)
{
    *seal = (struct leaf_seal){0};
    sha256_start(&seal->sha);
}

static void add_line(struct sha256 *sha, const char *text)
{
    sha256_add(sha, text, strlen(text));
    sha256_add(sha, "\n", 1);
}

void leaf_seal_add(struct leaf_seal *seal, int64_t rev, const char *table, const char *id, const char *leaf)
{
    char number[24];
    str_format(number, sizeof number, "%" PRId64, rev);
    add_line(&seal->sha, number);
    add_line(&seal->sha, table);
    add_line(&seal->sha, id);
    add_line(&seal->sha, leaf);
    seal->rows++;
}

void leaf_seal_text(const struct leaf_seal *seal, char out[SHA256_TEXT])
{
    struct sha256 copy = seal->sha;
    sha256_text(&copy, out);
}

void leaf_seal_put(const struct leaf_seal *seal, struct json *detail)
{
    char text[SHA256_TEXT];
    leaf_seal_text(seal, text);
    json_set_int(detail, "sealed_rows", seal->rows);
    json_set_text(detail, "seal", text);
}

struct json *leaf_seal_said(const char *about, const char *body_sha256)
{
    char digest[SHA256_TEXT];
    struct sha256 sha;
    struct json *said = NULL;
    if (!about || !body_sha256)
        return NULL;
    sha256_start(&sha);
    sha256_add(&sha, about, strlen(about));
    sha256_text(&sha, digest);
    return str_equal(digest, body_sha256) && json_parse(about, strlen(about), &said, NULL) == ERR_OK ? said
                                                                                                     : NULL;
}

bool leaf_seal_fits(const struct leaf_seal *seal, const struct json *detail)
{
    char text[SHA256_TEXT];
    leaf_seal_text(seal, text);
    return json_int(detail, "sealed_rows", -1) == seal->rows && str_equal(json_text(detail, "seal"), text);
}
