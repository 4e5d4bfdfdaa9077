/* screens/action.c: the tables behind actions.def and screens.def. Knows no screen's state. */
#include "screens/action.h"

#include <assert.h>
#include <string.h>

#include "tui/keymap.h"

static const struct action_info actions[ACTION_COUNT] = {
    [ACTION_NONE] = {"", "", 0, 0, "", "", NULL},
#define ACTION(ID, id, keys, screens, roles, label, help, danger) \
    [ACTION_##ID] = {id, keys, screens, roles, label, help, danger},
#include "screens/actions.def"
};

static const struct screen_info screens[SCREEN_COUNT] = {
#define SCREEN(ID, name, place, roles, title) [SCREEN_##ID] = {#name, place, roles, title},
#include "screens/screens.def"
};

const struct action_info *action_info(enum action action)
{
    assert(action < ACTION_COUNT);
    return &actions[action];
}

bool action_find(const char *id, enum action *out)
{
    for (int i = 1; i < ACTION_COUNT; i++) {
        if (str_equal(actions[i].id, id)) {
            *out = (enum action)i;
            return true;
        }
    }
    return false;
}

const struct screen_info *screen_info(enum screen_id id)
{
    assert(id < SCREEN_COUNT);
    return &screens[id];
}

bool screen_find(const char *name, enum screen_id *out)
{
    for (int i = 0; i < SCREEN_COUNT; i++) {
        if (str_equal(screens[i].name, name)) {
            *out = (enum screen_id)i;
            return true;
        }
    }
    return false;
}

static void add_name(struct buf *out, const char *name)
{
    buf_addf(out, "%s\"%s\"", buf_text(out)[out->length - 1] == '[' ? "" : ",", name);
}

void action_screens_json(unsigned mask, struct buf *out)
{
    buf_addc(out, '[');
    if ((mask & IN_ANY) == IN_ANY) {
        add_name(out, "any");
    } else {
        for (unsigned i = 0; i < SCREEN_COUNT; i++)
            if (mask & 1U << i)
                add_name(out, screens[i].name);
    }
    buf_addc(out, ']');
}

void action_roles_json(unsigned roles, struct buf *out)
{
    buf_addc(out, '[');
    for (unsigned bit = 1; bit <= ROLE_ALL; bit <<= 1)
        if (roles & bit)
            add_name(out, role_text(bit));
    buf_addc(out, ']');
}

struct keymap *action_keymap(char *fault, size_t fault_capacity)
{
    /* Borrowed by the keymap for as long as it lives. */
    static const struct keymap_action rows[] = {
#define ACTION(ID, id, keys, screens, roles, label, help, danger) \
    {ACTION_##ID, id, keys, (unsigned)(screens)&IN_ALL},
#include "screens/actions.def"
    };
    return keymap_new(rows, (int)(sizeof rows / sizeof *rows), fault, fault_capacity);
}
