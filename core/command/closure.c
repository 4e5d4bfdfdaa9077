/* core/command/closure.c: a clerk asks to close a counter early, a supervisor answers with a reason.
 * The row: counter agency user reason state(open approved rejected) at from until answered_by answered_at
 * answer. */
#include "core/command/rules.h"

static enum err need_no_other(struct call *c, const struct json *counter)
{
    static const char sql_open[] =
        "SELECT row, id FROM closures WHERE state = 'open' AND counter = $1 LIMIT 1"; /* closures_state */
    struct json *row = NULL;
    struct stmt *s = tx_list(c->tx, sql_open, TABLE_CLOSURE, "counter", row_id(counter));
    enum err err = rows_first(s, &row);
    if (err == ERR_ABSENT)
        return ERR_OK;
    TRY(err);
    keep(c, row);
    json_set(answer(c), "closure", json_copy(row));
    return refuse(c, "already_requested", "counter",
                  "%s has already asked to close counter %s. Wait for the supervisor's answer.",
                  user_name(c, json_text(row, "user")), json_text_or(counter, "name", ""));
}

static enum err done(struct call *c, struct json *row)
{
    TRY(save(c, TABLE_CLOSURE, row));
    json_set(answer(c), "closure", json_copy(row));
    return ERR_OK;
}

enum err closure_request(struct call *c)
{
    const char *name, *reason;
    int64_t from_ms, until_ms;
    struct json *counter;
    char id[UUID_TEXT];
    TRY(body_need(c, "counter", &name));
    TRY(load_named(c, TABLE_COUNTER, "counter", name, &counter));
    TRY(need_agency(c, json_text(counter, "agency")));
    TRY(body_text(c, "reason", &reason));
    TRY(body_time(c, "from", &from_ms));
    TRY(body_time(c, "until", &until_ms));
    TRY(need_no_other(c, counter));
    TRY(new_id(c, TABLE_CLOSURE, id));
    struct json *row = row_new(c, id);
    json_set_text(row, "counter", row_id(counter));
    json_set_text(row, "agency", json_text(counter, "agency"));
    json_set_text(row, "user", c->actor->user);
    json_set_text(row, "reason", reason);
    row_set_time(row, "from", from_ms);
    row_set_time(row, "until", until_ms);
    row_set_time(row, "at", c->at_ms);
    json_set_text(row, "state", "open");
    return done(c, row);
}

static enum err answer_with(struct call *c, const char *state, bool reason_needed)
{
    const char *id, *reason;
    struct json *row;
    TRY(body_need(c, "closure", &id));
    TRY(load(c, TABLE_CLOSURE, "closure", id, &row));
    TRY(need_agency(c, json_text(row, "agency")));
    TRY(body_text(c, "reason", &reason));
    if (!str_equal(json_text(row, "state"), "open"))
        return refuse(c, "already_answered", "closure",
                      "%s has answered this request already (%s). Nothing was changed.",
                      user_name(c, json_text(row, "answered_by")), json_text_or(row, "state", ""));
    if (reason_needed && !reason)
        return refuse(c, "reason_needed", "reason", "Why not? Give the clerk a reason.");
    json_set_text(row, "state", state);
    json_set_text(row, "answered_by", c->actor->user);
    row_set_time(row, "answered_at", c->at_ms);
    json_set_text(row, "answer", reason);
    return done(c, row);
}

enum err closure_approve(struct call *c)
{
    return answer_with(c, "approved", false);
}

enum err closure_reject(struct call *c)
{
    return answer_with(c, "rejected", true);
}
