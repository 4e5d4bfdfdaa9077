/* screens/verb_form.c: `loket form check|validate|render|notice`: the author's tools. Needs neither hall nor screen. */
#include "screens/verb_form.h"

#include <locale.h>
#include <string.h>

#include "screens/verbs.h"

const char *form_option(struct form_command *command, const char *name, bool *missing)
{
    for (int i = 0; i < command->count; i++) {
        if (strcmp(command->args[i], name) != 0)
            continue;
        if (i + 1 == command->count) {
            *missing = true;
            return NULL;
        }
        const char *value = command->args[i + 1];
        command->count -= 2;
        memmove(&command->args[i], &command->args[i + 2],
                (size_t)(command->count - i) * sizeof *command->args);
        return value;
    }
    return NULL;
}

bool form_flag(struct form_command *command, const char *name)
{
    for (int i = 0; i < command->count; i++) {
        if (strcmp(command->args[i], name) != 0)
            continue;
        command->count--;
        memmove(&command->args[i], &command->args[i + 1],
                (size_t)(command->count - i) * sizeof *command->args);
        return true;
    }
    return false;
}

bool form_words(const struct form_command *command, int from, int to, const char *usage)
{
    bool ok = command->count >= from && command->count <= to;
    for (int i = 0; i < command->count; i++)
        ok &= command->args[i][0] != '-' || !command->args[i][1];
    if (!ok)
        fprintf(command->errors, "loket: say `loket form %s`\n", usage);
    return ok;
}

static const char *lang_of(struct form_command *command, const char *wished, bool *wrong)
{
    enum lang lang;
    bool missing = false;
    const char *given = form_option(command, "--lang", &missing);
    *wrong = missing || (given && !lang_find(given, &lang));
    if (*wrong)
        fprintf(command->errors, "loket: --lang must be az, id, en or ru\n");
    if (!given)
        given = wished;
    if ((given && lang_find(given, &lang)) || lang_find(setlocale(LC_MESSAGES, NULL), &lang))
        return lang_code(lang);
    return "en";
}

int form_verb(char **args, int count, const struct settings *settings, FILE *out, FILE *errors)
{
    static const struct {
        const char *word;
        int (*run)(struct form_command *command);
    } words[] = {
        {"check", form_verb_check},
        {"validate", form_verb_validate},
        {"render", form_verb_render},
        {"notice", form_verb_notice},
    };
    struct form_command command = {
        .args = args + 1, .count = count - 1, .settings = settings, .out = out, .errors = errors};
    bool wrong = false;
    for (size_t i = 0; count && i < sizeof words / sizeof *words; i++) {
        if (strcmp(args[0], words[i].word) != 0)
            continue;
        command.lang = lang_of(&command, settings ? settings->lang : NULL, &wrong);
        return wrong ? 2 : words[i].run(&command);
    }
    fputs("loket: say `loket form check|validate|render|notice …`; see man loket\n", errors);
    return 2;
}

int verb_form(const struct options *options, struct settings *settings)
{
    return form_verb(options->args, options->arg_count, settings, stdout, stderr);
}
