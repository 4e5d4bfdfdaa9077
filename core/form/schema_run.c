/* core/form/schema_run.c: what each keyword of JSON Schema says about a value. One function a keyword; the
 * table in schema.c names them. Knows no files, no clock and no form.
 *
 * What unevaluatedItems and unevaluatedProperties need to know is kept in marks: one flag for each member of
 * the value that some successful schema has looked at. */
#include <math.h>
#include <string.h>

#include "core/form/decimal.h"
#include "core/form/format.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"

/* A budget of rules for one value: far beyond any form, and well under a second. */
enum { STEPS_MAX = 2000000, NAMES_FEW = 8 };

struct run {
    const struct schema *schema;
    const struct schema_options *options;
    struct schema_errors *errors; /* NULL: nobody listens now */
    struct buf path;              /* into the value */
    struct arena scratch;
    int depth;
    long steps;
    bool spent; /* depth or steps ran out; said once */
};
struct marks {
    bool *seen; /* one a member; NULL when nobody asks */
    size_t count;
};

/* --- errors --- */
void schema_errors_free(struct schema_errors *errors)
{
    arena_free(&errors->arena);
    *errors = (struct schema_errors){0};
}

const struct schema_error *schema_errors_find(const struct schema_errors *errors, const char *field)
{
    for (int i = 0; i < errors->count; i++)
        if (strcmp(errors->list[i].field, field) == 0)
            return &errors->list[i];
    return NULL;
}

static struct schema_error *new_error(struct run *run)
{
    struct schema_errors *errors = run->errors;
    int max = run->options->errors_max ? run->options->errors_max : SCHEMA_ERRORS_MAX;
    if (!errors || errors->count >= max)
        return NULL;
    if (errors->count == errors->capacity) {
        errors->capacity = errors->capacity ? errors->capacity * 2 : 8;
        struct schema_error *list = arena_alloc(&errors->arena, (size_t)errors->capacity * sizeof *list);
        for (int i = 0; i < errors->count; i++)
            list[i] = errors->list[i];
        errors->list = list; /* the old list stays in the arena until all of it goes */
    }
    return &errors->list[errors->count++];
}

/* Says why value is refused, and answers false. property: the one that is missing; else NULL. */
static bool fail_as(struct run *run, const char *id, const char *keyword, const char *argument,
                    const char *property)
{
    struct schema_error *error = new_error(run);
    if (!error)
        return false;
    struct arena *arena = &run->errors->arena;
    size_t length = run->path.length;
    error->pointer = error->field = arena_strdup(arena, buf_text(&run->path));
    if (property) {
        pointer_add(&run->path, property);
        error->field = arena_strdup(arena, buf_text(&run->path));
        pointer_cut(&run->path, length);
    }
    error->keyword = arena_strdup(arena, keyword);
    error->message = schema_words(run->options->lang, id, argument, arena);
    return false;
}

static bool fail(struct run *run, const struct rule *rule, const char *argument)
{
    return fail_as(run, rule->keyword->name, rule->keyword->name, argument, NULL);
}

static bool fail_with_value(struct run *run, const struct rule *rule)
{
    if (!run->errors)
        return false;
    struct buf text = {0};
    if (json_is_text(rule->value))
        buf_adds(&text, json_as_text(rule->value));
    else
        json_print_to(rule->value, &text);
    fail(run, rule, buf_text(&text));
    buf_free(&text);
    return false;
}

/* --- nodes --- */
static bool is_about(const struct keyword *keyword, const struct json *value)
{
    switch (keyword->about) {
    case ABOUT_NUMBER:
        return json_is_number(value);
    case ABOUT_TEXT:
        return json_is_text(value);
    case ABOUT_ARRAY:
        return json_is_array(value);
    case ABOUT_OBJECT:
        return json_is_object(value);
    default:
        return true;
    }
}

static struct marks marks_new(struct run *run, const struct json *value)
{
    struct marks marks = {0};
    if (run->schema->marks && (json_is_object(value) || json_is_array(value))) {
        marks.count = json_count(value);
        marks.seen = arena_alloc(&run->scratch, marks.count + 1);
    }
    return marks;
}

static void mark(struct marks *marks, size_t index)
{
    if (marks && marks->seen)
        marks->seen[index] = true;
}

static void marks_join(struct marks *into, const struct marks *from)
{
    for (size_t i = 0; into && into->seen && from->seen && i < from->count; i++)
        into->seen[i] |= from->seen[i];
}

static bool out_of_budget(struct run *run)
{
    if (run->spent || (run->depth <= SCHEMA_DEPTH_MAX && run->steps <= STEPS_MAX))
        return run->spent;
    run->spent = true;
    fail_as(run, "depth", "$ref", "", NULL);
    return true;
}

/* Whether value, a whole one, is valid under node. via: the keyword that led here. Marks go up when it is. */
static bool node_run(struct run *run, const struct node *node, const struct json *value, const char *via,
                     struct marks *up)
{
    if (json_is_bool(node->at))
        return json_as_bool(node->at, true) || fail_as(run, "false", via, "", NULL);
    bool ok = true;
    struct marks own = marks_new(run, value);
    run->depth++;
    for (size_t i = 0; i < node->rule_count && !run->spent; i++) {
        const struct rule *rule = &node->rules[i];
        if (!rule->keyword->run || !is_about(rule->keyword, value) || out_of_budget(run))
            continue;
        if (!ok && (!run->errors || str_starts(rule->keyword->name, "unevaluated")))
            break; /* what failed has marked nothing: saying "not expected" here would mislead */
        run->steps++;
        ok &= rule->keyword->run(run, rule, value, &own);
    }
    run->depth--;
    if (ok && !run->spent)
        marks_join(up, &own);
    return ok && !run->spent;
}

/* A member of the value, which has marks of its own. */
static bool member_run(struct run *run, const struct rule *rule, const struct node *node,
                       const struct json *member, size_t index)
{
    size_t length = run->path.length;
    if (json_name(member))
        pointer_add(&run->path, json_name(member));
    else
        pointer_add_index(&run->path, index);
    bool ok = node_run(run, node, member, rule->keyword->name, NULL);
    pointer_cut(&run->path, length);
    return ok;
}

/* The same, without a word when it fails. */
static bool quiet_run(struct run *run, const struct node *node, const struct json *value, struct marks *up)
{
    struct schema_errors *errors = run->errors;
    run->errors = NULL;
    bool ok = node_run(run, node, value, "", up);
    run->errors = errors;
    return ok;
}

static bool validate(const struct schema *schema, const struct node *node, const struct json *value,
                     const struct schema_options *options, struct schema_errors *errors)
{
    static const struct schema_options none = {0};
    struct run run = {.schema = schema, .options = options ? options : &none, .errors = errors};
    bool ok = node_run(&run, node, value, "false", NULL);
    if (run.spent && errors && !errors->count) {
        run.errors = errors; /* it ran out where nobody listened */
        fail_as(&run, "depth", "$ref", "", NULL);
    }
    buf_free(&run.path);
    arena_free(&run.scratch);
    return ok && !run.spent;
}

bool schema_validate(const struct schema *schema, const struct json *value,
                     const struct schema_options *options, struct schema_errors *errors)
{
    return validate(schema, schema->root, value, options, errors);
}

bool schema_validate_at(const struct schema *schema, const struct json *at, const struct json *value,
                        const struct schema_options *options, struct schema_errors *errors)
{
    const struct node *node = schema_node(schema, at);
    return !node || validate(schema, node, value, options, errors);
}

bool schema_valid_at(const struct schema *schema, const struct json *at, const struct json *value)
{
    return schema_validate_at(schema, at, value, &(struct schema_options){.formats_assert = true}, NULL);
}

/* --- any value --- */
bool run_ref(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    return node_run(run, rule->subs[0], value, rule->keyword->name, marks);
}

static bool has_type(const struct json *value, const char *type)
{
    if (strcmp(type, "integer") == 0)
        return json_is_integer(value);
    if (strcmp(type, "number") == 0)
        return json_is_number(value);
    if (strcmp(type, "string") == 0)
        return json_is_text(value);
    if (strcmp(type, "object") == 0)
        return json_is_object(value);
    if (strcmp(type, "array") == 0)
        return json_is_array(value);
    if (strcmp(type, "boolean") == 0)
        return json_is_bool(value);
    return json_is_null(value);
}

bool run_type(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    const char *one = json_as_text(rule->value);
    if (one && has_type(value, one))
        return true;
    for (const struct json *type = one ? NULL : json_first(rule->value); type; type = json_next(type))
        if (has_type(value, json_as_text(type)))
            return true;
    if (!one)
        return fail_with_value(run, rule);
    return fail_as(run, one, rule->keyword->name, "", NULL);
}

bool run_enum(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    for (const struct json *one = json_first(rule->value); one; one = json_next(one))
        if (json_equal(one, value))
            return true;
    return fail(run, rule, "");
}

bool run_const(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    return json_equal(rule->value, value) || fail_with_value(run, rule);
}

bool run_all_of(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    bool ok = true;
    for (size_t i = 0; i < rule->count; i++)
        ok &= node_run(run, rule->subs[i], value, rule->keyword->name, marks);
    return ok;
}

/* --- alternatives --- */
enum { REFS_MAX = 8 }; /* a $ref that leads to a $ref … */

static const struct rule *rule_behind_refs(const struct node *node, const char *keyword)
{
    for (int i = 0; i < REFS_MAX; i++) {
        const struct rule *rule = node_rule(node, keyword), *ref = node_rule(node, "$ref");
        if (rule || !ref)
            return rule;
        node = ref->subs[0];
    }
    return NULL;
}

static bool is_of_type(const struct rule *type, const struct json *value)
{
    if (!type || json_is_text(type->value))
        return !type || has_type(value, json_as_text(type->value));
    for (const struct json *one = json_first(type->value); one; one = json_next(one))
        if (has_type(value, json_as_text(one)))
            return true;
    return false;
}

/* A value that is begun as this alternative: of its type, all that it has is named there, and what is fixed agrees. */
static bool is_begun_as(const struct node *node, const struct json *value)
{
    const struct rule *named = rule_behind_refs(node, "properties");
    if (json_is_bool(node->at) || !is_of_type(rule_behind_refs(node, "type"), value))
        return false;
    if (!named || !json_is_object(value))
        return !json_is_object(value) || json_count(value) == 0;
    for (const struct json *member = json_first(value); member; member = json_next(member)) {
        const struct json *property = json_get(named->value, json_name(member));
        const struct json *fixed = json_get(property, "const");
        if (!property || (fixed && !json_equal(fixed, member)))
            return false;
    }
    for (const struct json *property = json_first(named->value); property; property = json_next(property))
        if (json_get(property, "const") && !json_get(value, json_name(property)))
            return false;
    return true;
}

/* The only one that the value is begun as; -1: none, or several. */
static int meant(const struct rule *rule, const struct json *value)
{
    int found = -1;
    for (size_t i = 0; i < rule->count; i++) {
        if (!is_begun_as(rule->subs[i], value))
            continue;
        if (found >= 0)
            return -1;
        found = (int)i;
    }
    return found;
}

/* Fits none: what is wrong is said of the one that is meant, at its fields, else of the choice. */
static bool fail_choice(struct run *run, const struct rule *rule, const struct json *value, const char *id)
{
    int at = run->errors ? meant(rule, value) : -1, before = run->errors ? run->errors->count : 0;
    if (at >= 0)
        node_run(run, rule->subs[at], value, rule->keyword->name, NULL);
    if (run->errors && run->errors->count > before)
        return false;
    return fail_as(run, id, rule->keyword->name, "", NULL);
}

int schema_alternative(const struct schema *schema, const struct json *list, const struct json *value)
{
    for (size_t n = 0; n < schema->node_room && list && value; n++) {
        const struct node *node = schema->nodes[n];
        for (size_t r = 0; node && r < node->rule_count; r++) {
            const struct rule *rule = &node->rules[r];
            if (rule->value != list)
                continue;
            for (size_t i = 0; i < rule->count; i++)
                if (schema_valid_at(schema, rule->subs[i]->at, value))
                    return (int)i;
            return meant(rule, value);
        }
    }
    return -1;
}

bool run_any_of(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    bool ok = false;
    for (size_t i = 0; i < rule->count; i++) /* all of them: each may mark more */
        ok |= quiet_run(run, rule->subs[i], value, marks);
    return ok || fail_choice(run, rule, value, rule->keyword->name);
}

bool run_one_of(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    int matches = 0;
    for (size_t i = 0; i < rule->count && matches < 2; i++)
        matches += quiet_run(run, rule->subs[i], value, marks);
    if (matches > 1)
        return fail_as(run, "oneOfMany", rule->keyword->name, "", NULL);
    return matches == 1 || fail_choice(run, rule, value, rule->keyword->name);
}

bool run_not(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    return !quiet_run(run, rule->subs[0], value, NULL) || fail(run, rule, "");
}

bool run_if(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    bool holds = quiet_run(run, rule->subs[0], value, marks);
    const struct rule *branch = node_rule(rule->node, holds ? "then" : "else");
    return !branch || node_run(run, branch->subs[0], value, branch->keyword->name, marks);
}

/* --- objects --- */
/* The sub-schema that `properties` names for a member; NULL: none. */
static const struct node *property_node(const struct rule *properties, const char *name)
{
    size_t at = names_find(&properties->names, name);
    return at == NAME_NONE ? NULL : properties->subs[at];
}

bool run_properties(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    bool ok = true;
    size_t i = 0;
    for (const struct json *member = json_first(value); member; member = json_next(member), i++) {
        const struct node *node = property_node(rule, json_name(member));
        if (!node)
            continue;
        ok &= member_run(run, rule, node, member, i);
        mark(marks, i);
    }
    return ok;
}

/* Whether text matches; a pattern that gives up counts as not matching, and is said. */
static bool matches(struct run *run, const struct pattern *pattern, const char *text)
{
    enum pattern_result result = pattern_find(pattern, text);
    if (result == PATTERN_LIMIT)
        fail_as(run, "patternLimit", "pattern", "", NULL);
    return result == PATTERN_MATCH;
}

bool run_pattern_properties(struct run *run, const struct rule *rule, const struct json *value,
                            struct marks *marks)
{
    bool ok = true;
    size_t i = 0;
    for (const struct json *member = json_first(value); member; member = json_next(member), i++) {
        for (size_t p = 0; p < rule->count; p++) {
            if (!matches(run, rule->patterns[p], json_name(member)))
                continue;
            ok &= member_run(run, rule, rule->subs[p], member, i);
            mark(marks, i);
        }
    }
    return ok;
}

bool run_additional_properties(struct run *run, const struct rule *rule, const struct json *value,
                               struct marks *marks)
{
    const struct rule *named = node_rule(rule->node, "properties");
    const struct rule *patterned = node_rule(rule->node, "patternProperties");
    bool ok = true;
    size_t i = 0;
    for (const struct json *member = json_first(value); member; member = json_next(member), i++) {
        bool known = named && property_node(named, json_name(member));
        for (size_t p = 0; patterned && p < patterned->count && !known; p++)
            known = matches(run, patterned->patterns[p], json_name(member));
        if (known)
            continue;
        ok &= member_run(run, rule, rule->subs[0], member, i);
        mark(marks, i);
    }
    return ok;
}

bool run_property_names(struct run *run, const struct rule *rule, const struct json *value,
                        struct marks *marks)
{
    (void)marks;
    for (const struct json *member = json_first(value); member; member = json_next(member)) {
        struct json *name = json_new_text(json_name(member));
        bool ok = quiet_run(run, rule->subs[0], name, NULL);
        json_free(&name);
        if (!ok)
            return fail(run, rule, json_name(member));
    }
    return true;
}

/* Limits of a count: minLength and its like. */
static bool count_run(struct run *run, const struct rule *rule, size_t count, bool at_least)
{
    double limit = json_as_number(rule->value, 0);
    if (at_least ? (double)count >= limit : (double)count <= limit)
        return true;
    return fail_with_value(run, rule);
}

bool run_min_properties(struct run *run, const struct rule *rule, const struct json *value,
                        struct marks *marks)
{
    (void)marks;
    return count_run(run, rule, json_count(value), true);
}

bool run_max_properties(struct run *run, const struct rule *rule, const struct json *value,
                        struct marks *marks)
{
    (void)marks;
    return count_run(run, rule, json_count(value), false);
}

static bool all_there(struct run *run, const struct rule *rule, const struct json *names,
                      const struct json *value)
{
    bool ok = true;
    for (const struct json *name = json_first(names); name; name = json_next(name)) {
        if (json_get(value, json_as_text(name)))
            continue;
        ok = fail_as(run, rule->keyword->name, rule->keyword->name, json_as_text(name), json_as_text(name));
    }
    return ok;
}

/* Of a long list: which of its names the members have. */
static bool all_met(struct run *run, const struct rule *rule, const struct json *value)
{
    const struct names *names = &rule->names;
    bool *met = arena_alloc(&run->scratch, names->count + 1), ok = true;
    for (const struct json *member = json_first(value); member; member = json_next(member)) {
        size_t at = names_find(names, json_name(member));
        if (at != NAME_NONE)
            met[at] = true;
    }
    for (size_t i = 0; i < names->count; i++) /* a name that stands twice is met where it stands first */
        if (!met[names_find(names, names->list[i])])
            ok = fail_as(run, rule->keyword->name, rule->keyword->name, names->list[i], names->list[i]);
    return ok;
}

bool run_required(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    return rule->names.count > NAMES_FEW ? all_met(run, rule, value)
                                         : all_there(run, rule, rule->value, value);
}

bool run_dependent_required(struct run *run, const struct rule *rule, const struct json *value,
                            struct marks *marks)
{
    (void)marks;
    bool ok = true;
    for (const struct json *names = json_first(rule->value); names; names = json_next(names))
        if (json_get(value, json_name(names)))
            ok &= all_there(run, rule, names, value);
    return ok;
}

bool run_dependent_schemas(struct run *run, const struct rule *rule, const struct json *value,
                           struct marks *marks)
{
    bool ok = true;
    size_t i = 0;
    for (const struct json *sub = json_first(rule->value); sub; sub = json_next(sub), i++)
        if (json_get(value, json_name(sub)))
            ok &= node_run(run, rule->subs[i], value, rule->keyword->name, marks);
    return ok;
}

bool run_unevaluated_properties(struct run *run, const struct rule *rule, const struct json *value,
                                struct marks *marks)
{
    bool ok = true;
    size_t i = 0;
    for (const struct json *member = json_first(value); member; member = json_next(member), i++) {
        if (marks->seen && marks->seen[i])
            continue;
        ok &= member_run(run, rule, rule->subs[0], member, i);
        mark(marks, i);
    }
    return ok;
}

/* --- arrays --- */
bool run_prefix_items(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    bool ok = true;
    size_t i = 0;
    for (const struct json *item = json_first(value); item && i < rule->count; item = json_next(item), i++) {
        ok &= member_run(run, rule, rule->subs[i], item, i);
        mark(marks, i);
    }
    return ok;
}

bool run_items(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    const struct rule *prefix = node_rule(rule->node, "prefixItems");
    size_t first = prefix ? prefix->count : 0, i = 0;
    bool ok = true;
    for (const struct json *item = json_first(value); item; item = json_next(item), i++) {
        if (i < first)
            continue;
        ok &= member_run(run, rule, rule->subs[0], item, i);
        mark(marks, i);
    }
    return ok;
}

bool run_contains(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    const struct rule *least = node_rule(rule->node, "minContains"),
                      *most = node_rule(rule->node, "maxContains");
    double min = least ? json_as_number(least->value, 1) : 1, found = 0;
    size_t i = 0;
    for (const struct json *item = json_first(value); item; item = json_next(item), i++) {
        if (!quiet_run(run, rule->subs[0], item, NULL))
            continue;
        mark(marks, i);
        found++;
    }
    if (found < min)
        return least ? fail_with_value(run, least) : fail(run, rule, "");
    return !most || found <= json_as_number(most->value, 0) || fail_with_value(run, most);
}

bool run_min_items(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    return count_run(run, rule, json_count(value), true);
}

bool run_max_items(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    return count_run(run, rule, json_count(value), false);
}

bool run_unique_items(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    if (!json_as_bool(rule->value, false))
        return true;
    for (const struct json *a = json_first(value); a; a = json_next(a)) {
        for (const struct json *b = json_next(a); b; b = json_next(b)) {
            if (++run->steps > STEPS_MAX)
                return !out_of_budget(run);
            if (json_equal(a, b))
                return fail(run, rule, "");
        }
    }
    return true;
}

bool run_unevaluated_items(struct run *run, const struct rule *rule, const struct json *value,
                           struct marks *marks)
{
    bool ok = true;
    size_t i = 0;
    for (const struct json *item = json_first(value); item; item = json_next(item), i++) {
        if (marks->seen && marks->seen[i])
            continue;
        ok &= member_run(run, rule, rule->subs[0], item, i);
        mark(marks, i);
    }
    return ok;
}

/* --- texts --- */
static size_t code_points(const struct json *value)
{
    const char *text = json_as_text(value);
    return utf8_count(text, strlen(text));
}

bool run_min_length(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    return count_run(run, rule, code_points(value), true);
}

bool run_max_length(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    return count_run(run, rule, code_points(value), false);
}

bool run_pattern(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    switch (pattern_find(rule->patterns[0], json_as_text(value))) {
    case PATTERN_MATCH:
        return true;
    case PATTERN_LIMIT:
        return fail_as(run, "patternLimit", rule->keyword->name, "", NULL);
    default:
        return fail(run, rule, json_as_text(rule->value));
    }
}

bool run_format(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    const char *format = json_as_text(rule->value);
    if (!run->options->formats_assert || format_valid(format, json_as_text(value)))
        return true;
    return fail_as(run, format, rule->keyword->name, format, NULL);
}

/* --- numbers --- */
bool run_minimum(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    return json_as_number(value, 0) >= json_as_number(rule->value, 0) || fail_with_value(run, rule);
}

bool run_maximum(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    return json_as_number(value, 0) <= json_as_number(rule->value, 0) || fail_with_value(run, rule);
}

bool run_exclusive_minimum(struct run *run, const struct rule *rule, const struct json *value,
                           struct marks *marks)
{
    (void)marks;
    return json_as_number(value, 0) > json_as_number(rule->value, 0) || fail_with_value(run, rule);
}

bool run_exclusive_maximum(struct run *run, const struct rule *rule, const struct json *value,
                           struct marks *marks)
{
    (void)marks;
    return json_as_number(value, 0) < json_as_number(rule->value, 0) || fail_with_value(run, rule);
}

bool run_multiple_of(struct run *run, const struct rule *rule, const struct json *value, struct marks *marks)
{
    (void)marks;
    return decimal_multiple(json_as_number(value, 0), json_as_number(rule->value, 1)) ||
           fail_with_value(run, rule);
}
