/* core/hall/admin_people.c: who may change what of accounts and counters, and how a change is written. See admin_people.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/hall/admin_inside.h"
#include "core/hall/session.h"
#include "core/model/role.h"

/* --- refusals --- */

enum err people_refuse(struct people *p, enum err err, const char *code, const char *field,
                       const char *format, ...)
{
    va_list args;
    struct admin_refusal *refusal = p->refusal;
    str_copy(refusal->code, sizeof refusal->code, code);
    str_copy(refusal->field, sizeof refusal->field, field);
    refusal->info.err = err;
    va_start(args, format);
    vsnprintf(refusal->info.text, sizeof refusal->info.text, format, args);
    va_end(args);
    return err;
}

void people_known(struct people *p, const char *sql, const char *member, struct buf *out)
{
    struct json *rows = json_new_array();
    struct stmt *s = db_query(p->env->db, sql);
    db_bind_int(s, 1, LIST_MAX);
    if (rows_collect(s, rows) == ERR_OK)
        for (const struct json *row = json_first(rows); row; row = json_next(row))
            buf_addf(out, "%s%s", out->length ? ", " : "", json_text_or(row, member, "?"));
    json_free(&rows);
}

/* --- words --- */

static bool is_text(const char *text, size_t max, unsigned char lowest)
{
    size_t length = text ? strlen(text) : 0;
    if (length == 0 || length > max || !utf8_valid(text, length))
        return false;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < lowest || *c == 0x7f)
            return false;
    return true;
}

bool people_is_word(const char *text, size_t max)
{
    return is_text(text, max, ' ' + 1);
}

bool people_is_line(const char *text, size_t max)
{
    return is_text(text, max, ' ') && text[strspn(text, " ")] != '\0';
}

/* --- rows --- */

enum err people_first(struct people *p, const char *sql, const char *value, struct json **row)
{
    struct stmt *s = db_query(p->env->db, sql);
    db_bind_text(s, 1, value);
    return rows_first(s, row);
}

enum err people_list(struct people *p, const char *sql, const char *member,
                     bool (*keep)(const struct people *p, const struct json *row))
{
    int64_t limit = json_int(p->request, "limit", LIST_MAX);
    const char *after = json_text_or(p->request, "after", "");
    struct json *rows = json_new_array(), *kept = json_new_array();
    if (limit < 1 || limit > LIST_MAX)
        limit = LIST_MAX;
    struct stmt *s = db_query(p->env->db, sql);
    db_bind_text(s, 1, after);
    db_bind_int(s, 2, limit);
    enum err err = rows_collect(s, rows);
    for (const struct json *row = json_first(rows); err == ERR_OK && row; row = json_next(row)) {
        after = json_text_or(row, member, "");
        if (!keep || keep(p, row))
            json_add(kept, json_copy(row));
    }
    json_set_bool(p->answer, "more", (int64_t)json_count(rows) == limit);
    if ((int64_t)json_count(rows) == limit)
        json_set_text(p->answer, "next", after);
    else
        json_set_null(p->answer, "next");
    json_set(p->answer, "rows", kept);
    json_free(&rows);
    return err;
}

void people_begin(struct people *p)
{
    json_free(&p->before);
    p->before = json_copy(p->row);
}

const char *people_request_id(const struct people *p)
{
    const char *id = json_text(p->request, "id");
    return uuid_valid(id) ? id : NULL;
}

/* An account or counter of before there was "active" has none. */
static bool is_same(const struct json *row, const struct json *was)
{
    const struct json *now = json_get(row, json_name(was));
    if (str_equal(json_name(was), "active"))
        return json_bool(row, "active", true) == json_as_bool(was, true);
    if (!now)
        return json_is_null(was) || (json_is_text(was) && str_empty(json_as_text(was)));
    return json_equal(now, was);
}

static const char *name_of(const struct people *p)
{
    return json_text_or(p->before, p->table == TABLE_USER ? "login" : "name", "?");
}

enum err people_check_was(struct people *p)
{
    for (const struct json *was = json_first(json_get(p->request, "was")); was; was = json_next(was))
        if (!is_same(p->before, was))
            return people_refuse(
                p, ERR_CONFLICT, "changed_meanwhile", json_name(was),
                "Somebody else changed %s meanwhile. Nothing was changed here: look at it as it is "
                "now.",
                name_of(p));
    return ERR_OK;
}

static void add_members(struct json *detail, const char *name, const struct json *row,
                        const char *const *members)
{
    struct json *object = json_new_object();
    for (; row && *members; members++) {
        const struct json *member = json_get(row, *members);
        if (member)
            json_set(object, *members, json_copy(member));
    }
    json_set(detail, name, row ? object : json_new_null());
    if (!row)
        json_free(&object);
}

/* What the audit keeps of it: whom, and the members that count before and after. */
static struct json *detail_of(const struct people *p, const char *const *members)
{
    struct json *detail = json_new_object();
    json_set_text(detail, table_wire(p->table), json_text(p->row, "id"));
    add_members(detail, "before", p->before, members);
    add_members(detail, "after", p->row, members);
    return detail;
}

static enum err put(struct tx *tx, void *ctx)
{
    struct people *p = ctx;
    char id[64];
    if (!str_copy(id, sizeof id, json_text_or(p->row, "id", ""))) /* tx_put sets the member */
        return ERR_TOO_LARGE;
    return tx_put(tx, p->table, id, p->row);
}

enum err people_write(struct people *p, const char *const *members)
{
    if (p->before && json_equal(p->before, p->row)) {
        json_set_bool(p->answer, "changed", false);
        json_set(p->answer, "row", json_copy(p->row));
        return ERR_OK;
    }
    struct json *detail = detail_of(p, members);
    enum err err = server_change_by(p->env, p->by ? &p->actor : NULL, json_text_or(p->request, "do", ""),
                                    detail, put, p);
    json_free(&detail);
    if (err == ERR_OK) {
        json_set_bool(p->answer, "changed", true);
        json_set(p->answer, "row", json_copy(p->row));
    }
    return err;
}

/* --- agencies --- */

enum err people_need_agency(struct people *p, const char *agency)
{
    static const char sql[] = "SELECT row FROM agencies ORDER BY id LIMIT $1"; /* primary key */
    struct json *row = NULL;
    struct buf known = {0};
    if (p->by && *p->actor.agency && !str_equal(p->actor.agency, agency))
        return people_refuse(
            p, ERR_REFUSED, "other_agency", "agency",
            "You look after the agency %s alone. Nothing was changed; ask an administrator of the "
            "hall.",
            p->actor.agency);
    if (str_empty(agency))
        return ERR_OK;
    enum err err = row_get(p->env->db, TABLE_AGENCY, agency, &row);
    json_free(&row);
    if (err != ERR_ABSENT)
        return err;
    people_known(p, sql, "id", &known);
    err = people_refuse(p, ERR_ABSENT, "unknown_agency", "agency",
                        "This hall has no agency \"%s\". It has: %s.", agency, buf_text(&known));
    buf_free(&known);
    return err;
}

/* --- the table --- */

/* BY_ONESELF: by POST /v1/session, never by POST /v1/admin. */
enum {
    BY_ONESELF = 0,
    BY_ADMINISTRATOR = ROLE_ADMINISTRATOR,
    BY_BOTH = ROLE_ADMINISTRATOR | ROLE_SUPERVISOR,
    BY_ANYBODY = ROLE_ALL
};

static const struct task {
    const char *name;
    unsigned roles;
    bool hashes;
    enum err (*run)(struct people *p);
} tasks[] = {
    {"user.add", BY_ADMINISTRATOR, true, user_add},
    {"user.change", BY_ADMINISTRATOR, false, user_change},
    {"user.disable", BY_ADMINISTRATOR, false, user_disable},
    {"user.enable", BY_ADMINISTRATOR, false, user_enable},
    {"user.password", BY_ADMINISTRATOR, true, user_password},
    {"user.no_factor", BY_ADMINISTRATOR, false, user_no_factor},
    {"user.own_sessions", BY_ANYBODY, false, user_own_sessions},
    {"user.own_sign_out", BY_ANYBODY, false, user_own_sign_out},
    {"user.own_factor", BY_ONESELF, false, user_own_factor},
    {"user.own_password", BY_ONESELF, false, user_own_password},
    {"user.sign_out", BY_BOTH, false, user_sign_out},
    {"user.sessions", BY_BOTH, false, user_sessions},
    {"user.list", BY_BOTH, false, user_list},
    {"counter.add", BY_BOTH, false, desk_add},
    {"counter.change", BY_BOTH, false, desk_change},
    {"counter.disable", BY_BOTH, false, desk_disable},
    {"counter.enable", BY_BOTH, false, desk_enable},
    {"counter.list", BY_BOTH, false, desk_list},
    {"person.export", BY_BOTH, false, person_take_out},
    {"person.erase", BY_BOTH, false, person_erase},
};

static const struct task *find(const char *what)
{
    for (size_t i = 0; what && i < sizeof tasks / sizeof *tasks; i++)
        if (str_equal(tasks[i].name, what))
            return &tasks[i];
    return NULL;
}

bool admin_people_knows(const char *what)
{
    return find(what) != NULL;
}

bool admin_people_hashes(const char *what)
{
    const struct task *task = find(what);
    return task && task->hashes;
}

unsigned admin_people_roles(const char *what)
{
    const struct task *task = find(what);
    return task ? task->roles : 0;
}

/* A password takes a while to be hashed: who asked may have been disabled meanwhile. */
static enum err need_actor(struct people *p, const struct task *task)
{
    struct json *row = NULL;
    if (!p->by)
        return ERR_OK;
    enum err err = row_get(p->env->db, TABLE_USER, p->by->actor->user, &row);
    if (err == ERR_OK) {
        actor_read(row, p->by->actor->client, &p->actor);
        if (!json_bool(row, "active", true))
            p->actor.roles = 0;
    }
    json_free(&row);
    if (err != ERR_OK && err != ERR_ABSENT)
        return err;
    if ((p->actor.roles & task->roles) || task->roles == BY_ONESELF)
        return ERR_OK;
    return people_refuse(p, ERR_REFUSED, "forbidden", "",
                         task->roles == BY_ADMINISTRATOR
                             ? "Accounts are changed by an administrator. Nothing was changed."
                             : "This is for supervisors and administrators. Nothing was changed.");
}

enum err admin_people(const struct server_env *env, const struct admin_by *by, const struct json *request,
                      struct json **answer, struct admin_refusal *refusal)
{
    struct people p = {.env = env, .by = by, .request = request, .refusal = refusal};
    const struct task *task = find(json_text(request, "do"));
    *answer = NULL;
    *refusal = (struct admin_refusal){0};
    if (!task)
        return people_refuse(&p, ERR_USAGE, "unknown_task", "do", "This loketd does not know that task.");
    p.answer = json_new_object();
    enum err err = need_actor(&p, task);
    if (err == ERR_OK)
        err = task->run(&p);
    json_free(&p.row);
    json_free(&p.before);
    if (err != ERR_OK)
        json_free(&p.answer);
    *answer = p.answer;
    return err;
}
