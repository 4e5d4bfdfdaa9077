/* core/hall/figures_rows.h: the figures of a hall as they are counted from its rows; for figures.c and its tests. */
#pragma once
#include "core/command/hour_rows.h"
#include "core/command/level_day.h"
#include "core/hall/report_sums.h"
#include "core/wire/json.h"

enum { FIGURE_ID = 64, FIGURE_STEPS = HOUR_MIN / HOUR_STEP_MIN + 1 };

/* Of a queue, an agency, or the hall. */
struct figure_sum {
    int64_t waiting;
    int64_t oldest_ms;       /* arrival of who waits longest; 0: nobody waits */
    int64_t late;            /* of those who wait: promised to be called by now */
    int64_t served, no_show; /* of those who came today */
    struct spread wait;      /* of those who came today and were called: from the arrival to the call */
    int64_t in_hour;         /* foreseen to wait in an hour */
    int64_t expected_ms, low_ms, high_ms; /* whoever comes now, in the slowest queue; -1: nobody can say */
    int64_t levels[LEVEL_STATE_COUNT];    /* queues in each state */
    int64_t open, paused, unattended, counters; /* open: and attended; counters: all of them */
};

struct figure_queue {
    const struct json *row; /* of the hall's queues */
    struct figure_sum sum;
    bool away; /* with a bus */
    bool slow; /* people wait, and no counter calls them */
    int steps[FIGURE_STEPS];
};
struct figure_agency {
    const char *id;    /* borrowed from the queues' or counters' rows */
    struct json *name; /* NULL: not known */
    struct figure_sum sum;
};

struct figure_hall {
    struct json *row, *queue_rows, *counter_rows;
    struct figure_queue *queues;
    struct figure_agency *agencies;
    int queue_count, agency_count;
    struct figure_sum sum;
    struct survey_sum survey;                  /* of those who came today */
    int64_t disputes;                          /* not settled yet */
    int64_t stations, unsent, unsent_since_ms; /* workstations with records that they could not hand over */
    bool day_off;                              /* by the hall's calendar */
};
/* habits are refreshed when they are old. The caller frees, also after an error. */
enum err figures_count(struct db *db, int64_t now_ms, const char *day, struct hour_habits *habits,
                       struct figure_hall *out) MUST_USE;
void figures_count_free(struct figure_hall *hall);

/* The nth statement that is asked each time, for tests; NULL: there is none. */
const char *figures_statement(int nth);
