/* core/form/check_names.c: the names and values that a schema's conditions speak of: whether there is such a field, and
 * whether it can ever be so. Knows no layout. */
#include <stdlib.h>
#include <string.h>

#include "core/form/checking.h"
#include "core/form/near.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"

/* The walk: every schema that speaks of the value at path. */
struct naming {
    struct checking *checking;
    struct buf path;
    int depth;
};

/* --- what a schema describes --- */

/* Unlike form_property not by an if or a not: what a condition speaks of is not described by it. */
static const struct json *described(const struct form *form, const struct json *node, const char *name,
                                    int depth)
{
    static const char *const one[] = {"then", "else"};
    static const char *const many[] = {"allOf", "oneOf", "anyOf", "dependentSchemas"};
    if (!node || depth > FORM_DEPTH_MAX)
        return NULL;
    const struct json *found = json_get(json_get(node, "properties"), name);
    if (!found)
        found = described(form, schema_ref(form->schema, node), name, depth + 1);
    for (size_t i = 0; i < sizeof many / sizeof *many && !found; i++)
        for (const struct json *sub = json_first(json_get(node, many[i])); sub && !found;
             sub = json_next(sub))
            found = described(form, sub, name, depth + 1);
    for (size_t i = 0; i < sizeof one / sizeof *one && !found; i++)
        found = described(form, json_get(node, one[i]), name, depth + 1);
    return found;
}

/* Names that are no properties may be meant where patterns or a schema for all others describe them. */
static bool is_open(const struct form *form, const struct json *node)
{
    const struct json *others = form_keyword(form, node, "additionalProperties");
    return !node || form_keyword(form, node, "patternProperties") || json_is_object(others);
}

static void try_names(struct near *near, const struct form *form, const struct json *node, int depth)
{
    static const char *const one[] = {"then", "else"};
    if (!node || depth > FORM_DEPTH_MAX)
        return;
    for (const struct json *p = json_first_member(json_get(node, "properties")); p; p = json_next(p))
        near_try(near, json_name(p));
    try_names(near, form, schema_ref(form->schema, node), depth + 1);
    for (const struct json *sub = json_first(json_get(node, "allOf")); sub; sub = json_next(sub))
        try_names(near, form, sub, depth + 1);
    for (size_t i = 0; i < sizeof one / sizeof *one; i++)
        try_names(near, form, json_get(node, one[i]), depth + 1);
}

/* --- names --- */

static void check_name(struct naming *naming, const struct json *owner, const char *name,
                       const struct json *where)
{
    struct checking *checking = naming->checking;
    struct near near = {.wanted = name};
    if (described(checking->form, owner, name, 0) || is_open(checking->form, owner))
        return;
    try_names(&near, checking->form, owner, 0);
    if (near.best)
        form_findings_add(checking->findings, FORM_BROKEN, checking_where(checking, where, ""),
                          "There is no field \"%s\" here, so nobody can fill it in: did you mean \"%s\"?",
                          name, near.best);
    else
        form_findings_add(checking->findings, FORM_BROKEN, checking_where(checking, where, ""),
                          "There is no field \"%s\" here, so nobody can fill it in: describe it under "
                          "\"properties\", or do not speak of it.",
                          name);
}

static void check_texts_of(struct naming *naming, const struct json *owner, const struct json *list)
{
    for (const struct json *one = json_is_array(list) ? json_first(list) : NULL; one; one = json_next(one))
        if (json_as_text(one))
            check_name(naming, owner, json_as_text(one), one);
}

/* --- values --- */

void checking_possible(struct checking *checking, const struct json *condition, const struct json *field)
{
    const struct json *only = json_get(condition, "const"), *list = json_get(condition, "enum");
    if (!schema_node(checking->form->schema, field) || !json_is_object(condition))
        return;
    for (const struct json *one = only                  ? only
                                  : json_is_array(list) ? json_first(list)
                                                        : NULL;
         one; one = only ? NULL : json_next(one)) {
        if (schema_valid_at(checking->form->schema, field, one))
            continue;
        char *value = json_print(one);
        form_findings_add(
            checking->findings, FORM_BROKEN, checking_where(checking, one, ""),
            "The field can never be %s, so this condition is never met: write one of the values that it "
            "may have.",
            value);
        free(value);
    }
}

/* --- the walk --- */

static void walk(struct naming *naming, const struct json *node, bool condition);

static void walk_at(struct naming *naming, const struct json *node, bool condition, const char *token)
{
    size_t length = naming->path.length;
    pointer_add(&naming->path, token);
    walk(naming, node, condition);
    pointer_cut(&naming->path, length);
}

static void walk_properties(struct naming *naming, const struct json *owner, const struct json *node,
                            bool condition)
{
    const struct json *properties = json_get(node, "properties");
    for (const struct json *p = json_first_member(properties); p; p = json_next(p)) {
        if (condition) {
            check_name(naming, owner, json_name(p), p);
            checking_possible(naming->checking, p, described(naming->checking->form, owner, json_name(p), 0));
        }
        walk_at(naming, p, condition, json_name(p));
    }
}

static void walk_members(struct naming *naming, const struct json *node, bool condition)
{
    static const struct {
        const char *keyword;
        bool condition;
    } one[] = {{"if", true}, {"then", false}, {"else", false}, {"not", true}};
    static const char *const many[] = {"allOf", "oneOf", "anyOf", "dependentSchemas"};
    for (size_t i = 0; i < sizeof one / sizeof *one; i++)
        if (json_get(node, one[i].keyword))
            walk(naming, json_get(node, one[i].keyword), condition || one[i].condition);
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        for (const struct json *sub = json_first(json_get(node, many[i])); sub; sub = json_next(sub))
            walk(naming, sub, condition);
    if (json_is_object(json_get(node, "items")))
        walk_at(naming, json_get(node, "items"), condition, "0");
}

/* $ref is not followed: what it leads to is checked where it stands when it is in this file. */
static void walk(struct naming *naming, const struct json *node, bool condition)
{
    const struct form *form = naming->checking->form;
    if (!json_is_object(node) || naming->depth >= FORM_DEPTH_MAX)
        return;
    naming->depth++;
    const struct json *owner =
        naming->path.length ? form_schema_at(form, buf_text(&naming->path)) : form->root;
    check_texts_of(naming, owner, json_get(node, "required"));
    const struct json *dependent = json_get(node, "dependentRequired");
    for (const struct json *d = json_first_member(dependent); d; d = json_next(d)) {
        check_name(naming, owner, json_name(d), d);
        check_texts_of(naming, owner, d);
    }
    walk_properties(naming, owner, node, condition);
    walk_members(naming, node, condition);
    naming->depth--;
}

void check_names(struct checking *checking)
{
    struct naming naming = {.checking = checking};
    walk(&naming, checking->form->root, false);
    buf_free(&naming.path);
}
