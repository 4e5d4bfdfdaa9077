/* core/hall/person_past.c: see person_past.h. */
#include "core/hall/person_past.h"

#include <stdlib.h>
#include <string.h>

#include "core/hall/leaf_seal.h"
#include "core/hall/result.h"
#include "core/wire/feed.h"

enum err person_past_open(struct db *db, struct past *past)
{
    struct hall_state state;
    *past = (struct past){.db = db};
    enum err err = store_state(db, &state);
    past->after = state.pruned_through;
    past->last = state.rev;
    return err;
}

void person_past_free(struct past *past)
{
    free(past->lines);
    *past = (struct past){0};
}

/* --- what goes --- */

void person_past_add(struct past *past, int64_t rev, enum table table, const char *id)
{
    if (rev <= past->after || rev > past->last)
        return;
    if (past->count == past->capacity) {
        past->capacity = past->capacity ? past->capacity * 2 : 64;
        past->lines = xrealloc(past->lines, past->capacity * sizeof *past->lines);
    }
    struct past_line *line = &past->lines[past->count++];
    *line = (struct past_line){.rev = rev, .table = table};
    str_copy(line->id, sizeof line->id, id);
}

struct adding {
    struct past *past;
    enum table table;
    const char *id;
};

static enum err add_rev(void *ctx, int64_t rev)
{
    const struct adding *adding = ctx;
    person_past_add(adding->past, rev, adding->table, adding->id);
    return ERR_OK;
}

enum err person_past_add_row(struct past *past, enum table table, const char *id)
{
    struct adding adding = {past, table, id};
    return person_rows_revs(past->db, table, id, past->after, add_rev, &adding);
}

/* --- of rows that are somebody else's now --- */

static bool has_person(const struct json *line, const struct person_rows *rows)
{
    return json_has_text(rows->records, json_text_or(json_get(line, "row"), "person", ""));
}

static bool is_theirs(const struct person_rows *rows, enum table table, const char *id)
{
    for (const struct json *row = json_first(rows->of[table]); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return true;
    return false;
}

struct wrong {
    struct past *past;
    const struct person_rows *rows;
    struct json *cases; /* {id: the last change that said so} */
    int64_t found;
};

static void look_into(struct wrong *wrong, int64_t rev, const struct json *item)
{
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line)) {
        enum table table;
        const char *id = json_text_or(line, "id", "");
        if (!table_find(json_text_or(line, "t", ""), &table) ||
            (table != TABLE_TICKET && table != TABLE_CASE) || !has_person(line, wrong->rows) ||
            is_theirs(wrong->rows, table, id))
            continue;
        person_past_add(wrong->past, rev, table, id);
        wrong->found++;
        if (table == TABLE_CASE)
            json_set_int(wrong->cases, id, rev);
    }
}

static enum err look_for(struct wrong *wrong, const char *person)
{
    static const char sql[] =
        "SELECT rev, item FROM change WHERE rev > $1 AND item LIKE $2 ORDER BY rev"; /* primary key */
    char pattern[80];
    enum err err;
    str_format(pattern, sizeof pattern, "%%%s%%", person);
    struct stmt *s = db_query(wrong->past->db, sql);
    db_bind_int(s, 1, wrong->past->after);
    db_bind_text(s, 2, pattern);
    while ((err = db_step(s)) == ERR_OK) {
        struct json *item = NULL;
        const char *text = db_text(s, 1);
        if (!text || json_parse(text, strlen(text), &item, NULL) != ERR_OK) {
            err = ERR_CORRUPT;
            break;
        }
        look_into(wrong, db_int(s, 0), item);
        json_free(&item);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

struct part {
    struct wrong *wrong;
    enum table table;
    const char *id;
    int64_t last, now; /* the last change that said so, and the one that wrote what stands there */
};

static enum err add_part(void *ctx, int64_t rev)
{
    const struct part *part = ctx;
    if (rev <= part->last && rev != part->now)
        person_past_add(part->wrong->past, rev, part->table, part->id);
    return ERR_OK;
}

static enum err add_parts(struct wrong *wrong, enum table table, const char *sql, const struct json *of)
{
    struct json *rows = json_new_array();
    struct stmt *s = db_query(wrong->past->db, sql);
    db_bind_text(s, 1, json_name(of));
    enum err err = rows_collect(s, rows);
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row)) {
        struct part part = {wrong, table, json_text_or(row, "id", ""), json_as_int(of, 0),
                            json_int(row, "row_rev", 0)};
        err = person_rows_revs(wrong->past->db, table, part.id, wrong->past->after, add_part, &part);
    }
    json_free(&rows);
    return err;
}

static enum err add_all_parts(struct wrong *wrong)
{
    static const struct {
        enum table table;
        const char *sql;
    } parts[] = {
        {TABLE_DOCUMENT, "SELECT row, id FROM documents WHERE case_ = $1 ORDER BY id"}, /* documents_case */
        {TABLE_PAYMENT, "SELECT row, id FROM payments WHERE case_ = $1 ORDER BY id"},   /* payments_case */
        {TABLE_DECISION,
         "SELECT row, at_ FROM decisions WHERE case_ = $1 ORDER BY at_, id"}, /* decisions_case */
    };
    enum err err = ERR_OK;
    for (const struct json *one = json_first(wrong->cases); one; one = json_next(one))
        for (size_t i = 0; i < sizeof parts / sizeof *parts && err == ERR_OK; i++)
            err = add_parts(wrong, parts[i].table, parts[i].sql, one);
    return err;
}

enum err person_past_add_wrong(struct past *past, const struct person_rows *rows, int64_t *found)
{
    struct wrong wrong = {.past = past, .rows = rows, .cases = json_new_object()};
    enum err err = ERR_OK;
    for (const struct json *id = json_first(rows->records); id && err == ERR_OK; id = json_next(id))
        err = look_for(&wrong, json_as_text(id));
    if (err == ERR_OK)
        err = add_all_parts(&wrong);
    json_free(&wrong.cases);
    *found = wrong.found;
    return err;
}

static int by_rev(const void *a, const void *b)
{
    const struct past_line *x = a, *y = b;
    return (x->rev > y->rev) - (x->rev < y->rev);
}

/* --- change by change --- */

/* The lines of one change. */
struct stretch {
    int64_t rev;
    const struct past_line *lines;
    size_t count;
    int64_t erasure; /* 0: it is only sealed */
    struct leaf_seal *seal;
};

static bool goes(const struct stretch *stretch, const char *wire, const char *id)
{
    for (size_t i = 0; i < stretch->count; i++)
        if (str_equal(table_wire(stretch->lines[i].table), wire) && str_equal(stretch->lines[i].id, id))
            return true;
    return false;
}

static void mark(struct json *line, const char *leaf, int64_t erasure)
{
    json_remove(line, "row");
    json_set_text(line, "leaf", leaf);
    json_set_bool(line, "erased", true);
    json_set_int(line, "erasure", erasure);
}

/* Whether any row of it goes; in the order in which they stand there. */
static bool take_rows(struct json *item, const struct stretch *stretch)
{
    bool any = false;
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line)) {
        char leaf[SHA256_TEXT];
        const char *wire = json_text_or(line, "t", ""), *id = json_text_or(line, "id", "");
        if (!json_get(line, "row") || !goes(stretch, wire, id))
            continue;
        feed_leaf(wire, id, json_get(line, "row"), leaf);
        if (stretch->seal)
            leaf_seal_add(stretch->seal, stretch->rev, wire, id, leaf);
        if (stretch->erasure)
            mark((struct json *)(uintptr_t)line, leaf, stretch->erasure);
        any = true;
    }
    return any;
}

static enum err write_item(struct db *db, int64_t rev, const struct json *item)
{
    static const char sql[] = "UPDATE change SET item = $1 WHERE rev = $2"; /* primary key */
    char *text = json_print(item);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, text);
    db_bind_int(s, 2, rev);
    free(text);
    return db_run(s);
}

/* An answer that nobody fetched may hold the row, too. */
static enum err drop_answer(struct db *db, const char *command)
{
    static const char sql[] = "SELECT client, seq FROM result WHERE id = $1 AND answer <> ''"; /* result_id */
    char client[64] = "";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, command);
    enum err err = db_step(s);
    int64_t seq = err == ERR_OK ? db_int(s, 1) : 0;
    if (err == ERR_OK)
        str_copy(client, sizeof client, db_text(s, 0));
    db_done(s);
    return err == ERR_OK ? result_drop(db, client, seq - 1, seq) : err == ERR_ABSENT ? ERR_OK : err;
}

static enum err take_change(struct db *db, const struct stretch *stretch)
{
    static const char sql[] = "SELECT item, command FROM change WHERE rev = $1"; /* primary key */
    struct json *item = NULL;
    char command[64] = "";
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, stretch->rev);
    enum err err = db_step(s);
    const char *text = err == ERR_OK ? db_text(s, 0) : NULL;
    if (err == ERR_OK && (!text || json_parse(text, strlen(text), &item, NULL) != ERR_OK))
        err = ERR_CORRUPT;
    if (err == ERR_OK)
        str_copy(command, sizeof command, db_text(s, 1));
    db_done(s);
    if (err == ERR_OK && take_rows(item, stretch) && stretch->erasure)
        err = write_item(db, stretch->rev, item);
    json_free(&item);
    if (err == ERR_OK && stretch->erasure && *command)
        err = drop_answer(db, command);
    return err == ERR_ABSENT ? ERR_OK : err; /* of a bus, from before it left */
}

static enum err take_all(struct past *past, struct leaf_seal *seal, int64_t erasure)
{
    enum err err = ERR_OK;
    if (past->count > 0)
        qsort(past->lines, past->count, sizeof *past->lines, by_rev);
    for (size_t at = 0, end = 0; at < past->count && err == ERR_OK; at = end) {
        while (end < past->count && past->lines[end].rev == past->lines[at].rev)
            end++;
        const struct stretch stretch = {.rev = past->lines[at].rev,
                                        .lines = past->lines + at,
                                        .count = end - at,
                                        .erasure = erasure,
                                        .seal = seal};
        err = take_change(past->db, &stretch);
    }
    return err;
}

enum err person_past_seal(struct past *past, struct json *detail)
{
    struct leaf_seal seal;
    leaf_seal_start(&seal);
    enum err err = take_all(past, &seal, 0);
    leaf_seal_put(&seal, detail);
    return err;
}

enum err person_past_forget(struct past *past, int64_t erasure)
{
    return take_all(past, NULL, erasure);
}
