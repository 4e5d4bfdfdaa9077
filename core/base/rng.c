/* core/base/rng.c: xoshiro256** (Blackman and Vigna, 2018) seeded by splitmix64, and UUIDs made with it. */
#include "core/base/rng.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static uint64_t rotate(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

void rng_seed(struct rng *rng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        uint64_t z = (seed += 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        rng->state[i] = z ^ (z >> 31);
    }
}

void rng_seed_from_system(struct rng *rng)
{
    ssize_t n = getrandom(rng->state, sizeof rng->state, 0);
    assert(n == (ssize_t)sizeof rng->state); /* cannot fail for so few bytes once the kernel is up */
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t rng_below(struct rng *rng, uint64_t limit)
{
    assert(limit > 0);
    uint64_t least = -limit % limit; /* draws below it would favour small values */
    for (;;) {
        uint64_t x = rng_next(rng);
        if (x >= least)
            return x % limit;
    }
}

static void uuid_print(uint64_t high, uint64_t low, char out[UUID_TEXT])
{
    snprintf(out, UUID_TEXT, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(high >> 32),
             (unsigned)(high >> 16 & 0xFFFF), (unsigned)(high & 0xFFFF), (unsigned)(low >> 48),
             (unsigned long long)(low & 0xFFFFFFFFFFFF));
}

void uuid_v7(int64_t wall_ms, struct rng *rng, char out[UUID_TEXT])
{
    uint64_t high = ((uint64_t)wall_ms & 0xFFFFFFFFFFFF) << 16 | 0x7000 | (rng_next(rng) & 0xFFF);
    uint64_t low = 0x8000000000000000 | (rng_next(rng) >> 2);
    uuid_print(high, low, out);
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool uuid_valid(const char *text)
{
    if (!text || strlen(text) != UUID_TEXT - 1)
        return false;
    for (int i = 0; i < UUID_TEXT - 1; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : hex(text[i]) < 0)
            return false;
    }
    return true;
}

void uuid_derive(const char *uuid, unsigned n, char out[UUID_TEXT])
{
    assert(uuid_valid(uuid));
    uint64_t half[2] = {0, 0};
    for (int i = 0, nibble = 0; i < UUID_TEXT - 1; i++)
        if (uuid[i] != '-') {
            half[nibble / 16] = half[nibble / 16] << 4 | (uint64_t)hex(uuid[i]);
            nibble++;
        }
    /* Spread n over the 62 random bits: neighbours differ widely, and n = 0 changes nothing. */
    half[1] ^= ((uint64_t)n * 0x9E3779B97F4A7C15) >> 2;
    uuid_print(half[0], half[1], out);
}
