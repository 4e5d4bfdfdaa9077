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
#include "core/hall/person_past.h"
#include "core/hall/person_words.h"

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

static enum err count_earlier(struct db *db, struct erase_plan *plan)
{
    struct past past;
    int64_t found = 0;
    enum err err = person_past_open(db, &past);
    if (err == ERR_OK)
        err = person_past_add_wrong(&past, &plan->rows, &found);
    person_past_free(&past);
    if (found > 0)
        json_set_int(plan->goes, "earlier", found);
    return err;
}

/* Of every row as it stands, and of what is kept: what was read is what is confirmed. */
static void make_code(struct erase_plan *plan)
{
    struct sha256 sha;
    char hash[SHA256_TEXT], *kept = json_print(plan->kept), *goes = json_print(plan->goes);
    sha256_start(&sha);
    for (int table = 0; table < TABLE_COUNT; table++)
        for (const struct json *row = json_first(plan->rows.of[table]); row; row = json_next(row)) {
            char line[128];
            str_format(line, sizeof line, "%s %s %" PRId64 "\n", table_wire((enum table)table),
                       json_text_or(row, "id", ""), json_int(row, "row_rev", 0));
            sha256_add(&sha, line, strlen(line));
        }
    sha256_add(&sha, kept, strlen(kept));
    sha256_add(&sha, goes, strlen(goes));
    sha256_text(&sha, hash);
    str_copy(plan->confirm, sizeof plan->confirm, ""); /* hash is longer */
    str_format(plan->confirm, sizeof plan->confirm, "%.6s", hash);
    free(kept);
    free(goes);
}

enum err erase_plan_rows(const struct server_env *env, const char *person, struct erase_plan *out)
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
    return ERR_OK;
}

enum err erase_plan_make(const struct server_env *env, const char *person, struct erase_plan *out)
{
    enum err err = erase_plan_rows(env, person, out);
    if (err == ERR_OK)
        err = count_earlier(env->db, out);
    if (err == ERR_OK)
        make_code(out);
    return err;
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
    int64_t written;
};

static enum err put_rest(struct tx *tx, struct act *act, enum table table, const struct json *row)
{
    struct json *rest = fate(act->plan, table, row, act->now);
    char id[64];
    if (!rest)
        return ERR_OK;
    enum err err =
        str_copy(id, sizeof id, json_text_or(row, "id", "")) ? tx_put(tx, table, id, rest) : ERR_TOO_LARGE;
    act->written++;
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

/* All that the rows said before; the erasure writes each of them anew. */
static enum err gather(const struct erase_plan *plan, const char *now, struct past *past)
{
    enum err err = ERR_OK;
    for (int table = 0; table < TABLE_COUNT; table++)
        for (const struct json *row = json_first(plan->rows.of[table]); row && err == ERR_OK;
             row = json_next(row)) {
            struct json *rest = fate(plan, (enum table)table, row, now);
            if (rest)
                err = person_past_add_row(past, (enum table)table, json_text_or(row, "id", ""));
            json_free(&rest);
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

static enum err run_with(const struct server_env *env, const struct actor *actor, struct act *act,
                         struct past *past, const char *reason)
{
    struct json *detail = detail_of(act->plan, reason), *looks = json_new_array();
    struct hall_state state;
    int64_t found;
    enum err err = gather(act->plan, act->now, past);
    if (err == ERR_OK)
        err = person_past_add_wrong(past, &act->plan->rows, &found);
    if (err == ERR_OK)
        err = person_past_seal(past, detail);
    if (err == ERR_OK)
        err = person_words_find(env->db, &act->plan->rows, looks);
    if (err == ERR_OK && json_count(looks) > 0)
        json_set(detail, "looks", json_copy(looks));
    if (err == ERR_OK)
        err = server_change_by(env, actor, erase_type, detail, write_rows, act);
    json_free(&detail);
    if (err == ERR_OK)
        err = store_state(env->db, &state);
    if (err == ERR_OK)
        err = person_past_forget(past, state.rev);
    if (err == ERR_OK)
        err = person_words_forget(env->db, looks);
    json_free(&looks);
    return err == ERR_OK ? forget_looks(env->db, act->plan) : err;
}

enum err erase_run(const struct server_env *env, const struct actor *actor, const struct erase_plan *plan,
                   const char *reason, int64_t *changed)
{
    struct act act = {.plan = plan, .written = 0};
    struct past past;
    *changed = 0;
    if (json_count(plan->goes) == 0)
        return ERR_OK;
    time_text(env->now_ms, act.now);
    enum err err = person_past_open(env->db, &past);
    if (err == ERR_OK)
        err = run_with(env, actor, &act, &past, reason);
    person_past_free(&past);
    *changed = act.written;
    return err;
}
