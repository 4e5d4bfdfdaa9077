/* core/hall/admin_counters.c: counters: which there are, whose they are, what they serve. See admin_people.h. What a counter
 * serves is written by the rule of queue.assign, so that moves for a time lie on it as on any other assignment. */
#include <string.h>

#include "core/command/heads.h"
#include "core/hall/admin_inside.h"
#include "core/model/role.h"

enum { WEIGHT_MAX = 100 };

static const char *const audited[] = {"name", "agency", "queues", "active", NULL};

/* A supervisor is of the hall, whatever agency they come from; an administrator of an agency has its counters. */
static const char *bound(const struct people *p)
{
    return p->by && !(p->actor.roles & ROLE_SUPERVISOR) ? p->actor.agency : "";
}

static bool sees(const struct people *p, const struct json *row)
{
    const char *mine = bound(p);
    return str_empty(mine) || str_equal(mine, json_text(row, "agency"));
}

static enum err need_agency(struct people *p, const char *agency)
{
    struct actor kept = p->actor;
    str_copy(p->actor.agency, sizeof p->actor.agency, bound(p));
    enum err err = people_need_agency(p, agency);
    p->actor = kept;
    return err;
}

/* --- queues --- */

/* A queue by its code or its id; a weight may stand behind it: "P:3". */
static enum err read_name(struct people *p, const char *named, char code[64], int *weight)
{
    const char *colon = strrchr(named, ':');
    *weight = 1;
    str_copy(code, 64, named);
    if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1) || strlen(colon) > 4)
        return ERR_OK;
    str_format(code, 64, "%.*s", (int)(colon - named), named);
    *weight = 0;
    for (const char *digit = colon + 1; *digit; digit++)
        *weight = *weight * 10 + (*digit - '0');
    return *weight >= 1 && *weight <= WEIGHT_MAX
               ? ERR_OK
               : people_refuse(p, ERR_USAGE, "invalid_weight", "queues",
                               "The weight of a queue is 1 to %d: \"%s\".", WEIGHT_MAX, named);
}

static enum err find_queue(struct people *p, const char *code, struct json **row)
{
    static const char sql_code[] = "SELECT row FROM queues WHERE code = $1";       /* queues_code */
    static const char sql_all[] = "SELECT row FROM queues ORDER BY code LIMIT $1"; /* queues_code */
    struct buf known = {0};
    enum err err = people_first(p, sql_code, code, row);
    if (err == ERR_ABSENT)
        err = row_get(p->env->db, TABLE_QUEUE, code, row);
    if (err != ERR_ABSENT)
        return err;
    people_known(p, sql_all, "code", &known);
    err = people_refuse(p, ERR_ABSENT, "unknown_queue", "queues",
                        "This hall has no queue \"%s\". It has: %s.", code, buf_text(&known));
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

static enum err add_queue(struct people *p, const struct json *name, struct json *queues, struct buf *agency)
{
    char code[64] = "";
    struct json *row = NULL;
    int weight = (int)json_int(name, "weight", 1);
    const char *text = json_is_text(name) ? json_as_text(name) : NULL;
    if (!text)
        str_copy(code, sizeof code, json_text_or(name, "queue", ""));
    enum err err = text ? read_name(p, text, code, &weight) : ERR_OK;
    if (err == ERR_OK)
        err = find_queue(p, code, &row);
    if (err != ERR_OK || has_queue(queues, json_text(row, "id"))) {
        json_free(&row);
        return err;
    }
    struct json *line = json_new_object();
    const char *of = json_text_or(row, "agency", "");
    json_set_text(line, "queue", json_text(row, "id"));
    json_set_int(line, "weight", weight);
    if (json_count(queues) == 0)
        buf_adds(agency, of);
    else if (!str_equal(buf_text(agency), of))
        buf_clear(agency);
    json_add(queues, line);
    json_free(&row);
    return ERR_OK;
}

/* agency becomes the queues' own when they all belong to one. */
static enum err read_queues(struct people *p, struct json *queues, struct buf *agency)
{
    const struct json *named = json_get(p->request, "queues");
    enum err err = ERR_OK;
    for (const struct json *name = json_first(named); err == ERR_OK && name; name = json_next(name))
        err = add_queue(p, name, queues, agency);
    if (err == ERR_OK && json_count(queues) == 0)
        return people_refuse(p, ERR_USAGE, "no_queue", "queues",
                             "A counter serves at least one queue of this hall. Nothing was changed.");
    return err;
}

/* --- finding --- */

static const char sql_name[] = "SELECT row FROM counters WHERE name = $1"; /* counters_name */

static enum err need_name(struct people *p, const char *name)
{
    return people_is_line(name, LOGIN_MAX)
               ? ERR_OK
               : people_refuse(p, ERR_USAGE, "invalid_name", "name",
                               "A counter's name is one line of at most %d bytes. Nothing was changed.",
                               LOGIN_MAX);
}

/* *again: the same request once more, its answer was lost. */
static enum err need_free_name(struct people *p, const char *name, bool *again)
{
    struct json *row = NULL;
    const char *id = p->row ? json_text(p->row, "id") : people_request_id(p);
    enum err err = people_first(p, sql_name, name, &row);
    bool mine = err == ERR_OK && id && str_equal(json_text(row, "id"), id);
    *again = mine && !p->row;
    if (*again) {
        p->row = row;
        people_begin(p);
        return ERR_OK;
    }
    json_free(&row);
    if (err == ERR_ABSENT || mine)
        return ERR_OK;
    return err == ERR_OK
               ? people_refuse(p, ERR_CONFLICT, "name_taken", "name",
                               "There is a counter %s already. Nothing was changed; a supervisor gives it "
                               "other queues at the workstation.",
                               name)
               : err;
}

static enum err load(struct people *p)
{
    const char *name = json_text_or(p->request, "counter", "");
    p->table = TABLE_COUNTER;
    enum err err = row_get(p->env->db, TABLE_COUNTER, name, &p->row);
    if (err == ERR_ABSENT)
        err = people_first(p, sql_name, name, &p->row);
    if (err == ERR_ABSENT || (err == ERR_OK && !sees(p, p->row)))
        return people_refuse(p, ERR_ABSENT, "unknown_counter", "counter",
                             "There is no counter %s%s. loketd counter list shows them all.", name,
                             *bound(p) ? " of your agency" : "");
    if (err == ERR_OK)
        people_begin(p);
    return err;
}

/* --- adding --- */

static void fill(struct people *p, struct json *queues, const char *agency)
{
    char id[UUID_TEXT], at[TIME_TEXT], text[200];
    const char *given = people_request_id(p);
    time_text(p->env->now_ms, at);
    str_format(text, sizeof text, "counter %s %s", json_text(p->request, "name"), at);
    server_id(text, id);
    p->row = json_new_object();
    json_set_text(p->row, "id", given ? given : id);
    json_set_text(p->row, "name", json_text(p->request, "name"));
    json_set_text(p->row, "agency", agency);
    json_set(p->row, "queues", json_copy(queues));
    json_set_text(p->row, "state", "closed");
    json_set_null(p->row, "user");
    json_set_int(p->row, "fence", 0);
    json_set_null(p->row, "lease_until");
    json_set_bool(p->row, "active", true);
}

static enum err add(struct people *p, struct json *queues, struct buf *own)
{
    const char *name = json_text(p->request, "name"), *agency = json_text(p->request, "agency");
    struct json *there = NULL;
    bool again = false;
    enum err err = need_name(p, name);
    if (err == ERR_OK)
        err = need_free_name(p, name, &again);
    if (err != ERR_OK || again)
        return err == ERR_OK ? people_write(p, audited) : err;
    err =
        people_request_id(p) ? row_get(p->env->db, TABLE_COUNTER, people_request_id(p), &there) : ERR_ABSENT;
    json_free(&there);
    if (err != ERR_ABSENT)
        return err == ERR_OK
                   ? people_refuse(p, ERR_CONFLICT, "identity_used", "id",
                                   "Another counter has this identity already. Nothing was changed.")
                   : err;
    err = read_queues(p, queues, own);
    if (err == ERR_OK)
        err = need_agency(p, agency ? agency : buf_text(own));
    if (err != ERR_OK)
        return err;
    fill(p, queues, agency ? agency : buf_text(own));
    return people_write(p, audited);
}

enum err desk_add(struct people *p)
{
    struct json *queues = json_new_array();
    struct buf own = {0};
    p->table = TABLE_COUNTER;
    enum err err = add(p, queues, &own);
    json_free(&queues);
    buf_free(&own);
    return err;
}

/* --- changing --- */

static bool serves(const struct json *row, const struct json *queues)
{
    const struct json *x = json_first(json_get(row, "queues")), *y = json_first(queues);
    for (; x && y; x = json_next(x), y = json_next(y))
        if (!str_equal(json_text(x, "queue"), json_text(y, "queue")) ||
            json_int(x, "weight", 1) != json_int(y, "weight", 1))
            return false;
    return !x && !y;
}

/* A change and a line of the audit of its own. An administrator may, whom that command's table does not know. */
static enum err assign(struct people *p, const struct json *queues)
{
    struct outcome out = {0};
    struct json *body = json_new_object(), *row = NULL;
    struct actor actor = p->actor;
    actor.roles |= ROLE_SUPERVISOR;
    actor.agency[0] = '\0'; /* whose counter it is was looked at */
    json_set_text(body, "counter", json_text(p->row, "id"));
    json_set(body, "queues", json_copy(queues));
    enum err err = server_command(p->env, p->by ? &actor : NULL, "queue.assign", body, &out);
    json_free(&body);
    if (err == ERR_OK && !out.applied)
        err = people_refuse(p, ERR_REFUSED, out.code, out.field, "%s", out.message);
    json_free(&out.data);
    if (err == ERR_OK)
        err = row_get(p->env->db, TABLE_COUNTER, json_text_or(p->row, "id", ""), &row);
    if (err == ERR_OK) {
        json_set_bool(p->answer, "changed", true);
        json_set(p->answer, "row", row);
    }
    return err;
}

static enum err change(struct people *p, struct json *queues, struct buf *own)
{
    const char *name = json_text(p->request, "name"), *agency = json_text(p->request, "agency");
    bool again, other = json_get(p->request, "queues") != NULL;
    enum err err = load(p);
    if (err == ERR_OK && name)
        err = need_name(p, name);
    if (err == ERR_OK && name)
        err = need_free_name(p, name, &again);
    if (err == ERR_OK && agency)
        err = need_agency(p, agency);
    if (err == ERR_OK && other)
        err = read_queues(p, queues, own);
    if (err != ERR_OK)
        return err;
    if (name)
        json_set_text(p->row, "name", name);
    if (agency && !str_equal(agency, json_text_or(p->row, "agency", "")))
        json_set_text(p->row, "agency", agency);
    other = other && !serves(p->row, queues);
    if (other || !json_equal(p->before, p->row))
        err = people_check_was(p);
    if (err == ERR_OK)
        err = people_write(p, audited);
    return err == ERR_OK && other ? assign(p, queues) : err;
}

enum err desk_change(struct people *p)
{
    struct json *queues = json_new_array();
    struct buf own = {0};
    enum err err = change(p, queues, &own);
    json_free(&queues);
    buf_free(&own);
    return err;
}

/* Nobody may wait for a counter that nobody opens any more. */
static enum err need_idle(struct people *p)
{
    struct json *sent = NULL;
    const char *name = json_text_or(p->row, "name", "?");
    if (!str_equal(json_text_or(p->row, "state", "closed"), "closed"))
        return people_refuse(p, ERR_CONFLICT, "counter_in_use", "",
                             "Counter %s is open. It stays as it is: disable it when it is closed.", name);
    struct stmt *s = db_query(p->env->db, sql_sent_to_counter);
    db_bind_text(s, 1, json_text_or(p->row, "id", ""));
    db_bind_int(s, 2, 1);
    enum err err = rows_first(s, &sent);
    if (err == ERR_OK)
        err = people_refuse(
            p, ERR_CONFLICT, "counter_awaited", "",
            "%s waits for counter %s. It stays as it is: send whoever waits for it elsewhere first.",
            json_text_or(sent, "number", "Somebody"), name);
    json_free(&sent);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err set_active(struct people *p, bool active)
{
    enum err err = load(p);
    if (err != ERR_OK || json_bool(p->row, "active", true) == active)
        return err == ERR_OK ? people_write(p, audited) : err;
    err = people_check_was(p);
    if (err == ERR_OK && !active)
        err = need_idle(p);
    json_set_bool(p->row, "active", active);
    return err == ERR_OK ? people_write(p, audited) : err;
}

enum err desk_disable(struct people *p)
{
    return set_active(p, false);
}

enum err desk_enable(struct people *p)
{
    return set_active(p, true);
}

enum err desk_list(struct people *p)
{
    static const char sql[] =
        "SELECT row FROM counters WHERE name > $1 ORDER BY name LIMIT $2"; /* counters_name */
    return people_list(p, sql, "name", sees);
}
