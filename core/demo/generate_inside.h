/* core/demo/generate_inside.h: what the parts of the generator share. */
#pragma once
#include "core/demo/generate.h"

/* The schemas that a value must fulfil: a schema with what its $ref, allOf and the branches that hold lead to. */
enum { SCHEMAS_MAX = 64 };
struct schemas {
    struct one_schema {
        const struct json *node;
        const struct json *choice;  /* the schema whose oneOf or anyOf it is an alternative of; NULL: none */
        const char *choice_keyword; /* oneOf, anyOf */
        const char *choice_at;      /* where the value of choice stands; lives as the at that was expanded */
    } list[SCHEMAS_MAX];
    int count;
};
/* of: those that stand at the place itself. value: what stands there, NULL when nothing yet. */
void schemas_expand(struct generator *g, const struct schemas *of, const struct json *value, const char *at,
                    struct schemas *out);
void schemas_of_property(const struct schemas *of, const char *name, struct schemas *out);
void schemas_of_item(const struct schemas *of, size_t index, struct schemas *out);
void schemas_of_root(const struct generator *g, struct schemas *out);

/* The tightest of a keyword's numbers: the greatest or the least of all schemas; otherwise when there is none. */
double schemas_number(const struct schemas *of, const char *keyword, bool greatest, double otherwise);
const struct json *schemas_keyword(const struct schemas *of, const char *keyword); /* the first; NULL */

struct json *generate_value(struct generator *g, const struct schemas *of, const char *at);

/* generate_text.c: a text that matches, NULL when none of a fitting length is found. */
char *generate_by_pattern(struct rng *rng, const char *pattern);
char *generate_by_format(struct rng *rng, const char *format, const char *currency); /* NULL: unknown */
char *generate_words(struct rng *rng, size_t length_min, size_t length_max);         /* in code points */
