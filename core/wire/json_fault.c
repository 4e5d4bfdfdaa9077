/* core/wire/json_fault.c: see json_fault.h. RFC 8259, read strictly; a name that stands twice in an object is a fault,
 * since readers differ in which of the two counts. */
#include "core/wire/json_fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/wire/json.h"

enum { NUMBER_MAX = 60 }; /* cJSON reads no longer ones */

struct name { /* of a member, between its quotes */
    const char *text;
    size_t length;
};
struct names {
    struct name *list;
    size_t count, room;
};
struct reading {
    const char *start, *at, *end;
    int depth;
    struct json_fault *fault;
};

/* --- saying it --- */

static void place(struct reading *r, const char *where)
{
    r->fault->line = r->fault->column = 1;
    for (const char *c = r->start; c < where; c++) {
        if (*c == '\n') {
            r->fault->line++;
            r->fault->column = 1;
        } else if (((unsigned char)*c & 0xc0) != 0x80) { /* not within a character */
            r->fault->column++;
        }
    }
}

static bool wrong(struct reading *r, const char *where, const char *format, ...) PRINTF(3, 4);
static bool wrong(struct reading *r, const char *where, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->fault->text, sizeof r->fault->text, format, args);
    va_end(args);
    place(r, where);
    return false;
}

static bool ends(struct reading *r, const char *opened, char bracket)
{
    struct json_fault open;
    struct reading other = *r;
    other.fault = &open;
    place(&other, opened);
    return wrong(r, r->at, "The file ends here, but the %c of line %zu is not closed yet.", bracket,
                 open.line);
}

/* --- what people write in place of JSON --- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static bool begins(const struct reading *r, const char *word)
{
    return (size_t)(r->end - r->at) >= strlen(word) && memcmp(r->at, word, strlen(word)) == 0;
}

static size_t word_length(const struct reading *r)
{
    size_t length = 0;
    while (r->at + length < r->end && is_letter(r->at[length]))
        length++;
    return length > 20 ? 20 : length;
}

/* Quotes of a word processor: „ “ ” « » ‘ ’ */
static bool is_fine_quote(const struct reading *r)
{
    static const char *const quotes[] = {"“", "”", "„", "«", "»", "‘", "’"};
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
        if (begins(r, quotes[i]))
            return true;
    return false;
}

/* At what stands in place of a value, or of a name. */
static bool no_value(struct reading *r, const char *wanted)
{
    if (begins(r, "//") || begins(r, "/*") || *r->at == '#')
        return wrong(r, r->at,
                     "JSON has no comments: write \"$comment\": \"…\" in a schema, or remove this.");
    if (*r->at == '\'' || is_fine_quote(r))
        return wrong(r, r->at, "Names and texts stand between straight double quotes: \"…\".");
    if (*r->at == ',')
        return wrong(r, r->at, "This comma has nothing before it: remove it.");
    if (word_length(r))
        return wrong(
            r, r->at,
            "%s is expected here, not %.*s: a text stands in double quotes, and true, false and null "
            "in small letters.",
            wanted, (int)word_length(r), r->at);
    return wrong(r, r->at, "%s is expected here.", wanted);
}

static bool skip_space(struct reading *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r' || *r->at == '\n'))
        r->at++;
    return r->at < r->end;
}

/* --- texts and numbers --- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The value of a \u escape with its four digits; -1: it is none. */
static int read_unit(const struct reading *r, const char *at)
{
    int unit = 0;
    if (r->end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        if (hex_digit(at[i]) < 0)
            return -1;
        unit = unit * 16 + hex_digit(at[i]);
    }
    return unit;
}

static bool is_high(int unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(int unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* At a backslash. Characters beyond U+FFFF are two units, the high one first. */
static bool read_escape(struct reading *r)
{
    const char *slash = r->at;
    int unit = read_unit(r, slash), next = unit >= 0 ? read_unit(r, slash + 6) : -1;
    if (is_low(unit) || (is_high(unit) && !is_low(next)))
        return wrong(r, slash, "\\u%.4s is half a character: write the character itself, or both halves.",
                     slash + 2);
    if (unit >= 0) {
        r->at += is_high(unit) ? 12 : 6;
        return true;
    }
    if (slash + 1 < r->end && slash[1] && strchr("\"\\/bfnrt", slash[1])) {
        r->at += 2;
        return true;
    }
    return wrong(r, slash, "A backslash is written twice in JSON, also in patterns: \\\\d for \\d.");
}

/* Between its quotes; name gets what stands there. */
static bool read_text(struct reading *r, struct name *name)
{
    const char *opened = r->at++;
    while (r->at < r->end && *r->at != '"') {
        if (*r->at == '\n' || *r->at == '\r')
            return wrong(
                r, opened,
                "This text has no closing quote on its line. A line end within a text is written \\n.");
        if ((unsigned char)*r->at < ' ')
            return wrong(r, r->at, "A %s within a text is written %s.",
                         *r->at == '\t' ? "tab" : "control character", *r->at == '\t' ? "\\t" : "\\u00…");
        if (*r->at != '\\')
            r->at++;
        else if (!read_escape(r))
            return false;
    }
    if (r->at >= r->end)
        return wrong(r, opened, "This text has no closing quote.");
    *name = (struct name){opened + 1, (size_t)(r->at - opened - 1)};
    r->at++;
    return true;
}

static bool read_digits(struct reading *r)
{
    const char *start = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return r->at > start;
}

static bool read_number(struct reading *r)
{
    const char *start = r->at;
    r->at += *r->at == '-';
    const char *digits = r->at;
    if (!read_digits(r))
        return wrong(r, start, "A number begins with a digit, or with - and a digit.");
    if (*digits == '0' && r->at > digits + 1)
        return wrong(r, start,
                     "A number does not begin with 0. What is a code rather than a number is a text: \"…\".");
    if (r->at < r->end && *r->at == '.' && (r->at++, !read_digits(r)))
        return wrong(r, start, "There must be digits behind the point of a number.");
    if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
        r->at++;
        r->at += r->at < r->end && (*r->at == '+' || *r->at == '-');
        if (!read_digits(r))
            return wrong(r, start, "There must be digits behind the e of a number.");
    }
    if (r->at - start > NUMBER_MAX)
        return wrong(r, start, "This number is longer than %d characters: what is a code is a text, \"…\".",
                     NUMBER_MAX);
    return true;
}

/* --- values --- */

static bool read_value(struct reading *r);

static int by_text(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    size_t least = x->length < y->length ? x->length : y->length;
    int order = memcmp(x->text, y->text, least);
    if (!order && x->length != y->length)
        order = x->length < y->length ? -1 : 1;
    return order ? order : (x->text > y->text) - (x->text < y->text);
}

/* The first name of the object that stood there before. */
static bool are_single(struct reading *r, struct names *names)
{
    const struct name *twice = NULL;
    if (names->count)
        qsort(names->list, names->count, sizeof *names->list, by_text);
    for (size_t i = 1; i < names->count; i++) {
        const struct name *a = &names->list[i - 1], *b = &names->list[i];
        if (a->length == b->length && memcmp(a->text, b->text, a->length) == 0 &&
            (!twice || b->text < twice->text))
            twice = b;
    }
    if (!twice)
        return true;
    return wrong(r, twice->text - 1, "The name \"%.*s\" stands twice in this object: keep one of the two.",
                 (int)(twice->length > 60 ? 60 : twice->length), twice->text);
}

static void keep(struct names *names, struct name name)
{
    if (names->count == names->room) {
        names->room = names->room ? 2 * names->room : 16;
        names->list = xrealloc(names->list, names->room * sizeof *names->list);
    }
    names->list[names->count++] = name;
}

static bool read_member(struct reading *r, struct names *names)
{
    struct name name;
    if (*r->at != '"')
        return no_value(r, "A name in double quotes");
    if (!read_text(r, &name))
        return false;
    keep(names, name);
    if (skip_space(r) && *r->at != ':')
        return wrong(r, r->at, "A colon is missing between the name and its value.");
    if (r->at < r->end)
        r->at++;
    return true;
}

/* Behind an element: its end, or a comma and one more. *more: there is one. */
static bool read_comma(struct reading *r, const char *opened, char close, bool *more)
{
    *more = false;
    if (!skip_space(r))
        return ends(r, opened, *opened);
    if (*r->at == close) {
        r->at++;
        return true;
    }
    const char *comma = r->at;
    if (*comma == '}' || *comma == ']')
        return wrong(r, comma, "This %c closes what a %c opened: one of the two is wrong.", *comma, *opened);
    if (*comma != ',')
        return *comma == '"' || *comma == '{' || *comma == '['
                   ? wrong(r, comma, "A comma is missing before this.")
                   : no_value(r, "A comma or the end of the list");
    r->at++;
    *more = true;
    if (skip_space(r) && (*r->at == '}' || *r->at == ']'))
        return wrong(r, comma, "There is a comma before the closing %c: remove it.", *r->at);
    return r->at < r->end || ends(r, opened, *opened);
}

static bool read_elements(struct reading *r, const char *opened, char close, struct names *names)
{
    bool more = true;
    if (!skip_space(r))
        return ends(r, opened, *opened);
    if (*r->at == close) {
        r->at++;
        return true;
    }
    while (more) {
        if (close == '}' && !read_member(r, names))
            return false;
        if (!skip_space(r))
            return ends(r, opened, *opened);
        if (!read_value(r) || !read_comma(r, opened, close, &more))
            return false;
    }
    return true;
}

static bool read_container(struct reading *r)
{
    struct names names = {0};
    const char *opened = r->at++;
    if (++r->depth > JSON_DEPTH_MAX)
        return wrong(r, opened, "This is nested deeper than %d levels.", JSON_DEPTH_MAX);
    bool ok = read_elements(r, opened, *opened == '{' ? '}' : ']', &names) && are_single(r, &names);
    free(names.list);
    r->depth--;
    return ok;
}

static bool read_value(struct reading *r)
{
    static const char *const words[] = {"true", "false", "null"};
    struct name ignored;
    if (*r->at == '{' || *r->at == '[')
        return read_container(r);
    if (*r->at == '"')
        return read_text(r, &ignored);
    if (*r->at == '-' || (*r->at >= '0' && *r->at <= '9'))
        return read_number(r);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (word_length(r) == strlen(words[i]) && begins(r, words[i])) {
            r->at += strlen(words[i]);
            return true;
        }
    return no_value(r, "A value");
}

/* --- the whole --- */

static bool read_encoding(struct reading *r)
{
    size_t used;
    if (begins(r, "\xff\xfe") || begins(r, "\xfe\xff"))
        return wrong(r, r->at, "This file is UTF-16: save it as UTF-8.");
    for (const char *c = r->start; c < r->end; c += used) {
        if (utf8_decode(c, (size_t)(r->end - c), &used) < 0)
            return wrong(r, c, "This is not UTF-8: save the file in the encoding UTF-8.");
        if (!*c)
            return wrong(r, c, "There is a NUL byte here: this is no text file.");
    }
    return true;
}

bool json_find_fault(const char *text, size_t length, struct json_fault *fault)
{
    struct reading r = {.start = text, .at = text, .end = text + length, .fault = fault};
    if (!read_encoding(&r))
        return true;
    if (begins(&r, "\xef\xbb\xbf"))
        r.start = r.at += 3;
    if (!skip_space(&r))
        return !wrong(&r, r.at, "The file is empty.");
    if (!read_value(&r))
        return true;
    return skip_space(&r) &&
           !wrong(&r, r.at, "The file should end here: look for a bracket too many before this.");
}
