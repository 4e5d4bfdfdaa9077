/* core/hall/store.c: the hall's own tables and their migrations. See store.h. */
#include "core/hall/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/hall/audit_index.h"
#include "core/hall/daybook.h"
#include "core/hall/forecasts.h"
#include "core/hall/level_notes.h"
#include "core/hall/notices.h"
#include "core/hall/result.h"
#include "core/hall/store_inside.h"

/* Number n brings version n to n + 1. Never changed once released: a new one is added. Version 1 also holds
 * the tables of rows_create, which stand before these. */
static const char *const migrations[] = {
    /* one row: 1 */
    "CREATE TABLE hall_state (id BIGINT PRIMARY KEY, rev BIGINT NOT NULL, epoch BIGINT NOT NULL,"
    " safe_through BIGINT NOT NULL, boots BIGINT NOT NULL, always_safe BIGINT NOT NULL,"
    " feed_head TEXT NOT NULL, audit_head TEXT NOT NULL);"
    "INSERT INTO hall_state VALUES (1, 0, 1, 0, 0, 0, '', '');"
    "CREATE TABLE client (client TEXT PRIMARY KEY, user_ TEXT NOT NULL, last_seq BIGINT NOT NULL,"
    " acked BIGINT NOT NULL, frozen BIGINT NOT NULL);"
    "CREATE TABLE result (client TEXT NOT NULL, seq BIGINT NOT NULL, fingerprint TEXT NOT NULL, id TEXT,"
    " status TEXT NOT NULL, rev BIGINT NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (client, seq));"
    "CREATE TABLE change (rev BIGINT PRIMARY KEY, command TEXT NOT NULL, by_ TEXT NOT NULL,"
    " item TEXT NOT NULL, h TEXT NOT NULL);"
    "CREATE TABLE audit (rev BIGINT PRIMARY KEY, at_ TEXT NOT NULL, actor TEXT NOT NULL, client TEXT NOT "
    "NULL,"
    " type TEXT NOT NULL, body_sha256 TEXT NOT NULL, outcome TEXT NOT NULL, prev TEXT NOT NULL,"
    " hash TEXT NOT NULL);"
    "CREATE TABLE credential (user_ TEXT PRIMARY KEY, hash TEXT NOT NULL);"
    "CREATE TABLE session (token_sha256 TEXT PRIMARY KEY, user_ TEXT NOT NULL, client TEXT NOT NULL,"
    " expires_at BIGINT NOT NULL);"
    "CREATE INDEX session_user ON session (user_);",
    "CREATE INDEX result_id ON result (id);",
    /* The bus (bus.h). At home: departures, what was merged, a bus's audit. On the bus: what it is (one row: 1), the
     * rows that it brought along, its commands. */
    "ALTER TABLE hall_state ADD COLUMN mobile BIGINT NOT NULL DEFAULT 0;"
    "CREATE TABLE away (id TEXT PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL, day TEXT NOT NULL,"
    " state TEXT NOT NULL, base_rev BIGINT NOT NULL, audit_head TEXT NOT NULL, secret TEXT NOT NULL,"
    " about TEXT NOT NULL);"
    "CREATE INDEX away_code ON away (code);"
    "CREATE TABLE away_merge (instance TEXT NOT NULL, to_rev BIGINT NOT NULL, away TEXT NOT NULL,"
    " first_rev BIGINT NOT NULL, last_rev BIGINT NOT NULL, detail TEXT NOT NULL,"
    " PRIMARY KEY (instance, to_rev));"
    "CREATE TABLE away_audit (instance TEXT NOT NULL, rev BIGINT NOT NULL, line TEXT NOT NULL,"
    " PRIMARY KEY (instance, rev));"
    "CREATE TABLE mobile (id BIGINT PRIMARY KEY, away TEXT NOT NULL, instance TEXT NOT NULL,"
    " code TEXT NOT NULL, base_rev BIGINT NOT NULL, import_rev BIGINT NOT NULL, audit_head TEXT NOT NULL,"
    " secret TEXT NOT NULL);"
    "CREATE TABLE mobile_base (t TEXT NOT NULL, id TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (t, id));"
    "CREATE TABLE journal (rev BIGINT PRIMARY KEY, line TEXT NOT NULL);",
    /* Changes up to pruned_through hold seals in place of rows (retention.h). An answer is sealed (result.h). */
    "ALTER TABLE hall_state ADD COLUMN pruned_through BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE result ADD COLUMN seal TEXT NOT NULL DEFAULT '';",
    /* Who numbers tickets without the hall (issuers.h). */
    "CREATE TABLE issuer (client TEXT PRIMARY KEY, number BIGINT NOT NULL);"
    "CREATE UNIQUE INDEX issuer_number ON issuer (number);",
    /* Which decision a notice's code stands for (notices.h). */
    "CREATE TABLE notice_code (code TEXT PRIMARY KEY, decision TEXT NOT NULL);",
    /* What agencies' systems are told (events.h), who of them may read it and where it is sent to (partners.h). */
    "CREATE TABLE event (seq BIGINT PRIMARY KEY, id TEXT NOT NULL, agency TEXT NOT NULL, case_ TEXT NOT NULL,"
    " step BIGINT NOT NULL, kind TEXT NOT NULL, fact TEXT NOT NULL, rev BIGINT NOT NULL, at_ TEXT NOT NULL,"
    " event TEXT NOT NULL, h TEXT NOT NULL);"
    "CREATE INDEX event_agency ON event (agency, seq);"
    "CREATE UNIQUE INDEX event_fact ON event (case_, fact);"
    "CREATE TABLE event_epoch (epoch BIGINT PRIMARY KEY, seq BIGINT NOT NULL);"
    "INSERT INTO event_epoch (epoch, seq) SELECT epoch, 0 FROM hall_state;"
    /* one row: 1 */
    "CREATE TABLE event_about (id BIGINT PRIMARY KEY, source TEXT NOT NULL, secret TEXT NOT NULL,"
    " public TEXT NOT NULL);"
    "INSERT INTO event_about (id, source, secret, public) VALUES (1, '', '', '');"
    "CREATE TABLE agency_key (id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, agency TEXT NOT NULL,"
    " name TEXT NOT NULL, made_at TEXT NOT NULL, revoked_at TEXT NOT NULL, asked_at TEXT NOT NULL,"
    " epoch BIGINT NOT NULL, seq BIGINT NOT NULL);"
    "CREATE UNIQUE INDEX agency_key_sha256 ON agency_key (sha256);"
    "CREATE TABLE webhook (id TEXT PRIMARY KEY, agency TEXT NOT NULL, url TEXT NOT NULL, made_at TEXT NOT "
    "NULL,"
    " removed_at TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL, sent_at TEXT NOT NULL,"
    " failures BIGINT NOT NULL, failed_at TEXT NOT NULL, next_at TEXT NOT NULL, problem TEXT NOT NULL);",
    /* Lines of an import before they are in the catalogue (staging.h). state: 0 put down, 1 decided, 2 dropped. */
    "CREATE TABLE import (number BIGINT PRIMARY KEY, id TEXT NOT NULL, state BIGINT NOT NULL,"
    " lines BIGINT NOT NULL);"
    "CREATE TABLE import_line (import BIGINT NOT NULL, t TEXT NOT NULL, id TEXT NOT NULL, agency TEXT NOT "
    "NULL,"
    " queue TEXT NOT NULL, form_version BIGINT NOT NULL, digest TEXT NOT NULL, row TEXT NOT NULL,"
    " PRIMARY KEY (import, t, id));",
    "", /* the table of alerts, which a file of before has not */
    /* What a key may do: read or apply; and what was left by one that applies (applications.h). */
    "ALTER TABLE agency_key ADD COLUMN scope TEXT NOT NULL DEFAULT 'read';"
    "ALTER TABLE agency_key ADD COLUMN services TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE application (account TEXT NOT NULL, reference TEXT NOT NULL, key_ TEXT NOT NULL,"
    " sha256 TEXT NOT NULL, case_ TEXT NOT NULL, rev BIGINT NOT NULL, at_ TEXT NOT NULL, answer TEXT NOT "
    "NULL,"
    " seal TEXT NOT NULL, PRIMARY KEY (account, reference));",
    /* The index of persons (search_index.h). A set is read whole, so its rows lie in its own tree. */
    "CREATE TABLE search_person (id TEXT PRIMARY KEY, number BIGINT NOT NULL, words TEXT NOT NULL);"
    "CREATE UNIQUE INDEX search_person_number ON search_person (number);"
    "CREATE TABLE search_set (key TEXT NOT NULL, part BIGINT NOT NULL, members TEXT NOT NULL,"
    " PRIMARY KEY (key, part)) WITHOUT ROWID;"
    /* one row: 1. place: the last person of those that were there before who is in it */
    "CREATE TABLE search_state (id BIGINT PRIMARY KEY, place TEXT NOT NULL, whole BIGINT NOT NULL);"
    "INSERT INTO search_state (id, place, whole) SELECT 1, '', CASE WHEN EXISTS (SELECT 1 FROM persons)"
    " THEN 0 ELSE 1 END;",
    "", /* the table of moves */
    "", /* the day book, which reports are made from (daybook.h) */
    "", /* the table of stations */
    "", /* what was foreseen, and advice (forecasts.h) */
    "", /* by what a line of the audit is found (audit_index.h) */
    "", /* what became of service levels (level_notes.h) */
    /* The table of training, and one row, 1, of what a training day will do next (training_state.c). */
    "CREATE TABLE training_state (id BIGINT PRIMARY KEY, now_ms BIGINT NOT NULL, state TEXT NOT NULL);",
    /* When a sign-in was used last; 0: not since this was asked. */
    "ALTER TABLE session ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;",
    /* Second factors (factor.h): of whom, the secret in a box, the last step whose code was used; codes for who has lost it;
     * what an account's owner is told when they come in. When a sign-in began; 0: before this was asked. */
    "CREATE TABLE factor (user_ TEXT PRIMARY KEY, box TEXT NOT NULL, step BIGINT NOT NULL);"
    "CREATE TABLE factor_code (user_ TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (user_, digest));"
    "CREATE TABLE account_note (user_ TEXT NOT NULL, at_ BIGINT NOT NULL, what TEXT NOT NULL, by_ TEXT NOT "
    "NULL,"
    " PRIMARY KEY (user_, at_, what));"
    "ALTER TABLE session ADD COLUMN began_at BIGINT NOT NULL DEFAULT 0;",
    /* How many codes were wrong in a row; of a note, how often it happened. */
    "ALTER TABLE factor ADD COLUMN wrong BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE account_note ADD COLUMN times BIGINT NOT NULL DEFAULT 0;",
};
enum {
    VERSION = sizeof migrations / sizeof *migrations,
    VERSION_SEALS = 4,
    VERSION_NOTICES = 6,
    VERSION_ALERTS = 9,
    VERSION_MOVES = 12,
    VERSION_DAYBOOK = 13,
    VERSION_STATIONS = 14,
    VERSION_FORECASTS = 15,
    VERSION_AUDIT = 16,
    VERSION_LEVELS = 17,
    VERSION_TRAINING = 18,
    /* The oldest shape from which this one is reached by adding alone, a table, an index of it, a column with a default: its
     * loketd may go on beside this one's until it is ended, for it neither reads nor misses what was added, and nothing in it must be
     * seen by retention, erasure or verify, which it may be the one to do. What it would have to
     * obey (a second factor, a time when a sign-in ends) is more than that. VERSION: none yet. */
    VERSION_BESIDE = VERSION,
};

/* --- opening --- */

enum err store_fail(struct db *db, enum err err, struct err_info *info)
{
    if (err == ERR_DISK_FULL)
        return err_set(info, err,
                       "The disk of the hall is full: %s could not be written. Nothing confirmed is lost; "
                       "free some space.",
                       db_path(db));
    return err_set(info, err, "%s: %s", db_path(db), db_message(db));
}

bool store_broken(enum err err)
{
    return err == ERR_DISK || err == ERR_DISK_FULL || err == ERR_CORRUPT || err == ERR_READ_ONLY ||
           err == ERR_IN_USE || err == ERR_SYSTEM;
}

static enum err version_read(struct db *db, int64_t *version)
{
    static const char sql[] = "SELECT max(version) FROM migrations";
    enum err err = db_script(db, "CREATE TABLE IF NOT EXISTS migrations (version BIGINT PRIMARY KEY)");
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    err = db_step(s);
    *version = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

static enum err migrate_one(struct db *db, int64_t from)
{
    static const char sql[] = "INSERT INTO migrations (version) VALUES ($1)";
    enum err err = from == 0 ? rows_create(db, ROWS_PLAIN) : ERR_OK;
    if (err == ERR_OK)
        err = db_script(db, migrations[from]);
    if (err == ERR_OK && from + 1 == VERSION_SEALS)
        err = result_seal_all(db);
    if (err == ERR_OK && from + 1 == VERSION_NOTICES)
        err = notices_note_all(db);
    if (err == ERR_OK && from + 1 == VERSION_ALERTS)
        err = rows_create_table(db, ROWS_PLAIN, TABLE_ALERT);
    if (err == ERR_OK && from + 1 == VERSION_MOVES)
        err = rows_create_table(db, ROWS_PLAIN, TABLE_MOVE);
    if (err == ERR_OK && from + 1 == VERSION_STATIONS)
        err = rows_create_table(db, ROWS_PLAIN, TABLE_STATION);
    if (err == ERR_OK && from + 1 == VERSION_FORECASTS)
        err = forecasts_create(db);
    if (err == ERR_OK && from + 1 == VERSION_DAYBOOK)
        err = daybook_create(db);
    if (err == ERR_OK && from + 1 == VERSION_AUDIT)
        err = audit_index_create(db);
    if (err == ERR_OK && from + 1 == VERSION_LEVELS)
        err = level_notes_create(db);
    if (err == ERR_OK && from + 1 == VERSION_TRAINING)
        err = rows_create_table(db, ROWS_PLAIN, TABLE_TRAINING);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, from + 1);
    return db_run(s);
}

int64_t store_version(void)
{
    return VERSION;
}

enum err store_bring(struct db *db, int64_t from, int64_t to)
{
    enum err err = ERR_OK;
    for (; err == ERR_OK && from < to; from++)
        err = migrate_one(db, from);
    return err;
}

static enum err say_newer(const struct db *db, struct err_info *info)
{
    return err_set(info, ERR_TOO_OLD,
                   "%s was written by a newer loketd. Nothing was changed; install that version.",
                   db_path(db));
}

static enum err migrate(struct db *db, struct err_info *info)
{
    int64_t version = 0;
    enum err err = db_begin(db);
    if (err == ERR_OK)
        err = version_read(db, &version);
    if (err == ERR_OK && version > VERSION) {
        db_rollback(db);
        return say_newer(db, info);
    }
    if (err == ERR_OK)
        err = store_bring(db, version, VERSION);
    if (err == ERR_OK)
        err = db_commit(db);
    if (err != ERR_OK) {
        store_fail(db, err, info);
        db_rollback(db);
    }
    return err;
}

enum err store_open_file(struct db **out, const char *path, bool create, struct err_info *info)
{
    enum err err = db_open(out, path, DB_WRITE | DB_EXCLUSIVE | (create ? DB_CREATE : 0), info);
    if (err != ERR_OK)
        return err;
    /* 16 MiB: the pages that a day's commands touch, also beside ten million old tickets (SQLite's own 2 MB are
     * read again and again then). */
    err = db_script(*out, "PRAGMA cache_size = -16384");
    if (err == ERR_OK)
        err = migrate(*out, info);
    else
        store_fail(*out, err, info);
    if (err != ERR_OK)
        db_close(out);
    return err;
}

/* 0: a schema without versions. */
static int64_t version_of(struct db *db)
{
    static const char sql[] = "SELECT max(version) FROM migrations";
    struct stmt *s = db_query(db, sql);
    int64_t version = db_step(s) == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return version;
}

/* Whoever writes locks this row first, so that nobody else is in the middle of anything. Another may have come before. */
static enum err add_beside(struct db *db, struct err_info *info)
{
    static const char sql[] = "SELECT rev FROM hall_state WHERE id = 1 FOR UPDATE";
    enum err err = db_begin(db);
    if (err == ERR_OK)
        err = db_run(db_query(db, sql));
    if (err == ERR_OK)
        err = store_bring(db, version_of(db), VERSION);
    if (err == ERR_OK)
        err = db_commit(db);
    if (err == ERR_IN_USE)
        err_set(info, err,
                "%s is being read, by a backup or an export: its tables cannot be added to. Nothing was "
                "changed; try "
                "again when that has ended.",
                db_path(db));
    else if (err != ERR_OK)
        store_fail(db, err, info);
    if (err != ERR_OK)
        db_rollback(db);
    return err;
}

static enum err say_none_there(enum err err, const char *address, struct err_info *info)
{
    return err == ERR_ABSENT
               ? err_set(info, err, "There is no hall at %s. Make one with loketd init --db %s.", address,
                         address)
               : err;
}

enum err store_open_beside(struct db **out, const char *address, int64_t oldest, struct err_info *info)
{
    enum err err = db_open(out, address, DB_WRITE | DB_SHARED, info);
    int64_t version = err == ERR_OK ? version_of(*out) : 0;
    if (err != ERR_OK || version == VERSION)
        return say_none_there(err, address, info);
    bool grows = version >= oldest && version < VERSION;
    if (grows)
        err = add_beside(*out, info);
    else if (version > VERSION)
        err = say_newer(*out, info);
    if (grows && err == ERR_OK)
        return err;
    db_close(out);
    if (err != ERR_OK)
        return err;
    err = store_open_file(out, address, false, info);
    if (err == ERR_IN_USE)
        return err_set(
            info, err,
            "%s is of an older loketd, and served by it. Nothing was changed; stop that one first.", address);
    db_close(out);
    return err == ERR_OK ? db_open(out, address, DB_WRITE | DB_SHARED, info) : err;
}

enum err store_open_shared(struct db **out, const char *address, struct err_info *info)
{
    return store_open_beside(out, address, VERSION_BESIDE, info);
}

enum err store_open(struct db **out, const char *data, bool create, struct err_info *info)
{
    *out = NULL;
    if (db_is_address(data)) {
        enum err there = store_open_file(out, data, create, info);
        return create ? there : say_none_there(there, data, info);
    }
    if (create && mkdir(data, 0700) != 0 && errno != EEXIST)
        return err_set(info, err_from_errno(errno), "The folder %s cannot be made: %s.", data,
                       strerror(errno));
    char *path = xasprintf("%s/hall.db", data);
    enum err err = store_open_file(out, path, create, info);
    free(path);
    if (err == ERR_ABSENT)
        err_set(info, err, "There is no hall in %s. Make one with loketd init --data %s.", data, data);
    else if (err == ERR_IN_USE)
        err_set(info, err, "Another loketd works on the hall in %s. Stop it first, or use another --data.",
                data);
    return err;
}

static bool same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;
    return stat(a, &of_a) == 0 && stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
           of_a.st_ino == of_b.st_ino;
}

bool store_owns(const char *path, const char *file)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    bool own = false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !own; i++) {
        char *name = xasprintf("%s%s", path, ends[i]);
        own = same_file(name, file);
        free(name);
    }
    return own;
}

/* --- state --- */

static void state_read(struct stmt *s, struct hall_state *state)
{
    state->rev = db_int(s, 0);
    state->epoch = db_int(s, 1);
    state->safe_through = db_int(s, 2);
    state->boots = db_int(s, 3);
    state->always_safe = db_int(s, 4) != 0;
    str_copy(state->feed_head, sizeof state->feed_head, db_text(s, 5));
    str_copy(state->audit_head, sizeof state->audit_head, db_text(s, 6));
    state->mobile = db_int(s, 7) != 0;
    state->pruned_through = db_int(s, 8);
}

enum err store_state(struct db *db, struct hall_state *state)
{
    static const char sql[] = "SELECT rev, epoch, safe_through, boots, always_safe, feed_head, audit_head,"
                              " mobile, pruned_through FROM hall_state WHERE id = 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    if (err == ERR_OK)
        state_read(s, state);
    db_done(s);
    return err == ERR_ABSENT ? ERR_CORRUPT : err;
}

enum err store_advance(struct db *db, int64_t epoch, struct hall_state *state)
{
    static const char sql[] =
        "UPDATE hall_state SET rev = rev + 1 WHERE id = 1 AND epoch = $1"
        " RETURNING rev, epoch, safe_through, boots, always_safe, feed_head, audit_head, mobile,"
        " pruned_through";
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, epoch);
    enum err err = db_step(s);
    if (err == ERR_OK)
        state_read(s, state);
    db_done(s);
    return err == ERR_ABSENT ? ERR_CONFLICT : err;
}

/* PostgreSQL's alone: a file has one owner. */
enum err store_turn(struct db *db, struct hall_state *state)
{
    static const char sql[] = "SELECT rev, epoch, safe_through, boots, always_safe, feed_head, audit_head,"
                              " mobile, pruned_through FROM hall_state WHERE id = 1 FOR UPDATE";
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    if (err == ERR_OK)
        state_read(s, state);
    db_done(s);
    return err == ERR_ABSENT ? ERR_CORRUPT : err;
}

enum err store_head_at(struct db *db, int64_t rev, char head[SHA256_TEXT])
{
    static const char sql[] = "SELECT h FROM change WHERE rev = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, rev);
    enum err err = db_step(s);
    str_copy(head, SHA256_TEXT, err == ERR_OK ? db_text(s, 0) : "");
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err store_seal(struct db *db, const struct hall_state *state)
{
    static const char sql[] = "UPDATE hall_state SET feed_head = $1, audit_head = $2 WHERE id = 1";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, state->feed_head);
    db_bind_text(s, 2, state->audit_head);
    return db_run(s);
}

static enum err set_one(struct db *db, const char *sql, int64_t value)
{
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, value);
    return db_run(s);
}

enum err store_set_safe(struct db *db, int64_t rev)
{
    static const char sql[] = "UPDATE hall_state SET safe_through = $1 WHERE id = 1 AND safe_through < $1";
    return set_one(db, sql, rev);
}

enum err store_set_pruned(struct db *db, int64_t rev)
{
    static const char sql[] = "UPDATE hall_state SET pruned_through = $1 WHERE id = 1";
    return set_one(db, sql, rev);
}

enum err store_set_always_safe(struct db *db)
{
    static const char sql[] = "UPDATE hall_state SET always_safe = $1 WHERE id = 1";
    enum err err = db_set_mark(db, STORE_TRAINING_FILE);
    return err == ERR_OK ? set_one(db, sql, 1) : err;
}

enum err store_file_mark(struct db *db, int64_t *mark)
{
    return db_mark(db, mark);
}

enum err store_set_epoch(struct db *db, int64_t epoch)
{
    static const char sql[] = "UPDATE hall_state SET epoch = $1 WHERE id = 1";
    return set_one(db, sql, epoch);
}

enum err store_boot(struct db *db)
{
    static const char sql[] = "UPDATE hall_state SET boots = boots + $1 WHERE id = 1";
    enum err err = db_begin(db);
    if (err == ERR_OK)
        err = set_one(db, sql, 1);
    if (err == ERR_OK)
        err = db_commit(db);
    if (err != ERR_OK)
        db_rollback(db);
    return err;
}

enum err store_hall(struct db *db, struct json **row)
{
    static const char sql[] = "SELECT row FROM halls LIMIT 1";
    return rows_first(db_query(db, sql), row);
}

int64_t state_safe_through(const struct hall_state *state)
{
    return state->always_safe ? state->rev : state->safe_through;
}
