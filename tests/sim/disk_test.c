/* tests/sim/disk_test.c: the simulated disk keeps what a disk must keep and loses what a disk may lose. A disk that
 * never lost anything would prove nothing, so both sides are asked for. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/db/db.h"
#include "tests/sim/disk.h"
#include "tests/support/test.h"

enum { TRIES = 400 };

static struct disk *begin(struct rng *rng)
{
    disk_begin(1);
    rng_seed(rng, 7);
    return disk_new(1);
}

/* --- our own calls --- */

static int make(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(fd >= 0);
    return fd;
}

static void put(int fd, const char *text, off_t at)
{
    CHECK_INT(pwrite(fd, text, strlen(text), at), (int64_t)strlen(text));
}

static void sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    CHECK_INT(fsync(fd), 0);
    close(fd);
}

/* The whole file, "-" when there is none; valid until the next call. */
static const char *text_of(const char *path)
{
    static char text[8192];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return "-";
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    return text;
}

static bool there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* A file of one synced text under a durable name. */
static int make_kept(const char *path, const char *text)
{
    int fd = make(path);
    put(fd, text, 0);
    CHECK_INT(fsync(fd), 0);
    sync_folder("/sim/1");
    return fd;
}

static void cut_and_boot(struct disk *disk, struct rng *rng)
{
    disk_power_cut(disk, rng);
    disk_boot(disk);
}

TEST(disk_other_paths_are_the_systems)
{
    struct rng rng;
    begin(&rng);
    char *path = xasprintf("%s/file", test_folder());
    int fd = make(path);
    put(fd, "real", 0);
    close(fd);
    CHECK_TEXT(text_of(path), "real");
    CHECK(!there("/sim/2/file") && !there("/sim/nothing"));
    CHECK(mkdir("/sim", 0700) == -1 && errno == EEXIST); /* on the way down, as make_folder goes */
    CHECK(!there("/simple"));
    free(path);
    disk_end();
}

TEST(disk_a_synced_write_is_never_lost_and_an_unsynced_one_may_be)
{
    struct rng rng;
    int kept = 0, lost = 0;
    for (int i = 0; i < TRIES; i++) {
        struct disk *disk = begin(&rng);
        rng_seed(&rng, (uint64_t)i);
        int fd = make_kept("/sim/1/file", "synced");
        put(fd, "SYNCED", 0);
        close(fd);
        CHECK_TEXT(text_of("/sim/1/file"), "SYNCED");
        cut_and_boot(disk, &rng);
        const char *text = text_of("/sim/1/file");
        kept += strcmp(text, "SYNCED") == 0;
        lost += strcmp(text, "synced") == 0;
    }
    disk_end();
    CHECK_INT(kept + lost, TRIES);
    CHECK(kept > TRIES / 8 && lost > TRIES / 8);
}

TEST(disk_unsynced_writes_are_lost_in_any_order)
{
    struct rng rng;
    bool seen[4] = {false};
    for (int i = 0; i < TRIES; i++) {
        struct disk *disk = begin(&rng);
        rng_seed(&rng, (uint64_t)i);
        int fd = make_kept("/sim/1/file", "..");
        put(fd, "1", 0);
        put(fd, "2", 1);
        close(fd);
        cut_and_boot(disk, &rng);
        const char *text = text_of("/sim/1/file");
        seen[(text[0] == '1') + 2 * (text[1] == '2')] = true;
    }
    disk_end();
    CHECK(seen[0] && seen[1] && seen[2] && seen[3]);
}

/* Each sector is wholly new or wholly old, also where the write begins in the middle of one. */
TEST(disk_a_write_is_torn_at_sectors)
{
    enum { SECTORS = 4, BYTES = 512, AT = 100 };
    struct rng rng;
    char new[BYTES * SECTORS];
    int torn = 0;
    memset(new, 'n', sizeof new);
    for (int i = 0; i < TRIES; i++) {
        struct disk *disk = begin(&rng);
        rng_seed(&rng, (uint64_t)i);
        char old[BYTES * (SECTORS + 1) + 1], is[sizeof old];
        memset(old, 'o', sizeof old - 1);
        old[sizeof old - 1] = '\0';
        int fd = make_kept("/sim/1/file", old);
        CHECK_INT(pwrite(fd, new, sizeof new, AT), (int64_t)sizeof new);
        close(fd);
        cut_and_boot(disk, &rng);
        str_copy(is, sizeof is, text_of("/sim/1/file"));
        int of_new = 0;
        for (int sector = 0; sector <= SECTORS; sector++) {
            int from = sector == 0 ? AT : sector * BYTES;
            int to = sector == SECTORS ? AT + (int)sizeof new : (sector + 1) * BYTES;
            of_new += is[from] == 'n';
            for (int at = from; at < to; at++)
                REQUIRE(is[at] == is[from]);
        }
        CHECK(is[AT - 1] == 'o' && is[AT + sizeof new] == 'o');
        torn += of_new > 0 && of_new <= SECTORS;
    }
    disk_end();
    CHECK(torn > TRIES / 20);
}

TEST(disk_a_length_cut_off_may_come_back)
{
    struct rng rng;
    int kept = 0, back = 0;
    for (int i = 0; i < TRIES; i++) {
        struct disk *disk = begin(&rng);
        rng_seed(&rng, (uint64_t)i);
        int fd = make_kept("/sim/1/file", "long text");
        CHECK_INT(ftruncate(fd, 4), 0);
        CHECK_TEXT(text_of("/sim/1/file"), "long");
        bool synced = i % 2 == 0;
        if (synced)
            CHECK_INT(fdatasync(fd), 0);
        close(fd);
        cut_and_boot(disk, &rng);
        if (synced)
            CHECK_TEXT(text_of("/sim/1/file"), "long");
        kept += !synced && strcmp(text_of("/sim/1/file"), "long") == 0;
        back += !synced && strcmp(text_of("/sim/1/file"), "long text") == 0;
    }
    disk_end();
    CHECK_INT(kept + back, TRIES / 2);
    CHECK(kept > 0 && back > 0);
}

TEST(disk_a_name_is_durable_only_after_its_folder_was_synced)
{
    struct rng rng;
    int old = 0, new = 0;
    for (int i = 0; i < TRIES; i++) {
        struct disk *disk = begin(&rng);
        rng_seed(&rng, (uint64_t)i);
        close(make_kept("/sim/1/target", "old"));
        int fd = make("/sim/1/part");
        put(fd, "new", 0);
        CHECK_INT(fsync(fd), 0); /* the bytes, not the name */
        close(fd);
        CHECK_INT(rename("/sim/1/part", "/sim/1/target"), 0);
        CHECK(!there("/sim/1/part"));
        CHECK_TEXT(text_of("/sim/1/target"), "new");
        bool synced = i % 4 == 0;
        if (synced)
            sync_folder("/sim/1");
        cut_and_boot(disk, &rng);
        const char *text = text_of("/sim/1/target");
        if (synced)
            CHECK_TEXT(text, "new");
        else
            old += strcmp(text, "old") == 0, new += strcmp(text, "new") == 0;
    }
    disk_end();
    CHECK_INT(old + new, TRIES - TRIES / 4); /* one or the other, never neither */
    CHECK(old > 0 && new > 0);
}

TEST(disk_a_file_removed_may_come_back_and_a_folder_takes_its_files_along)
{
    struct rng rng;
    int back = 0, without = 0;
    for (int i = 0; i < TRIES; i++) {
        struct disk *disk = begin(&rng);
        rng_seed(&rng, (uint64_t)i);
        close(make_kept("/sim/1/file", "text"));
        CHECK_INT(unlink("/sim/1/file"), 0);
        CHECK_INT(mkdir("/sim/1/folder", 0700), 0);
        close(make("/sim/1/folder/inside"));
        CHECK(!there("/sim/1/file") && there("/sim/1/folder/inside"));
        bool synced = i % 4 == 0;
        if (synced)
            sync_folder("/sim/1/folder");
        cut_and_boot(disk, &rng);
        back += there("/sim/1/file");
        without += !there("/sim/1/folder");
        CHECK(!there("/sim/1/folder/inside") || there("/sim/1/folder"));
        if (synced) /* a folder that was synced is there */
            CHECK(there("/sim/1/folder/inside"));
    }
    disk_end();
    CHECK(back > 0 && back < TRIES && without > 0);
}

TEST(disk_a_kill_loses_nothing_and_ends_every_handle)
{
    struct rng rng;
    struct disk *disk = begin(&rng);
    int fd = make("/sim/1/file");
    put(fd, "unsynced", 0);
    disk_kill(disk);
    CHECK(pwrite(fd, "x", 1, 0) == -1 && errno == EIO);
    CHECK(fsync(fd) == -1 && access("/sim/1/file", F_OK) == -1 && unlink("/sim/1/file") == -1);
    CHECK(open("/sim/1/other", O_RDWR | O_CREAT, 0600) == -1);
    disk_boot(disk);
    CHECK(pwrite(fd, "x", 1, 0) == -1); /* of another life */
    close(fd);
    CHECK_TEXT(text_of("/sim/1/file"), "unsynced");
    CHECK(disk_unsynced(disk) > 0); /* a kill syncs nothing */
    disk_end();
}

TEST(disk_full_writes_what_fits_and_removing_gives_room)
{
    struct rng rng;
    struct disk *disk = begin(&rng);
    int fd = make("/sim/1/file"), other = make("/sim/1/other");
    put(other, "12345", 0);
    disk_full(disk, 3);
    CHECK_INT(pwrite(fd, "12345", 5, 0), 3);
    CHECK(pwrite(fd, "45", 2, 3) == -1 && errno == ENOSPC);
    put(fd, "abc", 0); /* over what is there */
    CHECK_INT(ftruncate(other, 1), 0);
    put(fd, "defg", 3);
    CHECK(pwrite(fd, "h", 1, 7) == -1);
    disk_full(disk, DISK_ENDLESS);
    put(fd, "h", 7);
    CHECK_TEXT(text_of("/sim/1/file"), "abcdefgh");
    close(fd);
    close(other);
    disk_end();
}

TEST(disk_an_fsync_that_fails_says_so_once)
{
    struct rng rng;
    int lost[DISK_FSYNC_DROPPED + 1] = {0}, forgotten = 0;
    for (int i = 0; i < TRIES; i++) {
        enum disk_fsync how = DISK_FSYNC_DIRTY + i % 3;
        struct disk *disk = begin(&rng);
        rng_seed(&rng, (uint64_t)i);
        int fd = make_kept("/sim/1/file", "old");
        put(fd, "new", 0);
        disk_fail_fsync(disk, how, &rng);
        CHECK(fsync(fd) == -1 && errno == EIO);
        const char *text = text_of("/sim/1/file");
        forgotten += strcmp(text, "old") == 0;
        if (how != DISK_FSYNC_DROPPED)
            CHECK_TEXT(text, "new");
        CHECK_INT(fsync(fd), 0);
        close(fd);
        cut_and_boot(disk, &rng);
        lost[how] += strcmp(text_of("/sim/1/file"), "new") != 0;
    }
    disk_end();
    CHECK_INT(lost[DISK_FSYNC_DIRTY], 0);
    CHECK(lost[DISK_FSYNC_CLEAN] > TRIES / 12 && lost[DISK_FSYNC_DROPPED] > TRIES / 12);
    CHECK_INT(forgotten, lost[DISK_FSYNC_DROPPED]);
}

TEST(disk_reads_fail_and_bits_turn_when_told)
{
    struct rng rng;
    struct disk *disk = begin(&rng);
    int fd = make_kept("/sim/1/file.db", "abc");
    char c;
    disk_fail_reads(disk, ".db", 1);
    CHECK(pread(fd, &c, 1, 0) == -1 && errno == EIO);
    CHECK_INT(pread(fd, &c, 1, 0), 1);
    disk_fail_writes(disk, "other", -1);
    put(fd, "A", 0);
    disk_fail_writes(disk, NULL, 1);
    CHECK(pwrite(fd, "B", 1, 1) == -1);
    CHECK(disk_flip(disk, "/sim/1/file.db", 2, 0) && !disk_flip(disk, "/sim/1/file.db", 3, 0));
    CHECK_TEXT(text_of("/sim/1/file.db"), "Abb");
    close(fd);
    disk_end();
}

TEST(disk_a_copy_has_the_same_fate_and_its_own_life)
{
    struct rng rng, same;
    struct disk *disk = begin(&rng), *copy = disk_new(2);
    int fd = make_kept("/sim/1/file", "synced");
    put(fd, "SYNCED", 0);
    put(fd, "longer", 5000);
    disk_copy(disk, copy);
    disk_boot(copy);
    CHECK(disk_digest(disk) == disk_digest(copy) && disk_unsynced(copy) == disk_unsynced(disk));
    put(fd, "other", 0);
    CHECK_TEXT(text_of("/sim/2/file"), "SYNCED");
    CHECK(disk_digest(disk) != disk_digest(copy));
    disk_copy(disk, copy);
    rng_seed(&rng, 3), rng_seed(&same, 3);
    disk_power_cut(disk, &rng);
    disk_power_cut(copy, &same);
    CHECK(disk_digest(disk) == disk_digest(copy));
    close(fd);
    disk_end();
}

struct watch {
    struct rng *rng;
    int left, seen[DISK_NAME + 1];
};

static void cut_at(void *ctx, struct disk *disk, const struct disk_op *op)
{
    struct watch *watch = ctx;
    watch->seen[op->kind]++;
    if (--watch->left == 0)
        disk_power_cut(disk, watch->rng);
}

TEST(disk_the_hook_ends_the_machine_before_the_operation)
{
    struct rng rng;
    struct disk *disk = begin(&rng);
    struct watch watch = {.rng = &rng, .left = 5};
    int fd = make_kept("/sim/1/file", "1");
    disk_on_op(disk, cut_at, &watch);
    put(fd, "2", 0);
    CHECK_INT(fsync(fd), 0);
    sync_folder("/sim/1");
    put(fd, "3", 0);
    CHECK_INT(fsync(fd), -1);
    CHECK(disk_is_down(disk) && disk_unsynced(disk) == 0);
    close(fd);
    disk_boot(disk);
    CHECK(strcmp(text_of("/sim/1/file"), "2") == 0 || strcmp(text_of("/sim/1/file"), "3") == 0);
    CHECK_INT(watch.seen[DISK_WRITE], 2);
    CHECK_INT(watch.seen[DISK_SYNC], 2);
    CHECK_INT(watch.seen[DISK_SYNC_FOLDER], 1);
    disk_end();
}

/* --- SQLite on it --- */

static struct db *open_db(unsigned flags)
{
    struct db *db = NULL;
    struct err_info info = {0};
    if (db_open(&db, "/sim/1/x.db", flags, &info) != ERR_OK)
        printf("    %s\n", info.text);
    REQUIRE(db);
    return db;
}

static int64_t count_rows(struct db *db)
{
    static const char sql[] = "SELECT count(*) FROM t";
    struct stmt *s = db_query(db, sql);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return count;
}

static enum err add_row(struct db *db, int64_t value)
{
    static const char sql[] = "INSERT INTO t (a) VALUES ($1)";
    enum err err = db_begin(db);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, value);
    err = db_run(s);
    if (err == ERR_OK)
        err = db_commit(db);
    if (err != ERR_OK)
        db_rollback(db);
    return err;
}

TEST(disk_sqlite_keeps_its_locks_there)
{
    struct rng rng;
    struct db *second = NULL;
    begin(&rng);
    struct db *db = open_db(DB_WRITE | DB_CREATE | DB_EXCLUSIVE);
    CHECK_INT(db_open(&second, "/sim/1/x.db", DB_WRITE | DB_EXCLUSIVE, NULL), ERR_IN_USE);
    db_close(&db);
    db = open_db(DB_WRITE);
    REQUIRE(db_script(db, "CREATE TABLE t (a)") == ERR_OK);
    struct db *reader = open_db(0); /* both through the shared memory */
    CHECK_INT(add_row(db, 1), ERR_OK);
    CHECK_INT(count_rows(reader), 1);
    db_close(&reader);
    db_close(&db);
    CHECK(there("/sim/1/x.db") && !there("/sim/1/x.db-wal"));
    disk_end();
}

/* The log of a program at work is that one's alone: what a second program wrote there, from what it read a moment
 * before, would undo the first one's work. */
TEST(disk_sqlite_a_second_program_writes_nothing)
{
    struct rng rng;
    struct db *second = NULL;
    struct disk *disk = begin(&rng);
    struct db *db = open_db(DB_WRITE | DB_CREATE | DB_EXCLUSIVE);
    REQUIRE(db_script(db, "CREATE TABLE t (a)") == ERR_OK);
    REQUIRE(add_row(db, 1) == ERR_OK);
    uint64_t ops = disk_counts(disk)->ops;
    CHECK_INT(db_open(&second, "/sim/1/x.db", DB_WRITE | DB_EXCLUSIVE, NULL), ERR_IN_USE);
    CHECK_INT((int64_t)(disk_counts(disk)->ops - ops), 0);
    db_close(&db);
    disk_end();
}

/* What an fsync failed to write is believed by nobody who starts later, or is written again first. */
TEST(disk_sqlite_a_log_left_behind_is_written_again)
{
    struct rng rng;
    for (int i = 0; i < TRIES / 4; i++) {
        struct disk *disk = begin(&rng);
        rng_seed(&rng, (uint64_t)i);
        struct db *db = open_db(DB_WRITE | DB_CREATE | DB_EXCLUSIVE);
        REQUIRE(db_script(db, "CREATE TABLE t (a)") == ERR_OK);
        REQUIRE(add_row(db, 1) == ERR_OK);
        disk_fail_fsync(disk, DISK_FSYNC_CLEAN, &rng);
        CHECK_INT(add_row(db, 2), ERR_DISK);
        disk_kill(disk);
        db_close(&db);
        disk_boot(disk);
        db = open_db(DB_WRITE | DB_EXCLUSIVE);
        int64_t seen = count_rows(db);
        disk_power_cut(disk, &rng);
        db_close(&db);
        disk_boot(disk);
        db = open_db(DB_WRITE | DB_EXCLUSIVE);
        CHECK_INT(count_rows(db), seen);
        db_close(&db);
    }
    disk_end();
}

/* The same rows, files and chance twice. */
static uint64_t run_once(uint64_t seed)
{
    disk_begin(seed);
    struct disk *disk = disk_new(1);
    struct db *db = open_db(DB_WRITE | DB_CREATE | DB_EXCLUSIVE);
    REQUIRE(db_script(db, "CREATE TABLE t (a)") == ERR_OK);
    for (int i = 0; i < 20; i++)
        REQUIRE(add_row(db, i) == ERR_OK);
    uint64_t digest = disk_digest(disk);
    db_close(&db);
    disk_end();
    return digest;
}

TEST(disk_sqlite_runs_the_same_from_the_same_seed)
{
    uint64_t first = run_once(5);
    CHECK(run_once(5) == first);
    CHECK(run_once(6) != first); /* the salt of the log is SQLite's chance */
}

TEST(disk_sqlite_tells_of_a_full_disk_and_of_failing_ones)
{
    struct rng rng;
    struct disk *disk = begin(&rng);
    struct db *db = open_db(DB_WRITE | DB_CREATE | DB_EXCLUSIVE);
    REQUIRE(db_script(db, "CREATE TABLE t (a)") == ERR_OK);
    disk_full(disk, 100);
    CHECK_INT(add_row(db, 1), ERR_DISK_FULL);
    disk_full(disk, DISK_ENDLESS);
    CHECK_INT(add_row(db, 2), ERR_OK);
    disk_fail_writes(disk, "-wal", 1);
    CHECK_INT(add_row(db, 3), ERR_DISK);
    CHECK_INT(add_row(db, 4), ERR_OK);
    CHECK_INT(count_rows(db), 2);
    disk_fail_fsync(disk, DISK_FSYNC_DIRTY, &rng);
    CHECK_INT(add_row(db, 5), ERR_DISK); /* whether it is there nobody was told */
    int64_t count = count_rows(db);
    CHECK(count == 2 || count == 3);
    disk_kill(disk);
    CHECK_INT(add_row(db, 6), ERR_DISK);
    db_close(&db); /* nothing of the dead reaches the disk */
    disk_boot(disk);
    CHECK(there("/sim/1/x.db-wal"));
    db = open_db(DB_WRITE | DB_EXCLUSIVE);
    count = count_rows(db);
    CHECK(count == 2 || count == 3);
    db_close(&db);
    disk_end();
}
