/* core/model/notice_code.c: see notice_code.h. */
#include "core/model/notice_code.h"

#include <string.h>

#include "core/base/crypto.h"
#include "core/base/str.h"

/* Crockford's: without I, L, O and U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { SIGNS = 16, BITS = 5, GROUP = 4, FIELD = 0x25 /* x^5 + x^2 + 1 */ };

/* --- the check sign --- */

/* times x in GF(32): the powers of x are all different for 31 places, so that one wrong sign and any two that changed
 * places are found out. */
static int times_x(int value)
{
    value <<= 1;
    return value & 1 << BITS ? value ^ FIELD : value;
}

/* 0 of a whole code; of one without its last sign times_x of this is that sign. */
static int sum_of(const int *signs, int count)
{
    int sum = 0;
    for (int i = 0; i < count; i++)
        sum = times_x(sum) ^ signs[i];
    return sum;
}

static void write_groups(const int signs[SIGNS], char out[NOTICE_CODE_TEXT])
{
    char *to = out;
    for (int i = 0; i < SIGNS; i++) {
        if (i && i % GROUP == 0)
            *to++ = '-';
        *to++ = alphabet[signs[i]];
    }
    *to = '\0';
}

/* --- making --- */

static int hex_value(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

void notice_code(const char *case_id, const char *decision, char out[NOTICE_CODE_TEXT])
{
    struct sha256 sha;
    char digest[SHA256_TEXT];
    int signs[SIGNS];
    const char *const parts[] = {"loket notice 1\n", case_id, "\n", decision};
    sha256_start(&sha);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        sha256_add(&sha, parts[i], strlen(parts[i]));
    sha256_text(&sha, digest);
    for (int i = 0; i < SIGNS - 1; i++) {
        signs[i] = 0;
        for (int bit = i * BITS; bit < (i + 1) * BITS; bit++)
            signs[i] = signs[i] << 1 | (hex_value(digest[bit / 4]) >> (3 - bit % 4) & 1);
    }
    signs[SIGNS - 1] = times_x(sum_of(signs, SIGNS - 1));
    write_groups(signs, out);
}

/* --- reading --- */

/* What stands on the keyboard or looks the same on paper. */
static int32_t look_alike(int32_t sign)
{
    static const struct {
        int32_t typed, meant;
    } pairs[] = {
        {'O', '0'},   {'I', '1'},   {'L', '1'},   {0x410, 'A'}, {0x412, 'B'}, {0x415, 'E'}, {0x41A, 'K'},
        {0x41C, 'M'}, {0x41D, 'H'}, {0x41E, '0'}, {0x420, 'P'}, {0x421, 'C'}, {0x422, 'T'}, {0x425, 'X'},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].typed == sign)
            return pairs[i].meant;
    return sign;
}

static int32_t capital(int32_t sign)
{
    if (sign >= 'a' && sign <= 'z')
        return sign - 'a' + 'A';
    return sign >= 0x430 && sign <= 0x44F ? sign - 0x20 : sign; /* Cyrillic */
}

/* -1: no sign of a code. */
static int sign_value(int32_t typed)
{
    int32_t sign = look_alike(capital(typed));
    const char *at = sign > 0 && sign < 0x80 ? strchr(alphabet, (char)sign) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

bool notice_code_read(const char *typed, char out[NOTICE_CODE_TEXT])
{
    int signs[SIGNS], count = 0;
    size_t length = strlen(typed), used;
    for (; length; typed += used, length -= used) {
        int32_t sign = utf8_decode(typed, length, &used);
        if (sign == '-' || sign == ' ' || sign == 0x2013) /* a dash that was made typographic */
            continue;
        int value = sign_value(sign);
        if (value < 0 || count == SIGNS)
            return false;
        signs[count++] = value;
    }
    if (count != SIGNS || sum_of(signs, SIGNS) != 0)
        return false;
    write_groups(signs, out);
    return true;
}
