/* core/hall/admin_users.c: accounts: who works here, as what, and who no longer does. See admin_people.h. */
#include <string.h>

#include "core/hall/account_rules.h"
#include "core/hall/admin_inside.h"
#include "core/hall/factor.h"
#include "core/hall/session.h"
#include "core/model/role.h"

/* Whoever has one of these has the whole hall, whatever their agency. */
enum { HALL_ROLES = ROLE_SUPERVISOR | ROLE_TRAINER };

static const char *const audited[] = {"login",       "name",           "roles",         "agency",    "active",
                                      "password_at", "password_first", "signed_out_at", "factor_at", NULL};
static const char sql_login[] = "SELECT row FROM users WHERE login = $1"; /* users_login */

static unsigned roles_of(const struct json *row)
{
    unsigned roles = 0;
    for (const struct json *role = json_first(json_get(row, "roles")); role; role = json_next(role))
        roles |= json_is_text(role) ? role_find(json_as_text(role)) : 0;
    return roles;
}

static bool is_active(const struct json *row)
{
    return json_bool(row, "active", true);
}

static bool sees(const struct people *p, const struct json *row)
{
    const char *mine = p->by ? p->actor.agency : "";
    return str_empty(mine) || str_equal(mine, json_text(row, "agency"));
}

/* --- what an account may be --- */

static enum err need_roles(struct people *p, const struct json *roles)
{
    char all[120];
    role_texts(ROLE_ALL, all, sizeof all);
    if (json_count(roles) == 0)
        return people_refuse(p, ERR_USAGE, "no_role", "roles",
                             "An account has at least one role of: %s. Nothing was changed.", all);
    for (const struct json *role = json_first(roles); role; role = json_next(role))
        if (!json_is_text(role) || !role_find(json_as_text(role)))
            return people_refuse(p, ERR_USAGE, "unknown_role", "roles",
                                 "\"%s\" is not a role. There are: %s.",
                                 json_is_text(role) ? json_as_text(role) : "?", all);
    return ERR_OK;
}

/* An agency's administrator can make nobody mightier than its own people are, nor get at the account of whoever is: a new
 * password of theirs would be the key to the whole hall. */
static enum err may_touch(struct people *p)
{
    unsigned before = p->before ? roles_of(p->before) : 0, hall = (roles_of(p->row) | before) & HALL_ROLES;
    char texts[120];
    if (!p->by || !*p->actor.agency || !hall)
        return ERR_OK;
    role_texts(hall, texts, sizeof texts);
    return people_refuse(
        p, ERR_REFUSED, "hall_role", "roles",
        "The role %s is for the whole hall: an administrator of the hall gives it and looks after whoever "
        "has it, not one of an agency. Nothing was changed.",
        texts);
}

static enum err need_name(struct people *p, const char *name)
{
    return people_is_line(name, NAME_MAX)
               ? ERR_OK
               : people_refuse(p, ERR_USAGE, "invalid_name", "name",
                               "A name is one line of at most %d bytes. Nothing was changed.", NAME_MAX);
}

/* --- finding --- */

static enum err load(struct people *p)
{
    const char *login = json_text_or(p->request, "login", "");
    enum err err = people_first(p, sql_login, login, &p->row);
    p->table = TABLE_USER;
    if (err == ERR_ABSENT || (err == ERR_OK && !sees(p, p->row)))
        return people_refuse(p, ERR_ABSENT, "unknown_user", "login",
                             "There is no account %s%s. loketd user list shows them all.", login,
                             p->by && *p->actor.agency ? " in your agency" : "");
    if (err == ERR_OK)
        people_begin(p);
    return err;
}

/* Who would still administer the hall, or anything in it, without this one. */
static enum err others(struct people *p, int *of_hall, int *of_any)
{
    static const char sql[] = "SELECT row FROM users ORDER BY login LIMIT $1"; /* users_login; rare */
    struct json *rows = json_new_array();
    struct stmt *s = db_query(p->env->db, sql);
    db_bind_int(s, 1, LIST_MAX);
    enum err err = rows_collect(s, rows);
    *of_hall = *of_any = 0;
    for (const struct json *row = json_first(rows); err == ERR_OK && row; row = json_next(row)) {
        if (str_equal(json_text(row, "id"), json_text(p->row, "id")) || !is_active(row) ||
            !(roles_of(row) & ROLE_ADMINISTRATOR))
            continue;
        ++*of_any;
        *of_hall += str_empty(json_text(row, "agency"));
    }
    json_free(&rows);
    return err;
}

static bool administers(const struct json *row, bool hall)
{
    return is_active(row) && (roles_of(row) & ROLE_ADMINISTRATOR) &&
           (!hall || str_empty(json_text(row, "agency")));
}

/* A hall that nobody can administer from a screen any more would need whoever has the computer's own password. */
static enum err keep_an_administrator(struct people *p)
{
    int of_hall, of_any;
    bool hall = administers(p->before, true) && !administers(p->row, true);
    bool any = administers(p->before, false) && !administers(p->row, false);
    if (!hall && !any)
        return ERR_OK;
    enum err err = others(p, &of_hall, &of_any);
    if (err != ERR_OK || (hall ? of_hall > 0 : of_any > 0))
        return err;
    return people_refuse(
        p, ERR_CONFLICT, "last_administrator", "",
        "%s is the hall's last administrator. Nothing was changed: make somebody else one first.",
        json_text_or(p->row, "login", "?"));
}

/* Whoever is there can undo it; whoever shut themself out could not. */
static enum err not_oneself(struct people *p)
{
    bool less = roles_of(p->before) & ~roles_of(p->row);
    bool moved = !str_equal(json_text_or(p->before, "agency", ""), json_text_or(p->row, "agency", ""));
    if (!p->by || !str_equal(json_text(p->row, "id"), p->actor.user) ||
        (is_active(p->row) && !less && !moved && !(roles_of(p->row) & ~roles_of(p->before))))
        return ERR_OK;
    return people_refuse(
        p, ERR_REFUSED, "own_account", "",
        "Nobody disables their own account, or changes its roles or agency. Nothing was changed; "
        "ask another administrator.");
}

static enum err write_user(struct people *p)
{
    enum err err = may_touch(p);
    if (err == ERR_OK && p->before && json_equal(p->before, p->row))
        return people_write(p, audited);
    if (err == ERR_OK && p->before)
        err = people_check_was(p);
    if (err == ERR_OK && p->before)
        err = not_oneself(p);
    if (err == ERR_OK && p->before)
        err = keep_an_administrator(p);
    return err == ERR_OK ? people_write(p, audited) : err;
}

/* --- adding --- */

/* The same request once more: its answer was lost. */
static enum err is_there(struct people *p, const char *login, bool *again)
{
    struct json *row = NULL;
    const char *id = people_request_id(p);
    *again = false;
    enum err err = people_first(p, sql_login, login, &row);
    if (err == ERR_OK)
        *again = id && str_equal(json_text(row, "id"), id);
    if (*again) {
        p->row = row;
        people_begin(p);
        return ERR_OK;
    }
    json_free(&row);
    if (err == ERR_OK)
        return people_refuse(
            p, ERR_CONFLICT, "login_taken", "login",
            "There is an account %s already. Nothing was changed; loketd user list shows them all.", login);
    if (err == ERR_ABSENT && id)
        err = row_get(p->env->db, TABLE_USER, id, &row);
    json_free(&row);
    return err == ERR_OK ? people_refuse(p, ERR_CONFLICT, "identity_used", "id",
                                         "Another account has this identity already. Nothing was changed.")
                         : (err == ERR_ABSENT ? ERR_OK : err);
}

static void fill(struct people *p, const char *login)
{
    char id[UUID_TEXT], at[TIME_TEXT], text[200];
    const char *given = people_request_id(p);
    time_text(p->env->now_ms, at);
    str_format(text, sizeof text, "account %s %s", login, at);
    server_id(text, id);
    p->row = json_new_object();
    json_set_text(p->row, "id", given ? given : id);
    json_set_text(p->row, "login", login);
    json_set_text(p->row, "name", json_text(p->request, "name"));
    json_set(p->row, "roles", json_copy(json_get(p->request, "roles")));
    json_set_text(p->row, "agency", json_text_or(p->request, "agency", ""));
    json_set_bool(p->row, "active", true);
}

static enum err put_hash(struct people *p)
{
    const char *hash = json_text(p->request, "hash");
    return hash ? credential_put(p->env->db, json_text_or(p->row, "id", ""), hash) : ERR_OK;
}

enum err user_add(struct people *p)
{
    const char *login = json_text(p->request, "login"), *agency = json_text_or(p->request, "agency", "");
    bool again = false;
    p->table = TABLE_USER;
    if (!people_is_word(login, LOGIN_MAX))
        return people_refuse(p, ERR_USAGE, "invalid_login", "login",
                             "A login is one word of at most %d bytes. Nothing was changed.", LOGIN_MAX);
    enum err err = need_name(p, json_text(p->request, "name"));
    if (err == ERR_OK)
        err = need_roles(p, json_get(p->request, "roles"));
    if (err == ERR_OK)
        err = people_need_agency(p, agency);
    if (err == ERR_OK)
        err = is_there(p, login, &again);
    if (err != ERR_OK || again)
        return err == ERR_OK ? people_write(p, audited) : err;
    fill(p, login);
    if (json_bool(p->request, "first", false))
        json_set_bool(p->row, "password_first", true);
    err = write_user(p);
    return err == ERR_OK ? put_hash(p) : err;
}

/* --- changing --- */

/* No sign-in of before counts again: a terminal that stands somewhere may not come to life by this. */
static enum err end_sign_ins(struct people *p)
{
    const char *user = json_text_or(p->row, "id", "");
    bool own = p->by && p->by->token && str_equal(user, p->actor.user);
    return own ? session_remove_others(p->env->db, user, p->by->token)
               : session_remove_user(p->env->db, user);
}

/* What was opened by a password alone becomes nobody's who needs more than that. */
static enum err end_what_is_too_weak(struct people *p)
{
    struct json *hall = NULL;
    bool stands = false;
    enum err err = store_hall(p->env->db, &hall);
    bool due = !account_factor_due(hall, p->before) && account_factor_due(hall, p->row);
    json_free(&hall);
    if (err == ERR_OK && due)
        err = factor_stands(p->env->db, json_text_or(p->row, "id", ""), &stands);
    return err == ERR_OK && due && !stands ? end_sign_ins(p) : err;
}

enum err user_change(struct people *p)
{
    const struct json *roles = json_get(p->request, "roles");
    const char *name = json_text(p->request, "name"), *agency = json_text(p->request, "agency");
    enum err err = load(p);
    if (err == ERR_OK && name)
        err = need_name(p, name);
    if (err == ERR_OK && roles)
        err = need_roles(p, roles);
    if (err == ERR_OK && agency)
        err = people_need_agency(p, agency);
    if (err != ERR_OK)
        return err;
    if (name)
        json_set_text(p->row, "name", name);
    if (roles && roles_of(p->row) != roles_of(p->request)) /* in whatever order */
        json_set(p->row, "roles", json_copy(roles));
    if (agency && !str_equal(agency, json_text_or(p->row, "agency", "")))
        json_set_text(p->row, "agency", agency);
    err = write_user(p);
    return err == ERR_OK ? end_what_is_too_weak(p) : err;
}

/* Who is with them, parked by them, or was sent to them: somebody must take those on. */
static enum err count_left(struct people *p)
{
    static const char sql[] = "SELECT count(*) FROM tickets WHERE user_ = $1 AND state IN"
                              " ('waiting', 'called', 'serving', 'held')"; /* tickets_user */
    struct stmt *s = db_query(p->env->db, sql);
    db_bind_text(s, 1, json_text_or(p->row, "id", ""));
    enum err err = db_step(s);
    if (err == ERR_OK)
        json_set_int(p->answer, "left", db_int(s, 0));
    db_done(s);
    return err;
}

/* Their tokens stay until they run out, so that each of their workstations is told why it is signed out (session.h). */
enum err user_disable(struct people *p)
{
    enum err err = load(p);
    if (err != ERR_OK)
        return err;
    json_set_bool(p->row, "active", false);
    err = write_user(p);
    return err == ERR_OK ? count_left(p) : err;
}

enum err user_enable(struct people *p)
{
    enum err err = load(p);
    if (err != ERR_OK)
        return err;
    bool was = is_active(p->row);
    if (!was)
        json_set_bool(p->row, "active", true);
    err = write_user(p);
    return err == ERR_OK && !was ? end_sign_ins(p) : err;
}

/* Whoever holds their token may be somebody else: what opens the account is changed with proof, which is asked where they sign
 * in. Whoever sits at the hall's computer has its store anyway. */
static enum err not_ones_own_key(struct people *p)
{
    if (!p->by || !str_equal(json_text(p->row, "id"), p->actor.user))
        return ERR_OK;
    return people_refuse(
        p, ERR_REFUSED, "own_key", "",
        "Nobody gives themself a password here, or takes away their own second factor: nothing here proves "
        "who they are. Nothing was changed; ask another administrator, or whoever looks after the hall's "
        "computer.");
}

static void date_password(struct people *p, bool first)
{
    char at[TIME_TEXT];
    time_text(p->env->now_ms, at);
    json_set_text(p->row, "password_at", at);
    if (first)
        json_set_bool(p->row, "password_first", true);
    else
        json_remove(p->row, "password_first");
}

/* Whoever it happened to hears of it when they come in next. */
static enum err note(struct people *p, const char *what)
{
    return account_note(p->env->db, json_text_or(p->row, "id", ""), p->env->now_ms, what,
                        p->by ? p->actor.name : "");
}

/* A new password also lets someone in again who was disabled. */
enum err user_password(struct people *p)
{
    const char *id = people_request_id(p);
    enum err err = load(p);
    if (err == ERR_OK)
        err = not_ones_own_key(p);
    if (err != ERR_OK || (id && str_equal(id, json_text(p->row, "password_id"))))
        return err == ERR_OK ? people_write(p, audited) : err; /* once more: it has this one already */
    json_set_bool(p->row, "active", true);
    date_password(p, json_bool(p->request, "first", false));
    if (id)
        json_set_text(p->row, "password_id", id);
    else
        json_remove(p->row, "password_id");
    err = write_user(p);
    if (err == ERR_OK)
        err = put_hash(p);
    if (err == ERR_OK)
        err = note(p, "password_given");
    return err == ERR_OK ? end_sign_ins(p) : err;
}

/* By whoever the account is, who has just proved it. */
enum err user_own_password(struct people *p)
{
    enum err err = load(p);
    if (err == ERR_OK && !(p->by && str_equal(json_text(p->row, "id"), p->actor.user)))
        return people_refuse(p, ERR_REFUSED, "forbidden", "",
                             "Somebody else's password is not changed so. Nothing was changed.");
    if (err != ERR_OK)
        return err;
    date_password(p, false);
    json_remove(p->row, "password_id");
    err = people_write(p, audited);
    if (err == ERR_OK)
        err = put_hash(p);
    return err == ERR_OK ? end_sign_ins(p) : err;
}

/* The row says since when; the secret is no member of it (factor.h), and whoever asks puts it into its place. */
enum err user_own_factor(struct people *p)
{
    char at[TIME_TEXT];
    enum err err = load(p);
    if (err == ERR_OK && !(p->by && str_equal(json_text(p->row, "id"), p->actor.user)))
        return people_refuse(p, ERR_REFUSED, "forbidden", "",
                             "A second factor is set up by its owner alone. Nothing was changed.");
    if (err != ERR_OK)
        return err;
    time_text(p->env->now_ms, at);
    json_set_text(p->row, "factor_at", at);
    return people_write(p, audited);
}

/* Of somebody who has lost theirs, or whose it must not be any more: what was opened by it ends. */
enum err user_no_factor(struct people *p)
{
    enum err err = load(p);
    if (err == ERR_OK)
        err = not_ones_own_key(p);
    if (err != ERR_OK)
        return err;
    bool told = json_get(p->row, "factor_at") != NULL, stands;
    err = factor_stands(p->env->db, json_text_or(p->row, "id", ""), &stands);
    if (err != ERR_OK)
        return err;
    json_remove(p->row, "factor_at");
    err = write_user(p);
    if (err != ERR_OK || !(told || stands))
        return err;
    err = factor_drop(p->env->db, json_text_or(p->row, "id", ""));
    if (err == ERR_OK)
        err = note(p, "factor_removed");
    return err == ERR_OK ? end_sign_ins(p) : err;
}

/* Out at once and everywhere, but for the workstation at which somebody does it to themself. */
enum err user_sign_out(struct people *p)
{
    char at[TIME_TEXT];
    enum err err = load(p);
    if (err != ERR_OK)
        return err;
    time_text(p->env->now_ms, at);
    json_set_text(p->row, "signed_out_at", at);
    err = people_write(p, audited);
    return err == ERR_OK ? end_sign_ins(p) : err;
}

enum err user_sessions(struct people *p)
{
    struct json *rows = json_new_array();
    enum err err = load(p);
    if (err == ERR_OK)
        err = session_list(p->env->db, json_text_or(p->row, "id", ""), NULL, rows);
    if (err == ERR_OK)
        json_set(p->answer, "rows", rows);
    else
        json_free(&rows);
    return err;
}

/* --- one's own --- */

static enum err load_own(struct people *p)
{
    p->table = TABLE_USER;
    if (!p->by)
        return people_refuse(
            p, ERR_REFUSED, "forbidden", "",
            "This is of whoever is signed in. Nothing was changed; loketd user sessions names anybody.");
    enum err err = row_get(p->env->db, TABLE_USER, p->actor.user, &p->row);
    if (err == ERR_OK)
        people_begin(p);
    return err;
}

enum err user_own_sessions(struct people *p)
{
    struct json *rows = json_new_array();
    enum err err = load_own(p);
    if (err == ERR_OK)
        err = session_list(p->env->db, p->actor.user, p->by->token, rows);
    if (err != ERR_OK) {
        json_free(&rows);
        return err;
    }
    const char *factor_at = json_text(p->row, "factor_at");
    json_set(p->answer, "rows", rows);
    if (factor_at)
        json_set_text(p->answer, "factor_at", factor_at);
    return ERR_OK;
}

enum err user_own_sign_out(struct people *p)
{
    char at[TIME_TEXT];
    enum err err = load_own(p);
    if (err != ERR_OK)
        return err;
    time_text(p->env->now_ms, at);
    json_set_text(p->row, "signed_out_at", at);
    err = people_write(p, audited);
    return err == ERR_OK ? end_sign_ins(p) : err;
}

enum err user_list(struct people *p)
{
    static const char sql[] =
        "SELECT row FROM users WHERE login > $1 ORDER BY login LIMIT $2"; /* users_login */
    return people_list(p, sql, "login", sees);
}
