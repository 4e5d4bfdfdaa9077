/* core/form/inside.h: what a form is made of. Private to core/form. */
#pragma once
#include "core/form/form.h"
#include "core/form/names.h"

struct condition { /* the schema of one rule's condition */
    const struct json *at;
    struct schema *schema;
};
struct form {
    const struct json *service, *form, *common, *pack;
    const struct json *root;   /* the form's JSON Schema */
    const struct json *layout; /* the file's, or made */
    struct json *made;         /* the layout made when the file has none; owned */
    struct schema *schema;
    struct schema_registry *registry;
    struct condition *conditions;
    size_t condition_count;
    struct arena arena;
    struct names steering;      /* of fields that something else of the form depends on: steers.c */
    bool all_steer;             /* it cannot be told which, or nobody types */
    bool computes;              /* some field is computed */
    const struct json **hiding; /* elements that have, or hold, a rule that can hide: by their addresses */
    size_t hiding_count;
};
enum { FORM_DEPTH_MAX = 24 }; /* of $ref chains, objects in objects, layouts in layouts */

/* --- lookup.c: finding one's way in the schema --- */
/* A keyword of a node, of what its $ref leads to, or of an allOf below it. */
const struct json *form_keyword(const struct form *form, const struct json *node, const char *keyword);
const char *form_type(const struct form *form, const struct json *node); /* the first but null; "" unsaid */
/* The schema of a property, wherever the node declares it (then, else, oneOf … too). NULL: nowhere. */
const struct json *form_property(const struct form *form, const struct json *node, const char *name);
const struct json *form_items(const struct form *form, const struct json *node); /* of an array; NULL */
bool form_is_sensitive(const struct form *form,
                       const struct json *node); /* or, of a list, what stands in it */
const struct json *form_branches(const struct form *form, const struct json *node); /* oneOf, anyOf; NULL */
const struct json *form_schema_at(const struct form *form, const char *pointer);
/* "#/properties/a/properties/b" below inside ("" or "/children/2") → "/a/b", appended. */
void form_scope(const char *inside, const char *scope, struct buf *pointer);
bool form_is_required(const struct form *form, const struct json *node, const struct json *value,
                      const char *name);
/* {"list":"districts","where":{"city":"/city"}}: entries {"code","name",…} of a list of the pack; each where names a
 * member of the entry and the field it must equal. A plain string is a list. NULL: the pack has none of that name. */
const struct json *form_list(const struct form *form, const struct json *x);
bool form_entry_fits(const struct json *entry, const struct json *x, const struct json *draft);
/* Each property the schema declares, objects and the rows that value has included, in order. */
struct form_visit {
    const struct form *form;
    void (*each)(void *context, const char *pointer, const char *inside, const struct json *schema,
                 const struct json *value);
    void *context;
};
void form_visit(const struct form_visit *visit, const struct json *value);

/* --- words.c: what is read on the screen --- */
/* The text for key + suffix (".label") in lang, else the pack's language; NULL: none. */
const char *form_texts(const struct form *form, const char *lang, const char *key, const char *suffix);
/* The text that stands under a whole key in exactly this language; NULL: none. */
const char *form_text_in(const struct form *form, const char *lang, const char *key);
const char *form_lang_own(const struct form *form);     /* the pack's first language */
void form_dotted(const char *pointer, struct buf *out); /* /children/2/name → children.name */
void form_in_words(const char *name, struct buf *out);  /* lost_on → Lost on */
/* The text of an element (may be NULL) or of the property at pointer. "" when there is none. */
void form_label(const struct form *form, const char *lang, const struct json *element,
                const struct json *schema, const char *pointer, struct buf *out);
void form_hint(const struct form *form, const char *lang, const struct json *element,
               const struct json *schema, const char *pointer, struct buf *out);
void form_option_text(const struct form *form, const char *lang, const struct json *schema,
                      const char *pointer, const struct json *value, const char *title, struct buf *out);
const char *form_say(const char *lang, const char *id); /* a sentence or word of the form's own */

/* --- show.c: rules --- */
struct form_state { /* of an element, from its rule and those above it */
    bool visible, enabled, readonly;
};
/* The draft without hidden values: rules run until nothing changes. The caller frees. */
struct json *form_effective(const struct form *form, const struct json *draft);
/* effective: from form_effective. above: of the parent. */
struct form_state form_rule(const struct form *form, const struct json *element, const struct json *effective,
                            const char *inside, struct form_state above);
bool form_rule_hides(const struct json *element); /* its rule can hide it */
enum err form_conditions(struct form *form, const struct json *layout, struct err_info *info);
void form_note_hiding(struct form *form); /* fills form->hiding from the layout */
/* A control for each property of node, in order; scopes begin with scope ("#"). The caller frees. */
struct json *form_layout_made(const struct form *form, const struct json *node, const char *scope);
/* The layout of a table's rows: the control's options.detail, or NULL: it must be made. */
const struct json *form_detail(const struct json *control);

/* --- steers.c --- */
/* Fills steering and all_steer of a form that is compiled. */
void form_find_steering(struct form *form);
/* Whether no rule, condition, list or computed field looks at what stands at pointer. */
bool form_is_alone(const struct form *form, const char *pointer);

/* --- view.c --- */
/* Where the controls stand, whatever is answered, and what may hide each: for whoever asks of many drafts what is hidden
 * in them. Rows and alternatives stand in the control of their table or choice, and are hidden with it. */
struct form_shield { /* an element with a rule that can hide what stands in it */
    const struct json *element;
    const char *inside;
    const struct form_shield *outer;
};
struct form_place {
    const char *pointer;
    const struct form_shield *shield; /* the innermost; NULL: nothing hides it */
};
struct form_outline {
    struct arena arena;
    struct form_place *places;
    int count, room;
};
void form_outline_build(const struct form *form, struct form_outline *outline);
void form_outline_free(struct form_outline *outline);
/* effective: from form_effective. */
bool form_place_shown(const struct form *form, const struct form_place *place, const struct json *effective);

/* --- edit.c --- */
/* A copy of node with value (taken; NULL removes) at pointer. */
struct json *form_edited(const struct json *node, const char *pointer, struct json *value);
/* The merge patch that turns from into to. */
struct json *form_difference(const struct json *from, const struct json *to);

/* --- computed.c --- */
/* draft (taken) with every x-compute field made afresh. settled (may be NULL): to compute it again would change nothing. */
struct json *form_compute(const struct form *form, struct json *draft, const struct form_context *context,
                          bool *settled);
/* What x-prefill gives, as a new value; NULL: nothing known. */
struct json *form_prefill_value(const struct json *schema_prefill, const struct form_context *context);
bool form_is_filled(const struct json *value);
bool form_function_known(const char *name);
