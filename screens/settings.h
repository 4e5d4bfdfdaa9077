/* screens/settings.h: what a person chose: command line over environment over settings file over the
 * built-in.
 *
 * The settings file is INI: [hall] url counter ca crl pin cert key plain_http · [look] theme lang ascii linear mouse bell motion · [keys] ACTION = KEY… ·
 * [privacy] lock_after_min · [print] command ticket_command ticket_width terminal. A line that is not understood is
 * complained about by FILE:LINE; the rest counts.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/sync/sync.h"
#include "screens/action.h"

enum {
    SETTINGS_LOCK_BY_HALL = -1, /* nobody chose: see settings_lock_min */
    SETTINGS_LOCK_MIN = 10,
};

/* What an alarm does. */
enum bell { BELL_OFF, BELL_SOUND, BELL_FLASH, BELL_BOTH, BELL_COUNT };
const char *bell_name(enum bell bell);
bool bell_find(const char *name, enum bell *bell); /* yes and no, too: sound and off */
bool motion_find(const char *name, bool *calm);    /* full, less */

struct settings {
    char *hall;    /* URL, "practice", or NULL when none was given */
    char *counter; /* NULL: asked at sign-in */
    char *crl;     /* a PEM file: what the authorities of halls have revoked; NULL: it is not asked */
    char *
        pin; /* "sha256//BASE64" of the key that the hall's certificate must have; NULL: any that is trusted */
    char *ca;         /* a PEM file that is trusted for https beside the system's own; NULL: none */
    char *cert, *key; /* PEM files: who this workstation is to a hall that asks; NULL: nobody in particular */
    bool plain,
        plain_again; /* http:// to another computer too: said by an option or the file, and by the environment */
    char *data;      /* folder of the workstation's data */
    char *theme;     /* a name; NULL: by the pack */
    char *lang;      /* NULL: by the locale */
    char *log;       /* NULL: DIR/loket.log */
    char *record;    /* NULL: no recording */
    char *scenario;
    char *print, *print_tickets; /* shell commands that read a text; NULL: none */
    int ticket_width;            /* cells */
    bool print_by_terminal;      /* without asking, where it can */
    int64_t seed;
    bool ascii, linear, mouse;
    bool tour; /* offered where nobody was asked yet */
    enum bell bell;
    bool calm;                     /* nothing moves that need not */
    bool display;                  /* `loket board`: the hall's display, with a folder of its own */
    int lock_after_min;            /* 0: never; SETTINGS_LOCK_BY_HALL */
    char *keys[ACTION_COUNT];      /* NULL: as in actions.def */
    char *key_lines[ACTION_COUNT]; /* where that stands: "FILE:LINE" */
    const char *line;              /* the same of the line being read; else NULL */
    struct buf complaints;         /* one line each */
};
void settings_init(struct settings *settings);
void settings_deinit(struct settings *settings);
void settings_put(char **place, const char *value); /* copies; NULL leaves the place alone */

/* ERR_ABSENT: there is no such file, which is no fault unless it was named. Complaints are not errors. */
enum err settings_read(struct settings *settings, const char *path, struct err_info *info) MUST_USE;
void settings_parse(struct settings *settings, const char *name, const char *text);
/* After how many minutes without a key the screen is locked, 0: never. Where nobody chose, after ten; in a practice hall,
 * where nothing is real and nobody has a password, never. */
int settings_lock_min(const struct settings *settings, bool practice);
void settings_environment(struct settings *settings); /* LOKET_HALL, LOKET_DATA, LOKET_PLAIN_HTTP */
/* How every command here speaks to a hall; texts are borrowed. */
struct sync_trust settings_trust(const struct settings *settings);
/* $XDG_CONFIG_HOME/loket/NAME, else ~/.config/loket/NAME; $XDG_STATE_HOME/loket, else ~/.local/state/loket.
 * NULL without a home. The caller frees. */
char *settings_config_path(const char *name);
char *settings_state_dir(void);
