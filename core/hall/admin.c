/* core/hall/admin.c: see admin.h. */
#include "core/hall/admin.h"

#include <string.h>

#include "core/hall/admin_catalogue.h"
#include "core/hall/bus.h"
#include "core/hall/partners.h"
#include "core/hall/session.h"
#include "core/model/role.h"

enum { LOGIN_MAX = 63, NAME_MAX = 120, LIST_MAX = 10000 };

struct task {
    const struct server_env *env;
    const struct json *request;
    struct json *answer;
    struct err_info *info;
    struct json *row; /* what write_row writes */
    enum table table;
};

/* --- rows --- */

static enum err first_by(struct task *t, const char *sql, const char *value, struct json **row)
{
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_text(s, 1, value);
    return rows_first(s, row);
}

static enum err write_row(struct tx *tx, void *ctx)
{
    struct task *t = ctx;
    char id[UUID_TEXT];
    const char *known = json_text(t->row, "id");
    if (!known) {
        tx_new_id(tx, id);
        json_set_text(t->row, "id", id);
        known = json_text(t->row, "id");
    }
    /* tx_put sets the member that this text lives in. */
    char kept[64];
    if (!str_copy(kept, sizeof kept, known))
        return ERR_TOO_LARGE;
    return tx_put(tx, t->table, kept, t->row);
}

/* Writes t->row as one change; the audit names what was done and to whom, never a secret. */
static enum err change_row(struct task *t, enum table table)
{
    struct json *detail = json_copy(t->row);
    t->table = table;
    enum err err = server_change(t->env, json_text_or(t->request, "do", ""), detail, write_row, t);
    json_free(&detail);
    if (err == ERR_OK)
        json_set(t->answer, "row", json_copy(t->row));
    return err;
}

static enum err list(struct task *t, const char *sql)
{
    struct json *rows = json_new_array();
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_int(s, 1, LIST_MAX);
    json_set(t->answer, "rows", rows);
    return rows_collect(s, rows);
}

/* --- words --- */

static bool is_word(const char *text, size_t max)
{
    size_t length = text ? strlen(text) : 0;
    if (length == 0 || length > max || !utf8_valid(text, length))
        return false;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return false;
    return true;
}

static bool is_line(const char *text, size_t max)
{
    size_t length = text ? strlen(text) : 0;
    if (length == 0 || length > max || !utf8_valid(text, length))
        return false;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return false;
    return true;
}

static void id_list(struct task *t, const char *sql, const char *member, struct buf *out)
{
    struct json *rows = json_new_array();
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_int(s, 1, LIST_MAX);
    if (rows_collect(s, rows) == ERR_OK)
        for (const struct json *row = json_first(rows); row; row = json_next(row))
            buf_addf(out, "%s%s", out->length ? ", " : "", json_text_or(row, member, "?"));
    json_free(&rows);
}

static const char sql_agencies[] = "SELECT row FROM agencies ORDER BY id LIMIT $1"; /* primary key */
static const char sql_queues[] = "SELECT row FROM queues ORDER BY code LIMIT $1";   /* queues_code */

static enum err need_agency(struct task *t, const char *agency)
{
    struct json *row = NULL;
    struct buf known = {0};
    if (str_empty(agency))
        return ERR_OK;
    enum err err = row_get(t->env->db, TABLE_AGENCY, agency, &row);
    json_free(&row);
    if (err != ERR_ABSENT)
        return err;
    id_list(t, sql_agencies, "id", &known);
    err =
        err_set(t->info, ERR_ABSENT, "This hall has no agency \"%s\". It has: %s.", agency, buf_text(&known));
    buf_free(&known);
    return err;
}

/* --- accounts --- */

static const char sql_login[] = "SELECT row FROM users WHERE login = $1"; /* users_login */

static enum err need_roles(struct task *t)
{
    const struct json *roles = json_get(t->request, "roles");
    char all[120];
    role_texts(ROLE_ALL, all, sizeof all);
    if (json_count(roles) == 0)
        return err_set(t->info, ERR_USAGE, "--roles names at least one of: %s.", all);
    for (const struct json *role = json_first(roles); role; role = json_next(role))
        if (!json_is_text(role) || !role_find(json_as_text(role)))
            return err_set(t->info, ERR_USAGE, "\"%s\" is not a role. There are: %s.",
                           json_is_text(role) ? json_as_text(role) : "?", all);
    return ERR_OK;
}

static enum err need_free_login(struct task *t, const char *login)
{
    struct json *row = NULL;
    enum err err = first_by(t, sql_login, login, &row);
    json_free(&row);
    if (err == ERR_ABSENT)
        return ERR_OK;
    return err == ERR_OK ? err_set(t->info, ERR_CONFLICT,
                                   "There is an account %s already. Nothing was changed; loketd user list "
                                   "shows them all.",
                                   login)
                         : err;
}

static enum err put_hash(struct task *t)
{
    const char *hash = json_text(t->request, "hash");
    return hash ? credential_put(t->env->db, json_text_or(t->row, "id", ""), hash) : ERR_OK;
}

static enum err user_add(struct task *t)
{
    const char *login = json_text(t->request, "login"), *name = json_text(t->request, "name"),
               *agency = json_text_or(t->request, "agency", "");
    if (!is_word(login, LOGIN_MAX))
        return err_set(t->info, ERR_USAGE, "--login is one word of at most %d bytes.", LOGIN_MAX);
    if (!is_line(name, NAME_MAX))
        return err_set(t->info, ERR_USAGE, "--name is one line of at most %d bytes.", NAME_MAX);
    enum err err = need_roles(t);
    if (err == ERR_OK)
        err = need_agency(t, agency);
    if (err == ERR_OK)
        err = need_free_login(t, login);
    if (err != ERR_OK)
        return err;
    t->row = json_new_object();
    json_set_text(t->row, "login", login);
    json_set_text(t->row, "name", name);
    json_set(t->row, "roles", json_copy(json_get(t->request, "roles")));
    json_set_text(t->row, "agency", agency);
    json_set_bool(t->row, "active", true);
    err = change_row(t, TABLE_USER);
    return err == ERR_OK ? put_hash(t) : err;
}

static enum err user_find(struct task *t)
{
    const char *login = json_text_or(t->request, "login", "");
    enum err err = first_by(t, sql_login, login, &t->row);
    if (err == ERR_ABSENT)
        return err_set(t->info, err, "There is no account %s. loketd user list shows them all.", login);
    return err;
}

/* Whoever is signed in with it is signed out at the next request. */
static enum err user_disable(struct task *t)
{
    enum err err = user_find(t);
    if (err != ERR_OK)
        return err;
    json_set_bool(t->row, "active", false);
    err = change_row(t, TABLE_USER);
    return err == ERR_OK ? session_remove_user(t->env->db, json_text(t->row, "id")) : err;
}

/* A new password also lets someone in again who was disabled. */
static enum err user_password(struct task *t)
{
    enum err err = user_find(t);
    if (err != ERR_OK)
        return err;
    json_set_bool(t->row, "active", true);
    err = change_row(t, TABLE_USER);
    if (err == ERR_OK)
        err = put_hash(t);
    return err == ERR_OK ? session_remove_user(t->env->db, json_text(t->row, "id")) : err;
}

static enum err user_list(struct task *t)
{
    static const char sql[] = "SELECT row FROM users ORDER BY login LIMIT $1"; /* users_login */
    return list(t, sql);
}

/* --- counters --- */

/* A queue by its code or its id; a weight may stand behind it: "P:3". */
static enum err find_queue(struct task *t, const char *named, struct json **row, int *weight)
{
    static const char sql_code[] = "SELECT row FROM queues WHERE code = $1"; /* queues_code */
    enum { WEIGHT_MAX = 100 };
    char code[64];
    struct buf known = {0};
    const char *colon = strrchr(named, ':');
    *weight = 1;
    str_copy(code, sizeof code, named);
    if (colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1) && strlen(colon) <= 4) {
        str_format(code, sizeof code, "%.*s", (int)(colon - named), named);
        *weight = 0;
        for (const char *digit = colon + 1; *digit; digit++)
            *weight = *weight * 10 + (*digit - '0');
        if (*weight < 1 || *weight > WEIGHT_MAX)
            return err_set(t->info, ERR_USAGE, "The weight of a queue is 1 to %d: \"%s\".", WEIGHT_MAX,
                           named);
    }
    enum err err = first_by(t, sql_code, code, row);
    if (err == ERR_ABSENT)
        err = row_get(t->env->db, TABLE_QUEUE, code, row);
    if (err != ERR_ABSENT)
        return err;
    id_list(t, sql_queues, "code", &known);
    err = err_set(t->info, ERR_ABSENT, "This hall has no queue \"%s\". It has: %s.", code, buf_text(&known));
    buf_free(&known);
    return err;
}

static bool has_queue(const struct json *queues, const char *id)
{
    for (const struct json *queue = json_first(queues); queue; queue = json_next(queue))
        if (str_equal(json_text(queue, "queue"), id))
            return true;
    return false;
}

/* *agency becomes the queues' own when they all belong to one; it lives as long as t->row. */
static enum err read_queues(struct task *t, struct json *queues, struct buf *agency)
{
    const struct json *named = json_get(t->request, "queues");
    for (const struct json *name = json_first(named); name; name = json_next(name)) {
        struct json *row = NULL, *line;
        int weight;
        enum err err = find_queue(t, json_is_text(name) ? json_as_text(name) : "", &row, &weight);
        if (err != ERR_OK)
            return err;
        if (has_queue(queues, json_text(row, "id"))) {
            json_free(&row);
            continue;
        }
        line = json_new_object();
        json_set_text(line, "queue", json_text(row, "id"));
        json_set_int(line, "weight", weight);
        const char *of = json_text_or(row, "agency", "");
        if (json_count(queues) == 0)
            buf_adds(agency, of);
        else if (!str_equal(buf_text(agency), of))
            buf_clear(agency);
        json_add(queues, line);
        json_free(&row);
    }
    if (json_count(queues) == 0)
        return err_set(t->info, ERR_USAGE, "--queues names at least one queue of this hall.");
    return ERR_OK;
}

static enum err need_free_name(struct task *t, const char *name)
{
    static const char sql[] = "SELECT row FROM counters WHERE name = $1"; /* counters_name */
    struct json *row = NULL;
    enum err err = first_by(t, sql, name, &row);
    json_free(&row);
    if (err == ERR_ABSENT)
        return ERR_OK;
    return err == ERR_OK
               ? err_set(t->info, ERR_CONFLICT,
                         "There is a counter %s already. Nothing was changed; a supervisor gives it "
                         "other queues at the workstation.",
                         name)
               : err;
}

static enum err counter_put(struct task *t, struct json *queues, const char *agency)
{
    t->row = json_new_object();
    json_set_text(t->row, "name", json_text(t->request, "name"));
    json_set_text(t->row, "agency", agency);
    json_set(t->row, "queues", queues);
    json_set_text(t->row, "state", "closed");
    json_set_null(t->row, "user");
    json_set_int(t->row, "fence", 0);
    json_set_null(t->row, "lease_until");
    return change_row(t, TABLE_COUNTER);
}

static enum err counter_add(struct task *t)
{
    const char *name = json_text(t->request, "name"), *agency = json_text(t->request, "agency");
    struct json *queues = json_new_array();
    struct buf own = {0};
    enum err err = is_line(name, LOGIN_MAX)
                       ? need_free_name(t, name)
                       : err_set(t->info, ERR_USAGE, "--name is one line of at most %d bytes.", LOGIN_MAX);
    if (err == ERR_OK)
        err = need_agency(t, agency);
    if (err == ERR_OK)
        err = read_queues(t, queues, &own);
    if (err == ERR_OK) {
        err = counter_put(t, queues, agency ? agency : buf_text(&own));
        queues = NULL;
    }
    json_free(&queues);
    buf_free(&own);
    return err;
}

static enum err counter_list(struct task *t)
{
    static const char sql[] = "SELECT row FROM counters ORDER BY name LIMIT $1"; /* counters_name */
    return list(t, sql);
}

/* --- catalogue --- */

static enum err catalogue_import(struct task *t)
{
    return admin_catalogue_import(t->env, t->request, t->answer, t->info);
}

static enum err catalogue_stage(struct task *t)
{
    return admin_catalogue_stage(t->env, t->request, t->answer, t->info);
}

static enum err catalogue_decide(struct task *t)
{
    return admin_catalogue_decide(t->env, t->request, t->info);
}

static enum err catalogue_drop(struct task *t)
{
    return admin_catalogue_drop(t->env, t->request);
}

static enum err catalogue_list(struct task *t)
{
    return admin_catalogue_list(t->env, t->request, t->answer);
}

/* --- the bus --- */

static enum err depart(struct task *t)
{
    json_free(&t->answer);
    return bus_depart(t->env, t->request, &t->answer, t->info);
}

static enum err parcel(struct task *t)
{
    json_free(&t->answer);
    return bus_parcel(t->env, &t->answer, t->info);
}

static enum err merge(struct task *t)
{
    json_free(&t->answer);
    return bus_merge(t->env, t->request, &t->answer, t->info);
}

static enum err recall(struct task *t)
{
    json_free(&t->answer);
    return bus_recall(t->env, t->request, &t->answer, t->info);
}

/* --- exports --- */

/* That somebody took the applications along, and whether masked: a line of the audit and nothing else. */
static enum err cases_export(struct task *t)
{
    enum err err = need_agency(t, json_text(t->request, "agency"));
    return err == ERR_OK ? server_note(t->env, json_text_or(t->request, "do", ""), t->request) : err;
}

/* --- agencies' own systems --- */

static enum err partners(struct task *t)
{
    json_free(&t->answer);
    return partners_apply(t->env, t->request, &t->answer, t->info);
}

/* --- the table --- */

enum err admin_apply(const struct server_env *env, const struct json *request, struct json **answer,
                     struct err_info *info)
{
    static const struct {
        const char *name;
        enum err (*run)(struct task *t);
    } tasks[] = {
        {"user.add", user_add},
        {"user.disable", user_disable},
        {"user.password", user_password},
        {"user.list", user_list},
        {"counter.add", counter_add},
        {"counter.list", counter_list},
        {"catalogue.import", catalogue_import},
        {"catalogue.stage", catalogue_stage},
        {"catalogue.decide", catalogue_decide},
        {"catalogue.drop", catalogue_drop},
        {"catalogue.list", catalogue_list},
        {"bus.depart", depart},
        {"bus.parcel", parcel},
        {"bus.merge", merge},
        {"bus.recall", recall},
        {"cases.export", cases_export},
        {"cases.export_unmasked", cases_export},
        {"key.add", partners},
        {"key.list", partners},
        {"key.revoke", partners},
        {"webhook.add", partners},
        {"webhook.list", partners},
        {"webhook.remove", partners},
        {"webhook.turn", partners},
    };
    struct task t = {.env = env, .request = request, .answer = json_new_object(), .info = info};
    enum err err = ERR_USAGE;
    size_t i = 0;
    while (i < sizeof tasks / sizeof *tasks && !str_equal(tasks[i].name, json_text(request, "do")))
        i++;
    err = i < sizeof tasks / sizeof *tasks ? tasks[i].run(&t)
                                           : err_set(info, ERR_USAGE, "This loketd does not know that task.");
    json_free(&t.row);
    if (err != ERR_OK)
        json_free(&t.answer);
    *answer = t.answer;
    return err;
}
