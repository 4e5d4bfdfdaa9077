/* screens/options.h: the command line of loket, COMMANDS.md. */
#pragma once
#include "screens/settings.h"

enum command_verb {
    VERB_SCREEN, /* the workstation itself */
    VERB_BOARD,
    VERB_HALLS,
    VERB_PIPE,
    VERB_FORM,
    VERB_OUTBOX,
    VERB_KEYS,
    VERB_DOCTOR,
    VERB_REPLAY,
    VERB_VERSION,
    VERB_HELP,
};
struct options {
    enum command_verb verb;
    char **
        args; /* what stands behind the verb and is not an option of loket itself; texts borrowed from argv */
    int arg_count;
    const char *config; /* --config, or NULL */
};
/* Puts what was given into settings. ERR_USAGE: info says what and where to read on. */
enum err options_parse(int argc, char **argv, struct options *options, struct settings *settings,
                       struct err_info *info) MUST_USE;
void options_deinit(struct options *options);
const char *options_usage(void);
