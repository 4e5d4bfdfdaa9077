/* tests/sim/town/model_inside.h: what the model's own files share. */
#pragma once
#include "tests/sim/town/checking.h"
#include "tests/sim/town/model.h"

enum { NAME = 40, SERVED_MAX = 16, FIELDS = 3, MODEL_LEASE_MS = 90 * 1000 };
enum { STOPS_MAX = 24, SERVICES_MAX = 64 };

enum stop_state { STOP_AHEAD, STOP_NOW, STOP_DONE, STOP_MISSED, STOP_DROPPED, STOP_STATES };
struct model_stop {
    uint64_t services; /* bits: of the model's list */
    int queue;         /* of the model's list; -1: one that it does not know */
    enum stop_state state;
};
struct model_visit {
    int count;
    uint64_t dropped; /* services of stops that are dropped: how those stand in a list is left open */
    struct model_stop stops[STOPS_MAX];
};

struct model_before { /* what an undo leads back to */
    bool is;
    char state[12], queue[NAME], counter[NAME], user[NAME], service[NAME];
    int64_t place_ms;
    struct model_visit *visit; /* NULL: it is for one service */
};

/* Where somebody waited before a supervisor's move, for as long as that can be taken back. */
struct model_moved {
    char move[NAME], queue[NAME], counter[NAME], user[NAME];
    struct model_visit *visit; /* NULL: none, or it was changed since and follows the queue */
    bool changed;
};

/* A place that the hall chooses. */
#define ANY_PLACE (-1)

struct model_ticket {
    char id[NAME], state[12], queue[NAME], counter[NAME], user[NAME], number[NAME], service[NAME];
    char away[NAME];                          /* the bus that it went along with */
    int64_t gen, arrived_ms, place_ms, class; /* arrived_ms: 0 before its day, of a booking for another */
    int64_t day_ms; /* when the day begins that it is booked for; 0: it is not booked */
    struct model_before before;
    struct model_visit *visit; /* NULL: it is for one service */
    struct model_moved *moved; /* NULL: by no move that is known */
};

struct model_counter {
    char id[NAME], name[NAME], agency[NAME], state[12], user[NAME];
    char queues[SERVED_MAX][NAME];
    int queue_count;
    int64_t fence, taken_ms; /* true time; -1: unknown */
    char closing[NAME];      /* the closure that stands in its row */
    char closing_queues[SERVED_MAX][NAME];
    int closing_count;
    int64_t closing_from_ms; /* approved: from then on; -1 */
};

struct model_assigned { /* what a counter served before a move */
    char counter[NAME], queues[SERVED_MAX][NAME];
    int count;
};
struct model_move { /* or an assignment, which nothing ends: state "" */
    char id[NAME], state[12];
    struct model_assigned before[4];
    int counter_count;
};

struct model_closure {
    char id[NAME], counter[NAME], user[NAME], state[12];
};

struct model_queue {
    char id[NAME], code[NAME], kind[16], home[NAME];
    int64_t max_run, run;
    int64_t run_rev;  /* the rev whose row told the run, since nobody knows when its rule was over */
    int64_t until_ms; /* -1: the rule lasts; else then the one before it comes back */
    char back_kind[16];
    int64_t back_max_run;
};

struct model_service {
    char id[NAME], agency[NAME], queue[NAME];
    bool seconds_approve, seconds_refuse; /* asks for a second pair of eyes */
};

struct model_user {
    char id[NAME], login[NAME], agency[NAME];
    bool supervises;
};

struct model_field { /* one member of a draft, and whose word it is */
    char value[48], by[NAME];
    int64_t rev;
};

enum holder_work { HOLDER_IDLE, HOLDER_DRAFTED };
struct model_case {
    char id[NAME], agency[NAME], service[NAME], state[12], user[NAME];
    int64_t hold_gen, decided_rev;
    char decision[NAME], outcome[12], decided_by[NAME];
    bool pending; /* a second person is due */
    bool contested, other_flags, papers_met;
    int branches;
    enum holder_work work;
    struct model_field fields[FIELDS];
};

/* Lists that grow, each with its index by identity. */
#define MODEL_LIST(type)     \
    struct {                 \
        struct type *list;   \
        size_t count, room;  \
        struct lookup index; \
    }
struct model {
    MODEL_LIST(model_ticket) tickets;
    MODEL_LIST(model_counter) counters;
    MODEL_LIST(model_queue) queues;
    MODEL_LIST(model_service) services;
    MODEL_LIST(model_user) users;
    MODEL_LIST(model_case) cases;
    MODEL_LIST(model_closure) closures;
    MODEL_LIST(model_move) moves;
    struct {
        char code[NAME];
        int64_t class;
    } priorities[8];
    int priority_count;
    char code[NAME]; /* of the hall */
    struct model_step *step;
    char *why; /* [300]; "" so far */
};

/* What the protocol says of a command. */
enum verdict {
    MUST_APPLY,
    MUST_REFUSE,
    EITHER, /* it leaves room; what an applied one changes is told all the same */
    OPEN,   /* what it changes is not told either: it is taken over */
};
typedef enum verdict model_rule(struct model *model, struct model_step *step);

/* A rule's own objection: "whatever was wrong". */
void model_object(struct model *model, const char *format, ...) PRINTF(2, 3);
struct model_ticket *model_ticket_of(struct model *model, const char *id); /* NULL: none */
struct model_counter *model_counter_of(struct model *model, const char *name);
struct model_queue *model_queue_of(struct model *model, const char *name);
struct model_service *model_service_of(struct model *model, const char *id);
struct model_user *model_user_of(struct model *model, const char *name);
struct model_case *model_case_of(struct model *model, const char *id);
const struct json *model_row(const struct model_step *step, const char *table,
                             const char *id);         /* NULL: not in it */
bool model_is(const char *state, const char *any_of); /* any_of: words between spaces */

/* A queue that a bus has is called there and not here. */
bool model_queue_is_here(const struct model *model, const struct model_queue *queue);

/* --- model_visit.c --- */
/* Of a row's "stops", to be freed; NULL: there are none. */
struct model_visit *model_visit_read(struct model *model, const struct json *stops);
struct model_visit *model_visit_copy(const struct model_visit *visit);
/* Objects to what no visit can be, whoever made the row. */
void model_visit_hold(struct model *model, const struct model_visit *visit, const struct json *row);
/* What differs, or NULL. */
const char *model_visit_differs(const struct model_visit *mine, const struct model_visit *theirs);
/* The stops that services make. False: they cannot be a visit; *all_here: each can be called from here. */
bool model_visit_asked(struct model *model, const struct json *names, struct model_visit *visit,
                       bool *all_here);
/* What differs between what was asked for and a new ticket's visit, or NULL. */
const char *model_visit_begun(const struct model_visit *asked, bool given, const struct model_visit *visit);
/* The next stop that can be called from here; -1: none. */
int model_visit_next(const struct model *model, const struct model_visit *visit);
void model_visit_go_on(struct model_visit *visit, int next);
void model_visit_end(struct model_visit *visit, enum stop_state now); /* now: what becomes of that one */
void model_visit_moved(const struct model *model, struct model_visit *visit, const char *queue);
/* Whether services can be what is still to come; *new_here: those that are new to it can be called from here. */
bool model_visit_replan(struct model *model, struct model_ticket *t, const struct json *names,
                        bool *new_here);
void model_visit_change(struct model *model, struct model_ticket *t, const struct json *names);

bool model_supervises(struct model *model, const char *user);
bool model_is_foreign(struct model *model, const char *user, const char *agency);
/* The rule named a row that has to be in the item. */
void model_need_row(struct model *model, const char *table, const char *id);
void model_forget_before(struct model_ticket *t);
void model_forget_moved(struct model_ticket *t);
struct model_move *model_move_have(struct model *model, const char *id); /* made when it is not there */
void model_move_over(struct model *model,
                     const struct model_move *over); /* what lies on it comes back to what was before it */
/* The rule that counts now, in the queue: one for a time that is over has given way. False: nobody knows. */
bool model_rule_now(struct model_queue *queue, const struct model_step *s);

model_rule model_tickets_rule, model_counters_rule, model_queues_rule, model_cases_rule, model_closures_rule,
    model_moves_rule;
/* Takes the row over; all of it, or only what the protocol leaves open. */
void model_case_take(struct model_case *c, const struct json *row, bool all);
/* What differs, or NULL. */
const char *model_case_differs(const struct model_case *c, const struct json *row);
