/* tests/sim/disk_calls.c: the system's file calls of our own code, led to the simulated disks by the linker. See
 * disk.h.
 *
 * --wrap=open makes every open() of the program come to __wrap_open and leaves the system's as __real_open. The names
 * with _chk and _2 are what the same calls become with _FORTIFY_SOURCE. SQLite, a shared library, is not touched: it
 * has its VFS. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/sim/disk_inside.h"

/* Descriptors of the simulated disks are above any of the system's. */
enum { FD_FIRST = 1 << 20, FDS_MAX = 256 };

struct sim_fd {
    bool used, append;
    struct handle handle;
    char *path;
    int64_t at;
};

static struct sim_fd *fds(void)
{
    static struct sim_fd
        all[FDS_MAX]; /* a descriptor is a number, so somebody must know what it stands for */
    return all;
}

static struct sim_fd *of_fd(int fd)
{
    return fd >= FD_FIRST && fd < FD_FIRST + FDS_MAX && fds()[fd - FD_FIRST].used ? &fds()[fd - FD_FIRST]
                                                                                  : NULL;
}

static int answer(int error)
{
    if (!error)
        return 0;
    errno = error;
    return -1;
}

/* --wrap names are the linker's, so nobody declares them. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

/* --- open files --- */

int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
ssize_t __real_pread(int fd, void *to, size_t length, off_t offset);
ssize_t __real_read(int fd, void *to, size_t length);
ssize_t __real_write(int fd, const void *from, size_t length);
ssize_t __real_pwrite(int fd, const void *from, size_t length, off_t offset);
int __real_fsync(int fd);
int __real_fdatasync(int fd);
int __real_ftruncate(int fd, off_t size);
int __real_fstat(int fd, struct stat *out);

static int open_sim(struct disk *disk, const char *path, int flags, unsigned mode)
{
    int fd = 0;
    while (fd < FDS_MAX && fds()[fd].used)
        fd++;
    if (fd == FDS_MAX)
        return answer(EMFILE);
    struct sim_fd *file = &fds()[fd];
    struct disk *same;
    const char *name;
    bool made;
    *file = (struct sim_fd){.path = xstrdup(path), .append = flags & O_APPEND};
    disk_of_path(file->path, &same, &name);
    int error = disk ? handle_open(&file->handle, disk, name, file->path, flags, mode, &made) : ENOENT;
    if (error) {
        free(file->path);
        return answer(error);
    }
    file->used = true;
    return FD_FIRST + fd;
}

int __wrap_open(const char *path, int flags, ...)
{
    struct disk *disk;
    const char *name;
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return disk_of_path(path, &disk, &name) ? open_sim(disk, path, flags, mode)
                                            : __real_open(path, flags, mode);
}

int __wrap___open_2(const char *path, int flags)
{
    return __wrap_open(path, flags);
}

int __wrap_close(int fd)
{
    struct sim_fd *file = of_fd(fd);
    if (!file)
        return __real_close(fd);
    handle_close(&file->handle);
    free(file->path);
    file->used = false;
    return 0;
}

static ssize_t read_at(struct sim_fd *file, void *to, size_t length, int64_t offset)
{
    size_t done;
    int error = file->handle.file->folder ? EISDIR : handle_read(&file->handle, to, length, offset, &done);
    return error ? answer(error) : (ssize_t)done;
}

static ssize_t write_at(struct sim_fd *file, const void *from, size_t length, int64_t offset)
{
    size_t done;
    int error = handle_write(&file->handle, from, length, offset, &done);
    return error && done == 0 ? answer(error) : (ssize_t)done;
}

ssize_t __wrap_pread(int fd, void *to, size_t length, off_t offset)
{
    struct sim_fd *file = of_fd(fd);
    return file ? read_at(file, to, length, offset) : __real_pread(fd, to, length, offset);
}

ssize_t __wrap_read(int fd, void *to, size_t length)
{
    struct sim_fd *file = of_fd(fd);
    if (!file)
        return __real_read(fd, to, length);
    ssize_t done = read_at(file, to, length, file->at);
    file->at += done > 0 ? done : 0;
    return done;
}

ssize_t __wrap___pread_chk(int fd, void *to, size_t length, off_t offset, size_t room)
{
    return length <= room ? __wrap_pread(fd, to, length, offset) : (abort(), -1);
}

ssize_t __wrap___read_chk(int fd, void *to, size_t length, size_t room)
{
    return length <= room ? __wrap_read(fd, to, length) : (abort(), -1);
}

ssize_t __wrap_pwrite(int fd, const void *from, size_t length, off_t offset)
{
    struct sim_fd *file = of_fd(fd);
    return file ? write_at(file, from, length, offset) : __real_pwrite(fd, from, length, offset);
}

ssize_t __wrap_write(int fd, const void *from, size_t length)
{
    struct sim_fd *file = of_fd(fd);
    if (!file)
        return __real_write(fd, from, length);
    if (file->append)
        file->at = file->handle.file->seen.size;
    ssize_t done = write_at(file, from, length, file->at);
    file->at += done > 0 ? done : 0;
    return done;
}

int __wrap_fsync(int fd)
{
    struct sim_fd *file = of_fd(fd);
    return file ? answer(handle_sync(&file->handle)) : __real_fsync(fd);
}

int __wrap_fdatasync(int fd)
{
    struct sim_fd *file = of_fd(fd);
    return file ? answer(handle_sync(&file->handle)) : __real_fdatasync(fd);
}

int __wrap_ftruncate(int fd, off_t size)
{
    struct sim_fd *file = of_fd(fd);
    return file ? answer(handle_truncate(&file->handle, size)) : __real_ftruncate(fd, size);
}

/* --- what a file is --- */

enum { DEVICE = 0x51, BLOCK = 512 };

static int tell(const struct disk *disk, const struct file *file, struct stat *out)
{
    if (!disk || !file)
        return answer(ENOENT);
    if (disk_is_down(disk))
        return answer(EIO);
    *out = (struct stat){
        .st_dev = DEVICE << 8 | (dev_t)disk_machine(disk),
        .st_ino = file->inode,
        .st_mode = (file->folder ? S_IFDIR : S_IFREG) | file->mode,
        .st_nlink = 1,
        .st_uid = geteuid(),
        .st_gid = getegid(),
        .st_size = file->seen.size,
        .st_blksize = CHUNK,
        .st_blocks = (file->seen.size + BLOCK - 1) / BLOCK,
    };
    out->st_mtim = (struct timespec){file->written_ms / 1000, file->written_ms % 1000 * 1000000};
    out->st_atim = out->st_ctim = out->st_mtim;
    return 0;
}

int __wrap_fstat(int fd, struct stat *out)
{
    struct sim_fd *file = of_fd(fd);
    return file ? tell(file->handle.disk, file->handle.file, out) : __real_fstat(fd, out);
}

/* --- names --- */

int __real_stat(const char *path, struct stat *out);
int __real_lstat(const char *path, struct stat *out);
int __real_access(const char *path, int mode);
int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __real_mkdir(const char *path, mode_t mode);
int __real_rmdir(const char *path);
int __real_chmod(const char *path, mode_t mode);

int __wrap_stat(const char *path, struct stat *out)
{
    struct disk *disk;
    const char *name;
    if (!disk_of_path(path, &disk, &name))
        return __real_stat(path, out);
    return tell(disk, disk ? disk_find(disk, name) : NULL, out);
}

int __wrap_lstat(const char *path, struct stat *out)
{
    struct disk *disk;
    const char *name;
    return disk_of_path(path, &disk, &name) ? __wrap_stat(path, out) : __real_lstat(path, out);
}

int __wrap_access(const char *path, int mode)
{
    struct disk *disk;
    const char *name;
    if (!disk_of_path(path, &disk, &name))
        return __real_access(path, mode);
    if (disk && disk_is_down(disk))
        return answer(EIO);
    const struct file *file = disk ? disk_find(disk, name) : NULL;
    if (!file)
        return answer(ENOENT);
    /* Of the owner: that root may all would hide what a person meets. */
    return answer(
        (mode & W_OK && !(file->mode & S_IWUSR)) || (mode & R_OK && !(file->mode & S_IRUSR)) ? EACCES : 0);
}

int __wrap_rename(const char *from, const char *to)
{
    struct disk *disk, *other;
    const char *name, *new_name;
    bool here = disk_of_path(from, &disk, &name), there = disk_of_path(to, &other, &new_name);
    if (!here && !there)
        return __real_rename(from, to);
    if (here != there || disk != other)
        return answer(EXDEV);
    return answer(disk ? disk_rename(disk, name, new_name, to) : ENOENT);
}

static int remove_sim(struct disk *disk, const char *name, const char *path, bool folder)
{
    return answer(disk ? disk_remove(disk, name, path, folder) : ENOENT);
}

int __wrap_unlink(const char *path)
{
    struct disk *disk;
    const char *name;
    return disk_of_path(path, &disk, &name) ? remove_sim(disk, name, path, false) : __real_unlink(path);
}

int __wrap_rmdir(const char *path)
{
    struct disk *disk;
    const char *name;
    return disk_of_path(path, &disk, &name) ? remove_sim(disk, name, path, true) : __real_rmdir(path);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
    struct disk *disk;
    const char *name;
    if (!disk_of_path(path, &disk, &name))
        return __real_mkdir(path, mode);
    if (!disk)
        return answer(strcmp(path, "/sim") == 0 ? EEXIST : ENOENT);
    return answer(disk_make_folder(disk, name, path, mode));
}

int __wrap_chmod(const char *path, mode_t mode)
{
    struct disk *disk;
    const char *name;
    if (!disk_of_path(path, &disk, &name))
        return __real_chmod(path, mode);
    if (disk && disk_is_down(disk))
        return answer(EIO);
    struct file *file = disk ? disk_find(disk, name) : NULL;
    if (!file)
        return answer(ENOENT);
    file->mode = mode & 0777;
    return 0;
}
