/* core/base/str.h: text that cannot overflow: bounded copies, a growing buffer, UTF-8.
 * All text is UTF-8. Allocation never fails: out of memory restores the terminal and ends. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

/* --- memory: one place that may run out of it --- */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);
char *xasprintf(const char *format, ...) PRINTF(1, 2);
/* Called before the program ends for want of memory or by a failed assert (to restore the terminal). */
void on_fatal(void (*hook)(void));

/* --- a growing buffer; always NUL-terminated once anything was added --- */
struct buf {
    char *data; /* NULL while empty */
    size_t length, capacity;
};
void buf_free(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory */
void buf_add(struct buf *buf, const void *data, size_t length);
void buf_adds(struct buf *buf, const char *text);
void buf_addc(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *format, ...) PRINTF(2, 3);
const char *buf_text(const struct buf *buf); /* "" while empty */
char *buf_take(struct buf *buf);             /* the caller frees; the buffer is empty again */

/* --- bounded copies: false when the text was cut (always at a whole character) --- */
bool str_copy(char *to, size_t capacity, const char *from);
bool str_format(char *to, size_t capacity, const char *format, ...) PRINTF(3, 4);
bool str_equal(const char *a, const char *b); /* NULL equals only NULL */
bool str_starts(const char *text, const char *prefix);
bool str_empty(const char *text); /* NULL or "" */

/* --- UTF-8 --- */
/* One code point from text (length bytes left); *used gets the bytes. -1 where it is not UTF-8
 * (overlong, surrogate, beyond U+10FFFF, cut); then *used is 1. */
int32_t utf8_decode(const char *text, size_t length, size_t *used);
size_t utf8_encode(int32_t code, char out[4]);
bool utf8_valid(const char *text, size_t length);
size_t utf8_count(const char *text, size_t length); /* code points */
/* Appends text as paper and terminals may have it: lines, and nothing that would steer them. Control characters, C1 ones
 * too, become blanks, what turns the direction of writing is left out, what is not UTF-8 becomes U+FFFD. */
void utf8_add_plain(struct buf *out, const char *text);
/* Appends text folded for search: lower case, without diacritics, the letters of az, id and ru in
 * one Latin spelling (Ə→e, ı→i, Алиев→aliyev), so that spellings of one name meet. */
void utf8_fold(struct buf *out, const char *text);
/* Folded further, so that the ways to write one name meet: Əliyev, Aliyev, Eliyev, Алиев; Soekarno, Sukarno.
 * For finding people only: what it makes is not for reading. */
void utf8_fold_name(struct buf *out, const char *text);
