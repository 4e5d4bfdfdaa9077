/* screens/pipe.h: the workstation without a screen (COMMANDS.md, `loket pipe`): the same cache, outbox and sync,
 * with one JSON object a line in place of keys and pictures. */
#pragma once
#include <stdbool.h>

#include "core/sync/sync.h"

struct pipe_options {
    const char *hall;          /* URL; NULL: the one that this folder was used with */
    const char *user;          /* login */
    const char *password_file; /* "-": the first line of standard input */
    const char *data;          /* folder */
    const char *log;           /* NULL: DATA/loket.log */
    const char *follow;        /* TABLE,…; NULL: nothing */
    struct sync_trust trust;   /* borrowed */
    bool drain;                /* at the end of input go on until nothing is unsent */
};
/* The exit status; what went wrong is one line on standard error. */
int pipe_run(const struct pipe_options *options);
