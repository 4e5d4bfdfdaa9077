/* core/db/rows.c: the rows of PROTOCOL.md section 5 as tables, from tables.def. See rows.h.
 *
 * Every statement is made once for each table and set from that list and then never changes, so that its
 * address can stand for it (db_query). Knows no rule and no network. */
#include "core/db/rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/base/str.h"

/* --- tables.def as data --- */

static const struct table_info {
    const char *wire, *name;
} infos[] = {
#define TABLE(id, wire, name) [TABLE_##id] = {wire, name},
#include "core/db/tables.def"
};

static const struct column {
    enum table table;
    const char *member;
    const char *type;
} columns[] = {
#define COLUMN(id, member, type) {TABLE_##id, #member, #type},
#include "core/db/tables.def"
};
enum { COLUMN_COUNT = sizeof columns / sizeof *columns };

static const struct index {
    enum table table;
    const char *name, *columns;
} indexes[] = {
#define INDEX(id, name, columns) {TABLE_##id, name, columns},
#include "core/db/tables.def"
};

static const char *const prefixes[] = {
    [ROWS_PLAIN] = "", [ROWS_BASE] = "base_", [ROWS_OVERLAY] = "overlay_", [ROWS_SHADOW] = "shadow_"};
enum { SETS = sizeof prefixes / sizeof *prefixes };

const char *table_wire(enum table table)
{
    return infos[table].wire;
}

const char *table_name(enum table table)
{
    return infos[table].name;
}

bool table_find(const char *wire, enum table *table)
{
    for (int i = 0; i < TABLE_COUNT; i++)
        if (str_equal(infos[i].wire, wire)) {
            *table = (enum table)i;
            return true;
        }
    return false;
}

/* Words that SQL keeps for itself carry an underscore. */
static void add_column(struct buf *sql, const char *member)
{
    static const char *const reserved[] = {"user", "case", "at"};
    buf_adds(sql, member);
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(reserved[i], member) == 0)
            buf_addc(sql, '_');
}

static void add_columns(struct buf *sql, enum table table, const char *before)
{
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (columns[i].table == table) {
            buf_adds(sql, before);
            add_column(sql, columns[i].member);
        }
}

/* --- statements --- */

enum statement { SQL_GET, SQL_PUT, SQL_DELETE, SQL_FILLED, SQL_CLEAR, SQL_PAGE, SQL_DIGEST, STATEMENTS };

static void write_put(struct buf *sql, enum row_set set, enum table table)
{
    int count = 3;
    buf_addf(sql, "INSERT INTO %s%s (id, row_rev, row", prefixes[set], infos[table].name);
    add_columns(sql, table, ", ");
    buf_adds(sql, ") VALUES ($1, $2, $3");
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (columns[i].table == table)
            buf_addf(sql, ", $%d", ++count);
    buf_adds(sql, ") ON CONFLICT (id) DO UPDATE SET row_rev = excluded.row_rev, row = excluded.row");
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (columns[i].table == table) {
            buf_adds(sql, ", ");
            add_column(sql, columns[i].member);
            buf_adds(sql, " = excluded.");
            add_column(sql, columns[i].member);
        }
}

/* One bit for each table that holds a row. */
static void write_filled(struct buf *sql, enum row_set set)
{
    buf_adds(sql, "SELECT 0");
    for (int i = 0; i < TABLE_COUNT; i++)
        buf_addf(sql, " | CASE WHEN EXISTS (SELECT 1 FROM %s%s) THEN %lld ELSE 0 END", prefixes[set],
                 infos[i].name, 1LL << i);
}

static void write_statement(struct buf *sql, enum statement statement, enum row_set set, enum table table)
{
    const char *prefix = prefixes[set], *name = infos[table].name;
    switch (statement) {
    case SQL_GET: /* primary key */
        return buf_addf(sql, "SELECT row FROM %s%s WHERE id = $1", prefix, name);
    case SQL_PUT:
        return write_put(sql, set, table);
    case SQL_DELETE: /* primary key */
        return buf_addf(sql, "DELETE FROM %s%s WHERE id = $1", prefix, name);
    case SQL_FILLED:
        return write_filled(sql, set);
    case SQL_CLEAR:
        return buf_addf(sql, "DELETE FROM %s%s", prefix, name);
    case SQL_PAGE: /* primary key */
        return buf_addf(sql, "SELECT id, row_rev, row FROM %s%s WHERE id > $1 ORDER BY id LIMIT $2", prefix,
                        name);
    case SQL_DIGEST: /* primary key */
        return buf_addf(sql, "SELECT id, row_rev FROM %s%s ORDER BY id", prefix, name);
    case STATEMENTS:
        return;
    }
}

/* Made at the first use and the same ever after. */
static const char *text_of(enum statement statement, enum row_set set, enum table table)
{
    static char *texts[STATEMENTS][SETS][TABLE_COUNT];
    char **text = &texts[statement][set][table];
    if (!*text) {
        struct buf sql = {0};
        write_statement(&sql, statement, set, table);
        *text = buf_take(&sql);
    }
    return *text;
}

/* --- making them --- */

static void write_table(struct buf *sql, enum row_set set, enum table table)
{
    buf_addf(sql, "CREATE TABLE IF NOT EXISTS %s%s (id TEXT PRIMARY KEY, row_rev BIGINT NOT NULL, row TEXT",
             prefixes[set], infos[table].name);
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (columns[i].table == table) {
            buf_adds(sql, ", ");
            add_column(sql, columns[i].member);
            buf_addf(sql, " %s", columns[i].type);
        }
    buf_adds(sql, ");");
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
        if (indexes[i].table == table)
            buf_addf(sql, "CREATE INDEX IF NOT EXISTS %s%s_%s ON %s%s (%s);", prefixes[set],
                     infos[table].name, indexes[i].name, prefixes[set], infos[table].name,
                     indexes[i].columns);
}

enum err rows_create(struct db *db, enum row_set set)
{
    struct buf sql = {0};
    for (int i = 0; i < TABLE_COUNT; i++)
        write_table(&sql, set, (enum table)i);
    enum err err = db_script(db, buf_text(&sql));
    buf_free(&sql);
    return err;
}

enum err rows_create_table(struct db *db, enum row_set set, enum table table)
{
    struct buf sql = {0};
    write_table(&sql, set, table);
    enum err err = db_script(db, buf_text(&sql));
    buf_free(&sql);
    return err;
}

/* Both halves are read by the index of the asking statement and merged in its order (SQLite: flattening of
 * UNION ALL; the asking statement must select what it orders by). Both have their columns in one order: by "*" the
 * schema is read in less time, at each opening and after each snapshot. */
enum err rows_create_views(struct db *db)
{
    struct buf sql = {0};
    for (int i = 0; i < TABLE_COUNT; i++)
        buf_addf(&sql,
                 "CREATE VIEW %s AS SELECT * FROM overlay_%s WHERE row IS NOT NULL UNION ALL SELECT * FROM"
                 " base_%s AS b WHERE NOT EXISTS (SELECT 1 FROM overlay_%s AS o WHERE o.id = b.id);",
                 infos[i].name, infos[i].name, infos[i].name, infos[i].name);
    enum err err = db_script(db, buf_text(&sql));
    buf_free(&sql);
    return err;
}

/* --- one row --- */

enum err row_get(struct db *db, enum table table, const char *id, struct json **row)
{
    struct stmt *s = db_query(db, text_of(SQL_GET, ROWS_PLAIN, table));
    db_bind_text(s, 1, id);
    return rows_first(s, row);
}

enum err row_get_text(struct db *db, enum table table, const char *id, struct buf *out)
{
    struct stmt *s = db_query(db, text_of(SQL_GET, ROWS_PLAIN, table));
    db_bind_text(s, 1, id);
    enum err err = db_step(s);
    if (err == ERR_OK)
        buf_adds(out, db_text(s, 0));
    db_done(s);
    return err;
}

static void add_folded(struct buf *out, const char *text)
{
    if (str_empty(text))
        return;
    if (out->length)
        buf_addc(out, ' ');
    utf8_fold_name(out, text);
}

/* "given family", or what there is in name; family_first: the family's name, else the last word, leads. */
void row_fold_name(const struct json *person, bool family_first, struct buf *out)
{
    const char *name = json_text(person, "name"), *given = json_text(person, "given");
    const char *family = json_text(person, "family"), *father = json_text(person, "father");
    const char *last = name ? strrchr(name, ' ') : NULL;
    if (family_first)
        add_folded(out, !str_empty(family) ? family : last ? last + 1 : NULL);
    if (!str_empty(name)) {
        add_folded(out, name);
    } else {
        add_folded(out, given);
        add_folded(out, family);
    }
    add_folded(out, father);
}

static void bind_column(struct stmt *s, int place, const struct column *column, const struct json *row)
{
    if (column->table == TABLE_PERSON && str_starts(column->member, "fold")) {
        struct buf folded = {0};
        row_fold_name(row, strcmp(column->member, "fold_family") == 0, &folded);
        db_bind_text(s, place, buf_text(&folded));
        buf_free(&folded);
    } else if (strcmp(column->type, "BIGINT") == 0) {
        db_bind_int(s, place, json_int(row, column->member, 0));
    } else {
        db_bind_text(s, place, json_text(row, column->member));
    }
}

enum err row_put_text(struct db *db, enum row_set set, enum table table, const struct json *row,
                      const char *text)
{
    const char *id = json_text(row, "id");
    if (str_empty(id))
        return ERR_INVALID;
    struct stmt *s = db_query(db, text_of(SQL_PUT, set, table));
    int place = 3;
    db_bind_text(s, 1, id);
    db_bind_int(s, 2, json_int(row, "row_rev", 0));
    db_bind_text(s, 3, text);
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (columns[i].table == table)
            bind_column(s, ++place, &columns[i], row);
    return db_run(s);
}

enum err row_put(struct db *db, enum row_set set, enum table table, const struct json *row)
{
    char *text = json_print(row);
    enum err err = row_put_text(db, set, table, row, text);
    free(text);
    return err;
}

enum err row_delete(struct db *db, enum row_set set, enum table table, const char *id)
{
    if (set == ROWS_OVERLAY) {
        struct json *tombstone = json_new_object();
        json_set_text(tombstone, "id", id);
        enum err err = row_put_text(db, set, table, tombstone, NULL);
        json_free(&tombstone);
        return err;
    }
    struct stmt *s = db_query(db, text_of(SQL_DELETE, set, table));
    db_bind_text(s, 1, id);
    return db_run(s);
}

/* --- whole sets --- */

enum err rows_clear_table(struct db *db, enum row_set set, enum table table)
{
    return db_run(db_query(db, text_of(SQL_CLEAR, set, table)));
}

/* A table that is emptied writes a page for itself and each of its indexes, whether it held rows or not: so only those
 * that do are. Most hold none whenever the overlay is made anew, with every confirmed command. */
enum err rows_clear(struct db *db, enum row_set set)
{
    struct stmt *s = db_query(db, text_of(SQL_FILLED, set, (enum table)0));
    enum err err = db_step(s);
    int64_t filled = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    for (int i = 0; i < TABLE_COUNT && err == ERR_OK; i++)
        if (filled >> i & 1)
            err = rows_clear_table(db, set, (enum table)i);
    return err;
}

static enum err schema_version(struct db *db, int64_t *version)
{
    static const char sql[] = "PRAGMA schema_version";
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    *version = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err == ERR_ABSENT ? ERR_CORRUPT : err;
}

/* The trees of a set's tables and indexes: where each is named in the schema, and its first page. */
enum { TREES_MAX = 512 };
struct trees {
    int count;
    struct tree {
        int64_t place, root;
    } all[TREES_MAX];
};

static enum err trees_read(struct db *db, const char *names, struct trees *out)
{
    static const char sql[] =
        "SELECT rowid, rootpage FROM sqlite_schema WHERE tbl_name GLOB $1 AND rootpage > 0"
        " ORDER BY type, name LIMIT $2";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, names);
    db_bind_int(s, 2, TREES_MAX);
    enum err err;
    out->count = 0;
    while ((err = db_step(s)) == ERR_OK)
        out->all[out->count++] = (struct tree){db_int(s, 0), db_int(s, 1)};
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err root_write(struct db *db, int64_t place, int64_t root)
{
    static const char sql[] = "UPDATE sqlite_schema SET rootpage = $1 WHERE rowid = $2";
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, root);
    db_bind_int(s, 2, place);
    return db_run(s);
}

/* Both sets were made by the same words, so that nothing but the prefix of their names differs: in the order of names the
 * n-th tree of one is the twin of the other's n-th. */
static enum err swap_trees(struct db *db)
{
    struct trees base = {0}, shadow = {0};
    enum err err = trees_read(db, "base_*", &base);
    if (err == ERR_OK)
        err = trees_read(db, "shadow_*", &shadow);
    if (err == ERR_OK && base.count != shadow.count)
        err = ERR_CORRUPT;
    for (int i = 0; err == ERR_OK && i < base.count; i++) {
        err = root_write(db, base.all[i].place, shadow.all[i].root);
        if (err == ERR_OK)
            err = root_write(db, shadow.all[i].place, base.all[i].root);
    }
    return err;
}

/* Each table and index of one set changes its tree with its twin of the other: it costs the same for ten rows and for a
 * million. (Renaming, three times for each table, reads the whole schema again for each: 60 ms in which a clerk's keys
 * would wait.) The way is the one of SQLite's own manual for changing a schema by hand: within the transaction, and with a
 * new schema_version, so that every prepared statement is made anew. */
enum err rows_swap_shadow(struct db *db)
{
    int64_t version = 0;
    enum err err = schema_version(db, &version);
    if (err == ERR_OK)
        err = db_script(db, "PRAGMA writable_schema = ON");
    if (err != ERR_OK)
        return err;
    err = swap_trees(db);
    char *script = err == ERR_OK ? xasprintf("PRAGMA schema_version = %lld; PRAGMA writable_schema = RESET",
                                             (long long)version + 1)
                                 : xstrdup("PRAGMA writable_schema = OFF");
    enum err closed = db_script(db, script);
    free(script);
    if (err == ERR_OK)
        err = closed;
    return err == ERR_OK ? rows_clear(db, ROWS_SHADOW) : err;
}

enum err rows_page(struct db *db, enum table after_table, const char *after_id, int rows_max, row_visit *each,
                   void *ctx, bool *more)
{
    int left = rows_max;
    *more = false;
    for (int i = (int)after_table; i < TABLE_COUNT; i++) {
        struct stmt *s = db_query(db, text_of(SQL_PAGE, ROWS_PLAIN, (enum table)i));
        db_bind_text(s, 1, after_id && i == (int)after_table ? after_id : "");
        db_bind_int(s, 2, left + 1);
        enum err err;
        while ((err = db_step(s)) == ERR_OK && left > 0) {
            left--;
            enum err told = each(ctx, (enum table)i, db_text(s, 0), db_int(s, 1), db_text(s, 2));
            if (told != ERR_OK) {
                db_done(s);
                return told;
            }
        }
        db_done(s);
        if (err == ERR_OK) /* a row too many */
            *more = true;
        if (err != ERR_ABSENT)
            return err;
    }
    return ERR_OK;
}

enum err rows_digest(struct db *db, enum row_set set, enum table table, char out[65])
{
    struct sha256 sha;
    char rev[24];
    struct stmt *s = db_query(db, text_of(SQL_DIGEST, set, table));
    enum err err;
    sha256_start(&sha);
    while ((err = db_step(s)) == ERR_OK) {
        const char *id = db_text(s, 0);
        str_format(rev, sizeof rev, "\n%" PRId64 "\n", db_int(s, 1));
        sha256_add(&sha, id, strlen(id));
        sha256_add(&sha, rev, strlen(rev));
    }
    db_done(s);
    sha256_text(&sha, out);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- what a statement found --- */

static enum err parse_row(struct stmt *s, struct json **row)
{
    const char *text = db_text(s, 0);
    if (!text)
        return ERR_CORRUPT;
    return json_parse(text, strlen(text), row, NULL) == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

enum err rows_collect(struct stmt *s, struct json *array)
{
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *row = NULL;
        err = parse_row(s, &row);
        if (err != ERR_OK)
            break;
        json_add(array, row);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err rows_first(struct stmt *s, struct json **row)
{
    *row = NULL;
    enum err err = db_step(s);
    if (err == ERR_OK)
        err = parse_row(s, row);
    db_done(s);
    return err;
}
