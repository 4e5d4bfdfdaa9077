/* core/hall/export_file.c: loketd export-cases: where the hall is read from, and where the lines go. See export.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hall/door.h"
#include "core/hall/export.h"
#include "core/model/calendar.h"

/* --- out --- */

struct target {
    const char *path; /* NULL: standard output */
    char *whole;      /* where it shall stand; NULL: no file, such as a pipe, and written to as it is */
    char *part;       /* the name until it is whole */
    FILE *file;
    int number; /* errno of what failed */
};

static enum err put(void *ctx, const char *text, size_t length)
{
    struct target *target = ctx;
    if (fwrite(text, 1, length, target->file) == length)
        return ERR_OK;
    target->number = errno;
    return err_from_errno(errno);
}

static enum err cannot_write(const struct target *target, int number, struct err_info *info)
{
    return err_set(info, err_from_errno(number), "%s cannot be written: %s. No export was made.",
                   target->path ? target->path : "Standard output", strerror(number));
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

static enum err need_other(const char *data, const char *path, struct err_info *info)
{
    char *hall = xasprintf("%s/hall.db", data);
    enum err err =
        store_owns(hall, path)
            ? err_set(info, ERR_USAGE, "%s is the hall itself. Name another file. No export was made.", path)
            : ERR_OK;
    free(hall);
    return err;
}

/* Whoever may read the hall's file may read this: nobody else. */
static enum err target_open(struct target *target, const char *path, struct err_info *info)
{
    *target = (struct target){.file = stdout};
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
static enum err target_close(struct target *target, enum err err, struct err_info *info)
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

/* --- from --- */

static enum err note(const struct hall_options *options, struct err_info *info)
{
    struct json *request = json_new_object(), *answer = NULL;
    json_set_text(request, "do", options->unmasked ? "cases.export_unmasked" : "cases.export");
    json_set_text(request, "agency", options->agency);
    enum err err = door_ask(options->data, request, &answer, info);
    json_free(&request);
    json_free(&answer);
    return err;
}

static char *copy_name(const char *data)
{
    char *whole = realpath(data, NULL), *path = xasprintf("%s/export.db", whole ? whole : data);
    free(whole);
    return path;
}

/* The name goes at once: the copy is there as long as it is read, and not longer, whatever becomes of this program. */
static enum err open_copy(const char *data, struct db **db, struct err_info *info)
{
    struct json *request = json_new_object(), *answer = NULL;
    char *path = copy_name(data);
    json_set_text(request, "do", "copy");
    json_set_text(request, "file", path);
    enum err err = door_ask_running(data, request, &answer, info);
    if (err == ERR_OK) {
        err = db_open(db, path, 0, info);
        (void)unlink(path);
    }
    json_free(&request);
    json_free(&answer);
    free(path);
    return err;
}

/* A hall that stands still is read itself, and held meanwhile. */
static enum err open_hall(const char *data, struct db **db, struct err_info *info)
{
    enum err err = open_copy(data, db, info);
    if (err != ERR_ABSENT || info->text[0])
        return err;
    return store_open(db, data, false, info);
}

/* --- the command --- */

static enum err need_day(const char *option, const char *text, struct err_info *info)
{
    int32_t day;
    if (!text || (strlen(text) < DATE_TEXT && day_parse(text, &day)))
        return ERR_OK;
    return err_set(info, ERR_USAGE, "%s is a day, YYYY-MM-DD, not \"%s\".", option, text);
}

static enum err write_all(const struct hall_options *options, struct db *db, struct err_info *info)
{
    const struct export_wish wish = {.agency = options->agency,
                                     .from = options->from,
                                     .until = options->until,
                                     .unmasked = options->unmasked};
    struct target target;
    int64_t cases = 0;
    enum err err = target_open(&target, options->argument, info);
    if (err == ERR_OK) {
        err = export_lines(db, &wish, clock_wall_now_ms(), put, &target, &cases);
        if (err != ERR_OK && !target.number)
            store_fail(db, err, info);
    }
    err = target_close(&target, err, info);
    if (err == ERR_OK && target.path)
        printf("%lld applications stand in %s%s.\n", (long long)cases, target.path,
               options->unmasked ? ", with everything that is known of their people" : "");
    return err;
}

enum err export_cases(const struct hall_options *options, struct err_info *info)
{
    struct db *db = NULL;
    enum err err = need_day("--from", options->from, info);
    if (err == ERR_OK)
        err = need_day("--until", options->until, info);
    if (err == ERR_OK && options->argument)
        err = need_other(options->data, options->argument, info);
    if (err == ERR_OK)
        err = note(options, info); /* first: what cannot be written down is not done */
    if (err == ERR_OK)
        err = open_hall(options->data, &db, info);
    if (err == ERR_OK)
        err = write_all(options, db, info);
    db_close(&db);
    return err;
}
