/* tests/sim/migrate_test.c: a hall's file of an older version is opened by this one, and the power goes, or the disk is
 * full, at each moment of it: what is left is the old file or the new one, and the next start makes it the new one.
 *
 * How much of what was unsynced is left is drawn by test_seed. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hall/store.h"
#include "core/hall/verify.h"
#include "tests/sim/disk.h"
#include "tests/support/test.h"
#include "tests/support/workday.h"

static const char released[] = "tests/unit/data/hall-0.1.0.sql";
static const char folder[] = "/sim/1/hall", file[] = "/sim/1/hall/hall.db";

/* A disk with the old file on it, and what that file and its successor hold. */
struct old {
    struct disk *disk;
    struct rng rng;
    uint64_t seed;
    char *dump, *before, *after;
    int64_t countdown; /* operations of the disk until the power goes; -1: it stays */
};

static void sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(fd >= 0 && fsync(fd) == 0);
    close(fd);
}

static void cut_when_due(void *ctx, struct disk *disk, const struct disk_op *op)
{
    struct old *old = ctx;
    (void)op;
    if (old->countdown > 0 && --old->countdown == 0)
        disk_power_cut(disk, &old->rng);
}

static void lay_out(struct old *old)
{
    disk_begin(old->seed);
    old->disk = disk_new(1);
    REQUIRE(mkdir(folder, 0700) == 0);
    workday_load(old->dump, file);
    sync_folder(folder);
    sync_folder("/sim/1");
    disk_on_op(old->disk, cut_when_due, old);
}

/* What is on the disk, in a real folder; the caller frees. */
static char *taken_out(struct old *old)
{
    const char *real = test_folder();
    REQUIRE(disk_image_tree(old->disk, folder, real));
    return xasprintf("%s/hall.db", real);
}

static void begin(struct old *old)
{
    *old = (struct old){.seed = test_seed(), .countdown = -1};
    struct db *db = NULL;
    rng_seed(&old->rng, old->seed);
    old->dump = test_read_file(released);
    REQUIRE(old->dump);
    lay_out(old);
    char *path = taken_out(old);
    old->before = workday_dump(path);
    REQUIRE(store_open_file(&db, path, false, NULL) == ERR_OK);
    db_close(&db);
    old->after = workday_dump(path);
    REQUIRE(strcmp(old->before, old->after) != 0);
    disk_end();
    free(path);
}

static void end(struct old *old)
{
    free(old->dump);
    free(old->before);
    free(old->after);
}

static bool said(const struct old *old, bool ok, const char *when, int64_t moment, const char *what)
{
    if (!ok)
        printf("    seed %" PRIu64 ", %s %" PRId64 ": %s\n", old->seed, when, moment, what);
    return CHECK(ok);
}

/* The old rows or the new ones, nothing between; and the next start finds all of them. */
static void check_left(struct old *old, const char *when, int64_t moment)
{
    struct err_info info = {0};
    struct verified done;
    struct db *db = NULL;
    char *path = taken_out(old), *left = workday_dump(path);
    said(old, strcmp(left, old->before) == 0 || strcmp(left, old->after) == 0, when, moment,
         "the file is neither the old one nor the new one");
    free(left);
    said(old, store_open_file(&db, path, false, &info) == ERR_OK, when, moment, info.text);
    if (db)
        said(old, verify_store(db, &done, &info) == ERR_OK, when, moment, info.text);
    db_close(&db);
    left = workday_dump(path);
    said(old, strcmp(left, old->after) == 0, when, moment, "the next start does not make it the new one");
    free(left);
    free(path);
}

TEST(migrate_a_power_cut_leaves_the_old_hall_or_the_new)
{
    struct old old;
    int64_t cuts = 0;
    begin(&old);
    for (bool cut = true; cut; cuts += cut) {
        struct db *db = NULL;
        lay_out(&old);
        old.countdown = cuts + 1;
        enum err err = store_open(&db, folder, false, NULL);
        if (err == ERR_OK)
            db_close(&db); /* the power may still go while it is closed */
        cut = disk_is_down(old.disk);
        old.countdown = -1;
        if (cut)
            disk_boot(old.disk);
        check_left(&old, "cut before operation", cuts + 1);
        disk_end();
    }
    printf("  %" PRId64 " power cuts, seed %" PRIu64 "\n", cuts, old.seed);
    CHECK(cuts > 10);
    end(&old);
}

TEST(migrate_a_full_disk_leaves_the_old_hall)
{
    struct old old;
    int refused = 0;
    enum err err = ERR_DISK_FULL;
    begin(&old);
    for (int64_t room = 0; err != ERR_OK; room += 3000) {
        struct err_info info = {0};
        struct db *db = NULL;
        lay_out(&old);
        disk_full(old.disk, room);
        err = store_open(&db, folder, false, &info);
        if (err != ERR_OK) {
            refused++;
            said(&old, err == ERR_DISK_FULL && strstr(info.text, "full"), "room for", room, info.text);
        }
        db_close(&db);
        check_left(&old, "room for", room);
        disk_end();
    }
    CHECK(refused > 3);
    end(&old);
}
