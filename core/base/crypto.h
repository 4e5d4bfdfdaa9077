/* core/base/crypto.h: the door to libsodium and libcrypto (files: seal.h): password hashes, SHA-256, signatures, random bytes. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_TEXT = 65, PASSWORD_HASH = 128, TOKEN_TEXT = 44 };

/* What an argon2id hash costs whoever makes it. At least 19 MiB and two passes (OWASP password storage, 2023), which take some
 * 20–50 ms; a build with sanitizers, which is for tests alone, has less. */
struct password_cost {
    int kib, passes;
};
enum { PASSWORD_KIB = 19 * 1024, PASSWORD_PASSES = 2, PASSWORD_PASSES_MAX = 8, PASSWORD_TAKES_MS = 50 };
struct password_cost password_least(void);
/* The most passes, from the least to PASSWORD_PASSES_MAX, that take PASSWORD_TAKES_MS where the least cost takes least_us. */
struct password_cost password_cost_here(int64_t least_us);
/* That of a hash, which says it itself. False: it is none of argon2id. */
bool password_cost_of(const char *hash, struct password_cost *cost);

bool password_hash(const char *password, char out[PASSWORD_HASH]); /* at the least cost */
bool password_hash_at(const char *password, const struct password_cost *cost, char out[PASSWORD_HASH]);
bool password_verify(const char *hash, const char *password);

struct sha256 {
    _Alignas(16) unsigned char opaque[128];
};
void sha256_start(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *data, size_t length);
void sha256_text(struct sha256 *sha, char out[SHA256_TEXT]); /* ends it; lower-case hexadecimal */
/* HMAC-SHA-256 of data under a key of any length, as lower-case hexadecimal. */
void mac_text(const char *key, const void *data, size_t length, char out[SHA256_TEXT]);

/* Ed25519 (RFC 8032): whoever has the public key can check and not sign. All three are base64 text. */
enum { SIGN_SECRET = 89, SIGN_PUBLIC = 45, SIGNATURE_TEXT = 89 };
void sign_keys_new(char secret[SIGN_SECRET], char public[SIGN_PUBLIC]);
bool sign_text(const char *secret, const void *data, size_t length, char out[SIGNATURE_TEXT]);
bool sign_verify(const char *public, const void *data, size_t length, const char *signature);

/* Until when the first certificate of a PEM text holds, in milliseconds of wall time. False: it has none. */
bool certificate_expires(const char *pem, int64_t *at_ms);
enum { CERTIFICATE_WARN_DAYS = 30 }; /* before its end it is warned of */

void token_new(char out[TOKEN_TEXT]); /* 256 random bits, URL-safe */
/* count letters of base32 (RFC 4648), five random bits each; out has room for one more. */
void letters_new(char *out, int count);

/* A short text that nobody reads without the key, nor passes off as somebody else's (XChaCha20-Poly1305). */
enum { BOX_KEY = 32, BOX_PLAIN = 64, BOX_TEXT = 144 };
void box_key_new(unsigned char key[BOX_KEY]);
bool box_key_read(const char *text, unsigned char key[BOX_KEY]); /* false: it is none */
void box_key_text(const unsigned char key[BOX_KEY], char out[TOKEN_TEXT]);
/* text: at most BOX_PLAIN - 1 bytes. */
bool box_close(const unsigned char key[BOX_KEY], const char *whose, const char *text, char out[BOX_TEXT]);
bool box_open(const unsigned char key[BOX_KEY], const char *whose, const char *box, char out[BOX_PLAIN]);
void secret_wipe(void *data, size_t length);
