/* core/model/rule.h: whom a counter calls next, and why (PROTOCOL.md, calling rules).
 *
 * Candidates may be all who wait or only the heads of lists. Enough for a right answer are, of each queue:
 *   fifo, weighted    the first by (arrival, number)
 *   priority          the first of each priority class, and the first without one
 *   appointments      of bookings and of walk-ins, in (class, time, number) order, as far as the first who
 * was not called within RULE_RECALL_MS, and as many again (those called lately hold places) and every ticket
 * sent to this counter. RULE_HEADS of each list is a good number. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/model/queue.h"

#define RULE_LIST(X)        \
    X(FIFO, "fifo")         \
    X(PRIORITY, "priority") \
    X(WEIGHTED, "weighted") \
    X(APPOINTMENTS, "appointments")
enum rule_kind {
#define X(name, text) RULE_##name,
    RULE_LIST(X)
#undef X
        RULE_COUNT
};

enum {
    RULE_QUEUES_MAX = 32, /* of one counter */
    RULE_PASSED_MAX = 12, /* named in a why */
    RULE_HEADS = 8,
    RULE_MAX_RUN = 3,                /* when the supervisor has set none */
    RULE_CLOCK_LEAD_MS = 120 * 1000, /* appointments: the clock starts so much ahead of now */
    RULE_CLOCK_STEP_MS = 600 * 1000, /* and steps so much with each person */
    RULE_RECALL_MS = 300 * 1000,     /* appointments: called less than this ago is skipped */
    RULE_BOOKED_PRIORITY = 2,        /* appointments: what a missing priority counts */
    RULE_WALK_IN_PRIORITY = 3
};

/* The queues of one counter in the order of their assignment. */
struct rule_queue {
    const char *queue;
    enum rule_kind kind;
    int max_run; /* priority; ≤ 0: RULE_MAX_RUN */
    int weight;  /* weighted; ≤ 0: 1 */
};

/* What a rule must remember from call to call, of each queue in the same order as struct rule_queue.
 * run belongs to the queue (all its counters together), deficit and turn to the counter. */
struct rule_state {
    int run
        [RULE_QUEUES_MAX]; /* priority calls in a row, of the counter, while someone ordinary waited in the queue */
    int64_t deficit[RULE_QUEUES_MAX];
    int turn; /* the queue that deficit round robin visits next */
};

struct rule_desk {
    const struct rule_queue *queues;
    int queue_count; /* ≤ RULE_QUEUES_MAX; more are not seen */
    int64_t now_ms;
};

/* Why the chosen one; why_text has the sentences. value and of are of each reason. */
#define RULE_REASON_LIST(X)                                                                           \
    X(OWN, "sent_to_you")         /* value: minutes waited */                                         \
    X(OLDEST, "waited_longest")   /* value: minutes waited */                                         \
    X(PRIORITY, "priority_class") /* value: class; of: run so far */                                  \
    X(TURN, "ordinary_turn")      /* value: max_run */                                                \
    X(SHARE, "queue_share")       /* value: weight; of: sum of weights of queues where people wait */ \
    X(URGENT, "walk_in_priority") /* value: class */                                                  \
    X(BOOKED, "booking_due")      /* value: minutes past the booked time, negative: early */          \
    X(WALK_IN, "before_booking")  /* value: minutes until the next booking */                         \
    X(ALONE, "only_list")         /* nobody in the other list; value: minutes waited */
enum rule_reason {
#define X(name, text) RULE_REASON_##name,
    RULE_REASON_LIST(X)
#undef X
        RULE_REASON_COUNT
};

/* Why someone who came earlier was passed over. */
#define RULE_PASSED_LIST(X)       \
    X(PRIORITY, "priority_first") \
    X(TURN, "ordinary_turn")      \
    X(SHARE, "other_queue_share") \
    X(BOOKED, "booking_due")      \
    X(NOT_DUE, "booking_not_due") \
    X(RECENT, "called_recently")  \
    X(OWN, "sent_ticket_first")   \
    X(CLASS, "other_class_first")
enum rule_passed {
#define X(name, text) RULE_PASSED_##name,
    RULE_PASSED_LIST(X)
#undef X
        RULE_PASSED_COUNT
};

struct why {
    enum rule_kind rule;
    enum rule_reason reason;
    int chosen; /* index of the candidate; -1 nobody */
    int64_t value, of;
    int passed_count; /* of passed[] */
    int passed_all;   /* with those that found no room */
    struct {
        int index;
        enum rule_passed reason;
    } passed[RULE_PASSED_MAX];
};

/* The index of the one to call, or -1. Changes state as if the call is made (hand in a copy to ask only).
 * why may be NULL. */
int rule_choose(const struct rule_desk *desk, struct rule_state *state, const struct candidate *candidates,
                int count, struct why *why);
/* The whole order, as if everybody were called one after another from this desk: indices into candidates in
 * order[count]; returns how many (those of unknown queues are left out). Called-lately people keep their
 * place. */
int rule_order(const struct rule_desk *desk, const struct rule_state *state,
               const struct candidate *candidates, int count, int *order);

const char *rule_text(enum rule_kind kind);
bool rule_find(const char *text, enum rule_kind *kind);
const char *rule_reason_text(enum rule_reason reason);
const char *rule_passed_text(enum rule_passed reason);
/* "P014 waited longest: 23 min." and "B002 came earlier: its queue had its share." Plain English; screens
 * translate from the codes and values. */
void why_text(const struct why *why, const struct candidate *candidates, int count, struct buf *out);
void why_passed_text(const struct why *why, int passed, const struct candidate *candidates, struct buf *out);
