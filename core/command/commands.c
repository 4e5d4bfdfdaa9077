/* core/command/commands.c: THE table of PROTOCOL.md section 4: each command's class, who may, and its rule.
 *
 * Also what every command goes through before its rule: read, known, permitted, timed. Knows no rule's inside. */
#include <stdlib.h>
#include <string.h>

#include "core/command/rules.h"

enum {
    CLERK = ROLE_CLERK,
    RECEPTION = ROLE_RECEPTION,
    SUPERVISOR = ROLE_SUPERVISOR,
    APPROVER = ROLE_APPROVER,
    EVERYONE = ROLE_ALL,
    ONLINE = COMMAND_ONLINE,
    WORK = COMMAND_WORK,
    TIME_BELIEVED_MS = 7 * DAY_MS, /* work that comes later than this is dated by the hall */
};

// clang-format off
#define COMMANDS(X)                                                                             \
    /* type                   class   roles                                    rule */          \
    X("counter.open",         ONLINE, CLERK,                                   counter_open)        \
    X("counter.pause",        ONLINE, CLERK | SUPERVISOR,                      counter_pause)       \
    X("counter.resume",       ONLINE, CLERK | SUPERVISOR,                      counter_resume)      \
    X("counter.close",        ONLINE, CLERK | SUPERVISOR,                      counter_close)       \
    X("ticket.issue",         WORK,   RECEPTION | CLERK | SUPERVISOR,          ticket_issue)        \
    X("ticket.check_in",      WORK,   RECEPTION | CLERK | SUPERVISOR,          ticket_check_in)     \
    X("ticket.rebook",        WORK,   RECEPTION | CLERK | SUPERVISOR,          ticket_rebook)       \
    X("ticket.call_next",     ONLINE, CLERK,                                   ticket_call_next)    \
    X("ticket.call",          ONLINE, CLERK,                                   ticket_call_named)   \
    X("ticket.take",          ONLINE, CLERK,                                   ticket_take_over)    \
    X("ticket.recall",        WORK,   CLERK | SUPERVISOR,                      ticket_recall)       \
    X("ticket.start",         WORK,   CLERK | SUPERVISOR,                      ticket_start)        \
    X("ticket.no_show",       WORK,   CLERK | SUPERVISOR,                      ticket_no_show)      \
    X("ticket.hold",          WORK,   CLERK | SUPERVISOR,                      ticket_hold)         \
    X("ticket.resume",        WORK,   CLERK | SUPERVISOR,                      ticket_resume)       \
    X("ticket.return",        WORK,   CLERK | SUPERVISOR,                      ticket_return)       \
    X("ticket.finish",        WORK,   CLERK | SUPERVISOR,                      ticket_finish)       \
    X("ticket.cancel",        WORK,   RECEPTION | CLERK | SUPERVISOR,          ticket_cancel)       \
    X("ticket.transfer",      WORK,   CLERK | SUPERVISOR,                      ticket_transfer)     \
    X("ticket.stops",         WORK,   RECEPTION | CLERK | SUPERVISOR,          ticket_stops)        \
    X("ticket.undo",          ONLINE, RECEPTION | CLERK | SUPERVISOR,          ticket_undo)         \
    X("case.open",            WORK,   CLERK,                                   case_open)           \
    X("case.draft",           WORK,   CLERK,                                   case_draft)          \
    X("case.migrate",         WORK,   CLERK,                                   case_migrate)        \
    X("case.submit",          WORK,   CLERK,                                   case_submit)         \
    X("case.check_document",  WORK,   CLERK | APPROVER,                        case_check_document) \
    X("case.pay",             WORK,   CLERK,                                   case_pay)            \
    X("case.decide",          WORK,   CLERK | APPROVER,                        case_decide)         \
    X("case.confirm",         WORK,   CLERK | APPROVER,                        case_confirm)        \
    X("case.extend",          WORK,   CLERK | APPROVER | SUPERVISOR,           case_extend)         \
    X("case.complain",        WORK,   CLERK | RECEPTION | APPROVER | SUPERVISOR, case_complain)     \
    X("case.void",            WORK,   APPROVER | SUPERVISOR,                   case_void)           \
    X("case.duplicate",       WORK,   CLERK | APPROVER | SUPERVISOR,           case_duplicate)      \
    X("case.assign",          ONLINE, CLERK | APPROVER | SUPERVISOR,           case_assign)         \
    X("case.deliver",         WORK,   CLERK,                                   case_deliver)        \
    X("case.withdraw",        WORK,   CLERK,                                   case_withdraw)       \
    X("case.correct",         WORK,   CLERK | APPROVER,                        case_correct)        \
    X("person.record",        WORK,   CLERK | RECEPTION,                       person_record)       \
    X("person.reveal",        WORK,   CLERK | APPROVER,                        person_reveal)       \
    X("person.merge",         ONLINE, CLERK | APPROVER,                        person_merge)        \
    X("person.unmerge",       ONLINE, CLERK | APPROVER | SUPERVISOR,           person_unmerge)      \
    X("queue.assign",         ONLINE, SUPERVISOR,                              queue_assign)        \
    X("queue.move",           ONLINE, SUPERVISOR,                              queue_move)          \
    X("queue.rule",           ONLINE, SUPERVISOR,                              queue_rule)          \
    X("queue.level",          ONLINE, SUPERVISOR,                              queue_level)         \
    X("level.silence",        ONLINE, SUPERVISOR,                              level_silence)       \
    X("queue.home",           ONLINE, SUPERVISOR,                              queue_home)          \
    X("hall.move",            ONLINE, SUPERVISOR,                              hall_move)           \
    X("move.undo",            ONLINE, CLERK | SUPERVISOR,                      move_undo)           \
    X("closure.request",      ONLINE, CLERK | SUPERVISOR,                      closure_request)     \
    X("closure.approve",      ONLINE, SUPERVISOR,                              closure_approve)     \
    X("closure.reject",       ONLINE, SUPERVISOR,                              closure_reject)      \
    X("closure.withdraw",     ONLINE, CLERK | SUPERVISOR,                      closure_withdraw)    \
    X("advice.answer",        ONLINE, SUPERVISOR,                              advice_answer)       \
    X("hall.alert",           ONLINE, EVERYONE,                                hall_alert)          \
    X("hall.alert_seen",      ONLINE, EVERYONE,                                hall_alert_seen)     \
    X("hall.alert_end",       ONLINE, EVERYONE,                                hall_alert_end)      \
    X("hall.policy",          ONLINE, SUPERVISOR | ROLE_ADMINISTRATOR,         hall_policy)         \
    X("survey.record",        WORK,   CLERK | RECEPTION | SUPERVISOR,          survey_record)       \
    X("dispute.resolve",      ONLINE, CLERK | RECEPTION | APPROVER | SUPERVISOR, dispute_resolve)
// clang-format on

static const struct command_info infos[] = {
#define X(type, class, roles, rule) {type, (enum command_class)(class), roles},
    COMMANDS(X)
#undef X
};
static command_rule *const rules[] = {
#define X(type, class, roles, rule) rule,
    COMMANDS(X)
#undef X
};
enum { COMMAND_COUNT = sizeof infos / sizeof *infos };

static int find(const char *type)
{
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (str_equal(infos[i].type, type))
            return i;
    return -1;
}

const struct command_info *command_table(int *count)
{
    *count = COMMAND_COUNT;
    return infos;
}

bool command_known(const char *type)
{
    return find(type) >= 0;
}

enum command_class command_class(const char *type)
{
    int i = find(type);
    return i < 0 ? COMMAND_WORK : infos[i].class;
}

/* --- as it travels --- */

/* A clock that cannot be read is no reason to lose work: the hall then dates it. */
static void read_at(const struct json *at, struct command *command)
{
    const char *wall = json_text(at, "wall");
    const int64_t offset_max_ms = 100000 * (int64_t)DAY_MS; /* sums stay numbers */
    int64_t offset_ms = json_int(at, "offset_ms", 0);
    if (!wall || !time_parse(wall, &command->wall_ms))
        command->wall_ms = 0;
    command->offset_ms = offset_ms > offset_max_ms    ? offset_max_ms
                         : offset_ms < -offset_max_ms ? -offset_max_ms
                                                      : offset_ms;
}

/* Without one it is the first; what is no small number is a version that nobody knows. */
static int read_version(const struct json *version)
{
    int64_t number = version ? json_as_int(version, 0) : 1;
    return number >= 1 && number <= 1000 ? (int)number : 0;
}

bool command_read(const struct json *json, struct command *command, struct err_info *info)
{
    const struct json *base = json_get(json, "base"), *body = json_get(json, "body");
    *command = (struct command){.seq = json_int(json, "seq", 0),
                                .id = json_text(json, "id"),
                                .type = json_text(json, "type"),
                                .version = read_version(json_get(json, "v")),
                                .base_rev = json_int(base, "rev", -1),
                                .base_row_rev = json_int(base, "row_rev", -1),
                                .base_hold_gen = json_int(base, "hold_gen", -1),
                                .told = json_get(base, "told"),
                                .body = body};
    read_at(json_get(json, "at"), command);
    if (!json_is_object(json))
        err_set(info, ERR_INVALID, "A record is an object with id, type and body.");
    else if (str_empty(command->id))
        err_set(info, ERR_INVALID, "This record has no \"id\".");
    else if (str_empty(command->type))
        err_set(info, ERR_INVALID, "This record has no \"type\".");
    else if (!json_is_object(body))
        err_set(info, ERR_INVALID, "The \"body\" of this record is not an object.");
    else
        return true;
    return false;
}

/* --- what every command goes through --- */

/* When the work was done. Commands that need the hall happen now; the client's word about work made offline is
 * taken when its clock is sane and the time is not to come. */
static int64_t done_at(const struct tx *tx, const struct command *command, enum command_class class)
{
    int64_t at_ms = command->wall_ms + command->offset_ms;
    bool sane =
        command->wall_ms > 0 && command->offset_ms >= -(int64_t)DAY_MS && command->offset_ms <= DAY_MS;
    if (class == COMMAND_ONLINE || !sane || at_ms > tx->now_ms || at_ms < tx->now_ms - TIME_BELIEVED_MS)
        return tx->now_ms;
    return at_ms;
}

/* More than a day beside the hall's, or a time that cannot be: the record counts all the same, and says so. Work may
 * be days old when it comes, so its age alone tells nothing until it is beyond what is believed. */
static bool clock_suspect(const struct tx *tx, const struct command *command, enum command_class class)
{
    int64_t late_ms = tx->now_ms - (command->wall_ms + command->offset_ms);
    int64_t late_max_ms = class == COMMAND_ONLINE ? DAY_MS : TIME_BELIEVED_MS;
    if (command->wall_ms == 0 || tx->predicting || str_empty(tx->actor->user))
        return false;
    return command->offset_ms > DAY_MS || command->offset_ms < -(int64_t)DAY_MS || late_ms > late_max_ms ||
           late_ms < -(int64_t)DAY_MS;
}

static enum err refuse_role(struct call *c, const struct command_info *info)
{
    char roles[128];
    role_texts(info->roles, roles, sizeof roles);
    return refuse(c, "forbidden", "",
                  "%s is for: %s. Nothing was changed: ask one of them, or the administrator for the role.",
                  info->type, roles);
}

static enum err run(struct call *c)
{
    int i = find(c->command->type);
    if (i < 0)
        return refuse(c, "unknown_command", "",
                      "The hall does not know this kind of record (%.40s). It is kept for a person.",
                      c->command->type ? c->command->type : "");
    if (c->command->version != 1)
        return refuse(c, "unknown_version", "",
                      "The hall does not know version %d of this record. It is kept for a person.",
                      c->command->version);
    if (!json_is_object(c->body))
        return refuse(c, "invalid_body", "body", "This record has no body. Nothing was changed.");
    if (c->tx->predicting && infos[i].class == COMMAND_ONLINE)
        return refuse(c, "needs_hall", "",
                      "This needs the hall. Nothing was changed: do it when the connection is back.");
    if (!is_role(c, infos[i].roles))
        return refuse_role(c, &infos[i]);
    c->at_ms = done_at(c->tx, c->command, infos[i].class);
    c->clock_suspect = clock_suspect(c->tx, c->command, infos[i].class);
    if (c->clock_suspect)
        json_set_bool(answer(c), "clock_suspect", true);
    return rules[i](c);
}

enum err command_run(struct tx *tx, const struct command *command, struct outcome *out)
{
    *out = (struct outcome){0};
    struct call c = {.tx = tx, .command = command, .actor = tx->actor, .body = command->body, .out = out};
    enum err err = run(&c);
    out->applied = err == ERR_OK;
    for (int i = 0; i < c.kept_count; i++)
        json_free(&c.kept[i]);
    free(c.kept);
    if (err == ERR_OK || err == ERR_REFUSED)
        return ERR_OK;
    json_free(&out->data);
    return err;
}
