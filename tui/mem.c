/* tui/mem.c: memory that never says no: see mem.h. Knows the terminal only as a hook. */
#include "tui/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*fatal_hook)(void);

void mem_on_fatal(void (*hook)(void))
{
    fatal_hook = hook;
}

static void *checked(void *memory)
{
    if (memory)
        return memory;
    if (fatal_hook)
        fatal_hook();
    fputs(
        "This computer has no memory left for the program. What was saved is safe; close other programs and "
        "start it again.\n",
        stderr);
    exit(70);
}

void *mem_alloc(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size ? size : 1));
}

void *mem_resize(void *old, size_t count, size_t size)
{
    return checked(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *mem_copy(const char *text, size_t length)
{
    char *copy = checked(malloc(length + 1));
    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}
