/* core/base/arena.c: blocks in a chain; an allocation never moves and is never freed alone. */
#include "core/base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

enum { BLOCK_BYTES = 16 * 1024 };

struct arena_block {
    struct arena_block *before;
    size_t used, size;
    _Alignas(max_align_t) char data[];
};

static struct arena_block *grow(struct arena *arena, size_t least)
{
    size_t size = least > BLOCK_BYTES ? least : BLOCK_BYTES;
    struct arena_block *block = xmalloc(sizeof *block + size);
    block->before = arena->last;
    block->used = 0;
    block->size = size;
    arena->last = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t rounded = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
    struct arena_block *block = arena->last;
    if (!block || block->size - block->used < rounded)
        block = grow(arena, rounded);
    void *memory = block->data + block->used;
    block->used += rounded;
    return memset(memory, 0, rounded);
}

char *arena_strdup(struct arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(arena_alloc(arena, size), text, size);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t size = (size_t)vsnprintf(NULL, 0, format, args) + 1;
    va_end(args);
    char *text = arena_alloc(arena, size);
    vsnprintf(text, size, format, again);
    va_end(again);
    return text;
}

void arena_free(struct arena *arena)
{
    while (arena->last) {
        struct arena_block *before = arena->last->before;
        free(arena->last);
        arena->last = before;
    }
}
