/* screens/rules.h: the rules screen's state, shared by its two files: rules_screen.c (messages, what is proposed) and
 * rules_draw.c (drawing). */
#pragma once
#include "core/command/rule_row.h"
#include "screens/screen.h"
#include "tui/list.h"

/* What the supervisor would set; nothing counts before it is switched on. */
struct proposal {
    char queue[64]; /* of which queue */
    bool rule_changed, plan_changed;
    enum rule_kind kind;
    int max_run;
    char until[RULE_CLOCK_TEXT]; /* "13:00" of today; "" as long as nobody changes it */
    struct json *lines;          /* of the plan (rule_row.h); never NULL once a queue is chosen */
    char reason[400];
};
struct rules {
    struct json *data;      /* the query "queues" */
    struct json *levels;    /* the query "levels"; NULL before the first */
    struct json *rehearsal; /* the answer to the query "rehearsal"; NULL before the first */
    struct list list;
    struct proposal proposal;
    struct json *line;  /* of the plan, while it is asked for */
    char counter[64];   /* whose shares are being changed */
    struct json *asked; /* the body of a command that is asked together, member by member; NULL: none */
    bool chosen;        /* the queue that was asked for is found */
    char wanted[64];
};

const struct json *rules_queue(const struct rules *self); /* the chosen row; NULL: no queue */
const struct json *
rules_level(const struct rules *self); /* of the chosen queue, as of "levels"; NULL: no target */
const struct json *rules_level_of(const struct rules *self, const char *service); /* NULL: of the queue */
bool rules_has_level(const struct rules *self); /* the queue, or a service of it */
/* "priority first, 3 in a row at most": kind, max_run of a rule, or of a line of the plan. */
const char *rules_words(const struct ui *ui, enum rule_kind kind, int max_run, char out[200]);
/* How many of how many shares the queue has at a counter; false: it does not serve the queue. */
bool rules_share(const struct json *counter, const char *queue, int64_t *weight, int64_t *sum);

void rules_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area);
