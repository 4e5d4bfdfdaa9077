/* tests/unit/key_lines_test.c: keys of a person's own: which lines of the settings count, and what is said of the
 * others. */
#include <stdlib.h>
#include <string.h>

#include "screens/key_lines.h"
#include "screens/settings.h"
#include "tests/support/test.h"

struct keys {
    struct settings settings;
    struct keymap *map;
};

static struct keys with(const char *lines)
{
    char fault[300];
    struct keys keys;
    char *text = xasprintf("[keys]\n%s", lines);
    settings_init(&keys.settings);
    settings_parse(&keys.settings, "config", text);
    keys.map = action_keymap(fault, sizeof fault);
    CHECK_TEXT(fault, "");
    key_lines_apply(keys.map, keys.settings.keys, keys.settings.key_lines, &keys.settings.complaints);
    free(text);
    return keys;
}

static void end(struct keys *keys)
{
    keymap_free(&keys->map);
    settings_deinit(&keys->settings);
}

static void check_keys(const struct keys *keys, enum action action, const char *want)
{
    char names[100];
    CHECK_TEXT(keymap_keys(keys->map, action, names, sizeof names), want);
}

/* Exactly one complaint, and the action as it was. */
static void check_refused(const char *line, enum action action, const char *kept, const char *complaint)
{
    struct keys keys = with(line);
    CHECK_TEXT(buf_text(&keys.settings.complaints), complaint);
    check_keys(&keys, action, kept);
    end(&keys);
}

TEST(key_lines_count_and_change_places)
{
    struct keys keys = with("call_next = s F2\nstart = n\nundo =\nhelp = F1 C-h\n");
    CHECK_TEXT(buf_text(&keys.settings.complaints), "");
    check_keys(&keys, ACTION_CALL_NEXT, "s F2");
    check_keys(&keys, ACTION_START, "n");
    check_keys(&keys, ACTION_UNDO, "");
    check_keys(&keys, ACTION_HELP, "F1 C-h");
    CHECK_INT(keymap_find(keys.map, IN_DESK, key_of("n"), 0), ACTION_START);
    end(&keys);
}

TEST(key_lines_refuse_what_is_no_key_or_action)
{
    check_refused("call_next = F99\n", ACTION_CALL_NEXT, "n",
                  "config:2: there is no key \"F99\"; write keys as n, F2, C-p, A-1 or S-Tab\n");
    check_refused("fly = f\n", ACTION_FINISH, "f",
                  "config:2: there is no such action; `loket keys` lists them\n");
}

TEST(key_lines_refuse_two_actions_on_a_key_of_one_screen)
{
    check_refused(
        "call_next = s\n", ACTION_CALL_NEXT, "n",
        "config:2: s is the key of \"start\" on the screen desk; choose another, or give \"start\" another "
        "in [keys]\n");
    /* Of two lines the earlier one counts; what is built in stays where no line moves it. */
    struct keys keys = with("\nstart = F2\ncall_next = F2\n");
    CHECK(strstr(buf_text(&keys.settings.complaints), "config:4: F2 is the key of \"start\""));
    check_keys(&keys, ACTION_START, "F2");
    check_keys(&keys, ACTION_CALL_NEXT, "n");
    end(&keys);
    keys = with("call_next = F2\nstart = F2\n");
    CHECK(strstr(buf_text(&keys.settings.complaints), "config:3: F2 is the key of \"call_next\""));
    check_keys(&keys, ACTION_CALL_NEXT, "F2");
    check_keys(&keys, ACTION_START, "s");
    end(&keys);
}

/* start took the key of an action whose own line does not count after all: both go back. */
TEST(key_lines_fall_back_together)
{
    struct keys keys = with("call_next = F99\nstart = n\nrecall = F2\n");
    CHECK(strstr(buf_text(&keys.settings.complaints), "config:2: there is no key"));
    CHECK(strstr(buf_text(&keys.settings.complaints), "config:3: n is the key of \"call_next\""));
    check_keys(&keys, ACTION_CALL_NEXT, "n");
    check_keys(&keys, ACTION_START, "s");
    check_keys(&keys, ACTION_RECALL, "F2"); /* the rest counts */
    end(&keys);
}

TEST(key_lines_refuse_enter_and_what_moves)
{
    check_refused(
        "counter_close = Enter\n", ACTION_COUNTER_CLOSE, "C",
        "config:2: Enter opens and goes on everywhere, and nothing dangerous may lie on it; choose another "
        "key\n");
    check_refused("call_next = F2 j\n", ACTION_CALL_NEXT, "n",
                  "config:2: j moves in lists and fields on every screen; choose another key\n");
}

TEST(key_lines_refuse_letters_alone_in_fields)
{
    struct keys keys = with("submit = s\n");
    CHECK(strstr(buf_text(&keys.settings.complaints), "config:2: s types in the fields of form"));
    check_keys(&keys, ACTION_SUBMIT, "F10");
    end(&keys);
    keys = with("submit = A-s\ncall_next = F9 x\n");
    check_keys(&keys, ACTION_SUBMIT, "A-s");
    end(&keys);
}

TEST(key_lines_leave_help_back_and_quit_a_key)
{
    check_refused("help =\n", ACTION_HELP, "? F1",
                  "config:2: \"help\" needs a key; name at least one, or take this line away\n");
    check_refused("back =\n", ACTION_BACK, "Esc",
                  "config:2: \"back\" needs a key; name at least one, or take this line away\n");
    check_refused("quit =\n", ACTION_QUIT, "C-q",
                  "config:2: \"quit\" needs a key; name at least one, or take this line away\n");
}
