/* core/hall/bus_rows.c: the rows that a bus brings home, each beside the row that left and the row that is here now.
 * See core/hall/README.md, "The bus". Commands that must run again are bus_merge.c. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/visit_row.h"
#include "core/hall/bus_merge.h"
#include "core/model/ticket.h"

enum { BATCH_MAX = 40 };

/* --- writing --- */

static enum err write_batch(struct tx *tx, void *ctx)
{
    struct merge *m = ctx;
    enum err err = ERR_OK;
    for (const struct json *one = json_first(m->batch); one && err == ERR_OK; one = json_next(one)) {
        enum table table;
        char id[64];
        struct json *row = json_copy(json_get(one, "row"));
        bool fits = table_find(json_text_or(one, "t", ""), &table) &&
                    str_copy(id, sizeof id, json_text_or(row, "id", ""));
        err = fits ? tx_put(tx, table, id, row) : ERR_INVALID;
        json_free(&row);
    }
    return err;
}

enum err merge_flush(struct merge *m)
{
    if (json_count(m->batch) == 0)
        return ERR_OK;
    struct json *detail = json_new_object();
    json_set_text(detail, "away", m->away);
    json_set_text(detail, "instance", m->instance);
    json_set_int(detail, "rows", (int64_t)json_count(m->batch));
    enum err err = server_change(m->env, "bus.take", detail, write_batch, m);
    json_free(&detail);
    json_free(&m->batch);
    m->batch = json_new_array();
    return err;
}

enum err merge_add(struct merge *m, enum table table, struct json *row)
{
    struct json *one = json_new_object();
    json_set_text(one, "t", table_wire(table));
    json_set(one, "row", row);
    json_add(m->batch, one);
    return json_count(m->batch) >= BATCH_MAX ? merge_flush(m) : ERR_OK;
}

/* --- disputes --- */

static struct json *dispute_command(const struct merge *m, const char *id)
{
    struct json *command = json_new_object(), *at = json_new_object(), *body = json_new_object();
    json_set_text(at, "wall", json_text(m->parcel.head, "at"));
    json_set_int(at, "offset_ms", 0);
    json_set_text(body, "bus", m->name);
    json_set_text(command, "id", id);
    json_set_text(command, "type", "bus.merge");
    json_set_int(command, "v", 1);
    json_set(command, "at", at);
    json_set(command, "body", body);
    return command;
}

enum err merge_dispute(struct merge *m, const char *code, const char *about, struct json *details,
                       const char *format, ...)
{
    char text[400], id[UUID_TEXT], key[256], at[TIME_TEXT];
    struct json *row = NULL;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t length = strlen(text);
    while (length && !utf8_valid(text, length))
        text[--length] = '\0';
    str_format(key, sizeof key, "bus %s %s %s", m->instance, code, about);
    server_id(key, id);
    enum err err = row_get(m->env->db, TABLE_DISPUTE, id, &row);
    json_free(&row);
    if (err != ERR_ABSENT) {
        json_free(&details);
        return err;
    }
    row = details ? details : json_new_object();
    time_text(m->env->now_ms, at);
    json_set_text(row, "id", id);
    json_set(row, "command", dispute_command(m, id));
    json_set_text(row, "client", m->instance);
    json_set_text(row, "user", ""); /* nobody's alone: a supervisor's */
    json_set_text(row, "code", code);
    json_set_text(row, "message", text);
    json_set_text(row, "field", "");
    if (!json_get(row, "row"))
        json_set_null(row, "row");
    json_set_text(row, "state", "open");
    json_set_null(row, "choice");
    json_set_null(row, "note");
    json_set_null(row, "resolved_by");
    json_set_text(row, "at", at);
    json_set_text(row, "origin", m->name);
    m->disputes++;
    return merge_add(m, TABLE_DISPUTE, row);
}

/* --- the row that is here --- */

enum here { HERE_NEW, HERE_SAME, HERE_CHANGED };

/* Written by an earlier merge of the same bus, and by nobody since. But an application that the merge went on with on top
 * of a change made here holds that change as well. */
static enum err was_merged(const struct merge *m, enum table table, int64_t rev, bool *merged)
{
    static const char sql[] = "SELECT to_rev FROM away_merge, audit WHERE instance = $1 AND first_rev <= $2"
                              " AND last_rev >= $2 AND audit.rev = $2 AND ($3 = 0 OR audit.type = 'bus.take')"
                              " LIMIT 1"; /* primary keys */
    struct stmt *s = db_query(m->env->db, sql);
    db_bind_text(s, 1, m->instance);
    db_bind_int(s, 2, rev);
    db_bind_int(s, 3, table == TABLE_CASE);
    enum err err = db_step(s);
    *merged = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* But for what a departure and a return write into every row. */
static bool same_row(const struct json *a, const struct json *b)
{
    static const char *const own[] = {"row_rev", "away", "hall"};
    struct json *x = json_copy(a), *y = json_copy(b);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        json_remove(x, own[i]);
        json_remove(y, own[i]);
    }
    bool same = json_equal(x, y);
    json_free(&x);
    json_free(&y);
    return same;
}

static const struct json *base_of(const struct merge *m, enum table table, const char *id)
{
    char key[160];
    str_format(key, sizeof key, "%s %s", table_wire(table), id);
    return json_get(m->bases, key);
}

/* *row: the one that is here, or NULL. */
static enum err look(const struct merge *m, enum table table, const char *id, struct json **row,
                     enum here *here)
{
    bool merged = false;
    const struct json *base = base_of(m, table, id);
    enum err err = row_get(m->env->db, table, id, row);
    *here = HERE_NEW;
    if (err != ERR_OK)
        return err == ERR_ABSENT ? ERR_OK : err;
    err = was_merged(m, table, json_int(*row, "row_rev", 0), &merged);
    *here = merged || (base && same_row(base, *row)) ? HERE_SAME : HERE_CHANGED;
    return err;
}

/* --- numbers --- */

static enum err is_taken(const struct merge *m, enum table table, const struct json *row, const char *number,
                         bool *taken)
{
    static const char sql_ticket[] =
        "SELECT id FROM tickets WHERE day = $1 AND number = $2 LIMIT 1";             /* tickets_number */
    static const char sql_case[] = "SELECT id FROM cases WHERE number = $1 LIMIT 1"; /* cases_number */
    int place = 1;
    struct stmt *s = db_query(m->env->db, table == TABLE_TICKET ? sql_ticket : sql_case);
    if (table == TABLE_TICKET)
        db_bind_text(s, place++, json_text_or(row, "day", ""));
    db_bind_text(s, place, number);
    enum err err = db_step(s);
    *taken = err == ERR_OK && !str_equal(db_text(s, 0), json_text(row, "id"));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static struct json *about(const char *name, const char *id)
{
    struct json *details = json_new_object();
    json_set_text(details, name, id);
    return details;
}

/* Who has a number already keeps it. */
static enum err renumber(struct merge *m, enum table table, struct json *row)
{
    char number[64], given[64];
    bool taken = false;
    if (!json_text(row, "number") || !str_copy(given, sizeof given, json_text(row, "number")))
        return ERR_OK;
    enum err err = merge_flush(m); /* what was just taken over counts too */
    if (err == ERR_OK)
        err = is_taken(m, table, row, given, &taken);
    if (err != ERR_OK || !taken)
        return err;
    for (int i = 2; taken && err == ERR_OK; i++) {
        str_format(number, sizeof number, "%.50s.%d", given, i);
        err = is_taken(m, table, row, number, &taken);
    }
    json_set_text(row, "number", number);
    json_set_text(row, "number_given", given);
    if (err != ERR_OK)
        return err;
    return merge_dispute(
        m, "number_clash", json_text_or(row, "id", ""), about(table_wire(table), json_text(row, "id")),
        "%s gave out the number %s, which somebody else has here: it is %s now. Tell whoever holds the "
        "paper.",
        m->name, given, number);
}

/* --- people --- */

static enum err merge_user(struct merge *m, const struct json *row)
{
    static const char sql[] = "SELECT row FROM users WHERE login = $1"; /* users_login */
    struct json *there = NULL, *copy;
    char login[128];
    enum err err = row_get(m->env->db, TABLE_USER, json_text_or(row, "id", ""), &there);
    json_free(&there);
    if (err != ERR_ABSENT)
        return err;
    copy = json_copy(row);
    struct stmt *s = db_query(m->env->db, sql);
    db_bind_text(s, 1, json_text_or(row, "login", ""));
    err = rows_first(s, &there);
    json_free(&there);
    if (err == ERR_OK) {
        str_format(login, sizeof login, "%.60s.%.8s", json_text_or(row, "login", "?"), m->instance);
        json_set_text(copy, "login", login);
    }
    json_set_bool(copy, "active",
                  false); /* an account of the bus: its name is needed here, not its password */
    return merge_add(m, TABLE_USER, copy);
}

static enum err same_number(const struct merge *m, const char *sql, const char *number, const char *own,
                            char other[64])
{
    other[0] = '\0';
    if (str_empty(number))
        return ERR_OK;
    struct stmt *s = db_query(m->env->db, sql);
    db_bind_text(s, 1, number);
    enum err err;
    while ((err = db_step(s)) == ERR_OK && !*other)
        if (!str_equal(db_text(s, 0), own))
            str_copy(other, 64, db_text(s, 0));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err tell_twice(struct merge *m, const struct json *row)
{
    static const char sql_fin[] =
        "SELECT id FROM persons WHERE fin = $1 ORDER BY id LIMIT 2"; /* persons_fin */
    static const char sql_nik[] =
        "SELECT id FROM persons WHERE nik = $1 ORDER BY id LIMIT 2"; /* persons_nik */
    char other[64];
    const char *id = json_text_or(row, "id", "");
    enum err err = same_number(m, sql_fin, json_text(row, "fin"), id, other);
    if (err == ERR_OK && !*other)
        err = same_number(m, sql_nik, json_text(row, "nik"), id, other);
    if (err != ERR_OK || !*other)
        return err;
    struct json *details = about("person", id);
    json_set_text(details, "other", other);
    return merge_dispute(
        m, "person_twice", id, details,
        "%s was recorded by %s and here: one identity number, two records. Join them, or keep them "
        "apart.",
        json_text_or(row, "name", "A person"), m->name);
}

static bool is_bookkeeping(const char *member)
{
    static const char *const members[] = {"id", "row_rev", "changed_at", "changed_by", "conflict"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (str_equal(members[i], member))
            return true;
    return false;
}

/* Each field that one side changed is taken; what both changed differently stays as it is here and waits for a person:
 * the other word stands in the row itself, which not everybody sees whole, not in the dispute. */
static enum err merge_person_fields(struct merge *m, const struct json *row, const struct json *base,
                                    struct json *here)
{
    struct json *patch = json_new_object(), *fields = json_new_array();
    for (const struct json *f = json_first(row); f; f = json_next(f)) {
        const char *name = json_name(f);
        const struct json *before = json_get(base, name), *now = json_get(here, name);
        if (is_bookkeeping(name) || (before && json_equal(f, before)) || (now && json_equal(f, now)))
            continue;
        if (base && (!now || (before && json_equal(now, before)))) {
            json_set(here, name, json_copy(f));
            continue;
        }
        json_set(patch, name, json_copy(f));
        json_add_text(fields, name);
    }
    enum err err = ERR_OK;
    if (json_count(fields)) {
        struct json *details = about("person", json_text(here, "id"));
        json_set(details, "fields", fields);
        json_set(here, "conflict", json_copy(patch));
        err = merge_dispute(m, "person_conflict", json_text_or(here, "id", ""), details,
                            "%s was changed by %s and here, in the same fields. Choose which words hold.",
                            json_text_or(here, "name", "A person"), m->name);
    } else {
        json_free(&fields);
    }
    json_free(&patch);
    return err == ERR_OK ? merge_add(m, TABLE_PERSON, json_copy(here)) : err;
}

static enum err merge_person(struct merge *m, const struct json *row)
{
    struct json *here = NULL;
    enum here what;
    enum err err = look(m, TABLE_PERSON, json_text_or(row, "id", ""), &here, &what);
    m->persons++;
    if (err == ERR_OK && what == HERE_CHANGED)
        err = merge_person_fields(m, row, base_of(m, TABLE_PERSON, json_text_or(row, "id", "")), here);
    else if (err == ERR_OK)
        err = merge_add(m, TABLE_PERSON, json_copy(row));
    if (err == ERR_OK && what == HERE_NEW)
        err = tell_twice(m, row);
    json_free(&here);
    return err;
}

/* --- tickets --- */

static void stamp(struct json *row, const char *event, int64_t now_ms)
{
    char at[TIME_TEXT];
    struct json *stamps = json_edit(row, "stamps"), *line = json_new_object();
    if (!json_is_array(stamps)) {
        json_set(row, "stamps", json_new_array());
        stamps = json_edit(row, "stamps");
    }
    time_text(now_ms, at);
    json_set_text(line, "event", event);
    json_set_text(line, "at", at);
    json_set_text(line, "by", "system");
    json_add(stamps, line);
}

/* Nobody here has it: whoever stood at a desk of the bus waits again. */
static void give_back(struct json *row, int64_t now_ms)
{
    static const char *const gone[] = {"counter",    "user",    "called_at",  "started_at",
                                       "held_until", "held_at", "hold_reason"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        json_set_null(row, gone[i]);
    json_set_int(row, "gen", json_int(row, "gen", 0) + 1);
    json_set_int(row, "calls", 0);
    json_set_text(row, "state", ticket_state_text(TICKET_WAITING));
    stamp(row, ticket_event_text(TICKET_RETURN), now_ms);
}

/* As the turn of the day does it. */
static void let_go(struct json *row, int64_t now_ms)
{
    char at[TIME_TEXT];
    time_text(now_ms, at);
    json_set_text(row, "state", ticket_state_text(TICKET_CANCELLED));
    json_set_text(row, "outcome", ticket_outcome_text(TICKET_OUTCOME_LEFT));
    json_set_text(row, "finished_at", at);
    visit_close(row);
    stamp(row, ticket_event_text(TICKET_CANCEL), now_ms);
}

/* The bus's ticket as this hall has it from now on. */
static struct json *landed(const struct merge *m, const struct json *ticket)
{
    enum ticket_state state;
    char today[DATE_TEXT];
    struct json *row = json_copy(ticket);
    time_date(m->env->now_ms, today);
    json_remove(row, "away");
    json_set_null(row, "before"); /* an undo would lead to a desk of the bus */
    json_set_text(row, "hall", m->code);
    if (ticket_state_find(json_text_or(row, "state", ""), &state) && ticket_is_open(state))
        give_back(row, m->env->now_ms);
    if (str_equal(json_text(row, "state"), ticket_state_text(TICKET_WAITING)) &&
        strcmp(json_text_or(row, "day", today), today) < 0)
        let_go(row, m->env->now_ms);
    return row;
}

static enum err ticket_conflict(struct merge *m, const struct json *ticket, const struct json *here)
{
    struct json *details;
    enum ticket_state state;
    if (!ticket_state_find(json_text_or(ticket, "state", ""), &state) || state == TICKET_WAITING ||
        ticket_is_open(state))
        return ERR_OK; /* nothing came of it there: it goes its way here */
    details = about("ticket", json_text(here, "id"));
    json_set(details, "row", json_copy(here));
    json_set(details, "upload", landed(m, ticket));
    return merge_dispute(m, "late_ticket", json_text_or(here, "id", ""), details,
                         "Late upload from %s: %s is %s there and %s here. Choose which of the two counts.",
                         m->name, json_text_or(here, "number", "a ticket"),
                         json_text_or(ticket, "state", "?"), json_text_or(here, "state", "?"));
}

/* An earlier merge may have given it another number, or taken it from a desk. */
static void keep_place(struct json *row, const struct json *here)
{
    int64_t gen = json_int(here, "gen", 0);
    json_set_text(row, "number", json_text(here, "number"));
    if (json_int(row, "gen", 0) < gen)
        json_set_int(row, "gen", gen);
}

static enum err merge_ticket(struct merge *m, const struct json *ticket)
{
    struct json *here = NULL, *row;
    enum here what;
    enum err err = look(m, TABLE_TICKET, json_text_or(ticket, "id", ""), &here, &what);
    m->tickets++;
    if (err == ERR_OK && what == HERE_CHANGED) {
        err = ticket_conflict(m, ticket, here);
    } else if (err == ERR_OK) {
        row = landed(m, ticket);
        if (what == HERE_NEW)
            err = renumber(m, TABLE_TICKET, row);
        else
            keep_place(row, here);
        if (err == ERR_OK)
            err = merge_add(m, TABLE_TICKET, row);
        else
            json_free(&row);
    }
    json_free(&here);
    return err;
}

/* --- applications --- */

/* A rev of the bus in a row means nothing here: what was written there was written with this merge. */
static void rebase_rev(struct json *object, const char *name, const struct merge *m)
{
    if (json_int(object, name, 0) > m->base_rev || json_int(object, name, 0) > m->first_rev)
        json_set_int(object, name, m->first_rev);
}

static void rebase(struct json *row, const struct merge *m)
{
    static const char *const lists[] = {"draft_revs", "branches"};
    rebase_rev(row, "decision_rev", m);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct json *list = json_edit(row, lists[i]),
                    *fresh = json_is_array(list) ? json_new_array() : json_new_object();
        for (const struct json *one = json_first(list); one; one = json_next(one)) {
            struct json *copy = json_copy(one);
            rebase_rev(copy, "rev", m);
            rebase_rev(copy, "base_rev", m);
            if (json_is_array(list))
                json_add(fresh, copy);
            else
                json_set(fresh, json_name(one), copy);
        }
        if (list)
            json_set(row, lists[i], fresh);
        else
            json_free(&fresh);
    }
}

static enum err merge_case(struct merge *m, const struct json *bus)
{
    struct json *here = NULL;
    enum here what;
    const char *id = json_text_or(bus, "id", "");
    enum err err = look(m, TABLE_CASE, id, &here, &what);
    m->cases++;
    if (err == ERR_OK && what == HERE_CHANGED) {
        json_set_bool(m->conflicts, id, true);
    } else if (err == ERR_OK) {
        struct json *row = json_copy(bus);
        rebase(row, m);
        if (what == HERE_NEW)
            err = renumber(m, TABLE_CASE, row);
        else
            json_set_text(row, "number", json_text(here, "number"));
        if (err == ERR_OK)
            err = merge_add(m, TABLE_CASE, row);
        else
            json_free(&row);
    }
    json_free(&here);
    return err;
}

/* Papers and payments follow their application; a decision that is here is never written again. */
static enum err merge_part(struct merge *m, enum table table, const struct json *row)
{
    struct json *here = NULL;
    const char *id = json_text_or(row, "id", "");
    if (json_get(m->conflicts, json_text_or(row, "case", "")))
        return ERR_OK; /* the commands run again */
    enum err err = row_get(m->env->db, table, id, &here);
    bool there = err == ERR_OK;
    json_free(&here);
    if (err != ERR_OK && err != ERR_ABSENT)
        return err;
    return there && table != TABLE_DOCUMENT ? ERR_OK : merge_add(m, table, json_copy(row));
}

/* --- all of them --- */

static enum err merge_row(struct merge *m, enum table table, const struct json *row)
{
    switch (table) {
    case TABLE_USER:
        return merge_user(m, row);
    case TABLE_PERSON:
        return merge_person(m, row);
    case TABLE_TICKET:
        return merge_ticket(m, row);
    case TABLE_CASE:
        return merge_case(m, row);
    case TABLE_DOCUMENT:
    case TABLE_PAYMENT:
    case TABLE_DECISION:
    case TABLE_SURVEY:
        return merge_part(m, table, row);
    default:
        return ERR_OK;
    }
}

static bool next_row(const struct merge *m, const struct json *line, enum table *table,
                     const struct json **row)
{
    *row = json_get(line, "row");
    return json_text(line, "t") && json_is_object(*row) && table_find(json_text(line, "t"), table) &&
           json_int(*row, "row_rev", 0) > m->from_rev;
}

enum err merge_rows(struct merge *m)
{
    enum err err = ERR_OK;
    for (const struct json *line = json_first(m->parcel.lines); line && err == ERR_OK;
         line = json_next(line)) {
        enum table table;
        const struct json *row;
        if (next_row(m, line, &table, &row))
            err = merge_row(m, table, row);
    }
    return err == ERR_OK ? merge_flush(m) : err;
}

/* One that a command's second run has made here already keeps what it says here. */
static enum err merge_bus_dispute(struct merge *m, const struct json *row)
{
    struct json *here = NULL, *copy;
    bool merged = false;
    enum err err = row_get(m->env->db, TABLE_DISPUTE, json_text_or(row, "id", ""), &here);
    if (err == ERR_OK)
        err = was_merged(m, TABLE_DISPUTE, json_int(here, "row_rev", 0), &merged);
    bool keep = here && !(merged && str_equal(json_text(here, "state"), "open"));
    json_free(&here);
    if (keep || (err != ERR_OK && err != ERR_ABSENT))
        return err;
    copy = json_copy(row);
    json_set_text(copy, "origin", m->name);
    m->disputes += str_equal(json_text(row, "state"), "open");
    return merge_add(m, TABLE_DISPUTE, copy);
}

enum err merge_disputes(struct merge *m)
{
    enum err err = ERR_OK;
    for (const struct json *line = json_first(m->parcel.lines); line && err == ERR_OK;
         line = json_next(line)) {
        enum table table;
        const struct json *row;
        if (next_row(m, line, &table, &row) && table == TABLE_DISPUTE)
            err = merge_bus_dispute(m, row);
    }
    return err;
}
