/* core/form/index.h: where each schema of some documents stands: its base URI, its $id and its anchors. */
#pragma once
#include "core/base/arena.h"
#include "core/wire/json.h"

struct place {
    const struct json *node;
    const char *base; /* absolute URI without fragment; "" nowhere */
};
struct named {
    const char *uri; /* base, or base#anchor */
    const struct json *node;
};
struct index {
    struct arena arena;
    struct place *places; /* open addressing by node */
    size_t place_count, place_room;
    struct named *names;
    size_t name_count, name_room;
};
void index_deinit(struct index *index);
/* Enters document and every schema inside it, standing at base. */
void index_add(struct index *index, const char *base, const struct json *document);
/* The base URI of a schema; NULL when it was not entered. */
const char *index_base(const struct index *index, const struct json *node);
const struct json *index_find(const struct index *index, const char *uri, size_t length);

/* What the value of a keyword holds that is a schema again. */
enum holds {
    HOLDS_NONE,
    HOLDS_SCHEMA,
    HOLDS_LIST, /* an array of schemas */
    HOLDS_MAP,  /* an object of schemas */
};
enum holds keyword_holds(const char *keyword); /* in schema.c, from its table */
