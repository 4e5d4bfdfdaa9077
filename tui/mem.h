/* tui/mem.h: memory for the toolkit, and the one place where it may run out: the terminal is restored, a
 * sentence is printed, the program ends. None of these returns NULL. Free with free(). */
#pragma once
#include <stddef.h>

void *mem_alloc(size_t count, size_t size); /* zeroed */
void *mem_resize(void *old, size_t count, size_t size);
char *mem_copy(const char *text, size_t length); /* NUL-terminated */
/* Called once before the program ends for want of memory; term.c hands in its restorer. */
void mem_on_fatal(void (*hook)(void));
