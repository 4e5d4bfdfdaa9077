/* core/form/rule.h: a compiled schema: nodes of rules, each rule one keyword. Private to schema*.c. */
#pragma once
#include "core/form/index.h"
#include "core/form/names.h"
#include "core/form/pattern.h"
#include "core/form/schema.h"

struct node;
struct rule;
struct run;
struct marks;

/* Which values a keyword speaks of; others it lets pass. */
enum about { ABOUT_ANY, ABOUT_NUMBER, ABOUT_TEXT, ABOUT_ARRAY, ABOUT_OBJECT };
/* What a keyword's value must be, and so how it is compiled. */
enum shape {
    SHAPE_NOTE,     /* annotates only */
    SHAPE_REFUSED,  /* understood, and refused */
    SHAPE_META,     /* $schema */
    SHAPE_ANY,      /* any JSON */
    SHAPE_BOOL,     /* true, false */
    SHAPE_NUMBER,   /* a number */
    SHAPE_ABOVE_0,  /* a number above 0 */
    SHAPE_COUNT,    /* 0, 1, 2 … */
    SHAPE_TEXT,     /* a string */
    SHAPE_TEXTS,    /* an array of strings */
    SHAPE_TYPE,     /* a type's name, or an array of them */
    SHAPE_LIST,     /* any array */
    SHAPE_TEXT_MAP, /* an object of arrays of strings */
    SHAPE_PATTERN,  /* a regular expression */
    SHAPE_REF,      /* a URI reference to a schema */
    SHAPE_SCHEMA,
    SHAPE_SCHEMAS,     /* an array of schemas, not empty */
    SHAPE_SCHEMA_MAP,  /* an object of schemas */
    SHAPE_PATTERN_MAP, /* the same, its names regular expressions */
    SHAPE_DEFS,        /* an object of schemas that apply only when referred to */
};

typedef bool rule_run(struct run *run, const struct rule *rule, const struct json *value,
                      struct marks *marks);

struct keyword {
    const char *name;
    enum about about;
    enum shape shape;
    rule_run *run; /* NULL: does nothing by itself */
};
struct rule {
    const struct keyword *keyword;
    const struct json *value;
    struct node *node; /* whose rule it is, to find its neighbours */
    struct node **subs;
    struct pattern **patterns;
    size_t count;       /* of subs and patterns */
    struct names names; /* of properties and required: their names, in order */
};
struct node {
    const struct json *at;
    const char *where; /* for sentences: #/properties/a */
    struct rule *rules;
    size_t rule_count;
};
struct schema {
    struct arena arena;
    struct index index;
    const struct schema_registry *registry;
    struct node *root;
    struct node **nodes; /* all of them: open addressing by what they were made of */
    size_t node_count, node_room;
    bool marks;    /* unevaluated… is used somewhere */
    bool computes; /* x-compute is */
};
struct schema_registry {
    struct index index;
};

/* schema_run.c: one function a keyword. */
rule_run run_ref, run_type, run_enum, run_const, run_properties, run_pattern_properties,
    run_additional_properties, run_property_names, run_min_properties, run_max_properties, run_required,
    run_dependent_required, run_dependent_schemas, run_prefix_items, run_items, run_contains, run_min_items,
    run_max_items, run_unique_items, run_min_length, run_max_length, run_pattern, run_format, run_minimum,
    run_maximum, run_exclusive_minimum, run_exclusive_maximum, run_multiple_of, run_all_of, run_any_of,
    run_one_of, run_not, run_if, run_unevaluated_items, run_unevaluated_properties;

const struct rule *node_rule(const struct node *node, const char *keyword); /* NULL: not there */

/* For the forms, which look into their schema: the target of a node's own $ref, NULL when it has none; and
 * whether a value is valid under one of the nodes that were reached when the schema was compiled. */
const struct json *schema_ref(const struct schema *schema, const struct json *at);
/* Whether any field of it can have x-compute. */
bool schema_computes(const struct schema *schema);
bool schema_valid_at(const struct schema *schema, const struct json *at, const struct json *value);
bool schema_validate_at(const struct schema *schema, const struct json *at, const struct json *value,
                        const struct schema_options *options, struct schema_errors *errors);
/* Of a oneOf or anyOf list in use: the first alternative that value is valid under, else the only one that it is begun
 * as; -1: neither. */
int schema_alternative(const struct schema *schema, const struct json *list, const struct json *value);
const struct node *schema_node(const struct schema *schema, const struct json *at); /* NULL: not reached */

/* schema_words.c: the sentence for a keyword in lang, {} replaced by argument. */
const char *schema_words(const char *lang, const char *id, const char *argument, struct arena *arena);
