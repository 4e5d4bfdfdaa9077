/* tui/palette.c: any action by words: see palette.h. Entries stay with their owner and are asked for by
 * number. */
#include "tui/palette.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tui/mem.h"
#include "tui/text.h"

enum { FOLDED = 512, START_OF_WORD = 12, IN_A_ROW = 8, LETTER = 4, LABEL_FIRST = 3, ELSEWHERE_PART = 2 };

/* --- how well an entry fits --- */

/* One byte a letter: lower case, without diacritics. */
static void fold(const char *text, char out[FOLDED])
{
    size_t length = strlen(text), to = 0, used;
    for (size_t at = 0; at < length && to + 1 < FOLDED; at += used) {
        int32_t code = text_decode(text + at, length - at, &used);
        if (code >= 0 && text_code_width(code) > 0)
            out[to++] = (char)tolower((unsigned char)text_ascii(code));
    }
    out[to] = '\0';
}

static bool starts_word(const char *text, size_t at)
{
    return at == 0 || !isalnum((unsigned char)text[at - 1]);
}

/* The letters of word in their order from `start` on; 0 when they are not all there. Gaps cost. */
static int score_from(const char *word, size_t length, const char *text, size_t start)
{
    int score = 0;
    size_t at = start, last = start;
    for (size_t i = 0; i < length; i++, at++) {
        while (text[at] && text[at] != word[i])
            at++;
        if (!text[at])
            return 0;
        score += LETTER;
        if (starts_word(text, at))
            score += START_OF_WORD;
        if (i > 0 && at == last + 1)
            score += IN_A_ROW;
        else if (i > 0)
            score -= at - last > 6 ? 6 : (int)(at - last);
        last = at;
    }
    return score > 0 ? score : 1;
}

static int score_word(const char *word, size_t length, const char *text)
{
    int best = 0;
    for (size_t start = 0; text[start]; start++) {
        int score = text[start] == word[0] ? score_from(word, length, text, start) : 0;
        best = score > best ? score : best;
    }
    return best;
}

int palette_score(const char *query, const char *text)
{
    char words[FOLDED], folded[FOLDED];
    int total = 1;
    fold(query, words);
    fold(text ? text : "", folded);
    const char *word = words;
    while (*(word += strspn(word, " "))) {
        size_t length = strcspn(word, " ");
        int score = score_word(word, length, folded);
        if (score == 0)
            return 0;
        total += score;
        word += length;
    }
    return total;
}

enum palette_start palette_start(const char *query, const char *text)
{
    char typed[FOLDED], folded[FOLDED];
    fold(query, typed);
    fold(text ? text : "", folded);
    size_t length = strlen(typed);
    while (length && typed[length - 1] == ' ')
        length--;
    if (!length || strncmp(typed, folded, length) != 0)
        return PALETTE_ELSEWHERE;
    return folded[length] ? PALETTE_BEGINS : PALETTE_WHOLE;
}

struct match {
    int index, score;
};

/* Best first; equal ones in the order of their owner. */
static int by_score(const void *a, const void *b)
{
    const struct match *left = a, *right = b;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

static int entry_score(const char *query, const struct palette_entry *entry)
{
    int label = palette_score(query, entry->label) * LABEL_FIRST, also = palette_score(query, entry->also);
    int score = label > also ? label : also;
    return entry->place && score > 1 ? score / ELSEWHERE_PART : score;
}

static void filter(struct palette *palette, const struct palette_source *source)
{
    struct match *found = mem_alloc((size_t)source->count, sizeof *found);
    int count = 0;
    for (int i = 0; i < source->count; i++) {
        struct palette_entry entry = {0};
        source->entry(source->self, i, &entry);
        found[count] = (struct match){i, entry_score(field_text(&palette->query), &entry)};
        count += found[count].score > 0;
    }
    qsort(found, (size_t)count, sizeof *found, by_score);
    palette->match_count = count < PALETTE_MATCHES ? count : PALETTE_MATCHES;
    palette->matches = mem_resize(palette->matches, (size_t)palette->match_count, sizeof *palette->matches);
    for (int i = 0; i < palette->match_count; i++)
        palette->matches[i] = found[i].index;
    free(found);
    list_set_count(&palette->list, palette->match_count);
    list_select(&palette->list, 0);
}

/* --- state and keys --- */

void palette_init(struct palette *palette)
{
    memset(palette, 0, sizeof *palette);
    field_init(&palette->query, 200);
}

void palette_deinit(struct palette *palette)
{
    field_deinit(&palette->query);
    free(palette->matches);
    palette->matches = NULL;
    palette->match_count = 0;
}

void palette_open(struct palette *palette, const struct palette_source *source)
{
    field_set(&palette->query, "");
    filter(palette, source);
}

static enum palette_step choose(const struct palette *palette, const struct palette_source *source,
                                int *chosen)
{
    struct palette_entry entry = {0};
    if (palette->list.selected >= palette->match_count)
        return PALETTE_USED;
    int index = palette->matches[palette->list.selected];
    if (index >= source->count)
        return PALETTE_USED;
    source->entry(source->self, index, &entry);
    if (entry.why_not)
        return PALETTE_USED;
    *chosen = index;
    return PALETTE_CHOSEN;
}

/* The keys of the list that do not type or edit. */
static bool moves_list(struct key key)
{
    return key_is(key, "Up") || key_is(key, "Down") || key_is(key, "PgUp") || key_is(key, "PgDn");
}

enum palette_step palette_key(struct palette *palette, const struct palette_source *source, struct key key,
                              int *chosen)
{
    if (key_is(key, "Esc"))
        return PALETTE_CANCELLED;
    if (key_is(key, "Enter"))
        return choose(palette, source, chosen);
    if (moves_list(key))
        return list_key(&palette->list, key) ? PALETTE_USED : PALETTE_IGNORED;
    enum edit_result result = field_key(&palette->query, key);
    if (result == EDIT_CHANGED)
        filter(palette, source);
    return result == EDIT_IGNORED ? PALETTE_IGNORED : PALETTE_USED;
}

void palette_paste(struct palette *palette, const struct palette_source *source, const char *text,
                   size_t length)
{
    field_paste(&palette->query, text, length);
    filter(palette, source);
}

/* --- drawing --- */

struct view {
    const struct palette *palette;
    const struct palette_source *source;
};

static void draw_row(const void *self, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct view *view = self;
    struct palette_entry entry = {0};
    int index = view->palette->matches[row];
    if (index >= view->source->count)
        return;
    view->source->entry(view->source->self, index, &entry);
    rect_cut_left(&area, 1);
    struct rect keys = rect_cut_right(&area, text_width(entry.keys) + 1);
    if (entry.why_not && look == STYLE_TEXT)
        look = STYLE_DIM;
    text_draw(frame, keys, entry.keys, look == STYLE_TEXT ? STYLE_ACCENT : look);
    rect_cut_right(&area, 1);
    rect_cut_left(&area, text_draw(frame, area, entry.label, look) + 2);
    if (entry.place && !entry.why_not)
        text_drawf(frame, area, look == STYLE_TEXT ? STYLE_DIM : look, "→ %s", entry.place);
    if (entry.why_not)
        text_draw(frame, area, entry.why_not, look);
}

void palette_draw(const struct palette *palette, const struct palette_source *source, const char *placeholder,
                  struct frame *frame, struct rect area)
{
    const struct view view = {palette, source};
    const struct list_rows rows = {.draw = draw_row, .self = &view, .empty = "·"};
    struct rect query = rect_cut_top(&area, 1);
    list_draw(&palette->list, &rows, frame, area, true);
    field_draw(&palette->query, frame, query, placeholder, true); /* last: the cursor belongs to the field */
}
