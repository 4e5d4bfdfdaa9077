/* screens/desk.h: the desk's state, shared by its three files: desk_screen.c (messages), desk_steps.c (what
 * each action does and asks) and desk_view.c (drawing). Nobody else includes this. */
#pragma once
#include "screens/screen.h"

enum desk_pane { DESK_CASES, DESK_QUEUES, DESK_PARKED, DESK_NEXT, DESK_PANES };

struct desk {
    struct json *data; /* the answer of the query "desk"; NULL before the first */
    enum desk_pane pane;
    int cursor[DESK_PANES];
    bool why;                /* the reasons for the next (or this) ticket are open */
    const char *waiting_for; /* type of the online command under way, a literal; NULL: none */
    int64_t alarm_ms;        /* up to here overdue holds were announced */
    struct json *step;       /* the body being put together by questions; NULL: none */
};

/* The rows of a pane, and the one under its cursor (NULL when there is none). */
const struct json *desk_rows(const struct desk *desk, enum desk_pane pane);
const struct json *desk_row(const struct desk *desk, enum desk_pane pane);
const struct json *desk_ticket(const struct desk *desk); /* NULL: nobody is here */
bool desk_ticket_is(const struct desk *desk, const char *state);
int64_t desk_due_in_ms(const struct json *ticket,
                       int64_t now_ms); /* of a held ticket; INT64_MAX: no time set */
const char *desk_hold_reason(const struct ui *ui, const char *code);

/* NULL, or why not (marked with TR). */
const char *desk_enabled(const struct desk *desk, const struct ui *ui, enum action action);
void desk_act(struct desk *desk, const struct ui *ui, enum action action, struct effects *effects);
void desk_answered(struct desk *desk, const struct ui *ui, const struct msg *msg, struct effects *effects);
/* The answer to a "queues" or "users" load that a transfer waits for. */
void desk_ask_target(struct desk *desk, const struct ui *ui, const struct msg *msg, struct effects *effects);

void desk_ask_counter(const struct ui *ui, const struct json *counters, struct effects *effects);

void desk_view(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect area);
