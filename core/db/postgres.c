/* core/db/postgres.c: the only door to PostgreSQL, by libpq. See db.h and kind.h.
 *
 * The store of a hall is a schema of a database: the one that the address leads to (its search_path). A result is
 * fetched whole, so that a statement is asked for once and others may run between its rows. */
#include <postgresql/libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/db/dialect.h"
#include "core/db/kind.h"
#include "core/db/postgres.h"
#include "core/db/statements.h"

enum {
    BOOLEAN = 16, /* PostgreSQL's number of the type */
    SENT_MAX = 64,
};

struct value {
    char *text; /* kept for the next time */
    size_t room;
    bool is_null;
};

struct stmt {
    const struct db_kind *kind;
    struct db *db;
    const char *sql; /* its address is its name */
    char name[24];   /* of the prepared statement there */
    bool prepared, busy;
    bool extra; /* a second use while the first was busy: freed when done */
    bool ahead; /* asked, and its answer is not read yet */
    int count;
    struct value *values;
    const char **sent; /* the same, as libpq takes them */
    PGresult *result;  /* NULL: not asked yet */
    int row, rows;
};

struct db {
    const struct db_kind *kind;
    PGconn *raw; /* NULL: it could not be revived */
    char *address, *path;
    unsigned flags;
    bool begun;
    int steps;                     /* savepoints within what was begun */
    bool by_step;                  /* begun by the outermost of them, and ended with it */
    enum err lost;                 /* why nothing that was begun can go on, until it is rolled back */
    bool failed;                   /* the connection is gone: see db_failed */
    bool warned;                   /* the last answers came with a warning */
    bool holds[DB_ROLES];          /* whose lock this connection has */
    int sent;                      /* statements whose answers are not read yet (see "later") */
    struct stmt *askers[SENT_MAX]; /* whose those answers are; NULL: nobody reads it */
    int64_t changes;
    int names; /* statements prepared so far */
    char message[400];
    struct statements statements;
};

static void postgres_close(struct db **db);
static bool postgres_in_transaction(const struct db *db);

/* --- errors --- */

/* The first that fits; two letters are a whole class. */
static enum err err_of(const char *state)
{
    static const struct {
        const char *state;
        enum err err;
    } known[] = {
        {"25006", ERR_READ_ONLY}, {"42501", ERR_READ_ONLY}, {"53100", ERR_DISK_FULL}, {"42P01", ERR_CORRUPT},
        {"42703", ERR_CORRUPT},   {"42P10", ERR_CORRUPT},   {"3F000", ERR_CORRUPT},   {"XX001", ERR_CORRUPT},
        {"XX002", ERR_CORRUPT},   {"55P03", ERR_IN_USE},    {"55006", ERR_IN_USE},    {"40", ERR_IN_USE},
        {"23", ERR_CONFLICT},     {"54", ERR_TOO_LARGE},    {"22", ERR_INVALID},      {"08", ERR_DISK},
        {"53", ERR_DISK},         {"57", ERR_DISK},         {"58", ERR_DISK},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_starts(state, known[i].state))
            return known[i].err;
    return ERR_SYSTEM;
}

/* A statement that PostgreSQL does not understand is our own mistake, not the world's. */
static void bad_statement(const struct db *db, const char *sql)
{
    fprintf(stderr, "core/db: %s\n  in: %s\n", db->message, sql);
    abort();
}

/* Two lines of PostgreSQL as one. */
static void note_message(struct db *db, const char *text)
{
    str_copy(db->message, sizeof db->message, text);
    size_t length = strlen(db->message);
    while (length && db->message[length - 1] == '\n')
        db->message[--length] = '\0';
    for (char *c = db->message; *c; c++)
        if (*c == '\n')
            *c = ' ';
}

static enum err fail(struct db *db, const PGresult *result, const char *sql)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    bool gone = PQstatus(db->raw) != CONNECTION_OK;
    if (state && strcmp(state, "25P02") == 0 &&
        db->lost != ERR_OK) /* it says only that one before it failed */
        return db->lost;
    note_message(db, state ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : PQerrorMessage(db->raw));
    enum err err = gone ? ERR_DISK : state ? err_of(state) : ERR_SYSTEM;
    if (!gone && state && err == ERR_SYSTEM && str_starts(state, "42"))
        bad_statement(db, sql);
    if (gone)
        db->failed = true;
    if (db->begun)
        db->lost = err;
    return err;
}

/* --- later ---
 *
 * Who shares a hall waits for every answer while the others wait for the hall. So a statement that only writes is sent in a
 * transaction and its answer is read with that of the next one that is asked for something, at the latest with the end of the
 * savepoint: what failed is told then. */

static bool is_well(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

static void take_result(struct stmt *s, PGresult *result)
{
    s->result = result;
    s->rows = PQntuples(result);
    s->row = -1;
}

/* *last: the newest that nobody asked ahead. */
static void deal_out(struct db *db, int at, PGresult *result, PGresult **last)
{
    struct stmt *asker = at < db->sent ? db->askers[at] : NULL;
    if (asker && is_well(result)) {
        take_result(asker, result);
    } else if (asker) {
        PQclear(result);
    } else {
        PQclear(*last);
        *last = result;
    }
}

static void forget_sent(struct db *db)
{
    for (int i = 0; i < db->sent; i++)
        if (db->askers[i])
            db->askers[i]->ahead = false;
    db->sent = 0;
}

/* Reads all answers that are owed; *last, when it is asked for, is the newest statement's and the caller's. */
static enum err settle(struct db *db, PGresult **last)
{
    enum err err = ERR_OK;
    PGresult *kept = NULL;
    int nothing = 0, at = 0;
    if (last)
        *last = NULL;
    if (db->sent == 0)
        return ERR_OK;
    bool more = PQpipelineSync(db->raw) == 1;
    while (more && nothing < 2) {
        PGresult *result = PQgetResult(db->raw);
        ExecStatusType status = PQresultStatus(result);
        nothing = result ? 0 : nothing + 1;
        more = !result || status != PGRES_PIPELINE_SYNC;
        if (result && more && !is_well(result) && status != PGRES_PIPELINE_ABORTED && err == ERR_OK)
            err = fail(db, result, "a statement that was sent before");
        if (result && more)
            deal_out(db, at++, result, &kept);
        else
            PQclear(result);
    }
    if (more && err == ERR_OK)
        err = fail(db, NULL, "");
    forget_sent(db);
    (void)PQexitPipelineMode(db->raw);
    if (last && err == ERR_OK)
        *last = kept;
    else
        PQclear(kept);
    return err;
}

static bool may_wait(const struct db *db)
{
    return db->flags & DB_SHARED && db->begun && db->raw;
}

/* sent: whether libpq took it. */
static enum err note_sent(struct db *db, bool sent, struct stmt *asker)
{
    if (!sent)
        return fail(db, NULL, "");
    db->askers[db->sent++] = asker;
    if (asker)
        asker->ahead = true;
    return db->sent < SENT_MAX ? ERR_OK : settle(db, NULL);
}

static bool begin_sending(struct db *db)
{
    return db->sent > 0 || PQenterPipelineMode(db->raw) == 1;
}

/* A statement without parameters or rows, whose answer may come later. */
static enum err send_text(struct db *db, const char *sql)
{
    return note_sent(
        db, begin_sending(db) && PQsendQueryParams(db->raw, sql, 0, NULL, NULL, NULL, NULL, 0) == 1, NULL);
}

/* Statements without parameters; *result, when it is asked for, is the caller's. */
static enum err run_text(struct db *db, const char *sql, PGresult **result)
{
    enum err before = db->raw ? settle(db, NULL) : ERR_DISK;
    if (before != ERR_OK)
        return before;
    PGresult *got = PQexec(db->raw, sql);
    bool well = is_well(got);
    enum err err = well ? ERR_OK : fail(db, got, sql);
    if (well && result)
        *result = got;
    else
        PQclear(got);
    return err;
}

static const char *postgres_message(const struct db *db)
{
    return db->message[0] ? db->message : "no particulars";
}

static const char *postgres_path(const struct db *db)
{
    return db->path;
}

/* --- opening --- */

/* The address without what nobody needs to read. */
static char *shown(const char *address)
{
    const char *at = strstr(address, "://"), *host = at ? strchr(at, '@') : NULL;
    const char *colon = host ? strchr(at + 3, ':') : NULL, *slash = at ? strchr(at + 3, '/') : NULL;
    const char *question = strchr(address, '?');
    int whole = (int)(question ? question - address : (ptrdiff_t)strlen(address));
    if (colon && colon < host && (!slash || host < slash))
        return xasprintf("%.*s%.*s", (int)(colon - address), address, (int)(address + whole - host), host);
    return xasprintf("%.*s", whole, address);
}

/* What is said beside an answer. Of all of it one thing matters: see postgres_commit. */
static void hear_notice(void *ctx, const PGresult *notice)
{
    struct db *db = ctx;
    const char *state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    if (!state || !(str_starts(state, "01") || str_starts(state, "57")))
        return;
    note_message(db, PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY));
    db->warned = true;
}

/* The value of one row with one column; NULL where it is null or absent. */
static enum err ask_one(struct db *db, const char *sql, char **value)
{
    PGresult *result = NULL;
    enum err err = run_text(db, sql, &result);
    *value = err == ERR_OK && PQntuples(result) && !PQgetisnull(result, 0, 0)
                 ? xstrdup(PQgetvalue(result, 0, 0))
                 : NULL;
    PQclear(result);
    return err;
}

static enum err set_up(struct db *db)
{
    static const char all[] =
        "SET client_encoding = 'UTF8'; SET client_min_messages = warning; SET standard_conforming_strings = "
        "on;"
        " SET jit = off; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET "
        "tcp_keepalives_count = 3;"
        /* what is told as saved is on the disk, whatever the cluster thinks of others */
        " SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
        "'off'";
    enum err err = run_text(db, all, NULL);
    if (err == ERR_OK && !(db->flags & DB_WRITE))
        err = run_text(db, "SET default_transaction_read_only = on", NULL);
    return err;
}

static enum err make_schema(struct db *db)
{
    char *name = NULL;
    enum err err = ask_one(
        db, "SELECT quote_ident(btrim(split_part(current_setting('search_path'), ',', 1), ' \"'))", &name);
    char *sql = xasprintf("CREATE SCHEMA IF NOT EXISTS %s", name ? name : "public");
    if (err == ERR_OK)
        err = run_text(db, sql, NULL);
    free(sql);
    free(name);
    return err;
}

/* The schema is there; without DB_CREATE something is in it. */
static enum err find_schema(struct db *db)
{
    static const char filled[] =
        "SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace LIMIT 1";
    char *name = NULL, *any = NULL;
    enum err err = ask_one(db, "SELECT current_schema()", &name);
    if (err == ERR_OK && !name)
        err = db->flags & DB_CREATE ? make_schema(db) : ERR_ABSENT;
    else if (err == ERR_OK && !(db->flags & DB_CREATE)) {
        err = ask_one(db, filled, &any);
        if (err == ERR_OK && !any)
            err = ERR_ABSENT;
    }
    if (err == ERR_OK && db->flags & DB_CREATE)
        err = run_text(db, dialect_functions, NULL);
    free(name);
    free(any);
    return err;
}

/* One program works on a hall, or several that share it. One that was killed a moment ago may still be ending there: so it
 * is waited for a little. One that stands still in the middle of its turn among others is put out after ten seconds. */
static enum err lock_schema(struct db *db)
{
    static const char sql[] = "SET lock_timeout = '1s';"
                              " SELECT pg_advisory_lock(hashtextextended(current_schema(), 1));"
                              " RESET lock_timeout";
    static const char sql_shared[] =
        "SET lock_timeout = '1s'; SELECT pg_advisory_lock_shared(hashtextextended(current_schema(), 1));"
        " SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '10s'";
    return db->flags & DB_EXCLUSIVE ? run_text(db, sql, NULL)
           : db->flags & DB_SHARED  ? run_text(db, sql_shared, NULL)
                                    : ERR_OK;
}

static enum err open_failed(const struct db *db, enum err err, struct err_info *info)
{
    switch (err) {
    case ERR_ABSENT:
        return err_set(info, err, "There is no hall at %s.", db->path);
    case ERR_IN_USE:
        return err_set(info, err, "%s is in use by another program. Close that one first.", db->path);
    case ERR_READ_ONLY:
        return err_set(info, err, "%s cannot be written: check the rights of its user.", db->path);
    default:
        return err_set(info, err, "%s cannot be opened: %s.", db->path, postgres_message(db));
    }
}

static enum err connect_raw(struct db *db)
{
    db->raw = postgres_connect(db->address, db->flags & DB_WRITE);
    if (PQstatus(db->raw) == CONNECTION_OK) {
        PQsetNoticeReceiver(db->raw, hear_notice, db);
        return set_up(db);
    }
    note_message(db, PQerrorMessage(db->raw));
    return strstr(db->message, "database \"") && strstr(db->message, "does not exist") ? ERR_ABSENT
                                                                                       : ERR_DISK;
}

static enum err open_raw(struct db *db, struct err_info *info)
{
    enum err err = connect_raw(db);
    if (err == ERR_OK)
        err = find_schema(db);
    if (err == ERR_OK)
        err = lock_schema(db);
    return err == ERR_OK ? err : open_failed(db, err, info);
}

static enum err postgres_open(struct db **out, const char *path, unsigned flags, struct err_info *info)
{
    struct db *db = xcalloc(1, sizeof *db);
    db->kind = &db_postgres;
    db->address = xstrdup(path);
    db->path = shown(path);
    db->flags = flags;
    statements_open(&db->statements);
    enum err err = open_raw(db, info);
    if (err != ERR_OK)
        postgres_close(&db);
    *out = db;
    return err;
}

static void free_stmt(struct stmt *s)
{
    PQclear(s->result);
    for (int i = 0; i < s->count; i++)
        free(s->values[i].text);
    free(s->values);
    free(s->sent);
    free(s);
}

/* Said, not only hung up: else the next one might find the hall in use. */
static void close_raw(struct db *db)
{
    size_t at = 0;
    memset(db->askers, 0, sizeof db->askers);
    for (struct stmt *s; (s = statements_next(&db->statements, &at));)
        free_stmt(s);
    statements_forget(&db->statements);
    db->begun = false;
    memset(db->holds, 0, sizeof db->holds);
    db->lost = ERR_OK;
    if (db->raw)
        (void)settle(db, NULL);
    db->lost = ERR_OK;
    if (db->raw && PQstatus(db->raw) == CONNECTION_OK)
        PQclear(PQexec(db->raw, "ROLLBACK; SELECT pg_advisory_unlock_all()"));
    PQfinish(db->raw);
    db->raw = NULL;
}

static bool postgres_failed(const struct db *db)
{
    return db->failed;
}

static const char *postgres_being_read(const struct db *db)
{
    size_t at = 0;
    for (const struct stmt *s; (s = statements_next(&db->statements, &at));)
        if (s->busy)
            return s->sql;
    return NULL;
}

/* Another connection, to whoever answers at the address now. The schema must be there: nothing is made. */
static enum err postgres_revive(struct db *db)
{
    struct err_info info = {0};
    if (!db->failed)
        return ERR_OK;
    if (postgres_being_read(db))
        return ERR_DISK;
    close_raw(db);
    db->flags &= ~(unsigned)DB_CREATE;
    if (open_raw(db, &info) == ERR_OK) {
        db->failed = false;
        return ERR_OK;
    }
    close_raw(db);
    str_copy(db->message, sizeof db->message, info.text);
    return ERR_DISK;
}

static void postgres_close(struct db **slot)
{
    struct db *db = *slot;
    close_raw(db);
    statements_close(&db->statements);
    free(db->address);
    free(db->path);
    free(db);
    *slot = NULL;
}

/* --- transactions --- */

/* A writer that is not the only one waits for its turn here, so that one transaction follows another as with a file. */
static enum err postgres_begin(struct db *db)
{
    static const char shared[] = "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 2))";
    enum err err = postgres_revive(db);
    if (err != ERR_OK)
        return err;
    if (db->begun && postgres_in_transaction(db)) {
        note_message(db, "a transaction is open already");
        return ERR_SYSTEM;
    }
    db->begun = false;
    db->lost = ERR_OK;
    db->steps = 0;
    db->by_step = false;
    db->begun = db->flags & DB_SHARED; /* with what is asked next, which waits for the hall's row */
    err = may_wait(db) ? send_text(db, "BEGIN")
                       : run_text(db,
                                  !(db->flags & DB_WRITE) ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                  : db->flags & (DB_EXCLUSIVE | DB_SHARED) ? "BEGIN"
                                                                           : shared,
                                  NULL);
    db->begun = err == ERR_OK;
    return err;
}

static void postgres_rollback(struct db *db)
{
    if (db->raw)
        (void)settle(db, NULL);
    if (postgres_in_transaction(db))
        (void)run_text(db, "ROLLBACK", NULL);
    db->begun = db->by_step = false;
    db->lost = ERR_OK;
}

static enum err postgres_commit(struct db *db)
{
    if (db->begun && db->lost != ERR_OK)
        return db->lost; /* PostgreSQL would roll back and call it done */
    enum err err = db->raw ? settle(db, NULL) : ERR_DISK;
    if (err != ERR_OK)
        return err;
    db->warned = false; /* what a statement was warned of is none of the commit's */
    err = run_text(db, "COMMIT", NULL);
    if (err != ERR_OK)
        return err;
    db->begun = false;
    if (db->warned) /* the wait for the synchronous standby was cut off: it stands here, and perhaps nowhere else */
        db->failed = true;
    return db->warned ? ERR_DISK : ERR_OK;
}

static bool postgres_in_transaction(const struct db *db)
{
    PGTransactionStatusType status = db->raw ? PQtransactionStatus(db->raw) : PQTRANS_UNKNOWN;
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || (db->raw && db->sent > 0);
}

/* As with a file: the outermost, asked for outside a transaction, is one. */
static enum err postgres_savepoint(struct db *db)
{
    enum err err = ERR_OK;
    if (!postgres_in_transaction(db)) {
        err = postgres_begin(db);
        db->by_step = err == ERR_OK;
    }
    if (err == ERR_OK)
        err = db->lost != ERR_OK ? db->lost
              : may_wait(db)     ? send_text(db, "SAVEPOINT step")
                                 : run_text(db, "SAVEPOINT step", NULL);
    db->steps += err == ERR_OK;
    return err;
}

static enum err postgres_release(struct db *db)
{
    if (db->lost != ERR_OK)
        return db->lost;
    enum err err = may_wait(db) ? send_text(db, "RELEASE step") : run_text(db, "RELEASE step", NULL);
    if (err == ERR_OK)
        err = settle(db, NULL);
    db->steps -= err == ERR_OK;
    return err == ERR_OK && db->by_step && db->steps == 0 ? postgres_commit(db) : err;
}

static void postgres_rollback_to(struct db *db)
{
    if (!postgres_in_transaction(db) || db->steps == 0)
        return;
    (void)settle(db, NULL); /* what failed is undone with the rest */
    enum err before = db->lost;
    db->lost = ERR_OK;
    if (run_text(db, "ROLLBACK TO step; RELEASE step", NULL) != ERR_OK)
        db->lost = before == ERR_OK ? ERR_SYSTEM : before;
    else if (--db->steps == 0 && db->by_step)
        postgres_rollback(db);
}

static enum err postgres_script(struct db *db, const char *sql)
{
    struct buf text = {0};
    if (db->begun && db->lost != ERR_OK)
        return db->lost;
    dialect_script(&text, sql);
    enum err err = run_text(db, buf_text(&text), NULL);
    buf_free(&text);
    return err;
}

/* --- statements --- */

static struct stmt *new_stmt(struct db *db, const char *sql)
{
    struct stmt *s = xcalloc(1, sizeof *s);
    s->kind = &db_postgres;
    s->db = db;
    s->sql = sql;
    s->count = dialect_parameters(sql);
    s->values = xcalloc((size_t)s->count + 1, sizeof *s->values);
    s->sent = xcalloc((size_t)s->count + 1, sizeof *s->sent);
    for (int i = 0; i < s->count; i++)
        s->values[i].is_null = true;
    return s;
}

/* A second one of the same text, for rows within rows; it is prepared there already. */
static struct stmt *second(const struct stmt *first)
{
    struct stmt *s = new_stmt(first->db, first->sql);
    str_copy(s->name, sizeof s->name, first->name);
    s->prepared = first->prepared;
    s->extra = true;
    return s;
}

static struct stmt *postgres_query(struct db *db, const char *sql)
{
    struct stmt *s = statements_find(&db->statements, sql);
    if (s && s->busy)
        s = second(s);
    else if (!s)
        statements_put(&db->statements, sql, s = new_stmt(db, sql));
    s->busy = true;
    return s;
}

static struct value *value_of(struct stmt *s, int index)
{
    if (index < 1 || index > s->count) {
        note_message(s->db, "no such parameter");
        bad_statement(s->db, s->sql);
    }
    return &s->values[index - 1];
}

static void postgres_bind_text(struct stmt *s, int index, const char *text)
{
    struct value *value = value_of(s, index);
    value->is_null = !text;
    if (!text)
        return;
    size_t size = strlen(text) + 1;
    if (size > value->room) {
        value->room = size < 32 ? 32 : size;
        free(value->text);
        value->text = xmalloc(value->room);
    }
    memcpy(value->text, text, size);
}

static void postgres_bind_int(struct stmt *s, int index, int64_t number)
{
    char text[24];
    str_format(text, sizeof text, "%lld", (long long)number);
    postgres_bind_text(s, index, text);
}

static void postgres_bind_null(struct stmt *s, int index)
{
    value_of(s, index)->is_null = true;
}

static enum err prepare(struct stmt *s)
{
    struct buf text = {0};
    str_format(s->name, sizeof s->name, "s%d", ++s->db->names);
    dialect_statement(&text, s->sql);
    PGresult *result = PQprepare(s->db->raw, s->name, buf_text(&text), 0, NULL);
    buf_free(&text);
    enum err err = PQresultStatus(result) == PGRES_COMMAND_OK ? ERR_OK : fail(s->db, result, s->sql);
    PQclear(result);
    s->prepared = err == ERR_OK;
    return err;
}

/* As SQLite counts: what a reading statement found is no change. */
static void note_changes(struct stmt *s)
{
    const char *did = PQcmdStatus(s->result);
    if (!str_starts(did, "SELECT"))
        s->db->changes = strtoll(PQcmdTuples(s->result), NULL, 10);
}

/* Prepared there, with its values. */
static enum err make_ready(struct stmt *s)
{
    enum err err = s->prepared ? ERR_OK : settle(s->db, NULL);
    if (err == ERR_OK && !s->prepared)
        err = prepare(s);
    for (int i = 0; i < s->count; i++)
        s->sent[i] = s->values[i].is_null ? NULL : s->values[i].text;
    return err;
}

static enum err send_later(struct stmt *s, struct stmt *asker)
{
    bool sent = begin_sending(s->db) &&
                PQsendQueryPrepared(s->db->raw, s->name, s->count, s->sent, NULL, NULL, 0) == 1;
    return note_sent(s->db, sent, asker);
}

/* What fails is told by the next step. */
static void postgres_ahead(struct stmt *s)
{
    if (may_wait(s->db) && !s->result && !s->ahead && s->db->lost == ERR_OK && make_ready(s) == ERR_OK)
        (void)send_later(s, s);
}

static enum err ask(struct stmt *s)
{
    struct db *db = s->db;
    if (!db->raw)
        return ERR_DISK;
    if (db->begun && db->lost != ERR_OK)
        return db->lost;
    enum err err = make_ready(s);
    if (err == ERR_OK && db->sent >= SENT_MAX - 1) /* its own answer is kept */
        err = settle(db, NULL);
    if (err != ERR_OK)
        return err;
    if (db->sent > 0) {
        err = send_later(s, NULL);
        if (err == ERR_OK)
            err = settle(db, &s->result);
        if (err != ERR_OK)
            return err;
    } else {
        s->result = PQexecPrepared(db->raw, s->name, s->count, s->sent, NULL, NULL, 0);
    }
    ExecStatusType status = PQresultStatus(s->result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        err = fail(db, s->result, s->sql);
        PQclear(s->result);
        s->result = NULL;
        return err;
    }
    take_result(s, s->result);
    note_changes(s);
    return ERR_OK;
}

static enum err postgres_step(struct stmt *s)
{
    enum err err = s->ahead ? settle(s->db, NULL) : ERR_OK;
    if (err == ERR_OK && !s->result)
        err = ask(s);
    if (err != ERR_OK)
        return err;
    return ++s->row < s->rows ? ERR_OK : ERR_ABSENT;
}

static void postgres_done(struct stmt *s)
{
    for (int i = 0; s->ahead && i < s->db->sent; i++)
        if (s->db->askers[i] == s)
            s->db->askers[i] = NULL;
    s->ahead = false;
    if (s->extra) {
        free_stmt(s);
        return;
    }
    PQclear(s->result);
    s->result = NULL;
    for (int i = 0; i < s->count; i++)
        s->values[i].is_null = true;
    s->busy = false;
}

static enum err postgres_run(struct stmt *s)
{
    enum err err;
    if (may_wait(s->db) && !s->result) {
        err = s->db->lost != ERR_OK ? s->db->lost : make_ready(s);
        if (err == ERR_OK)
            err = send_later(s, NULL);
        postgres_done(s);
        return err;
    }
    while ((err = postgres_step(s)) == ERR_OK) {
    }
    postgres_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static bool postgres_is_null(struct stmt *s, int column)
{
    return !s->result || s->row >= s->rows || PQgetisnull(s->result, s->row, column);
}

static const char *postgres_text(struct stmt *s, int column)
{
    if (postgres_is_null(s, column))
        return NULL;
    const char *text = PQgetvalue(s->result, s->row, column);
    if (PQftype(s->result, column) == BOOLEAN)
        return *text == 't' ? "1" : "0";
    return text;
}

static int64_t postgres_int(struct stmt *s, int column)
{
    const char *text = postgres_text(s, column);
    return text ? strtoll(text, NULL, 10) : 0;
}

static int64_t postgres_changes(const struct db *db)
{
    return db->changes;
}

/* --- the store as a whole --- */

static struct stmt *postgres_columns(struct db *db)
{
    static const char sql[] =
        "SELECT t.relname, c.attname FROM pg_class AS t JOIN pg_attribute AS c ON c.attrelid = t.oid WHERE"
        " t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace AND c.attnum > 0 AND NOT"
        " c.attisdropped ORDER BY t.relname, c.attnum";
    return postgres_query(db, sql);
}

/* The schema's own comment holds it, where no row can hide it. */
static enum err postgres_mark(struct db *db, int64_t *mark)
{
    char *value = NULL;
    enum err err =
        ask_one(db, "SELECT obj_description(current_schema()::regnamespace, 'pg_namespace')", &value);
    *mark = value && str_starts(value, "loket ") ? strtoll(value + 6, NULL, 10) : 0;
    free(value);
    return err;
}

static enum err postgres_set_mark(struct db *db, int64_t mark)
{
    char *name = NULL;
    enum err err = ask_one(db, "SELECT quote_ident(current_schema())", &name);
    char *sql = xasprintf("COMMENT ON SCHEMA %s IS 'loket %lld'", name ? name : "public", (long long)mark);
    if (err == ERR_OK)
        err = run_text(db, sql, NULL);
    free(sql);
    free(name);
    return err;
}

/* The server does so by itself. */
static enum err postgres_checkpoint(struct db *db, int64_t pages_min)
{
    (void)pages_min;
    return db->failed ? ERR_DISK : ERR_OK;
}

static enum err no_copy(const struct db *db, struct err_info *info)
{
    return err_set(info, ERR_INVALID,
                   "%s is kept by PostgreSQL: copy it with pg_dump or as the whole server is backed up. "
                   "Nothing was changed.",
                   db->path);
}

static enum err postgres_backup(struct db *db, const char *path,
                                void (*progress)(void *ctx, int done, int total), void *ctx,
                                struct err_info *info)
{
    (void)path, (void)progress, (void)ctx;
    return no_copy(db, info);
}

static enum err postgres_copy_open(struct db *db, const char *path, struct db_copy **copy,
                                   struct err_info *info)
{
    (void)path;
    *copy = NULL;
    return no_copy(db, info);
}

/* None is ever open. */
static enum err postgres_copy_step(struct db_copy **copy, bool *whole, struct err_info *info)
{
    (void)copy, (void)whole;
    return err_set(info, ERR_INVALID, "There is no copy under way.");
}

static void postgres_copy_drop(struct db_copy **copy)
{
    *copy = NULL;
}

/* Checksums of pages are the server's; here, that it answers. */
static enum err postgres_integrity(struct db *db, struct err_info *info)
{
    enum err err = run_text(db, "SELECT 1", NULL);
    return err == ERR_OK ? err : err_set(info, err, "%s cannot be read: %s.", db->path, postgres_message(db));
}

/* Of the plan that does not know the parameters, and goes by an index wherever there is one. What PostgreSQL says of a
 * text that it does not understand is the answer, too. */
static char *postgres_explain(struct db *db, const char *sql)
{
    struct buf asked = {0}, plan = {0};
    int count = dialect_parameters(sql);
    buf_adds(&asked,
             "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; PREPARE explained AS ");
    dialect_statement(&asked, sql);
    buf_adds(&asked, "; EXPLAIN EXECUTE explained");
    for (int i = 0; i < count; i++)
        buf_adds(&asked, i ? ", NULL" : " (NULL");
    buf_adds(&asked, count ? ")" : "");
    PGresult *result = PQexec(db->raw, buf_text(&asked));
    for (int i = 0; i < PQntuples(result); i++)
        buf_addf(&plan, "%s\n", PQgetvalue(result, i, 0));
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        buf_adds(&plan, PQresultErrorMessage(result));
    PQclear(result);
    (void)run_text(db, "RESET plan_cache_mode; RESET enable_seqscan; DEALLOCATE ALL", NULL);
    size_t at = 0;
    for (struct stmt *s; (s = statements_next(&db->statements, &at));)
        s->prepared = false;
    buf_free(&asked);
    return buf_take(&plan);
}

/* --- shared --- */

/* Whoever writes takes no server that follows another: one that is about to be made primary answers already, and would refuse
 * every write as if there were no room for it. So it is not reached until it is. */
PGconn *postgres_connect(const char *address, bool writes)
{
    /* What the address says itself goes before: the last word of a name holds. */
    static const char *const names[] = {
        "connect_timeout",  "tcp_user_timeout",     "keepalives_idle", "keepalives_interval",
        "keepalives_count", "target_session_attrs", "dbname",          NULL};
    const char *const values[] = {"3", "10000", "10", "5", "3", writes ? "primary" : "any", address, NULL};
    return PQconnectdbParams(names, values, 1);
}

const char *postgres_address(const struct db *db)
{
    return db->address;
}

/* The lock is the connection's, so it is never held by one that is gone. */
static bool postgres_holds(struct db *db, enum db_role role, bool ask)
{
    static const char *const sql[DB_ROLES] = {
        [DB_FIRST] = "SELECT pg_try_advisory_lock(hashtextextended(current_schema(), 3))",
        [DB_COURIER] = "SELECT pg_try_advisory_lock(hashtextextended(current_schema(), 4))",
    };
    char *held = NULL;
    if (!(db->flags & DB_SHARED))
        return true;
    if (db->holds[role] || !ask || db->failed)
        return db->holds[role] && !db->failed;
    if (ask_one(db, sql[role], &held) == ERR_OK)
        db->holds[role] = str_equal(held, "t");
    free(held);
    return db->holds[role];
}

static void postgres_give_back(struct db *db, enum db_role role)
{
    static const char *const sql[DB_ROLES] = {
        [DB_FIRST] = "SELECT pg_advisory_unlock(hashtextextended(current_schema(), 3))",
        [DB_COURIER] = "SELECT pg_advisory_unlock(hashtextextended(current_schema(), 4))",
    };
    if (db->holds[role] && !db->failed && run_text(db, sql[role], NULL) == ERR_OK)
        db->holds[role] = false;
}

const struct db_kind db_postgres = {
    .open = postgres_open,
    .close = postgres_close,
    .line = postgres_line,
    .path = postgres_path,
    .address = postgres_address,
    .message = postgres_message,
    .failed = postgres_failed,
    .revive = postgres_revive,
    .being_read = postgres_being_read,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .in_transaction = postgres_in_transaction,
    .savepoint = postgres_savepoint,
    .release = postgres_release,
    .rollback_to = postgres_rollback_to,
    .script = postgres_script,
    .query = postgres_query,
    .bind_text = postgres_bind_text,
    .bind_int = postgres_bind_int,
    .bind_null = postgres_bind_null,
    .step = postgres_step,
    .ahead = postgres_ahead,
    .run = postgres_run,
    .done = postgres_done,
    .text = postgres_text,
    .integer = postgres_int,
    .is_null = postgres_is_null,
    .changes = postgres_changes,
    .columns = postgres_columns,
    .mark = postgres_mark,
    .set_mark = postgres_set_mark,
    .checkpoint = postgres_checkpoint,
    .backup = postgres_backup,
    .copy_open = postgres_copy_open,
    .copy_step = postgres_copy_step,
    .copy_drop = postgres_copy_drop,
    .integrity = postgres_integrity,
    .explain = postgres_explain,
    .holds = postgres_holds,
    .give_back = postgres_give_back,
    .news_open = postgres_news_open,
    .news_close = postgres_news_close,
    .news_fd = postgres_news_fd,
    .news_take = postgres_news_take,
    .news_tell = postgres_news_tell,
};
