/* core/model/password.c: see password.h. */
#include "core/model/password.h"

#include <ctype.h>
#include <string.h>

#include "core/base/str.h"

enum { BESIDE_MIN = 4 }; /* signs that must stand beside one's own name */

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

static bool is_own(const char *text, const char *login, const char *name)
{
    char word[PASSWORD_BYTES_MAX + 1];
    fold(login ? login : "", word);
    if (is_mostly(text, word))
        return true;
    fold(name ? name : "", word);
    for (char *rest = NULL, *part = strtok_r(word, " .-", &rest); part; part = strtok_r(NULL, " .-", &rest))
        if (is_mostly(text, part))
            return true;
    return false;
}

bool password_is_weak(const char *password, const char *login, const char *name)
{
    char text[PASSWORD_BYTES_MAX + 1];
    if (!password || strlen(password) > PASSWORD_BYTES_MAX || signs(password) < PASSWORD_SIGNS_MIN)
        return true;
    fold(password, text);
    bool weak = few_signs(text) || is_row(text) || is_own(text, login, name);
    memset(text, 0, sizeof text);
    return weak;
}
