/* core/hall/change.c: rows into feed item and audit line. See change.h. */
#include "core/hall/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/audit_index.h"
#include "core/hall/events.h"
#include "core/hall/forecasts.h"
#include "core/hall/level_notes.h"
#include "core/hall/notices.h"
#include "core/hall/search_index.h"
#include "core/wire/feed.h"

enum err change_begin(struct change *change, const struct server_env *env, const struct actor *actor,
                      const struct command *command)
{
    *change = (struct change){.env = env};
    enum err err = store_advance(env->db, env->epoch, &change->state);
    change->tx = (struct tx){
        .db = env->db,
        .set = ROWS_PLAIN,
        .keeps = true,
        .rev = change->state.rev,
        .now_ms = env->now_ms,
        .mono_ms = env->mono_ms,
        .actor = actor,
        .command = command,
    };
    return err;
}

void change_deinit(struct change *change)
{
    tx_deinit(&change->tx);
}

/* --- feed --- */

/* A JSON string; identities need no escapes as a rule. */
static void add_text(struct buf *out, const char *text)
{
    if (text[strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._")] == '\0') {
        buf_addf(out, "\"%s\"", text);
        return;
    }
    struct json *json = json_new_text(text);
    json_print_to(json, out);
    json_free(&json);
}

/* What the hall keeps beside some rows. text NULL: the row is gone. */
static enum err note_row(struct db *db, const struct tx_change *written, const char *text)
{
    if (written->table == TABLE_PERSON)
        return search_note(db, written->id, text);
    return written->table == TABLE_DECISION && text ? notices_note(db, written->id, text) : ERR_OK;
}

static enum err text_of(const struct change *change, int at, struct buf *text)
{
    const struct tx_change *written = &change->tx.changes[at];
    if (!change->tx.texts[at])
        return row_get_text(change->env->db, written->table, written->id, text);
    buf_adds(text, change->tx.texts[at]);
    return ERR_OK;
}

/* The row's text goes into the item as it is stored: parsing and printing it again would change nothing. */
static enum err add_row(struct change *change, int at, struct buf *item, char leaf[SHA256_TEXT])
{
    const struct tx_change *written = &change->tx.changes[at];
    struct buf row = {0};
    enum err err = text_of(change, at, &row);
    if (err == ERR_OK || err == ERR_ABSENT) {
        feed_leaf_text(table_wire(written->table), written->id, buf_text(&row), leaf);
        buf_addf(item, "%s{\"t\":\"%s\",\"id\":", at == 0 ? "" : ",", table_wire(written->table));
        add_text(item, written->id);
        buf_adds(item, ",\"row\":");
        buf_adds(item, row.length ? buf_text(&row) : "null");
        buf_addc(item, '}');
        err = note_row(change->env->db, written, row.length ? buf_text(&row) : NULL);
    }
    buf_free(&row);
    return err;
}

static enum err insert_change(struct change *change, const char *item)
{
    static const char sql[] = "INSERT INTO change (rev, command, by_, item, h) VALUES ($1, $2, $3, $4, $5)";
    struct stmt *s = db_query(change->env->db, sql);
    db_bind_int(s, 1, change->state.rev);
    db_bind_text(s, 2, change->tx.command->id);
    db_bind_text(s, 3, change->tx.actor->user);
    db_bind_text(s, 4, item);
    db_bind_text(s, 5, change->state.feed_head);
    return db_run(s);
}

static enum err write_item(struct change *change)
{
    struct tx *tx = &change->tx;
    struct buf item = {0};
    char(*leaves)[SHA256_TEXT] = xcalloc((size_t)tx->change_count + 1, sizeof *leaves);
    buf_addf(&item, "{\"rev\":%lld,\"command\":", (long long)change->state.rev);
    add_text(&item, tx->command->id);
    buf_adds(&item, ",\"by\":");
    add_text(&item, tx->actor->user);
    buf_adds(&item, ",\"rows\":[");
    enum err err = ERR_OK;
    for (int i = 0; err == ERR_OK && i < tx->change_count; i++)
        err = add_row(change, i, &item, leaves[i]);
    if (err == ERR_OK) {
        char *head = change->state.feed_head;
        feed_chain(head, change->state.rev, tx->command->id, tx->actor->user, leaves,
                   (size_t)tx->change_count, head);
        buf_addf(&item, "],\"h\":\"%s\"}", head);
        err = insert_change(change, buf_text(&item));
    }
    free(leaves);
    buf_free(&item);
    return err;
}

/* --- audit --- */

void audit_hash(const char *const members[8], char hash[SHA256_TEXT])
{
    struct sha256 sha;
    sha256_start(&sha);
    for (int i = 0; i < 8; i++) {
        sha256_add(&sha, members[i], strlen(members[i]));
        sha256_add(&sha, "\n", 1);
    }
    sha256_text(&sha, hash);
}

static void body_digest(const struct json *body, char digest[SHA256_TEXT])
{
    struct sha256 sha;
    char *text = body ? json_print(body) : xstrdup("");
    sha256_start(&sha);
    sha256_add(&sha, text, strlen(text));
    sha256_text(&sha, digest);
    free(text);
}

static enum err write_audit(struct change *change, const char *outcome)
{
    static const char sql[] =
        "INSERT INTO audit (prev, rev, at_, actor, client, type, body_sha256, outcome, hash)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    const struct tx *tx = &change->tx;
    char rev[24], at[TIME_TEXT], digest[SHA256_TEXT], hash[SHA256_TEXT];
    str_format(rev, sizeof rev, "%lld", (long long)change->state.rev);
    time_text(change->env->now_ms, at);
    body_digest(tx->command->body, digest);
    const char *members[8] = {change->state.audit_head, rev,    at,     tx->actor->user, tx->actor->client,
                              tx->command->type,        digest, outcome};
    audit_hash(members, hash);
    struct stmt *s = db_query(change->env->db, sql);
    for (int i = 0; i < 8; i++)
        db_bind_text(s, i + 1, members[i]);
    db_bind_int(s, 2, change->state.rev);
    db_bind_text(s, 9, hash);
    str_copy(change->state.audit_head, sizeof change->state.audit_head, hash);
    enum err err = db_run(s);
    const struct audit_entry entry = {.rev = change->state.rev,
                                      .at = at,
                                      .outcome = outcome,
                                      .actor = tx->actor,
                                      .command = tx->command,
                                      .rows = tx->changes,
                                      .row_count = tx->change_count};
    return err == ERR_OK ? audit_index_note(change->env->db, &entry) : err;
}

static const char *changed_row(const struct tx *tx, enum table table)
{
    for (int i = 0; i < tx->change_count; i++)
        if (tx->changes[i].table == table)
            return tx->changes[i].id;
    return "";
}

/* What the hall keeps of some commands beside their rows, for its reports. */
static enum err note_command(const struct change *change, const char *outcome)
{
    const struct tx *tx = &change->tx;
    bool advice = str_equal(tx->command->type, "advice.answer"),
         silence = str_equal(tx->command->type, "level.silence");
    char day[DATE_TEXT];
    if ((!advice && !silence) || !str_equal(outcome, "applied"))
        return ERR_OK;
    time_date(change->env->now_ms, day);
    if (silence)
        return level_silence_note(change->env->db, tx->command, changed_row(tx, TABLE_QUEUE), tx->actor->user,
                                  day, change->env->now_ms);
    return advice_note(change->env->db, tx->command, tx->actor->user, day, change->env->now_ms);
}

enum err change_end(struct change *change, const char *outcome)
{
    enum err err = write_item(change);
    if (err == ERR_OK)
        err = write_audit(change, outcome);
    if (err == ERR_OK)
        err = events_tell(change);
    if (err == ERR_OK)
        err = note_command(change, outcome);
    return err == ERR_OK ? store_seal(change->env->db, &change->state) : err;
}
