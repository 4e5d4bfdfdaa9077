/* core/hall/person_erase.c: see person_erase.h. */
#include "core/hall/person_erase.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/audit_index.h"
#include "core/hall/person_export.h"
#include "core/hall/person_keep.h"
#include "core/hall/result.h"
#include "core/wire/feed.h"

static const char erase_type[] = "person.erase";

/* --- what stands in the way --- */

/* The first counts. */
static void stop(struct erase_plan *plan, const char *code, const char *format, ...) PRINTF(3, 4);
static void stop(struct erase_plan *plan, const char *code, const char *format, ...)
{
    va_list args;
    if (plan->stop.code[0])
        return;
    str_copy(plan->stop.code, sizeof plan->stop.code, code);
    va_start(args, format);
    vsnprintf(plan->stop.text, sizeof plan->stop.text, format, args);
    va_end(args);
}

static enum err check_store(struct db *db, struct erase_plan *plan)
{
    static const char sql[] = "SELECT name FROM away WHERE state = 'away' ORDER BY id LIMIT 1";
    struct hall_state state;
    int64_t place = 0;
    enum err err = store_state(db, &state);
    if (err == ERR_OK)
        err = audit_index_place(db, &place);
    if (err != ERR_OK)
        return err;
    if (state.mobile)
        stop(plan, "on_the_road", "This is a mobile hall: people are erased at its home, when it is back.%s",
             "");
    if (place > 0)
        stop(plan, "not_yet",
             "The hall is still reading its older audit lines and would not find every trace. Nothing was "
             "erased; "
             "ask again in some minutes.");
    struct stmt *s = db_query(db, sql);
    err = db_step(s);
    if (err == ERR_OK)
        stop(plan, "bus_is_away",
             "%.100s is on the road and may have this person along; what it brings home would bring them "
             "back. "
             "Nothing was erased: wait for its return, or take its queues back.",
             db_text(s, 0));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void check_rows(struct erase_plan *plan)
{
    static const char *const closed[] = {"done", "no_show", "cancelled"};
    for (const struct json *row = json_first(plan->rows.of[TABLE_TICKET]); row; row = json_next(row)) {
        const char *state = json_text_or(row, "state", "");
        bool over = false;
        for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
            over |= str_equal(state, closed[i]);
        if (!over)
            stop(plan, "visit_open",
                 "Ticket %.40s of this person is still open: they wait, are served or have booked. Nothing "
                 "was "
                 "erased; end or cancel it first.",
                 json_text_or(row, "number", "?"));
    }
    for (const struct json *row = json_first(plan->rows.of[TABLE_DISPUTE]); row; row = json_next(row))
        if (str_equal(json_text(row, "state"), "open"))
            stop(plan, "dispute_open",
                 "A record about this person waits for somebody to close it (%.40s). Nothing was erased; "
                 "close it "
                 "first.",
                 json_text_or(row, "code", "?"));
}

/* --- what goes --- */

static bool is_kept(const struct erase_plan *plan, const char *file)
{
    for (const struct json *one = json_first(plan->kept); one; one = json_next(one))
        if (str_equal(json_text(one, "case"), file))
            return true;
    return false;
}

/* What becomes of a row: NULL when it stays as it is. erased_at is of the first erasure, so that asked once more nothing is
 * written. */
static struct json *fate(const struct erase_plan *plan, enum table table, const struct json *row,
                         const char *now)
{
    const char *file = json_text(row, table == TABLE_CASE ? "id" : "case");
    bool in_file =
        table == TABLE_CASE || table == TABLE_DOCUMENT || table == TABLE_PAYMENT || table == TABLE_DECISION;
    const char *at = json_text_or(row, "erased_at", now);
    if (in_file && is_kept(plan, file))
        return NULL;
    struct json *rest = table == TABLE_PERSON && json_count(plan->kept) > 0
                            ? keep_identity(row, at, plan->until[0] ? plan->until : NULL)
                            : keep_rest(table, row, at);
    json_set_int(rest, "row_rev", json_int(row, "row_rev", 0));
    if (json_equal(rest, row))
        json_free(&rest);
    return rest;
}

static void count_goes(struct erase_plan *plan)
{
    plan->goes = json_new_object();
    for (int table = 0; table < TABLE_COUNT; table++)
        for (const struct json *row = json_first(plan->rows.of[table]); row; row = json_next(row)) {
            struct json *rest = fate(plan, (enum table)table, row, "");
            const char *wire = table_wire((enum table)table);
            if (rest)
                json_set_int(plan->goes, wire, json_int(plan->goes, wire, 0) + 1);
            json_free(&rest);
        }
}

/* Of every row as it stands, and of what is kept: what was read is what is confirmed. */
static void make_code(struct erase_plan *plan)
{
    struct sha256 sha;
    char hash[SHA256_TEXT], *kept = json_print(plan->kept);
    sha256_start(&sha);
    for (int table = 0; table < TABLE_COUNT; table++)
        for (const struct json *row = json_first(plan->rows.of[table]); row; row = json_next(row)) {
            char line[128];
            str_format(line, sizeof line, "%s %s %" PRId64 "\n", table_wire((enum table)table),
                       json_text_or(row, "id", ""), json_int(row, "row_rev", 0));
            sha256_add(&sha, line, strlen(line));
        }
    sha256_add(&sha, kept, strlen(kept));
    sha256_text(&sha, hash);
    str_copy(plan->confirm, sizeof plan->confirm, ""); /* hash is longer */
    str_format(plan->confirm, sizeof plan->confirm, "%.6s", hash);
    free(kept);
}

enum err erase_plan_make(const struct server_env *env, const char *person, struct erase_plan *out)
{
    *out = (struct erase_plan){0};
    enum err err = person_rows_read(env->db, person, &out->rows);
    str_copy(out->person, sizeof out->person, json_as_text(json_at(out->rows.records, 0)));
    if (err == ERR_OK)
        err = person_kept(env->db, &out->rows, env->now_ms, &out->kept, out->until);
    if (err == ERR_OK)
        err = check_store(env->db, out);
    if (err != ERR_OK)
        return err;
    check_rows(out);
    count_goes(out);
    make_code(out);
    return ERR_OK;
}

void erase_plan_free(struct erase_plan *plan)
{
    person_rows_free(&plan->rows);
    json_free(&plan->kept);
    json_free(&plan->goes);
}

bool erase_reason_names(const struct erase_plan *plan, const char *reason)
{
    static const char *const members[] = {"name", "given", "family", "fin", "nik", "phone", "email"};
    for (const struct json *row = json_first(plan->rows.of[TABLE_PERSON]); row; row = json_next(row))
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            const char *text = json_text(row, members[i]);
            if (text && strlen(text) > 2 && strstr(reason, text))
                return true;
        }
    return false;
}

/* --- the change --- */

struct act {
    const struct erase_plan *plan;
    char now[TIME_TEXT];
    struct json *written; /* [{"t","id"}] */
};

static enum err put_rest(struct tx *tx, struct act *act, enum table table, const struct json *row)
{
    struct json *rest = fate(act->plan, table, row, act->now);
    char id[64];
    if (!rest)
        return ERR_OK;
    enum err err =
        str_copy(id, sizeof id, json_text_or(row, "id", "")) ? tx_put(tx, table, id, rest) : ERR_TOO_LARGE;
    struct json *one = json_new_object();
    json_set_text(one, "t", table_wire(table));
    json_set_text(one, "id", id);
    json_add(act->written, one);
    json_free(&rest);
    return err;
}

static enum err write_rows(struct tx *tx, void *ctx)
{
    struct act *act = ctx;
    enum err err = ERR_OK;
    for (int table = 0; table < TABLE_COUNT; table++)
        for (const struct json *row = json_first(act->plan->rows.of[table]); row && err == ERR_OK;
             row = json_next(row))
            err = put_rest(tx, act, (enum table)table, row);
    return err;
}

/* --- what earlier changes say --- */

struct forget {
    struct db *db;
    enum table table;
    const char *id;
    int64_t until; /* the erasure's own rev */
};

static bool replace_row(struct json *item, const struct forget *forget)
{
    const char *wire = table_wire(forget->table);
    bool any = false;
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line)) {
        struct json *edit = (struct json *)(uintptr_t)line;
        char leaf[SHA256_TEXT];
        if (!json_get(line, "row") || !str_equal(json_text(line, "t"), wire) ||
            !str_equal(json_text(line, "id"), forget->id))
            continue;
        feed_leaf(wire, forget->id, json_get(line, "row"), leaf);
        json_remove(edit, "row");
        json_set_text(edit, "leaf", leaf);
        json_set_bool(edit, "erased", true);
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

static enum err forget_at(void *ctx, int64_t rev)
{
    static const char sql[] = "SELECT item, command FROM change WHERE rev = $1"; /* primary key */
    const struct forget *forget = ctx;
    struct json *item = NULL;
    char command[64] = "";
    if (rev >= forget->until)
        return ERR_OK;
    struct stmt *s = db_query(forget->db, sql);
    db_bind_int(s, 1, rev);
    enum err err = db_step(s);
    const char *text = err == ERR_OK ? db_text(s, 0) : NULL;
    if (err == ERR_OK && (!text || json_parse(text, strlen(text), &item, NULL) != ERR_OK))
        err = ERR_CORRUPT;
    if (err == ERR_OK)
        str_copy(command, sizeof command, db_text(s, 1));
    db_done(s);
    if (err == ERR_OK && replace_row(item, forget))
        err = write_item(forget->db, rev, item);
    json_free(&item);
    if (err == ERR_OK && *command)
        err = drop_answer(forget->db, command);
    return err == ERR_ABSENT ? ERR_OK : err; /* of a bus, from before it left */
}

static enum err forget_rows(struct db *db, const struct json *written, int64_t until)
{
    struct hall_state state;
    enum err err = store_state(db, &state);
    for (const struct json *one = json_first(written); one && err == ERR_OK; one = json_next(one)) {
        struct forget forget = {.db = db, .id = json_text_or(one, "id", ""), .until = until};
        if (table_find(json_text_or(one, "t", ""), &forget.table))
            err = person_rows_revs(db, forget.table, forget.id, state.pruned_through, forget_at, &forget);
    }
    return err;
}

/* Why somebody looked stays as the purpose; what they wrote about it may tell of the person. */
static enum err forget_words(void *ctx, int64_t rev)
{
    static const char sql_get[] = "SELECT about FROM audit_note JOIN audit ON audit.rev = audit_note.rev"
                                  " WHERE audit_note.rev = $1 AND type = 'person.reveal'", /* primary keys */
        sql_put[] = "UPDATE audit_note SET about = $1 WHERE rev = $2";
    struct db *db = ctx;
    struct json *about = NULL;
    struct stmt *s = db_query(db, sql_get);
    db_bind_int(s, 1, rev);
    enum err err = rows_first(s, &about);
    if (err == ERR_OK && json_get(about, "text")) {
        json_remove(about, "text");
        char *text = json_print(about);
        s = db_query(db, sql_put);
        db_bind_text(s, 1, text);
        db_bind_int(s, 2, rev);
        free(text);
        err = db_run(s);
    }
    json_free(&about);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err forget_looks(struct db *db, const struct erase_plan *plan)
{
    enum err err = ERR_OK;
    for (const struct json *id = json_first(plan->rows.records); id && err == ERR_OK; id = json_next(id))
        err = person_rows_revs(db, TABLE_PERSON, json_as_text(id), 0, forget_words, db);
    return err;
}

/* What the audit keeps for ever: whom by identity alone, why, and what stays until when. */
static struct json *detail_of(const struct erase_plan *plan, const char *reason)
{
    struct json *detail = json_new_object(), *numbers = json_new_array();
    json_set_text(detail, "person", plan->person);
    json_set_text(detail, "reason", reason);
    json_set(detail, "goes", json_copy(plan->goes));
    for (const struct json *one = json_first(plan->kept); one; one = json_next(one))
        json_add_text(numbers, json_text_or(one, "case", ""));
    json_set(detail, "kept", numbers);
    json_set_text(detail, "until", plan->until[0] ? plan->until : NULL);
    return detail;
}

enum err erase_run(const struct server_env *env, const struct actor *actor, const struct erase_plan *plan,
                   const char *reason, int64_t *changed)
{
    struct act act = {.plan = plan, .written = json_new_array()};
    struct hall_state state;
    *changed = 0;
    enum err err = ERR_OK;
    time_text(env->now_ms, act.now);
    if (json_count(plan->goes) > 0) {
        struct json *detail = detail_of(plan, reason);
        err = server_change_by(env, actor, erase_type, detail, write_rows, &act);
        json_free(&detail);
        if (err == ERR_OK)
            err = store_state(env->db, &state);
        if (err == ERR_OK)
            err = forget_rows(env->db, act.written, state.rev);
        if (err == ERR_OK)
            err = forget_looks(env->db, plan);
        *changed = (int64_t)json_count(act.written);
    }
    json_free(&act.written);
    return err;
}

/* --- for verify --- */

enum err erase_is(struct db *db, int64_t rev, bool *is)
{
    static const char sql[] = "SELECT type FROM audit WHERE rev = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, rev);
    enum err err = db_step(s);
    *is = err == ERR_OK && str_equal(db_text(s, 0), erase_type);
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Whether the change of rev wrote the row, or its leaf when it was erased once more. */
static enum err wrote(struct db *db, int64_t rev, const char *wire, const char *id, bool *yes)
{
    static const char sql[] = "SELECT item FROM change WHERE rev = $1"; /* primary key */
    struct json *item = NULL;
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, rev);
    enum err err = rows_first(s, &item);
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line))
        *yes |= str_equal(json_text(line, "t"), wire) && str_equal(json_text(line, "id"), id);
    json_free(&item);
    return err;
}

enum err erase_covers(struct db *db, enum table table, const char *id, int64_t rev, bool *covers)
{
    static const char sql[] =
        "SELECT audit_tag.rev FROM audit_tag JOIN audit ON audit.rev = audit_tag.rev"
        " WHERE tag = $1 AND audit_tag.rev > $2 AND type = $3 ORDER BY audit_tag.rev"; /* keys */
    char tag[AUDIT_TAG];
    enum err err;
    *covers = false;
    str_format(tag, sizeof tag, "%s/%s", table_wire(table), id);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, tag);
    db_bind_int(s, 2, rev);
    db_bind_text(s, 3, erase_type);
    while ((err = db_step(s)) == ERR_OK) /* one that names the person need not have written their row */
        if ((err = wrote(db, db_int(s, 0), table_wire(table), id, covers)) != ERR_OK || *covers)
            break;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

struct left {
    struct db *db;
    enum table table;
    const char *id;
    int64_t until, found;
};

static enum err look_for(void *ctx, int64_t rev)
{
    static const char sql[] = "SELECT item FROM change WHERE rev = $1"; /* primary key */
    struct left *left = ctx;
    struct json *item = NULL;
    if (rev >= left->until || left->found)
        return ERR_OK;
    struct stmt *s = db_query(left->db, sql);
    db_bind_int(s, 1, rev);
    enum err err = rows_first(s, &item);
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line))
        if (str_equal(json_text(line, "t"), table_wire(left->table)) &&
            str_equal(json_text(line, "id"), left->id) && json_is_object(json_get(line, "row")))
            left->found = rev;
    json_free(&item);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err look_before(struct db *db, int64_t erasure, int64_t after, int64_t *found)
{
    static const char sql[] = "SELECT item FROM change WHERE rev = $1"; /* primary key */
    struct json *item = NULL;
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, erasure);
    enum err err = rows_first(s, &item);
    for (const struct json *line = json_first(json_get(item, "rows")); line && err == ERR_OK && !*found;
         line = json_next(line)) {
        struct left left = {.db = db, .id = json_text_or(line, "id", ""), .until = erasure};
        if (!table_find(json_text_or(line, "t", ""), &left.table))
            continue;
        err = person_rows_revs(db, left.table, left.id, after, look_for, &left);
        *found = left.found;
    }
    json_free(&item);
    return err;
}

enum err erase_verify(struct db *db, const struct hall_state *state, int64_t *rev)
{
    static const char sql[] =
        "SELECT rev FROM audit_tag WHERE tag = 'c/person.erase' ORDER BY rev"; /* primary key */
    struct stmt *s = db_query(db, sql);
    enum err err;
    *rev = 0;
    while ((err = db_step(s)) == ERR_OK)
        if ((err = look_before(db, db_int(s, 0), state->pruned_through, rev)) != ERR_OK || *rev)
            break;
    db_done(s);
    return *rev ? ERR_CORRUPT : err == ERR_ABSENT ? ERR_OK : err;
}
