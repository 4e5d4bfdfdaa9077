/* tests/unit/seal_test.c: what is sealed comes out as it went in, with its key alone, whole or not at all. */
#include "core/base/seal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/support/test.h"

static char *path_of(const char *name)
{
    return xasprintf("%s/%s", test_folder(), name);
}

static void put_file(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "we");
    REQUIRE(file && fwrite(bytes, 1, length, file) == length);
    fclose(file);
}

static size_t take_file(const char *path, char **bytes)
{
    struct buf all = {0};
    char part[4096];
    size_t got;
    FILE *file = fopen(path, "re");
    REQUIRE(file);
    while ((got = fread(part, 1, sizeof part, file)) > 0)
        buf_add(&all, part, got);
    fclose(file);
    got = all.length;
    *bytes = buf_take(&all);
    return got;
}

static enum err through(enum err (*stream)(int, int, const char *, struct err_info *), const char *from,
                        const char *to, const char *key, struct err_info *info)
{
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    REQUIRE(in >= 0 && out >= 0);
    enum err err = stream(in, out, key, info);
    close(in);
    close(out);
    return err;
}

struct sealed {
    char *plain, *sealed, *opened;
    char secret[SEAL_KEY_TEXT], public[SEAL_KEY_TEXT];
};

static void begin(struct sealed *s, size_t length)
{
    char *bytes = xcalloc(length + 1, 1);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)(i * 31 + i / 251);
    *s = (struct sealed){path_of("plain"), path_of("sealed"), path_of("opened"), "", ""};
    put_file(s->plain, bytes, length);
    seal_keys_new(s->secret, s->public);
    CHECK_INT(through(seal_stream, s->plain, s->sealed, s->public, NULL), ERR_OK);
    free(bytes);
}

static void end(struct sealed *s)
{
    free(s->plain);
    free(s->sealed);
    free(s->opened);
}

TEST(seal_opens_to_what_was_sealed)
{
    static const size_t lengths[] = {0, 1, SEAL_PIECE - 1, SEAL_PIECE, SEAL_PIECE + 1, 3 * SEAL_PIECE};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct sealed s;
        char *before, *after;
        begin(&s, lengths[i]);
        CHECK(seal_is_sealed(s.sealed) && !seal_is_sealed(s.plain));
        CHECK_INT(through(seal_open_stream, s.sealed, s.opened, s.secret, NULL), ERR_OK);
        size_t had = take_file(s.plain, &before), have = take_file(s.opened, &after);
        CHECK(had == have && memcmp(before, after, had) == 0);
        free(before);
        free(after);
        end(&s);
    }
}

TEST(seal_keys_are_told_apart)
{
    struct sealed s, other;
    struct err_info info;
    begin(&s, 100);
    seal_keys_new(other.secret, other.public);
    CHECK(seal_key_is_public(s.public) && !seal_key_is_secret(s.public));
    CHECK(seal_key_is_secret(s.secret) && !seal_key_is_public(s.secret));
    CHECK(!seal_key_is_public("loket-seal-") && !seal_key_is_public("") &&
          !seal_key_is_secret("LOKET-SECRET-AAAA"));
    CHECK_INT(through(seal_stream, s.plain, s.opened, s.secret, &info), ERR_USAGE);
    CHECK_INT(through(seal_open_stream, s.sealed, s.opened, s.public, &info), ERR_USAGE);
    CHECK_INT(through(seal_open_stream, s.sealed, s.opened, other.secret, &info), ERR_REFUSED);
    CHECK_INT(through(seal_open_stream, s.plain, s.opened, s.secret, &info), ERR_INVALID);
    end(&s);
}

/* Any byte, and any length: small enough for each to be tried. */
TEST(seal_is_broken_by_any_change)
{
    struct sealed s;
    char *bytes;
    begin(&s, 300);
    size_t length = take_file(s.sealed, &bytes);
    for (size_t i = 0; i < length; i++) {
        bytes[i] ^= 1;
        put_file(s.sealed, bytes, length);
        CHECK(through(seal_open_stream, s.sealed, s.opened, s.secret, NULL) != ERR_OK);
        bytes[i] ^= 1;
        put_file(s.sealed, bytes, i);
        CHECK(through(seal_open_stream, s.sealed, s.opened, s.secret, NULL) != ERR_OK);
    }
    put_file(s.sealed, bytes, length);
    CHECK_INT(through(seal_open_stream, s.sealed, s.opened, s.secret, NULL), ERR_OK);
    char *longer = xasprintf("%*s", (int)length + 1, "");
    memcpy(longer, bytes, length);
    put_file(s.sealed, longer, length + 1);
    CHECK(through(seal_open_stream, s.sealed, s.opened, s.secret, NULL) != ERR_OK);
    free(longer);
    free(bytes);
    end(&s);
}

/* A whole piece less is no shorter file, two that changed places no other one. */
TEST(seal_pieces_have_their_places)
{
    enum { HEAD = 15 + 80 + 24, PIECE = SEAL_PIECE + 17 };
    struct sealed s;
    char *bytes, *turned;
    begin(&s, 3 * SEAL_PIECE);
    size_t length = take_file(s.sealed, &bytes);
    CHECK_INT((int64_t)length, HEAD + 3 * PIECE + 17);
    put_file(s.sealed, bytes, HEAD + 2 * PIECE);
    CHECK_INT(through(seal_open_stream, s.sealed, s.opened, s.secret, NULL), ERR_CORRUPT);
    turned = xcalloc(length, 1);
    memcpy(turned, bytes, length);
    memcpy(turned + HEAD, bytes + HEAD + PIECE, PIECE);
    memcpy(turned + HEAD + PIECE, bytes + HEAD, PIECE);
    put_file(s.sealed, turned, length);
    CHECK_INT(through(seal_open_stream, s.sealed, s.opened, s.secret, NULL), ERR_CORRUPT);
    memcpy(turned, bytes, length); /* the first of them left out */
    memmove(turned + HEAD, turned + HEAD + PIECE, length - HEAD - PIECE);
    put_file(s.sealed, turned, length - PIECE);
    CHECK_INT(through(seal_open_stream, s.sealed, s.opened, s.secret, NULL), ERR_CORRUPT);
    free(turned);
    free(bytes);
    end(&s);
}

TEST(seal_says_when_the_disk_is_full)
{
    struct sealed s;
    struct err_info info;
    begin(&s, 100);
    CHECK_INT(through(seal_stream, s.plain, "/dev/full", s.public, &info), ERR_DISK_FULL);
    end(&s);
}
