/* core/hall/beside.c: see beside.h. */
#include "core/hall/beside.h"

#include <poll.h>
#include <stdlib.h>

#include "core/hall/setup.h"
#include "core/hall/staging.h"

enum {
    LOOK_MS = 1000,      /* a word may be lost */
    PATIENCE_MS = 30000, /* with an import that others bring in, while nothing of it moves */
};

struct beside {
    struct db *db;
    struct db_news *news; /* NULL: the others find by looking what was done */
    int patience_ms;
};

/* --- opening --- */

static enum err know_hall(struct db *db, const char *address, struct err_info *info)
{
    struct json *hall = NULL;
    enum err err = store_hall(db, &hall);
    if (err == ERR_ABSENT)
        err = err_set(info, err, "The hall at %s was never finished. Run loketd init --db %s again.",
                      db_path(db), address);
    else if (err != ERR_OK)
        err = store_fail(db, err, info);
    else if (!zone_set(json_text_or(hall, "timezone", "UTC")))
        err = err_set(info, ERR_INVALID, "%s: this computer knows no time zone %s.", db_path(db),
                      json_text_or(hall, "timezone", "UTC"));
    json_free(&hall);
    return err;
}

enum err beside_open(struct beside **out, const char *address, struct err_info *info)
{
    struct beside *beside = *out = xcalloc(1, sizeof *beside);
    beside->patience_ms = PATIENCE_MS;
    enum err err = store_open_shared(&beside->db, address, info);
    if (err == ERR_OK)
        err = know_hall(beside->db, address, info);
    if (err == ERR_OK && db_news_open(&beside->news, beside->db) != ERR_OK)
        beside->news = NULL;
    if (err != ERR_OK)
        beside_close(out);
    return err;
}

void beside_close(struct beside **slot)
{
    if (!*slot)
        return;
    db_news_close(&(*slot)->news);
    db_close(&(*slot)->db);
    free(*slot);
    *slot = NULL;
}

void beside_be_patient(struct beside *beside, int ms)
{
    beside->patience_ms = ms;
}

bool beside_delivers(struct beside *beside)
{
    return db_delivers(beside->db);
}

bool beside_lost(const struct beside *beside)
{
    return db_failed(beside->db);
}

/* --- a turn --- */

static enum err begin_turn(struct beside *beside, struct server_env *env)
{
    struct hall_state now;
    enum err err = db_begin(beside->db);
    if (err == ERR_OK)
        err = store_turn(beside->db, &now);
    if (err == ERR_OK)
        *env = (struct server_env){.db = beside->db,
                                   .epoch = now.epoch,
                                   .now_ms = clock_wall_now_ms(),
                                   .mono_ms = clock_mono_now_ms()};
    return err;
}

static enum err say_lost(const struct beside *beside, struct err_info *info)
{
    return err_set(
        info, ERR_OFFLINE,
        "The connection to %s was lost before it answered. Look whether it was done, then try again.",
        db_path(beside->db));
}

static enum err say_failed(const struct beside *beside, enum err err, struct err_info *info)
{
    if (err == ERR_IN_USE)
        return err_set(info, err,
                       "The loketd that serve %s gave no turn for too long. Nothing was changed; try again.",
                       db_path(beside->db));
    return store_fail(beside->db, err, info);
}

static enum err end_turn(struct beside *beside, enum err err, struct err_info *info)
{
    if (err == ERR_OK) {
        err = db_commit(beside->db);
        if (err != ERR_OK && db_failed(beside->db))
            err = say_lost(beside, info);
    }
    if (err == ERR_OK && beside->news)
        db_news_tell(beside->news);
    if (err != ERR_OK && !info->text[0])
        say_failed(beside, err, info);
    if (err != ERR_OK)
        db_rollback(beside->db);
    return err;
}

/* --- an import that is under way --- */

/* An import that was decided is brought into the catalogue by the first of those who serve the hall; where there is none, here:
 * a slice a turn as they do, for PostgreSQL walks all that one transaction made of the hall's row at its next change. */
struct coming_in {
    char place[STAGING_PLACE];
    int64_t moved_ms; /* when it was seen at another place than before */
};

/* Until another one has done something, or might have. */
static void wait_for_word(struct beside *beside, int64_t ms)
{
    struct pollfd line = {.fd = beside->news ? db_news_fd(beside->news) : -1, .events = POLLIN};
    bool any;
    if (poll(&line, 1, ms < LOOK_MS ? (int)ms : LOOK_MS) > 0 && db_news_take(beside->news, &any) != ERR_OK)
        db_news_close(&beside->news);
}

static enum err say_stuck(const struct beside *beside, struct err_info *info)
{
    return err_set(
        info, ERR_IN_USE,
        "An import that was decided before does not come in: nothing of it has moved for %d seconds. "
        "The log of the loketd that serve %s says why; it goes on by itself when that is mended. "
        "Nothing of this was done; try again then.",
        beside->patience_ms / 1000, db_path(beside->db));
}

/* place: where it stands in this turn, which is ended. */
static enum err wait_for_others(struct beside *beside, struct coming_in *import, const char *place,
                                struct err_info *info)
{
    int64_t now_ms = clock_mono_now_ms();
    db_rollback(beside->db);
    if (!str_equal(import->place, place)) {
        str_copy(import->place, sizeof import->place, place);
        import->moved_ms = now_ms;
    }
    if (now_ms - import->moved_ms >= beside->patience_ms)
        return say_stuck(beside, info);
    wait_for_word(beside, import->moved_ms + beside->patience_ms - now_ms);
    return ERR_OK;
}

static enum err bring_in(struct beside *beside, const struct server_env *env, struct coming_in *import,
                         const char *place, struct err_info *info)
{
    bool more;
    if (db_leads(beside->db, true))
        return end_turn(beside, staging_slice(env, &more), info);
    return wait_for_others(beside, import, place, info);
}

/* A turn at which no import is under way. */
static enum err begin_whole_turn(struct beside *beside, struct server_env *env, struct err_info *info)
{
    struct coming_in import = {.place = ""};
    char place[STAGING_PLACE];
    enum err err;
    while ((err = begin_turn(beside, env)) == ERR_OK && (err = staging_place(env->db, place)) == ERR_OK &&
           *place && (err = bring_in(beside, env, &import, place, info)) == ERR_OK)
        ;
    db_lead_no_more(beside->db); /* whoever serves the hall is the first again */
    return err;
}

/* Whatever becomes of this program, what was decided stands. */
static enum err see_it_in(struct beside *beside, struct server_env *env, struct err_info *info)
{
    struct err_info why = {0};
    enum err err = end_turn(beside, begin_whole_turn(beside, env, &why), &why);
    if (err == ERR_OK)
        return ERR_OK;
    const char *reason = db_failed(beside->db) ? "the connection was lost"
                         : err == ERR_IN_USE
                             ? "those who serve the hall do not go on with it; their log says why"
                             : why.text;
    return err_set(
        info, err,
        "The import is decided and stands; do not import it again. Its services come into the catalogue of "
        "%s by themselves as soon as a loketd there can write them. Their end was not seen: %s.",
        db_path(beside->db), reason);
}

enum err beside_ask(struct beside *beside, const struct json *request, struct json **answer,
                    struct err_info *info)
{
    struct server_env env;
    *answer = NULL;
    enum err err =
        admin_needs_catalogue(request) ? begin_whole_turn(beside, &env, info) : begin_turn(beside, &env);
    if (err == ERR_OK)
        err = admin_apply(&env, request, answer, info);
    err = end_turn(beside, err, info);
    if (err == ERR_OK && str_equal(json_text(request, "do"), "catalogue.decide"))
        err = see_it_in(beside, &env, info);
    if (err != ERR_OK)
        json_free(answer);
    return err;
}
