/* tui/sheet_layout.c: where the items of a sheet go: labels beside or above, columns, heights. Pure
 * arithmetic; draws nothing. Worked out anew in each frame: 300 items take far less than a frame's time. */
#include <string.h>

#include "tui/sheet_parts.h"
#include "tui/text.h"

enum {
    INDENT = 2,
    LABEL_BESIDE_MIN = 40,
    LABEL_MIN = 8,
    BRACKETS = 2,
    CURSOR = 1,
    AREA_ROWS = 3,
    OPTION_GAP = 3
};

const char *sheet_note(const struct sheet_item *item)
{
    return sheet_text(item->error && *item->error ? item->error : item->hint);
}

static int note_width(const struct sheet_item *item)
{
    return text_width(sheet_note(item)) + (item->error && *item->error ? 2 : 0);
}

/* Radios and yes/no in one row: "(•) label   ( ) label". */
static int choice_width(const struct sheet_item *item)
{
    int w = 0;
    if (item->kind == SHEET_YESNO)
        return 2 * 4 + OPTION_GAP + text_width(sheet_yesno_label(item, 0)) +
               text_width(sheet_yesno_label(item, 1));
    for (int i = 0; i < item->option_count; i++)
        w += 4 + text_width(item->options[i].label) + (i ? OPTION_GAP : 0);
    return w;
}

static int longest_option(const struct sheet_item *item)
{
    int longest = 0;
    for (int i = 0; i < item->option_count; i++)
        if (text_width(item->options[i].label) > longest)
            longest = text_width(item->options[i].label);
    return longest;
}

/* The cells a field would like, brackets included. */
static int wished_width(const struct sheet_item *item)
{
    int wish = SHEET_FIELD_CELLS;
    switch (item->kind) {
    case SHEET_RADIO:
    case SHEET_YESNO:
        return choice_width(item);
    case SHEET_TOGGLE:
        return 3;
    case SHEET_CHECKS:
        return 4 + longest_option(item);
    case SHEET_VALUE:
        return text_width(item->value);
    case SHEET_DATE:
        return BRACKETS + CURSOR + (item->placeholder ? text_width(item->placeholder) : 10);
    case SHEET_AREA:
        wish = 72;
        break;
    case SHEET_NUMBER:
        wish = 20;
        break;
    default:
        break;
    }
    if (item->w > 0)
        return item->w + BRACKETS;
    if (item->chars_max > 0 && item->chars_max + CURSOR < wish)
        return item->chars_max + CURSOR + BRACKETS;
    return wish;
}

static int field_height(const struct sheet *sheet, const struct sheet_item *item, int avail, bool focused)
{
    int matches[SHEET_MATCHES], rows;
    switch (item->kind) {
    case SHEET_AREA:
        return item->rows > 0 ? item->rows : AREA_ROWS;
    case SHEET_RADIO:
        return choice_width(item) <= avail || item->option_count < 1 ? 1 : item->option_count;
    case SHEET_CHECKS:
        rows = item->option_count < SHEET_CHECK_ROWS ? item->option_count : SHEET_CHECK_ROWS;
        return rows > 0 ? rows : 1;
    case SHEET_PICK:
        if (!focused || !sheet->open)
            return 1;
        rows = sheet_matches(sheet, item, matches, SHEET_PICK_ROWS);
        return 1 + (rows > 0 ? rows : 1);
    default:
        return 1;
    }
}

static bool has_field(const struct sheet_item *item)
{
    return item->kind != SHEET_HEADING && item->kind != SHEET_LABEL && item->kind != SHEET_ROW;
}

static void measure_field(const struct sheet *sheet, const struct sheet_item *item, bool focused, int label_w,
                          struct slot *slot)
{
    bool stacked = label_w == 0 || text_width(item->label) > label_w - 2;
    slot->label_w = stacked ? slot->w : label_w - 2;
    slot->label_rows = stacked ? text_wrap(item->label, slot->w, NULL, 0) : 0;
    slot->field_x = slot->x + (label_w > 0 ? label_w : 1); /* a column for the * before it */
    int avail = slot->x + slot->w - slot->field_x, wish = wished_width(item);
    avail = avail > 1 ? avail : 1;
    slot->field_w = wish < avail ? wish : avail;
    slot->field_h = field_height(sheet, item, avail, focused);
    int note = note_width(item);
    if (note > 0 && slot->field_w + 2 + note > avail)
        slot->note_rows = text_wrap(sheet_note(item), avail - 2, NULL, 0);
    slot->h = slot->label_rows + slot->field_h + slot->note_rows;
}

static void measure(const struct sheet *sheet, const struct sheet_item *item, bool focused, int label_w,
                    struct slot *slot)
{
    if (has_field(item))
        measure_field(sheet, item, focused, label_w, slot);
    else if (item->kind == SHEET_LABEL)
        slot->h = slot->label_rows = text_wrap(item->label, slot->w, NULL, 0);
    else
        slot->h = 1 + (item->kind == SHEET_ROW && item->error && *item->error ? 1 : 0);
}

/* One width for all labels that stand beside their fields: that of the longest, within reason. */
static int label_column(const struct sheet_item *items, int count, int w)
{
    int longest = LABEL_MIN, most = w * 2 / 5;
    if (w < LABEL_BESIDE_MIN)
        return 0;
    for (int i = 0; i < count; i++) {
        int width = text_width(items[i].label) + items[i].indent * INDENT;
        if (has_field(&items[i]) && items[i].columns < 2 && width <= most && width > longest)
            longest = width;
    }
    return longest + 2;
}

static int indent_of(const struct sheet_item *item, int w)
{
    int x = item->indent > 0 ? item->indent * INDENT : 0;
    return x < w / 2 ? x : w / 2;
}

/* How many items from here on share a row. */
static int row_length(const struct sheet_item *items, int count, int w)
{
    int n = 1, columns = items[0].columns;
    if (columns < 2 || w / columns < SHEET_COLUMN_MIN)
        return 1;
    while (n < count && n < columns && items[n].columns == columns && items[n].group == items[0].group)
        n++;
    return n;
}

int sheet_layout(const struct sheet *sheet, const struct sheet_item *items, int count, int w,
                 struct slot *slots)
{
    int label_w = label_column(items, count, w), focus = sheet_focus_index(sheet, items, count), y = 0;
    for (int i = 0; i < count;) {
        int x = indent_of(&items[i], w), n = row_length(&items[i], count - i, w - x), height = 0;
        bool shares = items[i].columns > 1 && (w - x) / items[i].columns >= SHEET_COLUMN_MIN;
        int column = shares ? (w - x) / items[i].columns : w - x;
        if (items[i].kind == SHEET_HEADING && y > 0)
            y++; /* a line of air */
        for (int k = 0; k < n; k++) {
            slots[i + k] = (struct slot){.x = x + k * column, .y = y, .w = shares ? column - 1 : column};
            int beside = shares || label_w == 0 ? 0 : label_w - x > LABEL_MIN ? label_w - x : LABEL_MIN;
            measure(sheet, &items[i + k], i + k == focus, beside, &slots[i + k]);
            height = slots[i + k].h > height ? slots[i + k].h : height;
        }
        y += height;
        i += n;
    }
    return y;
}
