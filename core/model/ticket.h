/* core/model/ticket.h: what may happen to a ticket: states, events, who, clocks, undo (PROTOCOL.md section
 * 4).
 *
 * Times are wall milliseconds, 0 = none. The struct holds what the rules need and nothing else: the row's
 * other members (visit, channel, person, language, promise_min) stay in the row untouched. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/model/refusal.h"

#define TICKET_STATE_LIST(X) \
    X(WAITING, "waiting")    \
    X(CALLED, "called")      \
    X(SERVING, "serving")    \
    X(HELD, "held")          \
    X(DONE, "done")          \
    X(NO_SHOW, "no_show")    \
    X(CANCELLED, "cancelled")
enum ticket_state {
#define X(name, text) TICKET_##name,
    TICKET_STATE_LIST(X)
#undef X
        TICKET_STATE_COUNT
};

/* MISS is "no_show" on the wire: the word is taken by the state. HAND is ticket.transfer of a held ticket to a
 * colleague: it stays held, in their tray. TAKE is what makes an open ticket another desk's. GO_ON is ticket.finish of a
 * stop that is not the visit's last: the person waits for the next one. */
#define TICKET_EVENT_LIST(X) \
    X(CALL, "call")          \
    X(RECALL, "recall")      \
    X(START, "start")        \
    X(HOLD, "hold")          \
    X(RESUME, "resume")      \
    X(RETURN, "return")      \
    X(TRANSFER, "transfer")  \
    X(HAND, "hand")          \
    X(TAKE, "take")          \
    X(MISS, "no_show")       \
    X(FINISH, "finish")      \
    X(GO_ON, "go_on")        \
    X(CANCEL, "cancel")      \
    X(UNDO, "undo")
enum ticket_event {
#define X(name, text) TICKET_##name,
    TICKET_EVENT_LIST(X)
#undef X
        TICKET_EVENT_COUNT
};

#define TICKET_OUTCOME_LIST(X)          \
    X(NONE, "")                         \
    X(SERVED, "served")                 \
    X(PAPERS_MISSING, "papers_missing") \
    X(NOT_ELIGIBLE, "not_eligible")     \
    X(WRONG_SERVICE, "wrong_service")   \
    X(LEFT, "left")
enum ticket_outcome {
#define X(name, text) TICKET_OUTCOME_##name,
    TICKET_OUTCOME_LIST(X)
#undef X
        TICKET_OUTCOME_COUNT
};

/* Where a transferred ticket stands in its new queue. */
enum ticket_place { TICKET_PLACE_KEEP, TICKET_PLACE_FIRST, TICKET_PLACE_LAST, TICKET_PLACE_COUNT };

enum { TICKET_UNDO_MS = 60 * 1000, TICKET_NUMBER = 32, TICKET_REASON = 256 };

/* What undo needs of the state before: everything that finish, go_on, no_show, cancel, transfer, hand and hold overwrite.
 * Stored with the row (as "before"); any other event forgets it. gen is not here: it never decreases. */
struct ticket_before {
    enum ticket_event event; /* TICKET_EVENT_COUNT: nothing to undo */
    int64_t at_ms;
    char by[MODEL_ID]; /* the person who did it, "" unknown */
    enum ticket_state state;
    char queue[MODEL_ID], counter[MODEL_ID], user[MODEL_ID];
    int64_t place_ms, called_ms, started_ms, held_ms, calls;
    int64_t last_call_ms; /* of go_on */
    int64_t held_at_ms, held_until_ms;
    char hold_reason[TICKET_REASON];
};

struct ticket {
    char number[TICKET_NUMBER]; /* "P014", never changes */
    char queue[MODEL_ID], service[MODEL_ID];
    char counter[MODEL_ID], user[MODEL_ID]; /* the holder; of a waiting ticket: whom it was sent to, or "" */
    enum ticket_state state;
    int64_t gen;
    int priority; /* lawful class, 1 first; 0 none */
    int64_t appointment_ms, arrived_ms;
    int64_t place_ms;     /* its place in the queue when a transfer set one; 0: by arrival */
    int64_t called_ms;    /* by the present holder */
    int64_t last_call_ms; /* call or recall, kept when the ticket goes back */
    int64_t calls;        /* by the present holder */
    int64_t started_ms, finished_ms;
    int64_t held_at_ms;    /* since when it is held */
    int64_t held_until_ms; /* alarm; 0 none */
    int64_t held_ms;       /* sum of the holds that are over: not time of service */
    char hold_reason[TICKET_REASON];
    enum ticket_outcome outcome;
    int64_t changed_ms;
    struct ticket_before before;
};

/* The hall's policy, handed in. */
struct ticket_policy {
    int64_t no_show_calls_min;   /* calls, the first included */
    int64_t no_show_wait_min_ms; /* since the last call */
};
#define TICKET_POLICY_DEFAULT \
    ((struct ticket_policy){.no_show_calls_min = 2, .no_show_wait_min_ms = 30 * 1000})

/* What happens, by whom and when. Borrowed texts; members that an event does not use stay zero. */
struct ticket_act {
    enum ticket_event event;
    int64_t now_ms;
    const char *user;            /* the actor; NULL: the holder is not compared (a supervisor, the system) */
    const char *counter;         /* call, take: where */
    int64_t gen;                 /* as the actor saw it; -1: not compared */
    enum ticket_outcome outcome; /* finish, go_on: not NONE */
    const char *reason;          /* hold: not empty */
    int64_t until_ms;            /* hold */
    const char *to_queue, *to_counter, *to_user; /* transfer: one of them; hand: the last; go_on: the first */
    enum ticket_place place;                     /* transfer */
};

void ticket_init(struct ticket *ticket); /* waiting, nothing known, nothing to undo */

/* The table alone: whether event may happen in state. *to (may be NULL) is the next state, or
 * TICKET_STATE_COUNT for undo: the state before. */
bool ticket_allows(enum ticket_state state, enum ticket_event event, enum ticket_state *to);
/* All that can forbid it. Codes: gen_old, not_your_ticket, not_<state> (not_serving …), invalid_outcome,
 * reason_needed, target_needed, too_few_calls, too_early, nothing_to_undo, undo_too_late. */
bool ticket_check(const struct ticket *ticket, const struct ticket_act *act,
                  const struct ticket_policy *policy, struct refusal *refusal);
/* ticket_check, then the change; on false the ticket is as it was. Whether the actor already serves another
 * ticket is the caller's to ask (also before undo). */
bool ticket_apply(struct ticket *ticket, const struct ticket_act *act, const struct ticket_policy *policy,
                  struct refusal *refusal);

bool ticket_is_open(enum ticket_state state);      /* called, serving or held: somebody has it */
int64_t ticket_place(const struct ticket *ticket); /* sorts a queue: place_ms, else arrived_ms */
int64_t ticket_wait_ms(const struct ticket *ticket, int64_t now_ms); /* arrival until the call, or now */
int64_t ticket_service_ms(const struct ticket *ticket,
                          int64_t now_ms); /* start until the end, holds left out */
/* When undo ends being possible; 0 when there is nothing to undo. */
int64_t ticket_undo_until(const struct ticket *ticket);

/* Words of the wire. *_find: false for an unknown word; *_text: never NULL. */
const char *ticket_state_text(enum ticket_state state);
const char *ticket_event_text(enum ticket_event event);
const char *ticket_outcome_text(enum ticket_outcome outcome);
bool ticket_state_find(const char *text, enum ticket_state *state);
bool ticket_event_find(const char *text, enum ticket_event *event);
bool ticket_outcome_find(const char *text, enum ticket_outcome *outcome);
bool ticket_place_find(const char *text, enum ticket_place *place); /* keep first last; NULL is keep */

/* The table as text, for the documentation: one line a transition. */
void ticket_diagram(struct buf *out);
