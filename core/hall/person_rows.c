/* core/hall/person_rows.c: see person_rows.h. */
#include "core/hall/person_rows.h"

#include <string.h>

#include "core/command/persons.h"
#include "core/hall/audit_index.h"
#include "core/model/person.h"

/* --- who --- */

static enum err count_number(struct db *db, const char *sql, const char *number, char id[64], int *count)
{
    struct stmt *s = db_query(db, sql);
    enum err err;
    db_bind_text(s, 1, number);
    while ((err = db_step(s)) == ERR_OK) {
        struct json *root = NULL;
        err = person_root(person_get_row, db, db_text(s, 0), &root);
        if (err == ERR_OK && !str_equal(json_text(root, "id"), id)) {
            str_copy(id, 64, json_text_or(root, "id", ""));
            ++*count;
        }
        json_free(&root);
        if (err != ERR_OK)
            break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err person_rows_find(struct db *db, const char *who, char id[64], int *count)
{
    static const struct {
        enum identity kind;
        const char *sql; /* persons_fin, persons_nik */
    } numbers[] = {{IDENTITY_FIN, "SELECT id FROM persons WHERE fin = $1 ORDER BY id"},
                   {IDENTITY_NIK, "SELECT id FROM persons WHERE nik = $1 ORDER BY id"}};
    struct json *row = NULL;
    *count = 0;
    *id = '\0';
    enum err err = str_empty(who) ? ERR_ABSENT : person_root(person_get_row, db, who, &row);
    if (err == ERR_OK)
        *count = str_copy(id, 64, json_text_or(row, "id", ""));
    json_free(&row);
    if (err != ERR_ABSENT)
        return err;
    err = ERR_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && err == ERR_OK; i++) {
        char number[IDENTITY_TEXT];
        if (!str_empty(who) && identity_normal(numbers[i].kind, who, number))
            err = count_number(db, numbers[i].sql, number, id, count);
    }
    if (err != ERR_OK)
        return err;
    return *count == 0 ? ERR_ABSENT : *count == 1 ? ERR_OK : ERR_CONFLICT;
}

/* --- rows --- */

static const struct source {
    enum table table, from; /* from: of whose rows */
    const char *sql;        /* $1 the id of one of those */
} sources[] = {
    {TABLE_TICKET, TABLE_PERSON,
     "SELECT row, arrived_at FROM tickets WHERE person = $1 ORDER BY arrived_at, id"}, /* tickets_person */
    {TABLE_CASE, TABLE_PERSON,
     "SELECT row, opened_at FROM cases WHERE person = $1 ORDER BY opened_at, id"}, /* cases_person */
    {TABLE_CASE, TABLE_TICKET,
     "SELECT row, opened_at FROM cases WHERE ticket = $1 AND (person IS NULL OR person = '')"
     " ORDER BY opened_at, id"}, /* cases_ticket: nobody said yet for whom */
    {TABLE_SURVEY, TABLE_TICKET,
     "SELECT row, id FROM surveys WHERE ticket = $1 ORDER BY id"}, /* surveys_ticket */
    {TABLE_DOCUMENT, TABLE_CASE,
     "SELECT row, id FROM documents WHERE case_ = $1 ORDER BY id"}, /* documents_case */
    {TABLE_PAYMENT, TABLE_CASE,
     "SELECT row, id FROM payments WHERE case_ = $1 ORDER BY id"}, /* payments_case */
    {TABLE_DECISION, TABLE_CASE,
     "SELECT row, at_ FROM decisions WHERE case_ = $1 ORDER BY at_, id"}, /* decisions_case */
};

static struct json *list_of(struct person_rows *rows, enum table table)
{
    if (!rows->of[table])
        rows->of[table] = json_new_array();
    return rows->of[table];
}

static enum err read_persons(struct db *db, struct person_rows *out)
{
    enum err err = ERR_OK;
    for (const struct json *id = json_first(out->records); id && err == ERR_OK; id = json_next(id)) {
        struct json *row = NULL;
        err = row_get(db, TABLE_PERSON, json_as_text(id), &row);
        if (err == ERR_OK)
            json_add(list_of(out, TABLE_PERSON), row);
        else if (err == ERR_ABSENT)
            err = ERR_OK;
    }
    return err;
}

static enum err read_source(struct db *db, const struct source *source, struct person_rows *out)
{
    enum err err = ERR_OK;
    struct json *into = list_of(out, source->table);
    for (const struct json *row = json_first(out->of[source->from]); row && err == ERR_OK;
         row = json_next(row)) {
        struct stmt *s = db_query(db, source->sql);
        db_bind_text(s, 1, json_text_or(row, "id", ""));
        err = rows_collect(s, into);
    }
    return err;
}

/* --- records of work that could not be brought in --- */

/* What a dispute may name: every id of this person's rows, and their numbers. As members of an object. */
static struct json *names_of(const struct person_rows *rows)
{
    static const char *const numbers[] = {"fin", "nik"};
    struct json *names = json_new_object();
    for (int table = 0; table < TABLE_COUNT; table++)
        for (const struct json *row = json_first(rows->of[table]); row; row = json_next(row)) {
            json_set_bool(names, json_text_or(row, "id", "?"), true);
            for (size_t i = 0; table == TABLE_PERSON && i < sizeof numbers / sizeof *numbers; i++)
                if (!str_empty(json_text(row, numbers[i])))
                    json_set_bool(names, json_text(row, numbers[i]), true);
        }
    return names;
}

static bool says(const struct json *value, const struct json *names)
{
    const char *text = json_as_text(value);
    if (text)
        return *text && json_get(names, text);
    if (json_is_object(value) || json_is_array(value))
        for (const struct json *one = json_first(value); one; one = json_next(one))
            if (says(one, names))
                return true;
    return false;
}

/* Few in any hall, and none has a column for whom it names: each is looked at. */
static enum err read_disputes(struct db *db, struct person_rows *out)
{
    static const char sql[] = "SELECT row FROM disputes ORDER BY id"; /* primary key */
    struct json *names = names_of(out);
    struct stmt *s = db_query(db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *row = NULL;
        const char *text = db_text(s, 0);
        if (!text || json_parse(text, strlen(text), &row, NULL) != ERR_OK) {
            err = ERR_CORRUPT;
            break;
        }
        if (says(json_get(row, "command"), names) || says(json_get(row, "row"), names) ||
            says(json_get(row, "case"), names))
            json_add(list_of(out, TABLE_DISPUTE), row);
        else
            json_free(&row);
    }
    db_done(s);
    json_free(&names);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err person_rows_read(struct db *db, const char *id, struct person_rows *out)
{
    *out = (struct person_rows){.records = json_new_array()};
    enum err err = person_group(person_get_row, db, id, out->records);
    if (err == ERR_OK)
        err = read_persons(db, out);
    for (size_t i = 0; i < sizeof sources / sizeof *sources && err == ERR_OK; i++)
        err = read_source(db, &sources[i], out);
    return err == ERR_OK ? read_disputes(db, out) : err;
}

void person_rows_free(struct person_rows *rows)
{
    json_free(&rows->records);
    for (int table = 0; table < TABLE_COUNT; table++)
        json_free(&rows->of[table]);
}

enum err person_rows_revs(struct db *db, enum table table, const char *id, int64_t after, person_rev *each,
                          void *ctx)
{
    static const char sql[] =
        "SELECT rev FROM audit_tag WHERE tag = $1 AND rev > $2 ORDER BY rev"; /* primary key */
    char tag[AUDIT_TAG];
    enum err err;
    str_format(tag, sizeof tag, "%s/%s", table_wire(table), id);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, tag);
    db_bind_int(s, 2, after);
    while ((err = db_step(s)) == ERR_OK)
        if ((err = each(ctx, db_int(s, 0))) != ERR_OK)
            break;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}
