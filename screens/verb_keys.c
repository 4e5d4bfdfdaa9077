/* screens/verb_keys.c: `loket keys [--json]`: the action table as it counts here, the settings' keys
 * included. */
#include <stdio.h>
#include <string.h>

#include "core/wire/json.h"
#include "screens/runner.h"
#include "screens/screen.h"
#include "screens/tr.h"
#include "screens/verbs.h"
#include "tui/keymap.h"

enum { KEYS_TEXT = 100 };

static void add_key_list(struct buf *out, const struct keymap *keys, int action)
{
    char name[KEY_NAME];
    buf_adds(out, "[");
    for (int nth = 0; nth < KEYMAP_KEYS; nth++) {
        struct key key = keymap_key(keys, action, nth);
        if (key.code == K_NONE)
            break;
        struct json *text = json_new_text(key_text(key, name));
        buf_adds(out, nth ? "," : "");
        json_print_to(text, out);
        json_free(&text);
    }
    buf_adds(out, "]");
}

static void add_text(struct buf *out, const char *name, const char *value)
{
    struct json *text = json_new_text(value);
    buf_addf(out, ",\"%s\":", name);
    json_print_to(text, out);
    json_free(&text);
}

/* "screen" is one name, or several joined by a space; "any" for all. */
static void add_screens(struct buf *out, unsigned screens)
{
    struct buf names = {0};
    if ((screens & IN_ANY) == IN_ANY)
        buf_adds(&names, "any");
    for (unsigned i = 0; i < SCREEN_COUNT && (screens & IN_ANY) != IN_ANY; i++)
        if (screens & 1U << i && screen_ops((enum screen_id)i))
            buf_addf(&names, "%s%s", names.length ? " " : "", screen_info((enum screen_id)i)->name);
    add_text(out, "screen", buf_text(&names));
    buf_free(&names);
}

static void print_json(const struct keymap *keys, enum lang lang)
{
    struct buf out = {0};
    buf_adds(&out, "[");
    for (int i = 1; i < ACTION_COUNT; i++) {
        const struct action_info *info = action_info((enum action)i);
        if (!action_is_built((enum action)i))
            continue;
        buf_addf(&out, "%s\n{\"id\":\"%s\",\"keys\":", i > 1 ? "," : "", info->id);
        add_key_list(&out, keys, i);
        add_text(&out, "label", tr(lang, info->label));
        add_text(&out, "help", tr(lang, info->help));
        add_screens(&out, info->screens);
        buf_adds(&out, ",\"roles\":");
        action_roles_json(info->roles, &out);
        buf_adds(&out, "}");
    }
    buf_adds(&out, "\n]\n");
    fputs(buf_text(&out), stdout);
    buf_free(&out);
}

static void print_table(const struct keymap *keys, enum lang lang)
{
    char names[KEYS_TEXT];
    for (int i = 1; i < ACTION_COUNT; i++) {
        const struct action_info *info = action_info((enum action)i);
        if (!action_is_built((enum action)i))
            continue;
        printf("%-16s %-10s %s\n", info->id, keymap_keys(keys, i, names, sizeof names), tr(lang, info->help));
    }
}

int verb_keys(const struct options *options, struct settings *settings)
{
    bool json = options->arg_count == 1 && strcmp(options->args[0], "--json") == 0;
    if (options->arg_count && !json) {
        fprintf(stderr, "loket: keys takes --json or nothing, not %s\n", options->args[0]);
        return 2;
    }
    enum lang lang = LANG_EN;
    if (settings->lang)
        lang = runner_lang(settings);
    struct keymap *keys = runner_keymap(settings);
    fputs(buf_text(&settings->complaints), stderr); /* standard output is for programs */
    if (json)
        print_json(keys, lang);
    else
        print_table(keys, lang);
    keymap_free(&keys);
    return 0;
}
