/* screens/worklist.h: what the files of the worklist share: worklist_screen.c (what it does), worklist_filter.c (what is
 * typed into its filter), worklist_view.c (how it looks). */
#pragma once
#include "screens/screen.h"
#include "tui/field.h"
#include "tui/list.h"

enum worklist_sort { SORT_OWN, SORT_AGE, SORT_DUE, SORTS }; /* the list's own order, else by that */

struct worklist {
    int view;
    enum worklist_sort sort;
    struct json *data;   /* the answer of the query "worklist": a window of the list's rows */
    struct json *queues; /* of a supervisor: the query "queues", for those that are with a bus */
    struct list list;    /* the rows of the window */
    enum { AT_FIRST, AT_LAST, AT_CURSOR } wanted; /* of the window that was asked for last */
    char cursor[64];                              /* the row that it was asked for around */
    struct field filter;
    bool filtering, begun;
    struct json *marks; /* {"case":"number"} of those that are marked, also beyond the window; NULL none */
    struct json *sent; /* {"case":{"number","seq","done","text"}} of what was handed on last; text: why not */
    struct json
        *taken;  /* {"key","id"} of the one that was taken by itself; NULL: none, or it is there already */
    int told;    /* of sent: how many were stored or refused at once */
    bool asking; /* for the people that one may be handed to */
};

struct worklist_view {
    const char *filter, *label; /* of the query; for people, to be translated */
};
extern const struct worklist_view worklist_views[];
extern const int worklist_view_count;

const struct json *worklist_row(const struct worklist *self, int index); /* of the window; NULL: none */

/* What the filter's words ask for: those that name a state, a channel or a time ("ready", "online", "today") by
 * themselves, the others as text, all into the query's args. */
void worklist_filter(const struct ui *ui, const char *typed, struct json *args);
/* "state: ready · channel: online", what of the typed words was taken so; "" nothing. */
const char *worklist_filter_text(const struct ui *ui, const char *typed, char out[160]);

/* --- worklist_bulk.c: marks, and giving what is marked, else the row at the cursor, to somebody --- */
int worklist_mark_count(const struct worklist *self);
bool worklist_is_marked(const struct worklist *self, const char *id);
void worklist_mark(struct worklist *self, const struct ui *ui, struct effects *effects);
void worklist_mark_shown(struct worklist *self, const struct ui *ui, struct effects *effects);
void worklist_take(struct worklist *self, const struct ui *ui, struct effects *effects);
void worklist_ask_target(struct worklist *self, const struct ui *ui, const struct json *accounts,
                         struct effects *effects);
void worklist_hand_to(struct worklist *self, const char *target,
                      struct effects *effects);                        /* "user:ID", "queue:ID" */
void worklist_on_stored(struct worklist *self, const struct msg *msg); /* MSG_SAVED, MSG_REFUSED */
bool worklist_has_given(const struct worklist *self, const char *id);  /* the hall has agreed */
void worklist_on_answer(struct worklist *self, const struct ui *ui, const struct msg *msg,
                        struct effects *effects);
int worklist_refused(const struct worklist *self); /* how many of several were refused and are still told */
void worklist_forget_refused(struct worklist *self);
/* A line for each at the bottom of area; returns the lines used. */
int worklist_refused_view(const struct worklist *self, const struct ui *ui, struct frame *frame,
                          struct rect area);

void worklist_draw(const struct worklist *self, const struct ui *ui, struct frame *frame, struct rect area);
