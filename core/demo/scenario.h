/* core/demo/scenario.h: a day for a training hall, as trainers write it: a text file, a word and its values a line.
 *
 *     # what follows is for whoever reads this file
 *     name.en    Monday rush
 *     doors      08:00 15:00
 *     shape      08:00 30  09:00 20  11:00 10
 *     at 11:00   outage 20
 *
 * README.md has every word. Each fault is told as "FILE:LINE: sentence", all of them. Knows no hall, clock or file. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

enum { SCENARIO_LANGS = 4, SCENARIO_SHAPE_MAX = 24, SCENARIO_TROUBLE_MAX = 32, SCENARIO_ID = 40 };
/* In this order: az, id, en, ru. */
extern const char *const scenario_langs[SCENARIO_LANGS];

/* What a trainer lets happen, and the numbers behind the word. */
#define TROUBLE_LIST(X)                                                                            \
    X(OUTAGE, "outage", 1)       /* minutes in which no workstation reaches the hall */            \
    X(POWER, "power", 1)         /* minutes in which no workstation works at all */                \
    X(RUSH, "rush", 2)           /* so many people more, within so many minutes */                 \
    X(AWAY, "away", 2)           /* so many clerks away from their counters for so many minutes */ \
    X(EMERGENCY, "emergency", 0) /* a desk calls for help */                                       \
    X(CONTESTED, "contested", 1) /* so many applications get two decisions that differ */          \
    X(QUARREL, "quarrel", 1)     /* so many people claim to go first without a right */            \
    X(BUS, "bus", 1)             /* minutes for which a queue is away with a bus */
enum trouble_kind {
#define X(name, text, numbers) TROUBLE_##name,
    TROUBLE_LIST(X)
#undef X
        TROUBLE_COUNT
};
const char *trouble_text(enum trouble_kind kind);

struct scenario_part {
    int from_min; /* of the day, by the clock on the hall's wall */
    int weight;   /* how many come in it, as a share of all, until the next part or the doors close */
};
struct scenario_trouble {
    enum trouble_kind kind;
    int at_min;
    int numbers[2];
};

struct scenario {
    char id[SCENARIO_ID]; /* its file's name without ".scenario" */
    char name[SCENARIO_LANGS][120], about[SCENARIO_LANGS][400];
    char pack[8]; /* az or id; "" either */
    int weekday;  /* 0 Sunday … 6; -1: the next working day */
    int open_min, close_min;
    int people, bookings; /* a day on average */
    /* of a hundred: */
    int stay_away;       /* bookings whose people do not come */
    int early;           /* of those who come, about two hours before their time */
    int busiest;         /* people who want the busiest agency */
    int forgot;          /* visits for which a paper is at home */
    int false_paper;     /* applications with a paper that is another's, or was altered */
    int stale;           /* applications with a paper that holds no more, or that nobody can read */
    int no_right;        /* applications of whoever asks for somebody without a power */
    int elsewhere;       /* applications that another official has already */
    int priority;        /* people who go first by law */
    int families;        /* of those without a booking, so many come with others */
    int patience_min[2]; /* the least and the most patient leave after so many minutes */
    int clerks;          /* counters with somebody at them; 0: all */
    struct scenario_part shape[SCENARIO_SHAPE_MAX];
    int shape_count;
    struct scenario_trouble troubles[SCENARIO_TROUBLE_MAX];
    int trouble_count;
};

/* Each fault as a whole line, without a line end. */
typedef void scenario_report(void *context, const char *line);
/* Reads text, length bytes; file is its name, for id and messages. ERR_INVALID: every fault went to report (which may be
 * NULL) and the first is in info; out is not to be used then. */
enum err scenario_read(const char *file, const char *text, size_t length, scenario_report *report,
                       void *context, struct scenario *out, struct err_info *info) MUST_USE;
