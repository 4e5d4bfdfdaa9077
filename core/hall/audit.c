/* core/hall/audit.c: see audit.h. */
#include "core/hall/audit.h"

#include <stdlib.h>
#include <string.h>

#include "core/hall/admin_people.h"
#include "core/hall/audit_sets.h"

enum { ABOUT_MAX = 8, ITEM_MAX = 64 * 1024 };

/* --- what a line is about --- */

/* sql: one text of the row with that id. */
static enum err text_of(struct db *db, const char *sql, const char *id, char out[128])
{
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, id);
    enum err err = db_step(s);
    str_copy(out, 128, err == ERR_OK && db_text(s, 0) ? db_text(s, 0) : "");
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* A number or a short name, nothing of a citizen. */
static enum err label_of(struct db *db, enum table table, const char *id, char out[128])
{
    static const char *const sql[TABLE_COUNT] = {
        [TABLE_TICKET] = "SELECT number FROM tickets WHERE id = $1", /* primary keys */
        [TABLE_CASE] = "SELECT number FROM cases WHERE id = $1",
        [TABLE_COUNTER] = "SELECT name FROM counters WHERE id = $1",
        [TABLE_QUEUE] = "SELECT code FROM queues WHERE id = $1",
        [TABLE_USER] = "SELECT login FROM users WHERE id = $1",
    };
    *out = '\0';
    return sql[table] ? text_of(db, sql[table], id, out) : ERR_OK;
}

/* Whose agency's the row is; "" everybody's. */
static enum err agency_of(struct db *db, enum table table, const char *id, char out[128])
{
    static const char *const sql[TABLE_COUNT] = {
        [TABLE_CASE] = "SELECT agency FROM cases WHERE id = $1", /* primary keys */
        [TABLE_DOCUMENT] = "SELECT cases.agency FROM documents JOIN cases ON cases.id = documents.case_"
                           " WHERE documents.id = $1",
        [TABLE_PAYMENT] = "SELECT cases.agency FROM payments JOIN cases ON cases.id = payments.case_"
                          " WHERE payments.id = $1",
        [TABLE_DECISION] = "SELECT cases.agency FROM decisions JOIN cases ON cases.id = decisions.case_"
                           " WHERE decisions.id = $1",
    };
    *out = '\0';
    return sql[table] ? text_of(db, sql[table], id, out) : ERR_OK;
}

/* Appends {"t","id","label"} unless it is another agency's. */
static enum err add_about(struct db *db, const struct actor *viewer, const char *wire, const char *id,
                          struct json *about)
{
    enum table table;
    char label[128], agency[128];
    if (!table_find(wire, &table))
        return ERR_OK;
    enum err err = agency_of(db, table, id, agency);
    if (err != ERR_OK || (*agency && !str_empty(viewer->agency) && !str_equal(agency, viewer->agency)))
        return err;
    err = label_of(db, table, id, label);
    struct json *one = json_new_object();
    json_set_text(one, "t", wire);
    json_set_text(one, "id", id);
    json_set_text(one, "label", label);
    json_add(about, one);
    return err;
}

/* The rows that it wrote. A change with hundreds of them is not read for a line of a page. */
static enum err about_rows(struct db *db, const struct actor *viewer, int64_t rev, struct json *about,
                           int64_t *count)
{
    static const char sql[] = "SELECT CASE WHEN length(item) <= $2 THEN item ELSE NULL END FROM change"
                              " WHERE rev = $1"; /* primary key */
    struct json *item = NULL;
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, rev);
    db_bind_int(s, 2, ITEM_MAX);
    enum err err = db_step(s);
    const char *text = err == ERR_OK ? db_text(s, 0) : NULL;
    if (text && json_parse(text, strlen(text), &item, NULL) != ERR_OK)
        item = NULL; /* verify says so */
    db_done(s);
    err = err == ERR_ABSENT ? ERR_OK : err;
    const struct json *rows = json_get(item, "rows");
    *count = (int64_t)json_count(rows);
    for (const struct json *line = json_first(rows); line && err == ERR_OK && json_count(about) < ABOUT_MAX;
         line = json_next(line))
        err = add_about(db, viewer, json_text_or(line, "t", ""), json_text_or(line, "id", ""), about);
    json_free(&item);
    return err;
}

/* What a refusal, a look or a word of the hall itself names. */
static enum err about_note(struct db *db, const struct actor *viewer, int64_t rev, struct json *line,
                           struct json *about)
{
    struct json *note = NULL;
    enum table table;
    bool named = json_count(about) > 0; /* by its rows: what is noted says how they were before */
    enum err err = audit_index_about(db, rev, &note);
    for (const struct json *member = json_first(note); member && err == ERR_OK; member = json_next(member))
        if (!named && json_is_text(member) && table_find(json_name(member), &table) &&
            json_count(about) < ABOUT_MAX)
            err = add_about(db, viewer, json_name(member), json_as_text(member), about);
    if (note && (named || json_count(about) == 0))
        json_set(line, "detail", json_copy(note));
    json_free(&note);
    return err;
}

/* --- a line --- */

static enum err add_who(struct db *db, const char *user, const char *client, struct json *line)
{
    static const char sql[] = "SELECT number FROM issuer WHERE client = $1"; /* primary key */
    struct json *row = NULL;
    char label[128] = "";
    enum err err = row_get(db, TABLE_USER, user, &row);
    json_set_text(line, "user", user);
    json_set_text(line, "login", row ? json_text(row, "login") : *user ? "" : "system");
    json_set_text(line, "name", row ? json_text(row, "name") : "");
    json_free(&row);
    if (err != ERR_OK && err != ERR_ABSENT)
        return err;
    err = text_of(db, sql, client, label);
    char *workstation = *label ? xasprintf("W%s", label) : NULL;
    json_set_text(line, "client", client);
    json_set_text(line, "workstation", workstation);
    free(workstation);
    return err;
}

static const char sql_line[] =
    "SELECT rev, at_, actor, client, type, outcome, hash, prev, body_sha256 FROM audit"
    " WHERE rev = $1"; /* primary key */

/* *line NULL: it is not of the time that is asked for. */
static enum err read_line(struct db *db, int64_t rev, const struct audit_ask *ask, struct json **line)
{
    struct stmt *s = db_query(db, sql_line);
    db_bind_int(s, 1, rev);
    enum err err = db_step(s);
    const char *at = err == ERR_OK ? db_text(s, 1) : "";
    *line = NULL;
    if (err == ERR_OK && !(ask->from && strcmp(at, ask->from) < 0) &&
        !(ask->to && strcmp(at, ask->to) >= 0)) {
        *line = json_new_object();
        json_set_int(*line, "rev", rev);
        json_set_text(*line, "at", at);
        char *user = xstrdup(db_text(s, 2)), *client = xstrdup(db_text(s, 3));
        json_set_text(*line, "type", db_text(s, 4));
        json_set_text(*line, "outcome", db_text(s, 5));
        json_set_text(*line, "hash", db_text(s, 6));
        json_set_text(*line, "prev", db_text(s, 7));
        json_set_text(*line, "body_sha256", db_text(s, 8));
        err = add_who(db, user, client, *line);
        free(user);
        free(client);
    }
    db_done(s);
    return err;
}

static enum err fill_line(struct db *db, const struct actor *viewer, int64_t rev, struct json *line)
{
    struct json *about = json_new_array();
    int64_t count = 0;
    enum err err = about_rows(db, viewer, rev, about, &count);
    if (err == ERR_OK && (json_count(about) == 0 || admin_people_knows(json_text(line, "type"))))
        err = about_note(db, viewer, rev, line, about);
    json_set_int(line, "rows", count);
    json_set(line, "about", about);
    return err;
}

/* --- a page --- */

static enum err last_rev(struct db *db, int64_t *rev)
{
    struct hall_state state;
    enum err err = store_state(db, &state);
    *rev = err == ERR_OK ? state.rev : 0;
    return err;
}

static enum err add_lines(struct db *db, const struct actor *viewer, const struct audit_ask *ask,
                          struct audit_sets *sets, int limit, struct json *lines, int64_t *through)
{
    int64_t from = sets->high, rev = 0;
    enum err err = ERR_OK;
    *through = from + 1;
    while (err == ERR_OK && (int)json_count(lines) < limit) {
        struct json *line = NULL;
        err = audit_sets_next(db, sets, from, &rev, through);
        if (err != ERR_OK || rev == 0)
            return err;
        err = read_line(db, rev, ask, &line);
        if (err == ERR_OK && line)
            err = fill_line(db, viewer, rev, line);
        if (line)
            json_add(lines, line);
        from = rev - 1;
        if (sets->steps >= AUDIT_STEPS_MAX)
            return err;
    }
    return err;
}

enum err audit_find(struct db *db, const struct actor *viewer, const struct audit_ask *ask, int64_t before,
                    int limit, struct json **page)
{
    struct audit_sets sets;
    struct json *lines = json_new_array();
    int64_t last = 0, through = 0;
    enum err err = last_rev(db, &last);
    if (err == ERR_OK)
        err = audit_sets_make(db, viewer, ask, last, &sets);
    else
        sets = (struct audit_sets){0};
    sets.high = before - 1 < sets.high ? before - 1 : sets.high;
    if (err == ERR_OK)
        err = add_lines(db, viewer, ask, &sets, limit, lines, &through);
    int64_t low = sets.place + 1 > sets.low ? sets.place + 1 : sets.low;
    *page = NULL;
    if (err == ERR_OK) {
        *page = json_new_object();
        json_set(*page, "lines", lines);
        lines = NULL;
        json_set_int(*page, "searched_through", through);
        json_set_bool(*page, "whole", sets.place < sets.low);
        if (through > low && through <= sets.high + 1)
            json_set_int(*page, "next", through);
        else
            json_set_null(*page, "next");
    }
    json_free(&lines);
    audit_sets_free(&sets);
    return err;
}

/* --- one line with its rows --- */

static const struct json *row_in(const struct json *item, const char *wire, const char *id)
{
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line))
        if (str_equal(json_text(line, "t"), wire) && str_equal(json_text(line, "id"), id))
            return json_get(line, "row");
    return NULL;
}

static enum err item_of(struct db *db, int64_t rev, struct json **item)
{
    static const char sql[] = "SELECT item FROM change WHERE rev = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, rev);
    enum err err = rows_first(s, item);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* The row as the viewer may see it; NULL: not kept, or not for these eyes. */
static struct json *seen_row(const struct actor *viewer, enum table table, const struct json *row)
{
    if (!json_is_object(row))
        return NULL;
    struct json *copy = json_copy(row);
    if (!row_show(viewer, table, copy))
        json_free(&copy);
    return copy;
}

/* As the row stood before: in the change that wrote it last. */
static enum err row_before(struct db *db, const struct actor *viewer, enum table table, const char *id,
                           int64_t rev, struct json **before)
{
    char tag[AUDIT_TAG];
    int64_t earlier = 0;
    struct json *item = NULL;
    *before = NULL;
    str_format(tag, sizeof tag, "%s/%s", table_wire(table), id);
    enum err err = ERR_OK;
    for (int64_t at = rev - 1; err == ERR_OK && !item; at = earlier - 1) {
        err = audit_index_newest(db, tag, at, &earlier);
        if (err == ERR_OK)
            err = item_of(db, earlier, &item);
        if (item && !row_in(item, table_wire(table), id)) /* a refusal names a row that it did not write */
            json_free(&item);
    }
    if (err == ERR_OK || err == ERR_ABSENT)
        *before = seen_row(viewer, table, row_in(item, table_wire(table), id));
    json_free(&item);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err add_row(struct db *db, const struct actor *viewer, int64_t rev, const struct json *written,
                        struct json *rows)
{
    enum table table;
    struct json *before = NULL, *after = NULL;
    const char *id = json_text_or(written, "id", "");
    if (!table_find(json_text_or(written, "t", ""), &table))
        return ERR_OK;
    const struct json *row = json_get(written, "row");
    after = seen_row(viewer, table, row);
    if (row && !json_is_null(row) && !after) /* not for these eyes, and so not even named */
        return ERR_OK;
    enum err err = row_before(db, viewer, table, id, rev, &before);
    struct json *one = json_new_object();
    json_set_text(one, "t", table_wire(table));
    json_set_text(one, "id", id);
    json_set(one, "before", before ? before : json_new_null());
    json_set(one, "after", after ? after : json_new_null());
    json_set_bool(one, "kept", json_get(written, "leaf") == NULL);
    json_add(rows, one);
    return err;
}

static enum err add_rows(struct db *db, const struct actor *viewer, int64_t rev, struct json *line)
{
    enum { ROWS_SHOWN = 20 };
    struct json *item = NULL, *rows = json_new_array();
    enum err err = item_of(db, rev, &item);
    for (const struct json *written = json_first(json_get(item, "rows"));
         written && err == ERR_OK && json_count(rows) < ROWS_SHOWN; written = json_next(written))
        err = add_row(db, viewer, rev, written, rows);
    json_free(&item);
    json_set(line, "written", rows);
    return err;
}

static enum err is_for(struct db *db, const struct actor *viewer, int64_t rev, bool *for_viewer)
{
    char tag[AUDIT_TAG];
    int64_t found = 0;
    *for_viewer = str_empty(viewer->agency);
    if (*for_viewer)
        return ERR_OK;
    str_format(tag, sizeof tag, "a/%s", viewer->agency);
    enum err err = audit_index_newest(db, tag, rev, &found);
    *for_viewer = err == ERR_OK && found == rev;
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err audit_line(struct db *db, const struct actor *viewer, int64_t rev, struct json **line)
{
    static const struct audit_ask any = {0};
    bool for_viewer = false;
    *line = NULL;
    enum err err = is_for(db, viewer, rev, &for_viewer);
    if (err == ERR_OK && !for_viewer)
        return ERR_ABSENT;
    if (err == ERR_OK)
        err = read_line(db, rev, &any, line);
    if (err == ERR_OK)
        err = fill_line(db, viewer, rev, *line);
    if (err == ERR_OK)
        err = add_rows(db, viewer, rev, *line);
    if (err != ERR_OK)
        json_free(line);
    return err;
}

/* --- as a table --- */

static const char *const columns[] = {"rev",     "at",    "login",  "name",        "workstation", "type",
                                      "outcome", "about", "client", "body_sha256", "prev",        "hash"};

struct json *audit_columns(void)
{
    struct json *names = json_new_array();
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        json_add_text(names, columns[i]);
    return names;
}

struct json *audit_cells(const struct json *line)
{
    struct json *cells = json_copy(line);
    struct buf about = {0};
    for (const struct json *one = json_first(json_get(line, "about")); one; one = json_next(one)) {
        const char *label = json_text_or(one, "label", "");
        buf_addf(&about, "%s%s %s", about.length ? "; " : "", json_text_or(one, "t", ""),
                 *label ? label : json_text_or(one, "id", ""));
    }
    json_set_text(cells, "about", buf_text(&about));
    buf_free(&about);
    return cells;
}
