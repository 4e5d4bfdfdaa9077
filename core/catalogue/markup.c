/* core/catalogue/markup.c: see markup.h. Reads what is there, well-formed or not: a tag that never ends is text. */
#include "core/catalogue/markup.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

enum { ENTITY_MAX = 10, ADDRESS_MAX = 500, TAG_MAX = 12, TAG_BYTES_MAX = 4096, LINES_MAX = 2 };

struct reading {
    const char *at;
    struct buf out;
    bool blank;                /* a blank is owed before the next letter */
    int lines;                 /* line ends owed before it; a paragraph owes two */
    char address[ADDRESS_MAX]; /* of the link that is open; "" */
    size_t link_start;         /* where its words begin in out */
};

/* --- letters --- */

static void owe_lines(struct reading *reading, int lines)
{
    reading->lines = lines > reading->lines ? lines : reading->lines;
}

static void pay(struct reading *reading)
{
    if (reading->out.length > 0) {
        for (int i = 0; i < reading->lines && i < LINES_MAX; i++)
            buf_addc(&reading->out, '\n');
        if (reading->lines == 0 && reading->blank)
            buf_addc(&reading->out, ' ');
    }
    reading->lines = 0;
    reading->blank = false;
}

static bool is_blank(int32_t code)
{
    return code == ' ' || code == '\t' || code == '\n' || code == '\r' || code == '\f' || code == 0xa0;
}

/* C0, DEL and C1; and what turns the direction of a line around. */
static bool is_control(int32_t code)
{
    return code < ' ' || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

static void add_letter(struct reading *reading, int32_t code)
{
    char letter[4];
    if (is_blank(code)) {
        reading->blank = true;
        return;
    }
    if (is_control(code) || code == 0xad) /* a soft hyphen is for printers */
        return;
    pay(reading);
    buf_add(&reading->out, letter, utf8_encode(code, letter));
}

static void add_text(struct reading *reading, const char *text)
{
    pay(reading);
    buf_adds(&reading->out, text);
}

/* --- entities --- */

static const struct {
    const char *name;
    int32_t code;
} entities[] = {
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},        {"quot", '"'},     {"apos", '\''},
    {"nbsp", 0xa0},    {"auml", 0xe4},    {"ouml", 0xf6},     {"uuml", 0xfc},    {"Auml", 0xc4},
    {"Ouml", 0xd6},    {"Uuml", 0xdc},    {"szlig", 0xdf},    {"eacute", 0xe9},  {"egrave", 0xe8},
    {"agrave", 0xe0},  {"aacute", 0xe1},  {"ccedil", 0xe7},   {"euro", 0x20ac},  {"sect", 0xa7},
    {"ndash", 0x2013}, {"mdash", 0x2014}, {"hellip", 0x2026}, {"bdquo", 0x201e}, {"ldquo", 0x201c},
    {"rdquo", 0x201d}, {"lsquo", 0x2018}, {"rsquo", 0x2019},  {"sbquo", 0x201a}, {"laquo", 0xab},
    {"raquo", 0xbb},   {"bull", 0x2022},  {"middot", 0xb7},   {"deg", 0xb0},     {"copy", 0xa9},
    {"shy", 0xad},     {"times", 0xd7},   {"frac12", 0xbd},
};

static int32_t named(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (strlen(entities[i].name) == length && strncmp(entities[i].name, name, length) == 0)
            return entities[i].code;
    return -1;
}

static int32_t numbered(const char *text, size_t length)
{
    char digits[ENTITY_MAX + 1], *end;
    bool hexadecimal = *text == 'x' || *text == 'X';
    memcpy(digits, text, length);
    digits[length] = '\0';
    long code = strtol(digits + hexadecimal, &end, hexadecimal ? 16 : 10);
    bool letter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return *end == '\0' && letter ? (int32_t)code : -1;
}

/* The letter of "&auml;" at text, and how long it is written; -1: that is no entity. */
static int32_t entity(const char *text, size_t *used)
{
    size_t length = 0;
    while (length <= ENTITY_MAX && text[1 + length] && !strchr(";&< \n", text[1 + length]))
        length++;
    *used = length + 2;
    if (text[1 + length] != ';' || length == 0 || length > ENTITY_MAX)
        return -1;
    if (text[1] != '#')
        return named(text + 1, length);
    return length > 1 ? numbered(text + 2, length - 1) : -1;
}

/* --- tags --- */

/* How many lines an element begins and ends with. */
static const struct {
    const char *name;
    int lines;
} blocks[] = {
    {"p", 2},  {"div", 1}, {"br", 1}, {"li", 1},  {"ul", 1}, {"ol", 1},    {"h1", 2},      {"h2", 2},
    {"h3", 2}, {"h4", 2},  {"h5", 2}, {"h6", 2},  {"tr", 1}, {"table", 2}, {"section", 2}, {"dl", 1},
    {"dt", 1}, {"dd", 1},  {"hr", 1}, {"pre", 2}, {"td", 0}, {"th", 0},    {"article", 2}, {"blockquote", 2},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The name of a tag that starts at text (behind '<' and '/'), in small letters. */
static void tag_name(const char *text, char name[TAG_MAX])
{
    size_t length = 0;
    while (length + 1 < TAG_MAX &&
           (is_letter(text[length]) || (length > 0 && text[length] >= '0' && text[length] <= '9'))) {
        name[length] = (char)(text[length] >= 'A' && text[length] <= 'Z' ? text[length] + 32 : text[length]);
        length++;
    }
    name[length] = '\0';
}

/* Takes href="…" of the tag into address, when it leads out of the page. */
static void read_address(const char *tag, size_t length, char address[ADDRESS_MAX])
{
    const char *href = memmem(tag, length, "href=", 5), *end;
    address[0] = '\0';
    if (!href)
        return;
    href += 5;
    const char quote = *href;
    if (quote != '"' && quote != '\'')
        return;
    href++;
    end = memchr(href, quote, length - (size_t)(href - tag));
    size_t size = end ? (size_t)(end - href) : 0;
    if (size == 0 || size >= ADDRESS_MAX || (!str_starts(href, "http") && !str_starts(href, "mailto:")))
        return;
    struct buf plain = {0};
    for (size_t at = 0, used; at < size; at += used) {
        int32_t code = href[at] == '&' ? entity(href + at, &used) : -1;
        if (code < 0)
            used = 1;
        if (code == '&')
            buf_addc(&plain, '&');
        else if ((unsigned char)href[at] > ' ' && href[at] != 0x7f)
            buf_addc(&plain, href[at]);
    }
    str_copy(address, ADDRESS_MAX, buf_text(&plain));
    buf_free(&plain);
}

static void close_link(struct reading *reading)
{
    const char *words = buf_text(&reading->out) + reading->link_start;
    if (reading->address[0] && reading->out.length > reading->link_start &&
        !strstr(words, reading->address)) {
        buf_addc(&reading->out, ' ');
        buf_addc(&reading->out, '(');
        buf_adds(&reading->out, reading->address);
        buf_addc(&reading->out, ')');
    }
    reading->address[0] = '\0';
}

static void take_tag(struct reading *reading, const char *tag, size_t length)
{
    char name[TAG_MAX];
    bool closes = tag[1] == '/';
    tag_name(tag + 1 + closes, name);
    if (strcmp(name, "a") == 0) {
        close_link(reading);
        if (!closes)
            read_address(tag, length, reading->address);
        reading->link_start = reading->out.length;
    }
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (strcmp(name, blocks[i].name) == 0) {
            reading->blank = true;
            owe_lines(reading, blocks[i].lines);
        }
    if (strcmp(name, "li") == 0 && !closes)
        add_text(reading, "- ");
}

/* Behind what is not for reading: a comment, or an element with its content. NULL: not such a thing. */
static const char *behind_hidden(const char *text)
{
    static const struct {
        const char *start, *end;
    } hidden[] = {{"<!--", "-->"}, {"<script", "</script>"}, {"<style", "</style>"}};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        if (strncasecmp(text, hidden[i].start, strlen(hidden[i].start)) != 0)
            continue;
        const char *end = strcasestr(text, hidden[i].end);
        return end ? end + strlen(hidden[i].end) : text + strlen(text);
    }
    return NULL;
}

/* The '>' of the tag that starts at text; NULL: it is a "less than". */
static const char *tag_end(const char *text)
{
    const char *first = text + 1 + (text[1] == '/');
    return is_letter(*first) || *first == '!' ? memchr(text, '>', strnlen(text, TAG_BYTES_MAX)) : NULL;
}

static void take_one(struct reading *reading)
{
    const char *at = reading->at, *end;
    size_t used = 1;
    int32_t code = -1;
    if (*at == '<' && (end = behind_hidden(at))) {
        reading->at = end;
        return;
    }
    if (*at == '<' && (end = tag_end(at))) {
        take_tag(reading, at, (size_t)(end - at));
        reading->at = end + 1;
        return;
    }
    if (*at == '&')
        code = entity(at, &used);
    if (code < 0)
        code = utf8_decode(at, strnlen(at, 4), &used);
    if (code >= 0)
        add_letter(reading, code);
    reading->at = at + used;
}

static bool has_markup(const char *text)
{
    size_t used;
    for (const char *at = text; *at; at++)
        if ((*at == '<' && (tag_end(at) || behind_hidden(at))) || (*at == '&' && entity(at, &used) >= 0))
            return true;
    return false;
}

/* A list that is not HTML says its paragraphs by line ends. */
static void take_plain(struct reading *reading)
{
    while (*reading->at) {
        if (*reading->at == '\n') {
            reading->lines += reading->lines < LINES_MAX;
            reading->at++;
        } else {
            size_t used;
            int32_t code = utf8_decode(reading->at, strnlen(reading->at, 4), &used);
            if (code >= 0)
                add_letter(reading, code);
            reading->at += used;
        }
    }
}

char *markup_text(const char *html)
{
    struct reading reading = {.at = html};
    if (!has_markup(html))
        take_plain(&reading);
    while (*reading.at)
        take_one(&reading);
    close_link(&reading);
    return reading.out.data ? buf_take(&reading.out) : xstrdup("");
}
