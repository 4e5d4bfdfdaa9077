/* core/cache/overlay.c: what the unsent records make of the copy, so that a screen shows the hall's rows and one's own
 * work: predicted by the hall's own rules, and after news of the hall only where the news change something.
 *
 * See footprints.h for what depends on what, and core/cache/README.md, "The overlay". Knows no network. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/footprints.h"
#include "core/cache/store.h"

struct overlay {
    struct footprints *all; /* of the records that the overlay was made of */
    bool known;             /* all is true; else everything is predicted anew */
    bool everything;        /* something changed on which everything depends */
    bool moved;             /* all was changed in the transaction that is open */
    struct footprint fresh; /* of the command that is being confirmed */
    int64_t predictions;    /* since the start */
};

void overlay_new(struct cache *cache)
{
    cache->overlay = xcalloc(1, sizeof *cache->overlay);
    cache->overlay->all = footprints_new();
}

void overlay_free(struct cache *cache)
{
    if (!cache->overlay)
        return;
    footprints_free(&cache->overlay->all);
    footprint_free(&cache->overlay->fresh);
    free(cache->overlay);
    cache->overlay = NULL;
}

void overlay_forget(struct cache *cache)
{
    cache->overlay->known = false;
}

void overlay_begin(struct cache *cache)
{
    cache->overlay->moved = false;
}

void overlay_undo(struct cache *cache)
{
    cache->overlay_empty = false; /* what was cleared is back */
    if (cache->overlay->moved)
        cache->overlay->known = false;
    cache->overlay->moved = false;
}

int64_t overlay_predictions(const struct cache *cache)
{
    return cache->overlay->predictions;
}

/* --- lists that rules read --- */

enum { MEMBERS_MAX = 3 };

/* The members by which rules of what may be done offline look rows up (tx_list), and where a row stands in them. For any
 * other member the whole table is one list: as true, but more is predicted anew. */
static const struct lists {
    enum table table;
    const char *members[MEMBERS_MAX];
    const char *plain, *base; /* $1 the row; primary keys */
} lists[] = {
#define LISTS(table, name, columns, ...)                                        \
    {                                                                           \
        table, {__VA_ARGS__}, "SELECT " columns " FROM " name " WHERE id = $1", \
            "SELECT " columns " FROM base_" name " WHERE id = $1"               \
    }
    LISTS(TABLE_QUEUE, "queues", "code", "code"),
    LISTS(TABLE_COUNTER, "counters", "name, state, user_", "name", "state", "user"),
    LISTS(TABLE_USER, "users", "login", "login"),
    LISTS(TABLE_TICKET, "tickets", "queue, user_, counter", "queue", "user", "counter"),
    LISTS(TABLE_PERSON, "persons", "fin, nik", "fin", "nik"),
    LISTS(TABLE_CASE, "cases", "ticket, person", "ticket", "person"),
    LISTS(TABLE_DOCUMENT, "documents", "case_", "case"),
    LISTS(TABLE_SURVEY, "surveys", "ticket", "ticket"),
#undef LISTS
};
enum { LISTS_COUNT = sizeof lists / sizeof *lists };

static const struct lists *lists_of(enum table table)
{
    for (int i = 0; i < LISTS_COUNT; i++)
        if (lists[i].table == table)
            return &lists[i];
    return NULL;
}

static uint32_t list_of(enum table table, const char *member, const char *value)
{
    const struct lists *of = lists_of(table);
    for (int i = 0; of && i < MEMBERS_MAX; i++)
        if (str_equal(of->members[i], member))
            return footprint_list(table, member, value);
    return footprint_list(table, "", "");
}

typedef void list_visit(void *ctx, uint32_t key);

/* The lists in which a row stands now: in the base alone, or as a screen sees it. */
static enum err lists_now(struct db *db, const struct lists *of, bool base, const char *id, list_visit *each,
                          void *ctx)
{
    struct stmt *s = db_query(db, base ? of->base : of->plain);
    db_bind_text(s, 1, id);
    enum err err = db_step(s);
    for (int i = 0; err == ERR_OK && i < MEMBERS_MAX && of->members[i]; i++)
        if (db_text(s, i))
            each(ctx, footprint_list(of->table, of->members[i], db_text(s, i)));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void lists_then(const struct lists *of, const struct json *row, list_visit *each, void *ctx)
{
    for (int i = 0; i < MEMBERS_MAX && of->members[i]; i++)
        if (json_text(row, of->members[i]))
            each(ctx, footprint_list(of->table, of->members[i], json_text(row, of->members[i])));
}

/* --- one prediction --- */

struct watching {
    struct db *db;
    struct footprint *print;
};

static void note_read(void *ctx, enum table table, const char *id)
{
    struct watching *w = ctx;
    footprint_add(w->print, footprint_row(table, id), USE_READ);
}

static void note_list(void *ctx, enum table table, const char *member, const char *value)
{
    struct watching *w = ctx;
    if (value) /* nothing equals NULL */
        footprint_add(w->print, list_of(table, member, value), USE_READ);
}

static void note_written(void *ctx, uint32_t key)
{
    struct watching *w = ctx;
    footprint_add(w->print, key, USE_LIST);
}

static enum err note_put(void *ctx, enum table table, const char *id, const struct json *row)
{
    struct watching *w = ctx;
    const struct lists *of = lists_of(table);
    footprint_add(w->print, footprint_row(table, id), USE_ROW);
    footprint_add(w->print, footprint_list(table, "", ""), USE_LIST);
    if (!of)
        return ERR_OK;
    TRY(lists_now(w->db, of, false, id, note_written, w));
    lists_then(of, row, note_written, w);
    return ERR_OK;
}

static enum err remember_rows(struct cache *cache, const struct tx *tx, int64_t seq)
{
    static const char sql_row[] = "INSERT INTO outbox_row (t, id, client, seq) VALUES ($1, $2, $3, $4)"
                                  " ON CONFLICT DO NOTHING";
    for (int i = 0; i < tx->change_count; i++) {
        struct stmt *s = db_query(cache->db, sql_row);
        db_bind_text(s, 1, table_wire(tx->changes[i].table));
        db_bind_text(s, 2, tx->changes[i].id);
        db_bind_text(s, 3, cache->client);
        db_bind_int(s, 4, seq);
        TRY(db_run(s));
    }
    return ERR_OK;
}

/* What it wrote is the footprint's from here on. */
static void take_rows(struct footprint *print, struct tx *tx)
{
    if (tx->change_count == 0)
        return;
    print->rows = xrealloc(tx->changes, sizeof *tx->changes * (size_t)tx->change_count);
    print->row_count = tx->change_count;
    tx->changes = NULL;
}

static enum err run(struct cache *cache, struct tx *tx, int64_t seq, struct footprint *print,
                    struct outcome *outcome)
{
    TRY(db_savepoint(cache->db));
    cache->overlay_empty = false;
    enum err err = command_run(tx, tx->command, outcome);
    if (err == ERR_OK && outcome->applied)
        err = remember_rows(cache, tx, seq);
    if (err == ERR_OK && outcome->applied) {
        take_rows(print, tx);
        err = db_release(cache->db);
    } else {
        footprint_drop_writes(print);
        db_rollback_to(cache->db);
    }
    return err;
}

/* Runs the hall's own rule over this copy. Time and rev are the command's own, so that it gives the same rows whenever
 * it runs over the same copy. print is empty and gets what it touched. telling: see struct tx. */
static enum err predict(struct cache *cache, const struct json *json, int64_t seq, int64_t rev, bool telling,
                        struct footprint *print, struct outcome *outcome)
{
    struct command command;
    struct err_info info = {0};
    *outcome = (struct outcome){0};
    if (!command_read(json, &command, &info)) {
        str_copy(outcome->code, sizeof outcome->code, "invalid_command");
        str_copy(outcome->message, sizeof outcome->message, info.text);
        return ERR_OK;
    }
    command.seq = seq;
    cache->overlay->predictions++;
    struct watching watching = {.db = cache->db, .print = print};
    struct tx_watch watch = {.ctx = &watching, .read = note_read, .list = note_list, .put = note_put};
    struct tx tx = {
        .db = cache->db,
        .set = ROWS_OVERLAY,
        .predicting = true,
        .telling = telling,
        .rev = rev,
        .now_ms = command.wall_ms + command.offset_ms,
        .actor = &cache->actor,
        .command = &command,
        .watch = &watch,
    };
    enum err err = run(cache, &tx, seq, print, outcome);
    tx_deinit(&tx);
    return err;
}

/* --- confirming --- */

enum err overlay_confirm(struct cache *cache, const struct json *command, int64_t seq,
                         struct outcome *outcome)
{
    footprint_free(&cache->overlay->fresh);
    return predict(cache, command, seq, cache->place.cursor, true, &cache->overlay->fresh, outcome);
}

void overlay_confirmed(struct cache *cache, int64_t seq)
{
    struct overlay *o = cache->overlay;
    if (o->known)
        footprints_append(o->all, seq, cache->place.cursor, &o->fresh);
    footprint_free(&o->fresh);
}

/* --- everything --- */

struct page {
    enum { PAGE = 64 } max;
    int count;
    int64_t seqs[PAGE];
    struct json *commands[PAGE];
};

/* The next records after seq; one that cannot be read any more is the hall's to judge, here it has no effect. */
static enum err read_page(struct cache *cache, int64_t seq, struct page *page)
{
    static const char sql[] = "SELECT seq, command FROM outbox WHERE client = $1 AND replay = 1 AND seq > $2"
                              " ORDER BY seq LIMIT $3"; /* outbox_replay */
    struct stmt *s = db_query(cache->db, sql);
    db_bind_text(s, 1, cache->client);
    db_bind_int(s, 2, seq);
    db_bind_int(s, 3, PAGE);
    enum err err;
    page->count = 0;
    while ((err = db_step(s)) == ERR_OK) {
        const char *text = db_text(s, 1);
        struct json **command = &page->commands[page->count];
        *command = NULL;
        if (!text || json_parse(text, strlen(text), command, NULL) != ERR_OK)
            *command = json_new_object();
        page->seqs[page->count++] = db_int(s, 0);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* What the person had seen when it was confirmed. Of another history it may be more than there is here. */
static int64_t rev_of(const struct json *command, int64_t cursor)
{
    int64_t rev = json_int(json_get(command, "base"), "rev", cursor);
    return rev >= 0 && rev < cursor ? rev : cursor;
}

static enum err predict_new(struct cache *cache, const struct json *command, int64_t seq, int64_t cursor)
{
    struct outcome outcome;
    struct footprint print = {0};
    int64_t rev = rev_of(command, cursor);
    enum err err = predict(cache, command, seq, rev, false, &print, &outcome);
    json_free(&outcome.data);
    if (err == ERR_OK)
        footprints_append(cache->overlay->all, seq, rev, &print);
    footprint_free(&print);
    return err;
}

static enum err predict_all(struct cache *cache, int64_t cursor)
{
    struct page page;
    int64_t seq = 0;
    enum err err;
    do {
        err = read_page(cache, seq, &page);
        for (int i = 0; i < page.count; i++) {
            seq = page.seqs[i];
            if (err == ERR_OK)
                err = predict_new(cache, page.commands[i], seq, cursor);
            json_free(&page.commands[i]);
        }
    } while (err == ERR_OK && page.count == PAGE);
    return err;
}

enum err overlay_rebuild(struct cache *cache, int64_t cursor)
{
    struct overlay *o = cache->overlay;
    o->known = false;
    o->moved = true;
    footprints_clear(o->all);
    if (!cache->overlay_empty)
        TRY(rows_clear(cache->db, ROWS_OVERLAY));
    cache->overlay_empty = true;
    if (cache->signed_in)
        TRY(predict_all(cache, cursor));
    o->known = true;
    o->everything = false;
    return ERR_OK;
}

/* --- news --- */

/* A queue's row remembers how many were called in a row: nothing of that is foreseen. */
static enum err queue_is_same(struct db *db, const char *id, const struct json *row, bool *same)
{
    static const char sql[] = "SELECT row FROM base_queues WHERE id = $1"; /* primary key */
    static const char *const passing[] = {"run", "row_rev"};
    struct json *before = NULL, *after = json_copy(row);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, id);
    enum err err = rows_first(s, &before);
    for (size_t i = 0; before && i < sizeof passing / sizeof *passing; i++) {
        json_remove(before, passing[i]);
        json_remove(after, passing[i]);
    }
    *same = before && json_equal(before, after);
    json_free(&before);
    json_free(&after);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void touch_list(void *ctx, uint32_t key)
{
    footprints_touch_list(ctx, key);
}

enum err overlay_touch(struct cache *cache, enum table table, const char *id, const struct json *row)
{
    struct overlay *o = cache->overlay;
    const struct lists *of = lists_of(table);
    bool same = false;
    if (!o->known || o->everything || footprints_count(o->all) == 0)
        return ERR_OK;
    o->moved = true;
    o->everything = table == TABLE_HALL || table == TABLE_AGENCY || table == TABLE_SERVICE;
    if (table == TABLE_QUEUE && json_is_object(row))
        TRY(queue_is_same(cache->db, id, row, &same));
    if (o->everything || same)
        return ERR_OK;
    footprints_touch_row(o->all, footprint_row(table, id));
    footprints_touch_list(o->all, footprint_list(table, "", ""));
    if (!of)
        return ERR_OK;
    TRY(lists_now(cache->db, of, true, id, touch_list, o->all));
    lists_then(of, row, touch_list, o->all);
    return ERR_OK;
}

/* The base's row is seen again. Whoever else wrote it is predicted anew. */
static enum err withdraw(struct cache *cache, const struct tx_change *rows, int count)
{
    static const char *const sql_withdraw[] = {
#define TABLE(ID, wire, name) [TABLE_##ID] = "DELETE FROM overlay_" name " WHERE id = $1", /* primary key */
#include "core/db/tables.def"
    };
    for (int i = 0; i < count; i++) {
        struct stmt *s = db_query(cache->db, sql_withdraw[rows[i].table]);
        db_bind_text(s, 1, rows[i].id);
        TRY(db_run(s));
    }
    return ERR_OK;
}

enum err overlay_leave(struct cache *cache, int64_t seq)
{
    struct overlay *o = cache->overlay;
    struct tx_change *rows = NULL;
    int count = 0;
    enum err err = ERR_OK;
    if (!o->known || o->everything)
        return ERR_OK;
    o->moved = true;
    if (footprints_leave(o->all, seq, &rows, &count))
        err = withdraw(cache, rows, count);
    free(rows);
    return err;
}

static enum err read_command(struct cache *cache, int64_t seq, struct json **command)
{
    static const char sql[] = "SELECT command FROM outbox WHERE client = $1 AND seq = $2"; /* primary key */
    struct stmt *s = db_query(cache->db, sql);
    db_bind_text(s, 1, cache->client);
    db_bind_int(s, 2, seq);
    enum err err = db_step(s);
    const char *text = err == ERR_OK ? db_text(s, 0) : NULL;
    *command = NULL;
    if (!text || json_parse(text, strlen(text), command, NULL) != ERR_OK)
        *command = json_new_object();
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err predict_again(struct cache *cache, int64_t seq, bool *more)
{
    struct overlay *o = cache->overlay;
    struct json *command;
    struct outcome outcome = {0};
    struct footprint print = {0};
    enum err err = read_command(cache, seq, &command);
    if (err == ERR_OK)
        err = predict(cache, command, seq, footprints_rev(o->all, seq), false, &print, &outcome);
    json_free(&outcome.data);
    json_free(&command);
    if (err == ERR_OK)
        *more |= footprints_replace(o->all, seq, &print);
    footprint_free(&print);
    return err;
}

/* What is marked is taken out of sight as a whole, so that none sees what comes after it, and then predicted in order.
 * more: something else turned out to depend on what came of it. */
static enum err predict_marked(struct cache *cache, bool *more)
{
    struct footprints *all = cache->overlay->all;
    int64_t *seqs;
    int count, row_count;
    enum err err = ERR_OK;
    footprints_close(all);
    count = footprints_marked(all, &seqs);
    *more = false;
    for (int i = 0; i < count && err == ERR_OK; i++) {
        const struct tx_change *rows = footprints_rows(all, seqs[i], &row_count);
        err = withdraw(cache, rows, row_count);
    }
    for (int i = 0; i < count && err == ERR_OK; i++)
        err = predict_again(cache, seqs[i], more);
    free(seqs);
    return err;
}

enum err overlay_settle(struct cache *cache, int64_t cursor)
{
    enum { ROUNDS_MAX = 4 }; /* more is seldom; everything is then less */
    struct overlay *o = cache->overlay;
    bool more = true;
    for (int i = 0; more && o->known && !o->everything; i++) {
        TRY(predict_marked(cache, &more));
        o->known = !more || i + 1 < ROUNDS_MAX;
    }
    if (!o->known || o->everything)
        return overlay_rebuild(cache, cursor);
    footprints_unmark(o->all);
    cache->overlay_empty |= footprints_count(o->all) == 0;
    return ERR_OK;
}
