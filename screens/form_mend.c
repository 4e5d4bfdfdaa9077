/* screens/form_mend.c: what is still wrong in a form as a list in the form's order, by the names of its fields, and the
 * way to each. Judges nothing itself. */
#include <stdlib.h>
#include <string.h>

#include "core/form/pointer.h"
#include "screens/form.h"

enum { DEPTH_MAX = 4, PATH_MAX_LENGTH = 2 * DEPTH_MAX }; /* tables inside tables */

/* --- places --- */

/* Where a problem is shown: its own field; of a group that is wholly missing the group's first field; else the
 * nearest field above it. at gets the field's pointer. NULL: nowhere. */
static const struct form_item *place_of(const struct form_view *view, const char *pointer,
                                        char at[FORM_POINTER])
{
    const struct form_item *item = form_view_find(view, pointer);
    size_t length = strlen(pointer);
    str_copy(at, FORM_POINTER, pointer);
    for (int i = 0; !item && length && i < view->item_count; i++)
        if (view->items[i].visible && str_starts(view->items[i].pointer, pointer) &&
            view->items[i].pointer[length] == '/')
            item = &view->items[i];
    while (!item && strrchr(at, '/')) {
        *strrchr(at, '/') = '\0';
        item = form_view_find(view, at);
    }
    if (item)
        str_copy(at, FORM_POINTER, item->pointer);
    return item;
}

/* The views on the way to a field, kept for the next one, which mostly stands beside it. */
struct finder {
    const struct form_screen *self;
    const struct form_context *context;
    struct level {
        struct form_view view;
        char inside[FORM_POINTER];
        bool built;
    } levels[DEPTH_MAX];
};

static const struct form_view *view_at(struct finder *finder, int depth, const char *inside)
{
    struct level *level = &finder->levels[depth];
    if (level->built && strcmp(level->inside, inside) == 0)
        return &level->view;
    form_view_free(&level->view);
    form_view_build(finder->self->form, finder->self->draft, finder->context, inside, &level->view);
    str_copy(level->inside, sizeof level->inside, inside);
    level->built = true;
    return &level->view;
}

static void finder_free(struct finder *finder)
{
    for (int i = 0; i < DEPTH_MAX; i++)
        form_view_free(&finder->levels[i].view);
}

/* A field's place on the form, to put several in order: item, row, item … */
struct place {
    ptrdiff_t at[PATH_MAX_LENGTH];
    int length;
};

/* "Children 2 · Born": with the table's row where the field stands in one. label is appended to. */
static struct place find_place(struct finder *finder, const char *pointer, struct buf *label)
{
    char at[FORM_POINTER], inside[FORM_POINTER] = "";
    struct place place = {0};
    for (int depth = 0; depth < DEPTH_MAX; depth++) {
        const struct form_view *view = view_at(finder, depth, inside);
        const struct form_item *item = place_of(view, pointer, at);
        if (!item)
            break;
        const char *rest = pointer_within(pointer, at) ? pointer + strlen(at) : "";
        size_t row = *rest ? 1 + strcspn(rest + 1, "/") : 0;
        bool table = item->widget == FORM_TABLE;
        place.at[place.length++] = item - view->items;
        buf_addf(label, "%s%s", label->length ? " · " : "", item->label);
        if (!row || !(table || item->widget == FORM_LIST))
            break;
        place.at[place.length++] = strtol(rest + 1, NULL, 10);
        buf_addf(label, " %ld", strtol(rest + 1, NULL, 10) + 1);
        if (!table || !rest[row])
            break;
        str_format(inside, sizeof inside, "%s%.*s", at, (int)row, rest);
    }
    return place;
}

static int compare_places(const struct place *one, const struct place *other)
{
    if (!one->length || !other->length)
        return !one->length - !other->length; /* what is nowhere comes last */
    for (int i = 0; i < one->length && i < other->length; i++)
        if (one->at[i] != other->at[i])
            return one->at[i] < other->at[i] ? -1 : 1;
    return one->length - other->length;
}

void fill_row_title(const struct form_screen *self, const struct ui *ui, struct buf *out)
{
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    struct finder finder = {.self = self, .context = &context};
    find_place(&finder, self->inside, out);
    finder_free(&finder);
}

/* --- the list --- */

struct fault {
    const char *pointer, *text;
    char *label;
    struct place place;
    int nth;
};
struct faults {
    struct finder finder;
    struct fault *list;
    int count, room;
};

static void add_fault(struct faults *faults, const char *pointer, const char *text)
{
    struct buf label = {0};
    if (faults->count == faults->room) {
        faults->room = faults->room ? 2 * faults->room : 16;
        faults->list = xrealloc(faults->list, (size_t)faults->room * sizeof *faults->list);
    }
    struct place place = find_place(&faults->finder, pointer, &label);
    char *name = label.length ? buf_take(&label) : xstrdup("");
    faults->list[faults->count] = (struct fault){pointer, text, name, place, faults->count};
    faults->count++;
}

static int by_place(const void *a, const void *b)
{
    const struct fault *one = a, *other = b;
    int order = compare_places(&one->place, &other->place);
    if (!order)
        order = strcmp(one->pointer, other->pointer);
    return order ? order : one->nth - other->nth;
}

/* In the order in which the fields stand on the form, so that hands go down it once; one sentence a field. NULL: none. */
static struct json *listed(struct faults *faults)
{
    if (!faults->count)
        return NULL;
    struct json *mend = json_new_array();
    qsort(faults->list, (size_t)faults->count, sizeof *faults->list, by_place);
    for (int i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->list[i];
        if (i && strcmp(fault->pointer, fault[-1].pointer) == 0)
            continue;
        struct json *one = json_new_object();
        json_set_text(one, "pointer", fault->pointer);
        json_set_text(one, "label", fault->label);
        json_set_text(one, "text", fault->text);
        json_add(mend, one);
    }
    return mend;
}

bool fill_check(struct form_screen *self, const struct ui *ui)
{
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    struct schema_errors errors = {0};
    struct faults faults = {.finder = {.self = self, .context = &context}};
    form_check_draft(self->form, self->draft, &context, &errors);
    for (const struct json *raw = json_first(self->raw); raw; raw = json_next(raw))
        if (json_text(self->problems, json_name(raw)))
            add_fault(&faults, json_name(raw), json_text(self->problems, json_name(raw)));
    for (int i = 0; i < errors.count; i++)
        add_fault(&faults, errors.list[i].field, errors.list[i].message);
    json_free(&self->mend);
    self->mend = listed(&faults);
    for (int i = 0; i < faults.count; i++)
        free(faults.list[i].label);
    free(faults.list);
    finder_free(&faults.finder);
    schema_errors_free(&errors);
    return !self->mend;
}

/* --- the way there --- */

static bool focus_on(struct form_screen *self, const char *id)
{
    return sheet_focus(&self->sheet, self->now.sheet.items, self->now.sheet.count, id);
}

void fill_go_to(struct form_screen *self, const struct ui *ui, const char *pointer)
{
    char at[FORM_POINTER];
    const struct form_item *item = NULL;
    self->inside[0] = '\0';
    for (int depth = 0; depth < 8; depth++) {
        fill_refresh(self, ui);
        item = place_of(&self->now.view, pointer, at);
        const char *rest = item && str_starts(pointer, at) ? pointer + strlen(at) : "";
        size_t row = *rest == '/' ? 1 + strcspn(rest + 1, "/") : 0;
        if (!item || item->widget != FORM_TABLE || !row || !rest[row])
            break;
        str_format(self->inside, sizeof self->inside, "%s%.*s", at, (int)row, rest);
        self->page = item->page;
    }
    if (!item)
        return;
    if (!*self->inside)
        self->page = item->page;
    fill_refresh(self, ui);
    if (!focus_on(self, pointer) && !focus_on(self, at)) {
        char door[FORM_POINTER + 2]; /* of a whole table: where its problem is said, and a row more is made */
        str_format(door, sizeof door, "%s/-", at);
        focus_on(self, door);
    }
}
