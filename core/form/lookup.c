/* core/form/lookup.c: finding keywords, properties and requirements in a schema that is spread over $ref,
 * allOf and if/then/else. Knows no layout and no language. */
#include <string.h>

#include "core/form/inside.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"

static const struct json *keyword_at(const struct form *form, const struct json *node, const char *keyword,
                                     int depth)
{
    const struct json *found = NULL, *all = NULL;
    bool refers = false;
    if (!json_is_object(node) || depth > FORM_DEPTH_MAX)
        return json_get(node, keyword);
    for (const struct json *member = json_first(node); member;
         member = json_next(member)) { /* once for all three */
        const char *name = json_name(member);
        if (name[0] == keyword[0] && strcmp(name, keyword) == 0)
            return member;
        refers |= name[0] == '$' && strcmp(name, "$ref") == 0;
        if (!all && name[0] == 'a' && strcmp(name, "allOf") == 0)
            all = member;
    }
    const struct json *target = refers ? schema_ref(form->schema, node) : NULL;
    if (target)
        found = keyword_at(form, target, keyword, depth + 1);
    for (const struct json *sub = json_first(all); sub && !found; sub = json_next(sub))
        found = keyword_at(form, sub, keyword, depth + 1);
    return found;
}

const struct json *form_keyword(const struct form *form, const struct json *node, const char *keyword)
{
    return keyword_at(form, node, keyword, 0);
}

const char *form_type(const struct form *form, const struct json *node)
{
    const struct json *type = form_keyword(form, node, "type");
    for (const struct json *one = json_first(type); one; one = json_next(one))
        if (!str_equal(json_as_text(one), "null"))
            return json_as_text(one) ? json_as_text(one) : "";
    const char *text = json_as_text(type);
    if (text)
        return text;
    if (form_keyword(form, node, "properties"))
        return "object";
    return form_keyword(form, node, "items") ? "array" : "";
}

static const struct json *property_at(const struct form *form, const struct json *node, const char *name,
                                      int depth)
{
    static const char *const one[] = {"then", "else", "if"};
    static const char *const many[] = {"allOf", "oneOf", "anyOf", "dependentSchemas"};
    if (!node || depth > FORM_DEPTH_MAX)
        return NULL;
    const struct json *found = json_get(json_get(node, "properties"), name);
    if (!found)
        found = property_at(form, schema_ref(form->schema, node), name, depth + 1);
    for (size_t i = 0; i < sizeof many / sizeof *many && !found; i++)
        for (const struct json *sub = json_first(json_get(node, many[i])); sub && !found;
             sub = json_next(sub))
            found = property_at(form, sub, name, depth + 1);
    for (size_t i = 0; i < sizeof one / sizeof *one && !found; i++)
        found = property_at(form, json_get(node, one[i]), name, depth + 1);
    return found;
}

const struct json *form_property(const struct form *form, const struct json *node, const char *name)
{
    return property_at(form, node, name, 0);
}

const struct json *form_items(const struct form *form, const struct json *node)
{
    return form_keyword(form, node, "items");
}

const struct json *form_branches(const struct form *form, const struct json *node)
{
    const struct json *one = form_keyword(form, node, "oneOf");
    return one ? one : form_keyword(form, node, "anyOf");
}

bool form_is_sensitive(const struct form *form, const struct json *node)
{
    const struct json *items = form_items(form, node);
    return json_as_bool(form_keyword(form, node, "x-sensitive"), false) ||
           (items && json_as_bool(form_keyword(form, items, "x-sensitive"), false));
}

const struct json *form_schema_at(const struct form *form, const char *pointer)
{
    struct buf token = {0};
    const struct json *node = form->root;
    while (node && pointer_next(&pointer, &token)) {
        const char *name = buf_text(&token);
        const struct json *property = form_property(form, node, name);
        bool index = *name && strspn(name, "0123456789") == strlen(name);
        node = property || !index ? property : form_items(form, node);
    }
    buf_free(&token);
    return node;
}

void form_scope(const char *inside, const char *scope, struct buf *pointer)
{
    struct buf token = {0};
    buf_adds(pointer, inside);
    if (*scope == '#')
        scope++;
    while (pointer_next(&scope, &token)) /* allOf/0, then and their like lead to the same value */
        if (strcmp(buf_text(&token), "properties") == 0 && pointer_next(&scope, &token))
            pointer_add(pointer, buf_text(&token));
    buf_free(&token);
}

static bool required_at(const struct form *form, const struct json *node, const struct json *value,
                        const char *name, int depth)
{
    if (!node || depth > FORM_DEPTH_MAX)
        return false;
    if (json_has_text(json_get(node, "required"), name))
        return true;
    for (const struct json *d = json_first_member(json_get(node, "dependentRequired")); d; d = json_next(d))
        if (json_get(value, json_name(d)) && json_has_text(d, name))
            return true;
    for (const struct json *d = json_first_member(json_get(node, "dependentSchemas")); d; d = json_next(d))
        if (json_get(value, json_name(d)) && required_at(form, d, value, name, depth + 1))
            return true;
    for (const struct json *sub = json_first(json_get(node, "allOf")); sub; sub = json_next(sub))
        if (required_at(form, sub, value, name, depth + 1))
            return true;
    const struct json *condition = json_get(node, "if");
    if (condition) {
        bool holds = schema_valid_at(form->schema, condition, value);
        if (required_at(form, json_get(node, holds ? "then" : "else"), value, name, depth + 1))
            return true;
    }
    return required_at(form, schema_ref(form->schema, node), value, name, depth + 1);
}

bool form_is_required(const struct form *form, const struct json *node, const struct json *value,
                      const char *name)
{
    if (value)
        return required_at(form, node, value, name, 0);
    struct json *empty = json_new_object(); /* an object not begun: what would it need? */
    bool required = required_at(form, node, empty, name, 0);
    json_free(&empty);
    return required;
}

/* --- lists of the pack --- */
const struct json *form_list(const struct form *form, const struct json *x)
{
    const char *name = json_as_text(x) ? json_as_text(x) : json_text_or(x, "list", "");
    const struct json *list = json_get(json_get(form->common, "lists"), name);
    return list ? list : json_get(json_get(form->pack, "lists"), name);
}

bool form_entry_fits(const struct json *entry, const struct json *x, const struct json *draft)
{
    const struct json *where = json_get(x, "where");
    for (const struct json *one = json_first_member(where); one; one = json_next(one)) {
        const struct json *wanted = json_pointer(draft, json_as_text(one) ? json_as_text(one) : "");
        const struct json *has = json_get(entry, json_name(one));
        if (!has || !wanted || !json_equal(has, wanted))
            return false;
    }
    return true;
}

/* --- visiting every property --- */
struct walk {
    const struct form_visit *visit;
    struct buf path, inside;
    const struct json *entered[FORM_DEPTH_MAX + 1]; /* to know a $ref that leads back */
    int depth;
};
static void walk_object(struct walk *walk, const struct json *node, const struct json *value);

static void walk_rows(struct walk *walk, const struct json *node, const struct json *value)
{
    const struct json *items = form_items(walk->visit->form, node);
    size_t i = 0, length = walk->path.length;
    if (!items)
        return;
    for (const struct json *row = json_first(value); row; row = json_next(row), i++) {
        struct buf outer = walk->inside;
        pointer_add_index(&walk->path, i);
        walk->inside = (struct buf){0};
        buf_adds(&walk->inside, buf_text(&walk->path));
        walk_object(walk, items, row);
        buf_free(&walk->inside);
        walk->inside = outer;
        pointer_cut(&walk->path, length);
    }
}

static void walk_property(struct walk *walk, const struct json *property, const struct json *object)
{
    const struct form_visit *visit = walk->visit;
    const char *name = json_name(property);
    const struct json *value = json_get(object, name);
    size_t length = walk->path.length;
    pointer_add(&walk->path, name);
    visit->each(visit->context, buf_text(&walk->path), buf_text(&walk->inside), property, value);
    const char *type = form_type(visit->form, property);
    if (strcmp(type, "object") == 0 || json_is_object(value)) /* also one of several alternatives */
        walk_object(walk, property, value);
    else if (json_is_array(value))
        walk_rows(walk, property, value);
    pointer_cut(&walk->path, length);
}

/* Without a value a schema is entered once on each way down: it may refer to itself. */
static bool was_entered(const struct walk *walk, const struct json *node)
{
    for (int i = 0; i < walk->depth; i++)
        if (walk->entered[i] == node)
            return true;
    return false;
}

static void walk_object(struct walk *walk, const struct json *node, const struct json *value)
{
    static const char *const one[] = {"then", "else"};
    static const char *const many[] = {"allOf", "oneOf", "anyOf", "dependentSchemas"};
    if (!node || walk->depth >= FORM_DEPTH_MAX || (!value && was_entered(walk, node)))
        return;
    walk->entered[walk->depth++] = node;
    for (const struct json *p = json_first(json_get(node, "properties")); p; p = json_next(p))
        walk_property(walk, p, value);
    walk_object(walk, schema_ref(walk->visit->form->schema, node), value);
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        for (const struct json *sub = json_first(json_get(node, many[i])); sub; sub = json_next(sub))
            walk_object(walk, sub, value);
    for (size_t i = 0; i < sizeof one / sizeof *one; i++)
        walk_object(walk, json_get(node, one[i]), value);
    walk->depth--;
}

void form_visit(const struct form_visit *visit, const struct json *value)
{
    struct walk walk = {.visit = visit};
    walk_object(&walk, visit->form->root, value);
    buf_free(&walk.path);
    buf_free(&walk.inside);
}
