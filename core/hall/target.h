/* core/hall/target.h: where something goes that is written as a whole: a file appears under its name when all of it is durable,
 * or not at all, readable by nobody else; a pipe, a device or standard output is written to as it is. */
#pragma once
#include <stdio.h>

#include "core/base/err.h"

struct target {
    const char *nothing; /* by whoever opens it: the sentence that ends a fault, "No export was made." */
    const char *path;    /* NULL: standard output; borrowed */
    char *whole;         /* where it shall stand; NULL: no file */
    char *part;          /* the name until it is whole */
    FILE *file;
    int number; /* errno of what failed */
};

/* path NULL or "-": standard output. Only `nothing` is read of what is in it. Close it whatever comes of it. */
enum err target_open(struct target *target, const char *path, struct err_info *info) MUST_USE;
enum err target_put(void *target, const char *text,
                    size_t length) MUST_USE; /* the reason is kept for the closing */
/* err: what became of the writing; a fault leaves what stood there before. */
enum err target_close(struct target *target, enum err err, struct err_info *info) MUST_USE;
