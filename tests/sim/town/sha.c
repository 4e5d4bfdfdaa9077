/* tests/sim/town/sha.c: SHA-256 below core/base/crypto.c, by OpenSSL, which uses the processor's own instructions for it
 * where libsodium has portable C. A town seals every change many times over. The same bytes come out, as the rows of one
 * run would not be those of the shipped program's else. */
#define OPENSSL_API_COMPAT \
    10101 /* one block at a time and no context on the heap: what came later has neither */
#include <openssl/sha.h>
#include <sodium.h>
#include <string.h>

/* libsodium's state is 8 bytes shorter than OpenSSL's: it is carried over. */
static void load(const crypto_hash_sha256_state *from, SHA256_CTX *to)
{
    *to = (SHA256_CTX){.num = (unsigned)(from->count >> 3) % SHA256_CBLOCK,
                       .Nl = (SHA_LONG)from->count,
                       .Nh = (SHA_LONG)(from->count >> 32),
                       .md_len = SHA256_DIGEST_LENGTH};
    memcpy(to->h, from->state, sizeof to->h);
    memcpy(to->data, from->buf, to->num);
}

int __wrap_crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *in,
                                     unsigned long long length);
int __wrap_crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *in,
                                     unsigned long long length)
{
    size_t filled = (size_t)(state->count >> 3) % SHA256_CBLOCK;
    if (filled + length < SHA256_CBLOCK) {
        memcpy(state->buf + filled, in, length);
        state->count += length << 3;
        return 0;
    }
    SHA256_CTX context;
    load(state, &context);
    SHA256_Update(&context, in, length);
    memcpy(state->state, context.h, sizeof context.h);
    memcpy(state->buf, context.data, context.num);
    state->count += length << 3;
    return 0;
}

int __wrap_crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out);
int __wrap_crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out)
{
    SHA256_CTX context;
    load(state, &context);
    SHA256_Final(out, &context);
    return 0;
}
