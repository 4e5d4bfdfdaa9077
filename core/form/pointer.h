/* core/form/pointer.h: RFC 6901 pointers as text that grows and shrinks. */
#pragma once
#include "core/wire/json.h"

void pointer_add(struct buf *path, const char *name); /* appends /name, escaped */
void pointer_add_index(struct buf *path, size_t index);
void pointer_cut(struct buf *path, size_t length); /* back to an earlier length */
/* The next token of *pointer, unescaped, into token; *pointer moves behind it. False at the end. */
bool pointer_next(const char **pointer, struct buf *token);
/* The pointer of the container, appended to parent; false for "". */
bool pointer_parent(const char *pointer, struct buf *parent);
const struct json *pointer_step(const struct json *node, const char *token); /* NULL: nothing there */
/* Whether pointer is inside, or the same as, above. */
bool pointer_within(const char *pointer, const char *above);
