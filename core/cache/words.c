/* core/cache/words.c: see words.h. */
#include "core/cache/words.h"

#include <ctype.h>
#include <string.h>

int typed_words(char *text, char *words[WORDS_MAX])
{
    int count = 0;
    for (char *c = text; *c && count < WORDS_MAX;) {
        while (*c && (isspace((unsigned char)*c) || ispunct((unsigned char)*c)))
            *c++ = '\0';
        if (*c)
            words[count++] = c;
        while (*c && !isspace((unsigned char)*c) && !ispunct((unsigned char)*c))
            c++;
    }
    return count;
}

static bool word_begins(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += length)
        if (at == text || !isalnum((unsigned char)at[-1]))
            return true;
    return false;
}

bool typed_begin(const char *text, char *const words[], int count)
{
    for (int i = 0; i < count; i++)
        if (!word_begins(text, words[i]))
            return false;
    return true;
}
