/* core/model/refusal.h: why a rule of the hall says no: a code for programs, a sentence for people. */
#pragma once
#include <stdbool.h>

#include "core/base/err.h"

enum { MODEL_ID = 64 }; /* bytes of an id or a pack's own code, with its NUL; as in core/command */

struct refusal {
    char code[40];  /* snake_case, PROTOCOL.md section 3 */
    char text[300]; /* what happened and what to do, one or two sentences */
};

/* Fills refusal (which may be NULL) and returns false, so that a rule says no in one line. */
bool refusal_set(struct refusal *refusal, const char *code, const char *format, ...) PRINTF(3, 4);
