/* core/db/statements.c: see statements.h. */
#include "core/db/statements.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

enum { ROOM = 256 };

static struct statement *slot_of(const struct statements *all, const char *sql)
{
    size_t hash = (size_t)((uintptr_t)sql * 0x9E3779B97F4A7C15u) >> 20, slot = hash & (all->room - 1);
    while (all->slots[slot].sql && all->slots[slot].sql != sql)
        slot = (slot + 1) & (all->room - 1);
    return &all->slots[slot];
}

static void grow(struct statements *all)
{
    struct statements old = *all;
    all->room *= 2;
    all->slots = xcalloc(all->room, sizeof *all->slots);
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].sql)
            *slot_of(all, old.slots[i].sql) = old.slots[i];
    free(old.slots);
}

void statements_open(struct statements *all)
{
    *all = (struct statements){.slots = xcalloc(ROOM, sizeof *all->slots), .room = ROOM};
}

void statements_close(struct statements *all)
{
    free(all->slots);
    *all = (struct statements){0};
}

struct stmt *statements_find(const struct statements *all, const char *sql)
{
    return slot_of(all, sql)->stmt;
}

void statements_put(struct statements *all, const char *sql, struct stmt *stmt)
{
    struct statement *slot = slot_of(all, sql);
    bool more = !slot->sql;
    *slot = (struct statement){sql, stmt};
    all->used += more;
    if (all->used * 2 > all->room)
        grow(all);
}

struct stmt *statements_next(const struct statements *all, size_t *at)
{
    while (*at < all->room)
        if (all->slots[(*at)++].sql)
            return all->slots[*at - 1].stmt;
    return NULL;
}

void statements_forget(struct statements *all)
{
    memset(all->slots, 0, all->room * sizeof *all->slots);
    all->used = 0;
}
