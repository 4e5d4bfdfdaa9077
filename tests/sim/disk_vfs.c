/* tests/sim/disk_vfs.c: the simulated disks as SQLite's default VFS. See disk.h.
 *
 * Does what SQLite's own unix VFS does and no more: a new log or journal is followed by an fsync of its folder, locks
 * are among the handles of one file, the shared memory of a log is on the heap. Names outside "/sim" go to the unix
 * VFS. Nothing waits, and chance and time are the run's. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/sim/disk_inside.h"

struct sim_file {
    sqlite3_file base;
    struct handle handle;
    int lock; /* SQLITE_LOCK_… */
    bool sync_folder, delete_at_close;
    struct shm *shm;
    unsigned shm_shared, shm_exclusive; /* bits of the locks held */
};

static struct sim_file *of(sqlite3_file *file)
{
    return (struct sim_file *)file;
}

static sqlite3_vfs *unix_vfs(void)
{
    return sqlite3_vfs_find("unix");
}

/* --- bytes --- */

static int sim_read(sqlite3_file *base, void *to, int length, sqlite3_int64 offset)
{
    size_t done = 0;
    if (handle_read(&of(base)->handle, to, (size_t)length, offset, &done) != 0)
        return SQLITE_IOERR_READ;
    if (done == (size_t)length)
        return SQLITE_OK;
    memset((char *)to + done, 0, (size_t)length - done);
    return SQLITE_IOERR_SHORT_READ;
}

static int sim_write(sqlite3_file *base, const void *from, int length, sqlite3_int64 offset)
{
    size_t done;
    int error = handle_write(&of(base)->handle, from, (size_t)length, offset, &done);
    return error == ENOSPC ? SQLITE_FULL : error ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int sim_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    return handle_truncate(&of(base)->handle, size) ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
}

static int sim_sync(sqlite3_file *base, int flags)
{
    struct sim_file *file = of(base);
    (void)flags;
    if (handle_sync(&file->handle) != 0)
        return SQLITE_IOERR_FSYNC;
    if (file->sync_folder && disk_sync_folder(file->handle.disk, file->handle.name, file->handle.path) != 0)
        return SQLITE_IOERR_FSYNC;
    file->sync_folder = false;
    return SQLITE_OK;
}

static int sim_size(sqlite3_file *base, sqlite3_int64 *size)
{
    struct handle *handle = &of(base)->handle;
    if (!handle_alive(handle))
        return SQLITE_IOERR_FSTAT;
    *size = handle->file->seen.size;
    return SQLITE_OK;
}

/* --- locks --- */

static int sim_lock(sqlite3_file *base, int level)
{
    struct sim_file *sim = of(base);
    struct file *file = sim->handle.file;
    if (!handle_alive(&sim->handle))
        return SQLITE_IOERR_LOCK;
    if (sim->lock >= level)
        return SQLITE_OK;
    if (level == SQLITE_LOCK_SHARED) {
        if (file->waiting || file->exclusive)
            return SQLITE_BUSY;
        file->shared++;
    } else if (level == SQLITE_LOCK_RESERVED) {
        if (file->reserved)
            return SQLITE_BUSY;
        file->reserved = sim;
    } else {
        if (file->waiting && file->waiting != sim)
            return SQLITE_BUSY;
        file->waiting = sim;
        sim->lock = SQLITE_LOCK_PENDING;
        if (file->shared > 1)
            return SQLITE_BUSY;
        file->exclusive = sim;
    }
    sim->lock = level;
    return SQLITE_OK;
}

static int sim_unlock(sqlite3_file *base, int level)
{
    struct sim_file *sim = of(base);
    struct file *file = sim->handle.file;
    if (sim->lock <= level || !handle_alive(&sim->handle))
        return SQLITE_OK; /* the system forgot the locks of the dead */
    if (file->reserved == sim)
        file->reserved = NULL;
    if (file->waiting == sim)
        file->waiting = NULL;
    if (file->exclusive == sim)
        file->exclusive = NULL;
    if (level == SQLITE_LOCK_NONE)
        file->shared--;
    sim->lock = level;
    return SQLITE_OK;
}

static int sim_check_reserved(sqlite3_file *base, int *reserved)
{
    const struct file *file = of(base)->handle.file;
    *reserved = file->reserved || file->waiting || file->exclusive;
    return handle_alive(&of(base)->handle) ? SQLITE_OK : SQLITE_IOERR_CHECKRESERVEDLOCK;
}

/* --- shared memory of the write-ahead log --- */

static int sim_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **out)
{
    struct sim_file *sim = of(base);
    *out = NULL;
    if (!handle_alive(&sim->handle))
        return SQLITE_IOERR_SHMMAP;
    if (!sim->shm) {
        struct file *file = sim->handle.file;
        if (!file->shm) {
            file->shm = xcalloc(1, sizeof *file->shm);
            file->shm->refs = 1;
        }
        sim->shm = file->shm;
        sim->shm->refs++;
    }
    struct shm *shm = sim->shm;
    if (region >= shm->count && !extend)
        return SQLITE_OK;
    if (region >= shm->count) {
        shm->regions = xrealloc(shm->regions, ((size_t)region + 1) * sizeof *shm->regions);
        while (shm->count <= region)
            shm->regions[shm->count++] = xcalloc(1, (size_t)size);
    }
    *out = shm->regions[region];
    return SQLITE_OK;
}

static int shm_take(struct sim_file *sim, int from, int to, bool exclusive)
{
    struct shm *shm = sim->shm;
    for (int i = from; i < to; i++) {
        bool mine = sim->shm_shared >> i & 1;
        if (shm->exclusive[i] || (exclusive && shm->shared[i] > (unsigned)mine))
            return SQLITE_BUSY;
    }
    for (int i = from; i < to; i++) {
        if (exclusive) {
            shm->exclusive[i] = true;
            sim->shm_exclusive |= 1u << i;
        } else if (!(sim->shm_shared >> i & 1)) {
            shm->shared[i]++;
            sim->shm_shared |= 1u << i;
        }
    }
    return SQLITE_OK;
}

static void shm_release(struct sim_file *sim, int from, int to)
{
    for (int i = from; i < to; i++) {
        if (sim->shm_exclusive >> i & 1)
            sim->shm->exclusive[i] = false;
        if (sim->shm_shared >> i & 1)
            sim->shm->shared[i]--;
        sim->shm_exclusive &= ~(1u << i);
        sim->shm_shared &= ~(1u << i);
    }
}

static int sim_shm_lock(sqlite3_file *base, int offset, int count, int flags)
{
    struct sim_file *sim = of(base);
    if (!sim->shm || !handle_alive(&sim->handle))
        return SQLITE_IOERR_SHMLOCK;
    if (flags & SQLITE_SHM_LOCK)
        return shm_take(sim, offset, offset + count, flags & SQLITE_SHM_EXCLUSIVE);
    shm_release(sim, offset, offset + count);
    return SQLITE_OK;
}

static void sim_shm_barrier(sqlite3_file *base)
{
    (void)base; /* one thread */
}

/* The last of a machine's connections takes the memory with it, as the last close of a -shm. */
static int sim_shm_unmap(sqlite3_file *base, int delete)
{
    struct sim_file *sim = of(base);
    (void)delete;
    if (!sim->shm)
        return SQLITE_OK;
    shm_release(sim, 0, SHM_LOCKS);
    struct file *file = sim->handle.file;
    if (file->shm == sim->shm && sim->shm->refs == 2) {
        file->shm = NULL;
        shm_drop(sim->shm);
    }
    shm_drop(sim->shm);
    sim->shm = NULL;
    return SQLITE_OK;
}

/* --- files --- */

static int sim_close(sqlite3_file *base)
{
    struct sim_file *sim = of(base);
    sim_shm_unmap(base, 0);
    sim_unlock(base, SQLITE_LOCK_NONE);
    if (sim->delete_at_close && handle_alive(&sim->handle))
        disk_remove(sim->handle.disk, sim->handle.name, sim->handle.path, false);
    handle_close(&sim->handle);
    return SQLITE_OK;
}

static int sim_control(sqlite3_file *base, int op, void *arg)
{
    (void)base, (void)op, (void)arg;
    return SQLITE_NOTFOUND;
}

enum { SECTOR_SQLITE = 4096 /* SQLite's own word for disks on Linux */ };

static int sim_sector_size(sqlite3_file *base)
{
    (void)base;
    return SECTOR_SQLITE;
}

/* As the unix VFS: bytes beside those written stay as they are. */
static int sim_characteristics(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = sim_close,
    .xRead = sim_read,
    .xWrite = sim_write,
    .xTruncate = sim_truncate,
    .xSync = sim_sync,
    .xFileSize = sim_size,
    .xLock = sim_lock,
    .xUnlock = sim_unlock,
    .xCheckReservedLock = sim_check_reserved,
    .xFileControl = sim_control,
    .xSectorSize = sim_sector_size,
    .xDeviceCharacteristics = sim_characteristics,
    .xShmMap = sim_shm_map,
    .xShmLock = sim_shm_lock,
    .xShmBarrier = sim_shm_barrier,
    .xShmUnmap = sim_shm_unmap,
};

static int sim_open(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *base, int flags, int *out_flags)
{
    struct disk *disk;
    const char *name;
    (void)vfs;
    if (!path || !disk_of_path(path, &disk, &name))
        return unix_vfs()->xOpen(unix_vfs(), path, base, flags, out_flags);
    enum { FOLLOWED = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL };
    struct sim_file *sim = of(base);
    *sim = (struct sim_file){0};
    int how = flags & SQLITE_OPEN_READWRITE ? O_RDWR : O_RDONLY;
    how |= flags & SQLITE_OPEN_CREATE ? O_CREAT : 0;
    how |= flags & SQLITE_OPEN_EXCLUSIVE ? O_EXCL : 0;
    bool made = false;
    int error = disk ? handle_open(&sim->handle, disk, name, path, how, 0644, &made) : ENOENT;
    if (error)
        return error == EIO ? SQLITE_IOERR : SQLITE_CANTOPEN;
    if (sim->handle.file->folder) {
        handle_close(&sim->handle);
        return SQLITE_CANTOPEN_ISDIR;
    }
    sim->sync_folder = flags & SQLITE_OPEN_CREATE && flags & FOLLOWED; /* also when it was there already */
    sim->delete_at_close = flags & SQLITE_OPEN_DELETEONCLOSE;
    base->pMethods = &methods;
    if (out_flags)
        *out_flags = flags;
    return SQLITE_OK;
}

static int sim_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    struct disk *disk;
    const char *name;
    (void)vfs;
    if (!disk_of_path(path, &disk, &name))
        return unix_vfs()->xDelete(unix_vfs(), path, sync_folder);
    int error = disk ? disk_remove(disk, name, path, false) : ENOENT;
    if (error)
        return error == ENOENT ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
    return sync_folder && disk_sync_folder(disk, name, path) ? SQLITE_IOERR_DIR_FSYNC : SQLITE_OK;
}

static int sim_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    struct disk *disk;
    const char *name;
    (void)vfs;
    if (!disk_of_path(path, &disk, &name))
        return unix_vfs()->xAccess(unix_vfs(), path, flags, out);
    const struct file *file = disk ? disk_find(disk, name) : NULL;
    /* An empty file is none where its being there is the question. */
    *out = file && (flags != SQLITE_ACCESS_EXISTS || file->folder || file->seen.size > 0);
    return disk && disk_is_down(disk) ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

static int sim_full_path(sqlite3_vfs *vfs, const char *path, int room, char *out)
{
    struct disk *disk;
    const char *name;
    (void)vfs;
    if (!disk_of_path(path, &disk, &name))
        return unix_vfs()->xFullPathname(unix_vfs(), path, room, out);
    if (strlen(path) >= (size_t)room)
        return SQLITE_CANTOPEN;
    str_copy(out, (size_t)room, path);
    return SQLITE_OK;
}

/* --- chance and time --- */

static int sim_randomness(sqlite3_vfs *vfs, int length, char *out)
{
    (void)vfs;
    for (int i = 0; i < length; i++)
        out[i] = (char)rng_next(disk_chance());
    return length;
}

static int sim_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds; /* time is the simulator's to move */
}

static int sim_now_ms(sqlite3_vfs *vfs, sqlite3_int64 *julian_ms)
{
    static const sqlite3_int64 epoch = 24405875 * (sqlite3_int64)8640000; /* 1970 in Julian milliseconds */
    (void)vfs;
    *julian_ms = epoch + disk_time();
    return SQLITE_OK;
}

static int sim_now(sqlite3_vfs *vfs, double *julian_days)
{
    sqlite3_int64 ms;
    sim_now_ms(vfs, &ms);
    *julian_days = (double)ms / 86400000.0;
    return SQLITE_OK;
}

void disk_vfs_begin(void)
{
    static sqlite3_vfs vfs; /* SQLite keeps its address */
    if (!vfs.zName) {
        vfs = *unix_vfs();
        vfs.zName = "sim";
        vfs.pNext = NULL;
        if (vfs.szOsFile < (int)sizeof(struct sim_file))
            vfs.szOsFile = (int)sizeof(struct sim_file);
        vfs.xOpen = sim_open;
        vfs.xDelete = sim_delete;
        vfs.xAccess = sim_access;
        vfs.xFullPathname = sim_full_path;
        vfs.xRandomness = sim_randomness;
        vfs.xSleep = sim_sleep;
        vfs.xCurrentTime = sim_now;
        vfs.xCurrentTimeInt64 = sim_now_ms;
        sqlite3_vfs_register(&vfs, 1);
    }
    sqlite3_randomness(0, NULL); /* drawn anew at the next use */
}
