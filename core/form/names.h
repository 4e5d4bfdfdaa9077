/* core/form/names.h: a list of names in which each is found at once: hundreds of fields may stand in one object. */
#pragma once
#include <stddef.h>

#include "core/base/arena.h"

#define NAME_NONE ((size_t)-1)

struct names {
    const char **list; /* borrowed texts */
    size_t *slots;     /* open addressing by hash: a place in list, from 1 */
    size_t count, room;
};
void names_init(struct names *names, size_t count_max, struct arena *arena);
void names_add(struct names *names, const char *name);
/* The first place of the name in the list, from 0; NAME_NONE. */
size_t names_find(const struct names *names, const char *name);
