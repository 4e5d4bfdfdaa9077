/* tui/key.h: keys and their names (key_name is a word of ncurses). "n", "N", "C-p", "A-1", "F10", "Enter",
 * "S-Tab", "Esc", "PgUp", "Space", "C-Left". M- is read as A-. A letter with Shift is the capital letter;
 * there is no S-n. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Codes above Unicode for keys that type nothing. A key that types has its code point; Space, too. */
enum key_code {
    K_NONE = 0,
    K_FIRST = 0x110000,
    K_ENTER = K_FIRST,
    K_TAB,
    K_ESC,
    K_BACKSPACE,
    K_DELETE,
    K_INSERT,
    K_UP,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PGUP,
    K_PGDN,
    K_F1, /* K_F1 + n - 1 is Fn, up to F24 */
    K_END_OF_CODES = K_F1 + 24,
};
enum key_mods { MOD_SHIFT = 1, MOD_ALT = 2, MOD_CTRL = 4 };

struct key {
    int32_t code; /* a code point (letters of Ctrl in lower case), or enum key_code */
    unsigned mods;
    char text[5]; /* UTF-8 of what it types; "" when it types nothing */
};

enum { KEY_NAME = 24 };
struct key key_of(const char *name);                       /* K_NONE when there is no such key */
bool key_parse(const char *name, struct key *out);         /* false: no such key */
const char *key_text(struct key key, char out[KEY_NAME]);  /* "C-p"; returns out */
const char *key_label(struct key key, char out[KEY_NAME]); /* for people: "Ctrl-P", "Alt-1"; returns out */
bool key_equal(struct key a, struct key b);
bool key_is(struct key key, const char *name);
struct key key_typed(int32_t code); /* the key that types this character */
bool key_types(struct key key);     /* it puts text into a field */
