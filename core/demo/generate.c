/* core/demo/generate.c: a valid datum of a form. See generate.h. */
#include "core/demo/generate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/demo/generate_inside.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"

enum {
    ROUNDS_MAX = 24,
    TRIES_MAX = 200,
    NESTED_MAX = 16,
    FREE_TEXT_MAX = 40,
    MORE_ITEMS = 2,
    NUMBERS = 1000
};

struct open_object {
    const char *at;
    const struct json *object;
    const struct open_object *outer;
};

/* The schemas that the value at a place was made from: it is made anew when other ones hold there. Also, under a key
 * of its own, the alternative that was taken at a place. */
struct made {
    char *at;
    const struct json *nodes[SCHEMAS_MAX];
    int count;
};

void generate_open(struct generator *g, const struct form_source *source, const struct form *form,
                   const struct form_context *context, uint64_t seed)
{
    *g = (struct generator){.source = source, .form = form, .context = context};
    rng_seed(&g->rng, seed);
}

static void forget_made(struct generator *g)
{
    for (int i = 0; i < g->made_count; i++)
        free(g->made[i].at);
    free(g->made);
    g->made = NULL;
    g->made_count = 0;
}

void generate_close(struct generator *g)
{
    forget_made(g);
}

static unsigned below(struct generator *g, size_t limit)
{
    return (unsigned)rng_below(&g->rng, limit);
}

/* --- what was made from which schemas --- */

static struct made *made_at(struct generator *g, const char *at)
{
    for (int i = 0; i < g->made_count; i++)
        if (strcmp(g->made[i].at, at) == 0)
            return &g->made[i];
    return NULL;
}

static bool made_from(struct generator *g, const char *at, const struct schemas *of)
{
    const struct made *made = made_at(g, at);
    bool same = made && made->count == of->count;
    for (int i = 0; same && i < of->count; i++)
        same = made->nodes[i] == of->list[i].node;
    return same;
}

static void note_made(struct generator *g, const char *at, const struct schemas *of)
{
    struct made *made = made_at(g, at);
    if (!made) {
        g->made = xrealloc(g->made, ((size_t)g->made_count + 1) * sizeof *g->made);
        made = &g->made[g->made_count++];
        made->at = xstrdup(at);
    }
    made->count = of->count;
    for (int i = 0; i < of->count; i++)
        made->nodes[i] = of->list[i].node;
}

/* --- which schemas speak of a value --- */

static const struct json *service_schema(const struct generator *g)
{
    return json_get(json_get(g->source->service, "form"), "schema");
}

void schemas_of_root(const struct generator *g, struct schemas *out)
{
    *out = (struct schemas){.count = 1};
    out->list[0] = (struct one_schema){.node = service_schema(g)};
}

static const struct json *target_of(const struct generator *g, const char *ref)
{
    const char *pointer = strchr(ref, '#') ? strchr(ref, '#') + 1 : "";
    const struct json *common = json_get(g->source->service, "common"), *found = NULL;
    if (*ref == '#')
        found = json_pointer(service_schema(g), pointer);
    return found ? found : json_pointer(common, pointer);
}

static bool holds(const struct generator *g, const struct json *node, const struct json *value)
{
    return schema_valid_at(form_schema(g->form), node, value);
}

static void expand(struct generator *g, struct one_schema of, const struct json *value, const char *at,
                   struct schemas *out);

static const struct json *alternative(struct generator *g, const struct one_schema *of, const char *keyword,
                                      const char *at)
{
    const struct json *list = json_get(of->node, keyword);
    char *key = xasprintf("%s %s %p", at, keyword, (const void *)of->node);
    struct made *made = made_at(g, key);
    if (!made) {
        struct schemas taken = {.count = 1};
        taken.list[0].node = json_at(list, below(g, json_count(list)));
        note_made(g, key, &taken);
        made = made_at(g, key);
    }
    free(key);
    return made->nodes[0];
}

/* The alternative that the value fits; where it fits none yet, or none any more, the one it was begun as. */
static void expand_choice(struct generator *g, const struct one_schema *of, const char *keyword,
                          const struct json *value, const char *at, struct schemas *out)
{
    const struct json *list = json_get(of->node, keyword), *taken = NULL;
    if (!json_count(list))
        return;
    for (const struct json *one = json_first(list); one && value && !taken; one = json_next(one))
        if (holds(g, one, value))
            taken = one;
    if (!taken)
        taken = alternative(g, of, keyword, at);
    expand(g, (struct one_schema){taken, of->node, keyword, at}, value, at, out);
}

static void expand_if(struct generator *g, const struct one_schema *of, const struct json *value,
                      const char *at, struct schemas *out)
{
    const struct json *condition = json_get(of->node, "if");
    if (!condition || !value)
        return;
    struct one_schema branch = *of;
    branch.node = json_get(of->node, holds(g, condition, value) ? "then" : "else");
    if (branch.node)
        expand(g, branch, value, at, out);
}

static void expand(struct generator *g, struct one_schema of, const struct json *value, const char *at,
                   struct schemas *out)
{
    if (out->count == SCHEMAS_MAX || !json_is_object(of.node))
        return;
    for (int i = 0; i < out->count; i++)
        if (out->list[i].node == of.node)
            return;
    out->list[out->count++] = of;
    struct one_schema part = of;
    const char *ref = json_text(of.node, "$ref");
    if (ref && (part.node = target_of(g, ref)))
        expand(g, part, value, at, out);
    for (part.node = json_first(json_get(of.node, "allOf")); part.node; part.node = json_next(part.node))
        expand(g, part, value, at, out);
    const struct json *dependent = json_get(of.node, "dependentSchemas");
    for (part.node = json_first(dependent); part.node; part.node = json_next(part.node))
        if (json_get(value, json_name(part.node)))
            expand(g, part, value, at, out);
    expand_if(g, &of, value, at, out);
    expand_choice(g, &of, "oneOf", value, at, out);
    expand_choice(g, &of, "anyOf", value, at, out);
}

void schemas_expand(struct generator *g, const struct schemas *of, const struct json *value, const char *at,
                    struct schemas *out)
{
    *out = (struct schemas){0};
    for (int i = 0; i < of->count; i++)
        expand(g, of->list[i], value, at, out);
}

static void add_part(const struct one_schema *of, const struct json *node, struct schemas *out)
{
    if (!node || out->count == SCHEMAS_MAX)
        return;
    out->list[out->count] = *of;
    out->list[out->count++].node = node;
}

void schemas_of_property(const struct schemas *of, const char *name, struct schemas *out)
{
    *out = (struct schemas){0};
    for (int i = 0; i < of->count; i++)
        add_part(&of->list[i], json_get(json_get(of->list[i].node, "properties"), name), out);
}

void schemas_of_item(const struct schemas *of, size_t index, struct schemas *out)
{
    *out = (struct schemas){0};
    for (int i = 0; i < of->count; i++) {
        const struct json *prefix = json_get(of->list[i].node, "prefixItems");
        add_part(&of->list[i],
                 index < json_count(prefix) ? json_at(prefix, index) : json_get(of->list[i].node, "items"),
                 out);
    }
}

double schemas_number(const struct schemas *of, const char *keyword, bool greatest, double otherwise)
{
    bool found = false;
    double tightest = otherwise;
    for (int i = 0; i < of->count; i++) {
        const struct json *one = json_get(of->list[i].node, keyword);
        double number = json_as_number(one, 0);
        if (json_is_number(one) && (!found || (greatest ? number > tightest : number < tightest)))
            tightest = number;
        found |= json_is_number(one);
    }
    return tightest;
}

const struct json *schemas_keyword(const struct schemas *of, const char *keyword)
{
    const struct json *found = NULL;
    for (int i = 0; i < of->count && !found; i++)
        found = json_get(of->list[i].node, keyword);
    return found;
}

/* --- texts and numbers --- */

static const struct json *chosen_at(const struct generator *g, const char *pointer)
{
    for (const struct open_object *open = g->open; open; open = open->outer)
        if (pointer_within(pointer, open->at))
            return json_pointer(open->object, pointer + strlen(open->at));
    return NULL;
}

static bool entry_fits(const struct generator *g, const struct json *entry, const struct json *where)
{
    for (const struct json *one = json_first(where); one; one = json_next(one))
        if (!str_equal(json_as_text(chosen_at(g, json_as_text(one))), json_text(entry, json_name(one))))
            return false;
    return true;
}

/* One of a list of the pack; NULL: no entry goes with what was chosen before. */
static struct json *some_option(struct generator *g, const struct json *options)
{
    const char *name = json_is_text(options) ? json_as_text(options) : json_text(options, "list");
    const struct json *list = json_get(json_get(json_get(g->source->service, "common"), "lists"), name);
    const struct json *where = json_get(options, "where"), *taken = NULL;
    unsigned fitting = 0;
    if (!list)
        list = json_get(json_get(g->source->pack, "lists"), name);
    for (const struct json *entry = json_first(list); entry; entry = json_next(entry))
        if (entry_fits(g, entry, where) && below(g, ++fitting) == 0)
            taken = entry;
    if (!taken)
        return NULL;
    return json_new_text(json_is_text(taken) ? json_as_text(taken) : json_text(taken, "code"));
}

static struct json *some_text(struct generator *g, const struct schemas *of)
{
    size_t least = (size_t)schemas_number(of, "minLength", true, 0);
    size_t most = (size_t)schemas_number(of, "maxLength", false, (double)least + FREE_TEXT_MAX);
    const char *format = json_as_text(schemas_keyword(of, "format"));
    const char *pattern = json_as_text(schemas_keyword(of, "pattern"));
    const char *currency = json_text_or(g->source->pack, "currency", "AZN");
    for (int try = 0; try < TRIES_MAX; try++) {
        char *text = format ? generate_by_format(&g->rng, format, currency) : NULL;
        if (!text)
            text = pattern ? generate_by_pattern(&g->rng, pattern) : generate_words(&g->rng, least, most);
        size_t length = utf8_count(text, strlen(text));
        struct json *value = length >= least && length <= most ? json_new_text(text) : NULL;
        free(text);
        if (value)
            return value;
    }
    return NULL;
}

static struct json *some_number(struct generator *g, const struct schemas *of, bool whole)
{
    double step = schemas_number(of, "multipleOf", true, whole ? 1 : 0.25);
    double least = schemas_number(of, "minimum", true, 0), most;
    double above = schemas_number(of, "exclusiveMinimum", true, least - step);
    least = above + step > least ? above + step : least;
    most = schemas_number(of, "maximum", false, least + step * NUMBERS);
    double under = schemas_number(of, "exclusiveMaximum", false, most + step);
    most = under - step < most ? under - step : most;
    double first = ceil(least / step), last = floor(most / step);
    if (last < first)
        return NULL;
    char text[32]; /* as it would be read from a file: 0.07, not 7 * 0.01 */
    str_format(text, sizeof text, whole ? "%.0f" : "%.12g",
               (first + below(g, (size_t)(last - first) + 1)) * step);
    return whole ? json_new_int(strtoll(text, NULL, 10)) : json_new_number(strtod(text, NULL));
}

/* --- arrays and objects --- */

static bool is_there(const struct json *list, const struct json *value)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (json_equal(one, value))
            return true;
    return false;
}

/* An item that the array may still take; NULL: none was found. */
static struct json *some_item(struct generator *g, const struct schemas *item, const struct json *list,
                              bool unique, const char *at)
{
    for (int try = 0; try < TRIES_MAX; try++) {
        struct json *value = generate_value(g, item, at);
        if (!value || !unique || !is_there(list, value))
            return value;
        json_free(&value);
    }
    return NULL;
}

static struct json *some_array(struct generator *g, const struct schemas *of, const char *at)
{
    struct json *list = json_new_array();
    const struct json *contained = schemas_keyword(of, "contains");
    size_t least = (size_t)schemas_number(of, "minItems", true, contained != NULL);
    size_t most = (size_t)schemas_number(of, "maxItems", false, (double)least + MORE_ITEMS);
    size_t wanted = least + below(g, MORE_ITEMS + 1);
    bool unique = json_as_bool(schemas_keyword(of, "uniqueItems"), false);
    size_t contains = contained ? (size_t)schemas_number(of, "minContains", true, 1) : 0;
    wanted = wanted > most ? most : wanted;
    wanted = wanted < contains ? contains : wanted;
    for (size_t i = 0; i < wanted; i++) {
        struct schemas item;
        char *inner = xasprintf("%s/%zu", at, i);
        schemas_of_item(of, i, &item);
        if (i < contains)
            item.list[item.count++] = (struct one_schema){.node = contained};
        struct json *value = some_item(g, &item, list, unique, inner);
        free(inner);
        if (value)
            json_add(list, value);
    }
    return list;
}

static bool names(const struct schemas *of, const char *keyword, const char *name)
{
    for (int i = 0; i < of->count; i++)
        if (json_has_text(json_get(of->list[i].node, keyword), name))
            return true;
    return false;
}

static bool is_needed(const struct schemas *of, const struct json *object, const char *name)
{
    for (int i = 0; i < of->count; i++) {
        const struct json *dependent = json_get(of->list[i].node, "dependentRequired");
        for (const struct json *d = json_first(dependent); d; d = json_next(d))
            if (json_get(object, json_name(d)) && json_has_text(d, name))
                return true;
    }
    return names(of, "required", name);
}

/* What is optional is there three times in four, decided once for a place. */
static bool is_wanted(struct generator *g, const char *at)
{
    static const struct schemas left_out = {0};
    if (made_at(g, at))
        return !made_from(g, at, &left_out);
    if (below(g, 4) != 0)
        return true;
    note_made(g, at, &left_out);
    return false;
}

static bool is_forbidden(const struct schemas *of)
{
    for (int i = 0; i < of->count; i++)
        if (json_is_bool(of->list[i].node) && !json_as_bool(of->list[i].node, true))
            return true;
    return false;
}

static void put_property(struct generator *g, const struct schemas *of, struct json *object, const char *name,
                         const char *above)
{
    struct schemas property;
    struct buf at = {0};
    buf_adds(&at, above);
    pointer_add(&at, name);
    schemas_of_property(of, name, &property);
    bool needed = is_needed(of, object, name);
    if (schemas_keyword(&property, "x-compute") || is_forbidden(&property)) {
        buf_free(&at);
        return;
    }
    if (!needed && !is_wanted(g, buf_text(&at))) {
        json_remove(object, name);
    } else if (!json_get(object, name) || !made_from(g, buf_text(&at), &property)) {
        struct json *value = generate_value(g, &property, buf_text(&at));
        if (value)
            json_set(object, name, value);
        else
            json_remove(object, name);
        note_made(g, buf_text(&at), &property);
    }
    buf_free(&at);
}

static void put_properties(struct generator *g, const struct schemas *of, struct json *object, const char *at)
{
    for (int i = 0; i < of->count; i++) {
        const struct json *properties = json_get(of->list[i].node, "properties");
        const struct json *required = json_get(of->list[i].node, "required");
        for (const struct json *p = json_first(properties); p; p = json_next(p))
            put_property(g, of, object, json_name(p), at);
        for (const struct json *name = json_first(required); name; name = json_next(name))
            if (!json_get(object, json_as_text(name)))
                put_property(g, of, object, json_as_text(name), at);
    }
}

/* What is computed is the product's: the whole put in its own place has it made anew. */
static void put_computed(struct generator *g, struct json *root)
{
    struct json *patch = form_patch(g->form, root, g->context, "", json_copy(root));
    json_merge(root, patch);
    json_free(&patch);
}

/* An answer brings conditions along and these bring answers: until nothing changes. */
static struct json *some_object(struct generator *g, const struct schemas *of, const char *at)
{
    struct json *object = json_new_object();
    const struct open_object open = {at, object, g->open};
    g->open = &open;
    bool settled = false;
    for (int round = 0; round < ROUNDS_MAX && !settled; round++) {
        struct json *before = json_copy(object);
        struct schemas now;
        schemas_expand(g, of, object, at, &now);
        put_properties(g, &now, object, at);
        if (!*at)
            put_computed(g, object);
        settled = json_equal(before, object) && round > 0;
        json_free(&before);
    }
    g->open = open.outer;
    if (!settled)
        json_free(&object);
    return object;
}

/* --- any value --- */

static const char *type_of(const struct schemas *of)
{
    const struct json *type = schemas_keyword(of, "type");
    for (const struct json *one = json_first(type); one; one = json_next(one))
        if (!str_equal(json_as_text(one), "null"))
            return json_as_text(one);
    if (json_is_text(type))
        return json_as_text(type);
    if (schemas_keyword(of, "properties") || schemas_keyword(of, "required"))
        return "object";
    if (schemas_keyword(of, "items") || schemas_keyword(of, "contains") || schemas_keyword(of, "minItems"))
        return "array";
    bool number = schemas_keyword(of, "minimum") || schemas_keyword(of, "maximum") ||
                  schemas_keyword(of, "multipleOf") || schemas_keyword(of, "exclusiveMinimum");
    return number ? "number" : "string";
}

/* One of an enum that every other enum has too. */
static struct json *some_of_enum(struct generator *g, const struct schemas *of)
{
    const struct json *list = schemas_keyword(of, "enum"), *taken = NULL;
    unsigned fitting = 0;
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        bool everywhere = true;
        for (int i = 0; i < of->count; i++) {
            const struct json *other = json_get(of->list[i].node, "enum");
            everywhere &= !other || is_there(other, one);
        }
        if (everywhere && below(g, ++fitting) == 0)
            taken = one;
    }
    return taken ? json_copy(taken) : NULL;
}

static struct json *some_of_type(struct generator *g, const struct schemas *of, const char *at)
{
    const char *type = type_of(of);
    if (strcmp(type, "object") == 0)
        return some_object(g, of, at);
    if (strcmp(type, "array") == 0)
        return some_array(g, of, at);
    if (strcmp(type, "boolean") == 0)
        return json_new_bool(below(g, 2));
    if (strcmp(type, "null") == 0)
        return json_new_null();
    if (strcmp(type, "string") == 0)
        return some_text(g, of);
    return some_number(g, of, strcmp(type, "integer") == 0);
}

static bool is_excluded(const struct generator *g, const struct schemas *of, const struct json *value)
{
    for (int i = 0; i < of->count; i++) {
        const struct json *excluded = json_get(of->list[i].node, "not");
        if (excluded && value && holds(g, excluded, value))
            return true;
    }
    return false;
}

static int depth_of(const char *at)
{
    int depth = 0;
    for (; *at; at++)
        depth += *at == '/';
    return depth;
}

static struct json *known_value(struct generator *g, const struct schemas *of, const char *at)
{
    struct json *value = g->known ? g->known(g->known_context, g, of, at) : NULL;
    for (int i = 0; i < of->count && value; i++)
        if (!holds(g, of->list[i].node, value))
            json_free(&value);
    return value;
}

struct json *generate_value(struct generator *g, const struct schemas *place, const char *at)
{
    struct schemas of;
    if (depth_of(at) > NESTED_MAX)
        return NULL;
    schemas_expand(g, place, NULL, at, &of);
    struct json *known = known_value(g, &of, at);
    if (known)
        return known;
    for (int try = 0; try < TRIES_MAX; try++) {
        struct json *value;
        if (schemas_keyword(&of, "const"))
            value = json_copy(schemas_keyword(&of, "const"));
        else if (schemas_keyword(&of, "enum"))
            value = some_of_enum(g, &of);
        else if (schemas_keyword(&of, "x-options"))
            value = some_option(g, schemas_keyword(&of, "x-options"));
        else
            value = some_of_type(g, &of, at);
        if (!is_excluded(g, &of, value))
            return value;
        json_free(&value);
    }
    return NULL;
}

struct json *generate_valid(struct generator *g)
{
    struct schemas root;
    forget_made(g);
    schemas_of_root(g, &root);
    return generate_value(g, &root, "");
}
