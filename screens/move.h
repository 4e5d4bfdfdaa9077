/* screens/move.h: the step in which a supervisor moves counters, people or a clerk, shared by its two files:
 * move_screen.c (messages, what is chosen) and move_view.c (drawing). */
#pragma once
#include "screens/screen.h"
#include "tui/field.h"
#include "tui/list.h"

enum move_how { MOVE_ONLY, MOVE_ALSO, MOVE_WITHOUT, MOVE_HOWS };

struct moving {
    struct json *counters, *tickets, *from; /* {"id":"what it is called"} of what is moved; NULL: none */
    char user[64], user_name[128];          /* the clerk of the one counter that is moved; "" */
    struct json *data;                      /* the query "queues"; NULL: not here yet */
    struct json *effect;                    /* the query "move" for what is chosen; NULL: not here yet */
    const struct json **targets;            /* of each line, borrowed from data */
    struct list list;
    struct field filter;
    bool filtering;
    bool asking; /* the clerk is asked to another counter; else a queue is chosen */
    enum move_how how;
    struct json *advice;  /* the advice that it was opened with, as advice.answer takes it; NULL */
    int64_t until_ms;     /* 0: for good */
    char target[64];      /* id of the line at the cursor; "" none */
    struct json *refused; /* who was there first: the answer to the last attempt, or news of it; NULL */
    struct json *
        seen; /* what the person knows: {"id": rev} of counters, {"id": line} of tickets; NULL: nothing yet */
    int64_t loaded_ms;
    bool stale; /* rows have changed since */
};

const struct json *moving_target(const struct moving *self); /* NULL: none */
bool moving_has_counters(const struct moving *self);
/* What is chosen is what was advised. */
bool moving_is_advised(const struct moving *self);
/* "only", "also", "without": as the wire has it. */
const char *moving_how(enum move_how how);

void moving_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area);
