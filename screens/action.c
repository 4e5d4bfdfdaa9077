/* screens/action.c: the tables behind actions.def and screens.def. Knows no screen's state. */
#include "screens/action.h"

#include <assert.h>
#include <string.h>

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
    static const struct {
        unsigned role;
        const char *name;
    } names[] = {
        {ROLE_CLERK, "clerk"},     {ROLE_RECEPTION, "reception"}, {ROLE_SUPERVISOR, "supervisor"},
        {ROLE_TRAINER, "trainer"}, {ROLE_APPROVER, "approver"},   {ROLE_ADMINISTRATOR, "administrator"},
    };
    buf_addc(out, '[');
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (roles & names[i].role)
            add_name(out, names[i].name);
    buf_addc(out, ']');
}
