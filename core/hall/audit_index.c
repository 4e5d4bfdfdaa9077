/* core/hall/audit_index.c: see audit_index.h. Few rows a line, each in one tree, since every command pays for them. */
#include "core/hall/audit_index.h"

#include <stdlib.h>
#include <string.h>

#include "core/hall/admin_people.h"
#include "core/hall/person_words.h"

enum { HOUR_TEXT = 14 }; /* YYYY-MM-DDTHH */

enum err audit_index_create(struct db *db)
{
    return db_script(db,
                     "CREATE TABLE audit_tag (tag TEXT NOT NULL, rev BIGINT NOT NULL, PRIMARY KEY (tag, rev))"
                     " WITHOUT ROWID;"
                     "CREATE TABLE audit_note (rev BIGINT PRIMARY KEY, about TEXT NOT NULL);"
                     "CREATE TABLE audit_hour (first_rev BIGINT PRIMARY KEY, hour TEXT NOT NULL);"
                     "CREATE INDEX audit_hour_hour ON audit_hour (hour, first_rev);"
                     /* one row: 1. place: lines up to here are not in it yet */
                     "CREATE TABLE audit_state (id BIGINT PRIMARY KEY, place BIGINT NOT NULL);"
                     "INSERT INTO audit_state (id, place) SELECT 1, rev FROM hall_state;");
}

/* --- writing --- */

static enum err put_tag(struct db *db, const char *kind, const char *id, int64_t rev)
{
    static const char sql[] =
        "INSERT INTO audit_tag (tag, rev) VALUES ($1, $2) ON CONFLICT (tag, rev) DO NOTHING";
    char tag[AUDIT_TAG];
    str_format(tag, sizeof tag, "%s/%s", kind, id);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, tag);
    db_bind_int(s, 2, rev);
    return db_run(s);
}

static enum err put_agency(struct db *db, const char *agency, int64_t rev)
{
    return str_empty(agency) ? ERR_OK : put_tag(db, "a", agency, rev);
}

/* sql: one column of the row with that id; "" where there is no such row. */
static enum err column_of(struct db *db, const char *sql, const char *id, char out[64])
{
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, id);
    enum err err = db_step(s);
    str_copy(out, 64, err == ERR_OK && db_text(s, 0) ? db_text(s, 0) : "");
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* An application, and the agency that it is of. */
static enum err put_case(struct db *db, const char *id, int64_t rev)
{
    static const char sql[] = "SELECT agency FROM cases WHERE id = $1"; /* primary key */
    char agency[64];
    enum err err = column_of(db, sql, id, agency);
    if (err == ERR_OK)
        err = put_agency(db, agency, rev);
    return err == ERR_OK ? put_tag(db, table_wire(TABLE_CASE), id, rev) : err;
}

static enum err put_user_agency(struct db *db, const char *id, int64_t rev)
{
    struct json *row = NULL;
    enum err err = row_get(db, TABLE_USER, id, &row);
    if (err == ERR_OK)
        err = put_agency(db, json_text(row, "agency"), rev);
    json_free(&row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* What lies in an application is of it; whose agency a row is of is known from the row. */
static enum err put_owner(struct db *db, enum table table, const char *id, int64_t rev)
{
    static const char sql_document[] = "SELECT case_ FROM documents WHERE id = $1", /* primary keys */
        sql_payment[] = "SELECT case_ FROM payments WHERE id = $1",
                      sql_decision[] = "SELECT case_ FROM decisions WHERE id = $1",
                      sql_service[] = "SELECT agency FROM services WHERE id = $1";
    char owner[64];
    enum err err;
    switch (table) {
    case TABLE_DOCUMENT:
    case TABLE_PAYMENT:
    case TABLE_DECISION:
        err = column_of(db,
                        table == TABLE_DOCUMENT  ? sql_document
                        : table == TABLE_PAYMENT ? sql_payment
                                                 : sql_decision,
                        id, owner);
        return err == ERR_OK && *owner ? put_case(db, owner, rev) : err;
    case TABLE_SERVICE:
        err = column_of(db, sql_service, id, owner);
        return err == ERR_OK ? put_agency(db, owner, rev) : err;
    case TABLE_AGENCY:
        return put_agency(db, id, rev);
    case TABLE_USER:
        return put_user_agency(db, id, rev);
    default:
        return ERR_OK;
    }
}

static enum err put_row(struct db *db, enum table table, const char *id, int64_t rev)
{
    if (table == TABLE_CASE)
        return put_case(db, id, rev);
    enum err err = put_owner(db, table, id, rev);
    return err == ERR_OK ? put_tag(db, table_wire(table), id, rev) : err;
}

/* The members of a body that name a row. */
static const enum table named[] = {TABLE_TICKET,  TABLE_CASE,    TABLE_PERSON, TABLE_COUNTER,
                                   TABLE_QUEUE,   TABLE_SERVICE, TABLE_USER,   TABLE_DISPUTE,
                                   TABLE_CLOSURE, TABLE_MOVE,    TABLE_ALERT};

static bool names_row(const char *id)
{
    return !str_empty(id) && strlen(id) < UUID_TEXT + 10;
}

static enum err put_named(struct db *db, const struct json *body, int64_t rev)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof named / sizeof *named && err == ERR_OK; i++) {
        const char *id = json_text(body, table_wire(named[i]));
        if (names_row(id))
            err = put_row(db, named[i], id, rev);
    }
    return err;
}

static bool by_the_hall(const struct audit_entry *entry)
{
    return str_empty(entry->actor->user) || str_starts(entry->command->type, "audit.") ||
           admin_people_knows(entry->command->type);
}

/* Of a look at somebody also why. */
static void put_purpose(const struct json *body, struct json *about)
{
    static const char *const members[] = {"purpose", "text"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!str_empty(json_text(body, members[i])))
            json_set_text(about, members[i], json_text(body, members[i]));
}

/* What the hall says of itself is kept as it is said; of people's words only what names a row, and why they looked. */
static struct json *about_of(const struct audit_entry *entry)
{
    const struct json *body = entry->command->body;
    struct json *about = NULL;
    if (by_the_hall(entry) && str_equal(entry->outcome, "applied"))
        return json_is_object(body) ? json_copy(body) : NULL;
    about = json_new_object();
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        const char *id = json_text(body, table_wire(named[i]));
        if (names_row(id))
            json_set_text(about, table_wire(named[i]), id);
    }
    if (str_equal(entry->command->type, "person.reveal"))
        put_purpose(body, about);
    if (json_count(about) == 0)
        json_free(&about);
    return about;
}

static enum err put_about(struct db *db, const struct audit_entry *entry)
{
    static const char sql[] = "INSERT INTO audit_note (rev, about) VALUES ($1, $2)";
    struct json *about = about_of(entry);
    if (!about)
        return ERR_OK;
    char *text = json_print(about);
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, entry->rev);
    db_bind_text(s, 2, text);
    free(text);
    json_free(&about);
    return db_run(s);
}

static enum err note_hour(struct db *db, const char *sql, const char *at, int64_t rev)
{
    char hour[HOUR_TEXT];
    str_format(hour, sizeof hour, "%.13s", at);
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, rev);
    db_bind_text(s, 2, hour);
    return db_run(s);
}

static enum err put_hour(struct db *db, const char *at, int64_t rev)
{
    static const char sql[] = "INSERT INTO audit_hour (first_rev, hour) VALUES ($1, $2)"
                              " ON CONFLICT (first_rev) DO NOTHING";
    return note_hour(db, sql, at, rev);
}

/* A stretch ends where the next begins, so only the first line of an hour is written down. Nothing is asked for: whoever
 * shares a hall would wait for the answer with each command. */
static enum err follow_hour(struct db *db, const char *at, int64_t rev)
{
    static const char sql[] =
        "INSERT INTO audit_hour (first_rev, hour) SELECT $1, $2 WHERE NOT EXISTS (SELECT hour FROM"
        " (SELECT hour FROM audit_hour ORDER BY first_rev DESC LIMIT 1) AS newest WHERE hour = $2)"
        " ON CONFLICT (first_rev) DO NOTHING"; /* primary key */
    return note_hour(db, sql, at, rev);
}

static enum err put_line(struct db *db, int64_t rev, const char *user, const char *type, const char *outcome)
{
    enum err err = put_tag(db, "u", user, rev);
    if (err == ERR_OK)
        err = put_tag(db, "c", type, rev);
    return err == ERR_OK && str_starts(outcome, "refused") ? put_tag(db, "o", "refused", rev) : err;
}

enum err audit_index_note(struct db *db, const struct audit_entry *entry)
{
    const struct command *command = entry->command;
    enum err err = put_line(db, entry->rev, entry->actor->user, command->type, entry->outcome);
    if (err == ERR_OK)
        err = put_agency(db, entry->actor->agency, entry->rev);
    if (err == ERR_OK)
        err = put_named(db, command->body, entry->rev);
    for (int i = 0; i < entry->row_count && err == ERR_OK; i++)
        err = put_row(db, entry->rows[i].table, entry->rows[i].id, entry->rev);
    /* Of accounts and counters what was before and after: rows are replaced, and changes shortened. */
    if (err == ERR_OK &&
        (entry->row_count == 0 || str_starts(entry->outcome, "refused") || admin_people_knows(command->type)))
        err = put_about(db, entry);
    return err == ERR_OK ? follow_hour(db, entry->at, entry->rev) : err;
}

/* --- lines of a file from before --- */

enum err audit_index_place(struct db *db, int64_t *place)
{
    static const char sql[] = "SELECT place FROM audit_state WHERE id = 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    *place = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err == ERR_ABSENT ? ERR_CORRUPT : err;
}

static enum err set_place(struct db *db, int64_t place)
{
    static const char sql[] = "UPDATE audit_state SET place = $1 WHERE id = 1";
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, place);
    return db_run(s);
}

static enum err put_item_rows(struct db *db, int64_t rev, const char *text)
{
    struct json *item = NULL;
    enum table table;
    enum err err = ERR_OK;
    if (!text || json_parse(text, strlen(text), &item, NULL) != ERR_OK)
        return ERR_OK; /* verify says so; a line is found by the rest */
    for (const struct json *line = json_first(json_get(item, "rows")); line && err == ERR_OK;
         line = json_next(line))
        if (table_find(json_text_or(line, "t", ""), &table))
            err = put_row(db, table, json_text_or(line, "id", ""), rev);
    json_free(&item);
    return err;
}

/* The agency is the one that the person has now; nothing older is known. */
static enum err put_old(struct db *db, struct stmt *s)
{
    int64_t rev = db_int(s, 0);
    enum err err = put_line(db, rev, db_text(s, 2), db_text(s, 3), db_text(s, 4));
    if (err == ERR_OK && !str_empty(db_text(s, 2)))
        err = put_user_agency(db, db_text(s, 2), rev);
    if (err == ERR_OK)
        err = put_item_rows(db, rev, db_text(s, 5));
    return err == ERR_OK ? put_hour(db, db_text(s, 1), rev) : err;
}

static enum err drop_hour(struct db *db, int64_t rev)
{
    static const char sql[] = "DELETE FROM audit_hour WHERE first_rev = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, rev);
    return db_run(s);
}

enum err audit_index_slice(struct db *db, int lines, bool *whole)
{
    static const char sql[] =
        "SELECT audit.rev, audit.at_, audit.actor, audit.type, audit.outcome, change.item FROM audit"
        " LEFT JOIN change ON change.rev = audit.rev WHERE audit.rev <= $1 ORDER BY audit.rev DESC "
        "LIMIT $2"; /* keys */
    char hour[HOUR_TEXT] = "";
    int64_t place = 0, above = 0;
    int count = 0;
    enum err err = audit_index_place(db, &place);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, place);
    db_bind_int(s, 2, lines);
    while ((err = db_step(s)) == ERR_OK) {
        int64_t rev = db_int(s, 0);
        bool same = strncmp(hour, db_text(s, 1), HOUR_TEXT - 1) == 0;
        err = put_old(db, s);
        if (err == ERR_OK && same) /* the stretch begins here, not at the line after it */
            err = drop_hour(db, above);
        if (err != ERR_OK)
            break;
        str_format(hour, sizeof hour, "%.13s", db_text(s, 1));
        place = above = rev;
        count++;
    }
    db_done(s);
    *whole = err == ERR_ABSENT && count < lines;
    return err == ERR_ABSENT ? set_place(db, *whole ? 0 : place - 1) : err;
}

/* --- finding --- */

enum err audit_index_newest(struct db *db, const char *tag, int64_t rev, int64_t *found)
{
    static const char sql[] = "SELECT rev FROM audit_tag WHERE tag = $1 AND rev <= $2"
                              " ORDER BY rev DESC LIMIT 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, tag);
    db_bind_int(s, 2, rev);
    enum err err = db_step(s);
    *found = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

enum err audit_index_next_tag(struct db *db, const char *after, char tag[AUDIT_TAG])
{
    static const char sql[] =
        "SELECT tag FROM audit_tag WHERE tag > $1 ORDER BY tag LIMIT 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, after);
    enum err err = db_step(s);
    str_copy(tag, AUDIT_TAG, err == ERR_OK ? db_text(s, 0) : "");
    db_done(s);
    return err;
}

/* The end of the stretch that begins at first. */
static enum err stretch_end(struct db *db, int64_t first, int64_t last, int64_t *end)
{
    static const char sql[] =
        "SELECT first_rev FROM audit_hour WHERE first_rev > $1 ORDER BY first_rev LIMIT 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, first);
    enum err err = db_step(s);
    *end = err == ERR_OK ? db_int(s, 0) - 1 : last;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err audit_index_span(struct db *db, const char *from, const char *to, int64_t last, int64_t *low,
                          int64_t *high)
{
    static const char sql[] = "SELECT min(first_rev), max(first_rev) FROM audit_hour WHERE hour >= $1 AND "
                              "hour <= $2"; /* audit_hour_hour */
    char first[HOUR_TEXT], until[HOUR_TEXT];
    *low = 1;
    *high = last;
    if (!from && !to)
        return ERR_OK;
    str_format(first, sizeof first, "%.13s", from ? from : "0");
    str_format(until, sizeof until, "%.13s", to ? to : "9");
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, first);
    db_bind_text(s, 2, until);
    enum err err = db_step(s);
    bool any = err == ERR_OK && !db_is_null(s, 0);
    int64_t begin = any ? db_int(s, 0) : 0, end = any ? db_int(s, 1) : 0;
    db_done(s);
    if (err != ERR_OK)
        return err;
    *low = any ? begin : 1;
    *high = 0;
    return any ? stretch_end(db, end, last, high) : ERR_OK;
}

enum err audit_index_about(struct db *db, int64_t rev, struct json **about)
{
    static const char sql[] = "SELECT about FROM audit_note WHERE rev = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, rev);
    enum err err = rows_first(s, about);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- verify --- */

enum err audit_index_has_row(struct db *db, enum table table, const char *id, int64_t rev, bool *has)
{
    char tag[AUDIT_TAG];
    int64_t found = 0;
    str_format(tag, sizeof tag, "%s/%s", table_wire(table), id);
    enum err err = audit_index_newest(db, tag, rev, &found);
    *has = err == ERR_OK && found == rev;
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* sql: the first rev that is wrong, after $1. */
static enum err none_is(struct db *db, const char *sql, int64_t place, const char *says,
                        char what[AUDIT_WHAT])
{
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, place);
    enum err err = db_step(s);
    if (err == ERR_OK)
        str_format(what, AUDIT_WHAT, "audit line %lld %s", (long long)db_int(s, 0), says);
    db_done(s);
    return err == ERR_OK ? ERR_CORRUPT : err == ERR_ABSENT ? ERR_OK : err;
}

/* What the hall said of itself, and what an administrator changed, was kept as it was said: the line has its digest. */
static enum err check_notes(struct db *db, char what[AUDIT_WHAT])
{
    static const char sql[] =
        "SELECT audit_note.rev, about, body_sha256, type, actor = '' OR type LIKE 'audit.%' FROM audit_note"
        " JOIN audit ON audit.rev = audit_note.rev WHERE outcome = 'applied'";
    struct stmt *s = db_query(db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        char digest[SHA256_TEXT];
        struct sha256 sha;
        if (!db_int(s, 4) && !admin_people_knows(db_text(s, 3)))
            continue; /* of people's words only what names a row is kept */
        sha256_start(&sha);
        sha256_add(&sha, db_text(s, 1), strlen(db_text(s, 1)));
        sha256_text(&sha, digest);
        bool gone = false;
        err = str_equal(digest, db_text(s, 2)) ? ERR_OK
              : str_starts(db_text(s, 3), "audit.")
                  ? person_words_gone(db, db_int(s, 0), db_text(s, 1), &gone)
                  : ERR_OK;
        if (err == ERR_OK && (gone || str_equal(digest, db_text(s, 2))))
            continue;
        if (err != ERR_OK)
            break;
        str_format(what, AUDIT_WHAT, "what audit line %lld was about was altered", (long long)db_int(s, 0));
        err = ERR_CORRUPT;
        break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err audit_index_verify(struct db *db, char what[AUDIT_WHAT])
{
    static const char
        sql_who[] = "SELECT rev FROM audit WHERE rev > $1 AND NOT EXISTS (SELECT 1 FROM audit_tag WHERE"
                    " tag = 'u/' || actor AND audit_tag.rev = audit.rev) LIMIT 1", /* primary keys */
        sql_type[] = "SELECT rev FROM audit WHERE rev > $1 AND NOT EXISTS (SELECT 1 FROM audit_tag WHERE"
                     " tag = 'c/' || type AND audit_tag.rev = audit.rev) LIMIT 1",
        sql_refused[] =
            "SELECT rev FROM audit WHERE rev > $1 AND outcome <> 'applied' AND NOT EXISTS (SELECT 1 FROM"
            " audit_tag WHERE tag = 'o/refused' AND audit_tag.rev = audit.rev) LIMIT 1",
        sql_other[] =
            "SELECT audit_tag.rev FROM audit_tag JOIN audit ON audit.rev = audit_tag.rev WHERE audit.rev > $1"
            " AND ((tag LIKE 'u/%' AND tag <> 'u/' || actor) OR (tag LIKE 'c/%' AND tag <> 'c/' || type)"
            " OR (tag LIKE 'o/%' AND outcome = 'applied')) LIMIT 1",
        sql_none[] = "SELECT rev FROM audit_tag WHERE rev > $1 AND NOT EXISTS (SELECT 1 FROM audit WHERE"
                     " audit.rev = audit_tag.rev) LIMIT 1",
        sql_note[] = "SELECT rev FROM audit_note WHERE rev > $1 AND NOT EXISTS (SELECT 1 FROM audit WHERE"
                     " audit.rev = audit_note.rev) LIMIT 1";
    static const char missing[] = "is not in its index", other[] = "is in its index as another";
    static const struct {
        const char *sql, *says;
    } checks[] = {{sql_who, missing},     {sql_type, missing},
                  {sql_refused, missing}, {sql_other, other},
                  {sql_none, other},      {sql_note, "is not there, but what it was about is"}};
    int64_t place = 0;
    enum err err = audit_index_place(db, &place);
    for (size_t i = 0; i < sizeof checks / sizeof *checks && err == ERR_OK; i++)
        err = none_is(db, checks[i].sql, place, checks[i].says, what);
    return err == ERR_OK ? check_notes(db, what) : err;
}
