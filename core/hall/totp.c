/* core/hall/totp.c: see totp.h. */
#include "core/hall/totp.h"

#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"

enum { SECRET_BYTES = 20, SKEW_STEPS = 1 };

bool totp_is_secret(const char *secret)
{
    return strlen(secret) == TOTP_SECRET && strspn(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == TOTP_SECRET;
}

static bool is_code(const char *code)
{
    return strlen(code) == TOTP_DIGITS && strspn(code, "0123456789") == TOTP_DIGITS;
}

bool totp_fits(const char *secret, const char *code, int64_t now_ms, int64_t used, int64_t *step)
{
    char *bytes = NULL;
    size_t length = 0;
    uint64_t found = 0;
    int place = 0;
    if (!totp_is_secret(secret) || !is_code(code) || oath_init() != OATH_OK ||
        oath_base32_decode(secret, TOTP_SECRET, &bytes, &length) != OATH_OK)
        return false;
    bool fits = length == SECRET_BYTES &&
                oath_totp_validate3(bytes, length, (time_t)(now_ms / 1000), TOTP_STEP_S,
                                    OATH_TOTP_DEFAULT_START_TIME, SKEW_STEPS, &place, &found, code) >= 0;
    secret_wipe(bytes, length);
    free(bytes);
    *step = (int64_t)found;
    return fits && *step > used;
}
