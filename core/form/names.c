/* core/form/names.c: see names.h. */
#include "core/form/names.h"

#include <stdint.h>
#include <string.h>

/* FNV-1a. Names come from schemas, which are published by hand: nobody gains by making them meet. */
static size_t hash(const char *name)
{
    uint64_t sum = 14695981039346656037ull;
    for (; *name; name++)
        sum = (sum ^ (unsigned char)*name) * 1099511628211ull;
    return (size_t)(sum ^ sum >> 32);
}

/* Where the name stands or may be put; at most half of the slots are taken. */
static size_t *slot_of(const struct names *names, const char *name)
{
    size_t slot = hash(name) & (names->room - 1);
    while (names->slots[slot] && strcmp(names->list[names->slots[slot] - 1], name) != 0)
        slot = (slot + 1) & (names->room - 1);
    return &names->slots[slot];
}

void names_init(struct names *names, size_t count_max, struct arena *arena)
{
    *names = (struct names){.room = 4};
    while (names->room < 2 * count_max)
        names->room *= 2;
    names->slots = arena_alloc(arena, names->room * sizeof *names->slots);
    names->list = arena_alloc(arena, (count_max + 1) * sizeof *names->list);
}

void names_add(struct names *names, const char *name)
{
    size_t *slot = slot_of(names, name);
    names->list[names->count++] = name;
    if (!*slot)
        *slot = names->count;
}

size_t names_find(const struct names *names, const char *name)
{
    return names->room ? *slot_of(names, name) - 1 : NAME_NONE;
}
