/* screens/runner.h: the workstation on a terminal: the loop, keys in, pictures out. */
#pragma once
#include "screens/settings.h"

/* Runs until the person leaves; the exit status. display: the hall display instead of the clerk's home. */
int runner_run(struct settings *settings, bool display);
/* Many halls on one screen (halls_station.h); file: their list. */
int runner_halls(struct settings *settings, const char *file);
/* The keymap of actions.def with the settings' own keys; what was wrong goes to settings->complaints. */
struct keymap *runner_keymap(struct settings *settings);
/* The language of --lang or the settings, else of the locale (id_* → id), else English. */
enum lang runner_lang(const struct settings *settings);
/* $LOKET_ANNOUNCE, for tests (announce_fd of tui/term.h); -1 without one. */
int runner_announce_fd(void);
