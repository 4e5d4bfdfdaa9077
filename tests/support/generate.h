/* tests/support/generate.h: beside what may be handed in at a form (core/demo/generate.h), a datum for each way in which
 * a constraint of the schema can be broken. The same seed makes the same data. */
#pragma once
#include "core/demo/generate.h"

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
