/* core/command/call.c: what every rule stands on: the outcome, the body's members, rows, and who asks.
 *
 * See rules.h. Knows no rule. Everything read from a body is judged here, so that a rule never meets a text
 * that is too long or a member of the wrong kind. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/rules.h"
#include "core/command/version.h"

/* --- outcome --- */

enum err refuse(struct call *c, const char *code, const char *field, const char *format, ...)
{
    char text[sizeof c->out->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    c->out->applied = false;
    str_copy(c->out->code, sizeof c->out->code, code);
    str_copy(c->out->field, sizeof c->out->field, field ? field : "");
    /* Cut at a whole character: a long name in the sentence must not break the answer's UTF-8. */
    struct buf whole = {0};
    size_t length = strlen(text);
    while (length && !utf8_valid(text, length))
        length--;
    buf_add(&whole, text, length);
    str_copy(c->out->message, sizeof c->out->message, buf_text(&whole));
    buf_free(&whole);
    return ERR_REFUSED;
}

struct json *answer(struct call *c)
{
    if (!c->out->data)
        c->out->data = json_new_object();
    return c->out->data;
}

/* --- the body --- */

static enum err refuse_member(struct call *c, const char *name, const char *wanted)
{
    return refuse(c, "invalid_body", name,
                  "\"%s\" must be %s. Nothing was changed: correct it and try again.", name, wanted);
}

/* NULL for absent and for null, which mean the same in a body. */
static const struct json *member(const struct call *c, const char *name)
{
    const struct json *value = json_get(c->body, name);
    return json_is_null(value) ? NULL : value;
}

enum err body_text(struct call *c, const char *name, const char **text)
{
    const struct json *value = member(c, name);
    *text = NULL;
    if (!value)
        return ERR_OK;
    if (!json_is_text(value))
        return refuse_member(c, name, "a text");
    if (strlen(json_as_text(value)) > TEXT_MAX)
        return refuse(c, "invalid_body", name, "\"%s\" is longer than %d characters. Shorten it.", name,
                      TEXT_MAX);
    if (!str_empty(json_as_text(value)))
        *text = json_as_text(value);
    return ERR_OK;
}

enum err body_need(struct call *c, const char *name, const char **text)
{
    TRY(body_text(c, name, text));
    if (!*text)
        return refuse(c, "invalid_body", name,
                      "\"%s\" is missing. Nothing was changed: name it and try again.", name);
    return ERR_OK;
}

enum err body_int(struct call *c, const char *name, int64_t otherwise, int64_t *value)
{
    const struct json *json = member(c, name);
    *value = otherwise;
    if (!json)
        return ERR_OK;
    if (!json_is_integer(json))
        return refuse_member(c, name, "a whole number");
    *value = json_as_int(json, otherwise);
    return ERR_OK;
}

enum err body_bool(struct call *c, const char *name, bool *value)
{
    const struct json *json = member(c, name);
    *value = false;
    if (!json)
        return ERR_OK;
    if (!json_is_bool(json))
        return refuse_member(c, name, "true or false");
    *value = json_as_bool(json, false);
    return ERR_OK;
}

enum err body_time(struct call *c, const char *name, int64_t *wall_ms)
{
    const char *text;
    *wall_ms = -1;
    TRY(body_text(c, name, &text));
    if (text && (!time_parse(text, wall_ms) || *wall_ms < 0))
        return refuse_member(c, name, "a time like 2026-11-24T10:00:00.000Z");
    return ERR_OK;
}

enum err body_array(struct call *c, const char *name, const struct json **array)
{
    *array = member(c, name);
    return *array && !json_is_array(*array) ? refuse_member(c, name, "a list") : ERR_OK;
}

enum err body_object(struct call *c, const char *name, const struct json **object)
{
    *object = member(c, name);
    return *object && !json_is_object(*object) ? refuse_member(c, name, "an object") : ERR_OK;
}

/* --- rows --- */

struct json *keep(struct call *c, struct json *row)
{
    if (c->kept_count == c->kept_capacity) {
        c->kept_capacity = c->kept_capacity ? c->kept_capacity * 2 : 16;
        c->kept = xrealloc(c->kept, sizeof *c->kept * (size_t)c->kept_capacity);
    }
    c->kept[c->kept_count++] = row;
    return row;
}

enum err peek(struct call *c, enum table table, const char *id, struct json **row)
{
    *row = NULL;
    if (str_empty(id))
        return ERR_OK;
    enum err err = tx_get(c->tx, table, id, row);
    if (err == ERR_OK)
        keep(c, *row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err refuse_unknown(struct call *c, enum table table, const char *field, const char *id)
{
    char code[40];
    str_format(code, sizeof code, "unknown_%s", table_wire(table));
    return refuse(c, code, field, "There is no %s \"%.60s\" in this hall. Look it up again.",
                  table_wire(table), id ? id : "");
}

enum err load(struct call *c, enum table table, const char *field, const char *id, struct json **row)
{
    TRY(peek(c, table, id, row));
    bool kept = table == TABLE_SERVICE && version_is_kept(*row); /* nobody asks for one by its id */
    return *row && !kept ? ERR_OK : refuse_unknown(c, table, field, id);
}

/* The first by a name that people use; names are unique in a hall, so one index step finds it. */
static const char *named_query(enum table table, const char **member)
{
    static const char sql_user[] = "SELECT row FROM users WHERE login = $1 LIMIT 1";      /* users_login */
    static const char sql_counter[] = "SELECT row FROM counters WHERE name = $1 LIMIT 1"; /* counters_name */
    static const char sql_queue[] = "SELECT row FROM queues WHERE code = $1 LIMIT 1";     /* queues_code */
    switch (table) {
    case TABLE_USER:
        *member = "login";
        return sql_user;
    case TABLE_COUNTER:
        *member = "name";
        return sql_counter;
    case TABLE_QUEUE:
        *member = "code";
        return sql_queue;
    default:
        return NULL;
    }
}

enum err load_named(struct call *c, enum table table, const char *field, const char *name, struct json **row)
{
    const char *member, *sql = named_query(table, &member);
    TRY(peek(c, table, name, row));
    if (*row)
        return ERR_OK;
    if (!sql || str_empty(name))
        return refuse_unknown(c, table, field, name);
    enum err err = rows_first(tx_list(c->tx, sql, table, member, name), row);
    if (err == ERR_ABSENT)
        return refuse_unknown(c, table, field, name);
    if (err == ERR_OK)
        keep(c, *row);
    return err;
}

enum err load_hall(struct call *c, struct json **row)
{
    static const char sql_hall[] = "SELECT row, id FROM halls ORDER BY id LIMIT 1"; /* primary key; one row */
    enum err err = rows_first(tx_list(c->tx, sql_hall, TABLE_HALL, NULL, NULL), row);
    if (err == ERR_ABSENT) {
        *row = json_new_object();
        err = ERR_OK;
    }
    if (err == ERR_OK)
        keep(c, *row);
    return err;
}

enum err save(struct call *c, enum table table, struct json *row)
{
    return tx_put(c->tx, table, row_id(row), row);
}

struct json *row_new(struct call *c, const char *id)
{
    struct json *row = keep(c, json_new_object());
    json_set_text(row, "id", id);
    return row;
}

/* Identities come from the command's, which its sender chooses, and a command that is applied again after its dispute
 * gives the same once more: those that are taken are passed over, so that nothing is overwritten. A workstation may
 * look ahead at a row that has come back from the hall already. */
enum err new_id(struct call *c, enum table table, char id[UUID_TEXT])
{
    enum { TRIES = 64 };
    struct json *there = NULL;
    for (int i = 0; i < TRIES; i++) {
        tx_new_id(c->tx, id);
        if (!c->tx->predicting)
            TRY(peek(c, table, id, &there));
        if (!there)
            return ERR_OK;
    }
    return refuse(c, "identity_used", "",
                  "The identities that this record gives are taken: an administrator must look.");
}

const char *row_id(const struct json *row)
{
    return json_text_or(row, "id", "");
}

int64_t row_time(const struct json *row, const char *name)
{
    int64_t wall_ms;
    const char *text = json_text(row, name);
    return text && time_parse(text, &wall_ms) ? wall_ms : -1;
}

void row_set_time(struct json *row, const char *name, int64_t wall_ms)
{
    char text[TIME_TEXT];
    if (wall_ms < 0) {
        json_set_null(row, name);
        return;
    }
    time_text(wall_ms, text);
    json_set_text(row, name, text);
}

bool row_has_flag(const struct json *row, const char *flag)
{
    return json_has_text(json_get(row, "flags"), flag);
}

void row_set_flag(struct json *row, const char *flag, bool on)
{
    if (row_has_flag(row, flag) == on)
        return;
    struct json *flags = json_new_array();
    const struct json *old = json_get(row, "flags");
    for (const struct json *f = json_first(old); f; f = json_next(f))
        if (!str_equal(json_as_text(f), flag))
            json_add(flags, json_copy(f));
    if (on)
        json_add_text(flags, flag);
    json_set(row, "flags", flags);
}

struct json *row_list(struct json *row, const char *name)
{
    if (!json_is_array(json_get(row, name)))
        json_set(row, name, json_new_array());
    return json_edit(row, name);
}

void row_stamp(struct call *c, struct json *row, const char *event)
{
    const struct json *old = json_get(row, "stamps");
    size_t count = json_is_array(old) ? json_count(old) : 0,
           from = count < STAMPS_MAX ? 0 : count - STAMPS_MAX + 1;
    struct json *stamps = json_new_array(), *stamp = json_new_object();
    for (size_t i = from; i < count; i++)
        json_add(stamps, json_copy(json_at(old, i)));
    json_set_text(stamp, "event", event);
    row_set_time(stamp, "at", c->at_ms);
    json_set_text(stamp, "by", str_empty(c->actor->user) ? "system" : c->actor->user);
    if (c->clock_suspect)
        json_set_bool(stamp, "clock_suspect", true);
    json_add(stamps, stamp);
    json_set(row, "stamps", stamps);
}

const char *user_name(struct call *c, const char *user_id)
{
    struct json *row = NULL;
    if (!str_empty(user_id) && str_equal(user_id, c->actor->user) && !str_empty(c->actor->name))
        return c->actor->name;
    if (peek(c, TABLE_USER, user_id, &row) != ERR_OK || !row)
        return "someone";
    const char *name = json_text(row, "name");
    return str_empty(name) ? json_text_or(row, "login", "someone") : name;
}

/* --- who --- */

bool is_role(const struct call *c, unsigned roles)
{
    return str_empty(c->actor->user) || (c->actor->roles & roles);
}

bool is_me(const struct call *c, const char *user_id)
{
    return !str_empty(user_id) && str_equal(user_id, c->actor->user);
}

enum err need_agency(struct call *c, const char *agency)
{
    if (str_empty(c->actor->user) || str_empty(c->actor->agency) || str_empty(agency) ||
        str_equal(agency, c->actor->agency))
        return ERR_OK;
    return refuse(c, "other_agency", "",
                  "This belongs to another agency (%.60s). Nothing was changed: ask a colleague there.",
                  agency);
}
