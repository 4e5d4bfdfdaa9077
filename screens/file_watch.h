/* screens/file_watch.h: told when one of some files changes, however it is written: in place, or by a new file that takes
 * its name, as most editors do. So their folders are watched, not the files, whose watch would go with the old one. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

struct file_watch;
/* Paths are copied; files may be absent. */
enum err file_watch_new(const char *const *paths, size_t count, struct file_watch **out,
                        struct err_info *info) MUST_USE;
void file_watch_free(struct file_watch **watch);
int file_watch_fd(const struct file_watch *watch); /* readable: call file_watch_read */
/* All that was told; true when it may be about one of the files. */
bool file_watch_read(struct file_watch *watch);
/* Looks again for the folders: they may have come or gone, or a link may lead elsewhere. To be called before the files
 * are read, so that no change falls between. False: not one of them is there to be watched. */
bool file_watch_look(struct file_watch *watch);
