/* core/command/rules.h: what the rules of this room share; nobody else includes it.
 *
 * A rule owns nothing: every row that it reads is kept by its call and freed when the call ends, so it may
 * leave at any line. That is what makes TRY safe here. ERR_REFUSED means that refuse() has written the outcome;
 * any other error is a store that fails. */
#pragma once
#include "core/command/command.h"
#include "core/model/role.h"

enum {
    TEXT_MAX = 4000,      /* bytes of one text in a body */
    STAMPS_MAX = 24,      /* transitions remembered on a row, the oldest dropped first */
    UNDO_MS = 60 * 1000,  /* PROTOCOL.md: ticket.undo within 60 s */
    LEASE_MS = 90 * 1000, /* PROTOCOL.md section 7 */
    DAY_MS = 24 * 60 * 60 * 1000,
};

struct call {
    struct tx *tx;
    const struct command *command;
    const struct actor *actor;
    const struct json *body;
    struct outcome *out;
    struct json **kept; /* rows to free at the end */
    int kept_count, kept_capacity;
    int64_t at_ms;      /* when the work was done: the client's word where it can be believed, else now */
    bool clock_suspect; /* the client's clock is more than a day beside the hall's */
};
typedef enum err command_rule(struct call *c);

#define TRY(expression)                  \
    do {                                 \
        enum err try_err = (expression); \
        if (try_err != ERR_OK)           \
            return try_err;              \
    } while (0)

/* --- outcome (call.c) --- */
/* Always ERR_REFUSED. The sentence says what happened and what to do; field names the member at fault or is "". */
enum err refuse(struct call *c, const char *code, const char *field, const char *format, ...)
    PRINTF(4, 5) MUST_USE;
struct json *answer(struct call *c); /* out->data, made when it is not there yet */

/* --- the body: wrong types are refused as invalid_body, naming the member --- */
enum err body_text(struct call *c, const char *name,
                   const char **text) MUST_USE; /* NULL: absent, null or "" */
enum err body_need(struct call *c, const char *name, const char **text) MUST_USE;
enum err body_int(struct call *c, const char *name, int64_t otherwise, int64_t *value) MUST_USE;
enum err body_bool(struct call *c, const char *name, bool *value) MUST_USE;      /* false when absent */
enum err body_time(struct call *c, const char *name, int64_t *wall_ms) MUST_USE; /* -1 when absent */
enum err body_array(struct call *c, const char *name, const struct json **array) MUST_USE; /* NULL: absent */
enum err body_object(struct call *c, const char *name, const struct json **object) MUST_USE;

/* --- rows --- */
struct json *keep(struct call *c, struct json *row); /* freed when the call ends; returns row */
enum err peek(struct call *c, enum table table, const char *id,
              struct json **row) MUST_USE; /* NULL: absent */
/* Refused as unknown_ticket and so on when there is no such row. */
enum err load(struct call *c, enum table table, const char *field, const char *id,
              struct json **row) MUST_USE;
/* By id, or a user by login, a counter by name, a queue by code. */
enum err load_named(struct call *c, enum table table, const char *field, const char *name,
                    struct json **row) MUST_USE;
enum err load_hall(struct call *c, struct json **row) MUST_USE; /* an empty object before the hall is known */
enum err save(struct call *c, enum table table, struct json *row) MUST_USE; /* row has its id */
struct json *row_new(struct call *c, const char *id);
/* The next identity that the command gives, which no row of the table has. */
enum err new_id(struct call *c, enum table table, char id[UUID_TEXT]);
const char *row_id(const struct json *row);
int64_t row_time(const struct json *row, const char *name);             /* -1: null or absent */
void row_set_time(struct json *row, const char *name, int64_t wall_ms); /* -1: null */
bool row_has_flag(const struct json *row, const char *flag);
void row_set_flag(struct json *row, const char *flag, bool on);
struct json *row_list(struct json *row, const char *name); /* the array, made when it is not there */
/* Adds {"event","at","by"} to row's stamps; the list stays bounded. */
void row_stamp(struct call *c, struct json *row, const char *event);
/* For sentences: a person's name, or "someone"; lives as long as the call. */
const char *user_name(struct call *c, const char *user_id);

/* --- who --- */
bool is_role(const struct call *c, unsigned roles); /* any of them; the hall's own program is everyone */
bool is_me(const struct call *c, const char *user_id);
enum err need_agency(struct call *c, const char *agency) MUST_USE; /* refused as other_agency */

/* --- between files --- */
/* The next free "PREFIXnnn" of an index; see numbers.c. */
enum err ticket_number_next(struct call *c, const char *day, const char *prefix, char out[32]) MUST_USE;
enum err ticket_number_taken(struct call *c, const char *day, const char *number, bool *taken) MUST_USE;
enum err case_number_next(struct call *c, const char *prefix, char out[64]) MUST_USE;
/* {"user"|"queue"|…} named in a body becomes person: an id, or an object that is found or recorded. */
enum err person_resolve(struct call *c, const char **person) MUST_USE;
/* Refused still_serving while a ticket is called or served at the counter. */
enum err counter_need_free(struct call *c, const char *counter) MUST_USE;
/* The counter of body.counter, open, with body.fence, held by the actor. */
enum err counter_need_held(struct call *c, struct json **counter) MUST_USE;
enum err ticket_take(struct call *c, struct json *ticket, const struct json *counter,
                     struct json *why) MUST_USE;
/* People waiting before a newcomer, and minutes until a call [low, high]; see ticket_promise.c. */
enum err queue_promise(struct call *c, const char *queue, int priority_class, int64_t *ahead,
                       int64_t minutes[2]) MUST_USE;
/* True: this command was promised that when it was confirmed, and is only foreseen again. What a citizen was told is not
 * made anew. */
bool queue_promise_told(const struct call *c, int64_t *ahead, int64_t minutes[2]);
enum err dispute_open(struct call *c, const struct json *row, const char *code, const char *message) MUST_USE;
enum err case_settle(struct call *c, struct json *row, const struct json *service) MUST_USE;

/* --- the rules: one for each command; commands.c is their table --- */
command_rule counter_open, counter_pause, counter_resume, counter_close;
command_rule ticket_issue, ticket_call_next, ticket_call_named, ticket_take_over;
command_rule ticket_recall, ticket_start, ticket_no_show, ticket_hold, ticket_resume, ticket_return,
    ticket_finish, ticket_cancel, ticket_transfer, ticket_undo;
command_rule queue_assign, queue_move, queue_rule, queue_home;
command_rule hall_move, move_undo;
command_rule closure_request, closure_approve, closure_reject, closure_withdraw;
command_rule advice_answer;
command_rule hall_alert, hall_alert_seen, hall_alert_end;
command_rule survey_record;
command_rule hall_policy, queue_level, level_silence;
command_rule ticket_check_in, ticket_rebook, ticket_stops;
command_rule case_open, case_draft, case_migrate, case_submit, case_check_document, case_pay, case_decide,
    case_confirm, case_extend, case_complain, case_void, case_duplicate, case_assign, case_deliver,
    case_withdraw, case_correct;
command_rule dispute_resolve;
command_rule person_record;
command_rule person_reveal;
command_rule person_merge, person_unmerge;
