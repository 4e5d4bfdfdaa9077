/* screens/form_sheet.c: see form_sheet.h. Knows no screen and draws nothing. */
#include "screens/form_sheet.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "screens/tr.h"

enum { RADIO_MAX = 4, TIME_CELLS = 6 };

struct making {
    const struct form *form;
    const struct json *draft;
    const struct form_context *context;
    enum lang lang;
    struct form_sheet *out;
    int room;
};

static struct sheet_item *new_item(struct making *m, enum sheet_kind kind)
{
    struct form_sheet *out = m->out;
    if (out->count == m->room) {
        int room = m->room ? 2 * m->room : 32;
        struct sheet_item *items = arena_alloc(&out->arena, (size_t)room * sizeof *items);
        if (out->count)
            memcpy(items, out->items, (size_t)out->count * sizeof *items);
        out->items = items;
        m->room = room;
    }
    out->items[out->count] = (struct sheet_item){.kind = kind};
    return &out->items[out->count++];
}

/* --- controls --- */

static enum sheet_kind kind_of(const struct form_item *item)
{
    static const enum sheet_kind kinds[] = {
        [FORM_FIELD] = SHEET_TEXT,     [FORM_AREA] = SHEET_AREA,     [FORM_RADIO] = SHEET_RADIO,
        [FORM_PICK] = SHEET_PICK,      [FORM_CHECKS] = SHEET_CHECKS, [FORM_LIST] = SHEET_AREA,
        [FORM_YES_NO] = SHEET_YESNO,   [FORM_TOGGLE] = SHEET_TOGGLE, [FORM_NUMBER] = SHEET_NUMBER,
        [FORM_MONEY] = SHEET_NUMBER,   [FORM_DATE] = SHEET_DATE,     [FORM_TIME] = SHEET_DATE,
        [FORM_READONLY] = SHEET_VALUE,
    };
    if (item->widget == FORM_CHOICE)
        return item->option_count <= RADIO_MAX ? SHEET_RADIO : SHEET_PICK;
    return kinds[item->widget];
}

static void add_options(struct making *m, const struct form_item *item, struct sheet_item *to)
{
    struct sheet_option *options =
        arena_alloc(&m->out->arena, (size_t)(item->option_count + 1) * sizeof *options);
    for (int i = 0; i < item->option_count; i++)
        options[i] = (struct sheet_option){.value = item->options[i].value, .label = item->options[i].text};
    to->options = options;
    to->option_count = item->option_count;
}

/* The value of the chosen option; of several, all of them, a line each. */
static const char *chosen(struct making *m, const struct form_item *item)
{
    struct buf text = {0};
    for (int i = 0; i < item->option_count; i++)
        if (item->options[i].chosen)
            buf_addf(&text, "%s%s", text.length ? "\n" : "", item->options[i].value);
    const char *own = arena_strdup(&m->out->arena, buf_text(&text));
    buf_free(&text);
    return own;
}

static const char *yes_or_no(const struct form_item *item)
{
    if (!item->filled)
        return "";
    return item->option_count && item->options[0].chosen ? "yes" : "no";
}

static const char *value_of(struct making *m, const struct form_item *item, enum sheet_kind kind)
{
    switch (kind) {
    case SHEET_RADIO:
    case SHEET_PICK:
    case SHEET_CHECKS:
        return chosen(m, item);
    case SHEET_YESNO:
    case SHEET_TOGGLE:
        return yes_or_no(item);
    default:
        return item->text;
    }
}

/* Beside what is typed, while that does not say it itself. */
static bool wants_currency(const struct form_item *item)
{
    return item->widget == FORM_MONEY && !(*item->currency && strstr(item->text, item->currency));
}

static void add_control(struct making *m, const struct form_item *item)
{
    enum sheet_kind kind = kind_of(item);
    struct sheet_item *to = new_item(m, kind);
    to->id = kind == SHEET_VALUE ? NULL : item->pointer; /* nothing to do there: Enter passes over it */
    to->label = item->label;
    to->placeholder = item->placeholder;
    to->required = item->required;
    to->disabled = !item->enabled;
    to->readonly = item->readonly;
    to->masked = item->sensitive;
    to->prefilled = item->prefilled;
    to->error = item->error;
    to->hint = *item->hint ? item->hint : wants_currency(item) ? item->currency : "";
    to->indent = item->indent;
    to->columns = item->columns;
    to->group = item->row;
    to->chars_max = item->widget == FORM_FIELD || item->widget == FORM_AREA ? item->length_max : 0;
    to->w = item->widget == FORM_TIME ? TIME_CELLS : 0;
    if (kind != SHEET_VALUE)
        add_options(m, item, to);
    to->value = value_of(m, item, kind);
}

/* --- tables --- */

/* A list of rows has no focus on one value: what is sensitive is read on the row's own page. */
static const char *cell(struct making *m, const struct form_item *item, int row, int column)
{
    struct buf text = {0};
    form_cell(m->form, m->draft, m->context, item, row, column, &text);
    const char *shown = text.length && item->columns_shown[column].sensitive ? "••••" : buf_text(&text);
    const char *own = arena_strdup(&m->out->arena, shown);
    buf_free(&text);
    return own;
}

/* The column that names the row at the left, the others at the right. */
static void add_row(struct making *m, const struct form_item *item, int row)
{
    struct sheet_item *to = new_item(m, SHEET_ROW);
    struct buf rest = {0};
    for (int i = 0; i < item->column_count; i++) {
        const char *text = i == item->row_title ? "" : cell(m, item, row, i);
        if (*text)
            buf_addf(&rest, "%s%s", rest.length ? " · " : "", text);
    }
    const char *name = cell(m, item, row, item->row_title);
    to->id = arena_printf(&m->out->arena, "%s/%d", item->pointer, row);
    to->label = arena_printf(&m->out->arena, "%d  %s", row + 1, *name ? name : "…");
    to->value = arena_strdup(&m->out->arena, buf_text(&rest));
    to->indent = item->indent + 1;
    to->disabled = !item->enabled;
    to->error = item->row_errors ? item->row_errors[row] : NULL;
    buf_free(&rest);
}

static void add_table(struct making *m, const struct form_item *item)
{
    struct sheet_item *head = new_item(m, SHEET_HEADING);
    head->label = item->label;
    head->value = item->required ? "*" : "";
    head->indent = item->indent;
    for (int row = 0; row < item->row_count; row++)
        add_row(m, item, row);
    if (item->readonly)
        return;
    struct sheet_item *more = new_item(m, SHEET_ROW);
    more->id = arena_printf(&m->out->arena, "%s/-", item->pointer);
    more->label = arena_printf(&m->out->arena, "+  %s", tr(m->lang, TR("add a row")));
    more->indent = item->indent + 1;
    more->error = item->error;
    more->disabled = !item->enabled;
}

/* --- the whole --- */

static void add_item(struct making *m, const struct form_item *item)
{
    if (!item->visible)
        return;
    if (item->kind == FORM_CONTROL) {
        if (item->widget == FORM_TABLE)
            add_table(m, item);
        else
            add_control(m, item);
        return;
    }
    struct sheet_item *to = new_item(m, item->kind == FORM_HEADING ? SHEET_HEADING : SHEET_LABEL);
    to->label = item->label;
    to->indent = item->indent;
    to->disabled = item->kind == FORM_DIM;
}

static void add_page(struct making *m, const struct form_view *view, int page)
{
    const struct form_page *of = &view->pages[page];
    for (int i = of->first; i < of->first + of->count; i++)
        add_item(m, &view->items[i]);
}

static void add_page_heading(struct making *m, const struct form_page *page)
{
    if (!*page->title)
        return;
    struct sheet_item *head = new_item(m, SHEET_HEADING);
    head->label =
        *page->number ? arena_printf(&m->out->arena, "%s  %s", page->number, page->title) : page->title;
    head->value = arena_printf(&m->out->arena, tr(m->lang, TR("%d of %d filled")), page->filled, page->total);
}

void form_sheet_build(const struct form *form, const struct json *draft, const struct form_context *context,
                      const struct form_view *view, int page, struct form_sheet *out)
{
    struct making m = {.form = form, .draft = draft, .context = context, .lang = LANG_EN, .out = out};
    *out = (struct form_sheet){.count = 0};
    lang_find(context->lang, &m.lang);
    for (int i = 0; i < view->page_count; i++) {
        if (!view->pages[i].visible || (page >= 0 && i != page))
            continue;
        if (page < 0)
            add_page_heading(&m, &view->pages[i]);
        add_page(&m, view, i);
    }
}

void form_sheet_free(struct form_sheet *sheet)
{
    arena_free(&sheet->arena);
    *sheet = (struct form_sheet){.count = 0};
}
