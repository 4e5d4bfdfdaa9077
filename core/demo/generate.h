/* core/demo/generate.h: what may be handed in at a form, made from its schema alone and from what is known of whoever
 * asks. The same seed makes the same data.
 *
 * What a constraint means is written here a second time, as how to fulfil it. Taken from the form are only: which branch
 * of an `if`, `oneOf` or `anyOf` holds, and what x-compute makes. Not made: numbers that an x-compute field must come
 * out at. */
#pragma once
#include "core/base/rng.h"
#include "core/form/form.h"

struct generator;
struct schemas;
/* What is known of the value at a place, new; it is taken when its schemas allow it. NULL: nothing. */
typedef struct json *generate_known(void *context, struct generator *g, const struct schemas *of,
                                    const char *at);

struct generator {
    const struct form_source *source; /* the service bundled, with its pack */
    const struct form *form;          /* opened on it */
    const struct form_context *context;
    struct rng rng;
    struct made *made; /* which schemas each value was made from */
    int made_count;
    const struct open_object *open; /* those under way, the innermost first, to choose from filtered lists */
    generate_known *known;          /* may be NULL */
    void *known_context;
};
void generate_open(struct generator *g, const struct form_source *source, const struct form *form,
                   const struct form_context *context, uint64_t seed);
void generate_close(struct generator *g);

/* As a draft that was filled in: what a layout hides may be there too. NULL: no value fulfils some constraint. */
struct json *generate_valid(struct generator *g);
