/* core/form/schema.c: reading JSON Schema 2020-12 into nodes of rules. The table says which keywords there
 * are; what they mean for a value is in schema_run.c. Knows no network and no files. */
#include "core/form/schema.h"

#include <stdlib.h>
#include <string.h>

#include "core/form/pointer.h"
#include "core/form/rule.h"
#include "core/form/uri.h"

/* In the order in which they run: references first, what needs the others' findings last. */
static const struct keyword keywords[] = {
    {"$schema", ABOUT_ANY, SHAPE_META, NULL},
    {"$id", ABOUT_ANY, SHAPE_TEXT, NULL},
    {"$anchor", ABOUT_ANY, SHAPE_TEXT, NULL},
    {"$comment", ABOUT_ANY, SHAPE_NOTE, NULL},
    {"$defs", ABOUT_ANY, SHAPE_DEFS, NULL},
    {"definitions", ABOUT_ANY, SHAPE_DEFS, NULL}, /* $defs until draft-07 */
    {"$dynamicRef", ABOUT_ANY, SHAPE_REFUSED, NULL},
    {"$dynamicAnchor", ABOUT_ANY, SHAPE_REFUSED, NULL},
    {"$recursiveRef", ABOUT_ANY, SHAPE_REFUSED, NULL},
    {"$vocabulary", ABOUT_ANY, SHAPE_REFUSED, NULL},
    {"$ref", ABOUT_ANY, SHAPE_REF, run_ref},
    {"type", ABOUT_ANY, SHAPE_TYPE, run_type},
    {"enum", ABOUT_ANY, SHAPE_LIST, run_enum},
    {"const", ABOUT_ANY, SHAPE_ANY, run_const},
    {"minLength", ABOUT_TEXT, SHAPE_COUNT, run_min_length},
    {"maxLength", ABOUT_TEXT, SHAPE_COUNT, run_max_length},
    {"pattern", ABOUT_TEXT, SHAPE_PATTERN, run_pattern},
    {"format", ABOUT_TEXT, SHAPE_TEXT, run_format},
    {"minimum", ABOUT_NUMBER, SHAPE_NUMBER, run_minimum},
    {"maximum", ABOUT_NUMBER, SHAPE_NUMBER, run_maximum},
    {"exclusiveMinimum", ABOUT_NUMBER, SHAPE_NUMBER, run_exclusive_minimum},
    {"exclusiveMaximum", ABOUT_NUMBER, SHAPE_NUMBER, run_exclusive_maximum},
    {"multipleOf", ABOUT_NUMBER, SHAPE_ABOVE_0, run_multiple_of},
    {"required", ABOUT_OBJECT, SHAPE_TEXTS, run_required},
    {"dependentRequired", ABOUT_OBJECT, SHAPE_TEXT_MAP, run_dependent_required},
    {"minProperties", ABOUT_OBJECT, SHAPE_COUNT, run_min_properties},
    {"maxProperties", ABOUT_OBJECT, SHAPE_COUNT, run_max_properties},
    {"propertyNames", ABOUT_OBJECT, SHAPE_SCHEMA, run_property_names},
    {"properties", ABOUT_OBJECT, SHAPE_SCHEMA_MAP, run_properties},
    {"patternProperties", ABOUT_OBJECT, SHAPE_PATTERN_MAP, run_pattern_properties},
    {"additionalProperties", ABOUT_OBJECT, SHAPE_SCHEMA, run_additional_properties},
    {"dependentSchemas", ABOUT_OBJECT, SHAPE_SCHEMA_MAP, run_dependent_schemas},
    {"minItems", ABOUT_ARRAY, SHAPE_COUNT, run_min_items},
    {"maxItems", ABOUT_ARRAY, SHAPE_COUNT, run_max_items},
    {"uniqueItems", ABOUT_ARRAY, SHAPE_BOOL, run_unique_items},
    {"prefixItems", ABOUT_ARRAY, SHAPE_SCHEMAS, run_prefix_items},
    {"items", ABOUT_ARRAY, SHAPE_SCHEMA, run_items},
    {"contains", ABOUT_ARRAY, SHAPE_SCHEMA, run_contains},
    {"minContains", ABOUT_ARRAY, SHAPE_COUNT, NULL}, /* read by contains */
    {"maxContains", ABOUT_ARRAY, SHAPE_COUNT, NULL},
    {"allOf", ABOUT_ANY, SHAPE_SCHEMAS, run_all_of},
    {"anyOf", ABOUT_ANY, SHAPE_SCHEMAS, run_any_of},
    {"oneOf", ABOUT_ANY, SHAPE_SCHEMAS, run_one_of},
    {"not", ABOUT_ANY, SHAPE_SCHEMA, run_not},
    {"then", ABOUT_ANY, SHAPE_SCHEMA, NULL}, /* run by if */
    {"else", ABOUT_ANY, SHAPE_SCHEMA, NULL},
    {"if", ABOUT_ANY, SHAPE_SCHEMA, run_if},
    {"unevaluatedItems", ABOUT_ARRAY, SHAPE_SCHEMA, run_unevaluated_items},
    {"unevaluatedProperties", ABOUT_OBJECT, SHAPE_SCHEMA, run_unevaluated_properties},
    {"title", ABOUT_ANY, SHAPE_NOTE, NULL},
    {"description", ABOUT_ANY, SHAPE_NOTE, NULL},
    {"default", ABOUT_ANY, SHAPE_NOTE, NULL},
    {"examples", ABOUT_ANY, SHAPE_NOTE, NULL},
    {"deprecated", ABOUT_ANY, SHAPE_NOTE, NULL},
    {"readOnly", ABOUT_ANY, SHAPE_NOTE, NULL},
    {"writeOnly", ABOUT_ANY, SHAPE_NOTE, NULL},
    {"contentEncoding", ABOUT_ANY, SHAPE_NOTE, NULL},
    {"contentMediaType", ABOUT_ANY, SHAPE_NOTE, NULL},
    {"contentSchema", ABOUT_ANY, SHAPE_NOTE, NULL},
    {"i18n", ABOUT_ANY, SHAPE_NOTE, NULL}, /* JSON Forms: the key of the texts */
};
enum { KEYWORD_COUNT = sizeof keywords / sizeof *keywords, COMPILE_DEPTH_MAX = 1000, NODES_FIRST = 64 };

static const char *const metaschemas[] = {
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema",
};

static const struct keyword *keyword_find(const char *name)
{
    for (int i = 0; i < KEYWORD_COUNT; i++)
        if (keywords[i].name[0] == name[0] && strcmp(keywords[i].name, name) == 0)
            return &keywords[i];
    return NULL;
}

bool schema_keyword_known(const char *keyword)
{
    return keyword_find(keyword) != NULL;
}

const char *schema_keyword_at(int index)
{
    return index < KEYWORD_COUNT ? keywords[index].name : NULL;
}

enum holds keyword_holds(const char *name)
{
    const struct keyword *keyword = keyword_find(name);
    switch (keyword ? keyword->shape : SHAPE_NOTE) {
    case SHAPE_SCHEMA:
        return HOLDS_SCHEMA;
    case SHAPE_SCHEMAS:
        return HOLDS_LIST;
    case SHAPE_SCHEMA_MAP:
    case SHAPE_PATTERN_MAP:
    case SHAPE_DEFS:
        return HOLDS_MAP;
    default:
        return HOLDS_NONE;
    }
}

/* --- the documents that may be referred to --- */
struct schema_registry *schema_registry_new(void)
{
    return xcalloc(1, sizeof(struct schema_registry));
}

void schema_registry_free(struct schema_registry **registry)
{
    if (!*registry)
        return;
    index_deinit(&(*registry)->index);
    free(*registry);
    *registry = NULL;
}

void schema_registry_add(struct schema_registry *registry, const char *base_uri, const struct json *document)
{
    index_add(&registry->index, base_uri, document);
}

/* --- resolving --- */
static const char *base_of(const struct schema *schema, const struct json *node)
{
    const char *base = index_base(&schema->index, node);
    if (!base && schema->registry)
        base = index_base(&schema->registry->index, node);
    return base;
}

static const struct json *find(const struct schema *schema, const char *uri, size_t length)
{
    const struct json *node = index_find(&schema->index, uri, length);
    if (!node && schema->registry)
        node = index_find(&schema->registry->index, uri, length);
    if (!node && length == 0)
        node = schema->root->at; /* a document that stands nowhere refers to itself */
    return node;
}

/* Follows a pointer from the root of a resource. Where it leaves the places schemas can stand at, the target
 * is entered with the base it was reached by. */
static const struct json *follow(struct schema *schema, const struct json *from, const char *pointer)
{
    struct buf token = {0};
    const char *base = base_of(schema, from);
    while (from && pointer_next(&pointer, &token)) {
        from = pointer_step(from, buf_text(&token));
        const char *here = from ? base_of(schema, from) : NULL;
        base = here ? here : base;
    }
    buf_free(&token);
    if (from && json_is_object(from) && !base_of(schema, from))
        index_add(&schema->index, base ? base : "", from);
    return from;
}

static const struct json *resolve(struct schema *schema, const char *base, const char *reference)
{
    struct buf uri = {0}, fragment = {0};
    const char *raw;
    uri_resolve(base, reference, &uri);
    const char *text = buf_text(&uri);
    size_t length = uri_split(text, &raw);
    uri_decode(raw ? raw : "", &fragment);
    const struct json *node;
    if (!fragment.length || fragment.data[0] == '/') {
        node = find(schema, text, length);
        if (node && fragment.length)
            node = follow(schema, node, fragment.data);
    } else {
        node = find(schema, text, length + 1 + strlen(raw));
    }
    buf_free(&uri);
    buf_free(&fragment);
    return node;
}

/* --- compiling --- */
struct compile {
    struct schema *schema;
    struct err_info *info;
    int depth;
};
static struct node *compile_node(struct compile *compile, const struct json *at, const char *where);

static struct node **slot_of(const struct schema *schema, const struct json *at)
{
    size_t slot = ((uintptr_t)at >> 4) * 11400714819323198485ull & (schema->node_room - 1);
    while (schema->nodes[slot] && schema->nodes[slot]->at != at)
        slot = (slot + 1) & (schema->node_room - 1);
    return &schema->nodes[slot];
}

static void grow_nodes(struct schema *schema)
{
    struct node **old = schema->nodes;
    size_t room = schema->node_room;
    schema->node_room = room ? 2 * room : NODES_FIRST;
    schema->nodes = xcalloc(schema->node_room, sizeof *schema->nodes);
    for (size_t i = 0; i < room; i++)
        if (old[i])
            *slot_of(schema, old[i]->at) = old[i];
    free(old);
}

static struct node *new_node(struct schema *schema, const struct json *at, const char *where)
{
    struct node *node = arena_alloc(&schema->arena, sizeof *node);
    *node = (struct node){.at = at, .where = where};
    if (2 * ++schema->node_count > schema->node_room)
        grow_nodes(schema);
    *slot_of(schema, at) = node;
    return node;
}

static struct node *node_of(const struct schema *schema, const struct json *at)
{
    return *slot_of(schema, at);
}

const struct node *schema_node(const struct schema *schema, const struct json *at)
{
    return node_of(schema, at);
}

bool schema_computes(const struct schema *schema)
{
    return schema->computes;
}

const struct json *schema_ref(const struct schema *schema, const struct json *at)
{
    const struct node *node = json_get(at, "$ref") ? node_of(schema, at) : NULL;
    const struct rule *rule = node ? node_rule(node, "$ref") : NULL;
    return rule ? rule->subs[0]->at : NULL;
}

static bool refuse(struct compile *compile, const struct node *node, const struct keyword *keyword,
                   const char *sentence)
{
    err_set(compile->info, ERR_INVALID, "%s/%s: %s", node->where, keyword->name, sentence);
    return false;
}

static bool is_texts(const struct json *list)
{
    if (!json_is_array(list))
        return false;
    for (const struct json *item = json_first(list); item; item = json_next(item))
        if (!json_is_text(item))
            return false;
    return true;
}

static bool is_text_map(const struct json *map)
{
    if (!json_is_object(map))
        return false;
    for (const struct json *item = json_first(map); item; item = json_next(item))
        if (!is_texts(item))
            return false;
    return true;
}

static bool is_type(const struct json *value)
{
    static const char *const types[] = {"null", "boolean", "object", "array", "number", "string", "integer"};
    if (json_is_array(value)) {
        for (const struct json *item = json_first(value); item; item = json_next(item))
            if (!json_is_text(item) || !is_type(item))
                return false;
        return json_count(value) > 0;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_equal(json_as_text(value), types[i]))
            return true;
    return false;
}

static bool is_metaschema(const char *uri)
{
    size_t length = uri ? uri_split(uri, NULL) : 0;
    for (size_t i = 0; i < sizeof metaschemas / sizeof *metaschemas; i++)
        if (strlen(metaschemas[i]) == length && uri && memcmp(metaschemas[i], uri, length) == 0)
            return true;
    return false;
}

/* What is wrong with a keyword's value, for the shapes without schemas inside; NULL: nothing. */
static const char *wrong_value(enum shape shape, const struct json *value)
{
    switch (shape) {
    case SHAPE_REFUSED:
        return "this keyword is not supported here: leave it out, since forms say what they need without it.";
    case SHAPE_META:
        return is_metaschema(json_as_text(value)) ? NULL
                                                  : "only JSON Schema 2020-12 is understood here: write "
                                                    "\"https://json-schema.org/draft/2020-12/schema\", "
                                                    "or leave it out.";
    case SHAPE_BOOL:
        return json_is_bool(value) ? NULL : "this must be true or false, without quotes.";
    case SHAPE_NUMBER:
        return json_is_number(value) ? NULL : "this must be a number, without quotes.";
    case SHAPE_ABOVE_0:
        return json_as_number(value, 0) > 0 ? NULL : "this must be a number above 0.";
    case SHAPE_COUNT:
        return json_is_integer(value) && json_as_number(value, -1) >= 0
                   ? NULL
                   : "this must be a whole number, 0 or more, without quotes.";
    case SHAPE_TEXT:
    case SHAPE_PATTERN:
    case SHAPE_REF:
        return json_is_text(value) ? NULL : "this must be a string.";
    case SHAPE_TEXTS:
        return is_texts(value) ? NULL : "this must be an array of strings: [\"…\"].";
    case SHAPE_TYPE:
        return is_type(value) ? NULL
                              : "this must be null, boolean, object, array, number, string or integer, "
                                "or an array of them.";
    case SHAPE_LIST:
        return json_is_array(value) ? NULL : "this must be an array.";
    case SHAPE_TEXT_MAP:
        return is_text_map(value) ? NULL : "this must be an object of arrays of strings.";
    case SHAPE_SCHEMAS:
        return json_is_array(value) && json_count(value) ? NULL : "this must be an array of schemas.";
    case SHAPE_SCHEMA_MAP:
    case SHAPE_PATTERN_MAP:
    case SHAPE_DEFS:
        return json_is_object(value) ? NULL : "this must be an object of schemas.";
    default:
        return NULL;
    }
}

static bool compile_pattern(struct compile *compile, struct rule *rule, size_t index, const char *text)
{
    struct err_info why = {0};
    if (pattern_compile(text, &rule->patterns[index], &why) == ERR_OK)
        return true;
    return refuse(compile, rule->node, rule->keyword, why.text);
}

static bool compile_ref(struct compile *compile, struct rule *rule)
{
    const char *text = json_as_text(rule->value), *base = base_of(compile->schema, rule->node->at);
    const struct json *target = resolve(compile->schema, base, text);
    if (!target) {
        err_set(compile->info, ERR_INVALID,
                "%s/$ref: %s leads to no schema that was handed in: describe it under \"$defs\", or mend the "
                "name.",
                rule->node->where, text);
        return false;
    }
    rule->subs[0] = compile_node(compile, target, text);
    return rule->subs[0] != NULL;
}

/* The schemas inside an array or object, and the patterns they stand under. */
static bool compile_members(struct compile *compile, struct rule *rule)
{
    struct arena *arena = &compile->schema->arena;
    size_t i = 0;
    for (const struct json *sub = json_first(rule->value); sub; sub = json_next(sub), i++) {
        const char *name = json_name(sub), *at = rule->node->where, *keyword = rule->keyword->name;
        if (rule->patterns && !compile_pattern(compile, rule, i, name))
            return false;
        struct buf path = {0};
        buf_addf(&path, "%s/%s", at, keyword);
        if (name)
            pointer_add(&path, name);
        else
            pointer_add_index(&path, i);
        rule->subs[i] = compile_node(compile, sub, arena_strdup(arena, buf_text(&path)));
        buf_free(&path);
        if (!rule->subs[i])
            return false;
    }
    return true;
}

/* So that a field is found without looking at all the others. */
static void note_names(struct rule *rule, struct arena *arena)
{
    names_init(&rule->names, json_count(rule->value), arena);
    for (const struct json *one = json_first(rule->value); one; one = json_next(one))
        names_add(&rule->names, json_is_array(rule->value) ? json_as_text(one) : json_name(one));
}

static bool compile_rule(struct compile *compile, struct rule *rule)
{
    enum shape shape = rule->keyword->shape;
    struct arena *arena = &compile->schema->arena;
    const char *wrong = wrong_value(shape, rule->value);
    if (wrong)
        return refuse(compile, rule->node, rule->keyword, wrong);
    if (shape == SHAPE_TEXTS || shape == SHAPE_SCHEMA_MAP)
        note_names(rule, arena);
    bool many = shape == SHAPE_SCHEMAS || shape == SHAPE_SCHEMA_MAP || shape == SHAPE_PATTERN_MAP;
    rule->count = many ? json_count(rule->value) : 1;
    rule->subs = arena_alloc(arena, (rule->count + 1) * sizeof *rule->subs);
    if (shape == SHAPE_PATTERN || shape == SHAPE_PATTERN_MAP)
        rule->patterns = arena_alloc(arena, (rule->count + 1) * sizeof *rule->patterns);
    if (many)
        return compile_members(compile, rule);
    if (shape == SHAPE_PATTERN)
        return compile_pattern(compile, rule, 0, json_as_text(rule->value));
    if (shape == SHAPE_REF)
        return compile_ref(compile, rule);
    if (shape == SHAPE_SCHEMA) {
        const char *where = arena_printf(arena, "%s/%s", rule->node->where, rule->keyword->name);
        rule->subs[0] = compile_node(compile, rule->value, where);
        return rule->subs[0] != NULL;
    }
    return true;
}

/* What must be compiled: all that does something, and what must be refused. */
static bool is_rule(const struct keyword *keyword)
{
    return keyword->shape != SHAPE_NOTE && keyword->shape != SHAPE_DEFS;
}

/* The rules of a node by their places in keywords; returns how many there are. */
static size_t find_rules(struct schema *schema, const struct json *at,
                         const struct json *found[KEYWORD_COUNT])
{
    size_t count = 0;
    for (const struct json *member = json_first(at); member; member = json_next(member)) {
        const struct keyword *keyword = keyword_find(json_name(member));
        schema->computes |= strcmp(json_name(member), "x-compute") == 0;
        if (!keyword || !is_rule(keyword) || found[keyword - keywords])
            continue; /* of two of one name the first counts, as in json_get */
        found[keyword - keywords] = member;
        count++;
    }
    return count;
}

static bool compile_rules(struct compile *compile, struct node *node)
{
    const struct json *found[KEYWORD_COUNT] = {0};
    size_t count = find_rules(compile->schema, node->at, found);
    node->rules = arena_alloc(&compile->schema->arena, (count + 1) * sizeof *node->rules);
    for (int i = 0; i < KEYWORD_COUNT; i++) {
        const struct json *value = found[i];
        if (!value)
            continue;
        struct rule *rule = &node->rules[node->rule_count++];
        *rule = (struct rule){.keyword = &keywords[i], .value = value, .node = node};
        if (!compile_rule(compile, rule))
            return false;
        if (str_starts(keywords[i].name, "unevaluated"))
            compile->schema->marks = true;
    }
    return true;
}

static struct node *compile_node(struct compile *compile, const struct json *at, const char *where)
{
    struct schema *schema = compile->schema;
    struct node *node = node_of(schema, at);
    if (node && (node != schema->root || node->rules)) /* the root is there before it is read */
        return node;
    if (!json_is_object(at) && !json_is_bool(at)) {
        err_set(compile->info, ERR_INVALID, "%s: a schema must be an object, true or false.", where);
        return NULL;
    }
    if (++compile->depth > COMPILE_DEPTH_MAX) {
        err_set(compile->info, ERR_INVALID, "%s: schemas are nested too deep here.", where);
        return NULL;
    }
    if (!node)
        node = new_node(schema, at, where);
    bool ok = json_is_bool(at) || compile_rules(compile, node);
    compile->depth--;
    return ok ? node : NULL;
}

enum err schema_compile(const struct json *document, const char *base_uri,
                        const struct schema_registry *registry, struct schema **out, struct err_info *info)
{
    struct schema *schema = xcalloc(1, sizeof *schema);
    struct compile compile = {.schema = schema, .info = info};
    *out = NULL;
    schema->registry = registry;
    index_add(&schema->index, base_uri ? base_uri : "", document);
    schema->root = new_node(schema, document, "#");
    if (!compile_node(&compile, document, "#")) {
        schema_free(&schema);
        return ERR_INVALID;
    }
    *out = schema;
    return ERR_OK;
}

void schema_free(struct schema **schema)
{
    if (!*schema)
        return;
    for (size_t n = 0; n < (*schema)->node_room; n++) {
        struct node *node = (*schema)->nodes[n];
        for (size_t i = 0; node && i < node->rule_count; i++)
            for (size_t p = 0; node->rules[i].patterns && p < node->rules[i].count; p++)
                pattern_free(&node->rules[i].patterns[p]);
    }
    free((*schema)->nodes);
    index_deinit(&(*schema)->index);
    arena_free(&(*schema)->arena);
    free(*schema);
    *schema = NULL;
}

const struct rule *node_rule(const struct node *node, const char *keyword)
{
    for (size_t i = 0; i < node->rule_count; i++)
        if (strcmp(node->rules[i].keyword->name, keyword) == 0)
            return &node->rules[i];
    return NULL;
}

enum err schema_test(const struct json *document, const struct json *value, bool *valid,
                     struct err_info *info)
{
    struct schema *schema = NULL;
    *valid = false;
    enum err err = schema_compile(document, NULL, NULL, &schema, info);
    if (err == ERR_OK)
        *valid = schema_validate(schema, value, &(struct schema_options){.formats_assert = true}, NULL);
    schema_free(&schema);
    return err;
}
