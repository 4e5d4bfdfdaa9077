/* core/model/refusal.c: see refusal.h. */
#include "core/model/refusal.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/str.h"

bool refusal_set(struct refusal *refusal, const char *code, const char *format, ...)
{
    if (!refusal)
        return false;
    str_copy(refusal->code, sizeof refusal->code, code);
    va_list args;
    va_start(args, format);
    vsnprintf(refusal->text, sizeof refusal->text, format, args);
    va_end(args);
    return false;
}
