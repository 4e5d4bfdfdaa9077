/* core/hall/openapi_examples.h: one real request and answer for each call of api.c, and one body for each command: what
 * the OpenAPI description shows. Tests hold each against its own schema, and against what a hall answers. */
#pragma once
#include "core/wire/json.h"

struct call_example {
    const char *name;                   /* of the route */
    const char *path;                   /* for {name} of its path; NULL: there is none */
    struct json *query, *body, *answer; /* NULL: none; query: an object of its parameters */
};
/* False: this call has none, which a test does not let pass. Free with call_example_free. */
bool call_example(const char *name, struct call_example *example);
void call_example_free(struct call_example *example);

/* What a call that is refused answers. The caller frees. */
struct json *call_refusal_example(void);
/* The body of a command; NULL: none. The caller frees. */
struct json *command_example(const char *type);
