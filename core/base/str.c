/* core/base/str.c: memory, growing buffers and UTF-8. Knows no hall and no terminal. */
#include "core/base/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one hook that must be reachable from everywhere: the terminal has to be given back. */
static void (*fatal_hook)(void);

void on_fatal(void (*hook)(void))
{
    fatal_hook = hook;
}

static void *checked(void *memory)
{
    if (memory)
        return memory;
    if (fatal_hook)
        fatal_hook();
    fputs("loket: out of memory; what was marked as saved is safe on the disk\n", stderr);
    _Exit(1);
}

void *xmalloc(size_t size)
{
    return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size ? size : 1));
}

void *xrealloc(void *old, size_t size)
{
    return checked(realloc(old, size ? size : 1));
}

char *xstrdup(const char *text)
{
    return checked(strdup(text));
}

char *xstrndup(const char *text, size_t length)
{
    return checked(strndup(text, length));
}

char *xasprintf(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&text, format, args);
    va_end(args);
    return checked(n < 0 ? NULL : text);
}

/* --- buffers --- */
void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}

void buf_clear(struct buf *buf)
{
    buf->length = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

static void grow(struct buf *buf, size_t needed)
{
    size_t capacity = buf->capacity ? buf->capacity : 64;
    while (capacity < needed)
        capacity *= 2;
    buf->data = xrealloc(buf->data, capacity);
    buf->capacity = capacity;
}

static inline void reserve(struct buf *buf, size_t more)
{
    size_t needed = buf->length + more + 1;
    if (needed > buf->capacity)
        grow(buf, needed);
}

void buf_add(struct buf *buf, const void *data, size_t length)
{
    reserve(buf, length);
    if (length)
        memcpy(buf->data + buf->length, data, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void buf_adds(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_addc(struct buf *buf, char c)
{
    reserve(buf, 1);
    buf->data[buf->length++] = c;
    buf->data[buf->length] = '\0';
}

void buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(n >= 0);
    reserve(buf, (size_t)n);
    vsnprintf(buf->data + buf->length, (size_t)n + 1, format, again);
    va_end(again);
    buf->length += (size_t)n;
}

const char *buf_text(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}

char *buf_take(struct buf *buf)
{
    char *text = buf->data ? buf->data : xstrdup("");
    *buf = (struct buf){0};
    return text;
}

/* --- bounded text --- */
/* The longest prefix of at most limit bytes that ends at a whole character. */
static size_t whole(const char *text, size_t limit)
{
    while (limit > 0 && ((unsigned char)text[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}

bool str_copy(char *to, size_t capacity, const char *from)
{
    size_t length = strlen(from);
    bool fits = length < capacity;
    assert(capacity > 0);
    if (!fits)
        length = whole(from, capacity - 1);
    memmove(to, from, length);
    to[length] = '\0';
    return fits;
}

bool str_format(char *to, size_t capacity, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = NULL;
    int n = vasprintf(&text, format, args);
    va_end(args);
    checked(n < 0 ? NULL : text);
    bool fits = str_copy(to, capacity, text);
    free(text);
    return fits;
}

bool str_equal(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_empty(const char *text)
{
    return !text || !text[0];
}

/* --- UTF-8 (RFC 3629) --- */
int32_t utf8_decode(const char *text, size_t length, size_t *used)
{
    const unsigned char *s = (const unsigned char *)text;
    *used = 1;
    if (length == 0)
        return -1;
    if (s[0] < 0x80)
        return s[0];
    size_t size = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || size > length)
        return -1;
    int32_t code = s[0] & (0xFF >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return -1;
        code = (code << 6) | (s[i] & 0x3F);
    }
    static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return -1;
    *used = size;
    return code;
}

size_t utf8_encode(int32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    out[0] = (char)((0xF00 >> size & 0xFF) | code);
    return size;
}

/* Bytes of plain ASCII that text starts with, by eights: nearly all that a hall writes. */
static size_t ascii_prefix(const char *text, size_t length)
{
    size_t count = 0;
    for (uint64_t eight; count + sizeof eight <= length; count += sizeof eight) {
        memcpy(&eight, text + count, sizeof eight);
        if (eight & 0x8080808080808080)
            break;
    }
    while (count < length && !(text[count] & 0x80))
        count++;
    return count;
}

bool utf8_valid(const char *text, size_t length)
{
    size_t plain = ascii_prefix(text, length);
    text += plain;
    length -= plain;
    for (size_t used; length > 0; text += used, length -= used) {
        if (utf8_decode(text, length, &used) < 0)
            return false;
        used += ascii_prefix(text + used, length - used);
    }
    return true;
}

size_t utf8_count(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t used; length > 0; text += used, length -= used, count++)
        utf8_decode(text, length, &used);
    return count;
}

/* Marks that turn the direction of writing, line ends of other kinds, the byte order mark and tags that nobody sees: an amount
 * or a name could be made to read otherwise than it is kept. */
static bool steers(int32_t code)
{
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0x61C ||
           code == 0x200E || code == 0x200F || code == 0x2028 || code == 0x2029 || code == 0xFEFF ||
           (code >= 0xE0000 && code <= 0xE0FFF);
}

void utf8_add_plain(struct buf *out, const char *text)
{
    size_t length = strlen(text), used;
    for (; length; text += used, length -= used) {
        int32_t code = utf8_decode(text, length, &used);
        if (code < 0)
            buf_adds(out, "\xEF\xBF\xBD");
        else if ((code < ' ' && code != '\n') || (code >= 0x7F && code < 0xA0))
            buf_addc(out, ' ');
        else if (!steers(code))
            buf_add(out, text, used);
    }
}

/* --- folding for search --- */
/* Spellings that meet: the Latin letters of az and tr, and Russian as passports of both countries write it
 * (ICAO 9303 with the everyday y for й, ы). Sorted by code point for the binary search. */
static const struct fold {
    int32_t code;
    const char *text;
} folds[] = {
    {0xC0, "a"},   {0xC1, "a"},   {0xC2, "a"},   {0xC3, "a"},   {0xC4, "a"},   {0xC5, "a"},   {0xC7, "c"},
    {0xC8, "e"},   {0xC9, "e"},   {0xCA, "e"},   {0xCB, "e"},   {0xCC, "i"},   {0xCD, "i"},   {0xCE, "i"},
    {0xCF, "i"},   {0xD1, "n"},   {0xD2, "o"},   {0xD3, "o"},   {0xD4, "o"},   {0xD5, "o"},   {0xD6, "o"},
    {0xD9, "u"},   {0xDA, "u"},   {0xDB, "u"},   {0xDC, "u"},   {0xDD, "y"},   {0xDF, "ss"},  {0xE0, "a"},
    {0xE1, "a"},   {0xE2, "a"},   {0xE3, "a"},   {0xE4, "a"},   {0xE5, "a"},   {0xE7, "c"},   {0xE8, "e"},
    {0xE9, "e"},   {0xEA, "e"},   {0xEB, "e"},   {0xEC, "i"},   {0xED, "i"},   {0xEE, "i"},   {0xEF, "i"},
    {0xF1, "n"},   {0xF2, "o"},   {0xF3, "o"},   {0xF4, "o"},   {0xF5, "o"},   {0xF6, "o"},   {0xF9, "u"},
    {0xFA, "u"},   {0xFB, "u"},   {0xFC, "u"},   {0xFD, "y"},   {0xFF, "y"},   {0x11E, "g"},  {0x11F, "g"},
    {0x130, "i"},  {0x131, "i"},  {0x15E, "s"},  {0x15F, "s"},  {0x18F, "e"},  {0x259, "e"},  {0x401, "e"},
    {0x410, "a"},  {0x411, "b"},  {0x412, "v"},  {0x413, "g"},  {0x414, "d"},  {0x415, "e"},  {0x416, "zh"},
    {0x417, "z"},  {0x418, "i"},  {0x419, "y"},  {0x41A, "k"},  {0x41B, "l"},  {0x41C, "m"},  {0x41D, "n"},
    {0x41E, "o"},  {0x41F, "p"},  {0x420, "r"},  {0x421, "s"},  {0x422, "t"},  {0x423, "u"},  {0x424, "f"},
    {0x425, "kh"}, {0x426, "ts"}, {0x427, "ch"}, {0x428, "sh"}, {0x429, "sh"}, {0x42A, ""},   {0x42B, "y"},
    {0x42C, ""},   {0x42D, "e"},  {0x42E, "yu"}, {0x42F, "ya"}, {0x430, "a"},  {0x431, "b"},  {0x432, "v"},
    {0x433, "g"},  {0x434, "d"},  {0x435, "e"},  {0x436, "zh"}, {0x437, "z"},  {0x438, "i"},  {0x439, "y"},
    {0x43A, "k"},  {0x43B, "l"},  {0x43C, "m"},  {0x43D, "n"},  {0x43E, "o"},  {0x43F, "p"},  {0x440, "r"},
    {0x441, "s"},  {0x442, "t"},  {0x443, "u"},  {0x444, "f"},  {0x445, "kh"}, {0x446, "ts"}, {0x447, "ch"},
    {0x448, "sh"}, {0x449, "sh"}, {0x44A, ""},   {0x44B, "y"},  {0x44C, ""},   {0x44D, "e"},  {0x44E, "yu"},
    {0x44F, "ya"}, {0x451, "e"},
};

static int fold_order(const void *key, const void *entry)
{
    int32_t a = *(const int32_t *)key, b = ((const struct fold *)entry)->code;
    return (a > b) - (a < b);
}

void utf8_fold(struct buf *out, const char *text)
{
    size_t length = strlen(text);
    for (size_t used; length > 0; text += used, length -= used) {
        int32_t code = utf8_decode(text, length, &used);
        if (code >= 'A' && code <= 'Z') {
            buf_addc(out, (char)(code + 'a' - 'A'));
            continue;
        }
        if (code >= 0x300 && code <= 0x36F) /* combining marks fall away */
            continue;
        const struct fold *fold =
            bsearch(&code, folds, sizeof folds / sizeof folds[0], sizeof folds[0], fold_order);
        if (fold)
            buf_adds(out, fold->text);
        else if (code >= 0)
            buf_add(out, text, used);
    }
}

/* Spellings of one name as passports of the three alphabets and old Dutch spelling have them, on folded text;
 * longer ones first. A vowel after y is what is heard: Aliyev, Aliev and Алиев are one. */
static const struct spelling {
    const char *from, *to;
} spellings[] = {
    {"dzh", "c"}, {"kh", "h"}, {"gh", "g"}, {"zh", "c"}, {"sh", "s"}, {"ch", "c"}, {"dj", "c"},
    {"tj", "c"},  {"sj", "s"}, {"oe", "u"}, {"ya", "a"}, {"ye", "a"}, {"yi", "i"}, {"yo", "o"},
    {"yu", "u"},  {"y", "i"},  {"e", "a"},  {"x", "h"},  {"q", "g"},  {"j", "c"},
};

static const struct spelling *spelling_at(const char *text)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (str_starts(text, spellings[i].from))
            return &spellings[i];
    return NULL;
}

void utf8_fold_name(struct buf *out, const char *text)
{
    struct buf folded = {0};
    utf8_fold(&folded, text);
    for (const char *c = buf_text(&folded); *c;) {
        const struct spelling *spelling = spelling_at(c);
        char letter = spelling ? *spelling->to : *c;
        if (!out->length || out->data[out->length - 1] != letter || letter == ' ' || (letter & 0x80))
            buf_addc(out, letter);
        c += spelling ? strlen(spelling->from) : 1;
    }
    buf_free(&folded);
}
