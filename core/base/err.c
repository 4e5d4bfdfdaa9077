/* core/base/err.c: the sentences for errors. Knows nothing of where they come from. */
#include "core/base/err.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

const char *err_text(enum err err)
{
    static const char *const texts[] = {
#define X(name, text) text,
        ERR_LIST(X)
#undef X
    };
    assert(err >= 0 && err < ERR_COUNT);
    return texts[err];
}

enum err err_set(struct err_info *info, enum err err, const char *format, ...)
{
    if (info) {
        va_list args;
        info->err = err;
        va_start(args, format);
        vsnprintf(info->text, sizeof info->text, format, args);
        va_end(args);
    }
    return err;
}

enum err err_from_errno(int number)
{
    switch (number) {
    case 0:
        return ERR_OK;
    case ENOENT:
        return ERR_ABSENT;
    case ENOSPC:
    case EDQUOT:
        return ERR_DISK_FULL;
    case EROFS:
    case EACCES:
    case EPERM:
        return ERR_READ_ONLY;
    case EIO:
        return ERR_DISK;
    default:
        return ERR_SYSTEM;
    }
}
