/* tests/screen/sound.c: what must hold for every picture: lines of exactly its width, the cursor inside, a
 * title line, an action line, and no English where the language has its own words. Knows no single screen. */
#include "tests/screen/sound.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "screens/tr.h"
#include "tui/linear.h"
#include "tui/painter.h"
#include "tui/text.h"

/* --- the grid --- */

/* Wide characters have their right half, and the row as text is as wide as the frame. */
static bool row_is_whole(const struct frame *frame, int y, char *out, size_t capacity)
{
    int width = 0;
    for (int x = 0; x < frame->w; x++) {
        const struct cell *cell = frame_at(frame, x, y);
        bool half = cell->width == 0, after_wide = x > 0 && frame_at(frame, x - 1, y)->width == 2;
        if (half != after_wide || half != (cell->text[0] == '\0') || cell->width > 2 ||
            text_width(cell->text) != cell->width) {
            str_format(out, capacity, "row %d, column %d: \"%s\" is not %d cells wide", y, x, cell->text,
                       cell->width);
            return false;
        }
        width += cell->width;
    }
    if (width != frame->w)
        str_format(out, capacity, "row %d is %d cells wide, not %d", y, width, frame->w);
    return width == frame->w;
}

static bool row_is_blank(const struct frame *frame, int y)
{
    for (int x = 0; x < frame->w; x++)
        if (strcmp(frame_at(frame, x, y)->text, " ") != 0)
            return false;
    return true;
}

static bool row_is_rule(const struct frame *frame, int y)
{
    for (int x = 0; x < frame->w; x++)
        if (strcmp(frame_at(frame, x, y)->text, "─") != 0)
            return false;
    return true;
}

/* Something that must be heard stands in it (app_notice.c): a sign and its words between two ends of the rule. */
static bool row_is_notice(const struct frame *frame, int y)
{
    return strcmp(frame_at(frame, 0, y)->text, "─") == 0 && strcmp(frame_at(frame, 2, y)->text, "!") == 0;
}

static bool lines_stand(const struct frame *frame, char *out, size_t capacity)
{
    const char *fault = NULL;
    if (row_is_blank(frame, 0) || (!row_is_rule(frame, 1) && !row_is_notice(frame, 1)))
        fault = "there is no title line";
    else if (row_is_blank(frame, frame->h - 1))
        fault = "there is no action line";
    if (fault)
        str_format(out, capacity, "%s", fault);
    return !fault;
}

/* --- the words --- */

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Stands word in text, with no letter before or behind it? */
static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at++) {
        bool marks_before = at > text && is_letter(at[-1]) && is_letter(word[0]);
        if (!marks_before && !(is_letter(word[length - 1]) && is_letter(at[length])))
            return true;
    }
    return false;
}

static const struct po_table *table_of(enum lang lang)
{
    for (size_t i = 0; i < po_table_count; i++)
        if (strcmp(po_tables[i].lang, lang_code(lang)) == 0)
            return &po_tables[i];
    return NULL;
}

/* The language itself says so somewhere: "status", "online". */
static bool also_theirs(const struct po_table *table, const char *word)
{
    for (size_t i = 0; i < table->count; i++)
        if (has_word(table->entries[i].text, word))
            return true;
    return false;
}

/* Part of a longer text of the data: "Papers not genuine". A word alone, "seen", is a code and no text. */
static bool is_of_data(const char *data, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = data; (at = strstr(at, word)); at++)
        if (at > data && (at[-1] != '"' || at[length] != '"') && !is_letter(at[-1]) && !is_letter(at[length]))
            return true;
    return false;
}

static bool words_are_translated(enum lang lang, const char *text, const char *data, char *out,
                                 size_t capacity)
{
    const struct po_table *table = table_of(lang);
    for (size_t i = 0; lang != LANG_EN && table && i < table->count; i++) {
        const char *msgid = table->entries[i].msgid;
        bool plain = strlen(msgid) > 2 && !strchr(msgid, '%') && strcmp(msgid, table->entries[i].text) != 0;
        if (plain && has_word(text, msgid) && !is_of_data(data, msgid) && !also_theirs(table, msgid)) {
            str_format(out, capacity, "\"%s\" stands there in English", msgid);
            return false;
        }
    }
    return true;
}

/* --- all --- */

bool sound_frame(struct app *app, const struct frame *frame, const char *data, char *out, size_t capacity)
{
    *out = '\0';
    for (int y = 0; y < frame->h; y++)
        if (!row_is_whole(frame, y, out, capacity))
            return false;
    if (frame->cursor_on && !frame_at(frame, frame->cursor_x, frame->cursor_y)) {
        str_format(out, capacity, "the cursor is outside, at %d, %d", frame->cursor_x, frame->cursor_y);
        return false;
    }
    /* The hall's display has no lines of the workstation's. */
    if (app_screen(app) != SCREEN_DISPLAY && !lines_stand(frame, out, capacity))
        return false;
    char *text = frame_text(frame);
    bool ok = words_are_translated(app_ui(app)->lang, text, data, out, capacity);
    free(text);
    return ok;
}

bool sound_ascii(const char *text, char *out, size_t capacity)
{
    for (const char *at = text; *at; at++) {
        if (*at != '\n' && ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7e)) {
            str_format(out, capacity, "a byte %02x is left", (unsigned)(unsigned char)*at);
            return false;
        }
    }
    return true;
}

static int question_marks(const char *text)
{
    int count = 0;
    for (; *text; text++)
        count += *text == '?';
    return count;
}

bool sound_in_ascii(struct frame *frame, char *out, size_t capacity)
{
    char *before = frame_text(frame);
    frame_to_ascii(frame);
    char *after = frame_text(frame);
    bool ok = sound_ascii(after, out, capacity);
    if (ok && question_marks(after) != question_marks(before)) {
        str_format(out, capacity, "a sign has no twin in ASCII");
        ok = false;
    }
    free(after);
    free(before);
    return ok;
}

/* --- one column --- */

enum { WORDS_MAX = 8000 };

static int by_letters(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The words of a picture, sorted; rules are none. They point into text. */
static int words_of(const struct frame *frame, char **text, char *words[WORDS_MAX])
{
    static const char *const rules[] = {"─", "│"};
    char *rest = NULL;
    int count = 0;
    *text = frame_text(frame);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        for (char *at = *text; (at = strstr(at, rules[i]));)
            memset(at, ' ', strlen(rules[i]));
    for (char *word = strtok_r(*text, " \n", &rest); word && count < WORDS_MAX;
         word = strtok_r(NULL, " \n", &rest))
        words[count++] = word;
    qsort(words, (size_t)count, sizeof *words, by_letters);
    return count;
}

static bool same_words(const struct frame *frame, const struct frame *column, char *out, size_t capacity)
{
    char **before = xcalloc(WORDS_MAX, sizeof *before), **after = xcalloc(WORDS_MAX, sizeof *after);
    char *text[2];
    int count = words_of(frame, &text[0], before), there = words_of(column, &text[1], after), i = 0;
    while (i < count && i < there && strcmp(before[i], after[i]) == 0)
        i++;
    bool same = i == count && i == there;
    if (!same)
        str_format(out, capacity, "as one column \"%s\" stands where \"%s\" does", i < there ? after[i] : "",
                   i < count ? before[i] : "");
    for (int t = 0; t < 2; t++)
        free(text[t]);
    free(before);
    free(after);
    return same;
}

bool sound_in_column(const struct frame *frame, char *out, size_t capacity)
{
    struct frame column;
    frame_init(&column, frame->w, FRAME_H_MAX);
    linear_frame(frame, &column);
    bool ok = same_words(frame, &column, out, capacity);
    const struct cell *here = frame_at(frame, frame->cursor_x, frame->cursor_y);
    const struct cell *there = frame_at(&column, column.cursor_x, column.cursor_y);
    if (ok && (column.cursor_on != frame->cursor_on ||
               (frame->cursor_on && strcmp(here->text, there->text) != 0))) {
        str_format(out, capacity, "as one column the cursor stands on \"%s\", not on \"%s\"", there->text,
                   here->text);
        ok = false;
    }
    frame_deinit(&column);
    return ok;
}

/* --- on a terminal --- */

static bool steers(int32_t code)
{
    return code < ' ' || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff ||
           (code >= 0xe0000 && code <= 0xe0fff);
}

bool sound_bytes(const char *text, const char *allowed, char *out, size_t capacity)
{
    size_t length = strlen(text), used;
    for (size_t at = 0; at < length; at += used) {
        int32_t code = utf8_decode(text + at, length - at, &used);
        if (steers(code) && !(code > 0 && code < 0x80 && strchr(allowed, code))) {
            str_format(out, capacity, "byte %zu begins U+%04X", at, (unsigned)code);
            return false;
        }
    }
    return true;
}

static void move_nowhere(int y, int x, char out[PAINTER_MOVE])
{
    (void)y;
    (void)x;
    out[0] = '\0';
}

bool sound_on_terminal(const struct frame *frame, char *out, size_t capacity)
{
    struct painter painter;
    for (int y = 0; y < frame->h; y++)
        if (!row_is_whole(frame, y, out, capacity))
            return false;
    painter_init(&painter); /* without words: only cells are left */
    painter.words.move = move_nowhere;
    painter_resize(&painter, frame->w, frame->h);
    painter_paint(&painter, frame);
    painter_add(&painter, " ");
    char *bytes = xstrndup(painter.bytes, painter.used);
    bool sound = strlen(bytes) == painter.used && sound_bytes(bytes, "", out, capacity);
    free(bytes);
    painter_deinit(&painter);
    return sound;
}
