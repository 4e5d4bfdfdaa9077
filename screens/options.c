/* screens/options.c: reads the command line. Opens nothing. */
#include "screens/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "screens/tr.h"

static const struct {
    const char *word;
    enum command_verb verb;
    bool own_options; /* the rest of the line belongs to the verb */
} verbs[] = {
    {"halls", VERB_HALLS, false},   {"board", VERB_BOARD, false},   {"pipe", VERB_PIPE, true},
    {"form", VERB_FORM, true},      {"outbox", VERB_OUTBOX, false}, {"keys", VERB_KEYS, true},
    {"doctor", VERB_DOCTOR, false}, {"replay", VERB_REPLAY, true},
};

const char *options_usage(void)
{
    return "Usage: loket [--hall URL] [--counter NAME] [--data DIR] [--config FILE] [--theme NAME]\n"
           "             [--lang az|id|en|ru] [--ascii] [--linear] [--demo SCENARIO] [--seed N]\n"
           "             [--tour] [--log FILE] [--record FILE] [--plain-http]\n"
           "       loket board [--hall URL]            the hall display of called numbers\n"
           "       loket halls FILE                    many halls' figures on one screen\n"
           "       loket pipe …                        the workstation without a screen\n"
           "       loket form check|render|validate|notice …\n"
           "       loket outbox list | export FILE     every record that is not sent yet\n"
           "       loket outbox adopt                  an identity of its own for a copied workstation\n"
           "       loket keys [--json]                 every action and its keys\n"
           "       loket doctor                        what is wrong here, and what to do\n"
           "       loket replay FILE [--until N]       a recorded session, drawn again\n"
           "       loket replay FILE --anonymise OUT   … the same with stand-ins for the data of people\n"
           "       loket --version | --help\n"
           "--hall practice opens a hall of your own on this computer. Details: man loket.\n";
}

static bool parse_seed(const char *text, int64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return !errno && end != text && !*end;
}

/* An option of loket itself, with its value when it takes one; *used counts the arguments. */
static enum err parse_option(int argc, char **argv, int at, struct options *options,
                             struct settings *settings, int *used, struct err_info *info)
{
    const struct {
        const char *name;
        char **text;
    } texts[] = {
        {"--hall", &settings->hall},   {"--counter", &settings->counter}, {"--data", &settings->data},
        {"--theme", &settings->theme}, {"--lang", &settings->lang},       {"--demo", &settings->scenario},
        {"--log", &settings->log},     {"--record", &settings->record},
    };
    enum lang lang;
    const char *name = argv[at], *value = at + 1 < argc ? argv[at + 1] : NULL;
    *used = 1;
    if (strcmp(name, "--ascii") == 0) {
        settings->ascii = true;
        return ERR_OK;
    }
    if (strcmp(name, "--linear") == 0) {
        settings->linear = true;
        return ERR_OK;
    }
    if (strcmp(name, "--plain-http") == 0) {
        settings->plain = true;
        return ERR_OK;
    }
    if (strcmp(name, "--tour") == 0) {
        settings->tour = true;
        return ERR_OK;
    }
    *used = 2;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(name, texts[i].name) != 0)
            continue;
        if (!value)
            return err_set(info, ERR_USAGE, "%s needs a value; see loket --help", name);
        if (texts[i].text == &settings->lang && !lang_find(value, &lang))
            return err_set(info, ERR_USAGE, "--lang %s: say az, id, en or ru", value);
        settings_put(texts[i].text, value);
        return ERR_OK;
    }
    if (strcmp(name, "--config") == 0 && value) {
        options->config = value;
        return ERR_OK;
    }
    if (strcmp(name, "--seed") == 0 && value)
        return parse_seed(value, &settings->seed)
                   ? ERR_OK
                   : err_set(info, ERR_USAGE, "--seed %s: a whole number is needed", value);
    return err_set(info, ERR_USAGE, "%s is not an option of loket; see loket --help", name);
}

static bool parse_verb(const char *word, enum command_verb *verb, bool *own_options)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(word, verbs[i].word) == 0) {
            *verb = verbs[i].verb;
            *own_options = verbs[i].own_options;
            return true;
        }
    }
    return false;
}

enum err options_parse(int argc, char **argv, struct options *options, struct settings *settings,
                       struct err_info *info)
{
    bool own_options = false;
    *options = (struct options){.verb = VERB_SCREEN, .args = xcalloc((size_t)argc + 1, sizeof(char *))};
    for (int i = 1; i < argc;) {
        int used = 1;
        if (own_options || (options->verb != VERB_SCREEN && argv[i][0] != '-')) {
            options->args[options->arg_count++] = argv[i];
        } else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            options->verb = VERB_HELP;
            return ERR_OK;
        } else if (strcmp(argv[i], "--version") == 0) {
            options->verb = VERB_VERSION;
            return ERR_OK;
        } else if (argv[i][0] != '-') {
            if (!parse_verb(argv[i], &options->verb, &own_options))
                return err_set(info, ERR_USAGE, "%s is not a command of loket; see loket --help", argv[i]);
        } else {
            enum err err = parse_option(argc, argv, i, options, settings, &used, info);
            if (err)
                return err;
        }
        i += used;
    }
    return ERR_OK;
}

void options_deinit(struct options *options)
{
    free(options->args);
    options->args = NULL;
}
