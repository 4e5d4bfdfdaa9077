/* core/model/person.c: identity numbers and telephones, by tables. Knows no person and no row.
 *
 * Every kind is first read into its significant characters, each with its place in what was typed, so that a
 * verdict can point at the character at fault. */
#include "core/model/person.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"

enum { SIGNIFICANT_MAX = 24, NO_PLACE = -1 };

struct reading {
    char text[SIGNIFICANT_MAX + 1]; /* ASCII, letters made capital */
    int place[SIGNIFICANT_MAX + 1]; /* in code points of what was typed */
    int length;
    int end;      /* code points typed */
    int bad;      /* place of a character that never belongs here, or NO_PLACE */
    int32_t code; /* and which it is */
};

struct kind;
typedef enum verdict judge(const struct kind *kind, const struct reading *reading,
                           struct identity_verdict *verdict);
static judge judge_fin, judge_nik, judge_voen, judge_phone;

static const struct kind {
    const char *format, *name;
    const char *ignored; /* typed for the eye alone */
    judge *judge;
    int mask_head, mask_tail; /* characters that a masked text still shows */
    const char *country;      /* telephones */
    int digits_min, digits_max;
} kinds[IDENTITY_COUNT] = {
    /* FIN: 7 capital letters and digits without I and O (identity card of Azerbaijan); no public check digit.
     */
    [IDENTITY_FIN] = {"fin", "FIN", " ", judge_fin, 2, 2, NULL, 7, 7},
    /* NIK: 16 digits, province, regency, district, birth date (day + 40 for women), serial (Law 23/2006). */
    [IDENTITY_NIK] = {"nik", "NIK", " ", judge_nik, 4, 4, NULL, 16, 16},
    /* VÖEN: taxpayer's number of Azerbaijan, 10 digits (Tax Code, article 33). */
    [IDENTITY_VOEN] = {"voen", "VÖEN", " ", judge_voen, 2, 2, NULL, 10, 10},
    /* ITU-T E.164 and the national plans: 9 digits after +994; 8 to 12 after +62. */
    [IDENTITY_PHONE_AZ] = {"phone-az", "The number", " -().,/", judge_phone, 4, 2, "994", 9, 9},
    [IDENTITY_PHONE_ID] = {"phone-id", "The number", " -().,/", judge_phone, 3, 2, "62", 8, 12},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void read_one(struct reading *reading, int32_t code, const char *ignored)
{
    enum { NO_BREAK_SPACE = 0xA0 };
    int place = reading->end++;
    if (code == NO_BREAK_SPACE || (code > 0 && code < 128 && strchr(ignored, (int)code)) || reading->bad >= 0)
        return;
    if (code >= 'a' && code <= 'z')
        code -= 'a' - 'A';
    bool known =
        (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || (code == '+' && reading->length == 0);
    if (!known || reading->length == SIGNIFICANT_MAX) {
        reading->bad = place;
        reading->code = code;
        return;
    }
    reading->place[reading->length] = place;
    reading->text[reading->length++] = (char)code;
}

static struct reading read_typed(const char *typed, const char *ignored)
{
    struct reading reading = {.bad = NO_PLACE};
    size_t length = typed ? strlen(typed) : 0;
    for (size_t at = 0, used; at < length; at += used)
        read_one(&reading, utf8_decode(typed + at, length - at, &used), ignored);
    return reading;
}

/* --- verdicts --- */
static enum verdict wrong(struct identity_verdict *verdict, int position, const char *format, ...)
    PRINTF(3, 4);
static enum verdict wrong(struct identity_verdict *verdict, int position, const char *format, ...)
{
    verdict->position = position;
    va_list args;
    va_start(args, format);
    vsnprintf(verdict->text, sizeof verdict->text, format, args);
    va_end(args);
    return verdict->verdict = VERDICT_WRONG;
}

/* All of the right kind; now their number. */
static enum verdict judge_length(const struct reading *reading, int typed, int min, int max, const char *what,
                                 struct identity_verdict *verdict)
{
    if (typed > max)
        return wrong(verdict, reading->place[reading->length - (typed - max)], "%d %s; %d typed", max, what,
                     typed);
    verdict->position = reading->end;
    if (typed >= min)
        return verdict->verdict = VERDICT_OK;
    if (min == max)
        str_format(verdict->text, sizeof verdict->text, "%d %s; %d typed", min, what, typed);
    else
        str_format(verdict->text, sizeof verdict->text, "%d to %d %s; %d typed", min, max, what, typed);
    return verdict->verdict = VERDICT_INCOMPLETE;
}

/* The first of the reading that is no digit, or -1. */
static int not_digit(const struct reading *reading, int from)
{
    for (int i = from; i < reading->length; i++)
        if (!is_digit(reading->text[i]))
            return i;
    return -1;
}

static enum verdict judge_fin(const struct kind *kind, const struct reading *reading,
                              struct identity_verdict *verdict)
{
    for (int i = 0; i < reading->length; i++) {
        char c = reading->text[i];
        if (c == 'I' || c == 'O')
            return wrong(verdict, reading->place[i], "FIN never has the letters I or O: use 1 or 0");
        if (c == '+')
            return wrong(verdict, reading->place[i], "FIN has only the letters A to Z and digits");
    }
    return judge_length(reading, reading->length, kind->digits_min, kind->digits_max, "letters and digits",
                        verdict);
}

/* Two digits of the reading as a number; false while they are not both typed. */
static bool pair(const struct reading *reading, int at, int *value)
{
    if (reading->length < at + 2)
        return false;
    *value = (reading->text[at] - '0') * 10 + (reading->text[at + 1] - '0');
    return true;
}

enum { NIK_DAY = 6, NIK_MONTH = 8, NIK_YEAR = 10, NIK_WOMAN = 40 };

static enum verdict judge_nik(const struct kind *kind, const struct reading *reading,
                              struct identity_verdict *verdict)
{
    int at = not_digit(reading, 0), day, month;
    if (at >= 0)
        return wrong(verdict, reading->place[at], "NIK has only digits");
    if (reading->length > 0 && reading->text[0] == '0')
        return wrong(verdict, reading->place[0], "NIK begins with a province, 11 to 99: never with 0");
    if (reading->length > NIK_DAY && reading->text[NIK_DAY] > '7')
        return wrong(verdict, reading->place[NIK_DAY], "NIK: the day is 01 to 31, or 41 to 71 for a woman");
    if (pair(reading, NIK_DAY, &day) && (day % NIK_WOMAN < 1 || day % NIK_WOMAN > 31))
        return wrong(verdict, reading->place[NIK_DAY + 1],
                     "NIK: the day is 01 to 31, or 41 to 71 for a woman");
    if (reading->length > NIK_MONTH && reading->text[NIK_MONTH] > '1')
        return wrong(verdict, reading->place[NIK_MONTH], "NIK: the month is 01 to 12");
    if (pair(reading, NIK_MONTH, &month) && (month < 1 || month > 12))
        return wrong(verdict, reading->place[NIK_MONTH + 1], "NIK: the month is 01 to 12");
    return judge_length(reading, reading->length, kind->digits_min, kind->digits_max, "digits", verdict);
}

static enum verdict judge_voen(const struct kind *kind, const struct reading *reading,
                               struct identity_verdict *verdict)
{
    int at = not_digit(reading, 0);
    if (at >= 0)
        return wrong(verdict, reading->place[at], "VÖEN has only digits");
    return judge_length(reading, reading->length, kind->digits_min, kind->digits_max, "digits", verdict);
}

/* Where the national number begins, after "+994", "00994", "994" or the trunk 0 of a call inside the country;
 * -1 while what is typed may still become a country's code, -2 when it is another country's. */
static int national_start(const struct kind *kind, const struct reading *reading)
{
    enum { PREFIX_OPEN = -1, PREFIX_FOREIGN = -2 };
    const char *text = reading->text;
    size_t code = strlen(kind->country);
    int skip = text[0] == '+' ? 1 : strncmp(text, "00", 2) == 0 ? 2 : 0;
    if (skip == 0 && text[0] == '0')
        return reading->length > 1 ? 1 : PREFIX_OPEN;
    size_t typed = (size_t)(reading->length - skip);
    size_t compared = typed < code ? typed : code;
    if (strncmp(text + skip, kind->country, compared) == 0)
        return typed < code ? PREFIX_OPEN : skip + (int)code;
    return skip ? PREFIX_FOREIGN : 0;
}

static enum verdict judge_phone(const struct kind *kind, const struct reading *reading,
                                struct identity_verdict *verdict)
{
    int at = not_digit(reading, reading->text[0] == '+' ? 1 : 0);
    if (at >= 0)
        return wrong(verdict, reading->place[at], "A telephone number has only digits");
    int start = national_start(kind, reading);
    if (start == -2)
        return wrong(verdict, reading->place[0], "A number here begins with +%s or 0", kind->country);
    if (start < 0)
        start = reading->length;
    if (start < reading->length && reading->text[start] == '0')
        return wrong(verdict, reading->place[start], "After +%s or 0 comes no other 0", kind->country);
    return judge_length(reading, reading->length - start, kind->digits_min, kind->digits_max,
                        "digits after the country's code", verdict);
}

static enum verdict judge_reading(const struct kind *kind, const struct reading *reading,
                                  struct identity_verdict *verdict)
{
    *verdict = (struct identity_verdict){0};
    enum verdict found = kind->judge(kind, reading, verdict);
    /* What is left of a strange character is judged first: its fault stands further left. */
    if (reading->bad >= 0 && (found != VERDICT_WRONG || verdict->position > reading->bad)) {
        *verdict = (struct identity_verdict){0};
        if (reading->length == SIGNIFICANT_MAX)
            return wrong(verdict, reading->bad, "%s is not so long", kind->name);
        return wrong(verdict, reading->bad, "%s has only %s", kind->name,
                     kind->judge == judge_fin ? "the letters A to Z and digits" : "digits");
    }
    return found;
}

enum verdict identity_check(enum identity kind, const char *typed, struct identity_verdict *verdict)
{
    struct reading reading = read_typed(typed, kinds[kind].ignored);
    return judge_reading(&kinds[kind], &reading, verdict);
}

bool identity_normal(enum identity kind, const char *typed, char out[IDENTITY_TEXT])
{
    struct identity_verdict verdict;
    struct reading reading = read_typed(typed, kinds[kind].ignored);
    out[0] = '\0';
    if (judge_reading(&kinds[kind], &reading, &verdict) != VERDICT_OK)
        return false;
    if (!kinds[kind].country)
        return str_copy(out, IDENTITY_TEXT, reading.text);
    int start = national_start(&kinds[kind], &reading);
    return start >= 0 && str_format(out, IDENTITY_TEXT, "+%s%s", kinds[kind].country, reading.text + start);
}

/* Appends the code points of text from `from` up to `to`, or a dot for each. */
static void add_shown(struct buf *out, const char *text, int from, int to, const char *dot)
{
    size_t length = strlen(text), used;
    int at = 0;
    for (size_t i = 0; i < length; i += used, at++) {
        utf8_decode(text + i, length - i, &used);
        if (at < from || at >= to)
            continue;
        if (dot)
            buf_adds(out, dot);
        else
            buf_add(out, text + i, used);
    }
}

void identity_mask(enum identity kind, const char *text, bool ascii, char *out, size_t capacity)
{
    struct buf masked = {0};
    const char *dot = ascii ? "*" : "•";
    int count = 0;
    size_t length = text ? strlen(text) : 0, used;
    for (size_t i = 0; i < length; i += used, count++)
        utf8_decode(text + i, length - i, &used);
    int head = kinds[kind].mask_head, tail = kinds[kind].mask_tail;
    if (count <= head + tail) /* too short to show a part without showing all */
        head = tail = 0;
    if (length) {
        add_shown(&masked, text, 0, head, NULL);
        add_shown(&masked, text, head, count - tail, dot);
        add_shown(&masked, text, count - tail, count, NULL);
    }
    str_copy(out, capacity, buf_text(&masked));
    buf_free(&masked);
}

bool identity_find(const char *format, enum identity *kind)
{
    for (int i = 0; i < IDENTITY_COUNT; i++) {
        if (str_equal(kinds[i].format, format)) {
            *kind = (enum identity)i;
            return true;
        }
    }
    return false;
}

const char *identity_text(enum identity kind)
{
    return kind < IDENTITY_COUNT ? kinds[kind].format : "";
}

bool identity_is_invented(enum identity kind, const char *text)
{
    enum { LAST = 4 };
    static const char zeros[] = "0000";
    size_t length = strlen(text), zero = strlen(zeros);
    switch (kind) {
    case IDENTITY_NIK:
    case IDENTITY_FIN:
        return strncmp(text, "99", 2) == 0;
    case IDENTITY_PHONE_AZ:
    case IDENTITY_PHONE_ID:
        return length > LAST + zero && strncmp(text + length - LAST - zero, zeros, zero) == 0;
    case IDENTITY_VOEN:
    case IDENTITY_COUNT:
        break;
    }
    return false;
}

bool nik_agrees(const char *nik, const char *born, char sex, char *text, size_t capacity)
{
    char digits[IDENTITY_TEXT];
    str_copy(text, capacity, "");
    if (!identity_normal(IDENTITY_NIK, nik, digits))
        return true; /* not a NIK: another sentence says so */
    int day = (digits[NIK_DAY] - '0') * 10 + (digits[NIK_DAY + 1] - '0');
    bool woman = day > NIK_WOMAN;
    char date[7]; /* DDMMYY as in the number */
    str_format(date, sizeof date, "%02d%.4s", woman ? day - NIK_WOMAN : day, digits + NIK_MONTH);
    if (!str_empty(born) && strlen(born) == 10) {
        char given[7];
        str_format(given, sizeof given, "%.2s%.2s%.2s", born + 8, born + 5, born + 2);
        if (!str_equal(date, given)) {
            str_format(text, capacity,
                       "The NIK says born on %.2s.%.2s.%.2s: look at the card; it may be right.", date,
                       date + 2, date + 4);
            return false;
        }
    }
    if ((sex == 'm' && woman) || (sex == 'f' && !woman)) {
        str_format(text, capacity, "The NIK is of a %s: look at the card; it may be right.",
                   woman ? "woman" : "man");
        return false;
    }
    return true;
}
