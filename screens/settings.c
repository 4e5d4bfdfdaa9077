/* screens/settings.c: reads the settings file and the environment. Knows no screen. */
#include "screens/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "screens/config_lines.h"
#include "screens/tr.h"

void settings_init(struct settings *settings)
{
    *settings =
        (struct settings){.bell = BELL_SOUND, .lock_after_min = SETTINGS_LOCK_BY_HALL, .ticket_width = 40};
}

void settings_deinit(struct settings *settings)
{
    char *texts[] = {settings->cert,     settings->key,   settings->hall,         settings->counter,
                     settings->ca,       settings->crl,   settings->pin,          settings->data,
                     settings->theme,    settings->lang,  settings->log,          settings->record,
                     settings->scenario, settings->print, settings->print_tickets};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    for (int i = 0; i < ACTION_COUNT; i++) {
        free(settings->keys[i]);
        free(settings->key_lines[i]);
    }
    buf_free(&settings->complaints);
    settings_init(settings);
}

void settings_put(char **place, const char *value)
{
    if (!value)
        return;
    free(*place);
    *place = xstrdup(value);
}

/* --- values --- */

static bool parse_bool(const char *value, bool *out)
{
    static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off", "0"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
            *out = strcmp(value, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

static bool parse_minutes(const char *value, int *out)
{
    char *end;
    errno = 0;
    long minutes = strtol(value, &end, 10);
    if (errno || end == value || *end || minutes < 0 || minutes > 24 * 60)
        return false;
    *out = (int)minutes;
    return true;
}

const char *bell_name(enum bell bell)
{
    static const char *const names[BELL_COUNT] = {"off", "sound", "flash", "both"};
    return bell < BELL_COUNT ? names[bell] : names[BELL_SOUND];
}

bool bell_find(const char *name, enum bell *bell)
{
    bool any;
    for (int i = 0; name && i < BELL_COUNT; i++)
        if (strcmp(bell_name((enum bell)i), name) == 0) {
            *bell = (enum bell)i;
            return true;
        }
    if (!name || !parse_bool(name, &any))
        return false;
    *bell = any ? BELL_SOUND : BELL_OFF;
    return true;
}

bool motion_find(const char *name, bool *calm)
{
    bool less = name && strcmp(name, "less") == 0;
    if (!less && (!name || strcmp(name, "full") != 0))
        return false;
    *calm = less;
    return true;
}

static bool parse_width(const char *value, int *out)
{
    enum { NARROWEST = 20, WIDEST = 200 };
    char *end;
    errno = 0;
    long width = strtol(value, &end, 10);
    if (errno || end == value || *end || width < NARROWEST || width > WIDEST)
        return false;
    *out = (int)width;
    return true;
}

/* NULL, or what is wrong with it. */
static const char *set(struct settings *settings, const char *section, const char *name, const char *value)
{
    const struct {
        const char *section, *name;
        char **text;
        bool *flag;
        int *minutes;
    } places[] = {
        {"hall", "url", &settings->hall, NULL, NULL},
        {"hall", "counter", &settings->counter, NULL, NULL},
        {"hall", "ca", &settings->ca, NULL, NULL},
        {"hall", "crl", &settings->crl, NULL, NULL},
        {"hall", "pin", &settings->pin, NULL, NULL},
        {"hall", "cert", &settings->cert, NULL, NULL},
        {"hall", "key", &settings->key, NULL, NULL},
        {"hall", "plain_http", NULL, &settings->plain, NULL},
        {"look", "theme", &settings->theme, NULL, NULL},
        {"look", "lang", &settings->lang, NULL, NULL},
        {"look", "ascii", NULL, &settings->ascii, NULL},
        {"look", "linear", NULL, &settings->linear, NULL},
        {"look", "mouse", NULL, &settings->mouse, NULL},
        {"privacy", "lock_after_min", NULL, NULL, &settings->lock_after_min},
        {"print", "command", &settings->print, NULL, NULL},
        {"print", "ticket_command", &settings->print_tickets, NULL, NULL},
        {"print", "terminal", NULL, &settings->print_by_terminal, NULL},
    };
    enum lang lang;
    if (strcmp(section, "keys") == 0) {
        enum action action;
        if (!action_find(name, &action))
            return "there is no such action; `loket keys` lists them";
        settings_put(&settings->keys[action], value);
        settings_put(&settings->key_lines[action], settings->line);
        return NULL;
    }
    if (strcmp(section, "look") == 0 && strcmp(name, "bell") == 0)
        return bell_find(value, &settings->bell) ? NULL : "say off, sound, flash or both";
    if (strcmp(section, "look") == 0 && strcmp(name, "motion") == 0)
        return motion_find(value, &settings->calm) ? NULL : "say full or less";
    if (strcmp(section, "print") == 0 && strcmp(name, "ticket_width") == 0)
        return parse_width(value, &settings->ticket_width) ? NULL : "say characters a line, 20 to 200";
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (strcmp(section, places[i].section) != 0 || strcmp(name, places[i].name) != 0)
            continue;
        if (places[i].flag)
            return parse_bool(value, places[i].flag) ? NULL : "say yes or no";
        if (places[i].minutes)
            return parse_minutes(value, places[i].minutes) ? NULL : "say minutes, 0 to 1440";
        if (places[i].text == &settings->lang && !lang_find(value, &lang))
            return "say az, id, en or ru";
        settings_put(places[i].text, value);
        return NULL;
    }
    return "there is no such setting here; see loket(1)";
}

/* --- lines --- */

static const char *take_line(void *ctx, const char *section, char *line, const char *at)
{
    struct settings *settings = ctx;
    char *equals = strchr(line, '=');
    if (!equals)
        return "expected NAME = VALUE";
    *equals = '\0';
    settings->line = at;
    const char *fault = set(settings, section, config_trim(line), config_trim(equals + 1));
    settings->line = NULL;
    return fault;
}

void settings_parse(struct settings *settings, const char *name, const char *text)
{
    config_lines(name, text, take_line, settings, &settings->complaints);
}

enum err settings_read(struct settings *settings, const char *path, struct err_info *info)
{
    struct buf text = {0};
    enum err err = config_read(path, &text, info);
    if (err == ERR_OK)
        settings_parse(settings, path, buf_text(&text));
    buf_free(&text);
    return err;
}

int settings_lock_min(const struct settings *settings, bool practice)
{
    if (settings->lock_after_min != SETTINGS_LOCK_BY_HALL)
        return settings->lock_after_min;
    return practice ? 0 : SETTINGS_LOCK_MIN;
}

/* --- environment --- */

void settings_environment(struct settings *settings)
{
    settings_put(&settings->hall, getenv("LOKET_HALL"));
    settings_put(&settings->data, getenv("LOKET_DATA"));
    settings->plain_again = str_equal(getenv("LOKET_PLAIN_HTTP"), "yes");
}

struct sync_trust settings_trust(const struct settings *settings)
{
    return (struct sync_trust){.ca = settings->ca,
                               .crl = settings->crl,
                               .pin = settings->pin,
                               .cert = settings->cert,
                               .key = settings->key,
                               .plain = settings->plain && settings->plain_again};
}

static char *below(const char *variable, const char *fallback, const char *name)
{
    const char *base = getenv(variable), *home = getenv("HOME");
    if (!str_empty(base))
        return xasprintf("%s/loket%s", base, name);
    return str_empty(home) ? NULL : xasprintf("%s/%s/loket%s", home, fallback, name);
}

char *settings_config_path(const char *name)
{
    char *with_slash = xasprintf("/%s", name), *path = below("XDG_CONFIG_HOME", ".config", with_slash);
    free(with_slash);
    return path;
}

char *settings_state_dir(void)
{
    return below("XDG_STATE_HOME", ".local/state", "");
}
