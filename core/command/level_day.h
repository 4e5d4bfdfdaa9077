/* core/command/level_day.h: how a queue's service level stands today, what is foreseen of it and when it breaks, from the
 * rows: the same at the hall, for its figures, and on a workstation's copy, for the board. */
#pragma once
#include "core/command/level_row.h"
#include "core/db/db.h"
#include "core/model/hour.h"

enum { LEVEL_LOOK_AHEAD_MIN = 180 }; /* that the hours are played forward for it */

/* The hall at this moment. All of it is borrowed. */
struct level_hall {
    struct db *db;
    const struct json *row; /* the hall's; NULL: none */
    int64_t now_ms;
    const struct hour *hour;
    const struct hour_run *run; /* of hour, LEVEL_LOOK_AHEAD_MIN */
};
struct level_today {
    struct level_day day;
    struct level_burn burn;
    int waiting;
};
/* target: the queue's, as level_row_target has it. */
enum err level_today(const struct level_hall *hall, const struct json *queue,
                     const struct level_target *target, struct level_today *out) MUST_USE;
/* The same of those alone who came for the service; target: the service's own (level_row_own). */
enum err level_today_of(const struct level_hall *hall, const struct json *queue, const char *service,
                        const struct level_target *target, struct level_today *out) MUST_USE;
