/* core/command/dispute.c: what a person must close (PROTOCOL.md section 1): refused work, decisions that stand
 * against each other, fields that two people filled in differently.
 *
 * For refused commands the hall writes the row itself (core/hall/server_core.c), as the command's own effects are
 * rolled back then; rows written here are part of a command that was applied. The choices:
 *   drop                     closes it; for branches the draft stays as it is, for decisions the effective one
 *   keep_theirs, keep_mine   branches, decisions: what stands now, or what came later
 *   fields                   branches: body.fields names "mine" or "theirs" for each pointer; theirs where it is silent
 *   the id of a decision     makes that one effective
 *   apply, apply_as_me       refused work: the same command once more, on the rows as they are now, by its author or by
 *                            who resolves it
 *   note                     refused work: not done, but kept with the ticket or application for whoever reads it */
#include "core/command/cases.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/disputes.h"

/* --- writing --- */

/* The command as it came. */
static struct json *command_json(const struct command *command)
{
    struct json *json = json_new_object(), *base = json_new_object(), *at = json_new_object();
    char wall[TIME_TEXT];
    time_text(command->wall_ms, wall);
    json_set_text(at, "wall", wall);
    json_set_int(at, "offset_ms", command->offset_ms);
    json_set_int(base, "rev", command->base_rev);
    json_set_int(base, "row_rev", command->base_row_rev);
    json_set_int(base, "hold_gen", command->base_hold_gen);
    json_set_int(json, "seq", command->seq);
    json_set_text(json, "id", command->id);
    json_set_text(json, "type", command->type);
    json_set_int(json, "v", command->version);
    json_set(json, "at", at);
    json_set(json, "base", base);
    json_set(json, "body", command->body ? json_copy(command->body) : json_new_object());
    return json;
}

enum err dispute_make(struct call *c, const struct json *row, const char *code, const char *message,
                      struct json *details, char id[UUID_TEXT])
{
    struct json *kept = keep(c, details ? details : json_new_object());
    TRY(new_id(c, TABLE_DISPUTE, id));
    struct json *dispute = row_new(c, id);
    json_set(dispute, "command", command_json(c->command));
    json_set_text(dispute, "client", c->actor->client);
    json_set_text(dispute, "user", c->actor->user);
    json_set_text(dispute, "code", code);
    json_set_text(dispute, "message", message);
    json_set_text(dispute, "field", "");
    json_set(dispute, "row", row ? json_copy(row) : json_new_null());
    json_set_text(dispute, "case", json_text(c->command->body, "case"));
    json_set(dispute, "concerns", json_new_array()); /* people beside its author */
    json_set_text(dispute, "state", "open");
    json_set_null(dispute, "choice"); /* until a person closes it */
    json_set_null(dispute, "note");
    json_set_null(dispute, "resolved_by");
    row_set_time(dispute, "at", c->at_ms);
    json_merge(dispute, kept);
    return save(c, TABLE_DISPUTE, dispute);
}

enum err dispute_open(struct call *c, const struct json *row, const char *code, const char *message)
{
    char id[UUID_TEXT];
    return dispute_make(c, row, code, message, NULL, id);
}

static enum err close_row(struct call *c, struct json *dispute, const char *choice, const char *note)
{
    json_set_text(dispute, "state", "closed");
    json_set_text(dispute, "choice", choice);
    json_set_text(dispute, "note", note);
    json_set_text(dispute, "resolved_by", c->actor->user);
    row_set_time(dispute, "resolved_at", c->at_ms);
    return save(c, TABLE_DISPUTE, dispute);
}

/* Nothing to do when it is not here (a workstation sees its own only) or closed already. */
enum err dispute_close(struct call *c, const char *id, const char *choice, const char *note)
{
    struct json *dispute;
    TRY(peek(c, TABLE_DISPUTE, id, &dispute));
    if (!dispute || str_equal(json_text(dispute, "state"), "closed"))
        return ERR_OK;
    return close_row(c, dispute, choice, note);
}

/* --- refused work: drop, apply --- */

static enum err author_of(struct call *c, const struct json *dispute, struct actor *actor)
{
    struct json *user;
    *actor = *c->actor;
    if (is_me(c, json_text(dispute, "user")))
        return ERR_OK;
    TRY(load(c, TABLE_USER, "dispute", json_text_or(dispute, "user", ""), &user));
    *actor = (struct actor){0};
    str_copy(actor->user, sizeof actor->user, row_id(user));
    str_copy(actor->login, sizeof actor->login, json_text_or(user, "login", ""));
    str_copy(actor->name, sizeof actor->name, json_text_or(user, "name", ""));
    str_copy(actor->agency, sizeof actor->agency, json_text_or(user, "agency", ""));
    str_copy(actor->client, sizeof actor->client, json_text_or(dispute, "client", ""));
    const struct json *roles = json_get(user, "roles");
    for (const struct json *role = json_first(roles); role; role = json_next(role))
        if (json_as_text(role))
            actor->roles |= role_find(json_as_text(role));
    return ERR_OK;
}

static void take_outcome(struct call *c, struct outcome *inner)
{
    json_set_bool(answer(c), "applied", inner->applied);
    json_set(answer(c), "result", inner->data ? inner->data : json_new_object());
    inner->data = NULL;
}

/* A person has looked at the ticket as it is and wants it done: its holder's generation is today's. */
static enum err renew_gen(struct call *c, struct json *json)
{
    struct json *ticket, *body = json_edit(json, "body");
    if (!json_is_object(body) || !json_get(body, "gen"))
        return ERR_OK;
    TRY(peek(c, TABLE_TICKET, json_text_or(body, "ticket", ""), &ticket));
    if (ticket)
        json_set_int(body, "gen", json_int(ticket, "gen", 0));
    return ERR_OK;
}

/* On the rows as they are: what it was based on is no longer compared. A refusal of the inner command refuses the
 * resolution, and with it all that the inner one wrote. */
static enum err run_again(struct call *c, const struct json *dispute, bool as_author)
{
    struct command command;
    struct actor author;
    struct err_info info = {0};
    struct outcome inner = {0};
    struct tx *tx = c->tx, outer = *tx;
    struct json *json = keep(c, json_copy(json_get(dispute, "command")));
    if (!json_is_object(json) || !command_read(json, &command, &info) || !uuid_valid(command.id))
        return refuse(c, "cannot_apply", "choice", "This record cannot be read. It can only be dropped.");
    if (str_equal(command.type, c->command->type))
        return refuse(c, "cannot_apply", "choice", "A resolution cannot be applied again. Drop it.");
    command.base_rev = command.base_row_rev = command.base_hold_gen = -1;
    TRY(renew_gen(c, json));
    author = *c->actor;
    if (as_author)
        TRY(author_of(c, dispute, &author));
    tx->actor = &author;
    tx->command = &command;
    tx->ids = 0;
    enum err err = command_run(tx, &command, &inner);
    tx->actor = outer.actor;
    tx->command = outer.command;
    tx->ids = outer.ids;
    if (err == ERR_OK && inner.applied)
        take_outcome(c, &inner);
    else if (err == ERR_OK)
        err = refuse(c, inner.code, inner.field, "%s", inner.message);
    json_free(&inner.data);
    return err;
}

/* The ticket or application that the record was about, as it is now. */
static enum err load_subject(struct call *c, const struct json *dispute, enum table *table, struct json **row)
{
    const struct json *body = json_get(json_get(dispute, "command"), "body");
    *table = TABLE_CASE;
    TRY(peek(c, TABLE_CASE, json_text_or(body, "case", ""), row));
    if (*row)
        return ERR_OK;
    *table = TABLE_TICKET;
    return peek(c, TABLE_TICKET, json_text_or(body, "ticket", ""), row);
}

/* A row with many notes must still travel. */
static struct json *short_command(const struct json *command)
{
    enum { WHOLE_BYTES_MAX = 4096 };
    char *text = json_print(command);
    bool whole = strlen(text) <= WHOLE_BYTES_MAX;
    free(text);
    if (whole)
        return json_copy(command);
    struct json *kept = json_new_object();
    json_set_text(kept, "type", json_text(command, "type"));
    return kept;
}

/* What was wanted stays readable where people look: beside the stamps of the ticket or application. */
static enum err keep_note(struct call *c, const struct json *dispute)
{
    enum table table;
    struct json *row;
    const char *note;
    TRY(load_subject(c, dispute, &table, &row));
    if (!row)
        return refuse(c, "cannot_apply", "choice",
                      "There is no ticket or application here to keep it with. Drop it, or apply it.");
    TRY(body_text(c, "note", &note));
    struct json *list = row_list(row, "notes"), *kept = json_new_object();
    if (json_count(list) >= CASE_LIST_MAX)
        return refuse(c, "list_full", "choice", "There are %d notes already.", CASE_LIST_MAX);
    row_set_time(kept, "at", c->at_ms);
    json_set_text(kept, "by", json_text(dispute, "user"));
    json_set_text(kept, "kept_by", c->actor->user);
    json_set_text(kept, "text", note);
    json_set_text(kept, "dispute", row_id(dispute)); /* which keeps the whole record */
    json_set(kept, "wanted", short_command(json_get(dispute, "command")));
    json_add(list, kept);
    row_stamp(c, row, "note");
    return table == TABLE_CASE ? case_save(c, row) : save(c, TABLE_TICKET, row);
}

static enum err resolve_refused(struct call *c, const struct json *dispute, const char *choice)
{
    if (str_equal(choice, "drop") || str_equal(choice, "keep_theirs"))
        return ERR_OK;
    if (str_equal(choice, "apply") || str_equal(choice, "keep_mine"))
        return run_again(c, dispute, true);
    if (str_equal(choice, "apply_as_me"))
        return run_again(c, dispute, false);
    if (str_equal(choice, "note"))
        return keep_note(c, dispute);
    return refuse(c, "unknown_choice", "choice", "Choose drop, apply, apply_as_me or note.");
}

/* --- branches, decisions --- */

static enum err load_case(struct call *c, const struct json *dispute, struct json **row,
                          struct json **service)
{
    const char *id = json_text(dispute, "case");
    if (!id)
        id = json_text_or(json_get(dispute, "row"), "id", "");
    TRY(load(c, TABLE_CASE, "dispute", id, row));
    TRY(peek(c, TABLE_SERVICE, json_text_or(*row, "service", ""), service));
    if (!*service)
        *service = keep(c, json_new_object());
    return ERR_OK;
}

static enum err resolve_branches(struct call *c, const struct json *dispute, const char *choice)
{
    struct json *row, *service;
    const struct json *fields = NULL;
    bool mine = str_equal(choice, "keep_mine") || str_equal(choice, "apply");
    bool some = str_equal(choice, "fields");
    if (!mine && !some && !str_equal(choice, "keep_theirs") && !str_equal(choice, "drop"))
        return refuse(c, "unknown_choice", "choice", "Choose keep_mine, keep_theirs or fields.");
    if (some)
        TRY(body_object(c, "fields", &fields));
    if (some && !fields)
        return refuse(c, "invalid_body", "fields", "\"fields\" says mine or theirs for each field.");
    TRY(load_case(c, dispute, &row, &service));
    TRY(case_branches_settle(c, row, service, row_id(dispute), mine, fields));
    row_stamp(c, row, choice);
    return case_save(c, row);
}

/* The flag goes with the last of its disputes. */
static void drop_contest(struct json *row, const char *dispute)
{
    struct json *left = json_new_array();
    const struct json *old = json_get(row, "contests");
    for (const struct json *one = json_first(old); one; one = json_next(one))
        if (!str_equal(json_as_text(one), dispute))
            json_add(left, json_copy(one));
    row_set_flag(row, case_flag_text(CASE_CONTESTED), json_count(left) > 0);
    json_set(row, "contests", left);
}

static enum err resolve_contest(struct call *c, const struct json *dispute, const char *choice)
{
    struct json *row, *service;
    const char *second = json_text_or(dispute, "decision", "");
    if (!is_role(c, ROLE_SUPERVISOR))
        return refuse(c, "forbidden", "", "Two decisions stand against each other: a supervisor chooses.");
    TRY(load_case(c, dispute, &row, &service));
    const char *now = json_text_or(row, "decision", ""), *chosen = choice;
    if (str_equal(choice, "keep_theirs") || str_equal(choice, "drop"))
        chosen = now;
    else if (str_equal(choice, "keep_mine") || str_equal(choice, "apply"))
        chosen = second;
    else if (!str_equal(choice, second) && !str_equal(choice, now) &&
             !str_equal(choice, json_text(dispute, "against")))
        return refuse(
            c, "unknown_choice", "choice",
            "Choose keep_theirs (the effective decision), keep_mine (the other), or a decision's id.");
    drop_contest(row, row_id(dispute));
    if (!str_equal(chosen, now))
        TRY(case_decision_choose(c, row, service, chosen));
    row_stamp(c, row, "resolve");
    return case_save(c, row);
}

/* --- dispute.resolve --- */

static const struct {
    const char *code;
    enum err (*resolve)(struct call *c, const struct json *dispute, const char *choice);
} kinds[] = {
    {"draft_conflict", resolve_branches},
    {"contested", resolve_contest},
    {"late_upload", dispute_seen},
    {"number_clash", dispute_seen},
    {"late_ticket", dispute_late_ticket},
    {"person_twice", dispute_person_twice},
    {"person_conflict", dispute_person_conflict},
};

static enum err need_resolver(struct call *c, const struct json *dispute)
{
    enum dispute_choice choices[DISPUTE_CHOICES];
    bool closed = str_equal(json_text(dispute, "state"), "closed");
    if (closed && dispute_concerns(dispute, c->actor)) /* that is then what is said */
        return ERR_OK;
    if (dispute_choices(dispute, c->actor, choices) > 0)
        return ERR_OK;
    if (dispute_is_contest(dispute) && dispute_concerns(dispute, c->actor))
        return refuse(c, "forbidden", "", "Two decisions stand against each other: a supervisor chooses.");
    return refuse(c, "forbidden", "", "This is for %s or a supervisor to close.",
                  user_name(c, json_text(dispute, "user")));
}

/* {dispute, choice, note?} */
enum err dispute_resolve(struct call *c)
{
    const char *id, *choice, *note;
    struct json *dispute;
    TRY(body_need(c, "dispute", &id));
    TRY(body_need(c, "choice", &choice));
    TRY(body_text(c, "note", &note));
    TRY(load(c, TABLE_DISPUTE, "dispute", id, &dispute));
    TRY(need_resolver(c, dispute));
    if (str_equal(json_text(dispute, "state"), "closed"))
        return refuse(c, "dispute_closed", "dispute", "This was closed already by %s.",
                      user_name(c, json_text(dispute, "resolved_by")));
    enum err (*resolve)(struct call *, const struct json *, const char *) = resolve_refused;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_equal(kinds[i].code, json_text(dispute, "code")))
            resolve = kinds[i].resolve;
    TRY(resolve(c, dispute, choice));
    json_set_text(answer(c), "dispute", id);
    return close_row(c, dispute, choice, note);
}
