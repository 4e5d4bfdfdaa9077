/* core/hall/account_rules.c: see account_rules.h. */
#include "core/hall/account_rules.h"

#include "core/base/clock.h"
#include "core/hall/session.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static int64_t policy_int(const struct json *hall, const char *name, int64_t otherwise)
{
    return json_int(json_get(hall, "policy"), name, otherwise);
}

/* One from before there was a date is older than any. */
static bool is_older(const struct json *user, int64_t days, int64_t now_ms)
{
    const char *text = json_text(user, "password_at");
    int64_t at_ms;
    return !text || !time_parse(text, &at_ms) || now_ms - at_ms > days * DAY_MS;
}

enum password_due account_password_due(const struct json *hall, const struct json *user, int64_t now_ms)
{
    int64_t days = policy_int(hall, "password_days", 0);
    if (json_bool(user, "password_first", false)) {
        int64_t first_days = policy_int(hall, "password_first_days", PASSWORD_FIRST_DAYS);
        bool dated =
            json_text(user, "password_at") != NULL; /* one from before there was a date is not late */
        return first_days > 0 && dated && is_older(user, first_days, now_ms) ? PASSWORD_LAPSED
                                                                             : PASSWORD_FIRST;
    }
    return days > 0 && is_older(user, days, now_ms) ? PASSWORD_EXPIRED : PASSWORD_STAYS;
}

bool account_factor_due(const struct json *hall, const struct json *user)
{
    const struct json *asked = json_get(json_get(hall, "policy"), "second_factor");
    for (const struct json *role = json_first(json_get(user, "roles")); role; role = json_next(role))
        if (json_is_text(role) && json_has_text(asked, json_as_text(role)))
            return true;
    return false;
}

int account_session_hours(const struct json *hall)
{
    int64_t hours = policy_int(hall, "session_hours", SESSION_HOURS);
    return hours >= 1 && hours <= SESSION_HOURS_MAX ? (int)hours : SESSION_HOURS;
}

int account_idle_minutes(const struct json *hall)
{
    int64_t minutes = policy_int(hall, "session_idle_minutes", SESSION_IDLE);
    return minutes >= 0 && minutes <= SESSION_IDLE_MAX ? (int)minutes : SESSION_IDLE;
}
