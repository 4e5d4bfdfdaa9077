/* core/cache/wall.c: whose copy this is. A cache belongs to real halls or to training halls for ever: what a person does in one
 * never reaches the other, by whatever address, folder or program it is tried. Knows no network. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/store.h"

/* --- what is known --- */

/* The hall that the newest record was made for: where a damaged file lost the lines that say it. */
static enum err by_outbox(struct cache *cache)
{
    static const char sql[] = "SELECT command FROM outbox ORDER BY rowid DESC LIMIT 1"; /* the table itself */
    struct json *command = NULL;
    enum err err = rows_first(db_query(cache->db, sql), &command);
    str_copy(cache->of.identity, sizeof cache->of.identity, json_text_or(command, "hall", ""));
    cache->of.kind = hall_kind_of(cache->of.identity);
    json_free(&command);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* A file from before there were identities has the hall's row all the same. */
static enum err by_row(struct cache *cache)
{
    static const char sql[] = "SELECT row FROM base_halls LIMIT 1"; /* there is one */
    struct json *hall = NULL;
    struct which_hall known;
    enum err err = rows_first(db_query(cache->db, sql), &hall);
    which_hall_read(hall, &known);
    cache->of.kind = known.kind;
    str_copy(cache->of.identity, sizeof cache->of.identity, known.identity);
    json_free(&hall);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err wall_load(struct cache *cache)
{
    char *code = NULL, *identity = NULL, *kind = NULL;
    enum err err = meta_get(cache->db, "hall", &code);
    if (err == ERR_OK)
        err = meta_get(cache->db, "hall_identity", &identity);
    if (err == ERR_OK)
        err = meta_get(cache->db, "hall_kind", &kind);
    cache->of = (struct which_hall){.kind = hall_kind_of(kind)};
    str_copy(cache->of.code, sizeof cache->of.code, code ? code : "");
    str_copy(cache->of.identity, sizeof cache->of.identity, identity ? identity : "");
    free(code);
    free(identity);
    free(kind);
    if (err == ERR_OK && cache->of.kind == HALL_UNKNOWN)
        err = by_row(cache);
    if (err == ERR_OK && cache->of.kind == HALL_UNKNOWN)
        err = by_outbox(cache);
    return err;
}

enum hall_kind cache_kind(const struct cache *cache)
{
    return cache->of.kind;
}

const char *cache_identity(const struct cache *cache)
{
    return *cache->of.identity ? cache->of.identity : hall_kind_text(cache->of.kind);
}

/* --- another hall --- */

const char *cache_hall_refusal(const struct cache *cache, const struct json *hall)
{
    struct which_hall there;
    which_hall_read(hall, &there);
    if (!hall_kinds_differ(cache->of.kind, there.kind))
        return NULL;
    return there.kind == HALL_TRAINING ? "hall_is_training" : "hall_is_real";
}

static enum err refuse_kind(struct cache *cache, const struct which_hall *there)
{
    int64_t unsent = 0;
    char kept[120] = "";
    TRY(file_fail(cache, wall_unsent(cache, &unsent)));
    if (unsent > 0)
        str_format(kept, sizeof kept, " %" PRId64 " unsent record%s stay here for %s.", unsent,
                   unsent == 1 ? "" : "s", cache->of.code);
    if (there->kind == HALL_TRAINING)
        return file_refuse(
            cache, ERR_CONFLICT,
            "%s is a training hall, and this folder belongs to the real hall %s. Nothing was sent and "
            "nothing here was changed.%s To train, start Loket with another folder: --data FOLDER.",
            there->code, cache->of.code, kept);
    return file_refuse(
        cache, ERR_CONFLICT,
        "%s is a real hall, and this folder belongs to the training hall %s: what was done there never "
        "leaves it. Nothing was sent.%s To work, start Loket with another folder: --data FOLDER.",
        there->code, cache->of.code, kept);
}

enum err wall_unsent(struct cache *cache, int64_t *count)
{
    static const char sql[] =
        "SELECT count(*) FROM outbox WHERE state = 'pending'"; /* rare: another hall, an adoption */
    return query_int(db_query(cache->db, sql), count);
}

/* A hall that is restored needs what is in no backup of it once more; under another hall's revs nobody could tell which. */
static enum err unsafe(struct cache *cache, int64_t *count)
{
    static const char sql[] =
        "SELECT count(*) FROM outbox WHERE state <> 'pending' AND rev > $1"; /* rare: another hall */
    struct stmt *s = db_query(cache->db, sql);
    db_bind_int(s, 1, cache->place.safe_through);
    return query_int(s, count);
}

enum err wall_meet(struct cache *cache, const struct json *hall)
{
    struct which_hall there;
    int64_t unsent = 0, young = 0;
    which_hall_read(hall, &there);
    if (hall_kinds_differ(cache->of.kind, there.kind))
        return refuse_kind(cache, &there);
    if (!hall_is_another(&cache->of, &there))
        return ERR_OK;
    TRY(file_fail(cache, wall_unsent(cache, &unsent)));
    if (!hall_is_of_one_home(cache->of.identity,
                             there.identity)) /* the home knows what its bus did, and the reverse */
        TRY(file_fail(cache, unsafe(cache, &young)));
    if (unsent > 0)
        return file_refuse(
            cache, ERR_CONFLICT,
            "%d records for hall %s are not sent yet. They are kept: connect to that hall first, or "
            "use another folder (--data) for hall %s.",
            (int)unsent, cache->of.code, there.code);
    if (young > 0)
        return file_refuse(
            cache, ERR_CONFLICT,
            "%d records are at hall %s, but in no backup of it yet, so they are kept here for it. Use "
            "another folder (--data) for hall %s.",
            (int)young, cache->of.code, there.code);
    return ERR_OK;
}

/* What was answered and is safe at the hall that is left: its revs mean nothing at another. */
static enum err forget_answered(struct cache *cache)
{
    static const char *const steps[] = {"DELETE FROM outbox WHERE state <> 'pending'",
                                        "DELETE FROM outbox_row"};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        TRY(db_run(db_query(cache->db, steps[i])));
    return ERR_OK;
}

static enum err keep(struct cache *cache, const struct which_hall *of)
{
    TRY(meta_set(cache->db, "hall", of->code));
    TRY(meta_set(cache->db, "hall_identity", of->identity));
    return meta_set(cache->db, "hall_kind", hall_kind_text(of->kind));
}

/* What one answer does not say stays as it is known. */
static void learn(const struct which_hall *there, struct which_hall *of)
{
    if (*there->code)
        str_copy(of->code, sizeof of->code, there->code);
    if (*there->identity)
        str_copy(of->identity, sizeof of->identity, there->identity);
    if (there->kind != HALL_UNKNOWN)
        of->kind = there->kind;
}

enum err wall_take(struct cache *cache, const struct json *hall, struct place *place, struct which_hall *of)
{
    struct which_hall there;
    which_hall_read(hall, &there);
    *of = cache->of;
    if (hall_is_another(&cache->of, &there)) {
        *place = (struct place){.needs_snapshot = true};
        TRY(rows_clear(cache->db, ROWS_BASE));
        if (!hall_is_of_one_home(cache->of.identity, there.identity))
            TRY(forget_answered(cache));
        *of = (struct which_hall){.kind = cache->of.kind};
    }
    learn(&there, of);
    return keep(cache, of);
}

/* The hall's row among others: an older hall does not say at the sign-in what it is. */
enum err wall_row(struct cache *cache, const struct json *row)
{
    struct which_hall there, of = cache->of;
    which_hall_read(row, &there);
    if (hall_kinds_differ(cache->of.kind, there.kind))
        return ERR_INVALID;
    learn(&there, &of);
    if (of.kind == cache->of.kind && str_equal(of.identity, cache->of.identity))
        return ERR_OK;
    TRY(keep(cache, &of));
    cache->of = of; /* true also if what is around it is undone: the hall has said it */
    return ERR_OK;
}
