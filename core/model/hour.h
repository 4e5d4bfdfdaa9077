/* core/model/hour.h: the next hour of a hall: who is called when, what a change would do, which change would help.
 *
 * A snapshot of the hall is played forward with the calling rules themselves (rule.h) and expected times of service.
 * Nothing is random: the same snapshot gives the same hour, and a preview is what the changed hall's hour is.
 *
 * How a minute goes: who comes by then is there; then each counter that is free calls, the one that has been free
 * longest first (then by its place in the snapshot). A call takes the person's expected time; then the counter is free.
 * Newcomers come evenly at the queue's pace, ordinary and without a booking. A booking comes at its time; of several as
 * many stay away as the queue's share says.
 *
 * Times are wall ms, 0: none. Arrays and texts of a snapshot are borrowed. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/model/rule.h"

enum {
    HOUR_MIN = 60,      /* minutes that are usually looked ahead */
    HOUR_MIN_MAX = 240, /* and at most */
    HOUR_STEP_MIN = 5,  /* between two values of a curve */
    HOUR_STEPS_MAX = HOUR_MIN_MAX / HOUR_STEP_MIN + 1,
    HOUR_TARGET_MIN = 15, /* a queue's wait that should not be exceeded, when the hall has set none */
    HOUR_SERVICE_MS = 10 * 60 * 1000, /* of a queue of which nothing is known */
    HOUR_NOBODY = -1,                 /* no counter, no queue */
    HOUR_ELSEWHERE = -2, /* sent to somebody who holds no counter: waits, and no queue calls them */
};
#define HOUR_NEVER INT64_MAX

struct hour_queue {
    const char *id;
    enum rule_kind kind;
    int max_run, run;   /* as in rule_queue and rule_state */
    int agency;         /* index of the caller's; HOUR_NOBODY: of none */
    int64_t service_ms; /* expected of a newcomer, by the mix of services; ≤ 0: HOUR_SERVICE_MS */
    double arrivals;    /* newcomers without a booking in ten minutes */
    double no_show;     /* share of bookings that do not come, 0 … 1 */
    int target_min;     /* ≤ 0: HOUR_TARGET_MIN */
};

struct hour_share {
    int queue; /* index */
    int weight;
    int64_t deficit; /* of weighted, as in rule_state */
};

/* A counter calls while opens_ms ≤ t < closes_ms, not on its break, once whom it serves is done. */
struct hour_desk {
    const char *id;
    int agency;        /* HOUR_NOBODY: of none, may be given queues of any */
    int64_t free_ms;   /* since when it is free, or when it is expected to be; ties: by index */
    int64_t opens_ms;  /* 0: it is open; HOUR_NEVER: it stays closed */
    int64_t closes_ms; /* 0: not in sight */
    int64_t away_from_ms, away_until_ms; /* a break; until HOUR_NEVER: nobody knows */
    int64_t
        last_arrival_ms; /* of a counter that closes: only who came by then, or was sent here; 0: everybody */
    const struct hour_share *shares; /* in the order of their assignment, at most RULE_QUEUES_MAX are seen */
    int share_count;
    int turn; /* index in shares, as in rule_state */
};

struct hour_person {
    const char *id, *number;
    int queue;                       /* index */
    int64_t arrived_ms;              /* the place in the queue: candidate.arrived_ms */
    int64_t since_ms;                /* since when they wait, 0: arrived_ms */
    int64_t booked_ms, last_call_ms; /* as in candidate */
    int64_t comes_ms;   /* a booking that has not come: when it is expected; 0 or past: is here */
    int64_t service_ms; /* expected of their service; ≤ 0: the queue's */
    int priority;
    int desk; /* sent to this counter or its clerk; HOUR_NOBODY, HOUR_ELSEWHERE */
};

struct hour_change;
struct hour {
    int64_t now_ms;
    const struct hour_queue *queues;
    const struct hour_desk *desks;
    const struct hour_person *people;
    int queue_count, desk_count, people_count;
    /* What is known to come whatever else is changed: HOUR_ASSIGN and HOUR_RULE at their at_ms, for good. While another
     * change of the same counter or queue is in force it waits for the end of that. NULL: nothing. */
    const struct hour_change *known;
    int known_count;
};

/* --- the hour as it would go --- */

/* Of one queue. Waits are counted to the call, or to the end of the run for who still waits then; all who waited or came
 * count, expected newcomers too. */
struct hour_queue_run {
    int steps[HOUR_STEPS_MAX]; /* waiting now, in five minutes, in ten … (hour_run.step_count) */
    int called, left;          /* left: still waiting at the end */
    int64_t longest_called_ms, mean_called_ms;
    int64_t longest_left_ms, mean_left_ms;
    int64_t longest_ms, mean_ms; /* of both together */
    /* Who would come now, ordinary and without a booking, is called after so long: expected, and four of five are called
     * within [low, high]. -1: nobody can say, since no counter that calls from the queue is open. */
    int64_t newcomer_ms, newcomer_low_ms, newcomer_high_ms;
};

/* Of one person, in the snapshot's order: when the call is expected; 0: not in the time looked at. Four of five are called
 * within [low, high]; high 0: after the time looked at. */
struct hour_call {
    int64_t call_ms, low_ms, high_ms;
    int desk;        /* HOUR_NOBODY: none */
    bool stays_away; /* a booking that is counted as not coming */
};

struct hour_run {
    int minutes, step_count;
    int queue_count, people_count;
    struct hour_queue_run *queues;
    struct hour_call *people;
};

/* The next minutes (1 … HOUR_MIN_MAX). The caller frees. */
void hour_run(const struct hour *hour, int minutes, struct hour_run *out);
void hour_run_free(struct hour_run *run);

/* --- what a change would do --- */

enum hour_change_kind {
    HOUR_ASSIGN, /* desk gets shares instead of its own; until_ms: then its own again */
    HOUR_OPEN,   /* desk calls from at_ms until until_ms */
    HOUR_CLOSE,  /* desk calls nobody from at_ms until until_ms: closed, or on a break */
    HOUR_MOVE,   /* people wait in queue instead of their own, keeping their place; at once and for good */
    HOUR_RULE,   /* queue is called by rule; until_ms: then by its own again */
};

struct hour_change {
    enum hour_change_kind kind;
    int64_t at_ms;    /* 0 or past: at once */
    int64_t until_ms; /* 0: for good */
    int desk;
    const struct hour_share *shares; /* borrowed; deficits are not looked at: shares start anew */
    int share_count;
    int queue;
    const int *people; /* indices, borrowed */
    int people_count;
    enum rule_kind rule;
    int max_run;
};

/* As hour_run of the hall with the changes made, in their order. */
void hour_run_changed(const struct hour *hour, const struct hour_change *changes, int count, int minutes,
                      struct hour_run *out);

/* One of those who wait, or whose booking comes: called earlier or later by so much. Who is not called in the time looked
 * at counts as called at its end, so that more may be meant. */
struct hour_gain {
    int person;      /* index */
    int64_t gain_ms; /* negative: waits longer */
};

struct hour_preview {
    struct hour_run before, after; /* each queue and person, side by side */
    struct hour_gain
        *gains; /* who gains or loses a minute or more: the greatest gain first, the greatest loss last */
    int gain_count;
    int winners, losers;     /* of them */
    int64_t won_ms, lost_ms; /* sums, both ≥ 0 */
};
void hour_preview(const struct hour *hour, const struct hour_change *changes, int count, int minutes,
                  struct hour_preview *out);
void hour_preview_free(struct hour_preview *preview);

/* --- which change would help --- */

/* "Move desk to queue until until_ms: longest wait longest_before → longest_after; cost queue cost_before → cost_after." */
struct hour_advice {
    int desk, queue;
    bool beside;      /* the queue is added to the desk's own; else it calls from the queue alone */
    int64_t until_ms; /* then its own queues again */
    int64_t longest_before_ms, longest_after_ms; /* of queue */
    int cost_queue; /* whose longest wait grows most; HOUR_NOBODY: none by a minute or more */
    int64_t cost_before_ms, cost_after_ms;
    int64_t won_ms,
        lost_ms; /* waiting saved and added, summed over queues, of all who wait or come meanwhile */
};
enum { HOUR_ADVICE_MAX = 5, HOUR_ADVICE_GAIN_MS = 5 * 60 * 1000 /* less is not worth a move */ };

/* For queues whose longest wait exceeds their target the best few, best first; returns how many, 0: nothing helps. None lets another queue wait longer than its target, or
 * than it would wait anyway. shown: what was advised last and is still to be seen; it stays first while it still helps
 * and nothing is better by a quarter, so that advice does not change with each second. Indices of shown are this snapshot's: the caller finds them by id. */
int hour_advice(const struct hour *hour, const struct hour_advice *shown, int shown_count,
                struct hour_advice *out, int out_max);
/* The change that an advice is. shares (RULE_QUEUES_MAX of the caller's) keeps what it points to. */
struct hour_change hour_advice_change(const struct hour *hour, const struct hour_advice *advice,
                                      struct hour_share *shares);

int hour_target_min(const struct hour_queue *queue);
