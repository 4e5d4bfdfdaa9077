/* core/hall/report_sums.h: the figures of a period, gathered from the day book under keys. Shared by the files of the reports. */
#pragma once
#include "core/hall/daybook_text.h"
#include "core/hall/report.h"
#include "core/model/survey.h"

/* How many took how long, in tenths of a minute. */
struct spread {
    int64_t count, sum_ms;
    uint32_t *tenths;
    int room;
    int32_t *beyond; /* tenths of those that took longer than two days: few, and wrong clocks */
    size_t beyond_count, beyond_room;
};
void spread_add(struct spread *spread, int64_t ms);  /* negative: not known, nothing is added */
double spread_mean_min(const struct spread *spread); /* NAN: there are none */
double spread_share_min(struct spread *spread, double share);
void spread_join(struct spread *to, const struct spread *from); /* both together, in to */
void spread_clear(struct spread *spread);

enum { SUM_PARTS = 3, SUM_TREND = 24 };
struct sum {
    int part[SUM_PARTS]; /* of its key, places in sums.names; unused ones 0 */
    int64_t tickets, called, served, no_show, cancelled, papers_missing, named, booked;
    int64_t promised, kept, within, error_ms, lean_ms; /* lean: fact less the middle of the promise */
    int64_t decisions, days;
    int32_t trend[SUM_TREND]; /* tickets, in trend_count parts of the period */
    struct spread wait, service;
    struct survey_sum survey;
};

/* What a clerk did of a service. */
struct cell {
    int64_t count, ms;
};

struct sums {
    struct db *db;
    const struct report_ask *ask;
    struct day_names names;
    struct sum *all;
    int count, capacity;
    int *slots; /* of all, by their keys: place + 1 */
    int slot_count;
    /* Of clerks: rows as all, columns as names; see sums_cell. */
    struct cell *cells;
    int cell_rows, cell_columns;
    int64_t weekdays[7]; /* days with visits, Sunday first */
    int trend_count;     /* equal parts: the hours of a day, days, or several days each */
};

/* What a report is of. */
enum sums_of { SUMS_QUEUES, SUMS_SERVICES, SUMS_CLERKS, SUMS_HOURS, SUMS_DECISIONS, SUMS_SURVEYS };
/* The caller clears sums, also after an error. */
enum err sums_gather(struct sums *sums, struct db *db, enum sums_of of, const struct report_ask *ask,
                     const char *from, const char *to) MUST_USE;
void sums_clear(struct sums *sums);
/* Which of all is under these names; -1: none. */
int sums_find(struct sums *sums, const char *const names[SUM_PARTS]);
const char *sums_name(const struct sums *sums, int place);
/* What the clerk of that row did of the service of that name. Row -1 did nothing. */
const struct cell *sums_cell(const struct sums *sums, int row, int name);
