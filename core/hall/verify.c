/* core/hall/verify.c: see verify.h. One walk over the changes, one over the rows; memory grows with the people who
 * are being served, not with the history. */
#include "core/hall/verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/bus.h"
#include "core/hall/server_core.h"
#include "core/model/ticket.h"
#include "core/wire/feed.h"

struct verify {
    struct db *db;
    struct hall_state state;
    struct verified *done;
    struct err_info *info;
    int64_t first_rev; /* of the changes that are kept */
    struct json *open; /* ticket id → {"gen","user"}: those that somebody has */
};

static enum err bad(struct verify *v, const char *format, ...) PRINTF(2, 3);
static enum err bad(struct verify *v, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_set(v->info, ERR_CORRUPT, "%s: %s", db_path(v->db), text);
}

/* --- the feed: dense, chained, and what it says of tickets --- */

static bool same_holder(const struct json *known, const struct json *row)
{
    return str_equal(json_text_or(known, "user", ""), json_text_or(row, "user", "")) &&
           str_equal(json_text_or(known, "counter", ""), json_text_or(row, "counter", ""));
}

/* gen never decreases, and one gen has one holder. */
static enum err check_ticket(struct verify *v, int64_t rev, const char *id, const struct json *row)
{
    enum ticket_state state;
    int64_t gen = json_int(row, "gen", 0);
    const struct json *known = json_get(v->open, id);
    if (!ticket_state_find(json_text_or(row, "state", ""), &state))
        return bad(v, "change %" PRId64 ": the ticket %s has no state that there is.", rev, id);
    if (known && gen < json_int(known, "gen", 0))
        return bad(v, "change %" PRId64 ": gen of the ticket %s decreases.", rev, id);
    bool held = ticket_is_open(state);
    if (held && (str_empty(json_text(row, "user")) || str_empty(json_text(row, "counter"))))
        return bad(v, "change %" PRId64 ": the ticket %s is %s, but nobody has it.", rev, id,
                   json_text(row, "state"));
    if (held && known && json_bool(known, "held", false) && gen == json_int(known, "gen", 0) &&
        !same_holder(known, row))
        return bad(v, "change %" PRId64 ": the ticket %s has two holders in one gen.", rev, id);
    if (!held && state != TICKET_WAITING) {
        json_remove(v->open, id);
        return ERR_OK;
    }
    struct json *note = json_new_object();
    json_set_int(note, "gen", gen);
    json_set_bool(note, "held", held);
    json_set_text(note, "user", json_text_or(row, "user", ""));
    json_set_text(note, "counter", json_text_or(row, "counter", ""));
    json_set(v->open, id, note);
    return ERR_OK;
}

static enum err check_item_row(struct verify *v, int64_t rev, const struct json *line, char leaf[SHA256_TEXT])
{
    enum table table;
    const char *t = json_text_or(line, "t", ""), *id = json_text_or(line, "id", "");
    const struct json *row = json_get(line, "row");
    if (!table_find(t, &table) || !*id || !row)
        return bad(v, "change %" PRId64 " holds a row that cannot be read.", rev);
    feed_leaf(t, id, row, leaf);
    if (json_is_null(row))
        return table == TABLE_DECISION ? bad(v, "change %" PRId64 ": the decision %s was deleted.", rev, id)
                                       : ERR_OK;
    if (json_int(row, "row_rev", 0) != rev)
        return bad(v, "change %" PRId64 ": %s %s has another row_rev.", rev, t, id);
    return table == TABLE_TICKET ? check_ticket(v, rev, id, row) : ERR_OK;
}

static enum err check_item(struct verify *v, int64_t rev, const char *command, const char *by,
                           const struct json *item, const char *h, char head[SHA256_TEXT])
{
    const struct json *rows = json_get(item, "rows");
    char(*leaves)[SHA256_TEXT] = xcalloc(json_count(rows) + 1, sizeof *leaves), next[SHA256_TEXT];
    size_t count = 0;
    enum err err = ERR_OK;
    for (const struct json *line = json_first(rows); line && err == ERR_OK; line = json_next(line))
        err = check_item_row(v, rev, line, leaves[count++]);
    if (err == ERR_OK) {
        bool known = head[0] || rev == 1; /* what stood before the kept history is taken on trust */
        feed_chain(head, rev, command, by, leaves, count, next);
        if ((known && !str_equal(next, h)) || !str_equal(json_text(item, "h"), h) ||
            json_int(item, "rev", 0) != rev || !str_equal(json_text(item, "command"), command) ||
            !str_equal(json_text(item, "by"), by))
            err = bad(v, "change %" PRId64 " was altered: its seal does not fit.", rev);
        str_copy(head, SHA256_TEXT, h);
    }
    free(leaves);
    return err;
}

static enum err check_changes(struct verify *v)
{
    static const char sql[] = "SELECT rev, command, by_, item, h FROM change ORDER BY rev"; /* primary key */
    char head[SHA256_TEXT] = "";
    int64_t expected = 0;
    struct stmt *s = db_query(v->db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *item = NULL;
        int64_t rev = db_int(s, 0);
        const char *text = db_text(s, 3);
        v->first_rev = expected ? v->first_rev : rev;
        if (expected && rev != expected)
            err = bad(v, "change %" PRId64 " is missing.", expected);
        else if (!text || !db_text(s, 4) || json_parse(text, strlen(text), &item, NULL) != ERR_OK)
            err = bad(v, "change %" PRId64 " cannot be read.", rev);
        else
            err = check_item(v, rev, db_text(s, 1), db_text(s, 2), item, db_text(s, 4), head);
        json_free(&item);
        if (err != ERR_OK)
            break;
        expected = rev + 1;
        v->done->changes++;
    }
    db_done(s);
    if (err != ERR_ABSENT)
        return err;
    if ((expected ? expected - 1 : 0) != v->state.rev)
        return bad(v, "the last change is %" PRId64 ", but the hall counts %" PRId64 ".",
                   expected ? expected - 1 : 0, v->state.rev);
    return str_equal(head, v->state.feed_head) ? ERR_OK
                                               : bad(v, "the seal of the last change is not the hall's.");
}

/* --- the audit --- */

static enum err check_line(struct verify *v, struct stmt *s, const char *head)
{
    char rev[24], hash[SHA256_TEXT];
    const char *members[8] = {db_text(s, 1), rev};
    str_format(rev, sizeof rev, "%" PRId64, db_int(s, 0));
    for (int i = 2; i < 8; i++)
        members[i] = db_text(s, i);
    for (int i = 0; i < 8; i++)
        if (!members[i])
            return bad(v, "audit line %s cannot be read.", rev);
    audit_hash(members, hash);
    if (!str_equal(hash, db_text(s, 8)))
        return bad(v, "audit line %s was altered: its hash does not fit.", rev);
    return str_equal(members[0], head) ? ERR_OK
                                       : bad(v, "audit line %s does not follow the one before it.", rev);
}

static enum err check_audit(struct verify *v)
{
    static const char sql[] = "SELECT rev, prev, at_, actor, client, type, body_sha256, outcome, hash"
                              " FROM audit ORDER BY rev"; /* primary key */
    char head[SHA256_TEXT] = "";
    int64_t expected = 0; /* a bus goes on where its home stood */
    enum err err = bus_base(v->db, &expected, head);
    if (err != ERR_OK)
        return err;
    expected++;
    struct stmt *s = db_query(v->db, sql);
    while ((err = db_step(s)) == ERR_OK) {
        if (db_int(s, 0) != expected)
            err = bad(v, "audit line %" PRId64 " is missing.", expected);
        else
            err = check_line(v, s, head);
        if (err != ERR_OK)
            break;
        str_copy(head, sizeof head, db_text(s, 8));
        expected++;
        v->done->audit++;
    }
    db_done(s);
    if (err != ERR_ABSENT)
        return err;
    if (expected - 1 != v->state.rev)
        return bad(v, "audit line %" PRId64 " is missing.", expected);
    return str_equal(head, v->state.audit_head) ? ERR_OK : bad(v, "the last audit line is not the hall's.");
}

/* --- rows --- */

static const struct column {
    enum table table;
    const char *member;
    bool number;
} columns[] = {
#define COLUMN(id, member, type) {TABLE_##id, #member, sizeof #type == sizeof "BIGINT" && #type[0] == 'B'},
#include "core/db/tables.def"
};
enum { COLUMN_COUNT = sizeof columns / sizeof *columns };

/* Folded names are made by the writer, not members of the row. */
static bool is_made(const struct column *column)
{
    return column->table == TABLE_PERSON && str_starts(column->member, "fold");
}

static bool column_agrees(struct stmt *s, int place, const struct column *column, const struct json *row)
{
    if (column->number)
        return db_int(s, place) == json_int(row, column->member, 0);
    return str_equal(db_text(s, place), json_text(row, column->member));
}

/* The same text ever after, so that its address can stand for the statement. */
static const char *rows_sql(enum table table)
{
    static char *texts[TABLE_COUNT];
    static const char *const reserved[] = {"user", "case", "at"};
    if (texts[table])
        return texts[table];
    struct buf sql = {0};
    buf_adds(&sql, "SELECT id, row_rev, row");
    for (int i = 0; i < COLUMN_COUNT; i++) {
        if (columns[i].table != table || is_made(&columns[i]))
            continue;
        buf_addf(&sql, ", %s", columns[i].member);
        for (size_t w = 0; w < sizeof reserved / sizeof *reserved; w++)
            if (str_equal(reserved[w], columns[i].member))
                buf_addc(&sql, '_');
    }
    buf_addf(&sql, " FROM %s ORDER BY id", table_name(table));
    return texts[table] = buf_take(&sql);
}

/* The change of row_rev must have written this very row. */
static enum err check_written(struct verify *v, enum table table, const char *id, int64_t rev,
                              const struct json *row)
{
    static const char sql[] = "SELECT item FROM change WHERE rev = $1"; /* primary key */
    struct json *item = NULL;
    if (rev < v->first_rev)
        return ERR_OK;
    struct stmt *s = db_query(v->db, sql);
    db_bind_int(s, 1, rev);
    enum err err = rows_first(s, &item);
    if (err == ERR_ABSENT)
        return bad(v, "%s %s names a change %" PRId64 " that is not there.", table_wire(table), id, rev);
    if (err != ERR_OK)
        return err;
    err = ERR_ABSENT;
    const struct json *rows = json_get(item, "rows");
    for (const struct json *line = json_first(rows); line; line = json_next(line))
        if (str_equal(json_text(line, "t"), table_wire(table)) && str_equal(json_text(line, "id"), id))
            err = json_equal(json_get(line, "row"), row) ? ERR_OK : ERR_ABSENT;
    json_free(&item);
    return err == ERR_OK ? ERR_OK
                         : bad(v, "%s %s is not as change %" PRId64 " wrote it.", table_wire(table), id, rev);
}

static enum err check_row(struct verify *v, enum table table, struct stmt *s)
{
    struct json *row = NULL;
    const char *id = db_text(s, 0), *text = db_text(s, 2);
    if (!id || !text || json_parse(text, strlen(text), &row, NULL) != ERR_OK)
        return bad(v, "%s %s cannot be read.", table_wire(table), id ? id : "?");
    enum err err = ERR_OK;
    if (!str_equal(json_text(row, "id"), id) || json_int(row, "row_rev", -1) != db_int(s, 1))
        err = bad(v, "%s %s: id or row_rev differ from the row's own.", table_wire(table), id);
    int place = 3;
    for (int i = 0; i < COLUMN_COUNT && err == ERR_OK; i++) {
        if (columns[i].table != table || is_made(&columns[i]))
            continue;
        if (!column_agrees(s, place++, &columns[i], row))
            err = bad(v, "%s %s: the column of \"%s\" differs from the row.", table_wire(table), id,
                      columns[i].member);
    }
    if (err == ERR_OK)
        err = check_written(v, table, id, db_int(s, 1), row);
    json_free(&row);
    v->done->rows++;
    return err;
}

static enum err check_rows(struct verify *v)
{
    enum err err = ERR_OK;
    for (int table = 0; table < TABLE_COUNT && err == ERR_OK; table++) {
        struct stmt *s = db_query(v->db, rows_sql((enum table)table));
        while ((err = db_step(s)) == ERR_OK)
            if ((err = check_row(v, (enum table)table, s)) != ERR_OK)
                break;
        db_done(s);
        err = err == ERR_ABSENT ? ERR_OK : err;
    }
    return err;
}

/* Every row that a change wrote is still there: the hall deletes none. */
static enum err check_digests(struct verify *v)
{
    static const char sql[] = "SELECT item FROM change ORDER BY rev"; /* primary key */
    struct stmt *s = db_query(v->db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *item = NULL;
        if (json_parse(db_text(s, 0), strlen(db_text(s, 0)), &item, NULL) != ERR_OK)
            continue; /* told by check_changes */
        const struct json *rows = json_get(item, "rows");
        for (const struct json *line = json_first(rows); line && err == ERR_OK; line = json_next(line)) {
            enum table table;
            struct json *row = NULL;
            if (json_is_null(json_get(line, "row")) || !table_find(json_text_or(line, "t", ""), &table))
                continue;
            err = row_get(v->db, table, json_text_or(line, "id", ""), &row);
            if (err == ERR_ABSENT)
                err = bad(v, "%s %s was written by change %" PRId64 " and is gone.", table_wire(table),
                          json_text_or(line, "id", ""), json_int(item, "rev", 0));
            json_free(&row);
        }
        json_free(&item);
        if (err != ERR_OK)
            break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- invariants --- */

/* A statement that finds what must not be: its first two columns name it. */
static enum err find_none(struct verify *v, const char *sql, const char *what)
{
    struct stmt *s = db_query(v->db, sql);
    enum err err = db_step(s);
    if (err == ERR_OK)
        err = bad(v, "%s: %s, %s.", what, db_text(s, 0) ? db_text(s, 0) : "?",
                  db_text(s, 1) ? db_text(s, 1) : "?");
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err check_invariants(struct verify *v)
{
    static const struct {
        const char *sql, *what;
    } rules[] = {
        {"SELECT number, day FROM tickets WHERE number IS NOT NULL GROUP BY day, number"
         " HAVING count(*) > 1 ORDER BY day, number LIMIT 1", /* tickets_number */
         "one ticket number was given twice on one day"},
        {"SELECT number, min(id) FROM cases WHERE number IS NOT NULL GROUP BY number HAVING count(*) > 1"
         " LIMIT 1", /* cases_number */
         "one application number was given twice"},
        {"SELECT login, min(id) FROM users GROUP BY login HAVING count(*) > 1 LIMIT 1", /* users_login */
         "two accounts have one login"},
        {"SELECT client, CAST(max(seq) AS TEXT) FROM result GROUP BY client"
         " HAVING max(seq) > (SELECT last_seq FROM client WHERE client.client = result.client) LIMIT 1",
         "a client has an answer beyond its last command"},
        {"SELECT id, case_ FROM decisions WHERE case_ NOT IN (SELECT id FROM cases) LIMIT 1",
         "a decision belongs to no application"},
    };
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof rules / sizeof *rules && err == ERR_OK; i++)
        err = find_none(v, rules[i].sql, rules[i].what);
    return err;
}

static enum err check_results(struct verify *v)
{
    static const char sql[] = "SELECT client, seq, rev, answer FROM result WHERE answer <> ''"
                              " ORDER BY client, seq"; /* all that clients have not acknowledged */
    struct stmt *s = db_query(v->db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *answer = NULL;
        const char *text = db_text(s, 3);
        bool good = text && json_parse(text, strlen(text), &answer, NULL) == ERR_OK &&
                    json_int(answer, "seq", -1) == db_int(s, 1) &&
                    json_int(answer, "rev", -1) == db_int(s, 2) && db_int(s, 2) <= v->state.rev;
        json_free(&answer);
        if (!good) {
            err = bad(v, "the answer %" PRId64 " of client %s was altered.", db_int(s, 1), db_text(s, 0));
            break;
        }
        v->done->results++;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err check_buses(struct verify *v)
{
    return bus_verify(v->db, v->info);
}

enum err verify_store(struct db *db, struct verified *done, struct err_info *info)
{
    static enum err (*const checks[])(struct verify * v) = {
        check_changes, check_audit, check_rows, check_digests, check_results, check_invariants, check_buses};
    struct verify v = {.db = db, .done = done, .info = info, .open = json_new_object()};
    *done = (struct verified){0};
    enum err err = db_integrity(db, info);
    if (err == ERR_OK)
        err = store_state(db, &v.state);
    for (size_t i = 0; i < sizeof checks / sizeof *checks && err == ERR_OK; i++)
        err = checks[i](&v);
    json_free(&v.open);
    if (err != ERR_OK && !info->text[0])
        err_set(info, err, "%s cannot be read: %s", db_path(db), db_message(db));
    return err;
}
