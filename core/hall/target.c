/* core/hall/target.c: see target.h. */
#include "core/hall/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"

enum err target_put(void *ctx, const char *text, size_t length)
{
    struct target *target = ctx;
    if (fwrite(text, 1, length, target->file) == length)
        return ERR_OK;
    target->number = errno;
    return err_from_errno(errno);
}

static enum err cannot_write(const struct target *target, int number, struct err_info *info)
{
    return err_set(info, err_from_errno(number), "%s cannot be written: %s. %s",
                   target->path ? target->path : "Standard output", strerror(number), target->nothing);
}

/* What a link names is replaced, and the link stays. */
static char *place_of(const char *path)
{
    char *real = realpath(path, NULL);
    return real ? real : xstrdup(path);
}

static bool is_no_file(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode);
}

/* Whoever may read the hall's file may read this: nobody else. */
enum err target_open(struct target *target, const char *path, struct err_info *info)
{
    *target = (struct target){.nothing = target->nothing, .file = stdout};
    int fd;
    if (!path || strcmp(path, "-") == 0)
        return ERR_OK;
    target->path = path;
    if (is_no_file(path)) {
        fd = open(path, O_WRONLY | O_CLOEXEC);
    } else {
        target->whole = place_of(path);
        target->part = xasprintf("%s.part", target->whole);
        (void)unlink(target->part);
        fd = open(target->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }
    target->file = fd >= 0 ? fdopen(fd, "w") : NULL;
    return target->file ? ERR_OK : cannot_write(target, errno, info);
}

static bool sync_folder_of(const char *path)
{
    char *folder = xstrdup(path), *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    free(folder);
    return done;
}

/* Whole under its name, or not there. */
enum err target_close(struct target *target, enum err err, struct err_info *info)
{
    bool written = target->file && fflush(target->file) == 0 && !ferror(target->file);
    if (target->whole && written)
        written = fsync(fileno(target->file)) == 0;
    int number = written ? target->number : (target->number ? target->number : errno);
    if (target->path && target->file && fclose(target->file) != 0 && written) {
        written = false;
        number = errno;
    }
    if (err == ERR_OK && target->whole && written && rename(target->part, target->whole) != 0) {
        written = false;
        number = errno;
    }
    if (target->number || (err == ERR_OK && !written))
        err = cannot_write(target, number ? number : EIO, info);
    if (target->part && err != ERR_OK)
        (void)unlink(target->part);
    else if (target->whole)
        (void)sync_folder_of(target->whole); /* not every file system can */
    free(target->whole);
    free(target->part);
    return err;
}
