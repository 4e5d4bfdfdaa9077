/* core/form/view.c: layout + schema + draft → a flat, ordered list of what there is to draw. Knows no
 * terminal: places are pages, rows, columns and indents, never cells. */
#include <stdlib.h>
#include <string.h>

#include "core/form/inside.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"
#include "core/model/money.h"

enum { RADIO_MAX = 4, AREA_FROM = 100 };

struct building {
    const struct form *form;
    const struct form_context *context;
    const struct json *draft;
    const struct json *effective;
    struct form_view *view;
    int item_room, page_room;
    int page; /* the current one; -1: none yet */
    int row;  /* of the next item */
    int column, columns;
    int indent, depth;
    const char *inside;           /* pointer of the object that scopes start at */
    struct form_outline *outline; /* only where controls stand is asked for; NULL: a view */
    const struct form_shield *shield;
};

/* --- the lists --- */
static int new_page(struct building *b, const char *number, const char *title, bool visible)
{
    struct form_view *view = b->view;
    if (view->page_count == b->page_room) {
        b->page_room = b->page_room ? b->page_room * 2 : 4;
        struct form_page *pages = arena_alloc(&view->arena, (size_t)b->page_room * sizeof *pages);
        for (int i = 0; i < view->page_count; i++)
            pages[i] = view->pages[i];
        view->pages = pages;
    }
    view->pages[view->page_count] = (struct form_page){.number = number, .title = title, .visible = visible};
    return view->page_count++;
}

static struct form_item *new_item(struct building *b, enum form_kind kind, struct form_state state)
{
    struct form_view *view = b->view;
    if (b->page < 0)
        b->page = new_page(b, "", "", true);
    if (view->item_count == b->item_room) {
        b->item_room = b->item_room ? b->item_room * 2 : 32;
        struct form_item *items = arena_alloc(&view->arena, (size_t)b->item_room * sizeof *items);
        for (int i = 0; i < view->item_count; i++)
            items[i] = view->items[i];
        view->items = items;
    }
    struct form_item *item = &view->items[view->item_count++];
    *item = (struct form_item){.kind = kind,
                               .widget = FORM_READONLY,
                               .page = b->page,
                               .row = b->row,
                               .column = b->column,
                               .columns = b->columns ? b->columns : 1,
                               .indent = b->indent,
                               .pointer = "",
                               .label = "",
                               .hint = "",
                               .placeholder = "",
                               .text = "",
                               .error = "",
                               .currency = "",
                               .decimals = -1,
                               .visible = state.visible,
                               .enabled = state.enabled,
                               .readonly = state.readonly};
    if (!b->columns)
        b->row++;
    return item;
}

/* The text that was gathered, kept in the view; text is emptied. */
static const char *kept(struct building *b, struct buf *text)
{
    const char *own = text->length ? arena_strdup(&b->view->arena, buf_text(text)) : "";
    buf_free(text);
    return own;
}

static void add_text(struct building *b, enum form_kind kind, struct form_state state, const char *before,
                     const char *text)
{
    if (b->outline)
        return;
    struct form_item *item = new_item(b, kind, state);
    item->label = arena_printf(&b->view->arena, "%s%s", before, text);
}

static void add_heading(struct building *b, const struct json *element, const struct json *schema,
                        const char *pointer, struct form_state state)
{
    struct buf label = {0};
    if (b->outline)
        return;
    form_label(b->form, b->context->lang, element, schema, pointer, &label);
    if (label.length || schema)
        add_text(b, FORM_HEADING, state, "", buf_text(&label));
    buf_free(&label);
}

/* What the element's rule makes of it; an outline remembers the rule instead. */
static struct form_state state_of(struct building *b, const struct json *element, struct form_state above)
{
    if (!b->outline)
        return form_rule(b->form, element, b->effective, b->inside, above);
    if (form_rule_hides(element)) {
        struct form_shield *shield = arena_alloc(&b->view->arena, sizeof *shield);
        *shield = (struct form_shield){element, b->inside, b->shield};
        b->shield = shield;
    }
    return above;
}

/* --- widgets --- */
static bool are_consts(const struct json *branches)
{
    for (const struct json *one = json_first(branches); one; one = json_next(one))
        if (!json_get(one, "const"))
            return false;
    return json_count(branches) > 0;
}

/* The schemas or values an option is chosen from: enum, or oneOf/anyOf of const. NULL: none. */
static const struct json *choices_of(const struct form *form, const struct json *schema)
{
    static const char *const names[] = {"oneOf", "anyOf"};
    const struct json *list = form_keyword(form, schema, "enum");
    for (size_t i = 0; i < sizeof names / sizeof *names && !list; i++) {
        const struct json *branches = form_keyword(form, schema, names[i]);
        list = are_consts(branches) ? branches : NULL;
    }
    return list;
}

static enum form_widget text_widget(const struct form *form, const struct json *schema,
                                    const struct json *options)
{
    static const struct {
        const char *format;
        enum form_widget widget;
    } formats[] = {{"date", FORM_DATE}, {"time", FORM_TIME}, {"money", FORM_MONEY}};
    const char *format = json_as_text(form_keyword(form, schema, "format"));
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (str_equal(format, formats[i].format))
            return formats[i].widget;
    double length = json_as_number(form_keyword(form, schema, "maxLength"), 0);
    return json_bool(options, "multi", length > AREA_FROM) ? FORM_AREA : FORM_FIELD;
}

static enum form_widget array_widget(const struct form *form, const struct json *schema)
{
    const struct json *items = form_items(form, schema);
    if (strcmp(form_type(form, items), "object") == 0)
        return FORM_TABLE;
    if (json_as_bool(form_keyword(form, schema, "uniqueItems"), false) && choices_of(form, items))
        return FORM_CHECKS;
    return FORM_LIST;
}

static enum form_widget widget_of(const struct form *form, const struct json *schema,
                                  const struct json *options)
{
    const char *type = form_type(form, schema);
    const struct json *choices = choices_of(form, schema);
    if (form_keyword(form, schema, "x-compute") || form_keyword(form, schema, "const") ||
        json_as_bool(form_keyword(form, schema, "readOnly"), false))
        return FORM_READONLY;
    if (choices && strcmp(json_text_or(options, "format", ""), "radio") != 0)
        return json_count(choices) <= RADIO_MAX ? FORM_RADIO : FORM_PICK;
    if (choices)
        return FORM_RADIO;
    if (form_keyword(form, schema, "x-options"))
        return FORM_PICK;
    if (form_branches(form, schema) && strcmp(type, "array") != 0 &&
        !form_keyword(form, schema, "properties"))
        return FORM_CHOICE;
    if (strcmp(type, "array") == 0)
        return array_widget(form, schema);
    if (strcmp(type, "boolean") == 0)
        return json_bool(options, "toggle", false) ? FORM_TOGGLE : FORM_YES_NO;
    if (strcmp(type, "number") == 0 || strcmp(type, "integer") == 0)
        return FORM_NUMBER;
    return text_widget(form, schema, options);
}

/* --- options --- */
static const char *option_value(struct building *b, const struct json *value)
{
    if (json_is_text(value))
        return json_as_text(value);
    struct buf text = {0};
    json_print_to(value, &text);
    return kept(b, &text);
}

static bool is_chosen(const struct json *value, const struct json *option)
{
    if (!json_is_array(value))
        return value && json_equal(value, option);
    for (const struct json *one = json_first(value); one; one = json_next(one))
        if (json_equal(one, option))
            return true;
    return false;
}

static bool is_chosen_option(const struct form_item *item, int option, const struct json *value)
{
    if (item->widget == FORM_YES_NO || item->widget == FORM_TOGGLE)
        return json_is_bool(value) && json_as_bool(value, false) == (option == 0);
    return is_chosen(value, item->options[option].json);
}

static void add_choices(struct building *b, struct form_item *item, const struct json *schema,
                        const struct json *value)
{
    const struct json *list = choices_of(b->form, schema);
    item->options = arena_alloc(&b->view->arena, (json_count(list) + 1) * sizeof *item->options);
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        const struct json *stored =
            json_is_object(one) && json_get(one, "const") ? json_get(one, "const") : one;
        const struct json *title = json_is_object(one) ? json_get(one, "title") : NULL;
        struct buf text = {0};
        form_option_text(b->form, b->context->lang, schema, item->pointer, stored,
                         title ? json_name_in(title, b->context->lang) : NULL, &text);
        item->options[item->option_count++] =
            (struct form_option){option_value(b, stored), kept(b, &text), stored, is_chosen(value, stored)};
    }
}

static void add_list(struct building *b, struct form_item *item, const struct json *x,
                     const struct json *value)
{
    const struct json *list = form_list(b->form, x);
    item->options = arena_alloc(&b->view->arena, (json_count(list) + 1) * sizeof *item->options);
    for (const struct json *entry = json_first(list); entry; entry = json_next(entry)) {
        const struct json *stored = json_is_text(entry) ? entry : json_get(entry, "code");
        if (!json_is_text(stored) || !form_entry_fits(entry, x, b->effective))
            continue;
        const struct json *names = json_get(entry, "name");
        item->options[item->option_count++] =
            (struct form_option){json_as_text(stored), json_name_in(names ? names : stored, b->context->lang),
                                 stored, is_chosen(value, stored)};
    }
}

static void add_yes_no(struct building *b, struct form_item *item, const struct json *value)
{
    static const char *const values[] = {"true", "false"};
    static const char *const words[] = {"yes", "no"};
    item->options = arena_alloc(&b->view->arena, 2 * sizeof *item->options);
    item->option_count = 2;
    for (int i = 0; i < 2; i++) {
        item->options[i] =
            (struct form_option){.value = values[i], .text = form_say(b->context->lang, words[i])};
        item->options[i].chosen = is_chosen_option(item, i, value);
    }
}

static void add_branches(struct building *b, struct form_item *item, const struct json *schema,
                         const struct json *value)
{
    const struct json *branches = form_branches(b->form, schema);
    int chosen = schema_alternative(b->form->schema, branches, value), i = 0;
    item->options = arena_alloc(&b->view->arena, (json_count(branches) + 1) * sizeof *item->options);
    for (const struct json *one = json_first(branches); one; one = json_next(one), i++) {
        const struct json *title = form_keyword(b->form, one, "title");
        const char *text =
            title ? json_name_in(title, b->context->lang) : arena_printf(&b->view->arena, "%d", i + 1);
        const struct json *target = schema_ref(b->form->schema, one);
        item->options[item->option_count++] =
            (struct form_option){arena_printf(&b->view->arena, "%d", i), text,
                                 target && !json_get(one, "properties") ? target : one, i == chosen};
    }
}

/* --- tables --- */
enum { TABLE_COLUMNS_MAX = 6 };

static void add_column(struct building *b, struct form_item *item, const struct json *property,
                       const char *title_of)
{
    struct buf pointer = {0}, title = {0};
    if (item->column_count == TABLE_COLUMNS_MAX || strcmp(form_type(b->form, property), "object") == 0 ||
        strcmp(form_type(b->form, property), "array") == 0)
        return;
    buf_adds(&pointer, item->pointer);
    pointer_add(&pointer, json_name(property));
    form_label(b->form, b->context->lang, NULL, property, buf_text(&pointer), &title);
    if (str_equal(title_of, json_name(property)))
        item->row_title = item->column_count;
    item->columns_shown[item->column_count++] =
        (struct form_column){arena_strdup(&b->view->arena, json_name(property)), kept(b, &title),
                             form_is_sensitive(b->form, property)};
    buf_free(&pointer);
}

static void add_table(struct building *b, struct form_item *item, const struct json *schema,
                      const struct json *options, const struct json *value)
{
    const struct json *items = form_items(b->form, schema);
    const struct json *properties = form_keyword(b->form, items, "properties");
    item->columns_shown = arena_alloc(&b->view->arena, TABLE_COLUMNS_MAX * sizeof *item->columns_shown);
    for (const struct json *p = json_first(properties); p; p = json_next(p))
        add_column(b, item, p, json_text(options, "elementLabelProp"));
    item->row_count = json_is_array(value) ? (int)json_count(value) : 0;
}

/* --- what the form fixes --- */

/* The one value that a field may have, when it has another or lacks it though it is required: then it is offered, for what
 * is only shown could never be mended. NULL: it is as it should be, or made elsewhere. */
static const struct json *missed_const(const struct form *form, const struct json *schema,
                                       const struct json *value, bool required)
{
    const struct json *fixed = form_keyword(form, schema, "const");
    bool simple = json_is_text(fixed) || json_is_number(fixed) || json_is_bool(fixed);
    bool missed = value ? !fixed || !json_equal(value, fixed) : required;
    bool made = form_keyword(form, schema, "x-compute") ||
                json_as_bool(form_keyword(form, schema, "readOnly"), false);
    return simple && missed && !made ? fixed : NULL;
}

static void offer_const(struct building *b, struct form_item *item, const struct json *fixed)
{
    struct buf text = {0};
    item->widget = FORM_RADIO;
    if (json_is_bool(fixed))
        buf_adds(&text, form_say(b->context->lang, json_as_bool(fixed, false) ? "yes" : "no"));
    else
        form_option_text(b->form, b->context->lang, item->schema, item->pointer, fixed, NULL, &text);
    item->options = arena_alloc(&b->view->arena, sizeof *item->options);
    item->options[0] = (struct form_option){option_value(b, fixed), kept(b, &text), fixed, false};
    item->option_count = 1;
}

/* --- a control --- */
static void add_picture(struct building *b, struct form_item *item, const struct json *options)
{
    const char *lang = b->context->lang;
    item->placeholder = json_name_in(json_get(options, "placeholder"), lang);
    if (*item->placeholder)
        return;
    const char *order = b->context->date_order ? b->context->date_order : "dmy";
    if (item->widget == FORM_DATE && b->context->date_hyphens && strcmp(order, "dmy") == 0)
        item->placeholder = form_say(lang, "dmy-");
    else if (item->widget == FORM_DATE)
        item->placeholder = form_say(lang, order);
    else if (item->widget == FORM_TIME)
        item->placeholder = form_say(lang, "time");
}

static void add_limits(struct building *b, struct form_item *item, const struct json *schema,
                       const struct json *value)
{
    item->length_max = (int)json_as_number(form_keyword(b->form, schema, "maxLength"), 0);
    if (strcmp(form_type(b->form, schema), "integer") == 0)
        item->decimals = 0;
    if (item->widget != FORM_MONEY)
        return;
    struct money money;
    const char *own = json_as_text(form_keyword(b->form, schema, "x-currency"));
    if (json_is_text(value) && money_parse(json_as_text(value), &money, NULL))
        own = money.currency;
    else if (!own)
        own = json_text_or(b->form->pack, "currency", "");
    item->currency = arena_strdup(&b->view->arena, own);
    item->decimals = money_decimals(item->currency);
}

static void add_options(struct building *b, struct form_item *item, const struct json *schema,
                        const struct json *options, const struct json *value)
{
    switch (item->widget) {
    case FORM_RADIO:
    case FORM_PICK:
        if (choices_of(b->form, schema))
            add_choices(b, item, schema, value);
        else
            add_list(b, item, form_keyword(b->form, schema, "x-options"), value);
        break;
    case FORM_CHECKS:
        add_choices(b, item, form_items(b->form, schema), value);
        break;
    case FORM_YES_NO:
    case FORM_TOGGLE:
        add_yes_no(b, item, value);
        break;
    case FORM_CHOICE:
        add_branches(b, item, schema, value);
        break;
    case FORM_TABLE:
        add_table(b, item, schema, options, value);
        break;
    case FORM_READONLY:
        if (choices_of(b->form, schema))
            add_choices(b, item, schema, value);
        break;
    default:
        break;
    }
}

/* A row that was added and nothing was put into answers nothing yet. */
static bool has_answer(const struct json *value)
{
    if (!json_is_array(value) && !json_is_object(value))
        return form_is_filled(value);
    for (const struct json *part = json_first(value); part; part = json_next(part))
        if (has_answer(part))
            return true;
    return false;
}

static bool is_prefilled(struct building *b, const struct json *schema, const struct json *value)
{
    struct json *preset = form_prefill_value(form_keyword(b->form, schema, "x-prefill"), b->context);
    bool same = preset && value && json_equal(preset, value);
    json_free(&preset);
    return same;
}

static bool item_required(struct building *b, const char *pointer)
{
    struct buf parent = {0};
    if (!pointer_parent(pointer, &parent))
        return false;
    const struct json *node = form_schema_at(b->form, buf_text(&parent));
    const struct json *value = json_pointer(b->effective, buf_text(&parent));
    const char *raw = strrchr(pointer, '/');
    struct buf name = {0};
    pointer_next(&raw, &name);
    bool required = node && form_is_required(b->form, node, value, buf_text(&name));
    buf_free(&parent);
    buf_free(&name);
    return required;
}

static struct form_item *add_control(struct building *b, const struct json *element,
                                     const struct json *schema, const char *pointer, struct form_state state)
{
    struct form_item *item = new_item(b, FORM_CONTROL, state);
    const struct json *options = json_get(element, "options"), *value = json_pointer(b->draft, pointer);
    const char *lang = b->context->lang;
    struct buf label = {0}, hint = {0}, text = {0};
    form_label(b->form, lang, element, schema, pointer, &label);
    form_hint(b->form, lang, element, schema, pointer, &hint);
    item->pointer = arena_strdup(&b->view->arena, pointer);
    item->label = kept(b, &label);
    item->hint = kept(b, &hint);
    item->schema = schema;
    const char *format = json_as_text(form_keyword(b->form, schema, "format"));
    item->format = format ? format : "";
    item->widget = widget_of(b->form, schema, options);
    item->computed = form_keyword(b->form, schema, "x-compute") != NULL;
    item->required = item_required(b, pointer);
    const struct json *fixed = missed_const(b->form, schema, value, item->required);
    if (fixed)
        offer_const(b, item, fixed);
    item->readonly = state.readonly || item->widget == FORM_READONLY;
    item->sensitive = form_is_sensitive(b->form, schema);
    item->prefilled = is_prefilled(b, schema, value);
    item->filled = has_answer(value);
    add_picture(b, item, options);
    add_limits(b, item, schema, value);
    if (!fixed)
        add_options(b, item, schema, options, value);
    if (form_is_filled(value))
        form_text(item, value, b->context, &text);
    item->text = kept(b, &text);
    return item;
}

/* --- a single answer --- */

/* Those of which the value alone makes the difference: of the others more may come and go with it. */
static bool is_plain(const struct form_view *view, const struct form_item *item)
{
    static const bool plain[] = {
        [FORM_FIELD] = true,  [FORM_AREA] = true,    [FORM_RADIO] = true,     [FORM_PICK] = true,
        [FORM_CHECKS] = true, [FORM_LIST] = true,    [FORM_YES_NO] = true,    [FORM_TOGGLE] = true,
        [FORM_NUMBER] = true, [FORM_MONEY] = true,   [FORM_DATE] = true,      [FORM_TIME] = true,
        [FORM_TABLE] = false, [FORM_CHOICE] = false, [FORM_READONLY] = false,
    };
    int shown = 0;
    for (int i = 0; i < view->item_count; i++)
        shown += strcmp(view->items[i].pointer, item->pointer) == 0;
    bool fixed = form_keyword(view->form, item->schema, "const"); /* only shown once it is right */
    return item->kind == FORM_CONTROL && plain[item->widget] && shown == 1 && !fixed;
}

static void count_filled(struct form_view *view, const struct form_item *item, int by)
{
    if (!item->required || !item->visible || item->readonly || !item->filled)
        return;
    view->pages[item->page].filled += by;
    view->filled += by;
}

bool form_view_answer(struct form_view *view, const struct json *draft, const struct form_context *context,
                      const char *pointer)
{
    const struct form_item *found = form_view_find(view, pointer);
    struct form_item *item = found ? &view->items[found - view->items] : NULL;
    if (!item || !form_is_alone(view->form, pointer) || !is_plain(view, item))
        return false;
    const struct json *value = json_pointer(draft, pointer);
    struct building b = {.form = view->form, .context = context, .draft = draft, .view = view};
    struct buf text = {0};
    count_filled(view, item, -1);
    item->filled = has_answer(value);
    item->prefilled = is_prefilled(&b, item->schema, value);
    for (int i = 0; i < item->option_count; i++)
        item->options[i].chosen = is_chosen_option(item, i, value);
    add_limits(&b, item, item->schema, value);
    if (form_is_filled(value))
        form_text(item, value, context, &text);
    item->text = kept(&b, &text);
    count_filled(view, item, 1);
    return true;
}

void form_view_unmark(struct form_view *view)
{
    for (int i = 0; i < view->item_count; i++) {
        view->items[i].error = "";
        view->items[i].row_errors = NULL;
    }
    for (int i = 0; i < view->page_count; i++)
        view->pages[i].errors = 0;
}

/* --- elements --- */
static void build_element(struct building *b, const struct json *element, struct form_state above,
                          const char *number);

static void build_all(struct building *b, const struct json *element, struct form_state state,
                      const char *number)
{
    for (const struct json *sub = json_first(json_get(element, "elements")); sub; sub = json_next(sub))
        build_element(b, sub, state, number);
}

/* Controls for the properties of an object that has no layout of its own, one step in. */
static void build_made(struct building *b, const struct json *schema, const char *pointer,
                       struct form_state state)
{
    struct json *made = form_layout_made(b->form, schema, "#");
    const char *inside = b->inside;
    b->inside = pointer;
    b->indent++;
    build_all(b, made, state, "");
    b->indent--;
    b->inside = inside;
    json_free(&made);
}

static void build_branch(struct building *b, const struct form_item *choice, struct form_state state)
{
    const char *pointer = choice->pointer;
    const struct json *branch = NULL;
    for (int i = 0; i < choice->option_count; i++)
        branch = choice->options[i].chosen ? choice->options[i].json : branch;
    if (!branch)
        return;
    if (strcmp(form_type(b->form, branch), "object") == 0) {
        build_made(b, branch, pointer, state);
    } else {
        b->indent++;
        add_control(b, NULL, branch, pointer, state);
        b->indent--;
    }
}

static void add_place(struct building *b, const char *pointer)
{
    struct form_outline *outline = b->outline;
    if (outline->count == outline->room) {
        outline->room = outline->room ? outline->room * 2 : 64;
        struct form_place *places = arena_alloc(&b->view->arena, (size_t)outline->room * sizeof *places);
        for (int i = 0; i < outline->count; i++)
            places[i] = outline->places[i];
        outline->places = places;
    }
    outline->places[outline->count++] = (struct form_place){pointer, b->shield};
}

static void build_control(struct building *b, const struct json *element, struct form_state state)
{
    const char *scope = json_text_or(element, "scope", "");
    struct buf path = {0};
    form_scope(b->inside, scope, &path);
    const char *pointer = kept(b, &path);
    const struct json *schema = form_schema_at(b->form, pointer);
    if (!schema || !*pointer) {
        add_text(b, FORM_DIM, state, form_say(b->context->lang, "unknown_scope"), scope);
        return;
    }
    bool object = strcmp(form_type(b->form, schema), "object") == 0;
    if (!object || !form_keyword(b->form, schema, "properties")) {
        if (b->outline) { /* an alternative's controls stand in this one */
            add_place(b, pointer);
            return;
        }
        int at = b->view->item_count;
        add_control(b, element, schema, pointer, state);
        if (b->view->items[at].widget == FORM_CHOICE) {
            const struct form_item choice = b->view->items[at]; /* the list may move while it grows */
            build_branch(b, &choice, state);
        }
        return;
    }
    add_heading(b, element, schema, pointer, state);
    const struct json *detail = form_detail(element);
    if (!detail) {
        build_made(b, schema, pointer, state);
        return;
    }
    const char *inside = b->inside;
    b->inside = pointer;
    b->indent++;
    build_element(b, detail, state, "");
    b->indent--;
    b->inside = inside;
}

static void build_group(struct building *b, const struct json *element, struct form_state state)
{
    add_heading(b, element, NULL, "", state);
    b->indent++;
    build_all(b, element, state, "");
    b->indent--;
}

static size_t rows_of(const struct json *element)
{
    bool vertical = strcmp(json_text_or(element, "type", ""), "VerticalLayout") == 0;
    return vertical ? json_count(json_get(element, "elements")) : 1;
}

/* Columns are zipped into rows, so that what stands side by side follows each other in the list. */
static void build_columns(struct building *b, const struct json *element, struct form_state state)
{
    const struct json *children = json_get(element, "elements");
    size_t rows = 0, columns = json_count(children);
    if (b->columns || columns < 2) { /* columns inside a column stack */
        build_all(b, element, state, "");
        return;
    }
    for (const struct json *child = json_first(children); child; child = json_next(child))
        rows = rows_of(child) > rows ? rows_of(child) : rows;
    for (size_t row = 0; row < rows; row++) {
        b->column = 0;
        b->columns = (int)columns;
        for (const struct json *child = json_first(children); child; child = json_next(child), b->column++) {
            bool vertical = strcmp(json_text_or(child, "type", ""), "VerticalLayout") == 0;
            const struct form_shield *outer = b->shield;
            struct form_state own = vertical ? state_of(b, child, state) : state;
            const struct json *cell =
                vertical ? json_at(json_get(child, "elements"), row) : (row == 0 ? child : NULL);
            if (cell)
                build_element(b, cell, own, "");
            b->shield = outer;
        }
        b->columns = b->column = 0;
        b->row++;
    }
}

static void build_category(struct building *b, const struct json *element, struct form_state state,
                           const char *number)
{
    struct buf title = {0};
    int outer = b->page;
    if (!b->outline)
        form_label(b->form, b->context->lang, element, NULL, "", &title);
    b->page = new_page(b, number, kept(b, &title), state.visible);
    build_all(b, element, state, number);
    b->page = outer;
}

static void build_categories(struct building *b, const struct json *element, struct form_state above,
                             const char *number)
{
    int count = 0;
    for (const struct json *sub = json_first(json_get(element, "elements")); sub; sub = json_next(sub)) {
        const char *own = arena_printf(&b->view->arena, "%s%s%d", number, *number ? "." : "", ++count);
        const struct form_shield *outer = b->shield;
        struct form_state state = state_of(b, sub, above);
        if (strcmp(json_text_or(sub, "type", ""), "Categorization") == 0)
            build_categories(b, sub, state, own);
        else
            build_category(b, sub, state, own);
        b->shield = outer;
    }
}

static void build_element(struct building *b, const struct json *element, struct form_state above,
                          const char *number)
{
    const char *type = json_text_or(element, "type", "");
    if (b->depth >= FORM_DEPTH_MAX)
        return;
    const struct form_shield *outer = b->shield;
    b->depth++;
    struct form_state state = state_of(b, element, above);
    if (strcmp(type, "Control") == 0 || strcmp(type, "ListWithDetail") == 0) {
        build_control(b, element, state);
    } else if (strcmp(type, "VerticalLayout") == 0) {
        build_all(b, element, state, number);
    } else if (strcmp(type, "HorizontalLayout") == 0) {
        build_columns(b, element, state);
    } else if (strcmp(type, "Group") == 0) {
        build_group(b, element, state);
    } else if (strcmp(type, "Categorization") == 0) {
        build_categories(b, element, state, number);
    } else if (strcmp(type, "Label") == 0) {
        struct buf text = {0};
        if (!b->outline)
            form_label(b->form, b->context->lang, element, NULL, "", &text);
        add_text(b, FORM_TEXT, state, "", buf_text(&text));
        buf_free(&text);
    } else {
        add_text(b, FORM_DIM, state, form_say(b->context->lang, "unknown_element"), type);
    }
    b->shield = outer;
    b->depth--;
}

/* --- the whole --- */
/* Items in the order of their pages (a page may go on after its inner pages), and pages that have any. */
static void settle_pages(struct form_view *view)
{
    struct form_item *items = arena_alloc(&view->arena, ((size_t)view->item_count + 1) * sizeof *items);
    int count = 0, pages = 0;
    for (int p = 0; p < view->page_count; p++) {
        struct form_page page = view->pages[p];
        page.first = count;
        for (int i = 0; i < view->item_count; i++) {
            if (view->items[i].page != p)
                continue;
            items[count] = view->items[i];
            items[count++].page = pages;
        }
        page.count = count - page.first;
        if (page.count)
            view->pages[pages++] = page;
    }
    view->items = items;
    view->page_count = pages;
    if (pages == 1)
        view->pages[0].number = "";
}

static void count_progress(struct form_view *view)
{
    for (int i = 0; i < view->item_count; i++) {
        const struct form_item *item = &view->items[i];
        struct form_page *page = &view->pages[item->page];
        bool asked = item->kind == FORM_CONTROL && item->required && item->visible && !item->readonly;
        page->total += asked;
        page->filled += asked && item->filled;
        view->total += asked;
        view->filled += asked && item->filled;
    }
}

/* The layout of the control whose rows `inside` is one of; NULL: the rows have none of their own. */
static const struct json *layout_of_rows(const struct form *form, const struct json *element,
                                         const char *inside, const char *array, int depth)
{
    struct buf pointer = {0};
    const struct json *found = NULL;
    if (!json_is_object(element) || depth > FORM_DEPTH_MAX)
        return NULL;
    form_scope(inside, json_text_or(element, "scope", ""), &pointer);
    const struct json *detail = form_detail(element);
    if (json_text(element, "scope") && strcmp(buf_text(&pointer), array) == 0)
        found = detail;
    else if (detail && pointer_within(array, buf_text(&pointer))) { /* a table in a row of a table */
        const char *index = array + pointer.length;
        size_t length = *index ? 1 + strcspn(index + 1, "/") : 0;
        buf_add(&pointer, index, length);
        found = layout_of_rows(form, detail, buf_text(&pointer), array, depth + 1);
    }
    for (const struct json *sub = json_first(json_get(element, "elements")); sub && !found;
         sub = json_next(sub))
        found = layout_of_rows(form, sub, inside, array, depth + 1);
    buf_free(&pointer);
    return found;
}

static void build_inside(struct building *b, const char *inside)
{
    const struct form_state open = {true, true, false};
    struct buf array = {0};
    b->inside = inside;
    if (!*inside) {
        build_element(b, b->form->layout, open, "");
        return;
    }
    pointer_parent(inside, &array);
    const struct json *detail = layout_of_rows(b->form, b->form->layout, "", buf_text(&array), 0);
    buf_free(&array);
    if (detail) {
        build_element(b, detail, open, "");
        return;
    }
    const struct json *schema = form_schema_at(b->form, inside);
    b->indent = -1; /* the rows' own controls stand at the margin */
    if (schema)
        build_made(b, schema, inside, open);
}

void form_view_build(const struct form *form, const struct json *draft, const struct form_context *context,
                     const char *inside, struct form_view *view)
{
    *view = (struct form_view){.form = form, .lang = context->lang};
    struct json *effective = form_effective(form, draft);
    struct building b = {
        .form = form, .context = context, .draft = draft, .effective = effective, .view = view, .page = -1};
    build_inside(&b, inside);
    settle_pages(view);
    count_progress(view);
    json_free(&effective);
}

void form_outline_build(const struct form *form, struct form_outline *outline)
{
    static const struct form_context context = {.lang = "en"};
    struct form_view view = {0};
    *outline = (struct form_outline){0};
    struct building b = {.form = form, .context = &context, .view = &view, .page = -1, .outline = outline};
    build_inside(&b, "");
    outline->arena = view.arena;
}

void form_outline_free(struct form_outline *outline)
{
    arena_free(&outline->arena);
}

bool form_place_shown(const struct form *form, const struct form_place *place, const struct json *effective)
{
    const struct form_state open = {true, true, false};
    for (const struct form_shield *shield = place->shield; shield; shield = shield->outer)
        if (!form_rule(form, shield->element, effective, shield->inside, open).visible)
            return false;
    return true;
}

void form_view_free(struct form_view *view)
{
    arena_free(&view->arena);
    *view = (struct form_view){0};
}

const struct form_item *form_view_find(const struct form_view *view, const char *pointer)
{
    for (int i = 0; i < view->item_count; i++)
        if (view->items[i].kind == FORM_CONTROL && strcmp(view->items[i].pointer, pointer) == 0)
            return &view->items[i];
    return NULL;
}

/* The visible control for a field: its own, else the nearest above it. */
static struct form_item *place_of(struct form_view *view, const char *field)
{
    struct form_item *best = NULL;
    for (int i = 0; i < view->item_count; i++) {
        struct form_item *item = &view->items[i];
        if (item->kind != FORM_CONTROL || !item->visible || !pointer_within(field, item->pointer))
            continue;
        if (!best || strlen(item->pointer) > strlen(best->pointer))
            best = item;
    }
    return best;
}

/* What is wrong in a row or a line of a list, after what is known of it already: "Born: …", and so on. */
static const char *more_wrong(struct form_view *view, const char *before, const char *name,
                              const char *message)
{
    const char *between = before ? " · " : "", *colon = *name ? ": " : "";
    return arena_printf(&view->arena, "%s%s%s%s%s", before ? before : "", between, name, colon, message);
}

/* rest: of the field's pointer behind the table's. */
static void put_row_error(struct form_view *view, struct form_item *table, const char *rest,
                          const struct schema_error *error)
{
    struct buf label = {0};
    long row = strtol(rest + 1, NULL, 10);
    if (!table->row_errors)
        table->row_errors = arena_alloc(&view->arena, (size_t)table->row_count * sizeof *table->row_errors);
    if (strchr(rest + 1, '/'))
        form_label(view->form, view->lang, NULL, form_schema_at(view->form, error->field), error->field,
                   &label);
    const char **at = &table->row_errors[row];
    view->pages[table->page].errors += !*at;
    *at = more_wrong(view, *at, buf_text(&label), error->message);
    buf_free(&label);
}

/* Of a list, a line each, which line. */
static const char *line_of(struct form_view *view, const char *rest)
{
    return arena_printf(&view->arena, "%ld", strtol(rest + 1, NULL, 10) + 1);
}

static void put_error(struct form_view *view, struct form_item *item, const struct schema_error *error)
{
    const char *rest = error->field + strlen(item->pointer);
    bool below = *rest == '/', list = below && item->widget == FORM_LIST;
    if (below && item->widget == FORM_TABLE && strtol(rest + 1, NULL, 10) < item->row_count) {
        put_row_error(view, item, rest, error);
    } else if (!*item->error) {
        item->error = more_wrong(view, NULL, list ? line_of(view, rest) : "", error->message);
        view->pages[item->page].errors++;
    } else if (list) {
        item->error = more_wrong(view, item->error, line_of(view, rest), error->message);
    }
}

int form_view_errors(struct form_view *view, const struct schema_errors *errors)
{
    int lost = 0;
    for (int i = 0; i < errors->count; i++) {
        struct form_item *item = place_of(view, errors->list[i].field);
        if (item)
            put_error(view, item, &errors->list[i]);
        else
            lost++;
    }
    return lost;
}

void form_cell(const struct form *form, const struct json *draft, const struct form_context *context,
               const struct form_item *table, int row, int column, struct buf *out)
{
    if (row < 0 || column < 0 || column >= table->column_count)
        return;
    struct form_view scratch = {0};
    struct building b = {.form = form,
                         .context = context,
                         .draft = draft,
                         .effective = draft, /* hidden values too: a cell is read here and chosen elsewhere */
                         .view = &scratch,
                         .page = -1};
    struct buf pointer = {0};
    buf_adds(&pointer, table->pointer);
    pointer_add_index(&pointer, (size_t)row);
    pointer_add(&pointer, table->columns_shown[column].name);
    const struct json *schema = form_schema_at(form, buf_text(&pointer));
    if (schema)
        buf_adds(
            out,
            add_control(&b, NULL, schema, buf_text(&pointer), (struct form_state){true, true, false})->text);
    buf_free(&pointer);
    form_view_free(&scratch);
}
