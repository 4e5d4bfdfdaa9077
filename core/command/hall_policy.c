/* core/command/hall_policy.c: hall.policy: what the hall wants everywhere, switched by a supervisor with a reason.
 *   hide_names  until the call a ticket is a number and a service to whoever may call (sight.c), so that nobody is picked */
#include <string.h>

#include "core/command/rules.h"

enum { SENT_MAX = 2000 };

static bool is_known(const char *policy)
{
    return strcmp(policy, "hide_names") == 0;
}

/* Rows that are out already hold what is hidden from now on, or lack it: those who wait now are sent once more. */
static enum err send_again(struct call *c, int64_t *sent)
{
    static const char sql_waiting[] =
        "SELECT row, called_at FROM tickets WHERE state = $1 AND arrived_at > '' AND person > ''"
        " ORDER BY called_at LIMIT $2"; /* tickets_called */
    struct json *rows = keep(c, json_new_array());
    struct stmt *s = tx_list(c->tx, sql_waiting, TABLE_TICKET, "state", "waiting");
    db_bind_int(s, 2, SENT_MAX);
    TRY(rows_collect(s, rows));
    for (const struct json *found = json_first(rows); found; found = json_next(found)) {
        TRY(save(c, TABLE_TICKET, keep(c, json_copy(found))));
        ++*sent;
    }
    return ERR_OK;
}

/* {"value","reason","by","at"} of the last change, so that whoever wonders can be told. */
static struct json *changed(struct call *c, bool value, const char *reason)
{
    struct json *json = json_new_object();
    json_set_bool(json, "value", value);
    json_set_text(json, "reason", reason);
    json_set_text(json, "by", c->actor->user);
    row_set_time(json, "at", c->at_ms);
    return json;
}

enum err hall_policy(struct call *c)
{
    const char *name, *reason;
    struct json *hall;
    bool value;
    int64_t sent = 0;
    TRY(body_need(c, "policy", &name));
    if (!is_known(name))
        return refuse(c, "unknown_policy", "policy",
                      "The hall has no such policy (%.40s). It has: hide_names. Nothing was changed.", name);
    TRY(body_bool(c, "value", &value));
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
    if (json_bool(json_get(hall, "policy"), name, false) != value)
        TRY(send_again(c, &sent));
    json_set_bool(json_edit(hall, "policy"), name, value);
    json_set(json_edit(hall, "policy_changes"), name, changed(c, value, reason));
    TRY(save(c, TABLE_HALL, hall));
    json_set_text(answer(c), "policy", name);
    json_set_bool(answer(c), "value", value);
    json_set_int(answer(c), "sent", sent);
    return ERR_OK;
}
