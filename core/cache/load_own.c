/* core/cache/load_own.c: the queries of queries.h about the person's own records: outbox, journal, state. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/load.h"
#include "core/command/disputes.h"
#include "core/model/role.h"

/* --- outbox --- */

/* "what" the record is about, in words: the ticket's number, the case's, the person's name. */
static enum err describe(struct cache *cache, const struct json *body, struct json *what)
{
    struct json *ticket = NULL, *row = NULL, *person = NULL;
    enum err err = find_row(cache, TABLE_TICKET, json_text(body, "ticket"), 0, &ticket);
    if (err == ERR_OK)
        err = find_row(cache, TABLE_CASE, json_text(body, "case"), 0, &row);
    const char *person_id = json_text(row, "person");
    if (!person_id)
        person_id = json_text(ticket, "person");
    if (!person_id)
        person_id = json_text(body, "person");
    if (err == ERR_OK)
        err = find_row(cache, TABLE_PERSON, person_id, 0, &person);
    json_set_text(what, "number", ticket ? json_text(ticket, "number") : json_text(body, "number"));
    json_set_text(what, "case", json_text(row, "number"));
    json_set_text(what, "person_name", json_text(person, "name"));
    const char *service = json_text(row, "service");
    if (!service)
        service = json_text(body, "service");
    if (err == ERR_OK)
        err = set_name_of(cache, what, "service_name", TABLE_SERVICE, service);
    json_free(&ticket);
    json_free(&row);
    json_free(&person);
    return err;
}

static const char *outbox_state(const struct cache *cache, const char *state, int64_t seq)
{
    if (!str_equal(state, "pending"))
        return state;
    return seq <= cache->handed_out ? "sent" : "pending";
}

static const char *outbox_mark(const struct cache *cache, const char *state, int64_t rev)
{
    if (str_equal(state, "pending"))
        return "saved";
    if (str_equal(state, "refused"))
        return "trouble";
    return rev <= cache->place.safe_through ? "safe" : "received";
}

static struct json *outbox_line(struct cache *cache, struct stmt *s)
{
    struct json *line = json_new_object(), *command = NULL, *result = NULL;
    const char *text = db_text(s, 3);
    const char *answer = str_equal(db_text(s, 4), "pending") ? NULL : db_text(s, 6); /* of another epoch */
    char at[TIME_TEXT];
    time_text(db_int(s, 7), at);
    json_set_int(line, "seq", db_int(s, 0));
    json_set_text(line, "id", db_text(s, 1));
    json_set_text(line, "type", db_text(s, 2));
    if (text && json_parse(text, strlen(text), &command, NULL) == ERR_OK)
        json_set(line, "body", json_copy(json_get(command, "body")));
    json_set_text(line, "state", outbox_state(cache, db_text(s, 4), db_int(s, 0)));
    if (answer && json_parse(answer, strlen(answer), &result, NULL) == ERR_OK && json_get(result, "error"))
        json_set(line, "error", json_copy(json_get(result, "error")));
    else
        json_set_null(line, "error");
    json_set_text(line, "at", at);
    json_set_int(line, "bytes", text ? (int64_t)strlen(text) : 0);
    json_set_text(line, "mark", outbox_mark(cache, db_text(s, 4), db_int(s, 5)));
    json_free(&command);
    json_free(&result);
    return line;
}

/* Refused records that need nobody any more: their dispute is closed, or there never was one since they carried no work.
 * A record that was refused a moment ago has its dispute by the next feed. As a JSON list of seqs; the caller frees. */
static enum err settled_records(struct cache *cache, char **seqs)
{
    static const char sql_refused[] =
        "SELECT seq, online, rev, EXISTS (SELECT 1 FROM json_each($2) WHERE value = outbox.id) FROM outbox"
        " WHERE client = $1 AND state = 'refused'"; /* outbox_state */
    struct json *open = json_new_object(), *ids = json_new_array(), *found = json_new_array();
    enum err err = load_disputes(cache, NULL, 0, open);
    for (const struct json *row = json_first(json_get(open, "rows")); row; row = json_next(row))
        json_add_text(ids, json_text_or(json_get(row, "command"), "id", ""));
    char *text = json_print(ids);
    struct stmt *s = db_query(cache->db, sql_refused);
    db_bind_text(s, 1, cache->client);
    db_bind_text(s, 2, text);
    while (err == ERR_OK && (err = db_step(s)) == ERR_OK)
        if (db_int(s, 1) || (!db_int(s, 3) && db_int(s, 2) <= cache->place.cursor))
            json_add(found, json_new_int(db_int(s, 0)));
    db_done(s);
    *seqs = json_print(found);
    free(text);
    json_free(&open);
    json_free(&ids);
    json_free(&found);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* How many are listed, how large the unsent ones are, how old the oldest. */
static enum err put_totals(struct cache *cache, const char *settled, struct json *answer)
{
    static const char sql_listed[] =
        "SELECT count(*) FROM outbox WHERE client = $1 AND (state <> 'applied' OR rev > $2)"
        " AND seq NOT IN (SELECT value FROM json_each($3))"; /* primary key; what is safe is few (outbox_prune) */
    static const char sql_bytes[] =
        "SELECT coalesce(sum(length(command)), 0), coalesce(min(at_ms), 0) FROM outbox"
        " WHERE client = $1 AND state = 'pending'"; /* outbox_state */
    char at[TIME_TEXT];
    int64_t listed = 0;
    struct stmt *s = db_query(cache->db, sql_listed);
    db_bind_text(s, 1, cache->client);
    db_bind_int(s, 2, cache->place.safe_through);
    db_bind_text(s, 3, settled);
    TRY(query_int(s, &listed));
    s = db_query(cache->db, sql_bytes);
    db_bind_text(s, 1, cache->client);
    enum err err = db_step(s);
    json_set_int(answer, "listed", listed);
    json_set_int(answer, "bytes", err == ERR_OK ? db_int(s, 0) : 0);
    json_set_null(answer, "oldest_at");
    if (err == ERR_OK && db_int(s, 1) > 0) {
        time_text(db_int(s, 1), at);
        json_set_text(answer, "oldest_at", at);
    }
    db_done(s);
    return err;
}

static enum err add_lines(struct cache *cache, struct stmt *s, struct json *rows)
{
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *line = outbox_line(cache, s), *what = json_new_object();
        json_set(line, "what", what);
        json_add(rows, line);
        err = describe(cache, json_get(line, "body"), what);
        if (err != ERR_OK)
            break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Nobody is signed in: all that is unsent, whose ever it is, for whoever rescues it from this computer. */
static enum err load_everyones(struct cache *cache, const struct json *args, struct json *rows)
{
    static const char sql[] =
        "SELECT seq, id, type, command, state, rev, result, at_ms FROM outbox"
        " WHERE state = 'pending' ORDER BY client, seq LIMIT $1 OFFSET $2"; /* primary key */
    struct stmt *s = db_query(cache->db, sql);
    db_bind_int(s, 1, load_limit(args, 100, 1000));
    db_bind_int(s, 2, json_int(args, "offset", 0));
    return add_lines(cache, s, rows);
}

/* Whose records wait on this computer, the one that waits longest first: told before anybody signs in, and no more
 * of them than that. */
enum err load_waiting(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_owners[] = "SELECT user_, count(*) FROM outbox WHERE state = 'pending'"
                                     " GROUP BY user_ ORDER BY min(at_ms)"; /* outbox_pending */
    enum { PEOPLE_MAX = 9 };
    struct json *people = put_array(answer, "people");
    int64_t count = 0;
    enum err err = ERR_OK;
    (void)args, (void)now_ms;
    struct stmt *s = db_query(cache->db, sql_owners);
    while (err == ERR_OK && (err = db_step(s)) == ERR_OK) {
        count += db_int(s, 1);
        if (json_count(people) == PEOPLE_MAX)
            continue;
        struct json *one = json_new_object();
        json_add(people, one);
        json_set_int(one, "count", db_int(s, 1));
        err = set_name_of(cache, one, "name", TABLE_USER, db_text(s, 0));
    }
    db_done(s);
    json_set_int(answer, "count", count);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* What needs the person's eye: unsent, not yet safe, or refused and open. */
enum err load_outbox(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_outbox[] =
        "SELECT seq, id, type, command, state, rev, result, at_ms FROM outbox WHERE client = $1 AND seq > $2"
        " AND (state <> 'applied' OR rev > $3) AND seq NOT IN (SELECT value FROM json_each($4))"
        " ORDER BY seq LIMIT $5 OFFSET $6"; /* primary key */
    char *settled = NULL;
    (void)now_ms;
    struct json *rows = put_array(answer, "rows");
    json_set_int(answer, "count", cache_unsent(cache));
    json_set_int(answer, "others", cache_unsent_others(cache));
    json_set_int(answer, "offset", json_int(args, "offset", 0));
    if (!cache->signed_in)
        return json_bool(args, "everyone", false) ? load_everyones(cache, args, rows) : ERR_OK;
    enum err err = settled_records(cache, &settled);
    if (err == ERR_OK)
        err = put_totals(cache, settled, answer);
    if (err == ERR_OK) {
        struct stmt *s = db_query(cache->db, sql_outbox);
        db_bind_text(s, 1, cache->client);
        db_bind_int(s, 2, json_int(args, "after", 0));
        db_bind_int(s, 3, cache->place.safe_through);
        db_bind_text(s, 4, settled);
        db_bind_int(s, 5, load_limit(args, 100, 1000));
        db_bind_int(s, 6, json_int(args, "offset", 0));
        err = add_lines(cache, s, rows);
    }
    free(settled);
    return err;
}

/* --- journal --- */

enum err load_journal(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_journal[] =
        "SELECT screen, object, typed, at_ms FROM draft_journal WHERE user_ = $1"
        " ORDER BY screen, object LIMIT 200"; /* primary key */
    (void)args, (void)now_ms;
    struct json *rows = put_array(answer, "rows");
    struct stmt *s = db_query(cache->db, sql_journal);
    db_bind_text(s, 1, cache->actor.user);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *typed = NULL, *line = json_new_object();
        char at[TIME_TEXT];
        const char *text = db_text(s, 2);
        time_text(db_int(s, 3), at);
        json_set_text(line, "screen", db_text(s, 0));
        json_set_text(line, "object", db_text(s, 1));
        if (text && json_parse(text, strlen(text), &typed, NULL) == ERR_OK)
            json_set(line, "typed", typed);
        json_set_text(line, "at", at);
        json_add(rows, line);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- status --- */

static void set_time_or_null(struct json *object, const char *name, int64_t wall_ms)
{
    char text[TIME_TEXT];
    if (wall_ms <= 0) {
        json_set_null(object, name);
        return;
    }
    time_text(wall_ms, text);
    json_set_text(object, name, text);
}

static enum err oldest_unsent(struct cache *cache, int64_t *at_ms)
{
    static const char sql_oldest[] = "SELECT at_ms FROM outbox WHERE client = $1 AND state = 'pending'"
                                     " ORDER BY seq LIMIT 1"; /* outbox_state */
    struct stmt *s = db_query(cache->db, sql_oldest);
    db_bind_text(s, 1, cache->client);
    enum err err = query_int(s, at_ms);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Who sits at the counter that was asked for, and since when. */
static enum err put_seat(struct cache *cache, const struct json *args, struct json *answer)
{
    struct json *row = NULL, *seat = json_new_object();
    enum err err = find_row(cache, TABLE_COUNTER, json_text(args, "counter"), 0, &row);
    bool taken = row && !str_equal(json_text(row, "state"), "closed");
    json_set_text(seat, "name", json_text_or(row, "name", ""));
    json_set_text(seat, "user", taken ? json_text_or(row, "user", "") : "");
    json_set_text(seat, "at", json_text(row, "opened_at"));
    if (err == ERR_OK)
        err = set_name_of(cache, seat, "user_name", TABLE_USER, json_text(row, "user"));
    json_set(answer, "seat", seat);
    json_free(&row);
    return err;
}

static int64_t contested(const struct json *disputes)
{
    int64_t count = 0;
    for (const struct json *row = json_first(json_get(disputes, "rows")); row; row = json_next(row))
        count += dispute_is_contest(row);
    return count;
}

static void put_ids(const struct json *disputes, struct json *answer)
{
    struct json *ids = put_array(answer, "dispute_ids");
    for (const struct json *row = json_first(json_get(disputes, "rows")); row; row = json_next(row))
        json_add_text(ids, json_text(row, "id"));
}

/* What others settled of those that were open when the asker looked last (args.dispute_ids): they must be told. */
static enum err put_settled(struct cache *cache, const struct json *args, struct json *answer)
{
    struct json *settled = put_array(answer, "settled");
    const struct json *before = json_get(args, "dispute_ids");
    for (const struct json *id = json_first(before); id; id = json_next(id)) {
        struct json *row = NULL;
        if (json_has_text(json_get(answer, "dispute_ids"), json_as_text(id)))
            continue;
        TRY(find_row(cache, TABLE_DISPUTE, json_as_text(id), 0, &row));
        bool told = row && str_equal(json_text(row, "state"), "closed") &&
                    !str_equal(json_text(row, "resolved_by"), cache->actor.user);
        if (told) {
            struct json *one = json_new_object();
            json_add(settled, one);
            json_set_text(one, "number", json_text(json_get(row, "row"), "number"));
            json_set_text(one, "choice", json_text(row, "choice"));
            json_set_text(one, "code", json_text(row, "code"));
            json_set_bool(one, "mine", str_equal(json_text(row, "user"), cache->actor.user));
            enum err err = set_name_of(cache, one, "by", TABLE_USER, json_text_or(row, "resolved_by", ""));
            if (err != ERR_OK) {
                json_free(&row);
                return err;
            }
        }
        json_free(&row);
    }
    return ERR_OK;
}

enum err load_status(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_counter[] =
        "SELECT row, id FROM counters WHERE user_ = $1 LIMIT 1"; /* counters_user */
    struct json *disputes = json_new_object(), *counter = NULL;
    int64_t oldest_ms = 0, open = 0;
    enum err err = load_disputes(cache, args, now_ms, disputes);
    if (err == ERR_OK)
        err = count_open(cache, &open);
    if (err == ERR_OK)
        err = oldest_unsent(cache, &oldest_ms);
    if (err == ERR_OK && cache->signed_in) {
        struct stmt *s = db_query(cache->db, sql_counter);
        db_bind_text(s, 1, cache->actor.user);
        err = rows_first(s, &counter);
        err = err == ERR_ABSENT ? ERR_OK : err;
    }
    json_set_int(answer, "unsent", cache_unsent(cache));
    json_set_int(answer, "unsent_others", cache_unsent_others(cache));
    set_time_or_null(answer, "oldest_unsent_at", cache->signed_in ? oldest_ms : 0);
    json_set_int(answer, "disputes", json_int(disputes, "count", 0));
    json_set_int(answer, "contested", contested(disputes));
    json_set_int(answer, "open", open);
    put_ids(disputes, answer);
    json_set_int(answer, "cursor", cache->place.cursor);
    json_set_int(answer, "safe_through", cache->place.safe_through);
    set_time_or_null(answer, "as_of", cache->place.fed_ms);
    json_set(answer, "counter", counter ? counter : json_new_null());
    json_set_int(answer, "epoch", cache->place.epoch);
    json_set_int(answer, "resent", cache_resent(cache));
    json_free(&disputes);
    TRY(err);
    TRY(put_settled(cache, args, answer));
    TRY(put_notices(cache, json_text(args, "counter"), now_ms, answer));
    return put_seat(cache, args, answer);
}
