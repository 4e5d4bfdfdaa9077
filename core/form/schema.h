/* core/form/schema.h: JSON Schema 2020-12, as FORMS.md section 1 lists it. Pure: a document and a value in,
 * errors out. Knows nothing of layouts, services or screens.
 *
 * A schema borrows its documents: they must outlive it. $ref is resolved (RFC 3986) among the documents that
 * were handed in, never over a network. $dynamicRef, $dynamicAnchor, $vocabulary and foreign metaschemas are
 * refused when they are reached. */
#pragma once
#include "core/base/arena.h"
#include "core/wire/json.h"

/* --- the documents that may be referred to --- */
struct schema_registry; /* documents by the URI they were handed in under, and by their own $id */
struct schema_registry *schema_registry_new(void);
void schema_registry_free(struct schema_registry **registry);
/* document is borrowed. base_uri: absolute, without a fragment. */
void schema_registry_add(struct schema_registry *registry, const char *base_uri, const struct json *document);

/* --- compiling --- */
struct schema;
/* Compiles everything that can be reached from document, which stands at base_uri (NULL: nowhere).
 * registry may be NULL. ERR_INVALID says in one sentence what cannot be used, and where. */
enum err schema_compile(const struct json *document, const char *base_uri,
                        const struct schema_registry *registry, struct schema **out,
                        struct err_info *info) MUST_USE;
void schema_free(struct schema **schema);

/* --- validating --- */
struct schema_options {
    bool formats_assert; /* false: format only annotates */
    const char *lang;    /* of the messages: az id en ru; NULL: en */
    int errors_max;      /* 0: SCHEMA_ERRORS_MAX */
};
enum { SCHEMA_ERRORS_MAX = 200, SCHEMA_DEPTH_MAX = 256 };

struct schema_error {
    const char *pointer; /* RFC 6901, into the value */
    const char
        *field; /* where a form shows it: for a missing property the property itself, else as pointer */
    const char *keyword; /* required, pattern …; "false" where nothing is allowed */
    const char *message; /* one sentence in the language asked for */
};
struct schema_errors { /* all text lives in arena; start with {0}, end with schema_errors_free */
    struct arena arena;
    struct schema_error *list;
    int count, capacity;
};
void schema_errors_free(struct schema_errors *errors);
const struct schema_error *schema_errors_find(const struct schema_errors *errors, const char *field);

/* True when value is valid. errors may be NULL when nobody reads them; else they are added to. */
bool schema_validate(const struct schema *schema, const struct json *value,
                     const struct schema_options *options, struct schema_errors *errors);

/* A small schema used once, such as a rule's condition or a document's `when`: compiled and applied; a schema
 * that cannot be compiled is ERR_INVALID. */
enum err schema_test(const struct json *document, const struct json *value, bool *valid,
                     struct err_info *info) MUST_USE;

/* Every keyword that this validator or the forms know, for checks of form files. */
bool schema_keyword_known(const char *keyword);
const char *schema_keyword_at(int index); /* from 0; NULL behind the last */
