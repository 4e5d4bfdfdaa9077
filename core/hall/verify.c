/* core/hall/verify.c: see verify.h. One walk over the changes, one over the rows; memory grows with the people who
 * are being served, not with the history. */
#include "core/hall/applications.h"
#include "core/hall/audit_chain.h"
#include "core/hall/audit_heads.h"
#include "core/hall/audit_index.h"
#include "core/hall/erase_proof.h"
#include "core/hall/events.h"
#include "core/hall/notices.h"
#include "core/hall/retention_proof.h"
#include "core/hall/verify_inside.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/bus.h"
#include "core/hall/daybook.h"
#include "core/hall/search_index.h"
#include "core/hall/server_core.h"
#include "core/wire/feed.h"

enum err bad(struct verify *v, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_set(v->info, ERR_CORRUPT, "%s: %s", db_path(v->db), text);
}

/* --- the feed: dense, chained, and what it says of tickets --- */

/* A row that was deleted: told by null, or by the leaf that stands for it. */
static bool is_tombstone(const struct json *line)
{
    char leaf[SHA256_TEXT];
    if (json_get(line, "row"))
        return json_is_null(json_get(line, "row"));
    feed_leaf_text(json_text_or(line, "t", ""), json_text_or(line, "id", ""), "", leaf);
    return str_equal(json_text(line, "leaf"), leaf);
}

/* The audit finds the line of this change by the row. */
static enum err check_tagged(struct verify *v, int64_t rev, enum table table, const char *id)
{
    bool has = true;
    if (v->untagged || rev <= v->audit_place)
        return ERR_OK;
    enum err err = audit_index_has_row(v->db, table, id, rev, &has);
    v->untagged = err == ERR_OK && !has ? rev : 0;
    return err;
}

/* Every row that a change wrote is still there, for the hall deletes none; and a decision was written once, never
 * again but by an erasure. */
static enum err check_there(struct verify *v, int64_t rev, const struct json *line)
{
    static const char *const sql_rev[] = {
#define TABLE(ID, wire, name) [TABLE_##ID] = "SELECT row_rev FROM " name " WHERE id = $1", /* primary key */
#include "core/db/tables.def"
    };
    enum table table;
    const char *t = json_text_or(line, "t", ""), *id = json_text_or(line, "id", "");
    if (is_tombstone(line) || !table_find(t, &table))
        return ERR_OK;
    int64_t later = 0;
    enum err err = check_tagged(v, rev, table, id);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(v->db, sql_rev[table]);
    db_bind_text(s, 1, id);
    err = db_step(s);
    if (err == ERR_ABSENT && !v->gone[0])
        str_format(v->gone, sizeof v->gone, "%s %s was written by change %" PRId64 " and is gone.", t, id,
                   rev);
    else if (err == ERR_OK && table == TABLE_DECISION && db_int(s, 0) != rev)
        later = db_int(s, 0);
    db_done(s);
    if (err == ERR_OK && later && !erasures_has(v->erasures, later) && !v->gone[0])
        str_format(v->gone, sizeof v->gone, "the decision %s of change %" PRId64 " was changed afterwards.",
                   id, rev);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* A change that is not kept any more has leaves in place of its rows (retention.h). */
static enum err check_leaf(struct verify *v, int64_t rev, const struct json *line, char leaf[SHA256_TEXT])
{
    const char *given = json_text(line, "leaf");
    if (!given || strlen(given) != SHA256_TEXT - 1 || json_get(line, "row"))
        return bad(v, "change %" PRId64 " holds a row that cannot be read.", rev);
    str_copy(leaf, SHA256_TEXT, given);
    return ERR_OK;
}

/* The line says which erasure took the row: one that seals what it took (erase_proof.h). */
static enum err check_taken(struct verify *v, int64_t rev, const struct json *line)
{
    if (erasures_mark(v->erasures, rev, line))
        return ERR_OK;
    return bad(
        v, "change %" PRId64 " says that the erasure of audit line %" PRId64 " took %s %s, which it did not.",
        rev, json_int(line, "erasure", 0), json_text_or(line, "t", ""), json_text_or(line, "id", ""));
}

/* The same in a younger change: only of a row that an erasure took. */
static enum err check_erased(struct verify *v, int64_t rev, enum table table, const struct json *line,
                             char leaf[SHA256_TEXT])
{
    bool covers = false;
    const char *id = json_text_or(line, "id", "");
    enum err err = check_leaf(v, rev, line, leaf);
    if (err == ERR_OK && json_get(line, "erasure"))
        return check_taken(v, rev, line);
    if (err == ERR_OK)
        err = erasures_cover(v->erasures, table, id, rev, &covers);
    return err == ERR_OK && !covers ? bad(v, "change %" PRId64 " calls %s %s erased, but no erasure was.",
                                          rev, table_wire(table), id)
                                    : err;
}

static enum err check_shortened(struct verify *v, int64_t rev, const struct json *line,
                                char leaf[SHA256_TEXT])
{
    enum err err = check_leaf(v, rev, line, leaf);
    shortenings_add(v->shortenings, rev, line);
    return err == ERR_OK && json_get(line, "erasure") ? check_taken(v, rev, line) : err;
}

static enum err check_item_row(struct verify *v, int64_t rev, const struct json *line, char leaf[SHA256_TEXT])
{
    enum table table;
    const char *t = json_text_or(line, "t", ""), *id = json_text_or(line, "id", "");
    const struct json *row = json_get(line, "row");
    if (table_find(t, &table) && *id && rev <= v->state.pruned_through)
        return check_shortened(v, rev, line, leaf);
    if (table_find(t, &table) && *id && json_bool(line, "erased", false))
        return check_erased(v, rev, table, line, leaf);
    if (!table_find(t, &table) || !*id || !row || json_get(line, "leaf"))
        return bad(v, "change %" PRId64 " holds a row that cannot be read.", rev);
    feed_leaf(t, id, row, leaf);
    if (json_is_null(row))
        return table == TABLE_DECISION ? bad(v, "change %" PRId64 ": the decision %s was deleted.", rev, id)
                                       : ERR_OK;
    if (json_int(row, "row_rev", 0) != rev)
        return bad(v, "change %" PRId64 ": %s %s has another row_rev.", rev, t, id);
    return check_step(v, rev, table, id, row);
}

/* Not one byte may differ, also where JSON would not mind. */
static bool is_as_written(const struct json *item, const char *text)
{
    char *printed = json_print(item);
    bool same = str_equal(printed, text);
    free(printed);
    return same;
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
        bool known = head[0] || rev == 1; /* a bus does not keep the seal of its home's last change */
        feed_chain(head, rev, command, by, leaves, count, next);
        if ((known && !str_equal(next, h)) || !str_equal(json_text(item, "h"), h) ||
            json_int(item, "rev", 0) != rev || !str_equal(json_text(item, "command"), command) ||
            !str_equal(json_text(item, "by"), by))
            err = bad(v, "change %" PRId64 " was altered: its seal does not fit.", rev);
        str_copy(head, SHA256_TEXT, h);
    }
    free(leaves);
    for (const struct json *line = json_first(rows); line && err == ERR_OK; line = json_next(line))
        err = check_there(v, rev, line);
    return err;
}

static enum err check_changes(struct verify *v)
{
    static const char sql[] = "SELECT rev, command, by_, item, h FROM change ORDER BY rev"; /* primary key */
    char head[SHA256_TEXT] = "";
    int64_t expected = v->base_rev + 1;
    struct stmt *s = db_query(v->db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *item = NULL;
        int64_t rev = db_int(s, 0);
        const char *text = db_text(s, 3);
        if (rev != expected)
            err = bad(v, "change %" PRId64 " is missing.", expected);
        else if (!text || !db_text(s, 4) || json_parse(text, strlen(text), &item, NULL) != ERR_OK)
            err = bad(v, "change %" PRId64 " cannot be read.", rev);
        else if (!is_as_written(item, text))
            err = bad(v, "change %" PRId64 " was altered: it is not as it was written.", rev);
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
    if (expected - 1 != v->state.rev)
        return bad(v, "the last change is %" PRId64 ", but the hall counts %" PRId64 ".", expected - 1,
                   v->state.rev);
    return str_equal(head, v->state.feed_head) ? ERR_OK
                                               : bad(v, "the seal of the last change is not the hall's.");
}

/* --- the audit --- */

static enum err bad_line(struct verify *v, int64_t rev, enum audit_fault fault)
{
    switch (fault) {
    case AUDIT_UNREADABLE:
        return bad(v, "audit line %" PRId64 " cannot be read.", rev);
    case AUDIT_ALTERED:
        return bad(v, "audit line %" PRId64 " was altered: its hash does not fit.", rev);
    case AUDIT_APART:
        return bad(v, "audit line %" PRId64 " does not follow the one before it.", rev);
    default:
        return bad(v, "audit line %" PRId64 " is missing.", rev);
    }
}

static enum err check_audit(struct verify *v)
{
    enum { LINES = 1000 };
    struct audit_place place = {.rev = v->base_rev};
    enum audit_fault fault = AUDIT_FITS;
    bool end = false;
    enum err err = ERR_OK;
    str_copy(place.hash, sizeof place.hash, v->base_audit);
    while (err == ERR_OK && fault == AUDIT_FITS && !end)
        err = audit_chain_walk(v->db, &place, LINES, &end, &fault);
    v->done->audit = place.rev - v->base_rev;
    if (err != ERR_OK)
        return err;
    if (fault != AUDIT_FITS || place.rev != v->state.rev)
        return bad_line(v, place.rev + 1, fault);
    return str_equal(place.hash, v->state.audit_head) ? ERR_OK
                                                      : bad(v, "the last audit line is not the hall's.");
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

static bool fold_agrees(const char *stored, const struct column *column, const struct json *row)
{
    struct buf folded = {0};
    row_fold_name(row, str_equal(column->member, "fold_family"), &folded);
    bool same = str_equal(stored, buf_text(&folded));
    buf_free(&folded);
    return same;
}

static bool column_agrees(struct stmt *s, int place, const struct column *column, const struct json *row)
{
    if (is_made(column))
        return fold_agrees(db_text(s, place), column, row);
    if (column->number)
        return db_int(s, place) == json_int(row, column->member, 0);
    return str_equal(db_text(s, place), json_text(row, column->member));
}

/* The columns of a row; the last says whether each holds the kind of value that it should (check_types). The same text
 * ever after, so that its address can stand for the statement. */
static const char *rows_sql(enum table table)
{
    static char *texts[TABLE_COUNT];
    static const char *const reserved[] = {"user", "case", "at"};
    if (texts[table])
        return texts[table];
    struct buf sql = {0}, kinds = {0};
    buf_adds(&sql, "SELECT id, row_rev, row");
    for (int i = 0; i < COLUMN_COUNT; i++) {
        if (columns[i].table != table)
            continue;
        bool taken = false;
        for (size_t w = 0; w < sizeof reserved / sizeof *reserved; w++)
            taken = taken || str_equal(reserved[w], columns[i].member);
        const char *member = columns[i].member, *end = taken ? "_" : "";
        buf_addf(&sql, ", %s%s", member, end);
        buf_addf(&kinds, " AND typeof(%s%s) IN (%s)", member, end,
                 columns[i].number ? "'integer'" : "'text', 'null'");
    }
    buf_addf(&sql, ", 1 = 1%s FROM %s ORDER BY id", buf_text(&kinds), table_name(table));
    buf_free(&kinds);
    return texts[table] = buf_take(&sql);
}

/* The item's own text holds the row's, byte for byte. Nearly always so; else check_written looks closer. */
static bool holds_text(const char *item, enum table table, const char *id, const char *row)
{
    char before[128];
    str_format(before, sizeof before, "{\"t\":\"%s\",\"id\":\"%s\",\"row\":", table_wire(table), id);
    const char *at = item ? strstr(item, before) : NULL;
    size_t length = strlen(row);
    return at && strncmp(at + strlen(before), row, length) == 0 && at[strlen(before) + length] == '}';
}

static bool has_leaf(const struct json *item, enum table table, const char *id, const char *text)
{
    char leaf[SHA256_TEXT], written[SHA256_TEXT] = "";
    feed_leaf_text(table_wire(table), id, text, leaf);
    const struct json *rows = json_get(item, "rows");
    for (const struct json *line = json_first(rows); line; line = json_next(line))
        if (str_equal(json_text(line, "t"), table_wire(table)) && str_equal(json_text(line, "id"), id)) {
            feed_leaf(table_wire(table), id, json_get(line, "row"), written);
            str_copy(written, sizeof written, json_text_or(line, "leaf", written));
        }
    return str_equal(leaf, written);
}

/* The change of row_rev must have written this very row, to the byte. */
static enum err check_written(struct verify *v, enum table table, const char *id, int64_t rev,
                              const char *text)
{
    static const char sql[] = "SELECT item FROM change WHERE rev = $1"; /* primary key */
    struct json *item = NULL;
    if (rev > 0 && rev <= v->base_rev) /* a bus brought it along as it was */
        return ERR_OK;
    struct stmt *s = db_query(v->db, sql);
    db_bind_int(s, 1, rev);
    enum err err = db_step(s);
    const char *whole = err == ERR_OK ? db_text(s, 0) : NULL;
    if (err == ERR_ABSENT)
        err = bad(v, "%s %s names a change %" PRId64 " that is not there.", table_wire(table), id, rev);
    else if (err == ERR_OK && !holds_text(whole, table, id, text) &&
             (!whole || json_parse(whole, strlen(whole), &item, NULL) != ERR_OK ||
              !has_leaf(item, table, id, text)))
        err = bad(v, "%s %s is not as change %" PRId64 " wrote it.", table_wire(table), id, rev);
    db_done(s);
    json_free(&item);
    return err;
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
        if (columns[i].table != table)
            continue;
        if (!column_agrees(s, place++, &columns[i], row))
            err = bad(v, "%s %s: the column of \"%s\" differs from the row.", table_wire(table), id,
                      columns[i].member);
    }
    if (err == ERR_OK && db_int(s, place) == 0)
        err = bad(v, "%s %s was altered: a value is of another kind.", table_wire(table), id);
    if (err == ERR_OK)
        err = check_written(v, table, id, db_int(s, 1), text);
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

static enum err load_erasures(struct verify *v)
{
    char what[ERASURE_WHAT] = "";
    enum err err = erasures_load(v->db, &v->erasures, what);
    v->done->unsealed = erasures_unsealed(v->erasures);
    return err == ERR_CORRUPT && *what ? bad(v, "%s.", what) : err;
}

static enum err load_shortenings(struct verify *v)
{
    char what[SHORTENED_WHAT] = "";
    enum err err = shortenings_load(v->db, &v->state, &v->shortenings, what);
    v->done->unsealed_changes = shortenings_unsealed(v->shortenings);
    return err == ERR_CORRUPT && *what ? bad(v, "%s.", what) : err;
}

static enum err check_shortenings(struct verify *v)
{
    char what[SHORTENED_WHAT] = "";
    enum err err = shortenings_fit(v->shortenings, what);
    return err == ERR_CORRUPT ? bad(v, "%s.", what) : err;
}

/* What was erased stands nowhere any more, and nothing else is called erased. */
static enum err check_erasures(struct verify *v)
{
    int64_t rev = 0;
    char what[ERASURE_WHAT] = "";
    enum err err = erasures_fit(v->erasures, what);
    if (err == ERR_CORRUPT)
        return bad(v, "%s.", what);
    if (err == ERR_OK)
        err = erasures_verify(v->erasures, &v->state, &rev);
    return err == ERR_CORRUPT && rev
               ? bad(v, "change %" PRId64 " still holds a row that was erased later.", rev)
               : err;
}

static enum err check_gone(struct verify *v)
{
    return v->gone[0] ? bad(v, "%s", v->gone) : ERR_OK;
}

/* --- all of it --- */

static enum err check_buses(struct verify *v)
{
    return bus_verify(v->db, v->info);
}

static enum err check_events(struct verify *v)
{
    int64_t seq = 0;
    enum err err = events_verify(v->db, &seq);
    return err == ERR_CORRUPT && seq > 0
               ? bad(v, "event %lld is not as it was written, or one before it is gone", (long long)seq)
               : err;
}

/* A flipped or removed code would deny a true notice, or vouch for another one. */
static enum err check_notices(struct verify *v)
{
    char decision[NOTICES_ID] = "";
    const char *what = "";
    enum err err = notices_verify(v->db, decision, &what);
    return err == ERR_CORRUPT ? bad(v, "the decision %s %s.", decision, what) : err;
}

/* Whom it does not know cannot be found, whom it knows under other words is taken for another. */
static enum err check_search(struct verify *v)
{
    char person[SEARCH_ID] = "";
    const char *what = "";
    enum err err = search_verify(v->db, person, &what);
    if (err != ERR_CORRUPT)
        return err;
    return person[0] ? bad(v, "the person %s %s.", person, what) : bad(v, "%s.", what);
}

/* What a report reads in place of the rows. */
static enum err check_daybook(struct verify *v)
{
    char day[DAYBOOK_DAY] = "";
    const char *what = "";
    enum err err = daybook_verify(v->db, day, &what);
    if (err != ERR_CORRUPT || !*what)
        return err;
    return day[0] ? bad(v, "the day book of %s %s.", day, what) : bad(v, "the day book %s.", what);
}

static enum err check_applications(struct verify *v)
{
    char what[APPLICATION_WHAT];
    enum err err = applications_verify(v->db, v->state.mobile, what);
    return err == ERR_CORRUPT && *what ? bad(v, "%s.", what) : err;
}

static enum err check_audit_index(struct verify *v)
{
    char what[AUDIT_WHAT] = "";
    if (v->untagged)
        return bad(v, "audit line %" PRId64 " is not in its index with all its rows.", v->untagged);
    enum err err = audit_index_verify(v->db, what);
    return err == ERR_CORRUPT && *what ? bad(v, "%s.", what) : err;
}

static enum err check_heads(struct verify *v)
{
    char what[HEADS_WHAT] = "";
    enum err err = audit_heads_verify(v->db, what);
    return err == ERR_CORRUPT && *what ? bad(v, "%s.", what) : err;
}

enum err verify_store(struct db *db, struct verified *done, struct err_info *info)
{
    static enum err (*const checks[])(struct verify * v) = {
        check_types,   check_state,        load_erasures,  load_shortenings,  check_changes,
        check_audit,   check_rows,         check_erasures, check_shortenings, check_gone,
        check_results, check_invariants,   check_notices,  check_search,      check_buses,
        check_events,  check_applications, check_daybook,  check_audit_index, check_heads};
    struct verify v = {
        .db = db, .done = done, .info = info, .open = json_new_object(), .never_less = json_new_object()};
    *done = (struct verified){0};
    enum err err = db_integrity(db, info);
    if (err == ERR_OK)
        err = store_state(db, &v.state);
    if (err == ERR_OK)
        err = bus_base(db, &v.base_rev, v.base_audit);
    if (err == ERR_OK)
        err = audit_index_place(db, &v.audit_place);
    for (size_t i = 0; i < sizeof checks / sizeof *checks && err == ERR_OK; i++)
        err = checks[i](&v);
    json_free(&v.open);
    json_free(&v.never_less);
    erasures_free(&v.erasures);
    shortenings_free(&v.shortenings);
    for (size_t i = 0; i < VERIFY_CLOSED; i++)
        json_free(&v.closed[i]);
    if (err != ERR_OK && !info->text[0])
        err_set(info, err, "%s cannot be read: %s", db_path(db), db_message(db));
    return err;
}
