/* core/form/checking.h: what the parts of form_check share. Private to check*.c. */
#pragma once
#include "core/form/check.h"
#include "core/form/inside.h"

struct checked_field { /* one property; rows of tables are row 0 */
    const char *pointer, *inside;
    const struct json *schema;
};
struct checking {
    const struct json *service;
    const struct form *form; /* NULL: it could not be opened */
    struct form_findings *findings;
    struct arena arena;
    struct checked_field *fields;
    int field_count, field_room;
};

/* The pointer of a node inside the service's document; "/form/schema" when it stands elsewhere. In the arena. */
const char *checking_where(struct checking *checking, const struct json *node, const char *more);
/* Whether pointer leads to something in the form; "*" stands for every row. */
bool checking_has_field(const struct checking *checking, const char *inside, const char *pointer);

/* Whether what a condition demands (const, enum) can be a value of the field at all. check_names.c */
void checking_possible(struct checking *checking, const struct json *condition, const struct json *field);

void check_names(struct checking *checking);   /* check_names.c: what conditions and requirements speak of */
void check_fields(struct checking *checking);  /* check_fields.c: formats, defaults, x-… */
void check_layout(struct checking *checking);  /* check_layout.c: elements, rules, what is reached */
void check_hidden(struct checking *checking);  /* check_hidden.c: required while hidden */
void check_notices(struct checking *checking); /* check_texts.c */
void check_gaps(struct checking *checking, const char *const *languages, int count);
