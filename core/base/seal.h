/* core/base/seal.h: a file that nobody can read without its secret, nor change or cut unseen, and that anybody can make who
 * has the public key: so a backup taken away is worth nothing to a thief, and the computer that makes it cannot open it.
 *
 * A line of its own, then a key of the file's own sealed to the public one (X25519, libsodium's crypto_box_seal), then the content
 * in pieces of SEAL_PIECE bytes, each with its proof and its place (crypto_secretstream_xchacha20poly1305), the last one marked. */
#pragma once
#include <stdbool.h>

#include "core/base/err.h"

enum { SEAL_PIECE = 64 * 1024, SEAL_KEY_TEXT = 64 };

/* Both as one word of text: "loket-seal-…" may be known to anybody, "LOKET-SECRET-…" must not. */
void seal_keys_new(char secret[SEAL_KEY_TEXT], char public[SEAL_KEY_TEXT]);
bool seal_key_is_public(const char *key);
bool seal_key_is_secret(const char *key);

/* From what is open for reading to what is open for writing, until the end; neither is synced or closed. Memory is bounded.
 * ERR_USAGE: the key is none. Errors of files are those of err_from_errno. */
enum err seal_stream(int from, int to, const char *public, struct err_info *info) MUST_USE;
/* What has come out before a fault is worth nothing. ERR_INVALID: it is not sealed; ERR_REFUSED: it is for another key;
 * ERR_CORRUPT: it was changed or cut. */
enum err seal_open_stream(int from, int to, const char *secret, struct err_info *info) MUST_USE;
/* Whether a file begins as one; false too when it cannot be read. */
bool seal_is_sealed(const char *path);
