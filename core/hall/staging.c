/* core/hall/staging.c: see staging.h. */
#include "core/hall/staging.h"

#include <stdlib.h>
#include <string.h>

enum { PUT_DOWN = 0, DECIDED = 1, DROPPED = 2 };     /* import.state */
enum { SLICE_BYTES = 256 * 1024, SLICE_LINES = 32 }; /* some 5 ms of a turn */

/* --- into the catalogue --- */

struct writing {
    const struct version_service *told;
    struct json *agency;
    struct err_info *info;
};

static enum err write_service(struct tx *tx, void *ctx)
{
    const struct writing *writing = ctx;
    return version_publish(tx, writing->told, writing->info);
}

/* The audit says what came, in which version and with which digest; the row itself is in the feed. */
enum err staging_write_service(const struct server_env *env, const struct version_service *told,
                               struct err_info *info)
{
    struct writing writing = {.told = told, .info = info};
    struct json *detail = json_new_object();
    json_set_text(detail, "service", told->id);
    if (*told->digest) {
        json_set_int(detail, "form_version", told->form_version);
        json_set_text(detail, "form_sha256", told->digest);
    }
    enum err err = server_change(env, "catalogue.import", detail, write_service, &writing);
    json_free(&detail);
    return err;
}

static enum err write_agency(struct tx *tx, void *ctx)
{
    struct writing *writing = ctx;
    char id[64];
    if (!str_copy(id, sizeof id, json_text_or(writing->agency, "id", "")))
        return ERR_TOO_LARGE;
    return tx_put(tx, TABLE_AGENCY, id, writing->agency);
}

enum err staging_write_agency(const struct server_env *env, const struct json *agency)
{
    struct writing writing = {.agency = json_copy(agency)};
    struct json *detail = json_new_object();
    json_set_text(detail, "agency", json_text(agency, "id"));
    enum err err = server_change(env, "catalogue.import", detail, write_agency, &writing);
    json_free(&detail);
    json_free(&writing.agency);
    return err;
}

/* --- an import --- */

static enum err set_state(struct db *db, const char *sql, const char *id)
{
    struct stmt *s = db_query(db, sql);
    if (id)
        db_bind_text(s, 1, id);
    return db_run(s);
}

enum err staging_forget(struct db *db)
{
    static const char sql[] = "UPDATE import SET state = 2 WHERE state = 0"; /* a row or two */
    return set_state(db, sql, NULL);
}

enum err staging_drop(struct db *db, const char *id)
{
    static const char sql[] = "UPDATE import SET state = 2 WHERE state = 0 AND id = $1";
    return set_state(db, sql, id);
}

enum err staging_begin(struct db *db, const char *id, int64_t *import)
{
    static const char sql[] = "INSERT INTO import (number, id, state, lines)"
                              " SELECT coalesce(max(number), 0) + 1, $1, 0, 0 FROM import RETURNING number";
    enum err err = staging_forget(db);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, id);
    err = db_step(s);
    *import = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

enum err staging_find(struct db *db, const char *id, int64_t count, int64_t *import)
{
    static const char sql[] = "SELECT number FROM import WHERE id = $1 AND state = 0 AND lines = $2";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, id);
    db_bind_int(s, 2, count);
    enum err err = db_step(s);
    *import = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

enum err staging_grow(struct db *db, int64_t import, int64_t count)
{
    static const char sql[] = "UPDATE import SET lines = lines + $2 WHERE number = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, import);
    db_bind_int(s, 2, count);
    return db_run(s);
}

enum err staging_decide(struct db *db, const char *id, int64_t count)
{
    static const char sql[] = "UPDATE import SET state = 1 WHERE number = $1"; /* primary key */
    int64_t import = 0;
    enum err err = staging_find(db, id, count, &import);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, import);
    return db_run(s);
}

/* --- its lines --- */

enum err staging_add(struct db *db, int64_t import, enum table table, const struct version_service *told)
{
    static const char sql[] =
        "INSERT INTO import_line (import, t, id, agency, queue, form_version, digest, row)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, import);
    db_bind_text(s, 2, table_wire(table));
    db_bind_text(s, 3, told->id);
    db_bind_text(s, 4, told->agency);
    db_bind_text(s, 5, told->queue);
    db_bind_int(s, 6, told->form_version);
    db_bind_text(s, 7, told->digest);
    db_bind_text(s, 8, told->text);
    return db_run(s);
}

enum err staging_has(struct db *db, int64_t import, enum table table, const char *id, bool *there)
{
    static const char sql[] = "SELECT 1 FROM import_line WHERE import = $1 AND t = $2 AND id = $3"; /* key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, import);
    db_bind_text(s, 2, table_wire(table));
    db_bind_text(s, 3, id);
    enum err err = db_step(s);
    *there = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- slices --- */

struct staged {
    enum table table;
    char *id, *agency, *queue, *digest, *text;
    int64_t form_version;
};
struct slice {
    int64_t import;
    bool decided;
    struct staged lines[SLICE_LINES];
    int count;
};

static void slice_free(struct slice *slice)
{
    for (int i = 0; i < slice->count; i++) {
        struct staged *line = &slice->lines[i];
        free(line->id), free(line->agency), free(line->queue), free(line->digest), free(line->text);
    }
    slice->count = 0;
}

static bool read_staged(struct stmt *s, struct staged *line)
{
    *line = (struct staged){.id = xstrdup(db_text(s, 1)),
                            .agency = xstrdup(db_text(s, 2)),
                            .queue = xstrdup(db_text(s, 3)),
                            .form_version = db_int(s, 4),
                            .digest = xstrdup(db_text(s, 5)),
                            .text = xstrdup(db_text(s, 6))};
    return table_find(db_text(s, 0), &line->table);
}

/* Agencies stand before services, which name them. */
static enum err slice_read(struct db *db, struct slice *slice)
{
    static const char sql[] = "SELECT t, id, agency, queue, form_version, digest, row FROM import_line"
                              " WHERE import = $1 ORDER BY t, id LIMIT $2"; /* primary key */
    size_t bytes = 0;
    enum err err;
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, slice->import);
    db_bind_int(s, 2, SLICE_LINES);
    while (bytes < SLICE_BYTES && (err = db_step(s)) == ERR_OK) {
        struct staged *line = &slice->lines[slice->count++];
        if (!read_staged(s, line)) {
            err = ERR_CORRUPT;
            break;
        }
        bytes += strlen(line->text);
    }
    db_done(s);
    return err == ERR_ABSENT || bytes >= SLICE_BYTES ? ERR_OK : err;
}

static enum err take_line(struct db *db, int64_t import, const struct staged *line)
{
    static const char sql[] = "DELETE FROM import_line WHERE import = $1 AND t = $2 AND id = $3"; /* key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, import);
    db_bind_text(s, 2, table_wire(line->table));
    db_bind_text(s, 3, line->id);
    return db_run(s);
}

static enum err write_agency_line(const struct server_env *env, const struct staged *line)
{
    struct json *agency = NULL;
    if (json_parse(line->text, strlen(line->text), &agency, NULL) != ERR_OK)
        return ERR_CORRUPT;
    enum err err = staging_write_agency(env, agency);
    json_free(&agency);
    return err;
}

/* Nothing should be refused any more: the line was looked at, and no other import came between. */
static enum err write_line(const struct server_env *env, const struct staged *line)
{
    const struct version_service told = {line->id,           line->agency, line->queue,
                                         line->form_version, line->digest, line->text};
    struct err_info info = {0};
    if (line->table == TABLE_AGENCY)
        return write_agency_line(env, line);
    enum err err = staging_write_service(env, &told, &info);
    return info.text[0] ? ERR_INVALID
                        : err; /* a conflict of its own is not the store's, which ends the hall */
}

static enum err end_import(struct db *db, int64_t import)
{
    static const char sql[] = "DELETE FROM import WHERE number = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, import);
    return db_run(s);
}

/* The pages of a line that is taken out are there for the same line as it goes in. */
static enum err slice_write(const struct server_env *env, const struct slice *slice)
{
    enum err err = ERR_OK;
    for (int i = 0; i < slice->count && err == ERR_OK; i++) {
        err = take_line(env->db, slice->import, &slice->lines[i]);
        if (err == ERR_OK && slice->decided)
            err = write_line(env, &slice->lines[i]);
    }
    return err == ERR_OK && slice->count == 0 ? end_import(env->db, slice->import) : err;
}

/* What was decided goes before what is thrown away. */
static enum err next_import(struct db *db, bool decided_only, struct slice *slice)
{
    static const char sql[] = "SELECT number, state FROM import WHERE state = 1 OR state = $1"
                              " ORDER BY state, number LIMIT 1";
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, decided_only ? DECIDED : DROPPED);
    enum err err = db_step(s);
    slice->import = err == ERR_OK ? db_int(s, 0) : 0;
    slice->decided = err == ERR_OK && db_int(s, 1) == DECIDED;
    db_done(s);
    return err;
}

static enum err write_slice(const struct server_env *env, bool decided_only, bool *more)
{
    struct slice slice = {0};
    enum err err = next_import(env->db, decided_only, &slice);
    *more = err == ERR_OK;
    if (err == ERR_ABSENT)
        return ERR_OK;
    if (err == ERR_OK)
        err = slice_read(env->db, &slice);
    if (err == ERR_OK)
        err = slice_write(env, &slice);
    slice_free(&slice);
    return err;
}

enum err staging_slice(const struct server_env *env, bool *more)
{
    return write_slice(env, false, more);
}

enum err staging_finish(const struct server_env *env)
{
    bool more = true;
    enum err err = ERR_OK;
    while (more && err == ERR_OK)
        err = write_slice(env, true, &more);
    return err;
}

enum err staging_look(struct db *db, struct staging_state *state)
{
    static const char sql[] = "SELECT state FROM import LIMIT $1"; /* a row or two */
    enum { ENOUGH = 100 };
    struct stmt *s = db_query(db, sql);
    *state = (struct staging_state){0};
    db_bind_int(s, 1, ENOUGH);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        state->put_down |= db_int(s, 0) == PUT_DOWN;
        state->decided |= db_int(s, 0) == DECIDED;
        state->dropped |= db_int(s, 0) == DROPPED;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err staging_place(struct db *db, char place[STAGING_PLACE])
{
    static const char sql[] = "SELECT i.number, l.t, l.id FROM import AS i LEFT JOIN import_line AS l"
                              " ON l.import = i.number WHERE i.state = 1"
                              " ORDER BY i.number, l.t, l.id LIMIT 1"; /* primary keys */
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    place[0] = '\0';
    if (err == ERR_OK)
        str_format(place, STAGING_PLACE, "%lld %s %s", (long long)db_int(s, 0),
                   db_text(s, 1) ? db_text(s, 1) : "", db_text(s, 2) ? db_text(s, 2) : "");
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}
