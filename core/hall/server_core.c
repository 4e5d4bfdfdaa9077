/* core/hall/server_core.c: a push, command by command. See server_core.h; the steps are PROTOCOL.md
 * section 4. */
#include "core/hall/server_core.h"

#include <stdlib.h>
#include <string.h>

#include "core/hall/change.h"
#include "core/hall/result.h"

/* A record is kept in rows that travel inside an item inside a feed: room must be left for those. */
enum { COMMAND_DEPTH_MAX = JSON_DEPTH_MAX - 24 };

/* One client's place in its own stream of commands. */
struct client {
    int64_t last_seq; /* highest that took effect or was refused */
    int64_t acked;    /* answers up to here were received and are dropped */
    bool frozen;      /* two installations use one identity */
};

struct batch {
    const struct server_env *env;
    const struct actor *actor;
    struct client client;
    struct json *results;
    int64_t fresh; /* commands run now, not answered from store */
    bool conflict, gap;
};

/* One element of "commands", and what is made of it. */
struct entry {
    const struct json *raw;
    struct command command;
    char id[UUID_TEXT]; /* given to a command whose own cannot be used */
    char fingerprint[SHA256_TEXT];
    const char *origin; /* of a late upload: the bus that it came with; NULL: this hall's own */
    struct outcome outcome;
};

/* --- small --- */

struct json *error_body(const char *code, const char *field, const char *message)
{
    struct json *body = json_new_object(), *error = json_new_object();
    json_set_text(error, "code", code);
    json_set_text(error, "message", message);
    if (!str_empty(field))
        json_set_text(error, "field", field);
    json_set(body, "error", error);
    return body;
}

static void answer_error(struct server_answer *out, int status, const char *code, const char *message)
{
    json_free(&out->body);
    out->status = status;
    out->body = error_body(code, NULL, message);
}

void server_id(const char *text, char out[UUID_TEXT])
{
    struct sha256 sha;
    char h[SHA256_TEXT];
    sha256_start(&sha);
    sha256_add(&sha, text, strlen(text));
    sha256_text(&sha, h);
    str_format(out, UUID_TEXT, "%.8s-%.4s-8%.3s-a%.3s-%.12s", h, h + 8, h + 13, h + 17, h + 20);
}

static void refuse(struct outcome *out, const char *code, const char *message)
{
    json_free(&out->data);
    *out = (struct outcome){.applied = false};
    str_copy(out->code, sizeof out->code, code);
    str_copy(out->message, sizeof out->message, message);
}

/* What the client meant, whatever it says about place and time: {type, v, body, id}. */
static void fingerprint(const struct json *raw, char out[SHA256_TEXT])
{
    static const char *const members[] = {"type", "v", "body", "id"};
    struct sha256 sha;
    sha256_start(&sha);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct json *member = json_get(raw, members[i]);
        char *text = member ? json_print(member) : xstrdup("");
        sha256_add(&sha, text, strlen(text));
        sha256_add(&sha, "\n", 1);
        free(text);
    }
    sha256_text(&sha, out);
}

/* --- client and stored results --- */

static enum err client_load(struct batch *b)
{
    static const char sql_add[] = "INSERT INTO client (client, user_, last_seq, acked, frozen)"
                                  " VALUES ($1, $2, 0, 0, 0) ON CONFLICT (client) DO NOTHING";
    static const char sql_get[] =
        "SELECT last_seq, acked, frozen FROM client WHERE client = $1"; /* primary key */
    struct stmt *s = db_query(b->env->db, sql_add);
    db_bind_text(s, 1, b->actor->client);
    db_bind_text(s, 2, b->actor->user);
    enum err err = db_run(s);
    if (err != ERR_OK)
        return err;
    s = db_query(b->env->db, sql_get);
    db_bind_text(s, 1, b->actor->client);
    err = db_step(s);
    if (err == ERR_OK)
        b->client = (struct client){db_int(s, 0), db_int(s, 1), db_int(s, 2) != 0};
    db_done(s);
    return err == ERR_ABSENT ? ERR_CORRUPT : err;
}

static enum err client_store(struct batch *b)
{
    static const char sql[] =
        "UPDATE client SET last_seq = $1, acked = $2, frozen = $3, user_ = $4 WHERE client = $5";
    struct stmt *s = db_query(b->env->db, sql);
    db_bind_int(s, 1, b->client.last_seq);
    db_bind_int(s, 2, b->client.acked);
    db_bind_int(s, 3, b->client.frozen);
    db_bind_text(s, 4, b->actor->user);
    db_bind_text(s, 5, b->actor->client);
    return db_run(s);
}

/* The client has these answers: they need not be kept to be given again. What stays is what became of which record,
 * so that a late copy has no second effect and another record under the same number is found out. */
static enum err drop_results(struct batch *b, int64_t through)
{
    int64_t after = b->client.acked;
    if (through > b->client.last_seq)
        through = b->client.last_seq;
    if (through <= after)
        return ERR_OK;
    b->client.acked = through;
    return result_drop(b->env->db, b->actor->client, after, through);
}

static enum err result_store(struct batch *b, const struct entry *e, int64_t rev, const struct json *result)
{
    char *answer = result ? json_print(result) : xstrdup(""); /* NULL: nobody waits for it */
    const struct result kept = {
        .client = b->actor->client,
        .seq = e->command.seq,
        .fingerprint = e->fingerprint,
        .id = e->command.id,
        .status = e->outcome.applied ? "applied" : "refused",
        .rev = rev,
        .answer = answer,
    };
    enum err err = result_add(b->env->db, &kept);
    free(answer);
    return err;
}

static struct json *result_json(const struct entry *e, int64_t rev)
{
    const struct outcome *outcome = &e->outcome;
    const char *id = json_text(e->raw, "id");
    struct json *result = json_new_object();
    json_set_int(result, "seq", e->command.seq);
    json_set_text(result, "id", id ? id : e->command.id);
    json_set_text(result, "status", outcome->applied ? "applied" : "refused");
    json_set_int(result, "rev", rev);
    json_set(result, "data", outcome->data ? json_copy(outcome->data) : json_new_object());
    if (!outcome->applied) {
        struct json *body = error_body(outcome->code, outcome->field, outcome->message);
        json_set(result, "error", json_copy(json_get(body, "error")));
        json_free(&body);
    }
    return result;
}

/* The answer was received long ago and dropped: what became of the record is all that is left to say. */
static struct json *dropped_json(struct entry *e, const char *status, int64_t rev)
{
    e->outcome.applied = str_equal(status, "applied");
    if (!e->outcome.applied)
        refuse(&e->outcome, "already_acknowledged",
               "This record was answered before and its answer was received. Nothing was done again.");
    return result_json(e, rev);
}

/* The columns that stored_json reads, of one row of result. */
#define SQL_RESULT "SELECT fingerprint, answer, status, rev FROM result WHERE "

static enum err stored_json(struct stmt *s, struct entry *e, struct json **out)
{
    const char *answer = db_text(s, 1);
    if (!str_empty(answer))
        return json_parse(answer, strlen(answer), out, NULL);
    *out = dropped_json(e, db_text(s, 2), db_int(s, 3));
    return ERR_OK;
}

/* Step 1: seq ≤ last. */
static enum err answer_again(struct batch *b, struct entry *e)
{
    static const char sql[] = SQL_RESULT "client = $1 AND seq = $2"; /* primary key */
    struct json *stored = NULL;
    struct stmt *s = db_query(b->env->db, sql);
    db_bind_text(s, 1, b->actor->client);
    db_bind_int(s, 2, e->command.seq);
    enum err err = db_step(s);
    if (err == ERR_ABSENT) { /* of a time when nothing was kept */
        stored = dropped_json(e, "", 0);
        err = ERR_OK;
    } else if (err == ERR_OK && !str_equal(db_text(s, 0), e->fingerprint)) {
        b->conflict = true;
    } else if (err == ERR_OK) {
        err = stored_json(s, e, &stored);
    }
    db_done(s);
    if (stored)
        json_add(b->results, stored);
    return err;
}

/* --- one new command --- */

static void show_to_author(const struct actor *author, enum table table, struct json **row)
{
    if (!row_show(author, table, *row))
        json_free(row);
}

/* The row that the command was about, as it stands and as its author may see it: so that a person sees both sides
 * of a dispute. */
static enum err dispute_row(struct tx *tx, struct json **row)
{
    static const struct {
        const char *member;
        enum table table;
    } subjects[] = {{"case", TABLE_CASE}, {"ticket", TABLE_TICKET}};
    *row = NULL;
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        const char *id = json_text(tx->command->body, subjects[i].member);
        enum err err = str_empty(id) ? ERR_ABSENT : tx_get(tx, subjects[i].table, id, row);
        if (err == ERR_OK)
            show_to_author(tx->actor, subjects[i].table, row);
        if (err != ERR_ABSENT)
            return err;
    }
    return ERR_OK;
}

/* The record as it came; one nested too deep to travel inside a row is kept as the text that it is. */
static struct json *kept_command(const struct entry *e)
{
    const char *id = json_text(e->raw, "id");
    if (json_depth(e->raw) <= COMMAND_DEPTH_MAX) {
        struct json *copy = json_copy(e->raw);
        if (uuid_valid(id) &&
            !str_equal(id, e->command.id)) /* another's: it may be applied under its own alone */
            json_set_text(copy, "id", e->command.id);
        return copy;
    }
    struct json *kept = json_new_object();
    char *text = json_print(e->raw);
    json_set_int(kept, "seq", e->command.seq);
    json_set_text(kept, "id", e->command.id);
    json_set_text(kept, "type", e->command.type);
    json_set_text(kept, "text", text);
    free(text);
    return kept;
}

/* The first that the command gives and no dispute has. */
static enum err dispute_id(struct tx *tx, char id[UUID_TEXT])
{
    struct json *there = NULL;
    enum err err = ERR_OK;
    while (err == ERR_OK) {
        tx_new_id(tx, id);
        err = tx_get(tx, TABLE_DISPUTE, id, &there);
        json_free(&there);
    }
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* A refused command that carried work becomes a row that a person must close (PROTOCOL.md section 1). */
static enum err write_dispute(struct tx *tx, const struct entry *e)
{
    char id[UUID_TEXT], at[TIME_TEXT];
    struct json *about = NULL;
    enum err err = dispute_id(tx, id);
    if (err == ERR_OK)
        err = dispute_row(tx, &about);
    if (err != ERR_OK)
        return err;
    struct json *row = json_new_object();
    time_text(tx->now_ms, at);
    json_set(row, "command", kept_command(e));
    json_set_text(row, "client", tx->actor->client);
    json_set_text(row, "user", tx->actor->user);
    json_set_text(row, "code", e->outcome.code);
    json_set_text(row, "message", e->outcome.message);
    json_set_text(row, "field", e->outcome.field);
    json_set(row, "row", about ? about : json_new_null());
    json_set_text(row, "state", "open");
    json_set_null(row, "choice"); /* until a person closes it */
    json_set_null(row, "note");
    json_set_null(row, "resolved_by");
    json_set_text(row, "at", at);
    if (e->origin)
        json_set_text(row, "origin", e->origin);
    err = tx_put(tx, TABLE_DISPUTE, id, row);
    json_free(&row);
    return err;
}

/* What a rule could not handle is refused: a poisoned command must not hold up those behind it. */
static enum err run_rule(struct tx *tx, struct entry *e)
{
    enum err err = db_savepoint(tx->db);
    if (err != ERR_OK)
        return err;
    err = command_run(tx, &e->command, &e->outcome);
    if (err == ERR_OK && e->outcome.applied)
        err = db_release(tx->db);
    if (err != ERR_OK && !store_broken(err)) {
        refuse(&e->outcome, "not_understood",
               "The hall could not carry this record out. It is kept for a person.");
        err = ERR_OK;
    }
    if (err == ERR_OK && e->outcome.applied)
        return ERR_OK;
    db_rollback_to(tx->db);
    tx_deinit(tx); /* the rows that it wrote are gone with the savepoint */
    tx->ids = 0;
    return err;
}

static bool is_refused_unread(struct entry *e, struct err_info *info)
{
    if (!command_read(e->raw, &e->command, info) || !uuid_valid(e->command.id))
        refuse(&e->outcome, "malformed_command",
               info->text[0] ? info->text : "The id of this record is not a UUID.");
    else if (json_depth(e->raw) > COMMAND_DEPTH_MAX)
        refuse(&e->outcome, "malformed_command", "This record is nested too deep. It is kept for a person.");
    else if (!command_known(e->command.type))
        refuse(&e->outcome, "unknown_command",
               "The hall does not know this kind of record. It is kept for a person.");
    else if (e->command.version != 1)
        refuse(&e->outcome, "unknown_version",
               "The hall does not know this version of the record. It is kept.");
    else
        return false;
    return true;
}

/* A command that cannot be read still has a place in the stream, an identity and an author. */
static void name_unread(struct batch *b, struct entry *e, int64_t seq, bool own_id)
{
    char text[128];
    const char *type = json_text(e->raw, "type"), *id = json_text(e->raw, "id");
    if (!own_id || !uuid_valid(id)) {
        str_format(text, sizeof text, "unread %s %lld", b->actor->client, (long long)seq);
        server_id(text, e->id);
        id = e->id;
    }
    e->command = (struct command){
        .seq = seq, .id = id, .type = type ? type : "?", .version = 1, .body = json_get(e->raw, "body")};
}

/* Only what is kept for a person: work, and what nobody here could read. */
static bool needs_person(const struct entry *e, bool unread)
{
    return !e->outcome.applied && (unread || command_class(e->command.type) == COMMAND_WORK);
}

/* A bus keeps its commands: at home some of them run again. */
static enum err journal_add(struct batch *b, const struct change *change, const struct entry *e)
{
    static const char sql[] = "INSERT INTO journal (rev, line) VALUES ($1, $2)";
    char at[TIME_TEXT];
    if (!change->state.mobile)
        return ERR_OK;
    struct json *line = json_new_object();
    time_text(b->env->now_ms, at);
    json_set_int(line, "rev", change->state.rev);
    json_set_text(line, "at", at);
    json_set_text(line, "user", b->actor->user);
    json_set_text(line, "client", b->actor->client);
    json_set_text(line, "status", e->outcome.applied ? "applied" : "refused");
    json_set_text(line, "fingerprint", e->fingerprint);
    json_set(line, "command", kept_command(e));
    char *text = json_print(line);
    struct stmt *s = db_query(b->env->db, sql);
    db_bind_int(s, 1, change->state.rev);
    db_bind_text(s, 2, text);
    free(text);
    json_free(&line);
    return db_run(s);
}

static enum err record(struct batch *b, struct change *change, struct entry *e, bool unread)
{
    char outcome[64];
    enum err err = needs_person(e, unread) ? write_dispute(&change->tx, e) : ERR_OK;
    if (err == ERR_OK) {
        if (e->outcome.applied)
            str_copy(outcome, sizeof outcome, "applied");
        else
            str_format(outcome, sizeof outcome, "refused %s", e->outcome.code);
        err = change_end(change, outcome);
    }
    if (err == ERR_OK) {
        struct json *result = result_json(e, change->state.rev);
        err = result_store(b, e, change->state.rev, result);
        json_add(b->results, result);
    }
    if (err == ERR_OK)
        err = journal_add(b, change, e);
    b->client.last_seq = e->command.seq;
    b->fresh++;
    return err;
}

enum identity { IDENTITY_NEW, IDENTITY_KNOWN, IDENTITY_USED /* by a record that says something else */ };

/* The same record under another number, as from an outbox that was saved into a new installation: an identity has
 * one effect, so the stored answer holds for this number too. */
static enum err answer_known(struct batch *b, struct entry *e, enum identity *identity)
{
    static const char sql[] = SQL_RESULT "id = $1 ORDER BY fingerprint = $2 DESC LIMIT 1"; /* result_id */
    struct json *stored = NULL;
    struct stmt *s = db_query(b->env->db, sql);
    db_bind_text(s, 1, e->command.id);
    db_bind_text(s, 2, e->fingerprint);
    enum err err = db_step(s);
    int64_t rev = err == ERR_OK ? db_int(s, 3) : 0;
    *identity = err == ERR_ABSENT                          ? IDENTITY_NEW
                : str_equal(db_text(s, 0), e->fingerprint) ? IDENTITY_KNOWN
                                                           : IDENTITY_USED;
    if (err == ERR_OK && *identity == IDENTITY_KNOWN)
        err = stored_json(s, e, &stored);
    db_done(s);
    if (err != ERR_OK || *identity != IDENTITY_KNOWN)
        return err == ERR_ABSENT ? ERR_OK : err;
    json_set_int(stored, "seq", e->command.seq);
    e->outcome.applied = str_equal(json_text(stored, "status"), "applied");
    err = result_store(b, e, rev, stored);
    json_add(b->results, stored);
    b->client.last_seq = e->command.seq;
    b->fresh++;
    return err;
}

/* Steps 3 to 5. */
static enum err run_new(struct batch *b, struct entry *e, int64_t seq)
{
    struct err_info info = {0};
    struct change change;
    enum identity identity;
    bool unread = is_refused_unread(e, &info);
    if (unread)
        name_unread(b, e, seq, true);
    enum err err = answer_known(b, e, &identity);
    if (err != ERR_OK || identity == IDENTITY_KNOWN)
        return err;
    if (identity == IDENTITY_USED) {
        refuse(&e->outcome, "identity_used",
               "Another record has the identity of this one already. This one is kept for a person.");
        name_unread(b, e, seq, false);
        unread = true;
    }
    err = change_begin(&change, b->env, b->actor, &e->command);
    if (err == ERR_OK && !unread)
        err = run_rule(&change.tx, e);
    if (err == ERR_OK)
        err = record(b, &change, e, unread);
    change_deinit(&change);
    return err;
}

static enum err run_entry(struct batch *b, const struct json *raw)
{
    struct entry e = {.raw = raw};
    int64_t seq = json_int(raw, "seq", 0);
    enum err err = ERR_OK;
    fingerprint(raw, e.fingerprint);
    e.command.seq = seq;
    e.command.id = "";
    if (seq <= b->client.last_seq)
        err = answer_again(b, &e);
    else if (seq > b->client.last_seq + 1)
        b->gap = true;
    else
        err = run_new(b, &e, seq);
    json_free(&e.outcome.data);
    return err;
}

/* --- the push --- */

/* What makes the whole push unreadable. */
static bool push_readable(const struct actor *actor, const struct json *push, struct server_answer *out)
{
    const struct json *commands = json_get(push, "commands");
    if (!json_is_object(push) || !uuid_valid(json_text(push, "client")))
        answer_error(out, 422, "invalid_push", "A push names its client, a UUID.");
    else if (!str_equal(json_text(push, "client"), actor->client))
        answer_error(out, 403, "wrong_client",
                     "This sign-in belongs to another installation. Sign in again.");
    else if (!json_is_integer(json_get(push, "epoch")))
        answer_error(out, 422, "invalid_push", "A push names the epoch that it belongs to.");
    else if (!json_is_array(commands))
        answer_error(out, 422, "invalid_push", "\"commands\" must be a list.");
    else if (json_count(commands) > PUSH_COMMANDS_MAX)
        answer_error(out, 413, "too_many_commands",
                     "A push holds at most 50 commands. Send fewer at a time.");
    else
        return true;
    return false;
}

static bool commands_readable(const struct json *push, struct server_answer *out)
{
    const struct json *commands = json_get(push, "commands");
    for (const struct json *raw = json_first(commands); raw; raw = json_next(raw)) {
        if (json_is_object(raw) && json_is_integer(json_get(raw, "seq")) && json_int(raw, "seq", 0) >= 1)
            continue;
        answer_error(out, 422, "invalid_push", "Every command is an object with its place \"seq\", from 1.");
        return false;
    }
    return true;
}

static void answer_batch(struct batch *b, const struct hall_state *state, struct server_answer *out)
{
    char now[TIME_TEXT];
    time_text(b->env->now_ms, now);
    out->status = 200;
    out->body = json_new_object();
    json_set_int(out->body, "epoch", state->epoch);
    json_set_int(out->body, "last_seq", b->client.last_seq);
    json_set_int(out->body, "rev", state->rev);
    json_set_int(out->body, "safe_through", state_safe_through(state));
    json_set_text(out->body, "server_time", now);
    json_set(out->body, "results", b->results);
    b->results = NULL;
}

static enum err freeze(struct batch *b, struct server_answer *out)
{
    b->client.frozen = true;
    answer_error(
        out, 409, "seq_conflict",
        "This installation is a copy of another: both use the same identity. Nothing of it is taken over any "
        "more; its records are kept there. Ask an administrator.");
    return client_store(b);
}

static enum err run_batch(struct batch *b, const struct json *push, struct server_answer *out)
{
    struct hall_state state;
    enum err err = drop_results(b, json_int(push, "acked_through", 0));
    const struct json *commands = json_get(push, "commands");
    for (const struct json *raw = json_first(commands); err == ERR_OK && raw; raw = json_next(raw)) {
        err = run_entry(b, raw);
        if (b->conflict || b->gap)
            break;
    }
    out->commands = b->fresh;
    if (err == ERR_OK && b->conflict)
        return freeze(b, out);
    if (err == ERR_OK)
        err = client_store(b);
    if (err == ERR_OK)
        err = store_state(b->env->db, &state);
    if (err == ERR_OK)
        answer_batch(b, &state, out);
    return err;
}

enum err server_push(const struct server_env *env, const struct actor *actor, const struct json *push,
                     struct server_answer *out)
{
    struct batch b = {.env = env, .actor = actor};
    *out = (struct server_answer){0};
    if (!push_readable(actor, push, out) || !commands_readable(push, out))
        return ERR_OK;
    if (json_int(push, "epoch", 0) != env->epoch) {
        answer_error(out, 409, "epoch_changed",
                     "The hall was restored. Read its rows again, then send these again.");
        json_set_int(json_edit(out->body, "error"), "epoch", env->epoch);
        return ERR_OK;
    }
    enum err err = client_load(&b);
    if (err != ERR_OK)
        return err;
    if (b.client.frozen)
        return freeze(&b, out);
    b.results = json_new_array();
    err = run_batch(&b, push, out);
    json_free(&b.results);
    if (err != ERR_OK)
        json_free(&out->body);
    return err;
}

/* --- the hall's own changes --- */

static const struct actor the_hall = {.name = "system", .roles = ~0u};

/* An identity for what the hall does itself: one for each rev and epoch. */
static enum err own_command(const struct server_env *env, const char *type, const struct json *body,
                            struct command *command, char id[UUID_TEXT])
{
    struct hall_state state;
    char text[96];
    enum err err = store_state(env->db, &state);
    if (err != ERR_OK)
        return err;
    str_format(text, sizeof text, "hall %lld %lld %lld", (long long)state.epoch, (long long)state.rev + 1,
               (long long)env->now_ms);
    server_id(text, id);
    *command = (struct command){.id = id,
                                .type = type,
                                .version = 1,
                                .wall_ms = env->now_ms,
                                .base_rev = -1,
                                .base_row_rev = -1,
                                .base_hold_gen = -1,
                                .body = body};
    return ERR_OK;
}

static enum err change_by(const struct server_env *env, const struct actor *actor, const char *type,
                          const struct json *detail, server_write *write, void *ctx, int64_t *rev)
{
    struct command command;
    struct change change;
    char id[UUID_TEXT];
    enum err err = own_command(env, type, detail, &command, id);
    if (err != ERR_OK)
        return err;
    err = change_begin(&change, env, actor, &command);
    if (err == ERR_OK)
        err = write(&change.tx, ctx);
    if (err == ERR_OK)
        err = change_end(&change, "applied");
    *rev = change.state.rev;
    change_deinit(&change);
    return err;
}

enum err server_change(const struct server_env *env, const char *type, const struct json *detail,
                       server_write *write, void *ctx)
{
    int64_t rev;
    return change_by(env, &the_hall, type, detail, write, ctx, &rev);
}

enum err server_change_by(const struct server_env *env, const struct actor *actor, const char *type,
                          const struct json *detail, server_write *write, void *ctx)
{
    int64_t rev;
    return change_by(env, actor ? actor : &the_hall, type, detail, write, ctx, &rev);
}

static enum err no_rows(struct tx *tx, void *ctx)
{
    (void)tx, (void)ctx;
    return ERR_OK;
}

enum err server_note(const struct server_env *env, const char *type, const struct json *detail)
{
    return server_change(env, type, detail, no_rows, NULL);
}

enum err server_note_by(const struct server_env *env, const struct actor *actor, const char *type,
                        const struct json *detail, int64_t *rev)
{
    return change_by(env, actor, type, detail, no_rows, NULL, rev);
}

enum err server_command(const struct server_env *env, const struct actor *actor, const char *type,
                        const struct json *body, struct outcome *out)
{
    struct entry e = {.raw = body};
    struct change change;
    char outcome[64];
    enum err err = own_command(env, type, body, &e.command, e.id);
    if (err != ERR_OK)
        return err;
    err = change_begin(&change, env, actor ? actor : &the_hall, &e.command);
    if (err == ERR_OK)
        err = run_rule(&change.tx, &e);
    if (err == ERR_OK) {
        str_format(outcome, sizeof outcome, "%s%s%s", e.outcome.applied ? "applied" : "refused",
                   e.outcome.applied ? "" : " ", e.outcome.code);
        err = change_end(&change, outcome);
    }
    change_deinit(&change);
    *out = e.outcome;
    return err;
}

/* --- what another hall did already --- */

/* An identity that has its effect here already: it came by itself, or with an earlier upload. */
static enum err has_result(struct db *db, const char *id, bool *there)
{
    static const char sql[] = "SELECT rev FROM result WHERE id = $1 LIMIT 1"; /* result_id */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, id);
    enum err err = db_step(s);
    *there = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* The rule sees the time at which it was done; feed and audit say when it came. */
static enum err replay_run(struct change *change, struct entry *e, int64_t done_ms)
{
    char outcome[64];
    change->tx.now_ms = done_ms;
    enum err err = run_rule(&change->tx, e);
    if (err == ERR_OK && !e->outcome.applied)
        err = write_dispute(&change->tx, e);
    str_format(outcome, sizeof outcome, "%s%s", e->outcome.applied ? "applied" : "refused ", e->outcome.code);
    return err == ERR_OK ? change_end(change, outcome) : err;
}

enum err server_replay(const struct server_env *env, const struct actor *actor, const struct json *raw,
                       const struct replayed *from, struct outcome *out)
{
    struct entry e = {.raw = raw, .origin = from->origin};
    struct err_info info = {0};
    struct change change;
    bool there = false;
    *out = (struct outcome){0};
    if (is_refused_unread(&e, &info)) { /* it had no effect there either */
        *out = e.outcome;
        return ERR_OK;
    }
    enum err err = has_result(env->db, e.command.id, &there);
    if (err != ERR_OK || there) {
        out->applied = true;
        return err;
    }
    err = change_begin(&change, env, actor, &e.command);
    if (err == ERR_OK)
        err = replay_run(&change, &e, from->done_ms);
    if (err == ERR_OK) {
        struct batch b = {.env = env, .actor = actor};
        e.command.seq = from->seq;
        str_copy(e.fingerprint, sizeof e.fingerprint, from->fingerprint);
        err = result_store(&b, &e, change.state.rev, NULL);
    }
    change_deinit(&change);
    *out = e.outcome;
    return err;
}
