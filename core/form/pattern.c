/* core/form/pattern.c: the only door to PCRE2. Knows no schema: a pattern and a text in, an answer out. */
#include "core/form/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

/* Far beyond what a form's field needs, far below what a person would notice as a pause. */
enum { MATCH_LIMIT = 200000, DEPTH_LIMIT = 2000, HEAP_LIMIT_KIB = 4096, PATTERN_BYTES_MAX = 4096 };

struct pattern {
    pcre2_code *code;
    pcre2_match_context *limits;
    char *text; /* as it was written, for pattern_can_stall */
};

/* The long names of ECMA-262 for what PCRE2 10.42 knows by its short ones. */
static const struct property {
    const char *ecma, *pcre;
} properties[] = {
    {"Letter", "L"},
    {"Lowercase_Letter", "Ll"},
    {"Uppercase_Letter", "Lu"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Symbol", "S"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Other", "C"},
    {"Control", "Cc"},
};

/* After \p or \P: writes the braces with the short name; answers how much was read, 0 when there are none. */
static size_t add_property(struct buf *out, const char *text)
{
    const char *end = text[0] == '{' ? strchr(text, '}') : NULL;
    if (!end)
        return 0;
    const char *name = text + 1, *equals = memchr(name, '=', (size_t)(end - name));
    if (equals)
        name = equals + 1; /* \p{Script=Latin}, \p{gc=L} */
    size_t length = (size_t)(end - name);
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        if (strlen(properties[i].ecma) == length && memcmp(properties[i].ecma, name, length) == 0) {
            buf_addf(out, "{%s}", properties[i].pcre);
            return (size_t)(end - text) + 1;
        }
    }
    buf_addc(out, '{');
    buf_add(out, name, length);
    buf_addc(out, '}');
    return (size_t)(end - text) + 1;
}

/* ECMA's white space and line ends; PCRE2's \s without UCP knows ASCII only. */
static const char spaces[] = "\\t\\n\\x0b\\f\\r\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}"
                             "\\x{202f}\\x{205f}\\x{3000}\\x{feff}";

/* One escape of ECMA-262 in PCRE2's words; answers how many bytes after the backslash were read. */
static size_t add_escape(struct buf *out, const char *text, bool in_class)
{
    switch (text[0]) {
    case 'p':
    case 'P': {
        buf_addf(out, "\\%c", text[0]);
        return 1 + add_property(out, text + 1);
    }
    case 's':
        buf_addf(out, in_class ? "%s" : "[%s]", spaces);
        return 1;
    case 'S':
        if (in_class)
            buf_adds(out, "\\S");
        else
            buf_addf(out, "[^%s]", spaces);
        return 1;
    case 'u':
        if (text[1] == '{') {
            buf_adds(out, "\\x");
            return 1;
        }
        if (strspn(text + 1, "0123456789abcdefABCDEF") >= 4) {
            buf_addf(out, "\\x{%.4s}", text + 1);
            return 5;
        }
        break;
    case 'c': /* a control letter; PCRE2 agrees */
        break;
    case '/':
    case '-':
        buf_addf(out, "\\%c", text[0]);
        return 1;
    case '\0':
        buf_addc(out, '\\');
        return 0;
    default:
        break;
    }
    buf_addf(out, "\\%c", text[0]);
    return 1;
}

/* What differs: $ is the very end, [] is nothing, [^] anything, a [ inside a class is itself. */
static void translate(struct buf *out, const char *text)
{
    bool in_class = false;
    while (*text) {
        if (*text == '\\') {
            text++;
            text += add_escape(out, text, in_class);
            continue;
        }
        if (in_class) {
            in_class = *text != ']';
            if (*text == '[')
                buf_addc(out, '\\');
            buf_addc(out, *text++);
        } else if (strncmp(text, "[^]", 3) == 0) {
            buf_adds(out, "[\\s\\S]");
            text += 3;
        } else if (strncmp(text, "[]", 2) == 0) {
            buf_adds(out, "(?!)");
            text += 2;
        } else {
            in_class = *text == '[';
            buf_addc(out, *text++);
        }
    }
}

enum err pattern_compile(const char *text, struct pattern **out, struct err_info *info)
{
    struct buf words = {0};
    int code = 0;
    size_t at = 0;
    *out = NULL;
    if (strlen(text) > PATTERN_BYTES_MAX)
        return err_set(info, ERR_INVALID, "This pattern is longer than %d bytes.", PATTERN_BYTES_MAX);
    translate(&words, text);
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)buf_text(&words), words.length,
                                         PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C |
                                             PCRE2_NEVER_UCP | PCRE2_MATCH_UNSET_BACKREF,
                                         &code, &at, NULL);
    buf_free(&words);
    if (!compiled) {
        PCRE2_UCHAR why[160];
        pcre2_get_error_message(code, why, sizeof why);
        return err_set(info, ERR_INVALID, "The pattern %s cannot be read: %s.", text, (const char *)why);
    }
    struct pattern *pattern = xcalloc(1, sizeof *pattern);
    pattern->code = compiled;
    pattern->text = xstrdup(text);
    pattern->limits = pcre2_match_context_create(NULL);
    if (!pattern->limits)
        xmalloc(SIZE_MAX); /* out of memory: the one way to end */
    pcre2_set_match_limit(pattern->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(pattern->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(pattern->limits, HEAP_LIMIT_KIB);
    *out = pattern;
    return ERR_OK;
}

void pattern_free(struct pattern **pattern)
{
    if (!*pattern)
        return;
    pcre2_code_free((*pattern)->code);
    pcre2_match_context_free((*pattern)->limits);
    free((*pattern)->text);
    free(*pattern);
    *pattern = NULL;
}

enum pattern_result pattern_find(const struct pattern *pattern, const char *text)
{
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    if (!match)
        xmalloc(SIZE_MAX);
    int found = pcre2_match(pattern->code, (PCRE2_SPTR)text, strlen(text), 0, 0, match, pattern->limits);
    pcre2_match_data_free(match);
    if (found >= 0)
        return PATTERN_MATCH;
    return found == PCRE2_ERROR_NOMATCH ? PATTERN_NONE : PATTERN_LIMIT;
}

enum { RUN_BYTES = 200 };

/* A long run that nearly matches is what makes nested repetition explode: (a+)+$ on aaaa…! The pattern's own text
 * stands behind it, because PCRE2 gives up at once where a letter that must come is nowhere. */
static bool run_stalls(const struct pattern *pattern, const char *run, size_t length)
{
    struct buf text = {0};
    while (length && text.length < RUN_BYTES)
        buf_add(&text, run, length);
    buf_addf(&text, "\x01%s\x01!", strlen(pattern->text) <= RUN_BYTES ? pattern->text : "");
    bool stalls =
        utf8_valid(buf_text(&text), text.length) && pattern_find(pattern, buf_text(&text)) == PATTERN_LIMIT;
    buf_free(&text);
    return stalls;
}

/* Backtracking needs more than one thing that can be tried in more than one way. */
static bool may_stall(const char *text)
{
    int ways = 0;
    for (; *text; text++)
        ways += *text == '(' ? 2
                             : strchr("*+?", *text) ||
                                   (*text == '{' && text[1 + strspn(text + 1, "0123456789")] != '}');
    return ways > 1;
}

/* Tries common runs, and what the pattern itself speaks of: each of its characters, and each two side by side. */
bool pattern_can_stall(const struct pattern *pattern)
{
    static const char *const runs[] = {"a", "A", "0", "1", " ", "-", "aA", "a0", "a ", "ə", "0 ", "a.", "a,"};
    bool stalls = false;
    if (!may_stall(pattern->text))
        return false;
    for (size_t i = 0; i < sizeof runs / sizeof *runs && !stalls; i++)
        stalls = run_stalls(pattern, runs[i], strlen(runs[i]));
    for (const char *at = pattern->text; *at && !stalls;) {
        size_t first, second;
        utf8_decode(at, strlen(at), &first);
        stalls = run_stalls(pattern, at, first);
        if (!stalls && at[first]) {
            utf8_decode(at + first, strlen(at + first), &second);
            stalls = run_stalls(pattern, at, first + second);
        }
        at += first;
    }
    return stalls;
}
