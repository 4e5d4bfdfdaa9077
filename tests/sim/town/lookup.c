/* tests/sim/town/lookup.c: text to index; see checking.h. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/town/checking.h"

uint64_t text_hash(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    return hash ^ hash >> 31;
}

void lookup_clear(struct lookup *lookup)
{
    if (lookup->slots)
        memset(lookup->slots, 0, sizeof *lookup->slots * lookup->size);
    lookup->used = 0;
}

void lookup_free(struct lookup *lookup)
{
    free(lookup->slots);
    *lookup = (struct lookup){0};
}

/* Hashes are kept nowhere: each slot has room for one, so that growing needs no texts. */
struct slot {
    uint32_t index, hash;
};

static struct slot *slots(const struct lookup *lookup)
{
    return (struct slot *)(void *)lookup->slots;
}

static void put(struct lookup *lookup, uint32_t hash, uint32_t index)
{
    size_t mask = lookup->size / 2 - 1, i = hash & mask;
    while (slots(lookup)[i].index)
        i = (i + 1) & mask;
    slots(lookup)[i] = (struct slot){index, hash};
}

static void grow(struct lookup *lookup)
{
    struct lookup old = *lookup;
    lookup->size = old.size ? old.size * 2 : 512;
    lookup->slots = xcalloc(lookup->size, sizeof *lookup->slots);
    for (size_t i = 0; i < old.size / 2; i++)
        if (slots(&old)[i].index)
            put(lookup, slots(&old)[i].hash, slots(&old)[i].index);
    free(old.slots);
}

void lookup_add(struct lookup *lookup, uint64_t hash, size_t index)
{
    if (lookup->used * 4 >= lookup->size)
        grow(lookup);
    put(lookup, (uint32_t)hash, (uint32_t)index + 1);
    lookup->used++;
}

ptrdiff_t lookup_find(const struct lookup *lookup, uint64_t hash, bool (*is)(const void *ctx, size_t index),
                      const void *ctx)
{
    if (!lookup->size)
        return -1;
    size_t mask = lookup->size / 2 - 1;
    for (size_t i = (uint32_t)hash & mask; slots(lookup)[i].index; i = (i + 1) & mask)
        if (slots(lookup)[i].hash == (uint32_t)hash && is(ctx, slots(lookup)[i].index - 1))
            return slots(lookup)[i].index - 1;
    return -1;
}
