/* core/form/check_hidden.c: fields that are required while the rules hide them: such a form could not be submitted.
 * Tries what the rules look at instead of proving it: every value that a condition or the field itself names, one and
 * two at a time. */
#include <stdlib.h>
#include <string.h>

#include "core/form/checking.h"
#include "core/form/pointer.h"

enum { STEERING_MAX = 24, VALUES_MAX = 12, TRIALS_MAX = 200 };

struct steering { /* a field that a rule looks at, and what it may be */
    const char *pointer;
    struct json *values[VALUES_MAX];
    int count;
};
struct trials {
    struct checking *checking;
    struct steering list[STEERING_MAX];
    int count, done;
    struct json *told; /* pointers */
    struct form_outline outline;
};

/* --- what to try --- */

static void add_value(struct steering *steering, struct json *value)
{
    bool there = !value || steering->count == VALUES_MAX;
    for (int i = 0; i < steering->count && !there; i++)
        there = json_equal(steering->values[i], value);
    if (there)
        json_free(&value);
    else
        steering->values[steering->count++] = value;
}

/* Every const and every value of an enum in a schema. */
static void add_named(struct steering *steering, const struct json *schema, int depth)
{
    const struct json *only = json_get(schema, "const"), *list = json_get(schema, "enum");
    if (depth > FORM_DEPTH_MAX)
        return;
    if (json_is_object(schema) && only)
        add_value(steering, json_copy(only));
    for (const struct json *one = json_is_object(schema) ? json_first(list) : NULL; one; one = json_next(one))
        add_value(steering, json_copy(one));
    for (const struct json *sub = json_first(schema); sub; sub = json_next(sub))
        if (json_is_object(sub) || json_is_array(sub))
            add_named(steering, sub, depth + 1);
}

static struct steering *steering_at(struct trials *trials, const char *pointer)
{
    for (int i = 0; i < trials->count; i++)
        if (strcmp(trials->list[i].pointer, pointer) == 0)
            return &trials->list[i];
    if (trials->count == STEERING_MAX)
        return NULL;
    struct steering *steering = &trials->list[trials->count++];
    *steering = (struct steering){.pointer = arena_strdup(&trials->checking->arena, pointer)};
    return steering;
}

static void add_condition(struct trials *trials, const struct json *condition)
{
    const struct form *form = trials->checking->form;
    const char *scope = json_text(condition, "scope");
    struct buf pointer = {0};
    if (scope)
        form_scope("", scope, &pointer);
    const struct json *schema = pointer.length ? form_schema_at(form, buf_text(&pointer)) : NULL;
    struct steering *steering = schema ? steering_at(trials, buf_text(&pointer)) : NULL;
    if (steering) {
        const struct json *expected = json_get(condition, "expectedValue");
        add_value(steering, expected ? json_copy(expected) : NULL);
        add_named(steering, json_get(condition, "schema"), 0);
        add_named(steering, schema, 0);
        if (strcmp(form_type(form, schema), "boolean") == 0) {
            add_value(steering, json_new_bool(true));
            add_value(steering, json_new_bool(false));
        }
    }
    buf_free(&pointer);
}

static void gather(struct trials *trials, const struct json *node, int depth)
{
    if (depth > JSON_DEPTH_MAX)
        return;
    if (json_text(node, "scope") && (json_get(node, "schema") || json_get(node, "expectedValue")))
        add_condition(trials, node);
    for (const struct json *sub = json_first(node); sub; sub = json_next(sub))
        if (json_is_object(sub) || json_is_array(sub))
            gather(trials, sub, depth + 1);
}

/* --- trying --- */

static bool is_of(const struct form_place *place, const char *pointer)
{
    return pointer_within(pointer, place->pointer) || pointer_within(place->pointer, pointer);
}

/* It has no control that is there whatever is answered. */
static bool may_be_hidden(const struct trials *trials, const char *pointer)
{
    for (int i = 0; i < trials->outline.count; i++)
        if (!trials->outline.places[i].shield && is_of(&trials->outline.places[i], pointer))
            return false;
    return true;
}

/* It has a control, and none that is visible. */
static bool is_hidden(const struct trials *trials, const char *pointer, const struct json *effective)
{
    bool any = false;
    for (int i = 0; i < trials->outline.count; i++) {
        const struct form_place *place = &trials->outline.places[i];
        if (!is_of(place, pointer))
            continue;
        if (form_place_shown(trials->checking->form, place, effective))
            return false;
        any = true;
    }
    return any;
}

static void tell(struct trials *trials, const char *pointer, const struct json *draft)
{
    struct checking *checking = trials->checking;
    const struct json *schema = form_schema_at(checking->form, pointer);
    char *when = json_print(draft);
    json_add_text(trials->told, pointer);
    form_findings_add(
        checking->findings, FORM_BROKEN, checking_where(checking, schema, ""),
        "The field %s is required while a rule hides it (with %s): require it by if/then on what "
        "shows it.",
        pointer, when);
    free(when);
}

/* Of what is missing in the submitted draft only those are looked at that a rule may hide and that nothing was said of:
 * none, mostly, and then nobody needs to know what is shown. */
static void look_at_missing(struct trials *trials, const struct json *draft, const struct json *submitted,
                            const struct schema_errors *errors)
{
    for (int i = 0; i < errors->count; i++) {
        const char *field = errors->list[i].field;
        if (strcmp(errors->list[i].keyword, "required") != 0 || !may_be_hidden(trials, field) ||
            json_has_text(trials->told, field))
            continue;
        if (is_hidden(trials, field, submitted))
            tell(trials, field, draft);
    }
}

static void try_draft(struct trials *trials, const struct json *draft)
{
    static const struct schema_options options = {.formats_assert = true};
    static const struct form_context context = {.lang = "en", .today = "2026-01-01"};
    const struct form *form = trials->checking->form;
    struct schema_errors errors = {0};
    if (trials->done++ >= TRIALS_MAX)
        return;
    struct json *submitted = form_submitted(form, draft, &context);
    if (!schema_validate(form->schema, submitted, &options, &errors))
        look_at_missing(trials, draft, submitted, &errors);
    schema_errors_free(&errors);
    json_free(&submitted);
}

static struct json *with(const struct json *draft, const struct steering *steering, int value)
{
    return form_edited(draft, steering->pointer, json_copy(steering->values[value]));
}

static void try_pairs(struct trials *trials, const struct json *draft, int after)
{
    for (int b = after + 1; b < trials->count && trials->done < TRIALS_MAX; b++)
        for (int i = 0; i < trials->list[b].count; i++) {
            struct json *both = with(draft, &trials->list[b], i);
            try_draft(trials, both);
            json_free(&both);
        }
}

static void try_all(struct trials *trials, bool pairs)
{
    struct json *empty = json_new_object();
    if (!pairs)
        try_draft(trials, empty);
    for (int a = 0; a < trials->count; a++)
        for (int i = 0; i < trials->list[a].count && trials->done < TRIALS_MAX; i++) {
            struct json *draft = with(empty, &trials->list[a], i);
            if (pairs)
                try_pairs(trials, draft, a);
            else
                try_draft(trials, draft);
            json_free(&draft);
        }
    json_free(&empty);
}

void check_hidden(struct checking *checking)
{
    struct trials *trials = xcalloc(1, sizeof *trials);
    trials->checking = checking;
    trials->told = json_new_array();
    gather(trials, checking->form->layout, 0);
    if (trials->count) {
        form_outline_build(checking->form, &trials->outline);
        try_all(trials, false);
        try_all(trials, true);
    }
    for (int i = 0; i < trials->count; i++)
        for (int k = 0; k < trials->list[i].count; k++)
            json_free(&trials->list[i].values[k]);
    form_outline_free(&trials->outline);
    json_free(&trials->told);
    free(trials);
}
