/* core/base/arena.h: memory that is freed all at once: one arena per answer or screen. */
#pragma once
#include <stddef.h>

#include "core/base/err.h"

struct arena_block;
struct arena {
    struct arena_block *last;
};
void *arena_alloc(struct arena *arena, size_t size); /* zeroed, aligned for anything */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF(2, 3);
void arena_free(struct arena *arena); /* may be used again afterwards */
