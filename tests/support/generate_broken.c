/* tests/support/generate_broken.c: a valid datum with one constraint of its schema broken. See generate.h. */
#include <stdlib.h>
#include <string.h>

#include "core/demo/generate_inside.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"
#include "tests/support/generate.h"

/* In no class of our patterns, in no format, in no enum. */
static const char stranger[] = "§";

/* One way to break: of a value that fulfils node, one that does not, by what stands under the keyword. NULL: it cannot
 * be broken here. */
typedef struct json *spoil(struct generator *g, const struct json *node, const struct json *limit,
                           const struct json *value);

/* --- texts --- */

static struct json *text_of_length(size_t length)
{
    struct buf text = {0};
    while (length-- > 0)
        buf_adds(&text, "ə");
    struct json *value = json_new_text(buf_text(&text));
    buf_free(&text);
    return value;
}

static struct json *too_short(struct generator *g, const struct json *node, const struct json *limit,
                              const struct json *value)
{
    (void)g, (void)node;
    int64_t least = json_as_int(limit, 0);
    return json_is_text(value) && least > 0 ? text_of_length((size_t)least - 1) : NULL;
}

static struct json *too_long(struct generator *g, const struct json *node, const struct json *limit,
                             const struct json *value)
{
    (void)g, (void)node;
    return json_is_text(value) ? text_of_length((size_t)json_as_int(limit, 0) + 1) : NULL;
}

/* The same with a sign in place of its last that stands nowhere. */
static struct json *strange_text(struct generator *g, const struct json *node, const struct json *limit,
                                 const struct json *value)
{
    (void)g, (void)node, (void)limit;
    if (!json_is_text(value))
        return NULL;
    const char *text = json_as_text(value), *end = text + strlen(text);
    while (end > text && ((unsigned char)*--end & 0xC0) == 0x80)
        ;
    char *strange = xasprintf("%.*s%s", (int)(end - text), text, stranger);
    struct json *spoiled = json_new_text(strange);
    free(strange);
    return spoiled;
}

/* --- numbers --- */

static struct json *beside(const struct json *limit, const struct json *value, double by)
{
    return json_is_number(value) ? json_new_number(json_as_number(limit, 0) + by) : NULL;
}

static struct json *too_small(struct generator *g, const struct json *node, const struct json *limit,
                              const struct json *value)
{
    (void)g, (void)node;
    return beside(limit, value, -1);
}

static struct json *too_great(struct generator *g, const struct json *node, const struct json *limit,
                              const struct json *value)
{
    (void)g, (void)node;
    return beside(limit, value, 1);
}

static struct json *at_the_edge(struct generator *g, const struct json *node, const struct json *limit,
                                const struct json *value)
{
    (void)g, (void)node;
    return beside(limit, value, 0);
}

static struct json *between(struct generator *g, const struct json *node, const struct json *limit,
                            const struct json *value)
{
    (void)g, (void)node;
    double step = json_as_number(limit, 1);
    if (!json_is_number(value))
        return NULL;
    return json_new_number(json_as_number(value, 0) + (step > 1 ? 1 : step / 2));
}

/* --- any value --- */

static const char *type_of(const struct json *value)
{
    return json_is_text(value)     ? "string"
           : json_is_bool(value)   ? "boolean"
           : json_is_number(value) ? "number"
           : json_is_array(value)  ? "array"
           : json_is_null(value)   ? "null"
                                   : "object";
}

static bool allows(const struct json *types, const char *type)
{
    bool whole = json_has_text(types, "integer") || str_equal(json_as_text(types), "integer");
    return str_equal(json_as_text(types), type) || json_has_text(types, type) ||
           (whole && str_equal(type, "number"));
}

static struct json *other_type(struct generator *g, const struct json *node, const struct json *types,
                               const struct json *value)
{
    (void)g, (void)node, (void)value;
    struct json *candidates[] = {json_new_number(7.5), json_new_text("x"), json_new_bool(true),
                                 json_new_array()};
    struct json *taken = NULL;
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        if (!taken && !allows(types, type_of(candidates[i])))
            taken = candidates[i];
        else
            json_free(&candidates[i]);
    }
    return taken;
}

static struct json *not_whole(struct generator *g, const struct json *node, const struct json *types,
                              const struct json *value)
{
    (void)g, (void)node;
    bool broken = str_equal(json_as_text(types), "integer") && json_is_number(value);
    return broken ? json_new_number(json_as_number(value, 0) + 0.5) : NULL;
}

static struct json *not_listed(struct generator *g, const struct json *node, const struct json *list,
                               const struct json *value)
{
    (void)g, (void)node, (void)list, (void)value;
    return json_new_text(stranger);
}

static struct json *what_is_excluded(struct generator *g, const struct json *node,
                                     const struct json *excluded, const struct json *value)
{
    (void)node, (void)value;
    struct schemas of = {.count = 1};
    of.list[0].node = excluded;
    return generate_value(g, &of, "");
}

static struct json *no_alternative(struct generator *g, const struct json *node, const struct json *list,
                                   const struct json *value)
{
    (void)value;
    struct json *spoiled = json_new_number(7.5);
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (schema_valid_at(form_schema(g->form), one, spoiled))
            json_free(&spoiled);
    (void)node;
    return spoiled;
}

/* --- arrays --- */

static struct json *of_length(const struct json *array, size_t length)
{
    struct json *list = json_new_array();
    for (size_t i = 0; i < length; i++) {
        const struct json *one = json_at(array, i < json_count(array) ? i : json_count(array) - 1);
        json_add(list, json_copy(one));
    }
    return list;
}

static struct json *too_few(struct generator *g, const struct json *node, const struct json *limit,
                            const struct json *value)
{
    (void)g, (void)node;
    int64_t least = json_as_int(limit, 0);
    return json_is_array(value) && least > 0 ? of_length(value, (size_t)least - 1) : NULL;
}

static struct json *too_many(struct generator *g, const struct json *node, const struct json *limit,
                             const struct json *value)
{
    (void)g, (void)node;
    return json_count(value) && json_is_array(value) ? of_length(value, (size_t)json_as_int(limit, 0) + 1)
                                                     : NULL;
}

static struct json *twice(struct generator *g, const struct json *node, const struct json *limit,
                          const struct json *value)
{
    (void)g, (void)node;
    bool broken = json_as_bool(limit, false) && json_is_array(value) && json_count(value);
    return broken ? of_length(value, json_count(value) + 1) : NULL;
}

static struct json *without_it(struct generator *g, const struct json *node, const struct json *limit,
                               const struct json *value)
{
    (void)g, (void)limit;
    return json_is_array(value) && json_int(node, "minContains", 1) > 0 ? json_new_array() : NULL;
}

/* --- objects --- */

static struct json *with_more(struct generator *g, const struct json *node, const struct json *limit,
                              const struct json *value)
{
    (void)g, (void)node;
    if (!json_is_object(value) || !json_is_bool(limit) || json_as_bool(limit, true))
        return NULL;
    struct json *object = json_copy(value);
    json_set_text(object, stranger, stranger);
    return object;
}

static struct json *with_too_many(struct generator *g, const struct json *node, const struct json *limit,
                                  const struct json *value)
{
    (void)g, (void)node;
    if (!json_is_object(value))
        return NULL;
    struct json *object = json_copy(value);
    for (int64_t i = (int64_t)json_count(object); i <= json_as_int(limit, 0); i++) {
        char *name = xasprintf("more%d", (int)i);
        json_set_int(object, name, i);
        free(name);
    }
    return object;
}

static struct json *emptied(struct generator *g, const struct json *node, const struct json *limit,
                            const struct json *value)
{
    (void)g, (void)node;
    return json_is_object(value) && json_as_int(limit, 0) > 0 ? json_new_object() : NULL;
}

static struct json *with_strange_name(struct generator *g, const struct json *node, const struct json *names,
                                      const struct json *value)
{
    (void)node;
    struct json *name = json_new_text(stranger), *object = NULL;
    if (json_is_object(value) && !schema_valid_at(form_schema(g->form), names, name)) {
        object = json_copy(value);
        json_set_int(object, stranger, 1);
    }
    json_free(&name);
    return object;
}

/* below: what the error's field has behind the value's own place; NULL: nothing. */
static const struct way {
    const char *keyword;
    spoil *spoil;
    const char *below;
} ways[] = {
    {"type", other_type, NULL},
    {"type", not_whole, NULL},
    {"enum", not_listed, NULL},
    {"const", not_listed, NULL},
    {"minLength", too_short, NULL},
    {"maxLength", too_long, NULL},
    {"pattern", strange_text, NULL},
    {"format", strange_text, NULL},
    {"minimum", too_small, NULL},
    {"maximum", too_great, NULL},
    {"exclusiveMinimum", at_the_edge, NULL},
    {"exclusiveMaximum", at_the_edge, NULL},
    {"multipleOf", between, NULL},
    {"minItems", too_few, NULL},
    {"maxItems", too_many, NULL},
    {"uniqueItems", twice, NULL},
    {"contains", without_it, NULL},
    {"minProperties", emptied, NULL},
    {"maxProperties", with_too_many, NULL},
    {"propertyNames", with_strange_name, NULL},
    {"additionalProperties", with_more, "/§"},
    {"unevaluatedProperties", with_more, "/§"},
    {"not", what_is_excluded, NULL},
    {"anyOf", no_alternative, NULL},
    {"oneOf", no_alternative, NULL},
};

/* --- all of a datum --- */

struct breaking {
    struct generator *g;
    const struct json *valid;
    void (*each)(void *context, const struct broken *one);
    void *context;
};

/* A copy of node with value (taken; NULL removes) at pointer. */
static struct json *replaced(const struct json *node, const char *pointer, struct json *value)
{
    struct buf token = {0};
    if (!pointer_next(&pointer, &token)) {
        buf_free(&token);
        return value;
    }
    struct json *copy = json_is_array(node) ? json_new_array() : json_new_object();
    size_t i = 0;
    bool met = false;
    for (const struct json *one = json_first(node); one; one = json_next(one), i++) {
        char index[24];
        str_format(index, sizeof index, "%zu", i);
        bool here = strcmp(json_is_array(node) ? index : json_name(one), buf_text(&token)) == 0;
        struct json *now = here ? replaced(one, pointer, value) : json_copy(one);
        met |= here;
        if (now && json_is_array(node))
            json_add(copy, now);
        else if (now)
            json_set(copy, json_name(one), now);
    }
    if (!met && value)
        json_set(copy, buf_text(&token), value);
    buf_free(&token);
    return copy;
}

/* spoiled (taken) stands at `change`, or goes when NULL; the error belongs to the value at `at`. */
static void tell(struct breaking *b, const struct one_schema *of, const char *at, const char *change,
                 struct json *spoiled, const char *field, const char *keyword)
{
    struct broken one = {.datum = replaced(b->valid, change, spoiled),
                         .at = at,
                         .node = of->node,
                         .field = field,
                         .keyword = keyword,
                         .whose = of->choice,
                         .choice_at = of->choice_at,
                         .choice_keyword = of->choice_keyword};
    if (generate_applies(b->g, one.datum, &one))
        b->each(b->context, &one);
    json_free(&one.datum);
}

static void break_ways(struct breaking *b, const struct one_schema *of, const struct json *value,
                       const char *at)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const struct json *limit = json_get(of->node, ways[i].keyword);
        struct json *spoiled = limit ? ways[i].spoil(b->g, of->node, limit, value) : NULL;
        if (!spoiled)
            continue;
        char *field = xasprintf("%s%s", at, ways[i].below ? ways[i].below : "");
        tell(b, of, at, at, spoiled, field, ways[i].keyword);
        free(field);
    }
}

static void break_missing(struct breaking *b, const struct one_schema *of, const struct json *names,
                          const struct json *object, const char *at, const char *keyword)
{
    for (const struct json *name = json_first(names); name; name = json_next(name)) {
        struct buf field = {0};
        if (!json_get(object, json_as_text(name)))
            continue;
        buf_adds(&field, at);
        pointer_add(&field, json_as_text(name));
        tell(b, of, at, buf_text(&field), NULL, buf_text(&field), keyword);
        buf_free(&field);
    }
}

static void break_value(struct breaking *b, const struct schemas *place, const struct json *value,
                        const char *at)
{
    struct schemas of, part;
    schemas_expand(b->g, place, value, at, &of);
    for (int i = 0; i < of.count; i++) {
        const struct json *dependent = json_get(of.list[i].node, "dependentRequired");
        break_ways(b, &of.list[i], value, at);
        if (!json_is_object(value))
            continue;
        break_missing(b, &of.list[i], json_get(of.list[i].node, "required"), value, at, "required");
        for (const struct json *d = json_first(dependent); d; d = json_next(d))
            if (json_get(value, json_name(d)))
                break_missing(b, &of.list[i], d, value, at, "dependentRequired");
    }
    size_t i = 0;
    for (const struct json *one = json_first(value); one; one = json_next(one), i++) {
        struct buf below = {0};
        buf_adds(&below, at);
        if (json_is_array(value)) {
            schemas_of_item(&of, i, &part);
            pointer_add_index(&below, i);
        } else {
            schemas_of_property(&of, json_name(one), &part);
            pointer_add(&below, json_name(one));
        }
        break_value(b, &part, one, buf_text(&below));
        buf_free(&below);
    }
}

void generate_broken(struct generator *g, const struct json *valid,
                     void (*each)(void *context, const struct broken *one), void *context)
{
    struct breaking b = {g, valid, each, context};
    struct schemas root;
    schemas_of_root(g, &root);
    break_value(&b, &root, valid, "");
}

bool generate_is_said(const struct broken *one, const char *field, const char *keyword)
{
    if (str_equal(field, one->field) && str_equal(keyword, one->keyword))
        return true;
    return one->whose && str_equal(field, one->choice_at) && str_equal(keyword, one->choice_keyword);
}

bool generate_applies(struct generator *g, const struct json *datum, const struct broken *one)
{
    struct schemas of, place;
    struct buf token = {0}, at = {0};
    const char *rest = one->at;
    const struct json *value = datum;
    schemas_of_root(g, &place);
    schemas_expand(g, &place, value, "", &of);
    while (value && pointer_next(&rest, &token)) {
        const char *name = buf_text(&token);
        if (json_is_array(value))
            schemas_of_item(&of, strtoul(name, NULL, 10), &place);
        else
            schemas_of_property(&of, name, &place);
        value = pointer_step(value, name);
        pointer_add(&at, name);
        schemas_expand(g, &place, value, buf_text(&at), &of);
    }
    bool found = false;
    for (int i = 0; value && i < of.count && !found; i++)
        found = of.list[i].node == one->node;
    const struct json *choices[] = {json_get(one->whose, "oneOf"), json_get(one->whose, "anyOf")};
    const struct json *chosen = one->whose ? json_pointer(datum, one->choice_at) : NULL;
    for (size_t i = 0; i < 2 && chosen; i++) /* what fits another alternative by now is not broken */
        for (const struct json *c = json_first(choices[i]); c; c = json_next(c))
            found &= !schema_valid_at(form_schema(g->form), c, chosen);
    buf_free(&token);
    buf_free(&at);
    return found;
}
