/* core/hall/person_overdue.h: what an erasure left because the law kept it goes by itself when its time is over: once a day
 * each person of whom something is kept is looked at, found by the audit's lines of erasures, one write for each. */
#pragma once
#include "core/hall/server_core.h"

struct hall;

/* Adds a write when somebody's time is over; call now and then, by the first of several who serve the hall. */
void person_overdue_follow(struct hall *hall);

/* The next person after the line *after whose time may be over on that day, "" none; *after moves to the last line that was
 * looked at, a few a call. */
enum err person_overdue_next(struct db *db, const char *day, int64_t *after, char person[64]) MUST_USE;
/* Erases what may go by now. *changed: rows that were written. */
enum err person_overdue_run(const struct server_env *env, const char *person, int64_t *changed) MUST_USE;
