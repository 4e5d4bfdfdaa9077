/* tui/key.c: names of keys, both ways: see key.h. Knows no terminal. */
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

#include "tui/text.h"

/* The first name of a code is the one that is written; all are read. */
static const struct {
    int32_t code;
    const char *name;
} names[] = {
    {K_ENTER, "Enter"},   {K_TAB, "Tab"},       {K_ESC, "Esc"},    {K_BACKSPACE, "Backspace"},
    {K_DELETE, "Delete"}, {K_INSERT, "Insert"}, {K_UP, "Up"},      {K_DOWN, "Down"},
    {K_LEFT, "Left"},     {K_RIGHT, "Right"},   {K_HOME, "Home"},  {K_END, "End"},
    {K_PGUP, "PgUp"},     {K_PGDN, "PgDn"},     {' ', "Space"},    {K_ENTER, "Return"},
    {K_ESC, "Escape"},    {K_DELETE, "Del"},    {K_INSERT, "Ins"}, {K_PGUP, "PageUp"},
    {K_PGDN, "PageDown"},
};
enum { NAMES = sizeof names / sizeof *names, F_KEYS = 24 };

struct key key_typed(int32_t code)
{
    struct key key = {.code = code};
    key.text[text_encode(code, key.text)] = '\0';
    return key;
}

bool key_types(struct key key)
{
    return key.text[0] != '\0' && !(key.mods & (MOD_ALT | MOD_CTRL));
}

/* F1 to F24; K_NONE otherwise. */
static int32_t function_key(const char *name)
{
    int number = 0;
    if (name[0] != 'F' || !name[1] || strlen(name) > 3)
        return K_NONE;
    for (const char *c = name + 1; *c; c++) {
        if (*c < '0' || *c > '9')
            return K_NONE;
        number = number * 10 + (*c - '0');
    }
    return number >= 1 && number <= F_KEYS && name[1] != '0' ? K_F1 + number - 1 : K_NONE;
}

static int32_t named_code(const char *name)
{
    for (int i = 0; i < NAMES; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].code;
    size_t used, length = strlen(name);
    int32_t code = length ? text_decode(name, length, &used) : -1;
    if (code > ' ' && code != 0x7f && used == length)
        return code;
    return function_key(name);
}

static unsigned mod_of(char letter)
{
    return letter == 'C'                    ? MOD_CTRL
           : letter == 'S'                  ? MOD_SHIFT
           : letter == 'A' || letter == 'M' ? MOD_ALT
                                            : 0;
}

bool key_parse(const char *name, struct key *out)
{
    unsigned mods = 0;
    for (; *name && name[1] == '-' && name[2] && mod_of(*name); name += 2)
        mods |= mod_of(*name);
    int32_t code = named_code(name);
    if (code == K_NONE || (code < K_FIRST && (mods & MOD_SHIFT)))
        return false;
    if ((mods & MOD_CTRL) && code >= 'A' && code <= 'Z')
        code += 'a' - 'A';
    *out = code < K_FIRST && !(mods & (MOD_CTRL | MOD_ALT)) ? key_typed(code) : (struct key){.code = code};
    out->mods = mods;
    return true;
}

struct key key_of(const char *name)
{
    struct key key = {.code = K_NONE};
    return key_parse(name, &key) ? key : (struct key){.code = K_NONE};
}

static void code_name(int32_t code, char out[16])
{
    for (int i = 0; i < NAMES; i++) {
        if (names[i].code == code) {
            snprintf(out, 16, "%s", names[i].name);
            return;
        }
    }
    if (code >= K_F1 && code < K_END_OF_CODES)
        snprintf(out, 16, "F%d", (int)(code - K_F1) + 1);
    else
        out[text_encode(code, out)] = '\0';
}

static const char *write_name(struct key key, const char *const mods[3], bool capital, char out[KEY_NAME])
{
    char base[16];
    code_name(key.code, base);
    if (capital && key.mods && base[0] >= 'a' && base[0] <= 'z' && !base[1])
        base[0] = (char)(base[0] - 'a' + 'A');
    snprintf(out, KEY_NAME, "%s%s%s%s", key.mods & MOD_CTRL ? mods[0] : "", key.mods & MOD_ALT ? mods[1] : "",
             key.mods & MOD_SHIFT ? mods[2] : "", base);
    return out;
}

const char *key_text(struct key key, char out[KEY_NAME])
{
    static const char *const mods[3] = {"C-", "A-", "S-"};
    return write_name(key, mods, false, out);
}

const char *key_label(struct key key, char out[KEY_NAME])
{
    static const char *const mods[3] = {"Ctrl-", "Alt-", "Shift-"};
    return write_name(key, mods, true, out);
}

bool key_equal(struct key a, struct key b)
{
    return a.code == b.code && a.mods == b.mods && a.code != K_NONE;
}

bool key_is(struct key key, const char *name)
{
    return key_equal(key, key_of(name));
}
