/* core/form/steers.c: which answers something else of the form depends on: rules of the layout, conditions of the schema,
 * lists that another answer filters, computed fields. An answer that is not among them changes its own field alone, so
 * that a letter typed costs what one field costs. By names, not by places: rather one too many than one too few. */
#include <string.h>

#include "core/form/inside.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"

enum { NAMES_MAX = 4096 };

struct finding {
    struct form *form;
    const char **list;
    size_t count;
};

static void add_name(struct finding *finding, const char *name)
{
    if (finding->count == NAMES_MAX)
        finding->form->all_steer = true;
    else
        finding->list[finding->count++] = arena_strdup(&finding->form->arena, name);
}

/* The last name of a pointer or scope: whoever reads "/a/b" depends on b and on all that stands in it. */
static void add_end(struct finding *finding, const char *pointer)
{
    struct buf token = {0}, last = {0};
    if (*pointer == '#')
        pointer++;
    while (pointer_next(&pointer, &token))
        if (strcmp(buf_text(&token), "*") != 0) {
            buf_clear(&last);
            buf_adds(&last, buf_text(&token));
        }
    if (last.length)
        add_name(finding, buf_text(&last));
    else
        finding->form->all_steer = true; /* the form or row as a whole */
    buf_free(&token);
    buf_free(&last);
}

/* --- the schema --- */

/* Every property that a condition names, also by reference. */
static void add_condition(struct finding *finding, const struct json *node, int depth)
{
    if (depth > FORM_DEPTH_MAX) {
        finding->form->all_steer = true;
        return;
    }
    const struct json *target = json_is_object(node) ? schema_ref(finding->form->schema, node) : NULL;
    if (target)
        add_condition(finding, target, depth + 1);
    for (const struct json *member = json_first(node); member; member = json_next(member)) {
        const char *name = json_name(member) ? json_name(member) : "";
        bool texts = strcmp(name, "required") == 0;
        bool map = strcmp(name, "properties") == 0 || strcmp(name, "dependentRequired") == 0 ||
                   strcmp(name, "dependentSchemas") == 0;
        bool any = strcmp(name, "patternProperties") == 0 || strcmp(name, "minProperties") == 0 ||
                   strcmp(name, "maxProperties") == 0 || strcmp(name, "propertyNames") == 0 ||
                   strcmp(name, "additionalProperties") == 0 || strncmp(name, "unevaluated", 11) == 0;
        for (const struct json *one = texts ? json_first(member) : NULL; one; one = json_next(one))
            add_name(finding, json_as_text(one) ? json_as_text(one) : "");
        for (const struct json *one = map ? json_first_member(member) : NULL; one; one = json_next(one))
            add_name(finding, json_name(one));
        finding->form->all_steer |= any;
        add_condition(finding, member, depth + 1);
    }
}

static void add_where(struct finding *finding, const struct json *options)
{
    for (const struct json *one = json_first(json_get(options, "where")); one; one = json_next(one))
        add_end(finding, json_as_text(one) ? json_as_text(one) : "");
}

static void add_computed(struct finding *finding, const struct json *compute)
{
    for (const struct json *one = json_first(json_get(compute, "of")); one; one = json_next(one))
        add_end(finding, json_as_text(one) ? json_as_text(one) : "");
}

/* A document whole, wherever the keywords stand: a property of such a name is one too many. */
static void look_through(struct finding *finding, const struct json *node, int depth)
{
    static const char *const conditions[] = {"if", "oneOf", "anyOf", "not"}, *const names[] = {
                                                                                 "dependentRequired",
                                                                                 "dependentSchemas"};
    if (depth > JSON_DEPTH_MAX)
        return;
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
        add_condition(finding, json_get(node, conditions[i]), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (const struct json *one = json_first_member(json_get(node, names[i])); one; one = json_next(one))
            add_name(finding, json_name(one));
    add_where(finding, json_get(node, "x-options"));
    if (json_get(node, "x-compute"))
        add_computed(finding, json_get(node, "x-compute"));
    for (const struct json *member = json_first(node); member; member = json_next(member))
        look_through(finding, member, depth + 1);
}

/* --- the layout --- */

static void add_scopes(struct finding *finding, const struct json *condition, int depth)
{
    if (depth > FORM_DEPTH_MAX)
        return;
    bool several = json_is_array(json_get(condition, "conditions"));
    if (!several)
        add_end(finding, json_text_or(condition, "scope", "#"));
    for (const struct json *one = json_first(json_get(condition, "conditions")); one; one = json_next(one))
        add_scopes(finding, one, depth + 1);
}

static void look_at_rules(struct finding *finding, const struct json *node, int depth)
{
    if (depth > JSON_DEPTH_MAX)
        return;
    const struct json *rule = json_get(node, "rule");
    if (json_is_object(rule))
        add_scopes(finding, json_get(rule, "condition"), 0);
    for (const struct json *member = json_first(node); member; member = json_next(member))
        look_at_rules(finding, member, depth + 1);
}

/* --- the whole --- */

void form_find_steering(struct form *form)
{
    struct arena scratch = {0};
    struct finding finding = {form, arena_alloc(&scratch, NAMES_MAX * sizeof *finding.list), 0};
    look_through(&finding, form->root, 0);
    look_through(&finding, json_get(form->common, "$defs"), 0);
    look_at_rules(&finding, form->layout, 0);
    names_init(&form->steering, finding.count + 1, &form->arena);
    for (size_t i = 0; i < finding.count; i++)
        if (names_find(&form->steering, finding.list[i]) == NAME_NONE)
            names_add(&form->steering, finding.list[i]);
    arena_free(&scratch);
}

bool form_is_alone(const struct form *form, const char *pointer)
{
    struct buf token = {0};
    bool alone = !form->all_steer && *pointer;
    while (alone && pointer_next(&pointer, &token))
        alone = names_find(&form->steering, buf_text(&token)) == NAME_NONE;
    buf_free(&token);
    return alone;
}
