/* core/hall/account_rules.h: what the hall's policy says of passwords and sign-ins. Pure. hall and user are rows. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/wire/json.h"

enum password_due { PASSWORD_STAYS, PASSWORD_FIRST, PASSWORD_EXPIRED, PASSWORD_LAPSED };
enum { PASSWORD_FIRST_DAYS = 14 };

/* Whether somebody must take another password before they come in: it was given to them by somebody else, or it is older
 * than the policy password_days (0, as in a hall that says nothing: never). One that was given and not used for longer than
 * the policy password_first_days (14 where it says nothing; 0: never) has lapsed: it opens nothing, not even the choice of
 * another. */
enum password_due account_password_due(const struct json *hall, const struct json *user, int64_t now_ms);
/* Whether one of the account's roles is named by the policy second_factor, a list of roles. */
bool account_factor_due(const struct json *hall, const struct json *user);
/* The hours that a sign-in lasts: the policy session_hours. */
int account_session_hours(const struct json *hall);
/* The minutes without use after which it ends: the policy session_idle_minutes. 0: never. */
int account_idle_minutes(const struct json *hall);
