/* core/model/case.h: an application: its states, its legal clock, and two decisions that meet
 * (PROTOCOL.md section 4). Flags stand beside the state. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/model/refusal.h"

#define CASE_STATE_LIST(X)                                                                              \
    X(DRAFT, "draft")                                                                                   \
    X(SUBMITTED, "submitted") X(COMPLETE, "complete") X(IN_REVIEW, "in_review") X(APPROVED, "approved") \
        X(REFUSED, "refused") X(RETURNED, "returned") X(REFERRED, "referred") X(CONFIRMED, "confirmed") \
            X(READY, "ready") X(DELIVERED, "delivered") X(WITHDRAWN, "withdrawn") X(LAPSED, "lapsed")
enum case_state {
#define X(name, text) CASE_##name,
    CASE_STATE_LIST(X)
#undef X
        CASE_STATE_COUNT
};

#define CASE_EVENT_LIST(X)                                                                                  \
    X(SUBMIT, "submit")                                                                                     \
    X(COMPLETE, "complete") X(REVIEW, "review") X(APPROVE, "approve") X(REFUSE, "refuse")                   \
        X(RETURN, "return") X(REFER, "refer") X(CONFIRM, "confirm") X(DISAGREE, "disagree") X(MAKE, "make") \
            X(DELIVER, "deliver") X(WITHDRAW, "withdraw") X(LAPSE, "lapse") X(DEEM, "deem")
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
    char decided_by[MODEL_ID]; /* of the effective decision */
    bool four_eyes;            /* the service asks for a second person */
    int64_t submitted_ms, complete_ms, due_ms, decided_ms, delivered_ms;
    int64_t changed_ms;
};

struct case_act {
    enum case_event event;
    int64_t now_ms;
    const char *user;
    const char *agency; /* the actor's; "" acts for all; NULL: the hall's own program */
    int reasons;        /* how many reason codes came with a decision */
    const char *note;   /* disagree: needed */
};

bool case_allows(enum case_state state, enum case_event event, enum case_state *to);
/* Codes: other_agency, case_<state> (case_delivered …), reason_needed, same_person, contested, voided,
 * not_due, note_needed, confirm_first. */
bool case_check(const struct case_file *file, const struct case_act *act, struct refusal *refusal);
bool case_apply(struct case_file *file, const struct case_act *act, struct refusal *refusal);
/* Not yet delivered, withdrawn, refused or lapsed. */
bool case_is_open(enum case_state state);
bool case_is_decided(enum case_state state);
/* approve refuse return refer → the event; false for another word. */
bool case_outcome_find(const char *outcome, enum case_event *event);

const char *case_state_text(enum case_state state);
const char *case_event_text(enum case_event event);
const char *case_flag_text(enum case_flag flag); /* NULL when not exactly one flag */
bool case_state_find(const char *text, enum case_state *state);
unsigned case_flag_find(const char *text); /* 0 when there is none */
void case_diagram(struct buf *out);

/* --- an offline decision meets a reassignment ----------------------------------------------------- */
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

/* --- the legal clock ------------------------------------------------------------------------------- */
/* Days are numbers of days since 1970-01-01 in the hall's zone; see day_parse. */
struct calendar {
    unsigned weekend;        /* bit 0 Sunday … bit 6 Saturday: not worked */
    const int32_t *holidays; /* ascending */
    int holiday_count;
};
enum { CALENDAR_SAT_SUN = 1u << 0 | 1u << 6, CALENDAR_DAYS_MAX = 3660 };

bool day_parse(const char *text, int32_t *day); /* "YYYY-MM-DD", a date that exists */
void day_text(int32_t day, char out[11]);
int day_weekday(int32_t day); /* 0 Sunday … 6 Saturday */
bool day_is_worked(const struct calendar *calendar, int32_t day);
/* The day on which a term of `days` working days ends that began on start (which itself does not count).
 * days 0: start, or the next worked day. More than CALENDAR_DAYS_MAX days, or no day worked: false. */
bool case_due_day(const struct calendar *calendar, int32_t start, int days, int32_t *due);
/* Working days left after today until due: 0 today, negative when over. */
int case_days_left(const struct calendar *calendar, int32_t today, int32_t due);
/* An extension within what the law allows in sum. Codes: not_extendable, extension_too_long. */
bool case_extend_check(const struct case_file *file, int days_max, int days_given, int days,
                       struct refusal *refusal);
