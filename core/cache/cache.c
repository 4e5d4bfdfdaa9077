/* core/cache/cache.c: opening the workstation's file, healing a damaged one, and who works on it.
 * Knows no command and no network. */
#include "core/cache/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/crypto.h"
#include "core/base/log.h"
#include "core/cache/store.h"
#include "core/model/role.h"

/* --- the folder --- */

/* The folder and those above it; only folders made here get mode 0700, the last one always. */
static enum err make_folder(const char *dir, struct err_info *info)
{
    char *path = xstrdup(dir);
    enum err err = ERR_OK;
    for (char *slash = path + 1; *slash; slash++) {
        if (*slash != '/')
            continue;
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        err = err_set(info, err_from_errno(errno),
                      "The folder %s cannot be made: %s. Choose another with --data.", dir, strerror(errno));
    else if (chmod(path, 0700) != 0 && errno != EPERM && errno != EROFS)
        err = err_set(info, err_from_errno(errno), "The folder %s cannot be made private: %s.", dir,
                      strerror(errno));
    free(path);
    return err;
}

static void sync_folder(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd); /* some file systems do not know it for folders */
    close(fd);
}

static void move(const char *from, const char *to, struct err_info *info)
{
    if (rename(from, to) != 0 && errno != ENOENT)
        err_set(info, err_from_errno(errno), "The damaged %s cannot be set aside: %s.", from,
                strerror(errno));
}

/* The log belongs to the file, so that what it holds is read back with it. A shared-memory file is made anew. Can be
 * done again where a power cut left it half done: a file set aside already is not replaced by its successor. */
static enum err set_aside(const char *dir, const char *damaged, struct err_info *info)
{
    char *file = xasprintf("%s/cache.db", dir), *log = xasprintf("%s-wal", file);
    char *shared = xasprintf("%s-shm", file), *log_aside = xasprintf("%s-wal", damaged);
    struct err_info own = {0};
    if (access(damaged, F_OK) != 0)
        move(file, damaged, &own);
    if (own.err == ERR_OK && access(file, F_OK) != 0)
        move(log, log_aside, &own);
    (void)unlink(shared);
    sync_folder(dir);
    if (own.err != ERR_OK && info)
        *info = own;
    free(file);
    free(log);
    free(shared);
    free(log_aside);
    return own.err;
}

static const char aside[] = "cache.db.damaged-";

static char *damaged_name(int64_t now_ms)
{
    char stamp[TIME_TEXT];
    time_text(now_ms, stamp);
    for (char *c = stamp; *c; c++)
        if (*c == ':' || *c == '.')
            *c = '-';
    return xasprintf("%s%s", aside, stamp);
}

/* --- the note that a file is damaged: DIR/cache.damaged, and in it, once healing began, the file's new name --- */

static bool read_note(const char *note, char *name, size_t room)
{
    int fd = open(note, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, name, room - 1) : 0;
    if (fd >= 0)
        close(fd);
    name[length > 0 ? length : 0] = '\0';
    return str_starts(name, aside) && !strchr(name, '/');
}

static enum err write_note(const char *dir, const char *note, const char *name, struct err_info *info)
{
    int fd = open(note, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool done = fd >= 0 && write(fd, name, strlen(name)) == (ssize_t)strlen(name) && fsync(fd) == 0;
    int number = errno;
    if (fd >= 0)
        close(fd);
    sync_folder(dir);
    return done ? ERR_OK
                : err_set(info, err_from_errno(number), "%s cannot be written: %s.", note, strerror(number));
}

/* Where the damaged file goes: noted on the disk before it goes there, so that a start after a power cut knows that
 * what is in it has yet to be saved. */
static enum err note_healing(const char *dir, int64_t now_ms, char **damaged, struct err_info *info)
{
    char *note = xasprintf("%s/cache.damaged", dir), name[64];
    enum err err = ERR_OK;
    if (!read_note(note, name, sizeof name)) {
        char *fresh = damaged_name(now_ms);
        str_copy(name, sizeof name, fresh);
        free(fresh);
        err = write_note(dir, note, name, info);
    }
    *damaged = xasprintf("%s/%s", dir, name);
    free(note);
    return err;
}

static bool damage_noted(const char *dir)
{
    char *note = xasprintf("%s/cache.damaged", dir);
    bool noted = access(note, F_OK) == 0;
    free(note);
    return noted;
}

/* Durably: a note that came back would have an old file saved into the work of days since. */
static void forget_damage(const char *dir)
{
    char *note = xasprintf("%s/cache.damaged", dir);
    if (unlink(note) == 0)
        sync_folder(dir);
    free(note);
}

/* --- opening --- */

static enum err open_file(struct cache *cache, struct err_info *info)
{
    char *path = xasprintf("%s/cache.db", cache->dir);
    enum err err = db_open(&cache->db, path, DB_WRITE | DB_CREATE | DB_EXCLUSIVE, info);
    if (err == ERR_IN_USE)
        err_set(
            info, err,
            "Another Loket is running on %s. Use that one, close it, or start this one with --data FOLDER.",
            cache->dir);
    cache->durable = true;
    if (err == ERR_OK)
        err = schema_migrate(cache->db, info);
    if (err != ERR_OK)
        db_close(&cache->db);
    /* SQLite takes some heads for files that may not be written, or of another program's version. */
    if (err != ERR_OK && err != ERR_IN_USE && mend_needs_head(path))
        err = ERR_CORRUPT;
    free(path);
    return err;
}

/* What can be made out of a damaged file: ERR_ABSENT, nothing. */
static enum err salvage(struct cache *cache, const char *damaged, int *records, bool *whole)
{
    struct db *old = NULL;
    enum err err = db_open(&old, damaged, DB_WRITE, NULL) == ERR_OK ? ERR_OK : ERR_ABSENT;
    if (err == ERR_OK)
        err = schema_salvage(old, cache->db, records, whole);
    db_close(&old);
    return err;
}

/* Once more, with the schema of the file that takes its place. */
static enum err salvage_by_likeness(struct cache *cache, const char *damaged, int *records, bool *whole)
{
    char *like = xasprintf("%s/cache.like", cache->dir);
    enum err err = db_backup(cache->db, like, NULL, NULL, NULL);
    if (err == ERR_OK && mend_schema(like, damaged) == ERR_OK)
        err = salvage(cache, damaged, records, whole);
    (void)unlink(like);
    free(like);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* What is unsent in them joins its person's new stream, with the ids that it has, at their next sign-in
 * (adopt_orphans). install: whose the new streams are; NULL: the next start makes one. */
static enum err end_streams(struct db *db, const char *install)
{
    static const char sql_forget[] = "DELETE FROM client";
    TRY(meta_set(db, "install", install));
    return db_run(db_query(db, sql_forget));
}

/* The damaged file keeps its name for those who want to look; what the person did is taken over from it. When
 * rows may be missing, the old stream of commands ends: reusing its numbers could make two commands one. */
static enum err heal(struct cache *cache, int64_t now_ms, int *records, struct err_info *info)
{
    char *damaged = NULL;
    bool whole = false;
    enum err err = note_healing(cache->dir, now_ms, &damaged, info);
    if (err == ERR_OK)
        err = set_aside(cache->dir, damaged, info);
    if (err == ERR_OK)
        err = open_file(cache, info);
    if (err == ERR_OK) {
        mend_head(damaged);
        err = salvage(cache, damaged, records, &whole);
        if (err == ERR_ABSENT || (err == ERR_OK && !whole))
            err = salvage_by_likeness(cache, damaged, records, &whole);
    }
    if (err == ERR_OK && !whole)
        err = end_streams(cache->db, NULL);
    if (err != ERR_OK && info && info->err == ERR_OK)
        err_set(info, err, "%s is damaged and could not be rebuilt: %s. It was kept as %s.",
                db_path(cache->db), err_text(err), damaged);
    free(damaged);
    return err;
}

static void actor_of(const struct json *user, const char *client, struct actor *actor)
{
    *actor = (struct actor){0};
    str_copy(actor->user, sizeof actor->user, json_text_or(user, "id", ""));
    str_copy(actor->login, sizeof actor->login, json_text_or(user, "login", ""));
    str_copy(actor->name, sizeof actor->name, json_text_or(user, "name", ""));
    str_copy(actor->agency, sizeof actor->agency, json_text_or(user, "agency", ""));
    const struct json *roles = json_get(user, "roles");
    for (const struct json *role = json_first(roles); role; role = json_next(role))
        if (json_as_text(role))
            actor->roles |= role_find(json_as_text(role));
    str_copy(actor->client, sizeof actor->client, client);
}

static void read_actor(struct cache *cache, const struct json *user)
{
    actor_of(user, cache->client, &cache->actor);
}

static void drop_token(char **token)
{
    if (*token)
        secret_wipe(*token, strlen(*token));
    free(*token);
    *token = NULL;
}

static void forget_actor(struct cache *cache)
{
    drop_token(&cache->token);
    cache->signed_in = false;
    cache->actor = (struct actor){0};
}

static enum err last_seq(struct db *db, const char *client, int64_t *seq)
{
    static const char sql_last[] = "SELECT last_seq FROM client WHERE id = $1"; /* a row a person */
    struct stmt *s = db_query(db, sql_last);
    db_bind_text(s, 1, client);
    *seq = 0;
    enum err err = query_int(s, seq);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err load_session(struct cache *cache)
{
    char *text = NULL;
    struct json *session = NULL;
    TRY(meta_get(cache->db, "session", &text));
    if (text && json_parse(text, strlen(text), &session, NULL) == ERR_OK) {
        cache->token = json_text(session, "token") ? xstrdup(json_text(session, "token")) : NULL;
        str_copy(cache->client, sizeof cache->client, json_text_or(session, "client", cache->install));
        read_actor(cache, json_get(session, "user"));
        cache->signed_in = *cache->actor.user != '\0';
    }
    if (text)
        secret_wipe(text, strlen(text));
    free(text);
    json_free(&session);
    return last_seq(cache->db, cache->client, &cache->handed_out);
}

/* Every start makes one durable write before anything is sent (PROTOCOL.md, boot write): what a killed
 * program had written but not synced is then on the disk too. A count, not the time: SQLite writes nothing where a
 * value stays the same, and a clock may stand still. */
static enum err boot_write(struct cache *cache, int64_t now_ms, struct rng *rng)
{
    char *install = NULL, *starts = NULL;
    TRY(meta_get(cache->db, "install", &install));
    TRY(meta_get(cache->db, "starts", &starts));
    int64_t count = starts ? strtoll(starts, NULL, 10) : 0;
    free(starts);
    if (install && uuid_valid(install))
        str_copy(cache->install, sizeof cache->install, install);
    else
        uuid_v7(now_ms, rng, cache->install);
    free(install);
    str_copy(cache->client, sizeof cache->client, cache->install);
    TRY(file_begin(cache, true));
    enum err err = meta_set(cache->db, "install", cache->install);
    if (err == ERR_OK)
        err = meta_set_int(cache->db, "starts", count + 1);
    return file_end(cache, err);
}

/* What unsent records make of the copy is of the hall's days, whatever zone this computer is in. */
static enum err know_zone(struct cache *cache)
{
    static const char sql_hall[] = "SELECT row FROM halls LIMIT 1"; /* there is one */
    struct json *hall = NULL;
    enum err err = rows_first(db_query(cache->db, sql_hall), &hall);
    const char *zone = json_text(hall, "timezone");
    if (zone && !zone_set(zone))
        log_write(LOG_WARN, "the hall's time zone %s is not known on this computer", zone);
    json_free(&hall);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err start(struct cache *cache, int64_t now_ms, struct rng *rng)
{
    TRY(boot_write(cache, now_ms, rng));
    TRY(place_read(cache->db, &cache->place));
    TRY(wall_load(cache));
    TRY(load_session(cache));
    TRY(know_zone(cache));
    TRY(db_begin(cache->db));
    return file_end(cache, overlay_rebuild(cache, cache->place.cursor));
}

enum err file_revive(struct cache *cache)
{
    TRY(db_revive(cache->db));
    cache->durable = true;
    cache->overlay_empty = false;
    TRY(place_read(cache->db, &cache->place));
    forget_actor(cache);
    TRY(load_session(cache));
    TRY(db_begin(cache->db));
    enum err err = overlay_rebuild(cache, cache->place.cursor);
    if (err == ERR_OK)
        err = db_commit(cache->db);
    if (err != ERR_OK)
        file_undo(cache);
    return err;
}

void cache_mend(struct cache *cache)
{
    if (db_failed(cache->db) && file_revive(cache) == ERR_OK)
        log_write(LOG_INFO, "%s: the disk is well again", db_path(cache->db));
}

enum err cache_open(struct cache **out, const char *dir, int64_t now_ms, struct rng *rng, int *recovered,
                    struct err_info *info)
{
    struct err_info own = {0};
    int records = -1;
    struct cache *cache = xcalloc(1, sizeof *cache);
    *out = NULL;
    cache->dir = xstrdup(dir);
    overlay_new(cache);
    enum err err = make_folder(dir, &own);
    bool noted = err == ERR_OK && damage_noted(dir);
    if (err == ERR_OK && !noted) {
        err = open_file(cache, &own);
        if (err == ERR_OK)
            err = start(cache, now_ms, rng);
    }
    if (err == ERR_CORRUPT || noted) {
        forget_actor(cache);
        db_close(&cache->db);
        own = (struct err_info){0};
        records = 0;
        err = heal(cache, now_ms, &records, &own);
        if (err == ERR_OK)
            err = start(cache, now_ms, rng);
        if (err == ERR_OK)
            forget_damage(dir);
    }
    if (recovered)
        *recovered = records;
    if (err == ERR_OK) {
        *out = cache;
        return ERR_OK;
    }
    if (info)
        *info = own;
    if (own.err == ERR_OK && err == ERR_DISK_FULL)
        err_set(info, err,
                "%s/cache.db cannot be opened: the disk is full. Nothing saved before is lost. "
                "Free some space and start again.",
                dir);
    else if (own.err == ERR_OK && *cache->message)
        err_set(info, err, "%s/cache.db cannot be used: %s", dir, cache->message);
    else if (own.err == ERR_OK)
        err_set(info, err, "%s/cache.db cannot be used: %s. Nothing in it was changed.", dir, err_text(err));
    cache_close(&cache);
    return err;
}

void cache_close(struct cache **cache)
{
    if (!*cache)
        return;
    forget_actor(*cache);
    db_close(&(*cache)->db);
    json_free(&(*cache)->setting);
    json_free(&(*cache)->services);
    floor_forget(*cache);
    overlay_free(*cache);
    free((*cache)->dir);
    free(*cache);
    *cache = NULL;
}

/* --- what is asked often --- */

const char *cache_message(const struct cache *cache)
{
    return cache->message;
}
const char *cache_client(const struct cache *cache)
{
    return cache->client;
}
int64_t cache_cursor(const struct cache *cache)
{
    return cache->place.cursor;
}
int64_t cache_epoch(const struct cache *cache)
{
    return cache->place.epoch;
}
int64_t cache_safe_through(const struct cache *cache)
{
    return cache->place.safe_through;
}
bool cache_needs_snapshot(const struct cache *cache)
{
    return cache->place.needs_snapshot;
}
void cache_set_offset(struct cache *cache, int64_t offset_ms)
{
    cache->offset_ms = offset_ms;
}
const struct actor *cache_actor(const struct cache *cache)
{
    return cache->signed_in ? &cache->actor : NULL;
}
const char *cache_token(const struct cache *cache)
{
    return cache->token;
}

/* --- who works here --- */

static char *login_key(const char *login)
{
    struct buf key = {0};
    utf8_fold(&key, login);
    return key.data ? buf_take(&key) : xstrdup("");
}

static enum err find_client(struct db *db, const char *key, char out[UUID_TEXT])
{
    static const char sql_client[] = "SELECT id FROM client WHERE login = $1"; /* primary key */
    struct stmt *s = db_query(db, sql_client);
    db_bind_text(s, 1, key);
    enum err err = db_step(s);
    if (err == ERR_OK)
        str_copy(out, UUID_TEXT, db_text(s, 0) ? db_text(s, 0) : "");
    db_done(s);
    return err;
}

static enum err make_client(struct cache *cache, const char *key)
{
    static const char sql_count[] = "SELECT count(*) FROM client"; /* a row a person */
    static const char sql_make[] = "INSERT INTO client (login, ordinal, id, last_seq) VALUES ($1, $2, $3, 0)";
    int64_t ordinal = 0;
    TRY(query_int(db_query(cache->db, sql_count), &ordinal));
    uuid_derive(cache->install, (unsigned)ordinal, cache->client_text);
    TRY(file_begin(cache, true));
    struct stmt *s = db_query(cache->db, sql_make);
    db_bind_text(s, 1, key);
    db_bind_int(s, 2, ordinal);
    db_bind_text(s, 3, cache->client_text);
    return file_end(cache, db_run(s));
}

const char *cache_client_for(struct cache *cache, const char *login)
{
    char *key = login_key(login);
    enum err err = find_client(cache->db, key, cache->client_text);
    if (err == ERR_ABSENT)
        err = make_client(cache, key);
    free(key);
    return file_fail(cache, err) == ERR_OK ? cache->client_text : "";
}

/* A record of a stream that ended. */
struct orphan {
    char client[UUID_TEXT];
    int64_t seq;
};

struct orphans {
    struct orphan *list;
    size_t count, capacity;
};

/* Streams are joined by time, but a clock may have gone back: a record never passes one that its own stream has before
 * it. So each counts as made when the latest up to it was. */
static enum err find_orphans(struct db *db, const char *user, const char *client, struct orphans *orphans)
{
    static const char sql[] =
        "SELECT client, seq FROM (SELECT client, seq, max(at_ms) OVER (PARTITION BY client ORDER BY seq) AS "
        "made"
        " FROM outbox WHERE user_ = $1 AND client <> $2 AND state = 'pending') AS orphan"
        " ORDER BY made, client, seq"; /* outbox_pending; seldom more than none */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_text(s, 2, client);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        if (orphans->count == orphans->capacity) {
            orphans->capacity = orphans->capacity ? orphans->capacity * 2 : 64;
            orphans->list = xrealloc(orphans->list, orphans->capacity * sizeof *orphans->list);
        }
        struct orphan *orphan = &orphans->list[orphans->count++];
        str_copy(orphan->client, sizeof orphan->client, db_text(s, 0) ? db_text(s, 0) : "");
        orphan->seq = db_int(s, 1);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err adopt(struct db *db, const struct orphan *orphan, const char *client)
{
    static const char sql_next[] =
        "UPDATE client SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq";
    static const char sql_move[] = "UPDATE outbox SET client = $1, seq = $2 WHERE client = $3 AND seq = $4";
    static const char sql_rows[] =
        "UPDATE outbox_row SET client = $1, seq = $2 WHERE client = $3 AND seq = $4";
    static const char *const moves[] = {sql_move, sql_rows};
    int64_t next = 0;
    struct stmt *s = db_query(db, sql_next);
    db_bind_text(s, 1, client);
    TRY(query_int(s, &next));
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        s = db_query(db, moves[i]);
        db_bind_text(s, 1, client);
        db_bind_int(s, 2, next);
        db_bind_text(s, 3, orphan->client);
        db_bind_int(s, 4, orphan->seq);
        TRY(db_run(s));
    }
    return ERR_OK;
}

enum err adopt_orphans(struct db *db, const char *user, const char *client)
{
    struct orphans orphans = {0};
    enum err err = find_orphans(db, user, client, &orphans);
    for (size_t i = 0; err == ERR_OK && i < orphans.count; i++)
        err = adopt(db, &orphans.list[i], client);
    free(orphans.list);
    return err;
}

/* Whose sight the base rows are: another person with the same rights may look at them while their own copy is
 * fetched, but for what is one person's alone; anyone else may not. */
static char *sight_text(const struct json *user)
{
    struct buf text = {0};
    buf_addf(&text, "%s|", json_text_or(user, "agency", ""));
    json_print_to(json_get(user, "roles"), &text);
    return buf_take(&text);
}

static enum err change_sight(struct cache *cache, const struct json *user, struct place *place)
{
    char *sight = sight_text(user), *old_sight = NULL, *old_user = NULL;
    enum err err = meta_get(cache->db, "sight", &old_sight);
    if (err == ERR_OK)
        err = meta_get(cache->db, "sight_user", &old_user);
    bool same_sight = str_equal(sight, old_sight), same_user = str_equal(json_text(user, "id"), old_user);
    if (err == ERR_OK && !(same_sight && same_user))
        place->needs_snapshot = true;
    if (err == ERR_OK && old_sight && !same_sight)
        err = rows_clear(cache->db, ROWS_BASE);
    else if (err == ERR_OK && !same_user)
        err = rows_clear_table(cache->db, ROWS_BASE, TABLE_DISPUTE); /* it shows what its author wrote */
    if (err == ERR_OK)
        err = meta_set(cache->db, "sight", sight);
    if (err == ERR_OK)
        err = meta_set(cache->db, "sight_user", json_text(user, "id"));
    free(sight);
    free(old_sight);
    free(old_user);
    return err;
}

/* What is kept of the answer: who, by which client, with which token. Never the password. */
static char *session_text(const struct json *session, const char *client)
{
    struct json *kept = json_new_object();
    json_set_text(kept, "token", json_text(session, "token"));
    json_set_text(kept, "client", client);
    json_set(kept, "user", json_copy(json_get(session, "user")));
    char *text = json_print(kept);
    json_free(&kept);
    return text;
}

/* The one of the sign-in before: who signs in by another password must not be known by the old one. */
static enum err forget_verifier(struct cache *cache)
{
    static const char sql_forget[] = "DELETE FROM meta WHERE name = 'verifier'";
    return db_run(db_query(cache->db, sql_forget));
}

static enum err store_session(struct cache *cache, const struct json *session, const char *client,
                              struct place *place, struct which_hall *of)
{
    const struct json *user = json_get(session, "user");
    char *text = session_text(session, client);
    enum err err = wall_take(cache, json_get(session, "hall"), place, of);
    if (err == ERR_OK)
        err = change_sight(cache, user, place);
    if (err == ERR_OK)
        err = adopt_orphans(cache->db, json_text(user, "id"), client);
    if (err == ERR_OK)
        err = forget_verifier(cache);
    if (err == ERR_OK)
        err = meta_set(cache->db, "session", text);
    if (err == ERR_OK)
        err = place_write(cache->db, place);
    secret_wipe(text, strlen(text));
    free(text);
    return err;
}

/* In memory; the token of whoever sat there is the caller's to drop. */
static void take_seat(struct cache *cache, const struct json *session, const char *client,
                      const struct place *place, const struct which_hall *of)
{
    cache->place = *place;
    cache->of = *of;
    str_copy(cache->client, sizeof cache->client, client);
    read_actor(cache, json_get(session, "user"));
    cache->token = xstrdup(json_text(session, "token"));
    cache->signed_in = true;
    json_free(&cache->services);
    floor_forget(cache);
}

/* The disk did not take it: whoever sat here sits here still, and sees what they saw. */
static void give_back(struct cache *cache, const struct cache *before)
{
    forget_actor(cache);
    cache->place = before->place;
    cache->of = before->of;
    str_copy(cache->client, sizeof cache->client, before->client);
    cache->actor = before->actor;
    cache->token = before->token;
    cache->signed_in = before->signed_in;
    cache->handed_out = before->handed_out;
}

enum err cache_sign_in(struct cache *cache, const struct json *session)
{
    const struct json *user = json_get(session, "user");
    if (str_empty(json_text(session, "token")) || str_empty(json_text(user, "id")) ||
        strlen(json_text(user, "id")) >= UUID_TEXT || str_empty(json_text(user, "login")))
        return file_refuse(cache, ERR_INVALID, "The hall's answer to the sign-in is not as it should be.");
    TRY(wall_meet(cache, json_get(session, "hall")));
    char client[UUID_TEXT];
    str_copy(client, sizeof client, cache_client_for(cache, json_text(user, "login")));
    if (!*client)
        return ERR_DISK;
    struct cache before = *cache;
    struct place place = cache->place;
    struct which_hall of = cache->of;
    TRY(file_fail(cache, file_begin(cache, true)));
    enum err err = store_session(cache, session, client, &place, &of);
    take_seat(cache, session, client, &place, &of);
    if (err == ERR_OK)
        err = last_seq(cache->db, client, &cache->handed_out);
    if (err == ERR_OK)
        err = overlay_rebuild(cache, cache->place.cursor);
    err = file_end(cache, err);
    bool read_again = err == ERR_DISK && !db_failed(cache->db); /* file_end: by file_revive */
    if (err != ERR_OK && !read_again)
        give_back(cache, &before);
    else
        drop_token(&before.token);
    return err;
}

/* --- an account that an administrator changes while its person works here --- */

static struct json *user_of(const struct json *row)
{
    static const char *const members[] = {"id", "login", "name", "roles", "agency"};
    struct json *user = json_new_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct json *member = json_get(row, members[i]);
        json_set(user, members[i], member ? json_copy(member) : json_new_null());
    }
    return user;
}

static enum err keep_user(struct cache *cache, const struct json *user)
{
    char *text = NULL;
    struct json *session = NULL;
    TRY(meta_get(cache->db, "session", &text));
    enum err err = text ? json_parse(text, strlen(text), &session, NULL) : ERR_ABSENT;
    if (text)
        secret_wipe(text, strlen(text));
    free(text);
    if (err != ERR_OK)
        return err == ERR_ABSENT ? ERR_OK : err;
    json_set(session, "user", json_copy(user));
    text = json_print(session);
    err = meta_set(cache->db, "session", text);
    secret_wipe(text, strlen(text));
    free(text);
    json_free(&session);
    return err;
}

/* Whose sight the rows are stays as it was: until the next copy they are those of before. */
enum err account_follow(struct cache *cache, struct json **user, bool *sight)
{
    struct json *row = NULL;
    struct actor now;
    *user = NULL;
    *sight = false;
    if (!cache->signed_in)
        return ERR_OK;
    enum err err = row_get(cache->db, TABLE_USER, cache->actor.user, &row);
    if (err != ERR_OK)
        return err == ERR_ABSENT ? ERR_OK : err;
    struct json *fresh = user_of(row);
    json_free(&row);
    if (!json_is_text(json_get(fresh, "agency"))) /* nobody sees more by what is not said */
        json_set_text(fresh, "agency", cache->actor.agency);
    actor_of(fresh, cache->client, &now);
    *sight = now.roles != cache->actor.roles || !str_equal(now.agency, cache->actor.agency);
    bool same = !*sight && str_equal(now.name, cache->actor.name);
    err = same ? ERR_OK : keep_user(cache, fresh);
    if (same || err != ERR_OK)
        json_free(&fresh);
    *user = fresh;
    return err;
}

void account_take(struct cache *cache, struct json **user)
{
    if (*user)
        read_actor(cache, *user);
    json_free(user);
}

/* The next person sees none of it. */
static enum err forget_session(struct cache *cache)
{
    static const char sql_forget[] = "DELETE FROM meta WHERE name = 'session'";
    TRY(db_run(db_query(cache->db, sql_forget)));
    TRY(forget_verifier(cache));
    overlay_forget(cache);
    return rows_clear(cache->db, ROWS_OVERLAY);
}

enum err cache_sign_out(struct cache *cache)
{
    forget_actor(cache);
    TRY(file_fail(cache, file_begin(cache, true)));
    return file_end(cache, forget_session(cache));
}

/* The token names the old stream at the hall, so it goes as well. */
enum err cache_adopt(struct cache *cache, int64_t now_ms, struct rng *rng, int64_t *unsent)
{
    char install[UUID_TEXT];
    uuid_v7(now_ms, rng, install);
    TRY(file_fail(cache, wall_unsent(cache, unsent)));
    TRY(file_fail(cache, file_begin(cache, true)));
    enum err err = end_streams(cache->db, install);
    if (err == ERR_OK)
        err = forget_session(cache);
    TRY(file_end(cache, err));
    forget_actor(cache);
    str_copy(cache->install, sizeof cache->install, install);
    str_copy(cache->client, sizeof cache->client, install);
    cache->handed_out = 0;
    return ERR_OK;
}
