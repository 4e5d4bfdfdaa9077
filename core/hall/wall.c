/* core/hall/wall.c: see wall.h. */
#include "core/hall/wall.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/wire/which_hall.h"

static enum err which_of(struct db *db, struct which_hall *which)
{
    struct json *row = NULL;
    enum err err = store_hall(db, &row);
    which_hall_read(row, which);
    json_free(&row);
    return err;
}

enum err wall_marks_agree(struct db *db, struct err_info *info)
{
    struct json *row = NULL;
    struct hall_state state;
    int64_t mark = 0;
    enum err err = store_hall(db, &row);
    if (err == ERR_OK)
        err = store_state(db, &state);
    if (err == ERR_OK)
        err = store_file_mark(db, &mark);
    bool practice = json_bool(row, "practice", false), of_training = mark == STORE_TRAINING_FILE;
    enum hall_kind named = hall_kind_of(json_text(row, "identity"));
    json_free(&row);
    if (err != ERR_OK)
        return store_fail(db, err, info);
    if (state.always_safe == practice && (!of_training || practice) &&
        (named == HALL_UNKNOWN || (named == HALL_TRAINING) == practice))
        return ERR_OK;
    return err_set(info, ERR_CORRUPT,
                   "%s says two things of itself: that it is a training hall's, and that it is a real one's. "
                   "It was changed by "
                   "hand. Restore a backup.",
                   db_path(db));
}

static enum hall_kind kind_of_address(const char *address)
{
    struct which_hall which = {0};
    struct db *db = NULL;
    struct err_info own = {0};
    if (db_open(&db, address, 0, &own) == ERR_OK && which_of(db, &which) != ERR_OK)
        which.kind = HALL_UNKNOWN;
    db_close(&db);
    return which.kind;
}

/* What is there now, as far as it can be read: a damaged file is replaced all the same. A folder of a training hall is known
 * by its accounts too. */
static enum hall_kind kind_of_folder(const char *data)
{
    struct which_hall which = {0};
    struct db *db = NULL;
    struct err_info own = {0};
    if (db_is_address(data))
        return kind_of_address(data);
    char *path = xasprintf("%s/hall.db", data), *accounts = xasprintf("%s/practice.json", data);
    if (access(path, F_OK) == 0 && db_open(&db, path, 0, &own) == ERR_OK && which_of(db, &which) != ERR_OK)
        which.kind = HALL_UNKNOWN;
    db_close(&db);
    if (which.kind == HALL_UNKNOWN && access(accounts, F_OK) == 0)
        which.kind = HALL_TRAINING;
    free(path);
    free(accounts);
    return which.kind;
}

enum err wall_may_restore(const char *data, const char *file, struct db *backup, struct err_info *info)
{
    struct which_hall which = {0};
    enum err err = wall_marks_agree(backup, info);
    if (err == ERR_OK)
        err = which_of(backup, &which);
    if (err != ERR_OK || !hall_kinds_differ(which.kind, kind_of_folder(data)))
        return err;
    return err_set(info, ERR_CONFLICT,
                   which.kind == HALL_TRAINING ? "%s is a backup of the training hall %s, and %s holds a "
                                                 "real hall. Nothing was changed; restore it into "
                                                 "another folder (--data)."
                                               : "%s is a backup of the real hall %s, and %s holds a "
                                                 "training hall: no real data comes into one. Nothing "
                                                 "was changed; restore it into another folder (--data).",
                   file, which.code, data);
}

enum err wall_may_merge(struct db *db, const struct json *lines, struct err_info *info)
{
    struct which_hall here, there = {0};
    enum err err = which_of(db, &here);
    for (const struct json *line = json_first(lines); line; line = json_next(line))
        if (str_equal(json_text(line, "t"), "hall"))
            which_hall_read(json_get(line, "row"), &there);
    if (err != ERR_OK)
        return store_fail(db, err, info);
    if (!hall_kinds_differ(here.kind, there.kind) &&
        (!*here.identity || !*there.identity || hall_is_of_one_home(here.identity, there.identity)))
        return ERR_OK;
    return err_set(info, ERR_CONFLICT, "This parcel left another hall than %s%s. Nothing was changed.",
                   here.code,
                   here.kind == HALL_TRAINING ? ", a training hall: no real data comes into one" : "");
}

/* An address that leads no further than this computer. */
static bool stays_here(const char *url)
{
    static const char *const hosts[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        size_t length = strlen(hosts[i]);
        if (str_starts(url, hosts[i]) && (url[length] == '\0' || strchr(":/", url[length])))
            return true;
    }
    return false;
}

enum err wall_may_tell(struct db *db, const char *url, struct err_info *info)
{
    struct which_hall which;
    enum err err = which_of(db, &which);
    if (err != ERR_OK)
        return store_fail(db, err, info);
    if (which.kind != HALL_TRAINING || stays_here(url))
        return ERR_OK;
    return err_set(info, ERR_CONFLICT,
                   "%s is a training hall: it tells nobody outside this computer what happens in it. Nothing "
                   "was changed; an "
                   "address at http://localhost is possible.",
                   which.code);
}
