/* tests/support/pack_forms.h: every form of the packs, one after the other, with data made for it.
 *
 * Other data by each LOKET_SEED (test.h). */
#pragma once
#include "core/catalogue/pack.h"
#include "tests/support/generate.h"

enum { PACK_FORMS = 85 };

struct pack_form {
    const struct pack *pack;
    const char *file; /* of the service */
    const struct json *service;
    struct form *form;
    struct form_source source;
    struct form_context context; /* English, 24 November 2026; nothing is known of the person */
    struct generator generator;
    uint64_t seed;
};
/* Opens each and calls look; prints the seed and REQUIREs that all forms were there. */
void pack_forms_each(void (*look)(void *context, struct pack_form *one), void *context);
/* One form with a seed that once showed a fault. */
void pack_form_again(const char *service, uint64_t seed, void (*look)(void *context, struct pack_form *one),
                     void *context);
/* After a failed check: which form, which data, and what of it. */
void pack_form_tell(const struct pack_form *one, const char *what, const struct json *datum);
/* What is computed is made anew when a form is handed in, and what is hidden stays behind: a constraint can be broken
 * there only by what a person sees and writes. */
bool pack_form_hands_in(struct pack_form *one, const struct broken *broken);
