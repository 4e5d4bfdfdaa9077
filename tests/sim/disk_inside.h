/* tests/sim/disk_inside.h: what disk.c, disk_vfs.c and disk_calls.c share; nobody else includes it.
 *
 * Names inside are without "/sim/N": "" is the disk's own folder. Every function answers 0 or a number of errno. */
#pragma once
#include "tests/sim/disk.h"

enum { CHUNK = 4096, SECTOR = 512, SHM_LOCKS = 8 };

/* Bytes of a file in pages that are shared until written; a page that is not there is zero. */
struct chunk {
    unsigned refs;
    struct chunk *next; /* among the free ones */
    unsigned char bytes[CHUNK];
};
struct image {
    struct chunk **chunks;
    size_t count, room;
    int64_t size;
};

/* One write or length that no fsync has covered. */
struct pending {
    uint64_t number; /* order in time on its disk */
    int64_t offset;  /* the new length when cut */
    size_t length;
    const unsigned char *data;
    bool cut;
};

/* The shared memory of the connections to one file (its -shm). Outlives a kill for the dead who still point to it. */
struct shm {
    unsigned refs;
    void **regions;
    int count;
    unsigned shared[SHM_LOCKS];
    bool exclusive[SHM_LOCKS];
};

struct file {
    unsigned refs; /* names, operations on names and handles that point here */
    bool folder;
    unsigned mode;
    uint64_t inode;
    int64_t written_ms;
    struct image seen, durable;
    struct pending *pending;
    size_t pending_count, pending_room;
    struct heap *heaps; /* the bytes of pending, the newest first */
    size_t waiting_bytes;
    unsigned shared;                            /* holders of SQLite's SHARED */
    const void *reserved, *waiting, *exclusive; /* who holds SQLite's other locks */
    struct shm *shm;
};

void shm_drop(struct shm *shm); /* NULL-safe; the last frees it */

/* An open file of a machine's generation: dead after a kill. */
struct handle {
    struct disk *disk;
    struct file *file;
    unsigned generation;
    const char *path, *name; /* whole, for hooks and faults; inside the disk. Borrowed */
};

/* The disk that a path lies on. False: it is a path of the real system. *disk NULL: there is no such machine, or the
 * path is "/sim" itself. */
bool disk_of_path(const char *path, struct disk **disk, const char **name);
void disk_vfs_begin(void); /* registered, and SQLite's chance drawn anew */
int64_t disk_time(void);
struct rng *disk_chance(void); /* SQLite's */

struct file *disk_find(struct disk *disk, const char *name); /* NULL: none */
/* flags as open(2): O_CREAT, O_EXCL, O_TRUNC, O_DIRECTORY and the access mode. */
int handle_open(struct handle *handle, struct disk *disk, const char *name, const char *path, int flags,
                unsigned mode, bool *made);
void handle_close(struct handle *handle);
bool handle_alive(const struct handle *handle);
int handle_read(struct handle *handle, void *to, size_t length, int64_t offset, size_t *done);
int handle_write(struct handle *handle, const void *from, size_t length, int64_t offset, size_t *done);
int handle_truncate(struct handle *handle, int64_t size);
int handle_sync(struct handle *handle); /* a file or a folder */
int disk_sync_folder(struct disk *disk, const char *name_inside, const char *path);

int disk_make_folder(struct disk *disk, const char *name, const char *path, unsigned mode);
int disk_rename(struct disk *disk, const char *from, const char *to, const char *path);
int disk_remove(struct disk *disk, const char *name, const char *path, bool folder);
