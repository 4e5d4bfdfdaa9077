/* tests/support/generate.h: what may be handed in at a form, made from its schema alone: a datum that is valid, and
 * one for each way in which a constraint of the schema can be broken. The same seed makes the same data.
 *
 * What a constraint means is written here a second time, as how to fulfil and how to break it. Taken from the product
 * are only: which branch of an `if`, `oneOf` or `anyOf` holds, and what x-compute makes. Not made: numbers that an
 * x-compute field must come out at. */
#pragma once
#include "core/base/rng.h"
#include "core/form/form.h"

struct generator {
    const struct form_source *source; /* the service bundled, with its pack */
    const struct form *form;          /* opened on it */
    const struct form_context *context;
    struct rng rng;
    struct made *made; /* which schemas each value was made from */
    int made_count;
    const struct open_object *open; /* those under way, the innermost first, to choose from filtered lists */
};
void generate_open(struct generator *g, const struct form_source *source, const struct form *form,
                   const struct form_context *context, uint64_t seed);
void generate_close(struct generator *g);

/* As a draft that was filled in: what a layout hides may be there too. NULL: no value fulfils some constraint. */
struct json *generate_valid(struct generator *g);

struct broken {
    struct json *datum;
    const char *at;          /* where the value stands whose schema is broken */
    const struct json *node; /* that schema */
    const char *field;       /* where the error must be said */
    const char *keyword;     /* and of which keyword */
    /* Inside an alternative: the schema whose alternatives the value fits none of any more, where its value stands, and
     * by which keyword. The error is said there when the alternative is not to be told from the others. NULL: none. */
    const struct json *whose;
    const char *choice_at, *choice_keyword;
};
/* Calls each with every break of a valid datum; one lives during the call. */
void generate_broken(struct generator *g, const struct json *valid,
                     void (*each)(void *context, const struct broken *one), void *context);
/* Whether an error is that of the break. */
bool generate_is_said(const struct broken *one, const char *field, const char *keyword);
/* Whether the constraint that was broken holds for that datum at all: a part that is there by a condition may have
 * gone with the value that was changed. */
bool generate_applies(struct generator *g, const struct json *datum, const struct broken *one);
