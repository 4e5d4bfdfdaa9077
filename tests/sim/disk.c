/* tests/sim/disk.c: files, names and what a power cut leaves of them. See disk.h. Knows neither SQLite nor our code. */
#include "tests/sim/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/sim/disk_inside.h"

/* An unsynced file is written back by the system itself in the end; here when that much waits. */
enum { WRITE_BACK = 16 << 20, HEAP = 64 << 10 };

struct name {
    uint32_t hash;
    char *text;
    struct file *file;
};
struct names {
    struct name *all;
    size_t count, room;
};

/* A name made (file stands at to), renamed (from, to) or removed (from) that no fsync of its folder has covered. */
struct name_op {
    uint64_t number;
    char *from, *to; /* NULL: none */
    struct file *file;
};

struct fault {
    char tail[64];
    int count; /* -1: always */
};

struct disk {
    int machine;
    bool down;
    unsigned generation;
    struct names seen, durable;
    struct name_op *ops;
    size_t op_count, op_room;
    uint64_t number, inodes;
    int64_t bytes_free;
    enum disk_fsync fsync_next;
    struct rng *fsync_chance;
    struct fault reads, writes;
    disk_hook *hook;
    void *hook_ctx;
    struct disk_counts counts;
};

/* The one static of the simulated disks: a VFS of SQLite and a wrapped open are told a path and nothing else. */
static struct {
    struct disk *disks[DISKS_MAX];
    struct chunk *free_chunks;
    struct heap *free_heaps;
    struct rng chance;
    int64_t wall_ms;
} table;

/* --- pages --- */

static struct chunk *chunk_new(void)
{
    struct chunk *chunk = table.free_chunks;
    if (chunk)
        table.free_chunks = chunk->next;
    else
        chunk = xmalloc(sizeof *chunk);
    chunk->refs = 1;
    return chunk;
}

static void chunk_drop(struct chunk *chunk)
{
    if (!chunk || --chunk->refs > 0)
        return;
    chunk->next = table.free_chunks;
    table.free_chunks = chunk;
}

static void image_reach(struct image *image, size_t count)
{
    if (count > image->room) {
        size_t room = image->room ? image->room * 2 : 16;
        image->room = room > count ? room : count;
        image->chunks = xrealloc(image->chunks, image->room * sizeof(struct chunk *));
    }
    for (; image->count < count; image->count++)
        image->chunks[image->count] = NULL;
}

static void image_free(struct image *image)
{
    for (size_t i = 0; i < image->count; i++)
        chunk_drop(image->chunks[i]);
    free(image->chunks);
    *image = (struct image){0};
}

/* One page of another image in place of one's own. */
static void image_share(struct image *to, const struct image *from, size_t i)
{
    struct chunk *chunk = i < from->count ? from->chunks[i] : NULL;
    if (!chunk && i >= to->count)
        return;
    image_reach(to, i + 1);
    if (chunk)
        chunk->refs++;
    chunk_drop(to->chunks[i]);
    to->chunks[i] = chunk;
}

static void image_copy(struct image *to, const struct image *from)
{
    size_t count = to->count > from->count ? to->count : from->count;
    for (size_t i = 0; i < count; i++)
        image_share(to, from, i);
    to->size = from->size;
}

/* The page for writing: one's own, zero when it was not there. */
static unsigned char *image_own(struct image *image, size_t i, bool whole)
{
    image_reach(image, i + 1);
    struct chunk *old = image->chunks[i];
    if (old && old->refs == 1)
        return old->bytes;
    struct chunk *own = chunk_new();
    if (old && !whole)
        memcpy(own->bytes, old->bytes, CHUNK);
    else if (!whole)
        memset(own->bytes, 0, CHUNK);
    chunk_drop(old);
    image->chunks[i] = own;
    return own->bytes;
}

static void image_write(struct image *image, int64_t offset, const void *from, size_t length)
{
    const unsigned char *bytes = from;
    if (offset + (int64_t)length > image->size)
        image->size = offset + (int64_t)length;
    while (length > 0) {
        size_t at = (size_t)offset % CHUNK, part = CHUNK - at < length ? CHUNK - at : length;
        memcpy(image_own(image, (size_t)offset / CHUNK, part == CHUNK) + at, bytes, part);
        bytes += part, offset += (int64_t)part, length -= part;
    }
}

static size_t image_read(const struct image *image, int64_t offset, void *to, size_t length)
{
    unsigned char *bytes = to;
    if (offset >= image->size)
        return 0;
    if (offset + (int64_t)length > image->size)
        length = (size_t)(image->size - offset);
    for (size_t left = length; left > 0;) {
        size_t i = (size_t)offset / CHUNK, at = (size_t)offset % CHUNK,
               part = CHUNK - at < left ? CHUNK - at : left;
        if (i < image->count && image->chunks[i])
            memcpy(bytes, image->chunks[i]->bytes + at, part);
        else
            memset(bytes, 0, part);
        bytes += part, offset += (int64_t)part, left -= part;
    }
    return length;
}

static void image_truncate(struct image *image, int64_t size)
{
    size_t keep = ((size_t)size + CHUNK - 1) / CHUNK, tail = (size_t)size % CHUNK;
    for (size_t i = keep; i < image->count; i++)
        chunk_drop(image->chunks[i]);
    if (image->count > keep)
        image->count = keep;
    if (size < image->size && tail > 0 && keep > 0 && keep <= image->count && image->chunks[keep - 1])
        memset(image_own(image, keep - 1, false) + tail, 0, CHUNK - tail);
    image->size = size;
}

/* --- bytes that wait for an fsync --- */

struct heap {
    struct heap *next;
    size_t used, room;
    unsigned char bytes[];
};

static struct heap *heap_new(size_t length)
{
    struct heap *heap = length <= HEAP ? table.free_heaps : NULL;
    size_t room = length > HEAP ? length : HEAP;
    if (heap)
        table.free_heaps = heap->next;
    else
        heap = xmalloc(sizeof *heap + room);
    heap->room = room;
    heap->used = 0;
    return heap;
}

static const unsigned char *heap_keep(struct heap **first, const void *from, size_t length)
{
    if (!*first || (*first)->room - (*first)->used < length) {
        struct heap *heap = heap_new(length);
        heap->next = *first;
        *first = heap;
    }
    unsigned char *to = (*first)->bytes + (*first)->used;
    memcpy(to, from, length);
    (*first)->used += length;
    return to;
}

static void heaps_drop(struct heap **first)
{
    for (struct heap *heap = *first, *next; heap; heap = next) {
        next = heap->next;
        if (heap->room > HEAP) {
            free(heap);
            continue;
        }
        heap->next = table.free_heaps;
        table.free_heaps = heap;
    }
    *first = NULL;
}

/* --- files --- */

static struct file *file_new(struct disk *disk, bool folder, unsigned mode)
{
    struct file *file = xcalloc(1, sizeof *file);
    file->folder = folder;
    file->mode = mode;
    file->inode = ++disk->inodes;
    file->written_ms = table.wall_ms;
    return file;
}

static struct file *file_hold(struct file *file)
{
    file->refs++;
    return file;
}

void shm_drop(struct shm *shm)
{
    if (!shm || --shm->refs > 0)
        return;
    for (int i = 0; i < shm->count; i++)
        free(shm->regions[i]);
    free(shm->regions);
    free(shm);
}

static void file_drop(struct file *file)
{
    if (!file || --file->refs > 0)
        return;
    image_free(&file->seen);
    image_free(&file->durable);
    free(file->pending);
    heaps_drop(&file->heaps);
    shm_drop(file->shm);
    free(file);
}

static void forget_pending(struct file *file)
{
    file->pending_count = 0;
    file->waiting_bytes = 0;
    heaps_drop(&file->heaps);
}

static struct pending *add_pending(struct disk *disk, struct file *file)
{
    if (file->pending_count == file->pending_room) {
        file->pending_room = file->pending_room ? file->pending_room * 2 : 16;
        file->pending = xrealloc(file->pending, file->pending_room * sizeof *file->pending);
    }
    struct pending *pending = &file->pending[file->pending_count++];
    *pending = (struct pending){.number = ++disk->number};
    return pending;
}

/* What an fsync does: whole pages go to the disk as they stand. */
static void make_durable(struct file *file)
{
    size_t from = file->seen.count > file->durable.count ? file->seen.count : file->durable.count, all = from;
    for (size_t n = 0; n < file->pending_count; n++) {
        const struct pending *p = &file->pending[n];
        size_t first = (size_t)p->offset / CHUNK;
        if (p->cut && first < from)
            from = first;
        if (!p->cut && p->length > 0)
            for (size_t i = first; i <= ((size_t)p->offset + p->length - 1) / CHUNK; i++)
                image_share(&file->durable, &file->seen, i);
    }
    for (size_t i = from; i < all; i++)
        image_share(&file->durable, &file->seen, i);
    file->durable.size = file->seen.size;
    forget_pending(file);
}

static void file_write(struct disk *disk, struct file *file, int64_t offset, const void *from, size_t length)
{
    struct pending *pending = add_pending(disk, file);
    pending->offset = offset;
    pending->length = length;
    pending->data = heap_keep(&file->heaps, from, length);
    file->waiting_bytes += length;
    image_write(&file->seen, offset, from, length);
    file->written_ms = table.wall_ms;
    if (file->waiting_bytes > WRITE_BACK)
        make_durable(file);
}

static void give_room(struct disk *disk, int64_t bytes)
{
    if (disk->bytes_free != DISK_ENDLESS && bytes > 0)
        disk->bytes_free += bytes;
}

static void file_truncate(struct disk *disk, struct file *file, int64_t size)
{
    struct pending *pending = add_pending(disk, file);
    pending->offset = size;
    pending->cut = true;
    give_room(disk, file->seen.size - size);
    image_truncate(&file->seen, size);
    file->written_ms = table.wall_ms;
}

/* --- names --- */

static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

static struct name *names_find(const struct names *names, const char *text)
{
    uint32_t hash = hash_of(text);
    for (size_t i = 0; i < names->count; i++)
        if (names->all[i].hash == hash && strcmp(names->all[i].text, text) == 0)
            return &names->all[i];
    return NULL;
}

static void names_put(struct names *names, const char *text, struct file *file)
{
    struct name *name = names_find(names, text);
    file_hold(file);
    if (name) {
        file_drop(name->file);
        name->file = file;
        return;
    }
    if (names->count == names->room) {
        names->room = names->room ? names->room * 2 : 16;
        names->all = xrealloc(names->all, names->room * sizeof *names->all);
    }
    names->all[names->count++] = (struct name){hash_of(text), xstrdup(text), file};
}

static void names_drop(struct names *names, const char *text)
{
    struct name *name = names_find(names, text);
    if (!name)
        return;
    file_drop(name->file);
    free(name->text);
    *name = names->all[--names->count];
}

static void names_free(struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        file_drop(names->all[i].file);
        free(names->all[i].text);
    }
    free(names->all);
    *names = (struct names){0};
}

static void names_copy(struct names *to, const struct names *from)
{
    struct names copy = {0};
    for (size_t i = 0; i < from->count; i++)
        names_put(&copy, from->all[i].text, from->all[i].file);
    names_free(to);
    *to = copy;
}

/* The folder of a name: its length is that of the folder's own name. */
static size_t folder_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? (size_t)(slash - name) : 0;
}

static bool lies_in(const char *name, const char *folder, size_t length)
{
    return name && folder_length(name) == length && memcmp(name, folder, length) == 0;
}

static void add_op(struct disk *disk, const char *from, const char *to, struct file *file)
{
    if (disk->op_count == disk->op_room) {
        disk->op_room = disk->op_room ? disk->op_room * 2 : 16;
        disk->ops = xrealloc(disk->ops, disk->op_room * sizeof *disk->ops);
    }
    disk->ops[disk->op_count++] = (struct name_op){++disk->number, from ? xstrdup(from) : NULL,
                                                   to ? xstrdup(to) : NULL, file_hold(file)};
}

static void op_free(struct name_op *op)
{
    free(op->from);
    free(op->to);
    file_drop(op->file);
}

/* A name removed is removed only while it stands for the same file: a later one that was kept is another. */
static void op_keep(struct disk *disk, const struct name_op *op)
{
    const struct name *from = op->from ? names_find(&disk->durable, op->from) : NULL;
    if (from && from->file == op->file)
        names_drop(&disk->durable, op->from);
    if (op->to)
        names_put(&disk->durable, op->to, op->file);
}

/* A folder that is made durable is there: so are those above it. */
static void keep_folders(struct disk *disk, const char *folder, size_t length)
{
    for (size_t end = 1; end <= length; end++) {
        if (folder[end] != '/' && end != length)
            continue;
        char *name = xasprintf("%.*s", (int)end, folder);
        const struct name *seen = names_find(&disk->seen, name);
        if (seen && seen->file->folder)
            names_put(&disk->durable, name, seen->file);
        free(name);
    }
}

static void sync_names(struct disk *disk, const char *folder, size_t length)
{
    size_t left = 0;
    keep_folders(disk, folder, length);
    for (size_t i = 0; i < disk->op_count; i++) {
        struct name_op *op = &disk->ops[i];
        if (lies_in(op->from, folder, length) || lies_in(op->to, folder, length)) {
            op_keep(disk, op);
            op_free(op);
        } else {
            disk->ops[left++] = *op;
        }
    }
    disk->op_count = left;
}

struct file *disk_find(struct disk *disk, const char *name)
{
    const struct name *found = names_find(&disk->seen, name);
    return found ? found->file : NULL;
}

/* --- disks --- */

void disk_begin(uint64_t seed)
{
    disk_end();
    rng_seed(&table.chance, seed);
    disk_vfs_begin();
}

static void disk_empty(struct disk *disk)
{
    for (size_t i = 0; i < disk->op_count; i++)
        op_free(&disk->ops[i]);
    disk->op_count = 0;
    names_free(&disk->seen);
    names_free(&disk->durable);
}

void disk_end(void)
{
    for (int i = 0; i < DISKS_MAX; i++)
        if (table.disks[i]) {
            disk_empty(table.disks[i]);
            free(table.disks[i]->ops);
            free(table.disks[i]);
            table.disks[i] = NULL;
        }
    while (table.free_chunks) {
        struct chunk *chunk = table.free_chunks;
        table.free_chunks = chunk->next;
        free(chunk);
    }
    table.wall_ms = 0;
}

void disk_put_aside(struct disk *disk)
{
    table.disks[disk->machine] = NULL;
}

void disk_set_time(int64_t wall_ms)
{
    table.wall_ms = wall_ms;
}

int64_t disk_time(void)
{
    return table.wall_ms;
}

struct rng *disk_chance(void)
{
    return &table.chance;
}

struct disk *disk_new(int machine)
{
    if (machine < 0 || machine >= DISKS_MAX || table.disks[machine])
        abort();
    struct disk *disk = xcalloc(1, sizeof *disk);
    disk->machine = machine;
    disk->bytes_free = DISK_ENDLESS;
    table.disks[machine] = disk;
    struct file *root = file_new(disk, true, 0700);
    names_put(&disk->seen, "", root);
    names_put(&disk->durable, "", root);
    return disk;
}

struct disk *disk_at(int machine)
{
    return machine >= 0 && machine < DISKS_MAX ? table.disks[machine] : NULL;
}

int disk_machine(const struct disk *disk)
{
    return disk->machine;
}

bool disk_of_path(const char *path, struct disk **disk, const char **name)
{
    *disk = NULL;
    *name = "";
    if (strncmp(path, "/sim", 4) != 0 || (path[4] != '/' && path[4] != '\0'))
        return false;
    if (path[4] == '\0' || path[5] < '0' || path[5] > '9')
        return true;
    char *end;
    long machine = strtol(path + 5, &end, 10);
    if (machine < DISKS_MAX && (*end == '/' || *end == '\0')) {
        *disk = table.disks[machine];
        *name = strcmp(end, "/") == 0 ? "" : end;
    }
    return true;
}

/* --- ends of a machine --- */

/* The dead hold neither locks nor shared memory. */
static void forget_holders(struct disk *disk)
{
    for (size_t i = 0; i < disk->seen.count; i++) {
        struct file *file = disk->seen.all[i].file;
        file->shared = 0;
        file->reserved = file->waiting = file->exclusive = NULL;
        shm_drop(file->shm);
        file->shm = NULL;
    }
}

void disk_kill(struct disk *disk)
{
    disk->down = true;
    disk->generation++;
    forget_holders(disk);
}

void disk_boot(struct disk *disk)
{
    disk->down = false;
}

bool disk_is_down(const struct disk *disk)
{
    return disk->down;
}

/* How a power cut treats what is unsynced. */
struct cut {
    enum { CUT_LOSE, CUT_KEEP, CUT_PREFIX, CUT_FILES, CUT_SUBSET } way;
    uint64_t before;    /* CUT_PREFIX: what came later is lost */
    unsigned kept_of_8; /* CUT_SUBSET */
    bool torn, names_in_order;
    struct rng *rng;
};

enum fate { FATE_LOST, FATE_KEPT, FATE_TORN };

static uint64_t first_unsynced(const struct disk *disk)
{
    uint64_t first = disk->op_count > 0 ? disk->ops[0].number : disk->number + 1;
    for (size_t i = 0; i < disk->seen.count; i++) {
        const struct file *file = disk->seen.all[i].file;
        if (file->pending_count > 0 && file->pending[0].number < first)
            first = file->pending[0].number;
    }
    return first;
}

static struct cut draw_cut(const struct disk *disk, struct rng *rng)
{
    struct cut cut = {.rng = rng};
    uint64_t first = first_unsynced(disk);
    cut.way = rng_below(rng, CUT_SUBSET + 1);
    cut.before = first + rng_below(rng, disk->number + 2 - first);
    cut.kept_of_8 = 1 + (unsigned)rng_below(rng, 7);
    cut.torn = rng_below(rng, 2) == 0;
    cut.names_in_order = rng_below(rng, 2) == 0;
    return cut;
}

static enum fate fate_of(const struct cut *cut, uint64_t number, bool file_kept)
{
    switch (cut->way) {
    case CUT_LOSE:
        return FATE_LOST;
    case CUT_KEEP:
        return FATE_KEPT;
    case CUT_FILES:
        return file_kept ? FATE_KEPT : FATE_LOST;
    case CUT_PREFIX:
        return number < cut->before ? FATE_KEPT : number == cut->before ? FATE_TORN : FATE_LOST;
    case CUT_SUBSET:
        break;
    }
    if (cut->torn && rng_below(cut->rng, 2) == 0)
        return FATE_TORN;
    return rng_below(cut->rng, 8) < cut->kept_of_8 ? FATE_KEPT : FATE_LOST;
}

/* Each sector of the write arrived or did not. */
static void write_torn(struct file *file, const struct pending *p, struct rng *rng)
{
    for (size_t at = 0; at < p->length;) {
        size_t part = SECTOR - (size_t)(p->offset + (int64_t)at) % SECTOR;
        if (part > p->length - at)
            part = p->length - at;
        if (rng_below(rng, 2) == 0)
            image_write(&file->durable, p->offset + (int64_t)at, p->data + at, part);
        at += part;
    }
}

static void settle(struct file *file, const struct cut *cut)
{
    bool file_kept = rng_below(cut->rng, 2) == 0;
    for (size_t i = 0; i < file->pending_count; i++) {
        const struct pending *p = &file->pending[i];
        enum fate fate = fate_of(cut, p->number, file_kept);
        if (fate == FATE_LOST)
            continue;
        if (p->cut)
            image_truncate(&file->durable, p->offset);
        else if (fate == FATE_KEPT)
            image_write(&file->durable, p->offset, p->data, p->length);
        else
            write_torn(file, p, cut->rng);
    }
    forget_pending(file);
}

/* A journal of names keeps its order: what is lost is its end. Without one, any may be lost. */
static void settle_names(struct disk *disk, const struct cut *cut)
{
    bool lost = false;
    for (size_t i = 0; i < disk->op_count; i++) {
        struct name_op *op = &disk->ops[i];
        bool kept = fate_of(cut, op->number, rng_below(cut->rng, 2) == 0) != FATE_LOST;
        lost = lost || (!kept && cut->names_in_order);
        if (kept && !lost)
            op_keep(disk, op);
        op_free(op);
    }
    disk->op_count = 0;
}

/* A file whose folder was lost went with it. */
static void drop_stray(struct disk *disk)
{
    for (size_t i = 0; i < disk->durable.count;) {
        const char *name = disk->durable.all[i].text;
        char *folder = xasprintf("%.*s", (int)folder_length(name), name);
        bool stray = *name && !names_find(&disk->durable, folder);
        free(folder);
        if (stray) {
            names_drop(&disk->durable, name);
            i = 0;
        } else {
            i++;
        }
    }
}

void disk_power_cut(struct disk *disk, struct rng *rng)
{
    disk_kill(disk);
    struct cut cut = draw_cut(disk, rng);
    settle_names(disk, &cut);
    drop_stray(disk);
    names_copy(&disk->seen, &disk->durable);
    for (size_t i = 0; i < disk->seen.count; i++) {
        struct file *file = disk->seen.all[i].file;
        settle(file, &cut);
        image_copy(&file->seen, &file->durable);
    }
    forget_holders(disk);
}

/* --- faults --- */

void disk_full(struct disk *disk, int64_t bytes_free)
{
    disk->bytes_free = bytes_free;
}

void disk_fail_fsync(struct disk *disk, enum disk_fsync how, struct rng *chance)
{
    disk->fsync_next = how;
    disk->fsync_chance = chance;
}

static void fault_set(struct fault *fault, const char *tail, int count)
{
    str_copy(fault->tail, sizeof fault->tail, tail ? tail : "");
    fault->count = count;
}

void disk_fail_reads(struct disk *disk, const char *tail, int count)
{
    fault_set(&disk->reads, tail, count);
}

void disk_fail_writes(struct disk *disk, const char *tail, int count)
{
    fault_set(&disk->writes, tail, count);
}

bool disk_is_well(const struct disk *disk)
{
    return disk->fsync_next == DISK_FSYNC_WELL && disk->reads.count == 0 && disk->writes.count == 0 &&
           disk->bytes_free == DISK_ENDLESS;
}

static bool fault_hits(struct fault *fault, const char *path)
{
    if (fault->count == 0)
        return false;
    size_t length = strlen(path), tail = strlen(fault->tail);
    if (tail > length || strcmp(path + length - tail, fault->tail) != 0)
        return false;
    fault->count -= fault->count > 0;
    return true;
}

bool disk_flip(struct disk *disk, const char *path, int64_t offset, unsigned bit)
{
    struct disk *of;
    const char *name;
    struct file *file = disk_of_path(path, &of, &name) && of == disk ? disk_find(disk, name) : NULL;
    if (!file || offset < 0 || offset >= file->seen.size)
        return false;
    struct image *images[] = {&file->seen, &file->durable};
    for (int i = 0; i < 2; i++)
        if (offset < images[i]->size)
            image_own(images[i], (size_t)offset / CHUNK, false)[offset % CHUNK] ^=
                (unsigned char)(1u << bit % 8);
    return true;
}

/* --- a copy --- */

/* The copy of a file that may have several names. */
struct twin {
    const struct file *old;
    struct file *copy;
};
struct twins {
    struct twin *all;
    size_t count, room;
};

static struct file *twin_of(struct twins *twins, const struct file *old)
{
    for (size_t i = 0; i < twins->count; i++)
        if (twins->all[i].old == old)
            return twins->all[i].copy;
    struct file *copy = xcalloc(1, sizeof *copy);
    copy->folder = old->folder;
    copy->mode = old->mode;
    copy->inode = old->inode;
    copy->written_ms = old->written_ms;
    image_copy(&copy->seen, &old->seen);
    image_copy(&copy->durable, &old->durable);
    if (old->pending_count > 0) {
        copy->pending_count = copy->pending_room = old->pending_count;
        copy->pending = xmalloc(copy->pending_room * sizeof *copy->pending);
        memcpy(copy->pending, old->pending, copy->pending_count * sizeof *copy->pending);
    }
    for (size_t i = 0; i < copy->pending_count; i++)
        if (copy->pending[i].length > 0)
            copy->pending[i].data = heap_keep(&copy->heaps, old->pending[i].data, copy->pending[i].length);
    copy->waiting_bytes = old->waiting_bytes;
    if (twins->count == twins->room) {
        twins->room = twins->room ? twins->room * 2 : 16;
        twins->all = xrealloc(twins->all, twins->room * sizeof *twins->all);
    }
    twins->all[twins->count++] = (struct twin){old, copy};
    return copy;
}

static void copy_names(struct names *to, const struct names *from, struct twins *twins)
{
    for (size_t i = 0; i < from->count; i++)
        names_put(to, from->all[i].text, twin_of(twins, from->all[i].file));
}

void disk_copy(const struct disk *from, struct disk *to)
{
    struct twins twins = {0};
    disk_kill(to);
    disk_empty(to);
    copy_names(&to->seen, &from->seen, &twins);
    copy_names(&to->durable, &from->durable, &twins);
    for (size_t i = 0; i < from->op_count; i++) {
        const struct name_op *op = &from->ops[i];
        add_op(to, op->from, op->to, twin_of(&twins, op->file));
        to->ops[i].number = op->number;
    }
    free(twins.all);
    to->number = from->number;
    to->inodes = from->inodes;
    to->down = from->down;
}

/* --- hooks --- */

void disk_on_op(struct disk *disk, disk_hook *hook, void *ctx)
{
    disk->hook = hook;
    disk->hook_ctx = ctx;
}

/* Before each operation that changes the disk; EIO when the machine is no more. */
static int before(struct disk *disk, enum disk_op_kind kind, const char *path, int64_t offset, size_t length)
{
    if (disk->down)
        return EIO;
    disk->counts.ops++;
    if (disk->hook) {
        struct disk_op op = {kind, path, offset, length};
        disk->hook(disk->hook_ctx, disk, &op);
    }
    return disk->down ? EIO : 0;
}

const struct disk_counts *disk_counts(const struct disk *disk)
{
    return &disk->counts;
}

int64_t disk_unsynced(const struct disk *disk)
{
    int64_t count = (int64_t)disk->op_count;
    for (size_t i = 0; i < disk->seen.count; i++)
        count += (int64_t)disk->seen.all[i].file->pending_count;
    return count;
}

/* --- calls on names --- */

static bool folder_is_there(struct disk *disk, const char *name)
{
    char *folder = xasprintf("%.*s", (int)folder_length(name), name);
    const struct file *file = disk_find(disk, folder);
    free(folder);
    return file && file->folder;
}

/* A new file or folder under a name that is free. */
static int make(struct disk *disk, const char *name, const char *path, bool folder, unsigned mode)
{
    int error = !folder_is_there(disk, name) ? ENOENT : before(disk, DISK_NAME, path, 0, 0);
    if (error)
        return error;
    struct file *file = file_new(disk, folder, mode);
    names_put(&disk->seen, name, file);
    add_op(disk, NULL, name, file);
    return 0;
}

int disk_make_folder(struct disk *disk, const char *name, const char *path, unsigned mode)
{
    if (disk->down)
        return EIO;
    return disk_find(disk, name) ? EEXIST : make(disk, name, path, true, mode);
}

int disk_rename(struct disk *disk, const char *from, const char *to, const char *path)
{
    if (disk->down)
        return EIO;
    struct file *file = disk_find(disk, from), *there = disk_find(disk, to);
    if (!file || !folder_is_there(disk, to))
        return ENOENT;
    if (file->folder || (there && there->folder))
        return EXDEV; /* folders keep their names here */
    int error = before(disk, DISK_NAME, path, 0, 0);
    if (error || file == there)
        return error;
    if (there)
        give_room(disk, there->seen.size);
    add_op(disk, from, to, file);
    names_put(&disk->seen, to, file);
    names_drop(&disk->seen, from);
    return 0;
}

static bool has_inside(const struct disk *disk, const char *name)
{
    for (size_t i = 0; i < disk->seen.count; i++)
        if (*disk->seen.all[i].text && lies_in(disk->seen.all[i].text, name, strlen(name)))
            return true;
    return false;
}

int disk_remove(struct disk *disk, const char *name, const char *path, bool folder)
{
    if (disk->down)
        return EIO;
    struct file *file = disk_find(disk, name);
    if (!file)
        return ENOENT;
    if (file->folder != folder)
        return folder ? ENOTDIR : EISDIR;
    if (folder && (!*name || has_inside(disk, name)))
        return ENOTEMPTY;
    int error = before(disk, DISK_NAME, path, 0, 0);
    if (error)
        return error;
    give_room(disk, file->seen.size);
    add_op(disk, name, NULL, file);
    names_drop(&disk->seen, name);
    return 0;
}

int disk_sync_folder(struct disk *disk, const char *name_inside, const char *path)
{
    int error = before(disk, DISK_SYNC_FOLDER, path, 0, 0);
    if (error)
        return error;
    disk->counts.syncs++;
    sync_names(disk, name_inside, folder_length(name_inside));
    return 0;
}

/* --- calls on an open file --- */

int handle_open(struct handle *handle, struct disk *disk, const char *name, const char *path, int flags,
                unsigned mode, bool *made)
{
    if (disk->down)
        return EIO;
    struct file *file = disk_find(disk, name);
    *made = !file && flags & O_CREAT;
    if (file && (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return EEXIST;
    int error = *made ? make(disk, name, path, false, mode) : !file ? ENOENT : 0;
    if (error)
        return error;
    file = disk_find(disk, name);
    if (!file)
        return ENOENT;
    if (file->folder && (flags & O_ACCMODE) != O_RDONLY)
        return EISDIR;
    if (!file->folder && flags & O_DIRECTORY)
        return ENOTDIR;
    *handle = (struct handle){disk, file_hold(file), disk->generation, path, name};
    if (flags & O_TRUNC && file->seen.size > 0)
        error = handle_truncate(handle, 0);
    if (error)
        handle_close(handle);
    return error;
}

void handle_close(struct handle *handle)
{
    file_drop(handle->file);
    handle->file = NULL;
}

bool handle_alive(const struct handle *handle)
{
    return !handle->disk->down && handle->generation == handle->disk->generation;
}

int handle_read(struct handle *handle, void *to, size_t length, int64_t offset, size_t *done)
{
    if (!handle_alive(handle) || fault_hits(&handle->disk->reads, handle->path))
        return EIO;
    handle->disk->counts.reads++;
    *done = image_read(&handle->file->seen, offset, to, length);
    return 0;
}

int handle_write(struct handle *handle, const void *from, size_t length, int64_t offset, size_t *done)
{
    struct disk *disk = handle->disk;
    *done = 0;
    if (!handle_alive(handle) || before(disk, DISK_WRITE, handle->path, offset, length) != 0 ||
        fault_hits(&disk->writes, handle->path))
        return EIO;
    int64_t grows = offset + (int64_t)length - handle->file->seen.size;
    *done = length;
    if (grows > 0 && disk->bytes_free != DISK_ENDLESS) {
        int64_t missing = grows > disk->bytes_free ? grows - disk->bytes_free : 0;
        *done = missing < (int64_t)length ? length - (size_t)missing : 0;
        disk->bytes_free -= *done > 0 ? grows - missing : 0;
    }
    if (*done > 0)
        file_write(disk, handle->file, offset, from, *done);
    disk->counts.writes++;
    disk->counts.bytes_written += *done;
    return *done < length ? ENOSPC : 0;
}

int handle_truncate(struct handle *handle, int64_t size)
{
    if (!handle_alive(handle))
        return EIO;
    int error = before(handle->disk, DISK_TRUNCATE, handle->path, size, 0);
    if (!error && size != handle->file->seen.size)
        file_truncate(handle->disk, handle->file, size);
    return error;
}

/* The system tried to write and could not: it says so once and, but for DIRTY, holds the pages for written. */
static void fail_fsync(struct disk *disk, struct file *file)
{
    enum disk_fsync how = disk->fsync_next;
    disk->fsync_next = DISK_FSYNC_WELL;
    if (how == DISK_FSYNC_DIRTY)
        return;
    struct cut cut = {.way = CUT_SUBSET, .kept_of_8 = 4, .torn = true, .rng = disk->fsync_chance};
    settle(file, &cut);
    if (how != DISK_FSYNC_DROPPED)
        return;
    int64_t size = file->seen.size; /* the system still knows the length */
    image_copy(&file->seen, &file->durable);
    file->seen.size = size;
}

int handle_sync(struct handle *handle)
{
    struct disk *disk = handle->disk;
    if (!handle_alive(handle))
        return EIO;
    if (handle->file->folder) {
        char *inside = xasprintf("%s/", handle->name);
        int error = disk_sync_folder(disk, inside, handle->path);
        free(inside);
        return error;
    }
    if (before(disk, DISK_SYNC, handle->path, 0, 0) != 0)
        return EIO;
    disk->counts.syncs++;
    if (disk->fsync_next != DISK_FSYNC_WELL) {
        fail_fsync(disk, handle->file);
        return EIO;
    }
    make_durable(handle->file);
    return 0;
}

/* --- looking at it from outside --- */

int64_t disk_size(struct disk *disk, const char *path)
{
    struct disk *of;
    const char *name;
    const struct file *file = disk_of_path(path, &of, &name) && of == disk ? disk_find(disk, name) : NULL;
    return file ? file->seen.size : -1;
}

static bool image_out(const struct file *file, const char *real_path)
{
    unsigned char bytes[CHUNK * 16];
    int fd = open(real_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0;
    size_t part;
    for (int64_t at = 0; ok && (part = image_read(&file->durable, at, bytes, sizeof bytes)) > 0;
         at += (int64_t)part)
        ok = write(fd, bytes, part) == (ssize_t)part;
    if (fd >= 0)
        close(fd);
    return ok;
}

bool disk_image(struct disk *disk, const char *path, const char *real_path)
{
    struct disk *of;
    const char *name;
    const struct name *found =
        disk_of_path(path, &of, &name) && of == disk ? names_find(&disk->durable, name) : NULL;
    return found && !found->file->folder && image_out(found->file, real_path);
}

static int by_text(const void *a, const void *b)
{
    const struct name *const *x = a, *const *y = b;
    return strcmp((*x)->text, (*y)->text);
}

/* The caller frees. A folder comes before what is in it. */
static const struct name **sorted(const struct names *names)
{
    const struct name **list = xcalloc(names->count + 1, sizeof *list);
    for (size_t i = 0; i < names->count; i++)
        list[i] = &names->all[i];
    qsort(list, names->count, sizeof *list, by_text);
    return list;
}

bool disk_image_tree(struct disk *disk, const char *path, const char *real_folder)
{
    struct disk *of;
    const char *top;
    if (!disk_of_path(path, &of, &top) || of != disk)
        return false;
    const struct name **list = sorted(&disk->durable);
    size_t length = strlen(top);
    bool ok = true;
    for (const struct name **n = list; *n && ok; n++) {
        if (strncmp((*n)->text, top, length) != 0 || (*n)->text[length] != '/')
            continue;
        char *out = xasprintf("%s%s", real_folder, (*n)->text + length);
        ok = (*n)->file->folder ? mkdir(out, 0700) == 0 || errno == EEXIST : image_out((*n)->file, out);
        free(out);
    }
    free(list);
    return ok;
}

static uint64_t mix(uint64_t sum, const void *bytes, size_t length)
{
    const unsigned char *b = bytes;
    uint64_t word;
    for (; length >= sizeof word; b += sizeof word, length -= sizeof word) {
        memcpy(&word, b, sizeof word);
        sum = (sum ^ word) * 0x9E3779B97F4A7C15u;
        sum ^= sum >> 29;
    }
    for (; length > 0; b++, length--)
        sum = (sum ^ *b) * 0x100000001B3u;
    return sum;
}

static uint64_t mix_image(uint64_t sum, const struct image *image)
{
    static const unsigned char zero[CHUNK];
    sum = mix(sum, &image->size, sizeof image->size);
    for (size_t i = 0; i * CHUNK < (size_t)image->size; i++)
        sum = mix(sum, i < image->count && image->chunks[i] ? image->chunks[i]->bytes : zero, CHUNK);
    return sum;
}

static uint64_t mix_names(uint64_t sum, const struct names *names)
{
    const struct name **list = sorted(names);
    for (const struct name **n = list; *n; n++) {
        sum = mix(sum, (*n)->text, strlen((*n)->text) + 1);
        sum = mix_image(mix_image(sum, &(*n)->file->seen), &(*n)->file->durable);
    }
    free(list);
    return sum;
}

uint64_t disk_digest(struct disk *disk)
{
    return mix_names(mix_names(0, &disk->seen), &disk->durable);
}
