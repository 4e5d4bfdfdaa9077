/* core/hall/export_file.c: loketd export-cases: where the hall is read from, and where the lines go. See export.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hall/door.h"
#include "core/hall/export.h"
#include "core/hall/target.h"
#include "core/model/calendar.h"

/* --- from --- */

static enum err note(const struct hall_options *options, struct err_info *info)
{
    struct json *request = json_new_object(), *answer = NULL;
    json_set_text(request, "do", options->unmasked ? "cases.export_unmasked" : "cases.export");
    json_set_text(request, "agency", options->agency);
    enum err err = door_ask(options->data, request, &answer, info);
    json_free(&request);
    json_free(&answer);
    return err;
}

static char *copy_name(const char *data)
{
    char *whole = realpath(data, NULL), *path = xasprintf("%s/export.db", whole ? whole : data);
    free(whole);
    return path;
}

/* The name goes at once: the copy is there as long as it is read, and not longer, whatever becomes of this program. */
static enum err open_copy(const char *data, struct db **db, struct err_info *info)
{
    struct json *request = json_new_object(), *answer = NULL;
    char *path = copy_name(data);
    json_set_text(request, "do", "copy");
    json_set_text(request, "file", path);
    enum err err = door_ask_running(data, request, &answer, info);
    if (err == ERR_OK) {
        err = db_open(db, path, 0, info);
        (void)unlink(path);
    }
    json_free(&request);
    json_free(&answer);
    free(path);
    return err;
}

/* PostgreSQL shows one moment for as long as it is read, and the hall goes on. */
static enum err open_moment(const char *address, struct db **db, struct err_info *info)
{
    enum err err = db_open(db, address, 0, info);
    if (err == ERR_OK && (err = db_begin(*db)) != ERR_OK)
        err = store_fail(*db, err, info);
    return err;
}

/* A hall that stands still is read itself, and held meanwhile. */
static enum err open_hall(const char *data, struct db **db, struct err_info *info)
{
    if (db_is_address(data))
        return open_moment(data, db, info);
    enum err err = open_copy(data, db, info);
    if (err != ERR_ABSENT || info->text[0])
        return err;
    return store_open(db, data, false, info);
}

/* --- the command --- */

static enum err need_other(const char *data, const char *path, struct err_info *info)
{
    char *hall = xasprintf("%s/hall.db", data);
    enum err err =
        store_owns(hall, path)
            ? err_set(info, ERR_USAGE, "%s is the hall itself. Name another file. No export was made.", path)
            : ERR_OK;
    free(hall);
    return err;
}

static enum err need_day(const char *option, const char *text, struct err_info *info)
{
    int32_t day;
    if (!text || (strlen(text) < DATE_TEXT && day_parse(text, &day)))
        return ERR_OK;
    return err_set(info, ERR_USAGE, "%s is a day, YYYY-MM-DD, not \"%s\".", option, text);
}

static enum err write_all(const struct hall_options *options, struct db *db, struct err_info *info)
{
    const struct export_wish wish = {.agency = options->agency,
                                     .from = options->from,
                                     .until = options->until,
                                     .unmasked = options->unmasked};
    struct target target = {.nothing = "No export was made."};
    int64_t cases = 0;
    enum err err = target_open(&target, options->argument, info);
    if (err == ERR_OK) {
        err = export_lines(db, &wish, clock_wall_now_ms(), target_put, &target, &cases);
        if (err != ERR_OK && !target.number)
            store_fail(db, err, info);
    }
    err = target_close(&target, err, info);
    if (err == ERR_OK && target.path)
        printf("%lld applications stand in %s%s.\n", (long long)cases, target.path,
               options->unmasked ? ", with everything that is known of their people" : "");
    return err;
}

enum err export_cases(const struct hall_options *options, struct err_info *info)
{
    struct db *db = NULL;
    enum err err = need_day("--from", options->from, info);
    if (err == ERR_OK)
        err = need_day("--until", options->until, info);
    if (err == ERR_OK && options->argument)
        err = need_other(options->data, options->argument, info);
    if (err == ERR_OK)
        err = note(options, info); /* first: what cannot be written down is not done */
    if (err == ERR_OK)
        err = open_hall(options->data, &db, info);
    if (err == ERR_OK)
        err = write_all(options, db, info);
    db_close(&db);
    return err;
}
