/* core/hall/demo_files.h: the files of scenarios: those that came with the program, and one that is named by its path. Faults of
 * a file are told on standard error, all of them. */
#pragma once
#include "core/demo/scenario.h"

/* A name of the list, or the path of a file. */
enum err demo_scenario(const char *name, struct scenario *out, struct err_info *info) MUST_USE;
/* Those that came with the program, by name. One that is wrong keeps nobody from the others; the first error in the end. */
typedef enum err demo_each(void *ctx, const struct scenario *scenario);
enum err demo_scenarios(demo_each *each, void *ctx, struct err_info *info) MUST_USE;
