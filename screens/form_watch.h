/* screens/form_watch.h: `loket form render --watch`: a form on the terminal while its files are edited. */
#pragma once
#include "screens/verb_form.h"

/* Until the person leaves; the exit status. cols: draw the form as on a terminal of that width; 0: as wide as it is. */
int form_watch_run(struct form_command *command, int cols);
