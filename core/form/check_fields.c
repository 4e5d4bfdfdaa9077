/* core/form/check_fields.c: the fields of a form, each by itself and by what it is computed or filled from. Knows no
 * layout. */
#include <stdlib.h>
#include <string.h>

#include "core/form/checking.h"
#include "core/form/format.h"
#include "core/form/notice.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"

enum { ROUNDS = 4 }; /* tables in tables that are looked into */

/* --- gathering: a draft with one row in every table, so that their fields are met too --- */

struct growing {
    const struct form *form;
    struct json *draft;
    bool grown;
};

static void grow(void *context, const char *pointer, const char *inside, const struct json *schema,
                 const struct json *value)
{
    struct growing *growing = context;
    (void)inside;
    const struct json *items = form_items(growing->form, schema);
    if (value || strcmp(form_type(growing->form, schema), "array") != 0 ||
        strcmp(form_type(growing->form, items), "object") != 0)
        return;
    struct json *rows = json_new_array();
    json_add(rows, json_new_object());
    struct json *draft = form_edited(growing->draft, pointer, rows);
    json_free(&growing->draft);
    growing->draft = draft;
    growing->grown = true;
}

static void gather(void *context, const char *pointer, const char *inside, const struct json *schema,
                   const struct json *value)
{
    struct checking *checking = context;
    (void)value;
    if (checking->field_count == checking->field_room) {
        int room = checking->field_room ? checking->field_room * 2 : 64;
        struct checked_field *fields = arena_alloc(&checking->arena, (size_t)room * sizeof *fields);
        if (checking->field_count)
            memcpy(fields, checking->fields, (size_t)checking->field_count * sizeof *fields);
        checking->fields = fields;
        checking->field_room = room;
    }
    checking->fields[checking->field_count++] = (struct checked_field){
        arena_strdup(&checking->arena, pointer), arena_strdup(&checking->arena, inside), schema};
}

static void gather_fields(struct checking *checking)
{
    struct growing growing = {checking->form, json_new_object(), true};
    for (int round = 0; round < ROUNDS && growing.grown; round++) {
        struct json *shape = json_copy(growing.draft); /* walked while the draft grows */
        growing.grown = false;
        form_visit(&(struct form_visit){checking->form, grow, &growing}, shape);
        json_free(&shape);
    }
    form_visit(&(struct form_visit){checking->form, gather, checking}, growing.draft);
    json_free(&growing.draft);
}

/* --- a field by itself --- */

static void add(struct checking *checking, enum form_finding_kind kind, const struct checked_field *field,
                const char *keyword, const char *text)
{
    const char *more =
        keyword && json_get(field->schema, keyword) ? arena_printf(&checking->arena, "/%s", keyword) : "";
    form_findings_add(checking->findings, kind, checking_where(checking, field->schema, more), "%s", text);
}

static void check_format(struct checking *checking, const struct checked_field *field)
{
    const char *format = json_text(field->schema, "format");
    if (format && !format_known(format))
        add(checking, FORM_WARNING, field, "format",
            "This format is not checked here and only a note. Use one that is (date, time, email, money, "
            "fin, "
            "nik …), or a pattern.");
}

static void check_default(struct checking *checking, const struct checked_field *field)
{
    const struct json *preset = json_get(field->schema, "default");
    if (preset && schema_node(checking->form->schema, field->schema) &&
        !schema_valid_at(checking->form->schema, field->schema, preset))
        add(checking, FORM_BROKEN, field, "default",
            "The default is not valid for its own field: write a value that the field may have, or none.");
}

static void check_prefill(struct checking *checking, const struct checked_field *field)
{
    const struct json *prefill = json_get(field->schema, "x-prefill");
    const char *source = json_as_text(prefill);
    bool ok = source && strcmp(source, "today") == 0;
    if (!prefill)
        return;
    if (source && str_starts(source, "person."))
        ok = notice_name_known(source); /* they speak of the same person */
    else if (source && str_starts(source, "last/"))
        ok = checking_has_field(checking, "", source + strlen("last"));
    if (!ok)
        add(checking, FORM_BROKEN, field, "x-prefill",
            "This must be today, person. and a member of the person, or last/ and a field of this form.");
}

static void check_options(struct checking *checking, const struct checked_field *field)
{
    const struct json *x = json_get(field->schema, "x-options"), *pack = checking->form->pack,
                      *common = checking->form->common;
    const char *name = json_as_text(x) ? json_as_text(x) : json_text_or(x, "list", "");
    if (!x)
        return;
    if (!*name)
        add(checking, FORM_BROKEN, field, "x-options",
            "This must name a list of the pack: write \"x-options\": \"NAME\".");
    else if ((pack || common) && !json_get(json_get(common, "lists"), name) &&
             !json_get(json_get(pack, "lists"), name))
        add(checking, FORM_BROKEN, field, "x-options",
            "The pack has no list of this name: add it to \"lists\" of pack.json or common.json, or mend the "
            "name.");
    const struct json *where = json_get(x, "where");
    for (const struct json *one = json_first(where); one; one = json_next(one))
        if (!json_as_text(one) || !checking_has_field(checking, "", json_as_text(one)))
            add(checking, FORM_BROKEN, field, "x-options",
                "It is filtered by a field that is not there: write the field's pointer, such as "
                "\"/region\".");
}

/* --- x-compute --- */

static void check_compute(struct checking *checking, const struct checked_field *field)
{
    const struct json *x = json_get(field->schema, "x-compute"), *of = json_get(x, "of");
    if (!x)
        return;
    if (!form_function_known(json_text_or(x, "fn", "")))
        add(checking, FORM_BROKEN, field, "x-compute",
            "\"fn\" must be age, days_between, sum, count, join, copy or fee.");
    if (!json_as_bool(form_keyword(checking->form, field->schema, "readOnly"), false))
        add(checking, FORM_BROKEN, field, "x-compute",
            "A computed field must say \"readOnly\": true, as nobody types it.");
    for (const struct json *one = json_first(of); one; one = json_next(one))
        if (!json_as_text(one) || !checking_has_field(checking, field->inside, json_as_text(one)))
            add(checking, FORM_BROKEN, field, "x-compute",
                "It is computed from a field that is not there: write the field's pointer, such as \"/born\" "
                "or "
                "\"/rows/*/amount\".");
}

/* Whether a is computed from b, or from something inside or around it. */
static bool depends_on(const struct checked_field *a, const struct checked_field *b)
{
    const struct json *of = json_get(json_get(a->schema, "x-compute"), "of");
    bool found = false;
    for (const struct json *one = json_first(of); one && !found; one = json_next(one)) {
        struct buf path = {0}, token = {0};
        const char *rest = json_as_text(one) ? json_as_text(one) : "";
        buf_adds(&path, a->inside);
        while (pointer_next(&rest, &token))
            pointer_add(&path, strcmp(buf_text(&token), "*") == 0 ? "0" : buf_text(&token));
        found = path.length &&
                (pointer_within(b->pointer, buf_text(&path)) || pointer_within(buf_text(&path), b->pointer));
        buf_free(&path);
        buf_free(&token);
    }
    return found;
}

struct cycle {
    const struct checked_field **list; /* the computed fields */
    char *state;                       /* 0 not seen, 1 on the way, 2 done */
    int count;
};

static bool leads_back(struct cycle *cycle, int at)
{
    bool back = false;
    cycle->state[at] = 1;
    for (int i = 0; i < cycle->count && !back; i++)
        if (depends_on(cycle->list[at], cycle->list[i]))
            back = cycle->state[i] == 1 || (cycle->state[i] == 0 && leads_back(cycle, i));
    cycle->state[at] = 2;
    return back;
}

static void check_cycles(struct checking *checking)
{
    struct cycle cycle = {.list = xcalloc((size_t)checking->field_count + 1, sizeof *cycle.list),
                          .state = xcalloc((size_t)checking->field_count + 1, 1)};
    for (int i = 0; i < checking->field_count; i++)
        if (json_get(checking->fields[i].schema, "x-compute"))
            cycle.list[cycle.count++] = &checking->fields[i];
    for (int i = 0; i < cycle.count; i++)
        if (cycle.state[i] == 0 && leads_back(&cycle, i))
            add(checking, FORM_BROKEN, cycle.list[i], "x-compute",
                "This field is computed from itself, by way of others: take one of them out of \"of\".");
    free(cycle.list);
    free(cycle.state);
}

/* --- the papers' conditions --- */

static bool names_are_fields(const struct checking *checking, const struct json *when)
{
    bool ok = true;
    const struct json *required = json_get(when, "required"), *properties = json_get(when, "properties");
    for (const struct json *one = json_first(required); one; one = json_next(one))
        ok &= form_property(checking->form, checking->form->root,
                            json_as_text(one) ? json_as_text(one) : "") != NULL;
    for (const struct json *one = json_first_member(properties); one; one = json_next(one))
        ok &= form_property(checking->form, checking->form->root, json_name(one)) != NULL;
    return ok;
}

static void check_papers(struct checking *checking)
{
    size_t i = 0;
    const struct json *list = json_get(checking->service, "documents");
    for (const struct json *one = json_first(list); one; one = json_next(one), i++)
        if (!names_are_fields(checking, json_get(one, "when")))
            form_findings_add(checking->findings, FORM_BROKEN,
                              arena_printf(&checking->arena, "/documents/%zu/when", i),
                              "This condition speaks of a field that the form does not have: name one of its "
                              "properties.");
}

void check_fields(struct checking *checking)
{
    gather_fields(checking);
    for (int i = 0; i < checking->field_count; i++) {
        const struct checked_field *field = &checking->fields[i];
        check_format(checking, field);
        check_default(checking, field);
        check_prefill(checking, field);
        check_options(checking, field);
        check_compute(checking, field);
    }
    check_cycles(checking);
    check_papers(checking);
}
