/* core/cache/schema.c: the workstation's file from version to version, and what can be saved from a damaged
 * one.
 *
 * user_version counts the migrations done. What the hall has as well (base, shadow, overlay) may be thrown
 * away by a migration; outbox, client and draft_journal never, nor may the tables of sql_first be made anew: where the
 * schema is damaged, they are looked for on the pages on which a fresh file has them (mend.c). */
#include <stdlib.h>
#include <string.h>

#include "core/cache/store.h"

/* outbox.state: pending (no answer yet) · applied · refused. rev: of the answer, or 0.
 * replay: 1 while the command belongs into the overlay. command: the bytes that go to the hall. */
static const char sql_first[] =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT);"
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT);"
    "CREATE TABLE client (login TEXT PRIMARY KEY, ordinal BIGINT NOT NULL, id TEXT NOT NULL,"
    " last_seq BIGINT NOT NULL);"
    "CREATE TABLE outbox (client TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,"
    " user_ TEXT NOT NULL, at_ms BIGINT NOT NULL, online BIGINT NOT NULL, command TEXT NOT NULL,"
    " state TEXT NOT NULL, rev BIGINT NOT NULL, replay BIGINT NOT NULL, result TEXT,"
    " PRIMARY KEY (client, seq));"
    "CREATE INDEX outbox_id ON outbox (id);"
    "CREATE INDEX outbox_state ON outbox (client, state, seq);"
    "CREATE INDEX outbox_rev ON outbox (client, rev);"
    "CREATE INDEX outbox_pending ON outbox (state, user_, at_ms);"
    "CREATE INDEX outbox_replay ON outbox (client, replay, seq);"
    "CREATE TABLE outbox_row (t TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, seq BIGINT NOT NULL,"
    " PRIMARY KEY (t, id, client, seq));"
    "CREATE INDEX outbox_row_seq ON outbox_row (client, seq);"
    "CREATE TABLE draft_journal (user_ TEXT NOT NULL, screen TEXT NOT NULL, object TEXT NOT NULL,"
    " typed TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (user_, screen, object));"
    "CREATE TABLE number_block (queue TEXT PRIMARY KEY, prefix TEXT NOT NULL, day TEXT NOT NULL,"
    " next BIGINT NOT NULL, last BIGINT NOT NULL);";

/* The worklist's walks (load_worklist.c): the id in every index, so that a walk goes on in the midst of a thousand
 * applications that are due on one day; the channel, which tables.def does not have as a column. The hall has no
 * worklist. */
#define WORKLIST_OF(set)                                                                       \
    "ALTER TABLE " set "_cases ADD COLUMN channel TEXT GENERATED ALWAYS AS"                    \
    " (CASE WHEN json_valid(row) THEN json_extract(row, '$.channel') END) VIRTUAL;"            \
    "DROP INDEX " set "_cases_user;"                                                           \
    "DROP INDEX " set "_cases_agency;"                                                         \
    "DROP INDEX " set "_cases_due;"                                                            \
    "CREATE INDEX " set "_cases_user ON " set "_cases (user_, state, opened_at, id);"          \
    "CREATE INDEX " set "_cases_user_due ON " set "_cases (user_, state, due_at, id);"         \
    "CREATE INDEX " set "_cases_agency ON " set "_cases (agency, state, opened_at, id);"       \
    "CREATE INDEX " set "_cases_agency_due ON " set "_cases (agency, state, due_at, id);"      \
    "CREATE INDEX " set "_cases_due ON " set "_cases (state, due_at, id);"                     \
    "CREATE INDEX " set "_cases_service_age ON " set "_cases (service, state, opened_at, id);" \
    "CREATE INDEX " set "_cases_service_due ON " set "_cases (service, state, due_at, id);"    \
    "CREATE INDEX " set "_cases_channel_age ON " set "_cases (channel, state, opened_at, id);" \
    "CREATE INDEX " set "_cases_channel_due ON " set "_cases (channel, state, due_at, id);"
static const char sql_worklist[] = WORKLIST_OF("base") WORKLIST_OF("overlay") WORKLIST_OF("shadow");

/* The board's counts (load_board.c). What was promised is of the first call, so it is over when that was; a moment as the
 * wire writes it. */
#define BOARD_OF(set)                                                                                       \
    "ALTER TABLE " set "_tickets ADD COLUMN started_at TEXT GENERATED ALWAYS AS"                            \
    " (CASE WHEN json_valid(row) THEN json_extract(row, '$.started_at') END) VIRTUAL;"                      \
    "ALTER TABLE " set "_tickets ADD COLUMN finished_at TEXT GENERATED ALWAYS AS"                           \
    " (CASE WHEN json_valid(row) THEN json_extract(row, '$.finished_at') END) VIRTUAL;"                     \
    "ALTER TABLE " set "_tickets ADD COLUMN held_until TEXT GENERATED ALWAYS AS"                            \
    " (CASE WHEN json_valid(row) THEN json_extract(row, '$.held_until') END) VIRTUAL;"                      \
    "ALTER TABLE " set "_tickets ADD COLUMN promised_at TEXT GENERATED ALWAYS AS"                           \
    " (CASE WHEN state = 'waiting' AND json_valid(row)"                                                     \
    " AND coalesce(json_extract(row, '$.stops[0].state'), 'now') = 'now'"                                   \
    " THEN strftime('%Y-%m-%dT%H:%M:%fZ', arrived_at, json_extract(row, '$.promise_min[1]') || ' minutes')" \
    " END) VIRTUAL;"                                                                                        \
    "CREATE INDEX " set "_tickets_promise ON " set "_tickets (queue, state, promised_at);"
static const char sql_board[] = BOARD_OF("base") BOARD_OF("overlay") BOARD_OF("shadow");

/* Finding persons by a word within their name (load_persons.c): the name as it is folded from its second, third, fourth
 * and fifth word on. The hall has an index of words. */
#define BEHIND(column) \
    "CASE WHEN instr(" column ", ' ') > 0 THEN substr(" column ", instr(" column ", ' ') + 1) END"
#define WORD_OF(set, word, before)                                                               \
    "ALTER TABLE " set "_persons ADD COLUMN " word                                               \
    " TEXT GENERATED ALWAYS AS (" BEHIND(before) ") VIRTUAL;"                                    \
                                                 "CREATE INDEX " set "_persons_" word " ON " set \
                                                 "_persons (" word ") WHERE " word " IS NOT NULL;"
#define WORDS_OF(set)              \
    WORD_OF(set, "fold_2", "fold") \
    WORD_OF(set, "fold_3", "fold_2") WORD_OF(set, "fold_4", "fold_3") WORD_OF(set, "fold_5", "fold_4")
static const char sql_name_words[] = WORDS_OF("base") WORDS_OF("overlay") WORDS_OF("shadow");

/* Visits of a day that have several stops, of which each clerk had one (load_desk.c). */
#define STOPS_OF(set)                                                                            \
    "ALTER TABLE " set "_tickets ADD COLUMN stops_day TEXT GENERATED ALWAYS AS"                  \
    " (CASE WHEN json_valid(row) AND json_type(row, '$.stops') = 'array' THEN day END) VIRTUAL;" \
    "CREATE INDEX " set "_tickets_stops ON " set "_tickets (stops_day);"
static const char sql_stops[] = STOPS_OF("base") STOPS_OF("overlay") STOPS_OF("shadow");

static enum err create_rows(struct db *db)
{
    TRY(rows_create(db, ROWS_BASE));
    TRY(rows_create(db, ROWS_OVERLAY));
    TRY(rows_create(db, ROWS_SHADOW));
    return rows_create_views(db);
}

/* The column is seen through the views, too. */
static enum err create_views_again(struct db *db)
{
    struct buf sql = {0};
    for (int i = 0; i < TABLE_COUNT; i++)
        buf_addf(&sql, "DROP VIEW IF EXISTS %s;", table_name((enum table)i));
    enum err err = db_script(db, buf_text(&sql));
    buf_free(&sql);
    return err == ERR_OK ? rows_create_views(db) : err;
}

static enum err create_table(struct db *db, enum table table)
{
    static const enum row_set sets[] = {ROWS_BASE, ROWS_OVERLAY, ROWS_SHADOW};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        TRY(rows_create_table(db, sets[i], table));
    return create_views_again(db);
}

static enum err create_alerts(struct db *db)
{
    return create_table(db, TABLE_ALERT);
}

static enum err create_moves(struct db *db)
{
    return create_table(db, TABLE_MOVE);
}

static enum err create_stations(struct db *db)
{
    return create_table(db, TABLE_STATION);
}

static enum err create_training(struct db *db)
{
    return create_table(db, TABLE_TRAINING);
}

/* The n-th entry brings a file from version n to n + 1. */
static const struct migration {
    const char *script;
    enum err (*then)(struct db *db); /* may be NULL */
    const char *version;
} migrations[] = {
    {sql_first, create_rows, "PRAGMA user_version = 1"},
    {sql_worklist, create_views_again, "PRAGMA user_version = 2"},
    {"", create_alerts, "PRAGMA user_version = 3"},
    {"", create_moves, "PRAGMA user_version = 4"},
    {sql_board, create_views_again, "PRAGMA user_version = 5"},
    {sql_name_words, create_views_again, "PRAGMA user_version = 6"},
    {"", create_stations, "PRAGMA user_version = 7"},
    {sql_stops, create_views_again, "PRAGMA user_version = 8"},
    {"", create_training, "PRAGMA user_version = 9"},
};
enum {
    VERSION_NOW = sizeof migrations / sizeof *migrations,
    VERSION_MAX = 9999, /* no version that there will be: what is beyond was not written by us */
};

/* Is the table there at all? Preparing a statement on a missing one would be a programmer's error. */
static bool has_table(struct db *db, const char *name)
{
    static const char sql_table[] = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1";
    struct stmt *s = db_query(db, sql_table);
    db_bind_text(s, 1, name);
    int64_t count = 0;
    return query_int(s, &count) == ERR_OK && count == 1;
}

static enum err migrate_one(struct db *db, const struct migration *migration)
{
    enum err err = db_begin(db);
    if (err == ERR_OK)
        err = db_script(db, migration->script);
    if (err == ERR_OK && migration->then)
        err = migration->then(db);
    if (err == ERR_OK)
        err = db_script(db, migration->version);
    if (err == ERR_OK)
        err = db_commit(db);
    if (err != ERR_OK)
        db_rollback(db);
    return err;
}

enum err schema_migrate(struct db *db, struct err_info *info)
{
    static const char sql_version[] = "PRAGMA user_version";
    int64_t version = 0;
    enum err err = query_int(db_query(db, sql_version), &version);
    if (err != ERR_OK)
        return err_set(info, err, "%s cannot be read: %s.", db_path(db), db_message(db));
    if (version < 0 || version > VERSION_MAX || (version == 0 && has_table(db, "meta")))
        return err_set(info, ERR_CORRUPT, "%s is damaged.", db_path(db));
    if (version > VERSION_NOW)
        return err_set(
            info, ERR_TOO_OLD,
            "%s was written by a newer Loket. Nothing was changed: install the newer version again.",
            db_path(db));
    for (; version < VERSION_NOW; version++) {
        err = migrate_one(db, &migrations[version]);
        if (err != ERR_OK)
            return err_set(info, err, "%s cannot be prepared: %s. Nothing in it was lost.", db_path(db),
                           db_message(db));
    }
    return ERR_OK;
}

/* --- salvage --- */

/* Read forwards and, where that stops at a damaged page, backwards from the end. WITHOUT the primary key's
 * index: rowid order is the table itself. */
enum counted { COUNT_NONE, COUNT_ALL, COUNT_PENDING };
enum { OUTBOX_STATE = 8 };
static const struct salvage {
    const char *forwards, *backwards, *insert;
    const char *texts;    /* a letter a column: t text, i integer */
    enum counted counted; /* as a record of the person's */
} salvages[] = {
    {"SELECT name, value FROM meta WHERE name IN ('install', 'offset', 'hall', 'hall_identity', 'hall_kind')"
     " ORDER BY rowid",
     "SELECT name, value FROM meta WHERE name IN ('install', 'offset', 'hall', 'hall_identity', 'hall_kind')"
     " ORDER BY rowid DESC",
     "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
     "tt", COUNT_NONE},
    {"SELECT name, value FROM setting ORDER BY rowid", "SELECT name, value FROM setting ORDER BY rowid DESC",
     "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING", "tt", COUNT_NONE},
    {"SELECT login, ordinal, id, last_seq FROM client ORDER BY rowid",
     "SELECT login, ordinal, id, last_seq FROM client ORDER BY rowid DESC",
     "INSERT INTO client (login, ordinal, id, last_seq) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
     "titi", COUNT_NONE},
    {"SELECT client, seq, id, type, user_, at_ms, online, command, state, rev, replay, result FROM outbox"
     " ORDER BY rowid",
     "SELECT client, seq, id, type, user_, at_ms, online, command, state, rev, replay, result FROM outbox"
     " ORDER BY rowid DESC",
     "INSERT INTO outbox (client, seq, id, type, user_, at_ms, online, command, state, rev, replay, result)"
     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
     "titttiittiit", COUNT_PENDING},
    {"SELECT t, id, client, seq FROM outbox_row ORDER BY rowid",
     "SELECT t, id, client, seq FROM outbox_row ORDER BY rowid DESC",
     "INSERT INTO outbox_row (t, id, client, seq) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", "ttti",
     COUNT_NONE},
    {"SELECT queue, prefix, day, next, last FROM number_block ORDER BY rowid",
     "SELECT queue, prefix, day, next, last FROM number_block ORDER BY rowid DESC",
     "INSERT INTO number_block (queue, prefix, day, next, last) VALUES ($1, $2, $3, $4, $5)"
     " ON CONFLICT DO NOTHING",
     "tttii", COUNT_NONE}, /* or a number would be given again */
    {"SELECT user_, screen, object, typed, at_ms FROM draft_journal ORDER BY rowid",
     "SELECT user_, screen, object, typed, at_ms FROM draft_journal ORDER BY rowid DESC",
     "INSERT INTO draft_journal (user_, screen, object, typed, at_ms) VALUES ($1, $2, $3, $4, $5)"
     " ON CONFLICT DO NOTHING",
     "tttti", COUNT_ALL},
};

/* A record is what the person would miss: work that the hall has not answered, and what is typed but not confirmed.
 * ERR_ABSENT: every row was read; else what stopped the reading. */
static enum err copy_rows(struct stmt *from, struct db *to, const struct salvage *salvage, int *records)
{
    enum err err;
    while ((err = db_step(from)) == ERR_OK) {
        bool counts = salvage->counted == COUNT_ALL || (salvage->counted == COUNT_PENDING &&
                                                        str_equal(db_text(from, OUTBOX_STATE), "pending"));
        struct stmt *insert = db_query(to, salvage->insert);
        for (int i = 0; salvage->texts[i]; i++) {
            if (salvage->texts[i] == 't')
                db_bind_text(insert, i + 1, db_text(from, i));
            else
                db_bind_int(insert, i + 1, db_int(from, i));
        }
        enum err written = db_run(insert);
        if (written != ERR_OK) {
            db_done(from);
            return written;
        }
        if (counts)
            *records += (int)db_changes(to);
    }
    db_done(from);
    return err;
}

static bool readable(struct db *db)
{
    static const char *const tables[] = {"meta",       "setting",       "client",      "outbox",
                                         "outbox_row", "draft_journal", "number_block"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (!has_table(db, tables[i]))
            return false;
    return true;
}

enum err schema_salvage(struct db *from, struct db *to, int *records, bool *whole)
{
    *whole = false;
    if (!readable(from))
        return ERR_ABSENT;
    *whole = true;
    TRY(db_begin(to));
    for (size_t i = 0; i < sizeof salvages / sizeof *salvages; i++) {
        const struct salvage *salvage = &salvages[i];
        enum err err = copy_rows(db_query(from, salvage->forwards), to, salvage, records);
        if (err == ERR_ABSENT)
            continue;
        *whole = false;
        err = copy_rows(db_query(from, salvage->backwards), to, salvage, records);
        if (err == ERR_DISK_FULL || err == ERR_DISK) {
            db_rollback(to);
            return err;
        }
    }
    return db_commit(to);
}
