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
    bool filtering;
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

void worklist_draw(const struct worklist *self, const struct ui *ui, struct frame *frame, struct rect area);
