/* core/model/money.c: see money.h. Knows no fee and no pack: the currency says how it is written. */
#include "core/model/money.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/str.h"

enum { DIGITS_MAX = 18 }; /* of minor units: fits in int64_t */

/* ISO 4217, with the separators of the country's own writing (CLDR). Rupiah are counted without sen. */
static const struct currency {
    const char *code;
    int decimals;
    const char *before; /* a symbol written before the amount; NULL: the code after it */
    char thousands, point;
} currencies[] = {
    {"AZN", 2, NULL, '.', ','}, {"IDR", 0, "Rp", '.', ','}, {"USD", 2, NULL, ',', '.'},
    {"EUR", 2, NULL, '.', ','}, {"GBP", 2, NULL, ',', '.'}, {"RUB", 2, NULL, ' ', ','},
    {"TRY", 2, NULL, '.', ','}, {"GEL", 2, NULL, ' ', ','}, {"JPY", 0, NULL, ',', '.'},
};
static const struct currency unknown = {"", 2, NULL, ',', '.'};

static const struct currency *find(const char *code)
{
    for (size_t i = 0; i < sizeof currencies / sizeof currencies[0]; i++)
        if (str_equal(currencies[i].code, code))
            return &currencies[i];
    return NULL;
}

static int64_t power_of_ten(int exponent)
{
    int64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

int money_decimals(const char *currency)
{
    const struct currency *found = find(currency);
    return found ? found->decimals : -1;
}

static bool fail(struct err_info *info, const char *text, const char *why)
{
    err_set(info, ERR_INVALID, "\"%.60s\" is not an amount: %s", text, why);
    return false;
}

/* At most DIGITS_MAX digits, so that it cannot overflow. */
static int64_t number(const char *digits, size_t count)
{
    int64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

bool money_parse(const char *text, struct money *money, struct err_info *info)
{
    if (!text)
        return fail(info, "", "it is empty.");
    size_t whole = strspn(text, "0123456789"), fraction = 0;
    const char *rest = text + whole;
    if (*rest == '.') {
        fraction = strspn(rest + 1, "0123456789");
        rest += 1 + fraction;
    }
    if (whole == 0 || *rest != ' ' || (whole > 1 && text[0] == '0'))
        return fail(info, text, "write it like 5.00 AZN.");
    const struct currency *currency = find(rest + 1);
    if (!currency)
        return fail(info, text, "its currency is not known here.");
    if ((int)fraction != currency->decimals || (fraction == 0 && text[whole] == '.'))
        return fail(info, text,
                    currency->decimals ? "it needs two decimals." : "this currency has no decimals.");
    if (whole + fraction > DIGITS_MAX)
        return fail(info, text, "it is too large.");
    money->minor =
        number(text, whole) * power_of_ten(currency->decimals) + number(text + whole + 1, fraction);
    str_copy(money->currency, sizeof money->currency, currency->code);
    return true;
}

static const struct currency *currency_of(const struct money *money)
{
    const struct currency *currency = find(money->currency);
    return currency ? currency : &unknown;
}

/* The minor units without their sign; INT64_MIN has no positive twin. */
static uint64_t magnitude(int64_t minor)
{
    return minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
}

/* "1.234" or "1234": the whole units, in threes where thousands is not 0. */
static void add_whole(struct buf *out, uint64_t whole, char thousands)
{
    char digits[24];
    str_format(digits, sizeof digits, "%" PRIu64, whole);
    size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        if (thousands && i && (length - i) % 3 == 0)
            buf_addc(out, thousands);
        buf_addc(out, digits[i]);
    }
}

static void add_amount(struct buf *out, const struct money *money, char thousands, char point)
{
    int decimals = currency_of(money)->decimals;
    uint64_t unit = (uint64_t)power_of_ten(decimals), minor = magnitude(money->minor);
    if (money->minor < 0)
        buf_addc(out, '-');
    add_whole(out, minor / unit, thousands);
    if (decimals)
        buf_addf(out, "%c%0*" PRIu64, point, decimals, minor % unit);
}

void money_text(struct money money, char out[MONEY_TEXT])
{
    struct buf text = {0};
    add_amount(&text, &money, 0, '.');
    buf_addf(&text, " %s", money.currency);
    str_copy(out, MONEY_TEXT, buf_text(&text));
    buf_free(&text);
}

void money_display(struct money money, char out[MONEY_TEXT])
{
    const struct currency *currency = currency_of(&money);
    struct buf text = {0};
    if (currency->before)
        buf_addf(&text, "%s ", currency->before);
    add_amount(&text, &money, currency->thousands, currency->point);
    if (!currency->before)
        buf_addf(&text, " %s", money.currency);
    str_copy(out, MONEY_TEXT, buf_text(&text));
    buf_free(&text);
}

/* --- as typed --- */
static void trim_end(char *text)
{
    size_t length = strlen(text);
    while (length && text[length - 1] == ' ')
        text[--length] = '\0';
}

/* Copies what is typed without the currency's sign or code and outer spaces. False when it does not fit. */
static bool strip(const char *typed, const struct currency *currency, char *out, size_t capacity)
{
    const char *signs[] = {currency->before, currency->code, "₼"};
    enum { SIGNS = sizeof signs / sizeof signs[0] };
    typed += strspn(typed, " ");
    for (int i = 0; i < SIGNS; i++)
        if (signs[i] && str_starts(typed, signs[i]))
            typed += strlen(signs[i]);
    typed += strspn(typed, currency->before ? " ." : " "); /* "Rp. 30.000" */
    if (!str_copy(out, capacity, typed))
        return false;
    trim_end(out);
    for (int i = 0; i < SIGNS; i++) {
        size_t length = strlen(out), sign = signs[i] ? strlen(signs[i]) : 0;
        if (sign && length >= sign && str_equal(out + length - sign, signs[i]))
            out[length - sign] = '\0';
    }
    trim_end(out);
    return true;
}

/* Digits of text[0…length) with one kind of separator between groups of three.
 * Returns the number of digits written to digits, or -1 when the grouping is not right. */
static int grouped(const char *text, size_t length, char digits[DIGITS_MAX + 1], char *separator)
{
    int count = 0, since = 0;
    *separator = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            if (count == DIGITS_MAX)
                return -1;
            digits[count++] = text[i];
            since++;
            continue;
        }
        bool first = !*separator;
        if (!strchr(" .,'", text[i]) || (!first && (text[i] != *separator || since != 3)) || since == 0 ||
            since > 3)
            return -1;
        *separator = text[i];
        since = 0;
    }
    digits[count] = '\0';
    return count == 0 || (*separator && since != 3) ? -1 : count;
}

/* The place of the decimal point: the last . or , with fewer than three digits after it; else length. */
static size_t point_of(const char *text, int decimals)
{
    size_t length = strlen(text), after = 0;
    if (decimals == 0)
        return length;
    while (after < length && text[length - 1 - after] >= '0' && text[length - 1 - after] <= '9')
        after++;
    bool point =
        after < length && after >= 1 && after <= (size_t)decimals && strchr(".,", text[length - 1 - after]);
    return point ? length - 1 - after : length;
}

bool money_typed(const char *typed, const char *code, struct money *money, struct err_info *info)
{
    char text[MONEY_TEXT], digits[DIGITS_MAX + 1], separator;
    const struct currency *currency = find(code);
    if (!currency)
        return fail(info, typed ? typed : "", "its currency is not known here.");
    if (!typed || !strip(typed, currency, text, sizeof text) || !text[0])
        return fail(info, typed ? typed : "", typed && typed[0] ? "it is too long." : "it is empty.");
    size_t point = point_of(text, currency->decimals);
    int whole = grouped(text, point, digits, &separator);
    if (whole < 0)
        return fail(info, typed,
                    currency->decimals ? "type it like 5 or 5,50." : "type whole units, like 30000.");
    if (text[point] && separator == text[point])
        return fail(info, typed, "the same sign stands for thousands and for decimals.");
    if (!text[point] && currency->decimals && (separator == '.' || separator == ',') && whole <= 6)
        return fail(info, typed,
                    "is this thousands or decimals? Type it without the sign, or with two decimals.");
    if (whole + currency->decimals > DIGITS_MAX)
        return fail(info, typed, "it is too large.");
    size_t fraction = text[point] ? strlen(text + point + 1) : 0;
    money->minor = number(digits, (size_t)whole) * power_of_ten(currency->decimals) +
                   number(text + point + 1, fraction) * power_of_ten(currency->decimals - (int)fraction);
    str_copy(money->currency, sizeof money->currency, currency->code);
    return true;
}

bool money_add(struct money *sum, struct money more)
{
    int64_t minor;
    if (!str_equal(sum->currency, more.currency) || __builtin_add_overflow(sum->minor, more.minor, &minor))
        return false;
    sum->minor = minor;
    return true;
}

bool money_multiply(struct money *money, int64_t count)
{
    int64_t minor;
    if (__builtin_mul_overflow(money->minor, count, &minor))
        return false;
    money->minor = minor;
    return true;
}
