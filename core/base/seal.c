/* core/base/seal.c: see seal.h. */
#include "core/base/seal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"

static const char magic[] = "loket-sealed-1\n";
static const char public_word[] = "loket-seal-", secret_word[] = "LOKET-SECRET-";
enum {
    MAGIC = sizeof magic - 1,
    FILE_KEY = crypto_secretstream_xchacha20poly1305_KEYBYTES,
    SEALED_KEY = FILE_KEY + crypto_box_SEALBYTES,
    HEADER = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    PROOF = crypto_secretstream_xchacha20poly1305_ABYTES,
    VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
    KEY_BASE64 = sodium_base64_ENCODED_LEN(crypto_box_PUBLICKEYBYTES, VARIANT),
};
_Static_assert(sizeof secret_word + KEY_BASE64 <= SEAL_KEY_TEXT, "a key is no word of that length");

static void ready(void)
{
    int result = sodium_init(); /* cheap and idempotent */
    assert(result >= 0);
}

/* --- keys --- */

static void key_print(char out[SEAL_KEY_TEXT], const char *word, const unsigned char *key)
{
    char text[KEY_BASE64];
    sodium_bin2base64(text, sizeof text, key, crypto_box_PUBLICKEYBYTES, VARIANT);
    str_format(out, SEAL_KEY_TEXT, "%s%s", word, text);
    sodium_memzero(text, sizeof text);
}

static bool key_read(const char *text, const char *word, unsigned char key[crypto_box_PUBLICKEYBYTES])
{
    size_t length = 0;
    if (!text || !str_starts(text, word))
        return false;
    text += strlen(word);
    return sodium_base642bin(key, crypto_box_PUBLICKEYBYTES, text, strlen(text), NULL, &length, NULL,
                             VARIANT) == 0 &&
           length == crypto_box_PUBLICKEYBYTES;
}

void seal_keys_new(char secret[SEAL_KEY_TEXT], char public[SEAL_KEY_TEXT])
{
    unsigned char open[crypto_box_PUBLICKEYBYTES], hidden[crypto_box_SECRETKEYBYTES];
    ready();
    crypto_box_keypair(open, hidden);
    key_print(public, public_word, open);
    key_print(secret, secret_word, hidden);
    sodium_memzero(hidden, sizeof hidden);
}

bool seal_key_is_public(const char *key)
{
    unsigned char read[crypto_box_PUBLICKEYBYTES];
    return key_read(key, public_word, read);
}

bool seal_key_is_secret(const char *key)
{
    unsigned char read[crypto_box_SECRETKEYBYTES];
    bool is = key_read(key, secret_word, read);
    sodium_memzero(read, sizeof read);
    return is;
}

/* --- files --- */

/* As much as there is, up to size; -1: errno. */
static ssize_t read_whole(int fd, unsigned char *out, size_t size)
{
    size_t have = 0;
    while (have < size) {
        ssize_t got = read(fd, out + have, size - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static bool write_whole(int fd, const unsigned char *data, size_t size)
{
    while (size > 0) {
        ssize_t put = write(fd, data, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        data += put;
        size -= (size_t)put;
    }
    return true;
}

static enum err cannot(const char *what, struct err_info *info)
{
    int number = errno;
    return err_set(info, err_from_errno(number), "It cannot be %s: %s.", what, strerror(number));
}

bool seal_is_sealed(const char *path)
{
    unsigned char begin[MAGIC];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is = fd >= 0 && read_whole(fd, begin, MAGIC) == MAGIC && memcmp(begin, magic, MAGIC) == 0;
    if (fd >= 0)
        close(fd);
    return is;
}

/* --- in and out --- */

/* A piece, what it is when sealed, and the state of the stream: wiped when it is done. */
struct stream {
    crypto_secretstream_xchacha20poly1305_state state;
    unsigned char key[FILE_KEY], sealed_key[SEALED_KEY], header[HEADER];
    unsigned char plain[SEAL_PIECE], sealed[SEAL_PIECE + PROOF];
};

static enum err seal_head(struct stream *s, int to, const unsigned char *public, struct err_info *info)
{
    crypto_secretstream_xchacha20poly1305_keygen(s->key);
    if (crypto_box_seal(s->sealed_key, s->key, FILE_KEY, public) != 0)
        return err_set(info, ERR_USAGE, "Nothing can be sealed for this key.");
    crypto_secretstream_xchacha20poly1305_init_push(&s->state, s->header, s->key);
    bool written = write_whole(to, (const unsigned char *)magic, MAGIC) &&
                   write_whole(to, s->sealed_key, SEALED_KEY) && write_whole(to, s->header, HEADER);
    return written ? ERR_OK : cannot("written", info);
}

/* A full piece is followed by another, which may be empty: only so the last one is known before it is read. */
static enum err seal_pieces(struct stream *s, int from, int to, struct err_info *info)
{
    for (;;) {
        unsigned long long length;
        ssize_t got = read_whole(from, s->plain, SEAL_PIECE);
        if (got < 0)
            return cannot("read", info);
        bool last = got < SEAL_PIECE;
        crypto_secretstream_xchacha20poly1305_push(&s->state, s->sealed, &length, s->plain,
                                                   (unsigned long long)got, NULL, 0,
                                                   last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                                        : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
        if (!write_whole(to, s->sealed, (size_t)length))
            return cannot("written", info);
        if (last)
            return ERR_OK;
    }
}

static void stream_free(struct stream **stream)
{
    sodium_memzero(*stream, sizeof **stream);
    free(*stream);
    *stream = NULL;
}

enum err seal_stream(int from, int to, const char *public, struct err_info *info)
{
    unsigned char key[crypto_box_PUBLICKEYBYTES];
    ready();
    if (!key_read(public, public_word, key))
        return err_set(info, ERR_USAGE, "\"%.20s…\" is no key to seal with: it begins with %s.",
                       public ? public : "", public_word);
    struct stream *s = xcalloc(1, sizeof *s);
    enum err err = seal_head(s, to, key, info);
    if (err == ERR_OK)
        err = seal_pieces(s, from, to, info);
    stream_free(&s);
    return err;
}

static enum err cut(struct err_info *info)
{
    return err_set(info, ERR_CORRUPT, "It was changed or cut since it was sealed.");
}

static enum err open_head(struct stream *s, int from, const unsigned char *secret, struct err_info *info)
{
    unsigned char begin[MAGIC], public[crypto_box_PUBLICKEYBYTES];
    ssize_t got = read_whole(from, begin, MAGIC);
    if (got < 0)
        return cannot("read", info);
    if (got != MAGIC || memcmp(begin, magic, MAGIC) != 0)
        return err_set(info, ERR_INVALID, "It is not sealed.");
    if (read_whole(from, s->sealed_key, SEALED_KEY) != SEALED_KEY ||
        read_whole(from, s->header, HEADER) != HEADER)
        return cut(info);
    crypto_scalarmult_base(public, secret);
    if (crypto_box_seal_open(s->key, s->sealed_key, SEALED_KEY, public, secret) != 0)
        return err_set(info, ERR_REFUSED, "It was sealed for another key, or changed since.");
    return crypto_secretstream_xchacha20poly1305_init_pull(&s->state, s->header, s->key) == 0 ? ERR_OK
                                                                                              : cut(info);
}

static enum err open_pieces(struct stream *s, int from, int to, struct err_info *info)
{
    for (;;) {
        unsigned long long length;
        unsigned char tag;
        ssize_t got = read_whole(from, s->sealed, SEAL_PIECE + PROOF);
        if (got < 0)
            return cannot("read", info);
        if (got < PROOF ||
            crypto_secretstream_xchacha20poly1305_pull(&s->state, s->plain, &length, &tag, s->sealed,
                                                       (unsigned long long)got, NULL, 0) != 0)
            return cut(info);
        bool last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
        if (last != (length < SEAL_PIECE))
            return cut(info);
        if (!write_whole(to, s->plain, (size_t)length))
            return cannot("written", info);
        if (last) /* nothing may follow it */
            return read_whole(from, s->sealed, 1) == 0 ? ERR_OK : cut(info);
    }
}

enum err seal_open_stream(int from, int to, const char *secret, struct err_info *info)
{
    unsigned char key[crypto_box_SECRETKEYBYTES];
    ready();
    if (!key_read(secret, secret_word, key))
        return err_set(info, ERR_USAGE, "This is no key that opens anything: it begins with %s.",
                       secret_word);
    struct stream *s = xcalloc(1, sizeof *s);
    enum err err = open_head(s, from, key, info);
    if (err == ERR_OK)
        err = open_pieces(s, from, to, info);
    sodium_memzero(key, sizeof key);
    stream_free(&s);
    return err;
}
