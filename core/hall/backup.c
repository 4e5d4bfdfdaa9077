/* core/hall/backup.c: see backup.h. */
#include "core/hall/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hall/door.h"
#include "core/hall/events.h"
#include "core/hall/store_copy.h"
#include "core/hall/wall.h"

/* --- out --- */

static enum err mark_safe(struct db *db, int64_t rev)
{
    enum err err = db_begin(db);
    if (err == ERR_OK)
        err = store_set_safe(db, rev);
    if (err == ERR_OK)
        err = db_commit(db);
    if (err != ERR_OK)
        db_rollback(db);
    return err;
}

/* A device or a pipe would be gone, and a file in its place. */
static enum err need_file(const char *path, struct err_info *info)
{
    struct stat there;
    return stat(path, &there) != 0 || S_ISREG(there.st_mode)
               ? ERR_OK
               : err_set(info, ERR_USAGE, "%s is there and no file. Name a file for the backup.", path);
}

enum err backup_check(const struct db *db, const char *file, struct err_info *info)
{
    return store_owns(db_path(db), file)
               ? err_set(info, ERR_USAGE, "%s is the hall itself. Name another file for the backup.", file)
               : need_file(file, info);
}

enum err backup_done(struct db *db, int64_t *rev, struct err_info *info)
{
    struct hall_state state;
    enum err err = store_state(db, &state);
    if (err == ERR_OK)
        err = mark_safe(db, state.rev);
    *rev = err == ERR_OK ? state.rev : 0;
    return err == ERR_OK ? ERR_OK : store_fail(db, err, info);
}

enum err backup_safe(struct db *db, int64_t epoch, int64_t rev, struct err_info *info)
{
    struct hall_state state;
    enum err err = store_state(db, &state);
    if (err == ERR_OK && (state.epoch != epoch || state.rev < rev))
        return err_set(
            info, ERR_REFUSED,
            "The hall was put back while it was being backed up. The backup is whole and of before.");
    if (err == ERR_OK)
        err = mark_safe(db, rev);
    return err == ERR_OK ? ERR_OK : store_fail(db, err, info);
}

enum err backup_take(struct db *db, const char *file, int64_t *rev, struct err_info *info)
{
    enum err err = backup_check(db, file, info);
    if (err == ERR_OK)
        err = store_copy(db, file, info);
    return err == ERR_OK ? backup_done(db, rev, info) : err;
}

/* A loketd at work has another working folder than the one who asks. What a link names is replaced, and the link stays. */
static char *whole_path(const char *file)
{
    char *real = realpath(file, NULL);
    if (real)
        return real;
    if (file[0] == '/')
        return xstrdup(file);
    char *here = getcwd(NULL, 0);
    char *path = here ? xasprintf("%s/%s", here, file) : xstrdup(file);
    free(here);
    return path;
}

static enum err ask_running(const char *data, const char *file, int64_t *rev, struct err_info *info)
{
    struct json *request = json_new_object(), *answer = NULL;
    json_set_text(request, "do", "backup");
    json_set_text(request, "file", file);
    enum err err = door_ask_running(data, request, &answer, info);
    *rev = json_int(answer, "rev", 0);
    json_free(&request);
    json_free(&answer);
    return err;
}

enum err backup_copy_there(struct db *db, const char *file, struct hall_state *state, struct err_info *info)
{
    struct db *copy = NULL;
    enum err err = store_copy(db, file, info);
    if (err == ERR_OK)
        err = db_open(&copy, file, 0, info);
    if (err == ERR_OK && (err = store_state(copy, state)) != ERR_OK) /* the hall has gone on meanwhile */
        err = store_fail(copy, err, info);
    db_close(&copy);
    return err;
}

static enum err make_there(const char *address, const char *file, int64_t *rev, struct err_info *info)
{
    struct hall_state state = {0};
    struct db *db = NULL;
    enum err err = store_open_shared(&db, address, info);
    if (err == ERR_OK)
        err = backup_copy_there(db, file, &state, info);
    if (err == ERR_OK)
        err = backup_safe(db, state.epoch, state.rev, info);
    *rev = err == ERR_OK ? state.rev : 0;
    db_close(&db);
    return err;
}

enum err backup_make(const char *data, const char *file, int64_t *rev, struct err_info *info)
{
    struct db *db = NULL;
    char *path = whole_path(file);
    enum err err = need_file(file, info); /* asked here too: /dev/stdout is another at the loketd at work */
    bool there = db_is_address(data);
    if (err == ERR_OK)
        err = there ? make_there(data, path, rev, info) : ask_running(data, path, rev, info);
    if (err == ERR_ABSENT && !there && !info->text[0]) {
        err = store_open(&db, data, false, info);
        if (err == ERR_OK)
            err = backup_take(db, path, rev, info);
        db_close(&db);
    }
    free(path);
    return err;
}

/* --- back --- */

static enum err look_at(const char *file, struct db **db, struct hall_state *state, struct err_info *info)
{
    struct json *hall = NULL;
    enum err err = db_open(db, file, 0, info);
    if (err != ERR_OK)
        return err;
    err = db_integrity(*db, info);
    if (err != ERR_OK)
        return err;
    err = store_state(*db, state);
    if (err == ERR_OK)
        err = store_hall(*db, &hall);
    json_free(&hall);
    if (err != ERR_OK)
        return err_set(info, err, "%s is no backup of a hall: it was not made by loketd backup.", file);
    return ERR_OK;
}

static enum err raise_epoch(struct tx *tx, void *ctx)
{
    const int64_t *epoch = ctx;
    struct json *hall = NULL;
    enum err err = store_hall(tx->db, &hall);
    if (err == ERR_OK) {
        char id[64];
        str_copy(id, sizeof id, json_text_or(hall, "id", ""));
        json_set_int(hall, "epoch", *epoch);
        err = tx_put(tx, TABLE_HALL, id, hall);
    }
    if (err == ERR_OK)
        err = events_restored(tx->db, *epoch, tx->rev, tx->now_ms);
    json_free(&hall);
    return err;
}

enum err backup_new_epoch(const struct server_env *env, const char *type)
{
    int64_t epoch = env->epoch;
    enum err err = store_set_epoch(env->db, epoch);
    return err == ERR_OK ? server_change(env, type, NULL, raise_epoch, &epoch) : err;
}

/* Closing moves the log into the file, and says nothing when the disk does not let it: the file would go to its place
 * without what the log alone knows. */
static enum err is_whole(const char *path, struct err_info *info)
{
    struct stat log;
    char *name = xasprintf("%s-wal", path);
    bool left = stat(name, &log) == 0 && log.st_size > 0;
    free(name);
    return left ? err_set(info, ERR_DISK,
                          "%s could not be written whole. Nothing was changed; check the disk.", path)
                : ERR_OK;
}

/* Everything in the restored file stands in its backup, so it is safe; the change that tells of the restoring
 * is not. */
static enum err give_epoch(const char *path, int64_t epoch, int64_t *rev, struct err_info *info)
{
    struct work work = {0};
    struct hall_state state;
    enum err err = store_open_file(&work.db, path, false, info);
    if (err != ERR_OK)
        return err;
    err = store_state(work.db, &state);
    if (err == ERR_OK)
        err = work_begin(&work);
    work.env.epoch = epoch;
    if (err == ERR_OK)
        err = store_set_safe(work.db, state.rev);
    if (err == ERR_OK)
        err = backup_new_epoch(&work.env, "hall.restore");
    *rev = state.rev;
    err = work_close(&work, err, info);
    return err == ERR_OK ? is_whole(path, info) : err;
}

static enum err sync_folder(const char *data, struct err_info *info)
{
    int fd = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    int number = errno;
    if (fd >= 0)
        close(fd);
    return done ? ERR_OK
                : err_set(info, err_from_errno(number), "The folder %s cannot be written: %s.", data,
                          strerror(number));
}

static enum err name_as(const char *from, const char *to, struct err_info *info)
{
    if (rename(from, to) == 0)
        return ERR_OK;
    return err_set(info, err_from_errno(errno), "%s cannot become %s: %s.", from, to, strerror(errno));
}

/* The name that the present hall is kept under. */
static char *kept_name(const char *data)
{
    char at[TIME_TEXT];
    time_text(clock_wall_now_ms(), at);
    for (char *c = at; *c; c++)
        if (*c == ':')
            *c = '-';
    return xasprintf("%s/hall-before-restore-%s.db", data, at);
}

/* The file there now, held open and exclusively, so that no loketd can start on it meanwhile. A damaged one is
 * replaced all the same: that is what a backup is for. */
static enum err hold_present(const char *data, const char *path, struct db **db, int64_t *epoch,
                             struct err_info *info)
{
    struct hall_state state;
    *epoch = 0;
    if (access(path, F_OK) != 0)
        return ERR_OK;
    enum err err = db_open(db, path, DB_WRITE | DB_EXCLUSIVE, info);
    if (err == ERR_IN_USE)
        return err_set(info, err, "A loketd works on the hall in %s. Stop it first; nothing was changed.",
                       data);
    if (err == ERR_OK && store_state(*db, &state) == ERR_OK)
        *epoch = state.epoch;
    return err == ERR_DISK_FULL || err == ERR_READ_ONLY || err == ERR_SYSTEM ? err : ERR_OK;
}

/* Where no history is left to compare with, time alone grows for sure. */
static int64_t next_epoch(int64_t of_backup, int64_t of_present)
{
    enum { SECOND_MS = 1000 };
    if (of_present > 0)
        return 1 + (of_backup > of_present ? of_backup : of_present);
    int64_t now = clock_wall_now_ms() / SECOND_MS;
    return now > of_backup ? now : of_backup + 1;
}

/* A log that outlived its closing goes with the file that it belongs to: beside another file SQLite would take it
 * for that one's. An empty one has nothing to give. */
static enum err move_log(const char *path, const char *kept, struct err_info *info)
{
    struct stat log;
    char *from = xasprintf("%s-wal", path), *to = xasprintf("%s-wal", kept);
    enum err err = ERR_OK;
    if (stat(from, &log) == 0)
        err = log.st_size > 0 ? name_as(from, to, info) : (unlink(from), ERR_OK);
    free(from);
    free(to);
    return err;
}

/* Everything that the present hall holds into its one file, so that a power cut between two names parts it from
 * nothing. A damaged one keeps its log as it is. */
static enum err gather_present(struct db *present, struct err_info *info)
{
    enum err err = present ? db_checkpoint(present, -1) : ERR_OK;
    return err == ERR_OK || err == ERR_CORRUPT ? ERR_OK : store_fail(present, err, info);
}

/* The old file is named away first, then closed, which tidies its log; only then, and when that is durable, is the
 * name free for the new one: also after a restoring that a power cut ended between the two. Whoever starts a loketd
 * in between is told that there is no hall. */
static enum err put_in_place(const char *data, const char *part, const char *path, struct db **present,
                             char **kept, struct err_info *info)
{
    char *name = kept_name(data);
    enum err err = gather_present(*present, info);
    if (err == ERR_OK && access(path, F_OK) == 0) {
        err = name_as(path, name, info);
        *kept = err == ERR_OK ? name : NULL;
    }
    db_close(present);
    if (err == ERR_OK)
        err = move_log(path, name, info);
    if (err == ERR_OK)
        err = sync_folder(data, info);
    if (err == ERR_OK)
        err = name_as(part, path, info);
    if (!*kept)
        free(name);
    return err == ERR_OK ? sync_folder(data, info) : err;
}

static void drop_file(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char *name = xasprintf("%s%s", path, ends[i]);
        (void)unlink(name);
        free(name);
    }
}

/* --- back into PostgreSQL --- */

char *backup_private_folder(struct err_info *info)
{
    const char *place = getenv("TMPDIR");
    char *folder = xasprintf("%s/loket-backup-XXXXXX", str_empty(place) ? "/tmp" : place);
    if (mkdtemp(folder))
        return folder;
    (void)err_set(info, err_from_errno(errno), "No folder can be made at %s: %s.", folder, strerror(errno));
    free(folder);
    return NULL;
}

/* Made whole in a folder of its own, under its new epoch and of the newest shape, then put there in one transaction: what
 * was there is kept by nobody. */
static enum err put_there(struct db *backup, const struct hall_state *state, struct db **present,
                          int64_t *rev, struct err_info *info)
{
    struct hall_state there = {0};
    char *folder = NULL, *part = NULL;
    enum err err = store_state(*present, &there);
    if (err == ERR_CORRUPT) /* nothing was there */
        err = ERR_OK;
    if (err != ERR_OK)
        err = store_fail(*present, err, info);
    else if (!(folder = backup_private_folder(info)))
        err = ERR_SYSTEM;
    else
        part = xasprintf("%s/hall.db", folder);
    if (err == ERR_OK)
        err = db_backup(backup, part, NULL, NULL, info);
    if (err == ERR_OK)
        err = give_epoch(part, next_epoch(state->epoch, there.epoch), rev, info);
    if (err == ERR_OK)
        err = store_copy_back(part, present, info);
    if (part) {
        drop_file(part);
        (void)rmdir(folder);
    }
    free(part);
    free(folder);
    return err;
}

static enum err restore_there(const char *address, const char *file, int64_t *rev, struct err_info *info)
{
    struct db *backup = NULL, *present = NULL;
    struct hall_state state = {0};
    enum err err = look_at(file, &backup, &state, info);
    if (err == ERR_OK)
        err = wall_may_restore(address, file, backup, info);
    if (err == ERR_OK)
        err = store_open(&present, address, true, info);
    if (err == ERR_IN_USE)
        err = err_set(info, err,
                      "Somebody works on the hall at %s. Stop every loketd that serves it first, on all "
                      "computers; nothing was changed.",
                      address);
    if (err == ERR_OK)
        err = put_there(backup, &state, &present, rev, info);
    db_close(&present);
    db_close(&backup);
    return err;
}

enum err backup_restore(const char *data, const char *file, char **kept, int64_t *rev, struct err_info *info)
{
    struct db *backup = NULL, *present = NULL;
    struct hall_state state = {0};
    int64_t epoch = 0;
    *kept = NULL;
    if (db_is_address(data))
        return restore_there(data, file, rev, info);
    char *path = xasprintf("%s/hall.db", data), *part = xasprintf("%s/hall.db.restored", data);
    enum err err = look_at(file, &backup, &state, info);
    if (err == ERR_OK)
        err = wall_may_restore(data, file, backup, info);
    if (err == ERR_OK && mkdir(data, 0700) != 0 && errno != EEXIST)
        err =
            err_set(info, err_from_errno(errno), "The folder %s cannot be made: %s.", data, strerror(errno));
    if (err == ERR_OK)
        err = hold_present(data, path, &present, &epoch, info);
    if (err == ERR_OK) {
        drop_file(part);
        err = db_backup(backup, part, NULL, NULL, info);
    }
    if (err == ERR_OK)
        err = give_epoch(part, next_epoch(state.epoch, epoch), rev, info);
    if (err == ERR_OK)
        err = put_in_place(data, part, path, &present, kept, info);
    else
        drop_file(part);
    db_close(&present);
    db_close(&backup);
    free(path);
    free(part);
    return err;
}
