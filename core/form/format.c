/* core/form/format.c: formats of texts: those of JSON Schema that forms use, and the pack's own. Knows no
 * clock: whether a date is sensible is the schema's business. */
#include "core/form/format.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/form/uri.h"
#include "core/model/money.h"

/* A picture of digits: n stands for one digit, everything else for itself. Answers what follows, or NULL. */
static const char *picture(const char *text, const char *shape)
{
    for (; *shape; shape++, text++)
        if (*shape == 'n' ? !isdigit((unsigned char)*text) : *text != *shape)
            return NULL;
    return text;
}

static int digits(const char *text, int count)
{
    int value = 0;
    while (count-- > 0)
        value = value * 10 + (*text++ - '0');
    return value;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

/* RFC 3339 full-date; answers what follows. */
static const char *date(const char *text)
{
    const char *rest = picture(text, "nnnn-nn-nn");
    if (!rest)
        return NULL;
    int month = digits(text + 5, 2), day = digits(text + 8, 2);
    if (month < 1 || month > 12 || day < 1 || day > month_days(digits(text, 4), month))
        return NULL;
    return rest;
}

/* RFC 3339 full-time; a leap second must be 23:59:60 in UTC. */
static const char *full_time(const char *text)
{
    const char *rest = picture(text, "nn:nn:nn");
    if (!rest)
        return NULL;
    int hour = digits(text, 2), minute = digits(text + 3, 2), second = digits(text + 6, 2), offset = 0;
    if (*rest == '.') {
        size_t n = strspn(rest + 1, "0123456789");
        if (!n)
            return NULL;
        rest += n + 1;
    }
    if (*rest == 'Z' || *rest == 'z') {
        rest++;
    } else {
        if ((*rest != '+' && *rest != '-') || !picture(rest + 1, "nn:nn"))
            return NULL;
        int hours = digits(rest + 1, 2), minutes = digits(rest + 4, 2);
        if (hours > 23 || minutes > 59)
            return NULL;
        offset = (hours * 60 + minutes) * (*rest == '+' ? 1 : -1);
        rest += 6;
    }
    if (hour > 23 || minute > 59 || second > 60)
        return NULL;
    int utc = ((hour * 60 + minute - offset) % 1440 + 1440) % 1440;
    return second == 60 && utc != 23 * 60 + 59 ? NULL : rest;
}

static bool is_date(const char *text)
{
    const char *rest = date(text);
    return rest && !*rest;
}

static bool is_time(const char *text)
{
    const char *rest = full_time(text);
    return rest && !*rest;
}

static bool is_date_time(const char *text)
{
    const char *rest = date(text);
    return rest && (*rest == 'T' || *rest == 't') && is_time(rest + 1);
}

/* Numbers with the units of `units` in that order, without a gap between them (ISO 8601 as RFC 3339
 * appendix A writes it: P1Y2D is not one). */
static bool in_order(const char **text, const char *units)
{
    const char *s = *text, *last = NULL;
    while (isdigit((unsigned char)*s)) {
        s += strspn(s, "0123456789");
        const char *unit = *s ? strchr(units, *s) : NULL;
        if (!unit || (last && unit != last + 1))
            return false;
        last = unit;
        s++;
    }
    *text = s;
    return last != NULL;
}

static bool is_duration(const char *text)
{
    if (*text++ != 'P')
        return false;
    const char *weeks = text;
    if (in_order(&weeks, "W") && !*weeks)
        return true;
    bool dates = *text != 'T' && in_order(&text, "YMD");
    if (*text != 'T')
        return dates && !*text;
    text++;
    return in_order(&text, "HMS") && !*text;
}

static bool is_local_part(const char *text, size_t length)
{
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        for (size_t i = 1; i + 1 < length; i++) {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                return false;
        }
        return true;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char ch = (unsigned char)text[i];
        if (ch == '.' ? i == 0 || i + 1 == length || text[i - 1] == '.'
                      : ch >= 0x80 || (!isalnum(ch) && !strchr("!#$%&'*+-/=?^_`{|}~", ch)))
            return false;
    }
    return length > 0;
}

static bool is_domain(const char *text)
{
    size_t length = strlen(text);
    if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
        if (strncmp(text, "[IPv6:", 6) == 0)
            return uri_host_ipv6(text + 6, length - 7);
        return uri_host_ipv4(text + 1, length - 2);
    }
    for (size_t i = 0; i < length; i++) {
        bool edge = i == 0 || i + 1 == length || text[i - 1] == '.' || text[i + 1] == '.';
        if (!isalnum((unsigned char)text[i]) && (edge || (text[i] != '-' && text[i] != '.')))
            return false;
    }
    return length > 0 && length <= 253;
}

static bool is_email(const char *text)
{
    const char *at = strrchr(text, '@');
    return at && at - text <= 64 && is_local_part(text, (size_t)(at - text)) && is_domain(at + 1);
}

static bool is_uuid(const char *text)
{
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
    }
    return !text[36];
}

/* --- the packs' own --- */
static bool is_fin(const char *text)
{
    return strlen(text) == 7 && strspn(text, "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ") == 7;
}

/* PP KK CC DDMMYY NNNN, 40 added to the day for women. */
static bool is_nik(const char *text)
{
    const char *rest = picture(text, "nnnnnnnnnnnnnnnn");
    if (!rest || *rest)
        return false;
    int day = digits(text + 6, 2), month = digits(text + 8, 2);
    return month >= 1 && month <= 12 && ((day >= 1 && day <= 31) || (day >= 41 && day <= 71));
}

static bool is_voen(const char *text)
{
    return strlen(text) == 10 && strspn(text, "0123456789") == 10;
}

static bool is_phone_az(const char *text)
{
    const char *rest = picture(text, "+994nnnnnnnnn");
    return rest && !*rest;
}

static bool is_phone_id(const char *text)
{
    if (strncmp(text, "+62", 3) != 0)
        return false;
    size_t n = strspn(text + 3, "0123456789");
    return n >= 8 && n <= 12 && !text[3 + n];
}

static bool is_money(const char *text)
{
    struct money money;
    return money_parse(text, &money, NULL);
}

static const struct format {
    const char *name;
    bool (*valid)(const char *text);
    bool own;
} formats[] = {
    {"date", is_date, false},         {"time", is_time, false},        {"date-time", is_date_time, false},
    {"duration", is_duration, false}, {"email", is_email, false},      {"uri", uri_valid, false},
    {"uuid", is_uuid, false},         {"fin", is_fin, true},           {"nik", is_nik, true},
    {"voen", is_voen, true},          {"phone-az", is_phone_az, true}, {"phone-id", is_phone_id, true},
    {"money", is_money, true},
};

static const struct format *find(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (str_equal(formats[i].name, name))
            return &formats[i];
    return NULL;
}

bool format_known(const char *name)
{
    return find(name) != NULL;
}

bool format_is_own(const char *name)
{
    const struct format *format = find(name);
    return format && format->own;
}

bool format_valid(const char *name, const char *text)
{
    const struct format *format = find(name);
    return !format || format->valid(text);
}

bool format_nik_born(const char *nik, const char *born)
{
    if (!nik || !born || !is_nik(nik) || !is_date(born))
        return true;
    int day = digits(nik + 6, 2) % 40, month = digits(nik + 8, 2), year = digits(nik + 10, 2);
    return day == digits(born + 8, 2) && month == digits(born + 5, 2) && year == digits(born + 2, 2);
}
