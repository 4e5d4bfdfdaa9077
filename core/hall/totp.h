/* core/hall/totp.h: the door to liboath: one-time codes by the time (RFC 6238): six figures, a new one each half a minute,
 * SHA-1, as every authenticator app has it. Pure. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { TOTP_SECRET = 32, TOTP_DIGITS = 6, TOTP_STEP_S = 30 };

/* Whether a text is a secret: 160 bits, TOTP_SECRET letters of base32. */
bool totp_is_secret(const char *secret);
/* Whether code is that of now_ms, or of one step before or behind it, and of no step up to used: then *step is its own. */
bool totp_fits(const char *secret, const char *code, int64_t now_ms, int64_t used, int64_t *step);
