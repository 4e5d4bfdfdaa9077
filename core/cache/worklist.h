/* core/cache/worklist.h: what is wished for of a worklist, and how it is looked for; for load_worklist.c and
 * worklist_walk.c alone. */
#pragma once
#include "core/cache/load.h"
#include "core/command/persons.h"

enum { STATES_MAX = 6 };
#define NO_DUE "~" /* the key of what has no due date; also the end: after every time and every id */
#define TOP    ""  /* before them */

/* Whose or which: a person's own, nobody's, an agency's, the whole hall's … */
enum walk { OF_USER, OF_NOBODY, OF_AGENCY, OF_HALL, OF_SERVICE, OF_CHANNEL, TO_CONFIRM, WALKS };
enum sort { BY_AGE, BY_DUE, BY_ASKED, SORTS };

struct worklist {
    const char *filter;
    enum walk walk;
    enum sort sort; /* its own order */
    const char *channel, *states[STATES_MAX];
};

struct place_at {
    const char *key, *id;
};

struct wish {
    struct worklist list;
    enum walk walk; /* the one that serves it best */
    enum sort sort;
    bool undated; /* by due date: also what has none */
    bool told;    /* all that is asked for is told by the walk's index */
    const char *user, *agency, *service, *channel, *state, *person; /* NULL or "": any */
    const char *due_from, *due_till;                                /* NULL: any; both included */
    const char *typed;                                              /* "": nothing was typed */
    struct json *services, *persons;                                /* rows that the typed words mean */
    struct json *records; /* ids of all records of the person (core/command/persons.h) */
};

/* An application by its place. */
struct entry {
    char *key, *id;
};
struct entries {
    struct entry *list;
    int count, capacity;
};
void entries_free(struct entries *entries);
/* From the place on that they were looked for from, each once: one may be found by its service and by its person. */
void entries_sort(struct entries *entries, bool backward);
void entries_drop(struct entries *entries, int from, int until);
int place_compare(const char *key, const char *id, const struct place_at *place);

/* Where to look, and how far. */
struct search {
    struct cache *cache;
    const struct wish *wish;
    struct place_at from; /* onward from it, itself included; or back, without it */
    bool backward;
    int limit;
    struct entries *found; /* NULL: they are counted */
    int count;
};
/* Of each walk the nearest limit of those that fit, in no order; counting ends with limit in all. */
enum err worklist_find(struct search *search) MUST_USE;

/* Every statement of a walk, for a test that asks the planner. NULL: none with that number; "": no more. */
const char *worklist_statement(int n);
