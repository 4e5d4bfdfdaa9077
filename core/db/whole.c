/* core/db/whole.c: see whole.h. */
#include "core/db/whole.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

enum { TABLES_MAX = 200 };

struct whole {
    int count;
    struct whole_table {
        char *name, *clear, *list, *put;
        int columns;
    } tables[TABLES_MAX];
};

static void end_table(struct whole_table *table, struct buf *names, struct buf *order)
{
    struct buf values = {0};
    for (int i = 1; i <= table->columns; i++)
        buf_addf(&values, i > 1 ? ", $%d" : "$%d", i);
    table->clear = xasprintf("DELETE FROM %s", table->name);
    table->list = xasprintf("SELECT %s FROM %s ORDER BY %s", buf_text(names), table->name, buf_text(order));
    table->put =
        xasprintf("INSERT INTO %s (%s) VALUES (%s)", table->name, buf_text(names), buf_text(&values));
    buf_free(&values);
    buf_clear(names);
    buf_clear(order);
}

/* Rows of (table, column), in the order of tables and then of columns. */
static enum err read_tables(struct db *db, struct whole *whole)
{
    struct buf names = {0}, order = {0};
    struct whole_table *table = NULL;
    struct stmt *s = db_columns(db);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        if (!table || strcmp(table->name, db_text(s, 0)) != 0) {
            if (table)
                end_table(table, &names, &order);
            if (whole->count == TABLES_MAX)
                break;
            table = &whole->tables[whole->count++];
            table->name = xstrdup(db_text(s, 0));
        }
        buf_addf(&names, "%s%s", table->columns ? ", " : "", db_text(s, 1));
        buf_addf(&order, "%s%s", table->columns++ ? ", " : "", db_text(s, 1));
    }
    db_done(s);
    if (table && err == ERR_ABSENT)
        end_table(table, &names, &order);
    buf_free(&names);
    buf_free(&order);
    return err == ERR_ABSENT ? ERR_OK : err == ERR_OK ? ERR_TOO_LARGE : err;
}

/* --- one table --- */

static enum err digest_table(struct db *db, const struct whole_table *table, char digest[SHA256_TEXT],
                             int64_t *rows)
{
    struct sha256 sha;
    enum err err;
    char length[32];
    struct stmt *s = db_query(db, table->list);
    sha256_start(&sha);
    *rows = 0;
    while ((err = db_step(s)) == ERR_OK) {
        (*rows)++;
        for (int i = 0; i < table->columns; i++) {
            const char *text = db_text(s, i);
            str_format(length, sizeof length, "%" PRId64 ":", text ? (int64_t)strlen(text) : -1);
            sha256_add(&sha, length, strlen(length));
            if (text)
                sha256_add(&sha, text, strlen(text));
        }
    }
    db_done(s);
    sha256_text(&sha, digest);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err clear_table(struct db *db, const struct whole_table *table)
{
    return db_run(db_query(db, table->clear));
}

static enum err put_row(struct db *to, const struct whole_table *table, struct stmt *row)
{
    struct stmt *s = db_query(to, table->put);
    for (int i = 0; i < table->columns; i++)
        db_bind_text(s, i + 1, db_text(row, i));
    return db_run(s);
}

static enum err copy_table(struct db *from, struct db *to, const struct whole_table *table, struct db **at)
{
    enum err err, put = clear_table(to, table);
    struct stmt *s = db_query(from, table->list);
    *at = to;
    while (put == ERR_OK && (*at = from, err = db_step(s)) == ERR_OK) {
        *at = to;
        put = put_row(to, table, s);
    }
    db_done(s);
    return put != ERR_OK ? put : err == ERR_ABSENT ? ERR_OK : err;
}

/* *same: the table has the same rows in both. */
static enum err compare_table(struct db *from, struct db *to, const struct whole_table *table, bool *same,
                              char digest[SHA256_TEXT], int64_t *rows, struct db **at)
{
    char there[SHA256_TEXT];
    int64_t rows_there = 0;
    *at = from;
    enum err err = digest_table(from, table, digest, rows);
    if (err != ERR_OK)
        return err;
    *at = to;
    err = digest_table(to, table, there, &rows_there);
    *same = err == ERR_OK && *rows == rows_there && strcmp(digest, there) == 0;
    return err;
}

/* --- all --- */

/* Triggers of to's may have written into tables that were copied before: those are copied once more, and then *again is true
 * and all is to be proved anew. again NULL: every table must be the same. */
static enum err prove(struct db *from, struct db *to, const struct whole *whole, int64_t *rows,
                      char digest[SHA256_TEXT], bool *again, struct db **at)
{
    struct sha256 all;
    sha256_start(&all);
    *rows = 0;
    for (int i = 0; i < whole->count; i++) {
        const struct whole_table *table = &whole->tables[i];
        char one[SHA256_TEXT];
        int64_t here;
        bool same = false;
        enum err err = compare_table(from, to, table, &same, one, &here, at);
        if (err == ERR_OK && !same && !again)
            err = ERR_CORRUPT;
        else if (err == ERR_OK && !same) {
            *again = true;
            err = copy_table(from, to, table, at);
        }
        if (err != ERR_OK)
            return err;
        *rows += here;
        sha256_add(&all, table->name, strlen(table->name) + 1);
        sha256_add(&all, one, strlen(one));
    }
    sha256_text(&all, digest);
    return ERR_OK;
}

enum err whole_copy(struct whole **out, struct db *from, struct db *to, int64_t *rows,
                    char digest[SHA256_TEXT], struct db **at)
{
    struct whole *whole = *out = xcalloc(1, sizeof *whole);
    *at = from;
    enum err err = read_tables(from, whole);
    for (int i = 0; i < whole->count && err == ERR_OK; i++)
        err = copy_table(from, to, &whole->tables[i], at);
    bool again = false;
    if (err == ERR_OK)
        err = prove(from, to, whole, rows, digest, &again, at);
    if (err == ERR_OK && again)
        err = prove(from, to, whole, rows, digest, NULL, at);
    return err;
}

enum err whole_digest(struct whole **out, struct db *db, int64_t *rows, char digest[SHA256_TEXT])
{
    struct whole *whole = *out = xcalloc(1, sizeof *whole);
    struct sha256 all;
    enum err err = read_tables(db, whole);
    sha256_start(&all);
    *rows = 0;
    for (int i = 0; i < whole->count && err == ERR_OK; i++) {
        char one[SHA256_TEXT];
        int64_t here = 0;
        err = digest_table(db, &whole->tables[i], one, &here);
        *rows += here;
        sha256_add(&all, whole->tables[i].name, strlen(whole->tables[i].name) + 1);
        sha256_add(&all, one, strlen(one));
    }
    sha256_text(&all, digest);
    return err;
}

void whole_free(struct whole **whole)
{
    for (int i = 0; *whole && i < (*whole)->count; i++) {
        struct whole_table *table = &(*whole)->tables[i];
        free(table->name);
        free(table->clear);
        free(table->list);
        free(table->put);
    }
    free(*whole);
    *whole = NULL;
}
