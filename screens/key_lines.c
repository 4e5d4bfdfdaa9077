/* screens/key_lines.c: see key_lines.h. */
#include "screens/key_lines.h"

#include <stdlib.h>
#include <string.h>

#include "screens/screen.h"

enum { SENTENCE = 300 };

/* Of an action in the keymap: its own keys at most KEYMAP_KEYS. */
static bool has_key(const struct keymap *map, enum action action, const char *name)
{
    for (int nth = 0; nth < KEYMAP_KEYS; nth++)
        if (key_equal(keymap_key(map, action, nth), key_of(name)))
            return true;
    return false;
}

/* A letter types where a field has the focus. */
static bool reaches_from_field(const struct keymap *map, enum action action)
{
    for (int nth = 0; nth < KEYMAP_KEYS; nth++) {
        struct key key = keymap_key(map, action, nth);
        if (key.code != K_NONE && !key_types(key))
            return true;
    }
    return false;
}

/* The first screen of the action on which letters may type; SCREEN_COUNT: there is none. */
static enum screen_id field_screen(enum action action)
{
    for (int i = 0; i < SCREEN_COUNT; i++) {
        const struct screen_ops *ops = screen_ops((enum screen_id)i);
        if (action_info(action)->screens & 1U << i && ops && ops->typing)
            return (enum screen_id)i;
    }
    return SCREEN_COUNT;
}

/* --- what is wrong with one line, whatever the others say --- */

static bool takes_a_mover(const struct keymap *map, enum action action, char out[SENTENCE])
{
    static const char *const movers[] = {"Enter", "Tab",  "S-Tab", "Up", "Down", "Left", "Right", "PgUp",
                                         "PgDn",  "Home", "End",   "j",  "k",    "g",    "G"};
    for (size_t i = 0; i < sizeof movers / sizeof *movers; i++) {
        if (!has_key(map, action, movers[i]))
            continue;
        str_format(
            out, SENTENCE,
            i ? "%s moves in lists and fields on every screen; choose another key"
              : "%s opens and goes on everywhere, and nothing dangerous may lie on it; choose another key",
            movers[i]);
        return true;
    }
    return false;
}

static bool leaves_no_way(const struct keymap *map, enum action action, char out[SENTENCE])
{
    bool essential = action == ACTION_HELP || action == ACTION_BACK || action == ACTION_QUIT;
    if (!essential || keymap_key(map, action, 0).code != K_NONE)
        return false;
    str_format(out, SENTENCE, "\"%s\" needs a key; name at least one, or take this line away",
               action_info(action)->id);
    return true;
}

static bool only_types(const struct keymap *map, enum action action, bool reached, char out[SENTENCE])
{
    char name[KEY_NAME];
    enum screen_id screen = field_screen(action);
    if (!reached || screen == SCREEN_COUNT || keymap_key(map, action, 0).code == K_NONE ||
        reaches_from_field(map, action))
        return false;
    str_format(out, SENTENCE,
               "%s types in the fields of %s, where \"%s\" could not be reached any more; add a key that "
               "types nothing, "
               "such as F9 or A-x",
               key_text(keymap_key(map, action, 0), name), screen_info(screen)->name,
               action_info(action)->id);
    return true;
}

/* Gives the action its keys; false with a sentence, and as it was. */
static bool take_line(struct keymap *map, enum action action, const char *keys, char out[SENTENCE])
{
    bool reached = reaches_from_field(map, action);
    if (!keymap_set(map, action, keys, out, SENTENCE))
        return false;
    if (!takes_a_mover(map, action, out) && !leaves_no_way(map, action, out) &&
        !only_types(map, action, reached, out))
        return true;
    keymap_reset(map, action);
    return false;
}

/* --- lines against each other, and against what is built in --- */

static void tell_rival(enum action action, struct key key, enum action other, char out[SENTENCE])
{
    char name[KEY_NAME];
    unsigned both = action_info(action)->screens & action_info(other)->screens & IN_ALL;
    int screen = 0;
    while (!(both & 1U << screen))
        screen++;
    str_format(out, SENTENCE,
               "%s is the key of \"%s\" on the screen %s; choose another, or give \"%s\" another in [keys]",
               key_text(key, name), action_info(other)->id, screen_info((enum screen_id)screen)->name,
               action_info(other)->id);
}

static void complain(const char *line, const char *sentence, struct buf *complaints)
{
    buf_addf(complaints, "%s: %s\n", line ? line : "[keys]", sentence);
}

/* Of "FILE:LINE"; 0 for what is built in. */
static long number_of(const char *line)
{
    const char *colon = line ? strrchr(line, ':') : NULL;
    return colon ? strtol(colon + 1, NULL, 10) : 0;
}

/* A line that goes may leave its own built-in key to a conflict with another line: until nothing changes. Of two lines
 * the later one goes. */
static bool drop_one(struct keymap *map, bool counts[ACTION_COUNT], char *const lines[ACTION_COUNT],
                     struct buf *complaints)
{
    char sentence[SENTENCE];
    for (int i = ACTION_COUNT - 1; i > 0; i--) {
        struct key key;
        int other = counts[i] ? keymap_rival(map, i, &key) : 0;
        if (!other || (counts[other] && number_of(lines[other]) > number_of(lines[i])))
            continue;
        tell_rival((enum action)i, key, (enum action)other, sentence);
        complain(lines[i], sentence, complaints);
        counts[i] = false;
        keymap_reset(map, i);
        return true;
    }
    return false;
}

void key_lines_apply(struct keymap *map, char *const keys[ACTION_COUNT], char *const lines[ACTION_COUNT],
                     struct buf *complaints)
{
    char sentence[SENTENCE];
    bool counts[ACTION_COUNT] = {false};
    for (int i = 1; i < ACTION_COUNT; i++) {
        if (!keys[i])
            continue;
        counts[i] = take_line(map, (enum action)i, keys[i], sentence);
        if (!counts[i])
            complain(lines[i], sentence, complaints);
    }
    while (drop_one(map, counts, lines, complaints))
        continue;
}
