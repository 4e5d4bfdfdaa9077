/* screens/themes.h: where themes are found: by name, in the source tree, the installed folder, the person's
 * own. */
#pragma once
#include "core/base/err.h"
#include "tui/theme.h"

/* ERR_ABSENT: there is no theme of that name. In any failure theme holds the built-in one. */
enum err themes_load(const char *name, struct theme *theme, struct err_info *info) MUST_USE;
/* The name after this one, of those that are found; "default" after the last. */
void themes_next(const char *name, char out[32]);
