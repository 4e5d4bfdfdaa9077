/* core/command/moves.h: what the rules about moves share (hall.move, move.undo, queue.assign, queue.move). For this room
 * and, of what is asked without a command, for the hall and the cache through moving.h.
 *
 * A counter's row says whose assignment it has: "assigned" {move by by_name at until rev before{queues assigned}}. A move
 * for a time lies on the one before it; when it is over it is taken out, wherever it lies, so that moves that end in
 * another order than they began leave what the last of them wanted. A ticket's row says who moved it last: "moved"
 * {move by by_name at queue counter user visit}, where queue … are what stood there before. */
#pragma once
#include "core/command/rules.h"

enum { MOVE_TICKETS_MAX = 1000, MOVE_COUNTERS_MAX = 200 };

/* --- assignment.c --- */

/* "queues" as they are named (ids or codes, or {"queue","weight"}) → [{"queue","weight"}]; refused invalid_body,
 * invalid_weight, unknown_queue, too_many_queues naming field. */
enum err assignment_read(struct call *c, const char *field, const struct json *wanted, struct json *list);
/* queues become the counter's, by the actor; move NULL: by queue.assign; until_ms -1: for good. Not saved. */
void assignment_put(struct call *c, struct json *counter, const struct json *queues, const char *move,
                    int64_t until_ms);
enum assignment_place { ASSIGNMENT_ABSENT, ASSIGNMENT_BELOW, ASSIGNMENT_TOP };
enum assignment_place assignment_place(const struct json *counter, const char *move);
/* The move is taken out of what the counter has been given; on top: its queues are those of before. Not saved.
 * ABSENT: nothing was changed. */
enum assignment_place assignment_take_out(struct json *counter, const char *move);
/* The rev of the last change of what the counter serves; 0: never changed. */
int64_t assignment_rev(const struct json *counter);
bool assignment_same(const struct json *a, const struct json *b); /* queues and weights, in their order */

/* --- move_tickets.c --- */

/* Who waits in the queue, in their order: rows to look at. */
enum err move_waiting(struct call *c, const char *queue, struct json *rows);
/* A waiting ticket waits in queue to. Number, arrival and place stay: who is moved keeps the place that they have earned. */
enum err move_ticket(struct call *c, const char *ticket, const char *to, const char *move);
enum err move_ticket_back(struct call *c, struct json *ticket);

/* --- move_undo.c --- */

/* The invitations of the actor to this counter are accepted: they have opened it. */
enum err moves_accepted(struct call *c, const char *counter);
