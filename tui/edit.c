/* tui/edit.c: editing text: see edit.h. Knows neither width nor place on the screen: graphemes and words
 * only. */
#include "tui/edit.h"

#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "tui/mem.h"
#include "tui/text.h"

/* --- memory --- */

/* Through volatile, so that no compiler leaves it out. */
static void wipe(char *text, size_t length)
{
    for (volatile char *c = text; length > 0; length--)
        *c++ = '\0';
}

static void drop(const struct edit *edit, char **text, size_t length)
{
    if (*text && edit->secret)
        wipe(*text, length);
    free(*text);
    *text = NULL;
}

static void drop_steps(struct edit *edit, int from)
{
    for (int i = from; i < edit->step_count; i++) {
        drop(edit, &edit->steps[i].removed, edit->steps[i].removed_length);
        drop(edit, &edit->steps[i].added, edit->steps[i].added_length);
    }
    if (edit->step_count > from)
        edit->step_count = from;
}

void edit_init(struct edit *edit)
{
    memset(edit, 0, sizeof *edit);
}

void edit_deinit(struct edit *edit)
{
    drop_steps(edit, 0);
    drop(edit, &edit->text, edit->capacity);
    drop(edit, &edit->cut, edit->cut ? strlen(edit->cut) : 0);
    edit_init(edit);
}

const char *edit_text(const struct edit *edit)
{
    return edit->text ? edit->text : "";
}

/* Room for length bytes and a NUL. A secret's old memory is wiped, which realloc would not do. */
static void reserve(struct edit *edit, size_t length)
{
    if (length + 1 <= edit->capacity)
        return;
    size_t capacity = 2 * length + 32;
    char *text = mem_alloc(capacity, 1);
    if (edit->length)
        memcpy(text, edit->text, edit->length);
    drop(edit, &edit->text, edit->capacity);
    edit->text = text;
    edit->capacity = capacity;
}

/* The text from at, removed bytes long, becomes added. The cursor goes behind it. */
static void replace(struct edit *edit, size_t at, size_t removed, const char *added, size_t length)
{
    reserve(edit, edit->length - removed + length);
    memmove(edit->text + at + length, edit->text + at + removed, edit->length - at - removed);
    if (length)
        memcpy(edit->text + at, added, length);
    edit->length += length - removed;
    edit->text[edit->length] = '\0';
    edit->cursor = at + length;
}

/* --- undo --- */

/* A letter typed straight after the last one belongs to the same step. */
static bool join_step(struct edit *edit, size_t at, const char *added, size_t length)
{
    if (!edit->joining || edit->step_at == 0)
        return false;
    struct edit_step *last = &edit->steps[edit->step_at - 1];
    if (last->removed_length || last->at + last->added_length != at)
        return false;
    last->added = mem_resize(last->added, last->added_length + length + 1, 1);
    memcpy(last->added + last->added_length, added, length);
    last->added_length += length;
    return true;
}

static void keep_step(struct edit *edit, size_t at, size_t removed, const char *added, size_t length)
{
    drop_steps(edit, edit->step_at);
    if (edit->secret || join_step(edit, at, added, length))
        return;
    if (edit->step_count == EDIT_UNDO) {
        free(edit->steps[0].removed);
        free(edit->steps[0].added);
        memmove(edit->steps, edit->steps + 1, (EDIT_UNDO - 1) * sizeof *edit->steps);
        edit->step_count--;
    }
    edit->steps[edit->step_count++] = (struct edit_step){
        .at = at,
        .removed_length = removed,
        .added_length = length,
        .cursor = edit->cursor,
        .removed = mem_copy(removed ? edit->text + at : "", removed),
        .added = mem_copy(added, length),
    };
    edit->step_at = edit->step_count;
}

static void change(struct edit *edit, size_t at, size_t removed, const char *added, size_t length)
{
    keep_step(edit, at, removed, added, length);
    replace(edit, at, removed, added, length);
}

static enum edit_result undo(struct edit *edit)
{
    if (edit->step_at == 0)
        return EDIT_MOVED;
    const struct edit_step *step = &edit->steps[--edit->step_at];
    replace(edit, step->at, step->added_length, step->removed, step->removed_length);
    edit->cursor = step->cursor;
    return EDIT_CHANGED;
}

static enum edit_result redo(struct edit *edit)
{
    if (edit->step_at == edit->step_count)
        return EDIT_MOVED;
    const struct edit_step *step = &edit->steps[edit->step_at++];
    replace(edit, step->at, step->removed_length, step->added, step->added_length);
    return EDIT_CHANGED;
}

/* --- putting in --- */

static size_t count_chars(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

/* Copies what may be in the text, as far as there is room: valid UTF-8 without controls. A line end becomes a
 * space in a single line, a tab always. False when something had no room. */
static bool clean(const struct edit *edit, const char *text, size_t length, char *out, size_t *out_length)
{
    size_t max = edit->text_max ? edit->text_max : EDIT_TEXT_MAX;
    size_t room = max > edit->length ? max - edit->length : 0;
    size_t have = count_chars(edit_text(edit), edit->length);
    *out_length = 0;
    for (size_t at = 0, used; at < length; at += used) {
        int32_t code = text_decode(text + at, length - at, &used);
        bool kept_line = code == '\n' && edit->lines;
        const char *from = (code == '\n' || code == '\t') && !kept_line ? " " : text + at;
        if (text_is_hidden(code) && from == text + at && !kept_line)
            continue;
        if (*out_length + used > room || (edit->chars_max && have >= (size_t)edit->chars_max))
            return false;
        memcpy(out + *out_length, from, used);
        *out_length += used;
        have++;
    }
    return true;
}

static void trim_line_ends(const struct edit *edit, const char *text, size_t *length)
{
    while (!edit->lines && *length && text[*length - 1] == '\n')
        --*length;
}

bool edit_insert(struct edit *edit, const char *text, size_t length)
{
    trim_line_ends(edit, text, &length); /* a copied line ends in one, and no one means a space by it */
    char *cleaned = mem_alloc(length + 1, 1);
    size_t kept;
    bool whole = clean(edit, text, length, cleaned, &kept);
    if (kept)
        change(edit, edit->cursor, 0, cleaned, kept);
    if (edit->secret)
        wipe(cleaned, length);
    free(cleaned);
    return whole;
}

void edit_set(struct edit *edit, const char *text)
{
    drop_steps(edit, 0);
    edit->step_at = 0;
    edit->joining = false;
    if (edit->secret && edit->text)
        wipe(edit->text, edit->capacity);
    edit->length = edit->cursor = 0;
    if (edit->text)
        edit->text[0] = '\0';
    edit_insert(edit, text ? text : "", text ? strlen(text) : 0);
    drop_steps(edit, 0);
    edit->step_at = 0;
}

/* --- moving --- */

static size_t before(const struct edit *edit, size_t at)
{
    return at - text_grapheme_before(edit_text(edit), at);
}

static size_t after(const struct edit *edit, size_t at)
{
    return at + text_grapheme(edit_text(edit) + at, edit->length - at, NULL);
}

/* Letters and digits of any script; without a locale's help everything beyond ASCII counts. */
static bool is_word(const struct edit *edit, size_t at)
{
    size_t used;
    int32_t code = text_decode(edit_text(edit) + at, edit->length - at, &used);
    return code > 0x7f || iswalnum((wint_t)code);
}

static size_t word_before(const struct edit *edit)
{
    size_t at = edit->cursor;
    while (at > 0 && !is_word(edit, before(edit, at)))
        at = before(edit, at);
    while (at > 0 && is_word(edit, before(edit, at)))
        at = before(edit, at);
    return at;
}

static size_t word_after(const struct edit *edit)
{
    size_t at = edit->cursor;
    while (at < edit->length && !is_word(edit, at))
        at = after(edit, at);
    while (at < edit->length && is_word(edit, at))
        at = after(edit, at);
    return at;
}

static size_t line_start(const struct edit *edit)
{
    size_t at = edit->cursor;
    while (at > 0 && edit->text[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const struct edit *edit)
{
    return edit->cursor + strcspn(edit_text(edit) + edit->cursor, "\n");
}

static size_t to_left(const struct edit *edit)
{
    return before(edit, edit->cursor);
}

static size_t to_right(const struct edit *edit)
{
    return after(edit, edit->cursor);
}

/* The same number of graphemes from the line's start, in the line above or below. */
static size_t line_by(const struct edit *edit, bool down)
{
    struct edit other = *edit;
    size_t start = line_start(edit);
    int column = 0;
    for (size_t at = start; at < edit->cursor; at = after(edit, at))
        column++;
    if (down ? line_end(edit) == edit->length : start == 0)
        return edit->cursor;
    other.cursor = down ? line_end(edit) + 1 : start - 1;
    size_t at = line_start(&other), end = line_end(&other);
    while (at < end && column-- > 0)
        at = after(edit, at);
    return at;
}

static size_t line_above(const struct edit *edit)
{
    return edit->lines ? line_by(edit, false) : edit->cursor;
}

static size_t line_below(const struct edit *edit)
{
    return edit->lines ? line_by(edit, true) : edit->cursor;
}

/* --- keys --- */

static const struct move {
    const char *key;
    size_t (*to)(const struct edit *edit);
    enum { GO, ERASE, CUT } way; /* only move; remove up to there; remove and keep for C-y */
} moves[] = {
    {"Left", to_left, GO},
    {"C-b", to_left, GO},
    {"Right", to_right, GO},
    {"C-f", to_right, GO},
    {"Home", line_start, GO},
    {"C-a", line_start, GO},
    {"End", line_end, GO},
    {"C-e", line_end, GO},
    {"C-Left", word_before, GO},
    {"A-b", word_before, GO},
    {"A-Left", word_before, GO},
    {"A-Right", word_after, GO},
    {"C-Right", word_after, GO},
    {"A-f", word_after, GO},
    {"Up", line_above, GO},
    {"Down", line_below, GO},
    {"Backspace", to_left, ERASE},
    {"C-h", to_left, ERASE},
    {"S-Backspace", to_left, ERASE},
    {"Delete", to_right, ERASE},
    {"C-d", to_right, ERASE},
    {"C-w", word_before, CUT},
    {"A-Backspace", word_before, CUT},
    {"C-Backspace", word_before, CUT},
    {"A-d", word_after, CUT},
    {"C-Delete", word_after, CUT},
    {"C-u", line_start, CUT},
    {"C-k", line_end, CUT},
};

static enum edit_result take(struct edit *edit, size_t from, size_t to, bool keep)
{
    if (from == to)
        return EDIT_MOVED;
    if (keep && !edit->secret) {
        free(edit->cut);
        edit->cut = mem_copy(edit->text + from, to - from);
    }
    change(edit, from, to - from, "", 0);
    return EDIT_CHANGED;
}

static enum edit_result carry_out(struct edit *edit, const struct move *move)
{
    size_t to = move->to(edit), from = edit->cursor;
    edit->joining = false;
    if (move->way != GO)
        return to < from ? take(edit, to, from, move->way == CUT) : take(edit, from, to, move->way == CUT);
    if (!edit->lines && (move->to == line_above || move->to == line_below))
        return EDIT_IGNORED;
    edit->cursor = to;
    return EDIT_MOVED;
}

static enum edit_result put(struct edit *edit, const char *text, bool join)
{
    edit->joining = edit->joining && join;
    size_t length = edit->length;
    edit_insert(edit, text, strlen(text));
    edit->joining = join;
    return edit->length > length ? EDIT_CHANGED : EDIT_FULL;
}

enum edit_result edit_key(struct edit *edit, struct key key)
{
    if (key_types(key))
        return put(edit, key.text, key.code != ' ');
    if (edit->lines && key.code == K_ENTER)
        return put(edit, "\n", false);
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (key_is(key, moves[i].key))
            return carry_out(edit, &moves[i]);
    edit->joining = false;
    if (key_is(key, "C-y"))
        return edit->cut ? put(edit, edit->cut, false) : EDIT_MOVED;
    if (key_is(key, "C-_"))
        return undo(edit);
    if (key_is(key, "A-_") || key_is(key, "A-/"))
        return redo(edit);
    return EDIT_IGNORED;
}
