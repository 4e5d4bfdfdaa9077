/* core/base/sha256_blocks.c: the rounds of SHA-256 (FIPS 180-4, 6.2.2) by the instructions that processors have for them
 * (Intel SHA extensions, 2013): six times as fast as without, and every row of the feed is hashed twice. Padding and all
 * else is libsodium's (crypto.c), and so are the rounds on a processor that has no such instructions. */
#include "core/base/sha256_blocks.h"

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

static bool has_instructions(void)
{
    enum { SSSE3 = 1 << 9, SSE41 = 1 << 19, SHA = 1 << 29 };
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & SSSE3) || !(c & SSE41))
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & SHA);
}

bool sha256_blocks_can(void)
{
    static _Thread_local int can = -1;
    if (can < 0)
        can = has_instructions();
    return can == 1;
}

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))

/* Four rounds with the four words of the message that belong to them. */
WITH_SHA static inline void four_rounds(__m128i *abef, __m128i *cdgh, __m128i words, const uint32_t *constant)
{
    __m128i sum = _mm_add_epi32(words, _mm_loadu_si128((const __m128i *)(const void *)constant));
    *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, sum);
    *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

/* The next four words of the message from the sixteen before. */
WITH_SHA static inline __m128i four_words(const __m128i words[4])
{
    __m128i next =
        _mm_add_epi32(_mm_sha256msg1_epu32(words[0], words[1]), _mm_alignr_epi8(words[3], words[2], 4));
    return _mm_sha256msg2_epu32(next, words[3]);
}

WITH_SHA static void one_block(__m128i *abef, __m128i *cdgh, const unsigned char *block)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const __m128i abef_before = *abef, cdgh_before = *cdgh;
    __m128i words[4];
    for (int i = 0; i < 4; i++) {
        words[i] =
            _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(block + 16 * i)), big_endian);
        four_rounds(abef, cdgh, words[i], constants + 4 * i);
    }
    for (int i = 4; i < 16; i++) {
        __m128i next = four_words(words);
        four_rounds(abef, cdgh, next, constants + 4 * i);
        words[0] = words[1], words[1] = words[2], words[2] = words[3], words[3] = next;
    }
    *abef = _mm_add_epi32(*abef, abef_before);
    *cdgh = _mm_add_epi32(*cdgh, cdgh_before);
}

/* The instructions want the eight words of the state as a b e f and c d g h, the first in the highest place. */
WITH_SHA void sha256_blocks(uint32_t state[8], const unsigned char *data, size_t count)
{
    __m128i dcba = _mm_loadu_si128((const __m128i *)(const void *)state),
            hgfe = _mm_loadu_si128((const __m128i *)(const void *)(state + 4));
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
    for (; count > 0; count--, data += SHA256_BLOCK)
        one_block(&abef, &cdgh, data);
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

#else

bool sha256_blocks_can(void)
{
    return false;
}

void sha256_blocks(uint32_t state[8], const unsigned char *data, size_t count)
{
    (void)state, (void)data, (void)count;
}

#endif
