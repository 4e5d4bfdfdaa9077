/* core/command/alert.c: a call from a desk that everyone in the hall sees at once, and a supervisor's word to all.
 * The row: kind text counter counter_name user user_name state(open ended) at until seen[{user name at}] seen_more
 * ended_by ended_at. Who is told needs the names at once, so they stand in the row. */
#include <string.h>

#include "core/command/rules.h"

enum {
    ALERT_TEXT_MAX = 200,           /* characters: one line on every screen of the hall */
    ALERTS_MAX = 20,                /* open at a time, and as many messages */
    SEEN_MAX = 20,                  /* named; the rest is counted */
    ALERT_MS = 12 * 60 * 60 * 1000, /* what nobody ended is over with the day's work */
};
static const char message[] = "message";

/* fire: everyone leaves the building. */
static bool kind_is_known(const char *kind)
{
    static const char *const kinds[] = {"help", "medical", "security", "fire", "technical", message};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_equal(kinds[i], kind))
            return true;
    return false;
}

static bool is_message(const char *kind)
{
    return str_equal(kind, message);
}

static enum err check(struct call *c, const char *kind, const char *text, int64_t until_ms)
{
    if (!kind_is_known(kind))
        return refuse(c, "invalid_kind", "kind",
                      "No such call: say help, medical, security, fire, technical or message. Nobody was "
                      "told.");
    if (text && utf8_count(text, strlen(text)) > ALERT_TEXT_MAX)
        return refuse(c, "text_too_long", "text",
                      "Everyone reads this in one line: %d characters at most. Nobody was told: shorten it.",
                      ALERT_TEXT_MAX);
    if (until_ms >= 0 && until_ms <= c->tx->now_ms)
        return refuse(c, "invalid_until", "until",
                      "That time is over already. Nobody was told: name a later one, or none.");
    if (!is_message(kind))
        return ERR_OK;
    if (!is_role(c, ROLE_SUPERVISOR))
        return refuse(c, "forbidden", "kind",
                      "A message to all is a supervisor's. Nobody was told: in an emergency name its kind.");
    return text ? ERR_OK
                : refuse(c, "invalid_body", "text", "A message without words says nothing. Nobody was told.");
}

/* The same person pressing twice calls once; and a hall that is full of calls has heard. Messages, which nobody ends, keep
 * nobody from calling. */
static enum err need_no_same(struct call *c, const char *kind)
{
    static const char sql_open[] =
        "SELECT row, at_ FROM alerts WHERE state = $1 AND at_ > $2 ORDER BY at_ LIMIT $3"; /* alerts_state */
    struct json *rows = keep(c, json_new_array());
    char since[TIME_TEXT];
    int alike = 0;
    struct stmt *s = tx_list(c->tx, sql_open, TABLE_ALERT, "state", "open");
    time_text(c->tx->now_ms - ALERT_MS, since);
    db_bind_text(s, 2, since);
    db_bind_int(s, 3, 2 * ALERTS_MAX);
    TRY(rows_collect(s, rows));
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        alike += is_message(json_text(row, "kind")) == is_message(kind);
        if (is_message(kind) || !is_me(c, json_text(row, "user")) || !str_equal(json_text(row, "kind"), kind))
            continue;
        json_set(answer(c), "alert", json_copy(row));
        return refuse(c, "already_called", "kind",
                      "You have called already, and everyone sees it. End that call to call anew.");
    }
    if (alike >= ALERTS_MAX)
        return refuse(c, "too_many_alerts", "",
                      "%d calls are open already; this one was not sent. End some of them, or call out loud.",
                      ALERTS_MAX);
    return ERR_OK;
}

static enum err done(struct call *c, struct json *row)
{
    TRY(save(c, TABLE_ALERT, row));
    json_set(answer(c), "alert", json_copy(row));
    return ERR_OK;
}

enum err hall_alert(struct call *c)
{
    const char *kind, *text, *where;
    int64_t until_ms;
    struct json *counter = NULL;
    char id[UUID_TEXT];
    TRY(body_need(c, "kind", &kind));
    TRY(body_text(c, "text", &text));
    TRY(body_text(c, "counter", &where));
    TRY(body_time(c, "until", &until_ms));
    TRY(check(c, kind, text, until_ms));
    if (where)
        TRY(load_named(c, TABLE_COUNTER, "counter", where, &counter));
    TRY(need_no_same(c, kind));
    TRY(new_id(c, TABLE_ALERT, id));
    struct json *row = row_new(c, id);
    json_set_text(row, "kind", kind);
    json_set_text(row, "text", text);
    json_set_text(row, "counter", counter ? row_id(counter) : NULL);
    json_set_text(row, "counter_name", json_text(counter, "name"));
    json_set_text(row, "user", c->actor->user);
    json_set_text(row, "user_name", user_name(c, c->actor->user));
    json_set_text(row, "state", "open");
    row_set_time(row, "at", c->at_ms);
    row_set_time(row, "until", until_ms);
    return done(c, row);
}

static enum err load_open(struct call *c, struct json **row)
{
    const char *id;
    TRY(body_need(c, "alert", &id));
    TRY(load(c, TABLE_ALERT, "alert", id, row));
    if (str_equal(json_text(*row, "state"), "open"))
        return ERR_OK;
    return refuse(c, "already_ended", "alert", "%s has ended this call already. Nothing was changed.",
                  user_name(c, json_text(*row, "ended_by")));
}

/* Whoever called sees who comes. */
enum err hall_alert_seen(struct call *c)
{
    struct json *row;
    TRY(load_open(c, &row));
    struct json *seen = row_list(row, "seen");
    for (const struct json *one = json_first(seen); one; one = json_next(one))
        if (is_me(c, json_text(one, "user")))
            return done(c, row);
    if (json_count(seen) < SEEN_MAX) {
        struct json *one = json_new_object();
        json_set_text(one, "user", c->actor->user);
        json_set_text(one, "name", user_name(c, c->actor->user));
        row_set_time(one, "at", c->at_ms);
        json_add(seen, one);
    } else {
        json_set_int(row, "seen_more", json_int(row, "seen_more", 0) + 1);
    }
    return done(c, row);
}

enum err hall_alert_end(struct call *c)
{
    struct json *row;
    TRY(load_open(c, &row));
    if (!is_me(c, json_text(row, "user")) && !is_role(c, ROLE_SUPERVISOR))
        return refuse(c, "forbidden", "alert",
                      "%s called: only they or a supervisor end it. Nothing was changed.",
                      user_name(c, json_text(row, "user")));
    json_set_text(row, "state", "ended");
    json_set_text(row, "ended_by", c->actor->user);
    row_set_time(row, "ended_at", c->at_ms);
    return done(c, row);
}
