/* screens/desk.h: the desk's state, shared by its files: desk_screen.c (messages), desk_steps.c (what each
 * action does and asks), desk_counter.c (which counter), desk_print.c (what a citizen takes along), desk_view.c and desk_aside.c (drawing); and by
 * leaving_screen.c, which settles what is left open at it. Nobody else includes this. */
#pragma once
#include "screens/screen.h"

enum desk_pane { DESK_CASES, DESK_QUEUES, DESK_PARKED, DESK_NEXT, DESK_PANES };

struct desk {
    struct json *data; /* the answer of the query "desk"; NULL before the first */
    enum desk_pane pane;
    int cursor[DESK_PANES];
    char ticket[64];         /* id of who is at the desk; "" nobody */
    bool why;                /* the reasons for the next (or this) ticket are open */
    const char *waiting_for; /* type of the online command under way, a literal; NULL: none */
    int64_t alarm_ms;        /* up to here the cursor of the tray went to those whose time had come */
    int64_t told_ms;         /* up to here it was said whom colleagues took */
    struct json *missing; /* {"number","text"}: the list of papers that the last visit lacked; NULL: none */
    struct json *step;    /* the body being put together by questions; NULL: none */
};

/* desk_missing.c: which papers kept a visit from its end, and why. False: no paper is known here, nothing is asked. */
bool desk_ask_papers(struct desk *desk, const struct ui *ui, struct effects *effects);
/* lines: the ticked items' values. */
void desk_ask_why_missing(struct desk *desk, const struct ui *ui, const char *lines, struct effects *effects);
/* Into the applications, and into desk->step for the visit. */
void desk_put_missing(struct desk *desk, const struct ui *ui, const char *why, struct effects *effects);
const char *desk_missing_why(const struct ui *ui, const char *code);

/* desk_print.c: the ticket of who is here, and the papers that are missing. NULL, or why not. */
const char *desk_may_print(const struct desk *desk);
void desk_print(struct desk *desk, const struct ui *ui, struct effects *effects);
bool desk_print_answered(struct desk *desk, const struct ui *ui, const struct msg *msg,
                         struct effects *effects);
/* lines: "case code" or "- code" each; kept for the time after the visit. */
void desk_keep_missing(struct desk *desk, const struct ui *ui, const char *lines, const char *why,
                       struct effects *effects);

/* desk_visit.c: a visit of several stops. */
bool desk_has_visit(const struct desk *desk);
const char *desk_service_to_open(const struct desk *desk); /* at this stop; NULL: none is known */
void desk_visit_view(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect line);
/* Where the visit goes on, and how many applications are not submitted; NULL: no stop is to come. */
const char *desk_finish_words(const struct desk *desk, const struct ui *ui, int drafts, char out[300]);
void desk_add_end_visit(const struct desk *desk, const struct ui *ui, struct json *question);
/* True: it was the key that ends the whole visit, or goes on after all; the outcome is asked for again. */
bool desk_turns_end(struct desk *desk, const struct msg *msg);
void desk_tell_visit(const struct desk *desk, const struct ui *ui, const struct msg *msg,
                     struct effects *effects);
void desk_ask_stops(const struct desk *desk, const struct ui *ui, struct effects *effects);
bool desk_stops_answered(const struct desk *desk, const struct ui *ui, const struct msg *msg,
                         struct effects *effects);

/* The outcomes of a visit as choices of a question. */
void desk_add_outcomes(struct json *question, const struct ui *ui);

/* The rows of a pane, and the one under its cursor (NULL when there is none). */
const struct json *desk_rows(const struct desk *desk, enum desk_pane pane);
const struct json *desk_row(const struct desk *desk, enum desk_pane pane);
const struct json *desk_ticket(const struct desk *desk); /* NULL: nobody is here */
/* Why this person was called; with nobody here, why the next one comes next. NULL: not known. */
const struct json *desk_why(const struct desk *desk);
bool desk_ticket_is(const struct desk *desk, const char *state);
bool desk_case_is_draft(const struct json *c);     /* it may still be written */
bool desk_case_is_undecided(const struct json *c); /* submitted, and nobody decided it yet */
int64_t desk_due_in_ms(const struct json *ticket,
                       int64_t now_ms); /* of a held ticket; INT64_MAX: no time set */
const char *desk_take_reason(const struct ui *ui, const char *code); /* why a colleague's citizen was taken */

/* Of the parked pane: a colleague's, who is taken and not taken back. */
bool desk_is_colleagues(const struct json *ticket);

/* NULL, or why not (marked with TR). */
const char *desk_enabled(const struct desk *desk, const struct ui *ui, enum action action);
void desk_act(struct desk *desk, const struct ui *ui, enum action action, struct effects *effects);
void desk_answered(struct desk *desk, const struct ui *ui, const struct msg *msg, struct effects *effects);
/* The answer to a "queues", "accounts" or "users" load that a transfer waits for. */
bool desk_asks_target(const struct desk *desk);
void desk_ask_target(struct desk *desk, const struct ui *ui, const struct msg *msg, struct effects *effects);

/* desk_closing.c: closing asks a supervisor while somebody waits for this counter alone, or while it is asked already. */
bool desk_must_ask(const struct desk *desk);
const char *desk_why_not_closing(const struct desk *desk); /* marked with TR */
/* Asks from when and why, into desk->step; or whether to take it back. */
void desk_ask_closing(struct desk *desk, const struct ui *ui, struct effects *effects);
void desk_put_close_time(struct desk *desk, const struct ui *ui, const char *when, struct effects *effects);
void desk_put_close_clock(struct desk *desk, const struct ui *ui, const char *clock, struct effects *effects);
/* False: words are asked for. */
bool desk_put_close_reason(struct desk *desk, const struct ui *ui, const char *reason,
                           struct effects *effects);
/* "Only you serve P, where 14 wait."; "" when others do. */
const char *desk_alone(const struct desk *desk, const struct ui *ui, char out[160]);
/* The counter closes, and nobody is left who must be served here. */
bool desk_is_done(const struct desk *desk, const struct ui *ui);
/* How it stands with closing or the break, as a line above all; "" nothing is to be said. */
const char *desk_standing(const struct desk *desk, const struct ui *ui, char out[160]);

/* desk_break.c: the break that is near, as the choice of Enter; nothing when none is. */
void desk_offer_break(const struct desk *desk, const struct ui *ui, struct json *question);
/* Of an answer that took it: until when; the reason stands before it, up to a space. NULL: it was another choice. */
const char *desk_offered_until(const char *answer);

/* The answer to an "accounts" load: opens the one counter that fits, or asks. */
void desk_choose_counter(struct desk *desk, const struct ui *ui, const struct json *accounts,
                         struct effects *effects);

/* desk_counter.c: counters to choose from. accounts: the answer of the query "accounts". */
bool desk_counter_is_taken(const struct json *counter, const char *user);        /* by someone else */
const char *desk_only_counter(const struct json *accounts, const struct ui *ui); /* its id, NULL: ask */
void desk_ask_counter(const struct json *accounts, const struct ui *ui, struct effects *effects);
/* To whom a person can be sent, into the question's list. */
void desk_add_counters(struct json *question, const struct json *accounts, const struct ui *ui);
void desk_add_colleagues(struct json *question, const struct json *users, const struct ui *ui);

/* desk_aside.c */
void desk_why_view(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect area);
/* Of the chosen application, rows_max at most; cut from the top of area. */
void desk_papers_view(const struct desk *desk, const struct ui *ui, int rows_max, struct frame *frame,
                      struct rect *area);
void desk_preview(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect area);
void desk_view(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect area);
/* What may be seen of it while nobody sits here: who is called or served and who is parked, by numbers alone. */
void desk_locked_view(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect *area);
