/* tui/sheet_draw.c: drawing a sheet. The items that are in view are drawn on a strip of their own, of which
 * the window shows a part, so that no item needs to know where the window ends. */
#include <stdlib.h>
#include <string.h>

#include "tui/mem.h"
#include "tui/sheet_parts.h"
#include "tui/text.h"

enum { OPTION_GAP = 3 };

/* What drawing one item needs to know. */
struct brush {
    const struct sheet *sheet;
    const struct sheet_item *item;
    struct frame *frame;
    bool focused;
    struct rect field; /* with its brackets */
};

static unsigned text_look(const struct brush *brush)
{
    return brush->item->disabled ? STYLE_DIM : STYLE_TEXT;
}

/* --- fields --- */

/* "[" and "]" around a field; what is left between them is returned. */
static struct rect draw_brackets(const struct brush *brush)
{
    struct rect inside = brush->field;
    unsigned look = brush->focused ? STYLE_ACCENT : STYLE_DIM;
    inside.h = 1;
    text_draw(brush->frame, rect_cut_left(&inside, 1), "[", look);
    text_draw(brush->frame, rect_cut_right(&inside, 1), "]", look);
    return inside;
}

static bool hides(const struct brush *brush)
{
    return brush->item->secret || (brush->item->masked && !brush->focused);
}

/* In place of an answer that is for other eyes: neither which nor how long it is. */
static const char hidden_answer[] = "••••";

static bool hides_an_answer(const struct brush *brush)
{
    return hides(brush) && *sheet_text(brush->item->value);
}

/* The text of the field as it stands: what is being typed there, else the item's value. */
static void fill_field(const struct brush *brush, struct field *field)
{
    field_init(field, 0);
    field->masked = hides(brush);
    field->edit.secret = brush->item->secret;
    field_set(field, brush->item->value);
    if (brush->focused && brush->sheet->editing) {
        edit_set(&field->edit, edit_text(&brush->sheet->edit));
        field->edit.cursor = brush->sheet->edit.cursor;
    }
}

static void draw_text(const struct brush *brush)
{
    struct rect inside = draw_brackets(brush);
    struct field field;
    fill_field(brush, &field);
    if (brush->item->kind == SHEET_NUMBER && field.edit.length) { /* against the right edge */
        frame_blank(brush->frame, inside, brush->focused ? STYLE_FOCUS : STYLE_FIELD);
        rect_cut_left(&inside, inside.w - text_width(field_text(&field)) - (brush->focused ? 1 : 0));
    }
    field_draw(&field, brush->frame, inside, brush->item->placeholder, brush->focused);
    if (brush->item->disabled)
        frame_look(brush->frame, inside, STYLE_DIM);
    field_deinit(&field);
}

static void draw_area(const struct brush *brush)
{
    struct rect inside = brush->field;
    struct area area;
    rect_cut_left(&inside, 1);
    rect_cut_right(&inside, 1);
    for (int i = 0; i < brush->field.h; i++) {
        struct rect row = rect_row(brush->field, i);
        text_draw(brush->frame, rect_cut_left(&row, 1), "[", brush->focused ? STYLE_ACCENT : STYLE_DIM);
        text_draw(brush->frame, rect_cut_right(&row, 1), "]", brush->focused ? STYLE_ACCENT : STYLE_DIM);
    }
    area_init(&area, 0);
    bool typed = brush->focused && brush->sheet->editing;
    area_set(&area, typed                    ? edit_text(&brush->sheet->edit)
                    : hides_an_answer(brush) ? hidden_answer
                                             : brush->item->value);
    if (typed)
        area.edit.cursor = brush->sheet->edit.cursor;
    area_draw(&area, brush->frame, inside, brush->item->placeholder, brush->focused);
    area_deinit(&area);
}

static void draw_matches(const struct brush *brush, struct rect area)
{
    int matches[SHEET_MATCHES], count = sheet_matches(brush->sheet, brush->item, matches, SHEET_MATCHES);
    struct list list = brush->sheet->list;
    list.count = count;
    int top = list_top(&list, area.h);
    if (count == 0)
        text_draw(brush->frame, area, "–", STYLE_DIM);
    for (int i = 0; i < area.h && top + i < count; i++) {
        bool chosen = top + i == list.selected;
        struct rect row = rect_row(area, i);
        frame_blank(brush->frame, row, chosen ? STYLE_SELECTED : STYLE_CHOSEN);
        rect_cut_left(&row, 1);
        text_draw(brush->frame, row, brush->item->options[matches[top + i]].label,
                  chosen ? STYLE_SELECTED : STYLE_CHOSEN);
    }
}

static void draw_pick(const struct brush *brush)
{
    const struct sheet_item *item = brush->item;
    struct rect inside = draw_brackets(brush), below = brush->field;
    int chosen = sheet_option(item, item->value);
    bool open = brush->focused && brush->sheet->open;
    struct field field;
    field_init(&field, 0);
    field_set(&field, open                     ? edit_text(&brush->sheet->edit)
                      : hides_an_answer(brush) ? hidden_answer
                      : chosen >= 0            ? item->options[chosen].label
                                               : item->value);
    if (open)
        field.edit.cursor = brush->sheet->edit.cursor;
    else
        field.edit.cursor = 0;
    field_draw(&field, brush->frame, inside, item->placeholder, brush->focused);
    if (item->disabled)
        frame_look(brush->frame, inside, STYLE_DIM);
    field_deinit(&field);
    rect_cut_top(&below, 1);
    if (open)
        draw_matches(brush, below);
}

/* --- choices --- */

/* "(•) label" or "[x] label"; returns the cells used. */
static int draw_option(const struct brush *brush, struct rect row, const char *mark, const char *label,
                       bool cursor)
{
    unsigned look = cursor ? STYLE_ACCENT | ATTR_BOLD : text_look(brush);
    if (cursor)
        frame_cursor(brush->frame, row.x + 1, row.y);
    int used = text_draw(brush->frame, row, mark, look);
    rect_cut_left(&row, used + 1);
    return used + 1 + text_draw(brush->frame, row, label, look);
}

static void draw_radio(const struct brush *brush)
{
    const struct sheet_item *item = brush->item;
    int chosen = sheet_option(item, item->value), at = chosen >= 0 ? chosen : 0;
    struct rect row = brush->field;
    for (int i = 0; i < item->option_count; i++) {
        bool upright = brush->field.h > 1;
        struct rect place = upright ? rect_row(brush->field, i) : row;
        int used = draw_option(brush, place, i == chosen ? "(•)" : "( )", item->options[i].label,
                               brush->focused && i == at);
        rect_cut_left(&row, used + OPTION_GAP);
    }
}

static void draw_yesno(const struct brush *brush)
{
    static const char *const values[] = {"yes", "no"};
    const char *value = sheet_text(brush->item->value);
    struct rect row = brush->field;
    for (int i = 0; i < 2; i++) {
        bool chosen = strcmp(value, values[i]) == 0;
        bool cursor = brush->focused && (chosen || (i == 0 && strcmp(value, "no") != 0));
        int used = draw_option(brush, row, chosen ? "(•)" : "( )", sheet_yesno_label(brush->item, i), cursor);
        rect_cut_left(&row, used + OPTION_GAP);
    }
}

static void draw_toggle(const struct brush *brush)
{
    bool on = strcmp(sheet_text(brush->item->value), "yes") == 0;
    draw_option(brush, brush->field, on ? "[x]" : "[ ]", "", brush->focused);
}

static void draw_checks(const struct brush *brush)
{
    const struct sheet_item *item = brush->item;
    struct list list = {.count = item->option_count};
    if (brush->focused)
        list_select(&list, brush->sheet->list.selected);
    int top = list_top(&list, brush->field.h);
    for (int i = 0; i < brush->field.h && top + i < item->option_count; i++) {
        const struct sheet_option *option = &item->options[top + i];
        draw_option(brush, rect_row(brush->field, i), sheet_ticked(item, option->value) ? "[x]" : "[ ]",
                    option->label, brush->focused && top + i == list.selected);
    }
}

static void draw_value(const struct brush *brush)
{
    text_draw(brush->frame, brush->field, brush->item->value,
              brush->focused ? STYLE_CHOSEN : text_look(brush));
    if (brush->focused)
        frame_cursor(brush->frame, brush->field.x, brush->field.y);
}

/* --- items --- */

static void draw_heading(const struct brush *brush, struct rect row)
{
    rect_cut_right(&row, 1);
    struct rect value = rect_cut_right(&row, text_width(brush->item->value));
    text_draw(brush->frame, value, brush->item->value, STYLE_DIM);
    rect_cut_right(&row, 1);
    text_draw(brush->frame, row, brush->item->label, STYLE_TITLE);
}

static void draw_note(const struct brush *brush, struct rect area)
{
    bool wrong = brush->item->error && *brush->item->error;
    if (wrong) {
        text_draw(brush->frame, rect_cut_left(&area, 2), "!", STYLE_DANGER);
        text_draw_wrapped(brush->frame, area, brush->item->error, STYLE_DANGER, 0);
    } else {
        text_draw_wrapped(brush->frame, area, brush->item->hint, STYLE_DIM, 0);
    }
}

static void draw_row(const struct brush *brush, struct rect area)
{
    struct rect row = rect_row(area, 0), below = area;
    unsigned look = brush->focused ? STYLE_SELECTED : text_look(brush);
    frame_blank(brush->frame, row, look);
    if (brush->focused)
        frame_cursor(brush->frame, row.x, row.y);
    text_draw(brush->frame, rect_cut_right(&row, 2), "›", look);
    rect_cut_right(&row, 1);
    struct rect value = rect_cut_right(&row, text_width(brush->item->value));
    text_draw(brush->frame, value, brush->item->value, look);
    rect_cut_right(&row, 1);
    text_draw(brush->frame, row, brush->item->label, look);
    rect_cut_top(&below, 1);
    rect_cut_left(&below, 2);
    draw_note(brush, below);
}

static void draw_field(const struct brush *brush)
{
    static void (*const kinds[])(const struct brush *) = {
        [SHEET_TEXT] = draw_text,     [SHEET_NUMBER] = draw_text, [SHEET_DATE] = draw_text,
        [SHEET_AREA] = draw_area,     [SHEET_RADIO] = draw_radio, [SHEET_PICK] = draw_pick,
        [SHEET_CHECKS] = draw_checks, [SHEET_YESNO] = draw_yesno, [SHEET_TOGGLE] = draw_toggle,
        [SHEET_VALUE] = draw_value,
    };
    bool shows_options = brush->item->kind == SHEET_RADIO || brush->item->kind == SHEET_CHECKS ||
                         brush->item->kind == SHEET_YESNO || brush->item->kind == SHEET_TOGGLE;
    if ((shows_options || brush->item->kind == SHEET_VALUE) && hides_an_answer(brush))
        text_draw(brush->frame, rect_row(brush->field, 0), hidden_answer, text_look(brush));
    else
        kinds[brush->item->kind](brush);
}

/* The label, the sign of what is required or taken over, the field, the note. */
static void draw_fielded(struct brush *brush, const struct slot *slot)
{
    const struct sheet_item *item = brush->item;
    struct rect area = {slot->x, slot->y, slot->label_w, slot->label_rows > 0 ? slot->label_rows : 1};
    unsigned look = brush->focused ? STYLE_ACCENT : text_look(brush);
    if (slot->label_rows > 0)
        text_draw_wrapped(brush->frame, area, item->label, look, 0);
    else
        text_draw(brush->frame, area, item->label, look);
    brush->field = (struct rect){slot->field_x, slot->y + slot->label_rows, slot->field_w, slot->field_h};
    struct rect star = {slot->field_x - 1, brush->field.y, 1, 1};
    if (item->required)
        text_draw(brush->frame, star, "*", look);
    draw_field(brush);
    struct rect beside = {slot->field_x + slot->field_w, brush->field.y,
                          slot->x + slot->w - slot->field_x - slot->field_w, 1};
    struct rect below = {slot->field_x, brush->field.y + slot->field_h, slot->x + slot->w - slot->field_x,
                         slot->note_rows};
    struct rect last = {slot->field_x + slot->field_w - 1, brush->field.y, 1, 1};
    if (item->prefilled) /* a field as wide as its column has the mark for its closing bracket */
        text_draw(brush->frame, beside.w > 0 ? beside : last, "«", STYLE_ACCENT);
    rect_cut_left(&beside, 2);
    draw_note(brush, slot->note_rows > 0 ? below : beside);
}

static void draw_item(struct brush *brush, const struct slot *slot)
{
    struct rect area = {slot->x, slot->y, slot->w, slot->h};
    if (brush->item->kind == SHEET_HEADING)
        draw_heading(brush, area);
    else if (brush->item->kind == SHEET_LABEL)
        text_draw_wrapped(brush->frame, area, brush->item->label, text_look(brush), 0);
    else if (brush->item->kind == SHEET_ROW)
        draw_row(brush, area);
    else
        draw_fielded(brush, slot);
}

/* The first row in view: the focused item is seen whole, if it can be; without one the owner's, as far as it goes. */
static int first_row(const struct sheet *sheet, const struct slot *focused, int total, int rows)
{
    int last = total > rows ? total - rows : 0;
    if (!focused)
        return sheet->top < 0 ? 0 : sheet->top < last ? sheet->top : last;
    int top = rect_scroll(focused->y + focused->h - 1, total, rows);
    return focused->y < top ? focused->y : top;
}

int sheet_rows(const struct sheet *sheet, const struct sheet_item *items, int count, int w)
{
    struct slot *slots = mem_alloc((size_t)count, sizeof *slots);
    int rows = sheet_layout(sheet, items, count, w, slots);
    free(slots);
    return rows;
}

static void target_item(struct frame *frame, struct rect area, const struct slot *slot, int top, int item)
{
    struct rect place = {area.x + slot->x, area.y + slot->y - top, slot->w, slot->h};
    frame_target_item(frame, rect_intersect(place, area), item);
}

void sheet_draw(const struct sheet *sheet, const struct sheet_item *items, int count, struct frame *frame,
                struct rect area)
{
    if (rect_empty(area) || count < 1)
        return;
    struct slot *slots = mem_alloc((size_t)count, sizeof *slots);
    int total = sheet_layout(sheet, items, count, area.w, slots),
        focus = sheet_focus_index(sheet, items, count);
    int top = first_row(sheet, focus >= 0 ? &slots[focus] : NULL, total, area.h), above = top;
    for (int i = 0; i < count; i++) /* an item that reaches into the window starts the strip */
        if (slots[i].y < above && slots[i].y + slots[i].h > top)
            above = slots[i].y;
    struct frame strip;
    frame_init(&strip, area.w, area.h + (top - above));
    for (int i = 0; i < count; i++) {
        if (slots[i].y + slots[i].h <= above || slots[i].y >= top + area.h)
            continue;
        struct brush brush = {.sheet = sheet, .item = &items[i], .frame = &strip, .focused = i == focus};
        if (frame->points && items[i].id && !items[i].disabled)
            target_item(frame, area, &slots[i], top, i);
        slots[i].y -= above;
        draw_item(&brush, &slots[i]);
        slots[i].y += above;
    }
    frame_paste(frame, area, &strip, top - above);
    frame_deinit(&strip);
    free(slots);
}
