/* core/cache/words.h: what was typed, word by word; for load_*.c alone. */
#pragma once
#include <stdbool.h>

enum { WORDS_MAX = 6 };

/* The words of folded text, cut in place: "ali-zada  " → "ali", "zada". */
int typed_words(char *text, char *words[WORDS_MAX]);
/* Whether each of the words begins a word of text. */
bool typed_begin(const char *text, char *const words[], int count);
