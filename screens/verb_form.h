/* screens/verb_form.h: the parts of `loket form`, FORMS.md section 5. Each returns the exit status and writes to the
 * files handed in. */
#pragma once
#include <stdio.h>

#include "core/form/check.h"
#include "screens/form_file.h"
#include "screens/settings.h"
#include "screens/tr.h"

struct form_command {
    char **args; /* behind the word */
    int count;
    const char *lang;                /* --lang, else the locale's */
    const struct settings *settings; /* NULL: as built in */
    FILE *out, *errors;
};
/* Takes the value of an option out of the arguments; NULL: it is not there, or (then *missing) has no value. */
const char *form_option(struct form_command *command, const char *name, bool *missing);
/* Takes an option without a value out of the arguments; true: it was there. */
bool form_flag(struct form_command *command, const char *name);
/* What is left must be so many words without a dash before; says the usage otherwise. */
bool form_words(const struct form_command *command, int from, int to, const char *usage);

/* Everything that `loket form check` says of a file. */
void form_verb_findings(const struct form_file *file, struct form_findings *findings);

int form_verb_check(struct form_command *command);
int form_verb_validate(struct form_command *command);
int form_verb_render(struct form_command *command);
int form_verb_notice(struct form_command *command);
/* `loket form …` as a whole. settings may be NULL. */
int form_verb(char **args, int count, const struct settings *settings, FILE *out, FILE *errors);
