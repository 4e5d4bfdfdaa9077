/* screens/file_watch.c: see file_watch.h. inotify, told by the kernel: nothing is asked for again and again. */
#include "screens/file_watch.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/base/str.h"

enum {
    PLACES_MAX = 16, /* two for each file: where it is named, and where a link leads */
    BYTES = 16 * (sizeof(struct inotify_event) + NAME_MAX + 1),
    CHANGES =
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF,
};

struct place { /* a name in a folder */
    int folder;
    char name[NAME_MAX + 1];
};
struct file_watch {
    int fd;
    char **paths;
    size_t path_count;
    struct place places[PLACES_MAX];
    int place_count;
};

/* --- what is watched --- */

static void add_place(struct file_watch *watch, const char *path)
{
    char *for_folder = xstrdup(path), *for_name = xstrdup(path);
    int folder = inotify_add_watch(watch->fd, dirname(for_folder), CHANGES | IN_ONLYDIR);
    if (folder >= 0 && watch->place_count < PLACES_MAX) {
        struct place *place = &watch->places[watch->place_count++];
        place->folder = folder;
        str_copy(place->name, sizeof place->name, basename(for_name));
    }
    free(for_folder);
    free(for_name);
}

bool file_watch_look(struct file_watch *watch)
{
    watch->place_count = 0;
    for (size_t i = 0; i < watch->path_count; i++) {
        char *real = realpath(watch->paths[i], NULL);
        add_place(watch, watch->paths[i]);
        if (real)
            add_place(watch, real);
        free(real);
    }
    return watch->place_count > 0;
}

enum err file_watch_new(const char *const *paths, size_t count, struct file_watch **out,
                        struct err_info *info)
{
    *out = NULL;
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0)
        return err_set(info, err_from_errno(errno), "files cannot be watched here: %s", strerror(errno));
    struct file_watch *watch = xcalloc(1, sizeof *watch);
    watch->fd = fd;
    watch->paths = xcalloc(count, sizeof *watch->paths);
    watch->path_count = count;
    for (size_t i = 0; i < count; i++)
        watch->paths[i] = xstrdup(paths[i]);
    *out = watch;
    if (file_watch_look(watch))
        return ERR_OK;
    file_watch_free(out);
    return err_set(info, ERR_ABSENT, "%s cannot be watched: its folder is not there", paths[0]);
}

void file_watch_free(struct file_watch **watch)
{
    if (!*watch)
        return;
    close((*watch)->fd);
    for (size_t i = 0; i < (*watch)->path_count; i++)
        free((*watch)->paths[i]);
    free((*watch)->paths);
    free(*watch);
    *watch = NULL;
}

int file_watch_fd(const struct file_watch *watch)
{
    return watch->fd;
}

/* --- what is told --- */

/* Also when the kernel had more to tell than it could keep, and when a folder went away. */
static bool is_ours(const struct file_watch *watch, const struct inotify_event *event)
{
    if (event->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF))
        return true;
    for (int i = 0; i < watch->place_count && event->len; i++)
        if (watch->places[i].folder == event->wd && strcmp(watch->places[i].name, event->name) == 0)
            return true;
    return false;
}

bool file_watch_read(struct file_watch *watch)
{
    _Alignas(struct inotify_event) char bytes[BYTES];
    bool ours = false;
    ssize_t length;
    while ((length = read(watch->fd, bytes, sizeof bytes)) > 0)
        for (char *at = bytes; at < bytes + length;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            ours |= is_ours(watch, event);
            at += sizeof *event + event->len;
        }
    return ours;
}
