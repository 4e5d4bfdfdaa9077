/* screens/action.h: actions.def and screens.def as enums and tables. */
#pragma once
#include <stdbool.h>

#include "core/base/str.h"
#include "core/model/role.h"

enum screen_id {
#define SCREEN(ID, name, place, roles, title) SCREEN_##ID,
#include "screens/screens.def"
    SCREEN_COUNT
};

/* Bits of action_info.screens. */
enum {
#define SCREEN(ID, name, place, roles, title) IN_##ID = 1 << SCREEN_##ID,
#include "screens/screens.def"
    OFF_BAR = 1 << SCREEN_COUNT,
    IN_ALL = OFF_BAR - 1,
    IN_ANY = IN_ALL & ~IN_SURVEY, /* which is in a citizen's hands: nothing of the clerk's is reached there */
    IN_WORK = IN_ANY & ~(IN_START | IN_SIGN_IN | IN_DISPLAY | IN_HALLS), /* wherever someone is signed in */
    IN_LISTS = IN_RECEPTION | IN_PERSON | IN_WORKLIST | IN_BOARD | IN_MOVE | IN_HALLS,
};

enum action {
    ACTION_NONE,
#define ACTION(ID, id, keys, screens, roles, label, help, danger) ACTION_##ID,
#include "screens/actions.def"
    ACTION_COUNT
};

struct action_info {
    const char *id, *keys;
    unsigned screens, roles;
    const char *label, *help, *danger;
};
const struct action_info *action_info(enum action action);
bool action_find(const char *id, enum action *out);
/* The names of a screen mask or of roles, as a JSON array's text: ["desk","form"]; IN_ANY is ["any"]. */
void action_screens_json(unsigned screens, struct buf *out);
void action_roles_json(unsigned roles, struct buf *out);

struct screen_info {
    const char *name;
    int place; /* 0: none */
    unsigned roles;
    const char *title;
};
const struct screen_info *screen_info(enum screen_id id);
bool screen_find(const char *name, enum screen_id *out);

/* The keymap of all actions; free with keymap_free. fault: see keymap_new. */
struct keymap;
struct keymap *action_keymap(char *fault, size_t fault_capacity);
