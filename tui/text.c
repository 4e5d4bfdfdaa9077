/* tui/text.c: text in cells: see text.h. Knows frames, no terminal. */
#include "tui/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* --- UTF-8 --- */

int32_t text_decode(const char *text, size_t length, size_t *used)
{
    const unsigned char *s = (const unsigned char *)text;
    *used = 1;
    if (length == 0)
        return -1;
    if (s[0] < 0x80)
        return s[0];
    size_t bytes = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || bytes > length)
        return -1;
    int32_t code = s[0] & (0xff >> (bytes + 1));
    for (size_t i = 1; i < bytes; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return -1;
        code = code << 6 | (s[i] & 0x3f);
    }
    static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[bytes] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return -1;
    *used = bytes;
    return code;
}

size_t text_encode(int32_t code, char out[4])
{
    if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t bytes = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = bytes; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    static const int lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(lead[bytes] | code);
    return bytes;
}

/* --- width --- */

struct range {
    int32_t first, last;
};

static bool within(int32_t code, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}
#define WITHIN(code, ranges) within((code), (ranges), sizeof(ranges) / sizeof *(ranges))

/* What must not reach a terminal as it is: controls, bidirectional overrides and marks, invisible and private
 * characters, noncharacters. Drawn as a picture or mark of one cell. */
bool text_is_hidden(int32_t code)
{
    static const struct range ranges[] = {
        {0, 0x1f},        {0x7f, 0x9f},     {0xad, 0xad},       {0x61c, 0x61c},     {0x180e, 0x180e},
        {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},   {0xe000, 0xf8ff},   {0xfeff, 0xfeff},
        {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff}};
    return code < 0 || (code < ' ') || (code > 0x7e && WITHIN(code, ranges));
}

/* For locales whose wcwidth knows no letters: enough for our languages and their neighbours. */
static int table_width(int32_t code)
{
    static const struct range combining[] = {
        {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},   {0x64b, 0x65f},
        {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
    static const struct range wide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},  {0x3041, 0xa4cf},
                                        {0xac00, 0xd7a3},   {0xf900, 0xfaff},  {0xfe30, 0xfe6f},
                                        {0xff00, 0xff60},   {0xffe0, 0xffe6},  {0x1f300, 0x1f64f},
                                        {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
    return WITHIN(code, combining) ? 0 : WITHIN(code, wide) ? 2 : 1;
}

int text_code_width(int32_t code)
{
    if (code >= ' ' && code < 0x7f)
        return 1;
    if (text_is_hidden(code))
        return 1;
    int width = wcwidth((wchar_t)code);
    return width < 0 ? table_width(code) : width;
}

/* --- graphemes --- */

static bool joins(int32_t code)
{
    return code >= 0x300 && !text_is_hidden(code) && text_code_width(code) == 0;
}

size_t text_grapheme(const char *text, size_t length, int *width)
{
    size_t used, at;
    if (text_is_plain(text, length)) {
        if (width)
            *width = 1;
        return 1;
    }
    int32_t code = text_decode(text, length, &at);
    int w = text_code_width(code);
    if (width)
        *width = w ? w : 1; /* a mark without a base stands on one of ours */
    if (length == 0)
        return 0;
    if (text_is_hidden(code))
        return at;
    /* Only bytes from 0xcc on can begin a mark: plain text pays nothing. */
    while (at < length && (unsigned char)text[at] >= 0xcc &&
           joins(text_decode(text + at, length - at, &used)))
        at += used;
    return at;
}

size_t text_grapheme_before(const char *text, size_t at)
{
    size_t end = at;
    while (at > 0) {
        size_t used, start = at - 1;
        while (start > 0 && at - start < 4 && ((unsigned char)text[start] & 0xc0) == 0x80)
            start--;
        int32_t code = text_decode(text + start, at - start, &used);
        if (code < 0 || used != at - start)
            start = at - 1; /* not UTF-8: one byte */
        at = start;
        if (code < 0 || !joins(code))
            break;
    }
    return end - at;
}

int text_width_n(const char *text, size_t length)
{
    int total = 0, w;
    for (size_t at = 0; at < length; total += w)
        at += text_grapheme(text + at, length - at, &w);
    return total;
}

int text_width(const char *text)
{
    return text ? text_width_n(text, strlen(text)) : 0;
}

size_t text_fit(const char *text, size_t length, int w)
{
    size_t at = 0;
    while (at < length) {
        int width;
        if (text_is_plain(text + at, length - at)) {
            if (--w < 0)
                break;
            at++;
            continue;
        }
        size_t used = text_grapheme(text + at, length - at, &width);
        if ((w -= width) < 0)
            break;
        at += used;
    }
    return at;
}

/* --- drawing --- */

/* Draws length bytes from column x on, cut off at the area's edge; returns the column after them. */
static int draw_bytes(struct frame *frame, struct rect row, int x, const char *text, size_t length,
                      unsigned look)
{
    for (size_t at = 0, used; at < length && x < row.x + row.w; at += used) {
        bool blank = text[at] == '\n' || text[at] == '\t' || text[at] == '\r';
        x += frame_put(frame, row, x, row.y, blank ? " " : text + at, blank ? 1 : length - at, look, &used);
    }
    return x;
}

/* The start, … and the end; the end is the shorter half. */
static int draw_middle(struct frame *frame, struct rect row, const char *text, size_t length, unsigned look)
{
    int tail = (row.w - 1) / 2;
    size_t head_bytes = text_fit(text, length, row.w - 1 - tail), from = length;
    for (int w = 0; from > head_bytes;) {
        size_t bytes = text_grapheme_before(text, from);
        if ((w += text_width_n(text + from - bytes, bytes)) > tail)
            break;
        from -= bytes;
    }
    int x = draw_bytes(frame, row, row.x, text, head_bytes, look);
    x = draw_bytes(frame, row, x, "…", strlen("…"), look);
    return draw_bytes(frame, row, x, text + from, length - from, look) - row.x;
}

int text_draw_as(struct frame *frame, struct rect area, const char *text, unsigned look,
                 enum text_align align)
{
    if (rect_empty(area) || !text)
        return 0;
    struct rect row = {area.x, area.y, area.w, 1};
    size_t length = strlen(text);
    bool fits = text_fit(text, length, row.w) == length;
    if (!fits && align == TEXT_MIDDLE)
        return draw_middle(frame, row, text, length, look);
    if (!fits) {
        int x = draw_bytes(frame, row, row.x, text, text_fit(text, length, row.w - 1), look);
        return draw_bytes(frame, row, x, "…", strlen("…"), look) - row.x;
    }
    int width = text_width_n(text, length);
    int x = row.x + (align == TEXT_RIGHT ? row.w - width : align == TEXT_CENTRE ? (row.w - width) / 2 : 0);
    draw_bytes(frame, row, x, text, length, look);
    return width;
}

int text_draw(struct frame *frame, struct rect area, const char *text, unsigned look)
{
    return text_draw_as(frame, area, text, look, TEXT_LEFT);
}

int text_drawf(struct frame *frame, struct rect area, unsigned look, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return text_draw(frame, area, text, look);
}

/* --- wrapping --- */

/* The bytes of the next line of up to w cells, and in *next where the one after it begins. */
static size_t wrap_one(const char *text, size_t length, int w, size_t *next)
{
    const char *end = memchr(text, '\n', length);
    size_t paragraph = end ? (size_t)(end - text) : length;
    size_t fit = text_fit(text, paragraph, w);
    if (fit == paragraph) {
        *next = end ? paragraph + 1 : length;
        return paragraph;
    }
    size_t cut = fit;
    while (cut > 0 && text[cut] != ' ')
        cut--;
    if (cut == 0) { /* one long word; at least one grapheme, so that it ends */
        cut = fit ? fit : text_grapheme(text, length, NULL);
        *next = cut;
        return cut;
    }
    for (*next = cut; *next < paragraph && text[*next] == ' ';)
        ++*next;
    return cut;
}

int text_wrap(const char *text, int w, struct text_line *lines, int lines_max)
{
    int count = 0;
    size_t length = text ? strlen(text) : 0;
    for (size_t at = 0, next; at < length; at += next, count++) {
        size_t bytes = wrap_one(text + at, length - at, w < 1 ? 1 : w, &next);
        while (bytes > 0 && text[at + bytes - 1] == ' ')
            bytes--;
        if (lines && count < lines_max)
            lines[count] = (struct text_line){text + at, bytes};
    }
    return count;
}

int text_draw_wrapped(struct frame *frame, struct rect area, const char *text, unsigned look, int first)
{
    int row = 0, line = 0, end = 0;
    size_t length = text ? strlen(text) : 0, at = 0, next;
    if (rect_empty(area))
        return 0;
    for (; at < length && row < area.h; at += next, line++) {
        size_t bytes = wrap_one(text + at, length - at, area.w, &next);
        if (line < first)
            continue;
        end = text_width_n(text + at, bytes);
        draw_bytes(frame, rect_row(area, row++), area.x, text + at, bytes, look);
    }
    if (at < length && row > 0) /* behind the last word, not at the edge */
        frame_put(frame, area, area.x + (end < area.w ? end : area.w - 1), area.y + row - 1, "…", strlen("…"),
                  look, NULL);
    return row;
}
