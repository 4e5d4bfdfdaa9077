/* core/hall/demo_schema.h: simulated days in a schema of PostgreSQL that is made for them and goes with them: also when the run
 * is broken off by a signal or dies of a fault, for it is a process of its own that this one waits for. */
#pragma once
#include "core/db/scratch.h"

/* Runs in the process of its own; what it prints is printed, its answer and sentence are the caller's. */
typedef enum err demo_in_it(void *ctx, struct scratch *schema, struct err_info *info);
enum err demo_in_schema(const char *address, demo_in_it *run, void *ctx, struct err_info *info) MUST_USE;
