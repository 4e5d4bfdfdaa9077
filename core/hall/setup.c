/* core/hall/setup.c: see setup.h. */
#include "core/hall/setup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/catalogue/catalogue.h"
#include "core/form/form.h"
#include "core/hall/staging.h"
#include "core/wire/which_hall.h"

/* --- where packs are --- */

static bool holds(const char *folder, const char *file)
{
    char *path = xasprintf("%s/%s", folder, file);
    bool found = access(path, R_OK) == 0;
    free(path);
    return found;
}

/* Takes path when file is there, else frees it. */
static bool take(char *path, const char *file, char **folder)
{
    if (path && holds(path, file)) {
        *folder = path;
        return true;
    }
    free(path);
    return false;
}

/* The folder of this program, without its last slash; NULL: not known. */
static char *program_folder(void)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return NULL;
    program[length] = '\0';
    char *slash = strrchr(program, '/');
    return slash ? xstrndup(program, (size_t)(slash - program)) : NULL;
}

/* In the tree the program is build/loketd or build/KIND/loketd, installed bin/loketd. */
static bool beside_program(const char *in_tree, const char *installed, const char *file, char **folder)
{
    char *here = program_folder();
    bool found = here && (take(xasprintf("%s/../%s", here, in_tree), file, folder) ||
                          take(xasprintf("%s/../../%s", here, in_tree), file, folder) ||
                          take(xasprintf("%s/../../../%s", here, in_tree), file, folder) ||
                          take(xasprintf("%s/../share/loket/%s", here, installed), file, folder));
    free(here);
    return found;
}

bool setup_folder(const char *variable, const char *in_tree, const char *installed, const char *file,
                  char **folder)
{
    const char *named = getenv(variable);
    *folder = NULL;
    if (named)
        return take(xstrdup(named), file, folder);
    return beside_program(in_tree, installed, file, folder) || take(xstrdup(in_tree), file, folder) ||
           take(xasprintf(LOKET_PREFIX "/share/loket/%s", installed), file, folder);
}

static bool plain_name(const char *id)
{
    return !str_empty(id) && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id);
}

enum err setup_pack_folder(const char *id, char **folder, struct err_info *info)
{
    const char *named = getenv("LOKET_PACKS");
    *folder = NULL;
    if (!plain_name(id))
        return err_set(info, ERR_USAGE, "\"%s\" is not the name of a pack: say az or id.", id);
    char *file = xasprintf("%s/pack.json", id), *packs = NULL;
    bool found = setup_folder("LOKET_PACKS", "core/packs", "packs", file, &packs);
    if (found)
        *folder = xasprintf("%s/%s", packs, id);
    free(packs);
    free(file);
    if (found)
        return ERR_OK;
    return err_set(info, ERR_ABSENT,
                   "The pack \"%s\" is not on this computer (looked in %s). There are az and id; name their "
                   "folder in LOKET_PACKS.",
                   id, named ? named : LOKET_PREFIX "/share/loket/packs and beside the program");
}

enum err setup_pack(const char *id, struct pack *pack, struct err_info *info)
{
    char *folder = NULL;
    enum err err = setup_pack_folder(id, &folder, info);
    if (err == ERR_OK)
        err = pack_load(folder, NULL, NULL, pack, info);
    free(folder);
    return err;
}

const struct json *setup_queue_of(const struct pack *pack, const char *service)
{
    const struct json *queues = json_get(pack->about, "queues");
    for (const struct json *queue = json_first(queues); queue; queue = json_next(queue))
        if (json_has_text(json_get(queue, "services"), service))
            return queue;
    return NULL;
}

/* --- rows --- */

struct making {
    const struct setup *setup;
    const struct pack *pack;
    const struct json *service; /* the one that this change writes */
    const struct server_env *env;
};

static void copy_members(struct json *row, const struct json *from, const char *const *members)
{
    for (; *members; members++)
        if (json_get(from, *members))
            json_set(row, *members, json_copy(json_get(from, *members)));
}

/* Which hall this is, for ever (which_hall.h). One that is made at a told time is the same whenever it is made so. */
static void put_identity(struct json *row, const struct setup *setup, int64_t now_ms)
{
    char id[UUID_TEXT];
    struct rng rng;
    if (setup->now_ms > 0) {
        char *text = xasprintf("%s %s %lld", setup->code, setup->name, (long long)now_ms);
        server_id(text, id);
        free(text);
    } else {
        rng_seed_from_system(&rng);
        uuid_v7(now_ms, &rng, id);
    }
    char *identity = xasprintf("%s%s", setup->practice ? HALL_TRAINING_MARK : "", id);
    json_set_text(row, "identity", identity);
    free(identity);
}

static enum err put_hall(struct tx *tx, const struct making *making)
{
    static const char *const members[] = {"languages",  "currency", "date_order", "weekend", "holidays",
                                          "priorities", "lists",    "breaks",     NULL};
    char day[DATE_TEXT];
    struct json *row = json_new_object();
    const struct json *about = making->pack->about, *policy = json_get(about, "policy");
    const char *zone = making->setup->timezone;
    time_date(tx->now_ms, day);
    json_set_text(row, "code", making->setup->code);
    json_set_text(row, "name", making->setup->name);
    json_set_text(row, "timezone", zone ? zone : json_text_or(about, "timezone", "UTC"));
    json_set_text(row, "pack", json_text(about, "id"));
    json_set_int(row, "epoch", making->env->epoch);
    json_set_text(row, "business_day", day);
    copy_members(row, about, members);
    json_set(row, "policy", policy ? json_copy(policy) : json_new_object());
    json_set_bool(row, "practice", making->setup->practice);
    put_identity(row, making->setup, tx->now_ms);
    enum err err = tx_put(tx, TABLE_HALL, making->setup->code, row);
    json_free(&row);
    return err;
}

static enum err put_agencies(struct tx *tx, const struct making *making)
{
    enum err err = ERR_OK;
    const struct json *agencies = json_get(making->pack->about, "agencies");
    for (const struct json *agency = json_first(agencies); agency && err == ERR_OK;
         agency = json_next(agency)) {
        struct json *row = json_copy(agency);
        err = tx_put(tx, TABLE_AGENCY, json_text_or(agency, "id", ""), row);
        json_free(&row);
    }
    return err;
}

static enum err put_queues(struct tx *tx, const struct making *making)
{
    enum err err = ERR_OK;
    const struct json *queues = json_get(making->pack->about, "queues");
    for (const struct json *queue = json_first(queues); queue && err == ERR_OK; queue = json_next(queue)) {
        struct json *row = json_copy(queue);
        json_set_text(row, "home", "");
        json_set_int(row, "home_gen", 1);
        json_set_int(row, "run", 0);
        err = tx_put(tx, TABLE_QUEUE, json_text_or(queue, "id", ""), row);
        json_free(&row);
    }
    return err;
}

static enum err write_hall(struct tx *tx, void *ctx)
{
    const struct making *making = ctx;
    enum err err = put_hall(tx, making);
    if (err == ERR_OK)
        err = put_agencies(tx, making);
    return err == ERR_OK ? put_queues(tx, making) : err;
}

static enum err write_service(struct tx *tx, void *ctx)
{
    const struct making *making = ctx;
    const char *id = json_text_or(making->service, "id", "");
    const struct json *queue = setup_queue_of(making->pack, id);
    struct json *row = json_copy(making->service);
    json_set_text(row, "queue", queue ? json_text(queue, "id") : "");
    json_set_int(row, "form_version", catalogue_form_version(row));
    enum err err = tx_put(tx, TABLE_SERVICE, id, row);
    json_free(&row);
    return err;
}

/* One change for the hall and one for each service: no item of the feed grows beyond measure. */
static enum err write_all(struct making *making, struct err_info *info)
{
    const struct server_env *env = making->env;
    struct json *detail = json_new_object();
    json_set_text(detail, "hall", making->setup->code);
    json_set_text(detail, "pack", json_text(making->pack->about, "id"));
    enum err err = server_change(env, "hall.init", detail, write_hall, making);
    for (int i = 0; i < making->pack->service_count && err == ERR_OK; i++) {
        making->service = making->pack->services[i];
        json_remove(detail, "hall");
        json_set_text(detail, "service", json_text(making->service, "id"));
        err = server_change(env, "service.import", detail, write_service, making);
        if (err != ERR_OK && !store_broken(err))
            err = err_set(info, err, "The service %s cannot be stored: %s.",
                          json_text_or(making->service, "id", "?"), err_text(err));
    }
    json_free(&detail);
    return err;
}

/* --- the file --- */

static enum err make_folders(const char *data, struct err_info *info)
{
    char *path = xstrdup(data);
    enum err err = ERR_OK;
    for (char *at = path + 1;; at++) {
        char kept = *at;
        if (kept != '/' && kept != '\0')
            continue;
        *at = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST) {
            err = err_set(info, err_from_errno(errno), "The folder %s cannot be made: %s.", path,
                          strerror(errno));
            break;
        }
        *at = kept;
        if (kept == '\0')
            break;
    }
    free(path);
    return err;
}

static enum err make_places(const char *data, struct err_info *info)
{
    static const char *const folders[] = {"catalogue", "backups"};
    enum err err = make_folders(data, info);
    for (size_t i = 0; i < sizeof folders / sizeof *folders && err == ERR_OK; i++) {
        char *path = xasprintf("%s/%s", data, folders[i]);
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            err = err_set(info, err_from_errno(errno), "The folder %s cannot be made: %s.", path,
                          strerror(errno));
        free(path);
    }
    return err;
}

static enum err refuse_second(struct db *db, const char *data, struct err_info *info)
{
    struct json *hall = NULL;
    enum err err = store_hall(db, &hall);
    if (err == ERR_OK)
        err = err_set(info, ERR_CONFLICT,
                      "There is a hall in %s already: %s, %s. Nothing was changed; use another --data.", data,
                      json_text_or(hall, "code", "?"), json_text_or(hall, "name", "?"));
    else if (err == ERR_ABSENT)
        err = ERR_OK;
    else
        store_fail(db, err, info);
    json_free(&hall);
    return err;
}

enum err setup_store(const char *data, struct db **out, struct err_info *info)
{
    *out = NULL;
    enum err err = db_is_address(data) ? ERR_OK : make_places(data, info);
    if (err == ERR_OK)
        err = store_open(out, data, true, info);
    if (err == ERR_OK)
        err = refuse_second(*out, data, info);
    if (err != ERR_OK)
        db_close(out);
    return err;
}

static enum err check_words(const struct setup *setup, const struct pack *pack, struct err_info *info)
{
    enum { CODE_MAX = 40, TITLE_MAX = 200 };
    const char *zone = setup->timezone ? setup->timezone : json_text_or(pack->about, "timezone", "UTC");
    size_t code = strlen(setup->code), name = strlen(setup->name);
    if (code == 0 || code > CODE_MAX || strpbrk(setup->code, " \t\r\n/"))
        return err_set(info, ERR_USAGE, "--hall must be a short code without spaces, such as ASAN-01.");
    if (name == 0 || name > TITLE_MAX || !utf8_valid(setup->name, name))
        return err_set(info, ERR_USAGE, "--name must be the hall's name, at most %d bytes of UTF-8.",
                       TITLE_MAX);
    if (!zone_set(zone))
        return err_set(info, ERR_USAGE, "--timezone: this computer knows no time zone %s.", zone);
    return ERR_OK;
}

enum err work_begin(struct work *work)
{
    struct hall_state state;
    enum err err = store_state(work->db, &state);
    if (err == ERR_OK)
        err = db_begin(work->db);
    work->env = (struct server_env){
        .db = work->db, .epoch = state.epoch, .now_ms = clock_wall_now_ms(), .mono_ms = clock_mono_now_ms()};
    return err;
}

enum err setup_hall(const struct setup *setup, const struct pack *pack, struct db **out,
                    struct err_info *info)
{
    struct work work = {0};
    struct making making = {.setup = setup, .pack = pack, .env = &work.env};
    struct err_info own = {0};
    *out = NULL;
    enum err err = check_words(setup, pack, info);
    if (err == ERR_OK)
        err = setup_store(setup->data, &work.db, info);
    if (err != ERR_OK)
        return err;
    err = work_begin(&work);
    if (setup->now_ms > 0)
        work.env.now_ms = work.env.mono_ms = setup->now_ms;
    if (err == ERR_OK)
        err = write_all(&making, &own);
    if (err == ERR_OK && setup->practice)
        err = store_set_always_safe(work.db);
    if (err == ERR_OK)
        err = db_commit(work.db);
    if (err == ERR_OK) {
        *out = work.db;
        return ERR_OK;
    }
    if (own.text[0])
        err_set(info, err, "%s", own.text);
    else
        store_fail(work.db, err, info);
    db_rollback(work.db);
    db_close(&work.db);
    return err;
}

/* --- one command on the file --- */

enum err work_open(struct work *work, const char *data, struct err_info *info)
{
    *work = (struct work){0};
    enum err err = store_open(&work->db, data, false, info);
    if (err != ERR_OK)
        return err;
    err = store_hall(work->db, &work->hall);
    if (err == ERR_ABSENT)
        err = err_set(info, ERR_ABSENT, "The hall in %s was never finished. Run loketd init --data %s again.",
                      data, data);
    else if (err == ERR_OK && !zone_set(json_text_or(work->hall, "timezone", "UTC")))
        err = err_set(info, ERR_INVALID, "%s/hall.db: this computer knows no time zone %s.", data,
                      json_text_or(work->hall, "timezone", "UTC"));
    else if (err == ERR_OK)
        err = work_begin(work);
    if (err == ERR_OK)
        err = staging_finish(&work->env); /* of a hall that was killed before an import was whole */
    if (err != ERR_OK) {
        if (!info->text[0])
            store_fail(work->db, err, info);
        db_rollback(work->db);
        json_free(&work->hall);
        db_close(&work->db);
    }
    return err;
}

enum err work_close(struct work *work, enum err err, struct err_info *info)
{
    if (err == ERR_OK)
        err = db_commit(work->db);
    if (err != ERR_OK) {
        if (!info->text[0])
            store_fail(work->db, err, info);
        db_rollback(work->db);
    }
    json_free(&work->hall);
    db_close(&work->db);
    return err;
}
