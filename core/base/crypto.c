/* core/base/crypto.c: libsodium behind a few plain functions; SHA-256 by OpenSSL's libcrypto, which curl brings along: it
 * has the processor's own instructions where libsodium has portable C (six times as fast), and every row of the feed is
 * hashed twice. */
#define OPENSSL_API_COMPAT \
    10101 /* a state that is a plain value: the later interface keeps each on the heap */
#include "core/base/crypto.h"

#include <assert.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#ifdef __SANITIZE_ADDRESS__
static const struct password_cost least = {8, 1}; /* tests sign in often */
#else
static const struct password_cost least = {PASSWORD_KIB, PASSWORD_PASSES};
#endif

static void ready(void)
{
    int result = sodium_init(); /* cheap and idempotent: 1 when it was done before */
    assert(result >= 0);
}

struct password_cost password_least(void)
{
    return least;
}

struct password_cost password_cost_here(int64_t least_us)
{
    struct password_cost cost = least;
    int64_t pass_us = least_us / least.passes + 1;
    while (cost.passes < PASSWORD_PASSES_MAX && (cost.passes + 1) * pass_us <= PASSWORD_TAKES_MS * 1000)
        cost.passes++;
    return cost;
}

bool password_cost_of(const char *hash, struct password_cost *cost)
{
    return sscanf(hash, "$argon2id$v=19$m=%9d,t=%9d,p=", &cost->kib, &cost->passes) == 2 && cost->kib > 0 &&
           cost->passes > 0;
}

bool password_hash(const char *password, char out[PASSWORD_HASH])
{
    return password_hash_at(password, &least, out);
}

bool password_hash_at(const char *password, const struct password_cost *cost, char out[PASSWORD_HASH])
{
    _Static_assert(PASSWORD_HASH >= crypto_pwhash_STRBYTES, "room for the hash");
    ready();
    return crypto_pwhash_str_alg(out, password, strlen(password), (unsigned long long)cost->passes,
                                 (size_t)cost->kib * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool password_verify(const char *hash, const char *password)
{
    ready();
    return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

static SHA256_CTX *state(struct sha256 *sha)
{
    _Static_assert(sizeof sha->opaque >= sizeof(SHA256_CTX), "room for the state");
    return (SHA256_CTX *)(void *)sha->opaque;
}

void sha256_start(struct sha256 *sha)
{
    SHA256_Init(state(sha));
}

void sha256_add(struct sha256 *sha, const void *data, size_t length)
{
    SHA256_Update(state(sha), data, length);
}

void sha256_text(struct sha256 *sha, char out[SHA256_TEXT])
{
    unsigned char digest[SHA256_BYTES];
    SHA256_Final(digest, state(sha));
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

/* --- signatures --- */

enum { BASE64 = sodium_base64_VARIANT_ORIGINAL };

static bool from_base64(const char *text, unsigned char *out, size_t want)
{
    size_t got = 0;
    return sodium_base642bin(out, want, text, strlen(text), NULL, &got, NULL, BASE64) == 0 && got == want;
}

void sign_keys_new(char secret[SIGN_SECRET], char public[SIGN_PUBLIC])
{
    unsigned char pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES];
    _Static_assert(SIGN_SECRET == sodium_base64_ENCODED_LEN(crypto_sign_SECRETKEYBYTES, BASE64), "room");
    _Static_assert(SIGN_PUBLIC == sodium_base64_ENCODED_LEN(crypto_sign_PUBLICKEYBYTES, BASE64), "room");
    ready();
    crypto_sign_keypair(pk, sk);
    sodium_bin2base64(secret, SIGN_SECRET, sk, sizeof sk, BASE64);
    sodium_bin2base64(public, SIGN_PUBLIC, pk, sizeof pk, BASE64);
    sodium_memzero(sk, sizeof sk);
}

bool sign_text(const char *secret, const void *data, size_t length, char out[SIGNATURE_TEXT])
{
    unsigned char sk[crypto_sign_SECRETKEYBYTES], signature[crypto_sign_BYTES];
    _Static_assert(SIGNATURE_TEXT == sodium_base64_ENCODED_LEN(crypto_sign_BYTES, BASE64), "room");
    if (!from_base64(secret, sk, sizeof sk))
        return false;
    bool done = crypto_sign_detached(signature, NULL, data, length, sk) == 0;
    sodium_bin2base64(out, SIGNATURE_TEXT, signature, sizeof signature, BASE64);
    sodium_memzero(sk, sizeof sk);
    return done;
}

bool sign_verify(const char *public, const void *data, size_t length, const char *signature)
{
    unsigned char pk[crypto_sign_PUBLICKEYBYTES], bytes[crypto_sign_BYTES];
    return from_base64(public, pk, sizeof pk) && from_base64(signature, bytes, sizeof bytes) &&
           crypto_sign_verify_detached(bytes, data, length, pk) == 0;
}

/* --- certificates --- */

bool certificate_expires(const char *pem, int64_t *at_ms)
{
    BIO *text = BIO_new_mem_buf(pem, -1);
    X509 *certificate = text ? PEM_read_bio_X509(text, NULL, NULL, NULL) : NULL;
    struct tm end = {0};
    bool read = certificate && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1;
    if (read)
        *at_ms = (int64_t)timegm(&end) * 1000;
    X509_free(certificate);
    BIO_free(text);
    return read;
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

void letters_new(char *out, int count)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    ready();
    for (int i = 0; i < count; i++)
        out[i] = letters[randombytes_uniform(32)];
    out[count] = '\0';
}

/* --- boxes --- */

enum { BOX_NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };
enum { BOX_BYTES = BOX_NONCE + BOX_PLAIN + crypto_aead_xchacha20poly1305_ietf_ABYTES };
_Static_assert(BOX_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a key of its size");
_Static_assert(BOX_TEXT >= sodium_base64_ENCODED_LEN(BOX_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
               "room for a box");

void box_key_new(unsigned char key[BOX_KEY])
{
    ready();
    randombytes_buf(key, BOX_KEY);
}

bool box_key_read(const char *text, unsigned char key[BOX_KEY])
{
    size_t length;
    ready();
    return sodium_base642bin(key, BOX_KEY, text, strlen(text), " \r\n", &length, NULL,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           length == BOX_KEY;
}

void box_key_text(const unsigned char key[BOX_KEY], char out[TOKEN_TEXT])
{
    sodium_bin2base64(out, TOKEN_TEXT, key, BOX_KEY, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool box_close(const unsigned char key[BOX_KEY], const char *whose, const char *text, char out[BOX_TEXT])
{
    unsigned char bytes[BOX_BYTES],
        plain[BOX_PLAIN] = {0}; /* all of one length: none tells how long its text is */
    unsigned long long length;
    if (strlen(text) >= BOX_PLAIN)
        return false;
    ready();
    memcpy(plain, text, strlen(text));
    randombytes_buf(bytes, BOX_NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + BOX_NONCE, &length, plain, sizeof plain,
                                               (const unsigned char *)whose, strlen(whose), NULL, bytes, key);
    sodium_bin2base64(out, BOX_TEXT, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(plain, sizeof plain);
    return true;
}

bool box_open(const unsigned char key[BOX_KEY], const char *whose, const char *box, char out[BOX_PLAIN])
{
    unsigned char bytes[BOX_BYTES];
    size_t length;
    unsigned long long plain;
    ready();
    bool opened = sodium_base642bin(bytes, sizeof bytes, box, strlen(box), NULL, &length, NULL,
                                    sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
                  length == sizeof bytes &&
                  crypto_aead_xchacha20poly1305_ietf_decrypt(
                      (unsigned char *)out, &plain, NULL, bytes + BOX_NONCE, sizeof bytes - BOX_NONCE,
                      (const unsigned char *)whose, strlen(whose), bytes, key) == 0;
    out[opened ? BOX_PLAIN - 1 : 0] = '\0';
    return opened;
}

void secret_wipe(void *data, size_t length)
{
    sodium_memzero(data, length);
}
