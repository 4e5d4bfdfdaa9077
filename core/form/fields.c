/* core/form/fields.c: the fields of a form by name, so that people can speak of them: which are to be mended, and
 * what a notice calls them. Judges no value. */
#include <stdlib.h>
#include <string.h>

#include "core/form/inside.h"
#include "core/form/pointer.h"

enum { FIELDS_DEPTH_MAX = 4 }; /* tables inside tables; deeper ones are named as a whole */

struct naming {
    const struct form *form;
    const struct form_context *context;
    const struct json *draft;
    struct json *out;
};

/* The group that a field stands in, else the page. */
static const char *group_of(const struct form_view *view, const struct form_item *item)
{
    for (const struct form_item *above = item; above-- > view->items && above->page == item->page;)
        if (above->kind == FORM_HEADING && above->indent < item->indent)
            return above->label;
    return item->page < view->page_count ? view->pages[item->page].title : "";
}

/* Only what somebody fills in can be mended. */
static bool is_field(const struct form_item *item)
{
    return item->kind == FORM_CONTROL && item->visible && !item->computed && !item->readonly &&
           item->widget != FORM_READONLY && *item->pointer;
}

static bool has_label(const struct json *fields, const char *label)
{
    for (const struct json *one = json_first(fields); one; one = json_next(one))
        if (str_equal(json_text(one, "label"), label))
            return true;
    return false;
}

static bool has_twin(const struct form_view *view, const struct form_item *item)
{
    for (int i = 0; i < view->item_count; i++)
        if (&view->items[i] != item && is_field(&view->items[i]) &&
            strcmp(view->items[i].label, item->label) == 0)
            return true;
    return false;
}

/* A form may ask the same twice in one group, of the father and of the mother: then by their place on it. */
static char *label_of(const struct naming *naming, const char *before, const char *group, const char *own)
{
    char *label = xasprintf("%s%s%s%s", before, group, *group ? " · " : "", own);
    for (int nth = 2; has_label(naming->out, label); nth++) {
        free(label);
        label = xasprintf("%s%s%s%s (%d)", before, group, *group ? " · " : "", own, nth);
    }
    return label;
}

static void name_view(const struct naming *naming, const char *inside, const char *before, int depth);

static void name_rows(const struct naming *naming, const struct form_item *table, const char *label,
                      int depth)
{
    for (int row = 0; depth < FIELDS_DEPTH_MAX && row < table->row_count; row++) {
        char *inside = xasprintf("%s/%d", table->pointer, row);
        char *before = xasprintf("%s %d · ", label, row + 1);
        name_view(naming, inside, before, depth + 1);
        free(inside);
        free(before);
    }
}

static void name_field(const struct naming *naming, const struct form_view *view,
                       const struct form_item *item, const char *before, int depth)
{
    const char *group = has_twin(view, item) ? group_of(view, item) : "";
    char *label = label_of(naming, before, group, item->label);
    struct json *one = json_new_object();
    json_set_text(one, "pointer", item->pointer);
    json_set_text(one, "label", label);
    json_add(naming->out, one);
    if (item->widget == FORM_TABLE)
        name_rows(naming, item, label, depth);
    free(label);
}

static void name_view(const struct naming *naming, const char *inside, const char *before, int depth)
{
    struct form_view view = {0};
    form_view_build(naming->form, naming->draft, naming->context, inside, &view);
    for (int i = 0; i < view.item_count && json_count(naming->out) < FORM_FIELDS_MAX; i++)
        if (is_field(&view.items[i]))
            name_field(naming, &view, &view.items[i], before, depth);
    form_view_free(&view);
}

struct json *form_fields(const struct form *form, const struct json *draft,
                         const struct form_context *context)
{
    const struct naming naming = {form, context, draft, json_new_array()};
    name_view(&naming, "", "", 0);
    return naming.out;
}

/* A place that the form does not ask by itself is called by the field that it is in. */
const char *form_field_label(const struct json *fields, const char *pointer)
{
    const struct json *found = NULL;
    for (const struct json *one = json_first(fields); one; one = json_next(one))
        if (pointer_within(pointer, json_text_or(one, "pointer", "")) &&
            (!found || strlen(json_text(one, "pointer")) > strlen(json_text(found, "pointer"))))
            found = one;
    return json_text_or(found, "label", "");
}

void form_place_label(const struct form *form, const char *lang, const char *pointer, struct buf *out)
{
    form_label(form, lang, NULL, form_schema_at(form, pointer), pointer, out);
}
