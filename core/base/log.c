/* core/base/log.c: appends lines to one file. Knows not what it writes; callers keep personal data out. */
#include "core/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/str.h"

static const char *const level_names[] = {"error", "warn", "info", "debug"};
static struct {
    int fd; /* -1: closed */
    enum log_level level;
} logger = {.fd = -1, .level = LOG_INFO};

static enum log_level level_wanted(void)
{
    const char *wanted = getenv("LOKET_LOG");
    for (int i = LOG_ERROR; wanted && i <= LOG_DEBUG; i++)
        if (strcmp(wanted, level_names[i]) == 0)
            return (enum log_level)i;
    return LOG_INFO;
}

enum err log_open(const char *path, struct err_info *info)
{
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : dup(STDERR_FILENO);
    if (fd < 0)
        return err_set(info, err_from_errno(errno),
                       "the log %s cannot be written: %s. Name another with --log.",
                       path ? path : "standard error", strerror(errno));
    log_close();
    logger.fd = fd;
    logger.level = level_wanted();
    return ERR_OK;
}

void log_close(void)
{
    if (logger.fd >= 0)
        close(logger.fd);
    logger.fd = -1;
}

void log_write(enum log_level level, const char *format, ...)
{
    if (logger.fd < 0 || level > logger.level)
        return;
    char line[1024], when[TIME_TEXT];
    time_text(clock_wall_now_ms(), when);
    int n = snprintf(line, sizeof line, "%s %-5s ", when, level_names[level]);
    va_list args;
    va_start(args, format);
    vsnprintf(line + n, sizeof line - (size_t)n - 1, format, args);
    va_end(args);
    size_t length = strlen(line);
    for (size_t i = (size_t)n; i < length; i++) /* one event is one line, whatever the text holds */
        if ((unsigned char)line[i] < ' ')
            line[i] = ' ';
    line[length++] = '\n';
    ssize_t written = write(logger.fd, line, length);
    (void)written; /* a log that cannot be written must not stop the work */
}
