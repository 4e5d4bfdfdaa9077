/* tui/keymap.h: which action a key means, and where. Contexts are bits, so that one action can live in
 * several. Knows actions as numbers with names only. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "tui/key.h"

enum { KEYMAP_KEYS = 4 }; /* keys an action */

struct keymap_action { /* all borrowed for as long as the keymap lives */
    int action;        /* > 0 */
    const char *id;    /* its name in settings and faults */
    const char *keys;  /* "n F2": names of key.h separated by spaces, may be "" */
    unsigned contexts;
};
struct keymap;

/* Two actions of one context may share a default key: the one that comes first and is possible is meant. An
 * unknown key name is skipped and told in fault (a sentence; "" when all is well). */
struct keymap *keymap_new(const struct keymap_action *actions, int count, char *fault, size_t fault_capacity);
void keymap_free(struct keymap **map);

/* Gives the action other keys, as people write them: "C-p F2"; "" takes all away. False leaves everything as it was, with
 * a sentence in fault: no such key, or too many. Whether another action has one of them is asked by keymap_rival, once
 * all are given, so that two may change places. */
bool keymap_set(struct keymap *map, int action, const char *keys, char *fault, size_t fault_capacity);
void keymap_reset(struct keymap *map, int action); /* the keys that it had from the start */
/* Another action that has a key of this one where both live, and had it not from the start together with it: the action
 * and the key. 0: none. */
int keymap_rival(const struct keymap *map, int action, struct key *key);

/* The nth (from 0) action on key in any of contexts; 0 when there are no more. */
int keymap_find(const struct keymap *map, unsigned contexts, struct key key, int nth);
struct key keymap_key(const struct keymap *map, int action, int nth); /* K_NONE when there are no more */
/* All keys of an action as text, "n F2"; returns out. */
const char *keymap_keys(const struct keymap *map, int action, char *out, size_t capacity);
