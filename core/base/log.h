/* core/base/log.h: one line an event: time, level, message. Nothing that a person typed is logged at
 * info or above, and fields marked sensitive never at all. */
#pragma once
#include <stdbool.h>

#include "core/base/err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* path NULL: standard error. The level comes from LOKET_LOG (error, warn, info, debug), else info. */
enum err log_open(const char *path, struct err_info *info) MUST_USE;
void log_close(void);
void log_write(enum log_level level, const char *format, ...) PRINTF(2, 3);
