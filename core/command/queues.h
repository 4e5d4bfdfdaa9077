/* core/command/queues.h: what the rules about queues share with those that call from them. For this room only. */
#pragma once
#include "core/command/rules.h"
#include "core/model/rule.h"

/* The rule in force now (rule_row.h). One that was set until a time and is over gives way to the one before it, in row
 * too. */
void queue_rule_now(struct call *c, struct json *row, struct rule_queue *rule);
/* What another rule would do to those who wait in the queue now, into the answer (rehearsals.h). until_ms: when it is
 * over; 0: it stays. */
enum err queue_rehearse(struct call *c, const struct json *row, const struct rule_queue *now,
                        const struct rule_queue *then, int64_t until_ms) MUST_USE;
/* body.MEMBER, a queue by id or code, of the actor's agency. */
enum err queue_load(struct call *c, const char *member, struct json **row) MUST_USE;
enum err queue_done(struct call *c, struct json *row) MUST_USE; /* saved and answered */

/* What awaits a newcomer of that class in a queue (0: of none). */
struct queue_outlook {
    int64_t ahead, desks; /* desks: counters that are really open */
    double share; /* how many of them the queue has to itself (core/model/share.h); 1 when none is open */
    double average_min; /* of one service */
    int64_t minutes[2]; /* until the call, as it is told */
};
enum err queue_outlook(struct call *c, const char *queue, int priority_class,
                       struct queue_outlook *out) MUST_USE;

/* What a newcomer is told, into the row and the answer; nothing can be told while the ticket waits for another day. */
void ticket_promise_put(struct call *c, struct json *row, bool is_here, int64_t ahead,
                        const int64_t minutes[2]);

/* Refused quota_used_up when the service's quota is binding and none of its numbers is left at that time of that day. A
 * supervisor may give one all the same. moved: the ticket that has one of them already; NULL: none. */
enum err quota_need_left(struct call *c, const struct json *service, int64_t at_ms, const char *day,
                         const char *moved) MUST_USE;

/* Refused last_ticket_over when the queue gives no numbers to walk-ins at that time (ticket_hours.c), unless the body has a
 * late_reason of somebody who may: then that, for the row; else it is left as it is. */
enum err queue_need_hours(struct call *c, const struct json *queue, int64_t at_ms,
                          const char **late_reason) MUST_USE;

/* --- queue_home.c --- */
/* Whether this hall may call from the queue, or a bus has it. */
enum err queue_is_here(struct call *c, const struct json *row, bool *here) MUST_USE;
/* Refused queue_elsewhere, naming the bus, when another hall has the queue (row NULL: no queue, no refusal). */
enum err queue_need_here(struct call *c, const struct json *row, const char *field) MUST_USE;
/* People who wait in a queue, of classes 1 … priority_class only when that is not 0; counted to COUNT_MAX. */
enum { QUEUE_COUNT_MAX = 2000 };
enum err queue_waiting(struct call *c, const char *queue, int priority_class, int64_t *count) MUST_USE;

/* --- ticket_visit.c --- */
/* Several services as stops, in order; minutes: until the whole visit is over, [low, high]. */
struct visit_wish {
    const struct json *services; /* ids, at least one */
    bool given; /* in the order in which they stand; else in a sensible one (core/model/visit.h) */
    int priority_class;
    int64_t at_ms; /* when the visit begins */
    bool today;
};
struct visit_plan {
    struct json *stops;    /* see visit_row.h, all "ahead"; kept by the call */
    struct json *services; /* their rows as an array, as they were named; kept by the call */
    int64_t minutes[2];
};
/* Refused invalid_body, unknown_service or no_queue, naming the service. */
enum err visit_plan(struct call *c, const struct visit_wish *wish, struct visit_plan *plan) MUST_USE;
/* Whether the stop's queue can be called from here: it is not with a bus, or this is the bus. */
enum err visit_stop_is_here(struct call *c, const struct json *stop, bool *here) MUST_USE;
/* need_left for each service of the ticket that is not over yet. */
enum err visit_need_quota(struct call *c, const struct json *ticket, int64_t at_ms, const char *day) MUST_USE;
