/* tests/sim/disk.h: the disks of several simulated machines in memory, under SQLite and under our own code.
 *
 * Every path that begins with "/sim/N/" lies on disk N (0 … DISKS_MAX-1); any other path goes to the real system. SQLite
 * comes here by its default VFS, our own code by the linker (SIM_WRAP in the Makefile): open, read, write, pread,
 * pwrite, fsync, fdatasync, ftruncate, fstat, close, access, stat, lstat, rename, unlink, mkdir, rmdir and chmod. So the
 * shipped code runs on it as it is.
 *
 * A file is what programs read (the system's page cache) and what would be left after a power cut (the durable image),
 * with the unsynced writes between. fsync makes a file's bytes and length durable. Names (made, renamed, removed) are
 * durable after an fsync of their folder; that folder itself then stays too, as on ext4, xfs and btrfs.
 *
 *     disk_begin(seed);                            // once a run: no disks yet, SQLite's chance from the seed
 *     struct disk *disk = disk_new(1);
 *     cache_open(&cache, "/sim/1/station", …);
 *     disk_power_cut(disk, &rng);                  // every handle fails from now on, every path too
 *     cache_close(&cache);                         // the dead program's memory; nothing of it reaches the disk
 *     disk_boot(disk);                             // the machine is there again with what was left
 *     cache_open(&cache, "/sim/1/station", …);
 *     disk_end();
 *
 * Everything is exactly repeatable. One thread a process uses it: seeds that run side by side are processes. Knows
 * nothing of halls. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/rng.h"

enum { DISKS_MAX = 64 };
struct disk;

/* Forgets every disk and seeds what SQLite takes for chance. Registers the VFS at the first call. All databases must be
 * closed. */
void disk_begin(uint64_t seed);
void disk_end(void);
void disk_set_time(int64_t wall_ms); /* what SQLite and the times of files say; 0 until it is set */

struct disk *disk_new(int machine); /* empty, with the folder /sim/N; the machine runs */
struct disk *disk_at(int machine);  /* NULL: there is none */
int disk_machine(const struct disk *disk);

/* --- the ends of a machine; all its handles are dead afterwards --- */
/* kill -9 of every program on it: the system lives on and knows every write. */
void disk_kill(struct disk *disk);
/* Each unsynced write, length and name is kept, lost or (a write) torn at 512-byte sectors, in any subset: how, is
 * drawn anew for each cut, from all lost over a prefix in time to all kept. */
void disk_power_cut(struct disk *disk, struct rng *rng);
/* Between kill or cut and boot every call fails with EIO: close the dead program's objects in that time. */
void disk_boot(struct disk *disk);
bool disk_is_down(const struct disk *disk);

/* --- faults --- */
enum { DISK_ENDLESS = -1 };
/* Room for that many more bytes, DISK_ENDLESS for no limit: what is removed or cut off gives room again. */
void disk_full(struct disk *disk, int64_t bytes_free);
enum disk_fsync {
    DISK_FSYNC_WELL,
    DISK_FSYNC_DIRTY, /* EIO; the writes still wait for the next fsync */
    DISK_FSYNC_CLEAN, /* EIO; each write is durable by chance, none waits: the next fsync says all is well (Linux) */
    DISK_FSYNC_DROPPED, /* as CLEAN, and what was lost is read back as it stands on the disk (evicted pages) */
};
/* The next fsync of a file, from SQLite or our own code, ends so; the one after it is well. chance is borrowed until
 * then. */
void disk_fail_fsync(struct disk *disk, enum disk_fsync how, struct rng *chance);
/* The next count reads (of files whose path ends with tail; NULL any) fail with EIO; -1: all of them. */
void disk_fail_reads(struct disk *disk, const char *tail, int count);
void disk_fail_writes(struct disk *disk, const char *tail, int count);
/* Nothing of the above is to come. */
bool disk_is_well(const struct disk *disk);
/* One bit of a byte turns, in memory and on the disk. False: there is no such byte. */
bool disk_flip(struct disk *disk, const char *path, int64_t offset, unsigned bit);
/* The very same disk in another machine, with names below /sim/TO; what was there is gone. It takes over what is
 * unsynced, neither hook nor faults. Copying is cheap: chunks are shared until written. */
void disk_copy(const struct disk *from, struct disk *to);

/* Takes a disk out of its machine and out of the run: it outlives disk_end, and is good for disk_copy from it alone. */
void disk_put_aside(struct disk *disk);

/* --- before each operation that changes the disk --- */
enum disk_op_kind {
    DISK_WRITE,
    DISK_TRUNCATE,
    DISK_SYNC,        /* of a file */
    DISK_SYNC_FOLDER, /* makes names durable */
    DISK_NAME,        /* made, renamed or removed */
};
struct disk_op {
    enum disk_op_kind kind;
    const char *path; /* borrowed for the call */
    int64_t offset;
    size_t length;
};
/* Called before the operation; when the hook kills the machine or cuts its power, the operation and everything after
 * it fail with EIO. It must not use files of this disk. hook NULL: no more. */
typedef void disk_hook(void *ctx, struct disk *disk, const struct disk_op *op);
void disk_on_op(struct disk *disk, disk_hook *hook, void *ctx);

struct disk_counts {
    uint64_t ops; /* those above */
    uint64_t writes, bytes_written, syncs, reads;
};
const struct disk_counts *disk_counts(const struct disk *disk);
int64_t
disk_unsynced(const struct disk *disk); /* writes, lengths and names that a power cut now could lose */

/* --- looking at it from outside --- */
int64_t disk_size(struct disk *disk, const char *path); /* as programs see it; -1: no such file */
/* The durable bytes of a file into a real one. False: it is not durable or could not be written. */
bool disk_image(struct disk *disk, const char *path, const char *real_path);
/* Every durable file and folder below path ("/sim/N" for all) into a real folder that exists. */
bool disk_image_tree(struct disk *disk, const char *path, const char *real_folder);
/* A sum over all names and bytes, seen and durable: two runs of one seed agree at every step. */
uint64_t disk_digest(struct disk *disk);
