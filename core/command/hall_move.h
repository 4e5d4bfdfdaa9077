/* core/command/hall_move.h: a move as it is read from a body, before anything is written. For hall_move.c, move_effect.c
 * and move_undo.c alone. */
#pragma once
#include "core/command/moves.h"
#include "core/command/moving.h"

enum { HALL_MOVE_QUEUES = 32 };

struct hall_move {
    bool preview;
    const struct json *counters, *tickets, *seen; /* of the body; may be NULL */
    const char *how, *reason;
    int64_t until_ms, day_end_ms; /* -1: for good */
    struct json *to, *from;       /* [{"queue","weight"}] */
    struct json *to_rows[HALL_MOVE_QUEUES], *from_rows[HALL_MOVE_QUEUES];
    int to_count, from_count;
    struct json *plan;   /* counters: [{"counter","name","user","before","after","rev"}] */
    struct json *people; /* [{"id","number","queue","gen"}] */
    int changed;         /* counters that get other queues than they have */
    struct json *asked, *asked_to,
        *asked_from; /* a clerk, the counter, where they sit; NULL: nobody is asked */
};

/* What the move does to the next hour, into the answer: see moving.h. */
enum err move_effect(struct call *c, const struct hall_move *m) MUST_USE;
/* Always ERR_REFUSED: who did it, when, and what it is now. */
enum err refuse_counter_moved(struct call *c, const struct json *counter) MUST_USE;
enum err refuse_ticket_moved(struct call *c, const struct json *ticket) MUST_USE;
enum err refuse_ticket_called(struct call *c, const char *code, const struct json *ticket) MUST_USE;
/* The record is over, by the actor. Not saved. */
void move_close(struct call *c, struct json *row, const char *state);
