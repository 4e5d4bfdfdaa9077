/* core/cache/outbox.c: commands from the confirming key until the hall has them safely. What they make of the copy
 * meanwhile is overlay.c.
 *
 * A command's text is made once and never again, so that every retry sends the same bytes; only "seq" is put
 * in front when it is sent. Knows no network. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "core/cache/store.h"

enum {
    COMMAND_BYTES_MAX = 200 * 1024, /* of 256 KiB a request (PROTOCOL.md section 3) */
    RECORDS_MAX = 50000,            /* unsent, of one person: months of work without the hall */
    DISK_ROOM_MIN = 8 << 20,        /* bytes: below that what waits could not be sent and answered any more */
    KEPT_SAFE = 1000,               /* safe commands kept, should the hall come back from an older backup */
};

/* --- the command's text --- */

/* What the person saw when deciding: a reassignment since then is told by it. */
static enum err make_base(struct cache *cache, const struct json *body, struct json **out)
{
    struct json *base = json_new_object(), *row = NULL;
    const char *case_id = json_text(body, "case"), *ticket = json_text(body, "ticket");
    enum err err = ERR_ABSENT;
    if (case_id)
        err = row_get(cache->db, TABLE_CASE, case_id, &row);
    else if (ticket)
        err = row_get(cache->db, TABLE_TICKET, ticket, &row);
    json_set_int(base, "rev", cache->place.cursor);
    if (err == ERR_OK)
        json_set_int(base, "row_rev", json_int(row, "row_rev", 0));
    if (err == ERR_OK && json_get(row, "hold_gen"))
        json_set_int(base, "hold_gen", json_int(row, "hold_gen", 0));
    json_free(&row);
    *out = base;
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err make_command(struct cache *cache, const char *type, const struct json *body, int64_t now_ms,
                             const char *id, struct json **out)
{
    struct json *command = json_new_object(), *at = json_new_object(), *base = NULL;
    char wall[TIME_TEXT];
    time_text(now_ms, wall);
    json_set_text(at, "wall", wall);
    json_set_int(at, "offset_ms", cache->offset_ms);
    enum err err = make_base(cache, body, &base);
    json_set_text(command, "id", id);
    json_set_text(command, "type", type);
    json_set_int(command, "v", 1);
    json_set(command, "at", at);
    json_set(command, "base", base);
    json_set(command, "body", body ? json_copy(body) : json_new_object());
    if (*cache->of.identity) /* wherever these bytes are carried, another hall does not take them */
        json_set_text(command, "hall", cache->of.identity);
    *out = command;
    return err;
}

/* --- confirming --- */

static enum err next_seq(struct cache *cache, int64_t *seq)
{
    static const char sql_next[] =
        "UPDATE client SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq";
    struct stmt *s = db_query(cache->db, sql_next);
    db_bind_text(s, 1, cache->client);
    return query_int(s, seq);
}

static enum err insert_command(struct cache *cache, const struct saved *saved, const char *type,
                               int64_t now_ms, const char *text)
{
    static const char sql_insert[] =
        "INSERT INTO outbox (client, seq, id, type, user_, at_ms, online, command, state, rev, replay)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', 0, $9)";
    bool online = command_class(type) == COMMAND_ONLINE;
    struct stmt *s = db_query(cache->db, sql_insert);
    db_bind_text(s, 1, cache->client);
    db_bind_int(s, 2, saved->seq);
    db_bind_text(s, 3, saved->id);
    db_bind_text(s, 4, type);
    db_bind_text(s, 5, cache->actor.user);
    db_bind_int(s, 6, now_ms);
    db_bind_int(s, 7, online);
    db_bind_text(s, 8, text);
    db_bind_int(s, 9, !online);
    return db_run(s);
}

/* What was typed and is now confirmed needs no recovering; a draft saved half-way stays typed text no longer.
 */
static enum err drop_confirmed_journal(struct cache *cache, const char *type, const struct json *body)
{
    static const char sql_drop[] =
        "DELETE FROM draft_journal WHERE user_ = $1 AND screen = $2 AND object = $3";
    static const struct {
        const char *type, *screen;
    } drops[] = {{"case.draft", "form"}, {"case.submit", "form"}, {"case.decide", "decision"}};
    for (size_t i = 0; i < sizeof drops / sizeof *drops; i++) {
        if (!str_equal(drops[i].type, type) || !json_text(body, "case"))
            continue;
        struct stmt *s = db_query(cache->db, sql_drop);
        db_bind_text(s, 1, cache->actor.user);
        db_bind_text(s, 2, drops[i].screen);
        db_bind_text(s, 3, json_text(body, "case"));
        TRY(db_run(s));
    }
    return ERR_OK;
}

/* What a citizen was promised at the desk stands until the hall says otherwise, however often it is predicted anew. True:
 * something was. */
static bool note_told(struct json *command, const struct json *data)
{
    static const char *const members[] = {"ahead", "estimate_min", "visit_min"};
    struct json *told = json_new_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_get(data, members[i]))
            json_set(told, members[i], json_copy(json_get(data, members[i])));
    if (json_count(told) == 0) {
        json_free(&told);
        return false;
    }
    json_set(json_edit(command, "base"), "told", told);
    return true;
}

static enum err store_command(struct cache *cache, const char *type, struct json *command, char **text,
                              int64_t now_ms, struct saved *saved)
{
    TRY(next_seq(cache, &saved->seq));
    if (command_class(type) == COMMAND_WORK) {
        TRY(overlay_confirm(cache, command, saved->seq, &saved->outcome));
        if (!saved->outcome.applied)
            return ERR_REFUSED;
        if (note_told(command, saved->outcome.data)) {
            free(*text);
            *text = json_print(command);
        }
    }
    TRY(insert_command(cache, saved, type, now_ms, *text));
    return drop_confirmed_journal(cache, type, json_get(command, "body"));
}

static enum err refused_here(struct cache *cache, struct saved *saved, const char *code, const char *message)
{
    str_copy(saved->outcome.code, sizeof saved->outcome.code, code);
    str_copy(saved->outcome.message, sizeof saved->outcome.message, message);
    return file_refuse(cache, ERR_REFUSED, "%s", message);
}

/* From the oldest that waits to the newest: one step of an index, however many there are. */
static enum err unsent_at_most(struct cache *cache, int64_t *count)
{
    static const char sql[] =
        "SELECT last_seq + 1 - coalesce((SELECT min(seq) FROM outbox WHERE client = $1"
        " AND state = 'pending'), last_seq + 1) FROM client WHERE id = $1"; /* outbox_state */
    struct stmt *s = db_query(cache->db, sql);
    db_bind_text(s, 1, cache->client);
    enum err err = query_int(s, count);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static bool disk_is_short(const struct cache *cache)
{
    struct statvfs disk;
    return statvfs(cache->dir, &disk) == 0 && disk.f_blocks > 0 &&
           (uint64_t)disk.f_bavail * disk.f_frsize < DISK_ROOM_MIN;
}

/* A full outbox or disk says so before anything is written: what was typed stays where it is. */
static enum err need_room(struct cache *cache, struct saved *saved)
{
    char text[200];
    int64_t count = 0;
    if (disk_is_short(cache))
        return file_refuse(cache, ERR_DISK_FULL,
                           "%s: less than %d MiB are left. Nothing saved before is lost.",
                           err_text(ERR_DISK_FULL), DISK_ROOM_MIN >> 20);
    enum err err = unsent_at_most(cache, &count);
    if (err != ERR_OK)
        return file_fail(cache, err);
    if (count < (cache->records_max ? cache->records_max : RECORDS_MAX))
        return ERR_OK;
    str_format(text, sizeof text,
               "%" PRId64
               " records wait for the hall already. Nothing was saved: reach the hall first, or write them "
               "to a file in the outbox.",
               count);
    return refused_here(cache, saved, "outbox_full", text);
}

/* Inside the transaction. */
static enum err confirm(struct cache *cache, const char *type, const struct json *body, int64_t now_ms,
                        struct saved *saved)
{
    struct json *command = NULL, *numbered = body ? json_copy(body) : json_new_object();
    char *text = NULL;
    enum err err = offline_number(cache, type, numbered, now_ms);
    if (err == ERR_OK)
        err = make_command(cache, type, numbered, now_ms, saved->id, &command);
    if (err == ERR_OK) {
        text = json_print(command);
        err = strlen(text) > COMMAND_BYTES_MAX
                  ? file_refuse(cache, ERR_TOO_LARGE,
                                "This record has %zu KiB; the hall accepts %d. Nothing was saved.",
                                strlen(text) / 1024, COMMAND_BYTES_MAX / 1024)
                  : store_command(cache, type, command, &text, now_ms, saved);
    }
    json_free(&command);
    json_free(&numbered);
    free(text);
    return err;
}

/* A commit whose fsync failed may have happened all the same. The file was opened anew since, from a log written again
 * and synced, so what it holds now is durable: a record that is there is saved, or a person would make it twice. */
static enum err look_again(struct cache *cache, const char *id, enum err err)
{
    static const char sql_there[] = "SELECT count(*) FROM outbox WHERE id = $1"; /* outbox_id */
    int64_t there = 0;
    if (err != ERR_DISK || db_failed(cache->db))
        return err;
    struct stmt *s = db_query(cache->db, sql_there);
    db_bind_text(s, 1, id);
    return query_int(s, &there) == ERR_OK && there == 1 ? ERR_OK : err;
}

enum err cache_confirm(struct cache *cache, const char *type, const struct json *body, int64_t now_ms,
                       struct rng *rng, struct saved *saved)
{
    *saved = (struct saved){0};
    if (!cache->signed_in)
        return refused_here(cache, saved, "signed_out", "Nobody is signed in. Sign in, then do it again.");
    TRY(need_room(cache, saved));
    uuid_v7(now_ms, rng, saved->id);
    enum err err = file_begin(cache, true);
    if (err != ERR_OK)
        return file_fail(cache, err);
    err = confirm(cache, type, body, now_ms, saved);
    if (err == ERR_REFUSED || err == ERR_TOO_LARGE) {
        file_undo(cache);
    } else {
        err = file_end(cache, err);
        if (err == ERR_OK && command_class(type) == COMMAND_WORK)
            overlay_confirmed(cache, saved->seq);
        err = look_again(cache, saved->id, err);
    }
    if (err == ERR_REFUSED)
        str_copy(cache->message, sizeof cache->message, saved->outcome.message);
    else if (err != ERR_OK)
        json_free(&saved->outcome.data);
    return err;
}

static enum err delete_command(struct cache *cache, int64_t seq)
{
    static const char sql_delete[] = "DELETE FROM outbox WHERE client = $1 AND seq = $2 AND online = 1"
                                     " AND state = 'pending'";
    static const char sql_back[] =
        "UPDATE client SET last_seq = last_seq - 1 WHERE id = $1 AND last_seq = $2";
    static const char *const steps[] = {sql_delete, sql_back};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct stmt *s = db_query(cache->db, steps[i]);
        db_bind_text(s, 1, cache->client);
        db_bind_int(s, 2, seq);
        TRY(db_run(s));
        if (db_changes(cache->db) != 1)
            return ERR_CONFLICT;
    }
    return ERR_OK;
}

/* Numbers must stay dense, so only the newest may go: the next command then takes its number, which no other
 * computer has seen with it. */
enum err cache_cancel_online(struct cache *cache, int64_t seq)
{
    static const char under_way[] = "This may be under way to the hall already. Its answer will come.";
    if (!cache->signed_in || seq <= cache->handed_out)
        return file_refuse(cache, ERR_CONFLICT, "%s", under_way);
    enum err err = file_begin(cache, true);
    if (err != ERR_OK)
        return file_fail(cache, err);
    err = delete_command(cache, seq);
    if (err != ERR_CONFLICT)
        return file_end(cache, err);
    file_undo(cache);
    return file_refuse(cache, ERR_CONFLICT, "%s", under_way);
}

/* --- sending --- */

/* *seq is at most the one before the first that s finds. */
static enum err end_before(struct stmt *s, int64_t *seq)
{
    int64_t first = 0;
    enum err err = query_int(s, &first);
    if (err == ERR_OK && first <= *seq)
        *seq = first - 1;
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Everything up to it is answered and safe, so that the hall may forget its answers. */
static enum err acked_through(struct cache *cache, int64_t *seq)
{
    static const char sql_last[] = "SELECT last_seq FROM client WHERE id = $1"; /* a row a person */
    static const char sql_pending[] = "SELECT seq FROM outbox WHERE client = $1 AND state = 'pending'"
                                      " ORDER BY seq LIMIT 1"; /* outbox_state */
    static const char sql_unsafe[] = "SELECT seq FROM outbox WHERE client = $1 AND rev > $2"
                                     " ORDER BY rev LIMIT 1"; /* outbox_rev */
    struct stmt *s = db_query(cache->db, sql_last);
    db_bind_text(s, 1, cache->client);
    enum err err = query_int(s, seq);
    if (err != ERR_OK)
        return err == ERR_ABSENT ? ERR_OK : err;
    s = db_query(cache->db, sql_pending);
    db_bind_text(s, 1, cache->client);
    TRY(end_before(s, seq));
    s = db_query(cache->db, sql_unsafe);
    db_bind_text(s, 1, cache->client);
    db_bind_int(s, 2, cache->place.safe_through);
    return end_before(s, seq);
}

static enum err add_commands(struct cache *cache, int commands_max, size_t bytes_max, struct buf *body,
                             int *count)
{
    static const char sql_unsent[] = "SELECT seq, command FROM outbox WHERE client = $1 AND state = 'pending'"
                                     " ORDER BY seq LIMIT $2"; /* outbox_state */
    struct stmt *s = db_query(cache->db, sql_unsent);
    db_bind_text(s, 1, cache->client);
    db_bind_int(s, 2, commands_max);
    enum err err;
    int64_t last = 0;
    while ((err = db_step(s)) == ERR_OK) {
        const char *text = db_text(s, 1) ? db_text(s, 1) : "{}";
        int64_t seq = db_int(s, 0);
        /* The hall stops at a gap, and the first byte over the limit may be refused: leave both to the next
         * push. */
        if (*count > 0 && (seq != last + 1 || body->length + strlen(text) + 32 > bytes_max))
            break;
        buf_addf(body, "%s{\"seq\":%" PRId64 "%s%s", *count ? "," : "", seq, text[1] == '}' ? "" : ",",
                 text + 1);
        last = seq;
        ++*count;
    }
    db_done(s);
    if (last > cache->handed_out)
        cache->handed_out = last;
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err cache_push_body(struct cache *cache, int commands_max, size_t bytes_max, char **out)
{
    *out = NULL;
    if (!cache->signed_in)
        return ERR_OK;
    int64_t acked = 0;
    int count = 0;
    TRY(file_fail(cache, acked_through(cache, &acked)));
    struct buf body = {0};
    buf_addf(&body, "{\"client\":\"%s\",\"epoch\":%" PRId64 ",\"acked_through\":%" PRId64 ",\"commands\":[",
             cache->client, cache->place.epoch, acked);
    enum err err = add_commands(cache, commands_max, bytes_max, &body, &count);
    buf_adds(&body, "]}");
    if (err == ERR_OK && count > 0)
        *out = buf_take(&body);
    buf_free(&body);
    return file_fail(cache, err);
}

/* --- answers --- */

struct answers {
    struct cache *cache;
    const struct json *answer;
    struct json *news; /* {"seq","result"} of those that were not known */
    bool overlay;      /* it shows something that is not so */
    struct place place;
};

/* After a change of epoch it was sent again, and the hall had it all the same: its person knows. */
static bool was_told(const char *earlier, const struct json *result)
{
    struct json *told = NULL;
    if (str_empty(earlier) || json_parse(earlier, strlen(earlier), &told, NULL) != ERR_OK)
        return false;
    const struct json *data = json_get(result, "data"); /* empty: the hall has not kept it any more */
    bool same = json_int(told, "rev", -1) == json_int(result, "rev", 0) &&
                str_equal(json_text(told, "status"), json_text(result, "status")) &&
                (json_count(data) == 0 || json_equal(data, json_get(told, "data")));
    json_free(&told);
    return same;
}

struct known {
    bool pending, told;
};

static enum err known_state(struct cache *cache, int64_t seq, const struct json *result, struct known *known)
{
    static const char sql_known[] =
        "SELECT id, state, result FROM outbox WHERE client = $1 AND seq = $2"; /* primary key */
    const char *id = json_text(result, "id");
    struct stmt *s = db_query(cache->db, sql_known);
    db_bind_text(s, 1, cache->client);
    db_bind_int(s, 2, seq);
    enum err err = db_step(s);
    bool same = err == ERR_OK && (!id || str_equal(db_text(s, 0), id));
    known->pending = err == ERR_OK && str_equal(db_text(s, 1), "pending");
    known->told = known->pending && was_told(db_text(s, 2), result);
    db_done(s);
    if (err == ERR_OK && !same)
        return ERR_CONFLICT;
    return err;
}

/* What was told already stays as it was told: the hall may have kept less of it by now. */
static enum err store_result(struct answers *a, int64_t seq, const struct json *result, bool applied,
                             bool told)
{
    static const char sql_result[] = "UPDATE outbox SET state = $1, rev = $2, result = COALESCE($3, result),"
                                     " replay = CASE WHEN $4 = 1 THEN 0 ELSE replay END"
                                     " WHERE client = $5 AND seq = $6"; /* primary key */
    int64_t rev = json_int(result, "rev", 0);
    bool leaves = !applied || (rev <= a->place.cursor && !a->place.needs_snapshot);
    char *text = told ? NULL : json_print(result);
    struct stmt *s = db_query(a->cache->db, sql_result);
    db_bind_text(s, 1, applied ? "applied" : "refused");
    db_bind_int(s, 2, rev);
    db_bind_text(s, 3, text);
    db_bind_int(s, 4, leaves);
    db_bind_text(s, 5, a->cache->client);
    db_bind_int(s, 6, seq);
    free(text);
    a->overlay |= leaves;
    TRY(db_run(s));
    return leaves ? overlay_leave(a->cache, seq) : ERR_OK;
}

static enum err take_result(struct answers *a, const struct json *result)
{
    int64_t seq = json_int(result, "seq", 0);
    const char *status = json_text_or(result, "status", "");
    bool applied = strcmp(status, "applied") == 0;
    struct known known = {0};
    if (seq < 1 || (!applied && strcmp(status, "refused") != 0))
        return ERR_INVALID;
    enum err err = known_state(a->cache, seq, result, &known);
    if (err == ERR_ABSENT || (err == ERR_OK && !known.pending)) /* minutes late, or twice: nothing new */
        return ERR_OK;
    TRY(err);
    if (!known.told) {
        struct json *news = json_new_object();
        json_set_int(news, "seq", seq);
        json_set(news, "result", json_copy(result));
        json_add(a->news, news);
    }
    return store_result(a, seq, result, applied, known.told);
}

/* The hall knows less than was answered: it came back from an older copy. Those are sent again. */
static enum err resend_after(struct cache *cache, int64_t last_seq)
{
    static const char sql_again[] =
        "UPDATE outbox SET state = 'pending', rev = 0 WHERE client = $1 AND seq > $2"
        " AND state <> 'pending'"; /* primary key */
    static const char sql_oldest[] = "SELECT seq FROM outbox WHERE client = $1 ORDER BY seq LIMIT 1";
    struct stmt *s = db_query(cache->db, sql_again);
    db_bind_text(s, 1, cache->client);
    db_bind_int(s, 2, last_seq);
    TRY(db_run(s));
    s = db_query(cache->db, sql_oldest);
    db_bind_text(s, 1, cache->client);
    int64_t oldest = 0;
    enum err err = query_int(s, &oldest);
    if (err == ERR_ABSENT)
        return ERR_OK;
    return err == ERR_OK && oldest > last_seq + 1 ? ERR_CONFLICT : err;
}

static enum err take_results(struct answers *a)
{
    const struct json *results = json_get(a->answer, "results");
    for (const struct json *result = json_first(results); result; result = json_next(result))
        TRY(take_result(a, result));
    if (json_is_number(json_get(a->answer, "last_seq")))
        TRY(resend_after(a->cache, json_int(a->answer, "last_seq", 0)));
    int64_t safe = json_int(a->answer, "safe_through", 0);
    if (safe > a->place.safe_through)
        a->place.safe_through = safe;
    TRY(place_write(a->cache->db, &a->place));
    return a->overlay ? overlay_settle(a->cache, a->place.cursor) : ERR_OK;
}

enum err cache_push_results(struct cache *cache, const struct json *answer,
                            void (*each)(void *ctx, int64_t seq, const struct json *result), void *ctx)
{
    struct answers a = {.cache = cache, .answer = answer, .place = cache->place};
    if (!cache->signed_in || !json_is_array(json_get(answer, "results")))
        return file_refuse(cache, ERR_INVALID, "The hall's answer is not as it should be.");
    enum err err = file_begin(cache, true);
    if (err != ERR_OK)
        return file_fail(cache, err);
    a.news = json_new_array();
    err = take_results(&a);
    if (err == ERR_CONFLICT || err == ERR_INVALID) {
        file_undo(cache);
        file_refuse(cache, err,
                    err == ERR_INVALID
                        ? "The hall's answer is not as it should be."
                        : "The hall's records of this installation are others than those here. "
                          "Nothing here is lost; ask an administrator to run `loket outbox adopt` here.");
    } else {
        err = file_end(cache, err);
    }
    if (err == ERR_OK)
        cache->place = a.place;
    for (const struct json *n = json_first(a.news); n && err == ERR_OK; n = json_next(n))
        if (each)
            each(ctx, json_int(n, "seq", 0), json_get(n, "result"));
    json_free(&a.news);
    return err;
}

/* A trainer has gone back to a moment of the day: what the hall had answered since is undone, and is not done anew. */
static enum err forget_answered(struct cache *cache)
{
    static const char sql_rows[] =
        "DELETE FROM outbox_row WHERE EXISTS (SELECT 1 FROM outbox WHERE outbox.client = outbox_row.client"
        " AND outbox.seq = outbox_row.seq AND outbox.state <> 'pending' AND outbox.rev > $1)"; /* a rewind */
    static const char sql_records[] = "DELETE FROM outbox WHERE state <> 'pending' AND rev > $1";
    const char *const sqls[] = {sql_rows, sql_records};
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof sqls / sizeof *sqls && err == ERR_OK; i++) {
        struct stmt *s = db_query(cache->db, sqls[i]);
        db_bind_int(s, 1, cache->place.safe_through);
        err = db_run(s);
    }
    return err;
}

enum err outbox_send_again(struct cache *cache, int64_t *count)
{
    /* What was told stays beside it, so that the same answer is no news. */
    static const char sql_again[] = "UPDATE outbox SET state = 'pending', rev = 0"
                                    " WHERE state <> 'pending' AND rev > $1"; /* once a restore */
    *count = 0;
    overlay_forget(cache);
    if (cache->place.epoch == 0)
        return ERR_OK;
    if (cache->of.kind == HALL_TRAINING)
        TRY(forget_answered(cache));
    struct stmt *s = db_query(cache->db, sql_again);
    db_bind_int(s, 1, cache->place.safe_through);
    enum err err = db_run(s);
    *count = err == ERR_OK ? db_changes(cache->db) : 0;
    if (err != ERR_OK || !cache->signed_in)
        return err;
    return adopt_orphans(cache->db, cache->actor.user, cache->client); /* also those of a stream that ended */
}

enum err cache_new_epoch(struct cache *cache, int64_t epoch)
{
    if (epoch == cache->place.epoch)
        return ERR_OK;
    /* What was called safe belongs to the other history: the first answer of this one says anew. */
    struct place place = {
        .cursor = cache->place.cursor, .epoch = epoch, .needs_snapshot = true, .fed_ms = cache->place.fed_ms};
    enum err err = file_begin(cache, true);
    if (err != ERR_OK)
        return file_fail(cache, err);
    int64_t resent;
    err = outbox_send_again(cache, &resent);
    if (err == ERR_OK)
        err = place_write(cache->db, &place);
    err = file_end(cache, err);
    if (err == ERR_OK) {
        cache->place = place;
        cache->resent = resent;
    }
    return err;
}

int64_t cache_resent(const struct cache *cache)
{
    return cache->resent;
}

enum err outbox_prune(struct cache *cache, const struct place *place)
{
    static const char sql_prune[] =
        "DELETE FROM outbox WHERE client = $1 AND seq <= (SELECT last_seq FROM client WHERE id = $1) - $2"
        " AND seq < coalesce((SELECT min(seq) FROM outbox WHERE client = $1 AND state = 'pending'), $4)"
        " AND state <> 'pending' AND replay = 0 AND rev <= $3"; /* primary key, outbox_state */
    static const char sql_rows[] = "DELETE FROM outbox_row WHERE client = $1 AND seq <"
                                   " (SELECT min(seq) FROM outbox WHERE client = $1)"; /* outbox_row_seq */
    struct stmt *s = db_query(cache->db, sql_prune);
    db_bind_text(s, 1, cache->client);
    db_bind_int(s, 2, KEPT_SAFE);
    db_bind_int(s, 3, place->safe_through);
    db_bind_int(s, 4, INT64_MAX);
    TRY(db_run(s));
    if (db_changes(cache->db) == 0)
        return ERR_OK;
    s = db_query(cache->db, sql_rows);
    db_bind_text(s, 1, cache->client);
    return db_run(s);
}

/* --- counts --- */

void cache_limit(struct cache *cache, int64_t records_max)
{
    cache->records_max = records_max;
}

int64_t cache_unsent(struct cache *cache)
{
    static const char sql_count[] = "SELECT count(*) FROM outbox WHERE client = $1 AND state = 'pending'";
    int64_t count = 0;
    if (!cache->signed_in)
        return 0;
    struct stmt *s = db_query(cache->db, sql_count); /* outbox_state */
    db_bind_text(s, 1, cache->client);
    file_fail(cache, query_int(s, &count));
    return count;
}

int64_t cache_overdue(struct cache *cache, int64_t now_ms, int64_t *since_ms)
{
    static const char sql_first[] = "SELECT at_ms FROM outbox WHERE client = $1 AND state = 'pending'"
                                    " ORDER BY seq LIMIT 1"; /* outbox_state */
    enum { USUAL_MS = 10 * 1000 };
    int64_t at_ms = 0;
    if (!cache->signed_in)
        return 0;
    struct stmt *s = db_query(cache->db, sql_first);
    db_bind_text(s, 1, cache->client);
    if (query_int(s, &at_ms) != ERR_OK || now_ms - at_ms < USUAL_MS)
        return 0;
    *since_ms = at_ms + cache->offset_ms;
    return cache_unsent(cache);
}

int64_t cache_unsent_others(struct cache *cache)
{
    static const char sql_count[] = "SELECT count(*) FROM outbox WHERE state = 'pending' AND user_ <> $1";
    int64_t count = 0;
    struct stmt *s = db_query(cache->db, sql_count); /* outbox_pending */
    db_bind_text(s, 1, cache->signed_in ? cache->actor.user : "");
    file_fail(cache, query_int(s, &count));
    return count;
}
