/* tests/support/story.h: a story of a day at the counters, told step by step, with its keys counted.
 *
 *     story_open(&story, "the citizen without papers");
 *     struct seat *aysel = story_seat(&story, "aysel");
 *     …                                          what was before: not counted
 *     story_begins(&story);
 *     step(aysel, "call", DECISION, "n", "s start");
 *     type(aysel, "why", "not at home", NULL);
 *     story_ends(&story, 0);
 *
 * Each step says what a person does and the least number of keys for it, reasoned from what the person must tell the
 * program, not from what it asks for: one for each decision that only a person can make, one for each choice among what
 * is offered, one for each field that is left, two for what cannot be taken back, none for going from one screen to the
 * next. Text that anyone must type is counted apart. Keys are counted where they are written to the terminal
 * (pty_presses), so none goes by uncounted. At the end stands one line in the test's output:
 *
 *     story: the citizen without papers · 14 keys, least 13 · typed 4
 *
 * The test fails when there are more keys than the least and the story's allowance, whose reason is written beside it,
 * and also when there are fewer: then it is the reasoning that is wrong. */
#pragma once
#include "tests/support/centre.h"
#include "tests/support/day.h"
#include "tests/support/stranger.h"

enum {
    WAY = 0,      /* going somewhere else: every key of it is beyond the least */
    DECISION = 1, /* what only this person knows: call, start, approve */
    CHOICE = 1,   /* one of what is offered, by its key, or by Enter when the right one stands first */
    FIELD = 1,    /* this field is filled, or stays as it is */
    DANGER = 2,   /* what cannot be taken back has a key, and another one that means it */
};
enum { STORY_SEATS = 4, STORY_STEPS = 100 };

/* Somebody at a workstation. */
struct seat {
    struct story *story;
    struct place place;
    struct look look;
    struct pty *pty; /* NULL: nobody sits here any more */
    int counted;     /* presses before the story began, or of steps already told */
};

struct story_step {
    const char *what;
    int least, keys, typed;
};
struct story {
    const char *name;
    struct centre centre;
    struct stranger between; /* stands between all workstations and the hall when it was asked for */
    char clock[200];         /* what libfaketime reads each time the clock is read; "": the true one */
    bool has_between, begun;
    struct seat seats[STORY_SEATS];
    int seat_count;
    struct story_step steps[STORY_STEPS];
    int step_count;
};

void story_open(struct story *story, const char *name);
/* With a clock of its own for hall and workstations, put so many minutes ahead of the true one; skips the test where
 * libfaketime is not installed. It is past ten in the morning at 0. */
void story_open_at(struct story *story, const char *name, int minutes_ahead);
/* Of the true one. A hall that runs believes it when it is turned by less than an hour. */
void story_turn_clock(struct story *story, int minutes_ahead);
void story_put_between(struct story *story); /* before the first seat: somebody who may cut the line */
/* The hall's computer is switched off; and on again, with the story's clock. */
void story_stop_hall(struct story *story);
void story_start_hall(struct story *story);
/* A workstation at which somebody is signed in and everything is there. */
struct seat *story_seat(struct story *story, const char *login);
struct seat *story_empty_seat(struct story *story, const struct look *look); /* the sign-in before one */
void seat_restart(struct seat *seat);                                        /* after its program has ended */

void story_begins(struct story *story);
/* Presses keys, and waits for words; NULL: for none. Before the story begins it is counted nowhere. */
void step(struct seat *seat, const char *what, int least, const char *keys, const char *words);
void type(struct seat *seat, const char *what, const char *text, const char *words);
/* The end of the counting, then of everything. allowance: keys beyond the least that are known and explained. */
void story_told(struct story *story, int allowance);
void story_close(struct story *story);
void story_ends(struct story *story, int allowance); /* both */
