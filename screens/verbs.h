/* screens/verbs.h: the commands of loket beside the workstation itself. Each returns the exit status. */
#pragma once
#include "screens/options.h"

int verb_keys(const struct options *options, struct settings *settings);
int verb_doctor(const struct options *options, struct settings *settings);
int verb_outbox(const struct options *options, struct settings *settings);
int verb_replay(const struct options *options, struct settings *settings);
/* Weak, so that a program may be built without them. */
int verb_pipe(const struct options *options, struct settings *settings) __attribute__((weak));
int verb_form(const struct options *options, struct settings *settings) __attribute__((weak));
