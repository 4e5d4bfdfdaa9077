/* core/base/crypto.c: libsodium behind a few plain functions. */
#include "core/base/crypto.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

/* OWASP Password Storage Cheat Sheet, argon2id: 19 MiB and two passes. */
enum { ARGON_PASSES = 2, ARGON_BYTES = 19 * 1024 * 1024 };

static void ready(void)
{
    int result = sodium_init(); /* cheap and idempotent: 1 when it was done before */
    assert(result >= 0);
}

bool password_hash(const char *password, char out[PASSWORD_HASH])
{
    _Static_assert(PASSWORD_HASH >= crypto_pwhash_STRBYTES, "room for the hash");
    ready();
    return crypto_pwhash_str_alg(out, password, strlen(password), ARGON_PASSES, ARGON_BYTES,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool password_verify(const char *hash, const char *password)
{
    ready();
    return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

static crypto_hash_sha256_state *state(struct sha256 *sha)
{
    _Static_assert(sizeof sha->opaque >= sizeof(crypto_hash_sha256_state), "room for the state");
    return (crypto_hash_sha256_state *)(void *)sha->opaque;
}

void sha256_start(struct sha256 *sha)
{
    crypto_hash_sha256_init(state(sha));
}

void sha256_add(struct sha256 *sha, const void *data, size_t length)
{
    crypto_hash_sha256_update(state(sha), data, length);
}

void sha256_text(struct sha256 *sha, char out[SHA256_TEXT])
{
    unsigned char digest[SHA256_BYTES];
    crypto_hash_sha256_final(state(sha), digest);
    sodium_bin2hex(out, SHA256_TEXT, digest, sizeof digest);
}

void mac_text(const char *key, const void *data, size_t length, char out[SHA256_TEXT])
{
    crypto_auth_hmacsha256_state mac;
    unsigned char digest[SHA256_BYTES];
    _Static_assert(SHA256_BYTES == crypto_auth_hmacsha256_BYTES, "one length");
    crypto_auth_hmacsha256_init(&mac, (const unsigned char *)key, strlen(key));
    crypto_auth_hmacsha256_update(&mac, data, length);
    crypto_auth_hmacsha256_final(&mac, digest);
    sodium_bin2hex(out, SHA256_TEXT, digest, sizeof digest);
}

void token_new(char out[TOKEN_TEXT])
{
    unsigned char bytes[32];
    _Static_assert(TOKEN_TEXT >= sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                   "room for the token");
    ready();
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(out, TOKEN_TEXT, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void secret_wipe(void *data, size_t length)
{
    sodium_memzero(data, length);
}
