/* core/hall/bus_merge.c: a bus comes home: its parcel is judged, its rows are taken over (bus_rows.c), its commands about
 * applications that changed on both sides run again, its queues come home. One transaction. See bus.h. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/bus_merge.h"
#include "core/hall/result.h"
#include "core/hall/session.h"
#include "core/hall/wall.h"

/* --- the trip, as this hall kept it --- */

static enum err load_trip(struct merge *m)
{
    static const char sql[] =
        "SELECT code, name, base_rev, audit_head, secret, about FROM away WHERE id = $1"; /* primary key */
    struct stmt *s = db_query(m->env->db, sql);
    db_bind_text(s, 1, m->away);
    enum err err = db_step(s);
    if (err == ERR_OK) {
        str_copy(m->code, sizeof m->code, db_text(s, 0));
        str_copy(m->name, sizeof m->name, db_text(s, 1));
        m->base_rev = db_int(s, 2);
        str_copy(m->audit_head, sizeof m->audit_head, db_text(s, 3));
        str_copy(m->secret, sizeof m->secret, db_text(s, 4));
        err = json_parse(db_text(s, 5), strlen(db_text(s, 5)), &m->about, NULL);
    }
    db_done(s);
    if (err == ERR_ABSENT)
        err_set(m->info, err,
                "This hall knows of no such departure of %s. Is the parcel of another hall, or was this one "
                "restored from an older backup? Then name the parcel of the departure too: loketd merge "
                "--from. Nothing was changed.",
                json_text_or(m->parcel.head, "code", "a bus"));
    return err;
}

/* --- a trip that this hall has forgotten: it was restored from a backup of before the departure --- */

static struct json *about_departure(const struct parcel *departure)
{
    struct json *about = json_new_object(), *queues = json_new_array();
    for (const struct json *line = json_first(departure->lines); line; line = json_next(line)) {
        if (!str_equal(json_text(line, "t"), "queue"))
            continue;
        struct json *one = json_new_object();
        json_set_text(one, "queue", json_text(line, "id"));
        json_set_int(one, "home_gen", json_int(json_get(line, "row"), "home_gen", 0));
        json_add(queues, one);
    }
    json_set(about, "queues", queues);
    json_set(about, "logins", json_new_array());
    json_set_bool(about, "restored", true);
    return about;
}

static enum err remember_trip(struct merge *m, const struct parcel *departure)
{
    static const char sql[] =
        "INSERT INTO away (id, code, name, day, state, base_rev, audit_head, secret, about)"
        " VALUES ($1, $2, $3, '', 'recalled', $4, $5, $6, $7)";
    const struct json *head = departure->head;
    struct json *about = about_departure(departure);
    char *text = json_print(about);
    struct stmt *s = db_query(m->env->db, sql);
    db_bind_text(s, 1, m->away);
    db_bind_text(s, 2, json_text_or(head, "code", "?"));
    db_bind_text(s, 3, json_text_or(head, "name", "?"));
    db_bind_int(s, 4, json_int(head, "base_rev", 0));
    db_bind_text(s, 5, json_text_or(head, "audit_head", ""));
    db_bind_text(s, 6, json_text_or(head, "secret", ""));
    db_bind_text(s, 7, text);
    free(text);
    json_free(&about);
    return db_run(s);
}

/* The departure's own parcel says what was agreed, the secret too. */
static enum err learn_trip(struct merge *m, const struct json *request)
{
    struct parcel departure;
    const char *text = json_text(request, "departure");
    if (!text)
        return load_trip(m);
    enum err err = parcel_read(text, strlen(text), "departure", &departure, m->info);
    if (err != ERR_OK)
        return err;
    err = wall_may_merge(m->env->db, departure.lines, m->info);
    if (err != ERR_OK) {
        parcel_free(&departure);
        return err;
    }
    if (!str_equal(json_text(departure.head, "id"), m->away)) {
        err = err_set(m->info, ERR_INVALID, "The two parcels are not of one trip. Nothing was changed.");
    } else if ((err = load_trip(m)) == ERR_ABSENT) {
        m->info->text[0] = '\0';
        err = remember_trip(m, &departure);
        if (err == ERR_OK)
            err = load_trip(m);
    }
    parcel_free(&departure);
    return err;
}

static enum err merged_through(struct merge *m)
{
    m->known = false;
    m->from_rev = json_int(m->parcel.head, "import_rev", 0);
    static const char sql[] = "SELECT max(to_rev) FROM away_merge WHERE instance = $1"; /* primary key */
    struct stmt *s = db_query(m->env->db, sql);
    db_bind_text(s, 1, m->instance);
    enum err err = db_step(s);
    m->known = err == ERR_OK && !db_is_null(s, 0);
    if (m->known)
        m->from_rev = db_int(s, 0);
    db_done(s);
    return err;
}

/* Whether the parcel tells of what is merged already otherwise than the one that was merged: then its laptop is a copy
 * of the other, and both went on. */
static enum err tells_otherwise(const struct merge *m, bool *otherwise)
{
    static const char sql[] =
        "SELECT line FROM away_audit WHERE instance = $1 AND rev = $2"; /* primary key */
    int64_t rev = m->from_rev < m->to_rev ? m->from_rev : m->to_rev;
    struct json *kept = NULL;
    struct stmt *s = db_query(m->env->db, sql);
    db_bind_text(s, 1, m->instance);
    db_bind_int(s, 2, rev);
    enum err err = rows_first(s, &kept);
    for (const struct json *line = json_first(m->parcel.lines); line && kept; line = json_next(line))
        if (json_int(line, "audit", 0) == rev)
            *otherwise = !json_equal(line, kept);
    json_free(&kept);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* A copy has a name of its own from here on, the same each time. */
static enum err name_copy(struct merge *m)
{
    bool otherwise = false;
    char key[200];
    enum err err = m->known ? tells_otherwise(m, &otherwise) : ERR_OK;
    if (err != ERR_OK || !otherwise)
        return err;
    str_format(key, sizeof key, "copy %s %s", m->instance, json_text_or(m->parcel.head, "audit_head", ""));
    server_id(key, m->instance);
    return merged_through(m);
}

static enum err open_parcel(struct merge *m, const struct json *request)
{
    const char *text = json_text_or(request, "parcel", "");
    enum err err = parcel_read(text, strlen(text), "return", &m->parcel, m->info);
    if (err != ERR_OK)
        return err;
    const struct json *head = m->parcel.head;
    str_copy(m->away, sizeof m->away, json_text_or(head, "id", ""));
    str_copy(m->instance, sizeof m->instance, json_text_or(head, "instance", ""));
    m->to_rev = json_int(head, "rev", 0);
    err = learn_trip(m, request);
    if (err == ERR_OK && (!parcel_is_sealed_with(&m->parcel, m->secret) || !uuid_valid(m->instance) ||
                          json_int(head, "base_rev", -1) != m->base_rev))
        err = err_set(
            m->info, ERR_INVALID,
            "This parcel was not written by the hall that left as %s: its seal is another. Nothing was "
            "changed.",
            m->name);
    if (err == ERR_OK)
        err = merged_through(m);
    return err == ERR_OK ? name_copy(m) : err;
}

/* --- its audit --- */

static bool line_fits(const struct json *line, const char *prev, char hash[SHA256_TEXT])
{
    const char *members[8];
    char rev[24];
    const struct json *list = json_get(line, "line");
    str_format(rev, sizeof rev, "%lld", (long long)json_int(line, "audit", 0));
    members[0] = json_as_text(json_at(list, 0));
    members[1] = rev;
    for (size_t i = 2; i < 8; i++)
        members[i] = json_as_text(json_at(list, i - 1));
    for (int i = 0; i < 8; i++)
        if (!members[i])
            return false;
    audit_hash(members, hash);
    return str_equal(members[0], prev) && str_equal(hash, json_as_text(json_at(list, 7)));
}

static enum err keep_line(const struct merge *m, const struct json *line)
{
    static const char sql[] = "INSERT INTO away_audit (instance, rev, line) VALUES ($1, $2, $3)"
                              " ON CONFLICT (instance, rev) DO NOTHING";
    char *text = json_print(line);
    struct stmt *s = db_query(m->env->db, sql);
    db_bind_text(s, 1, m->instance);
    db_bind_int(s, 2, json_int(line, "audit", 0));
    db_bind_text(s, 3, text);
    free(text);
    return db_run(s);
}

/* From this hall's own head at departure, without a gap, to the head that the parcel names. */
static enum err take_audit(struct merge *m)
{
    char prev[SHA256_TEXT], hash[SHA256_TEXT];
    int64_t rev = m->base_rev;
    bool good = true;
    enum err err = ERR_OK;
    str_copy(prev, sizeof prev, m->audit_head);
    for (const struct json *line = json_first(m->parcel.lines); line && good && err == ERR_OK;
         line = json_next(line)) {
        if (!json_get(line, "audit"))
            continue;
        good = json_int(line, "audit", 0) == rev + 1 && line_fits(line, prev, hash);
        str_copy(prev, sizeof prev, hash);
        rev++;
        if (good)
            err = keep_line(m, line);
    }
    if (good && (rev != m->to_rev || !str_equal(prev, json_text(m->parcel.head, "audit_head"))))
        good = false;
    return good ? err
                : err_set(m->info, ERR_INVALID,
                          "The audit in this parcel is not whole at line %lld. Nothing was changed.",
                          (long long)rev);
}

/* --- its commands --- */

static enum err actor_of(const struct merge *m, const char *user, struct actor *actor)
{
    struct json *row = NULL;
    enum err err = row_get(m->env->db, TABLE_USER, user, &row);
    *actor = (struct actor){0};
    str_copy(actor->user, sizeof actor->user, user);
    if (err == ERR_OK)
        actor_read(row, m->instance, actor);
    str_copy(actor->client, sizeof actor->client, m->instance);
    json_free(&row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* An author who had not seen what another wrote at home meanwhile had the row as it left before their eyes. One's own
 * later words count as one's own all the same. */
static struct json *with_base(const struct merge *m, const struct json *command, const struct json *here)
{
    struct json *raw = json_copy(command), *base = json_new_object();
    int64_t decided = json_int(here, "decision_rev", 0);
    bool decided_here = decided > m->base_rev && decided < m->first_rev;
    json_set_int(base, "rev", m->base_rev);
    json_set_int(base, "row_rev", decided_here ? m->base_rev : -1);
    json_set_int(base, "hold_gen", json_int(json_get(command, "base"), "hold_gen", -1));
    json_set(raw, "base", base);
    if (str_equal(json_text(raw, "type"), "case.draft"))
        json_set_int(json_edit(raw, "body"), "base_row_rev", m->base_rev);
    return raw;
}

static bool runs_again(const struct merge *m, const struct json *done)
{
    const struct json *command = json_get(done, "command");
    const char *type = json_text_or(command, "type", ""), *id = json_text(json_get(command, "body"), "case");
    return id && str_starts(type, "case.") && str_equal(json_text(done, "status"), "applied") &&
           json_get(m->conflicts, id);
}

static enum err run_again(struct merge *m, const struct json *done)
{
    struct actor actor;
    struct outcome out = {0};
    struct json *here = NULL;
    const struct json *command = json_get(done, "command");
    struct replayed from = {.done_ms = m->env->now_ms,
                            .seq = json_int(done, "rev", 0),
                            .fingerprint = json_text_or(done, "fingerprint", ""),
                            .origin = m->name};
    int64_t at_ms;
    if (time_parse(json_text_or(done, "at", ""), &at_ms) && at_ms < from.done_ms)
        from.done_ms = at_ms;
    enum err err = actor_of(m, json_text_or(done, "user", ""), &actor);
    if (err == ERR_OK)
        err = row_get(m->env->db, TABLE_CASE, json_text_or(json_get(command, "body"), "case", ""), &here);
    if (err == ERR_OK || err == ERR_ABSENT) {
        struct json *raw = with_base(m, command, here);
        err = server_replay(m->env, &actor, raw, &from, &out);
        json_free(&raw);
    }
    m->disputes += err == ERR_OK && !out.applied;
    json_free(&out.data);
    json_free(&here);
    return err;
}

/* Its identity has had its effect: a workstation that sends it here once more gets this answer. */
static enum err keep_command(const struct merge *m, const struct json *done)
{
    const struct result kept = {
        .client = m->instance,
        .seq = json_int(done, "rev", 0),
        .fingerprint = json_text_or(done, "fingerprint", ""),
        .id = json_text(json_get(done, "command"), "id"),
        .status = json_text_or(done, "status", "refused"),
        .rev = m->first_rev,
        .answer = "",
    };
    return result_add_missing(m->env->db, &kept);
}

static enum err keep_client(const struct merge *m)
{
    static const char sql[] =
        "INSERT INTO client (client, user_, last_seq, acked, frozen) VALUES ($1, '', $2, $2, 0)"
        " ON CONFLICT (client) DO UPDATE SET last_seq = $2, acked = $2";
    struct stmt *s = db_query(m->env->db, sql);
    db_bind_text(s, 1, m->instance);
    db_bind_int(s, 2, m->to_rev);
    return db_run(s);
}

static enum err merge_commands(struct merge *m)
{
    enum err err = keep_client(m);
    for (const struct json *line = json_first(m->parcel.lines); line && err == ERR_OK;
         line = json_next(line)) {
        const struct json *done = json_get(line, "done");
        if (!done || json_int(done, "rev", 0) <= m->from_rev)
            continue;
        m->commands++;
        err = runs_again(m, done) ? run_again(m, done) : keep_command(m, done);
    }
    return err;
}

/* --- its queues --- */

static enum err home_is(const struct merge *m, const struct json *trip, bool *with_bus)
{
    struct json *row = NULL;
    enum err err = row_get(m->env->db, TABLE_QUEUE, json_text_or(trip, "queue", ""), &row);
    *with_bus = err == ERR_OK && str_equal(json_text(row, "home"), m->code) &&
                json_int(row, "home_gen", 0) == json_int(trip, "home_gen", -1);
    json_free(&row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err judge_late(struct merge *m)
{
    enum err err = ERR_OK;
    for (const struct json *q = json_first(json_get(m->about, "queues")); q && err == ERR_OK;
         q = json_next(q)) {
        bool with_bus = false;
        err = home_is(m, q, &with_bus);
        m->late = m->late || !with_bus;
    }
    return err;
}

static enum err bring_home(struct merge *m)
{
    enum err err = ERR_OK;
    for (const struct json *q = json_first(json_get(m->about, "queues")); q && err == ERR_OK;
         q = json_next(q)) {
        bool with_bus = false;
        struct outcome out = {0};
        struct json *body = json_new_object();
        json_set_text(body, "queue", json_text(q, "queue"));
        err = home_is(m, q, &with_bus);
        if (err == ERR_OK && with_bus)
            err = server_command(m->env, NULL, "queue.home", body, &out);
        json_free(&out.data);
        json_free(&body);
    }
    return err;
}

/* --- the end --- */

static struct json *detail_of(const struct merge *m)
{
    struct json *detail = json_new_object();
    const struct json *head = m->parcel.head;
    json_set_text(detail, "away", m->away);
    json_set_text(detail, "instance", m->instance);
    json_set_text(detail, "code", m->code);
    json_set_int(detail, "from_rev", m->from_rev);
    json_set_int(detail, "to_rev", m->to_rev);
    json_set_text(detail, "audit_head", json_text(head, "audit_head"));
    json_set_text(detail, "feed_head", json_text(head, "feed_head"));
    json_set_text(detail, "sha256", m->parcel.digest);
    json_set_bool(detail, "late", m->late);
    return detail;
}

static enum err keep_merge(const struct merge *m, const struct json *detail)
{
    static const char sql[] = "INSERT INTO away_merge (instance, to_rev, away, first_rev, last_rev, detail)"
                              " VALUES ($1, $2, $3, $4, $5, $6)";
    static const char sql_home[] = "UPDATE away SET state = 'merged' WHERE id = $1"; /* primary key */
    struct hall_state state;
    enum err err = store_state(m->env->db, &state);
    if (err != ERR_OK)
        return err;
    char *text = json_print(detail);
    struct stmt *s = db_query(m->env->db, sql);
    db_bind_text(s, 1, m->instance);
    db_bind_int(s, 2, m->to_rev);
    db_bind_text(s, 3, m->away);
    db_bind_int(s, 4, m->first_rev);
    db_bind_int(s, 5, state.rev);
    db_bind_text(s, 6, text);
    free(text);
    err = db_run(s);
    if (err != ERR_OK)
        return err;
    s = db_query(m->env->db, sql_home);
    db_bind_text(s, 1, m->away);
    return db_run(s);
}

static enum err tell_late(struct merge *m)
{
    char key[32];
    if (!m->late)
        return ERR_OK;
    str_format(key, sizeof key, "%lld", (long long)m->to_rev);
    return merge_dispute(
        m, "late_upload", key, NULL,
        "Late upload from %s: its queue was taken back before it came. %d tickets and %d applications "
        "were looked at; what did not fit stands beside this.",
        m->name, (int)m->tickets, (int)m->cases);
}

static enum err finish(struct merge *m)
{
    struct json *detail = detail_of(m);
    enum err err = server_note(m->env, "bus.merge", detail);
    if (err == ERR_OK)
        err = keep_merge(m, detail);
    json_free(&detail);
    return err;
}

static void answer_merge(const struct merge *m, bool again, struct json **answer)
{
    *answer = json_new_object();
    json_set_text(*answer, "code", m->code);
    json_set_text(*answer, "name", m->name);
    json_set_bool(*answer, "again", again);
    json_set_bool(*answer, "late", m->late);
    json_set_int(*answer, "tickets", m->tickets);
    json_set_int(*answer, "cases", m->cases);
    json_set_int(*answer, "persons", m->persons);
    json_set_int(*answer, "commands", m->commands);
    json_set_int(*answer, "disputes", m->disputes);
    json_set_text(*answer, "audit_head", json_text(m->parcel.head, "audit_head"));
}

/* The rows that left, found by "table id". */
static void index_bases(struct merge *m)
{
    for (const struct json *line = json_first(m->parcel.lines); line; line = json_next(line)) {
        char key[160];
        if (!json_text(line, "base"))
            continue;
        str_format(key, sizeof key, "%.32s %.100s", json_text(line, "base"), json_text_or(line, "id", ""));
        json_set(m->bases, key, json_copy(json_get(line, "row")));
    }
}

static enum err merge_now(struct merge *m)
{
    static enum err (*const steps[])(struct merge * m) = {take_audit,     judge_late,     merge_rows,
                                                          merge_commands, merge_disputes, tell_late,
                                                          merge_flush,    bring_home,     finish};
    struct hall_state state;
    enum err err = store_state(m->env->db, &state);
    m->first_rev = state.rev + 1;
    index_bases(m);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && err == ERR_OK; i++)
        err = steps[i](m);
    return err;
}

enum err bus_merge(const struct server_env *env, const struct json *request, struct json **answer,
                   struct err_info *info)
{
    struct merge m = {.env = env,
                      .info = info,
                      .bases = json_new_object(),
                      .conflicts = json_new_object(),
                      .batch = json_new_array()};
    enum err err = open_parcel(&m, request);
    bool again = err == ERR_OK && m.known && m.to_rev <= m.from_rev;
    if (err == ERR_OK && !again)
        err = merge_now(&m);
    if (err == ERR_OK)
        answer_merge(&m, again, answer);
    parcel_free(&m.parcel);
    json_free(&m.about);
    json_free(&m.bases);
    json_free(&m.conflicts);
    json_free(&m.batch);
    return err;
}

/* --- verify --- */

static enum err check_line(struct db *db, struct err_info *info, const char *instance,
                           const struct json *detail, int64_t last_rev)
{
    static const char sql[] = "SELECT type, body_sha256 FROM audit WHERE rev = $1"; /* primary key */
    char digest[SHA256_TEXT];
    struct sha256 sha;
    char *text = json_print(detail);
    sha256_start(&sha);
    sha256_add(&sha, text, strlen(text));
    sha256_text(&sha, digest);
    free(text);
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, last_rev);
    enum err err = db_step(s);
    bool good = err == ERR_OK && str_equal(db_text(s, 0), "bus.merge") && str_equal(db_text(s, 1), digest);
    db_done(s);
    return good
               ? ERR_OK
               : err_set(info, ERR_CORRUPT, "%s: audit line %lld does not say what was merged of the bus %s.",
                         db_path(db), (long long)last_rev, instance);
}

/* From this hall's own line at departure to the head that the merge's line names. */
static enum err check_chain(struct db *db, struct err_info *info, const char *instance, const char *head,
                            int64_t to_rev, char own[SHA256_TEXT])
{
    static const char sql[] =
        "SELECT line FROM away_audit WHERE instance = $1 ORDER BY rev"; /* primary key */
    struct json *lines = json_new_array();
    char prev[SHA256_TEXT], hash[SHA256_TEXT] = "";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, instance);
    enum err err = rows_collect(s, lines);
    int64_t rev = json_int(json_first(lines), "audit", 0);
    bool good = err == ERR_OK, reached = false;
    str_copy(prev, sizeof prev, own);
    for (const struct json *line = json_first(lines); line && good; line = json_next(line), rev++) {
        good = json_int(line, "audit", 0) == rev && line_fits(line, prev, hash);
        str_copy(prev, sizeof prev, hash);
        reached = reached || (rev == to_rev && str_equal(hash, head));
    }
    json_free(&lines);
    if (good && reached)
        return ERR_OK;
    return err_set(info, ERR_CORRUPT, "%s: the audit of the bus %s was altered before line %lld.",
                   db_path(db), instance, (long long)rev);
}

static enum err check_merge(struct db *db, struct err_info *info, const struct json *merge)
{
    static const char sql[] =
        "SELECT audit.hash, away.audit_head, away.about LIKE '%\"restored\":true%' FROM away"
        " LEFT JOIN audit ON audit.rev = away.base_rev WHERE away.id = $1"; /* primary keys */
    char own[SHA256_TEXT] = "";
    const struct json *detail = json_get(merge, "detail");
    const char *instance = json_text_or(merge, "instance", "?");
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, json_text_or(detail, "away", ""));
    if (db_step(s) == ERR_OK) { /* this hall's own line; one that was restored has another there, or none */
        const char *line = db_text(s, db_int(s, 2) ? 1 : 0);
        str_copy(own, sizeof own, line ? line : "");
    }
    db_done(s);
    enum err err = check_line(db, info, instance, detail, json_int(merge, "last_rev", 0));
    return err == ERR_OK ? check_chain(db, info, instance, json_text_or(detail, "audit_head", ""),
                                       json_int(merge, "to_rev", 0), own)
                         : err;
}

enum err bus_verify(struct db *db, struct err_info *info)
{
    static const char sql[] = "SELECT instance, to_rev, last_rev, detail FROM away_merge ORDER BY instance, "
                              "to_rev"; /* primary key */
    struct json *merges = json_new_array();
    struct stmt *s = db_query(db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *one = json_new_object(), *detail = NULL;
        json_set_text(one, "instance", db_text(s, 0));
        json_set_int(one, "to_rev", db_int(s, 1));
        json_set_int(one, "last_rev", db_int(s, 2));
        if (json_parse(db_text(s, 3), strlen(db_text(s, 3)), &detail, NULL) == ERR_OK)
            json_set(one, "detail", detail);
        json_add(merges, one);
    }
    db_done(s);
    err = err == ERR_ABSENT ? ERR_OK : err;
    for (const struct json *one = json_first(merges); one && err == ERR_OK; one = json_next(one))
        err = check_merge(db, info, one);
    json_free(&merges);
    return err;
}
