/* core/model/password.c: see password.h. */
#include "core/model/password.h"

#include <ctype.h>
#include <string.h>

#include "core/base/str.h"

enum { BESIDE_MIN = 4 }; /* signs that must stand beside one's own name */

static const char *const common_whole[] = {
#define COMMON_WHOLE
#include "core/model/common_passwords.def"
#undef COMMON_WHOLE
};
static const char *const common_words[] = {
#define COMMON_WORD
#include "core/model/common_passwords.def"
#undef COMMON_WORD
};

static int signs(const char *text)
{
    int count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static bool few_signs(const char *text)
{
    char kinds[3] = "";
    for (; *text; text++) {
        if (strchr(kinds, *text))
            continue;
        if (strlen(kinds) == 2)
            return false;
        kinds[strlen(kinds)] = *text;
    }
    return true;
}

/* All of it, forwards or backwards, is in one of them. */
static bool is_row(const char *text)
{
    static const char *const rows[] = {"01234567890123456789", "abcdefghijklmnopqrstuvwxyz",
                                       "qwertyuiopasdfghjklzxcvbnm", "password123456789",
                                       "11223344556677889900"};
    char back[PASSWORD_BYTES_MAX + 1];
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        back[i] = text[length - 1 - i];
    back[length] = '\0';
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strstr(rows[i], text) || strstr(rows[i], back))
            return true;
    return false;
}

static void fold(const char *text, char out[PASSWORD_BYTES_MAX + 1])
{
    str_copy(out, PASSWORD_BYTES_MAX + 1, text);
    for (char *c = out; *c; c++)
        *c = (char)tolower((unsigned char)*c);
}

/* word stands in text, and next to nothing else does. */
static bool is_mostly(const char *text, const char *word)
{
    return strlen(word) > 2 && strstr(text, word) && signs(text) - signs(word) < BESIDE_MIN;
}

/* The letters of text, once or twice, are word; whatever else stands there are digits and signs. */
static bool is_dressed(const char *letters, const char *word)
{
    size_t length = strlen(word), all = strlen(letters);
    if (length < 3 || strncmp(letters, word, length) != 0)
        return false;
    return all == length || (all == 2 * length && strcmp(letters + length, word) == 0);
}

/* Those of every script: what is not ASCII counts as one. */
static void letters_of(const char *text, char out[PASSWORD_BYTES_MAX + 1])
{
    size_t length = 0;
    for (; *text; text++)
        if (isalpha((unsigned char)*text) || (unsigned char)*text >= 0x80)
            out[length++] = *text;
    out[length] = '\0';
}

static bool is_common(const char *text, const char *letters)
{
    for (size_t i = 0; i < sizeof common_whole / sizeof *common_whole; i++)
        if (strcmp(text, common_whole[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof common_words / sizeof *common_words; i++)
        if (is_dressed(letters, common_words[i]))
            return true;
    return false;
}

static bool has_word_of(const char *text, const char *letters, const char *name)
{
    char words[PASSWORD_BYTES_MAX + 1];
    fold(name ? name : "", words);
    for (char *rest = NULL, *word = strtok_r(words, " .-", &rest); word; word = strtok_r(NULL, " .-", &rest))
        if (is_mostly(text, word) || is_dressed(letters, word))
            return true;
    char whole[PASSWORD_BYTES_MAX + 1];
    fold(name ? name : "", words);
    letters_of(words, whole);
    return strcmp(text, words) == 0 || is_dressed(letters, whole);
}

static bool is_own(const char *text, const char *letters, const struct password_of *of)
{
    const char *const names[] = {of->login, of->name, of->hall};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (has_word_of(text, letters, names[i]))
            return true;
    return false;
}

bool password_is_weak(const char *password, const struct password_of *of)
{
    char text[PASSWORD_BYTES_MAX + 1], letters[PASSWORD_BYTES_MAX + 1];
    if (!password || strlen(password) > PASSWORD_BYTES_MAX)
        return true;
    int count = signs(password);
    if (count < PASSWORD_SIGNS_MIN || count > PASSWORD_SIGNS_MAX)
        return true;
    fold(password, text);
    letters_of(text, letters);
    bool weak = few_signs(text) || is_row(text) || is_common(text, letters) || is_own(text, letters, of);
    memset(text, 0, sizeof text);
    memset(letters, 0, sizeof letters);
    return weak;
}
