/* core/demo/generate_text.c: texts by pattern, by format and by length. See generate_inside.h. */
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/demo/generate_inside.h"
#include "core/model/calendar.h"
#include "core/model/money.h"

/* --- patterns: literals, classes, groups, |, and ? * + {n} {n,m}; anchors make nothing --- */

enum { RANGES_MAX = 32, MORE_MAX = 3 };
struct range {
    int32_t low, high;
};

static void emit(struct buf *out, int32_t code)
{
    char bytes[4];
    buf_add(out, bytes, utf8_encode(code, bytes));
}

/* What \d \w \s and \p{L} stand for; answers what follows the escape. */
static const char *escape_ranges(const char *p, struct range *ranges, int *count)
{
    static const struct range digits = {'0', '9'}, lower = {'a', 'z'}, upper = {'A', 'Z'}, blank = {' ', ' '},
                              turkic = {0x130, 0x131} /* İ ı */, cyrillic = {0x410, 0x44F};
    switch (*p) {
    case 'd':
        ranges[(*count)++] = digits;
        return p + 1;
    case 'w':
        ranges[(*count)++] = lower;
        ranges[(*count)++] = digits;
        return p + 1;
    case 's':
        ranges[(*count)++] = blank;
        return p + 1;
    case 'p':
        ranges[(*count)++] = upper;
        ranges[(*count)++] = turkic;
        ranges[(*count)++] = cyrillic;
        return p[1] == '{' ? strchr(p, '}') + 1 : p + 2;
    default:
        ranges[(*count)++] = (struct range){(unsigned char)*p, (unsigned char)*p};
        return p + 1;
    }
}

/* From behind [ to behind ]. */
static const char *class_ranges(const char *p, struct range *ranges, int *count)
{
    for (size_t used; *p && *p != ']' && *count < RANGES_MAX - 3; p += used) {
        if (*p == '\\') {
            p = escape_ranges(p + 1, ranges, count);
            used = 0;
            continue;
        }
        int32_t low = utf8_decode(p, strlen(p), &used), high = low;
        if (p[used] == '-' && p[used + 1] != ']') {
            size_t more;
            high = utf8_decode(p + used + 1, strlen(p + used + 1), &more);
            used += 1 + more;
        }
        ranges[(*count)++] = (struct range){low, high};
    }
    return p + (*p == ']');
}

/* What an atom that is no group may be; answers what follows it. ^ and $ are nothing. */
static const char *atom_ranges(const char *p, struct range *ranges, int *count)
{
    size_t used;
    if (*p == '[')
        return class_ranges(p + 1, ranges, count);
    if (*p == '\\')
        return escape_ranges(p + 1, ranges, count);
    int32_t code = utf8_decode(p, strlen(p), &used);
    if (code != '^' && code != '$')
        ranges[(*count)++] = (struct range){code, code};
    return p + used;
}

static const char *group_end(const char *p);

static const char *atom_end(const char *p)
{
    struct range ranges[RANGES_MAX];
    int count = 0;
    return *p == '(' ? group_end(p + 1) + 1 : atom_ranges(p, ranges, &count);
}

/* At the ) of a group, or at the end of the pattern. */
static const char *group_end(const char *p)
{
    while (*p && *p != ')')
        p = atom_end(p);
    return p;
}

static const char *count_of(const char *p, unsigned *least, unsigned *most)
{
    *least = *most = 1;
    if (*p == '?' || *p == '*' || *p == '+') {
        *least = *p == '+';
        *most = *p == '?' ? 1 : *least + MORE_MAX;
        return p + 1;
    }
    if (*p != '{')
        return p;
    char *end;
    *least = *most = (unsigned)strtoul(p + 1, &end, 10);
    if (*end == ',')
        *most = end[1] == '}' ? *least + MORE_MAX : (unsigned)strtoul(end + 1, NULL, 10);
    return strchr(end, '}') + 1;
}

static void emit_group(struct rng *rng, const char *p, struct buf *out);

static void emit_atom(struct rng *rng, const char *p, struct buf *out)
{
    struct range ranges[RANGES_MAX];
    int count = 0;
    if (*p == '(') {
        emit_group(rng, p[1] == '?' ? p + 3 : p + 1, out);
        return;
    }
    atom_ranges(p, ranges, &count);
    if (!count)
        return;
    const struct range *one = &ranges[rng_below(rng, (uint64_t)count)];
    emit(out, one->low + (int32_t)rng_below(rng, (uint64_t)(one->high - one->low + 1)));
}

/* One of the alternatives up to the ) or the end. */
static void emit_group(struct rng *rng, const char *p, struct buf *out)
{
    const char *starts[RANGES_MAX] = {p}, *end = group_end(p);
    int count = 1;
    for (const char *s = p; s < end; s = atom_end(s))
        if (*s == '|' && count < RANGES_MAX)
            starts[count++] = s + 1;
    p = starts[rng_below(rng, (uint64_t)count)];
    while (p < end && *p != '|') {
        unsigned least, most;
        const char *after = count_of(atom_end(p), &least, &most);
        for (uint64_t n = least + rng_below(rng, most - least + 1); n > 0; n--)
            emit_atom(rng, p, out);
        p = after;
    }
}

char *generate_by_pattern(struct rng *rng, const char *pattern)
{
    struct buf out = {0};
    emit_group(rng, pattern, &out);
    return out.data ? buf_take(&out) : xstrdup("");
}

/* --- formats --- */

static unsigned below(struct rng *rng, unsigned limit)
{
    return (unsigned)rng_below(rng, limit);
}

static char *some_date(struct rng *rng)
{
    enum { FIRST = -7305, DAYS = 29220 }; /* 1950 to 2029 */
    char text[11];
    day_text(FIRST + (int32_t)below(rng, DAYS), text);
    return xstrdup(text);
}

static char *some_nik(struct rng *rng)
{
    return xasprintf("99%04u%02u%02u%02u%04u", below(rng, 10000), 1 + below(rng, 31) + 40 * below(rng, 2),
                     1 + below(rng, 12), below(rng, 100), below(rng, 10000));
}

static char *some_money(struct rng *rng, const char *currency)
{
    unsigned amount = below(rng, 1000000);
    if (money_decimals(currency) == 0)
        return xasprintf("%u %s", amount, currency);
    return xasprintf("%u.%02u %s", amount / 100, amount % 100, currency);
}

static const struct {
    const char *format, *pattern;
} by_pattern[] = {
    {"fin", "[0-9A-HJ-NP-Z]{7}"},
    {"voen", "[0-9]{10}"},
    {"phone-az", "\\+994[0-9]{9}"},
    {"phone-id", "\\+62[1-9][0-9]{7,10}"},
    {"email", "[a-z]{1,8}(\\.[a-z]{2,6})?@example\\.(org|com)"},
    {"uri", "https://example\\.org/[a-z]{1,5}(\\?[a-z]=[0-9])?"},
    {"uuid", "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}"},
    {"time", "(0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]:00Z"},
    {"duration", "P([1-9]D|[1-9]W|T[1-9]M)"},
};

char *generate_by_format(struct rng *rng, const char *format, const char *currency)
{
    for (size_t i = 0; i < sizeof by_pattern / sizeof *by_pattern; i++)
        if (strcmp(by_pattern[i].format, format) == 0)
            return generate_by_pattern(rng, by_pattern[i].pattern);
    if (strcmp(format, "date") == 0)
        return some_date(rng);
    if (strcmp(format, "nik") == 0)
        return some_nik(rng);
    if (strcmp(format, "money") == 0)
        return some_money(rng, currency);
    if (strcmp(format, "date-time") != 0)
        return NULL;
    char *day = some_date(rng), *time = generate_by_format(rng, "time", currency);
    char *both = xasprintf("%sT%s", day, time);
    free(day);
    free(time);
    return both;
}

/* --- words --- */

char *generate_words(struct rng *rng, size_t length_min, size_t length_max)
{
    static const char *const words[] = {"Nizami", "Şükürova", "ığdır", "Jl. Melati 12", "Ковалёва", "12/3"};
    struct buf out = {0};
    size_t length = 0, wanted = length_min + below(rng, 12);
    wanted = wanted < 1 ? 1 : wanted;
    wanted = wanted > length_max ? length_max : wanted;
    while (length < wanted) {
        const char *word = words[below(rng, sizeof words / sizeof *words)];
        for (size_t used; *word && length < wanted; word += used, length++) {
            utf8_decode(word, strlen(word), &used);
            buf_add(&out, word, used);
        }
    }
    return out.data ? buf_take(&out) : xstrdup("");
}
