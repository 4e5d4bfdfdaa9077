/* tui/keymap.c: keys to actions: see keymap.h. A plain table walked in order: a few hundred rows, once a key.
 */
#include "tui/keymap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/mem.h"

struct binding {
    struct keymap_action action;
    struct key keys[KEYMAP_KEYS];
    int key_count;
};
struct keymap {
    struct binding *bindings;
    int count;
};

/* Reads "n F2" into keys; false with a sentence about the first word that is no key, or one too many. The
 * words before it are kept. */
static bool read_keys(const char *text, struct key keys[KEYMAP_KEYS], int *count, char *fault,
                      size_t fault_capacity)
{
    *count = 0;
    while (*(text += strspn(text, " \t"))) {
        char word[KEY_NAME];
        size_t length = strcspn(text, " \t");
        snprintf(word, sizeof word, "%.*s", (int)length, text);
        if (*count == KEYMAP_KEYS) {
            snprintf(fault, fault_capacity, "an action has at most %d keys", KEYMAP_KEYS);
            return false;
        }
        if (length >= sizeof word || !key_parse(word, &keys[*count])) {
            snprintf(fault, fault_capacity, "there is no key \"%s\"; write keys as n, F2, C-p, A-1 or S-Tab",
                     word);
            return false;
        }
        ++*count;
        text += length;
    }
    return true;
}

struct keymap *keymap_new(const struct keymap_action *actions, int count, char *fault, size_t fault_capacity)
{
    struct keymap *map = mem_alloc(1, sizeof *map);
    map->bindings = mem_alloc((size_t)count, sizeof *map->bindings);
    map->count = count;
    if (fault_capacity)
        fault[0] = '\0';
    for (int i = 0; i < count; i++) {
        map->bindings[i].action = actions[i];
        read_keys(actions[i].keys ? actions[i].keys : "", map->bindings[i].keys, &map->bindings[i].key_count,
                  fault, fault_capacity);
    }
    return map;
}

void keymap_free(struct keymap **map)
{
    if (!*map)
        return;
    free((*map)->bindings);
    free(*map);
    *map = NULL;
}

static bool has_key(const struct binding *binding, struct key key)
{
    for (int i = 0; i < binding->key_count; i++)
        if (key_equal(binding->keys[i], key))
            return true;
    return false;
}

static struct binding *find_action(const struct keymap *map, int action)
{
    for (int i = 0; i < map->count; i++)
        if (map->bindings[i].action.action == action)
            return &map->bindings[i];
    return NULL;
}

bool keymap_set(struct keymap *map, int action, const char *keys, char *fault, size_t fault_capacity)
{
    struct binding *binding = find_action(map, action), wanted;
    if (!binding) {
        snprintf(fault, fault_capacity, "there is no such action");
        return false;
    }
    wanted = *binding;
    if (!read_keys(keys, wanted.keys, &wanted.key_count, fault, fault_capacity))
        return false;
    *binding = wanted;
    return true;
}

/* As it was made. */
static struct binding built_in(const struct binding *binding)
{
    char fault[200];
    struct binding before = {.action = binding->action};
    read_keys(before.action.keys ? before.action.keys : "", before.keys, &before.key_count, fault,
              sizeof fault);
    return before;
}

void keymap_reset(struct keymap *map, int action)
{
    struct binding *binding = find_action(map, action);
    if (binding)
        *binding = built_in(binding);
}

static bool shared_from_start(const struct binding *one, const struct binding *other, struct key key)
{
    struct binding before = built_in(one), other_before = built_in(other);
    return has_key(&before, key) && has_key(&other_before, key);
}

int keymap_rival(const struct keymap *map, int action, struct key *key)
{
    const struct binding *binding = find_action(map, action);
    for (int n = 0; binding && n < binding->key_count; n++) {
        for (int i = 0; i < map->count; i++) {
            const struct binding *other = &map->bindings[i];
            if (other == binding || !(other->action.contexts & binding->action.contexts) ||
                !has_key(other, binding->keys[n]) || shared_from_start(binding, other, binding->keys[n]))
                continue;
            *key = binding->keys[n];
            return other->action.action;
        }
    }
    return 0;
}

int keymap_find(const struct keymap *map, unsigned contexts, struct key key, int nth)
{
    for (int i = 0; i < map->count; i++) {
        const struct binding *binding = &map->bindings[i];
        if ((binding->action.contexts & contexts) && has_key(binding, key) && nth-- == 0)
            return binding->action.action;
    }
    return 0;
}

struct key keymap_key(const struct keymap *map, int action, int nth)
{
    const struct binding *binding = find_action(map, action);
    return binding && nth >= 0 && nth < binding->key_count ? binding->keys[nth]
                                                           : (struct key){.code = K_NONE};
}

const char *keymap_keys(const struct keymap *map, int action, char *out, size_t capacity)
{
    const struct binding *binding = find_action(map, action);
    char name[KEY_NAME];
    size_t used = 0;
    if (capacity)
        out[0] = '\0';
    for (int i = 0; binding && i < binding->key_count && used < capacity; i++)
        used += (size_t)snprintf(out + used, capacity - used, "%s%s", i ? " " : "",
                                 key_text(binding->keys[i], name));
    return out;
}
