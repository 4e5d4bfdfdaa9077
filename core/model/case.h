/* core/model/case.h: an application: its states, its legal clock, and two decisions that meet
 * (PROTOCOL.md section 4). Flags stand beside the state. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/model/refusal.h"

#define CASE_STATE_LIST(X)    \
    X(DRAFT, "draft")         \
    X(SUBMITTED, "submitted") \
    X(COMPLETE, "complete")   \
    X(IN_REVIEW, "in_review") \
    X(APPROVED, "approved")   \
    X(REFUSED, "refused")     \
    X(RETURNED, "returned")   \
    X(REFERRED, "referred")   \
    X(READY, "ready")         \
    X(DELIVERED, "delivered") \
    X(WITHDRAWN, "withdrawn")
enum case_state {
#define X(name, text) CASE_##name,
    CASE_STATE_LIST(X)
#undef X
        CASE_STATE_COUNT
};

/* PREPARE: what was decided is made out and may be fetched. LAPSE: the citizen never answered a return.
 * DEEM: granted by the clock alone. DISAGREE is case.confirm with agree:false. */
#define CASE_EVENT_LIST(X)  \
    X(SUBMIT, "submit")     \
    X(COMPLETE, "complete") \
    X(REVIEW, "review")     \
    X(APPROVE, "approve")   \
    X(REFUSE, "refuse")     \
    X(RETURN, "return")     \
    X(REFER, "refer")       \
    X(CONFIRM, "confirm")   \
    X(DISAGREE, "disagree") \
    X(PREPARE, "prepare")   \
    X(DELIVER, "deliver")   \
    X(WITHDRAW, "withdraw") \
    X(LAPSE, "lapse")       \
    X(DEEM, "deem")
enum case_event {
#define X(name, text) CASE_DO_##name,
    CASE_EVENT_LIST(X)
#undef X
        CASE_EVENT_COUNT
};

enum case_flag { CASE_DUPLICATE = 1, CASE_CONTESTED = 2, CASE_COMPLAINED = 4, CASE_VOIDED = 8 };

struct case_file {
    char number[MODEL_ID];
    char agency[MODEL_ID], user[MODEL_ID]; /* user: who holds it, "" nobody */
    enum case_state state;
    unsigned flags; /* enum case_flag */
    int64_t hold_gen;
    bool four_eyes; /* the service asks for a second person before anything is made out */
    char decided_by[MODEL_ID], confirmed_by[MODEL_ID]; /* of the effective decision */
    /* The legal clock starts at complete. due_ms is set by the caller from case_due_day (calendar.h). */
    int64_t submitted_ms, complete_ms, due_ms, decided_ms, delivered_ms;
    int64_t lapses_ms; /* of a return: until when it may be answered; 0 none */
    int64_t changed_ms;
};

struct case_act {
    enum case_event event;
    int64_t now_ms;
    const char *user;
    const char *agency;  /* the actor's; "" acts for all; NULL: the hall's own program */
    const char *to_user; /* refer: the next holder, NULL nobody yet */
    const char *note;    /* disagree: needed */
    int reasons;         /* how many reason codes came with a decision */
    bool keep_clock;     /* submit after a return: the service's law lets the clock run on */
};

bool case_allows(enum case_state state, enum case_event event, enum case_state *to);
/* Codes: other_agency, not_<state> (not_complete …), case_closed, reason_needed, note_needed, same_person,
 * no_confirmation_needed, already_confirmed, confirm_first, contested, voided, no_complaint, not_due, lapsed. */
bool case_check(const struct case_file *file, const struct case_act *act, struct refusal *refusal);
bool case_apply(struct case_file *file, const struct case_act *act, struct refusal *refusal);
/* Not delivered, withdrawn or refused. */
bool case_is_open(enum case_state state);
/* approve refuse return refer → the event; false for another word. */
bool case_outcome_find(const char *outcome, enum case_event *event);

const char *case_state_text(enum case_state state);
const char *case_event_text(enum case_event event);
const char *case_flag_text(enum case_flag flag); /* NULL when not exactly one flag */
bool case_state_find(const char *text, enum case_state *state);
unsigned case_flag_find(const char *text); /* 0 when there is none */
void case_diagram(struct buf *out);

/* --- an offline decision meets a reassignment --- */
enum case_holder_work {
    CASE_HOLDER_IDLE,
    CASE_HOLDER_DRAFTED,
    CASE_HOLDER_DECIDED
}; /* since the reassignment */
enum case_meeting {
    CASE_MEET_EFFECTIVE,  /* hold_gen matches: it counts */
    CASE_MEET_TOLD,       /* it counts, and everyone concerned is told */
    CASE_MEET_CONTESTED,  /* stored; issuing locked; dispute; what was effective stays so */
    CASE_MEET_CONCURRING, /* stored beside the same decision */
    CASE_MEET_COUNT
};
struct case_meet {
    int64_t base_hold_gen; /* what the decider knew; -1: not given, then it counts as matching */
    int64_t hold_gen;      /* the case's now */
    enum case_holder_work work;
    enum case_event decided, now; /* the outcome already decided (if DECIDED), and the one that comes in */
};
enum case_meeting case_meet(const struct case_meet *meet);
const char *case_meeting_text(enum case_meeting meeting); /* "effective" "told" "contested" "concurring" */

/* --- the legal clock: calendar.h has the days --- */
/* One extension, within what the law allows. given: how many there were. Codes: not_extendable, already_extended,
 * extension_too_long. */
bool case_extend_check(const struct case_file *file, int days_max, int given, int days,
                       struct refusal *refusal);
/* A return lapsed, but its answer was given before: the record came late, the citizen did not. */
bool case_answered_in_time(const struct case_file *file, int64_t at_ms);
