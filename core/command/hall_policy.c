/* core/command/hall_policy.c: hall.policy: what the hall wants everywhere, switched by a supervisor with a reason.
 *   hide_names        until the call a ticket is a number and a service to whoever may call (sight.c), so that nobody is picked
 *   closing_approval  a clerk closes a counter on which others depend only after a supervisor's word (closure.c)
 *   password_days     a password that is older is changed at the next sign-in (core/hall/account_rules.h); 0: never
 *   password_first_days  after which one that was given, and not used, opens nothing; 0: never
 *   session_hours     that a sign-in lasts
 *   session_idle_minutes  after which one ends that nobody uses; 0: never
 *   second_factor     the roles whose accounts come in by a second factor too (core/hall/factor.h): a list, empty for none; an
 *                     administrator's alone, who looks after accounts
 *   case_years        for which an application is kept after its end, whoever asks for erasure, where its service does not say
 *   breaks            the breaks of the hall's day (core/catalogue/breaks.h), all of them anew: not a switch but a list */
#include <string.h>

#include "core/catalogue/breaks.h"
#include "core/command/rules.h"
#include "core/command/uncalled.h"

enum { SENT_MAX = 2000, BREAKS_MAX = 50, ROLES_MAX = 6 };

static bool is_switch(const char *policy)
{
    return strcmp(policy, "hide_names") == 0 || strcmp(policy, "closing_approval") == 0;
}

static const struct number {
    const char *name;
    int64_t low, high;
} numbers[] = {{"password_days", 0, 3650},
               {"password_first_days", 0, 365},
               {"session_hours", 1, 24},
               {"session_idle_minutes", 0, 720},
               {"case_years", 0, 1000}};

static const struct number *number_of(const char *policy)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(policy, numbers[i].name) == 0)
            return &numbers[i];
    return NULL;
}

static bool is_roles(const char *policy)
{
    return strcmp(policy, "second_factor") == 0;
}

static bool is_known(const char *policy)
{
    return is_switch(policy) || number_of(policy) || is_roles(policy) || strcmp(policy, "breaks") == 0;
}

static enum err waiting(struct call *c, const char *sql, struct json **rows)
{
    struct stmt *s = tx_list(c->tx, sql, TABLE_TICKET, "state", "waiting");
    db_bind_int(s, 2, SENT_MAX);
    *rows = keep(c, json_new_array());
    return rows_collect(s, *rows);
}

/* Rows that are out already hold what is hidden from now on, or lack it: those who wait now are sent once more, and what
 * was left with a booking of any day. */
static enum err send_again(struct call *c, int64_t *sent)
{
    static const char sql_here[] = "SELECT row, called_at FROM tickets WHERE state = $1 AND arrived_at > ''"
                                   " AND person > '' ORDER BY called_at LIMIT $2"; /* tickets_called */
    static const char sql_to_come[] =
        "SELECT row, called_at FROM tickets WHERE state = $1 AND arrived_at IS NULL"
        " AND row LIKE '%\"channel\":\"online\"%' ORDER BY called_at LIMIT $2"; /* tickets_called */
    struct json *here, *to_come;
    TRY(waiting(c, sql_here, &here));
    TRY(waiting(c, sql_to_come, &to_come));
    for (const struct json *ticket = json_first(here); ticket; ticket = json_next(ticket)) {
        TRY(save(c, TABLE_TICKET, keep(c, json_copy(ticket))));
        TRY(uncalled_send(c->tx, ticket, sent));
        ++*sent;
    }
    for (const struct json *ticket = json_first(to_come); ticket; ticket = json_next(ticket))
        TRY(uncalled_send(c->tx, ticket, sent));
    return ERR_OK;
}

/* {"value"?,"reason","by","at"} of the last change, so that whoever wonders can be told. */
static struct json *changed(struct call *c, const struct json *value, const char *reason)
{
    struct json *json = json_new_object();
    if (json_is_bool(value) || json_is_integer(value) ||
        (json_is_array(value) && json_count(value) <= ROLES_MAX))
        json_set(json, "value", json_copy(value));
    json_set_text(json, "reason", reason);
    json_set_text(json, "by", c->actor->user);
    row_set_time(json, "at", c->at_ms);
    return json;
}

static enum err need_roles(struct call *c, const struct json *value)
{
    char all[120];
    bool fits = value && json_is_array(value) && json_count(value) <= ROLES_MAX;
    for (const struct json *role = json_first(value); fits && role; role = json_next(role))
        fits = json_is_text(role) && role_find(json_as_text(role));
    role_texts(ROLE_ALL, all, sizeof all);
    return fits
               ? ERR_OK
               : refuse(
                     c, "invalid_body", "value",
                     "\"value\" must be a list of roles, empty for none. There are: %s. Nothing was changed.",
                     all);
}

static enum err need_value(struct call *c, const char *name, const struct json *value)
{
    struct form_findings findings = {0};
    struct json *pack = keep(c, json_new_object());
    enum err err = ERR_OK;
    if (is_switch(name))
        return value && json_is_bool(value) ? ERR_OK
                                            : refuse(c, "invalid_body", "value",
                                                     "\"value\" must be true or false. Nothing was changed.");
    if (is_roles(name))
        return need_roles(c, value);
    const struct number *number = number_of(name);
    if (number) {
        int64_t n = value && json_is_integer(value) ? json_as_int(value, -1) : -1;
        return n >= number->low && n <= number->high
                   ? ERR_OK
                   : refuse(c, "invalid_body", "value",
                            "\"value\" must be a whole number from %d to %d. Nothing was changed.",
                            (int)number->low, (int)number->high);
    }
    json_set(pack, "breaks", value && !json_is_null(value) ? json_copy(value) : json_new_object());
    breaks_check(pack, &findings);
    if (json_count(value) > BREAKS_MAX)
        err = refuse(c, "invalid_breaks", "value", "A hall has %d breaks at most. Nothing was changed.",
                     BREAKS_MAX);
    else if (findings.broken)
        err = refuse(c, "invalid_breaks", "value", "%.60s: %.120s Nothing was changed.",
                     findings.list[0].pointer, findings.list[0].message);
    form_findings_free(&findings);
    return err;
}

static enum err put_value(struct call *c, struct json *hall, const char *name, const struct json *value,
                          int64_t *sent)
{
    if (number_of(name) || is_roles(name)) {
        json_set(json_edit(hall, "policy"), name, json_copy(value));
        return ERR_OK;
    }
    if (!is_switch(name)) {
        json_set(hall, name, json_copy(value));
        return ERR_OK;
    }
    bool on = json_as_bool(value, false), was = json_bool(json_get(hall, "policy"), name, false);
    if (strcmp(name, "hide_names") == 0 && was != on)
        TRY(send_again(c, sent));
    json_set_bool(json_edit(hall, "policy"), name, on);
    return ERR_OK;
}

enum err hall_policy(struct call *c)
{
    const char *name, *reason;
    const struct json *value = json_get(c->body, "value");
    struct json *hall;
    int64_t sent = 0;
    TRY(body_need(c, "policy", &name));
    if (!is_known(name))
        return refuse(
            c, "unknown_policy", "policy",
            "The hall has no such policy (%.40s). It has: hide_names, closing_approval, "
            "password_days, password_first_days, session_hours, session_idle_minutes, second_factor, "
            "case_years, "
            "breaks. Nothing was "
            "changed.",
            name);
    if (is_roles(name) && !is_role(c, ROLE_ADMINISTRATOR))
        return refuse(c, "forbidden", "policy",
                      "An administrator says of whom a second factor is asked. Nothing was changed.");
    TRY(need_value(c, name, value));
    TRY(body_text(c, "reason", &reason));
    if (!reason)
        return refuse(c, "reason_needed", "reason", "Why is the policy changed? Give a reason: it is kept.");
    TRY(load_hall(c, &hall));
    if (str_empty(row_id(hall)))
        return refuse(c, "unknown_hall", "", "The hall is not set up yet. Nothing was changed.");
    if (!json_is_object(json_get(hall, "policy")))
        json_set(hall, "policy", json_new_object());
    if (!json_is_object(json_get(hall, "policy_changes")))
        json_set(hall, "policy_changes", json_new_object());
    TRY(put_value(c, hall, name, value, &sent));
    json_set(json_edit(hall, "policy_changes"), name, changed(c, value, reason));
    TRY(save(c, TABLE_HALL, hall));
    json_set_text(answer(c), "policy", name);
    json_set(answer(c), "value", json_copy(value));
    json_set_int(answer(c), "sent", sent);
    return ERR_OK;
}
