/* core/hall/backup_sealed.c: see backup_sealed.h. */
#include "core/hall/backup_sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/crypto.h"
#include "core/base/seal.h"
#include "core/hall/backup.h"
#include "core/hall/door.h"
#include "core/hall/target.h"

/* --- keys --- */

enum err seal_key(const struct hall_options *options, struct err_info *info)
{
    char secret[SEAL_KEY_TEXT], public[SEAL_KEY_TEXT], *line;
    struct target target = {.nothing = "No key was made."};
    if (access(options->argument, F_OK) == 0)
        return err_set(info, ERR_USAGE,
                       "%s is there already: a key that is lost opens no backup any more. Name another file.",
                       options->argument);
    enum err err = target_open(&target, options->argument, info);
    seal_keys_new(secret, public);
    line = xasprintf("%s\n", secret);
    if (err == ERR_OK)
        err = target_put(&target, line, strlen(line));
    err = target_close(&target, err, info);
    if (err == ERR_OK)
        printf("%s\nBackups are sealed with this word (loketd backup --seal) and opened with %s alone: keep "
               "that "
               "file away from the hall, and twice.\n",
               public, options->argument);
    secret_wipe(secret, sizeof secret);
    secret_wipe(line, strlen(line));
    free(line);
    return err;
}

static enum err read_secret(const char *path, char secret[SEAL_KEY_TEXT], struct err_info *info)
{
    ssize_t got = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        got = read(fd, secret, SEAL_KEY_TEXT - 1);
    int number = errno;
    if (fd >= 0)
        close(fd);
    if (got < 0)
        return err_set(info, err_from_errno(number), "%s cannot be read: %s. Nothing was changed.", path,
                       strerror(number));
    secret[got] = '\0';
    secret[strcspn(secret, "\r\n")] = '\0';
    return seal_key_is_secret(secret)
               ? ERR_OK
               : err_set(info, ERR_USAGE,
                         "%s holds no secret of loketd seal-key. Nothing was changed; name that file.", path);
}

/* --- out --- */

static char *name_in(const char *data, const char *name)
{
    char *whole = realpath(data, NULL), *path = xasprintf("%s/%s", whole ? whole : data, name);
    free(whole);
    return path;
}

static enum err copy_still(const char *data, const char *path, struct err_info *info)
{
    struct db *db = NULL;
    enum err err = store_open(&db, data, false, info);
    if (err == ERR_OK)
        err = db_backup(db, path, NULL, NULL, info);
    db_close(&db);
    return err;
}

static enum err ask(const char *data, struct json *request, struct err_info *info)
{
    struct json *answer = NULL;
    enum err err = door_ask_running(data, request, &answer, info);
    json_free(&request);
    json_free(&answer);
    return err;
}

static bool is_still(enum err err, const struct err_info *info)
{
    return err == ERR_ABSENT && !info->text[0];
}

static enum err copy_hall(const char *data, const char *path, struct err_info *info)
{
    struct json *request = json_new_object();
    json_set_text(request, "do", "copy");
    json_set_text(request, "file", path);
    enum err err = ask(data, request, info);
    return is_still(err, info) ? copy_still(data, path, info) : err;
}

/* What stands in the copy, which loses its name at once: it is there as long as it is read, whatever becomes of this program. */
static enum err open_copy(const char *path, int *fd, struct hall_state *state, struct err_info *info)
{
    struct db *db = NULL;
    enum err err = db_open(&db, path, 0, info);
    if (err == ERR_OK && (err = store_state(db, state)) != ERR_OK)
        err = store_fail(db, err, info);
    db_close(&db);
    *fd = err == ERR_OK ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (err == ERR_OK && *fd < 0)
        err = err_set(info, err_from_errno(errno), "%s cannot be read: %s. No backup was made.", path,
                      strerror(errno));
    (void)unlink(path);
    return err;
}

static enum err say_safe(const char *data, const struct hall_state *state, struct err_info *info)
{
    struct db *db = NULL;
    struct json *request = json_new_object();
    json_set_text(request, "do", "safe");
    json_set_int(request, "epoch", state->epoch);
    json_set_int(request, "rev", state->rev);
    enum err err = ask(data, request, info);
    if (!is_still(err, info))
        return err;
    err = store_open(&db, data, false, info);
    if (err == ERR_OK)
        err = backup_safe(db, state->epoch, state->rev, info);
    db_close(&db);
    return err;
}

/* A stream's fault names no file: that is known here alone. */
static enum err name_fault(enum err err, const char *file, const struct err_info *own, const char *nothing,
                           struct err_info *info)
{
    return err == ERR_OK ? ERR_OK : err_set(info, err, "%s: %s %s", file, own->text, nothing);
}

static enum err write_sealed(const char *file, int fd, const char *key, struct err_info *info)
{
    struct err_info own = {0};
    struct target target = {.nothing = "No backup was made."};
    enum err err = target_open(&target, file, info);
    if (err == ERR_OK) {
        err = seal_stream(fd, fileno(target.file), key, &own);
        err = name_fault(err, file, &own, target.nothing, info);
    }
    return target_close(&target, err, info);
}

/* The copy of a hall in PostgreSQL stands in a folder of its own until it has lost its name. */
static enum err seal_there(struct db *db, const char *folder, const char *file, const char *key,
                           struct hall_state *state, struct err_info *info)
{
    int fd = -1;
    char *path = xasprintf("%s/hall.db", folder);
    enum err err = backup_copy_there(db, path, state, info);
    if (err == ERR_OK)
        err = open_copy(path, &fd, state, info);
    (void)unlink(path);
    if (err == ERR_OK)
        err = write_sealed(file, fd, key, info);
    if (fd >= 0)
        close(fd);
    free(path);
    return err;
}

static enum err make_there(const char *address, const char *file, const char *key, int64_t *rev,
                           struct err_info *info)
{
    struct hall_state state = {0};
    struct db *db = NULL;
    char *folder = backup_private_folder(info);
    enum err err = folder ? store_open_shared(&db, address, info) : ERR_SYSTEM;
    if (err == ERR_OK)
        err = seal_there(db, folder, file, key, &state, info);
    if (err == ERR_OK)
        err = backup_safe(db, state.epoch, state.rev, info);
    *rev = err == ERR_OK ? state.rev : 0;
    db_close(&db);
    if (folder)
        (void)rmdir(folder);
    free(folder);
    return err;
}

enum err backup_make_sealed(const char *data, const char *file, const char *key, int64_t *rev,
                            struct err_info *info)
{
    struct hall_state state = {0};
    int fd = -1;
    *rev = 0;
    if (!seal_key_is_public(key))
        return err_set(info, ERR_USAGE,
                       "--seal takes the word that loketd seal-key printed. No backup was made.");
    if (db_is_address(data))
        return make_there(data, file, key, rev, info);
    char *own = name_in(data, "hall.db"), *path = name_in(data, "hall.db.sealing");
    enum err err =
        store_owns(own, file)
            ? err_set(info, ERR_USAGE, "%s is the hall itself. Name another file for the backup.", file)
            : copy_hall(data, path, info);
    if (err == ERR_OK)
        err = open_copy(path, &fd, &state, info);
    if (err == ERR_OK)
        err = write_sealed(file, fd, key, info);
    if (err == ERR_OK)
        err = say_safe(data, &state, info);
    if (err == ERR_OK)
        *rev = state.rev;
    if (fd >= 0)
        close(fd);
    free(own);
    free(path);
    return err;
}

/* --- back --- */

static enum err open_sealed(const char *file, const char *plain, const char *secret, struct err_info *info)
{
    struct err_info own = {0};
    struct target target = {.nothing = "Nothing was changed."};
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(info, err_from_errno(errno), "%s cannot be read: %s. Nothing was changed.", file,
                       strerror(errno));
    enum err err = target_open(&target, plain, info);
    if (err == ERR_OK) {
        err = seal_open_stream(fd, fileno(target.file), secret, &own);
        err = name_fault(err, file, &own, target.nothing, info);
    }
    close(fd);
    return target_close(&target, err, info);
}

/* Where the opened backup stands until it is in place: beside the hall, or in a folder of its own. */
static char *place_of_plain(const char *data, char **folder, struct err_info *info)
{
    *folder = NULL;
    if (db_is_address(data)) {
        *folder = backup_private_folder(info);
        return *folder ? xasprintf("%s/hall.db", *folder) : NULL;
    }
    if (mkdir(data, 0700) == 0 || errno == EEXIST)
        return name_in(data, "hall.db.unsealed");
    (void)err_set(info, err_from_errno(errno), "The folder %s cannot be made: %s.", data, strerror(errno));
    return NULL;
}

enum err backup_restore_sealed(const char *data, const char *file, const char *secret_file, char **kept,
                               int64_t *rev, struct err_info *info)
{
    char secret[SEAL_KEY_TEXT], *plain = NULL, *folder = NULL;
    *kept = NULL;
    enum err err = read_secret(secret_file, secret, info);
    if (err == ERR_OK && !(plain = place_of_plain(data, &folder, info)))
        err = ERR_SYSTEM;
    if (err == ERR_OK)
        err = open_sealed(file, plain, secret, info);
    if (err == ERR_OK)
        err = backup_restore(data, plain, kept, rev, info);
    if (plain)
        (void)unlink(plain);
    if (folder)
        (void)rmdir(folder);
    secret_wipe(secret, sizeof secret);
    free(plain);
    free(folder);
    return err;
}
