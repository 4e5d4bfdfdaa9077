/* tui/sheet.c: a form on the screen, its state and keys: see sheet.h. The data is the screen's: every change
 * leaves here as an event and comes back in the items of the next call. */
#include "tui/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/mem.h"
#include "tui/palette.h"
#include "tui/sheet_parts.h"
#include "tui/text.h"

/* What one call is about. */
struct turn {
    struct sheet *sheet;
    const struct sheet_item *items;
    int count, at;                 /* at: index of the focused item */
    const struct sheet_item *item; /* the focused one */
    struct key key;
};

void sheet_init(struct sheet *sheet)
{
    memset(sheet, 0, sizeof *sheet);
    edit_init(&sheet->edit);
}

void sheet_deinit(struct sheet *sheet)
{
    edit_deinit(&sheet->edit);
    if (sheet->value)
        explicit_bzero(sheet->value, strlen(sheet->value));
    free(sheet->value);
    sheet->value = NULL;
}

void sheet_fit(struct sheet *sheet, int w)
{
    sheet->w = w;
}

/* --- items --- */

const char *sheet_text(const char *text)
{
    return text ? text : "";
}

bool sheet_can_focus(const struct sheet_item *item)
{
    return item->id && *item->id && !item->disabled && item->kind != SHEET_HEADING &&
           item->kind != SHEET_LABEL;
}

bool sheet_is_typed(const struct sheet_item *item)
{
    return item->kind == SHEET_TEXT || item->kind == SHEET_AREA || item->kind == SHEET_NUMBER ||
           item->kind == SHEET_DATE;
}

/* The next item from `from` on, in steps of by, that can have the focus; -1: none. */
static int find_focusable(const struct sheet_item *items, int count, int from, int by)
{
    for (int i = from; i >= 0 && i < count; i += by)
        if (sheet_can_focus(&items[i]))
            return i;
    return -1;
}

int sheet_focus_index(const struct sheet *sheet, const struct sheet_item *items, int count)
{
    for (int i = 0; sheet->focus[0] && i < count; i++)
        if (sheet_can_focus(&items[i]) && strncmp(items[i].id, sheet->focus, SHEET_ID - 1) == 0)
            return i;
    /* Its item is gone: the one that took its place, or the last before it. */
    int next = find_focusable(items, count, sheet->focus_at, 1);
    return next >= 0 ? next : find_focusable(items, count, count - 1, -1);
}

int sheet_option(const struct sheet_item *item, const char *value)
{
    for (int i = 0; value && i < item->option_count; i++)
        if (strcmp(item->options[i].value, value) == 0)
            return i;
    return -1;
}

bool sheet_ticked(const struct sheet_item *item, const char *value)
{
    size_t length = strlen(value);
    for (const char *line = sheet_text(item->value); *line;) {
        size_t bytes = strcspn(line, "\n");
        if (bytes == length && memcmp(line, value, length) == 0)
            return true;
        line += bytes + (line[bytes] == '\n');
    }
    return false;
}

const char *sheet_yesno_label(const struct sheet_item *item, int which)
{
    static const char *const plain[] = {"yes", "no"};
    return which < item->option_count ? item->options[which].label : plain[which];
}

/* How near an option is to what was typed: 0 the nearest, -1 it does not fit. */
static int rank_of(const struct sheet_option *option, const char *query)
{
    enum { GOOD_SCORE = 20, RANK_WHOLE = 0, RANK_BEGINS, RANK_GOOD, RANK_FITS };
    if (!*query)
        return RANK_WHOLE;
    int label = palette_score(query, option->label), also = palette_score(query, option->also);
    int score = label > also ? label : also;
    if (score <= 0)
        return -1;
    enum palette_start start = palette_start(query, option->label);
    if (start != PALETTE_ELSEWHERE)
        return start == PALETTE_WHOLE ? RANK_WHOLE : RANK_BEGINS;
    return score >= GOOD_SCORE + (int)strlen(query) * 4 ? RANK_GOOD : RANK_FITS;
}

/* The one that was written out comes first ("other", not "brother or sister"), then those that begin so, then those
 * that have it at the start of a word, then the others that fit. */
int sheet_matches(const struct sheet *sheet, const struct sheet_item *item, int *matches, int max)
{
    enum { RANKS = 4 };
    const char *query = edit_text(&sheet->edit);
    int found = 0;
    for (int rank = 0; rank < RANKS; rank++)
        for (int i = 0; i < item->option_count && found < max; i++)
            if (rank_of(&item->options[i], query) == rank)
                matches[found++] = i;
    return found;
}

/* --- events --- */

static struct sheet_event event_of(struct turn *turn, enum sheet_event_kind kind, const char *value)
{
    struct sheet_event event = {.kind = kind};
    char *copy = mem_copy(value, strlen(value)); /* value may lie in the old one */
    if (turn->sheet->value)
        explicit_bzero(turn->sheet->value, strlen(turn->sheet->value));
    free(turn->sheet->value);
    turn->sheet->value = copy;
    event.value = copy;
    if (turn->item)
        snprintf(event.id, sizeof event.id, "%s", sheet_text(turn->item->id));
    return event;
}

static struct sheet_event plain_event(enum sheet_event_kind kind)
{
    return (struct sheet_event){.kind = kind, .value = ""};
}

/* The focused item's value as it stands here. */
static const char *value_of(const struct turn *turn)
{
    bool typed = turn->sheet->editing && sheet_is_typed(turn->item);
    return typed ? edit_text(&turn->sheet->edit) : sheet_text(turn->item->value);
}

/* --- focus --- */

/* Loads what the focused item needs: its text for editing, its list's cursor. */
static void enter(struct turn *turn)
{
    struct sheet *sheet = turn->sheet;
    edit_deinit(&sheet->edit);
    edit_init(&sheet->edit);
    sheet->open = false;
    sheet->editing = false;
    sheet->list = (struct list){0};
    if (!turn->item)
        return;
    sheet->focus_at = turn->at;
    snprintf(sheet->focus, sizeof sheet->focus, "%s", turn->item->id);
    if (sheet_is_typed(turn->item)) {
        sheet->edit.lines = turn->item->kind == SHEET_AREA;
        sheet->edit.secret = turn->item->secret;
        edit_set(&sheet->edit, turn->item->value);
        sheet->edit.chars_max = turn->item->chars_max; /* a longer value from elsewhere is not cut */
        sheet->editing = true;
    }
    if (turn->item->kind == SHEET_CHECKS)
        list_set_count(&sheet->list, turn->item->option_count);
}

static struct turn turn_of(struct sheet *sheet, const struct sheet_item *items, int count)
{
    struct turn turn = {.sheet = sheet, .items = items, .count = count};
    turn.at = sheet_focus_index(sheet, items, count);
    turn.item = turn.at >= 0 ? &items[turn.at] : NULL;
    bool same = turn.item && strncmp(turn.item->id, sheet->focus, SHEET_ID - 1) == 0;
    if (!same || (sheet_is_typed(turn.item) && !sheet->editing))
        enter(&turn);
    sheet->focus_at = turn.at < 0 ? 0 : turn.at;
    return turn;
}

void sheet_sync(struct sheet *sheet, const struct sheet_item *items, int count)
{
    struct turn turn = turn_of(sheet, items, count);
    if (turn.item && sheet->editing && strcmp(edit_text(&sheet->edit), sheet_text(turn.item->value)) != 0)
        enter(&turn);
}

bool sheet_focus(struct sheet *sheet, const struct sheet_item *items, int count, const char *id)
{
    for (int i = 0; i < count; i++) {
        if (!sheet_can_focus(&items[i]) || strcmp(items[i].id, id) != 0)
            continue;
        struct turn turn = {.sheet = sheet, .items = items, .count = count, .at = i, .item = &items[i]};
        enter(&turn);
        return true;
    }
    return false;
}

const char *sheet_focused(const struct sheet *sheet, const struct sheet_item *items, int count)
{
    int at = sheet_focus_index(sheet, items, count);
    return at >= 0 ? items[at].id : NULL;
}

bool sheet_typing(const struct sheet *sheet, const struct sheet_item *items, int count)
{
    int at = sheet_focus_index(sheet, items, count);
    return at >= 0 && !items[at].readonly && items[at].kind != SHEET_ROW && items[at].kind != SHEET_VALUE;
}

bool sheet_close(struct sheet *sheet)
{
    bool was_open = sheet->open;
    sheet->open = false;
    if (was_open)
        edit_set(&sheet->edit, "");
    return was_open;
}

/* Leaves the item for another one (-1: there is none, the focus stays). */
static struct sheet_event go_to(struct turn *turn, int to, enum sheet_event_kind without)
{
    struct sheet_event event = event_of(turn, to >= 0 ? SHEET_LEFT : without, value_of(turn));
    if (to < 0)
        return event;
    turn->at = to;
    turn->item = &turn->items[to];
    enter(turn);
    return event;
}

static struct sheet_event go_by(struct turn *turn, int by, bool around)
{
    int to = find_focusable(turn->items, turn->count, turn->at + by, by);
    if (to < 0 && around)
        to = find_focusable(turn->items, turn->count, by > 0 ? 0 : turn->count - 1, by);
    return go_to(turn, to, SHEET_USED);
}

static struct sheet_event go_far(struct turn *turn, int by, int steps)
{
    int to = turn->at;
    for (int next; steps > 0 && (next = find_focusable(turn->items, turn->count, to + by, by)) >= 0; steps--)
        to = next;
    return go_to(turn, to == turn->at ? -1 : to, SHEET_USED);
}

/* The keys that move the focus, wherever it is. */
static struct sheet_event navigate(struct turn *turn)
{
    enum { PAGE = 6, FAR = 1 << 20 };
    struct key key = turn->key;
    if (key_is(key, "Enter"))
        return go_to(turn, find_focusable(turn->items, turn->count, turn->at + 1, 1), SHEET_DONE);
    if (key_is(key, "Tab") || key_is(key, "S-Tab"))
        return go_by(turn, key_is(key, "Tab") ? 1 : -1, true);
    if (key_is(key, "Down") || key_is(key, "Up"))
        return go_by(turn, key_is(key, "Down") ? 1 : -1, false);
    if (key_is(key, "PgDn") || key_is(key, "PgUp"))
        return go_far(turn, key_is(key, "PgDn") ? 1 : -1, PAGE);
    if (key_is(key, "C-Home") || key_is(key, "C-End"))
        return go_far(turn, key_is(key, "C-End") ? 1 : -1, FAR);
    return plain_event(SHEET_IGNORED);
}

/* --- what a key does to each kind --- */

static struct sheet_event changed(struct turn *turn, const char *value)
{
    if (strcmp(value, sheet_text(turn->item->value)) == 0)
        return plain_event(SHEET_USED);
    return event_of(turn, SHEET_CHANGED, value);
}

static struct sheet_event of_edit(struct turn *turn, enum edit_result result)
{
    if (result == EDIT_CHANGED)
        return event_of(turn, SHEET_CHANGED, edit_text(&turn->sheet->edit));
    return result == EDIT_IGNORED ? navigate(turn) : plain_event(SHEET_USED);
}

/* Puts the picture's separators in before a digit: 24112026 becomes 24.11.2026 under DD.MM.YYYY. */
static void add_separators(struct turn *turn)
{
    struct edit *edit = &turn->sheet->edit;
    const char *picture = sheet_text(turn->item->placeholder);
    bool digit = turn->key.code >= '0' && turn->key.code <= '9';
    while (digit && edit->cursor == edit->length && edit->length < strlen(picture) &&
           strchr(".-/ :", picture[edit->length]))
        edit_insert(edit, &picture[edit->length], 1);
}

static struct sheet_event key_typed_kind(struct turn *turn)
{
    struct edit *edit = &turn->sheet->edit;
    if (turn->item->kind == SHEET_DATE && key_types(turn->key))
        add_separators(turn);
    return of_edit(turn, edit_key(edit, turn->key));
}

/* The cells of the focused area between its brackets; 0 while nobody told the sheet its width. */
static int area_width(const struct turn *turn)
{
    if (turn->sheet->w < 1)
        return 0;
    struct slot *slots = mem_alloc((size_t)turn->count, sizeof *slots);
    sheet_layout(turn->sheet, turn->items, turn->count, turn->sheet->w, slots);
    int w = slots[turn->at].field_w - 2;
    free(slots);
    return w > 0 ? w : 0;
}

static struct sheet_event key_area(struct turn *turn)
{
    struct area area = {.edit = turn->sheet->edit, .w = area_width(turn)};
    struct key key = turn->key;
    if (key_is(key, "Enter"))
        return navigate(turn);
    size_t before = area.edit.cursor;
    enum edit_result result = area_key(&area, key_is(key, "A-Enter") ? key_of("Enter") : key);
    turn->sheet->edit = area.edit;
    /* From the first and last line the arrows go on to the neighbours. */
    if ((key_is(key, "Up") || key_is(key, "Down")) && area.edit.cursor == before)
        return navigate(turn);
    return of_edit(turn, result);
}

/* The option by steps from the chosen one; from none, the first or last. */
static struct sheet_event choose_by(struct turn *turn, int by)
{
    int count = turn->item->option_count, at = sheet_option(turn->item, turn->item->value);
    if (count < 1)
        return plain_event(SHEET_USED);
    at = at < 0 ? (by > 0 ? 0 : count - 1) : (at + by + count) % count;
    return changed(turn, turn->item->options[at].value);
}

/* The next option whose label begins with what was typed. */
static struct sheet_event choose_letter(struct turn *turn)
{
    const struct sheet_item *item = turn->item;
    int at = sheet_option(item, item->value);
    for (int i = 1; i <= item->option_count; i++) {
        int k = (at + i + item->option_count) % item->option_count;
        size_t used;
        int32_t code = text_decode(item->options[k].label, strlen(item->options[k].label), &used);
        if ((text_ascii(code) | 0x20) == (text_ascii(turn->key.code) | 0x20))
            return changed(turn, item->options[k].value);
    }
    return plain_event(SHEET_USED);
}

static bool erases(struct key key)
{
    return key_is(key, "Backspace") || key_is(key, "Delete");
}

static struct sheet_event key_radio(struct turn *turn)
{
    struct key key = turn->key;
    if (key_is(key, "Right") || key_is(key, "Space"))
        return choose_by(turn, 1);
    if (key_is(key, "Left"))
        return choose_by(turn, -1);
    if (erases(key) && !turn->item->required)
        return changed(turn, "");
    return key_types(key) ? choose_letter(turn) : navigate(turn);
}

/* 0 yes, 1 no, -1: the key says neither. By y and n, and by the first letters of the words in use. */
static int yesno_of(const struct turn *turn)
{
    for (int i = 0; i < 2; i++) {
        const char *label = sheet_yesno_label(turn->item, i);
        size_t used;
        int32_t code = text_decode(label, strlen(label), &used);
        if (key_types(turn->key) && (text_ascii(code) | 0x20) == (text_ascii(turn->key.code) | 0x20))
            return i;
    }
    return key_is(turn->key, "y") ? 0 : key_is(turn->key, "n") ? 1 : -1;
}

static struct sheet_event key_yesno(struct turn *turn)
{
    struct key key = turn->key;
    int said = yesno_of(turn);
    bool yes = strcmp(sheet_text(turn->item->value), "yes") == 0;
    if (said >= 0)
        return changed(turn, said == 0 ? "yes" : "no");
    if (key_is(key, "Left") || key_is(key, "Right") || key_is(key, "Space"))
        return changed(turn, yes ? "no" : "yes");
    if (erases(key))
        return changed(turn, "");
    return key_types(key) ? plain_event(SHEET_USED) : navigate(turn);
}

static struct sheet_event key_toggle(struct turn *turn)
{
    struct key key = turn->key;
    bool on = strcmp(sheet_text(turn->item->value), "yes") == 0;
    if (key_is(key, "Space") || key_is(key, "x") || key_is(key, "Left") || key_is(key, "Right"))
        return changed(turn, on ? "no" : "yes");
    return key_types(key) ? plain_event(SHEET_USED) : navigate(turn);
}

/* The value with one option ticked or not, in the order of the options. */
static struct sheet_event tick(struct turn *turn, int at)
{
    const struct sheet_item *item = turn->item;
    char *value = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&value, &length);
    if (!out)
        return plain_event(SHEET_USED);
    const char *between = "";
    for (int i = 0; i < item->option_count; i++) {
        if (sheet_ticked(item, item->options[i].value) == (i == at))
            continue;
        fprintf(out, "%s%s", between, item->options[i].value);
        between = "\n";
    }
    fclose(out);
    struct sheet_event event = changed(turn, value);
    free(value);
    return event;
}

static struct sheet_event key_checks(struct turn *turn)
{
    struct list *list = &turn->sheet->list;
    struct key key = turn->key;
    list_set_count(list, turn->item->option_count);
    bool inside = (key_is(key, "Down") && list->selected + 1 < list->count) ||
                  (key_is(key, "Up") && list->selected > 0);
    if ((key_is(key, "Space") || key_is(key, "x")) && list->count)
        return tick(turn, list->selected);
    if (inside) {
        list_key(list, key);
        return plain_event(SHEET_USED);
    }
    return key_types(key) ? plain_event(SHEET_USED) : navigate(turn);
}

/* --- a longer list --- */

static void search(struct turn *turn)
{
    int matches[SHEET_MATCHES];
    turn->sheet->list.rows = SHEET_PICK_ROWS;
    list_set_count(&turn->sheet->list, sheet_matches(turn->sheet, turn->item, matches, SHEET_MATCHES));
    list_select(&turn->sheet->list, 0);
}

static void open_list(struct turn *turn)
{
    turn->sheet->open = true;
    edit_set(&turn->sheet->edit, "");
    search(turn);
}

static struct sheet_event take_match(struct turn *turn)
{
    int matches[SHEET_MATCHES], count = sheet_matches(turn->sheet, turn->item, matches, SHEET_MATCHES);
    int selected = turn->sheet->list.selected;
    if (selected >= count)
        return plain_event(SHEET_USED);
    sheet_close(turn->sheet);
    struct sheet_event event = changed(turn, turn->item->options[matches[selected]].value);
    event.taken = true;
    return event;
}

static struct sheet_event key_open_list(struct turn *turn)
{
    struct key key = turn->key;
    if (key_is(key, "Enter") || key_is(key, "Tab"))
        return take_match(turn);
    if (key_is(key, "S-Tab")) {
        sheet_close(turn->sheet);
        return navigate(turn);
    }
    if (key_is(key, "Esc")) {
        sheet_close(turn->sheet);
        return plain_event(SHEET_USED);
    }
    bool moves = key_is(key, "Up") || key_is(key, "Down") || key_is(key, "PgUp") || key_is(key, "PgDn");
    if (moves) {
        list_key(&turn->sheet->list, key);
        return plain_event(SHEET_USED);
    }
    enum edit_result result = edit_key(&turn->sheet->edit, key);
    if (result == EDIT_CHANGED)
        search(turn);
    return plain_event(result == EDIT_IGNORED ? SHEET_IGNORED : SHEET_USED);
}

static struct sheet_event key_pick(struct turn *turn)
{
    if (turn->sheet->open)
        return key_open_list(turn);
    if (erases(turn->key))
        return changed(turn, "");
    if (!key_types(turn->key))
        return navigate(turn);
    open_list(turn);
    return key_is(turn->key, "Space") ? plain_event(SHEET_USED) : key_open_list(turn);
}

static struct sheet_event key_row(struct turn *turn)
{
    if (key_is(turn->key, "Enter"))
        return event_of(turn, SHEET_OPENED, sheet_text(turn->item->value));
    return navigate(turn);
}

/* --- a key, a paste --- */

struct sheet_event sheet_key(struct sheet *sheet, const struct sheet_item *items, int count, struct key key)
{
    static struct sheet_event (*const kinds[])(struct turn *) = {
        [SHEET_TEXT] = key_typed_kind, [SHEET_NUMBER] = key_typed_kind, [SHEET_DATE] = key_typed_kind,
        [SHEET_AREA] = key_area,       [SHEET_RADIO] = key_radio,       [SHEET_PICK] = key_pick,
        [SHEET_CHECKS] = key_checks,   [SHEET_YESNO] = key_yesno,       [SHEET_TOGGLE] = key_toggle,
        [SHEET_VALUE] = navigate,      [SHEET_ROW] = key_row,
    };
    struct turn turn = turn_of(sheet, items, count);
    turn.key = key;
    if (!turn.item)
        return plain_event(SHEET_IGNORED);
    if (turn.item->readonly && turn.item->kind != SHEET_ROW)
        return navigate(&turn);
    return kinds[turn.item->kind](&turn);
}

struct sheet_event sheet_paste(struct sheet *sheet, const struct sheet_item *items, int count,
                               const char *text, size_t length)
{
    struct turn turn = turn_of(sheet, items, count);
    bool typed = turn.item && sheet_is_typed(turn.item), pick = turn.item && turn.item->kind == SHEET_PICK;
    if ((!typed && !pick) || turn.item->readonly)
        return plain_event(SHEET_IGNORED);
    if (pick && !sheet->open)
        open_list(&turn);
    edit_insert(&sheet->edit, text, length);
    if (pick)
        search(&turn);
    return typed ? event_of(&turn, SHEET_CHANGED, edit_text(&sheet->edit)) : plain_event(SHEET_USED);
}
